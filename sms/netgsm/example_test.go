package netgsm_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/netgsm"
)

func ExampleClient_Send() {
	// There is no test host at Netgsm, so this one stands in.
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprint(w, `{"code":"00","jobId":"176217829127282816710591819","description":"success"}`)
	}))
	defer srv.Close()

	client, err := netgsm.New(netgsm.Config{
		BaseURL: srv.URL, Usercode: "8500000000", Password: "…", Header: "ORNEKFIRMA", AppName: "onay",
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	accepted, err := client.Send(context.Background(), sms.Message{
		Route: sms.RouteOTP, To: "+905550000001", Body: "Doğrulama kodunuz 123456",
	})
	switch {
	case sms.IsAmbiguous(err):
		fmt.Println("it may have been sent: look it up")
	case sms.IsRetryable(err):
		fmt.Println("it was not sent: try again")
	case err != nil:
		var e *sms.Error
		if errors.As(err, &e) {
			fmt.Println(e.Explain("tr"))
		}
	default:
		fmt.Println("queued as", accepted.ProviderID)
	}
	// Output: queued as 176217829127282816710591819
}

func ExampleParsePush() {
	r := httptest.NewRequest(http.MethodPost, "/netgsm/kurulum-gizi",
		strings.NewReader("ceptel=5550000001&mesaj=Onay+1001&aboneno=8500000000&gorevid=112345720&tarih=2026-02-21+16%3A28%3A41.053"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	m, err := netgsm.ParsePush(r)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.From, m.Text, m.ID)
	// Output: +905550000001 Onay 1001 112345720
}
