package payment

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/phone"
	"github.com/onay/onay/pos"
)

// Status is where a payment stands.
type Status string

// The statuses. Money never moves backwards: from Captured on only what is given back changes.
const (
	Created       Status = "created"      // a page waits for the payer
	AwaitingBank  Status = "awaiting_3ds" // the payer was sent to the bank's page
	Authorizing   Status = "authorizing"  // the bank is being asked
	Authorized    Status = "authorized"   // held, to be captured
	Captured      Status = "captured"     // paid
	Declined      Status = "declined"     // the bank said no; on a page another card may be tried
	Failed        Status = "failed"       // nothing was charged, for a reason that is not the card's
	Unknown       Status = "unknown"      // the bank gave no answer; it is being asked
	Expired       Status = "expired"      // the page's time is over
	Voided        Status = "voided"       // taken back before the day's end
	PartlyBack    Status = "partially_refunded"
	Refunded      Status = "refunded"
	secureOff            = "off"
	secureDefault        = "required"
)

// Statuses lists them in the order of a payment's life.
var Statuses = []Status{Created, AwaitingBank, Authorizing, Unknown, Authorized, Captured, PartlyBack, Refunded, Voided, Declined, Failed, Expired}

// Paid reports whether the payer's money is taken or held.
func (s Status) Paid() bool { return s == Authorized || s == Captured || s == PartlyBack }

// Moving reports whether the bank has been asked and has not answered.
func (s Status) Moving() bool { return s == Authorizing || s == Unknown }

// Payment is one thing that a payer is asked to pay for.
type Payment struct {
	ID             string
	CompanyID      string
	Token          string // of the pay page; whoever has it may see the page
	Status         Status
	Hosted         bool // paid on a page: another card may be tried after a decline
	Amount         pos.Money
	Surcharge      int64 // kuruş that the payer pays on top for installments
	Installments   int
	PreAuth        bool
	MOTO           bool
	Secure3D       string // required | off
	Captured       int64  // kuruş
	Refunded       int64  // kuruş
	OrderReference string
	Source         string // api | console | link
	LinkID         string // through which it came
	AccountWanted  string // empty: chosen by the rules
	CustomerID     string
	PayerName      string
	PayerEmail     string
	PayerPhone     string
	ClientIP       string
	Description    string
	Lang           string
	ReturnURL      string

	// Of the attempt that counts: the one that paid, else the last one.
	AccountID     string
	Route         string // why this account
	Test          bool   // at the bank's test system
	BankOrderID   string
	CardMasked    string
	CardBrand     string
	CardBank      string // name, where the table of card numbers has it
	AuthCode      string
	RRN           string
	ReferenceCode string
	BatchNumber   string
	OrderTrackID  string
	DeclineCode   pos.Code
	BankCode      string
	BankMessage   string

	CreatedBy string
	Version   int64
	CreatedAt time.Time
	ExpiresAt time.Time
	PaidAt    time.Time
}

// Charged is what the payer's card is charged, with what he pays for installments.
func (p Payment) Charged() int64 { return p.Amount.Minor + p.Surcharge }

// Rest is what can still be given back, in kuruş.
func (p Payment) Rest() int64 { return p.Captured - p.Refunded }

// group is what shares one payment of an order: the lock of everything that may charge it, and the key that only one paid payment has.
func (p Payment) group() string {
	if p.OrderReference != "" {
		return "order:" + p.CompanyID + ":" + p.OrderReference
	}
	return "payment:" + p.ID
}

const paymentColumns = "id, company_id, token, status, hosted, amount, surcharge, currency, installments, pre_auth, moto, secure3d, captured, refunded, order_reference, source, link_id, account_wanted, customer_id, payer_name, payer_email, payer_phone, " +
	"client_ip, description, lang, return_url, account_id, route, test, bank_order_id, card_masked, card_brand, card_bank, auth_code, rrn, reference_code, batch_number, order_track_id, decline_code, bank_code, bank_message, created_by, " +
	"version, created_at, expires_at, paid_at"

