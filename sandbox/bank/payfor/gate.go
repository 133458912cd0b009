package payfor

import (
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/onay/onay/sandbox/bank"
	"github.com/onay/onay/sandbox/outside"
)

// form answers Default.aspx and 3DHost.aspx: pages for browsers, ";;" text for programs.
func (s *Server) form(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<18)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "form", http.StatusBadRequest)
		return
	}
	f := r.PostForm
	switch f.Get("SecureType") {
	case "3DModel", "3DPay", "3DHost":
		s.browser(w, r, f)
		return
	}
	s.book.World.Guard(System, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		var parts []string
		for _, x := range s.call(r, f.Get) {
			parts = append(parts, x.name+"="+x.value)
		}
		_, _ = io.WriteString(w, strings.Join(parts, ";;"))
	})).ServeHTTP(w, r)
}

func (s *Server) browser(w http.ResponseWriter, r *http.Request, f url.Values) {
	merchant := either(f.Get, "MerchantID", "MerchantId")
	x, known := s.stores[merchant]
	model, order := f.Get("SecureType"), f.Get("OrderId")
	if f.Get("FailUrl") == "" || f.Get("OkUrl") == "" {
		bank.Say(w, http.StatusOK, "tr", "FailUrl yok.", "FailUrl is missing.")
		return
	}
	minor, count, code, text := money(f.Get)
	hosted := model == "3DHost"
	var card bank.Card
	cardOK := true
	if !hosted {
		month, year := expiry(f.Get("Expiry"))
		card, cardOK = bank.ReadCard(f.Get("Pan"), month, year, "", "")
	}
	refuse := func(code, text string) { // before 3-D: SHA-256, and no HashType
		bank.Leave(w, r, s.book.World, s.callback(x, f, nil, map[string]string{"3DStatus": "-1", "ProcReturnCode": code, "ErrMsg": text, "RequestGuid": "0"}, false))
	}
	switch {
	case order == "" || len(order) > 50 || len(f.Get("OkUrl")) > 200:
		refuse("M013", "Alan hatalı")
		return
	case !bank.Allowed(x.AllowedIPs, bank.CallerIP(r)) && known:
		refuse("M047", "Bu kullanıcı için IP kısıtlaması vardır")
		return
	case !known || f.Get("UserCode") != x.UserCode || f.Get("MbrId") != x.MbrID:
		refuse("V004", "Üye işyeri veya kullanıcı bulunamadı")
		return
	case f.Get("Hash") != sha1b64(f.Get("MbrId")+order+f.Get("PurchAmount")+f.Get("OkUrl")+f.Get("FailUrl")+f.Get("TxnType")+f.Get("InstallmentCount")+f.Get("Rnd")+x.MerchantPass):
		refuse("M030", "HASH Uyuşmazlığı")
		return
	case code != "":
		refuse(code, text)
		return
	case !cardOK || !hosted && !card.Luhn:
		refuse("M041", "Geçersiz kart numarası")
		return
	}
	taken := false
	s.book.Do(func() { taken = s.taken(merchant, order) })
	if taken {
		refuse("101310", "Verilen sipariş no önceden kullanılmıştır.")
		return
	}
	s.mu.Lock()
	s.burnt[merchant+" "+order] = true
	s.mu.Unlock()
	a := &attempt{merchant: merchant, order: order, kind: f.Get("TxnType"), currency: f.Get("Currency"), minor: minor, count: count, card: card}
	finish := func(o bank.Outcome, c bank.Card) bank.Return {
		a.card = c
		return s.finish(x, f, model, a, o)
	}
	if e := card.Enrolled(); !hosted && e != "" {
		bank.Leave(w, r, s.book.World, finish(e, card))
		return
	}
	to, err := url.Parse(s.pages.Open(&bank.Challenge{Shop: "Deneme mağazası", Order: order, Minor: minor, Currency: a.currency, Installments: a.count, Lang: f.Get("Lang"), Card: card, Finish: finish}))
	if err != nil {
		http.Error(w, "page", http.StatusInternalServerError)
		return
	}
	back := bank.Return{Method: "GET", Fields: [][2]string{{"t", to.Query().Get("t")}}}
	to.RawQuery = ""
	back.URL = to.String()
	bank.WriteForm(w, back) // a page, so that a server that starts the payment can hand it on
}

