package console

import (
	"bytes"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/console/paypage"
	"github.com/onay/onay/internal/console/screens"
	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/console/ui"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/reconciliation"
	"github.com/onay/onay/pos"
)

// showPayouts tells what is to come, by the day of the money.
func showPayouts(s *screen) error {
	today := clock.DayOf(s.c.Clock.Now())
	from := today
	if d, err := clock.ParseDay(s.r.URL.Query().Get("from")); err == nil && d > 16000 && d < today+400 {
		from = d
	}
	until := from + 30
	names, accounts, err := s.accountNames()
	if err != nil {
		return err
	}
	all, err := s.c.DayEnd.Expected(s.ctx, s.id, from, until)
	if err != nil {
		return err
	}
	var actions []templ.Component
	if s.can(company.DayEndWrite) {
		actions = append(actions, ui.Button(ui.ButtonProps{Label: s.t("dayend.payouts.compare"), Kind: ui.Primary, Href: with("/reconciliation/new", "subject", reconciliation.Payouts)}))
	}
	parts := []templ.Component{screens.Head(ui.HeadProps{Title: s.t("nav.reconciliation"), Sub: dateOf(from) + " – " + dateOf(until)}, actions...), s.dayTabs("payouts")}
	if len(accounts) == 0 {
		return s.show(http.StatusOK, "dayend.tab.payouts", append(parts, s.noAccounts())...)
	}
	byDay := map[clock.Day]int64{}
	var gross, kept, net int64
	t := ui.TableProps{Caption: s.t("dayend.tab.payouts"), Empty: ui.EmptyState(ui.EmptyProps{Icon: "calendar", Title: s.t("dayend.payouts.none"), Text: s.t("dayend.payouts.none.text")}),
		Columns: []ui.Column{{Label: s.t("payment.account"), Wide: true}, {Label: s.t("dayend.valueday")}, {Label: s.t("dayend.gross"), Num: true}, {Label: s.t("dayend.commission"), Num: true}, {Label: s.t("dayend.tax"), Num: true}, {Label: s.t("dayend.fee"), Num: true}, {Label: s.t("dayend.net"), Num: true}}}
	for _, e := range all {
		m := func(n int64) ui.Cell { return ui.Txt(text.MoneyIn(n, string(e.Currency))) }
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: names[e.AccountID], Sub: text.N(s.ctx, "count.movement", e.Movements)}, ui.Txt(dateOf(e.Day)), m(e.Gross), m(e.Commission), m(e.Tax), m(e.Fee), m(e.Net())}})
		if e.Currency == pos.TRY {
			byDay[e.Day] += e.Net()
			gross, kept, net = gross+e.Gross, kept+e.Gross-e.Net(), net+e.Net()
		}
	}
	if len(all) > 0 {
		chart := ui.BarsProps{Title: s.t("dayend.payouts.chart"), Head: s.t("dayend.valueday"), Unit: s.t("dayend.net")}
		for d := from; d <= until; d++ {
			chart.Bars = append(chart.Bars, ui.Bar{Label: dateOf(d)[:5], Value: byDay[d], Shown: text.Money(byDay[d])})
		}
		parts = append(parts, screens.Tiles(ui.Stat(ui.StatProps{Label: s.t("dayend.gross"), Value: text.Money(gross)}), ui.Stat(ui.StatProps{Label: s.t("dayend.kept.all"), Value: text.Money(kept)}), ui.Stat(ui.StatProps{Label: s.t("dayend.net"), Value: text.Money(net)})),
			screens.Panel(ui.PanelProps{}, ui.Bars(chart)))
	}
	turn := []templ.Component{ui.Button(ui.ButtonProps{Label: s.t("dayend.payouts.before"), Icon: "left", Href: with("/reconciliation/payouts", "from", (from - 31).String())}), ui.Button(ui.ButtonProps{Label: s.t("dayend.payouts.after"), Href: with("/reconciliation/payouts", "from", (from + 31).String())})}
	return s.show(http.StatusOK, "dayend.tab.payouts", append(parts, screens.Panel(ui.PanelProps{Flush: true}, ui.Table(t)), screens.Note(s.t("dayend.payouts.text")), screens.Buttons(turn...))...)
}

// wantedDays reads the days of a paper.
func (s *screen) wantedDays() (from, until clock.Day, err error) {
	q := s.r.URL.Query()
	if from, err = clock.ParseDay(q.Get("from")); err == nil {
		until, err = clock.ParseDay(q.Get("until"))
	}
	today := clock.DayOf(s.c.Clock.Now())
	if err != nil || from <= 0 || until < from || until-from > 92 || until > today {
		return 0, 0, fault.New(fault.Invalid, "invalid_day", "Bugüne kadar en çok 93 gün seçin.", "Choose at most 93 days until today.")
	}
	return from, until, nil
}

func paperName(what string, from, until clock.Day) string {
	if from == until {
		return what + "-" + from.String()
	}
	return what + "-" + from.String() + "-" + until.String()
}

