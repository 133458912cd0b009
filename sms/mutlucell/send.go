package mutlucell

import (
	"context"
	"strings"
	"time"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/encoding"
	"github.com/onay/onay/sms/internal/house"
)

// MaxTexts is the most recipients of a package. The house publishes no limit.
const MaxTexts = 500

const (
	layoutMinute = "2006-01-02 15:04"
	prolog       = `<?xml version="1.0" encoding="UTF-8"?>`
)

// Values of Bulk.Charset.
const (
	CharsetDefault = "default"
	CharsetTurkish = "turkish"
	CharsetUnicode = "unicode"
)

var letters = house.Letters{Turkish: encoding.TurkishSingle, Max: house.SevenParts}

// Text is one text to one phone.
type Text struct {
	To   string // a Turkish mobile in any usual writing
	Body string // sent as it stands
}

// Bulk is one package: one text to many phones, or many texts.
type Bulk struct {
	Header string // Config.Header when empty
	Texts  []Text // 1 to MaxTexts, each phone once if you want its report
	// Charset is CharsetDefault when empty.
	Charset string
	// Start and End schedule the package, to the minute; zero means now, and
	// 24 hours later.
	Start, End time.Time
}

// Send sends one SMS as a package of its own. Every error is an *sms.Error.
func (c *Client) Send(ctx context.Context, m sms.Message) (sms.Accepted, error) {
	b, otp, err := c.prepare(m)
	if err != nil {
		return sms.Accepted{}, err
	}
	return c.SendBulk(ctx, c.bound(b, otp))
}

// MaxBatch is MaxTexts.
func (c *Client) MaxBatch() int { return MaxTexts }

// SendBatch sends many SMS in as few packages as it can: one package has one
// sender and charset, and each phone once. The messages of a package share its
// id; their reports differ by phone.
func (c *Client) SendBatch(ctx context.Context, ms []sms.Message) []sms.Outcome {
	type item struct {
		bulk Bulk
		otp  bool
	}
	return house.SendBatch(ctx, provider, ms, MaxTexts,
		func(m sms.Message) (house.Item[item], error) {
			b, otp, err := c.prepare(m)
			if err != nil {
				return house.Item[item]{}, err
			}
			key := b.Header + "\n" + b.Charset
			if otp {
				key += "\notp"
			}
			return house.Item[item]{Value: item{b, otp}, Phone: b.Texts[0].To, Key: key}, nil
		},
		func(ctx context.Context, items []item) []sms.Outcome {
			all := items[0].bulk
			all.Texts = nil
			for _, it := range items {
				all.Texts = append(all.Texts, it.bulk.Texts...)
			}
			acc, err := c.SendBulk(ctx, c.bound(all, items[0].otp))
			return house.Same(len(items), acc, err)
		})
}

// bound gives a code its end. The wire has no seconds, so it is rounded up.
func (c *Client) bound(b Bulk, otp bool) Bulk {
	if otp {
		b.End = c.cfg.Now().Add(c.cfg.OTPValidity + time.Minute - time.Nanosecond).Truncate(time.Minute)
	}
	return b
}

func (c *Client) prepare(m sms.Message) (b Bulk, otp bool, err error) {
	switch m.Route {
	case sms.RouteOTP, sms.RouteBulk, "":
	default:
		return b, false, c.caller.Refused(sms.KindParameters, "no such route: %q", string(m.Route))
	}
	switch m.Purpose {
	case sms.PurposeInformational, sms.PurposeCommercialIndividual, sms.PurposeCommercialMerchant, "":
	default:
		return b, false, c.caller.Refused(sms.KindParameters, "no such purpose: %q", string(m.Purpose))
	}
	no, ok := sms.TurkishMobile(m.To)
	if !ok {
		return b, false, c.caller.Refused(sms.KindNumber, "the number is not a Turkish mobile")
	}
	t, err := letters.Shape(provider, m)
	if err != nil {
		return b, false, err
	}
	b = Bulk{Header: m.Sender, Texts: []Text{{no, t.Body}}, Charset: CharsetDefault}
	switch t.Encoding {
	case encoding.TurkishSingle:
		b.Charset = CharsetTurkish
	case encoding.UCS2:
		b.Charset = CharsetUnicode
	}
	_, err = c.pack(b)
	return b, m.Route == sms.RouteOTP, err
}

