package payments

import (
	"testing"

	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/postest"
)

// BenchmarkSale charges cards at the simulated bank, every step on disk; bank and program share the machine.
func BenchmarkSale(b *testing.B) {
	h := open(b)
	h.add(h.world.BankAccounts(h.base)[0], pos.Secure)
	b.ReportAllocs()
	b.SetParallelism(32)
	b.ResetTimer()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			q, err := h.s.Create(h.ctx, payment.NewPayment{CompanyID: "com_a", Amount: pos.Money{Minor: 24990, Currency: pos.TRY}, Secure3D: "off", Card: postest.Card(b, "0000"), ClientIP: "203.0.113.9"})
			if err != nil || q.Status != payment.Captured {
				b.Error(q.Status, err)
				return
			}
		}
	})
}
