package console

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/console/screens"
	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/console/ui"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/reconciliation"
)

func init() {
	registrars = append(registrars, func(c *Console) {
		page := func(pattern string, perm company.Permission, h func(*screen) error) {
			c.at("reconciliation", pattern, perm, h)
		}
		page("GET /reconciliation", company.DayEndRead, dayCalendar)
		page("GET /reconciliation-days/{day}", company.DayEndRead, showDay)
		page("GET /reconciliation/list", company.DayEndRead, listComparisons)
		page("GET /reconciliation/payouts", company.DayEndRead, showPayouts)
		page("GET /reconciliation/sheet", company.DayEndRead, daySheet)
		page("GET /reconciliation/journal", company.DayEndRead, dayJournal)
		page("GET /reconciliation/new", company.DayEndWrite, func(s *screen) error { return newComparison(s, http.StatusOK, nil) })
		page("POST /reconciliation/new", company.DayEndWrite, compare)
		page("GET /reconciliation/columns", company.DayEndWrite, func(s *screen) error { return columnsPage(s, http.StatusOK, nil) })
		page("POST /reconciliation/columns", company.DayEndWrite, compareColumns)
		page("GET /reconciliation/{id}", company.DayEndRead, showComparison)
		page("GET /reconciliation/{id}/export", company.DayEndRead, exportDifferences)
		page("GET /reconciliation/{id}/pairs", company.DayEndRead, showPairs)
		page("GET /reconciliation/{id}/close", company.DayEndWrite, func(s *screen) error { return closePage(s, http.StatusOK, nil) })
		page("POST /reconciliation/{id}/close", company.DayEndWrite, closeDay)
		page("GET /reconciliation/{id}/reopen", company.DayEndWrite, func(s *screen) error { return reopenPage(s, http.StatusOK, nil) })
		page("POST /reconciliation/{id}/reopen", company.DayEndWrite, reopenDay)
		page("GET /reconciliation/{id}/apart/{position}", company.DayEndWrite, func(s *screen) error { return apartPage(s, http.StatusOK, nil) })
		page("POST /reconciliation/{id}/apart/{position}", company.DayEndWrite, takeApart)
		page("GET /reconciliation-differences/{id}", company.DayEndRead, func(s *screen) error { return differencePage(s, http.StatusOK, nil) })
		page("POST /reconciliation-differences/{id}", company.DayEndWrite, settleDifference)
		c.settings("GET /settings/dayend", company.DayEndRead, func(s *screen) error { return dayEndSettings(s, http.StatusOK, nil) })
		c.settings("POST /settings/dayend", company.DayEndWrite, saveDayEnd)
	})
}

// dayTones are the tones of a day's states, the worst last.
var dayTones = map[string]ui.Tone{reconciliation.DayQuiet: ui.Neutral, reconciliation.DayClosed: ui.Good, reconciliation.DayBalanced: ui.Info, reconciliation.DayWaiting: ui.Wait, reconciliation.DayOpen: ui.Wait, reconciliation.DayFailed: ui.Bad}

// dayRank orders the states by how much they need a person.
var dayRank = map[string]int{reconciliation.DayQuiet: 0, reconciliation.DayClosed: 1, reconciliation.DayBalanced: 2, reconciliation.DayWaiting: 3, reconciliation.DayOpen: 4, reconciliation.DayFailed: 5}

// dayTabs are the pages of the place.
func (s *screen) dayTabs(current string) templ.Component {
	var tabs []ui.Tab
	for _, t := range [][2]string{{"calendar", "/reconciliation"}, {"list", "/reconciliation/list"}, {"payouts", "/reconciliation/payouts"}} {
		tabs = append(tabs, ui.Tab{Label: s.t("dayend.tab." + t[0]), Href: t[1], Current: t[0] == current})
	}
	return ui.Tabs(ui.TabsProps{Label: s.t("nav.reconciliation"), Tabs: tabs})
}

func dateOf(d clock.Day) string { return text.Date(d.Start()) }

