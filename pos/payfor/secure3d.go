package payfor

import (
	"context"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/onay/onay/pos"
)

// FormRequest is what a 3-D form is made of.
type FormRequest struct {
	Payment   pos.Payment
	ReturnURL string
	FailURL   string // empty: the same
	Nonce     string
}

// Form writes the fields of the form. It may hold the card: it is for the payer's browser alone, or for the bank in mode ServerStart.
func (c Config) Form(r FormRequest) pos.Form {
	p, fail, lang := r.Payment, r.FailURL, orElse(r.Payment.Lang, "tr")
	if fail == "" {
		fail = r.ReturnURL
	}
	kind := TxnSale
	if p.PreAuth {
		kind = TxnPreAuth
	}
	f := pos.Form{Method: "POST", Action: c.FormURL, Fields: make([]pos.Pair, 0, 20)}
	if c.Model == pos.SecureHosted {
		f.Action = c.HostURL
	}
	add := func(name, value string) { f.Fields = append(f.Fields, pos.Pair{Name: name, Value: value}) }
	add("MbrId", orElse(c.MbrID, QNB))
	add("MerchantID", c.MerchantID)
	add("UserCode", c.UserCode)
	add("OrderId", p.OrderID)
	add("SecureType", secureTypes[c.Model])
	add("TxnType", kind)
	add("PurchAmount", pos.Decimal(p.Amount.Minor))
	add("InstallmentCount", installments(p.Installments))
	add("Currency", p.Amount.Currency.Numeric())
	add("OkUrl", r.ReturnURL)
	add("FailUrl", fail)
	add("Rnd", r.Nonce)
	add("Lang", lang)
	if p.Card != nil && c.Model != pos.SecureHosted {
		add("CardHolderName", p.Card.Holder())
		add("Pan", string(p.Card.AppendNumber(nil)))
		add("Expiry", p.Card.MM()+p.Card.YY())
		add("Cvv2", string(p.Card.AppendCVV(nil)))
	}
	add("Hash", SignForm(f.Get, c.MerchantPass))
	return f
}

func orElse(s, def string) string {
	if s == "" {
		return def
	}
	return s
}

// Start makes the form, or in mode ServerStart posts it and returns the page that the bank answers.
func (c *Client) Start(ctx context.Context, p pos.Payment, returnURL string) (pos.Form, pos.Attempt, pos.Result, error) {
	if err := c.check(p); err != nil {
		return pos.Form{}, pos.Attempt{}, pos.Result{}, err
	}
	a, err := p.Begin(c.cfg.Model, returnURL)
	if err != nil {
		return pos.Form{}, pos.Attempt{}, pos.Result{}, err
	}
	f := c.cfg.Form(FormRequest{Payment: p, ReturnURL: returnURL, Nonce: a.Nonce})
	next := pos.ToBank(p.OrderID)
	if !c.cfg.ServerStart {
		return f, a, next, nil
	}
	body := url.Values{}
	for _, x := range f.Fields {
		body.Set(x.Name, x.Value)
	}
	status, page, err := c.tr.Post(ctx, f.Action, "application/x-www-form-urlencoded", nil, []byte(body.Encode()))
	if err != nil {
		return pos.Form{}, a, pos.NothingMoved(err.(*pos.NoAnswer).Result(p.OrderID)), nil
	}
	if status != 200 || !strings.Contains(strings.ToLower(string(page)), "<form") {
		return pos.Form{}, a, pos.NothingMoved(pos.Unreadable(p.OrderID, status)), nil
	}
	return pos.PageForm(page, f.Action), a, next, nil
}

// shapes are what signed values must look like: they are joined without borders, so a genuine signature can be cut anew.
var shapes = map[string]*regexp.Regexp{
	"ProcReturnCode": regexp.MustCompile(`^([0-9]{2}|[MVP][0-9]{3,4}|MR[0-9]{2}|[0-9]{4,6})$`),
	"3DStatus":       regexp.MustCompile(`^(-1|[0-9])$`),
	"AuthCode":       regexp.MustCompile(`^(.{6})?$`),
}

