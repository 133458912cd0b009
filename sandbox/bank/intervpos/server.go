// Package intervpos simulates Denizbank's virtual POS (InterVPOS): Default.aspx for programs and browsers, 3DHost.aspx.
package intervpos

import (
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/onay/onay/sandbox/bank"
	"github.com/onay/onay/sandbox/outside"
)

// System is the name that faults use.
const System = "intervpos"

// Shop is a merchant's account.
type Shop struct {
	ShopCode, UserCode, UserPass, MerchantPass string
	HalfSecure                                 bool
}

// Server is the bank.
type Server struct {
	book  *bank.Book
	pages *bank.Pages
	shops map[string]Shop

	mu    sync.Mutex
	auths map[string]*auth // by MD
	burnt map[string]bool
	calls int
}

type auth struct {
	shop, order, kind, currency, payerTxn, eci, cavv string
	minor                                            int64
	count                                            int
	card                                             bank.Card
	used                                             bool
}

// New opens the bank.
func New(book *bank.Book, pages *bank.Pages, shops ...Shop) *Server {
	s := &Server{book: book, pages: pages, shops: map[string]Shop{}, auths: map[string]*auth{}, burnt: map[string]bool{}}
	for _, x := range shops {
		s.shops[x.ShopCode] = x
	}
	return s
}

// Handler serves /mpi/….
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /mpi/Default.aspx", s.door)
	mux.HandleFunc("POST /mpi/3DHost.aspx", s.door)
	return mux
}

func (s *Server) door(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<18)
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	f, err := url.ParseQuery(string(raw))
	if err != nil {
		http.Error(w, "form", http.StatusBadRequest)
		return
	}
	if f.Get("UserCode") == "" {
		s.browser(w, r, f)
		return
	}
	r.Body = io.NopCloser(strings.NewReader(string(raw)))
	s.book.World.Guard(System, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		s.mu.Lock()
		s.calls++
		sep := ";;"
		if s.calls%7 == 0 {
			sep = ";;;" // seen now and then
		}
		s.mu.Unlock()
		var parts []string
		for _, x := range s.call(r, f) {
			parts = append(parts, x[0]+"="+x[1])
		}
		_, _ = io.WriteString(w, strings.Join(parts, sep))
	})).ServeHTTP(w, r)
}

type pairs [][2]string

func comma(minor int64) string { return strings.Replace(bank.Decimal(minor), ".", ",", 1) }

const never = "1.1.0001 00:00:00"

func (s *Server) answer(order, code, errorCode, text, rrn, auth, ref, at string, minor int64) pairs {
	result := "Failed"
	if code == "00" {
		result = "Success"
	}
	return pairs{{"OrderId", order}, {"ProcReturnCode", code}, {"HostRefNum", rrn}, {"AuthCode", auth}, {"TxnResult", result}, {"ErrorMessage", text}, {"CampanyId", ""}, {"CampanyInstallCount", "0"},
		{"CampanyShiftDateCount", "0"}, {"CampanyTxnId", ""}, {"CampanyType", ""}, {"CampanyInstallment", "0"}, {"CampanyDate", "0"}, {"CampanyAmnt", "0"}, {"TRXDATE", at}, {"TransId", ref}, {"ErrorCode", errorCode},
		{"EarnedBonus", "0,00"}, {"UsedBonus", "0,00"}, {"AvailableBonus", "0,00"}, {"BonusToBonus", "0"}, {"CampaignBonus", "0,00"}, {"FoldedBonus", "0"}, {"SurchargeAmount", "0"}, {"Amount", comma(minor)}, {"CardHolderName", ""}}
}

func (s *Server) sysOrder() string {
	return fmt.Sprintf("SYSOID%09d", s.book.Now().UnixNano()%1_000_000_000)
}

// refused is an answer without a transaction; operations on orders get an order id of the bank's own.
func (s *Server) refused(order, code, errorCode, text string) pairs {
	return s.answer(order, code, errorCode, text, "", "", "", never, 0)
}

func (s *Server) of(t *bank.Txn) pairs {
	text := ""
	if t.Code != "00" {
		text = bank.Words(t.Code)
	}
	return s.answer(t.Order, t.Code, "", text, t.RRN, t.AuthCode, t.Ref, t.At.Format("02.01.2006 15:04:05"), t.Minor)
}

var currencies = map[string]bool{"949": true, "840": true, "978": true, "826": true, "392": true}

func money(f url.Values) (minor int64, count int, ok bool) {
	minor, ok = bank.Minor(f.Get("PurchAmount"))
	if !ok || minor < 1 || !currencies[f.Get("Currency")] {
		return 0, 0, false
	}
	switch n := f.Get("InstallmentCount"); n {
	case "", "0", "1":
	default:
		c, err := strconv.Atoi(n)
		if err != nil || c < 2 || c > 36 {
			return 0, 0, false
		}
		count = c
	}
	return minor, count, true
}

