package backup

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"strconv"

	"github.com/onay/onay/internal/vault"
)

// sink takes what a backup holds, as it comes.
type sink interface {
	begin(table string, cols []column) error
	row(values []any) error
	end(table string, last int64) error
}

// load reads a backup to its end and checks it against its own counts and sums. start chooses where the rows go; nil: nowhere.
func load(r io.Reader, start func(opening) (sink, error)) (o opening, sum Summary, err error) {
	l := &loader{in: bufio.NewReaderSize(r, 64<<10)}
	b, err := l.line()
	if err != nil {
		return o, sum, err
	}
	if err := json.Unmarshal(b, &o); err != nil || o.Format != 1 {
		return o, sum, fmt.Errorf("the backup has the format %d, which this version does not know", o.Format)
	}
	if _, err := vault.Open("", base64.StdEncoding.EncodeToString(o.Keys)); err != nil {
		return o, sum, fmt.Errorf("%w (%v)", ErrDamaged, err)
	}
	sum = Summary{TakenAt: o.TakenAt, Engine: o.Engine, Schema: o.Schema}
	if l.to, err = start(o); err != nil {
		return o, sum, err
	}
	for {
		b, err := l.line()
		if err != nil {
			return o, sum, err
		}
		if bytes.HasPrefix(b, []byte(`{"begin":`)) {
			t, err := l.table(b)
			if err != nil {
				return o, sum, err
			}
			sum.Tables = append(sum.Tables, t)
			sum.Rows += t.Rows
			continue
		}
		var c closing
		if !bytes.HasPrefix(b, []byte("{")) || json.Unmarshal(b, &c) != nil || c.Tables != len(sum.Tables) || c.Rows != sum.Rows {
			return o, sum, fmt.Errorf("%w: the total does not fit", ErrDamaged)
		}
		if _, err := l.in.ReadByte(); err != io.EOF {
			return o, sum, ErrDamaged
		}
		return o, sum, nil
	}
}

type loader struct {
	in *bufio.Reader
	to sink
}

// line returns the next line without its end. The backup never ends in front of a line that is asked for.
func (l *loader) line() ([]byte, error) {
	b, err := l.in.ReadBytes('\n')
	if err != nil {
		return nil, fmt.Errorf("%w (%v)", ErrDamaged, err)
	}
	return b[:len(b)-1], nil
}

func (l *loader) table(first []byte) (Table, error) {
	var head begin
	if err := json.Unmarshal(first, &head); err != nil {
		return Table{}, ErrDamaged
	}
	if l.to != nil {
		if err := l.to.begin(head.Table, head.Columns); err != nil {
			return Table{}, err
		}
	}
	var n int64
	var h hash.Hash = sha256.New()
	for {
		b, err := l.line()
		if err != nil {
			return Table{}, err
		}
		if len(b) > 0 && b[0] == '[' {
			values, err := row(b, head.Columns)
			if err != nil {
				return Table{}, fmt.Errorf("%w: row %d of %s: %v", ErrDamaged, n+1, head.Table, err)
			}
			h.Write(b)
			h.Write([]byte{'\n'})
			n++
			if l.to != nil {
				if err := l.to.row(values); err != nil {
					return Table{}, err
				}
			}
			continue
		}
		var e end
		if err := json.Unmarshal(b, &e); err != nil {
			return Table{}, ErrDamaged
		}
		t := Table{head.Table, n, hex.EncodeToString(h.Sum(nil))}
		if want := (Table{e.Table, e.Rows, e.SHA256}); t != want {
			return Table{}, fmt.Errorf("%w: the count or the sum of %s does not fit", ErrDamaged, head.Table)
		}
		if l.to != nil {
			if err := l.to.end(e.Table, e.Last); err != nil {
				return Table{}, err
			}
		}
		return t, nil
	}
}

// row reads the values of a line by the kinds of its columns.
func row(b []byte, cols []column) ([]any, error) {
	var raw []json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		return nil, err
	}
	if len(raw) != len(cols) {
		return nil, errors.New("it has not as many values as the table has columns")
	}
	out := make([]any, len(raw))
	for i, v := range raw {
		var err error
		if out[i], err = value(v, cols[i].Kind); err != nil {
			return nil, fmt.Errorf("%s: %w", cols[i].Name, err)
		}
	}
	return out, nil
}

func value(raw json.RawMessage, kind string) (any, error) {
	if string(raw) == "null" {
		return nil, nil
	}
	switch kind {
	case "int":
		return strconv.ParseInt(string(raw), 10, 64) // not through a float
	case "bool":
		return strconv.ParseBool(string(raw))
	case "bytes":
		v := []byte{}
		err := json.Unmarshal(raw, &v)
		return v, err
	case "text":
		if len(raw) > 0 && raw[0] == '{' {
			var v oddText
			err := json.Unmarshal(raw, &v)
			return string(v.Base64), err
		}
		var v string
		err := json.Unmarshal(raw, &v)
		return v, err
	}
	return nil, fmt.Errorf("the kind %q is not known", kind)
}