func scanPayment(r db.Row) (p Payment, err error) {
	var created, expires, paid int64
	err = r.Scan(&p.ID, &p.CompanyID, &p.Token, &p.Status, &p.Hosted, &p.Amount.Minor, &p.Surcharge, &p.Amount.Currency, &p.Installments, &p.PreAuth, &p.MOTO, &p.Secure3D, &p.Captured, &p.Refunded, &p.OrderReference, &p.Source, &p.LinkID, &p.AccountWanted,
		&p.CustomerID, &p.PayerName, &p.PayerEmail, &p.PayerPhone, &p.ClientIP, &p.Description, &p.Lang, &p.ReturnURL, &p.AccountID, &p.Route, &p.Test, &p.BankOrderID, &p.CardMasked, &p.CardBrand, &p.CardBank, &p.AuthCode, &p.RRN,
		&p.ReferenceCode, &p.BatchNumber, &p.OrderTrackID, &p.DeclineCode, &p.BankCode, &p.BankMessage, &p.CreatedBy, &p.Version, &created, &expires, &paid)
	p.CreatedAt, p.ExpiresAt, p.PaidAt = db.Time(created), db.Time(expires), db.Time(paid)
	return p, err
}

func insertPayment(tx db.Tx, p Payment) error {
	_, err := tx.Exec("INSERT INTO payment ("+paymentColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46)",
		p.ID, p.CompanyID, p.Token, string(p.Status), p.Hosted, p.Amount.Minor, p.Surcharge, string(p.Amount.Currency), p.Installments, p.PreAuth, p.MOTO, p.Secure3D, p.Captured, p.Refunded, p.OrderReference, p.Source, p.LinkID, p.AccountWanted, p.CustomerID,
		p.PayerName, p.PayerEmail, p.PayerPhone, p.ClientIP, p.Description, p.Lang, p.ReturnURL, p.AccountID, p.Route, p.Test, p.BankOrderID, p.CardMasked, p.CardBrand, p.CardBank, p.AuthCode, p.RRN, p.ReferenceCode, p.BatchNumber, p.OrderTrackID,
		string(p.DeclineCode), p.BankCode, p.BankMessage, p.CreatedBy, p.Version, db.Micros(p.CreatedAt), db.Micros(p.ExpiresAt), db.Micros(p.PaidAt))
	return err
}

// update writes what changes after a payment was made.
func update(tx db.Tx, p Payment) error {
	var key any
	if p.Status.Paid() {
		key = p.group()
	}
	_, err := tx.Exec("UPDATE payment SET status = $1, installments = $2, captured = $3, refunded = $4, paid_key = $5, account_id = $6, route = $7, test = $8, bank_order_id = $9, card_masked = $10, card_brand = $11, auth_code = $12, rrn = $13, "+
		"reference_code = $14, batch_number = $15, order_track_id = $16, decline_code = $17, bank_code = $18, bank_message = $19, version = $20, paid_at = $21, client_ip = $22, surcharge = $23, card_bank = $24 WHERE id = $25",
		string(p.Status), p.Installments, p.Captured, p.Refunded, key, p.AccountID, p.Route, p.Test, p.BankOrderID, p.CardMasked, p.CardBrand, p.AuthCode, p.RRN, p.ReferenceCode, p.BatchNumber, p.OrderTrackID, string(p.DeclineCode), p.BankCode,
		p.BankMessage, p.Version, db.Micros(p.PaidAt), p.ClientIP, p.Surcharge, p.CardBank, p.ID)
	return err
}

func readPayment(tx db.Tx, id string) (Payment, error) {
	p, err := scanPayment(tx.QueryRow("SELECT "+paymentColumns+" FROM payment WHERE id = $1", id))
	if errors.Is(err, db.ErrNoRows) {
		err = fault.Missing(id)
	}
	return p, err
}

// event tells of a payment as it is now.
func (p Payment) event(kind, reason string, more map[string]any) audit.Event {
	data := map[string]any{"status": p.Status, "amount": p.Amount.Minor, "currency": p.Amount.Currency, "installments": max(1, p.Installments), "order_reference": p.OrderReference, "source": p.Source, "test": p.Test}
	set := func(name, value string) {
		if value != "" {
			data[name] = value
		}
	}
	set("pos_account", p.AccountID)
	set("bank_order_id", p.BankOrderID)
	set("card", p.CardMasked)
	set("auth_code", p.AuthCode)
	set("decline_code", string(p.DeclineCode))
	set("bank_code", p.BankCode)
	if p.Surcharge != 0 {
		data["surcharge"] = p.Surcharge
	}
	if p.Captured != 0 || p.Refunded != 0 {
		data["captured"], data["refunded"] = p.Captured, p.Refunded
	}
	for k, v := range more {
		data[k] = v
	}
	return audit.Event{CompanyID: p.CompanyID, ObjectID: p.ID, ObjectSeq: p.Version, Kind: "payment." + kind, Reason: reason, Data: audit.Data(data)}
}

