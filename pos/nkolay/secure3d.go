package nkolay

import (
	"context"
	"time"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/internal/wire"
)

// What an attempt keeps beside the general things.
const (
	extraReference = "referenceCode" // REFERENCE_CODE of the beginning
	extraBegun     = "begun"         // RFC 3339
)

// Start asks for the bank's page; on the institution's own page the browser begins and nobody is asked.
func (c *Client) Start(ctx context.Context, p pos.Payment, returnURL string) (pos.Form, pos.Attempt, pos.Result, error) {
	none := func(err error) (pos.Form, pos.Attempt, pos.Result, error) {
		return pos.Form{}, pos.Attempt{}, pos.Result{}, err
	}
	if err := c.check(p); err != nil {
		return none(err)
	}
	now := c.now()
	a, err := p.Begin(c.cfg.Model, returnURL)
	if err != nil {
		return none(err)
	}
	a.Extra = map[string]string{extraBegun: now.Format(time.RFC3339)}
	if c.cfg.Model == pos.SecureHosted {
		return c.cfg.HostedForm(p, returnURL, now), a, pos.ToBank(p.OrderID), nil
	}
	answer := c.operate(ctx, PathPayment, p.OrderID, c.cfg.Payment(p, returnURL, now))
	switch answer.Outcome {
	case pos.Redirect:
	case pos.Declined, pos.Failed:
		return pos.Form{}, a, answer.Result, nil
	default: // no answer, or one that approves without the page: the list decides
		answer.Outcome, answer.NextStep = pos.Unknown, askList
		return pos.Form{}, a, answer.Result, nil
	}
	if answer.ReferenceCode != "" {
		a.Extra[extraReference] = answer.ReferenceCode
	}
	return pos.PageForm(answer.HTML, c.cfg.BaseURL), a, answer.Result, nil
}

// Verify reads a callback. Which address it came to is never looked at: the fields decide.
func (c *Client) Verify(a pos.Attempt, values pos.Values) pos.Callback {
	return c.cfg.Verify(a, values)
}

// Verify reads a callback; see [Client.Verify].
func (c Config) Verify(a pos.Attempt, values pos.Values) pos.Callback {
	cb := pos.Callback{Signature: c.checkResult(values.Get)}
	cb.NaiveHashMatches = cb.Signature == pos.SignatureValid
	cb.Installments = -1
	if values.Get("CLIENT_REFERENCE_CODE") != a.OrderID {
		return cb.Reject("the message is about another order")
	}
	cb.OrderID = a.OrderID
	doubt := func(why string) pos.Callback {
		cb.Outcome, cb.Reason, cb.NextStep = pos.Unverified, why, askList
		return cb
	}
	if values.Get("RESPONSE_CODE") != "2" {
		cb.ResponseCode, cb.ErrorCode = values.Get("RESPONSE_CODE"), values.Get("ERROR_CODE")
		refused(&cb.Result, values.Get)
		if cb.Signature != pos.SignatureValid {
			cb.NextStep = askList
		}
		return cb
	}
	if cb.Signature != pos.SignatureValid {
		return doubt("hash_mismatch")
	}
	r := read(values.Get)
	cb.Authorized = r.Authorized
	start := a.Extra[extraReference]
	switch {
	case r.AuthCode != "" && start != "" && r.ReferenceCode != start:
		cb.Authorized = pos.Money{}
		return doubt("reference_mismatch")
	case r.Authorized.Currency != a.Amount.Currency:
		return doubt("currency_mismatch")
	case r.Authorized.Minor < a.Amount.Minor, a.Installments <= 1 && r.Authorized.Minor != a.Amount.Minor:
		return doubt("amount_mismatch")
	case max(r.Installments, 1) != max(a.Installments, 1):
		return doubt("installment_mismatch")
	}
	r.OrderID = a.OrderID
	cb.Result = r
	switch {
	case r.AuthCode == "":
		cb.Outcome, cb.NextStep = pos.PendingCompletion, "Complete the payment: POST "+PathComplete+"."
	case noAuth(r.AuthCode):
		return doubt("no_auth_code")
	default:
		cb.Outcome = pos.Approved
	}
	return cb
}

