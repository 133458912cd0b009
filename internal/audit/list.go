package audit

import (
	"context"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/onay/onay/internal/db"
)

const eventColumns = "seq, company_id, object_id, object_seq, kind, actor, reason, data, at"

func scanEvent(r db.Row) (e Event, err error) {
	var at int64
	err = r.Scan(&e.Seq, &e.CompanyID, &e.ObjectID, &e.ObjectSeq, &e.Kind, &e.Actor, &e.Reason, &e.Data, &at)
	e.At = db.Time(at)
	return e, err
}

// Filter chooses events of one company.
type Filter struct {
	CompanyID string
	ObjectID  string
	Kind      string // a whole kind, or its beginning ending in "."
	Actor     string
	From, To  time.Time // instants: from the first, before the second; zero: no bound
	Before    int64     // newest first, from here downwards; 0: from the end
	Limit     int
}

// List returns the newest events first.
func (l *Log) List(ctx context.Context, f Filter) ([]Event, error) {
	var out []Event
	q := "SELECT " + eventColumns + " FROM event WHERE company_id = $1"
	args := []any{f.CompanyID}
	and := func(cond string, v any) {
		args = append(args, v)
		q += " AND " + strings.ReplaceAll(cond, "?", "$"+strconv.Itoa(len(args)))
	}
	if f.ObjectID != "" {
		and("object_id = ?", f.ObjectID)
	}
	if f.Actor != "" {
		and("actor = ?", f.Actor)
	}
	if strings.HasSuffix(f.Kind, ".") {
		and("kind >= ?", f.Kind)
		and("kind < ?", f.Kind[:len(f.Kind)-1]+"/")
	} else if f.Kind != "" {
		and("kind = ?", f.Kind)
	}
	if !f.From.IsZero() {
		and("at >= ?", db.Micros(f.From))
	}
	if !f.To.IsZero() {
		and("at < ?", db.Micros(f.To))
	}
	if f.Before > 0 {
		and("seq < ?", f.Before)
	}
	args = append(args, clampLimit(f.Limit))
	q += " ORDER BY seq DESC LIMIT $" + strconv.Itoa(len(args))
	err := l.db.Read(ctx, func(tx db.Tx) (err error) {
		out, err = db.All(tx, scanEvent, q, args...)
		return err
	})
	return out, err
}

// Feed returns sealed events after a position, oldest first: nothing can appear before one that was returned.
func (l *Log) Feed(ctx context.Context, companyID string, after int64, limit int) ([]Event, error) {
	var out []Event
	err := l.db.Read(ctx, func(tx db.Tx) error {
		last, err := lastSeal(tx)
		if err != nil {
			return err
		}
		q, args := "SELECT "+eventColumns+" FROM event WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3", []any{after, last.Last, clampLimit(limit)}
		if companyID != "" {
			q = "SELECT " + eventColumns + " FROM event WHERE seq > $1 AND seq <= $2 AND company_id = $4 ORDER BY seq LIMIT $3"
			args = append(args, companyID)
		}
		out, err = db.All(tx, scanEvent, q, args...)
		return err
	})
	return out, err
}

func clampLimit(n int) int {
	if n <= 0 {
		return 50
	}
	return min(n, 1000)
}

// SealState is the newest seal and the engine that keeps the log, as the status page tells them.
type SealState struct {
	ID     int64 // 0: nothing is sealed yet
	Last   int64 // the newest row that it covers
	Hash   string
	Engine string
}

// Sealed returns the newest seal.
func (l *Log) Sealed(ctx context.Context) (SealState, error) {
	out := SealState{Engine: l.db.Engine()}
	err := l.db.Read(ctx, func(tx db.Tx) error {
		s, err := lastSeal(tx)
		if err != nil {
			return err
		}
		out.ID, out.Last, out.Hash = s.ID, s.Last, hex.EncodeToString(s.Hash)
		return nil
	})
	return out, err
}
