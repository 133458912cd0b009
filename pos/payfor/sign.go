package payfor

import (
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"strings"

	"github.com/onay/onay/pos"
)

// SignForm is base64(SHA1(MbrId + OrderId + PurchAmount + OkUrl + FailUrl + TxnType + InstallmentCount + Rnd + MerchantPass)): no separators, values exactly
// as posted. So digits can be moved from the amount into the order id: ids of one fixed length leave no room, and the paid amount is confirmed by an inquiry.
func SignForm(get func(field string) string, merchantPass string) string {
	d := sha1.Sum([]byte(get("MbrId") + get("OrderId") + get("PurchAmount") + get("OkUrl") + get("FailUrl") + get("TxnType") + get("InstallmentCount") + get("Rnd") + merchantPass))
	return base64.StdEncoding.EncodeToString(d[:])
}

// callbackFields are the signed fields of a callback in order; MerchantPass stands second, UserCode last.
var callbackFields = []string{"OrderId", "AuthCode", "ProcReturnCode", "3DStatus", "ResponseRnd"}

// SignCallback is base64(H(MerchantID + MerchantPass + OrderId + AuthCode + ProcReturnCode + 3DStatus + ResponseRnd + UserCode)). H is SHA-1, and SHA-256 for
// messages without HashType. MerchantID and UserCode are the account's own.
func (c Config) SignCallback(get func(field string) string, sha256Digest bool) string {
	var b strings.Builder
	b.WriteString(c.MerchantID)
	b.WriteString(c.MerchantPass)
	for _, name := range callbackFields {
		b.WriteString(get(name))
	}
	b.WriteString(c.UserCode)
	if sha256Digest {
		d := sha256.Sum256([]byte(b.String()))
		return base64.StdEncoding.EncodeToString(d[:])
	}
	d := sha1.Sum([]byte(b.String()))
	return base64.StdEncoding.EncodeToString(d[:])
}

// checkCallback finds the digest by the length of the hash; HashType, when it is there, has to agree.
func (c Config) checkCallback(values pos.Values) (sig pos.Signature, sha256Digest bool, want, why string) {
	got := values.Get("ResponseHash")
	if got == "" || c.MerchantPass == "" {
		return pos.SignatureMissing, false, "", "the message has no ResponseHash"
	}
	raw, err := base64.StdEncoding.DecodeString(got)
	kind := values.Get("HashType")
	sha256Digest = len(raw) == sha256.Size
	want = c.SignCallback(values.Get, sha256Digest)
	switch {
	case err != nil || len(raw) != sha1.Size && len(raw) != sha256.Size:
		return pos.SignatureInvalid, sha256Digest, want, "ResponseHash is no digest"
	case strings.EqualFold(kind, "Sha1") == sha256Digest, kind != "" && !strings.EqualFold(kind, "Sha1") && !strings.EqualFold(kind, "Sha256"):
		return pos.SignatureInvalid, sha256Digest, want, "HashType and the length of ResponseHash do not agree"
	case subtle.ConstantTimeCompare([]byte(want), []byte(got)) != 1:
		return pos.SignatureInvalid, sha256Digest, want, "hash"
	}
	return pos.SignatureValid, sha256Digest, want, ""
}
