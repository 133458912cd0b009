package smpp

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// Command ids of SMPP 3.4 (section 5.1.2.1). An answer has respBit on top of
// the id of its request.
const (
	cmdBindReceiver     = 0x00000001
	cmdBindTransmitter  = 0x00000002
	cmdQuery            = 0x00000003
	cmdSubmit           = 0x00000004
	cmdDeliver          = 0x00000005
	cmdUnbind           = 0x00000006
	cmdCancel           = 0x00000008
	cmdBindTransceiver  = 0x00000009
	cmdEnquireLink      = 0x00000015
	cmdAlert            = 0x00000102
	cmdData             = 0x00000103
	cmdNack             = 0x80000000
	respBit             = 0x80000000
	interfaceVersion    = 0x34
	headerSize          = 16
	maxPDU              = 64 << 10
	maxSequence         = 0x7fffffff
	esmTypeMask         = 0x3c
	esmReceipt          = 0x04
	esmDeliveryAck      = 0x08
	esmUserAck          = 0x10
	esmIntermediate     = 0x20
	esmUDHI             = 0x40
	tagReceiptedID      = 0x001e
	tagUserReference    = 0x0204
	tagSARReference     = 0x020c
	tagSARTotal         = 0x020e
	tagSARSequence      = 0x020f
	tagNetworkErrorCode = 0x0423
	tagPayload          = 0x0424
	tagMessageState     = 0x0427
)

// errFraming means that the borders between PDUs are lost: the connection can
// only be closed.
var errFraming = errors.New("impossible PDU length")

// errBody means a PDU whose fields do not fit into its length. The ones after
// it can be read.
var errBody = errors.New("fields run over the end of the PDU")

// pdu is one PDU as it came, its body not yet read.
type pdu struct {
	id, status, seq uint32
	body            []byte
}

// readPDU reads one PDU. patience is how long the rest may take once the first
// octet is there; waiting for that first octet has no limit.
func readPDU(conn net.Conn, br *bufio.Reader, patience time.Duration) (pdu, error) {
	if br.Buffered() < headerSize {
		if _, err := br.Peek(1); err != nil {
			return pdu{}, err
		}
	}
	limited := false
	limit := func() error {
		if limited {
			return nil
		}
		limited = true
		return conn.SetReadDeadline(time.Now().Add(patience))
	}
	if br.Buffered() < headerSize {
		if err := limit(); err != nil {
			return pdu{}, err
		}
	}
	head, err := br.Peek(headerSize)
	if err != nil {
		return pdu{}, err
	}
	size := binary.BigEndian.Uint32(head)
	if size < headerSize || size > maxPDU {
		return pdu{}, fmt.Errorf("%w: %d octets", errFraming, size)
	}
	p := pdu{
		id:     binary.BigEndian.Uint32(head[4:]),
		status: binary.BigEndian.Uint32(head[8:]),
		seq:    binary.BigEndian.Uint32(head[12:]),
		body:   make([]byte, size-headerSize),
	}
	if _, err := br.Discard(headerSize); err != nil {
		return pdu{}, err
	}
	if br.Buffered() < len(p.body) {
		if err := limit(); err != nil {
			return pdu{}, err
		}
	}
	if _, err := io.ReadFull(br, p.body); err != nil {
		return pdu{}, err
	}
	if limited {
		return p, conn.SetReadDeadline(time.Time{})
	}
	return p, nil
}

// appendPDU adds a PDU; body appends its fields.
func appendPDU(dst []byte, id, status, seq uint32, body func([]byte) []byte) []byte {
	start := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	dst = binary.BigEndian.AppendUint32(dst, id)
	dst = binary.BigEndian.AppendUint32(dst, status)
	dst = binary.BigEndian.AppendUint32(dst, seq)
	if body != nil {
		dst = body(dst)
	}
	binary.BigEndian.PutUint32(dst[start:], uint32(len(dst)-start))
	return dst
}

// cstring adds a C-octet string. A NUL inside would move every field behind
// it, so nothing after one is written.
func cstring(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if s[i] == 0 {
			s = s[:i]
			break
		}
	}
	return append(append(dst, s...), 0)
}

// address is a number or name with its type (ton) and plan (npi).
type address struct {
	ton, npi byte
	addr     string
}

func (a address) append(dst []byte) []byte { return cstring(append(dst, a.ton, a.npi), a.addr) }

// tlv is one optional parameter.
type tlv struct {
	tag   uint16
	value []byte
}

func appendTLVs(dst []byte, list []tlv) []byte {
	for _, t := range list {
		dst = binary.BigEndian.AppendUint16(dst, t.tag)
		dst = binary.BigEndian.AppendUint16(dst, uint16(len(t.value)))
		dst = append(dst, t.value...)
	}
	return dst
}

// find gives the value of a parameter, nil when it is not there.
func find(list []tlv, tag uint16) []byte {
	for _, t := range list {
		if t.tag == tag {
			return t.value
		}
	}
	return nil
}

// bind is the body of the three bind requests.
type bind struct {
	systemID, password, systemType string
	version                        byte
	ton, npi                       byte
	addressRange                   string
}

