package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/onay/onay/sandbox/outside"
)

func serve(t *testing.T, cfg Config) (*World, *httptest.Server) {
	t.Helper()
	w := New(cfg)
	server := httptest.NewServer(w.Handler())
	t.Cleanup(func() {
		w.Close()
		server.Close()
	})
	return w, server
}

func do(t *testing.T, method, address, kind, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

const jsonKind = "application/json"

func sendCode(ctx context.Context, base, text string) (int, string, error) {
	body, _ := json.Marshal(map[string]string{"msgheader": "ONAY", "msg": text, "no": "5551112233"})
	req, err := http.NewRequestWithContext(ctx, "POST", base+"/netgsm/sms/rest/v2/otp", strings.NewReader(string(body)))
	if err != nil {
		return 0, "", err
	}
	req.SetBasicAuth("8500000000", "sandbox-netgsm")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return res.StatusCode, string(b), err
}

func TestMessagesInAnyForm(t *testing.T) {
	t.Parallel()
	_, server := serve(t, Config{})
	for _, text := range []string{"Kod 111111", "Kod 222222"} {
		if status, body, err := sendCode(t.Context(), server.URL, text); err != nil || status != 200 {
			t.Fatal(status, body, err)
		}
	}
	for _, phone := range []string{"05551112233", "5551112233", "905551112233", "+905551112233", "00905551112233", "0555%20111%2022%2033", "+90%20(555)%20111-22-33"} {
		status, body := do(t, "GET", server.URL+"/phones/"+phone+"/messages", "", "")
		var got []map[string]any
		if err := json.Unmarshal([]byte(body), &got); err != nil || status != 200 || len(got) != 2 ||
			got[0]["body"] != "Kod 222222" || got[0]["sender"] != "ONAY" || got[0]["provider"] != "netgsm" || got[1]["body"] != "Kod 111111" {
			t.Errorf("%s: %d %s", phone, status, body)
		}
	}
	if status, body := do(t, "GET", server.URL+"/phones/hello/messages", "", ""); status != 400 || !strings.Contains(body, "phone_invalid") {
		t.Errorf("%d %s", status, body)
	}
	if _, body := do(t, "GET", server.URL+"/phones/05559998877/messages", "", ""); strings.TrimSpace(body) != "[]" {
		t.Errorf("an unused phone gives %s", body)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		kind     outside.Kind
		timeout  bool
		status   int
		contains string
		texts    int
	}{
		"silent and not sent":  {outside.TimeoutBefore, true, 0, "", 0},
		"silent but sent":      {outside.TimeoutAfter, true, 0, "", 1},
		"500 but sent":         {outside.HTTP500, false, 500, "500", 1},
		"a page":               {outside.AnswerHTML, false, 200, "<html>", 1},
		"a number as the code": {outside.AnswerNumberCode, false, 200, `"code":0,`, 1},
		"bare 30":              {outside.AnswerBare30, false, 200, "30", 1},
		"unknown code":         {outside.Answer999, false, 200, `"code":"999"`, 1},
		"01":                   {outside.Answer01, false, 200, `"code":"01"`, 1},
		"half an answer":       {outside.AnswerTruncated, false, 200, `{"code":"00"`, 1},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, server := serve(t, Config{})
			put, _ := json.Marshal(outside.Fault{System: "netgsm", Kind: c.kind, Rate: 1})
			if status, body := do(t, "PUT", server.URL+"/faults", jsonKind, string(put)); status != 200 || !strings.Contains(body, string(c.kind)) {
				t.Fatal(status, body)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			status, body, err := sendCode(ctx, server.URL, "Kod 1")
			if errors.Is(err, context.DeadlineExceeded) != c.timeout || !c.timeout && (status != c.status || !strings.Contains(body, c.contains)) {
				t.Errorf("%d %q %v", status, body, err)
			}
			if m, _ := w.Messages("05551112233"); len(m) != c.texts {
				t.Errorf("%d texts, want %d", len(m), c.texts)
			}
			if status, _ := do(t, "DELETE", server.URL+"/faults", "", ""); status != 204 {
				t.Errorf("clear: %d", status)
			}
			if status, body, err := sendCode(t.Context(), server.URL, "Kod 2"); err != nil || status != 200 || !strings.Contains(body, `"code":"00"`) {
				t.Errorf("after clearing: %d %s %v", status, body, err)
			}
		})
	}
}

func TestSlowAndRate(t *testing.T) {
	t.Parallel()
	w, server := serve(t, Config{})
	if err := w.SetFault(outside.Fault{System: "netgsm", Kind: outside.Slow, Rate: 1, DelayMS: 150}); err != nil {
		t.Fatal(err)
	}
	before := time.Now()
	if status, _, err := sendCode(t.Context(), server.URL, "x"); err != nil || status != 200 || time.Since(before) < 150*time.Millisecond {
		t.Errorf("%d %v after %v", status, err, time.Since(before))
	}
	w.ClearFaults()
	if err := w.SetFault(outside.Fault{System: "*", Kind: outside.HTTP500, Rate: 0.5}); err != nil {
		t.Fatal(err)
	}
	failed := 0
	for range 80 {
		if status, _, _ := sendCode(t.Context(), server.URL, "x"); status == 500 {
			failed++
		}
	}
	if failed < 10 || failed > 70 {
		t.Errorf("%d of 80 failed at a rate of one half", failed)
	}
	for _, bad := range []string{`{"kind":"slow"}`, `{"system":"netgsm","kind":"x"}`, `{"system":"netgsm","kind":"slow","rate":2}`, `{"system":"netgsm","kind":"slow","delay_ms":-1}`} {
		if status, _ := do(t, "PUT", server.URL+"/faults", jsonKind, bad); status != 422 {
			t.Errorf("%s: %d", bad, status)
		}
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	base := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	w, server := serve(t, Config{BaseClock: func() time.Time { return base }})
	var followed time.Duration
	w.OnClock(func(d time.Duration) { followed = d })
	status, body := do(t, "PUT", server.URL+"/clock", jsonKind, `{"offset_seconds":180}`)
	if status != 200 || !strings.Contains(body, `"now":"2026-11-24T09:03:00Z"`) || followed != 3*time.Minute || !w.Now().Equal(base.Add(3*time.Minute)) {
		t.Errorf("%d %s, followed %v, now %v", status, body, followed, w.Now())
	}
	for _, bad := range []string{`{}`, `{"offset_seconds":1e12}`} {
		if status, _ := do(t, "PUT", server.URL+"/clock", jsonKind, bad); status != 422 {
			t.Errorf("%s: %d", bad, status)
		}
	}
	if _, _, err := sendCode(t.Context(), server.URL, "x"); err != nil {
		t.Fatal(err)
	}
	if m, _ := w.Messages("5551112233"); len(m) != 1 || !m[0].At.Equal(base.Add(3*time.Minute)) {
		t.Errorf("%+v", m)
	}
	do(t, "POST", server.URL+"/controls/clock", "application/x-www-form-urlencoded", "step_seconds=3600")
	if followed != 63*time.Minute {
		t.Errorf("the page's step gave %v", followed)
	}
	do(t, "POST", server.URL+"/controls/clock", "application/x-www-form-urlencoded", "reset=1")
	if followed != 0 {
		t.Errorf("reset gave %v", followed)
	}
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	w, server := serve(t, Config{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 15 {
				if _, _, err := sendCode(t.Context(), server.URL, "Kod"); err != nil {
					t.Error(err)
				}
				w.SetOffset(time.Duration(i) * time.Minute)
				_, _ = w.Messages("05551112233")
			}
		})
	}
	wg.Wait()
}
