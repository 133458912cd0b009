package netgsm

import (
	"sync"
	"time"
)

// rate allows limit calls in any window that slides with the world's clock.
type rate struct {
	limit  int
	window time.Duration

	mu    sync.Mutex
	times []time.Time
}

func (r *rate) allow(now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	var ok bool
	r.times, ok = slide(r.times, now, r.window, r.limit)
	return ok
}

// slide drops the times outside the window and enters now if there is room. A
// time in the future is dropped too: the clock was moved back.
func slide(times []time.Time, now time.Time, window time.Duration, limit int) ([]time.Time, bool) {
	kept := times[:0]
	for _, t := range times {
		if age := now.Sub(t); age >= 0 && age < window {
			kept = append(kept, t)
		}
	}
	if len(kept) >= limit {
		return kept, false
	}
	return append(kept, now), true
}

// generation is how many keys a recent remembers before it turns a page.
const generation = 50_000

// recent remembers values by key in bounded memory: two generations, of which
// the older is dropped when the younger is full.
type recent[K comparable, V any] struct {
	mu         sync.Mutex
	young, old map[K]V
}

// update hands the remembered value to f and stores what it returns.
func (r *recent[K, V]) update(key K, f func(v V, known bool) V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.young == nil {
		r.young = map[K]V{}
	}
	v, known := r.young[key]
	if !known {
		v, known = r.old[key]
	}
	if len(r.young) >= generation {
		r.old, r.young = r.young, map[K]V{}
	}
	r.young[key] = f(v, known)
}

// seenWithin says whether the key was met less than window ago, and, if not,
// that it is met now.
func seenWithin[K comparable](r *recent[K, time.Time], key K, now time.Time, window time.Duration) bool {
	seen := false
	r.update(key, func(at time.Time, known bool) time.Time {
		if age := now.Sub(at); known && age >= 0 && age < window {
			seen = true
			return at
		}
		return now
	})
	return seen
}
