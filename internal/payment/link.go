package payment

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/time/rate"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/idempotency"
	"github.com/onay/onay/pos"
)

// Link is an address that may be paid many times: on a poster, in a profile, at the till. What is paid once is a [Payment] with its page.
type Link struct {
	ID          string
	CompanyID   string
	Token       string // of its address
	Description string
	Amount      int64 // kuruş; 0: the payer types it
	Least, Most int64 // kuruş; of what the payer types
	Currency    pos.Currency
	AccountID   string // empty: chosen by the rules
	Lang        string
	Uses        int64 // payments that were begun
	MaxUses     int64 // 0: no limit
	Status      string
	ExpiresAt   time.Time // zero: never
	Version     int64
	CreatedBy   string
	CreatedAt   time.Time
}

const linkColumns = "id, company_id, token, description, amount, least, most, currency, account_wanted, lang, uses, max_uses, status, expires_at, version, created_by, created_at"

func scanLink(r db.Row) (l Link, err error) {
	var expires, created int64
	err = r.Scan(&l.ID, &l.CompanyID, &l.Token, &l.Description, &l.Amount, &l.Least, &l.Most, &l.Currency, &l.AccountID, &l.Lang, &l.Uses, &l.MaxUses, &l.Status, &expires, &l.Version, &l.CreatedBy, &created)
	l.ExpiresAt, l.CreatedAt = db.Time(expires), db.Time(created)
	return l, err
}

func (l *Link) validate() error {
	l.Description = strings.TrimSpace(l.Description)
	if l.Currency == "" {
		l.Currency = pos.TRY
	}
	if l.Lang != "en" {
		l.Lang = "tr"
	}
	switch n := utf8.RuneCountInString(l.Description); {
	case n == 0 || n > 200 || strings.ContainsFunc(l.Description, unicode.IsControl):
		return fault.Field("description", "invalid_text", "Ne için ödendiğini yazın (1–200 karakter).", "Say what is paid for (1 to 200 characters).")
	case l.Amount < 0 || l.Amount > maxAmount:
		return fault.Field("amount", "invalid_amount", "Tutar sıfırdan küçük olamaz; sıfırsa ödeyen yazar.", "The amount is not less than zero; if it is zero the payer types it.")
	case l.Least < 0 || l.Most < 0 || l.Most > maxAmount || l.Most > 0 && l.Least > l.Most:
		return fault.Field("least", "out_of_range", "En az tutar en çok tutardan büyük olamaz.", "The least amount is not more than the most.")
	case l.Currency.Numeric() == "":
		return fault.Field("currency", "invalid_currency", "Para birimi desteklenmiyor.", "The currency is not supported.")
	case l.MaxUses < 0:
		return fault.Field("max_uses", "out_of_range", "Kullanım sayısı sıfırdan küçük olamaz.", "The number of uses is not less than zero.")
	case l.Status != "on" && l.Status != "off":
		return fault.Field("status", "invalid_status", "Durum on ya da off olmalı.", "The status is on or off.")
	}
	return nil
}

func (l Link) event(kind string) audit.Event {
	return audit.Event{CompanyID: l.CompanyID, ObjectID: l.ID, ObjectSeq: l.Version, Kind: kind, Data: audit.Data(map[string]any{"description": l.Description, "amount": l.Amount, "currency": l.Currency, "status": l.Status, "max_uses": l.MaxUses})}
}

// LinkURL is the address of a link.
func (s *Service) LinkURL(l Link) string { return s.public + "/pay/link/" + l.Token }

// CreateLink makes a link.
func (s *Service) CreateLink(ctx context.Context, l Link) (Link, error) {
	l.ID, l.Token, l.Version, l.Uses, l.CreatedAt, l.CreatedBy = db.NewID("lnk"), newToken(), 1, 0, s.clock.Now(), audit.Actor(ctx)
	if l.Status == "" {
		l.Status = "on"
	}
	if err := l.validate(); err != nil {
		return l, err
	}
	probe := l.payment(max(l.Amount, l.Least, 100), "")
	if err := probe.validate(l.CreatedAt); err != nil {
		return l, err
	}
	if _, err := s.route(ctx, Payment{CompanyID: l.CompanyID, Amount: probe.Amount, Secure3D: secureDefault, AccountWanted: l.AccountID}, false, ""); err != nil {
		return l, err
	}
	err := s.db.Write(ctx, func(tx db.Tx) error {
		if err := idempotency.Record(ctx, tx, l.ID); err != nil {
			return err
		}
		if _, err := tx.Exec("INSERT INTO payment_link ("+linkColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)", l.ID, l.CompanyID, l.Token, l.Description, l.Amount, l.Least, l.Most, string(l.Currency), l.AccountID,
			l.Lang, l.Uses, l.MaxUses, l.Status, db.Micros(l.ExpiresAt), l.Version, l.CreatedBy, db.Micros(l.CreatedAt)); err != nil {
			return err
		}
		return s.log.Append(ctx, tx, l.event("payment_link.created"))
	})
	return l, err
}

func (l Link) payment(amount int64, lang string) NewPayment {
	if lang == "" {
		lang = l.Lang
	}
	return NewPayment{CompanyID: l.CompanyID, Amount: pos.Money{Minor: amount, Currency: l.Currency}, AccountID: l.AccountID, Description: l.Description, Lang: lang, Source: "link", LinkID: l.ID}
}

