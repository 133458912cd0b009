package postaguvercini

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"

	"github.com/onay/onay/sms/internal/house"
)

const (
	layoutXML = "2006/01/02 15:04"
	xmlProlog = `<?xml version="1.0" encoding="UTF-8"?>`
)

var xmlHeader = http.Header{"Content-Type": {"text/xml; charset=utf-8"}}

func (c *Client) xmlRequest(path, root string, children func([]byte) []byte) request {
	b := append([]byte(xmlProlog), '<')
	b = append(append(b, root...), "><CLIENT"...)
	b = append(house.Attr(house.Attr(b, "user", c.cfg.Username), "pwd", c.cfg.Password), "/>"...)
	b = children(b)
	b = append(append(append(b, "</"...), root...), '>')
	return request{method: http.MethodPost, path: "/api_xml/" + path, header: xmlHeader, body: b}
}

// xmlSend is POST Sms_insreq.asp: INSERTMSG for one text to many phones,
// INSERT for each text otherwise.
func (c *Client) xmlSend(j job) request {
	times := func(b []byte) []byte {
		if !j.start.IsZero() {
			b = house.Attr(b, "dt", house.WireTime(j.start, layoutXML))
		}
		if !j.expire.IsZero() {
			b = house.Attr(b, "dt2", house.WireTime(j.expire, layoutXML))
		}
		return b
	}
	return c.xmlRequest("Sms_insreq.asp", "SMS-InsRequest", func(b []byte) []byte {
		if j.same && len(j.texts) > 1 {
			b = append(times(house.Attr(append(b, "<INSERTMSG"...), "text", j.texts[0].Body)), '>')
			for _, t := range j.texts {
				b = house.Element(b, "TO", t.To)
			}
			return append(b, "</INSERTMSG>"...)
		}
		for _, t := range j.texts {
			b = house.Attr(append(b, "<INSERT"...), "to", t.To)
			b = append(times(house.Attr(b, "text", t.Body)), "/>"...)
		}
		return b
	})
}

// xmlStatus is POST Sms_stareqx.asp, whose answer has the phone too.
func (c *Client) xmlStatus(ids []string) request {
	return c.xmlRequest("Sms_stareqx.asp", "SMS-StaRequest", func(b []byte) []byte {
		for _, id := range ids {
			b = append(house.Attr(append(b, "<STATUS"...), "id", id), "/>"...)
		}
		return b
	})
}

func (c *Client) xmlCredit() request {
	return c.xmlRequest("Cre_balreq.asp", "CREDIT-BalRequest", func(b []byte) []byte { return append(b, `<BALANCE req="1"/>`...) })
}

func (c *Client) xmlIdentity() request {
	return c.xmlRequest("Id_chkreq.asp", "ID-ChkRequest", func(b []byte) []byte { return append(b, `<ID req="1"/>`...) })
}

var errWord = regexp.MustCompile(`ERR\d{3,5}`)

// parseXML reads the known elements at any depth, as the name of the root is
// not proven. It reports false for what is not whole XML with one of them.
func parseXML(body []byte) (a answer, ok bool) {
	if house.IsHTML(body) {
		return answer{}, false
	}
	d := house.XMLDecoder(body)
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return a, ok
		}
		if err != nil {
			return answer{}, false
		}
		e, is := token.(xml.StartElement)
		if !is {
			continue
		}
		at := func(name string) string {
			for _, v := range e.Attr {
				if strings.EqualFold(v.Name.Local, name) {
					return strings.TrimSpace(v.Value)
				}
			}
			return ""
		}
		switch strings.ToUpper(e.Name.Local) {
		case "INSERT":
			ok = true
			r := row{id: at("id")}
			res, _ := bar(at("res"))
			if n, is := number(res); is && n != "0" {
				r.code = n
			} else if !is {
				r.words = res
			}
			a.rows = append(a.rows, r)
		case "STATUS":
			ok = true
			r := row{id: at("id"), phone: at("gsmno")}
			r.status, r.rest = bar(at("res"))
			a.rows = append(a.rows, r)
		case "BALANCE":
			ok = true
			a.credit, _ = bar(at("res"))
		case "ID":
			ok = true
			a.header = at("res")
		case "ERROR":
			var text string
			if d.DecodeElement(&text, &e) != nil {
				return answer{}, false
			}
			ok = true
			a.words = strings.TrimSpace(text)
			if a.code = errWord.FindString(text); a.code == "" {
				a.code, _ = number(text)
			}
			if a.code == "" || a.code == "0" {
				a.code = "ERROR"
			}
		}
	}
}
