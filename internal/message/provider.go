package message

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"golang.org/x/time/rate"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/idempotency"
	"github.com/onay/onay/sms"
)

// Account is one account of a company at a provider. Several of one provider add up their rates.
type Account struct {
	ID        string
	CompanyID string
	Provider  string // key of Providers
	Name      string
	BaseURL   string // empty: the provider's own
	Transport string // one of its provider's
	Username  string
	Secret    string // write-only: empty in what is read
	Header    string // sender header (SMS başlığı)
	Priority  int    // lower is tried first
	PerMinute int    // codes a minute; 0: no limit
	Status    string // on | drain (nothing new, reports go on) | off
	Version   int64
	CreatedAt time.Time
}

// accountState outlives changes of other accounts: rate and breaker belong to one account as it is configured.
type accountState struct {
	Account
	sender  sms.Sender
	limiter *rate.Limiter
	breaker circuitbreaker.CircuitBreaker[any]
}

type pool struct {
	accounts []*accountState // by priority, without those that are off
	until    time.Time
}

// poolFor is how long another node's change of an account may go unseen.
const poolFor = 2 * time.Second

func (s *Service) pool(ctx context.Context, companyID string) (*pool, error) {
	s.mu.Lock()
	p := s.pools[companyID]
	s.mu.Unlock()
	if p != nil && time.Now().Before(p.until) {
		return p, nil
	}
	accounts, err := s.accounts(ctx, companyID, true)
	if err != nil {
		return nil, err
	}
	p = &pool{until: time.Now().Add(poolFor)}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range accounts {
		if a.Status == "off" {
			continue
		}
		st := s.state[a.ID]
		if st == nil || st.Version != a.Version {
			p, ok := ProviderOf(a.Provider)
			if !ok {
				s.lg.Error("account of an unknown provider", "account", a.ID, "provider", a.Provider)
				continue
			}
			sender, err := p.build(a)
			if err != nil {
				s.lg.Error("account cannot be used", "account", a.ID, "error", err)
				continue
			}
			st = &accountState{Account: a, sender: sender,
				breaker: circuitbreaker.NewBuilder[any]().WithFailureThreshold(5).WithDelay(5 * time.Second).WithSuccessThreshold(2).Build()}
			if a.PerMinute > 0 {
				st.limiter = rate.NewLimiter(rate.Limit(float64(a.PerMinute)/60), a.PerMinute)
			}
			s.state[a.ID] = st
		}
		p.accounts = append(p.accounts, st)
	}
	s.pools[companyID] = p
	return p, nil
}

const accountColumns = "id, company_id, provider, name, base_url, transport, username, secret, header, priority, per_minute, status, version, created_at"

func (s *Service) accounts(ctx context.Context, companyID string, secrets bool) (out []Account, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		out, err = db.All(tx, func(r db.Row) (Account, error) { return s.scanAccount(r, secrets) },
			"SELECT "+accountColumns+" FROM provider_account WHERE company_id = $1 ORDER BY priority, id", companyID)
		return err
	})
	return out, err
}

func (s *Service) scanAccount(r db.Row, secrets bool) (a Account, err error) {
	var secret []byte
	var at int64
	if err = r.Scan(&a.ID, &a.CompanyID, &a.Provider, &a.Name, &a.BaseURL, &a.Transport, &a.Username, &secret, &a.Header, &a.Priority, &a.PerMinute, &a.Status, &a.Version, &at); err != nil {
		return a, err
	}
	a.CreatedAt = db.Time(at)
	if secrets {
		plain, err := s.vault.Open(secret, "provider_account:"+a.ID)
		if err != nil {
			return a, err
		}
		a.Secret = string(plain)
	}
	return a, nil
}

// Accounts returns a company's provider accounts by priority, without their secrets.
func (s *Service) Accounts(ctx context.Context, companyID string) ([]Account, error) {
	return s.accounts(ctx, companyID, false)
}

