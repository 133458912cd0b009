package console

import (
	"net/http"

	"github.com/a-h/templ"

	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/console/screens"
	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/console/ui"
	"github.com/onay/onay/internal/fault"
)

func init() {
	registrars = append(registrars, func(c *Console) {
		c.settings("GET /settings/users", company.UsersWrite, listUsers)
		c.settings("GET /settings/users/new", company.UsersWrite, func(s *screen) error {
			return newUserPage(s, http.StatusOK, company.NewUser{}, company.Cashier, nil)
		})
		c.settings("POST /settings/users/new", company.UsersWrite, addUser)
		c.settings("GET /settings/users/{id}", company.UsersWrite, func(s *screen) error { return userPage(s, http.StatusOK, nil) })
		c.settings("GET /settings/users/{id}/{act}", company.UsersWrite, askUser)
		c.settings("POST /settings/users/{id}/{act}", company.UsersWrite, changeUser)
	})
}

func roleOptions(s *screen) (out []ui.Option) {
	for _, r := range company.Roles {
		out = append(out, ui.Option{Value: string(r), Label: s.t("role." + string(r)), Hint: s.t("user.role." + string(r))})
	}
	return out
}

// userTag says in a word whether a user may log in.
func userTag(s *screen, u company.User) templ.Component {
	switch {
	case u.Disabled():
		return ui.Tag(s.t("user.disabled"), ui.Bad)
	case u.LockedUntil.After(s.c.Clock.Now()):
		return ui.Tag(s.t("user.locked"), ui.Wait)
	}
	return ui.Tag(s.t("user.active"), ui.Good)
}

func listUsers(s *screen) error {
	list, err := s.c.Companies.Users(s.ctx, s.id)
	if err != nil {
		return err
	}
	t := ui.TableProps{Caption: s.t("set.users"), Columns: []ui.Column{{Label: s.t("word.name"), Wide: true}, {Label: s.t("user.role")}, {Label: s.t("user.second")}, {Label: s.t("word.state")}}}
	for _, m := range list {
		second := s.t("act.no")
		if m.TOTPEnabled {
			second = s.t("act.yes")
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: m.Name, Href: "/settings/users/" + m.ID, Sub: m.Email}, ui.Txt(s.t("role." + string(m.Role))), ui.Txt(second), ui.Node(userTag(s, m.User))}})
	}
	return s.show(http.StatusOK, "set.users", s.head(s.t("set.users"), s.t("set.users.text"), "", s.addButton(s.t("user.new"), "/settings/users/new")),
		screens.Panel(ui.PanelProps{Flush: true}, ui.Table(t)))
}

func newUserPage(s *screen, status int, n company.NewUser, role company.Role, f *fault.Error) error {
	fields := []templ.Component{
		s.wrong(f, "name", "email", "password", "role"),
		ui.Field(ui.FieldProps{Name: "name", Label: s.t("word.name"), Value: n.Name, Required: true, MaxLength: 120, Error: s.said(f, "name")}),
		ui.Field(ui.FieldProps{Name: "email", Label: s.t("word.email"), Type: "email", Value: n.Email, Required: true, Error: s.said(f, "email")}),
		ui.Field(ui.FieldProps{Name: "password", Label: s.t("user.password"), Type: "password", Required: true, Autocomplete: "new-password", Hint: s.t("account.password.hint"), Error: s.said(f, "password")}),
		ui.RadioGroup(ui.RadioProps{Name: "role", Label: s.t("user.role"), Value: string(role), Options: roleOptions(s), Required: true, Error: s.said(f, "role")}),
	}
	return s.show(status, "user.new", s.head(s.t("user.new"), s.v.Company.Name, "/settings/users"), screens.Form("/settings/users/new", fields, s.save(), s.cancel("/settings/users")))
}

// addUser makes a user, or lets one who works for another company of this installation into this one.
func addUser(s *screen) error {
	n := company.NewUser{Name: s.form("name"), Email: s.form("email"), Password: s.r.PostForm.Get("password")}
	role := company.Role(s.form("role"))
	err := role.Valid()
	if err == nil && n.Password == "" {
		err = fault.Field("password", "required", text.TR.T("error.required"), text.EN.T("error.required"))
	}
	var u company.User
	done := "user.added"
	if err == nil {
		u, err = s.c.Companies.CreateUser(s.ctx, n)
	}
	if fault.Code(err) == "email_taken" {
		u, err = s.outsider(n.Email, err)
		done = "user.joined"
	}
	if err == nil {
		err = s.c.Companies.SetRole(s.ctx, s.id, u.ID, role)
	}
	if err != nil {
		return s.refused(err, func(status int, f *fault.Error) error { return newUserPage(s, status, n, role, f) })
	}
	return s.done(done, "/settings/users")
}

