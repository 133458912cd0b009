package garanti

import (
	"errors"
	"strconv"
	"strings"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/internal/wire"
	"github.com/onay/onay/pos/internal/xmldoc"
)

var errNoAnswer = errors.New("garanti: not a GVPSResponse")

// Answer is an answer whose hash was checked. What a payment answers is the Result; lists are in List.
type Answer struct {
	pos.List
	Signature pos.Signature
	Page      Page // of a list by time
}

// Page tells which part of a list an answer holds.
type Page struct{ Current, Pages, Total int }

// ParseAnswer reads an answer. password is that of the user who asked.
func (c Config) ParseAnswer(body []byte, password string) (Answer, error) {
	doc, err := xmldoc.Parse(body)
	if err != nil {
		return Answer{}, err
	}
	txn := doc.Find("Transaction")
	if doc.Name != "GVPSResponse" || txn == nil || txn.Find("Response") == nil {
		return Answer{}, errNoAnswer
	}
	code, reasonCode := txn.Get("Response", "Code"), txn.Get("Response", "ReasonCode")
	a := Answer{Signature: pos.SignatureMissing}
	r := &a.Result
	r.Installments = -1
	r.ResponseCode, r.ErrorCode, r.HostResponseCode = code, reasonCode, ""
	r.OrderID, r.RRN, r.ReferenceCode = doc.Get("Order", "OrderID"), txn.Get("RetrefNum"), txn.Get("RetrefNum")
	r.BatchNumber, r.STAN, r.MaskedCard = txn.Get("BatchNum"), txn.Get("SequenceNum"), pan(txn.Get("CardNumberMasked"))
	r.BankTime, r.CardBrand = provDate(txn.Get("ProvDate")), txn.Get("CardType")
	r.Raw = map[string]string{"source": txn.Get("Response", "Source"), "errorMsg": txn.Get("Response", "ErrorMsg"), "sysErrMsg": txn.Get("Response", "SysErrMsg")}
	if got := txn.Get("HashData"); got != "" {
		v := c.Version
		if v == "" {
			v = V512
		}
		a.Signature = pos.SignatureInvalid
		if wire.Equal(SignAnswer(v, code, txn.Get("RetrefNum"), txn.Get("AuthCode"), txn.Get("ProvDate"), doc.Get("Order", "OrderID"), password, c.TerminalID), got) {
			a.Signature = pos.SignatureValid
		}
	}
	if a.Signature == pos.SignatureInvalid || a.Signature == pos.SignatureMissing && code == "00" {
		return Answer{Signature: a.Signature, List: pos.List{Result: pos.Result{Outcome: pos.Rejected, Installments: -1, Reason: "The hash of the answer does not fit.",
			NextStep: "Treat the outcome as unknown and ask the bank."}}}, nil
	}
	c.decide(r, txn, code, reasonCode)
	c.lists(&a, doc, txn)
	return a, nil
}

func pan(s string) string {
	if s == "null" {
		return ""
	}
	return s
}

// decide sets the outcome: Code 00 is an approval, 92 a refusal of the gateway, 11 and 32 promise nothing.
func (c Config) decide(r *pos.Result, txn *xmldoc.Node, code, reasonCode string) {
	if code == "00" {
		r.Outcome, r.AuthCode = pos.Approved, txn.Get("AuthCode")
		return
	}
	r.Message = txn.Get("Response", "ErrorMsg")
	switch {
	case code == "92" && (reasonCode == "0108" || reasonCode == "0110"):
		r.Outcome, r.Code = pos.NotFound, pos.CodeNotFound
	case code == "92":
		r.Outcome, r.Code = pos.Failed, gatewayReason(reasonCode)
	case code == "11" || code == "32":
		r.Outcome, r.Code = pos.Unknown, pos.CodePartlyReversed
		if code == "11" {
			r.Code = pos.CodeApprovedVIP
		}
		r.NextStep = "Ask the bank what became of the order."
	default:
		r.Outcome, r.HostResponseCode = pos.Declined, code
		r.Code, r.Class = hostReason(code, txn.Get("Response", "SysErrMsg"))
	}
}

// lists reads what inquiries bring. The outer code says whether the inquiry worked, the inner one what became of the payment.
func (c Config) lists(a *Answer, doc, txn *xmldoc.Node) {
	order := doc.Find("Order")
	if order == nil {
		return
	}
	one, history, list := order.Find("OrderInqResult"), order.Find("OrderHistInqResult", "OrderTxnList"), order.Find("OrderListInqResult", "OrderTxnList")
	if one == nil && history == nil && list == nil {
		return
	}
	if a.Outcome != pos.Approved {
		return
	}
	a.Outcome, a.AuthCode, a.Rows = pos.OK, "", []pos.Row{}
	switch {
	case one != nil:
		a.Rows = append(a.Rows, inquiryRow(one, a.OrderID))
	case history != nil:
		for _, n := range history.All("OrderTxn") {
			a.Rows = append(a.Rows, historyRow(n, a.OrderID))
		}
	default:
		number := func(name string) int { n, _ := strconv.Atoi(list.Get(name)); return n } // an empty one is 0
		a.Page = Page{number("ActPageNum"), number("TotalPageCount"), number("TotalTxnCount")}
		for _, n := range list.All("OrderTxn") {
			a.Rows = append(a.Rows, listRow(n))
		}
	}
}

// inquiryStates are the words seen; any other means "look at the history".
var inquiryStates = map[string]pos.State{"APPROVED": pos.StateCaptured, "WAITINGPOSTAUTH": pos.StateAuthorized, "VOID": pos.StateVoided, "REFUNDED": pos.StateRefunded}

