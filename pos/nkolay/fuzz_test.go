package nkolay_test

import (
	"testing"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/nkolay"
	"github.com/onay/onay/pos/postest"
)

func FuzzAnswer(f *testing.F) {
	postest.Seed(f)
	f.Fuzz(func(t *testing.T, s string) {
		if a, err := (nkolay.Config{Secret: "BASKA-ANAHTAR"}).ParsePayment([]byte(s)); err == nil && a.Outcome == "" {
			t.Errorf("no outcome: %q", s)
		}
		nkolay.ParseUndo([]byte(s))
		nkolay.ParseList([]byte(s))
		nkolay.ParseInstallments([]byte(s))
		nkolay.ParseCommissions([]byte(s))
		nkolay.ParseStoredCards([]byte(s))
	})
}

func FuzzCallback(f *testing.F) {
	attempt := pos.Attempt{OrderID: "ABCDEFGHJKLMNPQRSTUV", Amount: pos.Money{Minor: 10000, Currency: pos.TRY}, Model: pos.SecurePay, Nonce: "3f8c2ab17d5e4f60a9b1c2d3e4f50617"}
	postest.FuzzCallback(f, func(v pos.Values) pos.Callback {
		return nkolay.Config{Secret: "BASKA-ANAHTAR"}.Verify(attempt, v)
	})
}
