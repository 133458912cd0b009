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
	"strings"
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
	Secrets []string
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
	return Result{Outcome: Failed, Code: CodeIssuerUnavailable, Class: ClassMerchant, OrderID: orderID, Installments: -1, Reason: e.Error(), NextStep: "Nothing was sent. Try again, or on another POS."}
}

var defaultClient = &http.Client{Timeout: DefaultTimeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// Post sends body and returns the answer's status and body. The body is wiped afterwards, for it may hold a card. Any error is a
// [NoAnswer].
func (t Transport) Post(ctx context.Context, url, contentType string, header http.Header, body []byte) (status int, answer []byte, err error) {
	defer func() { clear(body) }()
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
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, nil, &NoAnswer{Err: errors.New("the address of the bank is not valid")}
	}
	for k, v := range header {
		req.Header[k] = v
	}
	req.Header.Set("Content-Type", contentType)
	req.GetBody = nil // never sent again by the client itself: the first may have arrived
	c := t.Client
	if c == nil {
		c = defaultClient
	}
	resp, err := c.Do(req)
	if err != nil {
		return 0, nil, &NoAnswer{Sent: sent.Load(), Err: plain(err)}
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return resp.StatusCode, answer, &NoAnswer{Sent: true, Err: plain(err)}
	}
	if len(answer) > maxAnswer {
		return resp.StatusCode, nil, &NoAnswer{Sent: true, Err: errors.New("the answer is too large")}
	}
	return resp.StatusCode, answer, nil
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

// Mask hides card numbers (12 to 19 digits that pass the Luhn check, also with single blanks or hyphens between), the values of fields named like a CVV, and
// the given secrets.
func Mask(s string, secrets ...string) string {
	for _, x := range secrets {
		if len(x) >= 3 {
			s = strings.ReplaceAll(s, x, "***")
		}
	}
	return maskNumbers(maskCVV(s))
}

func maskNumbers(s string) string {
	var out []byte
	for i := 0; i < len(s); {
		if s[i] < '0' || s[i] > '9' || i > 0 && s[i-1] >= '0' && s[i-1] <= '9' {
			i++
			continue
		}
		var digits []byte
		end, n := i, 0
		pos := make([]int, 0, 19)
		for j := i; j < len(s) && n < 20; j++ {
			if s[j] >= '0' && s[j] <= '9' {
				digits = append(digits, s[j])
				pos = append(pos, j)
				n++
				end = j + 1
				continue
			}
			if (s[j] == ' ' || s[j] == '-') && j+1 < len(s) && s[j+1] >= '0' && s[j+1] <= '9' {
				continue
			}
			break
		}
		if n >= 12 && n <= 19 && luhn(digits) {
			if out == nil {
				out = []byte(s)
			}
			for _, p := range pos[6 : n-4] {
				out[p] = '*'
			}
			i = end
			continue
		}
		// A run without separators that is no card: go past it whole, so that none of its tails is taken for one.
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
	}
	if out == nil {
		return s
	}
	return string(out)
}

// cvvNames are the names under which the protocols send a CVV.
var cvvNames = []string{"cvv2val", "cvv2", "cvv", "cvc2", "cvc", "cv2", "cvccode", "cardcvv", "securitycode"}

// maskCVV hides three or four digits behind such a name, in XML, JSON, forms and text.
func maskCVV(s string) string {
	low := strings.ToLower(s)
	var out []byte
	for _, name := range cvvNames {
		for from := 0; ; {
			i := strings.Index(low[from:], name)
			if i < 0 {
				break
			}
			j := from + i + len(name)
			from = j
			for n := 0; j < len(s) && n < 6 && strings.IndexByte(`">=:' %3De`, s[j]) >= 0 && !(s[j] >= '0' && s[j] <= '9' && n == 0); n++ {
				j++
			}
			k := j
			for k < len(s) && s[k] >= '0' && s[k] <= '9' {
				k++
			}
			if n := k - j; n == 3 || n == 4 {
				if out == nil {
					out = []byte(s)
				}
				for ; j < k; j++ {
					out[j] = '*'
				}
			}
		}
	}
	if out == nil {
		return s
	}
	return string(out)
}

func quoteJSON(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(b)
}
