package smsc

import (
	"encoding/binary"
	"errors"
	"io"
)

// Command ids (SMPP 3.4 section 5.1.2.1) and the bit of an answer.
const (
	bindReceiver    uint32 = 1
	bindTransmitter uint32 = 2
	querySM         uint32 = 3
	submitSM        uint32 = 4
	deliverSM       uint32 = 5
	unbind          uint32 = 6
	cancelSM        uint32 = 8
	bindTransceiver uint32 = 9
	enquireLink     uint32 = 0x15
	dataSM          uint32 = 0x103
	genericNack     uint32 = 1 << 31
	answerBit       uint32 = 1 << 31
)

// command_status values (section 5.1.3).
const (
	rOK       uint32 = 0x00
	rMsgLen   uint32 = 0x01
	rCmdLen   uint32 = 0x02
	rCmdID    uint32 = 0x03
	rBindSts  uint32 = 0x04
	rAlready  uint32 = 0x05
	rPriority uint32 = 0x06
	rRegDlv   uint32 = 0x07
	rSysErr   uint32 = 0x08
	rSource   uint32 = 0x0a
	rDest     uint32 = 0x0b
	rMsgID    uint32 = 0x0c
	rBindFail uint32 = 0x0d
	rPassword uint32 = 0x0e
	rSystemID uint32 = 0x0f
	rCancel   uint32 = 0x11
	rQueue    uint32 = 0x14
	rESMClass uint32 = 0x43
	rSubmit   uint32 = 0x45
	rSrcTON   uint32 = 0x48
	rDstTON   uint32 = 0x50
	rSysType  uint32 = 0x53
	rThrottle uint32 = 0x58
	rSchedule uint32 = 0x61
	rExpiry   uint32 = 0x62
	rRejected uint32 = 0x66
	rPermFail uint32 = 0x65
)

// packetLimit is the longest PDU that is read.
const packetLimit = 64 << 10

var errLength = errors.New("command_length out of bounds")

// packet is one PDU.
type packet struct {
	command, status, seq uint32
	body                 []byte
}

func receive(r io.Reader) (packet, error) {
	var head [16]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return packet{}, err
	}
	n := binary.BigEndian.Uint32(head[0:4])
	if n < 16 || n > packetLimit {
		return packet{}, errLength
	}
	p := packet{
		command: binary.BigEndian.Uint32(head[4:8]),
		status:  binary.BigEndian.Uint32(head[8:12]),
		seq:     binary.BigEndian.Uint32(head[12:16]),
		body:    make([]byte, n-16),
	}
	_, err := io.ReadFull(r, p.body)
	return p, err
}

func (p packet) octets() []byte {
	out := make([]byte, 16, 16+len(p.body))
	binary.BigEndian.PutUint32(out[0:4], uint32(16+len(p.body)))
	binary.BigEndian.PutUint32(out[4:8], p.command)
	binary.BigEndian.PutUint32(out[8:12], p.status)
	binary.BigEndian.PutUint32(out[12:16], p.seq)
	return append(out, p.body...)
}

// reader takes fields off a body; it remembers that one was missing.
type reader struct {
	rest   []byte
	failed bool
}

func (r *reader) num() int {
	if len(r.rest) < 1 {
		r.failed = true
		return 0
	}
	b := r.rest[0]
	r.rest = r.rest[1:]
	return int(b)
}

// str reads a C-octet string of at most max characters before its NUL.
func (r *reader) str(max int) string {
	for i := 0; i < len(r.rest) && i <= max; i++ {
		if r.rest[i] == 0 {
			s := string(r.rest[:i])
			r.rest = r.rest[i+1:]
			return s
		}
	}
	r.failed = true
	r.rest = nil
	return ""
}

func (r *reader) octets(n int) []byte {
	if len(r.rest) < n {
		r.failed = true
		r.rest = nil
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

// options reads the optional parameters; each tag once.
func (r *reader) options() map[int][]byte {
	m := map[int][]byte{}
	for !r.failed && len(r.rest) > 0 {
		head := r.octets(4)
		if r.failed {
			break
		}
		tag := int(head[0])<<8 | int(head[1])
		m[tag] = r.octets(int(head[2])<<8 | int(head[3]))
	}
	return m
}

// writer builds a body.
type writer struct{ b []byte }

func (w *writer) str(s string) *writer { w.b = append(append(w.b, s...), 0); return w }

func (w *writer) num(list ...int) *writer {
	for _, n := range list {
		w.b = append(w.b, byte(n))
	}
	return w
}

func (w *writer) raw(b []byte) *writer { w.b = append(w.b, b...); return w }

func (w *writer) option(tag int, value []byte) *writer {
	w.num(tag>>8, tag, len(value)>>8, len(value))
	return w.raw(value)
}

// submission is a submit_sm.
type submission struct {
	service             string
	fromTON, fromNPI    int
	from                string
	toTON, toNPI        int
	to                  string
	esmClass, protocol  int
	priority            int
	schedule, validity  string
	registered, replace int
	coding, predefined  int
	text                []byte
	options             map[int][]byte
	lengthTold          int
	payload             bool
}

func readSubmission(body []byte) (s submission, ok bool) {
	r := reader{rest: body}
	s.service = r.str(5)
	s.fromTON, s.fromNPI, s.from = r.num(), r.num(), r.str(20)
	s.toTON, s.toNPI, s.to = r.num(), r.num(), r.str(20)
	s.esmClass, s.protocol, s.priority = r.num(), r.num(), r.num()
	s.schedule, s.validity = r.str(16), r.str(16)
	s.registered, s.replace, s.coding, s.predefined = r.num(), r.num(), r.num(), r.num()
	s.lengthTold = r.num()
	s.text = r.octets(s.lengthTold)
	s.options = r.options()
	if p, has := s.options[0x0424]; has && s.lengthTold == 0 {
		s.text, s.payload = p, true
	}
	return s, !r.failed
}
