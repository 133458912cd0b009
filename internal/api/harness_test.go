package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/onay/onay/internal/api"
	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/customer"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/db/dbtest"
	"github.com/onay/onay/internal/message"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/internal/reconciliation"
	"github.com/onay/onay/internal/vault"
	"github.com/onay/onay/internal/verification"
	"github.com/onay/onay/internal/webhook"
)

// house is the program behind the door on a real database, with a provider that takes every SMS.
type house struct {
	t         *testing.T
	url       string
	key       string // scope *
	company   company.Company
	db        db.DB
	clock     *clock.System
	companies *company.Service
	log       *audit.Log

	mu    sync.Mutex
	texts map[string][]string // national number → texts, oldest first
}

func TestMain(m *testing.M) { os.Exit(dbtest.Main(m)) }

func newHouse(t *testing.T, change ...func(*api.Deps)) *house {
	t.Helper()
	ctx := context.Background()
	lg := slog.New(slog.NewTextHandler(io.Discard, nil))
	d := dbtest.Open(t)
	dir := t.TempDir()
	v, err := vault.Open(filepath.Join(dir, "keys"), "")
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, db: d, clock: &clock.System{}, texts: map[string][]string{}}
	h.log = audit.New(d, v, h.clock, filepath.Join(dir, "head"))
	h.companies = company.New(d, h.log, v, h.clock)
	messages := message.New(d, h.log, v, h.clock, lg)
	messages.Start()
	t.Cleanup(messages.Close)
	verifications := verification.New(d, h.log, v, h.clock, lg, h.companies, messages)

	if h.company, err = h.companies.Create(ctx, "Deneme Mağazası"); err != nil {
		t.Fatal(err)
	}
	if h.company, err = h.companies.Update(ctx, h.company.ID, "company.settings_changed", func(c *company.Company) error {
		c.Settings.Limits = company.Limits{LockAttempts: 1000}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	h.key = h.newKey("*")
	provider := httptest.NewServer(http.HandlerFunc(h.netgsm))
	t.Cleanup(provider.Close)
	if _, err := messages.CreateAccount(ctx, message.Account{CompanyID: h.company.ID, Provider: "netgsm", Name: "Netgsm", BaseURL: provider.URL, Transport: "rest",
		Username: "8501112233", Secret: "gizli-sifre", Header: "MAGAZA", Status: "on"}); err != nil {
		t.Fatal(err)
	}
	payments := payment.New(d, h.log, v, h.clock, nil)
	deps := api.Deps{Payments: payments, DayEnd: reconciliation.New(d, h.log, h.clock, lg, payments, clock.Turkey{}, nil), Vault: v, DB: d, Log: h.log, Companies: h.companies, Verifications: verifications, Messages: messages, Customers: customer.New(d, h.log, h.clock, h.companies, verifications),
		Webhooks: webhook.New(d, h.log, v, h.clock, lg, webhook.Options{AllowPrivate: true}), Clock: h.clock, Logger: lg, Version: "test"}
	for _, c := range change {
		c(&deps)
	}
	s := httptest.NewServer(api.New(deps))
	t.Cleanup(s.Close)
	h.url = s.URL
	return h
}

// netgsm plays the provider: it takes every code SMS and keeps its text.
func (h *house) netgsm(w http.ResponseWriter, r *http.Request) {
	var in struct{ Msg, No string }
	json.NewDecoder(r.Body).Decode(&in)
	h.mu.Lock()
	h.texts[in.No] = append(h.texts[in.No], in.Msg)
	h.mu.Unlock()
	io.WriteString(w, `{"code":"00","jobId":"1"}`)
}

var sixDigits = regexp.MustCompile(`\b[0-9]{6}\b`)

// code reads the newest code that a phone got.
func (h *house) code(national string) string {
	h.t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	texts := h.texts[national]
	if len(texts) == 0 {
		h.t.Fatalf("no SMS went to %s", national)
	}
	return sixDigits.FindString(texts[len(texts)-1])
}

func (h *house) newKey(scopes ...string) string {
	h.t.Helper()
	_, text, err := h.companies.CreateKey(context.Background(), h.company.ID, company.NewKey{Name: "test", Scopes: scopes})
	if err != nil {
		h.t.Fatal(err)
	}
	return text
}

// reply is an answer, decoded.
type reply struct {
	status int
	header http.Header
	raw    string
	json   map[string]any
}

func (r reply) text(field string) string { s, _ := r.json[field].(string); return s }

func (h *house) call(method, path, body string, header ...string) reply {
	h.t.Helper()
	req, err := http.NewRequest(method, h.url+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+h.key)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i+1] == "" {
			req.Header.Del(header[i])
		} else {
			req.Header.Set(header[i], header[i+1])
		}
	}
	return h.do(req)
}

func (h *house) do(req *http.Request) reply {
	h.t.Helper()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	out := reply{status: res.StatusCode, header: res.Header, raw: string(raw)}
	if len(bytes.TrimSpace(raw)) > 0 {
		if err := json.Unmarshal(raw, &out.json); err != nil {
			h.t.Fatalf("%s %s answered no JSON: %s", req.Method, req.URL.Path, raw)
		}
	}
	if out.header.Get("Request-Id") == "" {
		h.t.Errorf("%s %s: no Request-Id", req.Method, req.URL.Path)
	}
	return out
}

// must calls and insists on a status.
func (h *house) must(status int, method, path, body string, header ...string) reply {
	h.t.Helper()
	r := h.call(method, path, body, header...)
	if r.status != status {
		h.t.Fatalf("%s %s: status %d, want %d: %s", method, path, r.status, status, r.raw)
	}
	return r
}

// eventually waits for what another goroutine does.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatal("did not happen: " + what)
}
