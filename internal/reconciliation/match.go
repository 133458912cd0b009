// Package reconciliation compares what a company has collected with what a bank has booked, to the kuruş.
//
// The comparison is a pure function over two lists of movements, ours and the bank's. It pairs in passes, the surest first, and says of each
// pair what made it one; what stays single, comes twice or has another amount is a difference. The order of the lists changes nothing, and no
// kuruş is lost or counted twice: on both sides, what is paired and what is open make up the whole.
package reconciliation

import (
	"cmp"
	"hash/maphash"
	"slices"
	"strings"
	"time"

	"github.com/onay/onay/pos"
)

// Kind of a movement.
type Kind byte

// The kinds.
const (
	Sale   Kind = 's'
	Refund Kind = 'r'
)

// Item is one movement of money, ours or the bank's.
type Item struct {
	Ref          string // ours: pay_… or pop_…
	Line         int    // of the file or list that it stands in
	Kind         Kind
	Minor        int64 // kuruş, above zero
	Currency     pos.Currency
	At           time.Time
	DateOnly     bool // At is a day
	OrderID      string
	Reference    string // the transaction's number at the bank
	RRN          string
	AuthCode     string
	Last4        string
	Installments int   // of ours
	Commission   int64 // kuruş that the bank keeps; -1: it does not say
}

// Reasons for which two movements are one.
const (
	ByOrder     = "order_id"
	ByReference = "reference_code"
	ByRRN       = "rrn"
	ByAuthCode  = "auth_code" // with the card and the amount
	ByAmount    = "amount"    // with card and time, and only where nothing else could be meant
)

// Pair are two movements that are one: indices into the lists.
type Pair struct {
	Ours, Theirs int32
	By           string
}

// Kinds of differences.
const (
	MissingHere  = "missing_here"    // the bank has it
	MissingThere = "missing_at_bank" // we have it
	OtherAmount  = "amount"
	Commission   = "commission" // the bank keeps more or less than the contract says
	Duplicate    = "duplicate"  // the bank has it once more
)

// Difference is what a person has to look at. Ours and Theirs are indices, -1 for none.
type Difference struct {
	Kind         string
	Ours, Theirs int32
	// Expected and Found are kuruş: amounts, or commissions.
	Expected, Found int64
}

// Report is the outcome of a comparison.
type Report struct {
	Pairs       []Pair // those with another amount or commission too
	Differences []Difference
	// Sums of all movements, refunds negative, in kuruş.
	OursSum, TheirsSum int64
}

// Options of a comparison.
type Options struct {
	// Window is how far apart in time a pair may be that is found by amount and card; 0: a quarter of an hour.
	Window time.Duration
	// Commission tells what the bank may keep of a movement of ours by the contract; nil: it is not checked.
	Commission func(Item) int64
}

func (i Item) signed() int64 {
	if i.Kind == Refund {
		return -i.Minor
	}
	return i.Minor
}

// grouping holds the movements of both lists that share a key, without a slice or a text for each group.
type grouping struct {
	headOurs, headTheirs []int32 // of each group
	nextOurs, nextTheirs []int32 // by index
}

// key is what movements are grouped by in a pass.
type key struct {
	has  func(*Item) bool
	text func(*Item) (a, b string)
	n    func(*Item) int64
}

var seed = maphash.MakeSeed()

func (k key) hash(i *Item) uint64 {
	a, b := k.text(i)
	h := maphash.String(seed, a)
	if b != "" {
		h = h*0x9e3779b97f4a7c15 ^ maphash.String(seed, b)
	}
	h ^= uint64(i.Kind) << 56
	if i.Currency != pos.TRY {
		h ^= maphash.String(seed, string(i.Currency))
	}
	if k.n != nil {
		h = (h ^ uint64(k.n(i))) * 0x9e3779b97f4a7c15
	}
	return h
}

func (k key) same(x, y *Item) bool {
	xa, xb := k.text(x)
	ya, yb := k.text(y)
	return x.Kind == y.Kind && x.Currency == y.Currency && xa == ya && xb == yb && (k.n == nil || k.n(x) == k.n(y))
}

