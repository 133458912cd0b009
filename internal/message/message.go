// Package message carries text messages to the providers: written in the transaction of its owner, handed over at once,
// taken over by the net if the process dies or a provider fails, and followed by reports until its end.
package message

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/vault"
)

// Status of a message. Sending means that somebody hands it over now; that claim ends by itself.
type Status string

const (
	Queued      Status = "queued"
	Sending     Status = "sending"
	Sent        Status = "sent"
	Delivered   Status = "delivered"
	Undelivered Status = "undelivered"
	Expired     Status = "expired"
	Failed      Status = "failed"
	Canceled    Status = "canceled"
)

// Message is one SMS to one phone.
type Message struct {
	ID                string
	CompanyID         string
	OwnerID           string // ver_…; empty for a test message
	Route             string // otp | bulk
	Purpose           string
	Recipient         string // E.164
	Sender            string // header it left under
	Body              string // what a person may read: a code is masked
	Encoding          string
	Segments          int
	Status            Status
	ProviderAccountID string
	ProviderMessageID string
	ErrorCode         string
	ErrorText         string // Turkish sentence for a person
	Tries             int
	ExpiresAt         time.Time
	SentAt            time.Time
	DeliveredAt       time.Time
	Version           int64
	CreatedAt         time.Time
}

// claimFor is how long one node may take to hand a message over before the net takes it from it.
// It is longer than all time-outs of one hand-over together.
const claimFor = 20 * time.Second

// Service sends messages.
type Service struct {
	db    db.DB
	log   *audit.Log
	vault *vault.Vault
	clock clock.Clock
	lg    *slog.Logger

	results chan result
	ended   chan struct{}
	slots   chan struct{} // bounds hand-overs of the net

	mu    sync.Mutex
	pools map[string]*pool // company → provider accounts
	state map[string]*accountState
}

// New returns the service. Start must run before messages are handed over.
func New(d db.DB, l *audit.Log, v *vault.Vault, c clock.Clock, lg *slog.Logger) *Service {
	return &Service{db: d, log: l, vault: v, clock: c, lg: lg, results: make(chan result, 1024), ended: make(chan struct{}),
		slots: make(chan struct{}, 64), pools: map[string]*pool{}, state: map[string]*accountState{}}
}

// Outgoing is a message to write.
type Outgoing struct {
	CompanyID string
	OwnerID   string
	Route     string
	Purpose   string
	Recipient string
	Text      string // as it is sent
	Masked    string // as a person may read it
	Encoding  string
	Segments  int
	ExpiresAt time.Time
}

// Draft is a message ready to be written: what can be computed outside a transaction is.
type Draft struct {
	Message Message
	Event   audit.Event // belongs into the transaction that writes the message
	Text    string
	secret  []byte
}

// Draft prepares a message that this node claims for itself: write it with [Service.Insert] and call [Service.HandOver] after
// the commit.
func (s *Service) Draft(o Outgoing) (Draft, error) {
	now := s.clock.Now()
	m := Message{ID: db.NewID("msg"), CompanyID: o.CompanyID, OwnerID: o.OwnerID, Route: o.Route, Purpose: o.Purpose, Recipient: o.Recipient, Body: o.Masked,
		Encoding: o.Encoding, Segments: o.Segments, Status: Sending, ExpiresAt: o.ExpiresAt, Version: 1, CreatedAt: now, Tries: 1}
	secret, err := s.vault.Seal([]byte(o.Text), "message:"+m.ID)
	return Draft{m, audit.Event{CompanyID: m.CompanyID, ObjectID: m.ID, ObjectSeq: 1, Kind: "message.accepted", At: now,
		Data: audit.Data(struct {
			Owner     string `json:"owner_id,omitempty"`
			Recipient string `json:"recipient"`
			Route     string `json:"route"`
			Segments  int    `json:"segments"`
		}{m.OwnerID, m.Recipient, m.Route, m.Segments})}, o.Text, secret}, err
}

