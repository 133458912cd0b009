package postaguvercini

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/internal/house"
)

// Reports asks for the fate of messages, first at the bulk host and for those
// it does not know at the OTP host. HTTP asks for each id alone, the other
// transports for MaxTexts at once. Rows read before a failure are given back
// beside the error.
func (c *Client) Reports(ctx context.Context, ids []string) ([]sms.Report, error) {
	var left []string
	for _, id := range ids {
		left = append(left, sms.Accepted{ProviderID: id}.IDs()...)
	}
	bases := []string{c.cfg.BulkURL, c.cfg.OTPURL}
	if bases[0] == bases[1] {
		bases = bases[:1]
	}
	var reports []sms.Report
	for _, base := range bases {
		var missing []string
		for part := range slices.Chunk(left, c.perQuestion()) {
			rows, err := c.status(ctx, base, part)
			if err != nil {
				return reports, err
			}
			for _, id := range part {
				i := slices.IndexFunc(rows, func(r row) bool { return r.id == id })
				if i < 0 || stranger(rows[i].status) {
					missing = append(missing, id)
					continue
				}
				reports = append(reports, rows[i].report())
			}
		}
		left = missing
	}
	return reports, nil
}

func (c *Client) perQuestion() int {
	if c.cfg.Transport == TransportHTTP {
		return 1
	}
	return MaxTexts
}

// status asks one host. An unknown id is a row that is missing.
func (c *Client) status(ctx context.Context, base string, ids []string) ([]row, error) {
	var q request
	switch c.cfg.Transport {
	case TransportXML:
		q = c.xmlStatus(ids)
	case TransportSOAP:
		q = c.soapStatus(ids)
	case TransportJSON:
		q = c.jsonStatus(ids)
	default:
		q = c.httpStatus(ids[0])
	}
	k, r, err := c.do(ctx, "status", true, base, q)
	if err != nil {
		return nil, err
	}
	a, err := c.understand(k, r, c.cfg.Transport)
	if err != nil {
		if errors.Is(err, &sms.Error{Code: "-1005"}) || errors.Is(err, &sms.Error{Code: "2040"}) {
			return nil, nil
		}
		return nil, err
	}
	switch c.cfg.Transport {
	case TransportHTTP: // the answer has no id
		if len(a.rows) > 0 {
			a.rows[0].id = ids[0]
		}
	case TransportSOAP:
		if len(a.rows) == 1 && credentialCode(a.rows[0].code) {
			return nil, c.coded(k, r, a.rows[0].code, "")
		}
		if len(a.rows) != len(ids) {
			return nil, c.caller.Fail(k, sms.KindRefused, "the answer has another number of messages than the request", nil)
		}
		for i := range a.rows {
			// The strings are statuses; what looked like an id or an error
			// number is put together again.
			a.rows[i].status, a.rows[i].rest = bar(a.rows[i].id + a.rows[i].code)
			a.rows[i].id, a.rows[i].code = ids[i], ""
		}
	}
	return a.rows, nil
}

func credentialCode(code string) bool { return codes[code].Kind == sms.KindCredentials }

// report turns a row into a report.
func (r row) report() sms.Report {
	f := fateOf(r.status)
	rep := sms.Report{ProviderID: r.id, To: sms.E164(r.phone), Code: r.status, Reason: f.reason}
	rep.Status, rep.Final = f.report()
	if n, err := strconv.Atoi(r.charge); err == nil && n > 0 {
		rep.Segments = n
	}
	if rep.Status == sms.StatusDelivered {
		rep.At = house.ReadTime(r.rest, layoutHTTP, layoutXML, layoutHTTP+":05", layoutXML+":05", "02.01.2006 15:04:05", "2006-01-02 15:04:05")
	}
	return rep
}
