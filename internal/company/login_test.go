package company

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pquerna/otp/totp"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/db/dbtest"
	"github.com/onay/onay/internal/fault"
)

func TestLogin(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		h := newHouse(t, d)
		c1, c2 := h.company("Kardelen"), h.company("Zambak")
		u, boss := h.user("a@b.tr"), h.user("boss@b.tr")
		for _, c := range []Company{c1, c2} {
			h.ok(h.SetRole(h.ctx, c.ID, boss.ID, Administrator))
			h.ok(h.SetRole(h.ctx, c.ID, u.ID, Cashier))
		}
		for _, c := range []struct{ name, email, password, code string }{
			{"right", "a@b.tr", goodPassword, ""},
			{"e-mail in capitals", " A@B.TR", goodPassword, ""},
			{"wrong password", "a@b.tr", "yanlış parola", "invalid_login"},
			{"empty password", "a@b.tr", "", "invalid_login"},
			{"endless password", "a@b.tr", strings.Repeat("x", 100_000), "invalid_login"},
			{"unknown e-mail", "x@b.tr", goodPassword, "invalid_login"},
		} {
			t.Run(c.name, func(t *testing.T) {
				h := h
				h.t = t
				got, need, err := h.Login(h.ctx, c.email, c.password)
				h.wantCode(err, c.code)
				if (got.ID == u.ID) != (c.code == "") || need {
					t.Errorf("user %q, needs a code: %v", got.ID, need)
				}
			})
		}
		for _, c := range []Company{c1, c2} {
			want := []string{"user.role_set", "user.login", "user.login", "user.login_failed", "user.login_failed", "user.login_failed"}
			if d := cmp.Diff(want, h.kinds(c.ID, u.ID)); d != "" {
				t.Errorf("log of %s:\n%s", c.Name, d)
			}
		}
		h.ok(h.Disable(h.ctx, u.ID))
		_, _, err := h.Login(h.ctx, "a@b.tr", goodPassword)
		h.wantCode(err, "user_disabled")

		evs, err := h.log.List(h.ctx, audit.Filter{Limit: 100})
		h.ok(err)
		for _, e := range evs {
			if strings.Contains(e.Data, goodPassword) || strings.Contains(e.Data, "x@b.tr") || strings.Contains(e.ObjectID, "x@b.tr") {
				t.Errorf("the log holds what was typed in: %+v", e)
			}
		}
	})
}

func TestFailedLoginsWaitLongerEachTime(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		h := newHouse(t, d)
		u := h.user("a@b.tr")
		var at time.Duration
		wrong := func() error { _, _, err := h.Login(h.ctx, "a@b.tr", "yanlış parola"); return err }
		right := func() error { _, _, err := h.Login(h.ctx, "a@b.tr", goodPassword); return err }
		for range freeFailures {
			h.wantCode(wrong(), "invalid_login")
		}
		for _, wait := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute} {
			err := right()
			h.wantCode(err, "login_locked")
			if f := fault.As(err); f != nil && (f.Kind != fault.TooMany || f.RetryAfter <= wait-10*time.Second || f.RetryAfter > wait) {
				t.Errorf("wait %v, want %v", f.RetryAfter, wait)
			}
			at += wait
			h.clock.SetOffset(at)
			h.wantCode(wrong(), "invalid_login")
		}
		if waitAfter(100) != longestWait {
			t.Errorf("after 100 failures %v", waitAfter(100))
		}
		at += 4 * time.Minute
		h.clock.SetOffset(at)
		h.ok(right())
		for range freeFailures - 1 {
			h.wantCode(wrong(), "invalid_login")
		}
		h.clock.SetOffset(at + failureWindow + time.Hour) // yesterday's failures are forgotten
		h.wantCode(wrong(), "invalid_login")
		h.ok(right())
		locked := 0
		for _, k := range h.kinds("", u.ID) {
			if k == "user.locked" {
				locked++
			}
		}
		if locked != 4 {
			t.Errorf("locked %d times in the log, want 4", locked)
		}
	})
}

