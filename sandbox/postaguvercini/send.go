package postaguvercini

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/onay/onay/sandbox/carrier"
	"github.com/onay/onay/sandbox/outside"
)

// The errno values this house gives.
const (
	noError     = 0
	badUser     = -1001
	badPassword = -1002
	badGSM      = -1003
	badText     = -1004
	badID       = -1005
	wrongLogin  = 10
	noCredit    = 20
)

var errTexts = map[int]string{
	badUser: "Kullanici adi gecersiz", badPassword: "Sifre gecersiz", badGSM: "GSM no gecersiz",
	badText: "Text parametresi gecersiz", badID: "message_id gecersiz",
	wrongLogin: "Kullanici adi veya sifre yanlis", noCredit: "Yeterli kredi yok",
}

const (
	otpValidity  = 3 * time.Minute
	bulkValidity = 24 * time.Hour
	// repeatWindow is how long a text counts as a repeat on the bulk host; the
	// real one is not known.
	repeatWindow = 24 * time.Hour

	maxRecipients  = 800
	maxPlain       = 480
	maxUnicode     = 268
	tooLong        = "-205"
	tooLongTurkish = "-447"
	badExpiry      = "-203"
	badSenderName  = "-441"
)

// draft is a send in any of the four styles. A pair has phone and text.
type draft struct {
	pairs         [][2]string
	start, expire *time.Time
	originator    string // of JSON
}

// result is the answer about one recipient.
type result struct {
	id     string
	errno  int
	charge int
}

// login says with which errno a caller is turned away, or 0.
func (s *Server) login(user, password string) (*carrier.Holder, int) {
	switch {
	case user == "":
		return nil, badUser
	case password == "":
		return nil, badPassword
	}
	h := s.carrier.Accounts.Login(user, password)
	if h == nil || h.Settings().Disabled {
		return nil, wrongLogin
	}
	return h, noError
}

// submit takes a send. A bad number is a refusal of its own; an empty text and
// missing credit refuse the whole.
func (c call) submit(h *carrier.Holder, d draft) ([]result, int) {
	if len(d.pairs) == 0 {
		return nil, badGSM
	}
	now := c.carrier.Now()
	b := &carrier.Batch{Owner: h, Code: c.otp, Start: now, Expire: now.Add(otpValidity)}
	set := h.Settings()
	if len(set.Headers) > 0 {
		b.Sender = set.Headers[0]
	}
	ending := "" // a status that the whole send ends with
	if d.originator != "" {
		if b.Sender = d.originator; !set.HasHeader(d.originator) {
			ending = badSenderName
		}
	}
	if !c.otp {
		if d.start != nil && d.start.After(now) {
			b.Start = *d.start
		}
		b.Expire = b.Start.Add(bulkValidity)
		if d.expire != nil && d.expire.Before(b.Expire) {
			b.Expire = *d.expire
		}
		if !b.Expire.After(b.Start) {
			ending = badExpiry
		}
		if set.Checks == "consent" {
			b.Commercial = "BIREYSEL"
		}
	}
	out := make([]result, len(d.pairs))
	total := 0
	for i, p := range d.pairs {
		if strings.TrimSpace(p[1]) == "" {
			return nil, badText
		}
		to, ok := carrier.Mobile(p[0])
		if !ok {
			out[i].errno = badGSM
			continue
		}
		coding := carrier.Needs(p[1])
		if coding == carrier.Turkish {
			coding = carrier.Unicode // there is no shift table here
		}
		r := carrier.Row{To: to, Body: p[1], Parts: coding.Parts(p[1])}
		// What the house finds out later is a status and no refusal.
		status := ending
		switch units := coding.Units(p[1]); {
		case status != "":
		case coding == carrier.Unicode && units > maxUnicode:
			status = tooLongTurkish
		case units > maxPlain:
			status = tooLong
		}
		if status != "" {
			r.Ref, r.Fate = status, carrier.Refused
		} else if !c.otp && (h.Repeated(to, b.Sender, p[1], now, repeatWindow) || slices.ContainsFunc(b.Rows, func(x carrier.Row) bool { return x.To == to && x.Body == p[1] })) {
			r.Fate = carrier.Duplicate
		}
		total += r.Parts
		out[i].charge = r.Parts
		b.Rows = append(b.Rows, r)
	}
	if !h.Charge(int64(total)) {
		return nil, noCredit
	}
	rows := 0
	for i := range out {
		if out[i].errno != 0 {
			continue
		}
		r := &b.Rows[rows]
		r.ID = fmt.Sprintf("PG-%08X", c.carrier.NextID())
		out[i].id = r.ID
		if !c.otp && r.Fate == carrier.Waiting {
			h.Note(r.To, b.Sender, r.Body, now)
		}
		rows++
	}
	if rows > 0 {
		c.carrier.Put(b)
	}
	return out, noError
}

// The numbers of a message on its way, and of its ends.
var statuses = map[carrier.Fate]string{
	carrier.Waiting: "120", carrier.Sending: "300", carrier.Delivered: "400", carrier.TimedOut: "403",
	carrier.WrongNumber: "404", carrier.Refused: "409", carrier.Duplicate: "-202", carrier.Blacklisted: "-242",
	carrier.NotListed: "-243", carrier.NoConsent: "-241", carrier.Cancelled: "-250", carrier.Outlived: badExpiry,
}

const (
	unknownHere = "420"
	notYours    = "-20"
	statusTime  = "20060102 15:04"
)

// state tells the status of an id, when it came, and to which phone.
func (c call) state(h *carrier.Holder, id string) (status, at, phone string, final bool) {
	s, ok := c.carrier.FindState(h, id)
	if !ok {
		if c.carrier.Find(id) != nil {
			return notYours, "", "", true
		}
		return unknownHere, "", "", true
	}
	status = statuses[s.Fate]
	if s.Fate == carrier.Refused && s.Ref != "" {
		status = s.Ref
	}
	final = s.Fate != carrier.Waiting && s.Fate != carrier.Sending
	if final {
		at = s.At.In(outside.Istanbul).Format(statusTime)
	}
	return status, at, strings.TrimPrefix(s.To, "+"), final
}

func parseTime(s string, layouts ...string) (*time.Time, bool) {
	if s = strings.TrimSpace(s); s == "" {
		return nil, true
	}
	for _, l := range layouts {
		if t, err := time.ParseInLocation(l, s, outside.Istanbul); err == nil {
			return &t, true
		}
	}
	return nil, false
}
