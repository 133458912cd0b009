package postaguvercini

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/text/encoding/charmap"

	"github.com/onay/onay/sms/internal/house"
)

const layoutHTTP = "20060102 15:04" // of JSON too

var formHeader = http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}

// form writes name=value pairs in their order, percent-encoded as ISO-8859-9.
type form struct{ strings.Builder }

func (f *form) add(name, value string) {
	if f.Len() > 0 {
		f.WriteByte('&')
	}
	f.WriteString(name)
	f.WriteByte('=')
	f.WriteString(url.QueryEscape(value))
}

// latin5 gives the octets of ISO-8859-9, and the first character it has not.
func latin5(text string) (octets string, bad rune, ok bool) {
	var b strings.Builder
	for _, r := range text {
		c, ok := charmap.ISO8859_9.EncodeRune(r)
		if !ok {
			return "", r, false
		}
		b.WriteByte(c)
	}
	return b.String(), 0, true
}

func (c *Client) login() *form {
	f := &form{}
	f.add("user", c.cfg.Username)
	f.add("password", c.cfg.Password)
	return f
}

func post(path string, f *form) request {
	return request{method: http.MethodPost, path: "/api_http/" + path, header: formHeader, body: []byte(f.String())}
}

// httpSend is POST sendsms.asp for one phone, sendbulksms.asp for many. There
// is no call for many texts.
func (c *Client) httpSend(j job) (request, error) {
	text, bad, ok := latin5(j.texts[0].Body)
	if !ok {
		return request{}, fmt.Errorf("ISO-8859-9 has no %q", bad)
	}
	path := "sendsms.asp"
	if len(j.texts) > 1 {
		path = "sendbulksms.asp"
	}
	f := c.login()
	for _, t := range j.texts {
		f.add("gsm", t.To)
	}
	f.add("text", text)
	if !j.start.IsZero() {
		f.add("dt", house.WireTime(j.start, layoutHTTP))
	}
	if !j.expire.IsZero() {
		f.add("dt2", house.WireTime(j.expire, layoutHTTP))
	}
	return post(path, f), nil
}

func (c *Client) httpStatus(id string) request {
	f := c.login()
	f.add("message_id", id)
	return post("querysms.asp", f)
}

// httpCredit is the one call that is only seen with GET.
func (c *Client) httpCredit() request {
	return request{method: http.MethodGet, path: "/api_http/querycredit.asp?" + c.login().String()}
}

// parseHTTP reads groups of name=value pairs; each errno begins a group. A
// call for many phones gives a group for each, or one group with all ids.
func parseHTTP(body []byte) (answer, bool) {
	text := strings.TrimSpace(house.Latin5(body))
	if len(text) == 0 || text[0] == '<' {
		return answer{}, false
	}
	type group struct {
		errno, text, status, rest, credit string
		ids, charges                      []string
	}
	var groups []group
	for pair := range strings.SplitSeq(text, "&") {
		name, value, _ := strings.Cut(pair, "=")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		if name == "errno" {
			n, ok := number(value)
			if !ok {
				return answer{}, false
			}
			groups = append(groups, group{errno: n})
			continue
		}
		if len(groups) == 0 {
			return answer{}, false // every answer begins with errno
		}
		g := &groups[len(groups)-1]
		switch name {
		case "errtext":
			g.text = value
		case "message_id":
			g.ids = append(g.ids, value)
		case "charge":
			g.charges = append(g.charges, value)
		case "status":
			g.status, g.rest = bar(value)
		case "credit":
			g.credit = value
		}
	}
	if len(groups) == 1 && groups[0].errno != "0" {
		return answer{code: groups[0].errno, words: groups[0].text}, true
	}
	var a answer
	for _, g := range groups {
		if g.credit != "" {
			a.credit = g.credit
		}
		r := row{status: g.status, rest: g.rest}
		if g.errno != "0" {
			r.code, r.words = g.errno, g.text
		}
		if len(g.ids) == 0 {
			g.ids = []string{""}
		}
		for i, id := range g.ids {
			r.id = id
			if r.charge = ""; i < len(g.charges) {
				r.charge = g.charges[i]
			}
			a.rows = append(a.rows, r)
		}
	}
	return a, len(groups) > 0
}

// bar divides a status value at its first bar.
func bar(v string) (status, rest string) {
	status, rest, _ = strings.Cut(v, "|")
	return strings.TrimSpace(status), strings.TrimSpace(rest)
}

// number reads an integer and writes it without leading zeros.
func number(s string) (string, bool) {
	s = strings.TrimSpace(s)
	digits := strings.TrimPrefix(s, "-")
	if digits == "" || len(digits) > 9 || strings.Trim(digits, "0123456789") != "" {
		return "", false
	}
	minus := s[:len(s)-len(digits)]
	if digits = strings.TrimLeft(digits, "0"); digits == "" {
		return "0", true
	}
	return minus + digits, true
}
