package nkolay

import (
	"crypto/sha1"
	"crypto/sha512"
	"encoding/base64"
	"strings"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/internal/wire"
)

// Sign is hashDatav2: base64(SHA512(fields joined with bars, then a bar and the secret)), a plain digest of UTF-8. An absent field is an empty text between two bars.
func Sign(secret string, fields ...string) string {
	d := sha512.Sum512([]byte(strings.Join(fields, "|") + "|" + secret))
	return base64.StdEncoding.EncodeToString(d[:])
}

// SignLegacy is the old hashData: base64(SHA1(fields and secret without separators)). It is read in old records and never sent.
func SignLegacy(secret string, fields ...string) string {
	d := sha1.Sum([]byte(strings.Join(fields, "") + secret))
	return base64.StdEncoding.EncodeToString(d[:])
}

// resultFields are signed in callbacks and answers, in this order.
var resultFields = []string{"MERCHANT_NO", "REFERENCE_CODE", "AUTH_CODE", "RESPONSE_CODE", "USE_3D", "RND", "INSTALLMENT", "AUTHORIZATION_AMOUNT", "CURRENCY_CODE"}

// SignResult is the hash of a callback or an answer, over the values as they came.
func SignResult(secret string, get func(name string) string) string {
	values := make([]string, len(resultFields))
	for i, name := range resultFields {
		values[i] = get(name)
	}
	return Sign(secret, values...)
}

// resultHash finds the hash, which is written with a large or a small v.
func resultHash(get func(name string) string) string {
	for _, name := range []string{"hashDataV2", "hashDatav2"} {
		if h := get(name); h != "" {
			return h
		}
	}
	return ""
}

func (c Config) checkResult(get func(name string) string) pos.Signature {
	switch h := resultHash(get); {
	case h == "":
		return pos.SignatureMissing
	case wire.Equal(SignResult(c.Secret, get), h):
		return pos.SignatureValid
	}
	return pos.SignatureInvalid
}
