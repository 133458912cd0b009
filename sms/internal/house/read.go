package house

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Turkey is the zone of every date on these wires: UTC+3 without summer time.
var Turkey = time.FixedZone("+03", 3*60*60)

// WireTime writes an instant in Turkish time, "" for the zero time.
func WireTime(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.In(Turkey).Format(layout)
}

// ReadTime tries the layouts in Turkish time, then RFC 3339; zero if it is
// none of them.
func ReadTime(s string, layouts ...string) time.Time {
	s = strings.TrimSpace(s)
	for _, layout := range layouts {
		if t, err := time.ParseInLocation(layout, s, Turkey); err == nil {
			return t
		}
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.In(Turkey)
	}
	return time.Time{}
}

// Flex is a JSON member that comes as text or as a number, whose digits are
// kept. null and other shapes are empty.
type Flex string

// UnmarshalJSON reads text or a number.
func (f *Flex) UnmarshalJSON(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	switch c := b[0]; {
	case c == '"':
		return json.Unmarshal(b, (*string)(f))
	case c == '-' || c >= '0' && c <= '9':
		*f = Flex(b)
	}
	return nil
}

// Latin5 reads bytes as UTF-8 if they are, otherwise as windows-1254, which
// holds ISO-8859-9: the older answers come so without saying it. The Turkish
// letters ş ı ğ İ alone are never valid UTF-8, so this is safe.
func Latin5(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	s, err := charmap.Windows1254.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return string(s)
}

// IsHTML looks at the beginning of an answer only.
func IsHTML(body []byte) bool {
	head := bytes.ToLower(body[:min(len(body), 512)])
	return bytes.HasPrefix(bytes.TrimSpace(head), []byte("<!doctype html")) || bytes.Contains(head, []byte("<html")) ||
		bytes.Contains(head, []byte("<head")) || bytes.Contains(head, []byte("<body"))
}

// XMLDecoder reads XML in the encodings that the houses declare.
func XMLDecoder(body []byte) *xml.Decoder {
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

// Escape writes text for an XML attribute or element. Line ends become
// character references, which alone survive in an attribute; characters that
// XML cannot carry are left out.
func Escape(dst []byte, s string) []byte {
	for _, r := range s {
		switch {
		case r == '&':
			dst = append(dst, "&amp;"...)
		case r == '<':
			dst = append(dst, "&lt;"...)
		case r == '>':
			dst = append(dst, "&gt;"...)
		case r == '"':
			dst = append(dst, "&quot;"...)
		case r == '\'':
			dst = append(dst, "&#39;"...)
		case r == '\n':
			dst = append(dst, "&#10;"...)
		case r == '\r':
			dst = append(dst, "&#13;"...)
		case r == '\t':
			dst = append(dst, "&#9;"...)
		case r >= ' ' && r != 0xfffe && r != 0xffff:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst
}

// Attr writes ` name="value"`.
func Attr(dst []byte, name, value string) []byte {
	dst = append(append(append(dst, ' '), name...), '=', '"')
	return append(Escape(dst, value), '"')
}

// Element writes <name>value</name>.
func Element(dst []byte, name, value string) []byte {
	dst = append(append(append(dst, '<'), name...), '>')
	dst = Escape(dst, value)
	return append(append(append(dst, '<', '/'), name...), '>')
}

// maxPush is far more than a push of a thousand rows needs.
const maxPush = 4 << 20

// ReadPush reads the body of what a house posted to us.
func ReadPush(provider string, r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, fmt.Errorf("%s: a push without a body", provider)
	}
	b, err := io.ReadAll(io.LimitReader(r.Body, maxPush+1))
	if err != nil {
		return nil, fmt.Errorf("%s: reading a push: %w", provider, err)
	}
	if len(b) > maxPush {
		return nil, errors.New(provider + ": a push is longer than 4 MiB")
	}
	return bytes.TrimPrefix(b, []byte("\ufeff")), nil
}
