package garanti

import (
	"context"
	"regexp"
	"strconv"
	"strings"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/internal/wire"
)

// FormRequest is what a 3-D form is made of.
type FormRequest struct {
	Payment   pos.Payment
	ReturnURL string
	FailURL   string // empty: the same
}

// Form writes the fields of the form. It may hold the card: it is for the payer's browser alone.
func (c Config) Form(r FormRequest) pos.Form {
	p, fail, u := r.Payment, r.FailURL, c.Provision
	if fail == "" {
		fail = r.ReturnURL
	}
	if c.Model.OnBankPage() && c.Hosted.Name != "" {
		u = c.Hosted
	}
	v := c.Version
	if v == "" {
		v = V512
	}
	kind := TypeSale
	if p.PreAuth {
		kind = TypePreAuth
	}
	person := c.UserID
	if person == "" {
		person = u.Name
	}
	f := pos.Form{Method: "POST", Action: c.GateURL, Fields: make([]pos.Pair, 0, 24)}
	add := func(name, value string) { f.Fields = append(f.Fields, pos.Pair{Name: name, Value: value}) }
	add("secure3dsecuritylevel", levels[c.Model])
	add("mode", c.mode())
	add("apiversion", string(v))
	add("terminalprovuserid", u.Name)
	add("terminaluserid", person)
	add("terminalmerchantid", c.MerchantID)
	add("terminalid", c.TerminalID)
	add("txntype", kind)
	add("txnamount", strconv.FormatInt(p.Amount.Minor, 10))
	add("txncurrencycode", p.Amount.Currency.Numeric())
	add("txninstallmentcount", installments(p.Installments))
	add("orderid", p.OrderID)
	add("successurl", r.ReturnURL)
	add("errorurl", fail)
	add("customeripaddress", p.ClientIP)
	if p.Email != "" {
		add("customeremailaddress", p.Email)
	}
	if p.Lang != "" {
		add("lang", p.Lang)
	}
	if c.SubMerchantID != "" {
		add("submerchantid", c.SubMerchantID)
	}
	if p.Card != nil && !c.Model.OnBankPage() {
		add("cardnumber", string(p.Card.AppendNumber(nil)))
		add("cardexpiredatemonth", p.Card.MM())
		add("cardexpiredateyear", p.Card.YY())
		add("cardcvv2", string(p.Card.AppendCVV(nil)))
	}
	add("secure3dhash", SignForm(v, f.Get, c.StoreKey, u.Password))
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
	if p.ClientIP == "" {
		p.ClientIP = c.cfg.DefaultIP
	}
	f := c.cfg.Form(FormRequest{Payment: p, ReturnURL: returnURL})
	a.ClientIP, a.Extra = p.ClientIP, map[string]string{"secure3dhash": f.Get("secure3dhash")}
	return f, a, pos.ToBank(p.OrderID), nil
}

// shapes are what signed values must look like: they are joined without borders, so a genuine signature can be cut anew.
var shapes = map[string]*regexp.Regexp{
	"mdstatus":       regexp.MustCompile(`^\d?$`),
	"procreturncode": regexp.MustCompile(`^(\d\d)?$`),
	"authcode":       regexp.MustCompile(`^(| |.{6})$`),
	"response":       regexp.MustCompile(`^(|Approved|Declined|Error)$`),
	"cavv":           regexp.MustCompile(`^([A-Za-z0-9+/]{27}=|[A-Za-z0-9+/]{28})?$`),
	"eci":            regexp.MustCompile(`^(\d\d)?$`),
}

// fold gives the fields by lower-case names: the bank writes most of them so, and some not.
func fold(values pos.Values) func(string) string {
	m := make(map[string]string, len(values))
	for _, n := range values.Names() {
		m[strings.ToLower(n)] = values[n]
	}
	return func(name string) string { return m[strings.ToLower(name)] }
}

// Verify reads a callback.
func (c *Client) Verify(a pos.Attempt, values pos.Values) pos.Callback {
	return c.cfg.Verify(a, values)
}

