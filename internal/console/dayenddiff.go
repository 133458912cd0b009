package console

import (
	"strconv"

	"github.com/a-h/templ"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/console/screens"
	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/console/ui"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/reconciliation"
)

// itemPanel is one side of a difference.
func (s *screen) itemPanel(title string, i *reconciliation.Item, ours bool) templ.Component {
	if i == nil {
		return screens.Panel(ui.PanelProps{Title: title}, ui.EmptyState(ui.EmptyProps{Icon: "question", Title: s.t("dayend.side.none")}))
	}
	var kv []ui.KV
	add := func(key, value string, mono bool) {
		if value != "" {
			kv = append(kv, ui.KV{Key: s.t(key), Text: value, Mono: mono})
		}
	}
	add("payment.amount", text.MoneyIn(i.Signed(), string(i.Currency)), false)
	_, when := itemWords(&reconciliation.Item{At: i.At, DateOnly: i.DateOnly})
	add("word.date", when, false)
	add("payment.bankorder", i.OrderID, true)
	add("payment.authcode", i.AuthCode, true)
	add("payment.rrn", i.RRN, true)
	add("payment.reference", i.Reference, true)
	add("payment.batch", i.Batch, true)
	add("dayend.last4", i.Last4, true)
	if i.Told {
		add("dayend.kept", text.MoneyIn(i.Kept, string(i.Currency)), false)
	}
	if i.ValueDay > 0 {
		add("dayend.valueday", dateOf(i.ValueDay), false)
	}
	if i.Line > 0 {
		add("dayend.line", strconv.Itoa(i.Line), false)
	}
	switch {
	case ours && len(i.Ref) > 4 && i.Ref[:4] == "pay_":
		kv = append(kv, ui.KV{Key: s.t("dayend.ref"), Text: s.t("act.details"), Href: "/payments/" + i.Ref})
	case !ours:
		add("dayend.linetext", i.Ref, false)
	}
	return screens.Panel(ui.PanelProps{Title: title}, ui.KeyValue(kv))
}

// differencePage is a difference with the one form that settles it.
func differencePage(s *screen, status int, f *fault.Error) error {
	d, err := s.c.DayEnd.Finding(s.ctx, s.id, s.r.PathValue("id"))
	if err != nil {
		return err
	}
	x, err := s.c.DayEnd.Get(s.ctx, s.id, d.ReconciliationID)
	if err != nil {
		return err
	}
	expected, found := s.amounts(d)
	parts := []templ.Component{screens.Head(ui.HeadProps{Title: s.t("dayend.kind." + d.Kind), Sub: span(x), Back: &ui.Link{Label: s.t("dayend.differences"), Href: "/reconciliation/" + x.ID}, State: s.findingState(d).Body}),
		screens.Para(s.t("dayend.kind."+d.Kind+".text", expected, found)),
		screens.Sides(s.itemPanel(s.t("dayend.ours."+x.Subject), d.Ours, true), s.itemPanel(s.t("dayend.bank"), d.Theirs, false))}
	action := "/reconciliation-differences/" + d.ID
	if x.Status == reconciliation.Open && s.can(company.DayEndWrite) {
		form, err := s.settleForm(x, d, action, f)
		if err != nil {
			return err
		}
		parts = append(parts, form)
	}
	history, err := s.c.Log.List(s.ctx, audit.Filter{CompanyID: s.id, ObjectID: d.ID, Limit: 100})
	if err != nil {
		return err
	}
	told, err := s.c.told(s.r, history)
	if err != nil {
		return err
	}
	if len(told) > 0 {
		parts = append(parts, screens.Panel(ui.PanelProps{Title: s.t("word.history")}, ui.Timeline(told)))
	}
	return s.show(status, "dayend.kind."+d.Kind, parts...)
}