// Account returns one of them.
func (s *Service) Account(ctx context.Context, companyID, id string) (a Account, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		a, err = s.scanAccount(tx.QueryRow("SELECT "+accountColumns+" FROM provider_account WHERE id = $1 AND company_id = $2", id, companyID), false)
		return err
	})
	if errors.Is(err, db.ErrNoRows) {
		err = fault.Missing(id)
	}
	return a, err
}

var header = regexp.MustCompile(`^[A-Za-z0-9 .&_-]{3,11}$`)

func (a *Account) validate() error {
	p, known := ProviderOf(a.Provider)
	if a.Transport == "" && known {
		a.Transport = p.Transports[0]
	}
	a.Name, a.Username, a.Header = strings.TrimSpace(a.Name), strings.TrimSpace(a.Username), strings.TrimSpace(a.Header)
	switch {
	case !known:
		return fault.Field("provider", "unknown_provider", "Bilinmeyen sağlayıcı.", "Unknown provider.")
	case a.Name == "" || len(a.Name) > 80:
		return fault.Field("name", "invalid_name", "Hesaba 1–80 karakterlik bir ad verin.", "Give the account a name of 1 to 80 characters.")
	case a.Username == "" || len(a.Username) > 100:
		return fault.Field("username", "invalid_username", "Abone numarasını (kullanıcı kodu) yazın.", "Enter the subscriber number (user code).")
	case a.Secret == "" || len(a.Secret) > 200:
		return fault.Field("password", "invalid_password", "API alt kullanıcısının şifresini yazın.", "Enter the password of the API sub-user.")
	case !header.MatchString(a.Header):
		return fault.Field("header", "invalid_header", "SMS başlığı 3–11 karakterdir; Türkçe harf içermez.", "A sender header has 3 to 11 characters without Turkish letters.")
	case !slices.Contains(p.Transports, a.Transport):
		return fault.Field("transport", "invalid_transport", "Bağlantı türü şunlardan biri olmalı: "+strings.Join(p.Transports, ", ")+".", "The transport is one of "+strings.Join(p.Transports, ", ")+".")
	case !slices.Contains([]string{"on", "drain", "off"}, a.Status):
		return fault.Field("status", "invalid_status", "Durum on, drain ya da off olmalı.", "The status is on, drain or off.")
	case a.Priority < 0 || a.Priority > 1000:
		return fault.Field("priority", "out_of_range", "Öncelik 0–1000 arasında olmalı.", "The priority is between 0 and 1000.")
	case a.PerMinute < 0 || a.PerMinute > 10_000_000:
		return fault.Field("per_minute", "out_of_range", "Dakikalık sınır geçersiz.", "The rate per minute is not valid.")
	}
	if a.BaseURL != "" {
		u, err := url.Parse(a.BaseURL)
		loopback := err == nil && (u.Hostname() == "127.0.0.1" || u.Hostname() == "localhost" || u.Hostname() == "::1")
		if err != nil || u.Host == "" || u.User != nil || (u.Scheme != "https" && !(u.Scheme == "http" && loopback)) {
			return fault.Field("base_url", "invalid_url", "Adres https:// ile başlamalı.", "The address begins with https://.")
		}
	}
	return nil
}

// CreateAccount adds an account; it takes effect at once.
func (s *Service) CreateAccount(ctx context.Context, a Account) (Account, error) {
	a.ID, a.Version, a.CreatedAt = db.NewID("acc"), 1, s.clock.Now()
	if err := a.validate(); err != nil {
		return Account{}, err
	}
	secret, err := s.vault.Seal([]byte(a.Secret), "provider_account:"+a.ID)
	if err != nil {
		return Account{}, err
	}
	err = s.db.Write(ctx, func(tx db.Tx) error {
		if err := idempotency.Record(ctx, tx, a.ID); err != nil {
			return err
		}
		if _, err := tx.Exec("INSERT INTO provider_account ("+accountColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
			a.ID, a.CompanyID, a.Provider, a.Name, a.BaseURL, a.Transport, a.Username, secret, a.Header, a.Priority, a.PerMinute, a.Status, a.Version, db.Micros(a.CreatedAt)); err != nil {
			return err
		}
		return s.log.Append(ctx, tx, accountEvent(a, "provider_account.created"))
	})
	s.forgetPool(a.CompanyID)
	a.Secret = ""
	return a, err
}

