package api

import (
	"bytes"
	"context"
	"strconv"
	"time"

	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/reconciliation"
)

// maxStatement bounds the body that carries a statement: about 24 MB of file in Base64.
const maxStatement = 32 << 20

// Reconciliation is a comparison of some days of an account with what the bank says.
type Reconciliation struct {
	ID              string                 `json:"id"`
	PosAccount      string                 `json:"pos_account"`
	Subject         string                 `json:"subject" enum:"collections,payouts"`
	From            string                 `json:"from" doc:"First day, YYYY-MM-DD."`
	Until           string                 `json:"until" doc:"Last day."`
	Source          string                 `json:"source" enum:"bank,file"`
	FileName        string                 `json:"file_name,omitempty"`
	Status          string                 `json:"status" enum:"open,closed,replaced" doc:"replaced: by a later one of the same days."`
	Pairs           int64                  `json:"pairs"`
	Differences     int64                  `json:"differences"`
	OpenDifferences int64                  `json:"open_differences"`
	Summary         reconciliation.Summary `json:"summary"`
	Note            string                 `json:"note,omitempty"`
	Repeated        bool                   `json:"repeated,omitempty" doc:"The same file had been compared before; nothing was changed."`
	CreatedBy       string                 `json:"created_by"`
	CreatedAt       time.Time              `json:"created_at"`
	ClosedBy        string                 `json:"closed_by,omitempty"`
	ClosedAt        *time.Time             `json:"closed_at"`
}

// NewReconciliation asks for a comparison.
type NewReconciliation struct {
	PosAccount  string            `json:"pos_account" maxLength:"80"`
	Subject     string            `json:"subject,omitempty" enum:"collections,payouts" doc:"collections (default): our payments with the bank's transactions. payouts: what the contract says is to come with the bank account's statement."`
	From        string            `json:"from,omitempty" maxLength:"10" doc:"First day, YYYY-MM-DD; needed without a statement, else its own days by default."`
	Until       string            `json:"until,omitempty" maxLength:"10" doc:"Last day; the first by default."`
	Statement   []byte            `json:"statement,omitempty" doc:"A file of the bank: CSV, XLSX, camt.053 or MT940, at most 24 MB. Left out, the bank is asked for its own list."`
	FileName    string            `json:"file_name,omitempty" maxLength:"200"`
	Columns     map[string]string `json:"columns,omitempty" doc:"Headings of CSV and XLSX by field, where they are not recognized: date, time, amount, kind, order_id, reference_code, rrn, auth_code, card, batch, commission, tax, fee, net, value_date, currency."`
	SaveColumns bool              `json:"save_columns,omitempty" doc:"Remember the columns for this bank."`
}

// ReconciliationDifference is what a person has to look at.
type ReconciliationDifference struct {
	ID             string               `json:"id"`
	Reconciliation string               `json:"reconciliation"`
	PosAccount     string               `json:"pos_account"`
	Kind           string               `json:"kind" enum:"missing_here,missing_at_bank,amount,commission,value_date,duplicate"`
	Ours           *reconciliation.Item `json:"ours"`
	Bank           *reconciliation.Item `json:"bank"`
	Expected       int64                `json:"expected" doc:"Kuruş, refunds below zero; for value_date days since 1 January 1970."`
	Found          int64                `json:"found" doc:"As expected."`
	Currency       string               `json:"currency"`
	State          string               `json:"state" enum:"open,proposed,closed" doc:"proposed: it waits for a second person."`
	Resolution     string               `json:"resolution,omitempty" enum:"explained,entered,matched,later"`
	Reason         string               `json:"reason,omitempty"`
	Partner        string               `json:"partner,omitempty" doc:"What it was matched with, entered as, or found in later."`
	ProposedBy     string               `json:"proposed_by,omitempty"`
	ClosedBy       string               `json:"closed_by,omitempty"`
	ClosedAt       *time.Time           `json:"closed_at"`
}

// DayState tells where a day of an account stands.
type DayState struct {
	PosAccount      string `json:"pos_account"`
	Day             string `json:"day"`
	State           string `json:"state" enum:"quiet,waiting,failed,open,balanced,closed" doc:"quiet: nothing moved. waiting: nothing was compared yet. failed: the bank's list could not be had. open: differences are open."`
	Reconciliation  string `json:"reconciliation,omitempty"`
	OpenDifferences int64  `json:"open_differences"`
	Movements       int64  `json:"movements" doc:"Ours."`
	Sum             int64  `json:"sum" doc:"Ours, kuruş of TRY; refunds below zero."`
	Message         string `json:"message,omitempty" doc:"Why the bank's list could not be had, in the language of Accept-Language."`
}

