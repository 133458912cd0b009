// Package nestpay simulates a bank with a NestPay (EST, Payten) virtual POS: the XML API, the 3-D gate with the hashes of versions 1, 2 and 3, orders
// with their batch, queries, and recurring plans. Not simulated: points, the İMECE query, the bulk list servlet.
package nestpay

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/onay/onay/sandbox/bank"
)

// System is the name that faults use.
const System = "nestpay"

// Store is a merchant's account.
type Store struct {
	ClientID, User, Password, StoreKey string
	Models                             []string // storetype values that it may use; empty: all
	AllowedIPs                         []string // empty: all
	NoMOTO                             bool
	MaxInstallments                    int  // 0: 12
	HalfSecure                         bool // the gate charges mdStatus 2 to 4 in the pay models
}

// Server is the bank.
type Server struct {
	book   *bank.Book
	pages  *bank.Pages
	stores map[string]Store

	mu    sync.Mutex
	auths map[string]*auth // by md
	plans map[string]*plan // by RECURRINGID
	// Entities sends Turkish letters as numeric entities; Sparse leaves out what some hosts leave out.
	Entities, Sparse bool
}

// auth is a finished authentication that waits for its provision.
type auth struct {
	client, order, kind, xid, eci, cavv, status string
	minor                                       int64
	currency                                    string
	installments                                int
	card                                        bank.Card
	used                                        bool
}

type plan struct {
	id, order, client, currency string
	minor                       int64
	card                        bank.Card
	due                         []time.Time // of payments 2, 3…
	cancelled                   map[int]bool
	done                        map[int]*bank.Txn
}

// New opens the bank.
func New(book *bank.Book, pages *bank.Pages, stores ...Store) *Server {
	s := &Server{book: book, pages: pages, stores: map[string]Store{}, auths: map[string]*auth{}, plans: map[string]*plan{}}
	for _, x := range stores {
		s.stores[x.ClientID] = x
	}
	return s
}

// Handler serves /fim/api and /fim/est3Dgate.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /fim/api", s.book.World.Guard(System, http.HandlerFunc(s.api)))
	mux.HandleFunc("POST /fim/est3Dgate", s.gate)
	return mux
}

func (s *Server) api(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	doc := raw
	if form, err := url.ParseQuery(string(raw)); err == nil && form.Get("DATA") != "" {
		doc = []byte(form.Get("DATA"))
	}
	var out string
	switch n, err := bank.ReadXML(doc); {
	case len(doc) == 0:
		out = s.fault(answer{}, "CORE-2014", "Gecersiz istek.")
	case err != nil || n.Name != "CC5Request":
		out = s.fault(answer{}, "2100", "System based initialization problem. Please try again later.")
	default:
		out = s.run(r, n)
	}
	body := `<?xml version="1.0" encoding="ISO-8859-9"?>` + "\n" + out + "\n"
	w.Header().Set("Content-Type", "text/xml;charset=ISO-8859-9")
	if s.Entities {
		var b strings.Builder
		for _, c := range body {
			if c < 0x80 {
				b.WriteRune(c)
			} else {
				fmt.Fprintf(&b, "&#x%x;", c)
			}
		}
		body = b.String()
	}
	_, _ = w.Write(bank.Latin5(body))
}

// answer is a CC5Response.
type answer struct {
	order, response, auth, rrn, code, ref, message string
	extra                                          [][2]string
}

func (s *Server) write(a answer) string {
	extra := ""
	for _, x := range a.extra {
		if s.Sparse && x[1] == "" {
			continue
		}
		extra += "    " + bank.Tag(x[0], x[1]) + "\n"
	}
	parts := []string{bank.Tag("OrderId", a.order), bank.Tag("GroupId", a.order), bank.Tag("Response", a.response)}
	if !s.Sparse || a.auth != "" {
		parts = append(parts, bank.Tag("AuthCode", a.auth))
	}
	parts = append(parts, bank.Tag("HostRefNum", a.rrn), bank.Tag("ProcReturnCode", a.code), bank.Tag("TransId", a.ref), bank.Tag("ErrMsg", a.message))
	return "<CC5Response>\n  " + strings.Join(parts, "\n  ") + "\n  <Extra>\n" + extra + "  </Extra>\n</CC5Response>"
}

