// Package phone reads phone numbers as people write them and gives E.164.
package phone

import (
	"strings"

	"github.com/nyaruka/phonenumbers"

	"github.com/onay/onay/internal/fault"
)

// Parse returns the E.164 form and the ISO country of a mobile number. Turkish numbers are read by our own rule (ten digits that
// begin with 5), so that a number block newer than any library is not refused; others must be written with + or 00.
func Parse(s string) (e164, country string, err error) {
	if len(s) > 40 {
		return "", "", invalid()
	}
	digits, plus := clean(s)
	if digits == "" {
		return "", "", invalid()
	}
	if strings.HasPrefix(digits, "00") && !plus {
		digits, plus = digits[2:], true
	}
	if plus && !strings.HasPrefix(digits, "90") {
		return foreign(digits)
	}
	national := digits
	switch {
	case len(digits) == 12 && strings.HasPrefix(digits, "90"):
		national = digits[2:]
	case plus: // +90 with another length
		return "", "", invalid()
	case len(digits) == 11 && digits[0] == '0':
		national = digits[1:]
	}
	if len(national) != 10 {
		return "", "", invalid()
	}
	if national[0] != '5' {
		return "", "", fault.Field("phone", "not_mobile", "Bu bir cep telefonu numarası değil; SMS alamaz.", "This is not a mobile number; it cannot receive SMS.")
	}
	return "+90" + national, "TR", nil
}

func invalid() error {
	return fault.Field("phone", "invalid_phone", "Telefon numarası geçersiz. Örnek: 0555 111 22 33", "The phone number is not valid. Example: +90 555 111 22 33")
}

// clean keeps the digits and tells whether a + stood before them; anything but usual separators makes it empty.
func clean(s string) (digits string, plus bool) {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			b.WriteByte(byte(r))
		case r == '+' && b.Len() == 0 && !plus:
			plus = true
		case r == ' ' || r == '-' || r == '(' || r == ')' || r == '.' || r == '/' || r == '\u00a0':
		default:
			return "", false
		}
	}
	return b.String(), plus
}

func foreign(digits string) (string, string, error) {
	n, err := phonenumbers.Parse("+"+digits, "")
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return "", "", invalid()
	}
	switch phonenumbers.GetNumberType(n) {
	case phonenumbers.FIXED_LINE, phonenumbers.PREMIUM_RATE, phonenumbers.TOLL_FREE, phonenumbers.SHARED_COST, phonenumbers.UAN, phonenumbers.PAGER:
		return "", "", fault.Field("phone", "not_mobile", "Bu bir cep telefonu numarası değil; SMS alamaz.", "This is not a mobile number; it cannot receive SMS.")
	}
	return phonenumbers.Format(n, phonenumbers.E164), phonenumbers.GetRegionCodeForNumber(n), nil
}

// Prefix is the number block that is watched for pumping: operator code and two digits in Turkey, the first seven digits elsewhere.
func Prefix(e164 string) string {
	n := 8
	if len(e164) < n {
		n = len(e164)
	}
	return e164[:n]
}

// Mask hides the middle of a number for logs: +90555•••2233.
func Mask(e164 string) string {
	if len(e164) < 9 {
		return "•••"
	}
	return e164[:6] + "•••" + e164[len(e164)-4:]
}
