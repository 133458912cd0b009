package garanti_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/garanti"
	"github.com/onay/onay/pos/postest"
)

func TestHashVectors(t *testing.T) {
	t.Parallel()
	postest.Vectors(t, "hash", func(t *testing.T, v postest.Vector) {
		in := postest.Decode[map[string]string](t, v.Inputs)
		want := postest.Decode[string](t, v.Expected)
		var got string
		switch version := garanti.Version(in["version"]); in["what"] {
		case "hashedPassword":
			got = garanti.HashedPassword(in["password"], in["terminalId"])
		case "xmlHashData":
			got = garanti.SignRequest(version, in["orderId"], in["terminalId"], []byte(in["cardNumber"]), in["amount"], in["currencyCode"], in["provPassword"])
		case "secure3dhash":
			got = garanti.SignForm(version, func(n string) string { return in[n] }, in["storeKey"], in["provPassword"])
		default:
			t.Fatalf("unknown hash %q", in["what"])
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
			RequestVersion, StoreKey, TerminalID, ProvPassword string
			AcceptedMdStatus                                   []string
			Fields                                             map[string]string
		}](t, v.Inputs)
		c := garanti.Config{TerminalID: in.TerminalID, StoreKey: in.StoreKey, Version: garanti.Version(in.RequestVersion), AcceptedMDStatus: in.AcceptedMdStatus}
		cb := c.Verify(pos.Attempt{}, pos.Values(in.Fields)) // the vectors have no record of the attempt
		got := postest.CallbackFields(cb)
		got["hashValid"] = cb.Signature == pos.SignatureValid && cb.Outcome != pos.Rejected
		got["procReturnCode"], got["retrefNum"], got["amountMinor"] = got["responseCode"], got["rrn"], got["authorizedMinor"]
		if cb.Outcome != pos.Rejected && cb.OrderID == "" {
			t.Error("no order")
		}
		postest.Compare(t, got, v.Expected)
	})
}

func TestResponseVectors(t *testing.T) {
	t.Parallel()
	postest.Vectors(t, "response", func(t *testing.T, v postest.Vector) {
		in := postest.Decode[struct{ RequestVersion, ProvPassword, TerminalID, XML, BodyBase64 string }](t, v.Inputs)
		body := []byte(in.XML)
		if in.BodyBase64 != "" {
			var err error
			if body, err = base64.StdEncoding.DecodeString(in.BodyBase64); err != nil {
				t.Fatal(err)
			}
		}
		a, err := garanti.Config{TerminalID: in.TerminalID, Version: garanti.Version(in.RequestVersion)}.ParseAnswer(body, in.ProvPassword)
		if err != nil {
			t.Fatal(err)
		}
		got := postest.ResultFields(a.Result)
		if a.Outcome != pos.Rejected {
			got["reasonCode"] = a.ErrorCode
		}
		for from, to := range map[string]string{"responseCode": "code", "rrn": "retrefNum", "batchNumber": "batchNum", "stan": "sequenceNum", "maskedCard": "maskedPan"} {
			if got[from] != nil {
				got[to] = got[from]
			}
		}
		if a.Signature != pos.SignatureMissing {
			got["hashDataValid"] = a.Signature == pos.SignatureValid
		}
		rows := []any{}
		for _, r := range a.Rows {
			rows = append(rows, row(r))
		}
		got["rows"], got["rowCount"] = rows, len(rows)
		if len(a.Rows) == 1 {
			r := a.Rows[0]
			got["order"] = map[string]any{"status": r.Raw["status"], "paidMinor": r.Amount.Minor, "preAuthMinor": r.AuthorizedMinor, "retrefNum": r.RRN, "authCode": r.AuthCode,
				"installments": r.Installments, "maskedPan": r.MaskedCard, "bankTime": r.Time.Format("2006-01-02T15:04:05.999-07:00"), "state": string(r.State)}
		}
		got["page"] = map[string]any{"current": a.Page.Current, "pages": a.Page.Pages, "total": a.Page.Total}
		postest.Compare(t, got, v.Expected)
	})
}

