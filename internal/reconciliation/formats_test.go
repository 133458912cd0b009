package reconciliation

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/pos"
)

const camt = `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt><Id>1</Id>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="TRY">1000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="TRY">1976.50</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Ntry><Amt Ccy="TRY">979.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-25</Dt></BookgDt><ValDt><Dt>2026-11-25</Dt></ValDt><AcctSvcrRef>A1</AcctSvcrRef>
 <NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><RmtInf><Ustrd>POS 0012345 GUN SONU 000123</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="TRY">2.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><DtTm>2026-11-25T10:00:00</DtTm></BookgDt><AddtlNtryInf>HAVALE ÜCRETİ</AddtlNtryInf></Ntry>
<Ntry><Amt Ccy="TRY">7.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>PDNG</Sts><BookgDt><Dt>2026-11-25</Dt></BookgDt></Ntry>
</Stmt></BkToCstmrStmt></Document>`

const swift = ":20:EKSTRE\r\n:25:TR330006100519786457841326\r\n:28C:00325/001\r\n:60F:C261124TRY1000,\r\n:61:2611251125C979,00NMSCK7Q2M9XW4T6BRD3HZ5CE//A1\r\n:86:POS 0012345\r\n GUN SONU\r\n:61:2611251125D2,5NCHGNONREF\r\n:86:HAVALE UCRETI\r\n:62F:C261125TRY1976,50\r\n-\r\n"

func TestAccountStatements(t *testing.T) {
	t.Parallel()
	day, _ := clock.ParseDay("2026-11-25")
	for name, file := range map[string]string{"camt053": camt, "mt940": swift} {
		st, err := ReadStatement(strings.NewReader(file), nil)
		if err != nil || st.Format != name || st.Lines.Len() != 2 {
			t.Fatalf("%s: %+v %v", name, st, err)
		}
		a, b := st.Lines.At(0), st.Lines.At(1)
		if a.Kind != Sale || a.Minor != 97900 || a.Currency != pos.TRY || a.ValueDay != day || a.Reference != "A1" || !strings.HasPrefix(a.Ref, "POS 0012345 GUN SONU") || clock.DayOf(a.At) != day || !a.DateOnly {
			t.Errorf("%s: %+v", name, a)
		}
		if b.Kind != Refund || b.Minor != 250 || !strings.HasPrefix(b.Ref, "HAVALE") {
			t.Errorf("%s: %+v", name, b)
		}
	}
}

// A file that was cut off, or of which a line is lost, is refused: its end does not add up.
func TestHalfAnAccountStatementIsRefused(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{
		"camt without an entry":   strings.Replace(camt, ">979.00<", ">978.99<", 1),
		"camt cut off":            camt[:len(camt)/2],
		"no camt":                 "<html><body>Hata</body></html>",
		"MT940 without an entry":  strings.Replace(swift, ":61:2611251125D2,5NCHGNONREF\r\n", "", 1),
		"MT940, pages missing":    strings.Replace(swift, ":62F:", ":62M:", 1),
		"MT940, a page between":   strings.Replace(swift, ":62F:", ":62M:", 1) + strings.NewReplacer(":60F:C261124TRY1000,", ":60M:C261124TRY5000,", "1976,50", "5976,50").Replace(swift),
		"MT940 cut off":           swift[:strings.Index(swift, ":62F:")],
		"MT940, another currency": strings.Replace(swift, ":62F:C261125TRY", ":62F:C261125USD", 1),
		"MT940, strange entry":    strings.Replace(swift, ":61:2611251125C979,00", ":61:2611251125X979,00", 1),
		"a PDF":                   "%PDF-1.7 …",
		"an old Excel file":       "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
		"half a spreadsheet":      "PK\x03\x04 half",
	} {
		if st, err := ReadStatement(strings.NewReader(file), nil); !errors.Is(err, ErrStatement) || st.Lines != nil {
			t.Errorf("%s: %+v %v", name, st, err)
		}
	}
}

// A bank's spreadsheet: titles above, real dates and numbers, binary traces, a total below.
func TestSpreadsheets(t *testing.T) {
	t.Parallel()
	f := excelize.NewFile()
	style, _ := f.NewStyle(&excelize.Style{NumFmt: 22})
	rows := [][]any{{"ÖRNEK BANKASI"}, {"Üye iş yeri hareketleri"}, {}, {"İşlem Tarihi", "Sipariş No", "Brüt Tutar", "Komisyon", "BSMV", "Valör", "Kart No", "Tip"},
		{time.Date(2026, 11, 24, 9, 15, 30, 0, time.UTC), "K7Q2M9XW4T6BRD3HZ5CE", 1250.50, 0.1 + 0.2, "1,18", "25.11.2026", "435508******4358", "Satış"},
		{"24.11.2026 10:00", "K7Q2M9XW4T6BRD3HZ5CF", "50,00", "", "", "", "", "İade"}, {"", "", 1200.5, "TOPLAM"}, {"Toplam", "", "1.200,50"}}
	for i, r := range rows {
		if i == 6 {
			continue
		}
		cell, _ := excelize.CoordinatesToCellName(1, i+1)
		_ = f.SetSheetRow("Sheet1", cell, &r)
	}
	_ = f.SetCellStyle("Sheet1", "A5", "A5", style)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	st, err := ReadStatement(bytes.NewReader(b.Bytes()), nil)
	if err == nil {
		t.Fatalf("a row whose date is a word was taken: %+v", st)
	}
	_ = f.SetCellValue("Sheet1", "A8", "")
	_ = f.SetCellValue("Sheet1", "B8", "TOPLAM")
	b.Reset()
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	if st, err = ReadStatement(bytes.NewReader(b.Bytes()), nil); err != nil || st.Format != "xlsx" || st.Lines.Len() != 2 {
		t.Fatalf("%+v %v", st, err)
	}
	x, y := st.Lines.At(0), st.Lines.At(1)
	day, _ := clock.ParseDay("2026-11-25")
	if x.Minor != 125050 || x.Kept != 30+118 || x.ValueDay != day || !x.At.Equal(time.Date(2026, 11, 24, 9, 15, 30, 0, pos.Istanbul)) || x.Last4 != "4358" || x.Line != 5 {
		t.Errorf("%+v", x)
	}
	if y.Kind != Refund || y.Minor != 5000 || y.Told {
		t.Errorf("%+v", y)
	}
}

