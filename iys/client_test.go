package iys_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/onay/onay/iys"
)

var someDay = time.Date(2026, 2, 10, 6, 40, 0, 0, time.UTC)

func someConsent() iys.Consent {
	return iys.Consent{Recipient: "+905050000001", Type: iys.Mesaj, Source: iys.SourceWeb, Status: iys.Onay, ConsentDate: someDay}
}

func TestEveryCodeSaysWhatToDo(t *testing.T) {
	t.Parallel()
	list := iys.Codes()
	if len(list) < 150 {
		t.Errorf("%d codes", len(list))
	}
	for _, c := range list {
		for _, s := range []string{iys.Meaning(c, "tr"), iys.Meaning(c, "en"), iys.CodeAdvice(c, "tr"), iys.CodeAdvice(c, "en")} {
			if s == "" {
				t.Errorf("%s has no text", c)
			}
		}
		if iys.Meaning(c, "tr") == iys.Meaning(c, "en") || iys.CodeAdvice(c, "tr") == iys.CodeAdvice(c, "en") {
			t.Errorf("%s is not translated", c)
		}
	}
	if iys.Meaning("H9999", "en") != "" || iys.CodeAdvice("H9999", "en") != "" {
		t.Error("an unknown code has a text")
	}
	for _, o := range []iys.Outcome{
		iys.AlreadySatisfied, iys.StaleReadBack, iys.ExpiredConsent, iys.Early, iys.RenewToken, iys.StopToken, iys.StopCall,
		iys.RetrySoon, iys.Quota, iys.Account, iys.BadCredentials, iys.Permanent,
	} {
		if o.Advice("tr") == "" || o.Advice("tr") == o.Advice("en") {
			t.Errorf("%s: %q", o, o.Advice("tr"))
		}
	}
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status    int
		body      string
		sent      iys.Status
		want      iys.Outcome
		ambiguous bool
	}{
		"first RET":            {400, `{"errors":[{"code":"H175"}]}`, iys.Ret, iys.AlreadySatisfied, false},
		"H174 on ONAY":         {400, `{"errors":[{"code":"H174"}]}`, iys.Onay, iys.Permanent, false},
		"early":                {422, `{"errors":[{"code":"H162"}]}`, iys.Onay, iys.Early, false},
		"late, 422":            {422, `{"errors":[{"code":"H467"}]}`, iys.Onay, iys.ExpiredConsent, false},
		"early and bad field":  {422, `{"errors":[{"code":"H162"},{"code":"H115"}]}`, iys.Onay, iys.Permanent, false},
		"quota":                {422, `{"errors":[{"code":"H525"}]}`, iys.Onay, iys.Quota, false},
		"account":              {403, `{"errors":[{"code":"H586"}]}`, iys.Onay, iys.Account, false},
		"busy as 400":          {400, `{"errors":[{"code":"H123"}]}`, iys.Onay, iys.RetrySoon, false},
		"limit a second":       {429, `{"errors":[{"code":"H124"}]}`, iys.Onay, iys.RetrySoon, false},
		"429 without a code":   {429, ``, iys.Onay, iys.RetrySoon, false},
		"unknown code":         {422, `{"errors":[{"code":"H9999"}]}`, iys.Onay, iys.Permanent, false},
		"numeric code":         {400, `{"code":123}`, iys.Onay, iys.Permanent, false},
		"server error":         {500, `{"errors":[{"code":"H103"}]}`, iys.Onay, iys.RetrySoon, true},
		"page of a proxy":      {502, `<html>`, iys.Onay, iys.RetrySoon, true},
		"page with 200":        {200, `<html>`, iys.Onay, iys.RetrySoon, true},
		"success without id":   {200, `{}`, iys.Onay, iys.RetrySoon, true},
		"redirect":             {302, ``, iys.Onay, iys.RetrySoon, true},
		"page with 403":        {403, `<html>`, iys.Onay, iys.Permanent, false},
		"token refused always": {401, `{"errors":[{"code":"H351"}]}`, iys.Onay, iys.RenewToken, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := newClient(t, &fake{status: c.status, body: c.body}, nil)
			v := someConsent()
			v.Status = c.sent
			_, err := client.Add(context.Background(), 600001, v)
			var e *iys.Error
			if !errors.As(err, &e) || e.Outcome != c.want || e.Ambiguous != c.ambiguous || e.NotSent {
				t.Errorf("%v (ambiguous %t), want %s", err, iys.IsAmbiguous(err), c.want)
			}
		})
	}
}

