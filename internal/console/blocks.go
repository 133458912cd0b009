package console

import (
	"net/http"

	"github.com/a-h/templ"

	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/console/screens"
	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/console/ui"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/verification"
)

func init() {
	registrars = append(registrars, func(c *Console) {
		c.settings("GET /settings/blocks", company.AbuseWrite, func(s *screen) error { return blocksPage(s, http.StatusOK, nil) })
		c.settings("GET /settings/blocks/{id}/lift", company.AbuseWrite, func(s *screen) error { return liftPage(s, http.StatusOK, "") })
		c.settings("POST /settings/blocks/{id}/lift", company.AbuseWrite, liftBlock)
		c.settings("POST /settings/safe", company.AbuseWrite, addSafe)
		c.settings("POST /settings/safe/remove", company.AbuseWrite, func(s *screen) error {
			if err := s.c.Verifications.RemoveSafe(s.ctx, s.id, s.form("prefix")); err != nil {
				return err
			}
			return s.done("block.safe.removed", "/settings/blocks")
		})
	})
}

// barsShown is how many number blocks the chart holds.
const barsShown = 12

func blocksPage(s *screen, status int, f *fault.Error) error {
	blocks, err := s.c.Verifications.Blocks(s.ctx, s.id, false)
	if err != nil {
		return err
	}
	safe, err := s.c.Verifications.SafeList(s.ctx, s.id)
	if err != nil {
		return err
	}
	conversions, err := s.c.Verifications.Conversions(s.ctx, s.id)
	if err != nil {
		return err
	}
	form := screens.Form("/settings/safe", []templ.Component{
		s.wrong(f, "prefix", "note"),
		screens.Row(ui.Field(ui.FieldProps{Name: "prefix", Label: s.t("block.prefix"), Value: s.form("prefix"), Required: true, Inputmode: "tel", Hint: s.t("block.prefix.hint"), Error: s.said(f, "prefix")}),
			ui.Field(ui.FieldProps{Name: "note", Label: s.t("word.note"), Value: s.form("note"), MaxLength: 200, Error: s.said(f, "note")})),
	}, ui.Button(ui.ButtonProps{Label: s.t("act.add")}))
	return s.show(status, "set.blocks", s.head(s.t("set.blocks"), s.t("set.blocks.text"), ""),
		heading(s.t("block.title"), s.blockTable(blocks)), heading(s.t("block.conversion"), s.conversionTable(conversions)...),
		heading(s.t("block.safe"), s.safeTable(safe)), screens.Panel(ui.PanelProps{Title: s.t("block.safe.add")}, form))
}

func (s *screen) blockTable(list []verification.Block) templ.Component {
	t := ui.TableProps{Caption: s.t("block.title"), Columns: []ui.Column{{Label: s.t("block.prefix")}, {Label: s.t("word.state")}, {Label: s.t("word.reason"), Wide: true}, {Label: s.t("block.until")}, {Label: s.t("block.lift"), HideLabel: true}},
		Empty: ui.EmptyState(ui.EmptyProps{Icon: "check", Title: s.t("block.empty"), Text: s.t("block.empty.text")})}
	now := s.c.Clock.Now()
	for _, b := range list {
		var state, lift templ.Component = ui.Tag(s.t("block.over"), ui.Neutral), templ.NopComponent
		switch {
		case !b.LiftedAt.IsZero():
			state = ui.Tag(s.t("block.lifted"), ui.Neutral)
		case b.Active(now):
			state = ui.Tag(s.t("block.holds"), ui.Bad)
			if b.Shadow {
				state = ui.Tag(s.t("block.shadow"), ui.Wait)
			}
			lift = ui.Button(ui.ButtonProps{Label: s.t("block.lift"), Small: true, Dialog: true, Href: "/settings/blocks/" + b.ID + "/lift"})
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Txt(b.Prefix), ui.Node(state), ui.Txt(s.t("block.reason", text.Count(int64(b.Starts)), text.Count(int64(b.Approvals)))), ui.Txt(text.Time(b.ExpiresAt)), ui.Node(lift)}})
	}
	return ui.Table(t)
}

