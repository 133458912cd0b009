package pos

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"
)

// DefaultTimeout is how long a bank may take: the gateways themselves give up at 60 seconds and more.
const DefaultTimeout = 75 * time.Second

// maxAnswer bounds an answer; day lists are the largest.
const maxAnswer = 32 << 20

// Exchange is one request and its answer, card data masked, for the log of operations.
type Exchange struct {
	At       time.Time
	Took     time.Duration
	Method   string
	URL      string
	Request  string
	Status   int
	Response string
	Err      string
}

// Transport carries requests to a bank. The zero value works.
type Transport struct {
	Client *http.Client   // nil: one with TLS 1.2 and certificate checks, and DefaultTimeout
	Record func(Exchange) // called after each exchange; may be nil
	// Secrets are texts (passwords, keys) that are masked in what Record gets, besides card numbers.
	Secrets []string `json:"-"`
	// Clock tells the time that banks are told and messages are compared with; nil: time.Now.
	Clock func() time.Time `json:"-"`
}

// Now is the time by the transport's clock.
func (t Transport) Now() time.Time {
	if t.Clock != nil {
		return t.Clock()
	}
	return time.Now()
}

// Format keeps the secrets out of print whatever the verb.
func (t Transport) Format(s fmt.State, _ rune) {
	fmt.Fprintf(s, "pos.Transport(%d secrets)", len(t.Secrets))
}

// NoAnswer is the error of an exchange that got no readable answer.
type NoAnswer struct {
	// Sent tells whether the request may have left this machine. If not, nothing happened at the bank.
	Sent bool
	Err  error
}

func (e *NoAnswer) Error() string {
	if e.Sent {
		return "pos: no answer from the bank: " + e.Err.Error()
	}
	return "pos: the bank could not be reached: " + e.Err.Error()
}

func (e *NoAnswer) Unwrap() error { return e.Err }

// Result is what a lost answer means: unknown if the request may have arrived, else a technical failure without consequences.
func (e *NoAnswer) Result(orderID string) Result {
	if e.Sent {
		return Result{Outcome: Unknown, OrderID: orderID, Installments: -1, Reason: e.Error(), NextStep: "Ask the bank what became of the order."}
	}
	return Result{Outcome: Failed, Code: CodeBankUnreachable, OrderID: orderID, Installments: -1, Reason: e.Error(), NextStep: "Nothing was sent. Try again, or on another POS."}
}

// NothingMoved is the result of a question that charges nothing by itself and got no answer of use: a new attempt cannot charge twice.
func NothingMoved(r Result) Result {
	r.Outcome, r.NextStep = Failed, "Nothing was charged. Try again, or on another POS."
	if r.Code != CodeIPNotAllowed {
		r.Code, r.Class = CodeBankUnreachable, ""
	}
	return r
}

var defaultClient = &http.Client{Timeout: DefaultTimeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// Post sends body and returns the answer's status and body. The body is wiped afterwards, for it may hold a card. Any error is a
// [NoAnswer].
func (t Transport) Post(ctx context.Context, url, contentType string, header http.Header, body []byte) (status int, answer []byte, err error) {
	carried := &wipedBody{r: bytes.NewReader(body), b: body}
	defer carried.Close()
	ex := Exchange{At: time.Now(), Method: http.MethodPost, URL: url}
	if t.Record != nil {
		ex.Request = Mask(string(body), t.Secrets...)
		defer func() {
			ex.Took, ex.Status, ex.Response = time.Since(ex.At), status, Mask(string(answer), t.Secrets...)
			if err != nil {
				ex.Err = Mask(err.Error(), t.Secrets...)
			}
			t.Record(ex)
		}()
	}
	// A client of the caller's own may not report what it does: only one that says it looks for a connection is believed when it
	// does not say that it has written.
	var traced, wrote atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GetConn: func(string) { traced.Store(true) }, WroteHeaders: func() { wrote.Store(true) }})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, carried)
	if err != nil {
		return 0, nil, &NoAnswer{Err: errors.New("the address of the bank is not valid")}
	}
	req.ContentLength = int64(len(body))
	for k, v := range header {
		req.Header[k] = v
	}
	req.Header.Set("Content-Type", contentType)
	// There is no GetBody: the client itself never sends again, for the first may have arrived.
	c := t.Client
	if c == nil {
		c = defaultClient
	}
	resp, err := c.Do(req)
	if err != nil {
		return 0, nil, &NoAnswer{Sent: wrote.Load() || !traced.Load(), Err: plain(err)}
	}
	defer resp.Body.Close()
	var b bytes.Buffer
	b.Grow(int(min(max(resp.ContentLength, 512), 1<<16)) + bytes.MinRead)
	_, err = b.ReadFrom(io.LimitReader(resp.Body, maxAnswer+1))
	answer = b.Bytes()
	if err != nil {
		return resp.StatusCode, answer, &NoAnswer{Sent: true, Err: plain(err)}
	}
	if len(answer) > maxAnswer {
		return resp.StatusCode, nil, &NoAnswer{Sent: true, Err: errors.New("the answer is too large")}
	}
	return resp.StatusCode, answer, nil
}

// wipedBody is a request's body that is wiped when it was read, which may be after the answer or after a time-out.
type wipedBody struct {
	mu sync.Mutex
	r  *bytes.Reader
	b  []byte
}

func (w *wipedBody) Read(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.b == nil {
		return 0, io.ErrClosedPipe
	}
	return w.r.Read(p)
}

func (w *wipedBody) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	clear(w.b)
	w.b = nil
	return nil
}

// plain says what went wrong without the address, which may hold a query.
func plain(err error) error {
	var netErr net.Error
	switch {
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &netErr) && netErr.Timeout():
		return context.DeadlineExceeded
	}
	for {
		u := errors.Unwrap(err)
		if u == nil {
			return fmt.Errorf("%s", err)
		}
		err = u
	}
}

// Unreadable is the result of an answer that is no answer of this protocol: an error page, rubbish, another charset.
func Unreadable(orderID string, status int) Result {
	return Result{Outcome: Unknown, OrderID: orderID, Installments: -1, Reason: fmt.Sprintf("The bank's answer (HTTP %d) could not be read.", status), NextStep: "Ask the bank what became of the order."}
}

func quoteJSON(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(b)
}
