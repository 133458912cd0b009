package smpp_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onay/onay/sandbox/smsc"
	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/encoding"
	"github.com/onay/onay/sms/smpp"
)

// book collects what the client hands over.
type book struct {
	mu       sync.Mutex
	receipts []smpp.Receipt
	inbound  []sms.Inbound
	fail     int // so many are refused first
}

func (b *book) report(r smpp.Receipt) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail > 0 {
		b.fail--
		return errors.New("the disk is full")
	}
	b.receipts = append(b.receipts, r)
	return nil
}

func (b *book) receive(in sms.Inbound) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail > 0 {
		b.fail--
		return errors.New("the disk is full")
	}
	b.inbound = append(b.inbound, in)
	return nil
}

func (b *book) all() []smpp.Receipt {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.receipts)
}

func (b *book) texts() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []string
	for _, in := range b.inbound {
		out = append(out, in.Text)
	}
	return out
}

func with(b *book) func(*smpp.Config) {
	return func(c *smpp.Config) { c.OnReport, c.OnInbound = b.report, b.receive }
}

func fault(t testing.TB, c *centre, k smsc.Kind, rate float64, delay time.Duration) {
	t.Helper()
	if err := c.SetFault(smsc.Fault{Kind: k, Rate: rate, Delay: delay}); err != nil {
		t.Fatal(err)
	}
}

func bulk(i int, body string) sms.Message {
	return sms.Message{ID: fmt.Sprintf("m-%d", i), To: fmt.Sprintf("+90555%06d%d", i, i%5), Body: body, Reference: fmt.Sprintf("r-%d", i)}
}

// What a phone shows is what was written, in every way to write it.
func TestPhonesShowTheText(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("Siparişiniz yolda, iyi günler. ", 9)
	cases := map[string]struct {
		edit  func(*smpp.Config)
		m     sms.Message
		want  string // empty: the body
		parts int
	}{
		"plain code":          {m: sms.Message{Route: sms.RouteOTP, Body: "Kodunuz 123456"}, parts: 1},
		"extension":           {m: sms.Message{Body: "{[€]} ~ ^ | \\"}, parts: 1},
		"Turkish":             {m: sms.Message{Body: "Şifreniz: ığüşöç İĞÜŞÖÇ"}, parts: 1},
		"Turkish code":        {m: sms.Message{Route: sms.RouteOTP, Body: "Doğrulama kodunuz 123456"}, parts: 1},
		"locking":             {edit: func(c *smpp.Config) { c.Encodings = []encoding.Encoding{encoding.TurkishLocking} }, m: sms.Message{Body: long}, parts: 2},
		"long":                {m: sms.Message{Body: strings.Repeat("abcdefgh ", 40)}, parts: 3},
		"long Turkish":        {m: sms.Message{Body: long}, parts: 2},
		"emoji":               {m: sms.Message{Body: "Teşekkürler 😀"}, parts: 1},
		"long emoji":          {m: sms.Message{Body: strings.Repeat("😀 tebrikler ", 12)}, parts: 3},
		"plain wanted":        {m: sms.Message{Encoding: sms.EncodingPlain, Body: "ışık çiğ"}, want: "isik cig", parts: 1},
		"unicode wanted":      {m: sms.Message{Encoding: sms.EncodingUnicode, Body: "“iyi” günler"}, parts: 1},
		"typography":          {m: sms.Message{Body: "“iyi” günler…"}, want: "\"iyi\" günler...", parts: 1},
		"only UCS-2":          {edit: func(c *smpp.Config) { c.Encodings = []encoding.Encoding{encoding.UCS2} }, m: sms.Message{Body: long}, parts: 5},
		"SAR":                 {edit: func(c *smpp.Config) { c.Long = smpp.LongSAR }, m: sms.Message{Body: strings.Repeat("abcdefgh ", 40)}, parts: 3},
		"SAR Turkish":         {edit: func(c *smpp.Config) { c.Long = smpp.LongSAR }, m: sms.Message{Body: long}, parts: 5},
		"payload":             {edit: func(c *smpp.Config) { c.Long = smpp.LongPayload }, m: sms.Message{Body: strings.Repeat("abcdefgh ", 40)}, parts: 3},
		"payload Turkish":     {edit: func(c *smpp.Config) { c.Long = smpp.LongPayload }, m: sms.Message{Body: long}, parts: 5},
		"number as sender":    {m: sms.Message{Sender: "8500000002", Body: "Merhaba"}, parts: 1},
		"short number sender": {m: sms.Message{Sender: "4609", Body: "Merhaba"}, parts: 1},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			centre := newCentre(t, smsc.Config{ReportDelay: 5 * time.Millisecond})
			var b book
			client := newClient(t, centre, func(cfg *smpp.Config) {
				with(&b)(cfg)
				if c.edit != nil {
					c.edit(cfg)
				}
			})
			m := c.m
			m.ID, m.To = "m-1", "+905550000001"
			acc, err := client.Send(t.Context(), m)
			if err != nil {
				t.Fatal(err)
			}
			if c.want == "" {
				c.want = m.Body
			}
			got := centre.core.Phones.Received("+905550000001")
			if len(got) != 1 || got[0].Body != c.want || got[0].Parts != c.parts {
				t.Fatalf("the phone shows %+v, want %q in %d parts", got, c.want, c.parts)
			}
			waitFor(t, "the receipt", func() bool {
				all := b.all()
				return len(all) > 0 && all[len(all)-1].Final
			})
			last := b.all()[len(b.all())-1]
			if last.ProviderID != acc.ProviderID || last.Status != sms.StatusDelivered || last.MessageID != "m-1" || last.To != "+905550000001" || last.At.IsZero() {
				t.Errorf("receipt %+v for %+v", last, acc)
			}
		})
	}
}

