package sandbox

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// BenchmarkOTPOverHTTP counts client and server together, over the loopback.
func BenchmarkOTPOverHTTP(b *testing.B) {
	w := New(Config{})
	server := httptest.NewServer(w.Handler())
	defer server.Close()
	defer w.Close()
	a, _ := w.Netgsm().Account("8500000000")
	a.Unlimited = true
	if err := w.Netgsm().SetAccount(a); err != nil {
		b.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			req, err := http.NewRequest("POST", server.URL+"/netgsm/sms/rest/v2/otp",
				strings.NewReader(`{"msgheader":"ONAY","msg":"Kodunuz 123456","no":"5551112233"}`))
			if err != nil {
				b.Error(err)
				return
			}
			req.SetBasicAuth("8500000000", "sandbox-netgsm")
			res, err := client.Do(req)
			if err != nil {
				b.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, res.Body)
			res.Body.Close()
			if res.StatusCode != http.StatusOK {
				b.Errorf("status %d", res.StatusCode)
			}
		}
	})
}
