package nestpay

import (
	"context"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/internal/xmldoc"
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
	tr.Secrets = append(tr.Secrets, cfg.secrets()...)
	return &Client{cfg, tr}, nil
}

// String describes the account without its secrets.
func (c *Client) String() string { return c.cfg.String() }

// GoString keeps the secrets out of %#v too.
func (c *Client) GoString() string { return c.cfg.String() }

// Capabilities tells what the account can do.
func (c *Client) Capabilities() pos.Capabilities {
	a := []pos.Ability{pos.AbilitySale, pos.AbilityPreAuth, pos.AbilityCapture, pos.AbilityPartialCapture, pos.AbilityVoid, pos.AbilityRefund, pos.AbilityPartialRefund,
		pos.AbilityInquiry, pos.AbilityOrderHistory, pos.AbilityInstallments, pos.AbilityRecurring}
	if c.cfg.MOTO {
		a = append(a, pos.AbilityMOTO)
	}
	return pos.Capabilities{Protocol: "nestpay", Models: []pos.Model{pos.NonSecure, c.cfg.Model}, Abilities: a,
		Currencies: []pos.Currency{pos.TRY, pos.USD, pos.EUR, pos.GBP, pos.JPY, pos.RUB}}
}

// call sends a document and reads its answer with parse. What was sent and not answered is unknown, never declined.
func call[T any](ctx context.Context, c *Client, r Request, parse func([]byte) (T, error), lost func(pos.Result) T) T {
	body := xmldoc.FormField("DATA", c.cfg.Document(r))
	status, answer, err := c.tr.Post(ctx, c.cfg.APIURL, "application/x-www-form-urlencoded", nil, body)
	if err != nil {
		return lost(err.(*pos.NoAnswer).Result(r.OrderID))
	}
	out, err := parse(answer)
	if err != nil {
		return lost(pos.Unreadable(r.OrderID, status))
	}
	return out
}

func (c *Client) operate(ctx context.Context, r Request) pos.Result {
	out := call(ctx, c, r, ParseAnswer, func(r pos.Result) pos.Result { return r })
	if out.OrderID == "" {
		out.OrderID = r.OrderID // several refusals come without it
	}
	return out
}

func (c *Client) ask(ctx context.Context, r Request, parse func([]byte) (pos.List, error)) pos.List {
	return call(ctx, c, r, parse, func(r pos.Result) pos.List { return pos.List{Result: r} })
}

// Sale charges a card, or holds the amount if the payment says PreAuth.
func (c *Client) Sale(ctx context.Context, p pos.Payment) (pos.Result, error) {
	if err := c.check(p); err != nil {
		return pos.Result{}, err
	}
	if p.Card == nil {
		return pos.Result{}, pos.Invalid("Card", "is missing")
	}
	return c.operate(ctx, c.payment(p)), nil
}

func (c *Client) check(p pos.Payment) error {
	if err := p.Check(c.Capabilities()); err != nil {
		return err
	}
	if len(p.OrderID) > 64 {
		return pos.Invalid("OrderID", "has at most 64 characters")
	}
	if p.Recurring != nil && p.PreAuth {
		return pos.Invalid("Recurring", "is for sales only")
	}
	return nil
}

func (c *Client) payment(p pos.Payment) Request {
	r := Request{Op: OpSale, OrderID: p.OrderID, Amount: p.Amount, Installments: p.Installments, ClientIP: p.ClientIP, Email: p.Email, Card: p.Card, MOTO: p.MOTO, Plan: p.Recurring}
	if p.PreAuth {
		r.Op = OpPreAuth
	}
	return r
}

// order refuses a reference without an order.
func order(r pos.Reference) error {
	if r.OrderID == "" || len(r.OrderID) > 64 {
		return pos.Invalid("OrderID", "has 1 to 64 characters")
	}
	return nil
}

// Capture captures a pre-authorization once, in whole or in part; what is left is released.
func (c *Client) Capture(ctx context.Context, r pos.Reference, amount pos.Money) (pos.Result, error) {
	if err := order(r); err != nil {
		return pos.Result{}, err
	}
	return c.operate(ctx, Request{Op: OpCapture, OrderID: r.OrderID, Amount: amount, PreAuthMinor: r.Original.Minor}), nil
}

// Void cancels the order's transaction in the open batch. With a ReferenceCode (TransId) it cancels that one, as is needed where
// the order has several.
func (c *Client) Void(ctx context.Context, r pos.Reference) (pos.Result, error) {
	if r.ReferenceCode == "" {
		if err := order(r); err != nil {
			return pos.Result{}, err
		}
	}
	return c.operate(ctx, Request{Op: OpVoid, OrderID: r.OrderID, TransID: r.ReferenceCode}), nil
}

// Refund gives back a settled order, in whole or in part. Before the day's batch is closed most stores refuse it (void instead).
func (c *Client) Refund(ctx context.Context, r pos.Reference, amount pos.Money) (pos.Result, error) {
	if err := order(r); err != nil {
		return pos.Result{}, err
	}
	if amount.Minor <= 0 || amount.Currency.Numeric() == "" {
		return pos.Result{}, pos.Invalid("Amount", "must be more than zero, in a known currency")
	}
	return c.operate(ctx, Request{Op: OpRefund, OrderID: r.OrderID, Amount: amount}), nil
}

// Inquire asks for the order's last successful transaction, or its last unsuccessful one if none succeeded. A record may be missing for a few
// seconds after a payment.
func (c *Client) Inquire(ctx context.Context, r pos.Reference) (pos.List, error) {
	if err := order(r); err != nil {
		return pos.List{}, err
	}
	return c.ask(ctx, Request{Op: OpStatus, OrderID: r.OrderID}, ParseStatus), nil
}

// History lists everything that happened to an order, the newest first.
func (c *Client) History(ctx context.Context, r pos.Reference) (pos.List, error) {
	if err := order(r); err != nil {
		return pos.List{}, err
	}
	return c.ask(ctx, Request{Op: OpHistory, OrderID: r.OrderID}, ParseHistory), nil
}

// InquirePlan lists the payments of a plan.
func (c *Client) InquirePlan(ctx context.Context, recurringID string) (pos.List, error) {
	if recurringID == "" {
		return pos.List{}, pos.Invalid("RecurringID", "is missing")
	}
	return c.ask(ctx, Request{Op: OpRecurringStatus, RecurringID: recurringID}, ParseStatus), nil
}

// CancelRecurring cancels what is still to come of a plan.
func (c *Client) CancelRecurring(ctx context.Context, r pos.Reference, recurringID string) (pos.Result, error) {
	if recurringID == "" {
		return pos.Result{}, pos.Invalid("RecurringID", "is missing")
	}
	return c.operate(ctx, Request{Op: OpRecurringCancel, OrderID: r.OrderID, RecurringID: recurringID}), nil
}
