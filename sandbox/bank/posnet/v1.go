package posnet

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/onay/onay/sandbox/bank"
	"github.com/onay/onay/sandbox/outside"
)

// SystemV1 is the name that faults use for Albaraka's bank.
const SystemV1 = "posnetv1"

// V1 is Albaraka's bank: the same terminals, JSON.
type V1 struct {
	book      *bank.Book
	pages     *bank.Pages
	terminals map[string]Terminal

	mu    sync.Mutex
	auths map[string]*authV1 // by SecureTransactionId
	// Careless charges whatever order and amount comes with a genuine authentication, as the MAC of the real bank would let it.
	Careless bool
}

type authV1 struct {
	terminal, order, kind, currency, cavv, eci, md, status string
	minor                                                  int64
	count                                                  int
	card                                                   bank.Card
	used                                                   bool
}

// NewV1 opens Albaraka's bank.
func NewV1(book *bank.Book, pages *bank.Pages, terminals ...Terminal) *V1 {
	s := &V1{book: book, pages: pages, terminals: map[string]Terminal{}, auths: map[string]*authV1{}}
	for _, t := range terminals {
		s.terminals[t.MerchantID+" "+t.TerminalID] = t
	}
	return s
}

// Handler serves /MerchantJSONAPI.svc/… and /SecureVerification.aspx.
func (s *V1) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /MerchantJSONAPI.svc/{op}", s.book.World.Guard(SystemV1, http.HandlerFunc(s.api)))
	mux.HandleFunc("POST /SecureVerification.aspx", s.gate)
	return mux
}

func macV1(values []string, key string) string {
	d := sha256.Sum256([]byte(strings.Join(values, "") + key))
	return base64.StdEncoding.EncodeToString(d[:])
}

type requestV1 struct {
	MACParams, MAC, MerchantNo, TerminalNo string
	CardInformationData                    *struct{ CardNo, ExpireDate, Cvc2, CardHolderName string }
	IsMailOrder                            string
	ThreeDSecureData                       *struct {
		SecureTransactionID, CavvData, Eci, MD string
		MdStatus                               int
	}
	Amount                         int64
	CurrencyCode, OrderID          string
	InstallmentCount               string
	ReferenceCode, TransactionType string
}

type object = map[string]any

func verdict(code, text string) object {
	return object{"ResponseCode": code, "ResponseDescription": text}
}

func refusedV1(code, text string) object {
	if text == "" {
		text = texts[code]
	}
	return object{"ServiceResponseData": verdict(code, text), "AuthCode": nil, "ReferenceCode": nil, "PointDataList": nil, "InstallmentData": nil, "MessageData": nil}
}

func doneV1(t *bank.Txn) object {
	return object{"ServiceResponseData": verdict("00", "Onaylandı"), "AuthCode": t.AuthCode, "ReferenceCode": t.Ref, "PointDataList": []any{}, "InstallmentData": object{"InstallmentCount": t.Installments, "Amount": 0},
		"MessageData": object{"Message1": " "}}
}

func (s *V1) api(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	var q requestV1
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	out := object{}
	if json.Unmarshal(raw, &q) != nil {
		out = refusedV1("0150", "PAKET HATALI")
	} else {
		out = s.run(r, r.PathValue("op"), q)
	}
	_ = json.NewEncoder(w).Encode(out)
}

var wordsV1 = map[string]string{"TL": "949", "US": "840", "EU": "978", "GB": "826", "JP": "392", "RU": "643"}

func wordV1(n string) string {
	for w, x := range wordsV1 {
		if x == n {
			return w
		}
	}
	return ""
}

