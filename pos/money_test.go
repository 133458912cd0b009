package pos_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/onay/onay/pos"
)

func TestAmountsSurviveTheWire(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, 1e15).Draw(t, "minor")
		s := pos.Decimal(n)
		for _, text := range []string{s, strings.Replace(s, ".", ",", 1), s + "0"} {
			if got, err := pos.ParseDecimal(text); err != nil || got != n {
				t.Fatalf("%d is written %q and read as %d (%v)", n, text, got, err)
			}
		}
	})
}

func TestAmountsThatAreNone(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", ".", ",", "1.", "1.234,56", "1,234.56", "-1.00", "+1.00", "1e3", " 1", "1 ", "1.999", "0x10", "99999999999999999999", "NaN", "१"} {
		if n, err := pos.ParseDecimal(s); err == nil {
			t.Errorf("%q is read as %d", s, n)
		}
	}
}

func FuzzParseDecimal(f *testing.F) {
	for _, s := range []string{"1.10", "244,07", "0", "1.1000", "12"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := pos.ParseDecimal(s)
		if err == nil && (n < 0 || n > 1e15) {
			t.Errorf("%q is %d", s, n)
		}
	})
}

func TestOrderIDs(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 10_000 {
		id := pos.NewOrderID()
		if len(id) != 20 || strings.Trim(id, "ABCDEFGHJKLMNPQRSTUVWXYZ23456789") != "" || seen[id] {
			t.Fatalf("order id %q", id)
		}
		seen[id] = true
	}
}

func TestEveryCodeHasItsTexts(t *testing.T) {
	t.Parallel()
	for _, c := range pos.Codes() {
		for _, s := range []string{c.Text("tr"), c.Text("en"), c.PayerText("tr"), c.PayerText("en")} {
			if s == "" {
				t.Errorf("%s lacks a text", c)
			}
		}
		if c.Class() == pos.ClassHard && strings.Contains(strings.ToLower(c.PayerText("tr")), "çalıntı") {
			t.Errorf("%s tells the payer too much", c)
		}
	}
}

func TestISO8583(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]pos.Code{"51": pos.CodeInsufficientFunds, "05": pos.CodeDoNotHonor, "54": pos.CodeExpiredCard, "97": pos.CodeDoNotHonor, "00": "", "": "", "5": "", "5a": "", "510": ""} {
		if got, _ := pos.ISO8583(code); got != want {
			t.Errorf("%q is %q, want %q", code, got, want)
		}
	}
}

func TestCallbackFieldThatCameTwiceIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := pos.ReadValues(map[string][]string{"mdStatus": {"0", "1"}}); err == nil {
		t.Error("two different values were taken")
	}
	if v, err := pos.ReadValues(map[string][]string{"mdStatus": {"1", "1"}}); err != nil || v.Get("mdStatus") != "1" {
		t.Errorf("%v %v", v, err)
	}
}

func TestPageFormTakesNoForeignScheme(t *testing.T) {
	t.Parallel()
	for page, action := range map[string]string{
		`<form action="https://acs.example/x" method=post><input name=a value="1&amp;2"></form>`: "https://acs.example/x",
		`<FORM ACTION='/mpi/acs'><INPUT TYPE=HIDDEN NAME=a VALUE='1&2'></FORM>`:                  "https://bank.example/mpi/acs",
		`<form action="javascript:alert(1)"><input name=a></form>`:                               "",
		`<form action="http://evil.example/x"><input name=a></form>`:                             "",
		`no form at all`: "",
	} {
		f := pos.PageForm([]byte(page), "https://bank.example/mpi/Default.aspx")
		if f.Action != action || action != "" && f.Get("a") != "1&2" {
			t.Errorf("%s gives %q %q", page, f.Action, f.Get("a"))
		}
	}
}
