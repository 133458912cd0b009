package client

import (
	"context"
	"net/url"
	"time"
)

// CardPayment is a card payment. Amounts are minor units (kuruş).
type CardPayment struct {
	ID string `json:"id"`
	// Status is created, awaiting_3ds, authorizing, authorized, captured, declined, failed, unknown, expired, voided, partially_refunded or
	// refunded. While it is unknown the bank is being asked: neither charge again nor tell the payer that it failed.
	Status         string             `json:"status"`
	Amount         int64              `json:"amount"`
	Currency       string             `json:"currency"`
	Installments   int                `json:"installments"`
	Capture        bool               `json:"capture"`
	Captured       int64              `json:"captured"`
	Refunded       int64              `json:"refunded"`
	Surcharge      int64              `json:"surcharge,omitempty"`
	OrderReference string             `json:"order_reference,omitempty"`
	RedirectURL    string             `json:"redirect_url,omitempty"` // where the payer has to go
	Decline        *Decline           `json:"decline,omitempty"`
	PosAccount     string             `json:"pos_account,omitempty"`
	Route          string             `json:"route,omitempty"`
	Test           bool               `json:"test"`
	Card           string             `json:"card,omitempty"` // first six and last four digits
	CardBrand      string             `json:"card_brand,omitempty"`
	CardBank       string             `json:"card_bank,omitempty"`
	BankOrderID    string             `json:"bank_order_id,omitempty"`
	AuthCode       string             `json:"auth_code,omitempty"`
	RRN            string             `json:"rrn,omitempty"`
	ReferenceCode  string             `json:"reference_code,omitempty"`
	Description    string             `json:"description,omitempty"`
	Source         string             `json:"source"`
	CreatedAt      time.Time          `json:"created_at"`
	PaidAt         time.Time          `json:"paid_at"`    // zero: not paid
	ExpiresAt      time.Time          `json:"expires_at"` // of the pay page
	Operations     []PaymentOperation `json:"operations,omitempty"`
}

// Decline says why not.
type Decline struct {
	Code         string `json:"code"` // insufficient_funds, expired_card …
	BankCode     string `json:"bank_code,omitempty"`
	BankMessage  string `json:"bank_message,omitempty"`
	Message      string `json:"message,omitempty"`
	PayerMessage string `json:"payer_message,omitempty"` // what the payer may be told
}

// PaymentOperation is a capture, a void or a refund.
type PaymentOperation struct {
	ID        string    `json:"id"`
	Kind      string    `json:"kind"`
	Way       string    `json:"way"` // what the bank was asked for: a refund before the day's end is a void
	Amount    int64     `json:"amount"`
	State     string    `json:"state"` // asked, sending, unknown, queued, done, refused
	Reason    string    `json:"reason,omitempty"`
	Decline   *Decline  `json:"decline,omitempty"`
	CreatedAt time.Time `json:"created_at"`
	EndedAt   time.Time `json:"ended_at"`
}

// NewCardPayment describes a payment.
type NewCardPayment struct {
	Amount         int64  `json:"amount"`
	Currency       string `json:"currency,omitempty"`     // empty: TRY
	Installments   int    `json:"installments,omitempty"` // 0: a single payment
	OrderReference string `json:"order_reference,omitempty"`
	PosAccount     string `json:"pos_account,omitempty"` // empty: chosen by the rules
	Capture        *bool  `json:"capture,omitempty"`     // false: the amount is held
	Secure3D       string `json:"secure3d,omitempty"`    // required (default), off
	Card           *Card  `json:"card,omitempty"`        // nil: the payer types it on the pay page
	ReturnURL      string `json:"return_url,omitempty"`
	Customer       *Payer `json:"customer,omitempty"`
	ClientIP       string `json:"client_ip,omitempty"`
	Description    string `json:"description,omitempty"`
	Lang           string `json:"lang,omitempty"`
	ExpiresIn      int    `json:"expires_in,omitempty"` // seconds
}

// Card is a card for one call.
type Card struct {
	Number      string `json:"number"`
	Holder      string `json:"holder,omitempty"`
	ExpiryMonth int    `json:"expiry_month"`
	ExpiryYear  int    `json:"expiry_year"`
	CVV         string `json:"cvv,omitempty"`
}

// String keeps a card out of logs.
func (Card) String() string { return "onay.Card(***)" }

// GoString keeps a card out of logs.
func (c Card) GoString() string { return c.String() }

// Payer is who pays.
type Payer struct {
	ID    string `json:"id,omitempty"`
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
	Phone string `json:"phone,omitempty"`
}

// PaymentFilter chooses payments.
type PaymentFilter struct {
	List
	Status         string
	OrderReference string
	Query          string    // order, order id at the bank, authorization code, RRN, reference code or last four digits; exactly
	From, To       time.Time // made in
}

// Payments takes payments. The key needs the scope "payments", and "refunds" to void and give back.
//
// A bank may take more than a minute. The client gives up before that and asks again with the same idempotency key: the card is charged once,
// and the answer may then say authorizing or unknown. [Payments.Get] and the events tell the end.
type Payments struct{ c *Client }

// Create makes a payment. Without a card send the payer to RedirectURL.
func (s Payments) Create(ctx context.Context, n NewCardPayment) (p CardPayment, err error) {
	err = s.c.call(ctx, "POST", "/v1/payments", nil, n, &p)
	return p, err
}

// Get reads a payment.
func (s Payments) Get(ctx context.Context, id string) (p CardPayment, err error) {
	err = s.c.call(ctx, "GET", "/v1/payments/"+url.PathEscape(id), nil, nil, &p)
	return p, err
}

// Capture takes a held amount, or a part of it where the bank allows that; 0: the whole.
func (s Payments) Capture(ctx context.Context, id string, amount int64) (CardPayment, error) {
	return s.operate(ctx, id, "capture", amount, "")
}

// Void takes a payment back before the bank's day has ended.
func (s Payments) Void(ctx context.Context, id, reason string) (CardPayment, error) {
	return s.operate(ctx, id, "void", 0, reason)
}

// Refund gives back an amount; 0: all that is left. The last of Operations tells what became of it.
func (s Payments) Refund(ctx context.Context, id string, amount int64, reason string) (CardPayment, error) {
	return s.operate(ctx, id, "refund", amount, reason)
}

func (s Payments) operate(ctx context.Context, id, kind string, amount int64, reason string) (p CardPayment, err error) {
	in := struct {
		Amount int64  `json:"amount,omitempty"`
		Reason string `json:"reason,omitempty"`
	}{amount, reason}
	err = s.c.call(ctx, "POST", "/v1/payments/"+url.PathEscape(id)+"/"+kind, nil, in, &p)
	return p, err
}

// List finds payments, the newest first.
func (s Payments) List(ctx context.Context, f PaymentFilter) (p Page[CardPayment], err error) {
	q := f.values()
	for name, v := range map[string]string{"status": f.Status, "order_reference": f.OrderReference, "query": f.Query} {
		if v != "" {
			q.Set(name, v)
		}
	}
	for name, t := range map[string]time.Time{"from": f.From, "to": f.To} {
		if !t.IsZero() {
			q.Set(name, t.UTC().Format(time.RFC3339Nano))
		}
	}
	err = s.c.call(ctx, "GET", "/v1/payments", q, nil, &p)
	return p, err
}
