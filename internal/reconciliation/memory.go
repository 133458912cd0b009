package reconciliation

import (
	"runtime"
	"runtime/debug"
	"sync"
)

// lean makes the collector of garbage thorough while something large is compared: the lists are most of what lives then, and twice their size
// is more memory than a small machine has. It costs no time that can be measured, for the lists hold no pointers. The answer undoes it.
func lean() (done func()) {
	leaning.Lock()
	defer leaning.Unlock()
	if leaning.n++; leaning.n == 1 {
		leaning.before = debug.SetGCPercent(15)
		runtime.GC() // what the last one left goes first
	}
	return func() {
		leaning.Lock()
		defer leaning.Unlock()
		if leaning.n--; leaning.n == 0 {
			debug.SetGCPercent(leaning.before)
		}
	}
}

var leaning struct {
	sync.Mutex
	n, before int
}
