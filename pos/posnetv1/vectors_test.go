package posnetv1_test

import (
	"encoding/json"
	"reflect"
	"strconv"
	"testing"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/posnetv1"
	"github.com/onay/onay/pos/postest"
)

func TestHashVectors(t *testing.T) {
	t.Parallel()
	postest.Vectors(t, "hash", func(t *testing.T, v postest.Vector) {
		in := postest.Decode[struct {
			MACParams, Key string
			Values         map[string]*string
		}](t, v.Inputs)
		got := posnetv1.MAC(in.MACParams, func(name string) string {
			if s := in.Values[name]; s != nil {
				return *s
			}
			return ""
		}, in.Key)
		if want := postest.Decode[string](t, v.Expected); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func TestCallbackVectors(t *testing.T) {
	t.Parallel()
	postest.Vectors(t, "callback", func(t *testing.T, v postest.Vector) {
		in := postest.Decode[struct {
			Key         string
			Form        pos.Values
			StoredOrder *struct {
				OrderID     string
				AmountMinor int64
			}
		}](t, v.Inputs)
		// Where the vector stores no order, it is the one that the message names: then the signature alone is judged.
		a := pos.Attempt{OrderID: in.Form.Get("OrderId"), Amount: pos.Money{Currency: pos.TRY}}
		a.Amount.Minor, _ = pos.ParseMinor(in.Form.Get("Amount"))
		if in.StoredOrder != nil {
			a.OrderID, a.Amount.Minor = in.StoredOrder.OrderID, in.StoredOrder.AmountMinor
		}
		cb := posnetv1.Config{MerchantNo: in.Form.Get("MerchantId"), Key: in.Key}.Verify(a, in.Form)
		got := postest.CallbackFields(cb)
		got["macValid"], got["mayContinue3D"], got["accept"], got["amountMinor"] = cb.Signature == pos.SignatureValid, cb.Outcome == pos.Authenticated, cb.Outcome != pos.Rejected, a.Amount.Minor
		got["why"] = cb.Reason
		postest.Compare(t, got, v.Expected)
	})
}

func TestResponseVectors(t *testing.T) {
	t.Parallel()
	postest.Vectors(t, "response", func(t *testing.T, v postest.Vector) {
		in := postest.Decode[struct{ Operation, Body string }](t, v.Inputs)
		l, err := posnetv1.ParseAnswer(in.Operation, []byte(in.Body))
		if err != nil {
			t.Fatal(err)
		}
		got := postest.ResultFields(l.Result)
		got["bankCode"], got["reason"] = l.ResponseCode, string(l.Code)
		if l.Code == pos.CodeInvalidCredentials {
			got["reason"] = "bad_credentials_or_ip"
		}
		rows := []any{}
		for _, r := range l.Rows {
			rows = append(rows, map[string]any{"type": r.TxnCode, "amountMinor": r.Amount.Minor, "time": r.Time.Format("2006-01-02T15:04:05.000"), "hostLogKey": r.ReferenceCode})
		}
		got["transactions"] = rows
		postest.Compare(t, got, v.Expected)
	})
}

func TestRequestVectors(t *testing.T) {
	t.Parallel()
	postest.Vectors(t, "request", func(t *testing.T, v postest.Vector) {
		in := postest.Decode[struct {
			Operation string
			Account   struct{ MerchantNo, TerminalNo, PosnetID, Key string }
			Order     struct {
				OrderID, Amount, ReferenceCode, TransactionType, ReturnURL string
				Installments                                               int
				ThreeD                                                     bool
				Card                                                       *struct{ Number, ExpYear, ExpMonth, CVC, Holder string }
				Callback                                                   *struct{ SecureTransactionID, CAVV, ECI, MdStatus, MD string }
			}
		}](t, v.Inputs)
		o := in.Order
		c := posnetv1.Config{MerchantNo: in.Account.MerchantNo, TerminalNo: in.Account.TerminalNo, PosnetID: in.Account.PosnetID, Key: in.Account.Key}
		r := posnetv1.Request{Op: in.Operation, OrderID: o.OrderID, Secure3D: o.ThreeD, ReferenceCode: o.ReferenceCode, TransactionType: o.TransactionType, Installments: o.Installments, Amount: pos.Money{Currency: pos.TRY}}
		if o.Amount != "" {
			n, err := pos.ParseDecimal(o.Amount)
			if err != nil {
				t.Fatal(err)
			}
			r.Amount.Minor = n
		}
		if o.Card != nil {
			y, err1 := strconv.Atoi(o.Card.ExpYear)
			m, err2 := strconv.Atoi(o.Card.ExpMonth)
			card, err3 := pos.NewUncheckedCard(o.Card.Number, m, y, o.Card.CVC, o.Card.Holder)
			if err1 != nil || err2 != nil || err3 != nil {
				t.Fatal(err1, err2, err3)
			}
			r.Card = card
		}
		want := postest.Decode[struct {
			JSON   map[string]any
			Fields map[string]string
		}](t, v.Expected)
		if want.Fields != nil {
			f := c.Form(pos.Payment{OrderID: r.OrderID, Amount: r.Amount, Installments: r.Installments, Card: r.Card}, o.ReturnURL)
			var names []string
			for _, p := range f.Fields {
				names = append(names, p.Name)
			}
			postest.CompareForm(t, f.Get, names, want.Fields)
			return
		}
		if o.Callback != nil {
			r.Proof = &posnetv1.Proof{SecureTransactionID: o.Callback.SecureTransactionID, CAVV: o.Callback.CAVV, ECI: o.Callback.ECI, MDStatus: o.Callback.MdStatus, MD: o.Callback.MD}
		}
		if r.TransactionType == "" && r.Op == posnetv1.OpReturn {
			r.TransactionType = posnetv1.OpSale
		}
		got := postest.Decode[map[string]any](t, c.Body(r))
		if !reflect.DeepEqual(got, want.JSON) {
			g, _ := json.Marshal(got)
			w, _ := json.Marshal(want.JSON)
			t.Errorf("got  %s\nwant %s", g, w)
		}
	})
}
