package payfor

import (
	"context"
	"time"

	"github.com/onay/onay/pos"
)

// Client is a merchant's account.
type Client struct {
	cfg Config
	tr  pos.Transport
}

// New checks the configuration and returns the account.
func New(cfg Config, tr pos.Transport) (*Client, error) {
	cfg, err := cfg.normalise()
	if err != nil {
		return nil, err
	}
	tr.Secrets = append(tr.Secrets, cfg.UserPass)
	if cfg.MerchantPass != "" {
		tr.Secrets = append(tr.Secrets, cfg.MerchantPass)
	}
	return &Client{cfg, tr}, nil
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
	return pos.Capabilities{Protocol: "payfor", Models: []pos.Model{pos.NonSecure, c.cfg.Model}, Abilities: a, Currencies: []pos.Currency{pos.TRY, pos.USD, pos.EUR, pos.GBP, pos.JPY}}
}

func call[T any](ctx context.Context, c *Client, r Request, parse func([]byte) (T, error), lost func(pos.Result) T) T {
	status, body, err := c.tr.Post(ctx, c.cfg.XMLURL, "text/xml; charset=utf-8", nil, c.cfg.Document(r))
	if err != nil {
		return lost(err.(*pos.NoAnswer).Result(r.OrderID))
	}
	out, err := parse(body)
	if err != nil {
		return lost(pos.Unreadable(r.OrderID, status))
	}
	return out
}

func (c *Client) operate(ctx context.Context, r Request) pos.Result {
	out := call(ctx, c, r, ParseAnswer, func(r pos.Result) pos.Result { return r })
	if out.OrderID == "" {
		out.OrderID = r.OrderID
	}
	return out
}

func (c *Client) ask(ctx context.Context, r Request, parse func([]byte) (pos.List, error)) pos.List {
	return call(ctx, c, r, parse, func(r pos.Result) pos.List { return pos.List{Result: r} })
}

func (c *Client) check(p pos.Payment) error {
	if err := p.Check(c.Capabilities()); err != nil {
		return err
	}
	if p.Amount.Minor > 200_000_00 {
		return pos.Invalid("Amount", "is at most 200000 at this bank")
	}
	return orderID(p.OrderID)
}

func orderID(s string) error {
	if s == "" || len(s) > 50 {
		return pos.Invalid("OrderID", "has 1 to 50 characters")
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
	r := Request{Op: TxnSale, OrderID: p.OrderID, Amount: p.Amount, Installments: p.Installments, MOTO: p.MOTO, Card: p.Card, Lang: p.Lang}
	if p.PreAuth {
		r.Op = TxnPreAuth
	}
	return r
}

func (c *Client) act(ctx context.Context, op string, r pos.Reference, amount pos.Money) (pos.Result, error) {
	if err := orderID(r.OrderID); err != nil {
		return pos.Result{}, err
	}
	if op != TxnVoid && amount.Minor <= 0 {
		amount = r.Original
	}
	if amount.Currency == "" {
		amount.Currency = pos.TRY
	}
	if op != TxnVoid && amount.Minor <= 0 {
		return pos.Result{}, pos.Invalid("Amount", "must be more than zero")
	}
	return c.operate(ctx, Request{Op: op, OrderID: r.OrderID, Amount: amount}), nil
}

// Capture captures a pre-authorization once; the amount may be up to 15 % above or below.
func (c *Client) Capture(ctx context.Context, r pos.Reference, amount pos.Money) (pos.Result, error) {
	return c.act(ctx, TxnCapture, r, amount)
}

// Void cancels the order's newest live step while its batch is open, always in whole.
func (c *Client) Void(ctx context.Context, r pos.Reference) (pos.Result, error) {
	return c.act(ctx, TxnVoid, r, pos.Money{Currency: r.Original.Currency})
}

// Refund gives back a settled order, in whole or in part. On the same day the bank refuses it (V014): void instead.
func (c *Client) Refund(ctx context.Context, r pos.Reference, amount pos.Money) (pos.Result, error) {
	return c.act(ctx, TxnRefund, r, amount)
}

// Inquire asks for the state of an order. The bank does not check the password here: it is no test of credentials.
func (c *Client) Inquire(ctx context.Context, r pos.Reference) (pos.List, error) {
	if err := orderID(r.OrderID); err != nil {
		return pos.List{}, err
	}
	return c.ask(ctx, Request{Op: TxnInquiry, OrderID: r.OrderID}, ParseInquiry), nil
}

// History lists everything that happened to an order, failed attempts too.
func (c *Client) History(ctx context.Context, r pos.Reference) (pos.List, error) {
	if err := orderID(r.OrderID); err != nil {
		return pos.List{}, err
	}
	return c.ask(ctx, Request{Op: TxnHistory, OrderID: r.OrderID}, ParseHistory), nil
}

// Transactions lists whole days: one call for each day of the period.
func (c *Client) Transactions(ctx context.Context, p pos.Period) (pos.List, error) {
	if !p.From.Before(p.To) || p.To.Sub(p.From) > 31*24*time.Hour {
		return pos.List{}, pos.Invalid("Period", "has 1 to 31 days")
	}
	all := pos.List{Result: pos.Result{Outcome: pos.OK, Installments: -1}, Rows: []pos.Row{}}
	y, m, d := p.From.In(pos.Istanbul).Date()
	for day := time.Date(y, m, d, 0, 0, 0, 0, pos.Istanbul); day.Before(p.To); day = day.AddDate(0, 0, 1) {
		l := c.ask(ctx, Request{Op: TxnHistory, Day: day}, ParseHistory)
		if l.Outcome == pos.NotFound {
			continue // a day without transactions
		}
		if l.Outcome != pos.OK {
			return l, nil // half a list is no list
		}
		for _, r := range l.Rows {
			if !r.Time.Before(p.From) && r.Time.Before(p.To) {
				all.Rows = append(all.Rows, r)
			}
		}
	}
	return all, nil
}
