package sms_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onay/onay/sms"
)

func TestTurkishMobile(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"+90 555 160 2001":  "5551602001",
		"05551602001":       "5551602001",
		"00905551602001":    "5551602001",
		"905551602001":      "5551602001",
		"(0555) 160-20.01":  "5551602001",
		"+44 7700 900123":   "",
		"02121602001":       "",
		"555160200":         "",
		"ORNEKFIRMA":        "",
		"5551602001 dahili": "",
		"":                  "",
		"+4915551602001999": "",
	} {
		got, ok := sms.TurkishMobile(raw)
		if got != want || ok != (want != "") {
			t.Errorf("TurkishMobile(%q) = %q, %v; want %q", raw, got, ok, want)
		}
	}
}

func TestErrorClasses(t *testing.T) {
	t.Parallel()
	wrap := func(k sms.Kind) error {
		return fmt.Errorf("sending order text: %w", &sms.Error{Provider: "netgsm", Kind: k, Err: io.ErrUnexpectedEOF})
	}
	type verdict struct{ Ambiguous, Retryable bool }
	cases := map[string]struct {
		err  error
		want verdict
	}{
		"no error":               {nil, verdict{}},
		"never reached":          {wrap(sms.KindNotSent), verdict{Retryable: true}},
		"limit":                  {wrap(sms.KindThrottled), verdict{Retryable: true}},
		"lost answer":            {wrap(sms.KindAmbiguous), verdict{Ambiguous: true}},
		"refused":                {wrap(sms.KindRefused), verdict{}},
		"unclassified is unsafe": {context.DeadlineExceeded, verdict{Ambiguous: true}},
	}
	for name, c := range cases {
		got := verdict{sms.IsAmbiguous(c.err), sms.IsRetryable(c.err)}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	if err := wrap(sms.KindNotSent); !errors.Is(err, io.ErrUnexpectedEOF) || !errors.Is(err, &sms.Error{Kind: sms.KindNotSent}) {
		t.Error("errors.Is does not see the cause and the kind")
	}
}

func TestAcceptedIDs(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][]string{
		"": nil, "7": {"7"}, "12345,12346": {"12345", "12346"}, " 1, ,2 ": {"1", "2"},
	} {
		if d := cmp.Diff(want, sms.Accepted{ProviderID: in}.IDs()); d != "" {
			t.Errorf("%q (-want +got):\n%s", in, d)
		}
	}
}

func ExampleError_Explain() {
	err := &sms.Error{Provider: "netgsm", Code: "40", Kind: sms.KindHeader}
	fmt.Println(err.Explain("tr"))
	fmt.Println(err.Explain("en"))
	// Output:
	// Netgsm 40: gönderici adı (başlık) bu hesapta tanımlı değil
	// Netgsm 40: the sender header is not approved for this account
}
