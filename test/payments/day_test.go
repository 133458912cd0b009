package payments

import (
	"testing"

	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/internal/reconciliation"
	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/banks"
	"github.com/onay/onay/pos/postest"
	"github.com/onay/onay/sandbox"
)

// A day of sales, refunds, voids and declines fits the bank's own list, where it has one; what only one side has is found.
func TestADayIsComparedWithTheBanksList(t *testing.T) {
	t.Parallel()
	lists := 0
	each(t, func(t *testing.T, h *shop, a sandbox.BankAccount, model pos.Model) {
		if model != pos.Secure {
			return
		}
		s := h.dayEnd()
		day := func() (reconciliation.Compared, error) {
			return s.Compare(h.ctx, reconciliation.NewRun{CompanyID: "com_a", AccountID: h.account.ID, From: clock.DayOf(h.clock.Now())})
		}
		if _, err := day(); fault.Code(err) == "no_day_list" {
			return
		}
		lists++
		var last payment.Payment
		for i := range 6 {
			p, err := h.sale(int64(10000+i*111), map[bool]string{true: "0051", false: "0000"}[i == 2])
			if err != nil {
				t.Fatal(err)
			}
			if i == 1 { // voided on the day
				if _, _, err := h.s.Operate(h.ctx, "com_a", p.ID, payment.NewOperation{Kind: payment.Void}); err != nil {
					t.Fatal(err)
				}
			}
			last = p
		}
		h.world.CloseBankDay(h.system)
		if _, o, err := h.s.Operate(h.ctx, "com_a", last.ID, payment.NewOperation{Kind: payment.Refund, Amount: 500}); err != nil || o.State != payment.OpDone {
			t.Fatal(o.State, err)
		}
		d, err := day()
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Differences) > 0 || len(d.Pairs) < 4 || d.OursSum != d.TheirsSum {
			for _, x := range d.Differences {
				t.Logf("%+v", x)
			}
			t.Errorf("%d pairs, sums %d and %d; ours %+v theirs %+v", len(d.Pairs), d.OursSum, d.TheirsSum, d.Ours.Items(), d.Theirs.Items())
		}
		// The bank has one that went past us.
		g, err := banks.Open(a.Bank, h.credentials, banks.Options{Addresses: h.account.Addresses, Transport: pos.Transport{Clock: h.clock.Now}})
		if err != nil {
			t.Fatal(err)
		}
		if r, err := g.Sale(h.ctx, pos.Payment{OrderID: pos.NewOrderID(), Amount: pos.Money{Minor: 777, Currency: pos.TRY}, Card: postest.Card(t, "0000"), ClientIP: "203.0.113.9"}); err != nil || r.Outcome != pos.Approved {
			t.Fatalf("%s %v", r.Outcome, err)
		}
		if d, err = day(); err != nil || len(d.Differences) != 1 || d.Differences[0].Kind != reconciliation.MissingHere || d.Differences[0].Found != 777 {
			t.Errorf("%+v %v", d.Differences, err)
		}
		// A list that cannot be had is no empty list.
		h.fault("http_500", 1)
		if _, err := day(); fault.Code(err) != "bank_list_failed" {
			t.Errorf("a failed list: %v", err)
		}
		h.fault("http_500", 0)
	})
	t.Cleanup(func() {
		if lists < 3 {
			t.Errorf("only %d banks have a list", lists)
		}
	})
}
