package console

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/console/screens"
	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/console/ui"
	"github.com/onay/onay/internal/fault"
)

// screen is one request for a page of the settings, with what its handler needs at hand.
type screen struct {
	c   *Console
	w   http.ResponseWriter
	r   *http.Request
	ctx context.Context
	v   viewer
	id  string // the company

	active string // place in the rail
}

// settings registers a page of the settings.
func (c *Console) settings(pattern string, perm company.Permission, h func(s *screen) error) {
	c.at("settings", pattern, perm, h)
}

// at registers a page of a place of the rail.
func (c *Console) at(place, pattern string, perm company.Permission, h func(s *screen) error) {
	c.handle(pattern, perm, func(w http.ResponseWriter, r *http.Request) error {
		v := viewerOf(r)
		return h(&screen{c: c, w: w, r: r, ctx: r.Context(), v: v, id: v.Company.ID, active: place})
	})
}

func (s *screen) t(key string, args ...any) string { return text.T(s.ctx, key, args...) }

func (s *screen) can(p company.Permission) bool { return company.Can(s.v.Role, p) }

func (s *screen) form(name string) string { return strings.TrimSpace(s.r.PostForm.Get(name)) }

// number reads a whole number; what cannot be read is out of every range.
func (s *screen) number(name string) int {
	n, err := strconv.Atoi(s.form(name))
	if err != nil {
		return -1
	}
	return n
}

// typedOr is what was typed into a field that is shown again, else its value.
func (s *screen) typedOr(name string, value int) string {
	if typed, ok := s.r.PostForm[name]; ok && len(typed) > 0 {
		return typed[0]
	}
	return strconv.Itoa(value)
}

// show writes the page.
func (s *screen) show(status int, title string, parts ...templ.Component) error {
	s.c.render(s.w, s.r, status, inside(ui.Layout(s.c.page(s.r, title, s.active)), screens.Stack(parts...)))
	return nil
}

// asks is the button of an act that takes something away: it leads to the question.
func (s *screen) asks(key, to string) templ.Component {
	return ui.Button(ui.ButtonProps{Label: s.t(key), Kind: ui.Danger, Href: to, Dialog: true})
}

// ask shows the one question before an act: key names the act in the catalogue, key+".ask" and key+".ask.text" the question.
func (s *screen) ask(key, about, page, act string) error {
	return s.show(http.StatusOK, key, screens.Ask(ui.ConfirmProps{Title: s.t(key+".ask", about), Text: s.t(key + ".ask.text"), Action: page + "/" + act, Label: s.t(key), Danger: true, Close: page}))
}

// done ends an act that went well.
func (s *screen) done(key, to string) error {
	s.c.flash(s.r, string(ui.Good), s.t(key))
	s.c.redirect(s.w, s.r, to)
	return nil
}

// refused shows the form again with what is wrong, or passes on an error that is not the form's.
func (s *screen) refused(err error, again func(status int, f *fault.Error) error) error {
	if f := words(err); f != nil {
		return again(int(f.Kind), f)
	}
	return err
}

// said is the text of a fault at one of a form's fields.
func (s *screen) said(f *fault.Error, field string) string {
	if f == nil || f.Field != field {
		return ""
	}
	return f.Text(string(text.From(s.ctx)))
}

// wrong is the passage above a form whose fault is at none of its fields, nil for none.
func (s *screen) wrong(f *fault.Error, fields ...string) templ.Component {
	if f == nil {
		return templ.NopComponent
	}
	for _, name := range fields {
		if f.Field == name {
			return ui.Callout(ui.CalloutProps{Tone: ui.Bad, Text: s.t("error.form")})
		}
	}
	return ui.Callout(ui.CalloutProps{Tone: ui.Bad, Text: f.Text(string(text.From(s.ctx)))})
}

// head is the top of a page of the settings; back is the list it belongs to.
func (s *screen) head(title, sub, back string, actions ...templ.Component) templ.Component {
	h := ui.HeadProps{Title: title, Sub: sub, Back: &ui.Link{Label: s.t("nav.settings"), Href: "/settings"}}
	if back != "" {
		h.Back = &ui.Link{Label: s.t("nav.back"), Href: back}
	}
	return screens.Head(h, actions...)
}

func (s *screen) save() templ.Component {
	return ui.Button(ui.ButtonProps{Label: s.t("act.save"), Kind: ui.Primary})
}

func (s *screen) cancel(to string) templ.Component {
	return ui.Button(ui.ButtonProps{Label: s.t("act.cancel"), Kind: ui.Quiet, Href: to})
}

func (s *screen) addButton(label, to string) templ.Component {
	return ui.Button(ui.ButtonProps{Label: label, Kind: ui.Primary, Icon: "plus", Href: to})
}

// words turns values into choices named by the catalogue.
func (s *screen) options(prefix string, values ...string) (out []ui.Option) {
	for _, v := range values {
		out = append(out, ui.Option{Value: v, Label: s.t(prefix + v)})
	}
	return out
}

// with is an address with a query.
func with(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}
