package paypage

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/db/dbtest"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/internal/vault"
	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/postest"
	"github.com/onay/onay/sandbox"
)

func TestMain(m *testing.M) { os.Exit(dbtest.Main(m)) }

type desk struct {
	t       *testing.T
	url     string
	s       *payment.Service
	com     company.Company
	clock   *clock.System
	account payment.Account
}

func open(t *testing.T) *desk {
	t.Helper()
	w := sandbox.New(sandbox.Config{})
	bank := httptest.NewServer(w.Handler())
	t.Cleanup(func() { w.Close(); bank.CloseClientConnections(); bank.Close() })
	d, c := dbtest.Open(t), &clock.System{}
	v, err := vault.Open(filepath.Join(t.TempDir(), "keys"), "")
	if err != nil {
		t.Fatal(err)
	}
	log := audit.New(d, v, c, "")
	k := &desk{t: t, s: payment.New(d, log, v, c, nil), clock: c}
	companies := company.New(d, log, v, c)
	if k.com, err = companies.Create(t.Context(), "Örnek & Oğlu <Mağaza>"); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(New(Deps{Payments: k.s, Companies: companies, Logger: slog.New(slog.DiscardHandler), ClientIP: func(*http.Request) string { return "203.0.113.9" }}))
	t.Cleanup(srv.Close)
	k.url = srv.URL
	k.s.At(srv.URL)
	a := w.BankAccounts(bank.URL)[0]
	k.account, err = k.s.CreateAccount(t.Context(), payment.Account{CompanyID: k.com.ID, Bank: a.Bank, Name: a.Name, Mode: "test", Status: "on", Credentials: a.Credentials, Addresses: a.Addresses,
		Installments: []payment.Installment{{Count: 1}, {Count: 2}, {Count: 3}, {Count: 4}, {Count: 6, PayerRate: 500}, {Count: 9, PayerRate: 900}, {Count: 12, PayerRate: 1200}}})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

var noRedirect = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func (k *desk) do(method, path string, form url.Values, header ...string) (*http.Response, string) {
	k.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	if !strings.HasPrefix(path, "http") {
		path = k.url + path
	}
	r, err := http.NewRequest(method, path, body)
	if err != nil {
		k.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := noRedirect.Do(r)
	if err != nil {
		k.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		k.t.Fatal(err)
	}
	return res, string(b)
}

func (k *desk) make(n payment.NewPayment) payment.Payment {
	k.t.Helper()
	n.CompanyID = k.com.ID
	if n.Amount.Minor == 0 {
		n.Amount = pos.Money{Minor: 24990, Currency: pos.TRY}
	}
	p, err := k.s.Create(k.t.Context(), n)
	if err != nil {
		k.t.Fatal(err)
	}
	return p
}

var tryField = regexp.MustCompile(`name="try" value="([a-z0-9]+)"`)

func cardForm(number, try string) url.Values {
	return url.Values{"number": {number}, "expiry": {"12 / 30"}, "cvv": {"123"}, "holder": {"Ayşe Yılmaz"}, "try": {try}}
}

// One answer of at most 14 KB compressed, complete without scripts, that loads nothing else and whose policy lets nothing else in.
func TestThePageIsOneSmallAnswer(t *testing.T) {
	t.Parallel()
	k := open(t)
	p := k.make(payment.NewPayment{Description: strings.Repeat("Uzun açıklama ", 12), OrderReference: "S-1042"})
	res, body := k.do("GET", "/pay/"+p.Token, nil, "Accept-Encoding", "gzip")
	if len(body) > 14<<10 || res.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("%d bytes, %q", len(body), res.Header.Get("Content-Encoding"))
	}
	z, err := gzip.NewReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := io.ReadAll(z)
	page := string(raw)
	t.Logf("%d bytes compressed, %d plain", len(body), len(page))
	for _, bad := range []string{"<script", "src=", `rel="stylesheet"`, "onclick", "style=\"", "http://", "https://", "<Mağaza>"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	for _, good := range []string{"249,90", "Örnek &amp; Oğlu", "S-1042", `autocomplete="cc-number"`, "12 taksit", "279,89"} {
		if !strings.Contains(page, good) {
			t.Errorf("the page lacks %q", good)
		}
	}
	csp := res.Header.Get("Content-Security-Policy")
	if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "script-src") || strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") {
		t.Errorf("policy %s", csp)
	}
	if res.Header.Get("Cache-Control") != "no-store" || len(res.Cookies()) > 0 {
		t.Errorf("%v", res.Header)
	}
}

