package api

import (
	"context"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/pos"
)

// Payment is a payment as the API shows it.
type Payment struct {
	ID             string      `json:"id"`
	Status         string      `json:"status" enum:"created,awaiting_3ds,authorizing,authorized,captured,declined,failed,unknown,expired,voided,partially_refunded,refunded"`
	Amount         int64       `json:"amount" doc:"In minor units (kuruş)."`
	Currency       string      `json:"currency"`
	Installments   int         `json:"installments" doc:"1: a single payment."`
	Capture        bool        `json:"capture" doc:"false: the amount is held, to be captured later."`
	Secure3D       string      `json:"secure3d" enum:"required,off"`
	Captured       int64       `json:"captured" doc:"What was taken, in minor units."`
	Refunded       int64       `json:"refunded" doc:"What was given back of it."`
	Surcharge      int64       `json:"surcharge,omitempty" doc:"What the payer pays on top for installments; in captured, not in amount."`
	OrderReference string      `json:"order_reference,omitempty" doc:"The shop's own; an order is paid once."`
	RedirectURL    string      `json:"redirect_url,omitempty" doc:"Where the payer has to go: the pay page, or on to the bank."`
	Decline        *Decline    `json:"decline,omitempty" doc:"Why the last attempt was not paid."`
	PosAccount     string      `json:"pos_account,omitempty"`
	Route          string      `json:"route,omitempty" doc:"What decided for this account: asked, only, on_us, cost, success, priority or failover."`
	Test           bool        `json:"test" doc:"At the bank's test system: no money moves."`
	Card           string      `json:"card,omitempty" doc:"First six and last four digits."`
	CardBrand      string      `json:"card_brand,omitempty" enum:"visa,mastercard,amex,troy"`
	CardBank       string      `json:"card_bank,omitempty" doc:"Where the table of first digits has it."`
	BankOrderID    string      `json:"bank_order_id,omitempty" doc:"The order id at the bank, another one for each attempt."`
	AuthCode       string      `json:"auth_code,omitempty"`
	RRN            string      `json:"rrn,omitempty"`
	ReferenceCode  string      `json:"reference_code,omitempty" doc:"The transaction's number at the bank (işlem kodu)."`
	BatchNumber    string      `json:"batch_number,omitempty"`
	Customer       *Payer      `json:"customer,omitempty"`
	ClientIP       string      `json:"client_ip,omitempty"`
	Description    string      `json:"description,omitempty"`
	ReturnURL      string      `json:"return_url,omitempty"`
	Source         string      `json:"source" enum:"api,console,link,entered" doc:"entered: by hand, from the bank's list."`
	LinkID         string      `json:"link_id,omitempty" doc:"The payment link through which it came."`
	CreatedBy      string      `json:"created_by"`
	CreatedAt      time.Time   `json:"created_at"`
	PaidAt         *time.Time  `json:"paid_at"`
	ExpiresAt      *time.Time  `json:"expires_at" doc:"Of the pay page."`
	Operations     []Operation `json:"operations,omitempty" doc:"Captures, voids and refunds; only where one payment is read."`
	Attempts       []Attempt   `json:"attempts,omitempty" doc:"Only where one payment is read."`
}

// Decline says why a payment was not made.
type Decline struct {
	Code         string `json:"code" doc:"In the words of this API, for programs: insufficient_funds, expired_card …"`
	BankCode     string `json:"bank_code,omitempty" doc:"The bank's own code, as sent."`
	BankMessage  string `json:"bank_message,omitempty" doc:"The bank's own text, as sent."`
	Message      string `json:"message,omitempty" doc:"For the merchant, in the language of Accept-Language."`
	PayerMessage string `json:"payer_message,omitempty" doc:"For the payer: says less where more would help a thief."`
}

// Payer is who pays.
type Payer struct {
	ID    string `json:"id,omitempty" maxLength:"80" doc:"A customer of Onay."`
	Name  string `json:"name,omitempty" maxLength:"100"`
	Email string `json:"email,omitempty" maxLength:"100"`
	Phone string `json:"phone,omitempty" maxLength:"40"`
}

