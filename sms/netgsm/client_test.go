package netgsm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onay/onay/sms"
)

// server answers by path and counts the calls of each.
type server struct {
	*httptest.Server
	calls  map[string]*atomic.Int64
	bodies chan string
}

type canned struct {
	status int
	body   string
	header string // "Name: value"
}

func newServer(t *testing.T, answers map[string]canned) *server {
	s := &server{calls: map[string]*atomic.Int64{}, bodies: make(chan string, 100)}
	for path := range answers {
		s.calls[path] = &atomic.Int64{}
	}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := answers[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		s.calls[r.URL.Path].Add(1)
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		s.bodies <- string(b)
		if k, v, ok := strings.Cut(a.header, ": "); ok {
			w.Header().Set(k, v)
		}
		w.WriteHeader(a.status)
		_, _ = io.WriteString(w, a.body)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) count(path string) int64 { return s.calls[path].Load() }

func (s *server) client(t *testing.T, change func(*Config)) *Client {
	cfg := Config{BaseURL: s.URL, Usercode: "8500000000", Password: "gizli-12", Header: "ORNEKFIRMA"}
	if change != nil {
		change(&cfg)
	}
	c, err := New(cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const (
	restOTP, xmlOTP   = "/sms/rest/v2/otp", "/sms/send/otp"
	restSend, xmlSend = "/sms/rest/v2/send", "/sms/send/xml"
	goodXMLOTP        = `<?xml version="1.0"?><xml><main><code>0</code><jobID>363455686</jobID></main></xml>`
	page              = "<!DOCTYPE html><html><body>Sayfa bulunamadı</body></html>"
)

func otpMessage() sms.Message {
	return sms.Message{Route: sms.RouteOTP, To: "+905550000001", Body: "Doğrulama kodunuz 123456"}
}

func TestFallsBackToXMLOnlyWhenNothingWasSent(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		rest  canned
		falls bool
	}{
		"not found":            {canned{status: 404, body: page}, true},
		"method not allowed":   {canned{status: 405}, true},
		"moved":                {canned{status: 301, header: "Location: /elsewhere"}, true},
		"page instead of JSON": {canned{status: 200, body: page}, true},
		"page of a proxy":      {canned{status: 502, body: page}, false},
		"server error":         {canned{status: 500, body: "{}"}, false},
		"refused":              {canned{status: 406, body: `{"code":"20"}`}, false},
		"half an answer":       {canned{status: 200, body: `{"code":"0`}, false},
		"words":                {canned{status: 200, body: "Wrong data"}, false},
		"empty":                {canned{status: 200}, false},
		"login page":           {canned{status: 401, body: "no"}, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, map[string]canned{
				restOTP: c.rest, restSend: c.rest, xmlOTP: {status: 200, body: goodXMLOTP}, xmlSend: {status: 200, body: "00 361126686"},
			})
			for route, paths := range map[sms.Route][2]string{sms.RouteOTP: {restOTP, xmlOTP}, sms.RouteBulk: {restSend, xmlSend}} {
				client := s.client(t, nil)
				m := otpMessage()
				m.Route = route
				for range 2 {
					acc, err := client.Send(t.Context(), m)
					if c.falls != (err == nil) || c.falls != (acc.ProviderID != "") {
						t.Errorf("%s: got %+v, %v", route, acc, err)
					}
				}
				// Once it is known to be missing, REST is left alone.
				rest, older := int64(2), int64(0)
				if c.falls {
					rest, older = 1, 2
				}
				if s.count(paths[0]) != rest || s.count(paths[1]) != older {
					t.Errorf("%s: %d calls of REST and %d of XML, want %d and %d", route, s.count(paths[0]), s.count(paths[1]), rest, older)
				}
			}
		})
	}
}

