package mutlucell

import (
	"strings"
	"testing"

	"github.com/onay/onay/sms"
)

// A text is at most one of: a code, an accepted package.
func FuzzAnswers(f *testing.F) {
	for _, s := range []string{"$88096496#1.0", "$88096497#0.0", "23", "$88096", "$#", "$1986.0", "ONAY\tORNEK FIRMA", "<html>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, code := bareCode(text)
		id, credits, ok := parseSent(text)
		if ok && (code || id == "" || credits == "" || !strings.HasPrefix(text, "$")) {
			t.Errorf("%q: %q %q", text, id, credits)
		}
		_, _ = parseCredit(text)
		for _, h := range parseHeaders(text) {
			if h == "" || strings.Contains(h, "\t") {
				t.Errorf("header %q", h)
			}
		}
	})
}

func FuzzReport(f *testing.F) {
	f.Add("905301234567 3\n905321234567 5\n")
	f.Add("905301234567\t13\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		rows, _ := parseReport("1", text)
		for _, r := range rows {
			if r.To == "" || r.Final != (r.Status != sms.StatusSent) {
				t.Errorf("row %+v", r)
			}
		}
	})
}

func FuzzInbox(f *testing.F) {
	f.Add("2026-11-24 12:00:30\t905551112233\tOnay 1001\nteşekkürler\n24.11.2026 12:01\t905551112244\tx\ty")
	f.Fuzz(func(t *testing.T, text string) {
		list, _ := parseInbox(text, "08500000003")
		for _, m := range list {
			if m.Text != strings.TrimSpace(m.Raw) || m.At.IsZero() {
				t.Errorf("message %+v", m)
			}
		}
	})
}
