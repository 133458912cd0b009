package api

import (
	"context"
	"errors"
	"time"

	"github.com/onay/onay/internal/message"
	"github.com/onay/onay/sms"
)

// ProviderAccount is an account at an SMS provider. Its password is written and never read.
type ProviderAccount struct {
	ID        string    `json:"id"`
	Provider  string    `json:"provider" enum:"netgsm,postaguvercini,iletimerkezi,verimor,mutlucell"`
	Name      string    `json:"name"`
	BaseURL   string    `json:"base_url,omitempty" doc:"Empty: the provider's own."`
	Transport string    `json:"transport" enum:"rest,xml"`
	Username  string    `json:"username"`
	Header    string    `json:"header" doc:"Sender header (SMS başlığı)."`
	Priority  int       `json:"priority" doc:"Lower is tried first."`
	PerMinute int       `json:"per_minute" doc:"Codes a minute; 0: no limit."`
	Status    string    `json:"status" enum:"on,drain,off" doc:"drain: nothing new, reports go on."`
	CreatedAt time.Time `json:"created_at"`
}

// NewProviderAccount describes an account to add.
type NewProviderAccount struct {
	Provider  string `json:"provider,omitempty" maxLength:"40" doc:"netgsm (default), postaguvercini, iletimerkezi, verimor or mutlucell."`
	Name      string `json:"name" maxLength:"80"`
	BaseURL   string `json:"base_url,omitempty" maxLength:"200"`
	Transport string `json:"transport,omitempty" maxLength:"10" doc:"rest (default) or xml."`
	Username  string `json:"username" maxLength:"100" doc:"Subscriber number (abone numarası)."`
	Password  string `json:"password" maxLength:"200" writeOnly:"true" doc:"Of the API sub-user."`
	Header    string `json:"header" maxLength:"11"`
	Priority  int    `json:"priority,omitempty"`
	PerMinute *int   `json:"per_minute,omitempty" doc:"100 by default, what one Netgsm account carries."`
	Status    string `json:"status,omitempty" maxLength:"10" doc:"on (default), drain or off."`
}

// ProviderAccountChange holds the fields to change; those left out stay as they are.
type ProviderAccountChange struct {
	Name      *string `json:"name,omitempty" maxLength:"80"`
	BaseURL   *string `json:"base_url,omitempty" maxLength:"200"`
	Transport *string `json:"transport,omitempty" maxLength:"10"`
	Username  *string `json:"username,omitempty" maxLength:"100"`
	Password  *string `json:"password,omitempty" maxLength:"200" writeOnly:"true"`
	Header    *string `json:"header,omitempty" maxLength:"11"`
	Priority  *int    `json:"priority,omitempty"`
	PerMinute *int    `json:"per_minute,omitempty"`
	Status    *string `json:"status,omitempty" maxLength:"10"`
}

// ProbeAnswer is what a provider said to a question that sends nothing.
type ProbeAnswer struct {
	OK      bool     `json:"ok"`
	Headers []string `json:"headers" nullable:"false" doc:"Sender headers that are approved."`
	Balance string   `json:"balance,omitempty" doc:"As the provider writes it."`
	Code    string   `json:"code,omitempty" doc:"The provider's code, where it refused."`
	Error   string   `json:"error,omitempty" doc:"What that means, in the language of Accept-Language."`
}

func viewAccount(a message.Account) ProviderAccount {
	return ProviderAccount{ID: a.ID, Provider: a.Provider, Name: a.Name, BaseURL: a.BaseURL, Transport: a.Transport, Username: a.Username, Header: a.Header, Priority: a.Priority,
		PerMinute: a.PerMinute, Status: a.Status, CreatedAt: a.CreatedAt}
}

// set changes what is given.
func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

