package smpp

import (
	"encoding/hex"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/encoding"
)

func itoa(n int) string { return strconv.Itoa(n) }

func fromUTF16(b []byte) string {
	d, err := encoding.Decode(b, 8, false)
	if err != nil {
		return ""
	}
	return d.Text
}

// source gives the address of a sender header: a name (ton 5), a short number
// (ton 3) or a long one (ton 1, npi 1).
func source(header string) (address, bool) {
	digits := strings.TrimPrefix(header, "+")
	if digits != "" && strings.Trim(digits, "0123456789") == "" {
		switch {
		case len(digits) > 15:
			return address{}, false
		case len(digits) <= 6:
			return address{ton: 3, addr: digits}, true
		}
		return address{ton: 1, npi: 1, addr: digits}, true
	}
	if len(header) < 3 || len(header) > 11 || !encoding.IsASCII(header) || strings.ContainsAny(header, "\r\n") {
		return address{}, false
	}
	return address{ton: 5, addr: header}, true
}

// destination gives the address of a phone: country code and number without +.
func destination(to string) (address, bool) {
	if n, ok := sms.TurkishMobile(to); ok {
		return address{ton: 1, npi: 1, addr: "90" + n}, true
	}
	d, international := strings.CutPrefix(to, "+")
	if !international || len(d) < 8 || len(d) > 15 || d[0] == '0' || strings.Trim(d, "0123456789") != "" {
		return address{}, false
	}
	return address{ton: 1, npi: 1, addr: d}, true
}

// e164 is a phone as a centre writes it, in our form: +905551112233 for a
// Turkish mobile, + and digits for what was marked as international, and
// everything else unchanged.
func e164(a address) string {
	if n, ok := sms.TurkishMobile(a.addr); ok {
		return "+90" + n
	}
	if a.ton == 1 && a.addr != "" && strings.Trim(a.addr, "0123456789") == "" {
		return "+" + a.addr
	}
	return a.addr
}

// phoneKey is what all writings of one number have in common: its last ten
// digits. 0 for what has none.
func phoneKey(s string) uint64 {
	var key, place uint64 = 0, 1
	n := 0
	for i := len(s) - 1; i >= 0 && n < 10; i-- {
		if c := s[i]; c >= '0' && c <= '9' {
			key += uint64(c-'0') * place
			place *= 10
			n++
		}
	}
	return key
}

// outgoing is a message ready for the wire.
type outgoing struct {
	m     sms.Message
	otp   bool
	base  short // everything that the parts share
	parts []short
	phone uint64
	key   string // the phone in digits
}

// prepare checks a message and writes its parts. Its errors are final: nothing
// was sent.
func (c *Client) prepare(m sms.Message) (*outgoing, error) {
	o := &outgoing{m: m}
	switch m.Route {
	case sms.RouteOTP:
		o.otp = true
	case sms.RouteBulk, "":
	default:
		return nil, c.fail(sms.KindParameters, "no such route: "+strconv.Quote(string(m.Route)), nil)
	}
	header := strings.TrimSpace(m.Sender)
	if header == "" {
		header = c.cfg.Header
	}
	from, ok := source(header)
	if !ok {
		return nil, c.fail(sms.KindHeader, "sender header "+strconv.Quote(header)+" must have 3 to 11 characters of ASCII, or be a number", nil)
	}
	to, ok := destination(m.To)
	if !ok {
		return nil, c.fail(sms.KindNumber, "the phone is neither a Turkish mobile nor in E.164", nil)
	}
	o.phone, o.key = phoneKey(to.addr), to.addr
	o.base = short{source: from, destination: to, serviceType: c.cfg.BulkServiceType, registered: 1}
	validity := c.cfg.BulkValidity
	if o.otp {
		o.base.serviceType, o.base.priority, validity = c.cfg.OTPServiceType, 3, c.cfg.OTPValidity
	}
	if validity > 0 {
		o.base.validity = relative(validity)
	}
	return o, c.write(o)
}

