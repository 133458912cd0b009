package netgsm

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"
)

// account is a subscriber at work: its settings, which may be replaced at any
// time, and the counters that run down.
type account struct {
	settings  atomic.Pointer[Account]
	credit    atomic.Int64
	otpCredit atomic.Int64

	otpRate     rate
	reportRate  rate
	balanceRate rate
	perNumber   recent[string, []time.Time]
	texts       recent[textKey, time.Time]
	statsAsked  recent[string, time.Time]

	inbox     inbox
	blacklist blacklist
}

// textKey is one text to one number, the unit of the one-hour duplicate rule.
type textKey struct {
	number string
	text   string
}

func newAccount(a Account) *account {
	acct := &account{
		otpRate:     rate{limit: 100, window: time.Minute},
		reportRate:  rate{limit: 10, window: time.Minute},
		balanceRate: rate{limit: 5, window: time.Minute},
	}
	acct.apply(a)
	return acct
}

func (a *account) apply(s Account) {
	s.Headers = slices.Clone(s.Headers)
	s.AllowedIPs = slices.Clone(s.AllowedIPs)
	a.credit.Store(s.Credit)
	a.otpCredit.Store(s.OTPCredit)
	a.settings.Store(&s)
}

// view is a copy of the settings with the counters as they stand now.
func (a *account) view() Account {
	s := *a.settings.Load()
	s.Headers, s.AllowedIPs = slices.Clone(s.Headers), slices.Clone(s.AllowedIPs)
	s.Credit, s.OTPCredit = a.credit.Load(), a.otpCredit.Load()
	return s
}

// charge takes n parts from a counter, or nothing when they are not there.
func (a *account) charge(counter *atomic.Int64, n int64) bool {
	if a.settings.Load().Unlimited {
		return true
	}
	for {
		have := counter.Load()
		if have < n {
			return false
		}
		if counter.CompareAndSwap(have, have-n) {
			return true
		}
	}
}

// allow counts one call against a limit, which an unlimited account has not.
func (a *account) allow(r *rate, now time.Time) bool {
	return a.settings.Load().Unlimited || r.allow(now)
}

// accounts is the register of subscribers.
type accounts struct {
	mu   sync.RWMutex
	list []*account
	by   map[string]*account
}

func (r *accounts) find(usercode string) *account {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.by[usercode]
}

func (r *accounts) put(s Account) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if old := r.by[s.Usercode]; old != nil {
		old.apply(s)
		return
	}
	a := newAccount(s)
	r.by[s.Usercode] = a
	r.list = append(r.list, a)
}

func (r *accounts) all() []*account {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.Clone(r.list)
}

// login finds the account of a caller, or nil: a wrong user, a wrong password
// and a foreign address all give the same 30, as with the real one.
func (s *Server) login(r *http.Request, usercode, password string, checkIP bool) *account {
	a := s.accounts.find(usercode)
	if a == nil {
		return nil
	}
	set := a.settings.Load()
	if subtle.ConstantTimeCompare([]byte(set.Password), []byte(password)) != 1 {
		return nil
	}
	if checkIP && !allowed(set.AllowedIPs, r.RemoteAddr) {
		return nil
	}
	return a
}

// basic is login by the Authorization header of REST v2.
func (s *Server) basic(r *http.Request) *account {
	user, pass, ok := r.BasicAuth()
	if !ok {
		return nil
	}
	return s.login(r, user, pass, true)
}

func allowed(list []string, remote string) bool {
	if len(list) == 0 {
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
	for _, entry := range list {
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

// ErrAccount wraps every complaint about an account's settings.
var ErrAccount = errors.New("netgsm account")

// Validate says what an account cannot be saved with.
func (a Account) Validate() error {
	if len(a.Usercode) != 10 || strings.Trim(a.Usercode, "0123456789") != "" {
		return fmt.Errorf("%w: usercode must be 10 digits", ErrAccount)
	}
	if a.Password == "" {
		return fmt.Errorf("%w: password is missing", ErrAccount)
	}
	for _, h := range a.Headers {
		if n := utf8.RuneCountInString(h); n < 3 || n > 11 {
			return fmt.Errorf("%w: header %q must have 3 to 11 characters", ErrAccount, h)
		}
	}
	for _, entry := range a.AllowedIPs {
		if _, err := network(entry); err != nil {
			return fmt.Errorf("%w: %q is no address or network", ErrAccount, entry)
		}
	}
	if !slices.Contains([]string{"", "form", "json", "b"}, a.InboundForm) {
		return fmt.Errorf("%w: inbound_form must be form, json or b", ErrAccount)
	}
	if !slices.Contains([]string{"", "never", "twice", "reversed"}, a.InboundMode) {
		return fmt.Errorf("%w: inbound_mode must be empty, never, twice or reversed", ErrAccount)
	}
	if a.Credit < 0 || a.OTPCredit < 0 || a.InboundDelay < 0 {
		return fmt.Errorf("%w: counters cannot be negative", ErrAccount)
	}
	return nil
}

// Accounts lists the subscribers with their counters as they stand.
func (s *Server) Accounts() []Account {
	list := s.accounts.all()
	out := make([]Account, len(list))
	for i, a := range list {
		out[i] = a.view()
	}
	return out
}

// Account gives one subscriber.
func (s *Server) Account(usercode string) (Account, bool) {
	a := s.accounts.find(usercode)
	if a == nil {
		return Account{}, false
	}
	return a.view(), true
}

// SetAccount changes a subscriber or adds a new one; it counts at once.
func (s *Server) SetAccount(a Account) error {
	if err := a.Validate(); err != nil {
		return err
	}
	s.accounts.put(a)
	return nil
}
