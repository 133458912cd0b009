package verimor

import (
	"context"
	"net/http"
	"net/url"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/internal/house"
)

const provider = "verimor"

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
	_ sms.Inboxer      = (*Client)(nil)
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

// String names the account without its password.
func (c *Client) String() string { return c.cfg.String() }

// GoString keeps the password out of %#v too.
func (c *Client) GoString() string { return c.cfg.String() }

var jsonHeader = http.Header{"Content-Type": {"application/json"}, "Accept": {"*/*"}}

// post sends JSON and gives the good answer; the error is an *sms.Error.
func (c *Client) post(ctx context.Context, name string, asks bool, path string, body []byte) (house.Call, house.Reply, error) {
	k := house.Call{Name: name, Asks: asks, Method: http.MethodPost, URL: c.cfg.BaseURL + path, Header: jsonHeader, Body: body}
	return c.finish(ctx, k)
}

// get asks; the login goes in the address, as documented.
func (c *Client) get(ctx context.Context, name, path string, q url.Values) (house.Call, house.Reply, error) {
	if q == nil {
		q = url.Values{}
	}
	q.Set("username", c.cfg.Username)
	q.Set("password", c.cfg.Password)
	k := house.Call{Name: name, Asks: true, Method: http.MethodGet, URL: c.cfg.BaseURL + path + "?" + q.Encode()}
	return c.finish(ctx, k)
}

func (c *Client) finish(ctx context.Context, k house.Call) (house.Call, house.Reply, error) {
	r, err := c.caller.Do(ctx, k)
	if err != nil {
		return k, r, err
	}
	return k, r, c.refusal(k, r)
}
