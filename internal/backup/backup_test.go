package backup

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/db/dbtest"
	"github.com/onay/onay/internal/vault"
)

const passphrase = "yedi dağın ardı"

func TestMain(m *testing.M) {
	defaultCost = cost{time: 1, memory: 8 << 10, threads: 1} // the tests open many backups
	os.Exit(m.Run())
}

func newVault(t *testing.T) *vault.Vault {
	t.Helper()
	v, err := vault.Open(filepath.Join(t.TempDir(), "keys"), "")
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func newLog(d db.DB, v *vault.Vault) *audit.Log { return audit.New(d, v, &clock.System{}, "") }

// texts are values that a careless copy changes.
var texts = []string{"", "Şeker Çarşısı İğde", "\"'\\ \t\n\r", "<&>\u2028\u2029", "null", "{\"base64\":\"AA==\"}", "😀"}

// fill puts rows into every table: made-up ones by the catalogue, and a real event log.
func fill(t *testing.T, d db.DB, v *vault.Vault) {
	t.Helper()
	ctx := context.Background()
	for _, tb := range tables {
		if tb.name == "event" || tb.name == "event_seal" {
			continue
		}
		if err := d.Write(ctx, func(tx db.Tx) error {
			cols, err := columns(d, tx, tb.name)
			if err != nil {
				return err
			}
			f := &filler{ctx: ctx, d: d, tx: tx}
			if err := f.begin(tb.name, cols); err != nil {
				return err
			}
			for i := range 130 {
				row := make([]any, len(cols))
				for j, c := range cols {
					switch c.Kind {
					case "int":
						row[j] = int64(i+j)<<55 + int64(i*j) - 1 // beyond what a float holds
					case "bool":
						row[j] = (i+j)%2 == 0
					case "bytes":
						row[j] = bytes.Repeat([]byte{0, byte(i), 0xff}, i%4) // every fourth is empty, and is not NULL
					default:
						row[j] = fmt.Sprintf("%s %d-%d", texts[(i+j)%len(texts)], i, j)
					}
				}
				if err := f.row(row); err != nil {
					return err
				}
			}
			return f.end(tb.name, 0)
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Write(ctx, func(tx db.Tx) error {
		for _, q := range []string{
			"UPDATE app_user SET totp_secret = NULL, name = '' WHERE failed_logins > 0",
			"UPDATE message SET body_secret = NULL WHERE tries > 0",
			"UPDATE idempotency SET answer = NULL WHERE status > 0",
		} {
			if _, err := tx.Exec(q); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for i := range 60 {
		write(t, d, v, fmt.Sprint("obj_", i))
		if i%20 == 10 {
			if _, err := newLog(d, v).Seal(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	// The newest event is gone, but its number must not come again.
	write(t, d, v, "obj_gone")
	if err := d.Write(ctx, func(tx db.Tx) error {
		_, err := tx.Exec("DELETE FROM event WHERE object_id = 'obj_gone'")
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, d db.DB, v *vault.Vault, object string) (seq int64) {
	t.Helper()
	ctx := context.Background()
	if err := d.Write(ctx, func(tx db.Tx) error {
		if err := newLog(d, v).Append(ctx, tx, audit.Event{CompanyID: "com_a", ObjectID: object, ObjectSeq: 1, Kind: "thing.made", Reason: "Çünkü"}); err != nil {
			return err
		}
		return tx.QueryRow("SELECT MAX(seq) FROM event").Scan(&seq)
	}); err != nil {
		t.Fatal(err)
	}
	return seq
}

func take(t *testing.T, d db.DB, v *vault.Vault) ([]byte, Summary) {
	t.Helper()
	var b bytes.Buffer
	sum, err := Write(context.Background(), d, v, &b, passphrase)
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), sum
}

func TestEveryTableIsHeldOrLeftOut(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		if err := d.Read(context.Background(), func(tx db.Tx) error {
			names, err := tableNames(d, tx)
			if err != nil {
				return err
			}
			for _, n := range names {
				held := slices.ContainsFunc(tables, func(tb table) bool { return tb.name == n })
				if _, out := leftOut[n]; held == out {
					t.Errorf("table %s must be in exactly one of the lists of tables.go: a backup holds it, or says why not", n)
				}
			}
			for _, tb := range tables {
				if !slices.Contains(names, tb.name) {
					t.Errorf("table %s is listed and does not exist", tb.name)
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}

// From one engine through the next and on: the rows stay the same to the byte, and so do their sums.
func TestBackupsMoveBetweenEngines(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		way  []string
	}{
		{"SQLite to SQLite", []string{"sqlite", "sqlite"}},
		{"SQLite to PostgreSQL to SQLite", []string{"sqlite", "postgres", "sqlite"}},
		{"PostgreSQL to PostgreSQL", []string{"postgres", "postgres"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ctx := context.Background()
			open := func(engine string) db.DB {
				if engine == "sqlite" {
					return dbtest.SQLite(t)
				}
				d, err := db.Open(ctx, db.Config{URL: dbtest.Postgres(t)})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { d.Close() })
				return d
			}
			d, v := open(c.way[0]), newVault(t)
			fill(t, d, v)
			file, first := take(t, d, v)
			for _, engine := range c.way[1:] {
				checked, err := Verify(bytes.NewReader(file), passphrase)
				if err != nil {
					t.Fatal(err)
				}
				d = open(engine)
				keys := filepath.Join(t.TempDir(), "keys")
				restored, err := Restore(ctx, d, keys, bytes.NewReader(file), passphrase)
				if err != nil {
					t.Fatal(err)
				}
				if restored.Audit == nil || restored.Audit.Rows != 60 || restored.Audit.Seals != 3 {
					t.Errorf("event log after restore: %+v", restored.Audit)
				}
				restored.Audit = nil
				if diff := cmp.Diff(checked, restored); diff != "" {
					t.Error(diff)
				}
				if v, err = vault.Open(keys, ""); err != nil {
					t.Fatal(err)
				}
				var again Summary
				file, again = take(t, d, v)
				if diff := cmp.Diff(first.Tables, again.Tables); diff != "" {
					t.Error(diff)
				}
			}
			if seq := write(t, d, v, "obj_next"); seq != 62 {
				t.Errorf("the next event got number %d; 61 was given out before the backup", seq)
			}
			if _, err := newLog(d, v).Seal(ctx); err != nil {
				t.Error(err)
			}
			if r, err := newLog(d, v).Verify(ctx); err != nil || len(r.Faults) > 0 {
				t.Errorf("event log after another event: %v %v", r.Faults, err)
			}
		})
	}
}

func TestBackupWhileWritersRun(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		ctx := context.Background()
		v := newVault(t)
		l := newLog(d, v)
		var n atomic.Int64
		stop := make(chan struct{})
		done := make(chan error, 3)
		for w := range 2 {
			go func() {
				for i := 0; ; i++ {
					select {
					case <-stop:
						done <- nil
						return
					default:
					}
					// One transaction, two tables: a backup holds both of its rows or neither.
					id := fmt.Sprintf("w%d-%d", w, i)
					if err := d.Write(ctx, func(tx db.Tx) error {
						if _, err := tx.Exec("INSERT INTO cursor_position (name, seq) VALUES ($1, $2)", id, i); err != nil {
							return err
						}
						return l.Append(ctx, tx, audit.Event{CompanyID: "com_a", ObjectID: id, ObjectSeq: 1, Kind: "thing.made"})
					}); err != nil {
						done <- err
						return
					}
					n.Add(1)
				}
			}()
		}
		go func() {
			for {
				select {
				case <-stop:
					done <- nil
					return
				default:
				}
				if _, err := l.Seal(ctx); err != nil {
					done <- err
					return
				}
			}
		}()
		var rows int64
		for range 3 {
			for at := n.Load(); n.Load() < at+20; {
			}
			file, sum := take(t, d, v)
			by := map[string]int64{}
			for _, tb := range sum.Tables {
				by[tb.Name] = tb.Rows
			}
			if by["event"] != by["cursor_position"] || by["event"] <= rows {
				t.Errorf("%d events and %d rows beside them, after %d", by["event"], by["cursor_position"], rows)
			}
			rows = by["event"]
			if _, err := Restore(ctx, dbtest.SQLite(t), filepath.Join(t.TempDir(), "keys"), bytes.NewReader(file), passphrase); err != nil {
				t.Error(err)
			}
		}
		close(stop)
		for range 3 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
}

func TestDamageShowsAndRestoresNothing(t *testing.T) {
	t.Parallel()
	src, v := dbtest.SQLite(t), newVault(t)
	fill(t, src, v)
	good, _ := take(t, src, v)
	flip := func(at int) []byte {
		b := bytes.Clone(good)
		b[at] ^= 1
		return b
	}
	for _, c := range []struct {
		name string
		file []byte
		pass string
		want error
	}{
		{"the wrong passphrase", good, passphrase + "!", ErrPassphrase},
		{"a changed salt", flip(len(magic) + 9), passphrase, ErrPassphrase},
		{"a changed cost", flip(len(magic)), passphrase, ErrDamaged},
		{"a changed byte at the beginning of the body", flip(paramSize + 32 + 50), passphrase, ErrDamaged},
		{"a changed byte in the middle", flip(len(good) / 2), passphrase, ErrDamaged},
		{"a changed last byte", flip(len(good) - 1), passphrase, ErrDamaged},
		{"the last byte cut off", good[:len(good)-1], passphrase, ErrDamaged},
		{"the second half cut off", good[:len(good)/2], passphrase, ErrDamaged},
		{"the header alone", good[:paramSize+32], passphrase, ErrDamaged},
		{"half a header", good[:20], passphrase, ErrDamaged},
		{"nothing", nil, passphrase, ErrDamaged},
		{"a byte more", append(bytes.Clone(good), 0), passphrase, ErrDamaged},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, err := Verify(bytes.NewReader(c.file), c.pass); !errors.Is(err, c.want) {
				t.Errorf("verify: %v, want %v", err, c.want)
			}
			d := dbtest.SQLite(t)
			keys := filepath.Join(t.TempDir(), "keys")
			if _, err := Restore(context.Background(), d, keys, bytes.NewReader(c.file), c.pass); !errors.Is(err, c.want) {
				t.Errorf("restore: %v, want %v", err, c.want)
			}
			if _, err := os.Stat(keys); err == nil {
				t.Error("a refused restore left keys behind")
			}
			if _, err := Restore(context.Background(), d, keys, bytes.NewReader(good), passphrase); err != nil {
				t.Errorf("the database was not left empty: %v", err)
			}
		})
	}
}

func TestCutBetweenSegmentsShows(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	s, err := newSealer(&b, passphrase)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.enc.Write(make([]byte, 3*segment)); err != nil { // past gzip: what is inside does not matter here
		t.Fatal(err)
	}
	if err := s.enc.Close(); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1, 2} {
		if _, err := Verify(bytes.NewReader(b.Bytes()[:paramSize+32+n*segment]), passphrase); !errors.Is(err, ErrDamaged) {
			t.Errorf("after %d segments: %v", n, err)
		}
	}
}

func TestRestoreRefusesWhatIsInUse(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		ctx := context.Background()
		src, v := dbtest.SQLite(t), newVault(t)
		fill(t, src, v)
		file, _ := take(t, src, v)
		keys := filepath.Join(t.TempDir(), "keys")
		if err := os.WriteFile(keys, []byte("others"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Restore(ctx, d, keys, bytes.NewReader(file), passphrase); err == nil || !strings.Contains(err.Error(), "exists") {
			t.Errorf("over other keys: %v", err)
		}
		if err := os.WriteFile(keys, v.Export(), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Restore(ctx, d, keys, bytes.NewReader(file), passphrase); err != nil {
			t.Errorf("over the same keys: %v", err)
		}
		if _, err := Restore(ctx, d, filepath.Join(t.TempDir(), "keys"), bytes.NewReader(file), passphrase); !errors.Is(err, ErrNotEmpty) {
			t.Errorf("over data: %v", err)
		}
	})
}

func TestRestoreTellsOfFaultsInTheLog(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	src, v := dbtest.SQLite(t), newVault(t)
	fill(t, src, v)
	if err := src.Write(ctx, func(tx db.Tx) error {
		_, err := tx.Exec("UPDATE event SET actor = 'usr_x' WHERE seq = 7")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	file, _ := take(t, src, v)
	sum, err := Restore(ctx, dbtest.SQLite(t), "", bytes.NewReader(file), passphrase)
	if !errors.Is(err, ErrLogFaults) || sum.Rows == 0 || len(sum.Audit.Faults) == 0 {
		t.Errorf("%v, %+v", err, sum.Audit)
	}
}

func TestTextThatIsNotUTF8SurvivesOnSQLite(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	src, v := dbtest.SQLite(t), newVault(t)
	const odd = "a\xff\xfeb"
	if err := src.Write(ctx, func(tx db.Tx) error {
		_, err := tx.Exec("INSERT INTO cursor_position (name, seq) VALUES ($1, 1)", odd)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	file, _ := take(t, src, v)
	d := dbtest.SQLite(t)
	if _, err := Restore(ctx, d, "", bytes.NewReader(file), passphrase); err != nil {
		t.Fatal(err)
	}
	var got string
	if err := d.Read(ctx, func(tx db.Tx) error { return tx.QueryRow("SELECT name FROM cursor_position").Scan(&got) }); err != nil || got != odd {
		t.Errorf("%q, %v", got, err)
	}
}

func TestWriteFile(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d, v := dbtest.SQLite(t), newVault(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "onay.backup")
	if _, err := WriteFile(ctx, d, v, path, "short"); err == nil {
		t.Error("a short passphrase was taken")
	}
	if _, err := WriteFile(ctx, d, v, path, passphrase); err != nil {
		t.Fatal(err)
	}
	if _, err := WriteFile(ctx, d, v, path, passphrase); err == nil {
		t.Error("a backup was written over another")
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("%d files left, want the backup alone", len(files))
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestAnswersOfTheDiskAreKept(t *testing.T) {
	t.Parallel()
	d, v := dbtest.SQLite(t), newVault(t)
	full := errors.New("disk full")
	if _, err := Write(context.Background(), d, v, failing{full}, passphrase); !errors.Is(err, full) {
		t.Errorf("write: %v", err)
	}
	if _, err := Verify(iotest.ErrReader(full), passphrase); !errors.Is(err, full) {
		t.Errorf("read: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// The body is authenticated, so only who knows the passphrase reaches the lines; still nothing in them may panic.
func FuzzLoad(f *testing.F) {
	f.Add([]byte("{\"onay_backup\":1}\n"))
	f.Add([]byte("{\"begin\":\"t\",\"columns\":[{\"name\":\"a\",\"kind\":\"int\"}]}\n[1]\n{\"end\":\"t\"}\n"))
	f.Add([]byte("{\"begin\":\"t\",\"columns\":[{\"name\":\"a\",\"kind\":\"text\"}]}\n[{\"base64\":null}]\n"))
	v, err := vault.Open(filepath.Join(f.TempDir(), "keys"), "")
	if err != nil {
		f.Fatal(err)
	}
	var head bytes.Buffer
	fmt.Fprintf(&head, "{\"onay_backup\":1,\"keys\":%q}\n", base64.StdEncoding.EncodeToString(v.Export()))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, _, err := load(io.MultiReader(bytes.NewReader(head.Bytes()), bytes.NewReader(b)), func(opening) (sink, error) { return nil, nil }); err == nil && !bytes.Contains(b, []byte("}")) {
			t.Error("accepted without a closing")
		}
	})
}
