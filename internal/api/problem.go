package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
)

// Problem is the one shape of every error (RFC 9457).
type Problem struct {
	Type       string      `json:"type" doc:"Where the code is explained." example:"/docs#invalid_phone"`
	Title      string      `json:"title" doc:"The HTTP status in words." example:"Unprocessable Entity"`
	Status     int         `json:"status" example:"422"`
	Code       string      `json:"code" doc:"Stable, for programs." example:"invalid_phone"`
	Field      string      `json:"field,omitempty" doc:"Name of the input at fault." example:"phone"`
	Detail     string      `json:"detail" doc:"For a person, in the language of Accept-Language (tr by default)." example:"Telefon numarası geçersiz. Örnek: 0555 111 22 33"`
	DetailTR   string      `json:"detail_tr" example:"Telefon numarası geçersiz. Örnek: 0555 111 22 33"`
	DetailEN   string      `json:"detail_en" example:"The phone number is not valid. Example: +90 555 111 22 33"`
	RetryAfter int         `json:"retry_after,omitempty" doc:"Seconds to wait, where waiting helps. Also in the Retry-After header."`
	Errors     []FieldNote `json:"errors,omitempty" doc:"All inputs at fault, where there are several."`
	RequestID  string      `json:"request_id,omitempty" doc:"Name it when you ask for help."`
}

// FieldNote is one input at fault.
type FieldNote struct {
	Field   string `json:"field" example:"phone"`
	Message string `json:"message" example:"expected string"`
}

func (p *Problem) Error() string { return p.Code + ": " + p.DetailEN }

// GetStatus tells huma the status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType tells huma the media type.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders tells huma the headers that belong to the problem.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	p.headers(h)
	return h
}

