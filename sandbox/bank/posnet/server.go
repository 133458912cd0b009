// Package posnet simulates Yapı Kredi's virtual POS (PosNet XML) and Albaraka's (PosNet V1, JSON). Not simulated: points, campaigns, interest-bearing sales.
package posnet

import (
	"crypto/cipher"
	"crypto/des"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash/crc32"
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
const System = "posnet"

// Terminal is a merchant's account.
type Terminal struct {
	MerchantID, TerminalID, PosnetID, Key string
	AllowedIPs                            []string
	No3D                                  bool // the terminal is not defined for 3-D Secure
	FreeOrderIDs                          bool // the bank's "OrderID parameter" is on: ids of 1 to 24 characters
}

// takes tells an order id of the right length.
func (t Terminal) takes(order string) bool {
	return len(order) == 24 || t.FreeOrderIDs && order != "" && len(order) < 24
}

// Server is the bank.
type Server struct {
	book      *bank.Book
	pages     *bank.Pages
	terminals map[string]Terminal

	mu    sync.Mutex
	packs map[string]*pack // by data1
	banks map[string]*pack // by BankPacket
	// CapitalKey spells hostLogKey in agreements with capitals.
	CapitalKey bool
}

// pack is an order on its way through 3-D Secure.
type pack struct {
	terminal, xid, kind, currency, sign, holder, status, word, bankPacket string
	minor                                                                 int64
	count                                                                 string
	card                                                                  bank.Card
	made                                                                  time.Time
	data2                                                                 string // the packed card; empty where the bank asks for it
	booked                                                                *bank.Txn
}

// New opens the bank.
func New(book *bank.Book, pages *bank.Pages, terminals ...Terminal) *Server {
	s := &Server{book: book, pages: pages, terminals: map[string]Terminal{}, packs: map[string]*pack{}, banks: map[string]*pack{}}
	for _, t := range terminals {
		s.terminals[t.MerchantID+" "+t.TerminalID] = t
	}
	return s
}

// Handler serves /PosnetWebService/XML and /3DSWebService/YKBPaymentService.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /PosnetWebService/XML", s.book.World.Guard(System, http.HandlerFunc(s.api)))
	mux.HandleFunc("POST /3DSWebService/YKBPaymentService", s.gate)
	return mux
}

var texts = map[string]string{"0004": "RED-KARTA EL KOY", "0005": "RED-ONAYLANMADI", "0012": "RED-GECERSIZ ISLEM", "0014": "RED-HATALI KART", "0041": "RED-KARTA EL KOY", "0043": "RED-KARTA EL KOY", "0051": "RED-YETERSIZ BAKIYE",
	"0054": "RED-VADESI GECMIS KART", "0057": "RED-KARTIN ISLEM TIPINE KAPALI", "0123": "ORJINAL ISLEM BULUNAMADI", "0127": "ORDERID DAHA ONCE KULLANILMIS", "0200": "GECERSIZ ISLEM", "0205": "GECERSIZ TUTAR",
	"0206": "TAK.SAY. PROV TAK.SAY.BUYUK OLAMAZ", "0211": "GRUP KAPAMA YAPILMIS", "0218": "DAHA ONCE IADE EDILDIGI ICIN IPTAL ISLEMI GECERSIZDIR", "0220": "IPTAL ISLEMI YAPILMIS", "0411": "ISLEM HENUZ FINANSALLASMAMIS",
	"0600": "Mac Dogrulama hatali", "0788": "FINANSAL ISLEM YAPILMIS", "E190": "CURRENCYCODE HATALI", "E216": "Mac Doğrulama hatalı", "E219": "KAYIT BULUNAMADI"}

// hostText is what the bank says of a code of the card's bank.
func hostText(code string) string {
	if t := texts["00"+code]; t != "" {
		return t
	}
	return "RED-" + strings.ToUpper(bank.PlainWords(code))
}

