package intervpos

import "github.com/onay/onay/pos"

// reason finds the code of a refusal. 81 is a terminal that is off or not ours, whatever the general table says of 81.
func reason(code, errorCode string) (pos.Code, pos.Class) {
	switch {
	case code == "81" || errorCode == "B810002":
		return pos.CodeInvalidCredentials, ""
	case code == "E31" || code == "E39":
		return pos.CodeInvalidTransaction, ""
	}
	if c, class := pos.ISO8583(code); c != "" {
		return c, class
	}
	return pos.CodeDoNotHonor, pos.ClassSoft
}

// mdCodes are the reasons of authentications that may not go on.
var mdCodes = map[string]pos.Code{"0": pos.CodeSecure3DFailed, "2": pos.CodeSecure3DNotEnrolled, "3": pos.CodeSecure3DNotEnrolled, "4": pos.CodeSecure3DHalf}