// settleForm asks what is to become of a difference, as it stands.
func (s *screen) settleForm(x reconciliation.Reconciliation, d reconciliation.Finding, action string, f *fault.Error) (templ.Component, error) {
	fields := []templ.Component{s.wrong(f, "reason", "with")}
	do := func(v string) templ.Component { return screens.Hidden("do", v) }
	switch d.State {
	case "proposed":
		return screens.Panel(ui.PanelProps{Title: s.t("dayend.confirm")}, append(fields, screens.Para(s.t("dayend.confirm.text", s.named(d.ProposedBy), s.t("dayend.resolution."+d.Resolution), d.Reason)),
			screens.Form(action, nil, ui.Button(ui.ButtonProps{Label: s.t("act.confirm"), Kind: ui.Primary, Name: "do", Value: "confirm"}), ui.Button(ui.ButtonProps{Label: s.t("act.reject"), Name: "do", Value: "reject"})))...), nil
	case reconciliation.Closed:
		if d.Resolution == reconciliation.Entered || d.Resolution == reconciliation.Later {
			return templ.NopComponent, nil
		}
		return screens.Panel(ui.PanelProps{Title: s.t("dayend.diff.reopen")}, screens.Form(action, append(fields, do("reopen"), s.reasonField(f, s.t("dayend.reason"), "reason", true)), ui.Button(ui.ButtonProps{Label: s.t("dayend.diff.reopen")}))), nil
	}
	options := []ui.Option{{Value: "explain", Label: s.t("dayend.settle.explain"), Hint: s.t("dayend.settle.explain.text")}}
	if d.Kind == reconciliation.MissingHere && x.Subject == reconciliation.Collections {
		options = append(options, ui.Option{Value: "enter", Label: s.t("dayend.settle.enter"), Hint: s.t("dayend.settle.enter.text")})
	}
	partners, err := s.c.DayEnd.Partners(s.ctx, d)
	if err != nil {
		return nil, err
	}
	for _, p := range partners {
		i := p.Ours
		if i == nil {
			i = p.Theirs
		}
		what, sub := itemWords(i)
		options = append(options, ui.Option{Value: "match:" + p.ID, Label: s.t("dayend.settle.match", what), Hint: text.MoneyIn(i.Signed(), string(i.Currency)) + " · " + sub})
	}
	chosen := s.form("do")
	if chosen == "" {
		chosen = "explain"
	}
	fields = append(fields, ui.RadioGroup(ui.RadioProps{Name: "do", Label: s.t("dayend.settle"), Value: chosen, Options: options, Required: true}), s.reasonField(f, s.t("dayend.reason"), "reason", true))
	return screens.Panel(ui.PanelProps{}, screens.Form(action, fields, ui.Button(ui.ButtonProps{Label: s.t("act.save"), Kind: ui.Primary}), s.cancel("/reconciliation/"+d.ReconciliationID))), nil
}

func settleDifference(s *screen) error {
	id, reason := s.r.PathValue("id"), s.form("reason")
	var d reconciliation.Finding
	var err error
	switch do := s.form("do"); {
	case do == "explain":
		d, err = s.c.DayEnd.Explain(s.ctx, s.id, id, reason)
	case do == "enter":
		d, err = s.c.DayEnd.Enter(s.ctx, s.id, id, reason)
	case do == "reopen":
		d, err = s.c.DayEnd.Reopen(s.ctx, s.id, id, reason)
	case do == "confirm", do == "reject":
		d, err = s.c.DayEnd.Confirm(s.ctx, s.id, id, do == "confirm")
	case len(do) > 6 && do[:6] == "match:":
		d, err = s.c.DayEnd.Match(s.ctx, s.id, id, do[6:], reason)
	default:
		err = fault.Field("do", "choice_missing", "Ne yapılacağını seçin.", "Choose what to do.")
	}
	if err != nil {
		return s.refused(err, func(status int, f *fault.Error) error { return differencePage(s, status, f) })
	}
	if d.State == "proposed" {
		return s.done("dayend.proposed.done", "/reconciliation/"+d.ReconciliationID)
	}
	return s.done("saved", "/reconciliation/"+d.ReconciliationID)
}
