package reconciliation

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/onay/onay/pos"
)

// Fields of a statement that a column may hold.
const (
	FieldDate       = "date"
	FieldTime       = "time" // where it is a column of its own
	FieldAmount     = "amount"
	FieldKind       = "kind" // a word with iade, refund or return in it makes a refund, and so does an amount below zero
	FieldOrder      = "order_id"
	FieldReference  = "reference_code"
	FieldRRN        = "rrn"
	FieldAuth       = "auth_code"
	FieldCard       = "card"
	FieldCommission = "commission"
	FieldCurrency   = "currency"
)

// Columns says which column of a statement holds a field: field → heading, as the file has it.
type Columns map[string]string

// guesses are words by which a heading is recognized, in small letters without Turkish marks, the surest first.
var guesses = []struct {
	field string
	words []string
}{
	{FieldOrder, []string{"order_id", "orderid", "siparis no", "siparis numarasi", "siparis", "order"}},
	{FieldAuth, []string{"auth_code", "authcode", "onay kodu", "provizyon no", "provizyon", "onay"}},
	{FieldRRN, []string{"rrn", "referans no", "referans"}},
	{FieldReference, []string{"reference_code", "islem kodu", "islem no", "transaction"}},
	{FieldCommission, []string{"commission", "komisyon", "kesinti"}},
	{FieldCurrency, []string{"currency", "para birimi", "doviz"}},
	{FieldCard, []string{"card", "kart no", "kart"}},
	{FieldTime, []string{"saat", "time"}},
	{FieldDate, []string{"islem tarihi", "date", "tarih"}},
	{FieldAmount, []string{"islem tutari", "brut", "amount", "tutar"}},
	{FieldKind, []string{"islem tipi", "islem turu", "kind", "tip", "tur"}},
}

var plainLetters = strings.NewReplacer("ı", "i", "İ", "i", "I", "i", "ş", "s", "Ş", "s", "ğ", "g", "Ğ", "g", "ü", "u", "Ü", "u", "ö", "o", "Ö", "o", "ç", "c", "Ç", "c")

func plain(s string) string { return strings.ToLower(strings.TrimSpace(plainLetters.Replace(s))) }

// Guess finds the fields by their headings.
func Guess(head []string) Columns {
	c, used := Columns{}, map[int]bool{}
	for _, g := range guesses {
	words:
		for _, w := range g.words {
			for i, h := range head {
				if !used[i] && strings.Contains(plain(h), w) {
					c[g.field], used[i] = h, true
					break words
				}
			}
		}
	}
	return c
}

// ErrStatement is wrapped by what is wrong with a statement; nothing of the file is used then.
var ErrStatement = errors.New("the statement cannot be read")

// ReadCSV reads a statement: UTF-8, separated by semicolon, tab or comma, amounts with a decimal comma or point. columns may be nil: the headings
// are recognized. A line that cannot be read makes the whole an error that names it: half a statement must not be taken for all.
func ReadCSV(r io.Reader, columns Columns) ([]Item, Columns, error) {
	in := bufio.NewReaderSize(r, 1<<20)
	first, err := in.ReadBytes('\n')
	if err != nil && err != io.EOF {
		return nil, nil, err
	}
	first = bytes.TrimPrefix(first, []byte("\ufeff"))
	sep := byte(',')
	for _, s := range []byte{';', '\t'} {
		if bytes.Count(first, []byte{s}) > bytes.Count(first, []byte{sep}) {
			sep = s
		}
	}
	var row []string
	row, err2 := split(nil, bytes.TrimRight(first, "\r\n"), sep)
	if err2 != nil {
		return nil, nil, fmt.Errorf("%w: the heading: %w", ErrStatement, err2)
	}
	head := slices.Clone(row)
	if columns == nil {
		columns = Guess(head)
	}
	at := map[string]int{}
	for field, h := range columns {
		i := slices.Index(head, h)
		if i < 0 {
			return nil, nil, fmt.Errorf("%w: there is no column %q", ErrStatement, h)
		}
		at[field] = i
	}
	for _, need := range []string{FieldDate, FieldAmount} {
		if _, ok := at[need]; !ok {
			return nil, nil, fmt.Errorf("%w: no column is recognized as %s; headings: %s", ErrStatement, need, strings.Join(head, ", "))
		}
	}
	p := newParser(at)
	var out []Item
	var long []byte // a line that is longer than the buffer
	for line := 2; ; line++ {
		raw, err := in.ReadSlice('\n')
		for long = long[:0]; err == bufio.ErrBufferFull; raw, err = in.ReadSlice('\n') {
			if long = append(long, raw...); len(long) > 16<<20 {
				return nil, nil, fmt.Errorf("%w: line %d is too long", ErrStatement, line)
			}
		}
		if err != nil && err != io.EOF {
			return nil, nil, err
		}
		if len(long) > 0 {
			raw = append(long, raw...)
		}
		end := err == io.EOF
		raw = bytes.TrimRight(raw, "\r\n")
		if len(bytes.TrimSpace(raw)) > 0 {
			if row, err = split(row[:0], raw, sep); err == nil {
				var item Item
				if item, err = p.parse(row); err == nil {
					item.Line = line
					out = append(out, item)
				}
			}
			if err != nil {
				return nil, nil, fmt.Errorf("%w: line %d: %w", ErrStatement, line, err)
			}
		}
		if end {
			return out, columns, nil
		}
	}
}

