package console

import (
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/console/screens"
	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/console/ui"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/payment"
)

func init() {
	registrars = append(registrars, func(c *Console) {
		c.settings("GET /settings/payments", company.SettingsRead, showRules)
		c.settings("POST /settings/payments", company.SettingsWrite, saveRules)
		c.settings("POST /settings/payments/try", company.SettingsRead, tryRules)
	})
}

func showRules(s *screen) error {
	r, err := s.c.Payments.Rules(s.ctx, s.id)
	if err != nil {
		return err
	}
	return rulesPage(s, http.StatusOK, r, nil)
}

// rulesPage is the form of the rules; below may hold what a trial of them found.
func rulesPage(s *screen, status int, r payment.Rules, f *fault.Error, below ...templ.Component) error {
	readOnly := !s.can(company.SettingsWrite)
	var choices []templ.Component
	options := s.options("rules.by.", payment.Criteria...)
	for i := range payment.Criteria {
		value := ""
		if i < len(r.Order) {
			value = r.Order[i]
		}
		choices = append(choices, ui.Select(ui.SelectProps{Name: "order", ID: "order-" + text.Count(int64(i+1)), Label: s.t("rules.place", i+1), Value: value, Blank: s.t("rules.none"), Options: options}))
	}
	over := ""
	if r.ApprovalOver > 0 {
		over = text.Amount(r.ApprovalOver)
	}
	if typed := s.form("approval_over"); typed != "" {
		over = typed
	}
	entry := "here"
	if r.BankPageOnly {
		entry = "bank"
	}
	fields := []templ.Component{
		s.wrong(f, "order", "approval_over"),
		screens.Panel(ui.PanelProps{Title: s.t("rules.order")}, append([]templ.Component{screens.Note(s.t("rules.order.text")), s.fieldError(f, "order")}, choices...)...),
		screens.Panel(ui.PanelProps{Title: s.t("rules.entry")}, ui.RadioGroup(ui.RadioProps{Name: "entry", Label: s.t("rules.entry.where"), Value: entry, Options: []ui.Option{
			{Value: "here", Label: s.t("rules.entry.here"), Hint: s.t("rules.entry.here.text")}, {Value: "bank", Label: s.t("rules.entry.bank"), Hint: s.t("rules.entry.bank.text")}}})),
		screens.Panel(ui.PanelProps{Title: s.t("rules.second")}, ui.Field(ui.FieldProps{Name: "approval_over", Label: s.t("rules.second.over"), Value: over, Inputmode: "decimal", Suffix: "TL", Narrow: true, Hint: s.t("rules.second.text"), ReadOnly: readOnly, Error: s.said(f, "approval_over")})),
	}
	buttons := []templ.Component{ui.Button(ui.ButtonProps{Label: s.t("rules.try"), Action: "/settings/payments/try"}), s.cancel("/settings")}
	if !readOnly {
		buttons = append([]templ.Component{s.save()}, buttons...)
	}
	parts := []templ.Component{s.head(s.t("set.payments"), s.t("set.payments.text"), "")}
	parts = append(parts, below...)
	return s.show(status, "set.payments", append(parts, screens.Form("/settings/payments", fields, buttons...))...)
}

// typedRules reads the form.
func (s *screen) typedRules() (payment.Rules, *fault.Error) {
	r := payment.Rules{BankPageOnly: s.form("entry") == "bank", Order: slices.DeleteFunc(slices.Clone(s.r.PostForm["order"]), func(c string) bool { return c == "" })}
	if over := s.form("approval_over"); over != "" && over != "0" {
		n, ok := lira(over)
		if !ok {
			return r, fault.Field("approval_over", "invalid_amount", "Tutarı 1.250,00 gibi yazın.", "Write the amount like 1.250,00.")
		}
		r.ApprovalOver = n
	}
	return r, nil
}

func saveRules(s *screen) error {
	again := func(r payment.Rules) func(int, *fault.Error) error {
		return func(status int, f *fault.Error) error { return rulesPage(s, status, r, f) }
	}
	r, f := s.typedRules()
	if f != nil {
		return again(r)(http.StatusUnprocessableEntity, f)
	}
	if _, err := s.c.Payments.SetRules(s.ctx, s.id, r); err != nil {
		return s.refused(err, again(r))
	}
	return s.done("saved", "/settings/payments")
}

// tryRules shows what the typed order would have done with the payments of the last 30 days.
func tryRules(s *screen) error {
	r, f := s.typedRules()
	if f != nil {
		return rulesPage(s, http.StatusUnprocessableEntity, r, f)
	}
	rows, err := s.c.Payments.Simulate(s.ctx, s.id, r.Order, 30)
	if err != nil {
		return s.refused(err, func(status int, f *fault.Error) error { return rulesPage(s, status, r, f) })
	}
	names, _, err := s.accountNames()
	if err != nil {
		return err
	}
	t := ui.TableProps{Caption: s.t("rules.tried"), Empty: ui.EmptyState(ui.EmptyProps{Icon: "card", Title: s.t("rules.tried.none")}), Columns: []ui.Column{{Label: s.t("payment.account"), Wide: true}, {Label: s.t("rules.was"), Num: true}, {Label: s.t("rules.was.cost"), Num: true}, {Label: s.t("rules.now"), Num: true}, {Label: s.t("rules.now.cost"), Num: true}}}
	var was, now int64
	for _, x := range rows {
		was, now = was+x.Was.Cost, now+x.Now.Cost
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Txt(names[x.AccountID]), {Text: text.Money(x.Was.Sum), Sub: text.N(s.ctx, "count.payment", x.Was.Count)}, ui.TL(x.Was.Cost), {Text: text.Money(x.Now.Sum), Sub: text.N(s.ctx, "count.payment", x.Now.Count)}, ui.TL(x.Now.Cost)}})
	}
	tone, said := ui.Info, s.t("rules.same")
	switch {
	case now < was:
		tone, said = ui.Good, s.t("rules.less", text.Money(was-now))
	case now > was:
		tone, said = ui.Wait, s.t("rules.more", text.Money(now-was))
	}
	return rulesPage(s, http.StatusOK, r, nil, screens.Panel(ui.PanelProps{Title: s.t("rules.tried"), Flush: true}, ui.Table(t)), ui.Callout(ui.CalloutProps{Tone: tone, Text: said}))
}
