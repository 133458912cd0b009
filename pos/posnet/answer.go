package posnet

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/internal/xmldoc"
)

var errNoAnswer = errors.New("posnet: not an answer of this service")

// Answer is a posnetResponse.
type Answer struct {
	pos.List
	MAC string // of oosTranData and oosResolveMerchantData

	Data1, Data2, Sign string   // of oosRequestData; Data1 and Data2 hold the card: not for logs
	Resolved           Resolved // of oosResolveMerchantData
	Totals             []Total  // of merchantReconciliation
}

// String leaves out what is encrypted with the merchant's key.
func (a Answer) String() string {
	return fmt.Sprintf("posnet.Answer(%s %s)", a.Outcome, a.ResponseCode)
}

// GoString is the same for %#v.
func (a Answer) GoString() string { return a.String() }

// Resolved is the bank's word on a callback.
type Resolved struct {
	XID         string
	Amount      pos.Money
	Installment string // two digits
	TxStatus    string // Y or N
	MDStatus    string
	Message     string
}

// Total is what merchantReconciliation says of one kind of transaction.
type Total struct {
	Type   string // the bank's number: 1 sales in one payment, 2 in installments, 3 and 4 their refunds, 5 captures, 6 and 7 voids of sales…
	Name   string
	Count  int
	Amount pos.Money
}

// ParseAnswer reads the answer to an operation.
func ParseAnswer(op string, body []byte) (Answer, error) {
	a := Answer{}
	a.Installments = -1
	doc, err := xmldoc.Parse(body)
	if err != nil {
		// The schema's complaint comes as plain text; then nothing reached the host.
		if bytes.Contains(body, []byte("cvc-")) && !bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) {
			a.Outcome, a.Code, a.Message = pos.Failed, pos.CodeInvalidRequest, pos.Mask(string(body[:min(len(body), 500)]))
			return a, nil
		}
		return a, errNoAnswer
	}
	approved := doc.Get("approved")
	if doc.Name != "posnetResponse" || approved == "" {
		return a, errNoAnswer
	}
	a.ResponseCode = doc.Get("respCode")
	a.Message = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(doc.Get("respText")), a.ResponseCode))
	a.ReferenceCode = either(doc, "hostlogkey", "hostLogKey")
	if a.AuthCode = doc.Get("authCode"); strings.Trim(a.AuthCode, "0") == "" {
		a.AuthCode = ""
	}
	a.BankTime = local("060102150405", doc.Get("tranDate"))
	a.MAC = doc.Get("mac")
	if n, err := strconv.Atoi(doc.Get("instInfo", "inst1")); err == nil {
		a.Installments = n
	}
	a.Raw = raw(doc)
	switch {
	case approved == "2":
		a.Outcome, a.Code = pos.DuplicatePaid, pos.CodeDuplicateOrder
		a.Reason, a.NextStep = "The same order was approved before.", "Ask the bank for amount and state of the order."
	case approved != "1":
		a.refused(op)
	case moves(op):
		a.Outcome = pos.Approved
	default:
		a.Outcome = pos.OK
		a.read(op, doc)
	}
	if a.Outcome == pos.Approved || a.Outcome == pos.OK {
		a.ResponseCode, a.Message = "", "" // "0000" and texts of success, which come or not
	}
	return a, nil
}

func either(n *xmldoc.Node, names ...string) string {
	for _, name := range names {
		if s := n.Get(name); s != "" {
			return s
		}
	}
	return ""
}

// raw keeps the numbers of points and the address that the bank saw.
func raw(doc *xmldoc.Node) map[string]string {
	m := map[string]string{}
	for name, path := range map[string][]string{"yourIP": {"yourIP"}, "point": {"pointInfo", "point"}, "pointAmountMinor": {"pointInfo", "pointAmount"},
		"totalPoint": {"pointInfo", "totalPoint"}, "totalPointAmountMinor": {"pointInfo", "totalPointAmount"}} {
		s := doc.Get(path...)
		if name != "yourIP" {
			s = strings.TrimLeft(s, "0")
		}
		if s != "" {
			m[name] = s
		}
	}
	if len(m) == 0 {
		return nil
	}
	return m
}

func (a *Answer) refused(op string) {
	a.Code, a.Class = Reason(a.ResponseCode, a.Message, op == OpReturn, op == OpSale || op == OpAuth || op == OpTranData)
	switch {
	case moves(op) && UnknownResult(a.ResponseCode):
		a.Outcome, a.NextStep = pos.Unknown, "Ask the bank what became of the order."
	case op == OpAgreement && notFound(a.ResponseCode):
		a.Outcome, a.Code = pos.NotFound, pos.CodeNotFound
	case op == OpAgreement || op == OpReconciliation:
		a.Outcome = pos.Failed
	default:
		a.Outcome = pos.Declined
		if a.ResponseCode == "0127" {
			a.NextStep = "The order id was used before: ask the bank what became of it."
		}
	}
}

