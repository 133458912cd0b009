package console

import (
	"errors"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/console/screens"
	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/console/ui"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/message"
	"github.com/onay/onay/sms"
)

func init() {
	registrars = append(registrars, func(c *Console) {
		c.settings("GET /settings/providers", company.SettingsRead, listProviders)
		c.settings("GET /settings/providers/new", company.ProvidersWrite, newProvider)
		c.settings("POST /settings/providers/new", company.ProvidersWrite, addProvider)
		c.settings("GET /settings/providers/{id}", company.ProvidersWrite, showProvider)
		c.settings("POST /settings/providers/{id}", company.ProvidersWrite, saveProvider)
		c.settings("POST /settings/providers/{id}/probe", company.ProvidersWrite, probeProvider)
	})
}

// newProvider asks for the house first: what the form has to ask depends on it.
func newProvider(s *screen) error {
	if p, ok := message.ProviderOf(s.r.FormValue("provider")); ok {
		return providerPage(s, http.StatusOK, message.Account{Provider: p.Key, Name: p.Name, Transport: p.Transports[0], Status: "on", Priority: 10, PerMinute: p.PerMinute}, nil)
	}
	t := ui.TableProps{Caption: s.t("prov.house"), Columns: []ui.Column{{Label: s.t("prov.house"), Wide: true}, {Label: s.t("prov.transport")}}}
	for _, p := range message.Providers {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.A(p.Name, with("/settings/providers/new", "provider", p.Key)), ui.Txt(strings.ToUpper(strings.Join(p.Transports, ", ")))}})
	}
	return s.show(http.StatusOK, "prov.new", s.head(s.t("prov.new"), s.t("prov.house.text"), "/settings/providers"), screens.Panel(ui.PanelProps{Flush: true}, ui.Table(t)))
}

// healthTag says in a word how an account does: its state where a person set one, else what the breaker saw.
func (s *screen) healthTag(a message.Account, breaker string) templ.Component {
	switch {
	case a.Status == "off":
		return ui.StateTag(ui.StateProps{Area: "provider", State: "paused"})
	case a.Status == "drain":
		return ui.Tag(s.t("prov.drain"), ui.Wait)
	case breaker == "open":
		return ui.StateTag(ui.StateProps{Area: "provider", State: "down", Tone: ui.Bad})
	case breaker == "half-open":
		return ui.Tag(s.t("prov.trying"), ui.Wait)
	}
	return ui.StateTag(ui.StateProps{Area: "provider", State: "up", Tone: ui.Good})
}

// breakers tells by account what this node saw of it.
func (s *screen) breakers() (map[string]string, error) {
	list, err := s.c.Messages.Health(s.ctx, s.id)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, h := range list {
		out[h.ID] = h.Breaker
	}
	return out, nil
}

func (s *screen) providerTable() (templ.Component, error) {
	accounts, err := s.c.Messages.Accounts(s.ctx, s.id)
	if err != nil {
		return nil, err
	}
	health, err := s.breakers()
	if err != nil {
		return nil, err
	}
	empty := ui.EmptyProps{Icon: "message", Title: s.t("prov.empty"), Text: s.t("prov.empty.text")}
	if s.can(company.ProvidersWrite) {
		empty.Action = &ui.ButtonProps{Label: s.t("prov.new"), Kind: ui.Primary, Href: "/settings/providers/new"}
	}
	t := ui.TableProps{Caption: s.t("set.providers"), Empty: ui.EmptyState(empty), Columns: []ui.Column{{Label: s.t("word.name"), Wide: true}, {Label: s.t("word.state")},
		{Label: s.t("prov.header")}, {Label: s.t("prov.priority"), Num: true}, {Label: s.t("prov.per_minute"), Num: true}}}
	for _, a := range accounts {
		name := ui.Cell{Text: a.Name, Sub: houseName(a) + " · " + a.Username}
		if s.can(company.ProvidersWrite) {
			name.Href = "/settings/providers/" + a.ID
		}
		rate := s.t("prov.unlimited")
		if a.PerMinute > 0 {
			rate = text.Count(int64(a.PerMinute))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{name, ui.Node(s.healthTag(a, health[a.ID])), ui.Txt(a.Header), ui.Num(int64(a.Priority)), ui.Txt(rate)}})
	}
	return ui.Table(t), nil
}

func listProviders(s *screen) error {
	table, err := s.providerTable()
	if err != nil {
		return err
	}
	var actions []templ.Component
	if s.can(company.ProvidersWrite) {
		actions = append(actions, s.addButton(s.t("prov.new"), "/settings/providers/new"))
	}
	return s.show(http.StatusOK, "set.providers", s.head(s.t("set.providers"), s.t("set.providers.text"), "", actions...), screens.Panel(ui.PanelProps{Flush: true}, table))
}

var providerFields = []string{"name", "username", "password", "header", "base_url", "transport", "status", "priority", "per_minute"}

