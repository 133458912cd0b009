package console

import (
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/console/screens"
	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/console/ui"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/pos"
)

func init() {
	registrars = append(registrars, func(c *Console) {
		c.at("payments", "GET /payment-links", company.PaymentsRead, listLinks)
		c.at("payments", "GET /payment-links/new", company.PaymentsTake, func(s *screen) error { return linkPage(s, http.StatusOK, nil) })
		c.at("payments", "POST /payment-links/new", company.PaymentsTake, makeLink)
		c.at("payments", "GET /payment-links/{id}", company.PaymentsRead, showLink)
		c.at("payments", "POST /payment-links/{id}/{turn}", company.PaymentsTake, turnLink)
	})
}

func (s *screen) linkAmount(l payment.Link) string {
	if l.Amount == 0 {
		return s.t("link.open")
	}
	return text.MoneyIn(l.Amount, string(l.Currency))
}

func listLinks(s *screen) error {
	rows, err := s.c.Payments.Links(s.ctx, s.id, s.r.URL.Query().Get("before"), pageSize+1)
	if err != nil {
		return err
	}
	shown, first, next := turn(s.r.URL, rows, func(l payment.Link) string { return l.ID })
	empty := ui.EmptyProps{Icon: "card", Title: s.t("link.empty"), Text: s.t("link.empty.text")}
	var actions []templ.Component
	if s.can(company.PaymentsTake) {
		actions = append(actions, s.addButton(s.t("link.new"), "/payment-links/new"))
		empty.Action = &ui.ButtonProps{Label: s.t("link.new"), Kind: ui.Primary, Href: "/payment-links/new"}
	}
	t := ui.TableProps{Caption: s.t("link.list"), Empty: ui.EmptyState(empty), Columns: []ui.Column{{Label: s.t("payment.description"), Wide: true}, {Label: s.t("payment.amount"), Num: true}, {Label: s.t("link.uses"), Num: true}, {Label: s.t("word.state")}, {Label: s.t("word.date")}}}
	for _, l := range shown {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.A(l.Description, "/payment-links/"+l.ID), ui.Txt(s.linkAmount(l)), ui.Num(l.Uses), ui.Node(s.linkState(l)), ui.Node(ui.Moment(l.CreatedAt))}})
	}
	parts := []templ.Component{screens.Head(ui.HeadProps{Title: s.t("link.list"), Sub: s.t("link.list.text"), Back: &ui.Link{Label: s.t("payment.list"), Href: "/payments"}}, actions...), screens.Panel(ui.PanelProps{Flush: true}, ui.Table(t))}
	if len(shown) > 0 {
		parts = append(parts, ui.Pager(ui.PagerProps{Shown: len(shown), First: first, Next: next}))
	}
	return s.show(http.StatusOK, "link.list", parts...)
}

func (s *screen) linkState(l payment.Link) templ.Component {
	if s.c.Payments.Open(l) != nil {
		return ui.Tag(s.t("link.closed"), ui.Neutral)
	}
	return ui.Tag(s.t("link.on"), ui.Good)
}

func linkPage(s *screen, status int, f *fault.Error) error {
	value := func(name string) string { return s.r.FormValue(name) }
	fields := []templ.Component{
		s.wrong(f, "description", "amount", "least", "max_uses", "expires"),
		ui.Field(ui.FieldProps{Name: "description", Label: s.t("payment.description"), Value: value("description"), Required: true, MaxLength: 200, Autofocus: true, Hint: s.t("payment.description.hint"), Error: s.said(f, "description")}),
		ui.Field(ui.FieldProps{Name: "amount", Label: s.t("payment.amount"), Value: value("amount"), Inputmode: "decimal", Suffix: "TL", Narrow: true, Hint: s.t("link.amount.hint"), Error: s.said(f, "amount")}),
		screens.Row(ui.Field(ui.FieldProps{Name: "least", Label: s.t("link.least"), Value: value("least"), Inputmode: "decimal", Suffix: "TL", Narrow: true, Error: s.said(f, "least")}),
			ui.Field(ui.FieldProps{Name: "most", Label: s.t("link.most"), Value: value("most"), Inputmode: "decimal", Suffix: "TL", Narrow: true})),
		ui.Field(ui.FieldProps{Name: "max_uses", Label: s.t("link.max"), Value: value("max_uses"), Inputmode: "numeric", Narrow: true, Hint: s.t("link.max.hint"), Error: s.said(f, "max_uses")}),
		ui.Field(ui.FieldProps{Name: "expires", Label: s.t("link.until"), Type: "date", Value: value("expires"), Narrow: true, Error: s.said(f, "expires")}),
	}
	return s.show(status, "link.new", screens.Head(ui.HeadProps{Title: s.t("link.new"), Sub: s.t("link.list.text"), Back: &ui.Link{Label: s.t("link.list"), Href: "/payment-links"}}), screens.Form("/payment-links/new", fields, s.save(), s.cancel("/payment-links")))
}

