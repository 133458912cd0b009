package verimor

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/onay/onay/sandbox/carrier"
	"github.com/onay/onay/sandbox/outside"
)

type campaign struct {
	Username      string          `json:"username"`
	Password      string          `json:"password"`
	SourceAddr    string          `json:"source_addr"`
	ValidFor      string          `json:"valid_for"`
	SendAt        string          `json:"send_at"`
	CustomID      string          `json:"custom_id"`
	DataCoding    json.RawMessage `json:"datacoding"` // text or a number
	IsCommercial  bool            `json:"is_commercial"`
	RecipientType string          `json:"iys_recipient_type"`
	Messages      []message       `json:"messages"`
}

type message struct {
	Msg           string `json:"msg"`
	Dest          string `json:"dest"`
	ID            string `json:"id"`
	RecipientType string `json:"iys_recipient_type"`
}

const (
	maxMessages  = 50_000
	repeatWindow = 24 * time.Hour
)

func (s *Server) sendJSON(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		text(w, http.StatusRequestEntityTooLarge, "")
		return
	}
	var in campaign
	if err != nil || json.Unmarshal(body, &in) != nil {
		text(w, http.StatusBadRequest, "INVALID_JSON")
		return
	}
	h := s.login(w, r, in.Username, in.Password)
	if h == nil {
		return
	}
	if !utf8.Valid(body) {
		text(w, http.StatusBadRequest, "INVALID_UTF8")
		return
	}
	s.send(w, h, in)
}

// sendPlain is the one message by GET.
func (s *Server) sendPlain(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	h := s.login(w, r, q.Get("username"), q.Get("password"))
	if h == nil {
		return
	}
	s.send(w, h, campaign{
		SourceAddr: q.Get("source_addr"), ValidFor: q.Get("valid_for"), SendAt: q.Get("send_at"),
		DataCoding: json.RawMessage(strconv.Quote(q.Get("datacoding"))), IsCommercial: q.Get("is_commercial") == "true",
		RecipientType: q.Get("iys_recipient_type"), Messages: []message{{Msg: q.Get("msg"), Dest: q.Get("dest")}},
	})
}

func (s *Server) send(w http.ResponseWriter, h *carrier.Holder, in campaign) {
	if !s.paced(w, h, "send", sendsPerMinute) {
		return
	}
	now := s.carrier.Now()
	b, word := s.draft(h, in, now)
	if word == "" {
		total := 0
		for _, r := range b.Rows {
			total += r.Parts
		}
		switch {
		case all(b.Rows, func(r carrier.Row) bool { return r.Fate == carrier.Duplicate }):
			word = "MUKERRER_RAPORLAMA"
		case !h.Charge(int64(total)):
			word = "INSUFFICIENT_CREDITS"
		}
	}
	if word != "" {
		text(w, http.StatusBadRequest, word)
		return
	}
	b.ID = s.carrier.NextText()
	for i := range b.Rows {
		b.Rows[i].ID = strconv.FormatUint(13_560_000+s.carrier.NextID(), 10)
		h.Note(b.Rows[i].To, b.Sender, b.Rows[i].Body, now)
	}
	s.carrier.Put(b)
	text(w, http.StatusOK, b.ID)
}

func all(rows []carrier.Row, f func(carrier.Row) bool) bool {
	return !slices.ContainsFunc(rows, func(r carrier.Row) bool { return !f(r) })
}

