package postaguvercini

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/internal/house"
	"github.com/onay/onay/sms/internal/housetest"
)

func TestVectors(t *testing.T) {
	t.Parallel()
	housetest.Run(t, map[string]func(*testing.T, housetest.Vector){"request": checkRequest, "response": checkResponse})
}

func client(t testing.TB, cfg Config) *Client {
	t.Helper()
	if cfg.Username == "" {
		cfg.Username, cfg.Password = "ornek", "gizli"
	}
	c, err := New(cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func at(t *testing.T, s string, layouts ...string) time.Time {
	t.Helper()
	if s == "" {
		return time.Time{}
	}
	got := house.ReadTime(strings.TrimSuffix(s, " Europe/Istanbul"), layouts...)
	if got.IsZero() {
		t.Fatalf("time %q", s)
	}
	return got
}

func checkRequest(t *testing.T, v housetest.Vector) {
	var in struct {
		BaseURL   string `json:"base_url"`
		Operation string
		Params    [][2]string
		Messages  [][2]string
		IDs       []string
		To        []string
		Text      string
		Channel   string
		SendAt    string `json:"send_at"`
		ExpireAt  string `json:"expire_at"`
	}
	var want struct {
		Method, URL, Path, XML string
		XMLEquivalent          string `json:"xml_equivalent"`
		ContentType            string `json:"content_type"`
		JSON                   json.RawMessage
	}
	v.Input(t, &in)
	if err := json.Unmarshal(v.Expected, &want); err != nil {
		t.Fatal(err)
	}
	j := job{
		route: sms.RouteBulk, same: len(in.Messages) == 0,
		start: at(t, in.SendAt, "2006-01-02T15:04"), expire: at(t, in.ExpireAt, "2006-01-02T15:04"),
	}
	if in.Channel == "OTP" {
		j.route = sms.RouteOTP
	}
	for _, m := range in.Messages {
		no, _ := sms.TurkishMobile(m[0])
		j.texts = append(j.texts, Text{no, m[1]})
	}
	for _, to := range in.To {
		no, _ := sms.TurkishMobile(to)
		j.texts = append(j.texts, Text{no, in.Text})
	}
	c := client(t, Config{})
	switch {
	case in.Operation != "":
		var id string
		body := ""
		for _, p := range in.Params {
			switch p[0] {
			case "gsm":
				j.texts = append(j.texts, Text{To: p[1]})
			case "text":
				body = p[1]
			case "dt":
				j.start = at(t, p[1], layoutHTTP)
			case "dt2":
				j.expire = at(t, p[1], layoutHTTP)
			case "message_id":
				id = p[1]
			}
		}
		for i := range j.texts {
			j.texts[i].Body = body
		}
		q := c.httpCredit()
		switch in.Operation {
		case "send_one", "send_many":
			var err error
			if q, err = c.httpSend(j); err != nil {
				t.Fatal(err)
			}
		case "query":
			q = c.httpStatus(id)
		}
		// The house takes the same pairs as an address and as a form; ours go
		// as a form, which keeps the password out of logs.
		got := in.BaseURL + q.path
		if q.method == "POST" {
			got += "?" + string(q.body)
		}
		if got != want.URL {
			t.Errorf("got  %s\nwant %s", got, want.URL)
		}
		if _, err := url.Parse(got); err != nil {
			t.Error(err)
		}
	case want.XMLEquivalent != "":
		q := c.xmlStatus(in.IDs)
		if len(in.IDs) == 0 {
			q = c.xmlSend(j)
		}
		if q.method != want.Method || q.path != want.Path || !strings.HasPrefix(q.header.Get("Content-Type"), want.ContentType) {
			t.Errorf("got %s %s %v", q.method, q.path, q.header)
		}
		housetest.EqualXML(t, want.XMLEquivalent, string(q.body))
	default:
		q := c.jsonSend(j)
		if q.method != want.Method || q.path != want.Path {
			t.Errorf("got %s %s", q.method, q.path)
		}
		housetest.EqualJSON(t, want.JSON, q.body)
	}
}

// checkResponse tells an answer in the words of the vectors.
func checkResponse(t *testing.T, v housetest.Vector) {
	style := strings.Split(v.Name, "_")[1]
	transport := map[string]Transport{"http": TransportHTTP, "xml": TransportXML, "soap": TransportSOAP, "json": TransportJSON}[style]
	a, ok := transport.read(v.Body(t))
	if !ok {
		t.Fatal("not understood")
	}
	c := client(t, Config{Transport: transport})
	got := map[string]any{"ok": a.code == "", "errno": 0, "message_ids": []string{}}
	if a.credit != "" {
		got["credit"] = whole(a.credit)
	}
	if a.code != "" {
		e := c.coded(house.Call{}, house.Reply{}, a.code, a.words)
		got["errno"], got["code"], got["errtext"] = whole(a.code), whole(a.code), a.words
		got["retry"] = sms.IsRetryable(e)
		if e.Kind == sms.KindCredentials {
			got["class_"] = "authentication"
		}
	}
	ids, charges, errs := []string{}, []int{}, []int{}
	refused := 0
	results := []map[string]any{}
	for _, r := range a.rows {
		if r.code == "" {
			if r.id != "" {
				ids = append(ids, r.id)
			}
		} else {
			refused++
			errs = append(errs, whole(r.code))
			got["ok"] = false
		}
		if n, err := strconv.Atoi(r.charge); err == nil {
			charges = append(charges, n)
		}
		m := map[string]any{"id": r.id, "message_id": r.id, "errno": 0, "gsmno": r.phone, "state": fateOf(r.status).state}
		if r.code != "" {
			m["errno"], m["errtext"] = whole(r.code), r.words
		}
		if r.charge != "" {
			m["charge"] = whole(r.charge)
		}
		if r.status != "" {
			_, final := fateOf(r.status).report()
			m["status"] = whole(r.status)
			got["status"], got["state"], got["final"] = m["status"], m["state"], final
		}
		results = append(results, m)
	}
	got["message_ids"], got["charges"], got["errors"], got["results"] = ids, charges, errs, results
	v.Compare(t, got)
	// What the client makes of it agrees.
	j := job{texts: make([]Text, len(a.rows))}
	for i, o := range c.outcomes(house.Call{Name: "send"}, house.Reply{Status: 200}, a, transport, j) {
		if o.Err != nil && refused == 0 && a.rows[i].id != "" {
			t.Errorf("outcome %d: %v", i, o.Err)
		}
	}
}

func whole(s string) int {
	var n int
	_, _ = fmt.Sscan(s, &n)
	return n
}
