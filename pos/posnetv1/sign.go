package posnetv1

import (
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"strings"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/internal/wire"
)

// The lists of signed fields (MACParams), by request.
const (
	paramsCard      = "MerchantNo:TerminalNo:CardNo:Cvc2:ExpireDate:Amount"
	paramsSecure    = "MerchantNo:TerminalNo:SecureTransactionId:CavvData:Eci:MdStatus"
	paramsTerminal  = "MerchantNo:TerminalNo"
	paramsReference = "MerchantNo:TerminalNo:ReferenceCode:OrderId"
	paramsHosted    = "MerchantNo:TerminalNo:Amount"
	paramsCallback  = "ECI:CAVV:MdStatus:MdErrorMessage:MD:SecureTransactionId"
)

// MAC is base64(SHA256(the values that params names, joined without separators, then the key)). params is joined with colons; what get does not have is empty.
func MAC(params string, get func(name string) string, key string) string {
	var b []byte
	for name := range strings.SplitSeq(params, ":") {
		b = append(b, get(name)...)
	}
	b = append(b, key...)
	d := sha256.Sum256(b)
	clear(b)
	return base64.StdEncoding.EncodeToString(d[:])
}

// shapes are what the signed fields of a callback look like. Without separators the cuts between them could be moved, and the MAC would not tell.
var shapes = map[string]*regexp.Regexp{
	"ECI":                 regexp.MustCompile(`^[0-9]{2}$`),
	"CAVV":                regexp.MustCompile(`^([A-Za-z0-9+/]{27}=|[A-Za-z0-9+/]{26}==|[A-Za-z0-9+/]{28})?$`),
	"MdStatus":            regexp.MustCompile(`^[0-9]$`),
	"MD":                  regexp.MustCompile(`^[0-9]+(,[0-9]+)?$`),
	"SecureTransactionId": regexp.MustCompile(`^[0-9]+$`),
}

// checkCallback tells what a callback's MAC is worth, and why it is not believed.
func (c Config) checkCallback(values pos.Values) (sig pos.Signature, naive bool, why string) {
	got := values.Get("Mac")
	if got == "" {
		return pos.SignatureMissing, false, "the message has no Mac"
	}
	fits := wire.Equal(MAC(paramsCallback, values.Get, c.Key), got)
	naive = fits || values.Get("MacParams") != "" && wire.Equal(MAC(values.Get("MacParams"), values.Get, c.Key), got)
	switch {
	case values.Get("MacParams") != paramsCallback:
		return pos.SignatureInvalid, naive, "MacParams is not the known list"
	case !fits:
		return pos.SignatureInvalid, naive, "Mac"
	}
	for name, shape := range shapes {
		if !shape.MatchString(values.Get(name)) {
			return pos.SignatureValid, naive, name + " does not have its shape: the signed text was cut at other places"
		}
	}
	if !strings.Contains(values.Get("MD"), values.Get("SecureTransactionId")) {
		return pos.SignatureValid, naive, "MD does not hold SecureTransactionId: the signed text was cut at other places"
	}
	if c.accepts(values.Get("MdStatus")) && values.Get("CAVV") == "" {
		return pos.SignatureValid, naive, "an authentication without CAVV"
	}
	return pos.SignatureValid, naive, ""
}
