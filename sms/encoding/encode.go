package encoding

import (
	"fmt"
	"unicode/utf16"
)

// Reference is the number that holds the parts of one long message together.
// Take it from a counter for each recipient that survives a restart: two long
// messages with one number within a day may be merged by the phone.
type Reference struct {
	Number uint16
	Wide   bool // 16 bits instead of the lowest 8
}

// Part is one message on the air.
type Part struct {
	// Text is what this part says.
	Text     string
	Encoding Encoding
	// Units is its length without the header.
	Units int
	// Header is the user data header with its length octet; empty if none is
	// needed.
	Header []byte
	// Body has one septet in each octet, or UTF-16BE.
	Body []byte
}

// DataCoding is the SMPP data_coding, which equals the coding group of TP-DCS
// on the air for these encodings: 0 or 8.
func (p Part) DataCoding() byte {
	if p.Encoding == UCS2 {
		return 8
	}
	return 0
}

// ShortMessage gives header and body as SMPP wants them: septets not packed.
func (p Part) ShortMessage() []byte {
	return append(append(make([]byte, 0, len(p.Header)+len(p.Body)), p.Header...), p.Body...)
}

// TPUD gives the user data as on the air, septets packed and fill bits after
// the header, with its TP-UDL: septets including header and fill, or octets
// for UCS-2.
func (p Part) TPUD() (octets []byte, udl int) {
	if p.Encoding == UCS2 {
		octets = p.ShortMessage()
		return octets, len(octets)
	}
	fill := fillBits(len(p.Header))
	octets = append(append([]byte(nil), p.Header...), Pack(p.Body, fill)...)
	return octets, (len(p.Header)*8+fill)/7 + len(p.Body)
}

// fillBits moves the text behind a header of that many octets to the next
// septet border.
func fillBits(header int) int { return (7 - header*8%7) % 7 }

// Pack puts septets into octets, least significant bit first, after so many
// fill bits (0 to 6).
func Pack(septets []byte, fill int) []byte {
	out := make([]byte, (len(septets)*7+fill+7)/8)
	bit := fill
	for _, s := range septets {
		v := uint16(s&0x7f) << (bit % 8)
		out[bit/8] |= byte(v)
		if v > 0xff {
			out[bit/8+1] |= byte(v >> 8)
		}
		bit += 7
	}
	return out
}

// Unpack takes n septets out of octets after so many fill bits. It fails if
// there are fewer.
func Unpack(octets []byte, n, fill int) ([]byte, error) {
	if n < 0 || fill < 0 || fill > 6 || n > len(octets)*8/7 || n*7+fill > len(octets)*8 {
		return nil, fmt.Errorf("%d septets and %d fill bits do not fit in %d octets", n, fill, len(octets))
	}
	out := make([]byte, n)
	bit := fill
	for i := range out {
		v := uint16(octets[bit/8]) >> (bit % 8)
		if bit%8 > 1 {
			v |= uint16(octets[bit/8+1]) << (8 - bit%8)
		}
		out[i] = byte(v & 0x7f)
		bit += 7
	}
	return out, nil
}

// Encode writes the text as it stands, in as many parts as it needs. Every
// part of a Turkish encoding carries its own language element, because a phone
// reads a part without it by the default table.
//
// It fails with an *UnencodableError, or when the text needs more than
// MaxParts.
func Encode(text string, e Encoding, ref Reference) ([]Part, error) {
	single, capacity := e.Capacity(ref.Wide)
	if single == 0 {
		return nil, fmt.Errorf("no such encoding: %q", string(e))
	}
	s, err := size(text, e, Options{Wide: ref.Wide})
	if err != nil {
		return nil, err
	}
	if s.Parts > MaxParts {
		return nil, fmt.Errorf("text needs %d parts, at most %d can be numbered", s.Parts, MaxParts)
	}
	if s.Parts == 1 {
		capacity = single
	}
	parts := make([]Part, 0, s.Parts)
	for len(parts) < s.Parts {
		p := Part{Encoding: e, Header: header(e, ref, s.Parts, len(parts)+1)}
		n := p.fill(text, capacity)
		p.Text, text = text[:n], text[n:]
		parts = append(parts, p)
	}
	return parts, nil
}

// fill writes as many characters of text as fit and gives their octets.
func (p *Part) fill(text string, capacity int) int {
	t := p.Encoding.septets()
	for i, r := range text {
		start := len(p.Body)
		cost := 1
		if t != nil {
			c := t.code(r)
			if c > 0xff {
				p.Body = append(p.Body, byte(c>>8))
				cost = 2
			}
			p.Body = append(p.Body, byte(c))
		} else {
			var units [2]uint16
			u := utf16.AppendRune(units[:0], r)
			cost = len(u)
			for _, v := range u {
				p.Body = append(p.Body, byte(v>>8), byte(v))
			}
		}
		if p.Units+cost > capacity {
			p.Body = p.Body[:start]
			return i
		}
		p.Units += cost
	}
	return len(text)
}

// header writes the elements of one part: concatenation first, then language.
func header(e Encoding, ref Reference, total, seq int) []byte {
	h := []byte{0}
	if total > 1 {
		if ref.Wide {
			h = append(h, 0x08, 4, byte(ref.Number>>8), byte(ref.Number), byte(total), byte(seq))
		} else {
			h = append(h, 0x00, 3, byte(ref.Number), byte(total), byte(seq))
		}
	}
	h = append(h, e.language()...)
	if len(h) == 1 {
		return nil
	}
	h[0] = byte(len(h) - 1)
	return h
}
