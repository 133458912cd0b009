package netgsm

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/onay/onay/sandbox/outside"
)

// start is a fixed noon in Istanbul, so no test depends on the day it runs.
var start = time.Date(2026, 11, 24, 12, 0, 0, 0, outside.Istanbul)

func newServer(t testing.TB, edit func(*Account)) (*Server, *outside.Core) {
	t.Helper()
	core := outside.NewCore(func() time.Time { return start }, outside.Limits{})
	t.Cleanup(core.Close)
	accounts := DefaultAccounts()
	if edit != nil {
		edit(&accounts[0])
	}
	s, err := New(core, Config{Accounts: accounts})
	if err != nil {
		t.Fatal(err)
	}
	return s, core
}

type reply struct {
	status int
	body   string
	kind   string
}

func call(s *Server, method, path, contentType, body string, auth bool) reply {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	if auth {
		r.SetBasicAuth("8500000000", "sandbox-netgsm")
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return reply{w.Code, w.Body.String(), w.Header().Get("Content-Type")}
}

func rest(s *Server, path, body string) reply {
	return call(s, "POST", "/sms/rest/v2/"+path, "application/json", body, true)
}

func codeOf(t testing.TB, r reply) string {
	t.Helper()
	var v struct{ Code string }
	if err := json.Unmarshal([]byte(r.body), &v); err != nil {
		t.Fatalf("%s: %v", r.body, err)
	}
	return v.Code
}

func jobOf(t testing.TB, r reply) string {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(r.body), &v); err != nil {
		t.Fatalf("%s: %v", r.body, err)
	}
	for _, k := range []string{"jobid", "jobId"} {
		if id, ok := v[k].(string); ok {
			return id
		}
	}
	t.Fatalf("no job id in %s", r.body)
	return ""
}

const goodOTP = `{"msgheader":"ONAY","msg":"Kodunuz 123456","no":"5551112233"}`

func TestOTPRefusals(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 161)
	cases := map[string]struct {
		edit func(*Account)
		body string
		auth bool
		want string
	}{
		"no login":                  {nil, goodOTP, false, "30"},
		"foreign address":           {func(a *Account) { a.AllowedIPs = []string{"10.0.0.0/8"} }, goodOTP, true, "30"},
		"login before parameters":   {nil, `{`, false, "30"},
		"no JSON":                   {nil, `{`, true, "70"},
		"text missing":              {nil, `{"msgheader":"ONAY","no":"5551112233"}`, true, "70"},
		"number missing":            {nil, `{"msgheader":"ONAY","msg":"x"}`, true, "70"},
		"header unknown":            {nil, `{"msgheader":"onay","msg":"` + long + `","no":"1"}`, true, "40"},
		"text before number":        {nil, `{"msgheader":"ONAY","msg":"` + long + `","no":"1"}`, true, "20"},
		"text blank":                {nil, `{"msgheader":"ONAY","msg":" ","no":"5551112233"}`, true, "20"},
		"too many digits":           {nil, `{"msgheader":"ONAY","msg":"x","no":"55511122334"}`, true, "50"},
		"a list of numbers":         {nil, `{"msgheader":"ONAY","msg":"x","no":"5551112233,5551112234"}`, true, "50"},
		"a fixed line":              {nil, `{"msgheader":"ONAY","msg":"x","no":"2121112233"}`, true, "50"},
		"no package":                {func(a *Account) { a.OTPPackage = false }, goodOTP, true, "60"},
		"address allowed":           {func(a *Account) { a.AllowedIPs = []string{"192.0.2.1"} }, goodOTP, true, "00"},
		"exactly 160 characters":    {nil, `{"msgheader":"ONAY","msg":"` + long[1:] + `","no":"05551112233"}`, true, "00"},
		"unknown members are fine":  {nil, `{"msgheader":"ONAY","msg":"x","no":"+905551112233","foo":1}`, true, "00"},
		"Turkish letters are taken": {nil, `{"msgheader":"ONAY","msg":"mesajı","no":"5551112233"}`, true, "00"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, core := newServer(t, c.edit)
			got := call(s, "POST", "/sms/rest/v2/otp", "application/json", c.body, c.auth)
			if code := codeOf(t, got); code != c.want {
				t.Fatalf("code %s, want %s: %s", code, c.want, got.body)
			}
			wantStatus, wantTexts := http.StatusNotAcceptable, 0
			if c.want == "00" {
				wantStatus, wantTexts = http.StatusOK, 1
			} else if !strings.Contains(got.body, `"jobid":null`) {
				t.Errorf("a refusal has a null jobid: %s", got.body)
			}
			if n := len(core.Phones.Received("+905551112233")); got.status != wantStatus || n != wantTexts {
				t.Errorf("status %d, %d texts; want %d, %d", got.status, n, wantStatus, wantTexts)
			}
		})
	}
}

