package postaguvercini

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/onay/onay/sms/internal/house"
)

const (
	soapSpace  = "http://83.66.137.24/PgApiWs" // without a slash at its end
	soapPath   = "/api_ws/smsservice.asmx"
	layoutSOAP = "2006-01-02T15:04:05" // no zone means Turkish local time
)

func (c *Client) soapRequest(operation string, arguments func([]byte) []byte) request {
	b := []byte(`<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"` +
		` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soap:Body><` + operation + ` xmlns="` + soapSpace + `">`)
	b = house.Element(house.Element(b, "Username", c.cfg.Username), "Password", c.cfg.Password)
	if arguments != nil {
		b = arguments(b)
	}
	b = append(b, "</"+operation+"></soap:Body></soap:Envelope>"...)
	return request{method: http.MethodPost, path: soapPath, body: b, header: http.Header{
		"Content-Type": {"text/xml; charset=utf-8"},
		"SOAPAction":   {`"` + soapSpace + "/" + operation + `"`},
	}}
}

// soapTime writes a nullable dateTime: nil stands for "now".
func soapTime(b []byte, name string, t time.Time) []byte {
	if t.IsZero() {
		return append(b, "<"+name+` xsi:nil="true"/>`...)
	}
	return house.Element(b, name, house.WireTime(t, layoutSOAP))
}

func soapStrings(b []byte, name string, values []string) []byte {
	b = append(b, "<"+name+">"...)
	for _, v := range values {
		b = house.Element(b, "string", v)
	}
	return append(b, "</"+name+">"...)
}

// soapSend is SmsInsert_1_N or SmsInsert_N_N; Recepients is their spelling.
func (c *Client) soapSend(j job) request {
	phones, bodies := make([]string, len(j.texts)), make([]string, len(j.texts))
	for i, t := range j.texts {
		phones[i], bodies[i] = t.To, t.Body
	}
	operation := "SmsInsert_N_N"
	if j.same {
		operation = "SmsInsert_1_N"
	}
	return c.soapRequest(operation, func(b []byte) []byte {
		b = soapTime(soapTime(b, "SendDate", j.start), "ExpireDate", j.expire)
		b = soapStrings(b, "Recepients", phones)
		if j.same {
			return house.Element(b, "Message", bodies[0])
		}
		return soapStrings(b, "Messages", bodies)
	})
}

func (c *Client) soapStatus(ids []string) request {
	return c.soapRequest("SmsStatus", func(b []byte) []byte { return soapStrings(b, "MessageIds", ids) })
}

// parseSOAP reads the strings of the result: each is an id, a number of the
// errno table, or a status. A scalar result is one string. A fault of the
// client is code "soap:Client"; any other fault is not readable.
func parseSOAP(body []byte) (a answer, ok bool) {
	d := house.XMLDecoder(body)
	fault, inResult, envelope := "", false, false
	var strs []string
	var scalar strings.Builder
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return answer{}, false
		}
		switch e := token.(type) {
		case xml.StartElement:
			name := e.Name.Local
			switch {
			case !envelope:
				// A page is no envelope, although it may have a body too.
				if envelope = name == "Envelope"; !envelope {
					return answer{}, false
				}
			case name == "faultcode", name == "faultstring", name == "Value", name == "Text":
				var text string
				if d.DecodeElement(&text, &e) != nil {
					return answer{}, false
				}
				fault += text + " "
			case inResult:
				var text string
				if d.DecodeElement(&text, &e) != nil {
					return answer{}, false
				}
				strs = append(strs, strings.TrimSpace(text))
			case strings.HasSuffix(name, "Result"):
				ok, inResult = true, true
			}
		case xml.EndElement:
			inResult = inResult && !strings.HasSuffix(e.Name.Local, "Result")
		case xml.CharData:
			if inResult {
				scalar.Write(e)
			}
		}
	}
	if fault != "" {
		if strings.Contains(fault, "Client") || strings.Contains(fault, "Sender") {
			return answer{code: "soap:Client", words: strings.TrimSpace(fault)}, true
		}
		return answer{}, false
	}
	if s := strings.TrimSpace(scalar.String()); len(strs) == 0 && s != "" {
		strs = []string{s}
	}
	for _, s := range strs {
		a.rows = append(a.rows, soapRow(s))
	}
	return a, ok
}

// soapRow looks the string up in the errno table first, as clients do.
func soapRow(s string) row {
	if n, is := number(s); is {
		if m, known := codes[n]; known && m.Kind != "" || strings.HasPrefix(n, "-") {
			return row{code: n}
		}
	}
	return row{id: s}
}
