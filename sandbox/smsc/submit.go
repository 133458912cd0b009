package smsc

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/onay/onay/sandbox/outside"
)

// message is a submit_sm that was taken.
type message struct {
	number     uint64
	answerID   string // as the answer has it
	receiptID  string // as the receipt has it
	owner      *account
	from, to   string
	fromTON    int
	fromNPI    int
	registered int
	submitted  time.Time
	text       string

	mu        sync.Mutex
	state     int // message_state of section 5.2.28
	done      time.Time
	cancelled bool
	shown     bool
	final     int // the state it will have
}

// message_state values.
const (
	stateEnroute   = 1
	stateDelivered = 2
	stateExpired   = 3
	stateDeleted   = 4
	stateUndeliv   = 5
	stateRejected  = 8
)

// fate is chosen by the last digit of the phone.
func fate(to string) int {
	switch to[len(to)-1] {
	case '5':
		return stateUndeliv
	case '6':
		return stateExpired
	case '7':
		return stateRejected
	case '8':
		return stateEnroute
	}
	return stateDelivered
}

// operatorCode is what the law has appended to texts with a name as sender.
const operatorCode = " B001"

type concatKey struct {
	from, to   string
	ref, total int
}

// long is a text whose parts are still coming.
type long struct {
	parts map[int]string
}

func (x *session) submit(p packet) {
	a := x.owner.Load()
	set := Account{}
	if a != nil {
		set = a.view()
	}
	waiting := x.open.Add(1)
	reply := func(status uint32, id string) { x.settle(p, set, status, id) }
	switch {
	case a == nil || x.role == bindReceiver:
		reply(rBindSts, "")
		return
	case set.Window > 0 && int(waiting) > set.Window, x.s.hits(Throttle), !a.allow(time.Now()):
		reply(rThrottle, "")
		return
	case x.s.hits(QueueFull):
		reply(rQueue, "")
		return
	case x.s.hits(SystemError):
		reply(rSysErr, "")
		return
	case x.s.hits(LostSubmit):
		return
	case x.s.hits(DropBefore):
		x.conn.Close()
		return
	case x.s.hits(NackSubmit):
		x.open.Add(-1)
		x.send(packet{command: genericNack, status: rCmdLen, seq: p.seq})
		return
	}
	sub, ok := readSubmission(p.body)
	if !ok {
		reply(rCmdLen, "")
		return
	}
	at, status := x.s.check(set, &sub)
	if status != rOK {
		reply(status, "")
		return
	}
	m := x.s.take(a, set, sub, at)
	if x.s.hits(ReceiptFirst) {
		x.s.conclude(m)
		time.AfterFunc(10*time.Millisecond, func() { reply(rOK, m.answerID) })
		return
	}
	reply(rOK, m.answerID)
}

// codings are the data_coding values that are taken: the default alphabet and
// its flash form, ASCII, Latin-1, data, UCS-2.
var codings = map[int]bool{0x00: true, 0xf0: true, 0x01: true, 0x03: true, 0x04: true, 0x08: true}

// check gives the time a message is due, or the status by which it is refused.
func (s *Server) check(set Account, sub *submission) (at time.Time, status uint32) {
	now := s.now()
	switch {
	case sub.lengthTold > 254:
		return at, rMsgLen
	case sub.fromTON > 6:
		return at, rSrcTON
	case sub.toTON > 6:
		return at, rDstTON
	case !approved(set, sub):
		return at, rSource
	case !phone(sub.to) || sub.to[len(sub.to)-1] == '9':
		return at, rDest
	case sub.esmClass&0x3c != 0:
		return at, rESMClass
	case sub.priority > 3:
		return at, rPriority
	case sub.registered&0x03 == 3 || sub.registered&0xe0 != 0:
		return at, rRegDlv
	case !codings[sub.coding]:
		return at, rSubmit
	}
	at, ok := moment(sub.schedule, now)
	if !ok || at.Before(now.Add(-time.Minute)) {
		return at, rSchedule
	}
	until, ok := moment(sub.validity, now)
	if !ok || sub.validity != "" && (until.Before(now) || until.Sub(now) > set.MaxValidity) {
		return at, rExpiry
	}
	h := header{}
	if sub.esmClass&0x40 != 0 {
		if h, ok = readHeader(sub.text); !ok {
			return at, rESMClass
		}
	}
	if !sub.payload && !fits(sub.text, sub.coding, h) || len(sub.text) == h.octets {
		return at, rMsgLen
	}
	return at, rOK
}

func approved(set Account, sub *submission) bool {
	list := set.Senders
	if sub.fromTON != 5 {
		list = set.Numbers
	}
	for _, x := range list {
		if x == sub.from || sub.fromTON != 5 && outside.LastTen(x) == outside.LastTen(sub.from) && len(sub.from) >= 10 {
			return true
		}
	}
	return false
}

