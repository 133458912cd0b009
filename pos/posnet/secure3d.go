package posnet

import (
	"context"
	"regexp"
	"strconv"
	"time"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/internal/wire"
)

// maxAge is how old a callback may be: the bank's own library has the same.
const maxAge = 2 * time.Hour

// Form is the form for the payer's browser, of the answer to oosRequestData. With a card, posnetData2 holds it encrypted: the form is not kept.
func (c Config) Form(a Answer, returnURL, lang string) pos.Form {
	if lang == "" {
		lang = "tr"
	}
	f := pos.Form{Method: "POST", Action: c.GateURL, Fields: []pos.Pair{
		{Name: "mid", Value: c.MerchantID}, {Name: "posnetID", Value: c.PosnetID}, {Name: "posnetData", Value: a.Data1}}}
	if a.Data2 != "" {
		f.Fields = append(f.Fields, pos.Pair{Name: "posnetData2", Value: a.Data2})
	}
	f.Fields = append(f.Fields, pos.Pair{Name: "digest", Value: a.Sign}, pos.Pair{Name: "merchantReturnURL", Value: returnURL}, pos.Pair{Name: "lang", Value: lang}, pos.Pair{Name: "url"})
	return f
}

// Start asks the bank to pack the order (step 1) and makes the form (step 2).
func (c *Client) Start(ctx context.Context, p pos.Payment, returnURL string) (pos.Form, pos.Attempt, pos.Result, error) {
	if err := c.check(p); err != nil {
		return pos.Form{}, pos.Attempt{}, pos.Result{}, err
	}
	a, err := p.Begin(c.cfg.Model, returnURL)
	if err != nil {
		return pos.Form{}, pos.Attempt{}, pos.Result{}, err
	}
	card := p.Card
	if c.cfg.Model == pos.SecureHost {
		card = nil
	}
	kind := "Sale"
	if p.PreAuth {
		kind = "Auth"
	}
	answer := c.call(ctx, Request{Op: OpRequestData, OrderID: p.OrderID, TranType: kind, Amount: p.Amount, Installments: p.Installments, Card: card, Holder: p.Name})
	if answer.Outcome != pos.OK {
		r := answer.Result
		if r.Outcome == pos.Unknown { // packing an order moves nothing
			r = pos.NothingMoved(r)
		}
		return pos.Form{}, a, r, nil
	}
	if answer.Data1 == "" || answer.Sign == "" || card != nil && answer.Data2 == "" {
		return pos.Form{}, a, pos.NothingMoved(pos.Result{OrderID: p.OrderID, Installments: -1, Reason: "The bank's answer lacks the packets."}), nil
	}
	return c.cfg.Form(answer, returnURL, p.Lang), a, pos.ToBank(p.OrderID), nil
}

var packets = regexp.MustCompile(`(<data[12]>)[0-9A-Fa-f]+`)

func hidePackets(s string) string { return packets.ReplaceAllString(s, "${1}***") }

// Verify reads a callback; what it cannot know is asked in [Client.Complete].
func (c *Client) Verify(a pos.Attempt, values pos.Values) pos.Callback {
	return c.cfg.Verify(a, values, c.now())
}

