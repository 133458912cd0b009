package console

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"image/png"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/console/paypage"
	"github.com/onay/onay/internal/console/screens"
	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/console/ui"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/pos"
)

func init() {
	registrars = append(registrars, func(c *Console) {
		page := func(pattern string, perm company.Permission, h func(*screen) error) {
			c.at("payments", pattern, perm, h)
		}
		page("GET /payments", company.PaymentsRead, listPayments)
		page("GET /payments/export", company.PaymentsRead, exportPayments)
		page("GET /payments/new", company.PaymentsTake, func(s *screen) error { return newPaymentPage(s, http.StatusOK, nil) })
		page("POST /payments/new", company.PaymentsTake, makePayment)
		page("GET /payments/{id}", company.PaymentsRead, showPayment)
		page("GET /payments/{id}/receipt", company.PaymentsRead, paymentReceipt)
		page("GET /payments/{id}/card", company.PaymentsTake, func(s *screen) error { return cardPage(s, http.StatusOK, nil) })
		page("POST /payments/{id}/card", company.PaymentsTake, payByPhone)
		for _, kind := range []string{payment.Capture, payment.Void, payment.Refund} {
			perm := company.PaymentsRefund
			if kind == payment.Capture {
				perm = company.PaymentsTake
			}
			page("GET /payments/{id}/"+kind, perm, func(s *screen) error { return operationPage(s, http.StatusOK, kind, nil) })
			page("POST /payments/{id}/"+kind, perm, func(s *screen) error { return operate(s, kind) })
		}
		page("GET /payments/{id}/decide/{operation}", company.PaymentsRefund, func(s *screen) error { return decidePage(s, http.StatusOK, nil) })
		page("POST /payments/{id}/decide/{operation}", company.PaymentsRefund, decideRefund)
		page("GET /payments/{id}/resolve", company.PaymentsRefund, func(s *screen) error { return resolvePage(s, http.StatusOK, nil) })
		page("POST /payments/{id}/resolve", company.PaymentsRefund, resolvePayment)
	})
}

// wantedPayments reads the filter of the list out of the address.
func (s *screen) wantedPayments() payment.Filter {
	q := s.r.URL.Query()
	f := payment.Filter{Search: strings.TrimSpace(q.Get("q")), Status: payment.Status(q.Get("status")), AccountID: q.Get("account"), LinkID: q.Get("link"), Before: q.Get("before"), Limit: pageSize + 1}
	if f.Amount = amountIn(f.Search); f.Amount > 0 {
		f.Search = ""
	}
	if !slices.Contains(payment.Statuses, f.Status) {
		f.Status = ""
	}
	if t, err := time.ParseInLocation(time.DateOnly, q.Get("from"), clock.Istanbul); err == nil {
		f.From = t
	}
	if t, err := time.ParseInLocation(time.DateOnly, q.Get("to"), clock.Istanbul); err == nil {
		f.To = t.AddDate(0, 0, 1)
	}
	return f
}

func (s *screen) accountNames() (map[string]string, []ui.Option, error) {
	accounts, err := s.c.Payments.Accounts(s.ctx, s.id)
	names := map[string]string{}
	var options []ui.Option
	for _, a := range accounts {
		names[a.ID] = a.Name
		options = append(options, ui.Option{Value: a.ID, Label: a.Name})
	}
	return names, options, err
}