// phone says whether the digits are a number in international form.
func phone(to string) bool {
	if strings.Trim(to, "0123456789") != "" || len(to) < 8 || len(to) > 15 || to[0] == '0' {
		return false
	}
	return !strings.HasPrefix(to, "90") || len(to) == 12
}

// moment reads a time of section 7.1.1; an empty one is now.
func moment(v string, now time.Time) (time.Time, bool) {
	if v == "" {
		return now, true
	}
	if len(v) != 16 || strings.Trim(v[:15], "0123456789") != "" {
		return now, false
	}
	n := func(i int) int { return int(v[i]-'0')*10 + int(v[i+1]-'0') }
	zone := time.Duration(n(13)) * 15 * time.Minute
	switch v[15] {
	case 'R':
		return now.AddDate(n(0), n(2), n(4)).Add(time.Duration(n(6))*time.Hour + time.Duration(n(8))*time.Minute + time.Duration(n(10))*time.Second), true
	case '-':
		zone = -zone
	case '+':
	default:
		return now, false
	}
	if n(2) < 1 || n(2) > 12 || n(4) < 1 || n(4) > 31 || n(6) > 23 || n(8) > 59 || n(10) > 59 || n(13) > 48 {
		return now, false
	}
	return time.Date(2000+n(0), time.Month(n(2)), n(4), n(6), n(8), n(10), 0, time.UTC).Add(-zone).In(now.Location()), true
}

// take books a message and plans what becomes of it.
func (s *Server) take(a *account, set Account, sub submission, at time.Time) *message {
	s.accepted.Add(1)
	m := &message{
		number: s.nextID.Add(1), owner: a, from: sub.from, fromTON: sub.fromTON, fromNPI: sub.fromNPI, to: sub.to,
		registered: sub.registered, submitted: s.now(), state: stateEnroute, final: fate(sub.to),
	}
	m.answerID, m.receiptID = ids(set.IDs, m.number)
	s.mu.Lock()
	s.messages[m.number] = m
	s.order = append(s.order, m.number)
	if len(s.order) > s.cfg.Keep {
		delete(s.messages, s.order[0])
		s.order = s.order[1:]
	}
	s.mu.Unlock()
	if at.After(m.submitted) {
		s.agenda.plan(at, func() { s.release(m, set, sub) })
	} else {
		s.release(m, set, sub)
	}
	return m
}

// ids writes a number as the answer and as the receipt have it.
func ids(form string, n uint64) (answer, receipt string) {
	hexadecimal := strings.ToUpper(strconv.FormatUint(n, 16))
	decimal := strconv.FormatUint(n, 10)
	switch form {
	case IDsRespHex:
		return hexadecimal, decimal
	case IDsRespDec:
		return decimal, hexadecimal
	case IDsMixed:
		switch n % 6 {
		case 0:
			return strings.ToLower(hexadecimal), decimal
		case 1:
			return decimal, hexadecimal
		case 2:
			return "00" + hexadecimal, decimal
		case 3:
			return decimal, "00" + strings.ToLower(hexadecimal)
		case 4:
			return hexadecimal, strings.ToLower(hexadecimal)
		}
		return decimal, "0" + decimal
	}
	return hexadecimal, hexadecimal
}

// release hands a message to the phone and plans its end.
func (s *Server) release(m *message, set Account, sub submission) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.cancelled || m.shown {
		return
	}
	m.shown = true
	h := header{}
	if sub.esmClass&0x40 != 0 {
		h, _ = readHeader(sub.text)
	}
	body := sub.text[h.octets:]
	if set.IgnoreShift {
		h.shift, h.lock = false, false
	}
	m.text = shown(body, sub.coding, h)
	if ref, total, place := sub.options[0x020c], sub.options[0x020e], sub.options[0x020f]; len(ref) == 2 && len(total) == 1 && len(place) == 1 {
		h.ref, h.total, h.place = 0x20000|int(ref[0])<<8|int(ref[1]), int(total[0]), int(place[0])
	}
	if m.final == stateDelivered {
		s.ring(m, h, sub)
	}
	if m.registered&0x10 != 0 { // on the way, so after the answer
		s.agenda.plan(s.now().Add(s.cfg.ReportDelay/2), func() {
			m.mu.Lock()
			defer m.mu.Unlock()
			s.receipt(m, stateEnroute, true)
		})
	}
	s.agenda.plan(s.now().Add(s.cfg.ReportDelay), func() { s.conclude(m) })
}

