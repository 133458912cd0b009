package garanti_test

import (
	"testing"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/garanti"
	"github.com/onay/onay/pos/postest"
)

func FuzzAnswer(f *testing.F) {
	postest.Seed(f)
	f.Fuzz(func(t *testing.T, s string) {
		if a, err := (garanti.Config{TerminalID: "1"}).ParseAnswer([]byte(s), "BASKA"); err == nil && (a.Outcome == "" || a.Outcome == pos.Approved) {
			t.Errorf("%q: %q", a.Outcome, s)
		}
	})
}

func FuzzCallback(f *testing.F) {
	attempt := pos.Attempt{OrderID: "ABCDEFGHJKLMNPQRSTUV", Amount: pos.Money{Minor: 10000, Currency: pos.TRY}, Model: pos.SecurePay, Nonce: "3f8c2ab17d5e4f60a9b1c2d3e4f50617"}
	postest.FuzzCallback(f, func(v pos.Values) pos.Callback {
		return garanti.Config{TerminalID: "30691298", MerchantID: "7000679", StoreKey: "BASKA-ANAHTAR"}.Verify(attempt, v)
	})
}
