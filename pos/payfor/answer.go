package payfor

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/internal/xmldoc"
)

var errNoAnswer = errors.New("payfor: not an answer of this gateway")

// fields reads an answer: XML, or the text "Name=value;;Name=value".
func fields(body []byte) (*xmldoc.Node, error) {
	if trimmed := bytes.TrimSpace(body); len(trimmed) > 0 && trimmed[0] != '<' {
		doc := &xmldoc.Node{Name: "PayforResponse"}
		for _, pair := range strings.Split(string(trimmed), ";;") {
			if name, value, ok := strings.Cut(pair, "="); ok {
				doc.Children = append(doc.Children, xmldoc.Node{Name: strings.TrimSpace(name), Text: strings.TrimSpace(value)})
			}
		}
		if doc.Get("ProcReturnCode") == "" {
			return nil, errNoAnswer
		}
		return doc, nil
	}
	return xmldoc.Parse(body)
}

// ParseAnswer reads the answer of a sale, pre-authorization, capture, void, refund or second call. Approved means ProcReturnCode 00 and nothing else.
func ParseAnswer(body []byte) (pos.Result, error) {
	doc, err := fields(body)
	if err != nil {
		return pos.Result{}, err
	}
	if doc.Name != "PayforResponse" || doc.Get("ProcReturnCode") == "" {
		return pos.Result{}, errNoAnswer
	}
	r := pos.Result{Installments: -1, ResponseCode: doc.Get("ProcReturnCode"), ErrorCode: doc.Get("IrcCode"), OrderID: doc.Get("TransId"), RRN: doc.Get("HostRefNum"), ReferenceCode: doc.Get("HostRefNum"),
		AuthCode: doc.Get("AuthCode"), Raw: map[string]string{"MD": doc.Get("MD"), "Hash": doc.Get("Hash")}}
	decide(&r, doc.Get("ErrMsg"))
	return r, nil
}

func decide(r *pos.Result, message string) {
	if r.ResponseCode == "00" {
		r.Outcome = pos.Approved
		return
	}
	r.Outcome, r.Message, r.AuthCode = pos.Declined, message, "" // a refusal may show the original's code
	r.Code, r.Class = reason(r.ResponseCode)
	if unknown[r.ResponseCode] {
		r.Outcome, r.Class, r.NextStep = pos.Unknown, pos.ClassTechnical, "Ask the bank what became of the order."
	}
}

// ParseInquiry reads the answer about one order. ProcReturnCode says what became of the original step: a voided order shows 00 too.
func ParseInquiry(body []byte) (pos.List, error) {
	doc, err := fields(body)
	if err != nil {
		return pos.List{}, err
	}
	if doc.Name != "PayforResponse" || doc.Get("ProcReturnCode") == "" {
		return pos.List{}, errNoAnswer
	}
	l := pos.List{Result: pos.Result{Outcome: pos.OK, Installments: -1, OrderID: doc.Get("OrderId"), ResponseCode: doc.Get("ProcReturnCode"), ErrorCode: doc.Get("IrcCode")}}
	if refused(&l, doc) {
		return l, nil
	}
	l.Rows = []pos.Row{row(doc)}
	l.ResponseCode, l.ErrorCode = "", ""
	return l, nil
}

// refused tells an answer about the question from one about a payment: the record is then that of the question itself.
func refused(l *pos.List, n *xmldoc.Node) bool {
	code, kind := n.Get("ProcReturnCode"), n.Get("TxnType")
	if code != "V013" && kind != TxnInquiry && kind != TxnHistory && (kind != "" || code == "00") {
		return false
	}
	l.ResponseCode, l.ErrorCode, l.Message = code, n.Get("IrcCode"), n.Get("ErrMsg")
	l.Code, l.Class = reason(code)
	if l.Outcome = pos.Failed; code == "V013" {
		l.Outcome = pos.NotFound
	}
	return true
}