// split cuts a line into cells; quoted ones may hold the separator, and two quotes for one. A quote does not go over the end of a line.
func split(cells []string, line []byte, sep byte) ([]string, error) {
	if bytes.IndexByte(line, '"') < 0 { // one text for the whole line: its cells share it
		s := string(line)
		for {
			i := strings.IndexByte(s, sep)
			if i < 0 {
				return append(cells, s), nil
			}
			cells, s = append(cells, s[:i]), s[i+1:]
		}
	}
	for i := 0; ; {
		if i < len(line) && line[i] == '"' {
			var b []byte
			for i++; ; i++ {
				if i >= len(line) {
					return nil, errors.New("a quote is not closed")
				}
				if line[i] == '"' {
					if i+1 < len(line) && line[i+1] == '"' {
						i++
					} else {
						break
					}
				}
				b = append(b, line[i])
			}
			if i++; i < len(line) && line[i] != sep {
				return nil, errors.New("there is text behind a closed quote")
			}
			cells = append(cells, string(b))
		} else {
			j := bytes.IndexByte(line[i:], sep)
			if j < 0 {
				j = len(line) - i
			}
			cells = append(cells, string(line[i:i+j]))
			i += j
		}
		if i >= len(line) {
			return cells, nil
		}
		if i++; i == len(line) {
			return append(cells, ""), nil
		}
	}
}

// parser reads rows. It remembers what it has read, for a file has few words and days.
type parser struct {
	date, time, amount, kind, order, reference, rrn, auth, card, commission, currency int // columns; -1: none

	refunds    map[string]bool
	currencies map[string]pos.Currency
	day        string
	midnight   time.Time
}

func newParser(at map[string]int) *parser {
	col := func(field string) int {
		if i, ok := at[field]; ok {
			return i
		}
		return -1
	}
	return &parser{date: col(FieldDate), time: col(FieldTime), amount: col(FieldAmount), kind: col(FieldKind), order: col(FieldOrder), reference: col(FieldReference), rrn: col(FieldRRN), auth: col(FieldAuth), card: col(FieldCard),
		commission: col(FieldCommission), currency: col(FieldCurrency), refunds: map[string]bool{}, currencies: map[string]pos.Currency{"": pos.TRY, "TL": pos.TRY, "TRL": pos.TRY, "YTL": pos.TRY, "949": pos.TRY}}
}

func (p *parser) refund(word string) bool {
	is, ok := p.refunds[word]
	if !ok {
		k := plain(word)
		is = strings.Contains(k, "iade") || strings.Contains(k, "refund") || strings.Contains(k, "return")
		if len(p.refunds) < 1000 {
			p.refunds[strings.Clone(word)] = is
		}
	}
	return is
}

// instant reads a day or an instant; instants of a day that was read before cost next to nothing.
func (p *parser) instant(s string) (time.Time, bool, error) {
	if len(s) == len("24.11.2026 09:15:30") && s[10] == ' ' && s[13] == ':' && s[16] == ':' {
		h, m, sec := two(s[11:]), two(s[14:]), two(s[17:])
		if h >= 0 && h < 24 && m >= 0 && m < 60 && sec >= 0 && sec < 60 {
			if s[:10] != p.day {
				t, dateOnly, err := moment(s[:10])
				if err != nil || !dateOnly {
					return moment(s)
				}
				p.day, p.midnight = strings.Clone(s[:10]), t
			}
			return p.midnight.Add(time.Duration(h*3600+m*60+sec) * time.Second), false, nil
		}
	}
	return moment(s)
}

// two reads two digits, -1 for anything else.
func two(s string) int {
	if s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9' {
		return -1
	}
	return int(s[0]-'0')*10 + int(s[1]-'0')
}

