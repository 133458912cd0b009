package reconciliation

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/onay/onay/internal/clock"
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
	FieldBatch      = "batch"
	FieldCommission = "commission"
	FieldTax        = "tax" // BSMV, where it is not within the commission
	FieldFee        = "fee"
	FieldNet        = "net" // what is paid out: shows what is kept where no column says it
	FieldValueDate  = "value_date"
	FieldCurrency   = "currency"
)

// Fields lists them as a form asks for them.
var Fields = []string{FieldDate, FieldTime, FieldAmount, FieldKind, FieldOrder, FieldReference, FieldRRN, FieldAuth, FieldCard, FieldBatch, FieldCommission, FieldTax, FieldFee, FieldNet, FieldValueDate, FieldCurrency}

// Columns says which column of a statement holds a field: field → heading, as the file has it.
type Columns map[string]string

// guesses are words by which a heading is recognized, in small letters without Turkish marks, the surest first.
var guesses = []struct {
	field string
	words []string
}{
	{FieldOrder, []string{"order_id", "orderid", "siparis no", "siparis numarasi", "siparis", "order"}},
	{FieldAuth, []string{"auth_code", "authcode", "onay kodu", "provizyon no", "provizyon kodu", "provizyon", "onay"}},
	{FieldRRN, []string{"rrn", "referans no", "referans"}},
	{FieldReference, []string{"reference_code", "islem kodu", "islem no", "transaction"}},
	{FieldBatch, []string{"batch", "grup no", "gunsonu no", "gun sonu no"}},
	{FieldTax, []string{"bsmv", "vergi", "tax"}},
	{FieldFee, []string{"islem ucreti", "sabit ucret", "fee"}},
	{FieldCommission, []string{"commission", "komisyon tutari", "komisyon", "kesinti"}},
	{FieldNet, []string{"net tutar", "odenecek", "net"}},
	{FieldCurrency, []string{"currency", "para birimi", "doviz"}},
	{FieldCard, []string{"card", "kart no", "kart"}},
	{FieldValueDate, []string{"value_date", "valor", "odeme tarihi", "hesaba gecis", "value date"}},
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
				name := plain(h)
				if strings.Contains(name, "oran") || strings.Contains(name, "%") { // a rate is no amount
					continue
				}
				if !used[i] && strings.Contains(name, w) {
					c[g.field], used[i] = h, true
					break words
				}
			}
		}
	}
	return c
}

// Statement is a file of a bank, read.
type Statement struct {
	Format  string // csv | xlsx | camt053 | mt940
	Head    []string
	Columns Columns // of csv and xlsx
	Lines   *List
	Sample  [][]string // of a preview: the first rows below the headings
}

// errSeen ends a preview.
var errSeen = errors.New("enough was seen")

// sampled is how many rows a preview shows.
const sampled = 5

// Preview reads the beginning of a CSV or XLSX: its headings, what they are taken for, and some rows. Of other forms only the name is told. Where
// no line has headings that are recognized, the widest one is taken for them.
func Preview(r io.Reader, columns Columns) (Statement, error) {
	st, err := readStatement(r, columns, true)
	if err != nil && !errors.Is(err, ErrColumns) {
		return st, refused(err)
	}
	if st.Columns == nil {
		st.Columns = Guess(st.Head)
	}
	return st, nil
}

// preamble is how many lines may stand above the headings.
const preamble = 30

// table reads the rows of a table one after another.
type table struct {
	columns Columns
	head    []string
	parser  *parser
	raw     bool // numbers are as a spreadsheet stores them
	lines   *List
	widest  []string // of the rows above the headings
	preview bool
	sample  [][]string
}

