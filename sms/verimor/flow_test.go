package verimor_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	sim "github.com/onay/onay/sandbox/verimor"

	"github.com/onay/onay/sandbox/outside"
	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/verimor"
)

var start = time.Date(2026, 11, 24, 12, 0, 0, 0, outside.Istanbul)

func world(t *testing.T, edit func(*sim.Account)) (*verimor.Client, *outside.Core, *sim.Server) {
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
	c, err := verimor.New(verimor.Config{BaseURL: srv.URL + "/v2", Username: "908500000002", Password: "sandbox-verimor", Header: "ORNEKFIRMA"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c, core, s
}

var sameInstant = cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })

func TestCodeArrivesAndIsReported(t *testing.T) {
	t.Parallel()
	pushes := make(chan verimor.Push, 4)
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		p, err := verimor.ParsePush(r)
		if err != nil {
			t.Error(err)
		}
		pushes <- p
	}))
	defer hook.Close()
	c, core, s := world(t, func(a *sim.Account) { a.PushURL = hook.URL })
	acc, err := c.Send(t.Context(), sms.Message{Route: sms.RouteOTP, To: "+905551112233", Body: "Şifreniz: 482913", Reference: "onay-1"})
	if err != nil {
		t.Fatal(err)
	}
	if m := core.Phones.Received("+905551112233"); len(m) != 1 || m[0].Body != "Şifreniz: 482913" || m[0].Sender != "ORNEKFIRMA" {
		t.Fatalf("phone shows %+v", m)
	}
	want := []sms.Report{{ProviderID: acc.ProviderID, To: "+905551112233", Status: sms.StatusSent, Code: "WAITING", ErrorCode: "0", Segments: 1, Reference: "onay-1"}}
	got, err := c.Reports(t.Context(), []string{acc.ProviderID, "999"})
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Errorf("before: %v (-want +got):\n%s", err, d)
	}
	core.Clock.SetOffset(3 * time.Second)
	want[0].Status, want[0].Code, want[0].Final, want[0].At = sms.StatusDelivered, "DELIVERED", true, start.Add(2*time.Second)
	got, err = c.Reports(t.Context(), []string{acc.ProviderID})
	if d := cmp.Diff(want, got, sameInstant); err != nil || d != "" {
		t.Errorf("after: %v (-want +got):\n%s", err, d)
	}
	p := <-pushes
	if len(p.Reports) != 1 || cmp.Diff(want[0], p.Reports[0].Report, sameInstant) != "" || p.Reports[0].MessageID == "" || p.Reports[0].Credits != 1 {
		t.Errorf("pushed %+v", p)
	}

	if !s.Receive("+905551112233", "08500000002", " Onay 1001 ") || s.Receive("+905551112233", "08500000009", "x") {
		t.Error("a text to the line is received, and no other")
	}
	in := sms.Inbound{From: "+905551112233", To: "908500000002", Text: "Onay 1001", Raw: " Onay 1001 ", At: start.Add(3 * time.Second)}
	if p = <-pushes; len(p.Inbound) != 1 {
		t.Fatalf("pushed %+v", p)
	}
	in.ID = p.Inbound[0].ID
	if d := cmp.Diff(in, p.Inbound[0], sameInstant); d != "" || in.ID == "" {
		t.Errorf("pushed (-want +got):\n%s", d)
	}
	list, err := c.Inbox(t.Context(), start, start.Add(time.Hour))
	if err != nil || len(list) != 1 || cmp.Diff(in, list[0], sameInstant) != "" {
		t.Errorf("inbox %+v, %v", list, err)
	}
	if list, err = c.Inbox(t.Context(), start.Add(-time.Hour), start); err != nil || len(list) != 0 {
		t.Errorf("an hour before: %+v, %v", list, err)
	}
}

