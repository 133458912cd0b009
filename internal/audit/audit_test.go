package audit_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/db/dbtest"
	"github.com/onay/onay/internal/vault"
)

func newLog(t *testing.T, d db.DB) *audit.Log {
	t.Helper()
	dir := t.TempDir()
	v, err := vault.Open(filepath.Join(dir, "keys"), "")
	if err != nil {
		t.Fatal(err)
	}
	return audit.New(d, v, &clock.System{}, filepath.Join(dir, "audit-head"))
}

func fill(t *testing.T, d db.DB, l *audit.Log, n int) {
	t.Helper()
	ctx := context.Background()
	for i := range n {
		if err := d.Write(ctx, func(tx db.Tx) error {
			return l.Append(ctx, tx, audit.Event{CompanyID: "com_a", ObjectID: fmt.Sprint("obj", i), ObjectSeq: 1, Kind: "thing.made", Data: `{"n":1}`})
		}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := l.Seal(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestVerifyFindsWhatWasDoneToTheLog(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, sql string }{
		{"nothing", ""},
		{"a changed row", "UPDATE event SET data = '{}' WHERE seq = 4"},
		{"a changed actor", "UPDATE event SET actor = 'usr_x' WHERE seq = 7"},
		{"a removed row", "DELETE FROM event WHERE seq = 5"},
		{"an inserted row", "INSERT INTO event (company_id, object_id, object_seq, kind, actor, reason, data, at, digest) SELECT company_id, 'obj99', 1, kind, actor, reason, data, at, digest FROM event WHERE seq = 2"},
		{"two rows swapped", "UPDATE event SET digest = (SELECT digest FROM event WHERE seq = 3), object_id = 'z' WHERE seq = 4"},
		{"a removed seal", "DELETE FROM event_seal WHERE id = 1"},
		{"a changed seal", "UPDATE event_seal SET rows = rows + 1 WHERE id = 1"},
		{"the end cut off", "DELETE FROM event_seal WHERE id = 2; "},
	} {
		t.Run(c.name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d db.DB) {
				ctx := context.Background()
				l := newLog(t, d)
				fill(t, d, l, 6)
				fill2 := func(i int) {
					if err := d.Write(ctx, func(tx db.Tx) error {
						return l.Append(ctx, tx, audit.Event{CompanyID: "com_a", ObjectID: fmt.Sprint("more", i), ObjectSeq: 1, Kind: "thing.made"})
					}); err != nil {
						t.Fatal(err)
					}
				}
				fill2(1)
				fill2(2)
				if _, err := l.Seal(ctx); err != nil {
					t.Fatal(err)
				}
				if c.sql != "" {
					if err := d.Write(ctx, func(tx db.Tx) error { _, err := tx.Exec(c.sql); return err }); err != nil {
						t.Fatal(err)
					}
				}
				if c.name == "the end cut off" {
					d.Write(ctx, func(tx db.Tx) error { _, err := tx.Exec("DELETE FROM event WHERE seq > 6"); return err })
				}
				r, err := l.Verify(ctx)
				if err != nil {
					t.Fatal(err)
				}
				if (c.sql == "") != (len(r.Faults) == 0) {
					t.Errorf("faults: %v", r.Faults)
				}
			})
		})
	}
}

func TestFeedLosesNothingUnderParallelWriters(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		ctx := context.Background()
		l := newLog(t, d)
		const writers, each = 8, 40
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for i := range each {
					d.Write(ctx, func(tx db.Tx) error {
						return l.Append(ctx, tx, audit.Event{CompanyID: "com_a", ObjectID: fmt.Sprint(w, "-", i), ObjectSeq: 1, Kind: "thing.made"})
					})
				}
			})
		}
		done := make(chan struct{})
		go func() { wg.Wait(); close(done) }()
		seen := map[string]bool{}
		var after int64
		read := func() {
			if _, err := l.Seal(ctx); err != nil {
				t.Error(err)
			}
			evs, err := l.Feed(ctx, "com_a", after, 1000)
			if err != nil {
				t.Error(err)
			}
			for _, e := range evs {
				after = e.Seq
				seen[e.ObjectID] = true
			}
		}
		for running := true; running; {
			select {
			case <-done:
				running = false
			default:
			}
			read()
		}
		read()
		if len(seen) != writers*each {
			t.Errorf("the feed showed %d of %d events", len(seen), writers*each)
		}
		if r, err := l.Verify(ctx); err != nil || len(r.Faults) > 0 {
			t.Errorf("verify: %v, %v", r.Faults, err)
		}
	})
}
