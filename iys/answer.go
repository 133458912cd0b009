package iys

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// call is one kind of request.
type call struct {
	name  string
	write bool   // a lost answer leaves open whether it was carried out
	sent  Status // what a single add sent: it decides what H174 and H175 mean
}

// judge turns an answer that is no success into an error. The code decides
// first, then the HTTP status.
func (c call) judge(status int, body []byte) *Error {
	e := &Error{Call: c.name, HTTP: status}
	faults, oauth, ok := readFaults(body)
	e.Faults = faults
	if len(faults) > 0 {
		e.Code, e.Message = faults[0].Code, faults[0].Message
	}
	switch {
	case oauth != "":
		e.Outcome, e.Message = BadCredentials, oauth
	case e.Code != "":
		e.Outcome = c.outcome(faults, status)
	default:
		e.Outcome = byStatus(status)
		if !ok && e.Message == "" {
			e.Message = "the answer cannot be read"
		}
	}
	// A server error or a page of a proxy proves nothing about a write; a code
	// of İYS below 500 does.
	e.Ambiguous = c.write && (status >= 500 || status < 400 && e.Code == "")
	switch e.Outcome {
	case StopToken, StopCall:
		e.Wait = hour
	case RetrySoon:
		e.Wait = time.Second
	}
	return e
}

// outcome weighs several codes: one permanent fault makes the request permanent.
func (c call) outcome(faults []Fault, status int) Outcome {
	var first Outcome
	for _, f := range faults {
		o := c.one(f.Code, status)
		if o == Permanent {
			return Permanent
		}
		if first == "" {
			first = o
		}
	}
	return first
}

func (c call) one(code string, status int) Outcome {
	if c.sent == Ret && (code == "H174" || code == "H175") {
		return AlreadySatisfied
	}
	if known, ok := codes[code]; ok {
		if o := remedies[known.do].outcome; o != Permanent {
			return o
		}
		if status < 500 && status != 401 && status != 429 {
			return Permanent
		}
	}
	return byStatus(status)
}

// byStatus is the outcome without a known code.
func byStatus(status int) Outcome {
	switch {
	case status == 401:
		return RenewToken
	case status >= 400 && status < 500 && status != 408 && status != 429:
		return Permanent
	}
	return RetrySoon
}

// readFaults reads every shape that refusals come in: errors as an array or one
// object, a flat code, the OAuth2 pair, a key spelled "code:", a numeric code.
func readFaults(body []byte) (faults []Fault, oauth string, ok bool) {
	var top map[string]json.RawMessage
	if json.Unmarshal(bytes.TrimPrefix(body, []byte("\ufeff")), &top) != nil {
		return nil, "", false
	}
	if raw, has := top["errors"]; has {
		var many []map[string]json.RawMessage
		var one map[string]json.RawMessage
		switch {
		case json.Unmarshal(raw, &many) == nil:
			for _, m := range many {
				faults = append(faults, readFault(m))
			}
		case json.Unmarshal(raw, &one) == nil && one != nil:
			faults = append(faults, readFault(one))
		}
		return faults, "", true
	}
	if f := readFault(top); f.Code != "" {
		return []Fault{f}, "", true
	}
	if e := text(top["error"]); e != "" {
		d := text(top["error_description"])
		if d == "" {
			d = e
		}
		return nil, d, true
	}
	return nil, "", true
}

func readFault(m map[string]json.RawMessage) Fault {
	f := Fault{Code: text(m["code"]), Message: text(m["message"]), Value: text(m["value"]), Index: -1}
	if f.Code == "" {
		f.Code = text(m["code:"])
	}
	if n, err := strconv.Atoi(text(m["index"])); err == nil && n >= 0 {
		f.Index = n
	}
	var at []json.RawMessage
	if json.Unmarshal(m["location"], &at) == nil {
		for _, p := range at {
			f.Location = append(f.Location, text(p))
		}
	} else if s := text(m["location"]); s != "" {
		f.Location = []string{s}
	}
	return f
}

// text gives a JSON string without quotes and anything else as it is written.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return strings.TrimSpace(string(raw))
}

// number is an integer that may come as a string.
type number int64

func (n *number) UnmarshalJSON(b []byte) error {
	s := text(b)
	if s == "" || s == "null" {
		*n = 0
		return nil
	}
	v, err := strconv.ParseInt(s, 10, 64)
	*n = number(v)
	return err
}

// moment is a date of the wire; empty and unreadable ones are zero, as a date
// that makes no sense must not hide the status next to it.
type moment struct{ time.Time }

func (m *moment) UnmarshalJSON(b []byte) error {
	m.Time, _ = ParseTime(text(b))
	return nil
}
