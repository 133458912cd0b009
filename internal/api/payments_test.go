package api_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/sandbox"
)

func cardJSON(cvv string) string {
	return fmt.Sprintf(`{"number":%q,"holder":"Ayşe Yılmaz","expiry_month":12,"expiry_year":30,"cvv":%q}`, sandbox.TestCard, cvv)
}

func TestPaymentsOverTheAPI(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if r := h.must(409, "POST", "/v1/payments", `{"amount":100}`); r.text("code") != "no_pos_account" {
		t.Errorf("without an account: %s", r.raw)
	}
	w, account := h.bank()
	sale := func(amount int, order, key string) reply {
		return h.call("POST", "/v1/payments", fmt.Sprintf(`{"amount":%d,"order_reference":%q,"secure3d":"off","client_ip":"203.0.113.9","card":%s}`, amount, order, cardJSON("123")), "Idempotency-Key", key)
	}
	// The same key charges once, however often and at whatever moment it is sent.
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			if r := sale(12550, "A-1", "k1"); r.status != 201 && r.status != 409 {
				t.Errorf("%d %s", r.status, r.raw)
			}
		})
	}
	wg.Wait()
	p := sale(12550, "A-1", "k1")
	if p.status != 201 || p.text("status") != "captured" || p.text("card") != "435508******"+strings.ReplaceAll(sandbox.TestCard, " ", "")[12:] || p.text("pos_account") != account || p.text("auth_code") == "" {
		t.Fatalf("%d %s", p.status, p.raw)
	}
	if n := len(w.BankStatement("nestpay")); n != 1 {
		t.Errorf("the bank has %d lines", n)
	}
	if r := sale(12551, "A-1", "k1"); r.status != 409 || r.text("code") != "idempotency_mismatch" {
		t.Errorf("another body: %s", r.raw)
	}
	if r := sale(12550, "A-1", "k2"); r.status != 409 || r.text("code") != "order_already_paid" {
		t.Errorf("paid already: %s", r.raw)
	}
	// Given back in parts; the whole history is there.
	path := "/v1/payments/" + p.text("id")
	w.CloseBankDay("")
	r := h.must(200, "POST", path+"/refund", `{"amount":2550,"reason":"İade"}`, "Idempotency-Key", "r1")
	if r.json["refunded"] != 2550.0 || r.text("status") != "partially_refunded" {
		t.Errorf("%s", r.raw)
	}
	if again := h.must(200, "POST", path+"/refund", `{"amount":2550,"reason":"İade"}`, "Idempotency-Key", "r1"); again.json["refunded"] != 2550.0 {
		t.Errorf("the same key gave back twice: %s", again.raw)
	}
	if r := h.must(422, "POST", path+"/refund", `{"amount":10001}`); r.text("code") != "amount_too_high" {
		t.Errorf("%s", r.raw)
	}
	h.must(409, "POST", path+"/capture", "")
	r = h.must(200, "POST", path+"/refund", "")
	if r.text("status") != "refunded" || len(r.json["operations"].([]any)) != 2 || len(r.json["attempts"].([]any)) != 1 {
		t.Errorf("%s", r.raw)
	}
	if r := h.must(200, "GET", path+"/events", ""); len(data(r)) < 6 || !strings.Contains(r.raw, "payment.captured") {
		t.Errorf("%s", r.raw)
	}
	if r := h.must(200, "GET", path+"/exchanges", ""); len(data(r)) < 3 || strings.Contains(r.raw, "deneme-sifre") {
		t.Errorf("%s", r.raw)
	}
	if r := h.must(200, "GET", "/v1/payment-totals?order_reference=A-1", ""); len(data(r)) != 1 || data(r)[0].(map[string]any)["captured"] != 12550.0 {
		t.Errorf("%s", r.raw)
	}
	// A page for the payer.
	page := h.must(201, "POST", "/v1/payments", `{"amount":500,"return_url":"https://shop.example.com/x","customer":{"name":"Ayşe","phone":"05551112233"}}`)
	if page.text("status") != "created" || !strings.Contains(page.text("redirect_url"), "/pay/") || page.json["customer"].(map[string]any)["phone"] != "+905551112233" {
		t.Errorf("%s", page.raw)
	}
	if r := h.must(200, "GET", "/v1/payments?status=created", ""); len(data(r)) != 1 {
		t.Errorf("%s", r.raw)
	}
	h.must(409, "POST", "/v1/payments/"+page.text("id")+"/resolve", `{"paid":true,"note":"bankada gördüm"}`)
	// Nothing of a card is kept, also not the body's plain hash.
	if err := h.db.Read(context.Background(), func(tx db.Tx) error {
		rows, err := db.All(tx, func(r db.Row) (s string, err error) {
			var b []byte
			err = r.Scan(&b)
			return string(b), err
		}, "SELECT answer FROM idempotency WHERE answer IS NOT NULL")
		for _, s := range rows {
			if strings.Contains(s, strings.ReplaceAll(sandbox.TestCard, " ", "")) {
				t.Error("an answer holds the card's number")
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestBadPaymentsGiveAProblem(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.bank()
	for body, code := range map[string]string{
		`{"amount":0}`:                                      "invalid_amount",
		`{"amount":-5}`:                                     "invalid_amount",
		`{"amount":100,"currency":"XXX"}`:                   "invalid_currency",
		`{"amount":100,"installments":99}`:                  "invalid_installments",
		`{"amount":100,"secure3d":"maybe"}`:                 "invalid_secure3d",
		`{"amount":100,"return_url":"javascript:alert(1)"}`: "invalid_url",
		`{"amount":100,"pos_account":"pos_x"}`:              "unknown_pos_account",
		`{"amount":100,"expires_in":1}`:                     "out_of_range",
		`{"amount":100,"customer":{"phone":"12"}}`:          "invalid_phone",
		`{"amount":100,"customer":{"name":"a\u0007b"}}`:     "invalid_text",
		`{"amount":100,"currency":"USD","installments":3}`:  "installments_not_taken",
		`{"amount":100,"card":{"number":"4111111111111112","expiry_month":12,"expiry_year":30,"cvv":"123"}}`:           "card_invalid",
		`{"amount":100,"card":{"number":"` + sandbox.TestCard + `","expiry_month":13,"expiry_year":30,"cvv":"123"}}`:   "card_invalid",
		`{"amount":100,"card":{"number":"` + sandbox.TestCard + `","expiry_month":1,"expiry_year":20,"cvv":"123"}}`:    "card_expired",
		`{"amount":100,"description":"kart ` + sandbox.TestCard + `","secure3d":"off","card":` + cardJSON("123") + `}`: "card_number_in_text",
		`{"amount":100,"moto":true,"secure3d":"off","card":{"number":"","expiry_month":12,"expiry_year":30}}`:          "card_invalid",
		`{"amount":100,"order_reference":"` + strings.Repeat("x", 65) + `"}`:                                           "invalid_request",
	} {
		r := h.call("POST", "/v1/payments", body)
		if r.text("code") != code || r.status/100 != 4 {
			t.Errorf("%s: %d %s, want %s", body, r.status, r.text("code"), code)
		}
		if strings.Contains(r.raw, "4111111111111112") || strings.Contains(r.raw, sandbox.TestCard) {
			t.Errorf("%s: the answer repeats the card", body)
		}
	}
	for _, path := range []string{"/capture", "/void", "/refund"} {
		h.must(404, "POST", "/v1/payments/pay_x"+path, `{"amount":1}`)
	}
}

func TestAPayPageGoesBySMS(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.bank()
	p := h.must(201, "POST", "/v1/payments", `{"amount":150050,"customer":{"phone":"05551116701"}}`)
	m := h.must(201, "POST", "/v1/payments/"+p.text("id")+"/sms", `{}`)
	want := "Deneme Mağazası: 1500,50 TL ödemenizi buradan yapabilirsiniz: " + p.text("redirect_url")
	if m.text("body") != want || m.text("status") != "sent" || m.text("to") != "+905551116701" || m.text("route") != "bulk" {
		t.Errorf("%s", m.raw)
	}
	l := h.must(201, "POST", "/v1/payment-links", `{"description":"Kurs"}`)
	if m := h.must(201, "POST", "/v1/payment-links/"+l.text("id")+"/sms", `{"phone":"05551116702","text":"Buyurun:"}`); m.text("body") != "Buyurun: "+l.text("url") {
		t.Errorf("%s", m.raw)
	}
	for body, code := range map[string]string{`{}`: "invalid_phone", `{"phone":"12"}`: "invalid_phone", `{"phone":"05551116702","text":"` + strings.Repeat("😀", 290) + `"}`: "too_long"} {
		if r := h.call("POST", "/v1/payment-links/"+l.text("id")+"/sms", body); r.text("code") != code {
			t.Errorf("%s: %d %s", body, r.status, r.raw)
		}
	}
	h.must(200, "PATCH", "/v1/payment-links/"+l.text("id"), `{"status":"off"}`)
	if r := h.call("POST", "/v1/payment-links/"+l.text("id")+"/sms", `{"phone":"05551116702"}`); r.status != 409 || r.text("code") != "not_payable" {
		t.Errorf("%s", r.raw)
	}
}
