package console

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/pos"
	"github.com/onay/onay/sandbox"
)

// bank gives the company an account at a simulated bank.
func (h *house) bank() *sandbox.World {
	h.t.Helper()
	w := sandbox.New(sandbox.Config{})
	srv := httptest.NewServer(w.Handler())
	h.t.Cleanup(func() { w.Close(); srv.CloseClientConnections(); srv.Close() })
	a := w.BankAccounts(srv.URL)[0]
	if _, err := h.d.Payments.CreateAccount(h.t.Context(), payment.Account{CompanyID: h.com.ID, Bank: a.Bank, Name: a.Name, Mode: "test", Status: "on", Credentials: a.Credentials, Addresses: a.Addresses,
		Installments: []payment.Installment{{Count: 1, CostRate: 189}, {Count: 3, CostRate: 450, PayerRate: 300}}}); err != nil {
		h.t.Fatal(err)
	}
	return w
}

func (h *house) sale(minor int64, order string) payment.Payment {
	h.t.Helper()
	card, err := pos.NewCard(sandbox.TestCard, 12, 2030, "123", "Ayşe Yılmaz")
	if err != nil {
		h.t.Fatal(err)
	}
	p, err := h.d.Payments.Create(h.t.Context(), payment.NewPayment{CompanyID: h.com.ID, Amount: pos.Money{Minor: minor, Currency: pos.TRY}, OrderReference: order, PayerName: "=Ayşe", Secure3D: "off", Card: card, ClientIP: "203.0.113.9", Source: "api"})
	if err != nil || p.Status != payment.Captured {
		h.t.Fatalf("%s %v", p.Status, err)
	}
	return p
}

func TestCollectionsAreShownExportedAndGivenBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	accountant := h.with(company.Accountant, "muhasebe@example.com")
	w := h.bank()
	p := h.sale(125050, "S-1")
	path := "/payments/" + p.ID

	status, body := accountant.get("/payments?q=S-1")
	if status != http.StatusOK || !strings.Contains(body, "1.250,50") || !strings.Contains(body, p.AuthCode) || !strings.Contains(body, "Net tahsilat") {
		t.Errorf("the list: %d", status)
	}
	if _, body = accountant.get("/payments?q=0000"); strings.Contains(body, p.AuthCode) {
		t.Error("the search finds another card")
	}
	status, body = accountant.get("/payments/export?format=csv")
	if status != http.StatusOK || !strings.Contains(body, ";1.250,50;TRY;1.250,50;0,00;Tahsil edildi;1;") || !strings.Contains(body, "'=Ayşe") || strings.Count(body, "\n") != 2 {
		t.Errorf("CSV: %d %s", status, body)
	}
	status, body = accountant.get("/payments/export?format=xlsx")
	f, err := excelize.OpenReader(strings.NewReader(body))
	if status != http.StatusOK || err != nil {
		t.Fatalf("XLSX: %d %v", status, err)
	}
	if amount, err := f.GetCellValue("Sheet1", "D2", excelize.Options{RawCellValue: true}); err != nil || amount != "1250.5" {
		t.Errorf("the amount is %q, %v", amount, err)
	}
	status, body = accountant.get(path + "/receipt")
	if status != http.StatusOK || !bytes.HasPrefix([]byte(body), []byte("%PDF-")) || len(body) < 5000 {
		t.Errorf("receipt: %d, %d bytes", status, len(body))
	}
	if status, body = accountant.get("/payments/summary"); status != http.StatusOK || !strings.Contains(body, "100") || !strings.Contains(body, "İş Bankası") {
		t.Errorf("summary: %d", status)
	}
	if status, body = accountant.get(path); status != http.StatusOK || !strings.Contains(body, "İade et") || !strings.Contains(body, "Bankayla yazışma") || strings.Contains(body, "deneme-sifre") {
		t.Errorf("the payment: %d", status)
	}

	// A cashier sees it and gives nothing back.
	cashier := h.with(company.Cashier, "kasa@example.com")
	if status, body = cashier.get(path); status != http.StatusOK || strings.Contains(body, "İade et") || strings.Contains(body, "Bankayla yazışma") {
		t.Errorf("to a cashier: %d", status)
	}
	if status, _ = cashier.post(path+"/refund", "amount", "1,00", "once", "x"); status != http.StatusForbidden {
		t.Errorf("a cashier's refund: %d", status)
	}

	// Refused input explains; the same question answered twice gives back once.
	if status, body = accountant.post(path+"/refund", "amount", "abc", "once", "x"); status != http.StatusUnprocessableEntity || !strings.Contains(body, "1.250,00 gibi") {
		t.Errorf("no amount: %d", status)
	}
	if status, body = accountant.post(path+"/refund", "amount", "1.250,51", "once", "x"); status != http.StatusUnprocessableEntity || !strings.Contains(body, "kalan tutardan fazla olamaz") {
		t.Errorf("too much: %d", status)
	}
	w.CloseBankDay("")
	for range 2 {
		if status, _ = accountant.post(path+"/refund", "amount", "50,50", "once", "y", "reason", "Kırık geldi"); status != http.StatusSeeOther {
			t.Errorf("refund: %d", status)
		}
	}
	if q, err := h.d.Payments.Get(t.Context(), h.com.ID, p.ID); err != nil || q.Refunded != 5050 || q.Status != payment.PartlyBack {
		t.Errorf("%+v %v", q, err)
	}
	if _, body = accountant.get(path); !strings.Contains(body, "Kırık geldi") || !strings.Contains(body, "Kısmen iade edildi") {
		t.Error("the refund is not told")
	}

	// Over the limit a second person is asked; whoever asked cannot approve.
	boss := h.with(company.Administrator, "patron@example.com")
	if status, _ = boss.post("/settings/payments", "order", "cost", "order", "", "entry", "here", "approval_over", "100,00"); status != http.StatusSeeOther {
		t.Fatalf("rules: %d", status)
	}
	if status, _ = accountant.post(path+"/refund", "amount", "100,01", "once", "z"); status != http.StatusSeeOther {
		t.Errorf("refund over the limit: %d", status)
	}
	ops, err := h.d.Payments.Operations(t.Context(), h.com.ID, p.ID)
	if err != nil || len(ops) != 2 || ops[1].State != payment.OpAsked {
		t.Fatalf("%+v %v", ops, err)
	}
	decide := path + "/decide/" + ops[1].ID
	if _, body = boss.get("/"); !strings.Contains(body, "iade onay bekliyor") {
		t.Error("today does not tell of the refund that waits")
	}
	if status, _ = accountant.post(decide, "approve", "yes"); status != http.StatusForbidden && status != http.StatusUnprocessableEntity {
		t.Errorf("approved by whoever asked: %d", status)
	}
	if status, body = boss.get(decide); status != http.StatusOK || !strings.Contains(body, "100,01") {
		t.Errorf("the question: %d", status)
	}
	if status, _ = boss.post(decide, "approve", "yes"); status != http.StatusSeeOther {
		t.Errorf("approve: %d", status)
	}
	if q, err := h.d.Payments.Get(t.Context(), h.com.ID, p.ID); err != nil || q.Refunded != 15051 {
		t.Errorf("%+v %v", q, err)
	}
}

