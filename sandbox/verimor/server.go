package verimor

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/onay/onay/sandbox/carrier"
	"github.com/onay/onay/sandbox/outside"
)

// Server is one simulated Verimor.
type Server struct {
	carrier *carrier.Carrier
	handler http.Handler
}

// New opens an operator in the given world.
func New(core *outside.Core, cfg Config) (*Server, error) {
	if cfg.Accounts == nil {
		cfg.Accounts = DefaultAccounts()
	}
	s := &Server{carrier: carrier.New(core, carrier.Config{
		System: System, ReportDelay: cfg.ReportDelay, HasConsent: cfg.HasConsent, FirstID: 20_120,
	})}
	s.carrier.OnFinal = s.pushReports
	for _, a := range cfg.Accounts {
		if err := s.SetAccount(a); err != nil {
			return nil, err
		}
	}
	s.handler = core.Guard(System, http.HandlerFunc(s.serve))
	return s, nil
}

// Handler answers as sms.verimor.com.tr would.
func (s *Server) Handler() http.Handler { return s.handler }

// Accounts lists the customers with their credit as it stands.
func (s *Server) Accounts() []Account { return s.carrier.Accounts.All() }

// SetAccount changes a customer or adds a new one; it counts at once.
func (s *Server) SetAccount(a Account) error { return s.carrier.Accounts.Put(a) }

// bodyLimit is the operator's own: 10 MB.
const bodyLimit = 10 << 20

func text(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func writeJSON(w http.ResponseWriter, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "answer could not be written", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(b)
}

// login answers itself when the caller is turned away.
func (s *Server) login(w http.ResponseWriter, r *http.Request, user, password string) *carrier.Holder {
	h := s.carrier.Accounts.Login(user, password)
	switch {
	case h == nil || h.Settings().Disabled:
		text(w, http.StatusUnauthorized, "Geçersiz kullanıcı adı/şifre")
		return nil
	case !h.Settings().AllowedFrom(r.RemoteAddr):
		text(w, http.StatusUnauthorized, "Hesabınızda izinli IP ayarları yapılmamış")
		return nil
	}
	return h
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	id, cancelling := strings.CutPrefix(r.URL.Path, "/v2/cancel/")
	switch call := r.Method + " " + r.URL.Path; {
	case call == "POST /v2/send.json":
		s.sendJSON(w, r)
	case call == "GET /v2/send":
		s.sendPlain(w, r)
	case cancelling && r.Method == http.MethodPost:
		s.cancel(w, r, id)
	case call == "GET /v2/status":
		s.query(w, r, s.status)
	case call == "GET /v2/inbound_messages":
		s.query(w, r, s.inbound)
	case call == "GET /v2/headers":
		s.query(w, r, func(w http.ResponseWriter, _ *http.Request, h *carrier.Holder) { writeJSON(w, h.View().Headers) })
	case call == "GET /v2/balance":
		s.query(w, r, s.balance)
	default:
		text(w, http.StatusNotFound, "Not Found")
	}
}

// query serves the calls that carry the login in their address.
func (s *Server) query(w http.ResponseWriter, r *http.Request, f func(http.ResponseWriter, *http.Request, *carrier.Holder)) {
	q := r.URL.Query()
	if h := s.login(w, r, q.Get("username"), q.Get("password")); h != nil {
		f(w, r, h)
	}
}

func (s *Server) cancel(w http.ResponseWriter, r *http.Request, id string) {
	var in struct {
		Username string `json:"username"`
		Password string `json:"password"`
	}
	if json.NewDecoder(http.MaxBytesReader(w, r.Body, bodyLimit)).Decode(&in) != nil {
		text(w, http.StatusBadRequest, "INVALID_JSON")
		return
	}
	h := s.login(w, r, in.Username, in.Password)
	if h == nil {
		return
	}
	if b := s.carrier.Find(id); b == nil || b.ID != id || b.Owner != h || !b.Cancel() {
		text(w, http.StatusBadRequest, "Kampanya bulunamadı: "+id)
		return
	}
	text(w, http.StatusOK, "Kampanya silindi: "+id)
}

// The limits of a minute.
const (
	sendsPerMinute   = 240
	reportsPerMinute = 20
)

func (s *Server) paced(w http.ResponseWriter, h *carrier.Holder, kind string, limit int) bool {
	if h.Allow(kind, limit, time.Minute, s.carrier.Now()) {
		return true
	}
	text(w, http.StatusTooManyRequests, "")
	return false
}
