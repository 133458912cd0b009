package webhook

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/db/dbtest"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/vault"
)

type world struct {
	t   *testing.T
	ctx context.Context
	d   db.DB
	l   *audit.Log
	c   *clock.System
	s   *Service
	com string
}

func newWorld(t *testing.T, d db.DB, opt Options) *world {
	t.Helper()
	v, err := vault.Open(filepath.Join(t.TempDir(), "keys"), "")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, ctx: audit.WithActor(context.Background(), "usr_admin"), d: d, c: &clock.System{}}
	w.l = audit.New(d, v, w.c, "")
	w.s = New(d, w.l, v, w.c, slog.New(slog.DiscardHandler), opt)
	com, err := company.New(d, w.l, v, w.c).Create(w.ctx, "Deneme Mağazası")
	if err != nil {
		t.Fatal(err)
	}
	w.com = com.ID
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// happen writes events of new objects and seals them.
func (w *world) happen(companyID string, kinds ...string) {
	w.t.Helper()
	w.must(w.d.Write(w.ctx, func(tx db.Tx) error {
		for _, k := range kinds {
			if err := w.l.Append(w.ctx, tx, audit.Event{CompanyID: companyID, ObjectID: db.NewID("obj"), ObjectSeq: 1, Kind: k, Data: `{"phone":"+905551112233","sequence":9,"big":9007199254740993}`}); err != nil {
				return err
			}
		}
		return nil
	}))
	_, err := w.l.Seal(w.ctx)
	w.must(err)
}

func (w *world) round() {
	w.t.Helper()
	w.must(w.s.Dispatch(w.ctx))
	w.must(w.s.Deliver(w.ctx))
}

func (w *world) deliveries() []Delivery {
	w.t.Helper()
	ds, err := w.s.Deliveries(w.ctx, w.com, "", "", 200)
	w.must(err)
	return ds
}

type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	answer int
	text   string
	got    []*http.Request
	bodies []string
}

func newReceiver(t *testing.T, answer int) *receiver {
	r := &receiver{answer: answer}
	r.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
		b, _ := io.ReadAll(req.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.got, r.bodies = append(r.got, req), append(r.bodies, string(b))
		rw.Header().Set("Location", "/elsewhere")
		rw.WriteHeader(r.answer)
		io.WriteString(rw, r.text)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) types() (out []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, b := range r.bodies {
		var v struct{ Type string }
		json.Unmarshal([]byte(b), &v)
		out = append(out, v.Type)
	}
	return out
}

func TestAnEventArrivesSigned(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		w := newWorld(t, d, Options{AllowPrivate: true})
		r := newReceiver(t, 204)
		e, secret, err := w.s.Create(w.ctx, w.com, r.URL+"/onay", nil)
		w.must(err)
		w.happen(w.com, "verification.approved", "user.created", "api_key.created")
		w.happen("com_other", "verification.approved")
		w.round()
		w.round()
		if diff := cmp.Diff([]string{"verification.approved"}, r.types()); diff != "" {
			t.Fatal(diff)
		}
		wh, err := standardwebhooks.NewWebhook(secret)
		w.must(err)
		if err := wh.Verify([]byte(r.bodies[0]), r.got[0].Header); err != nil {
			t.Error(err)
		}
		ds := w.deliveries()
		if len(ds) != 1 || ds[0].Status != Delivered || ds[0].Tries != 1 || ds[0].HTTPStatus != 204 || ds[0].EndpointID != e.ID || ds[0].EndedAt.IsZero() {
			t.Errorf("%+v", ds)
		}
		ev, err := w.l.List(w.ctx, audit.Filter{CompanyID: w.com, Kind: "verification."})
		w.must(err)
		want := map[string]any{"type": "verification.approved", "timestamp": ev[0].At.Format(time.RFC3339Nano), "data": map[string]any{"company_id": w.com,
			"object_id": ev[0].ObjectID, "sequence": json.Number("1"), "event_seq": json.Number(strings.TrimPrefix(r.got[0].Header.Get("webhook-id"), "evt_")),
			"phone": "+905551112233", "big": json.Number("9007199254740993")}}
		var got map[string]any
		dec := json.NewDecoder(strings.NewReader(r.bodies[0]))
		dec.UseNumber()
		w.must(dec.Decode(&got))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if _, err := w.s.Replay(w.ctx, w.com, "whd_\xff\x00"); fault.Code(err) != "not_found" {
			t.Errorf("a broken id: %v", err)
		}
		if ds, err := w.s.Deliveries(w.ctx, "com_other", "", "", 10); err != nil || len(ds) != 0 {
			t.Errorf("another company sees %v, %v", ds, err)
		}
	})
}

