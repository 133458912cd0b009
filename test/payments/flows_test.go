package payments

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/banks"
	"github.com/onay/onay/pos/postest"
	"github.com/onay/onay/sandbox"
)

// at opens a shop with an account at one bank.
func at(t *testing.T, name string, model pos.Model) *shop {
	t.Helper()
	h := open(t)
	for _, a := range h.world.BankAccounts(h.base) {
		if a.Bank == name {
			h.add(a, model)
			return h
		}
	}
	t.Fatal("no such bank")
	return nil
}

func TestTwoTabsOfOneOrderPayOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		bank  string
		model pos.Model
	}{{"isbank", pos.Secure}, {"isbank", pos.SecurePay}, {"garanti", pos.SecurePay}, {"nkolay", pos.Secure}} {
		for _, same := range []bool{true, false} { // one page in two tabs, or two pages of one order
			t.Run(c.bank+" "+string(c.model)+map[bool]string{true: " page", false: " order"}[same], func(t *testing.T) {
				t.Parallel()
				h := at(t, c.bank, c.model)
				first := h.page(25000, "S-1")
				second := first
				if !same {
					second = h.page(25000, "S-1")
				}
				token1, v1, ok1 := h.toBank(first, "ok", "0000")
				token2, v2, ok2 := h.toBank(second, "ok", "0000")
				if !ok1 || !ok2 {
					t.Fatal("the payer did not come back")
				}
				var wg sync.WaitGroup
				for token, v := range map[string]pos.Values{token1: v1, token2: v2} {
					for range 3 {
						wg.Go(func() {
							if _, err := h.s.Return(h.ctx, token, v); err != nil {
								t.Error(err)
							}
						})
					}
				}
				wg.Wait()
				a, b := h.settle(first.ID), h.get(second.ID)
				if same {
					h.balanced(a)
					if a.Status != payment.Captured {
						t.Errorf("%s %v", a.Status, h.events(a.ID))
					}
				} else {
					h.balanced(a)
					h.balanced(b)
					if n := len(slices.DeleteFunc([]payment.Status{a.Status, b.Status}, func(s payment.Status) bool { return s != payment.Captured })); n != 1 {
						t.Errorf("%s and %s: %v %v", a.Status, b.Status, h.events(a.ID), h.events(b.ID))
					}
				}
				captured := 0
				for _, k := range append(h.events(first.ID), map[bool][]string{false: h.events(second.ID)}[same]...) {
					if k == "payment.captured" {
						captured++
					}
				}
				if captured != 1 {
					t.Errorf("told %d times that it is paid", captured)
				}
			})
		}
	}
}

