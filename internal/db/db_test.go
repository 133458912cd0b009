package db_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/db/dbtest"
)

func put(tx db.Tx, name string, n int64) error {
	_, err := tx.Exec("INSERT INTO cursor_position (name, seq) VALUES ($1, $2)", name, n)
	return err
}

func count(t *testing.T, d db.DB) (n int64) {
	t.Helper()
	if err := d.Read(context.Background(), func(tx db.Tx) error {
		return tx.QueryRow("SELECT COUNT(*) FROM cursor_position").Scan(&n)
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWritesTogetherAndEachForItself(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		ctx := context.Background()
		mine := errors.New("mine")
		var wg sync.WaitGroup
		for i := range 90 {
			wg.Go(func() {
				err := d.Write(ctx, func(tx db.Tx) error {
					if err := put(tx, fmt.Sprint("row", i), int64(i)); err != nil {
						return err
					}
					switch i % 3 {
					case 1:
						return mine
					case 2:
						panic("boom")
					}
					return nil
				})
				if (i%3 == 0) != (err == nil) || (i%3 == 1) != errors.Is(err, mine) {
					t.Errorf("write %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		if n := count(t, d); n != 30 {
			t.Errorf("%d rows, want 30: an error must undo its own write and no other", n)
		}
	})
}

func TestUniqueAndNoRows(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		ctx := context.Background()
		w := func() error { return d.Write(ctx, func(tx db.Tx) error { return put(tx, "a", 1) }) }
		if err := w(); err != nil {
			t.Fatal(err)
		}
		if err := w(); !db.IsUnique(err) {
			t.Errorf("second insert: %v, want a uniqueness error", err)
		}
		err := d.Read(ctx, func(tx db.Tx) error {
			var n int64
			return tx.QueryRow("SELECT seq FROM cursor_position WHERE name = $1", "none").Scan(&n)
		})
		if !errors.Is(err, db.ErrNoRows) {
			t.Errorf("missing row: %v", err)
		}
	})
}

func TestReadersMayNotWrite(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		if err := d.Read(context.Background(), func(tx db.Tx) error { return put(tx, "a", 1) }); err == nil {
			t.Error("a write in a read transaction went through")
		}
	})
}

func TestLockMakesSameKeysWait(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		ctx := context.Background()
		if err := d.Write(ctx, func(tx db.Tx) error { return put(tx, "n", 0) }); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if err := d.Write(ctx, func(tx db.Tx) error {
					if err := tx.Lock("n"); err != nil {
						return err
					}
					var n int64
					if err := tx.QueryRow("SELECT seq FROM cursor_position WHERE name = 'n'").Scan(&n); err != nil {
						return err
					}
					_, err := tx.Exec("UPDATE cursor_position SET seq = $1 WHERE name = 'n'", n+1)
					return err
				}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		var n int64
		d.Read(ctx, func(tx db.Tx) error {
			return tx.QueryRow("SELECT seq FROM cursor_position WHERE name = 'n'").Scan(&n)
		})
		if n != 20 {
			t.Errorf("%d of 20 increments kept", n)
		}
	})
}

func TestMicrosRoundTrip(t *testing.T) {
	t.Parallel()
	now := time.Now().UTC().Truncate(time.Microsecond)
	if !db.Time(db.Micros(now)).Equal(now) || !db.Time(db.Micros(time.Time{})).IsZero() {
		t.Error("an instant changed on the way through the database")
	}
}
