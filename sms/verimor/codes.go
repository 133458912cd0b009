package verimor

import (
	"net/http"
	"strings"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/internal/house"
)

var (
	badHeader  = house.Code{Kind: sms.KindHeader}
	parameters = house.Code{Kind: sms.KindParameters}
	iys        = house.Code{Kind: sms.KindRefused, TR: "İYS ayarları ticari gönderime izin vermiyor", EN: "the İYS settings do not allow commercial messages"}
)

// codes are the words of a refused send.
var codes = map[string]house.Code{
	"INVALID_SOURCE_ADDRESS":              badHeader,
	"NUMERIC_SOURCE_ADDRESS_NOT_ALLOWED":  badHeader,
	"MISSING_MESSAGE":                     {Kind: sms.KindText, TR: "mesaj metni boş", EN: "the text is empty"},
	"MESSAGE_TOO_LONG":                    {Kind: sms.KindText, TR: "mesaj çok uzun", EN: "the text is too long"},
	"INVALID_UTF8":                        {Kind: sms.KindText},
	"FORBIDDEN_MESSAGE":                   {Kind: sms.KindText, TR: "mesaj yasak kelime içeriyor", EN: "the text has forbidden words"},
	"INVALID_PERIOD":                      parameters,
	"INVALID_DELIVERY_TIME":               parameters,
	"INVALID_DATACODING":                  parameters,
	"INVALID_JSON":                        parameters,
	"MESSAGE_COUNT_LIMIT_EXCEEDED":        parameters,
	"INVALID_IYS_RECIPIENT_TYPE":          parameters,
	"MISSING_DESTINATION_ADDRESS":         {Kind: sms.KindNumber},
	"INVALID_DESTINATION_ADDRESS":         {Kind: sms.KindNumber},
	"MUKERRER_RAPORLAMA":                  {Kind: sms.KindRefused, TR: "aynı SMS 24 saat içinde gönderilmiş; metni değiştirin", EN: "the same SMS was sent within 24 hours; change the text"},
	"INSUFFICIENT_CREDITS":                {Kind: sms.KindBalance},
	"MISSING_IYS_BRAND_CODE":              iys,
	"AHS_AUTHORIZATION_ERROR":             iys,
	"NO_AHS_BRAND_ERROR":                  iys,
	"COMMERCIAL_SENDING_ERROR_UNDER_150K": iys,
}

// refusal makes an error of a bad answer; nil for HTTP 200 without a word of
// refusal.
func (c *Client) refusal(k house.Call, r house.Reply) error {
	text := strings.TrimSpace(house.Latin5(r.Body))
	word := ""
	if isWord(text) {
		word = text
	}
	m, known := codes[word]
	switch {
	case known:
		return c.caller.Coded(k, r, word, m, "")
	case r.Status == http.StatusOK && (word == "" || k.Asks):
		return nil
	case r.Status == http.StatusBadRequest && word != "", r.Status == http.StatusOK:
		return c.caller.Coded(k, r, word, house.Code{Kind: sms.KindRefused}, "")
	}
	e := c.caller.Unreadable(k, r)
	if r.Status < 500 && len(text) <= 200 && !house.IsHTML(r.Body) {
		e.Message += ": " + text
	}
	if r.Status == http.StatusUnauthorized {
		e.TextTR = "kullanıcı adı/şifre yanlış ya da sunucunun IP adresi Verimor'da izinli değil"
		e.TextEN = "wrong user or password, or the caller's IP is not on Verimor's list"
	}
	return e
}

// isWord reports whether an answer is one word of capitals.
func isWord(s string) bool {
	if len(s) < 3 || len(s) > 60 || s[0] < 'A' || s[0] > 'Z' {
		return false
	}
	return strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}

// fate is the meaning of a message's status.
type fate struct {
	state  string // pending, delivered, undelivered, expired, rejected, sent or unknown
	reason string // in English, for failures
}

var fates = map[string]fate{
	"SENDING": {"pending", ""}, "WAITING": {"pending", ""},
	"DELIVERED":                       {"delivered", ""},
	"SENT":                            {"sent", ""},
	"NOT_DELIVERED":                   {"undelivered", "not delivered"},
	"EXPIRED":                         {"expired", "timed out"},
	"INVALID_DESTINATION_ADDRESS":     {"rejected", "number not valid"},
	"REJECTED":                        {"rejected", "rejected by the operator"},
	"DOUBLE_SEND_ERROR":               {"rejected", "duplicate content"},
	"BLACKLISTED_DESTINATION_ADDRESS": {"rejected", "on the blacklist"},
	"NOT_ALLOWED_BY_IYS":              {"rejected", "no İYS consent"},
	"MISSING_TARIFF":                  {"rejected", "no tariff for the network"},
	"ROUTE_NOT_AVAILABLE":             {"rejected", "no route to the network"},
	"NETWORK_NOTCOVERED":              {"rejected", "network not covered"},
	"SEND_ERROR":                      {"rejected", "send error"},
	"INTERNATIONAL_DENIED":            {"rejected", "sending abroad is switched off"},
}

// causes are the network's error numbers.
var causes = map[string]string{
	"1": "unknown subscriber", "6": "subscriber absent", "27": "subscriber absent", "11": "service stopped",
	"13": "barred by the subscriber", "31": "network busy", "32": "delivery failure", "34": "system failure",
	"256": "device memory full", "257": "device error", "258": "device error", "500": "general error",
	"502": "no report came", "2048": "timed out", "4100": "timed out", "4101": "timed out",
	"2049": "SIM on a blacklist", "2050": "number on a blacklist", "2051": "text on a blacklist",
	"2053": "the sender needs an approval", "4103": "too many messages to the phone",
	"4104": "the same text too often to the phone",
}

func fateOf(status string) fate {
	if f, ok := fates[status]; ok {
		return f
	}
	return fate{state: "unknown"}
}

func (f fate) report() (s sms.ReportStatus, final bool) {
	switch f.state {
	case "delivered":
		return sms.StatusDelivered, true
	case "undelivered", "expired", "rejected":
		return sms.StatusFailed, true
	case "sent": // abroad: no network will tell more
		return sms.StatusSent, true
	}
	return sms.StatusSent, false
}
