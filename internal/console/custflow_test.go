package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/customer"
)

const question = "İYS Doğrulama Kodu Gönderilsin mi?"

func TestEvetAndTheRightCodeSaveAVerifiedCard(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, path, done, entry string
		mode                    company.Question
	}{
		{"cari kart", "/customers/new", "/customers/cus_", "customer_card", company.Optional},
		{"cari kart, required", "/customers/new", "/customers/cus_", "customer_card", company.Required},
		{"store sale", "/sale/customer", "/sale?customer=cus_", "store_sale", company.Required},
		{"service form", "/service/customer", "/service?customer=cus_", "service_form", company.Optional},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, c.mode)
			form := d.fill(c.path)
			ask := d.post(c.path, http.StatusSeeOther, form).to
			d.sees(d.get(ask, http.StatusOK), question, "Bu kod yalnızca numaranın müşteriye ait olduğunu doğrular. İleti onayı değildir; satış için şart değildir.", "Evet", "Hayır")
			if len(d.texts()) != 0 {
				t.Fatal("a code left before the answer")
			}
			page := d.post(ask, http.StatusSeeOther, url.Values{"answer": {"yes"}}).to
			for range 2 { // reload
				shown := d.get(page, http.StatusOK)
				d.sees(shown, "Kalan deneme: 3", "Vazgeç", "Doğrulamadan devam et")
				if !strings.Contains(shown.body, `autocomplete="one-time-code"`) {
					t.Error("the phone cannot fill in the code")
				}
			}
			if again := d.post(ask, http.StatusSeeOther, url.Values{"answer": {"yes"}}).to; again != page || len(d.texts()) != 1 {
				t.Fatalf("Evet twice leads to %s and sent %d codes", again, len(d.texts()))
			}
			wrong := d.post(page, http.StatusUnprocessableEntity, url.Values{"do": {"check"}, "try": {"0"}, "code": {otherThan(d.code())}})
			d.sees(wrong, "İYS Kodu Başarısız", "Kalan deneme: 2")
			d.post(page, http.StatusSeeOther, url.Values{"do": {"check"}, "try": {"0"}, "code": {otherThan(d.code())}}) // the refused page reloaded
			d.sees(d.get(page, http.StatusOK), "Kalan deneme: 2")
			if len(d.cards()) != 0 {
				t.Fatal("a card was made before the right code")
			}
			to := d.post(page, http.StatusSeeOther, url.Values{"code": {d.code()}}).to
			if !strings.HasPrefix(to, c.done) {
				t.Fatalf("the saved card leads to %s", to)
			}
			d.sees(d.get(to, http.StatusOK), "İYS Doğrulaması Başarılı", "Ayşe Yılmaz", "Doğrulandı", "0555 111 22 33")
			cards := d.cards()
			if len(cards) != 1 || cards[0].PhoneVerifiedAt.IsZero() || cards[0].EntryPoint != c.entry {
				t.Fatalf("%+v", cards)
			}
			d.sees(d.get("/customers/"+cards[0].ID, http.StatusOK), "İYS kodu gönderildi", "İYS Kodu Başarısız", "İYS Doğrulaması Başarılı", "Zeynep Kaya")
			for _, back := range []string{ask, page} { // the browser's back
				if got := d.get(back, http.StatusSeeOther).to; got != to {
					t.Errorf("back to %s leads to %s", back, got)
				}
			}
			if got := d.post(c.path, http.StatusSeeOther, form).to; got != to || len(d.cards()) != 1 {
				t.Errorf("the form sent again leads to %s with %d cards", got, len(d.cards()))
			}
		})
	}
}