func listPayments(s *screen) error {
	f := s.wantedPayments()
	rows, err := s.c.Payments.List(s.ctx, s.id, f)
	if err != nil {
		return err
	}
	sums := f
	if sums.From.IsZero() && f.Search == "" && f.Amount == 0 && f.LinkID == "" { // all of a shop's life is no sum that anybody asks for
		sums.From = s.c.Clock.Now().AddDate(0, 0, -30)
	}
	totals, err := s.c.Payments.Totals(s.ctx, s.id, sums)
	if err != nil {
		return err
	}
	names, accounts, err := s.accountNames()
	if err != nil {
		return err
	}
	shown, first, next := turn(s.r.URL, rows, func(p payment.Payment) string { return p.ID })
	actions := []templ.Component{ui.Button(ui.ButtonProps{Label: s.t("paystats.title"), Href: "/payments/summary"}), ui.Button(ui.ButtonProps{Label: s.t("link.list"), Href: "/payment-links"})}
	empty := ui.EmptyProps{Icon: "card", Title: s.t("payment.empty"), Text: s.t("payment.empty.text")}
	if s.can(company.PaymentsTake) {
		actions = append(actions, s.addButton(s.t("payment.new"), "/payments/new"))
		empty.Action = &ui.ButtonProps{Label: s.t("payment.new"), Kind: ui.Primary, Href: "/payments/new"}
		if len(accounts) == 0 && s.can(company.ProvidersWrite) {
			empty.Text, empty.Action = s.t("payment.empty.account"), &ui.ButtonProps{Label: s.t("pos.new"), Kind: ui.Primary, Href: "/settings/pos/new"}
		}
	}
	q := s.r.URL.Query()
	filtered := f.Search != "" || f.Amount > 0 || f.Status != "" || f.AccountID != "" || f.LinkID != "" || !f.From.IsZero() || !f.To.IsZero()
	chosen := s.chosenColumns()
	t := ui.TableProps{Caption: s.t("payment.list"), Empty: ui.EmptyState(empty), Columns: []ui.Column{{Label: s.t("payment.what"), Wide: true}}}
	for _, c := range chosen {
		t.Columns = append(t.Columns, ui.Column{Label: s.t(c.label), Num: c.num})
	}
	if filtered {
		t.Empty = ui.EmptyState(ui.EmptyProps{Icon: "search", Title: s.t("payment.none"), Action: &ui.ButtonProps{Label: s.t("act.clear"), Href: "/payments"}})
	}
	for _, p := range shown {
		row := ui.Row{Cells: []ui.Cell{{Text: s.about(p), Href: "/payments/" + p.ID, Sub: p.PayerName}}}
		for _, c := range chosen {
			row.Cells = append(row.Cells, c.cell(s, p, names))
		}
		if p.Status == payment.Unknown {
			row.Tone = ui.Bad
		}
		t.Rows = append(t.Rows, row)
	}
	parts := []templ.Component{screens.Head(ui.HeadProps{Title: s.t("payment.list")}, actions...)}
	if len(totals) > 0 {
		if !sums.From.Equal(f.From) {
			parts = append(parts, screens.Note(s.t("payment.lastdays")))
		}
		parts = append(parts, s.totals(totals))
	}
	parts = append(parts, screens.Filters(ui.FilterBarProps{Action: "/payments", Clear: "/payments", Export: with2("/payments/export", s.r.URL.Query(), "format", "xlsx")},
		ui.Field(ui.FieldProps{Name: "q", Label: s.t("payment.search"), Type: "search", Value: strings.TrimSpace(q.Get("q")), MaxLength: 80}),
		ui.Select(ui.SelectProps{Name: "status", Label: s.t("word.state"), Value: string(f.Status), Blank: s.t("word.all"), Options: s.statuses()}),
		ui.Select(ui.SelectProps{Name: "account", Label: s.t("payment.account"), Value: f.AccountID, Blank: s.t("word.all"), Options: accounts}),
		ui.Field(ui.FieldProps{Name: "from", Label: s.t("payment.from"), Type: "date", Value: q.Get("from")}),
		ui.Field(ui.FieldProps{Name: "to", Label: s.t("payment.to"), Type: "date", Value: q.Get("to")}), s.columnChoices(chosen)),
		screens.Panel(ui.PanelProps{Flush: true}, ui.Table(t)))
	if len(shown) > 0 {
		parts = append(parts, ui.Pager(ui.PagerProps{Shown: len(shown), First: first, Next: next}))
	}
	return s.show(http.StatusOK, "payment.list", parts...)
}

// listColumn is a column of the list that may be chosen.
type listColumn struct {
	key, label string
	num, usual bool
	cell       func(s *screen, p payment.Payment, names map[string]string) ui.Cell
}

// listColumns are those beside the first, which is always there.
var listColumns = []listColumn{
	{"amount", "payment.amount", true, true, func(s *screen, p payment.Payment, _ map[string]string) ui.Cell {
		c := ui.Cell{Text: text.MoneyIn(p.Amount.Minor, string(p.Amount.Currency))}
		if p.Refunded > 0 && p.Status != payment.Voided {
			c.Sub = s.t("payment.back", text.MoneyIn(p.Refunded, string(p.Amount.Currency)))
		}
		return c
	}},
	{"state", "word.state", false, true, func(s *screen, p payment.Payment, _ map[string]string) ui.Cell {
		tag := ui.StateTag(ui.StateProps{Area: "payment", State: string(p.Status)})
		if p.DeclineCode != "" && !p.Status.Paid() {
			tag = screens.Stack(tag, screens.Note(p.DeclineCode.Text(string(text.From(s.ctx)))))
		}
		return ui.Node(tag)
	}},
	{"card", "payment.card", false, true, func(_ *screen, p payment.Payment, _ map[string]string) ui.Cell {
		return ui.Cell{Text: masked(p.CardMasked), Sub: p.CardBank}
	}},
	{"account", "payment.account", false, true, func(s *screen, p payment.Payment, names map[string]string) ui.Cell {
		c := ui.Cell{Text: names[p.AccountID]}
		if p.Test {
			c.Sub = s.t("payment.test")
		}
		return c
	}},
	{"authcode", "payment.authcode", false, true, func(_ *screen, p payment.Payment, _ map[string]string) ui.Cell { return ui.Txt(p.AuthCode) }},
	{"rrn", "payment.rrn", false, false, func(_ *screen, p payment.Payment, _ map[string]string) ui.Cell { return ui.Txt(p.RRN) }},
	{"reference", "payment.reference", false, false, func(_ *screen, p payment.Payment, _ map[string]string) ui.Cell { return ui.Txt(p.ReferenceCode) }},
	{"bankorder", "payment.bankorder", false, false, func(_ *screen, p payment.Payment, _ map[string]string) ui.Cell { return ui.Txt(p.BankOrderID) }},
	{"installments", "payment.installments", true, false, func(_ *screen, p payment.Payment, _ map[string]string) ui.Cell {
		return ui.Num(int64(max(1, p.Installments)))
	}},
	{"captured", "payment.captured", true, false, func(_ *screen, p payment.Payment, _ map[string]string) ui.Cell {
		return ui.Txt(text.MoneyIn(p.Captured, string(p.Amount.Currency)))
	}},
	{"source", "payment.source", false, false, func(s *screen, p payment.Payment, _ map[string]string) ui.Cell {
		return ui.Txt(s.t("payment.source." + p.Source))
	}},
	{"date", "word.date", false, true, func(_ *screen, p payment.Payment, _ map[string]string) ui.Cell {
		return ui.Node(ui.Moment(p.CreatedAt))
	}},
}

