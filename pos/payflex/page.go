package payflex

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/internal/xmldoc"
)

// Page is the bank's answer to the opening of a common payment page.
type Page struct {
	pos.Result
	Form  pos.Form // Outcome is Redirect: a GET
	Token string
}

// flat reads an answer of the common payment page, XML or JSON, as names and texts.
func flat(body []byte) (map[string]string, error) {
	m := map[string]string{}
	if len(body) > 0 && body[0] == '{' {
		var v map[string]any
		if json.Unmarshal(body, &v) != nil {
			return nil, errNoAnswer
		}
		for name, x := range v {
			if s, ok := x.(string); ok {
				m[name] = strings.TrimSpace(s)
			}
		}
		return m, nil
	}
	doc, err := xmldoc.Parse(body)
	if err != nil || doc.Name != "RegisterResponse" && doc.Name != "VposQueryResponse" {
		return nil, errNoAnswer
	}
	for _, n := range doc.Children {
		m[n.Name] = n.Text
	}
	return m, nil
}

// ParsePage reads the answer to the opening of a page. It succeeded if there is a token and no error code but 0000.
func ParsePage(body []byte) (Page, error) {
	m, err := flat(body)
	if err != nil {
		return Page{}, err
	}
	p := Page{Token: m["PaymentToken"]}
	p.Installments, p.Message = -1, m["ResponseMessage"]
	if code := m["ErrorCode"]; code != "" && code != "0000" {
		p.Outcome, p.ErrorCode = pos.Failed, code
		p.Code, p.Class = commonReason(code, p.Message)
		return p, nil
	}
	if p.Token == "" || pos.CheckAddress("CommonPaymentUrl", m["CommonPaymentUrl"]) != nil {
		return Page{}, errNoAnswer
	}
	p.Outcome = pos.Redirect
	p.Form = pos.Form{Method: "GET", Action: m["CommonPaymentUrl"], Fields: []pos.Pair{{Name: "Ptkn", Value: p.Token}}}
	return p, nil
}

// ParsePayment reads the answer to the query of a common payment. Its amount has a comma.
func ParsePayment(body []byte) (pos.Result, error) {
	m, err := flat(body)
	if err != nil {
		return pos.Result{}, err
	}
	r := pos.Result{Installments: -1, ResponseCode: m["Rc"], ErrorCode: m["ErrorCode"], Message: m["Message"], OrderID: m["OrderID"], ReferenceCode: m["TransactionId"], AuthCode: given(m["AuthCode"]),
		RRN: m["Rrn"], MaskedCard: m["MaskedPan"], TxnCode: m["TransactionType"]}
	if r.OrderID == "" {
		r.OrderID = m["OrderId"]
	}
	if r.Message == "" {
		r.Message = m["ResponseMessage"]
	}
	r.BankTime, _ = hostDate(m["HostDate"], time.Now())
	if n, err := pos.ParseDecimal(strings.ReplaceAll(m["Amount"], ".", "")); err == nil && strings.Contains(m["Amount"], ",") {
		r.Authorized = pos.Money{Minor: n, Currency: pos.CurrencyOf(m["AmountCode"])}
	} else if n, err := pos.ParseDecimal(m["Amount"]); err == nil {
		r.Authorized = pos.Money{Minor: n, Currency: pos.CurrencyOf(m["AmountCode"])}
	}
	r.Raw = map[string]string{"paymentToken": m["PaymentToken"], "secure": m["IsSecure"]}
	switch {
	case r.ResponseCode == "0000":
		r.Outcome = pos.Approved
	case r.ResponseCode != "":
		r.Outcome = pos.Declined
		r.Code, r.Class = commonReason(r.ResponseCode, r.Message)
	case r.ErrorCode == "" || r.ErrorCode == "5003":
		r.Outcome, r.Code = pos.NotFound, pos.CodeNotFound
	default:
		r.Outcome = pos.Failed
		r.Code, r.Class = commonReason(r.ErrorCode, r.Message)
	}
	return r, nil
}

func (c *Client) pageHeader() http.Header {
	if c.cfg.Legacy {
		return wantXML
	}
	return http.Header{"Accept": {"application/json"}}
}

