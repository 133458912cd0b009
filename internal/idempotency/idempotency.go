// Package idempotency makes a repeated request give the first answer. The key is written in the transaction of the work itself,
// so that not even a killed process can do the work twice.
package idempotency

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
)

// Keep is how long a key is remembered.
const Keep = 24 * time.Hour

// Claim is the key of one request.
type Claim struct {
	CompanyID   string
	Key         string
	Fingerprint []byte // keyed hash of method, path and body
	At          time.Time

	used bool
}

type ctxKey struct{}

// With puts a claim into ctx, for [Record] to find.
func With(ctx context.Context, c *Claim) context.Context { return context.WithValue(ctx, ctxKey{}, c) }

// Used reports whether some work was written under the claim.
func (c *Claim) Used() bool { return c.used }

// Record binds the key of ctx, if there is one, to the object that this transaction makes.
func Record(ctx context.Context, tx db.Tx, objectID string) error {
	c, ok := ctx.Value(ctxKey{}).(*Claim)
	if !ok {
		return nil
	}
	_, err := tx.Exec("INSERT INTO idempotency (company_id, idem_key, fingerprint, object_id, status, created_at) VALUES ($1, $2, $3, $4, 0, $5)",
		c.CompanyID, c.Key, c.Fingerprint, objectID, db.Micros(c.At))
	if db.IsUnique(err) {
		e := fault.New(fault.Conflict, "idempotency_in_progress", "Aynı Idempotency-Key ile bir istek şu anda işleniyor.", "A request with the same Idempotency-Key is being worked on.")
		e.RetryAfter = time.Second
		return e
	}
	if err == nil {
		c.used = true
	}
	return err
}

// Answer is what an earlier request with the same key gave.
type Answer struct {
	ObjectID string
	Status   int // 0: the process ended before the answer was kept; the object tells it
	Body     []byte
}

// Find returns the earlier answer, or nil if the key is new. Another body under the same key is a conflict.
func Find(ctx context.Context, d db.DB, c *Claim) (*Answer, error) {
	var a Answer
	var fp []byte
	err := d.Read(ctx, func(tx db.Tx) error {
		return tx.QueryRow("SELECT fingerprint, object_id, status, answer FROM idempotency WHERE company_id = $1 AND idem_key = $2", c.CompanyID, c.Key).
			Scan(&fp, &a.ObjectID, &a.Status, &a.Body)
	})
	if errors.Is(err, db.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(fp, c.Fingerprint) {
		return nil, fault.New(fault.Conflict, "idempotency_mismatch", "Bu Idempotency-Key başka bir istekle kullanıldı.", "This Idempotency-Key was used with another request.")
	}
	return &a, nil
}

// Store keeps the answer of the work that was done under the claim.
func Store(ctx context.Context, d db.DB, c *Claim, status int, body []byte) error {
	return d.Write(ctx, func(tx db.Tx) error {
		_, err := tx.Exec("UPDATE idempotency SET status = $1, answer = $2 WHERE company_id = $3 AND idem_key = $4", status, body, c.CompanyID, c.Key)
		return err
	})
}

// Clean forgets keys older than [Keep].
func Clean(ctx context.Context, d db.DB, now time.Time) error {
	return d.Write(ctx, func(tx db.Tx) error {
		_, err := tx.Exec("DELETE FROM idempotency WHERE created_at < $1", db.Micros(now.Add(-Keep)))
		return err
	})
}
