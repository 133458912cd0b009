package payflex

import (
	"context"
	"net/http"
	"time"

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
	tr.Secrets = append(tr.Secrets, cfg.Password, cfg.MPIPassword)
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
	if c.cfg.Endpoints.SettlementDetail != "" {
		a = append(a, pos.AbilityDayHistory)
	}
	if c.cfg.MOTO {
		a = append(a, pos.AbilityMOTO)
	}
	models := []pos.Model{pos.NonSecure}
	if c.cfg.Model != pos.NonSecure {
		models = append(models, c.cfg.Model)
	}
	return pos.Capabilities{Protocol: "payflex", Models: models, Abilities: a, Currencies: currencies}
}

const formType = "application/x-www-form-urlencoded; charset=utf-8"

var wantXML = http.Header{"Accept": {"text/xml"}}

// operate sends a VposRequest. What was sent and not answered readably is unknown, never declined.
func (c *Client) operate(ctx context.Context, r Request) pos.Result {
	_, body, err := c.tr.Post(ctx, c.cfg.Endpoints.VPOS, formType, wantXML, xmldoc.FormField("prmstr", c.cfg.Document(r)))
	if err != nil {
		return err.(*pos.NoAnswer).Result(r.OrderID)
	}
	a := ParseAnswer(body)
	if !a.Readable {
		a.Outcome = pos.Unknown
	}
	if a.OrderID == "" {
		a.OrderID = r.OrderID
	}
	if a.ReferenceCode == "" {
		a.ReferenceCode = r.TransactionID // refusals come without it
	}
	return a.Result
}

func (c *Client) check(p pos.Payment) error {
	if err := p.Check(c.Capabilities()); err != nil {
		return err
	}
	if p.Recurring != nil && cycles[p.Recurring.Unit] == "" {
		return pos.Unsupported("plans by the week")
	}
	if p.Recurring != nil && p.PreAuth {
		return pos.Invalid("Recurring", "is for sales only")
	}
	return orderID(p.OrderID)
}

// orderID takes what all three services take.
func orderID(s string) error {
	if s == "" || len(s) > 40 {
		return pos.Invalid("OrderID", "has 1 to 40 characters")
	}
	for i := range len(s) {
		if c := s[i]; !(c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '-') {
			return pos.Invalid("OrderID", "has letters of English, digits and hyphens only")
		}
	}
	return nil
}

// payment is the request of a sale. The order id is the transaction id too: it is new for each attempt, and a lost answer can be searched by it.
func payment(p pos.Payment) Request {
	r := Request{Type: TypeSale, TransactionID: p.OrderID, OrderID: p.OrderID, Amount: p.Amount, Installments: p.Installments, MOTO: p.MOTO, Card: p.Card, ClientIP: p.ClientIP, Plan: p.Recurring}
	if p.PreAuth {
		r.Type = TypeAuth
	}
	return r
}

// Sale charges a card, or holds the amount if the payment says PreAuth.
func (c *Client) Sale(ctx context.Context, p pos.Payment) (pos.Result, error) {
	if err := c.check(p); err != nil {
		return pos.Result{}, err
	}
	if p.Card == nil {
		return pos.Result{}, pos.Invalid("Card", "is missing")
	}
	return c.operate(ctx, payment(p)), nil
}

// on makes the request that acts on a transaction: its TransactionId, else the order id, which is the same for payments made here.
func on(kind string, r pos.Reference, amount pos.Money) (Request, error) {
	ref := r.ReferenceCode
	if ref == "" {
		ref = r.OrderID
	}
	if ref == "" || len(ref) > 40 {
		return Request{}, pos.Invalid("ReferenceCode", "has 1 to 40 characters")
	}
	return Request{Type: kind, TransactionID: pos.NewOrderID(), Reference: ref, Amount: amount, ClientIP: r.ClientIP}, nil
}

func (c *Client) act(ctx context.Context, kind string, r pos.Reference, amount pos.Money) (pos.Result, error) {
	req, err := on(kind, r, amount)
	if err != nil {
		return pos.Result{}, err
	}
	out := c.operate(ctx, req)
	if out.OrderID == "" {
		out.OrderID = r.OrderID
	}
	return out, nil
}

func money(m pos.Money) error {
	if m.Minor <= 0 || m.Currency.Numeric() == "" {
		return pos.Invalid("Amount", "must be more than zero, in a known currency")
	}
	return nil
}

