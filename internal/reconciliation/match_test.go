package reconciliation

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/pos"
)

var day = time.Date(2026, 11, 24, 9, 0, 0, 0, pos.Istanbul)

// books makes n movements and the bank's lines of them.
func books(n int, r *rand.Rand) (ours, theirs []Item) {
	for i := range n {
		x := Item{Ref: fmt.Sprintf("pay_%07d", i), Kind: Sale, Minor: 100 + r.Int64N(500_000), Currency: pos.TRY, At: day.Add(time.Duration(r.IntN(12*3600)) * time.Second), OrderID: fmt.Sprintf("K7Q2M9XW4T6B%08d", i),
			RRN: fmt.Sprintf("%012d", i*7), AuthCode: fmt.Sprintf("%06d", r.IntN(1_000_000)), Last4: fmt.Sprintf("%04d", r.IntN(10_000))}
		if i%17 == 0 {
			x.Kind, x.OrderID, x.RRN = Refund, x.OrderID+"R", ""
		}
		y := x
		y.Ref, y.Kept, y.Told = fmt.Sprintf("line %d", i+2), kept(x.Kind, x.Minor, 1), true
		if x.Kind == Sale {
			y.ValueDay = valueDay(clock.DayOf(x.At), 1)
		}
		ours, theirs = append(ours, x), append(theirs, y)
	}
	return ours, theirs
}

func kept(k Kind, minor int64, _ int) int64 {
	n := (minor*189 + 5000) / 10000
	if k == Refund {
		return -n
	}
	return n
}

func valueDay(on Day, _ int) Day { return on + 1 }

var contract = Options{Kept: kept, ValueDay: valueDay}

// seeded puts a fault of each kind into every hundredth movement, in turns, and returns how many there are of each.
func seeded(ours, theirs []Item) (o, t []Item, want map[string]int) {
	want = map[string]int{}
	for i := range ours {
		x, y := ours[i], theirs[i]
		if i%100 != 50 {
			o, t = append(o, x), append(t, y)
			continue
		}
		kind := []string{MissingHere, MissingThere, OtherAmount, Commission, Duplicate, ValueDate}[i/100%6]
		want[kind]++
		switch kind {
		case MissingHere:
			t = append(t, y)
		case MissingThere:
			o = append(o, x)
		case OtherAmount:
			y.Minor++
			o, t = append(o, x), append(t, y)
		case Commission:
			y.Kept++
			o, t = append(o, x), append(t, y)
		case ValueDate:
			if x.Kind == Refund {
				want[kind]--
			} else {
				y.ValueDay++
			}
			o, t = append(o, x), append(t, y)
		case Duplicate:
			z := y
			z.Ref += " again"
			o, t = append(o, x), append(t, y, z)
		}
	}
	return o, t, want
}

func kinds(r Report) map[string]int {
	got := map[string]int{}
	for _, d := range r.Differences {
		got[d.Kind]++
	}
	return got
}

func TestEverySeededFaultIsFoundAndNoOther(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	ours, theirs, want := seeded(books(50_000, r))
	r.Shuffle(len(theirs), func(i, j int) { theirs[i], theirs[j] = theirs[j], theirs[i] })
	report := Compare(ListOf(ours...), ListOf(theirs...), contract)
	if got := kinds(report); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("found %v, want %v", got, want)
	}
	for _, p := range report.Pairs {
		if ours[p.Ours].OrderID != theirs[p.Theirs].OrderID {
			t.Fatalf("a false pair: %+v %+v by %s", ours[p.Ours], theirs[p.Theirs], p.By)
		}
	}
	balanced(t, ours, theirs, report)
}

// The bank's file has neither order nor RRN, and only days.
func TestWhatIsFoundWithoutNumbers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		strip func(*Item)
		least int // of 2 000
	}{
		{"without the order", func(i *Item) { i.OrderID = "" }, 2000},
		{"authorization code and card", func(i *Item) { i.OrderID, i.RRN = "", "" }, 1998},
		{"amount, card and time", func(i *Item) { i.OrderID, i.RRN, i.AuthCode = "", "", "" }, 1990},
		{"amount, card and day", func(i *Item) { i.OrderID, i.RRN, i.AuthCode, i.DateOnly = "", "", "", true }, 1990},
	} {
		ours, theirs := books(2000, rand.New(rand.NewPCG(3, 4)))
		for i := range theirs {
			c.strip(&theirs[i])
		}
		report := Compare(ListOf(ours...), ListOf(theirs...), Options{})
		if len(report.Pairs) < c.least {
			t.Errorf("%s: %d pairs", c.name, len(report.Pairs))
		}
		for _, p := range report.Pairs {
			if ours[p.Ours].Ref[4:] != fmt.Sprintf("%07d", p.Theirs) {
				t.Errorf("%s: a false pair by %s", c.name, p.By)
			}
		}
		balanced(t, ours, theirs, report)
	}
}

