package intervpos

import (
	"context"

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
	tr.Secrets = append(tr.Secrets, cfg.UserPass, cfg.MerchantPass)
	return &Client{cfg, tr}, nil
}

// String describes the account without its secrets.
func (c *Client) String() string { return c.cfg.String() }

// GoString keeps the secrets out of %#v too.
func (c *Client) GoString() string { return c.cfg.String() }

// Capabilities tells what the account can do.
func (c *Client) Capabilities() pos.Capabilities {
	a := []pos.Ability{pos.AbilitySale, pos.AbilityPreAuth, pos.AbilityCapture, pos.AbilityPartialCapture, pos.AbilityVoid, pos.AbilityRefund, pos.AbilityPartialRefund, pos.AbilityInquiry,
		pos.AbilityInstallments}
	if c.cfg.MOTO {
		a = append(a, pos.AbilityMOTO)
	}
	return pos.Capabilities{Protocol: "intervpos", Models: []pos.Model{pos.NonSecure, c.cfg.Model}, Abilities: a, Currencies: []pos.Currency{pos.TRY, pos.USD, pos.EUR, pos.GBP, pos.JPY}, HeldLooksCaptured: true}
}

func (c *Client) post(ctx context.Context, r Request) (int, []byte, error) {
	return c.tr.Post(ctx, c.cfg.URL, "application/x-www-form-urlencoded", nil, Body(c.cfg.Fields(r)))
}

func (c *Client) operate(ctx context.Context, r Request) pos.Result {
	status, body, err := c.post(ctx, r)
	if err != nil {
		return err.(*pos.NoAnswer).Result(r.OrderID)
	}
	out, err := ParseAnswer(body)
	if err != nil {
		return pos.Unreadable(r.OrderID, status)
	}
	if out.OrderID == "" {
		out.OrderID = r.OrderID
	}
	if out.Outcome == pos.Approved && r.Amount.Currency != "" {
		out.Authorized.Currency = r.Amount.Currency
	}
	return out
}

func (c *Client) check(p pos.Payment) error {
	if err := p.Check(c.Capabilities()); err != nil {
		return err
	}
	return orderID(p.OrderID)
}

func orderID(s string) error {
	if s == "" || len(s) > 20 {
		return pos.Invalid("OrderID", "has 1 to 20 letters and digits")
	}
	for i := range len(s) {
		if c := s[i]; !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9') {
			return pos.Invalid("OrderID", "has 1 to 20 letters and digits")
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
	r := Request{TxnType: TxnSale, OrderID: p.OrderID, Amount: p.Amount, Installments: p.Installments, MOTO: p.MOTO, Card: p.Card, Lang: p.Lang}
	if p.PreAuth {
		r.TxnType = TxnPreAuth
	}
	return r
}

func (c *Client) act(ctx context.Context, kind string, r pos.Reference, amount pos.Money) (pos.Result, error) {
	if err := orderID(r.OrderID); err != nil {
		return pos.Result{}, err
	}
	if amount.Minor <= 0 {
		amount = r.Original
	}
	if kind != TxnVoid && (amount.Minor <= 0 || amount.Currency.Numeric() == "") {
		return pos.Result{}, pos.Invalid("Amount", "must be more than zero, in a known currency")
	}
	return c.operate(ctx, Request{TxnType: kind, OrderID: r.OrderID, Amount: amount}), nil
}

// Capture captures a pre-authorization, in whole or in part.
func (c *Client) Capture(ctx context.Context, r pos.Reference, amount pos.Money) (pos.Result, error) {
	return c.act(ctx, TxnCapture, r, amount)
}

// Void cancels an order before its batch closes, always in whole.
func (c *Client) Void(ctx context.Context, r pos.Reference) (pos.Result, error) {
	return c.act(ctx, TxnVoid, r, r.Original)
}

// Refund gives back a settled order, in whole or in part.
func (c *Client) Refund(ctx context.Context, r pos.Reference, amount pos.Money) (pos.Result, error) {
	return c.act(ctx, TxnRefund, r, amount)
}

// Inquire asks for the state of an order.
func (c *Client) Inquire(ctx context.Context, r pos.Reference) (pos.List, error) {
	if err := orderID(r.OrderID); err != nil {
		return pos.List{}, err
	}
	status, body, err := c.post(ctx, Request{TxnType: TxnInquiry, OrderID: r.OrderID})
	if err != nil {
		return pos.List{Result: err.(*pos.NoAnswer).Result(r.OrderID)}, nil
	}
	l, err := ParseStatus(body)
	if err != nil {
		return pos.List{Result: pos.Unreadable(r.OrderID, status)}, nil
	}
	return l, nil
}
