package console

import (
	"net/http"
	"strings"
	"testing"

	"github.com/onay/onay/internal/company"
)

// The form of an account asks for what the bank gives, keeps what was typed when it is refused, and never shows a secret.
func TestAddingAPosAccount(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.with(company.Administrator, "ayse@example.com")
	status, body := b.get("/settings/pos/new")
	for _, want := range []string{"Garanti BBVA", "İş Bankası", "Eski sistem", "bank=yapikredi"} {
		if status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("the list of banks: %d, without %q", status, want)
		}
	}
	status, body = b.get("/settings/pos/new?bank=garanti")
	for _, want := range []string{"Garanti BBVA hesabı ekle", "PROVRFN", `name="credentials.terminal_id"`, `type="password"`, `name="addresses.gate"`} {
		if status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("the form: %d, without %q", status, want)
		}
	}
	form := []string{"name", "Garanti", "mode", "test", "status", "on", "priority", "1", "credentials.merchant_id", "7000679", "credentials.terminal_id", "30691298", "credentials.provision_password", "gizli-parola-9",
		"credentials.refund_password", "gizli-parola-8", "credentials.model", "3d"}
	status, body = b.post("/settings/pos/new?bank=garanti", form...)
	if status != http.StatusUnprocessableEntity || !strings.Contains(body, "gerekli.") || !strings.Contains(body, `value="30691298"`) || strings.Contains(body, "gizli-parola") {
		t.Errorf("without the store key: %d", status)
	}
	if status, _ = b.post("/settings/pos/new?bank=garanti", append(form, "credentials.store_key", "12345678")...); status != http.StatusSeeOther {
		t.Fatalf("adding: %d", status)
	}
	if status, _ = b.post("/settings/pos/new?bank=yok", form...); status != http.StatusNotFound {
		t.Errorf("no such bank: %d", status)
	}
	list, err := h.d.Payments.Accounts(t.Context(), h.com.ID)
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v %v", list, err)
	}
	path := "/settings/pos/" + list[0].ID
	if status, body = b.get(path); status != http.StatusOK || strings.Contains(body, "gizli-parola") || !strings.Contains(body, "Bağlantıyı dene") {
		t.Errorf("the account: %d", status)
	}
	form[1] = "Garanti mağaza"
	if status, _ = b.post(path, form...); status != http.StatusSeeOther {
		t.Errorf("saving without the store key, which stays: %d", status)
	}
	if _, body = b.get("/settings/pos"); !strings.Contains(body, "Garanti mağaza") || !strings.Contains(body, "Deneme") {
		t.Error("the list does not show the change")
	}
	if status, _ = h.with(company.Cashier, "kasa@example.com").get(path); status != http.StatusForbidden {
		t.Errorf("a cashier: %d", status)
	}
}