func (s *V1) run(r *http.Request, op string, q requestV1) object {
	t, known := s.terminals[q.MerchantNo+" "+q.TerminalNo]
	if !known || !bank.Allowed(t.AllowedIPs, bank.CallerIP(r)) {
		return refusedV1("0148", "INVALID MID TID IP. Hatalı IP:"+bank.CallerIP(r))
	}
	values := map[string]string{"MerchantNo": q.MerchantNo, "TerminalNo": q.TerminalNo, "Amount": strconv.FormatInt(q.Amount, 10), "ReferenceCode": q.ReferenceCode, "OrderId": q.OrderID}
	params := "MerchantNo:TerminalNo"
	switch op {
	case "Sale", "Auth":
		if d := q.ThreeDSecureData; d != nil {
			params = "MerchantNo:TerminalNo:SecureTransactionId:CavvData:Eci:MdStatus"
			values["SecureTransactionId"], values["CavvData"], values["Eci"], values["MdStatus"] = d.SecureTransactionID, d.CavvData, d.Eci, strconv.Itoa(d.MdStatus)
		} else if c := q.CardInformationData; c != nil {
			params = "MerchantNo:TerminalNo:CardNo:Cvc2:ExpireDate:Amount"
			values["CardNo"], values["Cvc2"], values["ExpireDate"] = c.CardNo, c.Cvc2, c.ExpireDate
		} else {
			return refusedV1("0150", "PAKET HATALI")
		}
	case "Reverse", "Return":
		params = "MerchantNo:TerminalNo:ReferenceCode:OrderId"
	case "Capture", "TransactionInquiry":
	default:
		return refusedV1("0202", "GECERSIZ ISLEM TIPI")
	}
	var text []string
	for _, n := range strings.Split(params, ":") {
		text = append(text, values[n])
	}
	if q.MACParams != params || q.MAC != macV1(text, t.Key) {
		return refusedV1("0600", "")
	}
	switch op {
	case "Sale", "Auth":
		return s.charge(r, t, op, q)
	case "TransactionInquiry":
		return s.inquire(t, q)
	}
	return s.act(t, op, q)
}

// filed is the id of 24 characters under which an order is kept.
func filed(order string, secure bool) string {
	if secure {
		return "TDS_" + order
	}
	return strings.Repeat("0", max(0, 24-len(order))) + order
}

func (s *V1) logKey() string { return fmt.Sprintf("%012d000231", s.book.Number()) }

func (s *V1) charge(r *http.Request, x Terminal, op string, q requestV1) (out object) {
	count, err := strconv.Atoi(q.InstallmentCount)
	currency := wordsV1[q.CurrencyCode]
	switch {
	case q.Amount < 1:
		return refusedV1("0205", "")
	case currency == "":
		return refusedV1("E190", "")
	case err != nil || count == 1 || count < 0:
		return refusedV1("0206", "")
	case len(q.OrderID) != 20 && len(q.OrderID) != 24:
		return refusedV1("0150", "PAKET HATALI (ORDERID)")
	}
	t := &bank.Txn{Merchant: x.MerchantID, Order: filed(q.OrderID, q.ThreeDSecureData != nil), Kind: bank.Sale, Minor: q.Amount, Currency: currency, Installments: count, MOTO: q.IsMailOrder == "Y"}
	if op == "Auth" {
		t.Kind = bank.PreAuth
	}
	var a *authV1
	if d := q.ThreeDSecureData; d != nil {
		s.mu.Lock()
		a = s.auths[d.SecureTransactionID]
		s.mu.Unlock()
		if a == nil || a.terminal != x.TerminalID || a.cavv != d.CavvData || a.eci != d.Eci || a.md != d.MD || a.status != strconv.Itoa(d.MdStatus) ||
			!s.Careless && (a.order != q.OrderID || a.minor != q.Amount || a.count != count || a.currency != q.CurrencyCode || a.kind != op) {
			return refusedV1("0200", "")
		}
		t.Card, t.Secure = a.card, true
	} else {
		c := q.CardInformationData
		ok := len(c.ExpireDate) == 4
		if ok {
			t.Card, ok = bank.ReadCard(c.CardNo, c.ExpireDate[2:], c.ExpireDate[:2], "", "")
		}
		if !ok {
			return refusedV1("0150", "PAKET HATALI (EXPDATE)")
		}
	}
	if t.Card.Magic == "9901" {
		s.book.Hang(r)
	}
	s.book.Do(func() {
		if len(s.book.Order(t.Merchant, t.Order)) > 0 {
			out = refusedV1("0127", "")
			return
		}
		if a != nil {
			s.mu.Lock()
			used := a.used
			a.used = true
			s.mu.Unlock()
			if used {
				out = refusedV1("0200", "")
				return
			}
		}
		t.Ref = s.logKey()
		switch {
		case !t.Card.Luhn:
			t.Code = "14"
		case t.Card.Expired(s.book.Now()):
			t.Code = "54"
		default:
			t.Code = t.Card.Answer()
		}
		s.book.Add(t)
		if t.Code != "00" {
			out = refusedV1("00"+t.Code, hostText(t.Code))
			return
		}
		out = doneV1(t)
	})
	if t.Card.Magic == "9902" {
		s.book.Hang(r)
	}
	return out
}

