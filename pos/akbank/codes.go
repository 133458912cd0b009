package akbank

import "github.com/onay/onay/pos"

// codes are the answers of the gateway. VPS-1005 is a decline of the card's bank, whose reason is the host's code.
var codes = map[string]pos.Code{
	"VPS-1007": pos.CodeNotFound,
	"VPS-1008": pos.CodeAlreadyVoided,
	"VPS-1013": pos.CodeDuplicateOrder,
	"VPS-1044": pos.CodeInvalidInstallment,
	"VPS-1055": pos.CodeInvalidRequest,
	"VPS-1059": pos.CodeNotFound,
	"VPS-1060": pos.CodeMerchantConfiguration,
	"VPS-1061": pos.CodeMerchantConfiguration,
	"VPS-1066": pos.CodeNotPermitted,
	"VPS-1073": pos.CodeInvalidRequest,
	"VPS-1123": pos.CodeNotFound,
	"VPS-1279": pos.CodeSecure3DFailed,
	"VPS-2229": pos.CodeInvalidRequest,
	"VPS-2235": pos.CodeInvalidRequest,
	"VPS-3008": pos.CodeCanceled,
}

const declinedByHost = "VPS-1005"

// reason finds the code of a refusal. Host code 83 means "instalment amount wrong" here, not a matter of the PIN.
func reason(code, host string) (pos.Code, pos.Class) {
	if code == declinedByHost {
		if host == "83" {
			return pos.CodeInvalidInstallment, pos.ClassMerchant
		}
		if c, class := pos.ISO8583(host); c != "" {
			return c, class
		}
		return pos.CodeDoNotHonor, pos.ClassSoft
	}
	if c, ok := codes[code]; ok {
		return c, ""
	}
	return pos.CodeGatewayRejected, ""
}
