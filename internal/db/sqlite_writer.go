package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"

	driversqlite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// writer is the one connection that writes. It belongs to one goroutine, so it speaks to the driver without the locks,
// contexts and conversions of database/sql, which cost as much as a small statement itself.
type writer struct {
	conn  driver.Conn
	stmts map[string]*stmt
	named []driver.NamedValue // arguments of the running statement
	open  []*writerRows       // results of the running transaction

	changed int64 // rows since the log was last copied

	wrote  bool // the running transaction has changed something
	broken bool // a statement failed with more than a constraint: SQLite may have undone the transaction by itself
}

// stmt is a prepared statement. args tells which argument stands at each of its places.
type stmt struct {
	s      driver.Stmt
	args   []int
	writes bool
}

// maxStmts bounds the cache: list queries are built from filters and could grow it without end.
const maxStmts = 400

func (w *writer) prepare(q string) (*stmt, error) {
	if s := w.stmts[q]; s != nil {
		return s, nil
	}
	if len(w.stmts) >= maxStmts && len(w.open) == 0 {
		for _, s := range w.stmts {
			s.s.Close()
		}
		clear(w.stmts)
	}
	text, args := places(q)
	p, err := w.conn.Prepare(text)
	if err != nil {
		return nil, err
	}
	s := &stmt{s: p, args: args, writes: !strings.HasPrefix(strings.TrimSpace(q), "SELECT")}
	w.stmts[q] = s
	return s, nil
}

// places turns $1…$n into the plain ? that the driver binds without looking at names. It returns which argument stands at
// each ?, counted from 0.
func places(q string) (text string, args []int) {
	var b strings.Builder
	quoted := false
	for i := 0; i < len(q); i++ {
		if q[i] == '\'' {
			quoted = !quoted
		}
		n := i + 1
		for !quoted && q[i] == '$' && n < len(q) && q[n] >= '0' && q[n] <= '9' {
			n++
		}
		if n == i+1 {
			b.WriteByte(q[i])
			continue
		}
		k, _ := strconv.Atoi(q[i+1 : n])
		args = append(args, k-1)
		b.WriteByte('?')
		i = n - 1
	}
	return b.String(), args
}

