package reply_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/onay/onay/shop/reply"
)

func TestSeveralOrders(t *testing.T) {
	t.Parallel()
	phones := []string{customer}
	orders := []reply.Order{
		{Ref: "10234", Phones: phones, State: reply.Awaiting},
		{Ref: "10240", Phones: phones, State: reply.PendingSend},
		{Ref: "IKS-77", Aliases: []string{"c88728ce28151"}, Phones: phones, State: reply.Unreachable},
		{Ref: "10100", Phones: phones, State: reply.Cancelled, Age: time.Hour},
		{Ref: "10101", Phones: phones, State: reply.Confirmed, StoreStatus: "being_prepared", Age: 2 * time.Hour},
		{Ref: "10102", Phones: phones, State: reply.Shipped, Age: 3 * time.Hour},
		{Ref: "20001", Phones: []string{"05324445566"}, State: reply.Awaiting},
	}
	open := []string{"10234", "10240", "IKS-77"}
	for _, c := range []struct {
		text          string
		outcome       reply.Outcome
		refs, suggest []string
	}{
		{"onay", reply.OutcomeAskReference, nil, open},
		{"evet", reply.OutcomeAskReference, nil, open},
		{"iptal", reply.OutcomeAskReference, nil, open},
		{"onay hepsi", reply.OutcomeConfirmed, open, nil},
		{"tümünü onaylıyorum", reply.OutcomeConfirmed, open, nil},
		{"hepsini iptal edin", reply.OutcomeAskReference, nil, open},
		{"hepsini değil ikisini onaylıyorum", reply.OutcomeAskIntent, nil, open},
		{"onay 10240", reply.OutcomeConfirmed, []string{"10240"}, nil},
		{"onay 10240 ve 10234", reply.OutcomeConfirmed, []string{"10240", "10234"}, nil},
		{"onay 10240 10240", reply.OutcomeConfirmed, []string{"10240"}, nil},
		{"10234 onay 10240 iptal", reply.OutcomeAskIntent, []string{"10234", "10240"}, open},
		{"iptal 10240", reply.OutcomeCancelled, []string{"10240"}, nil},
		{"onay iks 77", reply.OutcomeConfirmed, []string{"IKS-77"}, nil},
		{"onay iks77", reply.OutcomeConfirmed, []string{"IKS-77"}, nil},
		{"onayİKS77", reply.OutcomeConfirmed, []string{"IKS-77"}, nil},
		{"onay C88728CE28151 iks-77", reply.OutcomeConfirmed, []string{"IKS-77"}, nil},
		{"onay c8872bce28151", reply.OutcomeUnknownReference, nil, open},
		{"onay 10100", reply.OutcomeTooLateCancelled, []string{"10100"}, nil},
		{"iptal 10100", reply.OutcomeAlreadyCancelled, []string{"10100"}, nil},
		{"onay 1o100", reply.OutcomeUnknownReference, nil, open}, // a lookalike of a closed order is no name
		{"onay 10101", reply.OutcomeAlreadyConfirmed, []string{"10101"}, nil},
		{"iptal 10101", reply.OutcomeCancelAfterConfirm, []string{"10101"}, nil},
		{"onay 10102", reply.OutcomeAlreadyConfirmed, []string{"10102"}, nil},
		{"iptal 10102", reply.OutcomeTooLateShipped, []string{"10102"}, nil},
		{"onay 20001", reply.OutcomeNotYourOrder, nil, nil},
		{"onay 20001 10240", reply.OutcomeConfirmed, []string{"10240"}, nil},
		{"onya", reply.OutcomeAskIntent, nil, open}, // a typo needs a reference or one open order
		{"onya 10240", reply.OutcomeConfirmed, []string{"10240"}, nil},
		{"10240", reply.OutcomeAskIntent, []string{"10240"}, open},
		{"DUR", reply.OutcomeAskIntent, nil, open},
	} {
		got := reply.Read(reply.Message{From: customer, Text: c.text}, orders, reply.Config{})
		if got.Outcome != c.outcome {
			t.Errorf("%q: %s by %s, want %s", c.text, got.Outcome, got.Rule, c.outcome)
		}
		if d := cmp.Diff([][]string{c.refs, c.suggest}, [][]string{got.Refs, got.Suggest}, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%q: (-want +got)\n%s", c.text, d)
		}
	}
}

func TestWithoutOrders(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]reply.Outcome{
		"IPTAL": reply.OutcomeOptOut, "iptal": reply.OutcomeOptOut, "DUR": reply.OutcomeOptOut, "durdur": reply.OutcomeOptOut, "Çık": reply.OutcomeOptOut, "RED": reply.OutcomeOptOut,
		"iptal 10234": reply.OutcomeUnknownReference, "hayır": reply.OutcomeNoOpenOrder, "evet": reply.OutcomeNoOpenOrder, "merhaba": reply.OutcomeHelp, "": reply.OutcomeHelp,
		"onay 10234": reply.OutcomeUnknownReference, "siparişim nerede": reply.OutcomeStatusOrHelp, "onya": reply.OutcomeHelp,
	} {
		if r := reply.Read(reply.Message{From: customer, Text: text}, nil, reply.Config{}); r.Outcome != want {
			t.Errorf("%q: %s by %s, want %s", text, r.Outcome, r.Rule, want)
		}
	}
}

func TestWordsAreExplained(t *testing.T) {
	t.Parallel()
	r := read("Onaylıyorum 10234, sorun yok ama 459,90 TL 20001")
	want := []reply.Word{
		{Text: "ONAYLIYORUM", Role: reply.RoleConfirm}, {Text: "10234", Role: reply.RoleReference, Ref: "10234"}, {Text: "SORUN"}, {Text: "YOK", Role: reply.RoleHarmless},
		{Text: "AMA", Role: reply.RoleCondition}, {Text: "459", Role: reply.RoleNumber}, {Text: "90", Role: reply.RoleNumber}, {Text: "TL"}, {Text: "20001", Role: reply.RoleForeign},
	}
	if d := cmp.Diff(want, r.Words); d != "" {
		t.Error(d)
	}
	if !r.Has(reply.FlagConditional) || r.Rule != reply.RuleConfirmWord || r.Because != "ONAYLIYORUM" {
		t.Errorf("%+v", r)
	}
}

func ExampleRead() {
	orders := []reply.Order{{Ref: "10234", Phones: []string{"0555 111 22 33"}, State: reply.Awaiting}}
	for _, text := range []string{"ONAYLIYORUM", "onay vermiyorum", "onay mesajı geldi, ben sipariş etmedim"} {
		r := reply.Read(reply.Message{From: "905551112233", Text: text}, orders, reply.Config{})
		fmt.Println(r.Outcome, "-", r.Rule.Text("en"))
	}
	// Output:
	// confirmed - There is a confirm word.
	// cancelled - A negation directly follows the confirm word.
	// ask_intent - There is a confirm word, but a negation or doubt too; the customer is asked again.
}
