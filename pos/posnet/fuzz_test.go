package posnet_test

import (
	"testing"
	"time"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/posnet"
	"github.com/onay/onay/pos/postest"
)

func FuzzAnswer(f *testing.F) {
	postest.Seed(f)
	f.Fuzz(func(t *testing.T, s string) {
		for _, op := range []string{posnet.OpSale, posnet.OpAgreement, posnet.OpResolve, posnet.OpReconciliation, posnet.OpRequestData} {
			if a, err := posnet.ParseAnswer(op, []byte(s)); err == nil && a.Outcome == "" {
				t.Errorf("no outcome: %q", s)
			}
		}
		posnet.OpenPacket(s, "10,10,10,10,10,10,10,10")
		posnet.ReadMerchantPacket(s, "10,10,10,10,10,10,10,10")
		posnet.ReadData1(s, "10,10,10,10,10,10,10,10")
	})
}

func FuzzCallback(f *testing.F) {
	attempt := pos.Attempt{OrderID: "ABCDEFGHJKLMNPQRSTUV", Amount: pos.Money{Minor: 10000, Currency: pos.TRY}, Model: pos.SecurePay, Nonce: "3f8c2ab17d5e4f60a9b1c2d3e4f50617"}
	postest.FuzzCallback(f, func(v pos.Values) pos.Callback {
		return posnet.Config{MerchantID: "6797752273", TerminalID: "67537267", Key: "BASKA-ANAHTAR"}.Verify(attempt, v, time.Now())
	})
}
