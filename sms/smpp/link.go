package smpp

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/onay/onay/sms"
)

// link is one connection, from its bind to its end. It is never used again.
type link struct {
	c       *Client
	conn    net.Conn
	br      *bufio.Reader
	sends   bool // transmitter or transceiver
	cipher  bool // TLS: what Write reports does not tell what has left
	touched atomic.Int64

	// By gate.mu.
	used   int
	pinned queue
	gone   bool

	mu      sync.Mutex
	out     []byte // waits for the writer
	queued  uint64 // octets given to the writer since the beginning
	written uint64 // octets that may have left
	pending map[uint32]*call
	seq     uint32
	cause   error // why it ended
	dead    bool
	asked   time.Time // when an enquire_link without an answer was sent
	askedID uint32
	unbound chan struct{} // closed by unbind_resp
	bye     bool          // the peer unbound

	wake chan struct{}
	done chan struct{} // closed when dead
}

// call is a submit_sm on its way.
type call struct {
	link   *link
	end    uint64 // in link.queued, behind its last octet
	sent   time.Time
	expire time.Time
	answer chan answer // 1 deep

	// By link.mu.
	left  func(answer) // set when the caller has left: gets the answer
	spent bool         // its place in the window is given back, or it had none
	told  bool         // that no answer came in time
}

// answer is how a submit_sm ended: by a status, or by err.
type answer struct {
	status uint32
	nack   bool
	id     string
	body   []byte // of other answers than submit_sm_resp
	err    error  // errLost (may have arrived), errUnsent, errSilent
}

var (
	errUnsent = errors.New("the connection was lost before the message was written")
	errSilent = errors.New("no answer came in time")
	errUnbind = errors.New("the operator unbound")
)

// bindError is a refused bind.
type bindError struct{ err *sms.Error }

func (e *bindError) Error() string { return e.err.Error() }
func (e *bindError) Unwrap() error { return e.err }

