package nkolay

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/onay/onay/pos"
)

var errNoAnswer = errors.New("nkolay: not an answer of this service")

// text is a JSON string, number or truth, kept as it is written; null is empty.
type text string

func (t *text) UnmarshalJSON(b []byte) error {
	switch {
	case string(b) == "null":
	case len(b) > 0 && b[0] == '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*t = text(s)
	case len(b) > 0 && b[0] != '{' && b[0] != '[':
		*t = text(b)
	}
	return nil
}

// unwrap takes an answer out of its envelopes: an object with "result", whose value may be a JSON text, or a body that is one JSON text.
func unwrap(body []byte) (map[string]json.RawMessage, error) {
	for range 5 {
		var s string
		if json.Unmarshal(body, &s) == nil {
			body = []byte(s)
			continue
		}
		var m map[string]json.RawMessage
		if json.Unmarshal(body, &m) != nil {
			return nil, errNoAnswer
		}
		if inner, ok := m["result"]; ok && string(inner) != "null" {
			body = inner
			continue
		}
		return m, nil
	}
	return nil, errNoAnswer
}

// fields are the plain members of an answer, by name.
func fields(m map[string]json.RawMessage) func(name string) string {
	return func(name string) string {
		var t text
		if raw, ok := m[name]; ok && json.Unmarshal(raw, &t) == nil {
			return string(t)
		}
		return ""
	}
}

func amount(s string) (int64, bool) {
	n, err := pos.ParseDecimal(s)
	return n, err == nil
}

// read takes what callbacks and answers have in common. Authorized is what the card is charged.
func read(get func(string) string) pos.Result {
	r := pos.Result{Installments: -1, OrderID: get("CLIENT_REFERENCE_CODE"), ReferenceCode: get("REFERENCE_CODE"), AuthCode: get("AUTH_CODE"), ResponseCode: get("RESPONSE_CODE"), ErrorCode: get("ERROR_CODE")}
	n, ok := amount(get("AUTHORIZATION_AMOUNT"))
	if !ok {
		n, ok = amount(get("TRANSACTION_AMOUNT"))
	}
	if ok {
		r.Authorized.Minor = n
	}
	r.Authorized.Currency = currency(get("CURRENCY_CODE"))
	if n, err := strconv.Atoi(get("INSTALLMENT")); err == nil {
		r.Installments = n
	}
	return r
}

func currency(s string) pos.Currency {
	if c := pos.Currency(s); c.Numeric() != "" {
		return c
	}
	return pos.CurrencyOf(s)
}

func message(get func(string) string) string {
	for _, name := range []string{"RESPONSE_DATA", "responseData", "ERROR_MESSAGE", "BANK_MESSAGE"} {
		if s := strings.TrimSpace(get(name)); s != "" {
			return s
		}
	}
	return ""
}

const askList = "Ask the list of payments by the order id."

// noAuth tells an AUTH_CODE that is none.
func noAuth(s string) bool { return s == "" || s == "0" || s == "00" }

// refused fills in a refusal.
func refused(r *pos.Result, get func(string) string) {
	r.Outcome, r.Message, r.AuthCode = pos.Declined, message(get), ""
	r.Code, r.Class = reason(r.ResponseCode, r.ErrorCode, r.Message)
	if r.Code == pos.CodeBadSignature || r.Code == pos.CodeInvalidRequest {
		r.Outcome = pos.Failed
	}
	if c, _ := pos.ISO8583(r.ErrorCode); c != "" {
		r.HostResponseCode = r.ErrorCode
	}
}

// Answer is the answer to a payment.
type Answer struct {
	pos.Result
	HTML []byte // the page for the payer's browser: Outcome is Redirect
}

var unescapePage = strings.NewReplacer(`\r`, "", `\n`, "", `\"`, `"`)

