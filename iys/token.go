package iys

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"
)

// TokenState is what is kept under one key of a [TokenStore]. Access and
// refresh tokens are secrets.
type TokenState struct {
	Access, Refresh               string
	AccessExpires, RefreshExpires time.Time
	BlockedUntil                  time.Time   // no token call before that
	Calls                         []time.Time // token calls of the last hour
}

// String keeps the tokens out of logs.
func (s TokenState) String() string { return "token until " + FormatTime(s.AccessExpires) }

// GoString does the same for %#v.
func (s TokenState) GoString() string { return s.String() }

// TokenStore keeps tokens and the hourly count across restarts and among the
// processes that share one source address. Keys: the base address for the
// count and the pause, the base address with the user name for the tokens.
type TokenStore interface {
	// Load gives the zero state for an unknown key.
	Load(ctx context.Context, key string) (TokenState, error)
	Save(ctx context.Context, key string, s TokenState) error
	// Lock waits until nobody else holds the key and gives the call that lets
	// it go. It is held for two token calls at most.
	Lock(ctx context.Context, key string) (unlock func(), err error)
}

// MemoryTokens is a TokenStore for one process.
type MemoryTokens struct {
	mu     sync.Mutex
	states map[string]TokenState
	locks  map[string]chan struct{}
}

// NewMemoryTokens makes an empty store.
func NewMemoryTokens() *MemoryTokens {
	return &MemoryTokens{states: map[string]TokenState{}, locks: map[string]chan struct{}{}}
}

// Load implements TokenStore.
func (m *MemoryTokens) Load(_ context.Context, key string) (TokenState, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.states[key]
	s.Calls = slices.Clone(s.Calls)
	return s, nil
}

// Save implements TokenStore.
func (m *MemoryTokens) Save(_ context.Context, key string, s TokenState) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	s.Calls = slices.Clone(s.Calls)
	m.states[key] = s
	return nil
}

