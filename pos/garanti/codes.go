package garanti

import (
	"strings"

	"github.com/onay/onay/pos"
)

// gatewayCodes are the reasons of the gateway (Source GVPS, Code 92).
var gatewayCodes = map[string]pos.Code{
	"0002": pos.CodeInvalidRequest,
	"0108": pos.CodeNotFound,
	"0110": pos.CodeNotFound,
	"0122": pos.CodeSecure3DError,
	"0208": pos.CodeRefundNotAllowed,
	"0651": pos.CodeInvalidCredentials,
	"0652": pos.CodePermissionDenied,
	"0654": pos.CodeInvalidCredentials,
	"0752": pos.CodeMerchantConfiguration,
	"0809": pos.CodeMerchantConfiguration,
	"9999": pos.CodeGatewayError,
}

// hostCodes are the answers of the card's bank that differ from the general table.
var hostCodes = map[string]pos.Code{
	"09": pos.CodeExpiredCard,
	"28": pos.CodeTryAgain,
	"63": pos.CodeFraudSuspected,
}

const wrongCVV = "CVC2/4CSC HATALI"

// hostReason is the code of a decline by the card's bank.
func hostReason(code, sysErrMsg string) (pos.Code, pos.Class) {
	if code == "12" && strings.Contains(sysErrMsg, wrongCVV) {
		return pos.CodeInvalidCVV, ""
	}
	if c, ok := hostCodes[code]; ok {
		return c, ""
	}
	if c, class := pos.ISO8583(code); c != "" {
		return c, class
	}
	return pos.CodeDoNotHonor, pos.ClassSoft
}

func gatewayReason(reasonCode string) pos.Code {
	if c, ok := gatewayCodes[reasonCode]; ok {
		return c
	}
	return pos.CodeGatewayError
}
