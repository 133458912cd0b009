package ideasoft

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/onay/onay/shop"
)

// Client calls one store.
type Client struct {
	config Config
	tokens TokenStore
}

var (
	_ shop.Shop   = (*Client)(nil)
	_ shop.Noter  = (*Client)(nil)
	_ shop.Hooker = (*Client)(nil)
)

// New makes a client; tokens holds the pair of this store.
func New(c Config, tokens TokenStore) *Client { return &Client{config: c, tokens: tokens} }

func (c Config) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// answer is what came back.
type answer struct {
	status int
	body   []byte
	header http.Header
}

// maxBody is more than a page of 100 orders needs.
const maxBody = 16 << 20

var defaultHTTP = HTTPClient(false)

// send makes one call; the error has KindRetry and Status 0.
func (c Config) send(r *http.Request) (answer, error) {
	h := c.HTTP
	if h == nil {
		h = defaultHTTP
	}
	res, err := h.Do(r)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err // the URL is known, and is not for the log
		}
		return answer{}, &shop.Error{Shop: "ideasoft", Kind: shop.KindRetry, Message: "no answer", Err: err}
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, maxBody))
	if err != nil {
		return answer{}, &shop.Error{Shop: "ideasoft", Kind: shop.KindRetry, Message: "the answer broke off", Err: err}
	}
	return answer{status: res.StatusCode, body: b, header: res.Header}, nil
}

// problem is the error object of the APIs in all its forms.
type problem struct {
	ErrorMessage string          `json:"errorMessage"`
	Message      string          `json:"message"`
	Error        json.RawMessage `json:"error"`
	Description  string          `json:"error_description"`
	Errors       []struct {
		Message string `json:"message"`
	} `json:"errors"`
	ErrorCode json.RawMessage `json:"errorCode"`
	ID        json.RawMessage `json:"id"`
}

func (a answer) error(kind shop.Kind) *shop.Error {
	e := &shop.Error{Shop: "ideasoft", Kind: kind, Status: a.status}
	var p problem
	if json.Unmarshal(a.body, &p) == nil {
		_ = json.Unmarshal(p.Error, &e.Code)
		for _, s := range []string{p.ErrorMessage, p.Message, p.Description} {
			if e.Message == "" {
				e.Message = s
			}
		}
		if e.Message == "" && len(p.Errors) > 0 {
			e.Message = p.Errors[0].Message
		}
	}
	if e.Message == "" {
		e.Message = "HTTP " + strconv.Itoa(a.status)
	}
	if s := a.header.Get("Retry-After"); s != "" {
		if n, err := strconv.Atoi(s); err == nil && n > 0 && n < 86400 {
			e.RetryAfter = time.Duration(n) * time.Second
		} else if t, err := http.ParseTime(s); err == nil {
			e.RetryAfter = max(0, time.Until(t))
		}
	}
	return e
}

// action is what an answer of the APIs asks for.
type action string

const (
	actOK         action = "ok"
	actRefresh    action = "refresh_then_retry_once"
	actPermission action = "permission_missing"
	actGone       action = "order_gone"
	actFullBody   action = "validation_try_full_body"
	actBug        action = "bug_do_not_retry"
	actBackoff    action = "backoff"
)

func (a answer) action() action {
	var p problem
	var code string
	if json.Unmarshal(a.body, &p) == nil && p.ID == nil {
		_ = json.Unmarshal(p.Error, &code)
	}
	switch {
	case a.status == http.StatusForbidden:
		return actPermission
	case a.status == http.StatusUnauthorized, code == "invalid_grant", code == "invalid_token", code == "expired_token":
		return actRefresh
	case a.status == http.StatusNoContent:
		return actOK
	case a.status == http.StatusNotFound:
		return actGone
	case a.status == http.StatusUnprocessableEntity:
		return actFullBody
	case a.status == http.StatusBadRequest, a.status == http.StatusMethodNotAllowed:
		return actBug
	case a.status/100 == 2 && json.Valid(a.body) && code == "":
		return actOK
	}
	return actBackoff
}

