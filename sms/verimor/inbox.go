package verimor

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/internal/house"
)

// Inbox lists what phones sent to the account between two instants, both
// given, by the time at which the operator noted it. Further pages are asked
// for by the id of the last message.
func (c *Client) Inbox(ctx context.Context, from, to time.Time) ([]sms.Inbound, error) {
	if from.IsZero() || to.Before(from) {
		return nil, c.caller.Refused(sms.KindParameters, "inbox: the range must be given")
	}
	q := url.Values{"from_time": {house.WireTime(from, layoutSecond)}, "to_time": {house.WireTime(to, layoutSecond)}}
	var out []sms.Inbound
	last := ""
	for range maxPages {
		k, r, err := c.get(ctx, "inbox", "/inbound_messages", q)
		if err != nil {
			return out, err
		}
		rows, ok := parseRows(r.Body)
		if !ok {
			return out, c.caller.Fail(k, sms.KindRefused, "the list cannot be read", nil)
		}
		for _, row := range rows {
			// A page by id alone goes beyond the range.
			if at := house.ReadTime(string(row.CreatedAt), layoutSecond); !at.IsZero() && at.After(to) {
				return out, nil
			}
			out = append(out, row.inbound())
		}
		if len(rows) < PageSize || string(rows[len(rows)-1].MessageID) == last {
			return out, nil
		}
		last = string(rows[len(rows)-1].MessageID)
		q = url.Values{"greater_than": {last}}
	}
	return out, nil
}

func (w wireRow) inbound() sms.Inbound {
	at := house.ReadTime(string(w.ReceivedAt), layoutSecond)
	if at.IsZero() {
		at = house.ReadTime(string(w.CreatedAt), layoutSecond)
	}
	return sms.Inbound{
		ID: string(w.MessageID), From: e164(string(w.SourceAddr)), To: strings.TrimSpace(string(w.DestinationAddr)),
		Text: strings.TrimSpace(string(w.Content)), Raw: string(w.Content), At: at,
	}
}
