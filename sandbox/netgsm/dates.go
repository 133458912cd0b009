package netgsm

import (
	"strings"
	"time"

	"github.com/onay/onay/sandbox/outside"
)

// Layouts of the several places; all are Istanbul time.
const (
	layout14     = "02012006150405"
	layout12     = "020120061504"
	layout8      = "02012006"
	layoutDotted = "02.01.2006 15:04:05"
	layoutISO    = "2006-01-02 15:04:05"
	layoutMillis = "2006-01-02 15:04:05.000"
)

// maxWindow is the longest time a task may wait for its numbers.
const maxWindow = 21 * time.Hour

func parseDate(s string, layouts ...string) (time.Time, bool) {
	for _, l := range layouts {
		if len(l) != len(s) {
			continue
		}
		if t, err := time.ParseInLocation(l, s, outside.Istanbul); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// window reads the dates of a task. A bad start becomes now (code 01), a bad
// stop becomes the default (code 02); the task is accepted all the same.
func window(startdate, stopdate string, now time.Time) (start time.Time, code string) {
	start, code = now, "00"
	if s := strings.TrimSpace(startdate); s != "" {
		// A start in the running minute is now, not the past: the wire has no seconds.
		t, ok := parseDate(s, layout12)
		switch {
		case ok && t.After(now):
			start = t
		case !ok || t.Before(now.Truncate(time.Minute)):
			code = "01"
		}
	}
	if s := strings.TrimSpace(stopdate); s != "" {
		stop, ok := parseDate(s, layout12)
		length := stop.Sub(start)
		if (!ok || length < time.Hour-time.Minute || length > maxWindow) && code == "00" {
			code = "02"
		}
	}
	return start, code
}

// period reads the two dates of a query; a day without hours as the end means
// its last second.
func period(from, to string, layouts ...string) (start, stop time.Time, ok bool) {
	start, ok = parseDate(from, layouts...)
	if !ok {
		return start, stop, false
	}
	stop, ok = parseDate(to, layouts...)
	if ok && len(to) == len(layout8) {
		stop = stop.Add(24*time.Hour - time.Second)
	}
	return start, stop, ok && !stop.Before(start)
}
