package customer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/idempotency"
	"github.com/onay/onay/internal/verification"
)

// proofFor is how long after its approval a verification can be put on a card.
const proofFor = time.Hour

// minReason is the least length of the reason for Hayır, so that it says something.
const minReason = 3

// answer is how "İYS Doğrulama Kodu Gönderilsin mi?" was answered; empty if it was not.
type answer struct{ value, reason string }

// Create makes a card. A code is never a condition of it: where the entry point requires an answer, Hayır with a reason is one.
func (s *Service) Create(ctx context.Context, companyID string, in Input) (Customer, error) {
	co, err := s.companies.Open(ctx, companyID)
	if err != nil {
		return Customer{}, err
	}
	if err := validAnswer(in.Answer); err != nil {
		return Customer{}, err
	}
	now := s.clock.Now()
	c := Customer{ID: db.NewID("cus"), CompanyID: companyID, Code: in.Code, Kind: in.Kind, Name: in.Name, Surname: in.Surname, Phone: in.Phone, Email: in.Email,
		TaxNumber: in.TaxNumber, TaxOffice: in.TaxOffice, EntryPoint: in.EntryPoint, Addresses: in.Addresses, CreatedBy: audit.Actor(ctx), CreatedAt: now, UpdatedAt: now}
	if in.Answer == No {
		c.UnverifiedReason = in.Reason
	}
	if err := c.normalize(); err != nil {
		return Customer{}, err
	}
	a, err := s.ask(ctx, co, &c, in.VerificationID, in.Answer == No)
	if err != nil {
		return Customer{}, err
	}
	err = s.db.Write(ctx, func(tx db.Tx) error {
		c.Version = 0
		if err := idempotency.Record(ctx, tx, c.ID); err != nil {
			return err
		}
		if err := claim(tx, c); err != nil {
			return err
		}
		events := s.tell(Customer{}, &c, a)
		if err := insert(tx, c); err != nil {
			return err
		}
		return s.log.Append(ctx, tx, events...)
	})
	if err != nil {
		return Customer{}, err
	}
	return c, nil
}

// maxTries bounds how often a change is made anew because somebody else was faster.
const maxTries = 5

// Update changes a card. change gets the card as it is and edits it; it may run again if somebody else saved in between.
//
//   - Setting Version to the one that the caller had read makes the change fail with "version_conflict" if the card has moved on.
//   - A new Phone takes the proof off the card. Setting PhoneVerificationID puts a new proof on it.
//   - UnverifiedReason comes in empty; setting it, or Answer with a new phone, answers the question for the phone with Hayır.
//   - Identity, maker and times cannot be changed.
func (s *Service) Update(ctx context.Context, companyID, id string, change func(*Customer) error) (Customer, error) {
	co, err := s.companies.Open(ctx, companyID)
	if err != nil {
		return Customer{}, err
	}
	for range maxTries {
		c, stale, err := s.updateOnce(ctx, co, id, change)
		if err != nil {
			return Customer{}, err
		}
		if !stale {
			return c, nil
		}
	}
	return Customer{}, conflict()
}

func validAnswer(a string) error {
	if a == "" || a == No {
		return nil
	}
	return fault.Field("answer", "invalid_answer", `Yanıt boş ya da "no" olmalı.`, `The answer is empty or "no".`)
}

func conflict() error {
	return fault.New(fault.Conflict, "version_conflict", "Kart bu arada değiştirildi. Yenileyip tekrar deneyin.", "The card was changed in the meantime. Load it again and retry.")
}

