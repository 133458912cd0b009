package payments

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/sandbox/bank"
)

// What the program expects of a contract is what the simulated bank, which calculates by itself, pays out, to the kuruş and the day.
func TestExpectedPayoutsAreTheBanks(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(20261125, 7))
	cal := clock.Turkey{}
	closed := func(d time.Time) bool { return !cal.Business(clock.Day(d.Unix() / 86400)) }
	for n := range 10000 {
		a := payment.Account{Contract: payment.Contract{TaxRate: r.IntN(2000), Fee: r.Int64N(1000), Days: r.IntN(45), Business: r.IntN(2) == 0, Monthly: r.IntN(2) == 0, Returned: r.IntN(2) == 0}}
		terms := bank.Terms{Rates: map[int]int{}, Tax: a.Contract.TaxRate, Fee: a.Contract.Fee, Days: a.Contract.Days, Business: a.Contract.Business, Monthly: a.Contract.Monthly, Returned: a.Contract.Returned}
		for count := 1; count <= 12; count++ {
			rate := r.IntN(3000)
			a.Installments = append(a.Installments, payment.Installment{Count: count, CostRate: rate})
			terms.Rates[count] = rate
		}
		for range 5 {
			day := clock.DayOf(time.Date(2025, 1, 1, 12, 0, 0, 0, time.UTC)) + clock.Day(r.IntN(900))
			minor, count, refund := 1+r.Int64N(100_000_00), 1+r.IntN(12), r.IntN(4) == 0
			ours, theirs := a.Payouts(day, refund, minor, count, cal), terms.Payouts(day.UTC(), refund, minor, count, closed)
			same := slices.EqualFunc(ours, theirs, func(x payment.Payout, y bank.Payout) bool {
				return x.Day.UTC().Equal(y.Day) && x.Gross == y.Gross && x.Commission == y.Commission && x.Tax == y.Tax && x.Fee == y.Fee && x.Net() == y.Net()
			})
			if !same {
				t.Fatalf("contract %d %+v, %d kuruş in %d on %s (refund %v):\n%+v\n%+v", n, a.Contract, minor, count, day, refund, ours, theirs)
			}
		}
	}
}