func answer(inner ...string) string {
	return "<?xml version='1.0' encoding='iso-8859-9'?>\n" + bank.Box("posnetResponse", inner...)
}

// no is a refusal; the code stands at the end of the padded text.
func no(r *http.Request, code, text string, more ...string) string {
	if text == "" {
		text = texts[code]
	}
	padded := fmt.Sprintf("%-35s%s", text, code)
	if strings.HasPrefix(code, "E") || code == "0600" || code == "0148" || code == "0002" {
		padded = text
	}
	parts := []string{bank.Tag("approved", "0"), bank.Tag("respCode", code), bank.Tag("respText", padded), bank.Tag("yourIP", bank.CallerIP(r))}
	return answer(append(parts, more...)...)
}

func (s *Server) yes(t *bank.Txn, auth string, date bool, more ...string) string {
	parts := []string{bank.Tag("approved", "1"), bank.Tag("hostlogkey", t.Ref), bank.Tag("authCode", auth)}
	if date {
		parts = append(parts, bank.Tag("tranDate", t.At.Format("060102150405")))
	}
	parts = append(parts, more...)
	count, each := "00", int64(0)
	if t.Installments > 1 {
		count, each = fmt.Sprintf("%02d", t.Installments), t.Minor/int64(t.Installments)
	}
	return answer(append(parts, bank.Box("instInfo", bank.Tag("inst1", count), bank.Tag("amnt1", fmt.Sprintf("%012d", each))),
		bank.Box("pointInfo", bank.Tag("point", "00000000"), bank.Tag("pointAmount", "000000000000"), bank.Tag("totalPoint", "00000000"), bank.Tag("totalPointAmount", "000000000000")))...)
}

func (s *Server) logKey() string {
	now := s.book.Now()
	return fmt.Sprintf("%010d0000%02d%d1", s.book.Number(), now.Year()%100, 0)[:18]
}

func (s *Server) api(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	f, _ := url.ParseQuery(string(raw))
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	doc, err := bank.ReadXML([]byte(f.Get("xmldata")))
	if err != nil || doc.Name != "posnetRequest" {
		_, _ = io.WriteString(w, "Error: cvc-elt.1: Cannot find the declaration of element.")
		return
	}
	_, _ = io.WriteString(w, s.run(r, doc))
}

var currencies = map[string]string{"TL": "949", "YT": "949", "US": "840", "EU": "978"}

func words(currency string) string {
	for w, n := range currencies {
		if n == currency && w != "YT" {
			return w
		}
	}
	return ""
}

var operations = []string{"sale", "auth", "capt", "reverse", "return", "agreement", "merchantReconciliation", "oosRequestData", "oosResolveMerchantData", "oosTranData"}

func (s *Server) run(r *http.Request, doc *bank.Node) string {
	t, known := s.terminals[doc.Get("mid")+" "+doc.Get("tid")]
	if !known || !bank.Allowed(t.AllowedIPs, bank.CallerIP(r)) {
		return no(r, "0148", "INVALID MID TID IP. Hatalı IP:"+bank.CallerIP(r))
	}
	var op *bank.Node
	for _, k := range doc.Kids {
		for _, name := range operations {
			if k.Name == name {
				if op != nil {
					return no(r, "0002", "cvc-complex-type.2.4.d: Invalid content was found.")
				}
				op = k
			}
		}
	}
	if op == nil {
		return no(r, "0002", "cvc-complex-type.2.4.a: Invalid content was found.")
	}
	switch op.Name {
	case "sale", "auth":
		return s.charge(r, t, op, doc.Get("tranDateRequired") == "1")
	case "capt", "reverse", "return":
		return s.act(r, t, op, doc.Get("tranDateRequired") == "1")
	case "agreement":
		return s.agreement(r, t, op)
	case "merchantReconciliation":
		return s.totals(r, t, op)
	case "oosRequestData":
		return s.packOrder(r, t, op)
	case "oosResolveMerchantData":
		return s.resolve(r, t, op)
	}
	return s.tran(r, t, op)
}

