package api

import (
	"context"
	"time"

	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/verification"
)

// Template is the text in force for a purpose and language.
type Template struct {
	ID        string     `json:"id"`
	Purpose   string     `json:"purpose" enum:"verify_phone,login,payment,order"`
	Locale    string     `json:"locale" enum:"tr,en"`
	Revision  int        `json:"revision" doc:"0: built in."`
	Body      string     `json:"body" doc:"With {code}, {payee}, {amount}, {minutes}; the sentence “do not share” is added to every text."`
	CreatedBy string     `json:"created_by,omitempty"`
	CreatedAt *time.Time `json:"created_at,omitempty"`
}

// NewTemplate is a text to put in force.
type NewTemplate struct {
	Purpose string `json:"purpose" maxLength:"40"`
	Locale  string `json:"locale" maxLength:"10"`
	Body    string `json:"body" maxLength:"500"`
}

func viewTemplate(t verification.Template) Template {
	return Template{ID: t.ID, Purpose: string(t.Purpose), Locale: t.Locale, Revision: t.Revision, Body: t.Body, CreatedBy: t.CreatedBy, CreatedAt: when(t.CreatedAt)}
}

// Key is an API key without its text.
type Key struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Hint      string     `json:"hint" doc:"First characters."`
	Scopes    []string   `json:"scopes" nullable:"false"`
	Networks  []string   `json:"networks" nullable:"false" doc:"Addresses it may be used from; empty: any."`
	CreatedBy string     `json:"created_by"`
	CreatedAt time.Time  `json:"created_at"`
	ExpiresAt *time.Time `json:"expires_at,omitempty"`
	RevokedAt *time.Time `json:"revoked_at,omitempty"`
	UsedAt    *time.Time `json:"used_at,omitempty" doc:"Last use, to the hour."`
}

// MadeKey is a new key with its text, which is shown this once.
type MadeKey struct {
	Key
	Text string `json:"key" doc:"Shown this once; empty in the answer to a repeated request."`
}

// NewKey describes a key to make.
type NewKey struct {
	Name      string     `json:"name" maxLength:"80"`
	Scopes    []string   `json:"scopes" maxItems:"10" nullable:"false" doc:"verifications, messages, customers, webhooks, events, settings, or * for all; none that the calling key has not."`
	Networks  []string   `json:"networks,omitempty" maxItems:"50" doc:"CIDR; empty: any."`
	ExpiresAt *time.Time `json:"expires_at,omitempty"`
}

func viewKey(k company.APIKey) Key {
	return Key{ID: k.ID, Name: k.Name, Hint: k.Hint, Scopes: append([]string{}, k.Scopes...), Networks: append([]string{}, k.Networks...), CreatedBy: k.CreatedBy, CreatedAt: k.CreatedAt,
		ExpiresAt: when(k.ExpiresAt), RevokedAt: when(k.RevokedAt), UsedAt: when(k.UsedAt)}
}

var (
	exampleTemplate = Template{ID: "tpl_01936c2e-7f7a-7c2b-9d56-3b0f6b0a7e21", Purpose: "verify_phone", Locale: "tr", Revision: 1, Body: "{payee} kodunuz: {code}. {minutes} dk geçerli.",
		CreatedBy: "usr_01936c2e-7f7a-7c2b-9d56-3b0f6b0a7e21", CreatedAt: &exampleTime}
	exampleKey = Key{ID: "key_01936c2e-7f7a-7c2b-9d56-3b0f6b0a7e21", Name: "ERP", Hint: "onay_live_Xk3w", Scopes: []string{"verifications", "customers"}, Networks: []string{"203.0.113.0/24"},
		CreatedBy: "usr_01936c2e-7f7a-7c2b-9d56-3b0f6b0a7e21", CreatedAt: exampleTime}
	exampleSettings = func() company.Settings { s := company.DefaultSettings(); s.Payee = "Örnek Mağaza"; return s }()
)

