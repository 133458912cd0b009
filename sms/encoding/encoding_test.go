package encoding_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/onay/onay/sms/encoding"
)

// writable holds the letters that matter: plain, umlaut, extension, Turkish.
const writable = "abc XYZ123öÜÇ@\n^{}[~]|€şŞğĞıİçèØΩ😀ж"

// Whatever is encoded reads back as it was, in the number of parts counted,
// and no part is longer than its capacity.
func TestEncodeReadsBack(t *testing.T) {
	t.Parallel()
	all := []encoding.Encoding{
		encoding.GSM7, encoding.TurkishSingle, encoding.TurkishLocking, encoding.TurkishBoth, encoding.UCS2,
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune(writable)), 0, 500, -1).Draw(t, "text")
		e := rapid.SampledFrom(all).Draw(t, "encoding")
		ref := encoding.Reference{Number: rapid.Uint16().Draw(t, "ref"), Wide: rapid.Bool().Draw(t, "wide")}
		if !ref.Wide {
			ref.Number &= 0xff
		}
		parts, err := encoding.Encode(text, e, ref)
		if err != nil {
			if encoding.Fits(text, e) {
				t.Fatalf("Fits is true, Encode says %v", err)
			}
			return
		}
		s, err := encoding.Count(text, encoding.Options{Allowed: []encoding.Encoding{e}, Wide: ref.Wide})
		if err != nil || s.Parts != len(parts) {
			t.Fatalf("counted %+v %v, encoded %d parts", s, err, len(parts))
		}
		capacity := s.Single
		if len(parts) > 1 {
			capacity = s.PerPart
		}
		var back strings.Builder
		for i, p := range parts {
			ud, udl := p.TPUD()
			if p.Units > capacity || len(ud) > 140 {
				t.Fatalf("part %d has %d units and %d octets", i, p.Units, len(ud))
			}
			d, err := encoding.DecodeTPUD(ud, udl, e == encoding.UCS2, len(p.Header) > 0)
			if err != nil {
				t.Fatal(err)
			}
			if len(parts) > 1 && *d.Concat != (encoding.Concat{Reference: ref, Total: len(parts), Seq: i + 1}) {
				t.Fatalf("part %d says %+v", i, *d.Concat)
			}
			back.WriteString(d.Text)
		}
		if back.String() != text {
			t.Fatalf("%q reads back as %q", text, back.String())
		}
	})
}

// Changing a changed text again changes nothing, and after Full a text made
// of Turkish writing fits in GSM 03.38.
func TestTransliterateSettles(t *testing.T) {
	t.Parallel()
	// A dot above comes only behind i and I here: behind another letter it
	// makes a letter of another language, which is not touched.
	turkish := append(strings.Split("abcçdefgğhıijklmnoöprsştuüvyzABCÇDEFGĞHIİJKLMNOÖPRSŞTUÜVYZâîûÂÎÛ₺‘’“”–—…\u00a0\t\u200b`'\" 019", ""),
		"i\u0307", "I\u0307", "s\u0327", "C\u0327", "g\u0306", "o\u0308")
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(rapid.SampledFrom(turkish)).Draw(t, "text"), "")
		l := encoding.Level(rapid.IntRange(0, int(encoding.ASCII)).Draw(t, "level"))
		once := encoding.Transliterate(text, l)
		if twice := encoding.Transliterate(once, l); twice != once {
			t.Fatalf("%q, then %q", once, twice)
		}
		if l >= encoding.Minimal && !encoding.Fits(once, encoding.GSM7) {
			t.Fatalf("%q does not fit", once)
		}
		if l >= encoding.Full && !encoding.IsASCII(once) {
			t.Fatalf("%q is not plain", once)
		}
	})
}

func TestTransliterateDecomposed(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"s\u0327ifre": "şifre", "c\u0327ok": "çok", "i\u0307ptal": "iptal", "düz": "düz",
	} {
		if got := encoding.Transliterate(in, encoding.Typography); got != want {
			t.Errorf("%+q gives %+q, want %+q", in, got, want)
		}
	}
	if got := encoding.Transliterate("José ödedi 5 €, Straße", encoding.ASCII); got != "Jose odedi 5 EUR, Strasse" {
		t.Errorf("ASCII gives %q", got)
	}
}

func TestCountNamesTheCostlyCharacter(t *testing.T) {
	t.Parallel()
	s, err := encoding.Count("Toplam 149 ₺", encoding.Options{})
	if err != nil || s.Forced != '₺' || s.Encoding != encoding.UCS2 {
		t.Errorf("got %+v, %v", s, err)
	}
}

func TestEncodeRefusesTooManyParts(t *testing.T) {
	t.Parallel()
	if _, err := encoding.Encode(strings.Repeat("a", 153*256), encoding.GSM7, encoding.Reference{}); err == nil {
		t.Error("256 parts were numbered in one octet")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("\x03\x24\x01\x01\x1bIptal"), byte(0), true)
	f.Add([]byte("\x0b\x00\x03\x42\x02\x02\x25\x01\x01\x24\x01\x01\x1d"), byte(0xf0), true)
	f.Add([]byte{0xd8, 0x3d, 0xde, 0x00, 0xd8}, byte(8), false)
	f.Add([]byte{5, 0, 3, 1, 1}, byte(0), true)
	f.Fuzz(func(t *testing.T, msg []byte, coding byte, udhi bool) {
		d, err := encoding.Decode(msg, coding, udhi)
		if err == nil && coding == 0 && !encoding.Fits(strings.ReplaceAll(d.Text, "\x1b", ""), d.Encoding) {
			t.Errorf("read a text that its own encoding cannot write: %q", d.Text)
		}
		_, _ = encoding.DecodeTPUD(msg, int(coding), false, udhi)
		_, _ = encoding.DecodeTPUD(msg, int(coding), true, udhi)
	})
}

func BenchmarkCount(b *testing.B) {
	for name, text := range map[string]string{
		"otp":           "Onay kodunuz: 482913. Bu kodu kimseyle paylasmayin.",
		"turkish168":    strings.Repeat("Siparişiniz yola çıktı. ", 7),
		"four parts, 😀": strings.Repeat("Siparişiniz yola çıktı 😀 ", 10),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := encoding.Count(text, encoding.Options{Reserve: encoding.OperatorReserve}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkTransliterate(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		encoding.Transliterate("Doğrulama kodunuz: 482913. Bu kodu kimseyle paylaşmayın.", encoding.Full)
	}
}

func ExampleCount() {
	s, err := encoding.Count("Siparişiniz yola çıktı, takip no 482913", encoding.Options{Reserve: encoding.OperatorReserve})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s, %d units, %d part(s) because of %c\n", s.Encoding, s.Units, s.Parts, s.Forced)
	// Output: gsm7-tr-single, 43 units, 1 part(s) because of ş
}
