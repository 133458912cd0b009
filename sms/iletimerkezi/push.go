package iletimerkezi

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/internal/house"
)

// Push is one pushed report. The text that comes with it is not kept: it may
// be a code.
type Push struct {
	// MessageID is the id of the one message, which no other call tells.
	MessageID string
	// Report has the order's id as ProviderID.
	Report sms.Report
}

// ParseWebhook reads a report that the house posted to a URL of ours. It is
// not signed: put a secret into the path of the URL and compare it in constant
// time. It may come before the answer to the send, twice, or out of order.
func ParseWebhook(r *http.Request) (Push, error) {
	body, err := house.ReadPush(provider, r)
	if err != nil {
		return Push{}, err
	}
	return parseWebhook(body)
}

func parseWebhook(body []byte) (Push, error) {
	var j struct {
		Report struct {
			ID       house.Flex
			PacketID house.Flex `json:"packet_id"`
			Status   house.Flex
			To       house.Flex
		}
	}
	if err := json.Unmarshal(body, &j); err != nil {
		return Push{}, fmt.Errorf("iletimerkezi: reading a pushed report: %w", err)
	}
	if j.Report.PacketID == "" || j.Report.To == "" {
		return Push{}, errors.New("iletimerkezi: a pushed report has no order or phone")
	}
	p := Push{MessageID: string(j.Report.ID), Report: sms.Report{
		ProviderID: string(j.Report.PacketID), To: sms.E164(phone(j.Report.To)), Code: string(j.Report.Status),
	}}
	p.Report.Status, p.Report.Final, p.Report.Reason = status(p.Report.Code)
	return p, nil
}
