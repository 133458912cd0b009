// Package payflex simulates Vakıfbank's virtual POS (PayFlex): VPOS with its search and settlement queries, the MPI in both generations, and the common payment
// page. Not simulated: points, deferred sales, surcharge.
package payflex

import (
	"crypto/rand"
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

// The names that faults use, for the two generations of the bank.
const (
	System       = "payflex"
	SystemLegacy = "payflex-legacy"
)

// Merchant is a merchant's account.
type Merchant struct {
	ID, Password, Terminal string
	AllowedIPs             []string
	SecureOnly             bool // may not sell without 3-D Secure
	CardInProvision        bool // the old rule: after 3-D Secure the card and the amount may come again
}

// Server is the bank.
type Server struct {
	book      *bank.Book
	pages     *bank.Pages
	merchants map[string]Merchant
	// Gateway is the bank's new generation: signed callbacks, another page, JSON.
	Gateway bool
	// Prefix is the path under which Handler is mounted, for the addresses that answers name.
	Prefix string
	// JSONFault answers a caller from a foreign address with JSON instead of a page.
	JSONFault bool

	mu     sync.Mutex
	mpi    map[string]*record // by request id
	open   map[string]*record // by PaReq
	tokens map[string]*token
}

// record is what the MPI knows of an authentication.
type record struct {
	merchant, id, currency, status, eci, cavv, success, failure, session, sent string
	minor                                                                      int64
	count                                                                      int
	card                                                                       bank.Card
	expiry                                                                     string
	used                                                                       bool
	at                                                                         time.Time
}

type token struct {
	merchant, token, order, id, kind, currency, success, fail, rc, message string
	minor                                                                  int64
	count                                                                  int
	txn                                                                    *bank.Txn
	made                                                                   time.Time
	tries                                                                  int
}

// New opens the bank.
func New(book *bank.Book, pages *bank.Pages, merchants ...Merchant) *Server {
	s := &Server{book: book, pages: pages, merchants: map[string]Merchant{}, mpi: map[string]*record{}, open: map[string]*record{}, tokens: map[string]*token{}}
	for _, m := range merchants {
		s.merchants[m.ID] = m
	}
	book.RefundAtOnce = true // unsettled sales may be refunded here
	return s
}

// Handler serves all three services. The paths are the same for both generations.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	guard := func(h http.HandlerFunc) http.Handler { return s.book.World.Guard(s.book.System, h) }
	mux.Handle("POST /virtualPos/Vposreq", guard(s.vpos))
	mux.Handle("POST /virtualPos/Search", guard(s.search))
	mux.Handle("POST /virtualPos/SettlementDetail", guard(s.detail))
	mux.Handle("POST /threeDGateway/Enrollment", guard(s.enroll))
	mux.HandleFunc("POST /threeDGateway/startThreeDFlow", s.start)
	mux.HandleFunc("POST /acs", s.start)
	mux.Handle("POST /commonPayment/CreateToken", guard(s.create))
	mux.Handle("POST /commonPayment/GetVposTransaction", guard(s.query))
	mux.HandleFunc("GET /commonPayment/Page", s.page)
	return mux
}

func xmlOut(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	_, _ = io.WriteString(w, `<?xml version="1.0" encoding="utf-8"?>`+body)
}