// dayCalendar is a month: which days are closed, and which wait.
func dayCalendar(s *screen) error {
	q := s.r.URL.Query()
	today := clock.DayOf(s.c.Clock.Now())
	now := today.UTC()
	month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	if t, err := time.Parse("2006-01", q.Get("month")); err == nil && !t.After(month) && t.Year() >= 2016 {
		month = t
	}
	first := clock.Day(month.Unix() / 86400)
	last := first.AddMonths(1) - 1
	_, accounts, err := s.accountNames()
	if err != nil {
		return err
	}
	account := q.Get("account")
	states, err := s.c.DayEnd.Days(s.ctx, s.id, account, first, min(last, today))
	if err != nil {
		return err
	}
	worst, sums := map[clock.Day]reconciliation.DayState{}, map[clock.Day]int64{}
	for _, st := range states {
		sums[st.Day] += st.Sum
		w, there := worst[st.Day]
		if !there || dayRank[st.State] > dayRank[w.State] {
			st.OpenDifferences += w.OpenDifferences
			worst[st.Day] = st
		} else {
			w.OpenDifferences += st.OpenDifferences
			worst[st.Day] = w
		}
	}
	p := ui.CalendarProps{Label: s.t("dayend.calendar")}
	for i := range 7 {
		p.Weekdays = append(p.Weekdays, s.t("dayend.weekday."+strconv.Itoa(i)))
	}
	for range (int(first.UTC().Weekday()) + 6) % 7 {
		p.Days = append(p.Days, ui.CalendarDay{})
	}
	for d := first; d <= last; d++ {
		c := ui.CalendarDay{Number: d.UTC().Day(), Label: dateOf(d), Href: "/reconciliation-days/" + d.String(), Today: d == today}
		if st, there := worst[d]; there && st.State != reconciliation.DayQuiet {
			c.Word, c.Tone = s.t("dayend.day."+st.State), dayTones[st.State]
			if d == today && st.State == reconciliation.DayWaiting {
				c.Word, c.Tone = s.t("dayend.day.running"), ui.Neutral
			}
			if st.OpenDifferences > 0 {
				c.Word = text.N(s.ctx, "count.difference", st.OpenDifferences)
			}
			if sums[d] != 0 {
				c.Sub = text.Money(sums[d])
			}
		}
		p.Days = append(p.Days, c)
	}
	at := func(m time.Time) string {
		return with("/reconciliation", "month", m.Format("2006-01"), "account", account)
	}
	turn := []templ.Component{ui.Button(ui.ButtonProps{Label: s.t("dayend.month.before"), Icon: "left", Href: at(month.AddDate(0, -1, 0))})}
	if last < today {
		turn = append(turn, ui.Button(ui.ButtonProps{Label: s.t("dayend.month.after"), Href: at(month.AddDate(0, 1, 0))}))
	}
	turn = append(turn, s.sheetLinks(first, min(last, today))...)
	parts := []templ.Component{screens.Head(ui.HeadProps{Title: s.t("nav.reconciliation"), Sub: s.t("dayend.month."+strconv.Itoa(int(month.Month()))) + " " + strconv.Itoa(month.Year())}, s.compareButtons()...), s.dayTabs("calendar")}
	if len(accounts) == 0 {
		return s.show(http.StatusOK, "nav.reconciliation", append(parts, s.noAccounts())...)
	}
	comparisons, differences, err := s.c.DayEnd.OpenNow(s.ctx, s.id)
	if err != nil {
		return err
	}
	if differences > 0 {
		parts = append(parts, ui.Callout(ui.CalloutProps{Tone: ui.Wait, Title: text.N(s.ctx, "count.difference", differences), Text: s.t("dayend.open.text", text.Count(comparisons))}))
	}
	filter := ui.Select(ui.SelectProps{Name: "account", Label: s.t("payment.account"), Value: account, Blank: s.t("word.all"), Options: accounts, Narrow: true})
	return s.show(http.StatusOK, "nav.reconciliation", append(parts, screens.Filters(ui.FilterBarProps{Action: "/reconciliation"}, filter, screens.Hidden("month", month.Format("2006-01"))), ui.Calendar(p), screens.Buttons(turn...))...)
}

// noAccounts teaches what has to be there first.
func (s *screen) noAccounts() templ.Component {
	e := ui.EmptyProps{Icon: "calendar", Title: s.t("dayend.empty"), Text: s.t("dayend.empty.text")}
	if s.can(company.ProvidersWrite) {
		e.Action = &ui.ButtonProps{Label: s.t("pos.new"), Kind: ui.Primary, Href: "/settings/pos/new"}
	}
	return ui.EmptyState(e)
}

func (s *screen) compareButtons() (out []templ.Component) {
	if s.can(company.SettingsRead) || s.can(company.DayEndWrite) {
		out = append(out, ui.Button(ui.ButtonProps{Label: s.t("set.dayend"), Href: "/settings/dayend"}))
	}
	if s.can(company.DayEndWrite) {
		out = append(out, s.addButton(s.t("dayend.new"), "/reconciliation/new"))
	}
	return out
}