// money checks amount, currency and installments; the code is empty if they are fine.
func money(op *bank.Node) (minor int64, currency string, count int, code string) {
	minor, ok := bank.Whole(op.Get("amount"))
	currency = currencies[op.Get("currencyCode")]
	switch {
	case !ok || minor < 1 || minor > 99_999_99:
		return 0, "", 0, "0205"
	case currency == "":
		return 0, "", 0, "E190"
	}
	if n := op.Get("installment"); n != "" {
		c, err := strconv.Atoi(n)
		if err != nil || len(n) != 2 || c == 1 {
			return 0, "", 0, "0150"
		}
		count = c
	}
	return minor, currency, count, ""
}

func card(op *bank.Node) (bank.Card, bool) {
	e := op.Get("expDate")
	if len(e) != 4 {
		return bank.Card{}, false
	}
	return bank.ReadCard(op.Get("ccno"), e[2:], e[:2], "", op.Get("cardHolderName"))
}

func (s *Server) again(r *http.Request, t *bank.Txn) string {
	if t.Code == "00" {
		return answer(bank.Tag("approved", "2"), bank.Tag("respCode", "0127"), bank.Tag("respText", texts["0127"]+" 0127"), bank.Tag("hostlogkey", t.Ref), bank.Tag("authCode", t.AuthCode), bank.Tag("tranDate", t.At.Format("060102150405")))
	}
	return no(r, "0127", "")
}

func (s *Server) charge(r *http.Request, x Terminal, op *bank.Node, date bool) (out string) {
	minor, currency, count, code := money(op)
	c, ok := card(op)
	order := op.Get("orderID")
	switch {
	case !x.takes(order):
		return no(r, "0150", "PAKET HATALI (ORDERID)")
	case code != "":
		return no(r, code, "")
	case !ok:
		return no(r, "0150", "PAKET HATALI (EXPDATE)")
	case op.Get("cvc") == "" && op.Get("mailorderflag") != "Y":
		return no(r, "0150", "PAKET HATALI (CVC)")
	}
	t := &bank.Txn{Merchant: x.MerchantID, Order: order, Kind: bank.Sale, Minor: minor, Currency: currency, Installments: count, Card: c, MOTO: op.Get("mailorderflag") == "Y"}
	if op.Name == "auth" {
		t.Kind = bank.PreAuth
	}
	if c.Magic == "9901" {
		s.book.Hang(r)
	}
	s.book.Do(func() { out = s.issue(r, t, date) })
	if c.Magic == "9902" {
		s.book.Hang(r)
	}
	return out
}

func (s *Server) issue(r *http.Request, t *bank.Txn, date bool, more ...string) string {
	if lines := s.book.Order(t.Merchant, t.Order); len(lines) > 0 {
		return s.again(r, lines[0])
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
		return no(r, "00"+t.Code, hostText(t.Code))
	}
	return s.yes(t, t.AuthCode, date, more...)
}

