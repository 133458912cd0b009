package intervpos

import (
	"context"
	"regexp"

	"github.com/onay/onay/pos"
)

// FormRequest is what a 3-D form is made of.
type FormRequest struct {
	Payment   pos.Payment
	ReturnURL string
	FailURL   string // empty: the same
	Nonce     string
	Brand     pos.Brand // of the card; empty: by its number
}

// Form writes the fields of the form. It may hold the card: it is for the payer's browser alone.
func (c Config) Form(r FormRequest) pos.Form {
	p, fail, lang := r.Payment, r.FailURL, r.Payment.Lang
	if fail == "" {
		fail = r.ReturnURL
	}
	if lang == "" {
		lang = "tr"
	}
	kind := TxnSale
	if p.PreAuth {
		kind = TxnPreAuth
	}
	f := pos.Form{Method: "POST", Action: c.URL, Fields: make([]pos.Pair, 0, 16)}
	if c.Model == pos.SecureHosted {
		f.Action = c.HostURL
	}
	add := func(name, value string) { f.Fields = append(f.Fields, pos.Pair{Name: name, Value: value}) }
	add("ShopCode", c.ShopCode)
	add("TxnType", kind)
	add("SecureType", secureTypes[c.Model])
	add("PurchAmount", pos.Decimal(p.Amount.Minor))
	add("OrderId", p.OrderID)
	add("OkUrl", r.ReturnURL)
	add("FailUrl", fail)
	add("Rnd", r.Nonce)
	add("Lang", lang)
	add("Currency", p.Amount.Currency.Numeric())
	add("InstallmentCount", c.installments(p.Installments))
	if p.Card != nil && c.Model != pos.SecureHosted {
		addCard(add, p.Card, r.Brand)
	}
	add("Hash", SignForm(f.Get, c.MerchantPass))
	return f
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

var (
	procReturnCode = regexp.MustCompile(`^(\d\d)?$`)
	oneDigit       = regexp.MustCompile(`^\d$`)
)

// Verify reads a callback.
func (c *Client) Verify(a pos.Attempt, values pos.Values) pos.Callback {
	return c.cfg.Verify(a, values)
}

// Verify reads a callback; see [Client.Verify]. Of an attempt, what is empty is not compared, as tests with recorded messages need.
func (c Config) Verify(a pos.Attempt, values pos.Values) pos.Callback {
	s := c.checkCallback(values)
	cb := pos.Callback{Signature: s.signature, NaiveHashMatches: s.naive}
	cb.Installments = -1
	if s.signature != pos.SignatureValid || !s.covers {
		cb = cb.Reject(s.why)
		if s.unkeyed {
			cb.NextStep = "Record it as an unverified failure, and keep the attempt open until the bank was asked."
		}
		return cb
	}
	amount, err := pos.ParseDecimal(values.Get("PurchAmount"))
	code, md := values.Get("ProcReturnCode"), values.Get("mdStatus")
	switch {
	case !procReturnCode.MatchString(code) || !oneDigit.MatchString(md):
		return cb.Reject("ProcReturnCode or mdStatus has not the shape that it should have: field boundaries may have been moved")
	case values.Get("3DStatus") != md:
		return cb.Reject("3DStatus, which is not signed, differs from mdStatus")
	case values.Get("ShopCode") != c.ShopCode:
		return cb.Reject("the message is for another shop")
	case a.OrderID != "" && values.Get("OrderId") != a.OrderID:
		return cb.Reject("the message is about another order")
	case err != nil || a.Amount.Minor > 0 && amount != a.Amount.Minor:
		return cb.Reject("the amount is not that of the attempt")
	case a.Amount.Currency != "" && values.Get("Currency") != a.Amount.Currency.Numeric():
		return cb.Reject("the currency is not that of the attempt")
	}
	cb.OrderID, cb.MDStatus, cb.ResponseCode, cb.ErrorCode = values.Get("OrderId"), md, code, values.Get("ErrorCode")
	cb.ECI, cb.CAVV, cb.XID, cb.MD = values.Get("Eci"), values.Get("PayerAuthenticationCode"), values.Get("PayerTxnId"), values.Get("MD")
	cb.MaskedCard = values.Get("Pan")
	cb.Authorized = pos.Money{Minor: amount, Currency: pos.CurrencyOf(values.Get("Currency"))}
	c.outcome(&cb, a, values)
	return cb
}

func (c Config) outcome(cb *pos.Callback, a pos.Attempt, values pos.Values) {
	switch ok := c.accepts(cb.MDStatus); {
	case ok && cb.ResponseCode == "" && (a.Model == pos.Secure || a.Model == ""):
		cb.Outcome, cb.NextStep = pos.Authenticated, "Send the charge."
		cb.Proof = map[string]string{"MD": cb.MD, "PayerTxnId": cb.XID, "Eci": cb.ECI, "PayerAuthenticationCode": cb.CAVV}
	case ok && cb.ResponseCode == "00" && a.Model != pos.Secure:
		cb.Outcome, cb.NextStep = pos.Approved, "Confirm by an inquiry: the authorization is not signed."
		cb.AuthCode, cb.RRN, cb.ReferenceCode = values.Get("AuthCode"), values.Get("HostRefNum"), values.Get("TransId")
	case cb.ResponseCode == "00" || ok && cb.ResponseCode == "":
		cb.Outcome, cb.Reason, cb.NextStep = pos.Unverified, "The result does not belong to the model, or the authentication is not one that the account accepts.", "Ask the bank what became of the order."
	default:
		cb.Outcome, cb.Message = pos.Declined, values.Get("ErrorMessage")
		if cb.ResponseCode != "" {
			cb.Code, cb.Class = reason(cb.ResponseCode, cb.ErrorCode)
		}
		if cb.ResponseCode == "" || !ok && cb.OutcomeUncertain() { // who is not authenticated is not charged, whatever general code stands beside it
			if cb.Code, cb.Class = mdCodes[cb.MDStatus], ""; cb.Code == "" {
				cb.Code = pos.CodeSecure3DError
			}
		}
	}
}

// Complete charges after model 3DModel, and confirms what the bank says it has charged. An inquiry that got no answer leaves it unverified.
func (c *Client) Complete(ctx context.Context, a pos.Attempt, cb pos.Callback) (pos.Result, error) {
	if err := cb.Check(a); err != nil {
		return pos.Result{}, err
	}
	switch cb.Outcome {
	case pos.Authenticated:
		r := Request{TxnType: TxnSale, OrderID: a.OrderID, Amount: a.Amount, Installments: a.Installments,
			Proof: &Proof{cb.Proof["MD"], cb.Proof["PayerTxnId"], cb.Proof["Eci"], cb.Proof["PayerAuthenticationCode"]}}
		if a.PreAuth {
			r.TxnType = TxnPreAuth
		}
		out := c.operate(ctx, r)
		if out.Outcome == pos.Declined && out.ResponseCode == alreadyUsed {
			// The same proof a second time is refused with the code of any wrong request: the first may have taken the money.
			cb.Outcome, cb.Result = pos.Unverified, out
			return c.confirm(ctx, a, cb, out)
		}
		return out, nil
	case pos.Approved, pos.Unverified:
		return c.confirm(ctx, a, cb, pos.Result{})
	}
	return cb.Result, nil
}

// alreadyUsed is "invalid transaction".
const alreadyUsed = "12"

// confirm asks for the order. refused is what to say if the bank does not have it, or has it declined; empty: that it is not confirmed.
func (c *Client) confirm(ctx context.Context, a pos.Attempt, cb pos.Callback, refused pos.Result) (pos.Result, error) {
	l, err := c.Inquire(ctx, pos.Reference{OrderID: a.OrderID})
	if err != nil {
		return pos.Result{}, err
	}
	unknown := l.Outcome == pos.Failed && l.Code != pos.CodeBankUnreachable // the bank's word for an order that it does not have
	if refused.Outcome == pos.Declined && (unknown || len(l.Rows) == 1 && l.Rows[0].State == pos.StateFailed) {
		return refused, nil
	}
	r := cb.Result
	r.Outcome, r.Reason, r.NextStep = pos.Unverified, "The payment could not be confirmed by an inquiry.", "Ask the bank what became of the order."
	if l.Outcome == pos.OK && len(l.Rows) == 1 {
		row := l.Rows[0]
		switch {
		case row.State == pos.StateFailed:
			r.Outcome, r.Code, r.Reason, r.NextStep = pos.Declined, pos.CodeDoNotHonor, "", ""
		case (row.State == pos.StateCaptured || row.State == pos.StatePending && cb.Outcome == pos.Approved) && row.Amount.Minor == a.Amount.Minor && row.VoidTime.IsZero():
			// What a known order with our amount and no void is called beyond that is not recorded: the signed callback and the order together are taken.
			r.Outcome, r.Reason, r.NextStep, r.Authorized = pos.Approved, "", "", a.Amount
		}
	}
	return r, nil
}

// Inspect tells field by field what the hash of a callback covers.
func (c *Client) Inspect(values pos.Values) pos.Inspection { return c.cfg.Inspect(values) }

// Inspect tells field by field what the hash of a callback covers; see [Client.Inspect].
func (c Config) Inspect(values pos.Values) pos.Inspection {
	s := c.checkCallback(values)
	in := pos.Inspection{Algorithm: "SHA-1 over the values of HASHPARAMS", Want: s.want, Got: values.Get("HASH"), Match: s.signature == pos.SignatureValid}
	if s.why != "" {
		in.Notes = append(in.Notes, s.why)
	}
	for _, n := range params(values) {
		in.Fields = append(in.Fields, pos.InspectedField{Name: n, Value: pos.Mask(values.Get(n), c.MerchantPass, c.UserPass), Missing: !values.Has(n)})
	}
	return in
}
