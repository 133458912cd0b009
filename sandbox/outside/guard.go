package outside

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"time"
)

// bodyLimit is more than any real request of the simulated systems.
const bodyLimit = 16 << 20

var jsonCode = regexp.MustCompile(`"code":"0*(\d+)"`)
var anyCode = regexp.MustCompile(`"code":"\d+"|<code>\d+</code>|^\d{2,4}\b`)

// Guard plays the faults of a system around its handler.
func (c *Core) Guard(system string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !c.Faults.Any() {
			next.ServeHTTP(w, r)
			return
		}
		// The server notices that a caller has left only once the body is read.
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
		if err != nil {
			http.Error(w, "body could not be read", http.StatusBadRequest)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))

		if f, hit := c.Faults.Hit(system, Slow); hit {
			c.pause(r, f.Delay())
		}
		if f, hit := c.Faults.Hit(system, TimeoutBefore); hit {
			c.hang(r, f)
		}
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r)
		if f, hit := c.Faults.Hit(system, TimeoutAfter); hit {
			c.hang(r, f)
		}
		c.spoil(system, answer)
		for k, v := range answer.Header() {
			w.Header()[k] = v
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes()) // a caller that left is no error here
	})
}

// hang stays silent until the caller leaves, then cuts the connection.
func (c *Core) hang(r *http.Request, f Fault) {
	limit := f.Delay()
	if limit == 0 {
		limit = 24 * time.Hour
	}
	c.pause(r, limit)
	panic(http.ErrAbortHandler)
}

func (c *Core) pause(r *http.Request, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-r.Context().Done():
	case <-c.done:
	}
}

// spoil replaces the answer by what a broken system would send.
func (c *Core) spoil(system string, a *httptest.ResponseRecorder) {
	hit := func(k Kind) bool { _, ok := c.Faults.Hit(system, k); return ok }
	page := func(status int, text string) {
		a.Code = status
		a.Header().Set("Content-Type", "text/html; charset=utf-8")
		a.Body = bytes.NewBufferString(text)
	}
	recode := func(code string) {
		a.Body = bytes.NewBuffer(anyCode.ReplaceAllFunc(a.Body.Bytes(), func(m []byte) []byte {
			switch m[0] {
			case '"':
				return []byte(`"code":"` + code + `"`)
			case '<':
				return []byte("<code>" + code + "</code>")
			}
			return []byte(code)
		}))
	}
	switch {
	case hit(HTTP500):
		page(http.StatusInternalServerError, "<html><body><h1>500 Internal Server Error</h1></body></html>")
	case hit(AnswerHTML):
		page(http.StatusOK, "<html><body><h1>Web Server</h1></body></html>")
	case hit(AnswerTruncated):
		a.Body.Truncate(a.Body.Len() / 2)
	case hit(AnswerNumberCode):
		a.Body = bytes.NewBuffer(jsonCode.ReplaceAll(a.Body.Bytes(), []byte(`"code":$1`)))
	case hit(AnswerBare30):
		page(http.StatusOK, "30")
	case hit(Answer999):
		recode("999")
	case hit(Answer01):
		recode("01")
	}
}
