package iys_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/onay/onay/iys"
)

// vector is one known answer of testdata/vectors.json.
type vector struct {
	Name, Kind string
	Inputs     json.RawMessage
	Expected   map[string]any
}

func TestVectors(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var vs []vector
	if err := json.Unmarshal(b, &vs); err != nil {
		t.Fatal(err)
	}
	if len(vs) != 48 {
		t.Errorf("%d vectors", len(vs))
	}
	check := map[string]func(*testing.T, vector) map[string]any{
		"request": playRequest, "response": playResponse, "callback": playCallback, "hash": playHash,
	}
	for _, v := range vs {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			contains(t, "", v.Expected, plain(t, check[v.Kind](t, v)))
		})
	}
}

// words for people, of which no code knows.
var prose = map[string]bool{"note": true, "rule": true, "reason": true, "notBefore": true}

func contains(t *testing.T, at string, want, have any) {
	t.Helper()
	switch w := want.(type) {
	case map[string]any:
		h, _ := have.(map[string]any)
		for k, v := range w {
			if !prose[k] {
				contains(t, at+"."+k, v, h[k])
			}
		}
		if strings.HasSuffix(at, ".json") && len(h) != len(w) {
			t.Errorf("%s: got %v, want %v", at, have, want)
		}
	case []any:
		h, _ := have.([]any)
		if len(h) != len(w) {
			t.Errorf("%s: got %v, want %v", at, have, want)
			return
		}
		for i := range w {
			contains(t, fmt.Sprintf("%s[%d]", at, i), w[i], h[i])
		}
	default:
		if !reflect.DeepEqual(want, have) {
			t.Errorf("%s: got %#v, want %#v", at, have, want)
		}
	}
}