// Verify reads a callback (step 2's end) at a time; see [Client.Verify].
func (c Config) Verify(a pos.Attempt, values pos.Values, now time.Time) pos.Callback {
	cb := pos.Callback{Signature: pos.SignatureInvalid}
	cb.Installments = -1
	p := Packets{Bank: values.Get("BankPacket"), Merchant: values.Get("MerchantPacket"), Sign: values.Get("Sign")}
	switch {
	case p.Bank == "" || p.Merchant == "" || p.Sign == "":
		cb.Signature = pos.SignatureMissing
		return cb.Reject("the message lacks a packet or its signature")
	case !wire.Equal(SignCallback(p.Merchant, p.Bank, c.Key), p.Sign):
		return cb.Reject("Sign")
	}
	cb.Signature, cb.NaiveHashMatches = pos.SignatureValid, true
	// The plain fields prove nothing; one that differs from what we know was changed on the way.
	amount := strconv.FormatInt(a.Amount.Minor, 10)
	for name, want := range map[string]string{"Xid": XID(a.OrderID), "Amount": amount, "MerchantId": c.MerchantID} {
		if got := values.Get(name); got != "" && got != want {
			return cb.Reject(name + " is not that of the attempt")
		}
	}
	cb.OrderID, cb.Authorized.Currency = a.OrderID, a.Amount.Currency
	cb.Proof = map[string]string{"BankPacket": p.Bank, "MerchantPacket": p.Merchant, "Sign": p.Sign}
	if m, err := ReadMerchantPacket(p.Merchant, c.Key); err == nil {
		switch {
		case m.MerchantID != c.MerchantID || m.TerminalID != c.TerminalID:
			return cb.Reject("the packet is of another terminal")
		case m.XID != XID(a.OrderID):
			return cb.Reject("the packet is about another order")
		case m.AmountMinor != a.Amount.Minor:
			return cb.Reject("amount_mismatch")
		case CurrencyOf(m.Currency) != a.Amount.Currency:
			return cb.Reject("currency_mismatch")
		case m.Installment != installment(a.Installments):
			return cb.Reject("installment_mismatch")
		case m.Time.Before(now.Add(-maxAge)) || m.Time.After(now.Add(maxAge)):
			return cb.Reject("the packet is more than two hours off")
		}
		cb.MDStatus, cb.Message = m.MDStatus, m.MDErrorMessage
		if !c.accepts(m.MDStatus) {
			cb.Outcome, cb.Code = pos.Declined, Secure3DReason(m.MDStatus)
			return cb
		}
	}
	cb.Outcome, cb.NextStep = pos.Authenticated, "Have the packets resolved, then charge."
	return cb
}

// MayContinue checks the bank's word on a callback (step 3): its MAC, and that it is our order with an accepted status. It returns the reason why not, or "".
func (c Config) MayContinue(a pos.Attempt, answer Answer) string {
	r := answer.Resolved
	switch {
	case answer.Outcome != pos.OK:
		return "the bank did not resolve the packets"
	case !wire.Equal(answer.MAC, c.mac(r.MDStatus, a.OrderID, a.Amount)):
		return "mac"
	case r.XID != XID(a.OrderID):
		return "xid_mismatch"
	case r.Amount.Minor != a.Amount.Minor:
		return "amount_mismatch"
	case r.Amount.Currency != a.Amount.Currency:
		return "currency_mismatch"
	case r.Installment != "" && r.Installment != installment(a.Installments):
		return "installment_mismatch"
	case !c.accepts(r.MDStatus):
		return "mdStatus"
	}
	return ""
}

// Complete has the packets of a believed callback resolved (step 3) and charges (step 4).
func (c *Client) Complete(ctx context.Context, a pos.Attempt, cb pos.Callback) (pos.Result, error) {
	if err := cb.Check(a); err != nil {
		return pos.Result{}, err
	}
	if cb.Outcome != pos.Authenticated {
		return cb.Result, nil
	}
	r := Request{Op: OpResolve, OrderID: a.OrderID, Amount: a.Amount, Packets: Packets{cb.Proof["BankPacket"], cb.Proof["MerchantPacket"], cb.Proof["Sign"]}}
	resolved := c.call(ctx, r)
	if resolved.Outcome != pos.OK {
		out := resolved.Result
		if out.Outcome != pos.Declined { // no answer: but only step 4 moves money
			out = pos.NothingMoved(out)
		}
		return out, nil
	}
	switch why := c.cfg.MayContinue(a, resolved); why {
	case "":
	case "mdStatus":
		return pos.Result{Outcome: pos.Declined, Code: Secure3DReason(resolved.Resolved.MDStatus), OrderID: a.OrderID, Installments: -1, Message: resolved.Resolved.Message}, nil
	default:
		return cb.Reject(why).Result, nil
	}
	r.Op = OpTranData
	done := c.call(ctx, r)
	out := done.Result
	switch {
	case out.Outcome == pos.Approved && wire.Equal(done.MAC, c.cfg.mac(out.ReferenceCode, a.OrderID, a.Amount)):
		out.Authorized = a.Amount
		return out, nil
	case out.Outcome == pos.Approved:
		out.Outcome, out.Reason, out.NextStep = pos.Unverified, "The MAC of the approval is not right.", "Ask the bank what became of the order."
	case out.Outcome != pos.DuplicatePaid:
		return out, nil
	}
	l, err := c.Inquire(ctx, pos.Reference{OrderID: a.OrderID, Secure3D: true})
	if err != nil {
		return pos.Result{}, err
	}
	return Confirm(out, a, l), nil
}

