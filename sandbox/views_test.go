package sandbox

import (
	"testing"
	"time"
)

func TestCodeIn(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"Kodunuz:482913.":                     "482913",
		"482913, kimseyle paylasmayin":        "482913",
		"1250 TL odeme icin kod 482913":       "482913",
		"Kod 4829, 3 dakika gecerli":          "4829",
		"1.250,50 TL, 24.11.2026 14:05":       "",
		"Bizi arayin: 08500000000":            "",
		"Kod 111111\n@magaza.example #A1B2C3": "A1B2C3",
		"":                                    "",
	} {
		if got := codeIn(body); got != want {
			t.Errorf("%q: %q, want %q", body, got, want)
		}
	}
}

func TestSpanAndPercent(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "yok", 3 * time.Minute: "+00:03:00", -time.Hour: "−01:00:00", 73 * time.Hour: "+3 gün 01:00:00",
	} {
		if got := showSpan(turkish, d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
	if tr, en := showPercent("tr", 0.125), showPercent("en", 0.125); tr != "%12,5" || en != "12.5%" {
		t.Errorf("%q %q", tr, en)
	}
}
