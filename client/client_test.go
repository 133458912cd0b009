package client_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/onay/onay/client"
)

// script answers each request with the next step and notes the idempotency keys.
type script struct {
	mu    sync.Mutex
	steps []func(w http.ResponseWriter)
	sent  []string
	url   string
}

func play(t *testing.T, steps ...func(w http.ResponseWriter)) *script {
	s := &script{steps: steps}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		s.mu.Lock()
		s.sent = append(s.sent, r.Header.Get("Idempotency-Key"))
		n := len(s.sent)
		s.mu.Unlock()
		if n > len(s.steps) {
			t.Errorf("request %d was not expected", n)
			return
		}
		s.steps[n-1](w)
	}))
	t.Cleanup(srv.Close)
	s.url = srv.URL
	return s
}

// keys are the idempotency keys of the requests so far.
func (s *script) keys() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.sent)
}

func says(status int, body string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) { w.WriteHeader(status); io.WriteString(w, body) }
}

func hangsUp(w http.ResponseWriter) {
	c, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		c.Close()
	}
}

const made = `{"id":"ver_1"}`

func TestLostAnswersAreAskedForAgainUnderOneKey(t *testing.T) {
	t.Parallel()
	s := play(t, hangsUp, says(503, "busy"), says(409, `{"code":"idempotency_in_progress"}`), says(201, made))
	v, err := client.New(s.url, "k").Verifications.Start(context.Background(), client.StartRequest{Phone: "5551112233"})
	if err != nil || v.ID != "ver_1" {
		t.Fatal(v, err)
	}
	for _, k := range s.keys() {
		if k == "" || k != s.keys()[0] {
			t.Errorf("keys: %q", s.keys())
		}
	}
}

func TestCallsHaveKeysOfTheirOwn(t *testing.T) {
	t.Parallel()
	s := play(t, says(201, made), says(201, made), says(201, made))
	c := client.New(s.url, "k")
	for _, ctx := range []context.Context{context.Background(), context.Background(), client.WithIdempotencyKey(context.Background(), "order-1")} {
		if _, err := c.Verifications.Start(ctx, client.StartRequest{Phone: "5551112233"}); err != nil {
			t.Fatal(err)
		}
	}
	if s.keys()[0] == s.keys()[1] || s.keys()[2] != "order-1" {
		t.Errorf("keys: %q", s.keys())
	}
}

func TestRefusalsAreNotRepeated(t *testing.T) {
	t.Parallel()
	s := play(t, func(w http.ResponseWriter) {
		w.Header().Set("Retry-After", "3600")
		w.Header().Set("Request-Id", "req_1")
		says(429, `{"code":"phone_limit","detail":"Doldu.","detail_tr":"Doldu.","detail_en":"Full."}`)(w)
	}, says(500, "<html>"))
	c := client.New(s.url, "k")
	_, err := c.Verifications.Start(context.Background(), client.StartRequest{Phone: "5551112233"})
	var e *client.Error
	if !errors.As(err, &e) || e.Code != "phone_limit" || e.RetryAfter != time.Hour || e.Detail != "Doldu." || e.RequestID != "req_1" {
		t.Errorf("429: %+v", e)
	}
	_, err = c.Verifications.Get(context.Background(), "ver_1")
	if !errors.As(err, &e) || e.Code != "http_500" || e.Status != 500 {
		t.Errorf("500: %v", err)
	}
}

func TestAChangeWithoutAnAnswerIsNotRepeated(t *testing.T) {
	t.Parallel()
	s := play(t, hangsUp)
	name := "Ali"
	if _, err := client.New(s.url, "k").Customers.Update(context.Background(), "cus_1", client.CustomerChange{Name: &name}); err == nil {
		t.Error("no error")
	}
	if len(s.keys()) != 1 {
		t.Errorf("%d requests", len(s.keys()))
	}
}

func TestTriesEnd(t *testing.T) {
	t.Parallel()
	s := play(t, says(503, ""), says(503, ""))
	var e *client.Error
	if _, err := client.New(s.url, "k", client.WithTries(2)).Events.List(context.Background(), "", 0); !errors.As(err, &e) || e.Status != 503 || len(s.keys()) != 2 {
		t.Errorf("%v after %d requests", err, len(s.keys()))
	}
}

func TestWebhooksOfOthersAreRefused(t *testing.T) {
	t.Parallel()
	const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	now := time.Unix(1_764_063_000, 0)
	body := []byte(`{"type":"verification.approved","timestamp":"2026-11-25T09:30:00Z","data":{"object_id":"ver_1"}}`)
	signer, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	sig, err := signer.Sign("evt_7", now, body)
	if err != nil {
		t.Fatal(err)
	}
	header := func(id string, at time.Time, sig string) http.Header {
		h := http.Header{}
		h.Set("webhook-id", id)
		h.Set("webhook-timestamp", strconv.FormatInt(at.Unix(), 10))
		h.Set("webhook-signature", sig)
		return h
	}
	e, err := client.ReadWebhook(secret, header("evt_7", now, "v1,AAAA "+sig), body, now.Add(time.Minute))
	if err != nil || e.ID != "evt_7" || e.Type != "verification.approved" || string(e.Data) != `{"object_id":"ver_1"}` {
		t.Fatalf("%+v, %v", e, err)
	}
	for name, c := range map[string]struct {
		h    http.Header
		body string
		now  time.Time
	}{
		"another body":  {header("evt_7", now, sig), string(body) + " ", now},
		"another id":    {header("evt_8", now, sig), string(body), now},
		"another time":  {header("evt_7", now.Add(time.Second), sig), string(body), now},
		"too old":       {header("evt_7", now, sig), string(body), now.Add(6 * time.Minute)},
		"no signature":  {header("evt_7", now, ""), string(body), now},
		"other version": {header("evt_7", now, "v2"+sig[2:]), string(body), now},
		"nothing":       {http.Header{}, string(body), now},
	} {
		if _, err := client.ReadWebhook(secret, c.h, []byte(c.body), c.now); !errors.Is(err, client.ErrWebhook) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
