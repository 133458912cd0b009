package smpp

import (
	"fmt"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// Whatever the order in which submits, answers and receipts come, each receipt
// is handed over once, with its message.
func TestEveryReceiptIsMatchedOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		form := rapid.SampledFrom([]IDForm{IDAuto, IDSame, IDRespHex, IDRespDec}).Draw(t, "form")
		tr := newTracker(form, 1000)
		type run struct {
			s           *sent
			parts       int
			done, given int // parts answered, receipts sent
		}
		runs := make([]*run, rapid.IntRange(1, 12).Draw(t, "messages"))
		got := map[string]int{}
		take := func(list []*held) {
			for _, h := range list {
				r, f := tr.receipt(h, true)
				if f != ready || !r.Matched {
					t.Fatalf("held receipt %s: %+v", h.n.id, r)
				}
				got[r.MessageID]++
			}
		}
		id := func(i, part int, receipt bool) string {
			v := uint64(0x75bcd15 + i*100 + part)
			hexadecimal, decimal := strconv.FormatUint(v, 16), strconv.FormatUint(v, 10)
			switch {
			case form == IDSame, form == IDAuto && i%3 == 0:
				if receipt {
					return fmt.Sprintf("%X", v)
				}
				return hexadecimal
			case form == IDRespHex, form == IDAuto && i%3 == 1:
				if receipt {
					return decimal
				}
				return "00" + hexadecimal
			}
			if receipt {
				return "0" + hexadecimal
			}
			return decimal
		}
		for i := range runs {
			runs[i] = &run{parts: rapid.IntRange(1, 3).Draw(t, "parts")}
		}
		for {
			var open []int
			for i, r := range runs {
				if r.given < r.parts || r.done < r.parts {
					open = append(open, i)
				}
			}
			if len(open) == 0 {
				break
			}
			i := rapid.SampledFrom(open).Draw(t, "next")
			r := runs[i]
			phone := fmt.Sprintf("90555000%04d", i%4) // several to one phone
			if r.s == nil {
				r.s = tr.begin(&outgoing{m: testMessage(i), parts: make([]short, r.parts), phone: phoneKey(phone)})
				continue
			}
			// A receipt may come before its answer, not before its submit.
			if r.given < r.parts && r.given <= r.done && (r.done == r.parts || rapid.Bool().Draw(t, "receipt")) {
				h := &held{n: notice{id: id(i, r.given, true), phones: [2]string{phone, "ORNEK"}, state: StateDelivered}}
				r.given++
				if rec, f := tr.receipt(h, false); f == ready {
					if !rec.Matched {
						t.Fatalf("%s has no message", h.n.id)
					}
					got[rec.MessageID]++
				}
				continue
			}
			tr.accepted(r.s, r.done, id(i, r.done, false))
			if r.done++; r.done == r.parts {
				take(tr.end(r.s))
			}
		}
		for i, r := range runs {
			if n := got[strconv.Itoa(i)]; n != r.parts || !r.s.report().Final {
				t.Fatalf("message %d got %d receipts, want %d: %+v", i, n, r.parts, r.s.report())
			}
		}
		if tr.held != 0 || len(tr.early) != 0 || len(tr.waiting) != 0 {
			t.Fatalf("left over: %d held, %d early, %d waiting", tr.held, len(tr.early), len(tr.waiting))
		}
	})
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	tr := newTracker(IDAuto, 50)
	for i := range 5000 {
		s := tr.begin(&outgoing{m: testMessage(i), parts: make([]short, 2), phone: uint64(i % 7)})
		// Ids come again, as they do when an operator's counter starts anew.
		tr.accepted(s, 0, fmt.Sprint(i%120))
		tr.accepted(s, 1, fmt.Sprintf("%x", i%120+1000))
		tr.end(s)
	}
	if len(tr.order) != 50 || len(tr.byID) > 50 || len(tr.index) > 50*2*3 || len(tr.waiting) != 0 {
		t.Errorf("%d messages, %d ids, %d keys, %d waiting", len(tr.order), len(tr.byID), len(tr.index), len(tr.waiting))
	}
}

func TestSameID(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		form            IDForm
		answer, receipt string
		want            bool
	}{
		{IDRespHex, "ffffffffffffffffffff", "1208925819614629174706175", true},
		{IDRespDec, "1208925819614629174706175", "0FFFFFFFFFFFFFFFFFFFF", true},
		{IDRespHex, "ffffffffffffffffffff", "1208925819614629174706174", false},
		{IDSame, "a-1_b@c", "A-1_B@C", true}, {IDSame, "01", "1", false}, {IDAuto, "01", "1", true},
		{IDAuto, "550e8400-e29b-41d4", "550E8400-E29B-41D4", true}, {IDAuto, "10", "a", true}, {IDAuto, "a", "10", true},
		{IDRespHex, "xyz", "xyz", false}, {IDRespHex, "", "", false}, {IDAuto, "10", "11", false},
	} {
		if got := SameID(c.form, c.answer, c.receipt); got != c.want {
			t.Errorf("%s %s %s: %v", c.form, c.answer, c.receipt, got)
		}
	}
}
