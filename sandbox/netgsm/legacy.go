package netgsm

import (
	"bytes"
	"encoding/xml"
	"io"
	"net/http"
	"strings"
)

// xmlRequest is every legacy body: a header with the credentials, and a body.
type xmlRequest struct {
	Header struct {
		Company struct {
			Dil string `xml:"dil,attr"`
		} `xml:"company"`
		Usercode  string `xml:"usercode"`
		Password  string `xml:"password"`
		Type      string `xml:"type"`
		MsgHeader string `xml:"msgheader"`
		Start     string `xml:"startdate"`
		Stop      string `xml:"stopdate"`
		Filter    string `xml:"filter"`
		Encoding  string `xml:"encoding"`
		TaskID    string `xml:"gorevid"`
		Stip      string `xml:"stip"`
		Tip       string `xml:"tip"`
	} `xml:"header"`
	Body struct {
		Msg    []string  `xml:"msg"`
		No     []string  `xml:"no"`
		MP     []xmlPair `xml:"mp"`
		Number []string  `xml:"number"`
	} `xml:"body"`
}

type xmlPair struct {
	Msg *string `xml:"msg"`
	No  *string `xml:"no"`
}

// readXML takes the bytes as UTF-8 whatever the prolog says: Netgsm's own
// samples declare ISO-8859-9 and write UTF-8.
func readXML(w http.ResponseWriter, r *http.Request, into *xmlRequest) bool {
	b, ok := readBody(w, r)
	if !ok {
		return false
	}
	d := xml.NewDecoder(bytes.NewReader(b))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	if err := d.Decode(into); err != nil {
		return false
	}
	h := &into.Header
	for _, f := range []*string{&h.Usercode, &h.Password, &h.Type, &h.Start, &h.Stop, &h.Filter, &h.Encoding, &h.TaskID, &h.Stip, &h.Tip} {
		*f = strings.TrimSpace(*f)
	}
	return true
}

// xmlSend is POST /sms/send/xml, one text to many (1:n) or pairs (n:n).
func (s *Server) xmlSend(w http.ResponseWriter, r *http.Request) {
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
	d := draft{
		header: h.MsgHeader, encoding: h.Encoding, filter: h.Filter, start: h.Start, stop: h.Stop, foreign: true,
	}
	if d.encoding == "" && strings.EqualFold(h.Company.Dil, "TR") {
		d.encoding = "TR"
	}
	switch h.Type {
	case "1:n":
		d.missing = len(in.Body.Msg) != 1
		for _, no := range in.Body.No {
			if !d.missing {
				d.items = append(d.items, item{number: strings.TrimSpace(no), text: in.Body.Msg[0]})
			}
		}
	case "n:n":
		for _, p := range in.Body.MP {
			if p.Msg == nil || p.No == nil {
				d.missing = true
				break
			}
			d.items = append(d.items, item{number: strings.TrimSpace(*p.No), text: *p.Msg})
		}
	default:
		d.missing = true
	}
	s.answerLegacy(w, a, d)
}

// formSend is /sms/send/get, by query or by form.
func (s *Server) formSend(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, bodyLimit)
	if err := r.ParseForm(); err != nil {
		writeText(w, "70")
		return
	}
	q := r.Form
	a := s.login(r, q.Get("usercode"), q.Get("password"), true)
	if a == nil {
		writeText(w, "30")
		return
	}
	d := draft{
		header: q.Get("msgheader"), encoding: q.Get("dil"), filter: q.Get("filter"),
		start: q.Get("startdate"), stop: q.Get("stopdate"), foreign: true,
		missing: !q.Has("message") || q.Get("gsmno") == "",
	}
	for no := range strings.SplitSeq(q.Get("gsmno"), ",") {
		d.items = append(d.items, item{number: strings.TrimSpace(no), text: q.Get("message")})
	}
	s.answerLegacy(w, a, d)
}

func (s *Server) answerLegacy(w http.ResponseWriter, a *account, d draft) {
	code, id := s.submit(a, d)
	if id == "" {
		writeText(w, code)
		return
	}
	writeText(w, code+" "+id)
}
