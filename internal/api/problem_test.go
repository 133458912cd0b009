package api_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/onay/onay/internal/api"
	"github.com/onay/onay/internal/company"
)

func TestBadInputGivesAProblem(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	long := strings.Repeat("x", 1<<20)
	for _, c := range []struct {
		name, method, path, body string
		status                   int
		code, field              string
		header                   []string
	}{
		{"no body", "POST", "/v1/verifications", "", 422, "invalid_request", "", nil},
		{"phone missing", "POST", "/v1/verifications", `{}`, 422, "invalid_request", "phone", nil},
		{"phone null", "POST", "/v1/verifications", `{"phone":null}`, 422, "invalid_request", "phone", nil},
		{"phone of a wrong type", "POST", "/v1/verifications", `{"phone":5}`, 422, "invalid_request", "phone", nil},
		{"phone an object", "POST", "/v1/verifications", `{"phone":{"a":1}}`, 422, "invalid_request", "phone", nil},
		{"amount a fraction", "POST", "/v1/verifications", `{"phone":"+905551112233","purpose":"payment","amount":1.5}`, 422, "invalid_request", "amount", nil},
		{"amount a text", "POST", "/v1/verifications", `{"phone":"+905551112233","purpose":"payment","amount":"10"}`, 422, "invalid_request", "amount", nil},
		{"amount beyond numbers", "POST", "/v1/verifications", `{"phone":"+905551112233","purpose":"payment","amount":1e400}`, 400, "malformed_json", "", nil},
		{"amount beyond int64", "POST", "/v1/verifications", `{"phone":"+905551112233","purpose":"payment","amount":1e30}`, 0, "", "", nil},
		{"amount negative", "POST", "/v1/verifications", `{"phone":"+905551112233","purpose":"payment","amount":-1}`, 422, "amount_required", "amount", nil},
		{"amount without purpose", "POST", "/v1/verifications", `{"phone":"+905551112233","amount":1}`, 422, "amount_not_allowed", "amount", nil},
		{"metadata of a wrong type", "POST", "/v1/verifications", `{"phone":"+905551112233","metadata":{"a":1}}`, 422, "invalid_request", "metadata.a", nil},
		{"unknown field", "POST", "/v1/verifications", `{"phone":"+905551112233","telefon":"1"}`, 422, "invalid_request", "telefon", nil},
		{"an array", "POST", "/v1/verifications", `[]`, 422, "invalid_request", "body", nil},
		{"a text", "POST", "/v1/verifications", `"x"`, 422, "invalid_request", "body", nil},
		{"malformed", "POST", "/v1/verifications", `{"phone":`, 400, "malformed_json", "", nil},
		{"deeply nested", "POST", "/v1/verifications", strings.Repeat("[", 100_000), 400, "malformed_json", "", nil},
		{"invalid UTF-8", "POST", "/v1/verifications", "{\"phone\":\"\xff\xfe\"}", 400, "invalid_utf8", "", nil},
		{"NUL", "POST", "/v1/verifications", `{"phone":"+905551112233","metadata":{"a":"\u0000"}}`, 400, "invalid_utf8", "", nil},
		{"lone surrogate", "POST", "/v1/verifications", `{"phone":"\ud800"}`, 422, "invalid_phone", "phone", nil},
		{"1 MB", "POST", "/v1/verifications", `{"phone":"` + long + `"}`, 413, "too_large", "", nil},
		{"100 KB phone", "POST", "/v1/verifications", `{"phone":"` + long[:100<<10] + `"}`, 422, "invalid_request", "phone", nil},
		{"form", "POST", "/v1/verifications", `phone=5551112233`, 415, "unsupported_media_type", "", []string{"Content-Type", "application/x-www-form-urlencoded"}},
		{"9 digits", "POST", "/v1/verifications", `{"phone":"+90555111223"}`, 422, "invalid_phone", "phone", nil},
		{"11 digits", "POST", "/v1/verifications", `{"phone":"+9055511122334"}`, 422, "invalid_phone", "phone", nil},
		{"letters", "POST", "/v1/verifications", `{"phone":"beş yüz"}`, 422, "invalid_phone", "phone", nil},
		{"a Turkish landline", "POST", "/v1/verifications", `{"phone":"+902121112233"}`, 422, "not_mobile", "phone", nil},
		{"a foreign landline", "POST", "/v1/verifications", `{"phone":"+49301234567"}`, 422, "not_mobile", "phone", nil},
		{"a foreign mobile", "POST", "/v1/verifications", `{"phone":"+4915123456789"}`, 422, "country_not_allowed", "phone", nil},
		{"unknown purpose", "POST", "/v1/verifications", `{"phone":"+905551112233","purpose":"x"}`, 422, "unknown_purpose", "purpose", nil},
		{"bad client_ip", "POST", "/v1/verifications", `{"phone":"+905551112233","client_ip":"1.2.3"}`, 422, "invalid_ip", "client_ip", nil},
		{"no such verification", "GET", "/v1/verifications/ver_x", "", 404, "not_found", "", nil},
		{"check of none", "POST", "/v1/verifications/ver_x/check", `{"code":"123456"}`, 404, "not_found", "", nil},
		{"resend of none", "POST", "/v1/verifications/ver_x/resend", "", 404, "not_found", "", nil},
		{"cancel of none", "POST", "/v1/verifications/ver_x/cancel", "", 404, "not_found", "", nil},
		{"code missing", "POST", "/v1/verifications/ver_x/check", `{}`, 422, "invalid_request", "code", nil},
		{"code of letters", "POST", "/v1/verifications/ver_x/check", `{"code":"abcdef"}`, 422, "invalid_code", "code", nil},
		{"NUL in the path", "GET", "/v1/verifications/ver_%00", "", 400, "invalid_utf8", "", nil},
		{"invalid UTF-8 in the path", "GET", "/v1/verifications/%ff", "", 400, "invalid_utf8", "", nil},
		{"invalid UTF-8 in the query", "GET", "/v1/verifications?cursor=%ff", "", 400, "invalid_utf8", "", nil},
		{"an SQL id", "GET", "/v1/messages/x'%20OR%20'1'='1", "", 404, "not_found", "", nil},
		{"limit of letters", "GET", "/v1/verifications?limit=x", "", 422, "invalid_request", "limit", nil},
		{"limit 0", "GET", "/v1/verifications?limit=0", "", 422, "invalid_request", "limit", nil},
		{"limit too high", "GET", "/v1/messages?limit=100000", "", 422, "invalid_request", "limit", nil},
		{"phone filter", "GET", "/v1/messages?phone=1", "", 422, "invalid_phone", "phone", nil},
		{"status filter", "GET", "/v1/verifications?status=x", "", 422, "invalid_request", "status", nil},
		{"unknown route", "GET", "/v1/nothing", "", 404, "no_such_route", "", nil},
		{"wrong method", "DELETE", "/v1/verifications", "", 405, "method_not_allowed", "", nil},
		{"no key", "GET", "/v1/verifications", "", 401, "missing_key", "", []string{"Authorization", ""}},
		{"other scheme", "GET", "/v1/verifications", "", 401, "missing_key", "", []string{"Authorization", "Basic YTpi"}},
		{"made-up key", "GET", "/v1/verifications", "", 401, "invalid_key", "", []string{"Authorization", "Bearer onay_live_madeup_key_0000000000"}},
		{"long key", "GET", "/v1/verifications", "", 401, "invalid_key", "", []string{"Authorization", "Bearer " + long[:8000]}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := h.call(c.method, c.path, c.body, c.header...)
			if r.status >= 500 || r.status < 400 {
				t.Fatalf("status %d: %s", r.status, r.raw)
			}
			if ct := r.header.Get("Content-Type"); ct != "application/problem+json" {
				t.Errorf("content type %q", ct)
			}
			for _, f := range []string{"type", "title", "detail", "detail_tr", "detail_en", "code"} {
				if r.text(f) == "" {
					t.Errorf("%s is missing: %s", f, r.raw)
				}
			}
			if c.status == 0 {
				return
			}
			if r.status != c.status || r.text("code") != c.code || r.text("field") != c.field || r.json["status"] != float64(c.status) {
				t.Errorf("%d %q %q, want %d %q %q: %s", r.status, r.text("code"), r.text("field"), c.status, c.code, c.field, r.raw)
			}
			if (r.status == 401) != (r.header.Get("WWW-Authenticate") != "") {
				t.Error("WWW-Authenticate belongs to 401")
			}
		})
	}
}

