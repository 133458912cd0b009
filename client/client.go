package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Client calls one installation with one key.
type Client struct {
	Verifications Verifications
	Customers     Customers
	Payments      Payments
	DayEnd        DayEnd
	Events        Events

	base     string
	key      string
	http     *http.Client
	language string
	tries    int
	pause    time.Duration
}

// Option changes a client.
type Option func(*Client)

// WithHTTPClient sets the HTTP client; its time-out holds for each try. The default gives up after 15 seconds.
func WithHTTPClient(h *http.Client) Option { return func(c *Client) { c.http = h } }

// WithLanguage sets the language of [Error.Detail]: "tr" (default) or "en".
func WithLanguage(lang string) Option { return func(c *Client) { c.language = lang } }

// WithTries sets how often a request is tried at most; the default is 4, and 1 never repeats.
func WithTries(n int) Option { return func(c *Client) { c.tries = max(n, 1) } }

// New returns a client of the installation at baseURL, for example "https://onay.example.com".
func New(baseURL, key string, opts ...Option) *Client {
	c := &Client{base: strings.TrimRight(baseURL, "/"), key: key, http: &http.Client{Timeout: 15 * time.Second}, language: "tr", tries: 4, pause: 200 * time.Millisecond}
	c.Verifications.c, c.Customers.c, c.Payments.c, c.DayEnd.c, c.Events.c = c, c, c, c, c
	for _, o := range opts {
		o(c)
	}
	return c
}

type idempotencyKey struct{}

// WithIdempotencyKey makes the next POST in ctx carry a key of yours, for example the number of an order: then not even a
// restart of your program does the work twice. Without it each call gets a random one. One key belongs to one request.
func WithIdempotencyKey(ctx context.Context, key string) context.Context {
	return context.WithValue(ctx, idempotencyKey{}, key)
}

// maxWait is the longest pause that a call takes by itself; where the server asks for more, the error is returned.
const maxWait = 5 * time.Second

// maxAnswer bounds what is read of an answer.
const maxAnswer = 16 << 20

func (c *Client) call(ctx context.Context, method, path string, query url.Values, in, out any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return fmt.Errorf("onay: encode request: %w", err)
		}
	}
	target := c.base + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	key := ""
	if method == http.MethodPost {
		if key, _ = ctx.Value(idempotencyKey{}).(string); key == "" {
			key = rand.Text()
		}
	}
	for try := 1; ; try++ {
		err := c.once(ctx, method, target, key, body, out)
		if err == nil || try >= c.tries || ctx.Err() != nil {
			return err
		}
		wait := c.pause << (try - 1)
		var e *Error
		if errors.As(err, &e) {
			if !e.passing() {
				return err
			}
			wait = max(wait, e.RetryAfter)
		} else if method == http.MethodPatch {
			return err // it may have been done, and carries no key
		}
		if wait > maxWait {
			return err
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
			return err
		case <-t.C:
		}
	}
}

func (c *Client) once(ctx context.Context, method, target, key string, body []byte, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, target, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("onay: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+c.key)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Accept-Language", c.language)
	req.Header.Set("User-Agent", "onay-go/1")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("onay: %w", err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("onay: read answer: %w", err)
	}
	if res.StatusCode >= 300 {
		return refusal(res, raw)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return fmt.Errorf("onay: the answer cannot be read: %w", err)
	}
	return nil
}

// List asks for a page of a list.
type List struct {
	Limit  int    // 1 to 100; 0: 50
	Cursor string // NextCursor of the page before
}

func (l List) values() url.Values {
	q := url.Values{}
	if l.Limit > 0 {
		q.Set("limit", strconv.Itoa(l.Limit))
	}
	if l.Cursor != "" {
		q.Set("cursor", l.Cursor)
	}
	return q
}

// Page is a page of a list, newest first.
type Page[T any] struct {
	Data       []T    `json:"data"`
	NextCursor string `json:"next_cursor"` // empty: this was the last
}