// Whatever the form of ids and receipts, and whenever they come, each receipt
// finds its message.
func TestReceiptsFindTheirMessage(t *testing.T) {
	t.Parallel()
	const n = 60
	for _, ids := range []string{smsc.IDsSame, smsc.IDsRespHex, smsc.IDsRespDec, smsc.IDsMixed} {
		for _, form := range []string{smsc.ReceiptsText, smsc.ReceiptsBoth, smsc.ReceiptsTLV, smsc.ReceiptsData} {
			for _, first := range []float64{0, 0.5, 1} {
				t.Run(fmt.Sprintf("%s %s %.1f first", ids, form, first), func(t *testing.T) {
					t.Parallel()
					a := account()
					a.IDs, a.Receipts = ids, form
					c := newCentre(t, smsc.Config{Accounts: []smsc.Account{a}, ReportDelay: time.Millisecond})
					fault(t, c, smsc.ReceiptFirst, first, 0)
					fault(t, c, smsc.ReceiptElsewhere, 0.5, 0)
					var b book
					client := newClient(t, c, func(cfg *smpp.Config) {
						with(&b)(cfg)
						cfg.Connections = 2
						if ids != smsc.IDsMixed {
							cfg.IDs = smpp.IDForm(ids)
						}
					})
					ms := make([]sms.Message, n)
					for i := range ms {
						ms[i] = bulk(i, "Siparişiniz yolda")
						ms[i].To = ms[i].To[:len(ms[i].To)-1] + fmt.Sprint(i%8) // some fail
					}
					out := client.SendBatch(t.Context(), ms)
					waitFor(t, "all receipts", func() bool { return len(b.all()) >= n })
					want := map[string]string{}
					for i, o := range out {
						if o.Err != nil {
							t.Fatal(o.Err)
						}
						want[ms[i].ID] = o.Accepted.ProviderID
					}
					for _, r := range b.all() {
						fate := map[byte]smpp.State{'5': smpp.StateUndeliverable, '6': smpp.StateExpired, '7': smpp.StateRejected}[r.To[len(r.To)-1]]
						if fate == 0 {
							fate = smpp.StateDelivered
						}
						if !r.Matched || want[r.MessageID] != r.ProviderID || !r.Final || r.State != fate || r.Reference != "r"+r.MessageID[1:] {
							t.Errorf("%+v", r)
						}
						delete(want, r.MessageID)
					}
					if len(want) != 0 {
						t.Errorf("no receipt for %v", want)
					}
				})
			}
		}
	}
}