func TestParallelWrongLoginsCannotOutrunTheLock(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		h := newHouse(t, d)
		u := h.user("a@b.tr")
		// The look-up runs once before the storm: SQLite's readers can wait for each other for ever when several of
		// them meet a statement that is not prepared yet.
		if _, err := h.UserByEmail(h.ctx, "a@b.tr"); err != nil {
			t.Fatal(err)
		}
		var tried, locked atomic.Int64
		var wg sync.WaitGroup
		for range 25 {
			wg.Go(func() {
				_, _, err := h.Login(h.ctx, "a@b.tr", "yanlış parola")
				switch fault.Code(err) {
				case "invalid_login":
					tried.Add(1)
				case "login_locked":
					locked.Add(1)
				default:
					t.Errorf("login: %v", err)
				}
			})
		}
		wg.Wait()
		if tried.Load() != freeFailures || locked.Load() != 25-freeFailures {
			t.Errorf("%d passwords were tried, %d refused", tried.Load(), locked.Load())
		}
		if now, err := h.User(h.ctx, u.ID); err != nil || now.failed != freeFailures {
			t.Errorf("%d failures counted, %v", now.failed, err)
		}
	})
}

func TestHashesAreArgon2idAndSalted(t *testing.T) {
	t.Parallel()
	a, err := hashPassword(t.Context(), goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := hashPassword(t.Context(), goodPassword)
	if !strings.HasPrefix(a, "$argon2id$v=19$m=19456,t=2,p=1$") || a == b {
		t.Errorf("hashes %s, %s", a, b)
	}
	for _, c := range []struct {
		name, hash, password string
		want, err            bool
	}{
		{"right", a, goodPassword, true, false},
		{"wrong", a, goodPassword + "x", false, false},
		{"none stored", "", "", false, false},
		{"damaged", "$argon2id$v=19$m=19456,t=2,p=1$x", goodPassword, false, true},
		{"no lanes", strings.Replace(a, "p=1", "p=0", 1), goodPassword, false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, err := matches(t.Context(), c.hash, c.password); got != c.want || (err != nil) != c.err {
				t.Errorf("%v, %v", got, err)
			}
		})
	}
}

// startOfStep moves the clock to where a code has just begun, so that none ends while a test looks at it.
func (h house) startOfStep() time.Duration {
	const step = totpStep * time.Second
	offset := time.Second + step - time.Duration(time.Now().UnixNano())%step
	h.clock.SetOffset(offset)
	return offset
}

func TestAuthenticatorApp(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		h := newHouse(t, d)
		u := h.user("a@b.tr")
		h.wantCode(h.ConfirmTOTP(h.ctx, u.ID, "000000"), "totp_not_enrolled")
		e, err := h.EnrolTOTP(h.ctx, u.ID)
		h.ok(err)
		if !strings.HasPrefix(e.URI, "otpauth://totp/Onay:a@b.tr?") || !strings.HasPrefix(string(e.PNG), "\x89PNG") {
			t.Errorf("enrolment: %q, %d bytes", e.URI, len(e.PNG))
		}
		at := h.startOfStep()
		step := func(n time.Duration) { at += n * totpStep * time.Second; h.clock.SetOffset(at) }
		code := func(steps time.Duration) string {
			c, err := totp.GenerateCode(e.Secret, h.clock.Now().Add(steps*totpStep*time.Second))
			h.ok(err)
			return c
		}
		if _, need, err := h.Login(h.ctx, "a@b.tr", goodPassword); need || err != nil {
			t.Errorf("asked for a code that is not confirmed: %v, %v", need, err)
		}
		h.wantCode(h.ConfirmTOTP(h.ctx, u.ID, "abc"), "invalid_totp")
		h.ok(h.ConfirmTOTP(h.ctx, u.ID, code(0)))
		_, err = h.EnrolTOTP(h.ctx, u.ID)
		h.wantCode(err, "totp_enabled")
		half := func() {
			t.Helper()
			if _, need, err := h.Login(h.ctx, "a@b.tr", goodPassword); !need || err != nil {
				t.Errorf("needs a code: %v, %v", need, err)
			}
		}
		login := func(c string) error { _, err := h.LoginTOTP(h.ctx, u.ID, c); return err }
		step(5)
		half()
		h.wantCode(login(code(-2)), "invalid_totp")
		h.ok(login(code(-1)))
		h.ok(login(code(0)))
		h.ok(login(code(1)[:3] + " " + code(1)[3:]))
		h.wantCode(login(code(1)), "invalid_totp")
		h.wantCode(login(code(0)), "invalid_totp")
		step(5)
		h.wantCode(login(code(2)), "invalid_totp")
		h.ok(h.CheckTOTP(h.ctx, u.ID, code(0)))
		h.wantCode(h.CheckTOTP(h.ctx, u.ID, code(0)), "invalid_totp")

		for range 3 { // 4 failures stand; half a login in between forgives none of them
			half()
		}
		if now, _ := h.User(h.ctx, u.ID); now.failed != 4 {
			t.Errorf("%d failures stand, want 4", now.failed)
		}
		h.wantCode(login("000000"), "invalid_totp")
		step(-1)
		h.wantCode(login(code(0)), "login_locked")
		step(10)
		half()
		h.ok(login(code(0)))

		h.wantCode(h.DisableTOTP(h.ctx, u.ID, "yanlış parola"), "invalid_login")
		h.ok(h.DisableTOTP(h.ctx, u.ID, goodPassword))
		if _, need, err := h.Login(h.ctx, "a@b.tr", goodPassword); need || err != nil {
			t.Errorf("still asked for a code: %v, %v", need, err)
		}
		evs, err := h.log.List(h.ctx, audit.Filter{ObjectID: u.ID, Limit: 100})
		h.ok(err)
		for _, ev := range evs {
			if strings.Contains(ev.Data, e.Secret) {
				t.Errorf("the log holds the secret: %+v", ev)
			}
		}
	})
}