func TestStatementsOfOldPrograms(t *testing.T) {
	t.Parallel()
	const turkish = "\xdc\xfdye: \xd6rnek \xdeti.\n\n\xdd\xfelem Tarihi;Sipari\xfe No;Tutar;Net Tutar\n24.11.2026;A;100,00;97,90\n;;100,00;TOPLAM\n" // Windows-1254, with lines above
	st, err := ReadStatement(strings.NewReader(turkish), nil)
	if err != nil || st.Lines.Len() != 1 {
		t.Fatalf("%+v %v", st, err)
	}
	if x := st.Lines.At(0); x.OrderID != "A" || x.Kept != 210 || x.Line != 4 || st.Columns[FieldOrder] != "Sipariş No" {
		t.Errorf("%+v %v", x, st.Columns)
	}
	if st, err := ReadStatement(strings.NewReader("A;B;C\n24.11.2026;1;2\n"), nil); !errors.Is(err, ErrColumns) || len(st.Head) != 3 {
		t.Errorf("%+v %v", st, err)
	}
}

// One line of the bank for a batch, several for installments, one refund for two.
func TestSeveralMakeUpOne(t *testing.T) {
	t.Parallel()
	at := day
	ours := ListOf(
		Item{Ref: "1", Kind: Sale, Minor: 1000, Currency: pos.TRY, At: at, OrderID: "A", Batch: "7"},
		Item{Ref: "2", Kind: Sale, Minor: 2000, Currency: pos.TRY, At: at, OrderID: "B", Batch: "7"},
		Item{Ref: "3", Kind: Refund, Minor: 500, Currency: pos.TRY, At: at, OrderID: "A", Batch: "7"},
		Item{Ref: "4", Kind: Sale, Minor: 900, Currency: pos.TRY, At: at, OrderID: "C", Installments: 3},
		Item{Ref: "5", Kind: Sale, Minor: 901, Currency: pos.TRY, At: at, OrderID: "D", Installments: 3},
		Item{Ref: "6", Kind: Refund, Minor: 30, Currency: pos.TRY, At: at, OrderID: "E"},
		Item{Ref: "7", Kind: Refund, Minor: 40, Currency: pos.TRY, At: at, OrderID: "E"},
	)
	theirs := ListOf(
		Item{Line: 1, Kind: Sale, Minor: 2500, Currency: pos.TRY, At: at, Batch: "7"},
		Item{Line: 2, Kind: Sale, Minor: 300, Currency: pos.TRY, At: at, OrderID: "C"},
		Item{Line: 3, Kind: Sale, Minor: 300, Currency: pos.TRY, At: at, OrderID: "C"},
		Item{Line: 4, Kind: Sale, Minor: 300, Currency: pos.TRY, At: at, OrderID: "C"},
		Item{Line: 5, Kind: Sale, Minor: 300, Currency: pos.TRY, At: at, OrderID: "D"},
		Item{Line: 6, Kind: Sale, Minor: 300, Currency: pos.TRY, At: at, OrderID: "D"},
		Item{Line: 7, Kind: Sale, Minor: 300, Currency: pos.TRY, At: at, OrderID: "D"},
		Item{Line: 8, Kind: Refund, Minor: 70, Currency: pos.TRY, At: at, OrderID: "E"},
	)
	r := Compare(ours, theirs, Options{})
	if len(r.Differences) != 1 || r.Differences[0].Kind != OtherAmount || r.Differences[0].Expected != 901 || r.Differences[0].Found != 900 {
		t.Errorf("%+v", r.Differences)
	}
	by := map[By]int{}
	for _, p := range r.Pairs {
		by[p.By]++
	}
	if by[ByBatch] != 3 || by[ByParts] != 8 {
		t.Errorf("%v %+v", by, r.Pairs)
	}
	balanced(t, ours.Items(), theirs.Items(), r)
	var kept bytes.Buffer
	data, err := block(ours, theirs, r.Pairs)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	if err := unpack(data, 100, func(m Match) bool {
		p := r.Pairs[n]
		if m.Position != int64(100+n) || m.By != p.By.String() || (p.Ours >= 0) != (m.Ours != nil) || p.Ours >= 0 && *m.Ours != ours.At(int(p.Ours)) || p.Theirs >= 0 && *m.Theirs != theirs.At(int(p.Theirs)) {
			t.Errorf("%d: %+v", n, m)
		}
		n++
		return true
	}); err != nil || n != len(r.Pairs) {
		t.Errorf("%d %v %s", n, err, kept.String())
	}
}
