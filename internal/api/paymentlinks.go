package api

import (
	"context"
	"time"

	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/pos"
)

// PaymentLink is an address that may be paid many times.
type PaymentLink struct {
	ID          string     `json:"id"`
	URL         string     `json:"url"`
	Description string     `json:"description"`
	Amount      int64      `json:"amount" doc:"In minor units; 0: the payer types it."`
	Least       int64      `json:"least,omitempty" doc:"Of what the payer types."`
	Most        int64      `json:"most,omitempty"`
	Currency    string     `json:"currency"`
	PosAccount  string     `json:"pos_account,omitempty"`
	Uses        int64      `json:"uses" doc:"Payments that were begun; GET /v1/payments?link_id= lists them."`
	MaxUses     int64      `json:"max_uses,omitempty"`
	Status      string     `json:"status" enum:"on,off"`
	ExpiresAt   *time.Time `json:"expires_at"`
	CreatedBy   string     `json:"created_by"`
	CreatedAt   time.Time  `json:"created_at"`
}

// NewPaymentLink describes a link.
type NewPaymentLink struct {
	Description string     `json:"description" maxLength:"200" doc:"What is paid for; the payer sees it."`
	Amount      int64      `json:"amount,omitempty" doc:"In minor units; left out, the payer types it."`
	Least       int64      `json:"least,omitempty"`
	Most        int64      `json:"most,omitempty"`
	Currency    string     `json:"currency,omitempty" maxLength:"3"`
	PosAccount  string     `json:"pos_account,omitempty" maxLength:"80"`
	MaxUses     int64      `json:"max_uses,omitempty" doc:"No limit by default."`
	ExpiresAt   *time.Time `json:"expires_at,omitempty" doc:"Never by default."`
	Lang        string     `json:"lang,omitempty" maxLength:"2"`
}

// PaymentLinkChange holds the fields to change.
type PaymentLinkChange struct {
	Description *string    `json:"description,omitempty" maxLength:"200"`
	Least       *int64     `json:"least,omitempty"`
	Most        *int64     `json:"most,omitempty"`
	MaxUses     *int64     `json:"max_uses,omitempty"`
	Status      *string    `json:"status,omitempty" maxLength:"10" doc:"on or off."`
	ExpiresAt   *time.Time `json:"expires_at,omitempty"`
}

func (d *door) paymentLinks() {
	scope, tag := "payments", "Payments"
	view := func(l payment.Link) PaymentLink {
		return PaymentLink{ID: l.ID, URL: d.Payments.LinkURL(l), Description: l.Description, Amount: l.Amount, Least: l.Least, Most: l.Most, Currency: string(l.Currency), PosAccount: l.AccountID, Uses: l.Uses, MaxUses: l.MaxUses, Status: l.Status,
			ExpiresAt: when(l.ExpiresAt), CreatedBy: l.CreatedBy, CreatedAt: l.CreatedAt}
	}
	example := PaymentLink{ID: "lnk_01936c2e-7f7a-7c2b-9d56-3b0f6b0a7e21", URL: "https://onay.example.com/pay/link/4x2k7m9qwtzrbd3hzxcefg6jna", Description: "Kurs ücreti", Amount: 150000, Currency: "TRY", Uses: 12, Status: "on", CreatedBy: examplePayment.CreatedBy, CreatedAt: exampleTime}
	codes := []code{{"invalid_text", 422}, {"invalid_amount", 422}, {"out_of_range", 422}, {"invalid_currency", 422}, {"invalid_status", 422}, {"unknown_pos_account", 422}, {"pos_account_off", 422}, {"no_pos_account", 409}}
	handle(d, route{method: "POST", path: "/v1/payment-links", id: "createPaymentLink", scope: scope, tag: tag, status: 201, summary: "Make a payment link", doc: "An address that may be paid many times, with a fixed amount or one that the payer types. What is paid once is a payment with its pay page.",
		codes: codes, body: NewPaymentLink{Description: "Kurs ücreti", Amount: 150000}, answer: example},
		func(ctx context.Context, c *caller, in *struct{ Body NewPaymentLink }) (*answer[PaymentLink], error) {
			b := in.Body
			l := payment.Link{CompanyID: c.company, Description: b.Description, Amount: b.Amount, Least: b.Least, Most: b.Most, Currency: pos.Currency(b.Currency), AccountID: b.PosAccount, MaxUses: b.MaxUses, Lang: b.Lang}
			if b.ExpiresAt != nil {
				l.ExpiresAt = b.ExpiresAt.UTC()
			}
			l, err := d.Payments.CreateLink(ctx, l)
			return viewed(l, err, view)
		},
		func(ctx context.Context, c *caller, _ *struct{ Body NewPaymentLink }, id string) (*answer[PaymentLink], error) {
			l, err := d.Payments.Link(ctx, c.company, id)
			return viewed(l, err, view)
		})
	handle(d, route{method: "GET", path: "/v1/payment-links", id: "listPaymentLinks", scope: scope, tag: tag, summary: "List payment links", doc: "Newest first.", answer: list[PaymentLink]{Data: []PaymentLink{example}}},
		func(ctx context.Context, c *caller, in *Page) (*answer[list[PaymentLink]], error) {
			rows, err := d.Payments.Links(ctx, c.company, in.Cursor, in.Limit+1)
			if err != nil {
				return nil, err
			}
			return paged(rows, in.Limit, func(l payment.Link) string { return l.ID }, view), nil
		}, nil)
	handle(d, route{method: "GET", path: "/v1/payment-links/{id}", id: "getPaymentLink", scope: scope, tag: tag, summary: "Read a payment link", codes: []code{missing}, answer: example},
		func(ctx context.Context, c *caller, in *IDInput) (*answer[PaymentLink], error) {
			l, err := d.Payments.Link(ctx, c.company, in.ID)
			return viewed(l, err, view)
		}, nil)
	handle(d, route{method: "PATCH", path: "/v1/payment-links/{id}", id: "updatePaymentLink", scope: scope, tag: tag, summary: "Change a payment link", doc: "The amount stays: make another link for another amount.", codes: append([]code{missing}, codes...), body: PaymentLinkChange{Status: ptr("off")}, answer: example},
		func(ctx context.Context, c *caller, in *struct {
			IDInput
			Body PaymentLinkChange
		}) (*answer[PaymentLink], error) {
			l, err := d.Payments.UpdateLink(ctx, c.company, in.ID, func(l *payment.Link) {
				set(&l.Description, in.Body.Description)
				set(&l.Least, in.Body.Least)
				set(&l.Most, in.Body.Most)
				set(&l.MaxUses, in.Body.MaxUses)
				set(&l.Status, in.Body.Status)
				if in.Body.ExpiresAt != nil {
					l.ExpiresAt = in.Body.ExpiresAt.UTC()
				}
			})
			return viewed(l, err, view)
		}, nil)
}