func TestTakingAPaymentAtTheDesk(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.with(company.Cashier, "kasa@example.com")
	if status, body := b.get("/payments"); status != http.StatusOK || !strings.Contains(body, "Henüz tahsilat yok") {
		t.Errorf("empty: %d", status)
	}
	if status, body := b.post("/payments/new", "amount", "100"); status != http.StatusConflict && status != http.StatusUnprocessableEntity || !strings.Contains(body, "banka hesabı") {
		t.Errorf("without an account: %d", status)
	}
	h.bank()
	for amount, phone := range map[string]string{"": "", "-1": "", "1,2,3": "", "100": "12"} {
		if status, body := b.post("/payments/new", "amount", amount, "phone", phone, "description", "Kalan <b>metin</b>"); status != http.StatusUnprocessableEntity || !strings.Contains(body, "Kalan &lt;b&gt;metin") {
			t.Errorf("%q %q: %d", amount, phone, status)
		}
	}
	if status, _ := b.post("/payments/new", "amount", "1.250,50", "description", "Telefonla", "installments", "3", "then", "card"); status != http.StatusSeeOther {
		t.Fatalf("new: %d", status)
	}
	list, err := h.d.Payments.List(t.Context(), h.com.ID, payment.Filter{Limit: 10})
	if err != nil || len(list) != 1 || list[0].Installments != 3 {
		t.Fatalf("%+v %v", list, err)
	}
	path := "/payments/" + list[0].ID
	status, body := b.post(path+"/card", "number", "4111 1111 1111 1112", "expiry", "12/30", "cvv", "123", "try", "a")
	if status != http.StatusUnprocessableEntity || !strings.Contains(body, "Kart numarası geçersiz") || strings.Contains(body, "1112") {
		t.Errorf("a wrong number: %d", status)
	}
	for range 2 { // pressed twice
		if status, _ = b.post(path+"/card", "number", sandbox.TestCard, "expiry", "12/30", "cvv", "123", "try", "b"); status != http.StatusSeeOther {
			t.Errorf("card: %d", status)
		}
	}
	p, err := h.d.Payments.Get(t.Context(), h.com.ID, list[0].ID)
	if err != nil || p.Status != payment.Captured || p.Captured != 128802 {
		t.Errorf("%+v %v", p, err)
	}
	if status, _ = b.get(path + "/card"); status != http.StatusSeeOther {
		t.Errorf("the card page of a paid payment: %d", status)
	}
}

