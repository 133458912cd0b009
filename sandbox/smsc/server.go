package smsc

import (
	"errors"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/onay/onay/sandbox/outside"
)

// Server is one simulated centre.
type Server struct {
	core   *outside.Core
	cfg    Config
	faults faults
	agenda *agenda
	done   chan struct{}
	wg     sync.WaitGroup

	accepted atomic.Int64
	nextID   atomic.Uint64

	mu        sync.Mutex
	closed    bool
	accounts  map[string]*account
	listeners map[net.Listener]struct{}
	sessions  map[*session]struct{}
	messages  map[uint64]*message // by number
	order     []uint64
	log       []Entry
	logHead   int
}

// account is a customer at work.
type account struct {
	mu       sync.Mutex
	set      Account
	sessions []*session // bound ones
	queue    []*delivery
	tokens   float64
	filled   time.Time
	turn     int
	concat   map[concatKey]*long
}

// New opens a centre in the given world. It ends with Close, or with the
// world.
func New(core *outside.Core, cfg Config) (*Server, error) {
	if cfg.Accounts == nil {
		cfg.Accounts = DefaultAccounts()
	}
	for _, d := range []struct {
		value *time.Duration
		usual time.Duration
	}{{&cfg.ReportDelay, 2 * time.Second}, {&cfg.RetryDelay, 5 * time.Second}, {&cfg.Enquire, time.Minute}} {
		switch {
		case *d.value == 0:
			*d.value = d.usual
		case *d.value < 0:
			*d.value = 0
		}
	}
	if cfg.Keep == 0 {
		cfg.Keep = 100_000
	}
	if cfg.LogSize == 0 {
		cfg.LogSize = 1000
	}
	s := &Server{
		core: core, cfg: cfg, agenda: newAgenda(core.Clock), done: make(chan struct{}), accounts: map[string]*account{},
		listeners: map[net.Listener]struct{}{}, sessions: map[*session]struct{}{}, messages: map[uint64]*message{},
	}
	s.nextID.Store(0x7e0000a0)
	for _, a := range cfg.Accounts {
		if err := s.SetAccount(a); err != nil {
			return nil, err
		}
	}
	s.wg.Go(func() { s.agenda.run(s.done) })
	go func() {
		select {
		case <-core.Done():
			s.Close()
		case <-s.done:
		}
	}()
	return s, nil
}

// ErrClosed is what Serve ends with after Close.
var ErrClosed = errors.New("the centre is closed")

// Serve takes connections until the listener or the centre is closed.
func (s *Server) Serve(ln net.Listener) error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		ln.Close()
		return ErrClosed
	}
	s.listeners[ln] = struct{}{}
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.listeners, ln)
		s.mu.Unlock()
	}()
	for {
		conn, err := ln.Accept()
		if err != nil {
			select {
			case <-s.done:
				return ErrClosed
			default:
				return err
			}
		}
		x := newSession(s, conn)
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			conn.Close()
			return ErrClosed
		}
		s.sessions[x] = struct{}{}
		s.wg.Go(x.run)
		s.mu.Unlock()
	}
}

// Close ends every connection and waits for it.
func (s *Server) Close() {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.done)
		for ln := range s.listeners {
			ln.Close()
		}
		for x := range s.sessions {
			x.conn.Close()
		}
	}
	s.mu.Unlock()
	s.wg.Wait()
}

// Drop closes all connections of a customer, as a broken network would.
func (s *Server) Drop(systemID string) {
	for _, x := range s.of(systemID) {
		x.conn.Close()
	}
}

// of lists the connections of a customer.
func (s *Server) of(systemID string) []*session {
	a := s.find(systemID)
	if a == nil {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.sessions)
}

// Unbind asks all connections of a customer to go.
func (s *Server) Unbind(systemID string) {
	for _, x := range s.of(systemID) {
		x.send(packet{command: unbind, seq: x.nextSeq()})
	}
}

// Bound is how many connections of a customer are bound.
func (s *Server) Bound(systemID string) int {
	return len(s.of(systemID))
}

// Accepted is how many submit_sm were taken; each part of a long message is
// one.
func (s *Server) Accepted() int { return int(s.accepted.Load()) }

func (s *Server) find(systemID string) *account {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.accounts[systemID]
}

// SetAccount changes a customer or adds one; it counts at once.
func (s *Server) SetAccount(set Account) error {
	set, err := set.normalise()
	if err != nil {
		return err
	}
	set.Senders, set.Numbers = slices.Clone(set.Senders), slices.Clone(set.Numbers)
	set.AllowedIPs = slices.Clone(set.AllowedIPs)
	s.mu.Lock()
	a := s.accounts[set.SystemID]
	if a == nil {
		a = &account{tokens: 1, concat: map[concatKey]*long{}}
		s.accounts[set.SystemID] = a
	}
	s.mu.Unlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.set = set
	return nil
}

// Accounts lists the customers by their system_id.
func (s *Server) Accounts() []Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Account, 0, len(s.accounts))
	for _, a := range s.accounts {
		out = append(out, a.view())
	}
	slices.SortFunc(out, func(a, b Account) int { return strings.Compare(a.SystemID, b.SystemID) })
	return out
}

func (a *account) view() Account {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.set
}

// allow counts a submit against the rate.
func (a *account) allow(now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.set.Rate == 0 {
		return true
	}
	a.tokens = min(max(1, a.set.Rate/10), a.tokens+now.Sub(a.filled).Seconds()*a.set.Rate)
	a.filled = now
	if a.tokens < 1 {
		return false
	}
	a.tokens--
	return true
}

// Entry is one PDU in the log.
type Entry struct {
	At       time.Time // of the world
	SystemID string    // empty before the bind
	Out      bool      // the centre sent it
	Command  uint32
	Status   uint32
	Sequence uint32
	Octets   []byte // the whole PDU; the password of a bind is blacked out
}

func (s *Server) note(x *session, out bool, p packet) {
	if s.cfg.LogSize < 0 {
		return
	}
	e := Entry{At: s.now().UTC(), Out: out, Command: p.command, Status: p.status, Sequence: p.seq, Octets: p.octets()}
	if a := x.owner.Load(); a != nil {
		e.SystemID = a.view().SystemID
	}
	if p.command == bindReceiver || p.command == bindTransmitter || p.command == bindTransceiver {
		r := reader{rest: p.body}
		r.str(64)
		from := len(p.body) - len(r.rest)
		for i := 16 + from; i < len(e.Octets) && e.Octets[i] != 0; i++ {
			e.Octets[i] = '*'
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.log) < s.cfg.LogSize {
		s.log = append(s.log, e)
		return
	}
	s.log[s.logHead] = e
	s.logHead = (s.logHead + 1) % s.cfg.LogSize
}

// Log gives the last PDUs, oldest first.
func (s *Server) Log() []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append(slices.Clone(s.log[s.logHead:]), s.log[:s.logHead]...)
}

// now is the time of the world in the centre's zone.
func (s *Server) now() time.Time { return s.core.Clock.Now().In(outside.Istanbul) }
