package house

import (
	"strings"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/encoding"
)

// Letters says what a house can write.
type Letters struct {
	// Turkish is the shift table the house writes Turkish letters with; empty
	// when it writes them as Unicode.
	Turkish encoding.Encoding
	// Max is the longest text in units, by encoding. An encoding that is
	// missing has no limit of its own.
	Max map[encoding.Encoding]int
}

// SevenParts are the longest texts of the houses that join seven messages.
var SevenParts = map[encoding.Encoding]int{
	encoding.GSM7: 1071, encoding.TurkishSingle: 1043, encoding.TurkishLocking: 1043, encoding.UCS2: 469,
}

// Text is a text as it will be sent.
type Text struct {
	Body string
	// Encoding is GSM7, the house's Turkish one, or UCS2.
	Encoding encoding.Encoding
	// Parts are the messages to be billed, the operator's code counted in.
	Parts int
}

// Shape chooses the letters of a message. A code has to fit into one part
// together with the operator's code: its letters are kept if they do, made
// plain if that helps, and refused otherwise. The error is an *sms.Error.
func (l Letters) Shape(provider string, m sms.Message) (Text, error) {
	if strings.TrimSpace(m.Body) == "" {
		return Text{}, Refused(provider, sms.KindText, "the text is empty")
	}
	if m.Route == sms.RouteOTP {
		for _, level := range []encoding.Level{encoding.Typography, encoding.Full, encoding.ASCII} {
			if t, err := l.count(provider, encoding.Transliterate(m.Body, level), l.all()...); err == nil && t.Parts == 1 {
				return t, nil
			}
		}
		return Text{}, Refused(provider, sms.KindText, "a code has to fit into one message of 155 plain characters")
	}
	var t Text
	var err error
	switch m.Encoding {
	case sms.EncodingPlain:
		t, err = l.count(provider, encoding.Transliterate(m.Body, encoding.ASCII), encoding.GSM7)
	case sms.EncodingTurkish:
		t, err = l.count(provider, encoding.Transliterate(m.Body, encoding.Typography), l.turkish()...)
	case sms.EncodingUnicode:
		t, err = l.count(provider, m.Body, encoding.UCS2)
	case sms.EncodingAuto:
		t, err = l.count(provider, encoding.Transliterate(m.Body, encoding.Typography), l.all()...)
	default:
		err = Refused(provider, sms.KindParameters, "no such encoding: %q", string(m.Encoding))
	}
	return t, err
}

func (l Letters) turkish() []encoding.Encoding {
	if l.Turkish == "" {
		return []encoding.Encoding{encoding.GSM7, encoding.UCS2}
	}
	return []encoding.Encoding{encoding.GSM7, l.Turkish}
}

func (l Letters) all() []encoding.Encoding {
	if l.Turkish == "" {
		return l.turkish()
	}
	return append(l.turkish(), encoding.UCS2)
}

func (l Letters) count(provider, text string, allowed ...encoding.Encoding) (Text, error) {
	s, err := encoding.Count(text, encoding.Options{Allowed: allowed, Reserve: encoding.OperatorReserve})
	if err != nil {
		e := Refused(provider, sms.KindText, "the text has a character that cannot be sent")
		e.Err = err
		return Text{}, e
	}
	if most, ok := l.Max[s.Encoding]; ok && s.Units > most {
		return Text{}, Refused(provider, sms.KindText, "the text has %d units, at most %d are taken", s.Units, most)
	}
	return Text{Body: text, Encoding: s.Encoding, Parts: s.Parts}, nil
}