func (s *Server) call(r *http.Request, f url.Values) pairs {
	x, known := s.shops[f.Get("ShopCode")]
	kind := f.Get("TxnType")
	onOrder := kind == "Void" || kind == "Refund" || kind == "StatusHistory" || kind == "PostAuth"
	order := f.Get("OrderId")
	if onOrder {
		order = s.sysOrder()
	}
	if !known || f.Get("UserCode") != x.UserCode || f.Get("UserPass") != x.UserPass {
		return s.refused(order, "81", "B810002", "Terminal Aktif Degil")
	}
	switch kind {
	case "Auth", "PreAuth":
		return s.charge(r, x, f)
	case "PostAuth", "Void", "Refund":
		return s.act(x, f, order)
	case "StatusHistory":
		return s.status(x, f, order)
	}
	return s.refused(order, "12", "E31", "TxnType hatalı")
}

func (s *Server) ref() string {
	now := s.book.Now()
	return fmt.Sprintf("%02d%03dX%08d", now.Year()%100, now.YearDay(), s.book.Number())
}

func (s *Server) taken(shop, order string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.burnt[shop+" "+order] || len(s.book.Order(shop, order)) > 0
}

func (s *Server) charge(r *http.Request, x Shop, f url.Values) (out pairs) {
	order := f.Get("OrderId")
	minor, count, ok := money(f)
	if !ok || order == "" {
		return s.refused(order, "13", "E31", "Tutar veya alan hatalı")
	}
	t := &bank.Txn{Merchant: x.ShopCode, Order: order, Kind: bank.Sale, Minor: minor, Currency: f.Get("Currency"), Installments: count, MOTO: f.Get("MOTO") == "1"}
	if f.Get("TxnType") == "PreAuth" {
		t.Kind = bank.PreAuth
	}
	if md := f.Get("MD"); md != "" {
		s.mu.Lock()
		a := s.auths[md]
		good := a != nil && !a.used && a.shop == x.ShopCode && a.order == order && a.minor == minor && a.count == count && a.currency == t.Currency && a.payerTxn == f.Get("PayerTxnId") && a.eci == f.Get("Eci") &&
			a.cavv == f.Get("PayerAuthenticationCode") && a.kind == f.Get("TxnType")
		if good {
			a.used = true
		}
		s.mu.Unlock()
		if !good {
			return s.refused(order, "12", "E39", "3D bilgileri uyuşmuyor")
		}
		t.Card, t.Secure = a.card, true
	} else {
		e := f.Get("Expiry")
		if len(e) != 4 {
			e = "0000"
		}
		if t.Card, ok = bank.ReadCard(f.Get("Pan"), e[:2], e[2:], "", ""); !ok || !t.Card.Luhn {
			return s.refused(order, "14", "", "Geçersiz kart numarası")
		}
		if t.Card.Magic == "9901" {
			s.book.Hang(r)
		}
	}
	s.book.Do(func() {
		if !t.Secure && s.taken(x.ShopCode, order) || t.Secure && len(s.book.Order(x.ShopCode, order)) > 0 {
			out = s.refused(order, "12", "E39", "Sipariş numarası daha önce kullanılmış")
			return
		}
		t.Ref = s.ref()
		if t.Card.Expired(s.book.Now()) {
			t.Code = "54"
			s.book.Add(t)
		} else {
			s.book.Charge(t)
		}
		out = s.of(t)
	})
	if t.Card.Magic == "9902" {
		s.book.Hang(r)
	}
	return out
}

func (s *Server) act(x Shop, f url.Values, own string) (out pairs) {
	order := f.Get("orgOrderId")
	s.book.Do(func() {
		t := s.book.Paid(x.ShopCode, order)
		if t == nil {
			out = s.refused(own, "25", "", "TR:Kayıt bulunamadı")
			return
		}
		money := t
		if t.CapturedBy != nil && t.CapturedBy.Live() {
			money = t.CapturedBy
		}
		minor, ok := bank.Minor(f.Get("PurchAmount"))
		if !ok && f.Get("TxnType") != "Void" {
			out = s.refused(own, "13", "", "Tutar hatalı")
			return
		}
		line := &bank.Txn{Order: order, Ref: s.ref()}
		var why bank.Refusal
		switch f.Get("TxnType") {
		case "PostAuth":
			why = s.book.Capture(t, minor, line)
		case "Void":
			if why = s.book.Void(money); why == bank.Fine {
				line = money
			}
		case "Refund":
			why = s.book.Refund(money, minor, line)
		}
		switch why {
		case bank.Fine:
			out = s.of(line)
		case bank.TooMuch, bank.WasRefunded:
			out = s.refused(own, "13", "", "Tutar kalanı aşıyor")
		case bank.Voided:
			out = s.refused(own, "12", "", "İşlem daha önce iptal edilmiş")
		default:
			out = s.refused(own, "12", "", "İşlem bu durumda yapılamaz")
		}
	})
	return out
}