func plain(t *testing.T, v any) (out any) {
	t.Helper()
	b, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// fake stands for İYS: it gives tokens and one answer, and keeps the request.
type fake struct {
	status int
	body   string
	token  func(w http.ResponseWriter)
	got    map[string]any
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	if r.URL.Path == "/oauth2/token" {
		f.got = record(r, b)
		if f.token != nil {
			f.token(w)
			return
		}
		_, _ = io.WriteString(w, `{"access_token":"A","refresh_token":"R1","expires_in":7200,"refresh_expires_in":14400,"token_type":"bearer"}`)
		return
	}
	f.got = record(r, b)
	w.WriteHeader(f.status)
	_, _ = io.WriteString(w, f.body)
}

func record(r *http.Request, b []byte) map[string]any {
	m := map[string]any{"method": r.Method, "path": r.URL.Path, "contentType": r.Header.Get("Content-Type")}
	var j any
	if json.Unmarshal(b, &j) == nil {
		m["json"] = j
	} else if form, err := url.ParseQuery(string(b)); err == nil {
		m["formFields"] = flat(form)
	}
	m["query"] = flat(r.URL.Query())
	return m
}

func flat(v url.Values) map[string]string {
	m := map[string]string{}
	for k := range v {
		m[k] = v.Get(k)
	}
	return m
}

func newClient(t *testing.T, f *fake, edit func(*iys.Config)) *iys.Client {
	t.Helper()
	srv := httptest.NewServer(f)
	t.Cleanup(srv.Close)
	cfg := iys.Config{
		BaseURL: srv.URL, Username: "api-user@example.com", Password: "p@ss word", IYSCode: 600001, V1: true,
		Now: func() time.Time { return time.Date(2026, 2, 10, 6, 45, 0, 0, time.UTC) },
	}
	if edit != nil {
		edit(&cfg)
	}
	c, err := iys.New(cfg, srv.Client())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var channels = map[string]iys.Type{"sms": iys.Mesaj, "call": iys.Arama, "email": iys.Eposta}
var sources = map[string]iys.Source{"": "", "website": iys.SourceWeb, "mobile app": iys.SourceMobile}

func playRequest(t *testing.T, v vector) map[string]any {
	var in struct {
		Operation, Raw, Username, Password, Phone, Email, Channel, Decision, CollectedVia, Person string
		Recipient, After, URL, ReportDate                                                         string
		RefreshToken                                                                              string `json:"refresh_token"`
		Type                                                                                      iys.Type
		RecipientType                                                                             iys.RecipientType
		Side                                                                                      iys.Side
		BrandCode                                                                                 int64
		Limit                                                                                     int
		DecidedAt                                                                                 *time.Time
		Items                                                                                     []struct {
			Recipient string
			Type      iys.Type
		}
	}
	if err := json.Unmarshal(v.Inputs, &in); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	f := &fake{status: 200, body: `{"transactionId":"x"}`}
	c := newClient(t, f, nil)
	consent := func(raw string, typ iys.Type) iys.Consent {
		r, _, err := iys.NormalizeRecipient(typ, raw)
		if err != nil {
			t.Fatal(err)
		}
		o := iys.Consent{Recipient: r, Type: typ, Source: sources[in.CollectedVia], Status: iys.Onay}
		if in.Decision == "reject" {
			o.Status = iys.Ret
		}
		if in.Person == "merchant" {
			o.RecipientType = iys.Tacir
		}
		if in.DecidedAt != nil {
			o.ConsentDate = *in.DecidedAt
		}
		return o
	}
	var err error
	switch in.Operation {
	case "normalise recipient":
		r, repaired, err := iys.NormalizeRecipient(in.Type, in.Raw)
		m := map[string]any{"recipient": r, "repaired": repaired}
		var faults iys.Faults
		if errors.As(err, &faults) {
			m["error"] = faults.Codes()
		}
		return m
	case "token":
		_, _, err = c.Tokens(ctx)
	case "refresh":
		now := time.Date(2026, 2, 10, 6, 0, 0, 0, time.UTC)
		c = newClient(t, f, func(cfg *iys.Config) { cfg.TokenJSON, cfg.Now = true, func() time.Time { return now } })
		if _, _, err := c.Tokens(ctx); err != nil {
			t.Fatal(err)
		}
		now = now.Add(2 * time.Hour)
		_, _, err = c.Tokens(ctx)
	case "add":
		_, err = c.Add(ctx, in.BrandCode, consent(in.Phone+in.Email, channels[in.Channel]))
	case "addBatch":
		f.status, f.body = 202, `{"requestId":"r"}`
		var list []iys.Consent
		for _, i := range in.Items {
			list = append(list, consent(i.Recipient, i.Type))
		}
		_, err = c.AddBatch(ctx, in.BrandCode, list)
	case "status":
		_, _, err = c.Status(ctx, in.BrandCode, iys.Query{Recipient: in.Recipient, RecipientType: in.RecipientType, Type: in.Type})
	case "pull":
		f.status = 204
		_, err = c.Pull(ctx, in.BrandCode, in.Side, in.After, in.Limit)
	case "pushRegister":
		err = c.PushRegister(ctx, in.BrandCode, iys.PushTarget{URL: in.URL, Type: in.Type, Username: in.Username, Password: in.Password})
	case "agree":
		d, _ := time.ParseInLocation(iys.LayoutDate, in.ReportDate, iys.Istanbul)
		err = c.Agree(ctx, in.BrandCode, d)
	default:
		t.Fatalf("operation %q", in.Operation)
	}
	if err != nil {
		t.Fatal(err)
	}
	return f.got
}

func playResponse(t *testing.T, v vector) map[string]any {
	var in struct {
		Rule, ConsentDate, Now, Operation string
		HTTP                              int
		JSON                              json.RawMessage
		ReceivedAt                        time.Time
		Asked                             []string
		LastItem                          struct{ CreationDate, TransactionID string }
		Local                             struct {
			Status      iys.Status
			ConsentDate string
		}
		Inbound map[string]any
	}
	if err := json.Unmarshal(v.Inputs, &in); err != nil {
		t.Fatal(err)
	}
	ctx, at := context.Background(), func(s string) time.Time {
		d, err := iys.ParseTime(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	f := &fake{status: in.HTTP, body: string(in.JSON)}
	switch {
	case in.Rule == "3-business-day":
		d, err := iys.NewCalendar().Deadline(at(in.ConsentDate))
		if err != nil {
			t.Fatal(err)
		}
		m := map[string]any{"deadline": iys.FormatTime(d), "accepted": true, "errorCode": nil}
		err = iys.Consent{
			Recipient: "+905050000001", Type: iys.Mesaj, Source: iys.SourceWeb, Status: iys.Onay, ConsentDate: at(in.ConsentDate),
		}.Validate(at(in.Now), nil)
		var faults iys.Faults
		if errors.As(err, &faults) {
			m["accepted"], m["errorCode"] = false, faults[0].Code
		}
		return m
	case in.LastItem.TransactionID != "":
		return map[string]any{"after": iys.Cursor(at(in.LastItem.CreationDate), in.LastItem.TransactionID)}
	case in.Inbound != nil:
		in.Inbound["recipient"], in.Inbound["type"], in.Inbound["brandCode"] = "+905050000001", "MESAJ", 600001
		body, _ := json.Marshal(map[string]any{"list": []any{in.Inbound}})
		list, err := iys.ParsePush(body)
		if err != nil {
			t.Fatal(err)
		}
		local := list[0]
		local.Status, local.ConsentDate, local.CreatedAt = in.Local.Status, at(in.Local.ConsentDate), time.Time{}
		book := iys.NewBook()
		book.Apply(local)
		book.Apply(list[0])
		return map[string]any{"effective": book.Effective(local.Key())}
	case !in.ReceivedAt.IsZero(), v.Name == "resp_429_token_flat", v.Name == "resp_token_400":
		f.token = func(w http.ResponseWriter) {
			w.WriteHeader(in.HTTP)
			_, _ = w.Write(in.JSON)
		}
		c := newClient(t, f, func(cfg *iys.Config) { cfg.Now = func() time.Time { return in.ReceivedAt } })
		access, refresh, err := c.Tokens(ctx)
		if err != nil {
			return failure(t, err)
		}
		return map[string]any{"accessExpiresAt": access.UTC(), "refreshExpiresAt": refresh.UTC()}
	}
	c := newClient(t, f, nil)
	consent := iys.Consent{
		Recipient: "+905050000001", Type: iys.Mesaj, Source: iys.SourceWeb, Status: iys.Onay,
		ConsentDate: time.Date(2026, 2, 10, 6, 40, 5, 0, time.UTC),
	}
	switch v.Name {
	case "resp_single_add":
		r, err := c.Add(ctx, 600001, consent)
		if err != nil {
			t.Fatal(err)
		}
		return map[string]any{"outcome": iys.Registered, "transactionId": r.TransactionID, "creationInstant": r.CreatedAt.UTC()}
	case "resp_batch_accepted":
		b, err := c.AddBatch(ctx, 600001, []iys.Consent{consent})
		if err != nil {
			t.Fatal(err)
		}
		if b.SubRequests[0] != "3e141ad8-cdd5-49f2-a4b9-28ed76bc9677" || b.NotBefore.Sub(time.Date(2026, 2, 10, 6, 45, 0, 0, time.UTC)) != 300*time.Second {
			t.Errorf("%+v", b)
		}
		return map[string]any{"outcome": iys.Queued, "requestId": b.RequestID, "registered": false}
	case "resp_batch_result_mixed":
		b, err := c.BatchResult(ctx, 600001, "5a2edd8e-dd6e-4293-b09b-6180b2c5d021")
		if err != nil || !b.Pending {
			t.Fatal(b, err)
		}
		var items []map[string]any
		for _, i := range b.Items {
			items = append(items, map[string]any{"index": i.Index, "state": i.State, "code": i.Code, "transactionId": i.TransactionID})
		}
		return map[string]any{"items": items}
	case "resp_batch_422_index":
		list := []iys.Consent{consent, consent, consent}
		list[1].Type, list[2].RecipientType = iys.Arama, iys.Tacir
		_, err := c.AddBatch(ctx, 600001, list)
		var e *iys.Error
		if !errors.As(err, &e) || e.Outcome != iys.Permanent {
			t.Fatal(err)
		}
		return map[string]any{"rejectedIndexes": e.Indexes(), "acceptedIndexes": []int{}, "wholeBatchRefused": true}
	case "resp_bulk_status":
		b, err := c.BulkStatus(ctx, 600001, iys.Mesaj, iys.Bireysel, in.Asked)
		if err != nil {
			t.Fatal(err)
		}
		return map[string]any{"ONAY": b.Approved, "notONAY": b.NotApproved}
	case "resp_pull_page":
		p, err := c.Pull(ctx, 600001, iys.SideIYS, "", 0)
		if err != nil {
			t.Fatal(err)
		}
		m := p.Movements[0]
		if p.Cursor != iys.Cursor(m.CreatedAt, m.TransactionID) {
			t.Errorf("cursor %s", p.Cursor)
		}
		return map[string]any{"events": len(p.Movements), "cursor": p.Cursor, "cursorEpochMeans": iys.FormatTime(m.CreatedAt) + " Europe/Istanbul"}
	case "resp_brands":
		list, err := c.Brands(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return map[string]any{"brands": []any{map[string]any{"brandCode": list[0].Code, "master": list[0].Master, "approved": list[0].Approved}}}
	}
	if in.Operation == "add RET" {
		consent.Status = iys.Ret
	}
	_, err := c.Add(ctx, 600001, consent)
	return failure(t, err)
}

func failure(t *testing.T, err error) map[string]any {
	t.Helper()
	var e *iys.Error
	if !errors.As(err, &e) {
		t.Fatalf("error %v", err)
	}
	if e.Code != "" && (e.Explain("tr") == "" || e.Explain("en") == e.Explain("tr")) {
		t.Errorf("explained as %q", e.Explain("tr"))
	}
	return map[string]any{
		"outcome": e.Outcome, "code": e.Code, "minimumWaitSeconds": e.Wait.Seconds(), "retry": e.Outcome == iys.RetrySoon,
	}
}

func playCallback(t *testing.T, v vector) map[string]any {
	var in struct {
		Deliveries int
		JSON       json.RawMessage
	}
	if err := json.Unmarshal(v.Inputs, &in); err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(v.Name, "netgsm") {
		list, err := iys.ParseNetgsmPush(in.JSON)
		if err != nil {
			t.Fatal(err)
		}
		return map[string]any{"submitId": list[0].SubmitID, "registered": list[0].Registered, "code": list[0].Code}
	}
	book, stored := iys.NewBook(), 0
	var last iys.Movement
	p := &iys.Receiver{Username: "u1", Password: "p1", Brands: []int64{600001, 121212}, Store: func(_ context.Context, list []iys.Movement) error {
		for _, m := range list {
			last = m
			if book.Apply(m) {
				stored++
			}
		}
		return nil
	}}
	for _, c := range iys.Types {
		if c != iys.Mesaj {
			book.Apply(iys.Movement{Brand: 600001, Recipient: "+905050000001", Type: c, Status: iys.Onay, TransactionID: "before " + string(c)})
		}
	}
	code := 0
	for range max(in.Deliveries, 1) {
		r := httptest.NewRequest("POST", "/iys/push", bytes.NewReader(in.JSON))
		r.SetBasicAuth("u1", "p1")
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		code = w.Code
	}
	call := last.Key()
	call.Type = iys.Arama
	return map[string]any{
		"http": code, "stored": stored > 0, "eventsStored": stored, "effective": book.Effective(last.Key()),
		"channel": last.Type, "otherChannelsTouched": stored > 0 && book.Effective(call) != iys.Onay,
	}
}

func playHash(t *testing.T, v vector) map[string]any {
	var in struct {
		Rows       [][]string
		HeaderLine bool
	}
	if err := json.Unmarshal(v.Inputs, &in); err != nil {
		t.Fatal(err)
	}
	var file strings.Builder
	for i := len(in.Rows) - 1; i >= 0; i-- { // in a wrong order: the file is sorted
		file.WriteString(strings.Join(in.Rows[i], ",") + "\n")
	}
	list, err := iys.ParseDayFile([]byte(file.String()))
	if err != nil {
		t.Fatal(err)
	}
	h := iys.DayHash(iys.DayFile(list, in.HeaderLine))
	return map[string]any{"hexLower": h, "length": len(h)}
}

func TestHolidaysAreThoseOfTheTable(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/holidays.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows [][2]string
	if err := json.Unmarshal(b, &rows); err != nil {
		t.Fatal(err)
	}
	full := map[string]bool{}
	for _, r := range rows {
		full[r[0]] = r[1] == "full"
	}
	// The deadline of a day is the third business day by the table too.
	cal := iys.NewCalendar()
	for d := time.Date(2024, 1, 1, 12, 0, 0, 0, iys.Istanbul); d.Year() < 2032 || d.Month() < 12; d = d.AddDate(0, 0, 1) {
		want, n := d, 0
		for n < 3 {
			want = want.AddDate(0, 0, 1)
			if wd := want.Weekday(); wd != time.Saturday && wd != time.Sunday && !full[want.Format(iys.LayoutDate)] {
				n++
			}
		}
		got, err := cal.Deadline(d)
		if err != nil || got.Format(iys.LayoutTime) != want.Format(iys.LayoutDate)+" 23:59:59" {
			t.Fatalf("%s: %s, want %s, %v", d, got, want, err)
		}
	}
	if _, err := cal.Deadline(time.Date(2032, 12, 30, 0, 0, 0, 0, iys.Istanbul)); !errors.Is(err, iys.ErrNoHolidays) {
		t.Errorf("2033: %v", err)
	}
}
