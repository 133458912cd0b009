package posnet

import (
	"context"
	"time"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/internal/xmldoc"
)

// Client is a merchant's account.
type Client struct {
	cfg Config
	tr  pos.Transport
	now func() time.Time
}

// New checks the configuration and returns the account.
func New(cfg Config, tr pos.Transport) (*Client, error) {
	cfg, err := cfg.normalise()
	if err != nil {
		return nil, err
	}
	if cfg.Key != "" {
		tr.Secrets = append(tr.Secrets, cfg.Key)
	}
	return &Client{cfg, tr, tr.Now}, nil
}

// String describes the account without its secrets.
func (c *Client) String() string { return c.cfg.String() }

// GoString keeps the secrets out of %#v too.
func (c *Client) GoString() string { return c.cfg.String() }

// Capabilities tells what the account can do.
func (c *Client) Capabilities() pos.Capabilities {
	a := []pos.Ability{pos.AbilitySale, pos.AbilityPreAuth, pos.AbilityCapture, pos.AbilityPartialCapture, pos.AbilityVoid, pos.AbilityRefund, pos.AbilityPartialRefund,
		pos.AbilityInquiry, pos.AbilityOrderHistory, pos.AbilityInstallments}
	if c.cfg.MOTO {
		a = append(a, pos.AbilityMOTO)
	}
	models := []pos.Model{pos.NonSecure}
	if c.cfg.Model != pos.NonSecure {
		models = append(models, c.cfg.Model)
	}
	return pos.Capabilities{Protocol: "posnet", Models: models, Abilities: a, Currencies: []pos.Currency{pos.TRY, pos.USD, pos.EUR}}
}

// call sends a document and reads its answer. What was sent and not answered is unknown, never declined.
func (c *Client) call(ctx context.Context, r Request) Answer {
	body := xmldoc.FormField("xmldata", c.cfg.Document(r))
	tr := c.tr
	if record := tr.Record; record != nil && r.Op == OpRequestData {
		// data2 is the card, encrypted with a key of the merchant's: it is kept nowhere.
		tr.Record = func(e pos.Exchange) {
			e.Response = hidePackets(e.Response)
			record(e)
		}
	}
	status, answer, err := tr.Post(ctx, c.cfg.APIURL, "application/x-www-form-urlencoded; charset=utf-8", c.cfg.header(), body)
	if err != nil {
		return Answer{List: pos.List{Result: err.(*pos.NoAnswer).Result(r.OrderID)}}
	}
	a, err := ParseAnswer(r.Op, answer)
	if err != nil {
		return Answer{List: pos.List{Result: pos.Unreadable(r.OrderID, status)}}
	}
	if a.OrderID == "" {
		a.OrderID = r.OrderID
	}
	return a
}

// limit is the largest amount of one transaction.
const limit = 99_999_99

func (c *Client) check(p pos.Payment) error {
	if err := p.Check(c.Capabilities()); err != nil {
		return err
	}
	if p.Amount.Minor > limit {
		return pos.Invalid("Amount", "is at most 99999.99 at this bank")
	}
	if p.MOTO && p.PreAuth {
		return pos.Unsupported("a pre-authorization on the telephone")
	}
	return orderID(p.OrderID)
}

// orderID refuses what cannot be filled up to 20 characters: an id is never cut.
func orderID(s string) error {
	if s == "" || len(s) > 20 {
		return pos.Invalid("OrderID", "has 1 to 20 characters")
	}
	for i := range len(s) {
		if c := s[i]; !(c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '_') {
			return pos.Invalid("OrderID", "has letters of English and digits only")
		}
	}
	return nil
}

// Sale charges a card, or holds the amount if the payment says PreAuth.
func (c *Client) Sale(ctx context.Context, p pos.Payment) (pos.Result, error) {
	if err := c.check(p); err != nil {
		return pos.Result{}, err
	}
	if p.Card == nil {
		return pos.Result{}, pos.Invalid("Card", "is missing")
	}
	op := OpSale
	if p.PreAuth {
		op = OpAuth
	}
	r := c.call(ctx, Request{Op: op, OrderID: p.OrderID, Amount: p.Amount, Installments: p.Installments, Card: p.Card, MOTO: p.MOTO}).Result
	if r.Outcome == pos.Approved {
		r.Authorized = p.Amount
	}
	return r, nil
}

