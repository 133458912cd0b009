package netgsm

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onay/onay/sms"
)

// vector is one known answer of testdata/vectors.json.
type vector struct {
	Name, Kind string
	Inputs     json.RawMessage
	Expected   json.RawMessage
}

func (v vector) inputs(t *testing.T, into any) {
	t.Helper()
	if err := json.Unmarshal(v.Inputs, into); err != nil {
		t.Fatal(err)
	}
}

func (v vector) expected(t *testing.T) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(v.Expected, &m); err != nil {
		t.Fatal(err)
	}
	return m
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
	check := map[string]func(*testing.T, vector){
		"hash": checkHash, "request": checkRequest, "response": checkResponse, "callback": checkPush,
	}
	for _, v := range vs {
		t.Run(v.Kind+" "+v.Name, func(t *testing.T) {
			t.Parallel()
			check[v.Kind](t, v)
		})
	}
}

func checkHash(t *testing.T, v vector) {
	var in struct{ Username, Password string }
	var want string
	v.inputs(t, &in)
	if err := json.Unmarshal(v.Expected, &want); err != nil {
		t.Fatal(err)
	}
	if got := basicAuth(in.Username, in.Password); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// capture is a transport that keeps the request and accepts it.
type capture struct {
	req  *http.Request
	body []byte
}

func (c *capture) RoundTrip(r *http.Request) (*http.Response, error) {
	c.req = r
	if r.Body != nil {
		var err error
		if c.body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	answer := `{"code":"00","jobid":"1","parts":1,"balance":"1,0"}`
	if strings.HasSuffix(r.URL.Path, "/xml") && !strings.Contains(r.URL.Path, "balance") || r.URL.Path == "/sms/edit" {
		answer = "00 1"
	}
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(answer))}, nil
}

// requestInputs are the inputs of every operation together.
type requestInputs struct {
	Op, Username, Password, Usercode, Header, Msgheader, Text, Encoding, IYSFilter, Reference string
	Msg, Type, JobID, Gorevid, Startdate, Stopdate, Raw                                       string
	From                                                                                      time.Time
	To, No, Stip                                                                              json.RawMessage
	Pairs                                                                                     [][2]string
	JobIDs                                                                                    []string
	Page, Size                                                                                int
	Values                                                                                    []string
}

// list reads a member that is one value or several.
func list(b json.RawMessage) []string {
	var many []string
	if json.Unmarshal(b, &many) == nil {
		return many
	}
	var one string
	if json.Unmarshal(b, &one) != nil || one == "" {
		return nil
	}
	return []string{one}
}

