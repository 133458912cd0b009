package iletimerkezi

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
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

func post(s *Server, path, body string) (int, string) {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

const auth = `"authentication":{"key":"sandbox-key","hash":"sandbox-iletimerkezi"}`

func orderOf(members string) string { return `{"request":{` + auth + `,"order":{` + members + `}}}` }

const good = `"sender":"ONAY","sendDateTime":[],"iys":"0","message":{"text":"Merhaba","receipents":{"number":["5551112233"]}}`

func TestOrders(t *testing.T) {
	t.Parallel()
	swap := func(old, new string) string { return orderOf(strings.Replace(good, old, new, 1)) }
	for name, c := range map[string]struct {
		edit func(*Account)
		body string
		want int
	}{
		"good":                       {nil, orderOf(good), 200},
		"numbers in any writing":     {nil, swap(`"5551112233"`, `"905551112233","+90 555 111 22 34",5551112235`), 200},
		"several messages":           {nil, swap(`{"text":"Merhaba","receipents":{"number":["5551112233"]}}`, `[{"text":"a","receipents":{"number":["5551112233"]}},{"text":"b","receipents":{"number":["5551112234"]}}]`), 200},
		"time as text":               {nil, swap(`[]`, `"25/11/2026 09:00"`), 200},
		"iys as a number":            {nil, swap(`"iys":"0"`, `"iys":0`), 200},
		"commercial":                 {nil, swap(`"iys":"0"`, `"iys":"1","iysList":"BIREYSEL"`), 200},
		"no JSON":                    {nil, `{`, 400},
		"no order":                   {nil, `{"request":{` + auth + `}}`, 400},
		"wrong hash":                 {nil, strings.Replace(orderOf(good), "sandbox-iletimerkezi", "x", 1), 401},
		"API switched off":           {func(a *Account) { a.Disabled = true }, orderOf(good), 401},
		"no credit":                  {func(a *Account) { a.Credit = 0 }, orderOf(good), 402},
		"sender unknown":             {nil, swap("ONAY", "BASKA"), 450},
		"sender missing":             {nil, swap(`"ONAY"`, `""`), 459},
		"sender with Turkish letter": {nil, swap("ONAY", "MAĞAZA"), 460},
		"recipients misspelt well":   {nil, swap("receipents", "recipients"), 452},
		"bad number alone":           {nil, swap("5551112233", "123"), 452},
		"too long":                   {nil, swap("Merhaba", strings.Repeat("a", 1072)), 453},
		"no text":                    {nil, swap("Merhaba", " "), 454},
		"bad time":                   {nil, swap(`[]`, `["2026-11-25 09:00"]`), 457},
		"no iys":                     {nil, swap(`"iys":"0",`, ``), 468},
		"no list":                    {nil, swap(`"iys":"0"`, `"iys":"1"`), 469},
		"no brand":                   {func(a *Account) { a.IYSBrand = "" }, swap(`"iys":"0"`, `"iys":"1","iysList":"TACIR"`), 470},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := newServer(t, c.edit)
			status, body := post(s, "/v1/send-sms/json", c.body)
			var v struct {
				Response struct {
					Status struct{ Code json.RawMessage }
					Order  struct{ ID string }
				}
			}
			if err := json.Unmarshal([]byte(body), &v); err != nil {
				t.Fatal(err)
			}
			if status != c.want || strings.Trim(string(v.Response.Status.Code), `"`) != itoa(c.want) || (v.Response.Order.ID != "") != (c.want == 200) {
				t.Errorf("HTTP %d: %s, want %d", status, body, c.want)
			}
		})
	}
	s, _ := newServer(t, nil)
	if status, _ := post(s, "/v1/send-sms", orderOf(good)); status != 404 {
		t.Errorf("JSON at the address of XML: %d", status)
	}
}

func itoa(n int) string { b, _ := json.Marshal(n); return string(b) }

func TestEndsAndWebhook(t *testing.T) {
	t.Parallel()
	bodies := make(chan string, 8)
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var v struct{ Report map[string]any }
		if json.NewDecoder(r.Body).Decode(&v) == nil {
			bodies <- v.Report["to"].(string) + " " + v.Report["status"].(string) + " " + v.Report["body"].(string)
		}
	}))
	defer hook.Close()
	s, core := newServer(t, func(a *Account) { a.PushURL = hook.URL })
	_, body := post(s, "/v1/send-sms/json", orderOf(strings.Replace(good, `"5551112233"`, `"5551112233","5551112203"`, 1)))
	if !strings.Contains(body, `"id":"104525848"`) {
		t.Fatal(body)
	}
	report := func(page string) string {
		_, body := post(s, "/v1/get-report/json", orderOf(`"id":104525848,"page":`+page+`,"rowCount":1`))
		return body
	}
	if got := report("1"); !strings.Contains(got, `"message":[{"number":5551112233,"status":110}],"status":113`) {
		t.Error(got)
	}
	core.Clock.SetOffset(time.Minute)
	for page, want := range map[string]string{
		"1": `"message":[{"number":5551112233,"status":111}],"status":114`, "2": `"message":[{"number":5551112203,"status":112}],"status":114`, "3": `"message":[],"status":114`,
	} {
		if got := report(page); !strings.Contains(got, want) {
			t.Errorf("page %s: %s", page, got)
		}
	}
	got := map[string]bool{<-bodies: true, <-bodies: true}
	if !got["+905551112233 delivered Merhaba"] || !got["+905551112203 undelivered Merhaba"] {
		t.Errorf("pushed %v", got)
	}
}

func TestTrialSender(t *testing.T) {
	t.Parallel()
	s, core := newServer(t, nil)
	if status, body := post(s, "/v1/send-sms/json", orderOf(strings.Replace(good, "ONAY", "APITEST", 1))); status != 200 {
		t.Fatal(body)
	}
	if m := core.Phones.Received("+905551112233"); len(m) != 1 || m[0].Body == "Merhaba" {
		t.Errorf("phone shows %+v", m)
	}
}
