package akbank

import (
	"context"
	"regexp"
	"strconv"
	"time"

	"github.com/onay/onay/pos"
)

// models are the values of paymentModel.
var models = map[pos.Model]string{pos.Secure: "3D", pos.SecurePay: "3D_PAY", pos.SecureHosted: "3D_PAY_HOSTING", pos.Hosted: "PAY_HOSTING"}

// FormRequest is what a 3-D form is made of.
type FormRequest struct {
	Payment   pos.Payment
	ReturnURL string
	FailURL   string // empty: the same
	Random    string // empty: a new one
	Now       time.Time
}

// Form writes the fields of the form in the order of their hash. It may hold the card: it is for the payer's browser alone.
func (c Config) Form(r FormRequest) pos.Form {
	p, fail := r.Payment, r.FailURL
	if fail == "" {
		fail = r.ReturnURL
	}
	if r.Random == "" {
		r.Random = Random()
	}
	kind, lang := TxnSecureSale, "TR"
	if p.PreAuth {
		kind = TxnSecurePreAuth
	}
	if c.Model == pos.Hosted {
		kind = TxnSale
	}
	if p.Lang == "en" {
		lang = "EN"
	}
	f := make([]pos.Pair, 0, 20)
	add := func(name, value string) {
		if value != "" {
			f = append(f, pos.Pair{Name: name, Value: value})
		}
	}
	add("paymentModel", models[c.Model])
	add("txnCode", kind)
	add("merchantSafeId", c.MerchantSafeID)
	add("terminalSafeId", c.TerminalSafeID)
	add("orderId", p.OrderID)
	add("lang", lang)
	add("amount", pos.Decimal(p.Amount.Minor))
	add("currencyCode", p.Amount.Currency.Numeric())
	add("installCount", strconv.Itoa(max(1, p.Installments)))
	add("okUrl", r.ReturnURL)
	add("failUrl", fail)
	add("emailAddress", p.Email)
	add("subMerchantId", c.SubMerchantID)
	if p.Card != nil && !c.Model.OnBankPage() {
		add("creditCard", string(p.Card.AppendNumber(nil)))
		add("expiredDate", p.Card.MM()+p.Card.YY())
		add("cvv", string(p.Card.AppendCVV(nil)))
	}
	add("randomNumber", r.Random)
	add("requestDateTime", r.Now.In(pos.Istanbul).Format(timeText))
	add("hash", SignForm(f, c.SecretKey))
	action := c.SecurePayURL
	if c.Model.OnBankPage() {
		action = c.PayHostingURL
	}
	return pos.Form{Method: "POST", Action: action, Fields: f}
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
	if p.Recurring != nil {
		return pos.Form{}, pos.Attempt{}, pos.Result{}, pos.Unsupported("recurring payments with 3-D Secure")
	}
	a.Nonce = Random()
	return c.cfg.Form(FormRequest{Payment: p, ReturnURL: returnURL, Random: a.Nonce, Now: c.now()}), a, pos.ToBank(p.OrderID), nil
}