func (s *Server) status(x Shop, f url.Values, own string) (out pairs) {
	order := f.Get("orgOrderId")
	s.book.Do(func() {
		t := s.book.Paid(x.ShopCode, order)
		if t == nil {
			for _, y := range s.book.Order(x.ShopCode, order) {
				t = y
			}
		}
		if t == nil {
			out = pairs{{"OrderId", own}, {"ProcReturnCode", "25"}, {"ErrorCode", ""}, {"ErrorMessage", "TR:Kayıt bulunamadı"}}
			return
		}
		money := t
		if t.CapturedBy != nil {
			money = t.CapturedBy
		}
		stat, errorCode, voided := "Y", "", never
		if t.Code != "00" {
			stat, errorCode = "N", t.Code
		}
		if !money.Voided.IsZero() {
			voided = money.Voided.Format("02.01.2006 15:04:05")
		}
		out = pairs{{"OrderId", order}, {"ProcReturnCode", "00"}, {"BatchNo", strconv.Itoa(money.Batch)}, {"TransId", t.Ref}, {"TRXDATE", money.At.Format("02.01.2006 15:04:05")}, {"TxnStat", stat}, {"PurchAmount", comma(money.Minor)},
			{"VoidDate", voided}, {"TxnStatus", ""}, {"ChargeTypeCd", ""}, {"ErrorCode", errorCode}, {"ErrorMessage", ""}, {"RefundedAmount", comma(money.Refunded)}, {"AuthCode", t.AuthCode}}
	})
	return out
}

func sum(s string) string {
	d := sha1.Sum([]byte(s))
	return base64.StdEncoding.EncodeToString(d[:])
}

func random64(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return base64.StdEncoding.EncodeToString(b)
}

const hashParams = "Version:PurchAmount:Exponent:Currency:OkUrl:FailUrl:MD:OrderId:ProcReturnCode:Response:mdStatus:"

func (s *Server) browser(w http.ResponseWriter, r *http.Request, f url.Values) {
	x, known := s.shops[f.Get("ShopCode")]
	if f.Get("FailUrl") == "" || f.Get("OkUrl") == "" {
		bank.Say(w, http.StatusOK, "tr", "FailUrl yok.", "FailUrl is missing.")
		return
	}
	hosted := f.Get("SecureType") == "3DHost"
	minor, count, ok := money(f)
	order := f.Get("OrderId")
	var card bank.Card
	cardOK := true
	if !hosted {
		e := f.Get("Expiry")
		if len(e) != 4 {
			e = "0000"
		}
		card, cardOK = bank.ReadCard(f.Get("Pan"), e[:2], e[2:], "", "")
	}
	refuse := func(md, code, errorCode, text, key string) {
		bank.Leave(w, r, s.book.World, s.callback(f, map[string]string{"mdStatus": md, "3DStatus": md, "TxnStat": "N", "ProcReturnCode": code, "ErrorCode": errorCode, "ErrorMessage": text, "TxnResult": "Failed", "Response": "Error"}, key, minor, false))
	}
	switch {
	case !known: // the bank signs this without any key
		refuse("0", "81", "B810002", "Terminal Aktif Degil", "")
		return
	case f.Get("Hash") != sum(x.ShopCode+order+f.Get("PurchAmount")+f.Get("OkUrl")+f.Get("FailUrl")+f.Get("TxnType")+f.Get("InstallmentCount")+f.Get("Rnd")+x.MerchantPass):
		refuse("7", "81", "B810003", "Hash hatalı", x.MerchantPass)
		return
	case !ok || order == "" || !cardOK || !hosted && !card.Luhn:
		refuse("7", "12", "E31", "Alan hatalı", x.MerchantPass)
		return
	}
	taken := false
	s.book.Do(func() { taken = s.taken(x.ShopCode, order) })
	if taken {
		refuse("7", "12", "E39", "Sipariş numarası daha önce kullanılmış", x.MerchantPass)
		return
	}
	s.mu.Lock()
	s.burnt[x.ShopCode+" "+order] = true
	s.mu.Unlock()
	a := &auth{shop: x.ShopCode, order: order, kind: f.Get("TxnType"), currency: f.Get("Currency"), minor: minor, count: count, card: card}
	finish := func(o bank.Outcome, c bank.Card) bank.Return {
		a.card = c
		return s.finish(x, f, a, o)
	}
	if e := card.Enrolled(); !hosted && e != "" {
		bank.Leave(w, r, s.book.World, finish(e, card))
		return
	}
	http.Redirect(w, r, s.pages.Open(&bank.Challenge{Shop: "Deneme mağazası", Order: order, Minor: minor, Currency: a.currency, Installments: a.count, Lang: f.Get("Lang"), Card: card, Finish: finish}), http.StatusSeeOther)
}

