package nkolay

import (
	"context"
	"strings"
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
	tr.Secrets = append(tr.Secrets, cfg.SXList, cfg.SXCancel, cfg.SX, cfg.Secret)
	return &Client{cfg, tr, tr.Now}, nil
}

// String describes the account without its secrets.
func (c *Client) String() string { return c.cfg.String() }

// GoString keeps the secrets out of %#v too.
func (c *Client) GoString() string { return c.cfg.String() }

// Capabilities tells what the account can do.
func (c *Client) Capabilities() pos.Capabilities {
	a := []pos.Ability{pos.AbilitySale, pos.AbilityPreAuth, pos.AbilityCapture, pos.AbilityPartialCapture, pos.AbilityVoid, pos.AbilityRefund, pos.AbilityPartialRefund,
		pos.AbilityInquiry, pos.AbilityOrderHistory, pos.AbilityDayHistory, pos.AbilityInstallments, pos.AbilityInstallmentQuery, pos.AbilityStoredCards}
	if c.cfg.MOTO {
		a = append(a, pos.AbilityMOTO)
	}
	models := []pos.Model{pos.NonSecure}
	if c.cfg.Model != pos.NonSecure {
		models = append(models, c.cfg.Model)
	}
	return pos.Capabilities{Protocol: "nkolay", Models: models, Abilities: a, Currencies: []pos.Currency{pos.TRY}, ChargesAlone: true, VoidedDisappears: true}
}

func (c *Client) post(ctx context.Context, path string, f Fields) (int, []byte, error) {
	return c.tr.Post(ctx, strings.TrimRight(c.cfg.BaseURL, "/")+path, "application/x-www-form-urlencoded; charset=utf-8", nil, f.body())
}

// operate sends a payment or a completion. What was sent and not answered is unknown, never declined.
func (c *Client) operate(ctx context.Context, path, orderID string, f Fields) Answer {
	status, body, err := c.post(ctx, path, f)
	if err != nil {
		return Answer{Result: err.(*pos.NoAnswer).Result(orderID)}
	}
	a, err := c.cfg.ParsePayment(body)
	if err != nil {
		return Answer{Result: pos.Unreadable(orderID, status)}
	}
	if a.OrderID == "" {
		a.OrderID = orderID
	}
	return a
}

func (c *Client) check(p pos.Payment) error {
	if err := p.Check(c.Capabilities()); err != nil {
		return err
	}
	if p.OrderID == "" || len(p.OrderID) > 50 {
		return pos.Invalid("OrderID", "has 1 to 50 characters")
	}
	return nil
}

// Sale charges a card, or a stored one, or holds the amount if the payment says PreAuth.
func (c *Client) Sale(ctx context.Context, p pos.Payment) (pos.Result, error) {
	if err := c.check(p); err != nil {
		return pos.Result{}, err
	}
	switch {
	case p.Card == nil && p.Stored == nil:
		return pos.Result{}, pos.Invalid("Card", "is missing")
	case p.StoreFor != "":
		return pos.Result{}, pos.Unsupported("storing a card without 3-D Secure")
	}
	now := c.now()
	a := c.operate(ctx, PathPayment, p.OrderID, c.cfg.Payment(p, "", now))
	if a.Outcome == pos.Redirect { // a page that nobody asked for
		a.Outcome, a.Reason, a.NextStep = pos.Unverified, "The answer to a payment without 3-D Secure is a page.", askList
	}
	if a.Outcome == pos.Unverified { // documents disagree about the hash of answers: the list decides
		return c.confirm(ctx, pos.Attempt{OrderID: p.OrderID, Amount: p.Amount, Installments: p.Installments, PreAuth: p.PreAuth, Extra: map[string]string{extraBegun: now.Format(time.RFC3339)}}, a.Result, true), nil
	}
	return a.Result, nil
}

// dayOf refuses a reference without a day: every call on a payment names the day of the sale.
func dayOf(r pos.Reference) error {
	switch {
	case r.ReferenceCode == "":
		return pos.Invalid("ReferenceCode", "is missing")
	case r.Time.IsZero():
		return pos.Invalid("Time", "is missing: the day of the sale is part of the request")
	}
	return nil
}

func (c *Client) undo(ctx context.Context, path string, r pos.Reference, f Fields) pos.Result {
	status, body, err := c.post(ctx, path, f)
	if err != nil {
		return err.(*pos.NoAnswer).Result(r.OrderID)
	}
	out, err := ParseUndo(body)
	if err != nil {
		return pos.Unreadable(r.OrderID, status)
	}
	if out.OrderID == "" {
		out.OrderID = r.OrderID
	}
	return out
}