func (b bind) append(dst []byte) []byte {
	dst = cstring(cstring(cstring(dst, b.systemID), b.password), b.systemType)
	return cstring(append(dst, b.version, b.ton, b.npi), b.addressRange)
}

// short is the body of submit_sm and of deliver_sm, which are alike.
type short struct {
	serviceType         string
	source, destination address
	esmClass            byte
	protocolID          byte
	priority            byte
	schedule, validity  string
	registered          byte
	replace             byte
	dataCoding          byte
	defaultMessage      byte
	message             []byte // at most 254 octets
	tlvs                []tlv
}

func (m short) append(dst []byte) []byte {
	dst = m.destination.append(m.source.append(cstring(dst, m.serviceType)))
	dst = append(dst, m.esmClass, m.protocolID, m.priority)
	dst = cstring(cstring(dst, m.schedule), m.validity)
	dst = append(dst, m.registered, m.replace, m.dataCoding, m.defaultMessage, byte(len(m.message)))
	return appendTLVs(append(dst, m.message...), m.tlvs)
}

// text is what the message says, wherever it stands.
func (m short) text() []byte {
	if len(m.message) == 0 {
		if p := find(m.tlvs, tagPayload); p != nil {
			return p
		}
	}
	return m.message
}

// parseShort reads a deliver_sm or submit_sm.
func parseShort(body []byte) (short, error) {
	c := cursor{b: body}
	m := short{serviceType: c.cstring(), source: c.address(), destination: c.address()}
	m.esmClass, m.protocolID, m.priority = c.octet(), c.octet(), c.octet()
	m.schedule, m.validity = c.cstring(), c.cstring()
	m.registered, m.replace, m.dataCoding, m.defaultMessage = c.octet(), c.octet(), c.octet(), c.octet()
	m.message = c.take(int(c.octet()))
	m.tlvs = c.tlvs()
	return m, c.err()
}

// parseData reads a data_sm as if it were a deliver_sm: some centres send
// their receipts so.
func parseData(body []byte) (short, error) {
	c := cursor{b: body}
	m := short{serviceType: c.cstring(), source: c.address(), destination: c.address()}
	m.esmClass, m.registered, m.dataCoding = c.octet(), c.octet(), c.octet()
	m.tlvs = c.tlvs()
	return m, c.err()
}

// parseID reads the message_id of an answer, which may be left out.
func parseID(body []byte) string {
	if len(body) == 0 {
		return ""
	}
	c := cursor{b: body}
	if id := c.cstring(); !c.bad {
		return id
	}
	return string(body) // without its NUL
}

// cursor reads fields one after the other. After the first that does not fit,
// everything is zero.
type cursor struct {
	b   []byte
	bad bool
}

func (c *cursor) err() error {
	if c.bad {
		return errBody
	}
	return nil
}

func (c *cursor) octet() byte {
	if len(c.b) == 0 {
		c.bad = true
		return 0
	}
	v := c.b[0]
	c.b = c.b[1:]
	return v
}

func (c *cursor) take(n int) []byte {
	if n > len(c.b) {
		c.bad, c.b = true, nil
		return nil
	}
	v := c.b[:n:n]
	c.b = c.b[n:]
	return v
}

func (c *cursor) cstring() string {
	for i, v := range c.b {
		if v == 0 {
			s := string(c.b[:i])
			c.b = c.b[i+1:]
			return s
		}
	}
	c.bad, c.b = true, nil
	return ""
}

func (c *cursor) address() address {
	return address{ton: c.octet(), npi: c.octet(), addr: c.cstring()}
}

// tlvs reads what is left. A parameter that is cut off ends the list without
// an error: what stands before it is worth more than the complaint.
func (c *cursor) tlvs() []tlv {
	var list []tlv
	for !c.bad && len(c.b) >= 4 {
		tag, n := binary.BigEndian.Uint16(c.b), int(binary.BigEndian.Uint16(c.b[2:]))
		if n > len(c.b)-4 {
			break
		}
		c.b = c.b[4:]
		list = append(list, tlv{tag, c.take(n)})
	}
	return list
}

// relative writes a period as SMPP wants it, for example 000000000300000R for
// three minutes: YYMMDDhhmmss, tenths and 00, R. Fractions of a second are cut,
// and so is what goes over 30 days, because months have no fixed length.
func relative(d time.Duration) string {
	d = min(max(d, 0), 30*24*time.Hour).Truncate(time.Second)
	days := d / (24 * time.Hour)
	d -= days * 24 * time.Hour
	return fmt.Sprintf("0000%02d%02d%02d%02d000R", days, int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60)
}

// absolute writes an instant in the zone that t is in, for example
// 261123090000012+ for 09:00 in Istanbul: the last number counts quarter hours
// from UTC.
func absolute(t time.Time) string {
	_, offset := t.Zone()
	sign := byte('+')
	if offset < 0 {
		sign, offset = '-', -offset
	}
	return fmt.Sprintf("%s%d%02d%c", t.Format("060102150405"), t.Nanosecond()/100_000_000, offset/900, sign)
}
