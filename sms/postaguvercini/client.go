package postaguvercini

import (
	"context"
	"net/http"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/internal/house"
)

const provider = "postaguvercini"

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

// base is the host of a route.
func (c *Client) base(r sms.Route) string {
	if r == sms.RouteOTP {
		return c.cfg.OTPURL
	}
	return c.cfg.BulkURL
}

// request is one call in the words of a transport, without the host.
type request struct {
	method string
	path   string // with the query of the one call that has it
	header http.Header
	body   []byte
}

func (c *Client) do(ctx context.Context, name string, asks bool, base string, q request) (house.Call, house.Reply, error) {
	k := house.Call{Name: name, Asks: asks, Method: q.method, URL: base + q.path, Header: q.header, Body: q.body}
	r, err := c.caller.Do(ctx, k)
	return k, r, err
}

// answer is what a call that sends or asks was told, in any transport.
type answer struct {
	// code and words refuse the whole call; code is empty otherwise.
	code, words string
	rows        []row
	credit      string // of balance calls
	header      string // the account's sender name
}

// row is about one message.
type row struct {
	id     string
	code   string // of the refusal, "" when the message was taken
	words  string
	charge string // credits taken, where told
	status string // the number before the bar
	rest   string // what stands behind it
	phone  string
}

// read understands a body in the client's transport; false if it is not one.
func (t Transport) read(body []byte) (answer, bool) {
	switch t {
	case TransportXML:
		return parseXML(body)
	case TransportSOAP:
		return parseSOAP(body)
	case TransportJSON:
		return parseJSON(body)
	}
	return parseHTTP(body)
}

// understand reads an answer, and makes an error of one that is none or that
// refuses the whole call.
func (c *Client) understand(k house.Call, r house.Reply, t Transport) (answer, error) {
	a, ok := t.read(r.Body)
	if !ok {
		return a, c.caller.Unreadable(k, r)
	}
	if a.code != "" {
		return a, c.coded(k, r, a.code, a.words)
	}
	return a, nil
}
