package console_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/console"
	"github.com/onay/onay/internal/customer"
	"github.com/onay/onay/internal/db/dbtest"
	"github.com/onay/onay/internal/message"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/internal/reconciliation"
	"github.com/onay/onay/internal/vault"
	"github.com/onay/onay/internal/verification"
)

// desk is a clerk before a browser without a script, with a real database and a provider that takes everything.
type desk struct {
	t         *testing.T
	ctx       context.Context
	clock     *clock.System
	companies *company.Service
	customers *customer.Service
	ver       *verification.Service
	com       company.Company
	url       string
	client    *http.Client

	mu   sync.Mutex
	sent []string
}

const deskPassword = "kasa-4711-defter"

func newDesk(t *testing.T, mode company.Question) *desk {
	t.Helper()
	d := &desk{t: t, ctx: context.Background(), clock: &clock.System{}}
	provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var b struct{ Msg string }
		if json.NewDecoder(r.Body).Decode(&b) == nil && b.Msg != "" {
			d.mu.Lock()
			d.sent = append(d.sent, b.Msg)
			d.mu.Unlock()
		}
		io.WriteString(w, `{"code":"00","jobId":"1"}`)
	}))
	t.Cleanup(provider.Close)
	v, err := vault.Open(filepath.Join(t.TempDir(), "keys"), "")
	d.must(err)
	base := dbtest.SQLite(t)
	lg := slog.New(slog.DiscardHandler)
	log := audit.New(base, v, d.clock, "")
	d.companies = company.New(base, log, v, d.clock)
	messages := message.New(base, log, v, d.clock, lg)
	messages.Start()
	t.Cleanup(messages.Close)
	d.ver = verification.New(base, log, v, d.clock, lg, d.companies, messages)
	d.customers = customer.New(base, log, d.clock, d.companies, d.ver)
	d.com, err = d.companies.Create(d.ctx, "Örnek Mağaza")
	d.must(err)
	d.mode(mode)
	_, err = messages.CreateAccount(d.ctx, message.Account{CompanyID: d.com.ID, Provider: "netgsm", Name: "Netgsm", BaseURL: provider.URL, Transport: "rest",
		Username: "8500000000", Secret: "secret-1", Header: "ORNEKFIRMA", Status: "on"})
	d.must(err)
	u, err := d.companies.CreateUser(d.ctx, company.NewUser{Email: "kasa@ornek.com.tr", Name: "Zeynep Kaya", Password: deskPassword})
	d.must(err)
	d.must(d.companies.SetRole(d.ctx, d.com.ID, u.ID, company.Manager))
	payments := payment.New(base, log, v, d.clock, nil)
	srv := httptest.NewServer(console.New(console.Deps{Payments: payments, DayEnd: reconciliation.New(base, log, d.clock, nil, payments, clock.Turkey{}, nil), Companies: d.companies, Customers: d.customers, Verifications: d.ver, Messages: messages, Log: log,
		Clock: d.clock, Logger: lg, SandboxURL: "http://127.0.0.1:8090"}))
	t.Cleanup(srv.Close)
	d.url = srv.URL
	jar, err := cookiejar.New(nil)
	d.must(err)
	d.client = &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	d.post("/login", http.StatusSeeOther, url.Values{"email": {"kasa@ornek.com.tr"}, "password": {deskPassword}})
	return d
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// mode sets the question of all three places.
func (d *desk) mode(q company.Question) {
	d.t.Helper()
	_, err := d.companies.Update(d.ctx, d.com.ID, "company.settings_changed", func(c *company.Company) error {
		for _, e := range company.EntryPoints {
			c.Settings.EntryPoints[e] = q
		}
		return nil
	})
	d.must(err)
}

// answer is what came back: the address to go on to, or the page.
type answer struct{ to, body string }

func (d *desk) do(req *http.Request, status int) answer {
	d.t.Helper()
	res, err := d.client.Do(req)
	d.must(err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	d.must(err)
	if res.StatusCode != status {
		d.t.Fatalf("%s %s is %d, not %d: %s", req.Method, req.URL.Path, res.StatusCode, status, plain(string(b)))
	}
	return answer{res.Header.Get("Location"), string(b)}
}

func (d *desk) get(path string, status int) answer {
	d.t.Helper()
	req, err := http.NewRequest("GET", d.url+path, nil)
	d.must(err)
	return d.do(req, status)
}

func (d *desk) post(path string, status int, v url.Values) answer {
	d.t.Helper()
	req, err := http.NewRequest("POST", d.url+path, strings.NewReader(v.Encode()))
	d.must(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return d.do(req, status)
}

var (
	tags     = regexp.MustCompile(`(?s)<svg.*?</svg>|<[^>]*>`)
	spaces   = regexp.MustCompile(`\s+`)
	draftIn  = regexp.MustCompile(`name="draft" value="([^"]+)"`)
	sixOfSMS = regexp.MustCompile(`[0-9]{6}`)
)

func plain(html string) string { return spaces.ReplaceAllString(tags.ReplaceAllString(html, " "), " ") }

// sees fails unless the page says all of it.
func (d *desk) sees(a answer, words ...string) {
	d.t.Helper()
	for _, w := range words {
		if !strings.Contains(plain(a.body), w) {
			d.t.Errorf("the page does not say %q: %s", w, plain(a.body))
		}
	}
}

// fill opens a form and returns what it would send for Ayşe.
func (d *desk) fill(path string) url.Values {
	d.t.Helper()
	m := draftIn.FindStringSubmatch(d.get(path, http.StatusOK).body)
	if m == nil {
		d.t.Fatal("the form has no draft")
	}
	return url.Values{"draft": {m[1]}, "kind": {"person"}, "name": {"Ayşe"}, "surname": {"Yılmaz"}, "phone": {"0555 111 22 33"}}
}

func (d *desk) texts() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string(nil), d.sent...)
}

func (d *desk) code() string {
	d.t.Helper()
	all := d.texts()
	if len(all) == 0 {
		d.t.Fatal("nothing was sent")
	}
	return sixOfSMS.FindString(all[len(all)-1])
}

func otherThan(code string) string {
	if code == "111111" {
		return "222222"
	}
	return "111111"
}

func (d *desk) cards() []customer.Customer {
	d.t.Helper()
	list, err := d.customers.List(d.ctx, d.com.ID, customer.Filter{})
	d.must(err)
	return list
}

func (d *desk) later(by time.Duration) { d.clock.SetOffset(by) }
