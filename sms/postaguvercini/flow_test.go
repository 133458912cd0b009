package postaguvercini_test

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	sim "github.com/onay/onay/sandbox/postaguvercini"

	"github.com/onay/onay/sandbox/outside"
	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/postaguvercini"
)

var start = time.Date(2026, 11, 24, 12, 0, 0, 0, outside.Istanbul)

var transports = []postaguvercini.Transport{
	postaguvercini.TransportHTTP, postaguvercini.TransportXML, postaguvercini.TransportSOAP, postaguvercini.TransportJSON,
}

// world is a simulated house and a client of it.
func world(t *testing.T, transport postaguvercini.Transport, edit func(*sim.Account)) (*postaguvercini.Client, *outside.Core, *sim.Server) {
	t.Helper()
	core := outside.NewCore(func() time.Time { return start }, outside.Limits{})
	a := sim.DefaultAccounts()[0]
	a.Headers = []string{"ORNEKFIRMA"}
	if edit != nil {
		edit(&a)
	}
	s, err := sim.New(core, sim.Config{Accounts: []sim.Account{a}})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(s.Handler())
	t.Cleanup(func() { core.Close(); srv.Close() })
	c, err := postaguvercini.New(postaguvercini.Config{
		BulkURL: srv.URL + "/bulk", OTPURL: srv.URL + "/otp", Username: "onay", Password: "sandbox-postaguvercini", Transport: transport,
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c, core, s
}

func each(t *testing.T, f func(*testing.T, postaguvercini.Transport)) {
	t.Parallel()
	for _, transport := range transports {
		t.Run(string(transport), func(t *testing.T) { t.Parallel(); f(t, transport) })
	}
}

func TestCodeArrivesAndIsReported(t *testing.T) {
	each(t, func(t *testing.T, transport postaguvercini.Transport) {
		c, core, _ := world(t, transport, nil)
		m := sms.Message{Route: sms.RouteOTP, To: "+905551112233", Body: "Şifreniz: 482913 & İyi günler"}
		var ids []string
		for range 2 { // the same text again is sent again
			acc, err := c.Send(t.Context(), m)
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, acc.ProviderID)
		}
		got := core.Phones.Received("+905551112233")
		if len(got) != 2 || got[0].Body != m.Body || got[0].Sender != "ORNEKFIRMA" || got[0].Provider != sim.System {
			t.Fatalf("phone shows %+v", got)
		}
		reports, err := c.Reports(t.Context(), append(ids, "PG-FFFFFFFF"))
		if err != nil || len(reports) != 2 || reports[0].Final {
			t.Fatalf("before: %+v, %v", reports, err)
		}
		core.Clock.SetOffset(3 * time.Second)
		reports, err = c.Reports(t.Context(), ids)
		if err != nil {
			t.Fatal(err)
		}
		want := sms.Report{ProviderID: ids[0], Status: sms.StatusDelivered, Code: "400", Final: true}
		if transport == postaguvercini.TransportXML || transport == postaguvercini.TransportJSON {
			want.To = "+905551112233"
		}
		if transport == postaguvercini.TransportJSON {
			want.Segments = 1
		}
		want.At = start
		ignoreZone := cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })
		if d := cmp.Diff(want, reports[0], ignoreZone); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	})
}

func TestBatchHasAnOutcomeForEach(t *testing.T) {
	each(t, func(t *testing.T, transport postaguvercini.Transport) {
		c, core, _ := world(t, transport, nil)
		out := c.SendBatch(t.Context(), []sms.Message{
			{To: "+905551112201", Body: "Siparişiniz yolda"},
			{To: "+905551112204", Body: "Siparişiniz teslim edildi"},
			{To: "yanlis", Body: "x"},
			{To: "+905551112205", Body: " "},
			{To: "+905551112205", Body: "Siparişiniz yolda"},
			{To: "+905551112205", Body: "Siparişiniz yolda"}, // a repeat: accepted, then -202
		})
		if len(out) != 6 || sms.KindOf(out[2].Err) != sms.KindNumber || sms.KindOf(out[3].Err) != sms.KindText {
			t.Fatalf("got %+v", out)
		}
		var ids []string
		for _, i := range []int{0, 1, 4, 5} {
			if out[i].Err != nil {
				t.Fatalf("%d: %v", i, out[i].Err)
			}
			ids = append(ids, out[i].Accepted.ProviderID)
		}
		core.Clock.SetOffset(time.Minute)
		reports, err := c.Reports(t.Context(), ids)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, r := range reports {
			got[r.ProviderID] = r.Code
		}
		if d := cmp.Diff(map[string]string{ids[0]: "400", ids[1]: "400", ids[2]: "400", ids[3]: "-202"}, got); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
		if n := len(core.Phones.Received("+905551112205")); n != 1 {
			t.Errorf("%d texts on the phone", n)
		}
	})
}

