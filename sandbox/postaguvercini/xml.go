package postaguvercini

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/onay/onay/sandbox/carrier"
)

const xmlLayout = "2006/01/02 15:04"

type xmlRequest struct {
	XMLName xml.Name
	Client  struct {
		User string `xml:"user,attr"`
		Pwd  string `xml:"pwd,attr"`
	} `xml:"CLIENT"`
	InsertMsg []struct {
		Text   string   `xml:"text,attr"`
		Inside string   `xml:"TEXT"`
		DT     string   `xml:"dt,attr"`
		DT2    string   `xml:"dt2,attr"`
		To     []string `xml:"TO"`
	} `xml:"INSERTMSG"`
	Insert []struct {
		To     string `xml:"to,attr"`
		Text   string `xml:"text,attr"`
		Inside string `xml:"TEXT"`
		DT     string `xml:"dt,attr"`
		DT2    string `xml:"dt2,attr"`
	} `xml:"INSERT"`
	Status []struct {
		ID string `xml:"id,attr"`
	} `xml:"STATUS"`
	Balance *struct{} `xml:"BALANCE"`
	ID      *struct{} `xml:"ID"`
}

// readXML honours the declaration; without one, the octets are UTF-8 if they
// can be, otherwise ISO-8859-9. Document types are refused.
func readXML(body []byte, into any) bool {
	if bytes.Contains(body, []byte("<!DOCTYPE")) {
		return false
	}
	d := xml.NewDecoder(bytes.NewReader(body))
	if !bytes.HasPrefix(bytes.TrimSpace(body), []byte("<?xml")) {
		d = xml.NewDecoder(strings.NewReader(decode(string(body))))
	}
	d.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		switch strings.ToLower(charset) {
		case "iso-8859-9", "windows-1254":
			b, err := io.ReadAll(in)
			var out strings.Builder
			for _, c := range b {
				if c < 0x80 {
					out.WriteByte(c)
				} else {
					// A lone octet is never UTF-8, so each is read in the right set.
					out.WriteString(decode(string([]byte{c})))
				}
			}
			return strings.NewReader(out.String()), err
		}
		return nil, fmt.Errorf("charset %q", charset)
	}
	return d.Decode(into) == nil
}

func xmlError(w http.ResponseWriter, root, text string) {
	write(w, "text/xml", http.StatusOK, "<"+root+"><ERROR>"+text+"</ERROR></"+root+">")
}

// xml serves all five documents: the root says which one it is, and the path
// has to agree with it.
func (c call) xml(w http.ResponseWriter, r *http.Request) {
	body, ok := readBody(w, r)
	var in xmlRequest
	if !ok || !readXML(body, &in) {
		xmlError(w, "SMS-Response", "ERR1050")
		return
	}
	path := strings.ToLower(r.URL.Path)
	root := map[string]string{"SMS-InsRequest": "ins", "SMS-StaRequest": "sta", "CREDIT-BalRequest": "bal", "ID-ChkRequest": "chk"}[in.XMLName.Local]
	answer := map[string]string{"bal": "CREDIT-BalResponse", "chk": "ID-ChkResponse"}[root]
	if answer == "" {
		answer = "SMS-Response"
	}
	if root == "" || !strings.Contains(path, "_"+root) {
		xmlError(w, answer, "ERR1050")
		return
	}
	h, errno := c.login(in.Client.User, in.Client.Pwd)
	if h == nil {
		xmlError(w, answer, fmt.Sprint(errno))
		return
	}
	var out strings.Builder
	switch root {
	case "ins":
		d, ok := c.xmlDraft(in)
		if !ok {
			xmlError(w, answer, "ERR1050")
			return
		}
		results, errno := c.submit(h, d)
		if errno != 0 {
			xmlError(w, answer, fmt.Sprint(errno))
			return
		}
		for _, x := range results {
			fmt.Fprintf(&out, `<INSERT id="%s" res="%d"/>`, x.id, x.errno)
		}
	case "sta":
		c.xmlStatus(&out, h, in, strings.Contains(path, "stareqx"))
	case "bal":
		fmt.Fprintf(&out, `<BALANCE res="%d"/>`, h.View().Credit)
	case "chk":
		name := ""
		if n := h.Settings().Headers; len(n) > 0 {
			name = n[0]
		}
		out.WriteString(`<ID res="` + escape(name) + `"/>`)
	}
	write(w, "text/xml", http.StatusOK, "<"+answer+">"+out.String()+"</"+answer+">")
}

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder does not fail
	return b.String()
}

func (c call) xmlDraft(in xmlRequest) (d draft, ok bool) {
	times := func(dt, dt2 string) bool {
		start, ok1 := parseTime(dt, xmlLayout)
		expire, ok2 := parseTime(dt2, xmlLayout)
		if start != nil {
			d.start = start
		}
		if expire != nil {
			d.expire = expire
		}
		return c.otp || ok1 && ok2
	}
	for _, m := range in.InsertMsg {
		if m.Text == "" {
			m.Text = m.Inside
		}
		if !times(m.DT, m.DT2) {
			return d, false
		}
		for _, to := range m.To {
			d.pairs = append(d.pairs, [2]string{to, m.Text})
		}
	}
	for _, m := range in.Insert {
		if m.Text == "" {
			m.Text = m.Inside
		}
		if !times(m.DT, m.DT2) {
			return d, false
		}
		d.pairs = append(d.pairs, [2]string{m.To, m.Text})
	}
	return d, len(d.pairs) > 0 && len(d.pairs) <= maxRecipients
}

func (c call) xmlStatus(out *strings.Builder, h *carrier.Holder, in xmlRequest, phones bool) {
	for _, s := range in.Status {
		status, at, phone, _ := c.state(h, s.ID)
		if at != "" {
			status += "|" + at
		}
		fmt.Fprintf(out, `<STATUS id="%s" res="%s"`, escape(s.ID), status)
		if phones {
			fmt.Fprintf(out, ` gsmno="%s"`, phone)
		}
		out.WriteString("/>")
	}
}