// reference refuses what names no transaction.
func reference(r pos.Reference) error {
	if r.ReferenceCode != "" {
		return nil
	}
	return orderID(r.OrderID)
}

func money(m pos.Money) error {
	if m.Minor <= 0 || currencies[m.Currency] == "" {
		return pos.Invalid("Amount", "must be more than zero, in a currency of this bank")
	}
	return nil
}

// Capture captures a pre-authorization, in whole or in part. The bank wants the hostlogkey (ReferenceCode) for it; without one the order id is sent.
func (c *Client) Capture(ctx context.Context, r pos.Reference, amount pos.Money) (pos.Result, error) {
	if err := reference(r); err != nil {
		return pos.Result{}, err
	}
	if err := money(amount); err != nil {
		return pos.Result{}, err
	}
	return c.call(ctx, Request{Op: OpCapture, OrderID: r.OrderID, Secure3D: r.Secure3D, HostLogKey: r.ReferenceCode, Amount: amount, Installments: r.Installments}).Result, nil
}

// Void takes a transaction back in full before the group of the day is closed. The void of a capture leaves the amount held: void the pre-authorization too.
func (c *Client) Void(ctx context.Context, r pos.Reference) (pos.Result, error) {
	if err := reference(r); err != nil {
		return pos.Result{}, err
	}
	of := OpSale
	switch {
	case r.Capture:
		of = OpCapture
	case r.PreAuth:
		of = OpAuth
	}
	return c.call(ctx, Request{Op: OpReverse, OrderID: r.OrderID, Secure3D: r.Secure3D, HostLogKey: r.ReferenceCode, Transaction: of}).Result, nil
}

// Refund gives back a transaction, in whole or in part, several times up to its amount. ReferenceCode is that of the original, or of the capture.
func (c *Client) Refund(ctx context.Context, r pos.Reference, amount pos.Money) (pos.Result, error) {
	if err := reference(r); err != nil {
		return pos.Result{}, err
	}
	if err := money(amount); err != nil {
		return pos.Result{}, err
	}
	return c.call(ctx, Request{Op: OpReturn, OrderID: r.OrderID, Secure3D: r.Secure3D, HostLogKey: r.ReferenceCode, Amount: amount}).Result, nil
}

// Inquire lists what happened to an order. The bank asks by the order id alone; Secure3D tells under which of the two ids it is filed.
func (c *Client) Inquire(ctx context.Context, r pos.Reference) (pos.List, error) {
	if err := orderID(r.OrderID); err != nil {
		return pos.List{}, err
	}
	l := c.call(ctx, Request{Op: OpAgreement, OrderID: r.OrderID, Secure3D: r.Secure3D}).List
	for _, row := range l.Rows {
		if row.OrderID != "" && row.OrderID != c.cfg.FiledID(r.OrderID, r.Secure3D) {
			return pos.List{Result: pos.Result{Outcome: pos.Unknown, OrderID: r.OrderID, Installments: -1, Reason: "The bank answered about another order."}}, nil
		}
	}
	return l, nil
}

// History is [Client.Inquire]: the bank has one question for both.
func (c *Client) History(ctx context.Context, r pos.Reference) (pos.List, error) {
	return c.Inquire(ctx, r)
}

// Totals are the sums of whole days by kind of transaction, at most ten days. There is no list by date at this bank.
func (c *Client) Totals(ctx context.Context, p pos.Period, currency pos.Currency) ([]Total, pos.Result, error) {
	switch {
	case currencies[currency] == "":
		return nil, pos.Result{}, pos.Unsupported("currency " + string(currency))
	case !p.From.Before(p.To):
		return nil, pos.Result{}, pos.Invalid("Period", "ends before it begins")
	case p.To.Sub(p.From) > 10*24*time.Hour:
		return nil, pos.Result{}, pos.Invalid("Period", "has at most ten days")
	}
	p.To = p.To.Add(-time.Nanosecond) // the bank's last day is included
	a := c.call(ctx, Request{Op: OpReconciliation, Period: p, Amount: pos.Money{Currency: currency}})
	for i := range a.Totals {
		a.Totals[i].Amount.Currency = currency
	}
	return a.Totals, a.Result, nil
}
