package smpp

import (
	"hash/maphash"
	"strings"
	"sync"
	"time"

	"github.com/onay/onay/sms"
)

// tracker finds the message that a receipt is about. It remembers what was
// accepted, by every number that a receipt may call it, and holds receipts that
// come before the answer to their message.
type tracker struct {
	form  IDForm
	limit int
	seed  maphash.Seed

	mu       sync.Mutex
	index    map[key]*part
	byID     map[string]*sent   // by ProviderID
	waiting  map[uint64]int     // by phone: messages without all their answers
	early    map[uint64][]*held // by phone
	held     int
	order    []*sent // a ring once it is full, the oldest at head
	head     int
	capacity int // of early receipts
}

// key is one reading of an id: its letters, or its value.
type key struct {
	kind byte
	n    uint64
}

const (
	byLetters byte = iota
	byHex          // of the answer's id read as hexadecimal
	byDecimal      // of the answer's id read as decimal
	byLongHex
	byLongDecimal
)

// sent is a message that was handed over, or is being.
type sent struct {
	messageID, reference string
	to                   string // E.164
	from                 string // the sender's address as sent
	id                   string // ProviderID; empty until every part is accepted
	phone                uint64
	parts                []part

	code, errorCode string // of the last receipt that decided
	at              time.Time
}

// part is one submit_sm of it.
type part struct {
	of    *sent
	raw   string // the answer's id
	state State
	next  [3]*part // others with the same key, by the place of the key
	known bool
}

// held is a receipt that is not answered yet.
type held struct {
	n     notice
	reply reply
	since time.Time
}

// maxHeld bounds the receipts that wait for their message. What comes on top
// is refused for now, and the centre sends it again.
const maxHeld = 200_000

func newTracker(form IDForm, limit int) *tracker {
	return &tracker{
		form: form, limit: limit, seed: maphash.MakeSeed(), capacity: maxHeld,
		index: map[key]*part{}, byID: map[string]*sent{}, waiting: map[uint64]int{}, early: map[uint64][]*held{},
	}
}

