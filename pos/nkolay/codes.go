package nkolay

import (
	"strings"

	"github.com/onay/onay/pos"
)

// reason is the meaning of a refusal: ERROR_CODE holds the code of the card's bank, else the text tells.
func reason(responseCode, errorCode, text string) (pos.Code, pos.Class) {
	switch {
	case badHash(responseCode, text):
		return pos.CodeBadSignature, ""
	case errorCode == "CORE0305":
		return pos.CodeNotFound, ""
	case errorCode == "AB0001":
		return pos.CodeInvalidRequest, ""
	}
	if c, class := pos.ISO8583(errorCode); c != "" {
		return c, class
	}
	switch {
	case strings.Contains(text, "İade aynı gün yapılamaz"):
		return pos.CodeNotSettledUseVoid, ""
	case strings.Contains(text, "daha önce iptal edilmiştir"):
		return pos.CodeAlreadyVoidedOrNotFound, ""
	case strings.Contains(text, "NullPointerException"):
		return pos.CodeNotFound, ""
	case strings.Contains(text, "Exception"):
		return pos.CodeInvalidRequest, ""
	}
	return pos.CodeDoNotHonor, ""
}

func badHash(responseCode, text string) bool {
	return responseCode == "9" || strings.Contains(text, "hashDatav2 error") || strings.Contains(text, "hashData error") || strings.Contains(text, "Hash Data Uyuşmazlığı")
}

// programs are the card programs of a commission table.
var programs = map[string]string{"001": "advantage", "002": "axess", "003": "bankkart", "004": "bonus", "005": "cardfinans", "006": "maximum", "007": "milesandsmiles", "008": "paraf",
	"009": "saglamkart", "010": "world", "011": "bank24", "012": "param", "013": "hasatkart", "014": "uretenkart", "015": "shopandfly", "016": "wings", "017": "neo", "018": "tosla"}

// Program is the name of a card program: lower-case letters; "other" for the bucket of all others.
func Program(key string) string {
	if p, ok := programs[key]; ok {
		return p
	}
	return "other"
}
