package mutlucell

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
const DefaultBaseURL = "https://smsgw.mutlucell.com/smsgw-ws"

const (
	// DefaultOTPValidity is how long a code may wait.
	DefaultOTPValidity = 3 * time.Minute
	// FirstReport is how long after sending a report may be asked for, and
	// ReportEvery how long after the last question.
	FirstReport = time.Minute
	ReportEvery = 15 * time.Minute
)

// Config holds what an account needs.
type Config struct {
	// BaseURL is DefaultBaseURL when empty; its path belongs to it.
	BaseURL  string
	Username string // ka
	Password string // pwd
	// Header is the sender (org) when a message names none.
	Header string
	// Subscriber is the 0850 number whose incoming SMS Inbox lists. Optional.
	Subscriber string
	// OTPValidity is DefaultOTPValidity when 0; at least a minute.
	OTPValidity time.Duration
	// Now is time.Now when nil.
	Now func() time.Time
}

// normalise fills in the defaults and checks.
func (c Config) normalise() (Config, error) {
	var err error
	if c.BaseURL, err = house.Base(provider, c.BaseURL, DefaultBaseURL); err != nil {
		return c, err
	}
	if c.Username == "" || c.Password == "" {
		return c, errors.New("mutlucell: user name and password are needed")
	}
	if c.Header = strings.TrimSpace(c.Header); c.Header != "" && !ValidHeader(c.Header) {
		return c, fmt.Errorf("mutlucell: header %q must have 1 to 11 characters", c.Header)
	}
	if c.OTPValidity == 0 {
		c.OTPValidity = DefaultOTPValidity
	}
	if c.OTPValidity < time.Minute || c.OTPValidity > 24*time.Hour {
		return c, errors.New("mutlucell: the validity of a code lies between a minute and a day")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c, nil
}

// ValidHeader reports whether a sender has 1 to 11 characters, blanks at its
// ends not counted. Only the house knows whether it is approved.
func ValidHeader(h string) bool {
	n := utf8.RuneCountInString(strings.TrimSpace(h))
	return n >= 1 && n <= 11
}

// String describes the account without its password.
func (c Config) String() string {
	return fmt.Sprintf("mutlucell account %s at %s, header %q", c.Username, c.BaseURL, c.Header)
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
