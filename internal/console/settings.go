package console

import (
	"net/http"
	"strings"
	"unicode"

	"github.com/a-h/templ"

	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/console/screens"
	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/console/ui"
	"github.com/onay/onay/internal/fault"
)

func init() {
	registrars = append(registrars, func(c *Console) {
		c.settings("GET /settings", "", settingsIndex)
		c.settings("GET /settings/company", company.SettingsRead, showCompany)
		c.settings("POST /settings/company", company.SettingsWrite, saveCompany)
	})
}

// settingPages are the pages of the settings and what each needs.
var settingPages = []struct {
	key  string
	perm company.Permission
}{
	{"company", company.SettingsRead}, {"providers", company.SettingsRead}, {"pos", company.SettingsRead}, {"payments", company.SettingsRead}, {"templates", company.TemplatesWrite}, {"users", company.UsersWrite},
	{"keys", company.KeysWrite}, {"webhooks", company.WebhooksWrite}, {"blocks", company.AbuseWrite}, {"audit", company.AuditRead}, {"status", company.SettingsRead},
}

func settingsIndex(s *screen) error {
	t := ui.TableProps{Caption: s.t("nav.settings"), Columns: []ui.Column{{Label: s.t("word.name")}, {Label: s.t("set.about"), Wide: true}}}
	for _, p := range settingPages {
		if s.can(p.perm) {
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.A(s.t("set."+p.key), "/settings/"+p.key), ui.Txt(s.t("set." + p.key + ".text"))}})
		}
	}
	if len(t.Rows) == 0 {
		return forbidden()
	}
	return s.show(http.StatusOK, "nav.settings", screens.Head(ui.HeadProps{Title: s.t("nav.settings"), Sub: s.v.Company.Name}), screens.Panel(ui.PanelProps{Flush: true}, ui.Table(t)))
}

func showCompany(s *screen) error {
	return companyPage(s, http.StatusOK, s.v.Company.Settings, nil)
}

// settingsFields are the names by which [company.Settings.Validate] tells what is wrong.
var settingsFields = []string{"iys_number", "payee", "code_length", "valid_seconds", "max_attempts", "max_sends", "resend_wait_seconds", "countries", "web_otp_host",
	"limits.phone_hour", "limits.phone_day", "limits.ip_hour", "limits.limit_key_hour", "limits.key_minute", "limits.company_day", "limits.lock_attempts",
	"watch.mode", "watch.min_starts", "watch.min_conversion", "retention_days", "entry_points"}

// numbers are the whole numbers of the settings by their names.
func numbers(p *company.Settings) map[string]*int {
	return map[string]*int{"code_length": &p.CodeLength, "valid_seconds": &p.ValidSeconds, "max_attempts": &p.MaxAttempts, "max_sends": &p.MaxSends,
		"resend_wait_seconds": &p.ResendWait, "limits.phone_hour": &p.Limits.PhoneHour, "limits.phone_day": &p.Limits.PhoneDay, "limits.ip_hour": &p.Limits.IPHour,
		"limits.limit_key_hour": &p.Limits.LimitKeyHour, "limits.key_minute": &p.Limits.KeyMinute, "limits.company_day": &p.Limits.CompanyDay,
		"limits.lock_attempts": &p.Limits.LockAttempts, "watch.min_starts": &p.Watch.MinStarts, "watch.min_conversion": &p.Watch.MinConversion, "retention_days": &p.RetentionDays}
}

