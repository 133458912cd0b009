package iys

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Lifetimes of tokens.
const (
	accessLife  = 2 * time.Hour
	refreshLife = 4 * time.Hour
)

type grant struct {
	merchant int64
	until    time.Time
}

// token answers POST /oauth2/token. Over the hourly limit every further call
// starts the hour anew.
func (s *Server) token(w http.ResponseWriter, r *http.Request, from string) {
	fields, ok := tokenFields(w, r)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.core.Clock.Now()
	if until := s.blocked[from]; now.Before(until) || !s.allow("token "+from, s.cfg.TokenLimit, time.Hour) {
		s.blocked[from] = now.Add(time.Hour)
		e := refusal(429, "H084")
		if s.cfg.FlatErrors {
			writeJSON(w, 429, map[string]string{"code": e.Code, "message": e.Message})
			return
		}
		s.refuse(w, 429, e)
		return
	}
	no := func(code, text string) {
		writeJSON(w, 400, map[string]string{"error": code, "error_description": text})
	}
	if !ok {
		no("invalid_request", "Giriş yöntemi belirtilmemiş.")
		return
	}
	var merchant int64
	switch kind, has := fields["grant_type"]; {
	case !has:
		no("invalid_request", "Giriş yöntemi belirtilmemiş.")
		return
	case kind == "":
		no("invalid_grant", "Giriş yöntemi boş olamaz.")
		return
	case kind == "refresh_token":
		v, has := fields["refresh_token"]
		g, known := s.refresh[v]
		switch {
		case !has:
			no("invalid_request", "Yenileme jetonu verilmemiş.")
			return
		case v == "":
			no("invalid_grant", "Yenileme jetonu boş olamaz.")
			return
		case !known || !now.Before(g.until):
			no("invalid_grant", "Desteklenmeyen yenileme jetonu türü.")
			return
		}
		delete(s.refresh, v) // the newest one alone is good
		merchant = g.merchant
	case kind == "password":
		user, hasUser := fields["username"]
		password, hasPassword := fields["password"]
		switch {
		case !hasUser:
			no("invalid_request", "Kullanıcı adı verilmemiş.")
			return
		case user == "":
			no("invalid_grant", "Kullanıcı adı boş bırakılamaz.")
			return
		case !hasPassword:
			no("invalid_request", "Şifre verilmemiş.")
			return
		case password == "":
			no("invalid_grant", "Şifre boş bırakılamaz.")
			return
		}
		for _, m := range s.cfg.Merchants {
			if m.Username == user && m.Password == password {
				merchant = m.IYSCode
			}
		}
		if merchant == 0 {
			no("invalid_request", "Kullanıcı kimlik bilgileri geçersiz.")
			return
		}
	default:
		no("invalid_request", "Bilinmeyen giriş yöntemi.")
		return
	}
	a, f := secret(), secret()
	prune(s.access, now)
	prune(s.refresh, now)
	s.access[a], s.refresh[f] = grant{merchant, now.Add(accessLife)}, grant{merchant, now.Add(refreshLife)}
	writeJSON(w, 200, map[string]any{
		"access_token": a, "refresh_token": f, "expires_in": int(accessLife.Seconds()),
		"refresh_expires_in": int(refreshLife.Seconds()), "token_type": "bearer",
	})
}

func prune(m map[string]grant, now time.Time) {
	for k, g := range m {
		if !now.Before(g.until) {
			delete(m, k)
		}
	}
}

func secret() string {
	b := make([]byte, 48)
	_, _ = rand.Read(b) // never fails
	return "eyJ" + base64.RawURLEncoding.EncodeToString(b)
}

func tokenFields(w http.ResponseWriter, r *http.Request) (map[string]string, bool) {
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10))
	if err != nil {
		return nil, false
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	out := map[string]string{}
	if kind == "application/json" {
		return out, json.Unmarshal(b, &out) == nil
	}
	form, err := url.ParseQuery(string(b))
	for k := range form {
		out[k] = form.Get(k)
	}
	return out, err == nil
}

// bearer finds the merchant of the token; nil for a missing or expired one.
func (s *Server) bearer(r *http.Request) *Merchant {
	t, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	g, known := s.access[t]
	if !ok || !known || !s.core.Clock.Now().Before(g.until) {
		return nil
	}
	for i := range s.cfg.Merchants {
		if s.cfg.Merchants[i].IYSCode == g.merchant {
			m := s.cfg.Merchants[i]
			return &m
		}
	}
	return nil
}

// DropTokens makes every access token unknown, as a restart of İYS would.
func (s *Server) DropTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.access)
}
