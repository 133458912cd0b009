package smsc

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// System is the name of this room in the faults and on the phones.
const System = "smsc"

// Config describes the simulated centre. The zero value is the demo.
type Config struct {
	Accounts []Account // nil means DefaultAccounts
	// ReportDelay is how long a message is on its way, by the world's clock;
	// 0 means 2 s, negative means none.
	ReportDelay time.Duration
	// RetryDelay is the wait before a delivery that was not taken is repeated,
	// by the world's clock; 0 means 5 s.
	RetryDelay time.Duration
	// Enquire is the silence after which the centre asks for a sign of life; a
	// second one as long ends the connection. 0 means 60 s.
	Enquire time.Duration
	// Keep bounds the messages that can be queried and cancelled; 0 means
	// 100 000.
	Keep int
	// LogSize bounds the log of PDUs; 0 means 1000, negative means none.
	LogSize int
}

// Forms of message ids.
const (
	IDsSame    = "same"     // the receipt's id is written like the answer's
	IDsRespHex = "resp_hex" // answer hexadecimal, receipt decimal
	IDsRespDec = "resp_dec" // answer decimal, receipt hexadecimal
	IDsMixed   = "mixed"    // one after the other, with leading zeros and both letter cases
)

// Forms of receipts.
const (
	ReceiptsBoth = "both" // text, and the parameters 001E and 0427
	ReceiptsText = "text"
	ReceiptsTLV  = "tlv"  // parameters and an empty text
	ReceiptsData = "data" // data_sm instead of deliver_sm
)

// Account is one customer of the simulated operator.
type Account struct {
	SystemID   string   `json:"system_id"` // at most 15 characters
	Password   string   `json:"password"`
	SystemType string   `json:"system_type"` // must be equal when not empty
	Senders    []string `json:"senders"`     // approved names
	Numbers    []string `json:"numbers"`     // its own numbers, for sending and inbound messages
	AllowedIPs []string `json:"allowed_ips"` // empty allows all
	// NoTransceiver wants transmitter and receiver apart.
	NoTransceiver bool `json:"no_transceiver"`
	MaxBinds      int  `json:"max_binds"` // 0 means 4
	// Window is the most submit_sm without an answer on a connection, Rate the
	// most in a second over all; 0 means no limit.
	Window int     `json:"window"`
	Rate   float64 `json:"rate"`
	// MaxValidity is the longest validity_period; 0 means 48 h.
	MaxValidity time.Duration `json:"max_validity"`
	// AnswerDelay is how long each answer to a submit takes, in real time.
	AnswerDelay time.Duration `json:"answer_delay"`
	IDs         string        `json:"ids"`      // IDsSame when empty
	Receipts    string        `json:"receipts"` // ReceiptsText when empty
	// DeliverWindow is the most deliver_sm without an answer on a connection;
	// 0 means 10.
	DeliverWindow int `json:"deliver_window"`
	// IgnoreShift does not pass the Turkish tables on: phones then show what
	// such a text means in the default alphabet.
	IgnoreShift bool `json:"ignore_shift"`
}

// DefaultAccounts is the demo customer.
func DefaultAccounts() []Account {
	return []Account{{
		SystemID: "onay", Password: "sandbox1", Senders: []string{"ONAY", "ORNEKFIRMA"}, Numbers: []string{"4609", "8500000002"},
		Window: 10, Rate: 100,
	}}
}

// ErrAccount wraps every complaint about an account's settings.
var ErrAccount = errors.New("smsc account")

func (a Account) normalise() (Account, error) {
	for _, d := range []struct {
		value *int
		usual int
	}{{&a.MaxBinds, 4}, {&a.DeliverWindow, 10}} {
		if *d.value == 0 {
			*d.value = d.usual
		}
	}
	if a.MaxValidity == 0 {
		a.MaxValidity = 48 * time.Hour
	}
	if a.IDs == "" {
		a.IDs = IDsSame
	}
	if a.Receipts == "" {
		a.Receipts = ReceiptsText
	}
	switch {
	case a.SystemID == "" || len(a.SystemID) > 15 || strings.ContainsRune(a.SystemID, 0):
		return a, fmt.Errorf("%w: system_id must have 1 to 15 characters", ErrAccount)
	case a.MaxBinds < 0 || a.DeliverWindow < 0 || a.Window < 0 || a.Rate < 0 || a.AnswerDelay < 0:
		return a, fmt.Errorf("%w: limits cannot be negative", ErrAccount)
	case !oneOf(a.IDs, IDsSame, IDsRespHex, IDsRespDec, IDsMixed):
		return a, fmt.Errorf("%w: ids must be same, resp_hex, resp_dec or mixed", ErrAccount)
	case !oneOf(a.Receipts, ReceiptsBoth, ReceiptsText, ReceiptsTLV, ReceiptsData):
		return a, fmt.Errorf("%w: receipts must be both, text, tlv or data", ErrAccount)
	}
	for _, ip := range a.AllowedIPs {
		if _, err := netip.ParseAddr(ip); err != nil {
			return a, fmt.Errorf("%w: %q is no address", ErrAccount, ip)
		}
	}
	return a, nil
}

func oneOf(s string, list ...string) bool {
	for _, x := range list {
		if s == x {
			return true
		}
	}
	return false
}
