package netgsm

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/onay/onay/sms"
)

const (
	provider = "netgsm"
	// maxAnswer is more than a full report page; what is longer is no answer.
	maxAnswer = 1 << 20
	// restPause is how long XML is used after REST v2 was found missing.
	restPause = 5 * time.Minute
)

// Client talks to one account. It is safe for many goroutines.
type Client struct {
	cfg      Config
	http     *http.Client
	rest     http.Header // shared by all requests and never written to
	plainXML http.Header
	json     http.Header // JSON without Basic
	send     *url.URL
	otp      *url.URL
	sendXML  *url.URL
	otpXML   *url.URL
	restGone atomic.Int64 // Unix nanoseconds until which XML is used
}

var (
	_ sms.Sender       = (*Client)(nil)
	_ sms.Reporter     = (*Client)(nil)
	_ sms.Balancer     = (*Client)(nil)
	_ sms.HeaderLister = (*Client)(nil)
	_ sms.Canceler     = (*Client)(nil)
	_ sms.Inboxer      = (*Client)(nil)
)

// New makes a client. hc may be nil: then connections are kept open for many
// messages at once, with a time limit of 30 seconds for each call. Redirects
// and cookies of hc are not used, because they would repeat a message or
// carry the login to another host.
func New(cfg Config, hc *http.Client) (*Client, error) {
	cfg, err := cfg.normalise()
	if err != nil {
		return nil, err
	}
	if hc == nil {
		hc = &http.Client{Timeout: 30 * time.Second, Transport: newTransport()}
	}
	own := *hc
	own.Jar = nil
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c := &Client{cfg: cfg, http: &own}
	c.rest = http.Header{
		"Authorization": {basicAuth(cfg.Usercode, cfg.Password)},
		"Content-Type":  {"application/json"},
		"Accept":        {"application/json"},
		"User-Agent":    {"onay"},
	}
	c.json = http.Header{"Content-Type": {"application/json"}, "User-Agent": {"onay"}}
	c.plainXML = http.Header{"Content-Type": {"text/xml; charset=utf-8"}, "User-Agent": {"onay"}}
	c.send, c.otp = c.url("/sms/rest/v2/send"), c.url("/sms/rest/v2/otp")
	c.sendXML, c.otpXML = c.url("/sms/send/xml"), c.url("/sms/send/otp")
	return c, nil
}

// newTransport keeps enough idle connections for a burst of codes: with the
// standard 2 each host, every other message would pay for a handshake.
func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:   5 * time.Second,
		MaxIdleConns:          512,
		MaxIdleConnsPerHost:   256,
		IdleConnTimeout:       90 * time.Second,
		ForceAttemptHTTP2:     true,
		ExpectContinueTimeout: time.Second,
	}
}

// basicAuth is the header value base64(user ":" password) of RFC 7617.
func basicAuth(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// String names the account without its password.
func (c *Client) String() string { return c.cfg.String() }

// GoString keeps password and login header out of %#v too.
func (c *Client) GoString() string { return c.cfg.String() }

func (c *Client) url(path string) *url.URL {
	u, err := url.Parse(c.cfg.BaseURL + path)
	if err != nil {
		// The base was checked by New, and the paths are ours.
		return &url.URL{}
	}
	return u
}

// reply is what came back, whatever it means.
type reply struct {
	status     int
	body       []byte
	retryAfter time.Duration
}

// trace follows one request, to know whether any of it was written.
type trace struct {
	hooks  httptrace.ClientTrace
	traced atomic.Bool // the transport calls hooks at all
	wrote  atomic.Bool
}

func newTrace() *trace {
	t := &trace{}
	// The transport repeats a request by itself only when nothing of it was
	// written, so each attempt starts clean.
	t.hooks.GetConn = func(string) { t.traced.Store(true); t.wrote.Store(false) }
	t.hooks.WroteHeaders = func() { t.wrote.Store(true) }
	t.hooks.WroteRequest = func(i httptrace.WroteRequestInfo) {
		if i.Err == nil {
			t.wrote.Store(true)
		}
	}
	return t
}

// call sends one request and reads the answer. Its error is an *sms.Error of
// kind not_sent or ambiguous; for an endpoint that only asks it is always
// not_sent, as asking twice harms nobody.
func (c *Client) call(ctx context.Context, ep *endpoint, method string, u *url.URL, h http.Header, body []byte) (reply, error) {
	if err := ctx.Err(); err != nil {
		return reply{}, ep.fail(sms.KindNotSent, "time was up before the request", err)
	}
	t := newTrace()
	req := (&http.Request{
		Method: method, URL: u, Host: u.Host, Header: h,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}).WithContext(httptrace.WithClientTrace(ctx, &t.hooks))
	if body != nil {
		req.Body = io.NopCloser(bytes.NewReader(body))
		req.ContentLength = int64(len(body))
		// Lets the transport repeat on a fresh connection when the kept one
		// was closed before a byte was written; never after that.
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	}
	res, err := c.http.Do(req)
	if err != nil {
		return reply{}, ep.lost(t, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return reply{}, ep.lost(t, err)
	}
	if len(b) > maxAnswer {
		return reply{}, ep.lost(t, errors.New("answer is longer than 1 MiB"))
	}
	r := reply{status: res.StatusCode, body: b}
	if v := res.Header.Get("Retry-After"); v != "" {
		r.retryAfter = parseRetryAfter(v, time.Now())
	}
	return r, nil
}

// lost classifies a request without an answer.
func (ep *endpoint) lost(t *trace, err error) *sms.Error {
	// url.Error prints the whole address, which in older calls has the
	// password in it.
	var ue *url.Error
	if errors.As(err, &ue) {
		err = ue.Err
	}
	var op *net.OpError
	dialing := errors.As(err, &op) && op.Op == "dial"
	switch {
	case ep.asks:
		return ep.fail(sms.KindNotSent, "no answer", err)
	case !t.wrote.Load() && (t.traced.Load() || dialing):
		return ep.fail(sms.KindNotSent, "the request was not written", err)
	}
	return ep.fail(sms.KindAmbiguous, "no answer after the request was written", err)
}

// fail makes an error of this endpoint without a code of Netgsm.
func (ep *endpoint) fail(k sms.Kind, message string, err error) *sms.Error {
	return &sms.Error{Provider: provider, Kind: k, Message: ep.name + ": " + message, Err: err}
}

// parseRetryAfter reads seconds or an HTTP date; 0 if it is neither or past.
func parseRetryAfter(v string, now time.Time) time.Duration {
	if s, err := strconv.Atoi(v); err == nil {
		return time.Duration(min(max(s, 0), 24*3600)) * time.Second
	}
	if at, err := http.ParseTime(v); err == nil && at.After(now) {
		return min(at.Sub(now), 24*time.Hour)
	}
	return 0
}

// useXML reports whether messages go by XML now.
func (c *Client) useXML() bool {
	return c.cfg.Transport == TransportXML || time.Now().UnixNano() < c.restGone.Load()
}

// fallBack reports whether err shows that REST v2 is not there, so that
// nothing was sent and XML may be tried; it remembers that for a while.
func (c *Client) fallBack(err error) bool {
	if !errors.Is(err, errAbsent) {
		return false
	}
	c.restGone.Store(time.Now().Add(restPause).UnixNano())
	return true
}

func refused(k sms.Kind, format string, args ...any) *sms.Error {
	return &sms.Error{Provider: provider, Kind: k, Message: fmt.Sprintf(format, args...)}
}
