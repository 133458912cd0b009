package smpp

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/onay/onay/sms"
)

// Client keeps the connections of one account. It is safe for many
// goroutines.
type Client struct {
	cfg   Config
	gate  *gate
	track *tracker
	join  *joiner
	refs  *references

	ctx    context.Context // ends with the client
	stop   context.CancelFunc
	wg     sync.WaitGroup
	queues []chan job

	mu      sync.Mutex
	open    map[*link]struct{}
	closing bool
	sending sync.WaitGroup
	cause   error // of the last end of a connection or failed attempt
}

var (
	_ sms.Sender      = (*Client)(nil)
	_ sms.BatchSender = (*Client)(nil)
	_ sms.Reporter    = (*Client)(nil)
	_ sms.Canceler    = (*Client)(nil)
)

// New makes a client and begins to connect, in the background. End it with
// Shutdown or Close.
func New(cfg Config) (*Client, error) {
	cfg, err := cfg.normalise()
	if err != nil {
		return nil, err
	}
	c := &Client{
		cfg:   cfg,
		gate:  newGate(cfg.Window, cfg.Rate, cfg.Timing.Pause),
		track: newTracker(cfg.IDs, cfg.Remember),
		join:  &joiner{whole: map[joinKey]*assembly{}},
		refs:  &references{given: cfg.NextReference, last: map[string]uint16{}},
		open:  map[*link]struct{}{},
	}
	c.ctx, c.stop = context.WithCancel(context.Background())
	c.queues = make([]chan job, handlers)
	for i := range c.queues {
		c.queues[i] = make(chan job, handlerQueue)
		c.wg.Go(func() { c.work(c.queues[i]) })
	}
	c.wg.Go(c.sweep)
	commands := []uint32{cmdBindTransceiver}
	if cfg.Bind == BindPair {
		commands = []uint32{cmdBindTransmitter, cmdBindReceiver}
	}
	for range cfg.Connections {
		for _, command := range commands {
			c.wg.Go(func() { c.connect(command) })
		}
	}
	return c, nil
}

// String names the account without its password.
func (c *Client) String() string { return c.cfg.String() }

// GoString keeps the password out of %#v too.
func (c *Client) GoString() string { return c.cfg.String() }

// Status is how a client is doing.
type Status struct {
	Bound    int     // connections on which messages can be sent
	InFlight int     // submit_sm without an answer
	Rate     float64 // submits in a second that are allowed now; 0: no limit
	Held     int     // receipts that wait for their message
	Cause    error   // why the last connection ended or did not come up; nil if none did
}

// Status tells how the client is doing.
func (c *Client) Status() Status {
	var s Status
	s.Bound, s.InFlight, s.Rate = c.gate.inUse()
	c.track.mu.Lock()
	s.Held = c.track.held
	c.track.mu.Unlock()
	c.mu.Lock()
	s.Cause = c.cause
	c.mu.Unlock()
	return s
}

// connect keeps one connection up until the client ends.
func (c *Client) connect(command uint32) {
	t := c.cfg.Timing
	wait := t.ReconnectMin
	for c.ctx.Err() == nil {
		l, err := c.dial(c.ctx, command)
		pause := wait
		if err == nil {
			c.cfg.Log.Info("bound", "provider", c.cfg.Name, "addr", c.cfg.Addr)
			began := time.Now()
			err = c.live(l)
			if time.Since(began) > t.ReconnectMin {
				wait = t.ReconnectMin
			}
			pause = wait
			if errors.Is(err, errUnbind) {
				pause = min(10*t.ReconnectMin, t.ReconnectMax)
			}
		} else if c.ctx.Err() == nil {
			var refused *bindError
			if errors.As(err, &refused) {
				switch {
				case refused.err.Kind == sms.KindCredentials:
					pause = t.ReconnectMax // knocking on changes nothing
				case refused.err.Code == codeText(statusAlreadyBind):
					pause = max(wait, t.ReconnectMax/2) // until the old one is noticed to be dead
				}
				err = refused.err
			}
			if command != cmdBindReceiver {
				c.gate.failed(err)
			}
		}
		c.mu.Lock()
		c.cause = err
		c.mu.Unlock()
		if c.ctx.Err() != nil {
			return
		}
		c.cfg.Log.Warn("connection ended or did not come up", "provider", c.cfg.Name, "addr", c.cfg.Addr, "error", err)
		select {
		case <-c.ctx.Done():
		case <-time.After(time.Duration(float64(pause) * (0.8 + 0.4*rand.Float64()))):
		}
		wait = min(2*wait, t.ReconnectMax)
	}
}

