package payments

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/mail"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/internal/reconciliation"
	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/banks"
	"github.com/onay/onay/pos/postest"
)

func (h *shop) dayEnd() *reconciliation.Service {
	return reconciliation.New(h.db, h.log, h.clock, nil, h.s, clock.Turkey{}, nil)
}

func (h *shop) today() reconciliation.Day { return clock.DayOf(h.clock.Now()) }

// at takes an account of a bank.
func (h *shop) at(bank string, change func(*payment.Account)) {
	h.t.Helper()
	for _, a := range h.world.BankAccounts(h.base) {
		if a.Bank == bank {
			h.add(a, "")
			if change != nil {
				var err error
				if h.account, err = h.s.UpdateAccount(h.ctx, "com_a", h.account.ID, change); err != nil {
					h.t.Fatal(err)
				}
			}
			return
		}
	}
	h.t.Fatalf("no account at %s", bank)
}

func (h *shop) paid(minor int64) payment.Payment {
	h.t.Helper()
	p, err := h.sale(minor, "0000")
	if err != nil || p.Status != payment.Captured {
		h.t.Fatalf("%s %v", p.Status, err)
	}
	return p
}

// past is a sale that the bank has booked and that did not come through us.
func (h *shop) past(minor int64) {
	h.t.Helper()
	g, err := banks.Open(h.account.Bank, h.credentials, banks.Options{Addresses: h.account.Addresses, Transport: pos.Transport{Clock: h.clock.Now}})
	if err != nil {
		h.t.Fatal(err)
	}
	if r, err := g.Sale(h.ctx, pos.Payment{OrderID: pos.NewOrderID(), Amount: pos.Money{Minor: minor, Currency: pos.TRY}, Card: postest.Card(h.t, "0000"), ClientIP: "203.0.113.9"}); err != nil || r.Outcome != pos.Approved {
		h.t.Fatalf("%s %v", r.Outcome, err)
	}
}

// statement writes a bank's file of payments; change may alter a line or leave it out.
func statement(list []payment.Payment, change func(i int, line []string) []string) []byte {
	var b bytes.Buffer
	b.WriteString("İşlem Tarihi;Sipariş No;Onay Kodu;Kart No;İşlem Tutarı;Komisyon;Valör\n")
	for i, p := range list {
		line := []string{p.PaidAt.In(pos.Istanbul).Format("02.01.2006 15:04:05"), p.BankOrderID, p.AuthCode, p.CardMasked, comma(p.Captured), "", ""}
		if change != nil {
			line = change(i, line)
		}
		if line != nil {
			b.WriteString(strings.Join(line, ";") + "\n")
		}
	}
	return b.Bytes()
}

func comma(minor int64) string { return strings.Replace(pos.Decimal(minor), ".", ",", 1) }