func (s *screen) conversionTable(list []verification.Conversion) []templ.Component {
	t := ui.TableProps{Caption: s.t("block.conversion"), Columns: []ui.Column{{Label: s.t("block.prefix"), Wide: true}, {Label: s.t("block.starts"), Num: true}, {Label: s.t("block.approvals"), Num: true}, {Label: s.t("block.percent"), Num: true}},
		Empty: ui.EmptyState(ui.EmptyProps{Icon: "info", Title: s.t("block.conversion.empty"), Text: s.t("block.conversion.empty.text")})}
	bars := ui.BarsProps{Title: s.t("block.bars"), Head: s.t("block.prefix"), Unit: s.t("block.percent")}
	for _, c := range list {
		percent := text.Percent(int64(c.Percent()) * 100)
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Txt(c.Prefix), ui.Num(int64(c.Starts)), ui.Num(int64(c.Approvals)), ui.Txt(percent)}})
		if len(bars.Bars) < barsShown {
			bars.Bars = append(bars.Bars, ui.Bar{Label: c.Prefix, Value: int64(c.Percent()), Shown: percent})
		}
	}
	if len(bars.Bars) == 0 {
		return []templ.Component{ui.Table(t)}
	}
	return []templ.Component{ui.Bars(bars), ui.Table(t)}
}

func (s *screen) safeTable(list []verification.SafeEntry) templ.Component {
	t := ui.TableProps{Caption: s.t("block.safe"), Columns: []ui.Column{{Label: s.t("block.prefix")}, {Label: s.t("word.note"), Wide: true}, {Label: s.t("word.date")}, {Label: s.t("act.remove"), HideLabel: true}},
		Empty: ui.EmptyState(ui.EmptyProps{Icon: "phone", Title: s.t("block.safe.empty"), Text: s.t("block.safe.text")})}
	for _, e := range list {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Txt(text.Phone(e.Prefix)), ui.Txt(e.Note), ui.Txt(text.Date(e.CreatedAt)),
			ui.Node(screens.Act("/settings/safe/remove", ui.ButtonProps{Label: s.t("act.remove"), Small: true, Name: "prefix", Value: e.Prefix}))}})
	}
	return ui.Table(t)
}

// liftPage asks for the reason, which the log keeps.
func liftPage(s *screen, status int, problem string) error {
	blocks, err := s.c.Verifications.Blocks(s.ctx, s.id, true)
	if err != nil {
		return err
	}
	for _, b := range blocks {
		if b.ID == s.r.PathValue("id") {
			return s.show(status, "block.lift", screens.Ask(ui.ConfirmProps{Title: s.t("block.lift.ask", b.Prefix), Text: s.t("block.lift.text"), Action: "/settings/blocks/" + b.ID + "/lift",
				Label: s.t("block.lift"), Close: "/settings/blocks"}, ui.Field(ui.FieldProps{Name: "reason", Label: s.t("word.reason"), Required: true, MaxLength: 200, Error: problem})))
		}
	}
	return notFound()
}

func liftBlock(s *screen) error {
	reason := s.form("reason")
	if n := len([]rune(reason)); n < 3 || n > 200 {
		return liftPage(s, http.StatusUnprocessableEntity, s.t("block.lift.why"))
	}
	if err := s.c.Verifications.LiftBlock(s.ctx, s.id, s.r.PathValue("id"), reason); err != nil {
		return err
	}
	return s.done("block.done", "/settings/blocks")
}

func addSafe(s *screen) error {
	if err := s.c.Verifications.AddSafe(s.ctx, s.id, s.form("prefix"), s.form("note")); err != nil {
		return s.refused(err, func(status int, f *fault.Error) error { return blocksPage(s, status, f) })
	}
	return s.done("block.safe.added", "/settings/blocks")
}
