package smpp

import (
	"math/big"
	"strings"
	"time"

	"github.com/onay/onay/sms"
)

// State is the message_state of SMPP 3.4 section 5.2.28.
type State byte

// The states. Enroute, Accepted and Unknown are not final.
const (
	StateNone          State = 0 // not told
	StateEnroute       State = 1
	StateDelivered     State = 2
	StateExpired       State = 3
	StateDeleted       State = 4
	StateUndeliverable State = 5
	StateAccepted      State = 6
	StateUnknown       State = 7
	StateRejected      State = 8
)

var stateNames = [...]struct{ word, name, reason string }{
	StateNone:          {"", "none", ""},
	StateEnroute:       {"ENROUTE", "enroute", ""},
	StateDelivered:     {"DELIVRD", "delivered", ""},
	StateExpired:       {"EXPIRED", "expired", "the validity period ended"},
	StateDeleted:       {"DELETED", "deleted", "it was deleted at the operator"},
	StateUndeliverable: {"UNDELIV", "undeliverable", "it cannot be delivered"},
	StateAccepted:      {"ACCEPTD", "accepted", ""},
	StateUnknown:       {"UNKNOWN", "unknown", ""},
	StateRejected:      {"REJECTD", "rejected", "the operator rejected it"},
}

// String gives the name in lower case.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s].name
	}
	return "unknown"
}

// Final reports whether the state cannot change any more.
func (s State) Final() bool {
	return s == StateDelivered || s == StateExpired || s == StateDeleted || s == StateUndeliverable || s == StateRejected
}

// status is the state in the words of package sms.
func (s State) status() sms.ReportStatus {
	switch {
	case s == StateDelivered:
		return sms.StatusDelivered
	case s.Final():
		return sms.StatusFailed
	}
	return sms.StatusSent
}

func (s State) reason() string {
	if int(s) < len(stateNames) {
		return stateNames[s].reason
	}
	return ""
}

// stateOf reads the word of a receipt; the paper's own are seven letters, and
// only their beginning is compared because some centres write them in full.
func stateOf(word string) State {
	word = strings.ToUpper(word)
	for s := StateEnroute; int(s) < len(stateNames); s++ {
		if short := stateNames[s].word; word == short || len(word) >= 5 && strings.HasPrefix(word, short[:5]) {
			return s
		}
	}
	return StateNone
}

// ReceiptText are the fields of a receipt's text (SMPP 3.4 appendix B), as
// they are written; empty where they are missing.
type ReceiptText struct {
	ID, Sub, Delivered   string
	SubmitDate, DoneDate string // YYMMDDhhmm, sometimes with seconds, in the centre's zone
	Stat, Err            string
	Text                 string // the first characters of the message
}

// State is the word of Stat as a state; StateNone when it is no known one.
func (r ReceiptText) State() State { return stateOf(r.Stat) }

var receiptFields = [...]struct {
	name string
	put  func(*ReceiptText, string)
}{
	{"id:", func(r *ReceiptText, v string) { r.ID = v }},
	{"sub:", func(r *ReceiptText, v string) { r.Sub = v }},
	{"dlvrd:", func(r *ReceiptText, v string) { r.Delivered = v }},
	{"submit date:", func(r *ReceiptText, v string) { r.SubmitDate = v }},
	{"done date:", func(r *ReceiptText, v string) { r.DoneDate = v }},
	{"stat:", func(r *ReceiptText, v string) { r.Stat = v }},
	{"err:", func(r *ReceiptText, v string) { r.Err = v }},
	{"text:", nil},
}

// ParseReceipt reads the text of a delivery receipt, for example
//
//	id:7E0000A1 sub:001 dlvrd:001 submit date:2611221530 done date:2611221530 stat:DELIVRD err:000 text:Onay
//
// Fields may be missing and in any order, their names in any letter case.
// Everything behind "text:" is the message's own and is not searched. ok is
// false when neither an id nor a stat is found. The text may be a person's:
// decide by esm_class whether it is a receipt at all.
func ParseReceipt(text string) (r ReceiptText, ok bool) {
	rest := text
next:
	for {
		rest = strings.TrimLeft(rest, " \t\r\n\x00")
		if rest == "" {
			break
		}
		for _, f := range receiptFields {
			if len(rest) < len(f.name) || !strings.EqualFold(rest[:len(f.name)], f.name) {
				continue
			}
			rest = rest[len(f.name):]
			if f.put == nil {
				r.Text = rest
				break next
			}
			end := strings.IndexAny(rest, " \t\r\n\x00")
			if end < 0 {
				end = len(rest)
			}
			f.put(&r, rest[:end])
			rest = rest[end:]
			continue next
		}
		end := strings.IndexByte(rest, ' ') // a field of the operator's own
		if end < 0 {
			break
		}
		rest = rest[end:]
	}
	return r, r.ID != "" || r.Stat != ""
}

// parseDate reads YYMMDDhhmm or YYMMDDhhmmss; zero when it is neither.
func parseDate(s string, zone *time.Location) time.Time {
	for _, layout := range []string{"0601021504", "060102150405"} {
		if len(s) == len(layout) {
			if t, err := time.ParseInLocation(layout, s, zone); err == nil {
				return t.UTC()
			}
		}
	}
	return time.Time{}
}

// IDForm says how the id in a receipt relates to the one in the answer to
// submit_sm.
type IDForm string

