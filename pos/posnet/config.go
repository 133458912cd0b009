package posnet

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/onay/onay/pos"
)

// Addresses of the bank.
const (
	APIURL  = "https://posnet.yapikredi.com.tr/PosnetWebService/XML"
	GateURL = "https://posnet.yapikredi.com.tr/3DSWebService/YKBPaymentService"

	TestAPIURL  = "https://setmpos.ykb.com/PosnetWebService/XML"
	TestGateURL = "https://setmpos.ykb.com/3DSWebService/YKBPaymentService"
)

// Config is a merchant's account.
type Config struct {
	MerchantID string // "Üye iş yeri no" (mid), 10 digits
	TerminalID string // "Terminal no" (tid), 8 characters
	PosnetID   string // up to 16 digits
	Key        string // "Şifreleme anahtarı" (ENCKEY), made in the bank's panel

	APIURL  string // empty: APIURL
	GateURL string // empty: GateURL

	// Model is pos.Secure when empty; pos.SecureHost takes the card on the bank's common payment page; pos.NonSecure has no 3-D Secure.
	Model            pos.Model
	AcceptedMDStatus []string // empty: "1"; may hold 2, 3 and 4, at the merchant's risk
	Prefix           string   // before the XID of orders paid with 3-D Secure; empty: "TDS_"
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
	if c.Prefix == "" {
		c.Prefix = "TDS_"
	}
	if len(c.AcceptedMDStatus) == 0 {
		c.AcceptedMDStatus = []string{"1"}
	}
	switch {
	case len(c.MerchantID) != 10 || !digits(c.MerchantID):
		return c, pos.Invalid("MerchantID", "has 10 digits")
	case len(c.TerminalID) != 8:
		return c, pos.Invalid("TerminalID", "has 8 characters")
	case c.Model != pos.Secure && c.Model != pos.SecureHost && c.Model != pos.NonSecure:
		return c, pos.Invalid("Model", "is none of this protocol")
	case c.Model != pos.NonSecure && (c.PosnetID == "" || len(c.PosnetID) > 16 || !digits(c.PosnetID)):
		return c, pos.Invalid("PosnetID", "has 1 to 16 digits")
	case c.Model != pos.NonSecure && c.Key == "":
		return c, pos.Invalid("Key", "is missing: without it nothing of 3-D Secure can be proven")
	case len(c.Prefix) != 4:
		return c, pos.Invalid("Prefix", "has 4 characters")
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

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }

func (c Config) accepts(mdStatus string) bool {
	if len(c.AcceptedMDStatus) == 0 {
		return mdStatus == "1"
	}
	return slices.Contains(c.AcceptedMDStatus, mdStatus)
}

// String describes the account without its key.
func (c Config) String() string {
	return fmt.Sprintf("posnet account %s, terminal %s at %s, model %s", c.MerchantID, c.TerminalID, c.APIURL, c.Model)
}

// GoString keeps the key out of %#v too.
func (c Config) GoString() string { return c.String() }

// LogValue describes the account without its key.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalJSON writes the description: an account encoded by mistake gives nothing away.
func (c Config) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, "%q", c.String()), nil }