// Insert writes a draft.
func (s *Service) Insert(tx db.Tx, d Draft) error {
	m := d.Message
	_, err := tx.Exec(`INSERT INTO message (id, company_id, owner_id, route, purpose, recipient, sender, body, body_secret, encoding, segments, status,
		provider_account_id, provider_message_id, error_code, error_text, tries, claimed_until, expires_at, sent_at, report_due, reports, delivered_at, version, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, '', $7, $8, $9, $10, $11, '', '', '', '', 1, $12, $13, 0, 0, 0, 0, 1, $14)`,
		m.ID, m.CompanyID, m.OwnerID, m.Route, m.Purpose, m.Recipient, m.Body, d.secret, m.Encoding, m.Segments, string(m.Status),
		db.Micros(m.CreatedAt.Add(claimFor)), db.Micros(m.ExpiresAt), db.Micros(m.CreatedAt))
	return err
}

const columns = `id, company_id, owner_id, route, purpose, recipient, sender, body, encoding, segments, status, provider_account_id,
	provider_message_id, error_code, error_text, tries, expires_at, sent_at, delivered_at, version, created_at`

func scan(r db.Row) (m Message, err error) {
	var status string
	var expires, sent, delivered, created int64
	err = r.Scan(&m.ID, &m.CompanyID, &m.OwnerID, &m.Route, &m.Purpose, &m.Recipient, &m.Sender, &m.Body, &m.Encoding, &m.Segments, &status,
		&m.ProviderAccountID, &m.ProviderMessageID, &m.ErrorCode, &m.ErrorText, &m.Tries, &expires, &sent, &delivered, &m.Version, &created)
	m.Status = Status(status)
	m.ExpiresAt, m.SentAt, m.DeliveredAt, m.CreatedAt = db.Time(expires), db.Time(sent), db.Time(delivered), db.Time(created)
	return m, err
}

// Get returns a company's message.
func (s *Service) Get(ctx context.Context, companyID, id string) (m Message, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		m, err = scan(tx.QueryRow("SELECT "+columns+" FROM message WHERE id = $1 AND company_id = $2", id, companyID))
		return err
	})
	if errors.Is(err, db.ErrNoRows) {
		err = fault.Missing(id)
	}
	return m, err
}

// List returns newest first, below the id before (empty: from the newest). phone may narrow it to one recipient.
func (s *Service) List(ctx context.Context, companyID, phone, before string, limit int) (out []Message, err error) {
	if before == "" {
		before = "msg_g"
	}
	limit = min(max(limit, 1), 200)
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		if phone != "" {
			out, err = db.All(tx, scan, "SELECT "+columns+" FROM message WHERE company_id = $1 AND id < $2 AND recipient = $4 ORDER BY id DESC LIMIT $3", companyID, before, limit, phone)
		} else {
			out, err = db.All(tx, scan, "SELECT "+columns+" FROM message WHERE company_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3", companyID, before, limit)
		}
		return err
	})
	return out, err
}

// OfOwner returns the messages of a verification, oldest first.
func (s *Service) OfOwner(ctx context.Context, companyID, ownerID string) (out []Message, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		out, err = db.All(tx, scan, "SELECT "+columns+" FROM message WHERE owner_id = $1 AND company_id = $2 ORDER BY id", ownerID, companyID)
		return err
	})
	return out, err
}

// Text returns the text as sent of an owner's first message. It is gone once the owner has ended.
func (s *Service) Text(tx db.Tx, ownerID string) (string, error) {
	var id string
	var secret []byte
	if err := tx.QueryRow("SELECT id, body_secret FROM message WHERE owner_id = $1 AND body_secret IS NOT NULL ORDER BY id LIMIT 1", ownerID).Scan(&id, &secret); err != nil {
		return "", err
	}
	plain, err := s.vault.Open(secret, "message:"+id)
	return string(plain), err
}

// Forget removes the texts that carry a code, for good. Messages still waiting are canceled with them.
func (s *Service) Forget(ctx context.Context, tx db.Tx, ownerID string) error {
	waiting, err := db.All(tx, func(r db.Row) (e audit.Event, err error) {
		err = r.Scan(&e.ObjectID, &e.CompanyID, &e.ObjectSeq)
		return e, err
	}, `UPDATE message SET status = 'canceled', version = version + 1 WHERE owner_id = $1 AND status = 'queued' RETURNING id, company_id, version`, ownerID)
	if err != nil {
		return err
	}
	for i := range waiting {
		waiting[i].Kind = "message.canceled"
	}
	if len(waiting) > 0 {
		if err := s.log.Append(ctx, tx, waiting...); err != nil {
			return err
		}
	}
	_, err = tx.Exec("UPDATE message SET body_secret = NULL WHERE owner_id = $1 AND body_secret IS NOT NULL", ownerID)
	return err
}