func TestPayingWithoutScripts(t *testing.T) {
	t.Parallel()
	k := open(t)
	p := k.make(payment.NewPayment{ReturnURL: "https://shop.example.com/orders?id=7"})
	_, page := k.do("GET", "/pay/"+p.Token, nil)
	try := tryField.FindStringSubmatch(page)[1]
	number := string(postest.Card(t, "0000").AppendNumber(nil))

	// Refused input keeps what may be kept, and never repeats a card.
	for field, bad := range map[string]url.Values{
		"number": cardForm("4355 0800 0000 0001", try), "expiry": {"number": {number}, "expiry": {"13/30"}, "cvv": {"987"}, "holder": {"Ayşe"}, "try": {try}},
		"cvv": {"number": {number}, "expiry": {"12/30"}, "cvv": {""}, "holder": {"Ayşe"}, "try": {try}},
	} {
		res, body := k.do("POST", "/pay/"+p.Token, bad)
		if res.StatusCode != 422 || !strings.Contains(body, `id="`+field+`-error"`) || !strings.Contains(body, "Ayşe") {
			t.Errorf("%s: %d", field, res.StatusCode)
		}
		if strings.Contains(body, number) || strings.Contains(body, "4355 0800 0000 0001") || strings.Contains(body, `"987"`) {
			t.Errorf("%s: the page repeats the card", field)
		}
	}
	if res, _ := k.do("POST", "/pay/"+p.Token, url.Values{"number": {number}, "expiry": {"01/20"}, "cvv": {"123"}, "try": {try}}); res.StatusCode != 422 {
		t.Errorf("an expired card: %d", res.StatusCode)
	}

	// To the bank: the policy names it, the form is there for those without a script; sent twice it is the same form.
	f := cardForm(number, try)
	f.Set("installments", "6")
	res, body := k.do("POST", "/pay/"+p.Token, f)
	csp := res.Header.Get("Content-Security-Policy")
	bank := pos.InnerForm([]byte(body))
	u, _ := url.Parse(bank.Action)
	if res.StatusCode != 200 || u.Host == "" || !strings.Contains(csp, "form-action "+u.Scheme+"://"+u.Host+";") || !strings.Contains(body, "<button>Bankaya git</button>") || bank.Get("amount") != "262.40" {
		t.Fatalf("%d %s %s %s", res.StatusCode, csp, bank, bank.Get("amount"))
	}
	if _, second := k.do("POST", "/pay/"+p.Token, f); pos.InnerForm([]byte(second)).Get("oid") != bank.Get("oid") {
		t.Error("pressed twice, it is another attempt")
	}
	if _, page = k.do("GET", "/pay/"+p.Token, nil); !strings.Contains(page, "Bankanın onay sayfasına gönderildiniz") {
		t.Error("back from the bank, the page does not say so")
	}
	v, ok := postest.Payer{Do: "ok"}.Pay(t, bank, k.url+"/pay/return/")
	if !ok {
		t.Fatal("the payer did not come back")
	}
	all, err := k.s.Attempts(t.Context(), k.com.ID, p.ID)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	form := url.Values{}
	for name, x := range v {
		form.Set(name, x)
	}
	// A forged message first; then the bank's, from its own origin, twice.
	forged := url.Values{}
	for name, x := range v {
		forged.Set(name, x)
	}
	forged.Set("amount", "1.00")
	if res, _ := k.do("POST", "/pay/return/"+all[0].Token, forged, "Origin", "https://bank.example", "Sec-Fetch-Site", "cross-site"); res.StatusCode != 303 {
		t.Errorf("a forged message: %d", res.StatusCode)
	}
	if q, _ := k.s.Get(t.Context(), k.com.ID, p.ID); q.Status != payment.AwaitingBank {
		t.Errorf("a forged message made it %s", q.Status)
	}
	for range 2 {
		if res, _ := k.do("POST", "/pay/return/"+all[0].Token, form, "Origin", "https://bank.example", "Sec-Fetch-Site", "cross-site"); res.StatusCode != 303 || res.Header.Get("Location") != "/pay/"+p.Token {
			t.Fatalf("%d %s", res.StatusCode, res.Header.Get("Location"))
		}
	}
	_, page = k.do("GET", "/pay/"+p.Token, nil)
	if !strings.Contains(page, "Ödendi") || !strings.Contains(page, "262,40") || !strings.Contains(page, "https://shop.example.com/orders?id=7&amp;payment_id="+p.ID+"&amp;status=captured") {
		t.Errorf("the end: %s", page)
	}
	if _, page = k.do("GET", "/pay/"+p.Token+"?lang=en", nil); !strings.Contains(page, "Paid") || !strings.Contains(page, `lang="en"`) {
		t.Error("no English")
	}
	if res, body := k.do("GET", "/pay/receipt/"+p.Token, nil); res.StatusCode != 200 || !bytes.HasPrefix([]byte(body), []byte("%PDF")) {
		t.Errorf("receipt: %d", res.StatusCode)
	}
	// Paid: the form changes nothing any more.
	if res, _ := k.do("POST", "/pay/"+p.Token, cardForm(number, "another")); res.StatusCode != 303 {
		t.Errorf("a second card: %d", res.StatusCode)
	}
}

