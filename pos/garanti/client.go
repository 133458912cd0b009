package garanti

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
	tr.Secrets = append(tr.Secrets, cfg.secrets()...)
	return &Client{cfg, tr}, nil
}

// String describes the account without its secrets.
func (c *Client) String() string { return c.cfg.String() }

// GoString keeps the secrets out of %#v too.
func (c *Client) GoString() string { return c.cfg.String() }

// Capabilities tells what the account can do.
func (c *Client) Capabilities() pos.Capabilities {
	a := []pos.Ability{pos.AbilitySale, pos.AbilityPreAuth, pos.AbilityCapture, pos.AbilityPartialCapture, pos.AbilityInquiry, pos.AbilityOrderHistory, pos.AbilityDayHistory,
		pos.AbilityInstallments, pos.AbilityRecurring}
	if c.cfg.Refund.Password != "" {
		a = append(a, pos.AbilityVoid, pos.AbilityRefund, pos.AbilityPartialRefund)
	}
	if c.cfg.MOTO {
		a = append(a, pos.AbilityMOTO)
	}
	return pos.Capabilities{Protocol: "garanti", Models: []pos.Model{pos.NonSecure, c.cfg.Model}, Abilities: a, Currencies: []pos.Currency{pos.TRY, pos.USD, pos.EUR, pos.GBP, pos.JPY, pos.RUB}}
}

func (c *Client) call(ctx context.Context, r Request) Answer {
	status, body, err := c.tr.Post(ctx, c.cfg.APIURL, "application/xml; charset=utf-8", nil, c.cfg.Document(r))
	if err != nil {
		return Answer{List: pos.List{Result: err.(*pos.NoAnswer).Result(r.OrderID)}}
	}
	a, err := c.cfg.ParseAnswer(body, c.cfg.user(r.Type).Password)
	if err != nil {
		a = Answer{List: pos.List{Result: pos.Unreadable(r.OrderID, status)}}
	}
	if a.Outcome == pos.Rejected { // over TLS, after our own request: nobody knows what became of it
		a.Outcome = pos.Unknown
	}
	if a.OrderID == "" {
		a.OrderID = r.OrderID
	}
	return a
}

func (c *Client) check(p pos.Payment) error {
	if err := p.Check(c.Capabilities()); err != nil {
		return err
	}
	return orderID(p.OrderID)
}

func orderID(s string) error {
	if s == "" || len(s) > 36 {
		return pos.Invalid("OrderID", "has 1 to 36 characters")
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return pos.Invalid("OrderID", "has letters, digits and signs of ASCII")
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
	return c.call(ctx, Sale(p)).Result, nil
}

// Sale is the request of a payment.
func Sale(p pos.Payment) Request {
	r := Request{Type: TypeSale, OrderID: p.OrderID, AmountMinor: p.Amount.Minor, Currency: p.Amount.Currency, Installments: p.Installments, MOTO: p.MOTO, Card: p.Card, ClientIP: p.ClientIP,
		Email: p.Email, Plan: p.Recurring}
	if p.PreAuth {
		r.Type = TypePreAuth
	}
	return r
}

func (c *Client) act(ctx context.Context, kind string, r pos.Reference, amount pos.Money) (pos.Result, error) {
	if amount.Minor <= 0 {
		amount = r.Original
	}
	if err := orderID(r.OrderID); err != nil {
		return pos.Result{}, err
	}
	if amount.Minor <= 0 || amount.Currency.Numeric() == "" {
		return pos.Result{}, pos.Invalid("Amount", "must be more than zero, in a known currency")
	}
	rrn := r.RRN
	if rrn == "" {
		rrn = r.ReferenceCode
	}
	return c.call(ctx, Request{Type: kind, OrderID: r.OrderID, AmountMinor: amount.Minor, Currency: amount.Currency, Original: rrn, ClientIP: r.ClientIP, Email: r.Email}).Result, nil
}

// Capture captures a pre-authorization once, in whole or in part.
func (c *Client) Capture(ctx context.Context, r pos.Reference, amount pos.Money) (pos.Result, error) {
	return c.act(ctx, TypeCapture, r, amount)
}

// Void cancels a transaction of the same bank day, always in whole. The reference needs the original amount.
func (c *Client) Void(ctx context.Context, r pos.Reference) (pos.Result, error) {
	if c.cfg.Refund.Password == "" {
		return pos.Result{}, pos.Unsupported("void: the account has no refund user")
	}
	return c.act(ctx, TypeVoid, r, r.Original)
}

// Refund gives back a transaction, in whole or in part. On the day of the sale the bank refuses it as a rule: void instead.
func (c *Client) Refund(ctx context.Context, r pos.Reference, amount pos.Money) (pos.Result, error) {
	if c.cfg.Refund.Password == "" {
		return pos.Result{}, pos.Unsupported("refund: the account has no refund user")
	}
	return c.act(ctx, TypeRefund, r, amount)
}

func (c *Client) ask(ctx context.Context, kind string, r pos.Reference) (pos.List, error) {
	if err := orderID(r.OrderID); err != nil {
		return pos.List{}, err
	}
	return c.call(ctx, Request{Type: kind, OrderID: r.OrderID, ClientIP: r.ClientIP}).List, nil
}

// Inquire asks for the state of an order.
func (c *Client) Inquire(ctx context.Context, r pos.Reference) (pos.List, error) {
	return c.ask(ctx, TypeInquiry, r)
}

// History lists everything that happened to an order.
func (c *Client) History(ctx context.Context, r pos.Reference) (pos.List, error) {
	return c.ask(ctx, TypeHistory, r)
}

// maxPages bounds a list: 500 rows a page.
const maxPages = 2000

// Transactions lists a time of at most 30 days, all pages. Rows of a day that is still open may shift between two pages.
func (c *Client) Transactions(ctx context.Context, p pos.Period) (pos.List, error) {
	if !p.From.Before(p.To) || p.To.Sub(p.From) > 30*24*time.Hour {
		return pos.List{}, pos.Invalid("Period", "has at most 30 days")
	}
	p.To = p.To.Add(-time.Minute) // the bank's end is meant including its minute
	var all pos.List
	for page := 1; page <= maxPages; page++ {
		a := c.call(ctx, Request{Type: TypeList, Period: p, Page: page})
		if a.Outcome == pos.NotFound && page == 1 {
			a.Outcome, a.Code, a.Rows = pos.OK, "", []pos.Row{}
			return a.List, nil
		}
		if a.Outcome != pos.OK {
			return a.List, nil // half a list is no list
		}
		all.Result, all.Rows = a.Result, append(all.Rows, a.Rows...)
		if page >= a.Page.Pages {
			break
		}
	}
	return all, nil
}

// CancelRecurring stops what has not been collected of a plan.
func (c *Client) CancelRecurring(ctx context.Context, r pos.Reference, _ string) (pos.Result, error) {
	if err := orderID(r.OrderID); err != nil {
		return pos.Result{}, err
	}
	return c.call(ctx, Request{Type: TypeRecurringVoid, OrderID: r.OrderID, AmountMinor: r.Original.Minor, Currency: r.Original.Currency, ClientIP: r.ClientIP}).Result, nil
}
