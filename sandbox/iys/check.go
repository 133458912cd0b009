package iys

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/onay/onay/sandbox/outside"
)

const (
	layout    = "2006-01-02 15:04:05"
	layoutDay = "2006-01-02"
)

// entry is a consent as it was sent and found good.
type entry struct {
	Recipient, Type, Source, Status, RecipientType string
	Date                                           time.Time // zero: none
	RetailerCode                                   int64
	Retailers                                      int
}

var sendable = map[string]bool{
	"HS_FIZIKSEL_ORTAM": true, "HS_ISLAK_IMZA": true, "HS_ETKINLIK": true, "HS_ATM": true, "HS_EORTAM": true, "HS_WEB": true,
	"HS_MOBIL": true, "HS_MESAJ": true, "HS_EPOSTA": true, "HS_CAGRI_MERKEZI": true, "HS_SOSYAL_MEDYA": true, "HS_2015": true, "HS_KARAR": true,
}

var wireFields = map[string]bool{
	"recipient": true, "type": true, "source": true, "status": true, "consentDate": true, "recipientType": true,
	"retailerCode": true, "retailerAccess": true,
}

var datePattern = regexp.MustCompile(`^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$`)

// check looks at one consent in the documented order and reports all faults.
func (s *Server) check(raw map[string]json.RawMessage, now time.Time) (e entry, list []*fault) {
	bad := func(code, name string, value any) { list = append(list, field(code, name, value)) }
	for _, k := range slices.Sorted(maps.Keys(raw)) {
		if !wireFields[k] {
			bad("H118", k, nil)
		}
	}
	get := func(name string) string {
		var v string
		if json.Unmarshal(raw[name], &v) != nil {
			return ""
		}
		return v
	}
	e = entry{Recipient: get("recipient"), Type: get("type"), Source: get("source"), Status: get("status"), RecipientType: get("recipientType")}
	given := func(name string) bool { _, ok := raw[name]; return ok }
	if !given("recipientType") {
		e.RecipientType = "BIREYSEL"
	}
	optional := e.RecipientType == "TACIR"
	date := get("consentDate")
	for _, m := range []struct {
		code, name, value string
		optional          bool
	}{
		{"H110", "status", e.Status, false}, {"H111", "type", e.Type, false}, {"H112", "consentDate", date, optional},
		{"H113", "source", e.Source, optional}, {"H114", "recipient", e.Recipient, false},
	} {
		// An empty or null optional field is refused too.
		if m.value == "" && (!m.optional || given(m.name)) {
			bad(m.code, m.name, nil)
		}
	}
	if e.Status != "" && e.Status != "ONAY" && e.Status != "RET" {
		bad("H115", "status", e.Status)
	}
	if e.RecipientType != "BIREYSEL" && e.RecipientType != "TACIR" {
		bad("H116", "recipientType", e.RecipientType)
	}
	if e.Type != "" && !validType(e.Type) {
		bad("H117", "type", e.Type)
	}
	if e.Source != "" && !sendable[e.Source] {
		bad("H119", "source", e.Source)
	}
	if e.Recipient != "" && validType(e.Type) {
		for _, c := range s.addressFaults(e.Type, e.Recipient) {
			bad(c, "recipient", e.Recipient)
		}
		e.Recipient = strings.ToLower(e.Recipient) // checked: ASCII only
	}
	if date != "" {
		d, err := time.ParseInLocation(layout, date, outside.Istanbul)
		e.Date = d
		switch {
		case !datePattern.MatchString(date):
			bad("H158", "consentDate", date)
		case err != nil:
			bad("H157", "consentDate", date)
		case date < "2015-05-01":
			bad("H156", "consentDate", date)
		case e.Source == "HS_2015" && date != "2015-05-01 00:00:00":
			bad("H155", "consentDate", date)
		case d.After(now):
			bad("H162", "consentDate", date)
		case now.After(lastSecond(d)):
			bad("H467", "consentDate", date)
		}
	}
	if e.Source == "HS_KARAR" && e.Status == "ONAY" {
		bad("H408", "status", e.Status)
	}
	if given("retailerCode") {
		if json.Unmarshal(raw["retailerCode"], &e.RetailerCode) != nil || e.RetailerCode < 10_000_000 || e.RetailerCode > 99_999_999 {
			bad("H267", "retailerCode", nil)
		}
	}
	if given("retailerAccess") {
		var codes []int64
		switch {
		case json.Unmarshal(raw["retailerAccess"], &codes) != nil || len(codes) == 0:
			bad("H163", "retailerAccess", nil)
		case len(codes) > 3000:
			bad("H126", "retailerAccess", nil)
		}
		e.Retailers = len(codes)
	}
	return e, list
}