// NewPayment describes a payment to make.
type NewPayment struct {
	CompanyID      string
	Amount         pos.Money
	Installments   int
	PreAuth        bool
	MOTO           bool   // the payer is on the telephone: no 3-D Secure
	Secure3D       string // required (default) | off
	OrderReference string
	AccountID      string // empty: chosen by the rules
	Card           *pos.Card
	ReturnURL      string
	CustomerID     string
	PayerName      string
	PayerEmail     string
	PayerPhone     string
	ClientIP       string
	Description    string
	Lang           string
	Source         string
	LinkID         string
	Expires        time.Duration // of the page; 0: a day
}

const (
	defaultExpiry = 24 * time.Hour
	maxExpiry     = 90 * 24 * time.Hour
	maxAmount     = 1e12 // kuruş
)

func (n *NewPayment) validate(now time.Time) error {
	if n.Amount.Currency == "" {
		n.Amount.Currency = pos.TRY
	}
	if n.Secure3D == "" {
		n.Secure3D = secureDefault
	}
	if n.MOTO {
		n.Secure3D = secureOff
	}
	if n.Lang != "en" {
		n.Lang = "tr"
	}
	if n.Expires == 0 {
		n.Expires = defaultExpiry
	}
	for _, t := range []struct {
		name string
		text *string
		max  int
	}{{"order_reference", &n.OrderReference, 64}, {"customer.name", &n.PayerName, 100}, {"customer.email", &n.PayerEmail, 100}, {"description", &n.Description, 200}, {"return_url", &n.ReturnURL, 500}, {"client_ip", &n.ClientIP, 45}, {"customer.id", &n.CustomerID, 80}} {
		*t.text = strings.TrimSpace(*t.text)
		if utf8.RuneCountInString(*t.text) > t.max || strings.ContainsFunc(*t.text, unicode.IsControl) {
			return fault.Field(t.name, "invalid_text", "Metin çok uzun ya da izin verilmeyen karakter içeriyor.", "The text is too long or has characters that are not allowed.")
		}
	}
	if n.Card != nil && n.Card.In(strings.Join([]string{n.OrderReference, n.PayerName, n.Description, n.PayerEmail, n.CustomerID, n.ReturnURL}, "|")) {
		return fault.New(fault.Invalid, "card_number_in_text", "Kart numarası yalnızca kart alanına yazılır.", "A card number belongs into the card's field only.")
	}
	if n.PayerPhone != "" {
		number, _, err := phone.Parse(n.PayerPhone)
		if err != nil {
			return err
		}
		n.PayerPhone = number
	}
	switch {
	case n.Amount.Minor <= 0 || n.Amount.Minor > maxAmount:
		return fault.Field("amount", "invalid_amount", "Tutar sıfırdan büyük olmalı (kuruş).", "The amount is more than zero, in minor units.")
	case n.Amount.Currency.Numeric() == "":
		return fault.Field("currency", "invalid_currency", "Para birimi desteklenmiyor.", "The currency is not supported.")
	case n.Installments < 0 || n.Installments > 36:
		return fault.Field("installments", "invalid_installments", "Taksit sayısı 1–36 arasında olmalı.", "Installments are between 1 and 36.")
	case n.Secure3D != secureDefault && n.Secure3D != secureOff:
		return fault.Field("secure3d", "invalid_secure3d", "secure3d required ya da off olmalı.", "secure3d is required or off.")
	case n.ReturnURL != "" && !webAddress(n.ReturnURL):
		return fault.Field("return_url", "invalid_url", "Adres http:// ya da https:// ile başlamalı.", "The address begins with http:// or https://.")
	case n.Expires < time.Minute || n.Expires > maxExpiry:
		return fault.Field("expires_in", "out_of_range", "Süre 1 dakika ile 90 gün arasında olmalı.", "The time is between a minute and 90 days.")
	case n.Card != nil && n.Card.Expired(now.In(pos.Istanbul)):
		return fault.Field("card.expiry_year", "card_expired", "Kartın son kullanma tarihi geçmiş.", "The card has expired.")
	}
	return nil
}

func webAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil
}

// Filter narrows a list. Empty fields do not.
type Filter struct {
	Status         Status
	OrderReference string
	AccountID      string
	CustomerID     string
	LinkID         string
	Search         string // order reference, bank's order id, authorization code or the end of a card number, exactly
	Amount         int64  // kuruş, as asked or as charged
	From, To       time.Time
	Before         string // id: the page after it
	Limit          int
}

