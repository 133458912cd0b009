package verification

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/idempotency"
	"github.com/onay/onay/internal/phone"
)

// Block is a number block to which no codes go for a while, because too few came back: the mark of SMS pumping.
type Block struct {
	ID        string
	CompanyID string
	Prefix    string // E.164 beginning
	Reason    string // Turkish sentence with the figures
	Starts    int
	Approvals int
	Shadow    bool // told, not enforced
	Level     int  // each relapse within a week lasts longer
	CreatedAt time.Time
	ExpiresAt time.Time
	LiftedAt  time.Time
	LiftedBy  string
}

// Active reports whether the block holds at a moment.
func (b Block) Active(now time.Time) bool { return b.LiftedAt.IsZero() && now.Before(b.ExpiresAt) }

// SafeEntry is a number, or the beginning of numbers, that limits and blocks leave alone.
type SafeEntry struct {
	CompanyID string
	Prefix    string
	Note      string
	CreatedBy string
	CreatedAt time.Time
}

// Conversion is how many codes of a number block came back within the last hour.
type Conversion struct {
	Prefix            string
	Starts, Approvals int
}

// Percent of codes typed back.
func (c Conversion) Percent() int {
	if c.Starts == 0 {
		return 0
	}
	return c.Approvals * 100 / c.Starts
}

// blockLife by level: a wrong block heals soon, a stubborn attack is held longer.
var blockLife = []time.Duration{10 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour}

// settle is how long a code may take before its absence counts.
const settle = 90 * time.Second

type blockCache struct {
	mu sync.Mutex
	m  map[string]*rules
}

type rules struct {
	blocks map[string]Block
	safe   []SafeEntry
	until  time.Time
}

func newBlockCache() *blockCache { return &blockCache{m: map[string]*rules{}} }

func (s *Service) rules(ctx context.Context, companyID string) (*rules, error) {
	s.blocks.mu.Lock()
	r := s.blocks.m[companyID]
	s.blocks.mu.Unlock()
	if r != nil && time.Now().Before(r.until) {
		return r, nil
	}
	blocks, err := s.Blocks(ctx, companyID, true)
	if err != nil {
		return nil, err
	}
	safe, err := s.SafeList(ctx, companyID)
	if err != nil {
		return nil, err
	}
	r = &rules{blocks: map[string]Block{}, safe: safe, until: time.Now().Add(2 * time.Second)}
	for _, b := range blocks {
		if !b.Shadow {
			r.blocks[b.Prefix] = b
		}
	}
	s.blocks.mu.Lock()
	s.blocks.m[companyID] = r
	s.blocks.mu.Unlock()
	return r, nil
}

func (s *Service) forgetRules(companyID string) {
	s.blocks.mu.Lock()
	delete(s.blocks.m, companyID)
	s.blocks.mu.Unlock()
}

// admit refuses a phone whose block is shut, and tells whether it is on the safe list.
func (s *Service) admit(ctx context.Context, c company.Company, number string) (safe bool, err error) {
	r, err := s.rules(ctx, c.ID)
	if err != nil {
		return false, err
	}
	for _, e := range r.safe {
		if strings.HasPrefix(number, e.Prefix) {
			return true, nil
		}
	}
	now := s.clock.Now()
	if b, ok := r.blocks[phone.Prefix(number)]; ok && c.Settings.Watch.Mode == "on" && b.Active(now) {
		e := fault.New(fault.TooMany, "prefix_blocked", "Bu numara bloğuna kod gönderimi geçici olarak durduruldu: "+b.Reason,
			fmt.Sprintf("Codes to this number block are stopped for a while: of %d codes %d came back.", b.Starts, b.Approvals))
		e.RetryAfter = b.ExpiresAt.Sub(now)
		return false, e
	}
	return false, nil
}

// Conversions of the last hour, most starts first.
func (s *Service) Conversions(ctx context.Context, companyID string) (out []Conversion, err error) {
	now := s.clock.Now()
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		out, err = db.All(tx, func(r db.Row) (c Conversion, err error) {
			err = r.Scan(&c.Prefix, &c.Starts, &c.Approvals)
			return c, err
		},
			`SELECT prefix, COUNT(*), SUM(CASE WHEN status = 'approved' THEN 1 ELSE 0 END) FROM verification
			WHERE company_id = $1 AND created_at > $2 GROUP BY prefix ORDER BY COUNT(*) DESC, prefix LIMIT 200`, companyID, db.Micros(now.Add(-time.Hour)))
		return err
	})
	return out, err
}