// ParsePayment reads the answer to a payment or to a completion. Approved needs RESPONSE_CODE 2 and an AUTH_CODE; a hash that came must fit.
func (c Config) ParsePayment(body []byte) (Answer, error) {
	m, err := unwrap(body)
	if err != nil {
		return Answer{}, err
	}
	get := fields(m)
	a := Answer{Result: read(get)}
	page := get("BANK_REQUEST_MESSAGE")
	if page == "" {
		page = get("HTML_STRING")
	}
	switch {
	case a.ResponseCode == "":
		return Answer{}, errNoAnswer
	case a.ResponseCode != "2":
		refused(&a.Result, get)
	case page != "":
		a.Outcome, a.HTML = pos.Redirect, []byte(unescapePage.Replace(page))
	case noAuth(a.AuthCode):
		a.Outcome, a.AuthCode, a.Reason, a.NextStep = pos.Unverified, "", "no_auth_code", askList
	case c.checkResult(get) == pos.SignatureInvalid:
		a.Result = pos.Result{Outcome: pos.Unverified, OrderID: a.OrderID, ReferenceCode: a.ReferenceCode, Installments: -1, Reason: "hash_mismatch", NextStep: askList}
	default:
		a.Outcome = pos.Approved
	}
	return a, nil
}

// ParseUndo reads the answer to a void, a refund or a capture, in either spelling.
func ParseUndo(body []byte) (pos.Result, error) {
	m, err := unwrap(body)
	if err != nil {
		return pos.Result{}, err
	}
	get := fields(m)
	r := read(get)
	if r.ResponseCode == "" {
		r.ResponseCode = get("responseCode")
	}
	switch r.ResponseCode {
	case "":
		return pos.Result{}, errNoAnswer
	case "2":
		r.Outcome = pos.Approved
		if noAuth(r.AuthCode) {
			r.AuthCode = ""
		}
		return r, nil
	}
	refused(&r, get)
	switch r.Code {
	case pos.CodeAlreadyVoidedOrNotFound, pos.CodeNotFound:
		r.NextStep = askList
	case pos.CodeNotSettledUseVoid:
		r.NextStep = "Void the sale in full today, or refund tomorrow."
	}
	return r, nil
}

type listRow struct {
	REFERENCE_CODE, CLIENT_REFERENCE_CODE, TRANSACTION_TYPE, STATUS, TRX_DATE, TRANSACTION_AMOUNT, AUTHORIZATION_AMOUNT, MERCHANT_COMMISSION_AMOUNT, VALOR_DATE, INSTALLMENT_COUNT,
	AUTH_CODE, CARD_NUMBER, CARD_BANK_CODE, POS_TYPE text
}

// ParseList reads a list of payments. No rows is the code CORE0305: an empty day. Any other refusal is a failed list.
func ParseList(body []byte) (pos.List, error) {
	m, err := unwrap(body)
	if err != nil {
		return pos.List{}, err
	}
	get := fields(m)
	l := pos.List{Rows: []pos.Row{}}
	l.Installments, l.ErrorCode = -1, get("ERROR_CODE")
	switch code := get("RESPONSE_CODE"); {
	case code == "2":
		l.Outcome = pos.OK
	case l.ErrorCode == "CORE0305":
		l.Outcome, l.Code = pos.NotFound, pos.CodeNotFound
		return l, nil
	case code == "":
		return pos.List{}, errNoAnswer
	default:
		l.Outcome, l.ResponseCode, l.Message = pos.Failed, code, message(get)
		l.Code, l.Class = reason(code, l.ErrorCode, l.Message)
		return l, nil
	}
	var list []listRow
	if raw, ok := m["LIST"]; ok && json.Unmarshal(raw, &list) != nil {
		return pos.List{}, errNoAnswer
	}
	held := map[string]bool{} // references and orders of pre-authorizations
	for _, x := range list {
		if strings.EqualFold(string(x.TRANSACTION_TYPE), kindPre) {
			held[string(x.REFERENCE_CODE)], held[string(x.CLIENT_REFERENCE_CODE)] = true, true
		}
		if strings.EqualFold(string(x.TRANSACTION_TYPE), kindSale) && string(x.STATUS) == "SUCCESS" {
			delete(held, string(x.CLIENT_REFERENCE_CODE))
		}
	}
	for _, x := range list {
		r, err := x.row()
		if err != nil {
			return pos.List{}, err
		}
		if r.State == pos.StateVoid && (held[r.ReferenceCode] || held[r.OrderID]) {
			r.MoneyMinor = 0 // the release of a pre-authorization moves no money
		}
		l.Rows = append(l.Rows, r)
	}
	if len(l.Rows) == 0 {
		l.Outcome, l.Code = pos.NotFound, pos.CodeNotFound
	}
	return l, nil
}