// chosenColumns are those of the address, which a saved address brings back, or the usual ones.
func (s *screen) chosenColumns() (out []listColumn) {
	wanted := s.r.URL.Query()["col"]
	for _, c := range listColumns {
		if slices.Contains(wanted, c.key) || len(wanted) == 0 && c.usual {
			out = append(out, c)
		}
	}
	return out
}

func (s *screen) columnChoices(chosen []listColumn) templ.Component {
	var boxes []templ.Component
	for _, c := range listColumns {
		boxes = append(boxes, ui.Checkbox(ui.CheckboxProps{Name: "col", ID: "col-" + c.key, Label: s.t(c.label), Value: c.key, Checked: slices.ContainsFunc(chosen, func(x listColumn) bool { return x.key == c.key })}))
	}
	return screens.Folded(s.t("payment.columns"), false, screens.Choices(s.t("payment.columns"), boxes...))
}

func (s *screen) statuses() (out []ui.Option) {
	for _, x := range payment.Statuses {
		out = append(out, ui.Option{Value: string(x), Label: s.t("state.payment." + string(x))})
	}
	return out
}

// totals are the sums of what the filter finds, by currency.
func (s *screen) totals(rows []payment.Total) templ.Component {
	type sum struct{ net, back, paid, refused int64 }
	by := map[pos.Currency]*sum{}
	var order []pos.Currency
	for _, t := range rows {
		x := by[t.Currency]
		if x == nil {
			x = &sum{}
			by[t.Currency], order = x, append(order, t.Currency)
		}
		x.net += t.Captured - t.Refunded
		x.back += t.Refunded
		switch {
		case t.Status.Paid():
			x.paid += t.Count
		case t.Status == payment.Declined, t.Status == payment.Failed, t.Status == payment.Expired:
			x.refused += t.Count
		}
	}
	var parts []templ.Component
	for _, c := range order {
		x := by[c]
		parts = append(parts, ui.Stat(ui.StatProps{Label: s.t("payment.net"), Value: text.MoneyIn(x.net, string(c))}), ui.Stat(ui.StatProps{Label: s.t("payment.given"), Value: text.MoneyIn(x.back, string(c))}),
			ui.Stat(ui.StatProps{Label: s.t("payment.count"), Value: text.Count(x.paid)}), ui.Stat(ui.StatProps{Label: s.t("payment.refused"), Value: text.Count(x.refused)}))
	}
	return screens.Tiles(parts...)
}

// about names a payment for people.
func (s *screen) about(p payment.Payment) string {
	switch {
	case p.OrderReference != "":
		return p.OrderReference
	case p.Description != "":
		return p.Description
	}
	return s.t("payment.one")
}

// masked writes a masked card number as people read it.
func masked(m string) string {
	if len(m) < 12 {
		return ""
	}
	return strings.ReplaceAll(text.Card(m[:6], m[len(m)-4:]), " ", "\u00a0")
}

func paymentReceipt(s *screen) error {
	p, err := s.payment()
	if err != nil {
		return err
	}
	if p.PaidAt.IsZero() {
		return notFound()
	}
	var b bytes.Buffer
	if err := paypage.Receipt(&b, s.v.Company.Name, p, text.From(s.ctx)); err != nil {
		return err
	}
	paypage.SendPDF(s.w, "makbuz-"+p.BankOrderID+".pdf", b.Bytes())
	return nil
}

// exportColumns are those of the export, by their names in the catalogue.
var exportColumns = []string{"word.date", "payment.order", "payment.payer", "payment.amount", "payment.currency", "payment.captured", "payment.given", "word.state", "payment.installments", "payment.surcharge", "payment.card", "payment.cardbank", "payment.account",
	"payment.authcode", "payment.rrn", "payment.reference", "payment.bankorder", "payment.reason", "payment.bankcode"}

// exportPayments writes what the filter finds: as a spreadsheet with real dates and numbers, or as CSV as spreadsheet programs here read it
// (semicolons, decimal comma, with a byte order mark).
func exportPayments(s *screen) error {
	names, _, err := s.accountNames()
	if err != nil {
		return err
	}
	f := s.wantedPayments()
	f.Before, f.Limit = "", 1000
	var head []string
	for _, k := range exportColumns {
		head = append(head, s.t(k))
	}
	name := "tahsilatlar-" + s.c.Clock.Now().In(clock.Istanbul).Format("20060102-1504")
	write := writeCSV
	if s.r.URL.Query().Get("format") == "xlsx" {
		write = writeXLSX
	}
	lang := string(text.From(s.ctx))
	return write(s, name, head, func(row func(...any) error) error {
		for {
			rows, err := s.c.Payments.List(s.ctx, s.id, f)
			if err != nil {
				return err
			}
			for _, p := range rows {
				if err := row(p.CreatedAt, p.OrderReference, p.PayerName, money(p.Amount.Minor), string(p.Amount.Currency), money(p.Captured), money(p.Refunded), s.t("state.payment."+string(p.Status)), max(1, p.Installments), money(p.Surcharge),
					masked(p.CardMasked), p.CardBank, names[p.AccountID], p.AuthCode, p.RRN, p.ReferenceCode, p.BankOrderID, p.DeclineCode.Text(lang), p.BankCode); err != nil {
					return err
				}
			}
			if len(rows) < f.Limit {
				return nil
			}
			f.Before = rows[len(rows)-1].ID
		}
	})
}

