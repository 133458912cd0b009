package ideasoft

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/onay/onay/shop"
)

// memory is a TokenStore for one process.
type memory struct {
	mu, lock sync.Mutex
	t        Tokens
}

func (m *memory) Tokens(context.Context) (Tokens, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.t, nil
}

func (m *memory) Rotate(ctx context.Context, f func(context.Context, Tokens) (Tokens, error)) (Tokens, error) {
	m.lock.Lock()
	defer m.lock.Unlock()
	old, _ := m.Tokens(ctx)
	t, err := f(ctx, old)
	if err == nil {
		m.mu.Lock()
		m.t = t
		m.mu.Unlock()
	}
	return t, err
}

func fresh(access string) *memory {
	now := time.Now()
	return &memory{t: Tokens{Access: access, Refresh: "R1", Obtained: now, Expires: now.Add(24 * time.Hour)}}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// request makes the call of a vector and compares what goes out.
func request(t *testing.T, store, access, call string, args map[string]json.RawMessage, method, url string, headers map[string]string, want json.RawMessage) {
	t.Helper()
	arg := func(k string) string {
		var s text
		_ = json.Unmarshal(args[k], &s)
		return string(s)
	}
	var sent *http.Request
	var body []byte
	c := New(Config{StoreURL: store, HTTP: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if sent == nil || r.Method != http.MethodGet {
			sent = r
			body, _ = io.ReadAll(r.Body)
		}
		answer := "[]"
		if call == "get_order" || call == "set_status" {
			answer = `{"id":10234,"status":"waiting_for_approval"}`
		} else if r.Method == http.MethodPost {
			answer = `{"id":1}`
		}
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(answer)), Header: http.Header{}}, nil
	})}}, fresh(access))
	var b struct {
		Email, Firstname, Surname, Note, Topic, Address string
		UserEmail                                       string `json:"userEmail"`
		UserFirstname                                   string `json:"userFirstname"`
		UserSurname                                     string `json:"userSurname"`
		Status                                          text
		Order                                           struct{ ID text }
	}
	if args["body"] != nil {
		if err := json.Unmarshal(args["body"], &b); err != nil {
			t.Fatal(err)
		}
	}
	ctx := t.Context()
	var err error
	switch call {
	case "list_orders":
		_, err = c.Orders(ctx, shop.Query{Status: arg("status"), Payment: arg("paymentTypeName"), SinceID: arg("sinceId"), Page: 1})
	case "get_order":
		_, err = c.Order(ctx, arg("id"))
	case "set_status":
		if _, err = c.SetStatus(ctx, arg("id"), string(b.Status), []string{"waiting_for_approval"}); shop.KindOf(err) == shop.KindNoEffect {
			err = nil // this store never changes
		}
	case "add_note":
		c.config.NoteAuthor = [3]string{b.UserEmail, b.UserFirstname, b.UserSurname}
		err = c.AddNote(ctx, string(b.Order.ID), b.Note)
	case "create_webhook":
		_, err = c.AddHook(ctx, b.Topic, b.Address)
	case "list_orders_store_api":
		if s := arg("startUpdatedAt"); s != "" {
			_, err = c.Changed(ctx, Time(s), 1)
		} else {
			_, err = c.ByReference(ctx, arg("transactionId"))
		}
	default:
		t.Fatalf("no call %q", call)
	}
	if err != nil {
		t.Fatal(err)
	}
	same(t, method, sent.Method)
	sameURL(t, url, sent.URL.String())
	for k, s := range headers {
		same(t, s, sent.Header.Get(k))
	}
	if want != nil {
		var w, g any
		_ = json.Unmarshal(want, &w)
		_ = json.Unmarshal(body, &g)
		same(t, w, g)
	}
}

// store is an Ideasoft store with one order.
type store struct {
	mu        sync.Mutex
	status    string
	access    string
	refresh   string
	refreshes int
	puts      []map[string]any
	full      bool // a partial PUT is refused
	ignore    bool // a PUT changes nothing
	lost      bool // the next PUT works, but its answer is lost
	fail      int  // status of every API answer
}

func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	reply := func(status int, body string) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
	if r.URL.Path == "/oauth/v2/token" {
		if r.FormValue("refresh_token") != s.refresh {
			reply(400, `{"error":"invalid_grant","error_description":"Invalid refresh token"}`)
			return
		}
		s.refreshes++
		s.refresh, s.access = s.refresh+"x", s.access+"x"
		reply(200, `{"access_token":"`+s.access+`","refresh_token":"`+s.refresh+`","expires_in":86400,"token_type":"bearer"}`)
		return
	}
	if s.fail != 0 {
		w.Header().Set("Retry-After", "7")
		reply(s.fail, `{"code":0,"errorMessage":"no","errorCode":0}`)
		return
	}
	if r.Header.Get("Authorization") != "Bearer "+s.access {
		reply(401, `{"error":"invalid_grant","error_description":"The access token provided has expired."}`)
		return
	}
	if r.Method == http.MethodPut {
		var b map[string]any
		_ = json.NewDecoder(r.Body).Decode(&b)
		s.puts = append(s.puts, b)
		if s.full && b["customerFirstname"] == nil {
			reply(422, `{"code":422,"errorMessage":"Validation Failed","errorCode":0}`)
			return
		}
		if !s.ignore {
			s.status = b["status"].(string)
		}
		if s.lost {
			s.lost = false
			panic(http.ErrAbortHandler)
		}
	}
	reply(200, `{"id":10234,"transactionId":"c88728ce28151","customerFirstname":"Ayşe","new":{"field":1.10},"next":"/x","status":"`+s.status+`"}`)
}

