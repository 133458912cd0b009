package postaguvercini

import (
	"io"
	"net/http"
	"strings"

	"github.com/onay/onay/sandbox/carrier"
	"github.com/onay/onay/sandbox/outside"
)

// Server is one simulated Posta Güvercini.
type Server struct {
	carrier *carrier.Carrier
	handler http.Handler
}

// New opens a house in the given world.
func New(core *outside.Core, cfg Config) (*Server, error) {
	if cfg.Accounts == nil {
		cfg.Accounts = DefaultAccounts()
	}
	s := &Server{carrier: carrier.New(core, carrier.Config{
		System: System, ReportDelay: cfg.ReportDelay, HasConsent: cfg.HasConsent, FirstID: 0x7E0000A0,
	})}
	for _, a := range cfg.Accounts {
		if err := s.SetAccount(a); err != nil {
			return nil, err
		}
	}
	s.handler = core.Guard(System, http.HandlerFunc(s.serve))
	return s, nil
}

// Handler answers for both hosts: below /otp, below /bulk, or by host name.
func (s *Server) Handler() http.Handler { return s.handler }

// Accounts lists the customers with their credit as it stands.
func (s *Server) Accounts() []Account { return s.carrier.Accounts.All() }

// SetAccount changes a customer or adds a new one; it counts at once.
func (s *Server) SetAccount(a Account) error { return s.carrier.Accounts.Put(a) }

// serve finds the host, and then the call, without regard to letter case.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	path := strings.ToLower(r.URL.Path)
	otp := strings.HasPrefix(strings.ToLower(r.Host), "otpsms.")
	if rest, ok := strings.CutPrefix(path, "/otp/"); ok {
		path, otp = "/"+rest, true
	} else if rest, ok := strings.CutPrefix(path, "/bulk/"); ok {
		path, otp = "/"+rest, false
	}
	c := call{s, otp}
	h := map[string]func(http.ResponseWriter, *http.Request){
		"/api_http/sendsms.asp":          c.httpSend,
		"/api_http/sendbulksms.asp":      c.httpSend,
		"/api_http/querysms.asp":         c.httpQuery,
		"/api_http/querycredit.asp":      c.httpCredit,
		"/api_xml/sms_insreq.asp":        c.xml,
		"/api_xml/sms_stareq.asp":        c.xml,
		"/api_xml/sms_stareqx.asp":       c.xml,
		"/api_xml/cre_balreq.asp":        c.xml,
		"/api_xml/id_chkreq.asp":         c.xml,
		"/api_ws/smsservice.asmx":        c.soap,
		"/api_json/v1/sms/send_1_n":      c.json1N,
		"/api_json/v1/sms/send_n_n":      c.jsonNN,
		"/api_json/v1/sms/status":        c.jsonStatus,
		"/api_json/v1/sms/creditbalance": c.jsonCredit,
	}[path]
	if h == nil || r.Method != http.MethodPost && !strings.HasPrefix(path, "/api_http/") {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, "<html><body><h1>404 Not Found</h1></body></html>")
		return
	}
	h(w, r)
}

// call is a request on one of the hosts.
type call struct {
	*Server
	otp bool
}

// bodyLimit is above 800 recipients with long texts.
const bodyLimit = 4 << 20

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
	return b, err == nil
}

func write(w http.ResponseWriter, kind string, status int, text string) {
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}
