package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	_ "modernc.org/sqlite" // the engine, without cgo
)

// sqlite keeps one writer that groups commits and a pool of readers. The writer's pool has exactly one connection,
// so that the job queue, which shares it, waits in Go and never meets SQLITE_BUSY.
type sqlite struct {
	path   string
	w, r   *sql.DB
	queue  chan *write
	stmts  stmtCache
	rstmts stmtCache
	done   chan struct{}
	mu     sync.RWMutex
	closed bool
}

type write struct {
	fn  func(Tx) error
	err error
	end chan struct{}
}

// maxGroup bounds how many writes share one commit, and with it how long the first of them waits.
const maxGroup = 256

func openSQLite(ctx context.Context, path string) (DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("create data folder: %w", err)
	}
	dsn := func(more string) string {
		return "file:" + (&url.URL{Path: path}).EscapedPath() +
			"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)" +
			"&_pragma=secure_delete(FAST)&_pragma=cache_size(-8000)&_pragma=temp_store(2)" + more
	}
	w, err := sql.Open("sqlite", dsn("&_txlock=immediate"))
	if err != nil {
		return nil, err
	}
	w.SetMaxOpenConns(1)
	w.SetMaxIdleConns(1)
	if err := migrate(ctx, w, "sqlite"); err != nil {
		w.Close()
		return nil, fmt.Errorf("migrate %s: %w", filepath.Base(path), err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		w.Close()
		return nil, err
	}
	r, err := sql.Open("sqlite", dsn("&_pragma=query_only(1)"))
	if err != nil {
		w.Close()
		return nil, err
	}
	n := max(4, runtime.NumCPU())
	r.SetMaxOpenConns(n)
	r.SetMaxIdleConns(n)
	d := &sqlite{path: path, w: w, r: r, queue: make(chan *write, 4*maxGroup), done: make(chan struct{})}
	d.stmts.db, d.rstmts.db = w, r
	go d.loop()
	return d, nil
}

func (d *sqlite) Engine() string { return "sqlite" }

// Pool is the writer's connection pool, for the job queue.
func (d *sqlite) Pool() *sql.DB { return d.w }

func (d *sqlite) Write(ctx context.Context, fn func(Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	q := &write{fn: fn, end: make(chan struct{})}
	d.mu.RLock()
	if d.closed {
		d.mu.RUnlock()
		return ErrClosed
	}
	d.queue <- q
	d.mu.RUnlock()
	<-q.end // the outcome is always told: a caller that left would not know whether it was written
	return q.err
}

func (d *sqlite) loop() {
	defer close(d.done)
	group := make([]*write, 0, maxGroup)
	for q := range d.queue {
		group = append(group[:0], q)
	fill:
		for len(group) < maxGroup {
			select {
			case more, ok := <-d.queue:
				if !ok {
					break fill
				}
				group = append(group, more)
			default:
				break fill
			}
		}
		d.commit(group)
		d.stmts.prepareMissing()
	}
}

// commit runs a group in one transaction, each member behind a savepoint of its own.
func (d *sqlite) commit(group []*write) {
	fail := func(err error) {
		for _, q := range group {
			q.err = err
		}
	}
	defer func() {
		for _, q := range group {
			close(q.end)
		}
	}()
	ctx := context.Background()
	raw, err := d.w.BeginTx(ctx, nil)
	if err != nil {
		fail(err)
		return
	}
	tx := &sqlTx{ctx: ctx, tx: raw, cache: &d.stmts}
	if len(group) == 1 {
		if group[0].err = run(tx, group[0].fn); group[0].err != nil {
			raw.Rollback()
			return
		}
	} else {
		for _, q := range group {
			if _, err := tx.Exec("SAVEPOINT s"); err != nil {
				raw.Rollback()
				fail(err)
				return
			}
			if q.err = run(tx, q.fn); q.err != nil {
				if _, err := tx.Exec("ROLLBACK TO s"); err != nil {
					raw.Rollback()
					fail(err)
					return
				}
			}
			if _, err := tx.Exec("RELEASE s"); err != nil {
				raw.Rollback()
				fail(err)
				return
			}
		}
	}
	if err := raw.Commit(); err != nil {
		raw.Rollback()
		for _, q := range group {
			if q.err == nil {
				q.err = fmt.Errorf("commit: %w", err)
			}
		}
	}
}

// run turns a panic of one writer into its error, so that it cannot take the others with it.
func run(tx Tx, fn func(Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in transaction: %v", p)
		}
	}()
	return fn(tx)
}

func (d *sqlite) Read(ctx context.Context, fn func(Tx) error) error {
	raw, err := d.r.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer d.rstmts.prepareMissing() // after the rollback: preparing takes a connection of the same pool
	defer raw.Rollback()
	return run(&sqlTx{ctx: context.Background(), tx: raw, cache: &d.rstmts}, fn)
}

func (d *sqlite) Check(ctx context.Context) error {
	var s string
	if err := d.r.QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&s); err != nil {
		return err
	}
	if s != "ok" {
		return fmt.Errorf("integrity_check: %s", s)
	}
	return nil
}

func (d *sqlite) Close() error {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return nil
	}
	d.closed = true
	close(d.queue)
	d.mu.Unlock()
	<-d.done
	return errors.Join(d.r.Close(), d.w.Close())
}
