// Package payments lets payments go through the simulated banks, with everything that can go wrong between.
package payments

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/db/dbtest"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/internal/vault"
	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/postest"
	"github.com/onay/onay/sandbox"
	"github.com/onay/onay/sandbox/bank"
)

func TestMain(m *testing.M) { os.Exit(dbtest.Main(m)) }

// mortal is a database of a process that may die: from then on nothing is written.
type mortal struct {
	db.DB
	left atomic.Int64 // writes until death; negative: immortal
}

var errDead = errors.New("the process is dead")

func (m *mortal) Write(ctx context.Context, fn func(db.Tx) error) error {
	if n := m.left.Load(); n >= 0 {
		if n == 0 || m.left.Add(-1) < 0 {
			m.left.Store(0)
			return errDead
		}
	}
	return m.DB.Write(ctx, fn)
}

// shop is a program with one account at a simulated bank.
type shop struct {
	t           testing.TB
	ctx         context.Context
	world       *sandbox.World
	base        string
	system      string
	db          *mortal
	vault       *vault.Vault
	log         *audit.Log
	clock       *clock.System
	s           *payment.Service
	account     payment.Account
	credentials map[string]string // of the account, secrets included
	offset      time.Duration
}

const public = "https://shop.example"

func open(t testing.TB) *shop {
	t.Helper()
	w := sandbox.New(sandbox.Config{})
	srv := httptest.NewServer(w.Handler())
	t.Cleanup(func() { w.Close(); srv.CloseClientConnections(); srv.Close() })
	v, err := vault.Open(filepath.Join(t.TempDir(), "keys"), "")
	if err != nil {
		t.Fatal(err)
	}
	h := &shop{t: t, ctx: context.Background(), world: w, base: srv.URL, db: &mortal{DB: dbtest.Open(t)}, vault: v, clock: &clock.System{}}
	h.db.left.Store(-1)
	w.OnClock(h.clock.SetOffset)
	h.restart()
	return h
}

// restart is a new process on the same database.
func (h *shop) restart() {
	h.db.left.Store(-1)
	h.log = audit.New(h.db, h.vault, h.clock, "")
	h.s = payment.New(h.db, h.log, h.vault, h.clock, nil)
	h.s.At(public)
	if err := h.s.Recover(h.ctx); err != nil {
		h.t.Fatal(err)
	}
}

// peer is another node on the same database.
func (h *shop) peer() *payment.Service {
	s := payment.New(h.db, h.log, h.vault, h.clock, nil)
	s.At(public)
	return s
}

func (h *shop) add(a sandbox.BankAccount, model pos.Model) {
	h.t.Helper()
	creds := map[string]string{}
	for k, v := range a.Credentials {
		creds[k] = v
	}
	if model != "" {
		creds["model"] = string(model)
	}
	var err error
	h.system, h.credentials = a.System, creds
	h.account, err = h.s.CreateAccount(h.ctx, payment.Account{CompanyID: "com_a", Bank: a.Bank, Name: a.Name, Mode: "test", Status: "on", Credentials: creds, Addresses: a.Addresses})
	if err != nil {
		h.t.Fatalf("%s %s: %v", a.Bank, model, err)
	}
}

func (h *shop) fault(kind string, rate float64) { h.t.Helper(); h.faultFor(kind, rate, 1) }

func (h *shop) faultFor(kind string, rate float64, delayMS int) {
	h.t.Helper()
	b, _ := json.Marshal(map[string]any{"system": h.system, "kind": kind, "rate": rate, "delay_ms": delayMS})
	req, _ := http.NewRequest("PUT", h.base+"/faults", bytes.NewReader(b))
	res, err := http.DefaultClient.Do(req)
	if err != nil || res.StatusCode != 200 {
		h.t.Fatalf("fault: %v %v", res, err)
	}
	res.Body.Close()
}

func (h *shop) wait(d time.Duration) {
	h.offset += d
	h.world.SetOffset(h.offset)
}

// settle lets time pass and asks the banks until nothing more is due.
func (h *shop) settle(id string) payment.Payment {
	h.t.Helper()
	for _, d := range []time.Duration{0, time.Second, 4 * time.Second, 7 * time.Second, 25 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute, time.Second, 4 * time.Second, 7 * time.Second, time.Minute, 2 * time.Minute, 25 * time.Minute, 4 * time.Hour} {
		h.wait(d)
		if err := h.s.Ask(h.ctx); err != nil {
			h.t.Fatal(err)
		}
	}
	return h.get(id)
}