func open(t *testing.T, s *store) (*Client, *memory) {
	t.Helper()
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	m := fresh("A")
	return New(Config{StoreURL: srv.URL, ClientID: "1", ClientSecret: "s", HTTP: HTTPClient(true)}, m), m
}

func TestSetStatus(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		store *store
		kind  shop.Kind
		after string
		puts  int
	}{
		{"partial", &store{status: "waiting_for_approval"}, "", "approved", 1},
		{"the whole order where a part is refused", &store{status: "waiting_for_approval", full: true}, "", "approved", 2},
		{"already there", &store{status: "approved"}, "", "approved", 0},
		{"the merchant cancelled meanwhile", &store{status: "cancelled"}, shop.KindConflict, "cancelled", 0},
		{"an unknown status is not written over", &store{status: "something_new"}, shop.KindConflict, "something_new", 0},
		{"yes without effect", &store{status: "waiting_for_approval", ignore: true}, shop.KindNoEffect, "waiting_for_approval", 1},
		{"the answer is lost", &store{status: "waiting_for_approval", lost: true}, "", "approved", 1},
		{"no right", &store{status: "waiting_for_approval", fail: 403}, shop.KindPermission, "", 0},
		{"gone", &store{status: "waiting_for_approval", fail: 404}, shop.KindGone, "", 0},
		{"too fast", &store{status: "waiting_for_approval", fail: 429}, shop.KindRetry, "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := c.store
			s.access, s.refresh = "A", "R1"
			client, _ := open(t, s)
			o, err := client.SetStatus(t.Context(), "10234", "approved", []string{"waiting_for_approval"})
			if shop.KindOf(err) != c.kind || o.Status != c.after || len(s.puts) != c.puts {
				t.Errorf("order %q, error %v, %d writes", o.Status, err, len(s.puts))
			}
			if c.puts == 2 && (s.puts[1]["new"] == nil || s.puts[1]["next"] != nil) {
				t.Errorf("the whole order was sent as %v", s.puts[1])
			}
			if e, ok := err.(*shop.Error); ok && c.kind == shop.KindRetry && e.RetryAfter != 7*time.Second {
				t.Errorf("retry after %s", e.RetryAfter)
			}
		})
	}
}

func TestOneRefreshForMany(t *testing.T) {
	t.Parallel()
	s := &store{status: "approved", access: "B", refresh: "R1"}
	c, m := open(t, s)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := c.Order(context.Background(), "10234"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if s.refreshes != 1 || m.t.Refresh != "R1x" {
		t.Errorf("%d refreshes, refresh token %q", s.refreshes, m.t.Refresh)
	}
}

func TestRefusedRefreshWantsReconnect(t *testing.T) {
	t.Parallel()
	s := &store{status: "approved", access: "B", refresh: "other"}
	c, m := open(t, s)
	_, err := c.Order(t.Context(), "10234")
	if shop.KindOf(err) != shop.KindReconnect || m.t.Refresh != "R1" {
		t.Errorf("error %v, refresh token %q", err, m.t.Refresh)
	}
	if strings.Contains(err.Error(), "R1") {
		t.Errorf("the error shows the token: %v", err)
	}
}

func TestLocalAddressesAreRefusedWhenDialled(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.NotFoundHandler())
	defer srv.Close()
	if res, err := HTTPClient(false).Get(srv.URL); err == nil {
		res.Body.Close()
		t.Error("a local address was called")
	}
	for _, s := range []string{"https://127.0.0.1", "https://10.0.0.5", "https://[::1]", "http://192.168.1.1/", "https://[::ffff:10.0.0.1]", "100.64.1.1", "https://169.254.169.254", "x.internal"} {
		if u, err := StoreURL(s, false); err == nil {
			t.Errorf("%s is taken as %s", s, u)
		}
	}
}

func FuzzReadOrder(f *testing.F) {
	f.Add([]byte(`{"id":10234,"finalAmount":"1.250,50","createdAt":"2025-11-21T10:00:00+0300","shippingAddress":{"mobilePhoneNumber":"+90 (555) 111 22 33"}}`))
	f.Add([]byte(`{"id":null,"shippingAddress":[]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		o, err := ReadOrder(b)
		if err == nil && (o.ID == "" || o.Reference == "" || o.Class == "") {
			t.Errorf("%q: %+v", b, o)
		}
		_ = answer{status: 200, body: bytes.Clone(b)}.action()
		_, _ = readTokens(answer{status: 200, body: b}, "refresh_token", time.Time{})
	})
}