// UpdateAccount changes an account; an empty Secret keeps the old one. It takes effect at once.
func (s *Service) UpdateAccount(ctx context.Context, companyID, id string, change func(*Account)) (Account, error) {
	var out Account
	err := s.db.Write(ctx, func(tx db.Tx) error {
		if err := tx.Lock("provider_account:" + id); err != nil {
			return err
		}
		a, err := s.scanAccount(tx.QueryRow("SELECT "+accountColumns+" FROM provider_account WHERE id = $1 AND company_id = $2", id, companyID), true)
		if errors.Is(err, db.ErrNoRows) {
			return fault.Missing(id)
		}
		if err != nil {
			return err
		}
		old := a.Secret
		change(&a)
		if a.Secret == "" {
			a.Secret = old
		}
		if err := a.validate(); err != nil {
			return err
		}
		secret, err := s.vault.Seal([]byte(a.Secret), "provider_account:"+id)
		if err != nil {
			return err
		}
		a.Version++
		if _, err := tx.Exec(`UPDATE provider_account SET name = $1, base_url = $2, transport = $3, username = $4, secret = $5, header = $6, priority = $7,
			per_minute = $8, status = $9, version = $10 WHERE id = $11`, a.Name, a.BaseURL, a.Transport, a.Username, secret, a.Header, a.Priority, a.PerMinute, a.Status, a.Version, id); err != nil {
			return err
		}
		out = a
		out.Secret = ""
		return s.log.Append(ctx, tx, accountEvent(a, "provider_account.changed"))
	})
	s.forgetPool(companyID)
	return out, err
}

func accountEvent(a Account, kind string) audit.Event {
	return audit.Event{CompanyID: a.CompanyID, ObjectID: a.ID, ObjectSeq: a.Version, Kind: kind, Data: audit.Data(map[string]any{
		"provider": a.Provider, "name": a.Name, "base_url": a.BaseURL, "transport": a.Transport, "username": a.Username,
		"header": a.Header, "priority": a.Priority, "per_minute": a.PerMinute, "status": a.Status})}
}

func (s *Service) forgetPool(companyID string) {
	s.mu.Lock()
	delete(s.pools, companyID)
	s.mu.Unlock()
}

// Health is how an account does at this moment, on this node.
type Health struct {
	Account
	Breaker string // closed: well; open: it failed and rests; half-open: it is tried
}

// Health tells it for each account of a company that is not off.
func (s *Service) Health(ctx context.Context, companyID string) ([]Health, error) {
	p, err := s.pool(ctx, companyID)
	if err != nil {
		return nil, err
	}
	var out []Health
	for _, a := range p.accounts {
		h := Health{Account: a.Account, Breaker: a.breaker.State().String()}
		h.Secret = ""
		out = append(out, h)
	}
	return out, nil
}

// Probe is what a provider answered to a question that sends nothing.
type Probe struct {
	Headers []string
	Balance string
	Err     error
}

// Probe logs in to an account's provider and reads its headers and credit.
func (s *Service) Probe(ctx context.Context, companyID, id string) (Probe, error) {
	accounts, err := s.accounts(ctx, companyID, true)
	if err != nil {
		return Probe{}, err
	}
	i := slices.IndexFunc(accounts, func(a Account) bool { return a.ID == id })
	if i < 0 {
		return Probe{}, fault.Missing(id)
	}
	provider, _ := ProviderOf(accounts[i].Provider) // checked when it was written
	sender, err := provider.build(accounts[i])
	if err != nil {
		return Probe{Err: err}, nil
	}
	var p Probe
	if h, ok := sender.(sms.HeaderLister); ok {
		p.Headers, p.Err = h.Headers(ctx)
	}
	if b, ok := sender.(sms.Balancer); ok && p.Err == nil {
		bal, err := b.Balance(ctx)
		p.Balance, p.Err = bal.Credit, err
	}
	return p, nil
}
