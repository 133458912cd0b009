package smpp

import (
	"fmt"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onay/onay/sms"
)

// latency is what the peer of the measurement takes for each answer.
const latency = 20 * time.Millisecond

// slow is a peer that answers every submit after the latency, in order. The
// machine's timers are coarser than what is measured, so it turns in circles for
// the last moment; took adds up what an answer really took here.
type slow struct {
	*peer
	took atomic.Int64 // nanoseconds
	n    atomic.Int64
}

func slowPeer(t testing.TB) *slow {
	type due struct {
		came time.Time
		c    *peerConn
		p    pdu
	}
	queue := make(chan due, 1<<16)
	done := make(chan struct{})
	t.Cleanup(func() { close(done) })
	s := &slow{}
	go func() {
		for {
			var d due
			select {
			case <-done:
				return
			case d = <-queue:
			}
			at := d.came.Add(latency)
			if left := time.Until(at) - 2*time.Millisecond; left > 0 {
				time.Sleep(left)
			}
			for time.Now().Before(at) {
				runtime.Gosched()
			}
			n := s.n.Add(1)
			s.took.Add(int64(time.Since(d.came)))
			d.c.accept(d.p, strconv.FormatInt(n, 16))
		}
	}()
	s.peer = newPeer(t, func(c *peerConn, p pdu) { queue <- due{time.Now(), c, p} })
	return s
}

// latency measured at the peer.
func (s *slow) latency() time.Duration { return time.Duration(s.took.Load() / max(1, s.n.Load())) }