func TestOneTextToMany(t *testing.T) {
	each(t, func(t *testing.T, transport postaguvercini.Transport) {
		c, core, _ := world(t, transport, nil)
		out := c.SendBulk(t.Context(), postaguvercini.Bulk{
			Texts: []postaguvercini.Text{{"05551112201", "Kapıda ödeme & iade %20"}, {"05551112204", "Kapıda ödeme & iade %20"}},
			Start: start.Add(time.Hour), Expire: start.Add(2 * time.Hour),
		})
		for _, o := range out {
			if o.Err != nil || o.Accepted.ProviderID == "" {
				t.Fatalf("got %+v", out)
			}
		}
		if len(core.Phones.Received("+905551112201")) != 0 {
			t.Error("sent before its time")
		}
		core.Clock.SetOffset(time.Hour)
		if m := core.Phones.Received("+905551112204"); len(m) != 1 || m[0].Body != "Kapıda ödeme & iade %20" {
			t.Errorf("phone shows %+v", m)
		}
	})
}

func TestRefusals(t *testing.T) {
	each(t, func(t *testing.T, transport postaguvercini.Transport) {
		m := sms.Message{Route: sms.RouteOTP, To: "+905551112233", Body: "Kodunuz 123456"}
		for name, c := range map[string]struct {
			edit func(*sim.Account)
			m    sms.Message
			want sms.Kind
		}{
			"password":           {func(a *sim.Account) { a.Password = "another" }, m, sms.KindCredentials},
			"no credit":          {func(a *sim.Account) { a.Credit = 0 }, m, sms.KindBalance},
			"commercial as code": {nil, sms.Message{Route: sms.RouteOTP, To: m.To, Body: "x", Purpose: sms.PurposeCommercialIndividual}, sms.KindParameters},
		} {
			client, core, _ := world(t, transport, c.edit)
			_, err := client.Send(t.Context(), c.m)
			if sms.KindOf(err) != c.want {
				t.Errorf("%s: %v, want %s", name, err, c.want)
			}
			if n := len(core.Phones.Received("+905551112233")); n != 0 {
				t.Errorf("%s: %d texts on the phone", name, n)
			}
		}
	})
}

func TestBalanceAndHeaders(t *testing.T) {
	each(t, func(t *testing.T, transport postaguvercini.Transport) {
		c, _, s := world(t, transport, func(a *sim.Account) { a.Credit = 1840 })
		b, err := c.Balance(t.Context())
		if err != nil || len(b.Packages) != 1 || b.Packages[0].Amount != 1840 {
			t.Errorf("balance %+v, %v", b, err)
		}
		h, err := c.Headers(t.Context())
		if err != nil || len(h) != 1 || h[0] != "ORNEKFIRMA" {
			t.Errorf("headers %q, %v", h, err)
		}
		a := s.Accounts()[0]
		a.Password = "another"
		if err := s.SetAccount(a); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Balance(t.Context()); sms.KindOf(err) != sms.KindCredentials {
			t.Errorf("balance with a wrong password: %v", err)
		}
		if _, err := c.Headers(t.Context()); sms.KindOf(err) != sms.KindCredentials {
			t.Errorf("headers with a wrong password: %v", err)
		}
	})
}

// Whatever the house does wrong, a message is ambiguous or safe, and its error
// hides the password.
func TestFaultsOfTheHouse(t *testing.T) {
	each(t, func(t *testing.T, transport postaguvercini.Transport) {
		for kind, want := range map[outside.Kind]sms.Kind{
			outside.HTTP500: sms.KindAmbiguous, outside.AnswerHTML: sms.KindAmbiguous, outside.AnswerTruncated: sms.KindAmbiguous,
		} {
			c, core, _ := world(t, transport, nil)
			if err := core.Faults.Set(outside.Fault{System: sim.System, Kind: kind, Rate: 1}); err != nil {
				t.Fatal(err)
			}
			_, err := c.Send(t.Context(), sms.Message{Route: sms.RouteOTP, To: "+905551112233", Body: "Kodunuz 123456"})
			var e *sms.Error
			if !errors.As(err, &e) || e.Kind != want || strings.Contains(err.Error(), "sandbox-postaguvercini") {
				t.Errorf("%s: %v", kind, err)
			}
			if n := len(core.Phones.Received("+905551112233")); n != 1 {
				t.Errorf("%s: %d texts on the phone", kind, n)
			}
			core.Faults.Clear("", "")
		}
	})
}
