package payflex

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/onay/onay/sandbox/bank"
	"github.com/onay/onay/sandbox/outside"
)

func random64(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return base64.StdEncoding.EncodeToString(b)
}

var brandNames = map[string]string{"100": "VISA", "200": "MASTERCARD", "300": "TROY", "400": "AMEX"}

// enroll answers whether a card takes part. It reads form fields alone.
func (s *Server) enroll(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<18)
	_ = r.ParseForm()
	f := r.PostForm
	ours := f.Get("VerifyEnrollmentRequestId")
	fault := func(code, text string) {
		xmlOut(w, bank.Box("IPaySecure", `<Message ID="x1">`+bank.Box("VERes", bank.Tag("Version", "1.0.2"), bank.Tag("Status", "E"))+"</Message>", bank.Tag("VerifyEnrollmentRequestId", ours), bank.Tag("MessageErrorCode", code), bank.Tag("ErrorMessage", text)))
	}
	m, known := s.merchants[f.Get("MerchantId")]
	expiry := f.Get("ExpiryDate")
	if len(expiry) != 4 {
		expiry = "0000"
	}
	card, ok := bank.ReadCard(f.Get("Pan"), expiry[2:], expiry[:2], "", "")
	minor, amountOK := bank.Minor(f.Get("PurchaseAmount"))
	currency := f.Get("Currency")
	if currency == "" {
		currency = "949"
	}
	count, _ := strconv.Atoi(f.Get("InstallmentCount"))
	switch {
	case f.Get("prmstr") != "":
		fault("2030", "Invalid expire date")
		return
	case !known && !s.Gateway:
		fault("1008", "Invalid money amount")
		return
	case !known || m.Password != f.Get("MerchantPassword"):
		fault("2005", "Merchant cannot be found for this bank")
		return
	case ours == "":
		fault("2022", "VerifyEnrollmentRequestId cannot be empty")
		return
	case !ok && expiry == "0000":
		fault("2030", "Invalid expire date")
		return
	case !ok:
		fault("2029", "Invalid pan")
		return
	case brandNames[f.Get("BrandName")] != card.Brand:
		fault("2009", "Brand not found")
		return
	case !amountOK || minor < 1:
		fault("1008", "Invalid money amount")
		return
	}
	x := &record{merchant: m.ID, id: ours, currency: currency, success: f.Get("SuccessUrl"), failure: f.Get("FailureUrl"), session: f.Get("SessionInfo"), minor: minor, count: count, card: card, expiry: expiry, sent: f.Get("PurchaseAmount")}
	status := "Y"
	switch card.Enrolled() {
	case bank.NotEnrolled:
		status = "N"
	case bank.Unavailable:
		status = "U"
	case bank.Error:
		fault("2053", "Directory server communication error")
		return
	}
	s.mu.Lock()
	taken := s.mpi[ours] != nil
	if !taken {
		s.mpi[ours] = x
	}
	s.mu.Unlock()
	if taken {
		fault("2022", "VerifyEnrollmentRequestId kullanılmış")
		return
	}
	inner := bank.Tag("Version", "1.0.2") + bank.Tag("Status", status)
	if status == "Y" {
		req := base64.StdEncoding.EncodeToString([]byte("pareq?>" + random64(30)))
		base := "http://" + r.Host + s.Prefix
		acs := base + "/acs"
		key := req
		if s.Gateway {
			acs = base + "/threeDGateway/startThreeDFlow"
			key = strings.TrimRight(strings.NewReplacer("+", "-", "/", "_").Replace(req), "=")
		}
		if card.Magic == "9021" { // the page of another system inside PaReq
			req = base64.StdEncoding.EncodeToString([]byte(`<html><body><form id='initThreeDFlow' action='` + base + `/acs' method='post'><input type='hidden' name='PaReq' value='` + key + `'/></form></body></html>`))
		}
		s.mu.Lock()
		s.open[key] = x
		s.mu.Unlock()
		inner += bank.Tag("PaReq", req) + bank.Tag("ACSUrl", acs) + bank.Tag("TermUrl", base+"/pares") + bank.Tag("MD", ours) + bank.Tag("ACTUALBRAND", card.Brand)
	}
	xmlOut(w, bank.Box("IPaySecure", `<Message ID="`+id()+`">`+bank.Box("VERes", inner)+"</Message>", bank.Tag("VerifyEnrollmentRequestId", ours), bank.Tag("MessageErrorCode", "200"), bank.Tag("ErrorMessage", "")))
}

