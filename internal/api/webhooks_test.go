package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

func TestWebhookEndpointsAreKept(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var posts atomic.Int64
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		posts.Add(1)
		if r.Header.Get("webhook-signature") == "" {
			t.Error("unsigned")
		}
		w.WriteHeader(204)
	}))
	t.Cleanup(target.Close)
	e := h.must(201, "POST", "/v1/webhook-endpoints", `{"url":"`+target.URL+`","kinds":["verification.*"]}`)
	if !strings.HasPrefix(e.text("secret"), "whsec_") {
		t.Errorf("made: %s", e.raw)
	}
	path := "/v1/webhook-endpoints/" + e.text("id")
	if r := h.must(200, "GET", path, ""); strings.Contains(r.raw, e.text("secret")) {
		t.Errorf("the secret shows: %s", r.raw)
	}
	w := h.must(200, "POST", path+"/test", "")
	if w.text("status") != "delivered" || w.json["http_status"] != 204.0 || posts.Load() != 1 {
		t.Errorf("test: %s", w.raw)
	}
	if r := h.must(200, "GET", path+"/deliveries", ""); len(data(r)) != 1 {
		t.Errorf("deliveries: %s", r.raw)
	}
	if r := h.must(202, "POST", path+"/deliveries/"+w.text("id")+"/replay", ""); r.text("status") != "pending" {
		t.Errorf("replay: %s", r.raw)
	}
	other := h.must(201, "POST", "/v1/webhook-endpoints", `{"url":"`+target.URL+`"}`)
	h.must(404, "POST", "/v1/webhook-endpoints/"+other.text("id")+"/deliveries/"+w.text("id")+"/replay", "")
	h.must(404, "GET", "/v1/webhook-endpoints/whe_x/deliveries", "")
	if r := h.must(200, "POST", path+"/rotate-secret", ""); r.text("secret") == e.text("secret") {
		t.Error("the secret stayed")
	}
	if r := h.must(200, "PATCH", path, `{"kinds":[]}`); !strings.Contains(r.raw, `"kinds":[]`) || r.text("url") != target.URL {
		t.Errorf("changed: %s", r.raw)
	}
	for range 2 {
		h.must(204, "DELETE", path, "")
	}
	if r := h.must(409, "POST", path+"/test", ""); r.text("code") != "endpoint_disabled" {
		t.Errorf("test of a disabled one: %s", r.raw)
	}
	for body, code := range map[string]string{`{"url":"ftp://x"}`: "invalid_url", `{"url":"https://x.tr","kinds":["user.*"]}`: "invalid_kind", `{}`: "invalid_request", `{"url":1}`: "invalid_request"} {
		if r := h.must(422, "POST", "/v1/webhook-endpoints", body); r.text("code") != code {
			t.Errorf("%s: %s", body, r.raw)
		}
	}
}
