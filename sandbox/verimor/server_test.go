package verimor

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onay/onay/sandbox/outside"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, outside.Istanbul)

func newServer(t testing.TB, edit func(*Account)) (*Server, *outside.Core) {
	t.Helper()
	core := outside.NewCore(func() time.Time { return noon }, outside.Limits{})
	t.Cleanup(core.Close)
	a := DefaultAccounts()[0]
	if edit != nil {
		edit(&a)
	}
	s, err := New(core, Config{Accounts: []Account{a}})
	if err != nil {
		t.Fatal(err)
	}
	return s, core
}

func call(s *Server, method, path, body string) (int, string) {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

const (
	login  = `"username":"908500000002","password":"sandbox-verimor"`
	query  = "username=908500000002&password=sandbox-verimor"
	member = `"messages":[{"msg":"Merhaba","dest":"905551112233","id":"m1"}]`
)

func TestSends(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		edit   func(*Account)
		body   string
		status int
		answer string
	}{
		"good":                     {nil, `{` + login + `,` + member + `}`, 200, "20121"},
		"abroad":                   {nil, `{` + login + `,"messages":[{"msg":"x","dest":"00491701234567,+491701234568"}]}`, 200, "20121"},
		"period without a zero":    {nil, `{` + login + `,"valid_for":"2:00",` + member + `}`, 200, "20121"},
		"coding as a number":       {nil, `{` + login + `,"datacoding":1,` + member + `}`, 200, "20121"},
		"no JSON":                  {nil, `{`, 400, "INVALID_JSON"},
		"password":                 {nil, `{"username":"908500000002","password":"x",` + member + `}`, 401, "Geçersiz kullanıcı adı/şifre"},
		"address":                  {func(a *Account) { a.AllowedIPs = []string{"10.0.0.0/8"} }, `{` + login + `,` + member + `}`, 401, "Hesabınızda izinli IP ayarları yapılmamış"},
		"no credit":                {func(a *Account) { a.Credit = 0 }, `{` + login + `,` + member + `}`, 400, "INSUFFICIENT_CREDITS"},
		"sender":                   {nil, `{` + login + `,"source_addr":"BASKA",` + member + `}`, 400, "INVALID_SOURCE_ADDRESS"},
		"no message":               {nil, `{` + login + `,"messages":[]}`, 400, "MISSING_MESSAGE"},
		"empty text":               {nil, `{` + login + `,"messages":[{"msg":"","dest":"905551112233"}]}`, 400, "MISSING_MESSAGE"},
		"no phone":                 {nil, `{` + login + `,"messages":[{"msg":"x"}]}`, 400, "MISSING_DESTINATION_ADDRESS"},
		"ten digits":               {nil, `{` + login + `,"messages":[{"msg":"x","dest":"5551112233"}]}`, 400, "INVALID_DESTINATION_ADDRESS"},
		"plain fits":               {nil, `{` + login + `,"messages":[{"msg":"` + strings.Repeat("a", 1071) + `","dest":"905551112233"}]}`, 200, "20121"},
		"plain too long":           {nil, `{` + login + `,"messages":[{"msg":"` + strings.Repeat("a", 1072) + `","dest":"905551112233"}]}`, 400, "MESSAGE_TOO_LONG"},
		"Turkish too long":         {nil, `{` + login + `,"messages":[{"msg":"` + strings.Repeat("ş", 1044) + `","dest":"905551112233"}]}`, 400, "MESSAGE_TOO_LONG"},
		"Unicode too long":         {nil, `{` + login + `,"datacoding":"2","messages":[{"msg":"` + strings.Repeat("a", 470) + `","dest":"905551112233"}]}`, 400, "MESSAGE_TOO_LONG"},
		"half a minute":            {nil, `{` + login + `,"valid_for":"00:00",` + member + `}`, 400, "INVALID_PERIOD"},
		"more than 48 hours":       {nil, `{` + login + `,"valid_for":"48:01",` + member + `}`, 400, "INVALID_PERIOD"},
		"time passed":              {nil, `{` + login + `,"send_at":"2026-11-23 09:00:00",` + member + `}`, 400, "INVALID_DELIVERY_TIME"},
		"ISO time":                 {nil, `{` + login + `,"send_at":"2026-11-25T09:00:00+03:00",` + member + `}`, 200, "20121"},
		"coding":                   {nil, `{` + login + `,"datacoding":"3",` + member + `}`, 400, "INVALID_DATACODING"},
		"commercial without list":  {nil, `{` + login + `,"is_commercial":true,` + member + `}`, 400, "INVALID_IYS_RECIPIENT_TYPE"},
		"commercial without brand": {func(a *Account) { a.IYSBrand = "" }, `{` + login + `,"is_commercial":true,"iys_recipient_type":"BIREYSEL",` + member + `}`, 400, "MISSING_IYS_BRAND_CODE"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := newServer(t, c.edit)
			if status, body := call(s, "POST", "/v2/send.json", c.body); status != c.status || body != c.answer {
				t.Errorf("%d %s, want %d %s", status, body, c.status, c.answer)
			}
		})
	}
}

