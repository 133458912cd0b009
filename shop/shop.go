package shop

import "context"

// Shop is one connected store.
type Shop interface {
	// Orders lists orders by rising id. Fewer rows than the limit mean the
	// last page.
	Orders(ctx context.Context, q Query) ([]Order, error)
	// Order reads one order; KindGone if it is not there.
	Order(ctx context.Context, id string) (Order, error)
	// SetStatus writes a status if the order, read just before, stands in one
	// of the statuses from, and reads it again. If it stands elsewhere nothing
	// is written: the error has KindConflict and the order found is returned.
	// An order that has the status already is no error.
	SetStatus(ctx context.Context, id, status string, from []string) (Order, error)
}

// Noter leaves a note for the merchant on an order.
type Noter interface {
	AddNote(ctx context.Context, id, text string) error
}

// Hook is a subscription to events of a store.
type Hook struct {
	ID      string
	Topic   string // the platform's own word, for example "order/create"
	Address string
	Active  bool
}

// Hooker subscribes to events.
type Hooker interface {
	Hooks(ctx context.Context) ([]Hook, error)
	AddHook(ctx context.Context, topic, address string) (Hook, error)
	DeleteHook(ctx context.Context, id string) error
}
