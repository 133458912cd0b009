package client

import (
	"context"
	"net/url"
	"time"
)

// Reconciliation is a comparison of some days of a POS account with what the bank says. Days are YYYY-MM-DD in Istanbul.
type Reconciliation struct {
	ID              string    `json:"id"`
	PosAccount      string    `json:"pos_account"`
	Subject         string    `json:"subject"` // collections | payouts
	From            string    `json:"from"`
	Until           string    `json:"until"`
	Source          string    `json:"source"` // bank | file
	FileName        string    `json:"file_name,omitempty"`
	Status          string    `json:"status"` // open | closed | replaced
	Pairs           int64     `json:"pairs"`
	Differences     int64     `json:"differences"`
	OpenDifferences int64     `json:"open_differences"`
	Note            string    `json:"note,omitempty"`
	Repeated        bool      `json:"repeated,omitempty"` // the same file had been compared before
	CreatedBy       string    `json:"created_by"`
	CreatedAt       time.Time `json:"created_at"`
	ClosedBy        string    `json:"closed_by,omitempty"`
	ClosedAt        time.Time `json:"closed_at"` // zero: open
}

// NewReconciliation asks for a comparison: with the bank's own list, or with a statement.
type NewReconciliation struct {
	PosAccount  string            `json:"pos_account"`
	Subject     string            `json:"subject,omitempty"` // collections if empty
	From        string            `json:"from,omitempty"`    // with a statement its own days if empty
	Until       string            `json:"until,omitempty"`
	Statement   []byte            `json:"statement,omitempty"` // CSV, XLSX, camt.053 or MT940
	FileName    string            `json:"file_name,omitempty"`
	Columns     map[string]string `json:"columns,omitempty"` // field → heading
	SaveColumns bool              `json:"save_columns,omitempty"`
}

// Movement is money that moved, as one of both sides has it. Amounts are kuruş above zero.
type Movement struct {
	Ref           string    `json:"ref,omitempty"`
	Line          int       `json:"line,omitempty"`
	Kind          string    `json:"kind"` // sale | refund
	Amount        int64     `json:"amount"`
	Currency      string    `json:"currency"`
	At            time.Time `json:"at"`
	DateOnly      bool      `json:"date_only,omitempty"`
	OrderID       string    `json:"order_id,omitempty"`
	ReferenceCode string    `json:"reference_code,omitempty"`
	RRN           string    `json:"rrn,omitempty"`
	AuthCode      string    `json:"auth_code,omitempty"`
	Batch         string    `json:"batch,omitempty"`
	Last4         string    `json:"last4,omitempty"`
	Installments  int       `json:"installments,omitempty"`
	Kept          int64     `json:"kept,omitempty"`
	ValueDay      string    `json:"value_day,omitempty"`
}

// Difference is what a person has to look at.
type Difference struct {
	ID             string    `json:"id"`
	Reconciliation string    `json:"reconciliation"`
	Kind           string    `json:"kind"` // missing_here | missing_at_bank | amount | commission | value_date | duplicate
	Ours           *Movement `json:"ours"`
	Bank           *Movement `json:"bank"`
	Expected       int64     `json:"expected"`
	Found          int64     `json:"found"`
	Currency       string    `json:"currency"`
	State          string    `json:"state"` // open | proposed | closed
	Resolution     string    `json:"resolution,omitempty"`
	Reason         string    `json:"reason,omitempty"`
	Partner        string    `json:"partner,omitempty"`
}

// Payout is what the contract of an account says is to come on a day, in kuruş.
type Payout struct {
	PosAccount string `json:"pos_account"`
	Day        string `json:"day"`
	Currency   string `json:"currency"`
	Gross      int64  `json:"gross"`
	Commission int64  `json:"commission"`
	Tax        int64  `json:"tax"`
	Fee        int64  `json:"fee"`
	Net        int64  `json:"net"`
	Movements  int64  `json:"movements"`
}

// DayEnd compares collections with the banks' statements.
type DayEnd struct{ c *Client }

// Run compares and keeps the outcome.
func (s DayEnd) Run(ctx context.Context, n NewReconciliation) (x Reconciliation, err error) {
	err = s.c.call(ctx, "POST", "/v1/reconciliations", nil, n, &x)
	return x, err
}