func TestWhatAnEndpointIsTold(t *testing.T) {
	t.Parallel()
	kinds := []string{"verification.created", "verification.approved", "message.sent", "customer.created", "prefix.blocked", "user.created", "company.settings_changed", "webhook_endpoint.created"}
	for _, c := range []struct {
		name   string
		chosen []string
		want   []string
	}{
		{"all that may leave", nil, []string{"verification.created", "verification.approved", "message.sent", "customer.created", "prefix.blocked"}},
		{"one kind", []string{"verification.approved"}, []string{"verification.approved"}},
		{"a group and a kind", []string{"verification.*", "message.sent"}, []string{"verification.created", "verification.approved", "message.sent"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := Endpoint{CompanyID: "com_a", Kinds: c.chosen, CreatedAt: time.Unix(100, 0)}
			var got []string
			for _, k := range kinds {
				if e.wants(audit.Event{CompanyID: "com_a", Kind: k, At: time.Unix(100, 0)}) {
					got = append(got, k)
				}
				if e.wants(audit.Event{CompanyID: "com_b", Kind: k, At: time.Unix(100, 0)}) || e.wants(audit.Event{CompanyID: "com_a", Kind: k, At: time.Unix(99, 0)}) {
					t.Errorf("%s of another company or of before", k)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAFailingEndpointIsTriedAgainUntilItsTriesAreUsedUp(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		w := newWorld(t, d, Options{AllowPrivate: true})
		r := newReceiver(t, 302)
		r.text = "\x00\xff" + strings.Repeat("ş", 600)
		_, _, err := w.s.Create(w.ctx, w.com, r.URL, nil)
		w.must(err)
		w.happen(w.com, "message.sent")
		w.round()
		var moved time.Duration
		for i, wait := range delays {
			moved += wait - 2*time.Second
			w.c.SetOffset(moved)
			if w.round(); len(r.types()) != i+1 {
				t.Fatalf("%d posts before the wait of %s was over, want %d", len(r.types()), wait, i+1)
			}
			moved += 4 * time.Second
			w.c.SetOffset(moved)
			if w.round(); len(r.types()) != i+2 {
				t.Fatalf("%d posts after the wait of %s, want %d", len(r.types()), wait, i+2)
			}
		}
		ds := w.deliveries()
		if ds[0].Status != Failed || ds[0].Tries != 10 || ds[0].HTTPStatus != 302 || len(ds[0].Answer) > 500 || !strings.HasPrefix(ds[0].Answer, "şş") {
			t.Errorf("%+v", ds)
		}
		if r.got[len(r.got)-1].URL.Path != "/" {
			t.Error("a redirect was followed")
		}
		r.mu.Lock()
		r.answer, r.text = 200, "tamam"
		r.mu.Unlock()
		if _, err := w.s.Replay(w.ctx, "com_other", ds[0].ID); fault.Code(err) != "not_found" {
			t.Errorf("another company replays: %v", err)
		}
		if got, err := w.s.Replay(w.ctx, w.com, ds[0].ID); err != nil || got.Status != Pending {
			t.Fatalf("%+v, %v", got, err)
		}
		w.round()
		if ds = w.deliveries(); ds[0].Status != Delivered || ds[0].Tries != 1 || ds[0].Answer != "tamam" {
			t.Errorf("%+v", ds)
		}
		w.c.SetOffset(moved + Keep + time.Hour)
		w.must(w.s.Clean(w.ctx))
		if ds = w.deliveries(); len(ds) != 0 {
			t.Errorf("old deliveries stay: %+v", ds)
		}
	})
}

func TestGoneDisablesTheEndpoint(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		w := newWorld(t, d, Options{AllowPrivate: true})
		r := newReceiver(t, 410)
		e, _, err := w.s.Create(w.ctx, w.com, r.URL, nil)
		w.must(err)
		w.happen(w.com, "message.sent")
		w.round()
		w.happen(w.com, "message.sent")
		w.round()
		got, err := w.s.Get(w.ctx, w.com, e.ID)
		if err != nil || got.Enabled || got.Version != 2 {
			t.Errorf("%+v, %v", got, err)
		}
		if ds := w.deliveries(); len(ds) != 1 || ds[0].Status != Failed || len(r.types()) != 1 {
			t.Errorf("%+v", ds)
		}
		if _, err := w.s.Replay(w.ctx, w.com, w.deliveries()[0].ID); fault.Code(err) != "endpoint_disabled" {
			t.Errorf("replay: %v", err)
		}
		if _, err := w.s.Test(w.ctx, w.com, e.ID); fault.Code(err) != "endpoint_disabled" {
			t.Errorf("test: %v", err)
		}
	})
}

func TestManyNodesSendEachEventOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		w := newWorld(t, d, Options{AllowPrivate: true})
		r := newReceiver(t, 200)
		for range 2 {
			_, _, err := w.s.Create(w.ctx, w.com, r.URL, nil)
			w.must(err)
		}
		w.happen(w.com, strings.Fields(strings.Repeat("message.sent ", 20))...)
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if err := w.s.Dispatch(w.ctx); err != nil {
					t.Error(err)
				}
				if err := w.s.Deliver(w.ctx); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := len(r.types()); n != 40 {
			t.Errorf("%d posts, want 40", n)
		}
	})
}