func (d *door) settings() {
	scope, tag := "settings", "Settings"
	handle(d, route{method: "GET", path: "/v1/settings", id: "getSettings", scope: scope, tag: tag, summary: "Read the settings", doc: "The system parameters of the company.", answer: exampleSettings},
		func(ctx context.Context, c *caller, _ *struct{}) (*answer[company.Settings], error) {
			co, err := d.Companies.Get(ctx, c.company)
			return viewed(co, err, func(co company.Company) company.Settings { return co.Settings })
		}, nil)
	handle(d, route{method: "PUT", path: "/v1/settings", id: "putSettings", scope: scope, tag: tag, summary: "Replace the settings", doc: "All of them; they take effect at once.",
		codes: []code{{"out_of_range", 422}, {"invalid_entry_point", 422}, {"invalid_country", 422}, {"invalid_host", 422}, {"invalid_mode", 422}, {"invalid_iys_number", 422}, {"invalid_payee", 422}},
		body:  exampleSettings, answer: exampleSettings},
		func(ctx context.Context, c *caller, in *struct{ Body company.Settings }) (*answer[company.Settings], error) {
			co, err := d.Companies.SetSettings(ctx, c.company, in.Body)
			return viewed(co, err, func(co company.Company) company.Settings { return co.Settings })
		}, nil)
	handle(d, route{method: "GET", path: "/v1/templates", id: "listTemplates", scope: scope, tag: tag, summary: "List the texts of codes", doc: "The text in force for each purpose and language.",
		answer: list[Template]{Data: []Template{exampleTemplate}}},
		func(ctx context.Context, c *caller, _ *struct{}) (*answer[list[Template]], error) {
			rows, err := d.Verifications.Templates(ctx, c.company)
			if err != nil {
				return nil, err
			}
			return whole(rows, viewTemplate), nil
		}, nil)
	handle(d, route{method: "POST", path: "/v1/templates", id: "saveTemplate", scope: scope, tag: tag, status: 201, summary: "Change the text of codes",
		doc: "Makes a new revision; verifications that have begun keep theirs.", body: NewTemplate{"verify_phone", "tr", exampleTemplate.Body}, answer: exampleTemplate,
		codes: []code{{"unknown_purpose", 422}, {"code_placeholder", 422}, {"unknown_placeholder", 422}, {"amount_not_allowed", 422}, {"binding_required", 422}, {"one_line", 422}, {"link", 422},
			{"other_digits", 422}, {"commercial", 422}, {"too_long", 422}}},
		func(ctx context.Context, c *caller, in *struct{ Body NewTemplate }) (*answer[Template], error) {
			t, err := d.Verifications.SaveTemplate(ctx, c.company, verification.Purpose(in.Body.Purpose), in.Body.Locale, in.Body.Body)
			return viewed(t, err, viewTemplate)
		}, nil)
	d.keys(scope, tag)
}

func (d *door) keys(scope, tag string) {
	handle(d, route{method: "GET", path: "/v1/api-keys", id: "listAPIKeys", scope: scope, tag: tag, summary: "List API keys", doc: "Newest first, revoked ones too.", answer: list[Key]{Data: []Key{exampleKey}}},
		func(ctx context.Context, c *caller, _ *struct{}) (*answer[list[Key]], error) {
			rows, err := d.Companies.Keys(ctx, c.company)
			if err != nil {
				return nil, err
			}
			return whole(rows, viewKey), nil
		}, nil)
	handle(d, route{method: "POST", path: "/v1/api-keys", id: "createAPIKey", scope: scope, tag: tag, status: 201, secret: true, summary: "Make an API key",
		doc: "The text of the key is in this answer and cannot be had again.", codes: []code{{"invalid_name", 422}, {"invalid_scope", 422}, {"invalid_network", 422}},
		body: NewKey{Name: "ERP", Scopes: exampleKey.Scopes, Networks: exampleKey.Networks}, answer: MadeKey{exampleKey, "onay_live_Xk3wR0v7…"}},
		func(ctx context.Context, c *caller, in *struct{ Body NewKey }) (*answer[MadeKey], error) {
			for _, s := range in.Body.Scopes {
				if !c.allows(s) {
					return nil, errScope // a key cannot make one that may do more than itself
				}
			}
			n := company.NewKey{Name: in.Body.Name, Scopes: in.Body.Scopes, Networks: in.Body.Networks}
			if in.Body.ExpiresAt != nil {
				n.ExpiresAt = in.Body.ExpiresAt.UTC()
			}
			k, text, err := d.Companies.CreateKey(ctx, c.company, n)
			return viewed(k, err, func(k company.APIKey) MadeKey { return MadeKey{viewKey(k), text} })
		},
		func(ctx context.Context, c *caller, _ *struct{ Body NewKey }, id string) (*answer[MadeKey], error) {
			rows, err := d.Companies.Keys(ctx, c.company)
			if err != nil {
				return nil, err
			}
			for _, k := range rows {
				if k.ID == id {
					return reply(MadeKey{viewKey(k), ""}), nil
				}
			}
			return nil, fault.Missing(id)
		})
	handle(d, route{method: "DELETE", path: "/v1/api-keys/{id}", id: "revokeAPIKey", scope: scope, tag: tag, status: 204, summary: "Revoke an API key", doc: "For good; doing it again changes nothing.", codes: []code{missing}},
		func(ctx context.Context, c *caller, in *IDInput) (*none, error) {
			return done(d.Companies.RevokeKey(ctx, c.company, in.ID))
		}, nil)
}
