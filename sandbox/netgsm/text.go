package netgsm

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// suffix is the operator code the law has appended to every bulk text.
const suffix = " B001"

// encoding is how a text travels.
type encoding int

const (
	gsm     encoding = iota // 7-bit, Turkish letters turned into plain ones
	turkish                 // 7-bit with the Turkish locking table
	unicode                 // UCS-2
)

// sizes: what one message holds, and each part of a long one.
func (e encoding) sizes() (single, part int) {
	switch e {
	case turkish:
		return 155, 148
	case unicode:
		return 70, 66
	}
	return 160, 153
}

// maxParts is the longest text Netgsm takes.
const maxParts = 6

// parseEncoding reads the encoding member; the second value is false for an
// unknown word.
func parseEncoding(s string) (encoding, bool) {
	switch strings.ToUpper(strings.TrimSpace(s)) {
	case "", "UTF-8", "UTF8":
		return gsm, true
	case "TR":
		return turkish, true
	case "UNICODE":
		return unicode, true
	}
	return gsm, false
}

var plain = strings.NewReplacer("ç", "c", "Ç", "C", "ğ", "g", "Ğ", "G", "ı", "i", "İ", "I",
	"ö", "o", "Ö", "O", "ş", "s", "Ş", "S", "ü", "u", "Ü", "U")

const basicSet = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡" +
	"ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
const doubleSet = "^{}\\[]~|€\f"
const turkishSet = "çÇğĞıİşŞöÖüÜ"

// received is the text as the handset shows it.
func (e encoding) received(text string) string {
	if e == unicode || plainASCII(text) {
		return text
	}
	if e == gsm {
		text = plain.Replace(text)
	}
	return strings.Map(func(r rune) rune {
		if e.knows(r) {
			return r
		}
		return '?'
	}, text)
}

// plainASCII is the quick way for the codes: printable ASCII and line ends are
// all in the GSM set, but for the backtick.
func plainASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < ' ' && c != '\n' && c != '\r') || c > '~' || c == '`' {
			return false
		}
	}
	return true
}

func (e encoding) knows(r rune) bool {
	return strings.ContainsRune(basicSet, r) || strings.ContainsRune(doubleSet, r) ||
		e == turkish && strings.ContainsRune(turkishSet, r)
}

// used counts what the received text takes, in characters of the encoding.
func (e encoding) used(text string) int {
	if e == unicode {
		return len(utf16.Encode([]rune(text)))
	}
	n := utf8.RuneCountInString(text)
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '^', '{', '}', '\\', '[', ']', '~', '|', '\f':
			n++
		}
	}
	return n + strings.Count(text, "€")
}

// parts is how many messages a text of n characters needs with the operator
// suffix, which counts as five.
func (e encoding) parts(n int) int {
	single, part := e.sizes()
	n += len(suffix)
	if n <= single {
		return 1
	}
	return (n + part - 1) / part
}

// latin5 writes a text in ISO-8859-9, in which the old inbox call answers.
func latin5(s string) []byte {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		switch r {
		case 'ğ':
			r = 0xf0
		case 'Ğ':
			r = 0xd0
		case 'ı':
			r = 0xfd
		case 'İ':
			r = 0xdd
		case 'ş':
			r = 0xfe
		case 'Ş':
			r = 0xde
		case 'ð', 'Ð', 'ý', 'Ý', 'þ', 'Þ':
			r = '?' // their places belong to the Turkish letters
		}
		if r > 0xff {
			r = '?'
		}
		out = append(out, byte(r))
	}
	return out
}
