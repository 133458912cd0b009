package iys

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// maxAnswer is above a page of 1000 movements and a day's file of a large brand.
const maxAnswer = 64 << 20

// Client talks to İYS as one API user. It is safe for many goroutines. Writes
// of one record are the caller's to serialise: two within one second share a
// transaction id, and İYS refuses the older of two out of order.
type Client struct {
	cfg  Config
	http *http.Client

	mu      sync.Mutex
	state   TokenState
	stopped map[string]time.Time // kinds of call that wait for the next hour
}

// New makes a client. hc may be nil for one with a time limit of 30 seconds for
// each call. Redirects and cookies of hc are not used, because they would
// repeat a write or carry the token to another host.
func New(cfg Config, hc *http.Client) (*Client, error) {
	cfg, err := cfg.normalise()
	if err != nil {
		return nil, err
	}
	if hc == nil {
		hc = &http.Client{Timeout: 30 * time.Second}
	}
	own := *hc
	own.Jar = nil
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{cfg: cfg, http: &own, stopped: map[string]time.Time{}}, nil
}

// String names the account without its password.
func (c *Client) String() string { return c.cfg.String() }

// GoString keeps password and token out of %#v too.
func (c *Client) GoString() string { return c.cfg.String() }

// reply is what came back, whatever it means.
type reply struct {
	status int
	body   []byte
}

// do makes a call with a token and gives the answer if its status is one of ok.
// A refused token is replaced once; a permission error (403) never is, for that
// would burn the token budget.
func (c *Client) do(ctx context.Context, op call, method, path string, body any, ok ...int) (reply, error) {
	c.mu.Lock()
	until := c.stopped[op.name]
	c.mu.Unlock()
	if wait := until.Sub(c.cfg.Now()); wait > 0 {
		return reply{}, &Error{Call: op.name, Outcome: StopCall, NotSent: true, Wait: wait, Message: "the calls of this hour are spent"}
	}
	var b []byte
	if body != nil {
		var err error
		if b, err = json.Marshal(body); err != nil {
			return reply{}, &Error{Call: op.name, Outcome: Permanent, NotSent: true, Err: err}
		}
	}
	refused := ""
	for {
		s, err := c.token(ctx, refused)
		if err != nil {
			return reply{}, beforeCall(op, err)
		}
		r, err := c.send(ctx, op, method, path, "application/json", b, s.Access)
		if err != nil {
			return reply{}, err
		}
		for _, want := range ok {
			if r.status == want {
				return r, nil
			}
		}
		e := op.judge(r.status, r.body)
		if e.Outcome == RenewToken && refused == "" {
			refused = s.Access
			continue
		}
		if e.Outcome == StopCall {
			c.mu.Lock()
			c.stopped[op.name] = c.cfg.Now().Add(e.Wait)
			c.mu.Unlock()
		}
		return r, e
	}
}

// beforeCall marks a failed token call: the call itself was never made.
func beforeCall(op call, err error) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	own := *e
	own.NotSent, own.Ambiguous = true, false
	if own.Message == "" {
		own.Message = "no token"
	}
	own.Message += " (before " + op.name + ")"
	return &own
}

// trace follows one request, to know whether any of it was written.
type trace struct {
	hooks  httptrace.ClientTrace
	traced atomic.Bool // the transport calls hooks at all
	wrote  atomic.Bool
}

func newTrace() *trace {
	t := &trace{}
	// The transport repeats by itself only what it has not written.
	t.hooks.GetConn = func(string) { t.traced.Store(true); t.wrote.Store(false) }
	t.hooks.WroteHeaders = func() { t.wrote.Store(true) }
	t.hooks.WroteRequest = func(i httptrace.WroteRequestInfo) {
		if i.Err == nil {
			t.wrote.Store(true)
		}
	}
	return t
}

// send makes one request and reads the answer. Its error is an *Error that
// says whether the request was written.
func (c *Client) send(ctx context.Context, op call, method, path, contentType string, body []byte, token string) (reply, error) {
	if err := c.cfg.Pace.wait(ctx); err != nil {
		return reply{}, &Error{Call: op.name, Outcome: RetrySoon, NotSent: true, Wait: time.Second, Message: "time was up before the request", Err: err}
	}
	t := newTrace()
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, &t.hooks), method, c.cfg.BaseURL+path, nil)
	if err != nil {
		return reply{}, &Error{Call: op.name, Outcome: Permanent, NotSent: true, Err: bare(err)}
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "onay")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if body != nil {
		req.Header.Set("Content-Type", contentType)
		req.ContentLength = int64(len(body))
		req.Body = io.NopCloser(bytes.NewReader(body))
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	}
	res, err := c.http.Do(req)
	if err != nil {
		return reply{}, op.lost(t, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err == nil && len(b) > maxAnswer {
		err = errors.New("answer is longer than 64 MiB")
	}
	if err != nil {
		return reply{}, op.lost(t, err)
	}
	return reply{res.StatusCode, b}, nil
}

// lost classifies a request without an answer.
func (op call) lost(t *trace, err error) *Error {
	e := &Error{Call: op.name, Outcome: RetrySoon, Wait: time.Second, Err: bare(err)}
	var dial *net.OpError
	dialing := errors.As(err, &dial) && dial.Op == "dial"
	if !t.wrote.Load() && (t.traced.Load() || dialing) {
		e.NotSent, e.Message = true, "the request was not written"
		return e
	}
	e.Ambiguous, e.Message = op.write, "no answer after the request was written"
	return e
}

// bare drops the address, which may hold a cursor or an id.
func bare(err error) error {
	var ue *url.Error
	if errors.As(err, &ue) {
		return ue.Err
	}
	return err
}

// unreadable is the error for a success whose body makes no sense.
func (op call) unreadable(r reply) *Error {
	return &Error{Call: op.name, Outcome: RetrySoon, HTTP: r.status, Ambiguous: op.write, Wait: time.Second, Message: "the answer cannot be read"}
}

// decode reads JSON into v, or reports that it cannot be read.
func (op call) decode(r reply, v any) error {
	if json.Unmarshal(bytes.TrimPrefix(r.body, []byte("\ufeff")), v) != nil {
		return op.unreadable(r)
	}
	return nil
}

// brandPath is the way to a brand's calls.
func (c *Client) brandPath(brand int64) string {
	return c.spsPath() + "/brands/" + strconv.FormatInt(brand, 10)
}

func (c *Client) spsPath() string { return "/sps/" + strconv.FormatInt(c.cfg.IYSCode, 10) }

// writePath is brandPath in the generation that the configuration asks for.
func (c *Client) writePath(brand int64) string {
	if c.cfg.V1 {
		return c.brandPath(brand)
	}
	return "/v2" + c.brandPath(brand)
}
