package netgsm

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/encoding"
)

// MaxTexts is the most texts in one request. Netgsm publishes no limit.
const MaxTexts = 500

// Values of Bulk.Encoding and Bulk.Filter.
const (
	EncodingTR      = "TR"      // Turkish letters are kept
	EncodingUnicode = "UNICODE" // emoji too

	FilterNone       = "0"  // informational text, no consent check
	FilterIndividual = "11" // commercial, consumers (BIREYSEL)
	FilterMerchant   = "12" // commercial, traders (TACIR)
)

// Text is one text to one phone.
type Text struct {
	To   string // a Turkish mobile in any usual writing
	Body string // sent as it stands
}

// Bulk is one send request: one text to many phones, or many texts.
type Bulk struct {
	Header string // Config.Header when empty
	Texts  []Text // 1 to MaxTexts
	// Encoding is empty, EncodingTR or EncodingUnicode. When it is empty
	// Netgsm turns Turkish letters into plain ones.
	Encoding string
	// Start and Stop schedule the request, to the minute; zero means now, and
	// 21 hours after the start. They lie 1 to 21 hours apart.
	Start, Stop time.Time
	// Filter is left out when empty; Netgsm's papers say always to send it.
	Filter string
	// Reference comes back in reports, perhaps.
	Reference string
}

// Send sends one SMS. The code route takes one part of plain letters; see
// SendBulk for the other. Every error is an *sms.Error.
func (c *Client) Send(ctx context.Context, m sms.Message) (sms.Accepted, error) {
	switch m.Route {
	case sms.RouteOTP:
		return c.sendOTP(ctx, m)
	case sms.RouteBulk, "":
		b, err := bulkOf(m)
		if err != nil {
			return sms.Accepted{}, err
		}
		return c.SendBulk(ctx, b)
	}
	return sms.Accepted{}, refused(sms.KindParameters, "no such route: %q", string(m.Route))
}

// bulkOf turns a message into a request: letters first, then the encoding.
func bulkOf(m sms.Message) (Bulk, error) {
	b := Bulk{Header: m.Sender, Reference: m.Reference}
	switch m.Purpose {
	case sms.PurposeInformational, "":
		b.Filter = FilterNone
	case sms.PurposeCommercialIndividual:
		b.Filter = FilterIndividual
	case sms.PurposeCommercialMerchant:
		b.Filter = FilterMerchant
	default:
		return b, refused(sms.KindParameters, "no such purpose: %q", string(m.Purpose))
	}
	text := m.Body
	switch m.Encoding {
	case sms.EncodingPlain:
		// Netgsm would write ö and ü plainly as well, so do it where it shows.
		text = encoding.Transliterate(text, encoding.Full)
	case sms.EncodingTurkish:
		text = encoding.Transliterate(text, encoding.Typography)
		b.Encoding = EncodingTR
	case sms.EncodingUnicode:
		b.Encoding = EncodingUnicode
	case sms.EncodingAuto:
		text = encoding.Transliterate(text, encoding.Typography)
		switch {
		case encoding.IsASCII(text):
		case encoding.Fits(text, encoding.TurkishLocking):
			b.Encoding = EncodingTR
		default:
			b.Encoding = EncodingUnicode
		}
	default:
		return b, refused(sms.KindParameters, "no such encoding: %q", string(m.Encoding))
	}
	b.Texts = []Text{{To: m.To, Body: text}}
	return b, nil
}

// SendBulk sends one request with many texts. Accepted means queued: the
// operators and İYS are asked later, and what they refuse shows up in reports.
//
// Refused before the network: no text or more than MaxTexts, an empty text, a
// number that is not a Turkish mobile, no header. Every error is an
// *sms.Error; one error is about the whole request.
func (c *Client) SendBulk(ctx context.Context, b Bulk) (sms.Accepted, error) {
	b, err := c.checked(b)
	if err != nil {
		return sms.Accepted{}, err
	}
	if !c.useXML() {
		acc, err := c.finish(ctx, epSend, c.bulkJSON(b))
		if !c.fallBack(err) {
			return acc, err
		}
	}
	return c.finish(ctx, epSendXML, c.bulkXML(b, oneText(b.Texts)))
}

func (c *Client) checked(b Bulk) (Bulk, error) {
	var err error
	if b.Header, err = c.header(b.Header); err != nil {
		return b, err
	}
	if len(b.Texts) == 0 || len(b.Texts) > MaxTexts {
		return b, refused(sms.KindParameters, "%d texts; 1 to %d are allowed in a request", len(b.Texts), MaxTexts)
	}
	texts := make([]Text, len(b.Texts))
	for i, t := range b.Texts {
		no, ok := sms.TurkishMobile(t.To)
		if !ok {
			return b, refused(sms.KindNumber, "number of text %d is not a Turkish mobile", i+1)
		}
		if strings.TrimSpace(t.Body) == "" {
			return b, refused(sms.KindText, "text %d is empty", i+1)
		}
		texts[i] = Text{To: no, Body: t.Body}
	}
	b.Texts = texts
	return b, nil
}

// header gives the sender header of a message.
func (c *Client) header(h string) (string, error) {
	if h = strings.TrimSpace(h); h == "" {
		h = c.cfg.Header
	}
	if !ValidHeader(h) {
		return "", refused(sms.KindHeader, "sender header %q must have 3 to 11 characters", h)
	}
	return h, nil
}

// finish sends the body to the address of that endpoint and reads the answer.
func (c *Client) finish(ctx context.Context, ep *endpoint, body []byte) (sms.Accepted, error) {
	u, h := c.send, c.rest
	switch ep {
	case epOTP:
		u = c.otp
	case epSendXML:
		u, h = c.sendXML, c.plainXML
	case epOTPXML:
		u, h = c.otpXML, c.plainXML
	}
	r, err := c.call(ctx, ep, http.MethodPost, u, h, body)
	if err != nil {
		return sms.Accepted{}, err
	}
	a, err := ep.judge(r)
	if err != nil {
		return sms.Accepted{}, err
	}
	acc := sms.Accepted{ProviderID: a.id, Code: a.code, Warning: ep.codes[a.code].warning}
	if a.id == "" && acc.Warning == "" {
		acc.Warning = noID.warning
	}
	return acc, nil
}

// bulkJSON is the body of POST /sms/rest/v2/send.
func (c *Client) bulkJSON(b Bulk) []byte {
	size := 256
	for _, t := range b.Texts {
		size += len(t.Body) + 48
	}
	dst := append(make([]byte, 0, size), '{')
	dst = member(dst, "msgheader", b.Header)
	for _, m := range [...]struct{ name, value string }{
		{"encoding", b.Encoding},
		{"startdate", wireTime(b.Start, layoutSend)},
		{"stopdate", wireTime(b.Stop, layoutSend)},
		{"iysfilter", b.Filter},
		{"partnercode", c.cfg.PartnerCode},
		{"appname", c.cfg.AppName},
		{"referansID", b.Reference},
	} {
		if m.value != "" {
			dst = member(dst, m.name, m.value)
		}
	}
	dst = append(dst, `,"messages":[`...)
	for i, t := range b.Texts {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '{')
		dst = member(dst, "msg", t.Body)
		dst = member(dst, "no", t.To)
		dst = append(dst, '}')
	}
	return append(dst, ']', '}')
}