func (in requestInputs) texts() []Text {
	var texts []Text
	for _, p := range in.Pairs {
		texts = append(texts, Text{To: p[0], Body: p[1]})
	}
	to := list(in.To)
	if in.Op == "send" && len(to) == 0 && len(texts) == 0 {
		to = []string{"5551234567"}
	}
	for _, no := range append(to, list(in.No)...) {
		body := in.Text + in.Msg
		if body == "" {
			body = "text"
		}
		texts = append(texts, Text{To: no, Body: body})
	}
	return texts
}

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	if s == "" {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func or(a ...string) string {
	for _, s := range a {
		if s != "" {
			return s
		}
	}
	return ""
}

func checkRequest(t *testing.T, v vector) {
	var in requestInputs
	v.inputs(t, &in)
	want := v.expected(t)
	c, err := New(Config{Usercode: or(in.Username, in.Usercode, "u"), Password: or(in.Password, "p"), Header: "TEST"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	wire := &capture{}
	c.http.Transport = wire
	ctx := context.Background()
	xmlTo := func(ep *endpoint, body []byte) error { _, err := c.finish(ctx, ep, body); return err }
	switch in.Op {
	case "send":
		_, err = c.SendBulk(ctx, Bulk{
			Header: in.Header, Texts: in.texts(), Encoding: in.Encoding, Filter: in.IYSFilter, Reference: in.Reference,
			Start: instant(t, in.Startdate), Stop: instant(t, in.Stopdate),
		})
	case "otp":
		_, err = c.Send(ctx, sms.Message{Route: sms.RouteOTP, Sender: in.Header, To: list(in.To)[0], Body: in.Text})
	case "report":
		to := instant(t, list(in.To)[0])
		_, err = c.ReportPage(ctx, ReportQuery{IDs: in.JobIDs, From: in.From, To: to, Page: in.Page, Size: in.Size})
	case "cancel":
		err = c.Cancel(ctx, in.JobID)
	case "inbox":
		// The vector's range is longer than a server allows, so only the
		// address is compared.
		wire.req = &http.Request{Method: http.MethodGet, URL: c.inboxURL(in.From, instant(t, list(in.To)[0])), Header: c.rest}
	case "balance":
		_, err = c.balance(ctx, 2)
	case "length":
		_, err = c.Length(ctx, in.Text, in.Encoding)
	case "normalise_recipient":
		no, _ := sms.TurkishMobile(in.Raw)
		if wantNo, _ := want["no"].(string); no != wantNo {
			t.Errorf("got %q, want %q", no, wantNo)
		}
		return
	case "validate_header":
		got := []any{}
		for _, h := range in.Values {
			got = append(got, ValidHeader(h))
		}
		if d := cmp.Diff(want["valid"], any(got)); d != "" {
			t.Error(d)
		}
		return
	case "send_xml":
		// The vector's numbers and header are words, put in as given.
		err = xmlTo(epSendXML, c.bulkXML(Bulk{Header: in.Msgheader, Encoding: EncodingTR, Texts: in.texts()}, in.Type == "1:n"))
	case "otp_xml":
		err = xmlTo(epOTPXML, c.otpXMLBody(in.Msgheader, list(in.No)[0], in.Msg))
	case "credit_xml":
		c.cfg.Transport = TransportXML
		if _, err = c.balance(ctx, 2); err == nil {
			wire.body = c.creditXML(list(in.Stip)[0])
		}
	case "cancel_xml":
		if err = c.CancelScheduled(ctx, in.Gorevid, time.Now(), time.Now()); err == nil {
			wire.body = c.cancelXML(in.Gorevid, in.Startdate, in.Stopdate)
		}
	default:
		t.Fatalf("operation %q has no test", in.Op)
	}
	if want["refused_before_network"] == true {
		if err == nil || wire.req != nil {
			t.Errorf("error %v, request made: %v", err, wire.req != nil)
		}
		return
	}
	if err != nil && in.Op != "otp_xml" { // the capture answers XML codes without an XML id
		t.Fatal(err)
	}
	compareRequest(t, wire, want)
}

func compareRequest(t *testing.T, wire *capture, want map[string]any) {
	t.Helper()
	if m, ok := want["method"]; ok && m != wire.req.Method {
		t.Errorf("method %s, want %v", wire.req.Method, m)
	}
	if u, ok := want["url"]; ok && u != wire.req.URL.String() {
		t.Errorf("url %s, want %v", wire.req.URL, u)
	}
	if hs, ok := want["headers"].(map[string]any); ok {
		for k, h := range hs {
			if got := wire.req.Header.Get(k); got != h {
				t.Errorf("header %s is %q, want %v", k, got, h)
			}
		}
	}
	if hs, ok := want["headers_absent"].([]any); ok {
		for _, k := range hs {
			if got := wire.req.Header.Get(k.(string)); got != "" {
				t.Errorf("header %v is %q, want none", k, got)
			}
		}
	}
	if x, ok := want["xml_equal_ignoring_whitespace"].(string); ok {
		if d := cmp.Diff(squeeze(x), squeeze(string(wire.body))); d != "" {
			t.Errorf("body (-want +got):\n%s", d)
		}
		return
	}
	var body map[string]any
	if len(wire.body) > 0 {
		if err := json.Unmarshal(wire.body, &body); err != nil {
			t.Fatalf("%v in %s", err, wire.body)
		}
	}
	if j, ok := want["json"]; ok {
		if d := cmp.Diff(j, any(body)); d != "" {
			t.Errorf("body (-want +got):\n%s", d)
		}
	}
	if j, ok := want["json_contains"].(map[string]any); ok {
		for k, v := range j {
			if d := cmp.Diff(v, body[k]); d != "" {
				t.Errorf("%s (-want +got):\n%s", k, d)
			}
		}
	}
	if j, ok := want["json_absent"].([]any); ok {
		for _, k := range j {
			if _, there := body[k.(string)]; there {
				t.Errorf("body has %v", k)
			}
		}
	}
}

// squeeze drops the declaration and white space between elements.
func squeeze(x string) string {
	if i := strings.Index(x, "?>"); i >= 0 {
		x = x[i+2:]
	}
	return strings.Join(strings.Fields(x), " ")
}

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

// compare checks the members of want only; null and absent are the same.
func compare(t *testing.T, want, got map[string]any) {
	t.Helper()
	b, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	var have map[string]any
	if err := json.Unmarshal(b, &have); err != nil {
		t.Fatal(err)
	}
	contains(t, "", want, have)
}

func contains(t *testing.T, at string, want, have any) {
	t.Helper()
	switch w := want.(type) {
	case map[string]any:
		h, _ := have.(map[string]any)
		for k, v := range w {
			if k != "note" && k != "rule" {
				contains(t, at+"."+k, v, h[k])
			}
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
