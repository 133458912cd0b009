package client

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Error is a refusal of the server (RFC 9457). Decide by Code, show Detail.
type Error struct {
	Status     int    // HTTP
	Code       string // stable, for example "invalid_phone" or "phone_limit"
	Field      string // name of the input at fault; may be empty
	Detail     string // for a person, in the client's language
	DetailTR   string
	DetailEN   string
	RequestID  string        // name it when you ask for help
	RetryAfter time.Duration // how long to wait, where waiting helps
}

func (e *Error) Error() string {
	return fmt.Sprintf("onay: %s (%d): %s", e.Code, e.Status, e.DetailEN)
}

// passing reports whether the same request may well succeed in a moment.
func (e *Error) passing() bool {
	switch e.Status {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return e.Code == "idempotency_in_progress"
}

// refusal reads an answer that is no success; proxies on the way may answer without the shape of a problem.
func refusal(res *http.Response, raw []byte) error {
	var p struct {
		Code      string `json:"code"`
		Field     string `json:"field"`
		Detail    string `json:"detail"`
		DetailTR  string `json:"detail_tr"`
		DetailEN  string `json:"detail_en"`
		RequestID string `json:"request_id"`
	}
	if json.Unmarshal(raw, &p) != nil || p.Code == "" {
		p.Code, p.Detail, p.DetailTR, p.DetailEN = "http_"+strconv.Itoa(res.StatusCode), res.Status, res.Status, res.Status
	}
	e := &Error{Status: res.StatusCode, Code: p.Code, Field: p.Field, Detail: p.Detail, DetailTR: p.DetailTR, DetailEN: p.DetailEN, RequestID: p.RequestID}
	if e.RequestID == "" {
		e.RequestID = res.Header.Get("Request-Id")
	}
	if s, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && s > 0 {
		e.RetryAfter = time.Duration(s) * time.Second
	}
	return e
}
