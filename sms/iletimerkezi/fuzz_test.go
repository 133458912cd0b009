package iletimerkezi

import (
	"testing"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/internal/house"
)

// A refusal of a send is never a proof that the request did not arrive, and no
// row is final while it is on its way.
func FuzzResponse(f *testing.F) {
	for _, s := range []string{
		`{"response":{"status":{"code":200,"message":"x"},"order":{"id":104525848}}}`, `{"response":{"status":{"code":"451"}}}`,
		`{"response":{"status":{"code":200},"order":{"id":1,"status":114,"message":[{"number":5301234567,"status":111},{"number":"5","status":"112"}]}}}`,
		`{"response":{"status":{"code":200},"order":{"id":1,"status":115,"message":{"number":5301234567,"status":110}}}}`,
		`{"response":{"status":{"code":200},"senders":{"sender":"TEK"},"balance":{"amount":"0","sms":"18343"}}}`,
		`{"response":{"status":{"code":200},"count":1,"orders":[{"id":89,"status":113,"sendAt":"2024-11-12 02:04:08"}]}}`, "{", "<html>",
	} {
		f.Add([]byte(s))
	}
	c := client(f, Config{})
	f.Fuzz(func(t *testing.T, body []byte) {
		res, ok := parseResponse(body)
		if !ok {
			return
		}
		if res.code == "" {
			t.Error("understood without a code")
		}
		if res.code != "200" {
			if e := c.coded(house.Call{Name: "send"}, house.Reply{Status: 200}, res); e.Kind == sms.KindNotSent || e.Kind == "" {
				t.Errorf("%s: %v", body, e)
			}
		}
		for _, r := range res.reports("1") {
			if r.Final != (r.Status != sms.StatusSent) || r.ProviderID != "1" {
				t.Errorf("row %+v", r)
			}
		}
	})
}

func FuzzWebhook(f *testing.F) {
	f.Add([]byte(`{"report":{"id":10,"packet_id":20,"status":"delivered","to":"+905301234567","body":"Test mesaji"}}`))
	f.Add([]byte(`{"report":{"id":"","packet_id":"","status":null}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := parseWebhook(body)
		if err == nil && (p.Report.ProviderID == "" || p.Report.To == "") {
			t.Errorf("%s: %+v", body, p)
		}
	})
}
