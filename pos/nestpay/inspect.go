package nestpay

import (
	"slices"
	"strings"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/internal/wire"
	"github.com/onay/onay/pos/internal/xmldoc"
)

// Inspect tells field by field what the hash of a return covers, what it should be, and what is wrong.
func (c *Client) Inspect(values pos.Values) pos.Inspection { return c.cfg.Inspect(values) }

// Inspect tells field by field what the hash of a return covers; see [Client.Inspect].
func (c Config) Inspect(values pos.Values) pos.Inspection {
	got := values.Get("HASH")
	if got == "" {
		got = values.Get("hash")
	}
	s := checkCallback(c.Hash, values, c.StoreKey, c.ClientID, c.Model)
	in := pos.Inspection{Algorithm: string(c.Hash), Want: s.want, Got: got, Match: s.signature == pos.SignatureValid || s.want != "" && wire.Equal(s.want, got)}
	if s.why != "" {
		in.Notes = append(in.Notes, s.why)
	}
	if s.naive && s.signature == pos.SignatureInvalid {
		in.Notes = append(in.Notes, "The hash fits the text that the message brought along, and not its fields: somebody changed a field and left the text.")
	}
	add := func(name string) {
		f := pos.InspectedField{Name: name, Value: pos.Mask(values.Get(name), c.secrets()...), Missing: !values.Has(name)}
		if v := values.Get(name); strings.TrimSpace(v) != v {
			f.Note = "begins or ends with a blank"
		} else if c.Hash != Ver1 && strings.ContainsAny(v, `\|`) {
			f.Note = "is escaped in the signed text"
		}
		in.Fields = append(in.Fields, f)
	}
	if c.Hash != Ver3 {
		for _, name := range s.list {
			add(name)
		}
		return in
	}
	var names []string
	for n := range values {
		if !unsigned(n) {
			names = append(names, n)
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		if n := compareUpper(a, b); n != 0 {
			return n
		}
		return strings.Compare(a, b)
	})
	for _, n := range names {
		add(n)
	}
	return in
}

// Raw writes a CC5Request of elements as they are, in their order, for questions that this package has no name for. A name "Extra/X" stands inside
// Extra.
func (c Config) Raw(elements ...pos.Pair) []byte {
	w := xmldoc.Writer{B: make([]byte, 0, 512), Latin5: true}
	w.Declaration()
	w.Open("CC5Request")
	inExtra := false
	for _, e := range elements {
		name, extra := strings.CutPrefix(e.Name, "Extra/")
		if extra != inExtra {
			if inExtra = extra; extra {
				w.Open("Extra")
			} else {
				w.Close("Extra")
			}
		}
		w.Element(name, e.Value)
	}
	if inExtra {
		w.Close("Extra")
	}
	w.Close("CC5Request")
	return w.B
}
