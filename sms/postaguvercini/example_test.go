package postaguvercini_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/postaguvercini"
)

func ExampleClient_Send() {
	// There is no test host, so this one stands in.
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, "errno=0&errtext=&message_id=PG-7E0000A1&charge=1")
	}))
	defer srv.Close()

	client, err := postaguvercini.New(postaguvercini.Config{
		OTPURL: srv.URL, Username: "ornek", Password: "…", Headers: []string{"ORNEKFIRMA"},
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	accepted, err := client.Send(context.Background(), sms.Message{
		Route: sms.RouteOTP, To: "+905550000001", Body: "Doğrulama kodunuz 123456",
	})
	fmt.Println(accepted.ProviderID, err)
	// Output: PG-7E0000A1 <nil>
}