// lira reads an amount as people here type it.
func lira(s string) (int64, bool) { return text.ParseAmount(s) }

// newPaymentPage is Online Tahsilat: what is to be paid, by whom.
func newPaymentPage(s *screen, status int, f *fault.Error) error {
	_, accounts, err := s.accountNames()
	if err != nil {
		return err
	}
	value := func(name string) string { return s.r.FormValue(name) }
	fields := []templ.Component{
		s.wrong(f, "amount", "description", "order_reference", "customer.name", "customer.email", "phone", "pos_account"),
		ui.Field(ui.FieldProps{Name: "amount", Label: s.t("payment.amount"), Value: value("amount"), Required: true, Inputmode: "decimal", Suffix: "TL", Narrow: true, Autofocus: true, Error: s.said(f, "amount"), Placeholder: "1.250,00"}),
		ui.Field(ui.FieldProps{Name: "description", Label: s.t("payment.description"), Value: value("description"), MaxLength: 200, Hint: s.t("payment.description.hint"), Error: s.said(f, "description")}),
		ui.Field(ui.FieldProps{Name: "order_reference", Label: s.t("payment.order"), Value: value("order_reference"), MaxLength: 64, Hint: s.t("payment.order.hint"), Error: s.said(f, "order_reference")}),
		ui.Field(ui.FieldProps{Name: "name", Label: s.t("payment.payer"), Value: value("name"), MaxLength: 100, Error: s.said(f, "customer.name")}),
		ui.Phone(ui.PhoneProps{Name: "phone", Value: value("phone"), Error: s.said(f, "phone")}),
		ui.Field(ui.FieldProps{Name: "email", Label: s.t("payment.email"), Type: "email", Value: value("email"), MaxLength: 100, Error: s.said(f, "customer.email")}),
		ui.Select(ui.SelectProps{Name: "installments", Label: s.t("payment.installments"), Value: value("installments"), Narrow: true, Options: s.installments()}),
		ui.Select(ui.SelectProps{Name: "account", Label: s.t("payment.account"), Value: value("account"), Blank: s.t("payment.account.auto"), Options: accounts, Error: s.said(f, "pos_account")}),
	}
	return s.show(status, "payment.new", screens.Head(ui.HeadProps{Title: s.t("payment.new"), Sub: s.t("payment.new.text"), Back: &ui.Link{Label: s.t("payment.list"), Href: "/payments"}}),
		screens.Form("/payments/new", fields, ui.Button(ui.ButtonProps{Label: s.t("payment.link"), Kind: ui.Primary}), ui.Button(ui.ButtonProps{Label: s.t("payment.byphone"), Name: "then", Value: "card"}), s.cancel("/payments")))
}

func (s *screen) installments() (out []ui.Option) {
	out = append(out, ui.Option{Value: "1", Label: s.t("payment.single")})
	for n := 2; n <= 12; n++ {
		out = append(out, ui.Option{Value: strconv.Itoa(n), Label: s.t("payment.times", n)})
	}
	return out
}

func makePayment(s *screen) error {
	again := func(status int, f *fault.Error) error { return newPaymentPage(s, status, f) }
	amount, ok := lira(s.form("amount"))
	if !ok {
		return again(http.StatusUnprocessableEntity, fault.Field("amount", "invalid_amount", "Tutarı 1.250,00 gibi yazın.", "Write the amount like 1.250,00."))
	}
	n := payment.NewPayment{CompanyID: s.id, Amount: pos.Money{Minor: amount, Currency: pos.TRY}, Installments: max(1, s.number("installments")), Description: s.form("description"), OrderReference: s.form("order_reference"), PayerName: s.form("name"),
		PayerEmail: s.form("email"), PayerPhone: s.form("phone"), AccountID: s.form("account"), Lang: string(text.From(s.ctx)), Source: "console"}
	p, err := s.c.Payments.Create(s.ctx, n)
	if err != nil {
		return s.refused(err, again)
	}
	if s.form("then") == "card" {
		s.c.redirect(s.w, s.r, "/payments/"+p.ID+"/card")
		return nil
	}
	return s.done("payment.made", "/payments/"+p.ID)
}

// payment reads the payment of the address.
func (s *screen) payment() (payment.Payment, error) {
	return s.c.Payments.Get(s.ctx, s.id, s.r.PathValue("id"))
}

