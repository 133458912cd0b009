package payflex

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/internal/wire"
	"github.com/onay/onay/pos/internal/xmldoc"
)

// Enrolled is the answer of the MPI.
type Enrolled struct {
	pos.Result
	Form      pos.Form // where the payer goes, if Outcome is Redirect
	Status    string   // Y, N, U or E
	RequestID string   // VerifyEnrollmentRequestId, where it comes back
}

type veres struct{ Status, PaReq, ACSUrl, TermUrl, MD, VerifyEnrollmentRequestId, MessageErrorCode, ErrorMessage string }

// ParseEnrollment reads the answer to an enrollment, in any of its shapes: XML with VERes in a Message or at the root, or JSON.
func ParseEnrollment(body []byte) (Enrolled, error) {
	v, err := readVERes(body)
	if err != nil {
		return Enrolled{}, err
	}
	e := Enrolled{Status: v.Status, RequestID: v.VerifyEnrollmentRequestId}
	e.Installments = -1
	e.ErrorCode, e.Message = v.MessageErrorCode, v.ErrorMessage
	if e.ErrorCode == "200" {
		e.ErrorCode = ""
	}
	switch v.Status {
	case "Y":
		if e.Form, err = v.form(); err != nil {
			return Enrolled{}, err
		}
		e.Outcome = pos.Redirect
	case "N":
		e.Outcome, e.Code = pos.Declined, pos.CodeSecure3DNotEnrolled
	case "U":
		e.Outcome, e.Code = pos.Declined, pos.CodeSecure3DError
	default:
		e.Outcome = pos.Failed
		e.Code, e.Class = mpiReason(e.ErrorCode, e.Message)
	}
	return e, nil
}

func readVERes(body []byte) (veres, error) {
	if len(body) > 0 && body[0] == '{' {
		var a struct {
			ProcessEnrollmentResult veres
		}
		if json.Unmarshal(body, &a) != nil || a.ProcessEnrollmentResult.Status == "" {
			return veres{}, errNoAnswer
		}
		return a.ProcessEnrollmentResult, nil
	}
	doc, err := xmldoc.Parse(body)
	if err != nil || doc.Name != "IPaySecure" {
		return veres{}, errNoAnswer
	}
	n := doc.Find("Message", "VERes")
	if n == nil {
		n = doc.Find("VERes")
	}
	if n.Get("Status") == "" {
		return veres{}, errNoAnswer
	}
	v := veres{n.Get("Status"), n.Get("PaReq"), n.Get("ACSUrl"), n.Get("TermUrl"), n.Get("MD"), doc.Get("VerifyEnrollmentRequestId"), doc.Get("MessageErrorCode"), doc.Get("ErrorMessage")}
	if v.MessageErrorCode == "" {
		v.MessageErrorCode, v.ErrorMessage = doc.Get("ResultDetail", "ErrorCode"), doc.Get("ResultDetail", "ErrorMessage")
	}
	return v, nil
}

// form is where the payer goes: to the card's bank with PaReq, TermUrl and MD; to the gateway's page with PaReq (written anew) and MD; or, where
// PaReq is itself a page with a form, where that form goes.
func (v veres) form() (pos.Form, error) {
	f := pos.Form{Method: "POST", Action: v.ACSUrl}
	if raw, err := base64.StdEncoding.DecodeString(v.PaReq); err == nil && strings.Contains(string(raw), "<form") {
		f = pos.InnerForm(raw)
	} else if strings.HasSuffix(strings.SplitN(v.ACSUrl, "?", 2)[0], "/startThreeDFlow") {
		f.Fields = []pos.Pair{{Name: "PaReq", Value: URLSafe(v.PaReq)}, {Name: "MD", Value: v.MD}}
	} else {
		f.Fields = []pos.Pair{{Name: "PaReq", Value: v.PaReq}, {Name: "TermUrl", Value: v.TermUrl}, {Name: "MD", Value: v.MD}}
	}
	if pos.CheckAddress("ACSUrl", f.Action) != nil {
		return pos.Form{}, errNoAnswer // the payer is sent to no other than an https address
	}
	return f, nil
}

