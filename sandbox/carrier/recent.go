package carrier

import "sync"

// generation is how many keys a recent remembers before it turns a page.
const generation = 50_000

// recent remembers values by key in bounded memory: two generations, of which
// the older is dropped when the younger is full.
type recent[K comparable, V any] struct {
	mu         sync.Mutex
	young, old map[K]V
}

func (r *recent[K, V]) get(key K) (V, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.look(key)
}

func (r *recent[K, V]) look(key K) (V, bool) {
	v, known := r.young[key]
	if !known {
		v, known = r.old[key]
	}
	return v, known
}

// update hands the remembered value to f and stores what it returns.
func (r *recent[K, V]) update(key K, f func(v V, known bool) V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, known := r.look(key)
	if r.young == nil || len(r.young) >= generation {
		r.old, r.young = r.young, map[K]V{}
	}
	r.young[key] = f(v, known)
}