// From the bank's own list to a closed day.
func TestADayIsClosed(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.at("akbank", nil)
	s, ctx := h.dayEnd(), audit.WithActor(h.ctx, "usr_a")
	for i := range 5 {
		h.paid(int64(1000 + i))
	}
	h.past(777)
	run := func() (reconciliation.Reconciliation, error) {
		return s.Run(ctx, reconciliation.NewRun{CompanyID: "com_a", AccountID: h.account.ID, From: h.today()})
	}
	x, err := run()
	if err != nil || x.Pairs != 5 || x.Differences != 1 || x.OpenDifferences != 1 || x.Summary.Kinds[reconciliation.MissingHere] != 1 || x.Summary.Currencies[0].TheirsSum-x.Summary.Currencies[0].OursSum != 777 {
		t.Fatalf("%+v %v", x, err)
	}
	if _, err := s.Close(ctx, "com_a", x.ID, ""); fault.Code(err) != "differences_open" {
		t.Errorf("closed with an open difference: %v", err)
	}
	list, err := s.Findings(ctx, "com_a", x.ID, reconciliation.FindingFilter{})
	if err != nil || len(list) != 1 || list[0].Theirs == nil || list[0].Theirs.Minor != 777 {
		t.Fatalf("%+v %v", list, err)
	}
	if _, err := s.Enter(ctx, "com_a", list[0].ID, " "); fault.Code(err) != "invalid_reason" {
		t.Errorf("entered without a reason: %v", err)
	}
	f, err := s.Enter(ctx, "com_a", list[0].ID, "Mağazadaki cihazdan çekilmiş")
	if err != nil || f.State != reconciliation.Closed || f.Resolution != reconciliation.Entered {
		t.Fatalf("%+v %v", f, err)
	}
	p, err := h.s.Get(ctx, "com_a", f.Partner)
	if err != nil || p.Status != payment.Captured || p.Captured != 777 || p.Source != "entered" || p.AccountID != h.account.ID {
		t.Errorf("%+v %v", p, err)
	}
	if _, err := s.Enter(ctx, "com_a", list[0].ID, "bir daha"); fault.Code(err) != "difference_not_open" {
		t.Errorf("entered twice: %v", err)
	}
	// Compared once more, the entered one is a pair.
	y, err := run()
	if err != nil || y.Pairs != 6 || y.Differences != 0 {
		t.Fatalf("%+v %v", y, err)
	}
	if old, err := s.Get(ctx, "com_a", x.ID); err != nil || old.Status != reconciliation.Replaced {
		t.Errorf("%+v %v", old, err)
	}
	if y, err = s.Close(ctx, "com_a", y.ID, "tamam"); err != nil || y.Status != reconciliation.Closed || y.ClosedBy != "usr_a" {
		t.Fatalf("%+v %v", y, err)
	}
	if _, err := run(); fault.Code(err) != "day_closed" {
		t.Errorf("a closed day was compared: %v", err)
	}
	if _, err := s.TakeApart(ctx, "com_a", y.ID, 0, "yanlış"); fault.Code(err) != "day_closed" {
		t.Errorf("a closed day was changed: %v", err)
	}
	if _, err := s.Unlock(ctx, "com_a", y.ID, "unutulan iade"); err != nil {
		t.Fatal(err)
	}
	days, err := s.Days(ctx, "com_a", h.account.ID, h.today(), h.today())
	if err != nil || len(days) != 1 || days[0].State != reconciliation.DayBalanced || days[0].Movements != 6 || days[0].Sum != 1000*5+10+777 {
		t.Errorf("%+v %v", days, err)
	}
	for _, id := range []string{x.ID, y.ID, f.ID} {
		if _, err := s.Get(ctx, "com_b", id); fault.Code(err) != "not_found" {
			t.Errorf("another company sees it: %v", err)
		}
	}
	if _, err := s.Explain(ctx, "com_b", f.ID, "başka"); fault.Code(err) != "not_found" {
		t.Errorf("another company closes it: %v", err)
	}
}

