package smpp

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/encoding"
)

// Bind is how the connections of an account are bound.
type Bind string

// The binds.
const (
	// BindTransceiver sends and receives on the same connection. It is the
	// default.
	BindTransceiver Bind = "transceiver"
	// BindPair opens a transmitter and a receiver for each connection, for
	// operators that want them apart.
	BindPair Bind = "pair"
)

// Long is how a text of more than one part is handed over.
type Long string

// The three ways.
const (
	// LongUDH writes a user data header in front of each part. It is the
	// default, and the only one that can carry the Turkish tables.
	LongUDH Long = "udh"
	// LongSAR sends the same parts with sar_* parameters; the centre writes
	// the headers.
	LongSAR Long = "sar"
	// LongPayload sends the whole text as message_payload; the centre divides
	// it, gives one id and sends one receipt.
	LongPayload Long = "payload"
)

// Config describes one account at one operator.
type Config struct {
	// Name is the provider in errors, "smpp" when empty. Lower case ASCII.
	Name string
	// Addr is host:port of the operator's centre.
	Addr string
	// TLS, when set, wraps the connection; ServerName is taken from Addr if
	// it is empty there.
	TLS *tls.Config
	// SystemID and Password are the login; SystemType is mostly empty. They
	// are sent as given, even where they are longer than the paper allows.
	SystemID, Password, SystemType string
	// AddressRange goes into the bind; mostly empty.
	AddressRange string
	// Bind is BindTransceiver when empty.
	Bind Bind
	// Connections is how many are kept; 1 when 0.
	Connections int
	// Window is the most submit_sm without an answer on one connection; 10
	// when 0.
	Window int
	// Rate is the most submit_sm in a second over all connections, by the
	// contract; 0 means no limit of ours.
	Rate float64

	// Header is the sender when a message names none: 3 to 11 characters of
	// ASCII, or a number.
	Header string
	// ServiceType of codes and of everything else; mostly empty.
	OTPServiceType, BulkServiceType string
	// OTPValidity and BulkValidity are how long the centre may try; 3 minutes
	// and 24 hours when 0. Negative leaves the field empty.
	OTPValidity, BulkValidity time.Duration
	// Long is LongUDH when empty.
	Long Long
	// Encodings are those the centre passes on, the preferred one first. Nil
	// means GSM7, TurkishSingle and UCS2. With a Long other than LongUDH the
	// Turkish ones are left out.
	Encodings []encoding.Encoding
	// Reserve are the units that the operator appends to each text;
	// encoding.OperatorReserve when 0, none when negative. A code with them
	// must fit one part.
	Reserve int
	// MaxParts is the longest text in parts; 7 when 0.
	MaxParts int
	// NextReference gives the number that holds the parts of one long message
	// together, for a phone in E.164; only the lowest 8 bits are used. Nil
	// counts for each phone in memory, from a random start.
	NextReference func(to string) uint16

	// IDs says how the ids in receipts are written; IDAuto when empty.
	IDs IDForm
	// Zone is that of the dates in receipts; UTC+3 when nil.
	Zone *time.Location
	// Remember is how many accepted messages are kept to match receipts and
	// to answer Reports; 200 000 when 0.
	Remember int
	// Query lets Reports ask with query_sm about messages that are not
	// remembered. Many operators do not answer it.
	Query bool
	// VendorKinds are the meanings of the operator's own statuses (0400 to
	// 04FF), or of others that it uses in its own way.
	VendorKinds map[uint32]sms.Kind

	// OnReport gets each delivery receipt. It is called by several goroutines,
	// but in order for one phone. The receipt is answered after it returns:
	// nil means it is stored, an error that the centre shall send it again.
	// Nil func: receipts are only remembered for Reports.
	OnReport func(Receipt) error
	// OnInbound gets each message from a phone, long ones in one piece; the
	// same rule about answering. Nil func: they are refused for good.
	OnInbound func(sms.Inbound) error
	// OnLateAnswer gets the answer to a message for which Send has already
	// returned an ambiguous error: what became of it after all. messageID is
	// Message.ID; err is nil or an *sms.Error. May be nil.
	OnLateAnswer func(messageID string, acc sms.Accepted, err error)

	// Timing may stay zero.
	Timing Timing
	// Log gets what happens to the connections; nil means nobody. It never
	// gets passwords or texts.
	Log *slog.Logger
	// Now stamps inbound messages; time.Now when nil.
	Now func() time.Time
}

// Timing holds the waits. A zero means the default.
type Timing struct {
	Dial       time.Duration // TCP and TLS; 10 s
	BindAnswer time.Duration // 30 s
	PDU        time.Duration // from the first octet of a PDU to its last; 10 s
	Enquire    time.Duration // silence before enquire_link, and again before closing; 30 s
	// OTPAnswer and BulkAnswer are the wait for submit_sm_resp, after which
	// the outcome is ambiguous; 10 s and 60 s.
	OTPAnswer, BulkAnswer time.Duration
	// OTPWait is the longest a code waits for its turn or through throttling,
	// before the caller may try another provider; 2 s. BulkWait is the same
	// for the rest; 2 minutes.
	OTPWait, BulkWait time.Duration
	// Pause is the first pause after a throttling answer; it doubles up to
	// ten times as long. 500 ms.
	Pause time.Duration
	// ReconnectMin to ReconnectMax is the wait between attempts, doubling,
	// ±20 %; 1 s and 60 s. After a refused login it is ReconnectMax at once.
	ReconnectMin, ReconnectMax time.Duration
	// Early is how long a receipt without a message is held, while an answer
	// is missing for a message to that phone; 10 s.
	Early time.Duration
	// Part is how long a part of an inbound message is left unanswered while
	// the others are missing; 1 s. Parts is how long it is kept; 10 minutes,
	// after which what is there is handed over.
	Part, Parts time.Duration
}

