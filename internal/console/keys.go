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
		c.settings("GET /settings/keys", company.KeysWrite, listKeys)
		c.settings("GET /settings/keys/new", company.KeysWrite, func(s *screen) error { return newKeyPage(s, http.StatusOK, company.NewKey{}, nil) })
		c.settings("POST /settings/keys/new", company.KeysWrite, addKey)
		c.settings("GET /settings/keys/{id}/revoke", company.KeysWrite, askRevoke)
		c.settings("POST /settings/keys/{id}/revoke", company.KeysWrite, func(s *screen) error {
			if err := s.c.Companies.RevokeKey(s.ctx, s.id, s.r.PathValue("id")); err != nil {
				return err
			}
			return s.done("key.revoked", "/settings/keys")
		})
	})
}

// once shows a secret that was just made, which leaves the session with this page.
func (s *screen) once(label, warning string) templ.Component {
	secret := s.c.sessions.PopString(s.ctx, keyNewKey)
	if secret == "" {
		return templ.NopComponent
	}
	return screens.Panel(ui.PanelProps{Title: label}, ui.Callout(ui.CalloutProps{Tone: ui.Wait, Text: warning}), ui.CopyBox(ui.CopyProps{Label: label, Value: secret}))
}

func listKeys(s *screen) error {
	list, err := s.c.Companies.Keys(s.ctx, s.id)
	if err != nil {
		return err
	}
	t := ui.TableProps{Caption: s.t("set.keys"), Columns: []ui.Column{{Label: s.t("word.name"), Wide: true}, {Label: s.t("key.scopes")}, {Label: s.t("key.used")}, {Label: s.t("word.state")}, {Label: s.t("key.revoke"), HideLabel: true}},
		Empty: ui.EmptyState(ui.EmptyProps{Icon: "lock", Title: s.t("key.empty"), Text: s.t("key.empty.text"), Action: &ui.ButtonProps{Label: s.t("key.new"), Kind: ui.Primary, Href: "/settings/keys/new"}})}
	for _, k := range list {
		var scopes []string
		for _, x := range k.Scopes {
			scopes = append(scopes, s.t("key.scope."+x))
		}
		state, revoke := ui.Tag(s.t("user.active"), ui.Good), ui.Button(ui.ButtonProps{Label: s.t("key.revoke"), Small: true, Kind: ui.Quiet, Dialog: true, Href: "/settings/keys/" + k.ID + "/revoke"})
		switch {
		case !k.RevokedAt.IsZero():
			state, revoke = ui.Tag(s.t("key.state.revoked"), ui.Bad), templ.NopComponent
		case !k.ExpiresAt.IsZero() && s.c.Clock.Now().After(k.ExpiresAt):
			state = ui.Tag(s.t("key.state.expired"), ui.Wait)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: k.Name, Sub: k.Hint + "… · " + strings.Join(k.Networks, ", ")}, ui.Txt(strings.Join(scopes, ", ")), ui.Node(ui.Moment(k.UsedAt)), ui.Node(state), ui.Node(revoke)}})
	}
	return s.show(http.StatusOK, "set.keys", s.head(s.t("set.keys"), s.t("set.keys.text"), "", s.addButton(s.t("key.new"), "/settings/keys/new")),
		s.once(s.t("key.text"), s.t("key.text.once")), screens.Panel(ui.PanelProps{Flush: true}, ui.Table(t)))
}

func newKeyPage(s *screen, status int, n company.NewKey, f *fault.Error) error {
	var scopes []templ.Component
	for _, x := range company.Scopes {
		checked := false
		for _, have := range n.Scopes {
			checked = checked || have == x
		}
		scopes = append(scopes, ui.Checkbox(ui.CheckboxProps{Name: "scopes", Value: x, Label: s.t("key.scope." + x), Checked: checked}))
	}
	fields := []templ.Component{
		s.wrong(f, "name", "networks"),
		ui.Field(ui.FieldProps{Name: "name", Label: s.t("word.name"), Value: n.Name, Required: true, MaxLength: 80, Hint: s.t("key.name.hint"), Error: s.said(f, "name")}),
		screens.Choices(s.t("key.scopes"), scopes...),
		ui.Field(ui.FieldProps{Name: "networks", Label: s.t("key.networks"), Value: strings.Join(n.Networks, ", "), Hint: s.t("key.networks.hint"), Error: s.said(f, "networks")}),
	}
	return s.show(status, "key.new", s.head(s.t("key.new"), "", "/settings/keys"), screens.Form("/settings/keys/new", fields, ui.Button(ui.ButtonProps{Label: s.t("key.create"), Kind: ui.Primary}), s.cancel("/settings/keys")))
}

func addKey(s *screen) error {
	n := company.NewKey{Name: s.form("name"), Scopes: s.r.PostForm["scopes"],
		Networks: strings.FieldsFunc(s.form("networks"), func(r rune) bool { return r == ',' || r == ';' || unicode.IsSpace(r) })}
	_, secret, err := s.c.Companies.CreateKey(s.ctx, s.id, n)
	if err != nil {
		return s.refused(err, func(status int, f *fault.Error) error { return newKeyPage(s, status, n, f) })
	}
	s.c.sessions.Put(s.ctx, keyNewKey, secret)
	return s.done("key.created", "/settings/keys")
}

func askRevoke(s *screen) error {
	list, err := s.c.Companies.Keys(s.ctx, s.id)
	if err != nil {
		return err
	}
	for _, k := range list {
		if k.ID == s.r.PathValue("id") {
			return s.show(http.StatusOK, "key.revoke", screens.Ask(ui.ConfirmProps{Title: s.t("key.revoke.ask", k.Name), Text: s.t("key.revoke.text", text.Time(k.UsedAt)),
				Action: "/settings/keys/" + k.ID + "/revoke", Label: s.t("key.revoke"), Danger: true, Close: "/settings/keys"}))
		}
	}
	return notFound()
}