func (x listRow) row() (pos.Row, error) {
	r := pos.Row{TxnCode: string(x.TRANSACTION_TYPE), OrderID: string(x.CLIENT_REFERENCE_CODE), ReferenceCode: string(x.REFERENCE_CODE), AuthCode: string(x.AUTH_CODE), MaskedCard: string(x.CARD_NUMBER),
		Installments: -1, Raw: map[string]string{"status": string(x.STATUS), "cardBankCode": string(x.CARD_BANK_CODE)}}
	n, ok := amount(strings.TrimPrefix(string(x.AUTHORIZATION_AMOUNT), "-"))
	if !ok {
		if n, ok = amount(strings.TrimPrefix(string(x.TRANSACTION_AMOUNT), "-")); !ok {
			return r, errNoAnswer // a row without an amount cannot be counted
		}
	}
	r.Amount = pos.Money{Minor: n, Currency: pos.TRY}
	r.AuthorizedMinor = n
	r.CommissionMinor, _ = amount(string(x.MERCHANT_COMMISSION_AMOUNT))
	if n, err := strconv.Atoi(string(x.INSTALLMENT_COUNT)); err == nil {
		r.Installments = n
	}
	if t, err := time.ParseInLocation("02.01.2006 15:04:05", string(x.TRX_DATE), pos.Istanbul); err == nil {
		r.Time = t
	}
	if t, err := time.Parse("20060102", string(x.VALOR_DATE)); err == nil {
		r.SettlementDate = t.Format(time.DateOnly)
	}
	switch kind := strings.ToUpper(string(x.TRANSACTION_TYPE)); {
	case strings.EqualFold(string(x.STATUS), "NEW"):
		r.State = pos.StatePending
	case !strings.EqualFold(string(x.STATUS), "SUCCESS"):
		r.State = pos.StateFailed
	case kind == kindSale:
		r.State = pos.StateCaptured
	case kind == "CANCEL" || kind == "CANCELP":
		r.State = pos.StateVoid
	case kind == "REFUND" || kind == "REFUNDP":
		r.State = pos.StateRefund
	case kind == kindPre:
		r.State = pos.StateAuthorized
	default:
		r.State = pos.StateSuspicious
	}
	r.MoneyMinor = r.State.MoneyMinor(n)
	return r, nil
}

// number writes a decimal without zeros at its end; a zero is empty.
func number(t text) string {
	s := string(t)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if strings.Trim(s, "0.") == "" {
		return ""
	}
	return s
}

// ParseInstallments reads what a card may pay in. BankCode is the card's bank, four digits.
func ParseInstallments(body []byte) (pos.InstallmentTable, error) {
	m, err := unwrap(body)
	if err != nil {
		return pos.InstallmentTable{}, err
	}
	get := fields(m)
	t := pos.InstallmentTable{Result: pos.Result{Installments: -1, ResponseCode: get("RESPONSE_CODE")}}
	if t.ResponseCode != "2" {
		if t.ResponseCode == "" {
			return t, errNoAnswer
		}
		refused(&t.Result, get)
		t.Outcome = pos.Failed
		return t, nil
	}
	var list []struct{ INSTALLMENT, INSTALLMENT_AMOUNT, AUTHORIZATION_AMOUNT, COMMISION, CARD_BANK_NO text }
	if raw, ok := m["PAYMENT_BANK_LIST"]; ok && json.Unmarshal(raw, &list) != nil {
		return t, errNoAnswer
	}
	t.Outcome = pos.OK
	for _, x := range list {
		n, err := strconv.Atoi(string(x.INSTALLMENT))
		total, ok1 := amount(string(x.AUTHORIZATION_AMOUNT))
		monthly, ok2 := amount(string(x.INSTALLMENT_AMOUNT))
		if err != nil || !ok1 || !ok2 {
			return t, errNoAnswer
		}
		t.Options = append(t.Options, pos.InstallmentOption{Installments: n, Total: pos.Money{Minor: total, Currency: pos.TRY}, Monthly: pos.Money{Minor: monthly, Currency: pos.TRY}, Rate: number(x.COMMISION)})
		if code := string(x.CARD_BANK_NO); code != "" && t.BankCode == "" {
			t.BankCode = strings.Repeat("0", max(0, 4-len(code))) + code
		}
	}
	return t, nil
}

