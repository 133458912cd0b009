package reconciliation

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"

	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/pos"
)

// whole is how large a file may be that is not CSV: those have to be in memory whole.
const whole = 128 << 20

// ReadStatement reads a statement of any form that is known: CSV, which is streamed, XLSX, camt.053 or MT940. columns count for the first two only.
func ReadStatement(r io.Reader, columns Columns) (Statement, error) {
	return readStatement(r, columns, false)
}

func readStatement(r io.Reader, columns Columns, preview bool) (Statement, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	start, err := in.Peek(4096)
	if err != nil && err != io.EOF {
		return Statement{}, err
	}
	var read func([]byte) (Statement, error)
	switch {
	case bytes.HasPrefix(start, []byte("PK\x03\x04")):
		read = func(data []byte) (Statement, error) { return readXLSX(data, columns, preview) }
	case bytes.HasPrefix(start, []byte("%PDF")), bytes.HasPrefix(start, []byte("\xd0\xcf\x11\xe0")):
		return Statement{}, flawed("PDF ya da eski Excel (.xls) dosyası; XLSX ya da CSV olarak kaydedin", "it is a PDF or an old Excel file (.xls); save it as XLSX or CSV")
	case bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(start, []byte("\ufeff")), " \r\n\t"), []byte("<")):
		read = readCAMT
	case mt940.Match(start):
		read = readMT940
	default:
		return readCSV(in, columns, preview)
	}
	data, err := io.ReadAll(io.LimitReader(in, whole+1))
	if err != nil {
		return Statement{}, err
	}
	if len(data) > whole {
		return Statement{}, flawed("128 MB'tan büyük; CSV olarak kaydedin", "it is larger than 128 MB; save it as CSV")
	}
	return read(data)
}

// refused turns what is wrong with a statement into words for a person.
func refused(err error) error {
	if !errors.Is(err, ErrStatement) {
		return err
	}
	f := asFlaw(err)
	if errors.Is(err, ErrColumns) {
		return fault.Field("columns", "columns_unknown", "Dosyanın sütunları tanınamadı ("+clipText(f.tr)+"); hangi sütunda ne olduğunu seçin.", "The columns of the file were not recognized ("+clipText(f.en)+"); say which holds what.")
	}
	return fault.Field("statement", "statement_unreadable", "Dosya okunamadı, hiçbir satırı kullanılmadı ("+clipText(f.tr)+").", "The file cannot be read, none of its lines was used ("+clipText(f.en)+").")
}

func clipText(s string) string {
	s = pos.Mask(strings.ToValidUTF8(s, "?"))
	if r := []rune(s); len(r) > 200 {
		return string(r[:200])
	}
	return s
}

// readXLSX reads the first sheet that has rows.
func readXLSX(data []byte, columns Columns, preview bool) (Statement, error) {
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{RawCellValue: true, UnzipSizeLimit: 2 << 30, UnzipXMLSizeLimit: 32 << 20})
	if err != nil {
		return Statement{}, inLine(0, err)
	}
	defer f.Close()
	st, last := Statement{Format: "xlsx"}, flawed("hiç satırı yok", "it has no rows")
	for _, sheet := range f.GetSheetList() {
		t := table{columns: columns, lines: &List{}, raw: true, preview: preview}
		rows, err := f.Rows(sheet)
		if err != nil {
			return Statement{}, inLine(0, err)
		}
		line := 0
		for err == nil && rows.Next() {
			line++
			var cells []string
			if cells, err = rows.Columns(excelize.Options{RawCellValue: true}); err != nil {
				err = inLine(line, err)
				break
			}
			if strings.TrimSpace(strings.Join(cells, "")) != "" {
				err = t.row(cells, line)
			}
		}
		if err == nil {
			if err = rows.Error(); err != nil {
				err = inLine(0, err)
			}
		}
		_ = rows.Close()
		if err == errSeen {
			err = nil
		}
		switch {
		case err == nil && line == 0:
			continue
		case err == nil:
			if st, err = t.statement("xlsx"); err == nil {
				return st, nil
			}
		case !errors.Is(err, ErrColumns):
			return Statement{}, err
		default:
			st.Head, st.Sample = t.widest, t.sample
		}
		last = err
	}
	return st, last
}

