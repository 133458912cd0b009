package postaguvercini

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/onay/onay/sandbox/carrier"
)

const textPlain = "text/plain; charset=utf-8"

// params merges query and body, as a POST may be divided between them.
func params(w http.ResponseWriter, r *http.Request) url.Values {
	q, _ := url.ParseQuery(r.URL.RawQuery) // what can be read counts
	if r.Method == http.MethodPost {
		if b, ok := readBody(w, r); ok {
			f, _ := url.ParseQuery(string(b))
			for k, v := range f {
				q[k] = append(q[k], v...)
			}
		}
	}
	for _, vs := range q {
		for i, v := range vs {
			vs[i] = decode(v)
		}
	}
	return q
}

// decode reads octets as UTF-8 if they are, otherwise as ISO-8859-9.
func decode(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		r := rune(s[i])
		if t, ok := map[rune]rune{0xd0: 'Ğ', 0xdd: 'İ', 0xde: 'Ş', 0xf0: 'ğ', 0xfd: 'ı', 0xfe: 'ş'}[r]; ok {
			r = t
		}
		b.WriteRune(r)
	}
	return b.String()
}

func refuse(w http.ResponseWriter, errno int) {
	write(w, textPlain, http.StatusOK, fmt.Sprintf("errno=%d&errtext=%s", errno, errTexts[errno]))
}

func (c call) httpLogin(w http.ResponseWriter, q url.Values) *carrier.Holder {
	h, errno := c.login(q.Get("user"), q.Get("password"))
	if h == nil {
		refuse(w, errno)
	}
	return h
}

// httpSend is sendsms.asp and sendbulksms.asp: one text, one or more gsm. Both
// answer in groups of four fields.
func (c call) httpSend(w http.ResponseWriter, r *http.Request) {
	q := params(w, r)
	h := c.httpLogin(w, q)
	if h == nil {
		return
	}
	many := strings.HasSuffix(strings.ToLower(r.URL.Path), "sendbulksms.asp")
	var d draft
	for _, gsm := range q["gsm"] {
		d.pairs = append(d.pairs, [2]string{gsm, q.Get("text")})
	}
	if len(d.pairs) > maxRecipients || len(d.pairs) > 1 && !many {
		refuse(w, badGSM)
		return
	}
	var ok1, ok2 bool
	d.start, ok1 = parseTime(q.Get("dt"), "20060102 15:04")
	d.expire, ok2 = parseTime(q.Get("dt2"), "20060102 15:04")
	if !c.otp && (!ok1 || !ok2) {
		refuse(w, badText)
		return
	}
	results, errno := c.submit(h, d)
	if errno != 0 {
		refuse(w, errno)
		return
	}
	if !many && results[0].errno != 0 {
		refuse(w, results[0].errno)
		return
	}
	groups := make([]string, len(results))
	for i, x := range results {
		groups[i] = fmt.Sprintf("errno=%d&errtext=%s&message_id=%s&charge=%d", x.errno, errTexts[x.errno], x.id, x.charge)
	}
	write(w, textPlain, http.StatusOK, strings.Join(groups, "&"))
}

func (c call) httpQuery(w http.ResponseWriter, r *http.Request) {
	q := params(w, r)
	h := c.httpLogin(w, q)
	if h == nil {
		return
	}
	id := q.Get("message_id")
	if id == "" {
		refuse(w, badID)
		return
	}
	status, at, _, _ := c.state(h, id)
	if at != "" {
		status += "|" + at
	}
	write(w, textPlain, http.StatusOK, "errno=0&errtext=&status="+status)
}

func (c call) httpCredit(w http.ResponseWriter, r *http.Request) {
	if h := c.httpLogin(w, params(w, r)); h != nil {
		write(w, textPlain, http.StatusOK, fmt.Sprintf("errno=0&errtext=&credit=%d", h.View().Credit))
	}
}
