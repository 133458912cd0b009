package api

import (
	"context"
	"time"

	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/banks"
)

// PosBank is a bank with which an account can be opened.
type PosBank struct {
	Key      string     `json:"key"`
	Name     string     `json:"name"`
	EFT      string     `json:"eft,omitempty" doc:"The bank's number, four digits."`
	Protocol string     `json:"protocol"`
	Programs []string   `json:"programs" nullable:"false" doc:"Card programs whose installments its POS takes."`
	Legacy   bool       `json:"legacy" doc:"No longer given to new merchants, or not known to exist today."`
	Fields   []PosField `json:"fields" nullable:"false" doc:"The credentials and settings of an account."`
	Note     string     `json:"note,omitempty" doc:"In the language of Accept-Language."`
}

// PosField is a credential or a setting of an account at a bank.
type PosField struct {
	Key      string   `json:"key"`
	Label    string   `json:"label" doc:"As the bank calls it, in the language of Accept-Language."`
	Help     string   `json:"help,omitempty"`
	Secret   bool     `json:"secret"`
	Required bool     `json:"required"`
	Pattern  string   `json:"pattern,omitempty" doc:"A regular expression that the whole value has to match."`
	Choices  []string `json:"choices" nullable:"false"`
	Default  string   `json:"default,omitempty"`
}

func viewBank(lang string) func(banks.Bank) PosBank {
	return func(b banks.Bank) PosBank {
		out := PosBank{Key: b.Key, Name: b.Name, EFT: b.EFT, Protocol: string(b.Protocol), Programs: append([]string{}, b.Programs...), Legacy: b.Legacy, Fields: []PosField{}, Note: b.Note.In(lang)}
		for _, f := range b.Fields() {
			x := PosField{Key: f.Key, Label: f.Label.In(lang), Help: f.Help.In(lang), Secret: f.Secret, Required: f.Required, Pattern: f.Pattern, Choices: []string{}, Default: f.Default}
			for _, c := range f.Choices {
				x.Choices = append(x.Choices, c.Value)
			}
			out.Fields = append(out.Fields, x)
		}
		return out
	}
}

// PosAccount is an account at a bank. Its secrets are written and never read.
type PosAccount struct {
	ID           string                `json:"id"`
	Bank         string                `json:"bank"`
	Protocol     string                `json:"protocol"`
	Name         string                `json:"name"`
	Mode         string                `json:"mode" enum:"test,live"`
	Credentials  map[string]string     `json:"credentials" doc:"Without the secret ones."`
	Addresses    map[string]string     `json:"addresses,omitempty" doc:"Those that differ from the bank's own."`
	Installments []payment.Installment `json:"installments" nullable:"false" doc:"The contract: what each number of installments costs the payer and the merchant."`
	Contract     payment.Contract      `json:"contract" doc:"What the bank keeps besides, and when it pays out."`
	Checklist    map[string]string     `json:"checklist,omitempty" doc:"Steps to the first live payment that are done, with the day: applied, offer, documents, allocated, credentials, ip, test_payment, live."`
	Priority     int                   `json:"priority" doc:"Lower is tried first."`
	Status       string                `json:"status" enum:"on,off"`
	CreatedAt    time.Time             `json:"created_at"`
}

// NewPosAccount describes an account to add.
type NewPosAccount struct {
	Bank         string                `json:"bank" maxLength:"40" doc:"Key of a bank, see /v1/pos-banks."`
	Name         string                `json:"name,omitempty" maxLength:"80" doc:"The bank's name by default."`
	Mode         string                `json:"mode,omitempty" maxLength:"10" doc:"test (default) or live."`
	Credentials  map[string]string     `json:"credentials" doc:"By the keys of the bank's fields."`
	Addresses    map[string]string     `json:"addresses,omitempty" doc:"Instead of the bank's own, by name."`
	Installments []payment.Installment `json:"installments,omitempty" maxItems:"36"`
	Contract     payment.Contract      `json:"contract,omitempty"`
	Priority     int                   `json:"priority,omitempty"`
	Status       string                `json:"status,omitempty" maxLength:"10" doc:"on (default) or off."`
}

// PosAccountChange holds the fields to change; those left out stay as they are.
type PosAccountChange struct {
	Name         *string                `json:"name,omitempty" maxLength:"80"`
	Mode         *string                `json:"mode,omitempty" maxLength:"10"`
	Credentials  map[string]string      `json:"credentials,omitempty" doc:"Only those that change; an empty value takes a setting away, never a secret."`
	Addresses    map[string]string      `json:"addresses,omitempty" doc:"Only those that change; an empty value goes back to the bank's own."`
	Installments *[]payment.Installment `json:"installments,omitempty" maxItems:"36" doc:"Replaces the whole table."`
	Contract     *payment.Contract      `json:"contract,omitempty" doc:"Replaces the whole of it."`
	Checklist    map[string]string      `json:"checklist,omitempty" doc:"Only the steps that change; an empty day takes one back."`
	Priority     *int                   `json:"priority,omitempty"`
	Status       *string                `json:"status,omitempty" maxLength:"10"`
}

