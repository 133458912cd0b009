package reconciliation

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/onay/onay/pos"
)

func TestAmountsOfStatements(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int64{"1.250,50": 125050, "1250,5": 125050, "1250.50": 125050, "1,250.50": 125050, "1250": 125000, "-1.250,50": -125050, "0,05": 5, "1.250.000,00": 125000000, "1.250": 125000, "12,345": 1234500, " 7 ": 700, "1 250,00": 125000, "+3,10": 310} {
		if got, err := Amount(in); err != nil || got != want {
			t.Errorf("%q: %d %v, want %d", in, got, err, want)
		}
	}
	for _, in := range []string{"", "abc", "-", "1250,50 TL", ",", "1e5", ".5x", "99999999999999999", "05.01.2026", "5.1.2026", "1.25.000", "12.34.5", "1250.5.5", "12345.678", "1..250", "2026-01-05", "1,2,3"} {
		if got, err := Amount(in); err == nil {
			t.Errorf("%q is taken as %d", in, got)
		}
	}
}

func TestStatementsAreRecognized(t *testing.T) {
	t.Parallel()
	const file = "\ufeffİşlem Tarihi;Saat;Sipariş No;Kart No;İşlem Tutarı;Onay Kodu;Komisyon;İşlem Tipi;Para Birimi\r\n" +
		"24.11.2026;09:15:30;K7Q2M9XW4T6BRD3HZ5CE;435508******4358;1.250,50;621034;-23,63;Satış;TL\r\n" +
		"\r\n" +
		"24.11.2026;10:00;\"K7Q2;M9XW\";************0007;50,00;621035;;İade;USD\r\n"
	st, err := ReadCSV(strings.NewReader(file), nil)
	items, columns := st.Lines.Items(), st.Columns
	if err != nil || len(items) != 2 || len(columns) != 9 {
		t.Fatalf("%+v %v %v", items, columns, err)
	}
	a, b := items[0], items[1]
	if a.Kind != Sale || a.Minor != 125050 || a.Last4 != "4358" || a.AuthCode != "621034" || a.Kept != 2363 || a.OrderID != "K7Q2M9XW4T6BRD3HZ5CE" || !a.At.Equal(time.Date(2026, 11, 24, 9, 15, 30, 0, pos.Istanbul)) || a.DateOnly || a.Line != 2 {
		t.Errorf("%+v", a)
	}
	if b.Kind != Refund || b.Currency != pos.USD || b.OrderID != "K7Q2;M9XW" || b.Told || b.Line != 4 {
		t.Errorf("%+v", b)
	}
	st, err = ReadCSV(strings.NewReader("tarih,brüt\n2026-11-24,-5.00\n"), nil)
	if items = st.Lines.Items(); err != nil || len(items) != 1 || items[0].Kind != Refund || !items[0].DateOnly {
		t.Errorf("%+v %v", items, err)
	}
	if st, err = ReadCSV(strings.NewReader("a;b\n24.11.2026;5\n"), Columns{FieldDate: "a", FieldAmount: "b"}); err != nil || st.Lines.Len() != 1 {
		t.Errorf("with columns of one's own: %+v %v", st, err)
	}
	for _, bad := range []string{"", "a;b\n", "tarih;tutar\n24.11.2026\n", "tarih;tutar\nyarın;5\n", "tarih;tutar\n24.11.2026;beş\n", "tarih;tutar\n24.11.2026;0\n", "tarih;tutar\n24.11.2026;\"5\n", "tarih;tutar;doviz\n24.11.2026;5;XYZ\n", "tarih;tutar\n31.02.2026;5\n"} {
		if st, err := ReadCSV(strings.NewReader(bad), nil); !errors.Is(err, ErrStatement) || st.Lines != nil {
			t.Errorf("%q: %v %v", bad, st, err)
		}
	}
}

func FuzzReadStatement(f *testing.F) {
	f.Add([]byte("tarih;tutar\n24.11.2026;5\n"))
	f.Add([]byte("date,amount,\"x\"\n2026-11-24,\"1,250.50\",\"\"\n"))
	f.Add([]byte(camt))
	f.Add([]byte(swift))
	f.Fuzz(func(t *testing.T, data []byte) {
		st, err := ReadStatement(bytes.NewReader(data), nil)
		if err != nil {
			if st.Lines != nil {
				t.Error("half a statement")
			}
			return
		}
		for _, i := range st.Lines.Items() {
			if i.Minor <= 0 || i.Currency.Numeric() == "" {
				t.Errorf("%+v", i)
			}
		}
	})
}

func csvOf(items []Item) []byte {
	var b bytes.Buffer
	b.WriteString("tarih;order_id;rrn;auth_code;card;amount;commission;kind;value_date\n")
	for _, i := range items {
		kind := "sale"
		if i.Kind == Refund {
			kind = "refund"
		}
		fmt.Fprintf(&b, "%s;%s;%s;%s;435508******%s;%s;%s;%s;%s\n", i.At.In(pos.Istanbul).Format("02.01.2006 15:04:05"), i.OrderID, i.RRN, i.AuthCode, i.Last4, strings.Replace(pos.Decimal(i.Minor), ".", ",", 1), pos.Decimal(max(i.Kept, -i.Kept)), kind, i.ValueDay)
	}
	return b.Bytes()
}

// BenchmarkFiles reads two files and compares them.
func BenchmarkFiles(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 2))
			ours, theirs, want := seeded(books(n, r))
			r.Shuffle(len(theirs), func(i, j int) { theirs[i], theirs[j] = theirs[j], theirs[i] })
			left, right := csvOf(ours), csvOf(theirs)
			ours, theirs = nil, nil
			b.ReportAllocs()
			for b.Loop() {
				x, err := ReadCSV(bytes.NewReader(left), nil)
				if err != nil {
					b.Fatal(err)
				}
				y, err := ReadCSV(bytes.NewReader(right), nil)
				if err != nil {
					b.Fatal(err)
				}
				if got := kinds(Compare(x.Lines, y.Lines, contract)); fmt.Sprint(got) != fmt.Sprint(want) {
					b.Fatalf("found %v, want %v", got, want)
				}
			}
		})
	}
}

func TestRowsThatDoNotFitTheirHeadings(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"tarih,tutar\n05.11.2026,1250,50\n", "tarih;tutar;siparis no;komisyon\n05.11.2026;1250,50;Q1;1,00\n05.11.2026;12", "Tarih;Tutar\n05.11.2026;1,00;x\n"} {
		if st, err := ReadCSV(strings.NewReader(bad), nil); !errors.Is(err, ErrStatement) {
			t.Errorf("%q: %+v %v", bad, st.Lines, err)
		}
	}
	st, err := ReadCSV(strings.NewReader("Tarih;Tutar;Komisyon Oranı;Komisyon;Açıklama\n18.11.2026;1250,50;1,79;2,01;Satış, Ankara, Peşin, x\n"), nil)
	if err != nil || st.Lines.Len() != 1 || st.Lines.At(0).Kept != 201 || st.Lines.At(0).Minor != 125050 {
		t.Errorf("%+v %v", st, err)
	}
}