// row has the words of both lists: of an order's history and of a time.
func row(r pos.Row) map[string]any {
	m := map[string]any{"type": r.TxnCode, "ok": r.State != pos.StateFailed, "amountMinor": r.Amount.Minor, "returnCode": r.ResponseCode, "responseCode": r.ResponseCode,
		"installments": r.Installments, "secure3d": r.Raw["safeType"] == "3D", "date": r.Time.Format(time.DateOnly), "bankTime": r.Time.Format(time.RFC3339)}
	for name, s := range map[string]string{"orderId": r.OrderID, "retrefNum": r.RRN, "authCode": r.AuthCode, "batchNum": r.BatchNumber, "currency": string(r.Amount.Currency),
		"currencyCode": r.Amount.Currency.Numeric(), "originalRetrefNum": r.Raw["origRetrefNum"]} {
		if s != "" {
			m[name] = s
		}
	}
	return m
}

func TestRequestVectors(t *testing.T) {
	t.Parallel()
	postest.Vectors(t, "request", func(t *testing.T, v postest.Vector) {
		in := postest.Decode[struct {
			Operation, Model, IP, AmountSent string
			From, To                         time.Time
			Page                             int
			Account                          struct{ MerchantID, TerminalID, ProvUser, ProvPassword, RefundUser, RefundPassword, StoreKey, Mode string }
			Order                            struct {
				ID, Currency, IP, OriginalRetrefNum, SuccessURL, FailURL string
				AmountMinor, RefundMinor                                 int64
				Installments                                             int
			}
			Card     *postest.CardInput
			Callback struct{ CAVV, ECI, XID, MD string }
		}](t, v.Inputs)
		a, o := in.Account, in.Order
		c := garanti.Config{MerchantID: a.MerchantID, TerminalID: a.TerminalID, Provision: garanti.User{Name: a.ProvUser, Password: a.ProvPassword}, Refund: garanti.User{Name: a.RefundUser, Password: a.RefundPassword},
			StoreKey: a.StoreKey, Test: a.Mode == "TEST", Model: pos.Secure}
		p := pos.Payment{OrderID: o.ID, Amount: pos.Money{Minor: o.AmountMinor, Currency: pos.Currency(o.Currency)}, Installments: o.Installments, ClientIP: o.IP + in.IP, Card: in.Card.Card(t), PreAuth: in.Operation == "preauth"}
		want := postest.Decode[struct {
			BodyXML string
			Fields  map[string]string
		}](t, v.Expected)
		if in.Operation == "secure3dForm" {
			f := c.Form(garanti.FormRequest{Payment: p, ReturnURL: o.SuccessURL, FailURL: o.FailURL})
			var names []string
			for _, x := range f.Fields {
				names = append(names, x.Name)
			}
			postest.CompareForm(t, f.Get, names, want.Fields)
			return
		}
		r := garanti.Sale(p)
		r.Original = o.OriginalRetrefNum
		switch in.Operation {
		case "void":
			r.Type = garanti.TypeVoid
			r.AmountMinor, _ = pos.ParseMinor(in.AmountSent)
		case "refund":
			r.Type, r.AmountMinor = garanti.TypeRefund, o.RefundMinor
		case "status":
			r.Type = garanti.TypeInquiry
		case "history":
			r.Type, r.Period, r.Page = garanti.TypeList, pos.Period{From: in.From, To: in.To}, in.Page
		case "completeSecure3d":
			r.Proof = &garanti.Proof{CAVV: in.Callback.CAVV, ECI: in.Callback.ECI, XID: in.Callback.XID, MD: in.Callback.MD}
		}
		postest.CompareElements(t, postest.Elements(t, c.Document(r)), postest.Elements(t, []byte(want.BodyXML)), func(path, value string) bool {
			return strings.HasSuffix(path, "/CardholderPresentCode") && value == "0" || strings.HasSuffix(path, "/MotoInd") && value == "N"
		})
	})
}
