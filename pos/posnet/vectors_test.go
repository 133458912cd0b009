package posnet_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/internal/xmldoc"
	"github.com/onay/onay/pos/posnet"
	"github.com/onay/onay/pos/postest"
)

// aliases are the reasons that the bank's list names otherwise.
var aliases = map[string]pos.Code{"bad_credentials_or_ip": pos.CodeInvalidCredentials, "refund_exceeds_or_invalid_amount": pos.CodeRefundExceedsAmount}

func TestHashVectors(t *testing.T) {
	t.Parallel()
	postest.Vectors(t, "hash", func(t *testing.T, v postest.Vector) {
		in := postest.Decode[struct{ EncKey, TID, MID, XID, Amount, CurrencyCode, MDStatus, MerchantPacket, BankPacket string }](t, v.Inputs)
		var got string
		switch {
		case in.MerchantPacket != "":
			got = posnet.SignCallback(in.MerchantPacket, in.BankPacket, in.EncKey)
		case in.XID == "":
			got = posnet.FirstHash(in.EncKey, in.TID)
		default:
			got = posnet.MAC(in.MDStatus, in.XID, in.Amount, in.CurrencyCode, in.MID, posnet.FirstHash(in.EncKey, in.TID))
		}
		if want := postest.Decode[string](t, v.Expected); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

type account struct{ MID, TID, PosnetID, EncKey string }

func (a account) config() posnet.Config {
	return posnet.Config{MerchantID: a.MID, TerminalID: a.TID, PosnetID: a.PosnetID, Key: a.EncKey, GateURL: posnet.TestGateURL}
}

// stamp is the moment at which a packet says it was made: the vectors are years old.
func stamp(packet, key string) time.Time {
	m, err := posnet.ReadMerchantPacket(packet, key)
	if err != nil {
		return time.Time{}
	}
	return m.Time
}

func TestCallbackVectors(t *testing.T) {
	t.Parallel()
	postest.Vectors(t, "callback", func(t *testing.T, v postest.Vector) {
		in := postest.Decode[struct {
			EncKey, MerchantPacket string
			Account                account
			Form                   pos.Values
			StoredOrder            struct {
				XID, CurrencyCode string
				AmountMinor       int64
			}
		}](t, v.Inputs)
		if in.MerchantPacket != "" {
			plain, err := posnet.OpenPacket(in.MerchantPacket, in.EncKey)
			if err != nil {
				t.Fatal(err)
			}
			m, err := posnet.ReadMerchantPacket(in.MerchantPacket, in.EncKey)
			if err != nil {
				t.Fatal(err)
			}
			postest.Compare(t, map[string]any{"plaintext": plain, "fields": map[string]any{"mid": m.MerchantID, "tid": m.TerminalID, "amount": m.AmountMinor, "installment": m.Installment,
				"xid": m.XID, "totalPoint": m.TotalPoint, "totalPointAmount": m.TotalPointAmount, "webUrl": m.WebURL, "hostIp": m.HostIP, "port": m.Port, "txStatus": m.TxStatus,
				"mdStatus": m.MDStatus, "mdErrorMessage": m.MDErrorMessage, "transactionTimeMs": m.Time.UnixMilli(), "currency": m.Currency}}, v.Expected)
			return
		}
		a := pos.Attempt{OrderID: in.StoredOrder.XID, Amount: pos.Money{Minor: in.StoredOrder.AmountMinor, Currency: posnet.CurrencyOf(in.StoredOrder.CurrencyCode)}}
		cb := in.Account.config().Verify(a, in.Form, stamp(in.Form.Get("MerchantPacket"), in.Account.EncKey).Add(time.Minute))
		postest.Compare(t, map[string]any{"signValid": cb.Signature == pos.SignatureValid, "mdStatusInPacket": cb.MDStatus, "mayContinue3D": cb.Outcome == pos.Authenticated,
			"accept": cb.Outcome != pos.Rejected}, v.Expected)
	})
}

func TestResponseVectors(t *testing.T) {
	t.Parallel()
	postest.Vectors(t, "response", func(t *testing.T, v postest.Vector) {
		in := postest.Decode[struct {
			Operation, Body, BodyHex, Data1, Data2, EncKey string
			Account                                        account
			StoredOrder                                    struct {
				XID, CurrencyCode string
				AmountMinor       int64
			}
		}](t, v.Inputs)
		switch {
		case in.Data1 != "":
			plain, err := posnet.OpenPacket(in.Data1, in.EncKey)
			if err != nil {
				t.Fatal(err)
			}
			p, err := posnet.ReadData1(in.Data1, in.EncKey)
			if err != nil {
				t.Fatal(err)
			}
			postest.Compare(t, map[string]any{"plaintext": plain, "fields": map[string]any{"posnetid": p.PosnetID, "mid": p.MerchantID, "tid": p.TerminalID, "amount": p.Amount,
				"installment": p.Installment, "xid": p.XID, "timestampMs": p.TimestampMS, "currency": p.Currency, "cardHolderName": p.CardHolderName, "tranType": p.TranType}}, v.Expected)
			return
		case in.Data2 != "":
			plain, err := posnet.OpenPacket(in.Data2, in.EncKey)
			if err != nil || len(plain) != 39 {
				t.Fatalf("%v, %d characters", err, len(plain))
			}
			postest.Compare(t, map[string]any{"plaintext": plain, "fields": map[string]any{"ccno": plain[:16], "expDate": plain[16:20], "cvc": plain[20:23], "timestampMs": plain[23:]}}, v.Expected)
			return
		}
		body := []byte(in.Body)
		if in.BodyHex != "" {
			var err error
			if body, err = hex.DecodeString(in.BodyHex); err != nil {
				t.Fatal(err)
			}
		}
		a, err := posnet.ParseAnswer(in.Operation, body)
		if err != nil {
			t.Fatal(err)
		}
		got := postest.ResultFields(a.Result)
		got["bankCode"], got["bankText"], got["hostLogKey"], got["tranDate"] = a.ResponseCode, a.Message, a.ReferenceCode, a.BankTime.Format("2006-01-02T15:04:05")
		got["reason"] = string(a.Code)
		for alias, code := range aliases {
			if strings.Contains(string(v.Expected), alias) && a.Code == code {
				got["reason"] = alias
			}
		}
		if a.Data1 != "" {
			got["data1Prefix"], got["data2Prefix"], got["sign"] = a.Data1[:8], a.Data2[:8], a.Sign
		}
		if x := a.Resolved; x.XID != "" {
			at := pos.Attempt{OrderID: in.StoredOrder.XID, Amount: pos.Money{Minor: in.StoredOrder.AmountMinor, Currency: posnet.CurrencyOf(in.StoredOrder.CurrencyCode)}}
			why := in.Account.config().MayContinue(at, a)
			got["xid"], got["amountMinor"], got["currency"], got["txStatus"], got["mdStatus"] = x.XID, x.Amount.Minor, in.StoredOrder.CurrencyCode, x.TxStatus, x.MDStatus
			got["mayContinue3D"], got["macValid"] = why == "", why != "mac"
		}
		rows := []any{}
		for _, r := range a.Rows {
			rows = append(rows, map[string]any{"orderID": r.OrderID, "maskedPan": r.MaskedCard, "amountMinor": r.Amount.Minor, "currency": map[pos.Currency]string{pos.TRY: "TL"}[r.Amount.Currency],
				"authCode": r.AuthCode, "time": r.Time.Format("2006-01-02T15:04:05.000"), "state": r.TxnCode, "effective": r.Raw["txnStatus"] == "1", "hostLogKey": r.ReferenceCode})
		}
		got["transactions"] = rows
		postest.Compare(t, got, v.Expected)
	})
}

func TestRequestVectors(t *testing.T) {
	t.Parallel()
	postest.Vectors(t, "request", func(t *testing.T, v postest.Vector) {
		in := postest.Decode[struct {
			Operation, ReturnURL, Lang string
			Account                    account
			Order                      struct {
				OrderID, XID, Amount, Currency, CurrencyCode, HostLogKey, Transaction, TranType, CardHolderName, ThreeDPrefix string
				AmountMinor                                                                                                   int64
				Installments                                                                                                  int
				ThreeD                                                                                                        bool
				Card                                                                                                          *struct{ Number, ExpYear, ExpMonth, CVC string }
				Callback                                                                                                      struct{ BankPacket, MerchantPacket, Sign string }
			}
			OosRequestDataResponse struct{ Data1, Data2, Sign string }
			Fields                 *struct {
				MID, TID string
				Sale     struct {
					OrderID, CCNo, ExpDate, CVC string
					Amount                      int64
				}
			}
		}](t, v.Inputs)
		want := postest.Decode[struct {
			XMLRoot, XMLText, URL, Method string
			XML                           any
			Fields                        map[string]string
		}](t, v.Expected)
		c, o := in.Account.config(), in.Order
		if in.Operation == "3D form" {
			f := c.Form(posnet.Answer{Data1: in.OosRequestDataResponse.Data1, Data2: in.OosRequestDataResponse.Data2, Sign: in.OosRequestDataResponse.Sign}, in.ReturnURL, in.Lang)
			if f.Action != want.URL || f.Method != want.Method {
				t.Errorf("%s %s", f.Method, f.Action)
			}
			var names []string
			for _, p := range f.Fields {
				names = append(names, p.Name)
			}
			postest.CompareForm(t, f.Get, names, want.Fields)
			return
		}
		r := posnet.Request{Op: in.Operation, OrderID: o.OrderID + o.XID, HostLogKey: o.HostLogKey, Transaction: o.Transaction, TranType: o.TranType, Installments: o.Installments, Secure3D: o.ThreeD,
			Amount: pos.Money{Minor: o.AmountMinor, Currency: pos.TRY}, Holder: o.CardHolderName, Packets: posnet.Packets{Bank: o.Callback.BankPacket, Merchant: o.Callback.MerchantPacket, Sign: o.Callback.Sign}}
		if o.Amount != "" {
			n, err := pos.ParseDecimal(o.Amount)
			if err != nil {
				t.Fatal(err)
			}
			r.Amount.Minor = n
		}
		if o.Card != nil {
			r.Card = card(t, o.Card.Number, o.Card.ExpYear, o.Card.ExpMonth, o.Card.CVC)
		}
		c.Prefix = o.ThreeDPrefix
		if f := in.Fields; f != nil {
			c.MerchantID, c.TerminalID = f.MID, f.TID
			r.Op, r.OrderID, r.Amount.Minor = posnet.OpSale, f.Sale.OrderID, f.Sale.Amount
			r.Card = card(t, f.Sale.CCNo, f.Sale.ExpDate[:2], f.Sale.ExpDate[2:], f.Sale.CVC)
		}
		doc := c.Document(r)
		if want.XMLText != "" {
			if string(doc) != want.XMLText {
				t.Errorf("got  %s\nwant %s", doc, want.XMLText)
			}
			return
		}
		root, err := xmldoc.Parse(doc)
		if err != nil || root.Name != want.XMLRoot {
			t.Fatalf("%v: %s", err, doc)
		}
		got, _ := json.Marshal(texts(tree(root)))
		expected, _ := json.Marshal(texts(want.XML))
		if string(got) != string(expected) {
			t.Errorf("got  %s\nwant %s", got, expected)
		}
	})
}

func card(t *testing.T, number, year, month, cvc string) *pos.Card {
	t.Helper()
	y, err1 := strconv.Atoi(year)
	m, err2 := strconv.Atoi(month)
	c, err3 := pos.NewUncheckedCard(number, m, y, cvc, "")
	if err1 != nil || err2 != nil || err3 != nil {
		t.Fatal(err1, err2, err3)
	}
	return c
}

func tree(n *xmldoc.Node) any {
	if len(n.Children) == 0 {
		return n.Text
	}
	m := map[string]any{}
	for i := range n.Children {
		m[n.Children[i].Name] = tree(&n.Children[i])
	}
	return m
}

// texts makes numbers texts: in XML they are the same.
func texts(v any) any {
	if m, ok := v.(map[string]any); ok {
		for k := range m {
			m[k] = texts(m[k])
		}
		return m
	}
	return fmt.Sprint(v)
}
