package verification_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/db/dbtest"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/verification"
)

// counted is a start as the rules count it.
type counted struct {
	at             time.Duration
	phone, ip, key string
}

// model says what the limits of docs/configuration.md mean, by counting a plain list.
type model struct {
	starts []counted
	wrong  map[string][]time.Duration // phone → when the verifications with a wrong code were started
}

func (m *model) refusal(now time.Duration, l company.Limits, want counted) string {
	var ip, key, hour, day, wrong int
	for _, s := range m.starts {
		if now-s.at < time.Hour {
			if want.ip != "" && s.ip == want.ip {
				ip++
			}
			if want.key != "" && s.key == want.key {
				key++
			}
			if s.phone == want.phone {
				hour++
			}
		}
		if now-s.at < 24*time.Hour && s.phone == want.phone {
			day++
		}
	}
	for _, at := range m.wrong[want.phone] {
		if now-at < 24*time.Hour {
			wrong++
		}
	}
	switch {
	case want.ip != "" && ip >= l.IPHour:
		return "ip_limit"
	case want.key != "" && key >= l.LimitKeyHour:
		return "limit_key_limit"
	case wrong >= l.LockAttempts:
		return "phone_locked"
	case hour >= l.PhoneHour, day >= l.PhoneDay:
		return "phone_limit"
	}
	return ""
}

// Whatever is asked in whatever order, a start is refused exactly when the counts say so, with the code that names the limit.
func TestLimitsAreExact(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		r := newRig(t, d)
		rapid.Check(t, func(t *rapid.T) {
			c, err := r.companies.Create(ctx, "Örnek")
			if err != nil {
				t.Fatal(err)
			}
			l := company.Limits{PhoneHour: rapid.IntRange(1, 4).Draw(t, "phone_hour"), PhoneDay: rapid.IntRange(1, 6).Draw(t, "phone_day"),
				IPHour: rapid.IntRange(1, 5).Draw(t, "ip_hour"), LimitKeyHour: rapid.IntRange(1, 5).Draw(t, "limit_key_hour"),
				KeyMinute: 0, CompanyDay: 0, LockAttempts: rapid.IntRange(1, 4).Draw(t, "lock_attempts")}
			if _, err := r.companies.Update(ctx, c.ID, "company.settings_changed", func(c *company.Company) error {
				c.Settings.Limits, c.Settings.Watch.Mode = l, "off"
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			m := &model{wrong: map[string][]time.Duration{}}
			offset := time.Duration(0)
			defer r.clock.SetOffset(0)
			open := map[string]verification.Verification{} // the newest of each phone
			at := map[string]time.Duration{}
			for range rapid.IntRange(1, 30).Draw(t, "steps") {
				switch rapid.SampledFrom([]string{"start", "start", "start", "wrong", "wait"}).Draw(t, "step") {
				case "wait":
					offset += time.Duration(rapid.SampledFrom([]int{1, 7, 25, 61, 13 * 60, 25 * 60}).Draw(t, "minutes")) * time.Minute
					r.clock.SetOffset(offset)
				case "start":
					want := counted{offset, fmt.Sprintf("+90555000000%d", rapid.IntRange(1, 3).Draw(t, "phone")),
						rapid.SampledFrom([]string{"", "192.0.2.1", "192.0.2.2"}).Draw(t, "ip"), rapid.SampledFrom([]string{"", "basket"}).Draw(t, "key")}
					refusal := m.refusal(offset, l, want)
					v, _, err := r.ver.Start(ctx, c.ID, verification.Request{Phone: want.phone, ClientIP: want.ip, LimitKey: want.key})
					var f *fault.Error
					switch {
					case refusal == "" && err != nil:
						t.Fatalf("refused, though nothing is used up: %v", err)
					case refusal != "" && (!errors.As(err, &f) || f.Code != refusal):
						t.Fatalf("got %v, want %s", err, refusal)
					case refusal == "":
						m.starts = append(m.starts, want)
						open[want.phone], at[want.phone] = v, offset
					}
				case "wrong":
					phone := fmt.Sprintf("+90555000000%d", rapid.IntRange(1, 3).Draw(t, "phone"))
					v, ok := open[phone]
					if !ok {
						continue
					}
					// Four digits are never the code of six.
					after, approved, err := r.ver.Check(ctx, c.ID, v.ID, "0000", verification.Binding{})
					if err != nil || approved {
						t.Fatalf("a wrong code: approved %v, %v", approved, err)
					}
					if after.Attempts > v.Attempts {
						m.wrong[phone] = append(m.wrong[phone], at[phone])
						open[phone] = after
					}
				}
			}
		})
	})
}
