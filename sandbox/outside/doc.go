// Package outside is what every room of the sandbox leans on: one clock that
// can be moved, the customers' phones, and the faults a person or a test
// switches on. A room (netgsm, a bank, a shop) is given one Core and talks to
// the rest of the simulated world only through it.
package outside

import (
	"sync"
	"time"
)

// Core is the shared ground of one simulated outside world.
type Core struct {
	Clock  *Clock
	Faults *Faults
	Phones *Phones

	done chan struct{}
	once sync.Once
}

// Limits bound the memory of the phones. A zero means the default.
type Limits struct {
	PerPhone int // messages kept for each phone, default 200
	Total    int // messages kept for all phones, default 100 000
}

// NewCore builds a world whose time is base plus an offset; nil means time.Now.
func NewCore(base func() time.Time, limits Limits) *Core {
	return &Core{
		Clock:  NewClock(base),
		Faults: &Faults{},
		Phones: NewPhones(limits),
		done:   make(chan struct{}),
	}
}

// Done is closed when the world ends. Whoever hangs on purpose must watch it,
// or a server could not stop while a time-out is being played.
func (c *Core) Done() <-chan struct{} { return c.done }

// Close ends the world: hanging requests and event streams are let go.
func (c *Core) Close() { c.once.Do(func() { close(c.done) }) }
