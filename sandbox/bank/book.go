package bank

import (
	"fmt"
	"sync"
	"time"

	"github.com/onay/onay/sandbox/outside"
)

// Kind of a transaction.
type Kind string

// The kinds.
const (
	Sale    Kind = "sale"
	PreAuth Kind = "preauth"
	Capture Kind = "capture"
	Refund  Kind = "refund"
	Void    Kind = "void"
)

// Txn is a line of the book.
type Txn struct {
	Merchant     string            `json:"merchant"`
	Order        string            `json:"order"`
	Kind         Kind              `json:"kind"`
	Minor        int64             `json:"amount"` // asked for
	Currency     string            `json:"currency"`
	Installments int               `json:"installments"`
	Code         string            `json:"code"` // of the card's bank: 00 is a yes
	Ref          string            `json:"ref"`  // the protocol's own number
	AuthCode     string            `json:"auth_code"`
	RRN          string            `json:"rrn"`
	STAN         int               `json:"stan"`
	Card         Card              `json:"card"`
	Secure       bool              `json:"secure_3d"`
	MOTO         bool              `json:"moto"`
	At           time.Time         `json:"at"`
	Batch        int               `json:"batch"`
	Settled      bool              `json:"settled"`
	Voided       time.Time         `json:"voided,omitzero"`
	Reversed     bool              `json:"reversed"` // taken back as if it had never been
	Refunded     int64             `json:"refunded"` // of this line
	CapturedBy   *Txn              `json:"-"`        // of a pre-authorization
	Of           *Txn              `json:"-"`        // what a capture, refund or void acts on
	Extra        map[string]string `json:"-"`
}

// Live reports whether a line was approved and is in effect.
func (t *Txn) Live() bool { return t.Code == "00" && t.Voided.IsZero() && !t.Reversed }

// Left is what may still be refunded of a line.
func (t *Txn) Left() int64 { return t.Minor - t.Refunded }

// Refusal says why an operation is not possible; each protocol has its own code for it.
type Refusal string

// The refusals.
const (
	Fine        Refusal = ""
	NotFound    Refusal = "not_found"
	Declined    Refusal = "declined" // the original was
	Voided      Refusal = "voided"
	WasSettled  Refusal = "settled"
	NotSettled  Refusal = "not_settled"
	WasRefunded Refusal = "refunded"
	TooMuch     Refusal = "too_much"
	WrongState  Refusal = "wrong_state"
	WasCaptured Refusal = "captured"
	OtherMoney  Refusal = "other_currency"
)

// Book is one bank's. Its methods other than Do are called within Do alone.
type Book struct {
	World  *outside.Core
	System string // name of the bank's protocol, as faults call it
	// RefundAtOnce tells that a transaction may be refunded before its day has ended.
	RefundAtOnce bool

	mu    sync.Mutex
	txns  []*Txn
	order map[[2]string][]*Txn
	ref   map[string]*Txn
	batch int
	stan  int
	n     int
	day   string
}

// NewBook opens a book.
func NewBook(world *outside.Core, system string) *Book {
	b := &Book{World: world, System: system, order: map[[2]string][]*Txn{}, ref: map[string]*Txn{}, batch: 1}
	b.day = b.Now().Format(time.DateOnly)
	return b
}

// Now is the bank's time, in Istanbul.
func (b *Book) Now() time.Time { return b.World.Clock.Now().In(outside.Istanbul) }

// Do runs f with the book for itself; a day that has passed is closed first.
func (b *Book) Do(f func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if day := b.Now().Format(time.DateOnly); day != b.day {
		b.day = day
		b.close()
	}
	f()
}

// CloseDay ends the day by hand.
func (b *Book) CloseDay() { b.Do(b.close) }

func (b *Book) close() {
	for _, t := range b.txns {
		if t.Batch == b.batch && !t.Settled && t.Kind != PreAuth {
			t.Settled = true
		}
	}
	b.batch++
	b.stan = 0
}

// Batch is the number of the open batch.
func (b *Book) Batch() int { return b.batch }

// Number counts up, for references of a protocol's own shape.
func (b *Book) Number() int {
	b.n++
	return b.n
}

