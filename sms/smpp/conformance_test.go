package smpp_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/onay/onay/sandbox/outside"
	"github.com/onay/onay/sandbox/smsc"
	"github.com/onay/onay/sms/smpp"
	"github.com/onay/onay/sms/smstest"
)

const password = "gizli-12"

// centre is a simulated operator and its address.
type centre struct {
	*smsc.Server
	core *outside.Core
	addr string
}

// account is the one that tests use.
func account() smsc.Account {
	return smsc.Account{
		SystemID: "onay", Password: password, Senders: []string{"ORNEKFIRMA"}, Numbers: []string{"4609", "8500000002"},
	}
}

func newCentre(t testing.TB, cfg smsc.Config) *centre {
	t.Helper()
	if cfg.Accounts == nil {
		cfg.Accounts = []smsc.Account{account()}
	}
	core := outside.NewCore(nil, outside.Limits{})
	s, err := smsc.New(core, cfg)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.Serve(ln) }()
	t.Cleanup(core.Close)
	t.Cleanup(s.Close)
	return &centre{s, core, ln.Addr().String()}
}

// quick are waits for tests.
var quick = smpp.Timing{ReconnectMin: 10 * time.Millisecond, ReconnectMax: 200 * time.Millisecond}

func newClient(t testing.TB, c *centre, edit func(*smpp.Config)) *smpp.Client {
	t.Helper()
	cfg := smpp.Config{Addr: c.addr, SystemID: "onay", Password: password, Header: "ORNEKFIRMA", Timing: quick}
	if edit != nil {
		edit(&cfg)
	}
	client, err := smpp.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func waitFor(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s did not happen", what)
		}
	}
}

func TestConformance(t *testing.T) {
	t.Parallel()
	faults := map[smstest.Situation]smsc.Kind{
		smstest.Throttle: smsc.Throttle, smstest.StallAfterAccept: smsc.NoAnswer, smstest.CutAfterAccept: smsc.DropAfter,
		smstest.ErrorAfterAccept: smsc.FailAfter, smstest.HTMLAfterAccept: smsc.Garbage, smstest.TruncateAfterAccept: smsc.HalfAnswer,
	}
	for name, edit := range map[string]func(*smpp.Config){
		"transceiver": nil,
		"pair":        func(c *smpp.Config) { c.Bind = smpp.BindPair },
		"two":         func(c *smpp.Config) { c.Connections = 2 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			smstest.Run(t, func(t *testing.T, s smstest.Situation) smstest.Fixture {
				a := account()
				switch s {
				case smstest.RefuseLogin:
					a.Password = "another"
				case smstest.RefuseHeader:
					a.Senders = []string{"BASKA"}
				}
				c := newCentre(t, smsc.Config{Accounts: []smsc.Account{a}})
				if k, ok := faults[s]; ok {
					if err := c.SetFault(smsc.Fault{Kind: k, Rate: 1}); err != nil {
						t.Fatal(err)
					}
				}
				if s == smstest.NobodyListens {
					c.Close()
				}
				return smstest.Fixture{Sender: newClient(t, c, edit), Sent: c.Accepted, Secrets: []string{password}}
			})
		})
	}
}

func shutdown(t testing.TB, c *smpp.Client) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := c.Shutdown(ctx); err != nil {
		t.Error(err)
	}
}