func (s *Server) finish(x Store, f url.Values, model string, a *attempt, o bank.Outcome) bank.Return {
	guid := "1000" + digits(12)
	v := map[string]string{"RequestGuid": guid, "3DStatus": "-1", "D3Stat": "N", "TxnResult": "Failed", "TxnStatus": "N", "ProcReturnCode": "MR15", "ErrMsg": "3D doğrulama başarısız", "RequestStat": "1,4,5", "IrcCode": "MR15"}
	if model == "3DModel" {
		v["ProcReturnCode"] = "V034"
	}
	if model == "3DHost" {
		v["TxnStatus"], v["RequestStat"] = "P", "1,2,4,5"
	}
	half := o == bank.Attempt || o == bank.NotEnrolled
	if half {
		v["3DStatus"], v["D3Stat"] = o.MDStatus(), "A"
	}
	var t *bank.Txn
	if o == bank.Authenticated || half && (model == "3DModel" || x.HalfSecure) {
		if o == bank.Authenticated {
			v["3DStatus"], v["D3Stat"] = "1", "Y"
		}
		v["Eci"], v["PayerTxnId"], v["PayerAuthenticationCode"] = o.ECI(a.card.Brand), digits(20), sha1b64(guid)
		if model == "3DModel" {
			v["ProcReturnCode"], v["ErrMsg"], v["RequestStat"], v["IrcCode"] = "V033", "3D Doğrulama Başarılı", "1,3,5", ""
			if a.status = v["3DStatus"]; half && !x.HalfSecure {
				a.status = "0"
			}
		} else {
			t = a.txn()
			s.book.Do(func() { s.issue(x, t) })
			v["ProcReturnCode"], v["HostRefNum"], v["RequestStat"], v["IrcCode"] = t.Code, t.RRN, "1,3,10,5", ""
			v["ErrMsg"] = bank.Words(t.Code)
			if t.Code == "00" {
				v["TxnResult"], v["TxnStatus"], v["ErrMsg"], v["AuthCode"] = "Success", "Y", "Onaylandı", "S"+t.AuthCode[1:]
				t.AuthCode = v["AuthCode"]
			}
		}
	}
	s.mu.Lock()
	s.guids[guid] = a
	s.mu.Unlock()
	return s.callback(x, f, a, v, true)
}

// callback signs and fills the fields: with SHA-1 after 3-D Secure, with SHA-256 before.
func (s *Server) callback(x Store, f url.Values, a *attempt, v map[string]string, after bool) bank.Return {
	fields := [][2]string{}
	put := func(name, value string) { fields = append(fields, [2]string{name, value}) }
	for _, n := range []string{"MbrId", "MerchantID", "UserCode", "OrderId", "PurchAmount", "Currency", "InstallmentCount", "TxnType", "SecureType", "Lang", "OkUrl", "FailUrl", "Rnd", "Hash", "OrgOrderId"} {
		put(n, f.Get(n))
	}
	for _, n := range []string{"RequestGuid", "3DStatus", "D3Stat", "ProcReturnCode", "TxnResult", "TxnStatus", "ErrMsg", "IrcCode", "IrcDet", "AuthCode", "HostRefNum", "Eci", "PayerTxnId", "PayerAuthenticationCode", "RequestStat"} {
		put(n, v[n])
	}
	mask := ""
	if a != nil {
		mask = a.card.Masked()
	}
	put("CardMask", mask)
	put("TransactionDate", s.book.Now().Format("02.01.2006 15:04:05"))
	rnd := "PF" + digits(18)
	key := x.MerchantPass
	if _, hit := s.book.World.Faults.Hit(System, outside.WrongHash); hit {
		key += "x"
	}
	text := f.Get("MerchantID") + key + f.Get("OrderId") + v["AuthCode"] + v["ProcReturnCode"] + v["3DStatus"] + rnd + f.Get("UserCode")
	put("ResponseRnd", rnd)
	if after {
		put("HashType", "Sha1")
		put("ResponseHash", sha1b64(text))
	} else {
		put("ResponseHash", sha256b64(text))
	}
	back := bank.Return{URL: f.Get("FailUrl"), Fields: fields}
	if v["ProcReturnCode"] == "00" || v["ProcReturnCode"] == "V033" {
		back.URL = f.Get("OkUrl")
	}
	return back
}
