package customer_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/customer"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/db/dbtest"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/idempotency"
	"github.com/onay/onay/internal/message"
	"github.com/onay/onay/internal/vault"
	"github.com/onay/onay/internal/verification"
)

type world struct {
	t   *testing.T
	ctx context.Context
	d   db.DB
	c   *clock.System
	s   *customer.Service
	com company.Company
}

func newWorld(t *testing.T, d db.DB, store company.Question) *world {
	t.Helper()
	v, err := vault.Open(filepath.Join(t.TempDir(), "keys"), "")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, ctx: audit.WithActor(context.Background(), "usr_clerk"), d: d, c: &clock.System{}}
	lg := slog.New(slog.DiscardHandler)
	l := audit.New(d, v, w.c, "")
	companies := company.New(d, l, v, w.c)
	w.s = customer.New(d, l, w.c, companies, verification.New(d, l, v, w.c, lg, companies, message.New(d, l, v, w.c, lg)))
	if w.com, err = companies.Create(w.ctx, "Deneme Mağazası"); err != nil {
		t.Fatal(err)
	}
	set := w.com.Settings
	set.EntryPoints = map[string]company.Question{company.StoreSale: store}
	if w.com, err = companies.SetSettings(w.ctx, w.com.ID, set); err != nil {
		t.Fatal(err)
	}
	return w
}

