package netgsm

import (
	"net/http"
	"time"
)

// cancel takes back a task that has not begun.
func (s *Server) cancel(a *account, id string) bool {
	j := s.jobs.find(a, id)
	if j == nil {
		return false
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.cancelled || j.released {
		return false
	}
	j.cancelled = true
	return true
}

// move gives a waiting task a new start by taking it back and entering it
// again under the same id.
func (s *Server) move(a *account, id string, start time.Time) bool {
	old := s.jobs.find(a, id)
	if old == nil || !s.cancel(a, id) {
		return false
	}
	j := &job{id: old.id, owner: a, header: old.header, filter: old.filter, enc: old.enc, start: start, rows: old.rows}
	s.jobs.replace(j)
	s.schedule.at(start, func() { s.release(j) })
	return true
}

func (s *Server) restCancel(w http.ResponseWriter, r *http.Request) {
	a := s.basic(r)
	if a == nil {
		refuse(w, "30", describe["30"])
		return
	}
	var in struct {
		JobID string `json:"jobid"`
	}
	if !readJSON(w, r, &in) || in.JobID == "" {
		refuse(w, "70", describe["70"])
		return
	}
	if !s.cancel(a, in.JobID) {
		refuse(w, "60", describe["60"])
		return
	}
	writeJSON(w, http.StatusOK, struct {
		Code        string `json:"code"`
		JobID       string `json:"jobid"`
		Description string `json:"description"`
	}{"00", in.JobID, "success"})
}

// xmlEdit is the legacy call: type 0 cancels, type 1 moves.
func (s *Server) xmlEdit(w http.ResponseWriter, r *http.Request) {
	var in xmlRequest
	if !readXML(w, r, &in) {
		writeText(w, "70")
		return
	}
	h := in.Header
	a := s.login(r, h.Usercode, h.Password, true)
	switch {
	case a == nil:
		writeText(w, "30")
	case h.TaskID == "":
		writeText(w, "40")
	case h.Type == "0":
		if !s.cancel(a, h.TaskID) {
			writeText(w, "60")
			return
		}
		writeText(w, "00")
	case h.Type == "1":
		start, code := editWindow(h.Start, h.Stop, s.now())
		if code == "00" && !s.move(a, h.TaskID, start) {
			code = "60"
		}
		writeText(w, code)
	default:
		writeText(w, "42")
	}
}

// editWindow is strict where sending is lenient.
func editWindow(startdate, stopdate string, now time.Time) (time.Time, string) {
	start, startOK := parseDate(startdate, layout12)
	stop, stopOK := parseDate(stopdate, layout12)
	switch {
	case startdate == "":
		return start, "43"
	case stopdate == "":
		return start, "44"
	case !startOK:
		return start, "45"
	case !stopOK:
		return start, "46"
	case !start.After(now):
		return start, "47"
	case !stop.After(now):
		return start, "48"
	case stop.Sub(start) < time.Hour || stop.Sub(start) > maxWindow:
		return start, "49"
	}
	return start, "00"
}
