// Package nkolay simulates N Kolay Sanal POS: payments with and without 3-D Secure in both modes of the merchant, lists, voids and refunds, pre-authorizations,
// installments, commissions, stored cards, and the hosted page. Not simulated: recurring instructions and payment links.
package nkolay

import (
	"crypto/rand"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/onay/onay/sandbox/bank"
	"github.com/onay/onay/sandbox/outside"
)

// System is the name that faults use.
const System = "nkolay"

// Merchant is a merchant's account.
type Merchant struct {
	Number                       string // MERCHANT_NO
	SX, SXList, SXCancel, Secret string
	// TwoSteps takes the money of a 3-D payment only after CompletePayment ("ön onay").
	TwoSteps bool
	// EightFields leaves the currency out of the hash of results; TextCodes writes RESPONSE_CODE as text; Envelope is 1 to 4.
	EightFields, TextCodes bool
	Envelope               int
	// Rates are what a payer bears, in percent, by installments.
	Rates     map[int]float64
	ValueDays int // days until a payment is paid out
}

// Server is the institution.
type Server struct {
	book      *bank.Book
	pages     *bank.Pages
	merchants map[string]Merchant // by sx
	// Prefix is the path under which Handler is mounted, for the addresses that answers name.
	Prefix string

	mu     sync.Mutex
	begun  map[string]*begun // by REFERENCE_CODE of the beginning
	tokens map[string]*begun // of a completion
	cards  map[string][]stored
}

type begun struct {
	m                         Merchant
	order, ref, success, fail string
	kind                      bank.Kind
	minor                     int64
	count                     int
	card                      bank.Card
	storeFor                  string
	answer                    object // of CompletePayment
	at                        time.Time
	row                       *bank.Txn
}

type stored struct {
	token, tran string
	card        bank.Card
}

// New opens the institution.
func New(book *bank.Book, pages *bank.Pages, merchants ...Merchant) *Server {
	s := &Server{book: book, pages: pages, merchants: map[string]Merchant{}, begun: map[string]*begun{}, tokens: map[string]*begun{}, cards: map[string][]stored{}}
	for _, m := range merchants {
		if m.Rates == nil {
			m.Rates = map[int]float64{2: 3, 3: 5, 6: 9, 9: 13, 12: 17}
		}
		if m.ValueDays == 0 {
			m.ValueDays = 1
		}
		s.merchants[m.SX], s.merchants[m.SXList], s.merchants[m.SXCancel] = m, m, m
	}
	return s
}

type object = map[string]any

// Handler serves /Vpos….
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	call := func(path string, h func(*http.Request, Merchant, url.Values) any, which func(Merchant) string) {
		mux.Handle("POST "+path, s.book.World.Guard(System, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
			if err != nil {
				http.Error(w, "too large", http.StatusRequestEntityTooLarge)
				return
			}
			f, err := url.ParseQuery(string(raw))
			if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
				r.Body = io.NopCloser(strings.NewReader(string(raw)))
				if r.ParseMultipartForm(1<<20) == nil {
					f = url.Values(r.MultipartForm.Value)
				}
			}
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
			m, known := s.merchants[f.Get("sx")]
			var out any = no("0", "sx bulunamadı", "")
			if err == nil && known && which(m) == f.Get("sx") {
				out = h(r, m, f)
			}
			_ = json.NewEncoder(w).Encode(out)
		})))
	}
	pay := func(m Merchant) string { return m.SX }
	list := func(m Merchant) string { return m.SXList }
	undo := func(m Merchant) string { return m.SXCancel }
	call("/Vpos/v1/Payment", s.payment, pay)
	call("/Vpos/v1/CompletePayment", s.complete, pay)
	call("/Vpos/v1/CancelRefundPayment", s.cancelRefund, undo)
	call("/Vpos/Payment/PaymentList", s.list, list)
	call("/Vpos/Payment/PaymentInstallments", s.installments, pay)
	call("/Vpos/Payment/GetMerchandInformation", s.commissions, pay)
	call("/Vpos/Payment/PreAuthorizationAprove", s.approve, pay)
	call("/Vpos/Payment/PreAuthorizationCancel", s.release, pay)
	call("/Vpos/Payment/CardStorageCardList", s.cardList, pay)
	call("/Vpos/Payment/CardStorageCardDelete", s.cardDelete, pay)
	mux.HandleFunc("POST /Vpos", s.hosted)
	mux.HandleFunc("POST /Vpos/acs", s.acs)
	return mux
}

func sign(secret string, fields ...string) string {
	d := sha512.Sum512([]byte(strings.Join(append(fields, secret), "|")))
	return base64.StdEncoding.EncodeToString(d[:])
}