// Complete takes the money of a pending payment and confirms the end by the list of payments, which alone ties it to our order. A refusal without a
// signature is asked about too.
func (c *Client) Complete(ctx context.Context, a pos.Attempt, cb pos.Callback) (pos.Result, error) {
	if err := cb.Check(a); cb.Signature == pos.SignatureValid && err != nil {
		return pos.Result{}, err
	}
	r := cb.Result
	switch {
	case cb.Outcome == pos.Rejected:
		return r, nil
	case cb.Outcome == pos.PendingCompletion:
		done := c.operate(ctx, PathComplete, a.OrderID, c.cfg.Complete(cb.ReferenceCode)).Result
		switch {
		case done.Outcome == pos.Approved && (done.OrderID != a.OrderID || done.Authorized.Minor > 0 && done.Authorized.Minor != cb.Authorized.Minor):
			done.Outcome, done.Reason, done.NextStep = pos.Unverified, "order_mismatch", askList
		case done.Outcome == pos.Declined || done.Outcome == pos.Failed:
			// A second completion of a payment may be refused although the first one took the money.
			return c.confirm(ctx, a, done, false), nil
		}
		if done.Authorized.Minor == 0 {
			done.Authorized = cb.Authorized
		}
		r = done
	case cb.Outcome == pos.Declined && cb.Signature != pos.SignatureValid:
		return c.confirm(ctx, a, r, false), nil
	case cb.Outcome != pos.Approved && cb.Outcome != pos.Unverified:
		return r, nil
	}
	return c.confirm(ctx, a, r, true), nil
}

// confirm looks our order up in the list. claimed tells that the payment is said to be made: then no row is a reason for doubt.
func (c *Client) confirm(ctx context.Context, a pos.Attempt, r pos.Result, claimed bool) pos.Result {
	day, err := time.Parse(time.RFC3339, a.Extra[extraBegun])
	if err != nil {
		day = c.now()
	}
	l, err := c.Inquire(ctx, pos.Reference{OrderID: a.OrderID, Time: day})
	if err != nil {
		return r
	}
	want := pos.StateCaptured
	if a.PreAuth {
		want = pos.StateAuthorized
	}
	for _, row := range l.Rows {
		if row.State != want {
			continue
		}
		if row.Amount.Minor < a.Amount.Minor || a.Installments <= 1 && row.Amount.Minor != a.Amount.Minor {
			r.Outcome, r.Reason, r.NextStep = pos.Unverified, "The card was charged "+row.Amount.String()+" instead of "+a.Amount.String()+".", "Void the payment and look into it."
			return r
		}
		r.Outcome, r.Code, r.Class, r.Reason, r.NextStep, r.Message, r.ErrorCode, r.HostResponseCode = pos.Approved, "", "", "", "", "", "", ""
		r.ReferenceCode, r.AuthCode, r.Authorized, r.MaskedCard, r.ResponseCode = row.ReferenceCode, row.AuthCode, row.Amount, row.MaskedCard, "2"
		r.BankTime = row.Time
		return r
	}
	if !claimed {
		if l.Outcome != pos.OK && l.Outcome != pos.NotFound {
			r.Outcome, r.NextStep = pos.Unverified, askList
		}
		return r
	}
	r.Outcome, r.NextStep = pos.Unverified, askList
	if r.Reason == "" {
		r.Reason = "The list of payments does not hold it yet."
	}
	return r
}

// Inspect tells field by field what the hash of a callback covers.
func (c *Client) Inspect(values pos.Values) pos.Inspection { return c.cfg.Inspect(values) }

// Inspect tells field by field what the hash of a callback covers; see [Client.Inspect].
func (c Config) Inspect(values pos.Values) pos.Inspection {
	in := pos.Inspection{Algorithm: "base64(SHA512(fields joined with bars, then the secret))", Want: SignResult(c.Secret, values.Get), Got: resultHash(values.Get)}
	in.Match = wire.Equal(in.Want, in.Got)
	for _, name := range resultFields {
		in.Fields = append(in.Fields, pos.InspectedField{Name: name, Value: pos.Mask(values.Get(name), c.Secret), Missing: !values.Has(name)})
	}
	if !in.Match {
		var old []string
		for _, name := range resultFields[:len(resultFields)-1] {
			old = append(old, values.Get(name))
		}
		if wire.Equal(Sign(c.Secret, old...), in.Got) {
			in.Notes = append(in.Notes, "The hash fits without CURRENCY_CODE.")
		}
	}
	in.Notes = append(in.Notes, "CLIENT_REFERENCE_CODE is not signed: the list of payments ties the money to the order.")
	return in
}