// Add books a line: it gets its numbers.
func (b *Book) Add(t *Txn) *Txn {
	now := b.Now()
	b.stan++
	b.n++
	t.At, t.Batch, t.STAN = now, b.batch, b.stan
	if t.Code == "" {
		t.Code = "00"
	}
	if t.RRN == "" {
		t.RRN = fmt.Sprintf("%d%03d%02d%06d", now.Year()%10, now.YearDay(), now.Hour(), b.n%1_000_000)
	}
	if t.Code == "00" && t.AuthCode == "" {
		t.AuthCode = fmt.Sprintf("%06d", (b.n*7919+100_003)%1_000_000)
	}
	if t.Extra == nil {
		t.Extra = map[string]string{}
	}
	b.txns = append(b.txns, t)
	key := [2]string{t.Merchant, t.Order}
	b.order[key] = append(b.order[key], t)
	if t.Ref != "" {
		b.ref[t.Ref] = t
	}
	return t
}

// File makes a line known under one more order id.
func (b *Book) File(t *Txn, order string) {
	key := [2]string{t.Merchant, order}
	b.order[key] = append(b.order[key], t)
}

// Order lists the lines of an order, the oldest first.
func (b *Book) Order(merchant, order string) []*Txn { return b.order[[2]string{merchant, order}] }

// Ref finds a line of a merchant by its reference.
func (b *Book) Ref(merchant, ref string) *Txn {
	if t := b.ref[ref]; t != nil && t.Merchant == merchant {
		return t
	}
	return nil
}

// All lists the lines of a merchant between two moments, the oldest first.
func (b *Book) All(merchant string, from, to time.Time) (out []*Txn) {
	for _, t := range b.txns {
		if t.Merchant == merchant && !t.At.Before(from) && t.At.Before(to) {
			out = append(out, t)
		}
	}
	return out
}

// Paid finds an approved payment of an order, in effect or not.
func (b *Book) Paid(merchant, order string) *Txn {
	for _, t := range b.Order(merchant, order) {
		if (t.Kind == Sale || t.Kind == PreAuth) && t.Code == "00" && !t.Reversed {
			return t
		}
	}
	return nil
}

// Charge asks the card's bank and books the answer, whatever it is.
func (b *Book) Charge(t *Txn) *Txn {
	t.Code = t.Card.Answer()
	return b.Add(t)
}

// Capture captures a pre-authorization once, up to what it holds.
func (b *Book) Capture(pre *Txn, minor int64, line *Txn) Refusal {
	switch {
	case pre == nil:
		return NotFound
	case pre.Code != "00":
		return Declined
	case !pre.Live():
		return Voided
	case pre.CapturedBy != nil && pre.CapturedBy.Live():
		return WasCaptured
	case pre.Kind != PreAuth:
		return WrongState
	case minor > pre.Minor:
		return TooMuch
	}
	line.Merchant, line.Kind, line.Minor, line.Currency, line.Card, line.Of, line.Secure = pre.Merchant, Capture, minor, pre.Currency, pre.Card, pre, pre.Secure
	if line.Order == "" {
		line.Order = pre.Order
	}
	if line.Installments == 0 {
		line.Installments = pre.Installments
	}
	b.Add(line)
	pre.CapturedBy = line
	return Fine
}

// Void takes back a line of the open batch.
func (b *Book) Void(t *Txn) Refusal {
	switch {
	case t == nil:
		return NotFound
	case t.Code != "00":
		return Declined
	case !t.Live():
		return Voided
	case t.Settled:
		return WasSettled
	case t.Refunded > 0:
		return WasRefunded
	case t.Kind == PreAuth && t.CapturedBy != nil && t.CapturedBy.Live():
		return WasCaptured
	}
	t.Voided = b.Now()
	if t.Kind == Refund {
		t.Of.Refunded -= t.Minor
	}
	if t.Kind == Capture {
		t.Of.CapturedBy = nil
	}
	return Fine
}

// Refund gives back part of a line.
func (b *Book) Refund(t *Txn, minor int64, line *Txn) Refusal {
	switch {
	case t == nil:
		return NotFound
	case t.Code != "00":
		return Declined
	case !t.Live():
		return Voided
	case t.Kind != Sale && t.Kind != Capture:
		return WrongState
	case !t.Settled && !b.RefundAtOnce:
		return NotSettled
	case t.Left() == 0:
		return WasRefunded
	case minor <= 0 || minor > t.Left():
		return TooMuch
	}
	line.Merchant, line.Kind, line.Minor, line.Currency, line.Card, line.Of = t.Merchant, Refund, minor, t.Currency, t.Card, t
	if line.Order == "" {
		line.Order = t.Order
	}
	b.Add(line)
	t.Refunded += minor
	return Fine
}

// Statement lists everything, for the person who looks at the bank.
func (b *Book) Statement() (out []Txn) {
	b.Do(func() {
		for _, t := range b.txns {
			out = append(out, *t)
		}
	})
	return out
}
