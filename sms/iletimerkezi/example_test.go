package iletimerkezi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/onay/onay/sms/iletimerkezi"
)

func ExampleParseWebhook() {
	r := httptest.NewRequest(http.MethodPost, "/iletimerkezi/kurulum-gizi", strings.NewReader(
		`{"report":{"id":1599558518,"packet_id":104525848,"status":"delivered","to":"+905550000001","body":"…"}}`))
	p, err := iletimerkezi.ParseWebhook(r)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Report.ProviderID, p.Report.To, p.Report.Status)
	// Output: 104525848 +905550000001 delivered
}
