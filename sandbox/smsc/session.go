package smsc

import (
	"bufio"
	"crypto/subtle"
	"errors"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// session is one connection.
type session struct {
	s     *Server
	conn  net.Conn
	owner atomic.Pointer[account] // nil before the bind
	role  uint32                  // the bind command
	heard atomic.Int64

	write sync.Mutex // one PDU at a time
	seq   atomic.Uint32

	open    atomic.Int32 // submits without an answer
	answers chan delayed
	ended   chan struct{}
	bound   bool // read by its own goroutine alone

	mu  sync.Mutex
	out map[uint32]*delivery // deliver_sm without an answer
}

// delayed is an answer that goes out later.
type delayed struct {
	at time.Time
	do func()
}

func newSession(s *Server, conn net.Conn) *session {
	return &session{s: s, conn: conn, answers: make(chan delayed, 100_000), ended: make(chan struct{}), out: map[uint32]*delivery{}}
}

func (x *session) nextSeq() uint32 {
	for {
		if n := x.seq.Add(1) & 0x7fffffff; n != 0 {
			return n
		}
	}
}

func (x *session) send(p packet) { x.sendOctets(p, p.octets()) }

func (x *session) sendOctets(p packet, octets []byte) {
	x.s.note(x, true, p)
	x.write.Lock()
	defer x.write.Unlock()
	_ = x.conn.SetWriteDeadline(time.Now().Add(10 * time.Second))
	if _, err := x.conn.Write(octets); err != nil {
		x.conn.Close()
	}
}

func (x *session) answer(p packet, status uint32, body []byte) {
	x.send(packet{command: p.command | answerBit, status: status, seq: p.seq, body: body})
}

func (x *session) run() {
	var wg sync.WaitGroup
	wg.Go(x.answerLater)
	wg.Go(x.watch)
	x.heard.Store(time.Now().UnixNano())
	in := bufio.NewReaderSize(x.conn, 64<<10)
	for {
		p, err := receive(in)
		if errors.Is(err, errLength) {
			x.send(packet{command: genericNack, status: rCmdLen})
		}
		if err != nil {
			break
		}
		x.heard.Store(time.Now().UnixNano())
		x.s.note(x, false, p)
		if !x.handle(p) {
			break
		}
	}
	x.conn.Close()
	close(x.ended)
	wg.Wait()
	x.s.mu.Lock()
	delete(x.s.sessions, x)
	x.s.mu.Unlock()
	if a := x.owner.Load(); a != nil {
		x.leave(a)
	}
}

// leave takes the connection off the account; what it had not answered is
// delivered again on another.
func (x *session) leave(a *account) {
	a.mu.Lock()
	a.sessions = slices.DeleteFunc(a.sessions, func(y *session) bool { return y == x })
	x.mu.Lock()
	var back []*delivery
	for _, d := range x.out {
		back = append(back, d)
	}
	clear(x.out)
	x.mu.Unlock()
	slices.SortFunc(back, func(a, b *delivery) int { return int(a.serie) - int(b.serie) })
	a.queue = append(back, a.queue...)
	a.mu.Unlock()
	x.s.pump(a)
}

// answerLater sends the delayed answers in order.
func (x *session) answerLater() {
	for {
		select {
		case <-x.ended:
			return
		case d := <-x.answers:
			if wait := time.Until(d.at); wait > 0 {
				select {
				case <-x.ended:
					return
				case <-time.After(wait):
				}
			}
			d.do()
		}
	}
}

// watch asks for signs of life.
func (x *session) watch() {
	beat := time.NewTicker(max(x.s.cfg.Enquire/2, 10*time.Millisecond))
	defer beat.Stop()
	for {
		select {
		case <-x.ended:
			return
		case now := <-beat.C:
			quiet := now.Sub(time.Unix(0, x.heard.Load()))
			if quiet >= 2*x.s.cfg.Enquire {
				x.conn.Close()
				return
			}
			if quiet >= x.s.cfg.Enquire && x.owner.Load() != nil {
				x.send(packet{command: enquireLink, seq: x.nextSeq()})
			}
		}
	}
}

// handle takes one PDU; false ends the connection.
func (x *session) handle(p packet) bool {
	switch p.command {
	case bindReceiver, bindTransmitter, bindTransceiver:
		return x.bind(p)
	case enquireLink:
		if !x.s.hits(NoEnquireAnswer) {
			x.answer(p, rOK, nil)
		}
	case enquireLink | answerBit, genericNack:
	case unbind | answerBit:
		return false
	case unbind:
		x.answer(p, rOK, nil)
		return false
	case submitSM:
		x.submit(p)
	case querySM:
		x.query(p)
	case cancelSM:
		x.cancel(p)
	case deliverSM | answerBit, dataSM | answerBit:
		x.delivered(p)
	default:
		if p.command&answerBit == 0 {
			x.send(packet{command: genericNack, status: rCmdID, seq: p.seq})
		}
	}
	return true
}

func (x *session) bind(p packet) bool {
	if x.s.hits(NoBindAnswer) {
		return true
	}
	if x.bound {
		x.answer(p, rAlready, nil)
		return true
	}
	r := reader{rest: p.body}
	id, password, kind := r.str(15), r.str(64), r.str(12)
	version := r.num()
	r.num()
	r.num()
	r.str(40)
	a := x.s.find(id)
	status := rOK
	var set Account
	if a != nil {
		set = a.view()
	}
	switch {
	case r.failed:
		status = rCmdLen
	case a == nil:
		status = rSystemID
	case subtle.ConstantTimeCompare([]byte(set.Password), []byte(password)) != 1:
		status = rPassword
	case set.SystemType != "" && set.SystemType != kind:
		status = rSysType
	case version != 0x33 && version != 0x34, set.NoTransceiver && p.command == bindTransceiver, !x.from(set.AllowedIPs):
		status = rBindFail
	}
	if status == rOK {
		a.mu.Lock()
		if len(a.sessions) < set.MaxBinds {
			x.role, x.bound = p.command, true
			// The answer goes out before any delivery can.
			var w writer
			x.answer(p, rOK, w.str("onay-smsc").option(0x0210, []byte{0x34}).b)
			a.sessions = append(a.sessions, x)
		} else {
			status = rAlready
		}
		a.mu.Unlock()
	}
	if status != rOK {
		x.answer(p, status, nil)
		return false
	}
	x.owner.Store(a)
	x.s.pump(a)
	return true
}

func (x *session) from(allowed []string) bool {
	host, _, err := net.SplitHostPort(x.conn.RemoteAddr().String())
	return len(allowed) == 0 || err == nil && slices.Contains(allowed, host)
}