func validType(t string) bool { return t == "ARAMA" || t == "MESAJ" || t == "EPOSTA" }

var (
	phonePattern  = regexp.MustCompile(`^\+[1-9]\d{7,14}$`)
	turkish       = regexp.MustCompile(`^\+90[2-589]\d{9}$`)
	badTurkish    = regexp.MustCompile(`^\+900[2-589]\d{9}$`)
	mailPattern   = regexp.MustCompile(`^[a-zA-Z0-9+._-]+@[a-zA-Z0-9.-]{2,}\.[a-zA-Z0-9-]{2,}$`)
	numberPattern = regexp.MustCompile(`^\+?\d+$`)
)

func (s *Server) addressFaults(t, r string) (codes []string) {
	mail := len(r) >= 6 && len(r) <= 265 && mailPattern.MatchString(r)
	if t == "EPOSTA" {
		switch {
		case mail:
			return nil
		case phonePattern.MatchString(r):
			return []string{"H464"}
		}
		return []string{"H120"}
	}
	if mail {
		return []string{"H464"}
	}
	if numberPattern.MatchString(r) && len(r) > 15 {
		codes = append(codes, "H160")
	}
	good := phonePattern.MatchString(r) && (!strings.HasPrefix(r, "+90") || turkish.MatchString(r))
	if !good && !(s.cfg.TakesBadPhone && badTurkish.MatchString(r)) {
		codes = append(codes, "H121")
	}
	return codes
}

// bayrams are the first and the last full day of the religious holidays.
var bayrams = [][2]string{
	{"2024-04-10", "2024-04-12"}, {"2024-06-16", "2024-06-19"}, {"2025-03-30", "2025-04-01"}, {"2025-06-06", "2025-06-09"},
	{"2026-03-20", "2026-03-22"}, {"2026-05-27", "2026-05-30"}, {"2027-03-09", "2027-03-11"}, {"2027-05-16", "2027-05-19"},
	{"2028-02-26", "2028-02-28"}, {"2028-05-05", "2028-05-08"}, {"2029-02-14", "2029-02-16"}, {"2029-04-24", "2029-04-27"},
	{"2030-02-04", "2030-02-06"}, {"2030-04-13", "2030-04-16"}, {"2031-01-24", "2031-01-26"}, {"2031-04-02", "2031-04-05"},
	{"2032-01-14", "2032-01-16"}, {"2032-03-22", "2032-03-25"},
}

func holiday(d time.Time) bool {
	switch d.Format("01-02") {
	case "01-01", "04-23", "05-01", "05-19", "07-15", "08-30", "10-29":
		return true
	}
	day := d.Format(layoutDay)
	for _, b := range bayrams {
		if day >= b[0] && day <= b[1] {
			return true
		}
	}
	return d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
}

// lastSecond is when a consent of d may come at the latest: the end of the
// third business day. Eves of holidays count as business days.
func lastSecond(d time.Time) time.Time {
	for left := 3; left > 0; {
		d = d.AddDate(0, 0, 1)
		if !holiday(d) {
			left--
		}
	}
	return time.Date(d.Year(), d.Month(), d.Day(), 23, 59, 59, 0, outside.Istanbul)
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