// fault is a refusal by the gateway itself. Three codes come without the order.
func (s *Server) fault(a answer, code, message string) string {
	if code == "CORE-2507" || code == "CORE-2008" || code == "2100" {
		a.order = ""
	}
	digits := strings.TrimPrefix(code, "CORE-")
	if code == "2100" {
		digits = "2104"
	}
	a.response, a.code, a.message, a.ref = "Error", "99", message, s.transID()
	a.extra = [][2]string{{"SETTLEID", ""}, {"TRXDATE", s.stamp(s.book.Now())}, {"ERRORCODE", code}, {"NUMCODE", "99" + digits}}
	return s.write(a)
}

func (s *Server) stamp(t time.Time) string { return t.Format("20060102 15:04:05") }

const clock = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz23456789"

var counter struct {
	sync.Mutex
	n int
}

// transID is year, day of the year, then hour, minute and second as one letter each, a letter and five digits.
func (s *Server) transID() string {
	counter.Lock()
	counter.n++
	n := counter.n
	counter.Unlock()
	now := s.book.Now()
	return fmt.Sprintf("%02d%03d%c%c%c%c%05d", now.Year()%100, now.YearDay(), clock[now.Hour()], clock[now.Minute()], clock[now.Second()], 'A'+rune(n%10), 10000+n%90000)
}

// of is the answer about a line.
func (s *Server) of(t *bank.Txn) answer {
	a := answer{order: t.Order, rrn: t.RRN, code: t.Code, ref: t.Ref, response: "Approved", auth: t.AuthCode}
	settle, errorCode, num := strconv.Itoa(t.Batch), "", "00"
	if t.Code != "00" {
		a.response, a.auth, settle, errorCode, num = "Declined", "", "", "ISO8583-"+t.Code, t.Code
		a.message = bank.PlainWords(t.Code) + "."
		if t.Code == "82" {
			a.message = "CVV Hatasi veya girilen CVV gecersiz."
		}
	}
	a.extra = [][2]string{{"SETTLEID", settle}, {"TRXDATE", s.stamp(t.At)}, {"ERRORCODE", errorCode}, {"TERMINALID", "00655020"}, {"MERCHANTID", "655000200"}, {"CARDBRAND", t.Card.Brand},
		{"CARDISSUER", "DENEME BANKASI A.Ş."}, {"HOSTDATE", s.book.Now().Format("0102-150405")}, {"NUMCODE", num}}
	return a
}

var currencies = map[string]bool{"949": true, "840": true, "978": true, "826": true, "392": true, "643": true}

func (s *Server) run(r *http.Request, n *bank.Node) string {
	a := answer{order: n.Get("OrderId")}
	store, known := s.stores[n.Get("ClientId")]
	switch {
	case n.Get("Name") == "":
		return s.fault(a, "CORE-1011", "Kullanici adi bos.")
	case n.Get("ClientId") == "":
		return s.fault(a, "CORE-1013", "ClientId bos.")
	case !known || n.Get("Name") != store.User || n.Get("Password") != store.Password:
		return s.fault(a, "CORE-2201", "User is not authenticated to perform this process.")
	case !bank.Allowed(store.AllowedIPs, bank.CallerIP(r)):
		return s.fault(a, "CORE-2254", "IP adresi tanimli degil.")
	}
	s.runPlans()
	extra := n.Find("Extra")
	switch {
	case extra.Get("RECURRINGOPERATION") != "":
		return s.maintain(store, extra)
	case extra.Get("ORDERSTATUS") != "" && extra.Get("RECURRINGID") != "":
		return s.planStatus(store, extra.Get("RECURRINGID"))
	case extra.Get("ORDERSTATUS") != "":
		return s.status(store, n.Get("OrderId"))
	case extra.Get("ORDERHISTORY") != "":
		return s.history(store, n.Get("OrderId"))
	}
	if len(n.Get("OrderId")) > 64 {
		return s.fault(a, "CORE-1015", "OrderId cok uzun.")
	}
	switch n.Get("Type") {
	case "":
		return s.fault(a, "CORE-2003", "Islem tipi bos.")
	case "Auth", "PreAuth":
		return s.charge(r, store, n, a)
	case "PostAuth":
		return s.capture(store, n, a)
	case "Void":
		return s.void(store, n, a)
	case "Credit":
		return s.credit(store, n, a)
	case "Query":
		return s.fault(a, "CORE-2202", "Insufficent permissions")
	}
	return s.fault(a, "CORE-2001", "Islem tipi gecersiz.")
}

