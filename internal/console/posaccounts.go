package console

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/console/screens"
	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/console/ui"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/banks"
)

func init() {
	registrars = append(registrars, func(c *Console) {
		c.settings("GET /settings/pos", company.SettingsRead, listPos)
		c.settings("GET /settings/pos/new", company.ProvidersWrite, newPos)
		c.settings("POST /settings/pos/new", company.ProvidersWrite, addPos)
		c.settings("POST /settings/pos/address", company.ProvidersWrite, tellAddress)
		c.settings("GET /settings/pos/{id}", company.ProvidersWrite, showPos)
		c.settings("POST /settings/pos/{id}", company.ProvidersWrite, savePos)
		c.settings("POST /settings/pos/{id}/test", company.ProvidersWrite, testPos)
	})
}

func listPos(s *screen) error {
	accounts, err := s.c.Payments.Accounts(s.ctx, s.id)
	if err != nil {
		return err
	}
	empty := ui.EmptyProps{Icon: "card", Title: s.t("pos.empty"), Text: s.t("pos.empty.text")}
	var actions []templ.Component
	if s.can(company.ProvidersWrite) {
		empty.Action = &ui.ButtonProps{Label: s.t("pos.new"), Kind: ui.Primary, Href: "/settings/pos/new"}
		actions = append(actions, s.addButton(s.t("pos.new"), "/settings/pos/new"))
	}
	t := ui.TableProps{Caption: s.t("set.pos"), Empty: ui.EmptyState(empty), Columns: []ui.Column{{Label: s.t("word.name"), Wide: true}, {Label: s.t("word.state")}, {Label: s.t("pos.mode")}, {Label: s.t("pos.steps")}, {Label: s.t("pos.priority"), Num: true}}}
	for _, a := range accounts {
		name := ui.Cell{Text: a.Name}
		if bank := a.Profile().Name; bank != a.Name {
			name.Sub = bank
		}
		if s.can(company.ProvidersWrite) {
			name.Href = "/settings/pos/" + a.ID
		}
		state, tone := s.t("pos.status."+a.Status), ui.Good
		if a.Status == "off" {
			tone = ui.Wait
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{name, ui.Node(ui.Tag(state, tone)), ui.Txt(s.t("pos.short." + a.Mode)), ui.Txt(s.t("pos.steps.done", len(a.Checklist), len(payment.Steps))), ui.Num(int64(a.Priority))}})
	}
	ip, err := s.c.Payments.Outgoing(s.ctx)
	if err != nil {
		return err
	}
	above := []templ.Component{s.head(s.t("set.pos"), s.t("set.pos.text"), "", actions...)}
	switch {
	case ip.New():
		above = append(above, ui.Callout(ui.CalloutProps{Tone: ui.Bad, Title: s.t("ip.changed", ip.Before, ip.IP), Text: s.t("ip.changed.text")}))
		if s.can(company.ProvidersWrite) {
			above = append(above, screens.Act("/settings/pos/address", ui.ButtonProps{Label: s.t("ip.told"), Name: "address", Value: ip.IP}))
		}
	case ip.IP != "":
		above = append(above, ui.Callout(ui.CalloutProps{Tone: ui.Info, Text: s.t("ip.seen", ip.IP, text.Date(ip.Since))}))
	}
	return s.show(http.StatusOK, "set.pos", append(above, screens.Panel(ui.PanelProps{Flush: true}, ui.Table(t)))...)
}

// tellAddress writes down that the banks were told of the address.
func tellAddress(s *screen) error {
	if err := s.c.Payments.AddressTold(s.ctx, s.id, s.form("address")); err != nil {
		return err
	}
	return s.done("saved", "/settings/pos")
}

// newPos asks for the bank first: what the form has to ask depends on it.
func newPos(s *screen) error {
	b, ok := banks.Get(s.r.FormValue("bank"))
	if ok {
		return posPage(s, http.StatusOK, payment.Account{Bank: b.Key, Name: b.Name, Mode: "test", Status: "on", Priority: 10}, nil)
	}
	t := ui.TableProps{Caption: s.t("pos.bank"), Columns: []ui.Column{{Label: s.t("pos.bank"), Wide: true}, {Label: s.t("pos.eft")}}}
	for _, b := range banks.All() {
		c := ui.Cell{Text: b.Name, Href: with("/settings/pos/new", "bank", b.Key)}
		if b.Legacy {
			c.Sub = s.t("pos.legacy")
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{c, ui.Txt(b.EFT)}})
	}
	return s.show(http.StatusOK, "pos.new", s.head(s.t("pos.new"), s.t("pos.bank.text"), "/settings/pos"), screens.Panel(ui.PanelProps{Flush: true}, ui.Table(t)))
}

