package smpp

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onay/onay/sms"
)

// When a part is refused the rest is pointless, and no error may invite to
// send the accepted parts again.
func TestPartialMessage(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		status uint32
		kind   sms.Kind
	}{
		"refused for good": {0x0b, sms.KindNumber}, "system error": {0x08, sms.KindAmbiguous},
		"throttled": {0x58, sms.KindAmbiguous}, "unclear": {0x45, sms.KindAmbiguous},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var submits atomic.Int64
			p := newPeer(t, func(pc *peerConn, q pdu) {
				if submits.Add(1) == 1 {
					pc.accept(q, "1")
					return
				}
				pc.refuse(q, c.status)
			})
			client := newTestClient(t, p, func(cfg *Config) { cfg.Timing.BulkWait = 100 * time.Millisecond })
			m := testMessage(1)
			m.Body = strings.Repeat("abcdefgh ", 60)
			_, err := client.Send(t.Context(), m)
			if sms.KindOf(err) != c.kind || sms.IsRetryable(err) || submits.Load() != 2 {
				t.Errorf("%v after %d submits", err, submits.Load())
			}
		})
	}
}

// Parts go in order on one connection, and that connection's end ends them.
func TestPartsStayOnOneConnection(t *testing.T) {
	t.Parallel()
	var submits atomic.Int64
	p := newPeer(t, func(pc *peerConn, q pdu) {
		if submits.Add(1) == 2 {
			pc.Close()
			return
		}
		pc.accept(q, "1")
	})
	client := newTestClient(t, p, func(cfg *Config) { cfg.Connections = 3 })
	m := testMessage(1)
	m.Body = strings.Repeat("abcdefgh ", 60)
	if _, err := client.Send(t.Context(), m); !sms.IsAmbiguous(err) || submits.Load() != 2 {
		t.Errorf("%v after %d submits", err, submits.Load())
	}
}

// What was not written whole cannot have been read: it may be sent again.
func TestNotWrittenIsNotSent(t *testing.T) {
	t.Parallel()
	a, b := net.Pipe()
	defer b.Close()
	client := newTestClient(t, newPeer(t, func(*peerConn, pdu) {}), nil)
	l := &link{c: client, conn: a, pending: map[uint32]*call{}, wake: make(chan struct{}, 1), done: make(chan struct{}), seq: 1}
	var calls []*call
	for range 3 {
		k, ok := l.submit(short{}, time.Minute)
		if !ok {
			t.Fatal("not queued")
		}
		calls = append(calls, k)
	}
	go l.write()
	// The peer reads the first whole and the second but for its last octet.
	buf := make([]byte, calls[1].end-1)
	for n := 0; n < len(buf); {
		k, err := b.Read(buf[n:])
		if err != nil {
			t.Fatal(err)
		}
		n += k
	}
	b.Close()
	<-l.done
	waitUntil(t, func() bool { l.mu.Lock(); defer l.mu.Unlock(); return l.written == calls[1].end-1 })
	l.settle()
	for i, want := range []error{errLost, errUnsent, errUnsent} {
		if got := (<-calls[i].answer).err; !errors.Is(got, want) {
			t.Errorf("call %d: %v, want %v", i+1, got, want)
		}
	}
	if k, ok := l.submit(short{}, time.Minute); ok {
		t.Errorf("a dead connection took %+v", k)
	}
}

// Answers may lack their body, come twice, or belong to nothing.
func TestSloppyAnswers(t *testing.T) {
	t.Parallel()
	p := newPeer(t, func(pc *peerConn, q pdu) {
		if q.id != cmdSubmit {
			return
		}
		pc.accept(pdu{id: cmdSubmit, seq: q.seq + 1000}, "of nobody")
		pc.put(func(b []byte) []byte { return appendPDU(b, 0x0777, 0, 9, nil) }) // no such command
		pc.put(func(b []byte) []byte {
			return appendPDU(b, cmdDeliver, 0, 10, func(b []byte) []byte { return append(b, 1) })
		})
		pc.put(func(b []byte) []byte { return appendPDU(b, cmdNack, 0, 0, nil) })
		pc.put(func(b []byte) []byte { // an id without its NUL
			return appendPDU(b, cmdSubmit|respBit, 0, q.seq, func(b []byte) []byte { return append(b, "A1"...) })
		})
		pc.accept(q, "A1")
	})
	client := newTestClient(t, p, nil)
	for range 3 {
		acc, err := client.Send(t.Context(), testMessage(1))
		if err != nil || acc.ProviderID != "A1" {
			t.Errorf("%+v, %v", acc, err)
		}
	}
}

func TestAcceptedWithoutIDIsAmbiguous(t *testing.T) {
	t.Parallel()
	p := newPeer(t, func(pc *peerConn, q pdu) { pc.refuse(q, statusOK) })
	if _, err := newTestClient(t, p, nil).Send(t.Context(), testMessage(1)); !sms.IsAmbiguous(err) {
		t.Errorf("%v", err)
	}
}

