package phone_test

import (
	"testing"

	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/phone"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want, country, code string }{
		{"with a zero", "0555 111 22 33", "+905551112233", "TR", ""},
		{"E.164", "+905551112233", "+905551112233", "TR", ""},
		{"without plus", "905551112233", "+905551112233", "TR", ""},
		{"bare", "5551112233", "+905551112233", "TR", ""},
		{"with 00", "00905551112233", "+905551112233", "TR", ""},
		{"brackets and dashes", "(0555) 111-22-33", "+905551112233", "TR", ""},
		{"a new block", "0599 999 99 99", "+905999999999", "TR", ""},
		{"nine digits after +90", "+90555111223", "", "", "invalid_phone"},
		{"eleven digits after +90", "+9055511122333", "", "", "invalid_phone"},
		{"a landline", "0212 555 11 22", "", "", "not_mobile"},
		{"a German mobile", "+49 151 23456789", "+4915123456789", "DE", ""},
		{"a German landline", "+49 30 901820", "", "", "not_mobile"},
		{"foreign with 00", "0049 151 23456789", "+4915123456789", "DE", ""},
		{"empty", "", "", "", "invalid_phone"},
		{"letters", "0555 abc", "", "", "invalid_phone"},
		{"invalid UTF-8", "0555\xff1112233", "", "", "invalid_phone"},
		{"Arabic digits", "٠٥٥٥١١١٢٢٣٣", "", "", "invalid_phone"},
		{"plus in the middle", "0555+1112233", "", "", "invalid_phone"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, country, err := phone.Parse(c.in)
			if got != c.want || country != c.country || fault.Code(err) != c.code {
				t.Errorf("Parse(%q) = %q, %q, %v", c.in, got, country, err)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"0555 111 22 33", "+49 151", "00", "+", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, country, err := phone.Parse(s)
		if err != nil {
			return
		}
		again, c2, err := phone.Parse(e)
		if err != nil || again != e || c2 != country {
			t.Errorf("%q gave %q, which reads as %q (%v)", s, e, again, err)
		}
		phone.Prefix(e)
		phone.Mask(e)
	})
}
