package carrier

import (
	"container/heap"
	"sync"
	"time"

	"github.com/onay/onay/sandbox/outside"
)

// tick is how late a planned thing may be.
const tick = 50 * time.Millisecond

// schedule runs planned things by the world's clock. Its goroutine looks every
// tick while something is planned; a move of the clock runs what became due
// before the move returns.
type schedule struct {
	clock *outside.Clock

	mu   sync.Mutex
	plan plans
	next uint64
	wake chan struct{}
}

type planned struct {
	at  time.Time
	seq uint64 // keeps the order of what is due at the same time
	run func()
}

type plans []planned

func (p plans) Len() int { return len(p) }
func (p plans) Less(i, j int) bool {
	return p[i].at.Before(p[j].at) || p[i].at.Equal(p[j].at) && p[i].seq < p[j].seq
}
func (p plans) Swap(i, j int) { p[i], p[j] = p[j], p[i] }
func (p *plans) Push(x any)   { *p = append(*p, x.(planned)) }
func (p *plans) Pop() any {
	old := *p
	last := old[len(old)-1]
	old[len(old)-1] = planned{}
	*p = old[:len(old)-1]
	return last
}

func newSchedule(core *outside.Core) *schedule {
	s := &schedule{clock: core.Clock, wake: make(chan struct{}, 1)}
	core.Clock.OnChange(func(time.Duration) { s.runDue() })
	go s.loop(core.Done())
	return s
}

func (s *schedule) at(t time.Time, run func()) {
	s.mu.Lock()
	s.next++
	heap.Push(&s.plan, planned{t, s.next, run})
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// runDue runs outside the lock, so that what runs may plan more.
func (s *schedule) runDue() (left bool) {
	for {
		now := s.clock.Now()
		s.mu.Lock()
		if len(s.plan) == 0 || s.plan[0].at.After(now) {
			left = len(s.plan) > 0
			s.mu.Unlock()
			return left
		}
		next := heap.Pop(&s.plan).(planned)
		s.mu.Unlock()
		next.run()
	}
}

func (s *schedule) loop(done <-chan struct{}) {
	for {
		select {
		case <-done:
			return
		case <-s.wake:
		}
		for s.runDue() {
			select {
			case <-done:
				return
			case <-time.After(tick):
			}
		}
	}
}