func showPayment(s *screen) error {
	p, err := s.payment()
	if err != nil {
		return err
	}
	names, _, err := s.accountNames()
	if err != nil {
		return err
	}
	ops, err := s.c.Payments.Operations(s.ctx, s.id, p.ID)
	if err != nil {
		return err
	}
	attempts, err := s.c.Payments.Attempts(s.ctx, s.id, p.ID)
	if err != nil {
		return err
	}
	exchanges, err := s.c.Payments.Exchanges(s.ctx, s.id, p.ID)
	if err != nil {
		return err
	}
	rows, err := s.c.Log.List(s.ctx, audit.Filter{CompanyID: s.id, ObjectID: p.ID, Limit: 200})
	if err != nil {
		return err
	}
	history, err := s.c.told(s.r, rows)
	if err != nil {
		return err
	}
	lang, base := string(text.From(s.ctx)), "/payments/"+p.ID
	var actions []templ.Component
	act := func(key, to string, kind ui.Kind) {
		actions = append(actions, ui.Button(ui.ButtonProps{Label: s.t(key), Kind: kind, Href: base + to, Dialog: true}))
	}
	busy := slices.ContainsFunc(ops, func(o payment.Operation) bool {
		return o.State == payment.OpSending || o.State == payment.OpUnknown || o.State == payment.OpQueued || o.State == payment.OpAsked
	})
	if s.can(company.PaymentsTake) && p.Payable() {
		actions = append(actions, ui.Button(ui.ButtonProps{Label: s.t("payment.byphone"), Href: base + "/card"}))
	}
	if !p.PaidAt.IsZero() {
		actions = append(actions, ui.Button(ui.ButtonProps{Label: s.t("pay.receipt"), Icon: "download", Href: base + "/receipt"}))
	}
	if s.can(company.PaymentsTake) && p.Status == payment.Authorized && !busy {
		act("payment.capture", "/capture", ui.Primary)
	}
	lost := slices.ContainsFunc(ops, func(o payment.Operation) bool { return o.State == payment.OpUnknown })
	if s.can(company.PaymentsRefund) && lost {
		act("payment.resolve", "/resolve", ui.Secondary)
	}
	if s.can(company.PaymentsRefund) && !busy {
		switch p.Status {
		case payment.Authorized:
			act("payment.void", "/void", ui.Danger)
		case payment.Captured, payment.PartlyBack:
			act("payment.refund", "/refund", ui.Danger)
		case payment.Unknown:
			act("payment.resolve", "/resolve", ui.Secondary)
		}
	}
	parts := []templ.Component{screens.Head(ui.HeadProps{Title: s.about(p), Sub: p.ID, Back: &ui.Link{Label: s.t("payment.list"), Href: "/payments"}, State: ui.StateTag(ui.StateProps{Area: "payment", State: string(p.Status)}),
		Lead: ui.Money(ui.MoneyProps{Minor: p.Amount.Minor, Currency: string(p.Amount.Currency), Large: true, Struck: p.Status == payment.Voided || p.Status == payment.Refunded})}, actions...)}
	if p.Test {
		parts = append(parts, ui.Callout(ui.CalloutProps{Tone: ui.Info, Text: s.t("payment.test.text")}))
	}
	switch {
	case lost:
		parts = append(parts, ui.Callout(ui.CalloutProps{Tone: ui.Wait, Title: s.t("state.operation.unknown"), Text: s.t("payment.op.unknown")}))
	case p.Status == payment.Unknown:
		parts = append(parts, ui.Callout(ui.CalloutProps{Tone: ui.Wait, Title: s.t("state.payment.unknown"), Text: s.t("payment.unknown.text")}))
	case p.DeclineCode != "" && !p.Status.Paid() && (p.Status == payment.Declined || p.Status == payment.Failed):
		said := p.DeclineCode.Text(lang)
		if p.BankCode != "" {
			said = s.t("pos.test.code", said, p.BankCode)
		}
		if p.Payable() {
			said += " " + s.t("payment.another")
		}
		parts = append(parts, ui.Callout(ui.CalloutProps{Tone: ui.Bad, Title: s.t("state.payment." + string(p.Status)), Text: said}))
	}
	if p.Payable() {
		url := s.c.Payments.PageURL(p)
		link := []templ.Component{screens.Para(s.t("payment.page.text", text.Time(p.ExpiresAt))), screens.LinkTo(url)}
		if code, err := qrCode(url); err == nil {
			link = append(link, screens.QR(code, s.t("payment.qr")))
		}
		if s.can(company.PaymentsTake) {
			link = append(link, ui.Button(ui.ButtonProps{Label: s.t("paysms.title"), Icon: "message", Href: base + "/sms", Dialog: true}))
		}
		parts = append(parts, screens.Panel(ui.PanelProps{Title: s.t("payment.page")}, link...))
	}
	sent, err := s.sentMessages(p.ID)
	if err != nil {
		return err
	}
	parts = append(parts, sent)
	money := func(n int64) string { return text.MoneyIn(n, string(p.Amount.Currency)) }
	kv := []ui.KV{}
	add := func(key, value string, mono bool) {
		if value != "" {
			kv = append(kv, ui.KV{Key: s.t(key), Text: value, Mono: mono})
		}
	}
	if p.Captured > 0 {
		add("payment.captured", money(p.Captured), false)
	}
	if p.Refunded > 0 {
		add("payment.given", money(p.Refunded), false)
	}
	if p.Surcharge > 0 {
		add("payment.surcharge", money(p.Surcharge), false)
	}
	if p.Installments > 1 {
		add("payment.installments", s.t("payment.times", p.Installments), false)
	}
	add("payment.card", masked(p.CardMasked), false)
	add("payment.account", names[p.AccountID], false)
	add("payment.cardbank", p.CardBank, false)
	if p.Route != "" {
		add("payment.route", s.t("payment.route."+p.Route), false)
	}
	add("payment.order", p.OrderReference, false)
	add("payment.description", p.Description, false)
	add("payment.payer", p.PayerName, false)
	if p.PayerPhone != "" {
		add("word.phone", text.Phone(p.PayerPhone), false)
	}
	add("payment.email", p.PayerEmail, false)
	add("payment.bankorder", p.BankOrderID, true)
	add("payment.authcode", p.AuthCode, true)
	add("payment.rrn", p.RRN, true)
	add("payment.reference", p.ReferenceCode, true)
	add("payment.batch", p.BatchNumber, true)
	if !p.PaidAt.IsZero() {
		add("payment.paidat", text.TimeExact(p.PaidAt), false)
	}
	add("payment.source", s.t("payment.source."+p.Source), false)
	left := []templ.Component{screens.Panel(ui.PanelProps{Title: s.t("act.details")}, ui.KeyValue(kv))}
	if len(ops) > 0 {
		t := ui.TableProps{Caption: s.t("payment.operations"), Columns: []ui.Column{{Label: s.t("payment.operation")}, {Label: s.t("payment.amount"), Num: true}, {Label: s.t("word.state")}, {Label: s.t("word.date")}}}
		for _, o := range ops {
			what := ui.Cell{Text: s.t("payment.kind." + o.Kind), Sub: o.Reason}
			state := ui.Cell{Body: ui.StateTag(ui.StateProps{Area: "operation", State: o.State})}
			if o.State == payment.OpRefused && o.Result.Code != "" {
				what.Sub = o.Result.Code.Text(lang)
			}
			if o.State == payment.OpAsked {
				what.Sub = s.t("payment.asked", s.named(o.CreatedBy))
				if s.can(company.PaymentsRefund) {
					state.Body = screens.Stack(state.Body, ui.Button(ui.ButtonProps{Label: s.t("payment.decide"), Small: true, Href: base + "/decide/" + o.ID, Dialog: true}))
				}
			}
			if o.State == payment.OpQueued {
				what.Sub = s.t("payment.queued", text.Time(o.AskAt))
			}
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{what, ui.Txt(money(o.Amount)), state, ui.Node(ui.Moment(o.CreatedAt))}})
		}
		left = append(left, screens.Panel(ui.PanelProps{Title: s.t("payment.operations"), Flush: true}, ui.Table(t)))
	}
	if len(attempts) > 0 {
		t := ui.TableProps{Caption: s.t("payment.attempts"), Columns: []ui.Column{{Label: s.t("payment.card")}, {Label: s.t("word.state")}, {Label: s.t("payment.account"), Wide: true}, {Label: s.t("word.date")}}}
		for _, a := range attempts {
			card := ui.Cell{Text: masked(a.CardMasked), Sub: a.OrderID}
			account := ui.Cell{Text: names[a.AccountID], Sub: s.t("payment.model." + string(a.Model))}
			if a.Result.Code != "" {
				account.Sub = a.Result.Code.Text(lang)
			}
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{card, {Body: ui.StateTag(ui.StateProps{Area: "attempt", State: string(a.State)})}, account, ui.Node(ui.Moment(a.CreatedAt))}})
		}
		left = append(left, screens.Panel(ui.PanelProps{Title: s.t("payment.attempts"), Flush: true}, ui.Table(t)))
	}
	if len(exchanges) > 0 && s.can(company.AuditRead) {
		var raw []templ.Component
		for _, x := range exchanges {
			body := x.URL + "\n\n" + x.Request + "\n\n" + strconv.Itoa(x.Status) + " · " + strconv.FormatInt(x.Took.Milliseconds(), 10) + " ms\n\n" + x.Response + x.Error
			raw = append(raw, ui.Raw(ui.RawProps{Title: text.TimeExact(x.At), Body: body}))
		}
		left = append(left, screens.Panel(ui.PanelProps{Title: s.t("payment.exchanges")}, raw...))
	}
	parts = append(parts, screens.Sides(screens.Stack(left...), screens.Panel(ui.PanelProps{Title: s.t("word.history")}, ui.Timeline(history))))
	return s.show(http.StatusOK, s.about(p), parts...)
}

