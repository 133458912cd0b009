package payflex_test

import (
	"strings"
	"testing"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/payflex"
	"github.com/onay/onay/pos/postest"
)

func FuzzAnswer(f *testing.F) {
	postest.Seed(f)
	f.Fuzz(func(t *testing.T, s string) {
		if a := payflex.ParseAnswer([]byte(s)); a.Outcome == "" {
			t.Errorf("no outcome: %q", s)
		}
		payflex.ParseSearch([]byte(s))
		if e, err := payflex.ParseEnrollment([]byte(s)); err == nil && e.Outcome == pos.Redirect && !strings.HasPrefix(e.Form.Action, "https://") && !strings.Contains(e.Form.Action, "localhost") && !strings.Contains(e.Form.Action, "127.0.0.1") {
			t.Errorf("the payer is sent to %q", e.Form.Action)
		}
		payflex.ParsePage([]byte(s))
		payflex.ParsePayment([]byte(s))
	})
}

func FuzzCallback(f *testing.F) {
	attempt := pos.Attempt{OrderID: "ABCDEFGHJKLMNPQRSTUV", Amount: pos.Money{Minor: 10000, Currency: pos.TRY}, Model: pos.SecurePay, Nonce: "3f8c2ab17d5e4f60a9b1c2d3e4f50617"}
	postest.FuzzCallback(f, func(v pos.Values) pos.Callback {
		return payflex.Config{MerchantID: "000000000007955", Password: "BASKA-ANAHTAR"}.Verify(attempt, v)
	})
}