func TestReceiptIsRepeatedUntilStored(t *testing.T) {
	t.Parallel()
	c := newCentre(t, smsc.Config{ReportDelay: -1, RetryDelay: 5 * time.Millisecond})
	fault(t, c, smsc.ReceiptTwice, 1, 0)
	b := book{fail: 3}
	client := newClient(t, c, with(&b))
	acc, err := client.Send(t.Context(), bulk(1, "Merhaba"))
	if err != nil {
		t.Fatal(err)
	}
	waitFor(t, "both receipts", func() bool { return len(b.all()) == 2 && c.Waiting("onay") == 0 })
	for _, r := range b.all() {
		if r.ProviderID != acc.ProviderID || r.Status != sms.StatusDelivered {
			t.Errorf("%+v", r)
		}
	}
	reports, err := client.Reports(t.Context(), []string{acc.ProviderID, "other"})
	if err != nil || len(reports) != 1 || reports[0].Status != sms.StatusDelivered {
		t.Errorf("%+v, %v", reports, err)
	}
}

// A message is delivered when each of its parts is, and failed when one has.
func TestPartsMakeOneReport(t *testing.T) {
	t.Parallel()
	c := newCentre(t, smsc.Config{ReportDelay: time.Millisecond})
	var b book
	client := newClient(t, c, with(&b))
	for to, want := range map[string]sms.ReportStatus{"+905550000001": sms.StatusDelivered, "+905550000005": sms.StatusFailed} {
		m := bulk(1, strings.Repeat("abcdefgh ", 40))
		m.To = to
		acc, err := client.Send(t.Context(), m)
		if err != nil || len(acc.IDs()) != 3 {
			t.Fatal(acc, err)
		}
		waitFor(t, "three receipts", func() bool { return len(b.all()) == 3 })
		var parts, finals int
		for _, r := range b.all() {
			parts += r.Part
			if r.ProviderID != acc.ProviderID || r.Parts != 3 || r.Segments != 3 {
				t.Errorf("%+v", r)
			}
			if r.Final {
				finals++
				if r.Status != want {
					t.Errorf("%s: %+v", to, r)
				}
			}
		}
		if parts != 1+2+3 || want == sms.StatusDelivered && finals != 1 || finals == 0 {
			t.Errorf("%s: parts add up to %d, %d finals", to, parts, finals)
		}
		b.mu.Lock()
		b.receipts = nil
		b.mu.Unlock()
	}
}

