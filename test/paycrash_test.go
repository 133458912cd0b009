package test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onay/onay/internal/app"
	"github.com/onay/onay/internal/backup"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/postest"
	"github.com/onay/onay/sandbox/bank"
)

// TestPaymentsKilledUnderLoad kills the program at random moments while it charges cards, with answers of the bank lost on top. Afterwards
// every payment says what the bank's books say, no order is charged twice, and no file, log or backup holds a card number.
func TestPaymentsKilledUnderLoad(t *testing.T) {
	rounds := 6
	if s := os.Getenv("ONAY_CRASH_ROUNDS"); s != "" {
		rounds, _ = strconv.Atoi(s)
	}
	world, w := outsideWorld(t)
	dir := t.TempDir()
	cfg := app.Config{Data: dir}
	companyID := furnish(t, cfg, world)
	ctx := context.Background()
	a, err := app.Open(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range w.BankAccounts(world)[:1] {
		if _, err := a.Payments.CreateAccount(ctx, payment.Account{CompanyID: companyID, Bank: b.Bank, Name: b.Name, Mode: "test", Status: "on", Credentials: b.Credentials, Addresses: b.Addresses}); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.DB.Close(); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"timeout_before", "timeout_after"} {
		call(t, "PUT", world+"/faults", "", map[string]any{"system": "nestpay", "kind": kind, "rate": 0.1, "delay_ms": 5}, 200)
	}
	number := string(postest.Card(t, "0000").AppendNumber(nil))
	n := &node{t: t, addr: freeAddr(t), args: []string{"--data", dir}, log: &bytes.Buffer{}}
	base := "http://" + n.addr + "/v1/payments"
	var orders, answered atomic.Int64
	for range rounds {
		n.start()
		stop := make(chan struct{})
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					order := orders.Add(1)
					for range 2 { // the shop tries again what it got no answer for
						status, _, err := try("POST", base, testKey, map[string]any{"amount": 1000 + order, "order_reference": fmt.Sprint("S-", order), "secure3d": "off", "client_ip": "203.0.113.9",
							"card": map[string]any{"number": number, "expiry_month": 12, "expiry_year": 2030, "cvv": "123", "holder": "Ayşe Yılmaz"}})
						if err == nil && status == 201 {
							answered.Add(1)
							break
						}
					}
				}
			})
		}
		time.Sleep(time.Duration(50+rand.IntN(400)) * time.Millisecond)
		n.kill()
		close(stop)
		wg.Wait()
	}
	for _, kind := range []string{"timeout_before", "timeout_after"} {
		call(t, "PUT", world+"/faults", "", map[string]any{"system": "nestpay", "kind": kind, "rate": 0}, 200)
	}
	n.start()
	began := time.Now()
	if a, err = app.Open(ctx, cfg); err != nil {
		t.Fatal(err)
	}
	moving := func() (left int64) {
		rows, err := a.Payments.Totals(ctx, companyID, payment.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			if r.Status.Moving() {
				left += r.Count
			}
		}
		return left
	}
	for end := time.Now().Add(45 * time.Second); moving() > 0 && time.Now().Before(end); {
		time.Sleep(100 * time.Millisecond)
	}
	took := time.Since(began)
	time.Sleep(time.Second) // what is to be given back
	if left := moving(); left > 0 {
		t.Errorf("%d payments are still unknown", left)
	}
	at := map[string]bank.Txn{}
	for _, x := range w.BankStatement("nestpay") {
		if x.Kind == bank.Sale && x.Live() {
			at[x.Order] = x
		}
	}
	charged, count := map[string]int{}, map[payment.Status]int{}
	for before := ""; ; {
		rows, err := a.Payments.List(ctx, companyID, payment.Filter{Limit: 500, Before: before})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range rows {
			before = p.ID
			count[p.Status]++
			attempts, err := a.Payments.Attempts(ctx, companyID, p.ID)
			if err != nil {
				t.Fatal(err)
			}
			var net int64
			for _, x := range attempts {
				if line, ok := at[x.OrderID]; ok {
					net += line.Minor
					charged[p.OrderReference]++
				}
			}
			if net != p.Captured-p.Refunded {
				t.Errorf("%s is %s with %d kuruş, the bank has %d", p.OrderReference, p.Status, p.Captured-p.Refunded, net)
			}
		}
		if len(rows) < 500 {
			break
		}
	}
	sum := 0
	for order, n := range charged {
		if sum += n; n > 1 {
			t.Errorf("%s is charged %d times", order, n)
		}
	}
	if sum != len(at) {
		t.Errorf("the bank has %d charges, the payments know %d", len(at), sum)
	}
	n.kill()
	if _, err := a.Log.Seal(ctx); err != nil {
		t.Fatal(err)
	}
	if report, err := a.Log.Verify(ctx); err != nil || len(report.Faults) > 0 {
		t.Errorf("event log: %v %v", report.Faults, err)
	}
	if _, err := backup.WriteFile(ctx, a.DB, a.Vault, filepath.Join(dir, "backup"), "parola cümlesi 42"); err != nil {
		t.Fatal(err)
	}
	hay := n.log.Bytes()
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, f := range files {
		if b, err := os.ReadFile(f); err == nil {
			hay = append(hay, b...)
		}
	}
	if !bytes.Contains(hay, []byte(pos.Mask(number))) {
		t.Error("not even the masked number is found: the sweep looks in the wrong place")
	}
	if bytes.Contains(hay, []byte(number)) {
		t.Error("a file holds the card's number")
	}
	if err := a.DB.Close(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d kills, %d orders, %d answered, %d charges, %v; all known %v after the last start", rounds, orders.Load(), answered.Load(), len(at), count, took.Round(100*time.Millisecond))
}
