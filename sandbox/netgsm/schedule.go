package netgsm

import (
	"container/heap"
	"sync"
	"time"

	"github.com/onay/onay/sandbox/outside"
)

// schedule runs what is planned for a time of the world's clock. Its goroutine
// looks every tick while something is planned; a move of the clock runs what
// became due before the move returns.
type schedule struct {
	clock *outside.Clock

	mu    sync.Mutex
	tasks tasks
	wake  chan struct{}
}

// tick is how late a planned thing may be.
const tick = 50 * time.Millisecond

type task struct {
	at  time.Time
	run func()
}

type tasks []task

func (t tasks) Len() int           { return len(t) }
func (t tasks) Less(i, j int) bool { return t[i].at.Before(t[j].at) }
func (t tasks) Swap(i, j int)      { t[i], t[j] = t[j], t[i] }
func (t *tasks) Push(x any)        { *t = append(*t, x.(task)) }
func (t *tasks) Pop() any {
	old := *t
	last := old[len(old)-1]
	old[len(old)-1] = task{}
	*t = old[:len(old)-1]
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
	heap.Push(&s.tasks, task{t, run})
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// runDue runs outside the lock, so that a task may plan the next one.
func (s *schedule) runDue() (left bool) {
	for {
		now := s.clock.Now()
		s.mu.Lock()
		if len(s.tasks) == 0 || s.tasks[0].at.After(now) {
			left = len(s.tasks) > 0
			s.mu.Unlock()
			return left
		}
		next := heap.Pop(&s.tasks).(task)
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
