// Package company knows the merchants of an installation, their settings, their users and their keys.
package company

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/vault"
)

// Company is one merchant. A closed one keeps its data and does nothing.
type Company struct {
	ID        string
	Name      string
	Status    string // open | closed
	Settings  Settings
	Version   int64
	CreatedAt time.Time
}

// Service does everything with companies, users and keys.
type Service struct {
	db    db.DB
	log   *audit.Log
	vault *vault.Vault
	clock clock.Clock

	mu    sync.Mutex
	cache map[string]cached[Company]
	keys  map[string]cached[APIKey]
	users map[string]rememberedInfo

	// userChanges counts the changes of users that this process made; what was remembered before the newest one is read again.
	// An answer read while a change was under way carries the older number, so it can never outlive the change.
	userChanges atomic.Int64

	refused map[string]bool // hashes of keys that are never accepted
}

// cacheFor is how long another node's change may go unseen here. This node's own changes are seen at once.
const cacheFor = 2 * time.Second

type cached[T any] struct {
	v     T
	until time.Time
}

// New returns the service.
func New(d db.DB, l *audit.Log, v *vault.Vault, c clock.Clock) *Service {
	return &Service{db: d, log: l, vault: v, clock: c, cache: map[string]cached[Company]{}, keys: map[string]cached[APIKey]{}, users: map[string]rememberedInfo{}}
}

// Closed is the answer of everything that a closed company is asked to do.
func Closed() error {
	return fault.New(fault.Forbidden, "company_closed", "Bu şirket kapalı; işlem yapılamaz.", "This company is closed; nothing can be done.")
}

// Create adds an open company.
func (s *Service) Create(ctx context.Context, name string) (Company, error) {
	c, err := s.newCompany(name)
	if err != nil {
		return Company{}, err
	}
	return c, s.db.Write(ctx, func(tx db.Tx) error { return s.insertCompany(ctx, tx, c) })
}

func (s *Service) newCompany(name string) (Company, error) {
	name = strings.TrimSpace(name)
	if n := len([]rune(name)); n < 2 || n > 120 {
		return Company{}, fault.Field("name", "invalid_name", "Şirket adı 2–120 karakter olmalı.", "A company name has 2 to 120 characters.")
	}
	c := Company{ID: db.NewID("com"), Name: name, Status: "open", Settings: DefaultSettings(), Version: 1, CreatedAt: s.clock.Now()}
	c.Settings.Payee = shorten(name, 30)
	return c, nil
}

func (s *Service) insertCompany(ctx context.Context, tx db.Tx, c Company) error {
	settings, err := json.Marshal(c.Settings)
	if err != nil {
		return err
	}
	if _, err := tx.Exec("INSERT INTO company (id, name, status, settings, version, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
		c.ID, c.Name, c.Status, string(settings), c.Version, db.Micros(c.CreatedAt)); err != nil {
		return err
	}
	return s.log.Append(ctx, tx, audit.Event{CompanyID: c.ID, ObjectID: c.ID, ObjectSeq: 1, Kind: "company.created", Data: audit.Data(map[string]any{"name": c.Name})})
}

func shorten(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return strings.TrimSpace(string(r[:n]))
	}
	return s
}

const companyColumns = "id, name, status, settings, version, created_at"

func scanCompany(r db.Row) (c Company, err error) {
	var settings string
	var at int64
	if err = r.Scan(&c.ID, &c.Name, &c.Status, &settings, &c.Version, &at); err != nil {
		return c, err
	}
	c.CreatedAt = db.Time(at)
	c.Settings = DefaultSettings() // fields that a newer version added keep their default
	return c, json.Unmarshal([]byte(settings), &c.Settings)
}

// Get returns a company. The answer may be up to two seconds old where another node changed it.
func (s *Service) Get(ctx context.Context, id string) (Company, error) {
	s.mu.Lock()
	c, ok := s.cache[id]
	s.mu.Unlock()
	if ok && time.Now().Before(c.until) {
		return c.v, nil
	}
	var out Company
	err := s.db.Read(ctx, func(tx db.Tx) (err error) {
		out, err = scanCompany(tx.QueryRow("SELECT "+companyColumns+" FROM company WHERE id = $1", id))
		return err
	})
	if errors.Is(err, db.ErrNoRows) {
		return Company{}, fault.Missing(id)
	}
	if err != nil {
		return Company{}, err
	}
	s.mu.Lock()
	s.cache[id] = cached[Company]{out, time.Now().Add(cacheFor)}
	s.mu.Unlock()
	return out, nil
}

// Open returns a company that may act, or the reason why it may not.
func (s *Service) Open(ctx context.Context, id string) (Company, error) {
	c, err := s.Get(ctx, id)
	if err == nil && c.Status != "open" {
		err = Closed()
	}
	return c, err
}

// List returns all companies by name.
func (s *Service) List(ctx context.Context) (out []Company, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		out, err = db.All(tx, scanCompany, "SELECT "+companyColumns+" FROM company ORDER BY name, id")
		return err
	})
	return out, err
}

// Update changes a company under the row it read; change returns the reason for the log.
func (s *Service) Update(ctx context.Context, id, kind string, change func(*Company) error) (Company, error) {
	var out Company
	err := s.db.Write(ctx, func(tx db.Tx) error {
		if err := tx.Lock("company:" + id); err != nil {
			return err
		}
		c, err := scanCompany(tx.QueryRow("SELECT "+companyColumns+" FROM company WHERE id = $1", id))
		if errors.Is(err, db.ErrNoRows) {
			return fault.Missing(id)
		}
		if err != nil {
			return err
		}
		before, err := json.Marshal(c.Settings)
		if err != nil {
			return err
		}
		if err := change(&c); err != nil {
			return err
		}
		if err := c.Settings.Validate(); err != nil {
			return err
		}
		after, err := json.Marshal(c.Settings)
		if err != nil {
			return err
		}
		c.Version++
		if _, err := tx.Exec("UPDATE company SET name = $1, status = $2, settings = $3, version = $4 WHERE id = $5",
			c.Name, c.Status, string(after), c.Version, id); err != nil {
			return err
		}
		out = c
		return s.log.Append(ctx, tx, audit.Event{CompanyID: id, ObjectID: id, ObjectSeq: c.Version, Kind: kind,
			Data: audit.Data(map[string]any{"name": c.Name, "status": c.Status, "before": json.RawMessage(before), "after": json.RawMessage(after)})})
	})
	if err == nil {
		s.mu.Lock()
		delete(s.cache, id)
		s.mu.Unlock()
	}
	return out, err
}

// SetSettings replaces the system parameters.
func (s *Service) SetSettings(ctx context.Context, id string, set Settings) (Company, error) {
	return s.Update(ctx, id, "company.settings_changed", func(c *Company) error { c.Settings = set; return nil })
}

// SetStatus opens or closes a company.
func (s *Service) SetStatus(ctx context.Context, id, status string) (Company, error) {
	return s.Update(ctx, id, "company."+status, func(c *Company) error {
		if status != "open" && status != "closed" {
			return fault.Field("status", "invalid_status", "Durum open ya da closed olmalı.", "The status is open or closed.")
		}
		c.Status = status
		return nil
	})
}
