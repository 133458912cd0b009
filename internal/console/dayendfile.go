package console

import (
	"crypto/rand"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"

	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/console/screens"
	"github.com/onay/onay/internal/console/ui"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/reconciliation"
)

// maxUpload bounds a statement that is sent by a form.
const maxUpload = 512 << 20

// uploadPath takes larger bodies than other forms.
const uploadPath = "/reconciliation/new"

// upload is a statement that waits for its columns to be chosen.
type upload struct {
	path, name, user, company string
	at                        time.Time
	n                         reconciliation.NewRun
}

// uploads keeps them for an hour. They are files of this process: after a restart, or on another node, the file is chosen once more.
type uploads struct {
	mu  sync.Mutex
	all map[string]upload
}

const uploadLives = time.Hour

func (u *uploads) keep(f io.ReadSeeker, x upload) (token string, err error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	to, err := os.CreateTemp("", "onay-statement-*")
	if err != nil {
		return "", err
	}
	_, err = io.Copy(to, f)
	if err = errors.Join(err, to.Close()); err != nil {
		return "", errors.Join(err, os.Remove(to.Name()))
	}
	x.path, token = to.Name(), strings.ToLower(rand.Text())
	u.mu.Lock()
	defer u.mu.Unlock()
	for k, old := range u.all {
		if x.at.Sub(old.at) > uploadLives {
			_ = os.Remove(old.path)
			delete(u.all, k)
		}
	}
	if u.all == nil {
		u.all = map[string]upload{}
	}
	u.all[token] = x
	return token, nil
}

func (u *uploads) get(token, user, company string) (upload, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	x, ok := u.all[token]
	return x, ok && x.user == user && x.company == company
}

func (u *uploads) drop(token string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if x, ok := u.all[token]; ok {
		_ = os.Remove(x.path)
		delete(u.all, token)
	}
}

// newComparison asks what is to be compared with what.
func newComparison(s *screen, status int, f *fault.Error) error {
	_, accounts, err := s.accountNames()
	if err != nil {
		return err
	}
	head := screens.Head(ui.HeadProps{Title: s.t("dayend.new"), Sub: s.t("dayend.new.text"), Back: &ui.Link{Label: s.t("nav.reconciliation"), Href: "/reconciliation"}})
	if len(accounts) == 0 {
		return s.show(http.StatusOK, "dayend.new", head, s.noAccounts())
	}
	value := func(name, otherwise string) string {
		if v := s.form(name); v != "" {
			return v
		}
		if v := s.r.URL.Query().Get(name); v != "" {
			return v
		}
		return otherwise
	}
	yesterday := (clock.DayOf(s.c.Clock.Now()) - 1).String()
	subject := value("subject", reconciliation.Collections)
	source := value("source", "bank")
	if subject == reconciliation.Payouts {
		source = "file"
	}
	fields := []templ.Component{s.wrong(f, "account", "from", "until", "day", "statement"),
		ui.Select(ui.SelectProps{Name: "account", Label: s.t("payment.account"), Value: value("account", ""), Options: accounts, Required: true, Error: s.said(f, "account")}),
		ui.RadioGroup(ui.RadioProps{Name: "subject", Label: s.t("dayend.subject"), Value: subject, Options: []ui.Option{{Value: reconciliation.Collections, Label: s.t("dayend.subject.collections"), Hint: s.t("dayend.subject.collections.text")}, {Value: reconciliation.Payouts, Label: s.t("dayend.subject.payouts"), Hint: s.t("dayend.subject.payouts.text")}}}),
		ui.RadioGroup(ui.RadioProps{Name: "source", Label: s.t("dayend.source"), Value: source, Options: []ui.Option{{Value: "bank", Label: s.t("dayend.source.bank"), Hint: s.t("dayend.source.bank.text")}, {Value: "file", Label: s.t("dayend.source.file"), Hint: s.t("dayend.source.file.text")}}}),
		screens.Row(ui.Field(ui.FieldProps{Name: "from", Label: s.t("dayend.from"), Type: "date", Value: value("from", yesterday), Max: clock.DayOf(s.c.Clock.Now()).String(), Hint: s.t("dayend.from.text"), Error: s.said(f, "from") + s.said(f, "day")}),
			ui.Field(ui.FieldProps{Name: "until", Label: s.t("dayend.until"), Type: "date", Value: value("until", ""), Hint: s.t("dayend.until.text"), Error: s.said(f, "until")})),
		ui.Field(ui.FieldProps{Name: "statement", Label: s.t("dayend.file"), Type: "file", Hint: s.t("dayend.file.text"), Error: s.said(f, "statement")}),
		ui.Checkbox(ui.CheckboxProps{Name: "choose", Label: s.t("dayend.choose"), Hint: s.t("dayend.choose.text"), Checked: s.form("choose") != ""})}
	return s.show(status, "dayend.new", head, screens.Upload(uploadPath, fields, ui.Button(ui.ButtonProps{Label: s.t("dayend.compare"), Kind: ui.Primary}), s.cancel("/reconciliation")))
}

