package payflex

import (
	"strings"

	"github.com/onay/onay/pos"
)

// hostCodes are answers of the card's bank ("00" before the two digits of the general table) that differ from that table or go beyond it.
var hostCodes = map[string]pos.Code{
	"0006": pos.CodeInvalidTransaction, "0021": pos.CodeInvalidTransaction,
	"0010": pos.CodeTryAgain, "0011": pos.CodeTryAgain,
	"0063": pos.CodeFraudSuspected,
	"0089": pos.CodeDoNotHonor,
	"0096": pos.CodeIssuerUnavailable,
	"0312": pos.CodeInvalidCard,
	"0315": pos.CodeInsufficientFunds,
	"0320": pos.CodeNotFound, "0540": pos.CodeNotFound, "0983": pos.CodeNotFound,
	"0323": pos.CodeInvalidAmount,
	"0358": pos.CodeClosedCard,
	"0359": pos.CodeLimitExceeded, "0542": pos.CodeLimitExceeded,
	"0381": pos.CodePickUpCard, "0382": pos.CodeFraudSuspected,
	"0400": pos.CodeSecure3DFailed, "0580": pos.CodeSecure3DFailed, "0581": pos.CodeSecure3DFailed, "0582": pos.CodeSecure3DFailed,
	"0501": pos.CodeInvalidInstallment, "0503": pos.CodeInvalidInstallment, "0577": pos.CodeInvalidInstallment,
	"0541": pos.CodeAlreadyRefunded,
	"0570": pos.CodeNotPermitted, "0571": pos.CodeNotPermitted,
	"0961": pos.CodeRefundNotAllowed,
	"0962": pos.CodeMerchantConfiguration, "0963": pos.CodeMerchantConfiguration,
	"0966": pos.CodeDuplicateTransaction,
	"0971": pos.CodeVoidNotAllowed,
	"0974": pos.CodeSettledUseRefund,
	"0975": pos.CodePermissionDenied,
	"0982": pos.CodeAlreadyVoided,
	"0984": pos.CodeRefundExceedsAmount,
}

// vposCodes are answers of the gateway itself.
var vposCodes = map[string]pos.Code{
	"1006": pos.CodeDuplicateTransaction, "1128": pos.CodeDuplicateTransaction,
	"1007": pos.CodeNotFound,
	"1044": pos.CodeInvalidInstallment, "1060": pos.CodeInvalidInstallment, "1103": pos.CodeInvalidInstallment, "1104": pos.CodeInvalidInstallment,
	"1046": pos.CodeRefundExceedsAmount,
	"1047": pos.CodeInvalidAmount, "1049": pos.CodeInvalidAmount,
	"1050": pos.CodeInvalidCVV,
	"1051": pos.CodeInvalidCard, "1052": pos.CodeInvalidCard,
	"1059": pos.CodeAlreadyRefunded, "1123": pos.CodeAlreadyRefunded,
	"1061": pos.CodeDuplicateOrder,
	"1065": pos.CodeInvalidState,
	"1074": pos.CodeTryAgain, "1113": pos.CodeTryAgain, "2203": pos.CodeTryAgain, "7777": pos.CodeTryAgain,
	"1083": pos.CodeAlreadyVoided, "1088": pos.CodeAlreadyVoided, "1101": pos.CodeAlreadyVoided, "1124": pos.CodeAlreadyVoided,
	"1089": pos.CodeInvalidTransaction,
	"1097": pos.CodeSecure3DFailed, "1098": pos.CodeSecure3DFailed, "9117": pos.CodeSecure3DFailed,
	"1114": pos.CodeSecure3DFailed, "1115": pos.CodeSecure3DFailed, "1116": pos.CodeSecure3DFailed, "1117": pos.CodeSecure3DFailed, "1126": pos.CodeSecure3DFailed,
	"1105": pos.CodeIPNotAllowed,
	"1110": pos.CodePermissionDenied, "1111": pos.CodePermissionDenied, "2200": pos.CodePermissionDenied,
	"1112": pos.CodeMerchantConfiguration, "1125": pos.CodeMerchantConfiguration, "9066": pos.CodeMerchantConfiguration,
	"2202": pos.CodeSettledUseRefund,
	"5001": pos.CodeInvalidCredentials, "5002": pos.CodeInvalidCredentials, "6018": pos.CodeInvalidCredentials, "9039": pos.CodeInvalidCredentials, "9065": pos.CodeInvalidCredentials,
}

