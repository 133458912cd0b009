package api_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestCodeIsSentAndChecked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.must(201, "POST", "/v1/verifications", `{"phone":"0555 111 22 33","metadata":{"basket":"7"}}`)
	if v.text("phone") != "+905551112233" || v.text("status") != "pending" || v.json["attempts_left"] != 3.0 || v.json["sends_left"] != 2.0 {
		t.Fatalf("started: %s", v.raw)
	}
	if m, _ := v.json["message"].(map[string]any); m["status"] != "sent" {
		t.Errorf("message: %v", v.json["message"])
	}
	code := h.code("5551112233")
	if strings.Contains(v.raw, code) {
		t.Error("the answer holds the code")
	}
	path := "/v1/verifications/" + v.text("id")
	wrong := "000000"
	if code == wrong {
		wrong = "000001"
	}
	if r := h.must(200, "POST", path+"/check", `{"code":"`+wrong+`"}`); r.json["approved"] != false || r.json["attempts_left"] != 2.0 || r.text("status") != "pending" {
		t.Errorf("wrong code: %s", r.raw)
	}
	if r := h.call("POST", path+"/resend", ""); r.text("code") != "resend_too_soon" || r.header.Get("Retry-After") == "" {
		t.Errorf("early resend: %s", r.raw)
	}
	h.clock.SetOffset(61 * time.Second)
	if r := h.must(200, "POST", path+"/resend", ""); r.json["sends_left"] != 1.0 {
		t.Errorf("resend: %s", r.raw)
	}
	if again := h.code("5551112233"); again != code {
		t.Errorf("resend carried %s, the first SMS %s", again, code)
	}
	if r := h.must(200, "POST", path+"/check", `{"code":"`+code[:3]+" "+code[3:]+`"}`); r.json["approved"] != true || r.text("status") != "approved" {
		t.Errorf("right code: %s", r.raw)
	}
	if r := h.must(200, "POST", path+"/check", `{"code":"`+code+`"}`); r.json["approved"] != false || r.text("status") != "approved" {
		t.Errorf("right code again: %s", r.raw)
	}
	if r := h.call("POST", path+"/resend", ""); r.text("code") != "verification_ended" {
		t.Errorf("resend after the end: %s", r.raw)
	}
	r := h.must(200, "GET", path, "")
	if r.text("ended_at") == "" || fmt.Sprint(r.json["metadata"]) != "map[basket:7]" {
		t.Errorf("finished: %s", r.raw)
	}
	if r := h.must(200, "GET", "/v1/messages?phone=05551112233", ""); strings.Contains(r.raw, code) || len(r.json["data"].([]any)) != 2 {
		t.Errorf("messages: %s", r.raw)
	}
}

func TestPaymentCodeIsBoundToAmountAndPayee(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.must(201, "POST", "/v1/verifications", `{"phone":"+905551112234","purpose":"payment","amount":125000}`)
	check := "/v1/verifications/" + v.text("id") + "/check"
	code := h.code("5551112234")
	for range 2 {
		if r := h.must(409, "POST", check, `{"code":"`+code+`","amount":125001}`, "Idempotency-Key", "k1"); r.text("code") != "binding_mismatch" {
			t.Errorf("other amount: %s", r.raw)
		}
	}
	if r := h.must(200, "POST", check, `{"code":"`+code+`","amount":125000}`); r.json["approved"] != true || r.json["attempts_left"] != 1.0 {
		t.Errorf("the same amount: %s", r.raw)
	}
}

func TestCancelEndsAVerification(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.must(201, "POST", "/v1/verifications", `{"phone":"+905551112235"}`)
	for _, body := range []string{`{"reason":"gitti"}`, ""} {
		if r := h.must(200, "POST", "/v1/verifications/"+v.text("id")+"/cancel", body); r.text("status") != "canceled" {
			t.Errorf("canceled: %s", r.raw)
		}
	}
}

func TestParallelGuessesUseExactlyTheAttempts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.must(201, "POST", "/v1/verifications", `{"phone":"+905551112236"}`)
	code := h.code("5551112236")
	var counted, approved atomic.Int64
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			guess := fmt.Sprintf("%06d", i)
			if guess == code {
				guess = "999999"
			}
			r := h.call("POST", "/v1/verifications/"+v.text("id")+"/check", `{"code":"`+guess+`"}`)
			if r.status != 200 {
				t.Errorf("guess: %s", r.raw)
			}
			if r.json["approved"] == true {
				approved.Add(1)
			}
			if r.text("status") == "pending" {
				counted.Add(1)
			}
		})
	}
	wg.Wait()
	r := h.must(200, "GET", "/v1/verifications/"+v.text("id"), "")
	if r.text("status") != "denied" || r.json["attempts_left"] != 0.0 || approved.Load() != 0 || counted.Load() > 3 {
		t.Errorf("after 100 guesses: %d pending, %d approved, %s", counted.Load(), approved.Load(), r.raw)
	}
	if r := h.must(200, "POST", "/v1/verifications/"+v.text("id")+"/check", `{"code":"`+code+`"}`); r.json["approved"] != false {
		t.Errorf("the right code after the last attempt: %s", r.raw)
	}
	var events int
	for _, e := range h.events(v.text("id")) {
		if e == "verification.check_failed" || e == "verification.denied" {
			events++
		}
	}
	if events != 3 {
		t.Errorf("%d attempts are in the log, want 3", events)
	}
}

func TestListsComeInPages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	want := map[string]bool{}
	for i := range 5 {
		want[h.must(201, "POST", "/v1/verifications", fmt.Sprintf(`{"phone":"+90555111330%d"}`, i)).text("id")] = true
	}
	path, pages := "/v1/verifications?limit=2", 0
	for next := ""; ; pages++ {
		r := h.must(200, "GET", path+next, "")
		for _, v := range r.json["data"].([]any) {
			delete(want, v.(map[string]any)["id"].(string))
		}
		if r.json["next_cursor"] == nil {
			break
		}
		next = "&cursor=" + r.text("next_cursor")
	}
	if len(want) != 0 || pages != 2 {
		t.Errorf("%d not seen in %d pages", len(want), pages+1)
	}
	if r := h.must(200, "GET", "/v1/verifications?phone=5551113302&status=pending", ""); len(r.json["data"].([]any)) != 1 {
		t.Errorf("filtered: %s", r.raw)
	}
}
