package iletimerkezi

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/internal/house"
)

const provider = "iletimerkezi"

// Client talks to one account. It is safe for many goroutines.
type Client struct {
	cfg    Config
	caller *house.Caller
}

var (
	_ sms.Sender       = (*Client)(nil)
	_ sms.BatchSender  = (*Client)(nil)
	_ sms.Reporter     = (*Client)(nil)
	_ sms.Balancer     = (*Client)(nil)
	_ sms.HeaderLister = (*Client)(nil)
	_ sms.Canceler     = (*Client)(nil)
)

// New makes a client. hc may be nil: then connections are kept open for many
// messages at once, with a time limit of 30 seconds for each call. Redirects
// and cookies of hc are not used.
func New(cfg Config, hc *http.Client) (*Client, error) {
	cfg, err := cfg.normalise()
	if err != nil {
		return nil, err
	}
	return &Client{cfg: cfg, caller: house.NewCaller(provider, hc)}, nil
}

// String names the account without its secrets.
func (c *Client) String() string { return c.cfg.String() }

// GoString keeps the secrets out of %#v too.
func (c *Client) GoString() string { return c.cfg.String() }

var jsonHeader = http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}}

// call posts a request to path and reads the answer; the error is an
// *sms.Error when the house refuses or does not answer clearly.
func (c *Client) call(ctx context.Context, k house.Call, path string, q requestBody) (response, error) {
	q.Authentication = authentication{c.cfg.Key, c.cfg.Hash}
	k.Method, k.URL, k.Header, k.Body = http.MethodPost, c.cfg.BaseURL+"/"+path+"/json", jsonHeader, encode(q)
	r, err := c.caller.Do(ctx, k)
	if err != nil {
		return response{}, err
	}
	res, ok := parseResponse(r.Body)
	if !ok {
		return res, c.caller.Unreadable(k, r)
	}
	if res.code != "200" {
		return res, c.coded(k, r, res)
	}
	return res, nil
}

// encode writes {"request": q} without escaping <, > and &.
func encode(q requestBody) []byte {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	_ = e.Encode(map[string]requestBody{"request": q}) // no member can fail
	return bytes.TrimSpace(out.Bytes())
}
