package payments

import (
	"strings"
	"testing"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/postest"
)

// two opens a shop with accounts at İş Bankası and Akbank, whose contracts differ.
func two(t *testing.T) (h *shop, isbank, akbank payment.Account) {
	t.Helper()
	h = open(t)
	for _, a := range h.world.BankAccounts(h.base) {
		if a.Bank == "isbank" || a.Bank == "akbank" {
			h.add(a, pos.Secure)
			change := func(priority int, contract ...payment.Installment) payment.Account {
				x, err := h.s.UpdateAccount(h.ctx, "com_a", h.account.ID, func(x *payment.Account) { x.Priority, x.Installments = priority, contract })
				if err != nil {
					t.Fatal(err)
				}
				return x
			}
			if a.Bank == "isbank" {
				isbank = change(1, payment.Installment{Count: 1, CostRate: 200}, payment.Installment{Count: 3, CostRate: 500, PayerRate: 333})
			} else {
				akbank = change(2, payment.Installment{Count: 1, CostRate: 150}, payment.Installment{Count: 3, CostRate: 600}, payment.Installment{Count: 6, CostRate: 900, PayerRate: 1000})
			}
		}
	}
	return h, isbank, akbank
}

func TestAnAccountIsChosenByTheRulesAndSaysWhy(t *testing.T) {
	t.Parallel()
	h, isbank, akbank := two(t)
	rules := func(order ...string) {
		t.Helper()
		if _, err := h.s.SetRules(h.ctx, "com_a", payment.Rules{Order: order}); err != nil {
			t.Fatal(err)
		}
	}
	sale := func(installments int, wanted string) payment.Payment {
		t.Helper()
		p, err := h.s.Create(h.ctx, payment.NewPayment{CompanyID: "com_a", AccountID: wanted, Amount: pos.Money{Minor: 30000, Currency: pos.TRY}, Installments: installments, Secure3D: "off", Card: postest.Card(t, "0000"), ClientIP: "203.0.113.9"})
		if err != nil || p.Status != payment.Captured {
			t.Fatalf("%s %v", p.Status, err)
		}
		return p
	}
	for _, c := range []struct {
		order        []string
		installments int
		bins         string
		want         string
		why          string
		charged      int64
	}{
		{[]string{payment.Priority}, 1, "", isbank.ID, "priority", 30000},
		{nil, 1, "", isbank.ID, "priority", 30000},
		{[]string{payment.Cost}, 1, "", akbank.ID, "cost", 30000},
		{[]string{payment.Cost}, 3, "", isbank.ID, "cost", 30999},
		{[]string{payment.Priority}, 6, "", akbank.ID, "only", 33000},
		{[]string{payment.OnUs, payment.Priority}, 1, "prefix;bank;name;program;kind\n435508;0046;Akbank;axess;credit\n", akbank.ID, "on_us", 30000},
		{[]string{payment.OnUs, payment.Priority}, 1, "prefix,program\n43550,\n", "", "", 0},
		{[]string{payment.OnUs, payment.Priority}, 1, "prefix,name,program\n43550840,Test,maximum\n435508,Yanlış,axess\n", isbank.ID, "on_us", 30000},
		{[]string{payment.OnUs, payment.Cost}, 1, "prefix\n540000\n", akbank.ID, "cost", 30000},
	} {
		rules(c.order...)
		if c.bins != "" {
			_, err := h.s.ImportBins(h.ctx, strings.NewReader(c.bins))
			if (err != nil) != (c.want == "") {
				t.Errorf("import: %v", err)
			}
			if err != nil {
				continue
			}
		}
		p := sale(c.installments, "")
		if p.AccountID != c.want || p.Route != c.why || p.Captured != c.charged {
			t.Errorf("%v in %d: %s because of %s, %d charged; want %s because of %s, %d", c.order, c.installments, p.AccountID, p.Route, p.Captured, c.want, c.why, c.charged)
		}
		h.system = map[string]string{isbank.ID: "nestpay", akbank.ID: "akbank"}[p.AccountID]
		h.balanced(p)
	}
	if p := sale(1, isbank.ID); p.Route != "asked" || p.AccountID != isbank.ID {
		t.Errorf("%s", p.Route)
	}
	if _, err := h.s.Create(h.ctx, payment.NewPayment{CompanyID: "com_a", Amount: pos.Money{Minor: 100}, Installments: 12, Secure3D: "off", Card: postest.Card(t, "0000")}); fault.Code(err) != "installments_not_taken" {
		t.Errorf("%v", err)
	}
	// The past under other rules: all single payments would have been cheaper at Akbank.
	rows, err := h.s.Simulate(h.ctx, "com_a", []string{payment.Cost}, 30)
	if err != nil || len(rows) != 2 {
		t.Fatalf("%+v %v", rows, err)
	}
	var was, now, count int64
	for _, r := range rows {
		was, now, count = was+r.Was.Cost, now+r.Now.Cost, count+r.Was.Count-r.Now.Count
	}
	if now >= was || count != 0 {
		t.Errorf("%+v", rows)
	}
	if _, err := h.s.SetRules(h.ctx, "com_a", payment.Rules{Order: []string{"cost", "cost"}}); fault.Code(err) != "invalid_order" {
		t.Errorf("%v", err)
	}
}

