// Package webhook tells other programs what happened: it follows the log, writes one delivery for each event and endpoint, and
// posts it, signed by Standard Webhooks, until the endpoint has taken it or the tries are used up.
//
// A delivery may arrive twice and out of order. Its webhook-id names the event; "sequence" counts the events of an object.
package webhook

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/idempotency"
	"github.com/onay/onay/internal/vault"
)

// Groups are the beginnings of the kinds that leave the house. Events of users, keys and settings never do.
var Groups = []string{"verification", "message", "customer", "prefix", "payment"}

// maxEndpoints bounds the endpoints of one company.
const maxEndpoints = 20

// Endpoint is where a company wants to be told.
type Endpoint struct {
	ID        string
	CompanyID string
	URL       string
	Kinds     []string // "verification.approved" or "verification.*"; empty: all of [Groups]
	Enabled   bool
	CreatedBy string
	Version   int64
	CreatedAt time.Time
}

// wants reports whether an event is to be told to the endpoint.
func (e Endpoint) wants(ev audit.Event) bool {
	group, _, _ := strings.Cut(ev.Kind, ".")
	if ev.CompanyID != e.CompanyID || ev.At.Before(e.CreatedAt) || !slices.Contains(Groups, group) {
		return false
	}
	return len(e.Kinds) == 0 || slices.Contains(e.Kinds, ev.Kind) || slices.Contains(e.Kinds, group+".*")
}

// Options of the service.
type Options struct {
	// AllowPrivate lets deliveries go to private and loopback addresses and over plain http: for the sandbox and for tests.
	AllowPrivate bool
}

// Service keeps endpoints and delivers to them.
type Service struct {
	db    db.DB
	log   *audit.Log
	vault *vault.Vault
	clock clock.Clock
	lg    *slog.Logger
	opt   Options
	http  *http.Client
}

// New returns the service. [Service.Dispatch] and [Service.Deliver] are to be called again and again.
func New(d db.DB, l *audit.Log, v *vault.Vault, c clock.Clock, lg *slog.Logger, opt Options) *Service {
	return &Service{db: d, log: l, vault: v, clock: c, lg: lg, opt: opt, http: newClient(opt.AllowPrivate)}
}

const endpointColumns = "id, company_id, url, kinds, enabled, created_by, version, created_at"

func scanEndpoint(r db.Row) (e Endpoint, err error) {
	var kinds string
	var at int64
	if err = r.Scan(&e.ID, &e.CompanyID, &e.URL, &kinds, &e.Enabled, &e.CreatedBy, &e.Version, &at); err != nil {
		return e, err
	}
	e.CreatedAt = db.Time(at)
	return e, json.Unmarshal([]byte(kinds), &e.Kinds)
}

// storable reports whether a text can be an argument of a query: PostgreSQL refuses zero bytes and broken UTF-8.
func storable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

func getEndpoint(tx db.Tx, companyID, id string) (Endpoint, error) {
	if !storable(id) {
		return Endpoint{}, fault.Missing(id)
	}
	e, err := scanEndpoint(tx.QueryRow("SELECT "+endpointColumns+" FROM webhook_endpoint WHERE id = $1 AND company_id = $2", id, companyID))
	if errors.Is(err, db.ErrNoRows) {
		err = fault.Missing(id)
	}
	return e, err
}

