package netgsm

import (
	"errors"
	"time"

	"github.com/onay/onay/sms"
)

// code is the meaning of one answer code at one endpoint.
type code struct {
	kind    sms.Kind // empty: accepted
	warning string   // for accepted ones
	tr, en  string   // for a person; empty: the text of the kind
}

// endpoint is a call with its own table of codes.
type endpoint struct {
	name  string
	codes map[string]code
	// asks is true when the call changes nothing, or nothing more when it is
	// repeated: a lost answer is then harmless.
	asks bool
	// rest is true for the JSON generation, which may be missing.
	rest bool
	// needID is true where a success without an id is a malformed answer.
	needID bool
}

// errAbsent is the cause when no API read the request.
var errAbsent = errors.New("this interface is not there")

// defaultWait is the pause after code 80 when the answer names none.
const defaultWait = time.Minute

var (
	accepted    = code{}
	startMoved  = code{warning: "start date replaced"}
	stopMoved   = code{warning: "stop date replaced"}
	noID        = code{warning: "accepted without an id; it cannot be looked up"}
	badText     = code{kind: sms.KindText, tr: "mesaj metninde sorun var ya da metin izin verilenden uzun", en: "there is a problem with the text, or it is longer than allowed"}
	credentials = code{
		kind: sms.KindCredentials,
		tr:   "kullanıcı adı/şifre yanlış, API yetkisi yok ya da IP izinli değil",
		en:   "wrong user or password, no API permission, or the IP is not allowed",
	}
	badHeader  = code{kind: sms.KindHeader, tr: "gönderici adı (başlık) hesapta tanımlı değil; harfi harfine aynı olmalı", en: "the sender header is not defined on the account; it must match letter by letter"}
	noBalance  = code{kind: sms.KindBalance}
	parameters = code{kind: sms.KindParameters, tr: "istekte eksik ya da hatalı parametre var", en: "a parameter is missing or wrong"}
	limit      = code{kind: sms.KindThrottled, tr: "gönderim sınırı aşıldı; en az bir dakika bekleyin", en: "the limit was exceeded; wait a minute at least"}
	system     = code{kind: sms.KindAmbiguous, tr: "Netgsm sistem hatası; mesaj gitmiş olabilir, rapora bakmadan yeniden göndermeyin", en: "system error at Netgsm; the message may have been sent, check the report before sending again"}
	askAgain   = code{kind: sms.KindNotSent, tr: "Netgsm sistem hatası; biraz sonra yeniden deneyin", en: "system error at Netgsm; try again later"}
	badNumber  = code{kind: sms.KindNumber, tr: "telefon numarası hatalı; 10 haneli olmalı (5XXXXXXXXX)", en: "the phone number is wrong; it must have 10 digits (5XXXXXXXXX)"}
	noPackage  = code{kind: sms.KindPackage, tr: "hesabınızda OTP SMS paketi tanımlı değil", en: "the account has no OTP SMS package"}
)

// sendCodes are the answers to SMS that are not codes, in JSON and in XML.
var sendCodes = map[string]code{
	"00": accepted, "0": accepted, "01": startMoved, "02": stopMoved, "1000": noID,
	"20":  badText,
	"30":  credentials,
	"40":  badHeader,
	"50":  {kind: sms.KindRefused, tr: "hesap İYS kontrollü gönderim yapamıyor", en: "the account may not send İYS-controlled messages"},
	"51":  {kind: sms.KindRefused, tr: "hesapta tanımlı İYS marka bilgisi yok", en: "no İYS brand is defined on the account"},
	"62":  noBalance,
	"70":  parameters,
	"80":  limit,
	"85":  {kind: sms.KindRefused, tr: "aynı numaraya bir dakikada 20'den fazla görev oluşturulamaz", en: "more than 20 tasks to one number within a minute"},
	"100": system, "101": system,
}

var otpCodes = map[string]code{
	"00": accepted, "0": accepted, "01": startMoved, "1": startMoved, "02": stopMoved, "2": stopMoved,
	"20": badText, "21": badText,
	"30": credentials, "39": credentials,
	"40": badHeader, "41": badHeader,
	"50": badNumber, "51": badNumber, "52": badNumber,
	"60": noPackage, "63": noPackage, "64": noPackage, "69": noPackage,
	"62": noBalance,
	"70": parameters, "79": parameters,
	"80":  limit,
	"100": system, "101": system, "110": system,
}

// askCodes are common to the calls that send nothing; add gives each its own.
func askCodes(add map[string]code) map[string]code {
	m := map[string]code{
		"00": accepted, "0": accepted, "30": credentials, "70": parameters, "80": limit,
		"100": askAgain, "101": askAgain, "110": askAgain,
	}
	for k, v := range add {
		m[k] = v
	}
	return m
}

