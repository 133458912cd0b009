package verimor

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/onay/onay/sandbox/carrier"
	"github.com/onay/onay/sandbox/outside"
)

const (
	layout = "2006-01-02 15:04:05"
	page   = 100
)

// retries are the waits before the three tries after the first.
var retries = []time.Duration{5 * time.Minute, 5 * time.Minute, 5 * time.Minute}

type reportRow struct {
	Type             string  `json:"type,omitempty"` // of pushes alone
	CampaignID       uint64  `json:"campaign_id"`
	CampaignCustomID string  `json:"campaign_custom_id"`
	MessageID        string  `json:"message_id"`
	MessageCustomID  string  `json:"message_custom_id"`
	Dest             string  `json:"dest"`
	Size             int     `json:"size"`
	Multiplier       int     `json:"international_multiplier"`
	Credits          int     `json:"credits"`
	Status           string  `json:"status"`
	GSMError         string  `json:"gsm_error"`
	SentAt           *string `json:"sent_at"`
	DoneAt           *string `json:"done_at"`
}

// ends are the words of a message and the network's numbers.
var ends = map[carrier.Fate][2]string{
	carrier.Waiting: {"SENDING", "0"}, carrier.Sending: {"WAITING", "0"}, carrier.Delivered: {"DELIVERED", "0"},
	carrier.TimedOut: {"EXPIRED", "4101"}, carrier.WrongNumber: {"INVALID_DESTINATION_ADDRESS", "1"},
	carrier.Refused: {"REJECTED", "500"}, carrier.Duplicate: {"DOUBLE_SEND_ERROR", "0"},
	carrier.Blacklisted: {"BLACKLISTED_DESTINATION_ADDRESS", "0"}, carrier.NotListed: {"BLACKLISTED_DESTINATION_ADDRESS", "0"},
	carrier.NoConsent: {"NOT_ALLOWED_BY_IYS", "0"}, carrier.Outlived: {"EXPIRED", "2048"},
}

func newRow(s carrier.State) reportRow {
	id, _ := strconv.ParseUint(s.Batch.ID, 10, 64) // ids are ours
	end := ends[s.Fate]
	out := reportRow{
		CampaignID: id, CampaignCustomID: s.Batch.Ref, MessageID: s.ID, MessageCustomID: s.Ref,
		Dest: strings.TrimPrefix(s.To, "+"), Size: s.Parts, Multiplier: 1, Credits: s.Parts, Status: end[0], GSMError: end[1],
	}
	if !strings.HasPrefix(s.To, "+90") {
		out.Dest = "00" + out.Dest
	}
	if s.Fate != carrier.Waiting && s.Fate != carrier.Sending {
		at := s.At.In(outside.Istanbul).Format(layout)
		out.DoneAt = &at
		if s.Fate == carrier.Delivered {
			out.SentAt = &at
		}
	}
	return out
}

func (s *Server) status(w http.ResponseWriter, r *http.Request, h *carrier.Holder) {
	if !s.paced(w, h, "report", reportsPerMinute) {
		return
	}
	q := r.URL.Query()
	b := s.carrier.Find(q.Get("id"))
	if b != nil && b.ID != q.Get("id") {
		b = nil
	}
	if ref := q.Get("custom_id"); b == nil && ref != "" {
		s.carrier.Each(func(x *carrier.Batch) {
			if x.Owner == h && x.Ref == ref {
				b = x
			}
		})
	}
	switch {
	case b == nil:
		text(w, http.StatusNotFound, "Bu idye sahip kampanya bulunamadı")
		return
	case b.Owner != h:
		text(w, http.StatusUnauthorized, "Bu kampanya size ait değil")
		return
	}
	after, _ := strconv.ParseUint(q.Get("greater_than"), 10, 64)
	var dests []string
	if q.Get("dest") != "" {
		dests = strings.Split(q.Get("dest"), ",")
	}
	rows := []reportRow{}
	for _, st := range b.States(s.carrier.Now()) {
		row := newRow(st)
		id, _ := strconv.ParseUint(st.ID, 10, 64)
		if id > after && (dests == nil || slices.Contains(dests, row.Dest)) && st.Fate != carrier.Cancelled && len(rows) < page {
			rows = append(rows, row)
		}
	}
	writeJSON(w, rows)
}

func (s *Server) pushReports(b *carrier.Batch) {
	rows := []reportRow{}
	for _, st := range b.States(s.carrier.Now()) {
		row := newRow(st)
		row.Type = "outbound"
		rows = append(rows, row)
	}
	if body, err := json.Marshal(rows); err == nil {
		s.carrier.Push(b.Owner.Settings().PushURL, body, retries)
	}
}

func (s *Server) balance(w http.ResponseWriter, _ *http.Request, h *carrier.Holder) {
	text(w, http.StatusOK, strconv.FormatInt(h.View().Credit, 10))
}
