package payfor_test

import (
	"encoding/json"
	"html"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/payfor"
	"github.com/onay/onay/pos/postest"
)

type account struct{ MbrId, MerchantID, UserCode, UserPass, MerchantPass string }

func (a account) config() payfor.Config {
	return payfor.Config{MbrID: a.MbrId, MerchantID: a.MerchantID, UserCode: a.UserCode, UserPass: a.UserPass, MerchantPass: a.MerchantPass}
}

// words are the file's own words for those of the library (section 11 of the protocol's description lists them).
var words = map[string]pos.Code{"threeds_failed": pos.CodeSecure3DFailed}

func TestHashVectors(t *testing.T) {
	t.Parallel()
	postest.Vectors(t, "hash", func(t *testing.T, v postest.Vector) {
		in := postest.Decode[struct {
			MerchantPass, Hash, MerchantID, UserCode string
			Fields, A, B, Common                     map[string]string
		}](t, v.Inputs)
		if in.A != nil {
			want := postest.Decode[struct{ HashOfBoth string }](t, v.Expected)
			for _, cut := range []map[string]string{in.A, in.B} {
				get := func(n string) string { return cut[n] + in.Common[n] }
				if got := payfor.SignForm(get, in.MerchantPass); got != want.HashOfBoth {
					t.Errorf("%s\nwant %s", got, want.HashOfBoth)
				}
			}
			return
		}
		want := postest.Decode[string](t, v.Expected)
		var got string
		if in.Fields != nil {
			got = payfor.SignForm(func(n string) string { return in.Fields[n] }, in.MerchantPass)
		} else {
			raw := postest.Decode[map[string]string](t, v.Inputs)
			got = payfor.Config{MerchantID: in.MerchantID, MerchantPass: in.MerchantPass, UserCode: in.UserCode}.SignCallback(func(n string) string { return raw[n] }, in.Hash == "sha256")
		}
		if got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	})
}

func TestRequestVectors(t *testing.T) {
	t.Parallel()
	postest.Vectors(t, "request", func(t *testing.T, v postest.Vector) {
		in := postest.Decode[struct {
			Operation, Rnd, Model string
			Account               account
			Fields                json.RawMessage
			Card                  *cardInput
			Order                 struct {
				OrderID, Amount, Currency, RequestGuid, Date, OkURL, FailURL string
				Installments                                                 int
				Card                                                         *cardInput
			}
		}](t, v.Inputs)
		want := postest.Decode[struct {
			Fields           map[string]string
			XMLText          string
			CompareAsDecimal []string
		}](t, v.Expected)
		if in.Fields != nil {
			if got := string(payfor.Raw(postest.Ordered(t, in.Fields)...)); got != want.XMLText {
				t.Errorf("%s\nwant %s", got, want.XMLText)
			}
			return
		}
		o, c := in.Order, in.Account.config()
		card := o.Card
		if card == nil {
			card = in.Card
		}
		p := pos.Payment{OrderID: o.OrderID, Amount: pos.Money{Currency: pos.Currency(o.Currency)}, Installments: o.Installments, Card: card.card(t)}
		p.Amount.Minor, _ = pos.ParseDecimal(o.Amount)
		if in.Operation == "" {
			if p.Amount.Currency == "" {
				p.Amount.Currency = pos.TRY
			}
			if c.Model = pos.Secure; p.Card == nil {
				c.Model = pos.SecureHosted
			}
			f := c.Form(payfor.FormRequest{Payment: p, ReturnURL: o.OkURL, FailURL: o.FailURL, Nonce: in.Rnd})
			var names []string
			for _, x := range f.Fields {
				names = append(names, x.Name)
			}
			postest.CompareForm(t, f.Get, names, want.Fields)
			return
		}
		r := payfor.Request{Op: in.Operation, OrderID: p.OrderID, Amount: p.Amount, Installments: p.Installments, Card: p.Card, GUID: o.RequestGuid}
		if o.Date != "" {
			day, err := time.ParseInLocation(time.DateOnly, o.Date, pos.Istanbul)
			if err != nil {
				t.Fatal(err)
			}
			r.Day = day
		}
		wanted := map[string]string{}
		for n, x := range want.Fields {
			wanted["PayforRequest/"+n] = x
		}
		postest.CompareElements(t, postest.Elements(t, c.Document(r)), wanted, func(path, value string) bool {
			if strings.HasSuffix(path, "/Lang") {
				return true
			}
			return slices.Contains(want.CompareAsDecimal, path[strings.LastIndexByte(path, '/')+1:]) && value == pos.Decimal(p.Amount.Minor)
		})
	})
}

type cardInput struct{ Number, ExpMonth, ExpYear, CVC, Holder string }

func (c *cardInput) card(t *testing.T) *pos.Card {
	if c == nil {
		return nil
	}
	return (&postest.CardInput{Number: c.Number, Month: c.ExpMonth, Year: c.ExpYear, CVV: c.CVC, Holder: c.Holder}).Card(t)
}