func (w *writer) bind(s *stmt, args []any) ([]driver.NamedValue, error) {
	w.named = w.named[:0]
	for i, k := range s.args {
		if k < 0 || k >= len(args) {
			return nil, fmt.Errorf("missing argument $%d", k+1)
		}
		var v driver.Value
		switch a := args[k].(type) {
		case string:
			v = a
		case int64:
			v = a
		case int:
			v = int64(a)
		case []byte:
			v = a
		case bool:
			v = a
		default:
			var err error
			if v, err = driver.DefaultParameterConverter.ConvertValue(a); err != nil {
				return nil, fmt.Errorf("argument $%d: %w", k+1, err)
			}
		}
		w.named = append(w.named, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	return w.named, nil
}

// failed notes what an error of the driver means for the transaction.
func (w *writer) failed(err error) error {
	var e *driversqlite.Error
	if !errors.As(err, &e) || e.Code()&0xff != sqlite3.SQLITE_CONSTRAINT {
		w.broken = true
	}
	return err
}

func (w *writer) Exec(q string, args ...any) (int64, error) {
	s, err := w.prepare(q)
	if err != nil {
		return 0, err
	}
	named, err := w.bind(s, args)
	if err != nil {
		return 0, err
	}
	res, err := s.s.(driver.StmtExecContext).ExecContext(context.Background(), named)
	if err != nil {
		return 0, w.failed(err)
	}
	n, err := res.RowsAffected()
	w.wrote = w.wrote || n > 0
	w.changed += n
	return n, err
}

func (w *writer) Query(q string, args ...any) (Rows, error) {
	s, err := w.prepare(q)
	if err != nil {
		return nil, err
	}
	named, err := w.bind(s, args)
	if err != nil {
		return nil, err
	}
	w.wrote = w.wrote || s.writes
	rows, err := s.s.(driver.StmtQueryContext).QueryContext(context.Background(), named)
	if err != nil {
		return nil, w.failed(err)
	}
	r := &writerRows{w: w, rows: rows, values: make([]driver.Value, len(rows.Columns()))}
	w.open = append(w.open, r)
	return r, nil
}

// run runs fn and closes what it left open. undo tells that it failed and that what it changed must not stay.
func (w *writer) run(fn func(Tx) error) (undo bool, err error) {
	w.wrote, w.broken = false, false
	err = run(w, fn)
	for _, r := range w.open {
		r.Close()
	}
	clear(w.open)
	w.open = w.open[:0]
	return err != nil && (w.wrote || w.broken), err
}

func (w *writer) QueryRow(q string, args ...any) Row {
	rows, err := w.Query(q, args...)
	if err != nil {
		return failedRow{err}
	}
	return oneRow{rows.(*writerRows)}
}

func (w *writer) Lock(string) error       { return nil }
func (w *writer) LockShared(string) error { return nil }

func (w *writer) close() error {
	for _, s := range w.stmts {
		s.s.Close()
	}
	return w.conn.Close()
}

type failedRow struct{ err error }

func (r failedRow) Scan(...any) error { return r.err }

type oneRow struct{ rows *writerRows }

func (r oneRow) Scan(dest ...any) error {
	defer r.rows.Close()
	if !r.rows.Next() {
		if r.rows.err != nil {
			return r.rows.err
		}
		return ErrNoRows
	}
	if err := r.rows.Scan(dest...); err != nil {
		return err
	}
	// A statement that writes and returns is finished only when it has been read to its end.
	for r.rows.Next() {
	}
	return r.rows.err
}

type writerRows struct {
	w      *writer
	rows   driver.Rows
	values []driver.Value
	err    error
	closed bool
}

func (r *writerRows) Next() bool {
	if r.closed || r.err != nil {
		return false
	}
	if err := r.rows.Next(r.values); err != nil {
		if !errors.Is(err, io.EOF) {
			r.err = r.w.failed(err)
		}
		r.Close()
		return false
	}
	return true
}

func (r *writerRows) Err() error { return r.err }

func (r *writerRows) Close() {
	if !r.closed {
		r.closed = true
		if err := r.rows.Close(); err != nil && r.err == nil {
			r.err = r.w.failed(err)
		}
	}
}

func (r *writerRows) Scan(dest ...any) error {
	if len(dest) != len(r.values) {
		return fmt.Errorf("%d columns for %d destinations", len(r.values), len(dest))
	}
	for i, d := range dest {
		if err := assign(d, r.values[i]); err != nil {
			return fmt.Errorf("column %d: %w", i+1, err)
		}
	}
	return nil
}

// assign stores what the driver returned: int64, float64, string, []byte or nil.
func assign(dest any, v driver.Value) error {
	switch d := dest.(type) {
	case *string:
		if s, ok := v.(string); ok {
			*d = s
			return nil
		}
	case *int64:
		if n, ok := v.(int64); ok {
			*d = n
			return nil
		}
	case *int:
		if n, ok := v.(int64); ok {
			*d = int(n)
			return nil
		}
	case *bool:
		if n, ok := v.(int64); ok {
			*d = n != 0
			return nil
		}
	case *[]byte:
		switch b := v.(type) {
		case []byte:
			*d = b
			return nil
		case nil:
			*d = nil
			return nil
		}
	}
	return assignRare(dest, v)
}

// assignRare serves the types that only a few rows have.
func assignRare(dest any, v driver.Value) error {
	if s, ok := dest.(sql.Scanner); ok {
		return s.Scan(v)
	}
	d, from := reflect.ValueOf(dest), reflect.ValueOf(v)
	if d.Kind() == reflect.Pointer && from.IsValid() {
		switch d, k := d.Elem(), from.Kind(); {
		case k == reflect.Int64 && d.CanInt() && !d.OverflowInt(from.Int()):
			d.SetInt(from.Int())
			return nil
		case k == reflect.String && d.Kind() == reflect.String:
			d.SetString(from.String())
			return nil
		case from.Type().AssignableTo(d.Type()):
			d.Set(from)
			return nil
		}
	}
	return fmt.Errorf("%T cannot hold %T", dest, v)
}
