package clock

import "time"

// Day is a day of the calendar in Istanbul, counted from 1 January 1970; 0 is none.
type Day int32

// DayOf is the day of an instant.
func DayOf(t time.Time) Day {
	y, m, d := t.In(Istanbul).Date()
	return Day(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// ParseDay reads YYYY-MM-DD.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, err
	}
	return Day(t.Unix() / 86400), nil
}

// UTC is midnight of the day in UTC, for calculations with the calendar alone.
func (d Day) UTC() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// Start is the instant at which the day begins in Istanbul.
func (d Day) Start() time.Time {
	y, m, dd := d.UTC().Date()
	return time.Date(y, m, dd, 0, 0, 0, 0, Istanbul)
}

// String is YYYY-MM-DD, empty for none.
func (d Day) String() string {
	if d == 0 {
		return ""
	}
	return d.UTC().Format(time.DateOnly)
}

// AddMonths is the same day of a later month, or that month's last.
func (d Day) AddMonths(n int) Day {
	y, m, dd := d.UTC().Date()
	first := time.Date(y, m+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return Day(first.AddDate(0, 0, min(dd, last)-1).Unix() / 86400)
}

// MarshalText writes YYYY-MM-DD, nothing for none.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText is the inverse.
func (d *Day) UnmarshalText(b []byte) (err error) {
	if *d = 0; len(b) > 0 {
		*d, err = ParseDay(string(b))
	}
	return err
}
