// Package xmldoc reads and writes the small XML documents of the banks: elements, text, entities and CDATA, in UTF-8 or
// ISO-8859-9. It is stricter and several times faster than a general reader: document types, and so entities of the sender's own, are refused.
package xmldoc

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Node is an element. Attributes are kept as children would be, under "@name".
type Node struct {
	Name     string
	Text     string // character data, trimmed
	Children []Node
}

// Get returns the text of the first element on a path of names below n, "" if there is none.
func (n *Node) Get(path ...string) string {
	if m := n.Find(path...); m != nil {
		return m.Text
	}
	return ""
}

// Find returns the first element on a path of names below n, or nil.
func (n *Node) Find(path ...string) *Node {
	at := n
next:
	for _, name := range path {
		if at == nil {
			return nil
		}
		for i := range at.Children {
			if at.Children[i].Name == name {
				at = &at.Children[i]
				continue next
			}
		}
		return nil
	}
	return at
}

// All returns the children with a name.
func (n *Node) All(name string) (out []*Node) {
	for i := range n.Children {
		if n.Children[i].Name == name {
			out = append(out, &n.Children[i])
		}
	}
	return out
}

// ErrMalformed is wrapped by every error of [Parse].
var ErrMalformed = errors.New("malformed XML")

const (
	maxDepth = 24
	maxNodes = 500_000
)

// Parse reads a document. It is UTF-8 unless its declaration names ISO-8859-9 (or -1, which banks write and do not mean) or its
// bytes are no UTF-8.
func Parse(b []byte) (*Node, error) {
	b = bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), " \t\r\n")
	if ascii(b) {
		p := parser{s: string(b)}
		return p.document()
	}
	s := string(b)
	if latin(b) || !utf8.Valid(b) {
		dec, err := charmap.ISO8859_9.NewDecoder().Bytes(b)
		if err != nil {
			return nil, fmt.Errorf("%w: %v", ErrMalformed, err)
		}
		s = string(dec)
	}
	p := parser{s: s}
	return p.document()
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func latin(b []byte) bool {
	if !bytes.HasPrefix(b, []byte("<?xml")) {
		return false
	}
	end := bytes.IndexByte(b, '>')
	return end > 0 && bytes.Contains(bytes.ToLower(b[:end]), []byte("iso-8859-"))
}

type parser struct {
	s     string
	i     int
	nodes int
}

func (p *parser) fail(why string) error {
	return fmt.Errorf("%w: %s at byte %d", ErrMalformed, why, p.i)
}

func (p *parser) document() (*Node, error) {
	if err := p.misc(); err != nil {
		return nil, err
	}
	if p.i >= len(p.s) || p.s[p.i] != '<' {
		return nil, p.fail("no element")
	}
	var root Node
	if err := p.element(&root, 0); err != nil {
		return nil, err
	}
	if err := p.misc(); err != nil {
		return nil, err
	}
	if p.i < len(p.s) {
		return nil, p.fail("something after the document")
	}
	return &root, nil
}

// misc skips blanks, comments and processing instructions.
func (p *parser) misc() error {
	for p.i < len(p.s) {
		switch rest := p.s[p.i:]; {
		case rest[0] == ' ' || rest[0] == '\t' || rest[0] == '\r' || rest[0] == '\n':
			p.i++
		case strings.HasPrefix(rest, "<?"):
			if err := p.skip("?>"); err != nil {
				return err
			}
		case strings.HasPrefix(rest, "<!--"):
			if err := p.skip("-->"); err != nil {
				return err
			}
		case strings.HasPrefix(rest, "<!"):
			return p.fail("document types are refused")
		default:
			return nil
		}
	}
	return nil
}

func (p *parser) skip(to string) error {
	n := strings.Index(p.s[p.i:], to)
	if n < 0 {
		return p.fail("unfinished markup")
	}
	p.i += n + len(to)
	return nil
}

func nameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.' || c == ':' || c >= utf8.RuneSelf
}

func (p *parser) name() (string, error) {
	from := p.i
	for p.i < len(p.s) && nameByte(p.s[p.i]) {
		p.i++
	}
	if p.i == from {
		return "", p.fail("no name")
	}
	return p.s[from:p.i], nil
}

func (p *parser) blanks() {
	for p.i < len(p.s) && (p.s[p.i] == ' ' || p.s[p.i] == '\t' || p.s[p.i] == '\r' || p.s[p.i] == '\n') {
		p.i++
	}
}