// sheetLinks lead to the papers of some days.
func (s *screen) sheetLinks(from, until clock.Day) []templ.Component {
	link := func(path, format string) string {
		return with(path, "from", from.String(), "until", until.String(), "format", format)
	}
	return []templ.Component{
		ui.Button(ui.ButtonProps{Label: s.t("dayend.sheet.pdf"), Icon: "download", Href: link("/reconciliation/sheet", "pdf")}),
		ui.Button(ui.ButtonProps{Label: s.t("dayend.sheet.xlsx"), Icon: "download", Href: link("/reconciliation/sheet", "xlsx")}),
		ui.Button(ui.ButtonProps{Label: s.t("dayend.journal"), Icon: "download", Href: link("/reconciliation/journal", "xlsx")}),
	}
}

// showDay is a day by account.
func showDay(s *screen) error {
	d, err := clock.ParseDay(s.r.PathValue("day"))
	if err != nil || d < 0 {
		return notFound()
	}
	today := clock.DayOf(s.c.Clock.Now())
	names, accounts, err := s.accountNames()
	if err != nil {
		return err
	}
	var states []reconciliation.DayState
	if d <= today {
		if states, err = s.c.DayEnd.Days(s.ctx, s.id, "", d, d); err != nil {
			return err
		}
	}
	t := ui.TableProps{Caption: dateOf(d), Empty: ui.EmptyState(ui.EmptyProps{Icon: "calendar", Title: s.t("dayend.day.none")}), Columns: []ui.Column{{Label: s.t("payment.account"), Wide: true}, {Label: s.t("word.state")}, {Label: s.t("dayend.movements"), Num: true}, {Label: s.t("dayend.sum"), Num: true}, {Label: s.t("dayend.act"), HideLabel: true}}}
	en := text.From(s.ctx) == text.EN
	for _, st := range states {
		state := ui.Cell{Body: ui.Tag(s.t("dayend.day."+st.State), dayTones[st.State])}
		if st.OpenDifferences > 0 {
			state.Sub = text.N(s.ctx, "count.difference", st.OpenDifferences)
		}
		if state.Sub == "" {
			if state.Sub = st.TR; en {
				state.Sub = st.EN
			}
		}
		name, act := ui.Cell{Text: names[st.AccountID]}, templ.Component(templ.NopComponent)
		switch {
		case st.ReconciliationID != "":
			name.Href = "/reconciliation/" + st.ReconciliationID
		case s.can(company.DayEndWrite):
			act = ui.Button(ui.ButtonProps{Label: s.t("dayend.compare"), Small: true, Href: with("/reconciliation/new", "account", st.AccountID, "from", d.String())})
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{name, state, ui.Num(st.Movements), ui.TL(st.Sum), ui.Node(act)}})
	}
	parts := []templ.Component{screens.Head(ui.HeadProps{Title: dateOf(d), Back: &ui.Link{Label: s.t("dayend.tab.calendar"), Href: with("/reconciliation", "month", d.String()[:7])}}, s.sheetLinks(d, d)...)}
	if len(accounts) == 0 {
		return s.show(http.StatusOK, dateOf(d), append(parts, s.noAccounts())...)
	}
	return s.show(http.StatusOK, dateOf(d), append(parts, screens.Panel(ui.PanelProps{Flush: true}, ui.Table(t)))...)
}

func span(x reconciliation.Reconciliation) string {
	if x.From == x.Until {
		return dateOf(x.From)
	}
	return dateOf(x.From) + " – " + dateOf(x.Until)
}

// comparisonState is the state of a comparison in a word.
func (s *screen) comparisonState(x reconciliation.Reconciliation) templ.Component {
	switch {
	case x.Status == reconciliation.Closed:
		return ui.Tag(s.t("dayend.state.closed"), ui.Good)
	case x.Status == reconciliation.Replaced:
		return ui.Tag(s.t("dayend.state.replaced"), ui.Neutral)
	case x.OpenDifferences > 0:
		return ui.Tag(text.N(s.ctx, "count.difference", x.OpenDifferences), ui.Wait)
	}
	return ui.Tag(s.t("dayend.day.balanced"), ui.Info)
}

