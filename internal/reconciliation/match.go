// Package reconciliation compares what a company has collected with what a bank has booked and paid out, to the kuruş.
//
// The comparison is a pure function over two lists of movements, ours and the bank's. It pairs in passes, the surest first, and says of each
// pair what made it one; what stays single, comes twice or has another amount is a difference. The order of the lists changes nothing, and no
// kuruş is lost or counted twice: on both sides, what is paired and what is open make up the whole.
package reconciliation

import (
	"bytes"
	"cmp"
	"hash/maphash"
	"slices"
	"time"
)

// By is what made two movements one.
type By uint8

// The reasons, the surest first.
const (
	ByOrder By = iota
	ByReference
	ByRRN
	ByAuthCode // with the card and the amount
	ByAmount   // with card and time, and only where nothing else could be meant
	ByParts    // several of one side are one of the other: installments, refunds in parts
	ByBatch    // a line of the bank is the sum of a batch
	ByHand
)

var byNames = []string{"order_id", "reference_code", "rrn", "auth_code", "amount", "parts", "batch", "by_hand"}

func (b By) String() string { return byNames[b] }

// Pair are two movements that are one: indices into the lists. Where several make up one, the further ones are pairs with -1 on the other side.
type Pair struct {
	Ours, Theirs int32
	By           By
}

// Kinds of differences.
const (
	MissingHere  = "missing_here"    // the bank has it
	MissingThere = "missing_at_bank" // we have it
	OtherAmount  = "amount"
	Commission   = "commission" // the bank keeps more or less than the contract says
	ValueDate    = "value_date" // the money comes on another day than the contract says
	Duplicate    = "duplicate"  // the bank has it once more
)

// Kinds lists them as people read them.
var Kinds = []string{MissingHere, MissingThere, OtherAmount, Commission, ValueDate, Duplicate}

// Difference is what a person has to look at. Ours and Theirs are indices, -1 for none.
type Difference struct {
	Kind         string
	Ours, Theirs int32
	// Expected and Found are kuruş, refunds below zero; what the bank keeps; or days.
	Expected, Found int64
}

// Report is the outcome of a comparison.
type Report struct {
	Pairs       []Pair // those with another amount, commission or value date too
	Differences []Difference
	// Sums of all movements, refunds negative, in kuruş.
	OursSum, TheirsSum int64
}

// Options of a comparison.
type Options struct {
	// Window is how far apart in time a pair may be that is found by amount and card; 0: a quarter of an hour.
	Window time.Duration
	// Kept tells what the bank may keep of a movement by the contract, in kuruş; nil: it is not checked.
	Kept func(k Kind, minor int64, installments int) int64
	// ValueDay tells when the first money of a movement is free by the contract; nil: it is not checked.
	ValueDay func(on Day, installments int) Day
	// Held tells what is not to be paired, because a person took it apart; nil: nothing is.
	Held func(ours bool, i Item) bool
}

// grouping holds the movements of both lists that share a key, without a slice or a text for each group.
type grouping struct {
	slots                []int32 // of the hash table: group + 1
	hashes               []uint64
	headOurs, headTheirs []int32 // of each group
	nextOurs, nextTheirs []int32 // by index
}

// key is what movements are grouped by in a pass.
type key struct {
	a, b   int // texts; b -1: none
	card   bool
	amount bool
	net    bool // sales and refunds together
}

func (k key) has(l *List, r *row) bool {
	return (k.a < 0 || r.lens[k.a] > 0) && (!k.card || r.last4[0] != 0)
}

var seed = maphash.MakeSeed()

func (k key) hash(l *List, r *row) uint64 {
	var h uint64
	if k.a >= 0 {
		h = maphash.Bytes(seed, l.bytes(r, k.a))
	}
	if k.card {
		h = h*0x9e3779b97f4a7c15 ^ uint64(r.last4[0])<<24 ^ uint64(r.last4[1])<<16 ^ uint64(r.last4[2])<<8 ^ uint64(r.last4[3])
	}
	if k.amount {
		h = (h ^ uint64(r.minor)) * 0x9e3779b97f4a7c15
	}
	if !k.net {
		h ^= uint64(r.kind) << 48
	}
	return h*0xff51afd7ed558ccd ^ h>>29
}

