package company

import (
	"context"
	"errors"
	"net/mail"
	"strings"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
)

// User is a person who logs in. What he may do depends on his role in each company.
type User struct {
	ID          string
	Email       string // lower case
	Name        string
	Lang        string // tr | en
	HasPassword bool   // without one he logs in by passkey only
	TOTPEnabled bool
	LockedUntil time.Time // too many failed logins: none is tried before then
	DisabledAt  time.Time // zero: may log in
	Epoch       int64     // a login of a lower epoch has ended
	Version     int64
	CreatedAt   time.Time

	hash     string
	secret   []byte // TOTP, encrypted
	lastStep int64
	failed   int64
}

// Disabled reports whether the user may not log in.
func (u User) Disabled() bool { return !u.DisabledAt.IsZero() }

// Membership is a user's role in one company.
type Membership struct {
	UserID      string
	CompanyID   string
	CompanyName string
	Role        Role
}

// Member is a user as one company sees him.
type Member struct {
	User
	Role Role
}

// NewUser describes a user to make. Lang is tr where empty; an empty Password leaves passkeys as the only way in.
type NewUser struct{ Email, Name, Password, Lang string }

const userColumns = `u.id, u.email, u.name, u.password_hash, u.totp_secret, u.totp_enabled, u.totp_last_step, u.lang, u.failed_logins, u.locked_until,
	u.disabled_at, u.session_epoch, u.version, u.created_at`

func userDest(u *User, locked, disabled, created *int64) []any {
	return []any{&u.ID, &u.Email, &u.Name, &u.hash, &u.secret, &u.TOTPEnabled, &u.lastStep, &u.Lang, &u.failed, locked, disabled, &u.Epoch, &u.Version, created}
}

func scanUser(r db.Row) (User, error) { return scanUserAnd(r) }

// scanUserAnd reads a user and the columns that follow it.
func scanUserAnd(r db.Row, more ...any) (u User, err error) {
	var locked, disabled, created int64
	err = r.Scan(append(userDest(&u, &locked, &disabled, &created), more...)...)
	u.LockedUntil, u.DisabledAt, u.CreatedAt, u.HasPassword = db.Time(locked), db.Time(disabled), db.Time(created), u.hash != ""
	return u, err
}

func readUser(tx db.Tx, column, value string) (User, error) {
	return scanUser(tx.QueryRow("SELECT "+userColumns+" FROM app_user u WHERE u."+column+" = $1", value))
}

func foldEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

func checkEmail(email string) error {
	a, err := mail.ParseAddress(email)
	if err != nil || a.Address != email || len(email) > 254 {
		return fault.Field("email", "invalid_email", "E-posta adresi geçersiz.", "The e-mail address is not valid.")
	}
	return nil
}

// newUser is a user as asked for, checked, with his password hashed.
func (s *Service) newUser(ctx context.Context, n NewUser) (User, error) {
	u := User{ID: db.NewID("usr"), Email: foldEmail(n.Email), Name: strings.TrimSpace(n.Name), Lang: n.Lang, Epoch: 1, Version: 1, CreatedAt: s.clock.Now()}
	if u.Lang == "" {
		u.Lang = "tr"
	}
	if err := checkEmail(u.Email); err != nil {
		return User{}, err
	}
	if l := len([]rune(u.Name)); l < 1 || l > 120 {
		return User{}, fault.Field("name", "invalid_name", "Ad 1–120 karakter olmalı.", "A name has 1 to 120 characters.")
	}
	if u.Lang != "tr" && u.Lang != "en" {
		return User{}, fault.Field("lang", "invalid_language", "Dil tr ya da en olmalı.", "The language is tr or en.")
	}
	if n.Password != "" {
		if err := CheckPassword(n.Password, u.Email); err != nil {
			return User{}, err
		}
		hash, err := hashPassword(ctx, n.Password)
		if err != nil {
			return User{}, err
		}
		u.hash, u.HasPassword = hash, true
	}
	return u, nil
}

