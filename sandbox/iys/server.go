package iys

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/onay/onay/sandbox/outside"
)

// Server is one simulated İYS.
type Server struct {
	core    *outside.Core
	cfg     Config
	handler http.Handler
	page    http.Handler
	push    *pusher

	mu      sync.Mutex
	rates   map[string][]time.Time // calls by limit and address
	blocked map[string]time.Time   // token calls by address
	access  map[string]grant
	refresh map[string]grant
	records map[key]*record
	moves   map[int64][]movement // by brand, in order of registration
	batches map[string]*batch
	waiting []*batch
	agreed  map[string]bool
	links   map[string]link
	outcome []verdict // of the last 24 hours
}

// New opens an İYS in the given world.
func New(core *outside.Core, cfg Config) *Server {
	if cfg.Merchants == nil {
		cfg.Merchants = DefaultMerchants()
	}
	or := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	or(&cfg.BatchWork, 5*time.Second)
	or(&cfg.BatchWait, 300*time.Second)
	if cfg.TokenLimit == 0 {
		cfg.TokenLimit = 100
	}
	if cfg.PerSecond == 0 {
		cfg.PerSecond = 10
	}
	s := &Server{
		core: core, cfg: cfg, rates: map[string][]time.Time{}, blocked: map[string]time.Time{},
		access: map[string]grant{}, refresh: map[string]grant{}, records: map[key]*record{},
		moves: map[int64][]movement{}, batches: map[string]*batch{}, agreed: map[string]bool{}, links: map[string]link{},
	}
	s.push = newPusher(core, cfg)
	s.handler = core.Guard(System, s.meter(http.HandlerFunc(s.serve)))
	s.page = s.citizenPage()
	return s
}

// Handler answers as api.iys.org.tr would, below no prefix.
func (s *Server) Handler() http.Handler { return s.handler }

// Page is the citizen's page, below no prefix.
func (s *Server) Page() http.Handler { return s.page }

func (s *Server) now() time.Time {
	return s.core.Clock.Now().In(outside.Istanbul).Truncate(time.Second)
}

type verdict struct {
	at time.Time
	ok bool
}

// meter counts what came of the calls, for the rule of 70 %.
func (s *Server) meter(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := httptest.NewRecorder()
		next.ServeHTTP(a, r)
		s.mu.Lock()
		if len(s.outcome) >= 100_000 {
			s.outcome = append([]verdict{}, s.outcome[50_000:]...)
		}
		ok := a.Code < 400 || a.Code == 429 || a.Code >= 500 // only faults of the client count
		s.outcome = append(s.outcome, verdict{s.now(), ok})
		s.mu.Unlock()
		for k, v := range a.Header() {
			w.Header()[k] = v
		}
		w.WriteHeader(a.Code)
		_, _ = w.Write(a.Body.Bytes())
	})
}

// Quality gives the calls of the last 24 hours and how many of them were
// faults of the client. Below 70 % success with 20 000 calls the real İYS
// blocks an address.
func (s *Server) Quality() (calls, faults int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	for _, v := range s.outcome {
		if now.Sub(v.at) < 24*time.Hour {
			calls++
			if !v.ok {
				faults++
			}
		}
	}
	return calls, faults
}

// serve makes the outer checks in order: limit a second, limit an hour, token,
// codes in the path, subscription.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.settle()
	from := address(r)
	path := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	tail := strings.Join(path[min(4, len(path)):], "/")
	var e *fault
	switch {
	case s.cfg.PerSecond > 0 && !s.allow("second "+from, s.cfg.PerSecond, time.Second):
		e = refusal(429, "H124")
	case r.URL.Path == "/oauth2/token" && r.Method == http.MethodPost:
		s.mu.Unlock()
		s.token(w, r, from)
		return
	case tail == "consents/status" && !s.allow("status "+from, 1000, time.Hour):
		e = refusal(429, "H086")
	case tail == "consents/history" && !s.allow("history "+from, 100, time.Hour):
		e = refusal(429, "H089")
	}
	var m *Merchant
	if e == nil {
		m = s.bearer(r)
		if m == nil {
			e = refusal(401, "H351")
		}
	}
	s.mu.Unlock()
	if e != nil {
		s.refuse(w, e.http, e)
		return
	}
	v2 := len(path) > 0 && path[0] == "v2"
	if v2 {
		path = path[1:]
	}
	if len(path) < 3 || path[0] != "sps" {
		page404(w)
		return
	}
	if path[1] != strconv.FormatInt(m.IYSCode, 10) {
		s.refuse(w, 403, refusal(403, "H353"))
		return
	}
	if c := m.closed(); c != "" {
		s.refuse(w, 403, refusal(403, c))
		return
	}
	switch route := r.Method + " " + strings.Join(path[2:], "/"); {
	case route == "GET brands":
		s.brands(w, m)
	case route == "GET subscription":
		s.subscription(w, m)
	case path[2] == "brands" && len(path) > 4:
		brand := m.brand(path[3])
		if brand == 0 {
			s.refuse(w, 403, refusal(403, "H353"))
			return
		}
		s.brandCall(w, r, m, brand, path[4:], v2)
	default:
		page404(w)
	}
}

