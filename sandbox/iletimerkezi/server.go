package iletimerkezi

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/onay/onay/sandbox/carrier"
	"github.com/onay/onay/sandbox/outside"
)

// Server is one simulated İleti Merkezi.
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
		System: System, ReportDelay: cfg.ReportDelay, HasConsent: cfg.HasConsent, FirstID: 104_525_847,
	})}
	s.carrier.OnFinal = s.pushAll
	for _, a := range cfg.Accounts {
		if err := s.SetAccount(a); err != nil {
			return nil, err
		}
	}
	s.handler = core.Guard(System, http.HandlerFunc(s.serve))
	return s, nil
}

// Handler answers as api.iletimerkezi.com would.
func (s *Server) Handler() http.Handler { return s.handler }

// Accounts lists the customers with their credit as it stands.
func (s *Server) Accounts() []Account { return s.carrier.Accounts.All() }

// SetAccount changes a customer or adds a new one; it counts at once.
func (s *Server) SetAccount(a Account) error { return s.carrier.Accounts.Put(a) }

// words are the house's own about its codes.
var words = map[int]string{
	200: "İşlem başarılı", 400: "İstek çözümlenemedi", 401: "Üyelik bilgileri hatalı", 402: "Bakiye yetersiz",
	404: "API istek yapılan yönteme sahip değil", 429: "İstek sınırı aşıldı", 450: "Gönderilen başlık kullanıma uygun değil",
	451: "Tekrar eden sipariş", 452: "Mesaj alıcıları hatalı", 453: "Sipariş boyutu aşıldı", 454: "Mesaj metni boş",
	455: "Sipariş bulunamadı", 456: "Sipariş gönderim tarihi henüz gelmedi", 457: "Mesaj gönderim tarihinin formatı hatalı",
	458: "Tarih aralığı hatalı", 459: "Başlık kısmı boş olamaz", 460: "Başlık 11 karakterden fazla olmamalı ve Türkçe karakter içermemelidir.",
	468: "iys alanı zorunludur", 469: "iysList alanı hatalı", 470: "İYS kodu tanımlı değil",
}

// answer is written with the code as HTTP status too. A send has the code as
// text, other calls as a number, as the house does it.
type answer map[string]any

func reply(w http.ResponseWriter, code int, text bool, more answer) {
	var c any = code
	if text {
		c = strconv.Itoa(code)
	}
	body := answer{"status": answer{"code": c, "message": words[code]}}
	for k, v := range more {
		body[k] = v
	}
	b, err := json.Marshal(answer{"response": body})
	if err != nil {
		http.Error(w, "answer could not be written", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_, _ = w.Write(b)
}

type request struct {
	Request struct {
		Authentication struct {
			Key  string `json:"key"`
			Hash string `json:"hash"`
		} `json:"authentication"`
		Order  *order `json:"order"`
		Filter struct {
			Start string `json:"start"`
			End   string `json:"end"`
			Page  number `json:"page"`
		} `json:"filter"`
	} `json:"request"`
}

// number takes a number or text; what is none of them is 0.
type number int

func (n *number) UnmarshalJSON(b []byte) error {
	v, err := strconv.Atoi(strings.Trim(string(b), `"`))
	if err == nil {
		*n = number(v)
	}
	return nil
}

// bodyLimit is above 50 000 recipients.
const bodyLimit = 16 << 20

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	h := map[string]func(http.ResponseWriter, *carrier.Holder, request){
		"/v1/send-sms/json":     s.send,
		"/v1/get-report/json":   s.report,
		"/v1/get-reports/json":  s.summaries,
		"/v1/cancel-order/json": s.cancel,
		"/v1/get-balance/json":  s.balance,
		"/v1/get-sender/json":   s.senders,
	}[r.URL.Path]
	if h == nil || r.Method != http.MethodPost {
		reply(w, 404, false, nil)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
	var in request
	if err != nil || json.Unmarshal(body, &in) != nil {
		reply(w, 400, false, nil)
		return
	}
	a := s.carrier.Accounts.Login(in.Request.Authentication.Key, in.Request.Authentication.Hash)
	if a == nil || a.Settings().Disabled || !a.Settings().AllowedFrom(r.RemoteAddr) {
		reply(w, 401, false, nil)
		return
	}
	h(w, a, in)
}

func (s *Server) balance(w http.ResponseWriter, a *carrier.Holder, _ request) {
	v := a.View()
	reply(w, 200, false, answer{"balance": answer{"amount": v.Lira, "sms": strconv.FormatInt(v.Credit, 10)}})
}

func (s *Server) senders(w http.ResponseWriter, a *carrier.Holder, _ request) {
	reply(w, 200, false, answer{"senders": answer{"sender": a.View().Headers}})
}
