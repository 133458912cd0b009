package verification_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/db/dbtest"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/message"
	"github.com/onay/onay/internal/vault"
	"github.com/onay/onay/internal/verification"
)

// provider is the least that a Netgsm account must be for these tests; the sandbox is the real opponent, in test/.
type provider struct {
	*httptest.Server
	mu     sync.Mutex
	bodies []string
	answer atomic.Value // func(http.ResponseWriter)
}

func newProvider(t *testing.T) *provider {
	p := &provider{}
	p.answer.Store(func(w http.ResponseWriter) { io.WriteString(w, `{"code":"00","jobId":"17377215342605050417149344"}`) })
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var b struct{ Msg string }
		json.NewDecoder(r.Body).Decode(&b)
		p.mu.Lock()
		p.bodies = append(p.bodies, b.Msg)
		p.mu.Unlock()
		p.answer.Load().(func(http.ResponseWriter))(w)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *provider) texts() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.bodies...)
}

type rig struct {
	db        db.DB
	clock     *clock.System
	log       *audit.Log
	companies *company.Service
	messages  *message.Service
	ver       *verification.Service
	provider  *provider
	company   company.Company
}

var ctx = context.Background()

func newRig(t *testing.T, d db.DB) *rig {
	t.Helper()
	v, err := vault.Open(filepath.Join(t.TempDir(), "keys"), "")
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{db: d, clock: &clock.System{}, provider: newProvider(t)}
	lg := slog.New(slog.DiscardHandler)
	r.log = audit.New(d, v, r.clock, "")
	r.companies = company.New(d, r.log, v, r.clock)
	r.messages = message.New(d, r.log, v, r.clock, lg)
	r.messages.Start()
	t.Cleanup(r.messages.Close)
	r.ver = verification.New(d, r.log, v, r.clock, lg, r.companies, r.messages)
	if r.company, err = r.companies.Create(ctx, "Örnek Mağaza"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.messages.CreateAccount(ctx, message.Account{CompanyID: r.company.ID, Provider: "netgsm", Name: "Netgsm", BaseURL: r.provider.URL,
		Transport: "rest", Username: "8500000000", Secret: "secret-1", Header: "ORNEKFIRMA", Status: "on"}); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rig) settings(t *testing.T, change func(*company.Settings)) {
	t.Helper()
	if _, err := r.companies.Update(ctx, r.company.ID, "company.settings_changed", func(c *company.Company) error { change(&c.Settings); return nil }); err != nil {
		t.Fatal(err)
	}
}

func (r *rig) start(t *testing.T, phone string) verification.Verification {
	t.Helper()
	v, m, err := r.ver.Start(ctx, r.company.ID, verification.Request{Phone: phone})
	if err != nil {
		t.Fatal(err)
	}
	if m.Status != message.Sent {
		t.Fatalf("message is %s (%s %s)", m.Status, m.ErrorCode, m.ErrorText)
	}
	return v
}

var sixDigits = regexp.MustCompile(`[0-9]{6}`)

func (r *rig) lastCode(t *testing.T) string {
	t.Helper()
	texts := r.provider.texts()
	if len(texts) == 0 {
		t.Fatal("nothing was sent")
	}
	return sixDigits.FindString(texts[len(texts)-1])
}

func wrong(code string) string {
	if code == "111111" {
		return "222222"
	}
	return "111111"
}

func (r *rig) check(t *testing.T, id, code string) (verification.Verification, bool) {
	t.Helper()
	v, ok, err := r.ver.Check(ctx, r.company.ID, id, code, verification.Binding{})
	if err != nil {
		t.Fatal(err)
	}
	return v, ok
}

func (r *rig) kinds(t *testing.T, id string) (out []string) {
	t.Helper()
	evs, err := r.log.List(ctx, audit.Filter{CompanyID: r.company.ID, ObjectID: id, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for i := len(evs) - 1; i >= 0; i-- {
		out = append(out, evs[i].Kind+"|"+evs[i].Reason)
	}
	return out
}

func TestRightCodeApprovesOnceAndTheCodeIsGone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		r := newRig(t, d)
		v := r.start(t, "0555 111 22 33")
		code := r.lastCode(t)
		if got, ok := r.check(t, v.ID, wrong(code)); ok || got.Status != verification.Pending || got.AttemptsLeft() != 2 {
			t.Fatalf("after a wrong code: %v %+v", ok, got)
		}
		if got, ok := r.check(t, v.ID, " "+code[:3]+" "+code[3:]); !ok || got.Status != verification.Approved {
			t.Fatalf("after the right code: %v %+v", ok, got)
		}
		if _, ok := r.check(t, v.ID, code); ok {
			t.Error("the same code was accepted twice")
		}
		want := "verification.created|,verification.check_failed|İYS Kodu Başarısız,verification.approved|İYS Doğrulaması Başarılı"
		if got := strings.Join(r.kinds(t, v.ID), ","); got != want {
			t.Errorf("log:\n%s\nwant\n%s", got, want)
		}
		var left int
		if err := d.Read(ctx, func(tx db.Tx) error {
			return tx.QueryRow("SELECT COUNT(*) FROM message WHERE body_secret IS NOT NULL OR body LIKE $1", "%"+code+"%").Scan(&left)
		}); err != nil || left != 0 {
			t.Errorf("%d texts with the code remain (%v)", left, err)
		}
	})
}

