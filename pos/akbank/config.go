package akbank

import (
	"fmt"
	"log/slog"

	"github.com/onay/onay/pos"
)

// Addresses of the bank. The test ones have "pre" in their names.
const (
	API        = "https://api.akbank.com/api/v1/payment/virtualpos"
	SecurePay  = "https://virtualpospaymentgateway.akbank.com/securepay"
	PayHosting = "https://virtualpospaymentgateway.akbank.com/payhosting"

	TestAPI        = "https://apipre.akbank.com/api/v1/payment/virtualpos"
	TestSecurePay  = "https://virtualpospaymentgatewaypre.akbank.com/securepay"
	TestPayHosting = "https://virtualpospaymentgatewaypre.akbank.com/payhosting"

	// ReportPath stands behind the API address.
	ReportPath = "/portal/report/transaction"
)

// Config is a merchant's account.
type Config struct {
	MerchantSafeID string // "Güvenli İşyeri Numarası", 32 hexadecimal characters
	TerminalSafeID string // "Terminal Safe ID", 32 hexadecimal characters
	SecretKey      string // "Güvenlik Anahtarı"; looks like hexadecimal and is used as the text that it is
	SubMerchantID  string // payment facilitators only

	APIURL        string // empty: API
	SecurePayURL  string // empty: SecurePay
	PayHostingURL string // empty: PayHosting
	ReportPath    string // empty: ReportPath

	Model pos.Model // pos.Secure when empty
	// MOTO tells that the terminal may take telephone orders; Recurring, that it may take plans.
	MOTO      bool
	Recurring bool
	// HalfSecure accepts a callback whose mdStatus is there and is not 1.
	HalfSecure bool
}

func (c Config) normalise() (Config, error) {
	for _, f := range []struct {
		v   *string
		def string
	}{{&c.APIURL, API}, {&c.SecurePayURL, SecurePay}, {&c.PayHostingURL, PayHosting}, {&c.ReportPath, ReportPath}} {
		if *f.v == "" {
			*f.v = f.def
		}
	}
	if c.Model == "" {
		c.Model = pos.Secure
	}
	switch {
	case c.MerchantSafeID == "":
		return c, pos.Invalid("MerchantSafeID", "is missing")
	case c.TerminalSafeID == "":
		return c, pos.Invalid("TerminalSafeID", "is missing")
	case c.SecretKey == "":
		return c, pos.Invalid("SecretKey", "is missing")
	}
	if _, ok := models[c.Model]; !ok && c.Model != pos.NonSecure {
		return c, pos.Invalid("Model", "is none of this protocol")
	}
	for name, s := range map[string]string{"APIURL": c.APIURL, "SecurePayURL": c.SecurePayURL, "PayHostingURL": c.PayHostingURL} {
		if err := pos.CheckAddress(name, s); err != nil {
			return c, err
		}
	}
	return c, nil
}

// String describes the account without its secret.
func (c Config) String() string {
	return fmt.Sprintf("akbank account %s, terminal %s at %s, model %s", c.MerchantSafeID, c.TerminalSafeID, c.APIURL, c.Model)
}

// GoString keeps the secret out of %#v too.
func (c Config) GoString() string { return c.String() }

// LogValue describes the account without its secret.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalJSON writes the description: an account encoded by mistake gives nothing away.
func (c Config) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, "%q", c.String()), nil }