// Verify reads a callback.
func (c *Client) Verify(a pos.Attempt, values pos.Values) pos.Callback {
	return c.cfg.Verify(a, values)
}

// Verify reads a callback; see [Client.Verify]. Of an attempt, what is empty is not compared and the model is then that of the message, as tests with recorded
// messages need.
func (c Config) Verify(a pos.Attempt, values pos.Values) pos.Callback {
	sig, sha256Digest, _, why := c.checkCallback(values)
	cb := pos.Callback{Signature: sig}
	cb.Installments = -1
	if sig != pos.SignatureValid {
		return cb.Reject(why)
	}
	for name, shape := range shapes {
		if !shape.MatchString(values.Get(name)) {
			return cb.Reject(name + " has not the shape that it should have: field boundaries may have been moved")
		}
	}
	if why := mismatch(a, values); why != "" {
		return cb.Reject(why)
	}
	model := a.Model
	if model == "" {
		for m, s := range secureTypes {
			if s == values.Get("SecureType") {
				model = m
			}
		}
	}
	cb.OrderID, cb.MDStatus, cb.ResponseCode, cb.ErrorCode = values.Get("OrderId"), values.Get("3DStatus"), values.Get("ProcReturnCode"), values.Get("IrcCode")
	cb.ECI, cb.CAVV, cb.XID, cb.MaskedCard = values.Get("Eci"), values.Get("PayerAuthenticationCode"), values.Get("PayerTxnId"), values.Get("CardMask")
	cb.RRN, cb.ReferenceCode = values.Get("HostRefNum"), values.Get("HostRefNum")
	cb.BankTime = insertTime(values.Get("TransactionDate"))
	cb.Raw = map[string]string{"RequestGuid": values.Get("RequestGuid"), "hashAlgorithm": map[bool]string{false: "sha1", true: "sha256"}[sha256Digest]}
	if n, err := strconv.Atoi(values.Get("InstallmentCount")); err == nil {
		cb.Installments = n
	}
	c.outcome(&cb, model, values)
	return cb
}

// mismatch compares with the attempt: amount, currency and installments are not signed.
func mismatch(a pos.Attempt, values pos.Values) string {
	amount, err := pos.ParseDecimal(values.Get("PurchAmount"))
	switch {
	case a.OrderID != "" && values.Get("OrderId") != a.OrderID:
		return "the message is about another order"
	case a.Amount.Minor > 0 && (err != nil || amount != a.Amount.Minor):
		return "the amount is not that of the attempt"
	case a.Amount.Minor > 0 && values.Get("Currency") != a.Amount.Currency.Numeric():
		return "the currency is not that of the attempt"
	case a.Model != "" && values.Get("InstallmentCount") != installments(a.Installments):
		return "the installments are not those of the attempt"
	}
	return ""
}

func (c Config) accepts(status string) bool {
	return status == "1" || c.HalfSecure && (status == "2" || status == "3" || status == "4")
}

func (c Config) outcome(cb *pos.Callback, model pos.Model, values pos.Values) {
	ok := c.accepts(cb.MDStatus)
	switch {
	case model == pos.Secure && ok && cb.ResponseCode == authenticated3D && values.Get("AuthCode") == "":
		cb.Outcome, cb.NextStep = pos.Authenticated, "Send the second call (3DModelPayment)."
		cb.Proof = map[string]string{"RequestGuid": values.Get("RequestGuid")}
	case model == pos.Secure && cb.ResponseCode == "00", model != pos.Secure && cb.ResponseCode == authenticated3D:
		cb.Outcome, cb.Reason, cb.NextStep = pos.Unverified, "This answer does not belong to the model.", "Ask the bank what became of the order."
	case model != pos.Secure && ok && cb.ResponseCode == "00":
		if len(values.Get("AuthCode")) != 6 {
			*cb = cb.Reject("a success without an authorization code")
			return
		}
		cb.Outcome, cb.AuthCode, cb.NextStep = pos.Approved, values.Get("AuthCode"), "Confirm by an inquiry: amount and currency are not signed."
		cb.Authorized.Minor, _ = pos.ParseDecimal(values.Get("PurchAmount"))
		cb.Authorized.Currency = pos.CurrencyOf(values.Get("Currency"))
	case cb.ResponseCode == "00":
		cb.Outcome, cb.Reason, cb.NextStep = pos.Unverified, "The bank says paid although 3DStatus is "+cb.MDStatus+".", "Ask the bank what became of the order."
	default:
		decide(&cb.Result, values.Get("ErrMsg"))
		if cb.ResponseCode == authenticated3D {
			cb.Code, cb.Class = pos.CodeSecure3DHalf, ""
		}
	}
}

