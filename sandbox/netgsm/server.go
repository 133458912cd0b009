package netgsm

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/onay/onay/sandbox/outside"
)

// Server is one simulated Netgsm.
type Server struct {
	core     *outside.Core
	cfg      Config
	accounts accounts
	jobs     *jobs
	schedule *schedule
	push     *pusher
	handler  http.Handler
}

// New opens a Netgsm in the given world.
func New(core *outside.Core, cfg Config) (*Server, error) {
	if cfg.Accounts == nil {
		cfg.Accounts = DefaultAccounts()
	}
	switch {
	case cfg.ReportDelay == 0:
		cfg.ReportDelay = 2 * time.Second
	case cfg.ReportDelay < 0:
		cfg.ReportDelay = 0
	}
	s := &Server{core: core, cfg: cfg, jobs: newJobs(cfg.KeepJobs), schedule: newSchedule(core)}
	s.accounts.by = map[string]*account{}
	s.push = newPusher(core, s.schedule)
	for _, a := range cfg.Accounts {
		if err := s.SetAccount(a); err != nil {
			return nil, err
		}
	}
	s.handler = core.Guard(System, s.routes())
	return s, nil
}

// Handler answers as api.netgsm.com.tr would, below no prefix.
func (s *Server) Handler() http.Handler { return s.handler }

func (s *Server) routes() http.Handler {
	table := map[string]http.HandlerFunc{
		"POST /sms/rest/v2/otp":            s.restOTP,
		"POST /sms/rest/v2/send":           s.restSend,
		"POST /sms/rest/v2/report":         s.restReport,
		"POST /sms/rest/v2/stats":          s.restStats,
		"POST /sms/rest/v2/cancel":         s.restCancel,
		"POST /sms/rest/v2/length":         s.restLength,
		"GET /sms/rest/v2/msgheader":       s.restHeaders,
		"GET /sms/rest/v2/inbox":           s.restInbox,
		"POST /sms/rest/v2/inboxwebhook":   s.restInboxWebhook,
		"DELETE /sms/rest/v2/inboxwebhook": s.restInboxWebhook,
		"POST /sms/send/otp":               s.xmlOTP,
		"GET /sms/send/otp":                s.getOTP,
		"POST /sms/send/xml":               s.xmlSend,
		"GET /sms/send/get":                s.formSend,
		"POST /sms/send/get":               s.formSend,
		"POST /sms/blacklist":              s.xmlBlacklist,
		"POST /sms/edit":                   s.xmlEdit,
		"POST /sms/header":                 s.jsonHeaders,
		"GET /sms/header":                  s.getHeaders,
		"GET /sms/report":                  s.getReport,
		"POST /sms/receive":                s.xmlReceive,
		"POST /sms/receive/xml":            s.xmlReceive,
		"POST /balance":                    s.jsonBalance,
		"POST /balance/list/xml":           s.xmlBalance,
		"GET /balance/list/get":            s.getBalance,
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Clients write the legacy addresses with and without the last slash.
		h := table[r.Method+" "+strings.TrimSuffix(r.URL.Path, "/")]
		if h == nil {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, "<html><body><h1>404 Not Found</h1></body></html>")
			return
		}
		h(w, r)
	})
}

// bodyLimit is above ten thousand recipients with long texts.
const bodyLimit = 16 << 20

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
	return b, err == nil
}

func readJSON(w http.ResponseWriter, r *http.Request, into any) bool {
	b, ok := readBody(w, r)
	return ok && json.Unmarshal(b, into) == nil
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "answer could not be written", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	_, _ = w.Write(b)
}

func writeText(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/html; charset=UTF-8")
	_, _ = io.WriteString(w, text)
}

type refusal struct {
	Code        string  `json:"code"`
	JobID       *string `json:"jobid"`
	Description string  `json:"description"`
}

// refuse is the answer of every REST v2 call that says no.
func refuse(w http.ResponseWriter, code, description string) {
	writeJSON(w, http.StatusNotAcceptable, refusal{Code: code, Description: description})
}

// now is the time on the wire's side of the world.
func (s *Server) now() time.Time { return s.core.Clock.Now().In(outside.Istanbul) }
