package carrier

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/onay/onay/sandbox/outside"
)

// Account is one customer of a simulated house and what it may do. A house
// reads the fields it has a use for.
type Account struct {
	Username string   `json:"username"` // user name, line number or API key
	Password string   `json:"password"` // password or hash
	Headers  []string `json:"headers"`  // approved sender names, the default first
	Credit   int64    `json:"credit"`   // SMS parts left
	Lira     string   `json:"lira"`     // money, decimal point
	// Disabled is an account that is not activated, or whose API is switched
	// off.
	Disabled   bool     `json:"disabled"`
	AllowedIPs []string `json:"allowed_ips"` // addresses or networks; empty allows all
	// Checks is "", blacklist, whitelist or consent: what the house looks at
	// before a message that is no code.
	Checks    string   `json:"checks"`
	Blacklist []string `json:"blacklist"` // phones in any usual writing
	Whitelist []string `json:"whitelist"`
	IYSBrand  string   `json:"iys_brand"` // empty: commercial messages are refused
	// Subscriber is the number that customers write to, ten digits.
	Subscriber string `json:"subscriber"`
	// PushURL gets reports and incoming messages, where the house pushes.
	PushURL string `json:"push_url"`
	// Unlimited lifts limits, credit and duplicate checks, for load tests.
	Unlimited bool `json:"unlimited"`
}

// ErrAccount wraps every complaint about an account's settings.
var ErrAccount = errors.New("account")

// Validate says what an account cannot be saved with.
func (a Account) Validate() error {
	if a.Username == "" || a.Password == "" {
		return fmt.Errorf("%w: username and password are needed", ErrAccount)
	}
	for _, h := range a.Headers {
		if n := utf8.RuneCountInString(h); n < 1 || n > 14 {
			return fmt.Errorf("%w: header %q must have 1 to 14 characters", ErrAccount, h)
		}
	}
	for _, entry := range a.AllowedIPs {
		if _, err := network(entry); err != nil {
			return fmt.Errorf("%w: %q is no address or network", ErrAccount, entry)
		}
	}
	if !slices.Contains([]string{"", "blacklist", "whitelist", "consent"}, a.Checks) {
		return fmt.Errorf("%w: checks must be empty, blacklist, whitelist or consent", ErrAccount)
	}
	for _, n := range append(slices.Clone(a.Blacklist), a.Whitelist...) {
		if _, err := outside.NormalizePhone(n); err != nil {
			return fmt.Errorf("%w: %q is no phone number", ErrAccount, n)
		}
	}
	if a.Credit < 0 {
		return fmt.Errorf("%w: credit cannot be negative", ErrAccount)
	}
	return nil
}

// HasHeader reports whether a sender name is approved, letter by letter.
func (a *Account) HasHeader(h string) bool { return slices.Contains(a.Headers, h) }

// AllowedFrom reports whether the caller's address is on the account's list.
func (a *Account) AllowedFrom(remote string) bool {
	if len(a.AllowedIPs) == 0 {
		return true
	}
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		host = remote
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	for _, entry := range a.AllowedIPs {
		if n, err := network(entry); err == nil && n.Contains(ip.Unmap()) {
			return true
		}
	}
	return false
}

func network(entry string) (netip.Prefix, error) {
	if strings.Contains(entry, "/") {
		return netip.ParsePrefix(entry)
	}
	ip, err := netip.ParseAddr(entry)
	if err != nil {
		return netip.Prefix{}, err
	}
	return netip.PrefixFrom(ip, ip.BitLen()), nil
}

// Holder is an account at work: its settings, which may be replaced at any
// time, and what runs down or counts.
type Holder struct {
	settings atomic.Pointer[Account]
	credit   atomic.Int64
	rates    recent[string, []time.Time]
	repeats  recent[repeat, time.Time]
	inbox    inbox
}

// repeat is one text to one phone under one sender.
type repeat struct{ phone, sender, text string }

func (h *Holder) apply(a Account) {
	a.Headers, a.AllowedIPs = slices.Clone(a.Headers), slices.Clone(a.AllowedIPs)
	a.Blacklist, a.Whitelist = e164s(a.Blacklist), e164s(a.Whitelist)
	h.credit.Store(a.Credit)
	h.settings.Store(&a)
}

func e164s(list []string) []string {
	out := []string{}
	for _, n := range list {
		if e, err := outside.NormalizePhone(n); err == nil {
			out = append(out, e)
		}
	}
	return out
}

// View is a copy of the settings with the credit as it stands now.
func (h *Holder) View() Account {
	a := *h.settings.Load()
	a.Credit = h.credit.Load()
	a.Headers, a.AllowedIPs = slices.Clone(a.Headers), slices.Clone(a.AllowedIPs)
	a.Blacklist, a.Whitelist = slices.Clone(a.Blacklist), slices.Clone(a.Whitelist)
	return a
}

// Settings are read only.
func (h *Holder) Settings() *Account { return h.settings.Load() }

// Charge takes n parts from the credit, or nothing when they are not there.
func (h *Holder) Charge(n int64) bool {
	if h.Settings().Unlimited {
		return true
	}
	for {
		have := h.credit.Load()
		if have < n {
			return false
		}
		if h.credit.CompareAndSwap(have, have-n) {
			return true
		}
	}
}

// Allow counts one call of a kind against a limit in a window that slides with
// the world's clock.
func (h *Holder) Allow(kind string, limit int, window time.Duration, now time.Time) bool {
	if h.Settings().Unlimited {
		return true
	}
	ok := false
	h.rates.update(kind, func(times []time.Time, _ bool) []time.Time {
		kept := times[:0]
		for _, t := range times {
			if age := now.Sub(t); age >= 0 && age < window {
				kept = append(kept, t)
			}
		}
		if ok = len(kept) < limit; ok {
			kept = append(kept, now)
		}
		return kept
	})
	return ok
}

// Repeated says whether the same text went to the phone under the sender less
// than window ago. It notes nothing: Note does, once the message is taken.
func (h *Holder) Repeated(phone, sender, text string, now time.Time, window time.Duration) bool {
	if h.Settings().Unlimited {
		return false
	}
	at, known := h.repeats.get(repeat{phone, sender, text})
	age := now.Sub(at)
	return known && age >= 0 && age < window
}

// Note remembers that the text went to the phone.
func (h *Holder) Note(phone, sender, text string, now time.Time) {
	h.repeats.update(repeat{phone, sender, text}, func(time.Time, bool) time.Time { return now })
}
