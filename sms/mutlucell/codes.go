package mutlucell

import (
	"strings"
	"time"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/internal/house"
)

// codes are the bare numbers.
var codes = map[string]house.Code{
	"20": {Kind: sms.KindParameters, TR: "gönderilen XML eksik ya da hatalı", EN: "the XML is incomplete or wrong"},
	"21": {Kind: sms.KindHeader, TR: "gönderici adı (başlık) bu hesabın değil", EN: "the sender does not belong to the account"},
	"22": {Kind: sms.KindBalance},
	"23": {Kind: sms.KindCredentials, TR: "kullanıcı adı ya da şifre hatalı", EN: "wrong user name or password"},
	"24": {Kind: sms.KindThrottled, Wait: 5 * time.Second, TR: "hesapta başka bir işlem sürüyor; yeniden deneyin", EN: "another operation of the account is running; try again"},
	"25": {Kind: sms.KindThrottled, Wait: 2 * time.Minute, TR: "merkez durdu; birkaç dakika sonra yeniden deneyin", EN: "the centre has stopped; try again in some minutes"},
	"30": {Kind: sms.KindCredentials, TR: "hesap etkinleştirilmemiş", EN: "the account is not activated"},
}

// bareCode reports whether an answer is nothing but a small number.
func bareCode(text string) (string, bool) {
	return text, len(text) >= 1 && len(text) <= 3 && strings.Trim(text, "0123456789") == ""
}

func (c *Client) coded(k house.Call, r house.Reply, code string) *sms.Error {
	m, known := codes[code]
	if !known {
		m.Kind = sms.KindRefused
	}
	return c.caller.Coded(k, r, code, m, "")
}

// fate is the meaning of a state of a phone in a package.
type fate struct {
	state  string // pending, sent, delivered, undelivered, expired, rejected or unknown
	reason string // in English, for failures
}

var fates = map[string]fate{
	"0": {"pending", ""}, "1": {"pending", ""}, "4": {"pending", ""},
	"2":  {"sent", ""},
	"3":  {"delivered", ""},
	"5":  {"expired", "timed out"},
	"6":  {"undelivered", "failed"},
	"7":  {"rejected", "refused"},
	"11": {"unknown", ""},
	"12": {"undelivered", "no such line"},
	"13": {"undelivered", "faulty"},
}

func fateOf(state string) fate {
	if f, ok := fates[state]; ok {
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
	}
	return sms.StatusSent, false
}
