package nestpay

import (
	"strings"
	"time"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/internal/xmldoc"
)

// ParseAnswer reads the CC5Response of a payment, capture, void, refund or change of a plan. An error means that it is no answer of this protocol.
func ParseAnswer(body []byte) (pos.Result, error) {
	doc, err := root(body)
	if err != nil {
		return pos.Result{}, err
	}
	r := pos.Result{Installments: -1}
	if result := doc.Get("RESULT"); result != "" { // a change of a plan has a shape of its own
		r.OrderID = doc.Get("RECORDID")
		r.Outcome, r.Code = pos.Failed, pos.CodeInvalidRequest
		if strings.HasPrefix(result, "Success") {
			r.Outcome, r.Code = pos.Approved, ""
		}
		return r, nil
	}
	response := doc.Get("Response")
	r.ResponseCode = doc.Get("ProcReturnCode")
	if response == "" && r.ResponseCode == "" && doc.Get("ErrMsg") == "" {
		return r, errNoAnswer
	}
	r.ErrorCode = errorCode(doc)
	r.OrderID, r.ReferenceCode, r.AuthCode, r.RRN = doc.Get("OrderId"), doc.Get("TransId"), doc.Get("AuthCode"), doc.Get("HostRefNum")
	r.BatchNumber, r.CardBrand, r.CardIssuer = doc.Get("Extra", "SETTLEID"), doc.Get("Extra", "CARDBRAND"), doc.Get("Extra", "CARDISSUER")
	r.HostMessage, r.RecurringID = doc.Get("Extra", "HOSTMSG"), doc.Get("Extra", "RECURRINGID")
	r.BankTime = bankTime(doc.Get("Extra", "TRXDATE"))
	if response == "Approved" && r.ResponseCode == "00" {
		r.Outcome = pos.Approved
		return r, nil
	}
	r.Message = doc.Get("ErrMsg")
	switch response {
	case "Declined":
		r.Outcome = pos.Declined
	case "Approved": // without 00: the two contradict each other
		r.Outcome, r.Reason, r.NextStep = pos.Unverified, "The bank says approved with code "+r.ResponseCode+".", "Ask the bank what became of the order."
		return r, nil
	default:
		r.Outcome = pos.Failed
	}
	r.Code = reason(response, r.ResponseCode, r.ErrorCode)
	if phaseFailed(r.ErrorCode) {
		r.Class = pos.ClassTechnical
	}
	return r, nil
}

var errNoAnswer = pos.Invalid("answer", "is no CC5Response")

func root(body []byte) (*xmldoc.Node, error) {
	doc, err := xmldoc.Parse(body)
	if err != nil {
		return nil, err
	}
	if doc.Name != "CC5Response" {
		return nil, errNoAnswer
	}
	return doc, nil
}

// errorCode stands in Extra, on some hosts beside it.
func errorCode(doc *xmldoc.Node) string {
	if c := doc.Get("Extra", "ERRORCODE"); c != "" {
		return c
	}
	return doc.Get("ERRORCODE")
}

// bankTime reads "yyyyMMdd HH:mm:ss". Before 2017 Turkish time was not always UTC+3, so such times are left out.
func bankTime(s string) time.Time {
	return since2017(time.ParseInLocation("20060102 15:04:05", s, pos.Istanbul))
}

// rowTime reads "yyyy-MM-dd HH:mm:ss.SSS" with one to three digits of the fraction.
func rowTime(s string) time.Time {
	return since2017(time.ParseInLocation("2006-01-02 15:04:05", s, pos.Istanbul))
}

func since2017(t time.Time, err error) time.Time {
	if err != nil || t.Year() < 2017 {
		return time.Time{}
	}
	return t
}