// A screen that was left open gives no money back and shows no key: who sits there logs in again, and is back where she was.
func TestALoginIsProofForAWhile(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.with(company.Administrator, "patron@example.com")
	h.bank()
	p := h.sale(5000, "S-9")
	path := "/payments/" + p.ID + "/refund"
	if status, _ := b.get(path); status != http.StatusOK {
		t.Fatalf("at once: %d", status)
	}
	h.d.Clock.(*clock.System).SetOffset(45 * time.Minute)
	if status, _ := b.post(path, "amount", "1,00", "once", "x"); status != http.StatusSeeOther {
		t.Errorf("the form that was opened: %d", status)
	}
	for _, page := range []string{path, "/settings/keys/new", "/settings/pos/new"} {
		if status, _ := b.get(page); status != http.StatusSeeOther {
			t.Errorf("%s without a new login: %d", page, status)
		}
	}
	if status, _ := b.get("/payments/" + p.ID); status != http.StatusOK {
		t.Errorf("looking takes no new login: %d", status)
	}
	h.d.Clock.(*clock.System).SetOffset(90 * time.Minute)
	if status, _ := b.post(path, "amount", "2,00", "once", "y"); status != http.StatusSeeOther {
		t.Errorf("%d", status)
	}
	if q, err := h.d.Payments.Get(t.Context(), h.com.ID, p.ID); err != nil || q.Refunded > 100 {
		t.Errorf("given back from an old screen: %d %v", q.Refunded, err)
	}
	b.get(path)
	if status, body := b.get("/login"); status != http.StatusOK || !strings.Contains(body, "yeniden giriş yapın") {
		t.Errorf("the login: %d", status)
	}
	r, err := http.NewRequest(http.MethodPost, h.url+"/login", strings.NewReader("email=patron%40example.com&password="+goodPassword))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := b.c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.Header.Get("Location") != path {
		t.Errorf("after the login: %s", res.Header.Get("Location"))
	}
	if status, _ := b.get(path); status != http.StatusOK {
		t.Errorf("after the login: %d", status)
	}
}

// The address from which banks are reached is shown; a change is told until somebody says that the banks know.
func TestTheOutgoingAddressIsWatched(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.with(company.Administrator, "patron@example.com")
	w := sandbox.New(sandbox.Config{})
	srv := httptest.NewServer(w.Handler())
	t.Cleanup(func() { w.Close(); srv.Close() })
	look := func() {
		t.Helper()
		if err := h.d.Payments.LookAtAddress(t.Context(), srv.URL+"/ip"); err != nil {
			t.Fatal(err)
		}
	}
	look()
	look()
	if _, body := b.get("/settings/pos"); !strings.Contains(body, "127.0.0.1 adresinden görür") {
		t.Error("the address is not shown")
	}
	if _, body := b.get("/"); strings.Contains(body, "adresi değişti") {
		t.Error("the first address is taken for a change")
	}
	r, err := http.NewRequest(http.MethodPut, srv.URL+"/ip", strings.NewReader(`{"address":"203.0.113.77"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if res, err := http.DefaultClient.Do(r); err != nil || res.StatusCode != http.StatusNoContent {
		t.Fatal(res, err)
	}
	look()
	for _, page := range []string{"/", "/settings/pos"} {
		if _, body := b.get(page); !strings.Contains(body, "127.0.0.1 yerine 203.0.113.77") {
			t.Errorf("%s does not tell of the change", page)
		}
	}
	if status, _ := b.post("/settings/pos/address", "address", "127.0.0.1"); status != http.StatusConflict {
		t.Errorf("an older address: %d", status)
	}
	if status, _ := b.post("/settings/pos/address", "address", "203.0.113.77"); status != http.StatusSeeOther {
		t.Errorf("told: %d", status)
	}
	if _, body := b.get("/"); strings.Contains(body, "203.0.113.77") {
		t.Error("it is told although the banks know")
	}
	if err := h.d.Payments.LookAtAddress(t.Context(), srv.URL+"/cards"); err == nil {
		t.Error("an answer that is no address is taken for one")
	}
}
