package console

import (
	"net/http"
	"strings"
	"testing"

	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/customer"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/internal/reconciliation"
	"github.com/onay/onay/pos"
)

// Every page behind the login, asked by every role: who lacks its permission is refused, before anything is looked up. Asked for what another
// company has, an administrator finds nothing.
func TestEveryPageKeepsRolesAndCompaniesApart(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.with(company.Administrator, "boss@example.com")
	routes := newConsole(h.d).routes
	if len(routes) < 60 {
		t.Fatalf("only %d pages", len(routes))
	}
	ask := func(b *browser, pattern, id string) (int, string) {
		method, path, _ := strings.Cut(pattern, " ")
		path = strings.NewReplacer("{$}", "", "{id}", id, "{position}", "0", "{day}", "2026-01-05").Replace(path)
		if method == http.MethodPost {
			return b.post(path, "amount", "1", "once", "x", "note", "bankada gördüm", "paid", "yes", "reason", "gördüm", "do", "explain")
		}
		return b.get(path)
	}
	for _, role := range company.Roles {
		b := h.with(role, string(role)+"@example.com")
		for pattern, perm := range routes {
			if perm == "" || company.Can(role, perm) {
				continue
			}
			if status, _ := ask(b, pattern, "x_1"); status != http.StatusForbidden {
				t.Errorf("%s at %s, which needs %s: %d", role, pattern, perm, status)
			}
		}
	}
	ctx := t.Context()
	other, err := h.d.Companies.Create(ctx, "Başka Şirket")
	if err != nil {
		t.Fatal(err)
	}
	card, err := h.d.Customers.Create(ctx, other.ID, customer.Input{Kind: customer.Person, Name: "Ayşe", Surname: "Gizli", EntryPoint: company.CustomerCard})
	if err != nil {
		t.Fatal(err)
	}
	account, err := h.d.Payments.CreateAccount(ctx, payment.Account{CompanyID: other.ID, Bank: "isbank", Name: "Gizli Hesap", Mode: "test", Status: "on",
		Credentials: map[string]string{"client_id": "700000001", "username": "api", "password": "gizli-1", "store_key": "gizli-2"}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := h.d.Payments.Create(ctx, payment.NewPayment{CompanyID: other.ID, Amount: pos.Money{Minor: 4711, Currency: pos.TRY}, Description: "Gizli Sipariş"})
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := h.d.DayEnd.Run(ctx, reconciliation.NewRun{CompanyID: other.ID, AccountID: account.ID, Statement: &reconciliation.Upload{Name: "Gizli.csv", File: strings.NewReader("Tarih;Tutar;Sipariş No\n2026-01-05;1,00;Gizli-1\n")}})
	if err != nil {
		t.Fatal(err)
	}
	differences, err := h.d.DayEnd.Findings(ctx, other.ID, foreign.ID, reconciliation.FindingFilter{})
	if err != nil || len(differences) != 1 {
		t.Fatal(differences, err)
	}
	b := h.with(company.Administrator, "other@example.com")
	for pattern := range routes {
		if strings.Contains(pattern, "/logout") || strings.Contains(pattern, "/account") { // they end her own session
			continue
		}
		for _, id := range []string{card.ID, account.ID, p.ID, foreign.ID, differences[0].ID} {
			if !strings.Contains(pattern, "{id}") && id != p.ID {
				continue
			}
			status, body := ask(b, pattern, id)
			if strings.Contains(body, "Gizli") || strings.Contains(pattern, "{id}") && (status == 200 || status == 303 && !strings.Contains(pattern, "{draft}")) { // a draft that is not there leads back to its form
				t.Errorf("%s with %s of another company: %d", pattern, id, status)
			}
		}
	}
	if x, err := h.d.DayEnd.Get(ctx, other.ID, foreign.ID); err != nil || x.Version != foreign.Version || x.OpenDifferences != 1 {
		t.Errorf("the comparison was touched: %+v %v", x, err)
	}
	if q, err := h.d.Payments.Get(ctx, other.ID, p.ID); err != nil || q.Version != p.Version {
		t.Errorf("the payment was touched: %+v %v", q, err)
	}
}

func TestAmountsAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int64{"1.250,00": 125000, "1250": 125000, "12,5": 1250, "12.50": 1250, "1.250": 125000, "1.250.000": 125000000, "0,01": 1, " 99,90 TL ": 9990, "₺5": 500, "1 250,50": 125050, "12.5": 1250} {
		if got, ok := lira(in); !ok || got != want {
			t.Errorf("%q: %d %v, want %d", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "0", "-5", "1,2,3", "1.25,00", "1.2.3", "abc", "1,234", "12.345,678", "1e5", "1.25.000"} {
		if got, ok := lira(in); ok {
			t.Errorf("%q is taken as %d", in, got)
		}
	}
}
