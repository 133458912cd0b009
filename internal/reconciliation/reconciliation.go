package reconciliation

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/mail"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/pos"
)

// Subjects of a comparison.
const (
	Collections = "collections" // our payments with the bank's transactions
	Payouts     = "payouts"     // what the contract says is to come with the entries of the bank account
)

// States of a comparison.
const (
	Open     = "open"
	Closed   = "closed"
	Replaced = "replaced" // by a later one of the same days
)

// Reconciliation is a comparison of some days of an account.
type Reconciliation struct {
	ID         string
	CompanyID  string
	AccountID  string
	Subject    string
	From       Day
	Until      Day    // the last day
	Source     string // bank | file
	FileName   string
	FileDigest string
	Status     string
	Pairs      int64
	// Differences that were found, and those among them that nobody has closed.
	Differences, OpenDifferences int64
	Summary                      Summary
	Note                         string
	CreatedBy                    string
	CreatedAt                    time.Time
	ClosedBy                     string
	ClosedAt                     time.Time
	Version                      int64
	// Repeated says that the same file had been compared before; nothing was changed.
	Repeated bool
}

// Summary are the figures of a comparison.
type Summary struct {
	Currencies []Totals         `json:"currencies" nullable:"false"`
	By         map[string]int64 `json:"by" doc:"pairs by what made them one"`
	Kinds      map[string]int64 `json:"kinds" doc:"differences by kind"`
	Carried    int64            `json:"carried" doc:"differences of earlier days that have found their counterpart here"`
}

// Totals are the sums of a currency, in kuruş; refunds are below zero.
type Totals struct {
	Currency   pos.Currency `json:"currency"`
	Ours       int64        `json:"ours" doc:"number of movements"`
	OursSum    int64        `json:"ours_sum"`
	Theirs     int64        `json:"bank"`
	TheirsSum  int64        `json:"bank_sum"`
	Sales      int64        `json:"sales" doc:"of ours"`
	Refunds    int64        `json:"refunds" doc:"of ours, below zero"`
	Kept       int64        `json:"kept" doc:"what the bank says it keeps"`
	Expected   int64        `json:"expected_kept" doc:"what it may keep by the contract"`
	ToldByBank int64        `json:"told" doc:"lines of the bank that say what is kept"`
}

// Settings are a company's.
type Settings struct {
	// FourEyes: what one person closes, another has to confirm.
	FourEyes bool `json:"four_eyes" doc:"what one person closes, another confirms"`
	// Morning is the hour of the daily run in Istanbul, -1: none.
	Morning int `json:"morning" minimum:"-1" maximum:"23" doc:"hour of the daily run in Istanbul; -1: none"`
	// MailTo are the people who get the summary of the daily run.
	MailTo []string `json:"mail_to" required:"false" nullable:"false" maxItems:"20" doc:"addresses that get the summary of the daily run"`
	// Accounts of the books that journal lines are written on.
	Books Books `json:"books" doc:"account numbers of the journal lines"`
}

// Books are account numbers of the uniform chart of accounts.
type Books struct {
	Receivable string `json:"receivable" doc:"card receivables (108)"`
	Customers  string `json:"customers" doc:"customers (120)"`
	Bank       string `json:"bank" doc:"bank (102)"`
	Commission string `json:"commission" doc:"commission (653)"`
}

// DefaultSettings are those of a company that has set none.
func DefaultSettings() Settings {
	return Settings{Morning: 7, MailTo: []string{}, Books: Books{Receivable: "108", Customers: "120", Bank: "102", Commission: "653"}}
}

// Service compares what is in the database with what the banks say.
type Service struct {
	db       db.DB
	log      *audit.Log
	clock    clock.Clock
	lg       *slog.Logger
	payments *payment.Service
	calendar payment.Calendar
	mail     *mail.Service
}

