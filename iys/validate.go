package iys

import (
	"slices"
	"strconv"
	"time"
)

// earliest is the first day of the law; the fixed date of HS_2015 too.
var earliest = time.Date(2015, time.May, 1, 0, 0, 0, 0, Istanbul)

// Sizes of requests.
const (
	MaxBatch     = 1000 // consents in a batch, recipients in a bulk query, rows in a page of a pull
	MaxRetailers = 3000
	MaxLinks     = 100 // e-mail opt-out links in a call, rows in a page of a history
)

// Validate checks a consent as İYS would before it looks at what it holds. The
// faults come in the order of İYS: missing fields, values, address, dates,
// source against status. cal may be nil for [NewCalendar].
//
// What depends on the stored record (H174, H175, H178, H462, H463) is not seen.
func (c Consent) Validate(now time.Time, cal *Calendar) error {
	if f := c.faults(now, cal); len(f) > 0 {
		return f
	}
	return nil
}

func (c Consent) faults(now time.Time, cal *Calendar) (f Faults) {
	add := func(code, value string, at ...string) { f = append(f, fault(code, value, at...)) }
	// The first record of a TACIR may come without source and date.
	first := c.RecipientType == Tacir
	for _, m := range []struct {
		missing bool
		code    string
		name    string
	}{
		{c.Status == "", "H110", "status"}, {c.Type == "", "H111", "type"},
		{c.ConsentDate.IsZero() && !first, "H112", "consentDate"},
		{c.Source == "" && !first, "H113", "source"}, {c.Recipient == "", "H114", "recipient"},
	} {
		if m.missing {
			add(m.code, "", m.name)
		}
	}
	if c.Status != "" && !c.Status.Valid() {
		add("H115", string(c.Status), "status")
	}
	if c.RecipientType != "" && !c.RecipientType.Valid() {
		add("H116", string(c.RecipientType), "recipientType")
	}
	if c.Type != "" && !c.Type.Valid() {
		add("H117", string(c.Type), "type")
	}
	if c.Source != "" && !c.Source.Sendable() {
		add("H119", string(c.Source), "source")
	}
	if c.Recipient != "" && c.Type.Valid() {
		for _, code := range addressFaults(c.Type, c.Recipient) {
			add(code, c.Recipient, "recipient")
		}
	}
	if code := dateFault(c, now, cal); code != "" {
		add(code, FormatTime(c.ConsentDate), "consentDate")
	}
	if c.Source == SourceDecision && c.Status == Onay {
		add("H408", string(c.Status), "status")
	}
	if c.RetailerCode != 0 && (c.RetailerCode < 10_000_000 || c.RetailerCode > 99_999_999) {
		add("H267", strconv.FormatInt(c.RetailerCode, 10), "retailerCode")
	}
	if c.RetailerAccess != nil && len(c.RetailerAccess) == 0 {
		add("H163", "[]", "retailerAccess")
	}
	if len(c.RetailerAccess) > MaxRetailers {
		add("H126", "", "retailerAccess")
	}
	return f
}

// addressFaults checks an address that should stand as İYS stores it.
func addressFaults(t Type, s string) []string {
	phone, email := validPhone(s), validEmail(s)
	switch {
	case t == Eposta && phone, t != Eposta && email:
		return []string{"H464"}
	case t == Eposta && !email:
		return []string{"H120"}
	case t != Eposta:
		return phoneFaults(s)
	}
	return nil
}

func dateFault(c Consent, now time.Time, cal *Calendar) string {
	d := c.ConsentDate.Truncate(time.Second)
	if cal == nil {
		cal = NewCalendar()
	}
	switch {
	case c.ConsentDate.IsZero():
	case d.Before(earliest):
		return "H156"
	case c.Source == Source2015 && !d.Equal(earliest):
		return "H155"
	case d.After(now):
		return "H162"
	case !cal.InTime(d, now):
		return "H467"
	}
	return ""
}

// ValidateBatch checks a list: its size (H091), each consent, and that no
// record occurs twice (H194 at the second). Every fault carries its index.
func ValidateBatch(list []Consent, now time.Time, cal *Calendar) error {
	if cal == nil {
		cal = NewCalendar()
	}
	if len(list) == 0 {
		return Faults{fault("H092", "")}
	}
	if len(list) > MaxBatch {
		return Faults{fault("H091", strconv.Itoa(len(list)))}
	}
	var out Faults
	seen := make(map[Key]bool, len(list))
	for i, c := range list {
		f := c.faults(now, cal)
		key := c.Key(0)
		if seen[key] {
			f = append(f, fault("H194", c.Recipient, "recipient"))
		}
		seen[key] = true
		for k := range f {
			f[k].Index = i
		}
		out = append(out, f...)
	}
	if len(out) > 0 {
		return out
	}
	return nil
}

// Query names a record to look up. RecipientType has no default here.
type Query struct {
	Recipient     string
	RecipientType RecipientType
	Type          Type
}

// Validate checks the three fields, all of which are needed.
func (q Query) Validate() error {
	var f Faults
	if q.Recipient == "" {
		f = append(f, fault("H114", "", "recipient"))
	}
	if q.RecipientType == "" {
		f = append(f, fault("H170", "", "recipientType"))
	} else if !q.RecipientType.Valid() {
		f = append(f, fault("H116", string(q.RecipientType), "recipientType"))
	}
	if q.Type == "" {
		f = append(f, fault("H111", "", "type"))
	} else if !q.Type.Valid() {
		f = append(f, fault("H117", string(q.Type), "type"))
	} else if q.Recipient != "" {
		for _, code := range addressFaults(q.Type, q.Recipient) {
			f = append(f, fault(code, q.Recipient, "recipient"))
		}
	}
	if len(f) > 0 {
		return f
	}
	return nil
}

// validRecipients checks the list of a bulk query.
func validRecipients(t Type, rt RecipientType, list []string) error {
	var f Faults
	if !t.Valid() {
		f = append(f, fault("H117", string(t), "type"))
	}
	if !rt.Valid() {
		f = append(f, fault("H116", string(rt), "recipientType"))
	}
	switch {
	case len(list) == 0:
		f = append(f, fault("H164", "", "recipients"))
	case len(list) > MaxBatch:
		f = append(f, fault("H127", strconv.Itoa(len(list)), "recipients"))
	case len(f) == 0:
		seen := make(map[string]bool, len(list))
		for i, r := range list {
			at := []string{"recipients", strconv.Itoa(i)}
			if seen[r] {
				f = append(f, fault("H193", r, at...))
			}
			seen[r] = true
			for _, code := range addressFaults(t, r) {
				f = append(f, fault(code, r, slices.Clone(at)...))
			}
		}
	}
	if len(f) > 0 {
		return f
	}
	return nil
}
