package api_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

func data(r reply) []any { d, _ := r.json["data"].([]any); return d }

func TestCustomerGetsItsProof(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.must(201, "POST", "/v1/verifications", `{"phone":"05551115501"}`)
	if r := h.must(200, "GET", "/v1/phones/+905551115501", ""); r.json["verified"] != false {
		t.Errorf("before: %s", r.raw)
	}
	h.must(200, "POST", "/v1/verifications/"+v.text("id")+"/check", `{"code":"`+h.code("5551115501")+`"}`)
	if r := h.must(200, "GET", "/v1/phones/05551115501", ""); r.json["verified"] != true || r.text("purpose") != "verify_phone" || r.text("verification_id") != v.text("id") {
		t.Errorf("after: %s", r.raw)
	}
	const body = `{"name":"Ayşe","surname":"Yılmaz","phone":"0555 111 55 01","addresses":[{"line":"Atatürk Cad. 5","city":"İstanbul"}]}`
	c := h.must(201, "POST", "/v1/customers", body, "Idempotency-Key", "c1")
	if again := h.must(201, "POST", "/v1/customers", body, "Idempotency-Key", "c1"); again.text("id") != c.text("id") {
		t.Errorf("repeated: %s", again.raw)
	}
	if c.json["phone_verified_at"] != nil || c.text("kind") != "person" {
		t.Errorf("card: %s", c.raw)
	}
	path := "/v1/customers/" + c.text("id")
	if r := h.must(200, "POST", path+"/verify-phone", `{"verification_id":"`+v.text("id")+`"}`); r.text("phone_verified_at") == "" {
		t.Errorf("verified: %s", r.raw)
	}
	if r := h.must(200, "PATCH", path, `{"email":"ayse@ornek.com.tr"}`); r.text("email") != "ayse@ornek.com.tr" || r.text("phone_verified_at") == "" {
		t.Errorf("changed: %s", r.raw)
	}
	if r := h.must(409, "PATCH", path, `{"email":"a@ornek.com.tr","version":1}`); r.text("code") != "version_conflict" {
		t.Errorf("stale: %s", r.raw)
	}
	if r := h.must(200, "PATCH", path, `{"phone":"05551115502"}`); r.json["phone_verified_at"] != nil {
		t.Errorf("new phone keeps the proof: %s", r.raw)
	}
	if r := h.must(200, "GET", "/v1/customers?query=ayse%20yilmaz&verified=false", ""); len(data(r)) != 1 {
		t.Errorf("found: %s", r.raw)
	}
	r := h.must(200, "GET", path+"/events", "")
	if !strings.Contains(r.raw, "İYS Doğrulaması Başarılı") || !strings.Contains(r.raw, "customer.created") {
		t.Errorf("history: %s", r.raw)
	}
}

func TestFeedTellsEverythingInOrder(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.must(201, "POST", "/v1/verifications", `{"phone":"05551115503"}`)
	h.must(200, "POST", "/v1/verifications/"+v.text("id")+"/cancel", "")
	if _, err := h.log.Seal(context.Background()); err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for after := ""; ; {
		r := h.must(200, "GET", "/v1/events?limit=2&after="+after, "")
		for _, e := range data(r) {
			if e := e.(map[string]any); e["object_id"] == v.text("id") {
				kinds = append(kinds, fmt.Sprint(e["object_seq"], e["kind"]))
			}
		}
		if after = r.text("next_cursor"); len(data(r)) == 0 {
			break
		}
	}
	if fmt.Sprint(kinds) != "[1verification.created 2verification.canceled]" && fmt.Sprint(kinds) != "[1 verification.created 2 verification.canceled]" {
		t.Errorf("feed: %v", kinds)
	}
	r := h.must(200, "GET", "/v1/audit-events?kind=verification.&object_id="+v.text("id")+"&limit=1", "")
	if len(data(r)) != 1 || data(r)[0].(map[string]any)["kind"] != "verification.canceled" || r.text("next_cursor") == "" {
		t.Errorf("audit: %s", r.raw)
	}
	if r := h.must(200, "GET", "/v1/audit-events?kind=verification.&object_id="+v.text("id")+"&cursor="+r.text("next_cursor"), ""); len(data(r)) != 1 || r.json["next_cursor"] != nil {
		t.Errorf("audit, second page: %s", r.raw)
	}
}

func TestSettingsAreReplacedWhole(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.must(200, "GET", "/v1/settings", "")
	if n := h.must(200, "PUT", "/v1/settings", strings.Replace(r.raw, `"code_length":6`, `"code_length":8`, 1)); n.json["code_length"] != 8.0 {
		t.Errorf("changed: %s", n.raw)
	}
	if n := h.must(422, "PUT", "/v1/settings", strings.Replace(r.raw, `"code_length":6`, `"code_length":2`, 1)); n.text("code") != "out_of_range" || n.text("field") != "code_length" {
		t.Errorf("refused: %s", n.raw)
	}
	if n := h.must(422, "PUT", "/v1/settings", `{}`); n.text("code") != "invalid_request" {
		t.Errorf("half: %s", n.raw)
	}
}