// outsider returns the user of an e-mail who is not in this company yet, else the error taken.
func (s *screen) outsider(email string, taken error) (company.User, error) {
	u, err := s.c.Companies.UserByEmail(s.ctx, email)
	if err != nil {
		return u, err
	}
	if _, err := s.member(u.ID); err == nil {
		return u, taken
	}
	return u, nil
}

// member returns a user of this company; anybody else is not found.
func (s *screen) member(id string) (company.Member, error) {
	list, err := s.c.Companies.Users(s.ctx, s.id)
	if err != nil {
		return company.Member{}, err
	}
	for _, m := range list {
		if m.ID == id {
			return m, nil
		}
	}
	return company.Member{}, notFound()
}

// owns reports whether the viewer administers every company of a user, so that he may change what holds in all of them.
func (s *screen) owns(id string) (bool, error) {
	u, err := s.c.Companies.UserInfo(s.ctx, id)
	if err != nil {
		return false, err
	}
	me, err := s.c.Companies.UserInfo(s.ctx, s.v.User.ID)
	if err != nil {
		return false, err
	}
	for _, m := range u.Memberships {
		if !me.Can(m.CompanyID, company.UsersWrite) {
			return false, nil
		}
	}
	return true, nil
}

func userPage(s *screen, status int, f *fault.Error) error {
	m, err := s.member(s.r.PathValue("id"))
	if err != nil {
		return err
	}
	owns, err := s.owns(m.ID)
	if err != nil {
		return err
	}
	path := "/settings/users/" + m.ID
	parts := []templ.Component{
		s.head(m.Name, m.Email, "/settings/users", userTag(s, m.User)), s.wrong(f, "password"),
		screens.Panel(ui.PanelProps{Title: s.t("user.role")}, screens.Form(path+"/role", []templ.Component{
			ui.RadioGroup(ui.RadioProps{Name: "role", Label: s.t("user.role"), Value: string(m.Role), Options: roleOptions(s), Required: true})}, s.save())),
	}
	if owns {
		toggle := s.asks("user.disable", path+"/disable")
		if m.Disabled() {
			toggle = screens.Act(path+"/enable", ui.ButtonProps{Label: s.t("user.enable")})
		}
		parts = append(parts,
			screens.Panel(ui.PanelProps{Title: s.t("user.password.new")}, screens.Form(path+"/password", []templ.Component{ui.Field(ui.FieldProps{Name: "password", Label: s.t("user.password"), Type: "password",
				Required: true, Autocomplete: "new-password", Hint: s.t("account.password.hint"), Error: s.said(f, "password")})}, s.save())),
			screens.Panel(ui.PanelProps{Title: s.t("user.login")}, screens.Note(s.t("user.login.text")), toggle))
		if m.TOTPEnabled {
			parts = append(parts, s.asks("user.second.reset", path+"/second"))
		}
	}
	parts = append(parts, screens.Panel(ui.PanelProps{Title: s.t("user.remove")}, screens.Note(s.t("user.remove.text")), s.asks("user.remove", path+"/remove")))
	return s.show(status, m.Name, parts...)
}

// askUser asks once before something is taken from a user.
func askUser(s *screen) error {
	m, err := s.member(s.r.PathValue("id"))
	if err != nil {
		return err
	}
	key, ok := map[string]string{"remove": "user.remove", "disable": "user.disable", "second": "user.second.reset"}[s.r.PathValue("act")]
	if !ok {
		return notFound()
	}
	return s.ask(key, m.Name, "/settings/users/"+m.ID, s.r.PathValue("act"))
}

// changeUser does what a button of a user's page says. What holds in all companies needs all of them.
func changeUser(s *screen) error {
	m, err := s.member(s.r.PathValue("id"))
	if err != nil {
		return err
	}
	act, svc := s.r.PathValue("act"), s.c.Companies
	if act != "role" && act != "remove" {
		owns, err := s.owns(m.ID)
		if err != nil {
			return err
		}
		if !owns {
			return forbidden()
		}
	}
	to := "/settings/users/" + m.ID
	switch act {
	case "role":
		err = svc.SetRole(s.ctx, s.id, m.ID, company.Role(s.form("role")))
	case "remove":
		err, to = svc.RemoveMember(s.ctx, s.id, m.ID), "/settings/users"
	case "disable":
		err = svc.Disable(s.ctx, m.ID)
	case "enable":
		err = svc.Enable(s.ctx, m.ID)
	case "second":
		err = svc.ResetTOTP(s.ctx, m.ID)
	case "password":
		_, err = svc.SetPassword(s.ctx, m.ID, s.r.PostForm.Get("password"))
	default:
		return notFound()
	}
	if err != nil {
		return s.refused(err, func(status int, f *fault.Error) error { return userPage(s, status, f) })
	}
	return s.done("saved", to)
}
