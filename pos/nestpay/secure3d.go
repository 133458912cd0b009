package nestpay

import (
	"context"
	"strconv"

	"github.com/onay/onay/pos"
)

// FormRequest is what a 3-D form is made of.
type FormRequest struct {
	Payment   pos.Payment
	ReturnURL string // the gate posts the result there, good or bad
	FailURL   string // empty: the same
	Nonce     string // rnd: at least 20 random characters
}

// Form writes the fields of the gate's form in their order, hash included. It may hold the card: it is for the payer's browser alone.
func (c Config) Form(r FormRequest) pos.Form {
	p := r.Payment
	kind, typeName := "Auth", "TranType"
	if p.PreAuth {
		kind = "PreAuth"
	}
	if c.Hash == Ver1 {
		typeName = "islemtipi"
	}
	fail, lang := r.FailURL, p.Lang
	if fail == "" {
		fail = r.ReturnURL
	}
	if lang == "" {
		lang = "tr"
	}
	f := make([]pos.Pair, 0, 24)
	add := func(name, value string) { f = append(f, pos.Pair{Name: name, Value: value}) }
	add("clientid", c.ClientID)
	add("storetype", string(c.Model))
	add("amount", pos.Decimal(p.Amount.Minor))
	add("oid", p.OrderID)
	add("okUrl", r.ReturnURL)
	add("failUrl", fail)
	add("rnd", r.Nonce)
	add("lang", lang)
	add("currency", p.Amount.Currency.Numeric())
	add("taksit", installments(p.Installments))
	add(typeName, kind)
	if c.Hash != Ver1 {
		add("hashAlgorithm", string(c.Hash))
	}
	if p.Email != "" {
		add("Email", p.Email)
	}
	if p.Card != nil && !c.Model.OnBankPage() {
		add("pan", string(p.Card.AppendNumber(nil)))
		add("Ecom_Payment_Card_ExpDate_Month", p.Card.MM())
		add("Ecom_Payment_Card_ExpDate_Year", p.Card.YY())
		add("cv2", string(p.Card.AppendCVV(nil)))
	}
	if p.Recurring != nil && c.Model != pos.Secure {
		add("RecurringPaymentNumber", strconv.Itoa(p.Recurring.Count))
		add("RecurringFrequencyUnit", cycles[p.Recurring.Unit])
		add("RecurringFrequency", strconv.Itoa(p.Recurring.Every))
	}
	add("hash", SignForm(c.Hash, f, c.StoreKey))
	return pos.Form{Method: "POST", Action: c.GateURL, Fields: f}
}

// Start makes the form. Nobody is asked: the payer's browser begins.
func (c *Client) Start(_ context.Context, p pos.Payment, returnURL string) (pos.Form, pos.Attempt, pos.Result, error) {
	if err := c.check(p); err != nil {
		return pos.Form{}, pos.Attempt{}, pos.Result{}, err
	}
	a, err := p.Begin(c.cfg.Model, returnURL)
	if err != nil {
		return pos.Form{}, pos.Attempt{}, pos.Result{}, err
	}
	return c.cfg.Form(FormRequest{Payment: p, ReturnURL: returnURL, Nonce: a.Nonce}), a, pos.ToBank(p.OrderID), nil
}

// Verify reads a return. The model is that of the attempt, whatever the message says.
func (c *Client) Verify(a pos.Attempt, values pos.Values) pos.Callback {
	return c.cfg.Verify(a, values)
}