// entry is a booking of an account statement (camt.053: Ntry).
type entry struct {
	Amount struct {
		Value    string `xml:",chardata"`
		Currency string `xml:"Ccy,attr"`
	} `xml:"Amt"`
	Side    string    `xml:"CdtDbtInd"`
	Status  camtCode  `xml:"Sts"`
	Booked  camtDate  `xml:"BookgDt"`
	Value   camtDate  `xml:"ValDt"`
	Ref     string    `xml:"AcctSvcrRef"`
	Info    string    `xml:"AddtlNtryInf"`
	Details []camtTxn `xml:"NtryDtls>TxDtls"`
}

type camtCode struct {
	Text string `xml:",chardata"`
	Code string `xml:"Cd"`
}

type camtDate struct {
	Day     string `xml:"Dt"`
	Instant string `xml:"DtTm"`
}

func (d camtDate) moment() (time.Time, bool, error) {
	if d.Instant != "" {
		if t, err := time.ParseInLocation("2006-01-02T15:04:05", d.Instant, pos.Istanbul); err == nil {
			return t, false, nil
		}
		t, err := time.Parse(time.RFC3339, d.Instant)
		return t, false, err
	}
	t, err := time.ParseInLocation(time.DateOnly, d.Day, pos.Istanbul)
	return t, true, err
}

type camtTxn struct {
	EndToEnd string `xml:"Refs>EndToEndId"`
	Ref      string `xml:"Refs>AcctSvcrRef"`
	Amount   struct {
		Value    string `xml:",chardata"`
		Currency string `xml:"Ccy,attr"`
	} `xml:"Amt"`
	Text []string `xml:"RmtInf>Ustrd"`
	Info string   `xml:"AddtlTxInf"`
}

type camtBalance struct {
	Type   string `xml:"Tp>CdOrPrtry>Cd"`
	Amount string `xml:"Amt"`
	Side   string `xml:"CdtDbtInd"`
}

// readCAMT reads a camt.053 (ISO 20022, any version). Only booked entries count; opening balance and entries have to add up to the closing one.
func readCAMT(data []byte) (Statement, error) {
	st := Statement{Format: "camt053", Lines: &List{}}
	d := xml.NewDecoder(bytes.NewReader(data))
	d.CharsetReader = func(label string, in io.Reader) (io.Reader, error) {
		switch strings.ToLower(label) {
		case "windows-1254", "iso-8859-9":
			return charmap.Windows1254.NewDecoder().Reader(in), nil
		}
		return nil, flawed("%q karakter kümesi bilinmiyor", "the character set %q is not known", label)
	}
	bad := func(line int, err error) (Statement, error) { return Statement{}, inLine(line, err) }
	var open, closed, sum int64
	var opens, closes, statements int
	check := func() error {
		if opens == 0 || closes == 0 {
			return flawed("açılış ya da kapanış bakiyesi yok: dosya eksik", "the opening or the closing balance is missing: it is not whole")
		}
		if open+sum != closed {
			return flawed(incompleteTR, incompleteEN, pos.Decimal(open+sum), pos.Decimal(closed))
		}
		open, closed, sum, opens, closes = 0, 0, 0, 0, 0
		return nil
	}
	n := 0
	for {
		tok, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return bad(0, err)
		}
		if end, ok := tok.(xml.EndElement); ok && end.Name.Local == "Stmt" {
			if err := check(); err != nil {
				return bad(0, err)
			}
			continue
		}
		start, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		switch start.Name.Local {
		case "Stmt":
			statements++
		case "Bal":
			var b camtBalance
			if err := d.DecodeElement(&b, &start); err != nil {
				return bad(0, err)
			}
			v, err := camtAmount(b.Amount)
			if err != nil {
				return bad(0, err)
			}
			if b.Side == "DBIT" {
				v = -v
			}
			switch b.Type {
			case "OPBD", "PRCD":
				open, opens = v, opens+1
			case "CLBD":
				closed, closes = v, closes+1
			}
		case "Ntry":
			n++
			var e entry
			if err := d.DecodeElement(&e, &start); err != nil {
				return bad(n, err)
			}
			if status := strings.TrimSpace(e.Status.Text + e.Status.Code); status != "" && status != "BOOK" {
				continue
			}
			total, err := e.items(n, st.Lines)
			if err != nil {
				return bad(n, err)
			}
			sum += total
		}
	}
	if statements == 0 {
		return bad(0, flawed("camt.053 ekstresi değil", "it is no camt.053 statement"))
	}
	return st, nil
}

