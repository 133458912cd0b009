package payment_test

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/db/dbtest"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/internal/vault"
)

func TestMain(m *testing.M) { os.Exit(dbtest.Main(m)) }

func newService(t *testing.T, d db.DB) (*payment.Service, *audit.Log) {
	t.Helper()
	v, err := vault.Open(filepath.Join(t.TempDir(), "keys"), "")
	if err != nil {
		t.Fatal(err)
	}
	c := &clock.System{}
	l := audit.New(d, v, c, "")
	return payment.New(d, l, v, c, nil), l
}

const secret = "cok-gizli-parola-471"

func isbank() payment.Account {
	return payment.Account{CompanyID: "com_a", Bank: "isbank", Name: "İş Bankası", Mode: "test", Status: "on",
		Credentials: map[string]string{"client_id": " 700000001 ", "username": "api", "password": secret, "store_key": secret + "-3d"}}
}

func TestSecretsOfAnAccountAreWrittenAndNeverRead(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		ctx := context.Background()
		s, l := newService(t, d)
		a, err := s.CreateAccount(ctx, isbank())
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"client_id": "700000001", "username": "api"}
		if diff := cmp.Diff(want, a.Credentials); diff != "" {
			t.Error(diff)
		}
		// A change without the secrets keeps them: an account without its password would not open.
		a, err = s.UpdateAccount(ctx, "com_a", a.ID, func(x *payment.Account) {
			x.Credentials = map[string]string{"client_id": "700000002", "username": "api", "password": "", "model": "3d_pay"}
			x.Mode, x.Bank = "live", "akbank"
		})
		if err != nil || a.Mode != "live" || a.Bank != "isbank" || a.Credentials["client_id"] != "700000002" || a.Version != 2 {
			t.Fatalf("%+v %v", a, err)
		}
		if list, err := s.Accounts(ctx, "com_a"); err != nil || len(list) != 1 || !maps.Equal(list[0].Credentials, a.Credentials) {
			t.Errorf("%+v %v", list, err)
		}
		for _, other := range []func() error{
			func() error { _, err := s.Account(ctx, "com_b", a.ID); return err },
			func() error { _, err := s.UpdateAccount(ctx, "com_b", a.ID, func(*payment.Account) {}); return err },
			func() error { _, err := s.TestLogin(ctx, "com_b", a.ID); return err },
		} {
			if f := fault.As(other()); f == nil || f.Kind != fault.NotFound {
				t.Errorf("another company: %v", f)
			}
		}
		events, err := l.List(ctx, audit.Filter{CompanyID: "com_a", ObjectID: a.ID, Limit: 10})
		if err != nil || len(events) != 2 || !strings.Contains(events[0].Data, `"credentials_changed":["client_id","model"]`) {
			t.Errorf("%+v %v", events, err)
		}
		all, err := json.Marshal(events)
		if err != nil {
			t.Fatal(err)
		}
		var sealed []byte
		if err := d.Read(ctx, func(tx db.Tx) error {
			return tx.QueryRow("SELECT credentials FROM pos_account WHERE id = $1", a.ID).Scan(&sealed)
		}); err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(append(all, sealed...), []byte(secret)) {
			t.Error("a secret is in the log or in the database")
		}
	})
}

func TestWhatDoesNotFitTheBankIsRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		s, _ := newService(t, d)
		for name, c := range map[string]struct {
			change      func(*payment.Account)
			field, code string
		}{
			"no such bank":      {func(a *payment.Account) { a.Bank = "yok" }, "bank", "unknown_bank"},
			"no name":           {func(a *payment.Account) { a.Name = " " }, "name", "invalid_name"},
			"another mode":      {func(a *payment.Account) { a.Mode = "prod" }, "mode", "invalid_mode"},
			"another status":    {func(a *payment.Account) { a.Status = "" }, "status", "invalid_status"},
			"priority":          {func(a *payment.Account) { a.Priority = -1 }, "priority", "out_of_range"},
			"no password":       {func(a *payment.Account) { a.Credentials["password"] = "  " }, "credentials.password", "credential_missing"},
			"no such way":       {func(a *payment.Account) { a.Credentials["model"] = "4d" }, "credentials.model", "credential_invalid"},
			"a foreign field":   {func(a *payment.Account) { a.Credentials["sx"] = "1" }, "credentials.sx", "credential_unknown"},
			"a book":            {func(a *payment.Account) { a.Credentials["store_key"] = strings.Repeat("x", 1001) }, "credentials.store_key", "too_long"},
			"a foreign address": {func(a *payment.Account) { a.Addresses = map[string]string{"mpi": "https://x.example"} }, "addresses.mpi", "address_unknown"},
			"plain http":        {func(a *payment.Account) { a.Addresses = map[string]string{"api": "http://x.example"} }, "addresses.api", "invalid_url"},
			"no known address":  {func(a *payment.Account) { a.Bank = "hsbc" }, "addresses.api", "address_missing"},
		} {
			a := isbank()
			c.change(&a)
			_, err := s.CreateAccount(context.Background(), a)
			if f := fault.As(err); f == nil || f.Field != c.field || f.Code != c.code {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
