package netgsm

import (
	"encoding/xml"
	"net/http"
	"strings"
	"time"

	"github.com/onay/onay/sandbox/outside"
)

// otpLimit is the longest text of a code; it may not take a second message.
const otpLimit = 160

// errors of the OTP calls, as the XML form words them.
var otpErrors = map[string]string{
	"20": "Mesaj metni hatali veya 160 karakterden uzun",
	"30": "Gecersiz kullanici adi, sifre veya API erisim izni yok",
	"40": "Mesaj basligi tanimli degil",
	"50": "Numara formati hatali",
	"60": "Hesabinizda OTP SMS Paketi tanimli degil",
	"70": "Hatali veya eksik parametre",
	"80": "Gonderim limiti asildi",
}

// sendCode checks a code in the order in which Netgsm complains, sends it at
// once and gives the task id, or the code of the refusal. Blacklist, İYS and
// the duplicate rule do not apply to codes.
func (s *Server) sendCode(a *account, header, text, number string) (code, id string) {
	set := a.settings.Load()
	if !hasHeader(set, header) {
		return "40", ""
	}
	body := gsm.received(text)
	used := gsm.used(body)
	if strings.TrimSpace(body) == "" || used > otpLimit {
		return "20", ""
	}
	no, ok := national(number)
	if !ok {
		return "50", ""
	}
	if !set.OTPPackage {
		return "60", ""
	}
	now := s.now()
	if !a.allow(&a.otpRate, now) {
		return "80", ""
	}
	final := scripted(no)
	if final == statusBlacklist || final == statusIYS {
		final = statusDelivered
	}
	if !a.charge(&a.otpCredit, 1) {
		final = statusNoCredit
	}
	j := &job{
		id: s.jobs.newID(now), owner: a, header: header, start: now,
		released: true, ready: now.Add(s.cfg.ReportDelay),
		rows: []row{{number: no, final: final, parts: 1}},
	}
	s.jobs.put(j)
	if final == statusDelivered {
		s.core.Phones.Add("+90"+no, outside.Message{
			At: now.UTC().Truncate(time.Millisecond), Sender: header, Body: body, Provider: System, Suffix: suffix, Parts: 1,
		})
	}
	return "00", j.id
}

func (s *Server) restOTP(w http.ResponseWriter, r *http.Request) {
	a := s.basic(r)
	if a == nil {
		refuse(w, "30", otpErrors["30"])
		return
	}
	var in struct {
		Header *string `json:"msgheader"`
		Msg    *string `json:"msg"`
		No     *string `json:"no"`
	}
	if !readJSON(w, r, &in) || in.Header == nil || in.Msg == nil || in.No == nil {
		refuse(w, "70", otpErrors["70"])
		return
	}
	code, id := s.sendCode(a, *in.Header, *in.Msg, *in.No)
	if id == "" {
		refuse(w, code, otpErrors[code])
		return
	}
	// The capital I is Netgsm's own: send says jobid, this call jobId.
	writeJSON(w, http.StatusOK, struct {
		Code        string `json:"code"`
		JobID       string `json:"jobId"`
		Description string `json:"description"`
	}{code, id, "success"})
}

// xmlOTP is the legacy call; it answers XML, and a success is one digit.
func (s *Server) xmlOTP(w http.ResponseWriter, r *http.Request) {
	var in xmlRequest
	if !readXML(w, r, &in) {
		writeOTP(w, "70", "")
		return
	}
	if len(in.Body.No) > 1 || len(in.Body.Msg) > 1 {
		in.Body.No = []string{strings.Join(in.Body.No, ",")} // a list is no number: 50
	}
	h := in.Header
	s.legacyOTP(w, r, h.Usercode, h.Password, h.MsgHeader, first(in.Body.Msg), first(in.Body.No))
}

// getOTP answers XML as well, since November 2025.
func (s *Server) getOTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	get := func(k string) *string {
		if !q.Has(k) {
			return nil
		}
		v := q.Get(k)
		return &v
	}
	s.legacyOTP(w, r, q.Get("usercode"), q.Get("password"), q.Get("msgheader"), get("msg"), get("no"))
}

func (s *Server) legacyOTP(w http.ResponseWriter, r *http.Request, user, pass, header string, msg, no *string) {
	a := s.login(r, user, pass, true)
	switch {
	case a == nil:
		writeOTP(w, "30", "")
	case header == "" || msg == nil || no == nil:
		writeOTP(w, "70", "")
	default:
		code, id := s.sendCode(a, header, *msg, strings.TrimSpace(*no))
		writeOTP(w, code, id)
	}
}

func writeOTP(w http.ResponseWriter, code, id string) {
	type main struct {
		Code  string `xml:"code"`
		JobID string `xml:"jobID,omitempty"`
		Error string `xml:"error,omitempty"`
	}
	out := struct {
		XMLName xml.Name `xml:"xml"`
		Main    main     `xml:"main"`
	}{Main: main{Code: code, Error: otpErrors[code]}}
	if id != "" {
		out.Main = main{Code: "0", JobID: id}
	}
	b, err := xml.Marshal(out)
	if err != nil {
		http.Error(w, "answer could not be written", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/xml; charset=UTF-8")
	_, _ = w.Write(append([]byte(`<?xml version="1.0"?>`), b...))
}

func first(list []string) *string {
	if len(list) == 0 {
		return nil
	}
	return &list[0]
}
