package netgsm

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/onay/onay/sandbox/outside"
)

func TestRateLimits(t *testing.T) {
	t.Parallel()
	send := `{"msgheader":"ONAY","messages":[{"msg":"x","no":"5551112233"}]}`
	for name, c := range map[string]struct {
		path, body, refused string
		limit               int
	}{
		"codes":    {"otp", goodOTP, "80", 100},
		"a number": {"send", send, "85", 20},
		"reports":  {"report", `{"jobids":["1"]}`, "80", 10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, core := newServer(t, nil)
			for range c.limit {
				if code := codeOf(t, rest(s, c.path, c.body)); code == c.refused {
					t.Fatal("refused too early")
				}
			}
			if code := codeOf(t, rest(s, c.path, c.body)); code != c.refused {
				t.Errorf("code %s, want %s", code, c.refused)
			}
			core.Clock.SetOffset(61 * time.Second)
			if code := codeOf(t, rest(s, c.path, c.body)); code == c.refused {
				t.Error("still refused a minute later")
			}
			free, _ := newServer(t, func(a *Account) { a.Unlimited = true })
			for range c.limit + 1 {
				if code := codeOf(t, rest(free, c.path, c.body)); code == c.refused {
					t.Fatal("an unlimited account was refused")
				}
			}
		})
	}
}

func TestDuplicateAndCredit(t *testing.T) {
	t.Parallel()
	s, core := newServer(t, func(a *Account) { a.Credit = 2 })
	send := func(text string) string {
		id := jobOf(t, rest(s, "send", `{"msgheader":"ONAY","messages":[{"msg":"`+text+`","no":"5551112233"}]}`))
		core.Clock.SetOffset(core.Clock.Offset() + time.Minute)
		r := rest(s, "report", `{"jobids":["`+id+`"]}`)
		_, after, _ := strings.Cut(r.body, `"status":`)
		status, _, _ := strings.Cut(after, ",")
		return status
	}
	if got := []string{send("a"), send("a"), send("b"), send("c")}; strings.Join(got, " ") != "1 13 1 14" {
		t.Errorf("statuses %v", got)
	}
	a, _ := s.Account("8500000000")
	a.Credit = 10
	if err := s.SetAccount(a); err != nil {
		t.Fatal(err)
	}
	core.Clock.SetOffset(2 * time.Hour)
	if got := send("a"); got != "1" {
		t.Errorf("after an hour: %s", got)
	}
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	s, core := newServer(t, func(a *Account) { a.Unlimited = true })
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 50 {
				id := jobOf(t, rest(s, "otp", goodOTP))
				rest(s, "report", `{"jobids":["`+id+`"]}`)
				a, _ := s.Account("8500000000")
				a.Headers[0] = "ONAY"
				_ = s.SetAccount(a)
				core.Clock.SetOffset(time.Duration(i) * time.Second)
				_ = core.Faults.Set(outside.Fault{System: System, Kind: outside.Slow, Rate: 1, DelayMS: 0})
				core.Phones.List(3)
			}
		})
	}
	wg.Wait()
	if n := len(core.Phones.Received("+905551112233")); n != 200 {
		t.Errorf("%d texts kept, want the newest 200", n)
	}
}

func BenchmarkOTP(b *testing.B) {
	s, _ := newServer(b, func(a *Account) { a.Unlimited = true })
	h := s.Handler()
	b.ReportAllocs()
	for b.Loop() {
		r, err := http.NewRequest("POST", "/sms/rest/v2/otp", strings.NewReader(goodOTP))
		if err != nil {
			b.Fatal(err)
		}
		r.SetBasicAuth("8500000000", "sandbox-netgsm")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != 200 {
			b.Fatal(w.Body.String())
		}
	}
}
