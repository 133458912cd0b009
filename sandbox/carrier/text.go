package carrier

import (
	"strings"
	"unicode/utf16"
)

// Suffix is the operator code the law has appended to every text.
const Suffix = " B001"

// Coding is how a text travels.
type Coding int

// The codings.
const (
	Plain   Coding = iota // 7-bit
	Turkish               // 7-bit with a Turkish table
	Unicode               // UCS-2
)

const (
	basicSet = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡" +
		"ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	doubleSet  = "^{}\\[]~|€\f"
	turkishSet = "şŞğĞçıİ"
)

// Needs is the smallest coding that can write a text.
func Needs(text string) Coding {
	need := Plain
	for _, r := range text {
		switch {
		case strings.ContainsRune(basicSet, r), strings.ContainsRune(doubleSet, r):
		case strings.ContainsRune(turkishSet, r):
			need = max(need, Turkish)
		default:
			return Unicode
		}
	}
	return need
}

// Units is the length of a text in a coding.
func (c Coding) Units(text string) int {
	if c == Unicode {
		return len(utf16.Encode([]rune(text)))
	}
	n := 0
	for _, r := range text {
		n++
		if strings.ContainsRune(doubleSet, r) {
			n++
		}
	}
	return n
}

// Parts is how many messages a text needs with the operator's suffix.
func (c Coding) Parts(text string) int {
	single, part := 160, 153
	switch c {
	case Turkish:
		single, part = 155, 149
	case Unicode:
		single, part = 70, 67
	}
	n := c.Units(text) + len(Suffix)
	if n <= single {
		return 1
	}
	return (n + part - 1) / part
}

var plain = strings.NewReplacer("ç", "c", "ğ", "g", "Ğ", "G", "ı", "i", "İ", "I", "ş", "s", "Ş", "S")

// Shown is the text as the phone shows it when it was sent in a coding that
// may be too small for it.
func (c Coding) Shown(text string) string {
	if c >= Needs(text) {
		return text
	}
	if c == Plain {
		text = plain.Replace(text)
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(basicSet, r) || strings.ContainsRune(doubleSet, r) || c == Turkish && strings.ContainsRune(turkishSet, r) {
			return r
		}
		return '?'
	}, text)
}
