package db

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
)

func TestPlaces(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in, want string
		args     []int
	}{
		{"SELECT 1", "SELECT 1", nil},
		{"a = $1 AND b = $12", "a = ? AND b = ?", []int{0, 11}},
		{"a = $2 OR b = $2 OR c = $1", "a = ? OR b = ? OR c = ?", []int{1, 1, 0}},
		{"'cost $1, it''s $2' || $3", "'cost $1, it''s $2' || ?", []int{2}},
		{"$ $1", "$ ?", []int{0}},
	} {
		if got, args := places(c.in); got != c.want || !slices.Equal(args, c.args) {
			t.Errorf("places(%q) = %q, %v; want %q, %v", c.in, got, args, c.want, c.args)
		}
	}
}

func TestWriterUndoesOnlyWhatFailed(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	open, err := openSQLite(ctx, filepath.Join(t.TempDir(), "onay.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	d := open.(*sqlite)
	mine := errors.New("mine")
	put := func(tx Tx, name string) error {
		_, err := tx.Exec("INSERT INTO cursor_position (name, seq) VALUES ($1, $2)", name, 1)
		return err
	}
	runs := map[string]int{}
	member := func(name string, fn func(Tx) error) *write {
		return &write{fn: func(tx Tx) error { runs[name]++; return fn(tx) }, end: make(chan struct{})}
	}
	group := []*write{
		member("good", func(tx Tx) error { return put(tx, "good") }),
		member("early", func(tx Tx) error { return mine }),
		member("twice", func(tx Tx) error { put(tx, "twice"); return put(tx, "twice") }),
		member("open", func(tx Tx) error {
			rows, err := tx.Query("SELECT name FROM cursor_position WHERE name = $1", "good")
			if err != nil || !rows.Next() {
				return errors.New("the member before is not seen")
			}
			put(tx, "open")
			panic("with rows open")
		}),
		member("last", func(tx Tx) error { return put(tx, "last") }),
	}
	d.commit(group) // the writer is idle: borrow it
	for i, want := range []bool{true, false, false, false, true} {
		if (group[i].err == nil) != want {
			t.Errorf("member %d: %v", i, group[i].err)
		}
	}
	if !errors.Is(group[1].err, mine) || !IsUnique(group[2].err) {
		t.Errorf("errors changed: %v, %v", group[1].err, group[2].err)
	}
	var names []string
	if err := d.Read(ctx, func(tx Tx) (err error) {
		names, err = All(tx, func(r Row) (s string, err error) { err = r.Scan(&s); return s, err }, "SELECT name FROM cursor_position WHERE name <> 'x' ORDER BY name")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(names, []string{"good", "last"}) {
		t.Errorf("written: %v", names)
	}
	clear(runs)
	d.commit([]*write{member("a", func(tx Tx) error { return put(tx, "a") }), member("b", func(tx Tx) error { return mine }), member("c", func(tx Tx) error { return put(tx, "a") })})
	if runs["a"] != 1 {
		t.Errorf("run %d times: a member that failed before it changed anything must not undo the group", runs["a"])
	}
}

func TestWriterStoresAndReadsEveryType(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d, err := openSQLite(ctx, filepath.Join(t.TempDir(), "onay.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	type word string
	if err := d.Write(ctx, func(tx Tx) error {
		var (
			s    string
			n    int64
			i    int
			b    bool
			raw  []byte
			none []byte
			w    word
			i32  int32
			f    float64
		)
		if err := tx.QueryRow("SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9", "ş", int64(1)<<60, 7, true, []byte{0, 1}, nil, word("w"), int32(9), 1.5).
			Scan(&s, &n, &i, &b, &raw, &none, &w, &i32, &f); err != nil {
			return err
		}
		if s != "ş" || n != 1<<60 || i != 7 || !b || !slices.Equal(raw, []byte{0, 1}) || none != nil || w != "w" || i32 != 9 || f != 1.5 {
			t.Errorf("got %q %d %d %v %v %v %q %d %v", s, n, i, b, raw, none, w, i32, f)
		}
		if err := tx.QueryRow("SELECT $1", "text").Scan(&n); err == nil {
			t.Error("a text was read into a number")
		}
		if err := tx.QueryRow("SELECT $2", 1).Scan(&n); err == nil {
			t.Error("a missing argument was not noticed")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
