package postest

import (
	"fmt"
	"testing"

	"github.com/onay/onay/pos/internal/xmldoc"
)

// Elements flattens an XML document: path of names → text. Elements of the same name are numbered from the second on.
func Elements(t *testing.T, body []byte) map[string]string {
	t.Helper()
	root, err := xmldoc.Parse(body)
	if err != nil {
		t.Fatalf("%v\n%s", err, body)
	}
	out := map[string]string{}
	flatten(root, root.Name, out)
	return out
}

func flatten(n *xmldoc.Node, at string, out map[string]string) {
	if len(n.Children) == 0 {
		out[at] = n.Text
		return
	}
	seen := map[string]int{}
	for i := range n.Children {
		c := &n.Children[i]
		name := at + "/" + c.Name
		if seen[c.Name]++; seen[c.Name] > 1 {
			name += fmt.Sprint("#", seen[c.Name])
		}
		flatten(c, name, out)
	}
}

// CompareElements compares two flattened documents. An empty element equals a missing one; what optional allows may be there or not.
func CompareElements(t *testing.T, got, want map[string]string, optional func(path, value string) bool) {
	t.Helper()
	for path, w := range want {
		if g := got[path]; g != w && !(optional != nil && optional(path, w)) {
			t.Errorf("%s is %q, want %q", path, g, w)
		}
	}
	for path, g := range got {
		if _, ok := want[path]; !ok && g != "" && !(optional != nil && optional(path, g)) {
			t.Errorf("%s is sent and not expected: %q", path, g)
		}
	}
}

// CompareForm compares a form's fields with those expected; an empty field equals a missing one.
func CompareForm(t *testing.T, get func(string) string, names []string, want map[string]string) {
	t.Helper()
	for n, w := range want {
		if g := get(n); g != w {
			t.Errorf("%s is %q, want %q", n, g, w)
		}
	}
	for _, n := range names {
		if _, ok := want[n]; !ok && get(n) != "" {
			t.Errorf("%s is sent and not expected: %q", n, get(n))
		}
	}
}