func TestHayir(t *testing.T) {
	t.Parallel()
	t.Run("optional", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, company.Optional)
		ask := d.post("/customers/new", http.StatusSeeOther, d.fill("/customers/new")).to
		to := d.post(ask, http.StatusSeeOther, url.Values{"answer": {"no"}}).to
		d.sees(d.get(to, http.StatusOK), "Doğrulanmadı", "İYS Kodu Gönder", "Kod gönderilsin mi: Hayır")
	})
	t.Run("required asks why", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, company.Required)
		ask := d.post("/customers/new", http.StatusSeeOther, d.fill("/customers/new")).to
		why := d.post(ask, http.StatusSeeOther, url.Values{"answer": {"no"}}).to
		d.sees(d.get(why, http.StatusOK), "Neden")
		d.sees(d.post(ask, http.StatusUnprocessableEntity, url.Values{"answer": {"no"}, "reason": {" x "}}), "en az 3")
		if len(d.cards()) != 0 {
			t.Fatal("saved without a reason")
		}
		to := d.post(ask, http.StatusSeeOther, url.Values{"answer": {"no"}, "reason": {"telefonu yanında değil"}}).to
		d.sees(d.get(to, http.StatusOK), "telefonu yanında değil", "Doğrulanmadı")
		if got := d.cards(); len(got) != 1 || got[0].UnverifiedReason != "telefonu yanında değil" {
			t.Errorf("%+v", got)
		}
	})
	t.Run("after the code could not be had", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, company.Required)
		ask := d.post("/sale/customer", http.StatusSeeOther, d.fill("/sale/customer")).to
		page := d.post(ask, http.StatusSeeOther, url.Values{"answer": {"yes"}}).to
		why := d.post(page, http.StatusSeeOther, url.Values{"do": {"without"}}).to
		d.sees(d.get(why, http.StatusOK), "Kod neden gönderilmiyor?")
		to := d.post(ask, http.StatusSeeOther, url.Values{"answer": {"no"}, "reason": {"kod gelmedi"}}).to
		d.sees(d.get(to, http.StatusOK), "Mağaza Satış", "Ayşe Yılmaz", "Doğrulanmadı")
	})
	t.Run("off asks nothing", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, company.Off)
		to := d.post("/service/customer", http.StatusSeeOther, d.fill("/service/customer")).to
		if !strings.HasPrefix(to, "/service?customer=") {
			t.Errorf("leads to %s", to)
		}
	})
}

func TestTheCodeIsSentByHandLater(t *testing.T) {
	t.Parallel()
	d := newDesk(t, company.Optional)
	ask := d.post("/customers/new", http.StatusSeeOther, d.fill("/customers/new")).to
	card := d.post(ask, http.StatusSeeOther, url.Values{"answer": {"no"}}).to
	d.sees(d.get(card+"/verify", http.StatusOK), question, "İleti onayı değildir")
	page := d.post(card+"/verify", http.StatusSeeOther, url.Values{"answer": {"yes"}}).to
	if again := d.post(card+"/verify", http.StatusSeeOther, url.Values{"answer": {"yes"}}).to; again != page || len(d.texts()) != 1 {
		t.Fatalf("twice leads to %s and sent %d", again, len(d.texts()))
	}
	d.sees(d.get(page, http.StatusOK), "saniye bekleyin")
	d.sees(d.post(page, http.StatusTooManyRequests, url.Values{"do": {"resend"}}), "saniye bekleyin")
	d.later(70 * time.Second)
	d.sees(d.get(page, http.StatusOK), "Yeniden gönder")
	first := d.code()
	for range 2 {
		d.post(page, http.StatusSeeOther, url.Values{"do": {"resend"}, "sends": {"1"}})
	}
	if len(d.texts()) != 2 || d.code() != first {
		t.Fatalf("sent again: %q", d.texts())
	}
	for try := range 3 {
		d.sees(d.post(page, http.StatusUnprocessableEntity, url.Values{"code": {otherThan(first)}}), "İYS Kodu Başarısız")
		if try == 2 {
			d.sees(d.get(page, http.StatusOK), "Deneme hakkı bitti", "Yeni kod gönder")
		}
	}
	if to := d.post(page, http.StatusSeeOther, url.Values{"do": {"new"}}).to; to != card+"/verify" {
		t.Fatal(to)
	}
	page = d.post(card+"/verify", http.StatusSeeOther, url.Values{"answer": {"yes"}}).to
	to := d.post(page, http.StatusSeeOther, url.Values{"code": {d.code()}}).to
	d.sees(d.get(to, http.StatusOK), "İYS Doğrulaması Başarılı", "Doğrulandı")
	if d.cards()[0].PhoneVerifiedAt.IsZero() {
		t.Error("the card is not verified")
	}
}