// UpdateLink changes a link's description, limits, expiry or status.
func (s *Service) UpdateLink(ctx context.Context, companyID, id string, change func(*Link)) (l Link, err error) {
	err = s.db.Write(ctx, func(tx db.Tx) error {
		if err := tx.Lock("payment_link:" + id); err != nil {
			return err
		}
		old, err := s.readLink(tx, companyID, id)
		if err != nil {
			return err
		}
		l = old
		change(&l)
		l.ID, l.CompanyID, l.Token, l.Amount, l.Currency, l.Uses, l.Version, l.CreatedBy, l.CreatedAt = old.ID, old.CompanyID, old.Token, old.Amount, old.Currency, old.Uses, old.Version+1, old.CreatedBy, old.CreatedAt
		if err := l.validate(); err != nil {
			return err
		}
		if _, err := tx.Exec("UPDATE payment_link SET description = $1, least = $2, most = $3, max_uses = $4, status = $5, expires_at = $6, version = $7 WHERE id = $8", l.Description, l.Least, l.Most, l.MaxUses, l.Status, db.Micros(l.ExpiresAt), l.Version, id); err != nil {
			return err
		}
		return s.log.Append(ctx, tx, l.event("payment_link.changed"))
	})
	return l, err
}

func (s *Service) readLink(tx db.Tx, companyID, id string) (Link, error) {
	l, err := scanLink(tx.QueryRow("SELECT "+linkColumns+" FROM payment_link WHERE id = $1 AND company_id = $2", id, companyID))
	if errors.Is(err, db.ErrNoRows) {
		err = fault.Missing(id)
	}
	return l, err
}

// Link returns one link.
func (s *Service) Link(ctx context.Context, companyID, id string) (l Link, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) (err error) { l, err = s.readLink(tx, companyID, id); return err })
	return l, err
}

// Links returns a company's links, the newest first.
func (s *Service) Links(ctx context.Context, companyID, before string, limit int) (out []Link, err error) {
	cond, args := "company_id = $1", []any{companyID, limit}
	if before != "" {
		cond, args = cond+" AND id < $3", append(args, before)
	}
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		out, err = db.All(tx, scanLink, "SELECT "+linkColumns+" FROM payment_link WHERE "+cond+" ORDER BY id DESC LIMIT $2", args...)
		return err
	})
	return out, err
}

// LinkByToken finds the link of an address.
func (s *Service) LinkByToken(ctx context.Context, token string) (l Link, err error) {
	if !isToken(token) {
		token = ""
	}
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		l, err = scanLink(tx.QueryRow("SELECT "+linkColumns+" FROM payment_link WHERE token = $1", token))
		return err
	})
	if errors.Is(err, db.ErrNoRows) {
		err = fault.New(fault.NotFound, "not_found", "Böyle bir ödeme bağlantısı yok.", "There is no such payment link.")
	}
	return l, err
}

// Open tells why a link cannot be paid now, nil if it can.
func (s *Service) Open(l Link) error {
	if l.Status != "on" || !l.ExpiresAt.IsZero() && s.clock.Now().After(l.ExpiresAt) || l.MaxUses > 0 && l.Uses >= l.MaxUses {
		return fault.New(fault.Conflict, "link_closed", "Bu ödeme bağlantısı kapandı.", "This payment link is closed.")
	}
	return nil
}

// PayLink begins a payment through a link. amount (kuruş) counts only where the link leaves it to the payer.
func (s *Service) PayLink(ctx context.Context, token string, amount int64, name, phone, lang string) (Payment, error) {
	l, err := s.LinkByToken(ctx, token)
	if err != nil {
		return Payment{}, err
	}
	if limit, _ := s.links.LoadOrStore(l.ID, rate.NewLimiter(rate.Every(time.Second), 30)); !limit.(*rate.Limiter).Allow() {
		return Payment{}, fault.Wait(5*time.Second, "too_many_payments", "Bu bağlantıdan şu anda çok ödeme başlatılıyor; birazdan yeniden deneyin.", "Too many payments begin at this link now; try again in a moment.")
	}
	if l.Amount > 0 {
		amount = l.Amount
	} else if amount <= 0 || amount < l.Least || l.Most > 0 && amount > l.Most {
		return Payment{}, fault.Field("amount", "invalid_amount", "Tutar bu bağlantı için verilen sınırlar içinde olmalı.", "The amount is within the limits of this link.")
	}
	n := l.payment(amount, lang)
	n.PayerName, n.PayerPhone = name, phone
	if err := n.validate(s.clock.Now()); err != nil {
		return Payment{}, err
	}
	err = s.db.Write(ctx, func(tx db.Tx) error {
		if err := tx.Lock("payment_link:" + l.ID); err != nil {
			return err
		}
		l, err := s.readLink(tx, l.CompanyID, l.ID)
		if err != nil {
			return err
		}
		if err := s.Open(l); err != nil {
			return err
		}
		_, err = tx.Exec("UPDATE payment_link SET uses = uses + 1 WHERE id = $1", l.ID)
		return err
	})
	if err != nil {
		return Payment{}, err
	}
	return s.Create(ctx, n)
}