func row(n *xmldoc.Node) pos.Row {
	r := pos.Row{TxnCode: n.Get("TxnType"), OrderID: n.Get("OrderId"), OriginalOrderID: n.Get("OrgOrderId"), AuthCode: n.Get("AuthCode"), RRN: n.Get("HostRefNum"), BatchNumber: n.Get("BatchNo"),
		ResponseCode: n.Get("ProcReturnCode"), MaskedCard: n.Get("CardMask"), Raw: map[string]string{"txnStatus": n.Get("TxnStatus")}}
	if r.RRN == "" {
		r.RRN = n.Get("F37")
	}
	r.ReferenceCode = r.RRN
	r.Amount.Minor, _ = pos.ParseDecimal(n.Get("PurchAmount"))
	if r.Amount.Minor == 0 {
		r.Amount.Minor, _ = pos.ParseDecimal(n.Get("TxnAmount"))
	}
	r.Amount.Currency = pos.CurrencyOf(n.Get("Currency"))
	r.Installments, _ = strconv.Atoi(n.Get("InstallmentCount"))
	r.Time = insertTime(n.Get("InsertDatetime"))
	r.VoidTime = voidTime(n.Get("VoidDate"), n.Get("VoidTime"))
	r.State = state(n)
	r.MoneyMinor = r.State.MoneyMinor(r.Amount.Minor)
	return r
}

// state is that of a row; the first that fits wins.
func state(n *xmldoc.Node) pos.State {
	code, status := n.Get("ProcReturnCode"), n.Get("TxnStatus")
	switch {
	case status == "V", strings.EqualFold(n.Get("IsVoided"), "true"):
		return pos.StateVoided
	case status == "N":
		return pos.StateFailed
	case status == "P":
		return pos.StatePending
	case strings.EqualFold(n.Get("IsRefunded"), "true"):
		return pos.StateRefunded
	case status == "Y" && code == "00":
		switch n.Get("TxnType") {
		case TxnSale, TxnCapture, "ParaPuanAuth":
			return pos.StateCaptured
		case TxnPreAuth:
			return pos.StateAuthorized
		case TxnRefund:
			return pos.StateRefund
		case TxnVoid:
			return pos.StateVoided // the row that it voids is marked too: no money
		}
	}
	return pos.StatePending
}

func insertTime(s string) time.Time {
	for _, layout := range []string{"02.01.2006 15:04:05", "2.01.2006 15:04:05", "2006-01-02T15:04:05"} {
		if t, err := time.ParseInLocation(layout, s, pos.Istanbul); err == nil && t.Year() > 1 {
			return t
		}
	}
	return time.Time{}
}

// voidTime reads yyyyMMdd and HHmmss, whose leading zeros may be missing; 0 is none.
func voidTime(day, clock string) time.Time {
	if len(day) != 8 {
		return time.Time{}
	}
	t, err := time.ParseInLocation("20060102150405", day+strings.Repeat("0", max(0, 6-len(clock)))+clock, pos.Istanbul)
	if err != nil {
		return time.Time{}
	}
	return t
}

// ParseHistory reads a report of one order or one day: one record or many, failed attempts too. Error records echo UserPass and MerchantPass: the raw answer is not
// for the log.
func ParseHistory(body []byte) (pos.List, error) {
	doc, err := xmldoc.Parse(body)
	if err != nil {
		return pos.List{}, err
	}
	if doc.Name == "PayforResponse" { // refused before there was a report
		l := pos.List{Result: pos.Result{Installments: -1}}
		if doc.Get("ProcReturnCode") == "" || !refused(&l, doc) {
			return pos.List{}, errNoAnswer
		}
		return l, nil
	}
	if !strings.HasSuffix(doc.Name, "Report") {
		return pos.List{}, errNoAnswer
	}
	l := pos.List{Result: pos.Result{Outcome: pos.OK, Installments: -1}, Rows: []pos.Row{}}
	for _, record := range doc.All("PaymentRequestExtended") {
		n := record.Find("PaymentRequest")
		if n == nil {
			return pos.List{}, errNoAnswer
		}
		if n.Get("TxnType") == TxnHistory {
			refused(&l, n)
			continue
		}
		r := row(n)
		for _, pair := range extras(record) {
			r.Raw[pair.Name] = pair.Value
		}
		l.Rows = append(l.Rows, r)
	}
	return l, nil
}

func extras(record *xmldoc.Node) (out []pos.Pair) {
	if params := record.Find("ExtraParameters"); params != nil {
		for _, a := range params.All("ArrayOfString") {
			if s := a.All("string"); len(s) == 2 {
				out = append(out, pos.Pair{Name: s[0].Text, Value: s[1].Text})
			}
		}
	}
	return out
}
