package console

import (
	"encoding/base64"
	"net/http"

	"github.com/a-h/templ"

	"github.com/onay/onay/internal/console/screens"
	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/console/ui"
	"github.com/onay/onay/internal/fault"
)

func init() {
	registrars = append(registrars, func(c *Console) {
		c.settings("GET /account", "", func(s *screen) error { return accountPage(s, http.StatusOK, nil) })
		c.settings("POST /account/password", "", changePassword)
		c.settings("POST /account/second", "", enrolSecond)
		c.settings("POST /account/second/confirm", "", confirmSecond)
		c.settings("POST /account/second/off", "", func(s *screen) error {
			return s.account(s.c.Companies.DisableTOTP(s.ctx, s.v.User.ID, s.r.PostForm.Get("current")), "account.second.off.done")
		})
		c.settings("POST /account/sessions", "", endSessions)
	})
}

// account ends an act on one's own login: a refusal, a wrong password included, is shown on the page.
func (s *screen) account(err error, done string) error {
	if f := fault.As(err); f != nil && f.Kind != fault.NotFound {
		if f.Code == "invalid_login" { // no e-mail was asked for here
			f = &fault.Error{Kind: f.Kind, TR: text.TR.T("account.current.wrong"), EN: text.EN.T("account.current.wrong")}
		}
		retryAfter(s.w, f.RetryAfter)
		return accountPage(s, int(f.Kind), f)
	}
	if err != nil {
		return err
	}
	return s.done(done, "/account")
}

func (s *screen) showAccount(status int, title string, parts ...templ.Component) error {
	s.c.render(s.w, s.r, status, inside(ui.Layout(s.c.page(s.r, title, "")), screens.Stack(parts...)))
	return nil
}

func (s *screen) currentPassword() templ.Component {
	return ui.Field(ui.FieldProps{Name: "current", Label: s.t("account.current"), Type: "password", Required: true, Autocomplete: "current-password"})
}

func accountPage(s *screen, status int, f *fault.Error) error {
	u := s.v.User
	passkeys, err := s.passkeyPanel(f)
	if err != nil {
		return err
	}
	password := []templ.Component{}
	if u.HasPassword {
		password = append(password, s.currentPassword())
	}
	password = append(password, ui.Field(ui.FieldProps{Name: "password", Label: s.t("account.new"), Type: "password", Required: true, Autocomplete: "new-password", Hint: s.t("account.password.hint"), Error: s.said(f, "password")}))
	second := screens.Stack(screens.Note(s.t("account.second.text")), screens.Act("/account/second", ui.ButtonProps{Label: s.t("account.second.add"), Kind: ui.Primary}))
	if u.TOTPEnabled {
		second = screens.Stack(screens.Note(s.t("account.second.on")), screens.Form("/account/second/off", []templ.Component{ui.Field(ui.FieldProps{ID: "current-off", Name: "current", Label: s.t("account.current"), Type: "password", Required: true, Autocomplete: "current-password"})},
			ui.Button(ui.ButtonProps{Label: s.t("account.second.off"), Kind: ui.Danger})))
	}
	parts := []templ.Component{
		screens.Head(ui.HeadProps{Title: s.t("nav.account"), Sub: u.Name + " · " + u.Email}), s.wrong(f, "password", "name"),
		screens.Panel(ui.PanelProps{Title: s.t("login.password")}, screens.Form("/account/password", password, s.save())),
		screens.Panel(ui.PanelProps{Title: s.t("account.second")}, second),
	}
	parts = append(parts, passkeys...)
	parts = append(parts, screens.Panel(ui.PanelProps{Title: s.t("account.sessions")}, screens.Note(s.t("account.sessions.text")), screens.Act("/account/sessions", ui.ButtonProps{Label: s.t("account.sessions.end")})))
	return s.showAccount(status, "nav.account", parts...)
}

// changePassword proves the old password and keeps this login while all others end.
func changePassword(s *screen) error {
	if s.v.User.HasPassword {
		if err := s.c.Companies.Reauthenticate(s.ctx, s.v.User.ID, s.r.PostForm.Get("current")); err != nil {
			return s.account(err, "")
		}
	}
	u, err := s.c.Companies.SetPassword(s.ctx, s.v.User.ID, s.r.PostForm.Get("password"))
	if err == nil {
		err = s.c.startLogin(s.ctx, u)
	}
	return s.account(err, "account.password.done")
}

// enrolSecond makes a new secret and shows it as a picture and as text, with the field for its first code.
func enrolSecond(s *screen) error {
	e, err := s.c.Companies.EnrolTOTP(s.ctx, s.v.User.ID)
	if err != nil {
		return s.account(err, "")
	}
	return s.showAccount(http.StatusOK, "account.second", screens.Head(ui.HeadProps{Title: s.t("account.second"), Back: &ui.Link{Label: s.t("nav.account"), Href: "/account"}}),
		screens.Panel(ui.PanelProps{Title: s.t("account.second.scan")}, screens.QR("data:image/png;base64,"+base64.StdEncoding.EncodeToString(e.PNG), s.t("account.second.qr")),
			ui.CopyBox(ui.CopyProps{Label: s.t("account.second.secret"), Value: e.Secret})),
		screens.Panel(ui.PanelProps{}, s.secondForm("")))
}

func (s *screen) secondForm(problem string) templ.Component {
	return screens.Form("/account/second/confirm", []templ.Component{ui.Code(ui.CodeProps{Label: s.t("login.code.label"), Hint: s.t("login.code.hint"), Error: problem})},
		ui.Button(ui.ButtonProps{Label: s.t("login.code.submit"), Kind: ui.Primary}), s.cancel("/account"))
}

func confirmSecond(s *screen) error {
	err := s.c.Companies.ConfirmTOTP(s.ctx, s.v.User.ID, s.form("code"))
	if f := fault.As(err); f != nil && f.Kind == fault.Unauthorized {
		return s.showAccount(http.StatusUnprocessableEntity, "account.second", screens.Head(ui.HeadProps{Title: s.t("account.second"), Back: &ui.Link{Label: s.t("nav.account"), Href: "/account"}}),
			screens.Panel(ui.PanelProps{}, s.secondForm(f.Text(string(text.From(s.ctx))))))
	}
	return s.account(err, "account.second.done")
}

func endSessions(s *screen) error {
	if _, err := s.c.Companies.EndSessions(s.ctx, s.v.User.ID); err != nil {
		return err
	}
	if err := s.c.endLogin(s.ctx); err != nil {
		return err
	}
	return s.done("account.sessions.done", "/login")
}
