package shop

import (
	"fmt"
	"time"
)

// Class is what a platform's own status means for a confirmation.
type Class string

// The classes.
const (
	ClassOpen            Class = "open"      // waits, for an approval or a payment
	ClassConfirmed       Class = "confirmed" // approved or further, not yet shipped
	ClassShipped         Class = "shipped"
	ClassDelivered       Class = "delivered"
	ClassCancelled       Class = "cancelled"
	ClassReturned        Class = "returned"
	ClassMerchantDefined Class = "merchant_defined" // a status the merchant named
	ClassGone            Class = "gone"             // deleted
	ClassUnknown         Class = "unknown"          // store it, never write over it
)

// CODKind is how a cash-on-delivery order is paid at the door.
type CODKind string

// The kinds; NotCOD is an order that is not paid at the door.
const (
	NotCOD  CODKind = ""
	CODCash CODKind = "cash"
	CODCard CODKind = "card"
)

// Money is an amount in hundredths: kuruş, cents.
type Money int64

// String writes the amount with a dot and two digits: "459.90".
func (m Money) String() string {
	sign, n := "", uint64(m)
	if m < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%d.%02d", sign, n/100, n%100)
}

// Order is an order as a store holds it.
type Order struct {
	ID        string   // the key in the store's API
	Reference string   // the number the customer sees
	Aliases   []string // other names the customer may know it by
	Name      string   // name and surname of the customer
	Email     string
	Status    string // the platform's own word
	Class     Class
	COD       CODKind
	Payment   string // the platform's own name of the payment kind
	Total     Money  // what is paid at the door
	Currency  string // ISO 4217
	SMSTo     string // E.164 of the Turkish mobile to ask; empty if there is none
	Phones    []string
	Carrier   string
	Tracking  string
	Risky     bool // the store's own risk rule matched
	Created   time.Time
	Updated   time.Time
}

// Query is which orders to list. Zero values do not filter.
type Query struct {
	Status  string
	Payment string // exact name of the payment kind
	SinceID string // only orders after this one
	IDs     []string
	Page    int // from 1
	Limit   int // 0 is the most the platform gives
}
