package api

import (
	"bytes"
	"net/http"
)

// writer notes the status, and the answer where it is to be kept for a repeated request.
type writer struct {
	rw     http.ResponseWriter
	id     string // of the request
	route  string // as described, for metrics
	status int
	keep   bool
	body   bytes.Buffer
}

func (w *writer) Header() http.Header { return w.rw.Header() }

func (w *writer) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
		w.rw.WriteHeader(status)
	}
}

func (w *writer) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	if w.keep {
		w.body.Write(b)
	}
	return w.rw.Write(b)
}
