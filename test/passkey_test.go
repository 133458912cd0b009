package test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"github.com/onay/onay/internal/app"
)

// TestPasskey adds a passkey with the browser's own authenticator, signs in with it, and takes it away again.
func TestPasskey(t *testing.T) {
	engines(t, func(t *testing.T, flags []string) {
		base, _ := demo(t, flags...)
		site := strings.Replace(base, "127.0.0.1", "localhost", 1)
		b := newBrowser(t, site, 1280, 900, true)
		var device webauthn.AuthenticatorID
		b.do(webauthn.Enable(), chromedp.ActionFunc(func(ctx context.Context) (err error) {
			device, err = webauthn.AddVirtualAuthenticator(&webauthn.VirtualAuthenticatorOptions{Protocol: webauthn.AuthenticatorProtocolCtap2,
				Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}).Do(ctx)
			return err
		}))
		b.login()
		b.open("/account")
		b.axe()
		b.fill("name", "Kasa bilgisayarı")
		b.do(chromedp.SendKeys("#current-passkey", "yanlış parola", chromedp.ByQuery))
		b.press("Geçiş anahtarı ekle")
		b.see("Şimdiki parolanız yanlış")
		b.do(chromedp.SetValue("#passkey-name", "Kasa bilgisayarı", chromedp.ByQuery), chromedp.SendKeys("#current-passkey", app.DemoPassword, chromedp.ByQuery))
		b.press("Geçiş anahtarı ekle")
		b.see("Geçiş anahtarı eklendi")
		b.see("Kasa bilgisayarı")
		b.axe()
		b.shot("added")

		signIn := func() {
			t.Helper()
			b.do(chromedp.Navigate(site+"/account"), chromedp.Evaluate(`fetch("/logout", {method: "POST"}).then(() => true)`, nil, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
			b.open("/login")
			b.axe()
			b.shot("login")
			b.press("Geçiş anahtarı ile giriş yap")
		}
		signIn()
		b.see("Bugün")
		b.open("/account")
		b.see("Kasa bilgisayarı")

		// A person not recognised by the device does not get in.
		b.do(webauthn.SetUserVerified(device, false))
		signIn()
		b.see("Geçiş anahtarı alınamadı")
		b.do(webauthn.SetUserVerified(device, true))
		b.press("Geçiş anahtarı ile giriş yap")
		b.see("Bugün")

		b.open("/account")
		b.press("Kaldır")
		b.see("Kasa bilgisayarı kaldırılsın mı?")
		b.axe()
		b.do(chromedp.Click(`dialog form[action$="/remove"] button`, chromedp.ByQuery))
		b.see("Silindi")
		signIn()
		b.see("Geçiş anahtarı kabul edilmedi")

		// Without a state that this browser was given, an answer is worth nothing; elsewhere there is no passkey at all.
		for _, c := range []struct {
			at   string
			want int
		}{{site, http.StatusUnauthorized}, {base, http.StatusNotFound}} {
			resp, err := http.PostForm(c.at+"/login/passkey", url.Values{"response": {`{"id":"x"}`}})
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != c.want {
				t.Errorf("%s: status %d, want %d", c.at, resp.StatusCode, c.want)
			}
		}
	})
}

// TestPasskeysSayWhereTheyWork: at an address that browsers allow no passkeys for, the page says so and where they work.
func TestPasskeysSayWhereTheyWork(t *testing.T) {
	base, _ := demo(t)
	b := newBrowser(t, base, 360, 760, true)
	b.login()
	b.open("/account")
	b.see("Geçiş anahtarları konsolun yalnızca şu adresinde çalışır")
	b.see("http://localhost:")
	b.axe()
}