func TestRestoredMessageIsMatched(t *testing.T) {
	t.Parallel()
	a := account()
	a.IDs = smsc.IDsRespHex
	c := newCentre(t, smsc.Config{Accounts: []smsc.Account{a}, ReportDelay: 200 * time.Millisecond})
	first := newClient(t, c, nil)
	m := bulk(1, strings.Repeat("abcdefgh ", 40))
	acc, err := first.Send(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	_ = first.Close()
	var b book
	second := newClient(t, c, with(&b))
	second.Restore(m, acc.ProviderID)
	waitFor(t, "three receipts", func() bool { return len(b.all()) == 3 })
	if r := b.all()[2]; r.MessageID != "m-1" || r.ProviderID != acc.ProviderID || r.Status != sms.StatusDelivered {
		t.Errorf("%+v", r)
	}
}

func TestUnknownReceiptIsHandedOverAtOnce(t *testing.T) {
	t.Parallel()
	c := newCentre(t, smsc.Config{ReportDelay: 100 * time.Millisecond})
	first := newClient(t, c, nil)
	acc, err := first.Send(t.Context(), bulk(1, "Merhaba"))
	if err != nil {
		t.Fatal(err)
	}
	_ = first.Close()
	var b book
	newClient(t, c, with(&b))
	waitFor(t, "the receipt", func() bool { return len(b.all()) == 1 })
	if r := b.all()[0]; r.Matched || r.RawID != acc.ProviderID || r.ProviderID != acc.ProviderID || !r.Final || r.To != bulk(1, "").To || r.Text != "Merhaba" {
		t.Errorf("%+v", r)
	}
}

func TestInbound(t *testing.T) {
	t.Parallel()
	texts := []string{
		"ONAY 4711", "Siparişi onaylıyorum, teşekkürler", "tamam 😀", strings.Repeat("evet lütfen gönderin ", 12),
		strings.Repeat("ığüşöç ", 40), "[RED] €", " boşluklu ",
	}
	for _, window := range []int{1, 10} {
		for _, fail := range []int{0, 4} {
			t.Run(fmt.Sprintf("window %d, %d refused", window, fail), func(t *testing.T) {
				t.Parallel()
				a := account()
				a.DeliverWindow = window
				c := newCentre(t, smsc.Config{Accounts: []smsc.Account{a}, RetryDelay: 20 * time.Millisecond})
				b := book{fail: fail}
				newClient(t, c, func(cfg *smpp.Config) {
					with(&b)(cfg)
					cfg.Timing.Part = 20 * time.Millisecond
					cfg.Now = func() time.Time { return time.Unix(1_800_000_000, 0) }
				})
				for _, text := range texts {
					if !c.Receive("+905550000001", "4609", text) {
						t.Fatal("nobody has the number")
					}
				}
				waitFor(t, "all messages", func() bool { return len(b.texts()) >= len(texts) && c.Waiting("onay") == 0 })
				var want []string
				for _, text := range texts {
					want = append(want, strings.TrimSpace(text))
				}
				got := b.texts()
				slices.Sort(got)
				slices.Sort(want)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
				b.mu.Lock()
				defer b.mu.Unlock()
				if in := b.inbound[0]; in.From != "+905550000001" || in.To != "4609" || in.At != time.Unix(1_800_000_000, 0) {
					t.Errorf("%+v", in)
				}
			})
		}
	}
}

// An operator that throttles slows everything down, and nothing is lost.
func TestThrottlingIsWaitedOut(t *testing.T) {
	t.Parallel()
	a := account()
	a.Rate, a.Window = 200, 5
	c := newCentre(t, smsc.Config{Accounts: []smsc.Account{a}})
	fault(t, c, smsc.QueueFull, 0.02, 0)
	client := newClient(t, c, func(cfg *smpp.Config) { cfg.Window = 5; cfg.Timing.Pause = 20 * time.Millisecond })
	ms := make([]sms.Message, 150)
	for i := range ms {
		ms[i] = bulk(i, "Merhaba")
	}
	for i, o := range client.SendBatch(t.Context(), ms) {
		if o.Err != nil {
			t.Errorf("%d: %v", i, o.Err)
		}
	}
	if n := c.Accepted(); n != len(ms) {
		t.Errorf("%d messages went out, want %d", n, len(ms))
	}
	if s := client.Status(); s.Rate == 0 || s.Rate > 500 {
		t.Errorf("the rate is %.0f", s.Rate)
	}
}

// A code goes before whatever bulk waits, and gives up early enough for
// another provider.
func TestCodesGoFirst(t *testing.T) {
	t.Parallel()
	a := account()
	a.AnswerDelay = 20 * time.Millisecond
	c := newCentre(t, smsc.Config{Accounts: []smsc.Account{a}})
	client := newClient(t, c, func(cfg *smpp.Config) { cfg.Window = 1 })
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() { _, _ = client.Send(ctx, bulk(i, "Merhaba")) })
	}
	waitFor(t, "bulk", func() bool { return c.Accepted() > 2 })
	began := time.Now()
	if _, err := client.Send(t.Context(), sms.Message{Route: sms.RouteOTP, To: "+905559999991", Body: "Kodunuz 1"}); err != nil {
		t.Fatal(err)
	}
	if d := time.Since(began); d > 500*time.Millisecond {
		t.Errorf("the code waited %v", d)
	}
	cancel()
	wg.Wait()

	fault(t, c, smsc.Throttle, 1, 0)
	began = time.Now()
	_, err := client.Send(t.Context(), sms.Message{Route: sms.RouteOTP, To: "+905559999991", Body: "Kodunuz 1"})
	if sms.KindOf(err) != sms.KindThrottled || time.Since(began) > 3*time.Second {
		t.Errorf("%v after %v", err, time.Since(began))
	}
}

