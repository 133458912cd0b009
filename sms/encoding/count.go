package encoding

import (
	"fmt"
	"unicode/utf8"
)

// OperatorReserve is the number of units that the sending operator appends to
// every alphanumeric message in Turkey, a blank and a code such as B001, by
// decision 2016/DK-YED/211 of the regulator. The sender does not write them
// but they use room.
const OperatorReserve = 5

// MaxParts is the most parts the concatenation element can number. Providers
// allow fewer, mostly 6 or 7.
const MaxParts = 255

// Options say what Count may choose from. The zero value allows the four
// useful encodings, reserves nothing and uses references of 8 bits.
type Options struct {
	// Allowed are the encodings the provider can do, the preferred one first.
	Allowed []Encoding
	// Reserve are units that somebody appends later; see OperatorReserve.
	Reserve int
	// Wide is true for concatenation references of 16 bits, which cost one
	// more unit in each part.
	Wide bool
}

// Segments is the size of a text.
type Segments struct {
	Encoding Encoding
	// Units is the length of the text without header and reserve.
	Units int
	// Parts is the number of messages that will be billed, at least 1.
	Parts int
	// Single and PerPart are the capacities, the reserve not taken off.
	Single, PerPart int
	// Left are the units free in the last part, after the reserve.
	Left int
	// Forced is the first character that GSM7 cannot write, the one to show
	// to a merchant who asks why the text costs more; 0 if there is none.
	Forced rune
}

// UnencodableError says which character no allowed encoding can write.
type UnencodableError struct {
	Encoding Encoding
	Char     rune
	Offset   int // in octets of the UTF-8 text
}

func (e *UnencodableError) Error() string {
	return fmt.Sprintf("encoding %s cannot write %q (%U) at octet %d", e.Encoding, e.Char, e.Char, e.Offset)
}

var usual = []Encoding{GSM7, TurkishSingle, TurkishLocking, UCS2}

// Count chooses the allowed encoding with the fewest parts, the earlier one on
// a tie, and gives the size. It counts by filling, not by dividing: an escape
// pair or a surrogate pair never lies across two parts, so a text may need one
// part more than its units suggest.
//
// The error is an *UnencodableError of the last encoding tried.
func Count(text string, o Options) (Segments, error) {
	allowed := o.Allowed
	if len(allowed) == 0 {
		allowed = usual
	}
	var best Segments
	var failed error
	for _, e := range allowed {
		s, err := size(text, e, o)
		if err != nil {
			failed = err
			continue
		}
		if best.Parts == 0 || s.Parts < best.Parts {
			best = s
		}
		if best.Parts == 1 {
			break
		}
	}
	if best.Parts == 0 {
		return Segments{}, failed
	}
	if best.Encoding != GSM7 {
		if r, _, bad := defaultTable.firstBad(text); bad {
			best.Forced = r
		}
	}
	return best, nil
}

func size(text string, e Encoding, o Options) (Segments, error) {
	single, part := e.Capacity(o.Wide)
	if single == 0 {
		return Segments{}, fmt.Errorf("no such encoding: %q", string(e))
	}
	s := Segments{Encoding: e, Parts: 1, Single: single, PerPart: part}
	t := e.septets()
	// parts and used describe a long message filled character by character;
	// whether it is a long one is known only at the end.
	parts, used := 1, 0
	for i, r := range text {
		cost := 1
		if t != nil {
			switch c := t.code(r); {
			case c == none:
				return Segments{}, &UnencodableError{Encoding: e, Char: r, Offset: i}
			case c > 0xff:
				cost = 2
			}
		} else if r > 0xffff {
			cost = 2
		}
		s.Units += cost
		if used+cost > part {
			parts, used = parts+1, 0
		}
		used += cost
	}
	reserve := max(o.Reserve, 0)
	if s.Units+reserve <= single {
		s.Left = single - s.Units - reserve
		return s, nil
	}
	used += reserve
	for used > part {
		parts, used = parts+1, used-part
	}
	s.Parts, s.Left = parts, part-used
	return s, nil
}

// firstBad finds the first character the table cannot write.
func (t *table) firstBad(text string) (r rune, offset int, bad bool) {
	for i, r := range text {
		if t.code(r) == none {
			return r, i, true
		}
	}
	return 0, 0, false
}

// Fits reports whether the text can be written in e at all.
func Fits(text string, e Encoding) bool {
	if e == UCS2 {
		return utf8.ValidString(text)
	}
	t := e.septets()
	if t == nil {
		return false
	}
	_, _, bad := t.firstBad(text)
	return !bad
}