func TestParallelGuessesUseExactlyTheAttempts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		r := newRig(t, d)
		r.settings(t, func(s *company.Settings) { s.MaxAttempts = 5 })
		v := r.start(t, "05551112233")
		bad := wrong(r.lastCode(t))
		var counted atomic.Int64
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				if _, ok, err := r.ver.Check(ctx, r.company.ID, v.ID, bad, verification.Binding{}); err != nil || ok {
					t.Errorf("guess: %v %v", ok, err)
				}
				counted.Add(1)
			})
		}
		wg.Wait()
		got, err := r.ver.Get(ctx, r.company.ID, v.ID)
		if err != nil || got.Attempts != 5 || got.Status != verification.Denied {
			t.Errorf("%d attempts, %s, %v; want 5, denied", got.Attempts, got.Status, err)
		}
		if _, ok := r.check(t, v.ID, r.lastCode(t)); ok {
			t.Error("the right code was accepted after the attempts were used up")
		}
	})
}

func TestParallelRightCodesSucceedOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		r := newRig(t, d)
		r.settings(t, func(s *company.Settings) { s.MaxAttempts = 10 })
		v := r.start(t, "05551112233")
		code := r.lastCode(t)
		var wins atomic.Int64
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				if _, ok, err := r.ver.Check(ctx, r.company.ID, v.ID, code, verification.Binding{}); err != nil {
					t.Error(err)
				} else if ok {
					wins.Add(1)
				}
			})
		}
		wg.Wait()
		if wins.Load() != 1 {
			t.Errorf("%d of the right codes won, want 1", wins.Load())
		}
	})
}

func TestResendCarriesTheSameCodeInAnotherText(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		r := newRig(t, d)
		v := r.start(t, "05551112233")
		code := r.lastCode(t)
		if _, _, err := r.ver.Resend(ctx, r.company.ID, v.ID); fault.Code(err) != "resend_too_soon" || fault.As(err).RetryAfter <= 0 {
			t.Fatalf("at once: %v", err)
		}
		r.clock.SetOffset(61 * time.Second)
		if _, _, err := r.ver.Resend(ctx, r.company.ID, v.ID); err != nil {
			t.Fatal(err)
		}
		texts := r.provider.texts()
		if len(texts) != 2 || r.lastCode(t) != code || texts[0] == texts[1] {
			t.Errorf("texts %q", texts)
		}
		r.clock.SetOffset(122 * time.Second)
		if _, _, err := r.ver.Resend(ctx, r.company.ID, v.ID); err != nil {
			t.Fatal(err)
		}
		r.clock.SetOffset(179 * time.Second)
		if _, _, err := r.ver.Resend(ctx, r.company.ID, v.ID); fault.Code(err) != "sends_used_up" {
			t.Errorf("fourth send: %v", err)
		}
		if _, ok := r.check(t, v.ID, code); !ok {
			t.Error("the code of the first message no longer works")
		}
	})
}

func TestExpiryEndsTheCodeAndRemovesIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		r := newRig(t, d)
		v := r.start(t, "05551112233")
		r.clock.SetOffset(181 * time.Second)
		if got, ok := r.check(t, v.ID, r.lastCode(t)); ok || got.Status != verification.Expired {
			t.Errorf("late code: %v %s", ok, got.Status)
		}
		if err := r.ver.Expire(ctx); err != nil {
			t.Fatal(err)
		}
		var left int
		d.Read(ctx, func(tx db.Tx) error {
			return tx.QueryRow("SELECT COUNT(*) FROM message WHERE body_secret IS NOT NULL").Scan(&left)
		})
		if left != 0 {
			t.Error("the text with the code is still there")
		}
	})
}

