package api_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/sandbox"
)

// bank starts a simulated world of banks and gives the company an account at its first one.
func (h *house) bank() (w *sandbox.World, accountID string) {
	h.t.Helper()
	w = sandbox.New(sandbox.Config{})
	srv := httptest.NewServer(w.Handler())
	h.t.Cleanup(func() { w.Close(); srv.CloseClientConnections(); srv.Close() })
	a := w.BankAccounts(srv.URL)[0]
	var creds []string
	for k, v := range a.Credentials {
		creds = append(creds, `"`+k+`":"`+v+`"`)
	}
	var at []string
	for k, v := range a.Addresses {
		at = append(at, `"`+k+`":"`+v+`"`)
	}
	r := h.must(201, "POST", "/v1/pos-accounts", `{"bank":"`+a.Bank+`","credentials":{`+strings.Join(creds, ",")+`},"addresses":{`+strings.Join(at, ",")+`}}`)
	return w, r.text("id")
}

// Every operation of the description, asked with a key that lacks its scope, and with the key of another company for what this one has:
// the first is refused, the second finds nothing.
func TestEveryRouteKeepsScopesAndCompaniesApart(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, account := h.bank()
	compared := h.must(201, "POST", "/v1/reconciliations", statement(account, "2026-01-05", "X1;100,00")).text("id")
	ids := map[string]string{
		"/v1/pos-accounts/":               account,
		"/v1/reconciliations/":            compared,
		"/v1/reconciliation-differences/": data(h.must(200, "GET", "/v1/reconciliations/"+compared+"/differences", ""))[0].(map[string]any)["id"].(string),
		"/v1/payments/":                   h.must(201, "POST", "/v1/payments", `{"amount":100}`).text("id"),
		"/v1/payment-links/":              h.must(201, "POST", "/v1/payment-links", `{"description":"Kurs"}`).text("id"),
		"/v1/verifications/":              h.must(201, "POST", "/v1/verifications", `{"phone":"05551115561"}`).text("id"),
		"/v1/customers/":                  h.must(201, "POST", "/v1/customers", `{"name":"Ayşe","surname":"Yılmaz"}`).text("id"),
		"/v1/webhook-endpoints/": func() string {
			return h.must(201, "POST", "/v1/webhook-endpoints", `{"url":"http://127.0.0.1:9/x"}`).text("id")
		}(),
		"/v1/provider-accounts/": data(h.must(200, "GET", "/v1/provider-accounts", ""))[0].(map[string]any)["id"].(string),
		"/v1/messages/":          data(h.must(200, "GET", "/v1/messages", ""))[0].(map[string]any)["id"].(string),
	}
	ctx := context.Background()
	other, err := h.companies.Create(ctx, "Başka Şirket")
	if err != nil {
		t.Fatal(err)
	}
	_, stranger, err := h.companies.CreateKey(ctx, other.ID, company.NewKey{Name: "other", Scopes: []string{"*"}})
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]string{} // by the scope that it lacks
	for _, lacks := range company.Scopes {
		var rest []string
		for _, s := range company.Scopes {
			if s != lacks && s != "*" {
				rest = append(rest, s)
			}
		}
		keys[lacks] = h.newKey(rest...)
	}
	paths := h.must(200, "GET", "/openapi.json", "").json["paths"].(map[string]any)
	routes, foreign := 0, 0
	for path, item := range paths {
		for method, op := range item.(map[string]any) {
			op, ok := op.(map[string]any)
			if !ok || op["x-scope"] == nil {
				continue
			}
			routes++
			method, scope := strings.ToUpper(method), op["x-scope"].(string)
			full := path
			for prefix, id := range ids {
				if strings.HasPrefix(path, prefix+"{id}") {
					full = strings.Replace(path, "{id}", id, 1)
				}
			}
			full = strings.NewReplacer("{id}", "x_1", "{phone}", "+905551115561").Replace(full)
			body := ""
			if op["requestBody"] != nil {
				body = "{}"
			}
			if r := h.call(method, full, body, "Authorization", "Bearer "+keys[scope]); r.status != 403 || r.text("code") != "scope_missing" {
				t.Errorf("%s %s without the scope %s: %d %s", method, path, scope, r.status, r.raw)
			}
			r := h.call(method, full, body, "Authorization", "Bearer "+stranger)
			if strings.Contains(path, "{id}") && r.status/100 == 2 {
				t.Errorf("%s %s with a key of another company: %d %s", method, path, r.status, r.raw)
			}
			for _, id := range ids {
				if strings.Contains(r.raw, `"`+id+`"`) {
					t.Errorf("%s %s shows another company %s", method, path, id)
				}
			}
			foreign++
		}
	}
	if routes < 50 || foreign < 50 {
		t.Errorf("only %d routes were tried", routes)
	}
	if r := h.must(200, "GET", "/v1/payments/"+ids["/v1/payments/"], ""); r.text("status") != "created" {
		t.Errorf("the payment was touched: %s", r.raw)
	}
}
