package ui

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/google/go-cmp/cmp"
	"github.com/onay/onay/internal/console/text"
)

func render(t *testing.T, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func page(l text.Lang) Page {
	return Page{Title: "Bileşenler", Lang: l, Nav: Places(), Active: "payments", User: "Mehmet Demir", Path: "/styleguide", Sandbox: true,
		Companies: []Company{{"a", "Yıldız Tesisat"}, {"b", "Güneş Elektrik"}}, Company: "a", Flash: &FlashProps{Tone: Bad, Text: "x"}}
}

func pages() map[string]templ.Component {
	return map[string]templ.Component{
		"style guide in Turkish": Styleguide(page(text.TR)),
		"style guide in English": Styleguide(page(text.EN)),
		"payer's page":           StylePublic(PublicPage{Title: "Ödeme", Merchant: "Yıldız Tesisat", Switch: true, Script: true}),
	}
}

// The policy "script-src 'self'; style-src 'self'" refuses inline scripts, styles and handlers.
func TestNothingInline(t *testing.T) {
	t.Parallel()
	inline := regexp.MustCompile(`(?i)\sstyle=|\son[a-z]+=|<style|javascript:|<script(?:\s[^>]*)?>[^<]`)
	for name, c := range pages() {
		if found := inline.FindAllString(render(t, c), -1); found != nil {
			t.Errorf("%s: inline %q", name, found)
		}
	}
}

// Every label, description and fragment leads to an id that is there once.
func TestReferencesLeadSomewhere(t *testing.T) {
	t.Parallel()
	ref := regexp.MustCompile(`\s(?:for|aria-labelledby|aria-describedby|data-copy)="([^"]+)"|href="#([a-z-]+)"`)
	id := regexp.MustCompile(`\sid="([^"]+)"`)
	for name, c := range pages() {
		html := render(t, c)
		seen := map[string]int{}
		for _, m := range id.FindAllStringSubmatch(html, -1) {
			seen[m[1]]++
			if seen[m[1]] == 2 {
				t.Errorf("%s: id %q twice", name, m[1])
			}
		}
		for _, m := range ref.FindAllStringSubmatch(html, -1) {
			for _, to := range strings.Fields(m[1] + " " + m[2]) {
				if seen[to] == 0 {
					t.Errorf("%s: nothing has the id %q", name, to)
				}
			}
		}
	}
}

// Every control that a person fills in has a label.
func TestControlsHaveLabels(t *testing.T) {
	t.Parallel()
	control := regexp.MustCompile(`<(?:input|select|textarea)\b[^>]*>`)
	id := regexp.MustCompile(`\sid="([^"]+)"`)
	for name, c := range pages() {
		html := render(t, c)
		for _, tag := range control.FindAllString(html, -1) {
			if strings.Contains(tag, `type="hidden"`) {
				continue
			}
			m := id.FindStringSubmatch(tag)
			if m == nil || !strings.Contains(html, fmt.Sprintf(`for=%q`, m[1])) {
				t.Errorf("%s: no label for %s", name, tag)
			}
		}
	}
}

// A key that no catalogue has would be shown as itself.
func TestNoKeyIsShown(t *testing.T) {
	t.Parallel()
	for name, c := range pages() {
		if found := regexp.MustCompile(`>\s*(?:act|word|nav|top|state|style|error|login|count|ago)\.[a-z.]+`).FindAllString(render(t, c), -1); found != nil {
			t.Errorf("%s: %q", name, found)
		}
	}
}

func TestEveryStateWithATextHasAToneOrIsNeutralOnPurpose(t *testing.T) {
	t.Parallel()
	for _, key := range text.Keys() {
		parts := strings.Split(key, ".")
		if len(parts) != 3 || parts[0] != "state" {
			continue
		}
		if _, ok := tones[parts[2]]; !ok {
			t.Errorf("state %q has a text but no tone", key)
		}
	}
}

func TestFrameMarksThePlace(t *testing.T) {
	t.Parallel()
	html := render(t, Layout(page(text.TR)))
	if n := strings.Count(html, `aria-current="page"`); n != 2 {
		t.Errorf("%d current places, want one in the rail and one in the folded part of the bottom bar", n)
	}
	if !strings.Contains(html, `<summary class="current">`) {
		t.Error("the folded part of the bottom bar is not marked")
	}
	p := page(text.TR)
	p.Nav = p.Nav[:5]
	if html := render(t, Layout(p)); strings.Contains(html, text.TR.T("nav.more")) {
		t.Error("five places fit the bottom bar and need no folding")
	}
}

func TestFrameSpeaksItsPagesLanguage(t *testing.T) {
	t.Parallel()
	inside := templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, err := fmt.Fprint(w, "inside: "+text.T(ctx, "act.save"))
		return err
	})
	for l, want := range map[text.Lang]string{text.TR: "inside: Kaydet", text.EN: "inside: Save"} {
		var b strings.Builder
		if err := Layout(page(l)).Render(templ.WithChildren(context.Background(), inside), &b); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), want) || !strings.Contains(b.String(), fmt.Sprintf("<html lang=%q", l)) {
			t.Errorf("%s: want %q", l, want)
		}
	}
}

func TestSparkStaysInsideItsBox(t *testing.T) {
	t.Parallel()
	for name, values := range map[string][]int64{"empty": nil, "one": {5}, "flat": {3, 3, 3}, "extremes": {-1 << 62, 0, 1 << 62}} {
		for _, p := range (SparkProps{Values: values}).points() {
			if p[0] < 0 || p[0] > sparkW || p[1] < 0 || p[1] > sparkH {
				t.Errorf("%s: point %v outside", name, p)
			}
		}
	}
}

func TestBarsKeepProportionAndShowTheSmallest(t *testing.T) {
	t.Parallel()
	b := BarsProps{Bars: []Bar{{Value: 1000}, {Value: 500}, {Value: 1}, {Value: 0}}}
	var got []int
	for _, bar := range b.Bars {
		got = append(got, b.height(bar.Value))
	}
	if diff := cmp.Diff([]int{barsH, barsH / 2, 2, 0}, got); diff != "" {
		t.Error(diff)
	}
}

func TestForeignTextDoesNoHarm(t *testing.T) {
	t.Parallel()
	html := render(t, Table(TableProps{Columns: []Column{{Label: "Ad"}}, Rows: []Row{{Cells: []Cell{A("<b>x</b>", "javascript:alert(1)")}}}}))
	if strings.Contains(html, "<b>") {
		t.Error("text is not escaped")
	}
	if strings.Contains(html, "javascript:") {
		t.Error("a script address went through")
	}
}

func TestTimesAreForMachinesToo(t *testing.T) {
	t.Parallel()
	got := render(t, Moment(time.Date(2026, 11, 22, 11, 5, 0, 0, time.UTC)))
	if want := `<time datetime="2026-11-22T11:05:00Z">22.11.2026 14:05</time>`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestPlacesHaveNamesAndIcons(t *testing.T) {
	t.Parallel()
	for _, n := range Places() {
		if !text.Has("nav."+n.Key) || !slices.Contains(iconNames(), n.Icon) {
			t.Errorf("place %q lacks its name or icon", n.Key)
		}
	}
}