func TestAFormSentTwiceIsOneAttempt(t *testing.T) {
	t.Parallel()
	h := at(t, "isbank", pos.Secure)
	p := h.page(1000, "")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, _, err := h.s.Pay(h.ctx, p.Token, payment.Input{TryKey: "one", Card: postest.Card(t, "0000"), ClientIP: "203.0.113.9"}); err != nil && fault.Code(err) != "payment_in_progress" {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	all, err := h.s.Attempts(h.ctx, "com_a", p.ID)
	if err != nil || len(all) != 1 {
		t.Errorf("%d attempts, %v", len(all), err)
	}
	// The form is still there for the second click.
	if q, f, err := h.s.Pay(h.ctx, p.Token, payment.Input{TryKey: "one", Card: postest.Card(t, "0000")}); err != nil || f == nil {
		t.Errorf("%s %v %v", q.Status, f, err)
	}
}

// The bank takes its time with the form; the second click gets the form too.
func TestTheSecondClickWaitsForTheForm(t *testing.T) {
	t.Parallel()
	h := at(t, "yapikredi", pos.Secure)
	h.faultFor("slow", 1, 400)
	p := h.page(1000, "")
	var wg sync.WaitGroup
	for i := range 2 {
		wg.Go(func() {
			time.Sleep(time.Duration(i) * 100 * time.Millisecond)
			if _, f, err := h.s.Pay(h.ctx, p.Token, payment.Input{TryKey: "one", Card: postest.Card(t, "0000"), ClientIP: "203.0.113.9"}); err != nil || f == nil {
				t.Errorf("click %d: no form, %v", i+1, err)
			}
		})
	}
	wg.Wait()
}

// Who has the address of an attempt can neither fill the log nor have the bank asked without end.
func TestForgedMessagesFillNoLog(t *testing.T) {
	t.Parallel()
	h := at(t, "isbank", pos.SecurePay)
	p := h.page(1000, "")
	token, v, ok := h.toBank(p, "ok", "0000")
	if !ok {
		t.Fatal("the payer did not come back")
	}
	for range 50 {
		if _, err := h.s.Return(h.ctx, token, pos.Values{"mdStatus": "1", "Response": "Approved"}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(h.events(p.ID)); n > 10 {
		t.Errorf("%d events", n)
	}
	if q, err := h.s.Return(h.ctx, token, v); err != nil || q.Status != payment.Captured {
		t.Errorf("the bank's own message after them: %s %v", q.Status, err)
	}
}

func TestAPaidOrderIsNotChargedAgain(t *testing.T) {
	t.Parallel()
	h := at(t, "isbank", pos.Secure)
	sale := func(ref string) (payment.Payment, error) {
		return h.s.Create(h.ctx, payment.NewPayment{CompanyID: "com_a", Amount: pos.Money{Minor: 500, Currency: pos.TRY}, OrderReference: ref, Secure3D: "off", Card: postest.Card(t, "0000"), ClientIP: "203.0.113.9"})
	}
	p, err := sale("S-9")
	if err != nil || p.Status != payment.Captured {
		t.Fatal(p.Status, err)
	}
	if _, err := sale("S-9"); fault.Code(err) != "order_already_paid" {
		t.Errorf("%v", err)
	}
	// Given back, it may be paid again.
	if _, _, err := h.s.Operate(h.ctx, "com_a", p.ID, payment.NewOperation{Kind: payment.Refund, Once: "x"}); err != nil {
		t.Fatal(err)
	}
	if q, err := sale("S-9"); err != nil || q.Status != payment.Captured {
		t.Errorf("%s %v", q.Status, err)
	}
	// One that is at the bank blocks the next.
	h.fault("timeout_after", 1)
	if q, err := sale("S-10"); err != nil || q.Status != payment.Unknown {
		t.Fatalf("%s %v", q.Status, err)
	}
	h.fault("timeout_after", 0)
	if _, err := sale("S-10"); fault.Code(err) != "payment_in_progress" {
		t.Errorf("%v", err)
	}
	// Twenty at once charge once.
	var wg sync.WaitGroup
	var mu sync.Mutex
	paid := 0
	for range 20 {
		wg.Go(func() {
			q, err := sale("S-11")
			mu.Lock()
			defer mu.Unlock()
			if err == nil && q.Status == payment.Captured {
				paid++
			} else if c := fault.Code(err); c != "payment_in_progress" && c != "order_already_paid" {
				t.Errorf("%s %v", q.Status, err)
			}
		})
	}
	wg.Wait()
	if paid != 1 {
		t.Errorf("%d were paid", paid)
	}
}

// What the bank approves after it was taken for failed is given back, and told.
func TestALateSuccessIsGivenBack(t *testing.T) {
	t.Parallel()
	h := at(t, "isbank", pos.SecurePay)
	p := h.page(7000, "")
	token, v, ok := h.toBank(p, "cancel", "0000")
	if !ok {
		t.Fatal("the payer did not come back")
	}
	if q, err := h.s.Return(h.ctx, token, v); err != nil || q.Status == payment.Captured {
		t.Fatalf("%s %v", q.Status, err)
	}
	// The bank charges the same order all the same.
	all, err := h.s.Attempts(h.ctx, "com_a", p.ID)
	if err != nil {
		t.Fatal(err)
	}
	acc := h.world.BankAccounts(h.base)[0]
	g, err := banks.Open(acc.Bank, acc.Credentials, banks.Options{Addresses: acc.Addresses})
	if err != nil {
		t.Fatal(err)
	}
	if r, err := g.Sale(h.ctx, pos.Payment{OrderID: all[0].OrderID, Amount: p.Amount, Card: postest.Card(t, "0000"), ClientIP: "203.0.113.9"}); err != nil || r.Outcome != pos.Approved {
		t.Fatalf("%s %v", r.Outcome, err)
	}
	if err := h.db.Write(h.ctx, func(tx db.Tx) error {
		_, err := tx.Exec("UPDATE payment_attempt SET ask_at = 1 WHERE id = $1", all[0].ID)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	q := h.settle(p.ID)
	h.balanced(q)
	if k := h.events(p.ID); !slices.Contains(k, "payment.late_success") || !slices.Contains(k, "payment.reversed") || q.Status.Paid() {
		t.Errorf("%s %v", q.Status, k)
	}
}

func TestGivingBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *shop, a sandbox.BankAccount, model pos.Model) {
		if model != pos.Secure && a.System != "payflex" {
			return
		}
		refund := func(p payment.Payment, amount int64, once string) (payment.Payment, payment.Operation) {
			t.Helper()
			q, o, err := h.s.Operate(h.ctx, "com_a", p.ID, payment.NewOperation{Kind: payment.Refund, Amount: amount, Once: once})
			if err != nil {
				t.Fatal(err)
			}
			return q, o
		}
		// The whole, on the day: pressed twice, once.
		p, err := h.sale(10000, "0000")
		if err != nil || p.Status != payment.Captured {
			t.Fatal(p.Status, err)
		}
		q, o := refund(p, 0, "k")
		if o.State != payment.OpDone || q.Status != payment.Voided && q.Status != payment.Refunded {
			t.Errorf("%s %s %+v", q.Status, o.State, o.Result)
		}
		if _, again := refund(p, 0, "k"); again.ID != o.ID {
			t.Errorf("pressed twice: %s", again.State)
		}
		h.balanced(q)
		if _, again, err := h.s.Operate(h.ctx, "com_a", p.ID, payment.NewOperation{Kind: payment.Refund}); err != nil || again.ID != o.ID {
			t.Errorf("the whole a second time: %s %v", again.ID, err)
		}
		if _, _, err := h.s.Operate(h.ctx, "com_a", p.ID, payment.NewOperation{Kind: payment.Refund, Amount: 1}); fault.Code(err) != "invalid_state" {
			t.Errorf("more than the whole: %v", err)
		}

		// A part, on the day: at once, or when the day is over.
		p, err = h.sale(20000, "0000")
		if err != nil {
			t.Fatal(err)
		}
		q, o = refund(p, 5000, "")
		if o.State == payment.OpQueued {
			if _, _, err := h.s.Operate(h.ctx, "com_a", p.ID, payment.NewOperation{Kind: payment.Refund, Amount: 1}); fault.Code(err) != "operation_in_progress" {
				t.Errorf("%v", err)
			}
			h.world.CloseBankDay(h.system)
			h.wait(30 * time.Hour)
			if err := h.s.Ask(h.ctx); err != nil {
				t.Fatal(err)
			}
			q = h.get(p.ID)
		}
		if q.Status != payment.PartlyBack || q.Refunded != 5000 {
			t.Errorf("%s %d %s %+v", q.Status, q.Refunded, o.State, o.Result)
		}
		h.balanced(q)
		if _, _, err := h.s.Operate(h.ctx, "com_a", p.ID, payment.NewOperation{Kind: payment.Refund, Amount: 15001}); fault.Code(err) != "amount_too_high" {
			t.Errorf("%v", err)
		}
		h.world.CloseBankDay(h.system)

		// The rest, and the answer is lost.
		h.fault("timeout_after", 1)
		q, o = refund(p, 0, "")
		h.fault("timeout_after", 0)
		if o.State != payment.OpUnknown || q.Refunded != 5000 {
			t.Errorf("%s %d %+v", o.State, q.Refunded, o.Result)
		}
		if q = h.settle(p.ID); q.Status != payment.Refunded && !mute[a.Bank] {
			t.Errorf("%s %v", q.Status, h.events(p.ID))
		}
		if q.Status == payment.Refunded {
			h.balanced(q)
		}

		// Held, captured in part, given back.
		if p, err = h.s.Create(h.ctx, payment.NewPayment{CompanyID: "com_a", Amount: pos.Money{Minor: 9000, Currency: pos.TRY}, PreAuth: true, Secure3D: "off", Card: postest.Card(t, "0000"), ClientIP: "203.0.113.9"}); err != nil || p.Status != payment.Authorized {
			t.Fatalf("%s %s %v", p.Status, p.BankMessage, err)
		}
		h.balanced(p)
		q, o, err = h.s.Operate(h.ctx, "com_a", p.ID, payment.NewOperation{Kind: payment.Capture, Amount: 8500})
		if err != nil || q.Status != payment.Captured || q.Captured != 8500 {
			t.Fatalf("%s %+v %v", q.Status, o.Result, err)
		}
		h.balanced(q)
		h.world.CloseBankDay(h.system)
		h.wait(26 * time.Hour)
		if q, o = refund(p, 0, ""); q.Status != payment.Refunded {
			t.Errorf("%s %s %+v", q.Status, o.State, o.Result)
		}
		h.balanced(q)

		// The answers to a capture and to a void are lost, before and after the bank did it.
		for _, f := range []string{"timeout_after", "timeout_before"} {
			for _, kind := range []string{payment.Capture, payment.Void} {
				if p, err = h.s.Create(h.ctx, payment.NewPayment{CompanyID: "com_a", Amount: pos.Money{Minor: 9300, Currency: pos.TRY}, PreAuth: true, Secure3D: "off", Card: postest.Card(t, "0000"), ClientIP: "203.0.113.9"}); err != nil || p.Status != payment.Authorized {
					t.Fatalf("%s %v", p.Status, err)
				}
				h.fault(f, 1)
				q, o, err = h.s.Operate(h.ctx, "com_a", p.ID, payment.NewOperation{Kind: kind})
				h.fault(f, 0)
				if err != nil || o.State != payment.OpUnknown {
					t.Errorf("%s, %s: %s %v", kind, f, o.State, err)
				}
				q = h.settle(p.ID)
				ops, err := h.s.Operations(h.ctx, "com_a", p.ID)
				if mute[a.Bank] && kind == payment.Capture { // it shows what is held like what is captured: a person decides
					if err != nil || ops[0].State != payment.OpUnknown {
						t.Errorf("%s, %s: %+v %v", kind, f, ops, err)
					}
					if q, err = h.s.Resolve(h.ctx, "com_a", p.ID, f == "timeout_after", "Bankanın panelinden bakıldı"); err != nil {
						t.Error(err)
					}
					h.balanced(q)
					continue
				}
				if err != nil || len(ops) != 1 || ops[0].State != map[string]string{"timeout_after": payment.OpDone, "timeout_before": payment.OpRefused}[f] {
					t.Errorf("%s, %s: %+v %v", kind, f, ops, err)
				}
				h.balanced(q)
			}
		}

		// Held, and let go.
		if p, err = h.s.Create(h.ctx, payment.NewPayment{CompanyID: "com_a", Amount: pos.Money{Minor: 9100, Currency: pos.TRY}, PreAuth: true, Secure3D: "off", Card: postest.Card(t, "0000"), ClientIP: "203.0.113.9"}); err != nil || p.Status != payment.Authorized {
			t.Fatalf("%s %v", p.Status, err)
		}
		if q, o, err = h.s.Operate(h.ctx, "com_a", p.ID, payment.NewOperation{Kind: payment.Void}); err != nil || q.Status != payment.Voided {
			t.Errorf("%s %+v %v", q.Status, o.Result, err)
		}
		h.balanced(q)
	})
}

func TestTheNextAccountIsTriedAfterATechnicalFailureOnly(t *testing.T) {
	t.Parallel()
	h := at(t, "isbank", pos.Secure)
	for _, a := range h.world.BankAccounts(h.base) {
		if a.Bank == "garanti" {
			first := h.account
			h.add(a, pos.Secure)
			if _, err := h.s.UpdateAccount(h.ctx, "com_a", first.ID, func(x *payment.Account) {
				x.Addresses = map[string]string{"api": "http://127.0.0.1:1/fim/api", "gate": "http://127.0.0.1:1/fim/est3Dgate"}
			}); err != nil {
				t.Fatal(err)
			}
			if _, err := h.s.UpdateAccount(h.ctx, "com_a", h.account.ID, func(x *payment.Account) { x.Priority = 5 }); err != nil {
				t.Fatal(err)
			}
		}
	}
	p, err := h.sale(1234, "0000")
	if err != nil || p.Status != payment.Captured || p.AccountID != h.account.ID || p.Route != "failover" {
		t.Errorf("%s %s %v %v", p.Status, p.Route, err, h.events(p.ID))
	}
	h.balanced(p)
	if p, err = h.sale(1235, "0051"); err != nil || p.Status != payment.Declined {
		t.Errorf("%s %v", p.Status, err)
	}
}

// A card's number and its CVV are nowhere in the database.
func TestNoCardIsKept(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *shop, a sandbox.BankAccount, model pos.Model) {
		card := postest.Card(t, "0000")
		number := string(card.AppendNumber(nil))
		p := h.page(1000, "")
		token, v, ok := h.toBank(p, "ok", "0000")
		if !ok {
			t.Fatal("the payer did not come back")
		}
		if _, err := h.s.Return(h.ctx, token, v); err != nil {
			t.Fatal(err)
		}
		if _, err := h.sale(1001, "0000"); err != nil {
			t.Fatal(err)
		}
		if _, err := h.s.Create(h.ctx, payment.NewPayment{CompanyID: "com_a", Amount: pos.Money{Minor: 5}, Description: "kart " + number[:8] + " " + number[8:], Secure3D: "off", Card: card}); fault.Code(err) != "card_number_in_text" {
			t.Errorf("%v", err)
		}
		n := 0
		err := h.db.Read(h.ctx, func(tx db.Tx) error {
			for _, q := range []string{"SELECT request || response || error || url FROM payment_exchange", "SELECT data || reason FROM event", "SELECT card_masked || bank_message || description FROM payment", "SELECT result || card_masked FROM payment_attempt"} {
				rows, err := db.All(tx, func(r db.Row) (s string, err error) { return s, r.Scan(&s) }, q)
				if err != nil {
					return err
				}
				for _, s := range rows {
					n++
					if strings.Contains(s, number) || strings.Contains(s, a.Credentials["password"]) && len(a.Credentials["password"]) > 4 {
						t.Errorf("%s: %s", q, s)
					}
				}
			}
			return nil
		})
		if err != nil || n < 8 {
			t.Errorf("%d rows, %v", n, err)
		}
		xs, err := h.s.Exchanges(h.ctx, "com_a", p.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range xs {
			for _, cvv := range []string{">123<", "=123&", "\"123\""} {
				if strings.Contains(x.Request, cvv) {
					t.Errorf("a CVV: %s", x.Request)
				}
			}
		}
	})
}
