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

func (w *Writer) text(s string) {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			i++
			switch {
			case c == '<':
				w.B = append(w.B, "&lt;"...)
			case c == '>':
				w.B = append(w.B, "&gt;"...)
			case c == '&':
				w.B = append(w.B, "&amp;"...)
			case c == '"':
				w.B = append(w.B, "&quot;"...)
			case c < ' ' && c != '\t' && c != '\n' && c != '\r':
				w.B = append(w.B, ' ') // XML has no way to write it
			default:
				w.B = append(w.B, c)
			}
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		if !w.Latin5 {
			w.B = utf8.AppendRune(w.B, r)
		} else if b, ok := charmap.ISO8859_9.EncodeRune(r); ok {
			w.B = append(w.B, b)
		} else {
			w.B = append(strconv.AppendInt(append(w.B, "&#"...), int64(r), 10), ';')
		}
	}
}
