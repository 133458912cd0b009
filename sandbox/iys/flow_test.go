package iys_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/onay/onay/iys"
	sandbox "github.com/onay/onay/sandbox/iys"
	"github.com/onay/onay/sandbox/outside"
)

const (
	brand = 600002
	phone = "+905050000001"
)

// world is a simulated İYS with a client in front of it.
type world struct {
	core   *outside.Core
	server *sandbox.Server
	client *iys.Client
	url    string
	hc     *http.Client
	mu     sync.Mutex
	calls  []string
}

func (w *world) count(suffix string) (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.calls {
		if strings.HasSuffix(c, suffix) {
			n++
		}
	}
	return n
}

// The world begins on a Tuesday at noon and stands still but for move.
var begin = time.Date(2026, 2, 10, 12, 0, 0, 0, outside.Istanbul)

func newWorld(t *testing.T, cfg sandbox.Config, edit func(*iys.Config)) *world {
	t.Helper()
	if cfg.PerSecond == 0 {
		cfg.PerSecond = -1
	}
	w := &world{core: outside.NewCore(func() time.Time { return begin }, outside.Limits{})}
	w.server = sandbox.New(w.core, cfg)
	h := w.server.Handler()
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.calls = append(w.calls, r.Method+" "+r.URL.Path)
		w.mu.Unlock()
		h.ServeHTTP(rw, r)
	}))
	t.Cleanup(srv.Close)
	t.Cleanup(w.core.Close)
	m := sandbox.DefaultMerchants()[0]
	c := iys.Config{
		BaseURL: srv.URL, Username: m.Username, Password: m.Password, IYSCode: m.IYSCode,
		Now: w.core.Clock.Now, Pace: iys.NewPace(0),
	}
	if edit != nil {
		edit(&c)
	}
	var err error
	w.url, w.hc = srv.URL, srv.Client()
	if w.client, err = iys.New(c, w.hc); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) move(d time.Duration) { w.core.Clock.SetOffset(w.core.Clock.Offset() + d) }

func (w *world) consent(s iys.Status) iys.Consent {
	return iys.Consent{Recipient: phone, Type: iys.Mesaj, Source: iys.SourceWeb, Status: s, ConsentDate: w.core.Clock.Now()}
}

var query = iys.Query{Recipient: phone, Type: iys.Mesaj, RecipientType: iys.Bireysel}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func outcome(t *testing.T, err error, want iys.Outcome, code string) {
	t.Helper()
	if !errors.Is(err, &iys.Error{Outcome: want, Code: code}) {
		t.Errorf("%v, want %s %s", err, want, code)
	}
}

func TestSingleWrites(t *testing.T) {
	t.Parallel()
	ctx, w := context.Background(), newWorld(t, sandbox.Config{}, nil)
	if _, found, err := w.client.Status(ctx, brand, query); found || err != nil {
		t.Fatal(found, err)
	}
	_, err := w.client.Add(ctx, brand, w.consent(iys.Ret))
	outcome(t, err, iys.AlreadySatisfied, "H175")
	yes := w.consent(iys.Onay)
	first := must[iys.Registration](t)(w.client.Add(ctx, brand, yes))
	if len(first.TransactionID) != 64 || !first.CreatedAt.Equal(begin) {
		t.Errorf("%+v", first)
	}
	w.move(time.Minute)
	if again := must[iys.Registration](t)(w.client.Add(ctx, brand, yes)); again != first {
		t.Errorf("a repeat gives %+v and not %+v", again, first)
	}
	older := yes
	older.Source = iys.SourceMobile
	_, err = w.client.Add(ctx, brand, older)
	outcome(t, err, iys.StaleReadBack, "H178")

	no := must[iys.Registration](t)(w.client.Add(ctx, brand, w.consent(iys.Ret)))
	w.move(time.Minute)
	_, err = w.client.Add(ctx, brand, w.consent(iys.Ret))
	outcome(t, err, iys.AlreadySatisfied, "H174")
	m, found, err := w.client.Status(ctx, brand, query)
	if err != nil || !found || m.Status != iys.Ret || m.TransactionID != no.TransactionID || m.Brand != brand {
		t.Errorf("%+v %v %v", m, found, err)
	}
	list, total, err := w.client.History(ctx, brand, query, 1, 0)
	if err != nil || total != 2 || len(list) != 1 || list[0].Status != iys.Ret {
		t.Errorf("%+v %d %v", list, total, err)
	}
	// Other records of the same phone are others.
	call := query
	call.Type = iys.Arama
	if list, total, err := w.client.History(ctx, brand, call, 0, 0); err != nil || total != 0 || len(list) != 0 {
		t.Errorf("%+v %d %v", list, total, err)
	}
	_, err = w.client.Add(ctx, 999, w.consent(iys.Onay))
	outcome(t, err, iys.Permanent, "H353")
	if n := w.count("/oauth2/token"); n != 1 {
		t.Errorf("%d token calls", n)
	}
}

