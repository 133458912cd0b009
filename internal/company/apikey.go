package company

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/idempotency"
)

// APIKey lets a program act for one company. The key itself is shown once and kept only as a hash.
type APIKey struct {
	ID        string
	CompanyID string
	Name      string
	Hint      string // first characters
	Scopes    []string
	Networks  []string // CIDR; empty: any
	CreatedBy string
	CreatedAt time.Time
	ExpiresAt time.Time
	RevokedAt time.Time
	UsedAt    time.Time

	nets []netip.Prefix
}

// Scopes that a key can have. "*" stands for all.
var Scopes = []string{"verifications", "messages", "customers", "payments", "refunds", "dayend", "webhooks", "events", "settings", "*"}

// Allows reports whether the key may do what needs scope.
func (k APIKey) Allows(scope string) bool {
	return slices.Contains(k.Scopes, "*") || slices.Contains(k.Scopes, scope)
}

// NewKey describes a key to make.
type NewKey struct {
	Name      string
	Scopes    []string
	Networks  []string
	ExpiresAt time.Time
}

// CreateKey makes a key and returns its text, which cannot be had again.
func (s *Service) CreateKey(ctx context.Context, companyID string, n NewKey) (APIKey, string, error) {
	var raw [32]byte
	rand.Read(raw[:])
	text := "onay_live_" + base64.RawURLEncoding.EncodeToString(raw[:])
	k, err := s.AddKey(ctx, companyID, n, text)
	return k, text, err
}

