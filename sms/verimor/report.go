package verimor

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/internal/house"
)

const (
	layoutSecond = "2006-01-02 15:04:05"
	// PageSize is the most rows of one answer.
	PageSize = 100
	// maxPages bounds a server that never stops giving full pages.
	maxPages = 500
)

// Report is a message of a campaign. Its ProviderID is the campaign's id and
// its Reference the message's own, or the campaign's where it has none.
type Report struct {
	sms.Report
	// MessageID is the operator's id of the one message.
	MessageID string
	// Credits were taken for it.
	Credits int
}

// Reports asks for all rows of these campaigns, in pages of 100. The operator
// takes 20 questions a minute and then answers with KindThrottled; rows read
// before that are given back beside the error. A campaign that is not known or
// not ours gives no rows.
func (c *Client) Reports(ctx context.Context, ids []string) ([]sms.Report, error) {
	var out []sms.Report
	asked := map[string]bool{}
	for _, list := range ids {
		for _, id := range (sms.Accepted{ProviderID: list}).IDs() {
			if asked[id] {
				continue
			}
			asked[id] = true
			rows, err := c.Campaign(ctx, id)
			for _, r := range rows {
				out = append(out, r.Report)
			}
			if err != nil {
				return out, err
			}
		}
	}
	return out, nil
}

// Campaign asks for all messages of a campaign.
func (c *Client) Campaign(ctx context.Context, id string) ([]Report, error) {
	var out []Report
	after := "0"
	for range maxPages {
		k, r, err := c.get(ctx, "report", "/status", url.Values{"id": {id}, "greater_than": {after}})
		if err != nil {
			if r.Status == http.StatusNotFound || r.Status == http.StatusUnauthorized && strings.Contains(string(r.Body), "kampanya") {
				return out, nil
			}
			return out, err
		}
		rows, ok := parseRows(r.Body)
		if !ok {
			return out, c.caller.Fail(k, sms.KindRefused, "the rows cannot be read", nil)
		}
		for _, row := range rows {
			if rep := row.report(); rep.ProviderID == id {
				out = append(out, rep)
			}
		}
		if len(rows) < PageSize {
			return out, nil
		}
		last := string(rows[len(rows)-1].MessageID)
		if last == "" || last == after {
			return out, nil
		}
		after = last
	}
	return out, nil
}

// wireRow is a row of a report, of a push, or of the inbox.
type wireRow struct {
	Type             house.Flex
	CampaignID       house.Flex `json:"campaign_id"`
	CampaignCustomID house.Flex `json:"campaign_custom_id"`
	MessageID        house.Flex `json:"message_id"`
	MessageCustomID  house.Flex `json:"message_custom_id"`
	Dest             house.Flex
	Size             house.Flex
	Credits          house.Flex
	Status           house.Flex
	GSMError         house.Flex `json:"gsm_error"`
	DoneAt           house.Flex `json:"done_at"`

	CreatedAt       house.Flex `json:"created_at"`
	SourceAddr      house.Flex `json:"source_addr"`
	DestinationAddr house.Flex `json:"destination_addr"`
	Content         house.Flex
	ReceivedAt      house.Flex `json:"received_at"`
}

// parseRows reads a list, or one object in its place.
func parseRows(body []byte) ([]wireRow, bool) {
	body = bytes.TrimSpace(body)
	if len(body) > 0 && body[0] == '{' {
		var one wireRow
		if json.Unmarshal(body, &one) != nil {
			return nil, false
		}
		return []wireRow{one}, true
	}
	var rows []wireRow
	if json.Unmarshal(body, &rows) != nil {
		return nil, false
	}
	return rows, true
}

func (w wireRow) report() Report {
	f := fateOf(string(w.Status))
	r := Report{MessageID: string(w.MessageID), Credits: small(w.Credits), Report: sms.Report{
		ProviderID: string(w.CampaignID), To: e164(string(w.Dest)), Code: string(w.Status),
		Reason: f.reason, ErrorCode: string(w.GSMError), Segments: small(w.Size), Reference: string(w.MessageCustomID),
	}}
	r.Status, r.Final = f.report()
	if r.Reference == "" {
		r.Reference = string(w.CampaignCustomID)
	}
	if cause := causes[r.ErrorCode]; cause != "" && r.Status == sms.StatusFailed {
		r.Reason += ": " + cause
	}
	if r.Status == sms.StatusDelivered {
		r.At = house.ReadTime(string(w.DoneAt), layoutSecond)
	}
	return r
}

func small(f house.Flex) int {
	n, err := strconv.Atoi(string(f))
	if err != nil || n < 0 || n > 1<<20 {
		return 0
	}
	return n
}
