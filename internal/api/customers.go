package api

import (
	"context"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/customer"
)

// Customer is a customer card as the API shows it.
type Customer struct {
	ID                  string     `json:"id"`
	Code                string     `json:"code,omitempty" doc:"The ERP's own code, unique in the company."`
	Kind                string     `json:"kind" enum:"person,organization"`
	Name                string     `json:"name"`
	Surname             string     `json:"surname,omitempty"`
	Phone               string     `json:"phone,omitempty" doc:"E.164."`
	Email               string     `json:"email,omitempty"`
	TaxNumber           string     `json:"tax_number,omitempty" doc:"VKN (10 digits) or TCKN (11 digits)."`
	TaxOffice           string     `json:"tax_office,omitempty"`
	EntryPoint          string     `json:"entry_point" enum:"customer_card,store_sale,service_form"`
	Addresses           []Address  `json:"addresses" nullable:"false"`
	PhoneVerifiedAt     *time.Time `json:"phone_verified_at" doc:"null: the phone is not proven to be the customer's."`
	PhoneVerificationID string     `json:"phone_verification_id,omitempty"`
	UnverifiedReason    string     `json:"unverified_reason,omitempty" doc:"Why no code was sent."`
	CreatedBy           string     `json:"created_by"`
	Version             int64      `json:"version"`
	CreatedAt           time.Time  `json:"created_at"`
	UpdatedAt           time.Time  `json:"updated_at"`
}

// Address is a place of a customer.
type Address struct {
	Title      string `json:"title,omitempty" maxLength:"60"`
	Line       string `json:"line,omitempty" maxLength:"500" doc:"Line or city is needed."`
	District   string `json:"district,omitempty" maxLength:"100"`
	City       string `json:"city,omitempty" maxLength:"100"`
	PostalCode string `json:"postal_code,omitempty" maxLength:"20"`
	Country    string `json:"country,omitempty" maxLength:"2" doc:"ISO 3166, two letters; TR by default."`
	Phone      string `json:"phone,omitempty" maxLength:"40" doc:"May be a landline."`
}

// NewCustomer describes a card to make.
type NewCustomer struct {
	Code           string    `json:"code,omitempty" maxLength:"60"`
	Kind           string    `json:"kind,omitempty" maxLength:"20" doc:"person (default) or organization."`
	Name           string    `json:"name" maxLength:"200"`
	Surname        string    `json:"surname,omitempty" maxLength:"100" doc:"Needed for a person."`
	Phone          string    `json:"phone,omitempty" maxLength:"40"`
	Email          string    `json:"email,omitempty" maxLength:"254"`
	TaxNumber      string    `json:"tax_number,omitempty" maxLength:"20"`
	TaxOffice      string    `json:"tax_office,omitempty" maxLength:"100"`
	EntryPoint     string    `json:"entry_point,omitempty" maxLength:"40" doc:"customer_card (default), store_sale or service_form."`
	Addresses      []Address `json:"addresses,omitempty" maxItems:"20"`
	VerificationID string    `json:"verification_id,omitempty" maxLength:"80" doc:"An approved verification of the phone, at most an hour old."`
	Answer         string    `json:"answer,omitempty" maxLength:"10" doc:"no: the question whether to send a code was answered Hayır."`
	Reason         string    `json:"reason,omitempty" maxLength:"500" doc:"Why no; needed where the entry point requires an answer."`
}

// CustomerChange holds the fields to change; those left out stay as they are.
type CustomerChange struct {
	Code           *string    `json:"code,omitempty" maxLength:"60"`
	Kind           *string    `json:"kind,omitempty" maxLength:"20"`
	Name           *string    `json:"name,omitempty" maxLength:"200"`
	Surname        *string    `json:"surname,omitempty" maxLength:"100"`
	Phone          *string    `json:"phone,omitempty" maxLength:"40" doc:"A new phone is unproven until it is verified."`
	Email          *string    `json:"email,omitempty" maxLength:"254"`
	TaxNumber      *string    `json:"tax_number,omitempty" maxLength:"20"`
	TaxOffice      *string    `json:"tax_office,omitempty" maxLength:"100"`
	EntryPoint     *string    `json:"entry_point,omitempty" maxLength:"40"`
	Addresses      *[]Address `json:"addresses,omitempty" maxItems:"20" doc:"Replaces all addresses."`
	VerificationID *string    `json:"verification_id,omitempty" maxLength:"80"`
	Answer         *string    `json:"answer,omitempty" maxLength:"10" doc:"no: the question for a new phone was answered Hayır."`
	Reason         *string    `json:"reason,omitempty" maxLength:"500" doc:"Answers the question for the phone with Hayır."`
	Version        *int64     `json:"version,omitempty" doc:"The version that was read; another one on the card is a conflict."`
}