func (s *Server) act(r *http.Request, x Terminal, op *bank.Node, date bool) (out string) {
	var minor int64
	if op.Name != "reverse" {
		m, _, _, code := money(op)
		if code != "" {
			return no(r, code, "")
		}
		minor = m
	}
	s.book.Do(func() {
		t := s.book.Ref(x.MerchantID, op.Get("hostLogKey"))
		if key := op.Get("hostLogKey"); key == "" {
			if !x.takes(op.Get("orderID")) {
				out = no(r, "0150", "PAKET HATALI (ORDERID)")
				return
			}
			t = s.book.Paid(x.MerchantID, op.Get("orderID"))
			if t != nil && t.CapturedBy != nil && (op.Name == "return" || op.Get("transaction") == "capt") {
				t = t.CapturedBy
			}
		}
		if t == nil || t.Code != "00" {
			out = no(r, "0123", "")
			return
		}
		original := []string{bank.Tag("hostlogkey", t.Ref), bank.Tag("authCode", t.AuthCode)}
		line := &bank.Txn{Order: t.Order, Ref: s.logKey()}
		var why bank.Refusal
		switch op.Name {
		case "capt":
			why = s.book.Capture(t, minor, line)
		case "return":
			why = s.book.Refund(t, minor, line)
		case "reverse":
			kind := map[string]bank.Kind{"sale": bank.Sale, "auth": bank.PreAuth, "capt": bank.Capture, "return": bank.Refund}[op.Get("transaction")]
			if kind != t.Kind {
				out = no(r, "0200", "", original...)
				return
			}
			if why = s.book.Void(t); why == bank.Fine {
				line.Merchant, line.Kind, line.Minor, line.Currency, line.Card, line.Of = t.Merchant, bank.Void, t.Minor, t.Currency, t.Card, t
				s.book.Add(line)
				out = s.yes(line, "000000", date)
				return
			}
		}
		switch why {
		case bank.Fine:
			out = s.yes(line, line.AuthCode, date)
		case bank.TooMuch:
			out = no(r, "0205", "", original...)
		case bank.Voided:
			out = no(r, "0220", "", original...)
		case bank.WasSettled:
			out = no(r, "0211", "", original...)
		case bank.NotSettled:
			out = no(r, "0411", "", original...)
		case bank.WasRefunded:
			code := "0218"
			if op.Name == "return" {
				code = "0205"
			}
			out = no(r, code, "", original...)
		case bank.WasCaptured:
			code := "0788"
			if op.Name == "capt" {
				code = "0200"
			}
			out = no(r, code, "", original...)
		default:
			out = no(r, "0200", "", original...)
		}
	})
	return out
}

var states = map[bank.Kind]string{bank.Sale: "Sale", bank.PreAuth: "Authorization", bank.Capture: "Capture", bank.Refund: "Return"}

func (s *Server) agreement(r *http.Request, x Terminal, op *bank.Node) (out string) {
	key := "hostlogkey"
	if s.CapitalKey {
		key = "hostLogKey"
	}
	s.book.Do(func() {
		rows := ""
		for _, t := range s.book.Order(x.MerchantID, op.Get("orderID")) {
			state, on := states[t.Kind], "1"
			if t.Kind == bank.Void {
				state = states[t.Of.Kind] + "_Reverse"
			}
			if t.Code != "00" || !t.Voided.IsZero() {
				on = "0"
			}
			rows += bank.Box("transaction", bank.Tag("orderID", t.Order), bank.Tag("ccno", t.Card.Spaced()), bank.Tag("amount", strings.Replace(bank.Decimal(t.Minor), ".", ",", 1)), bank.Tag("currencyCode", words(t.Currency)),
				bank.Tag("authCode", t.AuthCode), bank.Tag("tranDate", t.At.Format("2006-01-02 15:04:05.000")), bank.Tag("state", state), bank.Tag("txnStatus", on), bank.Tag(key, t.Ref))
		}
		if rows == "" {
			out = no(r, "E219", "")
			return
		}
		out = answer(bank.Tag("approved", "1"), bank.Box("transactions", rows))
	})
	return out
}

