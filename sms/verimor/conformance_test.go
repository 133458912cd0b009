package verimor

import (
	"fmt"
	"testing"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/internal/housetest"
	"github.com/onay/onay/sms/smstest"
)

const secret = "gizli-12"

func TestConformance(t *testing.T) {
	t.Parallel()
	for name, accept := range map[string]func(int) string{
		"plain answer": func(n int) string { return fmt.Sprintf("%d", 20209+n) },
		"JSON answer":  func(n int) string { return fmt.Sprintf(`{"campaign_id":%d,"custom_id":"","status":"0"}`, 20209+n) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := housetest.House{
				Accept: accept,
				Refuse: map[smstest.Situation]housetest.Answer{
					smstest.RefuseLogin:  {Status: 401, Body: "Geçersiz kullanıcı adı/şifre"},
					smstest.RefuseHeader: {Status: 400, Body: "INVALID_SOURCE_ADDRESS"},
					smstest.RefuseText:   {Status: 400, Body: "MESSAGE_TOO_LONG"},
					smstest.Throttle:     {Status: 429},
				},
				New: func(t *testing.T, url string, _ smstest.Situation) sms.Sender {
					return client(t, Config{BaseURL: url, Username: "908500000000", Password: secret})
				},
				Secrets: []string{secret},
			}
			if name == "plain answer" {
				h.Half = "<html" // half a number would still be a number
			}
			h.Run(t)
		})
	}
}