// dial connects and binds. The error is an *sms.Error of kind not_sent or
// credentials.
func (c *Client) dial(ctx context.Context, command uint32) (*link, error) {
	t := c.cfg.Timing
	dialCtx, cancel := context.WithTimeout(ctx, t.Dial)
	defer cancel()
	var conn net.Conn
	var err error
	d := &net.Dialer{KeepAlive: 30 * time.Second}
	if c.cfg.TLS != nil {
		conn, err = (&tls.Dialer{NetDialer: d, Config: c.cfg.TLS}).DialContext(dialCtx, "tcp", c.cfg.Addr)
	} else {
		conn, err = d.DialContext(dialCtx, "tcp", c.cfg.Addr)
	}
	if err != nil {
		return nil, c.fail(sms.KindNotSent, "no connection", err)
	}
	l := &link{
		c: c, conn: conn, br: bufio.NewReaderSize(conn, 32<<10), sends: command != cmdBindReceiver, cipher: c.cfg.TLS != nil,
		pending: map[uint32]*call{}, wake: make(chan struct{}, 1), done: make(chan struct{}), unbound: make(chan struct{}), seq: 1,
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	if err := l.bind(command, t.BindAnswer); err != nil {
		conn.Close()
		return nil, err
	}
	return l, nil
}

// bind sends the bind request and waits for its answer; nothing else is sent
// before it.
func (l *link) bind(command uint32, patience time.Duration) error {
	c := l.c
	deadline := time.Now().Add(patience)
	if err := l.conn.SetDeadline(deadline); err != nil {
		return c.fail(sms.KindNotSent, "bind", err)
	}
	b := bind{
		systemID: c.cfg.SystemID, password: c.cfg.Password, systemType: c.cfg.SystemType,
		version: interfaceVersion, addressRange: c.cfg.AddressRange,
	}
	if _, err := l.conn.Write(appendPDU(nil, command, 0, l.seq, b.append)); err != nil {
		return c.fail(sms.KindNotSent, "bind", err)
	}
	for {
		// readPDU clears the deadline when it was the one to set it.
		if err := l.conn.SetReadDeadline(deadline); err != nil {
			return c.fail(sms.KindNotSent, "bind", err)
		}
		p, err := readPDU(l.conn, l.br, max(time.Until(deadline), time.Millisecond))
		if err != nil {
			return c.fail(sms.KindNotSent, "no answer to the bind", err)
		}
		switch {
		case p.seq == l.seq && (p.id == command|respBit || p.id == cmdNack):
			if p.status == statusOK && p.id != cmdNack {
				return l.conn.SetDeadline(time.Time{})
			}
			e := c.judge(p.status)
			e.Message = "bind refused: " + e.Message
			if e.Kind != sms.KindCredentials {
				e.Kind = sms.KindNotSent
			}
			return &bindError{e}
		case p.id == cmdEnquireLink:
			if _, err := l.conn.Write(appendPDU(nil, cmdEnquireLink|respBit, 0, p.seq, nil)); err != nil {
				return c.fail(sms.KindNotSent, "bind", err)
			}
		}
		// Anything else before the bind has no meaning.
	}
}

// run works until the connection ends, then settles what was on its way. It
// gives the cause of the end.
func (l *link) run() error {
	l.touched.Store(time.Now().UnixNano())
	// The first sign of life goes out before any message.
	l.enquire()
	var wg sync.WaitGroup
	wg.Go(l.write)
	wg.Go(l.keep)
	if l.sends {
		l.c.gate.up(l)
	}
	l.read()
	wg.Wait()
	l.c.gate.lost(l)
	l.settle()
	return l.cause
}

// end closes the connection for a reason; the first one counts.
func (l *link) end(cause error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dead {
		return
	}
	l.dead, l.cause = true, cause
	close(l.done)
	l.conn.Close()
}

// enqueue gives octets to the writer, and a sequence number to a request. It
// is false when the connection has ended: nothing is sent then.
func (l *link) enqueue(k *call, build func(dst []byte, seq uint32) []byte) (seq uint32, ok bool) {
	l.mu.Lock()
	if l.dead || l.bye && k != nil {
		l.mu.Unlock()
		return 0, false
	}
	if l.seq++; l.seq > maxSequence {
		l.seq = 1
	}
	seq = l.seq
	l.push(func(dst []byte) []byte { return build(dst, seq) })
	if k != nil {
		k.end = l.queued
		l.pending[seq] = k
	}
	l.mu.Unlock()
	return seq, true
}

// respond answers a request of the peer.
func (l *link) respond(id, status, seq uint32, body func([]byte) []byte) {
	l.mu.Lock()
	if !l.dead {
		l.push(func(dst []byte) []byte { return appendPDU(dst, id, status, seq, body) })
	}
	l.mu.Unlock()
}

// push adds octets. l.mu is held.
func (l *link) push(add func([]byte) []byte) {
	before := len(l.out)
	l.out = add(l.out)
	l.queued += uint64(len(l.out) - before)
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// writePatience is how long a peer may refuse to read.
const writePatience = 10 * time.Second

// write sends what is queued, as much as there is at once.
func (l *link) write() {
	var spare []byte
	for {
		select {
		case <-l.done:
			return
		case <-l.wake:
		}
		l.mu.Lock()
		batch := l.out
		l.out, spare = spare[:0], nil
		if l.cipher {
			l.written += uint64(len(batch))
		}
		l.mu.Unlock()
		if len(batch) == 0 {
			spare = batch
			continue
		}
		err := l.conn.SetWriteDeadline(time.Now().Add(writePatience))
		n := 0
		if err == nil {
			n, err = l.conn.Write(batch)
		}
		if !l.cipher {
			l.mu.Lock()
			l.written += uint64(n)
			l.mu.Unlock()
		}
		if err != nil {
			l.end(err)
			return
		}
		if cap(batch) <= 1<<20 {
			spare = batch
		}
	}
}

// read takes PDUs until the connection ends.
func (l *link) read() {
	for {
		p, err := readPDU(l.conn, l.br, l.c.cfg.Timing.PDU)
		if err != nil {
			l.end(err)
			return
		}
		l.touched.Store(time.Now().UnixNano())
		l.handle(p)
	}
}

func (l *link) handle(p pdu) {
	switch p.id {
	case cmdSubmit | respBit:
		l.answered(p.seq, answer{status: p.status, id: parseID(p.body)})
	case cmdQuery | respBit, cmdCancel | respBit:
		l.answered(p.seq, answer{status: p.status, body: p.body})
	case cmdNack:
		l.c.cfg.Log.Warn("the operator could not read a PDU", "sequence", p.seq, "status", codeText(p.status))
		if p.seq != 0 {
			l.answered(p.seq, answer{status: p.status, nack: true})
		}
	case cmdDeliver, cmdData:
		l.c.delivered(l, p)
	case cmdEnquireLink:
		l.respond(p.id|respBit, statusOK, p.seq, nil)
	case cmdEnquireLink | respBit:
		l.mu.Lock()
		l.asked = time.Time{}
		l.mu.Unlock()
	case cmdUnbind:
		l.respond(p.id|respBit, statusOK, p.seq, nil)
		l.mu.Lock()
		l.bye = true
		l.mu.Unlock()
		l.c.gate.lost(l)
		// The peer may still answer what it has; it closes, or we do.
		time.AfterFunc(goodbye, func() { l.end(errUnbind) })
	case cmdUnbind | respBit:
		l.mu.Lock()
		select {
		case <-l.unbound:
		default:
			close(l.unbound)
		}
		l.mu.Unlock()
	case cmdAlert:
	default:
		if p.id&respBit == 0 {
			l.respond(cmdNack, statusBadCommand, p.seq, nil)
		}
	}
}

// goodbye is how long a peer that unbound may take to close.
const goodbye = time.Second

// submit writes one part.
func (l *link) submit(m short, patience time.Duration) (*call, bool) {
	now := time.Now()
	k := &call{link: l, sent: now, expire: now.Add(patience), answer: make(chan answer, 1)}
	_, ok := l.enqueue(k, func(dst []byte, seq uint32) []byte { return appendPDU(dst, cmdSubmit, 0, seq, m.append) })
	return k, ok
}

// ask writes a request that changes no window.
func (l *link) ask(command uint32, body func([]byte) []byte, patience time.Duration) (*call, bool) {
	now := time.Now()
	k := &call{link: l, sent: now, expire: now.Add(patience), answer: make(chan answer, 1), spent: true}
	_, ok := l.enqueue(k, func(dst []byte, seq uint32) []byte { return appendPDU(dst, command, 0, seq, body) })
	return k, ok
}

// answered ends a call. What nobody waits for is passed over: a peer may
// answer twice.
func (l *link) answered(seq uint32, a answer) {
	l.mu.Lock()
	k := l.pending[seq]
	delete(l.pending, seq)
	l.mu.Unlock()
	if k == nil {
		return
	}
	l.finish(k, a)
}

// finish gives the place in the window back and the answer to whoever waits.
func (l *link) finish(k *call, a answer) {
	l.mu.Lock()
	held := !k.spent
	k.spent = true
	l.mu.Unlock()
	if held {
		switch {
		case a.err != nil || a.nack:
			l.c.gate.release(l)
		case a.status == statusOK:
			l.c.gate.good(l, k.sent)
		case a.status == statusThrottled:
			l.c.gate.throttled(l, k.sent, 0)
		case a.status == statusQueueFull:
			l.c.gate.throttled(l, k.sent, 2*l.c.cfg.Timing.Pause)
		default:
			l.c.gate.release(l)
		}
	}
	if !a.nack && a.err == nil && a.status == statusNotBound {
		l.end(errors.New("the operator says that this connection is not bound"))
	}
	l.mu.Lock()
	left := k.left
	if left == nil {
		// The word that no answer came may still lie there unread.
		select {
		case <-k.answer:
		default:
		}
		k.answer <- a
	}
	l.mu.Unlock()
	if left != nil {
		left(a)
	}
}

// abandon is called by a caller that waits no longer. late gets the answer
// when it comes after all. If the answer is there already, it is given and
// late is not called.
func (k *call) abandon(late func(answer)) (answer, bool) {
	k.link.mu.Lock()
	defer k.link.mu.Unlock()
	select {
	case a := <-k.answer:
		if a.err != errSilent {
			return a, true
		}
	default:
	}
	k.left = late
	return answer{}, false
}

// keepAnswers is how much longer than usual a late answer is waited for, in
// waits of the call.
const keepAnswers = 5

// keep watches the silence and the calls without an answer.
func (l *link) keep() {
	t := l.c.cfg.Timing
	beat := time.NewTicker(min(t.Enquire, t.OTPAnswer, t.BulkAnswer, 4*time.Second) / 4)
	defer beat.Stop()
	for {
		select {
		case <-l.done:
			return
		case now := <-beat.C:
			l.expire(now)
			l.mu.Lock()
			asked := l.asked
			l.mu.Unlock()
			quiet := now.Sub(time.Unix(0, l.touched.Load()))
			switch {
			case !asked.IsZero() && now.Sub(asked) >= t.Enquire && quiet >= t.Enquire:
				l.end(errors.New("the operator does not answer enquire_link"))
				return
			case asked.IsZero() && quiet >= t.Enquire:
				l.enquire()
			}
		}
	}
}

// enquire asks for a sign of life. It is not counted in the window.
func (l *link) enquire() {
	l.enqueue(nil, func(dst []byte, seq uint32) []byte { return appendPDU(dst, cmdEnquireLink, 0, seq, nil) })
	l.mu.Lock()
	l.asked = time.Now()
	l.mu.Unlock()
}

// expire gives back the places of calls whose time is up. A late answer still
// counts; after a while the call is forgotten.
func (l *link) expire(now time.Time) {
	type late struct {
		k      *call
		forget bool
	}
	var list []late
	l.mu.Lock()
	for seq, k := range l.pending {
		if now.Before(k.expire) {
			continue
		}
		if now.Sub(k.expire) > keepAnswers*k.expire.Sub(k.sent) {
			delete(l.pending, seq)
			list = append(list, late{k, true})
		} else if !k.spent || k.left == nil && !k.told {
			k.told = true
			list = append(list, late{k, false})
		}
	}
	l.mu.Unlock()
	for _, x := range list {
		l.mu.Lock()
		held := !x.k.spent
		x.k.spent = true
		left := x.k.left
		if left == nil {
			select {
			case x.k.answer <- answer{err: errSilent}:
			default:
			}
		}
		l.mu.Unlock()
		if held {
			l.c.gate.release(l)
		}
		if x.forget && left != nil {
			left(answer{err: errSilent})
		}
	}
}

// settle tells every call without an answer how the connection ended: a
// message of which not all octets were written cannot have been read.
func (l *link) settle() {
	l.mu.Lock()
	pending := l.pending
	l.pending = map[uint32]*call{}
	written := l.written
	cause := l.cause
	l.mu.Unlock()
	for _, k := range pending {
		err := errLost
		if k.end > written {
			err = errUnsent
		}
		l.finish(k, answer{err: fmt.Errorf("%w: %w", err, cause)})
	}
}

// unbind takes leave and waits for the answer.
func (l *link) unbind(ctx context.Context) {
	if _, ok := l.enqueue(nil, func(dst []byte, seq uint32) []byte { return appendPDU(dst, cmdUnbind, 0, seq, nil) }); !ok {
		return
	}
	select {
	case <-l.unbound:
	case <-l.done:
	case <-ctx.Done():
	}
	l.end(errClosed)
}
