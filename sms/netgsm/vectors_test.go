package netgsm

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"testing"
)

// vector is one known answer of testdata/vectors.json.
type vector struct {
	Name, Kind string
	Inputs     json.RawMessage
	Expected   json.RawMessage
}

func (v vector) inputs(t *testing.T, into any) {
	t.Helper()
	if err := json.Unmarshal(v.Inputs, into); err != nil {
		t.Fatal(err)
	}
}

func (v vector) expected(t *testing.T) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(v.Expected, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestVectors(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var vs []vector
	if err := json.Unmarshal(b, &vs); err != nil {
		t.Fatal(err)
	}
	check := map[string]func(*testing.T, vector){
		"hash": checkHash, "request": checkRequest, "response": checkResponse, "callback": checkPush,
	}
	for _, v := range vs {
		t.Run(v.Kind+" "+v.Name, func(t *testing.T) {
			t.Parallel()
			check[v.Kind](t, v)
		})
	}
}

func checkHash(t *testing.T, v vector) {
	var in struct{ Username, Password string }
	var want string
	v.inputs(t, &in)
	if err := json.Unmarshal(v.Expected, &want); err != nil {
		t.Fatal(err)
	}
	if got := basicAuth(in.Username, in.Password); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// compare checks the members of want only; null and absent are the same.
func compare(t *testing.T, want, got map[string]any) {
	t.Helper()
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
			if k != "note" && k != "rule" {
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