// What the payer chooses on the page is what the bank is asked for, with what he pays on top; the whole of it is given back.
func TestAPayerChoosesInstallments(t *testing.T) {
	t.Parallel()
	h, isbank, _ := two(t)
	p, err := h.s.Create(h.ctx, payment.NewPayment{CompanyID: "com_a", AccountID: isbank.ID, Amount: pos.Money{Minor: 10001, Currency: pos.TRY}})
	if err != nil {
		t.Fatal(err)
	}
	_, offers, err := h.s.Offers(h.ctx, p)
	if err != nil || len(offers) != 2 || offers[1].Total != 10334 || offers[1].Monthly != 3445 {
		t.Fatalf("%+v %v", offers, err)
	}
	_, form, err := h.s.Pay(h.ctx, p.Token, payment.Input{TryKey: "a", Card: postest.Card(t, "0000"), Installments: 3, ClientIP: "203.0.113.9"})
	if err != nil || form == nil {
		t.Fatal(err)
	}
	all, _ := h.s.Attempts(h.ctx, "com_a", p.ID)
	v, ok := postest.Payer{Do: "ok"}.Pay(t, *form, public+"/pay/return/")
	if !ok {
		t.Fatal("the payer did not come back")
	}
	q, err := h.s.Return(h.ctx, all[0].Token, v)
	if err != nil || q.Status != payment.Captured || q.Captured != 10334 || q.Surcharge != 333 || q.Installments != 3 {
		t.Fatalf("%+v %v", q, err)
	}
	h.system = "nestpay"
	h.balanced(q)
	if q, _, err = h.s.Operate(h.ctx, "com_a", p.ID, payment.NewOperation{Kind: payment.Refund}); err != nil || q.Status != payment.Voided {
		t.Errorf("%s %v", q.Status, err)
	}
	h.balanced(q)
}

func TestRefundsOverTheLimitTakeASecondPerson(t *testing.T) {
	t.Parallel()
	h := at(t, "isbank", pos.Secure)
	if _, err := h.s.SetRules(h.ctx, "com_a", payment.Rules{ApprovalOver: 5000}); err != nil {
		t.Fatal(err)
	}
	ayse, ali := audit.WithActor(h.ctx, "usr_ayse"), audit.WithActor(h.ctx, "usr_ali")
	p, err := h.sale(20000, "0000")
	if err != nil {
		t.Fatal(err)
	}
	h.world.CloseBankDay("nestpay")
	if q, o, err := h.s.Operate(ayse, "com_a", p.ID, payment.NewOperation{Kind: payment.Refund, Amount: 5000}); err != nil || o.State != payment.OpDone || q.Refunded != 5000 {
		t.Fatalf("at the limit: %s %v", o.State, err)
	}
	q, o, err := h.s.Operate(ayse, "com_a", p.ID, payment.NewOperation{Kind: payment.Refund, Amount: 5001, Once: "x"})
	if err != nil || o.State != payment.OpAsked || q.Refunded != 5000 {
		t.Fatalf("over the limit: %s %v", o.State, err)
	}
	if _, _, err := h.s.Approve(ayse, "com_a", p.ID, o.ID, true); fault.Code(err) != "second_person_needed" {
		t.Errorf("approved by whoever asked: %v", err)
	}
	if _, _, err := h.s.Operate(ali, "com_a", p.ID, payment.NewOperation{Kind: payment.Refund, Amount: 1}); fault.Code(err) != "operation_in_progress" {
		t.Errorf("another beside it: %v", err)
	}
	if q, o, err = h.s.Approve(ali, "com_a", p.ID, o.ID, true); err != nil || o.State != payment.OpDone || q.Refunded != 10001 || o.ApprovedBy != "usr_ali" {
		t.Errorf("%s %d %v", o.State, q.Refunded, err)
	}
	if _, _, err = h.s.Approve(ali, "com_a", p.ID, o.ID, true); fault.Code(err) != "invalid_state" {
		t.Errorf("approved twice: %v", err)
	}
	h.balanced(q)
	if _, o, err = h.s.Operate(ayse, "com_a", p.ID, payment.NewOperation{Kind: payment.Refund}); err != nil || o.State != payment.OpAsked {
		t.Fatalf("%s %v", o.State, err)
	}
	if q, o, err = h.s.Approve(ayse, "com_a", p.ID, o.ID, false); err != nil || o.State != payment.OpRefused || q.Refunded != 10001 {
		t.Errorf("taken back by whoever asked: %s %v", o.State, err)
	}
}