func (ch PosAccountChange) apply(a *payment.Account) {
	set(&a.Name, ch.Name)
	set(&a.Mode, ch.Mode)
	set(&a.Installments, ch.Installments)
	set(&a.Contract, ch.Contract)
	for k, v := range ch.Checklist {
		if a.Checklist[k] = v; v == "" {
			delete(a.Checklist, k)
		}
	}
	set(&a.Priority, ch.Priority)
	set(&a.Status, ch.Status)
	for k, v := range ch.Credentials {
		a.Credentials[k] = v
	}
	for k, v := range ch.Addresses {
		a.Addresses[k] = v
	}
}

// PosLogin is what a bank said to a question that books nothing.
type PosLogin struct {
	OK       bool   `json:"ok"`
	Code     string `json:"code,omitempty" doc:"Why not, in the words that payments use: invalid_credentials, ip_not_allowed, bank_unreachable …"`
	BankCode string `json:"bank_code,omitempty"`
	Message  string `json:"message,omitempty" doc:"What that means, in the language of Accept-Language."`
}

func viewLogin(r pos.Result, lang string) PosLogin {
	out := PosLogin{OK: r.Outcome == pos.OK, Code: string(r.Code), BankCode: r.ResponseCode}
	switch {
	case out.OK:
	case r.Code != "":
		out.Message = r.Code.Text(lang)
	case lang == "en":
		out.Message = "The bank gave no answer of use."
	default:
		out.Message = "Banka anlaşılır bir yanıt vermedi."
	}
	return out
}

func viewPosAccount(a payment.Account) PosAccount {
	return PosAccount{ID: a.ID, Bank: a.Bank, Protocol: string(a.Profile().Protocol), Name: a.Name, Mode: a.Mode, Credentials: a.Credentials, Addresses: a.Addresses, Installments: append([]payment.Installment{}, a.Installments...), Contract: a.Contract, Checklist: a.Checklist, Priority: a.Priority, Status: a.Status, CreatedAt: a.CreatedAt}
}

var (
	examplePosAccount = PosAccount{ID: "pos_01936c2e-7f7a-7c2b-9d56-3b0f6b0a7e21", Bank: "isbank", Protocol: "nestpay", Name: "İş Bankası", Mode: "test",
		Credentials: map[string]string{"client_id": "700000001", "username": "api", "model": "3d"}, Installments: []payment.Installment{{Count: 1, CostRate: 199}, {Count: 3, PayerRate: 0, CostRate: 489}}, Contract: payment.Contract{TaxRate: 500, Days: 1, Business: true}, Status: "on", CreatedAt: exampleTime}
	posAccountCodes = []code{{"unknown_bank", 422}, {"invalid_name", 422}, {"invalid_mode", 422}, {"invalid_status", 422}, {"out_of_range", 422}, {"too_long", 422}, {"credential_missing", 422}, {"credential_invalid", 422},
		{"credential_unknown", 422}, {"address_unknown", 422}, {"address_missing", 422}, {"invalid_url", 422}, {"invalid_installments", 422}, {"invalid_contract", 422}, {"invalid_checklist", 422}}
)

type changePosAccountInput struct {
	IDInput
	Body PosAccountChange
}

