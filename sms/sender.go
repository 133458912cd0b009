package sms

import (
	"context"
	"time"
)

// Sender sends one SMS on either route. Implementations are safe for many
// goroutines at once.
//
// The error is an [*Error]. When the context ends before the request went out
// its kind is KindNotSent, afterwards KindAmbiguous.
type Sender interface {
	Send(ctx context.Context, m Message) (Accepted, error)
}

// Reporter asks for the fate of messages by the provider's ids. Unknown ids
// are simply missing from the answer; one id may give several rows, one for
// each recipient.
type Reporter interface {
	Reports(ctx context.Context, ids []string) ([]Report, error)
}

// Balancer tells what is left on the account.
type Balancer interface {
	Balance(ctx context.Context) (Balance, error)
}

// HeaderLister lists the approved sender headers of the account.
type HeaderLister interface {
	Headers(ctx context.Context) ([]string, error)
}

// Canceler withdraws a scheduled message by the provider's id.
type Canceler interface {
	Cancel(ctx context.Context, id string) error
}

// Inboxer lists the messages that came in between two instants.
type Inboxer interface {
	Inbox(ctx context.Context, from, to time.Time) ([]Inbound, error)
}

// Balance is what is left on an account.
type Balance struct {
	// Credit is Turkish lira as a decimal with a point, for example "57.860".
	// Empty when the provider did not say.
	Credit string
	// Packages are prepaid counts, in the provider's order.
	Packages []Package
}

// Package is one prepaid count.
type Package struct {
	Name   string // the provider's own words
	Amount int    // messages left
}

// Inbound is a message that a phone sent to the merchant.
type Inbound struct {
	// ID is the provider's id, the key against duplicates. Empty when the
	// interface gives none; then compare sender, text and minute.
	ID string
	// From is the phone, in E.164 when it is a Turkish mobile.
	From string
	// To is the number or keyword it was sent to, as the provider wrote it.
	To string
	// Text has no blanks at its ends; Raw is the text as it came.
	Text, Raw string
	// At is the arrival, zero when the provider did not say.
	At time.Time
}
