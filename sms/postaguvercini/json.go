package postaguvercini

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/internal/house"
)

var jsonHeader = http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}}

type jsonText struct {
	Receiver string
	Message  string
}

type jsonBody struct {
	Message    string     `json:",omitempty"`
	Receivers  []string   `json:",omitempty"`
	Messages   []jsonText `json:",omitempty"`
	MessageIds []string   `json:",omitempty"`
	SendDate   string     `json:",omitempty"`
	ExpireDate string     `json:",omitempty"`
	Channel    string     `json:",omitempty"`
	Originator string     `json:",omitempty"`
	Username   string
	Password   string
}

func (c *Client) jsonRequest(path string, b jsonBody) request {
	b.Username, b.Password = c.cfg.Username, c.cfg.Password
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	_ = e.Encode(b) // strings and slices of them cannot fail
	return request{method: http.MethodPost, path: "/api_json/v1/Sms/" + path, header: jsonHeader, body: bytes.TrimSpace(out.Bytes())}
}

// jsonSend is POST Send_1_N or Send_N_N; receivers are 905….
func (c *Client) jsonSend(j job) request {
	b := jsonBody{
		SendDate: house.WireTime(j.start, layoutHTTP), ExpireDate: house.WireTime(j.expire, layoutHTTP),
		Channel: "BULK", Originator: j.header,
	}
	if j.route == sms.RouteOTP {
		b.Channel = "OTP"
	}
	path := "Send_N_N"
	if j.same {
		path, b.Message = "Send_1_N", j.texts[0].Body
	}
	for _, t := range j.texts {
		if j.same {
			b.Receivers = append(b.Receivers, "90"+t.To)
		} else {
			b.Messages = append(b.Messages, jsonText{"90" + t.To, t.Body})
		}
	}
	return c.jsonRequest(path, b)
}

func (c *Client) jsonStatus(ids []string) request {
	return c.jsonRequest("Status", jsonBody{MessageIds: ids})
}

func (c *Client) jsonCredit() request { return c.jsonRequest("CreditBalance", jsonBody{}) }

// parseJSON reads the envelope. It reports false without a StatusCode.
func parseJSON(body []byte) (answer, bool) {
	var j struct {
		StatusCode        house.Flex
		StatusDescription house.Flex
		Result            json.RawMessage
	}
	if json.Unmarshal(body, &j) != nil {
		return answer{}, false
	}
	code, ok := number(string(j.StatusCode))
	if !ok {
		return answer{}, false
	}
	if code != "200" {
		return answer{code: code, words: string(j.StatusDescription)}, true
	}
	var balance struct{ Balance house.Flex }
	if json.Unmarshal(j.Result, &balance) == nil {
		return answer{credit: string(balance.Balance)}, true
	}
	var rows []struct{ MessageID, Receiver, Charge, SmsStatus, StatusTime, SmsCharge house.Flex }
	if json.Unmarshal(j.Result, &rows) != nil {
		return answer{}, false
	}
	var a answer
	for _, r := range rows {
		x := row{id: strings.TrimSpace(string(r.MessageID)), phone: string(r.Receiver), charge: string(r.Charge)}
		x.status, x.rest = bar(string(r.SmsStatus))
		if x.rest == "" {
			x.rest = string(r.StatusTime)
		}
		if x.charge == "" {
			x.charge = string(r.SmsCharge)
		}
		a.rows = append(a.rows, x)
	}
	return a, true
}
