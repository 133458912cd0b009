package test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/onay/onay/internal/app"
	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/postest"
)

// rest calls the API of a demo program.
func rest(t *testing.T, base, method, path string, body, to any) int {
	t.Helper()
	var b bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&b).Encode(body); err != nil {
			t.Fatal(err)
		}
	}
	req, err := http.NewRequest(method, base+path, &b)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+app.SandboxKey)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(to); err != nil {
		t.Fatalf("%s %s: %d %v", method, path, res.StatusCode, err)
	}
	return res.StatusCode
}

type apiPayment struct {
	ID          string
	Status      string
	Code        string
	Captured    int64
	Refunded    int64
	RedirectURL string `json:"redirect_url"`
	BankOrderID string `json:"bank_order_id"`
	Decline     struct {
		Code, Message string
	}
	Operations []struct{ State, Way string }
}

// booked is how many charges of an order are in effect at a simulated bank.
func booked(t *testing.T, world, bank, order string) (n int) {
	t.Helper()
	res, err := http.Get(world + "/banks/" + bank + "/transactions")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var rows []struct {
		OrderID string `json:"order_id"`
		Kind    string
		State   string
	}
	if err := json.NewDecoder(res.Body).Decode(&rows); err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if strings.HasSuffix(r.OrderID, order) && r.Kind == "sale" && r.State == "captured" {
			n++
		}
	}
	return n
}

// card types a card into the pay page and sends it.
func (b *browser) card(magic string) {
	b.t.Helper()
	b.fill("number", string(postest.Card(b.t, magic).AppendNumber(nil)))
	b.fill("expiry", "1230")
	b.fill("cvv", "123")
	b.fill("holder", "Ayşe Yılmaz")
	b.do(chromedp.Submit(`[name="cvv"]`, chromedp.ByQuery))
	time.Sleep(300 * time.Millisecond)
}

// TestPayInTheBrowser pays at every simulated bank through its page, as people do it: declined first, given up, paid, and back again.
func TestPayInTheBrowser(t *testing.T) {
	dir := t.TempDir()
	base, world := demo(t, "--data", dir)
	var list struct {
		Data []struct{ ID, Bank, Name string }
	}
	rest(t, base, "GET", "/v1/pos-accounts", nil, &list)
	b := newBrowser(t, base, 390, 844, true)
	seen := map[string]bool{}
	for i, a := range list.Data {
		if seen[a.Name] || a.Bank == "halkbank" || a.Bank == "teb" || a.Bank == "turkiye-finans" || a.Bank == "ziraat" { // one for each protocol and generation
			continue
		}
		seen[a.Name] = true
		var p apiPayment
		order := fmt.Sprint("S-", i)
		if status := rest(t, base, "POST", "/v1/payments", map[string]any{"amount": 24990 + i, "pos_account": a.ID, "order_reference": order, "description": "İki kişilik kahve takımı"}, &p); status != 201 || p.RedirectURL == "" {
			t.Fatalf("%s: %d %+v", a.Name, status, p)
		}
		get := func() (q apiPayment) {
			t.Helper()
			rest(t, base, "GET", "/v1/payments/"+p.ID, nil, &q)
			return q
		}
		until := func(status string) (q apiPayment) {
			t.Helper()
			for range 60 {
				if q = get(); q.Status == status {
					return q
				}
				time.Sleep(100 * time.Millisecond)
			}
			b.shot("stuck")
			t.Fatalf("%s: %s, want %s\n%s", a.Name, q.Status, status, b.text())
			return q
		}
		b.do(chromedp.Navigate(p.RedirectURL))
		b.see("İki kişilik kahve takımı")
		if i == 0 {
			b.axe()
			b.shot("page")
		}
		// A card without money.
		b.card("0051")
		b.see("Onayla")
		if i == 0 {
			b.shot("bank")
		}
		b.fill("password", "123456")
		b.press("Onayla")
		b.see("Yetersiz bakiye")
		if q := until("declined"); q.Decline.Code != "insufficient_funds" {
			t.Errorf("%s: %+v", a.Name, q)
		}
		if i == 0 {
			b.axe()
			b.shot("declined")
		}
		// Given up at the bank.
		b.card("0000")
		b.see("Vazgeç")
		b.press("Vazgeç")
		b.see("Kartınızdan çekim yapılmadı")
		// Back from the bank by the browser's button, and on again.
		b.card("0000")
		b.see("Onayla")
		b.do(chromedp.NavigateBack())
		b.do(chromedp.Navigate(p.RedirectURL))
		b.see("Bankanın onay sayfasına gönderildiniz")
		if i == 0 {
			b.shot("back")
		}
		b.card("0000")
		b.see("Onayla")
		b.fill("password", "123456")
		b.press("Onayla")
		b.see("Ödendi")
		if i == 0 {
			b.axe()
			b.shot("paid")
		}
		q := until("captured")
		if q.Captured != int64(24990+i) {
			t.Errorf("%s: %+v", a.Name, q)
		}
		// Reload and back change nothing.
		b.do(chromedp.Reload())
		b.see("Ödendi")
		b.do(chromedp.NavigateBack())
		b.do(chromedp.Navigate(p.RedirectURL))
		b.see("Ödendi")
		if n := booked(t, world, a.Bank, q.BankOrderID); n != 1 {
			t.Errorf("%s: the bank has %d charges", a.Name, n)
		}
		var again struct{ Code string }
		if status := rest(t, base, "POST", "/v1/payments", map[string]any{"amount": 100, "order_reference": order}, &again); status != 409 || again.Code != "order_already_paid" {
			t.Errorf("%s: a paid order: %d %+v", a.Name, status, again)
		}
	}
	if len(seen) < 9 {
		t.Errorf("only %d banks", len(seen))
	}
	// The cards went through every protocol: none is in the database, its write-ahead log or any other file.
	var disk []byte
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, f := range files {
		if raw, err := os.ReadFile(f); err == nil {
			disk = append(disk, raw...)
		}
	}
	for _, magic := range []string{"0000", "0051"} {
		number := string(postest.Card(t, magic).AppendNumber(nil))
		if bytes.Contains(disk, []byte(number)) {
			t.Errorf("a file holds the number of the card %s", magic)
		}
		if !bytes.Contains(disk, []byte(pos.Mask(number))) {
			t.Error("not even the masked number is found: the sweep looks in the wrong place")
		}
	}
}

