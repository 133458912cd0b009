// Package garanti simulates the virtual POS of Garanti BBVA: VPServlet in version 512, and gt3dengine with its callbacks. Not simulated: rewards, GarantiPay, and
// the inquiries whose answers were never recorded.
package garanti

import (
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha512"
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
	"github.com/onay/onay/sandbox/outside"
)

// System is the name that faults use.
const System = "garanti"

// Terminal is a merchant's account.
type Terminal struct {
	MerchantID, ID, StoreKey string
	Passwords                map[string]string // by user: PROVAUT, PROVRFN, PROVOOS
	Mode                     string            // TEST or PROD
	Models                   []string          // secure3dsecuritylevel; empty: all
	HalfSecure               bool
}

// Server is the bank.
type Server struct {
	book      *bank.Book
	pages     *bank.Pages
	terminals map[string]Terminal

	mu     sync.Mutex
	proofs map[string]*proof // by md
	plans  []*plan
}

type proof struct {
	terminal, order, kind, currency, cavv, eci, xid string
	minor                                           int64
	count                                           int
	card                                            bank.Card
	used                                            bool
	until                                           time.Time
}

type plan struct {
	terminal, order, currency string
	minor                     int64
	card                      bank.Card
	due                       []time.Time
	done                      int
	stopped                   bool
}

// New opens the bank.
func New(book *bank.Book, pages *bank.Pages, terminals ...Terminal) *Server {
	s := &Server{book: book, pages: pages, terminals: map[string]Terminal{}, proofs: map[string]*proof{}}
	for _, t := range terminals {
		s.terminals[t.ID] = t
	}
	return s
}

// Handler serves /VPServlet and /servlet/gt3dengine.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /VPServlet", s.book.World.Guard(System, http.HandlerFunc(s.api)))
	mux.HandleFunc("POST /servlet/gt3dengine", s.gate)
	return mux
}

func upper(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }

func hashed(password, terminal string) string {
	if strings.Trim(terminal, "0123456789") == "" {
		terminal = strings.Repeat("0", max(0, 9-len(terminal))) + terminal
	}
	d := sha1.Sum(bank.Latin5(password + terminal))
	return upper(d[:])
}

func sum(s string) string {
	d := sha512.Sum512(bank.Latin5(s))
	return upper(d[:])
}

// verdict is a Response block.
type verdict struct{ source, code, reason, message, sys string }

func gvps(reason, message, sys string) verdict { return verdict{"GVPS", "92", reason, message, sys} }

func (v verdict) block() string {
	text := "Declined"
	if v.code == "00" {
		text = "Approved"
	}
	return bank.Box("Response", bank.Tag("Source", v.source), bank.Tag("Code", v.code), bank.Tag("ReasonCode", v.reason), bank.Tag("Message", text), bank.Tag("ErrorMsg", v.message), bank.Tag("SysErrMsg", v.sys))
}

var roles = map[string]string{"sales": "PROVAUT", "preauth": "PROVAUT", "postauth": "PROVAUT", "orderinq": "PROVAUT", "orderhistoryinq": "PROVAUT", "orderlistinq": "PROVAUT", "recurringvoid": "PROVAUT",
	"void": "PROVRFN", "refund": "PROVRFN"}

func mandatory(field string) verdict {
	return gvps("0002", "Giriş yaptığınız işlem tipi için zorunlu alanları kontrol ediniz", field+" field must contain value because of the Mandatory Rule:null")
}

// call is one request as it is being answered.
type call struct {
	s        *Server
	doc      *bank.Node
	terminal Terminal
	password string
	kind     string
	order    string
	minor    int64
}

