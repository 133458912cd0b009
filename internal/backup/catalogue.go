package backup

import (
	"errors"
	"fmt"
	"strings"

	"github.com/onay/onay/internal/db"
)

// column is one column of a table in the words of the file: text, int, bool or bytes.
type column struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
}

var kinds = map[string]string{
	"text": "text", "bigint": "int", "integer": "int", "boolean": "bool", "bytea": "bytes",
}

// columns asks the engine what a table has, in the order of the schema.
func columns(d db.DB, tx db.Tx, name string) ([]column, error) {
	q := "SELECT name, type FROM pragma_table_info($1) ORDER BY cid"
	if d.Engine() == "postgres" {
		q = `SELECT column_name::text, data_type::text FROM information_schema.columns
			WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position`
	}
	cols, err := db.All(tx, func(r db.Row) (c column, err error) {
		var typ string
		if err = r.Scan(&c.Name, &typ); err != nil {
			return c, err
		}
		if c.Kind = kinds[strings.ToLower(typ)]; c.Kind == "" {
			return c, fmt.Errorf("column %s.%s has the type %s, which a backup does not know", name, c.Name, typ)
		}
		return c, nil
	}, q, name)
	if err == nil && len(cols) == 0 {
		err = fmt.Errorf("table %s is missing", name)
	}
	return cols, err
}

// tableNames are all tables that the database has.
func tableNames(d db.DB, tx db.Tx) ([]string, error) {
	q := "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
	if d.Engine() == "postgres" {
		q = "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
	}
	return db.All(tx, func(r db.Row) (s string, err error) { err = r.Scan(&s); return }, q)
}

func schemaVersion(tx db.Tx) (n int64, err error) {
	err = tx.QueryRow("SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version").Scan(&n)
	return n, err
}

// identity names the column whose values the engine counts up, or "".
func identity(d db.DB, tx db.Tx, name string) (col string, err error) {
	q := `SELECT i.name FROM sqlite_master m, pragma_table_info(m.name) i
		WHERE m.type = 'table' AND m.name = $1 AND i.pk = 1 AND m.sql LIKE '%AUTOINCREMENT%'`
	if d.Engine() == "postgres" {
		q = `SELECT column_name::text FROM information_schema.columns
			WHERE table_schema = current_schema() AND table_name = $1 AND is_identity = 'YES'`
	}
	err = tx.QueryRow(q, name).Scan(&col)
	if errors.Is(err, db.ErrNoRows) {
		return "", nil
	}
	return col, err
}

// lastValue is the highest number that the engine gave out. It may be above the highest that is still there, and a number
// must not be given twice: feeds would pass over the second.
func lastValue(d db.DB, tx db.Tx, name, col string) (n int64, err error) {
	if d.Engine() == "postgres" {
		err = tx.QueryRow("SELECT COALESCE(pg_sequence_last_value(pg_get_serial_sequence($1, $2)::regclass), 0)", name, col).Scan(&n)
		return n, err
	}
	err = tx.QueryRow("SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = $1", name).Scan(&n)
	return n, err
}

func setLastValue(d db.DB, tx db.Tx, name, col string, n int64) error {
	if n == 0 {
		return nil
	}
	if d.Engine() == "postgres" {
		_, err := tx.Exec("SELECT setval(pg_get_serial_sequence($1, $2)::regclass, $3)", name, col, n)
		return err
	}
	if _, err := tx.Exec("DELETE FROM sqlite_sequence WHERE name = $1", name); err != nil {
		return err
	}
	_, err := tx.Exec("INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)", name, n)
	return err
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func quoteAll(cols []column) string {
	names := make([]string, len(cols))
	for i, c := range cols {
		names[i] = quote(c.Name)
	}
	return strings.Join(names, ", ")
}

// selectAll reads a table in the order of its key, by bytes on both engines.
func selectAll(d db.DB, t table, cols []column) string {
	keys := strings.Split(t.key, ", ")
	for i, k := range keys {
		keys[i] = quote(k)
		for _, c := range cols {
			if c.Name == k && c.Kind == "text" && d.Engine() == "postgres" {
				keys[i] += ` COLLATE "C"`
			}
		}
	}
	return "SELECT " + quoteAll(cols) + " FROM " + quote(t.name) + " ORDER BY " + strings.Join(keys, ", ")
}