// Get reads a comparison.
func (s DayEnd) Get(ctx context.Context, id string) (x Reconciliation, err error) {
	err = s.c.call(ctx, "GET", "/v1/reconciliations/"+url.PathEscape(id), nil, nil, &x)
	return x, err
}

// Differences lists those of a comparison; state may be open, proposed, closed or empty.
func (s DayEnd) Differences(ctx context.Context, id, state string, l List) (p Page[Difference], err error) {
	q := l.values()
	if state != "" {
		q.Set("state", state)
	}
	err = s.c.call(ctx, "GET", "/v1/reconciliations/"+url.PathEscape(id)+"/differences", q, nil, &p)
	return p, err
}

// Explain closes a difference with a reason.
func (s DayEnd) Explain(ctx context.Context, difference, reason string) (Difference, error) {
	return s.settle(ctx, difference, "explain", map[string]string{"reason": reason})
}

// Enter makes a payment, or a refund of one, of what is missing here.
func (s DayEnd) Enter(ctx context.Context, difference, reason string) (Difference, error) {
	return s.settle(ctx, difference, "enter", map[string]string{"reason": reason})
}

// Match closes two differences as one movement.
func (s DayEnd) Match(ctx context.Context, difference, with, reason string) (Difference, error) {
	return s.settle(ctx, difference, "match", map[string]string{"with": with, "reason": reason})
}

// Confirm confirms what another person proposed, or rejects it.
func (s DayEnd) Confirm(ctx context.Context, difference string, yes bool) (Difference, error) {
	if yes {
		return s.settle(ctx, difference, "confirm", nil)
	}
	return s.settle(ctx, difference, "reject", nil)
}

func (s DayEnd) settle(ctx context.Context, id, act string, in map[string]string) (d Difference, err error) {
	var body any
	if in != nil {
		body = in
	}
	err = s.c.call(ctx, "POST", "/v1/reconciliation-differences/"+url.PathEscape(id)+"/"+act, nil, body, &d)
	return d, err
}

// TakeApart undoes a pair, named by its position.
func (s DayEnd) TakeApart(ctx context.Context, id string, position int64, reason string) (x Reconciliation, err error) {
	err = s.c.call(ctx, "POST", "/v1/reconciliations/"+url.PathEscape(id)+"/take-apart", nil, map[string]any{"position": position, "reason": reason}, &x)
	return x, err
}

// Close locks the days of a comparison.
func (s DayEnd) Close(ctx context.Context, id, note string) (x Reconciliation, err error) {
	err = s.c.call(ctx, "POST", "/v1/reconciliations/"+url.PathEscape(id)+"/close", nil, map[string]string{"note": note}, &x)
	return x, err
}

// Reopen opens closed days again.
func (s DayEnd) Reopen(ctx context.Context, id, reason string) (x Reconciliation, err error) {
	err = s.c.call(ctx, "POST", "/v1/reconciliations/"+url.PathEscape(id)+"/reopen", nil, map[string]string{"reason": reason}, &x)
	return x, err
}

// Pairs lists the pairs of a comparison, those in which query stands where it is not empty.
func (s DayEnd) Pairs(ctx context.Context, id, query string, l List) (p Page[Pair], err error) {
	q := l.values()
	if query != "" {
		q.Set("query", query)
	}
	err = s.c.call(ctx, "GET", "/v1/reconciliations/"+url.PathEscape(id)+"/pairs", q, nil, &p)
	return p, err
}

// Pair are two movements that are one, and what made them one.
type Pair struct {
	Position int64     `json:"position"`
	By       string    `json:"by"`
	Ours     *Movement `json:"ours"`
	Bank     *Movement `json:"bank"`
}

// Payouts lists what is to come from a day on.
func (s DayEnd) Payouts(ctx context.Context, from string, days int) (p Page[Payout], err error) {
	q := url.Values{}
	if from != "" {
		q.Set("from", from)
		if start, err := time.Parse(time.DateOnly, from); err == nil && days > 0 {
			q.Set("until", start.AddDate(0, 0, days-1).Format(time.DateOnly))
		}
	}
	err = s.c.call(ctx, "GET", "/v1/payouts", q, nil, &p)
	return p, err
}