func TestKinds(t *testing.T) {
	t.Parallel()
	type verdict struct {
		Kind  sms.Kind
		Code  string
		After time.Duration
	}
	cases := map[string]struct {
		route  sms.Route
		answer canned
		want   verdict
	}{
		"50 means a number for codes":    {sms.RouteOTP, canned{status: 406, body: `{"code":"50"}`}, verdict{Kind: sms.KindNumber, Code: "50"}},
		"50 means İYS for bulk":          {sms.RouteBulk, canned{status: 406, body: `{"code":"50"}`}, verdict{Kind: sms.KindRefused, Code: "50"}},
		"60 means no package for codes":  {sms.RouteOTP, canned{status: 406, body: `{"code":"60"}`}, verdict{Kind: sms.KindPackage, Code: "60"}},
		"code as a number":               {sms.RouteBulk, canned{status: 406, body: `{"code":30}`}, verdict{Kind: sms.KindCredentials, Code: "30"}},
		"bare code":                      {sms.RouteBulk, canned{status: 200, body: "30\n"}, verdict{Kind: sms.KindCredentials, Code: "30"}},
		"limit with a pause":             {sms.RouteBulk, canned{status: 200, body: `{"code":"80"}`, header: "Retry-After: 90"}, verdict{sms.KindThrottled, "80", 90 * time.Second}},
		"limit without a pause":          {sms.RouteOTP, canned{status: 406, body: `{"code":"80"}`}, verdict{sms.KindThrottled, "80", time.Minute}},
		"duplicates are no reason":       {sms.RouteBulk, canned{status: 406, body: `{"code":"85"}`}, verdict{Kind: sms.KindRefused, Code: "85"}},
		"system error":                   {sms.RouteBulk, canned{status: 406, body: `{"code":"100"}`}, verdict{Kind: sms.KindAmbiguous, Code: "100"}},
		"system error of codes":          {sms.RouteOTP, canned{status: 406, body: `{"code":"110"}`}, verdict{Kind: sms.KindAmbiguous, Code: "110"}},
		"unknown code":                   {sms.RouteOTP, canned{status: 406, body: `{"code":"999"}`}, verdict{Kind: sms.KindRefused, Code: "999"}},
		"unknown code of a broken host":  {sms.RouteOTP, canned{status: 500, body: `{"code":"999"}`}, verdict{Kind: sms.KindAmbiguous, Code: "999"}},
		"object without code, 406":       {sms.RouteBulk, canned{status: 406, body: `{"message":"x"}`}, verdict{Kind: sms.KindRefused, Code: "HTTP 406"}},
		"object without code, 200":       {sms.RouteBulk, canned{status: 200, body: `{"message":"x"}`}, verdict{Kind: sms.KindAmbiguous}},
		"success of a code without id":   {sms.RouteOTP, canned{status: 200, body: `{"code":"00"}`}, verdict{Kind: sms.KindAmbiguous, Code: "00"}},
		"an id that begins like success": {sms.RouteBulk, canned{status: 200, body: "300 0012345"}, verdict{Kind: sms.KindRefused, Code: "300"}},
		"endless answer":                 {sms.RouteBulk, canned{status: 200, body: strings.Repeat(" ", maxAnswer+1)}, verdict{Kind: sms.KindAmbiguous}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, map[string]canned{restOTP: c.answer, restSend: c.answer})
			m := otpMessage()
			m.Route = c.route
			_, err := s.client(t, nil).Send(t.Context(), m)
			var e *sms.Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v", err)
			}
			if d := cmp.Diff(c.want, verdict{e.Kind, e.Code, e.RetryAfter}); d != "" {
				t.Errorf("%v (-want +got):\n%s", err, d)
			}
			if e.Explain("tr") == "" || e.Explain("en") == "" {
				t.Error("a person gets no explanation")
			}
		})
	}
}

