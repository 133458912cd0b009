package db

import (
	"bytes"
	"context"
	"database/sql"
	"embed"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema up to date. The files are one SQL text; {{serial}} is the only word that the engines spell apart.
func migrate(ctx context.Context, db *sql.DB, engine string) error {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	dialect, serial := goose.DialectSQLite3, "INTEGER PRIMARY KEY AUTOINCREMENT"
	var opts []goose.ProviderOption
	if engine == "postgres" {
		dialect, serial = goose.DialectPostgres, "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
		l, err := lock.NewPostgresSessionLocker() // several nodes may start at once
		if err != nil {
			return err
		}
		opts = append(opts, goose.WithSessionLocker(l))
	}
	opts = append(opts, goose.WithDisableGlobalRegistry(true))
	p, err := goose.NewProvider(dialect, db, spelled{sub, serial}, opts...)
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	return err
}

// spelled is the migration folder in one engine's spelling.
type spelled struct {
	fs.FS
	serial string
}

func (s spelled) Open(name string) (fs.File, error) {
	f, err := s.FS.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil || info.IsDir() {
		return f, err
	}
	defer f.Close()
	b, err := fs.ReadFile(s.FS, name)
	if err != nil {
		return nil, err
	}
	return &file{bytes.NewReader(bytes.ReplaceAll(b, []byte("{{serial}}"), []byte(s.serial))), info}, nil
}

type file struct {
	*bytes.Reader
	info fs.FileInfo
}

func (f *file) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *file) Close() error               { return nil }
