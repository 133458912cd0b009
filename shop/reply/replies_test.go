package reply_test

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"github.com/onay/onay/shop/reply"
)

const customer = "05551112233"

// oneOpen is the phone of customer with one open order, and somebody else's.
func oneOpen() []reply.Order {
	return []reply.Order{
		{Ref: "10234", Phones: []string{"+905551112233"}, State: reply.Awaiting, StoreStatus: "waiting_for_approval"},
		{Ref: "20001", Phones: []string{"+905324445566"}, State: reply.Awaiting, StoreStatus: "waiting_for_approval"},
	}
}

// table reads testdata/replies.txt.
func table(t testing.TB) (out []struct{ intent, outcome, text string }) {
	t.Helper()
	f, err := os.Open("testdata/replies.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if p := strings.SplitN(s.Text(), " ", 3); len(p) == 3 && p[0] != "#" {
			out = append(out, struct{ intent, outcome, text string }{p[0], p[1], strings.ReplaceAll(p[2], `\n`, "\n")})
		}
	}
	return out
}

func TestReplies(t *testing.T) {
	t.Parallel()
	rows := table(t)
	if len(rows) < 250 {
		t.Fatalf("only %d replies", len(rows))
	}
	for _, c := range rows {
		r := reply.Read(reply.Message{From: customer, Text: c.text}, oneOpen(), reply.Config{})
		if string(r.Intent) != c.intent || string(r.Outcome) != c.outcome {
			t.Errorf("%q: %s %s by %s (%q), want %s %s", c.text, r.Intent, r.Outcome, r.Rule, r.Because, c.intent, c.outcome)
		}
	}
}
