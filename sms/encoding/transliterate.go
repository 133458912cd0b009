package encoding

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Level says how much of a text may be changed.
type Level int

// The levels; each does what the one before it does, and more.
const (
	// Exact changes nothing.
	Exact Level = iota
	// Typography writes NFC and replaces what nobody means as a letter of its
	// own: curly quotes, long dashes, the ellipsis, the lira sign, blanks of
	// every width, circumflexes and stray combining dots.
	Typography
	// Minimal also replaces the seven Turkish letters that are not in
	// GSM 03.38. ö Ö ü Ü Ç stay: they cost one unit.
	Minimal
	// Full also replaces ö Ö ü Ü Ç, for houses that take no Turkish letter.
	Full
	// ASCII also takes the marks off every other letter (é to e, ß to ss,
	// € to EUR). What has no plain form stays, so check with IsASCII.
	ASCII
)

// Transliterate gives the text with the changes of that level. A text that
// needs none comes back without allocating.
func Transliterate(text string, l Level) string {
	if l <= Exact || plain(text) {
		return text
	}
	// A decomposed letter, which Java and JavaScript make of İ when they fold
	// it, would otherwise force UCS-2.
	text = norm.NFC.String(text)
	var b strings.Builder
	b.Grow(len(text) + 8)
	for _, r := range text {
		if s, ok := replace(r, l); ok {
			b.WriteString(s)
			continue
		}
		b.WriteRune(r)
	}
	if l < ASCII || IsASCII(b.String()) {
		return b.String()
	}
	return strip(b.String())
}

// plain reports whether no level changes the text.
func plain(text string) bool {
	for i := 0; i < len(text); i++ {
		if c := text[i]; c >= 0x80 || c == '\t' || c == '`' {
			return false
		}
	}
	return true
}

// IsASCII reports whether the text has only printable ASCII characters and
// line ends.
func IsASCII(text string) bool {
	for i := 0; i < len(text); i++ {
		if c := text[i]; c >= 0x7f || c < ' ' && c != '\n' && c != '\r' {
			return false
		}
	}
	return true
}

func replace(r rune, l Level) (string, bool) {
	if r < 0x80 && r != '\t' && r != '`' {
		return "", false
	}
	if s, ok := typography[r]; ok {
		return s, true
	}
	if l >= Minimal {
		if s, ok := minimal[r]; ok {
			return s, true
		}
	}
	if l >= Full {
		if s, ok := full[r]; ok {
			return s, true
		}
	}
	if l >= ASCII {
		if s, ok := ascii[r]; ok {
			return s, true
		}
	}
	return "", false
}

// strip takes the marks off the letters that are left.
func strip(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	for _, r := range norm.NFD.String(text) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(r)
		}
	}
	return norm.NFC.String(b.String())
}

var (
	typography = map[rune]string{
		'₺': "TL", '‘': "'", '’': "'", '`': "'", '“': `"`, '”': `"`, '–': "-", '—': "-", '…': "...",
		'\u00a0': " ", '\t': " ", '\u200b': "", '\u0307': "",
		'â': "a", 'î': "i", 'û': "u", 'Â': "A", 'Î': "I", 'Û': "U",
	}
	minimal = map[rune]string{
		'ş': "s", 'Ş': "S", 'ğ': "g", 'Ğ': "G", 'ı': "i", 'İ': "I", 'ç': "c",
	}
	full = map[rune]string{
		'ö': "o", 'Ö': "O", 'ü': "u", 'Ü': "U", 'Ç': "C",
	}
	ascii = map[rune]string{
		'ß': "ss", 'æ': "ae", 'Æ': "AE", 'ø': "o", 'Ø': "O", '€': "EUR", '£': "GBP", '\u202f': " ", '\u2011': "-",
	}
)
