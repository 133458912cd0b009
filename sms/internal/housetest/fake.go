package housetest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/smstest"
)

// Answer is what the fake house sends back.
type Answer struct {
	Status int // 200 when 0
	Body   string
}

// House is a fake house that answers a send in its own words.
type House struct {
	// Accept is the good answer to the n-th message, counted from 1.
	Accept func(n int) string
	// Refuse are the answers in the situations in which nothing is sent.
	Refuse map[smstest.Situation]Answer
	// Half is half an answer; by default the first half of Accept's.
	Half string
	// New makes the adapter.
	New     func(t *testing.T, url string, s smstest.Situation) sms.Sender
	Secrets []string
	Routes  []sms.Route
}

// Run runs the conformance suite against the fake house.
func (h House) Run(t *testing.T) {
	t.Helper()
	smstest.Run(t, func(t *testing.T, s smstest.Situation) smstest.Fixture {
		var sent atomic.Int64
		over := make(chan struct{})
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				return
			}
			if a, ok := h.Refuse[s]; ok {
				write(w, a)
				return
			}
			body := h.Accept(int(sent.Add(1)))
			switch s {
			case smstest.StallAfterAccept:
				<-over
			case smstest.CutAfterAccept:
				panic(http.ErrAbortHandler)
			case smstest.ErrorAfterAccept:
				w.WriteHeader(http.StatusInternalServerError)
			case smstest.HTMLAfterAccept:
				write(w, Answer{http.StatusBadGateway, "<html><body>Bad Gateway</body></html>"})
			case smstest.TruncateAfterAccept:
				half := h.Half
				if half == "" {
					half = body[:len(body)/2]
				}
				write(w, Answer{Body: half})
			default:
				write(w, Answer{Body: body})
			}
		}))
		t.Cleanup(func() { close(over); srv.Close() })
		if s == smstest.NobodyListens {
			srv.Close()
		}
		return smstest.Fixture{
			Sender: h.New(t, srv.URL, s), Sent: func() int { return int(sent.Load()) },
			Secrets: h.Secrets, Routes: h.Routes,
		}
	})
}

func write(w http.ResponseWriter, a Answer) {
	if a.Status != 0 {
		w.WriteHeader(a.Status)
	}
	_, _ = io.WriteString(w, a.Body)
}
