package audit

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/onay/onay/internal/db"
)

// sealEvery is how long an event may wait for its seal, and so for the feeds.
const sealEvery = 500 * time.Millisecond

// sealRows bounds one seal; a backlog takes several.
const sealRows = 5000

type seal struct {
	ID   int64  `json:"id"`
	Last int64  `json:"last_seq"`
	Hash []byte `json:"hash"`
}

// Run seals until ctx ends, and once more on the way out.
func (l *Log) Run(ctx context.Context, lg *slog.Logger, sealed func()) {
	t := time.NewTicker(sealEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			l.Seal(end)
			cancel()
			return
		case <-t.C:
		}
		n, err := l.Seal(ctx)
		if err != nil && ctx.Err() == nil {
			lg.Error("sealing the event log failed; it is tried again", "error", err)
		}
		if n > 0 && sealed != nil {
			sealed()
		}
	}
}

// Seal chains all rows that are not yet sealed and returns their number.
func (l *Log) Seal(ctx context.Context) (int64, error) {
	var total int64
	for {
		n, err := l.sealSome(ctx)
		total += n
		if err != nil || n < sealRows {
			return total, err
		}
	}
}

func (l *Log) sealSome(ctx context.Context) (int64, error) {
	var last seal
	var high int64
	read := func(tx db.Tx) (err error) {
		if last, err = lastSeal(tx); err != nil {
			return err
		}
		return tx.QueryRow("SELECT COALESCE(MAX(seq), 0) FROM event").Scan(&high)
	}
	if err := l.db.Read(ctx, read); err != nil || high <= last.Last {
		return 0, err
	}
	if l.db.Engine() == "postgres" {
		// Several transactions write at once and may commit in another order than they were numbered in. The lock waits
		// until all that are under way have ended: then no row below the highest can still appear.
		if err := l.db.Write(ctx, func(tx db.Tx) error {
			if err := tx.Lock("event"); err != nil {
				return err
			}
			return read(tx)
		}); err != nil {
			return 0, err
		}
	}
	var n, end int64
	var buf []byte
	err := l.db.Read(ctx, func(tx db.Tx) error {
		rows, err := tx.Query("SELECT seq, digest FROM event WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3", last.Last, high, sealRows)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var digest []byte
			if err := rows.Scan(&end, &digest); err != nil {
				return err
			}
			buf = chain(buf, end, digest)
			n++
		}
		return rows.Err()
	})
	if err != nil || n == 0 {
		return 0, err
	}
	next := seal{ID: last.ID + 1, Last: end, Hash: l.vault.MAC("seal", last.Hash, buf)}
	err = l.db.Write(ctx, func(tx db.Tx) error {
		_, err := tx.Exec("INSERT INTO event_seal (id, first_seq, last_seq, rows, hash, at) VALUES ($1, $2, $3, $4, $5, $6)",
			next.ID, last.Last+1, next.Last, n, next.Hash, db.Micros(l.clock.Now()))
		return err
	})
	if db.IsUnique(err) {
		return 0, nil // another node was first
	}
	if err != nil {
		return 0, err
	}
	return n, l.remember(next)
}

func chain(buf []byte, seq int64, digest []byte) []byte {
	buf = binary.BigEndian.AppendUint64(buf, uint64(seq))
	return append(buf, digest...)
}

func lastSeal(tx db.Tx) (s seal, err error) {
	err = tx.QueryRow("SELECT id, last_seq, hash FROM event_seal ORDER BY id DESC LIMIT 1").Scan(&s.ID, &s.Last, &s.Hash)
	if errors.Is(err, db.ErrNoRows) {
		return seal{}, nil
	}
	return s, err
}

// remember keeps the newest seal in a file. It is a second witness, so it is written whole but not synced.
func (l *Log) remember(s seal) error {
	if l.head == "" {
		return nil
	}
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if err := os.WriteFile(l.head+".new", b, 0o600); err != nil {
		return fmt.Errorf("remember seal: %w", err)
	}
	return os.Rename(l.head+".new", l.head)
}