// strange answers who calls from an address that the bank does not know.
func (s *Server) strange(w http.ResponseWriter) {
	if s.JSONFault {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"message":"Geçersiz iş yeri IP adresi."}`)
		return
	}
	w.Header().Set("Content-Type", "text/html")
	_, _ = io.WriteString(w, `<html><head><title>Request Rejected</title></head><body>The requested URL was rejected. Your support ID is: 1179544</body></html>`)
}

func short(code, text string) string {
	return bank.Box("VposResponse", bank.Tag("ResultCode", code), bank.Tag("ResultDetail", text), bank.Tag("InstallmentTable", ""))
}

// document reads prmstr, or a body that is the document itself.
func document(w http.ResponseWriter, r *http.Request) (*bank.Node, bool) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return nil, false
	}
	if f, err := url.ParseQuery(string(raw)); err == nil && f.Get("prmstr") != "" {
		raw = []byte(f.Get("prmstr"))
	}
	if len(raw) == 0 || raw[0] != '<' {
		_, _ = io.WriteString(w, "Lütfen prmstr parametresini gönderiniz.")
		return nil, false
	}
	n, err := bank.ReadXML(raw)
	if err != nil {
		xmlOut(w, short("8484", "Xml Standardına Uygun Değil"))
		return nil, false
	}
	return n, true
}

func (s *Server) vpos(w http.ResponseWriter, r *http.Request) {
	n, ok := document(w, r)
	if !ok {
		return
	}
	m, known := s.merchants[n.Get("MerchantId")]
	if known && !bank.Allowed(m.AllowedIPs, bank.CallerIP(r)) {
		if s.Gateway {
			s.strange(w)
		} else {
			xmlOut(w, short("1105", "Üye isyeri IP si sistemde tanimli degil"))
		}
		return
	}
	xmlOut(w, s.run(r, n, m, known))
}

var currencies = map[string]bool{"949": true, "840": true, "978": true, "826": true, "392": true}

func (s *Server) run(r *http.Request, n *bank.Node, m Merchant, known bool) string {
	kind := n.Get("TransactionType")
	pays := kind == "Sale" || kind == "Auth"
	switch {
	case !known:
		return short("9039", "Üye işyeri bulunamadı.")
	case n.Get("Password") != m.Password:
		return short("5001", "İş yeri şifresi yanlış")
	case (pays || kind == "Capture") && n.Get("TerminalNo") != m.Terminal:
		return short("1125", "Terminal bulunamadı")
	case n.Get("ClientIp") == "":
		return short("1096", "ClientIp gönderiniz")
	case pays && n.Get("TransactionDeviceSource") == "":
		return short("1121", "TransactionDeviceSource zorunlu")
	case len(n.Get("TransactionId")) > 40 || len(n.Get("OrderId")) > 40:
		return short("1054", "İşlem numarası hatalı")
	}
	switch kind {
	case "Sale", "Auth":
		return s.charge(r, n, m)
	case "Capture", "Cancel", "Refund", "Reversal":
		return s.act(n, m)
	}
	return short("1082", "İşlem tipi hatalı")
}

// id makes a TransactionId.
func id() string {
	var b [16]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

func (s *Server) full(t *bank.Txn, kind, reference string) string {
	auth, code, text := t.AuthCode, "0000", "İŞLEM BAŞARILI"
	if t.Code != "00" {
		auth, code, text = "000000", "00"+t.Code, "RED-"+strings.ToUpper(bank.PlainWords(t.Code))
	}
	secure, eci := "1", ""
	if t.Secure {
		secure, eci = "2", bank.Tag("ECI", t.Extra["eci"])
	}
	ref := ""
	if reference != "" {
		ref = bank.Tag("ReferenceTransactionId", reference)
	}
	return bank.Box("VposResponse", bank.Tag("MerchantId", t.Merchant), bank.Tag("TransactionType", kind), bank.Tag("TransactionId", t.Ref), ref, bank.Tag("ResultCode", code), bank.Tag("ResultDetail", text),
		bank.Tag("InstallmentTable", ""), bank.Tag("CampaignResult", ""), bank.Tag("AuthCode", auth), bank.Tag("HostDate", t.At.Format("20060102150405")), bank.Tag("Rrn", t.RRN), bank.Tag("TerminalNo", s.merchants[t.Merchant].Terminal),
		bank.Tag("CurrencyAmount", bank.Decimal(t.Minor)), bank.Tag("CurrencyCode", t.Currency), bank.Tag("OrderId", t.Order), eci, bank.Tag("ThreeDSecureType", secure), bank.Tag("TransactionDeviceSource", map[bool]string{true: "1", false: "0"}[t.MOTO]),
		bank.Tag("BatchNo", strconv.Itoa(t.Batch)), bank.Tag("TLAmount", bank.Decimal(t.Minor)))
}

// paid finds a successful payment of an order that is in effect.
func (s *Server) paid(merchant, order string) bool {
	t := s.book.Paid(merchant, order)
	return order != "" && t != nil
}

func (s *Server) charge(r *http.Request, n *bank.Node, m Merchant) (out string) {
	t := &bank.Txn{Merchant: m.ID, Order: n.Get("OrderId"), Kind: bank.Sale, Currency: n.Get("CurrencyCode"), MOTO: n.Get("TransactionDeviceSource") == "1", Ref: n.Get("TransactionId")}
	if n.Get("TransactionType") == "Auth" {
		t.Kind = bank.PreAuth
	}
	if t.Ref == "" {
		t.Ref = id()
	}
	if c := n.Get("NumberOfInstallments"); c != "" {
		k, err := strconv.Atoi(c)
		if err != nil || k < 2 || k > 36 {
			return short("1060", "Taksit sayısı hatalı")
		}
		t.Installments = k
	}
	if mpi := n.Get("MpiTransactionId"); mpi != "" {
		s.mu.Lock()
		x := s.mpi[mpi]
		var code, text string
		switch {
		case t.MOTO:
			code, text = "1118", "3D işlem mail order olamaz"
		case x == nil || x.merchant != m.ID:
			code, text = "1115", "MPI transaction bulunamadı"
		case x.used:
			code, text = "1128", "MpiTransactionId daha önce kullanılmış"
		case n.Get("ECI") != x.eci:
			code, text = "1116", "ECI uyumsuz"
		case n.Get("CAVV") != x.cavv:
			code, text = "1117", "CAVV uyumsuz"
		case !m.CardInProvision && (n.Get("Pan") != "" || n.Get("CurrencyAmount") != ""):
			code, text = "1127", "3DS işlemlerde kart bilgisi veya tutar provizyon mesajında yer almamalıdır"
		case x.status != "Y" && x.status != "A" || s.book.Now().Sub(x.at) > 20*time.Minute || max(t.Installments, 1) != max(x.count, 1):
			code, text = "1126", "MPI verileri uyumsuz"
		default:
			x.used = true
		}
		s.mu.Unlock()
		if code != "" {
			return short(code, text)
		}
		t.Card, t.Minor, t.Currency, t.Secure, t.Extra = x.card, x.minor, x.currency, true, map[string]string{"eci": x.eci}
	} else {
		minor, ok := bank.Minor(n.Get("CurrencyAmount"))
		expiry := n.Get("Expiry")
		if len(expiry) != 6 {
			expiry = "000000"
		}
		switch {
		case !ok || minor < 1:
			return short("1049", "Tutar geçersiz")
		case !currencies[t.Currency]:
			return short("1077", "Para kodu hatalı")
		case m.SecureOnly && !t.MOTO:
			return short("1111", "Bu işyeri non-secure işlem yapamaz")
		}
		t.Minor = minor
		if t.Card, ok = bank.ReadCard(n.Get("Pan"), expiry[4:], expiry[:4], n.Get("Cvv"), ""); !ok {
			if expiry == "000000" {
				return short("1052", "Vade hatalı")
			}
			return short("1051", "Kart numarası hatalı")
		}
	}
	if t.Card.Magic == "9901" {
		s.book.Hang(r)
	}
	s.book.Do(func() {
		switch {
		case s.book.Ref(m.ID, t.Ref) != nil:
			out = short("1006", "Bu işlem numarası ile daha önce bir işlem gerçekleştirilmiş")
			return
		case s.paid(m.ID, t.Order):
			out = short("1061", "Aynı sipariş numarasıyla daha önceden başarılı işlem yapılmış")
			return
		}
		public := t.Card.First6 == "435508" && t.Card.Last4 == "0001" // a public test card without a check digit
		switch {
		case !t.Card.Luhn && !public:
			t.Code = "14"
		case t.Card.Expired(s.book.Now()):
			t.Code = "54"
		default:
			t.Code = t.Card.Answer()
		}
		s.book.Add(t)
		out = s.full(t, n.Get("TransactionType"), "")
	})
	if t.Card.Magic == "9902" {
		s.book.Hang(r)
	}
	return out
}

func (s *Server) act(n *bank.Node, m Merchant) (out string) {
	kind, reference := n.Get("TransactionType"), n.Get("ReferenceTransactionId")
	minor, ok := bank.Minor(n.Get("CurrencyAmount"))
	if (kind == "Capture" || kind == "Refund") && (!ok || minor < 1) {
		return short("1049", "Tutar geçersiz")
	}
	s.book.Do(func() {
		t := s.book.Ref(m.ID, reference)
		line := &bank.Txn{Ref: n.Get("TransactionId")}
		if line.Ref == "" {
			line.Ref = id()
		}
		no := func(code, text string) { out = short(code, text) }
		switch {
		case t == nil:
			no("1007", "Referans transaction alınamadı")
			return
		case s.book.Ref(m.ID, line.Ref) != nil:
			no("1006", "Bu işlem numarası ile daha önce bir işlem gerçekleştirilmiş")
			return
		case t.Code != "00":
			no("1089", "Referans işlem bu işlem için uygun değil")
			return
		case t.Reversed:
			no("1101", "Referans işlem reverse edilmiş")
			return
		}
		captured := t.CapturedBy != nil && t.CapturedBy.Live()
		switch kind {
		case "Capture":
			switch s.book.Capture(t, minor, line) {
			case bank.Fine:
				out = s.full(line, kind, reference)
			case bank.Voided:
				no("1088", "Ön provizyon iptal edilmiş")
			case bank.WasCaptured:
				no("1065", "Ön provizyon daha önce kapatılmış")
			case bank.TooMuch:
				no("0323", "Kapama tutarı eşlenmedi")
			default:
				no("1089", "Referans işlem bu işlem için uygun değil")
			}
		case "Cancel":
			switch s.book.Void(t) {
			case bank.Fine:
				line.Merchant, line.Kind, line.Minor, line.Currency, line.Card, line.Of, line.Order = m.ID, bank.Void, t.Minor, t.Currency, t.Card, t, t.Order
				s.book.Add(line)
				out = s.full(line, kind, reference)
			case bank.Voided:
				no("1083", "Referans işlem iptal edilmiş")
			case bank.WasSettled:
				no("2202", "İptal edilemez, batch kapalı")
			case bank.WasRefunded:
				no("1123", "Kayıt iade durumda")
			case bank.WasCaptured:
				no("1065", "Ön provizyon daha önce kapatılmış")
			default:
				no("1089", "Referans işlem bu işlem için uygun değil")
			}
		case "Refund":
			switch s.book.Refund(t, minor, line) {
			case bank.Fine:
				out = s.full(line, kind, reference)
			case bank.Voided:
				no("0982", "İşlem iptal durumda, iade edilemez")
			case bank.WasRefunded:
				no("1059", "İşlemin tamamı iade edilmiş")
			case bank.TooMuch:
				no("1046", "Toplam iade orijinal tutarı aştı")
			default:
				no("1089", "Referans işlem bu işlem için uygun değil")
			}
		case "Reversal":
			switch {
			case !t.Voided.IsZero():
				no("1083", "Referans işlem iptal edilmiş")
			case t.Settled:
				no("2202", "Batch kapalı")
			case t.Refunded > 0 || captured:
				no("1089", "Referans işlem bu işlem için uygun değil")
			default:
				t.Reversed = true
				if t.Kind == bank.Capture {
					t.Of.CapturedBy = nil
				}
				if t.Kind == bank.Refund {
					t.Of.Refunded -= t.Minor
				}
				line.Merchant, line.Kind, line.Minor, line.Currency, line.Card, line.Of, line.Order = m.ID, bank.Void, t.Minor, t.Currency, t.Card, t, t.Order
				s.book.Add(line)
				out = s.full(line, kind, reference)
			}
		}
	})
	return out
}

var names = map[bank.Kind]string{bank.Sale: "Sale", bank.PreAuth: "Auth", bank.Capture: "Capture", bank.Void: "Cancel", bank.Refund: "Refund"}

func info(w *Server, status, code, text string) string {
	return bank.Box("ResponseInfo", bank.Tag("Status", status), bank.Tag("ResponseCode", code), bank.Tag("ResponseMessage", text), bank.Tag("ResponseDateTime", w.book.Now().Format("2006-01-02T15:04:05.0000000-07:00")),
		bank.Tag("IsIdempotent", "false"))
}

func (s *Server) row(box string, t *bank.Txn) string {
	code, host := "0000", "000"
	if t.Code != "00" {
		code, host = "00"+t.Code, "0"+t.Code
	}
	reference := ""
	if t.Of != nil {
		reference = t.Of.Ref
	}
	yes := func(b bool) string { return strconv.FormatBool(b) }
	secure := "NonSecure"
	if t.Secure {
		secure = "Secure"
	}
	return bank.Box(box, bank.Tag("PaymentTransactionId", fmt.Sprint(10_000_000_000+t.STAN)), bank.Tag("MerchantId", t.Merchant), bank.Tag("TransactionType", names[t.Kind]), bank.Tag("TransactionId", t.Ref),
		bank.Tag("ReferenceTransactionId", reference), bank.Tag("OrderId", t.Order), bank.Tag("Amount", bank.Decimal(t.Minor)), bank.Tag("AmountCode", t.Currency), bank.Tag("AuthCode", t.AuthCode), bank.Tag("IsCanceled", yes(!t.Voided.IsZero())),
		bank.Tag("IsReversed", yes(t.Reversed)), bank.Tag("IsRefunded", yes(t.Refunded > 0)), bank.Tag("IsCaptured", yes(t.CapturedBy != nil && t.CapturedBy.Live())), bank.Tag("TotalRefundAmount", bank.Decimal(t.Refunded)),
		bank.Tag("ECI", t.Extra["eci"]), bank.Tag("ResultCode", code), bank.Tag("ResponseMessage", bank.Words(t.Code)), bank.Tag("HostResultCode", host), bank.Tag("Rrn", t.RRN), bank.Tag("HostDate", t.At.Format("20060102150405")),
		bank.Tag("IsBatchClosed", yes(t.Settled)), bank.Tag("TransactionThreedSecureType", secure), bank.Tag("PanMasked", t.Card.First6+"00****"+t.Card.Last4))
}

// login checks who asks a query; refused is what to answer otherwise.
func (s *Server) login(r *http.Request, n *bank.Node, root string) (m Merchant, refused string) {
	m, known := s.merchants[n.Get("MerchantCriteria", "HostMerchantId")]
	switch {
	case !known:
		return m, bank.Box(root, info(s, "Error", "9065", "Üye isyeri bulunamadi"))
	case m.Password != n.Get("MerchantCriteria", "MerchantPassword"):
		return m, bank.Box(root, info(s, "Error", "5001", "İş yeri şifresi yanlış"))
	case !bank.Allowed(m.AllowedIPs, bank.CallerIP(r)):
		return m, bank.Box(root, info(s, "Error", "1105", "Üye isyeri IP si sistemde tanimli degil"))
	}
	return m, ""
}

func (s *Server) search(w http.ResponseWriter, r *http.Request) {
	n, ok := document(w, r)
	if !ok {
		return
	}
	m, refused := s.login(r, n, "SearchResponse")
	tid, order := n.Get("TransactionCriteria", "TransactionId"), n.Get("TransactionCriteria", "OrderId")
	if refused == "" && tid == "" && order == "" {
		refused = bank.Box("SearchResponse", info(s, "Error", "4005", "Sorgu kriteri eksik"))
	}
	if refused != "" {
		xmlOut(w, refused)
		return
	}
	s.book.Do(func() {
		var found *bank.Txn
		if tid != "" {
			found = s.book.Ref(m.ID, tid)
		} else {
			for _, t := range s.book.Order(m.ID, order) {
				if (t.Kind == bank.Sale || t.Kind == bank.PreAuth) && (t.Code == "00" || found == nil || found.Code != "00") {
					found = t
				}
			}
		}
		rows, count := "", 0
		if found != nil {
			rows, count = s.row("TransactionSearchResultInfo", found), 1
		}
		xmlOut(w, bank.Box("SearchResponse", info(s, "Success", "0000", "Succeeded."), bank.Tag("PageIndex", "1"), bank.Tag("PageSize", "10"), bank.Tag("TotalItemCount", strconv.Itoa(count)), bank.Box("TransactionSearchResultInfo", rows)))
	})
}

func (s *Server) detail(w http.ResponseWriter, r *http.Request) {
	n, ok := document(w, r)
	if !ok {
		return
	}
	m, refused := s.login(r, n, "SettlementDetailResponse")
	from, err1 := time.ParseInLocation(time.DateOnly, n.Get("DateCriteria", "StartDate"), outside.Istanbul)
	to, err2 := time.ParseInLocation(time.DateOnly, n.Get("DateCriteria", "EndDate"), outside.Istanbul)
	page, _ := strconv.Atoi(n.Get("PagedRequestInfo", "PageIndex"))
	size, _ := strconv.Atoi(n.Get("PagedRequestInfo", "PageSize"))
	fault := func(code, text string) { refused = bank.Box("SettlementDetailResponse", info(s, "Error", code, text)) }
	switch {
	case refused != "":
	case err1 != nil || err2 != nil:
		fault("4001", "Tarih kriteri hatalı")
	case page < 1:
		fault("9612", "Sayfa no hatalı")
	case size < 1 || size > 50:
		fault("9615", "Sayfa boyu en çok 50")
	}
	if refused != "" {
		xmlOut(w, refused)
		return
	}
	s.book.Do(func() {
		var good []*bank.Txn
		for _, t := range s.book.All(m.ID, from, to.AddDate(0, 0, 1)) {
			if t.Code == "00" {
				good = append(good, t)
			}
		}
		rows := ""
		for i := (page - 1) * size; i < min(len(good), page*size); i++ {
			rows += s.row("PaymentTransactionInfo", good[i])
		}
		xmlOut(w, bank.Box("SettlementDetailResponse", info(s, "Success", "0000", "Succeeded."), bank.Box("PagedResponseInfo", bank.Tag("PageIndex", strconv.Itoa(page)), bank.Tag("PageSize", strconv.Itoa(size)),
			bank.Tag("TotalItemCount", strconv.Itoa(len(good)))), bank.Box("TransactionSearchResultInfo", rows)))
	})
}
