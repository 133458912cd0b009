package mutlucell

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
	housetest.House{
		Accept: func(n int) string { return fmt.Sprintf("$%d#1.0", 88096495+n) },
		Refuse: map[smstest.Situation]housetest.Answer{
			smstest.RefuseLogin: {Body: "23"}, smstest.RefuseHeader: {Body: "21"},
			smstest.RefuseText: {Body: "20"}, smstest.Throttle: {Body: "25\n"},
		},
		New: func(t *testing.T, url string, _ smstest.Situation) sms.Sender {
			return client(t, Config{BaseURL: url, Username: "ornek", Password: secret})
		},
		Secrets: []string{secret},
	}.Run(t)
}
