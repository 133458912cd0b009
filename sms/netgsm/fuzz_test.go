package netgsm

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/onay/onay/sms"
)

// Whatever comes back, an answer is a success only with a code of success, and
// a refusal never counts as retryable unless it is the limit.
func FuzzJudge(f *testing.F) {
	for _, s := range []string{
		`{"code":"00","jobid":"17377215342605050417149344","description":"queued"}`, `{"code":30}`, "00 361126686", "30",
		goodXMLOTP, page, `{"code":"0`, "\ufeff{}", `<?xml version="1.0" encoding="iso-8859-9"?><xml><main><code>20</code></main></xml>`,
	} {
		f.Add([]byte(s), 200)
		f.Add([]byte(s), 406)
	}
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		for _, ep := range []*endpoint{epSend, epSendXML, epOTP, epOTPXML, epReport, epCancel} {
			a, err := ep.judge(reply{status: status, body: body})
			if err == nil && ep.codes[a.code].kind != "" {
				t.Errorf("%s: code %q is a success", ep.name, a.code)
			}
			if !ep.asks && sms.KindOf(err) == sms.KindNotSent {
				t.Errorf("%s: an answer cannot prove that nothing arrived: %v", ep.name, err)
			}
		}
	})
}

func FuzzReports(f *testing.F) {
	f.Add([]byte(`{"code":"00","jobs":[{"jobid":"12345","status":1,"number":"5551234567","operator":30,"deliveredDate":"2023-01-15 14:30:00"}]}`))
	f.Add([]byte("361124870 905550000001 1 40 1 23.08.2019 17:23:28 0<br>361124870 905550000002 3<BR>"))
	f.Fuzz(func(t *testing.T, body []byte) {
		rows, _, _ := parseReports(body, nil)
		older, _ := parseLegacyReports(latin5(body), true)
		for _, r := range append(rows, older...) {
			if r.Final != (r.Status != sms.StatusSent) {
				t.Errorf("row %+v", r)
			}
		}
	})
}

func FuzzBalance(f *testing.F) {
	f.Add([]byte(`{"code":"00","balance":"57,860"}`))
	f.Add([]byte(`{"balance":[{"amount":399,"balance_name":"SMS Count"}]}`))
	f.Add([]byte("1000 | Adet Flash Sms | <BR>953 | Adet OTP Sms | <BR>643 | Adet | SMS<BR>"))
	f.Add([]byte("00 39,000"))
	f.Fuzz(func(t *testing.T, body []byte) {
		if b, ok := parseBalance(body); ok && strings.Contains(b.Credit, ",") {
			t.Errorf("credit %q", b.Credit)
		}
		if s, ok := parseSize(body); ok && s.Parts < 1 {
			t.Errorf("size %+v", s)
		}
		_, _ = parseHeaders(body)
	})
}

func FuzzInbox(f *testing.F) {
	f.Add([]byte(`{"code":"00","messages":[{"message":"ONAY 1001","sender":"5550000001","receiver":"8500000000","datetime":"15.01.2026 14:30:00"}]}`))
	f.Add([]byte("5550000001 | Merhaba | test mesaj\xfd | 26.08.2019 10:00:02 | 69148260"))
	f.Fuzz(func(t *testing.T, body []byte) {
		list, _ := parseInbox(body)
		older, _ := parseReceive(body)
		for _, m := range append(list, older...) {
			if m.Text != strings.TrimSpace(m.Raw) || !utf8.ValidString(m.Text) {
				t.Errorf("message %+v", m)
			}
		}
	})
}

func FuzzPush(f *testing.F) {
	f.Add("application/json", "", []byte(`{"mesaj":"test","ceptel":"5550000001","gorevid":"112345720","tarih":"2023-02-21 16:28:41.053"}`))
	f.Add("application/x-www-form-urlencoded", "x=1", []byte("mesaj=Onay+1001+%C4%B0&ceptel=5550000001"))
	f.Add("", "ceptel=1&mesaj=%FD", []byte("[{}]"))
	f.Fuzz(func(t *testing.T, contentType, query string, body []byte) {
		m, err := parsePush(contentType, query, body)
		if err == nil && (m.From == "" || !utf8.ValidString(m.Text)) {
			t.Errorf("message %+v", m)
		}
	})
}

func TestReceiveTextMayHoldTheDivider(t *testing.T) {
	t.Parallel()
	list, _ := parseReceive([]byte("5550000001 | a | b | 26.08.2019 10:00:02 | 69148260<br>5550000002 | c | 26.08.2019 10:00:03"))
	if len(list) != 2 || list[0].Text != "a | b" || list[0].ID != "69148260" || list[1].Text != "c" || list[1].ID != "" {
		t.Errorf("got %+v", list)
	}
}

func TestPushWithoutSender(t *testing.T) {
	t.Parallel()
	if _, err := parsePush("application/json", "", []byte(`{"mesaj":"x"}`)); err == nil {
		t.Error("a push without a sender was taken")
	}
}
