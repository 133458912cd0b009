package sms

import (
	"errors"
	"strings"
	"time"
)

// Kind is the class of a failure; it decides what may be done next.
type Kind string

// The kinds.
const (
	// KindNotSent: the provider never got the request (no connection, no such
	// host, time was up before writing). Sending again is safe.
	KindNotSent Kind = "not_sent"
	// KindRefused: the provider said no for a reason that has no kind of its
	// own. Nothing was sent.
	KindRefused Kind = "refused"
	// KindAmbiguous: the request was written but the answer is missing or
	// makes no sense. It may have been sent: look it up, never resend blindly.
	KindAmbiguous Kind = "ambiguous"
	// KindThrottled: too many requests; nothing was sent. Retry after
	// Error.RetryAfter.
	KindThrottled Kind = "throttled"
	// KindCredentials: user, password, permission or address of the caller.
	KindCredentials Kind = "credentials"
	// KindHeader: the sender header is not approved for this account.
	KindHeader Kind = "header"
	// KindBalance: no credit.
	KindBalance Kind = "balance"
	// KindText: the text is empty, too long or has forbidden characters.
	KindText Kind = "text"
	// KindNumber: the phone number cannot be served.
	KindNumber Kind = "number"
	// KindParameters: the request is wrong; a fault of the adapter or of the
	// settings.
	KindParameters Kind = "parameters"
	// KindPackage: the account has no OTP package.
	KindPackage Kind = "package"
)

// Error is every failure of an adapter.
type Error struct {
	Provider   string        // the adapter's name in lower case, for example "netgsm"
	Code       string        // the raw code of the provider; empty if it gave none
	Kind       Kind          // what may be done next
	Message    string        // for the log, in English or in the provider's words
	RetryAfter time.Duration // how long to wait at least; 0 if not told

	// TextTR and TextEN explain the code to a person when the adapter knows
	// more than the kind tells. See Explain.
	TextTR, TextEN string

	// Err is the cause, for example a *net.OpError. May be nil.
	Err error
}

// Error gives one line for the log, without any credential.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Provider)
	b.WriteString(": ")
	b.WriteString(string(e.Kind))
	if e.Code != "" {
		b.WriteString(" (code ")
		b.WriteString(e.Code)
		b.WriteByte(')')
	}
	if e.Message != "" {
		b.WriteString(": ")
		b.WriteString(e.Message)
	}
	if e.Err != nil {
		b.WriteString(": ")
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is makes errors.Is(err, &Error{Kind: k}) true for every error of that kind;
// fields left empty in the target are not compared.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	if !ok {
		return false
	}
	return (t.Kind == "" || t.Kind == e.Kind) &&
		(t.Code == "" || t.Code == e.Code) &&
		(t.Provider == "" || t.Provider == e.Provider)
}

// KindOf gives the kind of err: "" for nil, and KindAmbiguous for an error
// that holds no [*Error], because nobody has proved that nothing was sent.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return KindAmbiguous
}

// IsAmbiguous reports whether the message may have been sent although the
// call failed. Such a message must be looked up, or resent by a person; never
// by a machine.
func IsAmbiguous(err error) bool { return KindOf(err) == KindAmbiguous }

// IsRetryable reports whether the same message may be sent again without
// anybody getting it twice and with hope of success: KindNotSent at once,
// KindThrottled after Error.RetryAfter.
func IsRetryable(err error) bool {
	k := KindOf(err)
	return k == KindNotSent || k == KindThrottled
}
