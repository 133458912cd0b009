package payments

import (
	"os"
	"strconv"
	"sync"
	"testing"

	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/pos"
)

// rank orders the statuses of a payment's way to be paid: none is ever followed by an earlier one. After a decline another card may be tried.
var rank = map[string]int{"payment.created": 0, "payment.authorizing": 1, "payment.awaiting_3ds": 1, "payment.unknown": 2, "payment.captured": 3}

// The browser's return, the bank's second message and the inquiry race, on two nodes, for the same payment: one charge, one event that it is paid,
// statuses only forward. ONAY_RACE_ROUNDS sets the number of rounds.
func TestReturnMessageAndInquiryRace(t *testing.T) {
	t.Parallel()
	rounds := 60
	if s := os.Getenv("ONAY_RACE_ROUNDS"); s != "" {
		rounds, _ = strconv.Atoi(s)
	}
	for _, model := range []pos.Model{pos.Secure, pos.SecurePay} {
		t.Run(string(model), func(t *testing.T) {
			t.Parallel()
			h := at(t, "isbank", model)
			nodes := []*payment.Service{h.s, h.peer()}
			for i := range rounds {
				p := h.page(int64(1000+i), "R-"+strconv.Itoa(i))
				token, v, ok := h.toBank(p, "ok", "0000")
				if !ok {
					t.Fatal("the payer did not come back")
				}
				if err := h.db.Write(h.ctx, func(tx db.Tx) error {
					_, err := tx.Exec("UPDATE payment_attempt SET ask_at = 1 WHERE payment_id = $1", p.ID)
					return err
				}); err != nil {
					t.Fatal(err)
				}
				var wg sync.WaitGroup
				for n := range 3 {
					wg.Go(func() {
						if _, err := nodes[n%2].Return(h.ctx, token, v); err != nil {
							t.Error(err)
						}
					})
				}
				for _, node := range nodes {
					wg.Go(func() {
						if err := node.Ask(h.ctx); err != nil {
							t.Error(err)
						}
					})
				}
				wg.Wait()
				q := h.get(p.ID)
				if q.Status != payment.Captured {
					q = h.settle(p.ID)
				}
				if n, net := h.books(p.ID); q.Status != payment.Captured || n != 1 || net != q.Captured {
					t.Fatalf("round %d: %s, %d charges of %d kuruş: %v", i, q.Status, n, net, h.events(p.ID))
				}
				paid, last := 0, 0
				for _, k := range h.events(p.ID) {
					if k == "payment.captured" {
						paid++
					}
					if r, known := rank[k]; known {
						if r < last {
							t.Fatalf("round %d: backwards: %v", i, h.events(p.ID))
						}
						last = r
					}
				}
				if paid != 1 {
					t.Fatalf("round %d: told %d times that it is paid", i, paid)
				}
			}
		})
	}
}