// where builds the condition of a filter.
func (f Filter) where(companyID string, now time.Time) (string, []any) {
	cond, args := "company_id = $1", []any{companyID}
	add := func(c string, v any) {
		args = append(args, v)
		n := placeholder(len(args))
		cond += " AND " + strings.ReplaceAll(c, "?", n)
	}
	if f.Status != "" {
		add("status = ?", string(f.Status))
	}
	if f.OrderReference != "" {
		add("order_reference = ? AND order_reference <> ''", f.OrderReference)
	}
	if f.AccountID != "" {
		add("account_id = ?", f.AccountID)
	}
	if f.LinkID != "" {
		add("link_id = ?", f.LinkID)
	}
	if f.CustomerID != "" {
		add("customer_id = ?", f.CustomerID)
	}
	if f.Search != "" {
		// Codes of the bank and ends of cards are looked for among the payments of the last 90 days: they come again, and have no index.
		args = append(args, idSince("pay", now.Add(-90*24*time.Hour)))
		since := placeholder(len(args))
		add("(order_reference = ? AND order_reference <> '' OR bank_order_id = ? AND bank_order_id <> '' OR id >= "+since+" AND (auth_code = ? OR rrn = ? OR reference_code = ? OR substr(card_masked, length(card_masked) - 3) = ?))", f.Search)
	}
	if f.Amount > 0 {
		add("(amount = ? OR captured = ?)", f.Amount)
	}
	if !f.From.IsZero() {
		add("created_at >= ?", db.Micros(f.From))
		add("id >= ?", idSince("pay", f.From))
	}
	if !f.To.IsZero() {
		add("created_at < ?", db.Micros(f.To))
		add("id < ?", idSince("pay", f.To.Add(time.Millisecond)))
	}
	return cond, args
}

func placeholder(n int) string {
	if n < 10 {
		return "$" + string(rune('0'+n))
	}
	return "$1" + string(rune('0'+n-10))
}

// List returns a company's payments, the newest first.
func (s *Service) List(ctx context.Context, companyID string, f Filter) (out []Payment, err error) {
	cond, args := f.where(companyID, s.clock.Now())
	if f.Before != "" {
		args = append(args, f.Before)
		cond += " AND id < " + placeholder(len(args))
	}
	args = append(args, f.Limit)
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		out, err = db.All(tx, scanPayment, "SELECT "+paymentColumns+" FROM payment WHERE "+cond+" ORDER BY id DESC LIMIT "+placeholder(len(args)), args...)
		return err
	})
	return out, err
}

// Total is the sum of payments of one currency and status.
type Total struct {
	Status   Status
	Currency pos.Currency
	Count    int64
	Amount   int64 // kuruş, as asked
	Captured int64
	Refunded int64
}

// Totals sums up what a filter finds.
func (s *Service) Totals(ctx context.Context, companyID string, f Filter) (out []Total, err error) {
	cond, args := f.where(companyID, s.clock.Now())
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		out, err = db.All(tx, func(r db.Row) (t Total, err error) {
			return t, r.Scan(&t.Status, &t.Currency, &t.Count, &t.Amount, &t.Captured, &t.Refunded)
		}, "SELECT status, currency, COUNT(*), CAST(SUM(amount) AS BIGINT), CAST(SUM(captured) AS BIGINT), CAST(SUM(refunded) AS BIGINT) FROM payment WHERE "+cond+" GROUP BY status, currency ORDER BY status, currency", args...)
		return err
	})
	return out, err
}

// Get returns one payment.
func (s *Service) Get(ctx context.Context, companyID, id string) (p Payment, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		if p, err = readPayment(tx, id); err == nil && p.CompanyID != companyID {
			err = fault.Missing(id)
		}
		return err
	})
	return p, err
}

// ByToken finds the payment of a pay page.
func (s *Service) ByToken(ctx context.Context, token string) (p Payment, err error) {
	if !isToken(token) {
		token = ""
	}
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		p, err = scanPayment(tx.QueryRow("SELECT "+paymentColumns+" FROM payment WHERE token = $1 AND token <> ''", token))
		return err
	})
	if errors.Is(err, db.ErrNoRows) {
		err = fault.New(fault.NotFound, "not_found", "Böyle bir ödeme sayfası yok.", "There is no such pay page.")
	}
	return p, err
}
