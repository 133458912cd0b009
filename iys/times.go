package iys

import (
	"fmt"
	"strconv"
	"time"

	_ "time/tzdata" // dates before September 2016 need the rules of summer time
)

// Istanbul is the zone of every date on the wire; UTC+3 all year since
// September 2016.
var Istanbul = loadIstanbul()

func loadIstanbul() *time.Location {
	if l, err := time.LoadLocation("Europe/Istanbul"); err == nil {
		return l
	}
	return time.FixedZone("+03", 3*60*60)
}

// Layouts of dates on the wire, in Istanbul time without a zone.
const (
	LayoutTime = "2006-01-02 15:04:05"
	LayoutDate = "2006-01-02"
)

// FormatTime writes an instant for the wire; "" for the zero time.
func FormatTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(Istanbul).Format(LayoutTime)
}

// ParseTime reads a date of the wire; the zero time for "". Also read: the
// stale RFC 3339 form of older samples.
func ParseTime(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if t, err := time.ParseInLocation(LayoutTime, s, Istanbul); err == nil {
		return t, nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.In(Istanbul), nil
	}
	return time.Time{}, fmt.Errorf("iys: %q is no date of the form YYYY-MM-DD HH:mm:ss", s)
}

// Cursor builds the cursor behind a movement: the epoch seconds of its creation
// date, an underscore and its transaction id. İYS gives a cursor with every
// page; build one only to start from a known movement.
func Cursor(createdAt time.Time, transactionID string) string {
	return strconv.FormatInt(createdAt.Unix(), 10) + "_" + transactionID
}