func listComparisons(s *screen) error {
	q := s.r.URL.Query()
	f := reconciliation.Filter{AccountID: q.Get("account"), Subject: q.Get("subject"), All: q.Get("all") != "", Before: q.Get("before"), Limit: pageSize + 1}
	rows, err := s.c.DayEnd.List(s.ctx, s.id, f)
	if err != nil {
		return err
	}
	names, accounts, err := s.accountNames()
	if err != nil {
		return err
	}
	shown, first, next := turn(s.r.URL, rows, func(x reconciliation.Reconciliation) string { return x.ID })
	empty := ui.EmptyProps{Icon: "calendar", Title: s.t("dayend.list.empty"), Text: s.t("dayend.list.empty.text")}
	if s.can(company.DayEndWrite) {
		empty.Action = &ui.ButtonProps{Label: s.t("dayend.new"), Kind: ui.Primary, Href: "/reconciliation/new"}
	}
	t := ui.TableProps{Caption: s.t("dayend.tab.list"), Empty: ui.EmptyState(empty), Columns: []ui.Column{{Label: s.t("payment.account"), Wide: true}, {Label: s.t("dayend.days")}, {Label: s.t("word.state")}, {Label: s.t("dayend.pairs"), Num: true}, {Label: s.t("dayend.differences"), Num: true}, {Label: s.t("dayend.made")}}}
	for _, x := range shown {
		source := s.t("dayend.source." + x.Source)
		if x.FileName != "" {
			source = x.FileName
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: names[x.AccountID], Href: "/reconciliation/" + x.ID, Sub: s.t("dayend.subject."+x.Subject) + " · " + source}, ui.Txt(span(x)), ui.Node(s.comparisonState(x)), ui.Num(x.Pairs), ui.Num(x.Differences), ui.Node(ui.Moment(x.CreatedAt))}})
	}
	filters := screens.Filters(ui.FilterBarProps{Action: "/reconciliation/list"}, ui.Select(ui.SelectProps{Name: "account", Label: s.t("payment.account"), Value: f.AccountID, Blank: s.t("word.all"), Options: accounts, Narrow: true}),
		ui.Select(ui.SelectProps{Name: "subject", Label: s.t("dayend.subject"), Value: f.Subject, Blank: s.t("word.all"), Options: s.options("dayend.subject.", reconciliation.Collections, reconciliation.Payouts), Narrow: true}),
		ui.Checkbox(ui.CheckboxProps{Name: "all", Label: s.t("dayend.list.all"), Checked: f.All}))
	return s.show(http.StatusOK, "dayend.tab.list", screens.Head(ui.HeadProps{Title: s.t("nav.reconciliation")}, s.compareButtons()...), s.dayTabs("list"), filters, screens.Panel(ui.PanelProps{Flush: true}, ui.Table(t)), ui.Pager(ui.PagerProps{Shown: len(shown), First: first, Next: next}))
}

func (s *screen) comparison() (reconciliation.Reconciliation, error) {
	return s.c.DayEnd.Get(s.ctx, s.id, s.r.PathValue("id"))
}

// showComparison is a comparison: its sums, its differences, what may be done now.
func showComparison(s *screen) error {
	x, err := s.comparison()
	if err != nil {
		return err
	}
	names, _, err := s.accountNames()
	if err != nil {
		return err
	}
	q := s.r.URL.Query()
	f := reconciliation.FindingFilter{Kind: q.Get("kind"), State: q.Get("state"), After: q.Get("before"), Limit: pageSize + 1}
	rows, err := s.c.DayEnd.Findings(s.ctx, s.id, x.ID, f)
	if err != nil {
		return err
	}
	base := "/reconciliation/" + x.ID
	var acts []templ.Component
	if s.can(company.DayEndWrite) {
		switch x.Status {
		case reconciliation.Open:
			if x.OpenDifferences == 0 {
				acts = append(acts, ui.Button(ui.ButtonProps{Label: s.t("dayend.close"), Kind: ui.Primary, Href: base + "/close", Dialog: true}))
			}
			acts = append(acts, ui.Button(ui.ButtonProps{Label: s.t("dayend.again"), Icon: "refresh", Href: with("/reconciliation/new", "account", x.AccountID, "subject", x.Subject, "from", x.From.String(), "until", x.Until.String())}))
		case reconciliation.Closed:
			acts = append(acts, ui.Button(ui.ButtonProps{Label: s.t("dayend.reopen"), Href: base + "/reopen", Dialog: true}))
		}
	}
	source := s.t("dayend.source." + x.Source)
	if x.FileName != "" {
		source = x.FileName
	}
	parts := []templ.Component{screens.Head(ui.HeadProps{Title: names[x.AccountID] + " · " + span(x), Sub: s.t("dayend.subject."+x.Subject) + " · " + source, Back: &ui.Link{Label: s.t("dayend.tab.list"), Href: "/reconciliation/list"}, State: s.comparisonState(x)}, acts...)}
	if x.Status == reconciliation.Closed {
		parts = append(parts, ui.Callout(ui.CalloutProps{Tone: ui.Good, Title: s.t("dayend.closed.by", s.named(x.ClosedBy), text.Time(x.ClosedAt)), Text: x.Note}))
	}
	if x.Status == reconciliation.Open && x.OpenDifferences == 0 {
		parts = append(parts, ui.Callout(ui.CalloutProps{Tone: ui.Info, Text: s.t("dayend.ready")}))
	}
	parts = append(parts, screens.Sides(screens.Stack(s.comparisonTotals(x)...), s.comparisonPairs(x)), s.findings(x, rows, f))
	history, err := s.c.Log.List(s.ctx, audit.Filter{CompanyID: s.id, ObjectID: x.ID, Limit: 100})
	if err != nil {
		return err
	}
	told, err := s.c.told(s.r, history)
	if err != nil {
		return err
	}
	return s.show(http.StatusOK, names[x.AccountID], append(parts, screens.Panel(ui.PanelProps{Title: s.t("word.history")}, ui.Timeline(told)))...)
}

