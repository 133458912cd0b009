package carrier

import (
	"crypto/subtle"
	"sync"

	"github.com/onay/onay/sandbox/outside"
)

// Register holds the accounts of one house.
type Register struct {
	mu   sync.RWMutex
	list []*Holder
	by   map[string]*Holder
}

// Put changes an account or adds a new one; it counts at once.
func (r *Register) Put(a Account) error {
	if err := a.Validate(); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.by == nil {
		r.by = map[string]*Holder{}
	}
	h := r.by[a.Username]
	if h == nil {
		h = &Holder{}
		r.by[a.Username] = h
		r.list = append(r.list, h)
	}
	h.apply(a)
	return nil
}

// All lists the accounts in the order of their coming.
func (r *Register) All() []Account {
	r.mu.RLock()
	defer r.mu.RUnlock()
	out := make([]Account, len(r.list))
	for i, h := range r.list {
		out[i] = h.View()
	}
	return out
}

// Subscriber gives the account that owns a number, or nil.
func (r *Register) Subscriber(number string) *Holder {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, h := range r.list {
		if s := h.Settings().Subscriber; s != "" && outside.LastTen(s) == outside.LastTen(number) {
			return h
		}
	}
	return nil
}

// Login finds the account with that password, or nil.
func (r *Register) Login(username, password string) *Holder {
	r.mu.RLock()
	h := r.by[username]
	r.mu.RUnlock()
	if h == nil || subtle.ConstantTimeCompare([]byte(h.Settings().Password), []byte(password)) != 1 {
		return nil
	}
	return h
}
