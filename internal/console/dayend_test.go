package console

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/internal/reconciliation"
)

// upload sends the form of a new comparison with a file.
func (b *browser) upload(file string, pairs ...string) (int, string, string) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for i := 0; i < len(pairs); i += 2 {
		_ = w.WriteField(pairs[i], pairs[i+1])
	}
	part, _ := w.CreateFormFile("statement", `C:\Belgeler\ekstre.csv`)
	_, _ = part.Write([]byte(file))
	_ = w.Close()
	r, err := http.NewRequest(http.MethodPost, b.h.url+"/reconciliation/new", &body)
	if err == nil {
		r.Header.Set("Content-Type", w.FormDataContentType())
	}
	status, text := b.do(r, err)
	return status, text, b.last
}

func TestDayEndPapersAddUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.with(company.Accountant, "muhasebe@example.com")
	w := h.bank()
	accounts, err := h.d.Payments.Accounts(t.Context(), h.com.ID)
	if err != nil {
		t.Fatal(err)
	}
	account := accounts[0].ID
	if _, err := h.d.Payments.UpdateAccount(t.Context(), h.com.ID, account, func(a *payment.Account) {
		a.Contract = payment.Contract{TaxRate: 500, Fee: 25}
	}); err != nil {
		t.Fatal(err)
	}
	h.sale(125050, "S-1")
	p := h.sale(9999, "S-2")
	w.CloseBankDay("")
	if status, _ := b.post("/payments/"+p.ID+"/refund", "amount", "50,00", "once", "x"); status != http.StatusSeeOther {
		t.Fatal(status)
	}
	today := clock.DayOf(h.d.Clock.Now()).String()
	days := "?from=" + today + "&until=" + today + "&format="
	status, body := b.get("/reconciliation/sheet" + days + "pdf")
	if status != http.StatusOK || !strings.HasPrefix(body, "%PDF-") {
		t.Errorf("PDF: %d", status)
	}
	status, body = b.get("/reconciliation/sheet" + days + "csv")
	// 2 sales of 1350,49; 1 refund of 50,00; commission 23,63 + 1,89, tax 1,18 + 0,09, twice 0,25
	if status != http.StatusOK || !strings.Contains(body, ";TRY;2;1.350,49;1;50,00;1.300,49;25,52;1,27;0,50;1.273,20;") {
		t.Errorf("CSV: %d %s", status, body)
	}
	status, body = b.get("/reconciliation/journal" + days + "xlsx")
	f, err := excelize.OpenReader(strings.NewReader(body))
	if status != http.StatusOK || err != nil {
		t.Fatalf("journal: %d %v", status, err)
	}
	rows, err := f.GetRows("Sheet1")
	if err != nil || len(rows) != 1+4+3 {
		t.Errorf("%q %v", rows, err)
	}
	lines, err := h.d.DayEnd.Journal(t.Context(), h.com.ID, clock.DayOf(h.d.Clock.Now()), clock.DayOf(h.d.Clock.Now()))
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]int64{}
	for _, l := range lines {
		sums[l.Voucher] += l.Debit - l.Credit
	}
	for v, n := range sums {
		if n != 0 || len(sums) != 2 {
			t.Errorf("voucher %s is out of balance by %d", v, n)
		}
	}
	for _, bad := range []string{"/reconciliation/sheet", "/reconciliation/journal?from=2026-02-30&until=2026-03-01", "/reconciliation/sheet?from=2016-01-01&until=2026-01-01", "/reconciliation/sheet?from=2126-01-01&until=2126-01-01"} {
		if status, _ = b.get(bad); status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", bad, status)
		}
	}
}

var inAddress = regexp.MustCompile(`file=([a-z0-9]+)`)

func TestStatementsInTheConsole(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.with(company.Accountant, "muhasebe@example.com")
	h.bank()
	accounts, err := h.d.Payments.Accounts(t.Context(), h.com.ID)
	if err != nil {
		t.Fatal(err)
	}
	account := accounts[0].ID
	for name, c := range map[string]struct {
		file  string
		pairs []string
		want  string
	}{
		"no account":  {"Tarih;Tutar\n", nil, "Hesabı seçin"},
		"no file":     {"", []string{"account", account, "source", "file"}, "Ekstre dosyasını seçin"},
		"no line":     {"Tarih;Tutar\n", []string{"account", account}, "hiç hareket yok"},
		"a bad line":  {"Tarih;Tutar\n05.01.2026;1,00\n05.01.2026;bir\n", []string{"account", account}, "satır 3"},
		"no such day": {"", []string{"account", account, "source", "bank", "from", "2026-02-30"}, "Günü seçin"},
		"a PDF":       {"%PDF-1.7 x", []string{"account", account}, "XLSX ya da CSV olarak kaydedin"},
		"no list":     {"", []string{"account", account, "source", "bank", "from", "2026-01-05"}, "gün listesi yok"},
	} {
		if status, body, _ := b.upload(c.file, c.pairs...); status != http.StatusUnprocessableEntity || !strings.Contains(body, c.want) {
			t.Errorf("%s: %d, %q is not told", name, status, c.want)
		}
	}
	if status, _, _ := b.upload("Tarih;Tutar\n05.01.2026;1,00\n", "account", account, "note", "a\x00b"); status != http.StatusBadRequest && status != http.StatusUnprocessableEntity {
		t.Errorf("NUL: %d", status)
	}

	// Nobody else sees the file that waits for its columns.
	status, _, to := b.upload("Zaman;Ne Kadar\n05.01.2026;100,00\n", "account", account)
	m := inAddress.FindStringSubmatch(to)
	if status != http.StatusSeeOther || m == nil {
		t.Fatalf("%d %s", status, to)
	}
	other := h.with(company.Administrator, "patron@example.com")
	if status, body := other.get("/reconciliation/columns?file=" + m[1]); status != http.StatusNotFound || strings.Contains(body, "Ne Kadar") {
		t.Errorf("another person's file: %d", status)
	}
	if status, body := b.post("/reconciliation/columns", "file", m[1], "column.date", "Zaman", "column.amount", "Zaman"); status != http.StatusUnprocessableEntity || !strings.Contains(body, "tutar değil") {
		t.Errorf("wrong columns: %d", status)
	}
	if status, _ := b.post("/reconciliation/columns", "file", m[1], "column.date", "Zaman", "column.amount", "Ne Kadar", "save", "1"); status != http.StatusSeeOther {
		t.Errorf("right columns: %d", status)
	}
	if status, _ := b.get("/reconciliation/columns?file=" + m[1]); status != http.StatusNotFound {
		t.Errorf("the file is still there: %d", status)
	}
	// The columns are remembered.
	if status, _, to := b.upload("Zaman;Ne Kadar\n06.01.2026;100,00\n", "account", account); status != http.StatusSeeOther || strings.Contains(to, "columns") {
		t.Errorf("%d %s", status, to)
	}
	all, err := h.d.DayEnd.List(t.Context(), h.com.ID, reconciliation.Filter{})
	if err != nil || len(all) != 2 || all[0].FileName != "ekstre.csv" {
		t.Errorf("%+v %v", all, err)
	}

	// A form that is no upload may not be as large as one.
	r, err := http.NewRequest(http.MethodPost, h.url+"/reconciliation/new", strings.NewReader("account="+strings.Repeat("x", 2<<20)))
	if err == nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if status, _ := b.do(r, err); status != http.StatusRequestEntityTooLarge {
		t.Errorf("a large form: %d", status)
	}
}
