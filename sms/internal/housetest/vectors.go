package housetest

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// Vector is one known answer of a file.
type Vector struct {
	Name, Kind, Source string
	Inputs, Expected   json.RawMessage
}

// Input reads the inputs.
func (v Vector) Input(t *testing.T, into any) {
	t.Helper()
	if err := json.Unmarshal(v.Inputs, into); err != nil {
		t.Fatal(err)
	}
}

// Body is the input "body": text as it stands, anything else as JSON.
func (v Vector) Body(t *testing.T) []byte {
	t.Helper()
	var in struct{ Body json.RawMessage }
	v.Input(t, &in)
	var text string
	if json.Unmarshal(in.Body, &text) == nil {
		return []byte(text)
	}
	return in.Body
}

// Run runs a check for each vector of testdata/vectors.json, by kind.
func Run(t *testing.T, checks map[string]func(*testing.T, Vector)) {
	t.Helper()
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var vs []Vector
	if err := json.Unmarshal(b, &vs); err != nil {
		t.Fatal(err)
	}
	if len(vs) == 0 {
		t.Fatal("no vectors")
	}
	for _, v := range vs {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			check := checks[v.Kind]
			if check == nil {
				t.Fatalf("no check for kind %q", v.Kind)
			}
			check(t, v)
		})
	}
}

// Compare looks at the members of what is expected only; a null and a missing
// member are the same, and "reason" is free text.
func (v Vector) Compare(t *testing.T, got map[string]any) {
	t.Helper()
	var want map[string]any
	if err := json.Unmarshal(v.Expected, &want); err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	var have map[string]any
	if err := json.Unmarshal(b, &have); err != nil {
		t.Fatal(err)
	}
	contains(t, "", want, have)
}

func contains(t *testing.T, at string, want, have any) {
	t.Helper()
	switch w := want.(type) {
	case map[string]any:
		h, _ := have.(map[string]any)
		for k, v := range w {
			if k != "reason" && k != "why" {
				contains(t, at+"."+k, v, h[k])
			}
		}
	case []any:
		h, _ := have.([]any)
		if len(h) != len(w) {
			t.Errorf("%s: got %v, want %v", at, have, want)
			return
		}
		for i := range w {
			contains(t, fmt.Sprintf("%s[%d]", at, i), w[i], h[i])
		}
	default:
		if !reflect.DeepEqual(want, have) {
			t.Errorf("%s: got %#v, want %#v", at, have, want)
		}
	}
}

// EqualJSON compares two JSON texts as values, every member of both.
func EqualJSON(t *testing.T, want, got []byte) {
	t.Helper()
	var w, g any
	if err := json.Unmarshal(want, &w); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(got, &g); err != nil {
		t.Fatalf("%v: %s", err, got)
	}
	if !reflect.DeepEqual(w, g) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// EqualXML compares two XML texts as parsed: elements, attributes in any
// order, and text.
func EqualXML(t *testing.T, want, got string) {
	t.Helper()
	if w, g := flatten(t, want), flatten(t, got); w != g {
		t.Errorf("got\n%s\nwant\n%s", g, w)
	}
}

func flatten(t *testing.T, text string) string {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	var out bytes.Buffer
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out.String()
		}
		if err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		switch e := token.(type) {
		case xml.StartElement:
			slices.SortFunc(e.Attr, func(a, b xml.Attr) int { return strings.Compare(a.Name.Local, b.Name.Local) })
			fmt.Fprintf(&out, "<%s", e.Name.Local)
			for _, a := range e.Attr {
				if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
					fmt.Fprintf(&out, " %s=%q", a.Name.Local, a.Value)
				}
			}
			out.WriteString(">\n")
		case xml.EndElement:
			fmt.Fprintf(&out, "</%s>\n", e.Name.Local)
		case xml.CharData:
			if s := strings.TrimSpace(string(e)); s != "" {
				fmt.Fprintf(&out, "%q\n", s)
			}
		}
	}
}
