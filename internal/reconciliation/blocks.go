package reconciliation

import (
	"bytes"
	"compress/flate"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/pos"
)

// blockSize is how many pairs a block of the database holds.
const blockSize = 1 << 14

// Match is a pair as it is kept: what was ours, what was the bank's, and what made them one. One side is nil where several make up one.
type Match struct {
	Position int64  `json:"position" doc:"in the comparison; names the pair"`
	By       string `json:"by" enum:"order_id,reference_code,rrn,auth_code,amount,parts,batch,by_hand"`
	Ours     *Item  `json:"ours,omitempty"`
	Theirs   *Item  `json:"bank,omitempty"`
}

// block packs pairs: a line for each, with the fields of both sides.
func block(ours, theirs *List, pairs []Pair) ([]byte, error) {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestSpeed)
	if err != nil {
		return nil, err
	}
	line := make([]byte, 0, 512)
	for _, p := range pairs {
		line = strconv.AppendInt(line[:0], int64(p.By), 10)
		line = appendRow(line, ours, p.Ours)
		line = appendRow(line, theirs, p.Theirs)
		if _, err := w.Write(append(line, '\n')); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// fieldsOfRow is how many fields a side has in a line.
const fieldsOfRow = 11 + texts

func appendRow(b []byte, l *List, i int32) []byte {
	if i < 0 {
		return append(b, strings.Repeat("\t", fieldsOfRow)...)
	}
	r := l.row(i)
	number := func(n int64) { b = strconv.AppendInt(append(b, '\t'), n, 10) }
	b = append(b, '\t', byte(r.kind))
	number(int64(r.line))
	number(r.minor)
	b = append(append(b, '\t'), l.currencies[r.currency]...)
	number(r.at)
	if number(0); r.dateOnly {
		b[len(b)-1] = '1'
	}
	b = append(append(b, '\t'), bytes.TrimRight(r.last4[:], "\x00")...)
	number(int64(r.installments))
	number(r.kept)
	if number(0); r.told {
		b[len(b)-1] = '1'
	}
	number(int64(r.value))
	for which := range texts {
		b = append(b, '\t')
		text := l.bytes(r, which)
		if which == textRef && len(text) == idBytes && text[0] == 0 {
			b = append(b, lengthen(string(text))...)
			continue
		}
		for _, c := range text {
			if c < ' ' {
				c = ' '
			}
			b = append(b, c)
		}
	}
	return b
}

func readRow(f []string) *Item {
	if f[0] == "" {
		return nil
	}
	number := func(i int) int64 { n, _ := strconv.ParseInt(f[i], 10, 64); return n }
	return &Item{Kind: Kind(f[0][0]), Line: int(number(1)), Minor: number(2), Currency: pos.Currency(f[3]), At: time.UnixMicro(number(4)).UTC(), DateOnly: f[5] == "1", Last4: f[6], Installments: int(number(7)), Kept: number(8), Told: f[9] == "1", ValueDay: Day(number(10)),
		OrderID: f[11+textOrder], Reference: f[11+textReference], RRN: f[11+textRRN], AuthCode: f[11+textAuth], Batch: f[11+textBatch], Ref: f[11+textRef]}
}

func unpack(data []byte, position int64, each func(Match) bool) error {
	raw, err := io.ReadAll(flate.NewReader(bytes.NewReader(data)))
	if err != nil {
		return fmt.Errorf("a block of pairs: %w", err)
	}
	for line := range strings.Lines(string(raw)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) != 1+2*fieldsOfRow {
			return fmt.Errorf("a block of pairs has a line with %d fields", len(f))
		}
		by, err := strconv.Atoi(f[0])
		if err != nil || by >= len(byNames) {
			return fmt.Errorf("a block of pairs has the reason %q", f[0])
		}
		if !each(Match{Position: position, By: By(by).String(), Ours: readRow(f[1:]), Theirs: readRow(f[1+fieldsOfRow:])}) {
			return nil
		}
		position++
	}
	return nil
}

// Pairs returns pairs of a comparison from a position on. like, where it is not empty, chooses those in which it stands: in an order id, a number of
// the bank, the end of a card, the id of a payment, or as the amount.
func (s *Service) Pairs(ctx context.Context, companyID, id string, from int64, limit int, like string) (out []Match, err error) {
	like = strings.ToLower(strings.TrimSpace(like))
	amount := int64(-1)
	if n, err := Amount(like); err == nil && like != "" {
		amount = n
	}
	for b := from / blockSize; ; b++ {
		var data []byte
		err = s.db.Read(ctx, func(tx db.Tx) error {
			if _, err := read(tx, companyID, id); err != nil {
				return err
			}
			rows, err := db.All(tx, func(r db.Row) (d []byte, err error) { return d, r.Scan(&d) }, "SELECT data FROM reconciliation_pairs WHERE reconciliation_id = $1 AND block = $2", id, b)
			if data = nil; len(rows) > 0 {
				data = rows[0]
			}
			return err
		})
		if err != nil || data == nil {
			return out, err
		}
		err = unpack(data, b*blockSize, func(m Match) bool {
			if m.Position >= from && (like == "" || m.Ours.has(like, amount) || m.Theirs.has(like, amount)) {
				out = append(out, m)
			}
			return len(out) < limit
		})
		if err != nil || len(out) >= limit {
			return out, err
		}
	}
}

func (i *Item) has(like string, amount int64) bool {
	if i == nil {
		return false
	}
	if i.Minor == amount || i.Last4 == like {
		return true
	}
	for _, s := range []string{i.OrderID, i.Reference, i.RRN, i.AuthCode, i.Batch, i.Ref} {
		if len(s) >= len(like) && strings.Contains(strings.ToLower(s), like) {
			return true
		}
	}
	return false
}