func TestLimits(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		r := newRig(t, d)
		r.settings(t, func(s *company.Settings) {
			s.Limits = company.Limits{PhoneHour: 2, PhoneDay: 3, IPHour: 4, LimitKeyHour: 1, LockAttempts: 2}
		})
		try := func(q verification.Request) string {
			_, _, err := r.ver.Start(ctx, r.company.ID, q)
			return fault.Code(err)
		}
		for i, c := range []struct {
			q    verification.Request
			want string
		}{
			{verification.Request{Phone: "05551112201"}, ""},
			{verification.Request{Phone: "05551112201"}, ""},
			{verification.Request{Phone: "+90 555 111 22 01"}, "phone_limit"},
			{verification.Request{Phone: "05551112202", LimitKey: "basket-1"}, ""},
			{verification.Request{Phone: "05551112203", LimitKey: "basket-1"}, "limit_key_limit"},
			{verification.Request{Phone: "05551112204", ClientIP: "198.51.100.7"}, ""},
			{verification.Request{Phone: "05551112205", ClientIP: "198.51.100.7"}, ""},
			{verification.Request{Phone: "05551112206", ClientIP: "198.51.100.7"}, ""},
			{verification.Request{Phone: "05551112207", ClientIP: "::ffff:198.51.100.7"}, ""},
			{verification.Request{Phone: "05551112208", ClientIP: "198.51.100.7"}, "ip_limit"},
			{verification.Request{Phone: "+4915123456789"}, "country_not_allowed"},
		} {
			if got := try(c.q); got != c.want {
				t.Errorf("request %d: %q, want %q", i, got, c.want)
			}
		}
		v := r.start(t, "05551112209")
		bad := wrong(r.lastCode(t))
		r.check(t, v.ID, bad)
		r.check(t, v.ID, bad)
		if got := try(verification.Request{Phone: "05551112209"}); got != "phone_locked" {
			t.Errorf("after wrong codes over all verifications: %q", got)
		}
		if err := r.ver.AddSafe(ctx, r.company.ID, "05551112201", "kasa testi"); err != nil {
			t.Fatal(err)
		}
		if got := try(verification.Request{Phone: "05551112201"}); got != "" {
			t.Errorf("a number on the safe list: %q", got)
		}
	})
}

func TestParallelStartsKeepThePhoneLimit(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		r := newRig(t, d)
		var ok atomic.Int64
		var wg sync.WaitGroup
		for range 30 {
			wg.Go(func() {
				if _, _, err := r.ver.Start(ctx, r.company.ID, verification.Request{Phone: "05551112233"}); err == nil {
					ok.Add(1)
				} else if fault.Code(err) != "phone_limit" {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if ok.Load() != 5 {
			t.Errorf("%d starts went through, the limit is 5", ok.Load())
		}
	})
}

func TestPumpedBlockIsShutAndHealsOrIsLifted(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		r := newRig(t, d)
		for i := range 25 {
			r.start(t, "0555111"+string([]byte{byte('0' + i/10), byte('0' + i%10)})+"00")
		}
		r.clock.SetOffset(2 * time.Minute)
		if err := r.ver.Watch(ctx); err != nil {
			t.Fatal(err)
		}
		_, _, err := r.ver.Start(ctx, r.company.ID, verification.Request{Phone: "05551119999"})
		if fault.Code(err) != "prefix_blocked" || fault.As(err).RetryAfter <= 0 {
			t.Fatalf("pumped block: %v", err)
		}
		r.start(t, "05321119999")
		blocks, err := r.ver.Blocks(ctx, r.company.ID, true)
		if err != nil || len(blocks) != 1 || blocks[0].Starts != 25 {
			t.Fatalf("blocks %+v, %v", blocks, err)
		}
		if err := r.ver.LiftBlock(ctx, r.company.ID, blocks[0].ID, "kampanya günü"); err != nil {
			t.Fatal(err)
		}
		if err := r.ver.Watch(ctx); err != nil {
			t.Fatal(err)
		}
		r.start(t, "05551119999")
	})
}

func TestPaymentCodeIsBoundToAmountAndPayee(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		r := newRig(t, d)
		v, _, err := r.ver.Start(ctx, r.company.ID, verification.Request{Phone: "05551112233", Purpose: verification.Payment, Amount: 125050, Payee: "Örnek Mağaza"})
		if err != nil {
			t.Fatal(err)
		}
		if text := r.provider.texts()[0]; !strings.Contains(text, "1.250,50 TL") || !strings.Contains(text, "Ornek Magaza") {
			t.Errorf("text %q names neither amount nor payee", text)
		}
		code := r.lastCode(t)
		if _, _, err := r.ver.Check(ctx, r.company.ID, v.ID, code, verification.Binding{Amount: 999}); fault.Code(err) != "binding_mismatch" {
			t.Errorf("another amount: %v", err)
		}
		if err := d.Write(ctx, func(tx db.Tx) error {
			_, err := tx.Exec("UPDATE verification SET amount = 999 WHERE id = $1", v.ID)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if _, ok := r.check(t, v.ID, code); ok {
			t.Error("the code was accepted for an amount changed in the database")
		}
	})
}

