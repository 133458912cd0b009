package house

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/onay/onay/sms"
)

// maxAnswer is more than a full report page; what is longer is no answer.
const maxAnswer = 4 << 20

// DefaultWait is the pause after a limit when the answer names none.
const DefaultWait = time.Minute

// Caller sends the requests of one provider. It is safe for many goroutines.
type Caller struct {
	provider string
	http     *http.Client
}

// NewCaller takes the provider's name in lower case. hc may be nil: then
// connections are kept open for many messages at once, with a time limit of
// 30 seconds for each call. Redirects and cookies of hc are not used, because
// they would repeat a message or carry the login to another host.
func NewCaller(provider string, hc *http.Client) *Caller {
	if hc == nil {
		hc = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			TLSHandshakeTimeout:   5 * time.Second,
			MaxIdleConns:          256,
			MaxIdleConnsPerHost:   128,
			IdleConnTimeout:       90 * time.Second,
			ForceAttemptHTTP2:     true,
			ExpectContinueTimeout: time.Second,
		}}
	}
	own := *hc
	own.Jar = nil
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Caller{provider: provider, http: &own}
}

// Call is one request.
type Call struct {
	// Name says in errors what was being done, for example "send".
	Name string
	// Asks is true when the call changes nothing, or nothing more when it is
	// repeated: a lost answer is then harmless.
	Asks bool
	// Method must not be GET for a call that sends: the transport repeats a
	// GET on its own when a kept connection breaks.
	Method string
	URL    string // may hold the password: it is never shown
	Header http.Header
	Body   []byte
}

// Reply is what came back, whatever it means.
type Reply struct {
	Status     int
	Body       []byte
	RetryAfter time.Duration // 0 when the answer named none
}

// Wait is how long a limit is to be respected.
func (r Reply) Wait() time.Duration {
	if r.RetryAfter > 0 {
		return r.RetryAfter
	}
	return DefaultWait
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

// Do sends one request and reads the answer. Its error is an *sms.Error of
// kind not_sent or ambiguous; for a call that only asks it is always not_sent.
func (c *Caller) Do(ctx context.Context, k Call) (Reply, error) {
	if err := ctx.Err(); err != nil {
		return Reply{}, c.Fail(k, sms.KindNotSent, "time was up before the request", err)
	}
	t := newTrace()
	var body io.Reader
	if k.Body != nil {
		body = bytes.NewReader(k.Body)
	}
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, &t.hooks), k.Method, k.URL, body)
	if err != nil {
		return Reply{}, c.Fail(k, sms.KindParameters, "the address is not valid", nil)
	}
	req.Header = k.Header.Clone()
	if req.Header == nil {
		req.Header = http.Header{}
	}
	req.Header.Set("User-Agent", "onay")
	res, err := c.http.Do(req)
	if err != nil {
		return Reply{}, c.lost(k, t, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return Reply{}, c.lost(k, t, err)
	}
	if len(b) > maxAnswer {
		return Reply{}, c.lost(k, t, errors.New("the answer is longer than 4 MiB"))
	}
	r := Reply{Status: res.StatusCode, Body: bytes.TrimPrefix(b, []byte("\ufeff"))}
	if v := res.Header.Get("Retry-After"); v != "" {
		r.RetryAfter = retryAfter(v, time.Now())
	}
	return r, nil
}

// lost classifies a request without an answer.
func (c *Caller) lost(k Call, t *trace, err error) *sms.Error {
	// url.Error prints the whole address, which may have the password in it.
	var ue *url.Error
	if errors.As(err, &ue) {
		err = ue.Err
	}
	var op *net.OpError
	dialing := errors.As(err, &op) && op.Op == "dial"
	switch {
	case k.Asks:
		return c.Fail(k, sms.KindNotSent, "no answer", err)
	case !t.wrote.Load() && (t.traced.Load() || dialing):
		return c.Fail(k, sms.KindNotSent, "the request was not written", err)
	}
	return c.Fail(k, sms.KindAmbiguous, "no answer after the request was written", err)
}

// retryAfter reads seconds or an HTTP date; 0 if it is neither or past.
func retryAfter(v string, now time.Time) time.Duration {
	if s, err := strconv.Atoi(v); err == nil {
		return time.Duration(min(max(s, 0), 24*3600)) * time.Second
	}
	if at, err := http.ParseTime(v); err == nil && at.After(now) {
		return min(at.Sub(now), 24*time.Hour)
	}
	return 0
}

// Fail makes an error about a call, without a code of the provider.
func (c *Caller) Fail(k Call, kind sms.Kind, message string, err error) *sms.Error {
	return &sms.Error{Provider: c.provider, Kind: kind, Message: k.Name + ": " + message, Err: err}
}

// Refused makes an error about what is refused before the network.
func (c *Caller) Refused(kind sms.Kind, format string, args ...any) *sms.Error {
	return Refused(c.provider, kind, format, args...)
}

// Refused makes an error about what is refused before the network.
func Refused(provider string, kind sms.Kind, format string, args ...any) *sms.Error {
	return &sms.Error{Provider: provider, Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// Code is the meaning of one answer code.
type Code struct {
	Kind   sms.Kind      // empty: accepted
	Wait   time.Duration // for KindThrottled; DefaultWait when 0
	TR, EN string        // for a person; empty: the text of the kind
}

// Coded makes the error of an answer with a code. words are the provider's
// own, for the log.
func (c *Caller) Coded(k Call, r Reply, code string, m Code, words string) *sms.Error {
	e := c.Fail(k, m.Kind, words, nil)
	e.Code, e.TextTR, e.TextEN = code, m.TR, m.EN
	if m.Kind == sms.KindThrottled {
		if e.RetryAfter = r.RetryAfter; e.RetryAfter == 0 {
			e.RetryAfter = max(m.Wait, 0)
		}
		if e.RetryAfter == 0 {
			e.RetryAfter = DefaultWait
		}
	}
	return e
}

// Unreadable classifies an answer without a code by its HTTP status.
func (c *Caller) Unreadable(k Call, r Reply) *sms.Error {
	var e *sms.Error
	switch s := r.Status; {
	case s == 404, s == 405, s == 410, s == 501, s >= 300 && s < 400:
		e = c.Fail(k, sms.KindRefused, "no API answered", nil)
	case s == 401, s == 403:
		e = c.Fail(k, sms.KindCredentials, "login refused", nil)
	case s == 429:
		e = c.Fail(k, sms.KindThrottled, "too many requests", nil)
		e.RetryAfter = r.Wait()
	case s == 400, s == 406, s == 413, s == 415, s == 422:
		e = c.Fail(k, sms.KindRefused, "refused without a code", nil)
	case k.Asks && s >= 500:
		e = c.Fail(k, sms.KindNotSent, "server error", nil)
	case k.Asks:
		e = c.Fail(k, sms.KindRefused, "the answer cannot be read", nil)
	default:
		e = c.Fail(k, sms.KindAmbiguous, "the answer cannot be read", nil)
	}
	if r.Status != http.StatusOK {
		e.Code = "HTTP " + strconv.Itoa(r.Status)
	}
	return e
}

// Base checks a base address and gives it without a slash at its end; def
// stands for an empty one.
func Base(provider, raw, def string) (string, error) {
	if raw == "" {
		raw = def
	}
	raw = strings.TrimRight(raw, "/")
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("%s: a base URL must be http(s)://host without user and query", provider)
	}
	return raw, nil
}