// Watch judges every company's number blocks by the codes of the last hour that have had time to come back.
func (s *Service) Watch(ctx context.Context) error {
	companies, err := s.companies.List(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, c := range companies {
		if c.Status == "open" && c.Settings.Watch.Mode != "off" {
			errs = append(errs, s.watch(ctx, c))
		}
	}
	return errors.Join(errs...)
}

func (s *Service) watch(ctx context.Context, c company.Company) error {
	now := s.clock.Now()
	w := c.Settings.Watch
	var bad []Conversion
	err := s.db.Read(ctx, func(tx db.Tx) (err error) {
		bad, err = db.All(tx, func(r db.Row) (c Conversion, err error) {
			err = r.Scan(&c.Prefix, &c.Starts, &c.Approvals)
			return c, err
		},
			`SELECT prefix, COUNT(*), SUM(CASE WHEN status = 'approved' THEN 1 ELSE 0 END) FROM verification
			WHERE company_id = $1 AND created_at > $2 AND created_at <= $3 GROUP BY prefix
			HAVING COUNT(*) >= $4 AND SUM(CASE WHEN status = 'approved' THEN 1 ELSE 0 END) * 100 < COUNT(*) * $5`,
			c.ID, db.Micros(now.Add(-time.Hour)), db.Micros(now.Add(-settle)), w.MinStarts, w.MinConversion)
		return err
	})
	if err != nil || len(bad) == 0 {
		return err
	}
	for _, b := range bad {
		if err := s.block(ctx, c, b, now); err != nil {
			return err
		}
	}
	s.forgetRules(c.ID)
	return nil
}

func (s *Service) block(ctx context.Context, c company.Company, bad Conversion, now time.Time) error {
	return s.db.Write(ctx, func(tx db.Tx) error {
		if err := tx.Lock("prefix:" + c.ID + bad.Prefix); err != nil {
			return err
		}
		var recent, holding int
		// A block that a person lifted is not put up again for an hour: the person knew more.
		if err := tx.QueryRow(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN (lifted_at = 0 AND expires_at > $1) OR lifted_at > $2 THEN 1 ELSE 0 END), 0)
			FROM prefix_block WHERE company_id = $3 AND prefix = $4 AND created_at > $5`,
			db.Micros(now), db.Micros(now.Add(-time.Hour)), c.ID, bad.Prefix, db.Micros(now.Add(-7*24*time.Hour))).Scan(&recent, &holding); err != nil {
			return err
		}
		if holding > 0 {
			return nil
		}
		level := min(recent, len(blockLife)-1)
		b := Block{ID: db.NewID("blk"), CompanyID: c.ID, Prefix: bad.Prefix, Starts: bad.Starts, Approvals: bad.Approvals, Shadow: c.Settings.Watch.Mode == "shadow",
			Level: level, CreatedAt: now, ExpiresAt: now.Add(blockLife[level]),
			Reason: fmt.Sprintf("son bir saatte %d koddan %d tanesi girildi (%%%d).", bad.Starts, bad.Approvals, bad.Percent())}
		if _, err := tx.Exec(`INSERT INTO prefix_block (id, company_id, prefix, reason, starts, approvals, shadow, level, created_at, expires_at, lifted_at, lifted_by)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, '')`, b.ID, b.CompanyID, b.Prefix, b.Reason, b.Starts, b.Approvals, b.Shadow, b.Level,
			db.Micros(b.CreatedAt), db.Micros(b.ExpiresAt)); err != nil {
			return err
		}
		kind := "prefix.blocked"
		if b.Shadow {
			kind = "prefix.would_block"
		}
		return s.log.Append(ctx, tx, audit.Event{CompanyID: c.ID, ObjectID: b.ID, ObjectSeq: 1, Kind: kind, Reason: b.Reason,
			Data: audit.Data(map[string]any{"prefix": b.Prefix, "starts": b.Starts, "approvals": b.Approvals, "expires_at": b.ExpiresAt})})
	})
}

// Blocks returns a company's blocks, newest first; active leaves out those that have ended.
func (s *Service) Blocks(ctx context.Context, companyID string, active bool) (out []Block, err error) {
	after := int64(0)
	if active {
		after = db.Micros(s.clock.Now())
	}
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		out, err = db.All(tx, func(r db.Row) (b Block, err error) {
			var created, expires, lifted int64
			err = r.Scan(&b.ID, &b.CompanyID, &b.Prefix, &b.Reason, &b.Starts, &b.Approvals, &b.Shadow, &b.Level, &created, &expires, &lifted, &b.LiftedBy)
			b.CreatedAt, b.ExpiresAt, b.LiftedAt = db.Time(created), db.Time(expires), db.Time(lifted)
			return b, err
		}, `SELECT id, company_id, prefix, reason, starts, approvals, shadow, level, created_at, expires_at, lifted_at, lifted_by FROM prefix_block
			WHERE company_id = $1 AND expires_at > $2 AND (lifted_at = 0 OR $2 = 0) ORDER BY id DESC LIMIT 500`, companyID, after)
		return err
	})
	return out, err
}

// LiftBlock ends a block by hand.
func (s *Service) LiftBlock(ctx context.Context, companyID, id, reason string) error {
	err := s.db.Write(ctx, func(tx db.Tx) error {
		n, err := tx.Exec("UPDATE prefix_block SET lifted_at = $1, lifted_by = $2 WHERE id = $3 AND company_id = $4 AND lifted_at = 0",
			db.Micros(s.clock.Now()), audit.Actor(ctx), id, companyID)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.Missing(id)
		}
		return s.log.AppendNext(ctx, tx, audit.Event{CompanyID: companyID, ObjectID: id, Kind: "prefix.unblocked", Reason: reason})
	})
	s.forgetRules(companyID)
	return err
}

// SafeList returns a company's safe list.
func (s *Service) SafeList(ctx context.Context, companyID string) (out []SafeEntry, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		out, err = db.All(tx, func(r db.Row) (e SafeEntry, err error) {
			var at int64
			err = r.Scan(&e.CompanyID, &e.Prefix, &e.Note, &e.CreatedBy, &at)
			e.CreatedAt = db.Time(at)
			return e, err
		}, "SELECT company_id, prefix, note, created_by, created_at FROM safe_entry WHERE company_id = $1 ORDER BY prefix LIMIT 1000", companyID)
		return err
	})
	return out, err
}

// AddSafe puts a number, or the beginning of numbers (at least +90 and three digits), on the safe list.
func (s *Service) AddSafe(ctx context.Context, companyID, prefix, note string) error {
	if e164, _, err := phone.Parse(prefix); err == nil {
		prefix = e164
	}
	prefix = strings.ReplaceAll(prefix, " ", "")
	if len(prefix) < 6 || len(prefix) > 16 || prefix[0] != '+' || strings.ContainsFunc(prefix[1:], func(r rune) bool { return r < '0' || r > '9' }) {
		return fault.Field("prefix", "invalid_prefix", "Bir numara ya da + ile başlayan en az 5 haneli bir numara başı yazın (örnek: +90532).", "Enter a number, or the beginning of one with + and at least 5 digits (for example +90532).")
	}
	if len([]rune(note)) > 200 {
		return fault.Field("note", "too_long", "Not çok uzun.", "The note is too long.")
	}
	err := s.db.Write(ctx, func(tx db.Tx) error {
		if err := idempotency.Record(ctx, tx, prefix); err != nil {
			return err
		}
		if _, err := tx.Exec("INSERT INTO safe_entry (company_id, prefix, note, created_by, created_at) VALUES ($1, $2, $3, $4, $5)",
			companyID, prefix, note, audit.Actor(ctx), db.Micros(s.clock.Now())); err != nil {
			return err
		}
		return s.log.AppendNext(ctx, tx, audit.Event{CompanyID: companyID, ObjectID: "safe_" + companyID, Kind: "safe_list.added", Reason: note, Data: audit.Data(map[string]any{"prefix": prefix})})
	})
	s.forgetRules(companyID)
	if db.IsUnique(err) {
		return fault.New(fault.Conflict, "already_safe", "Bu numara zaten güvenli listede.", "This number is on the safe list already.")
	}
	return err
}

// RemoveSafe takes an entry off the safe list.
func (s *Service) RemoveSafe(ctx context.Context, companyID, prefix string) error {
	err := s.db.Write(ctx, func(tx db.Tx) error {
		n, err := tx.Exec("DELETE FROM safe_entry WHERE company_id = $1 AND prefix = $2", companyID, prefix)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.Missing(prefix)
		}
		return s.log.AppendNext(ctx, tx, audit.Event{CompanyID: companyID, ObjectID: "safe_" + companyID, Kind: "safe_list.removed", Data: audit.Data(map[string]any{"prefix": prefix})})
	})
	s.forgetRules(companyID)
	return err
}
