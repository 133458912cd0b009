package console

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/customer"
	"github.com/onay/onay/internal/db/dbtest"
	"github.com/onay/onay/internal/message"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/internal/reconciliation"
	"github.com/onay/onay/internal/vault"
	"github.com/onay/onay/internal/verification"
	"github.com/onay/onay/internal/webhook"
)

const goodPassword = "kirmizi-bisiklet-42"

// house is a console over a real database with one company.
type house struct {
	t   *testing.T
	d   Deps
	url string
	com company.Company
}

func TestMain(m *testing.M) { os.Exit(dbtest.Main(m)) }

func newHouse(t *testing.T) *house {
	t.Helper()
	d := dbtest.Open(t)
	v, err := vault.Open(filepath.Join(t.TempDir(), "keys"), "")
	if err != nil {
		t.Fatal(err)
	}
	c, lg := &clock.System{}, slog.New(slog.DiscardHandler)
	log := audit.New(d, v, c, filepath.Join(t.TempDir(), "head"))
	deps := Deps{Log: log, Clock: c, Logger: lg, Companies: company.New(d, log, v, c), Messages: message.New(d, log, v, c, lg), Webhooks: webhook.New(d, log, v, c, lg, webhook.Options{AllowPrivate: true})}
	deps.Verifications = verification.New(d, log, v, c, lg, deps.Companies, deps.Messages)
	deps.ClientIP = func(*http.Request) string { return "203.0.113.9" }
	deps.Payments = payment.New(d, log, v, c, nil)
	deps.DayEnd = reconciliation.New(d, log, c, nil, deps.Payments, clock.Turkey{}, nil)
	deps.Customers = customer.New(d, log, c, deps.Companies, deps.Verifications)
	srv := httptest.NewServer(New(deps))
	t.Cleanup(srv.Close)
	return &house{t: t, d: deps, url: srv.URL}
}

// with makes a user of a role in the house's company and returns a browser in which she is logged in.
func (h *house) with(role company.Role, email string) *browser {
	h.t.Helper()
	ctx := context.Background()
	var err error
	if h.com.ID == "" {
		if h.com, err = h.d.Companies.Create(ctx, "Deneme Mağazası"); err != nil {
			h.t.Fatal(err)
		}
	}
	u, err := h.d.Companies.CreateUser(ctx, company.NewUser{Email: email, Name: "Ayşe Yılmaz", Password: goodPassword})
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.d.Companies.SetRole(ctx, h.com.ID, u.ID, role); err != nil {
		h.t.Fatal(err)
	}
	b := h.browser()
	if status, _ := b.post("/login", "email", email, "password", goodPassword); status != http.StatusSeeOther {
		h.t.Fatalf("login of %s: %d", role, status)
	}
	return b
}

type browser struct {
	h    *house
	c    *http.Client
	last string // address that the last answer led to
}

func (h *house) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return &browser{h: h, c: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (b *browser) do(r *http.Request, err error) (int, string) {
	b.h.t.Helper()
	if err != nil {
		b.h.t.Fatal(err)
	}
	res, err := b.c.Do(r)
	if err != nil {
		b.h.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.h.t.Fatal(err)
	}
	b.last = res.Header.Get("Location")
	return res.StatusCode, string(body)
}

func (b *browser) get(path string) (int, string) {
	return b.do(http.NewRequest(http.MethodGet, b.h.url+path, nil))
}

func (b *browser) post(path string, pairs ...string) (int, string) {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	r, err := http.NewRequest(http.MethodPost, b.h.url+path, strings.NewReader(v.Encode()))
	if err == nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return b.do(r, err)
}

func TestSetupClosesAfterTheFirstUser(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser()
	if status, _ := b.get("/login"); status != http.StatusSeeOther {
		t.Errorf("login before the first user: %d", status)
	}
	if status, body := b.post("/setup", "company", "Mağaza", "name", "Ali", "email", "ali@example.com", "password", "kısa"); status != 422 || !strings.Contains(body, "Parola en az") {
		t.Errorf("short password: %d", status)
	}
	if status, _ := b.post("/setup", "company", "Mağaza", "name", "Ali", "email", "ali@example.com", "password", goodPassword); status != http.StatusSeeOther {
		t.Fatalf("setup: %d", status)
	}
	if status, _ := b.get("/settings/company"); status != 200 {
		t.Errorf("the first administrator's settings: %d", status)
	}
	for range 2 {
		if status, _ := h.browser().post("/setup", "company", "X Y", "name", "Eve", "email", "eve@example.com", "password", goodPassword); status != 404 {
			t.Errorf("second setup: %d", status)
		}
	}
}

func TestLoginRightWrongAndLocked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.with(company.Administrator, "a@example.com")
	if status, _ := b.post("/logout"); status != http.StatusSeeOther {
		t.Errorf("logout: %d", status)
	}
	if status, _ := b.get("/settings"); status != http.StatusSeeOther {
		t.Errorf("settings after logout: %d", status)
	}
	last := 0
	for range 6 {
		last, _ = b.post("/login", "email", "a@example.com", "password", "yanlış parola")
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("sixth wrong password: %d", last)
	}
	if status, _ := b.post("/login", "email", "a@example.com", "password", goodPassword); status != http.StatusTooManyRequests {
		t.Errorf("right password while locked: %d", status)
	}
}