func (s *Server) brandCall(w http.ResponseWriter, r *http.Request, m *Merchant, brand int64, path []string, v2 bool) {
	route := r.Method + " " + strings.Join(path, "/")
	switch {
	case route == "POST consents":
		s.add(w, r, m, brand, v2)
	case route == "POST consents/request":
		s.addBatch(w, r, m, brand, v2)
	case len(path) == 3 && strings.HasPrefix(route, "GET consents/request/"):
		s.batchResult(w, brand, path[2], v2)
	case v2:
		page404(w)
	case route == "POST consents/status":
		s.status(w, r, brand)
	case route == "POST consents/history":
		s.history(w, r, brand)
	case route == "GET consents/changes":
		s.changes(w, r, brand)
	case len(path) == 4 && r.Method == "POST" && path[0] == "consents" && path[2] == "status":
		s.bulkStatus(w, r, brand, path[1], path[3])
	case route == "POST push/registration":
		s.register(w, r, brand)
	case route == "GET push/registration":
		writeJSON(w, 200, s.push.list(brand))
	case route == "POST push/unregistration":
		s.unregister(w, r, brand)
	case route == "POST via-hash-links":
		s.hashLinks(w, r, brand)
	case len(path) >= 2 && (path[0] == "agreements" || path[0] == "changes"):
		s.day(w, r, brand, path)
	default:
		page404(w)
	}
}

func (m *Merchant) closed() string {
	switch {
	case m.NoAPI:
		return "H586"
	case m.Subscription == "PAUSED" || m.Subscription == "EXPIRED":
		return "H520"
	case m.Subscription == "CLOSED":
		return "H521"
	case m.Subscription == "NONE":
		return "H524"
	}
	return ""
}

func (m *Merchant) brand(s string) int64 {
	for _, b := range m.Brands {
		if strconv.FormatInt(b.Code, 10) == s {
			return b.Code
		}
	}
	return 0
}

// SetSubscription changes the package of a merchant, for tests and demos.
func (s *Server) SetSubscription(iysCode int64, status string, limit int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.cfg.Merchants {
		if m := &s.cfg.Merchants[i]; m.IYSCode == iysCode {
			m.Subscription, m.Limit = status, limit
		}
	}
}

// allow enters a call in a sliding window if there is room.
func (s *Server) allow(name string, limit int, window time.Duration) bool {
	now := s.core.Clock.Now()
	kept := s.rates[name][:0]
	for _, t := range s.rates[name] {
		if age := now.Sub(t); age >= 0 && age < window {
			kept = append(kept, t)
		}
	}
	ok := len(kept) < limit
	if ok {
		kept = append(kept, now)
	}
	s.rates[name] = kept
	return ok
}

func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// fault is one complaint.
type fault struct {
	http     int
	Code     string `json:"code"`
	Location []any  `json:"location,omitempty"`
	Value    any    `json:"value,omitempty"`
	Message  string `json:"message"`
	Index    *int   `json:"index,omitempty"`
}

func refusal(http int, code string) *fault {
	return &fault{http: http, Code: code, Message: wireText(code)}
}

func field(code, name string, value any) *fault {
	return &fault{http: 422, Code: code, Location: []any{name}, Value: value, Message: wireText(code)}
}

func (s *Server) refuse(w http.ResponseWriter, status int, list ...*fault) {
	if status == 403 && s.cfg.ColonKey {
		writeJSON(w, status, map[string]any{"errors": []any{map[string]string{"code:": list[0].Code, "message": list[0].Message}}})
		return
	}
	writeJSON(w, status, map[string]any{"errors": list})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "answer could not be written", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b)
}

func page404(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(404)
	_, _ = w.Write([]byte("<html><body><h1>404 Not Found</h1></body></html>"))
}

// wireTexts are the Turkish words of the most used codes.
var wireTexts = map[string]string{
	"H014": "Gövde geçerli bir JSON değil.", "H084": "Saatte kabul edilen kimlik doğrulama istek limitine ulaşıldı. Lütfen daha sonra tekrar deneyiniz.",
	"H110": "Durum (status) bulunamadı.", "H111": "İzin tipi (type) bulunamadı.", "H112": "İzin tarihi (consentDate) bulunamadı.",
	"H113": "İzin kaynağı (source) bulunamadı.", "H114": "Alıcı (recipient) bulunamadı.",
	"H115": "Durum (status) için uygun değerler: ONAY, RET", "H116": "Alıcı tipi (recipientType) için uygun değerler: BIREYSEL, TACIR",
	"H117": "İzin tipi (type) için uygun değerler: ARAMA, MESAJ, EPOSTA",
	"H120": "Alıcı (recipient) kabul edilemedi. Geçerli bir eposta adresi giriniz.",
	"H124": "Saniyede kabul edilen istek limitine ulaşıldı. Lütfen daha sonra tekrar deneyiniz.",
	"H156": "İzinler için 1 Mayıs 2015’den önceki tarihler kabul edilmemektedir.", "H157": "Geçerli bir tarih girilmelidir.",
	"H162": "Mevcut tarih ve saatten ileri bir tarih ve saat girilmemelidir.",
	"H174": "İzin durumu (status) güncellemesi için farklı bir durum girilmelidir. İzin durumu: RET",
	"H175": "İlk defa kaydedilen bir iznin durum (status) bilgisi RET olmamalıdır.",
	"H178": "Sistemdeki iznin tarihinden önceki tarihli izinlerle güncelleme yapılamaz.",
	"H351": "Eksik veya geçersiz jeton!", "H353": "brandCode, kullanıcı izinleriyle eşleştirilemiyor",
	"H408": "HS_KARAR kaynağından iletilen izinler için durum bilgisi RET olmalıdır.",
	"H467": "Üç iş günü öncesinde alınan izinler kaydedilemez.",
	"H525": "Kullanılan izin sayısı maksimum sayıya ulaştığı için yeni izin eklenememektedir.",
	"H568": "Sadece ONAY durumunda olan izinler için link üretilmelidir.",
}

func wireText(code string) string {
	if t := wireTexts[code]; t != "" {
		return t
	}
	return "İstek kabul edilemedi (" + code + ")."
}
