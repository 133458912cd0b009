package akbank

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/onay/onay/sandbox/bank"
	"github.com/onay/onay/sandbox/outside"
)

// signedFields are the fields of the form in the order of its hash.
var signedFields = strings.Fields(`paymentModel txnCode merchantSafeId terminalSafeId orderId lang amount ccbRewardAmount pcbRewardAmount xcbRewardAmount currencyCode installCount okUrl failUrl
emailAddress subMerchantId creditCard expiredDate cvv randomNumber requestDateTime b2bIdentityNumber`)

// Fields of callbacks, in the order of their hash.
var (
	after3D  = strings.Fields("txnCode responseCode responseMessage txnDateTime merchantSafeId terminalSafeId orderId secureId secureEcomInd secureData secureMd")
	afterPay = strings.Fields(`txnCode responseCode responseMessage hostResponseCode hostMessage txnDateTime merchantSafeId terminalSafeId orderId cardHolderName authCode rrn batchNumber stan
additionalInstallCount deferingMonth ccbEarnedRewardAmount ccbBalanceRewardAmount ccbRewardDesc pcbEarnedRewardAmount pcbBalanceRewardAmount pcbRewardDesc xcbEarnedRewardAmount xcbBalanceRewardAmount xcbRewardDesc`)
	afterFailure = strings.Fields("responseCode responseMessage orderId")
)

var formAmount = regexp.MustCompile(`^\d{1,10}\.\d{2}$`)

func (s *Server) secure(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<18)
	if err := r.ParseForm(); err != nil {
		bank.Say(w, http.StatusBadRequest, "tr", "İstek okunamadı.", "The request could not be read.")
		return
	}
	f := r.PostForm
	fail := f.Get("failUrl")
	if fail == "" {
		bank.Say(w, http.StatusBadRequest, "tr", "failUrl yok.", "failUrl is missing.")
		return
	}
	t, known := s.terminals[f.Get("terminalSafeId")]
	model := f.Get("paymentModel")
	hosted := strings.HasSuffix(r.URL.Path, "payhosting")
	text := ""
	for _, n := range signedFields {
		text += f.Get(n)
	}
	refuse := func(code, message string, signed bool) {
		v := map[string]string{"responseCode": code, "responseMessage": message, "orderId": f.Get("orderId")}
		bank.Leave(w, r, s.book.World, s.callback(t, fail, v, afterFailure, signed))
	}
	when, err := time.ParseInLocation(stamp, f.Get("requestDateTime"), outside.Istanbul)
	count, errCount := strconv.Atoi(f.Get("installCount"))
	minor, _ := bank.Minor(f.Get("amount"))
	card, cardOK := bank.Card{}, true
	if !hosted {
		date := f.Get("expiredDate")
		if len(date) != 4 {
			date = "0000"
		}
		card, cardOK = bank.ReadCard(f.Get("creditCard"), date[:2], date[2:], "", "")
	}
	switch {
	case !known || t.MerchantSafeID != f.Get("merchantSafeId"):
		refuse("VPS-9001", "Terminal bulunamadı", false)
		return
	case f.Get("hash") != sign(t.SecretKey, []byte(text)):
		refuse("VPS-9002", "Hash hatalı", false)
		return
	case hosted != strings.HasSuffix(model, "HOSTING"), f.Get("txnCode") != "3000" && f.Get("txnCode") != "3004" && f.Get("txnCode") != "1000", f.Get("okUrl") == "", !formAmount.MatchString(f.Get("amount")), minor == 0,
		errCount != nil || count < 1, !cardOK, f.Get("orderId") == "":
		refuse("VPS-9003", "Alan hatalı", true)
		return
	case err != nil || s.book.Now().Sub(when).Abs() > 15*time.Minute:
		refuse("VPS-1073", "Geçerli talep tarihi giriniz.", true)
		return
	}
	used := false
	s.book.Do(func() { used = s.used(t.TerminalSafeID, f.Get("orderId"), false) })
	if used {
		refuse("VPS-1013", "Sipariş Numarası : "+f.Get("orderId")+" tekil olmalıdır", true)
		return
	}
	p := &proof{terminal: t.TerminalSafeID, order: f.Get("orderId"), txn: f.Get("txnCode"), currency: f.Get("currencyCode"), minor: minor, count: count, card: card}
	ok := f.Get("okUrl")
	finish := func(o bank.Outcome, c bank.Card) bank.Return {
		p.card = c
		return s.finish(t, model, ok, fail, p, o)
	}
	if e := card.Enrolled(); !hosted && e != "" {
		bank.Leave(w, r, s.book.World, finish(e, card))
		return
	}
	http.Redirect(w, r, s.pages.Open(&bank.Challenge{Shop: "Deneme mağazası", Order: p.order, Minor: minor, Currency: p.currency, Installments: p.count, Lang: f.Get("lang"), Card: card, Finish: finish}), http.StatusSeeOther)
}