// ExpectedPayout is what the contract of an account says is to come on a day.
type ExpectedPayout struct {
	reconciliation.Expected
	Net int64 `json:"net"`
}

// Reason goes with what a person, or a program for one, decides.
type Reason struct {
	Reason string `json:"reason" minLength:"3" maxLength:"500"`
}

// MatchWith names the other half of a movement.
type MatchWith struct {
	With   string `json:"with" maxLength:"80" doc:"Id of a difference of the other side."`
	Reason string `json:"reason" minLength:"3" maxLength:"500"`
}

// TakeApart names a pair.
type TakeApart struct {
	Position int64  `json:"position" minimum:"0"`
	Reason   string `json:"reason" minLength:"3" maxLength:"500"`
}

// ClosingNote may go with a closed day.
type ClosingNote struct {
	Note string `json:"note,omitempty" maxLength:"500"`
}

func viewReconciliation(x reconciliation.Reconciliation) Reconciliation {
	return Reconciliation{ID: x.ID, PosAccount: x.AccountID, Subject: x.Subject, From: x.From.String(), Until: x.Until.String(), Source: x.Source, FileName: x.FileName, Status: x.Status, Pairs: x.Pairs, Differences: x.Differences,
		OpenDifferences: x.OpenDifferences, Summary: x.Summary, Note: x.Note, Repeated: x.Repeated, CreatedBy: x.CreatedBy, CreatedAt: x.CreatedAt, ClosedBy: x.ClosedBy, ClosedAt: when(x.ClosedAt)}
}

func viewDifference(f reconciliation.Finding) ReconciliationDifference {
	return ReconciliationDifference{ID: f.ID, Reconciliation: f.ReconciliationID, PosAccount: f.AccountID, Kind: f.Kind, Ours: f.Ours, Bank: f.Theirs, Expected: f.Expected, Found: f.Found, Currency: string(f.Currency), State: f.State,
		Resolution: f.Resolution, Reason: f.Reason, Partner: f.Partner, ProposedBy: f.ProposedBy, ClosedBy: f.ClosedBy, ClosedAt: when(f.ClosedAt)}
}

var (
	exampleDay            = clock.DayOf(exampleTime)
	exampleReconciliation = Reconciliation{ID: "rec_01936c2e-7f7a-7c2b-9d56-3b0f6b0a7e21", PosAccount: examplePosAccount.ID, Subject: "collections", From: exampleDay.String(), Until: exampleDay.String(), Source: "bank", Status: "open", Pairs: 412, Differences: 1, OpenDifferences: 1,
		Summary: reconciliation.Summary{Currencies: []reconciliation.Totals{{Currency: "TRY", Ours: 412, OursSum: 61750000, Theirs: 413, TheirsSum: 61900000, Sales: 62000000, Refunds: -250000, Kept: 1228825, Expected: 1228825, ToldByBank: 413}},
			By: map[string]int64{"order_id": 412}, Kinds: map[string]int64{"missing_here": 1}}, CreatedBy: exampleKey.ID, CreatedAt: exampleTime}
	exampleDifference = ReconciliationDifference{ID: "dif_01936c2e-7f7a-7c2b-9d56-3b0f6b0a7e21", Reconciliation: exampleReconciliation.ID, PosAccount: examplePosAccount.ID, Kind: "missing_here",
		Bank: &reconciliation.Item{Line: 17, Kind: reconciliation.Sale, Minor: 150000, Currency: "TRY", At: exampleTime, OrderID: "ELDEN-42", AuthCode: "123456", Last4: "0005"}, Found: 150000, Currency: "TRY", State: "open"}
)

// day reads a day of a request, 0 for none.
func day(field, v string) (clock.Day, error) {
	if v == "" {
		return 0, nil
	}
	d, err := clock.ParseDay(v)
	if err != nil {
		return 0, fault.Field(field, "invalid_day", "Gün YYYY-AA-GG biçiminde yazılır.", "A day is written YYYY-MM-DD.")
	}
	return d, nil
}

