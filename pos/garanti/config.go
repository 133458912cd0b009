package garanti

import (
	"fmt"
	"log/slog"

	"github.com/onay/onay/pos"
)

// Addresses of the bank.
const (
	APIURL  = "https://sanalposprov.garanti.com.tr/VPServlet"
	GateURL = "https://sanalposprov.garanti.com.tr/servlet/gt3dengine"

	TestAPIURL  = "https://sanalposprovtest.garantibbva.com.tr/VPServlet"
	TestGateURL = "https://sanalposprovtest.garantibbva.com.tr/servlet/gt3dengine"
)

// Version of the protocol: which hash is used.
type Version string

// The versions. V512 is for every new request.
const (
	V512   Version = "512"
	Legacy Version = "v0.01"
)

// User is one of the three users of a terminal.
type User struct{ Name, Password string }

// Config is a merchant's account.
type Config struct {
	MerchantID    string // "İş yeri no", 7 digits in samples
	TerminalID    string // up to 9 digits
	Provision     User   // PROVAUT: sales, pre-authorizations, captures, inquiries, 3-D forms
	Refund        User   // PROVRFN: voids and refunds
	Hosted        User   // PROVOOS: forms of the bank's page; may be empty, then Provision signs them
	StoreKey      string // "3D Secure anahtarı"
	SubMerchantID string // payment facilitators only
	UserID        string // the person behind the calls, free text; empty: the name of the acting user

	APIURL  string // empty: APIURL
	GateURL string // empty: GateURL
	Test    bool   // mode TEST, for the bank's test host

	Model            pos.Model // pos.Secure when empty
	AcceptedMDStatus []string  // empty: "1"; may hold 2, 3 and 4, at the merchant's risk
	Version          Version   // V512 when empty
	MOTO             bool
	// DefaultIP goes where the payer's address is not known: the bank demands one on every call.
	DefaultIP string
}

// levels are the values of secure3dsecuritylevel.
var levels = map[pos.Model]string{pos.Secure: "3D", pos.SecurePay: "3D_PAY", pos.SecureHosted: "3D_OOS_PAY", pos.Hosted: "OOS_PAY"}

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
	if c.Version == "" {
		c.Version = V512
	}
	if len(c.AcceptedMDStatus) == 0 {
		c.AcceptedMDStatus = []string{"1"}
	}
	if c.DefaultIP == "" {
		c.DefaultIP = "127.0.0.1"
	}
	if c.Provision.Name == "" {
		c.Provision.Name = "PROVAUT"
	}
	if c.Refund.Name == "" {
		c.Refund.Name = "PROVRFN"
	}
	if c.Hosted.Name == "" {
		c.Hosted.Name = "PROVOOS"
	}
	if c.Hosted.Password == "" {
		c.Hosted = c.Provision
	}
	switch {
	case c.MerchantID == "":
		return c, pos.Invalid("MerchantID", "is missing")
	case c.TerminalID == "" || len(c.TerminalID) > 9:
		return c, pos.Invalid("TerminalID", "has 1 to 9 digits")
	case c.Provision.Password == "":
		return c, pos.Invalid("Provision", "has no password")
	case c.StoreKey == "" && c.Model != pos.NonSecure:
		return c, pos.Invalid("StoreKey", "is missing: without it no 3-D form can be signed")
	case c.Version != V512 && c.Version != Legacy:
		return c, pos.Invalid("Version", "is 512 or v0.01")
	}
	if _, ok := levels[c.Model]; !ok && c.Model != pos.NonSecure {
		return c, pos.Invalid("Model", "is none of this protocol")
	}
	for _, s := range c.AcceptedMDStatus {
		if len(s) != 1 || s < "1" || s > "4" {
			return c, pos.Invalid("AcceptedMDStatus", "may hold 1, 2, 3 and 4")
		}
	}
	for name, s := range map[string]string{"APIURL": c.APIURL, "GateURL": c.GateURL} {
		if err := pos.CheckAddress(name, s); err != nil {
			return c, err
		}
	}
	return c, nil
}

func (c Config) mode() string {
	if c.Test {
		return "TEST"
	}
	return "PROD"
}

func (c Config) accepts(mdStatus string) bool {
	for _, s := range c.AcceptedMDStatus {
		if s == mdStatus {
			return true
		}
	}
	return len(c.AcceptedMDStatus) == 0 && mdStatus == "1"
}

func (c Config) secrets() (out []string) {
	for _, s := range []string{c.Provision.Password, c.Refund.Password, c.Hosted.Password, c.StoreKey} {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// String describes the account without its secrets.
func (c Config) String() string {
	return fmt.Sprintf("garanti account %s, terminal %s at %s, model %s", c.MerchantID, c.TerminalID, c.APIURL, c.Model)
}

// GoString keeps the secrets out of %#v too.
func (c Config) GoString() string { return c.String() }

// LogValue describes the account without its secrets.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalJSON writes the description: an account encoded by mistake gives nothing away.
func (c Config) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, "%q", c.String()), nil }

// String keeps the password out of print.
func (u User) String() string { return u.Name }

// GoString keeps the password out of %#v.
func (u User) GoString() string { return u.Name }
