package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/onay/onay/internal/message"
	"github.com/onay/onay/pos"
	"github.com/onay/onay/sms"
)

// Doctor looks at everything that the program needs and says what is wrong in words. It sends no message.
func (a *App) Doctor(ctx context.Context, out io.Writer) error {
	bad := 0
	say := func(ok bool, what, detail string) {
		mark := "ok   "
		if !ok {
			mark = "FAULT"
			bad++
		}
		fmt.Fprintf(out, "%s  %-28s %s\n", mark, what, detail)
	}
	if info, err := os.Stat(a.KeysPath()); err == nil {
		say(info.Mode().Perm()&0o077 == 0, "key file", info.Mode().Perm().String()+" (only the owner may read it)")
	} else {
		say(a.Keys != "", "key file", "keys are given by ONAY_KEYS")
	}
	began := time.Now()
	err := a.DB.Check(ctx)
	say(err == nil, "database ("+a.DB.Engine()+")", words(err, fmt.Sprintf("well, %d ms", time.Since(began).Milliseconds())))
	report, err := a.Log.Verify(ctx)
	if err == nil && len(report.Faults) > 0 {
		err = fmt.Errorf("%d faults, first: %s", len(report.Faults), report.Faults[0])
	}
	say(err == nil, "event log", words(err, fmt.Sprintf("%d rows, %d seals, whole", report.Rows, report.Seals)))
	companies, err := a.Companies.List(ctx)
	if err != nil {
		return err
	}
	clockTold := false
	for _, c := range companies {
		accounts, err := a.Messages.Accounts(ctx, c.ID)
		if err != nil {
			return err
		}
		if len(accounts) == 0 {
			say(false, c.Name, "no SMS provider account")
		}
		for _, acc := range accounts {
			if acc.Status == "off" {
				continue
			}
			p, err := a.Messages.Probe(ctx, c.ID, acc.ID)
			if err == nil {
				err = p.Err
			}
			say(err == nil, c.Name+" · "+acc.Name, words(explain(err), fmt.Sprintf("login works, headers %v, credit %s", p.Headers, p.Balance)))
			base := acc.BaseURL
			if base == "" {
				p, _ := message.ProviderOf(acc.Provider)
				base = p.URL
			}
			ip, skew, err := peer(ctx, base)
			if err != nil {
				say(false, "  way to the provider", err.Error())
				continue
			}
			fmt.Fprintf(out, "       %-28s %s (behind a router the provider sees the router's address)\n", "  address that we call from", ip)
			if !clockTold {
				clockTold = true
				say(skew.Abs() < 5*time.Second, "clock", fmt.Sprintf("%s against the provider's", skew.Round(time.Second)))
			}
		}
		banks, err := a.Payments.Accounts(ctx, c.ID)
		if err != nil {
			return err
		}
		for _, b := range banks {
			if b.Status == "off" {
				continue
			}
			r, err := a.Payments.TestLogin(ctx, c.ID, b.ID)
			said := "the bank accepts the login (the 3-D key is not tried)"
			switch {
			case err != nil:
				said = err.Error()
			case r.Outcome != pos.OK && r.Code != "":
				said = fmt.Sprintf("%s (%s)", r.Code.Text("en"), r.ResponseCode)
			case r.Outcome != pos.OK:
				said = "the bank gave no answer of use"
			}
			say(err == nil && r.Outcome == pos.OK, c.Name+" · "+b.Name, said)
		}
	}
	if bad > 0 {
		return fmt.Errorf("%d faults", bad)
	}
	return nil
}

func words(err error, well string) string {
	if err != nil {
		return err.Error()
	}
	return well
}

func explain(err error) error {
	var e *sms.Error
	if errors.As(err, &e) {
		return errors.New(e.Explain("en"))
	}
	return err
}

// peer connects to a provider and tells our own address on that way and how far its clock is from ours.
func peer(ctx context.Context, base string) (ip string, skew time.Duration, err error) {
	u, err := url.Parse(base)
	if err != nil {
		return "", 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return "", 0, err
	}
	ip, _, _ = net.SplitHostPort(conn.LocalAddr().String())
	conn.Close()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, base, nil)
	if err != nil {
		return ip, 0, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return ip, 0, err
	}
	resp.Body.Close()
	if d, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		skew = time.Since(d).Truncate(time.Second)
	}
	return ip, skew, nil
}
