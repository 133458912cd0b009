package mutlucell_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	sim "github.com/onay/onay/sandbox/mutlucell"

	"github.com/onay/onay/sandbox/outside"
	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/mutlucell"
)

var start = time.Date(2026, 11, 24, 12, 0, 30, 0, outside.Istanbul)

func world(t *testing.T, edit func(*sim.Account)) (*mutlucell.Client, *outside.Core, *sim.Server) {
	t.Helper()
	core := outside.NewCore(func() time.Time { return start }, outside.Limits{})
	a := sim.DefaultAccounts()[0]
	if edit != nil {
		edit(&a)
	}
	s, err := sim.New(core, sim.Config{Accounts: []sim.Account{a}})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(s.Handler())
	t.Cleanup(func() { core.Close(); srv.Close() })
	c, err := mutlucell.New(mutlucell.Config{
		BaseURL: srv.URL + "/smsgw-ws", Username: "onay", Password: "sandbox-mutlucell",
		Header: "ORNEK FIRMA", Subscriber: "08500000003", Now: core.Clock.Now,
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c, core, s
}

func TestCodeArrivesAndIsReportedAtTheHousesPace(t *testing.T) {
	t.Parallel()
	c, core, s := world(t, nil)
	acc, err := c.Send(t.Context(), sms.Message{Route: sms.RouteOTP, To: "+905551112233", Body: "Şifreniz: 482913 & <iyi>"})
	if err != nil {
		t.Fatal(err)
	}
	if m := core.Phones.Received("+905551112233"); len(m) != 1 || m[0].Body != "Şifreniz: 482913 & <iyi>" || m[0].Sender != "ORNEK FIRMA" {
		t.Fatalf("phone shows %+v", m)
	}
	rows := func() int {
		got, err := c.Reports(t.Context(), []string{acc.ProviderID})
		if err != nil {
			t.Fatal(err)
		}
		return len(got)
	}
	for _, step := range []struct {
		after time.Duration
		rows  int
	}{{0, 0}, {59 * time.Second, 0}, {time.Minute, 1}, {2 * time.Minute, 0}, {15 * time.Minute, 0}, {16 * time.Minute, 1}} {
		core.Clock.SetOffset(step.after)
		if n := rows(); n != step.rows {
			t.Errorf("after %s: %d rows, want %d", step.after, n, step.rows)
		}
	}
	if s.Accounts()[0].Disabled {
		t.Error("the account was locked")
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	m := sms.Message{Route: sms.RouteOTP, To: "+905551112233", Body: "Kodunuz 123456"}
	for name, c := range map[string]struct {
		edit func(*sim.Account)
		code string
		want sms.Kind
	}{
		"password":      {func(a *sim.Account) { a.Password = "another" }, "23", sms.KindCredentials},
		"not activated": {func(a *sim.Account) { a.Disabled = true }, "30", sms.KindCredentials},
		"no credit":     {func(a *sim.Account) { a.Credit = 0 }, "22", sms.KindBalance},
		"sender":        {func(a *sim.Account) { a.Headers = []string{"BASKA"} }, "21", sms.KindHeader},
	} {
		client, core, _ := world(t, c.edit)
		_, err := client.Send(t.Context(), m)
		if sms.KindOf(err) != c.want || !strings.Contains(err.Error(), c.code) {
			t.Errorf("%s: %v, want %s %s", name, err, c.want, c.code)
		}
		if n := len(core.Phones.Received("+905551112233")); n != 0 {
			t.Errorf("%s: %d texts on the phone", name, n)
		}
	}
}

func TestBatch(t *testing.T) {
	t.Parallel()
	c, core, _ := world(t, nil)
	out := c.SendBatch(t.Context(), []sms.Message{
		{To: "+905551112233", Body: "Bir"}, {To: "+905551112244", Body: "Bir"}, {To: "+905551112233", Body: "ikinci"},
		{To: "+905551112255", Body: "Üç ş"}, {To: "x", Body: "y"}, {To: "+905551112202", Body: "Bir 😀"},
	})
	ids := map[string]bool{}
	var asked []string
	for i, o := range out {
		if i == 4 {
			if sms.KindOf(o.Err) != sms.KindNumber {
				t.Errorf("%d: %v", i, o.Err)
			}
			continue
		}
		if o.Err != nil {
			t.Fatalf("%d: %v", i, o.Err)
		}
		ids[o.Accepted.ProviderID] = true
		asked = append(asked, o.Accepted.ProviderID)
	}
	if len(ids) != 4 {
		t.Errorf("packages %v", ids)
	}
	core.Clock.SetOffset(2 * time.Minute)
	rows, err := c.Reports(t.Context(), asked)
	if err != nil || len(rows) != 5 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	for _, r := range rows {
		want := sms.StatusDelivered
		if r.To == "+905551112202" {
			want = sms.StatusFailed
		}
		if r.Status != want || !r.Final {
			t.Errorf("row %+v", r)
		}
	}
}

func TestScheduledPackage(t *testing.T) {
	t.Parallel()
	c, core, _ := world(t, nil)
	b := mutlucell.Bulk{Texts: []mutlucell.Text{{"05551112233", "Yarin gorusuruz"}}, Start: start.Add(time.Hour), End: start.Add(2 * time.Hour)}
	first, err := c.SendBulk(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Cancel(t.Context(), first.ProviderID); err != nil {
		t.Error(err)
	}
	if err := c.Cancel(t.Context(), first.ProviderID); err == nil {
		t.Error("cancelled twice")
	}
	if _, err := c.SendBulk(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	core.Clock.SetOffset(time.Hour)
	if m := core.Phones.Received("+905551112233"); len(m) != 1 {
		t.Errorf("phone shows %+v", m)
	}
}

func TestInboxBalanceAndHeaders(t *testing.T) {
	t.Parallel()
	c, _, s := world(t, nil)
	if !s.Receive("+905551112233", "8500000003", "Onay 1001\nteşekkürler") {
		t.Fatal("nobody has this number")
	}
	list, err := c.Inbox(t.Context(), start.Add(-time.Hour), start)
	want := []sms.Inbound{{From: "+905551112233", To: "08500000003", Text: "Onay 1001\nteşekkürler", Raw: "Onay 1001\nteşekkürler", At: start}}
	if d := cmp.Diff(want, list, cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })); err != nil || d != "" {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
	b, err := c.Balance(t.Context())
	if d := cmp.Diff(sms.Balance{Packages: []sms.Package{{Name: "SMS kredisi", Amount: 100_000}}}, b); err != nil || d != "" {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
	h, err := c.Headers(t.Context())
	if d := cmp.Diff([]string{"ONAY", "ORNEK FIRMA"}, h); err != nil || d != "" {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
}