// VerifyPhoneBody names the proof.
type VerifyPhoneBody struct {
	VerificationID string `json:"verification_id" maxLength:"80"`
}

func viewCustomer(c customer.Customer) Customer {
	out := Customer{ID: c.ID, Code: c.Code, Kind: c.Kind, Name: c.Name, Surname: c.Surname, Phone: c.Phone, Email: c.Email, TaxNumber: c.TaxNumber, TaxOffice: c.TaxOffice,
		EntryPoint: c.EntryPoint, Addresses: make([]Address, 0, len(c.Addresses)), PhoneVerifiedAt: when(c.PhoneVerifiedAt), PhoneVerificationID: c.PhoneVerificationID,
		UnverifiedReason: c.UnverifiedReason, CreatedBy: c.CreatedBy, Version: c.Version, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt}
	for _, a := range c.Addresses {
		out.Addresses = append(out.Addresses, Address(a))
	}
	return out
}

func addressesOf(in []Address) []customer.Address {
	out := make([]customer.Address, 0, len(in))
	for _, a := range in {
		out = append(out, customer.Address(a))
	}
	return out
}

func (ch CustomerChange) apply(c *customer.Customer) error {
	for _, f := range []struct {
		to   *string
		from *string
	}{{&c.Code, ch.Code}, {&c.Kind, ch.Kind}, {&c.Name, ch.Name}, {&c.Surname, ch.Surname}, {&c.Phone, ch.Phone}, {&c.Email, ch.Email}, {&c.TaxNumber, ch.TaxNumber},
		{&c.TaxOffice, ch.TaxOffice}, {&c.EntryPoint, ch.EntryPoint}, {&c.PhoneVerificationID, ch.VerificationID}, {&c.Answer, ch.Answer}, {&c.UnverifiedReason, ch.Reason}} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	if ch.Addresses != nil {
		c.Addresses = addressesOf(*ch.Addresses)
	}
	if ch.Version != nil {
		c.Version = *ch.Version
	}
	return nil
}

var (
	exampleCustomer = Customer{ID: "cus_01936c2e-7f7a-7c2b-9d56-3b0f6b0a7e21", Code: "120.01.0042", Kind: "person", Name: "Ayşe", Surname: "Yılmaz", Phone: "+905551112233",
		EntryPoint: "customer_card", Addresses: []Address{{Title: "Ev", Line: "Atatürk Cad. 5/3", District: "Kadıköy", City: "İstanbul", Country: "TR"}},
		PhoneVerifiedAt: &exampleTime, PhoneVerificationID: exampleVerification.ID, CreatedBy: "key_01936c2e-7f7a-7c2b-9d56-3b0f6b0a7e21", Version: 2, CreatedAt: exampleTime, UpdatedAt: exampleTime}
	proofCodes = []code{{"unknown_verification", 422}, {"verification_not_approved", 422}, {"verification_purpose", 422}, {"verification_phone", 422}, {"verification_too_old", 422},
		{"verification_used", 422}, {"question_unanswered", 422}, {"version_conflict", 409}}
	cardCodes = append([]code{{"required", 422}, {"invalid_kind", 422}, {"not_allowed", 422}, {"invalid_email", 422}, {"invalid_tax_number", 422}, {"invalid_text", 422}, {"unknown_entry_point", 422},
		{"invalid_country", 422}, {"invalid_phone", 422}, {"not_mobile", 422}, {"code_taken", 409}}, proofCodes...)
)

type changeCustomerInput struct {
	IDInput
	Body CustomerChange
}

type verifyPhoneInput struct {
	IDInput
	Body VerifyPhoneBody
}