func TestExplainsCredentials(t *testing.T) {
	t.Parallel()
	s := newServer(t, map[string]canned{restOTP: {status: 406, body: `{"code":"30","jobid":null}`}})
	_, err := s.client(t, nil).Send(t.Context(), otpMessage())
	var e *sms.Error
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	const want = "Netgsm 30: kullanıcı adı/şifre yanlış, API yetkisi yok ya da IP izinli değil"
	if got := e.Explain("tr"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestReportsAsksInPagesAndIgnoresStrangers(t *testing.T) {
	t.Parallel()
	rows := func(n int, id string) string {
		return strings.TrimSuffix(strings.Repeat(`{"jobid":"`+id+`","number":"5550000001","status":"1"},`, n), ",")
	}
	var asked atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := rows(99, "id0") + "," + rows(1, "stranger")
		if asked.Add(1)%2 == 0 {
			body = rows(3, "id0")
		}
		_, _ = fmt.Fprintf(w, `{"code":"00","jobs":[%s]}`, body)
	}))
	t.Cleanup(srv.Close)
	c, err := New(Config{BaseURL: srv.URL, Usercode: "u", Password: "p"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]string, 60)
	for i := range ids {
		ids[i] = "id0"
	}
	got, err := c.Reports(t.Context(), ids)
	if err != nil || len(got) != 204 || asked.Load() != 4 {
		t.Errorf("got %d rows in %d questions, %v", len(got), asked.Load(), err)
	}
}

func TestXMLReportHidesThePasswordInItsAddress(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	s.Close()
	_, err := s.client(t, func(c *Config) { c.Transport = TransportXML }).Reports(t.Context(), []string{"1"})
	if !sms.IsRetryable(err) || strings.Contains(err.Error(), "gizli-12") {
		t.Errorf("got %v", err)
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	ok := Config{Usercode: "8500000000", Password: "gizli-12", Header: "ORNEKFIRMA"}
	for name, change := range map[string]func(*Config){
		"no password":      func(c *Config) { c.Password = "" },
		"no usercode":      func(c *Config) { c.Usercode = "" },
		"long header":      func(c *Config) { c.Header = "ABCDEFGHIJKL" },
		"unknown way":      func(c *Config) { c.Transport = "soap" },
		"base with login":  func(c *Config) { c.BaseURL = "https://u:p@api.netgsm.com.tr" },
		"base not http":    func(c *Config) { c.BaseURL = "ftp://x" },
		"code of 161":      func(c *Config) { c.OTPMax = 161 },
		"colon in account": func(c *Config) { c.Usercode = "a:b" },
	} {
		c := ok
		change(&c)
		if _, err := New(c, nil); err == nil {
			t.Errorf("%s is taken", name)
		} else if strings.Contains(err.Error(), "gizli-12") {
			t.Errorf("%s: %v shows the password", name, err)
		}
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("start", "account", ok)
	client, err := New(ok, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		fmt.Sprint(ok), fmt.Sprintf("%+v %#v", ok, ok), fmt.Sprintf("%v %#v", client, client), log.String(),
	} {
		if strings.Contains(text, "gizli-12") || !strings.Contains(text, "8500000000") {
			t.Errorf("account shows as %s", text)
		}
	}
}

func TestTransportWithoutTraceIsAmbiguous(t *testing.T) {
	t.Parallel()
	c, err := New(Config{Usercode: "u", Password: "p", Header: "ORNEK"}, &http.Client{Transport: failing{}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Send(context.Background(), otpMessage()); !sms.IsAmbiguous(err) {
		t.Errorf("nobody knows whether it was written, but got %v", err)
	}
}

type failing struct{}

func (failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }

// accepting answers without a network, to measure our own part.
type accepting struct{}

func (accepting) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: 200, Header: http.Header{},
		Body: io.NopCloser(strings.NewReader(`{"code":"00","jobId":"176217829127282816710591819","description":"success"}`)),
	}, nil
}

func BenchmarkSendOTP(b *testing.B) {
	c, err := New(Config{Usercode: "u", Password: "p", Header: "ORNEK"}, &http.Client{Transport: accepting{}})
	if err != nil {
		b.Fatal(err)
	}
	m := sms.Message{Route: sms.RouteOTP, To: "+905550000001", Body: "Dogrulama kodunuz 123456"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Send(context.Background(), m); err != nil {
			b.Fatal(err)
		}
	}
}
