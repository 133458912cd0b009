package iletimerkezi_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	sim "github.com/onay/onay/sandbox/iletimerkezi"

	"github.com/onay/onay/sandbox/outside"
	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/iletimerkezi"
)

var start = time.Date(2026, 11, 24, 12, 0, 0, 0, outside.Istanbul)

func world(t *testing.T, edit func(*sim.Account)) (*iletimerkezi.Client, *outside.Core) {
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
	c, err := iletimerkezi.New(iletimerkezi.Config{
		BaseURL: srv.URL + "/v1", Key: "sandbox-key", Hash: "sandbox-iletimerkezi", Header: "ORNEKFIRMA",
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c, core
}

func code(to, body string) sms.Message {
	return sms.Message{Route: sms.RouteOTP, To: to, Body: body}
}

func TestCodeArrivesAndIsReported(t *testing.T) {
	t.Parallel()
	pushes := make(chan iletimerkezi.Push, 1)
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		p, err := iletimerkezi.ParseWebhook(r)
		if err != nil {
			t.Error(err)
		}
		pushes <- p
	}))
	defer hook.Close()
	c, core := world(t, func(a *sim.Account) { a.PushURL = hook.URL })
	acc, err := c.Send(t.Context(), code("+905551112233", "Şifreniz: 482913"))
	if err != nil {
		t.Fatal(err)
	}
	if m := core.Phones.Received("+905551112233"); len(m) != 1 || m[0].Body != "Şifreniz: 482913" || m[0].Sender != "ORNEKFIRMA" {
		t.Fatalf("phone shows %+v", m)
	}
	got, err := c.Reports(t.Context(), []string{acc.ProviderID, "999"})
	want := []sms.Report{{ProviderID: acc.ProviderID, To: "+905551112233", Status: sms.StatusSent, Code: "110"}}
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Errorf("before: %v (-want +got):\n%s", err, d)
	}
	core.Clock.SetOffset(3 * time.Second)
	want[0].Status, want[0].Code, want[0].Final = sms.StatusDelivered, "111", true
	if got, err = c.Reports(t.Context(), []string{acc.ProviderID}); err != nil || cmp.Diff(want, got) != "" {
		t.Errorf("after: %v (-want +got):\n%s", err, cmp.Diff(want, got))
	}
	want[0].Code = "delivered"
	if p := <-pushes; cmp.Diff(want[0], p.Report) != "" || p.MessageID == "" {
		t.Errorf("pushed %+v", p)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	m := code("+905551112233", "Kodunuz 123456")
	for name, c := range map[string]struct {
		edit func(*sim.Account)
		m    sms.Message
		code string
		want sms.Kind
	}{
		"hash":           {func(a *sim.Account) { a.Password = "another" }, m, "401", sms.KindCredentials},
		"address":        {func(a *sim.Account) { a.AllowedIPs = []string{"10.0.0.0/8"} }, m, "401", sms.KindCredentials},
		"no credit":      {func(a *sim.Account) { a.Credit = 0 }, m, "402", sms.KindBalance},
		"sender":         {func(a *sim.Account) { a.Headers = []string{"BASKA"} }, m, "450", sms.KindHeader},
		"blocked number": {func(a *sim.Account) { a.Blacklist = []string{"5551112233"} }, m, "452", sms.KindNumber},
		"no İYS code":    {func(a *sim.Account) { a.IYSBrand = "" }, sms.Message{To: m.To, Body: "Kampanya", Purpose: sms.PurposeCommercialIndividual}, "470", sms.KindRefused},
	} {
		client, core := world(t, c.edit)
		_, err := client.Send(t.Context(), c.m)
		if sms.KindOf(err) != c.want || !strings.Contains(err.Error(), c.code) {
			t.Errorf("%s: %v, want %s %s", name, err, c.want, c.code)
		}
		if n := len(core.Phones.Received("+905551112233")); n != 0 {
			t.Errorf("%s: %d texts on the phone", name, n)
		}
	}
}