// Attempt is one try to pay, under an order id of its own.
type Attempt struct {
	ID          string     `json:"id"`
	State       string     `json:"state" enum:"starting,redirected,charging,completing,unknown,approved,declined,failed,reversing,reversed"`
	PosAccount  string     `json:"pos_account"`
	BankOrderID string     `json:"bank_order_id"`
	Model       string     `json:"model" doc:"non_secure, 3d, 3d_pay …"`
	Card        string     `json:"card,omitempty"`
	Decline     *Decline   `json:"decline,omitempty"`
	CreatedAt   time.Time  `json:"created_at"`
	EndedAt     *time.Time `json:"ended_at"`
}

// Operation is a capture, a void or a refund.
type Operation struct {
	ID         string     `json:"id"`
	Kind       string     `json:"kind" enum:"capture,void,refund"`
	Way        string     `json:"way" enum:"capture,void,refund" doc:"What the bank was asked for: a refund before the day's end is a void."`
	Amount     int64      `json:"amount"`
	State      string     `json:"state" enum:"asked,sending,unknown,queued,done,refused" doc:"asked: it waits for a second person."`
	Reason     string     `json:"reason,omitempty"`
	Decline    *Decline   `json:"decline,omitempty"`
	DueAt      *time.Time `json:"due_at,omitempty" doc:"When it is sent, where it waits for the end of the bank's day."`
	CreatedBy  string     `json:"created_by"`
	ApprovedBy string     `json:"approved_by,omitempty" doc:"The second person."`
	CreatedAt  time.Time  `json:"created_at"`
	EndedAt    *time.Time `json:"ended_at"`
}

// NewPayment describes a payment.
type NewPayment struct {
	Amount         int64    `json:"amount" doc:"In minor units (kuruş)."`
	Currency       string   `json:"currency,omitempty" maxLength:"3" doc:"TRY by default."`
	Installments   int      `json:"installments,omitempty" doc:"1 by default."`
	OrderReference string   `json:"order_reference,omitempty" maxLength:"64" doc:"The shop's own. While one payment of an order is paid or at the bank, another is refused."`
	PosAccount     string   `json:"pos_account,omitempty" maxLength:"80" doc:"Chosen by the rules where it is left out."`
	Capture        *bool    `json:"capture,omitempty" doc:"true by default; false holds the amount."`
	Secure3D       string   `json:"secure3d,omitempty" maxLength:"10" doc:"required (default) or off."`
	MOTO           bool     `json:"moto,omitempty" doc:"The payer is on the telephone: no 3-D Secure."`
	Card           *NewCard `json:"card,omitempty" doc:"Left out: the payer types it on the pay page (redirect_url), and it never passes through your program."`
	ReturnURL      string   `json:"return_url,omitempty" maxLength:"500" doc:"Where the payer goes in the end; payment_id and status are added. Ask the API what became of it: the address can be typed by anybody."`
	Customer       *Payer   `json:"customer,omitempty"`
	ClientIP       string   `json:"client_ip,omitempty" maxLength:"45" doc:"The payer's address; several banks demand it."`
	Description    string   `json:"description,omitempty" maxLength:"200"`
	Lang           string   `json:"lang,omitempty" maxLength:"2" doc:"Of the pages: tr (default) or en."`
	ExpiresIn      int      `json:"expires_in,omitempty" doc:"Seconds that the pay page lives; a day by default."`
}

// NewCard is a card for the length of one call: it is not kept.
type NewCard struct {
	Number      string `json:"number" maxLength:"30" writeOnly:"true"`
	Holder      string `json:"holder,omitempty" maxLength:"100" writeOnly:"true"`
	ExpiryMonth int    `json:"expiry_month" writeOnly:"true"`
	ExpiryYear  int    `json:"expiry_year" writeOnly:"true" doc:"Four digits, or two."`
	CVV         string `json:"cvv,omitempty" maxLength:"4" writeOnly:"true"`
}

