package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// caller keeps one connection to the program under test. It speaks just enough HTTP to leave the processor to the program.
type caller struct {
	addr string
	conn net.Conn
	r    *bufio.Reader
}

func (c *caller) close() {
	if c.conn != nil {
		c.conn.Close()
	}
}

// call sends a request and reads its answer to the end.
func (c *caller) call(req []byte) (status int, err error) {
	if c.conn == nil {
		if c.conn, err = net.DialTimeout("tcp", c.addr, 5*time.Second); err != nil {
			return 0, err
		}
		c.r = bufio.NewReader(c.conn)
	}
	c.conn.SetDeadline(time.Now().Add(30 * time.Second))
	if _, err = c.conn.Write(req); err == nil {
		var first string
		if first, _, err = message(c.r, nil); err == nil {
			if f := strings.Fields(first); len(f) > 1 {
				status, err = strconv.Atoi(f[1])
			}
		}
	}
	if err != nil {
		c.conn.Close()
		c.conn = nil
	}
	return status, err
}

// message reads one HTTP message whose length is told: its first line and its body.
func message(r *bufio.Reader, buf []byte) (first string, body []byte, err error) {
	length := 0
	for n := 0; ; n++ {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return "", nil, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if n == 0 {
			first = string(line)
			continue
		}
		if len(line) == 0 {
			break
		}
		if name, value, ok := bytes.Cut(line, []byte(":")); ok {
			switch {
			case bytes.EqualFold(name, []byte("Content-Length")):
				if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
					return "", nil, err
				}
			case bytes.EqualFold(name, []byte("Transfer-Encoding")):
				return "", nil, fmt.Errorf("chunked messages are not read here")
			}
		}
	}
	if cap(buf) < length {
		buf = make([]byte, length)
	}
	_, err = io.ReadFull(r, buf[:length])
	return first, buf[:length], err
}

// sink is the simulated provider: it takes every message and notes when its number arrived.
type sink struct {
	received atomic.Int64
	mu       sync.Mutex
	at       map[string]time.Time // ten-digit number → arrival
}

func newSink(addr string) (*sink, error) {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	s := &sink{at: map[string]time.Time{}}
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go s.serve(conn)
		}
	}()
	return s, nil
}

func (s *sink) serve(conn net.Conn) {
	defer conn.Close()
	const answer = `{"code":"00","jobId":"17377215342605050417149344","description":"success"}`
	whole := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(answer), answer)
	r := bufio.NewReader(conn)
	var buf []byte
	for {
		_, body, err := message(r, buf)
		if err != nil {
			return
		}
		buf = body
		if phone, ok := number(body); ok {
			s.mu.Lock()
			s.at[phone] = time.Now()
			s.mu.Unlock()
		}
		s.received.Add(1)
		if _, err := conn.Write(whole); err != nil {
			return
		}
	}
}

// number finds the recipient in what either program sends: Netgsm's "no", or otpgateway's "to".
func number(body []byte) (string, bool) {
	for _, k := range []string{`"no":"`, `"to":"+90`} {
		if i := bytes.Index(body, []byte(k)); i >= 0 && len(body) >= i+len(k)+10 {
			return string(body[i+len(k) : i+len(k)+10]), true
		}
	}
	return "", false
}

func (s *sink) arrived(phone string) (time.Time, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, ok := s.at[phone]
	delete(s.at, phone)
	return at, ok
}