// Capture captures a pre-authorization, in whole or in part.
func (c *Client) Capture(ctx context.Context, r pos.Reference, amount pos.Money) (pos.Result, error) {
	if err := money(amount); err != nil {
		return pos.Result{}, err
	}
	return c.act(ctx, TypeCapture, r, amount)
}

// Void takes a transaction back in full while its batch is open.
func (c *Client) Void(ctx context.Context, r pos.Reference) (pos.Result, error) {
	return c.act(ctx, TypeCancel, r, pos.Money{})
}

// Reverse takes back a transaction of the open batch whose answer was lost. An unknown reference means that nothing was charged.
func (c *Client) Reverse(ctx context.Context, r pos.Reference) (pos.Result, error) {
	return c.act(ctx, TypeReversal, r, pos.Money{})
}

// Refund gives back a transaction, in whole or in part, several times up to its amount.
func (c *Client) Refund(ctx context.Context, r pos.Reference, amount pos.Money) (pos.Result, error) {
	if err := money(amount); err != nil {
		return pos.Result{}, err
	}
	return c.act(ctx, TypeRefund, r, amount)
}

func (c *Client) list(ctx context.Context, url string, doc []byte) (pos.List, int) {
	status, body, err := c.tr.Post(ctx, url, formType, wantXML, xmldoc.FormField("prmstr", doc))
	if err != nil {
		return pos.List{Result: err.(*pos.NoAnswer).Result("")}, 0
	}
	l, total, err := ParseSearch(body)
	if err != nil {
		return pos.List{Result: pos.Unreadable("", status)}, 0
	}
	return l, total
}

// Inquire asks for an order: its successful transaction, or its last one if none succeeded. With a ReferenceCode it asks for that transaction.
func (c *Client) Inquire(ctx context.Context, r pos.Reference) (pos.List, error) {
	if r.ReferenceCode == "" && r.OrderID == "" {
		return pos.List{}, pos.Invalid("OrderID", "is missing")
	}
	order := r.OrderID
	if r.ReferenceCode != "" {
		order = ""
	}
	l, _ := c.list(ctx, c.cfg.Endpoints.Search, c.cfg.SearchDocument(r.ReferenceCode, order))
	l.OrderID = r.OrderID
	for _, row := range l.Rows {
		if order != "" && row.OrderID != order {
			return pos.List{Result: pos.Result{Outcome: pos.Unknown, OrderID: order, Installments: -1, Reason: "The bank answered about another order."}}, nil
		}
	}
	return l, nil
}

// History is [Client.Inquire]: the bank has one question for both.
func (c *Client) History(ctx context.Context, r pos.Reference) (pos.List, error) {
	return c.Inquire(ctx, r)
}

// maxPages bounds a list: 100 000 rows.
const maxPages = 2000

// Transactions lists the successful transactions of a time. The bank lists whole days; rows outside the time are left out. A page that fails makes the whole
// list fail: half a list must not be taken for all.
func (c *Client) Transactions(ctx context.Context, p pos.Period) (pos.List, error) {
	switch {
	case c.cfg.Endpoints.SettlementDetail == "":
		return pos.List{}, pos.Unsupported("a list by date")
	case !p.From.Before(p.To):
		return pos.List{}, pos.Invalid("Period", "ends before it begins")
	}
	out := pos.List{Result: pos.Result{Outcome: pos.OK, Installments: -1}, Rows: []pos.Row{}}
	for page, seen := 1, 0; page <= maxPages; page++ {
		l, total := c.list(ctx, c.cfg.Endpoints.SettlementDetail, c.cfg.DetailDocument(p.From, p.To.Add(-time.Nanosecond), page))
		if l.Outcome != pos.OK {
			return pos.List{Result: l.Result}, nil
		}
		for _, row := range l.Rows {
			if row.Time.IsZero() || !row.Time.Before(p.From) && row.Time.Before(p.To) {
				out.Rows = append(out.Rows, row)
			}
		}
		if seen += len(l.Rows); seen >= total {
			return out, nil
		}
		if len(l.Rows) == 0 {
			break
		}
	}
	return pos.List{Result: pos.Result{Outcome: pos.Unknown, Installments: -1, Reason: "The bank's list ended before its own count of rows."}}, nil
}
