package posnetv1

import (
	"fmt"
	"log/slog"
	"slices"

	"github.com/onay/onay/pos"
)

// Addresses of the bank. The name of the operation follows APIURL.
const (
	APIURL  = "https://epos.albarakaturk.com.tr/ALBMerchantService/MerchantJSONAPI.svc"
	GateURL = "https://epos.albarakaturk.com.tr/ALBSecurePaymentUI/SecureProcess/SecureVerification.aspx"

	TestAPIURL  = "https://epostest.albarakaturk.com.tr/ALBMerchantService/MerchantJSONAPI.svc"
	TestGateURL = "https://epostest.albarakaturk.com.tr/ALBSecurePaymentUI/SecureProcess/SecureVerification.aspx"
)

// Config is a merchant's account.
type Config struct {
	MerchantNo string // 10 characters
	TerminalNo string // 8 characters, may hold letters
	PosnetID   string // 16 digits
	Key        string // "Şifreleme anahtarı"

	APIURL  string // empty: APIURL
	GateURL string // empty: GateURL

	// Model is pos.Secure when empty; pos.SecureHost takes the card on the bank's page; pos.NonSecure has no 3-D Secure.
	Model            pos.Model
	AcceptedMDStatus []string // empty: "1"; may hold 2, 3 and 4, at the merchant's risk
	LongOrderIDs     bool     // direct sales send the order id with 24 characters instead of 20
	MOTO             bool
}

func (c Config) normalise() (Config, error) {
	if c.APIURL == "" {
		c.APIURL = APIURL
	}
	if c.GateURL == "" {
		c.GateURL = GateURL
	}
	if c.Model == "" {
		c.Model = pos.Secure
	}
	if len(c.AcceptedMDStatus) == 0 {
		c.AcceptedMDStatus = []string{"1"}
	}
	switch {
	case len(c.MerchantNo) != 10:
		return c, pos.Invalid("MerchantNo", "has 10 characters")
	case len(c.TerminalNo) != 8:
		return c, pos.Invalid("TerminalNo", "has 8 characters")
	case c.Key == "":
		return c, pos.Invalid("Key", "is missing: without it no request can be signed")
	case c.Model != pos.Secure && c.Model != pos.SecureHost && c.Model != pos.NonSecure:
		return c, pos.Invalid("Model", "is none of this protocol")
	case c.Model != pos.NonSecure && (c.PosnetID == "" || len(c.PosnetID) > 16):
		return c, pos.Invalid("PosnetID", "has 1 to 16 digits")
	}
	for _, s := range c.AcceptedMDStatus {
		if len(s) != 1 || s < "1" || s > "4" {
			return c, pos.Invalid("AcceptedMDStatus", "may hold 1, 2, 3 and 4")
		}
	}
	if err := pos.CheckAddress("APIURL", c.APIURL); err != nil {
		return c, err
	}
	return c, pos.CheckAddress("GateURL", c.GateURL)
}

func (c Config) accepts(mdStatus string) bool {
	if len(c.AcceptedMDStatus) == 0 {
		return mdStatus == "1"
	}
	return slices.Contains(c.AcceptedMDStatus, mdStatus)
}

// String describes the account without its key.
func (c Config) String() string {
	return fmt.Sprintf("posnetv1 account %s, terminal %s at %s, model %s", c.MerchantNo, c.TerminalNo, c.APIURL, c.Model)
}

// GoString keeps the key out of %#v too.
func (c Config) GoString() string { return c.String() }

// LogValue describes the account without its key.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalJSON writes the description: an account encoded by mistake gives nothing away.
func (c Config) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, "%q", c.String()), nil }
