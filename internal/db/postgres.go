package db

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

type postgres struct{ pool *pgxpool.Pool }

func openPostgres(ctx context.Context, url string) (DB, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("the PostgreSQL connection string cannot be read") // err may hold the password
	}
	if cfg.MaxConns < 16 {
		cfg.MaxConns = 16
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	std := stdlib.OpenDBFromPool(pool)
	err = migrate(ctx, std, "postgres")
	std.Close()
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("migrate: %w", err)
	}
	return &postgres{pool}, nil
}

func (d *postgres) Engine() string { return "postgres" }

// Pool is the connection pool, for the job queue.
func (d *postgres) Pool() *pgxpool.Pool { return d.pool }

func (d *postgres) Read(ctx context.Context, fn func(Tx) error) error {
	return d.in(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, fn)
}

func (d *postgres) Write(ctx context.Context, fn func(Tx) error) error {
	return d.in(ctx, pgx.TxOptions{}, fn)
}

func (d *postgres) in(ctx context.Context, opt pgx.TxOptions, fn func(Tx) error) error {
	raw, err := d.pool.BeginTx(ctx, opt)
	if err != nil {
		return err
	}
	if err := run(&pgTx{ctx, raw}, fn); err != nil {
		raw.Rollback(context.WithoutCancel(ctx))
		return err
	}
	return raw.Commit(ctx)
}

func (d *postgres) Check(ctx context.Context) error { return d.pool.Ping(ctx) }

func (d *postgres) Close() error { d.pool.Close(); return nil }

type pgTx struct {
	ctx context.Context
	tx  pgx.Tx
}

// PGX returns the native transaction, for the job queue.
func (t *pgTx) PGX() pgx.Tx { return t.tx }

func (t *pgTx) Exec(q string, args ...any) (int64, error) {
	tag, err := t.tx.Exec(t.ctx, q, args...)
	return tag.RowsAffected(), err
}

func (t *pgTx) Query(q string, args ...any) (Rows, error) { return t.tx.Query(t.ctx, q, args...) }

func (t *pgTx) QueryRow(q string, args ...any) Row { return pgRow{t.tx.QueryRow(t.ctx, q, args...)} }

func (t *pgTx) Lock(key string) error {
	_, err := t.tx.Exec(t.ctx, "SELECT pg_advisory_xact_lock($1)", lockID(key))
	return err
}

func (t *pgTx) LockShared(key string) error {
	_, err := t.tx.Exec(t.ctx, "SELECT pg_advisory_xact_lock_shared($1)", lockID(key))
	return err
}

// lockID maps a key to an advisory lock. Two keys that meet by chance only wait for each other.
func lockID(key string) int64 {
	h := fnv.New64a()
	h.Write([]byte(key))
	return int64(h.Sum64())
}

type pgRow struct{ pgx.Row }

func (r pgRow) Scan(dest ...any) error {
	err := r.Row.Scan(dest...)
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrNoRows
	}
	return err
}