func TestACodeIsAcceptedOnceInParallel(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		h := newHouse(t, d)
		u := h.user("a@b.tr")
		h.startOfStep()
		e, err := h.EnrolTOTP(h.ctx, u.ID)
		h.ok(err)
		first, err := totp.GenerateCode(e.Secret, h.clock.Now().Add(-totpStep*time.Second))
		h.ok(err)
		h.ok(h.ConfirmTOTP(h.ctx, u.ID, first))
		code, err := totp.GenerateCode(e.Secret, h.clock.Now())
		h.ok(err)
		var in atomic.Int64
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if _, err := h.LoginTOTP(h.ctx, u.ID, code); err == nil {
					in.Add(1)
				} else if fault.Code(err) != "invalid_totp" {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if in.Load() != 1 {
			t.Errorf("one code let %d in", in.Load())
		}
	})
}

// Whoever tries passwords learns from waits and answers as little as from the words: an e-mail that nobody has is locked alike.
func TestUnknownEmailIsLockedAlike(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		h := newHouse(t, d)
		h.user("a@b.tr")
		for round := range 3 {
			for i := range 8 {
				var answers [2]string
				for k, email := range []string{"a@b.tr", "Nobody@b.tr "} {
					_, _, err := h.Login(h.ctx, email, "yanlış parola")
					f := fault.As(err)
					answers[k] = f.Code
					if f.RetryAfter > 0 {
						answers[k] += " " + f.RetryAfter.Round(10*time.Second).String()
					}
				}
				if answers[0] != answers[1] {
					t.Errorf("round %d, try %d: a user is told %q, nobody %q", round, i, answers[0], answers[1])
				}
			}
			h.clock.SetOffset(time.Duration(round+1) * []time.Duration{10 * time.Minute, 20 * time.Hour}[round%2])
		}
	})
}

func TestOnlyOneSetsUp(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		h := newHouse(t, d)
		other := New(d, h.log, h.vault, h.clock) // another node
		var wg sync.WaitGroup
		var won, refused atomic.Int64
		for i := range 8 {
			wg.Go(func() {
				s := []*Service{h.Service, other}[i%2]
				_, err := s.SetUp(h.ctx, NewUser{Email: string(rune('a'+i)) + "@b.tr", Name: "Kurucu", Password: goodPassword}, "Kardelen")
				switch fault.Code(err) {
				case "":
					won.Add(1)
				case "set_up_already":
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 || refused.Load() != 7 {
			t.Errorf("%d set up, %d were refused", won.Load(), refused.Load())
		}
		all, err := h.List(h.ctx)
		h.ok(err)
		if len(all) != 1 {
			t.Fatalf("%d companies", len(all))
		}
		members, err := h.Users(h.ctx, all[0].ID)
		h.ok(err)
		if len(members) != 1 || members[0].Role != Administrator {
			t.Errorf("members: %+v", members)
		}
	})
}
