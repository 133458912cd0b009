package console

import (
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/console/screens"
	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/console/ui"
	"github.com/onay/onay/internal/payment"
)

func init() {
	registrars = append(registrars, func(c *Console) { c.at("payments", "GET /payments/summary", company.PaymentsRead, paymentSummary) })
}

// paymentSummary shows how the banks answer: by account, by reason, by the hour.
func paymentSummary(s *screen) error {
	days := 1
	if n, err := strconv.Atoi(s.r.URL.Query().Get("days")); err == nil && (n == 7 || n == 30) {
		days = n
	}
	now := s.c.Clock.Now().In(clock.Istanbul)
	from := time.Date(now.Year(), now.Month(), now.Day()-days+1, 0, 0, 0, 0, clock.Istanbul)
	st, err := s.c.Payments.Stats(s.ctx, s.id, from, now.Add(time.Minute))
	if err != nil {
		return err
	}
	totals, err := s.c.Payments.Totals(s.ctx, s.id, payment.Filter{From: from})
	if err != nil {
		return err
	}
	names, _, err := s.accountNames()
	if err != nil {
		return err
	}
	var tabs []ui.Tab
	for _, d := range []int{1, 7, 30} {
		tabs = append(tabs, ui.Tab{Label: s.t("paystats.days." + strconv.Itoa(d)), Href: with("/payments/summary", "days", strconv.Itoa(d)), Current: d == days})
	}
	parts := []templ.Component{screens.Head(ui.HeadProps{Title: s.t("paystats.title"), Sub: text.Date(from) + " – " + text.Date(now), Back: &ui.Link{Label: s.t("payment.list"), Href: "/payments"}}), ui.Tabs(ui.TabsProps{Label: s.t("paystats.range"), Tabs: tabs})}
	if len(st.Accounts) == 0 {
		return s.show(http.StatusOK, "paystats.title", append(parts, ui.EmptyState(ui.EmptyProps{Icon: "card", Title: s.t("paystats.empty"), Text: s.t("paystats.empty.text")}))...)
	}
	part := func(n int64) string {
		if n < 0 {
			return "—"
		}
		return text.Percent(n)
	}
	accounts := ui.TableProps{Caption: s.t("paystats.accounts"), Columns: []ui.Column{{Label: s.t("payment.account"), Wide: true}, {Label: s.t("paystats.approved"), Num: true}, {Label: s.t("paystats.declined"), Num: true}, {Label: s.t("paystats.failed"), Num: true},
		{Label: s.t("paystats.left"), Num: true}, {Label: s.t("paystats.share"), Num: true}, {Label: s.t("paystats.secure"), Num: true}}}
	approved := ui.BarsProps{Title: s.t("paystats.bybank"), Head: s.t("payment.account"), Unit: s.t("paystats.share")}
	for _, a := range st.Accounts {
		accounts.Rows = append(accounts.Rows, ui.Row{Cells: []ui.Cell{ui.A(names[a.AccountID], with("/payments", "account", a.AccountID)), ui.Num(a.Approved), ui.Num(a.Declined), ui.Num(a.Failed), ui.Num(a.Left + a.Unknown), ui.Txt(part(a.Share())), ui.Txt(part(a.Authenticated()))}})
		if a.Share() >= 0 {
			label := []rune(names[a.AccountID])
			approved.Bars = append(approved.Bars, ui.Bar{Label: string(label[:min(6, len(label))]), Value: a.Share(), Shown: part(a.Share())})
		}
	}
	reasons := ui.TableProps{Caption: s.t("paystats.reasons"), Empty: ui.EmptyState(ui.EmptyProps{Icon: "check", Title: s.t("paystats.reasons.none")}), Columns: []ui.Column{{Label: s.t("payment.reason"), Wide: true}, {Label: s.t("paystats.count"), Num: true}}}
	for _, r := range st.Reasons[:min(len(st.Reasons), 12)] {
		reasons.Rows = append(reasons.Rows, ui.Row{Cells: []ui.Cell{ui.Txt(r.Code.Text(string(text.From(s.ctx)))), ui.Num(r.Count)}})
	}
	hours := ui.BarsProps{Title: s.t("paystats.hours"), Head: s.t("paystats.hour"), Unit: s.t("paystats.approved")}
	for h, x := range st.Hours {
		hours.Bars = append(hours.Bars, ui.Bar{Label: strconv.Itoa(h), Value: x.Approved, Shown: s.t("paystats.hour.shown", text.Count(x.Approved), text.Count(x.Declined))})
	}
	parts = append(parts, s.totals(totals), screens.Panel(ui.PanelProps{Title: s.t("paystats.accounts"), Flush: true}, ui.Table(accounts)),
		screens.Sides(screens.Stack(screens.Panel(ui.PanelProps{}, ui.Bars(hours)), screens.Panel(ui.PanelProps{}, ui.Bars(approved))), screens.Panel(ui.PanelProps{Title: s.t("paystats.reasons"), Flush: true}, ui.Table(reasons))))
	return s.show(http.StatusOK, "paystats.title", parts...)
}
