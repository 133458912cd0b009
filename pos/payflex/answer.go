package payflex

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/internal/xmldoc"
)

var errNoAnswer = errors.New("payflex: not an answer of this service")

// Answer is what VPOS said.
type Answer struct {
	pos.Result
	// Readable is false for what is no answer of VPOS: a page of the firewall, JSON of the gateway, nothing at all. Outcome then speaks of the answer
	// and not of the payment, which may have been made.
	Readable bool
}

// ParseAnswer reads the answer to a VposRequest. Approved is the code 0000 alone.
func ParseAnswer(body []byte) Answer {
	doc, err := xmldoc.Parse(body)
	if err != nil || doc.Name != "VposResponse" || doc.Get("ResultCode") == "" {
		return Answer{Result: strange(body)}
	}
	r := pos.Result{Installments: -1, ResponseCode: doc.Get("ResultCode"), Message: doc.Get("ResultDetail"), OrderID: doc.Get("OrderId"), ReferenceCode: doc.Get("TransactionId"),
		TxnCode: doc.Get("TransactionType"), RRN: doc.Get("Rrn"), BatchNumber: doc.Get("BatchNo"), AuthCode: given(doc.Get("AuthCode"))}
	r.BankTime, _ = hostDate(doc.Get("HostDate"), time.Now())
	if n, err := pos.ParseDecimal(doc.Get("CurrencyAmount")); err == nil {
		r.Authorized = pos.Money{Minor: n, Currency: pos.CurrencyOf(doc.Get("CurrencyCode"))}
	}
	r.Raw = map[string]string{}
	for _, name := range []string{"TerminalNo", "ReferenceTransactionId", "ECI", "GainedPoint", "TotalPoint"} {
		if s := doc.Get(name); s != "" {
			r.Raw[name] = s
		}
	}
	if kind := map[string]string{"1": "non-secure", "2": "3d", "3": "3d-pay"}[doc.Get("ThreeDSecureType")]; kind != "" {
		r.Raw["security"] = kind
	}
	if n, err := strconv.Atoi(doc.Get("NumberOfInstallments")); err == nil {
		r.Installments = n
	}
	switch {
	case r.ResponseCode == "0000":
		r.Outcome = pos.Approved
		return Answer{r, true}
	case declines(r.ResponseCode):
		r.Outcome = pos.Declined
	default:
		r.Outcome = pos.Failed
	}
	r.Code, r.Class = reason(r.ResponseCode, r.Message)
	return Answer{r, true}
}

// strange reads what is no answer of the service asked: it tells why, as far as one can see.
func strange(body []byte) pos.Result {
	r := pos.Result{Outcome: pos.Failed, Code: pos.CodeGatewayError, Installments: -1, Reason: "The answer is not one of the bank's POS.", NextStep: "Ask the bank what became of the order."}
	if bytes.Contains(body, []byte("Request Rejected")) {
		r.Code, r.Reason = pos.CodeGatewayRejected, "The bank's firewall refused the request. Is the server's IP address known to the bank?"
		return r
	}
	var v any
	if json.Unmarshal(body, &v) == nil {
		if text := speaksOfIP(v); text != "" {
			r.Code, r.Message = pos.CodeIPNotAllowed, text
		}
	}
	return r
}

// speaksOfIP looks through all texts of a JSON value: the names of its members are not known.
func speaksOfIP(v any) string {
	switch x := v.(type) {
	case string:
		for word := range strings.FieldsFuncSeq(x, func(r rune) bool { return r != 'I' && r != 'P' && r != 'i' && r != 'p' && r != 'İ' }) {
			if word == "IP" || word == "Ip" || word == "İP" {
				return pos.Mask(x)
			}
		}
	case map[string]any:
		for _, y := range x {
			if s := speaksOfIP(y); s != "" {
				return s
			}
		}
	case []any:
		for _, y := range x {
			if s := speaksOfIP(y); s != "" {
				return s
			}
		}
	}
	return ""
}

func given(s string) string {
	if strings.Trim(s, "0") == "" {
		return ""
	}
	return s
}

// hostDate reads yyyyMMddHHmmss, or MMddHHmmss in the year that is nearest to now.
func hostDate(s string, now time.Time) (t time.Time, withYear bool) {
	if len(s) == 14 {
		t, err := time.ParseInLocation("20060102150405", s, pos.Istanbul)
		return t, err == nil
	}
	if len(s) != 10 {
		return time.Time{}, false
	}
	var best time.Time
	for year := now.In(pos.Istanbul).Year() - 1; year <= now.In(pos.Istanbul).Year()+1; year++ {
		x, err := time.ParseInLocation("20060102150405", strconv.Itoa(year)+s, pos.Istanbul)
		if err == nil && (best.IsZero() || x.Sub(now).Abs() < best.Sub(now).Abs()) {
			best = x
		}
	}
	return best, false
}

