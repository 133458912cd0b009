package payfor_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/payfor"
)

// The bank's error records echo the passwords of the question. What is recorded of the exchange holds neither them nor the card.
func TestErrorRecordsThatEchoPasswordsAreMasked(t *testing.T) {
	t.Parallel()
	bank := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if !strings.Contains(string(body), "<UserPass>gizli-parola</UserPass>") {
			t.Error("the password was not sent")
		}
		io.WriteString(w, `<TxnHistoryReport><PaymentRequestExtended><PaymentRequest><TxnType>TxnHistory</TxnType><ProcReturnCode>V013</ProcReturnCode><UserPass>gizli-parola</UserPass><MerchantPass>magaza-parolasi</MerchantPass></PaymentRequest></PaymentRequestExtended></TxnHistoryReport>`)
	}))
	defer bank.Close()
	var seen []pos.Exchange
	c, err := payfor.New(payfor.Config{MerchantID: "085300000009704", UserCode: "api", UserPass: "gizli-parola", MerchantPass: "magaza-parolasi", XMLURL: bank.URL},
		pos.Transport{Record: func(e pos.Exchange) { seen = append(seen, e) }})
	if err != nil {
		t.Fatal(err)
	}
	l, err := c.History(t.Context(), pos.Reference{OrderID: "SIPARIS-1"})
	if err != nil || l.Outcome != pos.NotFound {
		t.Fatalf("%v, %v", l.Outcome, err)
	}
	if len(seen) != 1 || !strings.Contains(seen[0].Response, "V013") {
		t.Fatalf("recorded: %+v", seen)
	}
	for _, secret := range []string{"gizli-parola", "magaza-parolasi"} {
		if strings.Contains(seen[0].Request+seen[0].Response, secret) {
			t.Errorf("%q is recorded", secret)
		}
	}
}