// Complete makes the second call of model 3DModel. Every success is confirmed by an inquiry: what was charged is what the form said, whose signature can be
// cut anew.
func (c *Client) Complete(ctx context.Context, a pos.Attempt, cb pos.Callback) (pos.Result, error) {
	if err := cb.Check(a); err != nil {
		return pos.Result{}, err
	}
	r := cb.Result
	if cb.Outcome == pos.Authenticated {
		r = c.operate(ctx, Request{Op: Secure3D, OrderID: a.OrderID, GUID: cb.Proof["RequestGuid"]})
	}
	if r.Outcome != pos.Approved && r.Outcome != pos.Unverified {
		return r, nil
	}
	l, err := c.Inquire(ctx, pos.Reference{OrderID: a.OrderID})
	if err != nil {
		return pos.Result{}, err
	}
	return confirm(r, a, l), nil
}

// confirm wants the order as it was asked for.
func confirm(r pos.Result, a pos.Attempt, l pos.List) pos.Result {
	want := pos.StateCaptured
	if a.PreAuth {
		want = pos.StateAuthorized
	}
	if l.Outcome == pos.OK && len(l.Rows) == 1 && l.Rows[0].State == want && l.Rows[0].OrderID == a.OrderID {
		row := l.Rows[0]
		if row.Amount == a.Amount {
			r.Outcome, r.Reason, r.NextStep, r.Authorized = pos.Approved, "", "", a.Amount
			if r.RRN == "" {
				r.RRN, r.ReferenceCode = row.RRN, row.ReferenceCode
			}
			return r
		}
		r.Outcome, r.Reason = pos.Unverified, "The bank has charged "+row.Amount.String()+" instead of "+a.Amount.String()+"."
		r.NextStep = "Void the payment and look into it."
		return r
	}
	r.Outcome, r.Reason, r.NextStep = pos.Unverified, "The payment could not be confirmed by an inquiry.", "Ask the bank what became of the order."
	return r
}

// Inspect tells field by field what the hash of a callback covers.
func (c *Client) Inspect(values pos.Values) pos.Inspection { return c.cfg.Inspect(values) }

// Inspect tells field by field what the hash of a callback covers; see [Client.Inspect].
func (c Config) Inspect(values pos.Values) pos.Inspection {
	sig, sha256Digest, want, why := c.checkCallback(values)
	in := pos.Inspection{Algorithm: map[bool]string{false: "SHA-1", true: "SHA-256"}[sha256Digest], Want: want, Got: values.Get("ResponseHash"), Match: sig == pos.SignatureValid}
	if why != "" {
		in.Notes = append(in.Notes, why)
	}
	in.Fields = append(in.Fields, pos.InspectedField{Name: "MerchantID", Value: c.MerchantID, Note: "of the account"}, pos.InspectedField{Name: "MerchantPass", Value: "***", Note: "of the account"})
	if got := values.Get("MerchantID"); got != c.MerchantID {
		in.Notes = append(in.Notes, "the message names another MerchantID: "+got)
	}
	for _, name := range callbackFields {
		f := pos.InspectedField{Name: name, Value: pos.Mask(values.Get(name), c.MerchantPass, c.UserPass), Missing: !values.Has(name)}
		if shape := shapes[name]; shape != nil && !shape.MatchString(values.Get(name)) {
			f.Note = "has not the shape that it should have"
		}
		in.Fields = append(in.Fields, f)
	}
	in.Fields = append(in.Fields, pos.InspectedField{Name: "UserCode", Value: c.UserCode, Note: "of the account"})
	return in
}