func (s *Server) api(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	if strings.HasPrefix(string(raw), "data=") {
		if f, err := url.ParseQuery(string(raw)); err == nil {
			raw = []byte(f.Get("data"))
		}
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	c := call{s: s}
	c.doc, err = bank.ReadXML(raw)
	if err != nil || c.doc.Name != "GVPSRequest" {
		c.doc = &bank.Node{}
		_, _ = io.WriteString(w, c.bare(gvps("9999", "Sistem hatası", "")))
		return
	}
	_, _ = io.WriteString(w, c.run(r))
}

const declaration = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

func (c call) head() string {
	t, m := c.doc.Find("Terminal"), c.doc.Find("Customer")
	return bank.Tag("Mode", "") + bank.Box("Terminal", bank.Tag("ProvUserID", t.Get("ProvUserID")), bank.Tag("UserID", t.Get("UserID")), bank.Tag("ID", t.Get("ID")), bank.Tag("MerchantID", t.Get("MerchantID"))) +
		bank.Box("Customer", bank.Tag("IPAddress", m.Get("IPAddress")), bank.Tag("EmailAddress", m.Get("EmailAddress")))
}

// bare is an answer from before the hash was known to be right.
func (c call) bare(v verdict) string {
	return declaration + bank.Box("GVPSResponse", c.head(), bank.Box("Order", bank.Tag("OrderID", c.doc.Get("Order", "OrderID")), bank.Tag("GroupID", "")),
		bank.Box("Transaction", v.block(), bank.Tag("RetrefNum", ""), bank.Tag("AuthCode", "")))
}

// answer is a signed answer; inner goes into the Order block.
func (c call) answer(v verdict, t *bank.Txn, inner string) string {
	var rrn, auth, batch, seq, masked string
	at := c.s.book.Now()
	if t != nil {
		rrn, auth, batch, seq, masked, at = t.RRN, t.AuthCode, fmt.Sprintf("%06d", t.Batch), fmt.Sprintf("%06d", t.STAN), mask8(t.Card), t.At
	}
	date := at.Format("20060102 15:04:05")
	password := c.password
	if _, hit := c.s.book.World.Faults.Hit(System, outside.WrongHash); hit {
		password += "x"
	}
	hash := sum(v.code + rrn + auth + date + c.order + hashed(password, c.terminal.ID))
	card := ""
	if t != nil {
		card = bank.Tag("CardType", "FLEXI") + bank.Tag("GarantiCardInd", "Y")
	}
	return declaration + bank.Box("GVPSResponse", c.head(), bank.Box("Order", bank.Tag("OrderID", c.order), bank.Tag("GroupID", ""), inner),
		bank.Box("Transaction", v.block(), bank.Tag("RetrefNum", rrn), bank.Tag("AuthCode", auth), bank.Tag("BatchNum", batch), bank.Tag("SequenceNum", seq), bank.Tag("ProvDate", date),
			bank.Tag("CardNumberMasked", masked), bank.Tag("CardHolderName", ""), card, bank.Tag("HashData", hash), bank.Box("HostMsgList"), bank.Box("RewardInqResult", bank.Box("RewardList"), bank.Box("ChequeList"))))
}

func mask8(c bank.Card) string {
	if c.First6 == "" {
		return ""
	}
	return c.First6 + "00****" + c.Last4
}

func host(code string) verdict {
	if code == "00" {
		return verdict{"HOST", "00", "00", "", ""}
	}
	return verdict{"HOST", code, code, bank.Words(code), "RPC-" + code + " condition was raised"}
}

func (c call) run(r *http.Request) string {
	d := c.doc
	user := d.Get("Terminal", "ProvUserID")
	t, known := c.s.terminals[d.Get("Terminal", "ID")]
	c.terminal, c.kind, c.order = t, d.Get("Transaction", "Type"), d.Get("Order", "OrderID")
	role, plays := roles[c.kind]
	password, userKnown := t.Passwords[user]
	c.password = password
	amount, currency := d.Get("Transaction", "Amount"), d.Get("Transaction", "CurrencyCode")
	switch {
	case !plays:
		return c.bare(mandatory("TxnType"))
	case !known || t.MerchantID != d.Get("Terminal", "MerchantID") || t.Mode != "" && d.Get("Mode") != t.Mode:
		return c.bare(gvps("0752", "No terminal record", ""))
	case !userKnown:
		return c.bare(gvps("0654", "Kullanıcı statüsü kapalı", ""))
	case user != role && !(user == "PROVOOS" && role == "PROVAUT"):
		return c.bare(gvps("0652", "Bu işlem için yetkiniz yok", ""))
	case d.Get("Version") != "512" || d.Get("Terminal", "HashData") != sum(c.order+t.ID+d.Get("Card", "Number")+amount+currency+hashed(password, t.ID)):
		return c.bare(gvps("0651", "User password is incorrect", ""))
	}
	minor, ok := bank.Whole(amount)
	c.minor = minor
	switch {
	case d.Get("Customer", "IPAddress") == "":
		return c.answer(mandatory("CustomerIPAddress"), nil, "")
	case !ok || minor == 0:
		return c.answer(gvps("0002", "Giriş yaptığınız işlem tipi için zorunlu alanları kontrol ediniz", "TxnAmount field must not be zero DOUBLE value because of the Mandatory Rule:zero"), nil, "")
	case len(c.order) > 36 || c.order == "" && c.kind != "orderlistinq":
		return c.answer(mandatory("OrderID"), nil, "")
	}
	c.s.runPlans()
	switch c.kind {
	case "sales", "preauth":
		return c.charge(r, currency)
	case "postauth", "void", "refund":
		return c.act()
	case "orderinq":
		return c.inquire()
	case "orderhistoryinq":
		return c.history()
	case "orderlistinq":
		return c.list()
	}
	return c.recurringVoid()
}

func installments(s string) (int, bool) {
	if s == "" {
		return 0, true
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 2 && n <= 36 && s[0] != '0'
}

var currencies = map[string]string{"949": "TL", "840": "USD", "978": "EUR", "826": "GBP", "392": "JPY", "643": "RUB"}

func (c call) charge(r *http.Request, currency string) string {
	d := c.doc
	count, ok := installments(d.Get("Transaction", "InstallmentCnt"))
	if !ok || currencies[currency] == "" {
		return c.answer(mandatory("InstallmentCnt"), nil, "")
	}
	t := &bank.Txn{Merchant: c.terminal.ID, Order: c.order, Kind: bank.Sale, Minor: c.minor, Currency: currency, Installments: count, MOTO: d.Get("Transaction", "MotoInd") == "Y"}
	if c.kind == "preauth" {
		t.Kind = bank.PreAuth
	}
	if s3 := d.Find("Transaction", "Secure3D"); s3 != nil {
		c.s.mu.Lock()
		p := c.s.proofs[s3.Get("Md")]
		good := p != nil && !p.used && p.terminal == c.terminal.ID && p.order == c.order && p.minor == c.minor && p.currency == currency && p.count == count && p.cavv == s3.Get("AuthenticationCode") &&
			p.eci == s3.Get("SecurityLevel") && p.xid == s3.Get("TxnID") && p.kind == c.kind && c.s.book.Now().Before(p.until)
		if good {
			p.used = true
		}
		c.s.mu.Unlock()
		if !good {
			t.Code = "12"
		} else {
			t.Card, t.Secure = p.card, true
		}
	} else {
		date := d.Get("Card", "ExpireDate")
		if len(date) != 4 {
			date = "0000"
		}
		var ok bool
		t.Card, ok = bank.ReadCard(d.Get("Card", "Number"), date[:2], date[2:], "", "")
		switch {
		case !ok:
			return c.answer(mandatory("CardNumber"), nil, "")
		case !t.Card.Luhn:
			t.Code = "14"
		case t.Card.Expired(c.s.book.Now()):
			t.Code = "54"
		case d.Get("Card", "CVV2") == "" && !t.MOTO:
			return c.answer(mandatory("CardCVV2"), nil, "")
		}
		if t.Card.Magic == "9901" {
			c.s.book.Hang(r)
		}
	}
	out := ""
	c.s.book.Do(func() {
		if c.s.book.Paid(t.Merchant, t.Order) != nil {
			out = c.answer(gvps("9990", "SIMULATOR: sipariş numarası kullanılmış", ""), nil, "")
			return
		}
		if t.Code == "" {
			t.Code = t.Card.Answer()
		}
		c.s.book.Add(t)
		out = c.answer(host(t.Code), t, "")
		if rec := d.Find("Order", "Recurring"); rec != nil && t.Code == "00" {
			c.s.plan(c, t, rec)
		}
	})
	if t.Card.Magic == "9902" {
		c.s.book.Hang(r)
	}
	return out
}

func (s *Server) plan(c call, t *bank.Txn, rec *bank.Node) {
	count, _ := strconv.Atoi(rec.Get("TotalPaymentNum"))
	every, _ := strconv.Atoi(rec.Get("FrequencyInterval"))
	p := &plan{terminal: c.terminal.ID, order: t.Order, currency: t.Currency, minor: t.Minor, card: t.Card}
	for i := 1; i < min(count, 120); i++ {
		d := s.book.Now()
		switch rec.Get("FrequencyType") {
		case "D":
			d = d.AddDate(0, 0, every*i)
		case "W":
			d = d.AddDate(0, 0, 7*every*i)
		case "Y":
			d = d.AddDate(every*i, 0, 0)
		default:
			d = d.AddDate(0, every*i, 0)
		}
		p.due = append(p.due, d)
	}
	s.mu.Lock()
	s.plans = append(s.plans, p)
	s.mu.Unlock()
}

func (s *Server) runPlans() {
	s.book.Do(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		now := s.book.Now()
		for _, p := range s.plans {
			for !p.stopped && p.done < len(p.due) && !p.due[p.done].After(now) {
				p.done++
				s.book.Charge(&bank.Txn{Merchant: p.terminal, Order: p.order, Kind: bank.Sale, Minor: p.minor, Currency: p.currency, Card: p.card})
			}
		}
	})
}

func (c call) recurringVoid() string {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	for _, p := range c.s.plans {
		if p.terminal == c.terminal.ID && p.order == c.order && !p.stopped && p.done < len(p.due) {
			p.stopped = true
			return c.answer(host("00"), nil, "")
		}
	}
	return c.answer(gvps("0110", "İşlem bulunamadı", "ErrorId: 0110"), nil, "")
}

func random64(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return base64.StdEncoding.EncodeToString(b)
}