// start shows the card's bank. The gateway wants PaReq in URL-safe letters.
func (s *Server) start(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<18)
	_ = r.ParseForm()
	s.mu.Lock()
	x := s.open[r.PostForm.Get("PaReq")]
	delete(s.open, r.PostForm.Get("PaReq"))
	s.mu.Unlock()
	if x == nil {
		bank.Say(w, http.StatusBadRequest, "tr", "400 Hatalı İstek", "400 Bad Request")
		return
	}
	http.Redirect(w, r, s.pages.Open(&bank.Challenge{Shop: "Deneme mağazası", Order: x.session, Minor: x.minor, Currency: x.currency, Installments: x.count, Card: x.card, Finish: func(o bank.Outcome, _ bank.Card) bank.Return { return s.finish(x, o) }}), http.StatusSeeOther)
}

func (s *Server) finish(x *record, o bank.Outcome) bank.Return {
	x.status, x.eci, x.at = "N", "07", s.book.Now()
	if x.card.Brand == "MASTERCARD" {
		x.eci = "00"
	}
	md, code, text, url := "0", "", "", x.failure
	switch o {
	case bank.Authenticated:
		x.status, x.eci, x.cavv, md, url = "Y", o.ECI(x.card.Brand), random64(20), "1", x.success
	case bank.Attempt, bank.NotEnrolled:
		x.status, x.eci, x.cavv, md, url = "A", bank.Attempt.ECI(x.card.Brand), random64(20), "4", x.success
	case bank.Unavailable:
		x.status, md = "U", "5"
	case bank.Error:
		x.status, md, code, text = "E", "7", "2053", "Directory server communication error"
	default:
		code, text = "0400", "3D Secure şifre doğrulaması yapılamadı"
	}
	count := ""
	if x.count > 1 {
		count = strconv.Itoa(x.count)
	}
	v := [][2]string{{"MerchantId", x.merchant}, {"Pan", x.card.First6 + "00****" + x.card.Last4}, {"Expiry", x.expiry}, {"PurchAmount", strconv.FormatInt(x.minor, 10)}, {"PurchCurrency", x.currency}, {"VerifyEnrollmentRequestId", x.id},
		{"Xid", random64(15)}, {"SessionInfo", x.session}, {"Status", x.status}, {"Cavv", x.cavv}, {"Eci", x.eci}, {"ExpSign", ""}, {"InstallmentCount", count}, {"SubMerchantNo", ""}, {"SubMerchantName", ""}, {"SubMerchantNumber", ""},
		{"ErrorCode", code}, {"ErrorMessage", text}}
	if s.Gateway {
		key := s.merchants[x.merchant].Password
		if _, hit := s.book.World.Faults.Hit(s.book.System, outside.WrongHash); hit {
			key += "x"
		}
		d := sha256.Sum256(bank.Latin5(x.id + x.merchant + x.currency + strconv.FormatInt(x.minor, 10) + x.eci + x.cavv + md + x.status + key))
		v = append(v, [2]string{"MdStatus", md}, [2]string{"Hash", base64.StdEncoding.EncodeToString(d[:])})
	}
	return bank.Return{URL: url, Fields: v}
}

// create opens a common payment page.
func (s *Server) create(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<18)
	_ = r.ParseForm()
	f := r.PostForm
	m, known := s.merchants[f.Get("HostMerchantId")]
	order := f.Get("OrderID") + f.Get("OrderId")
	minor, ok := bank.Minor(f.Get("Amount"))
	count, _ := strconv.Atoi(f.Get("InstallmentCount"))
	fault := func(code string) {
		s.flat(w, r, "RegisterResponse", [][2]string{{"ErrorCode", code}, {"ResponseMessage", "Hata"}})
	}
	switch {
	case !known || m.Password != f.Get("MerchantPassword"):
		fault("5002")
		return
	case m.Terminal != f.Get("HostTerminalId"):
		fault("5040")
		return
	case order == "" || strings.Trim(order, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-") != "":
		fault("5036")
		return
	case !ok || minor < 1:
		fault("5014")
		return
	case strings.HasPrefix(f.Get("SuccessUrl"), "http://localhost") || f.Get("SuccessUrl") == "":
		fault("5037")
		return
	}
	t := &token{merchant: m.ID, token: id(), order: order, id: f.Get("TransactionId"), kind: f.Get("TransactionType"), currency: f.Get("AmountCode"), success: f.Get("SuccessUrl"), fail: f.Get("FailUrl"), minor: minor, count: count, made: s.book.Now()}
	if t.id == "" {
		t.id = id()
	}
	s.mu.Lock()
	s.tokens[t.token] = t
	s.mu.Unlock()
	s.flat(w, r, "RegisterResponse", [][2]string{{"CommonPaymentUrl", "http://" + r.Host + s.Prefix + "/commonPayment/Page"}, {"PaymentToken", t.token}, {"ResponseMessage", "ISLEM BASARILI"}, {"ErrorCode", map[bool]string{true: "0000"}[s.Gateway]}})
}