func (p *Problem) headers(h http.Header) {
	if p.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(p.RetryAfter))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="onay"`)
	}
}

// Faults of the door itself.
var (
	errNoRoute     = fault.New(fault.NotFound, "no_such_route", "Böyle bir adres yok.", "There is no such route.")
	errMethod      = fault.New(405, "method_not_allowed", "Bu adres bu yöntemle çağrılamaz.", "This route does not take this method.")
	errMissingKey  = fault.New(fault.Unauthorized, "missing_key", "API anahtarı gerekli: Authorization: Bearer ANAHTAR", "An API key is needed: Authorization: Bearer KEY")
	errScope       = fault.New(fault.Forbidden, "scope_missing", "Bu API anahtarının bu işleme yetkisi yok.", "This API key does not have the scope for this.")
	errTooLarge    = fault.New(413, "too_large", "İstek gövdesi en çok 256 KB olabilir.", "A request body has at most 256 KiB.")
	errMedia       = fault.New(415, "unsupported_media_type", "İçerik türü application/json olmalı.", "The content type is application/json.")
	errNotUTF8     = fault.New(400, "invalid_utf8", "İstek geçerli UTF-8 değil ya da boş karakter (NUL) içeriyor.", "The request is not valid UTF-8 or has a NUL character.")
	errJSON        = fault.New(400, "malformed_json", "İstek gövdesi geçerli JSON değil.", "The request body is not valid JSON.")
	errAborted     = fault.New(400, "incomplete_body", "İstek gövdesi tamamlanmadı.", "The request body was not complete.")
	errIdemKey     = fault.Field("Idempotency-Key", "invalid_idempotency_key", "Idempotency-Key 1–255 görünür ASCII karakterdir.", "An Idempotency-Key has 1 to 255 visible ASCII characters.")
	errUnavailable = func() *fault.Error {
		e := fault.New(fault.Unavailable, "unavailable", "Hizmet şu anda yanıt veremiyor; yeniden deneyin.", "The service cannot answer now; try again.")
		e.RetryAfter = time.Second
		return e
	}()
)

// doorCodes are the codes that every operation can give.
var doorCodes = map[string]int{"missing_key": 401, "invalid_key": 401, "scope_missing": 403, "network_not_allowed": 403, "company_closed": 403,
	"invalid_request": 422, "malformed_json": 400, "invalid_utf8": 400, "incomplete_body": 400, "too_large": 413, "unsupported_media_type": 415,
	"no_such_route": 404, "method_not_allowed": 405, "invalid_idempotency_key": 422, "idempotency_mismatch": 409, "idempotency_in_progress": 409,
	"unavailable": 503, "internal": 500}

// internal is what a caller sees of an error that is ours.
func internal(requestID string) *fault.Error {
	return fault.New(500, "internal", "Beklenmeyen bir hata oluştu. Destek için istek numarası: "+requestID, "Something went wrong on our side. Request id for support: "+requestID)
}

// language reads Accept-Language: English only where it is named before Turkish.
func language(r *http.Request) string {
	for _, part := range strings.Split(r.Header.Get("Accept-Language"), ",") {
		switch tag := strings.ToLower(strings.TrimSpace(part)); {
		case strings.HasPrefix(tag, "en"):
			return "en"
		case strings.HasPrefix(tag, "tr"):
			return "tr"
		}
	}
	return "tr"
}

// problemOf shapes a fault.
func problemOf(e *fault.Error, lang, requestID string) *Problem {
	p := &Problem{Type: "/docs#" + e.Code, Title: http.StatusText(int(e.Kind)), Status: int(e.Kind), Code: e.Code, Field: e.Field,
		Detail: e.Text(lang), DetailTR: e.TR, DetailEN: e.EN, RequestID: requestID}
	if e.RetryAfter > 0 {
		p.RetryAfter = int((e.RetryAfter + time.Second - 1) / time.Second)
	}
	return p
}

// problem answers with a fault outside of huma.
func (w *writer) problem(r *http.Request, e *fault.Error) {
	p := problemOf(e, language(r), w.id)
	p.headers(w.Header())
	b, err := json.Marshal(p)
	if err != nil {
		panic(err) // strings and numbers only
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	w.Write(b)
}

// faultOf is the one place where an error of a domain becomes what a caller may see.
func (d *door) faultOf(err error, c *caller) *fault.Error {
	if e := fault.As(err); e != nil {
		return e
	}
	if errors.Is(err, db.ErrClosed) || c.ctxErr() != nil {
		return errUnavailable
	}
	d.Logger.Error("request failed", "request", c.requestID, "route", c.route, "error", err)
	return internal(c.requestID)
}

// init gives huma our shape of errors. It has one hook for all APIs of a process, and this is the only one.
func init() {
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		return rejected(status, "tr", "", errs)
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
		c := callerOf(ctx.Context())
		return rejected(status, c.lang, c.requestID, errs)
	}
}

// rejected shapes what huma found wrong with an input.
func rejected(status int, lang, requestID string, errs []error) *Problem {
	switch status {
	case 413:
		return problemOf(errTooLarge, lang, requestID)
	case 415:
		return problemOf(errMedia, lang, requestID)
	}
	var notes []FieldNote
	for _, err := range errs {
		var d *huma.ErrorDetail
		if !errors.As(err, &d) {
			continue
		}
		notes = append(notes, note(d))
	}
	if status == 400 && len(notes) > 0 && notes[0].Field == "body" {
		return problemOf(errJSON, lang, requestID)
	}
	e := fault.New(422, "invalid_request", "İstek eksik ya da geçersiz.", "The request is incomplete or not valid.")
	if len(notes) > 0 {
		e.Field = notes[0].Field
		e.TR = "“" + e.Field + "” alanı eksik ya da geçersiz."
		e.EN = e.Field + ": " + notes[0].Message + "."
	}
	p := problemOf(e, lang, requestID)
	if len(notes) > 1 {
		p.Errors = notes
	}
	return p
}

// note turns huma's location (body.customer.name) into the name of an input; the value is never repeated.
func note(d *huma.ErrorDetail) FieldNote {
	field := d.Location
	for _, where := range []string{"body.", "query.", "path.", "header."} {
		field = strings.TrimPrefix(field, where)
	}
	msg := d.Message
	if rest, ok := strings.CutPrefix(msg, "expected required property "); ok {
		name, _, _ := strings.Cut(rest, " ")
		if field == "body" {
			field = name
		} else {
			field += "." + name
		}
		msg = "is required"
	}
	return FieldNote{Field: cut(field, 100), Message: cut(msg, 200)}
}

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
