package akbank_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/akbank"
	"github.com/onay/onay/pos/postest"
)

func TestHashVectors(t *testing.T) {
	t.Parallel()
	postest.Vectors(t, "hash", func(t *testing.T, v postest.Vector) {
		in := postest.Decode[struct {
			SecretKey, Body string
			Fields          map[string]string
		}](t, v.Inputs)
		want := postest.Decode[string](t, v.Expected)
		got := akbank.Sign(in.SecretKey, []byte(in.Body))
		if in.Fields != nil {
			var fields []pos.Pair
			for n, x := range in.Fields {
				fields = append(fields, pos.Pair{Name: n, Value: x})
			}
			got = akbank.SignForm(fields, in.SecretKey)
		}
		if got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	})
}

func TestCallbackVectors(t *testing.T) {
	t.Parallel()
	postest.Vectors(t, "callback", func(t *testing.T, v postest.Vector) {
		in := postest.Decode[struct {
			SecretKey, PaymentModel string
			Fields                  map[string]string
		}](t, v.Inputs)
		c := akbank.Config{MerchantSafeID: "2023090417500272654BD9A49CF07574", TerminalSafeID: "2023090417500284633D137A249DBBEB", SecretKey: in.SecretKey}
		models := map[string]pos.Model{"3D": pos.Secure, "3D_PAY": pos.SecurePay, "3D_PAY_HOSTING": pos.SecureHosted}
		got := c.Verify(pos.Attempt{OrderID: in.Fields["orderId"], Model: models[in.PaymentModel]}, pos.Values(in.Fields))
		postest.Compare(t, postest.CallbackFields(got), v.Expected)
	})
}

func TestResponseVectors(t *testing.T) {
	t.Parallel()
	postest.Vectors(t, "response", func(t *testing.T, v postest.Vector) {
		in := postest.Decode[struct {
			Operation  string
			HTTPStatus int
			Body       json.RawMessage
		}](t, v.Inputs)
		var got map[string]any
		switch in.Operation {
		case "inquiry", "history":
			l, err := akbank.ParseList(in.HTTPStatus, in.Body)
			if err != nil {
				t.Fatal(err)
			}
			got = postest.ListFields(l, true)
		default:
			r, err := akbank.ParseAnswer(in.HTTPStatus, in.Body)
			if err != nil {
				t.Fatal(err)
			}
			got = postest.ResultFields(r)
			if s, ok := got["bankTime"].(string); ok {
				got["bankTime"] = strings.TrimSuffix(s, "+03:00") // the vectors keep it as it came
			}
		}
		postest.Compare(t, got, v.Expected)
	})
}

