package pos

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/onay/onay/pos/internal/xmldoc"
)

// Mask hides card numbers (12 to 19 digits that pass the Luhn check, also with single blanks or hyphens between), the values of
// fields named like a CVV, and the given secrets: as they are and as forms, XML and JSON write them.
func Mask(s string, secrets ...string) string {
	for _, x := range secrets {
		s = maskSecret(s, x)
	}
	return maskNumbers(maskCVV(s))
}

// maskSecret hides a secret in every spelling that a request gives it. One of a character or two (test accounts have such) is
// hidden only where it stands alone, or nothing would be readable.
func maskSecret(s, secret string) string {
	if secret == "" {
		return s
	}
	inXML := string(xmldoc.AppendText(nil, secret))
	inJSON, _ := json.Marshal(secret)
	seen := map[string]bool{}
	for _, x := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret), inXML, url.QueryEscape(inXML), string(inJSON[1 : len(inJSON)-1])} {
		if seen[x] {
			continue
		}
		seen[x] = true
		if len(secret) >= 3 {
			s = strings.ReplaceAll(s, x, "***")
			continue
		}
		for from := 0; ; {
			i := strings.Index(s[from:], x)
			if i < 0 {
				break
			}
			i += from
			if from = i + len(x); (i == 0 || !wordByte(s[i-1]) || strings.HasSuffix(s[:i], "%3E") || strings.HasSuffix(s[:i], "%3D")) && (from == len(s) || !wordByte(s[from])) {
				s = s[:i] + "***" + s[from:]
				from = i + 3
			}
		}
	}
	return s
}

func wordByte(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b == '.' || b == '_' || b >= 0x80
}

func maskNumbers(s string) string {
	var out []byte
	for i := 0; i < len(s); {
		if s[i] < '0' || s[i] > '9' || i > 0 && s[i-1] >= '0' && s[i-1] <= '9' {
			i++
			continue
		}
		var digits []byte
		end, n := i, 0
		pos := make([]int, 0, 19)
		for j := i; j < len(s) && n < 20; j++ {
			if s[j] >= '0' && s[j] <= '9' {
				digits = append(digits, s[j])
				pos = append(pos, j)
				n++
				end = j + 1
				continue
			}
			if (s[j] == ' ' || s[j] == '-') && j+1 < len(s) && s[j+1] >= '0' && s[j+1] <= '9' {
				continue
			}
			break
		}
		if n >= 12 && n <= 19 && luhn(digits) {
			if out == nil {
				out = []byte(s)
			}
			for _, p := range pos[6 : n-4] {
				out[p] = '*'
			}
			i = end
			continue
		}
		// A run without separators that is no card: go past it whole, so that none of its tails is taken for one.
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
	}
	if out == nil {
		return s
	}
	return string(out)
}

// cvvNames are the names under which the protocols send a CVV.
var cvvNames = []string{"cvv2val", "cvv2", "cvv", "cvc2", "cvc", "cv2", "cvccode", "cardcvv", "cvvnumber", "securitycode"}

// cvvBetween is what stands between such a name and the digits, in XML, JSON and forms, and in any of them inside a form.
var cvvBetween = []string{`"`, `'`, ">", "=", ":", " ", "%22", "%3e", "%3d", "%3a", "%20", "+", "&quot;", "&gt;", `\`}

// maskCVV hides three or four digits behind such a name.
func maskCVV(s string) string {
	low := lowerASCII(s)
	var out []byte
	for _, name := range cvvNames {
		for from := 0; ; {
			i := strings.Index(low[from:], name)
			if i < 0 {
				break
			}
			j := from + i + len(name)
			from = j
		skip:
			for range 12 {
				for _, x := range cvvBetween {
					if strings.HasPrefix(low[j:], x) {
						j += len(x)
						continue skip
					}
				}
				break
			}
			k := j
			for k < len(s) && s[k] >= '0' && s[k] <= '9' {
				k++
			}
			if n := k - j; n == 3 || n == 4 {
				if out == nil {
					out = []byte(s)
				}
				for ; j < k; j++ {
					out[j] = '*'
				}
			}
		}
	}
	if out == nil {
		return s
	}
	return string(out)
}

// lowerASCII keeps every byte in its place, unlike strings.ToLower.
func lowerASCII(s string) string {
	b := []byte(s)
	for i, x := range b {
		if x >= 'A' && x <= 'Z' {
			b[i] = x + 'a' - 'A'
		}
	}
	return string(b)
}
