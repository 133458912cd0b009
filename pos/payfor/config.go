package payfor

import (
	"fmt"
	"log/slog"

	"github.com/onay/onay/pos"
)

// Addresses of QNB.
const (
	XMLURL  = "https://vpos.qnb.com.tr/Gateway/XMLGate.aspx"
	FormURL = "https://vpos.qnb.com.tr/Gateway/Default.aspx"
	HostURL = "https://vpos.qnb.com.tr/Gateway/3DHost.aspx"

	TestXMLURL  = "https://vpostest.qnb.com.tr/Gateway/XMLGate.aspx"
	TestFormURL = "https://vpostest.qnb.com.tr/Gateway/Default.aspx"
	TestHostURL = "https://vpostest.qnb.com.tr/Gateway/3DHost.aspx"
)

// Numbers of the banks (MbrId).
const (
	QNB           = "5"
	ZiraatKatilim = "12"
)

// Config is a merchant's account.
type Config struct {
	MbrID        string // QNB when empty
	MerchantID   string // "Üye İşyeri Kodu", 15 digits
	UserCode     string // "Api Kullanıcısı Adı"
	UserPass     string // "Api Kullanıcısı Şifre"; never in a browser's form
	MerchantPass string // "Üye İşyeri Şifre": only in hashes, never sent

	XMLURL, FormURL, HostURL string // empty: those of QNB

	Model pos.Model // pos.Secure when empty
	// HalfSecure accepts 3DStatus 2, 3 and 4, at the merchant's risk.
	HalfSecure bool
	MOTO       bool
	// ServerStart posts the 3-D form from this server, as QNB demands since February 2026. The payer then gets the page that the bank answers.
	ServerStart bool
}

// secureTypes are the values of SecureType.
var secureTypes = map[pos.Model]string{pos.Secure: "3DModel", pos.SecurePay: "3DPay", pos.SecureHosted: "3DHost"}

func (c Config) normalise() (Config, error) {
	for _, f := range []struct {
		v   *string
		def string
	}{{&c.MbrID, QNB}, {&c.XMLURL, XMLURL}, {&c.FormURL, FormURL}, {&c.HostURL, HostURL}} {
		if *f.v == "" {
			*f.v = f.def
		}
	}
	if c.Model == "" {
		c.Model = pos.Secure
	}
	switch {
	case c.MerchantID == "":
		return c, pos.Invalid("MerchantID", "is missing")
	case c.UserCode == "":
		return c, pos.Invalid("UserCode", "is missing")
	case c.UserPass == "":
		return c, pos.Invalid("UserPass", "is missing")
	case c.MerchantPass == "" && c.Model != pos.NonSecure:
		return c, pos.Invalid("MerchantPass", "is missing: without it no 3-D form can be signed")
	}
	if _, ok := secureTypes[c.Model]; !ok && c.Model != pos.NonSecure {
		return c, pos.Invalid("Model", "is none of this protocol")
	}
	for name, s := range map[string]string{"XMLURL": c.XMLURL, "FormURL": c.FormURL, "HostURL": c.HostURL} {
		if err := pos.CheckAddress(name, s); err != nil {
			return c, err
		}
	}
	return c, nil
}

// String describes the account without its secrets.
func (c Config) String() string {
	return fmt.Sprintf("payfor account %s, user %s, bank %s at %s, model %s", c.MerchantID, c.UserCode, c.MbrID, c.XMLURL, c.Model)
}

// GoString keeps the secrets out of %#v too.
func (c Config) GoString() string { return c.String() }

// LogValue describes the account without its secrets.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalJSON writes the description: an account encoded by mistake gives nothing away.
func (c Config) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, "%q", c.String()), nil }
