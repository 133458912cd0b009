// Package customer keeps the customer card (cari kart): who somebody is, where they live, and whether the mobile number on the
// card was proven to be theirs. That proof says nothing about consent to messages, which is a question of its own.
package customer

import (
	"context"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/verification"
)

// The kinds of a customer.
const (
	Person       = "person"
	Organization = "organization"
)

// VerifiedReason is the log line of a number that was proven; ERPs look for this text.
const VerifiedReason = "İYS Doğrulaması Başarılı"

// No is the answer Hayır to "İYS Doğrulama Kodu Gönderilsin mi?". Evet is told by the verification itself.
const No = "no"

// Customer is one card of one company.
type Customer struct {
	ID                  string
	CompanyID           string
	Code                string // the ERP's own code, unique in the company; may be empty
	Kind                string // person | organization
	Name                string
	Surname             string // persons only
	Phone               string // mobile, E.164; may be empty
	Email               string
	TaxNumber           string // VKN (10 digits) or TCKN (11 digits)
	TaxOffice           string
	EntryPoint          string // customer_card | store_sale | service_form
	Addresses           []Address
	PhoneVerifiedAt     time.Time // zero: the phone is not proven
	PhoneVerificationID string
	UnverifiedReason    string // why the question was answered Hayır
	Answer              string // set by a change only: "" or [No], for a new phone; not kept here, the event log has it
	CreatedBy           string
	Version             int64
	CreatedAt           time.Time
	UpdatedAt           time.Time
}

// Address is a place of a customer. Its phone may be a landline.
type Address struct {
	Title      string // for example "Merkez" or "Depo"
	Line       string
	District   string
	City       string
	PostalCode string
	Country    string // ISO 3166, two letters; empty on input: TR
	Phone      string // E.164
}

// DisplayName is what a person calls the customer.
func (c Customer) DisplayName() string {
	if c.Surname == "" {
		return c.Name
	}
	return c.Name + " " + c.Surname
}

// Input describes a card to make.
type Input struct {
	Code, Kind, Name, Surname, Phone, Email, TaxNumber, TaxOffice string

	EntryPoint     string // empty: customer_card
	Addresses      []Address
	VerificationID string // the approved verification of the phone, if there is one
	Answer         string // "" or [No]
	Reason         string // why no; needed where the entry point requires an answer
}

// Service does everything with customer cards.
type Service struct {
	db            db.DB
	log           *audit.Log
	clock         clock.Clock
	companies     *company.Service
	verifications *verification.Service
}

// New returns the service.
func New(d db.DB, l *audit.Log, c clock.Clock, companies *company.Service, verifications *verification.Service) *Service {
	return &Service{db: d, log: l, clock: c, companies: companies, verifications: verifications}
}

// Get returns a company's card.
func (s *Service) Get(ctx context.Context, companyID, id string) (c Customer, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) (err error) { c, err = get(tx, companyID, id); return err })
	return c, err
}