// items appends an entry, or its transactions where they have amounts that make it up.
func (e entry) items(line int, to *List) (total int64, err error) {
	minor, err := camtAmount(e.Amount.Value)
	if err != nil {
		return 0, err
	}
	base := Item{Line: line, Kind: Sale, Minor: minor, Currency: pos.Currency(e.Amount.Currency), Reference: e.Ref}
	switch e.Side {
	case "CRDT":
	case "DBIT":
		base.Kind = Refund
	default:
		return 0, flawed("%q, CRDT ya da DBIT değil", "%q is neither CRDT nor DBIT", e.Side)
	}
	if base.Currency.Numeric() == "" {
		return 0, flawed("%q para birimi bilinmiyor", "the currency %q is not known", e.Amount.Currency)
	}
	if base.At, base.DateOnly, err = e.Booked.moment(); err != nil {
		return 0, err
	}
	if v, _, err := e.Value.moment(); err == nil {
		base.ValueDay = clock.DayOf(v)
	}
	text := func(t camtTxn) string {
		return strings.Join(strings.Fields(strings.Join(append([]string{e.Info, t.Info}, t.Text...), " ")), " ")
	}
	named := func(i Item, t camtTxn) Item {
		if t.EndToEnd != "" && t.EndToEnd != "NOTPROVIDED" {
			i.OrderID = t.EndToEnd
		}
		if t.Ref != "" {
			i.Reference = t.Ref
		}
		i.Ref = text(t)
		return i
	}
	if minor == 0 {
		return 0, nil
	}
	var parts []Item
	var sum int64
	for _, t := range e.Details {
		v, err := camtAmount(t.Amount.Value)
		if err != nil || v == 0 {
			break
		}
		i := named(base, t)
		i.Minor = v
		sum += v
		parts = append(parts, i)
	}
	if len(parts) < 2 || len(parts) != len(e.Details) || sum != minor {
		one := base
		one.Ref = text(camtTxn{})
		if len(e.Details) == 1 {
			one = named(base, e.Details[0])
		}
		parts = []Item{one}
	}
	for _, i := range parts {
		to.Append(i)
	}
	return base.Signed(), nil
}

var (
	mt940     = regexp.MustCompile(`(?m)^(\{1:|:20:)`)
	mt940Line = regexp.MustCompile(`^(\d{6})(\d{4})?(R?[CD])([A-Z])?([\d,]+)([A-Z][A-Z0-9]{3})?([^/]*)(?://(.*))?$`)
	mt940Bal  = regexp.MustCompile(`^([CD])(\d{6})([A-Z]{3})([\d,]+)$`)
)

