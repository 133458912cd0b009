package iletimerkezi

import (
	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/internal/house"
)

var (
	parameters = house.Code{Kind: sms.KindParameters}
	badHeader  = house.Code{Kind: sms.KindHeader}
	unknown    = house.Code{Kind: sms.KindRefused, TR: "sipariş bulunamadı", EN: "no such order"}
)

// codes are the answers of every call; 200 is success.
var codes = map[string]house.Code{
	"400": {Kind: sms.KindParameters, TR: "istek çözümlenemedi", EN: "the request could not be read"},
	"401": {Kind: sms.KindCredentials, TR: "API anahtarı ya da hash yanlış, panelde API erişimi kapalı ya da IP izinli değil", EN: "wrong key or hash, API access is off in the panel, or the IP is not allowed"},
	"402": {Kind: sms.KindBalance},
	"404": parameters, "422": parameters,
	"429": {Kind: sms.KindThrottled},
	"450": {Kind: sms.KindHeader, TR: "gönderici adı (başlık) kullanıma uygun değil", EN: "the sender is not approved"},
	"451": {Kind: sms.KindRefused, TR: "aynı metin 10 dakika içinde aynı alıcılara gönderilmiş; metni değiştirin", EN: "the same text went to the same phones within 10 minutes; change the text"},
	"452": {Kind: sms.KindNumber, TR: "alıcı numarası hatalı ya da engelli listede", EN: "the number is not valid or on the blocked list"},
	"453": {Kind: sms.KindText, TR: "mesaj 7 SMS boyunu aşıyor", EN: "the text is longer than 7 SMS"},
	"454": {Kind: sms.KindText, TR: "mesaj metni boş", EN: "the text is empty"},
	"455": unknown,
	"456": {Kind: sms.KindRefused, TR: "siparişin gönderim zamanı henüz gelmedi", EN: "the order is not due yet"},
	"457": parameters, "458": parameters,
	"459": badHeader, "460": badHeader,
	"468": parameters, "469": parameters,
	"470": {Kind: sms.KindRefused, TR: "hesapta İYS kodu tanımlı değil", EN: "the account has no İYS code"},
	"503": {Kind: sms.KindThrottled, TR: "hizmet geçici olarak kapalı; biraz sonra yeniden deneyin", EN: "the service is down; try again later"},
}

// coded makes the error of a refusal.
func (c *Client) coded(k house.Call, r house.Reply, res response) *sms.Error {
	m, known := codes[res.code]
	if !known {
		m.Kind = sms.KindRefused
		if r.Status >= 500 || len(res.code) == 3 && res.code[0] == '5' {
			m.Kind = sms.KindAmbiguous
		}
	}
	if k.Asks && (m.Kind == sms.KindAmbiguous || res.code == "503") {
		m.Kind = sms.KindNotSent
	}
	return c.caller.Coded(k, r, res.code, m, res.words)
}

// The states of a message in an order, and of an order.
const (
	rowSending     = "110"
	rowDelivered   = "111"
	rowUndelivered = "112"

	orderRunning = "113"
	orderDone    = "114"
	orderNotSent = "115"
)

// stateOf names a row in one word. There is no state for "expired".
func stateOf(row string) string {
	switch row {
	case rowSending, "accepted":
		return "pending"
	case rowDelivered, "delivered":
		return "delivered"
	case rowUndelivered, "undelivered":
		return "undelivered"
	}
	return "unknown"
}

// status turns a row's state into a report's.
func status(row string) (s sms.ReportStatus, final bool, reason string) {
	switch stateOf(row) {
	case "delivered":
		return sms.StatusDelivered, true, ""
	case "undelivered":
		return sms.StatusFailed, true, "not delivered"
	}
	return sms.StatusSent, false, ""
}