func TestNothingTypedIsLost(t *testing.T) {
	t.Parallel()
	d := newDesk(t, company.Required)
	form := d.fill("/customers/new")
	form.Set("email", "yanlis")
	form.Set("do", "address")
	page := d.post("/customers/new", http.StatusOK, form)
	d.sees(page, "Adres 1")
	form.Del("do")
	form.Set("addresses[0].line", "Çarşı Cad. 5")
	form.Set("addresses[0].city", "Bursa")
	refused := d.post("/customers/new", http.StatusUnprocessableEntity, form)
	d.sees(refused, "E-posta adresi geçersiz")
	for _, kept := range []string{"Çarşı Cad. 5", `value="Ayşe"`, "0555 111 22 33"} {
		if !strings.Contains(refused.body, kept) {
			t.Errorf("%q was lost", kept)
		}
	}
	form.Set("email", "ayse@ornek.com.tr")
	ask := d.post("/customers/new", http.StatusSeeOther, form).to
	code := d.post(ask, http.StatusSeeOther, url.Values{"answer": {"yes"}}).to
	back := d.post(code, http.StatusSeeOther, url.Values{"do": {"cancel"}}).to
	if again := d.get(back, http.StatusOK); !strings.Contains(again.body, "Çarşı Cad. 5") || !strings.Contains(again.body, "ayse@ornek.com.tr") {
		t.Error("Vazgeç lost what was typed")
	}
	form.Set("kind", "organization")
	form.Set("name", "İnci Gıda A.Ş.")
	form.Set("phone", "")
	to := d.post("/customers/new", http.StatusSeeOther, form).to
	d.sees(d.get(to, http.StatusOK), "İnci Gıda A.Ş.", "Kuruluş", "Bursa")
}

func TestEditingANumberAsksAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t, company.Required)
	card, err := d.customers.Create(d.ctx, d.com.ID, customer.Input{Kind: "person", Name: "Ali", Surname: "Can"})
	d.must(err)
	path := "/customers/" + card.ID + "/edit"
	form := d.fill(path)
	form.Set("version", "1")
	ask := d.post(path, http.StatusSeeOther, form).to
	page := d.post(ask, http.StatusSeeOther, url.Values{"answer": {"yes"}}).to
	to := d.post(page, http.StatusSeeOther, url.Values{"code": {d.code()}}).to
	d.sees(d.get(to, http.StatusOK), "Ayşe Yılmaz", "Doğrulandı", "İYS Doğrulaması Başarılı")
}

func TestOthersAndMarkup(t *testing.T) {
	t.Parallel()
	d := newDesk(t, company.Optional)
	other, err := d.companies.Create(d.ctx, "Başka Mağaza")
	d.must(err)
	theirs, err := d.customers.Create(d.ctx, other.ID, customer.Input{Kind: "organization", Name: "Gizli Müşteri"})
	d.must(err)
	for _, path := range []string{"", "/edit", "/verify", "/verify/ver_x"} {
		d.get("/customers/"+theirs.ID+path, http.StatusNotFound)
	}
	d.get("/sale?customer="+theirs.ID, http.StatusNotFound)
	evil, err := d.customers.Create(d.ctx, d.com.ID, customer.Input{Kind: "person", Name: "<script>alert(1)</script>", Surname: `"><img src=x>`, Phone: "0555 111 22 33", Code: "K'1"})
	d.must(err)
	for _, path := range []string{"/customers", "/customers/" + evil.ID, "/customers/" + evil.ID + "/verify", "/customers/" + evil.ID + "/edit", "/sale?customer=" + evil.ID, "/search?q=script"} {
		if body := d.get(path, http.StatusOK).body; strings.Contains(body, "<script>alert") || strings.Contains(body, "<img src=x>") {
			t.Errorf("%s does not escape a name", path)
		}
	}
	for _, q := range []string{"0555 111 22 33", "k'1", evil.ID} {
		if to := d.get("/search?q="+url.QueryEscape(q), http.StatusSeeOther).to; to != "/customers/"+evil.ID {
			t.Errorf("%q leads to %s", q, to)
		}
	}
	d.sees(d.get("/search?q=Gizli", http.StatusOK), "Aramaya uyan kayıt yok")
}

