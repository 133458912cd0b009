package mutlucell

import (
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

func post(s *Server, path, body string) string {
	r := httptest.NewRequest(http.MethodPost, "/smsgw-ws/"+path, strings.NewReader(body))
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return w.Body.String()
}

const (
	login = `ka="onay" pwd="sandbox-mutlucell"`
	mesaj = `<mesaj><metin>Merhaba</metin><nums>905551112233, 5551112202</nums></mesaj>`
)

func pack(more, inside string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><smspack ` + login + ` ` + more + `>` + inside + `</smspack>`
}

func TestPackages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		edit       func(*Account)
		body, want string
	}{
		"good":              {nil, pack(`org="ONAY" charset="default"`, mesaj), "$88096496#2.0"},
		"bad numbers alone": {nil, pack(`org="ONAY"`, `<mesaj><metin>x</metin><nums>123, x</nums></mesaj>`), "$88096496#0.0"},
		"two parts":         {nil, pack(`org="ONAY" charset="turkish"`, `<mesaj><metin>`+strings.Repeat("ş", 151)+`</metin><nums>905551112233</nums></mesaj>`), "$88096496#2.0"},
		"no XML":            {nil, "<smspack", "20"},
		"another root":      {nil, `<smsrapor ` + login + `/>`, "20"},
		"charset":           {nil, pack(`org="ONAY" charset="latin5"`, mesaj), "20"},
		"no text":           {nil, pack(`org="ONAY"`, `<mesaj><metin/><nums>905551112233</nums></mesaj>`), "20"},
		"bad time":          {nil, pack(`org="ONAY" tarih="24.11.2026"`, mesaj), "20"},
		"sender":            {nil, pack(`org="BASKA"`, mesaj), "21"},
		"credit":            {func(a *Account) { a.Credit = 1 }, pack(`org="ONAY"`, mesaj), "22"},
		"password":          {func(a *Account) { a.Password = "x" }, pack(`org="ONAY"`, mesaj), "23"},
		"not activated":     {func(a *Account) { a.Disabled = true }, pack(`org="ONAY"`, mesaj), "30"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := newServer(t, c.edit)
			if got := post(s, "sndblkex", c.body); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestReportAndTheLock(t *testing.T) {
	t.Parallel()
	const ask = `<smsrapor ` + login + ` id="88096496"/>`
	s, core := newServer(t, nil)
	post(s, "sndblkex", pack(`org="ONAY"`, mesaj))
	core.Clock.SetOffset(time.Minute)
	for range 2 { // nothing is pending any more
		if got := post(s, "gtblkrprtex", ask); got != "905551112233 3\n905551112202 5\n" {
			t.Errorf("got %q", got)
		}
	}
	hasty, core := newServer(t, nil)
	post(hasty, "sndblkex", pack(`org="ONAY"`, mesaj))
	core.Clock.SetOffset(30 * time.Second)
	for _, path := range []string{"gtblkrprtex", "gtcrdtex"} {
		body := ask
		if path == "gtcrdtex" {
			body = `<smskredi ` + login + `/>`
		}
		if got := post(hasty, path, body); got != "30" {
			t.Errorf("%s after asking too soon: %q", path, got)
		}
	}
}

func TestAnEndBeforeTheStart(t *testing.T) {
	t.Parallel()
	s, core := newServer(t, nil)
	post(s, "sndblkex", pack(`org="ONAY" bitis="2026-11-24 11:59"`, mesaj))
	if n := len(core.Phones.Received("+905551112233")); n != 0 {
		t.Errorf("%d texts on the phone", n)
	}
	core.Clock.SetOffset(time.Minute)
	if got := post(s, "gtblkrprtex", `<smsrapor `+login+` id="88096496"/>`); !strings.HasPrefix(got, "905551112233 5\n") {
		t.Errorf("got %q", got)
	}
}
