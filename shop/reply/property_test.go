package reply_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/onay/onay/shop/reply"
)

// yeses confirm when they stand alone.
var yeses = []string{"onay", "ONAY 10234", "onaylıyorum", "evet", "tamam", "ok", "kabul ediyorum", "Siparişimi onaylıyorum", "10234 onay", "Onaylıyorum, bekliyorum",
	"evet onaylıyorum", "onay veriyorum", "onaylansın", "okey", "tamamdır", "onayla"}

// againsts take a yes back, or make it doubtful, wherever they stand.
var againsts = []string{"değil", "benim değil", "yok", "haberim yok", "hayır", "asla", "sakın", "istemiyorum", "göndermeyin", "iptal", "vazgeçtim", "almayacağım", "belki",
	"sanırım", "galiba", "emin değilim", "yanlış numara", "ben sipariş vermedim", "sipariş etmedim", "böyle bir şey almadım", "reddediyorum", "düşüneceğim",
	"kabul etmem", "dolandırıcısınız", "iade", "onay vermiyorum", "kararsızım", "gerek yok", "mı", "mi", "nedir", "?", "neden", "ne siparişi", "kim", "gelmesin", "kalsın",
	"almam", "olmaz", "edemem", "bilmiyorum", "hiç istemedim", "vermem", "imkansız", "yokum", "caydım"}

// stems of verbs, with their last vowel's kind: a or e, and the high vowel of the present tense.
var stems = []struct{ stem, a, i string }{
	{"al", "a", "ı"}, {"onayla", "a", "ı"}, {"yap", "a", "ı"}, {"yaz", "a", "ı"}, {"tanı", "a", "ı"}, {"kullan", "a", "ı"}, {"anla", "a", "ı"}, {"bul", "a", "u"}, {"ol", "a", "u"},
	{"ver", "e", "i"}, {"iste", "e", "i"}, {"et", "e", "i"}, {"gönder", "e", "i"}, {"bekle", "e", "i"}, {"düşün", "e", "ü"}, {"gör", "e", "ü"}, {"öde", "e", "i"}, {"bil", "e", "i"},
}

// endings of negated verbs; A is a or e, I the high vowel.
var endings = []string{"mIyorum", "mIyoruz", "mIyor", "mIyorlar", "mAyacAğım", "mAyacAğız", "mAyacAk", "mAdım", "mAdık", "mAdı", "mAdIlAr", "mAmış", "mAmıştım", "mAsın",
	"mAyın", "mAyınız", "mAyalım", "mAm", "mAyız", "mAz", "mAzlAr", "mAzsA"}

func verb(stem, a, i, ending string) string {
	i2 := map[string]string{"a": "ı", "e": "i"}[a]
	e := strings.NewReplacer("A", a, "I", i, "acA", a+"c"+a, "ı", i2, "AcA", a+"c"+a).Replace(ending)
	if a == "e" {
		e = strings.NewReplacer("yac", "yec", "yal", "yel").Replace(e)
	}
	return stem + e
}

// spelled writes a text as a phone might: as it is, without Turkish letters, in capitals of three kinds.
func spelled(t *rapid.T, s string) string {
	plain := strings.NewReplacer("ı", "i", "ş", "s", "ğ", "g", "ü", "u", "ö", "o", "ç", "c", "İ", "I")
	switch rapid.IntRange(0, 5).Draw(t, "spelling") {
	case 1:
		return plain.Replace(s)
	case 2:
		return strings.ToUpper(plain.Replace(s))
	case 3:
		return strings.ToUpper(strings.NewReplacer("i", "İ", "ı", "I").Replace(s))
	case 4:
		return strings.ToUpper(s)
	case 5:
		return strings.ReplaceAll(s, "i", "i̇")
	}
	return s
}

func join(t *rapid.T, parts ...string) string {
	if rapid.Bool().Draw(t, "turn") {
		parts[0], parts[1] = parts[1], parts[0]
	}
	return strings.Join(parts, rapid.SampledFrom([]string{" ", ", ", ". ", "\n", " - ", "!!! ", " ama ", " lütfen "}).Draw(t, "glue"))
}

func read(text string) reply.Result {
	return reply.Read(reply.Message{From: customer, Text: text}, oneOpen(), reply.Config{})
}

func TestNothingConfirmsAgainstAWord(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := join(t, spelled(t, rapid.SampledFrom(yeses).Draw(t, "yes")), spelled(t, rapid.SampledFrom(againsts).Draw(t, "against")))
		if r := read(text); r.Intent == reply.Confirm {
			t.Fatalf("%q confirms by %s (%q): %+v", text, r.Rule, r.Because, r.Words)
		}
	})
}

