package intervpos

import (
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/onay/onay/pos"
)

func digest(s string) string {
	d := sha1.Sum([]byte(s))
	return base64.StdEncoding.EncodeToString(d[:])
}

// SignForm is base64(SHA1(ShopCode + OrderId + PurchAmount + OkUrl + FailUrl + TxnType + InstallmentCount + Rnd + MerchantPass)): no separators, values exactly as
// posted.
func SignForm(get func(field string) string, merchantPass string) string {
	return digest(get("ShopCode") + get("OrderId") + get("PurchAmount") + get("OkUrl") + get("FailUrl") + get("TxnType") + get("InstallmentCount") + get("Rnd") + merchantPass)
}

// needed are the fields that a callback's list must cover.
var needed = []string{"PurchAmount", "Currency", "OrderId", "ProcReturnCode", "mdStatus"}

// SignCallback is base64(SHA1(values of the fields named in HASHPARAMS, without separators, then MerchantPass)). An empty MerchantPass gives the unkeyed hash that
// the bank puts on early rejections.
func SignCallback(values pos.Values, merchantPass string) string {
	return digest(signedText(values) + merchantPass)
}

func params(values pos.Values) (names []string) {
	for _, n := range strings.Split(values.Get("HASHPARAMS"), ":") {
		if n != "" {
			names = append(names, n)
		}
	}
	return names
}

func signedText(values pos.Values) string {
	var b strings.Builder
	for _, n := range params(values) {
		b.WriteString(values.Get(n))
	}
	return b.String()
}

type checked struct {
	signature pos.Signature // of the keyed hash over the posted list
	unkeyed   bool          // the hash was made without the key
	naive     bool
	covers    bool // the list is long enough
	want, why string
}

func (c Config) checkCallback(values pos.Values) checked {
	got := values.Get("HASH")
	if got == "" || c.MerchantPass == "" {
		return checked{signature: pos.SignatureMissing, why: "the message has no hash"}
	}
	equal := func(a string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(got)) == 1 }
	s := checked{signature: pos.SignatureInvalid, want: SignCallback(values, c.MerchantPass), why: "hash"}
	s.naive = equal(digest(values.Get("HASHPARAMSVAL") + c.MerchantPass))
	if !equal(s.want) || signedText(values) != values.Get("HASHPARAMSVAL") {
		if s.unkeyed = equal(SignCallback(values, "")); s.unkeyed {
			s.why = "the hash was made without the key: anybody could have made it"
		} else if s.naive {
			s.why = "the hash fits the text that the message brought along, and not its fields"
		}
		return s
	}
	s.signature, s.why, s.covers = pos.SignatureValid, "", true
	names := params(values)
	for _, n := range needed {
		if !slices.Contains(names, n) {
			s.covers, s.why = false, "the hash does not cover "+n
		}
	}
	return s
}