// compare runs what was asked for; a file whose columns are not recognized leads to the choice of them.
func compare(s *screen) error {
	again := func(status int, f *fault.Error) error { return newComparison(s, status, f) }
	if err := s.r.ParseMultipartForm(1 << 20); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return again(http.StatusRequestEntityTooLarge, fault.Field("statement", "too_large", "Dosya en çok 512 MB olabilir.", "A file has at most 512 MB."))
		}
		return unreadable()
	}
	if s.r.MultipartForm != nil {
		defer func() { _ = s.r.MultipartForm.RemoveAll() }()
	}
	if !cleanForm(s.r.PostForm) {
		return unreadable()
	}
	n := reconciliation.NewRun{CompanyID: s.id, AccountID: s.form("account"), Subject: s.form("subject")}
	if n.AccountID == "" {
		return again(http.StatusUnprocessableEntity, fault.Field("account", "account_missing", "Hesabı seçin.", "Choose the account."))
	}
	file, header, err := s.r.FormFile("statement")
	given := err == nil && header.Size > 0
	if err == nil {
		defer file.Close()
	}
	fromFile := s.form("source") == "file" || n.Subject == reconciliation.Payouts
	switch {
	case fromFile && !given:
		return again(http.StatusUnprocessableEntity, fault.Field("statement", "statement_needed", "Ekstre dosyasını seçin.", "Choose the statement."))
	case given: // a chosen file is what is meant, whatever else is ticked
		n.Statement = &reconciliation.Upload{Name: fileName(header), File: file}
	}
	for name, to := range map[string]*clock.Day{"from": &n.From, "until": &n.Until} {
		typed := s.form(name)
		if typed == "" || n.Statement != nil && name == "from" && s.form("until") == "" { // a statement has its own days
			continue
		}
		if *to, err = clock.ParseDay(typed); err != nil {
			return again(http.StatusUnprocessableEntity, fault.Field(name, "invalid_day", "Günü seçin.", "Choose the day."))
		}
	}
	if n.Statement != nil && s.form("choose") != "" {
		return s.chooseColumns(n)
	}
	x, err := s.c.DayEnd.Run(s.ctx, n)
	if n.Statement != nil && fault.Code(err) == "columns_unknown" {
		return s.chooseColumns(n)
	}
	if err != nil {
		return s.refused(err, again)
	}
	return s.compared(x)
}

func cleanForm(form map[string][]string) bool {
	for name, values := range form {
		for _, v := range append(values, name) {
			if !cleanText(v) {
				return false
			}
		}
	}
	return true
}