// Commission is what the institution keeps of a payment.
type Commission struct {
	Program      string // see [Program]
	Installments int
	Rate         string // percent, decimal text
}

// ParseCommissions reads the merchant's commission table.
func ParseCommissions(body []byte) ([]Commission, pos.Result, error) {
	m, err := unwrap(body)
	if err != nil {
		return nil, pos.Result{}, err
	}
	get := fields(m)
	r := pos.Result{Installments: -1, ResponseCode: get("RESPONSE_CODE"), Outcome: pos.OK}
	if r.ResponseCode != "2" {
		if r.ResponseCode == "" {
			return nil, r, errNoAnswer
		}
		refused(&r, get)
		r.Outcome = pos.Failed
		return nil, r, nil
	}
	var list []struct {
		KEY  text
		DATA []struct{ INSTALLMENT, MERCHANT_COMMISSION_RATE, MERCHANT_COMMISSION text }
	}
	if raw, ok := m["COMMISSION_LIST"]; ok && json.Unmarshal(raw, &list) != nil {
		return nil, r, errNoAnswer
	}
	var out []Commission
	for _, p := range list {
		for _, d := range p.DATA {
			n, err := strconv.Atoi(string(d.INSTALLMENT))
			if err != nil {
				return nil, r, errNoAnswer
			}
			rate := d.MERCHANT_COMMISSION_RATE
			if rate == "" {
				rate = d.MERCHANT_COMMISSION
			}
			out = append(out, Commission{Program(string(p.KEY)), n, number(rate)})
		}
	}
	return out, r, nil
}

// ParseStoredCards reads the cards of a payer: one comes as an object, several as a list.
func ParseStoredCards(body []byte) (pos.StoredCards, error) {
	var a struct {
		ProcReturnCode, ErrMsg text
		Data                   *struct {
			Cards struct {
				Card struct {
					CardFileds struct{ Detail json.RawMessage }
				}
			}
		}
	}
	if json.Unmarshal(body, &a) != nil || a.ProcReturnCode == "" {
		return pos.StoredCards{}, errNoAnswer
	}
	s := pos.StoredCards{Result: pos.Result{Installments: -1, ResponseCode: string(a.ProcReturnCode), Message: string(a.ErrMsg)}, Cards: []pos.StoredCard{}}
	switch a.ProcReturnCode {
	case "00":
		s.Outcome = pos.OK
	case "02":
		s.Outcome, s.Code = pos.NotFound, pos.CodeNotFound
		return s, nil
	default:
		s.Outcome, s.Code = pos.Failed, pos.CodeGatewayError
		if badHash("", s.Message) {
			s.Code = pos.CodeBadSignature
		}
		return s, nil
	}
	if a.Data == nil {
		return s, nil
	}
	raw := a.Data.Cards.Card.CardFileds.Detail
	type detail struct{ Token, CardToken, TranId, Maskedpan, CardNumber, CARDISSUER, BankName, CARDBRAND, CARD_ALIACE text }
	var many []detail
	if json.Unmarshal(raw, &many) != nil {
		var one detail
		if json.Unmarshal(raw, &one) != nil {
			return pos.StoredCards{}, errNoAnswer
		}
		many = []detail{one}
	}
	for _, d := range many {
		s.Cards = append(s.Cards, pos.StoredCard{Token: string(d.Token + d.CardToken), TranID: string(d.TranId), MaskedCard: pos.Mask(string(d.Maskedpan + d.CardNumber)), Issuer: string(d.CARDISSUER + d.BankName),
			Brand: string(d.CARDBRAND), Alias: string(d.CARD_ALIACE)})
	}
	return s, nil
}