func TestOTPArrivesAndIsReported(t *testing.T) {
	t.Parallel()
	s, core := newServer(t, nil)
	got := rest(s, "otp", strings.Replace(goodOTP, "Kodunuz", "Şifreniz İ ı:", 1))
	id := jobOf(t, got)
	if !strings.Contains(got.body, `"jobId"`) || id != "20261124120000000000000001" {
		t.Errorf("answer %s", got.body)
	}
	m := core.Phones.Received("+905551112233")
	if len(m) != 1 || m[0].Body != "Sifreniz I i: 123456" || m[0].Sender != "ONAY" || m[0].Provider != "netgsm" {
		t.Fatalf("phone shows %+v", m)
	}
	if r := rest(s, "report", `{"jobids":["`+id+`"]}`); !strings.Contains(r.body, `"status":0`) || strings.Contains(r.body, "deliveredDate") {
		t.Errorf("before: %s", r.body)
	}
	core.Clock.SetOffset(3 * time.Second)
	want := `{"code":"00","description":"success","jobs":[{"jobid":"` + id + `","number":"5551112233","status":1,"operator":20,"msglen":1,"deliveredDate":"2026-11-24 12:00:02","errorCode":0}]}`
	if r := rest(s, "report", `{"jobids":["`+id+`","999"]}`); r.body != want {
		t.Errorf("after: %s\nwant %s", r.body, want)
	}
}

func TestScriptedEndings(t *testing.T) {
	t.Parallel()
	cases := []struct {
		number, filter  string
		otp             bool
		status, errCode string
		arrives         bool
	}{
		{"5550000002", "0", true, "2", "111", false},
		{"5550000003", "0", true, "3", "105", false},
		{"5550000011", "0", false, "11", "115", false},
		{"5550000013", "0", false, "13", "0", false},
		{"5550000015", "0", false, "15", "106", false},
		{"5550000015", "0", true, "1", "0", true},
		{"5550000016", "11", false, "16", "0", false},
		{"5550000016", "0", false, "1", "0", true},
	}
	for _, c := range cases {
		s, core := newServer(t, nil)
		var got reply
		if c.otp {
			got = rest(s, "otp", `{"msgheader":"ONAY","msg":"x","no":"`+c.number+`"}`)
		} else {
			got = rest(s, "send", `{"msgheader":"ONAY","iysfilter":"`+c.filter+`","messages":[{"msg":"x","no":"`+c.number+`"}]}`)
		}
		core.Clock.SetOffset(time.Minute)
		r := rest(s, "report", `{"jobids":["`+jobOf(t, got)+`"]}`)
		if !strings.Contains(r.body, `"status":`+c.status+`,`) || !strings.Contains(r.body, `"errorCode":`+c.errCode+`}`) {
			t.Errorf("%+v: %s", c, r.body)
		}
		if n := len(core.Phones.Received("+90" + c.number)); (n == 1) != c.arrives {
			t.Errorf("%+v: %d texts on the phone", c, n)
		}
	}
}

func TestSendRefusals(t *testing.T) {
	t.Parallel()
	body := func(header, msg, no, more string) string {
		return `{"msgheader":"` + header + `"` + more + `,"messages":[{"msg":"` + msg + `","no":"` + no + `"}]}`
	}
	const no = "5551112233"
	cases := map[string]struct {
		edit       func(*Account)
		body, want string
	}{
		"no messages":              {nil, `{"msgheader":"ONAY","messages":[]}`, "70"},
		"bad number before header": {nil, body("NOBODY", "x", "123", ""), "70"},
		"bad filter":               {nil, body("ONAY", "x", no, `,"iysfilter":"13"`), "70"},
		"bad encoding":             {nil, body("ONAY", "x", no, `,"encoding":"KOI8"`), "70"},
		"header before text":       {nil, body("NOBODY", "", no, ""), "40"},
		"no text":                  {nil, body("ONAY", "", no, ""), "20"},
		"TR too long":              {nil, body("ONAY", strings.Repeat("a", 884), no, `,"encoding":"TR"`), "20"},
		"TR just fits":             {nil, body("ONAY", strings.Repeat("a", 883), no, `,"encoding":"TR"`), "00"},
		"not allowed for İYS":      {func(a *Account) { a.IYSAllowed = false }, body("ONAY", "x", no, `,"iysfilter":"11"`), "50"},
		"no brand":                 {func(a *Account) { a.IYSBrand = "" }, body("ONAY", "x", no, `,"iysfilter":"12"`), "51"},
		"start in the past":        {nil, body("ONAY", "x", no, `,"startdate":"231120261200"`), "01"},
		"start malformed":          {nil, body("ONAY", "x", no, `,"startdate":"2026-11-24"`), "01"},
		"stop before start":        {nil, body("ONAY", "x", no, `,"stopdate":"231120261200"`), "02"},
		"window too long":          {nil, body("ONAY", "x", no, `,"stopdate":"261120261200"`), "02"},
		"good window":              {nil, body("ONAY", "x", no, `,"stopdate":"241120261500"`), "00"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := newServer(t, c.edit)
			got := rest(s, "send", c.body)
			if code := codeOf(t, got); code != c.want {
				t.Errorf("code %s, want %s", code, c.want)
			}
			if accepted := c.want < "20"; (got.status == 200) != accepted {
				t.Errorf("status %d", got.status)
			}
		})
	}
}
