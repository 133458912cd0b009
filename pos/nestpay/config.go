package nestpay

import (
	"fmt"
	"log/slog"
	"strings"

	"github.com/onay/onay/pos"
)

// Hash is the version of the 3-D form's hash.
type Hash string

// The versions. Version 3 is for every store that does not insist on an older one.
const (
	Ver1 Hash = "ver1"
	Ver2 Hash = "ver2"
	Ver3 Hash = "ver3"
)

// Config is a merchant's account.
type Config struct {
	ClientID string // "Mağaza kodu", up to 15 digits
	Username string // of the API user
	Password string // of the API user; not the store key
	StoreKey string // "3D anahtarı" (Üye İş Yeri Anahtarı): signs the 3-D forms, never sent

	APIURL  string // https://HOST/fim/api
	GateURL string // https://HOST/fim/est3Dgate

	// Model is the store type of the merchant number. Empty: pos.Secure ("3d").
	Model pos.Model
	// Hash is Ver3 when empty.
	Hash Hash
	// AcceptedMDStatus are the results of the authentication that may go on in model 3d. Empty: only "1". "2", "3" and "4" are half secure:
	// the merchant bears the chargebacks.
	AcceptedMDStatus []string
	// AlwaysPreAmount sends the pre-authorized amount with every capture, as one bank is said to want.
	AlwaysPreAmount bool
	// MOTO tells that the bank has opened mail and telephone orders.
	MOTO bool
}

func (c Config) normalise() (Config, error) {
	if c.Hash == "" {
		c.Hash = Ver3
	}
	if c.Model == "" {
		c.Model = pos.Secure
	}
	if len(c.AcceptedMDStatus) == 0 {
		c.AcceptedMDStatus = []string{"1"}
	}
	switch {
	case c.ClientID == "" || len(c.ClientID) > 15:
		return c, pos.Invalid("ClientID", "has 1 to 15 characters")
	case c.Username == "" || len(c.Username) > 255:
		return c, pos.Invalid("Username", "has 1 to 255 characters")
	case c.Password == "":
		return c, pos.Invalid("Password", "is missing")
	case c.Hash != Ver1 && c.Hash != Ver2 && c.Hash != Ver3:
		return c, pos.Invalid("Hash", "is ver1, ver2 or ver3")
	}
	switch c.Model {
	case pos.NonSecure:
	case pos.Secure, pos.SecurePay, pos.SecureHosted, pos.SecureHost, pos.Hosted:
		if c.StoreKey == "" {
			return c, pos.Invalid("StoreKey", "is missing: without it no 3-D form can be signed")
		}
		if err := pos.CheckAddress("GateURL", c.GateURL); err != nil {
			return c, err
		}
	default:
		return c, pos.Invalid("Model", "is none of this protocol")
	}
	for _, s := range c.AcceptedMDStatus {
		if s < "1" || s > "4" || len(s) != 1 {
			return c, pos.Invalid("AcceptedMDStatus", "may hold 1, 2, 3 and 4")
		}
	}
	return c, pos.CheckAddress("APIURL", c.APIURL)
}

// String describes the account without its secrets.
func (c Config) String() string {
	return fmt.Sprintf("nestpay account %s at %s, model %s, %s", c.ClientID, c.APIURL, c.Model, c.Hash)
}

// GoString keeps the secrets out of %#v too.
func (c Config) GoString() string { return c.String() }

// LogValue describes the account without its secrets.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalJSON writes the description: an account encoded by mistake gives nothing away.
func (c Config) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, "%q", c.String()), nil }

func (c Config) accepts(mdStatus string) bool {
	for _, s := range c.AcceptedMDStatus {
		if s == mdStatus {
			return true
		}
	}
	return false
}

func (c Config) secrets() []string {
	var out []string
	for _, s := range []string{c.Password, c.StoreKey} {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}
