package banks_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/banks"
)

// sample is a value that a field takes.
func sample(f banks.Field) string {
	if len(f.Choices) > 0 {
		return f.Choices[0].Value
	}
	for _, v := range []string{"1234567890", "12345678", "12345", "ABCDEF0123456789ABCDEF0123456789", "kullanici"} {
		if f.Pattern == "" || regexp.MustCompile(`^(?:`+f.Pattern+`)$`).MatchString(v) {
			return v
		}
	}
	return "?"
}

func credentials(b banks.Bank) map[string]string {
	m := map[string]string{}
	for _, f := range b.Fields() {
		m[f.Key] = sample(f)
	}
	return m
}

func TestProfilesAreComplete(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, b := range banks.All() {
		if seen[b.Key] || b.Key == "" || b.Name == "" {
			t.Errorf("%q: key or name", b.Key)
		}
		seen[b.Key] = true
		if len(b.Fields()) == 0 || len(b.Ways()) == 0 || len(b.Addresses()) == 0 {
			t.Errorf("%s: nothing is known of protocol %q", b.Key, b.Protocol)
		}
		if len(b.EFT) != 4 && b.Protocol != banks.NKolay {
			t.Errorf("%s: EFT %q", b.Key, b.EFT)
		}
		for _, where := range []map[string]string{b.Live, b.Test} {
			for name, s := range where {
				if s != "" && pos.CheckAddress(name, s) != nil {
					t.Errorf("%s: %s is no https address: %s", b.Key, name, s)
				}
			}
		}
		if (len(b.Live) == 0) != (b.Key == "hsbc" || b.Key == "citibank") {
			t.Errorf("%s: %d addresses", b.Key, len(b.Live))
		}
		for _, f := range b.Fields() {
			for _, x := range append([]banks.Text{f.Label, f.Help}, texts(f.Choices)...) {
				if x.TR == "" || x.EN == "" {
					t.Errorf("%s: %s lacks a text", b.Key, f.Key)
				}
			}
			if f.Secret && (f.Default != "" || len(f.Choices) > 0) {
				t.Errorf("%s: %s is a secret with a default", b.Key, f.Key)
			}
		}
	}
	for _, key := range []string{"akbank", "citibank", "denizbank", "garanti", "halkbank", "hsbc", "isbank", "qnb", "teb", "turkiye-finans", "vakifbank", "yapikredi", "nkolay"} {
		if !seen[key] {
			t.Errorf("%s is missing", key)
		}
	}
}

func texts(choices []banks.Choice) (out []banks.Text) {
	for _, c := range choices {
		out = append(out, c.Label)
	}
	return out
}

func TestOpenMakesEveryAccount(t *testing.T) {
	t.Parallel()
	for _, b := range banks.All() {
		o := banks.Options{}
		if len(b.Live) == 0 {
			if _, err := banks.Open(b.Key, credentials(b), o); !errors.Is(err, pos.ErrInvalid) {
				t.Errorf("%s: opened without an address: %v", b.Key, err)
			}
			o.Addresses = map[string]string{"api": "https://pos.bank.example/fim/api", "gate": "https://pos.bank.example/fim/est3Dgate"}
		}
		for _, test := range []bool{false, true} {
			o.Test = test
			g, err := banks.Open(b.Key, credentials(b), o)
			if err != nil {
				t.Errorf("%s: %v", b.Key, err)
				continue
			}
			if g.Capabilities().Protocol != string(b.Protocol) {
				t.Errorf("%s speaks %s", b.Key, g.Capabilities().Protocol)
			}
		}
	}
}

func TestOpenNamesTheFieldAndNotItsValue(t *testing.T) {
	t.Parallel()
	for _, b := range banks.All() {
		for _, f := range b.Fields() {
			bad := credentials(b)
			if f.Pattern != "" {
				bad[f.Key] = "gizli değer\n"
			} else if len(f.Choices) > 0 {
				bad[f.Key] = "gizli değer"
			} else if f.Required {
				delete(bad, f.Key)
			} else {
				continue
			}
			_, err := banks.Open(b.Key, bad, banks.Options{Addresses: map[string]string{"api": "https://pos.bank.example", "gate": "https://pos.bank.example"}})
			if !errors.Is(err, pos.ErrInvalid) || !strings.Contains(err.Error(), f.Key) || strings.Contains(err.Error(), "gizli") {
				t.Errorf("%s, %s: %v", b.Key, f.Key, err)
			}
		}
		extra := credentials(b)
		extra["kasa_sifresi"] = "gizli"
		if _, err := banks.Open(b.Key, extra, banks.Options{}); !errors.Is(err, pos.ErrInvalid) || !strings.Contains(err.Error(), "kasa_sifresi") {
			t.Errorf("%s: an unknown field: %v", b.Key, err)
		}
	}
}

func TestAccountsPrintWithoutSecrets(t *testing.T) {
	t.Parallel()
	for _, b := range banks.All() {
		c := credentials(b)
		for _, f := range b.Fields() {
			if f.Secret {
				c[f.Key] = "cokgizlisir"
			}
		}
		g, err := banks.Open(b.Key, c, banks.Options{Addresses: map[string]string{"api": "https://pos.bank.example", "gate": "https://pos.bank.example"}})
		if err != nil {
			t.Fatal(b.Key, err)
		}
		for _, s := range []string{fmt.Sprint(g), fmt.Sprintf("%v", g), fmt.Sprintf("%+v", g), fmt.Sprintf("%#v", g), fmt.Sprintf("%s", g)} {
			if strings.Contains(s, "cokgizlisir") {
				t.Errorf("%s prints its secret: %s", b.Key, s)
			}
		}
	}
}