// PaymentOrder asks for a capture, a void or a refund.
type PaymentOrder struct {
	Amount int64  `json:"amount,omitempty" doc:"In minor units; all that is left by default."`
	Reason string `json:"reason,omitempty" maxLength:"300"`
}

// PaymentDecision is what a person found in the bank's own panel.
type PaymentDecision struct {
	Paid bool   `json:"paid" doc:"It was paid; of a capture, void or refund: it was done."`
	Note string `json:"note" maxLength:"500" doc:"How it is known."`
}

// Exchange is one request to the bank and its answer, without card data and secrets.
type Exchange struct {
	At       time.Time `json:"at"`
	TookMS   int64     `json:"took_ms"`
	About    string    `json:"about" doc:"The attempt or operation."`
	URL      string    `json:"url"`
	Request  string    `json:"request"`
	Status   int       `json:"status"`
	Response string    `json:"response"`
	Error    string    `json:"error,omitempty"`
}

func decline(code pos.Code, bankCode, message, lang string) *Decline {
	if code == "" && bankCode == "" && message == "" {
		return nil
	}
	d := &Decline{Code: string(code), BankCode: bankCode, BankMessage: message}
	if code != "" {
		d.Message, d.PayerMessage = code.Text(lang), code.PayerText(lang)
	}
	return d
}

func (d *door) viewPayment(lang string) func(payment.Payment) Payment {
	return func(p payment.Payment) Payment {
		out := Payment{ID: p.ID, Status: string(p.Status), Amount: p.Amount.Minor, Currency: string(p.Amount.Currency), Installments: max(1, p.Installments), Capture: !p.PreAuth, Secure3D: p.Secure3D, Captured: p.Captured, Refunded: p.Refunded, Surcharge: p.Surcharge, CardBank: p.CardBank,
			OrderReference: p.OrderReference, PosAccount: p.AccountID, Route: p.Route, Test: p.Test, Card: p.CardMasked, CardBrand: p.CardBrand, BankOrderID: p.BankOrderID, AuthCode: p.AuthCode, RRN: p.RRN, ReferenceCode: p.ReferenceCode,
			BatchNumber: p.BatchNumber, ClientIP: p.ClientIP, Description: p.Description, ReturnURL: p.ReturnURL, Source: p.Source, LinkID: p.LinkID, CreatedBy: p.CreatedBy, CreatedAt: p.CreatedAt, PaidAt: when(p.PaidAt), ExpiresAt: when(p.ExpiresAt)}
		if !p.Status.Paid() {
			out.Decline = decline(p.DeclineCode, p.BankCode, p.BankMessage, lang)
		}
		if c := (Payer{p.CustomerID, p.PayerName, p.PayerEmail, p.PayerPhone}); c != (Payer{}) {
			out.Customer = &c
		}
		switch {
		case p.Status == payment.AwaitingBank, p.Hosted && (p.Status == payment.Created || p.Status == payment.Declined || p.Status == payment.Failed):
			out.RedirectURL = d.Payments.PageURL(p)
		}
		return out
	}
}

func viewOperation(o payment.Operation, lang string) Operation {
	out := Operation{ID: o.ID, Kind: o.Kind, Way: o.Way, Amount: o.Amount, State: o.State, Reason: o.Reason, CreatedBy: o.CreatedBy, ApprovedBy: o.ApprovedBy, CreatedAt: o.CreatedAt, EndedAt: when(o.EndedAt)}
	if o.State != payment.OpDone {
		out.Decline = decline(o.Result.Code, o.Result.BankCode, o.Result.Message, lang)
	}
	if o.State == payment.OpQueued {
		out.DueAt = when(o.AskAt)
	}
	return out
}

func viewAttempt(a payment.Attempt, lang string) Attempt {
	out := Attempt{ID: a.ID, State: string(a.State), PosAccount: a.AccountID, BankOrderID: a.OrderID, Model: string(a.Model), Card: a.CardMasked, CreatedAt: a.CreatedAt, EndedAt: when(a.EndedAt)}
	if a.Result.Outcome != pos.Approved {
		out.Decline = decline(a.Result.Code, a.Result.BankCode, a.Result.Message, lang)
	}
	return out
}