func (s *Service) updateOnce(ctx context.Context, co company.Company, id string, change func(*Customer) error) (c Customer, stale bool, err error) {
	before, err := s.Get(ctx, co.ID, id)
	if err != nil {
		return c, false, err
	}
	c = before
	c.Addresses = slices.Clone(before.Addresses)
	c.UnverifiedReason = ""
	if err := change(&c); err != nil {
		return c, false, err
	}
	if c.Version != before.Version {
		return c, false, conflict()
	}
	if err := validAnswer(c.Answer); err != nil {
		return c, false, err
	}
	if err := c.normalize(); err != nil {
		return c, false, err
	}
	c.ID, c.CompanyID, c.CreatedBy, c.CreatedAt, c.PhoneVerifiedAt = before.ID, before.CompanyID, before.CreatedBy, before.CreatedAt, before.PhoneVerifiedAt
	moved := c.Phone != before.Phone
	proof, said := c.PhoneVerificationID, c.UnverifiedReason != "" || moved && c.Answer == No
	c.Answer = ""
	c.PhoneVerificationID = before.PhoneVerificationID
	if moved {
		c.PhoneVerificationID, c.PhoneVerifiedAt = "", time.Time{}
	}
	var a answer
	if fresh := proof != "" && proof != before.PhoneVerificationID; fresh || moved || said && c.PhoneVerificationID == "" {
		if !fresh {
			proof = ""
		}
		if a, err = s.ask(ctx, co, &c, proof, said); err != nil {
			return c, false, err
		}
		if !moved && a.value == "yes" { // sent by hand later: the question was asked, and answered, when the phone came onto the card
			a = answer{}
		}
	} else {
		c.UnverifiedReason = before.UnverifiedReason
	}
	if len(changed(before, c)) == 0 && a.value == "" {
		return before, false, nil
	}
	c.UpdatedAt = s.clock.Now()
	err = s.db.Write(ctx, func(tx db.Tx) error {
		stale = false
		if err := tx.Lock("customer:" + id); err != nil {
			return err
		}
		if err := tx.QueryRow("SELECT version FROM customer WHERE id = $1", id).Scan(&c.Version); err != nil {
			return err
		}
		if stale = c.Version != before.Version; stale {
			return nil
		}
		if c.PhoneVerificationID != before.PhoneVerificationID {
			if err := claim(tx, c); err != nil {
				return err
			}
		}
		events := s.tell(before, &c, a)
		if err := update(tx, before, c); err != nil {
			return err
		}
		return s.log.Append(ctx, tx, events...)
	})
	return c, stale, err
}

// VerifyPhone puts an approved verification of its phone on a card. Doing it again with the same one changes nothing.
func (s *Service) VerifyPhone(ctx context.Context, companyID, customerID, verificationID string) (Customer, error) {
	if verificationID == "" {
		return Customer{}, fault.Field("verification_id", "required", "Doğrulama gerekli.", "A verification is needed.")
	}
	return s.Update(ctx, companyID, customerID, func(c *Customer) error {
		c.PhoneVerificationID = verificationID
		return nil
	})
}

// ask settles the question for a phone that is new on the card: the proof, or Hayır with its reason, or an error where an answer
// is required. A proof that does not hold never stands in the way of Hayır.
func (s *Service) ask(ctx context.Context, co company.Company, c *Customer, verificationID string, no bool) (answer, error) {
	mode := co.Settings.Ask(c.EntryPoint)
	if verificationID != "" {
		v, err := s.proof(ctx, *c, verificationID)
		if err == nil {
			c.PhoneVerificationID, c.PhoneVerifiedAt, c.UnverifiedReason = v.ID, v.EndedAt, ""
			if mode == company.Off {
				return answer{}, nil
			}
			return answer{value: "yes"}, nil
		}
		if !no || fault.As(err) == nil {
			return answer{}, err
		}
	}
	if mode == company.Off || c.Phone == "" {
		c.UnverifiedReason = ""
		return answer{}, nil
	}
	if mode == company.Required && (!no || utf8.RuneCountInString(c.UnverifiedReason) < minReason) {
		return answer{}, fault.Field("verification_id", "question_unanswered",
			`"İYS Doğrulama Kodu Gönderilsin mi?" sorusu yanıtlanmalı: kodu doğrulayın ya da Hayır deyip nedenini yazın.`,
			`The question whether a code is sent must be answered: verify the phone, or answer "no" and give a reason of 3 characters or more.`)
	}
	if !no {
		return answer{}, nil
	}
	return answer{value: No, reason: c.UnverifiedReason}, nil
}

// proof returns a verification that shows that the phone of the card is the customer's, or why it does not.
func (s *Service) proof(ctx context.Context, c Customer, id string) (verification.Verification, error) {
	bad := func(code, tr, en string) (verification.Verification, error) {
		return verification.Verification{}, fault.Field("verification_id", code, tr, en)
	}
	var v verification.Verification
	err := error(fault.Missing(id))
	if storable(id) {
		v, err = s.verifications.Get(ctx, c.CompanyID, id)
	}
	if f := fault.As(err); f != nil && f.Kind == fault.NotFound {
		return bad("unknown_verification", "Böyle bir doğrulama yok.", "There is no such verification.")
	}
	switch {
	case err != nil:
		return v, err
	case v.Status != verification.Approved:
		return bad("verification_not_approved", fmt.Sprintf("Doğrulama onaylanmış değil (%s).", v.Status), fmt.Sprintf("The verification is not approved (%s).", v.Status))
	case v.Purpose != verification.VerifyPhone:
		return bad("verification_purpose", "Kod başka bir iş için gönderilmişti; telefonu doğrulamaz.", "The code was sent for another purpose; it does not verify the phone.")
	case v.Phone != c.Phone:
		return bad("verification_phone", "Doğrulama başka bir telefona ait.", "The verification belongs to another phone.")
	case s.clock.Now().Sub(v.EndedAt) > proofFor:
		return bad("verification_too_old", "Doğrulamanın üzerinden bir saatten çok geçti; yeni kod gönderin.", "The verification ended more than an hour ago; send a new code.")
	case strings.HasPrefix(v.CustomerID, "cus_") && v.CustomerID != c.ID:
		return v, used()
	}
	return v, nil
}

