// Package db is the storage engine: SQLite by default, PostgreSQL by a connection string, one SQL text for both.
//
// Conventions of the SQL text: placeholders $1…$n; instants are BIGINT microseconds since 1970 UTC ([Micros], [Time]);
// JSON is TEXT; booleans are BOOLEAN; identifiers are TEXT with a prefix ([NewID]).
package db

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
)

// ErrNoRows is returned by Row.Scan when nothing matched.
var ErrNoRows = errors.New("db: no rows")

// ErrClosed is returned by calls on a closed database.
var ErrClosed = errors.New("db: closed")

// Row is one result row.
type Row interface{ Scan(dest ...any) error }

// Rows are the results of a query; Close is idempotent.
type Rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close()
}

// Tx is a transaction. It carries the context it was begun with.
type Tx interface {
	// Exec runs a statement and returns the number of rows it changed.
	Exec(sql string, args ...any) (int64, error)
	Query(sql string, args ...any) (Rows, error)
	QueryRow(sql string, args ...any) Row
	// Lock makes transactions with the same key wait for each other until commit.
	// Take several in sorted order. SQLite has one writer, so there it does nothing.
	Lock(key string) error
	// LockShared lets holders run together but apart from Lock of the same key.
	LockShared(key string) error
}

// DB is a database. All methods are safe for concurrent use.
type DB interface {
	// Read runs fn on a consistent snapshot.
	Read(ctx context.Context, fn func(Tx) error) error
	// Write runs fn in a transaction; nil means the change is on disk.
	// An error of fn undoes fn's changes alone. fn must not wait for anything but the transaction, and may be run again
	// from its beginning: it sets what it captures and does not add to it.
	Write(ctx context.Context, fn func(Tx) error) error
	// Engine names the engine: "sqlite" or "postgres".
	Engine() string
	// Check asks the engine whether it is well (integrity on SQLite, a round trip on PostgreSQL).
	Check(ctx context.Context) error
	Close() error
}

// Config says which engine to open.
type Config struct {
	Path string // SQLite file
	URL  string // PostgreSQL connection string; wins over Path
}

// Open opens the database and brings its schema up to date.
func Open(ctx context.Context, c Config) (DB, error) {
	if c.URL != "" {
		return openPostgres(ctx, c.URL)
	}
	return openSQLite(ctx, c.Path)
}

// Micros is the stored form of an instant; the zero time is 0.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Time is the inverse of [Micros].
func Time(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// NewID returns prefix_UUIDv7: unique, ordered by time, not a secret.
func NewID(prefix string) string {
	id, err := uuid.NewV7()
	if err != nil {
		panic(err) // the system's random source is gone; nothing safe can go on
	}
	return prefix + "_" + id.String()
}

// IsUnique reports whether err says that a row with the same key is already there.
func IsUnique(err error) bool {
	if err == nil {
		return false
	}
	s := err.Error()
	return strings.Contains(s, "UNIQUE constraint failed") || strings.Contains(s, "SQLSTATE 23505")
}

// All reads every row of a query through scan.
func All[T any](tx Tx, scan func(Row) (T, error), sql string, args ...any) ([]T, error) {
	rows, err := tx.Query(sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}
