// Package verification answers "is this phone yours?": it makes a one-time code, has it sent, and checks what comes back.
package verification

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/message"
	"github.com/onay/onay/internal/vault"
)

// Status of a verification. All but Pending are final.
type Status string

const (
	Pending  Status = "pending"
	Approved Status = "approved"
	Denied   Status = "denied" // wrong codes used up the attempts
	Expired  Status = "expired"
	Canceled Status = "canceled"
)

// Purpose says what the code stands for. One code stands for one act.
type Purpose string

const (
	VerifyPhone Purpose = "verify_phone" // says that the phone is theirs, and nothing more
	Login       Purpose = "login"
	Payment     Purpose = "payment" // bound to amount and payee
	Order       Purpose = "order"   // bound to amount and payee
)

// Purposes lists them in the order of the console.
var Purposes = []Purpose{VerifyPhone, Login, Payment, Order}

// bound purposes name amount and payee in the text and tie the code to them.
func (p Purpose) bound() bool { return p == Payment || p == Order }

// Verification is one question to one phone. It never holds the code.
type Verification struct {
	ID          string
	CompanyID   string
	Phone       string // E.164
	Purpose     Purpose
	Status      Status
	Attempts    int
	MaxAttempts int
	Sends       int
	MaxSends    int
	ResendAfter time.Time
	ExpiresAt   time.Time
	EndedAt     time.Time
	Locale      string
	TemplateID  string
	CustomerID  string
	EntryPoint  string
	ClientIP    string
	UserAgent   string
	LimitKey    string
	AppHash     string
	Amount      int64 // kuruş; 0: none
	Currency    string
	Payee       string
	Metadata    map[string]string
	CreatedBy   string
	Version     int64
	CreatedAt   time.Time
}

// AttemptsLeft is how many codes may still be tried.
func (v Verification) AttemptsLeft() int { return max(v.MaxAttempts-v.Attempts, 0) }

// at gives the verification as of now: one that is past its end is expired, although the row may not say so yet.
func (v Verification) at(now time.Time) Verification {
	if v.Status == Pending && !now.Before(v.ExpiresAt) {
		v.Status, v.EndedAt = Expired, v.ExpiresAt
	}
	return v
}

// Service does verifications.
type Service struct {
	db        db.DB
	log       *audit.Log
	vault     *vault.Vault
	clock     clock.Clock
	lg        *slog.Logger
	companies *company.Service
	messages  *message.Service
	rates     *rates
	blocks    *blockCache
	templates *templateCache
}

// New returns the service.
func New(d db.DB, l *audit.Log, v *vault.Vault, c clock.Clock, lg *slog.Logger, companies *company.Service, messages *message.Service) *Service {
	return &Service{db: d, log: l, vault: v, clock: c, lg: lg, companies: companies, messages: messages,
		rates: newRates(d, c), blocks: newBlockCache(), templates: newTemplateCache()}
}

const columns = `id, company_id, phone, purpose, status, attempts, max_attempts, sends, max_sends, resend_after, expires_at, ended_at, locale, template_id,
	customer_id, entry_point, client_ip, user_agent, limit_key, app_hash, amount, currency, payee, metadata, created_by, version, created_at`

func scan(r db.Row) (v Verification, err error) {
	var purpose, status, metadata string
	var resend, expires, ended, created int64
	err = r.Scan(&v.ID, &v.CompanyID, &v.Phone, &purpose, &status, &v.Attempts, &v.MaxAttempts, &v.Sends, &v.MaxSends, &resend, &expires, &ended, &v.Locale,
		&v.TemplateID, &v.CustomerID, &v.EntryPoint, &v.ClientIP, &v.UserAgent, &v.LimitKey, &v.AppHash, &v.Amount, &v.Currency, &v.Payee, &metadata,
		&v.CreatedBy, &v.Version, &created)
	if err != nil {
		return v, err
	}
	v.Purpose, v.Status = Purpose(purpose), Status(status)
	v.ResendAfter, v.ExpiresAt, v.EndedAt, v.CreatedAt = db.Time(resend), db.Time(expires), db.Time(ended), db.Time(created)
	if metadata != "{}" {
		err = json.Unmarshal([]byte(metadata), &v.Metadata)
	}
	return v, err
}

func get(tx db.Tx, companyID, id string) (Verification, error) {
	v, err := scan(tx.QueryRow("SELECT "+columns+" FROM verification WHERE id = $1 AND company_id = $2", id, companyID))
	if errors.Is(err, db.ErrNoRows) {
		err = fault.Missing(id)
	}
	return v, err
}

// Get returns a company's verification; a finished one stays readable.
func (s *Service) Get(ctx context.Context, companyID, id string) (v Verification, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) (err error) { v, err = get(tx, companyID, id); return err })
	return v.at(s.clock.Now()), err
}

// List returns newest first, below the id before (empty: from the newest); phone and status may be empty.
func (s *Service) List(ctx context.Context, companyID, phone string, status Status, before string, limit int) (out []Verification, err error) {
	q, args := "SELECT "+columns+" FROM verification WHERE company_id = $1", []any{companyID}
	if before != "" {
		args = append(args, before)
		q += " AND (created_at, id) < ((SELECT created_at FROM verification WHERE id = $2), $2)"
	}
	for _, f := range []struct{ column, v string }{{"phone", phone}, {"status", string(status)}} {
		if f.v != "" {
			args = append(args, f.v)
			q += " AND " + f.column + " = $" + strconv.Itoa(len(args))
		}
	}
	args = append(args, min(max(limit, 1), 200))
	q += " ORDER BY created_at DESC, id DESC LIMIT $" + strconv.Itoa(len(args))
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		out, err = db.All(tx, scan, q, args...)
		return err
	})
	now := s.clock.Now()
	for i := range out {
		out[i] = out[i].at(now)
	}
	return out, err
}

func (s *Service) event(v Verification, kind, reason string, data any) audit.Event {
	e := audit.Event{CompanyID: v.CompanyID, ObjectID: v.ID, ObjectSeq: v.Version, Kind: "verification." + kind, Reason: reason, At: s.clock.Now()}
	if data != nil {
		e.Data = audit.Data(data)
	}
	return e
}