// posPage is the form of an account, built from the bank's profile, with more parts such as the answer to a test above it.
func posPage(s *screen, status int, a payment.Account, f *fault.Error, above ...templ.Component) error {
	lang, b := string(text.From(s.ctx)), a.Profile()
	action, title, sub := with("/settings/pos/new", "bank", a.Bank), s.t("pos.new.at", b.Name), ""
	var test []templ.Component
	if a.ID != "" {
		action, title, sub = "/settings/pos/"+a.ID, a.Name, b.Name
		test = append(test, screens.Act(action+"/test", ui.ButtonProps{Label: s.t("pos.test"), Icon: "refresh"}))
	}
	if note := b.Note.In(lang); note != "" {
		above = append(above, ui.Callout(ui.CalloutProps{Tone: ui.Info, Text: note}))
	}
	names := []string{"name", "mode", "status", "priority"}
	fields := []templ.Component{
		ui.Field(ui.FieldProps{Name: "name", Label: s.t("pos.name"), Value: a.Name, Required: true, MaxLength: 80, Hint: s.t("pos.name.hint"), Error: s.said(f, "name")}),
		ui.RadioGroup(ui.RadioProps{Name: "mode", Label: s.t("pos.mode"), Value: a.Mode, Options: s.options("pos.mode.", "test", "live"), Inline: true, Error: s.said(f, "mode")}),
	}
	for _, x := range b.Fields() {
		name := "credentials." + x.Key
		names = append(names, name)
		value := a.Credentials[x.Key]
		switch {
		case len(x.Choices) > 0:
			if value == "" {
				value = x.Default
			}
			var choices []ui.Option
			for _, c := range x.Choices {
				choices = append(choices, ui.Option{Value: c.Value, Label: c.Label.In(lang)})
			}
			fields = append(fields, ui.Select(ui.SelectProps{Name: name, Label: x.Label.In(lang), Hint: x.Help.In(lang), Value: value, Options: choices, Required: true, Error: s.said(f, name)}))
		case x.Secret:
			hint := x.Help.In(lang)
			if a.ID != "" {
				hint = s.t("prov.password.keep")
			}
			fields = append(fields, ui.Field(ui.FieldProps{Name: name, Label: x.Label.In(lang), Type: "password", Hint: hint, Required: x.Required && a.ID == "", Autocomplete: "new-password", Error: s.said(f, name)}))
		default:
			if value == "" {
				value = x.Default
			}
			fields = append(fields, ui.Field(ui.FieldProps{Name: name, Label: x.Label.In(lang), Hint: x.Help.In(lang), Value: value, Required: x.Required, Autocomplete: "off", Error: s.said(f, name)}))
		}
	}
	fields = append(fields,
		ui.RadioGroup(ui.RadioProps{Name: "status", Label: s.t("word.state"), Value: a.Status, Options: s.options("pos.status.", "on", "off"), Inline: true, Error: s.said(f, "status")}),
		ui.Field(ui.FieldProps{Name: "priority", Label: s.t("pos.priority"), Value: s.typedOr("priority", a.Priority), Inputmode: "numeric", Required: true, Hint: s.t("pos.priority.hint"), Error: s.said(f, "priority")}))
	for _, n := range b.Addresses() {
		name := "addresses." + n
		names = append(names, name)
		fields = append(fields, ui.Field(ui.FieldProps{Name: name, Label: s.t("pos.address", n), Type: "url", Value: a.Addresses[n], Hint: s.t("pos.address.hint"), Error: s.said(f, name)}))
	}
	names = append(names, "installments", "contract", "checklist")
	fields = append(fields, screens.Folded(s.t("pos.contract"), s.said(f, "installments")+s.said(f, "contract") != "", append([]templ.Component{screens.Note(s.t("pos.contract.text")), s.fieldError(f, "installments"), s.fieldError(f, "contract")}, s.contractFields(a)...)...),
		screens.Folded(s.t("pos.checklist"), s.said(f, "checklist") != "", append([]templ.Component{screens.Note(s.t("pos.checklist.text")), s.fieldError(f, "checklist")}, s.checklistFields(a)...)...))
	fields = append([]templ.Component{s.wrong(f, names...)}, fields...)
	parts := append([]templ.Component{s.head(title, sub, "/settings/pos", test...)}, above...)
	return s.show(status, title, append(parts, screens.Form(action, fields, s.save(), s.cancel("/settings/pos")))...)
}