func (k key) same(l *List, x *row, m *List, y *row) bool {
	return (k.net || x.kind == y.kind) && l.currencies[x.currency] == m.currencies[y.currency] && (!k.card || x.last4 == y.last4) && (!k.amount || x.minor == y.minor) &&
		(k.a < 0 || bytes.Equal(l.bytes(x, k.a), m.bytes(y, k.a)))
}

// group puts what is still free into groups.
func (m *matcher) group(k key) *grouping {
	g := &m.g
	clear(g.slots)
	g.hashes, g.headOurs = g.hashes[:0], g.headOurs[:0]
	mask := uint64(len(g.slots) - 1)
	for i := range int32(m.ours.n) {
		r := m.ours.row(i)
		if !m.freeOurs[i] || !k.has(m.ours, r) {
			continue
		}
		h := k.hash(m.ours, r)
		for p := h & mask; ; p = (p + 1) & mask {
			at := g.slots[p] - 1
			if at < 0 {
				g.slots[p] = int32(len(g.headOurs)) + 1
				g.headOurs, g.hashes, g.nextOurs[i] = append(g.headOurs, i), append(g.hashes, h), -1
				break
			}
			if g.hashes[at] == h && k.same(m.ours, r, m.ours, m.ours.row(g.headOurs[at])) {
				g.nextOurs[i], g.headOurs[at] = g.headOurs[at], i
				break
			}
		}
	}
	g.headTheirs = g.headTheirs[:0]
	for range g.headOurs {
		g.headTheirs = append(g.headTheirs, -1)
	}
	if len(g.headOurs) == 0 {
		return g
	}
	for i := range int32(m.theirs.n) {
		r := m.theirs.row(i)
		if !m.freeTheirs[i] || !k.has(m.theirs, r) {
			continue
		}
		h := k.hash(m.theirs, r)
		for p := h & mask; g.slots[p] > 0; p = (p + 1) & mask {
			at := g.slots[p] - 1
			if g.hashes[at] == h && k.same(m.theirs, r, m.ours, m.ours.row(g.headOurs[at])) {
				g.nextTheirs[i], g.headTheirs[at] = g.headTheirs[at], i
				break
			}
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

// Compare pairs two lists. Movements of different currencies are never paired, those of different kinds only within a batch.
func Compare(ours, theirs *List, o Options) Report {
	if o.Window == 0 {
		o.Window = 15 * time.Minute
	}
	size := 16
	for size < 2*ours.n {
		size *= 2
	}
	groups := ours.n
	m := matcher{ours: ours, theirs: theirs, opt: o, freeOurs: all(ours.n), freeTheirs: all(theirs.n), openOurs: ours.n, openTheirs: theirs.n, twin: map[int32]bool{},
		g: grouping{slots: make([]int32, size), hashes: make([]uint64, 0, groups), headOurs: make([]int32, 0, groups), headTheirs: make([]int32, 0, groups), nextOurs: make([]int32, ours.n), nextTheirs: make([]int32, theirs.n)}}
	m.r.Pairs = make([]Pair, 0, min(ours.n, theirs.n))
	heldOurs, heldTheirs := map[int32]bool{}, map[int32]bool{}
	for i := range int32(ours.n) {
		m.r.OursSum += ours.row(i).signed()
	}
	for i := range int32(theirs.n) {
		m.r.TheirsSum += theirs.row(i).signed()
	}
	if o.Held != nil {
		for i := range m.freeOurs {
			if o.Held(true, ours.At(i)) {
				m.freeOurs[i], heldOurs[int32(i)] = false, true
			}
		}
		for i := range m.freeTheirs {
			if o.Held(false, theirs.At(i)) {
				m.freeTheirs[i], heldTheirs[int32(i)] = false, true
			}
		}
	}
	m.byKey(ByOrder, true, key{a: textOrder})
	m.byKey(ByReference, true, key{a: textReference})
	m.byKey(ByRRN, true, key{a: textRRN})
	m.byKey(ByAuthCode, false, key{a: textAuth, card: true})
	m.byAmount()
	for _, which := range []int{textOrder, textReference, textRRN} {
		m.bySum(ByParts, key{a: which})
	}
	m.bySum(ByBatch, key{a: textBatch, net: true})
	for i, free := range m.freeOurs {
		if free || heldOurs[int32(i)] {
			m.r.Differences = append(m.r.Differences, Difference{Kind: MissingThere, Ours: int32(i), Theirs: -1, Expected: ours.row(int32(i)).signed()})
		}
	}
	for i, free := range m.freeTheirs {
		if !free && !heldTheirs[int32(i)] {
			continue
		}
		kind := MissingHere
		if m.twin[int32(i)] {
			kind = Duplicate
		}
		m.r.Differences = append(m.r.Differences, Difference{Kind: kind, Ours: -1, Theirs: int32(i), Found: theirs.row(int32(i)).signed()})
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
	ours, theirs         *List
	opt                  Options
	freeOurs, freeTheirs []bool
	openOurs, openTheirs int
	twin                 map[int32]bool // lines of the bank that stayed single beside one that was paired by the same key
	g                    grouping
	r                    Report
	left, right          []int32
}

func (m *matcher) take(a, b int32, by By) {
	if a >= 0 {
		m.freeOurs[a] = false
		m.openOurs--
	}
	if b >= 0 {
		m.freeTheirs[b] = false
		m.openTheirs--
	}
	m.r.Pairs = append(m.r.Pairs, Pair{a, b, by})
}

func (m *matcher) differ(kind string, a, b int32, expected, found int64) {
	m.r.Differences = append(m.r.Differences, Difference{kind, a, b, expected, found})
}

func (m *matcher) pair(a, b int32, by By) {
	m.take(a, b, by)
	x, y := m.ours.row(a), m.theirs.row(b)
	if x.minor != y.minor {
		m.differ(OtherAmount, a, b, x.signed(), y.signed())
		return
	}
	if m.opt.Kept != nil && y.told {
		if want := m.opt.Kept(x.kind, x.minor, int(x.installments)); want != y.kept {
			m.differ(Commission, a, b, want, y.kept)
		}
	}
	if m.opt.ValueDay != nil && y.value > 0 && x.kind == Sale {
		if want := m.opt.ValueDay(Day(x.day()), int(x.installments)); want != y.value {
			m.differ(ValueDate, a, b, int64(want), int64(y.value))
		}
	}
}

// before orders movements that share a key, so that the order of the lists does not decide which of them is paired.
func before(l *List) func(a, b int32) int {
	return func(a, b int32) int {
		x, y := l.row(a), l.row(b)
		if c := cmp.Compare(x.minor, y.minor); c != 0 {
			return c
		}
		if c := cmp.Compare(x.at, y.at); c != 0 {
			return c
		}
		if c := bytes.Compare(l.bytes(x, textRef), l.bytes(y, textRef)); c != 0 {
			return c
		}
		return cmp.Compare(x.line, y.line)
	}
}

// byKey pairs movements with the same key: equal amounts first. Where the key is sure by itself and one of each side is left, they are one
// although their amounts differ.
func (m *matcher) byKey(by By, sure bool, k key) {
	if m.openOurs == 0 || m.openTheirs == 0 {
		return
	}
	g := m.group(k)
	for at, head := range g.headOurs {
		if g.headTheirs[at] < 0 {
			continue
		}
		if h := g.headTheirs[at]; g.nextOurs[head] < 0 && g.nextTheirs[h] < 0 { // nearly always
			if sure || m.ours.row(head).minor == m.theirs.row(h).minor {
				m.pair(head, h, by)
			}
			continue
		}
		m.left, m.right = walk(m.left, head, g.nextOurs), walk(m.right, g.headTheirs[at], g.nextTheirs)
		slices.SortFunc(m.left, before(m.ours))
		slices.SortFunc(m.right, before(m.theirs))
		paired := false
		for i, j := 0, 0; i < len(m.left) && j < len(m.right); {
			switch x, y := m.ours.row(m.left[i]).minor, m.theirs.row(m.right[j]).minor; {
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
		restA, restB := rest(m.left, m.freeOurs), rest(m.right, m.freeTheirs)
		if sure && len(restA) == 1 && len(restB) == 1 {
			m.pair(restA[0], restB[0], by)
			paired = true
			restB = nil
		}
		if paired && sure && len(restA) == 0 {
			for _, j := range restB {
				m.twin[j] = true
			}
		}
	}
}

func rest(list []int32, free []bool) []int32 {
	out := list[:0:0]
	for _, i := range list {
		if free[i] {
			out = append(out, i)
		}
	}
	return out
}

// bySum pairs several movements with one, or with several, that share a key. For [ByParts] one side has a single movement: if the sums are not
// the same, its amount is another.
func (m *matcher) bySum(by By, k key) {
	if m.openOurs == 0 || m.openTheirs == 0 {
		return
	}
	g := m.group(k)
	for at, head := range g.headOurs {
		if g.headTheirs[at] < 0 {
			continue
		}
		m.left, m.right = walk(m.left, head, g.nextOurs), walk(m.right, g.headTheirs[at], g.nextTheirs)
		m.right = slices.DeleteFunc(m.right, func(i int32) bool { return m.twin[i] })
		if len(m.right) == 0 || by == ByParts && len(m.left) > 1 && len(m.right) > 1 {
			continue
		}
		slices.SortFunc(m.left, before(m.ours))
		slices.SortFunc(m.right, before(m.theirs))
		var want, found, kept int64
		told := true
		for _, i := range m.left {
			want += m.ours.row(i).signed()
		}
		for _, i := range m.right {
			r := m.theirs.row(i)
			found, kept, told = found+r.signed(), kept+r.kept, told && r.told
		}
		for i := range max(len(m.left), len(m.right)) {
			a, b := int32(-1), int32(-1)
			if i < len(m.left) {
				a = m.left[i]
			}
			if i < len(m.right) {
				b = m.right[i]
			}
			m.take(a, b, by)
		}
		if want != found {
			m.differ(OtherAmount, m.left[0], m.right[0], want, found)
		} else if m.opt.Kept != nil && told {
			var expected int64
			for _, i := range m.left {
				r := m.ours.row(i)
				expected += m.opt.Kept(r.kind, r.minor, int(r.installments))
			}
			if expected != kept {
				m.differ(Commission, m.left[0], m.right[0], expected, kept)
			}
		}
	}
}

// byAmount pairs what has the same amount and card, is close in time, and could not be anything else.
func (m *matcher) byAmount() {
	if m.openOurs == 0 || m.openTheirs == 0 {
		return
	}
	g := m.group(key{a: -1, card: true, amount: true})
	window := m.opt.Window.Microseconds()
	near := func(x, y *row) bool {
		if x.dateOnly || y.dateOnly {
			return x.day() == y.day()
		}
		d := x.at - y.at
		return d <= window && d >= -window
	}
	only := func(x *row, list []int32, of *List) int32 {
		found := int32(-1)
		for _, j := range list {
			if near(x, of.row(j)) {
				if found >= 0 {
					return -1
				}
				found = j
			}
		}
		return found
	}
	for at, head := range g.headOurs {
		if g.headTheirs[at] < 0 {
			continue
		}
		m.left, m.right = walk(m.left, head, g.nextOurs), walk(m.right, g.headTheirs[at], g.nextTheirs)
		for _, i := range m.left {
			if j := only(m.ours.row(i), m.right, m.theirs); j >= 0 && only(m.theirs.row(j), m.left, m.ours) == i {
				m.pair(i, j, ByAmount)
			}
		}
	}
}