func (s *Service) insertUser(ctx context.Context, tx db.Tx, u User) error {
	if _, err := tx.Exec(`INSERT INTO app_user (id, email, name, password_hash, totp_secret, totp_enabled, totp_last_step, lang, failed_logins, locked_until,
		disabled_at, session_epoch, version, created_at) VALUES ($1, $2, $3, $4, NULL, FALSE, 0, $5, 0, 0, 0, $6, $7, $8)`,
		u.ID, u.Email, u.Name, u.hash, u.Lang, u.Epoch, u.Version, db.Micros(u.CreatedAt)); err != nil {
		return err
	}
	return s.logUser(ctx, tx, u.ID, "user.created", map[string]any{"email": u.Email, "name": u.Name})
}

// CreateUser adds a user who belongs to no company yet; see [Service.SetRole].
func (s *Service) CreateUser(ctx context.Context, n NewUser) (User, error) {
	u, err := s.newUser(ctx, n)
	if err != nil {
		return User{}, err
	}
	err = s.db.Write(ctx, func(tx db.Tx) error { return s.insertUser(ctx, tx, u) })
	if db.IsUnique(err) {
		return User{}, &fault.Error{Kind: fault.Conflict, Code: "email_taken", Field: "email", TR: "Bu e-posta adresiyle bir kullanıcı var.", EN: "There is a user with this e-mail address."}
	}
	if err != nil {
		return User{}, err
	}
	return u, nil
}

// SetUp makes the first user, the first company and the one administrator of the other, while there is no user: whoever comes
// second, on this node or another, is refused.
func (s *Service) SetUp(ctx context.Context, n NewUser, companyName string) (User, error) {
	c, err := s.newCompany(companyName)
	if err != nil {
		if f := fault.As(err); f != nil {
			f.Field = "company"
		}
		return User{}, err
	}
	u, err := s.newUser(ctx, n)
	if err != nil {
		return User{}, err
	}
	ctx = audit.WithActor(ctx, u.ID)
	err = s.db.Write(ctx, func(tx db.Tx) error {
		if err := tx.Lock("members"); err != nil {
			return err
		}
		var users int64
		if err := tx.QueryRow("SELECT COUNT(*) FROM app_user").Scan(&users); err != nil {
			return err
		}
		if users > 0 {
			return fault.New(fault.NotFound, "set_up_already", "İlk kurulum zaten yapılmış. Giriş yapın.", "The first run is over. Sign in.")
		}
		if err := s.insertUser(ctx, tx, u); err != nil {
			return err
		}
		if err := s.insertCompany(ctx, tx, c); err != nil {
			return err
		}
		return s.setRole(ctx, tx, c.ID, u.ID, Administrator)
	})
	if err != nil {
		return User{}, err
	}
	return u, nil
}

// FirstRun reports whether there is no user yet, so that the first administrator is to be asked for.
func (s *Service) FirstRun(ctx context.Context) (bool, error) {
	var n int64
	err := s.db.Read(ctx, func(tx db.Tx) error { return tx.QueryRow("SELECT COUNT(*) FROM app_user").Scan(&n) })
	return n == 0, err
}

// User returns a user.
func (s *Service) User(ctx context.Context, id string) (u User, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) (err error) { u, err = readUser(tx, "id", id); return err })
	return u, missing(err, id)
}

// UserByEmail returns the user of an e-mail address.
func (s *Service) UserByEmail(ctx context.Context, email string) (u User, err error) {
	email = foldEmail(email)
	err = s.db.Read(ctx, func(tx db.Tx) (err error) { u, err = readUser(tx, "email", email); return err })
	return u, missing(err, email)
}

func missing(err error, id string) error {
	if errors.Is(err, db.ErrNoRows) {
		return fault.Missing(id)
	}
	return err
}

// logUser writes an event of a user into the log of each company that he belongs to, and without a company if he belongs to none.
func (s *Service) logUser(ctx context.Context, tx db.Tx, userID, kind string, data any) error {
	companies, err := db.All(tx, scanText, "SELECT company_id FROM membership WHERE user_id = $1 ORDER BY company_id", userID)
	if err != nil {
		return err
	}
	if len(companies) == 0 {
		companies = []string{""}
	}
	e := audit.Event{ObjectID: userID, Kind: kind}
	if data != nil {
		e.Data = audit.Data(data)
	}
	for _, e.CompanyID = range companies {
		if err := s.log.AppendNext(ctx, tx, e); err != nil {
			return err
		}
	}
	return nil
}

func scanText(r db.Row) (s string, err error) { err = r.Scan(&s); return s, err }