func (s *Server) finish(x Shop, f url.Values, a *auth, o bank.Outcome) bank.Return {
	v := map[string]string{"mdStatus": o.MDStatus(), "3DStatus": o.MDStatus(), "MD": random64(18), "TxnStat": "N", "ProcReturnCode": "", "TxnResult": "Failed", "Pan": a.card.Masked(), "PAResVerified": "False", "PAResSyntaxOK": "True", "CavvAlg": "3"}
	half := o == bank.Attempt || o == bank.NotEnrolled
	switch {
	case o == bank.Authenticated:
		v["TxnStat"], v["PAResVerified"] = "Y", "True"
	case half:
		v["TxnStat"] = "A"
	case o == bank.Unavailable || o == bank.Error:
		v["TxnStat"] = "U"
	}
	good := o == bank.Authenticated
	if o == bank.Authenticated || o == bank.Attempt {
		a.payerTxn, a.eci, a.cavv = random64(15), o.ECI(a.card.Brand), random64(20)
		v["PayerTxnId"], v["Eci"], v["PayerAuthenticationCode"] = a.payerTxn, a.eci, a.cavv
	}
	switch model := f.Get("SecureType"); {
	case model == "3DModel" && (good || half && x.HalfSecure):
		v["TxnResult"] = ""
		s.mu.Lock()
		s.auths[v["MD"]] = a
		s.mu.Unlock()
	case model != "3DModel" && (good || half && x.HalfSecure):
		t := &bank.Txn{Merchant: x.ShopCode, Order: a.order, Kind: bank.Sale, Minor: a.minor, Currency: a.currency, Installments: a.count, Card: a.card, Secure: true}
		if a.kind == "PreAuth" {
			t.Kind = bank.PreAuth
		}
		s.book.Do(func() {
			t.Ref = s.ref()
			s.book.Charge(t)
		})
		v["ProcReturnCode"], v["HostRefNum"], v["TransId"], v["TRXDATE"], v["AuthCode"] = t.Code, t.RRN, t.Ref, t.At.Format("02.01.2006 15:04:05"), t.AuthCode
		if good = t.Code == "00"; good {
			v["TxnResult"], v["Response"] = "Success", "Approved"
		} else {
			v["ErrorMessage"], v["Response"] = bank.Words(t.Code), "Declined"
		}
	default:
		good = false
		v["ProcReturnCode"], v["ErrorMessage"] = "99", "3D doğrulama başarısız"
	}
	return s.callback(f, v, x.MerchantPass, a.minor, good)
}

func (s *Server) callback(f url.Values, v map[string]string, key string, minor int64, good bool) bank.Return {
	all := map[string]string{"Version": "", "MerchantID": "", "ShopCode": f.Get("ShopCode"), "TxnStat": "", "MD": "", "RetCode": "", "RetDet": "", "VenderCode": "", "Eci": "", "PayerAuthenticationCode": "", "PayerTxnId": "", "CavvAlg": "",
		"PAResVerified": "False", "PAResSyntaxOK": "False", "Expiry": "****", "Pan": "", "OrderId": f.Get("OrderId"), "PurchAmount": comma(minor), "Exponent": "", "Description": "", "Description2": "", "Currency": f.Get("Currency"),
		"OkUrl": f.Get("OkUrl"), "FailUrl": f.Get("FailUrl"), "3DStatus": "", "AuthCode": "", "HostRefNum": "", "TransId": "", "TRXDATE": "", "CardHolderName": "", "mdStatus": "", "ProcReturnCode": "", "TxnResult": "", "ErrorMessage": "",
		"ErrorCode": "", "Response": ""}
	for n, x := range v {
		all[n] = x
	}
	text := ""
	for _, n := range strings.Split(hashParams, ":") {
		text += all[n]
	}
	if _, hit := s.book.World.Faults.Hit(System, outside.WrongHash); hit {
		key += "x"
	}
	all["HASHPARAMS"], all["HASHPARAMSVAL"], all["HASH"] = hashParams, text, sum(text+key)
	back := bank.Return{URL: f.Get("FailUrl")}
	if good {
		back.URL = f.Get("OkUrl")
	}
	for n, x := range all {
		back.Fields = append(back.Fields, [2]string{n, x})
	}
	return back
}