func (t *table) row(cells []string, line int) error {
	if t.parser == nil {
		return t.heading(cells, line)
	}
	if t.preview {
		if t.sample = append(t.sample, slices.Clone(cells)); len(t.sample) == sampled {
			return errSeen
		}
		return nil
	}
	item, skip, err := t.parser.parse(cells)
	if err != nil {
		return inLine(line, err)
	}
	if !skip && !t.raw { // a spreadsheet leaves out empty cells at the end
		for i, c := range cells {
			if i >= len(t.head) && strings.TrimSpace(c) != "" {
				return inLine(line, flawed("başlıktan fazla sütun var", "there are more columns than headings"))
			}
		}
		if len(cells) <= t.parser.last() {
			return inLine(line, flawed("satır eksik", "the line is cut"))
		}
	}
	if !skip {
		item.Line = line
		t.lines.Append(item)
	}
	return nil
}

// heading looks for the line with the headings: the first in which a date and an amount are recognized, or that has the columns asked for.
func (t *table) heading(cells []string, line int) error {
	switch {
	case len(cells) > len(t.widest):
		t.widest, t.sample = slices.Clone(cells), nil
	case len(t.sample) < sampled:
		t.sample = append(t.sample, slices.Clone(cells))
	}
	columns, at := t.columns, map[string]int{}
	if columns == nil {
		columns = Guess(cells)
	}
	for field, h := range columns {
		if i := slices.IndexFunc(cells, func(c string) bool { return strings.TrimSpace(c) == strings.TrimSpace(h) }); i >= 0 {
			at[field] = i
		}
	}
	_, date := at[FieldDate]
	_, amount := at[FieldAmount]
	if date && amount && len(at) == len(columns) {
		t.sample = nil
		t.head, t.columns, t.parser = slices.Clone(cells), columns, newParser(at, t.raw)
		return nil
	}
	if line >= preamble {
		return t.unknown()
	}
	return nil
}

func (t *table) unknown() error {
	if t.columns != nil {
		return flaw{"seçilen sütunlar hiçbir satırda yok", fmt.Sprintf("no line has the columns %v", t.columns), ErrColumns}
	}
	return flaw{"başlıklarında tarih ve tutar olan satır yok", "no line has a date and an amount for its headings; the widest: " + strings.Join(t.widest, ", "), ErrColumns}
}

func (t *table) statement(format string) (Statement, error) {
	if t.parser == nil {
		return Statement{Format: format, Head: t.widest, Sample: t.sample}, t.unknown()
	}
	return Statement{Format: format, Head: t.head, Columns: t.columns, Lines: t.lines, Sample: t.sample}, nil
}

// ReadCSV reads a statement: UTF-8 or Windows-1254, separated by semicolon, tab or comma, amounts with a decimal comma or point. columns may be
// nil: the headings are recognized. A line that cannot be read makes the whole an error that names it: half a statement must not be taken for all.
func ReadCSV(r io.Reader, columns Columns) (Statement, error) { return readCSV(r, columns, false) }

func readCSV(r io.Reader, columns Columns, preview bool) (Statement, error) {
	in := bufio.NewReaderSize(r, 1<<20)
	start, err := in.Peek(1 << 14)
	if err != nil && err != io.EOF {
		return Statement{}, err
	}
	if bytes.HasPrefix(start, []byte("\ufeff")) {
		_, _ = in.Discard(3)
		start = start[3:]
	}
	sep := separator(start)
	t := table{columns: columns, lines: &List{}, preview: preview}
	var row []string
	var long []byte // a line that is longer than the buffer
	for line := 1; ; line++ {
		raw, err := in.ReadSlice('\n')
		for long = long[:0]; err == bufio.ErrBufferFull; raw, err = in.ReadSlice('\n') {
			if long = append(long, raw...); len(long) > 16<<20 {
				return Statement{}, inLine(line, flawed("satır çok uzun", "the line is too long"))
			}
		}
		if err != nil && err != io.EOF {
			return Statement{}, err
		}
		if len(long) > 0 {
			raw = append(long, raw...)
		}
		end := err == io.EOF
		raw = bytes.TrimRight(raw, "\r\n")
		if len(bytes.TrimSpace(raw)) > 0 {
			if !utf8.Valid(raw) {
				raw, _ = charmap.Windows1254.NewDecoder().Bytes(raw) // every byte has a letter
			}
			if row, err = split(row[:0], raw, sep); err != nil {
				return Statement{}, inLine(line, err)
			}
			if err = t.row(row, line); err == errSeen {
				return t.statement("csv")
			} else if err != nil {
				return Statement{Format: "csv", Head: t.widest, Sample: t.sample}, err
			}
		}
		if end {
			return t.statement("csv")
		}
	}
}