// ParseSearch reads the answer to a search, or to SettlementDetail; total is how many rows there are on all pages.
func ParseSearch(body []byte) (l pos.List, total int, err error) {
	l.Installments = -1
	doc, err := xmldoc.Parse(body)
	if err != nil || doc.Find("ResponseInfo") == nil {
		l.Result = strange(body)
		return l, 0, nil
	}
	l.ResponseCode, l.Message = doc.Get("ResponseInfo", "ResponseCode"), doc.Get("ResponseInfo", "ResponseMessage")
	if doc.Get("ResponseInfo", "Status") != "Success" {
		l.Outcome = pos.Failed
		l.Code, l.Class = reason(l.ResponseCode, l.Message)
		return l, 0, nil
	}
	count := doc.Get("TotalItemCount")
	if count == "" {
		count = doc.Get("PagedResponseInfo", "TotalItemCount")
	}
	if total, err = strconv.Atoi(count); err != nil || total < 0 {
		return pos.List{}, 0, errNoAnswer
	}
	detail := doc.Name == "SettlementDetailResponse"
	if list := doc.Find("TransactionSearchResultInfo"); list != nil {
		for i := range list.Children {
			if n := &list.Children[i]; n.Name == "TransactionSearchResultInfo" || n.Name == "PaymentTransactionInfo" {
				l.Rows = append(l.Rows, row(n, detail))
			}
		}
	}
	l.Outcome, l.Message = pos.OK, ""
	switch {
	case total == 0 && len(l.Rows) == 0:
		if !detail {
			l.Outcome, l.Code = pos.NotFound, pos.CodeNotFound
		}
	case len(l.Rows) == 0 && !detail:
		return pos.List{}, 0, errNoAnswer // rows are there and cannot be read
	}
	return l, total, nil
}

// row reads a row. In a search one row is the whole of a payment, with what was refunded of it; in SettlementDetail refunds are rows of their own.
func row(n *xmldoc.Node, detail bool) pos.Row {
	either := func(names ...string) string {
		for _, name := range names {
			if s := n.Get(name); s != "" {
				return s
			}
		}
		return ""
	}
	yes := func(name string) bool { return strings.EqualFold(n.Get(name), "true") }
	r := pos.Row{TxnCode: either("TransactionType", "TransactionTypeName"), OrderID: n.Get("OrderId"), ReferenceCode: n.Get("TransactionId"), AuthCode: given(n.Get("AuthCode")), RRN: n.Get("Rrn"),
		ResponseCode: n.Get("ResultCode"), HostResponseCode: n.Get("HostResultCode"), MaskedCard: n.Get("PanMasked"), Settled: yes("IsBatchClosed"), Installments: -1, Raw: map[string]string{}}
	r.Time, _ = hostDate(n.Get("HostDate"), time.Now())
	r.Amount.Minor, _ = pos.ParseDecimal(either("Amount", "CurrencyAmount"))
	r.Amount.Currency = pos.CurrencyOf(either("AmountCode", "CurrencyCode"))
	r.AuthorizedMinor = r.Amount.Minor
	refundText := n.Get("TotalRefundAmount")
	refunded, err := pos.ParseDecimal(refundText)
	for _, x := range [][]string{{"ReferenceTransactionId", "ReferencedTransactionId"}, {"IsBatchClosed"}, {"TransactionThreedSecureType"}} {
		if s := either(x...); s != "" {
			r.Raw[x[0]] = s
		}
	}
	if err == nil {
		r.Raw["refundedMinor"] = strconv.FormatInt(refunded, 10)
	}
	switch {
	case r.ResponseCode != "0000" && r.ResponseCode != "" || r.ResponseCode == "" && !detail:
		r.State = pos.StateFailed
	case yes("IsCanceled") || yes("IsReversed"):
		r.State = pos.StateVoided
	case r.TxnCode == TypeRefund || r.TxnCode == "Credit":
		r.State = pos.StateRefund
	case r.TxnCode == TypeCancel || r.TxnCode == TypeReversal:
		r.State = pos.StateReversed // what it took back is marked itself
	case !detail && (err == nil && refunded > 0 && refunded >= r.Amount.Minor || yes("IsRefunded") && refundText == ""):
		r.State = pos.StateRefunded
	case r.TxnCode == TypeAuth && yes("IsCaptured"):
		r.State = pos.StatePreauthClosed
	case r.TxnCode == TypeAuth:
		r.State = pos.StateAuthorized
	default:
		r.State = pos.StateCaptured
	}
	r.MoneyMinor = r.State.MoneyMinor(r.Amount.Minor)
	if r.State == pos.StateCaptured && !detail && err == nil {
		r.MoneyMinor -= refunded
	}
	return r
}