// days reads the days of a query; without them, those from before to after around today.
func (d *door) days(from, until string, before, after clock.Day) (a, b clock.Day, err error) {
	if a, err = day("from", from); err != nil {
		return
	}
	if b, err = day("until", until); err != nil {
		return
	}
	today := clock.DayOf(d.Clock.Now())
	if a == 0 {
		a = today - before
	}
	if b == 0 {
		b = max(a, today+after)
	}
	if b < a || b-a > 366 {
		err = fault.Field("until", "too_many_days", "En çok 366 gün sorulur; son gün ilk günden önce olamaz.", "At most 366 days are told; the last one is not before the first.")
	}
	return
}

func (d *door) dayEnd() {
	scope, tag := "dayend", "Day end"
	locked := []code{missing, {"day_closed", 409}}
	newInput := func(c *caller, b NewReconciliation) (n reconciliation.NewRun, err error) {
		n = reconciliation.NewRun{CompanyID: c.company, AccountID: b.PosAccount, Subject: b.Subject}
		if n.From, err = day("from", b.From); err != nil {
			return n, err
		}
		if n.Until, err = day("until", b.Until); err != nil {
			return n, err
		}
		if len(b.Statement) > 0 {
			n.Statement = &reconciliation.Upload{Name: b.FileName, File: bytes.NewReader(b.Statement), Columns: b.Columns, Save: b.SaveColumns}
		}
		return n, nil
	}
	handle(d, route{method: "POST", path: "/v1/reconciliations", id: "createReconciliation", scope: scope, tag: tag, status: 201, maxBody: maxStatement, summary: "Compare days of an account with the bank",
		doc:   "With the bank's own list where it has one, or with a statement. An open comparison of the same days is replaced; what people decided about its differences counts for the same ones here. The same file once more changes nothing and gives the comparison that was made of it.",
		codes: append([]code{{"invalid_day", 422}, {"day_in_future", 422}, {"too_many_days", 422}, {"other_days", 422}, {"no_day_list", 422}, {"bank_list_failed", 503}, {"statement_empty", 422}, {"statement_needed", 422}, {"statement_unreadable", 422}, {"columns_unknown", 422}, {"try_again", 409}}, locked...),
		body:  NewReconciliation{PosAccount: examplePosAccount.ID, From: exampleDay.String()}, answer: exampleReconciliation},
		func(ctx context.Context, c *caller, in *struct{ Body NewReconciliation }) (*answer[Reconciliation], error) {
			n, err := newInput(c, in.Body)
			if err != nil {
				return nil, err
			}
			x, err := d.DayEnd.Run(ctx, n)
			return viewed(x, err, viewReconciliation)
		},
		func(ctx context.Context, c *caller, _ *struct{ Body NewReconciliation }, id string) (*answer[Reconciliation], error) {
			x, err := d.DayEnd.Get(ctx, c.company, id)
			return viewed(x, err, viewReconciliation)
		})
	handle(d, route{method: "GET", path: "/v1/reconciliations", id: "listReconciliations", scope: scope, tag: tag, summary: "List comparisons", doc: "Newest first.", codes: []code{{"invalid_day", 422}}, answer: list[Reconciliation]{Data: []Reconciliation{exampleReconciliation}}},
		func(ctx context.Context, c *caller, in *struct {
			Page
			PosAccount string `query:"pos_account" maxLength:"80"`
			Subject    string `query:"subject" enum:"collections,payouts"`
			From       string `query:"from" maxLength:"10" doc:"Those that reach this day, YYYY-MM-DD."`
			Until      string `query:"until" maxLength:"10"`
			All        bool   `query:"all" doc:"Replaced ones too."`
		}) (*answer[list[Reconciliation]], error) {
			from, err := day("from", in.From)
			if err != nil {
				return nil, err
			}
			until, err := day("until", in.Until)
			if err != nil {
				return nil, err
			}
			rows, err := d.DayEnd.List(ctx, c.company, reconciliation.Filter{AccountID: in.PosAccount, Subject: in.Subject, From: from, Until: until, All: in.All, Before: in.Cursor, Limit: in.Limit + 1})
			if err != nil {
				return nil, err
			}
			return paged(rows, in.Limit, func(x reconciliation.Reconciliation) string { return x.ID }, viewReconciliation), nil
		}, nil)
	handle(d, route{method: "GET", path: "/v1/reconciliations/{id}", id: "getReconciliation", scope: scope, tag: tag, summary: "Read a comparison", doc: "Its figures; differences and pairs have their own lists.", codes: []code{missing}, answer: exampleReconciliation},
		func(ctx context.Context, c *caller, in *IDInput) (*answer[Reconciliation], error) {
			x, err := d.DayEnd.Get(ctx, c.company, in.ID)
			return viewed(x, err, viewReconciliation)
		}, nil)
	handle(d, route{method: "GET", path: "/v1/reconciliations/{id}/differences", id: "listReconciliationDifferences", scope: scope, tag: tag, summary: "List the differences of a comparison", doc: "In the order of the lists.", codes: []code{missing},
		answer: list[ReconciliationDifference]{Data: []ReconciliationDifference{exampleDifference}}},
		func(ctx context.Context, c *caller, in *struct {
			IDInput
			Page
			Kind  string `query:"kind" enum:"missing_here,missing_at_bank,amount,commission,value_date,duplicate"`
			State string `query:"state" enum:"open,proposed,closed" doc:"open: those that are not closed."`
		}) (*answer[list[ReconciliationDifference]], error) {
			rows, err := d.DayEnd.Findings(ctx, c.company, in.ID, reconciliation.FindingFilter{Kind: in.Kind, State: in.State, After: in.Cursor, Limit: in.Limit + 1})
			if err != nil {
				return nil, err
			}
			return paged(rows, in.Limit, func(f reconciliation.Finding) string { return f.ID }, viewDifference), nil
		}, nil)
	examplePair := reconciliation.Match{Position: 0, By: "order_id", Ours: &reconciliation.Item{Ref: examplePayment.ID, Kind: reconciliation.Sale, Minor: 150000, Currency: "TRY", At: exampleTime, OrderID: "S-1042"},
		Theirs: &reconciliation.Item{Line: 12, Kind: reconciliation.Sale, Minor: 150000, Currency: "TRY", At: exampleTime, OrderID: "S-1042", Kept: 2985, Told: true}}
	handle(d, route{method: "GET", path: "/v1/reconciliations/{id}/pairs", id: "listReconciliationPairs", scope: scope, tag: tag, summary: "List the pairs of a comparison", doc: "With what made each pair one.", codes: []code{missing, {"invalid_cursor", 422}},
		answer: list[reconciliation.Match]{Data: []reconciliation.Match{examplePair}}},
		func(ctx context.Context, c *caller, in *struct {
			IDInput
			Page
			Query string `query:"query" maxLength:"100" doc:"An order id, a number of the bank, the end of a card, the id of a payment, or an amount such as 1250,50."`
		}) (*answer[list[reconciliation.Match]], error) {
			from := int64(0)
			if in.Cursor != "" {
				n, err := strconv.ParseInt(in.Cursor, 10, 64)
				if err != nil || n < 0 {
					return nil, fault.Field("cursor", "invalid_cursor", "İmleç önceki sayfanın next_cursor değeridir.", "The cursor is next_cursor of the page before.")
				}
				from = n + 1
			}
			rows, err := d.DayEnd.Pairs(ctx, c.company, in.ID, from, in.Limit+1, in.Query)
			if err != nil {
				return nil, err
			}
			return paged(rows, in.Limit, func(m reconciliation.Match) string { return strconv.FormatInt(m.Position, 10) }, func(m reconciliation.Match) reconciliation.Match { return m }), nil
		}, nil)
	closed := exampleReconciliation
	closed.Status, closed.OpenDifferences, closed.ClosedBy, closed.ClosedAt = "closed", 0, exampleKey.ID, &exampleTime
	handle(d, route{method: "POST", path: "/v1/reconciliations/{id}/close", id: "closeReconciliation", scope: scope, tag: tag, summary: "Close the days of a comparison", doc: "They are locked: nothing of them is compared or decided anew until it is opened again.",
		codes: []code{missing, {"not_open", 409}, {"differences_open", 409}, {"too_long", 422}}, body: ClosingNote{"Dekont 118"}, answer: closed},
		func(ctx context.Context, c *caller, in *struct {
			IDInput
			Body ClosingNote
		}) (*answer[Reconciliation], error) {
			x, err := d.DayEnd.Close(ctx, c.company, in.ID, in.Body.Note)
			return viewed(x, err, viewReconciliation)
		}, nil)
	handle(d, route{method: "POST", path: "/v1/reconciliations/{id}/reopen", id: "reopenReconciliation", scope: scope, tag: tag, summary: "Open closed days again", doc: "The reason stays in the log.", codes: []code{missing, {"not_closed", 409}, {"invalid_reason", 422}}, body: Reason{"Ekstre düzeltildi"}, answer: exampleReconciliation},
		func(ctx context.Context, c *caller, in *struct {
			IDInput
			Body Reason
		}) (*answer[Reconciliation], error) {
			x, err := d.DayEnd.Unlock(ctx, c.company, in.ID, in.Body.Reason)
			return viewed(x, err, viewReconciliation)
		}, nil)
	handle(d, route{method: "POST", path: "/v1/reconciliations/{id}/take-apart", id: "takePairApart", scope: scope, tag: tag, summary: "Take a pair apart", doc: "Both movements become differences, and later comparisons leave them so.", codes: append([]code{{"no_such_pair", 404}, {"taken_apart_already", 409}, {"invalid_reason", 422}}, locked...),
		body: TakeApart{12, "Başka müşterinin ödemesi"}, answer: exampleReconciliation},
		func(ctx context.Context, c *caller, in *struct {
			IDInput
			Body TakeApart
		}) (*answer[Reconciliation], error) {
			x, err := d.DayEnd.TakeApart(ctx, c.company, in.ID, in.Body.Position, in.Body.Reason)
			return viewed(x, err, viewReconciliation)
		}, nil)
	d.differences(scope, tag, locked)
	d.money(scope, tag)
}

