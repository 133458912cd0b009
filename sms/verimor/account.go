package verimor

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"github.com/onay/onay/sms"
)

// Balance asks for the credits left, one for each part of a message at home.
// It is a package of the name "SMS kredisi", as the operator does not tell
// money here.
func (c *Client) Balance(ctx context.Context) (sms.Balance, error) {
	k, r, err := c.get(ctx, "balance", "/balance", nil)
	if err != nil {
		return sms.Balance{}, err
	}
	n, ok := parseBalance(r.Body)
	if !ok {
		return sms.Balance{}, c.caller.Fail(k, sms.KindRefused, "the answer is no number", nil)
	}
	return sms.Balance{Packages: []sms.Package{{Name: "SMS kredisi", Amount: n}}}, nil
}

func parseBalance(body []byte) (int, bool) {
	whole, _, _ := strings.Cut(strings.TrimSpace(string(body)), ".")
	n, err := strconv.Atoi(whole)
	return n, err == nil
}

// Headers lists the approved senders. It is also the cheapest way to try a
// login.
func (c *Client) Headers(ctx context.Context) ([]string, error) {
	k, r, err := c.get(ctx, "headers", "/headers", nil)
	if err != nil {
		return nil, err
	}
	list, ok := parseHeaders(r.Body)
	if !ok {
		return nil, c.caller.Fail(k, sms.KindRefused, "the list cannot be read", nil)
	}
	return list, nil
}

func parseHeaders(body []byte) ([]string, bool) {
	var list []string
	if json.Unmarshal(body, &list) != nil {
		return nil, false
	}
	return list, true
}

// Cancel withdraws a scheduled campaign. It fails with KindRefused when the
// campaign is not known or has begun.
func (c *Client) Cancel(ctx context.Context, id string) error {
	body := encode(struct {
		Username string `json:"username"`
		Password string `json:"password"`
	}{c.cfg.Username, c.cfg.Password})
	_, _, err := c.post(ctx, "cancel", true, "/cancel/"+url.PathEscape(id), body)
	return err
}