func TestTheOtherScreens(t *testing.T) {
	t.Parallel()
	d := newDesk(t, company.Optional)
	d.sees(d.get("/", http.StatusOK), "Bugün", "Henüz mesaj yok", "Yeni Cari Kart")
	d.sees(d.get("/customers", http.StatusOK), "Henüz müşteri yok", "İlk müşteriyi ekle")
	ask := d.post("/customers/new", http.StatusSeeOther, d.fill("/customers/new")).to
	page := d.post(ask, http.StatusSeeOther, url.Values{"answer": {"yes"}}).to
	d.post(page, http.StatusSeeOther, url.Values{"code": {d.code()}})
	live := d.get("/", http.StatusOK)
	d.sees(live, "Gönderilen kodlar", "Doğrulanma oranı", "%100")
	list := d.get("/messages?phone=0555+111+22+33", http.StatusOK)
	d.sees(list, "0555 111 22 33")
	if strings.Contains(list.body, d.code()) {
		t.Error("the list shows the code")
	}
	m := strings.Index(list.body, "/messages/msg_")
	if m < 0 {
		t.Fatal("no message is listed")
	}
	d.sees(d.get(list.body[m:m+strings.IndexByte(list.body[m:], '"')], http.StatusOK), "Kaydedildi", "Netgsm")
	d.sees(d.get("/verifications?status=approved", http.StatusOK), "0555 111 22 33", "Doğrulandı")
	d.sees(d.get("/verifications?phone=1", http.StatusOK), "geçersiz")
	d.sees(d.get("/customers?q=ayse&verified=yes", http.StatusOK), "Ayşe Yılmaz")
	d.sees(d.get("/customers?verified=no", http.StatusOK), "Aramaya uyan kayıt yok")
	d.sees(d.get("/sale?q=ayse", http.StatusOK), "Ayşe Yılmaz")
}

func TestTheStateOfTheCodeIsLive(t *testing.T) {
	t.Parallel()
	d := newDesk(t, company.Optional)
	ask := d.post("/customers/new", http.StatusSeeOther, d.fill("/customers/new")).to
	page := d.post(ask, http.StatusSeeOther, url.Values{"answer": {"yes"}}).to
	d.later(4 * time.Minute) // the code has ended, and so does the stream
	stream := d.get(page+"/live", http.StatusOK)
	if !strings.Contains(stream.body, "event: done\n") || !strings.Contains(stream.body, "data: ") || !strings.Contains(stream.body, "Kodun süresi doldu") {
		t.Errorf("%s", stream.body)
	}
}

func TestARefusedCardKeepsItsProof(t *testing.T) {
	t.Parallel()
	d := newDesk(t, company.Required)
	_, err := d.customers.Create(d.ctx, d.com.ID, customer.Input{Kind: "person", Name: "Ali", Surname: "Can", Code: "C1"})
	d.must(err)
	form := d.fill("/customers/new")
	form.Set("code", "C1")
	ask := d.post("/customers/new", http.StatusSeeOther, form).to
	page := d.post(ask, http.StatusSeeOther, url.Values{"answer": {"yes"}}).to
	refused := d.post(page, http.StatusUnprocessableEntity, url.Values{"code": {d.code()}})
	d.sees(refused, "Bu kod başka bir müşteride kullanılıyor", "Bu numara kodla doğrulandı")
	back := d.get(page, http.StatusSeeOther).to
	d.sees(d.get(back, http.StatusOK), "Bu numara kodla doğrulandı")
	form.Set("code", "C2")
	to := d.post("/customers/new", http.StatusSeeOther, form).to
	d.sees(d.get(to, http.StatusOK), "İYS Doğrulaması Başarılı", "Doğrulandı")
	if len(d.texts()) != 1 {
		t.Errorf("%d codes were sent", len(d.texts()))
	}
}

func TestAUsedUpCodeOffersANewOne(t *testing.T) {
	t.Parallel()
	d := newDesk(t, company.Optional)
	ask := d.post("/customers/new", http.StatusSeeOther, d.fill("/customers/new")).to
	page := d.post(ask, http.StatusSeeOther, url.Values{"answer": {"yes"}}).to
	for range 3 {
		d.post(page, http.StatusUnprocessableEntity, url.Values{"code": {otherThan(d.code())}})
	}
	d.sees(d.get(page, http.StatusOK), "Deneme hakkı bitti", "Yeni kod gönder", "Doğrulamadan devam et")
	for range 2 {
		d.post(page, http.StatusSeeOther, url.Values{"do": {"new"}})
	}
	if len(d.texts()) != 2 {
		t.Fatalf("%d codes were sent", len(d.texts()))
	}
	to := d.post(page, http.StatusSeeOther, url.Values{"code": {d.code()}}).to
	d.sees(d.get(to, http.StatusOK), "Doğrulandı")
}

func TestEnglish(t *testing.T) {
	t.Parallel()
	d := newDesk(t, company.Optional)
	d.post("/prefs", http.StatusSeeOther, url.Values{"lang": {"en"}, "back": {"/"}})
	d.sees(d.get("/", http.StatusOK), "Nothing waits for you.")
	d.sees(d.get("/customers/new", http.StatusOK), "Surname", "Add an address")
}
