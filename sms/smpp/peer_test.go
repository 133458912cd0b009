package smpp

import (
	"bufio"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/onay/onay/sms"
)

// peer is a scripted centre: it binds everybody and leaves the rest to the
// script. It is for what a well-behaved centre cannot be made to do, and for
// measuring, where the simulated one would be what is measured.
type peer struct{ addr string }

// peerConn is one connection of it.
type peerConn struct {
	net.Conn
	mu  sync.Mutex
	out []byte
	due chan struct{}
	end chan struct{}
}

// put queues octets; they are written together.
func (c *peerConn) put(add func([]byte) []byte) {
	c.mu.Lock()
	c.out = add(c.out)
	c.mu.Unlock()
	select {
	case c.due <- struct{}{}:
	default:
	}
}

func (c *peerConn) flush() {
	for {
		select {
		case <-c.end:
			return
		case <-c.due:
		}
		c.mu.Lock()
		b := c.out
		c.out = nil
		c.mu.Unlock()
		if _, err := c.Write(b); err != nil {
			return
		}
	}
}

func newPeer(t testing.TB, script func(c *peerConn, p pdu)) *peer {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go serve(&peerConn{Conn: conn, due: make(chan struct{}, 1), end: make(chan struct{})}, script)
		}
	}()
	return &peer{addr: ln.Addr().String()}
}

func serve(c *peerConn, script func(*peerConn, pdu)) {
	defer c.Close()
	defer close(c.end)
	go c.flush()
	br := bufio.NewReaderSize(c, 64<<10)
	for {
		q, err := readPDU(c, br, time.Minute)
		if err != nil {
			return
		}
		switch q.id {
		case cmdBindTransceiver, cmdBindTransmitter, cmdBindReceiver, cmdEnquireLink, cmdUnbind:
			c.put(func(b []byte) []byte { return appendPDU(b, q.id|respBit, 0, q.seq, nil) })
		default:
			script(c, q)
		}
	}
}

func newTestClient(t testing.TB, p *peer, edit func(*Config)) *Client {
	t.Helper()
	cfg := Config{
		Addr: p.addr, SystemID: "onay", Password: "x", Header: "ORNEKFIRMA",
		Timing: Timing{ReconnectMin: 5 * time.Millisecond, ReconnectMax: 50 * time.Millisecond},
	}
	if edit != nil {
		edit(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func (c *peerConn) accept(p pdu, id string) {
	c.put(func(b []byte) []byte {
		return appendPDU(b, p.id|respBit, 0, p.seq, func(b []byte) []byte { return cstring(b, id) })
	})
}

func (c *peerConn) refuse(p pdu, status uint32) {
	c.put(func(b []byte) []byte { return appendPDU(b, p.id|respBit, status, p.seq, nil) })
}

func testMessage(i int) sms.Message {
	return sms.Message{ID: fmt.Sprint(i), To: fmt.Sprintf("+9055%08d", i), Body: "Kodunuz 123456"}
}

func waitUntil(t testing.TB, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it did not happen")
		}
	}
}
