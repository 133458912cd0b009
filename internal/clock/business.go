package clock

import "time"

// fixed are the days of each year that are holidays as a whole (Law 2429; 15 July since 2016).
var fixed = map[[2]int]bool{{1, 1}: true, {4, 23}: true, {5, 1}: true, {5, 19}: true, {7, 15}: true, {8, 30}: true, {10, 29}: true}

// feasts are the first days of the Ramazan feast (three days) and the Kurban feast (four days). The afternoons before them are half holidays and count
// as business days.
var feasts = map[int][2][2]int{
	2024: {{4, 10}, {6, 16}}, 2025: {{3, 30}, {6, 6}}, 2026: {{3, 20}, {5, 27}}, 2027: {{3, 9}, {5, 16}}, 2028: {{2, 26}, {5, 5}},
	2029: {{2, 14}, {4, 24}}, 2030: {{2, 4}, {4, 13}}, 2031: {{1, 24}, {4, 2}}, 2032: {{1, 14}, {3, 22}},
}

// LastFeastYear is the last year whose feasts are known: behind it days are counted as if there were none.
const LastFeastYear = 2032

// Turkey is the calendar of Turkish business days: Monday to Friday but for whole public holidays.
type Turkey struct{}

// Business reports whether a day is one.
func (Turkey) Business(d Day) bool {
	t := d.UTC()
	if t.Weekday() == time.Saturday || t.Weekday() == time.Sunday {
		return false
	}
	y, m, dd := t.Date()
	if fixed[[2]int{int(m), dd}] {
		return false
	}
	for i, first := range feasts[y] {
		begin := DayOf(time.Date(y, time.Month(first[0]), first[1], 12, 0, 0, 0, time.UTC))
		if first[0] > 0 && d >= begin && d < begin+Day(3+i) {
			return false
		}
	}
	return true
}
