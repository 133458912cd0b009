package postaguvercini

import (
	"strings"
	"time"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/internal/house"
)

// busy is the pause after a failure of the house's own database.
const busy = 30 * time.Second

var (
	credentials = house.Code{Kind: sms.KindCredentials, TR: "kullanıcı adı ya da şifre hatalı", EN: "wrong user name or password"}
	badNumber   = house.Code{Kind: sms.KindNumber, TR: "telefon numarası geçersiz", EN: "the phone number is not valid"}
	badText     = house.Code{Kind: sms.KindText}
	noBalance   = house.Code{Kind: sms.KindBalance, TR: "hesapta yeterli kredi yok", EN: "the account has not enough credit"}
	broken      = house.Code{Kind: sms.KindThrottled, Wait: busy, TR: "Posta Güvercini sistem hatası; biraz sonra yeniden deneyin", EN: "system error at the house; try again later"}
	parameters  = house.Code{Kind: sms.KindParameters}
	neverSent   = house.Code{Kind: sms.KindRefused, TR: "logo, melodi ya da ikili SMS hatası; beklenmeyen yanıt", EN: "an error of logos, ringtones or binary SMS, which are never sent"}
	none        = house.Code{Kind: sms.KindRefused, TR: "kayıt bulunamadı", EN: "nothing was found"}
)

// codes are errno (HTTP, XML res, SOAP), ERRnnnn without its letters (XML) and
// StatusCode (JSON) in one table: no number means two things.
var codes = map[string]house.Code{
	"-1001": credentials, "-1002": credentials, "10": credentials,
	"-1003": badNumber,
	"-1004": badText,
	"-1005": parameters,
	"-2001": broken, "-2002": broken,
	"20": noBalance,
	"30": neverSent, "31": neverSent, "32": neverSent, "40": neverSent, "41": neverSent, "42": neverSent,
	"50": neverSent, "51": neverSent,

	"1010": broken, "1020": broken, "1030": broken, "1040": broken,
	"1050": parameters, "400": parameters,
	"1060": badNumber,
	"1063": parameters, "1064": parameters,
	"1070": {Kind: sms.KindParameters, TR: "bir istekte en çok 800 alıcı olabilir", EN: "a request has at most 800 recipients"},
	"1080": parameters,
	"1090": badText,
	"2020": broken, "2030": broken, "2040": none, "2050": parameters,
	"7020": broken, "7030": broken, "7040": none, "7050": parameters,
}

// coded makes the error of a code.
func (c *Client) coded(k house.Call, r house.Reply, code, words string) *sms.Error {
	m, known := codes[strings.TrimPrefix(code, "ERR")]
	switch {
	case known:
	case code == "500" && namesLogin(words):
		m = credentials
	case code == "500":
		// A server error is not a proof that nothing was sent.
		m.Kind = sms.KindAmbiguous
	default:
		m.Kind = sms.KindRefused
	}
	if k.Asks && (m.Kind == sms.KindThrottled || m.Kind == sms.KindAmbiguous) {
		m.Kind = sms.KindNotSent
	}
	return c.caller.Coded(k, r, code, m, words)
}

// namesLogin reports whether a description of StatusCode 500 is about the
// login: the house gives a wrong password no code of its own.
func namesLogin(words string) bool {
	w := strings.ToLower(words)
	for _, s := range []string{"user", "password", "kullan", "sifre", "şifre", "login", "yetki", "auth"} {
		if strings.Contains(w, s) {
			return true
		}
	}
	return false
}

// fate is the meaning of a status number.
type fate struct {
	state  string // pending, sent, delivered, undelivered, expired, rejected, cancelled or unknown
	reason string // in English, for failures
}

