package payfor_test

import (
	"testing"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/payfor"
	"github.com/onay/onay/pos/postest"
)

func FuzzAnswer(f *testing.F) {
	postest.Seed(f)
	f.Fuzz(func(t *testing.T, s string) {
		if r, err := payfor.ParseAnswer([]byte(s)); err == nil && r.Outcome == "" {
			t.Errorf("no outcome: %q", s)
		}
		payfor.ParseInquiry([]byte(s))
		payfor.ParseHistory([]byte(s))
	})
}

func FuzzCallback(f *testing.F) {
	attempt := pos.Attempt{OrderID: "ABCDEFGHJKLMNPQRSTUV", Amount: pos.Money{Minor: 10000, Currency: pos.TRY}, Model: pos.SecurePay, Nonce: "3f8c2ab17d5e4f60a9b1c2d3e4f50617"}
	postest.FuzzCallback(f, func(v pos.Values) pos.Callback {
		return payfor.Config{MerchantID: "085300000009704", UserCode: "U", MerchantPass: "BASKA-ANAHTAR"}.Verify(attempt, v)
	})
}