// live runs a connection until it ends.
func (c *Client) live(l *link) error {
	c.mu.Lock()
	c.open[l] = struct{}{}
	c.mu.Unlock()
	stop := context.AfterFunc(c.ctx, func() { l.end(errClosed) })
	err := l.run()
	stop()
	c.mu.Lock()
	delete(c.open, l)
	c.mu.Unlock()
	return err
}

// Shutdown takes no more messages, waits for the answers to those on their way
// and unbinds. When ctx ends it closes at once; messages without an answer are
// then ambiguous. The error is the context's.
func (c *Client) Shutdown(ctx context.Context) error {
	c.mu.Lock()
	c.closing = true
	c.mu.Unlock()
	c.gate.close()
	settled := make(chan struct{})
	go func() { c.sending.Wait(); close(settled) }()
	select {
	case <-settled:
	case <-ctx.Done():
	}
	c.mu.Lock()
	links := make([]*link, 0, len(c.open))
	for l := range c.open {
		links = append(links, l)
	}
	c.mu.Unlock()
	var wg sync.WaitGroup
	for _, l := range links {
		wg.Go(func() { l.unbind(ctx) })
	}
	wg.Wait()
	c.stop()
	c.wg.Wait()
	<-settled
	return ctx.Err()
}

// Close is Shutdown without waiting.
func (c *Client) Close() error {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = c.Shutdown(ctx) // it is the context's error, which is ours
	return nil
}

// enter counts a call that sends; it is false when the client is closing.
func (c *Client) enter() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing {
		return false
	}
	c.sending.Add(1)
	return true
}

const (
	handlers     = 8    // goroutines that call OnReport and OnInbound
	handlerQueue = 4096 // for each of them; what comes on top the centre repeats
)

// reply is a deliver_sm or data_sm that is to be answered.
type reply struct {
	link    *link
	id, seq uint32
}

func (r reply) send(status uint32) {
	r.link.respond(r.id|respBit, status, r.seq, func(dst []byte) []byte { return append(dst, 0) })
}

// job is work for a handler.
type job struct {
	reply  reply
	m      *short // a message that came
	h      *held  // or a receipt that has waited
	expiry joinKey
	late   func() // or an answer that came late
}

// delivered reads what came from the centre and queues it, so that reading
// never waits for a handler.
func (c *Client) delivered(l *link, p pdu) {
	r := reply{l, p.id, p.seq}
	var m short
	var err error
	if p.id == cmdData {
		m, err = parseData(p.body)
	} else {
		m, err = parseShort(p.body)
	}
	if err != nil {
		c.cfg.Log.Warn("a delivery cannot be read", "provider", c.cfg.Name, "error", err)
		r.send(statusPermanent)
		return
	}
	if !c.queue(phoneKey(m.source.addr), job{reply: r, m: &m}) {
		r.send(statusTemporary)
	}
}

// queue gives a job to the handler of its phone.
func (c *Client) queue(phone uint64, j job) bool {
	select {
	case c.queues[phone%uint64(len(c.queues))] <- j:
		return true
	default:
		return false
	}
}

