package shop

import (
	"errors"
	"strings"
	"time"
)

// Kind is the class of a failure; it decides what may be done next.
type Kind string

// The kinds.
const (
	KindRetry       Kind = "retry"       // later, after Error.RetryAfter at least
	KindGone        Kind = "gone"        // there is no such order
	KindConflict    Kind = "conflict"    // the order stands elsewhere; nothing was written
	KindNoEffect    Kind = "no_effect"   // the store said yes and changed nothing
	KindPermission  Kind = "permission"  // the merchant did not grant this right
	KindReconnect   Kind = "reconnect"   // the merchant must allow the access again
	KindReauthorize Kind = "reauthorize" // the code was refused: begin again
	KindCredentials Kind = "credentials" // client id or secret are wrong
	KindRedirectURI Kind = "redirect_uri"
	KindDenied      Kind = "denied"     // the merchant pressed no
	KindState       Kind = "state"      // the answer belongs to no question of ours
	KindValidation  Kind = "validation" // the store refuses the values
	KindRequest     Kind = "request"    // a fault of the adapter or the settings: never retry
)

// Error is every failure of an adapter.
type Error struct {
	Shop       string // the platform in lower case, for example "ideasoft"
	Kind       Kind
	Status     int    // of HTTP; 0 if there was no answer
	Code       string // the platform's own code
	Message    string // in the platform's words; never holds a token
	RetryAfter time.Duration
	Err        error // the cause; may be nil
}

// Error gives one line for the log.
func (e *Error) Error() string {
	parts := []string{e.Shop, string(e.Kind)}
	for _, s := range []string{e.Code, e.Message} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	return strings.Join(parts, ": ")
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf gives the kind of err: "" for nil, KindRetry for an error that holds
// no [*Error].
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return KindRetry
}
