package verimor

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/internal/house"
)

// A send is a success only with a campaign's id, and an answer never proves
// that the request did not arrive.
func FuzzSendAnswer(f *testing.F) {
	for _, s := range []string{"20210", "MUKERRER_RAPORLAMA", `{"campaign_id":20210,"custom_id":"x","status":"0"}`, `{"campaign_id":1,"status":"5"}`, "<html>", "", "Geçersiz kullanıcı adı/şifre"} {
		for _, status := range []int{200, 400, 401, 429, 502} {
			f.Add([]byte(s), status)
		}
	}
	c := client(f, Config{})
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		r := house.Reply{Status: status, Body: body}
		if err := c.refusal(house.Call{Name: "send"}, r); err != nil {
			if k := sms.KindOf(err); k == sms.KindNotSent || k == "" {
				t.Errorf("%d %q: %v", status, body, err)
			}
			return
		}
		if id, ok := parseCampaign(body); status != 200 || ok && (id == "" || strings.Trim(id, "0123456789") != "") {
			t.Errorf("%d %q is a success with id %q", status, body, id)
		}
	})
}

func FuzzRows(f *testing.F) {
	f.Add([]byte(`[{"type":"outbound","campaign_id":20121,"message_id":"13582302","dest":"905301234567","size":1,"status":"DELIVERED","gsm_error":"0","done_at":"2026-11-22 16:06:03"}]`))
	f.Add([]byte(`[{"message_id":1234,"type":"inbound","created_at":"2017-01-01 09:00:00","source_addr":"00491701234567","content":" x ","received_at":"2017-01-01T10:00:00.000+03:00"}]`))
	f.Add([]byte(`{"type":"outbound","message_id":1,"dest":5,"status":"SENT"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := parsePush(body)
		if err != nil {
			return
		}
		for _, r := range p.Reports {
			if r.MessageID == "" || r.To == "" || !r.Final && r.Status != sms.StatusSent {
				t.Errorf("report %+v", r)
			}
		}
		for _, m := range p.Inbound {
			if m.From == "" || m.Text != strings.TrimSpace(m.Raw) || !utf8.ValidString(m.Text) {
				t.Errorf("message %+v", m)
			}
		}
		_, _ = parseBalance(body)
		_, _ = parseHeaders(body)
	})
}
