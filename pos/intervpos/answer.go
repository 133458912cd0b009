package intervpos

import (
	"errors"
	"strings"
	"time"

	"github.com/onay/onay/pos"
)

var errNoAnswer = errors.New("intervpos: not an answer of this gateway")

// fields reads "Name=value;;Name=value". Runs of two or more semicolons part the pairs; a value may hold "=".
func fields(body []byte) (map[string]string, error) {
	text := strings.TrimSpace(string(body))
	out := make(map[string]string, strings.Count(text, ";;")+1)
	for pair := range strings.SplitSeq(text, ";;") {
		pair = strings.Trim(pair, ";")
		if pair == "" {
			continue
		}
		name, value, ok := strings.Cut(pair, "=")
		if !ok || !plainName(name) {
			return nil, errNoAnswer
		}
		out[name] = strings.TrimSpace(value)
	}
	if out["ProcReturnCode"] == "" {
		return nil, errNoAnswer
	}
	return out, nil
}

// plainName tells a field's name from a line of a page that is no answer.
func plainName(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c == '<' || c == '>' {
			return false
		}
	}
	return true
}

// trxDate reads "dd.MM.yyyy HH:mm:ss"; 1.1.0001 is none.
func trxDate(s string) time.Time {
	t, err := time.ParseInLocation("2.1.2006 15:04:05", s, pos.Istanbul)
	if err != nil || t.Year() < 2000 {
		return time.Time{}
	}
	return t
}

// bankMade tells an order id that the bank made up for an answer that failed.
func bankMade(orderID string) bool { return strings.HasPrefix(orderID, "SYSOID") }

func base(f map[string]string) pos.Result {
	r := pos.Result{Installments: -1, ResponseCode: f["ProcReturnCode"], ErrorCode: f["ErrorCode"], AuthCode: f["AuthCode"], RRN: f["HostRefNum"], ReferenceCode: f["TransId"],
		BankTime: trxDate(f["TRXDATE"]), Raw: f}
	if !bankMade(f["OrderId"]) {
		r.OrderID = f["OrderId"]
	}
	return r
}

// ParseAnswer reads the answer of a sale, pre-authorization, capture, void or refund. Approved means ProcReturnCode 00 and TxnResult Success.
func ParseAnswer(body []byte) (pos.Result, error) {
	f, err := fields(body)
	if err != nil {
		return pos.Result{}, err
	}
	r := base(f)
	r.Authorized.Minor, _ = pos.ParseDecimal(f["Amount"])
	switch {
	case r.ResponseCode == "00" && f["TxnResult"] == "Success":
		r.Outcome = pos.Approved
	case r.ResponseCode == "00":
		r.Outcome, r.Reason, r.NextStep = pos.Unknown, "ProcReturnCode is 00 and TxnResult is not Success.", "Ask the bank what became of the order."
	default:
		r.Outcome, r.Message = pos.Declined, strings.TrimPrefix(f["ErrorMessage"], "TR:")
		r.Code, r.Class = reason(r.ResponseCode, r.ErrorCode)
	}
	return r, nil
}

// ParseStatus reads the answer about an order. Any code but 00 means that the question was not answered, never that the order does not exist.
func ParseStatus(body []byte) (pos.List, error) {
	f, err := fields(body)
	if err != nil {
		return pos.List{}, err
	}
	l := pos.List{Result: base(f)}
	if l.ResponseCode != "00" {
		l.Outcome, l.Message = pos.Failed, strings.TrimPrefix(f["ErrorMessage"], "TR:")
		l.Code, l.Class = reason(l.ResponseCode, l.ErrorCode)
		return l, nil
	}
	l.Outcome = pos.OK
	r := pos.Row{OrderID: l.OrderID, AuthCode: f["AuthCode"], RRN: f["HostRefNum"], ReferenceCode: f["TransId"], BatchNumber: f["BatchNo"], ResponseCode: l.ResponseCode, Installments: -1,
		Time: l.BankTime, VoidTime: trxDate(f["VoidDate"]), TxnCode: f["ChargeTypeCd"], Raw: f}
	r.Amount.Minor, _ = pos.ParseDecimal(f["PurchAmount"])
	refunded, _ := pos.ParseDecimal(f["RefundedAmount"])
	switch {
	case !r.VoidTime.IsZero():
		r.State = pos.StateVoided
	case refunded > 0 && refunded >= r.Amount.Minor:
		r.State = pos.StateRefunded
	case f["TxnStat"] == "N" || f["TxnStatus"] == "N":
		r.State = pos.StateFailed
	case f["TxnStat"] == "Y" && r.AuthCode != "" && r.Amount.Minor > 0:
		r.State = pos.StateCaptured
	default:
		r.State = pos.StatePending // the meaning of the other values is not known: somebody has to look
	}
	if r.MoneyMinor = r.State.MoneyMinor(r.Amount.Minor); r.State == pos.StateCaptured {
		r.MoneyMinor -= refunded
	}
	l.Rows = []pos.Row{r}
	return l, nil
}
