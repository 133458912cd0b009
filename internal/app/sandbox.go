package app

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/message"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/sandbox"
	"github.com/onay/onay/sandbox/bank"
)

// What the sandbox prints. They open nothing but a sandbox: a start without --sandbox refuses the key and makes no such user.
const (
	SandboxKey   = "onay_test_sandbox"
	DemoEmail    = "demo@onay.test"
	DemoPassword = "onay-sandbox-demo"
)

// startSandbox runs the outside world beside the program and wires a demo company to it.
func (a *App) startSandbox(ctx context.Context) (stop func(), err error) {
	ln, err := net.Listen("tcp", a.SandboxListen)
	if err != nil {
		return nil, fmt.Errorf("listen for the sandbox: %w", err)
	}
	a.SandboxListen = ln.Addr().String()
	if a.IPEcho == "" {
		a.IPEcho = "http://" + a.SandboxListen + "/ip"
	}
	world := sandbox.New(sandbox.Config{})
	world.OnClock(a.Clock.SetOffset)
	srv := &http.Server{Handler: world.Handler(), ReadHeaderTimeout: 10 * time.Second, ErrorLog: slogErrors(a.Logger)}
	go srv.Serve(ln)
	stop = func() { world.Close(); srv.Close() }
	if err := errors.Join(a.seed(ctx), a.seedBanks(ctx, world.BankAccounts("http://"+a.SandboxListen))); err != nil {
		stop()
		return nil, fmt.Errorf("demo company: %w", err)
	}
	return stop, nil
}

// seed makes the demo company on the first start, and points its accounts at the sandbox's present address on each.
func (a *App) seed(ctx context.Context) error {
	base := "http://" + a.SandboxListen + "/netgsm"
	at := map[string]string{"netgsm": base}
	for _, h := range sandbox.HouseAccounts("http://" + a.SandboxListen) {
		at[h.Provider] = h.URL
	}
	companies, err := a.Companies.List(ctx)
	if err != nil {
		return err
	}
	if len(companies) > 0 {
		for _, c := range companies {
			accounts, err := a.Messages.Accounts(ctx, c.ID)
			if err != nil {
				return err
			}
			for _, acc := range accounts {
				if to := at[acc.Provider]; acc.BaseURL != "" && acc.BaseURL != to {
					if _, err := a.Messages.UpdateAccount(ctx, c.ID, acc.ID, func(x *message.Account) { x.BaseURL = to }); err != nil {
						return err
					}
				}
			}
		}
		return nil
	}
	c, err := a.Companies.Create(ctx, "Örnek Mağaza")
	if err != nil {
		return err
	}
	u, err := a.Companies.CreateUser(ctx, company.NewUser{Email: DemoEmail, Name: "Demo", Password: DemoPassword, Lang: "tr"})
	if err != nil {
		return err
	}
	_, err = a.Companies.AddKey(ctx, c.ID, company.NewKey{Name: "Sandbox", Scopes: []string{"*"}}, SandboxKey)
	errs := []error{err, a.Companies.SetRole(ctx, c.ID, u.ID, company.Administrator)}
	for i, acc := range []struct{ name, user, secret string }{{"Netgsm", "8500000000", "sandbox-netgsm"}, {"Netgsm yedek", "8500000001", "sandbox-netgsm-2"}} {
		_, err := a.Messages.CreateAccount(ctx, message.Account{CompanyID: c.ID, Provider: "netgsm", Name: acc.name, BaseURL: base, Transport: "rest",
			Username: acc.user, Secret: acc.secret, Header: "ONAY", Priority: i, PerMinute: 100, Status: "on"})
		errs = append(errs, err)
	}
	for i, h := range sandbox.HouseAccounts("http://" + a.SandboxListen) { // off: whoever wants to see another house step in turns one on
		_, err := a.Messages.CreateAccount(ctx, message.Account{CompanyID: c.ID, Provider: h.Provider, Name: h.Name, BaseURL: h.URL, Transport: h.Transport, Username: h.Username, Secret: h.Password, Header: h.Header, Priority: 30 + i, Status: "off"})
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// seedBanks gives the demo company an account at each simulated bank, and points those that it has at the sandbox's present address.
func (a *App) seedBanks(ctx context.Context, at []sandbox.BankAccount) error {
	companies, err := a.Companies.List(ctx)
	if err != nil || len(companies) == 0 {
		return err
	}
	c := companies[0]
	if _, err := a.Payments.ImportBins(ctx, strings.NewReader(sandbox.Bins)); err != nil {
		return fmt.Errorf("first digits of cards: %w", err)
	}
	have, err := a.Payments.Accounts(ctx, c.ID)
	if err != nil {
		return err
	}
	for i, b := range at {
		n := slices.IndexFunc(have, func(x payment.Account) bool { return x.Bank == b.Bank && x.Name == b.Name })
		switch {
		case n < 0:
			_, err = a.Payments.CreateAccount(ctx, payment.Account{CompanyID: c.ID, Bank: b.Bank, Name: b.Name, Mode: "test", Credentials: b.Credentials, Addresses: b.Addresses, Priority: i, Status: "on", Installments: installments(b.Terms), Contract: payment.Contract{TaxRate: b.Terms.Tax, Fee: b.Terms.Fee, Days: b.Terms.Days, Business: b.Terms.Business, Monthly: b.Terms.Monthly, Returned: b.Terms.Returned, Text: b.Merchant()}})
		case !maps.Equal(have[n].Addresses, b.Addresses):
			_, err = a.Payments.UpdateAccount(ctx, c.ID, have[n].ID, func(x *payment.Account) { x.Addresses = b.Addresses })
		}
		if err != nil {
			return fmt.Errorf("account at %s: %w", b.Name, err)
		}
	}
	return nil
}

// installments are what the simulated bank's letter says, and what the demo's merchant asks of the payer for it.
func installments(t bank.Terms) (out []payment.Installment) {
	for _, n := range slices.Sorted(maps.Keys(t.Rates)) {
		x := payment.Installment{Count: n, CostRate: t.Rates[n]}
		if n > 3 {
			x.PayerRate = 120 * (n - 3)
		}
		out = append(out, x)
	}
	return out
}

func slogErrors(l *slog.Logger) *log.Logger { return slog.NewLogLogger(l.Handler(), slog.LevelWarn) }
