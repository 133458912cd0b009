package posnetv1_test

import (
	"testing"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/posnetv1"
	"github.com/onay/onay/pos/postest"
)

func FuzzAnswer(f *testing.F) {
	postest.Seed(f)
	f.Fuzz(func(t *testing.T, s string) {
		for _, op := range []string{posnetv1.OpSale, posnetv1.OpInquiry, posnetv1.OpReturn} {
			if l, err := posnetv1.ParseAnswer(op, []byte(s)); err == nil && l.Outcome == "" {
				t.Errorf("no outcome: %q", s)
			}
		}
	})
}

func FuzzCallback(f *testing.F) {
	attempt := pos.Attempt{OrderID: "ABCDEFGHJKLMNPQRSTUV", Amount: pos.Money{Minor: 10000, Currency: pos.TRY}, Model: pos.SecurePay, Nonce: "3f8c2ab17d5e4f60a9b1c2d3e4f50617"}
	postest.FuzzCallback(f, func(v pos.Values) pos.Callback {
		return posnetv1.Config{MerchantNo: "6700950031", TerminalNo: "67540050", Key: "BASKA-ANAHTAR"}.Verify(attempt, v)
	})
}
