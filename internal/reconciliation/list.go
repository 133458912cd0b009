package reconciliation

import (
	"bytes"
	"time"

	"github.com/google/uuid"

	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/pos"
)

// Kind of a movement.
type Kind byte

// The kinds.
const (
	Sale   Kind = 's'
	Refund Kind = 'r'
)

// String is sale or refund.
func (k Kind) String() string {
	if k == Refund {
		return "refund"
	}
	return "sale"
}

// MarshalText is String.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText is the inverse.
func (k *Kind) UnmarshalText(b []byte) error {
	if *k = Sale; string(b) == "refund" {
		*k = Refund
	}
	return nil
}

// Item is one movement of money, ours or the bank's.
type Item struct {
	Ref          string       `json:"ref,omitempty" doc:"ours: the payment (pay_…) or the operation (pop_…); the bank's: the text of the line"`
	Line         int          `json:"line,omitempty" doc:"of the statement or list"`
	Kind         Kind         `json:"kind" enum:"sale,refund"`
	Minor        int64        `json:"amount" doc:"kuruş, above zero"`
	Currency     pos.Currency `json:"currency"`
	At           time.Time    `json:"at"`
	DateOnly     bool         `json:"date_only,omitempty" doc:"only the day of at is known"`
	OrderID      string       `json:"order_id,omitempty"`
	Reference    string       `json:"reference_code,omitempty" doc:"the transaction's number at the bank"`
	RRN          string       `json:"rrn,omitempty"`
	AuthCode     string       `json:"auth_code,omitempty"`
	Batch        string       `json:"batch,omitempty"`
	Last4        string       `json:"last4,omitempty"`
	Installments int          `json:"installments,omitempty"`
	Kept         int64        `json:"kept,omitempty" doc:"kuruş that the bank keeps, all in all; below zero where it gives back"`
	Told         bool         `json:"kept_told,omitempty" doc:"the line says what is kept"`
	ValueDay     Day          `json:"value_day,omitempty" doc:"when the money is free; empty: not told"`
}

// Signed is the amount, below zero for a refund.
func (i Item) Signed() int64 {
	if i.Kind == Refund {
		return -i.Minor
	}
	return i.Minor
}

// Day is a day of the calendar in Istanbul.
type Day = clock.Day

// Texts of a row, in the order in which they stand in a slab.
const (
	textOrder = iota
	textReference
	textRRN
	textAuth
	textBatch
	textRef
	texts
)

// row is an item without its texts.
type row struct {
	minor, kept, at int64
	text            uint32 // slab and place in it
	line            uint32
	value           Day
	lens            [texts]uint8
	last4           [4]byte
	kind            Kind
	dateOnly, told  bool
	currency        uint8
	installments    uint8
}

const (
	slabBits = 20 // a slab has 1 MB
	rowBits  = 14 // rows come in blocks of 16 384
)

// List holds many items in little room: about 120 bytes for a payment of ours, with its texts.
type List struct {
	rows       [][]row
	slabs      [][]byte
	n          int
	currencies []pos.Currency
}

// ListOf makes a list.
func ListOf(items ...Item) *List {
	l := &List{}
	for _, i := range items {
		l.Append(i)
	}
	return l
}

// Len is the number of items.
func (l *List) Len() int { return l.n }

func (l *List) row(i int32) *row { return &l.rows[i>>rowBits][i&(1<<rowBits-1)] }

// Append adds an item. Texts are cut after 255 bytes.
func (l *List) Append(i Item) {
	if l.n&(1<<rowBits-1) == 0 {
		l.rows = append(l.rows, make([]row, 0, 1<<rowBits))
	}
	r := l.pack(i)
	block := len(l.rows) - 1
	l.rows[block] = append(l.rows[block], r)
	l.n++
}

// set puts another item in a place.
func (l *List) set(at int32, i Item) { *l.row(at) = l.pack(i) }

// pack makes a row of an item and stores its texts.
func (l *List) pack(i Item) row {
	r := row{minor: i.Minor, kept: i.Kept, at: i.At.UnixMicro(), line: uint32(i.Line), value: i.ValueDay, kind: i.Kind, dateOnly: i.DateOnly, told: i.Told, installments: uint8(min(i.Installments, 255))}
	copy(r.last4[:], i.Last4)
	r.currency = l.currency(i.Currency)
	all := [texts]string{i.OrderID, i.Reference, i.RRN, i.AuthCode, i.Batch, shorten(i.Ref)}
	size := 0
	for k, s := range all {
		s = s[:min(len(s), 255)]
		all[k] = s
		r.lens[k] = uint8(len(s))
		size += len(s)
	}
	last := len(l.slabs) - 1
	if last < 0 || len(l.slabs[last])+size > 1<<slabBits {
		l.slabs = append(l.slabs, make([]byte, 0, 1<<slabBits))
		last++
	}
	r.text = uint32(last)<<slabBits | uint32(len(l.slabs[last]))
	for _, s := range all {
		l.slabs[last] = append(l.slabs[last], s...)
	}
	return r
}

func (l *List) currency(c pos.Currency) uint8 {
	for k, x := range l.currencies {
		if x == c {
			return uint8(k)
		}
	}
	l.currencies = append(l.currencies, c)
	return uint8(len(l.currencies) - 1)
}

func (l *List) bytes(r *row, which int) []byte {
	slab := l.slabs[r.text>>slabBits]
	from := int(r.text & (1<<slabBits - 1))
	for k := range which {
		from += int(r.lens[k])
	}
	return slab[from : from+int(r.lens[which])]
}

// At is an item.
func (l *List) At(i int) Item {
	r := l.row(int32(i))
	t := func(which int) string { return string(l.bytes(r, which)) }
	return Item{Ref: lengthen(t(textRef)), Line: int(r.line), Kind: r.kind, Minor: r.minor, Currency: l.currencies[r.currency], At: time.UnixMicro(r.at).UTC(), DateOnly: r.dateOnly, OrderID: t(textOrder), Reference: t(textReference), RRN: t(textRRN),
		AuthCode: t(textAuth), Batch: t(textBatch), Last4: string(bytes.TrimRight(r.last4[:], "\x00")), Installments: int(r.installments), Kept: r.kept, Told: r.told, ValueDay: r.value}
}

// idBytes is the length of a shortened id: a mark, three letters, 16 bytes.
const idBytes = 20

// shorten writes an id of ours (pay_ and a UUID) in half its length; other texts stay as they are.
func shorten(s string) string {
	if len(s) != 40 || s[3] != '_' {
		return s
	}
	u, err := uuid.Parse(s[4:])
	if err != nil || u.String() != s[4:] {
		return s
	}
	return "\x00" + s[:3] + string(u[:])
}

func lengthen(s string) string {
	if len(s) != idBytes || s[0] != 0 {
		return s
	}
	return s[1:4] + "_" + uuid.UUID([]byte(s[4:])).String()
}

// Items are all of them.
func (l *List) Items() []Item {
	out := make([]Item, l.Len())
	for i := range out {
		out[i] = l.At(i)
	}
	return out
}

func (r *row) signed() int64 {
	if r.kind == Refund {
		return -r.minor
	}
	return r.minor
}

// day is that of the row in Istanbul, which has kept to UTC+3 since 2016.
func (r *row) day() int64 { return floorDiv(r.at+3*3600*1e6, 86400*1e6) }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