// comparisonTotals are the sums of both sides.
func (s *screen) comparisonTotals(x reconciliation.Reconciliation) (out []templ.Component) {
	t := ui.TableProps{Caption: s.t("dayend.totals"), Columns: []ui.Column{{Label: s.t("dayend.side"), Wide: true}, {Label: s.t("dayend.movements"), Num: true}, {Label: s.t("dayend.sum"), Num: true}}}
	for _, c := range x.Summary.Currencies {
		m := func(n int64) ui.Cell { return ui.Txt(text.MoneyIn(n, string(c.Currency))) }
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Txt(s.t("dayend.ours." + x.Subject)), ui.Num(c.Ours), m(c.OursSum)}}, ui.Row{Cells: []ui.Cell{ui.Txt(s.t("dayend.bank")), ui.Num(c.Theirs), m(c.TheirsSum)}})
		gap := ui.Row{Cells: []ui.Cell{ui.Txt(s.t("dayend.gap")), ui.Num(c.Theirs - c.Ours), m(c.TheirsSum - c.OursSum)}}
		if c.TheirsSum != c.OursSum {
			gap.Tone = ui.Wait
		}
		t.Rows = append(t.Rows, gap)
		if c.ToldByBank > 0 {
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Txt(s.t("dayend.kept")), ui.Num(c.ToldByBank), m(c.Kept)}}, ui.Row{Cells: []ui.Cell{ui.Txt(s.t("dayend.kept.expected")), ui.Txt(""), m(c.Expected)}})
		}
	}
	return []templ.Component{screens.Panel(ui.PanelProps{Title: s.t("dayend.totals"), Flush: true}, ui.Table(t))}
}

// comparisonPairs tells by what the pairs were made.
func (s *screen) comparisonPairs(x reconciliation.Reconciliation) templ.Component {
	t := ui.TableProps{Caption: s.t("dayend.pairs"), Empty: ui.EmptyState(ui.EmptyProps{Icon: "search", Title: s.t("dayend.pairs.none")}), Columns: []ui.Column{{Label: s.t("dayend.by"), Wide: true}, {Label: s.t("dayend.pairs"), Num: true}}}
	for by := reconciliation.ByOrder; by <= reconciliation.ByHand; by++ {
		if n := x.Summary.By[by.String()]; n > 0 {
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Txt(s.t("dayend.by." + by.String())), ui.Num(n)}})
		}
	}
	p := ui.PanelProps{Title: s.t("dayend.pairs"), Flush: true}
	if x.Pairs > 0 {
		p.More = &ui.Link{Label: s.t("dayend.pairs.all"), Href: "/reconciliation/" + x.ID + "/pairs"}
	}
	return screens.Panel(p, ui.Table(t))
}

// difference tells how much, or how many days, something differs.
func (s *screen) amounts(f reconciliation.Finding) (expected, found string) {
	if f.Kind == reconciliation.ValueDate {
		return dateOf(clock.Day(f.Expected)), dateOf(clock.Day(f.Found))
	}
	m := func(side *reconciliation.Item, n int64) string {
		if side == nil && n == 0 {
			return "—"
		}
		return text.MoneyIn(n, string(f.Currency))
	}
	return m(f.Ours, f.Expected), m(f.Theirs, f.Found)
}

