package test

import (
	"net/http"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Each simulated SMS house, set up as the only one that is on, carries a code and a pay page's address to the phone; its login test works in the browser.
func TestEveryHouseCarriesACode(t *testing.T) {
	base, world := demo(t)
	type account struct{ ID, Provider, Status string }
	var list struct{ Data []account }
	rest(t, base, "GET", "/v1/provider-accounts", nil, &list)
	if len(list.Data) != 6 {
		t.Fatalf("%+v", list)
	}
	turn := func(id, status string) {
		t.Helper()
		var a account
		if got := rest(t, base, "PATCH", "/v1/provider-accounts/"+id, map[string]string{"status": status}, &a); got != http.StatusOK {
			t.Fatalf("%d %+v", got, a)
		}
	}
	b := newBrowser(t, base, 1280, 900, true)
	b.login()
	for _, a := range list.Data {
		turn(a.ID, "off")
	}
	for i, a := range list.Data {
		turn(a.ID, "on")
		phone := "+9055511177" + string(rune('0'+i)) + "0"
		var v struct {
			ID      string
			Message struct{ Status string }
		}
		if status := rest(t, base, "POST", "/v1/verifications", map[string]string{"phone": phone}, &v); status != 201 || v.Message.Status != "sent" {
			t.Errorf("%s: %d %+v", a.Provider, status, v)
		}
		var checked struct{ Approved bool }
		deadline := time.Now().Add(5 * time.Second)
		code := ""
		for code == "" && time.Now().Before(deadline) {
			var msgs []struct{ Body, Provider string }
			rest(t, world, "GET", "/phones/"+phone+"/messages", nil, &msgs)
			if len(msgs) == 1 {
				if code = codeInText.FindString(msgs[0].Body); msgs[0].Provider != a.Provider {
					t.Errorf("%s: it came by %s", a.Provider, msgs[0].Provider)
				}
			}
		}
		if rest(t, base, "POST", "/v1/verifications/"+v.ID+"/check", map[string]string{"code": code}, &checked); !checked.Approved {
			t.Errorf("%s: the code %q is not taken", a.Provider, code)
		}
		var p struct {
			ID          string
			RedirectURL string `json:"redirect_url"`
		}
		rest(t, base, "POST", "/v1/payments", map[string]any{"amount": 24990}, &p)
		var m struct{ Status, Error string }
		if status := rest(t, base, "POST", "/v1/payments/"+p.ID+"/sms", map[string]string{"phone": phone}, &m); status != 201 || m.Status != "sent" {
			t.Errorf("%s: %d %+v", a.Provider, status, m)
		}
		b.open("/settings/providers/" + a.ID)
		b.do(chromedp.Submit(`form[action$="/probe"]`, chromedp.ByQuery))
		b.see("ONAY")
		turn(a.ID, "off")
	}
	b.open("/settings/providers/new")
	b.see("İleti Merkezi")
	b.axe()
	b.shot("choice")
	b.press("Verimor")
	b.see("Hat numarası")
	b.axe()
	b.shot("form")
}
