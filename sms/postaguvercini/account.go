package postaguvercini

import (
	"context"
	"strconv"

	"github.com/onay/onay/sms"
)

// Balance asks the bulk host for the credits left, one for each part of a
// message. It is a package of the name "SMS kredisi", as the house does not
// count money.
func (c *Client) Balance(ctx context.Context) (sms.Balance, error) {
	var q request
	switch c.cfg.Transport {
	case TransportXML:
		q = c.xmlCredit()
	case TransportSOAP:
		q = c.soapRequest("CreditBalance", nil)
	case TransportJSON:
		q = c.jsonCredit()
	default:
		q = c.httpCredit()
	}
	k, r, err := c.do(ctx, "balance", true, c.cfg.BulkURL, q)
	if err != nil {
		return sms.Balance{}, err
	}
	a, err := c.understand(k, r, c.cfg.Transport)
	if err != nil {
		return sms.Balance{}, err
	}
	credit := a.credit
	if c.cfg.Transport == TransportSOAP && len(a.rows) == 1 {
		// Here a small number is a balance and not an errno, but for the one
		// that a wrong login is known by: it costs a warning at 10 credits.
		if credentialCode(a.rows[0].code) {
			return sms.Balance{}, c.coded(k, r, a.rows[0].code, "")
		}
		credit = a.rows[0].id + a.rows[0].code
	}
	n, err := strconv.Atoi(credit)
	if err != nil {
		return sms.Balance{}, c.caller.Fail(k, sms.KindRefused, "the answer has no credit", nil)
	}
	return sms.Balance{Packages: []sms.Package{{Name: "SMS kredisi", Amount: n}}}, nil
}

// Headers asks for the account's sender name. HTTP and JSON have no such call,
// so XML is used for them.
func (c *Client) Headers(ctx context.Context) ([]string, error) {
	t, q := TransportXML, c.xmlIdentity()
	if c.cfg.Transport == TransportSOAP {
		t, q = TransportSOAP, c.soapRequest("IdCheck", nil)
	}
	k, r, err := c.do(ctx, "headers", true, c.cfg.BulkURL, q)
	if err != nil {
		return nil, err
	}
	a, err := c.understand(k, r, t)
	if err != nil {
		return nil, err
	}
	if len(a.rows) == 1 {
		if a.rows[0].code != "" {
			return nil, c.coded(k, r, a.rows[0].code, "")
		}
		a.header = a.rows[0].id
	}
	if a.header == "" {
		return nil, nil
	}
	return []string{a.header}, nil
}
