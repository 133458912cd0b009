package netgsm

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onay/onay/sandbox/outside"
)

func TestInbox(t *testing.T) {
	t.Parallel()
	s, _ := newServer(t, nil)
	get := func(query string) reply { return call(s, "GET", "/sms/rest/v2/inbox"+query, "", "", true) }
	if got := get(""); got.status != 406 || codeOf(t, got) != "40" {
		t.Errorf("empty: %+v", got)
	}
	if !s.Receive("+905551112233", "0850 000 00 00", "Onay | mesajı") || s.Receive("+905551112233", "ONAY", "x") {
		t.Fatal("only the subscriber's own number takes texts")
	}
	dated := "?startdate=24112026000000&stopdate=24112026120000"
	want := `{"code":"00","description":"success","messages":[{"message":"Onay | mesajı","sender":"5551112233","receiver":"8500000000","datetime":"24.11.2026 12:00:00"}]}`
	for _, query := range []string{dated, dated, "", "?startdate=24112026&stopdate=24112026"} {
		if got := get(query); got.body != want {
			t.Errorf("%q: %s", query, got.body)
		}
	}
	if got := get(""); codeOf(t, got) != "40" {
		t.Errorf("without dates a second time: %s", got.body)
	}
	for _, query := range []string{"?startdate=24112026", "?startdate=01092026&stopdate=24112026", "?startdate=x&stopdate=y"} {
		if got := get(query); codeOf(t, got) != "70" {
			t.Errorf("%q: %s", query, got.body)
		}
	}
	receive := func(from, to, kind string) string {
		return call(s, "POST", "/sms/receive", "text/xml", `<mainbody><header><usercode>8500000000</usercode><password>sandbox-netgsm</password><startdate>`+
			from+`</startdate><stopdate>`+to+`</stopdate><type>`+kind+`</type></header></mainbody>`, false).body
	}
	for got, want := range map[string]string{
		receive("241120261100", "241120261200", "1"): "5551112233 | Onay | mesaj\xfd | 24.11.2026 12:00:00 | 112345720",
		receive("241120261100", "241120261200", "0"): "5551112233 | Onay | mesaj\xfd | 24.11.2026 12:00:00",
		receive("241120261000", "241120261100", "1"): "40",
		receive("x", "241120261200", "1"):            "50",
		receive("010920261200", "241120261200", "1"): "60",
	} {
		if got != want {
			t.Errorf("receive: %q, want %q", got, want)
		}
	}
}

