package iys_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	sandbox "github.com/onay/onay/sandbox/iys"
	"github.com/onay/onay/sandbox/outside"
)

// raw is a simulated İYS called without any client library.
type raw struct {
	t     *testing.T
	core  *outside.Core
	s     *sandbox.Server
	token string
}

func newRaw(t *testing.T, cfg sandbox.Config) *raw {
	t.Helper()
	cfg.PerSecond = -1
	r := &raw{t: t, core: outside.NewCore(func() time.Time { return begin }, outside.Limits{})}
	t.Cleanup(r.core.Close)
	r.s = sandbox.New(r.core, cfg)
	var a struct {
		Token string `json:"access_token"`
	}
	_, body := r.do("POST", "/oauth2/token", `{"grant_type":"password","username":"api@ornekfirma.example","password":"sandbox-iys"}`)
	if json.Unmarshal([]byte(body), &a) != nil || a.Token == "" {
		t.Fatal(body)
	}
	r.token = a.Token
	return r
}

func (r *raw) do(method, path, body string) (int, string) {
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+r.token)
	w := httptest.NewRecorder()
	r.s.Handler().ServeHTTP(w, req)
	return w.Code, w.Body.String()
}

func codes(body string) string {
	var v struct {
		Errors []struct {
			Code  string
			Index *int
		}
	}
	_ = json.Unmarshal([]byte(body), &v)
	var out []string
	for _, e := range v.Errors {
		if e.Index != nil {
			e.Code = fmt.Sprint(*e.Index, ":", e.Code)
		}
		out = append(out, e.Code)
	}
	return strings.Join(out, " ")
}

const (
	at   = "/sps/600001/brands/600002"
	good = `{"recipient":"+905050000001","type":"MESAJ","source":"HS_WEB","status":"ONAY","consentDate":"2026-02-10 09:40:05","recipientType":"BIREYSEL"}`
)

func TestRefusals(t *testing.T) {
	t.Parallel()
	r := newRaw(t, sandbox.Config{})
	edit := func(old, new string) string { return strings.Replace(good, old, new, 1) }
	for name, c := range map[string]struct {
		method, path, body string
		status             int
		codes              string
	}{
		"no JSON":             {"POST", at + "/consents", `{`, 400, "H014"},
		"nothing in it":       {"POST", at + "/consents", `{}`, 422, "H110 H111 H112 H113 H114"},
		"unknown keys":        {"POST", at + "/consents", edit(`{`, `{"b":1,"a":1,`), 422, "H118 H118"},
		"null":                {"POST", at + "/consents", edit(`"HS_WEB"`, `null`), 422, "H113"},
		"RED":                 {"POST", at + "/consents", edit(`ONAY`, `RED`), 422, "H115"},
		"source of İYS":       {"POST", at + "/consents", edit(`HS_WEB`, `IYS_WEB`), 422, "H119"},
		"leading zero":        {"POST", at + "/consents", edit(`+905`, `+9005`), 422, "H121"},
		"very long":           {"POST", at + "/consents", edit(`+905`, `+905313334455999999`), 422, "H160 H121"},
		"phone as e-mail":     {"POST", at + "/consents", edit(`MESAJ`, `EPOSTA`), 422, "H464"},
		"zone in the date":    {"POST", at + "/consents", edit(`2026-02-10 09:40:05`, `2026-02-10T09:40:05Z`), 422, "H158"},
		"31 February":         {"POST", at + "/consents", edit(`02-10`, `02-31`), 422, "H157"},
		"future":              {"POST", at + "/consents", edit(`09:40`, `12:40`), 422, "H162"},
		"old":                 {"POST", at + "/consents", edit(`02-10`, `02-04`), 422, "H467"},
		"HS_2015":             {"POST", at + "/consents", edit(`HS_WEB`, `HS_2015`), 422, "H155"},
		"own decision":        {"POST", at + "/consents", edit(`HS_WEB`, `HS_KARAR`), 422, "H408"},
		"empty dealer":        {"POST", at + "/consents", edit(`{`, `{"retailerCode":"",`), 422, "H267"},
		"first RET":           {"POST", at + "/consents", edit(`ONAY`, `RET`), 400, "H175"},
		"batch":               {"POST", at + "/consents/request", "[" + good + "," + good + "," + edit("ONAY", "RED") + "]", 422, "1:H194 2:H115 2:H194"},
		"batch as an object":  {"POST", at + "/consents/request", good, 400, "H092"},
		"result, letters":     {"GET", at + "/consents/request/abc", "", 422, "H199"},
		"result, digits":      {"GET", at + "/consents/request/123", "", 422, "H400"},
		"result, long":        {"GET", at + "/consents/request/" + strings.Repeat("a", 37), "", 422, "H198"},
		"status without type": {"POST", at + "/consents/status", `{"recipient":"+905050000001"}`, 422, "H170 H111"},
		"bulk twice":          {"POST", at + "/consents/BIREYSEL/status/MESAJ", `{"recipients":["+905050000001","+905050000001"]}`, 422, "H193"},
		"bulk empty":          {"POST", at + "/consents/BIREYSEL/status/MESAJ", `{"recipients":[]}`, 422, "H164"},
		"pull side":           {"GET", at + "/consents/changes?source=X", "", 422, "H506"},
		"pull limit":          {"GET", at + "/consents/changes?limit=1001", "", 422, "H507"},
		"foreign brand":       {"POST", "/sps/600001/brands/1/consents", good, 403, "H353"},
		"foreign merchant":    {"GET", "/sps/1/brands", "", 403, "H353"},
		"today's hash":        {"GET", at + "/agreements/2026-02-10", "", 422, "H502"},
		"agree to no":         {"PUT", at + "/agreements/2026-02-09", `{"agreementStatus":false}`, 204, ""},
		"push by http":        {"POST", at + "/push/registration", `{"connection":[{"url":"http://x","type":"MESAJ","username":"u","password":"p"}]}`, 422, "H531"},
	} {
		t.Run(name, func(t *testing.T) {
			status, body := r.do(c.method, c.path, c.body)
			if status != c.status || codes(body) != c.codes {
				t.Errorf("%d %s", status, body)
			}
		})
	}
	r.token = "x"
	if status, body := r.do("GET", "/sps/600001/brands", ""); status != 401 || codes(body) != "H351" {
		t.Errorf("%d %s", status, body)
	}
}