func (ch ProviderAccountChange) apply(a *message.Account) {
	set(&a.Name, ch.Name)
	set(&a.BaseURL, ch.BaseURL)
	set(&a.Transport, ch.Transport)
	set(&a.Username, ch.Username)
	set(&a.Secret, ch.Password)
	set(&a.Header, ch.Header)
	set(&a.Priority, ch.Priority)
	set(&a.PerMinute, ch.PerMinute)
	set(&a.Status, ch.Status)
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

var (
	exampleAccount = ProviderAccount{ID: "acc_01936c2e-7f7a-7c2b-9d56-3b0f6b0a7e21", Provider: "netgsm", Name: "Netgsm", Transport: "rest", Username: "8501112233", Header: "MAGAZA",
		PerMinute: 100, Status: "on", CreatedAt: exampleTime}
	accountCodes = []code{{"unknown_provider", 422}, {"invalid_name", 422}, {"invalid_username", 422}, {"invalid_password", 422}, {"invalid_header", 422}, {"invalid_transport", 422},
		{"invalid_status", 422}, {"invalid_url", 422}, {"out_of_range", 422}}
)

type changeAccountInput struct {
	IDInput
	Body ProviderAccountChange
}

func (d *door) accounts() {
	scope, tag := "settings", "Provider accounts"
	handle(d, route{method: "GET", path: "/v1/provider-accounts", id: "listProviderAccounts", scope: scope, tag: tag, summary: "List provider accounts", doc: "In the order in which they are tried, without passwords.",
		answer: list[ProviderAccount]{Data: []ProviderAccount{exampleAccount}}},
		func(ctx context.Context, c *caller, _ *struct{}) (*answer[list[ProviderAccount]], error) {
			rows, err := d.Messages.Accounts(ctx, c.company)
			if err != nil {
				return nil, err
			}
			return whole(rows, viewAccount), nil
		}, nil)
	handle(d, route{method: "POST", path: "/v1/provider-accounts", id: "createProviderAccount", scope: scope, tag: tag, status: 201, summary: "Add a provider account", doc: "It takes effect at once.",
		codes: accountCodes, body: NewProviderAccount{Name: "Netgsm", Username: "8501112233", Password: "••••••••", Header: "MAGAZA"}, answer: exampleAccount},
		func(ctx context.Context, c *caller, in *struct{ Body NewProviderAccount }) (*answer[ProviderAccount], error) {
			b := in.Body
			p, _ := message.ProviderOf(or(b.Provider, "netgsm"))
			perMinute := p.PerMinute
			set(&perMinute, b.PerMinute)
			a, err := d.Messages.CreateAccount(ctx, message.Account{CompanyID: c.company, Provider: or(b.Provider, "netgsm"), Name: b.Name, BaseURL: b.BaseURL, Transport: b.Transport,
				Username: b.Username, Secret: b.Password, Header: b.Header, Priority: b.Priority, PerMinute: perMinute, Status: or(b.Status, "on")})
			return viewed(a, err, viewAccount)
		}, nil)
	handle(d, route{method: "PATCH", path: "/v1/provider-accounts/{id}", id: "updateProviderAccount", scope: scope, tag: tag, summary: "Change a provider account",
		doc: "Fields that are left out stay as they are, an empty password too.", codes: append([]code{missing}, accountCodes...), body: ProviderAccountChange{Status: ptr("drain")}, answer: exampleAccount},
		func(ctx context.Context, c *caller, in *changeAccountInput) (*answer[ProviderAccount], error) {
			a, err := d.Messages.UpdateAccount(ctx, c.company, in.ID, in.Body.apply)
			return viewed(a, err, viewAccount)
		}, nil)
	handle(d, route{method: "POST", path: "/v1/provider-accounts/{id}/probe", id: "probeProviderAccount", scope: scope, tag: tag, summary: "Try a provider account",
		doc: "Logs in and reads headers and credit; sends nothing.", codes: []code{missing}, answer: ProbeAnswer{OK: true, Headers: []string{"MAGAZA"}, Balance: "1042"}},
		func(ctx context.Context, c *caller, in *IDInput) (*answer[ProbeAnswer], error) {
			p, err := d.Messages.Probe(ctx, c.company, in.ID)
			if err != nil {
				return nil, err
			}
			out := ProbeAnswer{OK: p.Err == nil, Headers: append([]string{}, p.Headers...), Balance: p.Balance}
			if p.Err != nil {
				out.Code, out.Error = explain(p.Err, c.lang)
			}
			return reply(out), nil
		}, nil)
}

// explain tells a person what a provider's refusal means, without what only the program understands.
func explain(err error, lang string) (code, text string) {
	if e := (*sms.Error)(nil); errors.As(err, &e) {
		return e.Code, e.Explain(lang)
	}
	if lang == "en" {
		return "unreachable", "The provider cannot be reached."
	}
	return "unreachable", "Sağlayıcıya ulaşılamıyor."
}
