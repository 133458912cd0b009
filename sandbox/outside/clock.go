package outside

import (
	"sync"
	"sync/atomic"
	"time"
)

// Istanbul is the zone of everything the Turkish systems write: UTC+3 without
// summer time since 2016. A fixed zone needs no zone database on the machine.
var Istanbul = time.FixedZone("+03", 3*60*60)

// Clock is a base clock plus an offset that may be moved both ways.
type Clock struct {
	base   func() time.Time
	offset atomic.Int64 // nanoseconds

	mu    sync.Mutex // serialises moves, so hooks see them in order
	hooks []func(time.Duration)
}

// NewClock wraps base; nil means time.Now.
func NewClock(base func() time.Time) *Clock {
	if base == nil {
		base = time.Now
	}
	return &Clock{base: base}
}

// Now is the time of the simulated world.
func (c *Clock) Now() time.Time { return c.base().Add(c.Offset()) }

// Offset is how far the simulated world stands from the base clock.
func (c *Clock) Offset() time.Duration { return time.Duration(c.offset.Load()) }

// SetOffset moves the world to base plus d and then runs every hook. When it
// returns, what had become due in the rooms has happened, so a test may look
// at the phones at once. A hook must not call SetOffset.
func (c *Clock) SetOffset(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset.Store(int64(d))
	for _, hook := range c.hooks {
		hook(d)
	}
}

// OnChange has f called with the new offset after every move.
func (c *Clock) OnChange(f func(time.Duration)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hooks = append(c.hooks, f)
}