// A statement with every kind of difference: closed with reasons, by two persons, matched by hand, taken apart; and the next day brings what was missing.
func TestDifferencesOfAStatement(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.at("isbank", func(a *payment.Account) {
		a.Installments = []payment.Installment{{Count: 1, CostRate: 200}}
		a.Contract = payment.Contract{TaxRate: 500, Days: 1}
	})
	s := h.dayEnd()
	ayse, mehmet := audit.WithActor(h.ctx, "usr_ayse"), audit.WithActor(h.ctx, "usr_mehmet")
	var list []payment.Payment
	for i := range 10 {
		list = append(list, h.paid(int64(10000+i*100)))
	}
	day := h.today()
	change := func(i int, line []string) []string {
		kept := h.account.Whole(false, list[i].Captured, 1).Kept()
		line[5], line[6] = comma(kept), (day + 1).UTC().Format("02.01.2006")
		switch i {
		case 1: // one kuruş more is kept
			line[5] = comma(kept + 1)
		case 2:
			line[4] = comma(list[i].Captured - 1)
		case 3:
			line[6] = (day + 2).UTC().Format("02.01.2006")
		case 4, 5:
			return nil
		case 6: // one that nothing shows to be ours but the amount
			line[1], line[2], line[3], line[5], line[6] = "BAŞKA", "", "", "", ""
		}
		return line
	}
	file := statement(list, change)
	up := func(data []byte) reconciliation.NewRun {
		return reconciliation.NewRun{CompanyID: "com_a", AccountID: h.account.ID, Statement: &reconciliation.Upload{Name: `C:\ekstre.csv`, File: bytes.NewReader(data), Save: true}}
	}
	x, err := s.Run(ayse, up(file))
	want := map[string]int64{reconciliation.Commission: 1, reconciliation.OtherAmount: 1, reconciliation.ValueDate: 1, reconciliation.MissingThere: 3, reconciliation.MissingHere: 1}
	if err != nil || fmt.Sprint(x.Summary.Kinds) != fmt.Sprint(want) || x.Pairs != 7 || x.FileName != "ekstre.csv" || x.From != day {
		t.Fatalf("%+v %v", x, err)
	}
	if again, err := s.Run(mehmet, up(file)); err != nil || !again.Repeated || again.ID != x.ID || again.Version != x.Version {
		t.Errorf("the same file again: %+v %v", again, err)
	}
	if c, err := s.Columns(h.ctx, "com_a", "isbank"); err != nil || c[reconciliation.FieldOrder] != "Sipariş No" {
		t.Errorf("columns: %v %v", c, err)
	}
	if _, err := s.SetSettings(ayse, "com_a", reconciliation.Settings{FourEyes: true, Morning: 7}); err != nil {
		t.Fatal(err)
	}
	by := func(id, kind string) (out []reconciliation.Finding) {
		all, err := s.Findings(h.ctx, "com_a", id, reconciliation.FindingFilter{Kind: kind, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	com := by(x.ID, reconciliation.Commission)[0]
	if com.Found-com.Expected != 1 {
		t.Errorf("%+v", com)
	}
	f, err := s.Explain(ayse, "com_a", com.ID, "Banka düzeltecek")
	if err != nil || f.State != "proposed" {
		t.Fatalf("%+v %v", f, err)
	}
	if _, err := s.Confirm(ayse, "com_a", com.ID, true); fault.Code(err) != "second_person_needed" {
		t.Errorf("confirmed by herself: %v", err)
	}
	if f, err = s.Confirm(mehmet, "com_a", com.ID, true); err != nil || f.State != reconciliation.Closed || f.ProposedBy != "usr_ayse" || f.ClosedBy != "usr_mehmet" {
		t.Errorf("%+v %v", f, err)
	}
	// The line without numbers is matched by hand with the payment that it is.
	here := by(x.ID, reconciliation.MissingHere)[0]
	for _, there := range by(x.ID, reconciliation.MissingThere) {
		_, err := s.Match(ayse, "com_a", here.ID, there.ID, "Aynı işlem, banka numarasını yazmamış")
		if there.Ours.Ref != list[6].ID {
			if fault.Code(err) != "amounts_differ" {
				t.Errorf("matched with another amount: %v", err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if f, err = s.Confirm(mehmet, "com_a", here.ID, true); err != nil || f.State != reconciliation.Closed || f.Resolution != reconciliation.Matched {
		t.Errorf("%+v %v", f, err)
	}
	// A pair is taken apart, and stays so when the day is compared again.
	pairs, err := s.Pairs(h.ctx, "com_a", x.ID, 0, 100, list[9].BankOrderID)
	if err != nil || len(pairs) != 1 || pairs[0].By != "order_id" || pairs[0].Ours.Ref != list[9].ID || pairs[0].Theirs.OrderID != list[9].BankOrderID {
		t.Fatalf("%+v %v", pairs, err)
	}
	if x, err = s.TakeApart(ayse, "com_a", x.ID, pairs[0].Position, "Yanlış eşleşme"); err != nil || x.Pairs != 6 || x.Differences != 9 {
		t.Fatalf("%+v %v", x, err)
	}
	if _, err = s.TakeApart(ayse, "com_a", x.ID, pairs[0].Position, "Yanlış eşleşme"); fault.Code(err) != "taken_apart_already" {
		t.Errorf("twice: %v", err)
	}
	y, err := s.Run(ayse, up(append(file, '\n')))
	if err != nil || y.ID == x.ID || y.Differences != 9 || y.OpenDifferences != x.OpenDifferences || y.Pairs != 6 {
		t.Fatalf("%+v after %+v: %v", y, x, err)
	}
	// The next day's file brings the two that were missing.
	h.wait(24 * time.Hour)
	next := h.paid(5000)
	z, err := s.Run(ayse, up(statement([]payment.Payment{next, list[4], list[5]}, func(i int, line []string) []string {
		line[0] = next.PaidAt.In(pos.Istanbul).Format("02.01.2006 15:04:05")
		return line
	})))
	if err != nil || z.Differences != 0 || z.Pairs != 3 || z.Summary.Carried != 2 {
		t.Fatalf("%+v %v", z, err)
	}
	if y, err = s.Get(h.ctx, "com_a", y.ID); err != nil || y.OpenDifferences != 4 { // amount, value date, and the two halves
		t.Errorf("%+v %v", y, err)
	}
	if _, err := s.Run(ayse, up([]byte("a;b\n1;2\n"))); fault.Code(err) != "columns_unknown" {
		t.Errorf("%v", err)
	}
	if _, err := s.Run(ayse, up([]byte("tarih;tutar\n24.11.2026;beş\n"))); fault.Code(err) != "statement_unreadable" {
		t.Errorf("%v", err)
	}
}

// The daily run compares yesterday once, on whichever node comes first; a list that cannot be had is asked for again.
func TestMorning(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.at("akbank", nil)
	h.paid(1000)
	h.past(50)
	day := h.today()
	next := (day + 1).Start().Add(7*time.Hour + time.Minute)
	h.wait(next.Sub(h.clock.Now()))
	server, err := mail.ParseServer("smtp://127.0.0.1:1?from=onay@example.com")
	if err != nil {
		t.Fatal(err)
	}
	node := func() *reconciliation.Service {
		return reconciliation.New(h.db, h.log, h.clock, nil, h.s, clock.Turkey{}, mail.New(h.db, h.log, h.clock, nil, server))
	}
	nodes := []*reconciliation.Service{node(), node()}
	set := reconciliation.DefaultSettings()
	set.MailTo = []string{"muhasebe@example.com"}
	if _, err := nodes[0].SetSettings(h.ctx, "com_a", set); err != nil {
		t.Fatal(err)
	}
	morning := func() {
		t.Helper()
		var wg sync.WaitGroup
		for _, s := range nodes {
			wg.Go(func() {
				if err := s.Morning(h.ctx, []string{"com_a", "com_b"}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	state := func() reconciliation.DayState {
		t.Helper()
		d, err := nodes[0].Days(h.ctx, "com_a", "", day, day)
		if err != nil || len(d) != 1 {
			t.Fatalf("%+v %v", d, err)
		}
		return d[0]
	}
	h.fault("http_500", 1)
	morning()
	if d := state(); d.State != reconciliation.DayFailed || d.TR == "" {
		t.Fatalf("%+v", d)
	}
	h.fault("http_500", 0)
	morning()
	if d := state(); d.State != reconciliation.DayFailed {
		t.Errorf("asked again at once: %+v", d)
	}
	h.wait(31 * time.Minute)
	morning()
	if d := state(); d.State != reconciliation.DayOpen || d.OpenDifferences != 1 {
		t.Errorf("%+v", d)
	}
	morning()
	all, err := nodes[0].List(h.ctx, "com_a", reconciliation.Filter{All: true})
	if err != nil || len(all) != 1 || all[0].CreatedBy != audit.System {
		t.Errorf("%+v %v", all, err)
	}
	var mails []string
	if err := h.db.Read(h.ctx, func(tx db.Tx) (err error) {
		mails, err = db.All(tx, func(r db.Row) (s string, err error) {
			var body string
			err = r.Scan(&s, &body)
			return s + "|" + body, err
		}, "SELECT subject, body FROM mail ORDER BY id")
		return err
	}); err != nil || len(mails) != 2 || !strings.Contains(mails[0], "karşılaştırılmayan hesap var") || !strings.Contains(mails[1], ": 1 açık fark") || !strings.Contains(mails[1], "/reconciliation-days/"+day.String()) {
		t.Errorf("%q %v", mails, err)
	}
	events, err := h.log.List(h.ctx, audit.Filter{CompanyID: "com_a", Kind: "day_end."})
	if err != nil || len(events) != 2 || !strings.Contains(events[0].Data, `"open_differences":1`) {
		t.Errorf("%+v %v", events, err)
	}
}

// The statement of the bank account against what the contract says, to the kuruş.
func TestPayouts(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.at("isbank", func(a *payment.Account) {
		a.Installments = []payment.Installment{{Count: 1, CostRate: 189}, {Count: 3, CostRate: 489}}
		a.Contract = payment.Contract{TaxRate: 500, Fee: 25, Days: 1, Text: "12345, üye işyeri"}
	})
	s, ctx := h.dayEnd(), audit.WithActor(h.ctx, "usr_a")
	var net int64
	for i := range 3 {
		net += h.account.Whole(false, h.paid(int64(99999+i)).Captured, 1).Net()
	}
	day := h.today()
	all, err := s.Expected(ctx, "com_a", day, day+10)
	if err != nil || len(all) != 1 || all[0].Net() != net || all[0].Day != day+1 || all[0].Movements != 3 {
		t.Fatalf("%+v %v", all, err)
	}
	h.wait(24 * time.Hour)
	mt940 := func(short int64) []byte {
		d := (day + 1).UTC().Format("060102")
		return fmt.Appendf(nil, ":20:X\n:25:TR1\n:28C:1/1\n:60F:C%sTRY0,\n:61:%s%sC%sNMSCNONREF\n:86:ÜYE İŞYERİ 0012345\n:61:%s%sC500,NMSCNONREF\n:86:HAVALE\n:62F:C%sTRY%s\n-\n", d, d, d[2:], comma(net-short), d, d[2:], d, comma(net-short+50000))
	}
	run := func(short int64) (reconciliation.Reconciliation, error) {
		return s.Run(ctx, reconciliation.NewRun{CompanyID: "com_a", AccountID: h.account.ID, Subject: reconciliation.Payouts, Statement: &reconciliation.Upload{Name: "hesap.sta", File: bytes.NewReader(mt940(short))}})
	}
	x, err := run(0)
	if err != nil || x.Pairs != 1 || x.Differences != 0 {
		t.Fatalf("%+v %v", x, err)
	}
	if x, err = run(1); err != nil || x.OpenDifferences != 1 || x.Summary.Kinds[reconciliation.OtherAmount] != 1 {
		t.Fatalf("%+v %v", x, err)
	}
	events, err := h.log.List(h.ctx, audit.Filter{CompanyID: "com_a", Kind: "payout.short"})
	if err != nil || len(events) != 1 {
		t.Errorf("%+v %v", events, err)
	}
	if _, err := s.Run(ctx, reconciliation.NewRun{CompanyID: "com_a", AccountID: h.account.ID, Subject: reconciliation.Payouts, From: day}); fault.Code(err) != "statement_needed" {
		t.Errorf("%v", err)
	}
}

// Whatever dies between, a comparison is there as a whole or not at all.
func TestADeathDuringAComparison(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.at("akbank", nil)
	h.paid(1000)
	h.past(50)
	n := reconciliation.NewRun{CompanyID: "com_a", AccountID: h.account.ID, From: h.today()}
	for left := range int64(3) {
		h.db.left.Store(left)
		if _, err := h.dayEnd().Run(h.ctx, n); !errors.Is(err, errDead) {
			t.Fatalf("with %d writes: %v", left, err)
		}
		h.restart()
		if all, err := h.dayEnd().List(h.ctx, "com_a", reconciliation.Filter{All: true}); err != nil || len(all) != 0 {
			t.Errorf("half a comparison: %+v %v", all, err)
		}
	}
	x, err := h.dayEnd().Run(h.ctx, n)
	if err != nil || x.Pairs != 1 || x.Differences != 1 {
		t.Errorf("%+v %v", x, err)
	}
	h.wait(2 * time.Hour)
	if err := h.dayEnd().Clean(h.ctx); err != nil {
		t.Fatal(err)
	}
	if pairs, err := h.dayEnd().Pairs(h.ctx, "com_a", x.ID, 0, 10, ""); err != nil || len(pairs) != 1 {
		t.Errorf("%+v %v", pairs, err)
	}
	var orphans int64
	if err := h.db.Read(h.ctx, func(tx db.Tx) error {
		return tx.QueryRow("SELECT COUNT(*) FROM reconciliation_pairs WHERE reconciliation_id NOT IN (SELECT id FROM reconciliation)").Scan(&orphans)
	}); err != nil || orphans > 0 {
		t.Errorf("%d blocks belong to nothing (%v)", orphans, err)
	}
}

// What people who had not written it found.
func TestFoundByFreshEyes(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.at("isbank", nil)
	s, ctx := h.dayEnd(), audit.WithActor(h.ctx, "usr_a")
	p := h.paid(1000)
	today := h.today()
	run := func(subject string, lines ...string) (reconciliation.Reconciliation, error) {
		return s.Run(ctx, reconciliation.NewRun{CompanyID: "com_a", AccountID: h.account.ID, Subject: subject, Statement: &reconciliation.Upload{Name: "a.csv", File: strings.NewReader("Tarih;Tutar;Sipariş No\n" + strings.Join(lines, "\n") + "\n")}})
	}
	must := func(lines ...string) reconciliation.Reconciliation {
		t.Helper()
		x, err := run("", lines...)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	only := func(x reconciliation.Reconciliation, kind string) reconciliation.Finding {
		t.Helper()
		f, err := s.Findings(ctx, "com_a", x.ID, reconciliation.FindingFilter{Kind: kind})
		if err != nil || len(f) != 1 {
			t.Fatalf("%s: %+v %v", kind, f, err)
		}
		return f[0]
	}
	before := (today - 1).String()
	first := must(before + ";10,00;" + p.BankOrderID)
	early := only(first, reconciliation.MissingHere)

	// What was found in a comparison that is replaced is sought in the new one, and open again where it is not found.
	second := must(today.String() + ";7,00;A-1")
	if f, _ := s.Finding(ctx, "com_a", early.ID); f.Resolution != reconciliation.Later || f.Partner != second.ID {
		t.Fatalf("%+v", f)
	}
	third := must(today.String()+";7,00;A-1", today.String()+";8,00;A-2")
	if f, _ := s.Finding(ctx, "com_a", early.ID); f.Resolution != reconciliation.Later || f.Partner != third.ID {
		t.Errorf("found again: %+v", f)
	}
	must(today.String()+";7,00;A-1", today.String()+";10,00;"+p.BankOrderID) // its own line is nearer
	if x, err := s.Get(ctx, "com_a", first.ID); err != nil || x.OpenDifferences != 1 && x.OpenDifferences != 0 {
		t.Errorf("%+v %v", x, err)
	}

	// A payout is no payment, and a closed day takes nothing in.
	x, err := run(reconciliation.Payouts, (today-3).String()+";500,00;POS-1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Enter(ctx, "com_a", only(x, reconciliation.MissingHere).ID, "olmaz"); fault.Code(err) != "nothing_to_enter" {
		t.Errorf("a payout was entered: %v", err)
	}
	if _, err := run("x", today.String()+";1,00;B"); fault.Code(err) != "unknown_subject" {
		t.Errorf("%v", err)
	}

	// The same file, asked about in another way, is another comparison.
	file := "Tarih;Tutar;Net;Sipariş No\n" + (today - 5).String() + ";5,00;4,00;C-1\n"
	again := func(columns reconciliation.Columns) reconciliation.Reconciliation {
		t.Helper()
		x, err := s.Run(ctx, reconciliation.NewRun{CompanyID: "com_a", AccountID: h.account.ID, Statement: &reconciliation.Upload{Name: "b.csv", File: strings.NewReader(file), Columns: columns}})
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	again(nil)
	net := again(reconciliation.Columns{"date": "Tarih", "amount": "Net", "order_id": "Sipariş No"})
	if f := only(net, reconciliation.MissingHere); net.Repeated || f.Found != 400 {
		t.Errorf("other columns: %+v %+v", net, f)
	}

	// The bank's line of a payment whose end is not known is not entered as another one.
	p = h.paid(3300)
	if err := h.db.Write(h.ctx, func(tx db.Tx) error {
		_, err := tx.Exec("UPDATE payment SET status = 'unknown', captured = 0, paid_at = 0, paid_key = NULL WHERE id = $1", p.ID)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	y := must(before+";33,00;"+p.BankOrderID, before+";3,00;A-9")
	all, err := s.Findings(ctx, "com_a", y.ID, reconciliation.FindingFilter{Kind: reconciliation.MissingHere})
	if err != nil || len(all) != 2 {
		t.Fatalf("%+v %v", all, err)
	}
	for _, f := range all {
		_, err := s.Enter(ctx, "com_a", f.ID, "elle girildi")
		if want := map[string]string{p.BankOrderID: "already_there"}[f.Theirs.OrderID]; fault.Code(err) != want && (want != "" || err != nil) {
			t.Errorf("%s: %v", f.Theirs.OrderID, err)
		}
	}
}