// qrCode is the picture of an address.
func qrCode(s string) (string, error) {
	code, err := qr.Encode(s, qr.M, qr.Auto)
	if err != nil {
		return "", err
	}
	if code, err = barcode.Scale(code, 240, 240); err != nil {
		return "", err
	}
	var b bytes.Buffer
	if err := png.Encode(&b, code); err != nil {
		return "", err
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

// cardPage takes the card that a payer says on the telephone.
func cardPage(s *screen, status int, f *fault.Error) error {
	p, err := s.payment()
	if err != nil {
		return err
	}
	base := "/payments/" + p.ID
	if !p.Payable() {
		s.c.redirect(s.w, s.r, base)
		return nil
	}
	fields := []templ.Component{
		s.wrong(f, "number", "expiry", "cvv"),
		screens.Hidden("try", strings.ToLower(rand.Text())),
		ui.Field(ui.FieldProps{Name: "number", Label: s.t("pay.number"), Required: true, Inputmode: "numeric", Autocomplete: "off", MaxLength: 23, Autofocus: true, Error: s.said(f, "number")}),
		ui.Field(ui.FieldProps{Name: "expiry", Label: s.t("pay.expiry"), Required: true, Inputmode: "numeric", Autocomplete: "off", MaxLength: 9, Placeholder: s.t("pay.expiry.form"), Narrow: true, Value: s.form("expiry"), Error: s.said(f, "expiry")}),
		ui.Field(ui.FieldProps{Name: "cvv", Label: s.t("pay.cvv"), Inputmode: "numeric", Autocomplete: "off", MaxLength: 4, Narrow: true, Hint: s.t("payment.cvv.hint"), Error: s.said(f, "cvv")}),
	}
	return s.show(status, "payment.byphone", screens.Head(ui.HeadProps{Title: s.t("payment.byphone"), Sub: s.about(p), Back: &ui.Link{Label: s.t("nav.back"), Href: base}, Lead: ui.Money(ui.MoneyProps{Minor: p.Amount.Minor, Currency: string(p.Amount.Currency), Large: true})}),
		ui.Callout(ui.CalloutProps{Tone: ui.Info, Text: s.t("payment.byphone.text")}), screens.Form(base+"/card", fields, ui.Button(ui.ButtonProps{Label: s.t("pay.do", text.MoneyIn(p.Amount.Minor, string(p.Amount.Currency))), Kind: ui.Primary}), s.cancel(base)))
}

func payByPhone(s *screen) error {
	again := func(status int, f *fault.Error) error { return cardPage(s, status, f) }
	p, err := s.payment()
	if err != nil {
		return err
	}
	card, err := paypage.ReadCard(s.r.PostForm, true)
	s.r.PostForm.Del("number")
	s.r.PostForm.Del("cvv")
	s.r.Form.Del("number")
	s.r.Form.Del("cvv")
	if err != nil {
		return s.refused(err, again)
	}
	_, form, err := s.c.Payments.Pay(s.ctx, p.Token, payment.Input{Card: card, TryKey: s.form("try"), MOTO: true, ClientIP: s.c.ClientIP(s.r)})
	if err != nil {
		return s.refused(err, again)
	}
	if form != nil {
		return fault.New(fault.Conflict, "secure3d_needed", "Bu banka hesabı yalnızca 3-D Secure ile çalışıyor; ödeme sayfasının bağlantısını gönderin.", "This account works with 3-D Secure only; send the link of the pay page.")
	}
	s.c.redirect(s.w, s.r, "/payments/"+p.ID)
	return nil
}

// operationPage asks before money moves, saying the sum.
func operationPage(s *screen, status int, kind string, f *fault.Error) error {
	p, err := s.payment()
	if err != nil {
		return err
	}
	base := "/payments/" + p.ID
	most := p.Rest()
	if p.Status == payment.Authorized {
		most = p.Amount.Minor
	}
	if most == 0 {
		s.c.redirect(s.w, s.r, base)
		return nil
	}
	sum := text.MoneyIn(most, string(p.Amount.Currency))
	fields := []templ.Component{s.wrong(f, "amount")}
	if kind != payment.Void {
		value := s.form("amount")
		if value == "" {
			value = text.Amount(most)
		}
		fields = append(fields, ui.Field(ui.FieldProps{Name: "amount", Label: s.t("payment.amount"), Value: value, Inputmode: "decimal", Suffix: "TL", Narrow: true, Required: true, Hint: s.t("payment.most", sum), Error: s.said(f, "amount")}))
	}
	fields = append(fields, ui.Field(ui.FieldProps{Name: "reason", Label: s.t("payment.why"), Value: s.form("reason"), MaxLength: 300}))
	return s.show(status, "payment."+kind, screens.Ask(ui.ConfirmProps{Title: s.t("payment."+kind+".ask", sum), Text: s.t("payment." + kind + ".text"), Action: base + "/" + kind, Label: s.t("payment." + kind), Danger: kind != payment.Capture, Close: base,
		Fields: map[string]string{"once": strings.ToLower(rand.Text())}}, fields...))
}

func operate(s *screen, kind string) error {
	again := func(status int, f *fault.Error) error { return operationPage(s, status, kind, f) }
	p, err := s.payment()
	if err != nil {
		return err
	}
	o := payment.NewOperation{Kind: kind, Once: s.form("once"), Reason: s.form("reason")}
	if kind != payment.Void {
		amount, ok := lira(s.form("amount"))
		if !ok {
			return again(http.StatusUnprocessableEntity, fault.Field("amount", "invalid_amount", "Tutarı 1.250,00 gibi yazın.", "Write the amount like 1.250,00."))
		}
		o.Amount = amount
	}
	_, op, err := s.c.Payments.Operate(s.ctx, s.id, p.ID, o)
	if err != nil {
		return s.refused(err, again)
	}
	return s.carried(op, "/payments/"+p.ID)
}

// named is the name of whoever acted.
func (s *screen) named(actor string) string {
	users, err := s.c.Companies.Users(s.ctx, s.id)
	if err != nil {
		return actor
	}
	names := map[string]string{}
	for _, u := range users {
		names[u.ID] = u.Name
	}
	return s.c.who(s.r, names, actor)
}

// waitingRefund finds the refund of the address that waits for a second person.
func (s *screen) waitingRefund() (payment.Payment, payment.Operation, error) {
	p, err := s.payment()
	if err != nil {
		return p, payment.Operation{}, err
	}
	ops, err := s.c.Payments.Operations(s.ctx, s.id, p.ID)
	if err != nil {
		return p, payment.Operation{}, err
	}
	for _, o := range ops {
		if o.ID == s.r.PathValue("operation") {
			return p, o, nil
		}
	}
	return p, payment.Operation{}, notFound()
}

// decidePage asks the second person.
func decidePage(s *screen, status int, f *fault.Error) error {
	p, o, err := s.waitingRefund()
	if err != nil {
		return err
	}
	base := "/payments/" + p.ID
	sum := text.MoneyIn(o.Amount, string(p.Amount.Currency))
	return s.show(status, "payment.decide", screens.Ask(ui.ConfirmProps{Title: s.t("payment.decide.ask", sum), Text: s.t("payment.decide.text", s.about(p), s.named(o.CreatedBy), o.Reason), Action: base + "/decide/" + o.ID, Label: s.t("act.save"), Close: base},
		s.wrong(f), ui.RadioGroup(ui.RadioProps{Name: "approve", Label: s.t("payment.decide"), Required: true, Inline: true, Options: []ui.Option{{Value: "yes", Label: s.t("payment.decide.yes")}, {Value: "no", Label: s.t("payment.decide.no")}}})))
}

func decideRefund(s *screen) error {
	again := func(status int, f *fault.Error) error { return decidePage(s, status, f) }
	p, o, err := s.waitingRefund()
	if err != nil {
		return err
	}
	word := s.form("approve")
	if word != "yes" && word != "no" {
		return again(http.StatusUnprocessableEntity, fault.New(fault.Invalid, "choice_missing", "Onaylayın ya da reddedin.", "Approve or reject."))
	}
	_, op, err := s.c.Payments.Approve(s.ctx, s.id, p.ID, o.ID, word == "yes")
	if err != nil {
		return s.refused(err, again)
	}
	if word == "no" {
		return s.done("saved", "/payments/"+p.ID)
	}
	return s.carried(op, "/payments/"+p.ID)
}

// carried tells what became of an operation that was sent.
func (s *screen) carried(op payment.Operation, to string) error {
	if op.State != payment.OpRefused {
		return s.done("payment.op."+op.State, to)
	}
	said := op.Result.Code.Text(string(text.From(s.ctx)))
	if op.Result.BankCode != "" {
		said = s.t("pos.test.code", said, op.Result.BankCode)
	}
	s.c.flash(s.r, string(ui.Bad), s.t("payment.op.refused", said))
	s.c.redirect(s.w, s.r, to)
	return nil
}

// resolvePage asks a person what the bank's own panel says.
func resolvePage(s *screen, status int, f *fault.Error) error {
	p, err := s.payment()
	if err != nil {
		return err
	}
	base := "/payments/" + p.ID
	answers := []ui.Option{{Value: "yes", Label: s.t("payment.resolve.paid")}, {Value: "no", Label: s.t("payment.resolve.unpaid")}}
	if p.Status != payment.Unknown { // a capture, a void or a refund
		answers = []ui.Option{{Value: "yes", Label: s.t("payment.resolve.done")}, {Value: "no", Label: s.t("payment.resolve.undone")}}
	}
	return s.show(status, "payment.resolve", screens.Ask(ui.ConfirmProps{Title: s.t("payment.resolve"), Text: s.t("payment.resolve.text", p.BankOrderID), Action: base + "/resolve", Label: s.t("act.save"), Close: base},
		s.wrong(f, "note"),
		ui.RadioGroup(ui.RadioProps{Name: "paid", Label: s.t("payment.resolve.what"), Value: s.form("paid"), Required: true, Options: answers}),
		ui.Field(ui.FieldProps{Name: "note", Label: s.t("payment.resolve.note"), Type: "textarea", Value: s.form("note"), Required: true, MaxLength: 500, Error: s.said(f, "note")})))
}

func resolvePayment(s *screen) error {
	again := func(status int, f *fault.Error) error { return resolvePage(s, status, f) }
	paid := s.form("paid")
	if paid != "yes" && paid != "no" {
		return again(http.StatusUnprocessableEntity, fault.New(fault.Invalid, "choice_missing", "Bankanın panelinde ne gördüğünüzü seçin.", "Choose what the bank's panel says."))
	}
	if _, err := s.c.Payments.Resolve(s.ctx, s.id, s.r.PathValue("id"), paid == "yes", s.form("note")); err != nil {
		return s.refused(err, again)
	}
	return s.done("saved", "/payments/"+s.r.PathValue("id"))
}