// providerPage is the form of an account, with more parts such as the answer to a probe above it.
func providerPage(s *screen, status int, a message.Account, f *fault.Error, above ...templ.Component) error {
	house, _ := message.ProviderOf(a.Provider)
	action, title, secretHint := with("/settings/providers/new", "provider", a.Provider), s.t("prov.new.at", house.Name), hintOf(s, "prov.password.hint."+a.Provider)
	var test []templ.Component
	if a.ID != "" {
		action, title, secretHint = "/settings/providers/"+a.ID, a.Name, s.t("prov.password.keep")
		test = append(test, screens.Act(action+"/probe", ui.ButtonProps{Label: s.t("prov.probe"), Icon: "refresh"}))
	}
	field := func(name, value string, p ui.FieldProps) templ.Component {
		p.Name, p.Label, p.Value, p.Error = name, s.t("prov."+name), value, s.said(f, name)
		if own := hintOf(s, "prov."+name+"."+a.Provider); own != "" {
			p.Label = own
		}
		return ui.Field(p)
	}
	transport := screens.Hidden("transport", a.Transport)
	if len(house.Transports) > 1 {
		var options []ui.Option
		for _, t := range house.Transports {
			options = append(options, ui.Option{Value: t, Label: strings.ToUpper(t)})
		}
		transport = ui.Select(ui.SelectProps{Name: "transport", Label: s.t("prov.transport"), Value: a.Transport, Options: options})
	}
	fields := []templ.Component{
		s.wrong(f, providerFields...),
		field("name", a.Name, ui.FieldProps{Required: true, MaxLength: 80, Hint: s.t("prov.name.hint")}),
		screens.Row(field("username", a.Username, ui.FieldProps{Required: true, Autocomplete: "off"}),
			field("password", "", ui.FieldProps{Type: "password", Required: a.ID == "", Autocomplete: "new-password", Hint: secretHint})),
		field("header", a.Header, ui.FieldProps{Required: true, MaxLength: 11, Hint: s.t("prov.header.hint")}),
		ui.RadioGroup(ui.RadioProps{Name: "status", Label: s.t("word.state"), Value: a.Status, Options: s.options("prov.status.", "on", "drain", "off"), Error: s.said(f, "status")}),
		screens.Row(field("priority", s.typedOr("priority", a.Priority), ui.FieldProps{Inputmode: "numeric", Required: true, Hint: s.t("prov.priority.hint")}),
			field("per_minute", s.typedOr("per_minute", a.PerMinute), ui.FieldProps{Inputmode: "numeric", Required: true, Hint: s.t("prov.per_minute.hint")})),
		transport,
		field("base_url", a.BaseURL, ui.FieldProps{Type: "url", Hint: s.t("prov.base_url.hint")}),
	}
	parts := append([]templ.Component{s.head(title, a.ID, "/settings/providers", test...)}, above...)
	return s.show(status, title, append(parts, screens.Form(action, fields, s.save(), s.cancel("/settings/providers")))...)
}

// houseName is the provider of an account as people call it.
func houseName(a message.Account) string {
	p, _ := message.ProviderOf(a.Provider)
	return p.Name
}

// typed puts what was typed into an account.
func (s *screen) typed(a *message.Account) {
	a.Name, a.Username, a.Secret, a.Header = s.form("name"), s.form("username"), s.r.PostForm.Get("password"), s.form("header")
	a.Status, a.Transport, a.BaseURL = s.form("status"), s.form("transport"), s.form("base_url")
	a.Priority, a.PerMinute = s.number("priority"), s.number("per_minute")
}

func addProvider(s *screen) error {
	house, ok := message.ProviderOf(s.r.FormValue("provider"))
	if !ok {
		house = message.Providers[0]
	}
	a := message.Account{CompanyID: s.id, Provider: house.Key}
	s.typed(&a)
	made, err := s.c.Messages.CreateAccount(s.ctx, a)
	if err != nil {
		a.ID = ""
		return s.refused(err, func(status int, f *fault.Error) error { return providerPage(s, status, a, f) })
	}
	return s.done("prov.added", "/settings/providers/"+made.ID)
}

func showProvider(s *screen) error {
	a, err := s.c.Messages.Account(s.ctx, s.id, s.r.PathValue("id"))
	if err != nil {
		return err
	}
	return providerPage(s, http.StatusOK, a, nil)
}

func saveProvider(s *screen) error {
	id := s.r.PathValue("id")
	if _, err := s.c.Messages.UpdateAccount(s.ctx, s.id, id, s.typed); err != nil {
		a, missing := s.c.Messages.Account(s.ctx, s.id, id)
		if missing != nil {
			return missing
		}
		s.typed(&a)
		return s.refused(err, func(status int, f *fault.Error) error { return providerPage(s, status, a, f) })
	}
	return s.done("saved", "/settings/providers")
}

// probeProvider asks the provider for its headers and credit and shows the answer on the account's page.
func probeProvider(s *screen) error {
	a, err := s.c.Messages.Account(s.ctx, s.id, s.r.PathValue("id"))
	if err != nil {
		return err
	}
	p, err := s.c.Messages.Probe(s.ctx, s.id, a.ID)
	if err != nil {
		return err
	}
	if p.Err != nil {
		reason := s.t("prov.probe.unknown")
		var e *sms.Error
		if errors.As(p.Err, &e) {
			reason = e.Explain(string(text.From(s.ctx)))
		}
		return providerPage(s, http.StatusOK, a, nil, ui.Callout(ui.CalloutProps{Tone: ui.Bad, Title: s.t("prov.probe.bad"), Text: reason}))
	}
	facts := []ui.KV{{Key: s.t("prov.probe.headers"), Text: strings.Join(p.Headers, ", ")}, {Key: s.t("prov.probe.balance"), Text: p.Balance}}
	return providerPage(s, http.StatusOK, a, nil, screens.Panel(ui.PanelProps{Title: s.t("prov.probe.good")}, ui.KeyValue(facts)))
}