func TestConnectionComesBack(t *testing.T) {
	t.Parallel()
	c := newCentre(t, smsc.Config{})
	client := newClient(t, c, func(cfg *smpp.Config) { cfg.Timing.ReconnectMin = time.Millisecond })
	for i, part := range []func(){
		func() { c.Drop("onay") },
		func() { c.Unbind("onay") },
	} {
		waitFor(t, "the bind", func() bool { return client.Status().Bound == 1 && c.Bound("onay") == 1 })
		part()
		waitFor(t, "the end", func() bool { return client.Status().Bound == 0 || client.Status().Cause != nil })
		waitFor(t, "the next bind", func() bool { return client.Status().Bound == 1 && c.Bound("onay") == 1 })
		if _, err := client.Send(t.Context(), bulk(i, "Merhaba")); err != nil {
			t.Errorf("%d: %v", i, err)
		}
	}
}

// A peer that is silent is left; one that is alive is not.
func TestEnquireLink(t *testing.T) {
	t.Parallel()
	c := newCentre(t, smsc.Config{Enquire: 300 * time.Millisecond})
	client := newClient(t, c, func(cfg *smpp.Config) { cfg.Timing.Enquire = 300 * time.Millisecond })
	waitFor(t, "the bind", func() bool { return client.Status().Bound == 1 })
	time.Sleep(1500 * time.Millisecond) // several silences
	if s := client.Status(); s.Bound != 1 || s.Cause != nil {
		t.Fatalf("%+v", s)
	}
	fault(t, c, smsc.NoEnquireAnswer, 1, 0)
	silent := newCentre(t, smsc.Config{})
	fault(t, silent, smsc.NoEnquireAnswer, 1, 0)
	other := newClient(t, silent, func(cfg *smpp.Config) { cfg.Timing.Enquire = 300 * time.Millisecond })
	waitFor(t, "the end", func() bool { return other.Status().Cause != nil })
}

func TestLateAnswer(t *testing.T) {
	t.Parallel()
	c := newCentre(t, smsc.Config{ReportDelay: time.Millisecond})
	fault(t, c, smsc.LateAnswer, 1, 300*time.Millisecond)
	type answer struct {
		id  string
		acc sms.Accepted
		err error
	}
	late := make(chan answer, 1)
	var b book
	client := newClient(t, c, func(cfg *smpp.Config) {
		with(&b)(cfg)
		cfg.OnLateAnswer = func(id string, acc sms.Accepted, err error) { late <- answer{id, acc, err} }
		cfg.Timing.BulkAnswer = 100 * time.Millisecond
		cfg.Window = 1
	})
	_, err := client.Send(t.Context(), bulk(1, "Merhaba"))
	if !sms.IsAmbiguous(err) {
		t.Fatal(err)
	}
	if s := client.Status(); s.InFlight != 0 {
		t.Errorf("%+v: the place in the window is still taken", s)
	}
	got := <-late
	if got.id != "m-1" || got.err != nil || got.acc.ProviderID == "" {
		t.Errorf("%+v", got)
	}
	waitFor(t, "the receipt", func() bool { return len(b.all()) == 1 })
	if r := b.all()[0]; r.MessageID != "m-1" || r.ProviderID != got.acc.ProviderID {
		t.Errorf("%+v", r)
	}
}

