// Package backup writes, checks and restores a copy of everything an installation knows: all rows, and the keys that open
// them. A copy is taken while the program works, does not depend on the engine, and is encrypted by a passphrase.
//
// The file, version 1:
//
//	header   "ONAYBAK1", argon2id time (uint32), memory in KiB (uint32), threads (uint8), salt (16 bytes),
//	         HMAC-SHA-256 of all that under the first 32 bytes derived from the passphrase
//	body     AES-256-GCM-HKDF segments of 1 MiB (Tink's streaming AEAD) under the other 32 bytes, with the header as
//	         associated data; the last segment is marked, so a cut shows
//	inside   gzip of JSON lines: the opening, for each table its name and columns, its rows as arrays, its end with count
//	         and SHA-256 over the row lines; at last the closing with the total
package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/vault"
)

var (
	// ErrPassphrase means that the passphrase is not the one of the backup, or that its header was changed.
	ErrPassphrase = errors.New("the passphrase does not open this backup")
	// ErrDamaged means that bytes were changed or that the end is missing.
	ErrDamaged = errors.New("the backup is damaged or cut off")
	// ErrNotEmpty means that the database to restore into holds data.
	ErrNotEmpty = errors.New("the database is not empty: restore into a new one")
	// ErrLogFaults means that all was restored, and that the event log in it was not whole when the backup was taken.
	ErrLogFaults = errors.New("the data is restored, but its event log has faults")
)

// MinPassphrase is the fewest bytes of a passphrase that Write takes. The file holds the keys, and nothing else guards it.
const MinPassphrase = 12

// Table tells what a backup holds of one table.
type Table struct {
	Name   string `json:"table"`
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"` // over the rows as written; equal for equal rows on either engine
}

// Summary tells what a backup holds.
type Summary struct {
	TakenAt time.Time     `json:"taken_at"`
	Engine  string        `json:"engine"` // of the database that it was taken from
	Schema  int64         `json:"schema"` // version of the newest migration
	Rows    int64         `json:"rows"`
	Tables  []Table       `json:"tables"`
	Audit   *audit.Report `json:"audit,omitempty"` // after Restore only
}

// Write takes a backup of one consistent state. Others may write meanwhile; memory use does not grow with the data.
// After an error w holds a piece that Verify and Restore refuse.
func Write(ctx context.Context, d db.DB, v *vault.Vault, w io.Writer, passphrase string) (Summary, error) {
	if len(passphrase) < MinPassphrase {
		return Summary{}, fmt.Errorf("the passphrase needs at least %d characters", MinPassphrase)
	}
	out, err := newSealer(w, passphrase)
	if err != nil {
		return Summary{}, err
	}
	sum, err := dump(ctx, d, v, out)
	if err != nil {
		return Summary{}, err
	}
	return sum, out.Close()
}

// WriteFile takes a backup into a new file, reads it back, and gives it its name only if it is whole and on disk.
func WriteFile(ctx context.Context, d db.DB, v *vault.Vault, path, passphrase string) (Summary, error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".backup-*") // 0600
	if err != nil {
		return Summary{}, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	sum, err := Write(ctx, d, v, f, passphrase)
	if err != nil {
		return Summary{}, err
	}
	if err := f.Sync(); err != nil {
		return Summary{}, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return Summary{}, err
	}
	if _, err := Verify(f, passphrase); err != nil {
		return Summary{}, fmt.Errorf("read the backup back: %w", err)
	}
	if _, err := os.Stat(path); err == nil {
		return Summary{}, fmt.Errorf("%s exists already", filepath.Base(path))
	}
	return sum, os.Rename(f.Name(), path)
}

// Verify reads a backup to its end and checks every byte, count and sum of it. It writes nothing.
func Verify(r io.Reader, passphrase string) (Summary, error) {
	in, err := newOpener(r, passphrase)
	if err != nil {
		return Summary{}, err
	}
	_, sum, err := load(in, func(opening) (sink, error) { return nil, nil })
	return sum, err
}