var fates = map[string]fate{
	"110": {"pending", ""}, "120": {"pending", ""}, "200": {"pending", ""}, "401": {"pending", ""},
	"300": {"sent", ""},
	"400": {"delivered", ""},
	"402": {"undelivered", "did not arrive"},
	"403": {"expired", "timed out"},
	"404": {"undelivered", "unknown line"},
	"405": {"undelivered", "system error"},
	"406": {"undelivered", "the line is closed to SMS"},
	"407": {"undelivered", "device error"},
	"408": {"undelivered", "device not reachable"},
	"409": {"rejected", "restricted by the operator"},
	"410": {"unknown", ""}, "420": {"unknown", ""}, "-20": {"unknown", ""},
	"411":    {"undelivered", "device memory full"},
	"412":    {"undelivered", "subscriber not reachable"},
	"413":    {"undelivered", "not allowed by the subscriber's profile"},
	"414":    {"undelivered", "unknown subscriber or not enough credit"},
	"421":    {"rejected", "İYS system error"},
	"422":    {"rejected", "İYS parameter error"},
	"423":    {"rejected", "İYS definition error"},
	"424":    {"rejected", "no İYS consent"},
	"425":    {"rejected", "İYS: number not valid"},
	"426":    {"rejected", "İYS: unknown error"},
	"-200":   {"rejected", "definition error"},
	"-201":   {"rejected", "number not valid"},
	"-202":   {"rejected", "duplicate content"},
	"-203":   {"rejected", "expiry not valid"},
	"-205":   {"rejected", "text too long"},
	"-207":   {"rejected", "refused by the SMSC"},
	"-208":   {"rejected", "refused by the SMSC for credit"},
	"-210":   {"expired", "timed out"},
	"-211":   {"rejected", "national id not found"},
	"-212":   {"rejected", "several numbers for the national id"},
	"-213":   {"rejected", "national id not valid"},
	"-214":   {"rejected", "tax number not found"},
	"-220":   {"expired", "waited too long for credit"},
	"-222":   {"rejected", "blocked by the subscriber's wish"},
	"-223":   {"rejected", "sending restricted"},
	"-241":   {"rejected", "the recipient has refused (RET)"},
	"-242":   {"rejected", "on the blacklist"},
	"-243":   {"rejected", "not on the whitelist"},
	"-250":   {"cancelled", "deleted by the customer"},
	"-260":   {"rejected", "unpaid invoice"},
	"-462":   {"rejected", "unpaid invoice"},
	"-261":   {"rejected", "virtual number blocked"},
	"-262":   {"rejected", "sender name without operator code"},
	"-263":   {"rejected", "content filter"},
	"-270":   {"rejected", "number could not be routed"},
	"-426":   {"rejected", "simple send error"},
	"-441":   {"rejected", "sender name error"},
	"-444":   {"rejected", "blocked by the subscriber's wish"},
	"-447":   {"rejected", "text longer than 268 characters"},
	"-470":   {"rejected", "national id error"},
	"-471":   {"rejected", "national id error"},
	"-475":   {"rejected", "national id error"},
	"-2478":  {"rejected", "national id error"},
	"-3000":  {"rejected", "tax number error"},
	"-3001":  {"rejected", "tax number error"},
	"-3010":  {"rejected", "tax number error"},
	"-3099":  {"rejected", "tax number error"},
	"-10001": {"rejected", "virtual number activated today, no credit loaded"},
	"-14241": {"rejected", "no credit"},
}

// fateOf gives unknown for an empty status and for a number of no table.
func fateOf(status string) fate {
	if f, ok := fates[status]; ok {
		return f
	}
	return fate{state: "unknown"}
}

// stranger reports whether a host says that it does not know the message.
func stranger(status string) bool { return status == "" || status == "420" || status == "-20" }

func (f fate) report() (s sms.ReportStatus, final bool) {
	switch f.state {
	case "delivered":
		return sms.StatusDelivered, true
	case "undelivered", "expired", "rejected", "cancelled":
		return sms.StatusFailed, true
	}
	return sms.StatusSent, false
}
