package intervpos_test

import (
	"testing"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/intervpos"
	"github.com/onay/onay/pos/postest"
)

type account struct{ ShopCode, UserCode, UserPass, MerchantPass string }

func (a account) config() intervpos.Config {
	return intervpos.Config{ShopCode: a.ShopCode, UserCode: a.UserCode, UserPass: a.UserPass, MerchantPass: a.MerchantPass, URL: intervpos.TestURL, HostURL: intervpos.TestHostURL}
}

func TestHashVectors(t *testing.T) {
	t.Parallel()
	postest.Vectors(t, "hash", func(t *testing.T, v postest.Vector) {
		in := postest.Decode[struct {
			MerchantPass, HASHPARAMS, HASHPARAMSVAL, HASH string
			Fields, Values                                map[string]string
		}](t, v.Inputs)
		if in.HASH != "" { // made without the key: it fits nothing that may be believed
			c := intervpos.Config{ShopCode: "3123", MerchantPass: "gDg1N"}
			values := pos.Values{"OrderId": in.HASHPARAMSVAL, "HASHPARAMS": "OrderId:", "HASHPARAMSVAL": in.HASHPARAMSVAL, "HASH": in.HASH}
			if intervpos.SignCallback(values, "") != in.HASH {
				t.Error("the hash is not that of the text alone")
			}
			if cb := c.Verify(pos.Attempt{}, values); cb.Outcome != pos.Rejected || cb.Signature != pos.SignatureInvalid {
				t.Errorf("%s, signature %s", cb.Outcome, cb.Signature)
			}
			return
		}
		want := postest.Decode[string](t, v.Expected)
		got := intervpos.SignForm(func(n string) string { return in.Fields[n] }, in.MerchantPass)
		if in.HASHPARAMS != "" {
			in.Values["HASHPARAMS"] = in.HASHPARAMS
			got = intervpos.SignCallback(pos.Values(in.Values), in.MerchantPass)
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
			Account     account
			Form        map[string]any
			StoredOrder struct {
				OrderID, Currency string
				AmountMinor       int64
			}
		}](t, v.Inputs)
		values := pos.Values{}
		for n, x := range in.Form {
			s, _ := x.(string) // null counts as empty
			values[n] = s
		}
		o := in.StoredOrder
		c := in.Account.config()
		cb := c.Verify(pos.Attempt{OrderID: o.OrderID, Amount: pos.Money{Minor: o.AmountMinor, Currency: pos.CurrencyOf(o.Currency)}}, values)
		got := words(postest.CallbackFields(cb))
		got["accept"], got["why"], got["treatAs"] = cb.Outcome != pos.Rejected, cb.Reason, cb.NextStep
		got["3dAuthenticated"] = cb.Outcome == pos.Authenticated
		got["needsSecondCall"] = cb.Outcome == pos.Authenticated
		got["matchesWithoutKey"] = intervpos.SignCallback(values, "") == values["HASH"]
		postest.Compare(t, got, v.Expected)
	})
}

// words gives the members under the names of the file.
func words(m map[string]any) map[string]any {
	for from, to := range map[string]string{"responseCode": "bankCode", "normalized": "reason", "authorizedMinor": "amountMinor"} {
		if m[from] != nil {
			m[to] = m[from]
		}
	}
	if m["reason"] == "invalid_credentials" {
		m["reason"] = "bad_credentials" // an alias of the common vocabulary
	}
	return m
}

func TestResponseVectors(t *testing.T) {
	t.Parallel()
	postest.Vectors(t, "response", func(t *testing.T, v postest.Vector) {
		in := postest.Decode[struct{ Operation, Body string }](t, v.Inputs)
		var r pos.Result
		var err error
		if in.Operation == intervpos.TxnInquiry {
			var l pos.List
			l, err = intervpos.ParseStatus([]byte(in.Body))
			r = l.Result
		} else {
			r, err = intervpos.ParseAnswer([]byte(in.Body))
		}
		if err != nil {
			t.Fatal(err)
		}
		fields := map[string]any{}
		for n, x := range r.Raw {
			fields[n] = x
		}
		got := words(postest.ResultFields(r))
		got["fields"], got["voidDate"] = fields, nil
		if id := r.Raw["OrderId"]; r.OrderID == "" {
			got["bankOrderId"] = id
		}
		if !r.BankTime.IsZero() {
			got["time"] = r.BankTime.Format("2006-01-02T15:04:05")
		}
		postest.Compare(t, got, v.Expected)
	})
}

func TestRequestVectors(t *testing.T) {
	t.Parallel()
	postest.Vectors(t, "request", func(t *testing.T, v postest.Vector) {
		in := postest.Decode[struct {
			Operation, Rnd, SecureType string
			Account                    account
			Order                      struct {
				OrderID, Amount, Currency, OkURL, FailURL string
				Installments                              int
				Card                                      *struct{ Number, ExpMonth, ExpYear, CVC, Brand string }
			}
		}](t, v.Inputs)
		want := postest.Decode[struct {
			URL    string
			Fields map[string]string
		}](t, v.Expected)
		o, c := in.Order, in.Account.config()
		p := pos.Payment{OrderID: o.OrderID, Amount: pos.Money{Currency: pos.Currency(o.Currency)}, Installments: o.Installments}
		p.Amount.Minor, _ = pos.ParseDecimal(o.Amount)
		var brand pos.Brand
		if o.Card != nil {
			brand = pos.Brand(o.Card.Brand)
			p.Card = (&postest.CardInput{Number: o.Card.Number, Month: o.Card.ExpMonth, Year: o.Card.ExpYear, CVV: o.Card.CVC}).Card(t)
		}
		var fields []pos.Pair
		if in.SecureType != "" {
			c.Model = map[string]pos.Model{"3DModel": pos.Secure, "3DPay": pos.SecurePay, "3DHost": pos.SecureHosted}[in.SecureType]
			f := c.Form(intervpos.FormRequest{Payment: p, ReturnURL: o.OkURL, FailURL: o.FailURL, Nonce: in.Rnd, Brand: brand})
			if f.Action != want.URL {
				t.Errorf("to %s, want %s", f.Action, want.URL)
			}
			fields = f.Fields
		} else {
			r := intervpos.Sale(p)
			r.TxnType, r.Brand = in.Operation, brand
			fields = c.Fields(r)
		}
		// The set of fields counts here: an empty one is sent, and none besides.
		got := map[string]string{}
		for _, f := range fields {
			if _, twice := got[f.Name]; twice {
				t.Errorf("%s is sent twice", f.Name)
			}
			got[f.Name] = f.Value
		}
		for n, w := range want.Fields {
			if g, ok := got[n]; !ok || g != w {
				t.Errorf("%s is %q (sent: %v), want %q", n, g, ok, w)
			}
		}
		if len(got) != len(want.Fields) {
			t.Errorf("%d fields, want %d: %v", len(got), len(want.Fields), got)
		}
	})
}
