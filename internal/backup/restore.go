package backup

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/vault"
)

// Restore fills an empty database, of either engine, from a backup, and writes its keys to keysPath; an empty keysPath is
// for keys that are given another way (ONAY_KEYS), and writes none. All rows go in within one transaction: after an error
// the database is as empty as before. At the end the event log is verified; its report is in the summary, and faults of
// the log are [ErrLogFaults], after which the data is in place.
func Restore(ctx context.Context, d db.DB, keysPath string, r io.Reader, passphrase string) (Summary, error) {
	in, err := newOpener(r, passphrase)
	if err != nil {
		return Summary{}, err
	}
	var o opening
	var sum Summary
	err = d.Write(ctx, func(tx db.Tx) (err error) {
		if err := claim(d, tx); err != nil {
			return err
		}
		o, sum, err = load(in, func(o opening) (sink, error) {
			have, err := schemaVersion(tx)
			if err != nil {
				return nil, err
			}
			if have != o.Schema {
				return nil, fmt.Errorf("the backup has schema version %d and this program %d: restore with the version that took it, then upgrade", o.Schema, have)
			}
			return &filler{ctx: ctx, d: d, tx: tx}, nil
		})
		if err != nil {
			return err
		}
		// Before the commit, and kept whatever becomes of it: rows without their keys are of no use, keys without rows do
		// no harm.
		return putKeys(keysPath, o.Keys)
	})
	if err != nil {
		return Summary{}, err
	}
	v, err := vault.Open(keysPath, base64.StdEncoding.EncodeToString(o.Keys))
	if err != nil {
		return sum, err
	}
	rep, err := audit.New(d, v, &clock.System{}, "").Verify(ctx)
	if err != nil {
		return sum, fmt.Errorf("the data is restored; verifying its event log: %w", err)
	}
	sum.Audit = &rep
	if len(rep.Faults) > 0 {
		return sum, fmt.Errorf("%w: %d, the first: %s", ErrLogFaults, len(rep.Faults), rep.Faults[0])
	}
	return sum, nil
}

// claim makes sure that the database is empty and, on PostgreSQL, that no other node writes meanwhile.
func claim(d db.DB, tx db.Tx) error {
	if d.Engine() == "postgres" {
		names := make([]string, len(tables))
		for i, t := range tables {
			names[i] = quote(t.name)
		}
		if _, err := tx.Exec("LOCK TABLE " + strings.Join(names, ", ") + " IN EXCLUSIVE MODE"); err != nil {
			return err
		}
	}
	for _, t := range tables {
		var n int64
		if err := tx.QueryRow("SELECT COUNT(*) FROM (SELECT 1 FROM " + quote(t.name) + " LIMIT 1) x").Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			return fmt.Errorf("%w (%s has rows)", ErrNotEmpty, t.name)
		}
	}
	return nil
}

// putKeys writes the keys. The same keys may be there from a restore that was stopped.
func putKeys(path string, keys []byte) error {
	if path == "" {
		return nil
	}
	have, err := os.ReadFile(path)
	if err == nil && bytes.Equal(have, keys) {
		return nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := vault.Restore(path, keys); err != nil {
		return fmt.Errorf("write the keys: %w", err)
	}
	return nil
}

// filler inserts rows, many with one statement.
type filler struct {
	ctx  context.Context
	d    db.DB
	tx   db.Tx
	name string
	cols []column
	id   string // the column that the engine counts, or ""
	most int    // rows of a full statement
	args []any
}

// maxArgs bounds one statement; SQLite takes 32 766 arguments, and a longer text gains nothing.
const maxArgs = 1000

func (f *filler) begin(name string, cols []column) error {
	if !slices.ContainsFunc(tables, func(t table) bool { return t.name == name }) {
		return fmt.Errorf("the backup holds a table %q, which this version does not know", name)
	}
	have, err := columns(f.d, f.tx, name)
	if err != nil {
		return err
	}
	for _, c := range cols {
		if !slices.Contains(have, c) {
			return fmt.Errorf("the backup holds a column %q of %s, which this version does not know", c.Name, name)
		}
	}
	if f.id, err = identity(f.d, f.tx, name); err != nil {
		return err
	}
	f.name, f.cols, f.most, f.args = name, cols, max(1, maxArgs/len(cols)), f.args[:0]
	return nil
}

func (f *filler) row(values []any) error {
	f.args = append(f.args, values...)
	if len(f.args) < f.most*len(f.cols) {
		return nil
	}
	return f.flush()
}

func (f *filler) flush() error {
	if len(f.args) == 0 {
		return nil
	}
	if err := f.ctx.Err(); err != nil {
		return err
	}
	if _, err := f.tx.Exec(f.insert(len(f.args)/len(f.cols)), f.args...); err != nil {
		return fmt.Errorf("restore %s: %w", f.name, err)
	}
	clear(f.args)
	f.args = f.args[:0]
	return nil
}

func (f *filler) insert(rows int) string {
	var b strings.Builder
	b.WriteString("INSERT INTO " + quote(f.name) + " (" + quoteAll(f.cols) + ")")
	if f.id != "" && f.d.Engine() == "postgres" {
		b.WriteString(" OVERRIDING SYSTEM VALUE") // the column is GENERATED ALWAYS there; SQLite does not know the words
	}
	b.WriteString(" VALUES ")
	n := 0
	for r := range rows {
		if r > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('(')
		for c := range f.cols {
			if c > 0 {
				b.WriteByte(',')
			}
			n++
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(n))
		}
		b.WriteByte(')')
	}
	return b.String()
}

func (f *filler) end(name string, last int64) error {
	if err := f.flush(); err != nil || f.id == "" {
		return err
	}
	return setLastValue(f.d, f.tx, name, f.id, last)
}
