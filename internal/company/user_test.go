package company

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/db/dbtest"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/vault"
)

type house struct {
	*Service
	t     *testing.T
	ctx   context.Context
	clock *clock.System
	log   *audit.Log
}

func newHouse(t *testing.T, d db.DB) house {
	t.Helper()
	v, err := vault.Open(filepath.Join(t.TempDir(), "keys"), "")
	if err != nil {
		t.Fatal(err)
	}
	c := &clock.System{}
	l := audit.New(d, v, c, "")
	return house{New(d, l, v, c), t, context.Background(), c, l}
}

const goodPassword = "doğru at pil zımba"

func (h house) user(email string) User {
	h.t.Helper()
	u, err := h.CreateUser(h.ctx, NewUser{Email: email, Name: "Ayşe", Password: goodPassword})
	if err != nil {
		h.t.Fatal(err)
	}
	return u
}

func (h house) company(name string) Company {
	h.t.Helper()
	c, err := h.Create(h.ctx, name)
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

func (h house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h house) wantCode(err error, code string) {
	h.t.Helper()
	if got := fault.Code(err); got != code || (code == "" && err != nil) {
		h.t.Errorf("error %v, want code %q", err, code)
	}
}

// kinds returns what the log says of an object, oldest first.
func (h house) kinds(companyID, objectID string) (out []string) {
	h.t.Helper()
	evs, err := h.log.List(h.ctx, audit.Filter{CompanyID: companyID, ObjectID: objectID, Limit: 100})
	h.ok(err)
	for _, e := range evs {
		out = append([]string{e.Kind}, out...)
	}
	return out
}

func TestUsersAreCheckedWhenMade(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		h := newHouse(t, d)
		if first, err := h.FirstRun(h.ctx); err != nil || !first {
			t.Errorf("first run: %v, %v", first, err)
		}
		u := h.user(" Ayse@Ornek.com.tr ")
		if u.Email != "ayse@ornek.com.tr" || u.Lang != "tr" || !u.HasPassword {
			t.Errorf("user: %+v", u)
		}
		if first, err := h.FirstRun(h.ctx); err != nil || first {
			t.Errorf("first run with a user: %v, %v", first, err)
		}
		for _, c := range []struct {
			name string
			n    NewUser
			code string
		}{
			{"the same e-mail in capitals", NewUser{Email: "AYSE@ornek.com.tr", Name: "A", Password: goodPassword}, "email_taken"},
			{"no e-mail", NewUser{Email: "ayse", Name: "A", Password: goodPassword}, "invalid_email"},
			{"an e-mail with a name", NewUser{Email: "A <a@b.tr>", Name: "A", Password: goodPassword}, "invalid_email"},
			{"no name", NewUser{Email: "a@b.tr", Password: goodPassword}, "invalid_name"},
			{"another language", NewUser{Email: "a@b.tr", Name: "A", Lang: "de"}, "invalid_language"},
			{"a short password", NewUser{Email: "a@b.tr", Name: "A", Password: "kısa"}, "password_too_short"},
			{"no password, for passkeys", NewUser{Email: "p@b.tr", Name: "A"}, ""},
		} {
			t.Run(c.name, func(t *testing.T) {
				h := h
				h.t = t
				_, err := h.CreateUser(h.ctx, c.n)
				h.wantCode(err, c.code)
			})
		}
	})
}

func TestPasswordRule(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, password, code string }{
		{"twelve letters", "abcdefghijkl", ""},
		{"eleven letters", "abcdefghijk", "password_too_short"},
		{"ten of two kinds", "abcdefgh12", ""},
		{"nine of three kinds", "abcdef12!", "password_too_short"},
		{"ten Turkish letters and a sign", "şifreğüç!i", ""},
		{"two hundred", strings.Repeat("ş", 200), ""},
		{"two hundred and one", strings.Repeat("a", 201), "password_too_long"},
		{"the e-mail in capitals", "Ayse@Ornek.com.tr", "password_is_email"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := fault.Code(CheckPassword(c.password, "ayse@ornek.com.tr")); got != c.code {
				t.Errorf("%q, want %q", got, c.code)
			}
		})
	}
}

func TestTheLastAdministratorStays(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		h := newHouse(t, d)
		c := h.company("Kardelen")
		a, b := h.user("a@b.tr"), h.user("b@b.tr")
		h.ok(h.SetRole(h.ctx, c.ID, a.ID, Administrator))
		h.ok(h.SetRole(h.ctx, c.ID, b.ID, Cashier))
		last := map[string]func() error{
			"demoted":  func() error { return h.SetRole(h.ctx, c.ID, a.ID, Manager) },
			"removed":  func() error { return h.RemoveMember(h.ctx, c.ID, a.ID) },
			"disabled": func() error { return h.Disable(h.ctx, a.ID) },
		}
		for name, try := range last {
			if err := try(); fault.Code(err) != "last_administrator" {
				t.Errorf("%s: %v", name, err)
			}
		}
		h.ok(h.SetRole(h.ctx, c.ID, b.ID, Administrator))
		h.ok(h.Disable(h.ctx, b.ID))
		for name, try := range last {
			if err := try(); fault.Code(err) != "last_administrator" {
				t.Errorf("%s beside a disabled one: %v", name, err)
			}
		}
		h.ok(h.Enable(h.ctx, b.ID))

		var wg sync.WaitGroup // both leave at once: one must stay
		errs := make([]error, 2)
		for i, id := range []string{a.ID, b.ID} {
			wg.Go(func() { errs[i] = h.RemoveMember(h.ctx, c.ID, id) })
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("two leaving at once: %v, %v", errs[0], errs[1])
		}
		if left, err := h.Users(h.ctx, c.ID); err != nil || len(left) != 1 || left[0].Role != Administrator {
			t.Errorf("left: %+v, %v", left, err)
		}
		h.wantCode(h.SetRole(h.ctx, c.ID, a.ID, "owner"), "invalid_role")
		h.wantCode(h.SetRole(h.ctx, "com_none", a.ID, Cashier), "not_found")
		h.wantCode(h.SetRole(h.ctx, c.ID, "usr_none", Cashier), "not_found")
	})
}

func TestUserInfoShowsChangesAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		h := newHouse(t, d)
		c, other := h.company("Kardelen"), h.company("Zambak")
		u, boss := h.user("a@b.tr"), h.user("boss@b.tr")
		h.ok(h.SetRole(h.ctx, c.ID, boss.ID, Administrator))
		info := func() UserInfo {
			t.Helper()
			i, err := h.UserInfo(h.ctx, u.ID)
			h.ok(err)
			return i
		}
		if i := info(); i.Role(c.ID) != "" || i.Can(c.ID, CustomersRead) {
			t.Errorf("no member yet: %+v", i)
		}
		h.ok(h.SetRole(h.ctx, c.ID, u.ID, Cashier))
		i := info()
		if d := cmp.Diff([]Membership{{u.ID, c.ID, "Kardelen", Cashier}}, i.Memberships); d != "" {
			t.Error(d)
		}
		if !i.Can(c.ID, VerificationsSend) || i.Can(c.ID, UsersWrite) || i.Can(other.ID, VerificationsSend) {
			t.Error("a cashier's permissions are wrong")
		}
		epoch := i.Epoch
		for name, do := range map[string]func() error{
			"logging out everywhere": func() error { _, err := h.EndSessions(h.ctx, u.ID); return err },
			"a new password":         func() error { _, err := h.SetPassword(h.ctx, u.ID, "yeni parola 123"); return err },
			"disabling":              func() error { return h.Disable(h.ctx, u.ID) },
		} {
			h.ok(do())
			if now := info().Epoch; now != epoch+1 {
				t.Errorf("%s: epoch %d after %d", name, now, epoch)
			} else {
				epoch = now
			}
		}
		if info().Can(c.ID, VerificationsSend) {
			t.Error("a disabled user may still do something")
		}
		h.ok(h.Disable(h.ctx, u.ID))
		if info().Epoch != epoch {
			t.Error("disabling twice changed something")
		}
		h.ok(h.RemoveMember(h.ctx, c.ID, u.ID))
		if len(info().Memberships) != 0 {
			t.Error("still a member")
		}
		_, err := h.UserInfo(h.ctx, "usr_none")
		h.wantCode(err, "not_found")
	})
}

func TestSessionsAreKeptEncryptedAndExpire(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		h := newHouse(t, d)
		st, elsewhere := h.Sessions(), h.Sessions()
		find := func(st *SessionStore) string {
			t.Helper()
			b, found, err := st.Find("token")
			h.ok(err)
			if !found {
				return "none"
			}
			return string(b)
		}
		if got := find(st); got != "none" {
			t.Errorf("unknown token: %q", got)
		}
		h.ok(st.Commit("token", []byte("gizli veri"), time.Now().Add(time.Hour)))
		if got := find(st); got != "gizli veri" {
			t.Errorf("found %q", got)
		}
		var token string
		var data []byte
		h.ok(d.Read(h.ctx, func(tx db.Tx) error { return tx.QueryRow("SELECT token, data FROM session").Scan(&token, &data) }))
		if token == "token" || strings.Contains(string(data), "gizli") {
			t.Error("a session is readable in the database")
		}
		h.ok(st.Commit("token", []byte("yeni"), time.Now().Add(time.Hour)))
		if got := find(st); got != "yeni" {
			t.Errorf("after a change: %q", got)
		}
		if n, err := h.CleanSessions(h.ctx); err != nil || n != 0 {
			t.Errorf("cleaned %d, %v", n, err)
		}
		h.clock.SetOffset(61 * time.Minute)
		if got := find(elsewhere); got != "none" {
			t.Errorf("expired, and still %q", got)
		}
		if n, err := h.CleanSessions(h.ctx); err != nil || n != 1 {
			t.Errorf("cleaned %d, %v", n, err)
		}
		h.ok(st.Commit("token", []byte("sonra"), time.Now().Add(time.Hour))) // the moved clock does not end what begins now
		if got := find(st); got != "sonra" {
			t.Errorf("begun under a moved clock: %q", got)
		}
		h.ok(st.Delete("token"))
		if got := find(st); got != "none" {
			t.Errorf("deleted, and still %q", got)
		}
		h.ok(st.Delete("token"))
		h.ok(st.Commit("token", []byte("x"), time.Now().Add(time.Hour)))
		h.ok(d.Write(h.ctx, func(tx db.Tx) error {
			_, err := tx.Exec("UPDATE session SET token = $1", sessionHash("mine"))
			return err
		}))
		if _, found, err := st.Find("mine"); found || err != nil {
			t.Errorf("another session's data was accepted: %v, %v", found, err)
		}
	})
}
