package carrier

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/onay/onay/sandbox/outside"
)

// Fate is how far a message came.
type Fate int

// The fates.
const (
	Waiting Fate = iota // for its send time
	Sending             // handed over, no report yet
	Delivered
	TimedOut
	WrongNumber
	Refused // by the operator or the house
	Duplicate
	Blacklisted
	NotListed // not on the whitelist
	NoConsent // by İYS
	Cancelled
	Outlived // the validity ended before the send time
)

// Row is one message to one phone.
type Row struct {
	ID    string // the house's own id of the message, where it has one
	To    string // E.164
	Body  string // as the phone shows it
	Parts int
	Ref   string // the customer's own id, or what the house notes
	// Fate may be set by the house when it takes the message (Duplicate …);
	// then nothing is sent. Otherwise it is decided at hand-over.
	Fate Fate
}

// Batch is what one request sends.
type Batch struct {
	ID     string
	Owner  *Holder
	Sender string
	Ref    string
	// Code is true on a route for codes: nothing is checked.
	Code bool
	// Commercial is BIREYSEL or TACIR, or empty.
	Commercial string
	Start      time.Time
	// Expire is the end of the validity; zero: none.
	Expire time.Time
	Rows   []Row

	mu        sync.Mutex
	released  bool
	cancelled bool
	ready     time.Time // from then on the report shows the fate
}

// State is a row as it stands at the moment of asking.
type State struct {
	Row
	Batch *Batch
	At    time.Time // of the fate
}

// States gives every row of the batch as it stands now.
func (b *Batch) States(now time.Time) []State {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := make([]State, len(b.Rows))
	for i, r := range b.Rows {
		switch {
		case b.cancelled:
			r.Fate = Cancelled
		case !b.released:
			r.Fate = Waiting
		case now.Before(b.ready):
			r.Fate = Sending
		}
		out[i] = State{Row: r, Batch: b, At: b.ready}
	}
	return out
}

// Begun reports whether the batch has left the house.
func (b *Batch) Begun() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.released
}

// Cancel takes back a batch that has not begun.
func (b *Batch) Cancel() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.cancelled || b.released {
		return false
	}
	b.cancelled = true
	return true
}

// scripted is the fate that the last two digits of a number ask for.
func scripted(to string) Fate {
	if len(to) < 2 {
		return Delivered
	}
	switch to[len(to)-2:] {
	case "02":
		return TimedOut
	case "03":
		return WrongNumber
	case "11":
		return Refused
	case "13":
		return Duplicate
	case "15":
		return Blacklisted
	case "16":
		return NoConsent
	}
	return Delivered
}

// fate decides at hand-over.
func (c *Carrier) fate(b *Batch, r Row) Fate {
	if r.Fate != Waiting {
		return r.Fate
	}
	if !b.Expire.IsZero() && !b.Expire.After(b.Start) {
		return Outlived
	}
	f := scripted(r.To)
	consented := b.Commercial != "" && c.cfg.HasConsent != nil && c.cfg.HasConsent(r.To, b.Commercial)
	switch {
	case b.Code && (f == Blacklisted || f == Duplicate || f == NoConsent):
		return Delivered
	case b.Code:
		return f
	case f == NoConsent && (b.Commercial == "" || consented):
		f = Delivered
	}
	set := b.Owner.Settings()
	switch {
	case set.Checks != "" && slices.Contains(set.Blacklist, r.To):
		return Blacklisted
	case set.Checks == "whitelist" && !slices.Contains(set.Whitelist, r.To):
		return NotListed
	case set.Checks == "consent" && b.Commercial != "" && c.cfg.HasConsent != nil && !consented:
		return NoConsent
	}
	return f
}

// release hands a batch to the networks: each row gets its fate, and what is
// delivered rings on the phone.
func (c *Carrier) release(b *Batch) {
	b.mu.Lock()
	if b.cancelled || b.released {
		b.mu.Unlock()
		return
	}
	b.released = true
	b.ready = b.Start.Add(c.cfg.ReportDelay)
	for i := range b.Rows {
		r := &b.Rows[i]
		if r.Fate = c.fate(b, *r); r.Fate == Delivered {
			c.core.Phones.Add(r.To, outside.Message{
				At: b.Start.UTC(), Sender: b.Sender, Body: r.Body, Provider: c.cfg.System, Suffix: Suffix, Parts: r.Parts,
			})
		}
	}
	ready := b.ready
	b.mu.Unlock()
	if c.OnFinal != nil {
		// Through the schedule even without a delay: the house answers first.
		c.schedule.at(ready, func() { c.OnFinal(b) })
	}
}

// Mobile reads a phone of the wire as E.164, if it is a Turkish mobile.
func Mobile(in string) (string, bool) {
	e, err := outside.NormalizePhone(in)
	if err != nil || len(e) != 13 || !strings.HasPrefix(e, "+905") {
		return "", false
	}
	return e, true
}
