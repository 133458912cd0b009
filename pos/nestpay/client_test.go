package nestpay_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/nestpay"
)

// account is a client whose bank gives one answer to everything; it counts the questions.
func account(t *testing.T, answer string, model pos.Model, tr pos.Transport) (c *nestpay.Client, asked *int) {
	t.Helper()
	asked = new(int)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { *asked++; io.WriteString(w, answer) }))
	t.Cleanup(srv.Close)
	c, err := nestpay.New(nestpay.Config{ClientID: "990000001", Username: "MAGAZA", Password: "gizli+parola/1", StoreKey: "ANAHTAR1", APIURL: srv.URL, GateURL: srv.URL, Model: model}, tr)
	if err != nil {
		t.Fatal(err)
	}
	return c, asked
}

func status(order string) string {
	return `<CC5Response><ErrMsg>Record(s) found for ` + order + `</ErrMsg><ProcReturnCode>00</ProcReturnCode><Response>Approved</Response><OrderId>` + order + `</OrderId><TransId>T1</TransId><Extra>
<AUTH_CODE>P1</AUTH_CODE><CAPTURE_AMT>10025</CAPTURE_AMT><ORIG_TRANS_AMT>10025</ORIG_TRANS_AMT><CHARGE_TYPE_CD>S</CHARGE_TYPE_CD><TRANS_STAT>C</TRANS_STAT><ORD_ID>` + order + `</ORD_ID>
<PROC_RET_CD>00</PROC_RET_CD><TRANS_ID>T1</TRANS_ID></Extra></CC5Response>`
}

var mine = pos.Attempt{OrderID: "MINE", Amount: pos.Money{Minor: 10025, Currency: pos.TRY}, Model: pos.SecureHost}

func TestUnverifiedReturnIsDecidedByTheRecordOfItsOwnOrder(t *testing.T) {
	cb := pos.Callback{Result: pos.Result{Outcome: pos.Unverified, OrderID: "MINE"}, Signature: pos.SignatureValid}
	for order, want := range map[string]pos.Outcome{"MINE": pos.Approved, "OTHER": pos.Unverified} {
		c, _ := account(t, status(order), pos.SecureHost, pos.Transport{})
		r, err := c.Complete(context.Background(), mine, cb)
		if err != nil || r.Outcome != want {
			t.Errorf("a record of %s makes it %s (%v), want %s", order, r.Outcome, err, want)
		}
	}
}

func TestReturnOfAnotherOrderIsNotCharged(t *testing.T) {
	for _, cb := range []pos.Callback{
		{Result: pos.Result{Outcome: pos.Authenticated, OrderID: "ANOTHER"}, Signature: pos.SignatureValid},
		{Result: pos.Result{Outcome: pos.Authenticated, OrderID: "MINE"}, Signature: pos.SignatureInvalid},
	} {
		c, asked := account(t, status("MINE"), pos.Secure, pos.Transport{})
		if _, err := c.Complete(context.Background(), mine, cb); !errors.Is(err, pos.ErrInvalid) || *asked > 0 {
			t.Errorf("error %v, the bank was asked %d times", err, *asked)
		}
	}
}

func TestRefusedLoginIsNotAMissingOrder(t *testing.T) {
	c, _ := account(t, `<CC5Response><ErrMsg>User is not authenticated to perform this process.</ErrMsg><ProcReturnCode>99</ProcReturnCode><Response>Error</Response><OrderId></OrderId>
<TransId>T</TransId><Extra><NUMCODE>992201</NUMCODE></Extra></CC5Response>`, pos.Secure, pos.Transport{})
	l, err := c.Inquire(context.Background(), pos.Reference{OrderID: "MINE"})
	if err != nil || l.Outcome != pos.Failed {
		t.Errorf("outcome %s, error %v", l.Outcome, err)
	}
}

func TestRecordedSaleHasNoSecret(t *testing.T) {
	var got pos.Exchange
	c, _ := account(t, "x", pos.Secure, pos.Transport{Record: func(e pos.Exchange) { got = e }})
	card, err := pos.NewCard("4355084355084358", 12, 30, "741", "A B")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Sale(context.Background(), pos.Payment{OrderID: pos.NewOrderID(), Amount: pos.Money{Minor: 100, Currency: pos.TRY}, Card: card}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(got.Request, "435508******4358") {
		t.Errorf("the masked card is missing: %s", got.Request)
	}
	for _, secret := range []string{"4355084355084358", "741", "gizli", "parola", "ANAHTAR1"} {
		if strings.Contains(got.Request, secret) {
			t.Errorf("%q is in the record: %s", secret, got.Request)
		}
	}
}
