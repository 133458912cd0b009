package akbank_test

import (
	"testing"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/akbank"
	"github.com/onay/onay/pos/postest"
)

func FuzzAnswer(f *testing.F) {
	postest.Seed(f)
	f.Fuzz(func(t *testing.T, s string) {
		for _, status := range []int{200, 400, 401, 500} {
			if r, err := akbank.ParseAnswer(status, []byte(s)); err == nil && r.Outcome == "" {
				t.Errorf("no outcome: %q", s)
			}
			akbank.ParseList(status, []byte(s))
		}
	})
}

func FuzzCallback(f *testing.F) {
	attempt := pos.Attempt{OrderID: "ABCDEFGHJKLMNPQRSTUV", Amount: pos.Money{Minor: 10000, Currency: pos.TRY}, Model: pos.SecurePay, Nonce: "3f8c2ab17d5e4f60a9b1c2d3e4f50617"}
	postest.FuzzCallback(f, func(v pos.Values) pos.Callback {
		return akbank.Config{MerchantSafeID: "M", TerminalSafeID: "T", SecretKey: "BASKA-ANAHTAR"}.Verify(attempt, v)
	})
}
