package posnetv1

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/posnet"
)

var errNoAnswer = errors.New("posnetv1: not an answer of this service")

type answer struct {
	ServiceResponseData *struct{ ResponseCode, ResponseDescription string }
	AuthCode            *string
	ReferenceCode       *string
	InstallmentData     *struct{ InstallmentCount int }
	TransactionData     []struct {
		Amount, AuthCode, CardNo, CurrencyCode, HostLogKey, OrderID string
		TransactionDate, TransactionStatus, TransactionType         string
	}
}

// ParseAnswer reads the answer to an operation. Rows are those of an inquiry, the newest first.
func ParseAnswer(op string, body []byte) (pos.List, error) {
	var a answer
	if err := json.Unmarshal(body, &a); err != nil || a.ServiceResponseData == nil || a.ServiceResponseData.ResponseCode == "" {
		return pos.List{}, errNoAnswer
	}
	l := pos.List{}
	l.Installments = -1
	l.ResponseCode, l.Message = a.ServiceResponseData.ResponseCode, strings.TrimSpace(a.ServiceResponseData.ResponseDescription)
	if a.AuthCode != nil && strings.Trim(*a.AuthCode, "0") != "" {
		l.AuthCode = *a.AuthCode
	}
	if a.ReferenceCode != nil {
		l.ReferenceCode = *a.ReferenceCode
	}
	if a.InstallmentData != nil {
		l.Installments = a.InstallmentData.InstallmentCount
	}
	if op == OpInquiry {
		return a.inquiry(l), nil
	}
	if l.ResponseCode == "00" {
		l.Outcome, l.Message = pos.Approved, ""
		return l, nil
	}
	l.Outcome = pos.Declined
	l.Code, l.Class = posnet.Reason(l.ResponseCode, l.Message, op == OpReturn, op == OpSale || op == OpAuth)
	switch {
	case posnet.UnknownResult(l.ResponseCode):
		l.Outcome, l.NextStep = pos.Unknown, "Ask the bank what became of the order."
	case l.ResponseCode == "0127":
		l.NextStep = "The order id was used before: ask the bank what became of it."
	}
	return l, nil
}

func (a answer) inquiry(l pos.List) pos.List {
	switch l.ResponseCode {
	case "0000":
		l.Outcome, l.Message = pos.OK, ""
	case "E219", "0122", "0123":
		l.Outcome, l.Code = pos.NotFound, pos.CodeNotFound
		return l
	default:
		l.Outcome = pos.Failed
		l.Code, l.Class = posnet.Reason(l.ResponseCode, l.Message, false, false)
		return l
	}
	inEffect, ended := map[string]bool{}, map[string]bool{}
	for _, t := range a.TransactionData {
		kind, on := word(t.TransactionType), t.TransactionStatus == "1"
		inEffect[kind] = inEffect[kind] || on
		ended[kind] = ended[kind] || !on
	}
	for _, t := range a.TransactionData {
		kind := word(t.TransactionType)
		r := pos.Row{TxnCode: t.TransactionType, OrderID: t.OrderID, AuthCode: t.AuthCode, MaskedCard: t.CardNo, ReferenceCode: t.HostLogKey, Installments: -1,
			Time: local(t.TransactionDate), Raw: map[string]string{"transactionStatus": t.TransactionStatus}}
		r.Amount.Minor, _ = pos.ParseDecimal(strings.ReplaceAll(t.Amount, ".", ""))
		r.Amount.Currency = currencyOf(t.CurrencyCode)
		r.AuthorizedMinor = r.Amount.Minor
		r.State = posnet.State(kind, t.TransactionStatus == "1", inEffect, ended)
		r.MoneyMinor = r.State.MoneyMinor(r.Amount.Minor)
		l.Rows = append(l.Rows, r)
	}
	if len(l.Rows) == 0 {
		l.Outcome, l.Code = pos.NotFound, pos.CodeNotFound
	}
	return l
}

// word is a kind of transaction as the other PosNet calls it. Only Sale and Return were recorded; a Reverse is read as that of a sale.
func word(kind string) string {
	switch kind {
	case "Auth":
		return "Authorization"
	case "Reverse":
		return "Sale_Reverse"
	}
	return kind
}

// local reads "2019-11-0813:58:37.909": the blank between date and time is missing. One that is there is read too.
func local(s string) time.Time {
	for _, layout := range []string{"2006-01-0215:04:05", "2006-01-02 15:04:05"} {
		if t, err := time.ParseInLocation(layout, s, pos.Istanbul); err == nil {
			return t
		}
	}
	return time.Time{}
}
