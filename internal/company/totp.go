package company

import (
	"bytes"
	"context"
	"crypto/subtle"
	"image/png"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"

	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
)

// totpStep is the life of an authenticator code in seconds; the codes of one step before and after are accepted too.
const totpStep = 30

// Enrolment is what an authenticator app needs; it is shown once.
type Enrolment struct {
	Secret string // base32, to type in
	URI    string // otpauth://totp/…
	PNG    []byte // the URI as a QR code, 240 × 240
}

func totpPlace(userID string) string { return "totp:" + userID }

func badCode() error {
	return fault.New(fault.Unauthorized, "invalid_totp", "Kod yanlış, süresi geçmiş ya da kullanılmış.", "The code is wrong, too old or already used.")
}

// EnrolTOTP makes a new secret for a user. It asks for nothing until [Service.ConfirmTOTP] has seen a code of it.
func (s *Service) EnrolTOTP(ctx context.Context, userID string) (Enrolment, error) {
	u, err := s.User(ctx, userID)
	if err != nil {
		return Enrolment{}, err
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "Onay", AccountName: u.Email, Period: totpStep, SecretSize: 20})
	if err != nil {
		return Enrolment{}, err
	}
	sealed, err := s.vault.Seal([]byte(key.Secret()), totpPlace(userID))
	if err != nil {
		return Enrolment{}, err
	}
	img, err := key.Image(240, 240)
	if err != nil {
		return Enrolment{}, err
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return Enrolment{}, err
	}
	_, err = s.updateUser(ctx, userID, "user.totp_enrolled", nil, func(u *User) error {
		if u.TOTPEnabled {
			return fault.New(fault.Conflict, "totp_enabled", "Doğrulama uygulaması zaten açık; önce kapatın.", "An authenticator app is already in use; turn it off first.")
		}
		u.secret = sealed
		return nil
	})
	if err != nil {
		return Enrolment{}, err
	}
	return Enrolment{Secret: key.Secret(), URI: key.URL(), PNG: b.Bytes()}, nil
}

// ConfirmTOTP turns the authenticator app on, once its first code is right.
func (s *Service) ConfirmTOTP(ctx context.Context, userID, code string) error {
	_, err := s.updateUser(ctx, userID, "user.totp_enabled", nil, func(u *User) error {
		if u.TOTPEnabled || len(u.secret) == 0 {
			return fault.New(fault.Conflict, "totp_not_enrolled", "Önce doğrulama uygulamasını ekleyin.", "Add the authenticator app first.")
		}
		step, err := s.step(*u, code)
		if err != nil {
			return err
		}
		u.TOTPEnabled, u.lastStep = true, step
		return nil
	})
	return err
}

// step returns the time step of a right code that was not used yet.
func (s *Service) step(u User, code string) (int64, error) {
	secret, err := s.vault.Open(u.secret, totpPlace(u.ID))
	if err != nil {
		return 0, err
	}
	code = strings.ReplaceAll(code, " ", "")
	now := s.clock.Now().Unix() / totpStep
	for step := now - 1; step <= now+1; step++ {
		want, err := hotp.GenerateCodeCustom(string(secret), uint64(step), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return 0, err
		}
		if step > u.lastStep && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			return step, nil
		}
	}
	return 0, badCode()
}

// code tries a code: counted first, then compared, and accepted under the row's lock, so that it is accepted once.
// after makes the change that a right code brings, in the same transaction.
func (s *Service) code(ctx context.Context, userID, code string, after func(tx db.Tx, tried User, step int64) error) error {
	tried, err := s.try(ctx, userID)
	if err != nil {
		return err
	}
	err = s.db.Write(ctx, func(tx db.Tx) error {
		if err := tx.Lock("object:" + userID); err != nil {
			return err
		}
		u, err := readUser(tx, "id", userID)
		if err != nil {
			return missing(err, userID)
		}
		if !u.TOTPEnabled {
			return badCode()
		}
		step, err := s.step(u, code)
		if err != nil {
			return err
		}
		return after(tx, tried, step)
	})
	if fault.Code(err) != "invalid_totp" {
		return err
	}
	if logErr := s.failed(ctx, tried, "totp"); logErr != nil {
		return logErr
	}
	return err
}

// LoginTOTP is the second half of a login: the user is logged in if the code is right. Wrong ones count as failed logins.
func (s *Service) LoginTOTP(ctx context.Context, userID, code string) (u User, err error) {
	err = s.code(ctx, userID, code, func(tx db.Tx, _ User, step int64) (err error) {
		u, err = s.loggedIn(ctx, tx, userID, "totp", func(u *User) error { u.lastStep = step; return nil })
		return err
	})
	if err != nil {
		return User{}, err
	}
	return u, nil
}

// CheckTOTP asks a logged-in user for a code again. Wrong ones count as failed logins.
func (s *Service) CheckTOTP(ctx context.Context, userID, code string) error {
	return s.code(ctx, userID, code, func(tx db.Tx, tried User, step int64) error {
		_, err := s.changeUser(tx, userID, func(u *User) error {
			u.lastStep = step
			forgive(u, tried)
			return nil
		})
		return err
	})
}

// DisableTOTP turns the authenticator app off after asking for the password again.
func (s *Service) DisableTOTP(ctx context.Context, userID, password string) error {
	if err := s.Reauthenticate(ctx, userID, password); err != nil {
		return err
	}
	return s.ResetTOTP(ctx, userID)
}

// ResetTOTP turns off the authenticator app of a user who lost it. It is an administrator's or the operator's to call, and
// clears the wait after failed logins.
func (s *Service) ResetTOTP(ctx context.Context, userID string) error {
	_, err := s.updateUser(ctx, userID, "user.totp_disabled", nil, func(u *User) error {
		u.secret, u.TOTPEnabled = nil, false
		u.failed, u.LockedUntil = 0, time.Time{}
		return nil
	})
	return err
}