// ring shows a message on the phone, a long one when all its parts are there.
func (s *Server) ring(m *message, h header, sub submission) {
	text, parts := m.text, 1
	switch {
	case h.total > 1:
		k := concatKey{m.from, m.to, h.ref, h.total}
		m.owner.mu.Lock()
		l := m.owner.concat[k]
		if l == nil {
			l = &long{parts: map[int]string{}}
			m.owner.concat[k] = l
		}
		l.parts[h.place] = text
		whole := len(l.parts) == h.total
		if whole {
			delete(m.owner.concat, k)
		}
		m.owner.mu.Unlock()
		if !whole {
			return
		}
		text, parts = "", h.total
		for i := 1; i <= h.total; i++ {
			text += l.parts[i]
		}
	case sub.payload:
		each := 153
		if sub.coding == 8 {
			each = 134
		}
		if parts = (len(sub.text) + each - 1) / each; parts < 1 {
			parts = 1
		}
	}
	suffix := ""
	if m.fromTON == 5 {
		suffix = operatorCode
	}
	s.core.Phones.Add("+"+m.to, outside.Message{
		At: s.now().UTC().Truncate(time.Millisecond), Sender: m.from, Body: text, Provider: System, Suffix: suffix, Parts: parts,
	})
}

// conclude gives a message its last state and sends the receipt.
func (s *Server) conclude(m *message) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.cancelled || !m.done.IsZero() || m.final == stateEnroute {
		return
	}
	m.state, m.done = m.final, s.now()
	switch m.registered & 0x03 {
	case 1:
	case 2:
		if m.state == stateDelivered {
			return
		}
	default:
		return
	}
	s.receipt(m, m.state, false)
}

// settle sends the answer to a submit, or what a fault makes of it.
func (x *session) settle(p packet, set Account, status uint32, id string) {
	later := set.AnswerDelay
	if status == rOK {
		switch {
		case x.s.hits(NoAnswer):
			return
		case x.s.hits(DropAfter):
			x.conn.Close()
			return
		case x.s.hits(FailAfter):
			status, id = rSubmit, ""
		}
		if d, ok := x.s.hit(LateAnswer); ok {
			later += d
		}
	}
	do := func() {
		x.open.Add(-1)
		var w writer
		a := packet{command: submitSM | answerBit, status: status, seq: p.seq, body: w.str(id).b}
		octets := a.octets()
		cut := func(octets []byte) {
			x.sendOctets(a, octets)
			x.conn.Close()
		}
		switch {
		case status != rOK:
			x.send(a)
		case x.s.hits(HalfAnswer):
			cut(octets[:len(octets)/2])
		case x.s.hits(Garbage):
			cut([]byte("HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\n\r\n<html><body>Bad Gateway</body></html>"))
		case x.s.hits(ShortLength):
			octets[3] = 15
			cut(octets)
		case x.s.hits(HugeLength):
			octets[1] = 0x10
			cut(octets)
		case x.s.hits(Split):
			for i := range 3 {
				x.sendOctets(a, octets[i*len(octets)/3:(i+1)*len(octets)/3])
				time.Sleep(2 * time.Millisecond)
			}
		case x.s.hits(Pair):
			x.sendOctets(a, append(octets, packet{command: enquireLink, seq: x.nextSeq()}.octets()...))
		default:
			x.send(a)
		}
	}
	if later == 0 {
		do()
		return
	}
	select {
	case x.answers <- delayed{time.Now().Add(later), do}:
	case <-x.ended:
	}
}

// lookup finds a message of the account by the id of its answer.
func (x *session) lookup(id string) *message {
	a := x.owner.Load()
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	for _, base := range []int{16, 10} {
		if n, err := strconv.ParseUint(id, base, 64); err == nil {
			if m := x.s.messages[n]; m != nil && m.owner == a && strings.EqualFold(m.answerID, id) {
				return m
			}
		}
	}
	return nil
}

func (x *session) query(p packet) {
	if x.owner.Load() == nil {
		x.answer(p, rBindSts, nil)
		return
	}
	r := reader{rest: p.body}
	id := r.str(64)
	r.num()
	r.num()
	from := r.str(20)
	m := x.lookup(id)
	if r.failed || m == nil || m.from != from {
		x.answer(p, rMsgID, nil)
		return
	}
	m.mu.Lock()
	state, done := m.state, ""
	if !m.done.IsZero() {
		done = fmt.Sprintf("%s012+", m.done.Format("060102150405"))
	}
	m.mu.Unlock()
	var w writer
	x.answer(p, rOK, w.str(id).str(done).num(state, 0).b)
}

func (x *session) cancel(p packet) {
	if x.owner.Load() == nil {
		x.answer(p, rBindSts, nil)
		return
	}
	r := reader{rest: p.body}
	r.str(5)
	id := r.str(64)
	m := x.lookup(id)
	if r.failed || m == nil {
		x.answer(p, rMsgID, nil)
		return
	}
	m.mu.Lock()
	status := rOK
	if m.shown || m.cancelled {
		status = rCancel
	} else {
		m.cancelled, m.state, m.done = true, stateDeleted, x.s.now()
	}
	m.mu.Unlock()
	x.answer(p, status, nil)
}