// separator is that which stands equally often in the most lines; texts and decimal commas vary.
func separator(start []byte) byte {
	best, most := byte(','), 0
	for _, sep := range []byte{';', '\t', ','} {
		by, score := map[int]int{}, 0
		for line := range bytes.Lines(start) {
			if n := bytes.Count(line, []byte{sep}); n > 0 {
				by[n]++
				score = max(score, by[n])
			}
		}
		if score > most {
			best, most = sep, score
		}
	}
	return best
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
					return nil, flawed("tırnak kapanmamış", "a quote is not closed")
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
				return nil, flawed("kapanan tırnaktan sonra metin var", "there is text behind a closed quote")
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
	date, time, amount, kind, order, reference, rrn, auth, card, batch, commission, tax, fee, net, value, currency int // columns; -1: none

	raw        bool
	refunds    map[string]bool
	currencies map[string]pos.Currency
	day        string
	midnight   time.Time
	values     map[string]Day
}

func newParser(at map[string]int, raw bool) *parser {
	col := func(field string) int {
		if i, ok := at[field]; ok {
			return i
		}
		return -1
	}
	return &parser{date: col(FieldDate), time: col(FieldTime), amount: col(FieldAmount), kind: col(FieldKind), order: col(FieldOrder), reference: col(FieldReference), rrn: col(FieldRRN), auth: col(FieldAuth), card: col(FieldCard),
		batch: col(FieldBatch), commission: col(FieldCommission), tax: col(FieldTax), fee: col(FieldFee), net: col(FieldNet), value: col(FieldValueDate), currency: col(FieldCurrency), raw: raw, refunds: map[string]bool{},
		currencies: map[string]pos.Currency{"": pos.TRY, "TL": pos.TRY, "TRL": pos.TRY, "YTL": pos.TRY, "949": pos.TRY}, values: map[string]Day{}}
}