func TestInboxInPages(t *testing.T) {
	t.Parallel()
	c, core, s := world(t, nil)
	for i := range 250 {
		s.Receive("+905551112233", "8500000002", fmt.Sprint(i))
	}
	core.Clock.SetOffset(time.Hour)
	s.Receive("+905551112233", "8500000002", "late")
	list, err := c.Inbox(t.Context(), start, start.Add(time.Minute))
	if err != nil || len(list) != 250 || list[249].Text != "249" {
		t.Errorf("%d messages, %v", len(list), err)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	m := sms.Message{Route: sms.RouteOTP, To: "+905551112233", Body: "Kodunuz 123456"}
	for name, c := range map[string]struct {
		edit func(*sim.Account)
		m    sms.Message
		code string
		want sms.Kind
	}{
		"password":  {func(a *sim.Account) { a.Password = "another" }, m, "HTTP 401", sms.KindCredentials},
		"address":   {func(a *sim.Account) { a.AllowedIPs = []string{"10.0.0.0/8"} }, m, "HTTP 401", sms.KindCredentials},
		"no credit": {func(a *sim.Account) { a.Credit = 0 }, m, "INSUFFICIENT_CREDITS", sms.KindBalance},
		"sender":    {func(a *sim.Account) { a.Headers = []string{"BASKA"} }, m, "INVALID_SOURCE_ADDRESS", sms.KindHeader},
		"no brand":  {func(a *sim.Account) { a.IYSBrand = "" }, sms.Message{To: m.To, Body: "Kampanya", Purpose: sms.PurposeCommercialMerchant}, "MISSING_IYS_BRAND_CODE", sms.KindRefused},
	} {
		client, core, _ := world(t, c.edit)
		_, err := client.Send(t.Context(), c.m)
		if sms.KindOf(err) != c.want || !strings.Contains(err.Error(), c.code) || strings.Contains(err.Error(), "sandbox-verimor") {
			t.Errorf("%s: %v, want %s %s", name, err, c.want, c.code)
		}
		if n := len(core.Phones.Received("+905551112233")); n != 0 {
			t.Errorf("%s: %d texts on the phone", name, n)
		}
	}
}

func TestSameTextWithinADay(t *testing.T) {
	t.Parallel()
	c, core, _ := world(t, nil)
	m := sms.Message{To: "+905551112233", Body: "Kodunuz 123456"}
	for i, want := range []sms.Kind{"", sms.KindRefused} {
		if _, err := c.Send(t.Context(), m); sms.KindOf(err) != want {
			t.Errorf("%d: %v", i, err)
		}
	}
	// Among others it is thrown away later.
	out := c.SendBatch(t.Context(), []sms.Message{m, {To: "+905551112244", Body: "Kodunuz 123456"}})
	core.Clock.SetOffset(time.Minute)
	rows, err := c.Reports(t.Context(), []string{out[0].Accepted.ProviderID})
	if err != nil || len(rows) != 2 || rows[0].Code != "DOUBLE_SEND_ERROR" || rows[1].Status != sms.StatusDelivered {
		t.Errorf("got %+v, %v", rows, err)
	}
}

func TestBatchIsDividedByCodingAndPhone(t *testing.T) {
	t.Parallel()
	c, core, _ := world(t, nil)
	out := c.SendBatch(t.Context(), []sms.Message{
		{To: "+905551112233", Body: "Bir", Reference: "a"}, {To: "+905551112244", Body: "Bir", Reference: "b"},
		{To: "+905551112233", Body: "ikinci", Reference: "c"}, {To: "+905551112255", Body: "Üç ş", Reference: "d"},
		{To: "+491701234567", Body: "Vier ş", Reference: "e"}, {To: "+905551112266", Body: "virgül", Reference: "a,b"},
	})
	ids := map[string]bool{}
	var asked []string
	for i, o := range out[:5] {
		if o.Err != nil {
			t.Fatalf("%d: %v", i, o.Err)
		}
		ids[o.Accepted.ProviderID] = true
		asked = append(asked, o.Accepted.ProviderID)
	}
	if len(ids) != 4 || out[0].Accepted != out[1].Accepted || sms.KindOf(out[5].Err) != sms.KindParameters {
		t.Errorf("got %+v", out)
	}
	core.Clock.SetOffset(time.Minute)
	rows, err := c.Reports(t.Context(), asked)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, r := range rows {
		got[r.Reference] = r.To
	}
	want := map[string]string{"a": "+905551112233", "b": "+905551112244", "c": "+905551112233", "d": "+905551112255", "e": "+491701234567"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if m := core.Phones.Received("+491701234567"); len(m) != 1 || m[0].Body != "Vier ş" {
		t.Errorf("phone abroad shows %+v", m)
	}
}

func TestReportsOfALargeCampaign(t *testing.T) {
	t.Parallel()
	c, core, _ := world(t, nil)
	b := verimor.Bulk{}
	for i := range 250 {
		b.Texts = append(b.Texts, verimor.Text{To: fmt.Sprintf("+90555111%04d", i*2+1), Body: "Duyuru"})
	}
	acc, err := c.SendBulk(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	core.Clock.SetOffset(time.Minute)
	rows, err := c.Reports(t.Context(), []string{acc.ProviderID, acc.ProviderID})
	if err != nil || len(rows) != 250 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	var limit error
	for i := 0; i < 30 && limit == nil; i++ {
		_, limit = c.Reports(t.Context(), []string{acc.ProviderID})
	}
	if sms.KindOf(limit) != sms.KindThrottled {
		t.Errorf("asked for ever: %v", limit)
	}
}

func TestScheduledCampaign(t *testing.T) {
	t.Parallel()
	c, core, _ := world(t, nil)
	b := verimor.Bulk{Texts: []verimor.Text{{To: "05551112233", Body: "Yarın görüşürüz"}}, Start: start.Add(time.Hour), ValidFor: 5 * time.Minute}
	acc, err := c.SendBulk(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Cancel(t.Context(), acc.ProviderID); err != nil {
		t.Error(err)
	}
	if err := c.Cancel(t.Context(), acc.ProviderID); sms.KindOf(err) != sms.KindRefused {
		t.Errorf("cancelled twice: %v", err)
	}
	core.Clock.SetOffset(2 * time.Hour)
	if m := core.Phones.Received("+905551112233"); len(m) != 0 {
		t.Errorf("phone shows %+v", m)
	}
}

func TestBalanceAndHeaders(t *testing.T) {
	t.Parallel()
	c, _, _ := world(t, nil)
	b, err := c.Balance(t.Context())
	if d := cmp.Diff(sms.Balance{Packages: []sms.Package{{Name: "SMS kredisi", Amount: 100_000}}}, b); err != nil || d != "" {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
	if h, err := c.Headers(t.Context()); err != nil || len(h) != 2 {
		t.Errorf("headers %q, %v", h, err)
	}
}
