package postaguvercini

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/onay/onay/sandbox/carrier"
)

const soapSpace = "http://83.66.137.24/PgApiWs"

// nullable is an xsd:dateTime that may be nil, empty or missing.
type nullable struct {
	Nil  string `xml:"nil,attr"`
	Text string `xml:",chardata"`
}

func (n nullable) time() (*time.Time, bool) {
	if n.Nil == "true" || n.Nil == "1" {
		return nil, true
	}
	if t, err := time.Parse(time.RFC3339, strings.TrimSpace(n.Text)); err == nil {
		return &t, true
	}
	return parseTime(n.Text, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04:05", "2006-01-02T15:04")
}

type soapCall struct {
	XMLName    xml.Name
	Username   string
	Password   string
	SendDate   nullable
	ExpireDate nullable
	Recepients struct {
		S []string `xml:"string"`
	}
	Message  string
	Messages struct {
		S []string `xml:"string"`
	}
	MessageIds struct {
		S []string `xml:"string"`
	}
}

type soapEnvelope struct {
	XMLName xml.Name `xml:"Envelope"`
	Body    struct {
		Call soapCall `xml:",any"`
	} `xml:"Body"`
}

func fault(w http.ResponseWriter, space, text string) {
	write(w, "text/xml; charset=utf-8", http.StatusInternalServerError, `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="`+space+
		`"><soap:Body><soap:Fault><faultcode>soap:Client</faultcode><faultstring>`+escape(text)+`</faultstring></soap:Fault></soap:Body></soap:Envelope>`)
}

// soap serves the five operations; the first element of the body says which.
func (c call) soap(w http.ResponseWriter, r *http.Request) {
	const soap11 = "http://schemas.xmlsoap.org/soap/envelope/"
	body, ok := readBody(w, r)
	var in soapEnvelope
	if !ok || !readXML(body, &in) {
		fault(w, soap11, "Server was unable to read request.")
		return
	}
	op := in.Body.Call
	space := in.XMLName.Space
	if space == "" {
		space = soap11
	}
	if op.XMLName.Space != soapSpace {
		fault(w, space, "Server did not recognize the value of HTTP Header SOAPAction.")
		return
	}
	name := op.XMLName.Local
	answer := ""
	strs := func(values ...string) {
		for _, v := range values {
			answer += "<string>" + escape(v) + "</string>"
		}
	}
	h, errno := c.login(op.Username, op.Password)
	switch name {
	case "SmsInsert_1_N", "SmsInsert_N_N":
		if h == nil {
			strs(fmt.Sprint(errno))
			break
		}
		strs(c.soapSend(h, op)...)
	case "SmsStatus":
		if h == nil {
			strs(fmt.Sprint(errno))
			break
		}
		for _, id := range op.MessageIds.S {
			status, at, _, _ := c.state(h, id)
			if at != "" {
				status += "|" + at
			}
			strs(status)
		}
	case "CreditBalance":
		// The real answer to a wrong login is not known; a negative one cannot be
		// taken for a balance.
		if answer = fmt.Sprint(badPassword); h != nil {
			answer = fmt.Sprint(h.View().Credit)
		}
	case "IdCheck":
		if answer = fmt.Sprint(wrongLogin); h != nil {
			answer = ""
			if n := h.Settings().Headers; len(n) > 0 {
				answer = escape(n[0])
			}
		}
	default:
		fault(w, space, "Server did not recognize the value of HTTP Header SOAPAction.")
		return
	}
	write(w, "text/xml; charset=utf-8", http.StatusOK, `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="`+space+`"><soap:Body><`+name+
		`Response xmlns="`+soapSpace+`"><`+name+`Result>`+answer+`</`+name+`Result></`+name+`Response></soap:Body></soap:Envelope>`)
}

// soapSend gives a string for each recipient: an id, or an errno.
func (c call) soapSend(h *carrier.Holder, op soapCall) []string {
	start, ok1 := op.SendDate.time()
	expire, ok2 := op.ExpireDate.time()
	nn := op.XMLName.Local == "SmsInsert_N_N"
	to := op.Recepients.S
	if !c.otp && (!ok1 || !ok2) || nn && len(op.Messages.S) != len(to) || len(to) > maxRecipients {
		return []string{fmt.Sprint(badText)}
	}
	d := draft{start: start, expire: expire}
	for i, no := range to {
		text := op.Message
		if nn {
			text = op.Messages.S[i]
		}
		d.pairs = append(d.pairs, [2]string{no, text})
	}
	results, errno := c.submit(h, d)
	if errno != 0 {
		return []string{fmt.Sprint(errno)}
	}
	out := make([]string, len(results))
	for i, x := range results {
		if out[i] = x.id; x.errno != 0 {
			out[i] = fmt.Sprint(x.errno)
		}
	}
	return out
}
