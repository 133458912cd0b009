package smsc

import "unicode/utf16"

// The GSM 7-bit default alphabet, sixteen characters a line (3GPP TS 23.038
// section 6.2.1). A blank stands at the place of the escape.
var gsmAlphabet = []rune(
	"@£$¥èéùìòÇ\nØø\rÅå" +
		"Δ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ" +
		" !\"#¤%&'()*+,-./" +
		"0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNO" +
		"PQRSTUVWXYZÄÖÑÜ§" +
		"¿abcdefghijklmno" +
		"pqrstuvwxyzäöñüà")

// What follows the escape, in the default table and with the Turkish single
// shift (section 6.2.1.1 and annex A.2.1).
var (
	gsmExtension = map[byte]rune{
		0x0a: '\f', 0x14: '^', 0x28: '{', 0x29: '}', 0x2f: '\\', 0x3c: '[', 0x3d: '~', 0x3e: ']', 0x40: '|', 0x65: '€',
	}
	turkishShift = map[byte]rune{0x47: 'Ğ', 0x49: 'İ', 0x53: 'Ş', 0x63: 'ç', 0x67: 'ğ', 0x69: 'ı', 0x73: 'ş'}
	// The places of the default alphabet that the Turkish locking shift gives
	// to other characters (annex A.3.1).
	turkishLock = map[byte]rune{0x04: '€', 0x07: 'ı', 0x0b: 'Ğ', 0x0c: 'ğ', 0x1c: 'Ş', 0x1d: 'ş', 0x40: 'İ', 0x60: 'ç'}
)

const escape = 0x1b

// header is what a user data header says.
type header struct {
	octets            int // with the length octet
	shift, lock       bool
	ref, total, place int
}

// readHeader reads a user data header; false when it is broken.
func readHeader(b []byte) (h header, ok bool) {
	if len(b) == 0 {
		return h, false
	}
	h.octets = int(b[0]) + 1
	if h.octets > len(b) {
		return h, false
	}
	for rest := b[1:h.octets]; len(rest) > 0; {
		if len(rest) < 2 || len(rest) < 2+int(rest[1]) {
			return h, false
		}
		kind, data := rest[0], rest[2:2+int(rest[1])]
		rest = rest[2+len(data):]
		switch {
		case kind == 0x00 && len(data) == 3:
			h.ref, h.total, h.place = int(data[0]), int(data[1]), int(data[2])
		case kind == 0x08 && len(data) == 4:
			h.ref, h.total, h.place = 0x10000|int(data[0])<<8|int(data[1]), int(data[2]), int(data[3])
		case kind == 0x24 && len(data) == 1:
			h.shift = data[0] == 1
		case kind == 0x25 && len(data) == 1:
			h.lock = data[0] == 1
		}
	}
	return h, true
}

// shown is the text as a handset shows it.
func shown(b []byte, coding int, h header) string {
	if coding == 8 {
		units := make([]uint16, 0, len(b)/2)
		for ; len(b) >= 2; b = b[2:] {
			units = append(units, uint16(b[0])<<8|uint16(b[1]))
		}
		return string(utf16.Decode(units))
	}
	out := make([]rune, 0, len(b))
	if coding == 1 || coding == 3 { // ASCII, Latin-1
		for _, c := range b {
			out = append(out, rune(c))
		}
		return string(out)
	}
	for i := 0; i < len(b); i++ {
		c := b[i] & 0x7f
		if c != escape {
			if r, ok := turkishLock[c]; ok && h.lock {
				out = append(out, r)
			} else {
				out = append(out, gsmAlphabet[c])
			}
			continue
		}
		if i++; i == len(b) {
			out = append(out, ' ')
			break
		}
		c = b[i] & 0x7f
		r, ok := gsmExtension[c]
		if t, has := turkishShift[c]; has && h.shift {
			r, ok = t, true
		}
		switch {
		case c == escape:
			r = ' '
		case !ok:
			r = gsmAlphabet[c]
		}
		out = append(out, r)
	}
	return string(out)
}

// fits says whether the part has room in the 140 octets of the air.
func fits(b []byte, coding int, h header) bool {
	if coding == 8 || coding == 4 {
		return len(b) <= 140
	}
	septets := len(b) - h.octets
	bits := h.octets*8 + septets*7
	if over := h.octets * 8 % 7; over != 0 {
		bits += 7 - over
	}
	return bits <= 1120
}

// septets writes a text in the default alphabet, or false.
func septets(text string, turkish bool) (out [][]byte, ok bool) {
	for _, r := range text {
		unit := []byte(nil)
		for i, g := range gsmAlphabet {
			if g == r && i != escape {
				unit = []byte{byte(i)}
				break
			}
		}
		for c, g := range gsmExtension {
			if unit == nil && g == r {
				unit = []byte{escape, c}
			}
		}
		for c, g := range turkishShift {
			if unit == nil && turkish && g == r {
				unit = []byte{escape, c}
			}
		}
		if unit == nil {
			return nil, false
		}
		out = append(out, unit)
	}
	return out, true
}

// fromPhone writes what a customer typed as a handset sends it: plain, with the
// Turkish single shift, or in UCS-2; long ones in parts. Each part comes with
// its header.
func fromPhone(text string, ref byte) (parts [][]byte, coding int, udhi bool) {
	units, ok := septets(text, false)
	var language []byte
	single, each := 160, 153
	if !ok {
		if units, ok = septets(text, true); ok {
			language, single, each = []byte{0x24, 1, 1}, 155, 149
		}
	}
	if !ok {
		coding, single, each = 8, 140, 134
		for _, r := range text {
			var unit []byte
			for _, u := range utf16.Encode([]rune{r}) {
				unit = append(unit, byte(u>>8), byte(u))
			}
			units = append(units, unit)
		}
	}
	var bodies [][]byte
	total := 0
	for _, u := range units {
		total += len(u)
	}
	room := each
	if total <= single {
		room = single
	}
	var body []byte
	for _, u := range units {
		if len(body)+len(u) > room {
			bodies, body = append(bodies, body), nil
		}
		body = append(body, u...)
	}
	bodies = append(bodies, body)
	for i, b := range bodies {
		var elements []byte
		if len(bodies) > 1 {
			elements = append(elements, 0, 3, ref, byte(len(bodies)), byte(i+1))
		}
		elements = append(elements, language...)
		if len(elements) > 0 {
			b = append(append([]byte{byte(len(elements))}, elements...), b...)
			udhi = true
		}
		parts = append(parts, b)
	}
	return parts, coding, udhi
}