// AddKey stores a key whose text is given; the sandbox uses it for its well-known one.
func (s *Service) AddKey(ctx context.Context, companyID string, n NewKey, text string) (APIKey, error) {
	n.Name = strings.TrimSpace(n.Name)
	if l := len([]rune(n.Name)); l < 1 || l > 80 {
		return APIKey{}, fault.Field("name", "invalid_name", "Anahtara 1–80 karakterlik bir ad verin.", "Give the key a name of 1 to 80 characters.")
	}
	if len(n.Scopes) == 0 || !all(n.Scopes, func(x string) bool { return slices.Contains(Scopes, x) }) {
		return APIKey{}, fault.Field("scopes", "invalid_scope", "En az bir geçerli yetki seçin.", "Choose at least one valid scope.")
	}
	if _, err := parseNetworks(n.Networks); err != nil {
		return APIKey{}, fault.Field("networks", "invalid_network", "IP aralığı geçersiz (örnek: 203.0.113.0/24).", "The IP range is not valid (for example 203.0.113.0/24).")
	}
	k := APIKey{ID: db.NewID("key"), CompanyID: companyID, Name: n.Name, Hint: text[:min(14, len(text))], Scopes: n.Scopes, Networks: n.Networks,
		CreatedBy: audit.Actor(ctx), CreatedAt: s.clock.Now(), ExpiresAt: n.ExpiresAt}
	scopes, _ := json.Marshal(k.Scopes)
	nets, _ := json.Marshal(append([]string{}, k.Networks...))
	err := s.db.Write(ctx, func(tx db.Tx) error {
		if err := idempotency.Record(ctx, tx, k.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO api_key (id, company_id, name, hint, hash, scopes, networks, created_by, created_at, expires_at, revoked_at, used_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0)`,
			k.ID, k.CompanyID, k.Name, k.Hint, keyHash(text), string(scopes), string(nets), k.CreatedBy, db.Micros(k.CreatedAt), db.Micros(k.ExpiresAt)); err != nil {
			return err
		}
		return s.log.Append(ctx, tx, audit.Event{CompanyID: companyID, ObjectID: k.ID, ObjectSeq: 1, Kind: "api_key.created",
			Data: audit.Data(map[string]any{"name": k.Name, "scopes": k.Scopes, "networks": k.Networks})})
	})
	return k, err
}

func parseNetworks(in []string) (out []netip.Prefix, err error) {
	for _, n := range in {
		p, err := netip.ParsePrefix(n)
		if err != nil {
			a, err2 := netip.ParseAddr(n)
			if err2 != nil {
				return nil, err
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

func keyHash(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}

const keyColumns = "id, company_id, name, hint, scopes, networks, created_by, created_at, expires_at, revoked_at, used_at"

func scanKey(r db.Row) (k APIKey, err error) {
	var scopes, nets string
	var created, expires, revoked, used int64
	if err = r.Scan(&k.ID, &k.CompanyID, &k.Name, &k.Hint, &scopes, &nets, &k.CreatedBy, &created, &expires, &revoked, &used); err != nil {
		return k, err
	}
	k.CreatedAt, k.ExpiresAt, k.RevokedAt, k.UsedAt = db.Time(created), db.Time(expires), db.Time(revoked), db.Time(used)
	if err = errors.Join(json.Unmarshal([]byte(scopes), &k.Scopes), json.Unmarshal([]byte(nets), &k.Networks)); err != nil {
		return k, err
	}
	k.nets, err = parseNetworks(k.Networks)
	return k, err
}

var badKey = fault.New(fault.Unauthorized, "invalid_key", "API anahtarı geçersiz, süresi dolmuş ya da iptal edilmiş.", "The API key is not valid, has expired or was revoked.")

// maxCachedKeys bounds the memory that callers with made-up keys can take: unknown keys are never cached.
const maxCachedKeys = 10_000

// Authenticate returns the key of a Bearer text used from ip. A key revoked on another node is refused within two seconds.
func (s *Service) Authenticate(ctx context.Context, text string, ip netip.Addr) (APIKey, error) {
	if len(text) < 12 || len(text) > 128 {
		return APIKey{}, badKey
	}
	h := keyHash(text)
	if s.refused[h] {
		return APIKey{}, badKey
	}
	s.mu.Lock()
	c, ok := s.keys[h]
	s.mu.Unlock()
	if !ok || time.Now().After(c.until) {
		err := s.db.Read(ctx, func(tx db.Tx) (err error) {
			c.v, err = scanKey(tx.QueryRow("SELECT "+keyColumns+" FROM api_key WHERE hash = $1", h))
			return err
		})
		if errors.Is(err, db.ErrNoRows) {
			return APIKey{}, badKey
		}
		if err != nil {
			return APIKey{}, err
		}
		c.until = time.Now().Add(cacheFor)
		s.mu.Lock()
		if len(s.keys) >= maxCachedKeys {
			clear(s.keys)
		}
		s.keys[h] = c
		s.mu.Unlock()
		s.touchKey(ctx, c.v)
	}
	k := c.v
	now := s.clock.Now()
	if !k.RevokedAt.IsZero() || (!k.ExpiresAt.IsZero() && now.After(k.ExpiresAt)) {
		return APIKey{}, badKey
	}
	if len(k.nets) > 0 && !slices.ContainsFunc(k.nets, func(p netip.Prefix) bool { return p.Contains(ip.Unmap()) }) {
		return APIKey{}, fault.New(fault.Forbidden, "network_not_allowed", "Bu anahtar bu IP adresinden kullanılamaz.", "This key may not be used from this IP address.")
	}
	return k, nil
}

// touchKey keeps the last use to the hour; it is for people and need not be exact.
func (s *Service) touchKey(ctx context.Context, k APIKey) {
	now := s.clock.Now()
	if now.Sub(k.UsedAt) < time.Hour {
		return
	}
	go s.db.Write(context.WithoutCancel(ctx), func(tx db.Tx) error {
		_, err := tx.Exec("UPDATE api_key SET used_at = $1 WHERE id = $2", db.Micros(now), k.ID)
		return err
	})
}

// RefuseKey makes a key text unusable in this process, whatever the database says: the sandbox's well-known key outside of it.
// It must be called before the first request.
func (s *Service) RefuseKey(text string) { s.refused = map[string]bool{keyHash(text): true} }

// Keys returns a company's keys, newest first.
func (s *Service) Keys(ctx context.Context, companyID string) (out []APIKey, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		out, err = db.All(tx, scanKey, "SELECT "+keyColumns+" FROM api_key WHERE company_id = $1 ORDER BY id DESC", companyID)
		return err
	})
	return out, err
}

// RevokeKey ends a key for good; doing it again changes nothing.
func (s *Service) RevokeKey(ctx context.Context, companyID, id string) error {
	err := s.db.Write(ctx, func(tx db.Tx) error {
		n, err := tx.Exec("UPDATE api_key SET revoked_at = $1 WHERE id = $2 AND company_id = $3 AND revoked_at = 0", db.Micros(s.clock.Now()), id, companyID)
		if err != nil {
			return err
		}
		if n == 0 {
			var there int64
			if err := tx.QueryRow("SELECT COUNT(*) FROM api_key WHERE id = $1 AND company_id = $2", id, companyID).Scan(&there); err != nil {
				return err
			}
			if there == 0 {
				return fault.Missing(id)
			}
			return nil
		}
		return s.log.AppendNext(ctx, tx, audit.Event{CompanyID: companyID, ObjectID: id, Kind: "api_key.revoked"})
	})
	s.mu.Lock()
	clear(s.keys)
	s.mu.Unlock()
	return err
}