func TestOddAnswers(t *testing.T) {
	t.Parallel()
	cases := map[smsc.Kind]sms.Kind{
		smsc.Split: "", smsc.Pair: "", smsc.ShortLength: sms.KindAmbiguous, smsc.HugeLength: sms.KindAmbiguous,
		smsc.NackSubmit: sms.KindParameters, smsc.SystemError: sms.KindNotSent, smsc.DropBefore: sms.KindAmbiguous,
		smsc.LostSubmit: sms.KindAmbiguous,
	}
	for k, want := range cases {
		t.Run(string(k), func(t *testing.T) {
			t.Parallel()
			c := newCentre(t, smsc.Config{})
			client := newClient(t, c, func(cfg *smpp.Config) { cfg.Timing.BulkAnswer = 100 * time.Millisecond })
			fault(t, c, k, 1, 0)
			_, err := client.Send(t.Context(), bulk(1, "Merhaba"))
			if got := sms.KindOf(err); got != want {
				t.Fatalf("%v, want %q", err, want)
			}
			c.ClearFaults()
			if _, err := client.Send(t.Context(), bulk(2, "Merhaba")); err != nil {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

func TestValidityThatIsRefusedIsLeftOut(t *testing.T) {
	t.Parallel()
	a := account()
	a.MaxValidity = time.Hour
	c := newCentre(t, smsc.Config{Accounts: []smsc.Account{a}})
	acc, err := newClient(t, c, nil).Send(t.Context(), bulk(1, "Merhaba"))
	if err != nil || acc.Warning == "" || c.Accepted() != 1 {
		t.Errorf("%+v, %v", acc, err)
	}
}

func TestQueryAndCancel(t *testing.T) {
	t.Parallel()
	c := newCentre(t, smsc.Config{ReportDelay: -1})
	client := newClient(t, c, nil)
	acc, err := client.Send(t.Context(), bulk(5, "Merhaba"))
	if err != nil {
		t.Fatal(err)
	}
	var e *sms.Error
	if err := client.Cancel(t.Context(), acc.ProviderID); !errors.As(err, &e) || e.Code != "11" || e.Kind != sms.KindRefused {
		t.Errorf("cancel: %v", err)
	}
	other := newClient(t, c, func(cfg *smpp.Config) { cfg.Query = true })
	waitFor(t, "the fate", func() bool {
		r, err := other.Reports(t.Context(), []string{acc.ProviderID, "FFFFFF"})
		return err == nil && len(r) == 1 && r[0].ProviderID == acc.ProviderID && r[0].Final
	})
}

// Shutdown lets what is on its way end, and takes leave.
func TestShutdown(t *testing.T) {
	t.Parallel()
	a := account()
	a.AnswerDelay = 100 * time.Millisecond
	c := newCentre(t, smsc.Config{Accounts: []smsc.Account{a}})
	client := newClient(t, c, nil)
	var wg sync.WaitGroup
	errs := make([]error, 5)
	for i := range errs {
		wg.Go(func() { _, errs[i] = client.Send(t.Context(), bulk(i, "Merhaba")) })
	}
	waitFor(t, "the messages", func() bool { return c.Accepted() == len(errs) })
	shutdown(t, client)
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	if _, err := client.Send(t.Context(), bulk(1, "Merhaba")); sms.KindOf(err) != sms.KindNotSent {
		t.Errorf("afterwards: %v", err)
	}
	unbound := false
	for _, e := range c.Log() {
		unbound = unbound || e.Command == 6 && !e.Out
	}
	if !unbound {
		t.Error("the client did not unbind")
	}
}

// Not parallel: it counts goroutines.
func TestNothingIsLeftRunning(t *testing.T) {
	before := runtime.NumGoroutine()
	for _, bind := range []smpp.Bind{smpp.BindTransceiver, smpp.BindPair} {
		c := newCentre(t, smsc.Config{ReportDelay: time.Millisecond})
		fault(t, c, smsc.DropAfter, 0.2, 0)
		fault(t, c, smsc.NoAnswer, 0.2, 0)
		client := newClient(t, c, func(cfg *smpp.Config) {
			cfg.Bind, cfg.Connections = bind, 3
			cfg.OnReport = func(smpp.Receipt) error { return nil }
		})
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		ms := make([]sms.Message, 100)
		for i := range ms {
			ms[i] = bulk(i, "Merhaba")
		}
		client.SendBatch(ctx, ms)
		cancel()
		_ = client.Close()
		c.Close()
		c.core.Close()
	}
	var after int
	for range 100 {
		if after = runtime.NumGoroutine(); after <= before {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	buf := make([]byte, 1<<16)
	t.Errorf("%d goroutines before, %d after\n%s", before, after, buf[:runtime.Stack(buf, true)])
}