// malformed are codes of a field that is missing or wrong.
const malformed = " 1054 1077 1078 1079 1082 1087 1091 1092 1093 1096 1102 1118 1121 1127 4000 4001 4002 4003 4004 4005 4006 4007 4008 8484 9612 9614 9615 "

// declines reports whether a code comes from the card's bank: then the payment is declined. Every other refusal is about our request.
func declines(code string) bool { return strings.HasPrefix(code, "0") }

// reason is the meaning of a code of VPOS and of the queries.
func reason(code, text string) (pos.Code, pos.Class) {
	for _, table := range []map[string]pos.Code{hostCodes, vposCodes} {
		if c, ok := table[code]; ok {
			return c, ""
		}
	}
	switch {
	case strings.Contains(malformed, " "+code+" "):
		return pos.CodeInvalidRequest, ""
	case len(code) == 4 && code >= "9072" && code <= "9079":
		switch low := strings.ToLower(text); {
		case strings.Contains(low, "tutar"):
			return pos.CodeRefundExceedsAmount, ""
		case strings.Contains(low, "iptal"):
			return pos.CodeAlreadyVoided, ""
		}
		return pos.CodeAlreadyRefunded, ""
	case len(code) == 4 && code[:2] == "00":
		if c, class := pos.ISO8583(code[2:]); c != "" {
			return c, class
		}
	case declines(code):
		return pos.CodeDoNotHonor, pos.ClassSoft
	}
	return pos.CodeGatewayError, ""
}

var mpiCodes = map[string]pos.Code{
	"1008": pos.CodeMerchantConfiguration, "2005": pos.CodeInvalidCredentials, "2009": pos.CodeInvalidCard, "2029": pos.CodeInvalidCard, "2030": pos.CodeInvalidCard,
	"2022": pos.CodeInvalidRequest, "2053": pos.CodeSecure3DError, "007": pos.CodeSecure3DError,
}

// mpiReason is the meaning of a code of the MPI, in an enrollment or a callback.
func mpiReason(code, text string) (pos.Code, pos.Class) {
	if c, ok := mpiCodes[code]; ok {
		return c, ""
	}
	if len(code) == 4 {
		if c, class := reason(code, text); c != pos.CodeGatewayError {
			return c, class
		}
	}
	return pos.CodeSecure3DError, ""
}

var commonCodes = map[string]pos.Code{
	"5001": pos.CodeInvalidCredentials, "5002": pos.CodeInvalidCredentials, "5020": pos.CodeInvalidCredentials, "5021": pos.CodeInvalidCredentials, "5022": pos.CodeInvalidCredentials,
	"5023": pos.CodeInvalidCredentials,
	"5003": pos.CodeNotFound,
	"5004": pos.CodeInvalidCard, "5005": pos.CodeInvalidCard, "5006": pos.CodeInvalidCard, "5007": pos.CodeInvalidCVV,
	"5009": pos.CodeDuplicateTransaction, "5010": pos.CodeDuplicateTransaction, "5011": pos.CodeDuplicateTransaction,
	"5029": pos.CodeBadSignature, "5039": pos.CodePermissionDenied, "5040": pos.CodeMerchantConfiguration,
	"6969": pos.CodeSecure3DFailed, "2053": pos.CodeSecure3DError,
}

// commonReason is the meaning of a code of the common payment page.
func commonReason(code, text string) (pos.Code, pos.Class) {
	if c, ok := commonCodes[code]; ok {
		return c, ""
	}
	if strings.HasPrefix(code, "50") || code == "9995" {
		return pos.CodeInvalidRequest, ""
	}
	return reason(code, text)
}