func (s *Server) totals(r *http.Request, x Terminal, op *bank.Node) (out string) {
	from, err1 := time.ParseInLocation(time.DateOnly, op.Get("startDate"), outside.Istanbul)
	to, err2 := time.ParseInLocation(time.DateOnly, op.Get("endDate"), outside.Istanbul)
	switch {
	case err1 != nil || err2 != nil:
		return no(r, "E215", "TARİH ALANI HATALI")
	case to.Before(from):
		return no(r, "0341", "BASLANGIC TARIHI BITIS TARIHINDEN SONRA")
	case to.Sub(from) > 9*24*time.Hour:
		return no(r, "0340", "10 GUNDEN FAZLA OLAMAZ")
	}
	type total struct {
		n   int
		sum int64
	}
	sums := map[int]total{}
	names := map[int]string{1: "Peşin Satış", 2: "Taksitli Satış", 3: "Peşin İade", 4: "Taksitli İade", 5: "Finansallaştırma", 6: "Peşin Satış İptal", 34: "Provizyon"}
	s.book.Do(func() {
		for _, t := range s.book.All(x.MerchantID, from, to.AddDate(0, 0, 1)) {
			if t.Code != "00" || t.Currency != currencies[op.Get("currency")] {
				continue
			}
			kind := map[bank.Kind]int{bank.Sale: 1, bank.Refund: 3, bank.Capture: 5, bank.Void: 6, bank.PreAuth: 34}[t.Kind]
			if t.Installments > 1 && (kind == 1 || kind == 3) {
				kind++
			}
			sums[kind] = total{sums[kind].n + 1, sums[kind].sum + t.Minor}
		}
	})
	rows := []string{bank.Tag("approved", "1")}
	for _, kind := range []int{1, 2, 3, 4, 5, 6, 34} {
		if x := sums[kind]; x.n > 0 {
			rows = append(rows, bank.Box("merchantReconciliation", bank.Tag("totalNumber", strconv.Itoa(x.n)), bank.Tag("totalAmount", strconv.FormatInt(x.sum, 10)), bank.Tag("transactionType", strconv.Itoa(kind)), bank.Tag("transactionName", names[kind])))
		}
	}
	return answer(rows...)
}

// seal encrypts a packet with a merchant's key.
func seal(text []byte, key string) string {
	d := md5.Sum([]byte(key))
	block, err := des.NewTripleDESCipher([]byte(strings.ToUpper(hex.EncodeToString(d[:]))[:24]))
	if err != nil {
		panic(err) // the length is right
	}
	pad := des.BlockSize - len(text)%des.BlockSize
	for range pad {
		text = append(text, byte(pad))
	}
	iv := make([]byte, des.BlockSize)
	rand.Read(iv)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(text, text)
	h := strings.ToUpper(hex.EncodeToString(iv) + hex.EncodeToString(text))
	return h + fmt.Sprintf("%08X", crc32.ChecksumIEEE([]byte(h)))
}

func mac(parts ...string) string {
	d := sha256.Sum256([]byte(strings.Join(parts, ";")))
	return base64.StdEncoding.EncodeToString(d[:])
}

func (p *pack) mac(t Terminal, front ...string) string {
	return mac(append(front, p.xid, strconv.FormatInt(p.minor, 10), p.currency, t.MerchantID, mac(t.Key, t.TerminalID))...)
}

