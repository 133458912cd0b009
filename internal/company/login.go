package company

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"golang.org/x/crypto/argon2"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
)

// argon2id with OWASP's second set: 19 MiB, two passes, one lane.
const (
	argonMemory  = 19 * 1024 // KiB
	argonTime    = 2
	argonThreads = 1
	maxPassword  = 200
)

// hashing bounds how many hashes run at once: each takes 19 MiB, and a login storm must not take them all.
var hashing = make(chan struct{}, 2)

func startHash(ctx context.Context) error {
	select {
	case hashing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// CheckPassword returns the rule that a new password breaks: 12 characters, or 10 of two kinds; at most 200; not the e-mail address.
func CheckPassword(password, email string) error {
	var kinds [3]bool
	n := 0
	for _, r := range password {
		n++
		switch {
		case unicode.IsLetter(r):
			kinds[0] = true
		case unicode.IsDigit(r):
			kinds[1] = true
		default:
			kinds[2] = true
		}
	}
	mixed := 0
	for _, k := range kinds {
		if k {
			mixed++
		}
	}
	switch {
	case n > maxPassword:
		return fault.Field("password", "password_too_long", "Parola en çok 200 karakter olabilir.", "A password has at most 200 characters.")
	case n < 10 || n < 12 && mixed < 2:
		return fault.Field("password", "password_too_short", "Parola en az 12 karakter olmalı (harf, rakam ve işaretten ikisi varsa 10).",
			"A password has at least 12 characters (10 if it mixes letters, digits or signs).")
	case foldEmail(password) == foldEmail(email):
		return fault.Field("password", "password_is_email", "Parola e-posta adresiyle aynı olamaz.", "The password may not be the e-mail address.")
	}
	return nil
}

// hashPassword returns the PHC string of a password.
func hashPassword(ctx context.Context, password string) (string, error) {
	if err := startHash(ctx); err != nil {
		return "", err
	}
	defer func() { <-hashing }()
	var salt [16]byte
	rand.Read(salt[:])
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonThreads, b.EncodeToString(salt[:]),
		b.EncodeToString(argon2.IDKey([]byte(password), salt[:], argonTime, argonMemory, argonThreads, 32))), nil
}

// nobody is the hash that is checked where there is none, so that an unknown e-mail takes as long as a known one.
var nobody = sync.OnceValues(func() (string, error) { return hashPassword(context.Background(), rand.Text()) })

// matches reports whether a password has a hash. An empty hash matches nothing and takes as long.
func matches(ctx context.Context, hash, password string) (bool, error) {
	known := hash != ""
	if !known {
		var err error
		if hash, err = nobody(); err != nil {
			return false, err
		}
	}
	var version int
	var memory, passes uint32
	var lanes uint8
	parts := strings.Split(hash, "$")
	bad := errors.New("a stored password hash cannot be read")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, bad
	}
	if _, err := fmt.Sscanf(parts[2]+"$"+parts[3], "v=%d$m=%d,t=%d,p=%d", &version, &memory, &passes, &lanes); err != nil || version != argon2.Version ||
		memory > 1<<20 || passes < 1 || passes > 100 || lanes < 1 {
		return false, bad
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, bad
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) < 16 {
		return false, bad
	}
	if len(password) > 4*maxPassword { // longer than any that could have been set
		password, known = "", false
	}
	if err := startHash(ctx); err != nil {
		return false, err
	}
	defer func() { <-hashing }()
	got := argon2.IDKey([]byte(password), salt, passes, memory, lanes, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1 && known, nil
}

const (
	freeFailures  = 5
	firstWait     = 30 * time.Second
	longestWait   = time.Hour
	failureWindow = 24 * time.Hour // this long after the last failure the count starts anew
)

// waitAfter is how long nothing is tried after the nth failed login in a row.
func waitAfter(n int64) time.Duration {
	if n < freeFailures {
		return 0
	}
	return min(longestWait, firstWait<<min(n-freeFailures, 10))
}

var badLogin = fault.New(fault.Unauthorized, "invalid_login", "E-posta ya da parola yanlış.", "The e-mail address or the password is wrong.")

func userDisabled() error {
	return fault.New(fault.Forbidden, "user_disabled", "Bu kullanıcı devre dışı.", "This user is disabled.")
}

// try counts an attempt as failed before it is judged, so that attempts in parallel cannot outrun the count.
// It refuses while the user is locked. LockedUntil holds the end of the wait, or the moment of the attempt if there is none yet.
func (s *Service) try(ctx context.Context, id string) (u User, err error) {
	err = s.db.Write(ctx, func(tx db.Tx) (err error) {
		u, err = s.changeUser(tx, id, func(u *User) error {
			now := s.clock.Now().Truncate(time.Microsecond) // as it is stored, so that forgive knows it again
			if wait := u.LockedUntil.Sub(now); wait > 0 {
				return locked(wait)
			}
			if now.Sub(u.LockedUntil) > failureWindow {
				u.failed = 0
			}
			u.failed++
			u.LockedUntil = now.Add(waitAfter(u.failed))
			return nil
		})
		return err
	})
	return u, err
}

// failed logs an attempt that [Service.try] counted.
func (s *Service) failed(ctx context.Context, u User, how string) error {
	return s.db.Write(ctx, func(tx db.Tx) error {
		if err := s.logUser(ctx, tx, u.ID, "user.login_failed", map[string]any{"by": how, "failures": u.failed}); err != nil {
			return err
		}
		if u.failed < freeFailures {
			return nil
		}
		return s.logUser(ctx, tx, u.ID, "user.locked", map[string]any{"until": u.LockedUntil, "failures": u.failed})
	})
}

// forgive takes back what [Service.try] counted, because the attempt was right, but keeps earlier failures: half a login proves half.
func forgive(u *User, tried User) {
	u.failed = max(0, u.failed-1)
	if u.LockedUntil.Equal(tried.LockedUntil) { // nobody failed since
		u.LockedUntil = tried.LockedUntil.Add(-waitAfter(tried.failed))
	}
}

// loggedIn ends a whole login: failures are forgotten.
func (s *Service) loggedIn(ctx context.Context, tx db.Tx, id, how string, change func(*User) error) (User, error) {
	u, err := s.changeUser(tx, id, func(u *User) error {
		if u.Disabled() {
			return userDisabled()
		}
		u.failed, u.LockedUntil = 0, time.Time{}
		return change(u)
	})
	if err != nil {
		return User{}, err
	}
	return u, s.logUser(audit.WithActor(ctx, id), tx, id, "user.login", map[string]any{"by": how})
}

// Login checks a password. Where needTOTP is true, the user is not logged in before [Service.LoginTOTP] accepts a code.
// A wrong password and an unknown e-mail give the same answer and take as long; too many give a wait with RetryAfter.
func (s *Service) Login(ctx context.Context, email, password string) (u User, needTOTP bool, err error) {
	u, err = s.UserByEmail(ctx, email)
	if fault.Code(err) == "not_found" {
		return User{}, false, s.unknownLogin(ctx, email, password)
	}
	if err != nil {
		return User{}, false, err
	}
	tried, err := s.password(ctx, u.ID, password)
	if err != nil {
		return User{}, false, err
	}
	err = s.db.Write(ctx, func(tx db.Tx) (err error) {
		if needTOTP = tried.TOTPEnabled; !needTOTP {
			u, err = s.loggedIn(ctx, tx, tried.ID, "password", func(u *User) error { needTOTP = u.TOTPEnabled; return nil })
			return err
		}
		u, err = s.changeUser(tx, tried.ID, func(u *User) error {
			if u.Disabled() {
				return userDisabled()
			}
			forgive(u, tried)
			return nil
		})
		return err
	})
	if err != nil {
		return User{}, false, err
	}
	return u, needTOTP, nil
}

// password tries a user's password and logs a wrong one.
func (s *Service) password(ctx context.Context, id, password string) (User, error) {
	tried, err := s.try(ctx, id)
	if err != nil {
		return User{}, err
	}
	ok, err := matches(ctx, tried.hash, password)
	if err != nil {
		return User{}, err
	}
	if !ok {
		if err := s.failed(ctx, tried, "password"); err != nil {
			return User{}, err
		}
		return User{}, badLogin
	}
	return tried, nil
}

// unknownLogin is the way of an e-mail that nobody has. It is counted and locked as a user's is, or the lock would tell who exists.
// The log names it by a keyed hash: it may be a password typed into the wrong field.
func (s *Service) unknownLogin(ctx context.Context, email, password string) error {
	id := "email_" + hex.EncodeToString(s.vault.MAC("login-email", []byte(foldEmail(email)))[:12])
	err := s.db.Write(ctx, func(tx db.Tx) error {
		if err := tx.Lock("object:" + id); err != nil {
			return err
		}
		// More than these change nothing: the wait has reached its end.
		tries, err := db.All(tx, func(r db.Row) (t time.Time, err error) {
			var at int64
			err = r.Scan(&at)
			return db.Time(at), err
		}, "SELECT at FROM event WHERE object_id = $1 ORDER BY object_seq DESC LIMIT 20", id)
		if err != nil {
			return err
		}
		var failed int64
		var until time.Time
		for _, at := range slices.Backward(tries) {
			if at.Sub(until) > failureWindow {
				failed = 0
			}
			failed++
			until = at.Add(waitAfter(failed))
		}
		if wait := until.Sub(s.clock.Now()); wait > 0 {
			return locked(wait)
		}
		return s.log.AppendNext(ctx, tx, audit.Event{ObjectID: id, Kind: "user.login_failed", Data: audit.Data(map[string]any{"by": "password", "unknown": true})})
	})
	if err != nil {
		return err
	}
	if _, err := matches(ctx, "", password); err != nil {
		return err
	}
	return badLogin
}

func locked(wait time.Duration) error {
	return fault.Wait(wait, "login_locked", "Çok fazla yanlış deneme. Biraz bekleyip yeniden deneyin.", "Too many wrong attempts. Wait a while and try again.")
}

// Reauthenticate asks a logged-in user for his password again, before a refund, a secret or a change of his login.
// Wrong ones count as failed logins.
func (s *Service) Reauthenticate(ctx context.Context, id, password string) error {
	tried, err := s.password(ctx, id, password)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx db.Tx) error {
		_, err := s.changeUser(tx, id, func(u *User) error { forgive(u, tried); return nil })
		return err
	})
}