func no(code, text, errorCode string) object {
	return object{"RESPONSE_CODE": json.Number(code), "RESPONSE_DATA": text, "ERROR_CODE": errorCode, "ERROR_MESSAGE": text}
}

var badHash = no("9", "Hash Data Uyuşmazlığı", "")

func (s *Server) ref() string { return fmt.Sprintf("IKSIRPF%07d", 1_874_000+s.book.Number()) }

// total is what the card is charged: so much that the amount is left after the rate.
func (m Merchant) total(minor int64, count int) int64 {
	rate := m.Rates[count]
	if count < 2 || rate == 0 {
		return minor
	}
	return int64(float64(minor)/(1-rate/100) + 0.5)
}

// checked is a payment whose form was checked.
func (s *Server) check(m Merchant, f url.Values, card bool) (p *begun, refused object) {
	for _, n := range []string{"clientRefCode", "amount", "rnd"} {
		if f.Get(n) == "" {
			return nil, no("0", n+" zorunludur", "")
		}
	}
	if f.Get("hashDatav2") != sign(m.Secret, m.SX, f.Get("clientRefCode"), f.Get("amount"), f.Get("successUrl"), f.Get("failUrl"), f.Get("rnd"), f.Get("csCustomerKey")) {
		return nil, badHash
	}
	if len(f.Get("ECOMM_PLATFORM")) > 120 {
		return nil, no("0", "ECOMM_PLATFORM çok uzun", "AB0001")
	}
	minor, ok := bank.Minor(f.Get("amount"))
	if _, frac, _ := strings.Cut(f.Get("amount"), "."); !ok || minor < 1 || len(frac) != 2 {
		return nil, no("0", "amount hatalı", "")
	}
	p = &begun{m: m, order: f.Get("clientRefCode"), success: f.Get("successUrl"), fail: f.Get("failUrl"), minor: minor, count: 1, kind: bank.Sale, storeFor: f.Get("csCustomerKey"), at: s.book.Now()}
	if f.Get("transactionType") == "PRESALES" {
		p.kind = bank.PreAuth
	}
	n := f.Get("installmentNo") + f.Get("instalments")
	if n != "" {
		c, err := strconv.Atoi(n)
		if err != nil || c < 1 || c > 1 && m.Rates[c] == 0 && c > 12 {
			return nil, no("0", "Taksit sayısı hatalı", "")
		}
		p.count = c
	}
	if !card {
		return p, nil
	}
	if token := f.Get("csToken") + f.Get("csTranId"); token != "" {
		for _, c := range s.cards[f.Get("csCustomerKey")] {
			if c.token == token || c.tran == token {
				p.card, p.storeFor = c.card, ""
				return p, nil
			}
		}
		return nil, no("0", "Kart bulunamadı", "")
	}
	p.card, ok = bank.ReadCard(f.Get("cardNumber"), f.Get("month"), f.Get("year"), f.Get("cvv"), f.Get("cardHolderName"))
	if !ok {
		return nil, no("0", "cardNumber hatalı", "")
	}
	return p, nil
}

// decide is the code of the card's bank. Some CVVs choose it.
func (s *Server) decide(c bank.Card) string {
	switch {
	case !c.Luhn:
		return "14"
	case c.Expired(s.book.Now()):
		return "54"
	}
	if v := map[string]string{"120": "12", "130": "13", "340": "34", "370": "37", "510": "51"}[c.CVV]; v != "" {
		return v
	}
	return c.Answer()
}

// charge books what the card's bank says; p.row is the line of the beginning, if there is one.
func (s *Server) charge(p *begun, secure bool) *bank.Txn {
	t := &bank.Txn{Merchant: p.m.Number, Order: p.order, Kind: p.kind, Minor: p.m.total(p.minor, p.count), Currency: "949", Installments: p.count, Card: p.card, Secure: secure, Code: s.decide(p.card), Ref: p.ref,
		Extra: map[string]string{"asked": strconv.FormatInt(p.minor, 10)}}
	if t.Ref == "" {
		t.Ref = s.ref()
	}
	t.Card.CVV = ""
	if t.Code == "00" {
		t.AuthCode = fmt.Sprintf("S%05d", 10000+s.book.Number()%90000)
	}
	return s.book.Add(t)
}

