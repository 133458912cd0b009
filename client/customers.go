package client

import (
	"context"
	"net/url"
	"strconv"
	"time"
)

// Customer is a customer card.
type Customer struct {
	ID                  string    `json:"id"`
	Code                string    `json:"code,omitempty"` // the ERP's own
	Kind                string    `json:"kind"`           // person, organization
	Name                string    `json:"name"`
	Surname             string    `json:"surname,omitempty"`
	Phone               string    `json:"phone,omitempty"`
	Email               string    `json:"email,omitempty"`
	TaxNumber           string    `json:"tax_number,omitempty"`
	TaxOffice           string    `json:"tax_office,omitempty"`
	EntryPoint          string    `json:"entry_point"`
	Addresses           []Address `json:"addresses"`
	PhoneVerifiedAt     time.Time `json:"phone_verified_at"` // zero: the phone is not proven
	PhoneVerificationID string    `json:"phone_verification_id,omitempty"`
	UnverifiedReason    string    `json:"unverified_reason,omitempty"`
	Version             int64     `json:"version"`
	CreatedAt           time.Time `json:"created_at"`
	UpdatedAt           time.Time `json:"updated_at"`
}

// Address is a place of a customer.
type Address struct {
	Title      string `json:"title,omitempty"`
	Line       string `json:"line,omitempty"`
	District   string `json:"district,omitempty"`
	City       string `json:"city,omitempty"`
	PostalCode string `json:"postal_code,omitempty"`
	Country    string `json:"country,omitempty"` // empty: TR
	Phone      string `json:"phone,omitempty"`
}

// NewCustomer describes a card to make.
type NewCustomer struct {
	Code           string    `json:"code,omitempty"`
	Kind           string    `json:"kind,omitempty"` // empty: person
	Name           string    `json:"name"`
	Surname        string    `json:"surname,omitempty"`
	Phone          string    `json:"phone,omitempty"`
	Email          string    `json:"email,omitempty"`
	TaxNumber      string    `json:"tax_number,omitempty"`
	TaxOffice      string    `json:"tax_office,omitempty"`
	EntryPoint     string    `json:"entry_point,omitempty"`
	Addresses      []Address `json:"addresses,omitempty"`
	VerificationID string    `json:"verification_id,omitempty"` // approved, of the phone, at most an hour old
	Answer         string    `json:"answer,omitempty"`          // "no": no code was wanted
	Reason         string    `json:"reason,omitempty"`          // why no
}

// CustomerChange holds what to change; nil leaves a field as it is.
type CustomerChange struct {
	Code           *string    `json:"code,omitempty"`
	Kind           *string    `json:"kind,omitempty"`
	Name           *string    `json:"name,omitempty"`
	Surname        *string    `json:"surname,omitempty"`
	Phone          *string    `json:"phone,omitempty"` // a new one is unproven
	Email          *string    `json:"email,omitempty"`
	TaxNumber      *string    `json:"tax_number,omitempty"`
	TaxOffice      *string    `json:"tax_office,omitempty"`
	EntryPoint     *string    `json:"entry_point,omitempty"`
	Addresses      *[]Address `json:"addresses,omitempty"` // replaces all
	VerificationID *string    `json:"verification_id,omitempty"`
	Answer         *string    `json:"answer,omitempty"` // "no": the question for a new phone was answered Hayır
	Reason         *string    `json:"reason,omitempty"`
	Version        *int64     `json:"version,omitempty"` // fails with "version_conflict" if the card has moved on
}

// CustomerFilter chooses cards.
type CustomerFilter struct {
	List
	Query    string // words of the name in any spelling, the beginning of a code or e-mail, digits of the phone
	Verified *bool  // nil: all
}

// Customers keeps customer cards. The key needs the scope "customers".
type Customers struct{ c *Client }

// Create adds a card.
func (s Customers) Create(ctx context.Context, n NewCustomer) (cu Customer, err error) {
	err = s.c.call(ctx, "POST", "/v1/customers", nil, n, &cu)
	return cu, err
}

// Get reads a card.
func (s Customers) Get(ctx context.Context, id string) (cu Customer, err error) {
	err = s.c.call(ctx, "GET", "/v1/customers/"+url.PathEscape(id), nil, nil, &cu)
	return cu, err
}

// Update changes a card.
func (s Customers) Update(ctx context.Context, id string, ch CustomerChange) (cu Customer, err error) {
	err = s.c.call(ctx, "PATCH", "/v1/customers/"+url.PathEscape(id), nil, ch, &cu)
	return cu, err
}

// VerifyPhone puts an approved verification of its phone on a card.
func (s Customers) VerifyPhone(ctx context.Context, id, verificationID string) (cu Customer, err error) {
	in := map[string]string{"verification_id": verificationID}
	err = s.c.call(ctx, "POST", "/v1/customers/"+url.PathEscape(id)+"/verify-phone", nil, in, &cu)
	return cu, err
}

// List finds cards.
func (s Customers) List(ctx context.Context, f CustomerFilter) (p Page[Customer], err error) {
	q := f.values()
	if f.Query != "" {
		q.Set("query", f.Query)
	}
	if f.Verified != nil {
		q.Set("verified", strconv.FormatBool(*f.Verified))
	}
	err = s.c.call(ctx, "GET", "/v1/customers", q, nil, &p)
	return p, err
}