// group puts what is still free into groups. A movement whose hash meets that of another key is left to a later pass.
func (m *matcher) group(k key) (g grouping) {
	index := make(map[uint64]int32, len(m.ours))
	g.nextOurs = make([]int32, len(m.ours))
	for i := range m.ours {
		x := &m.ours[i]
		if !m.freeOurs[i] || !k.has(x) {
			continue
		}
		h := k.hash(x)
		at, ok := index[h]
		if !ok {
			index[h] = int32(len(g.headOurs))
			g.headOurs, g.nextOurs[i] = append(g.headOurs, int32(i)), -1
			continue
		}
		if k.same(x, &m.ours[g.headOurs[at]]) {
			g.nextOurs[i], g.headOurs[at] = g.headOurs[at], int32(i)
		}
	}
	if len(index) == 0 {
		return g
	}
	g.headTheirs, g.nextTheirs = make([]int32, len(g.headOurs)), make([]int32, len(m.theirs))
	for i := range g.headTheirs {
		g.headTheirs[i] = -1
	}
	for i := range m.theirs {
		y := &m.theirs[i]
		if !m.freeTheirs[i] || !k.has(y) {
			continue
		}
		if at, ok := index[k.hash(y)]; ok && k.same(y, &m.ours[g.headOurs[at]]) {
			g.nextTheirs[i], g.headTheirs[at] = g.headTheirs[at], int32(i)
		}
	}
	return g
}

func walk(buf []int32, head int32, next []int32) []int32 {
	buf = buf[:0]
	for i := head; i >= 0; i = next[i] {
		buf = append(buf, i)
	}
	return buf
}

// Compare pairs two lists. Movements of different currencies or kinds are never paired.
func Compare(ours, theirs []Item, o Options) Report {
	if o.Window == 0 {
		o.Window = 15 * time.Minute
	}
	m := matcher{ours: ours, theirs: theirs, opt: o, freeOurs: all(len(ours)), freeTheirs: all(len(theirs)), twin: map[int32]bool{}}
	m.r.Pairs = make([]Pair, 0, min(len(ours), len(theirs)))
	for _, i := range ours {
		m.r.OursSum += i.signed()
	}
	for _, i := range theirs {
		m.r.TheirsSum += i.signed()
	}
	one := func(f func(*Item) string) key {
		return key{has: func(i *Item) bool { return f(i) != "" }, text: func(i *Item) (string, string) { return f(i), "" }}
	}
	m.byKey(ByOrder, true, one(func(i *Item) string { return i.OrderID }))
	m.byKey(ByReference, true, one(func(i *Item) string { return i.Reference }))
	m.byKey(ByRRN, true, one(func(i *Item) string { return i.RRN }))
	m.byKey(ByAuthCode, false, key{has: func(i *Item) bool { return i.AuthCode != "" && i.Last4 != "" }, text: func(i *Item) (string, string) { return i.AuthCode, i.Last4 }})
	m.byAmount()
	for i, free := range m.freeOurs {
		if free {
			m.r.Differences = append(m.r.Differences, Difference{Kind: MissingThere, Ours: int32(i), Theirs: -1, Expected: ours[i].signed()})
		}
	}
	for i, free := range m.freeTheirs {
		if !free {
			continue
		}
		kind := MissingHere
		if m.twin[int32(i)] {
			kind = Duplicate
		}
		m.r.Differences = append(m.r.Differences, Difference{Kind: kind, Ours: -1, Theirs: int32(i), Found: theirs[i].signed()})
	}
	return m.r
}

func all(n int) []bool {
	b := make([]bool, n)
	for i := range b {
		b[i] = true
	}
	return b
}

type matcher struct {
	ours, theirs         []Item
	opt                  Options
	freeOurs, freeTheirs []bool
	twin                 map[int32]bool // lines of the bank that stayed single beside one that was paired by the same key
	r                    Report
	left, right          []int32
}

func (m *matcher) pair(a, b int32, by string) {
	m.freeOurs[a], m.freeTheirs[b] = false, false
	m.r.Pairs = append(m.r.Pairs, Pair{a, b, by})
	x, y := &m.ours[a], &m.theirs[b]
	if x.Minor != y.Minor {
		m.r.Differences = append(m.r.Differences, Difference{Kind: OtherAmount, Ours: a, Theirs: b, Expected: x.signed(), Found: y.signed()})
	}
	if m.opt.Commission != nil && y.Commission >= 0 && x.Minor == y.Minor {
		if want := m.opt.Commission(*x); want != y.Commission {
			m.r.Differences = append(m.r.Differences, Difference{Kind: Commission, Ours: a, Theirs: b, Expected: want, Found: y.Commission})
		}
	}
}