func (a *Answer) read(op string, doc *xmldoc.Node) {
	switch op {
	case OpRequestData:
		r := doc.Find("oosRequestDataResponse")
		a.Data1, a.Data2, a.Sign = r.Get("data1"), r.Get("data2"), r.Get("sign")
	case OpResolve:
		r := doc.Find("oosResolveMerchantDataResponse")
		a.MAC = r.Get("mac")
		a.Resolved = Resolved{XID: r.Get("xid"), Installment: r.Get("installment"), TxStatus: r.Get("txStatus"), MDStatus: r.Get("mdStatus"), Message: r.Get("mdErrorMessage")}
		a.Resolved.Amount.Minor, _ = pos.ParseMinor(r.Get("amount"))
		a.Resolved.Amount.Currency = CurrencyOf(r.Get("currency"))
	case OpAgreement:
		if list := doc.Find("transactions"); list != nil {
			a.Rows = rows(list.All("transaction"))
		}
		if len(a.Rows) == 0 {
			a.Outcome, a.Code = pos.NotFound, pos.CodeNotFound
		}
	case OpReconciliation:
		for _, t := range doc.All(OpReconciliation) {
			x := Total{Type: t.Get("transactionType"), Name: t.Get("transactionName")}
			x.Count, _ = strconv.Atoi(t.Get("totalNumber"))
			x.Amount.Minor, _ = pos.ParseMinor(t.Get("totalAmount"))
			a.Totals = append(a.Totals, x)
		}
	}
}

// rows reads an agreement. A transaction that was taken back is marked as not in effect and the reversal is a row too: the money counts once.
func rows(list []*xmldoc.Node) []pos.Row {
	out := make([]pos.Row, 0, len(list))
	inEffect := map[string]bool{}
	ended := map[string]bool{}
	for _, n := range list {
		state, on := n.Get("state"), n.Get("txnStatus") == "1"
		inEffect[state] = inEffect[state] || on
		ended[state] = ended[state] || !on
	}
	for _, n := range list {
		kind, on := n.Get("state"), n.Get("txnStatus") == "1"
		r := pos.Row{TxnCode: kind, OrderID: n.Get("orderID"), MaskedCard: n.Get("ccno"), AuthCode: n.Get("authCode"), ReferenceCode: either(n, "hostlogkey", "hostLogKey"),
			Time: local("2006-01-02 15:04:05", n.Get("tranDate")), Installments: -1, Raw: map[string]string{"txnStatus": n.Get("txnStatus")}}
		r.Amount.Currency = CurrencyOf(n.Get("currencyCode"))
		r.Amount.Minor, _ = pos.ParseDecimal(strings.ReplaceAll(n.Get("amount"), ".", ""))
		r.AuthorizedMinor = r.Amount.Minor
		r.State = State(kind, on, inEffect, ended)
		r.MoneyMinor = r.State.MoneyMinor(r.Amount.Minor)
		out = append(out, r)
	}
	return out
}

// State is the state of a row by its kind. inEffect and ended tell of which kinds there are rows that are, or are not, in effect.
func State(kind string, on bool, inEffect, ended map[string]bool) pos.State {
	base, reversal := strings.CutSuffix(kind, "_Reverse")
	switch {
	case !on && reversal:
		return pos.StateFailed
	case !on && inEffect[kind+"_Reverse"]:
		return pos.StateVoided
	case !on:
		return pos.StateFailed
	case reversal && (ended[base] || !inEffect[base]):
		return pos.StateReversed // the row that it takes back counts for nothing itself
	case reversal && (base == "Sale" || base == "Capture" || base == "VFT_Sale" || base == "Bonus_Usage" || base == "Bonus"):
		return pos.StateVoid
	case reversal:
		return pos.StateReversed
	}
	switch kind {
	case "Sale", "Capture", "VFT_Sale", "Bonus_Usage":
		return pos.StateCaptured
	case "Authorization", "Auth":
		if inEffect["Capture"] {
			return pos.StatePreauthClosed
		}
		return pos.StateAuthorized
	case "Return", "VFT_Return", "Bonus_Return":
		return pos.StateRefund
	}
	return pos.StateSuspicious
}

// local reads a time of Istanbul.
func local(layout, s string) time.Time {
	t, err := time.ParseInLocation(layout, s, pos.Istanbul)
	if err != nil {
		return time.Time{}
	}
	return t
}