func makeLink(s *screen) error {
	again := func(status int, f *fault.Error) error { return linkPage(s, status, f) }
	l := payment.Link{CompanyID: s.id, Description: s.form("description"), Currency: pos.TRY, Lang: string(text.From(s.ctx))}
	for name, to := range map[string]*int64{"amount": &l.Amount, "least": &l.Least, "most": &l.Most} {
		if typed := s.form(name); typed != "" {
			n, ok := lira(typed)
			if !ok {
				return again(http.StatusUnprocessableEntity, fault.Field(name, "invalid_amount", "Tutarı 1.250,00 gibi yazın.", "Write the amount like 1.250,00."))
			}
			*to = n
		}
	}
	if typed := s.form("max_uses"); typed != "" {
		n, err := strconv.ParseInt(typed, 10, 64)
		if err != nil {
			n = -1
		}
		l.MaxUses = n
	}
	if day := s.form("expires"); day != "" {
		t, err := time.ParseInLocation(time.DateOnly, day, clock.Istanbul)
		if err != nil {
			return again(http.StatusUnprocessableEntity, fault.Field("expires", "invalid_text", "Tarih okunamadı.", "The date could not be read."))
		}
		l.ExpiresAt = t.AddDate(0, 0, 1)
	}
	l, err := s.c.Payments.CreateLink(s.ctx, l)
	if err != nil {
		return s.refused(err, again)
	}
	return s.done("link.made", "/payment-links/"+l.ID)
}

func showLink(s *screen) error {
	l, err := s.c.Payments.Link(s.ctx, s.id, s.r.PathValue("id"))
	if err != nil {
		return err
	}
	totals, err := s.c.Payments.Totals(s.ctx, s.id, payment.Filter{LinkID: l.ID})
	if err != nil {
		return err
	}
	var actions []templ.Component
	if s.can(company.PaymentsTake) {
		turn, label := "off", s.t("link.close")
		if l.Status == "off" {
			turn, label = "on", s.t("link.reopen")
		}
		actions = append(actions, screens.Act("/payment-links/"+l.ID+"/"+turn, ui.ButtonProps{Label: label}))
	}
	url := s.c.Payments.LinkURL(l)
	kv := []ui.KV{{Key: s.t("payment.amount"), Text: s.linkAmount(l)}}
	if l.Least > 0 {
		kv = append(kv, ui.KV{Key: s.t("link.least"), Text: text.Money(l.Least)})
	}
	if l.Most > 0 {
		kv = append(kv, ui.KV{Key: s.t("link.most"), Text: text.Money(l.Most)})
	}
	uses := text.Count(l.Uses)
	if l.MaxUses > 0 {
		uses += " / " + text.Count(l.MaxUses)
	}
	kv = append(kv, ui.KV{Key: s.t("link.uses"), Text: uses})
	if !l.ExpiresAt.IsZero() {
		kv = append(kv, ui.KV{Key: s.t("link.until"), Text: text.Date(l.ExpiresAt.Add(-time.Second))})
	}
	share := []templ.Component{screens.Para(s.t("link.share")), screens.LinkTo(url)}
	if code, err := qrCode(url); err == nil {
		share = append(share, screens.QR(code, s.t("payment.qr")))
	}
	if s.can(company.PaymentsTake) && s.c.Payments.Open(l) == nil {
		share = append(share, ui.Button(ui.ButtonProps{Label: s.t("paysms.title"), Icon: "message", Href: "/payment-links/" + l.ID + "/sms", Dialog: true}))
	}
	sent, err := s.sentMessages(l.ID)
	if err != nil {
		return err
	}
	parts := []templ.Component{screens.Head(ui.HeadProps{Title: l.Description, Sub: l.ID, Back: &ui.Link{Label: s.t("link.list"), Href: "/payment-links"}, State: s.linkState(l)}, actions...)}
	if len(totals) > 0 {
		parts = append(parts, s.totals(totals))
	}
	return s.show(http.StatusOK, l.Description, append(parts, screens.Sides(screens.Panel(ui.PanelProps{Title: s.t("payment.page")}, share...), screens.Panel(ui.PanelProps{Title: s.t("act.details"), More: &ui.Link{Label: s.t("payment.list"), Href: "/payments?link=" + l.ID}}, ui.KeyValue(kv))), sent)...)
}

func turnLink(s *screen) error {
	to := s.r.PathValue("turn")
	if to != "on" && to != "off" {
		return notFound()
	}
	id := s.r.PathValue("id")
	if _, err := s.c.Payments.UpdateLink(s.ctx, s.id, id, func(l *payment.Link) { l.Status = to }); err != nil {
		return err
	}
	return s.done("saved", "/payment-links/"+id)
}