// New returns the service.
func New(d db.DB, l *audit.Log, c clock.Clock, lg *slog.Logger, p *payment.Service, cal payment.Calendar, m *mail.Service) *Service {
	if lg == nil {
		lg = slog.New(slog.DiscardHandler)
	}
	return &Service{d, l, c, lg, p, cal, m}
}

func (s *Service) settings(tx db.Tx, companyID string) (Settings, error) {
	out := DefaultSettings()
	var raw string
	err := tx.QueryRow("SELECT settings FROM reconciliation_setting WHERE company_id = $1", companyID).Scan(&raw)
	if errors.Is(err, db.ErrNoRows) {
		return out, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(raw), &out)
	}
	return out, err
}

// Mails reports whether a mail server is set up.
func (s *Service) Mails() bool { return s.mail.On() }

// Settings returns a company's settings.
func (s *Service) Settings(ctx context.Context, companyID string) (out Settings, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) (err error) { out, err = s.settings(tx, companyID); return err })
	return out, err
}

// SetSettings replaces them.
func (s *Service) SetSettings(ctx context.Context, companyID string, n Settings) (Settings, error) {
	if n.Morning < -1 || n.Morning > 23 {
		return n, fault.Field("morning", "out_of_range", "Saat 0–23 arasında olmalı.", "The hour is between 0 and 23.")
	}
	to, err := mail.Addresses("mail_to", strings.Join(n.MailTo, "\n"))
	if err != nil {
		return n, err
	}
	n.MailTo = append([]string{}, to...)
	usual := DefaultSettings().Books
	for _, b := range []struct{ value, usual *string }{{&n.Books.Receivable, &usual.Receivable}, {&n.Books.Customers, &usual.Customers}, {&n.Books.Bank, &usual.Bank}, {&n.Books.Commission, &usual.Commission}} {
		if *b.value == "" {
			*b.value = *b.usual
		}
		if len(*b.value) > 40 {
			return n, fault.Field("books", "too_long", "Hesap numarası en çok 40 karakterdir.", "An account number has at most 40 characters.")
		}
	}
	err = s.db.Write(ctx, func(tx db.Tx) error {
		if _, err := tx.Exec("INSERT INTO reconciliation_setting (company_id, settings) VALUES ($1, $2) ON CONFLICT (company_id) DO UPDATE SET settings = $2", companyID, audit.Data(n)); err != nil {
			return err
		}
		return s.log.AppendNext(ctx, tx, audit.Event{CompanyID: companyID, ObjectID: "reconciliation_settings:" + companyID, Kind: "reconciliation_settings.changed", Data: audit.Data(n)})
	})
	return n, err
}

// Columns returns the columns that a company has saved for a bank's statements, nil for none.
func (s *Service) Columns(ctx context.Context, companyID, bank string) (c Columns, err error) {
	var raw string
	err = s.db.Read(ctx, func(tx db.Tx) error {
		err := tx.QueryRow("SELECT columns FROM statement_columns WHERE company_id = $1 AND bank = $2", companyID, bank).Scan(&raw)
		if errors.Is(err, db.ErrNoRows) {
			return nil
		}
		return err
	})
	if err == nil && raw != "" {
		err = json.Unmarshal([]byte(raw), &c)
	}
	return c, err
}

func saveColumns(tx db.Tx, companyID, bank string, c Columns) error {
	_, err := tx.Exec("INSERT INTO statement_columns (company_id, bank, columns) VALUES ($1, $2, $3) ON CONFLICT (company_id, bank) DO UPDATE SET columns = $3", companyID, bank, audit.Data(c))
	return err
}

const columns = "id, company_id, account_id, subject, from_day, until_day, source, file_name, file_digest, status, pairs, differences, open_differences, summary, note, created_by, created_at, closed_by, closed_at, version"

