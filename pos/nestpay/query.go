package nestpay

import (
	"strconv"
	"strings"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/internal/xmldoc"
)

// states turns CHARGE_TYPE_CD and TRANS_STAT into a row's state. R is "reversal required", which passes; it is not "refunded".
func state(charge, stat string, planned bool) (s pos.State, settled bool) {
	switch stat {
	case "A":
		return pos.StateAuthorized, false
	case "C", "S":
		if charge == "C" {
			return pos.StateRefund, stat == "S"
		}
		return pos.StateCaptured, stat == "S"
	case "V":
		return pos.StateVoided, false
	case "PN":
		if planned {
			return pos.StatePlanned, false
		}
		return pos.StatePending, false
	case "NW", "R":
		return pos.StatePending, false
	case "CNCL":
		return pos.StatePlannedCancelled, false
	}
	return pos.StateFailed, false // D, ERR
}

// ParseStatus reads the answer to a status query of an order or of a plan.
func ParseStatus(body []byte) (pos.List, error) {
	doc, err := root(body)
	if err != nil {
		return pos.List{}, err
	}
	l := pos.List{Result: pos.Result{Outcome: pos.OK, Installments: -1, OrderID: doc.Get("OrderId"), RecurringID: doc.Get("Extra", "RECURRINGID")}}
	ex := doc.Find("Extra")
	if count, err := strconv.Atoi(doc.Get("Extra", "RECURRINGCOUNT")); err == nil && ex != nil {
		for n := 1; n <= min(count, 1000); n++ {
			l.Rows = append(l.Rows, statusRow(ex, "_"+strconv.Itoa(n)))
		}
		if count == 0 {
			l.Outcome, l.Code = pos.NotFound, pos.CodeNotFound
		}
		return l, nil
	}
	if ex == nil || doc.Get("ProcReturnCode") == "" && doc.Get("Response") == "" {
		return l, errNoAnswer
	}
	if refused, ok := refusedQuery(doc); ok {
		return refused, nil
	}
	if ex.Get("TRANS_STAT") == "" && ex.Get("ORD_ID") == "" {
		parts := orderStatus(ex.Get("ORDERSTATUS"))
		if parts["TRANS_STAT"] == "" {
			return notFound(doc), nil
		}
		ex = &xmldoc.Node{}
		for name, v := range parts {
			ex.Children = append(ex.Children, xmldoc.Node{Name: name, Text: v})
		}
	}
	l.Rows = []pos.Row{statusRow(ex, "")}
	return l, nil
}

// refusedQuery tells a query that was refused (login, IP) from one that found nothing.
func refusedQuery(doc *xmldoc.Node) (pos.List, bool) {
	// A refused login may come without an error code: Response "Error" is no record that is missing.
	code := errorCode(doc)
	if code == "" && doc.Get("Response") != "Error" {
		return pos.List{}, false
	}
	return pos.List{Result: pos.Result{Outcome: pos.Failed, Code: reason(doc.Get("Response"), doc.Get("ProcReturnCode"), code), ResponseCode: doc.Get("ProcReturnCode"),
		ErrorCode: code, Message: doc.Get("ErrMsg"), Installments: -1}}, true
}

func notFound(doc *xmldoc.Node) pos.List {
	return pos.List{Result: pos.Result{Outcome: pos.NotFound, Code: pos.CodeNotFound, ResponseCode: doc.Get("ProcReturnCode"), Message: doc.Get("ErrMsg"), Installments: -1}}
}

// orderStatus splits "NAME:value<TAB>NAME:value": times hold colons and a blank.
func orderStatus(s string) map[string]string {
	out := map[string]string{}
	for _, pair := range strings.Split(s, "\t") {
		if name, v, ok := strings.Cut(pair, ":"); ok {
			out[strings.TrimSpace(name)] = strings.TrimSpace(v)
		}
	}
	return out
}

func statusRow(ex *xmldoc.Node, suffix string) pos.Row {
	get := func(name string) string { return ex.Get(name + suffix) }
	planned := get("PLANNED_START_DTTM")
	r := row(get("CHARGE_TYPE_CD"), get("TRANS_STAT"), get("ORIG_TRANS_AMT"), get("CAPTURE_AMT"), planned != "")
	r.OrderID, r.ReferenceCode, r.AuthCode, r.RRN, r.BatchNumber = get("ORD_ID"), get("TRANS_ID"), get("AUTH_CODE"), get("HOST_REF_NUM"), get("SETTLEID")
	r.Time, r.CaptureTime, r.VoidTime, r.PlannedTime = rowTime(get("AUTH_DTTM")), rowTime(get("CAPTURE_DTTM")), rowTime(get("VOID_DTTM")), rowTime(planned)
	r.MaskedCard = get("PAN")
	return r
}

// row reads what status and history have in common. Amounts are in minor units here, unlike everywhere else in this protocol.
func row(charge, stat, original, captured string, planned bool) pos.Row {
	r := pos.Row{TxnCode: charge + "/" + stat, Installments: -1, Raw: map[string]string{"chargeType": charge, "transStat": stat}}
	r.State, r.Settled = state(charge, stat, planned)
	r.AuthorizedMinor, _ = pos.ParseMinor(original)
	r.Amount.Minor = r.AuthorizedMinor
	if n, err := pos.ParseMinor(captured); err == nil && n > 0 {
		r.Amount.Minor = n
	}
	r.MoneyMinor = r.State.MoneyMinor(r.Amount.Minor)
	return r
}

// ParseHistory reads the answer to a history query: TRX1…TRXn, lines of TAB separated columns, the newest first.
func ParseHistory(body []byte) (pos.List, error) {
	doc, err := root(body)
	if err != nil {
		return pos.List{}, err
	}
	if refused, ok := refusedQuery(doc); ok {
		return refused, nil
	}
	count, err := strconv.Atoi(doc.Get("Extra", "TRXCOUNT"))
	if err != nil {
		return pos.List{}, errNoAnswer
	}
	if count == 0 || doc.Get("Response") != "Approved" {
		return notFound(doc), nil
	}
	l := pos.List{Result: pos.Result{Outcome: pos.OK, Installments: -1, OrderID: doc.Get("OrderId")}}
	for n := 1; n <= min(count, 10_000); n++ {
		line := doc.Find("Extra", "TRX"+strconv.Itoa(n))
		if line == nil {
			return pos.List{}, errNoAnswer
		}
		col := strings.Split(line.Text, "\t")
		for len(col) < 12 {
			col = append(col, "")
		}
		for i := range col {
			col[i] = strings.TrimSpace(col[i])
		}
		r := row(col[0], col[1], col[2], col[3], false)
		r.Time, r.CaptureTime, r.VoidTime = rowTime(col[4]), rowTime(col[5]), rowTime(col[6])
		r.RRN, r.AuthCode, r.ResponseCode, r.ReferenceCode, r.BatchNumber = col[7], col[8], col[9], col[10], col[11]
		l.Rows = append(l.Rows, r)
	}
	return l, nil
}