func TestLocalChecksSendNothing(t *testing.T) {
	t.Parallel()
	ctx, w := context.Background(), newWorld(t, sandbox.Config{}, nil)
	for name, c := range map[string]struct {
		edit func(*iys.Consent)
		code string
	}{
		"bad phone":       {func(c *iys.Consent) { c.Recipient = "+9005050000001" }, "H121"},
		"e-mail as SMS":   {func(c *iys.Consent) { c.Recipient = "a@example.com" }, "H464"},
		"source of İYS":   {func(c *iys.Consent) { c.Source = iys.SourceIYSWeb }, "H119"},
		"future":          {func(c *iys.Consent) { c.ConsentDate = begin.Add(time.Second) }, "H162"},
		"too old":         {func(c *iys.Consent) { c.ConsentDate = begin.AddDate(0, 0, -6) }, "H467"},
		"before the law":  {func(c *iys.Consent) { c.ConsentDate = begin.AddDate(-12, 0, 0) }, "H156"},
		"own decision":    {func(c *iys.Consent) { c.Source = iys.SourceDecision }, "H408"},
		"no date":         {func(c *iys.Consent) { c.ConsentDate = time.Time{} }, "H112"},
		"empty retailers": {func(c *iys.Consent) { c.RetailerAccess = []int64{} }, "H163"},
	} {
		v := w.consent(iys.Onay)
		c.edit(&v)
		_, err := w.client.Add(ctx, brand, v)
		var f iys.Faults
		if !errors.As(err, &f) || !slices.Contains(f.Codes(), c.code) || !iys.IsNotSent(err) || strings.Contains(err.Error(), v.Recipient) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := w.count(""); n != 0 {
		t.Errorf("%d calls", n)
	}
}

func TestBatch(t *testing.T) {
	t.Parallel()
	ctx, w := context.Background(), newWorld(t, sandbox.Config{BatchSettle: time.Minute}, nil)
	list := []iys.Consent{w.consent(iys.Onay), w.consent(iys.Ret), w.consent(iys.Onay)}
	list[1].Type = iys.Arama
	list[2].Recipient, list[2].Type = "a@example.com", iys.Eposta
	b := must[iys.Batch](t)(w.client.AddBatch(ctx, brand, list))
	if len(b.SubRequests) != 3 || !b.NotBefore.Equal(begin.Add(300*time.Second)) {
		t.Errorf("%+v", b)
	}
	w.move(299 * time.Second)
	if r := must[iys.BatchResult](t)(w.client.BatchResult(ctx, brand, b.RequestID)); !r.Pending || len(r.Items) != 0 {
		t.Errorf("%+v", r)
	}
	w.move(time.Second)
	if r := must[iys.BatchResult](t)(w.client.BatchResult(ctx, brand, b.RequestID)); !r.Pending || len(r.Items) != 3 {
		t.Errorf("%+v", r)
	}
	w.move(time.Minute)
	r := must[iys.BatchResult](t)(w.client.BatchResult(ctx, brand, b.RequestID))
	by := r.ByIndex()
	if r.Pending || by[0].State != iys.ItemRegistered || by[2].State != iys.ItemRegistered || by[1].State != iys.ItemFailed || by[1].SubRequest != b.SubRequests[1] {
		t.Errorf("%+v", r)
	}
	outcome(t, by[1].Failure(iys.Ret), iys.AlreadySatisfied, "H175")
	if by[0].Failure(iys.Onay) != nil {
		t.Error("a success has a failure")
	}

	// The same data again names the first request as its origin.
	second := must[iys.Batch](t)(w.client.AddBatch(ctx, brand, list[:1]))
	w.move(10 * time.Minute)
	r = must[iys.BatchResult](t)(w.client.BatchResult(ctx, brand, second.RequestID))
	if len(r.Items) != 1 || r.Items[0].DuplicateOf != b.RequestID || r.Items[0].TransactionID != by[0].TransactionID {
		t.Errorf("%+v", r)
	}
	_, err := w.client.AddBatch(ctx, brand, []iys.Consent{list[0], list[1], list[0]})
	var f iys.Faults
	if !errors.As(err, &f) || !slices.Equal(f.Codes(), []string{"H194"}) || !slices.Equal(f.Indexes(), []int{2}) {
		t.Errorf("%v", err)
	}
	s := must[iys.BulkStatus](t)(w.client.BulkStatus(ctx, brand, iys.Mesaj, iys.Bireysel, []string{phone, "+905050000002"}))
	if !slices.Equal(s.Approved, []string{phone}) || !slices.Equal(s.NotApproved, []string{"+905050000002"}) {
		t.Errorf("%+v", s)
	}
	w.move(61 * 24 * time.Hour)
	if r := must[iys.BatchResult](t)(w.client.BatchResult(ctx, brand, b.RequestID)); !r.Pending {
		t.Errorf("%+v", r)
	}
}

func TestPullPagesUntilNothingIsLeft(t *testing.T) {
	t.Parallel()
	ctx, w := context.Background(), newWorld(t, sandbox.Config{}, nil)
	for i := range 5 {
		w.server.Foreign(brand, fmt.Sprintf("+90505000000%d", i), "MESAJ", "BIREYSEL", "ONAY", "HS_WEB")
		w.move(time.Second)
	}
	if err := w.server.Decide(sandbox.Decision{Brand: brand, Recipient: "+905050000003", Type: "MESAJ", Status: "RET", Source: "IYS_KISAMESAJ"}); err != nil {
		t.Fatal(err)
	}
	p := must[iys.Page](t)(w.client.Pull(ctx, brand, iys.SideHS, "", 2))
	if len(p.Movements) != 0 || p.Cursor != "" {
		t.Errorf("the last hour is listed: %+v", p)
	}
	w.move(time.Hour)
	var seen []string
	cursor := ""
	for range 9 {
		p := must[iys.Page](t)(w.client.Pull(ctx, brand, iys.SideHS, cursor, 2))
		for _, m := range p.Movements {
			seen = append(seen, m.Recipient[12:])
		}
		if cursor = p.Cursor; !p.More {
			break
		}
	}
	if strings.Join(seen, "") != "01234" {
		t.Errorf("%v", seen)
	}
	if p := must[iys.Page](t)(w.client.Pull(ctx, brand, iys.SideHS, cursor, 0)); p.Cursor != cursor || len(p.Movements) != 0 {
		t.Errorf("%+v", p)
	}
	book := iys.NewBook()
	if _, err := w.client.PullAll(ctx, brand, iys.SideIYS, "", func(p iys.Page) error {
		for _, m := range p.Movements {
			if !m.Source.ByIYS() || m.Source.Sendable() {
				t.Errorf("%+v", m)
			}
			book.Apply(m)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if k := (iys.Key{Brand: brand, Recipient: "+905050000003", Type: iys.Mesaj, RecipientType: iys.Bireysel}); !book.Known(k) || book.Effective(k) != iys.Ret {
		t.Error("the refusal did not arrive")
	}
	w.move(8 * 24 * time.Hour)
	if p := must[iys.Page](t)(w.client.Pull(ctx, brand, iys.SideHS, "", 0)); len(p.Movements) != 0 {
		t.Errorf("beyond the window: %+v", p)
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	ctx, w := context.Background(), newWorld(t, sandbox.Config{}, nil)
	brands := func() error { _, err := w.client.Brands(ctx); return err }
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if err := brands(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := w.count("/oauth2/token"); n != 1 {
		t.Errorf("%d token calls for 20 at once", n)
	}
	w.move(time.Hour + 56*time.Minute)
	if err := brands(); err != nil || w.count("/oauth2/token") != 2 {
		t.Errorf("%v, %d token calls", err, w.count("/oauth2/token"))
	}
	w.server.DropTokens()
	if err := brands(); err != nil || w.count("/oauth2/token") != 3 {
		t.Errorf("%v, %d token calls", err, w.count("/oauth2/token"))
	}
	// A permission error costs no token.
	_, err := w.client.Agreement(ctx, 1, begin)
	outcome(t, err, iys.Permanent, "H353")
	if w.count("/oauth2/token") != 3 {
		t.Error("403 fetched a token")
	}
}

func TestTokenBudget(t *testing.T) {
	t.Parallel()
	ctx, store := context.Background(), iys.NewMemoryTokens()
	w := newWorld(t, sandbox.Config{TokenLimit: 3, FlatErrors: true}, func(c *iys.Config) { c.TokenBudget, c.Tokens = 5, store })
	use := func() error { w.server.DropTokens(); _, err := w.client.Brands(ctx); return err }
	for range 3 {
		if err := use(); err != nil {
			t.Fatal(err)
		}
	}
	outcome(t, use(), iys.StopToken, "H084")
	// Nothing goes out during the pause, from a restarted process neither.
	calls := w.count("/oauth2/token")
	m := sandbox.DefaultMerchants()[0]
	second, err := iys.New(iys.Config{BaseURL: w.url, Username: m.Username, Password: m.Password, IYSCode: m.IYSCode, Now: w.core.Clock.Now, Tokens: store, TokenBudget: 5}, w.hc)
	if err != nil {
		t.Fatal(err)
	}
	w.move(59 * time.Minute)
	_, err = second.Brands(ctx)
	var e *iys.Error
	if !errors.As(err, &e) {
		// A token that the store still holds is refused and then renewed.
		t.Fatal(err)
	}
	if e.Outcome != iys.StopToken || !e.NotSent || e.Wait != time.Minute || w.count("/oauth2/token") != calls {
		t.Errorf("%v, wait %s, %d token calls", e, e.Wait, w.count("/oauth2/token")-calls)
	}
	w.move(time.Minute)
	if _, err := second.Brands(ctx); err != nil {
		t.Errorf("after the hour: %v", err)
	}
}

func TestBadCredentials(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Config{}, func(c *iys.Config) { c.Password = "wrong" })
	_, err := w.client.Brands(context.Background())
	outcome(t, err, iys.BadCredentials, "")
	if strings.Contains(fmt.Sprintf("%v %#v %+v", err, w.client, w.client), "wrong") {
		t.Error("the password is shown")
	}
}

func TestLostAnswers(t *testing.T) {
	t.Parallel()
	ctx, w := context.Background(), newWorld(t, sandbox.Config{}, nil)
	if _, err := w.client.Brands(ctx); err != nil {
		t.Fatal(err)
	}
	yes := w.consent(iys.Onay)
	for _, k := range []outside.Kind{outside.TimeoutAfter, outside.HTTP500, outside.AnswerHTML, outside.AnswerTruncated} {
		if err := w.core.Faults.Set(outside.Fault{System: sandbox.System, Kind: k, Rate: 1, DelayMS: 1}); err != nil {
			t.Fatal(err)
		}
		_, err := w.client.Add(ctx, brand, yes)
		outcome(t, err, iys.RetrySoon, "")
		if !iys.IsAmbiguous(err) || iys.IsNotSent(err) {
			t.Errorf("%s: %v", k, err)
		}
		_, err = w.client.Brands(ctx)
		if err == nil || iys.IsAmbiguous(err) {
			t.Errorf("%s: a question is never ambiguous: %v", k, err)
		}
		w.core.Faults.Clear("", "")
	}
	// The write was stored, and the repeat gives its result.
	w.move(time.Minute)
	r := must[iys.Registration](t)(w.client.Add(ctx, brand, yes))
	if !r.CreatedAt.Equal(begin) || w.server.Movements(brand) != 1 {
		t.Errorf("%+v, %d movements", r, w.server.Movements(brand))
	}
	dead := httptest.NewServer(nil)
	dead.Close()
	c, err := iys.New(iys.Config{BaseURL: dead.URL, Username: "u", Password: "p", IYSCode: 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = c.Add(ctx, 1, iys.Consent{Recipient: phone, Type: iys.Mesaj, Source: iys.SourceWeb, Status: iys.Onay, ConsentDate: time.Now()}); !iys.IsNotSent(err) {
		t.Errorf("%v", err)
	}
}

func TestLimitsAndSubscription(t *testing.T) {
	t.Parallel()
	ctx, w := context.Background(), newWorld(t, sandbox.Config{}, nil)
	for range 100 {
		if _, _, err := w.client.History(ctx, brand, query, 0, 0); err != nil {
			t.Fatal(err)
		}
	}
	_, _, err := w.client.History(ctx, brand, query, 0, 0)
	outcome(t, err, iys.StopCall, "H089")
	calls := w.count("")
	_, _, err = w.client.History(ctx, brand, query, 0, 0)
	if outcome(t, err, iys.StopCall, ""); !iys.IsNotSent(err) || w.count("") != calls {
		t.Error("a stopped call was sent")
	}
	w.move(time.Hour)
	if _, _, err := w.client.History(ctx, brand, query, 0, 0); err != nil {
		t.Error(err)
	}

	w.server.SetSubscription(600001, "ACTIVE", 1)
	must[iys.Registration](t)(w.client.Add(ctx, brand, w.consent(iys.Onay)))
	other := w.consent(iys.Onay)
	other.Type = iys.Arama
	_, err = w.client.Add(ctx, brand, other)
	outcome(t, err, iys.Quota, "H525")
	if s := must[iys.Subscription](t)(w.client.Subscription(ctx)); s.Limit != 1 || s.Used != 1 || s.Status != "ACTIVE" {
		t.Errorf("%+v", s)
	}
	w.move(time.Minute)
	must[iys.Registration](t)(w.client.Add(ctx, brand, w.consent(iys.Ret)))
	w.server.SetSubscription(600001, "PAUSED", 1)
	_, err = w.client.Brands(ctx)
	outcome(t, err, iys.Account, "H520")

	fast := newWorld(t, sandbox.Config{PerSecond: 3}, nil)
	for range 4 {
		_, err = fast.client.Brands(ctx)
	}
	outcome(t, err, iys.RetrySoon, "H124")
}

// The citizen's page, the push and the receiver.
func TestCitizenTakesConsentBack(t *testing.T) {
	t.Parallel()
	ctx, w := context.Background(), newWorld(t, sandbox.Config{PlainPush: true}, nil)
	got := make(chan iys.Movement, 8)
	ignored := make(chan iys.Movement, 8)
	in := httptest.NewServer(&iys.Receiver{
		Username: "u1", Password: "p1", Brands: []int64{brand},
		Store: func(_ context.Context, list []iys.Movement) error {
			for _, m := range list {
				got <- m
			}
			return nil
		},
		Ignored: func(m iys.Movement) { ignored <- m },
	})
	t.Cleanup(in.Close)
	// The client takes https only; the simulator was told to allow plain http.
	err := w.client.PushRegister(ctx, brand, iys.PushTarget{URL: in.URL, Type: iys.Mesaj, Username: "u1", Password: "p1"})
	var f iys.Faults
	if !errors.As(err, &f) || f[0].Code != "H531" {
		t.Fatal(err)
	}
	registerPlain(t, w, in.URL)
	if m := <-ignored; !m.IsPushTest() {
		t.Errorf("%+v", m)
	}
	if list := must[[]iys.PushConnection](t)(w.client.PushList(ctx, brand)); len(list) != 1 || list[0].URL != in.URL || !list[0].RegisteredAt.Equal(begin) {
		t.Errorf("%+v", list)
	}

	must[iys.Registration](t)(w.client.Add(ctx, brand, w.consent(iys.Onay)))
	page := httptest.NewServer(w.server.Page())
	t.Cleanup(page.Close)
	w.move(time.Minute)
	read := func(res *http.Response, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, _ := io.ReadAll(res.Body)
		return string(b)
	}
	if s := read(http.Get(page.URL + "/?recipient=" + url.QueryEscape(phone))); !strings.Contains(s, "Örnek Butik") || !strings.Contains(s, "Reddet") {
		t.Error(s)
	}
	form := url.Values{"recipient": {phone}, "brand": {"600002"}, "type": {"MESAJ"}, "recipientType": {"BIREYSEL"}, "status": {"RET"}}
	if s := read(http.PostForm(page.URL+"/decide", form)); !strings.Contains(s, "kaydedildi") {
		t.Error(s)
	}
	m := <-got
	if m.Status != iys.Ret || m.Source != iys.SourceIYSWeb || m.Recipient != phone || m.Brand != brand || m.IYSCode != 600001 {
		t.Errorf("%+v", m)
	}
	// A late consent that was given before the refusal does not win.
	late := w.consent(iys.Onay)
	late.ConsentDate = begin.Add(30 * time.Second)
	_, err = w.client.Add(ctx, brand, late)
	outcome(t, err, iys.StaleReadBack, "H178")

	form.Set("type", "ARAMA")
	form.Set("status", "ONAY")
	form.Set("name", "Ayşe Örnek")
	read(http.PostForm(page.URL+"/decide", form))
	w.move(2 * time.Hour)
	p := must[iys.Page](t)(w.client.Pull(ctx, brand, iys.SideIYS, "", 0))
	if n := len(p.Movements); n != 2 || p.Movements[1].Source != iys.SourceIYSWebNew || p.Movements[1].CitizenName != "Ayşe Örnek" {
		t.Errorf("%+v", p.Movements)
	}
	// A closed line repeats the old date; the book does not mind.
	w.server.CloseLine(phone)
	w.move(2 * time.Hour)
	book := iys.NewBook()
	for _, m := range must[iys.Page](t)(w.client.Pull(ctx, brand, iys.SideIYS, "", 0)).Movements {
		book.Apply(m)
		if m.Source == iys.SourceLineClosed && !m.ConsentDate.Equal(begin.Add(time.Minute)) {
			t.Errorf("%+v", m)
		}
	}
	if book.Effective(iys.Key{Brand: brand, Recipient: phone, Type: iys.Arama, RecipientType: iys.Bireysel}) != iys.Ret {
		t.Error("the line is closed")
	}
}

// registerPlain registers an http address, which the client refuses.
func registerPlain(t *testing.T, w *world, to string) {
	t.Helper()
	m := sandbox.DefaultMerchants()[0]
	res, err := http.PostForm(w.url+"/oauth2/token", url.Values{"grant_type": {"password"}, "username": {m.Username}, "password": {m.Password}})
	if err != nil {
		t.Fatal(err)
	}
	b, _ := io.ReadAll(res.Body)
	res.Body.Close()
	token, _, _ := strings.Cut(strings.SplitN(string(b), `"access_token":"`, 2)[1], `"`)
	req, _ := http.NewRequest("POST", w.url+"/sps/600001/brands/600002/push/registration",
		strings.NewReader(`{"connection":[{"url":"`+to+`","type":"MESAJ","username":"u1","password":"p1"}]}`))
	req.Header.Set("Authorization", "Bearer "+token)
	res, err = http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if b, _ := io.ReadAll(res.Body); res.StatusCode != 200 {
		t.Fatalf("%d %s", res.StatusCode, b)
	}
}

func TestDayEnd(t *testing.T) {
	t.Parallel()
	ctx, w := context.Background(), newWorld(t, sandbox.Config{}, nil)
	for i := range 3 {
		c := w.consent(iys.Onay)
		c.Recipient = fmt.Sprintf("+90505000000%d", i)
		must[iys.Registration](t)(w.client.Add(ctx, brand, c))
	}
	if _, err := w.client.Agreement(ctx, brand, begin); err == nil {
		t.Error("a day that runs has no hash")
	}
	w.move(24 * time.Hour)
	file := must[[]byte](t)(w.client.DayFile(ctx, brand, begin))
	list, err := iys.ParseDayFile(file)
	if err != nil || len(list) != 3 || string(iys.DayFile(list, true)) != string(file) {
		t.Fatalf("%v\n%s", err, file)
	}
	a := must[iys.Agreement](t)(w.client.Agreement(ctx, brand, begin))
	if a.Status != "completed" || a.Hash != iys.DayHash(file) || a.Agreed {
		t.Errorf("%+v", a)
	}
	if err := w.client.Agree(ctx, brand, begin); err != nil {
		t.Error(err)
	}
	if a := must[iys.Agreement](t)(w.client.Agreement(ctx, brand, begin)); !a.Agreed {
		t.Errorf("%+v", a)
	}
	if b := must[[]byte](t)(w.client.DayFile(ctx, brand, begin.AddDate(0, 0, -1))); b != nil {
		t.Errorf("%s", b)
	}
	if b := must[[]byte](t)(w.client.DayStamp(ctx, brand, begin)); len(b) == 0 {
		t.Error("no stamp")
	}
}

func TestOptOutLinks(t *testing.T) {
	t.Parallel()
	ctx, w := context.Background(), newWorld(t, sandbox.Config{}, nil)
	c := w.consent(iys.Onay)
	c.Recipient, c.Type = "a@example.com", iys.Eposta
	must[iys.Registration](t)(w.client.Add(ctx, brand, c))
	links := must[[]iys.Link](t)(w.client.EmailRetLinks(ctx, brand, "", []string{"a@example.com", "b@example.com"}))
	if len(links) != 2 || links[0].URL == "" || links[1].Code != "H568" {
		t.Fatalf("%+v", links)
	}
	use := func(method string) {
		r := httptest.NewRecorder()
		w.server.Page().ServeHTTP(r, httptest.NewRequest(method, links[0].URL, nil))
		if r.Code != 200 {
			t.Fatal(r.Code, r.Body)
		}
	}
	status := func() iys.Status {
		m, _, err := w.client.Status(ctx, brand, iys.Query{Recipient: "a@example.com", Type: iys.Eposta, RecipientType: iys.Bireysel})
		if err != nil {
			t.Fatal(err)
		}
		return m.Status
	}
	w.move(time.Minute)
	use("GET")
	if status() != iys.Onay {
		t.Error("looking at the link refused already")
	}
	use("POST")
	if status() != iys.Ret {
		t.Error("the link did not refuse")
	}
}
