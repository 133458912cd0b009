package verification

import (
	"context"
	"encoding/json"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/idempotency"
	"github.com/onay/onay/internal/message"
	"github.com/onay/onay/internal/phone"
)

// Request describes a verification to start.
type Request struct {
	Phone      string
	Purpose    Purpose // empty: verify_phone
	Channel    string  // empty: sms
	Locale     string  // empty: tr
	CustomerID string
	EntryPoint string
	ClientIP   string // the end user's address, for limits
	UserAgent  string
	LimitKey   string // the caller's own limit key: a user, a device, a basket
	AppHash    string // 11 characters, for Android's SMS Retriever
	Amount     int64  // kuruş, for payment and order
	Currency   string
	Payee      string
	Metadata   map[string]string
}

var appHash = regexp.MustCompile(`^[A-Za-z0-9+/]{11}$`)

// Normalize checks the request and fills in its defaults. country is that of the phone.
func (r *Request) normalize(c company.Company) (country string, err error) {
	if r.Purpose == "" {
		r.Purpose = VerifyPhone
	}
	if r.Locale == "" {
		r.Locale = "tr"
	}
	if r.Phone, country, err = phone.Parse(r.Phone); err != nil {
		return "", err
	}
	for _, f := range []struct {
		name, v string
		max     int
	}{{"customer_id", r.CustomerID, 60}, {"entry_point", r.EntryPoint, 40}, {"user_agent", r.UserAgent, 500}, {"limit_key", r.LimitKey, 100}, {"payee", r.Payee, 30}} {
		if utf8.RuneCountInString(f.v) > f.max {
			return "", fault.Field(f.name, "too_long", f.name+" çok uzun.", f.name+" is too long.")
		}
		if !utf8.ValidString(f.v) || strings.ContainsRune(f.v, 0) {
			return "", fault.Field(f.name, "invalid_text", f.name+" geçerli bir metin değil.", f.name+" is not valid text.")
		}
	}
	switch {
	case !slices.Contains(Purposes, r.Purpose):
		return "", fault.Field("purpose", "unknown_purpose", "Bilinmeyen amaç.", "Unknown purpose.")
	case r.Channel != "" && r.Channel != "sms":
		return "", fault.Field("channel", "unknown_channel", "Bilinmeyen kanal; sms kullanılabilir.", "Unknown channel; sms can be used.")
	case r.Locale != "tr" && r.Locale != "en":
		return "", fault.Field("locale", "unknown_locale", "Dil tr ya da en olmalı.", "The locale is tr or en.")
	case r.AppHash != "" && !appHash.MatchString(r.AppHash):
		return "", fault.Field("app_hash", "invalid_app_hash", "app_hash 11 karakterdir.", "app_hash has 11 characters.")
	case len(r.Metadata) > 20:
		return "", fault.Field("metadata", "too_long", "metadata en çok 20 alan içerir.", "metadata has at most 20 entries.")
	case r.Purpose.bound() && (r.Amount <= 0 || r.Amount > 1e15):
		return "", fault.Field("amount", "amount_required", "Bu amaç için kuruş olarak tutar gerekir.", "This purpose needs an amount in kuruş.")
	case !r.Purpose.bound() && (r.Amount != 0 || r.Payee != ""):
		return "", fault.Field("amount", "amount_not_allowed", "Tutar ve alıcı yalnızca ödeme ve sipariş onayında kullanılır.", "Amount and payee are for payments and orders only.")
	case r.EntryPoint != "" && !slices.Contains(company.EntryPoints, r.EntryPoint):
		return "", fault.Field("entry_point", "unknown_entry_point", "Bilinmeyen giriş noktası.", "Unknown entry point.")
	}
	for k, v := range r.Metadata {
		if len(k) > 40 || len(v) > 500 || !utf8.ValidString(k) || !utf8.ValidString(v) {
			return "", fault.Field("metadata", "too_long", "metadata adı en çok 40, değeri 500 karakterdir.", "A metadata name has at most 40 and a value 500 characters.")
		}
	}
	if r.ClientIP != "" {
		ip, err := netip.ParseAddr(r.ClientIP)
		if err != nil {
			return "", fault.Field("client_ip", "invalid_ip", "client_ip geçerli bir IP adresi değil.", "client_ip is not a valid IP address.")
		}
		r.ClientIP = ip.Unmap().WithZone("").String()
	}
	if r.Purpose.bound() {
		if r.Currency == "" {
			r.Currency = "TRY"
		}
		if r.Currency != "TRY" {
			return "", fault.Field("currency", "unknown_currency", "Para birimi TRY olmalı.", "The currency is TRY.")
		}
		if r.Payee == "" {
			r.Payee = c.Settings.Payee
		}
	}
	if !slices.Contains(c.Settings.Countries, country) {
		return "", fault.Field("phone", "country_not_allowed", "Bu ülkeye kod gönderilmiyor. Ülkeler sistem parametrelerinden açılır.", "Codes are not sent to this country. Countries are opened in the settings.")
	}
	return country, nil
}

