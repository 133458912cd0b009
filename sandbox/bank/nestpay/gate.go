package nestpay

import (
	"crypto/sha1"
	"crypto/sha512"
	"encoding/base64"
	"net/http"
	"slices"
	"sort"
	"strings"

	"github.com/onay/onay/sandbox/bank"
	"github.com/onay/onay/sandbox/outside"
)

// form keeps the posted fields in one value each.
type form map[string]string

func (f form) first(names ...string) string {
	for _, n := range names {
		if v := f[n]; v != "" {
			return v
		}
	}
	return ""
}

// escape prepares a value for versions 2 and 3.
func escape(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), "|", `\|`)
}

func sum512(s string) string {
	d := sha512.Sum512([]byte(s))
	return base64.StdEncoding.EncodeToString(d[:])
}

func sum1(s string) string {
	d := sha1.Sum([]byte(s))
	return base64.StdEncoding.EncodeToString(d[:])
}

// sign3 is the hash of version 3: all fields but hash and encoding, sorted by name.
func sign3(f form, key string) string {
	names := make([]string, 0, len(f))
	for n := range f {
		switch strings.ToUpper(n) {
		case "HASH", "ENCODING", "NATIONALIDNO":
		default:
			names = append(names, n)
		}
	}
	sort.Slice(names, func(i, j int) bool { return strings.ToUpper(names[i]) < strings.ToUpper(names[j]) })
	var b strings.Builder
	for _, n := range names {
		b.WriteString(escape(f[n]) + "|")
	}
	return sum512(b.String() + escape(key))
}

func (f form) hash(key string) string {
	kind, count := f.first("islemtipi", "TranType", "trantype"), f.first("taksit", "Instalment")
	switch f["hashAlgorithm"] {
	case "ver3":
		return sign3(f, key)
	case "ver2":
		parts := []string{f["clientid"], f["oid"], f["amount"], f["okUrl"], f["failUrl"], kind, count, f["rnd"], "", "", "", f["currency"], key}
		for i := range parts {
			parts[i] = escape(parts[i])
		}
		return sum512(strings.Join(parts, "|"))
	}
	return sum1(f["clientid"] + f["oid"] + f["amount"] + f["okUrl"] + f["failUrl"] + kind + count + f["rnd"] + key)
}

var models = map[string]bool{"3d": true, "3d_pay": true, "3d_pay_hosting": true, "3d_host": true, "pay_hosting": true}

