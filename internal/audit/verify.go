package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/onay/onay/internal/db"
)

// Fault is a place where the log is not as it was written.
type Fault struct {
	First int64  `json:"first_seq"` // equal to Last where one row is at fault
	Last  int64  `json:"last_seq"`
	What  string `json:"what"` // changed, removed, inserted, seal changed, seal removed, end cut off
}

func (f Fault) String() string {
	if f.First == f.Last {
		return fmt.Sprintf("row %d: %s", f.First, f.What)
	}
	return fmt.Sprintf("rows %d–%d: %s", f.First, f.Last, f.What)
}

// Report is the result of [Log.Verify]. The log is whole if Faults is empty.
type Report struct {
	Rows     int64   `json:"rows"`
	Seals    int64   `json:"seals"`
	Unsealed int64   `json:"unsealed"`
	Head     string  `json:"head"` // the newest seal, hex; note it elsewhere to prove the state of today
	Faults   []Fault `json:"faults"`
}

type sealRow struct {
	seal
	first, rows int64
}

// Verify reads the whole log and recomputes every digest and every seal.
func (l *Log) Verify(ctx context.Context) (Report, error) {
	var r Report
	err := l.db.Read(ctx, func(tx db.Tx) error {
		r = Report{}
		seals, err := db.All(tx, func(row db.Row) (s sealRow, err error) {
			err = row.Scan(&s.ID, &s.first, &s.Last, &s.rows, &s.Hash)
			return
		}, "SELECT id, first_seq, last_seq, rows, hash FROM event_seal ORDER BY id")
		if err != nil {
			return err
		}
		var prev seal
		for _, s := range seals {
			if s.ID != prev.ID+1 || s.first != prev.Last+1 {
				r.Faults = append(r.Faults, Fault{prev.Last + 1, s.first - 1, "seal removed"})
			}
			n, buf, err := l.rows(tx, &r, s.first, s.Last)
			if err != nil {
				return err
			}
			whole := bytes.Equal(l.vault.MAC("seal", prev.Hash, buf), s.Hash)
			switch {
			case n < s.rows:
				r.Faults = append(r.Faults, Fault{s.first, s.Last, fmt.Sprintf("%d removed", s.rows-n)})
			case n > s.rows:
				r.Faults = append(r.Faults, Fault{s.first, s.Last, fmt.Sprintf("%d inserted", n-s.rows)})
			case !whole:
				r.Faults = append(r.Faults, Fault{s.first, s.Last, "changed, or seal changed"})
			}
			r.Seals++
			prev = s.seal
		}
		n, _, err := l.rows(tx, &r, prev.Last+1, 1<<62)
		r.Unsealed = n
		r.Head = fmt.Sprintf("%x", prev.Hash)
		if err != nil {
			return err
		}
		return l.compareHead(prev, seals, &r)
	})
	return r, err
}

// rows checks the digests of a range and returns what its seal must cover.
func (l *Log) rows(tx db.Tx, r *Report, first, last int64) (n int64, buf []byte, err error) {
	rows, err := tx.Query("SELECT "+eventColumns+", digest FROM event WHERE seq >= $1 AND seq <= $2 ORDER BY seq", first, last)
	if err != nil {
		return 0, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var e Event
		var at int64
		var digest []byte
		if err := rows.Scan(&e.Seq, &e.CompanyID, &e.ObjectID, &e.ObjectSeq, &e.Kind, &e.Actor, &e.Reason, &e.Data, &at, &digest); err != nil {
			return 0, nil, err
		}
		e.At = db.Time(at)
		if !bytes.Equal(l.digest(e), digest) {
			r.Faults = append(r.Faults, Fault{e.Seq, e.Seq, "changed or inserted"})
		}
		buf = chain(buf, e.Seq, digest)
		n++
	}
	r.Rows += n
	return n, buf, rows.Err()
}

func (l *Log) compareHead(newest seal, seals []sealRow, r *Report) error {
	if l.head == "" {
		return nil
	}
	b, err := os.ReadFile(l.head)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var known seal
	if json.Unmarshal(b, &known) != nil {
		r.Faults = append(r.Faults, Fault{newest.Last, newest.Last, "the remembered seal cannot be read"})
		return nil
	}
	if known.ID > newest.ID {
		r.Faults = append(r.Faults, Fault{newest.Last + 1, known.Last, "end cut off"})
		return nil
	}
	if known.ID > 0 {
		if i := int(known.ID) - 1; i < len(seals) && !bytes.Equal(seals[i].Hash, known.Hash) {
			r.Faults = append(r.Faults, Fault{seals[i].first, seals[i].Last, "differs from the remembered seal"})
		}
	}
	return nil
}
