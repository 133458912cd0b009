package api

import (
	"context"
	"strings"
	"time"

	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/message"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/pos"
)

// PaymentSMS sends the address of a pay page to a phone.
type PaymentSMS struct {
	Phone string `json:"phone,omitempty" maxLength:"40" doc:"Of the payer by default, where it is known."`
	Text  string `json:"text,omitempty" maxLength:"300" doc:"Before the address; by default the company's name and the amount."`
}

func (d *door) paymentSMS() {
	scope, tag := "payments", "Payments"
	codes := []code{missing, {"invalid_phone", 422}, {"invalid_text", 422}, {"too_long", 422}, {"expired", 409}, {"not_payable", 409}}
	example := exampleMessage
	example.OwnerID, example.Route, example.Encoding, example.Body, example.Status, example.DeliveredAt = examplePayment.ID, "bulk", "turkish", "Örnek Mağaza: 1500,00 TL ödemenizi buradan yapabilirsiniz: https://onay.example.com/pay/4x2k7m9qwtzrbd3hzxcefg6jna", "sent", nil
	send := func(ctx context.Context, c *caller, id, phone, said, url string, amount pos.Money, lang string, until time.Time) (*answer[Message], error) {
		co, err := d.Companies.Get(ctx, c.company)
		if err != nil {
			return nil, err
		}
		if said = strings.Join(strings.Fields(said), " "); said == "" {
			said = payment.Invitation(co.Name, amount, lang)
		}
		m, err := d.Messages.Send(ctx, message.Note{CompanyID: c.company, OwnerID: id, Purpose: "payment_link", Phone: phone, Text: said + " " + url, Expires: until})
		return viewed(m, err, viewMessage)
	}
	again := func(ctx context.Context, c *caller, _ *struct {
		IDInput
		Body PaymentSMS
	}, id string) (*answer[Message], error) {
		m, err := d.Messages.Get(ctx, c.company, id)
		return viewed(m, err, viewMessage)
	}
	notPayable := fault.New(fault.Conflict, "not_payable", "Bu adreste artık ödeme yapılamaz.", "Nothing can be paid at this address any more.")
	body := PaymentSMS{Phone: "+905551112233"}
	handle(d, route{method: "POST", path: "/v1/payments/{id}/sms", id: "sendPaymentSMS", scope: scope, tag: tag, status: 201, summary: "Send the pay page by SMS", doc: "An informational SMS with the address; it waits for a provider until the page expires, a day at most.", codes: codes, body: body, answer: example},
		func(ctx context.Context, c *caller, in *struct {
			IDInput
			Body PaymentSMS
		}) (*answer[Message], error) {
			p, err := d.Payments.Get(ctx, c.company, in.ID)
			if err != nil {
				return nil, err
			}
			if !p.Payable() {
				return nil, notPayable
			}
			return send(ctx, c, p.ID, or(in.Body.Phone, p.PayerPhone), in.Body.Text, d.Payments.PageURL(p), p.Amount, p.Lang, p.ExpiresAt)
		}, again)
	handle(d, route{method: "POST", path: "/v1/payment-links/{id}/sms", id: "sendPaymentLinkSMS", scope: scope, tag: tag, status: 201, summary: "Send a payment link by SMS", doc: "An informational SMS with the address; it waits for a provider for a day at most.", codes: codes, body: body, answer: example},
		func(ctx context.Context, c *caller, in *struct {
			IDInput
			Body PaymentSMS
		}) (*answer[Message], error) {
			l, err := d.Payments.Link(ctx, c.company, in.ID)
			if err != nil {
				return nil, err
			}
			if d.Payments.Open(l) != nil {
				return nil, notPayable
			}
			return send(ctx, c, l.ID, in.Body.Phone, in.Body.Text, d.Payments.LinkURL(l), pos.Money{Minor: l.Amount, Currency: l.Currency}, l.Lang, l.ExpiresAt)
		}, again)
}