// Verify reads a return; see [Client.Verify].
func (c Config) Verify(a pos.Attempt, values pos.Values) pos.Callback {
	model := a.Model
	if model == "" {
		if model = pos.Model(values.Get("storetype")); model == "" && values.Get("Response") == "" && values.Get("ProcReturnCode") == "" {
			model = pos.Secure
		}
	}
	signed := checkCallback(c.Hash, values, c.StoreKey, c.ClientID, model)
	cb := pos.Callback{Signature: signed.signature, NaiveHashMatches: signed.naive}
	cb.Installments = -1
	if signed.signature != pos.SignatureValid {
		return cb.Reject(signed.why)
	}
	if why := mismatch(a, values); why != "" {
		return cb.Reject(why)
	}
	get := func(name string) string {
		if !signed.covers(name) {
			return ""
		}
		return values.Get(name)
	}
	cb.OrderID, cb.MDStatus = a.OrderID, get("mdStatus")
	cb.Authorized.Currency = a.Amount.Currency
	cb.MaskedCard = values.Get("maskedCreditCard")
	if cb.MaskedCard == "" {
		cb.MaskedCard = values.Get("MaskedPan")
	}
	if n, err := strconv.Atoi(values.Get("taksit") + values.Get("Instalment")); err == nil && n > 1 {
		cb.Installments = n
	}
	cb.ErrorCode = values.Get("ErrCode")
	if cb.ErrorCode == "" {
		cb.ErrorCode = values.Get("ErrorCode")
	}
	response := get("Response")
	if c.Hash != Ver1 || response != "" {
		cb.ResponseCode = get("ProcReturnCode")
	}
	switch {
	case response == "Approved" && model != pos.Secure && model != pos.SecureHost:
		c.charged(&cb, a, values, get)
	case response != "" && response != "Approved":
		c.refused(&cb, values, response)
	default:
		c.authenticated(&cb, model, values, get)
	}
	return cb
}

// mismatch compares a return with the attempt: version 1 signs neither amount nor currency, and its cuts can be moved.
func mismatch(a pos.Attempt, values pos.Values) string {
	amount, err := pos.ParseDecimal(values.Get("amount"))
	switch {
	case values.Get("oid") != a.OrderID:
		return "the message is about another order"
	case err != nil || amount != a.Amount.Minor:
		return "amount_mismatch"
	case values.Get("currency") != a.Amount.Currency.Numeric():
		return "currency_mismatch"
	}
	return ""
}

// charged is a return that says the gate has charged the card.
func (c Config) charged(cb *pos.Callback, a pos.Attempt, values pos.Values, get func(string) string) {
	if cb.ResponseCode != "00" {
		cb.Outcome, cb.Reason = pos.Unverified, "The gate says approved with code "+cb.ResponseCode+"."
		cb.NextStep = "Ask the bank what became of the order."
		return
	}
	cb.Outcome = pos.Approved
	cb.Authorized = a.Amount
	cb.AuthCode, cb.ECI = get("AuthCode"), get("eci")
	c.paymentFields(cb, values)
	if !c.accepts(cb.MDStatus) && a.Model != pos.Hosted {
		cb.Reason = "The gate has charged the card although the authentication (mdStatus " + cb.MDStatus + ") is not one that the account accepts."
		cb.NextStep = "Void the payment if half secure payments are not wanted."
	}
}

func (c Config) paymentFields(cb *pos.Callback, values pos.Values) {
	cb.RRN, cb.ReferenceCode = values.Get("HostRefNum"), values.Get("TransId")
	cb.BankTime = bankTime(values.Get("EXTRA.TRXDATE"))
	cb.CardBrand, cb.CardIssuer = values.Get("EXTRA.CARDBRAND"), values.Get("EXTRA.CARDISSUER")
	cb.BatchNumber = values.Get("SettleId")
}

// refused is a return with the result of a payment that did not succeed, or a refusal of the gate itself.
func (c Config) refused(cb *pos.Callback, values pos.Values, response string) {
	c.paymentFields(cb, values)
	cb.Message = text(values)
	cb.Outcome = pos.Declined
	if response == "Error" {
		cb.Outcome = pos.Failed
	}
	if code, ok := gateCodes[cb.ErrorCode]; ok {
		cb.Code = code
		return
	}
	cb.Code = reason(response, cb.ResponseCode, cb.ErrorCode)
}

