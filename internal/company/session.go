package company

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/onay/onay/internal/db"
)

// SessionStore keeps the console's sessions in the database: the cookie's token as a hash, the data encrypted.
type SessionStore struct {
	s *Service

	mu      sync.Mutex
	changes int64 // an answer read before a change is not remembered after it
	m       map[string]cached[[]byte]
}

var _ scs.CtxStore = (*SessionStore)(nil)

// maxCachedSessions bounds the memory of sessions remembered; unknown tokens are never remembered.
const maxCachedSessions = 10_000

// Sessions returns a store for scs. A session that another node changed or ended may be seen unchanged for two seconds.
func (s *Service) Sessions() *SessionStore {
	return &SessionStore{s: s, m: map[string]cached[[]byte]{}}
}

func sessionHash(token string) string {
	h := sha256.Sum256([]byte(token))
	return hex.EncodeToString(h[:])
}

func sessionPlace(hash string) string { return "session:" + hash }

// FindCtx returns the data of a session that has not expired.
func (st *SessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	h := sessionHash(token)
	st.mu.Lock()
	c, ok := st.m[h]
	before := st.changes
	st.mu.Unlock()
	if ok && time.Now().Before(c.until) {
		return c.v, true, nil
	}
	var sealed []byte
	var expires int64
	err := st.s.db.Read(ctx, func(tx db.Tx) error {
		return tx.QueryRow("SELECT data, expires_at FROM session WHERE token = $1", h).Scan(&sealed, &expires)
	})
	if errors.Is(err, db.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	left := db.Time(expires).Sub(st.s.clock.Now())
	if left <= 0 {
		return nil, false, nil
	}
	data, err := st.s.vault.Open(sealed, sessionPlace(h))
	if err != nil {
		return nil, false, nil // other keys, or changed data: as good as no session
	}
	st.mu.Lock()
	if st.changes == before {
		if len(st.m) >= maxCachedSessions {
			clear(st.m)
		}
		st.m[h] = cached[[]byte]{data, time.Now().Add(min(cacheFor, left))}
	}
	st.mu.Unlock()
	return data, true, nil
}

// CommitCtx writes a session. The caller's expiry counts from the machine's clock; it is kept by the program's, which the sandbox may move.
func (st *SessionStore) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	h := sessionHash(token)
	sealed, err := st.s.vault.Seal(data, sessionPlace(h))
	if err != nil {
		return err
	}
	expires := db.Micros(st.s.clock.Now().Add(time.Until(expiry)))
	err = st.s.db.Write(ctx, func(tx db.Tx) error {
		_, err := tx.Exec("INSERT INTO session (token, data, expires_at) VALUES ($1, $2, $3) ON CONFLICT (token) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at",
			h, sealed, expires)
		return err
	})
	st.forget(h)
	return err
}

// DeleteCtx ends a session.
func (st *SessionStore) DeleteCtx(ctx context.Context, token string) error {
	h := sessionHash(token)
	err := st.s.db.Write(ctx, func(tx db.Tx) error {
		_, err := tx.Exec("DELETE FROM session WHERE token = $1", h)
		return err
	})
	st.forget(h)
	return err
}

func (st *SessionStore) forget(hash string) {
	st.mu.Lock()
	st.changes++
	delete(st.m, hash)
	st.mu.Unlock()
}

// Find is [SessionStore.FindCtx] without a context.
func (st *SessionStore) Find(token string) ([]byte, bool, error) {
	return st.FindCtx(context.Background(), token)
}

// Commit is [SessionStore.CommitCtx] without a context.
func (st *SessionStore) Commit(token string, data []byte, expiry time.Time) error {
	return st.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is [SessionStore.DeleteCtx] without a context.
func (st *SessionStore) Delete(token string) error {
	return st.DeleteCtx(context.Background(), token)
}

// CleanSessions removes expired sessions and returns their number.
func (s *Service) CleanSessions(ctx context.Context) (n int64, err error) {
	err = s.db.Write(ctx, func(tx db.Tx) (err error) {
		n, err = tx.Exec("DELETE FROM session WHERE expires_at <= $1", db.Micros(s.clock.Now()))
		return err
	})
	return n, err
}
