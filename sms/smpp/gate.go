package smpp

import (
	"context"
	"errors"
	"sync"
	"time"
)

// gate decides who may write the next submit_sm: a code before everything
// else, never more than the window of a connection, never faster than the
// rate, and nobody while a throttling answer is being waited out.
type gate struct {
	mu     sync.Mutex
	window int
	pause  time.Duration // the first pause

	links  []*link
	otp    queue
	bulk   queue
	down   error // why nothing can be sent; nil while that is not known
	closed bool

	contract float64 // submits in a second; 0: no limit
	limit    float64 // the same, after what throttling taught
	tokens   float64
	filled   time.Time // when tokens were counted last

	pausedUntil time.Time
	streak      int       // pauses without a good answer between them
	cut         time.Time // when the limit was lowered last
	accepted    meter     // good answers

	timer *time.Timer
	armed time.Time
}

// waiter is one submit that waits for its turn.
type waiter struct {
	turn  chan turn // 1 deep
	gone  bool      // its caller has left
	write func(*link) (*call, bool)
}

type turn struct {
	call *call
	err  error
}

// queue is first in, first out.
type queue struct {
	list []*waiter
	head int
}

func (q *queue) push(w *waiter) { q.list = append(q.list, w) }

// peek gives the first that still waits, nil if nobody does.
func (q *queue) peek() *waiter {
	for q.head < len(q.list) {
		if w := q.list[q.head]; !w.gone {
			return w
		}
		q.pop()
	}
	return nil
}

func (q *queue) pop() {
	q.list[q.head] = nil
	q.head++
	if q.head == len(q.list) {
		q.list, q.head = q.list[:0], 0
	} else if q.head > 1024 && q.head > len(q.list)/2 {
		n := copy(q.list, q.list[q.head:])
		clear(q.list[n:])
		q.list, q.head = q.list[:n], 0
	}
}

var (
	errClosed = errors.New("the client is closed")
	errLost   = errors.New("the connection was lost")
	errTurn   = errors.New("no turn came in time")
)

func newGate(window int, rate float64, pause time.Duration) *gate {
	g := &gate{window: window, contract: rate, limit: rate, pause: pause, filled: time.Now()}
	g.tokens = g.burst()
	return g
}

// meter counts over the last second, in tenths.
type meter struct {
	tenths [10]int
	last   int64 // the tenth counted last
}

func (m *meter) move(now time.Time) int64 {
	t := now.UnixMilli() / 100
	if t-m.last >= int64(len(m.tenths)) {
		m.tenths = [10]int{}
	} else {
		for i := m.last + 1; i <= t; i++ {
			m.tenths[i%10] = 0
		}
	}
	m.last = t
	return t
}

func (m *meter) count(now time.Time) { m.tenths[m.move(now)%10]++ }

// rate is how many there were in a second, as far as the counting goes back.
func (m *meter) rate(now time.Time) float64 {
	t := m.move(now)
	sum, span := 0, 1
	for i := range int64(10) {
		if n := m.tenths[(t-i)%10]; n > 0 {
			sum, span = sum+n, int(i)+1
		}
	}
	return float64(sum) * 10 / float64(span)
}

// burst is how many submits may go at once after a silence: those of a
// twentieth of a second.
func (g *gate) burst() float64 { return max(1, g.limit/20) }

// take waits for a turn, in which write is called: by whoever gives the place
// free, so that the next message is on its way before its own goroutine wakes.
// pinned, when set, is the connection it must be on. With an error nothing was
// written: errClosed, errLost (pinned is gone), errTurn, the context's, or why
// no connection is there.
func (g *gate) take(ctx context.Context, otp bool, pinned *link, patience time.Duration, write func(*link) (*call, bool)) (*call, error) {
	g.mu.Lock()
	if err := g.hopeless(pinned); err != nil {
		g.mu.Unlock()
		return nil, err
	}
	w := &waiter{turn: make(chan turn, 1), write: write}
	switch {
	case pinned != nil:
		pinned.pinned.push(w)
	case otp:
		g.otp.push(w)
	default:
		g.bulk.push(w)
	}
	g.pump()
	g.mu.Unlock()
	select {
	case t := <-w.turn:
		return t.call, t.err
	default:
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	var err error
	select {
	case t := <-w.turn:
		return t.call, t.err
	case <-ctx.Done():
		err = ctx.Err()
	case <-late.C:
		err = errTurn
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	w.gone = true
	select {
	case t := <-w.turn: // it was written in this very moment
		return t.call, t.err
	default:
	}
	return nil, err
}

func (g *gate) hopeless(pinned *link) error {
	switch {
	case g.closed:
		return errClosed
	case pinned != nil && pinned.gone:
		return errLost
	case len(g.links) == 0 && g.down != nil:
		return g.down
	}
	return nil
}

// pump hands out every turn there is. g.mu is held.
func (g *gate) pump() {
	for {
		w, q, l := g.next()
		if l == nil {
			return
		}
		if wait := g.spend(); wait > 0 {
			g.arm(wait)
			return
		}
		k, ok := w.write(l)
		if !ok {
			g.drop(l) // it is dead, and will soon say so itself
			continue
		}
		q.pop()
		l.used++
		w.turn <- turn{call: k}
	}
}

// next finds the waiter whose turn it is and a connection for it.
func (g *gate) next() (*waiter, *queue, *link) {
	best := g.freest()
	if best == nil {
		return nil, nil, nil
	}
	if w := g.otp.peek(); w != nil {
		return w, &g.otp, best
	}
	for _, l := range g.links { // what is begun is finished first
		if l.used < g.window {
			if w := l.pinned.peek(); w != nil {
				return w, &l.pinned, l
			}
		}
	}
	if w := g.bulk.peek(); w != nil {
		return w, &g.bulk, best
	}
	return nil, nil, nil
}

func (g *gate) freest() (best *link) {
	for _, l := range g.links {
		if l.used < g.window && (best == nil || l.used < best.used) {
			best = l
		}
	}
	return best
}

// spend takes a token, or says how long there is none.
func (g *gate) spend() time.Duration {
	now := time.Now()
	if wait := g.pausedUntil.Sub(now); wait > 0 {
		return wait
	}
	if g.limit == 0 {
		return 0
	}
	g.tokens = min(g.burst(), g.tokens+now.Sub(g.filled).Seconds()*g.limit)
	g.filled = now
	if g.tokens < 1 {
		return max(time.Duration((1-g.tokens)/g.limit*float64(time.Second)), 50*time.Microsecond)
	}
	g.tokens--
	return 0
}

// arm has pump called after that time.
func (g *gate) arm(wait time.Duration) {
	at := time.Now().Add(wait)
	if g.timer != nil && !g.armed.IsZero() && !g.armed.After(at) {
		return
	}
	g.armed = at
	if g.timer != nil {
		g.timer.Reset(wait)
		return
	}
	g.timer = time.AfterFunc(wait, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.armed = time.Time{}
		g.pump()
	})
}

// release gives the place in the window back.
func (g *gate) release(l *link) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.giveBack(l)
}

