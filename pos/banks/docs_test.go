package banks_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/banks"
)

var update = flag.Bool("update", false, "write the pages of docs/pos anew")

// TestPagesSayWhatTheProfilesDo keeps docs/pos/banks.md and the page of each bank as the profiles are:
// go test ./pos/banks -run Pages -update
func TestPagesSayWhatTheProfilesDo(t *testing.T) {
	dir := filepath.Join("..", "..", "docs", "pos")
	pages := map[string]string{"banks.md": index()}
	for _, b := range banks.All() {
		pages["bank-"+b.Key+".md"] = page(t, b)
	}
	for name, want := range pages {
		path := filepath.Join(dir, name)
		if *update {
			if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s is not what the profiles say (%v): run this test with -update", path, err)
		}
	}
	there, _ := filepath.Glob(filepath.Join(dir, "bank-*.md"))
	if len(there) != len(pages)-1 {
		t.Errorf("%d pages for %d banks", len(there), len(pages)-1)
	}
}

var protocolNames = map[banks.Protocol]string{banks.NestPay: "NestPay", banks.Akbank: "Akbank", banks.Garanti: "Garanti", banks.PayFlex: "PayFlex", banks.PosNet: "PosNet", banks.PosNetV1: "PosNet V1",
	banks.PayFor: "PayFor", banks.InterVPOS: "InterVPOS", banks.NKolay: "N Kolay"}

func index() string {
	var b strings.Builder
	b.WriteString("# Banks\nMade from package `pos/banks`; do not edit. No bank's own system could be reached while this was written: [what was checked how](../protocol-status.md#sanal-pos).\n\n" +
		"| Bank | Number | Protocol | Card programs with installments | `onay pos` key |\n|---|---|---|---|---|\n")
	for _, x := range banks.All() {
		name := x.Name
		if x.Legacy {
			name += " *"
		}
		fmt.Fprintf(&b, "| [%s](bank-%s.md) | %s | [%s](%s.md) | %s | `%s` |\n", name, x.Key, x.EFT, protocolNames[x.Protocol], x.Protocol, strings.Join(x.Programs, ", "), x.Key)
	}
	b.WriteString("\n\\* No longer given to new merchants, or not known to exist today.\n")
	return b.String()
}

var abilityWords = []struct {
	a    pos.Ability
	text string
}{{pos.AbilitySale, "Sale"}, {pos.AbilityPreAuth, "Pre-authorization"}, {pos.AbilityCapture, "Capture"}, {pos.AbilityPartialCapture, "Capture of less than was held"}, {pos.AbilityVoid, "Void"}, {pos.AbilityRefund, "Refund"},
	{pos.AbilityPartialRefund, "Refund of a part"}, {pos.AbilityInquiry, "Inquiry about an order"}, {pos.AbilityOrderHistory, "History of an order"}, {pos.AbilityDayHistory, "List of a day"},
	{pos.AbilityInstallments, "Installments"}, {pos.AbilityInstallmentQuery, "Installment table of a card"}, {pos.AbilityMOTO, "Telephone orders (MOTO), where the bank has opened them"}, {pos.AbilityRecurring, "Recurring payments, where the bank has opened them"},
	{pos.AbilityStoredCards, "Cards kept by the bank"}}

var modelWords = map[pos.Model]string{pos.NonSecure: "without 3-D Secure", pos.Secure: "3-D Secure, the shop charges (`3d`)", pos.SecurePay: "3-D Secure, the bank charges at once (`3d_pay`)",
	pos.SecureHosted: "the bank's payment page with 3-D Secure (`3d_pay_hosting`)", pos.SecureHost: "the bank's card page, the shop charges (`3d_host`)", pos.Hosted: "the bank's payment page without 3-D Secure (`pay_hosting`)"}

func page(t *testing.T, x banks.Bank) string {
	t.Helper()
	var b strings.Builder
	p := func(format string, a ...any) { fmt.Fprintf(&b, format, a...) }
	p("# %s\nMade from package `pos/banks`; do not edit.\n\n", x.Name)
	if x.Note.EN != "" {
		p("> %s\n>\n> *%s*\n\n", x.Note.EN, x.Note.TR)
	}
	p("Protocol: [%s](%s.md)", protocolNames[x.Protocol], x.Protocol)
	if x.EFT != "" {
		p(" · bank number %s", x.EFT)
	}
	if len(x.Programs) > 0 {
		p(" · card programs: %s", strings.Join(x.Programs, ", "))
	}
	p("\n\n## What the bank gives you, and where it goes\n| In the bank's letter or panel | Key | | Where to find it |\n|---|---|---|---|\n")
	for _, f := range x.Fields() {
		var marks []string
		if f.Required {
			marks = append(marks, "required")
		}
		if f.Secret {
			marks = append(marks, "secret")
		}
		if f.Default != "" {
			marks = append(marks, "otherwise `"+f.Default+"`")
		}
		if len(f.Choices) > 0 {
			var c []string
			for _, y := range f.Choices {
				c = append(c, "`"+y.Value+"`")
			}
			marks = append(marks, "one of "+strings.Join(c, " "))
		}
		p("| %s · *%s* | `%s` | %s | %s |\n", f.Label.EN, f.Label.TR, f.Key, strings.Join(marks, ", "), f.Help.EN)
	}
	p("\n## Addresses\n| | Production | Test |\n|---|---|---|\n")
	for _, n := range x.Addresses() {
		p("| `%s` | %s | %s |\n", n, x.Live[n], x.Test[n])
	}
	switch {
	case len(x.Live) == 0:
		p("\nNone is known: type them in from the bank's letter.\n")
	case len(x.Test) == 0:
		p("\nNo public test system is known: ask the bank for one.\n")
	default:
		p("\nTest mode (`\"test\": true` in the account) uses the addresses of the right column, with the credentials that the bank gives for its test system.\n")
	}
	p("\n## Ways to pay\n")
	for _, m := range append([]pos.Model{pos.NonSecure}, x.Ways()...) {
		if m != pos.NonSecure || !strings.Contains(b.String(), "- "+modelWords[pos.NonSecure]) {
			p("- %s\n", modelWords[m])
		}
	}
	c := credentials(x)
	for _, f := range x.Fields() {
		for _, y := range f.Choices {
			if y.Value == "yes" {
				c[f.Key] = "yes"
			}
		}
	}
	addresses := map[string]string{}
	for _, n := range x.Addresses() {
		addresses[n] = "https://bank.example/" + n
	}
	c["model"] = string(pos.Secure)
	g, err := banks.Open(x.Key, c, banks.Options{Addresses: addresses})
	if err != nil {
		t.Fatalf("%s: %v", x.Key, err)
	}
	caps := g.Capabilities()
	p("\n## What it can do\n| | |\n|---|---|\n")
	for _, a := range abilityWords {
		p("| %s | %s |\n", a.text, map[bool]string{true: "yes", false: "–"}[caps.Has(a.a)])
	}
	var cur []string
	for _, x := range caps.Currencies {
		cur = append(cur, string(x))
	}
	p("| Currencies | %s |\n\nWhat a bank cannot do is refused before anything is sent. Limits, refusals and what is not confirmed: [%s](%s.md). What was checked how: [protocol status](../protocol-status.md#sanal-pos).\n", strings.Join(cur, ", "), protocolNames[x.Protocol], x.Protocol)
	return b.String()
}
