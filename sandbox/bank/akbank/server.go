// Package akbank simulates Akbank's JSON virtual POS: the process call with its auth-hash, the report, and the secure form with its callbacks. Not simulated:
// payment links and reward points.
package akbank

import (
	"bytes"
	"compress/gzip"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/onay/onay/sandbox/bank"
	"github.com/onay/onay/sandbox/outside"
)

// System is the name that faults use.
const System = "akbank"

// Terminal is a merchant's account.
type Terminal struct {
	MerchantSafeID, TerminalSafeID, SecretKey string
	Recurring                                 bool // may make plans
	MOTOOnly                                  bool // refuses e-commerce
}

// Server is the bank.
type Server struct {
	book      *bank.Book
	pages     *bank.Pages
	terminals map[string]Terminal // by terminal

	mu      sync.Mutex
	proofs  map[string]*proof // by secureId
	plans   map[string]*plan  // by terminal and orderTrackId
	settles map[int]string    // settlementId by batch
}

type proof struct {
	terminal, order, txn, ecom, data, md, currency string
	minor                                          int64
	count                                          int
	card                                           bank.Card
	used                                           bool
}

type plan struct {
	orders    []string // of payments 1, 2…; empty: not made yet
	due       []time.Time
	cancelled map[int]bool
	minor     int64
	currency  string
	card      bank.Card
	terminal  string
}

// New opens the bank.
func New(book *bank.Book, pages *bank.Pages, terminals ...Terminal) *Server {
	s := &Server{book: book, pages: pages, terminals: map[string]Terminal{}, proofs: map[string]*proof{}, plans: map[string]*plan{}, settles: map[int]string{}}
	for _, t := range terminals {
		s.terminals[t.TerminalSafeID] = t
	}
	book.RefundAtOnce = true // recorded; the exact rule is not known
	return s
}

// Handler serves the API under /api, and /securepay and /payhosting.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /api/transaction/process", s.book.World.Guard(System, http.HandlerFunc(s.process)))
	mux.Handle("POST /api/portal/report/transaction", s.book.World.Guard(System, http.HandlerFunc(s.report)))
	mux.HandleFunc("POST /securepay", s.secure)
	mux.HandleFunc("POST /payhosting", s.secure)
	return mux
}

func sign(key string, b []byte) string {
	m := hmac.New(sha512.New, []byte(key))
	m.Write(b)
	return base64.StdEncoding.EncodeToString(m.Sum(nil))
}

type request struct {
	Version, TxnCode, RequestDateTime, RandomNumber string
	Terminal                                        struct{ MerchantSafeID, TerminalSafeID string }
	Card                                            *struct{ CardNumber, CVV2, ExpireDate, CardHolderName string }
	Order                                           struct{ OrderID, OrderTrackID string }
	Transaction                                     *struct {
		Amount       json.RawMessage
		CurrencyCode json.RawMessage
		MotoInd      int
		InstallCount json.RawMessage
	}
	Customer  *struct{ IPAddress string }
	Recurring *struct {
		NumberOfPayments, FrequencyInterval, RecurringOrder int
		FrequencyCycle                                      string
	}
	SecureTransaction *struct{ SecureID, SecureEcomInd, SecureData, SecureMd string }
	Report            *struct {
		StartDateTime, EndDateTime string
		BatchNumber                int
	}
}

func write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

type object = map[string]any

// door checks signature and terminal.
func (s *Server) door(w http.ResponseWriter, r *http.Request) (q request, t Terminal, ok bool) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		return q, t, false
	}
	unauthorized := object{"code": "401", "message": "Unauthorized", "errors": []any{}}
	if json.Unmarshal(raw, &q) != nil {
		write(w, 400, object{"code": "400", "message": "Bad Request", "errors": []any{object{"code": "body", "message": "JSON"}}})
		return q, t, false
	}
	t, known := s.terminals[q.Terminal.TerminalSafeID]
	if !known || t.MerchantSafeID != q.Terminal.MerchantSafeID || !hmac.Equal([]byte(sign(t.SecretKey, raw)), []byte(r.Header.Get("auth-hash"))) {
		write(w, 401, unauthorized)
		return q, t, false
	}
	return q, t, true
}

var amountShape = regexp.MustCompile(`^"(\d{1,10}\.\d{2})"$`)

