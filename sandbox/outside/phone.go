package outside

import (
	"errors"
	"strings"
)

// ErrPhone says that a text is no phone number.
var ErrPhone = errors.New("not a phone number")

// NormalizePhone turns any usual Turkish way of writing a number (0555 111 22
// 33, 90555…, 0090555…, +90 (555) …, 555…) into E.164. Numbers of other
// countries are taken when written with + or 00.
func NormalizePhone(in string) (string, error) {
	in = strings.TrimSpace(in)
	international := strings.HasPrefix(in, "+")
	var b strings.Builder
	for i, r := range in {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == '+' && i == 0, r == ' ', r == '-', r == '(', r == ')', r == '.', r == '/', r == '\u00a0':
		default:
			return "", ErrPhone
		}
	}
	d := b.String()
	if !international && strings.HasPrefix(d, "00") {
		d, international = d[2:], true
	}
	switch {
	case len(d) == 12 && strings.HasPrefix(d, "90"):
		return "+" + d, nil
	case international:
		if len(d) < 8 || len(d) > 15 || d[0] == '0' || strings.HasPrefix(d, "90") {
			return "", ErrPhone
		}
		return "+" + d, nil
	case len(d) == 11 && d[0] == '0' && d[1] != '0':
		return "+90" + d[1:], nil
	case len(d) == 10 && d[0] != '0':
		return "+90" + d, nil
	}
	return "", ErrPhone
}

// LastTen is the national part of a Turkish number in any form: the only part
// that all systems write alike, so the one to compare by.
func LastTen(in string) string {
	b := make([]byte, 0, len(in))
	for i := 0; i < len(in); i++ {
		if in[i] >= '0' && in[i] <= '9' {
			b = append(b, in[i])
		}
	}
	if len(b) > 10 {
		b = b[len(b)-10:]
	}
	return string(b)
}