// money checks amount and currency; the code is empty if they are fine.
func money(n *bank.Node) (minor int64, currency, code, text string) {
	currency = n.Get("Currency")
	if currency == "TRY" {
		currency = "949"
	}
	minor, ok := bank.Minor(n.Get("Total"))
	switch {
	case len(n.Get("Total")) >= 18:
		return 0, "", "CORE-1018", "Tutar cok uzun."
	case !ok:
		return 0, "", "CORE-1024", "Tutar gecersiz."
	case minor == 0:
		return 0, "", "CORE-2009", "Tutar sifir olamaz."
	case currency == "":
		return 0, "", "CORE-2118", "Para birimi bos."
	case !currencies[currency]:
		return 0, "", "CORE-2106", "Para birimi gecersiz."
	}
	return minor, currency, "", ""
}

func taksit(n *bank.Node) string {
	if t := n.Get("Taksit"); t != "" {
		return t
	}
	return n.Get("Instalment")
}

// installments checks a count: empty is a single payment, 1 and 0 are refused.
func (x Store) installments(s, currency string) (count int, code, text string) {
	if s == "" {
		return 0, "", ""
	}
	limit := x.MaxInstallments
	if limit == 0 {
		limit = 12
	}
	n, err := strconv.Atoi(s)
	switch {
	case err != nil || n < 2 || n > limit:
		return 0, "CORE-2603", "Taksit tablosu icin gecersiz deger"
	case currency != "949":
		return 0, "CORE-2124", "Dovizle taksit yapilamaz."
	}
	return n, "", ""
}

func (s *Server) charge(r *http.Request, store Store, n *bank.Node, a answer) string {
	if md := n.Get("Number"); strings.Contains(md, ":") {
		return s.provision(store, n, a, md)
	}
	minor, currency, code, text := money(n)
	if code != "" {
		return s.fault(a, code, text)
	}
	count, code, text := store.installments(taksit(n), currency)
	if code != "" {
		return s.fault(a, code, text)
	}
	moto := n.Get("Extra", "MAILORDER") != ""
	month, year, _ := strings.Cut(strings.ReplaceAll(n.Get("Expires"), ".", "/"), "/")
	card, ok := bank.ReadCard(n.Get("Number"), month, year, n.Get("Cvv2Val"), "")
	switch {
	case n.Get("Number") == "":
		return s.fault(a, "CORE-2015", "Kart numarasi bos.")
	case n.Get("Expires") == "":
		return s.fault(a, "CORE-2502", "Son kullanma tarihi bos.")
	case !ok && card.First6 != "":
		return s.fault(a, "CORE-2011", "Son kullanma tarihi gecersiz.")
	case !ok || !card.Luhn:
		return s.fault(a, "CORE-2012", "Kredi karti numarasi gecerli formatta degil.")
	case card.Expired(s.book.Now()):
		return s.fault(a, "CORE-2010", "Kartin son kullanma tarihi hatali")
	case n.Get("Cvv2Val") == "" && !moto:
		return s.fault(a, "CORE-2208", "CVV bos.")
	case moto && store.NoMOTO:
		return s.fault(a, "CORE-2202", "Insufficent permissions")
	}
	t := &bank.Txn{Merchant: store.ClientID, Order: a.order, Kind: bank.Sale, Minor: minor, Currency: currency, Installments: count, Card: card, MOTO: moto}
	if n.Get("Type") == "PreAuth" {
		t.Kind = bank.PreAuth
	}
	if card.Magic == "9901" {
		s.book.Hang(r)
	}
	out := s.book1(t, a, n.Find("PbOrder"))
	if card.Magic == "9902" {
		s.book.Hang(r)
	}
	return out
}

