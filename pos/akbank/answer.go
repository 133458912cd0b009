package akbank

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/onay/onay/pos"
)

var errNoAnswer = errors.New("akbank: not an answer of this API")

type answer struct {
	TxnCode, ResponseCode, ResponseMessage string
	HostResponseCode, HostMessage          string
	TxnDateTime                            string
	Order                                  struct{ OrderID, OrderTrackID string }
	Transaction                            json.RawMessage // an object; an empty array where there is nothing
	TxnDetailList                          []detail
	Data                                   string
	// of a refusal by the door
	Code, Message string
	Errors        []struct{ Code, Message string }
}

type transaction struct {
	AuthCode    string
	RRN         text
	BatchNumber text
	STAN        text
}

// text is a JSON string or number, kept as it is written.
type text string

func (t *text) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*t = text(s)
		return nil
	}
	if s := string(b); s != "null" {
		*t = text(s)
	}
	return nil
}

// given drops what the bank writes for nothing.
func (t text) given() string {
	if strings.Trim(string(t), "0") == "" {
		return ""
	}
	return string(t)
}

// ParseAnswer reads the answer of a payment, capture, void or refund.
func ParseAnswer(status int, body []byte) (pos.Result, error) {
	var a answer
	if err := json.Unmarshal(body, &a); err != nil {
		return pos.Result{}, errNoAnswer
	}
	if a.ResponseCode == "" {
		return refusedByDoor(status, a)
	}
	r := pos.Result{Installments: -1, TxnCode: a.TxnCode, ResponseCode: a.ResponseCode, HostResponseCode: a.HostResponseCode, OrderID: a.Order.OrderID, OrderTrackID: a.Order.OrderTrackID,
		BankTime: bankTime(a.TxnDateTime), HostMessage: a.HostMessage}
	var t transaction
	if len(a.Transaction) > 0 && a.Transaction[0] == '{' {
		if err := json.Unmarshal(a.Transaction, &t); err != nil {
			return pos.Result{}, errNoAnswer
		}
	}
	r.AuthCode, r.RRN, r.BatchNumber, r.STAN = text(t.AuthCode).given(), t.RRN.given(), t.BatchNumber.given(), t.STAN.given()
	decide(&r, a.ResponseMessage)
	return r, nil
}

// decide sets outcome, reason and message. Only VPS-0000 is an approval; the text of one differs and is not looked at.
func decide(r *pos.Result, message string) {
	if r.ResponseCode == "VPS-0000" {
		r.Outcome = pos.Approved
		return
	}
	r.Outcome = pos.Declined
	r.Message = message
	if r.ResponseCode == declinedByHost && r.HostMessage != "" {
		r.Message = r.HostMessage
	}
	r.Code, r.Class = reason(r.ResponseCode, r.HostResponseCode)
}

// refusedByDoor is HTTP 400 (a field) or 401 (signature or terminal), whose body has another shape.
func refusedByDoor(status int, a answer) (pos.Result, error) {
	if status != 400 && status != 401 {
		return pos.Result{}, errNoAnswer
	}
	r := pos.Result{Outcome: pos.Failed, Code: pos.CodeInvalidRequest, Installments: -1, ResponseCode: a.Code, Message: a.Message}
	if status == 401 {
		r.Code = pos.CodeInvalidCredentials
	}
	for _, e := range a.Errors {
		r.Message += " " + e.Code + ": " + e.Message
	}
	r.Message = strings.TrimSpace(r.Message)
	return r, nil
}

func bankTime(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02T15:04:05", s, pos.Istanbul)
	if err != nil || t.Year() < 2000 {
		return time.Time{}
	}
	return t
}

// detail is a row of an inquiry or of a report; the two name some fields differently.
type detail struct {
	TxnCode, ResponseCode, HostResponseCode string
	TxnDateTime, PlannedDateTime            string
	OrderID, OrgOrderID, OrderTrackID       string
	AuthCode                                string
	RRN, BatchNumber, STAN                  text
	SettlementID                            string
	TxnStatus                               string
	Amount                                  text
	CurrencyCode                            text
	InstallCount, InstallmentCount          int
	PreAuthStatus                           string
	PreAuthCloseAmount                      text
	RequestType, RequestStatus              string
	RecurringOrder                          text
	MaskedCardNumber                        string
}