// Create adds an endpoint and returns its secret, which cannot be had again. Kinds may be empty: everything of [Groups].
func (s *Service) Create(ctx context.Context, companyID, target string, kinds []string) (Endpoint, string, error) {
	now := s.clock.Now()
	e := Endpoint{ID: db.NewID("whe"), CompanyID: companyID, URL: target, Kinds: kinds, Enabled: true, CreatedBy: audit.Actor(ctx), Version: 1, CreatedAt: now}
	if err := s.normalize(&e); err != nil {
		return Endpoint{}, "", err
	}
	secret, sealed, err := s.newSecret(e.ID)
	if err != nil {
		return Endpoint{}, "", err
	}
	err = s.db.Write(ctx, func(tx db.Tx) error {
		if err := tx.Lock("webhook_endpoints:" + companyID); err != nil {
			return err
		}
		var status string
		if err := tx.QueryRow("SELECT status FROM company WHERE id = $1", companyID).Scan(&status); errors.Is(err, db.ErrNoRows) {
			return fault.Missing(companyID)
		} else if err != nil {
			return err
		}
		if status != "open" {
			return company.Closed()
		}
		var n int
		if err := tx.QueryRow("SELECT COUNT(*) FROM webhook_endpoint WHERE company_id = $1 AND enabled", companyID).Scan(&n); err != nil {
			return err
		}
		if n >= maxEndpoints {
			return fault.New(fault.Conflict, "too_many_endpoints", "Bir şirketin en çok 20 açık webhook adresi olabilir.", "A company has at most 20 enabled webhook endpoints.")
		}
		if err := idempotency.Record(ctx, tx, e.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO webhook_endpoint (id, company_id, url, kinds, secret, enabled, created_by, version, created_at)
			VALUES ($1, $2, $3, $4, $5, TRUE, $6, 1, $7)`, e.ID, e.CompanyID, e.URL, kindsJSON(e.Kinds), sealed, e.CreatedBy, db.Micros(now)); err != nil {
			return err
		}
		return s.log.Append(ctx, tx, s.event(e, "webhook_endpoint.created", "", map[string]any{"url": e.URL, "kinds": e.Kinds}))
	})
	if err != nil {
		return Endpoint{}, "", err
	}
	return e, secret, nil
}

func kindsJSON(kinds []string) string { return audit.Data(append([]string{}, kinds...)) }

// newSecret returns a secret and its encrypted form.
func (s *Service) newSecret(endpointID string) (string, []byte, error) {
	var raw [32]byte
	rand.Read(raw[:])
	text := "whsec_" + base64.StdEncoding.EncodeToString(raw[:])
	sealed, err := s.vault.Seal([]byte(text), "webhook_endpoint:"+endpointID)
	return text, sealed, err
}

func (s *Service) event(e Endpoint, kind, reason string, data any) audit.Event {
	return audit.Event{CompanyID: e.CompanyID, ObjectID: e.ID, ObjectSeq: e.Version, Kind: kind, Reason: reason, At: s.clock.Now(), Data: audit.Data(data)}
}

var kindPattern = regexp.MustCompile(`^([a-z_]+)\.(\*|[a-z_]+)$`)

func (s *Service) normalize(e *Endpoint) error {
	e.URL = strings.TrimSpace(e.URL)
	bad := func(tr, en string) error { return fault.Field("url", "invalid_url", tr, en) }
	u, err := url.Parse(e.URL)
	if err != nil || len(e.URL) > 500 || !storable(e.URL) || u.Hostname() == "" || u.User != nil || u.Fragment != "" || u.Opaque != "" {
		return bad("Webhook adresi geçersiz (örnek: https://erp.ornek.com.tr/onay).", "The webhook address is not valid (for example https://erp.example.com/onay).")
	}
	if u.Scheme != "https" && !(u.Scheme == "http" && s.opt.AllowPrivate) {
		return bad("Webhook adresi https:// ile başlamalı.", "A webhook address begins with https://.")
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil && !s.opt.AllowPrivate && !public(a) {
		return bad("Webhook adresi özel ağda olamaz.", "A webhook address cannot be in a private network.")
	}
	if len(e.Kinds) > 100 {
		return fault.Field("kinds", "too_many", "En çok 100 olay türü seçilebilir.", "At most 100 kinds can be chosen.")
	}
	for _, k := range e.Kinds {
		if m := kindPattern.FindStringSubmatch(k); len(k) > 60 || m == nil || !slices.Contains(Groups, m[1]) {
			return fault.Field("kinds", "invalid_kind", `Olay türü verification, message, customer ya da prefix ile başlar (örnek: "verification.*").`,
				`A kind begins with verification, message, customer or prefix (for example "verification.*").`)
		}
	}
	e.Kinds = slices.Compact(slices.Sorted(slices.Values(e.Kinds)))
	return nil
}

// Get returns a company's endpoint.
func (s *Service) Get(ctx context.Context, companyID, id string) (e Endpoint, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) (err error) { e, err = getEndpoint(tx, companyID, id); return err })
	return e, err
}

// List returns a company's endpoints, newest first, disabled ones too.
func (s *Service) List(ctx context.Context, companyID string) (out []Endpoint, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		out, err = db.All(tx, scanEndpoint, "SELECT "+endpointColumns+" FROM webhook_endpoint WHERE company_id = $1 ORDER BY id DESC", companyID)
		return err
	})
	return out, err
}

// Update changes URL, Kinds and Enabled. Setting Version to the one that the caller had read makes the change fail with
// "version_conflict" if the endpoint has moved on. Disabling ends all waiting deliveries.
func (s *Service) Update(ctx context.Context, companyID, id string, change func(*Endpoint) error) (Endpoint, error) {
	return s.update(ctx, companyID, id, "", change)
}

// Delete disables an endpoint; its deliveries stay readable. Doing it again changes nothing.
func (s *Service) Delete(ctx context.Context, companyID, id string) error {
	_, err := s.Update(ctx, companyID, id, func(e *Endpoint) error { e.Enabled = false; return nil })
	return err
}

func (s *Service) update(ctx context.Context, companyID, id, reason string, change func(*Endpoint) error) (e Endpoint, err error) {
	err = s.locked(ctx, companyID, id, func(tx db.Tx, before Endpoint) error {
		e = before
		e.Kinds = slices.Clone(before.Kinds)
		if err := change(&e); err != nil {
			return err
		}
		if e.Version != before.Version {
			return fault.New(fault.Conflict, "version_conflict", "Webhook adresi bu arada değiştirildi. Yenileyip tekrar deneyin.", "The webhook endpoint was changed in the meantime. Load it again and retry.")
		}
		e.ID, e.CompanyID, e.CreatedBy, e.CreatedAt = before.ID, before.CompanyID, before.CreatedBy, before.CreatedAt
		// What is only switched off is taken as it is, even if today's rules would refuse its address.
		if e.Enabled || e.URL != before.URL || !slices.Equal(e.Kinds, before.Kinds) {
			if err := s.normalize(&e); err != nil {
				return err
			}
		}
		if e.URL == before.URL && e.Enabled == before.Enabled && slices.Equal(e.Kinds, before.Kinds) {
			return nil
		}
		e.Version++
		if _, err := tx.Exec("UPDATE webhook_endpoint SET url = $1, kinds = $2, enabled = $3, version = $4 WHERE id = $5", e.URL, kindsJSON(e.Kinds), e.Enabled, e.Version, id); err != nil {
			return err
		}
		kind := "webhook_endpoint.changed"
		if before.Enabled && !e.Enabled {
			kind = "webhook_endpoint.disabled"
			if _, err := tx.Exec("UPDATE webhook_delivery SET status = 'failed', answer = $1, ended_at = $2 WHERE endpoint_id = $3 AND status = 'pending'",
				endpointOff, db.Micros(s.clock.Now()), id); err != nil {
				return err
			}
		}
		return s.log.Append(ctx, tx, s.event(e, kind, reason, map[string]any{"url": e.URL, "kinds": e.Kinds, "enabled": e.Enabled}))
	})
	return e, err
}

// locked runs fn on an endpoint that nobody else changes meanwhile.
func (s *Service) locked(ctx context.Context, companyID, id string, fn func(db.Tx, Endpoint) error) error {
	return s.db.Write(ctx, func(tx db.Tx) error {
		if err := tx.Lock("webhook_endpoint:" + id); err != nil {
			return err
		}
		e, err := getEndpoint(tx, companyID, id)
		if err != nil {
			return err
		}
		return fn(tx, e)
	})
}

// RotateSecret replaces the secret at once and returns the new one, which cannot be had again.
func (s *Service) RotateSecret(ctx context.Context, companyID, id string) (secret string, err error) {
	err = s.locked(ctx, companyID, id, func(tx db.Tx, e Endpoint) error {
		var sealed []byte
		if secret, sealed, err = s.newSecret(id); err != nil {
			return err
		}
		e.Version++
		if _, err := tx.Exec("UPDATE webhook_endpoint SET secret = $1, version = $2 WHERE id = $3", sealed, e.Version, id); err != nil {
			return err
		}
		return s.log.Append(ctx, tx, s.event(e, "webhook_endpoint.secret_rotated", "", struct{}{}))
	})
	if err != nil {
		return "", err
	}
	return secret, nil
}