func TestNothingConfirmsBesideANegatedVerb(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(stems).Draw(t, "stem")
		v := verb(s.stem, s.a, s.i, rapid.SampledFrom(endings).Draw(t, "ending"))
		text := join(t, spelled(t, rapid.SampledFrom(yeses).Draw(t, "yes")), spelled(t, v))
		if r := read(text); r.Intent == reply.Confirm {
			t.Fatalf("%q confirms by %s (%q): %+v", text, r.Rule, r.Because, r.Words)
		}
	})
}

func TestAlmostWithoutLettersTheRestStays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := spelled(t, rapid.SampledFrom(yeses).Draw(t, "yes"))
		if r := read(text); r.Outcome != reply.OutcomeConfirmed || len(r.Refs) != 1 || r.Refs[0] != "10234" {
			t.Fatalf("%q: %s %s %q by %s", text, r.Intent, r.Outcome, r.Refs, r.Rule)
		}
	})
}

// A reference which is not the sender's moves no order, whatever stands beside it.
func TestForeignReferencesMoveNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ref := rapid.OneOf(rapid.Just("20001"), rapid.StringMatching(`[3-9][0-9]{3,8}`), rapid.StringMatching(`[A-F][0-9][A-F][0-9]{4}`)).Draw(t, "ref")
		if len(ref) == 11 || ref == "5551112233" {
			t.Skip()
		}
		yes := rapid.SampledFrom([]string{"onay", "evet", "onaylıyorum", "ONAY NO", "tamam", "siparişimi onaylıyorum"}).Draw(t, "yes")
		text := join(t, yes, ref)
		if r := read(text); len(r.Actions) > 0 {
			t.Fatalf("%q acts on %+v", text, r.Actions)
		}
	})
}

// Orders of other phones never show: neither acted on, nor suggested, nor named.
func TestOthersStayHidden(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(append([]string{"20001", "10234", "hepsi", "#", "\n", "20 001", "2OOO1", "ret", "iptal"}, yeses...)), 0, 8).Draw(t, "words"), " ")
		r := read(text)
		for _, ref := range append(append([]string{}, r.Refs...), r.Suggest...) {
			if ref != "10234" {
				t.Fatalf("%q shows %q", text, ref)
			}
		}
		for _, a := range r.Actions {
			if a.Index != 0 {
				t.Fatalf("%q acts on %+v", text, a)
			}
		}
	})
}

// Reading twice gives the same, and folding a folded text changes nothing.
func TestReadAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "text")
		check(t, s)
	})
}

type failer interface{ Fatalf(string, ...any) }

func check(t failer, s string) {
	f := reply.Fold(s)
	if g := reply.Fold(f); strings.ReplaceAll(f, "~", " ") != strings.ReplaceAll(g, "~", " ") {
		t.Fatalf("Fold(%q) = %q, again %q", s, f, g)
	}
	a, b := read(s), read(s)
	if a.Intent != b.Intent || a.Outcome != b.Outcome || a.Intent == "" || a.Outcome == "" || a.Rule == "" || a.Rule.Text("tr") == "" || a.Rule.Text("en") == "" {
		t.Fatalf("%q: %+v and %+v", s, a, b)
	}
	if len(a.Actions) > 0 && a.Intent != reply.Confirm && a.Intent != reply.Cancel {
		t.Fatalf("%q: %s acts on %+v", s, a.Intent, a.Actions)
	}
	reply.Phone(s)
	reply.Read(reply.Message{From: customer, Text: s, Sent: []string{s, s + s}}, []reply.Order{{Ref: s, Aliases: []string{s + "1"}, Phones: []string{customer, s}, State: reply.State(s)}},
		reply.Config{Keywords: []string{s}, CancelKeywords: []string{s}, OwnNumbers: []string{s}})
}

func FuzzRead(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.Inputs.Text)
	}
	for _, c := range table(f) {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, s string) { check(t, s) })
}

func BenchmarkRead(b *testing.B) {
	sent := []string{"Sn. Ayşe Yılmaz, 10234 numaralı kapıda ödeme siparişinizi onaylamak için ONAY 10234, iptal için IPTAL 10234 yazıp 8503040506 numarasına gönderin."}
	for name, m := range map[string]reply.Message{
		"short":  {From: customer, Text: "ONAY 10234", Sent: sent},
		"polite": {From: customer, Text: "Merhabalar, 10234 numaralı siparişimi onaylıyorum, yarın öğleden sonra getirirseniz sevinirim. İyi çalışmalar, Ayşe Yılmaz", Sent: sent},
		"quoted": {From: customer, Text: "onaylıyorum " + sent[0], Sent: append(sent, sent[0], sent[0])},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				reply.Read(m, oneOpen(), reply.Config{Keywords: []string{"siparisonay"}})
			}
		})
	}
}