func TestCallbackVectors(t *testing.T) {
	t.Parallel()
	postest.Vectors(t, "callback", func(t *testing.T, v postest.Vector) {
		in := postest.Decode[struct {
			Account     account
			Form        map[string]string
			StoredOrder struct{ OrderID, Amount, Currency string }
		}](t, v.Inputs)
		var a pos.Attempt
		if o := in.StoredOrder; o.OrderID != "" {
			a.OrderID, a.Amount.Currency = o.OrderID, pos.CurrencyOf(o.Currency)
			a.Amount.Minor, _ = pos.ParseDecimal(o.Amount)
		}
		cb := in.Account.config().Verify(a, pos.Values(in.Form))
		got := translate(postest.CallbackFields(cb))
		got["accept"], got["why"] = cb.Outcome != pos.Rejected, cb.Reason
		got["3dAuthenticated"] = cb.Outcome == pos.Authenticated
		if cb.Outcome == pos.Authenticated {
			got["needsSecondCall"] = payfor.Secure3D
		}
		got["amount"] = in.Form["PurchAmount"]
		postest.Compare(t, rename(got), v.Expected)
	})
}

// translate gives the members under the words of the file.
func translate(m map[string]any) map[string]any {
	for from, to := range map[string]string{"responseCode": "bankCode", "rrn": "hostRefNum", "errorCode": "ircCode", "normalized": "reason"} {
		if m[from] != nil {
			m[to] = m[from]
		}
	}
	return m
}

func TestResponseVectors(t *testing.T) {
	t.Parallel()
	postest.Vectors(t, "response", func(t *testing.T, v postest.Vector) {
		in := postest.Decode[struct {
			Operation, Body string
			Decoded         map[string]any
		}](t, v.Inputs)
		body := in.Body
		if in.Decoded != nil {
			root := "PayforResponse"
			if in.Operation == payfor.TxnHistory {
				root = "TxnHistoryReport"
			}
			var b strings.Builder
			write(&b, root, in.Decoded)
			body = b.String()
		}
		var got map[string]any
		switch in.Operation {
		case payfor.TxnInquiry, payfor.TxnHistory:
			parse := payfor.ParseInquiry
			if in.Operation == payfor.TxnHistory {
				parse = payfor.ParseHistory
			}
			l, err := parse([]byte(body))
			if err != nil {
				t.Fatal(err)
			}
			got = translate(postest.ListFields(l, true))
			rows := []any{}
			for _, r := range l.Rows {
				rows = append(rows, row(r))
			}
			got["transactions"] = rows
			if in.Operation == payfor.TxnInquiry && len(l.Rows) == 1 {
				for n, x := range row(l.Rows[0]) {
					got[n] = x
				}
			}
			got["mustRedactBeforeLogging"] = []any{"UserPass", "MerchantPass"} // see TestErrorRecordsThatEchoPasswordsAreMasked
		default:
			r, err := payfor.ParseAnswer([]byte(body))
			if err != nil {
				t.Fatal(err)
			}
			got = translate(postest.ResultFields(r))
			got["MD"], got["Hash"] = r.Raw["MD"], r.Raw["Hash"]
		}
		postest.Compare(t, rename(got), v.Expected)
	})
}

// rename turns the library's codes back into the file's words where they differ.
func rename(m map[string]any) map[string]any {
	for word, code := range words {
		if m["reason"] == string(code) {
			m["reason"] = word
		}
	}
	return m
}

func row(r pos.Row) map[string]any {
	m := map[string]any{"txnType": r.TxnCode, "txnStatus": r.Raw["txnStatus"], "orderId": r.OrderID, "amount": pos.Decimal(r.Amount.Minor), "bankCode": r.ResponseCode, "authCode": r.AuthCode,
		"time": r.Time.Format("2006-01-02T15:04:05"), "isBatchClosed": r.Raw["IsBatchClosed"] == "True", "movesMoney": r.MoneyMinor != 0, "captured": r.MoneyMinor != 0,
		"orderStatus": strings.Replace(string(r.State), "authorized", "preauthorized", 1), "installments": r.Installments}
	if !r.VoidTime.IsZero() {
		m["voidTime"] = r.VoidTime.Format("2006-01-02T15:04:05")
	}
	return m
}

// write makes a document of a decoded tree.
func write(b *strings.Builder, name string, v any) {
	switch x := v.(type) {
	case []any:
		for _, e := range x {
			write(b, name, e)
		}
	case map[string]any:
		b.WriteString("<" + name + ">")
		for n, e := range x {
			if !strings.HasPrefix(n, "@") {
				write(b, n, e)
			}
		}
		b.WriteString("</" + name + ">")
	case string:
		b.WriteString("<" + name + ">" + html.EscapeString(x) + "</" + name + ">")
	default:
		b.WriteString("<" + name + "/>")
	}
}
