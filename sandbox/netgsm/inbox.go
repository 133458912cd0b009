package netgsm

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/onay/onay/sandbox/outside"
)

// keepInbound bounds the texts kept for each account.
const keepInbound = 10_000

// inbound is one text from a customer.
type inbound struct {
	id     uint64
	from   string // 10 digits
	text   string
	at     time.Time
	listed bool // shown once by a query without dates
}

type inbox struct {
	mu   sync.Mutex
	list []inbound
}

func (b *inbox) add(m inbound) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.list) >= keepInbound {
		b.list = b.list[1:]
	}
	b.list = append(b.list, m)
}

// between does not touch the mark; fresh shows each text only once.
func (b *inbox) between(from, to time.Time) []inbound {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []inbound
	for _, m := range b.list {
		// Shown to the second, so compared to the second.
		if at := m.at.Truncate(time.Second); !at.Before(from) && !at.After(to) {
			out = append(out, m)
		}
	}
	return out
}

func (b *inbox) fresh() []inbound {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []inbound
	for i := range b.list {
		if !b.list[i].listed {
			b.list[i].listed = true
			out = append(out, b.list[i])
		}
	}
	return out
}

// Receive takes a text that a customer (E.164) wrote to one of the subscribers,
// keeps it for polling and pushes it. False: the number is not ours.
func (s *Server) Receive(from, to, body string) bool {
	a := s.accounts.find(lastTen(to))
	if a == nil {
		return false
	}
	m := inbound{
		id: s.push.nextID.Add(1), from: lastTen(from), text: body,
		at: s.now().Truncate(time.Millisecond),
	}
	a.inbox.add(m)
	s.push.inbound(*a.settings.Load(), m)
	return true
}

func lastTen(s string) string { return outside.LastTen(s) }

// maxRange is the longest period of an inbox query.
const maxRange = 30 * 24 * time.Hour

func (s *Server) restInbox(w http.ResponseWriter, r *http.Request) {
	a := s.basic(r)
	if a == nil {
		refuse(w, "30", describe["30"])
		return
	}
	q := r.URL.Query()
	var list []inbound
	if q.Get("startdate") == "" && q.Get("stopdate") == "" {
		list = a.inbox.fresh()
	} else {
		from, to, ok := period(q.Get("startdate"), q.Get("stopdate"), layout14, layout12, layout8)
		if !ok || to.Sub(from) > maxRange {
			refuse(w, "70", describe["70"])
			return
		}
		list = a.inbox.between(from, to)
	}
	if len(list) == 0 {
		refuse(w, "40", "no message")
		return
	}
	type message struct {
		Message  string `json:"message"`
		Sender   string `json:"sender"`
		Receiver string `json:"receiver"`
		At       string `json:"datetime"`
	}
	out := make([]message, len(list))
	for i, m := range list {
		out[i] = message{m.text, m.from, a.settings.Load().Usercode, m.at.Format(layoutDotted)}
	}
	writeJSON(w, http.StatusOK, struct {
		Code        string    `json:"code"`
		Description string    `json:"description"`
		Messages    []message `json:"messages"`
	}{"00", "success", out})
}

// xmlReceive answers in ISO-8859-9 without saying so, as the real one does.
func (s *Server) xmlReceive(w http.ResponseWriter, r *http.Request) {
	var in xmlRequest
	if !readXML(w, r, &in) {
		writeText(w, "70")
		return
	}
	h := in.Header
	a := s.login(r, h.Usercode, h.Password, true)
	if a == nil {
		writeText(w, "30")
		return
	}
	var list []inbound
	if h.Start == "" && h.Stop == "" {
		list = a.inbox.fresh()
	} else {
		from, to, ok := period(h.Start, h.Stop, layout12)
		switch {
		case !ok:
			writeText(w, "50")
			return
		case to.Sub(from) > maxRange:
			writeText(w, "60")
			return
		}
		// The wire has no seconds: the last minute is meant whole.
		list = a.inbox.between(from, to.Add(time.Minute-time.Millisecond))
	}
	if len(list) == 0 {
		writeText(w, "40")
		return
	}
	lines := make([]string, len(list))
	for i, m := range list {
		fields := []string{m.from, m.text, m.at.Format(layoutDotted)}
		if h.Type == "1" {
			fields = append(fields, strconv.FormatUint(m.id, 10))
		}
		lines[i] = strings.Join(fields, " | ")
	}
	w.Header().Set("Content-Type", "text/html")
	_, _ = w.Write(latin5(strings.Join(lines, "<br>")))
}

// restInboxWebhook sets or removes the address that replies are pushed to.
func (s *Server) restInboxWebhook(w http.ResponseWriter, r *http.Request) {
	a := s.basic(r)
	if a == nil {
		refuse(w, "30", describe["30"])
		return
	}
	target := ""
	if r.Method == http.MethodPost {
		var in struct {
			URL string `json:"webhookUrl"`
		}
		ok := readJSON(w, r, &in)
		u, err := url.Parse(in.URL)
		if !ok || err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			refuse(w, "70", describe["70"])
			return
		}
		target = in.URL
	}
	set := a.view()
	set.InboundURL = target
	a.apply(set)
	writeJSON(w, http.StatusOK, map[string]string{"code": "00", "description": "success"})
}
