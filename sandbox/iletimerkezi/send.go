package iletimerkezi

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/onay/onay/sandbox/carrier"
	"github.com/onay/onay/sandbox/outside"
)

type order struct {
	ID           text            `json:"id"`
	Page         number          `json:"page"`
	RowCount     number          `json:"rowCount"`
	Sender       string          `json:"sender"`
	SendDateTime json.RawMessage `json:"sendDateTime"` // a list, or plain text
	IYS          *text           `json:"iys"`
	IYSList      string          `json:"iysList"`
	Message      json.RawMessage `json:"message"` // one, or a list
}

type message struct {
	Text       string `json:"text"`
	Receipents struct {
		Number []text `json:"number"`
	} `json:"receipents"`
}

// text takes text or a number.
type text string

func (t *text) UnmarshalJSON(b []byte) error {
	*t = text(strings.Trim(string(b), `"`))
	return nil
}

const (
	repeatWindow  = 10 * time.Minute
	maxRecipients = 50_000
	perSecond     = 100 // recipients
	maxParts      = 7
)

// send checks an order in the order of its members and takes it.
func (s *Server) send(w http.ResponseWriter, a *carrier.Holder, in request) {
	o := in.Request.Order
	if o == nil {
		reply(w, 400, true, nil)
		return
	}
	now := s.carrier.Now()
	b, code := s.draft(a, o, now)
	if code != 0 {
		reply(w, code, true, nil)
		return
	}
	total := 0
	for _, r := range b.Rows {
		total += r.Parts
	}
	switch {
	case s.repeats(a, b, now):
		code = 451
	case !s.paced(a, len(b.Rows), now):
		code = 429
	case !a.Charge(int64(total)):
		code = 402
	}
	if code != 0 {
		reply(w, code, true, nil)
		return
	}
	for _, r := range b.Rows {
		a.Note(r.To, b.Sender, r.Body, now)
	}
	b.ID = s.carrier.NextText()
	for i := range b.Rows {
		b.Rows[i].ID = s.carrier.NextText()
	}
	s.carrier.Put(b)
	reply(w, 200, true, answer{"order": answer{"id": b.ID}})
}

// repeats: the same text to the same recipients, all of them.
func (s *Server) repeats(a *carrier.Holder, b *carrier.Batch, now time.Time) bool {
	for _, r := range b.Rows {
		if !a.Repeated(r.To, b.Sender, r.Body, now, repeatWindow) {
			return false
		}
	}
	return true
}

// paced counts small orders, which are the codes; one large order is a matter
// of its own.
func (s *Server) paced(a *carrier.Holder, n int, now time.Time) bool {
	if n > perSecond {
		return true
	}
	for range n {
		if !a.Allow("send", perSecond, time.Second, now) {
			return false
		}
	}
	return true
}

func (s *Server) draft(a *carrier.Holder, o *order, now time.Time) (*carrier.Batch, int) {
	set := a.Settings()
	b := &carrier.Batch{Owner: a, Sender: o.Sender, Start: now}
	switch {
	case o.Sender == "":
		return nil, 459
	case len(o.Sender) > 11 || strings.ContainsAny(o.Sender, "çğıöşüÇĞİÖŞÜ"):
		return nil, 460
	case o.Sender != "APITEST" && !set.HasHeader(o.Sender):
		return nil, 450
	}
	when, ok := moment(o.SendDateTime)
	if !ok {
		return nil, 457
	}
	if when.After(now) {
		b.Start = when
	}
	switch {
	case o.IYS == nil:
		return nil, 468
	case *o.IYS == "1" || *o.IYS == "true":
		if b.Commercial = o.IYSList; o.IYSList != "BIREYSEL" && o.IYSList != "TACIR" {
			return nil, 469
		}
		if set.IYSBrand == "" {
			return nil, 470
		}
	case *o.IYS != "0" && *o.IYS != "false":
		return nil, 468
	}
	var list []message
	var one message
	if json.Unmarshal(o.Message, &list) != nil {
		if json.Unmarshal(o.Message, &one) != nil {
			return nil, 400
		}
		list = []message{one}
	}
	blocked := map[string]bool{}
	for _, n := range set.Blacklist {
		blocked[n] = true
	}
	for _, m := range list {
		coding := carrier.Needs(m.Text)
		parts := coding.Parts(m.Text)
		switch {
		case strings.TrimSpace(m.Text) == "":
			return nil, 454
		case parts > maxParts:
			return nil, 453
		}
		if o.Sender == "APITEST" {
			m.Text = "iletiMerkezi API test mesajidir."
		}
		for _, no := range m.Receipents.Number {
			// What cannot be served is left out; an order of nothing else is refused.
			if to, ok := carrier.Mobile(string(no)); ok && !blocked[to] {
				b.Rows = append(b.Rows, carrier.Row{To: to, Body: m.Text, Parts: parts})
			}
		}
	}
	if len(b.Rows) == 0 || len(b.Rows) > maxRecipients {
		return nil, 452
	}
	return b, 0
}

// moment reads sendDateTime; nothing means now.
func moment(raw json.RawMessage) (time.Time, bool) {
	var list []string
	var one string
	if len(raw) > 0 && json.Unmarshal(raw, &list) != nil {
		if json.Unmarshal(raw, &one) != nil {
			return time.Time{}, false
		}
		list = []string{one}
	}
	if len(list) == 0 || list[0] == "" {
		return time.Time{}, true
	}
	t, err := time.ParseInLocation("02/01/2006 15:04", list[0], outside.Istanbul)
	return t, err == nil
}
