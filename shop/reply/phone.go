package reply

import (
	"strings"
	"unicode"
)

// Phone reads a phone number as people write it: "0555 111 22 33",
// "+90 (555) 111 22 33", "5551112233.0", with words before or after, or
// several of them ("0216… / 0532…": the first Turkish mobile counts, else the
// first valid one). It gives the number in E.164 and whether it is a Turkish
// mobile, which alone can receive an SMS in Turkey.
func Phone(raw string) (e164 string, mobile, ok bool) {
	raw = strings.ReplaceAll(strings.ReplaceAll(raw, " veya ", "/"), " ve ", "/")
	for part := range strings.FieldsFuncSeq(raw, func(r rune) bool { return strings.ContainsRune("/,;|\n\r", r) }) {
		n, ok := phonePart(part)
		if !ok {
			continue
		}
		if strings.HasPrefix(n, "+905") {
			return n, true, true
		}
		if e164 == "" {
			e164 = n
		}
	}
	return e164, false, e164 != ""
}

func phonePart(s string) (string, bool) {
	s = strings.TrimSuffix(strings.TrimSpace(s), ".0") // a spreadsheet's number
	var buf [24]byte
	d, plus := buf[:0], false
	for _, r := range s {
		if 0xFF10 <= r && r <= 0xFF19 {
			r = r - 0xFF10 + '0'
		}
		switch {
		case '0' <= r && r <= '9':
			if d = append(d, byte(r)); len(d) > 20 {
				return "", false
			}
			continue
		case (r == '+' || r == '＋') && len(d) == 0:
			plus = true
		}
		if len(d) >= 10 && unicode.IsLetter(r) {
			break
		}
	}
	n := string(d)
	if !plus && strings.HasPrefix(n, "00") {
		plus, n = true, n[2:]
	}
	if plus {
		rest, turkish := strings.CutPrefix(n, "90")
		if !turkish {
			return "+" + n, 9 <= len(n) && len(n) <= 15 && n[0] != '0'
		}
		if len(rest) == 11 {
			rest = strings.TrimPrefix(rest, "0")
		}
		n = rest
	} else {
		switch {
		case len(n) == 12 && n[:2] == "90":
			n = n[2:]
		case len(n) == 13 && n[:3] == "900":
			n = n[3:]
		case len(n) == 11 && n[0] == '0':
			n = n[1:]
		}
	}
	if len(n) != 10 || !strings.Contains("23458", n[:1]) {
		return "", false
	}
	return "+90" + n, true
}

// sender reads who sent a message: as [Phone], but a sender with letters is a
// header and no phone.
func sender(from string) string {
	for _, r := range from {
		if unicode.IsLetter(r) {
			return ""
		}
	}
	e164, _, _ := Phone(from)
	return e164
}