// Void takes a sale back in full on its day, or releases a pre-authorization. The institution does not compare the amount; Original says it.
func (c *Client) Void(ctx context.Context, r pos.Reference) (pos.Result, error) {
	if err := dayOf(r); err != nil {
		return pos.Result{}, err
	}
	if r.Original.Minor <= 0 {
		return pos.Result{}, pos.Invalid("Original", "is missing: the amount of the sale is part of the request")
	}
	if r.PreAuth {
		return c.undo(ctx, PathPreAuthCancel, r, c.cfg.PreAuth(cancel, r.ReferenceCode, r.Original.Minor, r.Time)), nil
	}
	return c.undo(ctx, PathCancelRefund, r, c.cfg.Undo(cancel, r.ReferenceCode, r.Original.Minor, r.Time)), nil
}

// Refund gives back a sale of an earlier day, in whole or in part.
func (c *Client) Refund(ctx context.Context, r pos.Reference, amount pos.Money) (pos.Result, error) {
	if err := dayOf(r); err != nil {
		return pos.Result{}, err
	}
	if amount.Minor <= 0 || amount.Currency != pos.TRY {
		return pos.Result{}, pos.Invalid("Amount", "must be more than zero, in lira")
	}
	kind := refund
	if r.Original.Minor > amount.Minor {
		kind = part
	}
	return c.undo(ctx, PathCancelRefund, r, c.cfg.Undo(kind, r.ReferenceCode, amount.Minor, r.Time)), nil
}

// Capture captures a pre-authorization, in whole or in part.
func (c *Client) Capture(ctx context.Context, r pos.Reference, amount pos.Money) (pos.Result, error) {
	if err := dayOf(r); err != nil {
		return pos.Result{}, err
	}
	if amount.Minor <= 0 || amount.Currency != pos.TRY {
		return pos.Result{}, pos.Invalid("Amount", "must be more than zero, in lira")
	}
	return c.undo(ctx, PathPreAuthApprove, r, c.cfg.PreAuth("SALE", r.ReferenceCode, amount.Minor, r.Time)), nil
}

// list asks for whole days, page by page. A page that fails makes the whole list fail: half a list must not be taken for all.
func (c *Client) list(ctx context.Context, from, to time.Time, orderID string) pos.List {
	out := pos.List{Rows: []pos.Row{}}
	for page := range 1000 {
		status, body, err := c.post(ctx, PathList, c.cfg.List(from, to, orderID, page))
		if err != nil {
			return pos.List{Result: err.(*pos.NoAnswer).Result(orderID)}
		}
		l, err := ParseList(body)
		if err != nil {
			return pos.List{Result: pos.Unreadable(orderID, status)}
		}
		switch {
		case l.Outcome == pos.NotFound && page > 0:
			return out
		case l.Outcome != pos.OK:
			l.OrderID = orderID
			return l
		case page > 0 && len(out.Rows) > 0 && l.Rows[0].ReferenceCode == out.Rows[0].ReferenceCode && l.Rows[0].TxnCode == out.Rows[0].TxnCode:
			return out // pages are not known there: the first came again
		}
		out.Result = l.Result
		out.Rows = append(out.Rows, l.Rows...)
		if len(l.Rows) < maxListPage {
			break
		}
	}
	out.OrderID = orderID
	return out
}

// Inquire lists what happened to an order around the day of Time (today, if it is zero): a payment begun before midnight may be booked after it.
func (c *Client) Inquire(ctx context.Context, r pos.Reference) (pos.List, error) {
	if r.OrderID == "" {
		return pos.List{}, pos.Invalid("OrderID", "is missing")
	}
	day := r.Time
	if day.IsZero() {
		day = c.now()
	}
	l := c.list(ctx, day.AddDate(0, 0, -1), day.AddDate(0, 0, 1), r.OrderID)
	for _, row := range l.Rows {
		if row.OrderID != r.OrderID {
			return pos.List{Result: pos.Result{Outcome: pos.Unknown, OrderID: r.OrderID, Installments: -1, Reason: "The list holds another order."}}, nil
		}
	}
	return l, nil
}

// History lists what happened to an order from the day of Time until today, at most a month.
func (c *Client) History(ctx context.Context, r pos.Reference) (pos.List, error) {
	if r.OrderID == "" || r.Time.IsZero() {
		return pos.List{}, pos.Invalid("OrderID", "and Time are needed")
	}
	to := c.now()
	if end := r.Time.AddDate(0, 0, 30); end.Before(to) {
		to = end
	}
	return c.list(ctx, r.Time.AddDate(0, 0, -1), to, r.OrderID), nil
}