const stamp = "2006-01-02T15:04:05.000"

func (s *Server) now() string { return s.book.Now().Format(stamp) }

// refused is the answer of the gateway, before the host was asked.
func (s *Server) refused(q request, code, text string) object {
	return object{"txnCode": q.TxnCode, "responseCode": code, "responseMessage": text, "hostResponseCode": "", "hostMessage": "", "txnDateTime": s.now(), "terminal": q.Terminal,
		"order": object{"orderId": q.Order.OrderID}, "transaction": object{"authCode": "", "rrn": "0", "batchNumber": 0, "stan": 0}, "reward": []any{}}
}

func hostText(code string) string {
	return "0" + code + " RED-" + strings.ToUpper(bank.PlainWords(code))
}

// of is the answer about a line.
func (s *Server) of(q request, t *bank.Txn) object {
	o := s.refused(q, "VPS-0000", "BAŞARILI")
	o["hostResponseCode"], o["hostMessage"] = "00", "000 ONAY KODU XXXXXX"
	o["transaction"] = object{"authCode": t.AuthCode, "rrn": t.RRN, "batchNumber": t.Batch, "stan": t.STAN}
	o["reward"] = object{"ccbEarnedRewardAmount": 0.0, "ccbBalanceRewardAmount": 0.0, "ccbRewardDesc": ""}
	if t.Code != "00" {
		o["responseCode"], o["responseMessage"], o["hostResponseCode"], o["hostMessage"] = "VPS-1005", "Provizyon Hatası", t.Code, hostText(t.Code)
		o["transaction"].(object)["authCode"] = "000000"
	}
	return o
}

// hostNo is a refusal by the host of an operation on a transaction.
func (s *Server) hostNo(q request, code, text string) object {
	o := s.refused(q, "VPS-1005", "Provizyon Hatası")
	if text == "" {
		text = hostText(code)
	}
	o["hostResponseCode"], o["hostMessage"] = code, text
	return o
}

func (s *Server) process(w http.ResponseWriter, r *http.Request) {
	q, t, ok := s.door(w, r)
	if !ok {
		return
	}
	fault := func(member string) {
		write(w, 400, object{"code": "400", "message": "Bad Request", "errors": []any{object{"code": member, "message": "pattern"}}})
	}
	when, err := time.ParseInLocation(stamp, q.RequestDateTime, outside.Istanbul)
	switch {
	case q.Version != "1.00":
		fault("version")
		return
	case len(q.RandomNumber) != 128:
		fault("randomNumber")
		return
	case q.Order.OrderID == "" && q.Order.OrderTrackID == "":
		fault("order.orderId")
		return
	case err != nil || s.book.Now().Sub(when).Abs() > 15*time.Minute:
		write(w, 200, s.refused(q, "VPS-1073", "Geçerli talep tarihi giriniz."))
		return
	}
	var minor int64
	var currency string
	count := 1
	if q.Transaction != nil {
		m := amountShape.FindSubmatch(q.Transaction.Amount)
		if m == nil {
			fault("transaction.amount")
			return
		}
		minor, _ = bank.Minor(string(m[1]))
		currency = string(q.Transaction.CurrencyCode)
		if !strings.Contains("949 840 978 392 643 826", currency) || len(currency) != 3 {
			fault("transaction.currencyCode")
			return
		}
		if raw := string(q.Transaction.InstallCount); raw != "" {
			if count, err = strconv.Atoi(raw); err != nil || count < 1 {
				fault("transaction.installCount")
				return
			}
		}
	}
	s.runPlans()
	var out object
	switch q.TxnCode {
	case "1000", "1004":
		out = s.charge(w, r, t, q, minor, currency, count)
	case "1002", "1003", "1005":
		out = s.act(t, q, minor)
	case "1010":
		out = s.inquire(t, q)
	case "1013":
		out = s.cancelPlan(t, q)
	default:
		fault("txnCode")
		return
	}
	if out != nil {
		write(w, 200, out)
	}
}

