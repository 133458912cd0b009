package client

import (
	"context"
	"net/url"
	"time"
)

// Purposes of a verification: one code stands for one act.
const (
	VerifyPhone = "verify_phone" // the phone is theirs, and nothing more
	Login       = "login"
	Payment     = "payment" // bound to amount and payee
	Order       = "order"   // bound to amount and payee
)

// Verification is one question to one phone.
type Verification struct {
	ID           string            `json:"id"`
	Phone        string            `json:"phone"`
	Purpose      string            `json:"purpose"`
	Status       string            `json:"status"` // pending, approved, denied, expired, canceled
	ExpiresAt    time.Time         `json:"expires_at"`
	AttemptsLeft int               `json:"attempts_left"`
	SendsLeft    int               `json:"sends_left"`
	ResendAfter  time.Time         `json:"resend_after"`
	CreatedAt    time.Time         `json:"created_at"`
	EndedAt      time.Time         `json:"ended_at,omitzero"`
	CustomerID   string            `json:"customer_id,omitempty"`
	EntryPoint   string            `json:"entry_point,omitempty"`
	Amount       int64             `json:"amount,omitempty"` // kuruş
	Currency     string            `json:"currency,omitempty"`
	Payee        string            `json:"payee,omitempty"`
	Metadata     map[string]string `json:"metadata,omitempty"`
	Message      *Message          `json:"message,omitempty"` // the newest SMS
}

// Message is how the SMS of a verification fares.
type Message struct {
	ID        string `json:"id"`
	Status    string `json:"status"` // queued: it is tried again until the code ends
	ErrorCode string `json:"error_code,omitempty"`
	Error     string `json:"error,omitempty"`
}

// StartRequest asks for a code. Only Phone is needed.
type StartRequest struct {
	Phone      string            `json:"phone"`             // 0555…, 555…, +90555…
	Purpose    string            `json:"purpose,omitempty"` // empty: [VerifyPhone]
	Locale     string            `json:"locale,omitempty"`  // of the SMS: tr (default) or en
	CustomerID string            `json:"customer_id,omitempty"`
	EntryPoint string            `json:"entry_point,omitempty"` // customer_card, store_sale, service_form
	ClientIP   string            `json:"client_ip,omitempty"`   // address of the end user, for limits
	UserAgent  string            `json:"user_agent,omitempty"`
	LimitKey   string            `json:"limit_key,omitempty"` // your own key for limits: a user, a device
	AppHash    string            `json:"app_hash,omitempty"`  // Android's SMS Retriever
	Amount     int64             `json:"amount,omitempty"`    // kuruş, for [Payment] and [Order]
	Payee      string            `json:"payee,omitempty"`
	Metadata   map[string]string `json:"metadata,omitempty"`
}

// CheckRequest carries the code that a person typed.
type CheckRequest struct {
	Code   string `json:"code"`
	Amount int64  `json:"amount,omitempty"` // refuses a code that was sent for another amount
	Payee  string `json:"payee,omitempty"`
}

// CheckResult says whether the code was right.
type CheckResult struct {
	Approved     bool   `json:"approved"`
	Status       string `json:"status"`
	AttemptsLeft int    `json:"attempts_left"`
}

// Verifications sends and checks codes. The key needs the scope "verifications".
type Verifications struct{ c *Client }

// Start sends a code.
func (s Verifications) Start(ctx context.Context, r StartRequest) (v Verification, err error) {
	err = s.c.call(ctx, "POST", "/v1/verifications", nil, r, &v)
	return v, err
}

// Check compares a code; each call uses up an attempt. A wrong code is no error.
func (s Verifications) Check(ctx context.Context, id string, r CheckRequest) (res CheckResult, err error) {
	err = s.c.call(ctx, "POST", "/v1/verifications/"+url.PathEscape(id)+"/check", nil, r, &res)
	return res, err
}

// Resend sends the same code again. Before Verification.ResendAfter it fails with "resend_too_soon".
func (s Verifications) Resend(ctx context.Context, id string) (v Verification, err error) {
	err = s.c.call(ctx, "POST", "/v1/verifications/"+url.PathEscape(id)+"/resend", nil, nil, &v)
	return v, err
}

// Cancel ends a pending verification; one that has ended stays as it is.
func (s Verifications) Cancel(ctx context.Context, id, reason string) (v Verification, err error) {
	in := struct {
		Reason string `json:"reason,omitempty"`
	}{reason}
	err = s.c.call(ctx, "POST", "/v1/verifications/"+url.PathEscape(id)+"/cancel", nil, in, &v)
	return v, err
}

// Get reads a verification.
func (s Verifications) Get(ctx context.Context, id string) (v Verification, err error) {
	err = s.c.call(ctx, "GET", "/v1/verifications/"+url.PathEscape(id), nil, nil, &v)
	return v, err
}
