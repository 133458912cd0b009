// Package fault is the error that a person or a caller is to see: a stable code, the field at fault, Turkish and English text.
// Domains return it; each door turns it into its own shape once.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind groups codes by what the caller can do about them. Its value is the HTTP status of the REST door.
type Kind int

const (
	Invalid      Kind = 422 // the input is wrong: correct it
	Unauthorized Kind = 401 // who are you
	Forbidden    Kind = 403 // you may not
	NotFound     Kind = 404 // no such thing in this company
	Conflict     Kind = 409 // not in this state, or done already
	TooMany      Kind = 429 // wait
	Unavailable  Kind = 503 // nothing is wrong with the request: try later
)

// Error is a refusal with words.
type Error struct {
	Kind       Kind
	Code       string // stable, snake_case: part of the API
	Field      string // name of the input at fault; may be empty
	TR, EN     string
	RetryAfter time.Duration // how long to wait, where waiting helps
}

func (e *Error) Error() string { return e.Code + ": " + e.EN }

// Text returns the sentence in a language; anything but "en" is Turkish.
func (e *Error) Text(lang string) string {
	if lang == "en" {
		return e.EN
	}
	return e.TR
}

// New returns an error without a field.
func New(k Kind, code, tr, en string) *Error { return &Error{Kind: k, Code: code, TR: tr, EN: en} }

// Field returns an [Invalid] error of one field.
func Field(field, code, tr, en string) *Error {
	return &Error{Kind: Invalid, Code: code, Field: field, TR: tr, EN: en}
}

// Wait returns a [TooMany] error that tells when to come back.
func Wait(d time.Duration, code, tr, en string) *Error {
	return &Error{Kind: TooMany, Code: code, TR: tr, EN: en, RetryAfter: d}
}

// Missing returns the [NotFound] error of an object.
func Missing(id string) *Error {
	return New(NotFound, "not_found", fmt.Sprintf("Kayıt bulunamadı: %.60q", id), fmt.Sprintf("No such record: %.60q", id))
}

// As returns the *Error in err's chain, or nil.
func As(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// Code returns the code of the *Error in err's chain, or "".
func Code(err error) string {
	if e := As(err); e != nil {
		return e.Code
	}
	return ""
}