func (s *V1) act(x Terminal, op string, q requestV1) (out object) {
	s.book.Do(func() {
		t := s.book.Ref(x.MerchantID, q.ReferenceCode)
		if q.ReferenceCode == "" {
			if t = s.book.Paid(x.MerchantID, q.OrderID); t != nil && t.CapturedBy != nil && op == "Return" {
				t = t.CapturedBy
			}
		}
		if t == nil || t.Code != "00" {
			out = refusedV1("0123", "")
			return
		}
		line := &bank.Txn{Order: t.Order, Ref: s.logKey()}
		var why bank.Refusal
		switch op {
		case "Capture":
			why = s.book.Capture(t, q.Amount, line)
		case "Return":
			why = s.book.Refund(t, q.Amount, line)
		case "Reverse":
			if kind := map[string]bank.Kind{"Sale": bank.Sale, "Auth": bank.PreAuth, "Capture": bank.Capture, "Return": bank.Refund}[q.TransactionType]; kind != t.Kind {
				out = refusedV1("0200", "")
				return
			}
			if why = s.book.Void(t); why == bank.Fine {
				line.Merchant, line.Kind, line.Minor, line.Currency, line.Card, line.Of = t.Merchant, bank.Void, t.Minor, t.Currency, t.Card, t
				s.book.Add(line)
			}
		}
		codes := map[bank.Refusal]string{bank.TooMuch: "0205", bank.Voided: "0220", bank.WasSettled: "0211", bank.NotSettled: "0411", bank.WasRefunded: "0218", bank.WasCaptured: "0788"}
		switch {
		case why == bank.Fine && op == "Capture":
			out = doneV1(line)
		case why == bank.Fine:
			out = refusedV1("00", "Onaylandı") // Reverse and Return come without numbers
		case why == bank.WasRefunded && op == "Return":
			out = refusedV1("0205", "")
		case codes[why] != "":
			out = refusedV1(codes[why], "")
		default:
			out = refusedV1("0200", "")
		}
	})
	return out
}

func (s *V1) inquire(x Terminal, q requestV1) (out object) {
	kinds := map[bank.Kind]string{bank.Sale: "Sale", bank.PreAuth: "Auth", bank.Capture: "Capture", bank.Refund: "Return", bank.Void: "Reverse"}
	s.book.Do(func() {
		lines := s.book.Order(x.MerchantID, q.OrderID)
		if len(lines) == 0 {
			out = object{"ServiceResponseData": verdict("E219", texts["E219"]), "TransactionData": nil}
			return
		}
		rows := []any{}
		for i := range lines {
			t := lines[len(lines)-1-i]
			on := "1"
			if t.Code != "00" || !t.Voided.IsZero() {
				on = "0"
			}
			rows = append(rows, object{"Amount": strings.Replace(bank.Decimal(t.Minor), ".", ",", 1), "AuthCode": t.AuthCode, "CardNo": t.Card.Masked(), "CurrencyCode": wordV1(t.Currency), "HostLogKey": t.Ref, "OrderId": t.Order,
				"TransactionDate": t.At.Format("2006-01-0215:04:05.000"), "TransactionStatus": on, "TransactionType": kinds[t.Kind]})
		}
		out = object{"ServiceResponseData": verdict("0000", "Başarılı"), "TransactionData": rows}
	})
	return out
}

func number(n int) string {
	b := "1"
	for range n - 1 {
		d, _ := rand.Int(rand.Reader, big.NewInt(10))
		b += d.String()
	}
	return b
}