func TestPush(t *testing.T) {
	t.Parallel()
	type hit struct {
		kind, key string
		body      string
	}
	setup := func(t *testing.T, edit func(*Account), status func(n int) int) (*Server, *outside.Core, chan hit) {
		hits := make(chan hit, 20)
		var n atomic.Int64
		target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			b, _ := io.ReadAll(r.Body)
			w.WriteHeader(status(int(n.Add(1))))
			hits <- hit{r.Header.Get("Content-Type"), r.Header.Get("xapi-key"), string(b)}
		}))
		t.Cleanup(target.Close)
		s, core := newServer(t, func(a *Account) { a.InboundURL = target.URL; edit(a) })
		return s, core, hits
	}
	fine := func(int) int { return 200 }
	next := func(t *testing.T, hits chan hit) hit {
		t.Helper()
		select {
		case h := <-hits:
			return h
		case <-time.After(5 * time.Second):
			t.Fatal("no push came")
			return hit{}
		}
	}
	quiet := func(t *testing.T, hits chan hit) {
		t.Helper()
		select {
		case h := <-hits:
			t.Errorf("unexpected push %+v", h)
		case <-time.After(100 * time.Millisecond):
		}
	}
	t.Run("form A", func(t *testing.T) {
		s, _, hits := setup(t, func(*Account) {}, fine)
		s.Receive("+905551112233", "8500000000", "Onay ı")
		h := next(t, hits)
		v, err := url.ParseQuery(h.body)
		if err != nil || v.Get("ceptel") != "5551112233" || v.Get("mesaj") != "Onay ı" || v.Get("aboneno") != "8500000000" ||
			v.Get("gorevid") != "112345720" || v.Get("tarih") != "2026-11-24 12:00:00.000" {
			t.Errorf("%+v", h)
		}
	})
	t.Run("form A as JSON, twice", func(t *testing.T) {
		s, _, hits := setup(t, func(a *Account) { a.InboundForm, a.InboundMode = "json", "twice" }, fine)
		s.Receive("+905551112233", "8500000000", "x")
		if a, b := next(t, hits), next(t, hits); a != b || !strings.Contains(a.body, `"gorevid":"112345720"`) {
			t.Errorf("%+v %+v", a, b)
		}
	})
	t.Run("form B with its key", func(t *testing.T) {
		s, _, hits := setup(t, func(a *Account) { a.InboundForm, a.InboundKey = "b", "k" }, fine)
		s.Receive("+905551112233", "8500000000", "x")
		h := next(t, hits)
		var v map[string]any
		if err := json.Unmarshal([]byte(h.body), &v); err != nil || h.key != "k" || v["sourceNumber"] != "5551112233" || v["messageId"] != 112345720.0 {
			t.Errorf("%+v", h)
		}
	})
	t.Run("reversed", func(t *testing.T) {
		s, core, hits := setup(t, func(a *Account) { a.InboundMode = "reversed" }, fine)
		s.Receive("+905551112233", "8500000000", "first")
		quiet(t, hits)
		s.Receive("+905551112233", "8500000000", "second")
		a := next(t, hits)
		core.Clock.SetOffset(time.Second)
		if b := next(t, hits); !strings.Contains(a.body, "second") || !strings.Contains(b.body, "first") {
			t.Errorf("%+v %+v", a, b)
		}
	})
	t.Run("never, and lost", func(t *testing.T) {
		s, _, hits := setup(t, func(a *Account) { a.InboundMode = "never" }, fine)
		s.Receive("+905551112233", "8500000000", "x")
		lost, core, lostHits := setup(t, func(*Account) {}, fine)
		if err := core.Faults.Set(outside.Fault{System: System, Kind: outside.LostCallback, Rate: 1}); err != nil {
			t.Fatal(err)
		}
		lost.Receive("+905551112233", "8500000000", "x")
		quiet(t, hits)
		quiet(t, lostHits)
	})
	t.Run("tried three times, then dropped", func(t *testing.T) {
		s, core, hits := setup(t, func(*Account) {}, func(int) int { return 500 })
		s.Receive("+905551112233", "8500000000", "x")
		for i := range 3 {
			next(t, hits)
			// The retry is planned a moment after our answer was read.
			time.Sleep(50 * time.Millisecond)
			core.Clock.SetOffset(time.Duration(i+1) * 10 * time.Minute)
		}
		quiet(t, hits)
	})
}

func TestInboxWebhook(t *testing.T) {
	t.Parallel()
	s, _ := newServer(t, nil)
	if code := codeOf(t, rest(s, "inboxwebhook", `{"webhookUrl":"ftp://x"}`)); code != "70" {
		t.Errorf("bad address: %s", code)
	}
	if code := codeOf(t, rest(s, "inboxwebhook", `{"webhookUrl":"http://127.0.0.1:1/in"}`)); code != "00" {
		t.Errorf("set: %s", code)
	}
	if a, _ := s.Account("8500000000"); a.InboundURL != "http://127.0.0.1:1/in" {
		t.Errorf("address %q", a.InboundURL)
	}
	call(s, "DELETE", "/sms/rest/v2/inboxwebhook", "", "", true)
	if a, _ := s.Account("8500000000"); a.InboundURL != "" {
		t.Errorf("address %q after removal", a.InboundURL)
	}
}
