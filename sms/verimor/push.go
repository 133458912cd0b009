package verimor

import (
	"errors"
	"net/http"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/internal/house"
)

// Push is what the operator posted: reports, incoming SMS, or both.
type Push struct {
	Reports []Report
	Inbound []sms.Inbound
}

// ParsePush reads a push. Reports and incoming SMS come to one URL and are
// told apart by "type"; rows of another type, without ids or without a phone
// are left out.
//
// Nothing is signed: put a secret into the path of the URL, compare it in
// constant time, and look at the caller's address. Answer 200 once the rows
// are stored; they may come again.
func ParsePush(r *http.Request) (Push, error) {
	body, err := house.ReadPush(provider, r)
	if err != nil {
		return Push{}, err
	}
	return parsePush(body)
}

func parsePush(body []byte) (Push, error) {
	rows, ok := parseRows(body)
	if !ok {
		return Push{}, errors.New("verimor: a push is a list of rows")
	}
	var p Push
	for _, row := range rows {
		if row.MessageID == "" {
			continue
		}
		switch row.Type {
		case "outbound":
			if rep := row.report(); rep.To != "" && rep.ProviderID != "" {
				p.Reports = append(p.Reports, rep)
			}
		case "inbound":
			if m := row.inbound(); m.From != "" {
				p.Inbound = append(p.Inbound, m)
			}
		}
	}
	return p, nil
}
