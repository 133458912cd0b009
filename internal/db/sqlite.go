package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	_ "modernc.org/sqlite" // the engine, without cgo
)

// sqlite keeps one writer that groups commits and a pool of readers.
type sqlite struct {
	w      writer
	r      *sql.DB
	rstmts stmtCache
	queue  chan *write
	done   chan struct{}
	copier driver.Conn   // copies the log into the database beside the writer
	full   chan struct{} // the log has grown enough to be copied
	mu     sync.RWMutex
	closed bool
}

type write struct {
	fn  func(Tx) error // nil: finish the copying of the log
	err error
	end chan struct{}
}

// maxGroup bounds how many writes share one commit, and with it how long the first of them waits.
const maxGroup = 256

func openSQLite(ctx context.Context, path string) (DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("create data folder: %w", err)
	}
	// The files of the log take their rights from the database's, so those must be right before anything opens it.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(f.Chmod(0o600), f.Close()); err != nil {
		return nil, err
	}
	dsn := func(more string) string {
		return "file:" + (&url.URL{Path: path}).EscapedPath() +
			"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)" +
			"&_pragma=secure_delete(FAST)&_pragma=cache_size(-8000)&_pragma=temp_store(2)" + more
	}
	first, err := sql.Open("sqlite", dsn("&_txlock=immediate"))
	if err != nil {
		return nil, err
	}
	defer first.Close()
	first.SetMaxOpenConns(1)
	if err := migrate(ctx, first, "sqlite"); err != nil {
		return nil, fmt.Errorf("migrate %s: %w", filepath.Base(path), err)
	}
	conn, err := first.Driver().Open(dsn(logLimit))
	if err != nil {
		return nil, err
	}
	copier, err := first.Driver().Open(dsn(logLimit))
	if err != nil {
		conn.Close()
		return nil, err
	}
	r, err := sql.Open("sqlite", dsn("&_pragma=query_only(1)"))
	if err != nil {
		conn.Close()
		copier.Close()
		return nil, err
	}
	n := max(4, runtime.NumCPU())
	r.SetMaxOpenConns(n)
	r.SetMaxIdleConns(n)
	d := &sqlite{w: writer{conn: conn, stmts: map[string]*stmt{}}, r: r, rstmts: stmtCache{db: r}, queue: make(chan *write, 4*maxGroup), done: make(chan struct{}), copier: copier, full: make(chan struct{}, 1)}
	go d.loop()
	go d.copyLog()
	return d, nil
}

func (d *sqlite) Engine() string { return "sqlite" }

func (d *sqlite) Write(ctx context.Context, fn func(Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return d.ask(&write{fn: fn, end: make(chan struct{})})
}

// ask hands q to the writer. The outcome is always told: a caller that left would not know whether it was written.
func (d *sqlite) ask(q *write) error {
	d.mu.RLock()
	if d.closed {
		d.mu.RUnlock()
		return ErrClosed
	}
	d.queue <- q
	d.mu.RUnlock()
	<-q.end
	return q.err
}

// logLimit is the number of pages (64 MB) at which the writer itself would copy the log into the database, if nothing else did.
const logLimit = "&_pragma=wal_autocheckpoint(16000)"

// copyRows is how many changed rows make the log worth copying.
const copyRows = 8000

// copyLog copies the log into the database while the writer goes on, then lets the writer copy the little that was added
// meanwhile: only with nothing left does the log start again from its beginning. Left to itself, SQLite would copy the whole
// inside some commit, and everyone would wait for it.
func (d *sqlite) copyLog() {
	for range d.full {
		if _, err := d.copier.(driver.ExecerContext).ExecContext(context.Background(), "PRAGMA wal_checkpoint(PASSIVE)", nil); err == nil {
			d.ask(&write{end: make(chan struct{})})
		}
	}
	d.copier.Close()
}

// gather is how often the writer steps back before it commits, so that whoever is about to write can join the group: a commit
// costs as much as several writes. With nobody there it costs nothing.
const gather = 3

func (d *sqlite) loop() {
	defer close(d.done)
	defer close(d.full)
	group := make([]*write, 0, maxGroup)
	for q := range d.queue {
		var finish *write
		group = group[:0]
	fill:
		for yields := 0; ; {
			if q.fn == nil {
				finish = q
			} else if group = append(group, q); len(group) == maxGroup {
				break
			}
		next:
			select {
			case more, ok := <-d.queue:
				if !ok {
					break fill
				}
				q = more
			default:
				if yields++; yields > gather {
					break fill
				}
				runtime.Gosched()
				goto next
			}
		}
		if len(group) > 0 {
			d.commit(group)
		}
		if finish != nil {
			_, finish.err = d.w.Exec("PRAGMA wal_checkpoint(PASSIVE)")
			close(finish.end)
		} else if d.w.changed >= copyRows {
			d.w.changed = 0
			select {
			case d.full <- struct{}{}:
			default:
			}
		}
		for _, q := range group {
			close(q.end)
		}
		clear(group) // what they hold on to may be large
	}
}

// commit runs a group in one transaction. The usual case has no savepoints: if a member fails after it has changed something,
// the whole is undone and run again with each member behind a savepoint of its own.
func (d *sqlite) commit(group []*write) {
	err := d.transact(group, func(q *write) error {
		undo, err := d.w.run(q.fn)
		q.err = err
		if undo {
			return errUndo
		}
		return nil
	})
	if errors.Is(err, errUndo) {
		if len(group) == 1 {
			return // it was alone: undoing the transaction undid it
		}
		err = d.transact(group, d.guarded)
	}
	if err != nil {
		for _, q := range group {
			if q.err == nil {
				q.err = err
			}
		}
	}
}

var errUndo = errors.New("db: undo the group")

// transact runs each for every member between BEGIN and COMMIT, and undoes all if one returns an error.
func (d *sqlite) transact(group []*write, each func(*write) error) error {
	if _, err := d.w.Exec("BEGIN IMMEDIATE"); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	for _, q := range group {
		if err := each(q); err != nil {
			d.w.Exec("ROLLBACK")
			return err
		}
	}
	if _, err := d.w.Exec("COMMIT"); err != nil {
		d.w.Exec("ROLLBACK")
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

func (d *sqlite) guarded(q *write) error {
	if _, err := d.w.Exec("SAVEPOINT s"); err != nil {
		return err
	}
	if _, q.err = d.w.run(q.fn); q.err != nil {
		if _, err := d.w.Exec("ROLLBACK TO s"); err != nil {
			return err
		}
	}
	_, err := d.w.Exec("RELEASE s")
	return err
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
	return errors.Join(d.r.Close(), d.w.close())
}
