package encoding

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"
)

// Concat says which part of a long message this is.
type Concat struct {
	Reference Reference
	Total     int
	Seq       int // from 1
}

// Decoded is a message read from the air or from SMPP.
type Decoded struct {
	Text     string
	Encoding Encoding
	// Concat is nil for a message that stands alone.
	Concat *Concat
}

// ErrBinary means the message is data, not text.
var ErrBinary = errors.New("message holds data, not text")

// Decode reads an SMPP short_message: septets one to an octet, or UTF-16BE.
// udhi is true when it begins with a user data header. dataCoding is the SMPP
// value; 0, 1 and 3 (ASCII, Latin-1), 8 and F0 to FF are known, and so are the
// class forms 10 to 13.
//
// Text never fails: an unknown extension septet shows as its main-table
// character, two escapes or a last lone one as a blank, half a surrogate pair
// as U+FFFD. A header that runs over the end, and data, do fail.
func Decode(msg []byte, dataCoding byte, udhi bool) (Decoded, error) {
	d := Decoded{Encoding: GSM7}
	if udhi {
		n, err := d.readHeader(msg)
		if err != nil {
			return Decoded{}, err
		}
		msg = msg[n:]
	}
	switch {
	case dataCoding == 1, dataCoding == 3:
		var b strings.Builder
		for _, c := range msg {
			b.WriteRune(rune(c))
		}
		d.Text = b.String()
	case dataCoding == 8:
		d.Encoding = UCS2
		d.Text = decodeUTF16(msg)
	case dataCoding == 0, dataCoding >= 0x10 && dataCoding <= 0x13, dataCoding >= 0xf0 && dataCoding <= 0xf3:
		d.Text = d.Encoding.septets().decode(msg)
	default:
		return Decoded{}, ErrBinary
	}
	return d, nil
}

// DecodeTPUD reads the user data as on the air. udl is its TP-UDL: septets
// for 7-bit text, octets for ucs2.
func DecodeTPUD(octets []byte, udl int, ucs2, udhi bool) (Decoded, error) {
	if ucs2 {
		if udl < 0 || udl > len(octets) {
			return Decoded{}, fmt.Errorf("length %d, but %d octets", udl, len(octets))
		}
		return Decode(octets[:udl], 8, udhi)
	}
	d := Decoded{Encoding: GSM7}
	n := 0
	if udhi {
		var err error
		if n, err = d.readHeader(octets); err != nil {
			return Decoded{}, err
		}
	}
	fill := fillBits(n)
	septets, err := Unpack(octets[n:], udl-(n*8+fill)/7, fill)
	if err != nil {
		return Decoded{}, err
	}
	d.Text = d.Encoding.septets().decode(septets)
	return d, nil
}

// readHeader takes language and concatenation from the header and gives its
// length with the length octet. Elements it does not know are passed over.
func (d *Decoded) readHeader(msg []byte) (int, error) {
	if len(msg) == 0 || int(msg[0]) >= len(msg) {
		return 0, errors.New("user data header runs over the end")
	}
	var single, locking bool
	for h := msg[1 : 1+int(msg[0])]; len(h) > 0; {
		if len(h) < 2 || int(h[1]) > len(h)-2 {
			return 0, errors.New("element of the user data header runs over its end")
		}
		id, v := h[0], h[2:2+int(h[1])]
		h = h[2+len(v):]
		switch {
		case id == 0x00 && len(v) == 3:
			d.setConcat(Reference{Number: uint16(v[0])}, v[1], v[2])
		case id == 0x08 && len(v) == 4:
			d.setConcat(Reference{Number: uint16(v[0])<<8 | uint16(v[1]), Wide: true}, v[2], v[3])
		case id == 0x24 && len(v) == 1:
			single = v[0] == 1
		case id == 0x25 && len(v) == 1:
			locking = v[0] == 1
		}
	}
	switch {
	case single && locking:
		d.Encoding = TurkishBoth
	case single:
		d.Encoding = TurkishSingle
	case locking:
		d.Encoding = TurkishLocking
	}
	return 1 + int(msg[0]), nil
}

// setConcat takes the element unless its numbers are impossible; TS 23.040
// tells the receiver to ignore it then.
func (d *Decoded) setConcat(ref Reference, total, seq byte) {
	if total > 0 && seq > 0 && seq <= total {
		d.Concat = &Concat{Reference: ref, Total: int(total), Seq: int(seq)}
	}
}

func (t *table) decode(septets []byte) string {
	var b strings.Builder
	b.Grow(len(septets))
	for i := 0; i < len(septets); i++ {
		s := septets[i] & 0x7f
		if s != esc {
			b.WriteRune(t.main[s])
			continue
		}
		i++
		if i == len(septets) {
			b.WriteByte(' ')
			break
		}
		switch s = septets[i] & 0x7f; {
		case s == esc:
			b.WriteByte(' ')
		case t.ext[s] != 0:
			b.WriteRune(t.ext[s])
		default:
			b.WriteRune(t.main[s])
		}
	}
	return b.String()
}

func decodeUTF16(msg []byte) string {
	units := make([]uint16, len(msg)/2)
	for i := range units {
		units[i] = uint16(msg[2*i])<<8 | uint16(msg[2*i+1])
	}
	text := string(utf16.Decode(units))
	if len(msg)%2 != 0 {
		text += "\uFFFD" // half a unit was cut off
	}
	return text
}
