package netgsm

import (
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/onay/onay/sandbox/outside"
)

// draft is a task as read from any of the three send calls.
type draft struct {
	header, encoding, filter string
	start, stop              string
	items                    []item
	foreign                  bool // the legacy calls also take 00 and a country code
	missing                  bool // a member that must be there is not
}

type item struct {
	number, text, ref string
}

var describe = map[string]string{
	"01": "start date corrected", "02": "stop date corrected", "00": "queued",
	"20": "message text", "30": "invalid credentials or permission", "40": "msgheader not defined",
	"50": "IYS controlled send not allowed", "51": "IYS brand not defined", "60": "not found",
	"70": "invalid parameter", "80": "limit exceeded", "85": "duplicate limit exceeded",
}

// submit checks a task in the order in which Netgsm complains and accepts it.
func (s *Server) submit(a *account, d draft) (code, id string) {
	set := a.settings.Load()
	enc, known := parseEncoding(d.encoding)
	if d.missing || !known || d.header == "" || len(d.items) == 0 ||
		!slices.Contains([]string{"", "0", "11", "12"}, d.filter) {
		return "70", ""
	}
	rows := make([]row, len(d.items))
	for i, it := range d.items {
		n, ok := recipient(it.number, d.foreign)
		if !ok {
			return "70", ""
		}
		rows[i] = row{number: n, text: enc.received(it.text), ref: it.ref}
	}
	if !hasHeader(set, d.header) {
		return "40", ""
	}
	for i := range rows {
		rows[i].parts = enc.parts(enc.used(rows[i].text))
		if strings.TrimSpace(rows[i].text) == "" || rows[i].parts > maxParts {
			return "20", ""
		}
	}
	if d.filter == "11" || d.filter == "12" {
		switch {
		case !set.IYSAllowed:
			return "50", ""
		case set.IYSBrand == "":
			return "51", ""
		}
	}
	now := s.now()
	if !set.Unlimited && !a.tasksAllowed(rows, now) {
		return "85", ""
	}
	start, code := window(d.start, d.stop, now)
	j := &job{id: s.jobs.newID(now), owner: a, header: d.header, filter: d.filter, enc: enc, start: start, rows: rows}
	s.jobs.put(j)
	if start.After(now) {
		s.schedule.at(start, func() { s.release(j) })
	} else {
		s.release(j)
	}
	return code, j.id
}

// tasksAllowed counts this task once for each number in it: twenty in a minute.
func (a *account) tasksAllowed(rows []row, now time.Time) bool {
	ok := true
	met := map[string]bool{}
	for _, r := range rows {
		if met[r.number] {
			continue
		}
		met[r.number] = true
		a.perNumber.update(r.number, func(times []time.Time, _ bool) []time.Time {
			times, free := slide(times, now, time.Minute, 20)
			ok = ok && free
			return times
		})
	}
	return ok
}

// release hands a task to the operators: each row gets its fate, and what is
// delivered rings on the phone.
func (s *Server) release(j *job) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.cancelled || j.released {
		return
	}
	j.released = true
	j.ready = j.start.Add(s.cfg.ReportDelay)
	for i := range j.rows {
		r := &j.rows[i]
		r.final = s.fate(j, r)
		if r.final == statusDelivered {
			s.core.Phones.Add(toE164(r.number), outside.Message{
				At: j.start.UTC(), Sender: j.header, Body: r.text, Provider: System, Suffix: suffix, Parts: r.parts,
			})
		}
		r.text = ""
	}
}

func (s *Server) fate(j *job, r *row) int {
	final := scripted(r.number)
	if final == statusIYS {
		kind := map[string]string{"11": "BIREYSEL", "12": "TACIR"}[j.filter]
		if kind == "" || s.cfg.HasConsent != nil && s.cfg.HasConsent(toE164(r.number), kind) {
			final = statusDelivered
		}
	}
	if j.owner.blacklist.has(r.number) {
		final = statusBlacklist
	}
	if final == statusBlacklist || final == statusIYS {
		return final
	}
	if !j.owner.settings.Load().Unlimited &&
		seenWithin(&j.owner.texts, textKey{r.number, r.text}, j.start, time.Hour) {
		return statusDuplicate
	}
	if !j.owner.charge(&j.owner.credit, int64(r.parts)) {
		return statusNoCredit
	}
	return final
}

func hasHeader(set *Account, header string) bool {
	n := utf8.RuneCountInString(header)
	return n >= 3 && n <= 11 && slices.Contains(set.Headers, header)
}

func recipient(in string, foreign bool) (string, bool) {
	if n, ok := national(in); ok {
		return n, true
	}
	if foreign && strings.HasPrefix(in, "00") && !strings.HasPrefix(in, "0090") &&
		len(in) >= 10 && len(in) <= 17 && strings.Trim(in, "0123456789") == "" {
		return in, true
	}
	return "", false
}

type restMessage struct {
	Msg *string `json:"msg"`
	No  *string `json:"no"`
	Ref string  `json:"referansID"`
}

func (s *Server) restSend(w http.ResponseWriter, r *http.Request) {
	a := s.basic(r)
	if a == nil {
		refuse(w, "30", describe["30"])
		return
	}
	var in struct {
		Header   string        `json:"msgheader"`
		Messages []restMessage `json:"messages"`
		Encoding string        `json:"encoding"`
		Filter   string        `json:"iysfilter"`
		Start    string        `json:"startdate"`
		Stop     string        `json:"stopdate"`
		Ref      string        `json:"referansID"`
	}
	if !readJSON(w, r, &in) {
		refuse(w, "70", describe["70"])
		return
	}
	d := draft{header: in.Header, encoding: in.Encoding, filter: in.Filter, start: in.Start, stop: in.Stop}
	for _, m := range in.Messages {
		if m.Msg == nil || m.No == nil {
			d.missing = true
			break
		}
		ref := m.Ref
		if ref == "" {
			ref = in.Ref
		}
		d.items = append(d.items, item{*m.No, *m.Msg, ref})
	}
	code, id := s.submit(a, d)
	if id == "" {
		refuse(w, code, describe[code])
		return
	}
	writeJSON(w, http.StatusOK, struct {
		Code        string `json:"code"`
		JobID       string `json:"jobid"`
		Description string `json:"description"`
	}{code, id, describe[code]})
}
