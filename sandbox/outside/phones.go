package outside

import (
	"hash/maphash"
	"sort"
	"sync"
	"sync/atomic"
	"time"
)

// Message is one text on a virtual phone.
type Message struct {
	ID       uint64    `json:"-"` // rises with arrival; names the place in the event stream
	At       time.Time `json:"at"`
	Sender   string    `json:"sender"`
	Body     string    `json:"body"`
	Provider string    `json:"provider"`
	// Suffix is the operator code that Turkish law appends to the text (" B001").
	// It is kept apart so that Body is exactly what the caller sent.
	Suffix string `json:"suffix,omitempty"`
	Parts  int    `json:"parts,omitempty"`
	// Reply marks what the customer wrote; Sender is then the number written to.
	Reply bool `json:"-"`
}

// Summary is one line of the list of phones.
type Summary struct {
	Phone string
	Count int
	Last  Message
}

// shardCount spreads the phones over locks, so that a load test on many phones
// does not queue on one.
const shardCount = 32

// Phones keeps what the customers' phones show, in bounded memory: a ring for
// each phone, and over all phones a first-in-first-out limit.
type Phones struct {
	perPhone int
	seed     maphash.Seed
	next     atomic.Uint64
	shards   [shardCount]phoneShard
}

type phoneShard struct {
	mu        sync.Mutex
	phones    map[string]*inbox
	arrivals  []arrival // ring, oldest at head once full
	head      int
	capacity  int
	listeners map[string]map[chan Message]struct{}
}

type arrival struct {
	phone string
	id    uint64
}

// inbox is a queue of messages in order of arrival.
type inbox struct {
	list []Message
}

// NewPhones makes an empty store.
func NewPhones(l Limits) *Phones {
	if l.PerPhone <= 0 {
		l.PerPhone = 200
	}
	if l.Total <= 0 {
		l.Total = 100_000
	}
	p := &Phones{perPhone: l.PerPhone, seed: maphash.MakeSeed()}
	for i := range p.shards {
		p.shards[i] = phoneShard{
			phones:    map[string]*inbox{},
			listeners: map[string]map[chan Message]struct{}{},
			capacity:  max(1, l.Total/shardCount),
		}
	}
	return p
}

func (p *Phones) shard(phone string) *phoneShard {
	return &p.shards[maphash.String(p.seed, phone)%shardCount]
}

// Add puts a message on the phone (E.164) and wakes its listeners. A listener
// that does not keep up loses the event, never the message: it asks Since.
func (p *Phones) Add(phone string, m Message) Message {
	s := p.shard(phone)
	s.mu.Lock()
	defer s.mu.Unlock()
	m.ID = p.next.Add(1)
	box := s.phones[phone]
	if box == nil {
		box = &inbox{}
		s.phones[phone] = box
	}
	if len(box.list) >= p.perPhone {
		box.dropFirst()
	}
	box.list = append(box.list, m)
	s.remember(arrival{phone, m.ID})
	for ch := range s.listeners[phone] {
		select {
		case ch <- m:
		default:
		}
	}
	return m
}

// remember enters the arrival in the ring and forgets the message whose place
// it takes, unless that one has already left its phone's own ring.
func (s *phoneShard) remember(a arrival) {
	if len(s.arrivals) < s.capacity {
		s.arrivals = append(s.arrivals, a)
		return
	}
	old := s.arrivals[s.head]
	s.arrivals[s.head] = a
	s.head = (s.head + 1) % s.capacity
	box := s.phones[old.phone]
	if box == nil || len(box.list) == 0 || box.list[0].ID != old.id {
		return
	}
	box.dropFirst()
	if len(box.list) == 0 {
		delete(s.phones, old.phone)
	}
}

// dropFirst forgets the oldest. The slice moves forward; append copies it to a
// new array when it runs out, which frees the old one.
func (b *inbox) dropFirst() {
	b.list[0] = Message{}
	b.list = b.list[1:]
}

// Since gives the messages after the one with the given id, oldest first, both
// received and written; 0 gives all that are kept.
func (p *Phones) Since(phone string, id uint64) []Message {
	s := p.shard(phone)
	s.mu.Lock()
	defer s.mu.Unlock()
	box := s.phones[phone]
	if box == nil {
		return nil
	}
	i := sort.Search(len(box.list), func(i int) bool { return box.list[i].ID > id })
	return append([]Message(nil), box.list[i:]...)
}

// Received gives the messages that came to the phone, newest first.
func (p *Phones) Received(phone string) []Message {
	all := p.Since(phone, 0)
	out := make([]Message, 0, len(all))
	for i := len(all) - 1; i >= 0; i-- {
		if !all[i].Reply {
			out = append(out, all[i])
		}
	}
	return out
}

// Listen gives a channel of what happens on the phone from now on, and the
// function that ends it.
func (p *Phones) Listen(phone string) (<-chan Message, func()) {
	ch := make(chan Message, 64)
	s := p.shard(phone)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listeners[phone] == nil {
		s.listeners[phone] = map[chan Message]struct{}{}
	}
	s.listeners[phone][ch] = struct{}{}
	return ch, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.listeners[phone], ch)
		if len(s.listeners[phone]) == 0 {
			delete(s.listeners, phone)
		}
	}
}

// List gives the phones that hold something, the liveliest first, at most limit.
func (p *Phones) List(limit int) []Summary {
	var out []Summary
	for i := range p.shards {
		s := &p.shards[i]
		s.mu.Lock()
		for phone, box := range s.phones {
			if n := len(box.list); n > 0 {
				out = append(out, Summary{phone, n, box.list[n-1]})
			}
		}
		s.mu.Unlock()
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Last.ID > out[j].Last.ID })
	if len(out) > limit {
		out = out[:limit]
	}
	return out
}