func companyPage(s *screen, status int, set company.Settings, f *fault.Error) error {
	readOnly := !s.can(company.SettingsWrite)
	values := numbers(&set)
	field := func(name, value string) templ.Component {
		return ui.Field(ui.FieldProps{Name: name, Label: s.t("set." + name), Value: value, Hint: hint(s, name), Error: s.companyFault(f, name), ReadOnly: readOnly})
	}
	number := func(name string) templ.Component {
		return ui.Field(ui.FieldProps{Name: name, Label: s.t("set." + name), Value: s.typedOr(name, *values[name]), Hint: hint(s, name), Error: s.companyFault(f, name),
			Inputmode: "numeric", Required: true, Narrow: true, ReadOnly: readOnly})
	}
	panel := func(key string, parts ...templ.Component) templ.Component {
		return screens.Panel(ui.PanelProps{Title: s.t("set.part." + key)}, parts...)
	}
	questions := []templ.Component{ui.Callout(ui.CalloutProps{Tone: ui.Info, Text: s.t("set.entry_points.text")})}
	for _, e := range company.EntryPoints {
		questions = append(questions, ui.RadioGroup(ui.RadioProps{Name: "entry_points." + e, Label: s.t("set.entry." + e), Value: string(set.Ask(e)), Inline: true,
			Options: s.options("set.ask.", string(company.Off), string(company.Optional), string(company.Required))}))
	}
	fields := []templ.Component{
		s.wrong(f, settingsFields...),
		panel("company", field("payee", set.Payee), field("iys_number", set.IYSNumber), field("countries", strings.Join(set.Countries, ", ")), field("web_otp_host", set.WebOTPHost)),
		panel("entry_points", questions...),
		panel("code", screens.Row(number("code_length"), number("valid_seconds")), screens.Row(number("max_attempts"), number("max_sends")), number("resend_wait_seconds")),
		panel("limits", screens.Note(s.t("set.limits.text")), screens.Row(number("limits.phone_hour"), number("limits.phone_day")), screens.Row(number("limits.ip_hour"), number("limits.limit_key_hour")),
			screens.Row(number("limits.key_minute"), number("limits.company_day")), number("limits.lock_attempts")),
		panel("watch", ui.RadioGroup(ui.RadioProps{Name: "watch.mode", Label: s.t("set.watch.mode"), Hint: s.t("set.watch.mode.hint"), Value: set.Watch.Mode, Options: s.options("set.watch.", "off", "shadow", "on")}),
			screens.Row(number("watch.min_starts"), number("watch.min_conversion"))),
		panel("retention", number("retention_days")),
	}
	var send []templ.Component
	if !readOnly {
		send = []templ.Component{s.save(), s.cancel("/settings")}
	}
	return s.show(status, "set.company", s.head(s.t("set.company"), s.v.Company.Name, ""), screens.Form("/settings/company", fields, send...))
}

// hint is the line under a field's label, empty where the catalogue has none.
func hint(s *screen, name string) string {
	if key := "set." + name + ".hint"; text.Has(key) {
		return s.t(key)
	}
	return ""
}

// companyFault says a number out of its range with the range, which its hint holds.
func (s *screen) companyFault(f *fault.Error, name string) string {
	if f != nil && f.Field == name && f.Code == "out_of_range" {
		return s.t("set.range")
	}
	return s.said(f, name)
}

func saveCompany(s *screen) error {
	set := s.v.Company.Settings
	set.IYSNumber, set.Payee, set.WebOTPHost, set.Watch.Mode = s.form("iys_number"), s.form("payee"), strings.ToLower(s.form("web_otp_host")), s.form("watch.mode")
	set.Countries = strings.FieldsFunc(strings.ToUpper(s.form("countries")), func(r rune) bool { return r == ',' || r == ';' || unicode.IsSpace(r) })
	set.EntryPoints = map[string]company.Question{}
	for _, e := range company.EntryPoints {
		set.EntryPoints[e] = company.Question(s.form("entry_points." + e))
	}
	for name, n := range numbers(&set) {
		*n = s.number(name)
	}
	if _, err := s.c.Companies.SetSettings(s.ctx, s.id, set); err != nil {
		return s.refused(err, func(status int, f *fault.Error) error { return companyPage(s, status, set, f) })
	}
	return s.done("saved", "/settings/company")
}
