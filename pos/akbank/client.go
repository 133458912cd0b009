package akbank

import (
	"context"
	"net/http"
	"time"

	"github.com/onay/onay/pos"
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
	tr.Secrets = append(tr.Secrets, cfg.SecretKey)
	return &Client{cfg, tr, tr.Now}, nil
}

// String describes the account without its secrets.
func (c *Client) String() string { return c.cfg.String() }

// GoString keeps the secrets out of %#v too.
func (c *Client) GoString() string { return c.cfg.String() }

// Capabilities tells what the account can do.
func (c *Client) Capabilities() pos.Capabilities {
	a := []pos.Ability{pos.AbilitySale, pos.AbilityPreAuth, pos.AbilityCapture, pos.AbilityPartialCapture, pos.AbilityVoid, pos.AbilityRefund, pos.AbilityPartialRefund,
		pos.AbilityInquiry, pos.AbilityOrderHistory, pos.AbilityDayHistory, pos.AbilityInstallments}
	if c.cfg.MOTO {
		a = append(a, pos.AbilityMOTO)
	}
	if c.cfg.Recurring {
		a = append(a, pos.AbilityRecurring)
	}
	return pos.Capabilities{Protocol: "akbank", Models: []pos.Model{pos.NonSecure, c.cfg.Model}, Abilities: a, Currencies: []pos.Currency{pos.TRY, pos.USD, pos.EUR, pos.JPY, pos.RUB, pos.GBP}}
}

func (c *Client) post(ctx context.Context, path string, body []byte) (int, []byte, error) {
	return c.tr.Post(ctx, c.cfg.APIURL+path, "application/json", http.Header{"Auth-Hash": {Sign(c.cfg.SecretKey, body)}}, body)
}

func (c *Client) operate(ctx context.Context, r Request) pos.Result {
	order := r.OrderID
	if order == "" {
		order = r.OrderTrackID
	}
	status, answer, err := c.post(ctx, "/transaction/process", c.cfg.Body(r, c.now()))
	if err != nil {
		return err.(*pos.NoAnswer).Result(order)
	}
	out, err := ParseAnswer(status, answer)
	if err != nil {
		return pos.Unreadable(order, status)
	}
	if out.OrderID == "" {
		out.OrderID = r.OrderID
	}
	return out
}

func (c *Client) list(ctx context.Context, path string, body []byte, order string) pos.List {
	status, answer, err := c.post(ctx, path, body)
	if err != nil {
		return pos.List{Result: err.(*pos.NoAnswer).Result(order)}
	}
	l, err := ParseList(status, answer)
	if err != nil {
		return pos.List{Result: pos.Unreadable(order, status)}
	}
	return l
}

func (c *Client) check(p pos.Payment) error {
	if err := p.Check(c.Capabilities()); err != nil {
		return err
	}
	if err := orderID(p.OrderID); err != nil {
		return err
	}
	if p.ClientIP == "" {
		return pos.Invalid("ClientIP", "is demanded by this bank")
	}
	return nil
}

// orderID keeps to what was seen to work.
func orderID(s string) error {
	if len(s) < 12 || len(s) > 36 {
		return pos.Invalid("OrderID", "has 12 to 36 characters")
	}
	for i := range len(s) {
		if c := s[i]; !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-') {
			return pos.Invalid("OrderID", "has letters, digits and hyphens")
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
	return c.operate(ctx, Sale(p)), nil
}

// Sale is the request of a payment.
func Sale(p pos.Payment) Request {
	r := Request{TxnCode: TxnSale, OrderID: p.OrderID, Amount: p.Amount, WithCounts: true, Installments: p.Installments, MOTO: p.MOTO, Card: p.Card, ClientIP: p.ClientIP, Email: p.Email, Plan: p.Recurring}
	if p.PreAuth {
		r.TxnCode = TxnPreAuth
	}
	if p.Recurring != nil { // plans go by their own number, on MOTO terminals only
		r.OrderID, r.OrderTrackID, r.MOTO = "", p.OrderID, true
	}
	return r
}

// Capture captures a pre-authorization, in whole or in part.
func (c *Client) Capture(ctx context.Context, r pos.Reference, amount pos.Money) (pos.Result, error) {
	if amount.Minor <= 0 {
		amount = r.Original
	}
	if err := reference(r, amount); err != nil {
		return pos.Result{}, err
	}
	return c.operate(ctx, Request{TxnCode: TxnCapture, OrderID: r.OrderID, Amount: amount, ClientIP: r.ClientIP}), nil
}

func reference(r pos.Reference, amount pos.Money) error {
	if amount.Minor <= 0 || amount.Currency.Numeric() == "" {
		return pos.Invalid("Amount", "must be more than zero, in a known currency")
	}
	return orderID(r.OrderID)
}

// Void cancels the order's transaction in the open batch. It goes by the order alone.
func (c *Client) Void(ctx context.Context, r pos.Reference) (pos.Result, error) {
	if err := orderID(r.OrderID); err != nil {
		return pos.Result{}, err
	}
	return c.operate(ctx, Request{TxnCode: TxnVoid, OrderID: r.OrderID}), nil
}

// Refund gives back an order, in whole or in part.
func (c *Client) Refund(ctx context.Context, r pos.Reference, amount pos.Money) (pos.Result, error) {
	if err := reference(r, amount); err != nil {
		return pos.Result{}, err
	}
	return c.operate(ctx, Request{TxnCode: TxnRefund, OrderID: r.OrderID, Amount: amount}), nil
}

// Inquire lists all rows of an order. A captured pre-authorization has two: the capture's OrderID is one of the bank's own, its OriginalOrderID ours.
func (c *Client) Inquire(ctx context.Context, r pos.Reference) (pos.List, error) {
	req := Request{TxnCode: TxnInquiry, OrderID: r.OrderID, OrderTrackID: r.OrderTrackID}
	if r.OrderID == "" && r.OrderTrackID == "" {
		return pos.List{}, pos.Invalid("OrderID", "is missing")
	}
	return c.list(ctx, "/transaction/process", c.cfg.Body(req, c.now()), r.OrderID), nil
}

// History is [Client.Inquire]: the bank has one call for both.
func (c *Client) History(ctx context.Context, r pos.Reference) (pos.List, error) {
	return c.Inquire(ctx, r)
}

// Transactions lists a time of at most one day.
func (c *Client) Transactions(ctx context.Context, p pos.Period) (pos.List, error) {
	if !p.From.Before(p.To) || p.To.Sub(p.From) > 24*time.Hour {
		return pos.List{}, pos.Invalid("Period", "has at most one day")
	}
	last := pos.Period{From: p.From, To: p.To.Add(-time.Millisecond)}
	return c.list(ctx, c.cfg.ReportPath, c.cfg.ReportBody(last, 0), ""), nil
}

// Batch lists one batch: the way where a day has more rows than a report may.
func (c *Client) Batch(ctx context.Context, batch int64) (pos.List, error) {
	return c.list(ctx, c.cfg.ReportPath, c.cfg.ReportBody(pos.Period{}, batch), ""), nil
}

// CancelRecurring cancels all payments of a plan that are still to come.
func (c *Client) CancelRecurring(ctx context.Context, r pos.Reference, recurringID string) (pos.Result, error) {
	if recurringID == "" {
		return pos.Result{}, pos.Invalid("RecurringID", "is missing")
	}
	return c.operate(ctx, Request{TxnCode: TxnCancelRecurring, OrderTrackID: recurringID}), nil
}