// fieldError is what is wrong with a group of fields.
func (s *screen) fieldError(f *fault.Error, name string) templ.Component {
	if said := s.said(f, name); said != "" {
		return ui.Callout(ui.CalloutProps{Tone: ui.Bad, Text: said})
	}
	return templ.NopComponent
}

// contractCounts are the numbers of installments that the form asks for.
const contractCounts = 12

// contractFields ask what each number of installments costs.
func (s *screen) contractFields(a payment.Account) (out []templ.Component) {
	by := map[int]payment.Installment{}
	for _, i := range a.Installments {
		by[i.Count] = i
	}
	rate := func(name string, n int, there bool) string {
		if typed, ok := s.r.PostForm[name]; ok {
			return typed[0]
		}
		if !there {
			return ""
		}
		return text.Amount(int64(n))
	}
	for n := 1; n <= contractCounts; n++ {
		label := s.t("payment.times", n)
		if n == 1 {
			label = s.t("payment.single")
		}
		i, there := by[n]
		cost, payer := "cost."+strconv.Itoa(n), "payer."+strconv.Itoa(n)
		out = append(out, screens.Row(
			ui.Field(ui.FieldProps{Name: cost, Label: s.t("pos.cost", label), Value: rate(cost, i.CostRate, there), Inputmode: "decimal", Suffix: "%", Narrow: true}),
			ui.Field(ui.FieldProps{Name: payer, Label: s.t("pos.payer", label), Value: rate(payer, i.PayerRate, there && i.PayerRate > 0), Inputmode: "decimal", Suffix: "%", Narrow: true})))
	}
	c := a.Contract
	field := func(name, label, hint, value, suffix string) templ.Component {
		if typed, ok := s.r.PostForm["contract."+name]; ok {
			value = typed[0]
		}
		return ui.Field(ui.FieldProps{Name: "contract." + name, Label: s.t(label), Hint: hint, Value: value, Inputmode: "decimal", Suffix: suffix, Narrow: true})
	}
	tick := func(name, label string, on bool) templ.Component {
		return ui.Checkbox(ui.CheckboxProps{Name: "contract." + name, Label: s.t(label), Checked: on})
	}
	return append(out, screens.Row(field("tax", "pos.contract.tax", "", text.Amount(int64(c.TaxRate)), "%"), field("fee", "pos.contract.fee", "", text.Amount(c.Fee), "TL")), field("days", "pos.contract.days", s.t("pos.contract.days.text"), strconv.Itoa(c.Days), ""),
		tick("business", "pos.contract.business", c.Business), tick("monthly", "pos.contract.monthly", c.Monthly), tick("returned", "pos.contract.returned", c.Returned),
		ui.Field(ui.FieldProps{Name: "contract.text", Label: s.t("pos.contract.words"), Hint: s.t("pos.contract.words.text"), Value: c.Text, MaxLength: 200}))
}

// typedContract reads what the form says of fees and days.
func (s *screen) typedContract() (c payment.Contract) {
	c.TaxRate, c.Days, c.Fee = percentage(s.form("contract.tax")), 0, 0
	if v := s.form("contract.fee"); v != "" {
		n, err := pos.ParseDecimal(v)
		if c.Fee = n; err != nil {
			c.Fee = -1
		}
	}
	if s.form("contract.days") != "" {
		c.Days = s.number("contract.days")
	}
	c.Business, c.Monthly, c.Returned, c.Text = s.form("contract.business") != "", s.form("contract.monthly") != "", s.form("contract.returned") != "", s.form("contract.text")
	return c
}