func (d *door) posAccounts() {
	scope, tag := "settings", "POS accounts"
	d.outgoingAddress(scope, tag)
	exampleBank, _ := banks.Get("isbank")
	handle(d, route{method: "GET", path: "/v1/pos-banks", id: "listPosBanks", scope: scope, tag: tag, summary: "List the banks", doc: "Those that may be opened today first. `fields` is all that a form of an account needs.",
		answer: list[PosBank]{Data: []PosBank{viewBank("en")(exampleBank)}}},
		func(_ context.Context, c *caller, _ *struct{}) (*answer[list[PosBank]], error) {
			return whole(banks.All(), viewBank(c.lang)), nil
		}, nil)
	handle(d, route{method: "GET", path: "/v1/pos-accounts", id: "listPosAccounts", scope: scope, tag: tag, summary: "List POS accounts", doc: "In the order in which they are tried, without secrets.",
		answer: list[PosAccount]{Data: []PosAccount{examplePosAccount}}},
		func(ctx context.Context, c *caller, _ *struct{}) (*answer[list[PosAccount]], error) {
			rows, err := d.Payments.Accounts(ctx, c.company)
			if err != nil {
				return nil, err
			}
			return whole(rows, viewPosAccount), nil
		}, nil)
	handle(d, route{method: "POST", path: "/v1/pos-accounts", id: "createPosAccount", scope: scope, tag: tag, status: 201, summary: "Add a POS account", doc: "Secrets are encrypted and never shown again.",
		codes: posAccountCodes, answer: examplePosAccount,
		body: NewPosAccount{Bank: "isbank", Credentials: map[string]string{"client_id": "700000001", "username": "api", "password": "••••••••", "store_key": "••••••••"}}},
		func(ctx context.Context, c *caller, in *struct{ Body NewPosAccount }) (*answer[PosAccount], error) {
			b := in.Body
			profile, _ := banks.Get(b.Bank)
			a, err := d.Payments.CreateAccount(ctx, payment.Account{CompanyID: c.company, Bank: b.Bank, Name: or(b.Name, profile.Name), Mode: or(b.Mode, "test"), Credentials: b.Credentials, Addresses: b.Addresses, Installments: b.Installments, Contract: b.Contract,
				Priority: b.Priority, Status: or(b.Status, "on")})
			return viewed(a, err, viewPosAccount)
		},
		func(ctx context.Context, c *caller, _ *struct{ Body NewPosAccount }, id string) (*answer[PosAccount], error) {
			return d.posAccount(ctx, c, id)
		})
	handle(d, route{method: "GET", path: "/v1/pos-accounts/{id}", id: "getPosAccount", scope: scope, tag: tag, summary: "Read a POS account", doc: "Without its secrets.", codes: []code{missing}, answer: examplePosAccount},
		func(ctx context.Context, c *caller, in *IDInput) (*answer[PosAccount], error) {
			return d.posAccount(ctx, c, in.ID)
		}, nil)
	handle(d, route{method: "PATCH", path: "/v1/pos-accounts/{id}", id: "updatePosAccount", scope: scope, tag: tag, summary: "Change a POS account",
		doc: "Fields that are left out stay as they are, secrets too. It takes effect at once.", codes: append([]code{missing}, posAccountCodes...), body: PosAccountChange{Mode: ptr("live")}, answer: examplePosAccount},
		func(ctx context.Context, c *caller, in *changePosAccountInput) (*answer[PosAccount], error) {
			a, err := d.Payments.UpdateAccount(ctx, c.company, in.ID, in.Body.apply)
			return viewed(a, err, viewPosAccount)
		}, nil)
	handle(d, route{method: "POST", path: "/v1/pos-accounts/{id}/test", id: "testPosAccount", scope: scope, tag: tag, summary: "Try a POS account",
		doc: "Asks the bank something that books nothing, to learn whether it accepts address and credentials. The key of 3-D Secure is not tried by this.", codes: []code{missing}, answer: PosLogin{OK: true}},
		func(ctx context.Context, c *caller, in *IDInput) (*answer[PosLogin], error) {
			r, err := d.Payments.TestLogin(ctx, c.company, in.ID)
			if err != nil {
				return nil, err
			}
			return reply(viewLogin(r, c.lang)), nil
		}, nil)
}

// OutgoingAddress is the address from which banks are reached.
type OutgoingAddress struct {
	Address string     `json:"address,omitempty" doc:"Empty: it is not watched (--ip-echo)."`
	Since   *time.Time `json:"since"`
	Before  string     `json:"before,omitempty" doc:"The one before."`
	New     bool       `json:"new" doc:"It changed, and nobody has said that the banks were told."`
	ToldBy  string     `json:"told_by,omitempty"`
}

// AddressTold names the address that the banks were told.
type AddressTold struct {
	Address string `json:"address" maxLength:"60"`
}

func (d *door) outgoingAddress(scope, tag string) {
	view := func(a payment.Address) OutgoingAddress {
		return OutgoingAddress{Address: a.IP, Since: when(a.Since), Before: a.Before, New: a.New(), ToldBy: a.ToldBy}
	}
	example := OutgoingAddress{Address: "203.0.113.77", Since: &exampleTime, Before: "203.0.113.12", New: true}
	handle(d, route{method: "GET", path: "/v1/outgoing-address", id: "getOutgoingAddress", scope: scope, tag: tag, summary: "Read the address that banks see", doc: "Banks admit addresses that they know: tell them before the first payment, and after each change.", answer: example},
		func(ctx context.Context, c *caller, _ *struct{}) (*answer[OutgoingAddress], error) {
			a, err := d.Payments.Outgoing(ctx)
			return viewed(a, err, view)
		}, nil)
	handle(d, route{method: "POST", path: "/v1/outgoing-address/told", id: "tellOutgoingAddress", scope: scope, tag: tag, summary: "Say that the banks were told", codes: []code{{"address_changed", 409}}, body: AddressTold{"203.0.113.77"}, answer: example},
		func(ctx context.Context, c *caller, in *struct{ Body AddressTold }) (*answer[OutgoingAddress], error) {
			if err := d.Payments.AddressTold(ctx, c.company, in.Body.Address); err != nil {
				return nil, err
			}
			a, err := d.Payments.Outgoing(ctx)
			return viewed(a, err, view)
		}, nil)
}

func (d *door) posAccount(ctx context.Context, c *caller, id string) (*answer[PosAccount], error) {
	a, err := d.Payments.Account(ctx, c.company, id)
	return viewed(a, err, viewPosAccount)
}