// sendAll sends n messages over one connection and gives the rate.
func sendAll(t testing.TB, c *Client, n, callers int) float64 {
	t.Helper()
	var next atomic.Int64
	var wg sync.WaitGroup
	began := time.Now()
	for range callers {
		wg.Go(func() {
			for {
				i := next.Add(1)
				if i > int64(n) {
					return
				}
				if _, err := c.Send(t.Context(), testMessage(int(i))); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return float64(n) / time.Since(began).Seconds()
}

// One connection, answers after 20 ms: how near it comes to window/latency.
func BenchmarkWindow(b *testing.B) {
	for _, window := range []int{1, 10, 50, 200} {
		b.Run(fmt.Sprint(window), func(b *testing.B) {
			p := slowPeer(b)
			c := newTestClient(b, p.peer, func(cfg *Config) { cfg.Window = window })
			waitUntil(b, func() bool { return c.Status().Bound == 1 })
			b.ReportAllocs()
			b.ResetTimer()
			rate := sendAll(b, c, b.N, 2*window)
			ideal := float64(window) / latency.Seconds()
			b.ReportMetric(rate, "submits/s")
			b.ReportMetric(100*rate/ideal, "%of-window/20ms")
			b.ReportMetric(100*rate*p.latency().Seconds()/float64(window), "%of-window/measured")
			b.ReportMetric(float64(p.latency().Microseconds()), "us-at-peer")
		})
	}
}

// receipts is a peer that accepts every submit and sends its receipt, for one
// in ten before the answer; ids are written in all forms. Like a real centre it
// has a window for what it delivers, which only those early ones pass over, and
// sends again what is answered with 64 hex.
type receipts struct {
	*peer
	repeats atomic.Int64

	mu      sync.Mutex
	open    map[uint32]short // without an answer, by sequence number
	waiting []short
	seq     uint32
}

const deliverWindow = 1000

// deliver sends a receipt. r.mu is held.
func (r *receipts) deliver(b []byte, d short) []byte {
	r.seq++
	r.open[r.seq] = d
	return appendPDU(b, cmdDeliver, 0, r.seq, d.append)
}

// taken counts the answer to a receipt and sends what waits.
func (r *receipts) taken(c *peerConn, p pdu) {
	r.mu.Lock()
	defer r.mu.Unlock()
	d, ok := r.open[p.seq]
	delete(r.open, p.seq)
	if ok && p.status != statusOK {
		r.repeats.Add(1)
		r.waiting = append(r.waiting, d)
	}
	for len(r.waiting) > 0 && len(r.open) < deliverWindow {
		next := r.waiting[0]
		r.waiting = r.waiting[1:]
		c.put(func(b []byte) []byte { return r.deliver(b, next) })
	}
}

func receiptPeer(t testing.TB) *receipts {
	var n atomic.Uint64
	r := &receipts{open: map[uint32]short{}}
	r.peer = newPeer(t, func(c *peerConn, p pdu) {
		if p.id == cmdDeliver|respBit {
			r.taken(c, p)
			return
		}
		m, err := parseShort(p.body)
		if err != nil {
			t.Error(err)
			return
		}
		v := n.Add(1) + 0x7e000000
		hexadecimal, decimal := strconv.FormatUint(v, 16), strconv.FormatUint(v, 10)
		answer, receipt := hexadecimal, decimal
		switch v % 5 {
		case 0:
			answer, receipt = decimal, hexadecimal
		case 1:
			answer, receipt = "00"+hexadecimal, decimal
		case 2:
			answer, receipt = decimal, "0"+decimal
		case 3:
			receipt = fmt.Sprintf("%X", v)
		}
		text := "id:" + receipt + " sub:001 dlvrd:001 submit date:2611221530 done date:2611221530 stat:DELIVRD err:000 text:Kodunuz"
		d := short{source: m.destination, destination: m.source, esmClass: esmReceipt, message: []byte(text)}
		first := v%10 == 0
		r.mu.Lock()
		defer r.mu.Unlock()
		c.put(func(b []byte) []byte {
			if first {
				b = r.deliver(b, d)
			}
			b = appendPDU(b, cmdSubmit|respBit, 0, p.seq, func(b []byte) []byte { return cstring(b, answer) })
			switch {
			case first:
			case len(r.open) < deliverWindow:
				b = r.deliver(b, d)
			default:
				r.waiting = append(r.waiting, d)
			}
			return b
		})
	})
	return r
}

// matchAll sends n messages to n phones and waits until each has its receipt.
func matchAll(t testing.TB, n int) (repeats, unmatched, wrong int64) {
	t.Helper()
	seen := make([]atomic.Int32, n+1)
	var got, bad, lost atomic.Int64
	p := receiptPeer(t)
	c := newTestClient(t, p.peer, func(cfg *Config) {
		cfg.Window, cfg.Remember = 500, n
		cfg.OnReport = func(r Receipt) error {
			i, err := strconv.Atoi(r.MessageID)
			switch {
			case !r.Matched:
				lost.Add(1)
			case err != nil || seen[i].Add(1) != 1 || r.To != fmt.Sprintf("+9055%08d", i) || !r.Final || r.Status != sms.StatusDelivered:
				bad.Add(1)
			}
			got.Add(1)
			return nil
		}
	})
	waitUntil(t, func() bool { return c.Status().Bound == 1 })
	sendAll(t, c, n, 1000)
	for end := time.Now().Add(30 * time.Second); got.Load() < int64(n) && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if g := got.Load(); g != int64(n) {
		t.Errorf("%d receipts for %d messages", g, n)
	}
	return p.repeats.Load(), lost.Load(), bad.Load()
}

// One operation is a message and its receipt over a connection. Run it with
// -benchtime=1000000x for the million.
func BenchmarkReceipts(b *testing.B) {
	b.ReportAllocs()
	repeats, unmatched, wrong := matchAll(b, b.N)
	b.ReportMetric(float64(repeats), "repeats")
	if unmatched > 0 || wrong > 0 {
		b.Errorf("%d receipts without their message, %d with a wrong one", unmatched, wrong)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "receipts/s")
}

func TestReceiptsInMixedForms(t *testing.T) {
	t.Parallel()
	if _, unmatched, wrong := matchAll(t, 20_000); unmatched > 0 || wrong > 0 {
		t.Errorf("%d receipts without their message, %d with a wrong one", unmatched, wrong)
	}
}
