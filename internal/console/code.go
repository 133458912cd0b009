package console

import (
	"net/http"
	"time"

	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/console/screens"
	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/console/ui"
	"github.com/onay/onay/internal/fault"
)

// A password that was right is kept in the session until the authenticator code comes, for a while.
const (
	keyHalf      = "half_user"
	keyHalfUntil = "half_until"
	halfLife     = 10 * time.Minute
)

// askCode keeps the half of a login and asks for the authenticator code.
func (c *Console) askCode(w http.ResponseWriter, r *http.Request, u company.User) error {
	ctx := r.Context()
	if err := c.sessions.RenewToken(ctx); err != nil {
		return err
	}
	c.sessions.Put(ctx, keyHalf, u.ID)
	c.sessions.Put(ctx, keyHalfUntil, c.Clock.Now().Add(halfLife).Unix())
	c.redirect(w, r, "/login/code")
	return nil
}

// half returns whose password was right, "" for none or too long ago.
func (c *Console) half(r *http.Request) string {
	if c.Clock.Now().Unix() > c.sessions.GetInt64(r.Context(), keyHalfUntil) {
		return ""
	}
	return c.sessions.GetString(r.Context(), keyHalf)
}

func (c *Console) codePage(w http.ResponseWriter, r *http.Request, status int, problem string) {
	c.render(w, r, status, inside(ui.PublicLayout(c.publicPage(r, "login.code.title")), screens.LoginCode(problem)))
}

func (c *Console) showCode(w http.ResponseWriter, r *http.Request) error {
	if c.half(r) == "" {
		c.redirect(w, r, "/login")
		return nil
	}
	c.codePage(w, r, http.StatusOK, "")
	return nil
}

func (c *Console) loginCode(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id := c.half(r)
	if id == "" {
		c.redirect(w, r, "/login")
		return nil
	}
	u, err := c.Companies.LoginTOTP(ctx, id, r.PostFormValue("code"))
	if f := fault.As(err); f != nil {
		shown := f.Text(string(text.From(ctx)))
		if f.RetryAfter > 0 {
			shown = text.T(ctx, "login.locked", text.Span(ctx, f.RetryAfter))
		}
		retryAfter(w, f.RetryAfter)
		c.codePage(w, r, int(f.Kind), shown)
		return nil
	}
	if err != nil {
		return err
	}
	c.sessions.Remove(ctx, keyHalf)
	c.sessions.Remove(ctx, keyHalfUntil)
	return c.enter(w, r, u)
}
