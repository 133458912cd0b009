package iletimerkezi

import (
	"context"
	"strings"
	"time"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/encoding"
	"github.com/onay/onay/sms/internal/house"
)

const (
	// MaxTexts is the most recipients of an order.
	MaxTexts = 50_000
	// batch keeps the report of one batch on one page.
	batch = 1000
)

var letters = house.Letters{Turkish: encoding.TurkishSingle, Max: house.SevenParts}

// Text is one text to one phone.
type Text struct {
	To   string // a Turkish mobile in any usual writing
	Body string // sent as it stands
}

// Bulk is one order: one text to many phones, or many texts.
type Bulk struct {
	Header string // Config.Header when empty
	Texts  []Text // 1 to MaxTexts, each phone once if you want its report
	// Start schedules the order, to the minute; zero means now.
	Start time.Time
	// Purpose is PurposeInformational when empty.
	Purpose sms.Purpose
}

// Send sends one SMS as an order of its own. Every error is an *sms.Error.
func (c *Client) Send(ctx context.Context, m sms.Message) (sms.Accepted, error) {
	b, err := c.prepare(m)
	if err != nil {
		return sms.Accepted{}, err
	}
	return c.SendBulk(ctx, b)
}

// MaxBatch is 1000.
func (c *Client) MaxBatch() int { return batch }

// SendBatch sends many SMS in as few orders as it can: one order has one
// sender and purpose, and each phone once. The messages of an order share its
// id; their reports differ by phone.
func (c *Client) SendBatch(ctx context.Context, ms []sms.Message) []sms.Outcome {
	return house.SendBatch(ctx, provider, ms, batch,
		func(m sms.Message) (house.Item[Bulk], error) {
			b, err := c.prepare(m)
			if err != nil {
				return house.Item[Bulk]{}, err
			}
			return house.Item[Bulk]{Value: b, Phone: b.Texts[0].To, Key: b.Header + "\n" + string(b.Purpose)}, nil
		},
		func(ctx context.Context, items []Bulk) []sms.Outcome {
			all := items[0]
			all.Texts = nil
			for _, b := range items {
				all.Texts = append(all.Texts, b.Texts...)
			}
			acc, err := c.SendBulk(ctx, all)
			return house.Same(len(items), acc, err)
		})
}

// prepare turns a message into an order with a number of ten digits.
func (c *Client) prepare(m sms.Message) (Bulk, error) {
	b := Bulk{Header: m.Sender, Purpose: m.Purpose}
	switch m.Route {
	case sms.RouteOTP, sms.RouteBulk, "":
	default:
		return b, c.caller.Refused(sms.KindParameters, "no such route: %q", string(m.Route))
	}
	no, ok := sms.TurkishMobile(m.To)
	if !ok {
		return b, c.caller.Refused(sms.KindNumber, "the number is not a Turkish mobile")
	}
	t, err := letters.Shape(provider, m)
	if err != nil {
		return b, err
	}
	b.Texts = []Text{{no, t.Body}}
	_, err = c.order(b)
	return b, err
}

// SendBulk sends one order. Accepted means queued; what İYS and the operators
// refuse shows up in reports. One error is about the whole order.
//
// Refused before the network: no text or more than MaxTexts, an empty text, a
// number that is not a Turkish mobile, no sender.
func (c *Client) SendBulk(ctx context.Context, b Bulk) (sms.Accepted, error) {
	o, err := c.order(b)
	if err != nil {
		return sms.Accepted{}, err
	}
	k := house.Call{Name: "send"}
	res, err := c.call(ctx, k, "send-sms", requestBody{Order: o})
	if err != nil {
		return sms.Accepted{}, err
	}
	if res.orderID == "" {
		return sms.Accepted{}, c.caller.Fail(k, sms.KindAmbiguous, "accepted without an id", nil)
	}
	return sms.Accepted{ProviderID: res.orderID, Code: res.code}, nil
}

func (c *Client) order(b Bulk) (order, error) {
	if b.Header = strings.TrimSpace(b.Header); b.Header == "" {
		b.Header = c.cfg.Header
	}
	o := order{Sender: b.Header, SendDateTime: []string{}, IYS: "0"}
	if !ValidHeader(b.Header) {
		return o, c.caller.Refused(sms.KindHeader, "sender %q must have 1 to 11 characters without Turkish letters", b.Header)
	}
	switch b.Purpose {
	case sms.PurposeInformational, "":
	case sms.PurposeCommercialIndividual:
		o.IYS, o.IYSList = "1", "BIREYSEL"
	case sms.PurposeCommercialMerchant:
		o.IYS, o.IYSList = "1", "TACIR"
	default:
		return o, c.caller.Refused(sms.KindParameters, "no such purpose: %q", string(b.Purpose))
	}
	if !b.Start.IsZero() {
		o.SendDateTime = []string{house.WireTime(b.Start, layoutSend)}
	}
	if len(b.Texts) == 0 || len(b.Texts) > MaxTexts {
		return o, c.caller.Refused(sms.KindParameters, "%d texts; 1 to %d are allowed in an order", len(b.Texts), MaxTexts)
	}
	// Phones with the same text stand in one message.
	var messages []message
	place := map[string]int{}
	for i, t := range b.Texts {
		no, ok := sms.TurkishMobile(t.To)
		if !ok {
			return o, c.caller.Refused(sms.KindNumber, "number of text %d is not a Turkish mobile", i+1)
		}
		if strings.TrimSpace(t.Body) == "" {
			return o, c.caller.Refused(sms.KindText, "text %d is empty", i+1)
		}
		at, seen := place[t.Body]
		if !seen {
			at = len(messages)
			place[t.Body] = at
			messages = append(messages, message{Text: t.Body})
		}
		messages[at].Receipents.Number = append(messages[at].Receipents.Number, no)
	}
	o.Message = messages
	if len(messages) == 1 {
		o.Message = messages[0]
	}
	return o, nil
}