// Verify reads a callback; see [Client.Verify]. An attempt without a model takes it from the message, as tests with recorded messages need.
func (c Config) Verify(a pos.Attempt, values pos.Values) pos.Callback {
	get := fold(values)
	v := c.Version
	if v == "" {
		v = V512
	}
	signed := checkCallback(v, get, c.StoreKey)
	cb := pos.Callback{Signature: signed.signature, NaiveHashMatches: signed.naive}
	cb.Installments = -1
	model := a.Model
	if model == "" {
		model = pos.SecurePay
		if get("secure3dsecuritylevel") == "3D" {
			model = pos.Secure
		}
	}
	if signed.signature == pos.SignatureMissing {
		return c.unsigned(cb, a, get)
	}
	if signed.signature != pos.SignatureValid {
		return cb.Reject(signed.why)
	}
	for name, shape := range shapes {
		if !shape.MatchString(get(name)) {
			return cb.Reject(name + " has not the shape that it should have: field boundaries may have been moved")
		}
	}
	if model == pos.Secure && get("authcode")+get("procreturncode")+get("response") != "" {
		return cb.Reject("the result of a payment came back for a model in which the shop charges")
	}
	if get("mdstatus") == "1" && (get("cavv") == "" || get("eci") == "") && model != pos.Hosted {
		return cb.Reject("a full authentication without cavv and eci")
	}
	if why := c.mismatch(a, get); why != "" {
		return cb.Reject(why)
	}
	cb.OrderID, cb.MDStatus, cb.ECI, cb.CAVV, cb.XID, cb.MD = get("oid"), get("mdstatus"), get("eci"), get("cavv"), get("xid"), get("md")
	cb.MaskedCard = get("maskedpan")
	cb.ResponseCode = get("procreturncode")
	if n, err := strconv.Atoi(get("txninstallmentcount")); err == nil {
		cb.Installments = n
	}
	if model == pos.Secure || get("response") == "" && get("procreturncode") == "" {
		c.authenticated(&cb, model)
		return cb
	}
	c.paid(&cb, a, get)
	return cb
}

// mismatch compares with the attempt: amount, currency and installments are not signed.
func (c Config) mismatch(a pos.Attempt, get func(string) string) string {
	amount, err := pos.ParseMinor(get("txnamount"))
	switch {
	case get("clientid") != c.TerminalID:
		return "the message is for another terminal"
	case a.OrderID != "" && get("oid") != a.OrderID:
		return "the message is about another order"
	case a.Amount.Minor > 0 && (err != nil || amount != a.Amount.Minor):
		return "the amount is not that of the attempt"
	case a.Amount.Minor > 0 && get("txncurrencycode") != a.Amount.Currency.Numeric():
		return "the currency is not that of the attempt"
	case a.Amount.Minor > 0 && get("txninstallmentcount") != installments(a.Installments):
		return "the installments are not those of the attempt"
	case a.Extra["secure3dhash"] != "" && get("secure3dhash") != "" && !wire.Equal(get("secure3dhash"), a.Extra["secure3dhash"]):
		return "the echoed form is not the one that was sent"
	}
	return ""
}

// unsigned is a message without a hash: anybody could have sent it. It may end the payer's page and never the attempt.
func (c Config) unsigned(cb pos.Callback, a pos.Attempt, get func(string) string) pos.Callback {
	if get("response") == "Approved" || strings.ContainsAny(get("mdstatus"), "1234") && len(get("mdstatus")) == 1 {
		return cb.Reject("a success without a hash")
	}
	cb.Outcome, cb.MDStatus, cb.ResponseCode = pos.Failed, get("mdstatus"), get("procreturncode")
	cb.OrderID = get("oid")
	if a.OrderID != "" && cb.OrderID != a.OrderID {
		return cb.Reject("the message is about another order")
	}
	if cb.Message = get("mderrormessage"); cb.Message == "" {
		cb.Message = get("errmsg")
	}
	cb.Code = pos.CodeSecure3DError
	if cb.Message == "Guvenlik Kodu hatali" {
		cb.Code = pos.CodeBadSignature
	}
	cb.Reason, cb.NextStep = "The message is not signed.", "Show it as failed, and keep the attempt open until the bank says that it has no payment."
	return cb
}

// mdCodes are the reasons of results that may not go on.
var mdCodes = map[string]pos.Code{"0": pos.CodeSecure3DFailed, "2": pos.CodeSecure3DNotEnrolled, "3": pos.CodeSecure3DNotEnrolled, "4": pos.CodeSecure3DHalf, "5": pos.CodeSecure3DFailed,
	"6": pos.CodeSecure3DError, "7": pos.CodeSecure3DError, "8": pos.CodeInvalidCard, "9": pos.CodeMerchantConfiguration}

func (c Config) authenticated(cb *pos.Callback, model pos.Model) {
	if !c.accepts(cb.MDStatus) {
		cb.Outcome, cb.Code = pos.Declined, mdCodes[cb.MDStatus]
		if cb.Code == "" {
			cb.Code = pos.CodeSecure3DError
		}
		return
	}
	if model != pos.Secure {
		cb.Outcome, cb.Reason, cb.NextStep = pos.Unverified, "The authentication passed and the message has no result of a payment.", "Ask the bank what became of the order."
		return
	}
	cb.Outcome, cb.NextStep = pos.Authenticated, "Send the provision over XML."
	cb.Proof = map[string]string{"cavv": cb.CAVV, "eci": cb.ECI, "xid": cb.XID, "md": cb.MD}
}

