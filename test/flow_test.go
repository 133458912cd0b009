package test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestPhoneIsVerifiedAtTheTill walks the cashier's ways in a real browser: on both engines, with and without script, wide and narrow.
func TestPhoneIsVerifiedAtTheTill(t *testing.T) {
	engines(t, func(t *testing.T, flags []string) {
		base, world := demo(t, flags...)
		n := 0
		for _, c := range []struct {
			name   string
			w, h   int64
			script bool
		}{{"with script", 1280, 900, true}, {"without script", 1280, 900, false}, {"on a phone", 360, 760, true}} {
			t.Run(c.name, func(t *testing.T) {
				b := newBrowser(t, base, c.w, c.h, c.script)
				b.login()
				for _, place := range []string{"/customers/new", "/sale/customer", "/service/customer"} {
					n++
					yes(b, world, place, fmt.Sprintf("05551112%03d", 250+n), fmt.Sprintf("Müşteri%d", n))
				}
				n++
				no(b, fmt.Sprintf("05551112%03d", 250+n))
			})
		}
	})
}

const purposeSentence = "Bu kod yalnızca numaranın müşteriye ait olduğunu doğrular. İleti onayı değildir; satış için şart değildir."

func fillCard(b *browser, place, phone, name string) {
	b.t.Helper()
	b.open(place)
	b.fill("name", name)
	b.fill("surname", "Işık")
	b.fill("phone", phone)
	b.press("Kaydet")
	b.see("İYS Doğrulama Kodu Gönderilsin mi?")
	b.see(purposeSentence)
}

// yes sends a code, types a wrong one, then the right one.
func yes(b *browser, world, place, phone, name string) {
	b.t.Helper()
	fillCard(b, place, phone, name)
	b.axe()
	b.press("Evet")
	b.see("Kalan deneme: 3")
	b.axe()
	b.shot("code-" + strings.Trim(strings.ReplaceAll(place, "/", "-"), "-"))
	code := codeOn(b.t, world, phone)
	wrong := "111111"
	if code == wrong {
		wrong = "222222"
	}
	enterCode(b, wrong)
	b.see("İYS Kodu Başarısız")
	b.see("Kalan deneme: 2")
	enterCode(b, code)
	b.see("İYS Doğrulaması Başarılı")
	b.open("/customers?q=" + name)
	b.see(name + " Işık")
	b.do(chromedp.Click(fmt.Sprintf(`//a[contains(., %q)]`, name+" Işık"), chromedp.BySearch))
	b.see("Doğrulandı")
	b.see("İYS Doğrulaması Başarılı")
	b.see("İYS Kodu Başarısız")
	b.axe()
	b.shot("card")
}

// enterCode types a code; with a script the full field submits itself.
func enterCode(b *browser, code string) {
	b.t.Helper()
	b.fill("code", code)
	time.Sleep(400 * time.Millisecond)
	var still string
	b.do(chromedp.Value(`[name="code"]`, &still, chromedp.ByQuery, chromedp.AtLeast(0)))
	if still == code {
		b.press("Doğrula")
	}
}

// no goes on without a code; the card's button sends one later.
func no(b *browser, phone string) {
	b.t.Helper()
	fillCard(b, "/customers/new", phone, "Hayırcı")
	b.press("Hayır")
	b.see("Doğrulanmadı")
	b.press("İYS Kodu Gönder")
	b.see("İYS Doğrulama Kodu Gönderilsin mi?")
}