// element reads from "<name".
func (p *parser) element(n *Node, depth int) error {
	if p.nodes++; p.nodes > maxNodes || depth > maxDepth {
		return p.fail("too many elements")
	}
	p.i++
	var err error
	if n.Name, err = p.name(); err != nil {
		return err
	}
	for {
		p.blanks()
		if p.i >= len(p.s) {
			return p.fail("unfinished element")
		}
		if p.s[p.i] == '>' {
			p.i++
			break
		}
		if strings.HasPrefix(p.s[p.i:], "/>") {
			p.i += 2
			return nil
		}
		if err := p.attribute(n); err != nil {
			return err
		}
	}
	return p.content(n, depth)
}

func (p *parser) attribute(n *Node) error {
	name, err := p.name()
	if err != nil {
		return err
	}
	p.blanks()
	if p.i+1 >= len(p.s) || p.s[p.i] != '=' {
		return p.fail("attribute without a value")
	}
	p.i++
	p.blanks()
	if p.i >= len(p.s) || p.s[p.i] != '"' && p.s[p.i] != '\'' {
		return p.fail("attribute without quotes")
	}
	end := strings.IndexByte(p.s[p.i+1:], p.s[p.i])
	if end < 0 {
		return p.fail("unfinished attribute")
	}
	text, err := p.unescape(p.s[p.i+1 : p.i+1+end])
	if err != nil {
		return err
	}
	n.Children = append(n.Children, Node{Name: "@" + name, Text: text})
	p.i += end + 2
	return nil
}

func (p *parser) content(n *Node, depth int) error {
	var text string
	add := func(s string) {
		if text == "" {
			text = s
		} else if s != "" {
			text += s
		}
	}
	for {
		lt := strings.IndexByte(p.s[p.i:], '<')
		if lt < 0 {
			return p.fail("unfinished element")
		}
		if lt > 0 {
			s, err := p.unescape(p.s[p.i : p.i+lt])
			if err != nil {
				return err
			}
			add(s)
			p.i += lt
		}
		switch rest := p.s[p.i:]; {
		case strings.HasPrefix(rest, "</"):
			p.i += 2
			name, err := p.name()
			if err != nil {
				return err
			}
			p.blanks()
			if name != n.Name || p.i >= len(p.s) || p.s[p.i] != '>' {
				return p.fail("wrong end of an element")
			}
			p.i++
			n.Text = strings.TrimSpace(text)
			return nil
		case strings.HasPrefix(rest, "<![CDATA["):
			end := strings.Index(rest, "]]>")
			if end < 0 {
				return p.fail("unfinished CDATA")
			}
			add(rest[len("<![CDATA["):end])
			p.i += end + 3
		case strings.HasPrefix(rest, "<!--"):
			if err := p.skip("-->"); err != nil {
				return err
			}
		case strings.HasPrefix(rest, "<?"):
			if err := p.skip("?>"); err != nil {
				return err
			}
		default:
			n.Children = append(n.Children, Node{})
			if err := p.element(&n.Children[len(n.Children)-1], depth+1); err != nil {
				return err
			}
		}
	}
}

func (p *parser) unescape(s string) (string, error) {
	amp := strings.IndexByte(s, '&')
	if amp < 0 {
		return s, nil
	}
	var b strings.Builder
	b.Grow(len(s))
	for amp >= 0 {
		b.WriteString(s[:amp])
		end := strings.IndexByte(s[amp:], ';')
		if end < 2 || end > 10 {
			return "", p.fail("bad entity")
		}
		switch e := s[amp+1 : amp+end]; {
		case e == "lt":
			b.WriteByte('<')
		case e == "gt":
			b.WriteByte('>')
		case e == "amp":
			b.WriteByte('&')
		case e == "quot":
			b.WriteByte('"')
		case e == "apos":
			b.WriteByte('\'')
		case e[0] == '#':
			digits, base := e[1:], 10
			if len(digits) > 1 && (digits[0] == 'x' || digits[0] == 'X') {
				digits, base = digits[1:], 16
			}
			n, err := strconv.ParseUint(digits, base, 32)
			if err != nil || n == 0 || n > utf8.MaxRune {
				return "", p.fail("bad entity")
			}
			b.WriteRune(rune(n))
		default:
			return "", p.fail("unknown entity")
		}
		s = s[amp+end+1:]
		amp = strings.IndexByte(s, '&')
	}
	b.WriteString(s)
	return b.String(), nil
}