func TestSameTextWithinTenMinutes(t *testing.T) {
	t.Parallel()
	c, core := world(t, nil)
	m := code("+905551112233", "Kodunuz 123456")
	if _, err := c.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Send(t.Context(), m); sms.KindOf(err) != sms.KindRefused || sms.IsRetryable(err) {
		t.Errorf("the repeat: %v", err)
	}
	core.Clock.SetOffset(11 * time.Minute)
	if _, err := c.Send(t.Context(), m); err != nil {
		t.Errorf("eleven minutes later: %v", err)
	}
}

func TestBatchNeverHasAPhoneTwiceInAnOrder(t *testing.T) {
	t.Parallel()
	c, core := world(t, nil)
	out := c.SendBatch(t.Context(), []sms.Message{
		{To: "+905551112233", Body: "Bir"}, {To: "+905551112244", Body: "Bir"}, {To: "+905551112233", Body: "İki"},
		{To: "x", Body: "Üç"}, {To: "+905551112203", Body: "Bir"},
	})
	if len(out) != 5 || sms.KindOf(out[3].Err) != sms.KindNumber {
		t.Fatalf("got %+v", out)
	}
	a, b, d := out[0].Accepted.ProviderID, out[1].Accepted.ProviderID, out[2].Accepted.ProviderID
	if a == "" || a != b || d == "" || d == a || out[4].Accepted.ProviderID != a {
		t.Errorf("orders %q %q %q %q", a, b, d, out[4].Accepted.ProviderID)
	}
	core.Clock.SetOffset(time.Minute)
	reports, err := c.Reports(t.Context(), []string{a, b, d})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]sms.ReportStatus{}
	for _, r := range reports {
		got[r.ProviderID+r.To] = r.Status
	}
	want := map[string]sms.ReportStatus{
		a + "+905551112233": sms.StatusDelivered, a + "+905551112244": sms.StatusDelivered,
		a + "+905551112203": sms.StatusFailed, d + "+905551112233": sms.StatusDelivered,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestScheduledOrder(t *testing.T) {
	t.Parallel()
	c, core := world(t, nil)
	b := iletimerkezi.Bulk{Texts: []iletimerkezi.Text{{"05551112233", "Yarın görüşürüz"}}, Start: start.Add(time.Hour)}
	first, err := c.SendBulk(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	if rows, err := c.Reports(t.Context(), []string{first.ProviderID}); err != nil || len(rows) != 0 {
		t.Errorf("before its time: %+v, %v", rows, err)
	}
	if err := c.Cancel(t.Context(), first.ProviderID); err != nil {
		t.Error(err)
	}
	b.Texts[0].Body += "!"
	second, err := c.SendBulk(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	core.Clock.SetOffset(time.Hour + time.Minute)
	if m := core.Phones.Received("+905551112233"); len(m) != 1 || m[0].Body != b.Texts[0].Body {
		t.Errorf("phone shows %+v", m)
	}
	if err := c.Cancel(t.Context(), second.ProviderID); sms.KindOf(err) != sms.KindRefused {
		t.Errorf("cancelled after sending: %v", err)
	}
	list, total, err := c.Summaries(t.Context(), start, start, 1)
	if err != nil || total != 2 || list[0].State != "not_sent" || list[1].State != "completed" || list[1].Delivered != 1 {
		t.Errorf("summaries %+v, %d, %v", list, total, err)
	}
}

func TestBalanceAndHeaders(t *testing.T) {
	t.Parallel()
	c, _ := world(t, nil)
	b, err := c.Balance(t.Context())
	if d := cmp.Diff(sms.Balance{Credit: "0", Packages: []sms.Package{{Name: "SMS", Amount: 100_000}}}, b); err != nil || d != "" {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
	if h, err := c.Headers(t.Context()); err != nil || len(h) != 2 {
		t.Errorf("headers %q, %v", h, err)
	}
}

func TestHundredRecipientsASecond(t *testing.T) {
	t.Parallel()
	c, _ := world(t, nil)
	var err error
	for i := 0; i < 101 && err == nil; i++ {
		_, err = c.Send(t.Context(), code("+905551112233", "Kodunuz "+strings.Repeat("1", i+1)))
	}
	if !sms.IsRetryable(err) {
		t.Errorf("got %v", err)
	}
}
