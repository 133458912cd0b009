package smpp

import (
	"errors"
	"fmt"
	"time"

	"github.com/onay/onay/sms"
)

// command_status values that the client itself acts upon or answers with.
const (
	statusOK          = 0x00
	statusBadLength   = 0x02
	statusBadCommand  = 0x03
	statusNotBound    = 0x04
	statusAlreadyBind = 0x05
	statusSystemError = 0x08
	statusBindFailed  = 0x0d
	statusPassword    = 0x0e
	statusSystemID    = 0x0f
	statusQueueFull   = 0x14
	statusSystemType  = 0x53
	statusThrottled   = 0x58
	statusSchedule    = 0x61
	statusValidity    = 0x62
	statusTemporary   = 0x64
	statusPermanent   = 0x65
)

// code is the meaning of one command_status in an answer to submit_sm.
type code struct {
	name   string
	kind   sms.Kind
	wait   time.Duration // for Error.RetryAfter
	tr, en string        // for a person; empty: the text of the kind
}

var (
	system = code{
		kind: sms.KindNotSent, wait: 30 * time.Second,
		tr: "operatörde sistem hatası; mesaj alınmadı, biraz sonra yeniden deneyin",
		en: "system error at the operator; the message was not taken, try again later",
	}
	setting = code{kind: sms.KindParameters}
	login   = code{
		kind: sms.KindCredentials,
		tr:   "SMPP bağlantısı reddedildi: system_id, şifre ya da IP izni hatalı",
		en:   "the SMPP bind was refused: wrong system_id or password, or the IP is not allowed",
	}
)

func (c code) named(name string) code {
	c.name = name
	return c
}

// codes are those of SMPP 3.4 section 5.1.3. What is not here is a refusal.
var codes = map[uint32]code{
	0x01: setting.named("ESME_RINVMSGLEN"),
	0x02: setting.named("ESME_RINVCMDLEN"),
	0x03: setting.named("ESME_RINVCMDID"),
	0x04: {name: "ESME_RINVBNDSTS", kind: sms.KindNotSent},
	0x05: {name: "ESME_RALYBND", kind: sms.KindNotSent},
	0x06: setting.named("ESME_RINVPRTFLG"),
	0x07: setting.named("ESME_RINVREGDLVFLG"),
	0x08: system.named("ESME_RSYSERR"),
	0x0a: {
		name: "ESME_RINVSRCADR", kind: sms.KindHeader,
		tr: "operatör gönderici adını (başlık) kabul etmedi", en: "the operator does not take this sender header",
	},
	0x0b: {name: "ESME_RINVDSTADR", kind: sms.KindNumber},
	0x0c: {name: "ESME_RINVMSGID", kind: sms.KindRefused},
	0x0d: login.named("ESME_RBINDFAIL"),
	0x0e: login.named("ESME_RINVPASWD"),
	0x0f: login.named("ESME_RINVSYSID"),
	0x11: {name: "ESME_RCANCELFAIL", kind: sms.KindRefused},
	0x13: {name: "ESME_RREPLACEFAIL", kind: sms.KindRefused},
	0x14: {
		name: "ESME_RMSGQFUL", kind: sms.KindThrottled, wait: 5 * time.Second,
		tr: "operatörün kuyruğu dolu; biraz bekleyip yeniden deneyin", en: "the operator's queue is full; wait and try again",
	},
	0x15: setting.named("ESME_RINVSERTYP"),
	0x33: setting.named("ESME_RINVNUMDESTS"),
	0x34: setting.named("ESME_RINVDLNAME"),
	0x40: setting.named("ESME_RINVDESTFLAG"),
	0x42: setting.named("ESME_RINVSUBREP"),
	0x43: setting.named("ESME_RINVESMCLASS"),
	0x44: setting.named("ESME_RCNTSUBDL"),
	0x45: {name: "ESME_RSUBMITFAIL", kind: sms.KindAmbiguous},
	0x48: setting.named("ESME_RINVSRCTON"),
	0x49: setting.named("ESME_RINVSRCNPI"),
	0x50: setting.named("ESME_RINVDSTTON"),
	0x51: setting.named("ESME_RINVDSTNPI"),
	0x53: login.named("ESME_RINVSYSTYP"),
	0x54: setting.named("ESME_RINVREPFLAG"),
	0x55: setting.named("ESME_RINVNUMMSGS"),
	0x58: {name: "ESME_RTHROTTLED", kind: sms.KindThrottled, wait: time.Second},
	0x61: setting.named("ESME_RINVSCHED"),
	0x62: setting.named("ESME_RINVEXPIRY"),
	0x63: setting.named("ESME_RINVDFTMSGID"),
	0x64: system.named("ESME_RX_T_APPN"),
	0x65: {name: "ESME_RX_P_APPN", kind: sms.KindRefused},
	0x66: {name: "ESME_RX_R_APPN", kind: sms.KindRefused},
	0x67: {name: "ESME_RQUERYFAIL", kind: sms.KindRefused},
	0xc0: setting.named("ESME_RINVOPTPARSTREAM"),
	0xc1: setting.named("ESME_ROPTPARNOTALLWD"),
	0xc2: setting.named("ESME_RINVPARLEN"),
	0xc3: setting.named("ESME_RMISSINGOPTPARAM"),
	0xc4: setting.named("ESME_RINVOPTPARAMVAL"),
	0xfe: {name: "ESME_RDELIVERYFAILURE", kind: sms.KindRefused},
	0xff: system.named("ESME_RUNKNOWNERR"),
}

// codeText is a command_status as it stands in errors: hexadecimal, two digits
// at least.
func codeText(status uint32) string { return fmt.Sprintf("%02X", status) }

// judge makes the error of a command_status other than 0. What the operator's
// own table says goes before ours.
func (c *Client) judge(status uint32) *sms.Error {
	k, known := codes[status]
	if !known {
		k = code{kind: sms.KindRefused, name: "a status that is not in the SMPP paper"}
		if status >= 0x400 && status <= 0x4ff {
			k.name = "the operator's own status"
		}
	}
	if own, ok := c.cfg.VendorKinds[status]; ok {
		k.kind = own
		k.tr, k.en = "", ""
	}
	if k.kind == sms.KindThrottled && k.wait == 0 {
		k.wait = time.Second
	}
	return &sms.Error{
		Provider: c.cfg.Name, Code: codeText(status), Kind: k.kind, Message: k.name,
		RetryAfter: k.wait, TextTR: k.tr, TextEN: k.en,
	}
}

// fail makes an error without a code of the operator.
func (c *Client) fail(k sms.Kind, message string, err error) *sms.Error {
	// An error that has the words already is not wrapped in them again.
	var inner *sms.Error
	if errors.As(err, &inner) && inner.Kind == k {
		return inner
	}
	return &sms.Error{Provider: c.cfg.Name, Kind: k, Message: message, Err: err}
}