// changeUser changes a user under the row it read, within tx.
func (s *Service) changeUser(tx db.Tx, id string, change func(*User) error) (User, error) {
	if err := tx.Lock("object:" + id); err != nil {
		return User{}, err
	}
	u, err := readUser(tx, "id", id)
	if err != nil {
		return User{}, missing(err, id)
	}
	if err := change(&u); err != nil {
		return User{}, err
	}
	u.Version++
	u.HasPassword = u.hash != ""
	_, err = tx.Exec(`UPDATE app_user SET name = $1, password_hash = $2, totp_secret = $3, totp_enabled = $4, totp_last_step = $5, lang = $6, failed_logins = $7,
		locked_until = $8, disabled_at = $9, session_epoch = $10, version = $11 WHERE id = $12`,
		u.Name, u.hash, u.secret, u.TOTPEnabled, u.lastStep, u.Lang, u.failed, db.Micros(u.LockedUntil), db.Micros(u.DisabledAt), u.Epoch, u.Version, id)
	return u, err
}

// updateUser is changeUser in a transaction of its own, with its event.
func (s *Service) updateUser(ctx context.Context, id, kind string, data any, change func(*User) error) (u User, err error) {
	err = s.db.Write(ctx, func(tx db.Tx) (err error) {
		if u, err = s.changeUser(tx, id, change); err != nil {
			return err
		}
		return s.logUser(ctx, tx, id, kind, data)
	})
	s.userChanges.Add(1)
	return u, err
}

// SetPassword gives a user a new password and ends his open logins. Who changes his own first proves the old one by [Service.Reauthenticate].
func (s *Service) SetPassword(ctx context.Context, id, password string) (User, error) {
	u, err := s.User(ctx, id)
	if err != nil {
		return User{}, err
	}
	if err := CheckPassword(password, u.Email); err != nil {
		return User{}, err
	}
	hash, err := hashPassword(ctx, password)
	if err != nil {
		return User{}, err
	}
	return s.updateUser(ctx, id, "user.password_changed", nil, func(u *User) error {
		u.hash, u.failed, u.LockedUntil = hash, 0, time.Time{}
		u.Epoch++
		return nil
	})
}

// EndSessions logs a user out everywhere.
func (s *Service) EndSessions(ctx context.Context, id string) (User, error) {
	return s.updateUser(ctx, id, "user.sessions_ended", nil, func(u *User) error { u.Epoch++; return nil })
}

// Disable stops a user from logging in and ends his open logins; doing it again changes nothing.
func (s *Service) Disable(ctx context.Context, id string) error {
	err := s.db.Write(ctx, func(tx db.Tx) error {
		if err := tx.Lock("members"); err != nil {
			return err
		}
		was := false
		if _, err := s.changeUser(tx, id, func(u *User) error {
			if was = u.Disabled(); !was {
				u.DisabledAt = s.clock.Now()
				u.Epoch++
			}
			return nil
		}); err != nil || was {
			return err
		}
		companies, err := db.All(tx, scanText, "SELECT company_id FROM membership WHERE user_id = $1 AND role = $2", id, string(Administrator))
		if err != nil {
			return err
		}
		for _, c := range companies {
			if err := keepsAdministrator(tx, c); err != nil {
				return err
			}
		}
		return s.logUser(ctx, tx, id, "user.disabled", nil)
	})
	s.userChanges.Add(1)
	return err
}

// Enable lets a disabled user log in again; doing it again changes nothing.
func (s *Service) Enable(ctx context.Context, id string) error {
	err := s.db.Write(ctx, func(tx db.Tx) error {
		was := false
		if _, err := s.changeUser(tx, id, func(u *User) error {
			was = u.Disabled()
			u.DisabledAt = time.Time{}
			return nil
		}); err != nil || !was {
			return err
		}
		return s.logUser(ctx, tx, id, "user.enabled", nil)
	})
	s.userChanges.Add(1)
	return err
}

// Users returns the users of a company by name.
func (s *Service) Users(ctx context.Context, companyID string) (out []Member, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		out, err = db.All(tx, func(r db.Row) (m Member, err error) {
			var role string
			m.User, err = scanUserAnd(r, &role)
			m.Role = Role(role)
			return m, err
		}, "SELECT "+userColumns+", m.role FROM membership m JOIN app_user u ON u.id = m.user_id WHERE m.company_id = $1 ORDER BY u.name, u.id", companyID)
		return err
	})
	return out, err
}

