package verimor_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/verimor"
)

func ExampleClient_SendBatch() {
	// There is no test host, so this one stands in.
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, "20210")
	}))
	defer srv.Close()

	client, err := verimor.New(verimor.Config{BaseURL: srv.URL, Username: "908500000000", Password: "…", Header: "ORNEKFIRMA"}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, o := range client.SendBatch(context.Background(), []sms.Message{
		{To: "+905550000001", Body: "Kargonuz yola çıktı", Reference: "siparis-1"},
		{To: "+902120000000", Body: "Kargonuz yola çıktı", Reference: "siparis-2"},
	}) {
		fmt.Printf("%q %q\n", o.Accepted.ProviderID, sms.KindOf(o.Err))
	}
	// Output:
	// "20210" ""
	// "" "number"
}

func ExampleParsePush() {
	r := httptest.NewRequest(http.MethodPost, "/verimor/kurulum-gizi", strings.NewReader(
		`[{"type":"outbound","campaign_id":20121,"message_id":"13582302","message_custom_id":"siparis-1","dest":"905550000001","status":"DELIVERED"},
		  {"type":"inbound","message_id":1234,"source_addr":"905550000001","destination_addr":"908500000000","content":"Onay 1001","received_at":"2026-11-24 09:00:00"}]`))
	p, err := verimor.ParsePush(r)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Reports[0].Reference, p.Reports[0].Status)
	fmt.Println(p.Inbound[0].From, p.Inbound[0].Text)
	// Output:
	// siparis-1 delivered
	// +905550000001 Onay 1001
}
