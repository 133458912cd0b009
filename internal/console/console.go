// Package console is the part of Onay that people see: login, the frame of every screen, and the screens themselves.
// Every screen works without a script; every act is a form that answers with a redirect.
package console

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/a-h/templ"
	"github.com/alexedwards/scs/v2"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/console/ui"
	"github.com/onay/onay/internal/console/web"
	"github.com/onay/onay/internal/customer"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/message"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/internal/reconciliation"
	"github.com/onay/onay/internal/verification"
	"github.com/onay/onay/internal/webhook"
)

// Deps are what the screens show and change.
type Deps struct {
	Companies     *company.Service
	Customers     *customer.Service
	Payments      *payment.Service
	DayEnd        *reconciliation.Service
	Verifications *verification.Service
	Messages      *message.Service
	Webhooks      *webhook.Service
	Log           *audit.Log
	Clock         clock.Clock
	Logger        *slog.Logger
	Sandbox       bool   // a test environment: the striped band
	SandboxURL    string // where the sandbox's phone is; empty outside it
	Secure        bool   // cookies only over TLS

	Passkeys *company.Passkeys          // nil: the console's address cannot have any
	ClientIP func(*http.Request) string // the address that a request came from

	PasskeyOrigin string // the one address at which they work, for example https://onay.firma.com.tr
}

// Console serves the pages.
type Console struct {
	Deps
	mux      *http.ServeMux
	sessions *scs.SessionManager
	routes   map[string]company.Permission // of the pages behind the login
	uploads  uploads
}

// registrars are added by each file of screens: they name its routes.
var registrars []func(*Console)

// maxBody bounds what a form may send.
const maxBody = 1 << 20

// newConsole registers all screens.
func newConsole(d Deps) *Console {
	c := &Console{Deps: d, mux: http.NewServeMux(), routes: map[string]company.Permission{}}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	c.sessions = c.newSessions()
	c.mux.Handle("GET "+web.Prefix, web.Handler())
	c.loginRoutes()
	for _, register := range registrars {
		register(c)
	}
	c.public("/", func(w http.ResponseWriter, r *http.Request) error { return notFound() })
	return c
}

// New returns the console with all its screens.
func New(d Deps) http.Handler {
	c := newConsole(d)
	var h http.Handler = c.mux
	h = c.sessions.LoadAndSave(c.withRequest(h))
	h = http.NewCrossOriginProtection().Handler(h)
	return c.headers(h)
}

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// headers sets what every answer carries, and bounds the body.
func (c *Console) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "otp-credentials=(self), camera=(), microphone=(), geolocation=(), payment=()")
		if !strings.HasPrefix(r.URL.Path, web.Prefix) {
			h.Set("Cache-Control", "no-store")
		}
		most := int64(maxBody)
		if r.URL.Path == uploadPath && strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") { // read by its handler alone, behind the login
			most = maxUpload
		}
		r.Body = http.MaxBytesReader(w, r.Body, most)
		next.ServeHTTP(w, r)
	})
}

type requestKey struct{}

func requestID(ctx context.Context) string { id, _ := ctx.Value(requestKey{}).(string); return id }

// withRequest names the request, sets its language and turns a panic into the page of an unknown fault.
func (c *Console) withRequest(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := context.WithValue(r.Context(), requestKey{}, db.NewID("req"))
		r = r.WithContext(text.WithLang(ctx, c.language(r)))
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				c.Logger.ErrorContext(ctx, "panic in a page", "request", requestID(ctx), "path", r.URL.Path, "panic", p)
				c.fail(w, r, errors.New("panic"))
			}
		}()
		if err := readable(r); err != nil {
			c.fail(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// readable reads the form and refuses text that no database can hold: what follows works on UTF-8 without NUL.
func readable(r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return err
		}
		return unreadable()
	}
	if !cleanText(r.URL.Path) {
		return notFound()
	}
	if !cleanForm(r.Form) {
		return unreadable()
	}
	return nil
}

func cleanText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// public registers a page that needs no login.
func (c *Console) public(pattern string, h func(w http.ResponseWriter, r *http.Request) error) {
	c.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			c.fail(w, r, err)
		}
	})
}