func (c Config) paid(cb *pos.Callback, a pos.Attempt, get func(string) string) {
	cb.RRN, cb.ReferenceCode = get("hostrefnum"), get("hostrefnum")
	if get("response") == "Approved" && cb.ResponseCode == "00" {
		cb.Outcome, cb.AuthCode = pos.Approved, get("authcode")
		cb.Authorized.Minor, _ = pos.ParseMinor(get("txnamount"))
		cb.Authorized.Currency = pos.CurrencyOf(get("txncurrencycode"))
		if !c.accepts(cb.MDStatus) && cb.MDStatus != "" {
			cb.Reason = "The bank has charged the card although the authentication (mdstatus " + cb.MDStatus + ") is not one that the account accepts."
			cb.NextStep = "Void the payment if half secure payments are not wanted."
		}
		return
	}
	if get("response") == "Approved" || cb.ResponseCode == "00" {
		cb.Outcome, cb.Reason, cb.NextStep = pos.Unverified, "response and procreturncode contradict each other.", "Ask the bank what became of the order."
		return
	}
	cb.Outcome = pos.Declined
	if cb.Message = get("hostmsg"); cb.Message == "" {
		cb.Message = get("errmsg")
	}
	if cb.ResponseCode != "92" {
		cb.Code, cb.Class = hostReason(cb.ResponseCode, get("errmsg"))
		return
	}
	cb.Code = pos.CodeGatewayError
	if _, id, ok := strings.Cut(get("errmsg"), "ErrorId: "); ok && len(id) >= 4 {
		cb.Code = gatewayReason(id[:4])
	} else if strings.Contains(get("errmsg"), "Mandatory Rule") {
		cb.Code = pos.CodeInvalidRequest
	}
}

// Complete charges after model 3D; for an unverified or unsigned message it asks the bank.
func (c *Client) Complete(ctx context.Context, a pos.Attempt, cb pos.Callback) (pos.Result, error) {
	if err := cb.Check(a); err != nil {
		return pos.Result{}, err
	}
	switch {
	case cb.Outcome == pos.Authenticated:
		r := Request{Type: TypeSale, OrderID: a.OrderID, AmountMinor: a.Amount.Minor, Currency: a.Amount.Currency, Installments: a.Installments, ClientIP: a.ClientIP, Email: a.Email, Plan: a.Recurring,
			Proof: &Proof{CAVV: cb.Proof["cavv"], ECI: cb.Proof["eci"], XID: cb.Proof["xid"], MD: cb.Proof["md"]}}
		if a.PreAuth {
			r.Type = TypePreAuth
		}
		return c.call(ctx, r).Result, nil
	case cb.Outcome == pos.Unverified, cb.Outcome == pos.Failed && cb.Signature == pos.SignatureMissing && a.Model != pos.Secure:
		l, err := c.Inquire(ctx, pos.Reference{OrderID: a.OrderID, ClientIP: a.ClientIP})
		if err != nil {
			return pos.Result{}, err
		}
		return settle(cb.Result, a, l), nil
	}
	return cb.Result, nil
}

// settle decides an uncertain result by the answer to an inquiry.
func settle(r pos.Result, a pos.Attempt, l pos.List) pos.Result {
	if l.Outcome == pos.NotFound {
		if r.Outcome != pos.Failed {
			r.Outcome, r.Code = pos.Unverified, ""
		}
		return r
	}
	if l.Outcome != pos.OK || len(l.Rows) == 0 {
		r.Outcome, r.Code = pos.Unverified, ""
		return r
	}
	row := l.Rows[0]
	switch {
	case row.State == pos.StateFailed:
		r.Outcome = pos.Declined
		r.Code, r.Class = hostReason(row.ResponseCode, "")
	case (row.State == pos.StateCaptured && !a.PreAuth || row.State == pos.StateAuthorized && a.PreAuth) && row.Amount.Minor == a.Amount.Minor:
		r.Outcome, r.Code, r.Reason, r.NextStep, r.Message = pos.Approved, "", "", "", ""
		r.AuthCode, r.RRN, r.ReferenceCode, r.BatchNumber, r.Authorized = row.AuthCode, row.RRN, row.ReferenceCode, row.BatchNumber, a.Amount
	default:
		r.Outcome, r.Code = pos.Unverified, ""
	}
	return r
}

// Inspect tells field by field what the hash of a callback covers.
func (c *Client) Inspect(values pos.Values) pos.Inspection { return c.cfg.Inspect(values) }

// Inspect tells field by field what the hash of a callback covers; see [Client.Inspect].
func (c Config) Inspect(values pos.Values) pos.Inspection {
	get := fold(values)
	v := c.Version
	if v == "" {
		v = V512
	}
	s := checkCallback(v, get, c.StoreKey)
	in := pos.Inspection{Algorithm: string(v), Want: s.want, Got: get("hash"), Match: s.signature == pos.SignatureValid}
	if s.why != "" {
		in.Notes = append(in.Notes, s.why)
	}
	for _, name := range signedNames {
		f := pos.InspectedField{Name: name, Value: pos.Mask(get(name), c.secrets()...)}
		switch shape := shapes[name]; {
		case strings.Contains(get(name), " ") && name != "authcode":
			f.Note = "has a blank: was a + decoded twice?"
		case shape != nil && !shape.MatchString(get(name)):
			f.Note = "has not the shape that it should have"
		}
		in.Fields = append(in.Fields, f)
	}
	return in
}