// begin tells of a message before its first part is written.
func (t *tracker) begin(o *outgoing) *sent {
	s := &sent{
		messageID: o.m.ID, reference: o.m.Reference, to: e164(o.base.destination), from: o.base.source.addr,
		phone: o.phone, parts: make([]part, len(o.parts)),
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting[s.phone]++
	return s
}

// accepted tells of the answer to part i.
func (t *tracker) accepted(s *sent, i int, raw string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.enter(s, i, raw)
}

func (t *tracker) enter(s *sent, i int, raw string) {
	p := &s.parts[i]
	if p.known {
		return
	}
	first := true
	for j := range s.parts {
		first = first && !s.parts[j].known
	}
	p.of, p.raw, p.known = s, raw, true
	for place, k := range t.keys(raw) {
		if k.kind != none {
			p.next[place] = t.index[k]
			t.index[k] = p
		}
	}
	if first {
		t.remember(s)
	}
	ids := make([]string, 0, len(s.parts))
	for j := range s.parts {
		if !s.parts[j].known {
			return
		}
		ids = append(ids, s.parts[j].raw)
	}
	s.id = strings.Join(ids, ",")
	t.byID[s.id] = s
}

// none is a key that an id does not have.
const none byte = 0xff

// keys are the readings under which an answer's id is found, in fixed places.
func (t *tracker) keys(raw string) [3]key {
	out := [3]key{{kind: none}, {kind: none}, {kind: none}}
	if t.form == IDAuto || t.form == IDSame {
		out[0] = t.letters(raw)
	}
	if t.form == IDAuto || t.form == IDRespHex {
		if n, ok := numberOf(raw, 16); ok {
			out[1] = t.value(n, byHex)
		}
	}
	if t.form == IDAuto || t.form == IDRespDec {
		if n, ok := numberOf(raw, 10); ok {
			out[2] = t.value(n, byDecimal)
		}
	}
	return out
}

// asked are the keys by which a receipt's id looks for an answer's, in the
// same places.
func (t *tracker) asked(id string) [3]key {
	out := [3]key{{kind: none}, {kind: none}, {kind: none}}
	if t.form == IDAuto || t.form == IDSame {
		out[0] = t.letters(id)
	}
	if t.form == IDAuto || t.form == IDRespHex {
		if n, ok := numberOf(id, 10); ok {
			out[1] = t.value(n, byHex)
		}
	}
	if t.form == IDAuto || t.form == IDRespDec {
		if n, ok := numberOf(id, 16); ok {
			out[2] = t.value(n, byDecimal)
		}
	}
	return out
}

func (t *tracker) value(n number, kind byte) key {
	if n.long == "" {
		return key{kind, n.low}
	}
	return key{kind + byLongHex - byHex, maphash.String(t.seed, n.long)}
}

func (t *tracker) letters(id string) key {
	if t.form == IDAuto {
		id = bare(id)
	}
	var h maphash.Hash
	h.SetSeed(t.seed)
	for i := 0; i < len(id); i++ {
		c := id[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		_ = h.WriteByte(c) // never fails
	}
	return key{byLetters, h.Sum64()}
}

// find looks for the part a receipt is about: the same phone first. Where only
// the value of the id agrees and its form is a guess, the phone must be right.
func (t *tracker) find(n *notice) *part {
	a, b := phoneKey(n.phones[0]), phoneKey(n.phones[1])
	var second *part
	for place, k := range t.asked(n.id) {
		if k.kind == none {
			continue
		}
		for p := t.index[k]; p != nil; p = p.next[place] {
			if !SameID(t.form, p.raw, n.id) {
				continue // two ids with one hash
			}
			switch {
			case p.of.phone == a, p.of.phone == b && b != 0:
				return p
			case second == nil && (t.form != IDAuto || place == 0):
				second = p
			}
		}
	}
	return second
}

// remember puts the message in the ring, and forgets the one in its place.
func (t *tracker) remember(s *sent) {
	if len(t.order) < t.limit {
		t.order = append(t.order, s)
		return
	}
	t.forget(t.order[t.head])
	t.order[t.head] = s
	t.head = (t.head + 1) % t.limit
}

func (t *tracker) forget(s *sent) {
	if t.byID[s.id] == s {
		delete(t.byID, s.id)
	}
	for i := range s.parts {
		p := &s.parts[i]
		if !p.known {
			continue
		}
		for place, k := range t.keys(p.raw) {
			if k.kind == none {
				continue
			}
			if t.index[k] == p {
				if t.index[k] = p.next[place]; p.next[place] == nil {
					delete(t.index, k)
				}
				continue
			}
			for q := t.index[k]; q != nil; q = q.next[place] {
				if q.next[place] == p {
					q.next[place] = p.next[place]
					break
				}
			}
		}
	}
}

// end tells that no more answers are to come for the message, and gives the
// receipts that waited for it.
func (t *tracker) end(s *sent) []*held {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.waiting[s.phone]--; t.waiting[s.phone] <= 0 {
		delete(t.waiting, s.phone)
	}
	list := t.early[s.phone]
	if len(list) == 0 {
		return nil
	}
	var out []*held
	keep := list[:0]
	for _, h := range list {
		p := t.find(&h.n)
		if p != nil && p.of.id != "" || t.waiting[s.phone] == 0 {
			out = append(out, h)
			continue
		}
		keep = append(keep, h)
	}
	t.held -= len(out)
	clear(list[len(keep):])
	if len(keep) == 0 {
		delete(t.early, s.phone)
	} else {
		t.early[s.phone] = keep
	}
	return out
}

// overdue gives the receipts that have waited since before that time.
func (t *tracker) overdue(before time.Time) []*held {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []*held
	for phone, list := range t.early {
		keep := list[:0]
		for _, h := range list {
			if h.since.Before(before) {
				out = append(out, h)
			} else {
				keep = append(keep, h)
			}
		}
		clear(list[len(keep):])
		if len(keep) == 0 {
			delete(t.early, phone)
		} else {
			t.early[phone] = keep
		}
	}
	t.held -= len(out)
	return out
}

// fates of a receipt.
type fate int

const (
	ready  fate = iota // hand it over
	parked             // it waits for its message
	busy               // too many wait
)

// receipt takes a receipt. final is true when it has waited long enough.
func (t *tracker) receipt(h *held, final bool) (Receipt, fate) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := &h.n
	p := t.find(n)
	if (p == nil || p.of.id == "") && !final {
		for _, phone := range n.phones {
			if k := phoneKey(phone); t.waiting[k] > 0 {
				if t.held >= t.capacity {
					return Receipt{}, busy
				}
				t.early[k] = append(t.early[k], h)
				t.held++
				return Receipt{}, parked
			}
		}
	}
	r := Receipt{RawID: n.id, State: n.state, Intermediate: n.intermediate, Text: n.text}
	if p == nil {
		r.Report = sms.Report{
			ProviderID: n.id, To: e164(address{addr: n.phones[0]}), Status: sms.StatusSent,
			Code: n.code, ErrorCode: n.errorCode, At: n.at,
		}
		if !n.intermediate {
			r.Status, r.Final, r.Reason = n.state.status(), n.state.Final(), n.state.reason()
		}
		return r, ready
	}
	s := p.of
	switch {
	case p.state.Final(): // the first end stays
	case n.intermediate:
		p.state = StateEnroute
	default:
		p.state = n.state
		s.code, s.errorCode, s.at = n.code, n.errorCode, n.at
	}
	r.Matched, r.MessageID, r.Parts = true, s.messageID, len(s.parts)
	for i := range s.parts {
		if &s.parts[i] == p {
			r.Part = i + 1
		}
	}
	r.Report = s.report()
	if r.Report.Code == "" {
		r.Report.Code = n.code
	}
	return r, ready
}

// report is the fate of the whole message.
func (s *sent) report() sms.Report {
	id := s.id
	if id == "" {
		var ids []string
		for i := range s.parts {
			if s.parts[i].known {
				ids = append(ids, s.parts[i].raw)
			}
		}
		id = strings.Join(ids, ",")
	}
	r := sms.Report{
		ProviderID: id, To: s.to, Status: sms.StatusSent, Segments: len(s.parts),
		Reference: s.reference, Code: s.code, ErrorCode: s.errorCode, At: s.at,
	}
	delivered := 0
	for i := range s.parts {
		switch st := s.parts[i].state; {
		case st == StateDelivered:
			delivered++
		case st.Final():
			r.Status, r.Final, r.Reason = sms.StatusFailed, true, st.reason()
			return r
		}
	}
	if delivered == len(s.parts) {
		r.Status, r.Final = sms.StatusDelivered, true
	}
	return r
}

// restore enters a message of an earlier run.
func (t *tracker) restore(m sms.Message, from, providerID string) {
	ids := sms.Accepted{ProviderID: providerID}.IDs()
	if len(ids) == 0 {
		return
	}
	s := &sent{
		messageID: m.ID, reference: m.Reference, to: sms.E164(m.To), from: from,
		phone: phoneKey(m.To), parts: make([]part, len(ids)),
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.byID[strings.Join(ids, ",")] != nil {
		return
	}
	for i, id := range ids {
		t.enter(s, i, id)
	}
}

// reports gives what is known of remembered messages, and the ids that are
// not remembered.
func (t *tracker) reports(ids []string) (list []sms.Report, unknown []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, id := range ids {
		if s := t.byID[id]; s != nil {
			list = append(list, s.report())
		} else {
			unknown = append(unknown, id)
		}
	}
	return list, unknown
}

// addresses gives from and to of a remembered message.
func (t *tracker) addresses(id string) (from, to string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := t.byID[id]; s != nil {
		return s.from, s.to
	}
	return "", ""
}
