// Package payfor simulates a bank with the PayFor virtual POS (QNB, Ziraat Katılım): XMLGate.aspx, Default.aspx for forms of programs and browsers, 3DHost.aspx.
// Not simulated: points, payment links, insurance and PNR sales.
package payfor

import (
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/onay/onay/sandbox/bank"
)

// System is the name that faults use.
const System = "payfor"

// Store is a merchant's account.
type Store struct {
	MbrID, MerchantID, UserCode, UserPass, MerchantPass string
	AllowedIPs                                          []string
	HalfSecure                                          bool
	KurusTriggers                                       bool // the last two digits of an amount choose the answer
}

// Server is the bank.
type Server struct {
	book   *bank.Book
	pages  *bank.Pages
	stores map[string]Store

	mu    sync.Mutex
	guids map[string]*attempt
	burnt map[string]bool // order ids of browser attempts, by merchant
}

type attempt struct {
	merchant, order, kind, currency, status string
	minor                                   int64
	count                                   int
	card                                    bank.Card
	used                                    bool
}

// New opens the bank.
func New(book *bank.Book, pages *bank.Pages, stores ...Store) *Server {
	s := &Server{book: book, pages: pages, stores: map[string]Store{}, guids: map[string]*attempt{}, burnt: map[string]bool{}}
	for _, x := range stores {
		s.stores[x.MerchantID] = x
	}
	return s
}

// Handler serves /Gateway/….
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /Gateway/XMLGate.aspx", s.book.World.Guard(System, http.HandlerFunc(s.xml)))
	mux.HandleFunc("POST /Gateway/Default.aspx", s.form)
	mux.HandleFunc("POST /Gateway/3DHost.aspx", s.form)
	return mux
}

type get func(name string) string

// field is one of an answer, in order.
type field struct{ name, value string }

func (s *Server) xml(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	out := func(body string) { _, _ = io.WriteString(w, `<?xml version="1.0" encoding="utf-8"?>`+body) }
	doc, err := bank.ReadXML(raw)
	if err != nil || doc.Name != "PayforRequest" {
		out(response(refused("M013", "XML okunamadı", "")))
		return
	}
	g := func(name string) string { return doc.Get(name) }
	if g("SecureType") == "Report" {
		out(s.report(r, g))
		return
	}
	out(response(s.call(r, g)))
}

func response(f []field) string {
	var b strings.Builder
	for _, x := range f {
		if x.value == "" {
			b.WriteString("<" + x.name + ">\r\n  </" + x.name + ">")
			continue
		}
		b.WriteString(bank.Tag(x.name, x.value))
	}
	return bank.Box("PayforResponse", b.String())
}

func refused(code, text, order string) []field {
	return []field{{"AuthCode", ""}, {"HostRefNum", ""}, {"ProcReturnCode", code}, {"TransId", order}, {"ErrMsg", text}, {"CardHolderName", ""}}
}

func of(t *bank.Txn) []field {
	text := "Onaylandı"
	if t.Code != "00" {
		text = bank.Words(t.Code)
	}
	return []field{{"AuthCode", t.AuthCode}, {"HostRefNum", t.RRN}, {"ProcReturnCode", t.Code}, {"TransId", t.Order}, {"ErrMsg", text}, {"CardHolderName", ""}, {"ArtiTaksit", "0"}, {"BankInternalResponseMessage", ""}}
}

func either(g get, names ...string) string {
	for _, n := range names {
		if v := g(n); v != "" {
			return v
		}
	}
	return ""
}

var currencies = map[string]bool{"949": true, "840": true, "978": true, "826": true, "392": true}

// login checks who calls; OrderInquiry does not look at the password, as the bank does not.
func (s *Server) login(r *http.Request, g get, password bool) (Store, string, string) {
	x, known := s.stores[either(g, "MerchantId", "MerchantID")]
	switch {
	case !bank.Allowed(x.AllowedIPs, bank.CallerIP(r)):
		return x, "M047", "Bu kullanıcı için IP kısıtlaması vardır"
	case !known || g("UserCode") != x.UserCode || g("MbrId") != x.MbrID:
		return x, "V004", "Üye işyeri veya kullanıcı bulunamadı"
	case password && g("UserPass") != x.UserPass:
		return x, "M049", "Şifre hatalı"
	}
	return x, "", ""
}