// Lock implements TokenStore.
func (m *MemoryTokens) Lock(ctx context.Context, key string) (func(), error) {
	m.mu.Lock()
	ch := m.locks[key]
	if ch == nil {
		ch = make(chan struct{}, 1)
		m.locks[key] = ch
	}
	m.mu.Unlock()
	select {
	case ch <- struct{}{}:
		return func() { <-ch }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// renewBefore is how long before its end a token is replaced.
const renewBefore = 5 * time.Minute

var callToken = call{name: "token"}

// Tokens gives the expiry of the current tokens, fetching them if there are
// none: a check of user and password.
func (c *Client) Tokens(ctx context.Context) (accessExpires, refreshExpires time.Time, err error) {
	s, err := c.token(ctx, "")
	return s.AccessExpires, s.RefreshExpires, err
}

// token gives a state with a usable access token. refused is an access token
// that İYS did not take, or "".
func (c *Client) token(ctx context.Context, refused string) (TokenState, error) {
	now := c.cfg.Now()
	good := func(s TokenState) bool {
		return s.Access != "" && s.Access != refused && now.Before(s.AccessExpires.Add(-renewBefore))
	}
	c.mu.Lock()
	s := c.state
	c.mu.Unlock()
	if good(s) {
		return s, nil
	}
	store, shared, own := c.cfg.Tokens, c.cfg.BaseURL, c.cfg.BaseURL+" "+c.cfg.Username
	fail := func(err error) (TokenState, error) {
		return TokenState{}, &Error{Call: "token", Outcome: RetrySoon, NotSent: true, Wait: time.Second, Message: "the token store failed", Err: err}
	}
	unlock, err := store.Lock(ctx, shared)
	if err != nil {
		return fail(err)
	}
	defer unlock()
	if s, err = store.Load(ctx, own); err != nil {
		return fail(err)
	}
	if !good(s) {
		if s, err = c.renew(ctx, s, refused); err != nil {
			return TokenState{}, err
		}
		if err := store.Save(context.WithoutCancel(ctx), own, s); err != nil {
			return fail(err)
		}
	}
	c.mu.Lock()
	c.state = s
	c.mu.Unlock()
	return s, nil
}

// renew spends one token call, or two when the refresh token is not taken.
func (c *Client) renew(ctx context.Context, old TokenState, refused string) (TokenState, error) {
	if old.Refresh != "" && c.cfg.Now().Before(old.RefreshExpires) {
		s, err := c.fetchToken(ctx, map[string]string{"grant_type": "refresh_token", "refresh_token": old.Refresh})
		if err == nil || OutcomeOf(err) != BadCredentials && OutcomeOf(err) != RenewToken {
			return s, err
		}
	}
	return c.fetchToken(ctx, map[string]string{"grant_type": "password", "username": c.cfg.Username, "password": c.cfg.Password})
}

// fetchToken makes one call within the budget. It is counted before it is
// made, so that a crash cannot lose count.
func (c *Client) fetchToken(ctx context.Context, fields map[string]string) (TokenState, error) {
	now, store, shared := c.cfg.Now(), c.cfg.Tokens, c.cfg.BaseURL
	count, err := store.Load(ctx, shared)
	if err != nil {
		return TokenState{}, &Error{Call: "token", Outcome: RetrySoon, NotSent: true, Wait: time.Second, Message: "the token store failed", Err: err}
	}
	count.Calls = slices.DeleteFunc(count.Calls, func(t time.Time) bool { return now.Sub(t) >= hour })
	wait := count.BlockedUntil.Sub(now)
	if len(count.Calls) >= c.cfg.TokenBudget {
		wait = max(wait, count.Calls[0].Add(hour).Sub(now))
	}
	if wait > 0 {
		return TokenState{}, &Error{Call: "token", Outcome: StopToken, NotSent: true, Wait: wait, Message: "the token calls of this hour are spent"}
	}
	count.Calls = append(count.Calls, now)
	if err := store.Save(ctx, shared, count); err != nil {
		return TokenState{}, &Error{Call: "token", Outcome: RetrySoon, NotSent: true, Wait: time.Second, Message: "the token store failed", Err: err}
	}
	contentType, body := tokenBody(fields, c.cfg.TokenJSON)
	r, err := c.send(ctx, callToken, http.MethodPost, "/oauth2/token", contentType, body, "")
	if err != nil {
		return TokenState{}, err
	}
	if r.status == http.StatusOK {
		if s, ok := readToken(r.body, now); ok {
			return s, nil
		}
	}
	e := callToken.judge(r.status, r.body)
	if e.Outcome == StopToken {
		count.BlockedUntil = c.cfg.Now().Add(hour)
		if err := store.Save(context.WithoutCancel(ctx), shared, count); err != nil {
			e.Err = err
		}
	}
	if r.status == http.StatusBadRequest && e.Code == "" {
		e.Outcome = BadCredentials
	}
	return TokenState{}, e
}

func tokenBody(fields map[string]string, asJSON bool) (contentType string, body []byte) {
	if asJSON {
		b, _ := json.Marshal(fields) // strings always marshal
		return "application/json", b
	}
	form := url.Values{}
	for k, v := range fields {
		form.Set(k, v)
	}
	return "application/x-www-form-urlencoded", []byte(form.Encode())
}

// readToken trusts the numbers of the answer, which have changed before.
func readToken(body []byte, now time.Time) (TokenState, bool) {
	var w struct {
		Access         string `json:"access_token"`
		Refresh        string `json:"refresh_token"`
		Expires        number `json:"expires_in"`
		RefreshExpires number `json:"refresh_expires_in"`
	}
	if json.Unmarshal(bytes.TrimPrefix(body, []byte("\ufeff")), &w) != nil || w.Access == "" || w.Expires <= 0 {
		return TokenState{}, false
	}
	// More than a year is no lifetime; it would overflow a duration.
	const year = 366 * 24 * 3600
	after := func(n number) time.Time { return now.Add(time.Duration(min(max(n, 0), year)) * time.Second) }
	return TokenState{Access: w.Access, Refresh: w.Refresh, AccessExpires: after(w.Expires), RefreshExpires: after(w.RefreshExpires)}, true
}