func (p *parser) parse(row []string) (Item, error) {
	get := func(i int) string {
		if i >= 0 && i < len(row) {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	item := Item{Kind: Sale, Currency: pos.TRY, Commission: -1, OrderID: get(p.order), Reference: get(p.reference), RRN: get(p.rrn), AuthCode: get(p.auth)}
	minor, err := Amount(get(p.amount))
	if err != nil {
		return item, err
	}
	if item.Minor = minor; minor < 0 {
		item.Kind, item.Minor = Refund, -minor
	}
	if item.Minor == 0 {
		return item, errors.New("the amount is zero")
	}
	if word := get(p.kind); word != "" && p.refund(word) {
		item.Kind = Refund
	}
	if c := get(p.commission); c != "" {
		if item.Commission, err = Amount(c); err != nil {
			return item, fmt.Errorf("commission: %w", err)
		}
		item.Commission = max(item.Commission, -item.Commission)
	}
	word := get(p.currency)
	known, ok := p.currencies[word]
	if !ok {
		if known = pos.Currency(strings.ToUpper(word)); known.Numeric() == "" {
			return item, fmt.Errorf("the currency %q is not known", word)
		}
		p.currencies[strings.Clone(word)] = known
	}
	item.Currency = known
	if card := get(p.card); len(card) >= 4 {
		item.Last4 = card[len(card)-4:]
	}
	when := get(p.date)
	if t := get(p.time); t != "" {
		when += " " + t
	}
	item.At, item.DateOnly, err = p.instant(when)
	return item, err
}

// moment reads a day or an instant as banks here write them, in Istanbul's time.
func moment(s string) (t time.Time, dateOnly bool, err error) {
	for _, layout := range layouts {
		if len(layout) != len(s) {
			continue
		}
		if t, err = time.ParseInLocation(layout, s, pos.Istanbul); err == nil {
			return t, len(layout) <= 10, nil
		}
	}
	if t, err = time.Parse(time.RFC3339, s); err == nil {
		return t, false, nil
	}
	return t, false, fmt.Errorf("%q is no date", s)
}

var layouts = []string{"02.01.2006 15:04:05", "02.01.2006 15:04", "02.01.2006", "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02", "02/01/2006 15:04:05", "02/01/2006 15:04", "02/01/2006", "20060102", "20060102150405"}

// Amount reads 1.250,50 or 1250,5 or 1,250.50 or -1250.50 in kuruş: the last comma or point with one or two digits behind it is the decimal one.
func Amount(s string) (int64, error) {
	s = strings.TrimSpace(s)
	neg := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(strings.TrimPrefix(s, "-"), "+")
	var n, digits int64
	decimals := -1
	last := strings.LastIndexAny(s, ".,")
	if last >= 0 && len(s)-last-1 > 2 {
		last = -1 // a separator of thousands
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			if n = n*10 + int64(c-'0'); n > 1e15 {
				return 0, fmt.Errorf("%q is no amount", s)
			}
			if digits++; decimals >= 0 {
				decimals++
			}
		case i == last:
			decimals = 0
		case (c == '.' || c == ',') && i > 0 && i < len(s)-1:
		case c == ' ' || c == '\'':
		default:
			return 0, fmt.Errorf("%q is no amount", s)
		}
	}
	if digits == 0 {
		return 0, fmt.Errorf("%q is no amount", s)
	}
	for d := max(decimals, 0); d < 2; d++ {
		n *= 10
	}
	if neg {
		n = -n
	}
	return n, nil
}

// FromBank are the movements of a bank's own list. Voided and failed transactions moved nothing: where the void is a row of its own, it takes
// away that of its order.
func FromBank(rows []pos.Row) (out []Item) {
	type sale struct {
		order string
		minor int64
	}
	voids := map[sale]int{}
	for _, r := range rows {
		if r.State == pos.StateVoid {
			order := r.OriginalOrderID
			if order == "" {
				order = r.OrderID
			}
			voids[sale{orderOf(order), max(r.Amount.Minor, -r.Amount.Minor)}]++
		}
	}
	for i, r := range rows {
		item := Item{Line: i + 1, Kind: Sale, Minor: r.Amount.Minor, Currency: r.Amount.Currency, At: r.Time, OrderID: orderOf(r.OrderID), Reference: r.ReferenceCode, RRN: r.RRN, AuthCode: r.AuthCode, Commission: -1}
		if item.Currency == "" {
			item.Currency = pos.TRY
		}
		if r.CommissionMinor > 0 {
			item.Commission = r.CommissionMinor
		}
		if len(r.MaskedCard) >= 4 {
			item.Last4 = r.MaskedCard[len(r.MaskedCard)-4:]
		}
		switch r.State {
		case pos.StateCaptured, pos.StateRefunded:
		case pos.StateRefund:
			item.Kind, item.Minor = Refund, max(item.Minor, -item.Minor)
			if r.OriginalOrderID != "" {
				item.OrderID = orderOf(r.OriginalOrderID)
			}
		default:
			continue
		}
		if of := (sale{item.OrderID, item.Minor}); item.Kind == Sale && voids[of] > 0 {
			voids[of]--
			continue
		}
		if item.Minor > 0 {
			out = append(out, item)
		}
	}
	return out
}

// orderLength is that of [pos.NewOrderID].
const orderLength = 20

// orderOf is our order id in what a bank filed: some put their own letters before it (PosNet).
func orderOf(s string) string {
	if n := orderLength; len(s) > n {
		return s[len(s)-n:]
	}
	return s
}
