package console

import (
	"net/http"
	"strconv"
	"strings"
	"unicode"

	"github.com/a-h/templ"

	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/console/screens"
	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/console/ui"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/webhook"
)

func init() {
	registrars = append(registrars, func(c *Console) {
		c.settings("GET /settings/webhooks", company.WebhooksWrite, listHooks)
		c.settings("POST /settings/webhooks", company.WebhooksWrite, addHook)
		c.settings("GET /settings/webhooks/{id}", company.WebhooksWrite, showHook)
		c.settings("GET /settings/webhooks/{id}/{act}", company.WebhooksWrite, askHook)
		c.settings("POST /settings/webhooks/{id}/{act}", company.WebhooksWrite, changeHook)
		c.settings("POST /settings/deliveries/{id}/replay", company.WebhooksWrite, func(s *screen) error {
			d, err := s.c.Webhooks.Replay(s.ctx, s.id, s.r.PathValue("id"))
			if err != nil {
				return err
			}
			return s.done("hook.replayed", "/settings/webhooks/"+d.EndpointID)
		})
	})
}

func listHooks(s *screen) error { return hooksPage(s, http.StatusOK, nil) }

func kindList(in string) []string {
	return strings.FieldsFunc(in, func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
}

func hooksPage(s *screen, status int, f *fault.Error) error {
	list, err := s.c.Webhooks.List(s.ctx, s.id)
	if err != nil {
		return err
	}
	t := ui.TableProps{Caption: s.t("set.webhooks"), Columns: []ui.Column{{Label: s.t("hook.url"), Wide: true}, {Label: s.t("hook.kinds")}, {Label: s.t("word.state")}},
		Empty: ui.EmptyState(ui.EmptyProps{Icon: "globe", Title: s.t("hook.empty"), Text: s.t("hook.empty.text")})}
	for _, e := range list {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.A(e.URL, "/settings/webhooks/"+e.ID), ui.Txt(s.kinds(e)), ui.Node(s.hookTag(e))}})
	}
	form := screens.Form("/settings/webhooks", []templ.Component{
		s.wrong(f, "url", "kinds"),
		ui.Field(ui.FieldProps{Name: "url", Label: s.t("hook.url"), Type: "url", Value: s.form("url"), Required: true, Placeholder: "https://", Error: s.said(f, "url")}),
		ui.Field(ui.FieldProps{Name: "kinds", Label: s.t("hook.kinds"), Value: s.form("kinds"), Hint: s.t("hook.kinds.hint", "verification.*, customer.created"), Error: s.said(f, "kinds")}),
	}, ui.Button(ui.ButtonProps{Label: s.t("act.add"), Kind: ui.Primary}))
	return s.show(status, "set.webhooks", s.head(s.t("set.webhooks"), s.t("set.webhooks.text"), ""), s.once(s.t("hook.secret"), s.t("hook.secret.once")),
		screens.Panel(ui.PanelProps{Flush: true}, ui.Table(t)), screens.Panel(ui.PanelProps{Title: s.t("hook.new")}, form))
}

func (s *screen) kinds(e webhook.Endpoint) string {
	if len(e.Kinds) == 0 {
		return s.t("word.all")
	}
	return strings.Join(e.Kinds, ", ")
}

func (s *screen) hookTag(e webhook.Endpoint) templ.Component {
	if e.Enabled {
		return ui.Tag(s.t("user.active"), ui.Good)
	}
	return ui.Tag(s.t("hook.off"), ui.Wait)
}

func addHook(s *screen) error {
	_, secret, err := s.c.Webhooks.Create(s.ctx, s.id, s.form("url"), kindList(s.form("kinds")))
	if err != nil {
		return s.refused(err, func(status int, f *fault.Error) error { return hooksPage(s, status, f) })
	}
	s.c.sessions.Put(s.ctx, keyNewKey, secret)
	return s.done("hook.added", "/settings/webhooks")
}

// deliveriesShown is a page of deliveries.
const deliveriesShown = 50

