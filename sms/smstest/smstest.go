package smstest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/onay/onay/sms"
)

// Situation is what the fake server does with every message.
type Situation string

// The situations. "Accepted" ones count in Fixture.Sent.
const (
	Accept              Situation = "accept"                 // take it and answer well
	RefuseLogin         Situation = "refuse the login"       // in the provider's own way
	RefuseHeader        Situation = "refuse the header"      // sender header not approved
	RefuseText          Situation = "refuse the text"        // too long; an adapter may refuse earlier
	Throttle            Situation = "throttle"               // limit exceeded
	NobodyListens       Situation = "nobody listens"         // the connection is refused
	StallAfterAccept    Situation = "accept, then stall"     // no answer until the test is over
	CutAfterAccept      Situation = "accept, then hang up"   // the connection is closed without an answer
	ErrorAfterAccept    Situation = "accept, then HTTP 500"  // with an empty body
	HTMLAfterAccept     Situation = "accept, then HTML page" // with status 502, as a proxy does
	TruncateAfterAccept Situation = "accept, then half an answer"
)

// Fixture is an adapter before a fake server.
type Fixture struct {
	Sender sms.Sender
	// Sent is how many messages the fake server has accepted.
	Sent func() int
	// Secrets may be in no error, for example the password.
	Secrets []string
	// Routes are those the provider has; empty means both.
	Routes []sms.Route
}

// Setup builds a fixture. Clean up with t.Cleanup; a stalled handler has to
// end when the test does.
type Setup func(t *testing.T, s Situation) Fixture

// message is one both routes take.
func message(r sms.Route) sms.Message {
	return sms.Message{ID: "m-1", To: "+905550000001", Body: "Kodunuz 123456", Route: r, Sender: "ORNEKFIRMA"}
}

// Run runs the suite.
func Run(t *testing.T, setup Setup) {
	t.Helper()
	for _, route := range []sms.Route{sms.RouteOTP, sms.RouteBulk} {
		run := func(name string, s Situation, f func(*testing.T, Fixture, sms.Message)) {
			t.Run(string(route)+"/"+name, func(t *testing.T) {
				t.Parallel()
				fx := setup(t, s)
				if len(fx.Routes) > 0 && !has(fx.Routes, route) {
					t.Skip("the provider does not have this route")
				}
				f(t, fx, message(route))
			})
		}
		run("accepted", Accept, accepted)
		run("many at once", Accept, manyAtOnce)
		run("time was up before", Accept, timeUpBefore)
		run("text too long", RefuseText, tooLong)
		run("text is empty", Accept, empty)
		run("number is a word", Accept, badNumber)
		for s, kind := range map[Situation]sms.Kind{
			RefuseLogin: sms.KindCredentials, RefuseHeader: sms.KindHeader,
			Throttle: sms.KindThrottled, NobodyListens: sms.KindNotSent,
		} {
			run(string(s), s, func(t *testing.T, fx Fixture, m sms.Message) { fails(t, fx, m, kind, 0) })
		}
		for _, s := range []Situation{CutAfterAccept, ErrorAfterAccept, HTMLAfterAccept, TruncateAfterAccept, StallAfterAccept} {
			run(string(s), s, func(t *testing.T, fx Fixture, m sms.Message) { fails(t, fx, m, sms.KindAmbiguous, 1) })
		}
		run("hang up on a kept connection", CutAfterAccept, twiceCut)
	}
}

func has(routes []sms.Route, r sms.Route) bool {
	for _, x := range routes {
		if x == r {
			return true
		}
	}
	return false
}

func accepted(t *testing.T, fx Fixture, m sms.Message) {
	acc, err := fx.Sender.Send(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	if acc.ProviderID == "" || acc.Code == "" || acc.Warning != "" {
		t.Errorf("accepted as %+v; id and code are needed, and no warning", acc)
	}
	if n := fx.Sent(); n != 1 {
		t.Errorf("%d messages went out", n)
	}
}

func manyAtOnce(t *testing.T, fx Fixture, m sms.Message) {
	const n = 40
	var wg sync.WaitGroup
	ids := make([]string, n)
	for i := range n {
		wg.Go(func() {
			acc, err := fx.Sender.Send(t.Context(), m)
			if err != nil {
				t.Error(err)
			}
			ids[i] = acc.ProviderID
		})
	}
	wg.Wait()
	seen := map[string]bool{}
	for _, id := range ids {
		if seen[id] {
			t.Errorf("id %q was given to two messages", id)
		}
		seen[id] = true
	}
	if got := fx.Sent(); got != n {
		t.Errorf("%d messages went out, want %d", got, n)
	}
}

func timeUpBefore(t *testing.T, fx Fixture, m sms.Message) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := fx.Sender.Send(ctx, m)
	check(t, fx, err, sms.KindNotSent, 0)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v does not lead to context.Canceled", err)
	}
}

func tooLong(t *testing.T, fx Fixture, m sms.Message) {
	m.Body = strings.Repeat("uzun metin ", 200)
	fails(t, fx, m, sms.KindText, 0)
}

func empty(t *testing.T, fx Fixture, m sms.Message) {
	m.Body = ""
	fails(t, fx, m, sms.KindText, 0)
}

func badNumber(t *testing.T, fx Fixture, m sms.Message) {
	m.To = "ORNEKFIRMA"
	fails(t, fx, m, sms.KindNumber, 0)
}

// twiceCut sends again after a hang-up: neither message may be repeated by
// the adapter or by its connection pool.
func twiceCut(t *testing.T, fx Fixture, m sms.Message) {
	for range 2 {
		if _, err := fx.Sender.Send(t.Context(), m); !sms.IsAmbiguous(err) {
			t.Errorf("got %v, want an ambiguous error", err)
		}
	}
	if n := fx.Sent(); n != 2 {
		t.Errorf("the fake server got %d messages for 2 calls", n)
	}
}

func fails(t *testing.T, fx Fixture, m sms.Message, kind sms.Kind, sent int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	_, err := fx.Sender.Send(ctx, m)
	check(t, fx, err, kind, sent)
}

func check(t *testing.T, fx Fixture, err error, kind sms.Kind, sent int) {
	t.Helper()
	var e *sms.Error
	if !errors.As(err, &e) {
		t.Fatalf("error is %T (%v), want *sms.Error", err, err)
	}
	if e.Kind != kind {
		t.Errorf("kind is %q, want %q: %v", e.Kind, kind, err)
	}
	if kind == sms.KindThrottled && e.RetryAfter <= 0 {
		t.Error("a limit must say how long to wait")
	}
	if e.Provider == "" {
		t.Error("the error does not name its provider")
	}
	for _, secret := range fx.Secrets {
		if text := err.Error() + e.Explain("tr") + e.Explain("en"); strings.Contains(text, secret) {
			t.Errorf("the error shows a secret: %s", text)
		}
	}
	if n := fx.Sent(); n != sent {
		t.Errorf("%d messages went out, want %d", n, sent)
	}
}