func TestDetailFollowsAcceptLanguage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for accept, want := range map[string]string{"": "detail_tr", "en-GB,tr;q=0.5": "detail_en", "tr-TR,en": "detail_tr", "de, en": "detail_en", "de": "detail_tr"} {
		for _, body := range []string{`{"phone":"1"}`, `{}`} {
			r := h.call("POST", "/v1/verifications", body, "Accept-Language", accept)
			if r.text("detail") != r.text(want) {
				t.Errorf("Accept-Language %q: %s", accept, r.raw)
			}
		}
	}
}

func TestKeysOpenOnlyTheirDoors(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := newHouse(t)
	k, text, err := h.companies.CreateKey(ctx, h.company.ID, company.NewKey{Name: "messages", Scopes: []string{"messages"}})
	if err != nil {
		t.Fatal(err)
	}
	auth := []string{"Authorization", "Bearer " + text}
	h.must(200, "GET", "/v1/messages", "", auth...)
	if r := h.must(403, "GET", "/v1/verifications", "", auth...); r.text("code") != "scope_missing" {
		t.Errorf("other scope: %s", r.raw)
	}
	if err := h.companies.RevokeKey(ctx, h.company.ID, k.ID); err != nil {
		t.Fatal(err)
	}
	if r := h.must(401, "GET", "/v1/messages", "", auth...); r.text("code") != "invalid_key" {
		t.Errorf("revoked: %s", r.raw)
	}
	if _, err := h.companies.SetStatus(ctx, h.company.ID, "closed"); err != nil {
		t.Fatal(err)
	}
	if r := h.must(403, "POST", "/v1/verifications", `{"phone":"+905551112233"}`); r.text("code") != "company_closed" {
		t.Errorf("closed: %s", r.raw)
	}
}