func inquiryRow(n *xmldoc.Node, orderID string) pos.Row {
	r := pos.Row{OrderID: orderID, TxnCode: n.Get("ChargeType"), RRN: n.Get("RetrefNum"), ReferenceCode: n.Get("RetrefNum"), AuthCode: n.Get("AuthCode"), BatchNumber: n.Get("BatchNum"),
		ResponseCode: n.Get("Code"), MaskedCard: pan(n.Get("CardNumberMasked")), Time: dashed(n.Get("ProvDate")), Raw: map[string]string{"status": n.Get("Status")}}
	if r.Time.IsZero() {
		r.Time = provDate(n.Get("ProvDate"))
	}
	r.Installments, _ = strconv.Atoi(n.Get("InstallmentCnt"))
	paid, _ := pos.ParseMinor(n.Get("AuthAmount"))
	r.AuthorizedMinor, _ = pos.ParseMinor(n.Get("PreAuthAmount"))
	r.State = inquiryStates[n.Get("Status")]
	if r.ResponseCode != "00" && r.ResponseCode != "" {
		r.State = pos.StateFailed
		r.AuthCode = ""
	}
	r.Amount.Minor = paid
	if r.State == pos.StateAuthorized && paid == 0 {
		r.Amount.Minor = r.AuthorizedMinor
	}
	r.MoneyMinor = r.State.MoneyMinor(r.Amount.Minor)
	return r
}

func historyRow(n *xmldoc.Node, orderID string) pos.Row {
	r := pos.Row{OrderID: orderID, TxnCode: n.Get("Type"), RRN: n.Get("RetrefNum"), ReferenceCode: n.Get("RetrefNum"), AuthCode: n.Get("AuthCode"), BatchNumber: n.Get("BatchNum"),
		ResponseCode: n.Get("ReturnCode"), Installments: -1}
	paid, _ := pos.ParseMinor(n.Get("AuthAmount"))
	r.AuthorizedMinor, _ = pos.ParseMinor(n.Get("PreAuthAmount"))
	r.Amount = pos.Money{Minor: paid, Currency: pos.CurrencyOf(n.Get("CurrencyCode"))}
	if r.TxnCode == TypePreAuth && paid == 0 {
		r.Amount.Minor = r.AuthorizedMinor
	}
	if r.Time = compact(n.Get("AuthDate")); r.Time.IsZero() {
		r.Time = compact(n.Get("PreAuthDate"))
	}
	r.VoidTime = compact(n.Get("VoidDate"))
	switch {
	case n.Get("Status") != "00":
		r.State = pos.StateFailed
	case !r.VoidTime.IsZero() && r.TxnCode != TypeVoid:
		r.State = pos.StateVoided
	case r.TxnCode == TypePreAuth:
		r.State = pos.StateAuthorized
		if paid > 0 {
			r.State = pos.StatePreauthClosed
		}
	case r.TxnCode == TypeRefund:
		r.State = pos.StateRefund
	case r.TxnCode == TypeVoid:
		r.State = pos.StateVoided // the row that it voids is marked too: no money
	default:
		r.State = pos.StateCaptured
	}
	r.MoneyMinor = r.State.MoneyMinor(r.Amount.Minor)
	return r
}

// listTypes are the words of lists, Turkish without its letters.
var listTypes = map[string]string{"Satis": "sale", "Iade": "refund", "Iptal": "void", "On Otorizasyon": "preauth", "On Otorizasyon Kapama": "capture", "Odul Sorgulama": "reward_inquiry"}

func listRow(n *xmldoc.Node) pos.Row {
	r := pos.Row{TxnCode: listTypes[n.Get("TrxType")], OrderID: n.Get("OrderID"), RRN: n.Get("RetrefNum"), ReferenceCode: n.Get("RetrefNum"), AuthCode: n.Get("AuthCode"), BatchNumber: n.Get("BatchNum"),
		ResponseCode: n.Get("ResponseCode"), MaskedCard: pan(n.Get("CardNumberMasked")), Time: dashed(n.Get("LastTrxDate")),
		Raw: map[string]string{"origRetrefNum": n.Get("OrigRetrefNum"), "status": n.Get("Status"), "userId": n.Get("UserId"), "safeType": n.Get("SafeType")}}
	if cnt := n.Get("InstallmentCnt"); cnt != "Pesin" {
		r.Installments, _ = strconv.Atoi(cnt)
	}
	r.Amount.Minor, _ = pos.ParseMinor(n.Get("AuthAmount"))
	if r.Amount.Currency = pos.Currency(strings.TrimSpace(n.Get("CurrencyCode"))); r.Amount.Currency == "TL" {
		r.Amount.Currency = pos.TRY
	}
	switch status := n.Get("Status"); {
	case status == "Iptal":
		r.State = pos.StateVoided
	case status != "Basarili" && status != "Onaylandi":
		r.State = pos.StateFailed
	case r.TxnCode == "sale" || r.TxnCode == "capture":
		r.State = pos.StateCaptured
	case r.TxnCode == "refund":
		r.State = pos.StateRefund
	case r.TxnCode == "void":
		r.State = pos.StateVoided
	case r.TxnCode == "preauth":
		r.State = pos.StateAuthorized
	default:
		r.State = pos.StateFailed
	}
	r.MoneyMinor = r.State.MoneyMinor(r.Amount.Minor)
	return r
}