// TestTwoTabsAndADoubleClick: the same page paid in two tabs, and a button pressed twice, charge once.
func TestTwoTabsAndADoubleClick(t *testing.T) {
	base, world := demo(t)
	var list struct {
		Data []struct{ ID, Bank string }
	}
	rest(t, base, "GET", "/v1/pos-accounts", nil, &list)
	for _, a := range list.Data {
		if a.Bank != "isbank" && a.Bank != "garanti" && a.Bank != "nkolay" {
			continue
		}
		var p apiPayment
		if status := rest(t, base, "POST", "/v1/payments", map[string]any{"amount": 12300, "pos_account": a.ID, "order_reference": "T-" + a.Bank}, &p); status != 201 {
			t.Fatal(status)
		}
		var tabs []*browser
		for range 2 {
			b := newBrowser(t, base, 390, 844, true)
			b.do(chromedp.Navigate(p.RedirectURL))
			b.fill("number", string(postest.Card(t, "0000").AppendNumber(nil)))
			b.fill("expiry", "1230")
			b.fill("cvv", "123")
			b.fill("holder", "Ayşe Yılmaz")
			b.do(chromedp.Evaluate(`(() => { const b = document.querySelector("form button"); b.click(); b.click(); })()`, nil))
			b.see("Onayla")
			tabs = append(tabs, b)
		}
		for _, b := range tabs {
			b.fill("password", "123456")
			b.press("Onayla")
		}
		for _, b := range tabs {
			b.see("Ödendi")
		}
		var q struct {
			Status   string
			Captured int64
			Attempts []struct {
				State       string
				BankOrderID string `json:"bank_order_id"`
			}
		}
		charges := 0
		for range 50 { // a second charge, where the bank itself charges, is given back in the background
			charges = 0
			rest(t, base, "GET", "/v1/payments/"+p.ID, nil, &q)
			for _, x := range q.Attempts {
				charges += booked(t, world, a.Bank, x.BankOrderID)
			}
			if charges == 1 && q.Status == "captured" {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
		if charges != 1 || q.Status != "captured" || q.Captured != 12300 || len(q.Attempts) != 2 {
			t.Errorf("%s: %d charges, %+v", a.Bank, charges, q)
		}
	}
}

// TestCollections: a cashier takes a payment, an accountant gives it back; desktop and phone, light and dark.
func TestCollections(t *testing.T) {
	base, _ := demo(t)
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"desktop", 1280, 900}, {"phone", 360, 760}} {
		b := newBrowser(t, base, size.width, size.height, true)
		if size.name == "phone" {
			b.do(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}))
		}
		b.login()
		b.open("/payments")
		if size.name == "desktop" {
			b.see("Henüz tahsilat yok")
			b.shot(size.name + "-empty")
		}
		b.press("Online Tahsilat")
		b.see("Kurallara göre seçilsin")
		b.axe()
		b.shot(size.name + "-new")
		b.fill("amount", "1.250,50")
		b.fill("description", "Telefonla sipariş")
		b.press("Ödeme sayfası oluştur")
		b.see("Müşteri bu adresten öder")
		b.axe()
		b.shot(size.name + "-link")
		b.press("Kartı telefonda al")
		b.see("3-D onayı istenmez")
		b.axe()
		b.shot(size.name + "-card")
		b.fill("number", string(postest.Card(t, "0051").AppendNumber(nil)))
		b.fill("expiry", "12/30")
		b.fill("cvv", "123")
		b.do(chromedp.Submit(`[name="cvv"]`, chromedp.ByQuery))
		time.Sleep(300 * time.Millisecond)
		b.see("Yetersiz bakiye")
		b.shot(size.name + "-declined")
		b.press("Kartı telefonda al")
		b.fill("number", string(postest.Card(t, "0000").AppendNumber(nil)))
		b.fill("expiry", "12/30")
		b.fill("cvv", "123")
		b.do(chromedp.Submit(`[name="cvv"]`, chromedp.ByQuery))
		time.Sleep(300 * time.Millisecond)
		b.see("Tahsil edildi")
		b.axe()
		b.shot(size.name + "-paid")
		b.press("İade et")
		b.see("geri verilsin mi")
		b.shot(size.name + "-ask")
		b.do(chromedp.Click(`[data-dialog-content] button.danger, dialog button.danger, button.btn-danger`, chromedp.ByQuery, chromedp.NodeVisible))
		time.Sleep(500 * time.Millisecond)
		b.see("Banka işlemi yaptı")
		b.shot(size.name + "-given")
		b.open("/payments")
		b.see("İptal edildi")
		b.axe()
		b.shot(size.name + "-list")
		b.open("/payments/summary")
		b.see("Onay oranı")
		b.axe()
		b.shot(size.name + "-summary")
		b.open("/payment-links/new")
		b.fill("description", "Kurs ücreti "+size.name)
		b.fill("least", "50")
		b.press("Kaydet")
		b.see("Bu adresi paylaşın")
		b.axe()
		b.shot(size.name + "-link-made")
		var over bool
		b.do(chromedp.Evaluate(`document.documentElement.scrollWidth > innerWidth + 1`, &over))
		if over {
			t.Errorf("a link scrolls sideways at %d px", size.width)
		}
		b.press("Kapat")
		b.see("Yeniden aç")
		b.open("/settings/payments")
		b.press("Geçmiş ödemelerde dene")
		b.see("Gerçekte")
		b.axe()
		b.shot(size.name + "-tried")
	}
}

// The address of a pay page reaches the payer's phone by SMS, and only once for one press.
func TestALinkGoesBySMSInTheBrowser(t *testing.T) {
	base, world := demo(t)
	var p apiPayment
	if status := rest(t, base, "POST", "/v1/payments", map[string]any{"amount": 24990, "description": "İki kişilik kahve takımı"}, &p); status != 201 {
		t.Fatal(status, p)
	}
	b := newBrowser(t, base, 390, 844, true)
	b.login()
	b.open("/payments/" + p.ID)
	b.press("SMS ile gönder")
	b.see("Bağlantı metnin sonuna eklenir")
	b.axe()
	b.shot("dialog")
	b.fill("phone", "05551112299")
	b.press("Gönder")
	b.see("Bağlantı gönderildi.")
	b.see("0555 111 22 99")
	b.shot("sent")
	var msgs []struct{ Body string }
	rest(t, world, "GET", "/phones/+905551112299/messages", nil, &msgs)
	if len(msgs) != 1 || !strings.HasSuffix(msgs[0].Body, p.RedirectURL) || !strings.Contains(msgs[0].Body, "249,90 TL") {
		t.Errorf("on the phone: %+v", msgs)
	}
}