func (s *Server) draft(h *carrier.Holder, in campaign, now time.Time) (*carrier.Batch, string) {
	set := h.Settings()
	b := &carrier.Batch{Owner: h, Sender: in.SourceAddr, Ref: in.CustomID, Start: now}
	if b.Sender == "" && len(set.Headers) > 0 {
		b.Sender = set.Headers[0]
	}
	if !set.HasHeader(b.Sender) {
		return nil, "INVALID_SOURCE_ADDRESS"
	}
	validity, ok := period(in.ValidFor)
	if !ok {
		return nil, "INVALID_PERIOD"
	}
	if in.SendAt != "" {
		at, ok := moment(in.SendAt)
		if !ok || at.Before(now.Add(-time.Minute)) {
			return nil, "INVALID_DELIVERY_TIME"
		}
		if at.After(now) {
			b.Start = at
		}
	}
	b.Expire = b.Start.Add(validity)
	coding, guess := carrier.Plain, false
	switch strings.Trim(string(in.DataCoding), `"`) {
	case "", "null":
		guess = true
	case "0":
	case "1":
		coding = carrier.Turkish
	case "2":
		coding = carrier.Unicode
	default:
		return nil, "INVALID_DATACODING"
	}
	if in.IsCommercial {
		switch b.Commercial = in.RecipientType; {
		case b.Commercial != "BIREYSEL" && b.Commercial != "TACIR":
			return nil, "INVALID_IYS_RECIPIENT_TYPE"
		case set.IYSBrand == "":
			return nil, "MISSING_IYS_BRAND_CODE"
		}
	}
	if len(in.Messages) == 0 {
		return nil, "MISSING_MESSAGE"
	}
	for _, m := range in.Messages {
		if word := s.add(h, b, m, coding, guess, now); word != "" {
			return nil, word
		}
		if len(b.Rows) > maxMessages {
			return nil, "MESSAGE_COUNT_LIMIT_EXCEEDED"
		}
	}
	return b, ""
}

// add enters one message for each of its phones.
func (s *Server) add(h *carrier.Holder, b *carrier.Batch, m message, coding carrier.Coding, guess bool, now time.Time) string {
	if strings.TrimSpace(m.Msg) == "" {
		return "MISSING_MESSAGE"
	}
	if guess {
		// The operator guesses by Turkish letters alone.
		if coding = carrier.Plain; carrier.Needs(m.Msg) >= carrier.Turkish {
			coding = carrier.Turkish
		}
	}
	if coding.Units(m.Msg) > map[carrier.Coding]int{carrier.Plain: 1071, carrier.Turkish: 1043, carrier.Unicode: 469}[coding] {
		return "MESSAGE_TOO_LONG"
	}
	if strings.TrimSpace(m.Dest) == "" {
		return "MISSING_DESTINATION_ADDRESS"
	}
	phones, refs := strings.Split(m.Dest, ","), strings.Split(m.ID, ",")
	for i, raw := range phones {
		to, ok := phone(raw)
		if !ok {
			return "INVALID_DESTINATION_ADDRESS"
		}
		r := carrier.Row{To: to, Body: coding.Shown(m.Msg), Parts: coding.Parts(m.Msg)}
		if m.ID != "" && len(refs) == len(phones) {
			r.Ref = strings.TrimSpace(refs[i])
		}
		if h.Repeated(to, b.Sender, r.Body, now, repeatWindow) {
			r.Fate = carrier.Duplicate
		}
		b.Rows = append(b.Rows, r)
	}
	return ""
}

// phone reads 905… and, with 00 or +, numbers of other countries.
func phone(raw string) (string, bool) {
	raw = strings.TrimSpace(raw)
	if strings.HasPrefix(raw, "00") || strings.HasPrefix(raw, "+") {
		e, err := outside.NormalizePhone(raw)
		return e, err == nil
	}
	if len(raw) != 12 || !strings.HasPrefix(raw, "905") {
		return "", false
	}
	return carrier.Mobile(raw)
}

// period reads "3:00" or "00:03"; nothing is 24 hours.
func period(s string) (time.Duration, bool) {
	if s == "" {
		return 24 * time.Hour, true
	}
	hours, minutes, ok := strings.Cut(s, ":")
	n, err1 := strconv.Atoi(hours)
	m, err2 := strconv.Atoi(minutes)
	d := time.Duration(n)*time.Hour + time.Duration(m)*time.Minute
	return d, ok && err1 == nil && err2 == nil && n >= 0 && n <= 48 && m >= 0 && m < 60 && d >= time.Minute && d <= 48*time.Hour
}

// moment reads the operator's own form in Turkish time, or ISO 8601.
func moment(s string) (time.Time, bool) {
	for _, layout := range []string{"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05"} {
		if t, err := time.ParseInLocation(layout, s, outside.Istanbul); err == nil {
			return t, true
		}
	}
	t, err := time.Parse(time.RFC3339, s)
	return t, err == nil
}