func TestPlainSendAndStatus(t *testing.T) {
	t.Parallel()
	s, core := newServer(t, nil)
	if status, body := call(s, "GET", "/v2/send?"+query+"&msg=%C5%9Fifre&dest=905551112233,905551112202", ""); status != 200 || body != "20121" {
		t.Fatal(status, body)
	}
	if m := core.Phones.Received("+905551112233"); len(m) != 1 || m[0].Body != "şifre" || m[0].Sender != "ONAY" {
		t.Errorf("phone shows %+v", m)
	}
	core.Clock.SetOffset(time.Minute)
	_, body := call(s, "GET", "/v2/status?id=20121&dest=905551112202&"+query, "")
	want := `[{"campaign_id":20121,"campaign_custom_id":"","message_id":"13580123","message_custom_id":"","dest":"905551112202","size":1,"international_multiplier":1,"credits":1,"status":"EXPIRED","gsm_error":"4101","sent_at":null,"done_at":"2026-11-24 12:00:02"}]`
	if body != want {
		t.Errorf("got  %s\nwant %s", body, want)
	}
	if status, _ := call(s, "GET", "/v2/status?id=1&"+query, ""); status != 404 {
		t.Errorf("unknown campaign: %d", status)
	}
}

func TestPushIsTriedFourTimes(t *testing.T) {
	t.Parallel()
	var tries atomic.Int64
	hit := make(chan struct{}, 10)
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		tries.Add(1)
		w.WriteHeader(http.StatusAccepted) // not 200
		hit <- struct{}{}
	}))
	defer hook.Close()
	s, core := newServer(t, func(a *Account) { a.PushURL = hook.URL })
	s.Receive("+905551112233", "8500000002", "Onay")
	for i := range 4 {
		select {
		case <-hit:
		case <-time.After(5 * time.Second):
			t.Fatalf("try %d did not come", i+1)
		}
		// The next try is planned once the answer is read.
		for range 100 {
			time.Sleep(5 * time.Millisecond)
			core.Clock.SetOffset(core.Clock.Offset() + 5*time.Minute)
			if len(hit) > 0 || i == 3 {
				break
			}
		}
	}
	core.Clock.SetOffset(core.Clock.Offset() + time.Hour)
	time.Sleep(50 * time.Millisecond)
	if n := tries.Load(); n != 4 {
		t.Errorf("%d tries", n)
	}
}

func TestSendsOfAMinute(t *testing.T) {
	t.Parallel()
	s, core := newServer(t, nil)
	status := 200
	n := 0
	for ; n < 300 && status != 429; n++ {
		status, _ = call(s, "POST", "/v2/send.json", `{`+login+`,"messages":[{"msg":"`+strings.Repeat("x", n+1)+`","dest":"905551112233"}]}`)
	}
	if n != 241 {
		t.Errorf("refused at send %d", n)
	}
	core.Clock.SetOffset(time.Minute)
	if status, _ = call(s, "POST", "/v2/send.json", `{`+login+`,`+member+`}`); status != 200 {
		t.Errorf("a minute later: %d", status)
	}
}
