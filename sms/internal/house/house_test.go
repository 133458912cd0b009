package house

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/encoding"
)

func TestUnreadable(t *testing.T) {
	t.Parallel()
	c := NewCaller("ev", nil)
	for name, k := range map[string]struct {
		status      int
		asks        bool
		want        sms.Kind
		withoutCode bool
	}{
		"nothing there":       {status: 404, want: sms.KindRefused},
		"moved":               {status: 302, want: sms.KindRefused},
		"login":               {status: 401, want: sms.KindCredentials},
		"too many":            {status: 429, want: sms.KindThrottled},
		"bad request":         {status: 400, want: sms.KindRefused},
		"server error":        {status: 500, want: sms.KindAmbiguous},
		"page of a proxy":     {status: 502, want: sms.KindAmbiguous},
		"words":               {status: 200, want: sms.KindAmbiguous, withoutCode: true},
		"question, error":     {status: 500, asks: true, want: sms.KindNotSent},
		"question, words":     {status: 200, asks: true, want: sms.KindRefused, withoutCode: true},
		"question, too often": {status: 429, asks: true, want: sms.KindThrottled},
	} {
		e := c.Unreadable(Call{Name: "x", Asks: k.asks}, Reply{Status: k.status})
		if e.Kind != k.want || (e.Code == "") != k.withoutCode || e.Kind == sms.KindThrottled && e.RetryAfter <= 0 {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

func TestLostRequests(t *testing.T) {
	t.Parallel()
	failing := roundTrip(func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF })
	endless := roundTrip(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(strings.Repeat(" ", maxAnswer+1)))}, nil
	})
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		ctx  context.Context
		http *http.Client
		asks bool
		want sms.Kind
	}{
		"nobody knows whether it was written": {t.Context(), &http.Client{Transport: failing}, false, sms.KindAmbiguous},
		"a question":                          {t.Context(), &http.Client{Transport: failing}, true, sms.KindNotSent},
		"endless answer":                      {t.Context(), &http.Client{Transport: endless}, false, sms.KindAmbiguous},
		"time was up":                         {gone, nil, false, sms.KindNotSent},
		"no connection":                       {t.Context(), nil, false, sms.KindNotSent},
	} {
		_, err := NewCaller("ev", c.http).Do(c.ctx, Call{
			Name: "send", Asks: c.asks, Method: http.MethodPost, URL: "http://127.0.0.1:1/x?password=gizli", Body: []byte("x"),
		})
		if sms.KindOf(err) != c.want || strings.Contains(err.Error(), "gizli") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestRedirectsAndCookiesAreNotFollowed(t *testing.T) {
	t.Parallel()
	calls := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		if r.Header.Get("Cookie") != "" {
			t.Error("a cookie came back")
		}
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
		w.Header().Set("Retry-After", "7")
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	defer srv.Close()
	c := NewCaller("ev", nil)
	for range 2 {
		r, err := c.Do(t.Context(), Call{Method: http.MethodPost, URL: srv.URL, Body: []byte("x")})
		if err != nil || r.Status != 302 || r.RetryAfter != 7*time.Second {
			t.Errorf("%+v, %v", r, err)
		}
	}
	if calls != 2 {
		t.Errorf("%d calls", calls)
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for v, want := range map[string]time.Duration{
		"90": 90 * time.Second, "-1": 0, "x": 0, "9999999": 24 * time.Hour,
		"Tue, 24 Nov 2026 12:01:00 GMT": time.Minute, "Tue, 24 Nov 2026 11:00:00 GMT": 0,
	} {
		if got := retryAfter(v, now); got != want {
			t.Errorf("%s: %s", v, got)
		}
	}
}

func TestShape(t *testing.T) {
	t.Parallel()
	single := Letters{Turkish: encoding.TurkishSingle, Max: SevenParts}
	ucs2 := Letters{Max: map[encoding.Encoding]int{encoding.GSM7: 480, encoding.UCS2: 268}}
	long := strings.Repeat("a", 150)
	for name, c := range map[string]struct {
		letters Letters
		m       sms.Message
		want    Text
		kind    sms.Kind
	}{
		"plain code":                      {single, sms.Message{Route: sms.RouteOTP, Body: "Kodunuz 123456"}, Text{"Kodunuz 123456", encoding.GSM7, 1}, ""},
		"a code keeps its letters":        {single, sms.Message{Route: sms.RouteOTP, Body: "Şifreniz 123456"}, Text{"Şifreniz 123456", encoding.TurkishSingle, 1}, ""},
		"unless they cost a part":         {single, sms.Message{Route: sms.RouteOTP, Body: "ş" + long}, Text{"s" + long, encoding.GSM7, 1}, ""},
		"as Unicode they cost more":       {ucs2, sms.Message{Route: sms.RouteOTP, Body: "Şifreniz 123456. " + strings.Repeat("b", 60)}, Text{"Sifreniz 123456. " + strings.Repeat("b", 60), encoding.GSM7, 1}, ""},
		"a code of two parts":             {single, sms.Message{Route: sms.RouteOTP, Body: long + "bbbbbb"}, Text{}, sms.KindText},
		"an emoji in a long code":         {ucs2, sms.Message{Route: sms.RouteOTP, Body: "😀" + long}, Text{}, sms.KindText},
		"empty":                           {single, sms.Message{Body: " \n"}, Text{}, sms.KindText},
		"plain letters":                   {single, sms.Message{Body: "Şöyle €", Encoding: sms.EncodingPlain}, Text{"Soyle EUR", encoding.GSM7, 1}, ""},
		"plain letters, and an emoji":     {single, sms.Message{Body: "😀", Encoding: sms.EncodingPlain}, Text{}, sms.KindText},
		"Turkish letters, and an emoji":   {single, sms.Message{Body: "ş😀", Encoding: sms.EncodingTurkish}, Text{}, sms.KindText},
		"Turkish letters":                 {single, sms.Message{Body: "şık “x”", Encoding: sms.EncodingTurkish}, Text{`şık "x"`, encoding.TurkishSingle, 1}, ""},
		"exactly":                         {single, sms.Message{Body: "“x”", Encoding: sms.EncodingUnicode}, Text{"“x”", encoding.UCS2, 1}, ""},
		"at liberty":                      {single, sms.Message{Body: "ş😀"}, Text{"ş😀", encoding.UCS2, 1}, ""},
		"480 plain ones":                  {ucs2, sms.Message{Body: strings.Repeat("a", 481)}, Text{}, sms.KindText},
		"268 of Unicode":                  {ucs2, sms.Message{Body: strings.Repeat("ş", 269)}, Text{}, sms.KindText},
		"no such encoding":                {single, sms.Message{Body: "x", Encoding: "latin9"}, Text{}, sms.KindParameters},
		"no letters are changed in parts": {single, sms.Message{Body: strings.Repeat("ş", 160)}, Text{strings.Repeat("ş", 160), encoding.TurkishSingle, 3}, ""},
	} {
		got, err := c.letters.Shape("ev", c.m)
		if sms.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
		if c.kind == "" {
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("%s (-want +got):\n%s", name, d)
			}
		}
	}
}

// Every message gets exactly the outcome of its own value, no call has a phone
// twice, and none is larger than allowed.
func TestSendBatchIsAPartition(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		phones := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "bad"}), 0, 40).Draw(t, "phones")
		most := rapid.IntRange(1, 7).Draw(t, "most")
		ms := make([]sms.Message, len(phones))
		for i, p := range phones {
			ms[i] = sms.Message{To: p, ID: string(rune('A' + i)), Body: []string{"x", "y"}[i%2]}
		}
		out := SendBatch(context.Background(), "ev", ms, most,
			func(m sms.Message) (Item[sms.Message], error) {
				if m.To == "bad" {
					return Item[sms.Message]{}, errors.New("bad")
				}
				return Item[sms.Message]{Value: m, Phone: m.To, Key: m.Body}, nil
			},
			func(_ context.Context, part []sms.Message) []sms.Outcome {
				seen := map[string]bool{}
				var o []sms.Outcome
				for _, m := range part {
					if seen[m.To] || m.Body != part[0].Body {
						t.Fatalf("part %+v", part)
					}
					seen[m.To] = true
					o = append(o, sms.Outcome{Accepted: sms.Accepted{ProviderID: m.ID}})
				}
				if len(part) > most {
					t.Fatalf("%d of %d", len(part), most)
				}
				return o
			})
		if len(out) != len(ms) {
			t.Fatalf("%d outcomes of %d", len(out), len(ms))
		}
		for i, m := range ms {
			if (out[i].Err != nil) != (m.To == "bad") || out[i].Err == nil && out[i].Accepted.ProviderID != m.ID {
				t.Fatalf("%d: %+v", i, out[i])
			}
		}
	})
}

