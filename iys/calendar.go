package iys

import (
	"errors"
	"fmt"
	"time"
)

// ErrNoHolidays is the error for a year whose religious holidays are not known.
var ErrNoHolidays = errors.New("iys: the holidays of that year are not known")

// businessDays is how many a merchant has to bring a consent to İYS.
const businessDays = 3

// Calendar knows the public holidays of Turkey. A half day counts as a business
// day: that is the strict reading, and whoever follows it is always in time.
type Calendar struct {
	full  map[string]bool // "2026-03-20"
	years map[int]bool
}

// fixedHolidays are full days of every year (Law 2429; 15 July since 2016).
var fixedHolidays = []string{"01-01", "04-23", "05-01", "05-19", "07-15", "08-30", "10-29"}

// religiousHolidays are the first full days of Ramazan Bayramı (three days) and
// Kurban Bayramı (four). Up to 2029 two independent tables agree; 2030 to 2032
// stand in one.
var religiousHolidays = map[int][2]string{
	2024: {"04-10", "06-16"}, 2025: {"03-30", "06-06"}, 2026: {"03-20", "05-27"},
	2027: {"03-09", "05-16"}, 2028: {"02-26", "05-05"}, 2029: {"02-14", "04-24"},
	2030: {"02-04", "04-13"}, 2031: {"01-24", "04-02"}, 2032: {"01-14", "03-22"},
}

// NewCalendar knows 2024 to 2032; Add gives it more years.
func NewCalendar() *Calendar {
	c := &Calendar{full: map[string]bool{}, years: map[int]bool{}}
	for year, first := range religiousHolidays {
		var days []time.Time
		for i, n := range []int{3, 4} {
			d, _ := time.ParseInLocation(LayoutDate, fmt.Sprintf("%d-%s", year, first[i]), Istanbul)
			for k := range n {
				days = append(days, d.AddDate(0, 0, k))
			}
		}
		c.Add(year, days...)
	}
	return c
}

// Add makes a year known: days are its full religious holidays; the fixed ones
// are known. Not safe while others read the calendar.
func (c *Calendar) Add(year int, days ...time.Time) {
	c.years[year] = true
	for _, d := range fixedHolidays {
		c.full[fmt.Sprintf("%d-%s", year, d)] = true
	}
	for _, d := range days {
		c.full[d.In(Istanbul).Format(LayoutDate)] = true
	}
}

// Deadline is the last second in which İYS takes a consent: 23:59:59 Istanbul
// time of the third business day behind the day it was given.
//
// If a year on the way is not known the error is ErrNoHolidays, and the time
// given counts weekends alone, which is never too late.
func (c *Calendar) Deadline(consentDate time.Time) (time.Time, error) {
	day := consentDate.In(Istanbul)
	var err error
	for n := 0; n < businessDays; {
		day = day.AddDate(0, 0, 1)
		if !c.years[day.Year()] {
			err = ErrNoHolidays
		}
		if c.business(day) {
			n++
		}
	}
	return time.Date(day.Year(), day.Month(), day.Day(), 23, 59, 59, 0, Istanbul), err
}

// InTime reports whether İYS still takes a consent at now; it falls back to
// the strict count where Deadline reports ErrNoHolidays.
func (c *Calendar) InTime(consentDate, now time.Time) bool {
	d, _ := c.Deadline(consentDate)
	return now.Before(d.Add(time.Second))
}

func (c *Calendar) business(day time.Time) bool {
	wd := day.Weekday()
	return wd != time.Saturday && wd != time.Sunday && !c.full[day.Format(LayoutDate)]
}
