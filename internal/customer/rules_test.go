package customer

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/onay/onay/internal/fault"
)

func TestTaxNumbers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in string
		want     bool
	}{
		{"a TCKN", "10000000146", true},
		{"a TCKN with a wrong last digit", "10000000147", false},
		{"a TCKN that begins with zero", "00000000000", false},
		{"a VKN", "8790017566", true},
		{"a VKN with a wrong last digit", "8790017567", false},
		{"nine digits", "879001756", false},
		{"letters", "87900I7566", false},
		{"Arabic digits", "٨٧٩٠٠", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := validTaxNumber(c.in); got != c.want {
				t.Errorf("%q: %v", c.in, got)
			}
		})
	}
}

func TestOneMistypedDigitOfATCKNShows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := []byte("10000000146")
		i := rapid.IntRange(0, 10).Draw(t, "place")
		d[i] = '0' + (d[i]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "step")))%10
		if validTaxNumber(string(d)) {
			t.Fatalf("%s passes", d)
		}
	})
}

func FuzzAnyPhone(f *testing.F) {
	for _, s := range []string{"0212 555 11 22", "+49 30 901820", "tel:1", "\xff", "()"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e164, ok := anyPhone(s)
		if !ok {
			return
		}
		if again, ok := anyPhone(e164); !ok || again != e164 {
			t.Errorf("%q gave %q, which reads as %q", s, e164, again)
		}
	})
}

func TestAFormIsCheckedBeforeTheQuestion(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, code string
		in         Input
	}{
		{"well", "", Input{Kind: Person, Name: "Ayşe", Surname: "Işık", Phone: "0555 111 22 33"}},
		{"without a surname", "required", Input{Kind: Person, Name: "Ayşe"}},
		{"a landline", "not_mobile", Input{Kind: Organization, Name: "İnci", Phone: "0212 111 22 33"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if err := c.in.Check(); fault.Code(err) != c.code {
				t.Errorf("%v", err)
			}
		})
	}
}