// flat answers JSON where it is asked for, else XML.
func (s *Server) flat(w http.ResponseWriter, r *http.Request, root string, v [][2]string) {
	if strings.Contains(r.Header.Get("Accept"), "xml") {
		body := ""
		for _, x := range v {
			body += bank.Tag(x[0], x[1])
		}
		xmlOut(w, bank.Box(root, body))
		return
	}
	m := map[string]string{}
	for _, x := range v {
		m[x[0]] = x[1]
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(m)
}

func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	t := s.tokens[r.URL.Query().Get("Ptkn")]
	s.mu.Unlock()
	if t == nil || t.txn != nil && t.txn.Code == "00" || t.tries >= 3 || s.book.Now().Sub(t.made) > time.Hour {
		bank.Say(w, http.StatusOK, "tr", "Ödeme sayfasının süresi dolmuş.", "The payment page has expired.")
		return
	}
	finish := func(o bank.Outcome, c bank.Card) bank.Return {
		t.tries++
		t.rc, t.message = "6969", "ACS doğrulaması başarısız"
		if o == bank.Authenticated {
			x := &bank.Txn{Merchant: t.merchant, Order: t.order, Kind: bank.Sale, Minor: t.minor, Currency: t.currency, Installments: t.count, Card: c, Secure: true, Ref: t.id, Extra: map[string]string{"eci": o.ECI(c.Brand)}}
			if t.kind == "Auth" {
				x.Kind = bank.PreAuth
			}
			s.book.Do(func() {
				if s.paid(t.merchant, t.order) {
					t.rc, t.message = "1061", "Aynı sipariş numarasıyla daha önceden başarılı işlem yapılmış"
					return
				}
				s.book.Charge(x)
				t.txn, t.rc, t.message = x, "0000", "İŞLEM BAŞARILI"
				if x.Code != "00" {
					t.rc, t.message = "00"+x.Code, bank.Words(x.Code)
				}
			})
		}
		v := [][2]string{{"Rc", t.rc}, {"Message", t.message}, {"TransactionId", t.id}, {"PaymentToken", t.token}, {"MaskedPan", c.First6 + "00****" + c.Last4}}
		url := t.fail
		if t.rc == "0000" {
			url = t.success
			v = append(v, [2]string{"AuthCode", t.txn.AuthCode})
		}
		return bank.Return{Method: "GET", URL: url, Fields: v}
	}
	http.Redirect(w, r, s.pages.Open(&bank.Challenge{Shop: "Deneme mağazası", Order: t.order, Minor: t.minor, Currency: t.currency, Installments: t.count, Finish: finish}), http.StatusSeeOther)
}

func (s *Server) query(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<18)
	f := url.Values{}
	if strings.Contains(r.Header.Get("Content-Type"), "json") {
		m := map[string]string{}
		if json.NewDecoder(r.Body).Decode(&m) != nil {
			s.flat(w, r, "VposQueryResponse", [][2]string{{"ErrorCode", "5018"}})
			return
		}
		for n, v := range m {
			f.Set(n, v)
		}
	} else {
		_ = r.ParseForm()
		f = r.PostForm
	}
	m, known := s.merchants[f.Get("HostMerchantId")]
	if !known || m.Password != f.Get("Password") {
		s.flat(w, r, "VposQueryResponse", [][2]string{{"ErrorCode", "5002"}})
		return
	}
	s.mu.Lock()
	t := s.tokens[f.Get("PaymentToken")]
	s.mu.Unlock()
	if t == nil || t.merchant != m.ID || t.rc == "" {
		if s.Gateway {
			s.flat(w, r, "VposQueryResponse", [][2]string{{"ErrorCode", "5003"}, {"ResponseMessage", "Islem bulunamadi."}})
			return
		}
		s.flat(w, r, "VposQueryResponse", nil)
		return
	}
	v := [][2]string{{"Rc", t.rc}, {"Message", t.message}, {"TransactionId", t.id}, {"PaymentToken", t.token}, {"HostMerchantId", m.ID}, {"HostTerminalId", m.Terminal}, {"AmountCode", t.currency},
		{"Amount", strings.Replace(bank.Decimal(t.minor), ".", ",", 1)}, {"TransactionType", t.kind}, {"OrderID", t.order}, {"IsSecure", "True"}, {"AllowNotEnrolledCard", "False"}, {"SuccessUrl", t.success}, {"FailUrl", t.fail}, {"RequestLanguage", "tr-TR"}}
	if x := t.txn; x != nil {
		v = append(v, [2]string{"AuthCode", x.AuthCode}, [2]string{"Rrn", x.RRN}, [2]string{"MaskedPan", x.Card.First6 + "00****" + x.Card.Last4}, [2]string{"HostDate", x.At.Format("20060102150405")})
	}
	s.flat(w, r, "VposQueryResponse", v)
}