func showHook(s *screen) error {
	e, err := s.c.Webhooks.Get(s.ctx, s.id, s.r.PathValue("id"))
	if err != nil {
		return err
	}
	path := "/settings/webhooks/" + e.ID
	list, err := s.c.Webhooks.Deliveries(s.ctx, s.id, e.ID, s.r.URL.Query().Get("before"), deliveriesShown)
	if err != nil {
		return err
	}
	t := ui.TableProps{Caption: s.t("hook.deliveries"), Columns: []ui.Column{{Label: s.t("audit.when")}, {Label: s.t("hook.event")}, {Label: s.t("word.state")}, {Label: s.t("hook.tries"), Num: true},
		{Label: s.t("hook.answer"), Wide: true}, {Label: s.t("hook.replay"), HideLabel: true}}, Empty: ui.EmptyState(ui.EmptyProps{Icon: "globe", Title: s.t("hook.none"), Text: s.t("hook.none.text")})}
	states := map[string]string{webhook.Pending: "pending", webhook.Delivered: "done", webhook.Failed: "failed"}
	pager := ui.PagerProps{Shown: len(list)}
	for _, d := range list {
		answer := d.Answer
		if d.HTTPStatus > 0 {
			answer = strconv.Itoa(d.HTTPStatus) + " " + answer
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: text.TimeExact(d.CreatedAt), Sub: d.ID}, ui.Txt(d.Kind), ui.Node(ui.StateTag(ui.StateProps{Area: "webhook", State: states[d.Status]})),
			ui.Num(int64(d.Tries)), ui.Txt(answer), ui.Node(screens.Act("/settings/deliveries/"+d.ID+"/replay", ui.ButtonProps{Label: s.t("hook.replay"), Small: true}))}})
	}
	if len(list) == deliveriesShown {
		pager.Next = with(path, "before", list[len(list)-1].ID)
	}
	if s.r.URL.Query().Get("before") != "" {
		pager.First = path
	}
	actions := []templ.Component{s.hookTag(e)}
	if e.Enabled {
		actions = append(actions, screens.Act(path+"/test", ui.ButtonProps{Label: s.t("act.test")}), s.asks("hook.rotate", path+"/secret"), s.asks("hook.disable", path+"/off"))
	} else {
		actions = append(actions, screens.Act(path+"/on", ui.ButtonProps{Label: s.t("act.enable"), Kind: ui.Primary}))
	}
	return s.show(http.StatusOK, e.URL, s.head(e.URL, s.kinds(e), "/settings/webhooks", actions...), s.once(s.t("hook.secret"), s.t("hook.secret.once")),
		screens.Panel(ui.PanelProps{Title: s.t("hook.deliveries"), Flush: true}, ui.Table(t)), ui.Pager(pager))
}

// askHook asks once before deliveries stop or can no longer be checked.
func askHook(s *screen) error {
	e, err := s.c.Webhooks.Get(s.ctx, s.id, s.r.PathValue("id"))
	if err != nil {
		return err
	}
	key, ok := map[string]string{"secret": "hook.rotate", "off": "hook.disable"}[s.r.PathValue("act")]
	if !ok {
		return notFound()
	}
	return s.ask(key, e.URL, "/settings/webhooks/"+e.ID, s.r.PathValue("act"))
}

func changeHook(s *screen) error {
	id, svc := s.r.PathValue("id"), s.c.Webhooks
	to, done := "/settings/webhooks/"+id, "saved"
	var err error
	switch s.r.PathValue("act") {
	case "on", "off":
		on := s.r.PathValue("act") == "on"
		_, err = svc.Update(s.ctx, s.id, id, func(e *webhook.Endpoint) error { e.Enabled = on; return nil })
	case "secret":
		var secret string
		if secret, err = svc.RotateSecret(s.ctx, s.id, id); err == nil {
			s.c.sessions.Put(s.ctx, keyNewKey, secret)
		}
	case "test":
		_, err = svc.Test(s.ctx, s.id, id)
		done = "hook.tested"
	default:
		err = notFound()
	}
	if err != nil {
		return err
	}
	return s.done(done, to)
}