// sheetColumns head the day sheet.
var sheetColumns = []string{"word.date", "pos.bank", "payment.account", "payment.currency", "dayend.sales.count", "dayend.sales", "dayend.refunds.count", "dayend.refunds", "dayend.gross", "dayend.commission", "dayend.tax", "dayend.fee", "dayend.net", "word.state", "dayend.differences.open", "dayend.closedby", "dayend.note"}

// daySheet is the paper that an accountant files: as spreadsheet, CSV or PDF.
func daySheet(s *screen) error {
	from, until, err := s.wantedDays()
	if err != nil {
		return err
	}
	lines, err := s.c.DayEnd.Sheet(s.ctx, s.id, from, until)
	if err != nil {
		return err
	}
	name := paperName("gun-sonu", from, until)
	format := s.r.URL.Query().Get("format")
	if format == "pdf" {
		var b bytes.Buffer
		if err := s.sheetPDF(&b, from, until, lines); err != nil {
			return err
		}
		paypage.SendPDF(s.w, name+".pdf", b.Bytes())
		return nil
	}
	return s.table(name, sheetColumns, func(row func(...any) error) error {
		for _, l := range lines {
			by := ""
			if l.ClosedBy != "" {
				by = s.named(l.ClosedBy)
			}
			if err := row(dateOf(l.Day), l.Bank, l.Name, string(l.Currency), l.Sales, money(l.SalesSum), l.Refunds, money(l.RefundsSum), money(l.Gross()), money(l.Commission), money(l.Tax), money(l.Fee), money(l.Net()), s.t("dayend.day."+stateOr(l.State)), l.Open, by, l.ClosingNotes); err != nil {
				return err
			}
		}
		return nil
	})
}

func stateOr(state string) string {
	if state == "" {
		return reconciliation.DayWaiting
	}
	return state
}

// table writes rows in the format asked for.
func (s *screen) table(name string, columns []string, rows func(row func(...any) error) error) error {
	var head []string
	for _, k := range columns {
		head = append(head, s.t(k))
	}
	if s.r.URL.Query().Get("format") == "csv" {
		return writeCSV(s, name, head, rows)
	}
	return writeXLSX(s, name, head, rows)
}

// dayJournal are the lines for the books.
func dayJournal(s *screen) error {
	from, until, err := s.wantedDays()
	if err != nil {
		return err
	}
	lines, err := s.c.DayEnd.Journal(s.ctx, s.id, from, until)
	if err != nil {
		return err
	}
	return s.table(paperName("muhasebe", from, until), []string{"word.date", "dayend.voucher", "dayend.ledger", "dayend.about", "payment.account", "payment.currency", "dayend.debit", "dayend.credit"}, func(row func(...any) error) error {
		for _, l := range lines {
			if err := row(dateOf(l.Day), l.Voucher, l.Ledger, s.t("dayend.about."+l.About), l.Account, string(l.Currency), money(l.Debit), money(l.Credit)); err != nil {
				return err
			}
		}
		return nil
	})
}

// exportDifferences writes all differences of a comparison.
func exportDifferences(s *screen) error {
	x, err := s.comparison()
	if err != nil {
		return err
	}
	columns := []string{"dayend.kind", "word.date", "payment.bankorder", "payment.authcode", "payment.rrn", "payment.reference", "dayend.last4", "payment.currency", "dayend.expected", "dayend.found", "word.state", "dayend.reason", "dayend.line"}
	return s.table(paperName("farklar", x.From, x.Until), columns, func(row func(...any) error) error {
		f := reconciliation.FindingFilter{Limit: 1000}
		for {
			rows, err := s.c.DayEnd.Findings(s.ctx, s.id, x.ID, f)
			if err != nil {
				return err
			}
			for _, d := range rows {
				i := d.Theirs
				if i == nil {
					i = d.Ours
				}
				if i == nil {
					i = &reconciliation.Item{}
				}
				state := s.t("dayend.day.open")
				switch d.State {
				case reconciliation.Closed:
					state = s.t("dayend.resolution." + d.Resolution)
				case "proposed":
					state = s.t("dayend.proposed")
				}
				var expected, found any = money(d.Expected), money(d.Found)
				if d.Kind == reconciliation.ValueDate {
					expected, found = dateOf(clock.Day(d.Expected)), dateOf(clock.Day(d.Found))
				}
				line := ""
				if d.Theirs != nil {
					line = strconv.Itoa(d.Theirs.Line)
				}
				if err := row(s.t("dayend.kind."+d.Kind), i.At, i.OrderID, i.AuthCode, i.RRN, i.Reference, i.Last4, string(d.Currency), expected, found, state, d.Reason, line); err != nil {
					return err
				}
			}
			if len(rows) < f.Limit {
				return nil
			}
			f.After = rows[len(rows)-1].ID
		}
	})
}
