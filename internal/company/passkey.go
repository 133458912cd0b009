package company

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
)

// Passkey is a public-key credential of a user's device.
type Passkey struct {
	ID        string // credential id, base64url
	UserID    string
	Name      string
	CreatedAt time.Time
	UsedAt    time.Time // zero: never

	credential webauthn.Credential
}

// PasskeyConfig names the site that passkeys belong to.
type PasskeyConfig struct {
	RPID   string // host name without port; passkeys are lost if it changes
	Origin string // scheme, host and port of the console
}

// Passkeys runs the two ceremonies. Begin returns the options for the browser (JSON) and the ceremony's state, opaque bytes that the
// door keeps in the session and takes out, whatever the outcome, before it calls Finish: a state is good for one answer.
type Passkeys struct {
	s *Service
	w *webauthn.WebAuthn
}

const (
	ceremonyTime   = 5 * time.Minute
	maxPasskeys    = 20
	maxPasskeyName = 80
)

// Passkeys returns the ceremonies of a site, or the reason why its configuration cannot work.
func (s *Service) Passkeys(c PasskeyConfig) (*Passkeys, error) {
	limit := webauthn.TimeoutConfig{Enforce: true, Timeout: ceremonyTime, TimeoutUVD: ceremonyTime}
	resident := true
	w, err := webauthn.New(&webauthn.Config{RPID: c.RPID, RPDisplayName: "Onay", RPOrigins: []string{c.Origin},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: &resident,
			UserVerification: protocol.VerificationRequired, // it stands for password and second factor
		},
		Timeouts: webauthn.TimeoutsConfig{Login: limit, Registration: limit}})
	if err != nil {
		return nil, fmt.Errorf("passkeys: %w", err)
	}
	return &Passkeys{s, w}, nil
}

// holder is a user as the ceremonies see him.
type holder struct {
	User
	keys []Passkey
}

func (h holder) WebAuthnID() []byte          { return []byte(h.ID) }
func (h holder) WebAuthnName() string        { return h.Email }
func (h holder) WebAuthnDisplayName() string { return h.Name }
func (h holder) WebAuthnCredentials() (out []webauthn.Credential) {
	for _, k := range h.keys {
		out = append(out, k.credential)
	}
	return out
}

const passkeyColumns = "id, user_id, name, credential, created_at, used_at"

func scanPasskey(r db.Row) (k Passkey, err error) {
	var credential string
	var created, used int64
	if err = r.Scan(&k.ID, &k.UserID, &k.Name, &credential, &created, &used); err != nil {
		return k, err
	}
	k.CreatedAt, k.UsedAt = db.Time(created), db.Time(used)
	return k, json.Unmarshal([]byte(credential), &k.credential)
}

func readPasskeys(tx db.Tx, userID string) ([]Passkey, error) {
	return db.All(tx, scanPasskey, "SELECT "+passkeyColumns+" FROM passkey WHERE user_id = $1 ORDER BY created_at, id", userID)
}

func (s *Service) holder(ctx context.Context, userID string) (h holder, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		if h.User, err = readUser(tx, "id", userID); err != nil {
			return err
		}
		h.keys, err = readPasskeys(tx, userID)
		return err
	})
	if err == nil && h.Disabled() {
		err = userDisabled()
	}
	return h, missing(err, userID)
}

func badPasskey() error {
	return fault.New(fault.Unauthorized, "invalid_passkey", "Geçiş anahtarı kabul edilmedi. Yeniden deneyin.", "The passkey was not accepted. Try again.")
}

// BeginRegister starts adding a passkey to a logged-in user.
func (p *Passkeys) BeginRegister(ctx context.Context, userID string) (options, state []byte, err error) {
	h, err := p.s.holder(ctx, userID)
	if err != nil {
		return nil, nil, err
	}
	if len(h.keys) >= maxPasskeys {
		return nil, nil, fault.New(fault.Conflict, "too_many_passkeys", "En çok 20 geçiş anahtarı eklenebilir.", "A user has at most 20 passkeys.")
	}
	creation, session, err := p.w.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.WebAuthnCredentials()).CredentialDescriptors()))
	if err != nil {
		return nil, nil, err
	}
	return encodeBoth(creation, session)
}

func encodeBoth(options, state any) ([]byte, []byte, error) {
	o, err := json.Marshal(options)
	if err != nil {
		return nil, nil, err
	}
	st, err := json.Marshal(state)
	return o, st, err
}

func ceremony(state []byte) (d webauthn.SessionData, err error) {
	if err := json.Unmarshal(state, &d); err != nil || d.Challenge == "" || d.Expires.IsZero() {
		return d, badPasskey()
	}
	return d, nil
}

func passkeyName(name string) (string, error) {
	name = strings.TrimSpace(name)
	if l := len([]rune(name)); l < 1 || l > maxPasskeyName {
		return "", fault.Field("name", "invalid_name", "Geçiş anahtarına 1–80 karakterlik bir ad verin.", "Give the passkey a name of 1 to 80 characters.")
	}
	return name, nil
}

