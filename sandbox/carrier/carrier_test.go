package carrier

import (
	"fmt"
	"testing"
	"time"

	"github.com/onay/onay/sandbox/outside"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, outside.Istanbul)

func newCarrier(t *testing.T, cfg Config, a Account) (*Carrier, *Holder, *outside.Core) {
	t.Helper()
	core := outside.NewCore(func() time.Time { return noon }, outside.Limits{})
	t.Cleanup(core.Close)
	c := New(core, cfg)
	a.Username, a.Password = "u", "p"
	if err := c.Accounts.Put(a); err != nil {
		t.Fatal(err)
	}
	return c, c.Accounts.Login("u", "p"), core
}

func TestFates(t *testing.T) {
	t.Parallel()
	const other = "+905551112233"
	for name, c := range map[string]struct {
		account    Account
		to         string
		code       bool
		commercial string
		consent    func(string, string) bool
		want       Fate
	}{
		"usual":                      {to: other, want: Delivered},
		"timed out":                  {to: "+905550000002", code: true, want: TimedOut},
		"wrong number":               {to: "+905550000003", want: WrongNumber},
		"refused":                    {to: "+905550000011", want: Refused},
		"duplicate":                  {to: "+905550000013", want: Duplicate},
		"no duplicate of a code":     {to: "+905550000013", code: true, want: Delivered},
		"scripted blacklist":         {to: "+905550000015", want: Blacklisted},
		"no blacklist for a code":    {Account{Checks: "blacklist", Blacklist: []string{"05550000015"}}, "+905550000015", true, "", nil, Delivered},
		"blacklist":                  {Account{Checks: "blacklist", Blacklist: []string{"0555 111 22 33"}}, other, false, "", nil, Blacklisted},
		"blacklist not looked at":    {Account{Blacklist: []string{"0555 111 22 33"}}, other, false, "", nil, Delivered},
		"off the whitelist":          {Account{Checks: "whitelist"}, other, false, "", nil, NotListed},
		"on the whitelist":           {Account{Checks: "whitelist", Whitelist: []string{other}}, other, false, "", nil, Delivered},
		"scripted consent":           {to: "+905550000016", commercial: "BIREYSEL", want: NoConsent},
		"not commercial":             {to: "+905550000016", want: Delivered},
		"consent is there":           {Account{}, "+905550000016", false, "TACIR", func(_, kind string) bool { return kind == "TACIR" }, Delivered},
		"consent of another kind":    {Account{}, "+905550000016", false, "BIREYSEL", func(_, kind string) bool { return kind == "TACIR" }, NoConsent},
		"consent of every number":    {Account{Checks: "consent"}, other, false, "BIREYSEL", func(string, string) bool { return false }, NoConsent},
		"consent unless it is asked": {Account{}, other, false, "BIREYSEL", func(string, string) bool { return false }, Delivered},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			car, h, core := newCarrier(t, Config{System: "x", ReportDelay: -1, HasConsent: c.consent}, c.account)
			b := &Batch{ID: "1", Owner: h, Code: c.code, Commercial: c.commercial, Start: noon, Rows: []Row{{To: c.to, Body: "x", Parts: 1}}}
			car.Put(b)
			if got := b.States(noon)[0].Fate; got != c.want {
				t.Errorf("fate %d, want %d", got, c.want)
			}
			if n := len(core.Phones.Received(c.to)); (n == 1) != (c.want == Delivered) {
				t.Errorf("%d texts on the phone", n)
			}
		})
	}
}

func TestScheduleCancelAndReportDelay(t *testing.T) {
	t.Parallel()
	c, h, core := newCarrier(t, Config{System: "x"}, Account{})
	final := make(chan string, 4)
	c.OnFinal = func(b *Batch) { final <- b.ID }
	for i := range 2 {
		c.Put(&Batch{ID: fmt.Sprint(i), Owner: h, Start: noon.Add(time.Hour), Rows: []Row{{ID: fmt.Sprint("m", i), To: "+905551112233"}}})
	}
	if s, ok := c.FindState(h, "m1"); !ok || s.Fate != Waiting {
		t.Errorf("before: %+v", s)
	}
	if b := c.Find("0"); !b.Cancel() || b.Cancel() {
		t.Error("a batch is cancelled once")
	}
	core.Clock.SetOffset(time.Hour + time.Second)
	if s, _ := c.FindState(h, "m1"); s.Fate != Sending {
		t.Errorf("just sent: %+v", s)
	}
	if c.Find("1").Cancel() {
		t.Error("cancelled after it had left")
	}
	core.Clock.SetOffset(time.Hour + 2*time.Second)
	if s, _ := c.FindState(h, "m1"); s.Fate != Delivered || !s.At.Equal(noon.Add(time.Hour+2*time.Second)) {
		t.Errorf("reported: %+v", s)
	}
	if s, _ := c.FindState(h, "m0"); s.Fate != Cancelled || len(core.Phones.Received("+905551112233")) != 1 {
		t.Errorf("cancelled: %+v", s)
	}
	if id := <-final; id != "1" || len(final) != 0 {
		t.Errorf("final: %s and %d more", id, len(final))
	}
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	c, h, _ := newCarrier(t, Config{System: "x", Keep: 10}, Account{})
	for i := range 25 {
		c.Put(&Batch{ID: fmt.Sprint(i), Owner: h, Start: noon, Rows: []Row{{ID: fmt.Sprint("m", i), To: "+905551112233"}}})
	}
	var kept []string
	c.Each(func(b *Batch) { kept = append(kept, b.ID) })
	if len(kept) != 10 || kept[0] != "15" || kept[9] != "24" || len(c.byID) != 20 {
		t.Errorf("kept %v, %d names", kept, len(c.byID))
	}
}

func TestCreditLimitsAndRepeats(t *testing.T) {
	t.Parallel()
	_, h, _ := newCarrier(t, Config{System: "x"}, Account{Credit: 3})
	if !h.Charge(2) || h.Charge(2) || !h.Charge(1) || h.View().Credit != 0 {
		t.Errorf("credit %d", h.View().Credit)
	}
	for i, want := range []bool{true, true, false} {
		if got := h.Allow("x", 2, time.Minute, noon); got != want {
			t.Errorf("call %d: %v", i, got)
		}
	}
	if !h.Allow("x", 2, time.Minute, noon.Add(time.Minute)) || !h.Allow("y", 2, time.Minute, noon) {
		t.Error("the window and the kind count")
	}
	h.Note("a", "s", "t", noon)
	for name, c := range map[string]struct {
		phone string
		at    time.Time
		want  bool
	}{"same": {"a", noon, true}, "later": {"a", noon.Add(time.Hour), false}, "another": {"b", noon, false}, "clock moved back": {"a", noon.Add(-time.Second), false}} {
		if got := h.Repeated(c.phone, "s", "t", c.at, time.Hour); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestParts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		coding Coding
		parts  int
	}{"Merhaba": {Plain, 1}, "ö Ü Ç": {Plain, 1}, "şifre": {Turkish, 1}, "😀": {Unicode, 1}, "₺": {Unicode, 1}} {
		if c := Needs(text); c != want.coding || c.Parts(text) != want.parts {
			t.Errorf("%q: coding %d, %d parts", text, c, c.Parts(text))
		}
	}
	if got := Plain.Shown("şıĞ €ç₺"); got != "siG €c?" {
		t.Errorf("shown %q", got)
	}
}