func (s *Server) gate(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<18)
	if err := r.ParseForm(); err != nil {
		bank.Say(w, http.StatusBadRequest, "tr", "İstek okunamadı.", "The request could not be read.")
		return
	}
	f := form{}
	for name, values := range r.PostForm {
		if len(values) > 1 {
			bank.Say(w, http.StatusOK, "tr", "Bir alan iki kez geldi: "+name, "A field came twice: "+name)
			return
		}
		f[name] = values[0]
	}
	if f["okUrl"] == "" || f["failUrl"] == "" {
		bank.Say(w, http.StatusOK, "tr", "3D-1019: dönüş adresi yok.", "3D-1019: there is no return address.")
		return
	}
	store, known := s.stores[f["clientid"]]
	model := strings.ToLower(f["storetype"])
	minor, amountOK := bank.Minor(f["amount"])
	hosted := model == "3d_pay_hosting" || model == "3d_host" || model == "pay_hosting"
	count, installmentCode, installmentText := store.installments(f.first("taksit", "Instalment"), f["currency"])
	refuse := func(md, code, text string) {
		x := s.echo(f)
		if md != "" {
			x["mdStatus"], x["mdErrorMsg"] = md, text
		}
		x["Response"], x["ErrMsg"] = "Error", text
		if strings.HasPrefix(code, "3D-") {
			x["ErrCode"], x["ProcReturnCode"] = code, "99"
		} else {
			x["ErrorCode"] = code
		}
		s.leave(w, r, store, f, x, f["failUrl"], false)
	}
	switch {
	case f["clientid"] == "":
		refuse("", "3D-1020", "clientid yok.")
		return
	case !known:
		refuse("7", "3D-1018", "Invalid merchant")
		return
	case !models[model] || len(store.Models) > 0 && !slices.Contains(store.Models, model):
		refuse("7", "3D-1007", "Isyeri kullanim tipi desteklenmiyor.")
		return
	case f.first("hash", "HASH") != f.hash(store.StoreKey):
		refuse("7", "3D-1004", "Guvenlik Kodu hatali")
		return
	case !amountOK || minor == 0:
		refuse("7", "3D-1008", "Tutar hatali.")
		return
	case !currencies[f["currency"]]:
		refuse("7", "3D-1006", "Para birimi hatali.")
		return
	case installmentCode != "":
		refuse("7", installmentCode, installmentText)
		return
	}
	var card bank.Card
	if !hosted {
		var ok bool
		card, ok = bank.ReadCard(f["pan"], f["Ecom_Payment_Card_ExpDate_Month"], f["Ecom_Payment_Card_ExpDate_Year"], f["cv2"], "")
		switch {
		case !ok && card.First6 != "":
			refuse("7", "3D-1003", "Son kullanma tarihi hatali.")
			return
		case !ok || !card.Luhn:
			refuse("", "HPP-1001", "Kart numarasi hatali.")
			return
		}
	}
	x := &auth{client: store.ClientID, order: f["oid"], kind: f.first("islemtipi", "TranType", "trantype"), minor: minor, currency: f["currency"], installments: count, card: card}
	if x.order == "" {
		x.order = "ORDER-" + s.transID()
	}
	ch := &bank.Challenge{Shop: "Deneme mağazası " + store.ClientID, Order: x.order, Minor: minor, Currency: x.currency, Installments: count, Lang: f["lang"], Card: card, Passwords: []string{"a"},
		Finish: func(o bank.Outcome, c bank.Card) bank.Return {
			x.card = c
			fields, url := s.finish(store, f, x, model, o)
			return s.back(store, f, fields, url)
		}}
	if e := card.Enrolled(); !hosted && e != "" {
		fields, url := s.finish(store, f, x, model, e)
		s.leave(w, r, store, f, fields, url, true)
		return
	}
	http.Redirect(w, r, s.pages.Open(ch), http.StatusSeeOther)
}

// echo are the posted fields that come back.
func (s *Server) echo(f form) form {
	x := form{}
	for n, v := range f {
		switch strings.ToLower(n) {
		case "pan", "cv2", "rnd", "hash":
		default:
			x[n] = v
		}
	}
	return x
}

