package db

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// sqlTx is a transaction of database/sql with cached statements.
type sqlTx struct {
	ctx   context.Context
	tx    *sql.Tx
	cache *stmtCache
}

func (t *sqlTx) Exec(q string, args ...any) (int64, error) {
	var res sql.Result
	var err error
	if s := t.cache.get(q); s != nil {
		res, err = t.tx.StmtContext(t.ctx, s).ExecContext(t.ctx, args...)
	} else {
		res, err = t.tx.ExecContext(t.ctx, q, args...)
	}
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (t *sqlTx) Query(q string, args ...any) (Rows, error) {
	var rows *sql.Rows
	var err error
	if s := t.cache.get(q); s != nil {
		rows, err = t.tx.StmtContext(t.ctx, s).QueryContext(t.ctx, args...)
	} else {
		rows, err = t.tx.QueryContext(t.ctx, q, args...)
	}
	if err != nil {
		return nil, err
	}
	return sqlRows{rows}, nil
}

func (t *sqlTx) QueryRow(q string, args ...any) Row {
	if s := t.cache.get(q); s != nil {
		return sqlRow{t.tx.StmtContext(t.ctx, s).QueryRowContext(t.ctx, args...)}
	}
	return sqlRow{t.tx.QueryRowContext(t.ctx, q, args...)}
}

func (t *sqlTx) Lock(string) error       { return nil }
func (t *sqlTx) LockShared(string) error { return nil }

type sqlRow struct{ *sql.Row }

func (r sqlRow) Scan(dest ...any) error {
	err := r.Row.Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNoRows
	}
	return err
}

type sqlRows struct{ *sql.Rows }

func (r sqlRows) Close() { r.Rows.Close() }

// stmtCache prepares each SQL text once for a pool. A miss inside a transaction runs unprepared and is prepared
// afterwards: the writer's pool has one connection, and preparing while it is taken would wait for ever.
type stmtCache struct {
	db   *sql.DB
	mu   sync.RWMutex
	m    map[string]*sql.Stmt
	miss map[string]struct{}
}

func (c *stmtCache) get(q string) *sql.Stmt {
	c.mu.RLock()
	s, full := c.m[q], len(c.m) >= maxStmts
	c.mu.RUnlock()
	if s == nil && !full {
		c.mu.Lock()
		if c.miss == nil {
			c.miss = map[string]struct{}{}
		}
		c.miss[q] = struct{}{}
		c.mu.Unlock()
	}
	return s
}

func (c *stmtCache) prepareMissing() {
	c.mu.RLock()
	n := len(c.miss)
	c.mu.RUnlock()
	if n == 0 {
		return
	}
	c.mu.Lock()
	miss := c.miss
	c.miss = nil
	c.mu.Unlock()
	for q := range miss {
		s, err := c.db.Prepare(q)
		if err != nil {
			continue // it will fail again, and be reported, where it is used
		}
		c.mu.Lock()
		if c.m == nil {
			c.m = map[string]*sql.Stmt{}
		}
		if c.m[q] == nil {
			c.m[q] = s
		} else {
			s.Close()
		}
		c.mu.Unlock()
	}
}
