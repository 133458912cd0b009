package netgsm

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/onay/onay/sms"
)

type responseInputs struct {
	Endpoint   string
	HTTPStatus int `json:"http_status"`
	Body       string
	BodyHex    string `json:"body_hex"`
	Transport  string
	Statuses   []int
}

func checkResponse(t *testing.T, v vector) {
	var in responseInputs
	v.inputs(t, &in)
	want := v.expected(t)
	if in.BodyHex != "" {
		b, err := hex.DecodeString(in.BodyHex)
		if err != nil {
			t.Fatal(err)
		}
		in.Body = string(b)
	}
	if in.Statuses != nil {
		checkStatuses(t, in.Statuses, want)
		return
	}
	path, _, _ := strings.Cut(in.Endpoint, "?")
	got := map[string]any{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(in.HTTPStatus)
		_, _ = io.WriteString(w, in.Body)
	}))
	defer srv.Close()
	if in.Transport != "" {
		srv.Close() // nobody listens: the connection is refused
	}
	cfg := Config{BaseURL: srv.URL, Usercode: "u", Password: "p", Header: "TEST"}
	if !strings.Contains(path, "/rest/") && path != "/balance" {
		cfg.Transport = TransportXML
	}
	c, err := New(cfg, srv.Client())
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, turkey)
	switch path {
	case "/sms/rest/v2/send", "/sms/send/xml", "/sms/send/get", "/sms/rest/v2/otp", "/sms/send/otp":
		m := sms.Message{To: "+905551112233", Body: "Kodunuz 123456"}
		if strings.Contains(path, "otp") {
			m.Route = sms.RouteOTP
		}
		acc, err := c.Send(ctx, m)
		describe(t, got, acc, err)
		if want["known"] == false {
			_, known := sendCodes[got["code"].(string)]
			got["known"] = known
		}
	case "/sms/rest/v2/length":
		s, err := c.Length(ctx, "x", "TR")
		problem(got, err)
		got["parts"], got["per_part"], got["single_capacity"] = s.Parts, s.PerPart(), s.PerPart()
		got["total_capacity"], got["sendable"] = s.Total(), s.Sendable()
	case "/sms/rest/v2/cancel":
		got["cancelled"] = c.Cancel(ctx, "12345") == nil
	case "/sms/rest/v2/report":
		rows, err := c.Reports(ctx, []string{"12345", "12346"})
		problem(got, err)
		got["rows"] = describeReports(rows)
	case "/sms/report/":
		rows, code := parseLegacyReports(in.Body, false)
		if code != "" {
			got["error"] = code
		}
		got["rows"] = describeReports(rows)
		for i, r := range got["rows"].([]map[string]any) {
			r["operator"] = 40 // the wire number of the name below
			if rows[i].Operator != "" && rows[i].Operator != operatorName("40") {
				r["operator"] = rows[i].Operator
			}
		}
	case "/sms/rest/v2/msgheader":
		hs, err := c.Headers(ctx)
		problem(got, err)
		got["headers"] = hs
	case "/balance", "/balance/list/get/":
		b, err := c.balance(ctx, 2)
		problem(got, err)
		got["credit"], got["otp_package"] = b.Credit, HasOTPPackage(b)
		var ps []map[string]any
		for _, p := range b.Packages {
			ps = append(ps, map[string]any{"amount": p.Amount, "name": p.Name})
		}
		got["packages"] = ps
	case "/sms/rest/v2/inbox", "/sms/receive":
		list, err := c.Inbox(ctx, from, from.Add(time.Hour))
		problem(got, err)
		ms := []map[string]any{}
		for _, m := range list {
			ms = append(ms, describeInbound(m))
		}
		got["messages"] = ms
	default:
		t.Fatalf("endpoint %q has no test", in.Endpoint)
	}
	compare(t, want, got)
}

// describe turns the outcome of a send into the words of the vectors.
func describe(t *testing.T, got map[string]any, acc sms.Accepted, err error) {
	t.Helper()
	got["retry"] = sms.IsRetryable(err)
	if err == nil {
		got["result"], got["code"] = "accepted", acc.Code
		if acc.ProviderID != "" {
			got["jobid"] = acc.ProviderID
		}
		got["jobids"], got["warning"] = acc.IDs(), acc.Warning
		return
	}
	e, ok := err.(*sms.Error)
	if !ok {
		t.Fatalf("error of type %T", err)
	}
	got["code"] = e.Code
	switch e.Kind {
	case sms.KindNotSent, sms.KindAmbiguous:
		got["result"] = string(e.Kind)
	default:
		got["result"] = "refused"
	}
	got["meaning"] = map[sms.Kind]string{
		sms.KindPackage: "no OTP package", sms.KindNumber: "number", sms.KindText: "text",
	}[e.Kind]
}

func problem(got map[string]any, err error) {
	if err != nil {
		got["error"] = err.(*sms.Error).Code
	}
}

func describeReports(rows []sms.Report) []map[string]any {
	out := []map[string]any{}
	for _, r := range rows {
		m := map[string]any{
			"jobid": r.ProviderID, "no": strings.TrimPrefix(r.To, "+90"), "state": string(r.Status),
			"operator": r.Operator, "length": r.Segments,
		}
		var code, cause int
		_, _ = fmt.Sscan(r.Code, &code)
		_, _ = fmt.Sscan(r.ErrorCode, &cause)
		m["status"], m["error"] = code, cause
		if !r.At.IsZero() {
			m["at"] = r.At.Format(time.RFC3339Nano)
		}
		out = append(out, m)
	}
	return out
}

func describeInbound(m sms.Inbound) map[string]any {
	return map[string]any{
		"id": m.ID, "from": strings.TrimPrefix(m.From, "+90"), "to": m.To, "text": m.Text,
		"at": m.At.Format(time.RFC3339Nano),
	}
}

func checkStatuses(t *testing.T, statuses []int, want map[string]any) {
	states, final := []any{}, []any{}
	for _, s := range statuses {
		rows, _, err := parseReports(fmt.Appendf(nil, `{"jobs":[{"jobid":"1","status":%d}]}`, s), nil)
		if err != nil {
			t.Fatal(err)
		}
		states, final = append(states, string(rows[0].Status)), append(final, rows[0].Final)
	}
	compare(t, want, map[string]any{"states": states, "final": final})
}

func checkPush(t *testing.T, v vector) {
	var in struct {
		Method, Body string
		ContentType  string `json:"content_type"`
	}
	v.inputs(t, &in)
	// The same fields are understood as a query too.
	requests := []*http.Request{httptest.NewRequest(in.Method, "/hook", strings.NewReader(in.Body))}
	if in.ContentType == "application/x-www-form-urlencoded" {
		requests = append(requests, httptest.NewRequest(http.MethodGet, "/hook?"+in.Body, nil))
	}
	for _, r := range requests {
		r.Header.Set("Content-Type", in.ContentType)
		m, err := ParsePush(r)
		if err != nil {
			t.Fatal(err)
		}
		compare(t, v.expected(t), describeInbound(m))
	}
}