// FinishRegister adds the passkey that the browser answered with (JSON).
func (p *Passkeys) FinishRegister(ctx context.Context, userID, name string, state, response []byte) (Passkey, error) {
	name, err := passkeyName(name)
	if err != nil {
		return Passkey{}, err
	}
	session, err := ceremony(state)
	if err != nil {
		return Passkey{}, err
	}
	h, err := p.s.holder(ctx, userID)
	if err != nil {
		return Passkey{}, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err != nil {
		return Passkey{}, badPasskey()
	}
	c, err := p.w.CreateCredential(h, session, parsed)
	if err != nil {
		return Passkey{}, badPasskey()
	}
	k := Passkey{ID: base64.RawURLEncoding.EncodeToString(c.ID), UserID: userID, Name: name, CreatedAt: p.s.clock.Now(), credential: *c}
	credential, err := json.Marshal(c)
	if err != nil {
		return Passkey{}, err
	}
	err = p.s.db.Write(ctx, func(tx db.Tx) error {
		if _, err := tx.Exec("INSERT INTO passkey (id, user_id, name, credential, created_at, used_at) VALUES ($1, $2, $3, $4, $5, 0)",
			k.ID, k.UserID, k.Name, string(credential), db.Micros(k.CreatedAt)); err != nil {
			return err
		}
		return p.s.logUser(ctx, tx, userID, "user.passkey_added", map[string]any{"name": name})
	})
	if db.IsUnique(err) {
		return Passkey{}, fault.New(fault.Conflict, "passkey_exists", "Bu geçiş anahtarı zaten ekli.", "This passkey has been added already.")
	}
	return k, err
}

// BeginLogin starts a login by whichever passkey the person chooses; no e-mail is asked for.
func (p *Passkeys) BeginLogin(context.Context) (options, state []byte, err error) {
	assertion, session, err := p.w.BeginDiscoverableLogin()
	if err != nil {
		return nil, nil, err
	}
	return encodeBoth(assertion, session)
}

// FinishLogin logs in the user whose passkey the browser answered with (JSON). A lock after failed logins does not
// stop it: a passkey cannot be guessed, and its owner must not be kept out by somebody who tries passwords.
func (p *Passkeys) FinishLogin(ctx context.Context, state, response []byte) (User, error) {
	session, err := ceremony(state)
	if err != nil {
		return User{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil {
		return User{}, badPasskey()
	}
	var h holder
	var lookup error
	_, c, err := p.w.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
		h, lookup = p.s.holder(ctx, string(handle))
		return h, lookup
	}, session, parsed)
	if lookup != nil && fault.As(lookup) == nil {
		return User{}, lookup // the database, not the person
	}
	if err != nil || c.Authenticator.CloneWarning {
		if lookup == nil && h.ID != "" {
			if err := p.s.db.Write(ctx, func(tx db.Tx) error {
				return p.s.logUser(ctx, tx, h.ID, "user.login_failed", map[string]any{"by": "passkey", "cloned": err == nil})
			}); err != nil {
				return User{}, err
			}
		}
		return User{}, badPasskey()
	}
	credential, err := json.Marshal(c)
	if err != nil {
		return User{}, err
	}
	var u User
	err = p.s.db.Write(ctx, func(tx db.Tx) (err error) {
		if u, err = p.s.loggedIn(ctx, tx, h.ID, "passkey", func(*User) error { return nil }); err != nil {
			return err
		}
		n, err := tx.Exec("UPDATE passkey SET credential = $1, used_at = $2 WHERE id = $3 AND user_id = $4",
			string(credential), db.Micros(p.s.clock.Now()), base64.RawURLEncoding.EncodeToString(c.ID), h.ID)
		if err == nil && n == 0 {
			err = badPasskey() // deleted meanwhile
		}
		return err
	})
	if err != nil {
		return User{}, err
	}
	return u, nil
}

// UserPasskeys returns a user's passkeys, oldest first.
func (s *Service) UserPasskeys(ctx context.Context, userID string) (out []Passkey, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) (err error) { out, err = readPasskeys(tx, userID); return err })
	return out, err
}

// DeletePasskey takes a passkey from a user. The only way into an account cannot be taken.
func (s *Service) DeletePasskey(ctx context.Context, userID, id string) error {
	return s.db.Write(ctx, func(tx db.Tx) error {
		if err := tx.Lock("object:" + userID); err != nil {
			return err
		}
		n, err := tx.Exec("DELETE FROM passkey WHERE id = $1 AND user_id = $2", id, userID)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.Missing(id)
		}
		u, err := readUser(tx, "id", userID)
		if err != nil {
			return missing(err, userID)
		}
		keys, err := readPasskeys(tx, userID)
		if err != nil {
			return err
		}
		if len(keys) == 0 && !u.HasPassword {
			return fault.New(fault.Conflict, "last_passkey", "Parolası olmayan bir kullanıcının son geçiş anahtarı silinemez.", "The last passkey of a user without a password cannot be deleted.")
		}
		return s.logUser(ctx, tx, userID, "user.passkey_deleted", nil)
	})
}