// last is the last column that is read.
func (p *parser) last() int {
	return max(p.date, p.time, p.amount, p.kind, p.order, p.reference, p.rrn, p.auth, p.card, p.batch, p.commission, p.tax, p.fee, p.net, p.value, p.currency)
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
	if p.raw {
		if days, err := strconv.ParseFloat(s, 64); err == nil && days > 20000 && days < 80000 { // days since 30 December 1899, as spreadsheets count
			whole := math.Floor(days)
			t := time.Date(1899, 12, 30+int(whole), 0, 0, int(math.Round((days-whole)*86400)), 0, pos.Istanbul)
			return t, whole == days, nil
		}
	}
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

// parse reads a row. A row without a date that tells a total is skipped.
func (p *parser) parse(row []string) (item Item, skip bool, err error) {
	get := func(i int) string {
		if i >= 0 && i < len(row) {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	when := get(p.date)
	if when == "" && (p.time < 0 || get(p.time) == "") && slices.ContainsFunc(row, func(c string) bool {
		k := plain(c)
		return strings.HasPrefix(k, "toplam") || strings.HasPrefix(k, "genel toplam") || strings.HasPrefix(k, "total")
	}) {
		return item, true, nil
	}
	money := func(i int) (int64, bool, error) {
		s := get(i)
		if s == "" {
			return 0, false, nil
		}
		n, err := p.number(s)
		return n, true, err
	}
	item = Item{Kind: Sale, Currency: pos.TRY, OrderID: get(p.order), Reference: get(p.reference), RRN: get(p.rrn), AuthCode: get(p.auth), Batch: get(p.batch)}
	minor, err := p.number(get(p.amount))
	if err != nil {
		return item, false, err
	}
	if item.Minor = minor; minor < 0 {
		item.Kind, item.Minor = Refund, -minor
	}
	if item.Minor == 0 {
		return item, false, flawed("tutar sıfır", "the amount is zero")
	}
	if word := get(p.kind); word != "" && p.refund(word) {
		item.Kind = Refund
	}
	for _, c := range []struct {
		field string
		at    int
	}{{FieldCommission, p.commission}, {FieldTax, p.tax}, {FieldFee, p.fee}} {
		n, there, err := money(c.at)
		if err != nil {
			return item, false, inField(c.field, err)
		}
		if there {
			item.Kept, item.Told = item.Kept+max(n, -n), true
		}
	}
	if net, there, err := money(p.net); err != nil {
		return item, false, inField(FieldNet, err)
	} else if there && p.commission < 0 {
		item.Kept, item.Told = item.Minor-max(net, -net), true
	}
	if item.Kind == Refund {
		item.Kept = -item.Kept // what comes back
	}
	word := get(p.currency)
	known, ok := p.currencies[word]
	if !ok {
		if known = pos.Currency(strings.ToUpper(word)); known.Numeric() == "" {
			return item, false, flawed("%q para birimi bilinmiyor", "the currency %q is not known", word)
		}
		p.currencies[strings.Clone(word)] = known
	}
	item.Currency = known
	if card := get(p.card); len(card) >= 4 {
		item.Last4 = card[len(card)-4:]
	}
	if v := get(p.value); v != "" {
		day, ok := p.values[v]
		if !ok {
			t, _, err := p.instant(v)
			if err != nil {
				return item, false, inField(FieldValueDate, err)
			}
			day = clock.DayOf(t)
			if len(p.values) < 1000 {
				p.values[strings.Clone(v)] = day
			}
		}
		item.ValueDay = day
	}
	if t := get(p.time); t != "" {
		when += " " + t
	}
	item.At, item.DateOnly, err = p.instant(when)
	return item, false, err
}

// number reads an amount; those of spreadsheets may have traces of binary fractions.
func (p *parser) number(s string) (int64, error) {
	if p.raw {
		if f, err := strconv.ParseFloat(s, 64); err == nil && math.Abs(f) < 1e13 && (len(s)-strings.IndexByte(s, '.') != 4 || strings.IndexByte(s, '.') < 0) {
			return int64(math.Round(f * 100)), nil
		}
	}
	return Amount(s)
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
	return t, false, flawed("%q tarih değil", "%q is no date", s)
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
	group := -1 // digits since a separator of thousands; -1: there was none
	full := func() bool { return group < 0 || group == 3 }
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			if n = n*10 + int64(c-'0'); n > 1e15 {
				return 0, flawed("%q tutar değil", "%q is no amount", s)
			}
			if digits++; decimals >= 0 {
				decimals++
			} else if group >= 0 {
				group++
			}
		case i == last && full():
			decimals = 0
		case (c == '.' || c == ',' || c == ' ' || c == '\'') && i > 0 && i < len(s)-1 && decimals < 0 && full() && n > 0 && (group == 3 || digits <= 3):
			group = 0
		default:
			return 0, flawed("%q tutar değil", "%q is no amount", s)
		}
	}
	if decimals < 0 && !full() {
		digits = 0
	}
	if digits == 0 {
		return 0, flawed("%q tutar değil", "%q is no amount", s)
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
func FromBank(rows []pos.Row) *List {
	out := &List{}
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
		item := Item{Line: i + 1, Kind: Sale, Minor: r.Amount.Minor, Currency: r.Amount.Currency, At: r.Time, OrderID: orderOf(r.OrderID), Reference: r.ReferenceCode, RRN: r.RRN, AuthCode: r.AuthCode, Batch: r.BatchNumber}
		if item.Currency == "" {
			item.Currency = pos.TRY
		}
		if r.CommissionMinor > 0 {
			item.Kept, item.Told = r.CommissionMinor, true
		}
		if day, err := clock.ParseDay(r.SettlementDate); err == nil {
			item.ValueDay = day
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
			out.Append(item)
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
