package nkolay_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/nkolay"
	"github.com/onay/onay/pos/postest"
)

func TestHashVectors(t *testing.T) {
	t.Parallel()
	postest.Vectors(t, "hash", func(t *testing.T, v postest.Vector) {
		in := postest.Decode[struct {
			FieldOrder        []string
			Fields            json.RawMessage
			MerchantSecretKey string
		}](t, v.Inputs)
		byName := map[string]string{}
		var order []string
		for _, p := range postest.Ordered(t, in.Fields) {
			byName[p.Name] = p.Value
			order = append(order, p.Value)
		}
		var got string
		switch {
		case in.FieldOrder == nil:
			got = nkolay.SignLegacy(in.MerchantSecretKey, order...)
		case in.FieldOrder[0] == "MERCHANT_NO":
			got = nkolay.SignResult(in.MerchantSecretKey, func(name string) string { return byName[name] })
		default:
			var values []string
			for _, name := range in.FieldOrder[:len(in.FieldOrder)-1] {
				values = append(values, byName[name])
			}
			got = nkolay.Sign(in.MerchantSecretKey, values...)
		}
		if want := postest.Decode[string](t, v.Expected); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func TestCallbackVectors(t *testing.T) {
	t.Parallel()
	postest.Vectors(t, "callback", func(t *testing.T, v postest.Vector) {
		in := postest.Decode[struct {
			MerchantSecretKey string
			Context           struct {
				OrderID, Currency  string
				RequestedMinor     int64
				Installments       int
				StartReferenceCode *string
			}
			Fields pos.Values
		}](t, v.Inputs)
		x := in.Context
		a := pos.Attempt{OrderID: x.OrderID, Amount: pos.Money{Minor: x.RequestedMinor, Currency: pos.Currency(x.Currency)}, Installments: x.Installments, Extra: map[string]string{}}
		if x.StartReferenceCode != nil {
			a.Extra["referenceCode"] = *x.StartReferenceCode
		}
		cb := nkolay.Config{Secret: in.MerchantSecretKey}.Verify(a, in.Fields)
		postest.Compare(t, postest.CallbackFields(cb), v.Expected)
	})
}

func TestResponseVectors(t *testing.T) {
	t.Parallel()
	postest.Vectors(t, "response", func(t *testing.T, v postest.Vector) {
		in := postest.Decode[struct {
			Operation, BodyText string
			Body                json.RawMessage
		}](t, v.Inputs)
		body := []byte(in.Body)
		if in.BodyText != "" {
			body = []byte(in.BodyText)
		}
		var got map[string]any
		check := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		switch in.Operation {
		case "payment", "complete":
			a, err := nkolay.Config{}.ParsePayment(body)
			check(err)
			got = postest.ResultFields(a.Result)
			got["html"], got["bankCode"] = string(a.HTML), a.HostResponseCode
		case "void", "refund":
			r, err := nkolay.ParseUndo(body)
			check(err)
			got = postest.ResultFields(r)
		case "list", "inquiry":
			l, err := nkolay.ParseList(body)
			check(err)
			got = postest.ListFields(l, true)
			rows := []any{}
			for _, r := range l.Rows {
				m := postest.RowFields(r)
				m["merchantCommissionMinor"] = r.CommissionMinor
				rows = append(rows, m)
			}
			got["rows"] = rows
		case "installments":
			x, err := nkolay.ParseInstallments(body)
			check(err)
			got = postest.ResultFields(x.Result)
			options := []any{}
			for _, o := range x.Options {
				options = append(options, map[string]any{"installments": o.Installments, "totalMinor": o.Total.Minor, "monthlyMinor": o.Monthly.Minor, "rate": o.Rate})
			}
			got["options"] = options
		case "commissions":
			list, r, err := nkolay.ParseCommissions(body)
			check(err)
			got = postest.ResultFields(r)
			table := []any{}
			for _, c := range list {
				table = append(table, map[string]any{"program": c.Program, "installments": c.Installments, "rate": c.Rate})
			}
			got["table"] = table
		case "cards":
			s, err := nkolay.ParseStoredCards(body)
			check(err)
			got = postest.ResultFields(s.Result)
			cards := []any{}
			for _, c := range s.Cards {
				cards = append(cards, map[string]any{"token": c.Token, "tranId": c.TranID, "maskedCard": c.MaskedCard, "issuer": c.Issuer, "alias": c.Alias})
			}
			got["cards"] = cards
		default:
			t.Fatalf("no such operation: %s", in.Operation)
		}
		postest.Compare(t, got, v.Expected)
	})
}

func TestRequestVectors(t *testing.T) {
	t.Parallel()
	postest.Vectors(t, "request", func(t *testing.T, v postest.Vector) {
		in := postest.Decode[struct {
			Operation, Rnd, ReturnURL, ReferenceCode, From, To, BIN, Date, CustomerKey string
			AmountMinor                                                                int64
			OriginalTime                                                               time.Time
			Account                                                                    struct{ SX, SXList, SXCancel, MerchantSecretKey string }
			Order                                                                      struct {
				ID, Currency, IP string
				AmountMinor      int64
				Installments     int
			}
			Card *postest.CardInput
		}](t, v.Inputs)
		want := postest.Decode[struct {
			Path           string
			Form           map[string]string
			OptionalFields []string
		}](t, v.Expected)
		a, o := in.Account, in.Order
		c := nkolay.Config{SX: a.SX, SXList: a.SXList, SXCancel: a.SXCancel, Secret: a.MerchantSecretKey}
		day := func(s string) time.Time {
			t.Helper()
			d, err := time.ParseInLocation(time.DateOnly, s, pos.Istanbul)
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
		var f nkolay.Fields
		var path string
		switch in.Operation {
		case "sale", "sale_3d", "preauth_3d":
			now, err := time.ParseInLocation("02-01-2006 15:04:05", in.Rnd, pos.Istanbul)
			if err != nil {
				t.Fatal(err)
			}
			p := pos.Payment{OrderID: o.ID, Amount: pos.Money{Minor: o.AmountMinor, Currency: pos.Currency(o.Currency)}, Installments: o.Installments, ClientIP: o.IP, Card: in.Card.Card(t),
				PreAuth: in.Operation == "preauth_3d"}
			f, path = c.Payment(p, in.ReturnURL, now), nkolay.PathPayment
		case "complete":
			f, path = c.Complete(in.ReferenceCode), nkolay.PathComplete
		case "void":
			f, path = c.Undo("cancel", in.ReferenceCode, in.AmountMinor, in.OriginalTime), nkolay.PathCancelRefund
		case "refund":
			f, path = c.Undo("refund", in.ReferenceCode, in.AmountMinor, in.OriginalTime), nkolay.PathCancelRefund
		case "list":
			f, path = c.List(day(in.From), day(in.To), "", 0), nkolay.PathList
		case "installments":
			f, path = c.Installments(in.BIN, in.AmountMinor), nkolay.PathInstallments
		case "commissions":
			f, path = c.Commissions(day(in.Date)), nkolay.PathCommissions
		case "card_list":
			f, path = c.StoredCards(in.CustomerKey), nkolay.PathStoredCards
		default:
			t.Fatalf("no such operation: %s", in.Operation)
		}
		if path != want.Path {
			t.Errorf("path %s, want %s", path, want.Path)
		}
		optional := " " + strings.Join(want.OptionalFields, " ") + " "
		got := map[string]string{}
		for _, p := range f {
			got[p.Name] = p.Value
			if _, ok := want.Form[p.Name]; !ok && !strings.Contains(optional, " "+p.Name+" ") {
				t.Errorf("%s is sent and not expected: %q", p.Name, p.Value)
			}
		}
		for name, w := range want.Form {
			if got[name] != w {
				t.Errorf("%s is %q, want %q", name, got[name], w)
			}
		}
	})
}
