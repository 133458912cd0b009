package banks

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/postest"
	"github.com/onay/onay/sandbox"
)

// replay answers every request with the bank's answer to the first, so that only our own work is measured.
type replay struct {
	header http.Header
	body   []byte
	sent   bytes.Buffer
	id     []byte // the request's own id, which PayFlex repeats in its answer
}

var requestID = regexp.MustCompile("VerifyEnrollmentRequestId=([0-9a-f]+)")

func (r *replay) RoundTrip(req *http.Request) (*http.Response, error) {
	r.sent.Reset()
	if _, err := r.sent.ReadFrom(req.Body); err != nil {
		return nil, err
	}
	var id []byte
	if strings.HasSuffix(req.URL.Path, "/Enrollment") {
		id = bytes.Clone(requestID.FindSubmatch(r.sent.Bytes())[1])
	}
	if r.body == nil {
		req.Body, r.id = io.NopCloser(&r.sent), id
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		defer res.Body.Close()
		r.header = res.Header
		r.body, err = io.ReadAll(res.Body)
		if err != nil {
			return nil, err
		}
	}
	body := r.body
	if id != nil {
		body = bytes.ReplaceAll(body, r.id, id)
	}
	return &http.Response{StatusCode: 200, Header: r.header, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)), Request: req}, nil
}

func eachBank(b *testing.B, f func(*testing.B, sandbox.BankAccount)) {
	seen := map[string]bool{}
	w, base := town(b)
	for _, a := range w.BankAccounts(base) {
		if !seen[a.System] {
			seen[a.System] = true
			b.Run(a.System, func(b *testing.B) { f(b, a) })
		}
	}
}

// BenchmarkSale makes, signs and sends a sale, and reads, checks and normalizes the bank's answer.
func BenchmarkSale(b *testing.B) {
	eachBank(b, func(b *testing.B, a sandbox.BankAccount) {
		g := account(b, a, pos.Transport{Client: &http.Client{Transport: &replay{}}})
		p := pos.Payment{OrderID: pos.NewOrderID(), Amount: pos.Money{Minor: 6789, Currency: pos.TRY}, Card: postest.Card(b, "0000"), ClientIP: "203.0.113.9"}
		b.ReportAllocs()
		for b.Loop() {
			if r, err := g.Sale(context.Background(), p); err != nil || r.Outcome != pos.Approved {
				b.Fatalf("%s %s %v", r.Outcome, r.Reason, err)
			}
		}
	})
}

// BenchmarkForm makes and signs what the payer's browser posts to the bank. PayFlex, PosNet and N Kolay ask the bank first:
// there it is that question and its answer.
func BenchmarkForm(b *testing.B) {
	eachBank(b, func(b *testing.B, a sandbox.BankAccount) {
		a.Credentials = maps.Clone(a.Credentials)
		if a.System == "payfor" {
			a.Credentials["server_start"] = "no"
		}
		s := account(b, a, pos.Transport{Client: &http.Client{Transport: &replay{}}}).(pos.Secure3D)
		p := pos.Payment{OrderID: pos.NewOrderID(), Amount: pos.Money{Minor: 6789, Currency: pos.TRY}, Card: postest.Card(b, "0000"), ClientIP: "203.0.113.9"}
		b.ReportAllocs()
		for b.Loop() {
			if _, _, r, err := s.Start(context.Background(), p, "https://shop.example/pay/return"); err != nil || r.Outcome != pos.Redirect {
				b.Fatalf("%s %s %v", r.Outcome, r.Reason, err)
			}
		}
	})
}