// openPage opens a common payment page.
func (c *Client) openPage(ctx context.Context, r FormRequest, a pos.Attempt) (pos.Form, pos.Attempt, pos.Result, error) {
	_, body, err := c.tr.Post(ctx, c.cfg.Endpoints.CommonCreate, formType, c.pageHeader(), encode(c.cfg.CommonPayment(r)))
	if err != nil {
		return pos.Form{}, a, pos.NothingMoved(err.(*pos.NoAnswer).Result(a.OrderID)), nil
	}
	p, err := ParsePage(body)
	if err != nil {
		return pos.Form{}, a, pos.NothingMoved(strange(body)), nil
	}
	p.OrderID = a.OrderID
	if p.Outcome != pos.Redirect {
		return pos.Form{}, a, p.Result, nil
	}
	if !sameBank(p.Form.Action, c.cfg.Endpoints.CommonCreate) {
		return pos.Form{}, a, pos.NothingMoved(pos.Result{OrderID: a.OrderID, Installments: -1, Reason: "The bank's answer sends the payer to a foreign address."}), nil
	}
	a.Extra = map[string]string{"paymentToken": p.Token}
	return p.Form, a, p.Result, nil
}

// sameBank reports whether two addresses have the same last three names of their hosts (vakifbank.com.tr), or the same host.
func sameBank(a, b string) bool {
	tail := func(s string) string {
		u, err := url.Parse(s)
		if err != nil {
			return s
		}
		names := strings.Split(u.Hostname(), ".")
		return strings.Join(names[max(0, len(names)-3):], ".")
	}
	return tail(a) == tail(b)
}

// verifyPage reads the return from a common payment page: a query string that proves nothing. It only says which attempt to ask about.
func verifyPage(a pos.Attempt, values pos.Values) pos.Callback {
	cb := pos.Callback{Signature: pos.SignatureMissing}
	cb.Installments = -1
	token := values.Get("PaymentToken")
	if want := a.Extra["paymentToken"]; want != "" && token != want {
		return cb.Reject("the message is about another payment")
	}
	cb.Outcome, cb.OrderID, cb.ResponseCode, cb.Message = pos.Unverified, a.OrderID, values.Get("Rc"), values.Get("Message")
	cb.ReferenceCode, cb.MaskedCard = values.Get("TransactionId"), pos.Mask(values.Get("MaskedPan"))
	cb.Raw = map[string]string{"paymentToken": token, "claimedOutcome": string(pos.Approved)}
	if cb.ResponseCode != "0000" {
		cb.Raw["claimedOutcome"] = string(pos.Declined)
		cb.Code, cb.Class = commonReason(cb.ResponseCode, cb.Message)
	}
	cb.Reason, cb.NextStep = "The return from the bank's page is not signed.", "Ask the bank what became of the payment."
	return cb
}

// askPage asks what became of the attempt's common payment. "Nothing yet" proves nothing while the page may still be open.
func (c *Client) askPage(ctx context.Context, a pos.Attempt) pos.Result {
	fields, kind := c.cfg.CommonQuery("", a.Extra["paymentToken"]), formType
	body := encode(fields)
	if !c.cfg.Legacy {
		kind = "application/json; charset=utf-8"
		m := map[string]string{}
		for _, f := range fields {
			m[f.Name] = f.Value
		}
		body, _ = json.Marshal(m)
	}
	status, answer, err := c.tr.Post(ctx, c.cfg.Endpoints.CommonQuery, kind, c.pageHeader(), body)
	if err != nil {
		r := err.(*pos.NoAnswer).Result(a.OrderID)
		r.Outcome = pos.Unknown // the payer may have paid on the page, whether we could ask or not
		return r
	}
	r, err := ParsePayment(answer)
	switch {
	case err != nil:
		return pos.Unreadable(a.OrderID, status)
	case r.Outcome == pos.NotFound || r.Outcome == pos.Failed:
		r.Outcome, r.OrderID, r.NextStep = pos.Unknown, a.OrderID, "Ask the bank again until its page has expired."
	case r.Outcome == pos.Approved && (r.OrderID != a.OrderID || r.Authorized != a.Amount):
		r.Outcome, r.Reason, r.NextStep = pos.Unverified, "The bank's record is about "+r.Authorized.String()+" of order "+r.OrderID+".", "Void the payment and look into it."
	}
	return r
}
