package sms

import "strings"

// Route is the product of the provider that carries a message. Houses sell
// one-time codes and everything else apart: with other prices, limits, code
// tables and rules about text.
type Route string

// The two routes.
const (
	// RouteOTP is for one-time codes: one number, one part, delivered within
	// minutes or not at all, never scheduled.
	RouteOTP Route = "otp"
	// RouteBulk is for every other text. The zero value of a Message means
	// this one.
	RouteBulk Route = "bulk"
)

// Encoding says what may be done to the letters of a text.
type Encoding string

// The encodings. The zero value lets the adapter choose: as few parts as
// possible without changing letters.
const (
	EncodingAuto    Encoding = ""
	EncodingPlain   Encoding = "plain"   // letters outside GSM 03.38 are replaced by plain ones
	EncodingTurkish Encoding = "turkish" // Turkish letters are kept
	EncodingUnicode Encoding = "unicode" // everything is kept, emoji too; 70 characters a part
)

// Purpose is the reason for sending, which decides whether the recipient's
// commercial consent (İYS) is checked by the provider.
type Purpose string

// The purposes. The zero value means PurposeInformational.
const (
	PurposeInformational        Purpose = "informational"         // codes, orders, deliveries: no consent needed
	PurposeCommercialIndividual Purpose = "commercial_individual" // advertising to a consumer (BIREYSEL)
	PurposeCommercialMerchant   Purpose = "commercial_merchant"   // advertising to a trader (TACIR)
)

// Message is one SMS to one phone.
type Message struct {
	// ID is the caller's own id. No provider promises to use it against
	// double sending; it is for logs.
	ID string
	// To is the phone in E.164, for example +905551112233.
	To string
	// Sender is the approved sender header (başlık). Empty means the default
	// of the adapter.
	Sender string
	// Body is the text in UTF-8.
	Body string
	// Route is RouteBulk when empty.
	Route Route
	// Encoding is EncodingAuto when empty. The OTP route may ignore it.
	Encoding Encoding
	// Reference is handed to the provider to come back in reports, where the
	// provider can do that. Never depend on the echo.
	Reference string
	// Purpose is PurposeInformational when empty.
	Purpose Purpose
}

// Accepted is a provider's word that it took the message. It says nothing
// about delivery; that comes as a [Report].
type Accepted struct {
	// ProviderID is the provider's id as text: these numbers do not fit in 64
	// bits. Some answers hold several, divided by commas (see IDs). Empty when
	// the provider accepted without telling an id.
	ProviderID string
	// Code is the raw answer code.
	Code string
	// Warning is set when the provider accepted but changed something, for
	// example "start date replaced". Empty otherwise.
	Warning string
}

// IDs divides ProviderID at its commas. It is empty if there is no id.
func (a Accepted) IDs() []string {
	var ids []string
	for id := range strings.SplitSeq(a.ProviderID, ",") {
		if id = strings.TrimSpace(id); id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// TurkishMobile gives the ten digits 5XXXXXXXXX of a Turkish mobile number
// written in any usual way (+90 555 …, 0090…, 0555…, 555…). It reports false
// for everything else: foreign numbers, land lines, words.
func TurkishMobile(raw string) (national string, ok bool) {
	var digits [14]byte
	n := 0
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c >= '0' && c <= '9':
			if n == len(digits) {
				return "", false
			}
			digits[n] = c
			n++
		case c == ' ', c == '-', c == '(', c == ')', c == '.', c == '\t':
		case c == '+' && n == 0:
		default:
			return "", false
		}
	}
	d := digits[:n]
	switch {
	case n == 14 && string(d[:4]) == "0090":
		d = d[4:]
	case n == 12 && string(d[:2]) == "90":
		d = d[2:]
	case n == 11 && d[0] == '0':
		d = d[1:]
	}
	if len(d) != 10 || d[0] != '5' {
		return "", false
	}
	return string(d), true
}

// E164 writes a Turkish mobile number as +905XXXXXXXXX and gives every other
// value back unchanged, so that a sender written in letters survives.
func E164(raw string) string {
	if n, ok := TurkishMobile(raw); ok {
		return "+90" + n
	}
	return raw
}