// handle registers a page for those who are logged in and whose role includes perm; "" needs a login only.
func (c *Console) handle(pattern string, perm company.Permission, h func(w http.ResponseWriter, r *http.Request) error) {
	c.routes[pattern] = perm
	c.public(pattern, func(w http.ResponseWriter, r *http.Request) error {
		v, err := c.identify(r)
		if err != nil {
			return err
		}
		if v.User.ID == "" {
			return c.askLogin(w, r)
		}
		ctx := context.WithValue(audit.WithActor(r.Context(), v.User.ID), viewerKey{}, v)
		r = r.WithContext(ctx)
		if perm != "" && !company.Can(v.Role, perm) {
			c.fail(w, r, forbidden())
			return nil
		}
		if !c.proven(r, perm) {
			c.askAgain(w, r)
			return nil
		}
		if err := h(w, r); err != nil {
			c.fail(w, r, err)
		}
		return nil
	})
}

// page is the frame of a screen: titleKey is a key of the catalogue (or a title as it is), active the place in the rail.
func (c *Console) page(r *http.Request, titleKey, active string) ui.Page {
	v := viewerOf(r)
	p := ui.Page{
		Title: text.T(r.Context(), titleKey), Lang: text.From(r.Context()), Theme: theme(r), Path: r.URL.RequestURI(), Nav: places(v.Role), Active: active,
		User: v.User.Name, Company: v.Company.ID, Companies: v.companies, Sandbox: c.Sandbox, Flash: c.takeFlash(r),
	}
	if r.Method != http.MethodGet {
		p.Path = cameFrom(r)
	}
	if v.Role != "" {
		p.Role = text.T(r.Context(), "role."+string(v.Role))
	}
	return p
}

// cameFrom is the page of this site that a form was sent from: an address that can be opened again, which the form's own may not be.
func cameFrom(r *http.Request) string {
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host != r.Host {
		return "/"
	}
	return local(u.RequestURI())
}

// publicPage is the frame of a page before login.
func (c *Console) publicPage(r *http.Request, titleKey string) ui.PublicPage {
	back := r.URL.RequestURI()
	if r.Method != http.MethodGet {
		back = cameFrom(r)
	}
	return ui.PublicPage{Title: text.T(r.Context(), titleKey), Lang: text.From(r.Context()), Theme: theme(r), Path: back, Sandbox: c.Sandbox, Flash: c.takeFlash(r), Script: true, Switch: true}
}

// placeNeeds tells who sees a place in the rail. Places that are not here are not part of this console.
var placeNeeds = map[string][]company.Permission{
	"today":          nil,
	"customers":      {company.CustomersRead},
	"messages":       {company.MessagesRead, company.MessagesSend},
	"payments":       {company.PaymentsRead},
	"reconciliation": {company.DayEndRead},
	"settings":       {company.SettingsRead, company.AbuseWrite},
}

func canAny(role company.Role, perms []company.Permission) bool {
	for _, p := range perms {
		if company.Can(role, p) {
			return true
		}
	}
	return len(perms) == 0
}

// places are those of the rail that a role may enter.
func places(role company.Role) (out []ui.NavItem) {
	for _, n := range ui.Places() {
		if needs, there := placeNeeds[n.Key]; there && canAny(role, needs) {
			out = append(out, n)
		}
	}
	return out
}

// render writes a page, compressed where the browser takes it. A part that cannot be written is a client that left.
func (c *Console) render(w http.ResponseWriter, r *http.Request, status int, comp templ.Component) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Add("Vary", "Accept-Encoding")
	var out io.Writer = w
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		defer z.Close()
		out = z
	}
	w.WriteHeader(status)
	if err := comp.Render(r.Context(), out); err != nil {
		c.Logger.DebugContext(r.Context(), "page not written", "request", requestID(r.Context()), "error", err)
	}
}

// redirect ends an act: reload and back never repeat it.
func (c *Console) redirect(w http.ResponseWriter, r *http.Request, to string) {
	http.Redirect(w, r, to, http.StatusSeeOther)
}

func retryAfter(w http.ResponseWriter, d time.Duration) {
	if d > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((d+time.Second-1)/time.Second)))
	}
}