// Confirm turns a result that needs the bank's confirmation into an approval, if the order has one row in effect that is what was asked for.
func Confirm(r pos.Result, a pos.Attempt, l pos.List) pos.Result {
	want := pos.StateCaptured
	if a.PreAuth {
		want = pos.StateAuthorized
	}
	for _, row := range l.Rows {
		if row.State == want && row.Amount == a.Amount && l.NetMinor() == want.MoneyMinor(a.Amount.Minor) {
			r.Outcome, r.Code, r.Class, r.Reason, r.NextStep, r.Message, r.ResponseCode = pos.Approved, "", "", "", "", "", ""
			r.ReferenceCode, r.AuthCode, r.Authorized = row.ReferenceCode, row.AuthCode, a.Amount
			return r
		}
	}
	return r
}

// Inspect tells what the signature of a callback covers.
func (c *Client) Inspect(values pos.Values) pos.Inspection { return c.cfg.Inspect(values) }

// Inspect tells what the signature of a callback covers; see [Client.Inspect].
func (c Config) Inspect(values pos.Values) pos.Inspection {
	p := Packets{Bank: values.Get("BankPacket"), Merchant: values.Get("MerchantPacket"), Sign: values.Get("Sign")}
	in := pos.Inspection{Algorithm: "UPPER(hex(MD5(MerchantPacket + BankPacket + key)))", Want: SignCallback(p.Merchant, p.Bank, c.Key), Got: p.Sign}
	in.Match = wire.Equal(in.Want, in.Got)
	for _, name := range []string{"MerchantPacket", "BankPacket"} {
		in.Fields = append(in.Fields, pos.InspectedField{Name: name, Value: values.Get(name), Missing: !values.Has(name)})
	}
	for _, name := range []string{"Xid", "Amount", "MerchantId", "CCPrefix", "TranType"} {
		if values.Has(name) {
			in.Notes = append(in.Notes, name+" is not signed: it proves nothing.")
		}
	}
	m, err := ReadMerchantPacket(p.Merchant, c.Key)
	if err != nil {
		in.Notes = append(in.Notes, "MerchantPacket does not open with this key: the key is not that of the terminal, or the packet was changed.")
		return in
	}
	for _, f := range []pos.InspectedField{{Name: "mid", Value: m.MerchantID}, {Name: "tid", Value: m.TerminalID}, {Name: "amount", Value: strconv.FormatInt(m.AmountMinor, 10)},
		{Name: "installment", Value: m.Installment}, {Name: "xid", Value: m.XID}, {Name: "txStatus", Value: m.TxStatus}, {Name: "mdStatus", Value: m.MDStatus},
		{Name: "mdErrorMessage", Value: m.MDErrorMessage}, {Name: "time", Value: m.Time.In(pos.Istanbul).Format(time.RFC3339)}, {Name: "currency", Value: m.Currency}} {
		f.Note = "inside MerchantPacket"
		in.Fields = append(in.Fields, f)
	}
	return in
}