// Who tries out stolen cards does not get far.
func TestAPageTakesTwelveCards(t *testing.T) {
	t.Parallel()
	k := open(t)
	p := k.make(payment.NewPayment{Secure3D: "off"})
	number := string(postest.Card(t, "0005").AppendNumber(nil))
	for i := range 14 {
		res, body := k.do("POST", "/pay/"+p.Token, cardForm(number, "try"+string(rune('a'+i))))
		if i < 12 && res.StatusCode != 303 || i >= 12 && (res.StatusCode != 409 || !strings.Contains(body, "çok fazla deneme")) {
			t.Errorf("card %d: %d", i+1, res.StatusCode)
		}
	}
}

func TestPagesThatAreNotThere(t *testing.T) {
	t.Parallel()
	k := open(t)
	p := k.make(payment.NewPayment{Expires: time.Minute})
	for _, path := range []string{"/pay/", "/pay/x", "/pay/" + p.ID, "/pay/return/x", "/pay/receipt/x", "/pay/receipt/" + p.Token, "/pay/link/x", "/pay/%00", "/pay/" + strings.Repeat("a", 3000), "/pay/x/y/z"} {
		if res, body := k.do("GET", path, nil); res.StatusCode != 404 || !strings.Contains(body, "<html") {
			t.Errorf("%.40s: %d", path, res.StatusCode)
		}
	}
	for _, path := range []string{"/pay/x", "/pay/return/x", "/pay/link/x"} {
		if res, _ := k.do("POST", path, url.Values{"a": {"b"}}); res.StatusCode != 404 {
			t.Errorf("POST %s: %d", path, res.StatusCode)
		}
	}
	if res, _ := k.do("POST", "/pay/"+p.Token, url.Values{"number": {strings.Repeat("4", 200<<10)}}); res.StatusCode != 422 {
		t.Errorf("a huge form: %d", res.StatusCode)
	}
	if res, _ := k.do("POST", "/pay/"+p.Token, cardForm(string(postest.Card(t, "0000").AppendNumber(nil)), strings.Repeat("x", 100))); res.StatusCode != 422 {
		t.Errorf("a strange try: %d", res.StatusCode)
	}
	k.clock.SetOffset(2 * time.Minute)
	if res, body := k.do("POST", "/pay/"+p.Token, cardForm(string(postest.Card(t, "0000").AppendNumber(nil)), "late")); res.StatusCode != 409 || !strings.Contains(body, "süresi doldu") {
		t.Errorf("late: %d", res.StatusCode)
	}
	if err := k.s.Ask(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, body := k.do("GET", "/pay/"+p.Token, nil); !strings.Contains(body, "süresi doldu") {
		t.Error("the page does not say that its time is over")
	}
}

func TestALinkIsPaidManyTimes(t *testing.T) {
	t.Parallel()
	k := open(t)
	l, err := k.s.CreateLink(t.Context(), payment.Link{CompanyID: k.com.ID, Description: "Bağış", Least: 1000, Most: 500000, MaxUses: 2})
	if err != nil {
		t.Fatal(err)
	}
	path := "/pay/link/" + l.Token
	if res, body := k.do("GET", path, nil); res.StatusCode != 200 || !strings.Contains(body, "Bağış") || !strings.Contains(body, "ile") {
		t.Errorf("%d", res.StatusCode)
	}
	for _, amount := range []string{"", "9,99", "5.000,01", "abc", "-5"} {
		if res, body := k.do("POST", path, url.Values{"amount": {amount}, "name": {"Ayşe"}}); res.StatusCode != 422 || !strings.Contains(body, "amount-error") || !strings.Contains(body, "Ayşe") {
			t.Errorf("%q: %d", amount, res.StatusCode)
		}
	}
	if res, body := k.do("POST", path, url.Values{"amount": {"10"}, "phone": {"12"}}); res.StatusCode != 422 || !strings.Contains(body, "phone-error") {
		t.Errorf("a wrong phone: %d", res.StatusCode)
	}
	for range 2 {
		res, _ := k.do("POST", path, url.Values{"amount": {"1.250,00"}, "name": {"Ayşe"}, "phone": {"0555 111 22 33"}})
		if res.StatusCode != 303 {
			t.Fatalf("%d", res.StatusCode)
		}
		if _, body := k.do("GET", res.Header.Get("Location"), nil); !strings.Contains(body, "1.250,00") || !strings.Contains(body, "Bağış") {
			t.Error("the payment's page is not that of the link")
		}
	}
	if res, body := k.do("POST", path, url.Values{"amount": {"10"}}); res.StatusCode != 409 || !strings.Contains(body, "kapandı") {
		t.Errorf("used up: %d", res.StatusCode)
	}
	list, err := k.s.List(t.Context(), k.com.ID, payment.Filter{LinkID: l.ID, Limit: 10})
	if err != nil || len(list) != 2 || list[0].PayerPhone != "+905551112233" || list[0].Source != "link" {
		t.Errorf("%+v %v", list, err)
	}
	if l, err = k.s.UpdateLink(t.Context(), k.com.ID, l.ID, func(l *payment.Link) { l.MaxUses, l.Status = 0, "off" }); err != nil {
		t.Fatal(err)
	}
	if res, _ := k.do("GET", path, nil); res.StatusCode != 409 {
		t.Errorf("closed: %d", res.StatusCode)
	}
}