func (s *Server) packOrder(r *http.Request, x Terminal, op *bank.Node) string {
	minor, _, _, code := money(op)
	xid := op.Get("XID")
	p := &pack{terminal: x.MerchantID + " " + x.TerminalID, xid: xid, kind: op.Get("tranType"), currency: op.Get("currencyCode"), minor: minor, count: op.Get("installment"), made: s.book.Now(), holder: op.Get("cardHolderName")}
	withCard := op.Get("ccno") != ""
	if withCard {
		var ok bool
		if p.card, ok = card(op); !ok {
			return no(r, "0150", "PAKET HATALI (EXPDATE)")
		}
	}
	switch {
	case op.Get("posnetid") != x.PosnetID:
		return no(r, "0148", "INVALID MID TID IP. Hatalı IP:"+bank.CallerIP(r))
	case len(xid) != 20:
		return no(r, "0150", "PAKET HATALI (ORDERID)")
	case code != "":
		return no(r, code, "")
	case p.kind != "Sale" && p.kind != "Auth":
		return no(r, "0202", "GECERSIZ ISLEM TIPI")
	}
	var used *bank.Txn
	s.book.Do(func() {
		if l := s.book.Order(x.MerchantID, "TDS_"+xid); len(l) > 0 {
			used = l[0]
		}
	})
	if used != nil {
		return s.again(r, used)
	}
	stamp := fmt.Sprintf("%016d", s.book.Now().UnixMilli())
	data1 := seal(bank.Latin5(fmt.Sprintf("%s%-10s%-8s%012d%2s%20s%s%2s%-60.60s%-6s", ("000000" + x.PosnetID)[len(x.PosnetID):], x.MerchantID, x.TerminalID, minor, p.count, xid, stamp, p.currency, p.holder, p.kind)), x.Key)
	parts := []string{bank.Tag("data1", data1)}
	if withCard {
		p.data2 = seal([]byte(op.Get("ccno")+op.Get("expDate")+op.Get("cvc")+stamp), x.Key)
		parts = append(parts, bank.Tag("data2", p.data2))
	}
	sign := make([]byte, 16)
	rand.Read(sign)
	p.sign = strings.ToUpper(hex.EncodeToString(sign))
	s.mu.Lock()
	s.packs[data1] = p
	s.mu.Unlock()
	return answer(bank.Tag("approved", "1"), bank.Box("oosRequestDataResponse", append(parts, bank.Tag("sign", p.sign))...))
}

func (s *Server) gate(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<18)
	_ = r.ParseForm()
	f := r.PostForm
	s.mu.Lock()
	p := s.packs[f.Get("posnetData")]
	s.mu.Unlock()
	if p == nil || f.Get("digest") != p.sign || f.Get("posnetData2") != p.data2 || f.Get("merchantReturnURL") == "" {
		bank.Say(w, http.StatusOK, "tr", "İşlem doğrulanamadı: posnetData, digest ya da dönüş adresi hatalı.", "The packets are not right: posnetData, digest or the return address.")
		return
	}
	x := s.terminals[p.terminal]
	if f.Get("mid") != x.MerchantID || f.Get("posnetID") != x.PosnetID {
		bank.Say(w, http.StatusOK, "tr", "Üye iş yeri hatalı.", "The merchant is not right.")
		return
	}
	finish := func(o bank.Outcome, c bank.Card) bank.Return {
		p.card = c
		return s.finish(x, p, o, f.Get("merchantReturnURL"))
	}
	if x.No3D {
		bank.Leave(w, r, s.book.World, finish("9", p.card))
		return
	}
	if e := p.card.Enrolled(); p.card.First6 != "" && e != "" {
		bank.Leave(w, r, s.book.World, finish(e, p.card))
		return
	}
	count, _ := strconv.Atoi(p.count)
	http.Redirect(w, r, s.pages.Open(&bank.Challenge{Shop: "Deneme mağazası", Order: p.xid, Minor: p.minor, Currency: p.currency, Installments: count, Lang: f.Get("lang"), Card: p.card, Passwords: []string{"34020"}, Finish: finish}), http.StatusSeeOther)
}

func (s *Server) finish(x Terminal, p *pack, o bank.Outcome, url string) bank.Return {
	p.status, p.word = o.MDStatus(), "Not authenticated"
	if o == "9" {
		p.status, p.word = "9", "None 3D - Secure Transaction"
	}
	tx := "N"
	if strings.Contains("1234", p.status) {
		tx, p.word = "Y", ""
	}
	text := strings.Join([]string{x.MerchantID, x.TerminalID, strconv.FormatInt(p.minor, 10), p.count, p.xid, "0", "0", "https://setmpos.ykb.com/PosnetWebService/YKBTransactionService", "posnettest.ykb.com", "2225", tx, p.status, p.word,
		strconv.FormatInt(s.book.Now().UnixMilli(), 10), p.currency}, ";")
	merchant := seal(bank.Latin5(text), x.Key)
	secret := make([]byte, 100)
	rand.Read(secret)
	p.bankPacket = strings.ToUpper(hex.EncodeToString(secret))
	p.made = s.book.Now()
	s.mu.Lock()
	s.banks[p.bankPacket] = p
	s.mu.Unlock()
	key := x.Key
	if _, hit := s.book.World.Faults.Hit(System, outside.WrongHash); hit {
		key += "x"
	}
	d := md5.Sum([]byte(merchant + p.bankPacket + key))
	return bank.Return{URL: url, Fields: [][2]string{{"MerchantPacket", merchant}, {"BankPacket", p.bankPacket}, {"Sign", strings.ToUpper(hex.EncodeToString(d[:]))}, {"CCPrefix", p.card.First6}, {"TranType", p.kind},
		{"Amount", strconv.FormatInt(p.minor, 10)}, {"Xid", p.xid}, {"MerchantId", x.MerchantID}}}
}

