package api

import (
	"context"
	"time"

	"github.com/onay/onay/internal/message"
	"github.com/onay/onay/internal/phone"
	"github.com/onay/onay/internal/verification"
)

// Verification is a verification as the API shows it. It never holds the code.
type Verification struct {
	ID           string            `json:"id"`
	Phone        string            `json:"phone" doc:"E.164."`
	Purpose      string            `json:"purpose" enum:"verify_phone,login,payment,order"`
	Status       string            `json:"status" enum:"pending,approved,denied,expired,canceled"`
	ExpiresAt    time.Time         `json:"expires_at"`
	AttemptsLeft int               `json:"attempts_left" doc:"Codes that may still be tried."`
	SendsLeft    int               `json:"sends_left" doc:"Times that the code may still be sent again."`
	ResendAfter  time.Time         `json:"resend_after" doc:"From when the code may be sent again."`
	CreatedAt    time.Time         `json:"created_at"`
	EndedAt      *time.Time        `json:"ended_at,omitempty"`
	CustomerID   string            `json:"customer_id,omitempty"`
	EntryPoint   string            `json:"entry_point,omitempty"`
	Amount       int64             `json:"amount,omitempty" doc:"Kuruş."`
	Currency     string            `json:"currency,omitempty"`
	Payee        string            `json:"payee,omitempty"`
	Metadata     map[string]string `json:"metadata,omitempty"`
	Message      *SentMessage      `json:"message,omitempty" doc:"The newest message of the verification; left out of lists."`
}

// SentMessage is how the SMS of a verification fares.
type SentMessage struct {
	ID        string `json:"id"`
	Status    string `json:"status"`
	ErrorCode string `json:"error_code,omitempty" doc:"Of the provider."`
	Error     string `json:"error,omitempty" doc:"What the provider's code means, in Turkish."`
}

func viewVerification(v verification.Verification) Verification {
	return Verification{ID: v.ID, Phone: v.Phone, Purpose: string(v.Purpose), Status: string(v.Status), ExpiresAt: v.ExpiresAt, AttemptsLeft: v.AttemptsLeft(),
		SendsLeft: max(v.MaxSends-v.Sends, 0), ResendAfter: v.ResendAfter, CreatedAt: v.CreatedAt, EndedAt: when(v.EndedAt), CustomerID: v.CustomerID,
		EntryPoint: v.EntryPoint, Amount: v.Amount, Currency: v.Currency, Payee: v.Payee, Metadata: v.Metadata}
}

func withMessage(v verification.Verification, m message.Message) Verification {
	out := viewVerification(v)
	out.Message = &SentMessage{ID: m.ID, Status: string(m.Status), ErrorCode: m.ErrorCode, Error: m.ErrorText}
	return out
}

// when leaves out the zero time.
func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// StartBody asks for a verification.
type StartBody struct {
	Phone      string            `json:"phone" maxLength:"40" doc:"Mobile number; 0555…, 555…, 90555… are read too."`
	Purpose    string            `json:"purpose,omitempty" maxLength:"40" doc:"verify_phone (default): the phone is theirs, nothing more; login; payment and order: bound to amount and payee."`
	Channel    string            `json:"channel,omitempty" maxLength:"20" doc:"sms (default)."`
	Locale     string            `json:"locale,omitempty" maxLength:"10" doc:"Language of the text: tr (default) or en."`
	CustomerID string            `json:"customer_id,omitempty" maxLength:"80"`
	EntryPoint string            `json:"entry_point,omitempty" maxLength:"40" doc:"customer_card, store_sale or service_form."`
	ClientIP   string            `json:"client_ip,omitempty" maxLength:"60" doc:"Address of the end user, for limits."`
	UserAgent  string            `json:"user_agent,omitempty" maxLength:"500"`
	LimitKey   string            `json:"limit_key,omitempty" maxLength:"100" doc:"Your own key for limits: a user, a device, a basket."`
	AppHash    string            `json:"app_hash,omitempty" maxLength:"20" doc:"11 characters, for Android's SMS Retriever."`
	Amount     int64             `json:"amount,omitempty" doc:"Kuruş; for payment and order."`
	Currency   string            `json:"currency,omitempty" maxLength:"3" doc:"TRY (default)."`
	Payee      string            `json:"payee,omitempty" maxLength:"30" doc:"Who is paid; the company's name by default."`
	Metadata   map[string]string `json:"metadata,omitempty" doc:"At most 20 entries of yours, given back as they are."`
}