func (s *Server) finish(t Terminal, model, ok, fail string, p *proof, o bank.Outcome) bank.Return {
	if o != bank.Authenticated {
		code, text := "VPS-1279", "BKM 3DS Server Doğrulama Başarısız"
		if o == bank.Cancelled {
			code, text = "VPS-3008", "Kart sahibi işlemden vazgeçti"
		}
		return s.callback(t, fail, map[string]string{"responseCode": code, "responseMessage": text, "orderId": p.order}, afterFailure, true)
	}
	v := map[string]string{"txnDateTime": s.now(), "merchantSafeId": t.MerchantSafeID, "terminalSafeId": t.TerminalSafeID, "orderId": p.order, "responseCode": "VPS-0000", "responseMessage": "BAŞARILI"}
	if model == "3D" {
		var md [32]byte
		rand.Read(md[:])
		p.ecom, p.data, p.md = o.ECI(p.card.Brand), random64(20), hex.EncodeToString(md[:])
		id := random64(20)
		s.mu.Lock()
		s.proofs[id] = p
		s.mu.Unlock()
		v["txnCode"], v["secureId"], v["secureEcomInd"], v["secureData"], v["secureMd"] = "3001", id, p.ecom, p.data, p.md
		return s.callback(t, ok, v, after3D, true)
	}
	x := &bank.Txn{Merchant: t.TerminalSafeID, Order: p.order, Kind: bank.Sale, Minor: p.minor, Currency: p.currency, Installments: p.count, Card: p.card, Secure: true, Extra: map[string]string{"txn": p.txn}}
	if p.txn == "3004" {
		x.Kind = bank.PreAuth
	}
	url := ok
	s.book.Do(func() {
		if s.used(t.TerminalSafeID, p.order, false) {
			v = map[string]string{"responseCode": "VPS-1013", "responseMessage": "Sipariş Numarası : " + p.order + " tekil olmalıdır", "orderId": p.order}
			return
		}
		s.book.Charge(x)
		v["txnCode"], v["hostResponseCode"], v["hostMessage"], v["cardHolderName"] = p.txn, "00", "000 ONAY KODU XXXXXX", "DE** KA**"
		v["authCode"], v["rrn"], v["batchNumber"], v["stan"] = x.AuthCode, x.RRN, strconv.Itoa(x.Batch), strconv.Itoa(x.STAN)
		for _, n := range []string{"additionalInstallCount", "deferingMonth"} {
			v[n] = "0"
		}
		for _, n := range []string{"ccb", "pcb", "xcb"} {
			v[n+"EarnedRewardAmount"], v[n+"BalanceRewardAmount"] = "0.00", "0.00"
		}
		if x.Code != "00" {
			url = fail
			v["responseCode"], v["responseMessage"], v["hostResponseCode"], v["hostMessage"], v["authCode"] = "VPS-1005", "Provizyon Hatası", x.Code, hostText(x.Code), "000000"
		}
	})
	if v["txnCode"] == "" {
		return s.callback(t, fail, v, afterFailure, true)
	}
	return s.callback(t, url, v, afterPay, true)
}

// callback signs the fields that have a value.
func (s *Server) callback(t Terminal, url string, v map[string]string, order []string, signed bool) bank.Return {
	back := bank.Return{URL: url}
	var names []string
	text := ""
	for _, n := range order {
		back.Fields = append(back.Fields, [2]string{n, v[n]})
		if v[n] != "" {
			names = append(names, n)
			text += v[n]
		}
	}
	key := t.SecretKey
	if _, hit := s.book.World.Faults.Hit(System, outside.WrongHash); hit {
		key += "x"
	}
	params, hash := strings.Join(names, "+"), sign(key, []byte(text))
	if !signed {
		params, hash = "", ""
	}
	back.Fields = append(back.Fields, [2]string{"hashParams", params}, [2]string{"hash", hash})
	return back
}
