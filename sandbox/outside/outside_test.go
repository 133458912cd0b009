package outside

import (
	"fmt"
	"testing"
	"time"
)

func TestNormalizePhone(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"05551112233": "+905551112233", "5551112233": "+905551112233", "90 555 111 22 33": "+905551112233",
		"+90 (555) 111-22-33": "+905551112233", "0090 555 111 22 33": "+905551112233", "0850 000 00 00": "+908500000000",
		"+49 170 1234567": "+491701234567", "00491701234567": "+491701234567",
		"": "", "555": "", "+90555111223": "", "0555111223x": "", "++905551112233": "", "00005551112233": "", "123456789012": "",
	} {
		got, err := NormalizePhone(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
	}
}

func FuzzNormalizePhone(f *testing.F) {
	f.Add("0555 111 22 33")
	f.Fuzz(func(t *testing.T, in string) {
		got, err := NormalizePhone(in)
		if err != nil {
			return
		}
		if again, err := NormalizePhone(got); err != nil || again != got {
			t.Errorf("%q became %q and then %q, %v", in, got, again, err)
		}
	})
}

func TestPhonesAreBounded(t *testing.T) {
	t.Parallel()
	p := NewPhones(Limits{PerPhone: 3, Total: 10 * shardCount})
	for i := range 10 {
		p.Add("+905551112233", Message{Body: fmt.Sprint(i)})
	}
	got := p.Received("+905551112233")
	if len(got) != 3 || got[0].Body != "9" || got[2].Body != "7" {
		t.Errorf("%+v", got)
	}
	for i := range 5000 {
		p.Add(fmt.Sprintf("+9055%08d", i), Message{Body: "x"})
	}
	total := 0
	for _, s := range p.List(10_000) {
		total += s.Count
	}
	if total > 10*shardCount || total < 5*shardCount {
		t.Errorf("%d messages kept", total)
	}
}

func TestSince(t *testing.T) {
	t.Parallel()
	p := NewPhones(Limits{})
	first := p.Add("+905551112233", Message{Body: "a"})
	ch, stop := p.Listen("+905551112233")
	second := p.Add("+905551112233", Message{Body: "b", Reply: true})
	if m := <-ch; m != second {
		t.Errorf("heard %+v", m)
	}
	stop()
	if got := p.Since("+905551112233", first.ID); len(got) != 1 || got[0] != second {
		t.Errorf("%+v", got)
	}
	if got := p.Received("+905551112233"); len(got) != 1 || got[0] != first {
		t.Errorf("%+v", got)
	}
}

func TestClockHooks(t *testing.T) {
	t.Parallel()
	base := time.Unix(0, 0)
	c := NewClock(func() time.Time { return base })
	var heard []time.Duration
	c.OnChange(func(d time.Duration) { heard = append(heard, d) })
	c.SetOffset(time.Hour)
	c.SetOffset(-time.Hour)
	if !c.Now().Equal(base.Add(-time.Hour)) || len(heard) != 2 || heard[0] != time.Hour {
		t.Errorf("%v %v", c.Now(), heard)
	}
}

func TestFaultTable(t *testing.T) {
	t.Parallel()
	var f Faults
	for _, fault := range []Fault{{"a", Slow, 1, 5}, {"a", HTTP500, 1, 0}, {"*", LostCallback, 1, 0}} {
		if err := f.Set(fault); err != nil {
			t.Fatal(err)
		}
	}
	if got, ok := f.Hit("a", Slow); !ok || got.Delay() != 5*time.Millisecond {
		t.Errorf("%+v %v", got, ok)
	}
	if _, ok := f.Hit("b", LostCallback); !ok {
		t.Error("a fault of every system is not met")
	}
	f.Clear("a", Slow)
	if _, ok := f.Hit("a", Slow); ok || len(f.List()) != 2 {
		t.Errorf("%+v", f.List())
	}
	if err := f.Set(Fault{System: "a", Kind: HTTP500}); err != nil || len(f.List()) != 1 {
		t.Errorf("rate 0 leaves %+v, %v", f.List(), err)
	}
	f.Clear("", "")
	if f.Any() {
		t.Error("something is left")
	}
}
