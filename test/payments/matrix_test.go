package payments

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/banks"
	"github.com/onay/onay/sandbox"
)

// mute are the banks whose answer for an unknown order is not known to mean that: there a person decides about what never arrived.
var mute = map[string]bool{"denizbank": true}

// each runs fn for one account at each simulated bank and each of its 3-D models.
func each(t *testing.T, fn func(t *testing.T, h *shop, a sandbox.BankAccount, model pos.Model)) {
	w := sandbox.New(sandbox.Config{})
	defer w.Close()
	seen := map[string]bool{}
	for i, a := range w.BankAccounts("") {
		if seen[a.System+a.Name] || a.System == "nestpay" && seen[a.System] {
			continue
		}
		seen[a.System], seen[a.System+a.Name] = true, true
		b, _ := banks.Get(a.Bank)
		for _, model := range b.Ways() {
			if model == pos.NonSecure || model == pos.Hosted {
				continue
			}
			t.Run(fmt.Sprintf("%s %d %s", a.Bank, i, model), func(t *testing.T) {
				t.Parallel()
				h := open(t)
				h.add(h.world.BankAccounts(h.base)[i], model)
				fn(t, h, a, model)
			})
		}
	}
}

// The table of what can go wrong: whatever happens at whatever step, in the end the payment says what the bank's books say.
func TestTheEndIsWhatTheBanksBooksSay(t *testing.T) {
	t.Parallel()
	var cells atomic.Int64
	t.Cleanup(func() { t.Logf("%d cells: bank and model by what goes wrong", cells.Load()) })
	each(t, func(t *testing.T, h *shop, a sandbox.BankAccount, model pos.Model) {
		end := func(t *testing.T, name string, id string, want ...payment.Status) {
			t.Helper()
			cells.Add(1)
			p := h.settle(id)
			if p.Status == payment.Unknown && mute[a.Bank] {
				n, _ := h.books(id)
				var err error
				if p, err = h.s.Resolve(h.ctx, "com_a", id, n > 0, "Bankanın panelinden bakıldı"); err != nil {
					t.Fatal(err)
				}
			}
			ok := false
			for _, s := range want {
				ok = ok || p.Status == s
			}
			if !ok {
				t.Errorf("%s: %s (%s %s), want %v: %v", name, p.Status, p.DeclineCode, p.BankMessage, want, h.events(id))
			}
			h.t = t
			h.balanced(p)
		}
		amount := int64(10000)
		next := func() int64 { amount += 7; return amount }

		// Without 3-D Secure.
		for _, f := range []string{"", "timeout_before", "timeout_after", "http_500", "answer_html", "answer_truncated"} {
			if f != "" {
				h.fault(f, 1)
			}
			p, err := h.sale(next(), "0000")
			if err != nil {
				t.Fatal(err)
			}
			if f != "" {
				h.fault(f, 0)
			}
			switch f {
			case "", "timeout_after":
				end(t, "sale "+f, p.ID, payment.Captured)
			case "timeout_before":
				end(t, "sale "+f, p.ID, payment.Failed)
			default:
				end(t, "sale "+f, p.ID, payment.Captured, payment.Failed, payment.Declined)
			}
		}
		p, err := h.sale(next(), "0051")
		if err != nil || p.Status != payment.Declined || p.DeclineCode != pos.CodeInsufficientFunds {
			t.Errorf("%s %s %v", p.Status, p.DeclineCode, err)
		}
		end(t, "declined sale", p.ID, payment.Declined)

		// The process dies before each of its writes in turn.
		for k := int64(0); k < 3; k++ {
			h.db.left.Store(k)
			p, err := h.sale(next(), "0000")
			h.restart()
			if err != nil && k == 0 {
				continue // nothing was accepted
			}
			end(t, fmt.Sprintf("sale, dead at write %d", k), p.ID, payment.Captured, payment.Failed)
		}

		// With 3-D Secure.
		for _, c := range []struct {
			name, do, magic, fault, at string
			twice, lose, forge         bool
			want                       []payment.Status
		}{
			{name: "paid", do: "ok", magic: "0000", want: []payment.Status{payment.Captured}},
			{name: "cancelled at the bank", do: "cancel", magic: "0000", want: []payment.Status{payment.Declined, payment.Failed}},
			{name: "declined", do: "ok", magic: "0051", want: []payment.Status{payment.Declined}},
			{name: "callback twice", do: "ok", magic: "0000", twice: true, want: []payment.Status{payment.Captured}},
			{name: "callback lost", do: "ok", magic: "0000", lose: true, want: []payment.Status{payment.Captured, payment.Failed}},
			{name: "forged callback", do: "N", magic: "0000", forge: true, want: []payment.Status{payment.Declined, payment.Failed}},
			{name: "time-out before, at the end", do: "ok", magic: "0000", fault: "timeout_before", want: []payment.Status{payment.Captured, payment.Failed}},
			{name: "time-out after, at the end", do: "ok", magic: "0000", fault: "timeout_after", want: []payment.Status{payment.Captured}},
			{name: "error page at the end", do: "ok", magic: "0000", fault: "http_500", want: []payment.Status{payment.Captured, payment.Failed}},
			{name: "wrong signature", do: "ok", magic: "0000", fault: "wrong_hash", at: "pages", want: []payment.Status{payment.Captured, payment.Failed, payment.Declined}},
		} {
			p := h.page(next(), "")
			if c.at == "pages" {
				h.fault(c.fault, 1)
			}
			token, v, ok := h.toBank(p, c.do, c.magic)
			if c.at == "pages" {
				h.fault(c.fault, 0)
			}
			if ok && !c.lose {
				if c.forge {
					for name, claim := range map[string]string{"mdStatus": "1", "mdstatus": "1", "MdStatus": "1", "Response": "Approved", "response": "Approved", "ProcReturnCode": "00", "procreturncode": "00", "Status": "Y", "3DStatus": "1", "RESPONSE_CODE": "2"} {
						if v.Has(name) {
							v[name] = claim
						}
					}
				}
				if c.fault != "" && c.at == "" {
					h.fault(c.fault, 1)
				}
				for range map[bool]int{false: 1, true: 2}[c.twice] {
					if _, err := h.s.Return(h.ctx, token, v); err != nil {
						t.Fatalf("%s: %v", c.name, err)
					}
				}
				if c.fault != "" && c.at == "" {
					h.fault(c.fault, 0)
				}
			} else if !ok && c.fault == "" {
				t.Fatalf("%s: the payer did not come back", c.name)
			}
			want := c.want
			if c.fault == "timeout_after" && a.System == "posnet" { // the question before the charge is what got lost
				want = append(want, payment.Failed)
			}
			end(t, c.name, p.ID, want...)
		}

		// The process dies before each write of the callback.
		for k := int64(0); k < 3; k++ {
			p := h.page(next(), "")
			token, v, ok := h.toBank(p, "ok", "0000")
			if !ok {
				t.Fatal("the payer did not come back")
			}
			h.db.left.Store(k)
			h.s.Return(h.ctx, token, v)
			h.restart()
			end(t, fmt.Sprintf("callback, dead at write %d", k), p.ID, payment.Captured, payment.Failed)
		}
		// And of the start.
		for k := int64(0); k < 2; k++ {
			p := h.page(next(), "")
			h.db.left.Store(k)
			h.toBank(p, "ok", "0000")
			h.restart()
			end(t, fmt.Sprintf("start, dead at write %d", k), p.ID, payment.Created, payment.Failed)
		}
	})
}