func (s *Server) call(r *http.Request, g get) []field {
	kind := g("TxnType")
	order := either(g, "OrgOrderId", "OrderId")
	if g("SecureType") == "3DModelPayment" {
		return s.finish3D(g)
	}
	if g("SecureType") == "Inquiry" {
		x, code, text := s.login(r, g, false)
		if code != "" {
			return refused(code, text, order)
		}
		return s.inquire(x, g("OrgOrderId"))
	}
	x, code, text := s.login(r, g, true)
	if code != "" {
		return refused(code, text, order)
	}
	switch kind {
	case "Auth", "PreAuth":
		return s.charge(r, x, g)
	case "PostAuth", "Void", "Refund":
		return s.act(x, g)
	case "BatchClose":
		s.book.CloseDay()
		return []field{{"ProcReturnCode", "00"}, {"ErrMsg", "Onaylandı"}}
	}
	return refused("M013", "TxnType hatalı", order)
}

// money reads amount, currency and installments of a request.
func money(g get) (minor int64, count int, code, text string) {
	minor, ok := bank.Minor(g("PurchAmount"))
	if !ok || minor < 1 || minor > 200_000_00 {
		return 0, 0, "M019", "Tutar 0.01 ile 200000 arasında olmalıdır"
	}
	if !currencies[g("Currency")] {
		return 0, 0, "M002", "Para birimi hatalı"
	}
	if s := g("InstallmentCount"); s != "" && s != "0" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 2 || n > 36 {
			return 0, 0, "V023", "Taksit sayısı hatalı"
		}
		count = n
	}
	return minor, count, "", ""
}

func (s *Server) issue(x Store, t *bank.Txn) {
	if cc := fmt.Sprintf("%02d", t.Minor%100); x.KurusTriggers && bank.Words(cc) != "" {
		t.Code = cc
		s.book.Add(t)
		return
	}
	s.book.Charge(t)
}

func expiry(s string) (month, year string) {
	if len(s) != 4 {
		return "", ""
	}
	return s[:2], s[2:]
}

// taken reports whether an order id is used up: every attempt burns it.
func (s *Server) taken(merchant, order string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.burnt[merchant+" "+order] || len(s.book.Order(merchant, order)) > 0
}

func (s *Server) charge(r *http.Request, x Store, g get) []field {
	order := g("OrderId")
	minor, count, code, text := money(g)
	month, year := expiry(g("Expiry"))
	card, ok := bank.ReadCard(g("Pan"), month, year, g("Cvv2"), g("CardHolderName"))
	switch {
	case order == "" || len(order) > 50:
		return refused("M013", "OrderId hatalı", order)
	case code != "":
		return refused(code, text, order)
	case !ok || !card.Luhn:
		return refused("M041", "Geçersiz kart numarası", order)
	}
	t := &bank.Txn{Merchant: x.MerchantID, Order: order, Kind: bank.Sale, Minor: minor, Currency: g("Currency"), Installments: count, Card: card, MOTO: g("MOTO") == "1"}
	if g("TxnType") == "PreAuth" {
		t.Kind = bank.PreAuth
	}
	if card.Magic == "9901" {
		s.book.Hang(r)
	}
	var out []field
	s.book.Do(func() {
		if s.taken(x.MerchantID, order) {
			out = refused("V029", "Verilen sipariş no önceden kullanılmıştır.", order)
			return
		}
		s.issue(x, t)
		out = of(t)
	})
	if card.Magic == "9902" {
		s.book.Hang(r)
	}
	return out
}

func (s *Server) finish3D(g get) (out []field) {
	s.mu.Lock()
	a := s.guids[g("RequestGuid")]
	var code, text string
	switch {
	case a == nil || a.order != g("OrderId"):
		code, text = "V013", "Seçili İşlem Bulunamadı!"
	case s.stores[a.merchant].UserCode != g("UserCode") || s.stores[a.merchant].UserPass != g("UserPass"):
		code, text = "V004", "Üye işyeri veya kullanıcı bulunamadı"
	case a.used:
		code, text = "V029", "Verilen sipariş no önceden kullanılmıştır."
	case a.status != "1":
		code, text = "V034", "3D doğrulama başarısız"
	default:
		a.used = true
	}
	s.mu.Unlock()
	if code != "" {
		return refused(code, text, g("OrderId"))
	}
	t := a.txn()
	s.book.Do(func() {
		s.issue(s.stores[a.merchant], t)
		out = of(t)
	})
	return out
}