func (h *shop) get(id string) payment.Payment {
	h.t.Helper()
	p, err := h.s.Get(h.ctx, "com_a", id)
	if err != nil {
		h.t.Fatal(err)
	}
	return p
}

// books is what the bank has booked for all attempts of a payment: charges in effect, and the money moved.
func (h *shop) books(id string) (charges int, net int64) {
	h.t.Helper()
	attempts, err := h.s.Attempts(h.ctx, "com_a", id)
	if err != nil {
		h.t.Fatal(err)
	}
	ours := func(line string) bool {
		for _, a := range attempts {
			if strings.HasSuffix(line, a.OrderID) {
				return true
			}
		}
		return false
	}
	for _, x := range h.world.BankStatement(h.system) {
		if !ours(x.Order) && !(x.Of != nil && ours(x.Of.Order)) || !x.Live() {
			continue
		}
		switch x.Kind {
		case bank.Sale:
			charges++
			net += x.Minor
		case bank.PreAuth:
			charges++
		case bank.Capture:
			net += x.Minor
		case bank.Refund:
			net -= x.Minor
		}
	}
	return charges, net
}

// balanced checks that a payment says what the bank's books say.
func (h *shop) balanced(p payment.Payment) {
	h.t.Helper()
	charges, net := h.books(p.ID)
	want := p.Captured - p.Refunded
	held := p.Status == payment.Authorized
	if net != want || charges > 1 || held != (charges == 1 && net == 0) && p.Status != payment.Refunded {
		h.t.Errorf("%s: the payment has %d kuruş, the bank %d in %d charges", p.Status, want, net, charges)
	}
}

func (h *shop) events(id string) (kinds []string) {
	h.t.Helper()
	rows, err := h.log.List(h.ctx, audit.Filter{CompanyID: "com_a", ObjectID: id, Limit: 100})
	if err != nil {
		h.t.Fatal(err)
	}
	for i := len(rows) - 1; i >= 0; i-- {
		kinds = append(kinds, rows[i].Kind)
	}
	return kinds
}

func (h *shop) page(minor int64, order string) payment.Payment {
	h.t.Helper()
	p, err := h.s.Create(h.ctx, payment.NewPayment{CompanyID: "com_a", Amount: pos.Money{Minor: minor, Currency: pos.TRY}, OrderReference: order, ClientIP: "203.0.113.9", PayerEmail: "payer@example.com"})
	if err != nil {
		h.t.Fatal(err)
	}
	return p
}

func (h *shop) sale(minor int64, magic string) (payment.Payment, error) {
	h.t.Helper()
	return h.s.Create(h.ctx, payment.NewPayment{CompanyID: "com_a", Amount: pos.Money{Minor: minor, Currency: pos.TRY}, Secure3D: "off", Card: postest.Card(h.t, magic), ClientIP: "203.0.113.9", PayerEmail: "payer@example.com"})
}

// toBank opens the bank's page for a payment and plays the payer there; ok is false if no callback came out of it.
func (h *shop) toBank(p payment.Payment, do, magic string) (token string, v pos.Values, ok bool) {
	h.t.Helper()
	takes, _, err := h.s.Offers(h.ctx, p)
	if err != nil {
		h.t.Fatal(err)
	}
	in := payment.Input{TryKey: pos.NewOrderID(), ClientIP: "203.0.113.9"}
	payer := postest.Payer{Do: do}
	if takes {
		in.Card = postest.Card(h.t, magic)
	} else {
		payer.Card = string(postest.Card(h.t, magic).AppendNumber(nil))
	}
	q, form, err := h.s.Pay(h.ctx, p.Token, in)
	if err != nil {
		if !errors.Is(err, errDead) {
			h.t.Fatal(err)
		}
		return "", nil, false
	}
	if form == nil {
		h.t.Logf("no form: %s %s %s", q.Status, q.DeclineCode, q.BankMessage)
		return "", nil, false
	}
	all, err := h.s.Attempts(h.ctx, "com_a", p.ID)
	if err != nil {
		h.t.Fatal(err)
	}
	v, ok = payer.Pay(h.t, *form, public+"/pay/return/")
	return all[len(all)-1].Token, v, ok
}
