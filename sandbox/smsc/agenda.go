package smsc

import (
	"container/heap"
	"sync"
	"time"

	"github.com/onay/onay/sandbox/outside"
)

// agenda does things at times of the world's clock. A move of the clock does
// what became due before the move returns.
type agenda struct {
	clock *outside.Clock
	mu    sync.Mutex
	due   entries
	serie uint64
	wake  chan struct{}
}

type entry struct {
	at    time.Time
	serie uint64 // those of one instant keep their order
	do    func()
}

type entries []entry

func (e entries) Len() int { return len(e) }
func (e entries) Less(i, j int) bool {
	if e[i].at.Equal(e[j].at) {
		return e[i].serie < e[j].serie
	}
	return e[i].at.Before(e[j].at)
}
func (e entries) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *entries) Push(x any)   { *e = append(*e, x.(entry)) }
func (e *entries) Pop() any {
	n := len(*e) - 1
	x := (*e)[n]
	(*e)[n] = entry{}
	*e = (*e)[:n]
	return x
}

func newAgenda(clock *outside.Clock) *agenda {
	a := &agenda{clock: clock, wake: make(chan struct{}, 1)}
	clock.OnChange(func(time.Duration) { a.catchUp() })
	return a
}

// plan has f called at t.
func (a *agenda) plan(t time.Time, f func()) {
	a.mu.Lock()
	a.serie++
	heap.Push(&a.due, entry{t, a.serie, f})
	a.mu.Unlock()
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// catchUp does what is due and tells how long the next thing is away.
func (a *agenda) catchUp() (wait time.Duration, more bool) {
	for {
		a.mu.Lock()
		if len(a.due) == 0 {
			a.mu.Unlock()
			return 0, false
		}
		if left := a.due[0].at.Sub(a.clock.Now()); left > 0 {
			a.mu.Unlock()
			return left, true
		}
		next := heap.Pop(&a.due).(entry)
		a.mu.Unlock()
		next.do()
	}
}

func (a *agenda) run(done <-chan struct{}) {
	for {
		wait, more := a.catchUp()
		var timer <-chan time.Time
		if more {
			timer = time.After(min(wait, 100*time.Millisecond)) // the base clock may not be the machine's
		}
		select {
		case <-done:
			return
		case <-a.wake:
		case <-timer:
		}
	}
}
