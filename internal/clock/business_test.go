package clock

import (
	"testing"
	"time"
)

func TestBusinessDays(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{"2026-11-25": true, "2026-11-28": false, "2026-11-29": false, "2026-10-29": false, "2026-10-28": true, "2026-03-19": true, "2026-03-20": false, "2026-03-23": true, "2026-05-26": true, "2026-05-27": false,
		"2026-05-29": false, "2026-06-01": true, "2029-04-23": false, "2029-04-27": false, "2031-01-24": false, "2035-01-01": false, "2035-03-20": true} {
		d, err := ParseDay(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := (Turkey{}).Business(d); got != want {
			t.Errorf("%s: %v", in, got)
		}
	}
}

func TestDays(t *testing.T) {
	t.Parallel()
	late := time.Date(2026, 11, 24, 21, 30, 0, 0, time.UTC) // half past midnight in Istanbul
	d := DayOf(late)
	if d.String() != "2026-11-25" || !d.Start().Equal(time.Date(2026, 11, 24, 21, 0, 0, 0, time.UTC)) || Day(0).String() != "" {
		t.Errorf("%s %s", d, d.Start())
	}
	for _, c := range []struct {
		from string
		n    int
		to   string
	}{{"2026-01-31", 1, "2026-02-28"}, {"2026-11-25", 3, "2027-02-25"}, {"2028-01-31", 1, "2028-02-29"}, {"2026-12-31", 0, "2026-12-31"}} {
		d, _ := ParseDay(c.from)
		if got := d.AddMonths(c.n).String(); got != c.to {
			t.Errorf("%s and %d months: %s", c.from, c.n, got)
		}
	}
}
