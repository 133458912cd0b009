package postaguvercini

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/onay/onay/sandbox/carrier"
)

// jsonRequest matches members without regard to letter case.
type jsonRequest struct {
	Message   string
	Receivers []string
	Messages  []struct {
		Receiver string
		Message  string
	}
	MessageIds []string
	SendDate   string
	ExpireDate string
	Channel    string // the host decides, whatever it says
	Originator string
	Username   string
	Password   string
}

func jsonAnswer(w http.ResponseWriter, code int, description string, result any) {
	b, err := json.Marshal(struct {
		StatusCode        int
		StatusDescription string
		Result            any
	}{code, description, result})
	if err != nil {
		http.Error(w, "answer could not be written", http.StatusInternalServerError)
		return
	}
	write(w, "application/json; charset=utf-8", http.StatusOK, string(b))
}

func jsonRefuse(w http.ResponseWriter, code int) {
	jsonAnswer(w, code, fmt.Sprintf("ERR%04d", code), nil)
}

func (c call) jsonLogin(w http.ResponseWriter, r *http.Request) (in jsonRequest, h *carrier.Holder) {
	body, ok := readBody(w, r)
	if !ok || json.Unmarshal(body, &in) != nil {
		jsonAnswer(w, 400, "Bad Request", nil)
		return in, nil
	}
	h, errno := c.login(in.Username, in.Password)
	if h == nil {
		jsonAnswer(w, 500, errTexts[errno], nil)
	}
	return in, h
}

func (c call) json1N(w http.ResponseWriter, r *http.Request) {
	in, h := c.jsonLogin(w, r)
	if h == nil {
		return
	}
	var d draft
	for _, no := range in.Receivers {
		d.pairs = append(d.pairs, [2]string{no, in.Message})
	}
	c.jsonSend(w, h, in, d)
}

func (c call) jsonNN(w http.ResponseWriter, r *http.Request) {
	in, h := c.jsonLogin(w, r)
	if h == nil {
		return
	}
	var d draft
	for _, m := range in.Messages {
		d.pairs = append(d.pairs, [2]string{m.Receiver, m.Message})
	}
	c.jsonSend(w, h, in, d)
}

func (c call) jsonSend(w http.ResponseWriter, h *carrier.Holder, in jsonRequest, d draft) {
	var ok1, ok2 bool
	d.start, ok1 = parseTime(in.SendDate, "20060102 15:04")
	d.expire, ok2 = parseTime(in.ExpireDate, "20060102 15:04")
	d.originator = in.Originator
	empty := false
	for _, p := range d.pairs {
		empty = empty || strings.TrimSpace(p[1]) == ""
	}
	switch {
	case len(d.pairs) == 0:
		jsonRefuse(w, 1060)
	case len(d.pairs) > maxRecipients:
		jsonRefuse(w, 1070)
	case empty:
		jsonRefuse(w, 1090)
	case !c.otp && !ok1:
		jsonRefuse(w, 1063)
	case !c.otp && !ok2:
		jsonRefuse(w, 1064)
	default:
		results, errno := c.submit(h, d)
		if errno != 0 {
			jsonAnswer(w, errno, errTexts[errno], nil)
			return
		}
		type row struct {
			MessageId string
			Receiver  string
			Charge    int
		}
		rows := make([]row, len(results))
		for i, x := range results {
			rows[i] = row{x.id, d.pairs[i][0], x.charge}
		}
		jsonAnswer(w, 200, "OK", rows)
	}
}

func (c call) jsonStatus(w http.ResponseWriter, r *http.Request) {
	in, h := c.jsonLogin(w, r)
	if h == nil {
		return
	}
	type row struct {
		MessageId            string
		Receiver             string
		SmsStatus            string
		SmsStatusDescription string
		IsFinalStatus        string
		StatusTime           string
		SmsCharge            string
	}
	rows := []row{}
	for _, id := range in.MessageIds {
		status, at, phone, final := c.state(h, id)
		if status == unknownHere || status == notYours {
			rows = append(rows, row{MessageId: id, SmsStatusDescription: "Bilinmiyor ?"})
			continue
		}
		x := row{MessageId: id, Receiver: phone, SmsStatus: status, IsFinalStatus: "0", StatusTime: at}
		if final {
			x.IsFinalStatus = "1"
		}
		if s, ok := c.carrier.FindState(h, id); ok {
			x.SmsCharge = fmt.Sprint(s.Parts)
		}
		rows = append(rows, x)
	}
	jsonAnswer(w, 200, "OK", rows)
}

func (c call) jsonCredit(w http.ResponseWriter, r *http.Request) {
	if _, h := c.jsonLogin(w, r); h != nil {
		jsonAnswer(w, 200, "OK", map[string]int64{"Balance": h.View().Credit})
	}
}