// result are the fields of a payment.
func (s *Server) result(m Merchant, t *bank.Txn, secure bool) object {
	if t.Code != "00" {
		o := no("0", bank.Words(t.Code), t.Code)
		o["CLIENT_REFERENCE_CODE"], o["USE_3D"], o["AUTH_CODE"], o["REFERENCE_CODE"] = t.Order, strconv.FormatBool(secure), nil, t.Ref
		return o
	}
	o := object{"RESPONSE_CODE": json.Number("2"), "RESPONSE_DATA": "İşlem Başarılı", "USE_3D": strconv.FormatBool(secure), "MERCHANT_NO": m.Number, "AUTH_CODE": t.AuthCode, "REFERENCE_CODE": t.Ref, "CLIENT_REFERENCE_CODE": t.Order,
		"TIMESTAMP": s.book.Now().Format("02.01.2006 15:04:05"), "RND": strconv.FormatInt(s.book.Now().UnixMilli(), 10), "TRANSACTION_AMOUNT": bank.Decimal(asked(t)), "AUTHORIZATION_AMOUNT": bank.Decimal(t.Minor), "COMMISION": "0.00",
		"COMMISION_RATE": "0.00", "INSTALLMENT": strconv.Itoa(max(1, t.Installments)), "CURRENCY_CODE": "TRY", "BANK_MESSAGE": "", "ERROR_CODE": "", "ERROR_MESSAGE": ""}
	if m.TextCodes {
		o["RESPONSE_CODE"] = "2"
	}
	s.seal(m, o)
	return o
}

func asked(t *bank.Txn) int64 {
	n, err := strconv.ParseInt(t.Extra["asked"], 10, 64)
	if err != nil {
		return t.Minor
	}
	return n
}

// seal signs a result.
func (s *Server) seal(m Merchant, o object) {
	names := strings.Fields("MERCHANT_NO REFERENCE_CODE AUTH_CODE RESPONSE_CODE USE_3D RND INSTALLMENT AUTHORIZATION_AMOUNT CURRENCY_CODE")
	if m.EightFields {
		names = names[:8]
	}
	values := make([]string, len(names))
	for i, n := range names {
		if o[n] != nil {
			values[i] = fmt.Sprint(o[n])
		}
	}
	key := m.Secret
	if _, hit := s.book.World.Faults.Hit(System, outside.WrongHash); hit {
		key += "x"
	}
	o["hashDataV2"] = sign(key, values...)
}

func (s *Server) payment(r *http.Request, m Merchant, f url.Values) any {
	p, refused := s.check(m, f, true)
	if refused != nil {
		return refused
	}
	if p.card.Magic == "9901" {
		s.book.Hang(r)
	}
	if f.Get("use3D") != "true" {
		var out object
		s.book.Do(func() { out = s.result(m, s.charge(p, false), false) })
		if p.card.Magic == "9902" {
			s.book.Hang(r)
		}
		return out
	}
	if p.success == "" || p.fail == "" {
		return no("0", "successUrl zorunludur", "")
	}
	s.book.Do(func() {
		p.ref = s.ref()
		p.row = &bank.Txn{Merchant: m.Number, Order: p.order, Kind: p.kind, Minor: p.m.total(p.minor, p.count), Currency: "949", Installments: p.count, Card: p.card, Code: "NEW", Ref: p.ref}
		s.book.Add(p.row)
	})
	s.mu.Lock()
	s.begun[p.ref] = p
	s.mu.Unlock()
	page := string(bank.FormPage(bank.Return{URL: "http://" + r.Host + s.Prefix + "/Vpos/acs", Fields: [][2]string{{"ref", p.ref}}}))
	return object{"RESPONSE_CODE": json.Number("2"), "RESPONSE_DATA": "İşlem Başarılı", "USE_3D": "true", "RND": strconv.FormatInt(s.book.Now().UnixMilli(), 10), "MERCHANT_NO": m.Number, "BANK_REQUEST_MESSAGE": page,
		"REFERENCE_CODE": p.ref, "CLIENT_REFERENCE_CODE": p.order, "AUTH_CODE": ""}
}

// acs shows the card's bank.
func (s *Server) acs(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	s.mu.Lock()
	p := s.begun[r.FormValue("ref")]
	s.mu.Unlock()
	if p == nil || s.book.Now().Sub(p.at) > 30*time.Minute {
		bank.Say(w, http.StatusGone, "tr", "Ödemenin süresi doldu.", "The payment has expired.")
		return
	}
	if e := p.card.Enrolled(); e != "" {
		bank.Leave(w, r, s.book.World, s.finish(p, e, p.card))
		return
	}
	http.Redirect(w, r, s.pages.Open(&bank.Challenge{Shop: "Deneme mağazası", Order: p.order, Minor: p.m.total(p.minor, p.count), Currency: "949", Installments: p.count, Card: p.card, Finish: func(o bank.Outcome, c bank.Card) bank.Return { return s.finish(p, o, c) }}), http.StatusSeeOther)
}

