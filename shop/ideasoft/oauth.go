package ideasoft

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/onay/onay/shop"
)

// Tokens is a pair of tokens.
type Tokens struct {
	Access, Refresh string
	Obtained        time.Time
	Expires         time.Time // of the access token, UTC
	Scopes          []string
}

// Stale says whether the pair should be refreshed: when a tenth of its life
// remains, but at least five minutes and at most an hour.
func (t Tokens) Stale(now time.Time) bool {
	left := min(max(t.Expires.Sub(t.Obtained)/10, 5*time.Minute), time.Hour)
	return t.Expires.Sub(now) < left
}

// TokenStore keeps the pair of one store.
type TokenStore interface {
	Tokens(ctx context.Context) (Tokens, error)
	// Rotate runs refresh with the pair that holds now, alone among all
	// processes, and keeps what it returns before it lets go. After an error
	// the old pair stays.
	Rotate(ctx context.Context, refresh func(context.Context, Tokens) (Tokens, error)) (Tokens, error)
}

// NewState makes the value that binds the merchant's answer to our question:
// 130 bits. Keep it with the store and the person for ten minutes, one use.
func NewState() string { return rand.Text() }

// AuthorizeURL is the page on which the merchant allows the access.
func (c Config) AuthorizeURL(state string) string {
	path := c.AuthorizePath
	if path == "" {
		path = "/panel/auth"
	}
	return c.StoreURL + path + "?" + url.Values{"client_id": {c.ClientID}, "response_type": {"code"}, "state": {state}, "redirect_uri": {c.RedirectURI}}.Encode()
}

// ReadCallback reads the merchant's answer. take looks up a state, marks it
// used and says whether it was known, unused and fresh. Errors have KindState
// or KindDenied. The code lives 30 s: exchange it at once.
func ReadCallback(q url.Values, take func(state string) bool) (code string, err error) {
	switch state := q.Get("state"); {
	case state == "" || !take(state):
		return "", &shop.Error{Shop: "ideasoft", Kind: shop.KindState, Message: "the state is unknown, used or old"}
	case q.Has("error"):
		return "", &shop.Error{Shop: "ideasoft", Kind: shop.KindDenied, Code: q.Get("error"), Message: q.Get("error_description")}
	case q.Get("code") == "":
		return "", &shop.Error{Shop: "ideasoft", Kind: shop.KindReauthorize, Message: "the answer has no code"}
	}
	return q.Get("code"), nil
}

// Exchange turns the code into the first pair.
func (c Config) Exchange(ctx context.Context, code string) (Tokens, error) {
	return c.token(ctx, url.Values{"grant_type": {"authorization_code"}, "client_id": {c.ClientID}, "client_secret": {c.ClientSecret}, "code": {code}, "redirect_uri": {c.RedirectURI}})
}

// RefreshTokens turns a pair into the next one. A call without an answer is
// repeated once with the same token: if the store has turned it already, that
// says KindReconnect.
func (c Config) RefreshTokens(ctx context.Context, t Tokens) (Tokens, error) {
	form := url.Values{"grant_type": {"refresh_token"}, "client_id": {c.ClientID}, "client_secret": {c.ClientSecret}, "refresh_token": {t.Refresh}}
	n, err := c.token(ctx, form)
	if e, ok := err.(*shop.Error); ok && e.Status == 0 && ctx.Err() == nil {
		n, err = c.token(ctx, form)
	}
	if err == nil && n.Refresh == "" {
		n.Refresh = t.Refresh
	}
	return n, err
}

func (c Config) tokenRequest(ctx context.Context, form url.Values) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.StoreURL+"/oauth/v2/token", strings.NewReader(form.Encode()))
	if err != nil {
		return nil, &shop.Error{Shop: "ideasoft", Kind: shop.KindRequest, Message: "the store address is no URL"}
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	return r, nil
}

func (c Config) token(ctx context.Context, form url.Values) (Tokens, error) {
	r, err := c.tokenRequest(ctx, form)
	if err != nil {
		return Tokens{}, err
	}
	a, err := c.send(r)
	if err != nil {
		return Tokens{}, err
	}
	return readTokens(a, form.Get("grant_type"), c.now())
}

// readTokens reads an answer of the token endpoint.
func readTokens(a answer, grant string, now time.Time) (Tokens, error) {
	var b struct {
		Access    string      `json:"access_token"`
		Refresh   string      `json:"refresh_token"`
		ExpiresIn json.Number `json:"expires_in"`
		Scope     string      `json:"scope"`
		Error     string      `json:"error"`
		Text      string      `json:"error_description"`
	}
	if json.Unmarshal(a.body, &b) != nil {
		return Tokens{}, a.error(shop.KindRetry)
	}
	if b.Error == "" && a.status == http.StatusOK && b.Access != "" {
		life, err := b.ExpiresIn.Int64()
		if err != nil || life <= 0 {
			life = 86400
		}
		return Tokens{Access: b.Access, Refresh: b.Refresh, Obtained: now.UTC(), Expires: now.Add(time.Duration(life) * time.Second).UTC(), Scopes: strings.Fields(b.Scope)}, nil
	}
	kind := shop.KindRetry
	switch b.Error {
	case "invalid_grant":
		if kind = shop.KindReauthorize; grant == "refresh_token" {
			kind = shop.KindReconnect
		}
	case "invalid_client", "unauthorized_client":
		kind = shop.KindCredentials
	case "redirect_uri_mismatch":
		kind = shop.KindRedirectURI
	case "invalid_request", "invalid_scope":
		kind = shop.KindRequest
	}
	return Tokens{}, a.error(kind)
}
