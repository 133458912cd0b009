package payflex

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/internal/wire"
)

// SignCallback is the Hash of a callback of the gateway:
//
//	base64(SHA256(VerifyEnrollmentRequestId + MerchantId + PurchCurrency + amount + eci + Cavv + MdStatus + Status + password))
//
// amount is whole kuruş, eci has two characters; the text is in ISO-8859-9. get looks names up as the bank writes them.
func SignCallback(get func(name string) string, password string) string {
	amount := get("PurchAmount")
	if n, err := callbackAmount(amount); err == nil {
		amount = strconv.FormatInt(n, 10)
	}
	eci := get("Eci")
	eci = strings.Repeat("0", max(0, 2-len(eci))) + eci
	d := sha256.Sum256(wire.Latin5(get("VerifyEnrollmentRequestId") + get("MerchantId") + get("PurchCurrency") + amount + eci + get("Cavv") + get("MdStatus") + get("Status") + password))
	return base64.StdEncoding.EncodeToString(d[:])
}

// SignCommonPayment is HashedData of the common payment page: base64(SHA1(merchant + AmountCode + Amount + password + "VBank3DPay2014")). The bank was seen to
// refuse requests that carry it, so none does.
func SignCommonPayment(merchantID, amountCode, amount, password string) string {
	d := sha1.Sum(wire.Latin5(merchantID + amountCode + amount + password + "VBank3DPay2014"))
	return base64.StdEncoding.EncodeToString(d[:])
}

// URLSafe writes base64 anew as startThreeDFlow wants it: URL-safe letters, no padding.
func URLSafe(b64 string) string {
	return strings.TrimRight(strings.NewReplacer("+", "-", "/", "_").Replace(b64), "=")
}

// callbackAmount reads PurchAmount: whole kuruş; with a point and two digits it is lira.
func callbackAmount(s string) (int64, error) {
	if i := strings.IndexByte(s, '.'); i >= 0 {
		if len(s)-i != 3 {
			return 0, pos.ErrAmount
		}
		return pos.ParseDecimal(s)
	}
	return pos.ParseMinor(s)
}
