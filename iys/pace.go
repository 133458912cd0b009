package iys

import (
	"context"
	"sync"
	"time"
)

// Pace lets a number of calls pass in any second, by the machine's own clock.
// Safe for many goroutines.
type Pace struct {
	mu    sync.Mutex
	times []time.Time // ring: the instants of the last calls
	next  int
}

// NewPace allows perSecond calls in any second; İYS allows 10 for each source
// address. 0 or less means no limit.
func NewPace(perSecond int) *Pace { return &Pace{times: make([]time.Time, max(perSecond, 0))} }

// wait books the next free instant and sleeps until it.
func (p *Pace) wait(ctx context.Context) error {
	p.mu.Lock()
	if len(p.times) == 0 {
		p.mu.Unlock()
		return ctx.Err()
	}
	now := time.Now()
	at := p.times[p.next].Add(time.Second + 20*time.Millisecond) // the clocks of both sides round differently
	if at.Before(now) {
		at = now
	}
	p.times[p.next] = at
	p.next = (p.next + 1) % len(p.times)
	p.mu.Unlock()
	if !at.After(now) {
		return ctx.Err()
	}
	t := time.NewTimer(at.Sub(now))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