func TestTemplatesGetRevisions(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.must(201, "POST", "/v1/templates", `{"purpose":"login","locale":"tr","body":"{payee} girişiniz: {code}"}`)
	if n.json["revision"] != 1.0 {
		t.Errorf("saved: %s", n.raw)
	}
	if r := h.must(422, "POST", "/v1/templates", `{"purpose":"login","locale":"tr","body":"kod yok"}`); r.text("code") != "code_placeholder" {
		t.Errorf("no code: %s", r.raw)
	}
	if r := h.must(200, "GET", "/v1/templates", ""); len(data(r)) != 8 || !strings.Contains(r.raw, n.text("id")) {
		t.Errorf("listed: %s", r.raw)
	}
}

func TestPasswordOfAnAccountIsNeverRead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const secret = "cok-gizli-1"
	a := h.must(201, "POST", "/v1/provider-accounts", `{"name":"Yedek","username":"8501112244","password":"`+secret+`","header":"YEDEK","base_url":"http://127.0.0.1:1"}`)
	if a.json["per_minute"] != 100.0 || a.text("status") != "on" {
		t.Errorf("added: %s", a.raw)
	}
	changed := h.must(200, "PATCH", "/v1/provider-accounts/"+a.text("id"), `{"priority":5,"status":"drain"}`)
	list := h.must(200, "GET", "/v1/provider-accounts", "")
	probe := h.must(200, "POST", "/v1/provider-accounts/"+a.text("id")+"/probe", "")
	log := h.must(200, "GET", "/v1/audit-events?limit=100", "")
	for _, r := range []reply{a, changed, list, probe, log} {
		if strings.Contains(r.raw, secret) || strings.Contains(r.raw, "gizli-sifre") {
			t.Errorf("the password shows: %s", r.raw)
		}
	}
	if changed.json["priority"] != 5.0 || changed.text("name") != "Yedek" || len(data(list)) != 2 {
		t.Errorf("changed: %s, listed: %s", changed.raw, list.raw)
	}
	if probe.json["ok"] != false || probe.text("error") == "" {
		t.Errorf("probe of nobody: %s", probe.raw)
	}
	if r := h.must(422, "POST", "/v1/provider-accounts", `{"name":"x","username":"1","password":"p","header":"YEDEK","base_url":"http://10.0.0.1"}`); r.text("code") != "invalid_url" {
		t.Errorf("plain http: %s", r.raw)
	}
}

func TestKeysAreMadeAndRevoked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	k := h.must(201, "POST", "/v1/api-keys", `{"name":"ERP","scopes":["messages","settings"]}`)
	auth := []string{"Authorization", "Bearer " + k.text("key")}
	h.must(200, "GET", "/v1/messages", "", auth...)
	if r := h.must(403, "POST", "/v1/api-keys", `{"name":"more","scopes":["*"]}`, auth...); r.text("code") != "scope_missing" {
		t.Errorf("a key made a stronger one: %s", r.raw)
	}
	if r := h.must(200, "GET", "/v1/api-keys", ""); strings.Contains(r.raw, k.text("key")) || !strings.Contains(r.raw, k.text("id")) {
		t.Errorf("listed: %s", r.raw)
	}
	for range 2 {
		h.must(204, "DELETE", "/v1/api-keys/"+k.text("id"), "")
	}
	h.must(401, "GET", "/v1/messages", "", auth...)
	h.must(404, "DELETE", "/v1/api-keys/key_x", "")
	for body, code := range map[string]string{`{"name":"x","scopes":["nope"]}`: "invalid_scope", `{"name":"x","scopes":[]}`: "invalid_scope", `{"name":"x","scopes":["*"],"networks":["a"]}`: "invalid_network",
		`{"name":"x","scopes":null}`: "invalid_request", `{"name":"x","scopes":["*"],"expires_at":"morgen"}`: "invalid_request"} {
		if r := h.must(422, "POST", "/v1/api-keys", body); r.text("code") != code {
			t.Errorf("%s: %s", body, r.raw)
		}
	}
}

func TestAbuseListsAndConversion(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.must(204, "POST", "/v1/safe-list", `{"prefix":"0555 111 55 04","note":"mağaza"}`)
	if r := h.must(409, "POST", "/v1/safe-list", `{"prefix":"+905551115504"}`); r.text("code") != "already_safe" {
		t.Errorf("twice: %s", r.raw)
	}
	if r := h.must(200, "GET", "/v1/safe-list", ""); len(data(r)) != 1 {
		t.Errorf("safe: %s", r.raw)
	}
	h.must(204, "DELETE", "/v1/safe-list/+905551115504", "")
	h.must(404, "DELETE", "/v1/safe-list/+905551115504", "")
	h.must(404, "DELETE", "/v1/number-blocks/blk_x?reason=test", "")
	if r := h.must(200, "GET", "/v1/number-blocks?active=false", ""); len(data(r)) != 0 || !strings.Contains(r.raw, `"data":[]`) {
		t.Errorf("blocks: %s", r.raw)
	}
	h.must(201, "POST", "/v1/verifications", `{"phone":"05551115505"}`)
	h.clock.SetOffset(time.Second)
	if r := h.must(200, "GET", "/v1/stats/conversion", ""); len(data(r)) != 1 || data(r)[0].(map[string]any)["starts"] != 1.0 {
		t.Errorf("conversion: %s", r.raw)
	}
}
