// Package wire has the small encodings that several protocols share.
package wire

import (
	"crypto/subtle"
	"encoding/json"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Equal compares in constant time.
func Equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// UpperHex writes bytes in hexadecimal with capitals.
func UpperHex(b []byte) string {
	const digits = "0123456789ABCDEF"
	out := make([]byte, 0, 2*len(b))
	for _, x := range b {
		out = append(out, digits[x>>4], digits[x&15])
	}
	return string(out)
}

// Latin5 are the bytes of a text in ISO-8859-9. What it does not have becomes a question mark: such a text signs nothing that a
// bank would accept. There is room for what a caller may append.
func Latin5(s string) []byte {
	b := make([]byte, 0, len(s)+64)
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			b = append(b, c)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		c, ok := charmap.ISO8859_9.EncodeRune(r)
		if !ok {
			c = '?'
		}
		b = append(b, c)
		i += n
	}
	return b
}

// AppendJSON appends a text as a JSON string. "<", ">" and "&" stay as they are in plain texts and are escaped in others; both mean the same.
func AppendJSON(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			x, err := json.Marshal(s)
			if err != nil {
				x = []byte(`""`)
			}
			return append(b, x...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}