func (s *V1) gate(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<18)
	_ = r.ParseForm()
	f := r.PostForm
	t, known := s.terminals[f.Get("MerchantNo")+" "+f.Get("TerminalNo")]
	say := func(tr, en string) { bank.Say(w, http.StatusOK, "tr", tr, en) }
	params, hosted := "MerchantNo:TerminalNo:CardNo:Cvc2:ExpireDate:Amount", f.Get("UseOOS") == "1"
	if hosted {
		params = "MerchantNo:TerminalNo:Amount"
	}
	var text []string
	for _, n := range strings.Split(params, ":") {
		switch n { // the form calls two fields otherwise
		case "Cvc2":
			n = "Cvv"
		case "ExpireDate":
			n = "ExpiredDate"
		}
		text = append(text, f.Get(n))
	}
	minor, ok := bank.Whole(f.Get("Amount"))
	count, err := strconv.Atoi(f.Get("InstallmentCount"))
	var card bank.Card
	if e := f.Get("ExpiredDate"); !hosted && ok {
		if ok = len(e) == 4; ok {
			card, ok = bank.ReadCard(f.Get("CardNo"), e[2:], e[:2], "", "")
		}
	}
	switch {
	case !known || f.Get("PosnetID") != t.PosnetID:
		say("Üye iş yeri bulunamadı.", "The merchant is not known.")
		return
	case f.Get("MacParams") != params || f.Get("Mac") != macV1(text, t.Key):
		say("Mac doğrulama hatalı.", "The MAC is not right.")
		return
	case !ok || err != nil || minor < 1 || len(f.Get("OrderId")) != 20 || wordsV1[f.Get("CurrencyCode")] == "" || f.Get("MerchantReturnURL") == "":
		say("Alanlar hatalı.", "The fields are not right.")
		return
	}
	a := &authV1{terminal: t.TerminalID, order: f.Get("OrderId"), kind: f.Get("TransactionType"), currency: f.Get("CurrencyCode"), minor: minor, count: count, card: card}
	finish := func(o bank.Outcome, c bank.Card) bank.Return {
		a.card = c
		return s.finish(t, a, o, f)
	}
	if e := card.Enrolled(); !hosted && e != "" {
		bank.Leave(w, r, s.book.World, finish(e, card))
		return
	}
	http.Redirect(w, r, s.pages.Open(&bank.Challenge{Shop: "Deneme mağazası", Order: a.order, Minor: minor, Currency: a.currency, Installments: a.count, Lang: f.Get("Language"), Card: card, Passwords: []string{"34020"}, Finish: finish}), http.StatusSeeOther)
}

func (s *V1) finish(t Terminal, a *authV1, o bank.Outcome, f url.Values) bank.Return {
	id := number(16)
	a.status, a.md, a.eci = o.MDStatus(), "016"+id, o.ECI(a.card.Brand)
	word := "Not authenticated"
	if o == bank.Authenticated || o == bank.Attempt {
		raw := make([]byte, 20)
		rand.Read(raw)
		a.cavv, word = base64.StdEncoding.EncodeToString(raw), "Authenticated"
	}
	s.mu.Lock()
	s.auths[id] = a
	s.mu.Unlock()
	key := t.Key
	if _, hit := s.book.World.Faults.Hit(SystemV1, outside.WrongHash); hit {
		key += "x"
	}
	return bank.Return{URL: f.Get("MerchantReturnURL"), Fields: [][2]string{{"CCPrefix", a.card.First6}, {"TranType", a.kind}, {"Amount", strconv.FormatInt(a.minor, 10)}, {"OrderId", a.order}, {"MerchantId", t.MerchantID}, {"CAVV", a.cavv},
		{"CAVVAlgorithm", "3"}, {"ECI", a.eci}, {"MD", a.md}, {"MdErrorMessage", word}, {"MdStatus", a.status}, {"SecureTransactionId", id}, {"Mac", macV1([]string{a.eci, a.cavv, a.status, word, a.md, id}, key)},
		{"MacParams", "ECI:CAVV:MdStatus:MdErrorMessage:MD:SecureTransactionId"}, {"CurrencyCode", wordsV1[a.currency]}, {"InstalmentCode", strconv.Itoa(a.count)}, {"VtfCode", ""}, {"PointAmount", ""}}}
}