func (g *gate) giveBack(l *link) {
	l.used--
	g.pump()
}

// good counts an accepting answer: the limit rises by a tenth in a second
// until it is the contract's again.
func (g *gate) good(l *link, sent time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.accepted.count(time.Now())
	if sent.After(g.cut) {
		g.streak = 0
	}
	if g.limit > 0 && g.limit != g.contract {
		g.limit += 0.1
		if g.contract > 0 {
			g.limit = min(g.limit, g.contract)
		}
	}
	g.giveBack(l)
}

// throttled pauses everybody and lowers the limit by a fifth, once for all the
// answers to what was sent before. least is the shortest pause.
func (g *gate) throttled(l *link, sent time.Time, least time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	if sent.After(g.cut) {
		pause := min(max(g.pause, least)<<min(g.streak, 10), max(10*g.pause, least))
		g.streak++
		g.cut = now
		if until := now.Add(pause); until.After(g.pausedUntil) {
			g.pausedUntil = until
		}
		// What was taken in the last second says more than a limit that the
		// operator has just refuted.
		// Where nothing was taken there is nothing to learn: the pause must do.
		was := g.accepted.rate(now)
		if g.limit > 0 {
			was = min(max(was, g.limit/2), g.limit)
		}
		if was > 0 {
			g.limit = max(1, was*0.8)
		}
		g.tokens, g.filled = min(g.tokens, 1), now
	}
	g.giveBack(l)
}

// pauseLeft is how long nobody may send.
func (g *gate) pauseLeft() time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return max(0, time.Until(g.pausedUntil))
}

// any gives a bound connection that sends, nil if there is none.
func (g *gate) any() *link {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.links) == 0 {
		return nil
	}
	return g.links[0]
}

// up adds a bound connection.
func (g *gate) up(l *link) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.down = nil
	g.links = append(g.links, l)
	g.pump()
}

// lost takes a connection out. Who is pinned to it is told; the others wait
// for it to come back.
func (g *gate) lost(l *link) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.drop(l)
}

func (g *gate) drop(l *link) {
	l.gone = true
	for i, x := range g.links {
		if x == l {
			g.links = append(g.links[:i], g.links[i+1:]...)
			break
		}
	}
	for w := l.pinned.peek(); w != nil; w = l.pinned.peek() {
		l.pinned.pop()
		w.turn <- turn{err: errLost}
	}
}

// failed notes that an attempt to connect failed. If it was the last hope,
// everybody is told, so that another provider can be tried.
func (g *gate) failed(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.links) > 0 {
		return
	}
	g.down = err
	g.tell(err)
}

func (g *gate) tell(err error) {
	for _, q := range []*queue{&g.otp, &g.bulk} {
		for w := q.peek(); w != nil; w = q.peek() {
			q.pop()
			w.turn <- turn{err: err}
		}
	}
}

// close ends the giving of turns.
func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	g.tell(errClosed)
	for _, l := range g.links {
		for w := l.pinned.peek(); w != nil; w = l.pinned.peek() {
			l.pinned.pop()
			w.turn <- turn{err: errClosed}
		}
	}
	if g.timer != nil {
		g.timer.Stop()
	}
}

// inUse is how many submits have no answer yet.
func (g *gate) inUse() (links, used int, limit float64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, l := range g.links {
		used += l.used
	}
	return len(g.links), used, g.limit
}
