package netgsm_test

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/onay/onay/sms/netgsm"
	"github.com/onay/onay/sms/smstest"
)

const password = "gizli-12"

// fake answers as Netgsm does, in the situation of the suite.
type fake struct {
	situation smstest.Situation
	sent      atomic.Int64
	over      chan struct{}
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	code := map[smstest.Situation]string{
		smstest.RefuseLogin: "30", smstest.RefuseHeader: "40", smstest.RefuseText: "20", smstest.Throttle: "80",
	}[f.situation]
	rest := strings.Contains(r.URL.Path, "/rest/v2/")
	otp := strings.HasSuffix(r.URL.Path, "/otp")
	if !rest && xml.Unmarshal(body, &struct{}{}) != nil {
		code = "70"
	}
	id := ""
	if code == "" {
		code, id = "00", fmt.Sprintf("173772153426050504171%05d", f.sent.Add(1))
	}
	answer := code + " " + id
	switch {
	case rest && otp:
		answer = fmt.Sprintf(`{"code":%q,"jobId":%q,"description":"success"}`, code, id)
	case rest:
		answer = fmt.Sprintf(`{"code":%q,"jobid":%q,"description":"queued"}`, code, id)
	case otp:
		answer = fmt.Sprintf(`<?xml version="1.0"?><xml><main><code>%s</code><jobID>%s</jobID></main></xml>`, strings.TrimPrefix(code, "0"), id)
	}
	switch f.situation {
	case smstest.StallAfterAccept:
		<-f.over
		return
	case smstest.CutAfterAccept:
		panic(http.ErrAbortHandler)
	case smstest.ErrorAfterAccept:
		w.WriteHeader(http.StatusInternalServerError)
		return
	case smstest.HTMLAfterAccept:
		w.WriteHeader(http.StatusBadGateway)
		answer = "<html><body>Bad Gateway</body></html>"
	case smstest.TruncateAfterAccept:
		answer = answer[:len(answer)/2]
		if !rest && !otp {
			answer = "<html" // half a number would still be a number
		}
	}
	if rest && id == "" {
		w.WriteHeader(http.StatusNotAcceptable)
	}
	_, _ = io.WriteString(w, answer)
}

func TestConformance(t *testing.T) {
	t.Parallel()
	for _, transport := range []netgsm.Transport{netgsm.TransportREST, netgsm.TransportXML} {
		t.Run(string(transport), func(t *testing.T) {
			t.Parallel()
			smstest.Run(t, func(t *testing.T, s smstest.Situation) smstest.Fixture {
				f := &fake{situation: s, over: make(chan struct{})}
				srv := httptest.NewServer(f)
				t.Cleanup(func() { close(f.over); srv.Close() })
				if s == smstest.NobodyListens {
					srv.Close()
				}
				c, err := netgsm.New(netgsm.Config{
					BaseURL: srv.URL, Usercode: "8500000000", Password: password, Transport: transport,
				}, nil)
				if err != nil {
					t.Fatal(err)
				}
				return smstest.Fixture{
					Sender: c, Sent: func() int { return int(f.sent.Load()) }, Secrets: []string{password},
				}
			})
		})
	}
}
