package encoding_test

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/onay/onay/sms/encoding"
)

// vector is one known answer; testdata/vectors.json holds those about text.
type vector struct {
	Name, Kind string
	Inputs     struct {
		Text         string
		Encoding     encoding.Encoding
		ConcatRef    uint16              `json:"concat_ref"`
		ConcatBits   int                 `json:"concat_ref_bits"`
		ShortMessage string              `json:"short_message_hex"`
		UDHI         bool                `json:"udhi"`
		DataCoding   byte                `json:"data_coding"`
		Reserve      int                 `json:"reserve_units"`
		OperatorCode string              `json:"operator_code_example"`
		Allowed      []encoding.Encoding `json:"allowed_in_preference_order"`
		Level        string
	}
	Expected json.RawMessage
}

// expect reads the expected members over what was got: members that are not
// in the vector keep the value we produced, so only those that stand there
// are compared.
func expect[T any](t *testing.T, v vector, got T) {
	t.Helper()
	b, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	var want, have map[string]any
	if err := json.Unmarshal(v.Expected, &want); err != nil {
		t.Fatal(err)
	}
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
			if k != "why" {
				contains(t, at+"."+k, v, h[k])
			}
		}
	case []any:
		h, _ := have.([]any)
		if len(h) != len(w) {
			t.Errorf("%s: %d values, want %d", at, len(h), len(w))
			return
		}
		for i := range w {
			contains(t, fmt.Sprintf("%s[%d]", at, i), w[i], h[i])
		}
	default:
		if d := cmp.Diff(want, have); d != "" {
			t.Errorf("%s (-want +got):\n%s", at, d)
		}
	}
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
		"encoding": checkEncoding, "decode": checkDecode, "segments_with_operator_code": checkReserve,
		"encoding_choice": checkChoice, "transliteration": checkTransliteration, "cost_comparison": checkCost,
	}
	for _, v := range vs {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			f, ok := check[v.Kind]
			if !ok {
				t.Fatalf("vector of unknown kind %q", v.Kind)
			}
			f(t, v)
		})
	}
}

func checkEncoding(t *testing.T, v vector) {
	in := v.Inputs
	wide := in.ConcatBits == 16
	parts, err := encoding.Encode(in.Text, in.Encoding, encoding.Reference{Number: in.ConcatRef, Wide: wide})
	if err != nil {
		var bad *encoding.UnencodableError
		if !errors.As(err, &bad) {
			t.Fatal(err)
		}
		expect(t, v, map[string]any{"error": "not_encodable", "first_bad_char": fmt.Sprintf("%U", bad.Char)})
		return
	}
	type part struct {
		Text   string `json:"text"`
		Length int    `json:"text_length"`
		Units  int    `json:"units"`
		UDH    string `json:"udh"`
		UDL    int    `json:"udl"`
		TPUD   string `json:"tp_ud"`
		SMPP   string `json:"smpp_short_message"`
	}
	got := make([]part, len(parts))
	for i, p := range parts {
		ud, udl := p.TPUD()
		got[i] = part{
			p.Text, utf8.RuneCountInString(p.Text), p.Units,
			hex.EncodeToString(p.Header), udl, hex.EncodeToString(ud), hex.EncodeToString(p.ShortMessage()),
		}
		back, err := encoding.DecodeTPUD(ud, udl, p.Encoding == encoding.UCS2, len(p.Header) > 0)
		if err != nil || back.Text != p.Text || back.Encoding != p.Encoding {
			t.Errorf("part %d reads back as %+v, %v", i+1, back, err)
		}
	}
	s, err := encoding.Count(in.Text, encoding.Options{Allowed: []encoding.Encoding{in.Encoding}, Wide: wide})
	if err != nil {
		t.Fatal(err)
	}
	expect(t, v, map[string]any{
		"encoding": s.Encoding, "data_coding": parts[0].DataCoding(), "units": s.Units,
		"capacity_single": s.Single, "capacity_part": s.PerPart, "segments": s.Parts, "parts": got,
	})
}

func checkDecode(t *testing.T, v vector) {
	msg, err := hex.DecodeString(v.Inputs.ShortMessage)
	if err != nil {
		t.Fatal(err)
	}
	d, err := encoding.Decode(msg, v.Inputs.DataCoding, v.Inputs.UDHI)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, v, map[string]any{"text": d.Text})
}

func checkReserve(t *testing.T, v vector) {
	allowed := []encoding.Encoding{v.Inputs.Encoding}
	reserved, err := encoding.Count(v.Inputs.Text, encoding.Options{Allowed: allowed, Reserve: v.Inputs.Reserve})
	if err != nil {
		t.Fatal(err)
	}
	written, err := encoding.Count(v.Inputs.Text+v.Inputs.OperatorCode, encoding.Options{Allowed: allowed})
	if err != nil {
		t.Fatal(err)
	}
	if reserved.Parts != written.Parts || reserved.Left != written.Left {
		t.Errorf("reserving gives %+v, writing the code gives %+v", reserved, written)
	}
	expect(t, v, map[string]any{"units_with_code": reserved.Units + v.Inputs.Reserve, "segments": reserved.Parts})
}

func checkChoice(t *testing.T, v vector) {
	s, err := encoding.Count(v.Inputs.Text, encoding.Options{Allowed: v.Inputs.Allowed})
	if err != nil {
		t.Fatal(err)
	}
	expect(t, v, map[string]any{"encoding": s.Encoding, "units": s.Units, "segments": s.Parts})
}

func checkTransliteration(t *testing.T, v vector) {
	level := map[string]encoding.Level{
		"typography": encoding.Typography, "minimal": encoding.Minimal, "full": encoding.Full,
	}[v.Inputs.Level]
	expect(t, v, map[string]any{"text": encoding.Transliterate(v.Inputs.Text, level)})
}

func checkCost(t *testing.T, v vector) {
	segments, units := map[string]int{}, map[string]int{}
	add := func(name, text string, e encoding.Encoding) {
		s, err := encoding.Count(text, encoding.Options{Allowed: []encoding.Encoding{e}})
		if err != nil {
			t.Fatal(err)
		}
		segments[name], units[name] = s.Parts, s.Units
	}
	add("transliterated gsm7", encoding.Transliterate(v.Inputs.Text, encoding.Minimal), encoding.GSM7)
	for _, e := range []encoding.Encoding{encoding.TurkishSingle, encoding.TurkishLocking, encoding.UCS2} {
		add(string(e), v.Inputs.Text, e)
	}
	expect(t, v, map[string]any{"segments": segments, "units": units})
}