func TestSendBatchWithoutAnAnswerForEach(t *testing.T) {
	t.Parallel()
	out := SendBatch(t.Context(), "ev", make([]sms.Message, 3), 10,
		func(m sms.Message) (Item[int], error) { return Item[int]{}, nil },
		func(context.Context, []int) []sms.Outcome { return make([]sms.Outcome, 2) })
	for i, o := range out {
		if !sms.IsAmbiguous(o.Err) {
			t.Errorf("%d: %+v", i, o)
		}
	}
}

func TestReading(t *testing.T) {
	t.Parallel()
	if got := Latin5([]byte("\xdeifre")) + Latin5([]byte("Şifre")); got != "ŞifreŞifre" {
		t.Errorf("got %q", got)
	}
	if got := string(Attr(nil, "a", "x\n<&>\"'\x00ş")); got != ` a="x&#10;&lt;&amp;&gt;&quot;&#39;ş"` {
		t.Errorf("got %s", got)
	}
	for s, want := range map[string]string{"2026-11-24 12:00": "2026-11-24T12:00:00+03:00", "2026-11-24T09:00:00Z": "2026-11-24T12:00:00+03:00", "yarın": ""} {
		got := ""
		if at := ReadTime(s, "2006-01-02 15:04"); !at.IsZero() {
			got = at.Format(time.RFC3339)
		}
		if got != want {
			t.Errorf("%s: %s", s, got)
		}
	}
	for raw, ok := range map[string]bool{"": true, "https://x/y/": true, "http://x": true, "ftp://x": false, "https://u:p@x": false, "https://x?a=b": false, "x": false} {
		if got, err := Base("ev", raw, "https://d"); (err == nil) != ok || strings.HasSuffix(got, "/") {
			t.Errorf("%q: %q, %v", raw, got, err)
		}
	}
}