// The forms.
const (
	// IDAuto takes every form that leads to a message to the same phone. It is
	// the default, and needs the message to be remembered.
	IDAuto IDForm = "auto"
	// IDSame: equal, letter case ignored.
	IDSame IDForm = "same"
	// IDRespHex: the answer's id is hexadecimal, the receipt's decimal.
	IDRespHex IDForm = "resp_hex"
	// IDRespDec: the answer's id is decimal, the receipt's hexadecimal.
	IDRespDec IDForm = "resp_dec"
)

// SameID reports whether the id of an answer and that of a receipt name the
// same message. In the numeric forms leading zeros do not count; what cannot
// be read as such a number is not the same. IDAuto is any of the others, or
// the same letters with other leading zeros.
func SameID(form IDForm, answer, receipt string) bool {
	switch form {
	case IDSame:
		return strings.EqualFold(answer, receipt)
	case IDRespHex:
		return sameNumber(answer, 16, receipt, 10)
	case IDRespDec:
		return sameNumber(answer, 10, receipt, 16)
	}
	return strings.EqualFold(bare(answer), bare(receipt)) ||
		sameNumber(answer, 16, receipt, 10) || sameNumber(answer, 10, receipt, 16)
}

func sameNumber(a string, baseA int, b string, baseB int) bool {
	x, ok := numberOf(a, baseA)
	y, ok2 := numberOf(b, baseB)
	return ok && ok2 && x == y
}

// bare takes the leading zeros off.
func bare(id string) string {
	for len(id) > 1 && id[0] == '0' {
		id = id[1:]
	}
	return id
}

// maxID is the longest message_id of the paper, without its NUL.
const maxID = 64

// number is a whole number of any size, comparable: what fits in 64 bits, or
// the hexadecimal digits of what does not.
type number struct {
	low  uint64
	long string
}

// numberOf reads an id as a number to base 10 or 16, without sign or prefix.
func numberOf(id string, base int) (number, bool) {
	if id == "" || len(id) > maxID {
		return number{}, false
	}
	var n uint64
	fits := true
	for i := 0; i < len(id); i++ {
		c := id[i]
		var d byte
		switch {
		case c >= '0' && c <= '9':
			d = c - '0'
		case base == 16 && c >= 'a' && c <= 'f':
			d = c - 'a' + 10
		case base == 16 && c >= 'A' && c <= 'F':
			d = c - 'A' + 10
		default:
			return number{}, false
		}
		if n > (1<<64-1-uint64(d))/uint64(base) {
			fits = false
		}
		n = n*uint64(base) + uint64(d)
	}
	if fits {
		return number{low: n}, true
	}
	v, ok := new(big.Int).SetString(id, base)
	if !ok {
		return number{}, false
	}
	return number{long: v.Text(16)}, true
}

// Receipt is a delivery receipt for one part of a message.
type Receipt struct {
	// Report is the fate of the whole message after this receipt: delivered
	// when every part is, failed as soon as one part has failed for good.
	// ProviderID is that of Accepted when the message is remembered, else the
	// id as the receipt has it. Code is the receipt's word, for example
	// DELIVRD; At its done date.
	sms.Report
	// MessageID is Message.ID of the message; empty when Matched is false.
	MessageID string
	// Matched is true when the message is remembered. One that was handed
	// over before a restart is not, unless Restore told of it.
	Matched bool
	// RawID is the id as the receipt has it, State what it says of its part.
	RawID string
	State State
	// Intermediate is true for a notice on the way; it ends nothing.
	Intermediate bool
	// Part of Parts is the part that the receipt is about, from 1; both 0
	// when Matched is false.
	Part, Parts int
	// Text are the first characters of the message, where the receipt has
	// them.
	Text string
}

// notice is a receipt as read from its PDU, before its message is known.
type notice struct {
	id           string
	phones       [2]string // the phone is the first, or the second where a centre swaps them
	state        State
	code         string // the word, or the name of the state
	errorCode    string
	text         string
	at           time.Time
	intermediate bool
}

// isReceipt decides by esm_class, and by the parameter that only receipts
// have. A text is not asked: a person may write one that looks like a receipt.
func (m short) isReceipt() bool {
	switch m.esmClass & esmTypeMask {
	case esmReceipt, esmIntermediate:
		return true
	}
	return find(m.tlvs, tagReceiptedID) != nil
}

// readNotice takes the fields of a receipt, the parameters before the text.
// It is false when no id is found.
func readNotice(m short, zone *time.Location) (notice, bool) {
	n := notice{
		phones:       [2]string{m.source.addr, m.destination.addr},
		intermediate: m.esmClass&esmTypeMask == esmIntermediate,
	}
	body := m.text()
	if m.esmClass&esmUDHI != 0 && len(body) > 0 && int(body[0]) < len(body) {
		body = body[1+int(body[0]):]
	}
	text := string(body)
	if m.dataCoding == 8 {
		text = fromUTF16(body)
	}
	r, _ := ParseReceipt(text)
	n.id, n.state, n.code, n.errorCode, n.text = r.ID, r.State(), r.Stat, r.Err, r.Text
	n.at = parseDate(r.DoneDate, zone)
	if v := find(m.tlvs, tagReceiptedID); v != nil {
		if id := strings.TrimRight(string(v), "\x00"); id != "" {
			n.id = id
		}
	}
	if v := find(m.tlvs, tagMessageState); len(v) == 1 && v[0] != 0 && int(v[0]) < len(stateNames) {
		n.state = State(v[0])
		n.code = stateNames[v[0]].word
	}
	if v := find(m.tlvs, tagNetworkErrorCode); len(v) == 3 && n.errorCode == "" {
		n.errorCode = itoa(int(v[1])<<8 | int(v[2]))
	}
	if strings.Trim(n.errorCode, "0") == "" {
		n.errorCode = ""
	}
	return n, n.id != ""
}
