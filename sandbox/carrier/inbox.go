package carrier

import (
	"sync"
	"time"
)

// keepInbound bounds the texts kept for each account.
const keepInbound = 10_000

// Inbound is one text from a customer.
type Inbound struct {
	ID   uint64
	From string // E.164
	To   string // as it was written to
	Text string
	At   time.Time
}

type inbox struct {
	mu   sync.Mutex
	list []Inbound
}

// Receive keeps a text that a customer (E.164) wrote to a number; nil when the
// number is nobody's here.
func (c *Carrier) Receive(from, to, body string) (*Holder, Inbound) {
	h := c.Accounts.Subscriber(to)
	if h == nil {
		return nil, Inbound{}
	}
	m := Inbound{ID: c.NextID(), From: from, To: to, Text: body, At: c.Now().Truncate(time.Millisecond)}
	h.inbox.mu.Lock()
	defer h.inbox.mu.Unlock()
	if len(h.inbox.list) >= keepInbound {
		h.inbox.list = h.inbox.list[1:]
	}
	h.inbox.list = append(h.inbox.list, m)
	return h, m
}

// Inbox gives the texts that fit, the oldest first.
func (h *Holder) Inbox(fits func(Inbound) bool) []Inbound {
	h.inbox.mu.Lock()
	defer h.inbox.mu.Unlock()
	var out []Inbound
	for _, m := range h.inbox.list {
		if fits(m) {
			out = append(out, m)
		}
	}
	return out
}