// none is a refusal that means an empty list; the readers below know it.
var none = code{kind: sms.KindRefused, tr: "kayıt bulunamadı", en: "nothing was found"}

var (
	epSend    = &endpoint{name: "send", codes: sendCodes, rest: true}
	epSendXML = &endpoint{name: "send by XML", codes: sendCodes}
	epOTP     = &endpoint{name: "otp", codes: otpCodes, rest: true, needID: true}
	epOTPXML  = &endpoint{name: "otp by XML", codes: otpCodes, needID: true}
	epReport  = &endpoint{name: "report", asks: true, codes: askCodes(map[string]code{"60": none})}
	epCancel  = &endpoint{name: "cancel", asks: true, codes: askCodes(map[string]code{
		"60": {kind: sms.KindRefused, tr: "görev bulunamadı ya da artık iptal edilemez", en: "no such task, or too late to cancel"},
		"40": parameters, "41": parameters, "42": parameters, "43": parameters, "44": parameters,
		"45": parameters, "46": parameters, "47": parameters, "48": parameters,
		"49": {kind: sms.KindParameters, tr: "başlangıç ile bitiş arası 1 ile 21 saat olmalı", en: "start and stop must be 1 to 21 hours apart"},
	})}
	epHeaders = &endpoint{name: "headers", asks: true, codes: askCodes(map[string]code{"70": none})}
	epBalance = &endpoint{name: "balance", asks: true, codes: askCodes(map[string]code{"40": none, "60": none, "100": limit})}
	epLength  = &endpoint{name: "length", asks: true, codes: askCodes(nil)}
	epInbox   = &endpoint{name: "inbox", asks: true, codes: askCodes(map[string]code{
		"40": none,
		"50": {kind: sms.KindParameters, tr: "tarih biçimi hatalı", en: "wrong date format"},
		"60": {kind: sms.KindParameters, tr: "tarih aralığı 30 günden uzun", en: "the range is longer than 30 days"},
	})}
)

// judge decides what an answer means. The error is an *sms.Error.
func (ep *endpoint) judge(r reply) (answer, error) {
	a, ok := parseAnswer(r.body)
	if !ok || a.code == "" {
		return a, ep.unreadable(r, a, ok)
	}
	c, known := ep.codes[a.code]
	if !known {
		k := sms.KindRefused
		if r.status >= 500 {
			k = sms.KindAmbiguous
			if ep.asks {
				k = sms.KindNotSent
			}
		}
		e := ep.fail(k, a.text, nil)
		e.Code = a.code
		return a, e
	}
	if c.kind != "" {
		e := ep.fail(c.kind, a.text, nil)
		e.Code, e.TextTR, e.TextEN = a.code, c.tr, c.en
		if c.kind == sms.KindThrottled {
			e.RetryAfter = r.wait()
		}
		return a, e
	}
	if ep.needID && a.id == "" {
		e := ep.fail(sms.KindAmbiguous, "accepted without an id", nil)
		e.Code = a.code
		return a, e
	}
	return a, nil
}

func (r reply) wait() time.Duration {
	if r.retryAfter > 0 {
		return r.retryAfter
	}
	return defaultWait
}

// unreadable classifies an answer without a code by its status and shape.
func (ep *endpoint) unreadable(r reply, a answer, object bool) *sms.Error {
	missing := r.status == 404 || r.status == 405 || r.status == 410 || r.status == 501 ||
		r.status >= 300 && r.status < 400
	var e *sms.Error
	switch {
	case missing, ep.rest && a.html && r.status < 500:
		e = ep.fail(sms.KindRefused, "no API answered", errAbsent)
	case r.status == 401, r.status == 403:
		e = ep.fail(sms.KindCredentials, "login refused", nil)
	case r.status == 429:
		e = ep.fail(sms.KindThrottled, "too many requests", nil)
		e.RetryAfter = r.wait()
	case r.status == 406 && object, r.status == 400, r.status == 413, r.status == 415, r.status == 422:
		e = ep.fail(sms.KindRefused, "refused without a code", nil)
	case ep.asks && r.status >= 500:
		e = ep.fail(sms.KindNotSent, "server error", nil)
	case ep.asks:
		e = ep.fail(sms.KindRefused, "the answer cannot be read", nil)
	default:
		e = ep.fail(sms.KindAmbiguous, "the answer cannot be read", nil)
	}
	if r.status != 200 {
		e.Code = "HTTP " + itoa(r.status)
	}
	return e
}