var (
	examplePayment = Payment{ID: "pay_01936c2e-7f7a-7c2b-9d56-3b0f6b0a7e21", Status: "captured", Amount: 24990, Currency: "TRY", Installments: 3, Capture: true, Secure3D: "required", Captured: 24990, OrderReference: "S-1042",
		PosAccount: examplePosAccount.ID, Route: "on_us", Card: "435508******4358", CardBrand: "visa", BankOrderID: "K7Q2M9XW4T6BRD3HZ5CE", AuthCode: "621034", RRN: "633014621034", ReferenceCode: "26329PcQF19876", Source: "api",
		CreatedBy: "key_01936c2e-7f7a-7c2b-9d56-3b0f6b0a7e21", CreatedAt: exampleTime, PaidAt: &exampleTime}
	examplePage     = Payment{ID: examplePayment.ID, Status: "created", Amount: 24990, Currency: "TRY", Installments: 1, Capture: true, Secure3D: "required", OrderReference: "S-1042", RedirectURL: "https://onay.example.com/pay/4x2k7m9qwtzrbd3hzxcefg6jna", Source: "api", CreatedBy: examplePayment.CreatedBy, CreatedAt: exampleTime, ExpiresAt: &exampleTime}
	newPaymentCodes = []code{{"invalid_amount", 422}, {"invalid_currency", 422}, {"invalid_installments", 422}, {"invalid_secure3d", 422}, {"invalid_url", 422}, {"invalid_text", 422}, {"out_of_range", 422}, {"card_invalid", 422}, {"card_expired", 422},
		{"card_number_in_text", 422}, {"unknown_pos_account", 422}, {"pos_account_off", 422}, {"not_supported_by_bank", 422}, {"currency_not_taken", 422}, {"installments_not_taken", 422}, {"pre_auth_not_taken", 422}, {"secure3d_not_taken", 422},
		{"card_not_taken", 422}, {"no_pos_account", 409}, {"order_already_paid", 409}, {"payment_in_progress", 409}, {"invalid_phone", 422}}
	orderCodes = []code{missing, {"invalid_state", 409}, {"operation_in_progress", 409}, {"amount_too_high", 422}}
)

// card reads a card; its values are in no error.
func card(in *NewCard) (*pos.Card, error) {
	if in == nil {
		return nil, nil
	}
	c, err := pos.NewCard(in.Number, in.ExpiryMonth, in.ExpiryYear, in.CVV, in.Holder)
	if err == nil {
		return c, nil
	}
	field := map[error]string{pos.ErrCardNumber: "card.number", pos.ErrCardExpiry: "card.expiry_month", pos.ErrCardCVV: "card.cvv"}[err]
	return nil, fault.Field(field, "card_invalid", "Kart bilgileri geçersiz.", "The card's details are not valid.")
}

type paymentFilter struct {
	Page
	Status         string    `query:"status" maxLength:"30"`
	OrderReference string    `query:"order_reference" maxLength:"64"`
	PosAccount     string    `query:"pos_account" maxLength:"80"`
	CustomerID     string    `query:"customer_id" maxLength:"80"`
	LinkID         string    `query:"link_id" maxLength:"80"`
	Query          string    `query:"query" maxLength:"80" doc:"Order reference, order id at the bank, authorization code, RRN, reference code or the last four digits of the card; exactly."`
	From           time.Time `query:"from" doc:"Made at or after."`
	To             time.Time `query:"to" doc:"Made before."`
}

func (f paymentFilter) filter() payment.Filter {
	return payment.Filter{Status: payment.Status(f.Status), OrderReference: f.OrderReference, AccountID: f.PosAccount, CustomerID: f.CustomerID, LinkID: f.LinkID, Search: f.Query, From: f.From, To: f.To, Before: f.Cursor, Limit: f.Limit + 1}
}

// PaymentTotal is the sum of payments of one status and currency.
type PaymentTotal struct {
	Status   string `json:"status"`
	Currency string `json:"currency"`
	Count    int64  `json:"count"`
	Amount   int64  `json:"amount"`
	Captured int64  `json:"captured"`
	Refunded int64  `json:"refunded"`
}

