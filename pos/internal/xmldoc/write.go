package xmldoc

import (
	"strconv"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Writer builds a document. The zero value writes UTF-8.
type Writer struct {
	B      []byte
	Latin5 bool // ISO-8859-9; letters that it does not have become numeric entities
	ASCII  bool // letters beyond ASCII become numeric entities, which every reader takes whatever encoding it believes in
}

// Declaration writes the XML declaration of the writer's encoding.
func (w *Writer) Declaration() {
	if w.Latin5 {
		w.B = append(w.B, `<?xml version="1.0" encoding="ISO-8859-9"?>`...)
	} else {
		w.B = append(w.B, `<?xml version="1.0" encoding="UTF-8"?>`...)
	}
}

// Open begins an element.
func (w *Writer) Open(name string) {
	w.B = append(append(append(w.B, '<'), name...), '>')
}

// Close ends an element.
func (w *Writer) Close(name string) {
	w.B = append(append(append(w.B, '<', '/'), name...), '>')
}

// Element writes an element with a text.
func (w *Writer) Element(name, text string) {
	w.Open(name)
	w.text(text)
	w.Close(name)
}

// With writes an element whose text is appended by f: digits of a card go into the document without becoming a string.
func (w *Writer) With(name string, f func([]byte) []byte) {
	w.Open(name)
	w.B = f(w.B)
	w.Close(name)
}

func (w *Writer) text(s string) { w.B = appendText(w.B, s, w.Latin5, w.ASCII) }

// AppendText appends a text as an element of a UTF-8 document holds it.
func AppendText(b []byte, s string) []byte { return appendText(b, s, false, false) }

func appendText(b []byte, s string, latin5, entities bool) []byte {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			i++
			switch {
			case c == '<':
				b = append(b, "&lt;"...)
			case c == '>':
				b = append(b, "&gt;"...)
			case c == '&':
				b = append(b, "&amp;"...)
			case c == '"':
				b = append(b, "&quot;"...)
			case c < ' ' && c != '\t' && c != '\n' && c != '\r':
				b = append(b, ' ') // XML has no way to write it
			default:
				b = append(b, c)
			}
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		if !latin5 && !entities {
			b = utf8.AppendRune(b, r)
		} else if x, ok := charmap.ISO8859_9.EncodeRune(r); ok && !entities {
			b = append(b, x)
		} else {
			b = append(strconv.AppendInt(append(b, "&#"...), int64(r), 10), ';')
		}
	}
	return b
}

// FormField puts a document into a form of one field, percent-encoded once. The document is wiped: it may hold a card.
func FormField(name string, doc []byte) []byte {
	const hexDigits = "0123456789ABCDEF"
	b := append(append(make([]byte, 0, len(name)+1+3*len(doc)), name...), '=')
	for _, c := range doc {
		switch {
		case c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c == '-', c == '_', c == '.':
			b = append(b, c)
		case c == ' ':
			b = append(b, '+')
		default:
			b = append(b, '%', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	clear(doc)
	return b
}