// itemWords name a movement for a person.
func itemWords(i *reconciliation.Item) (what, sub string) {
	if i == nil {
		return "—", ""
	}
	for _, w := range []string{i.OrderID, i.Reference, i.RRN, i.AuthCode, i.Ref, i.Batch} {
		if w != "" {
			what = w
			break
		}
	}
	if what == "" {
		what = text.Money(i.Minor)
	}
	sub = text.TimeExact(i.At)
	if i.DateOnly {
		sub = text.Date(i.At)
	}
	if i.Last4 != "" {
		sub += " · •" + i.Last4
	}
	return what, sub
}

// findingState is the state of a difference in a word.
func (s *screen) findingState(f reconciliation.Finding) ui.Cell {
	switch f.State {
	case reconciliation.Closed:
		return ui.Cell{Body: ui.Tag(s.t("dayend.resolution."+f.Resolution), ui.Good), Sub: f.Reason}
	case "proposed":
		return ui.Cell{Body: ui.Tag(s.t("dayend.proposed"), ui.Info), Sub: f.Reason}
	}
	return ui.Cell{Body: ui.Tag(s.t("dayend.day.open"), ui.Wait)}
}

func (s *screen) findings(x reconciliation.Reconciliation, rows []reconciliation.Finding, f reconciliation.FindingFilter) templ.Component {
	shown, first, next := turn(s.r.URL, rows, func(f reconciliation.Finding) string { return f.ID })
	t := ui.TableProps{Caption: s.t("dayend.differences"), Empty: ui.EmptyState(ui.EmptyProps{Icon: "check", Title: s.t("dayend.none"), Text: s.t("dayend.none.text")}),
		Columns: []ui.Column{{Label: s.t("dayend.kind"), Wide: true}, {Label: s.t("dayend.movement")}, {Label: s.t("dayend.expected"), Num: true}, {Label: s.t("dayend.found"), Num: true}, {Label: s.t("word.state")}}}
	for _, d := range shown {
		i := d.Theirs
		if i == nil {
			i = d.Ours
		}
		what, sub := itemWords(i)
		expected, found := s.amounts(d)
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.A(s.t("dayend.kind."+d.Kind), "/reconciliation-differences/"+d.ID), {Text: what, Sub: sub}, ui.Txt(expected), ui.Txt(found), s.findingState(d)}})
	}
	base := "/reconciliation/" + x.ID
	tabs := []ui.Tab{{Label: s.t("word.all"), Href: base, Current: f.Kind == "" && f.State == "", Count: int(x.Differences)}, {Label: s.t("dayend.day.open"), Href: with(base, "state", "open"), Current: f.State == "open", Count: int(x.OpenDifferences)}}
	for _, k := range reconciliation.Kinds {
		if n := x.Summary.Kinds[k]; n > 0 {
			tabs = append(tabs, ui.Tab{Label: s.t("dayend.kind." + k), Href: with(base, "kind", k), Current: f.Kind == k, Count: int(n)})
		}
	}
	more := &ui.Link{Label: s.t("act.export"), Href: base + "/export?format=xlsx"}
	if x.Differences == 0 {
		return screens.Panel(ui.PanelProps{Title: s.t("dayend.differences")}, t.Empty)
	}
	return screens.Panel(ui.PanelProps{Title: s.t("dayend.differences"), More: more, Flush: true}, ui.Tabs(ui.TabsProps{Label: s.t("dayend.differences"), Tabs: tabs}), ui.Table(t), ui.Pager(ui.PagerProps{Shown: len(shown), First: first, Next: next}))
}