func (s *Server) charge(w http.ResponseWriter, r *http.Request, t Terminal, q request, minor int64, currency string, count int) object {
	fault := func(member string) object {
		write(w, 400, object{"code": "400", "message": "Bad Request", "errors": []any{object{"code": member, "message": "required"}}})
		return nil
	}
	if q.Transaction == nil {
		return fault("transaction")
	}
	if q.Customer == nil || q.Customer.IPAddress == "" {
		return fault("customer.ipAddress")
	}
	kind := bank.Sale
	if q.TxnCode == "1004" {
		kind = bank.PreAuth
	}
	x := &bank.Txn{Merchant: t.TerminalSafeID, Order: q.Order.OrderID, Kind: kind, Minor: minor, Currency: currency, Installments: count, MOTO: q.Transaction.MotoInd == 1, Extra: map[string]string{"txn": q.TxnCode}}
	if minor == 0 {
		return s.hostNo(q, "13", "Hatalı Tutar")
	}
	if p := q.SecureTransaction; p != nil {
		used := false
		s.book.Do(func() { used = s.used(t.TerminalSafeID, x.Order, true) })
		if used {
			return s.refused(q, "VPS-1013", "Sipariş Numarası : "+x.Order+" tekil olmalıdır")
		}
		s.mu.Lock()
		y := s.proofs[p.SecureID]
		good := y != nil && !y.used && y.terminal == t.TerminalSafeID && y.order == q.Order.OrderID && y.ecom == p.SecureEcomInd && y.data == p.SecureData && y.md == p.SecureMd && y.minor == minor && y.count == count &&
			y.currency == currency && (y.txn == "3000") == (kind == bank.Sale)
		if good {
			y.used = true
		}
		s.mu.Unlock()
		if !good {
			return s.hostNo(q, "12", "")
		}
		x.Card, x.Secure = y.card, true
	} else {
		if q.Card == nil {
			return fault("card")
		}
		month, year := q.Card.ExpireDate, ""
		if len(month) == 4 {
			month, year = month[:2], month[2:]
		}
		card, ok := bank.ReadCard(q.Card.CardNumber, month, year, "", q.Card.CardHolderName)
		switch {
		case !ok:
			return fault("card.cardNumber")
		case q.Card.CVV2 == "" && q.Transaction.MotoInd == 0:
			return fault("card.cvv2")
		case t.MOTOOnly && q.Transaction.MotoInd == 0:
			return s.refused(q, "VPS-1060", "Posnet işyerlerinde ECOM desteklenmemektedir.")
		}
		x.Card = card
		if q.Recurring != nil {
			switch {
			case !t.Recurring:
				return s.refused(q, "VPS-1061", "Bu üye işyerinin planlı ve tekrarlayan işlem yetkisi yoktur")
			case q.Recurring.NumberOfPayments < 2 || q.Recurring.NumberOfPayments > 120 || q.Recurring.FrequencyInterval < 1 || q.Recurring.FrequencyInterval > 99 || !strings.Contains("DWMY", q.Recurring.FrequencyCycle):
				return s.refused(q, "VPS-1055", "Eksik veya geçersiz tekrarlayan ödeme alanları")
			}
			x.Order = uuid()
		} else if x.Order == "" {
			return fault("order.orderId")
		}
		if x.Card.Magic == "9901" {
			s.book.Hang(r)
		}
	}
	var out object
	s.book.Do(func() {
		if s.used(t.TerminalSafeID, x.Order, x.Secure) {
			out = s.refused(q, "VPS-1013", "Sipariş Numarası : "+x.Order+" tekil olmalıdır")
			return
		}
		switch {
		case !x.Card.Luhn:
			x.Code = "14"
		case x.Card.Expired(s.book.Now()):
			x.Code = "54"
		default:
			x.Code = x.Card.Answer()
		}
		s.book.Add(x)
		out = s.of(q, x)
		if q.Recurring != nil && x.Code == "00" {
			s.plan(t, q, x)
			out["order"] = object{"orderId": x.Order, "orderTrackId": q.Order.OrderTrackID}
		}
	})
	if x.Card.Magic == "9902" {
		s.book.Hang(r)
	}
	return out
}

