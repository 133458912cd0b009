package postest

import (
	"encoding/json"
	"net/url"
	"os"
	"testing"

	"github.com/onay/onay/pos"
)

// Seed adds every text of testdata/vectors.json, and every object of texts as a form, to a fuzz target.
func Seed(f *testing.F) {
	f.Helper()
	raw, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		f.Fatal(err)
	}
	var file struct {
		Vectors []struct{ Inputs map[string]any }
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		f.Fatal(err)
	}
	for _, v := range file.Vectors {
		for _, x := range v.Inputs {
			switch x := x.(type) {
			case string:
				if len(x) > 20 {
					f.Add(x)
				}
			case map[string]any:
				form := url.Values{}
				for name, y := range x {
					if s, ok := y.(string); ok {
						form.Set(name, s)
					}
				}
				f.Add(form.Encode())
				if b, err := json.Marshal(x); err == nil {
					f.Add(string(b))
				}
			}
		}
	}
}

// FuzzCallback reads a fuzzed text as a posted form and has it verified. Nobody who lacks the key can make a message that means money.
func FuzzCallback(f *testing.F, verify func(pos.Values) pos.Callback) {
	Seed(f)
	f.Fuzz(func(t *testing.T, s string) {
		form, err := url.ParseQuery(s)
		if err != nil {
			return
		}
		v, err := pos.ReadValues(form)
		if err != nil {
			return
		}
		cb := verify(v)
		switch cb.Outcome {
		case pos.Approved, pos.Authenticated, pos.PendingCompletion:
			t.Errorf("%s by a message that nobody signed: %s", cb.Outcome, s)
		case "":
			t.Errorf("no outcome: %s", s)
		}
	})
}