// A request that the connection swallowed may have been carried out; one that
// met no connection was not.
func TestWrittenOrNot(t *testing.T) {
	t.Parallel()
	tokens := iys.NewMemoryTokens()
	cut := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/oauth2/token" {
			_, _ = io.WriteString(w, `{"access_token":"A","expires_in":7200}`)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		panic(http.ErrAbortHandler)
	}))
	t.Cleanup(cut.Close)
	refuse := false
	hc := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		if refuse {
			return nil, &net.OpError{Op: "dial", Err: errors.New("refused")}
		}
		return (&net.Dialer{}).DialContext(ctx, network, addr)
	}}}
	c, err := iys.New(iys.Config{BaseURL: cut.URL, Username: "u", Password: "p", IYSCode: 1, Tokens: tokens, Now: func() time.Time { return someDay }}, hc)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Add(context.Background(), 1, someConsent())
	if !iys.IsAmbiguous(err) || iys.IsNotSent(err) {
		t.Errorf("cut: %v", err)
	}
	refuse = true
	_, err = c.Add(context.Background(), 1, someConsent())
	if iys.IsAmbiguous(err) || !iys.IsNotSent(err) {
		t.Errorf("no connection: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = c.Add(ctx, 1, someConsent())
	if iys.IsAmbiguous(err) || !iys.IsNotSent(err) || !errors.Is(err, context.Canceled) {
		t.Errorf("time was up: %v", err)
	}
}

func TestReceiverLetsNobodyIn(t *testing.T) {
	t.Parallel()
	body := `{"list":[{"brandCode":"1","recipient":"+905050000001","type":"MESAJ","status":"RET","transactionId":"t"},` +
		`{"brandCode":1,"recipient":"+905050000001","type":"MESAJ","status":"BEKLE"},{"brandCode":2,"recipient":"+905050000001","type":"MESAJ","status":"RET"}]}`
	for name, c := range map[string]struct {
		user, password, method, body string
		fails                        bool
		code, stored                 int
	}{
		"no credentials":    {"", "", "POST", body, false, 401, 0},
		"wrong password":    {"u", "x", "POST", body, false, 401, 0},
		"right":             {"u", "p", "POST", body, false, 200, 1},
		"GET":               {"u", "p", "GET", "", false, 405, 0},
		"no list":           {"u", "p", "POST", `{}`, false, 400, 0},
		"empty list":        {"u", "p", "POST", `{"list":[]}`, false, 200, 0},
		"not stored by us":  {"u", "p", "POST", body, true, 500, 0},
		"too large a body":  {"u", "p", "POST", `{"list":["` + strings.Repeat("x", 5<<20) + `"]}`, false, 400, 0},
		"nobody is nobody.": {"", "", "POST", `{"list":[]}`, false, 401, 0},
	} {
		stored := 0
		p := &iys.Receiver{Username: "u", Password: "p", Brands: []int64{1}, Store: func(_ context.Context, list []iys.Movement) error {
			if c.fails {
				return errors.New("disk full")
			}
			stored += len(list)
			return nil
		}}
		r := httptest.NewRequest(c.method, "/", strings.NewReader(c.body))
		if c.user != "" {
			r.SetBasicAuth(c.user, c.password)
		}
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		if w.Code != c.code || stored != c.stored || (c.code == 401) != (w.Header().Get("WWW-Authenticate") != "") {
			t.Errorf("%s: %d, %d stored", name, w.Code, stored)
		}
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequest("POST", "/", strings.NewReader(body))
	r.SetBasicAuth("", "")
	if (&iys.Receiver{}).ServeHTTP(w, r); w.Code != 401 {
		t.Errorf("a receiver without credentials answers %d", w.Code)
	}
}

func TestNetgsmPush(t *testing.T) {
	t.Parallel()
	list, err := iys.ParseNetgsmPush([]byte(`[{"brandCode":"123456","type":"MESAJ","source":"IYS_3338","status":"RET","consentDate":"2026-02-10 13:55:00",` +
		`"recipientType":"BIREYSEL","submitid":"","recipient":"905050000001","resultstatus":"success","errcode":null,"creationdate":"2026-02-10 13:56:00"}]`))
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	v := list[0]
	if v.Recipient != "+905050000001" || !v.Registered || v.Code != "" || !v.Source.ByIYS() || v.Brand != 123456 || iys.FormatTime(v.CreatedAt) != "2026-02-10 13:56:00" {
		t.Errorf("%+v", v)
	}
	other := v
	other.Status = iys.Onay
	if v.Mark() == other.Mark() {
		t.Error("two events have one mark")
	}
}

func TestTieGoesToTheRefusal(t *testing.T) {
	t.Parallel()
	k := iys.Key{Brand: 1, Recipient: "a@example.com", Type: iys.Eposta, RecipientType: iys.Bireysel}
	m := func(s iys.Status, at time.Time) iys.Movement {
		return iys.Movement{Brand: 1, Recipient: k.Recipient, Type: k.Type, Status: s, CreatedAt: at, TransactionID: "t"}
	}
	for _, order := range [][]iys.Status{{iys.Onay, iys.Ret}, {iys.Ret, iys.Onay}} {
		b := iys.NewBook()
		for _, s := range order {
			b.Apply(m(s, someDay))
		}
		if b.Effective(k) != iys.Ret {
			t.Errorf("%v", order)
		}
	}
	b := iys.NewBook()
	if b.Effective(k) != iys.Ret || b.Known(k) {
		t.Error("the unknown may be written to")
	}
	b.Apply(m(iys.Ret, someDay))
	old := m(iys.Onay, someDay.Add(-time.Hour))
	old.TransactionID, old.ConsentDate = "u", someDay.Add(time.Hour)
	b.Apply(old)
	if b.Effective(k) != iys.Ret {
		t.Error("a late older movement wins")
	}
}

func TestPaceLetsTenThrough(t *testing.T) {
	t.Parallel()
	c := newClient(t, &fake{status: 200, body: `[]`}, func(c *iys.Config) { c.Pace = iys.NewPace(4) })
	start := time.Now()
	for range 4 { // and one for the token
		if _, err := c.Brands(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if d := time.Since(start); d < time.Second {
		t.Errorf("5 calls took %s", d)
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	for _, c := range []iys.Config{
		{}, {Username: "u", Password: "p"}, {Username: "u", Password: "p", IYSCode: 1, BaseURL: "ftp://x"},
		{Username: "u", Password: "p", IYSCode: 1, BaseURL: "https://u:p@x"}, {Username: "u", Password: "p", IYSCode: 1, TokenBudget: -1},
	} {
		if _, err := iys.New(c, nil); err == nil {
			t.Errorf("%v is taken", c)
		}
	}
}