// verification writes one that ended so long ago.
func (w *world) verification(companyID, phone, purpose, status string, ago time.Duration) string {
	w.t.Helper()
	id, at := db.NewID("ver"), w.c.Now().Add(-ago)
	if err := w.d.Write(w.ctx, func(tx db.Tx) error {
		_, err := tx.Exec(`INSERT INTO verification (id, company_id, phone, prefix, purpose, status, code_hash, attempts, max_attempts, sends, max_sends,
			resend_after, expires_at, ended_at, locale, template_id, customer_id, entry_point, client_ip, user_agent, limit_key, app_hash, amount, currency,
			payee, metadata, created_by, version, created_at)
			VALUES ($1, $2, $3, '', $4, $5, $6, 1, 3, 1, 3, 0, $7, $7, 'tr', '', '', '', '', '', '', '', 0, '', '', '{}', '', 1, $7)`,
			id, companyID, phone, purpose, status, []byte{1}, db.Micros(at))
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *world) create(in customer.Input) customer.Customer {
	w.t.Helper()
	c, err := w.s.Create(w.ctx, w.com.ID, in)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func (w *world) kinds(id string) (out []string) {
	w.t.Helper()
	evs, err := w.s.History(w.ctx, w.com.ID, id)
	if err != nil {
		w.t.Fatal(err)
	}
	for i := len(evs) - 1; i >= 0; i-- {
		out = append(out, evs[i].Kind)
	}
	return out
}

func ayse() customer.Input {
	return customer.Input{Kind: "person", Name: "Ayşe", Surname: "Işık", Phone: "0555 111 22 33", EntryPoint: company.StoreSale}
}

const aysesPhone = "+905551112233"

func TestCardComesBackAsItWasSaved(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		w := newWorld(t, d, company.Optional)
		in := customer.Input{Code: " C-1 ", Kind: "organization", Name: "İnci  Gıda A.Ş.", Phone: "5551112233", Email: "bilgi@inci.com.tr", TaxOffice: "Kadıköy",
			Addresses: []customer.Address{{Title: "Merkez", City: "İstanbul", Phone: "0212 555 11 22"}, {Line: "Domstr. 1", City: "Köln", Country: "de", Phone: "+49 30 901820"}}}
		made := w.create(in)
		got, err := w.s.Get(w.ctx, w.com.ID, made.ID)
		if err != nil {
			t.Fatal(err)
		}
		want := customer.Customer{ID: made.ID, CompanyID: w.com.ID, Code: "C-1", Kind: "organization", Name: "İnci Gıda A.Ş.", Phone: aysesPhone, Email: "bilgi@inci.com.tr",
			TaxOffice: "Kadıköy", EntryPoint: company.CustomerCard, CreatedBy: "usr_clerk", Version: 1, CreatedAt: got.CreatedAt, UpdatedAt: got.CreatedAt,
			Addresses: []customer.Address{{Title: "Merkez", City: "İstanbul", Country: "TR", Phone: "+902125551122"}, {Line: "Domstr. 1", City: "Köln", Country: "DE", Phone: "+4930901820"}}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if _, err := w.s.Get(w.ctx, "com_other", made.ID); fault.Code(err) != "not_found" {
			t.Errorf("another company's card: %v", err)
		}
		if _, err := w.s.Get(w.ctx, w.com.ID, "cus_\xff\x00"); fault.Code(err) != "not_found" {
			t.Errorf("a broken id: %v", err)
		}
		if _, err := w.s.Create(w.ctx, w.com.ID, in); fault.Code(err) != "code_taken" {
			t.Errorf("the same code twice: %v", err)
		}
	})
}

func TestWrongInputNamesItsField(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t), company.Optional)
	for _, c := range []struct {
		name  string
		edit  func(*customer.Input)
		field string
	}{
		{"no kind", func(in *customer.Input) { in.Kind = "" }, "kind"},
		{"a person without a surname", func(in *customer.Input) { in.Surname = " " }, "surname"},
		{"an organization without a name", func(in *customer.Input) { in.Kind, in.Name, in.Surname = "organization", "", "" }, "name"},
		{"a landline as the phone", func(in *customer.Input) { in.Phone = "0212 555 11 22" }, "phone"},
		{"an e-mail without a host", func(in *customer.Input) { in.Email = "ayse@" }, "email"},
		{"a name beside the e-mail", func(in *customer.Input) { in.Email = "Ayşe <ayse@example.com>" }, "email"},
		{"a mistyped tax number", func(in *customer.Input) { in.TaxNumber = "10000000145" }, "tax_number"},
		{"a name that is too long", func(in *customer.Input) { in.Name = strings.Repeat("ş", 201) }, "name"},
		{"broken UTF-8", func(in *customer.Input) { in.Name = "a\xff" }, "name"},
		{"a zero byte", func(in *customer.Input) { in.Code = "a\x00b" }, "code"},
		{"an unknown entry point", func(in *customer.Input) { in.EntryPoint = "till" }, "entry_point"},
		{"an unknown answer", func(in *customer.Input) { in.Answer = "maybe" }, "answer"},
		{"21 addresses", func(in *customer.Input) { in.Addresses = make([]customer.Address, 21) }, "addresses"},
		{"an empty address", func(in *customer.Input) { in.Addresses = make([]customer.Address, 1) }, "addresses[0].line"},
		{"an unknown country", func(in *customer.Input) { in.Addresses = []customer.Address{{City: "X", Country: "QQ"}} }, "addresses[0].country"},
		{"words as an address phone", func(in *customer.Input) { in.Addresses = []customer.Address{{City: "X", Phone: "0800 ARA"}} }, "addresses[0].phone"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in := ayse()
			c.edit(&in)
			_, err := w.s.Create(w.ctx, w.com.ID, in)
			if f := fault.As(err); f == nil || f.Field != c.field || f.TR == "" || f.EN == "" {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestQuestionOfAnEntryPoint(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name           string
		mode           company.Question
		answer, reason string
		verified       bool
		code           string
		kinds          []string
	}{
		{"required, unanswered", company.Required, "", "", false, "question_unanswered", nil},
		{"required, no without a reason", company.Required, "no", "-", false, "question_unanswered", nil},
		{"required, no with a reason", company.Required, "no", "telefonu yanında değil", false, "", []string{"customer.created", "customer.question_answered"}},
		{"required, verified", company.Required, "", "", true, "", []string{"customer.created", "customer.question_answered", "customer.phone_verified"}},
		{"optional, unanswered", company.Optional, "", "", false, "", []string{"customer.created"}},
		{"optional, no", company.Optional, "no", "", false, "", []string{"customer.created", "customer.question_answered"}},
		{"off, no is not asked", company.Off, "no", "x", false, "", []string{"customer.created"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d db.DB) {
				w := newWorld(t, d, c.mode)
				in := ayse()
				in.Answer, in.Reason = c.answer, c.reason
				if c.verified {
					in.VerificationID = w.verification(w.com.ID, aysesPhone, "verify_phone", "approved", time.Minute)
				}
				got, err := w.s.Create(w.ctx, w.com.ID, in)
				if fault.Code(err) != c.code {
					t.Fatalf("%v", err)
				}
				if err != nil {
					if fault.As(err).Field != "verification_id" {
						t.Errorf("field %q", fault.As(err).Field)
					}
					return
				}
				if got.PhoneVerifiedAt.IsZero() == c.verified || got.PhoneVerificationID != in.VerificationID {
					t.Errorf("verified at %v by %q", got.PhoneVerifiedAt, got.PhoneVerificationID)
				}
				if diff := cmp.Diff(c.kinds, w.kinds(got.ID)); diff != "" {
					t.Error(diff)
				}
				if stored, err := w.s.Get(w.ctx, w.com.ID, got.ID); err != nil || stored.Version != int64(len(c.kinds)) {
					t.Errorf("version %d, %v", stored.Version, err)
				}
			})
		})
	}
}

func TestHayırToAChangedPhoneIsInTheLog(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		w := newWorld(t, d, company.Optional)
		c := w.create(ayse())
		change := func(phone, answer string) error {
			_, err := w.s.Update(w.ctx, w.com.ID, c.ID, func(c *customer.Customer) error {
				c.Phone, c.Answer = phone, answer
				return nil
			})
			return err
		}
		if err := change("0555 222 33 44", "maybe"); fault.Code(err) != "invalid_answer" {
			t.Errorf("another answer: %v", err)
		}
		for _, phone := range []string{"0555 222 33 44", "0555 222 33 44"} { // the second time nothing is new, and nothing was asked
			if err := change(phone, "no"); err != nil {
				t.Fatal(err)
			}
		}
		want := []string{"customer.created", "customer.changed", "customer.question_answered"}
		if diff := cmp.Diff(want, w.kinds(c.ID)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestOnlyTheRightProofVerifiesAPhone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		w := newWorld(t, d, company.Required)
		used := w.verification(w.com.ID, aysesPhone, "verify_phone", "approved", 0)
		in := ayse()
		in.VerificationID = used
		w.create(in)
		for _, c := range []struct{ name, id, code string }{
			{"none such", "ver_x", "unknown_verification"},
			{"broken UTF-8", "ver_\xff", "unknown_verification"},
			{"of another company", w.verification("com_other", aysesPhone, "verify_phone", "approved", 0), "unknown_verification"},
			{"denied", w.verification(w.com.ID, aysesPhone, "verify_phone", "denied", 0), "verification_not_approved"},
			{"for a login", w.verification(w.com.ID, aysesPhone, "login", "approved", 0), "verification_purpose"},
			{"of another phone", w.verification(w.com.ID, "+905550000000", "verify_phone", "approved", 0), "verification_phone"},
			{"of this morning", w.verification(w.com.ID, aysesPhone, "verify_phone", "approved", 61*time.Minute), "verification_too_old"},
			{"of another customer", used, "verification_used"},
		} {
			t.Run(c.name, func(t *testing.T) {
				in := ayse()
				in.VerificationID = c.id
				if _, err := w.s.Create(w.ctx, w.com.ID, in); fault.Code(err) != c.code {
					t.Errorf("%v", err)
				}
				in.Answer, in.Reason = "no", "kod gelmedi"
				if got := w.create(in); !got.PhoneVerifiedAt.IsZero() || got.UnverifiedReason != "kod gelmedi" {
					t.Errorf("Hayır must save the card, unverified: %+v", got)
				}
			})
		}
	})
}

func TestOneProofIsTakenByOneOfManyAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		w := newWorld(t, d, company.Optional)
		in := ayse()
		in.VerificationID = w.verification(w.com.ID, aysesPhone, "verify_phone", "approved", 0)
		var wg sync.WaitGroup
		var mu sync.Mutex
		codes := map[string]int{}
		for range 8 {
			wg.Go(func() {
				_, err := w.s.Create(w.ctx, w.com.ID, in)
				mu.Lock()
				defer mu.Unlock()
				codes[fault.Code(err)]++
			})
		}
		wg.Wait()
		if diff := cmp.Diff(map[string]int{"": 1, "verification_used": 7}, codes); diff != "" {
			t.Error(diff)
		}
	})
}

func TestChangingACard(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		w := newWorld(t, d, company.Optional)
		c := w.create(ayse())
		id := w.verification(w.com.ID, aysesPhone, "verify_phone", "approved", 0)
		for range 2 { // the second time changes nothing
			got, err := w.s.VerifyPhone(w.ctx, w.com.ID, c.ID, id)
			if err != nil || got.PhoneVerifiedAt.IsZero() || got.PhoneVerificationID != id {
				t.Fatalf("%+v, %v", got, err)
			}
		}
		got, err := w.s.Update(w.ctx, w.com.ID, c.ID, func(c *customer.Customer) error { c.Name, c.ID, c.CreatedBy = "Ayşegül", "cus_x", "x"; return nil })
		if err != nil || got.PhoneVerificationID != id || got.ID != c.ID || got.CreatedBy != "usr_clerk" {
			t.Fatalf("a new name must keep the proof: %+v, %v", got, err)
		}
		stale := c.Version
		if _, err := w.s.Update(w.ctx, w.com.ID, c.ID, func(c *customer.Customer) error { c.Version, c.Name = stale, "Fatma"; return nil }); fault.Code(err) != "version_conflict" {
			t.Errorf("an old version: %v", err)
		}
		got, err = w.s.Update(w.ctx, w.com.ID, c.ID, func(c *customer.Customer) error {
			c.Phone, c.Addresses = "0555 999 88 77", []customer.Address{{City: "Ankara"}}
			return nil
		})
		if err != nil || !got.PhoneVerifiedAt.IsZero() || got.PhoneVerificationID != "" {
			t.Fatalf("a new phone must lose the proof: %+v, %v", got, err)
		}
		stored, err := w.s.Get(w.ctx, w.com.ID, c.ID)
		if diff := cmp.Diff(got, stored, cmp.Transformer("us", func(t time.Time) int64 { return db.Micros(t) })); diff != "" || err != nil {
			t.Error(diff, err)
		}
		want := []string{"customer.created", "customer.phone_verified", "customer.changed", "customer.changed"}
		if diff := cmp.Diff(want, w.kinds(c.ID)); diff != "" {
			t.Error(diff)
		}
		evs, _ := w.s.History(w.ctx, w.com.ID, c.ID)
		if evs[2].Reason != "İYS Doğrulaması Başarılı" || evs[0].Data != `{"fields":["phone","addresses","phone_verification_id"]}` || evs[0].ObjectSeq != stored.Version {
			t.Errorf("%+v", evs)
		}
	})
}