// SendBulk sends one package. One error is about the whole package; an answer
// that took no credit is KindRefused, as nothing was sent.
//
// Refused before the network: no text or more than MaxTexts, an empty text, a
// number that is not a Turkish mobile, no sender.
func (c *Client) SendBulk(ctx context.Context, b Bulk) (sms.Accepted, error) {
	body, err := c.pack(b)
	if err != nil {
		return sms.Accepted{}, err
	}
	k, r, text, err := c.call(ctx, "send", false, "sndblkex", body)
	if err != nil {
		return sms.Accepted{}, err
	}
	id, credits, ok := parseSent(text)
	switch {
	case !ok:
		return sms.Accepted{}, c.caller.Unreadable(k, r)
	case nothing(credits):
		e := c.caller.Fail(k, sms.KindRefused, "nothing of package "+id+" was sent", nil)
		e.Code = "#" + credits
		e.TextTR, e.TextEN = "paketten hiçbir mesaj gönderilmedi", "no message of the package was sent"
		return sms.Accepted{}, e
	}
	from := c.cfg.Now()
	if b.Start.After(from) {
		from = b.Start
	}
	c.asked.next(id, from.Add(FirstReport))
	return sms.Accepted{ProviderID: id, Code: "$"}, nil
}

// pack writes the smspack.
func (c *Client) pack(b Bulk) ([]byte, error) {
	if b.Header = strings.TrimSpace(b.Header); b.Header == "" {
		b.Header = c.cfg.Header
	}
	if !ValidHeader(b.Header) {
		return nil, c.caller.Refused(sms.KindHeader, "sender %q must have 1 to 11 characters", b.Header)
	}
	switch b.Charset {
	case "":
		b.Charset = CharsetDefault
	case CharsetDefault, CharsetTurkish, CharsetUnicode:
	default:
		return nil, c.caller.Refused(sms.KindParameters, "no such charset: %q", b.Charset)
	}
	if len(b.Texts) == 0 || len(b.Texts) > MaxTexts {
		return nil, c.caller.Refused(sms.KindParameters, "%d texts; 1 to %d are allowed in a package", len(b.Texts), MaxTexts)
	}
	x := c.login([]byte(prolog + "<smspack"))
	x = house.Attr(house.Attr(x, "org", b.Header), "charset", b.Charset)
	if !b.Start.IsZero() {
		x = house.Attr(x, "tarih", house.WireTime(b.Start, layoutMinute))
	}
	if !b.End.IsZero() {
		x = house.Attr(x, "bitis", house.WireTime(b.End, layoutMinute))
	}
	x = append(x, '>')
	// Phones with the same text stand in one mesaj.
	var bodies []string
	phones := map[string][]string{}
	for i, t := range b.Texts {
		no, ok := sms.TurkishMobile(t.To)
		if !ok {
			return nil, c.caller.Refused(sms.KindNumber, "number of text %d is not a Turkish mobile", i+1)
		}
		if strings.TrimSpace(t.Body) == "" {
			return nil, c.caller.Refused(sms.KindText, "text %d is empty", i+1)
		}
		if phones[t.Body] == nil {
			bodies = append(bodies, t.Body)
		}
		phones[t.Body] = append(phones[t.Body], "90"+no)
	}
	for _, body := range bodies {
		x = house.Element(append(x, "<mesaj>"...), "metin", body)
		x = append(house.Element(x, "nums", strings.Join(phones[body], ", ")), "</mesaj>"...)
	}
	return append(x, "</smspack>"...), nil
}

func (c *Client) login(x []byte) []byte {
	return house.Attr(house.Attr(x, "ka", c.cfg.Username), "pwd", c.cfg.Password)
}

// parseSent reads "$ID#CREDITS". Both have to be there: half an answer would
// otherwise pass for a whole one.
func parseSent(text string) (id, credits string, ok bool) {
	rest, ok := strings.CutPrefix(text, "$")
	if !ok {
		return "", "", false
	}
	id, credits, ok = strings.Cut(rest, "#")
	id, credits = strings.TrimSpace(id), strings.TrimSpace(credits)
	ok = ok && id != "" && len(id) <= 30 && strings.Trim(id, "0123456789") == "" &&
		credits != "" && strings.Trim(credits, "0123456789.,") == "" && strings.Trim(credits, ".,") != ""
	return id, credits, ok
}

// nothing reports whether no credit was taken.
func nothing(credits string) bool { return strings.Trim(credits, "0.,") == "" }
