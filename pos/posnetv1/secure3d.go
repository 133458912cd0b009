package posnetv1

import (
	"context"
	"strconv"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/internal/wire"
	"github.com/onay/onay/pos/posnet"
)

// Form is the form for the payer's browser. It may hold the card: it is for the payer's browser alone.
func (c Config) Form(p pos.Payment, returnURL string) pos.Form {
	kind, lang := OpSale, p.Lang
	if p.PreAuth {
		kind = OpAuth
	}
	if lang == "" {
		lang = "tr"
	}
	count, _ := installments(p.Installments)
	f := make([]pos.Pair, 0, 20)
	add := func(name, value string) { f = append(f, pos.Pair{Name: name, Value: value}) }
	add("MerchantNo", c.MerchantNo)
	add("TerminalNo", c.TerminalNo)
	add("PosnetID", c.PosnetID)
	add("TransactionType", kind)
	add("OrderId", c.SentID(p.OrderID, true))
	add("Amount", strconv.FormatInt(p.Amount.Minor, 10))
	add("CurrencyCode", currencies[p.Amount.Currency])
	add("MerchantReturnURL", returnURL)
	add("InstallmentCount", count)
	add("Language", lang)
	add("TxnState", "INITIAL")
	add("OpenNewWindow", "0")
	params, page := paramsHosted, "1"
	if p.Card != nil && !c.Model.OnBankPage() {
		params, page = paramsCard, "0"
		add("CardNo", string(p.Card.AppendNumber(nil)))
		add("ExpiredDate", p.Card.YY()+p.Card.MM())
		add("Cvv", string(p.Card.AppendCVV(nil)))
		add("CardHolderName", p.Card.Holder())
	}
	add("MacParams", params)
	add("UseOOS", page)
	form := pos.Form{Method: "POST", Action: c.GateURL, Fields: f}
	// The signature calls two fields by other names than the form.
	form.Fields = append(form.Fields, pos.Pair{Name: "Mac", Value: MAC(params, func(name string) string {
		switch name {
		case "Cvc2":
			return form.Get("Cvv")
		case "ExpireDate":
			return form.Get("ExpiredDate")
		}
		return form.Get(name)
	}, c.Key)})
	return form
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
	return c.cfg.Form(p, returnURL), a, pos.ToBank(p.OrderID), nil
}

// Verify reads a callback.
func (c *Client) Verify(a pos.Attempt, values pos.Values) pos.Callback {
	return c.cfg.Verify(a, values)
}

// Verify reads a callback; see [Client.Verify].
func (c Config) Verify(a pos.Attempt, values pos.Values) pos.Callback {
	sig, naive, why := c.checkCallback(values)
	cb := pos.Callback{Signature: sig, NaiveHashMatches: naive}
	cb.Installments = -1
	if why != "" {
		return cb.Reject(why)
	}
	amount, err := pos.ParseMinor(values.Get("Amount"))
	switch {
	case values.Get("OrderId") != pad(a.OrderID, 20):
		return cb.Reject("the message is about another order")
	case err != nil || amount != a.Amount.Minor:
		return cb.Reject("amount_mismatch")
	case values.Get("CurrencyCode") != "" && currencyOf(values.Get("CurrencyCode")) != a.Amount.Currency:
		return cb.Reject("currency_mismatch")
	case c.MerchantNo != "" && values.Get("MerchantId") != c.MerchantNo:
		return cb.Reject("the message is for another merchant")
	}
	if n, err := strconv.Atoi(values.Get("InstalmentCode")); err == nil && max(n, 1) != max(a.Installments, 1) {
		return cb.Reject("installment_mismatch")
	}
	cb.OrderID, cb.Authorized.Currency, cb.MDStatus, cb.Message = a.OrderID, a.Amount.Currency, values.Get("MdStatus"), values.Get("MdErrorMessage")
	if !c.accepts(cb.MDStatus) {
		cb.Outcome, cb.Code = pos.Declined, posnet.Secure3DReason(cb.MDStatus)
		return cb
	}
	cb.Outcome, cb.NextStep = pos.Authenticated, "Send the charge."
	cb.ECI, cb.CAVV, cb.MD, cb.XID = values.Get("ECI"), values.Get("CAVV"), values.Get("MD"), values.Get("SecureTransactionId")
	cb.Proof = map[string]string{"SecureTransactionId": cb.XID, "CAVV": cb.CAVV, "ECI": cb.ECI, "MdStatus": cb.MDStatus, "MD": cb.MD}
	return cb
}

// Complete charges after a believed callback.
func (c *Client) Complete(ctx context.Context, a pos.Attempt, cb pos.Callback) (pos.Result, error) {
	if err := cb.Check(a); err != nil {
		return pos.Result{}, err
	}
	if cb.Outcome != pos.Authenticated {
		return cb.Result, nil
	}
	return c.charge(ctx, Request{OrderID: a.OrderID, Amount: a.Amount, Installments: a.Installments, Secure3D: true,
		Proof: &Proof{cb.Proof["SecureTransactionId"], cb.Proof["CAVV"], cb.Proof["ECI"], cb.Proof["MdStatus"], cb.Proof["MD"]}}, a.PreAuth), nil
}

// Inspect tells field by field what the Mac of a callback covers.
func (c *Client) Inspect(values pos.Values) pos.Inspection { return c.cfg.Inspect(values) }

// Inspect tells field by field what the Mac of a callback covers; see [Client.Inspect].
func (c Config) Inspect(values pos.Values) pos.Inspection {
	in := pos.Inspection{Algorithm: "base64(SHA256(" + paramsCallback + " joined, then the key))", Want: MAC(paramsCallback, values.Get, c.Key), Got: values.Get("Mac")}
	in.Match = wire.Equal(in.Want, in.Got)
	if _, _, why := c.checkCallback(values); why != "" {
		in.Notes = append(in.Notes, why)
	}
	for _, name := range []string{"ECI", "CAVV", "MdStatus", "MdErrorMessage", "MD", "SecureTransactionId"} {
		f := pos.InspectedField{Name: name, Value: pos.Mask(values.Get(name), c.Key), Missing: !values.Has(name)}
		if shape := shapes[name]; shape != nil && !shape.MatchString(values.Get(name)) {
			f.Note = "does not have its shape"
		}
		in.Fields = append(in.Fields, f)
	}
	for _, name := range []string{"OrderId", "Amount", "CurrencyCode", "InstalmentCode", "MerchantId"} {
		if values.Has(name) {
			in.Notes = append(in.Notes, name+" is not signed: compare it with the order.")
		}
	}
	return in
}