// requestID is what nobody can guess: the one protection of an unsigned callback.
func requestID() string {
	var b [16]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// Start asks the MPI whether the card takes part and makes the form; with model pos.SecureHosted it opens a common payment page.
func (c *Client) Start(ctx context.Context, p pos.Payment, returnURL string) (pos.Form, pos.Attempt, pos.Result, error) {
	none := func(err error) (pos.Form, pos.Attempt, pos.Result, error) {
		return pos.Form{}, pos.Attempt{}, pos.Result{}, err
	}
	if err := c.check(p); err != nil {
		return none(err)
	}
	a, err := p.Begin(c.cfg.Model, returnURL)
	if err != nil {
		return none(err)
	}
	a.Nonce = requestID()
	r := FormRequest{Payment: p, ReturnURL: returnURL, RequestID: a.Nonce, Token: p.OrderID}
	switch {
	case c.cfg.Model == pos.SecureHosted:
		if p.Recurring != nil {
			return none(pos.Unsupported("plans on the bank's page"))
		}
		return c.openPage(ctx, r, a)
	case brands[p.Card.Brand()] == "":
		return none(pos.Invalid("Card", "is of no brand that this bank knows"))
	}
	if p.Recurring != nil {
		r.PlanEnd = planEnd(time.Now(), *p.Recurring)
	}
	_, body, err := c.tr.Post(ctx, c.cfg.Endpoints.MPI, formType, wantXML, encode(c.cfg.Enrollment(r)))
	if err != nil {
		return pos.Form{}, a, pos.NothingMoved(err.(*pos.NoAnswer).Result(p.OrderID)), nil
	}
	e, err := ParseEnrollment(body)
	if err != nil {
		return pos.Form{}, a, pos.NothingMoved(strange(body)), nil
	}
	e.OrderID = p.OrderID
	if e.RequestID != "" && e.RequestID != a.Nonce {
		return pos.Form{}, a, pos.NothingMoved(pos.Result{OrderID: p.OrderID, Installments: -1, Reason: "The MPI answered another request."}), nil
	}
	return e.Form, a, e.Result, nil
}

// planEnd is the day of the last payment of a plan.
func planEnd(from time.Time, p pos.Plan) time.Time {
	n := p.Every * (p.Count - 1)
	switch p.Unit {
	case pos.Day:
		return from.AddDate(0, 0, n)
	case pos.Year:
		return from.AddDate(n, 0, 0)
	}
	return from.AddDate(0, n, 0)
}

// Verify reads a callback of the MPI, or a return from the common payment page.
func (c *Client) Verify(a pos.Attempt, values pos.Values) pos.Callback {
	return c.cfg.Verify(a, values)
}

// Verify reads a callback; see [Client.Verify].
func (c Config) Verify(a pos.Attempt, values pos.Values) pos.Callback {
	if a.Model == pos.SecureHosted {
		return verifyPage(a, values)
	}
	cb := pos.Callback{Signature: pos.SignatureMissing}
	cb.Installments = -1
	get := lookup(values)
	if len(foldedNames(values)) != len(values) {
		return cb.Reject("a field came twice")
	}
	if !c.Legacy {
		hash := get("Hash")
		if hash == "" {
			return cb.Reject("the message has no Hash")
		}
		if cb.Signature = pos.SignatureInvalid; !wire.Equal(SignCallback(get, c.mpiPassword()), hash) {
			return cb.Reject("Hash")
		}
		cb.Signature, cb.NaiveHashMatches = pos.SignatureValid, true
	}
	amount, err := callbackAmount(get("PurchAmount"))
	switch {
	case get("VerifyEnrollmentRequestId") != a.Nonce || a.Nonce == "":
		return cb.Reject("the message is about another attempt")
	case get("MerchantId") != c.MerchantID:
		return cb.Reject("the message is for another merchant")
	case err != nil || amount != a.Amount.Minor:
		return cb.Reject("amount_mismatch")
	case get("PurchCurrency") != a.Amount.Currency.Numeric():
		return cb.Reject("currency_mismatch")
	}
	if n, err := strconv.Atoi(get("InstallmentCount")); err == nil && max(n, 1) != max(a.Installments, 1) {
		return cb.Reject("installment_mismatch")
	}
	cb.OrderID, cb.Authorized.Currency, cb.MDStatus = a.OrderID, a.Amount.Currency, get("MdStatus")
	cb.ErrorCode, cb.Message, cb.MaskedCard = get("ErrorCode"), get("ErrorMessage"), pos.Mask(get("Pan"))
	eci, cavv := get("Eci"), get("Cavv")
	switch status := get("Status"); {
	case status == "Y" && (c.Legacy || cb.MDStatus == "1") && (eci == "02" || eci == "05") && cavv != "":
		cb.Outcome, cb.NextStep = pos.Authenticated, "Send the charge with the MPI's transaction id; only its answer decides."
		cb.ECI, cb.CAVV, cb.XID = eci, cavv, get("Xid")
		cb.Proof = map[string]string{"MpiTransactionId": a.Nonce, "ECI": eci, "CAVV": cavv}
	case status == "A":
		cb.Outcome, cb.Code = pos.Declined, pos.CodeSecure3DHalf
	case status == "U":
		cb.Outcome, cb.Code = pos.Declined, pos.CodeSecure3DError
	case status == "E":
		cb.Outcome = pos.Failed
		cb.Code, cb.Class = mpiReason(cb.ErrorCode, cb.Message)
	default:
		cb.Outcome, cb.Code = pos.Declined, pos.CodeSecure3DFailed
	}
	return cb
}

func (c Config) mpiPassword() string {
	if c.MPIPassword == "" {
		return c.Password
	}
	return c.MPIPassword
}

func foldedNames(values pos.Values) map[string]bool {
	m := make(map[string]bool, len(values))
	for name := range values {
		m[strings.ToLower(name)] = true
	}
	return m
}

// Complete charges after a believed callback of the MPI; after the common payment page it asks what became of the payment.
func (c *Client) Complete(ctx context.Context, a pos.Attempt, cb pos.Callback) (pos.Result, error) {
	if err := cb.Check(a); err != nil {
		return pos.Result{}, err
	}
	switch {
	case cb.Outcome == pos.Authenticated:
		r := Request{Type: TypeSale, TransactionID: a.OrderID, OrderID: a.OrderID, Amount: a.Amount, Installments: a.Installments, ClientIP: a.ClientIP, Plan: a.Recurring,
			Proof: &Proof{cb.Proof["MpiTransactionId"], cb.Proof["ECI"], cb.Proof["CAVV"]}}
		if a.PreAuth {
			r.Type = TypeAuth
		}
		return confirmAmount(c.operate(ctx, r), a), nil
	case cb.Outcome == pos.Unverified && a.Model == pos.SecureHosted:
		return c.askPage(ctx, a), nil
	}
	return cb.Result, nil
}

// confirmAmount looks at what the bank says it has charged: the amount of the charge is that of its MPI record, for none was sent.
func confirmAmount(r pos.Result, a pos.Attempt) pos.Result {
	if r.Outcome == pos.Approved && r.Authorized.Minor > 0 && r.Authorized != a.Amount {
		r.Outcome, r.Reason = pos.Unverified, "The bank has charged "+r.Authorized.String()+" instead of "+a.Amount.String()+"."
		r.NextStep = "Void the payment and look into it."
	}
	return r
}

// Inspect tells field by field what the Hash of a callback covers.
func (c *Client) Inspect(values pos.Values) pos.Inspection { return c.cfg.Inspect(values) }

// Inspect tells field by field what the Hash of a callback covers; see [Client.Inspect].
func (c Config) Inspect(values pos.Values) pos.Inspection {
	get := lookup(values)
	in := pos.Inspection{Algorithm: "base64(SHA256(fields joined, then the password))", Want: SignCallback(get, c.mpiPassword()), Got: get("Hash")}
	in.Match = wire.Equal(in.Want, in.Got)
	names := foldedNames(values)
	for _, name := range []string{"VerifyEnrollmentRequestId", "MerchantId", "PurchCurrency", "PurchAmount", "Eci", "Cavv", "MdStatus", "Status"} {
		f := pos.InspectedField{Name: name, Value: pos.Mask(get(name), c.Password, c.MPIPassword), Missing: !names[strings.ToLower(name)]}
		switch name {
		case "PurchAmount":
			f.Note = "signed as whole kuruş"
		case "Eci":
			f.Note = "signed with two characters"
		}
		in.Fields = append(in.Fields, f)
	}
	if c.Legacy {
		in.Notes = append(in.Notes, "Callbacks of the bank's old hosts are not signed: the request id is their protection.")
	}
	for _, name := range []string{"Pan", "Xid", "SessionInfo", "InstallmentCount", "ErrorCode"} {
		if names[strings.ToLower(name)] {
			in.Notes = append(in.Notes, name+" is not signed.")
		}
	}
	return in
}