func used() error {
	return fault.Field("verification_id", "verification_used", "Doğrulama başka bir müşteri için kullanıldı.", "The verification was used for another customer.")
}

// claim makes the proof of a card its own: one verification proves the phone of one customer.
func claim(tx db.Tx, c Customer) error {
	if c.PhoneVerificationID == "" {
		return nil
	}
	if err := tx.Lock("verification-proof:" + c.PhoneVerificationID); err != nil {
		return err
	}
	var owner string
	if err := tx.QueryRow("SELECT customer_id FROM verification WHERE id = $1 AND company_id = $2", c.PhoneVerificationID, c.CompanyID).Scan(&owner); err != nil {
		return err
	}
	if strings.HasPrefix(owner, "cus_") && owner != c.ID {
		return used()
	}
	// A caller may have named its own customer number at the start; that stays, so the cards of the phone tell the rest.
	var other string
	err := tx.QueryRow("SELECT id FROM customer WHERE company_id = $1 AND phone = $2 AND phone_verification_id = $3 AND id <> $4 LIMIT 1",
		c.CompanyID, c.Phone, c.PhoneVerificationID, c.ID).Scan(&other)
	if err == nil {
		return used()
	}
	if !errors.Is(err, db.ErrNoRows) {
		return err
	}
	_, err = tx.Exec("UPDATE verification SET customer_id = $1 WHERE id = $2 AND customer_id = ''", c.ID, c.PhoneVerificationID)
	return err
}

// tell counts the version up by one for each thing that happened and returns the events. They name changed fields and no values:
// the log outlives the card.
func (s *Service) tell(before Customer, c *Customer, a answer) (out []audit.Event) {
	add := func(kind, reason string, data any) {
		c.Version++
		out = append(out, audit.Event{CompanyID: c.CompanyID, ObjectID: c.ID, ObjectSeq: c.Version, Kind: "customer." + kind, Reason: reason, At: c.UpdatedAt, Data: audit.Data(data)})
	}
	fields := changed(before, *c)
	// The proof and the reason for Hayır have events of their own.
	other := slices.ContainsFunc(fields, func(f string) bool { return f != "phone_verification_id" && f != "unverified_reason" })
	if before.ID == "" {
		add("created", "", map[string]any{"fields": fields})
	} else if other {
		add("changed", "", map[string]any{"fields": fields})
	}
	if a.value != "" {
		add("question_answered", a.reason, map[string]any{"question": string(verification.VerifyPhone), "answer": a.value, "reason": a.reason, "entry_point": c.EntryPoint})
	}
	if c.PhoneVerificationID != "" && c.PhoneVerificationID != before.PhoneVerificationID {
		add("phone_verified", VerifiedReason, map[string]any{"verification_id": c.PhoneVerificationID})
	}
	return out
}

// changed names the fields in which two cards differ.
func changed(a, b Customer) []string {
	out := []string{}
	for _, f := range []struct {
		name string
		diff bool
	}{{"code", a.Code != b.Code}, {"kind", a.Kind != b.Kind}, {"name", a.Name != b.Name}, {"surname", a.Surname != b.Surname}, {"phone", a.Phone != b.Phone},
		{"email", a.Email != b.Email}, {"tax_number", a.TaxNumber != b.TaxNumber}, {"tax_office", a.TaxOffice != b.TaxOffice},
		{"entry_point", a.EntryPoint != b.EntryPoint}, {"addresses", !slices.Equal(a.Addresses, b.Addresses)},
		{"phone_verification_id", a.PhoneVerificationID != b.PhoneVerificationID}, {"unverified_reason", a.UnverifiedReason != b.UnverifiedReason}} {
		if f.diff {
			out = append(out, f.name)
		}
	}
	return out
}
