package console

import (
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/console/screens"
	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/console/ui"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/message"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/pos"
)

func init() {
	registrars = append(registrars, func(c *Console) {
		for _, kind := range []string{"payments", "payment-links"} {
			c.at("payments", "GET /"+kind+"/{id}/sms", company.PaymentsTake, func(s *screen) error { return smsPage(s, http.StatusOK, kind, nil) })
			c.at("payments", "POST /"+kind+"/{id}/sms", company.PaymentsTake, func(s *screen) error { return sendLink(s, kind) })
		}
	})
}

// shared is an address that is sent to a payer.
type shared struct {
	id, back, url, about, phone string
	expires                     time.Time
}

func (s *screen) shared(kind string) (x shared, err error) {
	id := s.r.PathValue("id")
	if kind == "payments" {
		p, err := s.payment()
		if err != nil {
			return x, err
		}
		if !p.Payable() {
			return x, notFound()
		}
		return shared{p.ID, "/payments/" + p.ID, s.c.Payments.PageURL(p), payment.Invitation(s.v.Company.Name, p.Amount, p.Lang), p.PayerPhone, p.ExpiresAt}, nil
	}
	l, err := s.c.Payments.Link(s.ctx, s.id, id)
	if err != nil {
		return x, err
	}
	if s.c.Payments.Open(l) != nil {
		return x, notFound()
	}
	return shared{l.ID, "/payment-links/" + l.ID, s.c.Payments.LinkURL(l), payment.Invitation(s.v.Company.Name, pos.Money{Minor: l.Amount, Currency: l.Currency}, l.Lang), "", l.ExpiresAt}, nil
}

// smsPage asks for the phone and shows the text as it leaves.
func smsPage(s *screen, status int, kind string, f *fault.Error) error {
	x, err := s.shared(kind)
	if err != nil {
		return err
	}
	about, phone := s.form("text"), s.form("phone")
	if f == nil {
		about, phone = x.about, x.phone
	}
	size, err := message.Size(about + " " + x.url)
	if err != nil {
		return err
	}
	return s.show(status, "paysms.title", screens.Ask(ui.ConfirmProps{Title: s.t("paysms.title"), Text: s.t("paysms.note", text.N(s.ctx, "count.part", int64(size.Parts))), Action: x.back + "/sms", Label: s.t("act.send"), Close: x.back},
		s.wrong(f, "phone", "text"), ui.Phone(ui.PhoneProps{Name: "phone", Value: phone, Required: true, Error: s.said(f, "phone")}),
		ui.Field(ui.FieldProps{Name: "text", Label: s.t("paysms.body"), Type: "textarea", Value: about, Required: true, MaxLength: 300, Hint: s.t("paysms.body.hint", x.url), Error: s.said(f, "text")})))
}

func sendLink(s *screen, kind string) error {
	x, err := s.shared(kind)
	if err != nil {
		return err
	}
	about := strings.Join(strings.Fields(s.form("text")), " ")
	m, err := s.c.Messages.Send(s.ctx, message.Note{CompanyID: s.id, OwnerID: x.id, Purpose: "payment_link", Phone: s.form("phone"), Text: about + " " + x.url, Expires: x.expires})
	if err != nil {
		return s.refused(err, func(status int, f *fault.Error) error { return smsPage(s, status, kind, f) })
	}
	if m.Status == message.Failed {
		s.c.flash(s.r, string(ui.Bad), s.t("paysms.failed", m.ErrorText))
		s.c.redirect(s.w, s.r, x.back)
		return nil
	}
	return s.done("paysms.done", x.back)
}

// sentMessages lists the messages about an object, nothing where there are none.
func (s *screen) sentMessages(id string) (templ.Component, error) {
	rows, err := s.c.Messages.OfOwner(s.ctx, s.id, id)
	if err != nil || len(rows) == 0 {
		return templ.NopComponent, err
	}
	t := ui.TableProps{Caption: s.t("nav.messages"), Columns: []ui.Column{{Label: s.t("word.phone"), Wide: true}, {Label: s.t("word.state")}, {Label: s.t("word.date")}}}
	for _, m := range rows {
		to := ui.Cell{Text: text.Phone(m.Recipient), Sub: m.ErrorText}
		if s.can(company.MessagesRead) {
			to.Href = "/messages/" + m.ID
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{to, {Body: ui.StateTag(ui.StateProps{Area: "message", State: string(m.Status)})}, ui.Node(ui.Moment(m.CreatedAt))}})
	}
	return screens.Panel(ui.PanelProps{Title: s.t("nav.messages"), Flush: true}, ui.Table(t)), nil
}