func (d *door) payments() {
	scope, tag := "payments", "Payments"
	handle(d, route{method: "POST", path: "/v1/payments", id: "createPayment", scope: scope, tag: tag, status: 201, summary: "Take a payment",
		doc: "Without `card`, the answer has the address of the pay page. With one, the bank is asked at once: `captured`, `declined` with the reason, `unknown` (the bank did not answer and is being asked; neither charge again nor tell the payer that it failed), " +
			"or `awaiting_3ds` with the address to which the payer has to go. What becomes of it is told by webhooks and by `GET`.",
		codes: newPaymentCodes, answer: examplePage, body: NewPayment{Amount: 24990, OrderReference: "S-1042", ReturnURL: "https://shop.example.com/orders/S-1042", Customer: &Payer{Name: "Ayşe Yılmaz", Email: "ayse@example.com", Phone: "+905551112233"}, ClientIP: "203.0.113.9"}},
		func(ctx context.Context, c *caller, in *struct{ Body NewPayment }) (*answer[Payment], error) {
			b := in.Body
			x, err := card(b.Card)
			if err != nil {
				return nil, err
			}
			n := payment.NewPayment{CompanyID: c.company, Amount: pos.Money{Minor: b.Amount, Currency: pos.Currency(b.Currency)}, Installments: b.Installments, PreAuth: b.Capture != nil && !*b.Capture, MOTO: b.MOTO, Secure3D: b.Secure3D,
				OrderReference: b.OrderReference, AccountID: b.PosAccount, Card: x, ReturnURL: b.ReturnURL, ClientIP: b.ClientIP, Description: b.Description, Lang: b.Lang, Source: "api", Expires: time.Duration(b.ExpiresIn) * time.Second}
			if b.Customer != nil {
				n.CustomerID, n.PayerName, n.PayerEmail, n.PayerPhone = b.Customer.ID, b.Customer.Name, b.Customer.Email, b.Customer.Phone
			}
			p, err := d.Payments.Create(ctx, n)
			return viewed(p, err, d.viewPayment(c.lang))
		},
		func(ctx context.Context, c *caller, _ *struct{ Body NewPayment }, id string) (*answer[Payment], error) {
			return d.payment(ctx, c, id)
		})
	handle(d, route{method: "GET", path: "/v1/payments", id: "listPayments", scope: scope, tag: tag, summary: "List payments", doc: "Newest first.", answer: list[Payment]{Data: []Payment{examplePayment}}},
		func(ctx context.Context, c *caller, in *paymentFilter) (*answer[list[Payment]], error) {
			rows, err := d.Payments.List(ctx, c.company, in.filter())
			if err != nil {
				return nil, err
			}
			return paged(rows, in.Limit, func(p payment.Payment) string { return p.ID }, d.viewPayment(c.lang)), nil
		}, nil)
	handle(d, route{method: "GET", path: "/v1/payment-totals", id: "sumPayments", scope: scope, tag: tag, summary: "Sum up payments", doc: "By status and currency, over the same filter as the list.",
		answer: list[PaymentTotal]{Data: []PaymentTotal{{"captured", "TRY", 12, 299880, 299880, 0}}}},
		func(ctx context.Context, c *caller, in *paymentFilter) (*answer[list[PaymentTotal]], error) {
			rows, err := d.Payments.Totals(ctx, c.company, in.filter())
			if err != nil {
				return nil, err
			}
			return whole(rows, func(t payment.Total) PaymentTotal {
				return PaymentTotal{string(t.Status), string(t.Currency), t.Count, t.Amount, t.Captured, t.Refunded}
			}), nil
		}, nil)
	handle(d, route{method: "GET", path: "/v1/payments/{id}", id: "getPayment", scope: scope, tag: tag, summary: "Read a payment", doc: "With its attempts and operations.", codes: []code{missing}, answer: examplePayment},
		func(ctx context.Context, c *caller, in *IDInput) (*answer[Payment], error) {
			return d.payment(ctx, c, in.ID)
		}, nil)
	handle(d, route{method: "GET", path: "/v1/payments/{id}/events", id: "listPaymentEvents", scope: scope, tag: tag, summary: "Read a payment's history", doc: "Oldest first.", codes: []code{missing}, answer: list[Event]{Data: []Event{exampleEvent}}},
		func(ctx context.Context, c *caller, in *IDInput) (*answer[list[Event]], error) {
			if _, err := d.Payments.Get(ctx, c.company, in.ID); err != nil {
				return nil, err
			}
			rows, err := d.Log.List(ctx, audit.Filter{CompanyID: c.company, ObjectID: in.ID, Limit: 500})
			if err != nil {
				return nil, err
			}
			for i, j := 0, len(rows)-1; i < j; i, j = i+1, j-1 {
				rows[i], rows[j] = rows[j], rows[i]
			}
			return whole(rows, viewEvent), nil
		}, nil)
	handle(d, route{method: "GET", path: "/v1/payments/{id}/exchanges", id: "listPaymentExchanges", scope: scope, tag: tag, summary: "Read what was said with the bank", doc: "Requests and answers, oldest first; card data and secrets are masked.", codes: []code{missing},
		answer: list[Exchange]{Data: []Exchange{{At: exampleTime, TookMS: 412, URL: "https://bank.example/fim/api", Request: "<CC5Request>…</CC5Request>", Status: 200, Response: "<CC5Response>…</CC5Response>"}}}},
		func(ctx context.Context, c *caller, in *IDInput) (*answer[list[Exchange]], error) {
			if _, err := d.Payments.Get(ctx, c.company, in.ID); err != nil {
				return nil, err
			}
			rows, err := d.Payments.Exchanges(ctx, c.company, in.ID)
			if err != nil {
				return nil, err
			}
			return whole(rows, func(x payment.Exchange) Exchange {
				return Exchange{x.At, x.Took.Milliseconds(), x.About, x.URL, x.Request, x.Status, x.Response, x.Error}
			}), nil
		}, nil)
	for _, o := range []struct{ kind, scope, summary, doc string }{
		{payment.Capture, "payments", "Capture a held payment", "In whole, or in part where the bank allows it; once."},
		{payment.Void, "refunds", "Void a payment", "Before the bank's day has ended; afterwards it is refunded."},
		{payment.Refund, "refunds", "Give money back", "In whole or in part. Before the bank's day has ended the whole is voided; a part waits for the end of the day where the bank takes none before (`queued`). Pressed twice, the whole is given back once."},
	} {
		handle(d, route{method: "POST", path: "/v1/payments/{id}/" + o.kind, id: o.kind + "Payment", scope: o.scope, tag: tag, summary: o.summary, doc: o.doc + " The last of `operations` tells what became of it.",
			codes: orderCodes, body: PaymentOrder{Reason: "Müşteri iade etti"}, answer: examplePayment},
			func(ctx context.Context, c *caller, in *struct {
				IDInput
				Body *PaymentOrder
			}) (*answer[Payment], error) {
				if in.Body == nil {
					in.Body = &PaymentOrder{}
				}
				if _, _, err := d.Payments.Operate(ctx, c.company, in.ID, payment.NewOperation{Kind: o.kind, Amount: in.Body.Amount, Reason: in.Body.Reason}); err != nil {
					return nil, err
				}
				return d.payment(ctx, c, in.ID)
			},
			func(ctx context.Context, c *caller, in *struct {
				IDInput
				Body *PaymentOrder
			}, _ string) (*answer[Payment], error) {
				return d.payment(ctx, c, in.ID)
			})
	}
	handle(d, route{method: "POST", path: "/v1/payments/{id}/resolve", id: "resolvePayment", scope: "refunds", tag: tag, summary: "Decide what the bank does not say", doc: "For a payment, capture, void or refund that is `unknown`: somebody looked at the bank's own panel.",
		codes: []code{missing, {"not_unknown", 409}, {"note_missing", 422}}, body: PaymentDecision{Paid: true, Note: "Bankanın panelinde görüldü"}, answer: examplePayment},
		func(ctx context.Context, c *caller, in *struct {
			IDInput
			Body PaymentDecision
		}) (*answer[Payment], error) {
			p, err := d.Payments.Resolve(ctx, c.company, in.ID, in.Body.Paid, in.Body.Note)
			return viewed(p, err, d.viewPayment(c.lang))
		}, nil)
}

