package console

import (
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"github.com/onay/onay/internal/console/screens"
	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/console/ui"
	"github.com/onay/onay/internal/fault"
)

func (c *Console) passkeyRoutes() {
	c.public("POST /login/passkey/options", func(w http.ResponseWriter, r *http.Request) error {
		if !c.passkeysWork(r) {
			return notFound()
		}
		options, state, err := c.Passkeys.BeginLogin(r.Context())
		return c.ceremony(w, r, options, state, err)
	})
	c.public("POST /login/passkey", c.loginPasskey)
	c.settings("POST /account/passkeys/options", "", func(s *screen) error {
		if !c.passkeysWork(s.r) {
			return notFound()
		}
		options, state, err := c.Passkeys.BeginRegister(s.ctx, s.v.User.ID)
		return c.ceremony(s.w, s.r, options, state, err)
	})
	c.settings("POST /account/passkeys", "", addPasskey)
	c.settings("GET /account/passkeys/{id}/remove", "", askPasskey)
	c.settings("POST /account/passkeys/{id}/remove", "", func(s *screen) error {
		return s.account(c.Companies.DeletePasskey(s.ctx, s.v.User.ID, s.r.PathValue("id")), "deleted")
	})
}

// passkeysWork tells whether the browser stands at the address that passkeys belong to.
func (c *Console) passkeysWork(r *http.Request) bool {
	u, err := url.Parse(c.PasskeyOrigin)
	return err == nil && c.Passkeys != nil && r.Host == u.Host
}

// ceremony keeps the state and gives the browser its options. A refusal goes back as plain words for the script to show.
func (c *Console) ceremony(w http.ResponseWriter, r *http.Request, options, state []byte, err error) error {
	if f := fault.As(err); f != nil {
		http.Error(w, f.Text(string(text.From(r.Context()))), int(f.Kind))
		return nil
	}
	if err != nil {
		return err
	}
	c.sessions.Put(r.Context(), keyCeremony, state)
	w.Header().Set("Content-Type", "application/json")
	_, err = w.Write(options)
	return err
}

func (c *Console) loginPasskey(w http.ResponseWriter, r *http.Request) error {
	state := c.sessions.PopBytes(r.Context(), keyCeremony)
	if !c.passkeysWork(r) {
		return notFound()
	}
	u, err := c.Passkeys.FinishLogin(r.Context(), state, []byte(r.PostFormValue("response")))
	if f := fault.As(err); f != nil {
		c.loginPage(w, r, int(f.Kind), screens.LoginForm{Error: f.Text(string(text.From(r.Context()))), Passkeys: true})
		return nil
	}
	if err != nil {
		return err
	}
	return c.enter(w, r, u)
}

// addPasskey wants the password again where there is one: a passkey is a way in that outlives it.
func addPasskey(s *screen) error {
	state := s.c.sessions.PopBytes(s.ctx, keyCeremony)
	if !s.c.passkeysWork(s.r) {
		return notFound()
	}
	if s.v.User.HasPassword {
		if err := s.c.Companies.Reauthenticate(s.ctx, s.v.User.ID, s.r.PostForm.Get("current")); err != nil {
			return s.account(err, "")
		}
	}
	_, err := s.c.Passkeys.FinishRegister(s.ctx, s.v.User.ID, s.form("name"), state, []byte(s.r.PostForm.Get("response")))
	return s.account(err, "account.passkeys.done")
}

func askPasskey(s *screen) error {
	keys, err := s.c.Companies.UserPasskeys(s.ctx, s.v.User.ID)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if k.ID == s.r.PathValue("id") {
			return s.show(http.StatusOK, "account.passkeys", screens.Ask(ui.ConfirmProps{Title: s.t("account.passkeys.remove.ask", k.Name), Text: s.t("account.passkeys.remove.ask.text"),
				Action: "/account/passkeys/" + k.ID + "/remove", Label: s.t("account.passkeys.remove"), Danger: true, Close: "/account"}))
		}
	}
	return notFound()
}

// passkeyPanel lists the passkeys of a user and adds one, or says where that can be done.
func (s *screen) passkeyPanel(f *fault.Error) ([]templ.Component, error) {
	keys, err := s.c.Companies.UserPasskeys(s.ctx, s.v.User.ID)
	if err != nil {
		return nil, err
	}
	var parts []templ.Component
	if len(keys) > 0 {
		t := ui.TableProps{Caption: s.t("account.passkeys"), Columns: []ui.Column{{Label: s.t("word.name"), Wide: true}, {Label: s.t("word.date")}, {Label: s.t("account.passkeys.used")}, {Label: s.t("act.remove"), HideLabel: true}}}
		for _, k := range keys {
			used := s.t("account.passkeys.never")
			if !k.UsedAt.IsZero() {
				used = text.Date(k.UsedAt)
			}
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Txt(k.Name), ui.Txt(text.Date(k.CreatedAt)), ui.Txt(used),
				ui.Node(ui.Button(ui.ButtonProps{Label: s.t("act.remove"), Small: true, Href: "/account/passkeys/" + k.ID + "/remove", Dialog: true}))}})
		}
		parts = append(parts, heading(s.t("account.passkeys"), ui.Table(t)))
	}
	add := []templ.Component{screens.Note(s.t("account.passkeys.text"))}
	switch {
	case s.c.Passkeys == nil:
		add = append(add, screens.Note(s.t("account.passkeys.nowhere")))
	case !s.c.passkeysWork(s.r):
		add = append(add, screens.Note(s.t("account.passkeys.elsewhere")), screens.LinkTo(s.c.PasskeyOrigin+"/account"))
	default:
		fields := []templ.Component{ui.Field(ui.FieldProps{ID: "passkey-name", Name: "name", Label: s.t("account.passkeys.name"), Hint: s.t("account.passkeys.name.hint"), Value: s.form("name"), Required: true, MaxLength: 80, Error: s.said(f, "name"), Autocomplete: "off"})}
		if s.v.User.HasPassword {
			fields = append(fields, ui.Field(ui.FieldProps{ID: "current-passkey", Name: "current", Label: s.t("account.current"), Type: "password", Required: true, Autocomplete: "current-password"}))
		}
		add = append(add, screens.Passkey("/account/passkeys", "create", fields, ui.Button(ui.ButtonProps{Label: s.t("account.passkeys.add"), Kind: ui.Primary})))
	}
	return append(parts, screens.Panel(ui.PanelProps{Title: s.t("account.passkeys.add")}, add...)), nil
}