func scan(r db.Row) (x Reconciliation, err error) {
	var summary string
	var created, closed int64
	if err = r.Scan(&x.ID, &x.CompanyID, &x.AccountID, &x.Subject, &x.From, &x.Until, &x.Source, &x.FileName, &x.FileDigest, &x.Status, &x.Pairs, &x.Differences, &x.OpenDifferences, &summary, &x.Note, &x.CreatedBy, &created, &x.ClosedBy, &closed, &x.Version); err != nil {
		return x, err
	}
	x.CreatedAt, x.ClosedAt = db.Time(created), db.Time(closed)
	return x, json.Unmarshal([]byte(summary), &x.Summary)
}

func insert(tx db.Tx, x Reconciliation) error {
	_, err := tx.Exec("INSERT INTO reconciliation ("+columns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)", x.ID, x.CompanyID, x.AccountID, x.Subject, int64(x.From), int64(x.Until), x.Source,
		x.FileName, x.FileDigest, x.Status, x.Pairs, x.Differences, x.OpenDifferences, audit.Data(x.Summary), x.Note, x.CreatedBy, db.Micros(x.CreatedAt), x.ClosedBy, db.Micros(x.ClosedAt), x.Version)
	return err
}

func update(tx db.Tx, x Reconciliation) error {
	_, err := tx.Exec("UPDATE reconciliation SET status = $1, pairs = $2, differences = $3, open_differences = $4, note = $5, closed_by = $6, closed_at = $7, version = $8 WHERE id = $9", x.Status, x.Pairs, x.Differences, x.OpenDifferences, x.Note, x.ClosedBy, db.Micros(x.ClosedAt), x.Version, x.ID)
	return err
}

func read(tx db.Tx, companyID, id string) (Reconciliation, error) {
	x, err := scan(tx.QueryRow("SELECT "+columns+" FROM reconciliation WHERE id = $1 AND company_id = $2", id, companyID))
	if errors.Is(err, db.ErrNoRows) {
		err = fault.Missing(id)
	}
	return x, err
}

func (x Reconciliation) event(kind string, more map[string]any) audit.Event {
	data := map[string]any{"account": x.AccountID, "subject": x.Subject, "from": x.From, "until": x.Until, "status": x.Status, "pairs": x.Pairs, "differences": x.Differences, "open_differences": x.OpenDifferences}
	for k, v := range more {
		data[k] = v
	}
	return audit.Event{CompanyID: x.CompanyID, ObjectID: x.ID, ObjectSeq: x.Version, Kind: kind, Data: audit.Data(data)}
}

// Get returns one comparison.
func (s *Service) Get(ctx context.Context, companyID, id string) (x Reconciliation, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) (err error) { x, err = read(tx, companyID, id); return err })
	return x, err
}

// Filter chooses comparisons.
type Filter struct {
	AccountID   string
	Subject     string
	From, Until Day // of the days compared; 0: any
	All         bool
	Before      string // id
	Limit       int
}

// List returns a company's comparisons, the newest first; those replaced by later ones only if all are asked for.
func (s *Service) List(ctx context.Context, companyID string, f Filter) (out []Reconciliation, err error) {
	sql, args := "SELECT "+columns+" FROM reconciliation WHERE company_id = $1", []any{companyID}
	add := func(cond string, arg any) {
		args = append(args, arg)
		sql += " AND " + cond + placeholder(len(args))
	}
	if f.AccountID != "" {
		add("account_id = ", f.AccountID)
	}
	if f.Subject != "" {
		add("subject = ", f.Subject)
	}
	if f.From > 0 {
		add("until_day >= ", int64(f.From))
	}
	if f.Until > 0 {
		add("from_day <= ", int64(f.Until))
	}
	if !f.All {
		add("status <> ", Replaced)
	}
	if f.Before != "" {
		add("id < ", f.Before)
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	sql += " ORDER BY id DESC"
	args = append(args, min(f.Limit, 1000))
	sql += " LIMIT " + placeholder(len(args))
	err = s.db.Read(ctx, func(tx db.Tx) (err error) { out, err = db.All(tx, scan, sql, args...); return err })
	return out, err
}