// differences are the acts on one of them.
func (d *door) differences(scope, tag string, locked []code) {
	const path = "/v1/reconciliation-differences/{id}"
	handle(d, route{method: "GET", path: path, id: "getReconciliationDifference", scope: scope, tag: tag, summary: "Read a difference", doc: "As it stands.", codes: []code{missing}, answer: exampleDifference},
		func(ctx context.Context, c *caller, in *IDInput) (*answer[ReconciliationDifference], error) {
			f, err := d.DayEnd.Finding(ctx, c.company, in.ID)
			return viewed(f, err, viewDifference)
		}, nil)
	settled := exampleDifference
	settled.State, settled.Resolution, settled.Reason, settled.ClosedBy, settled.ClosedAt = "closed", "explained", "Elden çekim, dekont 118", exampleKey.ID, &exampleTime
	type act = func(ctx context.Context, companyID, id, reason string) (reconciliation.Finding, error)
	for _, a := range []struct {
		name, id, summary, doc string
		codes                  []code
		do                     act
	}{
		{"explain", "explainDifference", "Close a difference with a reason", "Where two persons are needed it is proposed.", []code{{"difference_not_open", 409}}, d.DayEnd.Explain},
		{"enter", "enterDifference", "Enter what is missing here", "The bank's movement becomes a payment, or a refund of one, and the difference is closed. Where two persons are needed it is entered when the second one confirms.",
			[]code{{"difference_not_open", 409}, {"nothing_to_enter", 409}, {"already_there", 409}, {"payment_not_found", 409}, {"amount_too_high", 409}}, d.DayEnd.Enter},
		{"reopen", "reopenDifference", "Open a closed difference again", "What was entered or found later stays.", []code{{"cannot_reopen", 409}}, d.DayEnd.Reopen},
	} {
		handle(d, route{method: "POST", path: path + "/" + a.name, id: a.id, scope: scope, tag: tag, summary: a.summary, doc: a.doc, codes: append(append([]code{{"invalid_reason", 422}}, a.codes...), locked...), body: Reason{settled.Reason}, answer: settled},
			func(ctx context.Context, c *caller, in *struct {
				IDInput
				Body Reason
			}) (*answer[ReconciliationDifference], error) {
				f, err := a.do(ctx, c.company, in.ID, in.Body.Reason)
				return viewed(f, err, viewDifference)
			}, nil)
	}
	matched := settled
	matched.Resolution, matched.Partner = "matched", "dif_01936c2e-7f7a-7c2b-9d56-3b0f6b0a7e22"
	handle(d, route{method: "POST", path: path + "/match", id: "matchDifferences", scope: scope, tag: tag, summary: "Close two differences as one movement", doc: "What is missing here with what is missing at the bank, of one account and one amount.", codes: append([]code{{"invalid_reason", 422}, {"no_match", 422}, {"amounts_differ", 422}, {"difference_not_open", 409}}, locked...),
		body: MatchWith{matched.Partner, "Sipariş numarası yanlış yazılmış"}, answer: matched},
		func(ctx context.Context, c *caller, in *struct {
			IDInput
			Body MatchWith
		}) (*answer[ReconciliationDifference], error) {
			f, err := d.DayEnd.Match(ctx, c.company, in.ID, in.Body.With, in.Body.Reason)
			return viewed(f, err, viewDifference)
		}, nil)
	for _, a := range []struct {
		name, id, summary string
		yes               bool
	}{{"confirm", "confirmDifference", "Confirm what another person proposed", true}, {"reject", "rejectDifference", "Reject what another person proposed", false}} {
		handle(d, route{method: "POST", path: path + "/" + a.name, id: a.id, scope: scope, tag: tag, summary: a.summary, doc: "Where the company's setting asks for two persons.", codes: append([]code{{"nothing_proposed", 409}, {"second_person_needed", 403}}, locked...), answer: settled},
			func(ctx context.Context, c *caller, in *IDInput) (*answer[ReconciliationDifference], error) {
				f, err := d.DayEnd.Confirm(ctx, c.company, in.ID, a.yes)
				return viewed(f, err, viewDifference)
			}, nil)
	}
}