func (c *Client) work(q chan job) {
	for {
		select {
		case <-c.ctx.Done():
			return
		case j := <-q:
			switch {
			case j.late != nil:
				j.late()
			case j.h != nil:
				c.receipt(j.h, true)
			case j.m != nil && j.m.isReceipt():
				n, ok := readNotice(*j.m, c.cfg.Zone)
				if !ok {
					c.cfg.Log.Warn("a receipt has no id", "provider", c.cfg.Name)
					j.reply.send(statusOK) // the next try would have none either
					continue
				}
				c.receipt(&held{n: n, reply: j.reply, since: time.Now()}, false)
			case j.m != nil:
				c.message(*j.m, j.reply)
			default:
				c.oldParts(j.expiry)
			}
		}
	}
}

// receipt hands a receipt over and answers it.
func (c *Client) receipt(h *held, final bool) {
	r, f := c.track.receipt(h, final)
	switch f {
	case parked:
		return
	case busy:
		h.reply.send(statusTemporary)
		return
	}
	status := uint32(statusOK)
	if c.cfg.OnReport != nil {
		if err := c.cfg.OnReport(r); err != nil {
			c.cfg.Log.Warn("a receipt could not be stored; the operator repeats it", "provider", c.cfg.Name, "error", err)
			status = statusTemporary
		}
	}
	h.reply.send(status)
}

// message hands an inbound message over and answers it.
func (c *Client) message(m short, r reply) {
	if t := m.esmClass & esmTypeMask; t == esmDeliveryAck || t == esmUserAck {
		r.send(statusOK) // of another application; nobody here waits for it
		return
	}
	if c.cfg.OnInbound == nil {
		r.send(statusPermanent)
		return
	}
	in, concat, err := m.inbound(c.cfg.Now())
	if err != nil {
		c.cfg.Log.Warn("an inbound message holds no text", "provider", c.cfg.Name, "data_coding", m.dataCoding)
		r.send(statusOK)
		return
	}
	if concat == nil {
		r.send(c.inbound(in))
		return
	}
	whole, key, full := c.join.add(in, *concat, r, time.Now())
	switch {
	case full:
		r.send(statusTemporary)
	case whole != nil:
		status := c.inbound(whole.message(concat.Total))
		open := c.join.done
		if status != statusOK {
			open = c.join.undone
		}
		for _, p := range open(key) {
			p.reply.send(status)
		}
	}
}

func (c *Client) inbound(in sms.Inbound) uint32 {
	if err := c.cfg.OnInbound(in); err != nil {
		c.cfg.Log.Warn("an inbound message could not be stored; the operator repeats it", "provider", c.cfg.Name, "error", err)
		return statusTemporary
	}
	return statusOK
}

// oldParts hands over what is there of a message that did not become whole.
func (c *Client) oldParts(key joinKey) {
	in, open, ok := c.join.take(key)
	if !ok {
		return
	}
	status := c.inbound(in)
	for _, p := range open {
		p.reply.send(status)
	}
}

// sweep ends what has waited long enough.
func (c *Client) sweep() {
	t := c.cfg.Timing
	beat := time.NewTicker(min(t.Early, t.Part, t.Parts, 4*time.Second) / 4)
	defer beat.Stop()
	for {
		select {
		case <-c.ctx.Done():
			return
		case now := <-beat.C:
			c.hand(c.track.overdue(now.Add(-t.Early)))
			open, old := c.join.sweep(now, t.Part, t.Parts)
			for _, p := range open {
				p.reply.send(statusOK)
			}
			for _, key := range old {
				c.queue(phoneKey(key.from), job{expiry: key}) // a full queue: at the next beat
			}
		}
	}
}

// hand queues receipts that have waited.
func (c *Client) hand(list []*held) {
	for _, h := range list {
		if !c.queue(phoneKey(h.n.phones[0]), job{h: h}) {
			h.reply.send(statusTemporary)
		}
	}
}

// Restore tells the client of a message that an earlier run handed over, so
// that its receipts are matched. ID, To, Sender and Reference of m are used.
func (c *Client) Restore(m sms.Message, providerID string) {
	header := strings.TrimSpace(m.Sender)
	if header == "" {
		header = c.cfg.Header
	}
	from, _ := source(header)
	c.track.restore(m, from.addr, providerID)
}