var settingPaths = map[string]company.Permission{"/settings/company": company.SettingsRead, "/settings/providers": company.SettingsRead, "/settings/providers/new": company.ProvidersWrite,
	"/settings/pos": company.SettingsRead, "/settings/payments": company.SettingsRead, "/payments": company.PaymentsRead, "/payments/new": company.PaymentsTake, "/settings/pos/new": company.ProvidersWrite, "/settings/pos/new?bank=garanti": company.ProvidersWrite,
	"/settings/templates": company.TemplatesWrite, "/settings/templates/payment/tr": company.TemplatesWrite, "/settings/users": company.UsersWrite, "/settings/users/new": company.UsersWrite,
	"/settings/keys": company.KeysWrite, "/settings/keys/new": company.KeysWrite, "/settings/webhooks": company.WebhooksWrite, "/settings/audit": company.AuditRead,
	"/settings/blocks": company.AbuseWrite, "/settings/status": company.SettingsRead, "/account": ""}

func TestRolesOpenWhatTheyMay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.with(company.Administrator, "boss@example.com")
	for _, role := range company.Roles {
		b := h.with(role, string(role)+"@example.com")
		for path, perm := range settingPaths {
			want := 200
			if perm != "" && !company.Can(role, perm) {
				want = 403
			}
			if status, _ := b.get(path); status != want {
				t.Errorf("%s at %s: %d, want %d", role, path, status, want)
			}
		}
	}
}

// unknownKey finds a catalogue key shown as it is.
var unknownKey = regexp.MustCompile(`>\s*(dayend|count|today|set|prov|pos|rules|payment|pay|tpl|user|key|hook|audit|block|status|account|login|setup|role)\.[a-z_.]+\s*<`)

func TestEveryPageInBothLanguages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.with(company.Administrator, "a@example.com")
	for _, lang := range []string{"tr", "en"} {
		b.post("/prefs", "lang", lang, "back", "/")
		for path := range settingPaths {
			status, body := b.get(path)
			if status != 200 || !strings.Contains(body, `lang="`+lang+`"`) {
				t.Errorf("%s in %s: %d", path, lang, status)
			}
			if k := unknownKey.FindString(body); k != "" {
				t.Errorf("%s in %s shows the key %s", path, lang, k)
			}
		}
	}
}

func TestOtherOriginsAndOtherCompanies(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.with(company.Administrator, "a@example.com")
	r, err := http.NewRequest(http.MethodPost, h.url+"/logout", nil)
	if err == nil {
		r.Header.Set("Sec-Fetch-Site", "cross-site")
	}
	if status, _ := b.do(r, err); status != 403 {
		t.Errorf("a form on another site: %d", status)
	}
	ctx := context.Background()
	other, err := h.d.Companies.Create(ctx, "Başka Şirket")
	if err != nil {
		t.Fatal(err)
	}
	a, err := h.d.Messages.CreateAccount(ctx, message.Account{CompanyID: other.ID, Provider: "netgsm", Name: "n", Username: "u", Secret: "s", Header: "BASKA", Transport: "rest", Status: "on"})
	if err != nil {
		t.Fatal(err)
	}
	e, _, err := h.d.Webhooks.Create(ctx, other.ID, "http://127.0.0.1:1/x", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/settings/providers/" + a.ID, "/settings/webhooks/" + e.ID, "/settings/users/usr_x", "/settings/keys/key_x/revoke", "/settings/blocks/blk_x/lift", "/no-such-page"} {
		if status, _ := b.get(path); status != 404 {
			t.Errorf("%s: %d", path, status)
		}
	}
	if status, _ := b.post("/prefs", "company", other.ID, "back", "/"); status != 404 {
		t.Errorf("switch to a foreign company: %d", status)
	}
}

func TestKeyIsShownOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.with(company.Administrator, "a@example.com")
	if status, _ := b.post("/settings/keys/new", "name", "Mağaza", "scopes", "messages"); status != http.StatusSeeOther {
		t.Fatalf("new key: %d", status)
	}
	secret := regexp.MustCompile(`value="onay_live_[A-Za-z0-9_-]{43}"`)
	if _, body := b.get("/settings/keys"); !secret.MatchString(body) {
		t.Error("the key's text is not shown")
	}
	if _, body := b.get("/settings/keys"); secret.MatchString(body) {
		t.Error("the key's text is shown twice")
	}
}

func TestSecondFactor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.with(company.Administrator, "a@example.com")
	u, err := h.d.Companies.UserByEmail(context.Background(), "a@example.com")
	if err != nil {
		t.Fatal(err)
	}
	if status, body := b.post("/account/second"); status != 200 || !strings.Contains(body, "data:image/png;base64,") {
		t.Fatalf("no picture of the secret: %d", status)
	}
	e, err := h.d.Companies.EnrolTOTP(context.Background(), u.ID)
	if err != nil {
		t.Fatal(err)
	}
	code := func() string {
		s, err := totp.GenerateCode(e.Secret, h.d.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if status, _ := b.post("/account/second/confirm", "code", "12"); status != 422 {
		t.Errorf("wrong first code: %d", status)
	}
	if status, _ := b.post("/account/second/confirm", "code", code()); status != http.StatusSeeOther {
		t.Fatalf("right first code: %d", status)
	}
	h.d.Clock.(*clock.System).SetOffset(time.Minute) // a code is good for one use
	n := h.browser()
	if status, _ := n.post("/login", "email", "a@example.com", "password", goodPassword); status != http.StatusSeeOther {
		t.Fatalf("password: %d", status)
	}
	if status, _ := n.get("/account"); status != http.StatusSeeOther {
		t.Errorf("half a login opens the account: %d", status)
	}
	if status, _ := n.post("/login/code", "code", "000000"); status != http.StatusUnauthorized {
		t.Errorf("wrong code: %d", status)
	}
	if status, _ := n.post("/login/code", "code", code()); status != http.StatusSeeOther {
		t.Errorf("right code: %d", status)
	}
	if status, _ := n.get("/account"); status != 200 {
		t.Errorf("account after both halves: %d", status)
	}
}

func TestFormsSaveAndExplain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.with(company.Administrator, "a@example.com")
	if status, body := b.post("/settings/templates/login/tr", "body", "indirim {code}"); status != 422 || !strings.Contains(body, "tanıtım") {
		t.Errorf("an advertisement as a template: %d", status)
	}
	if status, _ := b.post("/settings/templates/login/tr", "body", "{payee} kodu: {code}"); status != http.StatusSeeOther {
		t.Errorf("a right template: %d", status)
	}
	if status, _ := b.post("/settings/company", "code_length", "99"); status != 422 {
		t.Errorf("company settings out of range: %d", status)
	}
	if status, _ := b.post("/settings/safe", "prefix", "0532 111 22 33", "note", "Mağaza"); status != http.StatusSeeOther {
		t.Errorf("safe list: %d", status)
	}
	if status, _ := b.post("/settings/users/new", "name", "Can", "email", "can@example.com", "password", goodPassword, "role", "cashier"); status != http.StatusSeeOther {
		t.Errorf("new user: %d", status)
	}
	if status, _ := b.post("/settings/providers/new", "name", "N", "username", "850", "password", "x", "header", "MAGAZA", "status", "on", "transport", "rest", "priority", "1", "per_minute", "0"); status != http.StatusSeeOther {
		t.Errorf("new provider account: %d", status)
	}
	if status, _ := b.post("/settings/webhooks", "url", "http://127.0.0.1:1/x"); status != http.StatusSeeOther {
		t.Errorf("new webhook: %d", status)
	}
}