// money are the calendar, what is to come, and the settings.
func (d *door) money(scope, tag string) {
	codes := []code{{"invalid_day", 422}, {"too_many_days", 422}}
	handle(d, route{method: "GET", path: "/v1/reconciliation-days", id: "listReconciliationDays", scope: scope, tag: tag, summary: "List where the days stand", doc: "Each day of each account, the last 31 by default.", codes: codes,
		answer: list[DayState]{Data: []DayState{{PosAccount: examplePosAccount.ID, Day: exampleDay.String(), State: "open", Reconciliation: exampleReconciliation.ID, OpenDifferences: 1, Movements: 412, Sum: 61750000}}}},
		func(ctx context.Context, c *caller, in *struct {
			PosAccount string `query:"pos_account" maxLength:"80"`
			From       string `query:"from" maxLength:"10"`
			Until      string `query:"until" maxLength:"10"`
		}) (*answer[list[DayState]], error) {
			from, until, err := d.days(in.From, in.Until, 30, 0)
			if err != nil {
				return nil, err
			}
			rows, err := d.DayEnd.Days(ctx, c.company, in.PosAccount, from, until)
			if err != nil {
				return nil, err
			}
			return whole(rows, func(x reconciliation.DayState) DayState {
				said := x.TR
				if c.lang == "en" {
					said = x.EN
				}
				return DayState{x.AccountID, x.Day.String(), x.State, x.ReconciliationID, x.OpenDifferences, x.Movements, x.Sum, said}
			}), nil
		}, nil)
	handle(d, route{method: "GET", path: "/v1/payouts", id: "listPayouts", scope: scope, tag: tag, summary: "List what is to come", doc: "What the contracts of the accounts say comes on each day: the next 31 days by default.", codes: codes,
		answer: list[ExpectedPayout]{Data: []ExpectedPayout{{reconciliation.Expected{AccountID: examplePosAccount.ID, Day: exampleDay + 1, Currency: "TRY", Gross: 61750000, Commission: 1228825, Tax: 61441, Movements: 412}, 60459734}}}},
		func(ctx context.Context, c *caller, in *struct {
			From  string `query:"from" maxLength:"10"`
			Until string `query:"until" maxLength:"10"`
		}) (*answer[list[ExpectedPayout]], error) {
			from, until, err := d.days(in.From, in.Until, 0, 30)
			if err != nil {
				return nil, err
			}
			rows, err := d.DayEnd.Expected(ctx, c.company, from, until)
			if err != nil {
				return nil, err
			}
			return whole(rows, func(e reconciliation.Expected) ExpectedPayout { return ExpectedPayout{e, e.Net()} }), nil
		}, nil)
	same := func(s reconciliation.Settings) reconciliation.Settings { return s }
	handle(d, route{method: "GET", path: "/v1/reconciliation-settings", id: "getReconciliationSettings", scope: scope, tag: tag, summary: "Read the settings of the day end", doc: "Second person, hour of the daily run, accounts of the books.", answer: reconciliation.DefaultSettings()},
		func(ctx context.Context, c *caller, _ *struct{}) (*answer[reconciliation.Settings], error) {
			s, err := d.DayEnd.Settings(ctx, c.company)
			return viewed(s, err, same)
		}, nil)
	handle(d, route{method: "PUT", path: "/v1/reconciliation-settings", id: "putReconciliationSettings", scope: scope, tag: tag, summary: "Replace the settings of the day end", doc: "They take effect at once.", codes: []code{{"out_of_range", 422}, {"too_long", 422}}, body: reconciliation.DefaultSettings(), answer: reconciliation.DefaultSettings()},
		func(ctx context.Context, c *caller, in *struct{ Body reconciliation.Settings }) (*answer[reconciliation.Settings], error) {
			s, err := d.DayEnd.SetSettings(ctx, c.company, in.Body)
			return viewed(s, err, same)
		}, nil)
}
