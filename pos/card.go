package pos

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// Card is a payment card for the length of one call. It prints itself masked in every way that Go prints things; its number and
// CVV leave it only by the Append methods, for the buffer of a request. Call [Card.Wipe] when the call is over.
type Card struct {
	number []byte
	cvv    []byte
	holder string
	month  int
	year   int // four digits
}

// Errors of [NewCard]. None carries what was typed.
var (
	ErrCardNumber = errors.New("pos: the card number is not valid")
	ErrCardExpiry = errors.New("pos: the expiry date is not valid")
	ErrCardCVV    = errors.New("pos: the CVV is not valid")
)

// NewCard checks and keeps a card. number has 12 to 19 digits (blanks and hyphens are dropped) and passes the Luhn check; month
// is 1 to 12; year has two or four digits; cvv has three digits, four for American Express, or is empty where the POS may do
// without (MOTO). Whether the card has expired is not judged here, see [Card.Expired].
func NewCard(number string, month, year int, cvv, holder string) (*Card, error) {
	c, err := NewUncheckedCard(number, month, year, cvv, holder)
	if err == nil && !luhn(c.number) {
		return nil, ErrCardNumber
	}
	return c, err
}

// NewUncheckedCard is [NewCard] without the Luhn check, for the test systems of banks: some of their numbers do not pass it.
func NewUncheckedCard(number string, month, year int, cvv, holder string) (*Card, error) {
	c := &Card{holder: strings.TrimSpace(holder), month: month, year: year}
	for i := range len(number) {
		switch b := number[i]; {
		case b >= '0' && b <= '9':
			c.number = append(c.number, b)
		case b != ' ' && b != '-':
			return nil, ErrCardNumber
		}
	}
	if len(c.number) < 12 || len(c.number) > 19 {
		return nil, ErrCardNumber
	}
	if c.year >= 0 && c.year < 100 {
		c.year += 2000
	}
	if month < 1 || month > 12 || c.year < 2000 || c.year > 2099 {
		return nil, ErrCardExpiry
	}
	for i := range len(cvv) {
		if cvv[i] < '0' || cvv[i] > '9' {
			return nil, ErrCardCVV
		}
	}
	if n := len(cvv); n != 0 && n != 3 && !(n == 4 && c.Brand() == Amex) {
		return nil, ErrCardCVV
	}
	c.cvv = []byte(cvv)
	return c, nil
}

// ValidNumber reports whether s is 12 to 19 digits that pass the Luhn check.
func ValidNumber(s string) bool { return len(s) >= 12 && len(s) <= 19 && luhn([]byte(s)) }

func luhn(digits []byte) bool {
	sum, double := 0, false
	for i := len(digits) - 1; i >= 0; i-- {
		d := int(digits[i]) - '0'
		if d < 0 || d > 9 {
			return false
		}
		if double {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
		double = !double
	}
	return sum%10 == 0
}

// Brand is a card scheme.
type Brand string

// The schemes that Turkish POS take.
const (
	Visa         Brand = "visa"
	Mastercard   Brand = "mastercard"
	Amex         Brand = "amex"
	Troy         Brand = "troy"
	UnknownBrand Brand = ""
)

// Brand tells the scheme by the first digits: 4 Visa; 51–55 and 2221–2720 Mastercard, and the older Maestro numbers 50 and 56–69
// except Troy's 65; 34 and 37 American Express; 9792 and 65 Troy.
func (c Card) Brand() Brand {
	n := c.number
	if len(n) < 4 {
		return UnknownBrand
	}
	first := 0
	for _, d := range n[:4] {
		first = first*10 + int(d-'0')
	}
	switch two := first / 100; {
	case first/1000 == 4:
		return Visa
	case two == 34 || two == 37:
		return Amex
	case first == 9792 || two == 65:
		return Troy
	case two >= 50 && two <= 69 || first >= 2221 && first <= 2720:
		return Mastercard
	}
	return UnknownBrand
}

// AppendNumber appends the digits of the number to a request.
func (c *Card) AppendNumber(b []byte) []byte { return append(b, c.number...) }

// AppendCVV appends the CVV, which may be empty, to a request.
func (c *Card) AppendCVV(b []byte) []byte { return append(b, c.cvv...) }

// HasCVV reports whether there is one.
func (c *Card) HasCVV() bool { return len(c.cvv) > 0 }

// Holder is the name on the card as it was given.
func (c *Card) Holder() string { return c.holder }

// Month is 1 to 12.
func (c *Card) Month() int { return c.month }

// Year has four digits.
func (c *Card) Year() int { return c.year }

// MM is the month in two digits, YY the year in two.
func (c *Card) MM() string { return string([]byte{byte('0' + c.month/10), byte('0' + c.month%10)}) }

// YY is the year in two digits.
func (c *Card) YY() string {
	return string([]byte{byte('0' + c.year/10%10), byte('0' + c.year%10)})
}

// Expired reports whether the last day of the card's month has passed.
func (c *Card) Expired(now time.Time) bool {
	return !now.Before(time.Date(c.year, time.Month(c.month)+1, 1, 0, 0, 0, 0, now.Location()))
}

// BIN6 is the first six digits, which may be kept.
func (c Card) BIN6() string { return string(c.number[:min(6, len(c.number))]) }

// Last4 is the last four digits, which may be kept.
func (c Card) Last4() string { return string(c.number[max(0, len(c.number)-4):]) }

// Masked shows six and four digits: "435508******4358".
func (c Card) Masked() string {
	if len(c.number) < 12 {
		return "wiped"
	}
	return c.BIN6() + strings.Repeat("*", len(c.number)-10) + c.Last4()
}

// In reports whether a text has the card's number in it, with or without blanks and hyphens: somebody typed it into the wrong field.
func (c *Card) In(text string) bool {
	if len(c.number) == 0 {
		return false
	}
	digits := strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, text)
	return strings.Contains(digits, string(c.number))
}

// Wipe overwrites number and CVV. The card cannot be used afterwards.
func (c *Card) Wipe() {
	clear(c.number)
	clear(c.cvv)
	c.number, c.cvv, c.holder = nil, nil, ""
}

// String is the masked number.
func (c Card) String() string { return c.Masked() }

// GoString is the masked number for %#v.
func (c Card) GoString() string { return "pos.Card(" + c.Masked() + ")" }

// Format prints the masked number whatever the verb.
func (c Card) Format(f fmt.State, _ rune) { fmt.Fprint(f, c.Masked()) }

// MarshalJSON writes the masked number: a card that is encoded by mistake gives nothing away.
func (c Card) MarshalJSON() ([]byte, error) { return json.Marshal(c.Masked()) }

// MarshalText writes the masked number.
func (c Card) MarshalText() ([]byte, error) { return []byte(c.Masked()), nil }

// LogValue is the masked number.
func (c Card) LogValue() slog.Value { return slog.StringValue(c.Masked()) }