func (t *Timing) defaults() {
	for _, d := range []struct {
		value *time.Duration
		usual time.Duration
	}{
		{&t.Dial, 10 * time.Second}, {&t.BindAnswer, 30 * time.Second}, {&t.PDU, 10 * time.Second},
		{&t.Enquire, 30 * time.Second}, {&t.OTPAnswer, 10 * time.Second}, {&t.BulkAnswer, time.Minute},
		{&t.OTPWait, 2 * time.Second}, {&t.BulkWait, 2 * time.Minute}, {&t.Pause, 500 * time.Millisecond},
		{&t.ReconnectMin, time.Second}, {&t.ReconnectMax, time.Minute}, {&t.Early, 10 * time.Second},
		{&t.Part, time.Second}, {&t.Parts, 10 * time.Minute},
	} {
		if *d.value <= 0 {
			*d.value = d.usual
		}
	}
}

// normalise fills in the defaults and checks.
func (c Config) normalise() (Config, error) {
	if c.Name == "" {
		c.Name = "smpp"
	}
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil || host == "" {
		return c, errors.New("smpp: address must be host:port")
	}
	if c.TLS != nil && c.TLS.ServerName == "" {
		c.TLS = c.TLS.Clone()
		c.TLS.ServerName = host
	}
	if c.SystemID == "" {
		return c, errors.New("smpp: system_id is needed")
	}
	if strings.ContainsRune(c.SystemID+c.Password+c.SystemType+c.AddressRange, 0) {
		return c, errors.New("smpp: a login has no NUL in it")
	}
	for _, n := range []struct {
		value      *int
		usual, max int
		name       string
	}{
		{&c.Connections, 1, 32, "connections"}, {&c.Window, 10, 10_000, "window"},
		{&c.MaxParts, 7, encoding.MaxParts, "max parts"}, {&c.Remember, 200_000, 10_000_000, "remember"},
	} {
		if *n.value == 0 {
			*n.value = n.usual
		}
		if *n.value < 1 || *n.value > n.max {
			return c, fmt.Errorf("smpp: %s must be 1 to %d", n.name, n.max)
		}
	}
	if c.Rate < 0 {
		return c, errors.New("smpp: rate must not be negative")
	}
	if c.Bind == "" {
		c.Bind = BindTransceiver
	}
	if c.Long == "" {
		c.Long = LongUDH
	}
	if c.IDs == "" {
		c.IDs = IDAuto
	}
	if !slices.Contains([]Bind{BindTransceiver, BindPair}, c.Bind) {
		return c, fmt.Errorf("smpp: bind %q is neither transceiver nor pair", string(c.Bind))
	}
	if !slices.Contains([]Long{LongUDH, LongSAR, LongPayload}, c.Long) {
		return c, fmt.Errorf("smpp: long %q is none of udh, sar, payload", string(c.Long))
	}
	if !slices.Contains([]IDForm{IDAuto, IDSame, IDRespHex, IDRespDec}, c.IDs) {
		return c, fmt.Errorf("smpp: ids %q is none of auto, same, resp_hex, resp_dec", string(c.IDs))
	}
	if c.Header != "" {
		if _, ok := source(c.Header); !ok {
			return c, fmt.Errorf("smpp: header %q must have 3 to 11 characters of ASCII, or be a number", c.Header)
		}
	}
	if c.Encodings == nil {
		c.Encodings = []encoding.Encoding{encoding.GSM7, encoding.TurkishSingle, encoding.UCS2}
	}
	for _, e := range c.Encodings {
		if single, _ := e.Capacity(false); single == 0 {
			return c, fmt.Errorf("smpp: no such encoding: %q", string(e))
		}
	}
	if c.Long != LongUDH {
		c.Encodings = slices.DeleteFunc(slices.Clone(c.Encodings), func(e encoding.Encoding) bool {
			return e != encoding.GSM7 && e != encoding.UCS2
		})
	}
	if len(c.Encodings) == 0 {
		return c, errors.New("smpp: no encoding is left")
	}
	switch {
	case c.Reserve == 0:
		c.Reserve = encoding.OperatorReserve
	case c.Reserve < 0:
		c.Reserve = 0
	}
	if c.OTPValidity == 0 {
		c.OTPValidity = 3 * time.Minute
	}
	if c.BulkValidity == 0 {
		c.BulkValidity = 24 * time.Hour
	}
	if c.Zone == nil {
		c.Zone = time.FixedZone("+03", 3*60*60)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Timing.defaults()
	return c, nil
}

// String describes the account without its password.
func (c Config) String() string {
	return fmt.Sprintf("%s account %s at %s, header %q, window %d", c.Name, c.SystemID, c.Addr, c.Header, c.Window)
}

// GoString keeps the password out of %#v too.
func (c Config) GoString() string { return c.String() }

// LogValue describes the account without its password.
func (c Config) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("name", c.Name), slog.String("system_id", c.SystemID), slog.String("addr", c.Addr),
		slog.String("header", c.Header), slog.Int("window", c.Window), slog.Float64("rate", c.Rate),
	)
}
