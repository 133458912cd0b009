package akbank

import (
	"crypto/hmac"
	"crypto/sha512"
	"encoding/base64"
	"strings"

	"github.com/onay/onay/pos"
)

// Sign is base64(HMAC-SHA512(key = the bytes of the secret's text, message)). The message is the body as sent, or the joined values of a form.
func Sign(secretKey string, message []byte) string {
	m := hmac.New(sha512.New, []byte(secretKey))
	m.Write(message)
	return base64.StdEncoding.EncodeToString(m.Sum(nil))
}

// formOrder are the fields of the form's hash in order, joined without separators; what is absent is empty.
var formOrder = []string{"paymentModel", "txnCode", "merchantSafeId", "terminalSafeId", "orderId", "lang", "amount", "ccbRewardAmount", "pcbRewardAmount", "xcbRewardAmount", "currencyCode",
	"installCount", "okUrl", "failUrl", "emailAddress", "subMerchantId", "creditCard", "expiredDate", "cvv", "randomNumber", "requestDateTime", "b2bIdentityNumber"}

// SignForm returns the hash of a 3-D form.
func SignForm(fields []pos.Pair, secretKey string) string {
	b := make([]byte, 0, 512)
	for _, name := range formOrder {
		for _, f := range fields {
			if f.Name == name {
				b = append(b, f.Value...)
				break
			}
		}
	}
	return Sign(secretKey, b)
}

// The ordered lists that hashParams may be: of an authentication, of a payment (empty values are left out), and of a refusal.
var (
	authenticatedList = []string{"txnCode", "responseCode", "responseMessage", "txnDateTime", "merchantSafeId", "terminalSafeId", "orderId", "secureId", "secureEcomInd", "secureData", "secureMd"}
	paidList          = []string{"txnCode", "responseCode", "responseMessage", "hostResponseCode", "hostMessage", "txnDateTime", "merchantSafeId", "terminalSafeId", "orderId", "cardHolderName",
		"authCode", "rrn", "batchNumber", "stan", "additionalInstallCount", "deferingMonth", "ccbEarnedRewardAmount", "ccbBalanceRewardAmount", "ccbRewardDesc", "pcbEarnedRewardAmount",
		"pcbBalanceRewardAmount", "pcbRewardDesc", "xcbEarnedRewardAmount", "xcbBalanceRewardAmount", "xcbRewardDesc"}
	paidNeeds   = []string{"txnCode", "responseCode", "responseMessage", "txnDateTime", "merchantSafeId", "terminalSafeId", "orderId"}
	refusedList = []string{"responseCode", "responseMessage", "orderId"}
)

// kind is what a callback's list of signed fields makes of it.
type kind int

const (
	unknownKind kind = iota
	authenticatedKind
	paidKind
	refusedKind
)

func kindOf(params []string) kind {
	switch {
	case same(params, refusedList):
		return refusedKind
	case same(params, authenticatedList):
		return authenticatedKind
	case subsequence(params, paidList) && holds(params, paidNeeds):
		return paidKind
	}
	return unknownKind
}

func same(a, b []string) bool {
	return len(a) == len(b) && subsequence(a, b)
}

// subsequence reports whether a stands within b in the same order, each name once.
func subsequence(a, b []string) bool {
	i := 0
	for _, name := range b {
		if i < len(a) && a[i] == name {
			i++
		}
	}
	return i == len(a)
}

func holds(params, needs []string) bool {
	return subsequence(needs, params)
}

type checked struct {
	signature pos.Signature
	naive     bool
	kind      kind
	params    []string
	why       string
	want      string
}

// checkCallback recomputes the hash over the fields that hashParams names, which must be one of the known lists.
func checkCallback(values pos.Values, secretKey string) checked {
	got, list := values.Get("hash"), values.Get("hashParams")
	if got == "" || list == "" {
		return checked{signature: pos.SignatureMissing, why: "the message is not signed"}
	}
	c := checked{signature: pos.SignatureInvalid, params: strings.Split(list, "+"), why: "hash"}
	b := make([]byte, 0, 256)
	for _, name := range c.params {
		b = append(b, values.Get(name)...)
	}
	c.want = Sign(secretKey, b)
	c.naive = hmac.Equal([]byte(c.want), []byte(got))
	if !c.naive {
		return c
	}
	if c.kind = kindOf(c.params); c.kind == unknownKind {
		c.why = "hashParams is not one of the known ordered lists: field boundaries may have been moved"
		return c
	}
	c.signature, c.why = pos.SignatureValid, ""
	return c
}
