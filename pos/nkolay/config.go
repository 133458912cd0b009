package nkolay

import (
	"fmt"
	"log/slog"

	"github.com/onay/onay/pos"
)

// Addresses of the institution.
const (
	BaseURL     = "https://paynkolay.nkolayislem.com.tr"
	TestBaseURL = "https://paynkolaytest.nkolayislem.com.tr"
)

// Config is a merchant's account.
type Config struct {
	SX       string // for payments: digits, a bar and base64; the bar belongs to it
	SXList   string // for lists and reports: SX, a bar and more
	SXCancel string // for voids and refunds: SX, a bar and more
	Secret   string // merchantSecretKey

	BaseURL string // empty: BaseURL

	// Model is pos.Secure when empty: the card is typed on the shop's page. pos.SecureHosted takes it on the institution's page; pos.NonSecure has no 3-D Secure.
	Model pos.Model
	MOTO  bool // sales without 3-D Secure for payers on the telephone: the account must be allowed to
	// DefaultIP goes where the payer's address is not known: every payment needs one.
	DefaultIP string
	Platform  string // ECOMM_PLATFORM, at most 120 characters; may be empty
}

func (c Config) normalise() (Config, error) {
	if c.BaseURL == "" {
		c.BaseURL = BaseURL
	}
	if c.Model == "" {
		c.Model = pos.Secure
	}
	if c.DefaultIP == "" {
		c.DefaultIP = "127.0.0.1"
	}
	switch {
	case c.SX == "":
		return c, pos.Invalid("SX", "is missing")
	case c.SXList == "":
		return c, pos.Invalid("SXList", "is missing: without it no payment can be confirmed")
	case c.SXCancel == "":
		return c, pos.Invalid("SXCancel", "is missing: without it nothing can be voided or refunded")
	case c.Secret == "":
		return c, pos.Invalid("Secret", "is missing")
	case c.Model != pos.Secure && c.Model != pos.SecureHosted && c.Model != pos.NonSecure:
		return c, pos.Invalid("Model", "is none of this protocol")
	case len(c.Platform) > 120:
		return c, pos.Invalid("Platform", "has at most 120 characters")
	}
	return c, pos.CheckAddress("BaseURL", c.BaseURL)
}

// String describes the account without its secrets.
func (c Config) String() string {
	return fmt.Sprintf("nkolay account at %s, model %s", c.BaseURL, c.Model)
}

// GoString keeps the secrets out of %#v too.
func (c Config) GoString() string { return c.String() }

// LogValue describes the account without its secrets.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalJSON writes the description: an account encoded by mistake gives nothing away.
func (c Config) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, "%q", c.String()), nil }
