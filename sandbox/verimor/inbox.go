package verimor

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/onay/onay/sandbox/carrier"
)

type inboundRow struct {
	MessageID       uint64 `json:"message_id"`
	Type            string `json:"type,omitempty"` // of pushes alone
	CreatedAt       string `json:"created_at"`
	Network         string `json:"network"`
	SourceAddr      string `json:"source_addr"`
	DestinationAddr string `json:"destination_addr"`
	Keyword         string `json:"keyword"`
	Content         string `json:"content"`
	ReceivedAt      string `json:"received_at"`
}

// network guesses the operator by prefix; ported numbers do not exist here.
func network(from string) string {
	switch {
	case strings.HasPrefix(from, "+9050"), strings.HasPrefix(from, "+9055"):
		return "TTMOBIL"
	case strings.HasPrefix(from, "+9054"):
		return "VODAFONE"
	}
	return "TURKCELL"
}

func newInbound(h *carrier.Holder, m carrier.Inbound, layout string) inboundRow {
	at := m.At.Format(layout)
	return inboundRow{
		MessageID: m.ID, CreatedAt: at, Network: network(m.From), SourceAddr: strings.TrimPrefix(m.From, "+"),
		DestinationAddr: h.Settings().Username, Content: m.Text, ReceivedAt: at,
	}
}

// Receive takes a text that a customer (E.164) wrote to one of the lines, keeps
// it for polling and pushes it. False: the number is not ours.
func (s *Server) Receive(from, to, body string) bool {
	h, m := s.carrier.Receive(from, to, body)
	if h == nil {
		return false
	}
	row := newInbound(h, m, layout)
	row.Type = "inbound"
	if b, err := json.Marshal([]inboundRow{row}); err == nil {
		s.carrier.Push(h.Settings().PushURL, b, retries)
	}
	return true
}

// inbound lists by dates, by the last id, or by both.
func (s *Server) inbound(w http.ResponseWriter, r *http.Request, h *carrier.Holder) {
	q := r.URL.Query()
	after, err := strconv.ParseUint(q.Get("greater_than"), 10, 64)
	if err != nil && q.Get("greater_than") != "" {
		text(w, http.StatusBadRequest, "greater_than")
		return
	}
	from, okFrom := moment(q.Get("from_time"))
	to, okTo := moment(q.Get("to_time"))
	if q.Get("from_time") != "" && !okFrom || q.Get("to_time") != "" && !okTo {
		text(w, http.StatusBadRequest, "from_time, to_time")
		return
	}
	rows := []inboundRow{}
	for _, m := range h.Inbox(func(m carrier.Inbound) bool {
		return m.ID > after && (!okFrom || !m.At.Before(from)) && (!okTo || !m.At.After(to))
	}) {
		if len(rows) < page {
			rows = append(rows, newInbound(h, m, "2006-01-02T15:04:05.000-07:00"))
		}
	}
	writeJSON(w, rows)
}