func (d detail) row() pos.Row {
	r := pos.Row{TxnCode: d.TxnCode, OrderID: d.OrderID, OriginalOrderID: d.OrgOrderID, OrderTrackID: d.OrderTrackID, AuthCode: text(d.AuthCode).given(), BatchNumber: d.BatchNumber.given(),
		ResponseCode: d.ResponseCode, HostResponseCode: d.HostResponseCode, Time: bankTime(d.TxnDateTime), PlannedTime: bankTime(d.PlannedDateTime), MaskedCard: d.MaskedCardNumber,
		RecurringOrder: d.RecurringOrder.given(), ReferenceCode: d.RRN.given(), Installments: max(d.InstallCount, d.InstallmentCount)}
	if rrn := d.RRN.given(); rrn != "" {
		r.RRN = strings.Repeat("0", max(0, 12-len(rrn))) + rrn // reports write it as a number
		r.ReferenceCode = r.RRN
	}
	r.Amount.Minor, _ = pos.ParseDecimal(string(d.Amount))
	r.Amount.Currency = pos.CurrencyOf(string(d.CurrencyCode))
	r.State = d.state()
	r.MoneyMinor = r.State.MoneyMinor(r.Amount.Minor)
	if d.SettlementID != "" {
		r.Raw = map[string]string{"settlementId": d.SettlementID}
	}
	return r
}

func (d detail) state() pos.State {
	switch d.RequestStatus {
	case "W":
		return pos.StatePlanned
	case "C":
		return pos.StatePlannedCancelled
	case "V":
		return pos.StateVoided
	}
	switch d.TxnStatus {
	case "V", "İptal":
		return pos.StateVoided
	case "R", "Teknik İptal":
		return pos.StateReversed
	case "S":
		return pos.StateSuspicious
	case "Başarısız":
		return pos.StateFailed
	}
	if d.ResponseCode != "VPS-0000" {
		return pos.StateFailed
	}
	switch d.TxnCode {
	case TxnRefund:
		return pos.StateRefund
	case TxnPreAuth, TxnSecurePreAuth:
		closed, err := pos.ParseDecimal(string(d.PreAuthCloseAmount))
		if d.PreAuthStatus == "C" || d.PreAuthStatus == "" && err == nil && closed > 0 {
			return pos.StatePreauthClosed
		}
		return pos.StateAuthorized
	}
	return pos.StateCaptured
}

// ParseList reads the answer of an inquiry, or of a report, whose rows are packed (JSON, gzip, base64).
func ParseList(status int, body []byte) (pos.List, error) {
	var a answer
	if err := json.Unmarshal(body, &a); err != nil {
		return pos.List{}, errNoAnswer
	}
	if a.ResponseCode == "" {
		r, err := refusedByDoor(status, a)
		return pos.List{Result: r}, err
	}
	l := pos.List{Result: pos.Result{Outcome: pos.OK, Installments: -1, ResponseCode: a.ResponseCode}, Rows: []pos.Row{}}
	if a.ResponseCode != "VPS-0000" {
		l.Message = a.ResponseMessage
		if l.Code, l.Class = reason(a.ResponseCode, a.HostResponseCode); l.Code == pos.CodeNotFound {
			l.Outcome = pos.NotFound
		} else {
			l.Outcome = pos.Failed
		}
		return l, nil
	}
	rows := a.TxnDetailList
	if a.Data != "" {
		var err error
		if rows, err = unpack(a.Data); err != nil {
			return pos.List{}, err
		}
	}
	for _, d := range rows {
		l.Rows = append(l.Rows, d.row())
	}
	return l, nil
}

// maxReport bounds an unpacked report: 9 999 rows of about a kilobyte are the bank's own limit.
const maxReport = 64 << 20

func unpack(data string) ([]detail, error) {
	raw, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		return nil, errNoAnswer
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, errNoAnswer
	}
	plain, err := io.ReadAll(io.LimitReader(z, maxReport+1))
	if err != nil || len(plain) > maxReport {
		return nil, errNoAnswer
	}
	var list struct{ TxnDetailList []detail }
	if err := json.Unmarshal(plain, &list); err != nil {
		return nil, errNoAnswer
	}
	return list.TxnDetailList, nil
}