func (d *door) customers() {
	scope, tag := "customers", "Customers"
	handle(d, route{method: "POST", path: "/v1/customers", id: "createCustomer", scope: scope, tag: tag, status: 201, summary: "Add a customer card",
		doc:   "A code is never a condition of a card: give `verification_id` where the phone was verified, or `answer: \"no\"` with a reason where the entry point requires an answer.",
		codes: append([]code{{"invalid_answer", 422}}, cardCodes...), answer: exampleCustomer,
		body: NewCustomer{Code: "120.01.0042", Kind: "person", Name: "Ayşe", Surname: "Yılmaz", Phone: "0555 111 22 33", Addresses: exampleCustomer.Addresses, VerificationID: exampleVerification.ID}},
		func(ctx context.Context, c *caller, in *struct{ Body NewCustomer }) (*answer[Customer], error) {
			b := in.Body
			if b.Kind == "" {
				b.Kind = customer.Person
			}
			v, err := d.Customers.Create(ctx, c.company, customer.Input{Code: b.Code, Kind: b.Kind, Name: b.Name, Surname: b.Surname, Phone: b.Phone, Email: b.Email, TaxNumber: b.TaxNumber,
				TaxOffice: b.TaxOffice, EntryPoint: b.EntryPoint, Addresses: addressesOf(b.Addresses), VerificationID: b.VerificationID, Answer: b.Answer, Reason: b.Reason})
			return viewed(v, err, viewCustomer)
		},
		func(ctx context.Context, c *caller, _ *struct{ Body NewCustomer }, id string) (*answer[Customer], error) {
			v, err := d.Customers.Get(ctx, c.company, id)
			return viewed(v, err, viewCustomer)
		})
	handle(d, route{method: "GET", path: "/v1/customers", id: "listCustomers", scope: scope, tag: tag, summary: "Find customers", doc: "Newest first.",
		answer: list[Customer]{Data: []Customer{exampleCustomer}}},
		func(ctx context.Context, c *caller, in *struct {
			Page
			Query    string `query:"query" maxLength:"200" doc:"Words of the name in any spelling, the beginning of a code or e-mail, or digits of the phone."`
			Verified string `query:"verified" enum:"true,false" doc:"Only with, or only without a proven phone."`
		}) (*answer[list[Customer]], error) {
			f := customer.Filter{Query: in.Query, Before: in.Cursor, Limit: in.Limit + 1}
			if in.Verified != "" {
				f.Verified = ptr(in.Verified == "true")
			}
			rows, err := d.Customers.List(ctx, c.company, f)
			if err != nil {
				return nil, err
			}
			return paged(rows, in.Limit, func(v customer.Customer) string { return v.ID }, viewCustomer), nil
		}, nil)
	handle(d, route{method: "GET", path: "/v1/customers/{id}", id: "getCustomer", scope: scope, tag: tag, summary: "Read a customer", doc: "With addresses and the proof of the phone.",
		codes: []code{missing}, answer: exampleCustomer},
		func(ctx context.Context, c *caller, in *IDInput) (*answer[Customer], error) {
			v, err := d.Customers.Get(ctx, c.company, in.ID)
			return viewed(v, err, viewCustomer)
		}, nil)
	handle(d, route{method: "PATCH", path: "/v1/customers/{id}", id: "updateCustomer", scope: scope, tag: tag, summary: "Change a customer",
		doc:   "Fields that are left out stay as they are; a new phone takes the proof off the card.",
		codes: append([]code{missing}, cardCodes...), body: CustomerChange{Email: ptr("ayse@ornek.com.tr"), Version: ptr(int64(1))}, answer: exampleCustomer},
		func(ctx context.Context, c *caller, in *changeCustomerInput) (*answer[Customer], error) {
			v, err := d.Customers.Update(ctx, c.company, in.ID, in.Body.apply)
			return viewed(v, err, viewCustomer)
		}, nil)
	handle(d, route{method: "POST", path: "/v1/customers/{id}/verify-phone", id: "verifyCustomerPhone", scope: scope, tag: tag, summary: "Put a verification on a card",
		doc: "The verification is approved, of purpose verify_phone, of the card's phone, at most an hour old and not used for another customer.", codes: append([]code{missing}, proofCodes...),
		body: VerifyPhoneBody{exampleVerification.ID}, answer: exampleCustomer},
		func(ctx context.Context, c *caller, in *verifyPhoneInput) (*answer[Customer], error) {
			v, err := d.Customers.VerifyPhone(ctx, c.company, in.ID, in.Body.VerificationID)
			return viewed(v, err, viewCustomer)
		}, nil)
	handle(d, route{method: "GET", path: "/v1/customers/{id}/events", id: "listCustomerEvents", scope: scope, tag: tag, summary: "Read a customer's history",
		doc: "What happened to the card and to the verifications of its customer, newest first, at most 200.", codes: []code{missing}, answer: list[Event]{Data: []Event{exampleEvent}}},
		func(ctx context.Context, c *caller, in *IDInput) (*answer[list[Event]], error) {
			rows, err := d.Customers.History(ctx, c.company, in.ID)
			if err != nil {
				return nil, err
			}
			return whole[audit.Event](rows, viewEvent), nil
		}, nil)
}