// Start writes a verification and its message in one transaction, hands the message over and returns.
// The message's status tells how the hand-over went; a failed one is tried again until the code ends.
func (s *Service) Start(ctx context.Context, companyID string, r Request) (Verification, message.Message, error) {
	fail := func(err error) (Verification, message.Message, error) {
		return Verification{}, message.Message{}, err
	}
	c, err := s.companies.Open(ctx, companyID)
	if err != nil {
		return fail(err)
	}
	if _, err := r.normalize(c); err != nil {
		return fail(err)
	}
	safe, err := s.admit(ctx, c, r.Phone)
	if err != nil {
		return fail(err)
	}
	actor := audit.Actor(ctx)
	if err := s.rates.allow(ctx, c, actor); err != nil {
		return fail(err)
	}
	tpl, err := s.template(ctx, companyID, r.Purpose, r.Locale)
	if err != nil {
		return fail(err)
	}
	now := s.clock.Now()
	set := c.Settings
	v := Verification{ID: db.NewID("ver"), CompanyID: companyID, Phone: r.Phone, Purpose: r.Purpose, Status: Pending, MaxAttempts: set.MaxAttempts,
		Sends: 1, MaxSends: set.MaxSends, ResendAfter: now.Add(secs(set.ResendWait)), ExpiresAt: now.Add(set.ValidFor()), Locale: r.Locale, TemplateID: tpl.ID,
		CustomerID: r.CustomerID, EntryPoint: r.EntryPoint, ClientIP: r.ClientIP, UserAgent: r.UserAgent, LimitKey: r.LimitKey, AppHash: r.AppHash,
		Amount: r.Amount, Currency: r.Currency, Payee: r.Payee, Metadata: r.Metadata, CreatedBy: actor, Version: 1, CreatedAt: now}
	code := newCode(set.CodeLength)
	out, err := s.compose(v, c, tpl, code)
	if err != nil {
		return fail(err)
	}
	metadata := []byte("{}")
	if len(v.Metadata) > 0 {
		if metadata, err = json.Marshal(v.Metadata); err != nil {
			return fail(err)
		}
	}
	hash := s.codeHash(v, code)
	d, err := s.messages.Draft(out)
	if err != nil {
		return fail(err)
	}
	events := s.log.Digest(ctx, s.event(v, "created", "", created{v.Phone, v.Purpose, v.CustomerID, v.EntryPoint, v.ClientIP}), d.Event)
	err = s.db.Write(ctx, func(tx db.Tx) error {
		if err := s.limit(tx, c, v, safe); err != nil {
			return err
		}
		if err := idempotency.Record(ctx, tx, v.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO verification (id, company_id, phone, prefix, purpose, status, code_hash, attempts, max_attempts, sends, max_sends,
			resend_after, expires_at, ended_at, locale, template_id, customer_id, entry_point, client_ip, user_agent, limit_key, app_hash, amount, currency,
			payee, metadata, created_by, version, created_at)
			VALUES ($1, $2, $3, $4, $5, 'pending', $6, 0, $7, 1, $8, $9, $10, 0, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, 1, $24)`,
			v.ID, v.CompanyID, v.Phone, phone.Prefix(v.Phone), string(v.Purpose), hash, v.MaxAttempts, v.MaxSends, db.Micros(v.ResendAfter), db.Micros(v.ExpiresAt),
			v.Locale, v.TemplateID, v.CustomerID, v.EntryPoint, v.ClientIP, v.UserAgent, v.LimitKey, v.AppHash, v.Amount, v.Currency, v.Payee, string(metadata),
			v.CreatedBy, db.Micros(now)); err != nil {
			return err
		}
		if err := s.messages.Insert(tx, d); err != nil {
			return err
		}
		return s.log.Append(ctx, tx, events...)
	})
	if err != nil {
		return fail(err)
	}
	s.rates.took(c.ID, actor)
	return v, s.messages.HandOver(ctx, d.Message, d.Text), nil
}

type created struct {
	Phone      string  `json:"phone"`
	Purpose    Purpose `json:"purpose"`
	CustomerID string  `json:"customer_id,omitempty"`
	EntryPoint string  `json:"entry_point,omitempty"`
	ClientIP   string  `json:"client_ip,omitempty"`
}