// shapes are what signed values must look like, so that no border between two neighbours can have been moved.
var shapes = map[string]*regexp.Regexp{
	"responseCode":  regexp.MustCompile(`^VPS-\d{4}$`),
	"txnCode":       regexp.MustCompile(`^\d{4}$`),
	"authCode":      regexp.MustCompile(`^.{6}$`),
	"rrn":           regexp.MustCompile(`^\d{12}$`),
	"secureEcomInd": regexp.MustCompile(`^\d{2}$`),
	"batchNumber":   regexp.MustCompile(`^\d{1,9}$`),
	"stan":          regexp.MustCompile(`^\d{1,9}$`),
	"txnDateTime":   regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?$`),
}

// Verify reads a callback.
func (c *Client) Verify(a pos.Attempt, values pos.Values) pos.Callback {
	return c.cfg.Verify(a, values)
}

// Verify reads a callback; see [Client.Verify].
func (c Config) Verify(a pos.Attempt, values pos.Values) pos.Callback {
	signed := checkCallback(values, c.SecretKey)
	cb := pos.Callback{Signature: signed.signature, NaiveHashMatches: signed.naive}
	cb.Installments = -1
	if signed.signature != pos.SignatureValid {
		return cb.Reject(signed.why)
	}
	for _, name := range signed.params {
		if shape := shapes[name]; shape != nil && !shape.MatchString(values.Get(name)) {
			cb.Signature = pos.SignatureInvalid
			return cb.Reject(name + " has not the shape that it should have: field boundaries may have been moved")
		}
	}
	get := func(name string) string {
		for _, p := range signed.params {
			if p == name {
				return values.Get(name)
			}
		}
		return ""
	}
	if signed.kind != refusedKind && (get("merchantSafeId") != c.MerchantSafeID || get("terminalSafeId") != c.TerminalSafeID) {
		return cb.Reject("the message is for another merchant or terminal")
	}
	if get("orderId") != a.OrderID {
		return cb.Reject("the message is about another order")
	}
	cb.OrderID, cb.ResponseCode, cb.HostResponseCode, cb.HostMessage = a.OrderID, get("responseCode"), get("hostResponseCode"), get("hostMessage")
	cb.TxnCode = get("txnCode")
	cb.BankTime = bankTime(get("txnDateTime"))
	cb.AuthCode, cb.RRN = text(get("authCode")).given(), text(get("rrn")).given()
	cb.BatchNumber, cb.STAN = text(get("batchNumber")).given(), text(get("stan")).given()
	decide(&cb.Result, get("responseMessage"))
	if cb.Outcome != pos.Approved {
		return cb
	}
	if md := values.Get("mdStatus"); md != "" && md != "1" && !c.HalfSecure {
		cb.Outcome, cb.Code = pos.Declined, pos.CodeSecure3DHalf
		if signed.kind == paidKind {
			cb.Outcome, cb.Code, cb.Reason, cb.NextStep = pos.Unverified, "", "The bank has charged the card although mdStatus is "+md+".", "Ask the bank, and void the payment if half secure payments are not wanted."
		}
		return cb
	}
	switch signed.kind {
	case authenticatedKind:
		if a.Model != "" && a.Model != pos.Secure {
			return cb.Reject("an authentication came back for a model in which the bank charges")
		}
		cb.Outcome, cb.NextStep = pos.Authenticated, "Send the charge (1000 or 1004) with secureTransaction."
		cb.ECI = get("secureEcomInd")
		cb.Proof = map[string]string{"secureId": get("secureId"), "secureEcomInd": cb.ECI, "secureData": get("secureData"), "secureMd": get("secureMd")}
	case paidKind:
		if a.Model == pos.Secure {
			return cb.Reject("a payment came back for a model in which the shop charges")
		}
		if cb.AuthCode == "" || cb.RRN == "" {
			return cb.Reject("an approval without authCode and rrn")
		}
		cb.NextStep = "Confirm by an inquiry: amount and currency are not signed."
	default:
		return cb.Reject("an approval that is signed as a refusal")
	}
	return cb
}

// Complete charges after model 3D, and confirms by an inquiry what the bank says it has charged.
func (c *Client) Complete(ctx context.Context, a pos.Attempt, cb pos.Callback) (pos.Result, error) {
	if err := cb.Check(a); err != nil {
		return pos.Result{}, err
	}
	switch cb.Outcome {
	case pos.Authenticated:
		r := Request{TxnCode: TxnSale, OrderID: a.OrderID, Amount: a.Amount, WithCounts: true, Installments: a.Installments, ClientIP: a.ClientIP, Email: a.Email,
			Proof: &Proof{cb.Proof["secureId"], cb.Proof["secureEcomInd"], cb.Proof["secureData"], cb.Proof["secureMd"]}}
		if a.PreAuth {
			r.TxnCode = TxnPreAuth
		}
		return c.operate(ctx, r), nil
	case pos.Approved, pos.Unverified:
		l, err := c.Inquire(ctx, pos.Reference{OrderID: a.OrderID})
		if err != nil {
			return pos.Result{}, err
		}
		return confirm(cb.Result, a, l), nil
	}
	return cb.Result, nil
}

// confirm wants one row of the order that is what was asked for, with the amount and currency that no callback signs.
func confirm(r pos.Result, a pos.Attempt, l pos.List) pos.Result {
	want := pos.StateCaptured
	if a.PreAuth {
		want = pos.StateAuthorized
	}
	for _, row := range l.Rows {
		if row.State == want && (row.OrderID == a.OrderID || row.OriginalOrderID == a.OrderID) {
			if row.Amount != a.Amount {
				r.Outcome, r.Reason = pos.Unverified, "The bank has charged "+row.Amount.String()+" instead of "+a.Amount.String()+"."
				r.NextStep = "Void or refund the payment and look into it."
				return r
			}
			r.Outcome, r.Authorized, r.NextStep, r.Reason = pos.Approved, a.Amount, "", ""
			return r
		}
	}
	if l.Outcome == pos.OK || l.Outcome == pos.NotFound {
		r.Outcome, r.Reason = pos.Unverified, "The callback says approved and the bank has no such payment."
	} else {
		r.Outcome, r.Reason = pos.Unverified, "The approval could not be confirmed: the inquiry got no answer."
	}
	r.NextStep = "Ask the bank what became of the order."
	return r
}

// Inspect tells field by field what the hash of a callback covers.
func (c *Client) Inspect(values pos.Values) pos.Inspection { return c.cfg.Inspect(values) }

// Inspect tells field by field what the hash of a callback covers; see [Client.Inspect].
func (c Config) Inspect(values pos.Values) pos.Inspection {
	s := checkCallback(values, c.SecretKey)
	in := pos.Inspection{Algorithm: "HMAC-SHA512 over the values of hashParams", Want: s.want, Got: values.Get("hash"), Match: s.naive}
	if s.why != "" {
		in.Notes = append(in.Notes, s.why)
	}
	for _, name := range s.params {
		f := pos.InspectedField{Name: name, Value: pos.Mask(values.Get(name), c.SecretKey), Missing: !values.Has(name)}
		if shape := shapes[name]; shape != nil && !shape.MatchString(values.Get(name)) {
			f.Note = "has not the shape that it should have"
		}
		in.Fields = append(in.Fields, f)
	}
	return in
}