// showPairs lists pairs; a search finds one among a million.
func showPairs(s *screen) error {
	x, err := s.comparison()
	if err != nil {
		return err
	}
	q := s.r.URL.Query()
	from, _ := strconv.ParseInt(q.Get("before"), 10, 64)
	rows, err := s.c.DayEnd.Pairs(s.ctx, s.id, x.ID, max(from, 0), pageSize+1, q.Get("q"))
	if err != nil {
		return err
	}
	next := ""
	if len(rows) > pageSize {
		next = with("/reconciliation/"+x.ID+"/pairs", "q", q.Get("q"), "before", strconv.FormatInt(rows[pageSize].Position, 10))
		rows = rows[:pageSize]
	}
	first := ""
	if from > 0 {
		first = with("/reconciliation/"+x.ID+"/pairs", "q", q.Get("q"))
	}
	t := ui.TableProps{Caption: s.t("dayend.pairs"), Empty: ui.EmptyState(ui.EmptyProps{Icon: "search", Title: s.t("dayend.pairs.none")}), Columns: []ui.Column{{Label: s.t("dayend.ours." + x.Subject), Wide: true}, {Label: s.t("dayend.bank")}, {Label: s.t("payment.amount"), Num: true}, {Label: s.t("dayend.by")}, {Label: s.t("dayend.act"), HideLabel: true}}}
	for _, m := range rows {
		ours, oursSub := itemWords(m.Ours)
		bank, bankSub := itemWords(m.Theirs)
		i := m.Ours
		if i == nil {
			i = m.Theirs
		}
		act := templ.Component(templ.NopComponent)
		if x.Status == reconciliation.Open && s.can(company.DayEndWrite) && m.Ours != nil && m.Theirs != nil {
			act = ui.Button(ui.ButtonProps{Label: s.t("dayend.apart"), Small: true, Kind: ui.Quiet, Href: "/reconciliation/" + x.ID + "/apart/" + strconv.FormatInt(m.Position, 10), Dialog: true})
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: ours, Sub: oursSub}, {Text: bank, Sub: bankSub}, ui.Txt(text.MoneyIn(i.Signed(), string(i.Currency))), ui.Txt(s.t("dayend.by." + m.By)), ui.Node(act)}})
	}
	filters := screens.Filters(ui.FilterBarProps{Action: "/reconciliation/" + x.ID + "/pairs"}, ui.Field(ui.FieldProps{Name: "q", Label: s.t("act.search"), Type: "search", Value: q.Get("q"), Hint: s.t("dayend.pairs.hint")}))
	return s.show(http.StatusOK, "dayend.pairs", screens.Head(ui.HeadProps{Title: s.t("dayend.pairs"), Sub: span(x) + " · " + text.Count(x.Pairs), Back: &ui.Link{Label: s.t("nav.back"), Href: "/reconciliation/" + x.ID}}), filters, screens.Panel(ui.PanelProps{Flush: true}, ui.Table(t)), ui.Pager(ui.PagerProps{Shown: len(rows), First: first, Next: next}))
}

func (s *screen) reasonField(f *fault.Error, label, name string, required bool) templ.Component {
	return ui.Field(ui.FieldProps{Name: name, Label: label, Value: s.form(name), Required: required, MaxLength: 500, Error: s.said(f, name)})
}

func closePage(s *screen, status int, f *fault.Error) error {
	x, err := s.comparison()
	if err != nil {
		return err
	}
	base := "/reconciliation/" + x.ID
	return s.show(status, "dayend.close", screens.Ask(ui.ConfirmProps{Title: s.t("dayend.close.ask", span(x)), Text: s.t("dayend.close.text", text.Count(x.Pairs)), Action: base + "/close", Label: s.t("dayend.close"), Close: base}, s.wrong(f, "note"), s.reasonField(f, s.t("dayend.note"), "note", false)))
}

func closeDay(s *screen) error {
	x, err := s.c.DayEnd.Close(s.ctx, s.id, s.r.PathValue("id"), s.form("note"))
	if err != nil {
		return s.refused(err, func(status int, f *fault.Error) error { return closePage(s, status, f) })
	}
	return s.done("dayend.closed", "/reconciliation/"+x.ID)
}

func reopenPage(s *screen, status int, f *fault.Error) error {
	x, err := s.comparison()
	if err != nil {
		return err
	}
	base := "/reconciliation/" + x.ID
	return s.show(status, "dayend.reopen", screens.Ask(ui.ConfirmProps{Title: s.t("dayend.reopen.ask", span(x)), Text: s.t("dayend.reopen.text"), Action: base + "/reopen", Label: s.t("dayend.reopen"), Danger: true, Close: base}, s.wrong(f, "reason"), s.reasonField(f, s.t("dayend.reason"), "reason", true)))
}

func reopenDay(s *screen) error {
	x, err := s.c.DayEnd.Unlock(s.ctx, s.id, s.r.PathValue("id"), s.form("reason"))
	if err != nil {
		return s.refused(err, func(status int, f *fault.Error) error { return reopenPage(s, status, f) })
	}
	return s.done("saved", "/reconciliation/"+x.ID)
}