func TestParallelChangesAreAllKept(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		w := newWorld(t, d, company.Optional)
		c := w.create(ayse())
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if _, err := w.s.Update(w.ctx, w.com.ID, c.ID, func(c *customer.Customer) error { c.TaxOffice += "x"; return nil }); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got, err := w.s.Get(w.ctx, w.com.ID, c.ID); err != nil || got.TaxOffice != "xxxx" {
			t.Errorf("%q, %v", got.TaxOffice, err)
		}
	})
}

func TestSearch(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		w := newWorld(t, d, company.Optional)
		in := ayse()
		in.VerificationID = w.verification(w.com.ID, aysesPhone, "verify_phone", "approved", 0)
		w.create(in)
		w.create(customer.Input{Code: "C_100%", Kind: "organization", Name: "İNCİ GIDA", Email: "Bilgi@inci.com.tr", Phone: "0532 000 00 01"})
		yes, no := true, false
		for _, c := range []struct {
			name, query string
			verified    *bool
			want        []string
		}{
			{"everything, newest first", "", nil, []string{"İNCİ GIDA", "Ayşe Işık"}},
			{"without Turkish letters", "ayse isik", nil, []string{"Ayşe Işık"}},
			{"with the other i", "AYŞE ışİk", nil, []string{"Ayşe Işık"}},
			{"words in another order", "ışık ay", nil, []string{"Ayşe Işık"}},
			{"capitals folded", "inci gıda", nil, []string{"İNCİ GIDA"}},
			{"phone as people write it", "0555 111 22", nil, []string{"Ayşe Işık"}},
			{"phone with the country", "+90 555 111 2233", nil, []string{"Ayşe Işık"}},
			{"beginning of the code", "c_1", nil, []string{"İNCİ GIDA"}},
			{"a wildcard is a letter", "c%", nil, nil},
			{"beginning of the e-mail", "bilgi@INCI", nil, []string{"İNCİ GIDA"}},
			{"verified ones", "", &yes, []string{"Ayşe Işık"}},
			{"others", "", &no, []string{"İNCİ GIDA"}},
			{"a zero byte and broken UTF-8", "ay\x00\xff", nil, []string{"Ayşe Işık"}},
		} {
			t.Run(c.name, func(t *testing.T) {
				list, err := w.s.List(w.ctx, w.com.ID, customer.Filter{Query: c.query, Verified: c.verified})
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, c := range list {
					got = append(got, c.DisplayName())
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Error(diff)
				}
			})
		}
		first, err := w.s.List(w.ctx, w.com.ID, customer.Filter{Limit: 1})
		if err != nil || len(first) != 1 {
			t.Fatal(first, err)
		}
		if rest, err := w.s.List(w.ctx, w.com.ID, customer.Filter{Before: first[0].ID}); err != nil || len(rest) != 1 || rest[0].Name != "Ayşe" {
			t.Errorf("%v, %v", rest, err)
		}
		if other, err := w.s.List(w.ctx, "com_other", customer.Filter{}); err != nil || len(other) != 0 {
			t.Errorf("another company sees %v, %v", other, err)
		}
	})
}

func TestARepeatedRequestMakesOneCard(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		w := newWorld(t, d, company.Optional)
		ctx := idempotency.With(w.ctx, &idempotency.Claim{CompanyID: w.com.ID, Key: "k", Fingerprint: []byte("f"), At: w.c.Now()})
		if _, err := w.s.Create(ctx, w.com.ID, ayse()); err != nil {
			t.Fatal(err)
		}
		if _, err := w.s.Create(ctx, w.com.ID, ayse()); fault.Code(err) != "idempotency_in_progress" {
			t.Errorf("%v", err)
		}
		if list, _ := w.s.List(ctx, w.com.ID, customer.Filter{}); len(list) != 1 {
			t.Errorf("%d cards", len(list))
		}
	})
}
