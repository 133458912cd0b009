package intervpos

import (
	"fmt"
	"log/slog"

	"github.com/onay/onay/pos"
)

// Addresses of the bank.
const (
	URL     = "https://inter-vpos.com.tr/mpi/Default.aspx"
	HostURL = "https://inter-vpos.com.tr/mpi/3DHost.aspx"

	TestURL     = "https://test.inter-vpos.com.tr/mpi/Default.aspx"
	TestHostURL = "https://test.inter-vpos.com.tr/mpi/3DHost.aspx"
)

// Config is a merchant's account.
type Config struct {
	ShopCode     string // "Mağaza Kodu"
	UserCode     string // "Api Kullanıcısı Adı"
	UserPass     string // "Api Kullanıcısı Şifre"; never in a browser's form
	MerchantPass string // "3D Storekey": only in hashes, never sent

	URL, HostURL string // empty: those of the bank

	Model            pos.Model // pos.Secure when empty
	AcceptedMDStatus []string  // empty: "1"; may hold 2, 3 and 4, at the merchant's risk
	MOTO             bool
	// SinglePayment is what InstallmentCount says of a payment at once: empty, or "0" or "1" where a terminal wants that.
	SinglePayment string
}

// secureTypes are the values of SecureType.
var secureTypes = map[pos.Model]string{pos.Secure: "3DModel", pos.SecurePay: "3DPay", pos.SecureHosted: "3DHost"}

func (c Config) normalise() (Config, error) {
	if c.URL == "" {
		c.URL = URL
	}
	if c.HostURL == "" {
		c.HostURL = HostURL
	}
	if c.Model == "" {
		c.Model = pos.Secure
	}
	switch {
	case c.ShopCode == "":
		return c, pos.Invalid("ShopCode", "is missing")
	case c.UserCode == "":
		return c, pos.Invalid("UserCode", "is missing")
	case c.UserPass == "":
		return c, pos.Invalid("UserPass", "is missing")
	case c.MerchantPass == "": // an empty one would make the unkeyed hashes of the bank valid
		return c, pos.Invalid("MerchantPass", "is missing: forged messages would look genuine without it")
	case c.SinglePayment != "" && c.SinglePayment != "0" && c.SinglePayment != "1":
		return c, pos.Invalid("SinglePayment", "is empty, 0 or 1")
	}
	if _, ok := secureTypes[c.Model]; !ok && c.Model != pos.NonSecure {
		return c, pos.Invalid("Model", "is none of this protocol")
	}
	for _, s := range c.AcceptedMDStatus {
		if len(s) != 1 || s < "1" || s > "4" {
			return c, pos.Invalid("AcceptedMDStatus", "may hold 1, 2, 3 and 4")
		}
	}
	if err := pos.CheckAddress("URL", c.URL); err != nil {
		return c, err
	}
	return c, pos.CheckAddress("HostURL", c.HostURL)
}

func (c Config) accepts(mdStatus string) bool {
	for _, s := range c.AcceptedMDStatus {
		if s == mdStatus {
			return true
		}
	}
	return len(c.AcceptedMDStatus) == 0 && mdStatus == "1"
}

// String describes the account without its secrets.
func (c Config) String() string {
	return fmt.Sprintf("intervpos account %s, user %s at %s, model %s", c.ShopCode, c.UserCode, c.URL, c.Model)
}

// GoString keeps the secrets out of %#v too.
func (c Config) GoString() string { return c.String() }

// LogValue describes the account without its secrets.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalJSON writes the description: an account encoded by mistake gives nothing away.
func (c Config) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, "%q", c.String()), nil }