func apartPage(s *screen, status int, f *fault.Error) error {
	x, err := s.comparison()
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(s.r.PathValue("position"), 10, 64)
	if err != nil {
		return notFound()
	}
	rows, err := s.c.DayEnd.Pairs(s.ctx, s.id, x.ID, n, 1, "")
	if err != nil {
		return err
	}
	if len(rows) == 0 || rows[0].Position != n {
		return notFound()
	}
	ours, _ := itemWords(rows[0].Ours)
	bank, _ := itemWords(rows[0].Theirs)
	base := "/reconciliation/" + x.ID
	return s.show(status, "dayend.apart", screens.Ask(ui.ConfirmProps{Title: s.t("dayend.apart.ask"), Text: s.t("dayend.apart.text", ours, bank), Action: base + "/apart/" + s.r.PathValue("position"), Label: s.t("dayend.apart"), Danger: true, Close: base + "/pairs"}, s.wrong(f, "reason"), s.reasonField(f, s.t("dayend.reason"), "reason", true)))
}

func takeApart(s *screen) error {
	n, err := strconv.ParseInt(s.r.PathValue("position"), 10, 64)
	if err != nil {
		return notFound()
	}
	x, err := s.c.DayEnd.TakeApart(s.ctx, s.id, s.r.PathValue("id"), n, s.form("reason"))
	if err != nil {
		return s.refused(err, func(status int, f *fault.Error) error { return apartPage(s, status, f) })
	}
	return s.done("saved", "/reconciliation/"+x.ID)
}

// dayEndSettings are the company's.
func dayEndSettings(s *screen, status int, f *fault.Error) error {
	n, err := s.c.DayEnd.Settings(s.ctx, s.id)
	if err != nil {
		return err
	}
	if f != nil {
		n = s.typedDayEnd()
	}
	hours := []ui.Option{{Value: "-1", Label: s.t("dayend.morning.none")}}
	for h := range 24 {
		hours = append(hours, ui.Option{Value: strconv.Itoa(h), Label: strconv.Itoa(h) + ":00"})
	}
	book := func(name, value string) templ.Component {
		return ui.Field(ui.FieldProps{Name: name, Label: s.t("dayend.books." + name), Value: value, MaxLength: 40, Required: true, Narrow: true})
	}
	mailOff := templ.Component(templ.NopComponent)
	if !s.c.DayEnd.Mails() {
		mailOff = screens.Note(s.t("dayend.mail.off"))
	}
	fields := []templ.Component{s.wrong(f, "morning", "mail_to"),
		ui.Select(ui.SelectProps{Name: "morning", Label: s.t("dayend.morning"), Hint: s.t("dayend.morning.text"), Value: strconv.Itoa(n.Morning), Options: hours, Narrow: true, Required: true, Error: s.said(f, "morning")}),
		ui.Field(ui.FieldProps{Name: "mail_to", Label: s.t("dayend.mail"), Type: "textarea", Rows: 2, Value: strings.Join(n.MailTo, "\n"), Hint: s.t("dayend.mail.text"), Error: s.said(f, "mail_to")}), mailOff,
		ui.Checkbox(ui.CheckboxProps{Name: "four_eyes", Label: s.t("dayend.foureyes"), Hint: s.t("dayend.foureyes.text"), Checked: n.FourEyes}),
		screens.Panel(ui.PanelProps{Title: s.t("dayend.books")}, screens.Note(s.t("dayend.books.text")), book("receivable", n.Books.Receivable), book("customers", n.Books.Customers), book("bank", n.Books.Bank), book("commission", n.Books.Commission))}
	buttons := []templ.Component{s.cancel("/reconciliation")}
	if s.can(company.DayEndWrite) {
		buttons = append([]templ.Component{s.save()}, buttons...)
	}
	return s.show(status, "set.dayend", screens.Head(ui.HeadProps{Title: s.t("set.dayend"), Sub: s.t("set.dayend.text"), Back: &ui.Link{Label: s.t("nav.reconciliation"), Href: "/reconciliation"}}), screens.Form("/settings/dayend", fields, buttons...))
}

func (s *screen) typedDayEnd() reconciliation.Settings {
	n := reconciliation.Settings{MailTo: strings.Fields(strings.ReplaceAll(s.form("mail_to"), ",", " ")), FourEyes: s.form("four_eyes") != "", Books: reconciliation.Books{Receivable: s.form("receivable"), Customers: s.form("customers"), Bank: s.form("bank"), Commission: s.form("commission")}}
	var err error
	if n.Morning, err = strconv.Atoi(s.form("morning")); err != nil {
		n.Morning = -2
	}
	return n
}

func saveDayEnd(s *screen) error {
	if _, err := s.c.DayEnd.SetSettings(s.ctx, s.id, s.typedDayEnd()); err != nil {
		return s.refused(err, func(status int, f *fault.Error) error { return dayEndSettings(s, status, f) })
	}
	return s.done("saved", "/settings/dayend")
}