func TestNetHandsOverWhatTheProviderRefusedAndNeverLate(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		r := newRig(t, d)
		good := r.provider.answer.Load()
		r.provider.answer.Store(func(w http.ResponseWriter) { w.WriteHeader(500) })
		_, m, err := r.ver.Start(ctx, r.company.ID, verification.Request{Phone: "05551112233"})
		if err != nil || m.Status != message.Queued {
			t.Fatalf("%s, %v", m.Status, err)
		}
		_, late, err := r.ver.Start(ctx, r.company.ID, verification.Request{Phone: "05551112234"})
		if err != nil {
			t.Fatal(err)
		}
		status := func(id string) message.Status {
			got, err := r.messages.Get(ctx, r.company.ID, id)
			if err != nil {
				t.Fatal(err)
			}
			return got.Status
		}
		wait(t, func() bool { return status(m.ID) == message.Queued && status(late.ID) == message.Queued })
		r.provider.answer.Store(good)
		if err := d.Write(ctx, func(tx db.Tx) error {
			_, err := tx.Exec("UPDATE message SET expires_at = $1 WHERE id = $2", db.Micros(r.clock.Now().Add(-time.Second)), late.ID)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		r.clock.SetOffset(30 * time.Second)
		before := len(r.provider.texts())
		if err := r.messages.Net(ctx); err != nil {
			t.Fatal(err)
		}
		if status(m.ID) != message.Sent || status(late.ID) != message.Expired {
			t.Errorf("waiting message %s, late message %s", status(m.ID), status(late.ID))
		}
		if n := len(r.provider.texts()) - before; n != 1 {
			t.Errorf("the net sent %d messages, want 1", n)
		}
	})
}

func TestNextAccountTakesOver(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	second := newProvider(t)
	if _, err := r.messages.CreateAccount(ctx, message.Account{CompanyID: r.company.ID, Provider: "netgsm", Name: "Yedek", BaseURL: second.URL, Transport: "rest",
		Username: "8500000001", Secret: "secret-2", Header: "ORNEKFIRMA", Status: "on", Priority: 1}); err != nil {
		t.Fatal(err)
	}
	r.provider.answer.Store(func(w http.ResponseWriter) { w.WriteHeader(500) })
	r.start(t, "05551112233")
	if len(second.texts()) != 1 || second.texts()[0] != r.provider.texts()[0] {
		t.Errorf("first account %q, second %q", r.provider.texts(), second.texts())
	}
}

func TestRetentionDeletesWhatIsOldAndKeepsTheLog(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		r := newRig(t, d)
		old := r.start(t, "05551112233")
		r.check(t, old.ID, r.lastCode(t))
		r.clock.SetOffset(20 * 24 * time.Hour)
		young := r.start(t, "05551112244")
		r.settings(t, func(s *company.Settings) { s.RetentionDays = 30 })
		r.clock.SetOffset(31 * 24 * time.Hour)
		if err := r.ver.Expire(ctx); err != nil {
			t.Fatal(err)
		}
		if err := r.ver.Retain(ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := r.ver.Get(ctx, r.company.ID, old.ID); fault.Code(err) != "not_found" {
			t.Errorf("the old verification: %v", err)
		}
		if _, err := r.ver.Get(ctx, r.company.ID, young.ID); err != nil {
			t.Errorf("the young verification: %v", err)
		}
		if len(r.kinds(t, old.ID)) != 2 {
			t.Error("the log of the old verification is gone")
		}
	})
}

func wait(t *testing.T, ok func() bool) {
	t.Helper()
	for range 200 {
		if ok() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("it did not happen within two seconds")
}

func TestLint(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, body, want string }{
		{"good", "{payee} kodunuz: {code}", ""},
		{"no code", "{payee} kodunuz", "code_placeholder"},
		{"two codes", "{code} {code}", "code_placeholder"},
		{"unknown placeholder", "{code} {isim}", "unknown_placeholder"},
		{"a link", "{code} magaza.com.tr", "link"},
		{"another number", "{code} 2026", "other_digits"},
		{"an advertisement", "{code} İNDİRİM başladı", "commercial"},
		{"percent", "{code} yüzde %10", "commercial"},
		{"too long", "{code} " + strings.Repeat("a", 140), "too_long"},
		{"two lines", "{code}\nx", "one_line"},
		{"amount where none is", "{code} {amount}", "amount_not_allowed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := fault.Code(verification.Lint(verification.VerifyPhone, "tr", c.body)); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
	for p, byLocale := range verification.Defaults {
		for locale, body := range byLocale {
			if err := verification.Lint(p, locale, body); err != nil {
				t.Errorf("built-in %s %s: %v", p, locale, err)
			}
		}
	}
}