// authenticated is a return without the result of a payment.
func (c Config) authenticated(cb *pos.Callback, model pos.Model, values pos.Values, get func(string) string) {
	if c.accepts(cb.MDStatus) {
		cb.ECI, cb.CAVV, cb.XID, cb.MD = get("eci"), get("cavv"), values.Get("xid"), values.Get("md")
		if model == pos.Secure {
			cb.Outcome, cb.NextStep = pos.Authenticated, "Send the provision over the XML API."
			cb.Proof = map[string]string{"md": cb.MD, "xid": cb.XID, "eci": cb.ECI, "cavv": cb.CAVV}
			return
		}
		cb.Outcome, cb.Reason, cb.NextStep = pos.Unverified, "The authentication passed and the message has no result of a payment.", "Ask the bank what became of the order."
		return
	}
	cb.Message = text(values)
	cb.Outcome = pos.Declined
	switch cb.MDStatus {
	case "0":
		cb.Code = pos.CodeSecure3DFailed
	case "2", "3":
		cb.Code = pos.CodeSecure3DNotEnrolled
	case "4":
		cb.Code = pos.CodeSecure3DHalf
	case "7", "":
		cb.Outcome, cb.Code = pos.Failed, pos.CodeSecure3DError
		if cb.MDStatus == "" {
			cb.Code = pos.CodeGatewayError
		}
		if code, ok := gateCodes[cb.ErrorCode]; ok {
			cb.Code = code
		} else if cb.Message == "Guvenlik Kodu hatali" {
			cb.Code = pos.CodeBadSignature
		}
	default:
		cb.Code = pos.CodeSecure3DError
	}
}

func text(values pos.Values) string {
	if m := values.Get("ErrMsg"); m != "" {
		return m
	}
	return values.Get("mdErrorMsg")
}

// Complete charges after model 3d; for an unverified return it asks the bank. Anything else is the end already.
func (c *Client) Complete(ctx context.Context, a pos.Attempt, cb pos.Callback) (pos.Result, error) {
	if err := cb.Check(a); err != nil {
		return pos.Result{}, err
	}
	switch cb.Outcome {
	case pos.Authenticated:
		op := OpSale
		if a.PreAuth {
			op = OpPreAuth
		}
		return c.operate(ctx, Request{Op: op, OrderID: a.OrderID, Amount: a.Amount, Installments: a.Installments, ClientIP: a.ClientIP, Email: a.Email, Plan: a.Recurring,
			Proof: &Proof{MD: cb.Proof["md"], XID: cb.Proof["xid"], ECI: cb.Proof["eci"], CAVV: cb.Proof["cavv"]}}), nil
	case pos.Unverified:
		l, err := c.Inquire(ctx, pos.Reference{OrderID: a.OrderID})
		if err != nil {
			return pos.Result{}, err
		}
		return Settle(cb.Result, a, l), nil
	}
	return cb.Result, nil
}

// Settle decides an uncertain result by the answer to an inquiry. A missing record proves nothing at first: it may appear seconds later.
func Settle(r pos.Result, a pos.Attempt, l pos.List) pos.Result {
	if l.Outcome != pos.OK || len(l.Rows) == 0 {
		return r
	}
	row := l.Rows[0]
	if row.OrderID != a.OrderID && l.OrderID != a.OrderID {
		return r // the answer is about another order
	}
	want := pos.StateCaptured
	if a.PreAuth {
		want = pos.StateAuthorized
	}
	switch {
	case row.State == want && row.Amount.Minor == a.Amount.Minor:
		r.Outcome, r.Code, r.Reason, r.NextStep, r.Message = pos.Approved, "", "", "", ""
		r.AuthCode, r.RRN, r.ReferenceCode, r.BatchNumber = row.AuthCode, row.RRN, row.ReferenceCode, row.BatchNumber
		r.Authorized = a.Amount
	case row.State == pos.StateFailed:
		r.Outcome, r.Code, r.Reason, r.NextStep = pos.Declined, pos.CodeDoNotHonor, "", ""
	}
	return r
}