// used reports whether an order id is used up: by every attempt that reached the host, and by an authentication for all but its own charge.
func (s *Server) used(terminal, order string, secure bool) bool {
	if len(s.book.Order(terminal, order)) > 0 {
		return true
	}
	if secure {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.proofs {
		if p.terminal == terminal && p.order == order {
			return true
		}
	}
	return false
}

// line finds what an operation acts on: the payment of an order, or one payment of a plan.
func (s *Server) line(t Terminal, q request) *bank.Txn {
	order := q.Order.OrderID
	if q.Order.OrderTrackID != "" {
		s.mu.Lock()
		p := s.plans[t.TerminalSafeID+q.Order.OrderTrackID]
		if p != nil && q.Recurring != nil && q.Recurring.RecurringOrder >= 1 && q.Recurring.RecurringOrder <= len(p.orders) {
			order = p.orders[q.Recurring.RecurringOrder-1]
		}
		s.mu.Unlock()
	}
	lines := s.book.Order(t.TerminalSafeID, order)
	for _, x := range lines {
		if (x.Kind == bank.Sale || x.Kind == bank.PreAuth) && x.Code == "00" {
			return x
		}
	}
	if len(lines) > 0 {
		return lines[0]
	}
	return nil
}

func (s *Server) act(t Terminal, q request, minor int64) (out object) {
	s.book.Do(func() {
		x := s.line(t, q)
		if x == nil || x.Code != "00" {
			out = s.refused(q, "VPS-1007", "Orjinal İşlem bulunamadı. Sipariş Numarası : "+q.Order.OrderID)
			return
		}
		if q.Transaction != nil && string(q.Transaction.CurrencyCode) != x.Currency {
			out = s.hostNo(q, "12", "")
			return
		}
		var why bank.Refusal
		line := &bank.Txn{Order: x.Order, Extra: map[string]string{"txn": q.TxnCode}}
		switch q.TxnCode {
		case "1005":
			line.Order, line.RRN, line.AuthCode = uuid(), x.RRN, x.AuthCode
			if q.Transaction == nil {
				minor = x.Minor
			}
			if why = s.book.Capture(x, minor, line); why == bank.Fine {
				s.book.File(line, x.Order)
			}
		case "1003":
			line = x
			if x.CapturedBy != nil && x.CapturedBy.Live() {
				line = x.CapturedBy
			}
			if why = s.book.Void(line); why == bank.Fine {
				out = s.of(q, line)
				delete(out, "transaction")
				return
			}
		case "1002":
			if x.CapturedBy != nil {
				x = x.CapturedBy
			}
			if q.Transaction == nil {
				minor = x.Left()
			}
			why = s.book.Refund(x, minor, line)
		}
		switch why {
		case bank.Fine:
			out = s.of(q, line)
		case bank.Voided:
			out = s.refused(q, "VPS-1008", "Daha önce iptal edilmiş işlem")
		case bank.TooMuch:
			out = s.hostNo(q, "13", "Hatalı Tutar")
		case bank.WasRefunded:
			if q.TxnCode == "1002" {
				out = s.hostNo(q, "13", "Hatalı Tutar")
				return
			}
			out = s.hostNo(q, "12", "")
		default:
			out = s.hostNo(q, "12", "")
		}
	})
	return out
}

// status is the letter of an inquiry, and row one of its rows.
func (s *Server) row(x *bank.Txn) object {
	o := object{"txnCode": x.Extra["txn"], "responseCode": "VPS-0000", "responseMessage": "BAŞARILI", "hostResponseCode": x.Code, "hostMessage": "", "txnDateTime": x.At.Format(stamp), "orderId": x.Order,
		"authCode": x.AuthCode, "rrn": x.RRN, "batchNumber": x.Batch, "stan": x.STAN, "settlementId": s.settlement(x), "txnStatus": "N", "amount": float64(x.Minor) / 100, "currencyCode": num(x.Currency),
		"installCount": max(1, x.Installments), "motoInd": 0, "maskedCardNumber": x.Card.Masked()}
	if x.Code != "00" {
		o["responseCode"], o["hostMessage"] = "VPS-1005", hostText(x.Code)
	}
	if !x.Voided.IsZero() {
		o["txnStatus"] = "V"
	}
	switch x.Kind {
	case bank.PreAuth:
		o["preAuthStatus"], o["preAuthCloseAmount"], o["preAuthCloseDate"] = "O", 0.0, "1900-01-01T00:00:00.000"
		if c := x.CapturedBy; c != nil && c.Live() {
			o["preAuthStatus"], o["preAuthCloseAmount"], o["preAuthCloseDate"] = "C", float64(c.Minor)/100, c.At.Format(stamp)
		}
	case bank.Capture:
		o["orgOrderId"] = x.Of.Order
	}
	return o
}

func num(s string) int { n, _ := strconv.Atoi(s); return n }

func (s *Server) settlement(x *bank.Txn) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.settles[x.Batch] == "" {
		s.settles[x.Batch] = uuid()
	}
	return s.settles[x.Batch]
}

