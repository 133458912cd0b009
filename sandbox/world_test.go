package sandbox

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
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

func TestPhonePage(t *testing.T) {
	t.Parallel()
	_, server := serve(t, Config{})
	if _, _, err := sendCode(t.Context(), server.URL, `Kod 123456 <script>alert(1)</script>`); err != nil {
		t.Fatal(err)
	}
	_, body := do(t, "GET", server.URL+"/phones/05551112233", "", "")
	for _, want := range []string{"Müşterinin telefonu", "0555 111 22 33", "Kod 123456 &lt;script&gt;", `data-copy="123456"`, `lang="tr"`, "8500000000"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(body, "<script>alert") {
		t.Error("the text is not escaped")
	}
	if _, body := do(t, "GET", server.URL+"/phones/05551112233?lang=en", "", ""); !strings.Contains(body, "The customer’s phone") {
		t.Error("no English page")
	}
	status, body := do(t, "POST", server.URL+"/phones/05551112233/reply", "application/x-www-form-urlencoded", url.Values{"to": {"8500000000"}, "body": {"Onay <b>"}}.Encode())
	if status != 200 || !strings.Contains(body, "Onay &lt;b&gt;") {
		t.Errorf("reply by form: %d", status)
	}
	for in, want := range map[string]int{
		`{"to":"08500000000","body":"ONAY 1"}`: 202, `{"to":"ONAY","body":"x"}`: 422, `{"to":"8500000000","body":" "}`: 422, `{`: 400,
	} {
		if status, body := do(t, "POST", server.URL+"/phones/05551112233/reply", jsonKind, in); status != want {
			t.Errorf("%s: %d %s", in, status, body)
		}
	}
	if _, body := do(t, "GET", server.URL+"/phones/05551112233/messages", "", ""); strings.Contains(body, "Onay <b>") || strings.Contains(body, `Onay \u003cb`) {
		t.Error("the customer's own text is among the received ones")
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	w, server := serve(t, Config{})
	if _, _, err := sendCode(t.Context(), server.URL, "Kod 1111"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	req, _ := http.NewRequestWithContext(ctx, "GET", server.URL+"/phones/05551112233/events?after=0", nil)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	await := func(want string) {
		t.Helper()
		for lines.Scan() {
			if strings.Contains(lines.Text(), want) {
				return
			}
		}
		t.Fatalf("the stream ended before %q: %v", want, lines.Err())
	}
	await("Kod 1111")
	if _, _, err := sendCode(t.Context(), server.URL, "Kod 2222 &"); err != nil {
		t.Fatal(err)
	}
	await("Kod 2222 &amp;")
	if err := w.Reply("05551112233", "8500000000", "evet"); err != nil {
		t.Fatal(err)
	}
	await("evet")
}

func TestPagesAndControls(t *testing.T) {
	t.Parallel()
	w, server := serve(t, Config{})
	form := "application/x-www-form-urlencoded"
	for path, want := range map[string]string{
		"/": "Deneme dünyası", "/phones": "Henüz hiçbir telefona", "/controls": "Açık arıza yok", "/accounts/netgsm": "8500000001",
		"/assets/phone.js": "EventSource", "/assets/sandbox.css": "prefers-color-scheme", "/healthz": "ok", "/phones?phone=0555+111+22+33": "0555 111 22 33",
		"/phones?phone=x": "Bu bir telefon numarası değil", "/?lang=en": "Sandbox world", "/controls?lang=en": "No fault is on", "/accounts/netgsm.json": `"otp_package":true`,
	} {
		if status, body := do(t, "GET", server.URL+path, "", ""); status != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: %d, lacks %q", path, status, want)
		}
	}
	if _, body := do(t, "POST", server.URL+"/controls/faults", form, "system=netgsm&kind=slow&percent=12,5&delay_ms=10"); !strings.Contains(body, "Yanıt gecikir") || !strings.Contains(body, "%12,5") {
		t.Error("the fault is not shown")
	}
	if f := w.core.Faults.List(); len(f) != 1 || f[0].Rate != 0.125 {
		t.Errorf("%+v", f)
	}
	do(t, "POST", server.URL+"/controls/faults/clear", form, "")
	if f := w.core.Faults.List(); len(f) != 0 {
		t.Errorf("%+v", f)
	}
	if status, _ := do(t, "PUT", server.URL+"/accounts/netgsm/8500000000", jsonKind, `{"otp_package":false}`); status != 200 {
		t.Errorf("account: %d", status)
	}
	if _, body, _ := sendCode(t.Context(), server.URL, "x"); !strings.Contains(body, `"code":"60"`) {
		t.Errorf("without the package: %s", body)
	}
	if status, _ := do(t, "PUT", server.URL+"/accounts/netgsm/8500000000", jsonKind, `{"headers":["AB"]}`); status != 422 {
		t.Errorf("short header: %d", status)
	}
	_, body := do(t, "POST", server.URL+"/accounts/netgsm/8500000000", form,
		url.Values{"password": {"p"}, "headers": {"ONAY\r\nIŞIK\r\n"}, "credit": {"5"}, "otp_credit": {"6"}, "otp_package": {"on"}, "inbound_form": {"b"}}.Encode())
	if a, _ := w.Netgsm().Account("8500000000"); !strings.Contains(body, "Kaydedildi") || a.Password != "p" || len(a.Headers) != 2 || a.Credit != 5 || !a.OTPPackage || a.IYSAllowed {
		t.Errorf("%+v", a)
	}
}

func TestForeignPagesCannotPost(t *testing.T) {
	t.Parallel()
	_, server := serve(t, Config{})
	req, _ := http.NewRequest("POST", server.URL+"/controls/clock", strings.NewReader("reset=1"))
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("status %d", res.StatusCode)
	}
}

func TestCatalogueIsComplete(t *testing.T) {
	t.Parallel()
	for key, text := range turkish {
		if english[key] == "" || text == "" {
			t.Errorf("%s is missing in a language", key)
		}
	}
	for key := range english {
		if turkish[key] == "" {
			t.Errorf("%s has no Turkish text", key)
		}
	}
	for _, k := range outside.Kinds {
		if turkish["kind."+string(k)] == "" {
			t.Errorf("fault %s has no name", k)
		}
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
