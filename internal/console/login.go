package console

import (
	"net/http"

	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/console/screens"
	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/console/ui"
	"github.com/onay/onay/internal/fault"
)

func (c *Console) loginRoutes() {
	c.public("GET /login", c.showLogin)
	c.public("POST /login", c.login)
	c.public("GET /login/code", c.showCode)
	c.public("POST /login/code", c.loginCode)
	c.passkeyRoutes()
	c.public("POST /logout", c.logout)
	c.public("POST /prefs", c.prefs)
	c.public("GET /setup", c.showSetup)
	c.public("POST /setup", c.setup)
}

// askLogin sends a person to the login, or to the first run where nobody exists, and remembers where she was going.
func (c *Console) askLogin(w http.ResponseWriter, r *http.Request) error {
	first, err := c.Companies.FirstRun(r.Context())
	if err != nil {
		return err
	}
	if first {
		c.redirect(w, r, "/setup")
		return nil
	}
	if r.Method == http.MethodGet && r.URL.Path != "/" {
		c.sessions.Put(r.Context(), keyBack, r.URL.RequestURI())
	}
	c.redirect(w, r, "/login")
	return nil
}

func (c *Console) showLogin(w http.ResponseWriter, r *http.Request) error {
	v, err := c.identify(r)
	if err != nil {
		return err
	}
	if v.User.ID != "" && c.proven(r, guarded[0]) {
		c.redirect(w, r, "/")
		return nil
	}
	first, err := c.Companies.FirstRun(r.Context())
	if err != nil {
		return err
	}
	if first {
		c.redirect(w, r, "/setup")
		return nil
	}
	c.loginPage(w, r, http.StatusOK, screens.LoginForm{Passkeys: c.passkeysWork(r)})
	return nil
}

func (c *Console) loginPage(w http.ResponseWriter, r *http.Request, status int, f screens.LoginForm) {
	c.render(w, r, status, inside(ui.PublicLayout(c.publicPage(r, "login.title")), screens.Login(f)))
}

func (c *Console) login(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	email := r.PostForm.Get("email")
	u, needCode, err := c.Companies.Login(ctx, email, r.PostForm.Get("password"))
	if f := fault.As(err); f != nil {
		shown := f.Text(string(text.From(ctx)))
		switch {
		case f.Code == "invalid_login":
			shown = text.T(ctx, "login.wrong")
		case f.RetryAfter > 0:
			shown = text.T(ctx, "login.locked", text.Span(ctx, f.RetryAfter))
		}
		retryAfter(w, f.RetryAfter)
		c.loginPage(w, r, int(f.Kind), screens.LoginForm{Email: email, Error: shown, Passkeys: c.passkeysWork(r)})
		return nil
	}
	if err != nil {
		return err
	}
	if needCode {
		return c.askCode(w, r, u)
	}
	return c.enter(w, r, u)
}

// enter ends a login: a new token, and on to where the person was going.
func (c *Console) enter(w http.ResponseWriter, r *http.Request, u company.User) error {
	if err := c.startLogin(r.Context(), u); err != nil {
		return err
	}
	c.redirect(w, r, local(c.sessions.PopString(r.Context(), keyBack)))
	return nil
}

func (c *Console) logout(w http.ResponseWriter, r *http.Request) error {
	if err := c.endLogin(r.Context()); err != nil {
		return err
	}
	c.flash(r, string(ui.Good), text.T(r.Context(), "login.out"))
	c.redirect(w, r, "/login")
	return nil
}

// closedSetup is the answer once somebody exists.
func (c *Console) closedSetup(r *http.Request) error {
	first, err := c.Companies.FirstRun(r.Context())
	if err == nil && !first {
		err = notFound()
	}
	return err
}

func (c *Console) showSetup(w http.ResponseWriter, r *http.Request) error {
	if err := c.closedSetup(r); err != nil {
		return err
	}
	c.setupPage(w, r, http.StatusOK, screens.SetupForm{})
	return nil
}

func (c *Console) setupPage(w http.ResponseWriter, r *http.Request, status int, f screens.SetupForm) {
	c.render(w, r, status, inside(ui.PublicLayout(c.publicPage(r, "setup.title")), screens.Setup(f)))
}

// setup makes the first administrator and the first company.
func (c *Console) setup(w http.ResponseWriter, r *http.Request) error {
	if err := c.closedSetup(r); err != nil {
		return err
	}
	v := r.PostForm
	f := screens.SetupForm{Company: v.Get("company"), Name: v.Get("name"), Email: v.Get("email")}
	err := company.CheckPassword(v.Get("password"), f.Email) // the first run is the one time that a user without a password makes no sense
	var u company.User
	if err == nil {
		u, err = c.Companies.SetUp(r.Context(), company.NewUser{Email: f.Email, Name: f.Name, Password: v.Get("password"), Lang: string(text.From(r.Context()))}, f.Company)
	}
	if f.Fault = words(err); f.Fault != nil {
		c.setupPage(w, r, int(f.Fault.Kind), f)
		return nil
	}
	if err != nil {
		return err
	}
	c.flash(r, string(ui.Good), text.T(r.Context(), "setup.done"))
	return c.enter(w, r, u)
}
