package pos

import (
	"errors"
	"fmt"
	"net/url"
	"time"
)

// Payment is a sale or a pre-authorization.
type Payment struct {
	OrderID      string      // one per attempt, see [NewOrderID]
	Amount       Money       // the total that the payer pays
	Installments int         // 0 and 1: a single payment
	PreAuth      bool        // hold the amount, capture later
	MOTO         bool        // the payer is on the telephone: no 3-D Secure, often no CVV
	Card         *Card       // nil on a page of the bank's own
	Stored       *StoredCard // instead of Card: one that the bank keeps
	StoreFor     string      // the shop's key of the payer under which the bank is to keep the card; empty: it is not kept
	ClientIP     string      // the payer's address; several banks demand it
	Email        string
	Name         string // the payer's
	Phone        string // E.164
	Lang         string // "tr" (default) or "en", for pages of the bank
	Recurring    *Plan  // the first of a series
	Description  string
}

// Plan is a series of payments of one amount. The first one is made at once.
type Plan struct {
	Every int  // 1: every unit, 2: every second…
	Unit  Unit // of Every
	Count int  // payments in all, the first included
}

// Unit of a plan.
type Unit string

// The units.
const (
	Day   Unit = "day"
	Week  Unit = "week"
	Month Unit = "month"
	Year  Unit = "year"
)

// Reference names a transaction for capture, void, refund and inquiry: what was kept of its [Result].
type Reference struct {
	OrderID       string
	ReferenceCode string
	AuthCode      string
	RRN           string
	OrderTrackID  string
	Original      Money     // of the transaction referred to
	Time          time.Time // when it was made
	Installments  int
	PreAuth       bool   // it is a pre-authorization
	Capture       bool   // it is the capture of one
	Secure3D      bool   // paid with 3-D Secure: PosNet files such orders under a longer id
	ClientIP      string // demanded again by several banks
	Email         string
}

// Period is the time of a list: From (included) until To (excluded).
type Period struct{ From, To time.Time }

// ErrUnsupported is wrapped by every error for something that the bank does not have. It is returned before a socket is opened.
var ErrUnsupported = errors.New("pos: the bank does not have this")

// Unsupported says what is missing.
func Unsupported(what string) error { return fmt.Errorf("%w: %s", ErrUnsupported, what) }

// ErrInvalid is wrapped by every error for a request that no bank would take. It is returned before a socket is opened.
var ErrInvalid = errors.New("pos: invalid request")

// Invalid says what is wrong, by the name of the field.
func Invalid(field, why string) error { return fmt.Errorf("%w: %s: %s", ErrInvalid, field, why) }

// Check refuses what no bank would take, or what these capabilities do not have.
func (p Payment) Check(c Capabilities) error {
	switch {
	case p.OrderID == "":
		return Invalid("OrderID", "is missing")
	case p.Amount.Minor <= 0:
		return Invalid("Amount", "must be more than zero")
	case p.Amount.Minor > maxMinor:
		return Invalid("Amount", "is too large")
	case p.Amount.Currency.Numeric() == "":
		return Invalid("Currency", "is not known")
	case !c.HasCurrency(p.Amount.Currency):
		return Unsupported("currency " + string(p.Amount.Currency))
	case p.Installments < 0 || p.Installments > 99:
		return Invalid("Installments", "must be 0 to 99")
	case p.Installments > 1 && !c.Has(AbilityInstallments):
		return Unsupported("installments")
	case p.Installments > 1 && p.Amount.Currency != TRY:
		return Invalid("Installments", "are for lira only")
	case p.Installments > 1 && p.Recurring != nil:
		return Invalid("Installments", "do not go with a plan")
	case p.PreAuth && !c.Has(AbilityPreAuth):
		return Unsupported("pre-authorization")
	case p.MOTO && !c.Has(AbilityMOTO):
		return Unsupported("MOTO")
	case (p.Stored != nil || p.StoreFor != "") && !c.Has(AbilityStoredCards):
		return Unsupported("stored cards")
	case p.Recurring != nil && !c.Has(AbilityRecurring):
		return Unsupported("recurring payments")
	}
	if p.Recurring != nil && (p.Recurring.Every < 1 || p.Recurring.Every > 99 || p.Recurring.Count < 2 || p.Recurring.Count > 120) {
		return Invalid("Recurring", "must be every 1 to 99 units, 2 to 120 times")
	}
	return nil
}

// Single reports whether it is paid at once.
func (p Payment) Single() bool { return p.Installments <= 1 }

// CheckAddress refuses an address of a bank that is not https; loopback may be http, for simulated banks.
func CheckAddress(field, s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Hostname() != "127.0.0.1" && u.Hostname() != "localhost" {
		return Invalid(field, "must be an https address")
	}
	return nil
}
