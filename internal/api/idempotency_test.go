package api_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/db"
)

// events lists the kinds of an object's events, oldest first.
func (h *house) events(id string) (kinds []string) {
	h.t.Helper()
	all, err := h.log.List(context.Background(), audit.Filter{CompanyID: h.company.ID, ObjectID: id, Limit: 1000})
	if err != nil {
		h.t.Fatal(err)
	}
	for i := len(all) - 1; i >= 0; i-- {
		kinds = append(kinds, all[i].Kind)
	}
	return kinds
}

func (h *house) count(q string) (n int) {
	h.t.Helper()
	if err := h.db.Read(context.Background(), func(tx db.Tx) error { return tx.QueryRow(q).Scan(&n) }); err != nil {
		h.t.Fatal(err)
	}
	return n
}

func TestSameKeyGivesTheFirstAnswer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const body = `{"phone":"+905551114401"}`
	first := h.must(201, "POST", "/v1/verifications", body, "Idempotency-Key", "order-1")
	second := h.must(201, "POST", "/v1/verifications", body, "Idempotency-Key", "order-1")
	if first.raw != second.raw || second.header.Get("Idempotency-Replayed") != "true" || first.header.Get("Idempotency-Replayed") != "" {
		t.Errorf("first %s\nsecond %s", first.raw, second.raw)
	}
	if r := h.must(409, "POST", "/v1/verifications", `{"phone":"+905551114402"}`, "Idempotency-Key", "order-1"); r.text("code") != "idempotency_mismatch" {
		t.Errorf("another body: %s", r.raw)
	}
	if r := h.must(409, "POST", "/v1/verifications/"+first.text("id")+"/cancel", body, "Idempotency-Key", "order-1"); r.text("code") != "idempotency_mismatch" {
		t.Errorf("another path: %s", r.raw)
	}
	if n := h.count("SELECT COUNT(*) FROM verification"); n != 1 {
		t.Errorf("%d verifications", n)
	}
}

func TestAnswerLostWithTheProcessIsToldAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const body = `{"phone":"+905551114403"}`
	first := h.must(201, "POST", "/v1/verifications", body, "Idempotency-Key", "lost")
	check := "/v1/verifications/" + first.text("id") + "/check"
	code := `{"code":"` + h.code("5551114403") + `"}`
	h.must(200, "POST", check, code, "Idempotency-Key", "lost-check")
	if err := h.db.Write(context.Background(), func(tx db.Tx) error {
		_, err := tx.Exec("UPDATE idempotency SET status = 0, answer = NULL")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	second := h.must(201, "POST", "/v1/verifications", body, "Idempotency-Key", "lost")
	if second.text("id") != first.text("id") || second.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("start: %s", second.raw)
	}
	if r := h.must(200, "POST", check, code, "Idempotency-Key", "lost-check"); r.json["approved"] != true || r.json["attempts_left"] != 2.0 {
		t.Errorf("check: %s", r.raw)
	}
}

func TestRefusalDoesNotUseUpAKey(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.must(422, "POST", "/v1/verifications", `{"phone":"12"}`, "Idempotency-Key", "again")
	h.must(201, "POST", "/v1/verifications", `{"phone":"+905551114404"}`, "Idempotency-Key", "again")
}

func TestParallelRequestsWithOneKeyDoTheWorkOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() {
			r := h.call("POST", "/v1/verifications", `{"phone":"+905551114405"}`, "Idempotency-Key", "par")
			if r.status != 201 && r.text("code") != "idempotency_in_progress" {
				t.Errorf("answer: %d %s", r.status, r.raw)
			}
		})
	}
	wg.Wait()
	if n := h.count("SELECT COUNT(*) FROM verification"); n != 1 {
		t.Errorf("%d verifications", n)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if n := len(h.texts["5551114405"]); n != 1 {
		t.Errorf("%d SMS", n)
	}
}

func TestBadIdempotencyKeys(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, key := range []string{"a b", "ş", strings.Repeat("k", 256)} {
		if r := h.call("POST", "/v1/verifications", `{"phone":"+905551114406"}`, "Idempotency-Key", key); r.status != 422 || r.text("code") != "invalid_idempotency_key" {
			t.Errorf("key %.10q: %d %s", key, r.status, r.raw)
		}
	}
}

func TestSettingsAreIdempotentToo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, c := range []struct {
		path, body string
		status     int
		table      string
	}{
		{"/v1/provider-accounts", `{"name":"Yedek","username":"8501112244","password":"p-1","header":"YEDEK"}`, 201, "provider_account"},
		{"/v1/templates", `{"purpose":"login","locale":"tr","body":"{payee} girişiniz: {code}"}`, 201, "template"},
		{"/v1/safe-list", `{"prefix":"+905551119999"}`, 204, "safe_entry"},
		{"/v1/api-keys", `{"name":"ERP","scopes":["messages"]}`, 201, "api_key"},
		{"/v1/webhook-endpoints", `{"url":"https://erp.ornek.com.tr/onay"}`, 201, "webhook_endpoint"},
	} {
		first := h.must(c.status, "POST", c.path, c.body, "Idempotency-Key", "once"+c.path)
		before := h.count("SELECT COUNT(*) FROM " + c.table)
		second := h.must(c.status, "POST", c.path, c.body, "Idempotency-Key", "once"+c.path)
		if n := h.count("SELECT COUNT(*) FROM " + c.table); n != before || second.text("id") != first.text("id") || second.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("%s: %d rows, then %d; %s, then %s", c.path, before, n, first.raw, second.raw)
		}
		for _, secret := range []string{"key", "secret"} {
			if s := first.text(secret); s != "" && (strings.Contains(second.raw, s) || h.count("SELECT COUNT(*) FROM idempotency WHERE CAST(answer AS TEXT) LIKE '%"+s+"%'") > 0) {
				t.Errorf("%s: the secret was kept", c.path)
			}
		}
	}
}
