package netgsm

import (
	"net/http"
	"strings"
)

// restHeaders spells "describtion" as the real one does.
func (s *Server) restHeaders(w http.ResponseWriter, r *http.Request) {
	a := s.basic(r)
	if a == nil {
		refuse(w, "30", describe["30"])
		return
	}
	headers := a.settings.Load().Headers
	if len(headers) == 0 {
		refuse(w, "70", "no msgheader")
		return
	}
	writeJSON(w, http.StatusOK, struct {
		Code        string   `json:"code"`
		Headers     []string `json:"msgheaders"`
		Description string   `json:"describtion"`
	}{"00", headers, "Success"})
}

func (s *Server) jsonHeaders(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Usercode string `json:"usercode"`
		Password string `json:"password"`
	}
	ok := readJSON(w, r, &in)
	a := s.login(r, in.Usercode, in.Password, true)
	if !ok || a == nil {
		writeJSON(w, http.StatusOK, map[string]string{"code": "30", "error": otpErrors["30"]})
		return
	}
	writeJSON(w, http.StatusOK, map[string][]string{"msgheader": a.settings.Load().Headers})
}

func (s *Server) getHeaders(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	a := s.login(r, q.Get("usercode"), q.Get("password"), true)
	if a == nil {
		writeText(w, "30")
		return
	}
	writeText(w, strings.Join(a.settings.Load().Headers, "<br>"))
}

// restLength counts a text without the operator suffix and without asking who
// wants to know.
func (s *Server) restLength(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Context  string `json:"context"`
		Encoding int    `json:"encoding"`
	}
	if !readJSON(w, r, &in) {
		refuse(w, "70", describe["70"])
		return
	}
	enc := unicode
	switch in.Encoding {
	case 0:
		enc = gsm
	case 11:
		enc = turkish
	}
	used := enc.used(in.Context)
	single, part := enc.sizes()
	parts, room := 1, single
	if used > single {
		parts = (used + part - 1) / part
		room = parts * part
	}
	writeJSON(w, http.StatusOK, map[string]int{
		"parts": parts, "charsUsed": used, "charsLeft": maxParts*part - used, "charsLeftUntilNextPart": room - used,
	})
}