// kinds are the failures behind the actions.
var kinds = map[action]shop.Kind{actRefresh: shop.KindReconnect, actPermission: shop.KindPermission, actGone: shop.KindGone, actFullBody: shop.KindValidation,
	actBug: shop.KindRequest, actBackoff: shop.KindRetry}

// request builds a call; body is nil or becomes JSON.
func (c Config) request(ctx context.Context, method, path string, q url.Values, body any, access string) (*http.Request, error) {
	u := c.StoreURL + path
	if len(q) > 0 {
		u += "?" + q.Encode()
	}
	var b []byte
	var err error
	if body != nil {
		if b, err = json.Marshal(body); err != nil {
			return nil, &shop.Error{Shop: "ideasoft", Kind: shop.KindRequest, Err: err}
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, u, bytes.NewReader(b))
	if err != nil {
		return nil, &shop.Error{Shop: "ideasoft", Kind: shop.KindRequest, Message: "the store address is no URL"}
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Authorization", "Bearer "+access)
	return r, nil
}

// call makes a call with a fresh token, once more after a refresh if the token
// was refused, and reads the answer into out.
func (c *Client) call(ctx context.Context, method, path string, q url.Values, body, out any) error {
	t, err := c.tokens.Tokens(ctx)
	if err != nil {
		return err
	}
	if t.Stale(c.config.now()) {
		if t, err = c.rotate(ctx, t.Access); err != nil {
			return err
		}
	}
	for again := true; ; again = false {
		r, err := c.config.request(ctx, method, path, q, body, t.Access)
		if err != nil {
			return err
		}
		a, err := c.config.send(r)
		if err != nil {
			return err
		}
		switch act := a.action(); {
		case act == actOK:
			if out == nil {
				return nil
			}
			if err := json.Unmarshal(a.body, out); err != nil {
				e := a.error(shop.KindRetry)
				e.Message, e.Err = "the answer has another shape", err
				return e
			}
			return nil
		case act == actRefresh && again:
			if t, err = c.rotate(ctx, t.Access); err != nil {
				return err
			}
		default:
			return a.error(kinds[act])
		}
	}
}

// rotate refreshes the pair, unless somebody did it since old was read.
func (c *Client) rotate(ctx context.Context, old string) (Tokens, error) {
	return c.tokens.Rotate(ctx, func(ctx context.Context, t Tokens) (Tokens, error) {
		if t.Access != old {
			return t, nil
		}
		return c.config.RefreshTokens(ctx, t)
	})
}

// list reads a list: an array, or an object that holds one.
func (c *Client) list(ctx context.Context, path string, q url.Values) ([]json.RawMessage, error) {
	var raw json.RawMessage
	if err := c.call(ctx, http.MethodGet, path, q, nil, &raw); err != nil {
		return nil, err
	}
	var rows []json.RawMessage
	if json.Unmarshal(raw, &rows) == nil {
		return rows, nil
	}
	var o struct{ Data, Items, Orders []json.RawMessage }
	if err := json.Unmarshal(raw, &o); err != nil {
		return nil, &shop.Error{Shop: "ideasoft", Kind: shop.KindRetry, Message: "the list has another shape", Err: err}
	}
	return append(append(o.Data, o.Items...), o.Orders...), nil
}

// Orders lists orders of the Admin API by rising id; at most 100 a page.
func (c *Client) Orders(ctx context.Context, q shop.Query) ([]shop.Order, error) {
	return c.orders(ctx, "/admin-api/orders", query(q))
}

// Changed lists the orders changed since a time, over the Store API. Take two
// minutes more than needed: the store names no zone, Istanbul is assumed.
func (c *Client) Changed(ctx context.Context, since time.Time, page int) ([]shop.Order, error) {
	v := query(shop.Query{Page: page})
	v.Set("startUpdatedAt", since.In(istanbul).Format(time.DateTime))
	return c.orders(ctx, "/api/orders", v)
}

// ByReference finds the orders of a number, over the Store API.
func (c *Client) ByReference(ctx context.Context, reference string) ([]shop.Order, error) {
	return c.orders(ctx, "/api/orders", url.Values{"transactionId": {reference}})
}

func query(q shop.Query) url.Values {
	v := url.Values{"sort": {"id"}, "page": {strconv.Itoa(max(q.Page, 1))}, "limit": {"100"}}
	if q.Limit > 0 {
		v.Set("limit", strconv.Itoa(min(q.Limit, 100)))
	}
	for k, s := range map[string]string{"status": q.Status, "paymentTypeName": q.Payment, "sinceId": q.SinceID, "ids": strings.Join(q.IDs, ",")} {
		if s != "" {
			v.Set(k, s)
		}
	}
	return v
}

func (c *Client) orders(ctx context.Context, path string, v url.Values) ([]shop.Order, error) {
	rows, err := c.list(ctx, path, v)
	if err != nil {
		return nil, err
	}
	out := make([]shop.Order, 0, len(rows))
	for _, b := range rows {
		o, err := ReadOrder(b)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

// Order reads one order.
func (c *Client) Order(ctx context.Context, id string) (shop.Order, error) {
	b, err := c.order(ctx, id)
	if err != nil {
		return shop.Order{}, err
	}
	return ReadOrder(b)
}

func (c *Client) order(ctx context.Context, id string) (b json.RawMessage, err error) {
	err = c.call(ctx, http.MethodGet, "/admin-api/orders/"+url.PathEscape(id), nil, nil, &b)
	return b, err
}

// SetStatus reads, writes the status alone, sends the whole order if the store
// wants that (422), and reads again.
func (c *Client) SetStatus(ctx context.Context, id, status string, from []string) (shop.Order, error) {
	o, err := c.Order(ctx, id)
	if err != nil || o.Status == status {
		return o, err
	}
	if err := standsIn(o, from); err != nil {
		return o, err
	}
	path := "/admin-api/orders/" + url.PathEscape(id)
	err = c.call(ctx, http.MethodPut, path, nil, map[string]string{"status": status}, nil)
	if shop.KindOf(err) == shop.KindValidation {
		var b json.RawMessage
		if b, err = c.order(ctx, id); err != nil {
			return o, err
		}
		if o, err = ReadOrder(b); err != nil || o.Status == status {
			return o, err
		}
		if err := standsIn(o, from); err != nil {
			return o, err
		}
		full := map[string]json.RawMessage{} // raw, so that numbers and unknown fields stay as they are
		if err := json.Unmarshal(b, &full); err != nil {
			return o, &shop.Error{Shop: "ideasoft", Kind: shop.KindRetry, Err: err}
		}
		delete(full, "next")
		delete(full, "prev")
		full["status"], _ = json.Marshal(status)
		err = c.call(ctx, http.MethodPut, path, nil, full, nil)
	}
	if err != nil && shop.KindOf(err) != shop.KindRetry { // after a lost answer the order tells
		return o, err
	}
	after, err2 := c.Order(ctx, id)
	switch {
	case err2 != nil:
		return o, err2
	case after.Status == status:
		return after, nil
	case err != nil:
		return after, err
	}
	return after, &shop.Error{Shop: "ideasoft", Kind: shop.KindNoEffect, Message: "the status is still " + after.Status}
}

func standsIn(o shop.Order, from []string) error {
	for _, s := range from {
		if o.Status == s {
			return nil
		}
	}
	return &shop.Error{Shop: "ideasoft", Kind: shop.KindConflict, Message: "the order is " + o.Status}
}

type note struct {
	Email     string         `json:"userEmail"`
	Firstname string         `json:"userFirstname"`
	Surname   string         `json:"userSurname"`
	Note      string         `json:"note"`
	Order     map[string]any `json:"order"`
}

// AddNote leaves a note that only the merchant sees. After KindRetry look for
// it before sending it again: end the text with a mark of its own.
func (c *Client) AddNote(ctx context.Context, id, text string) error {
	a := c.config.NoteAuthor
	return c.call(ctx, http.MethodPost, "/admin-api/order_user_notes", nil, note{a[0], a[1], a[2], text, map[string]any{"id": json.Number(id)}}, nil)
}