// RefundDecision is a second person's word.
type RefundDecision struct {
	Approve bool `json:"approve"`
}

// Simulation asks what other rules would have done.
type Simulation struct {
	Order []string `json:"order" nullable:"false" maxItems:"4"`
	Days  int      `json:"days,omitempty" doc:"30 by default, 365 at most."`
}

// SimulatedAccount is what was paid over an account, and what would have been.
type SimulatedAccount struct {
	PosAccount string       `json:"pos_account"`
	Was        SimulatedSum `json:"was"`
	Now        SimulatedSum `json:"now" doc:"With the order that was asked about."`
}

// SimulatedSum counts payments.
type SimulatedSum struct {
	Count int64 `json:"count"`
	Sum   int64 `json:"sum" doc:"In minor units."`
	Cost  int64 `json:"cost" doc:"What the banks keep by the contracts, in minor units."`
}

// PaymentStats are what became of the attempts of a time.
type PaymentStats struct {
	Accounts []AccountStats `json:"accounts" nullable:"false"`
	Reasons  []ReasonStats  `json:"reasons" nullable:"false" doc:"Of what was declined or failed, the most frequent first."`
	Hours    []HourStats    `json:"hours" nullable:"false" doc:"24, of the day in Istanbul."`
}

// AccountStats count an account's attempts.
type AccountStats struct {
	PosAccount    string `json:"pos_account"`
	Approved      int64  `json:"approved"`
	Declined      int64  `json:"declined"`
	Failed        int64  `json:"failed"`
	Unknown       int64  `json:"unknown"`
	Left          int64  `json:"left" doc:"At the bank's page, or not come back from it."`
	Secure3D      int64  `json:"secure3d" doc:"Went through 3-D Secure."`
	Authenticated int64  `json:"authenticated" doc:"Of them: authenticated."`
}