func TestRequestVectors(t *testing.T) {
	t.Parallel()
	postest.Vectors(t, "request", func(t *testing.T, v postest.Vector) {
		in := postest.Decode[struct {
			Operation, PaymentModel string
			Account                 struct{ MerchantSafeID, TerminalSafeID string }
			CallbackFields          struct{ SecureID, SecureEcomInd, SecureData, SecureMd string }
			Order                   struct {
				ID, IP, Currency, TxType, OrderTrackID string
				AmountMinor                            int64
				Installment, Installments              int
				SuccessURL                             string `json:"success_url"`
				FailURL                                string `json:"fail_url"`
				RecurringID                            string `json:"recurring_id"`
				RecurringOrderInstallmentNumber        int
				Start, End                             time.Time
				MobilePhoneNumber, Transfer            string
				Recurring                              *struct {
					Frequency, Installment int
					FrequencyType          string
				}
			}
			Card *postest.CardInput
		}](t, v.Inputs)
		o := in.Order
		models := map[string]pos.Model{"3D": pos.Secure, "3D_PAY": pos.SecurePay, "3D_PAY_HOSTING": pos.SecureHosted}
		c := akbank.Config{MerchantSafeID: in.Account.MerchantSafeID, TerminalSafeID: in.Account.TerminalSafeID, SecretKey: "secret", Model: models[in.PaymentModel],
			SecurePayURL: akbank.TestSecurePay, PayHostingURL: akbank.TestPayHosting}
		p := pos.Payment{OrderID: o.ID, Amount: pos.Money{Minor: o.AmountMinor, Currency: pos.Currency(o.Currency)}, Installments: o.Installment, ClientIP: o.IP, Card: in.Card.Card(t),
			PreAuth: in.Operation == "preauth" || o.TxType == "preauth"}
		if o.Recurring != nil {
			p.Recurring = &pos.Plan{Every: o.Recurring.Frequency, Unit: pos.Unit(strings.ToLower(o.Recurring.FrequencyType)), Count: o.Recurring.Installment}
		}
		if in.Operation == "secureForm" {
			f := c.Form(akbank.FormRequest{Payment: p, ReturnURL: o.SuccessURL, FailURL: o.FailURL, Now: time.Now()})
			want := postest.Decode[struct {
				Action      string
				Inputs      map[string]string
				AlsoPresent []string
			}](t, v.Expected)
			if f.Action != want.Action || len(f.Fields) != len(want.Inputs)+len(want.AlsoPresent) {
				t.Errorf("%v, want %s with %d fields", f, want.Action, len(want.Inputs)+len(want.AlsoPresent))
			}
			for n, x := range want.Inputs {
				if f.Get(n) != x {
					t.Errorf("%s is %q, want %q", n, f.Get(n), x)
				}
			}
			return
		}
		var body []byte
		switch in.Operation {
		case "history":
			body = c.ReportBody(pos.Period{From: o.Start, To: o.End}, 0)
		default:
			body = c.Body(request(in.Operation, p, func(r *akbank.Request) {
				switch in.Operation {
				case "saleAfter3D":
					f := in.CallbackFields
					r.Proof = &akbank.Proof{SecureID: f.SecureID, SecureEcomInd: f.SecureEcomInd, SecureData: f.SecureData, SecureMD: f.SecureMd}
				case "void":
					if o.RecurringID != "" {
						r.OrderTrackID, r.RecurringOrder = o.RecurringID, o.RecurringOrderInstallmentNumber
						if r.RecurringOrder == 0 {
							r.TxnCode = akbank.TxnCancelRecurring
						}
					}
				case "payByLinkCreate":
					r.OrderTrackID, r.Link = o.OrderTrackID, &akbank.Link{TransferType: o.Transfer, Phone: o.MobilePhoneNumber}
				}
			}), time.Now())
		}
		want := postest.Decode[struct {
			Body              map[string]any
			AlsoPresentInBody []string
		}](t, v.Expected)
		got := postest.Decode[map[string]any](t, body)
		for _, n := range want.AlsoPresentInBody {
			if got[n] == nil {
				t.Errorf("%s is missing", n)
			}
			delete(got, n)
		}
		if !reflect.DeepEqual(got, want.Body) {
			t.Errorf("%s\nwant %v", body, want.Body)
		}
	})
}

func request(op string, p pos.Payment, more func(*akbank.Request)) akbank.Request {
	r := akbank.Sale(p)
	switch op {
	case "capture":
		r = akbank.Request{TxnCode: akbank.TxnCapture, OrderID: p.OrderID, Amount: p.Amount, ClientIP: p.ClientIP}
	case "void":
		r = akbank.Request{TxnCode: akbank.TxnVoid, OrderID: p.OrderID}
	case "refund":
		r = akbank.Request{TxnCode: akbank.TxnRefund, OrderID: p.OrderID, Amount: p.Amount}
	case "inquiry":
		r = akbank.Request{TxnCode: akbank.TxnInquiry, OrderID: p.OrderID}
	case "payByLinkCreate":
		r = akbank.Request{TxnCode: akbank.TxnPayByLink, Amount: p.Amount, WithCounts: true}
	}
	more(&r)
	return r
}