func TestSwitches(t *testing.T) {
	t.Parallel()
	r := newRaw(t, sandbox.Config{ColonKey: true, UnknownIs404: true, TakesBadPhone: true})
	if _, body := r.do("GET", "/sps/1/brands", ""); !strings.Contains(body, `"code:":"H353"`) {
		t.Error(body)
	}
	if status, _ := r.do("POST", at+"/consents/status", `{"recipient":"+905050000001","type":"MESAJ","recipientType":"BIREYSEL"}`); status != 404 {
		t.Error(status)
	}
	if status, body := r.do("POST", at+"/consents", strings.Replace(good, "+905", "+9005", 1)); status != 200 {
		t.Errorf("%d %s", status, body)
	}
	// Nobody ever finds it.
	if err := r.s.Decide(sandbox.Decision{Brand: 600002, Recipient: "+905050000001", Type: "MESAJ", Status: "RET"}); err == nil {
		t.Error("the poisoned record was found")
	}
}

// TACIR may begin without source and date, and needs both afterwards.
func TestTacir(t *testing.T) {
	t.Parallel()
	r := newRaw(t, sandbox.Config{})
	bare := `{"recipient":"+905050000001","type":"MESAJ","status":"ONAY","recipientType":"TACIR"}`
	if status, body := r.do("POST", at+"/consents", bare); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	r.core.Clock.SetOffset(time.Minute)
	if _, body := r.do("POST", at+"/consents", bare); codes(body) != "" && codes(body) != "H462" {
		t.Error(body)
	}
	no := strings.Replace(bare, "ONAY", "RET", 1)
	if _, body := r.do("POST", at+"/consents", no); codes(body) != "H462" {
		t.Error(body)
	}
	dated := strings.Replace(no, `{`, `{"consentDate":"2026-02-10 11:00:00",`, 1)
	if _, body := r.do("POST", at+"/consents", dated); codes(body) != "H463" {
		t.Error(body)
	}
	// A closed line has no date then.
	r.s.CloseLine("+905050000001")
	_, body := r.do("POST", at+"/consents/status", `{"recipient":"+905050000001","type":"MESAJ","recipientType":"TACIR"}`)
	if !strings.Contains(body, `"consentDate":""`) || !strings.Contains(body, "IYS_AHS_HAT_KAPATMA") {
		t.Error(body)
	}
}

func TestPushIsRepeatedAndOpenDoorsAreRefused(t *testing.T) {
	t.Parallel()
	r := newRaw(t, sandbox.Config{PlainPush: true})
	var fails atomic.Int32
	got := make(chan struct{}, 9)
	in := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if _, _, ok := req.BasicAuth(); !ok {
			w.WriteHeader(401)
			return
		}
		if fails.Add(-1) >= 0 {
			w.WriteHeader(500)
		}
		got <- struct{}{}
	}))
	t.Cleanup(in.Close)
	open := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(open.Close)
	reg := func(u string) (int, string) {
		return r.do("POST", at+"/push/registration", `{"connection":[{"url":"`+u+`","type":"MESAJ","username":"u","password":"p"}]}`)
	}
	if status, body := reg(open.URL); status != 422 || codes(body) != "H530" {
		t.Errorf("%d %s", status, body)
	}
	if status, body := reg(in.URL); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	<-got
	fails.Store(1)
	if err := r.s.Decide(sandbox.Decision{Brand: 600002, Recipient: "+905050000001", Type: "MESAJ", Status: "ONAY"}); err != nil {
		t.Fatal(err)
	}
	<-got
	for i := range 50 { // the failure is entered a moment after its answer
		r.core.Clock.SetOffset(time.Duration(i+1) * time.Minute)
		select {
		case <-got:
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
	t.Error("the push was not repeated")
}