// CheckBody carries a code that a person typed.
type CheckBody struct {
	Code   string `json:"code" maxLength:"40" doc:"Blanks and dashes are ignored."`
	Amount int64  `json:"amount,omitempty" doc:"Kuruş; refuses a code that was sent for another amount."`
	Payee  string `json:"payee,omitempty" maxLength:"30" doc:"Refuses a code that was sent for another payee."`
}

// CheckAnswer says whether the code was right.
type CheckAnswer struct {
	Approved     bool   `json:"approved"`
	Status       string `json:"status" enum:"pending,approved,denied,expired,canceled"`
	AttemptsLeft int    `json:"attempts_left"`
}

// CancelBody may say why.
type CancelBody struct {
	Reason string `json:"reason,omitempty" maxLength:"200"`
}

type verificationInput = struct {
	Page
	Phone  string `query:"phone" maxLength:"40" doc:"Only of this phone."`
	Status string `query:"status" enum:"pending,approved,denied,expired,canceled" doc:"Only in this state."`
}

var (
	exampleTime         = time.Date(2026, 11, 25, 9, 30, 0, 0, time.UTC)
	exampleVerification = Verification{ID: "ver_01936c2e-7f7a-7c2b-9d56-0f5a2f1f0c11", Phone: "+905551112233", Purpose: "verify_phone", Status: "pending",
		ExpiresAt: exampleTime.Add(3 * time.Minute), AttemptsLeft: 3, SendsLeft: 2, ResendAfter: exampleTime.Add(time.Minute), CreatedAt: exampleTime,
		Message: &SentMessage{ID: "msg_01936c2e-7f7a-7c2b-9d56-1d0f6b0a7e21", Status: "sent"}}
	phoneCodes = []code{{"invalid_phone", 422}, {"not_mobile", 422}}
	missing    = code{"not_found", 404}
)