// checklistFields ask for the day of each step.
func (s *screen) checklistFields(a payment.Account) (out []templ.Component) {
	for _, step := range payment.Steps {
		out = append(out, ui.Field(ui.FieldProps{Name: "step." + step, Label: s.t("pos.step." + step), Hint: hintOf(s, "pos.step."+step+".hint"), Type: "date", Value: a.Checklist[step], Narrow: true}))
	}
	return out
}

// hintOf is a text that the catalogue may not have.
func hintOf(s *screen, key string) string {
	if text.Has(key) {
		return s.t(key)
	}
	return ""
}

// percentage reads 4,89 or 4.89 as hundredths of a percent; what cannot be read is out of every range.
func percentage(v string) int {
	if v == "" {
		return 0
	}
	n, err := pos.ParseDecimal(v)
	if err != nil {
		return -1
	}
	return int(min(n, 1_000_000))
}

// typedPos puts what was typed into an account.
func (s *screen) typedPos(a *payment.Account) {
	a.Name, a.Mode, a.Status, a.Priority = s.form("name"), s.form("mode"), s.form("status"), s.number("priority")
	a.Credentials, a.Addresses = map[string]string{}, map[string]string{}
	b := a.Profile()
	for _, x := range b.Fields() {
		a.Credentials[x.Key] = s.form("credentials." + x.Key)
	}
	for _, n := range b.Addresses() {
		a.Addresses[n] = s.form("addresses." + n)
	}
	a.Installments, a.Checklist = nil, map[string]string{}
	for n := 1; n <= contractCounts; n++ {
		cost, payer := s.form("cost."+strconv.Itoa(n)), s.form("payer."+strconv.Itoa(n))
		if cost != "" || payer != "" {
			a.Installments = append(a.Installments, payment.Installment{Count: n, CostRate: percentage(cost), PayerRate: percentage(payer)})
		}
	}
	a.Contract = s.typedContract()
	for _, step := range payment.Steps {
		if day := s.form("step." + step); day != "" {
			a.Checklist[step] = day
		}
	}
}

func addPos(s *screen) error {
	b, ok := banks.Get(s.r.FormValue("bank"))
	if !ok {
		return notFound()
	}
	a := payment.Account{CompanyID: s.id, Bank: b.Key}
	s.typedPos(&a)
	made, err := s.c.Payments.CreateAccount(s.ctx, a)
	if err != nil {
		return s.refused(err, func(status int, f *fault.Error) error { return posPage(s, status, a, f) })
	}
	return s.done("pos.added", "/settings/pos/"+made.ID)
}

func showPos(s *screen) error {
	a, err := s.c.Payments.Account(s.ctx, s.id, s.r.PathValue("id"))
	if err != nil {
		return err
	}
	return posPage(s, http.StatusOK, a, nil)
}

func savePos(s *screen) error {
	id := s.r.PathValue("id")
	if _, err := s.c.Payments.UpdateAccount(s.ctx, s.id, id, s.typedPos); err != nil {
		a, missing := s.c.Payments.Account(s.ctx, s.id, id)
		if missing != nil {
			return missing
		}
		s.typedPos(&a)
		return s.refused(err, func(status int, f *fault.Error) error { return posPage(s, status, a, f) })
	}
	return s.done("saved", "/settings/pos")
}

// testPos asks the bank whether it accepts the account and shows the answer on the account's page.
func testPos(s *screen) error {
	a, err := s.c.Payments.Account(s.ctx, s.id, s.r.PathValue("id"))
	if err != nil {
		return err
	}
	r, err := s.c.Payments.TestLogin(s.ctx, s.id, a.ID)
	if err != nil {
		return err
	}
	if r.Outcome == pos.OK {
		return posPage(s, http.StatusOK, a, nil, ui.Callout(ui.CalloutProps{Tone: ui.Good, Title: s.t("pos.test.good"), Text: s.t("pos.test.good.text")}))
	}
	reason := s.t("pos.test.unknown")
	if r.Code != "" {
		reason = r.Code.Text(string(text.From(s.ctx)))
	}
	if r.ResponseCode != "" {
		reason = s.t("pos.test.code", reason, r.ResponseCode)
	}
	return posPage(s, http.StatusOK, a, nil, ui.Callout(ui.CalloutProps{Tone: ui.Bad, Title: s.t("pos.test.bad"), Text: reason}))
}
