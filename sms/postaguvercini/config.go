package postaguvercini

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/onay/onay/sms/internal/house"
)

// The hosts. Other ones are seen (y.postaguvercini.com, and
// www.poctgoyercini.com in Azerbaijan) with the same paths.
const (
	DefaultBulkURL = "https://www.postaguvercini.com"
	DefaultOTPURL  = "https://otpsms.postaguvercini.com"
)

// Transport is the interface that carries the calls.
type Transport string

// The transports. HTTP is the default: it has the most witnesses.
const (
	TransportHTTP Transport = "http"
	TransportXML  Transport = "xml"
	TransportSOAP Transport = "soap"
	TransportJSON Transport = "json"
)

// Config holds what an account needs.
type Config struct {
	// BulkURL and OTPURL are the two hosts, without a path of the API; empty
	// means DefaultBulkURL and DefaultOTPURL.
	BulkURL, OTPURL string
	Username        string
	Password        string
	// Headers are the account's sender names, the default first. When given, a
	// message that names another is refused with sms.KindHeader. HTTP, XML and
	// SOAP always use the account's own, so only the first may be named there.
	// When empty, a message's Sender goes out as it stands with JSON, and
	// gives a warning with the others.
	Headers []string
	// Transport is TransportHTTP when empty.
	Transport Transport
}

// normalise fills in the defaults and checks.
func (c Config) normalise() (Config, error) {
	var err error
	if c.BulkURL, err = house.Base(provider, c.BulkURL, DefaultBulkURL); err != nil {
		return c, err
	}
	if c.OTPURL, err = house.Base(provider, c.OTPURL, DefaultOTPURL); err != nil {
		return c, err
	}
	if c.Username == "" || c.Password == "" {
		return c, errors.New("postaguvercini: user name and password are needed")
	}
	c.Headers = slices.Clone(c.Headers)
	for i, h := range c.Headers {
		c.Headers[i] = strings.TrimSpace(h)
		if !ValidHeader(h) {
			return c, fmt.Errorf("postaguvercini: header %q must have 1 to 11 characters", h)
		}
	}
	switch c.Transport {
	case "":
		c.Transport = TransportHTTP
	case TransportHTTP, TransportXML, TransportSOAP, TransportJSON:
	default:
		return c, fmt.Errorf("postaguvercini: transport %q is none of http, xml, soap, json", string(c.Transport))
	}
	return c, nil
}

// ValidHeader reports whether a sender name has 1 to 11 characters, blanks at
// its ends not counted. Only the house knows whether it is approved.
func ValidHeader(h string) bool {
	n := utf8.RuneCountInString(strings.TrimSpace(h))
	return n >= 1 && n <= 11
}

// String describes the account without its password.
func (c Config) String() string {
	return fmt.Sprintf("postaguvercini account %s at %s and %s, headers %q, transport %s", c.Username, c.BulkURL, c.OTPURL, c.Headers, c.Transport)
}

// GoString keeps the password out of %#v too.
func (c Config) GoString() string { return c.String() }

// LogValue describes the account without its password.
func (c Config) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("username", c.Username),
		slog.String("bulk_url", c.BulkURL),
		slog.String("otp_url", c.OTPURL),
		slog.String("transport", string(c.Transport)),
	)
}
