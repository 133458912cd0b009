package verimor

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/onay/onay/sms/internal/house"
)

// DefaultBaseURL is the only host of the API.
const DefaultBaseURL = "https://sms.verimor.com.tr/v2"

// The validity of a message that the operator takes.
const (
	DefaultOTPValidity = 3 * time.Minute
	MinValidity        = time.Minute
	MaxValidity        = 48 * time.Hour
)

// Config holds what an account needs.
type Config struct {
	// BaseURL is DefaultBaseURL when empty; the version belongs to it.
	BaseURL string
	// Username is the line number of 12 digits, 90850….
	Username string
	// Password is that of the API, not of the panel.
	Password string
	// Header is the sender when a message names none. When empty, the operator
	// takes the account's first one.
	Header string
	// OTPValidity is how long a code may wait, in whole minutes;
	// DefaultOTPValidity when 0.
	OTPValidity time.Duration
}

// normalise fills in the defaults and checks.
func (c Config) normalise() (Config, error) {
	var err error
	if c.BaseURL, err = house.Base(provider, c.BaseURL, DefaultBaseURL); err != nil {
		return c, err
	}
	if c.Username == "" || c.Password == "" {
		return c, errors.New("verimor: user name and password are needed")
	}
	if c.Header = strings.TrimSpace(c.Header); c.Header != "" && !ValidHeader(c.Header) {
		return c, fmt.Errorf("verimor: header %q must have at most 14 characters", c.Header)
	}
	if c.OTPValidity == 0 {
		c.OTPValidity = DefaultOTPValidity
	}
	if c.OTPValidity < MinValidity || c.OTPValidity > MaxValidity {
		return c, errors.New("verimor: a validity lies between 1 minute and 48 hours")
	}
	return c, nil
}

// ValidHeader reports whether a sender is a name of 1 to 11 characters or a
// line number, blanks at its ends not counted; names in the operator's own
// samples have up to 14. Only the operator knows whether it is approved.
func ValidHeader(h string) bool {
	n := utf8.RuneCountInString(strings.TrimSpace(h))
	return n >= 1 && n <= 14
}

// String describes the account without its password.
func (c Config) String() string {
	return fmt.Sprintf("verimor account %s at %s, header %q", c.Username, c.BaseURL, c.Header)
}

// GoString keeps the password out of %#v too.
func (c Config) GoString() string { return c.String() }

// LogValue describes the account without its password.
func (c Config) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("username", c.Username),
		slog.String("base_url", c.BaseURL),
		slog.String("header", c.Header),
	)
}