// readMT940 reads SWIFT MT940. In each statement opening balance and entries have to add up to the closing one.
func readMT940(data []byte) (Statement, error) {
	if !utf8.Valid(data) {
		data, _ = charmap.Windows1254.NewDecoder().Bytes(data)
	}
	st := Statement{Format: "mt940", Lines: &List{}}
	bad := func(line int, tr, en string, args ...any) (Statement, error) {
		return Statement{}, inLine(line, flawed(tr, en, args...))
	}
	var item *Item
	var open, sum int64
	var currency pos.Currency
	flush := func() {
		if item != nil {
			item.Ref = strings.Join(strings.Fields(item.Ref), " ")
			sum += item.Signed()
			st.Lines.Append(*item)
			item = nil
		}
	}
	balance := func(s string) (int64, string, bool) {
		m := mt940Bal.FindStringSubmatch(s)
		if m == nil {
			return 0, "", false
		}
		v, err := Amount(fullComma(m[4]))
		if m[1] == "D" {
			v = -v
		}
		return v, m[3], err == nil
	}
	closed, pages := 0, false // pages: the statement goes on
	line := 0
	for raw := range strings.Lines(string(data)) {
		line++
		s := strings.TrimRight(raw, "\r\n")
		tag, rest, isTag := tagOf(s)
		if !isTag {
			if item != nil && s != "-" && !strings.HasPrefix(s, "-}") {
				item.Ref += " " + s
			}
			continue
		}
		switch tag {
		case "60F", "60M":
			flush()
			v, c, ok := balance(rest)
			if !ok {
				return bad(line, "açılış bakiyesi %q okunamadı", "the opening balance %q", rest)
			}
			if currency = pos.Currency(c); currency.Numeric() == "" {
				return bad(line, "%q para birimi bilinmiyor", "the currency %q is not known", c)
			}
			if pages != (tag == "60M") && closed > 0 || pages && v != open {
				return bad(line, "sayfalar birbirini izlemiyor: dosya eksik", "the pages do not follow one another: it is not whole")
			}
			open, sum = v, 0
		case "61":
			flush()
			if currency == "" {
				return bad(line, "açılış bakiyesinden önce hareket var", "an entry before the opening balance")
			}
			m := mt940Line.FindStringSubmatch(rest)
			if m == nil {
				return bad(line, "hareket %q okunamadı", "the entry %q", clipText(rest))
			}
			value, err := time.ParseInLocation("060102", m[1], pos.Istanbul)
			if err != nil {
				return bad(line, "valör %q okunamadı", "the value date %q", m[1])
			}
			minor, err := Amount(fullComma(m[5]))
			if err != nil {
				return Statement{}, inLine(line, err)
			}
			if minor == 0 {
				continue
			}
			at := value
			if m[2] != "" {
				if at, err = time.ParseInLocation("20060102", fmt.Sprintf("%04d%s", value.Year(), m[2]), pos.Istanbul); err != nil {
					return bad(line, "işlem tarihi %q okunamadı", "the booking date %q", m[2])
				}
				switch apart := at.Sub(value).Hours() / 24; { // the year's end lies between
				case apart > 200:
					at = at.AddDate(-1, 0, 0)
				case apart < -200:
					at = at.AddDate(1, 0, 0)
				}
			}
			item = &Item{Line: line, Kind: Sale, Minor: minor, Currency: currency, At: at, DateOnly: true, ValueDay: clock.DayOf(value), Reference: strings.TrimSpace(m[8])}
			if m[3] == "D" || m[3] == "RC" {
				item.Kind = Refund
			}
			if ref := strings.TrimSpace(m[7]); ref != "" && ref != "NONREF" {
				item.OrderID = ref
			}
		case "86":
			if item != nil {
				item.Ref += " " + rest
			}
		case "62F", "62M":
			flush()
			v, c, ok := balance(rest)
			if !ok || pos.Currency(c) != currency {
				return bad(line, "kapanış bakiyesi %q okunamadı", "the closing balance %q", rest)
			}
			if open+sum != v {
				return bad(line, incompleteTR, incompleteEN, pos.Decimal(open+sum), pos.Decimal(v))
			}
			open, sum, currency = v, 0, ""
			pages, closed = tag == "62M", closed+1
		default:
			flush()
		}
	}
	if item != nil || currency != "" || closed == 0 || pages {
		return bad(line, "kapanış bakiyesi yok: dosya eksik", "there is no closing balance: it is not whole")
	}
	return st, nil
}

func tagOf(s string) (tag, rest string, ok bool) {
	if len(s) < 4 || s[0] != ':' {
		return "", "", false
	}
	i := strings.IndexByte(s[1:], ':')
	if i < 2 || i > 3 {
		return "", "", false
	}
	return s[1 : 1+i], s[2+i:], true
}

// fullComma gives an amount that ends with its comma, as SWIFT writes whole ones, its zeros.
func fullComma(s string) string {
	if strings.HasSuffix(s, ",") {
		return s + "00"
	}
	return s
}

const (
	incompleteTR = "açılış bakiyesi ile hareketler %s ediyor, kapanış bakiyesi %s: dosya eksik"
	incompleteEN = "opening balance and entries make %s, the closing balance is %s: it is not whole"
)

// camtAmount reads an amount of ISO 20022: the point is the decimal one always.
func camtAmount(s string) (int64, error) {
	s = strings.TrimSpace(s)
	n, err := pos.ParseDecimal(s)
	if err != nil || strings.ContainsRune(s, ',') {
		return 0, flawed("%q tutar değil", "%q is no amount", s)
	}
	return n, nil
}
