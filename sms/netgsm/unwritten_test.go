package netgsm

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onay/onay/sms"
)

// Whatever goes wrong before the request is written must be safe to repeat.
func TestNotWrittenIsNotSent(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	untrusted := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls.Add(1) }))
	t.Cleanup(untrusted.Close)
	untrusted.Config.ErrorLog = nil

	slowDial := newTransport()
	slowDial.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	noHost := newTransport()
	noHost.DialContext = func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "api.netgsm.com.tr", IsNotFound: true}}
	}
	noHost.Proxy, slowDial.Proxy = nil, nil
	cases := map[string]struct {
		base string
		hc   *http.Client
	}{
		"certificate of a stranger": {untrusted.URL, nil},
		"time ends while dialing":   {"http://api.netgsm.invalid", &http.Client{Transport: slowDial}},
		"no such host":              {"http://api.netgsm.invalid", &http.Client{Transport: noHost}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, err := New(Config{BaseURL: c.base, Usercode: "u", Password: "p", Header: "ORNEK"}, c.hc)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			_, err = client.Send(ctx, otpMessage())
			if !errors.Is(err, &sms.Error{Kind: sms.KindNotSent}) || !sms.IsRetryable(err) {
				t.Errorf("got %v", err)
			}
		})
	}
	if calls.Load() != 0 {
		t.Error("a server without our trust got the login")
	}
}

// A connection that died while idle is replaced without the caller noticing,
// and the message still goes out once.
func TestDeadIdleConnectionIsReplaced(t *testing.T) {
	t.Parallel()
	var sent atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		sent.Add(1)
		_, _ = w.Write([]byte(`{"code":"00","jobId":"1"}`))
	}))
	t.Cleanup(srv.Close)
	client, err := New(Config{BaseURL: srv.URL, Usercode: "u", Password: "p", Header: "ORNEK"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := client.Send(t.Context(), otpMessage()); err != nil {
			t.Fatal(err)
		}
		srv.CloseClientConnections()
		time.Sleep(10 * time.Millisecond) // the client learns of the end
	}
	if sent.Load() != 3 {
		t.Errorf("%d messages for 3 calls", sent.Load())
	}
}
