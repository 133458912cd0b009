package console

import (
	"net/http"

	"github.com/a-h/templ"

	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/console/screens"
	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/console/ui"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/verification"
)

func init() {
	registrars = append(registrars, func(c *Console) {
		c.settings("GET /settings/templates", company.TemplatesWrite, listTemplates)
		c.settings("GET /settings/templates/{purpose}/{locale}", company.TemplatesWrite, showTemplate)
		c.settings("POST /settings/templates/{purpose}/{locale}", company.TemplatesWrite, saveTemplate)
	})
}

func listTemplates(s *screen) error {
	list, err := s.c.Verifications.Templates(s.ctx, s.id)
	if err != nil {
		return err
	}
	t := ui.TableProps{Caption: s.t("set.templates"), Columns: []ui.Column{{Label: s.t("tpl.purpose")}, {Label: s.t("top.language")}, {Label: s.t("tpl.body"), Wide: true}, {Label: s.t("tpl.revision")}}}
	for _, x := range list {
		revision := s.t("tpl.builtin")
		if x.Revision > 0 {
			revision = s.t("tpl.revision.n", x.Revision, text.Date(x.CreatedAt))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.A(s.t("tpl.purpose."+string(x.Purpose)), "/settings/templates/"+string(x.Purpose)+"/"+x.Locale),
			ui.Txt(s.t("lang." + x.Locale)), ui.Txt(x.Body), ui.Txt(revision)}})
	}
	return s.show(http.StatusOK, "set.templates", s.head(s.t("set.templates"), s.t("set.templates.text"), ""), screens.Panel(ui.PanelProps{Flush: true}, ui.Table(t)))
}

// template finds the text in force that the address names.
func (s *screen) template() (verification.Template, error) {
	list, err := s.c.Verifications.Templates(s.ctx, s.id)
	if err != nil {
		return verification.Template{}, err
	}
	for _, x := range list {
		if string(x.Purpose) == s.r.PathValue("purpose") && x.Locale == s.r.PathValue("locale") {
			return x, nil
		}
	}
	return verification.Template{}, notFound()
}

func templatePage(s *screen, status int, x verification.Template, f *fault.Error) error {
	action := "/settings/templates/" + string(x.Purpose) + "/" + x.Locale
	preview, err := s.c.Verifications.Preview(s.ctx, s.id, x.Purpose, x.Locale, x.Body)
	if err != nil && f == nil {
		if f = words(err); f == nil {
			return err
		}
	}
	shown := screens.Note(s.t("tpl.preview.none"))
	if err == nil {
		shown = screens.Bubble(s.v.Company.Settings.Payee, preview)
	}
	fields := []templ.Component{
		s.wrong(f, "body"),
		ui.Field(ui.FieldProps{Name: "body", Type: "textarea", Label: s.t("tpl.body"), Value: x.Body, Required: true, Hint: s.t("tpl.body.hint", "{code}", "{payee}", "{minutes}", "{amount}"), Error: s.said(f, "body")}),
	}
	send := []templ.Component{s.save(), ui.Button(ui.ButtonProps{Label: s.t("tpl.preview"), Name: "do", Value: "preview"}), s.cancel("/settings/templates")}
	title := s.t("tpl.purpose."+string(x.Purpose)) + " · " + s.t("lang."+x.Locale)
	return s.show(status, title, s.head(title, "", "/settings/templates"), screens.Form(action, fields, send...),
		screens.Panel(ui.PanelProps{Title: s.t("tpl.preview.title")}, shown, screens.Note(s.t("tpl.preview.text"))))
}

func showTemplate(s *screen) error {
	x, err := s.template()
	if err != nil {
		return err
	}
	return templatePage(s, http.StatusOK, x, nil)
}

func saveTemplate(s *screen) error {
	x, err := s.template()
	if err != nil {
		return err
	}
	x.Body = s.form("body")
	if s.form("do") == "preview" {
		return templatePage(s, http.StatusOK, x, nil)
	}
	if _, err := s.c.Verifications.SaveTemplate(s.ctx, s.id, x.Purpose, x.Locale, x.Body); err != nil {
		return s.refused(err, func(status int, f *fault.Error) error { return templatePage(s, status, x, f) })
	}
	return s.done("tpl.saved", "/settings/templates")
}
