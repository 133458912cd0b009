package mutlucell

import (
	"context"
	"net/http"
	"strings"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/internal/house"
)

const provider = "mutlucell"

// Client talks to one account. It is safe for many goroutines.
type Client struct {
	cfg    Config
	caller *house.Caller
	asked  *askedTimes
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
//
// Make one client for an account: it remembers when reports may be asked for.
func New(cfg Config, hc *http.Client) (*Client, error) {
	cfg, err := cfg.normalise()
	if err != nil {
		return nil, err
	}
	return &Client{cfg: cfg, caller: house.NewCaller(provider, hc), asked: &askedTimes{}}, nil
}

// String names the account without its password.
func (c *Client) String() string { return c.cfg.String() }

// GoString keeps the password out of %#v too.
func (c *Client) GoString() string { return c.cfg.String() }

var xmlHeader = http.Header{"Content-Type": {"text/xml; charset=utf-8"}}

// call posts XML and gives the text of the answer. The error is an *sms.Error
// when there is no answer, a page, or a bare number.
func (c *Client) call(ctx context.Context, name string, asks bool, path string, body []byte) (house.Call, house.Reply, string, error) {
	k := house.Call{Name: name, Asks: asks, Method: http.MethodPost, URL: c.cfg.BaseURL + "/" + path, Header: xmlHeader, Body: body}
	r, err := c.caller.Do(ctx, k)
	if err != nil {
		return k, r, "", err
	}
	text := strings.TrimSpace(house.Latin5(r.Body))
	if code, ok := bareCode(text); ok {
		return k, r, text, c.coded(k, r, code)
	}
	if r.Status != http.StatusOK || house.IsHTML(r.Body) {
		return k, r, text, c.caller.Unreadable(k, r)
	}
	return k, r, text, nil
}