func TestForwardedAddressIsBelievedFromTrustedProxiesOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		trusted   []netip.Prefix
		forwarded string
		status    int
	}{
		{"nobody is trusted", nil, "198.51.100.7", 403},
		{"the proxy tells the caller", []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, "198.51.100.7", 200},
		{"the caller made up a hop before", []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, "198.51.100.7, 203.0.113.9", 403},
		{"two proxies", []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8")}, "9.9.9.9, 198.51.100.7, 10.1.2.3", 200},
		{"rubbish", []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, "198.51.100.7, x", 403},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, func(d *api.Deps) { d.TrustedProxies = c.trusted })
			_, text, err := h.companies.CreateKey(context.Background(), h.company.ID, company.NewKey{Name: "n", Scopes: []string{"*"}, Networks: []string{"198.51.100.0/24"}})
			if err != nil {
				t.Fatal(err)
			}
			if r := h.call("GET", "/v1/messages", "", "Authorization", "Bearer "+text, "X-Forwarded-For", c.forwarded); r.status != c.status {
				t.Errorf("status %d, want %d: %s", r.status, c.status, r.raw)
			}
		})
	}
}

func TestFailureOfOursShowsNoInternals(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.must(200, "GET", "/v1/messages", "") // the key is remembered
	h.db.Close()
	r := h.call("GET", "/v1/messages", "", "Accept-Language", "en")
	if r.status < 500 || strings.Contains(strings.ToLower(r.raw), "database") || strings.Contains(r.raw, "sql") || r.text("request_id") != r.header.Get("Request-Id") {
		t.Errorf("closed database: %d %s", r.status, r.raw)
	}
}

// A client that writes its whole request before it reads gets the answer too, and no broken connection.
func TestTooLargeIsToldToWhoWritesFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	body := strings.Repeat("5", 2<<20)
	if _, err := fmt.Fprintf(conn, "POST /v1/verifications HTTP/1.1\r\nHost: onay\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", h.key, len(body), body); err != nil {
		t.Fatalf("the connection broke: %v", err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Fatalf("%v %v", res, err)
	}
}
