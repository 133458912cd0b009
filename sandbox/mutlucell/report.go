package mutlucell

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/onay/onay/sandbox/carrier"
)

const (
	firstReport = time.Minute
	reportEvery = 15 * time.Minute
	// keepAsked bounds what is remembered about questions.
	keepAsked = 50_000
)

var states = map[carrier.Fate]int{
	carrier.Waiting: 4, carrier.Sending: 1, carrier.Delivered: 3, carrier.TimedOut: 5, carrier.Outlived: 5,
	carrier.WrongNumber: 12, carrier.Refused: 6, carrier.Duplicate: 7, carrier.Blacklisted: 7, carrier.NotListed: 7,
	carrier.NoConsent: 7, carrier.Cancelled: 0,
}

// report gives a line for each phone. Asking too soon locks the account.
func (s *Server) report(w http.ResponseWriter, h *carrier.Holder, in document) {
	b := s.carrier.Find(in.ID)
	if b == nil || b.Owner != h {
		text(w, badXML)
		return
	}
	now := s.carrier.Now()
	rows := b.States(now)
	if s.tooSoon(b, rows, now) && !h.Settings().Unlimited {
		locked := h.View()
		locked.Disabled = true
		_ = s.carrier.Accounts.Put(locked) // it was valid before
		text(w, inactive)
		return
	}
	var out strings.Builder
	for _, r := range rows {
		fmt.Fprintf(&out, "%s %d\n", strings.TrimPrefix(r.To, "+"), states[r.Fate])
	}
	text(w, out.String())
}

func (s *Server) tooSoon(b *carrier.Batch, rows []carrier.State, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	last, asked := s.asked[b.ID]
	if len(s.asked) >= keepAsked {
		clear(s.asked)
	}
	s.asked[b.ID] = now
	if !asked {
		return now.Sub(b.Start) < firstReport
	}
	pending := false
	for _, r := range rows {
		pending = pending || r.Fate == carrier.Sending || r.Fate == carrier.Waiting
	}
	return pending && now.Sub(last) < reportEvery
}
