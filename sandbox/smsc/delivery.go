package smsc

import (
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/onay/onay/sandbox/outside"
)

// delivery is a deliver_sm or data_sm on its way to a customer.
type delivery struct {
	command uint32
	body    []byte
	serie   uint64
	notOn   *session // where it shall not go if there is another
	tries   int
}

var serie atomic.Uint64

// maxTries is how often a delivery is repeated.
const maxTries = 100

var stateWords = map[int]string{
	stateEnroute: "ENROUTE", stateDelivered: "DELIVRD", stateExpired: "EXPIRED", stateDeleted: "DELETED",
	stateUndeliv: "UNDELIV", stateRejected: "REJECTD",
}

// receipt queues the receipt of a message in a state.
func (s *Server) receipt(m *message, state int, intermediate bool) {
	if s.hits(ReceiptLost) {
		return
	}
	set := m.owner.view()
	done, code, reached := m.done, "000", 0
	if done.IsZero() {
		done = s.now()
	}
	switch state {
	case stateDelivered:
		reached = 1
	case stateUndeliv:
		code = "001"
	case stateExpired:
		code = "027"
	case stateRejected:
		code = "013"
	}
	shownText := []rune(m.text)
	text := make([]rune, 0, 20)
	for _, r := range shownText[:min(20, len(shownText))] {
		if r < ' ' || r > '~' {
			r = '?'
		}
		text = append(text, r)
	}
	const layout = "0601021504"
	body := fmt.Sprintf("id:%s sub:001 dlvrd:%03d submit date:%s done date:%s stat:%s err:%s text:%s",
		m.receiptID, reached, m.submitted.Format(layout), done.Format(layout), stateWords[state], code, string(text))
	esm := 0x04
	if intermediate {
		esm = 0x20
	}
	var w writer
	d := &delivery{command: deliverSM, serie: serie.Add(1)}
	w.str("").num(1, 1).str(m.to).num(m.fromTON, m.fromNPI).str(m.from)
	if set.Receipts == ReceiptsData {
		d.command = dataSM
		w.num(esm, 0, 0).option(0x0424, []byte(body))
	} else {
		if set.Receipts == ReceiptsTLV {
			body = ""
		}
		w.num(esm, 0, 0).str("").str("").num(0, 0, 0, 0, len(body)).raw([]byte(body))
	}
	if set.Receipts == ReceiptsBoth || set.Receipts == ReceiptsTLV {
		w.option(0x001e, append([]byte(m.receiptID), 0)).option(0x0427, []byte{byte(state)})
	}
	d.body = w.b
	if s.hits(ReceiptElsewhere) {
		m.owner.mu.Lock()
		if len(m.owner.sessions) > 0 {
			d.notOn = m.owner.sessions[0]
		}
		m.owner.mu.Unlock()
	}
	list := []*delivery{d}
	if s.hits(ReceiptTwice) {
		again := *d
		list = append(list, &again)
	}
	s.enqueue(m.owner, list...)
}

// Receive takes a text that a customer (E.164) wrote to a number of one of the
// accounts. False: the number is not ours.
func (s *Server) Receive(from, to, body string) bool {
	var owner *account
	s.mu.Lock()
	for _, a := range s.accounts {
		for _, n := range a.view().Numbers {
			if n == to || len(n) >= 10 && outside.LastTen(n) == outside.LastTen(to) {
				owner = a
			}
		}
	}
	s.mu.Unlock()
	if owner == nil {
		return false
	}
	digits := from
	if len(digits) > 0 && digits[0] == '+' {
		digits = digits[1:]
	}
	parts, coding, udhi := fromPhone(body, byte(serie.Add(1)))
	esm := 0
	if udhi {
		esm = 0x40
	}
	ton, npi := 3, 0
	if len(to) >= 10 {
		ton, npi = 1, 1
	}
	var list []*delivery
	for _, p := range parts {
		var w writer
		w.str("").num(1, 1).str(digits).num(ton, npi).str(to).num(esm, 0, 0).str("").str("").num(0, 0, coding, 0, len(p)).raw(p)
		list = append(list, &delivery{command: deliverSM, body: w.b, serie: serie.Add(1)})
	}
	s.enqueue(owner, list...)
	return true
}

func (s *Server) enqueue(a *account, list ...*delivery) {
	a.mu.Lock()
	a.queue = append(a.queue, list...)
	a.mu.Unlock()
	s.pump(a)
}

// pump sends what the windows of the bound connections take.
func (s *Server) pump(a *account) {
	for {
		a.mu.Lock()
		if len(a.queue) == 0 {
			a.mu.Unlock()
			return
		}
		d := a.queue[0]
		var to *session
		for _, avoid := range []bool{true, false} {
			for i := range a.sessions {
				x := a.sessions[(a.turn+i)%len(a.sessions)]
				x.mu.Lock()
				free := len(x.out) < a.set.DeliverWindow && x.role != bindTransmitter
				x.mu.Unlock()
				if free && !(avoid && x == d.notOn) {
					to = x
					break
				}
			}
			if to != nil {
				break
			}
		}
		if to == nil {
			a.mu.Unlock()
			return
		}
		a.turn++
		a.queue = a.queue[1:]
		seq := to.nextSeq()
		to.mu.Lock()
		to.out[seq] = d
		to.mu.Unlock()
		a.mu.Unlock()
		to.send(packet{command: d.command, seq: seq, body: d.body})
	}
}

// delivered takes the customer's answer to a delivery.
func (x *session) delivered(p packet) {
	a := x.owner.Load()
	x.mu.Lock()
	d := x.out[p.seq]
	delete(x.out, p.seq)
	x.mu.Unlock()
	if d == nil || a == nil {
		return
	}
	switch p.status {
	case rOK, rPermFail, rRejected:
	default:
		if d.tries++; d.tries < maxTries {
			x.s.agenda.plan(x.s.now().Add(x.s.cfg.RetryDelay), func() { x.s.enqueue(a, d) })
		}
	}
	x.s.pump(a)
}

// Waiting is how many receipts and inbound messages a customer has not taken.
func (s *Server) Waiting(systemID string) int {
	a := s.find(systemID)
	if a == nil {
		return 0
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	n := len(a.queue)
	for _, x := range slices.Clone(a.sessions) {
		x.mu.Lock()
		n += len(x.out)
		x.mu.Unlock()
	}
	return n
}
