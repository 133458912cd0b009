package pos

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Currency is an ISO 4217 code in letters, such as TRY.
type Currency string

// The currencies that Turkish virtual POS take.
const (
	TRY Currency = "TRY"
	USD Currency = "USD"
	EUR Currency = "EUR"
	GBP Currency = "GBP"
	JPY Currency = "JPY"
	RUB Currency = "RUB"
)

var numerics = map[Currency]string{TRY: "949", USD: "840", EUR: "978", GBP: "826", JPY: "392", RUB: "643"}

// Numeric returns the three digits of ISO 4217, "" for a currency that is not one of the constants.
func (c Currency) Numeric() string { return numerics[c] }

// CurrencyOf returns the currency of three digits of ISO 4217, "" for any other text.
func CurrencyOf(numeric string) Currency {
	for c, n := range numerics {
		if n == numeric {
			return c
		}
	}
	return ""
}

// Money is an amount in minor units (kuruş, cent) of a currency. It is never a float: 19.99 has no exact one. The protocols
// give every currency two decimals on the wire, the yen too.
type Money struct {
	Minor    int64
	Currency Currency
}

// String is for people: "249.90 TRY".
func (m Money) String() string { return Decimal(m.Minor) + " " + string(m.Currency) }

// Decimal writes minor units with a point and two decimals: 24990 is "249.90".
func Decimal(minor int64) string { return string(AppendDecimal(nil, minor)) }

// AppendDecimal appends [Decimal] to b.
func AppendDecimal(b []byte, minor int64) []byte {
	u := uint64(minor)
	if minor < 0 {
		b, u = append(b, '-'), -u
	}
	b = strconv.AppendUint(b, u/100, 10)
	return append(b, '.', byte('0'+u/10%10), byte('0'+u%10))
}

// ErrAmount is returned for text that is no amount.
var ErrAmount = errors.New("pos: not an amount")

// maxMinor bounds what is read: 15 digits of minor units are ten trillion lira.
const maxMinor = 1e15

// ParseDecimal reads what banks write: "249.90", "249,9", "249". There are at most two decimals that are not zero, and no
// grouping: "1.234,56" is refused, not guessed at.
func ParseDecimal(s string) (int64, error) {
	whole, frac := s, ""
	if i := strings.IndexAny(s, ".,"); i >= 0 {
		whole, frac = s[:i], s[i+1:]
		if frac == "" {
			return 0, fmt.Errorf("%w: %q", ErrAmount, s)
		}
	}
	if whole == "" {
		return 0, fmt.Errorf("%w: %q", ErrAmount, s)
	}
	for len(frac) > 2 && frac[len(frac)-1] == '0' {
		frac = frac[:len(frac)-1]
	}
	if len(frac) > 2 {
		return 0, fmt.Errorf("%w: %q has more than two decimals", ErrAmount, s)
	}
	return ParseMinor(whole + (frac + "00")[:2])
}

// ParseMinor reads an amount in minor units: "24990".
func ParseMinor(s string) (int64, error) {
	if s == "" || len(s) > 24 {
		return 0, fmt.Errorf("%w: %q", ErrAmount, s)
	}
	var n int64
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, fmt.Errorf("%w: %q", ErrAmount, s)
		}
		if n = n*10 + int64(s[i]-'0'); n > maxMinor {
			return 0, fmt.Errorf("%w: %q is too large", ErrAmount, s)
		}
	}
	return n, nil
}