func (a *attempt) txn() *bank.Txn {
	t := &bank.Txn{Merchant: a.merchant, Order: a.order, Kind: bank.Sale, Minor: a.minor, Currency: a.currency, Installments: a.count, Card: a.card, Secure: true}
	if a.kind == "PreAuth" {
		t.Kind = bank.PreAuth
	}
	return t
}

func (s *Server) act(x Store, g get) (out []field) {
	order := either(g, "OrgOrderId", "OrderId")
	s.book.Do(func() {
		t := s.book.Paid(x.MerchantID, order)
		if t == nil {
			out = refused("V013", "Seçili İşlem Bulunamadı!", order)
			return
		}
		if g("Currency") != "" && g("Currency") != t.Currency {
			out = refused("V030", "Para birimi uyuşmuyor", order)
			return
		}
		minor, ok := bank.Minor(g("PurchAmount"))
		if !ok && g("TxnType") != "Void" {
			out = refused("M004", "Tutar yok", order)
			return
		}
		line := &bank.Txn{Order: order}
		money := t
		if t.CapturedBy != nil && t.CapturedBy.Live() {
			money = t.CapturedBy
		}
		no := func(code, text string) { out = refused(code, text, order) }
		switch g("TxnType") {
		case "PostAuth":
			if t.Kind == bank.PreAuth && (minor*100 > t.Minor*115 || minor*100 < t.Minor*85) {
				no("V027", "Tutar ön provizyonun yüzde 15 dışında")
				return
			}
			held := t.Minor
			t.Minor = max(t.Minor, minor) // 15 percent more is allowed
			why := s.book.Capture(t, minor, line)
			t.Minor = held
			switch why {
			case bank.Fine:
				out = of(line)
			case bank.WasCaptured:
				no("V025", "Ön provizyon kapatılmış")
			case bank.WrongState:
				no("V016", "Ön provizyon değil")
			default:
				no("V021", "Orijinal işlem uygun değil")
			}
		case "Void":
			switch s.book.Void(money) {
			case bank.Fine:
				line.Merchant, line.Kind, line.Minor, line.Currency, line.Card, line.Of = x.MerchantID, bank.Void, money.Minor, money.Currency, money.Card, money
				s.book.Add(line)
				out = of(line)
			case bank.Voided:
				no("V017", "İşlem zaten iptal edildi")
			default:
				no("V018", "İşlem iptal edilemez")
			}
		case "Refund":
			switch s.book.Refund(money, minor, line) {
			case bank.Fine:
				out = of(line)
			case bank.NotSettled:
				s.book.Add(&bank.Txn{Merchant: x.MerchantID, Order: order, Kind: bank.Refund, Minor: minor, Currency: t.Currency, Card: t.Card, Code: "V014", Of: money})
				no("V014", "Bu işlem geri alınamaz, lüften asıl işlemi iptal edin.")
			case bank.TooMuch:
				no("V015", "İade tutarı asıl tutarı aşıyor")
			case bank.WasRefunded:
				no("V037", "İşlem daha önce iade edilmiş")
			case bank.Voided:
				no("V017", "İşlem zaten iptal edildi")
			default:
				no("V021", "Orijinal işlem uygun değil")
			}
		}
	})
	return out
}

func digits(n int) string {
	var b strings.Builder
	for range n {
		d, _ := rand.Int(rand.Reader, big.NewInt(10))
		b.WriteString(d.String())
	}
	return b.String()
}

func sha1b64(s string) string {
	d := sha1.Sum([]byte(s))
	return base64.StdEncoding.EncodeToString(d[:])
}

func sha256b64(s string) string {
	d := sha256.Sum256([]byte(s))
	return base64.StdEncoding.EncodeToString(d[:])
}
