package console

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/console/screens"
	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/console/ui"
)

func init() {
	registrars = append(registrars, func(c *Console) {
		c.settings("GET /settings/audit", company.AuditRead, listAudit)
		c.settings("GET /settings/status", company.SettingsRead, showStatus)
	})
}

// auditShown is a page of the log.
const auditShown = 50

// auditAreas are the beginnings of kinds by which the log is narrowed.
var auditAreas = []string{"user.", "company.", "api_key.", "provider_account.", "pos_account.", "template.", "webhook_endpoint.", "customer.", "verification.", "message.", "payment.", "payment_rules.", "payment_link.", "prefix.", "safe_list."}

// names tells the people of the company by id.
func (s *screen) names() (map[string]string, error) {
	list, err := s.c.Companies.Users(s.ctx, s.id)
	if err != nil {
		return nil, err
	}
	out := map[string]string{audit.System: s.t("word.system")}
	for _, m := range list {
		out[m.ID] = m.Name
	}
	return out, nil
}

func named(names map[string]string, id string) string {
	if n := names[id]; n != "" {
		return n
	}
	return id
}

// kindName says an event's kind in words; a kind without words of its own is shown as it is.
func (s *screen) kindName(kind string) string {
	if key := "event." + kind; text.Has(key) {
		return s.t(key)
	}
	return kind
}

// day reads the date of a filter: the beginning of that day in Istanbul. What is no date is no bound.
func day(typed string) (time.Time, string) {
	t, err := time.ParseInLocation(time.DateOnly, typed, clock.Istanbul)
	if err != nil {
		return time.Time{}, ""
	}
	return t, typed
}

func listAudit(s *screen) error {
	q := s.r.URL.Query()
	f := audit.Filter{CompanyID: s.id, ObjectID: strings.TrimSpace(q.Get("object")), Kind: q.Get("kind"), Actor: q.Get("who"), Limit: auditShown}
	from, to := q.Get("from"), q.Get("to")
	f.From, from = day(from)
	if f.To, to = day(to); !f.To.IsZero() {
		f.To = f.To.AddDate(0, 0, 1) // the last day is meant whole
	}
	here := func(more ...string) string {
		return with("/settings/audit", append([]string{"kind", f.Kind, "who", f.Actor, "from", from, "to", to}, more...)...)
	}
	f.Before, _ = strconv.ParseInt(q.Get("before"), 10, 64) // what is not a number begins at the newest
	list, err := s.c.Log.List(s.ctx, f)
	if err != nil {
		return err
	}
	names, err := s.names()
	if err != nil {
		return err
	}
	t := ui.TableProps{Caption: s.t("set.audit"), Columns: []ui.Column{{Label: s.t("audit.when")}, {Label: s.t("word.by")}, {Label: s.t("audit.what"), Wide: true}, {Label: s.t("audit.object")}, {Label: s.t("word.raw")}},
		Empty: ui.EmptyState(ui.EmptyProps{Icon: "clock", Title: s.t("audit.empty"), Text: s.t("audit.empty.text")})}
	for _, e := range list {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Txt(text.TimeExact(e.At)), ui.Txt(named(names, e.Actor)), {Text: s.kindName(e.Kind), Sub: e.Reason},
			{Text: named(names, e.ObjectID), Href: with("/settings/audit", "object", e.ObjectID)}, ui.Node(ui.Raw(ui.RawProps{Body: e.Data}))}})
	}
	pager := ui.PagerProps{Shown: len(list)}
	if len(list) == auditShown {
		pager.Next = here("object", f.ObjectID, "before", strconv.FormatInt(list[len(list)-1].Seq, 10))
	}
	if f.Before > 0 {
		pager.First = here("object", f.ObjectID)
	}
	members, err := s.c.Companies.Users(s.ctx, s.id)
	if err != nil {
		return err
	}
	people := []ui.Option{{Value: audit.System, Label: s.t("word.system")}}
	for _, m := range members {
		people = append(people, ui.Option{Value: m.ID, Label: m.Name})
	}
	bar := ui.FilterBarProps{Action: "/settings/audit"}
	if f.ObjectID != "" {
		bar.Chips = []ui.Chip{{Label: named(names, f.ObjectID), Href: here()}}
		bar.Clear = "/settings/audit"
	}
	filters := screens.Filters(bar,
		ui.Select(ui.SelectProps{Name: "who", Label: s.t("word.by"), Value: f.Actor, Options: people, Blank: s.t("word.all")}),
		ui.Select(ui.SelectProps{Name: "kind", Label: s.t("audit.what"), Value: f.Kind, Options: s.options("audit.area.", auditAreas...), Blank: s.t("word.all")}),
		ui.Field(ui.FieldProps{Name: "from", Label: s.t("word.from"), Type: "date", Value: from}),
		ui.Field(ui.FieldProps{Name: "to", Label: s.t("word.to"), Type: "date", Value: to}),
		ui.Field(ui.FieldProps{Name: "object", Label: s.t("audit.object"), Value: f.ObjectID}))
	return s.show(http.StatusOK, "set.audit", s.head(s.t("set.audit"), s.t("set.audit.text"), ""), filters, screens.Panel(ui.PanelProps{Flush: true}, ui.Table(t)), ui.Pager(pager))
}

func showStatus(s *screen) error {
	providers, err := s.providerTable()
	if err != nil {
		return err
	}
	seal, err := s.c.Log.Sealed(s.ctx)
	if err != nil {
		return err
	}
	sealed := s.t("status.seal.none")
	if seal.ID > 0 {
		sealed = s.t("status.seal.n", text.Count(seal.ID), text.Count(seal.Last))
	}
	facts := []ui.KV{{Key: s.t("status.engine"), Text: engineName(seal.Engine)}, {Key: s.t("status.clock"), Text: text.TimeExact(s.c.Clock.Now())},
		{Key: s.t("status.seal"), Text: sealed}, {Key: s.t("status.seal.hash"), Text: seal.Hash, Mono: true}}
	return s.show(http.StatusOK, "set.status", s.head(s.t("set.status"), s.t("set.status.text"), ""),
		screens.Panel(ui.PanelProps{Title: s.t("set.providers"), Flush: true}, providers),
		screens.Panel(ui.PanelProps{Title: s.t("status.system")}, ui.KeyValue(facts), screens.Note(s.t("status.seal.text"))))
}

func engineName(engine string) string {
	if engine == "postgres" {
		return "PostgreSQL"
	}
	return "SQLite"
}

// heading is a part of a page with a table that reaches its edges.
func heading(title string, parts ...templ.Component) templ.Component {
	return screens.Panel(ui.PanelProps{Title: title, Flush: true}, parts...)
}
