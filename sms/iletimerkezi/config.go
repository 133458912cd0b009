package iletimerkezi

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/onay/onay/sms/internal/house"
)

// DefaultBaseURL is the only host of the API.
const DefaultBaseURL = "https://api.iletimerkezi.com/v1"

// Config holds what an account needs.
type Config struct {
	// BaseURL is DefaultBaseURL when empty; the version belongs to it.
	BaseURL string
	// Key and Hash are those of the panel.
	Key, Hash string
	// Header is the sender when a message names none: 1 to 11 characters
	// without Turkish letters, approved by the house.
	Header string
}

// normalise fills in the defaults and checks.
func (c Config) normalise() (Config, error) {
	var err error
	if c.BaseURL, err = house.Base(provider, c.BaseURL, DefaultBaseURL); err != nil {
		return c, err
	}
	if c.Key == "" || c.Hash == "" {
		return c, errors.New("iletimerkezi: key and hash are needed")
	}
	if c.Header = strings.TrimSpace(c.Header); c.Header != "" && !ValidHeader(c.Header) {
		return c, fmt.Errorf("iletimerkezi: header %q must have 1 to 11 characters without Turkish letters", c.Header)
	}
	return c, nil
}

// ValidHeader reports whether a sender has 1 to 11 ASCII characters (errors
// 459 and 460), blanks at its ends not counted. Only the house knows whether
// it is approved.
func ValidHeader(h string) bool {
	h = strings.TrimSpace(h)
	for i := 0; i < len(h); i++ {
		if h[i] < ' ' || h[i] > '~' {
			return false
		}
	}
	return len(h) >= 1 && len(h) <= 11
}

// String describes the account without its secrets.
func (c Config) String() string {
	return fmt.Sprintf("iletimerkezi account at %s, header %q", c.BaseURL, c.Header)
}

// GoString keeps the secrets out of %#v too.
func (c Config) GoString() string { return c.String() }

// LogValue describes the account without its secrets.
func (c Config) LogValue() slog.Value {
	return slog.GroupValue(slog.String("base_url", c.BaseURL), slog.String("header", c.Header))
}
