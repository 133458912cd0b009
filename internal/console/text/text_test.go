package text

import (
	"context"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

func TestCataloguesHaveTheSameKeys(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(slices.Sorted(maps.Keys(catalogue[TR])), slices.Sorted(maps.Keys(catalogue[EN]))); diff != "" {
		t.Errorf("keys of Turkish (-) and English (+):\n%s", diff)
	}
}

func TestTextsTakeTheSameArguments(t *testing.T) {
	t.Parallel()
	verb := regexp.MustCompile(`%(\[\d+\])?[a-z%]`)
	for key, tr := range catalogue[TR] {
		if diff := cmp.Diff(verb.FindAllString(tr, -1), verb.FindAllString(catalogue[EN][key], -1)); diff != "" {
			t.Errorf("%s: arguments of Turkish (-) and English (+):\n%s", key, diff)
		}
		if strings.TrimSpace(tr) == "" || strings.TrimSpace(catalogue[EN][key]) == "" {
			t.Errorf("%s: empty text", key)
		}
	}
}

// englishWords are words that slip into Turkish screens; none of them is also a Turkish word used here.
var englishWords = strings.Fields(`a about account action actions add all amount and approve are at back balance bank's batch been button
by cancel card cart change check checkout click close code company confirm consent copy create credit customer customers dashboard date day
default delete delivered delivery details disable discard done download edit email enable end enter error errors export fail failed field file
filter for from go has have header help home id import in info into invalid is item items language last list loading log login logout
menu merchant message messages more name new next no number of off ok on open optional or order orders page password pay payer payment payments
pending phone please preview previous process queue ready record records refund reject report reports required reset result retry
role rows save search select send sender sent settings show sign skip start status step submit success support sure switch table template test text
the theme this time to total try undo unknown update upload user users value verify view void wait warning was with without yes you your`)

func words(s string) []string {
	return strings.FieldsFunc(Lower(s), func(r rune) bool { return !unicode.IsLetter(r) })
}

func TestTurkishHasNoEnglish(t *testing.T) {
	t.Parallel()
	english := map[string]bool{}
	for _, w := range englishWords {
		english[w] = true
	}
	for key, s := range catalogue[TR] {
		for _, w := range words(strings.ReplaceAll(s, "%d", "")) {
			if english[w] && key != "lang.en" {
				t.Errorf("%s: English word %q in %q", key, w, s)
			}
		}
	}
}

func TestEnglishHasNoTurkish(t *testing.T) {
	t.Parallel()
	for key, s := range catalogue[EN] {
		if key != "lang.tr" && strings.ContainsAny(s, "çğıöşüÇĞİÖŞÜ") {
			t.Errorf("%s: Turkish letter in %q", key, s)
		}
	}
}

// Every key written out in the console's sources exists.
func TestKeysInUseExist(t *testing.T) {
	t.Parallel()
	use := regexp.MustCompile(`(?:\btext\.[TN]\(ctx, |\.T\()"([a-zA-Z0-9._]+)"[,)]`)
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") ||
			filepath.Ext(path) != ".go" && filepath.Ext(path) != ".templ" {
			return err
		}
		src, err := os.ReadFile(path)
		for _, m := range use.FindAllSubmatch(src, -1) {
			if !Has(string(m[1])) {
				t.Errorf("%s asks for the text %q, which no catalogue has", path, m[1])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAddRefusesAKeyTwice(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	add(TR, map[string]string{"app.name": "Onay"})
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, got, want string }{
		{"thousands", Money(123456), "1.234,56\u00a0TL"},
		{"below a lira", Money(5), "0,05\u00a0TL"},
		{"millions", Money(100000000), "1.000.000,00\u00a0TL"},
		{"negative below a lira", Money(-5), "−0,05\u00a0TL"},
		{"negative", Money(-123456), "−1.234,56\u00a0TL"},
		{"the smallest", Amount(-1 << 63), "−92.233.720.368.547.758,08"},
		{"other currency", MoneyIn(99900, "USD"), "999,00\u00a0USD"},
		{"lira by code", MoneyIn(100, "TRY"), "1,00\u00a0TL"},
		{"three digits", Count(999), "999"},
		{"four digits", Count(1204), "1.204"},
		{"seven digits", Count(-1234567), "−1.234.567"},
		{"whole percent", Percent(1200), "%12"},
		{"broken percent", Percent(1234), "%12,34"},
		{"mobile", Phone("+905551112233"), "0555 111 22 33"},
		{"abroad", Phone("+491512345678"), "+491512345678"},
		{"not a number yet", Phone("0555"), "0555"},
		{"masked", PhoneMasked("+905551112233"), "0555 ••• •• 33"},
		{"masked abroad", PhoneMasked("+491512345678"), "+491•••••••78"},
		{"card", Card("435508", "4358"), "4355 08•• •••• 4358"},
		{"card without its head", Card("", "4358"), "•••• •••• •••• 4358"},
		{"capitals", Upper("iade ışık"), "İADE IŞIK"},
		{"small letters", Lower("İADE IŞIK"), "iade ışık"},
		{"a name", Title("ışıl  iNCE"), "Işıl İnce"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.name, c.got, c.want)
		}
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 11, 5, 0, 0, time.UTC) // 14:05 in Istanbul
	if got := Time(now); got != "22.11.2026 14:05" {
		t.Errorf("Time: %q", got)
	}
	ctx := WithLang(context.Background(), TR)
	for _, c := range []struct {
		ago      time.Duration
		tr, engl string
	}{
		{20 * time.Second, "az önce", "just now"},
		{time.Minute, "1 dakika önce", "1 minute ago"},
		{3 * time.Minute, "3 dakika önce", "3 minutes ago"},
		{2 * time.Hour, "2 saat önce", "2 hours ago"},
		{15 * time.Hour, "dün 23:05", "yesterday 23:05"},
		{72 * time.Hour, "3 gün önce", "3 days ago"},
		{30 * 24 * time.Hour, "23.10.2026 14:05", "23.10.2026 14:05"},
		{-20 * time.Second, "birazdan", "in a moment"},
		{-3 * time.Minute, "3 dakika sonra", "in 3 minutes"},
		{-24 * time.Hour, "yarın 14:05", "tomorrow 14:05"},
	} {
		if got := Ago(ctx, now.Add(-c.ago), now); got != c.tr {
			t.Errorf("%v ago: %q, want %q", c.ago, got, c.tr)
		}
		if got := Ago(WithLang(ctx, EN), now.Add(-c.ago), now); got != c.engl {
			t.Errorf("%v ago: %q, want %q", c.ago, got, c.engl)
		}
	}
	if got := Span(ctx, 130*time.Minute); got != "2 sa 10 dk" {
		t.Errorf("Span: %q", got)
	}
}

func TestLanguageOfTheBrowser(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]Lang{"": TR, "de-DE,en;q=0.8,tr;q=0.5": EN, "tr-TR,tr;q=0.9,en;q=0.8": TR, "fr": TR} {
		if got := Accept(header); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
}