// balanced checks that nothing is lost or counted twice.
func balanced(t interface {
	Errorf(string, ...any)
}, ours, theirs []Item, r Report) {
	var sumOurs, sumTheirs int64
	seenOurs, seenTheirs := map[int32]bool{}, map[int32]bool{}
	for _, p := range r.Pairs {
		if p.Ours >= 0 && p.Theirs >= 0 && (p.By != ByBatch && ours[p.Ours].Kind != theirs[p.Theirs].Kind || ours[p.Ours].Currency != theirs[p.Theirs].Currency) {
			t.Errorf("paired with another kind: %+v", p)
		}
		if p.Ours >= 0 {
			if seenOurs[p.Ours] {
				t.Errorf("paired twice: %+v", p)
			}
			seenOurs[p.Ours] = true
			sumOurs += ours[p.Ours].Signed()
		}
		if p.Theirs >= 0 {
			if seenTheirs[p.Theirs] {
				t.Errorf("paired twice: %+v", p)
			}
			seenTheirs[p.Theirs] = true
			sumTheirs += theirs[p.Theirs].Signed()
		}
	}
	for _, d := range r.Differences {
		switch d.Kind {
		case MissingThere:
			if seenOurs[d.Ours] {
				t.Errorf("paired and missing: %+v", d)
			}
			seenOurs[d.Ours] = true
			sumOurs += ours[d.Ours].Signed()
		case MissingHere, Duplicate:
			if seenTheirs[d.Theirs] {
				t.Errorf("paired and missing: %+v", d)
			}
			seenTheirs[d.Theirs] = true
			sumTheirs += theirs[d.Theirs].Signed()
		}
	}
	if len(seenOurs) != len(ours) || len(seenTheirs) != len(theirs) || sumOurs != r.OursSum || sumTheirs != r.TheirsSum {
		t.Errorf("%d of %d ours, %d of %d theirs; sums %d of %d and %d of %d", len(seenOurs), len(ours), len(seenTheirs), len(theirs), sumOurs, r.OursSum, sumTheirs, r.TheirsSum)
	}
}

// told is a report in words that do not depend on the order of the lists.
func told(ours, theirs []Item, r Report) []string {
	name := func(list []Item, i int32) string {
		if i < 0 {
			return "-"
		}
		return list[i].Ref
	}
	var out []string
	for _, p := range r.Pairs {
		out = append(out, "pair "+name(ours, p.Ours)+" "+name(theirs, p.Theirs)+" "+p.By.String())
	}
	for _, d := range r.Differences {
		out = append(out, fmt.Sprintf("%s %s %s %d %d", d.Kind, name(ours, d.Ours), name(theirs, d.Theirs), d.Expected, d.Found))
	}
	slices.Sort(out)
	return out
}

// Few values of each field, so that keys meet, double and contradict each other as no bank would dare.
func TestAnyOrderGivesTheSameAndNoKurusIsLost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		item := func(who string) *rapid.Generator[Item] {
			return rapid.Custom(func(t *rapid.T) Item {
				pick := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(t, name) }
				return Item{Kind: rapid.SampledFrom([]Kind{Sale, Sale, Refund}).Draw(t, "kind"), Minor: rapid.Int64Range(1, 4).Draw(t, "minor"), Currency: rapid.SampledFrom([]pos.Currency{pos.TRY, pos.TRY, pos.USD}).Draw(t, "currency"),
					At: day.Add(time.Duration(rapid.IntRange(0, 4).Draw(t, "at")) * 10 * time.Minute), OrderID: pick("order", "", "", "a", "b", "c"), Reference: pick("reference", "", "x", "y"), RRN: pick("rrn", "", "1", "2"),
					AuthCode: pick("auth", "", "7", "8"), Last4: pick("last4", "", "0001", "0002"), DateOnly: rapid.Bool().Draw(t, "day")}
			})
		}
		number := func(who string, list []Item) []Item {
			for i := range list {
				list[i].Ref = fmt.Sprintf("%s%03d", who, i)
			}
			return list
		}
		ours, theirs := number("o", rapid.SliceOfN(item("o"), 0, 12).Draw(t, "ours")), number("t", rapid.SliceOfN(item("t"), 0, 12).Draw(t, "theirs"))
		first := Compare(ListOf(ours...), ListOf(theirs...), Options{})
		balanced(t, ours, theirs, first)
		want := told(ours, theirs, first)
		a, b := slices.Clone(ours), slices.Clone(theirs)
		for _, list := range [][]Item{a, b} {
			for i := len(list) - 1; i > 0; i-- {
				j := rapid.IntRange(0, i).Draw(t, "swap")
				list[i], list[j] = list[j], list[i]
			}
		}
		if got := told(a, b, Compare(ListOf(a...), ListOf(b...), Options{})); !slices.Equal(got, want) {
			t.Errorf("in another order:\n%v\n%v", got, want)
		}
	})
}

func BenchmarkCompare(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 2))
			ours, theirs, _ := seeded(books(n, r))
			r.Shuffle(len(theirs), func(i, j int) { theirs[i], theirs[j] = theirs[j], theirs[i] })
			x, y := ListOf(ours...), ListOf(theirs...)
			b.ReportAllocs()
			for b.Loop() {
				Compare(x, y, contract)
			}
		})
	}
}