func (d *door) verifications() {
	scope, tag := "verifications", "Verifications"
	handle(d, route{method: "POST", path: "/v1/verifications", id: "startVerification", scope: scope, tag: tag, status: 201, summary: "Send a code",
		doc: "Makes a code, sends it by SMS and answers at once. `message.status` tells how the hand-over went: `sent`, or `queued` where the provider failed and the program goes on trying until the code ends.",
		codes: append([]code{{"country_not_allowed", 422}, {"unknown_purpose", 422}, {"unknown_channel", 422}, {"unknown_locale", 422}, {"amount_required", 422}, {"amount_not_allowed", 422},
			{"unknown_entry_point", 422}, {"unknown_currency", 422}, {"invalid_app_hash", 422}, {"invalid_ip", 422}, {"invalid_text", 422}, {"too_long", 422}, {"prefix_blocked", 429}, {"ip_limit", 429}, {"limit_key_limit", 429},
			{"phone_limit", 429}, {"phone_locked", 429}, {"key_limit", 429}, {"company_limit", 429}}, phoneCodes...),
		body: StartBody{Phone: "0555 111 22 33", Purpose: "verify_phone", EntryPoint: "customer_card", ClientIP: "203.0.113.7"}, answer: exampleVerification},
		func(ctx context.Context, c *caller, in *struct{ Body StartBody }) (*answer[Verification], error) {
			b := in.Body
			v, m, err := d.Verifications.Start(ctx, c.company, verification.Request{Phone: b.Phone, Purpose: verification.Purpose(b.Purpose), Channel: b.Channel, Locale: b.Locale,
				CustomerID: b.CustomerID, EntryPoint: b.EntryPoint, ClientIP: b.ClientIP, UserAgent: b.UserAgent, LimitKey: b.LimitKey, AppHash: b.AppHash,
				Amount: b.Amount, Currency: b.Currency, Payee: b.Payee, Metadata: b.Metadata})
			if err != nil {
				return nil, err
			}
			return reply(withMessage(v, m)), nil
		},
		func(ctx context.Context, c *caller, _ *struct{ Body StartBody }, id string) (*answer[Verification], error) {
			return d.verification(ctx, c, id)
		})
	handle(d, route{method: "GET", path: "/v1/verifications", id: "listVerifications", scope: scope, tag: tag, summary: "List verifications",
		doc: "Newest first.", codes: phoneCodes, answer: list[Verification]{Data: []Verification{exampleVerification}}},
		func(ctx context.Context, c *caller, in *verificationInput) (*answer[list[Verification]], error) {
			number, err := optionalPhone(in.Phone)
			if err != nil {
				return nil, err
			}
			rows, err := d.Verifications.List(ctx, c.company, number, verification.Status(in.Status), in.Cursor, in.Limit+1)
			if err != nil {
				return nil, err
			}
			return paged(rows, in.Limit, func(v verification.Verification) string { return v.ID }, viewVerification), nil
		}, nil)
	handle(d, route{method: "GET", path: "/v1/verifications/{id}", id: "getVerification", scope: scope, tag: tag, summary: "Read a verification",
		doc: "A finished one stays readable.", codes: []code{missing}, answer: exampleVerification},
		func(ctx context.Context, c *caller, in *IDInput) (*answer[Verification], error) {
			return d.verification(ctx, c, in.ID)
		}, nil)
	handle(d, route{method: "POST", path: "/v1/verifications/{id}/check", id: "checkVerification", scope: scope, tag: tag, summary: "Check a code",
		doc:   "Compares a code. Each call uses up an attempt, counted before the comparison; a finished verification answers its state and `approved: false`. The right code approves once: a second check of it answers `approved: false` with the status `approved`.",
		codes: []code{missing, {"invalid_code", 422}, {"binding_mismatch", 409}}, body: CheckBody{Code: "123456"}, answer: CheckAnswer{Approved: true, Status: "approved", AttemptsLeft: 2}},
		func(ctx context.Context, c *caller, in *checkInput) (*answer[CheckAnswer], error) {
			v, right, err := d.Verifications.Check(ctx, c.company, in.ID, in.Body.Code, verification.Binding{Amount: in.Body.Amount, Payee: in.Body.Payee})
			if err != nil {
				return nil, err
			}
			return reply(CheckAnswer{Approved: right, Status: string(v.Status), AttemptsLeft: v.AttemptsLeft()}), nil
		},
		func(ctx context.Context, c *caller, _ *checkInput, id string) (*answer[CheckAnswer], error) {
			v, err := d.Verifications.Get(ctx, c.company, id)
			if err != nil {
				return nil, err
			}
			return reply(CheckAnswer{Approved: v.Status == verification.Approved, Status: string(v.Status), AttemptsLeft: v.AttemptsLeft()}), nil
		})
	handle(d, route{method: "POST", path: "/v1/verifications/{id}/resend", id: "resendVerification", scope: scope, tag: tag, summary: "Send the same code again",
		doc:   "Sends the same code, since the first SMS may still arrive, in a text that differs.",
		codes: []code{missing, {"verification_ended", 409}, {"sends_used_up", 409}, {"resend_too_soon", 429}}, answer: exampleVerification},
		func(ctx context.Context, c *caller, in *IDInput) (*answer[Verification], error) {
			v, m, err := d.Verifications.Resend(ctx, c.company, in.ID)
			if err != nil {
				return nil, err
			}
			return reply(withMessage(v, m)), nil
		},
		func(ctx context.Context, c *caller, _ *IDInput, id string) (*answer[Verification], error) {
			return d.verification(ctx, c, id)
		})
	handle(d, route{method: "POST", path: "/v1/verifications/{id}/cancel", id: "cancelVerification", scope: scope, tag: tag, summary: "Cancel a verification",
		doc: "Ends a pending verification; one that has ended stays as it is.", codes: []code{missing}, body: CancelBody{Reason: "the customer left"},
		answer: func() Verification {
			v := exampleVerification
			v.Status, v.EndedAt = "canceled", &exampleTime
			return v
		}()},
		func(ctx context.Context, c *caller, in *cancelInput) (*answer[Verification], error) {
			reason := ""
			if in.Body != nil {
				reason = in.Body.Reason
			}
			v, err := d.Verifications.Cancel(ctx, c.company, in.ID, reason)
			if err != nil {
				return nil, err
			}
			return reply(viewVerification(v)), nil
		}, nil)
}

type checkInput struct {
	IDInput
	Body CheckBody
}

type cancelInput struct {
	IDInput
	Body *CancelBody `required:"false"`
}

// verification reads one with its newest message.
func (d *door) verification(ctx context.Context, c *caller, id string) (*answer[Verification], error) {
	v, err := d.Verifications.Get(ctx, c.company, id)
	if err != nil {
		return nil, err
	}
	sent, err := d.Messages.OfOwner(ctx, c.company, id)
	if err != nil {
		return nil, err
	}
	if len(sent) == 0 {
		return reply(viewVerification(v)), nil
	}
	return reply(withMessage(v, sent[len(sent)-1])), nil
}

// optionalPhone reads a phone that narrows a list.
func optionalPhone(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	number, _, err := phone.Parse(s)
	return number, err
}