func (s *Server) inquire(t Terminal, q request) (out object) {
	if q.Order.OrderTrackID != "" {
		return s.planRows(t, q)
	}
	s.book.Do(func() {
		lines := s.book.Order(t.TerminalSafeID, q.Order.OrderID)
		if len(lines) == 0 {
			out = object{"txnCode": "1010", "responseCode": "VPS-1123", "responseMessage": "İşlem bulunamadı. Sipariş Numarası : " + q.Order.OrderID, "txnDateTime": s.now()}
			return
		}
		rows := []any{}
		for _, x := range lines {
			rows = append(rows, s.row(x))
		}
		out = object{"txnCode": "1010", "responseCode": "VPS-0000", "responseMessage": "BAŞARILI", "txnDateTime": s.now(), "txnDetailList": rows}
	})
	return out
}

func (s *Server) report(w http.ResponseWriter, r *http.Request) {
	q, t, ok := s.door(w, r)
	if !ok {
		return
	}
	if q.Report == nil {
		write(w, 400, object{"code": "400", "message": "Bad Request", "errors": []any{object{"code": "report", "message": "required"}}})
		return
	}
	from, err1 := time.ParseInLocation(stamp, q.Report.StartDateTime, outside.Istanbul)
	to, err2 := time.ParseInLocation(stamp, q.Report.EndDateTime, outside.Istanbul)
	switch {
	case q.Report.BatchNumber > 0:
		from, to = time.Time{}, s.book.Now().AddDate(1, 0, 0)
	case err1 != nil || err2 != nil:
		write(w, 400, object{"code": "400", "message": "Bad Request", "errors": []any{object{"code": "report.startDateTime", "message": "pattern"}}})
		return
	case to.Sub(from) > 24*time.Hour:
		write(w, 200, object{"responseCode": "VPS-2229", "responseMessage": "Gün aralığı 1 günden fazla girilemez"})
		return
	}
	rows := []any{}
	s.book.Do(func() {
		for _, x := range s.book.All(t.TerminalSafeID, from, to.Add(time.Millisecond)) {
			if q.Report.BatchNumber > 0 && x.Batch != q.Report.BatchNumber {
				continue
			}
			o := s.row(x)
			o["rrn"] = json.Number(strings.TrimLeft(x.RRN, "0"))
			o["hostResponseMessage"], o["installmentCount"], o["txnStatus"] = o["hostMessage"], o["installCount"], "Başarılı"
			switch {
			case x.Code != "00":
				o["txnStatus"] = "Başarısız"
			case !x.Voided.IsZero():
				o["txnStatus"] = "İptal"
			}
			for _, n := range []string{"hostMessage", "installCount", "preAuthStatus"} {
				delete(o, n)
			}
			rows = append(rows, o)
		}
	})
	if len(rows) > 9999 {
		write(w, 200, object{"responseCode": "VPS-2235", "responseMessage": "Toplam kayıt sayısı aşıldı. Batch No girerek ilerleyiniz."})
		return
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_ = json.NewEncoder(z).Encode(object{"txnDateTime": s.now(), "terminal": q.Terminal, "txnDetailList": rows})
	z.Close()
	write(w, 200, object{"responseCode": "VPS-0000", "responseMessage": "SUCCESSFUL", "txnDateTime": s.now(), "terminal": q.Terminal, "requestId": uuid(), "data": base64.StdEncoding.EncodeToString(b.Bytes())})
}

func uuid() string {
	var b [16]byte
	rand.Read(b[:])
	h := hex.EncodeToString(b[:])
	return fmt.Sprintf("%s-%s-4%s-8%s-%s", h[:8], h[8:12], h[13:16], h[17:20], h[20:])
}

func random64(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return base64.StdEncoding.EncodeToString(b)
}
