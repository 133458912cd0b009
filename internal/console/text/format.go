package text

import (
	"context"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Istanbul is the zone in which the console shows times.
var Istanbul = func() *time.Location {
	if l, err := time.LoadLocation("Europe/Istanbul"); err == nil {
		return l
	}
	return time.FixedZone("+03", 3*60*60) // UTC+3 all year since September 2016
}()

// Count groups the digits of a whole number: 1204 is "1.204".
func Count(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "−", digits[1:]
	}
	var b strings.Builder
	b.WriteString(sign)
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte('.')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// Amount writes kuruş without a currency: 123456 is "1.234,56".
func Amount(kurus int64) string {
	sign, u := "", uint64(kurus)
	if kurus < 0 {
		sign, u = "−", -u
	}
	whole := Count(int64(u / 100))
	cents := strconv.FormatUint(u%100+100, 10)[1:]
	return sign + whole + "," + cents
}

// Money writes kuruş in lira: 123456 is "1.234,56 TL".
func Money(kurus int64) string { return Amount(kurus) + "\u00a0TL" }

// MoneyIn writes minor units of a currency given by its ISO code: "1.234,56 USD". TRY and "" are written TL.
func MoneyIn(minor int64, currency string) string {
	if currency == "" || currency == "TRY" {
		return Money(minor)
	}
	return Amount(minor) + "\u00a0" + currency
}

// Percent writes basis points: 1234 is "%12,34", 1200 is "%12".
func Percent(basis int64) string {
	s := strings.TrimSuffix(Amount(basis), ",00")
	return "%" + s
}

// Phone writes an E.164 number: a Turkish one as "0555 111 22 33", others unchanged.
func Phone(e164 string) string { return phone(e164, false) }

// PhoneMasked writes a number so that only its operator and its last two digits can be read: "0555 ••• •• 33".
func PhoneMasked(e164 string) string { return phone(e164, true) }

func phone(e164 string, masked bool) string {
	n, turkish := strings.CutPrefix(e164, "+90")
	if !turkish || len(n) != 10 || !allDigits(n) {
		if masked && len(e164) > 6 {
			return e164[:4] + strings.Repeat("•", len(e164)-6) + e164[len(e164)-2:]
		}
		return e164
	}
	if masked {
		return "0" + n[:3] + " ••• •• " + n[8:]
	}
	return "0" + n[:3] + " " + n[3:6] + " " + n[6:8] + " " + n[8:]
}

func allDigits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != ""
}

// Card writes what may be kept of a card: Card("435508", "4358") is "4355 08•• •••• 4358".
func Card(bin6, last4 string) string {
	if len(bin6) < 6 || !allDigits(bin6) {
		return "•••• •••• •••• " + last4
	}
	return bin6[:4] + " " + bin6[4:6] + "•• •••• " + last4
}

// Time writes a moment in Istanbul: "22.11.2026 14:05"; the zero time is "—".
func Time(t time.Time) string { return stamp(t, "02.01.2006 15:04") }

// TimeExact is Time with seconds, for the audit log and raw exchanges.
func TimeExact(t time.Time) string { return stamp(t, "02.01.2006 15:04:05") }

// Date writes the day in Istanbul: "22.11.2026".
func Date(t time.Time) string { return stamp(t, "02.01.2006") }

// Clock writes the hour in Istanbul: "14:05".
func Clock(t time.Time) string { return stamp(t, "15:04") }

func stamp(t time.Time, layout string) string {
	if t.IsZero() {
		return "—"
	}
	return t.In(Istanbul).Format(layout)
}

// Ago says how long before now t was: "az önce", "3 dakika önce", "dün 14:05", or the date when it is older than a week.
// A time in the future is said as "3 dakika sonra".
func Ago(ctx context.Context, t, now time.Time) string {
	if t.IsZero() {
		return "—"
	}
	d, way := now.Sub(t), "ago"
	if d < 0 {
		d, way = -d, "in"
	}
	day := func(t time.Time) int64 {
		y, m, d := t.In(Istanbul).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400
	}
	days := day(now) - day(t)
	switch {
	case d < time.Minute && way == "ago":
		return T(ctx, "ago.now")
	case d < time.Minute:
		return T(ctx, "in.now")
	case d < time.Hour:
		return N(ctx, way+".minute", int64(d/time.Minute))
	case days == 0:
		return N(ctx, way+".hour", int64(d/time.Hour))
	case days == 1:
		return T(ctx, "ago.yesterday", Clock(t))
	case days == -1:
		return T(ctx, "in.tomorrow", Clock(t))
	case days > 1 && days < 8:
		return N(ctx, "ago.day", days)
	case days < -1 && days > -8:
		return N(ctx, "in.day", -days)
	}
	return Time(t)
}

// Span says a length of time in its two largest parts: "3 dk", "2 sa 10 dk", "4 gün".
func Span(ctx context.Context, d time.Duration) string {
	switch {
	case d < time.Second:
		return T(ctx, "span.ms", Count(d.Milliseconds()))
	case d < time.Minute:
		return T(ctx, "span.second", int(d/time.Second))
	case d < time.Hour:
		return T(ctx, "span.minute", int(d/time.Minute))
	case d < 24*time.Hour:
		h, m := int(d/time.Hour), int(d%time.Hour/time.Minute)
		if m == 0 {
			return T(ctx, "span.hour", h)
		}
		return T(ctx, "span.hour", h) + " " + T(ctx, "span.minute", m)
	}
	return T(ctx, "span.day", int(d/(24*time.Hour)))
}

// Upper writes s in Turkish capitals: "iade" is "İADE".
func Upper(s string) string { return strings.ToUpperSpecial(unicode.TurkishCase, s) }

// Lower writes s in Turkish small letters: "IŞIK" is "ışık".
func Lower(s string) string { return strings.ToLowerSpecial(unicode.TurkishCase, s) }

// Title writes each word of a name with a Turkish capital first: "ışıl iNCE" is "Işıl İnce".
func Title(s string) string {
	words := strings.Fields(Lower(s))
	for i, w := range words {
		r := []rune(w)
		words[i] = Upper(string(r[:1])) + string(r[1:])
	}
	return strings.Join(words, " ")
}

// ParseAmount reads an amount above zero as people here type it (1.250,00 or 1250 or 12,5 or 12.50) in kuruş.
func ParseAmount(s string) (int64, bool) {
	s = strings.NewReplacer(" ", "", "\u00a0", "", "TL", "", "₺", "").Replace(strings.TrimSpace(s))
	if i := strings.LastIndexByte(s, ','); i >= 0 {
		whole := s[:i]
		for j, group := range strings.Split(whole, ".") {
			if j > 0 && len(group) != 3 {
				return 0, false
			}
		}
		s = strings.ReplaceAll(whole, ".", "") + "." + s[i+1:]
	} else if groups := strings.Split(s, "."); len(groups) > 1 && len(groups[len(groups)-1]) == 3 {
		for _, g := range groups[1:] {
			if len(g) != 3 {
				return 0, false
			}
		}
		s = strings.Join(groups, "")
	}
	whole, frac, _ := strings.Cut(s, ".")
	if len(frac) > 2 || strings.HasSuffix(s, ".") || len(whole) > 13 {
		return 0, false
	}
	n, err := strconv.ParseUint(whole+(frac + "00")[:2], 10, 63)
	return int64(n), err == nil && n > 0 && whole != ""
}
