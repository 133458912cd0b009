package netgsm

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

func itoa(n int) string { return strconv.Itoa(n) }

// turkey is the zone of every date on the wire: UTC+3 without summer time.
var turkey = time.FixedZone("+03", 3*60*60)

// The layouts of dates, each with its place.
const (
	layoutSend   = "020120061504"        // startdate and stopdate of sending, 12 digits
	layoutInbox  = "02012006150405"      // query of the inbox, 14 digits
	layoutReport = "02.01.2006 15:04:05" // query of reports, rows of the inbox
	layoutISO    = "2006-01-02 15:04:05" // rows of reports and pushes, fractions may follow
)

// wireTime writes an instant in Turkish time, "" for the zero time.
func wireTime(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.In(turkey).Format(layout)
}

// readTime reads the layouts that come in answers; zero if it is none.
func readTime(s string) time.Time {
	s = strings.TrimSpace(s)
	for _, layout := range []string{layoutISO, layoutReport, "2006-01-02 15:04", "02.01.2006 15:04"} {
		// Go reads a fraction of a second after the layout by itself.
		if t, err := time.ParseInLocation(layout, s, turkey); err == nil {
			return t
		}
	}
	return time.Time{}
}

// flex is a JSON member that comes as text or as a number. Ids do not fit in
// 64 bits, so a number keeps its digits. null and other shapes are empty.
type flex string

func (f *flex) UnmarshalJSON(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	switch c := b[0]; {
	case c == '"':
		return json.Unmarshal(b, (*string)(f))
	case c == '-' || c >= '0' && c <= '9':
		*f = flex(b)
	}
	return nil
}

// answer is the common part of every answer.
type answer struct {
	code string
	id   string
	text string // the provider's words, for the log only
	html bool
}

// parseAnswer reads any of the three shapes: a JSON object, XML, or text such
// as "00 361126686" or "30". It reports false when it is none of them. A JSON
// object without a code gives true and an empty code.
func parseAnswer(body []byte) (answer, bool) {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))
	if len(body) == 0 {
		return answer{}, false
	}
	switch body[0] {
	case '{':
		return parseJSONAnswer(body)
	case '<':
		return parseXMLAnswer(body)
	}
	return parseTextAnswer(string(body))
}

func parseJSONAnswer(body []byte) (answer, bool) {
	// Members match without regard to letter case, so jobid also reads jobId
	// and jobID.
	var j struct {
		Code        flex
		JobID       flex
		BulkID      flex
		Description flex
		Error       flex
	}
	if err := json.Unmarshal(body, &j); err != nil {
		return answer{}, false
	}
	a := answer{code: string(j.Code), id: string(j.JobID), text: string(j.Description)}
	if a.id == "" {
		a.id = string(j.BulkID)
	}
	if a.text == "" {
		a.text = string(j.Error)
	}
	return a, true
}

func parseXMLAnswer(body []byte) (answer, bool) {
	if isHTML(body) {
		return answer{html: true}, false
	}
	var x struct {
		Main struct {
			Code   string `xml:"code"`
			JobID  string `xml:"jobID"`
			JobID2 string `xml:"jobId"`
			JobID3 string `xml:"jobid"`
			Error  string `xml:"error"`
		} `xml:"main"`
	}
	if err := newXMLDecoder(body).Decode(&x); err != nil {
		return answer{}, false
	}
	a := answer{code: strings.TrimSpace(x.Main.Code), text: strings.TrimSpace(x.Main.Error)}
	for _, id := range []string{x.Main.JobID, x.Main.JobID2, x.Main.JobID3} {
		if a.id = strings.TrimSpace(id); a.id != "" {
			break
		}
	}
	return a, a.code != ""
}

func newXMLDecoder(body []byte) *xml.Decoder {
	d := xml.NewDecoder(bytes.NewReader(body))
	d.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		switch strings.ToLower(charset) {
		case "iso-8859-9", "windows-1254", "latin5":
			return charmap.Windows1254.NewDecoder().Reader(in), nil
		}
		return nil, fmt.Errorf("charset %q", charset)
	}
	return d
}

// isHTML looks at the beginning only.
func isHTML(body []byte) bool {
	head := bytes.ToLower(body[:min(len(body), 512)])
	return bytes.HasPrefix(head, []byte("<!doctype html")) || bytes.Contains(head, []byte("<html")) ||
		bytes.Contains(head, []byte("<head")) || bytes.Contains(head, []byte("<body"))
}

// parseTextAnswer compares whole words: an id may hold the digits of a code.
func parseTextAnswer(body string) (answer, bool) {
	if len(body) > 200 {
		return answer{}, false
	}
	words := strings.Fields(body)
	if len(words) == 0 || len(words) > 2 || !digits(words[0], 1, 4) {
		return answer{}, false
	}
	a := answer{code: words[0]}
	if len(words) == 2 {
		if !digits(words[1], 1, 64) {
			return answer{}, false
		}
		a.id = words[1]
	}
	return a, true
}

func digits(s string, least, most int) bool {
	if len(s) < least || len(s) > most {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// latin5 reads bytes as UTF-8 if they are, otherwise as windows-1254, which
// holds ISO-8859-9: the older answers come so without saying it.
func latin5(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	s, err := charmap.Windows1254.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return string(s)
}

// member writes "name":"value" with a comma in front unless it is the first.
func member(dst []byte, name, value string) []byte {
	if n := len(dst); n > 0 && dst[n-1] != '{' {
		dst = append(dst, ',')
	}
	dst = append(dst, '"')
	dst = append(dst, name...)
	dst = append(dst, '"', ':')
	return appendString(dst, value)
}

// appendString writes a JSON string. By hand, because the hot path would
// otherwise pay for reflection and copies.
func appendString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			switch {
			case c == '"' || c == '\\':
				dst = append(dst, '\\', c)
			case c == '\n':
				dst = append(dst, '\\', 'n')
			case c < ' ' || c == 0x7f:
				dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			default:
				dst = append(dst, c)
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		dst = utf8.AppendRune(dst, r) // a broken octet becomes U+FFFD
		i += n
	}
	return append(dst, '"')
}