// find is the order of a BankPacket, if its MAC is right.
func (s *Server) find(r *http.Request, x Terminal, op *bank.Node) (*pack, string) {
	s.mu.Lock()
	p := s.banks[op.Get("bankData")]
	s.mu.Unlock()
	switch {
	case op.Get("mac") == "":
		return nil, no(r, "E216", "")
	case p == nil || p.terminal != x.MerchantID+" "+x.TerminalID || s.book.Now().Sub(p.made) > 2*time.Hour:
		return nil, no(r, "0200", "")
	case op.Get("mac") != p.mac(x):
		return nil, no(r, "0600", "")
	}
	return p, ""
}

func (s *Server) resolve(r *http.Request, x Terminal, op *bank.Node) string {
	p, refused := s.find(r, x, op)
	if p == nil {
		return refused
	}
	d := md5.Sum([]byte(op.Get("merchantData") + op.Get("bankData") + x.Key))
	if op.Get("sign") != strings.ToUpper(hex.EncodeToString(d[:])) {
		return no(r, "0600", "")
	}
	tx := "N"
	if strings.Contains("1234", p.status) {
		tx = "Y"
	}
	return answer(bank.Tag("approved", "1"), bank.Tag("respCode", ""), bank.Tag("respText", ""), bank.Box("oosResolveMerchantDataResponse", bank.Tag("xid", p.xid), bank.Tag("amount", strconv.FormatInt(p.minor, 10)),
		bank.Tag("currency", p.currency), bank.Tag("installment", p.count), bank.Tag("point", "0"), bank.Tag("pointAmount", "0"), bank.Tag("txStatus", tx), bank.Tag("mdStatus", p.status), bank.Tag("mdErrorMessage", p.word),
		bank.Tag("mac", p.mac(x, p.status))))
}

// tran charges. The bank does not look at mdStatus here: that is the merchant's to do.
func (s *Server) tran(r *http.Request, x Terminal, op *bank.Node) (out string) {
	p, refused := s.find(r, x, op)
	if p == nil {
		return refused
	}
	count, _ := strconv.Atoi(p.count)
	t := &bank.Txn{Merchant: x.MerchantID, Order: "TDS_" + p.xid, Kind: bank.Sale, Minor: p.minor, Currency: currencies[p.currency], Installments: count, Card: p.card, Secure: true}
	if p.kind == "Auth" {
		t.Kind = bank.PreAuth
	}
	if t.Card.Magic == "9901" {
		s.book.Hang(r)
	}
	s.book.Do(func() {
		if lines := s.book.Order(t.Merchant, t.Order); len(lines) > 0 {
			out = s.again(r, lines[0])
			return
		}
		t.Ref = s.logKey()
		t.Code = t.Card.Answer()
		s.book.Add(t)
		if t.Code != "00" {
			out = no(r, "00"+t.Code, hostText(t.Code))
			return
		}
		out = s.yes(t, t.AuthCode, true, bank.Tag("mac", p.mac(x, t.Ref)))
	})
	if t.Card.Magic == "9902" {
		s.book.Hang(r)
	}
	return out
}