// Transactions lists the payments of a time, at most a month. The institution lists whole days; rows outside the time are left out.
func (c *Client) Transactions(ctx context.Context, p pos.Period) (pos.List, error) {
	switch {
	case !p.From.Before(p.To):
		return pos.List{}, pos.Invalid("Period", "ends before it begins")
	case p.To.Sub(p.From) > 31*24*time.Hour:
		return pos.List{}, pos.Invalid("Period", "has at most one month")
	}
	l := c.list(ctx, p.From, p.To.Add(-time.Nanosecond), "")
	rows := l.Rows[:0]
	for _, r := range l.Rows {
		if r.Time.IsZero() || !r.Time.Before(p.From) && r.Time.Before(p.To) {
			rows = append(rows, r)
		}
	}
	l.Rows = rows
	if l.Outcome == pos.NotFound {
		l.Outcome, l.Code = pos.OK, "" // an empty day
	}
	return l, nil
}

// Installments asks what a card (its first 8 digits or more) may pay in, and what it costs the payer.
func (c *Client) Installments(ctx context.Context, bin string, amount pos.Money) (pos.InstallmentTable, error) {
	if len(bin) < 6 || strings.Trim(bin, "0123456789") != "" {
		return pos.InstallmentTable{}, pos.Invalid("BIN", "has 6 to 8 digits")
	}
	if amount.Minor <= 0 || amount.Currency != pos.TRY {
		return pos.InstallmentTable{}, pos.Invalid("Amount", "must be more than zero, in lira")
	}
	status, body, err := c.post(ctx, PathInstallments, c.cfg.Installments(bin[:min(8, len(bin))], amount.Minor))
	if err != nil {
		return pos.InstallmentTable{Result: err.(*pos.NoAnswer).Result("")}, nil
	}
	t, err := ParseInstallments(body)
	if err != nil {
		return pos.InstallmentTable{Result: pos.Unreadable("", status)}, nil
	}
	return t, nil
}

// Commissions asks for the merchant's commission table of a day.
func (c *Client) Commissions(ctx context.Context, day time.Time) ([]Commission, pos.Result, error) {
	status, body, err := c.post(ctx, PathCommissions, c.cfg.Commissions(day))
	if err != nil {
		return nil, err.(*pos.NoAnswer).Result(""), nil
	}
	list, r, err := ParseCommissions(body)
	if err != nil {
		return nil, pos.Unreadable("", status), nil
	}
	return list, r, nil
}

// StoredCards lists the cards of a payer.
func (c *Client) StoredCards(ctx context.Context, customerKey string) (pos.StoredCards, error) {
	if customerKey == "" {
		return pos.StoredCards{}, pos.Invalid("CustomerKey", "is missing")
	}
	status, body, err := c.post(ctx, PathStoredCards, c.cfg.StoredCards(customerKey))
	if err != nil {
		return pos.StoredCards{Result: err.(*pos.NoAnswer).Result("")}, nil
	}
	s, err := ParseStoredCards(body)
	if err != nil {
		return pos.StoredCards{Result: pos.Unreadable("", status)}, nil
	}
	for i := range s.Cards {
		s.Cards[i].CustomerKey = customerKey
	}
	return s, nil
}

// DeleteStoredCard forgets a card. The answer to it is not documented, so the list is asked afterwards: a card that is gone is the proof.
func (c *Client) DeleteStoredCard(ctx context.Context, s pos.StoredCard) (pos.Result, error) {
	if s.CustomerKey == "" || s.Token == "" {
		return pos.Result{}, pos.Invalid("StoredCard", "needs customer key and token")
	}
	if _, _, err := c.post(ctx, PathDeleteCard, c.cfg.DeleteCard(s)); err != nil {
		return err.(*pos.NoAnswer).Result(""), nil
	}
	left, err := c.StoredCards(ctx, s.CustomerKey)
	if err != nil || left.Outcome != pos.OK && left.Outcome != pos.NotFound {
		return left.Result, err
	}
	for _, x := range left.Cards {
		if x.Token == s.Token {
			return pos.Result{Outcome: pos.Failed, Code: pos.CodeGatewayError, Installments: -1, Reason: "The card is still there."}, nil
		}
	}
	return pos.Result{Outcome: pos.OK, Installments: -1}, nil
}