// write chooses the encoding and makes the parts.
func (c *Client) write(o *outgoing) error {
	if strings.TrimSpace(o.m.Body) == "" {
		return c.fail(sms.KindText, "the text is empty", nil)
	}
	text, allowed := o.m.Body, c.cfg.Encodings
	switch o.m.Encoding {
	case sms.EncodingAuto, sms.EncodingTurkish:
		text = encoding.Transliterate(text, encoding.Typography)
	case sms.EncodingPlain:
		text = encoding.Transliterate(text, encoding.Minimal)
		if !encoding.Fits(text, encoding.GSM7) {
			text = encoding.Transliterate(text, encoding.ASCII)
		}
		allowed = []encoding.Encoding{encoding.GSM7}
	case sms.EncodingUnicode:
		allowed = []encoding.Encoding{encoding.UCS2}
	default:
		return c.fail(sms.KindParameters, "no such encoding: "+strconv.Quote(string(o.m.Encoding)), nil)
	}
	size, err := encoding.Count(text, encoding.Options{Allowed: allowed, Reserve: c.cfg.Reserve})
	switch {
	case err != nil:
		return c.fail(sms.KindText, "the text cannot be written", err)
	case o.otp && size.Parts > 1:
		return c.fail(sms.KindText, "a code must fit one part; the text needs "+itoa(size.Parts), nil)
	case size.Parts > c.cfg.MaxParts:
		return c.fail(sms.KindText, "the text needs "+itoa(size.Parts)+" parts, at most "+itoa(c.cfg.MaxParts)+" are allowed", nil)
	}
	ref := uint16(0)
	if size.Parts > 1 {
		ref = c.refs.next(e164(o.base.destination)) & 0xff
	}
	parts, err := encoding.Encode(text, size.Encoding, encoding.Reference{Number: ref})
	if err != nil {
		return c.fail(sms.KindText, "the text cannot be written", err)
	}
	if len(parts) > 1 && c.cfg.Long == LongPayload {
		var whole []byte
		for _, p := range parts {
			whole = append(whole, p.Body...)
		}
		one := o.base
		one.dataCoding = parts[0].DataCoding()
		one.tlvs = []tlv{{tagPayload, whole}}
		o.parts = []short{one}
		return nil
	}
	for i, p := range parts {
		one := o.base
		one.dataCoding = p.DataCoding()
		switch {
		case len(parts) > 1 && c.cfg.Long == LongSAR:
			one.message = p.Body
			one.tlvs = []tlv{
				{tagSARReference, []byte{byte(ref >> 8), byte(ref)}},
				{tagSARTotal, []byte{byte(len(parts))}}, {tagSARSequence, []byte{byte(i + 1)}},
			}
		default:
			one.message = p.ShortMessage()
			if len(p.Header) > 0 {
				one.esmClass |= esmUDHI
			}
		}
		o.parts = append(o.parts, one)
	}
	return nil
}

// references counts for each phone, so that two long messages to one phone
// have different numbers.
type references struct {
	given func(string) uint16
	mu    sync.Mutex
	last  map[string]uint16
}

// maxReferences bounds the memory; beyond it the counting starts anew from
// random numbers.
const maxReferences = 100_000

func (r *references) next(to string) uint16 {
	if r.given != nil {
		return r.given(to)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	n, ok := r.last[to]
	if !ok {
		if len(r.last) >= maxReferences {
			clear(r.last)
		}
		n = uint16(rand.Uint32())
	}
	n++
	r.last[to] = n
	return n
}

// inbound reads a message from a phone.
func (m short) inbound(at time.Time) (sms.Inbound, *encoding.Concat, error) {
	in := sms.Inbound{From: e164(m.source), To: m.destination.addr, At: at}
	d, err := encoding.Decode(m.text(), m.dataCoding, m.esmClass&esmUDHI != 0)
	if err != nil {
		in.Raw = hex.EncodeToString(m.text())
		return in, nil, err
	}
	in.Raw = d.Text
	in.Text = strings.TrimSpace(d.Text)
	if ref, total, seq := find(m.tlvs, tagSARReference), find(m.tlvs, tagSARTotal), find(m.tlvs, tagSARSequence); d.Concat == nil &&
		len(ref) == 2 && len(total) == 1 && len(seq) == 1 && seq[0] > 0 && seq[0] <= total[0] {
		d.Concat = &encoding.Concat{
			Reference: encoding.Reference{Number: uint16(ref[0])<<8 | uint16(ref[1]), Wide: true},
			Total:     int(total[0]), Seq: int(seq[0]),
		}
	}
	if d.Concat != nil && d.Concat.Total == 1 {
		d.Concat = nil
	}
	return in, d.Concat, nil
}