// book1 books a payment of an order that has none, with a plan if there is one.
func (s *Server) book1(t *bank.Txn, a answer, pb *bank.Node) string {
	var p *plan
	if pb != nil {
		count, err1 := strconv.Atoi(pb.Get("TotalNumberPayments"))
		every, err2 := strconv.Atoi(pb.Get("OrderFrequencyInterval"))
		cycle := pb.Get("OrderFrequencyCycle")
		switch {
		case t.Kind != bank.Sale:
			return s.fault(a, "CORE-2024", "Tekrarli odeme sadece satis icindir.")
		case t.Installments > 1:
			return s.fault(a, "CORE-2034", "Tekrarli odemede taksit olamaz.")
		case err1 != nil || count < 1 || count > 120:
			return s.fault(a, "CORE-2029", "Odeme sayisi gecersiz.")
		case err2 != nil || every < 1 || every > 99 || !strings.Contains("DWMY", cycle) || len(cycle) != 1:
			return s.fault(a, "CORE-2022", "Odeme sikligi gecersiz.")
		}
		p = &plan{id: s.transID(), order: t.Order, client: t.Merchant, currency: t.Currency, minor: t.Minor, card: t.Card, cancelled: map[int]bool{}, done: map[int]*bank.Txn{}}
		for i := 1; i < count; i++ {
			d := s.book.Now()
			switch cycle {
			case "D":
				d = d.AddDate(0, 0, every*i)
			case "W":
				d = d.AddDate(0, 0, 7*every*i)
			case "M":
				d = d.AddDate(0, every*i, 0)
			case "Y":
				d = d.AddDate(every*i, 0, 0)
			}
			p.due = append(p.due, d)
		}
	}
	if t.Order == "" {
		t.Order = "ORDER-" + s.transID()
	}
	out := ""
	s.book.Do(func() {
		if s.book.Paid(t.Merchant, t.Order) != nil {
			out = s.fault(a, "CORE-2507", "Bu siparis numarasi ile zaten basarili bir siparis var.")
			return
		}
		t.Ref = s.transID()
		s.issue(t)
		x := s.of(t)
		if p != nil && t.Code == "00" {
			p.done[1] = t
			s.mu.Lock()
			s.plans[p.id] = p
			s.mu.Unlock()
			x.extra = append(x.extra, [2]string{"RECURRINGID", p.id})
		}
		out = s.write(x)
	})
	return out
}

// issue asks the card's bank. At the test systems a CVV of ten times a code is answered with the code.
func (s *Server) issue(t *bank.Txn) {
	if v := t.Card.CVV; len(v) == 3 && v[2] == '0' && v != "000" && bank.Words(v[:2]) != "" && t.Card.Answer() == "00" {
		t.Card.CVV = ""
		t.Code = v[:2]
		s.book.Add(t)
		return
	}
	t.Card.CVV = ""
	s.book.Charge(t)
}

func (s *Server) provision(store Store, n *bank.Node, a answer, md string) string {
	s.mu.Lock()
	x := s.auths[md]
	bad := x == nil || x.client != store.ClientID || n.Get("PayerTxnId") != x.xid || n.Get("PayerSecurityLevel") != x.eci || n.Get("PayerAuthenticationCode") != x.cavv || n.Get("OrderId") != x.order
	var code, text string
	switch {
	case bad:
		code, text = "CORE-2121", "3D bilgileri uyusmuyor."
	case x.used:
		code, text = "CORE-2127", "Bu xid daha once kullanilmis."
	case !strings.Contains("1234", x.status) || x.status == "":
		code, text = "CORE-2206", "MD status isleme devam icin uygun degil."
	default:
		x.used = true
	}
	s.mu.Unlock()
	if code != "" {
		return s.fault(a, code, text)
	}
	t := &bank.Txn{Merchant: x.client, Order: x.order, Kind: bank.Sale, Minor: x.minor, Currency: x.currency, Installments: x.installments, Card: x.card, Secure: true,
		Extra: map[string]string{"xid": x.xid, "cavv": x.cavv, "eci": x.eci, "md": x.status}}
	if n.Get("Type") == "PreAuth" {
		t.Kind = bank.PreAuth
	}
	return s.book1(t, a, n.Find("PbOrder"))
}

func random64(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return base64.StdEncoding.EncodeToString(b)
}

func randomHex(n int) string {
	b := make([]byte, n/2)
	rand.Read(b)
	return strings.ToUpper(hex.EncodeToString(b))
}
