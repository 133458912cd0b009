package garanti

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/onay/onay/sandbox/bank"
	"github.com/onay/onay/sandbox/outside"
)

var levels = []string{"3D", "3D_PAY", "3D_FULL", "3D_HALF", "3D_OOS_PAY", "3D_OOS_FULL", "3D_OOS_HALF", "OOS_PAY"}

// echoed are the fields of the form that come back.
var echoed = strings.Fields(`apiversion orderid txnamount txncurrencycode txninstallmentcount txntype terminaluserid terminalprovuserid terminalmerchantid secure3dsecuritylevel secure3dhash
successurl errorurl mode customeripaddress customeremailaddress`)

const signedList = "clientid:oid:authcode:procreturncode:response:mdstatus:cavv:eci:md:rnd:"

func (s *Server) gate(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<18)
	if err := r.ParseForm(); err != nil {
		bank.Say(w, http.StatusBadRequest, "tr", "İstek okunamadı.", "The request could not be read.")
		return
	}
	f := map[string]string{}
	for name, values := range r.PostForm {
		f[strings.ToLower(name)] = values[0]
	}
	if f["errorurl"] == "" || f["successurl"] == "" {
		bank.Say(w, http.StatusBadRequest, "tr", "Dönüş adresi yok.", "There is no return address.")
		return
	}
	t, known := s.terminals[f["terminalid"]]
	password := t.Passwords[f["terminalprovuserid"]]
	level := f["secure3dsecuritylevel"]
	short := func(text string) { // unsigned: before anything is known to be right
		back := s.base(f)
		for n, v := range map[string]string{"mdstatus": "7", "mderrormessage": text, "errmsg": text, "response": "Error", "procreturncode": "99", "clientid": f["terminalid"], "oid": f["orderid"]} {
			back = append(back, [2]string{n, v})
		}
		bank.Leave(w, r, s.book.World, bank.Return{URL: f["errorurl"], Fields: back})
	}
	minor, amountOK := bank.Whole(f["txnamount"])
	count, countOK := installments(f["txninstallmentcount"])
	oos := strings.Contains(level, "OOS")
	want := sum(f["terminalid"] + f["orderid"] + f["txnamount"] + f["txncurrencycode"] + f["successurl"] + f["errorurl"] + f["txntype"] + f["txninstallmentcount"] + t.StoreKey + hashed(password, t.ID))
	var card bank.Card
	cardOK := true
	if !oos {
		card, cardOK = bank.ReadCard(f["cardnumber"], f["cardexpiredatemonth"], f["cardexpiredateyear"], "", "")
	}
	switch {
	case !known || t.MerchantID != f["terminalmerchantid"] || password == "" || f["apiversion"] != "512" || f["secure3dhash"] != want || t.Mode != "" && f["mode"] != t.Mode:
		short("Guvenlik Kodu hatali")
		return
	case !slices.Contains(levels, level) || len(t.Models) > 0 && !slices.Contains(t.Models, level):
		short("0122")
		return
	case !amountOK || minor == 0 || !countOK || currencies[f["txncurrencycode"]] == "" || f["txntype"] != "sales" && f["txntype"] != "preauth" || !cardOK || f["orderid"] == "":
		short("Sistem Hatasi")
		return
	}
	p := &proof{terminal: t.ID, order: f["orderid"], kind: f["txntype"], currency: f["txncurrencycode"], minor: minor, count: count, card: card}
	finish := func(o bank.Outcome, c bank.Card) bank.Return {
		p.card = c
		return s.finish(t, f, level, p, o)
	}
	if e := card.Enrolled(); !oos && e != "" {
		bank.Leave(w, r, s.book.World, finish(e, card))
		return
	}
	http.Redirect(w, r, s.pages.Open(&bank.Challenge{Shop: "Deneme mağazası", Order: p.order, Minor: minor, Currency: p.currency, Installments: p.count, Lang: f["lang"], Card: card, Passwords: []string{"147852"}, Finish: finish}),
		http.StatusSeeOther)
}

func (s *Server) base(f map[string]string) (out [][2]string) {
	for _, n := range echoed {
		if v, ok := f[n]; ok {
			out = append(out, [2]string{n, v})
		}
	}
	return out
}

func (s *Server) finish(t Terminal, f map[string]string, level string, p *proof, o bank.Outcome) bank.Return {
	v := map[string]string{"clientid": t.ID, "oid": p.order, "transid": p.order, "mdstatus": o.MDStatus(), "authcode": "", "procreturncode": "", "response": "", "cavv": "", "eci": "", "md": random64(60), "rnd": random64(15),
		"xid": random64(20), "txnstatus": "N", "mderrormessage": "Not authenticated", "errmsg": "", "hostmsg": "", "hostrefnum": "", "version": "2.0", "paressyntaxok": "true", "paresverified": "false", "cavvalgorithm": "3",
		"MaskedPan": p.card.First6 + "00****" + p.card.Last4}
	url := f["errorurl"]
	half := o == bank.Attempt || o == bank.NotEnrolled
	switch {
	case o == bank.Authenticated:
		v["txnstatus"], v["mderrormessage"], v["paresverified"] = "Y", "Authenticated", "true"
		v["cavv"], v["eci"] = random64(20), o.ECI(p.card.Brand)
	case o == bank.Attempt:
		v["txnstatus"], v["cavv"], v["eci"] = "A", random64(20), o.ECI(p.card.Brand)
	case o == bank.NotEnrolled || o == bank.Unavailable:
		v["eci"] = map[bool]string{true: "00", false: "07"}[p.card.Brand == "MASTERCARD"]
	}
	pays := level != "3D"
	switch {
	case !pays && (o == bank.Authenticated || half):
		url = f["successurl"]
		if o == bank.Authenticated || t.HalfSecure {
			p.cavv, p.eci, p.xid, p.until = v["cavv"], v["eci"], v["xid"], s.book.Now().Add(15*time.Minute)
			s.mu.Lock()
			s.proofs[v["md"]] = p
			s.mu.Unlock()
		}
	case pays && (o == bank.Authenticated || half && t.HalfSecure):
		x := &bank.Txn{Merchant: t.ID, Order: p.order, Kind: bank.Sale, Minor: p.minor, Currency: p.currency, Installments: p.count, Card: p.card, Secure: level != "OOS_PAY"}
		if p.kind == "preauth" {
			x.Kind = bank.PreAuth
		}
		s.book.Do(func() {
			code := "92"
			if s.book.Paid(x.Merchant, x.Order) == nil {
				s.book.Charge(x)
				code = x.Code
				v["hostrefnum"] = x.RRN
			} else {
				v["errmsg"] = "ErrorId: 9990"
			}
			v["procreturncode"], v["response"], v["authcode"] = code, "Declined", " "
			if code == "00" {
				v["response"], v["authcode"], url = "Approved", x.AuthCode, f["successurl"]
			} else if code != "92" {
				v["errmsg"], v["hostmsg"] = "RPC-"+code+" condition was raised", bank.Words(code)
			}
		})
	}
	text := ""
	for _, n := range strings.Split(strings.TrimSuffix(signedList, ":"), ":") {
		text += v[n]
	}
	key := t.StoreKey
	if _, hit := s.book.World.Faults.Hit(System, outside.WrongHash); hit {
		key += "x"
	}
	v["hashparams"], v["hashparamsval"], v["hash"] = signedList, text, sum(text+key)
	back := s.base(f)
	for n, x := range v {
		back = append(back, [2]string{n, x})
	}
	return bank.Return{URL: url, Fields: back}
}