func TestOperatorsOwnStatus(t *testing.T) {
	t.Parallel()
	p := newPeer(t, func(pc *peerConn, q pdu) { pc.refuse(q, 0x0431) })
	client := newTestClient(t, p, func(c *Config) { c.Name = "operator"; c.VendorKinds = map[uint32]sms.Kind{0x0431: sms.KindBalance} })
	_, err := client.Send(t.Context(), testMessage(1))
	var e *sms.Error
	if !errors.As(err, &e) || e.Kind != sms.KindBalance || e.Code != "431" || e.Provider != "operator" {
		t.Errorf("%+v", err)
	}
}

// The rate holds over all connections.
func TestRate(t *testing.T) {
	t.Parallel()
	p := newPeer(t, func(pc *peerConn, q pdu) { pc.accept(q, "1") })
	client := newTestClient(t, p, func(c *Config) { c.Rate, c.Connections = 200, 2 })
	waitUntil(t, func() bool { return client.Status().Bound == 2 })
	ms := make([]sms.Message, 110)
	for i := range ms {
		ms[i] = testMessage(i)
	}
	began := time.Now()
	for _, o := range client.SendBatch(t.Context(), ms) {
		if o.Err != nil {
			t.Fatal(o.Err)
		}
	}
	// Ten at once, then two hundred a second.
	if d := time.Since(began); d < 480*time.Millisecond || d > 3*time.Second {
		t.Errorf("110 messages took %v", d)
	}
}

// The window is never exceeded.
func TestWindow(t *testing.T) {
	t.Parallel()
	var open, most atomic.Int64
	p := newPeer(t, func(pc *peerConn, q pdu) {
		n := open.Add(1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		time.AfterFunc(2*time.Millisecond, func() {
			open.Add(-1)
			pc.accept(q, "1")
		})
	})
	client := newTestClient(t, p, func(c *Config) { c.Window = 7 })
	ms := make([]sms.Message, 200)
	for i := range ms {
		ms[i] = testMessage(i)
	}
	for _, o := range client.SendBatch(t.Context(), ms) {
		if o.Err != nil {
			t.Fatal(o.Err)
		}
	}
	if n := most.Load(); n != 7 {
		t.Errorf("%d at once, want 7", n)
	}
	if s := client.Status(); s.InFlight != 0 {
		t.Errorf("%+v", s)
	}
}

// A caller that leaves while it waits takes no place with it.
func TestLeavingTheQueue(t *testing.T) {
	t.Parallel()
	hold := make(chan struct{})
	p := newPeer(t, func(pc *peerConn, q pdu) {
		go func() { <-hold; pc.accept(q, "1") }()
	})
	client := newTestClient(t, p, func(c *Config) { c.Window = 1 })
	done := make(chan error, 1)
	go func() { _, err := client.Send(t.Context(), testMessage(1)); done <- err }()
	waitUntil(t, func() bool { return client.Status().InFlight == 1 })
	for i := range 20 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		if _, err := client.Send(ctx, testMessage(i)); sms.KindOf(err) != sms.KindNotSent || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		cancel()
	}
	close(hold)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, err := client.Send(t.Context(), testMessage(2)); err != nil {
		t.Error(err)
	}
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	good := Config{Addr: "smsc.example:2775", SystemID: "onay", Password: "gizli"}
	for name, edit := range map[string]func(*Config){
		"no port": func(c *Config) { c.Addr = "smsc.example" }, "no login": func(c *Config) { c.SystemID = "" },
		"window": func(c *Config) { c.Window = -1 }, "rate": func(c *Config) { c.Rate = -1 }, "bind": func(c *Config) { c.Bind = "x" },
		"long": func(c *Config) { c.Long = "x" }, "ids": func(c *Config) { c.IDs = "x" }, "header": func(c *Config) { c.Header = "ŞİRKET" },
		"NUL": func(c *Config) { c.Password = "a\x00b" }, "encoding": func(c *Config) { c.Encodings = append(c.Encodings, "x") },
	} {
		c := good
		edit(&c)
		if _, err := c.normalise(); err == nil {
			t.Errorf("%s: taken", name)
		} else if strings.Contains(err.Error(), "gizli") {
			t.Errorf("%s: %v shows the password", name, err)
		}
	}
	if strings.Contains(good.String()+good.GoString()+good.LogValue().String(), "gizli") {
		t.Error("the password shows")
	}
}

// One throttling answer that says nothing about a rate pauses, and slows
// nothing down afterwards.
func TestOneThrottlingAnswerIsNoRate(t *testing.T) {
	t.Parallel()
	var submits atomic.Int64
	p := newPeer(t, func(pc *peerConn, q pdu) {
		if submits.Add(1) == 1 {
			pc.refuse(q, statusThrottled)
			return
		}
		pc.accept(q, "1")
	})
	client := newTestClient(t, p, func(c *Config) { c.Timing.Pause = 20 * time.Millisecond })
	began := time.Now()
	for i := range 20 {
		if _, err := client.Send(t.Context(), testMessage(i)); err != nil {
			t.Fatal(err)
		}
	}
	if d := time.Since(began); d < 20*time.Millisecond || d > 2*time.Second {
		t.Errorf("20 messages took %v", d)
	}
}
