package reply

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// other stands in a folded text for a letter outside A-Z, for example a
// Cyrillic one. It belongs to its token, so that "ONAY" with foreign letters
// glued to it is not the word ONAY.
const other = '~'

// latin gives the letters of U+00C0 to U+017F without their marks; a space
// stands for what is no letter.
const latin = "" +
	"AAAAAAACEEEEIIII" + "DNOOOOO OUUUUYTS" + // U+00C0
	"AAAAAAACEEEEIIII" + "DNOOOOO OUUUUYTY" + // U+00E0
	"AAAAAACCCCCCCCDD" + "DDEEEEEEEEEEGGGG" + // U+0100
	"GGGGHHHHIIIIIIII" + "IIIIJJKKKLLLLLLL" + // U+0120
	"LLLNNNNNNNNNOOOO" + "OOOORRRRRRSSSSSS" + // U+0140
	"SSTTTTTTUUUUUUUU" + "UUUUWWYYYZZZZZZS" // U+0160

// extended gives the letters of U+1E00 to U+1EFF without their marks; letters
// without a plain partner are other.
const extended = "" +
	"AABBBBBBCCDDDDDDDDDDEEEEEEEEEEFFGGHHHHHHHHHHIIIIKKKKKKLLLLLLLLMMMMMMNNNNNNNNOOOOOOOOPPPPRRRRRRRRSSSSSSSSSSTTTTTTTTUUUUUUUUUUVVVVWWWWWWWWWWXXXXYYZZZZZZHTWY~~~~~~" +
	"AAAAAAAAAAAAAAAAAAAAAAAAEEEEEEEEEEEEEEEEIIIIOOOOOOOOOOOOOOOOOOOOOOOOUUUUUUUUUUUUUUYYYYYYYY~~~~~~"

// Fold writes a text in capitals without marks: A to Z and 0 to 9 stay, all
// forms of I become I, Ş Ğ Ü Ö Ç lose their marks, full-width and styled
// letters become plain ones, zero-width characters, soft hyphens and combining
// marks vanish, letters of other scripts become "~". Line breaks and the marks
// . , : / - ? > _ stay; everything else is a space.
func Fold(text string) string { return string(fold(make([]byte, 0, len(text)+8), text)) }

func fold(out []byte, text string) []byte {
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			i++
			switch {
			case 'a' <= c && c <= 'z':
				c -= 'a' - 'A'
			case 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("\n.,:/-?>_", c) >= 0:
			case c == '\r':
				c = '\n'
			default:
				c = ' '
			}
			out = append(out, c)
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		out = foldRune(out, r)
	}
	return out
}

func foldRune(out []byte, r rune) []byte {
	switch {
	case 0xC0 <= r && r < 0x180:
		switch r {
		case 'ß':
			return append(out, "SS"...)
		case 'Æ', 'æ':
			return append(out, "AE"...)
		case 'Œ', 'œ':
			return append(out, "OE"...)
		}
		return append(out, latin[r-0xC0])
	case 0x1E00 <= r && r <= 0x1EFF:
		if k := int(r - 0x1E00); k < len(extended) {
			return append(out, extended[k])
		}
		return append(out, other)
	case r == 'ș' || r == 'Ș':
		return append(out, 'S')
	case r == 'ƒ', r == 'ə', r == 'Ə':
		return append(out, other)
	case 0x300 <= r && r <= 0x36F, 0x200B <= r && r <= 0x200F, 0x202A <= r && r <= 0x202E, 0x2060 <= r && r <= 0x2064,
		r == 0xFEFF, r == 0xAD, r == 0x180E, 0xFE00 <= r && r <= 0xFE0F, r == 0x20E3:
		return out // invisible, or a mark on the letter before
	case 0xFF01 <= r && r <= 0xFF5E: // full width
		return fold(out, string(r-0xFF01+'!'))
	case 0x1D400 <= r && r <= 0x1D6A3: // bold, italic, script, … letters
		return append(out, byte('A'+(r-0x1D400)%26))
	case 0x1D7CE <= r && r <= 0x1D7FF:
		return append(out, byte('0'+(r-0x1D7CE)%10))
	case 0x24B6 <= r && r <= 0x24E9: // in circles
		return append(out, byte('A'+(r-0x24B6)%26))
	case 0x1F130 <= r && r <= 0x1F149, 0x1F170 <= r && r <= 0x1F189: // in squares
		return append(out, byte('A'+(r-0x1F130)%0x40))
	case 0x2460 <= r && r <= 0x2468:
		return append(out, byte('1'+r-0x2460))
	case 0x2080 <= r && r <= 0x2089:
		return append(out, byte('0'+r-0x2080))
	case r == 0x2070, 0x2074 <= r && r <= 0x2079:
		return append(out, byte('0'+r-0x2070))
	case r == '¹':
		return append(out, '1')
	case r == '²' || r == '³':
		return append(out, byte('0'+r-'°'))
	case r == 'ª':
		return append(out, 'A')
	case r == 'º':
		return append(out, 'O')
	case r == '\u2028', r == '\u2029', r == '\u0085':
		return append(out, '\n')
	case r == '؟', r == '⁇', r == '⁈', r == '⁉', r == '❓', r == '❔', r == '﹖':
		return append(out, '?')
	case 0x2010 <= r && r <= 0x2015, r == '−':
		return append(out, '-')
	case r == '₺':
		return append(out, " TL "...)
	case unicode.Is(unicode.Mn, r):
		return out
	case unicode.IsDigit(r): // other scripts: their digits stand in tens
		if d, ok := digit(r); ok {
			return append(out, d)
		}
		return append(out, other)
	case unicode.IsLetter(r):
		return append(out, other)
	}
	return append(out, ' ')
}

// digit gives the ASCII digit of a decimal digit of another script: the zero
// of each script is the first of ten that follow each other.
func digit(r rune) (byte, bool) {
	switch {
	case 0x660 <= r && r <= 0x669:
		return byte('0' + r - 0x660), true
	case 0x6F0 <= r && r <= 0x6F9:
		return byte('0' + r - 0x6F0), true
	case 0x966 <= r && r <= 0x96F:
		return byte('0' + r - 0x966), true
	}
	return 0, false
}

func isTokenByte(c byte) bool {
	return 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == other
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

// canonical drops leading zeros of a number; other names stay.
func canonical(s string) string {
	if allDigits(s) {
		if t := strings.TrimLeft(s, "0"); t != "" {
			return t
		}
		return "0"
	}
	return s
}

// lookalike reads O as 0 and I and L as 1.
func lookalike(s string) string {
	if strings.ContainsAny(s, "OIL") {
		b := []byte(s)
		for i, c := range b {
			switch c {
			case 'O':
				b[i] = '0'
			case 'I', 'L':
				b[i] = '1'
			}
		}
		s = string(b)
	}
	return canonical(s)
}

// letters keeps the token bytes of a folded text.
func letters(folded string) string {
	for i := range len(folded) {
		if !isTokenByte(folded[i]) {
			b := make([]byte, 0, len(folded))
			for j := range len(folded) {
				if isTokenByte(folded[j]) {
					b = append(b, folded[j])
				}
			}
			return string(b)
		}
	}
	return folded
}
