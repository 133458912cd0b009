package iys

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// Outcome says what to do after an answer.
type Outcome string

// The outcomes. Registered and Queued are successes and never inside an [Error].
const (
	Registered       Outcome = "registered"
	Queued           Outcome = "queued"            // the list was taken; nothing is proved yet
	AlreadySatisfied Outcome = "already-satisfied" // the refusal stands; keep the local suppression
	StaleReadBack    Outcome = "stale-read-back"   // İYS knows a newer decision: read it, then decide
	ExpiredConsent   Outcome = "expired-consent"   // too late; only a new consent helps
	Early            Outcome = "early"             // the date is ahead: mend the clock, repeat with the same date
	RenewToken       Outcome = "renew-token"
	StopToken        Outcome = "stop-token-requests" // no token call for an hour, or the hour starts anew
	StopCall         Outcome = "stop-this-call"      // this kind of call is over until the next hour
	RetrySoon        Outcome = "retry-soon"          // wait, at least a second, longer each time
	Quota            Outcome = "quota"               // no new ONAY; RET is still tried
	Account          Outcome = "account"             // stop everything, raise an alarm
	BadCredentials   Outcome = "bad-credentials"
	Permanent        Outcome = "permanent" // the same request will never pass
)

// hour is the pause behind every hourly limit. Whether the hour slides or
// follows the clock is not published; a whole one is right in both cases.
const hour = time.Hour

// Fault is one complaint about one field.
type Fault struct {
	Code     string   // "H117"; may be empty
	Location []string // names and positions on the way to the field: ["recipients", "3"]
	Value    string   // the value at fault as JSON text without quotes; may be empty
	Message  string   // in Turkish as İYS wrote it, or in English from a local check
	Index    int      // position in a batch; -1 outside of one
}

// fault is a complaint of the local check.
func fault(code, value string, location ...string) Fault {
	return Fault{Code: code, Location: location, Value: value, Message: Meaning(code, "en"), Index: -1}
}

// Faults is the error of a local check: nothing was sent.
type Faults []Fault

// Error lists codes and fields, without the values: they are personal data.
func (f Faults) Error() string {
	var b strings.Builder
	b.WriteString("iys: not valid")
	for i, v := range f {
		b.WriteString(map[bool]string{true: ": ", false: "; "}[i == 0])
		if v.Index >= 0 {
			b.WriteString("[" + strconv.Itoa(v.Index) + "] ")
		}
		b.WriteString(v.Code)
		if len(v.Location) > 0 {
			b.WriteString(" " + strings.Join(v.Location, "."))
		}
	}
	return b.String()
}

// Codes gives the codes in order.
func (f Faults) Codes() []string {
	out := make([]string, len(f))
	for i, v := range f {
		out[i] = v.Code
	}
	return out
}

// Indexes gives the positions in a batch that have a fault, ascending, each once.
func (f Faults) Indexes() []int { return indexes(f) }

// Error is every failure of a call.
type Error struct {
	Call    string // "add", "pull", "token"
	Outcome Outcome
	HTTP    int    // status of the answer; 0 when there was none
	Code    string // the first code; empty if there was none
	Faults  []Fault
	// Wait is the least pause before the same call; 0 if repeating is no matter
	// of time.
	Wait time.Duration
	// NotSent is true when no byte of the request reached İYS: it was stopped
	// here, or the connection never stood.
	NotSent bool
	// Ambiguous is true when a write may have been carried out although its
	// answer is missing or unreadable. The identical request may be repeated by
	// the v2 paths; by the v1 paths read the status first.
	Ambiguous bool
	Message   string
	Err       error
}

// Error gives one line for the log, without addresses and credentials.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("iys: " + e.Call + ": " + string(e.Outcome))
	if e.Code != "" {
		b.WriteString(" (" + e.Code + ")")
	} else if e.HTTP != 0 {
		b.WriteString(" (HTTP " + strconv.Itoa(e.HTTP) + ")")
	}
	switch {
	case e.NotSent:
		b.WriteString(", not sent")
	case e.Ambiguous:
		b.WriteString(", may have been carried out")
	}
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is makes errors.Is(err, &Error{Outcome: o}) true for every error of that
// outcome; Code is compared when the target has one.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && (t.Outcome == "" || t.Outcome == e.Outcome) && (t.Code == "" || t.Code == e.Code)
}

// Explain tells a person what happened and what to do, in "tr" or else English.
func (e *Error) Explain(lang string) string {
	m, a := Meaning(e.Code, lang), e.Outcome.Advice(lang)
	if c := codes[e.Code]; c.do != "" {
		a = c.do.Advice(lang)
		if e.Outcome == AlreadySatisfied {
			a = AlreadySatisfied.Advice(lang)
		}
	}
	if m == "" {
		return a
	}
	return m + ". " + a
}

// Indexes gives the positions in a batch that were refused, ascending, each
// once. A list with one bad element is refused as a whole.
func (e *Error) Indexes() []int { return indexes(e.Faults) }

func indexes(faults []Fault) []int {
	seen := map[int]bool{}
	out := []int{}
	for _, f := range faults {
		if f.Index < 0 || seen[f.Index] {
			continue
		}
		seen[f.Index] = true
		at := len(out)
		for at > 0 && out[at-1] > f.Index {
			at--
		}
		out = append(out, 0)
		copy(out[at+1:], out[at:])
		out[at] = f.Index
	}
	return out
}

// OutcomeOf gives the outcome of err: "" for nil, Permanent for the faults of
// a local check and for errors of others.
func OutcomeOf(err error) Outcome {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Outcome
	}
	return Permanent
}

// IsNotSent reports whether İYS surely never got the request.
func IsNotSent(err error) bool {
	var e *Error
	if errors.As(err, &e) {
		return e.NotSent
	}
	var f Faults
	return errors.As(err, &f)
}

// IsAmbiguous reports whether a write may have been carried out although the
// call failed.
func IsAmbiguous(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Ambiguous
}
