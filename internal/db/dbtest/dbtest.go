// Package dbtest opens real databases for tests: SQLite in a temporary folder, and PostgreSQL where
// ONAY_TEST_DATABASE_URL names a server on which databases may be made.
package dbtest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/onay/onay/internal/db"
)

// Each runs a test on every engine at hand.
func Each(t *testing.T, fn func(t *testing.T, d db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		fn(t, open(t, db.Config{Path: filepath.Join(t.TempDir(), "onay.db")}))
	})
	if os.Getenv("ONAY_TEST_DATABASE_URL") == "" {
		t.Log("PostgreSQL is left out: ONAY_TEST_DATABASE_URL is not set")
		return
	}
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		fn(t, open(t, db.Config{URL: Postgres(t)}))
	})
}

// engine is that of [Open].
var engine = "sqlite"

// Main runs a package's tests once for each engine at hand; their databases come from [Open].
func Main(m *testing.M) int {
	code := m.Run()
	if code == 0 && os.Getenv("ONAY_TEST_DATABASE_URL") != "" {
		engine = "postgres"
		code = m.Run()
	}
	return code
}

// Open opens an empty database of the engine whose turn it is in [Main].
func Open(t testing.TB) db.DB {
	t.Helper()
	if engine == "postgres" {
		return open(t, db.Config{URL: Postgres(t)})
	}
	return SQLite(t)
}

// SQLite opens an empty SQLite database.
func SQLite(t testing.TB) db.DB {
	return open(t, db.Config{Path: filepath.Join(t.TempDir(), "onay.db")})
}

func open(t testing.TB, c db.Config) db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// Postgres makes an empty database and returns its connection string; it is dropped with the test.
func Postgres(t testing.TB) string {
	t.Helper()
	base := os.Getenv("ONAY_TEST_DATABASE_URL")
	if base == "" {
		t.Skip("needs PostgreSQL: ONAY_TEST_DATABASE_URL is not set")
	}
	name := strings.ToLower(fmt.Sprintf("onay_test_%s", strings.ReplaceAll(db.NewID("x")[2:], "-", "")))
	admin(t, base, "CREATE DATABASE "+name)
	t.Cleanup(func() { admin(t, base, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal("ONAY_TEST_DATABASE_URL cannot be read")
	}
	u.Path = "/" + name
	return u.String()
}

func admin(t testing.TB, base, q string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, base)
	if err != nil {
		t.Fatal("PostgreSQL for tests cannot be reached")
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, q); err != nil {
		t.Fatal(err)
	}
}
