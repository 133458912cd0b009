package bank

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Node is an element of a document that a merchant sent.
type Node struct {
	Name string
	Text string
	Kids []*Node
}

// Get is the text of the first element on a path below n; "" if there is none.
func (n *Node) Get(path ...string) string {
	if m := n.Find(path...); m != nil {
		return m.Text
	}
	return ""
}

// Find is the first element on a path below n, or nil.
func (n *Node) Find(path ...string) *Node {
next:
	for _, name := range path {
		if n == nil {
			return nil
		}
		for _, k := range n.Kids {
			if k.Name == name {
				n = k
				continue next
			}
		}
		return nil
	}
	return n
}

// ReadXML reads a document in UTF-8 or ISO-8859-9, as its declaration says.
func ReadXML(b []byte) (*Node, error) {
	if len(b) > 1<<20 {
		return nil, errors.New("too large")
	}
	d := xml.NewDecoder(bytes.NewReader(b))
	d.CharsetReader = func(name string, in io.Reader) (io.Reader, error) {
		raw, err := io.ReadAll(in)
		if err != nil {
			return nil, err
		}
		if utf8.Valid(raw) { // many declare ISO-8859-9 and send UTF-8
			return bytes.NewReader(raw), nil
		}
		return charmap.ISO8859_9.NewDecoder().Reader(bytes.NewReader(raw)), nil
	}
	var stack []*Node
	for {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			n := &Node{Name: t.Name.Local}
			for _, a := range t.Attr {
				n.Kids = append(n.Kids, &Node{Name: "@" + a.Name.Local, Text: a.Value})
			}
			if len(stack) > 0 {
				top := stack[len(stack)-1]
				top.Kids = append(top.Kids, n)
			}
			stack = append(stack, n)
		case xml.CharData:
			if len(stack) > 0 {
				stack[len(stack)-1].Text += string(t)
			}
		case xml.EndElement:
			n := stack[len(stack)-1]
			n.Text = strings.TrimSpace(n.Text)
			if stack = stack[:len(stack)-1]; len(stack) == 0 {
				return n, nil
			}
		}
	}
}

// Tag writes an element with a text, or an empty one.
func Tag(name, text string) string {
	var b strings.Builder
	b.WriteString("<" + name + ">")
	_ = xml.EscapeText(&b, []byte(text))
	b.WriteString("</" + name + ">")
	return b.String()
}

// Box writes an element around others.
func Box(name string, inner ...string) string {
	return "<" + name + ">" + strings.Join(inner, "") + "</" + name + ">"
}

// Latin5 is a text in the bytes of ISO-8859-9; letters it does not have become question marks.
func Latin5(s string) []byte {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		c, ok := charmap.ISO8859_9.EncodeRune(r)
		if !ok {
			c = '?'
		}
		b = append(b, c)
	}
	return b
}