// finish notes the outcome of an authentication and, in the pay models, charges.
func (s *Server) finish(store Store, f form, x *auth, model string, o bank.Outcome) (form, string) {
	back := s.echo(f)
	back["oid"] = x.order
	x.status = o.MDStatus()
	if o == bank.Error {
		x.status = "6"
	}
	if model == "pay_hosting" && o == bank.Authenticated {
		x.status = ""
	}
	x.xid = f["xid"]
	if x.xid == "" {
		x.xid = random64(20)
	}
	md := x.card.First6 + ":" + randomHex(64) + ":4321:##" + store.ClientID
	switch o {
	case bank.Authenticated, bank.Attempt:
		x.eci, x.cavv = o.ECI(x.card.Brand), random64(20)
	}
	for name, v := range map[string]string{"md": md, "xid": x.xid, "mdStatus": x.status, "txstatus": map[bool]string{true: string(o), false: "N"}[o == "Y" || o == "A" || o == "U"], "eci": x.eci, "cavv": x.cavv,
		"maskedCreditCard": x.card.Spaced(), "MaskedPan": x.card.First6 + "***" + x.card.Last4, "merchantID": "655000200", "clientIp": "127.0.0.1", "version": "2.0", "dsId": "1",
		"PAResSyntaxOK": "true", "PAResVerified": map[bool]string{true: "true", false: "false"}[o == "Y"], "callbackCall": "true"} {
		back[name] = v
	}
	if model == "pay_hosting" {
		for _, n := range []string{"mdStatus", "md", "xid", "eci", "cavv", "txstatus"} {
			delete(back, n)
		}
	}
	switch o {
	case bank.Authenticated:
		back["mdErrorMsg"] = "Y-status/Challenge authentication via ACS: https://acs.example/creq"
	case bank.NotEnrolled:
		back["mdErrorMsg"] = "N-status/Not enrolled from Directory Server: https://ds.example"
	default:
		back["mdErrorMsg"] = "Not authenticated"
	}
	s.mu.Lock()
	s.auths[md] = x
	s.mu.Unlock()
	pays := model == "3d_pay" || model == "3d_pay_hosting" || model == "pay_hosting"
	may := x.status == "1" || store.HalfSecure && strings.Contains("234", x.status) && x.status != "" || model == "pay_hosting" && o == bank.Authenticated
	if !pays {
		if x.status == "0" || strings.Contains("5678", x.status) {
			return back, f["failUrl"]
		}
		return back, f["okUrl"]
	}
	if !may {
		return back, f["failUrl"]
	}
	s.mu.Lock()
	x.used = true
	s.mu.Unlock()
	t := &bank.Txn{Merchant: x.client, Order: x.order, Kind: bank.Sale, Minor: x.minor, Currency: x.currency, Installments: x.installments, Card: x.card, Secure: model != "pay_hosting",
		Extra: map[string]string{"xid": x.xid, "cavv": x.cavv, "eci": x.eci, "md": x.status}}
	if x.kind == "PreAuth" {
		t.Kind = bank.PreAuth
	}
	url := f["failUrl"]
	s.book.Do(func() {
		if s.book.Paid(t.Merchant, t.Order) != nil {
			back["Response"], back["ProcReturnCode"], back["ErrMsg"], back["ErrCode"], back["TransId"] = "Error", "99", "Bu siparis numarasi ile zaten basarili bir siparis var.", "CORE-2507", s.transID()
			return
		}
		t.Ref = s.transID()
		s.issue(t)
		a := s.of(t)
		for name, v := range map[string]string{"Response": a.response, "ProcReturnCode": a.code, "AuthCode": a.auth, "HostRefNum": a.rrn, "TransId": a.ref, "ErrMsg": a.message, "ReturnOid": t.Order,
			"acqStan": a.rrn[len(a.rrn)-6:]} {
			back[name] = v
		}
		for _, e := range a.extra {
			if e[0] == "SETTLEID" {
				back["SettleId"] = e[1]
			} else {
				back["EXTRA."+e[0]] = e[1]
			}
		}
		if t.Code == "00" {
			url = f["okUrl"]
		}
	})
	return back, url
}

// back signs the fields of a return by the version of the request.
func (s *Server) back(store Store, f form, x form, url string) bank.Return {
	x["rnd"] = random64(15)
	key := store.StoreKey
	if _, hit := s.book.World.Faults.Hit(System, outside.WrongHash); hit {
		key += "x"
	}
	if f["hashAlgorithm"] == "ver3" {
		x["HASH"] = sign3(x, key)
	} else {
		names := []string{"clientid", "oid", "mdStatus", "cavv", "eci", "md", "rnd"}
		if _, asked := x["AuthCode"]; asked {
			names = []string{"clientid", "oid", "AuthCode", "ProcReturnCode", "Response", "mdStatus", "cavv", "eci", "md", "rnd"}
			if strings.EqualFold(f["storetype"], "pay_hosting") {
				names = []string{"clientid", "oid", "AuthCode", "ProcReturnCode", "Response", "rnd"}
			}
		}
		if f["hashAlgorithm"] == "ver2" {
			values := make([]string, len(names))
			for i, n := range names {
				values[i] = escape(x[n])
			}
			x["HASHPARAMS"], x["HASHPARAMSVAL"] = strings.Join(names, "|"), strings.Join(values, "|")
			x["HASH"] = sum512(x["HASHPARAMSVAL"] + "|" + escape(key))
		} else {
			values := ""
			for _, n := range names {
				values += x[n]
			}
			x["HASHPARAMS"], x["HASHPARAMSVAL"] = strings.Join(names, ":")+":", values
			x["HASH"] = sum1(values + key)
		}
	}
	back := bank.Return{URL: url}
	names := make([]string, 0, len(x))
	for n := range x {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		back.Fields = append(back.Fields, [2]string{n, x[n]})
	}
	return back
}

// leave goes back to the shop at once. A refusal of an unknown merchant cannot be signed.
func (s *Server) leave(w http.ResponseWriter, r *http.Request, store Store, f, x form, url string, _ bool) {
	bank.Leave(w, r, s.book.World, s.back(store, f, x, url))
}
