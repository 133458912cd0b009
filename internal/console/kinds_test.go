package console

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/onay/onay/internal/console/text"
)

// derived are the kinds that the domains put together from two words.
var derived = map[string][]string{
	"verification.": {"created", "approved", "check_failed", "denied", "expired", "canceled", "resent"},
	"message.":      {"queued", "sending", "sent", "delivered", "undelivered", "expired", "failed", "canceled"},
	"customer.":     {"created", "changed", "question_answered", "phone_verified"},
	"company.":      {"open", "closed"},
	"mail.":         {"sent", "failed"},
	"payment.": {"created", "authorizing", "awaiting_3ds", "authorized", "captured", "declined", "failed", "unknown", "expired", "voided", "partially_refunded", "refunded", "capture_requested", "capture_refused", "capture_unknown",
		"void_requested", "void_refused", "void_unknown", "refund_requested", "refund_refused", "refund_unknown", "refund_queued", "refund_asked", "refund_approved", "refund_rejected", "duplicate", "late_success", "reversed", "reversal_failed", "callback_rejected", "needs_person", "amount_differs", "resolved", "entered"},
}

// TestEveryEventHasWords reads the kinds of events out of the domains' sources: one without a Turkish and an English name fails.
func TestEveryEventHasWords(t *testing.T) {
	kind := regexp.MustCompile(`^(reconciliation|reconciliation_difference|reconciliation_settings|payout|day_end|payment_rules|payment_link|user|company|api_key|provider_account|pos_account|template|webhook_endpoint|customer|verification|message|prefix|safe_list)\.[a-z_]+$`)
	found := map[string]bool{}
	for area, words := range derived {
		for _, w := range words {
			found[area+w] = true
		}
	}
	for _, dir := range []string{"company", "message", "verification", "customer", "webhook", "payment", "reconciliation", "mail", "backup"} {
		files, err := filepath.Glob(filepath.Join("..", dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no sources of %s (%v)", dir, err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			src, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			f, err := parser.ParseFile(token.NewFileSet(), name, src, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
					if s, err := strconv.Unquote(l.Value); err == nil && kind.MatchString(s) && !(dir == "payment" && strings.HasPrefix(s, "customer.")) { // there it names an input
						found[s] = true
					}
				}
				return true
			})
		}
	}
	if len(found) < 50 {
		t.Errorf("only %d kinds found: does the test still look at the right places?", len(found))
	}
	for k := range found {
		if !text.Has("event." + k) {
			t.Errorf("%s has no words in the catalogue", k)
		}
	}
}