func TestTestAndSecrets(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		w := newWorld(t, d, Options{AllowPrivate: true})
		r := newReceiver(t, 200)
		e, old, err := w.s.Create(w.ctx, w.com, r.URL, []string{"customer.created"})
		w.must(err)
		secret, err := w.s.RotateSecret(w.ctx, w.com, e.ID)
		w.must(err)
		if got, err := w.s.Test(w.ctx, w.com, e.ID); err != nil || got.Status != Delivered || got.HTTPStatus != 200 || got.Kind != "webhook.test" {
			t.Fatalf("%+v, %v", got, err)
		}
		for _, c := range []struct {
			secret string
			fits   bool
		}{{old, false}, {secret, true}} {
			wh, err := standardwebhooks.NewWebhook(c.secret)
			w.must(err)
			if err := wh.Verify([]byte(r.bodies[0]), r.got[0].Header); (err == nil) != c.fits {
				t.Errorf("%v", err)
			}
		}
		r.mu.Lock()
		r.answer = 500
		r.mu.Unlock()
		if got, err := w.s.Test(w.ctx, w.com, e.ID); err != nil || got.Status != Failed || got.HTTPStatus != 500 {
			t.Errorf("a test is tried once: %+v, %v", got, err)
		}
		w.must(w.s.Delete(w.ctx, w.com, e.ID))
		w.must(w.s.Delete(w.ctx, w.com, e.ID))
		if _, err := w.s.RotateSecret(w.ctx, "com_other", e.ID); fault.Code(err) != "not_found" {
			t.Errorf("another company rotates: %v", err)
		}
		if _, err := w.s.Update(w.ctx, w.com, e.ID, func(e *Endpoint) error { e.Version = 1; return nil }); fault.Code(err) != "version_conflict" {
			t.Errorf("an old version: %v", err)
		}
		back, err := w.s.Update(w.ctx, w.com, e.ID, func(e *Endpoint) error { e.Enabled, e.Kinds = true, nil; return nil })
		if err != nil || !back.Enabled || len(back.Kinds) != 0 {
			t.Errorf("%+v, %v", back, err)
		}
		_, err = w.l.Seal(w.ctx)
		w.must(err)
		if rep, err := w.l.Verify(w.ctx); err != nil || len(rep.Faults) > 0 {
			t.Errorf("%+v, %v", rep, err)
		}
		evs, err := w.l.List(w.ctx, audit.Filter{CompanyID: w.com})
		w.must(err)
		for _, ev := range evs {
			if strings.Contains(ev.Data, strings.TrimPrefix(secret, "whsec_")) {
				t.Error("a secret is in the log")
			}
		}
	})
}

func TestAddressesAreChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t), Options{})
	for _, c := range []struct {
		name, url string
		kinds     []string
		field     string
	}{
		{"https", "https://erp.example.com/onay?x=1", nil, ""},
		{"plain http", "http://erp.example.com/", nil, "url"},
		{"another scheme", "ftp://erp.example.com/", nil, "url"},
		{"no host", "https:///x", nil, "url"},
		{"a password", "https://a:b@erp.example.com/", nil, "url"},
		{"not an address", "::", nil, "url"},
		{"loopback", "https://127.0.0.1/", nil, "url"},
		{"a mapped loopback", "https://[::ffff:127.0.0.1]/", nil, "url"},
		{"too long", "https://erp.example.com/" + strings.Repeat("x", 500), nil, "url"},
		{"a kind that never leaves", "https://erp.example.com/", []string{"user.created"}, "kinds"},
		{"a kind that is none", "https://erp.example.com/", []string{"*"}, "kinds"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, secret, err := w.s.Create(w.ctx, w.com, c.url, c.kinds)
			if c.field == "" {
				if err != nil || !strings.HasPrefix(secret, "whsec_") {
					t.Error(err)
				}
				return
			}
			if f := fault.As(err); f == nil || f.Field != c.field || f.TR == "" || f.EN == "" {
				t.Errorf("%v", err)
			}
		})
	}
	if _, _, err := w.s.Create(w.ctx, "com_other", "https://erp.example.com/", nil); fault.Code(err) != "not_found" {
		t.Errorf("an unknown company: %v", err)
	}
}

func TestPublicAddresses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		addr string
		want bool
	}{
		{"8.8.8.8", true}, {"2a00:1450:4017::200e", true}, {"127.0.0.1", false}, {"10.1.2.3", false}, {"172.31.0.1", false}, {"192.168.1.1", false},
		{"169.254.169.254", false}, {"100.64.0.1", false}, {"0.0.0.0", false}, {"0.1.2.3", false}, {"224.0.0.1", false}, {"255.255.255.255", false},
		{"198.18.0.1", false}, {"::1", false}, {"::", false}, {"::ffff:8.8.8.8", false}, {"::ffff:10.0.0.1", false}, {"fc00::1", false}, {"fd12::1", false},
		{"fe80::1", false}, {"fec0::1", false}, {"ff02::1", false}, {"64:ff9b::a00:1", false}, {"2002:a00:1::", false}, {"2001::1", false}, {"2001:db8::1", false},
		{"fe80::1%eth0", false},
	} {
		t.Run(c.addr, func(t *testing.T) {
			t.Parallel()
			if got := public(netip.MustParseAddr(c.addr)); got != c.want {
				t.Errorf("public: %v", got)
			}
		})
	}
}

func TestANameThatLeadsInsideIsNotReached(t *testing.T) {
	t.Parallel()
	var hits int
	srv := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits++ }))
	t.Cleanup(srv.Close)
	w := newWorld(t, dbtest.SQLite(t), Options{})
	_, _, err := w.s.Create(w.ctx, w.com, strings.Replace(srv.URL, "127.0.0.1", "localhost", 1), nil)
	w.must(err)
	w.happen(w.com, "message.sent")
	w.round()
	if ds := w.deliveries(); hits > 0 || len(ds) != 1 || ds[0].Status != Pending || ds[0].Answer != "Adres özel bir ağa çıkıyor; gönderilmedi." {
		t.Errorf("%d hits, %+v", hits, ds)
	}
}