func fileName(h *multipart.FileHeader) string {
	return filepath.Base(strings.ToValidUTF8(strings.ReplaceAll(h.Filename, `\`, "/"), "?"))
}

// compared leads to a comparison that was made.
func (s *screen) compared(x reconciliation.Reconciliation) error {
	key := "dayend.done"
	if x.Repeated {
		key = "dayend.repeated"
	}
	return s.done(key, "/reconciliation/"+x.ID)
}

func (s *screen) chooseColumns(n reconciliation.NewRun) error {
	kept := n
	kept.Statement = nil
	token, err := s.c.uploads.keep(n.Statement.File, upload{name: n.Statement.Name, user: s.v.User.ID, company: s.id, at: s.c.Clock.Now(), n: kept})
	if err != nil {
		return err
	}
	s.c.redirect(s.w, s.r, with("/reconciliation/columns", "file", token))
	return nil
}

// kept opens the file that waits for its columns.
func (s *screen) kept() (upload, *os.File, error) {
	x, ok := s.c.uploads.get(s.r.FormValue("file"), s.v.User.ID, s.id)
	if !ok {
		return x, nil, fault.New(fault.NotFound, "file_gone", "Dosya artık elimizde değil; yeniden seçin.", "The file is no longer at hand; choose it again.")
	}
	f, err := os.Open(x.path)
	return x, f, err
}

// columnsPage shows the beginning of a file and asks which column holds what.
func columnsPage(s *screen, status int, f *fault.Error) error {
	x, file, err := s.kept()
	if err != nil {
		return err
	}
	defer file.Close()
	st, err := reconciliation.Preview(file, nil)
	if err != nil {
		return s.refused(err, func(status int, f *fault.Error) error { return newComparison(s, status, f) })
	}
	if len(st.Head) == 0 { // no table: nothing is to be chosen
		return s.done("dayend.nocolumns", uploadPath)
	}
	t := ui.TableProps{Caption: x.name}
	var options []ui.Option
	for i, h := range st.Head {
		t.Columns = append(t.Columns, ui.Column{Label: h, Wide: i == 0})
		if strings.TrimSpace(h) != "" {
			options = append(options, ui.Option{Value: h, Label: h})
		}
	}
	for _, cells := range st.Sample {
		row := ui.Row{}
		for i := range st.Head {
			v := ""
			if i < len(cells) {
				v = cells[i]
			}
			row.Cells = append(row.Cells, ui.Txt(v))
		}
		t.Rows = append(t.Rows, row)
	}
	fields := []templ.Component{s.wrong(f), screens.Hidden("file", s.r.FormValue("file"))}
	var pair []templ.Component
	for i, name := range reconciliation.Fields {
		value := st.Columns[name]
		if typed, ok := s.r.PostForm["column."+name]; ok {
			value = typed[0]
		}
		must := name == reconciliation.FieldDate || name == reconciliation.FieldAmount
		p := ui.SelectProps{Name: "column." + name, Label: s.t("dayend.field." + name), Value: value, Options: options, Required: must, Narrow: true}
		if !must {
			p.Blank = s.t("dayend.field.none")
		}
		if pair = append(pair, ui.Select(p)); len(pair) == 2 || i == len(reconciliation.Fields)-1 {
			fields, pair = append(fields, screens.Row(pair...)), nil
		}
	}
	fields = append(fields, ui.Checkbox(ui.CheckboxProps{Name: "save", Label: s.t("dayend.columns.save"), Checked: true}))
	return s.show(status, "dayend.columns", screens.Head(ui.HeadProps{Title: s.t("dayend.columns"), Sub: x.name, Back: &ui.Link{Label: s.t("dayend.new"), Href: uploadPath}}), screens.Para(s.t("dayend.columns.text")),
		screens.Panel(ui.PanelProps{Title: s.t("dayend.columns.sample"), Flush: true}, ui.Table(t)), screens.Form("/reconciliation/columns", fields, ui.Button(ui.ButtonProps{Label: s.t("dayend.compare"), Kind: ui.Primary}), s.cancel(uploadPath)))
}

func compareColumns(s *screen) error {
	x, file, err := s.kept()
	if err != nil {
		return err
	}
	defer file.Close()
	n := x.n
	columns := reconciliation.Columns{}
	for _, name := range reconciliation.Fields {
		if h := s.r.PostForm.Get("column." + name); h != "" {
			columns[name] = h
		}
	}
	n.Statement = &reconciliation.Upload{Name: x.name, File: file, Columns: columns, Save: s.form("save") != ""}
	made, err := s.c.DayEnd.Run(s.ctx, n)
	if err != nil {
		return s.refused(err, func(status int, f *fault.Error) error { return columnsPage(s, status, f) })
	}
	s.c.uploads.drop(s.r.FormValue("file"))
	return s.compared(made)
}
