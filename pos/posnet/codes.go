package posnet

import (
	"strings"

	"github.com/onay/onay/pos"
)

// reasons are the answer codes of the bank's list that the general table does not give. Both PosNet protocols have them.
var reasons = map[string]pos.Code{
	"0001": pos.CodeCallIssuer, "0007": pos.CodeCallIssuer, "0030": pos.CodeCallIssuer, "0053": pos.CodeCallIssuer, "0444": pos.CodeCallIssuer,
	"0002": pos.CodeInvalidRequest,
	"0003": pos.CodeIPNotAllowed,
	"0004": pos.CodePickUpCard,
	"0057": pos.CodeNotPermittedEcommerce,
	"0062": pos.CodeRestrictedCard,
	"0091": pos.CodeIssuerUnavailable,
	"0100": pos.CodeGatewayError, "0124": pos.CodeGatewayError, "0125": pos.CodeGatewayError, "0126": pos.CodeGatewayError, "0302": pos.CodeGatewayError, "0400": pos.CodeGatewayError,
	"E997": pos.CodeGatewayError, "E998": pos.CodeGatewayError, "E999": pos.CodeGatewayError,
	"0122": pos.CodeNotFound, "0123": pos.CodeNotFound, "0223": pos.CodeNotFound, "E219": pos.CodeNotFound,
	"0127": pos.CodeDuplicateOrder, "0219": pos.CodeDuplicateOrder,
	"0129": pos.CodeBlacklistedCard,
	"0146": pos.CodeInvalidCredentials, "0147": pos.CodeInvalidCredentials, "0148": pos.CodeInvalidCredentials, "0320": pos.CodeInvalidCredentials, "0321": pos.CodeInvalidCredentials,
	"E154": pos.CodeInvalidCredentials,
	"0200": pos.CodeInvalidState, "0788": pos.CodeInvalidState,
	"0205": pos.CodeInvalidAmount,
	"0206": pos.CodeInvalidInstallment,
	"0207": pos.CodeInvalidCurrency, "E190": pos.CodeInvalidCurrency,
	"0211": pos.CodeSettledUseRefund, "0229": pos.CodeSettledUseRefund,
	"0218": pos.CodeAlreadyRefunded,
	"0220": pos.CodeAlreadyVoided, "0370": pos.CodeAlreadyVoided,
	"0232": pos.CodeLimitExceeded,
	"0411": pos.CodeNotSettledUseVoid,
	"0450": pos.CodeRefundNotAllowed,
	"0600": pos.CodeBadSignature, "E216": pos.CodeBadSignature,
	"E117": pos.CodeInvalidRequest, "E215": pos.CodeInvalidRequest,
}

// malformed are codes of a field that is missing or wrong.
const malformed = " 0180 0202 0204 0215 0324 0325 0327 0340 0341 0342 0343 0345 0346 0347 0348 0349 0350 0352 0353 0354 "

// Reason is the meaning of a refusal. refund tells that a refund was asked for, pays that a card was to be charged.
func Reason(code, text string, refund, pays bool) (pos.Code, pos.Class) {
	switch code {
	case "0015":
		switch {
		case strings.Contains(text, "PROVIZYON"):
			return pos.CodeNotFound, ""
		case strings.Contains(text, "TAKSIT"):
			return pos.CodeInvalidInstallment, ""
		}
		return pos.CodeNotPermittedTerminal, ""
	case "0150":
		if strings.Contains(text, "MID") {
			return pos.CodeInvalidCredentials, ""
		}
		return pos.CodeInvalidRequest, ""
	case "0205":
		if refund {
			return pos.CodeRefundExceedsAmount, ""
		}
	case "0217":
		if pays {
			return pos.CodeStolenCard, ""
		}
		return pos.CodeInvalidState, ""
	}
	if c, ok := reasons[code]; ok {
		return c, ""
	}
	if strings.Contains(malformed, " "+code+" ") {
		return pos.CodeInvalidRequest, ""
	}
	if len(code) == 4 && code[:2] == "00" {
		if c, class := pos.ISO8583(code[2:]); c != "" {
			return c, class
		}
	}
	if strings.HasPrefix(code, "E") || strings.HasPrefix(code, "03") {
		return pos.CodeGatewayError, ""
	}
	return pos.CodeDoNotHonor, pos.ClassSoft
}

// UnknownResult reports whether a code says that the bank itself does not know what became of the operation.
func UnknownResult(code string) bool {
	switch code {
	case "0100", "0124", "0302", "E997", "E998", "E999":
		return true
	}
	return false
}

// notFound are the codes of an inquiry for an order that the bank does not have.
func notFound(code string) bool { return code == "E219" || code == "0122" || code == "0123" }

// Secure3DReason is the meaning of an mdStatus that does not go on.
func Secure3DReason(mdStatus string) pos.Code {
	switch mdStatus {
	case "0":
		return pos.CodeSecure3DFailed
	case "2", "3":
		return pos.CodeSecure3DNotEnrolled
	case "4":
		return pos.CodeSecure3DHalf
	case "9": // the merchant is not defined for 3-D Secure
		return pos.CodeMerchantConfiguration
	}
	return pos.CodeSecure3DError
}
