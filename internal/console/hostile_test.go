package console

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/onay/onay/internal/company"
)

// Text that is not UTF-8, or has a NUL, never reaches a database: wherever it is put, the answer is a page, not a fault of ours.
func TestUnreadableTextIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.with(company.Administrator, "ayse@example.com")
	for _, bad := range []string{"\x00", "\xff", "a\xc3", "ok\x00ok"} {
		q := url.QueryEscape(bad)
		for _, path := range []string{"/customers?q=", "/messages?before=", "/messages?phone=", "/settings/audit?object=", "/settings/audit?kind=", "/settings/audit?from=",
			"/settings/audit?who=", "/customers/", "/messages/", "/settings/users/", "/settings/webhooks/", "/settings/providers/", "/settings/keys/", "/?"} {
			if status, _ := b.get(path + q); status >= 500 || status < 400 {
				t.Errorf("GET %s%s: %d", path, q, status)
			}
		}
		for path, field := range map[string]string{"/login": "email", "/customers/new": "name", "/settings/webhooks": "url", "/settings/safe": "note", "/settings/keys/new": "name",
			"/settings/users/new": "name", "/settings/company": "payee", "/settings/providers/new": "name", "/prefs": "back", "/account/password": "current", "/login/code": "code", "/setup": "name"} {
			if status, _ := b.post(path, field, bad); status >= 500 || status < 400 {
				t.Errorf("POST %s: %d", path, status)
			}
			if status, _ := b.post(path, bad, "x"); status >= 500 || status < 400 {
				t.Errorf("POST %s with a bad name of a field: %d", path, status)
			}
		}
	}
	if status, _ := b.post("/customers/new", "name", strings.Repeat("ş", 1<<20)); status != http.StatusRequestEntityTooLarge {
		t.Errorf("a form of 6 MB: %d", status)
	}
}

// What takes something away is asked about first, and asking changes nothing.
func TestQuestionsBeforeTakingAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.with(company.Administrator, "ayse@example.com")
	h.with(company.Cashier, "ali@example.com")
	list, err := h.d.Companies.Users(t.Context(), h.com.ID)
	if err != nil {
		t.Fatal(err)
	}
	var ali string
	for _, m := range list {
		if m.Email == "ali@example.com" {
			ali = m.ID
		}
	}
	e, _, err := h.d.Webhooks.Create(t.Context(), h.com.ID, "http://127.0.0.1:9/hook", nil)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/settings/users/" + ali + "/remove":     "şirketten çıkarılsın mı?",
		"/settings/users/" + ali + "/disable":    "kapatılsın mı?",
		"/settings/users/" + ali + "/second":     "doğrulama uygulaması kaldırılsın mı?",
		"/settings/webhooks/" + e.ID + "/secret": "için yeni imza anahtarı üretilsin mi?",
		"/settings/webhooks/" + e.ID + "/off":    "bildirim gönderimi durdurulsun mu?",
	} {
		if status, body := b.get(path); status != http.StatusOK || !strings.Contains(body, want) || !strings.Contains(body, "Vazgeç") {
			t.Errorf("%s: %d, without %q", path, status, want)
		}
	}
	for _, path := range []string{"/settings/users/" + ali + "/promote", "/settings/webhooks/" + e.ID + "/delete"} {
		if status, _ := b.get(path); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
	if now, err := h.d.Companies.Users(t.Context(), h.com.ID); err != nil || len(now) != len(list) {
		t.Errorf("asking changed the users: %d of %d (%v)", len(now), len(list), err)
	}
	if status, _ := b.post("/settings/users/" + ali + "/remove"); status != http.StatusSeeOther {
		t.Errorf("removing: %d", status)
	}
	if now, err := h.d.Companies.Users(t.Context(), h.com.ID); err != nil || len(now) != len(list)-1 {
		t.Errorf("%d users remain (%v)", len(now), err)
	}
}

// A number that cannot be read comes back as it was typed; the language switch of a refused form leads to a page that exists.
func TestRefusedFormKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.with(company.Administrator, "ayse@example.com")
	r, err := http.NewRequest(http.MethodPost, h.url+"/settings/providers/new", strings.NewReader("name=Netgsm&priority=beş&per_minute=100"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Referer", h.url+"/settings/providers/new?x=1")
	status, body := b.do(r, nil)
	if status != http.StatusUnprocessableEntity || !strings.Contains(body, `value="beş"`) || strings.Contains(body, `value="-1"`) {
		t.Errorf("%d; the typed number is not there", status)
	}
	if !strings.Contains(body, `name="back" value="/settings/providers/new?x=1"`) {
		t.Error("the switch of language leads elsewhere")
	}
}
