package iys

import "strings"

// Limits of addresses, in characters.
const (
	maxPhone = 15
	minEmail = 6
	maxEmail = 265
)

// NormalizeRecipient writes an address as İYS stores it: phones in E.164
// ("0505 000 00 01" and "5050000001" become "+905050000001"), e-mail addresses
// in lower case by the ASCII rule. Repaired is true when the phone had a
// national zero behind the country code (+9005…): İYS would have taken it, and
// nobody could ever have seen or used that record.
//
// The error is an [Faults] with H160 and H121 for a phone, H120 for an e-mail
// address, H117 for an unknown type.
func NormalizeRecipient(t Type, raw string) (recipient string, repaired bool, err error) {
	switch t {
	case Eposta:
		s := lowerASCII(strings.TrimSpace(raw))
		if !validEmail(s) {
			return "", false, Faults{fault("H120", raw, "recipient")}
		}
		return s, false, nil
	case Mesaj, Arama:
		s, repaired := normalizePhone(raw)
		if codes := phoneFaults(s); codes != nil {
			var f Faults
			for _, c := range codes {
				f = append(f, fault(c, raw, "recipient"))
			}
			return "", false, f
		}
		return s, repaired, nil
	}
	return "", false, Faults{fault("H117", string(t), "type")}
}

// normalizePhone strips what people write between digits and adds the country.
func normalizePhone(raw string) (s string, repaired bool) {
	raw = strings.TrimSpace(raw)
	plus := strings.HasPrefix(raw, "+")
	var b strings.Builder
	for i, r := range raw {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == '+' && i == 0, r == ' ', r == '\u00a0', r == '-', r == '(', r == ')', r == '.', r == '/':
		default:
			return raw, false
		}
	}
	d := b.String()
	if !plus && strings.HasPrefix(d, "00") {
		plus, d = true, d[2:]
	}
	if !plus {
		switch {
		case len(d) == 10:
			d = "90" + d
		case len(d) == 11 && d[0] == '0':
			d = "90" + d[1:]
		}
	}
	if len(d) == 13 && strings.HasPrefix(d, "900") {
		d, repaired = "90"+d[3:], true
	}
	return "+" + d, repaired
}

// phoneFaults gives the codes of a number that is not E.164, in the order of
// İYS. Unassigned ranges are not known here: İYS may still refuse with H121.
func phoneFaults(s string) (codes []string) {
	if len(s) > maxPhone {
		codes = append(codes, "H160")
	}
	if !validPhone(s) {
		codes = append(codes, "H121")
	}
	return codes
}

func validPhone(s string) bool {
	if len(s) < 9 || len(s) > maxPhone || s[0] != '+' || s[1] == '0' {
		return false
	}
	for _, r := range s[1:] {
		if r < '0' || r > '9' {
			return false
		}
	}
	if strings.HasPrefix(s, "+90") {
		return len(s) == 13 && s[3] >= '2' && s[3] != '6' && s[3] != '7'
	}
	return true
}

// validEmail follows the published shape: at least 1@2.2 characters, no letters
// beyond ASCII, and before the @ nothing but letters, digits and + . - _.
func validEmail(s string) bool {
	if len(s) < minEmail || len(s) > maxEmail {
		return false
	}
	local, domain, ok := strings.Cut(s, "@")
	if !ok || local == "" || !only(local, "+.-_") || !only(domain, ".-") ||
		strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(s, "..") {
		return false
	}
	dot := strings.LastIndexByte(domain, '.')
	if dot < 2 || len(domain)-dot-1 < 2 {
		return false
	}
	for _, label := range strings.Split(domain, ".") {
		if label == "" || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
	}
	return true
}

// only reports whether s is made of ASCII letters, digits and the extra ones.
func only(s, extra string) bool {
	for _, r := range s {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		if !letter && !strings.ContainsRune(extra, r) {
			return false
		}
	}
	return s != ""
}

// lowerASCII leaves all other letters alone: the Turkish rule would turn I into
// a letter that no mail server knows.
func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
