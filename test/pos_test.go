package test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/chromedp/cdproto/emulation"

	"github.com/onay/onay/internal/app"
)

// TestPosAccounts: the demo company has an account at each simulated bank, each bank accepts it, and refuses a wrong one with a reason.
func TestPosAccounts(t *testing.T) {
	engines(t, func(t *testing.T, flags []string) {
		base, _ := demo(t, flags...)
		call := func(method, path string, body any, to any) int {
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
		var list struct {
			Data []struct{ ID, Bank, Name string }
		}
		if status := call("GET", "/v1/pos-accounts", nil, &list); status != 200 || len(list.Data) < 13 {
			t.Fatalf("%d with %d accounts", status, len(list.Data))
		}
		type login struct {
			OK            bool
			Code, Message string
		}
		for _, a := range list.Data {
			var l login
			if status := call("POST", "/v1/pos-accounts/"+a.ID+"/test", nil, &l); status != 200 || !l.OK {
				t.Errorf("%s: %d %+v", a.Name, status, l)
			}
			if a.Bank != "isbank" {
				continue
			}
			var changed struct{ Credentials map[string]string }
			if status := call("PATCH", "/v1/pos-accounts/"+a.ID, map[string]any{"credentials": map[string]string{"password": "yanlis"}}, &changed); status != 200 || changed.Credentials["password"] != "" {
				t.Errorf("change: %d %+v", status, changed)
			}
			if l = (login{}); call("POST", "/v1/pos-accounts/"+a.ID+"/test", nil, &l) != 200 || l.OK || l.Code != "invalid_credentials" || l.Message == "" {
				t.Errorf("with a wrong password: %+v", l)
			}
		}
	})
}

// TestPosPages: a person adds an account at a bank and tests it; desktop and phone, light and dark, axe finds nothing.
func TestPosPages(t *testing.T) {
	base, _ := demo(t)
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"desktop", 1280, 900}, {"phone", 360, 760}} {
		b := newBrowser(t, base, size.width, size.height, size.name == "desktop")
		b.login()
		if size.name == "phone" {
			b.do(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}))
		}
		for _, p := range []struct{ path, see, name string }{{"/settings/pos", "Yapı Kredi", "list"}, {"/settings/pos/new", "Ziraat Katılım", "banks"}, {"/settings/pos/new?bank=qnb", "Üye işyeri kodu", "form"}} {
			b.open(p.path)
			b.see(p.see)
			if size.name == "desktop" {
				b.axe()
			}
			b.shot(size.name + "-" + p.name)
		}
		b.open("/settings/pos")
		b.press("N Kolay")
		b.press("Bağlantıyı dene")
		b.see("Banka hesabı kabul etti")
		b.shot(size.name + "-tested")
	}
}
