package posnetv1

import (
	"context"
	"strings"

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
	tr.Secrets = append(tr.Secrets, cfg.Key)
	return &Client{cfg, tr}, nil
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
	return pos.Capabilities{Protocol: "posnetv1", Models: models, Abilities: a, Currencies: []pos.Currency{pos.TRY, pos.USD, pos.EUR, pos.GBP, pos.JPY, pos.RUB}}
}

// call sends a body and reads its answer. What was sent and not answered is unknown, never declined.
func (c *Client) call(ctx context.Context, r Request) pos.List {
	status, body, err := c.tr.Post(ctx, strings.TrimRight(c.cfg.APIURL, "/")+"/"+r.Op, "application/json; charset=utf-8", nil, c.cfg.Body(r))
	if err != nil {
		return pos.List{Result: err.(*pos.NoAnswer).Result(r.OrderID)}
	}
	l, err := ParseAnswer(r.Op, body)
	if err != nil {
		return pos.List{Result: pos.Unreadable(r.OrderID, status)}
	}
	l.OrderID = r.OrderID
	return l
}

func (c *Client) check(p pos.Payment) error {
	if err := p.Check(c.Capabilities()); err != nil {
		return err
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

func (c *Client) charge(ctx context.Context, r Request, preAuth bool) pos.Result {
	r.Op = OpSale
	if preAuth {
		r.Op = OpAuth
	}
	out := c.call(ctx, r).Result
	if out.Outcome == pos.Approved {
		out.Authorized = r.Amount
	}
	return out
}

// Sale charges a card, or holds the amount if the payment says PreAuth.
func (c *Client) Sale(ctx context.Context, p pos.Payment) (pos.Result, error) {
	if err := c.check(p); err != nil {
		return pos.Result{}, err
	}
	if p.Card == nil {
		return pos.Result{}, pos.Invalid("Card", "is missing")
	}
	return c.charge(ctx, Request{OrderID: p.OrderID, Amount: p.Amount, Installments: p.Installments, Card: p.Card, MOTO: p.MOTO}, p.PreAuth), nil
}

func money(m pos.Money) error {
	if m.Minor <= 0 || currencies[m.Currency] == "" {
		return pos.Invalid("Amount", "must be more than zero, in a currency of this bank")
	}
	return nil
}

// Capture captures a pre-authorization, in whole or in part, by its ReferenceCode.
func (c *Client) Capture(ctx context.Context, r pos.Reference, amount pos.Money) (pos.Result, error) {
	if r.ReferenceCode == "" {
		return pos.Result{}, pos.Invalid("ReferenceCode", "is missing: this bank captures by nothing else")
	}
	if err := money(amount); err != nil {
		return pos.Result{}, err
	}
	return c.call(ctx, Request{Op: OpCapture, OrderID: r.OrderID, ReferenceCode: r.ReferenceCode, Amount: amount, Installments: r.Installments}).Result, nil
}

func kind(r pos.Reference) string {
	switch {
	case r.Capture:
		return OpCapture
	case r.PreAuth:
		return OpAuth
	}
	return OpSale
}

func (c *Client) undo(ctx context.Context, op string, r pos.Reference, amount pos.Money) (pos.Result, error) {
	if r.ReferenceCode == "" {
		if err := orderID(r.OrderID); err != nil {
			return pos.Result{}, err
		}
	}
	return c.call(ctx, Request{Op: op, OrderID: r.OrderID, Secure3D: r.Secure3D, ReferenceCode: r.ReferenceCode, TransactionType: kind(r), Amount: amount}).Result, nil
}

// Void takes a transaction back in full before the group of the day is closed.
func (c *Client) Void(ctx context.Context, r pos.Reference) (pos.Result, error) {
	return c.undo(ctx, OpReverse, r, pos.Money{})
}

// Refund gives back a transaction, in whole or in part.
func (c *Client) Refund(ctx context.Context, r pos.Reference, amount pos.Money) (pos.Result, error) {
	if err := money(amount); err != nil {
		return pos.Result{}, err
	}
	return c.undo(ctx, OpReturn, r, amount)
}

// Inquire lists what happened to an order, the newest first. Secure3D tells under which of two ids it is filed.
func (c *Client) Inquire(ctx context.Context, r pos.Reference) (pos.List, error) {
	if err := orderID(r.OrderID); err != nil {
		return pos.List{}, err
	}
	l := c.call(ctx, Request{Op: OpInquiry, OrderID: r.OrderID, Secure3D: r.Secure3D})
	for _, row := range l.Rows {
		if row.OrderID != "" && row.OrderID != FiledID(r.OrderID, r.Secure3D) {
			return pos.List{Result: pos.Result{Outcome: pos.Unknown, OrderID: r.OrderID, Installments: -1, Reason: "The bank answered about another order."}}, nil
		}
	}
	return l, nil
}

// History is [Client.Inquire]: the bank has one question for both.
func (c *Client) History(ctx context.Context, r pos.Reference) (pos.List, error) {
	return c.Inquire(ctx, r)
}
