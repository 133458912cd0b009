package backup

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/vault"
)

// The lines of the file. Rows are arrays; everything else is one of these objects.
type (
	opening struct {
		Format  int       `json:"onay_backup"` // 1
		TakenAt time.Time `json:"taken_at"`
		Engine  string    `json:"engine"`
		Schema  int64     `json:"schema"`
		Keys    []byte    `json:"keys"` // the key file
	}
	begin struct {
		Table   string   `json:"begin"`
		Columns []column `json:"columns"`
	}
	end struct {
		Table  string `json:"end"`
		Rows   int64  `json:"rows"`
		SHA256 string `json:"sha256"`
		Last   int64  `json:"last,omitempty"` // highest number that the engine gave out, where it counts
	}
	closing struct {
		Tables int   `json:"tables"`
		Rows   int64 `json:"total_rows"`
	}
)

// oddText carries text that is not UTF-8, which SQLite stores as it is and JSON cannot say.
type oddText struct {
	Base64 []byte `json:"base64"`
}

func dump(ctx context.Context, d db.DB, v *vault.Vault, w io.Writer) (sum Summary, err error) {
	out := bufio.NewWriterSize(w, 64<<10)
	line := func(v any) error {
		b, err := json.Marshal(v)
		if err != nil {
			return err
		}
		_, err = out.Write(append(b, '\n'))
		return err
	}
	err = d.Read(ctx, func(tx db.Tx) error {
		sum = Summary{TakenAt: time.Now().UTC().Truncate(time.Second), Engine: d.Engine()}
		if sum.Schema, err = schemaVersion(tx); err != nil {
			return err
		}
		if err := line(opening{1, sum.TakenAt, sum.Engine, sum.Schema, v.Export()}); err != nil {
			return err
		}
		for _, t := range tables {
			done, err := dumpTable(ctx, d, tx, t, out, line)
			if err != nil {
				return fmt.Errorf("back up %s: %w", t.name, err)
			}
			sum.Tables = append(sum.Tables, done)
			sum.Rows += done.Rows
		}
		return line(closing{len(sum.Tables), sum.Rows})
	})
	if err != nil {
		return Summary{}, err
	}
	return sum, out.Flush()
}

func dumpTable(ctx context.Context, d db.DB, tx db.Tx, t table, out io.Writer, line func(any) error) (Table, error) {
	cols, err := columns(d, tx, t.name)
	if err != nil {
		return Table{}, err
	}
	if err := line(begin{t.name, cols}); err != nil {
		return Table{}, err
	}
	n, sum, err := dumpRows(ctx, d, tx, t, cols, out)
	if err != nil {
		return Table{}, err
	}
	e := end{Table: t.name, Rows: n, SHA256: sum}
	col, err := identity(d, tx, t.name)
	if err != nil {
		return Table{}, err
	}
	if col != "" {
		if e.Last, err = lastValue(d, tx, t.name, col); err != nil {
			return Table{}, err
		}
	}
	return Table{t.name, n, sum}, line(e)
}

func dumpRows(ctx context.Context, d db.DB, tx db.Tx, t table, cols []column, out io.Writer) (n int64, sum string, err error) {
	rows, err := tx.Query(selectAll(d, t, cols))
	if err != nil {
		return 0, "", err
	}
	defer rows.Close()
	hash := sha256.New()
	dest := make([]any, len(cols))
	row := make([]any, len(cols))
	for rows.Next() {
		if err := ctx.Err(); err != nil {
			return 0, "", err
		}
		for i, c := range cols {
			dest[i] = target(c.Kind)
		}
		if err := rows.Scan(dest...); err != nil {
			return 0, "", err
		}
		for i := range dest {
			row[i] = said(dest[i])
		}
		b, err := json.Marshal(row)
		if err != nil {
			return 0, "", err
		}
		b = append(b, '\n')
		hash.Write(b)
		if _, err := out.Write(b); err != nil {
			return 0, "", err
		}
		n++
	}
	return n, hex.EncodeToString(hash.Sum(nil)), rows.Err()
}

// target is where a value of a kind is scanned to; NULL is nil.
func target(kind string) any {
	switch kind {
	case "int":
		return new(*int64)
	case "bool":
		return new(*bool)
	case "bytes":
		return new(*[]byte)
	default:
		return new(*string)
	}
}

// said is a scanned value in JSON's words.
func said(dest any) any {
	switch v := dest.(type) {
	case **int64:
		if *v != nil {
			return **v
		}
	case **bool:
		if *v != nil {
			return **v
		}
	case **[]byte:
		if *v != nil {
			return append([]byte{}, **v...) // not nil, which JSON would say as null
		}
	case **string:
		switch {
		case *v == nil:
		case utf8.ValidString(**v):
			return **v
		default:
			return oddText{[]byte(**v)}
		}
	}
	return nil
}