func (s *Server) finish(p *begun, o bank.Outcome, c bank.Card) bank.Return {
	p.card = c
	back := func(url string, v object) bank.Return {
		b := bank.Return{URL: url}
		for n, x := range v {
			if x == nil {
				x = ""
			}
			b.Fields = append(b.Fields, [2]string{n, fmt.Sprint(x)})
		}
		return b
	}
	failed := func(text, code string) bank.Return {
		if p.row != nil {
			p.row.Code = "ERROR"
		}
		return back(p.fail, object{"RESPONSE_CODE": "0", "RESPONSE_DATA": text, "CLIENT_REFERENCE_CODE": p.order, "USE_3D": "true", "ERROR_CODE": code, "ERROR_MESSAGE": text})
	}
	if o != bank.Authenticated {
		return failed("3D doğrulama başarısız", "")
	}
	if p.storeFor != "" {
		s.mu.Lock()
		n := len(s.cards[p.storeFor]) + 1
		s.cards[p.storeFor] = append(s.cards[p.storeFor], stored{fmt.Sprintf("TKN%s%d", p.storeFor, n), fmt.Sprintf("TR%s%d", p.storeFor, n), c})
		s.mu.Unlock()
	}
	if p.m.TwoSteps {
		var raw [24]byte
		rand.Read(raw[:])
		token := hex.EncodeToString(raw[:])
		s.mu.Lock()
		s.tokens[token] = p
		s.mu.Unlock()
		v := object{"MERCHANT_NO": p.m.Number, "REFERENCE_CODE": token, "AUTH_CODE": "", "RESPONSE_CODE": "2", "RESPONSE_DATA": "İşlem Başarılı", "USE_3D": "true", "RND": strconv.FormatInt(s.book.Now().UnixMilli(), 10),
			"INSTALLMENT": strconv.Itoa(p.count), "AUTHORIZATION_AMOUNT": bank.Decimal(p.m.total(p.minor, p.count)), "TRANSACTION_AMOUNT": bank.Decimal(p.minor), "CURRENCY_CODE": "TRY", "CLIENT_REFERENCE_CODE": p.order}
		s.seal(p.m, v)
		return back(p.success, v)
	}
	var v object
	var code string
	s.book.Do(func() {
		s.settle(p)
		code = p.row.Code
		v = s.result(p.m, p.row, true)
	})
	if code != "00" {
		return failed(bank.Words(code), code)
	}
	return back(p.success, v)
}

// settle asks the card's bank about a payment that has begun: its line, if it has one, gets the answer.
func (s *Server) settle(p *begun) {
	if p.row == nil {
		p.row = s.charge(p, true)
		return
	}
	p.row.Card, p.row.Secure = p.card, true
	p.row.Extra["asked"] = strconv.FormatInt(p.minor, 10)
	if p.row.Code = s.decide(p.card); p.row.Code == "00" {
		p.row.AuthCode = fmt.Sprintf("S%05d", 10000+s.book.Number()%90000)
	}
	p.row.At, p.row.Card.CVV = s.book.Now(), ""
}

func (s *Server) complete(_ *http.Request, m Merchant, f url.Values) any {
	s.mu.Lock()
	p := s.tokens[f.Get("referenceCode")]
	s.mu.Unlock()
	if p == nil || p.m.SX != m.SX {
		return no("0", "Kayıt bulunamadı", "")
	}
	var out object
	s.book.Do(func() {
		if p.answer == nil {
			if s.book.Now().Sub(p.at) > 30*time.Minute {
				out = no("0", "Süre doldu", "")
				return
			}
			s.settle(p)
			p.answer = s.result(m, p.row, true)
		}
		out = p.answer
	})
	return out
}

// hosted is the institution's card page.
func (s *Server) hosted(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	_ = r.ParseForm()
	f := r.PostForm
	m, known := s.merchants[f.Get("sx")]
	if !known || m.SX != f.Get("sx") || f.Get("successUrl") == "" || f.Get("failUrl") == "" {
		bank.Say(w, http.StatusOK, "tr", "sx ya da dönüş adresi hatalı.", "sx or the return address is not right.")
		return
	}
	p, refused := s.check(m, f, false)
	if refused != nil {
		bank.Say(w, http.StatusOK, "tr", fmt.Sprint(refused["RESPONSE_DATA"]), "The form is not right.")
		return
	}
	http.Redirect(w, r, s.pages.Open(&bank.Challenge{Shop: "Deneme mağazası", Order: p.order, Minor: m.total(p.minor, p.count), Currency: "949", Installments: p.count, Lang: f.Get("language"), Finish: func(o bank.Outcome, c bank.Card) bank.Return { return s.finish(p, o, c) }}), http.StatusSeeOther)
}
