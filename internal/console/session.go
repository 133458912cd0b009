package console

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/console/ui"
	"github.com/onay/onay/internal/fault"
)

// What a session holds.
const (
	keyUser      = "user"
	keyEpoch     = "epoch"
	keyCompany   = "company"
	keyLang      = "lang"
	keyBack      = "back"
	keyFlash     = "flash"
	keyFlashTone = "flash_tone"
	keyCeremony  = "passkey" // state of the passkey that is being asked for, good for one answer
	keyProven    = "proven"  // when the person last proved who she is
	keyNewKey    = "new_key" // text of a key or secret just made, shown once
)

const (
	sessionIdle = 12 * time.Hour
	sessionLife = 7 * 24 * time.Hour
)

func (c *Console) newSessions() *scs.SessionManager {
	m := scs.New()
	m.Store = c.Companies.Sessions()
	m.IdleTimeout, m.Lifetime = sessionIdle, sessionLife
	m.Cookie.Name = "onay_session"
	m.Cookie.HttpOnly = true
	m.Cookie.SameSite = http.SameSiteLaxMode
	m.Cookie.Secure = c.Secure
	m.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) { c.fail(w, r, err) }
	return m
}

// viewer is the person who looks, in the company chosen.
type viewer struct {
	User    company.User
	Company company.Company
	Role    company.Role

	companies []ui.Company // those to switch to
}

type viewerKey struct{}

// viewerOf returns who looks; the zero viewer before login.
func viewerOf(r *http.Request) viewer { v, _ := r.Context().Value(viewerKey{}).(viewer); return v }

// identify reads who looks from the session. A disabled user, or a login that was ended elsewhere, is nobody.
func (c *Console) identify(r *http.Request) (viewer, error) {
	ctx := r.Context()
	id := c.sessions.GetString(ctx, keyUser)
	if id == "" {
		return viewer{}, nil
	}
	u, err := c.Companies.UserInfo(ctx, id)
	if fault.Code(err) == "not_found" || err == nil && (u.Disabled() || u.Epoch != c.sessions.GetInt64(ctx, keyEpoch)) {
		return viewer{}, c.endLogin(ctx)
	}
	if err != nil {
		return viewer{}, err
	}
	v := viewer{User: u.User}
	chosen := c.sessions.GetString(ctx, keyCompany)
	if u.Role(chosen) == "" && len(u.Memberships) > 0 {
		chosen = u.Memberships[0].CompanyID
	}
	for _, m := range u.Memberships {
		v.companies = append(v.companies, ui.Company{ID: m.CompanyID, Name: m.CompanyName})
	}
	if v.Role = u.Role(chosen); v.Role != "" {
		if v.Company, err = c.Companies.Get(ctx, chosen); err != nil {
			return viewer{}, err
		}
	}
	return v, nil
}

// startLogin makes the session that of a user, under a new token.
func (c *Console) startLogin(ctx context.Context, u company.User) error {
	if err := c.sessions.RenewToken(ctx); err != nil {
		return err
	}
	c.sessions.Put(ctx, keyUser, u.ID)
	c.sessions.Put(ctx, keyEpoch, u.Epoch)
	c.sessions.Put(ctx, keyProven, c.Clock.Now().Unix())
	return nil
}

// guarded are the permissions for whose acts a session alone is not enough: whoever finds a console open must not give money back or read a
// key. provenLife is how long a login counts as proof for opening such a page; a form that was opened may take as long again.
var guarded = []company.Permission{company.PaymentsRefund, company.KeysWrite, company.ProvidersWrite}

const provenLife = 30 * time.Minute

// proven reports whether the person has logged in lately enough for an act.
func (c *Console) proven(r *http.Request, perm company.Permission) bool {
	if !slices.Contains(guarded, perm) {
		return true
	}
	life := provenLife
	if r.Method != http.MethodGet {
		life *= 2
	}
	return c.Clock.Now().Sub(time.Unix(c.sessions.GetInt64(r.Context(), keyProven), 0)) < life
}

// askAgain sends a person who is logged in to the login, and back to where she was going.
func (c *Console) askAgain(w http.ResponseWriter, r *http.Request) {
	back := r.URL.RequestURI()
	if r.Method != http.MethodGet {
		back = cameFrom(r)
	}
	c.sessions.Put(r.Context(), keyBack, back)
	c.flash(r, string(ui.Info), text.T(r.Context(), "login.again"))
	c.redirect(w, r, "/login")
}

// endLogin forgets the user and keeps the language.
func (c *Console) endLogin(ctx context.Context) error {
	lang := c.sessions.GetString(ctx, keyLang)
	if err := c.sessions.Clear(ctx); err != nil {
		return err
	}
	if lang != "" {
		c.sessions.Put(ctx, keyLang, lang)
	}
	return c.sessions.RenewToken(ctx)
}

// language is that of the session, else the browser's wish, else Turkish.
func (c *Console) language(r *http.Request) text.Lang {
	if l := c.sessions.GetString(r.Context(), keyLang); l != "" {
		return text.Parse(l)
	}
	return text.Accept(r.Header.Get("Accept-Language"))
}

const themeCookie = "onay_theme"

func theme(r *http.Request) string {
	if k, err := r.Cookie(themeCookie); err == nil && (k.Value == "light" || k.Value == "dark") {
		return k.Value
	}
	return ""
}

// flash keeps what the act did for the page that follows; tone is one of [ui.Tone].
func (c *Console) flash(r *http.Request, tone, text string) {
	c.sessions.Put(r.Context(), keyFlashTone, tone)
	c.sessions.Put(r.Context(), keyFlash, text)
}

func (c *Console) takeFlash(r *http.Request) *ui.FlashProps {
	if !c.sessions.Exists(r.Context(), keyFlash) {
		return nil
	}
	return &ui.FlashProps{Text: c.sessions.PopString(r.Context(), keyFlash), Tone: ui.Tone(c.sessions.PopString(r.Context(), keyFlashTone))}
}

// local returns a path of this site to go back to, "/" for anything else.
func local(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n") {
		return "/"
	}
	return path
}

// prefs changes language, theme or company and goes back.
func (c *Console) prefs(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	switch l := r.PostFormValue("lang"); l {
	case "tr", "en":
		c.sessions.Put(ctx, keyLang, l)
	}
	switch t := r.PostFormValue("theme"); t {
	case "light", "dark", "system":
		http.SetCookie(w, &http.Cookie{Name: themeCookie, Value: t, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, Secure: c.Secure, SameSite: http.SameSiteLaxMode})
	}
	if id := r.PostFormValue("company"); id != "" {
		v, err := c.identify(r)
		if err != nil {
			return err
		}
		known := false
		for _, m := range v.companies {
			known = known || m.ID == id
		}
		if !known {
			return notFound()
		}
		c.sessions.Put(ctx, keyCompany, id)
	}
	c.redirect(w, r, local(r.PostFormValue("back")))
	return nil
}