// Memberships returns the companies of a user by name, the closed ones included.
func (s *Service) Memberships(ctx context.Context, userID string) (out []Membership, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) (err error) { out, err = memberships(tx, userID); return err })
	return out, err
}

func memberships(tx db.Tx, userID string) ([]Membership, error) {
	return db.All(tx, func(r db.Row) (m Membership, err error) {
		var role string
		err = r.Scan(&m.UserID, &m.CompanyID, &m.CompanyName, &role)
		m.Role = Role(role)
		return m, err
	}, "SELECT m.user_id, m.company_id, c.name, m.role FROM membership m JOIN company c ON c.id = m.company_id WHERE m.user_id = $1 ORDER BY c.name, c.id", userID)
}

// SetRole makes a user a member of a company, or changes his role in it. The last administrator who can log in keeps his.
func (s *Service) SetRole(ctx context.Context, companyID, userID string, role Role) error {
	if err := role.Valid(); err != nil {
		return err
	}
	err := s.db.Write(ctx, func(tx db.Tx) error { return s.setRole(ctx, tx, companyID, userID, role) })
	s.userChanges.Add(1)
	return err
}

func (s *Service) setRole(ctx context.Context, tx db.Tx, companyID, userID string, role Role) error {
	return s.changeMembers(ctx, tx, companyID, userID, func(was Role) (string, any, error) {
		if was == role {
			return "", nil, nil
		}
		_, err := tx.Exec("INSERT INTO membership (user_id, company_id, role) VALUES ($1, $2, $3) ON CONFLICT (user_id, company_id) DO UPDATE SET role = excluded.role",
			userID, companyID, string(role))
		return "user.role_set", map[string]any{"role": role, "before": was}, err
	})
}

// RemoveMember takes a user out of a company. The last administrator who can log in stays.
func (s *Service) RemoveMember(ctx context.Context, companyID, userID string) error {
	err := s.db.Write(ctx, func(tx db.Tx) error {
		return s.changeMembers(ctx, tx, companyID, userID, func(was Role) (string, any, error) {
			if was == "" {
				return "", nil, fault.Missing(userID)
			}
			_, err := tx.Exec("DELETE FROM membership WHERE user_id = $1 AND company_id = $2", userID, companyID)
			return "user.removed", map[string]any{"before": was}, err
		})
	})
	s.userChanges.Add(1)
	return err
}

// changeMembers runs one change of a company's members while no other runs; change returns the event's kind, or "" if nothing changed.
func (s *Service) changeMembers(ctx context.Context, tx db.Tx, companyID, userID string, change func(was Role) (string, any, error)) error {
	if err := tx.Lock("members"); err != nil {
		return err
	}
	for table, id := range map[string]string{"company": companyID, "app_user": userID} {
		var n int64
		if err := tx.QueryRow("SELECT COUNT(*) FROM "+table+" WHERE id = $1", id).Scan(&n); err != nil {
			return err
		}
		if n == 0 {
			return fault.Missing(id)
		}
	}
	was, err := scanText(tx.QueryRow("SELECT role FROM membership WHERE user_id = $1 AND company_id = $2", userID, companyID))
	if err != nil && !errors.Is(err, db.ErrNoRows) {
		return err
	}
	kind, data, err := change(Role(was))
	if err != nil || kind == "" {
		return err
	}
	if Role(was) == Administrator {
		if err := keepsAdministrator(tx, companyID); err != nil {
			return err
		}
	}
	return s.log.AppendNext(ctx, tx, audit.Event{CompanyID: companyID, ObjectID: userID, Kind: kind, Data: audit.Data(data)})
}

// keepsAdministrator refuses a change that left a company without an administrator who can log in.
func keepsAdministrator(tx db.Tx, companyID string) error {
	var n int64
	if err := tx.QueryRow("SELECT COUNT(*) FROM membership m JOIN app_user u ON u.id = m.user_id WHERE m.company_id = $1 AND m.role = $2 AND u.disabled_at = 0",
		companyID, string(Administrator)).Scan(&n); err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Conflict, "last_administrator", "Bu kişi şirketin son yöneticisi; önce başka birini yönetici yapın.",
			"This is the company's last administrator; make somebody else one first.")
	}
	return nil
}
