package iletimerkezi

import (
	"fmt"
	"testing"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/internal/housetest"
	"github.com/onay/onay/sms/smstest"
)

const secret = "gizli-hash-12"

func refusal(code int) housetest.Answer {
	return housetest.Answer{Status: code, Body: fmt.Sprintf(`{"response":{"status":{"code":"%d","message":"x"}}}`, code)}
}

func TestConformance(t *testing.T) {
	t.Parallel()
	housetest.House{
		Accept: func(n int) string {
			return fmt.Sprintf(`{"response":{"status":{"code":200,"message":"İşlem başarılı"},"order":{"id":%d}}}`, 104525847+n)
		},
		Refuse: map[smstest.Situation]housetest.Answer{
			smstest.RefuseLogin: refusal(401), smstest.RefuseHeader: refusal(450),
			smstest.RefuseText: refusal(453), smstest.Throttle: refusal(429),
		},
		New: func(t *testing.T, url string, _ smstest.Situation) sms.Sender {
			return client(t, Config{BaseURL: url, Key: "anahtar-12", Hash: secret})
		},
		Secrets: []string{secret, "anahtar-12"},
	}.Run(t)
}