// ReasonStats count a reason.
type ReasonStats struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Count   int64  `json:"count"`
}

// HourStats count an hour of the day.
type HourStats struct {
	Approved int64 `json:"approved"`
	Declined int64 `json:"declined"`
}

func viewStats(s payment.Stats, lang string) PaymentStats {
	out := PaymentStats{Accounts: []AccountStats{}, Reasons: []ReasonStats{}}
	for _, a := range s.Accounts {
		out.Accounts = append(out.Accounts, AccountStats{a.AccountID, a.Approved, a.Declined, a.Failed, a.Unknown, a.Left, a.Secure, a.Passed})
	}
	for _, r := range s.Reasons {
		out.Reasons = append(out.Reasons, ReasonStats{string(r.Code), r.Code.Text(lang), r.Count})
	}
	for _, h := range s.Hours {
		out.Hours = append(out.Hours, HourStats(h))
	}
	return out
}

func (d *door) paymentRules() {
	handle(d, route{method: "GET", path: "/v1/payment-stats", id: "getPaymentStats", scope: "payments", tag: "Payments", summary: "Count what became of attempts", doc: "By account, by reason, and by hour of the day; the last 24 hours by default.",
		answer: PaymentStats{Accounts: []AccountStats{{examplePosAccount.ID, 120, 14, 2, 0, 9, 130, 121}}, Reasons: []ReasonStats{{"insufficient_funds", "Yetersiz bakiye", 9}}, Hours: []HourStats{}}},
		func(ctx context.Context, c *caller, in *struct {
			From time.Time `query:"from"`
			To   time.Time `query:"to"`
		}) (*answer[PaymentStats], error) {
			if in.To.IsZero() {
				in.To = d.Clock.Now().Add(time.Second)
			}
			if in.From.IsZero() {
				in.From = in.To.Add(-24 * time.Hour)
			}
			s, err := d.Payments.Stats(ctx, c.company, in.From, in.To)
			return viewed(s, err, func(s payment.Stats) PaymentStats { return viewStats(s, c.lang) })
		}, nil)
	scope, tag := "settings", "Payments"
	example := payment.DefaultRules()
	codes := []code{{"invalid_order", 422}, {"out_of_range", 422}}
	handle(d, route{method: "GET", path: "/v1/payment-rules", id: "getPaymentRules", scope: scope, tag: tag, summary: "Read the rules of payments", doc: "How an account is chosen, where cards are typed, who approves refunds.", answer: example},
		func(ctx context.Context, c *caller, _ *struct{}) (*answer[payment.Rules], error) {
			r, err := d.Payments.Rules(ctx, c.company)
			return viewed(r, err, func(r payment.Rules) payment.Rules { return r })
		}, nil)
	handle(d, route{method: "PUT", path: "/v1/payment-rules", id: "putPaymentRules", scope: scope, tag: tag, summary: "Replace the rules of payments", doc: "They take effect at once.", codes: codes, body: example, answer: example},
		func(ctx context.Context, c *caller, in *struct{ Body payment.Rules }) (*answer[payment.Rules], error) {
			r, err := d.Payments.SetRules(ctx, c.company, in.Body)
			return viewed(r, err, func(r payment.Rules) payment.Rules { return r })
		}, nil)
	handle(d, route{method: "POST", path: "/v1/payment-rules/simulate", id: "simulatePaymentRules", scope: scope, tag: tag, summary: "Try other rules on past payments", doc: "Changes nothing: which account would have taken what, at what cost by the contracts?", codes: codes,
		body: Simulation{Order: []string{"cost", "priority"}, Days: 30}, answer: list[SimulatedAccount]{Data: []SimulatedAccount{{examplePosAccount.ID, SimulatedSum{120, 2998800, 59976}, SimulatedSum{80, 1999200, 35985}}}}},
		func(ctx context.Context, c *caller, in *struct{ Body Simulation }) (*answer[list[SimulatedAccount]], error) {
			days := min(max(in.Body.Days, 0), 365)
			if days == 0 {
				days = 30
			}
			rows, err := d.Payments.Simulate(ctx, c.company, in.Body.Order, days)
			if err != nil {
				return nil, err
			}
			return whole(rows, func(s payment.Simulated) SimulatedAccount {
				return SimulatedAccount{s.AccountID, SimulatedSum(s.Was), SimulatedSum(s.Now)}
			}), nil
		}, nil)
	handle(d, route{method: "POST", path: "/v1/payments/{id}/operations/{operation}/decide", id: "decideRefund", scope: "refunds", tag: tag, summary: "Approve or reject a refund", doc: "For a refund that waits for a second person (`asked`). Whoever asked for it cannot approve it.",
		codes: []code{missing, {"invalid_state", 409}, {"second_person_needed", 403}}, body: RefundDecision{Approve: true}, answer: examplePayment},
		func(ctx context.Context, c *caller, in *struct {
			IDInput
			Operation string `path:"operation" maxLength:"80"`
			Body      RefundDecision
		}) (*answer[Payment], error) {
			if _, _, err := d.Payments.Approve(ctx, c.company, in.ID, in.Operation, in.Body.Approve); err != nil {
				return nil, err
			}
			return d.payment(ctx, c, in.ID)
		}, nil)
}

func (d *door) payment(ctx context.Context, c *caller, id string) (*answer[Payment], error) {
	p, err := d.Payments.Get(ctx, c.company, id)
	if err != nil {
		return nil, err
	}
	out := d.viewPayment(c.lang)(p)
	ops, err := d.Payments.Operations(ctx, c.company, id)
	if err != nil {
		return nil, err
	}
	for _, o := range ops {
		out.Operations = append(out.Operations, viewOperation(o, c.lang))
	}
	attempts, err := d.Payments.Attempts(ctx, c.company, id)
	for _, a := range attempts {
		out.Attempts = append(out.Attempts, viewAttempt(a, c.lang))
	}
	return reply(out), err
}