// Where cards are typed on the banks' pages only, nothing takes a number.
func TestBankPagesOnly(t *testing.T) {
	t.Parallel()
	h := at(t, "isbank", pos.SecureHosted)
	if _, err := h.s.SetRules(h.ctx, "com_a", payment.Rules{BankPageOnly: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.sale(1000, "0000"); fault.Code(err) != "card_not_taken" {
		t.Errorf("a card over the API: %v", err)
	}
	p := h.page(1000, "")
	if _, _, err := h.s.Pay(h.ctx, p.Token, payment.Input{TryKey: "x", Card: postest.Card(t, "0000")}); fault.Code(err) != "card_not_taken" {
		t.Errorf("a card on the page: %v", err)
	}
	if _, _, err := h.s.Pay(h.ctx, p.Token, payment.Input{TryKey: "y", Card: postest.Card(t, "0000"), MOTO: true}); fault.Code(err) != "card_not_taken" {
		t.Errorf("a card on the telephone: %v", err)
	}
	token, v, ok := h.toBank(p, "ok", "0000")
	if !ok {
		t.Fatal("the payer did not come back")
	}
	if q, err := h.s.Return(h.ctx, token, v); err != nil || q.Status != payment.Captured {
		t.Errorf("%s %v", q.Status, err)
	}
	if _, err := h.s.UpdateAccount(h.ctx, "com_a", h.account.ID, func(a *payment.Account) { a.Credentials["model"] = "3d" }); err != nil {
		t.Fatal(err)
	}
	if _, err := h.s.Create(h.ctx, payment.NewPayment{CompanyID: "com_a", Amount: pos.Money{Minor: 100}}); fault.Code(err) != "card_not_taken" {
		t.Errorf("a page that would take the card: %v", err)
	}
}

// An account that gives no answers loses its place, and gets it back.
func TestAnAccountInTroubleComesLater(t *testing.T) {
	t.Parallel()
	h, isbank, akbank := two(t)
	if _, err := h.s.SetRules(h.ctx, "com_a", payment.Rules{Order: []string{payment.Success, payment.Priority}}); err != nil {
		t.Fatal(err)
	}
	h.system = "nestpay"
	h.fault("timeout_after", 1)
	for range 10 {
		if _, err := h.s.Create(h.ctx, payment.NewPayment{CompanyID: "com_a", AccountID: isbank.ID, Amount: pos.Money{Minor: 100, Currency: pos.TRY}, Secure3D: "off", Card: postest.Card(t, "0000")}); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(1100 * time.Millisecond) // what is remembered of the accounts is a second old at most
	p, err := h.sale(500, "0000")
	if err != nil || p.AccountID != akbank.ID || p.Route != "success" {
		t.Errorf("%s %s %v", p.AccountID, p.Route, err)
	}
	h.fault("timeout_after", 0)
	h.wait(11 * time.Minute)
	time.Sleep(1100 * time.Millisecond)
	if p, err = h.sale(501, "0000"); err != nil || p.AccountID != isbank.ID {
		t.Errorf("%s %s %v", p.AccountID, p.Route, err)
	}
}
