package netgsm

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"unicode/utf8"
)

// DefaultBaseURL is the only host of the SMS API.
const DefaultBaseURL = "https://api.netgsm.com.tr"

// DefaultOTPMax is the longest code SMS in GSM units. The server takes 160,
// of which the operator's own code needs 5; Netgsm's plugin cuts at 150.
const DefaultOTPMax = 150

// Transport is the generation of the API that carries messages.
type Transport string

// The transports. REST is the default.
const (
	TransportREST Transport = "rest"
	TransportXML  Transport = "xml"
)

// Config holds what an account needs.
type Config struct {
	// BaseURL is DefaultBaseURL when empty.
	BaseURL string
	// Usercode is the subscriber number, 10 digits without a leading 0.
	Usercode string
	// Password is that of a sub-user with API permission, not of the portal.
	Password string
	// Header is the sender header when a message names none: 3 to 11
	// characters, exactly as approved, letter case and blanks included.
	Header string
	// AppName is a free tag that Netgsm shows beside the calls. Optional.
	AppName string
	// PartnerCode is a dealer's code (bayi kodu). Optional.
	PartnerCode string
	// Transport is TransportREST when empty.
	Transport Transport
	// OTPMax is DefaultOTPMax when 0; at most 160.
	OTPMax int
}

// normalise fills in the defaults and checks.
func (c Config) normalise() (Config, error) {
	if c.BaseURL == "" {
		c.BaseURL = DefaultBaseURL
	}
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	u, err := url.Parse(c.BaseURL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.RawQuery != "" {
		return c, errors.New("netgsm: base URL must be http(s)://host without user and query")
	}
	if c.Usercode == "" || c.Password == "" {
		return c, errors.New("netgsm: usercode and password are needed")
	}
	if strings.Contains(c.Usercode, ":") {
		return c, errors.New("netgsm: a usercode has no colon") // Basic could not carry it
	}
	if c.Header = strings.TrimSpace(c.Header); c.Header != "" && !ValidHeader(c.Header) {
		return c, fmt.Errorf("netgsm: header %q must have 3 to 11 characters", c.Header)
	}
	switch c.Transport {
	case "":
		c.Transport = TransportREST
	case TransportREST, TransportXML:
	default:
		return c, fmt.Errorf("netgsm: transport %q is neither rest nor xml", string(c.Transport))
	}
	if c.OTPMax == 0 {
		c.OTPMax = DefaultOTPMax
	}
	if c.OTPMax < 0 || c.OTPMax > 160 {
		return c, fmt.Errorf("netgsm: a code SMS has 1 to 160 characters, not %d", c.OTPMax)
	}
	return c, nil
}

// ValidHeader reports whether a sender header has 3 to 11 characters, blanks
// at its ends not counted. Only Netgsm knows whether it is approved.
func ValidHeader(h string) bool {
	n := utf8.RuneCountInString(strings.TrimSpace(h))
	return n >= 3 && n <= 11
}

// String describes the account without its password.
func (c Config) String() string {
	return fmt.Sprintf("netgsm account %s at %s, header %q, transport %s", c.Usercode, c.BaseURL, c.Header, c.Transport)
}

// GoString keeps the password out of %#v too.
func (c Config) GoString() string { return c.String() }

// LogValue describes the account without its password.
func (c Config) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("usercode", c.Usercode),
		slog.String("base_url", c.BaseURL),
		slog.String("header", c.Header),
		slog.String("transport", string(c.Transport)),
	)
}