// before orders movements that share a key, so that the order of the lists does not decide which of them is paired.
func before(list []Item) func(a, b int32) int {
	return func(a, b int32) int {
		x, y := &list[a], &list[b]
		if c := cmp.Compare(x.Minor, y.Minor); c != 0 {
			return c
		}
		if c := x.At.Compare(y.At); c != 0 {
			return c
		}
		if c := strings.Compare(x.Ref, y.Ref); c != 0 {
			return c
		}
		return cmp.Compare(x.Line, y.Line)
	}
}

// byKey pairs movements with the same key: equal amounts first. Where the key is sure by itself and one of each side is left, they are one
// although their amounts differ.
func (m *matcher) byKey(by string, sure bool, k key) {
	if !slices.Contains(m.freeOurs, true) || !slices.Contains(m.freeTheirs, true) {
		return
	}
	g := m.group(k)
	for at, head := range g.headOurs {
		if g.headTheirs[at] < 0 {
			continue
		}
		m.left, m.right = walk(m.left, head, g.nextOurs), walk(m.right, g.headTheirs[at], g.nextTheirs)
		if len(m.left) == 1 && len(m.right) == 1 { // nearly always
			if sure || m.ours[m.left[0]].Minor == m.theirs[m.right[0]].Minor {
				m.pair(m.left[0], m.right[0], by)
			}
			continue
		}
		if len(m.left) > 1 {
			slices.SortFunc(m.left, before(m.ours))
		}
		if len(m.right) > 1 {
			slices.SortFunc(m.right, before(m.theirs))
		}
		paired := false
		for i, j := 0, 0; i < len(m.left) && j < len(m.right); {
			switch x, y := m.ours[m.left[i]].Minor, m.theirs[m.right[j]].Minor; {
			case x < y:
				i++
			case x > y:
				j++
			default:
				m.pair(m.left[i], m.right[j], by)
				paired = true
				i, j = i+1, j+1
			}
		}
		restA, restB := m.rest(m.left, m.freeOurs), m.rest(m.right, m.freeTheirs)
		if sure && len(restA) == 1 && len(restB) == 1 {
			m.pair(restA[0], restB[0], by)
			paired = true
			restB = nil
		}
		if paired && sure {
			for _, j := range restB {
				m.twin[j] = true
			}
		}
	}
}

func (m *matcher) rest(list []int32, free []bool) []int32 {
	out := list[:0:0]
	for _, i := range list {
		if free[i] {
			out = append(out, i)
		}
	}
	return out
}

// byAmount pairs what has the same amount and card, is close in time, and could not be anything else.
func (m *matcher) byAmount() {
	g := m.group(key{has: func(i *Item) bool { return i.Last4 != "" }, text: func(i *Item) (string, string) { return i.Last4, "" }, n: func(i *Item) int64 { return i.Minor }})
	near := func(x, y *Item) bool {
		if x.DateOnly || y.DateOnly {
			return x.At.In(pos.Istanbul).Format(time.DateOnly) == y.At.In(pos.Istanbul).Format(time.DateOnly)
		}
		d := x.At.Sub(y.At)
		return d <= m.opt.Window && d >= -m.opt.Window
	}
	for at, head := range g.headOurs {
		if g.headTheirs[at] < 0 {
			continue
		}
		m.left, m.right = walk(m.left, head, g.nextOurs), walk(m.right, g.headTheirs[at], g.nextTheirs)
		only := func(x *Item, list []int32, of []Item) int32 {
			found := int32(-1)
			for _, j := range list {
				if near(x, &of[j]) {
					if found >= 0 {
						return -1
					}
					found = j
				}
			}
			return found
		}
		for _, i := range m.left {
			if j := only(&m.ours[i], m.right, m.theirs); j >= 0 && only(&m.theirs[j], m.left, m.ours) == i {
				m.pair(i, j, ByAmount)
			}
		}
	}
}
