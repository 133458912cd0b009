package carrier

import (
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/onay/onay/sandbox/outside"
)

// Config describes a house.
type Config struct {
	// System is its name in the faults and on the phones.
	System string
	// ReportDelay is how long a message has no report, by the world's clock; 0
	// means 2 s, negative means none.
	ReportDelay time.Duration
	// HasConsent answers whether İYS holds an ONAY (recipient in E.164, kind
	// BIREYSEL or TACIR). When nil, only the numbers ending in 16 have none.
	HasConsent func(recipient, kind string) bool
	// Keep bounds the batches kept for reports; 0 means 20 000.
	Keep int
	// FirstID is where the numbers of batches and messages begin.
	FirstID uint64
}

// Carrier is one house at work.
type Carrier struct {
	Accounts Register
	// OnFinal is called when the reports of a batch are final. Set it before
	// the first message.
	OnFinal func(*Batch)

	core     *outside.Core
	cfg      Config
	schedule *schedule
	poster   *poster
	ids      atomic.Uint64

	mu    sync.RWMutex
	byID  map[string]*Batch
	order []*Batch // ring, oldest at head once full
	head  int
}

// New opens a house in the given world.
func New(core *outside.Core, cfg Config) *Carrier {
	switch {
	case cfg.ReportDelay == 0:
		cfg.ReportDelay = 2 * time.Second
	case cfg.ReportDelay < 0:
		cfg.ReportDelay = 0
	}
	if cfg.Keep <= 0 {
		cfg.Keep = 20_000
	}
	c := &Carrier{core: core, cfg: cfg, schedule: newSchedule(core), byID: map[string]*Batch{}}
	c.poster = newPoster(core, cfg.System, c.schedule)
	c.ids.Store(cfg.FirstID)
	return c
}

// Now is the time on the wire's side of the world.
func (c *Carrier) Now() time.Time { return c.core.Clock.Now().In(outside.Istanbul) }

// NextID gives a new number.
func (c *Carrier) NextID() uint64 { return c.ids.Add(1) }

// NextText gives a new number as text.
func (c *Carrier) NextText() string { return strconv.FormatUint(c.NextID(), 10) }

// Put takes a batch: it is found by its id, and by the ids of its rows where
// these have some, and leaves at its start.
func (c *Carrier) Put(b *Batch) {
	c.mu.Lock()
	c.name(b, b)
	if len(c.order) < c.cfg.Keep {
		c.order = append(c.order, b)
	} else {
		c.name(c.order[c.head], nil)
		c.order[c.head] = b
		c.head = (c.head + 1) % c.cfg.Keep
	}
	c.mu.Unlock()
	if b.Start.After(c.Now()) {
		c.schedule.at(b.Start, func() { c.release(b) })
		return
	}
	c.release(b)
}

// name enters the ids of b as those of as, or removes them when as is nil.
func (c *Carrier) name(b, as *Batch) {
	set := func(id string) {
		switch {
		case id == "":
		case as == nil:
			delete(c.byID, id)
		default:
			c.byID[id] = as
		}
	}
	set(b.ID)
	for _, r := range b.Rows {
		set(r.ID)
	}
}

// Find gives the batch of an id, whoever owns it, or nil.
func (c *Carrier) Find(id string) *Batch {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.byID[id]
}

// FindState gives the row of a message id of this owner as it stands now.
func (c *Carrier) FindState(owner *Holder, id string) (State, bool) {
	b := c.Find(id)
	if b == nil || b.Owner != owner {
		return State{}, false
	}
	for _, s := range b.States(c.Now()) {
		if s.ID == id {
			return s, true
		}
	}
	return State{}, false
}

// Each gives the batches that are kept, the oldest first.
func (c *Carrier) Each(f func(*Batch)) {
	c.mu.RLock()
	all := append(append([]*Batch(nil), c.order[c.head:]...), c.order[:c.head]...)
	c.mu.RUnlock()
	for _, b := range all {
		f(b)
	}
}
