package sandbox

import (
	"bufio"
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/onay/onay/sandbox/outside"
)

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
