package test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/onay/onay/pos/postest"
)

// fetch keeps a file of the simulated world.
func fetch(t *testing.T, url, name string) string {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != 200 {
		t.Fatalf("%s: %d %v %.200s", url, res.StatusCode, err, data)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// From a bank's statement with a fault of every kind to the closed day, as an accountant does it.
func TestADayIsClosedInTheBrowser(t *testing.T) {
	engines(t, func(t *testing.T, flags []string) {
		base, world := demo(t, flags...)
		var list struct {
			Data []struct{ ID, Bank, Name string }
		}
		rest(t, base, "GET", "/v1/pos-accounts", nil, &list)
		account := ""
		for _, a := range list.Data {
			if a.Bank == "isbank" {
				account = a.ID
			}
		}
		card := string(postest.Card(t, "").AppendNumber(nil))
		for i := range 8 {
			var p apiPayment
			if status := rest(t, base, "POST", "/v1/payments", map[string]any{"amount": 12500 + 100*i, "pos_account": account, "order_reference": fmt.Sprint("G-", i), "secure3d": "off", "client_ip": "203.0.113.9",
				"card": map[string]any{"number": card, "expiry_month": 12, "expiry_year": 2030, "cvv": "123"}}, &p); status != 201 || p.Status != "captured" {
				t.Fatalf("%d %+v", status, p)
			}
		}
		b := newBrowser(t, base, 1280, 900, true)
		b.login()
		b.open("/reconciliation")
		b.see("Takvim")
		b.axe()
		b.shot("calendar")

		// A file whose columns nobody knows leads to their choice; what is chosen is remembered.
		strange := filepath.Join(t.TempDir(), "garip.csv")
		if err := os.WriteFile(strange, []byte("Zaman;Ne Kadar;Kim\n05.01.2026;100,00;X-1\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		upload := func(file string) {
			b.open("/reconciliation/new")
			b.do(chromedp.SetValue(`[name="account"]`, account, chromedp.ByQuery), chromedp.Click(`[name="source"][value="file"]`, chromedp.ByQuery), chromedp.SetUploadFiles(`[name="statement"]`, []string{file}, chromedp.ByQuery))
			b.press("Karşılaştır")
		}
		upload(strange)
		b.see("Dosyanın başı")
		b.axe()
		b.shot("columns")
		b.do(chromedp.SetValue(`[name="column.date"]`, "Zaman", chromedp.ByQuery), chromedp.SetValue(`[name="column.amount"]`, "Ne Kadar", chromedp.ByQuery), chromedp.SetValue(`[name="column.order_id"]`, "Kim", chromedp.ByQuery), chromedp.Click(`[name="save"]`, chromedp.ByQuery))
		b.press("Karşılaştır")
		b.see("Bizde yok")

		file := fetch(t, world+"/banks/isbank/statement?faults=1", "ekstre.csv")
		upload(file)
		b.see("Karşılaştırma bitti.")
		b.axe()
		b.shot("comparison")
		for _, kind := range []string{"Bizde yok", "Bankada yok", "Tutar farklı", "Komisyon farklı", "Valör farklı", "Bankada iki kez"} {
			b.see(kind)
		}
		var at string
		b.do(chromedp.Location(&at))
		id := at[strings.LastIndex(at, "/")+1:]
		open := func() (n int) {
			var x struct {
				Open int `json:"open_differences"`
			}
			rest(t, base, "GET", "/v1/reconciliations/"+id, nil, &x)
			return x.Open
		}
		if n := open(); n != 6 {
			t.Fatalf("%d differences are open, the statement has 6 faults", n)
		}
		// The same file once more changes nothing.
		upload(file)
		b.see("daha önce karşılaştırılmış")
		b.press("Bizde yok")
		b.see("Bu fark ne olacak?")
		b.axe()
		b.shot("difference")
		b.press("Kaydet") // without a reason
		b.do(chromedp.Click(`[name="do"][value="enter"]`, chromedp.ByQuery))
		b.fill("reason", "Elden çekim, dekont 118")
		b.press("Kaydet")
		b.see("5 açık fark")
		for n := 5; n > 0; n-- {
			b.open("/reconciliation/" + id + "?state=open")
			b.do(chromedp.Click(`table a[href^="/reconciliation-differences/"]`, chromedp.ByQuery))
			b.see("Bu fark ne olacak?")
			b.fill("reason", "Bankayla görüşüldü")
			b.press("Kaydet")
			b.see("Eşleşenler")
			if left := open(); left != n-1 {
				t.Fatalf("%d differences are open, want %d\n%s", left, n-1, b.text())
			}
		}
		b.open("/reconciliation/" + id + "/pairs?q=G")
		b.axe()
		b.shot("pairs")
		b.open("/reconciliation/" + id)
		b.see("Açık fark kalmadı")
		b.press("Günü kapat")
		b.see("kapatılsın mı?")
		b.press("Günü kapat")
		b.see("Gün kapandı.")
		b.see("Yeniden aç")
		b.axe()
		b.shot("closed")
		b.open("/reconciliation")
		b.see("Kapandı")
		b.open("/reconciliation/payouts")
		b.see("Beklenen ödemeler")
		b.axe()
		b.shot("payouts")
		today := time.Now().In(time.FixedZone("", 3*3600)).Format(time.DateOnly)
		b.open("/reconciliation-days/" + today)
		b.see("Kapandı")
		b.shot("day")
		b.open("/settings/dayend")
		b.axe()
		b.shot("settings")
		var entered struct{ Data []apiPayment }
		rest(t, base, "GET", "/v1/payments?limit=1", nil, &entered)
		if len(entered.Data) != 1 || entered.Data[0].Captured != 123400 {
			t.Errorf("the entered payment: %+v", entered)
		}
	})
}
