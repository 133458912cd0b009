package payflex_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/payflex"
	"github.com/onay/onay/pos/postest"
)

func TestHashVectors(t *testing.T) {
	t.Parallel()
	postest.Vectors(t, "hash", func(t *testing.T, v postest.Vector) {
		in := postest.Decode[struct {
			HostMerchantID, AmountCode, Amount, MerchantPassword, PareqFromEnrollment string
			Fields                                                                    map[string]string
		}](t, v.Inputs)
		var got string
		switch {
		case in.PareqFromEnrollment != "":
			got = payflex.URLSafe(in.PareqFromEnrollment)
		case in.Fields != nil:
			got = payflex.SignCallback(func(name string) string { return in.Fields[name] }, in.MerchantPassword)
		default:
			got = payflex.SignCommonPayment(in.HostMerchantID, in.AmountCode, in.Amount, in.MerchantPassword)
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
			Variant string
			Account struct{ MerchantID, Password string }
			Order   struct {
				VerifyEnrollmentRequestID, Currency string
				AmountMinor                         int64
			}
			Fields pos.Values
		}](t, v.Inputs)
		c := payflex.Config{MerchantID: in.Account.MerchantID, Password: in.Account.Password, Legacy: in.Variant == "legacy"}
		a := pos.Attempt{OrderID: "ORDER", Nonce: in.Order.VerifyEnrollmentRequestID, Amount: pos.Money{Minor: in.Order.AmountMinor, Currency: pos.Currency(in.Order.Currency)}}
		if in.Variant == "commonPayment" {
			a.Model = pos.SecureHosted
		}
		cb := c.Verify(a, in.Fields)
		got := postest.CallbackFields(cb)
		got["signed"] = cb.Signature != pos.SignatureMissing
		got["rc"], got["code"], got["transactionId"] = cb.ResponseCode, cb.ErrorCode, cb.ReferenceCode
		if cb.Outcome == pos.Unverified {
			got["outcome"] = "query" // the vectors' word
		}
		postest.Compare(t, got, v.Expected)
	})
}

func form(f pos.Form) map[string]any {
	fields := map[string]any{}
	for _, p := range f.Fields {
		fields[p.Name] = p.Value
	}
	return map[string]any{"action": f.Action, "method": f.Method, "fields": fields}
}

func minor(s string) any {
	n, err := pos.ParseDecimal(s)
	if err != nil {
		return nil
	}
	return n
}

func TestResponseVectors(t *testing.T) {
	t.Parallel()
	postest.Vectors(t, "response", func(t *testing.T, v postest.Vector) {
		in := postest.Decode[struct{ Endpoint, XML, Body string }](t, v.Inputs)
		body := []byte(in.XML + in.Body)
		var got map[string]any
		switch in.Endpoint {
		case "Vposreq":
			a := payflex.ParseAnswer(body)
			got = postest.ResultFields(a.Result)
			for from, to := range map[string]string{"TerminalNo": "terminalNo", "ReferenceTransactionId": "referenceTransactionId", "ECI": "eci"} {
				got[to] = a.Raw[from]
			}
			got["resultCode"], got["resultDetail"], got["transactionId"], got["batchNo"], got["amountMinor"] = a.ResponseCode, a.Message, a.ReferenceCode, a.BatchNumber, a.Authorized.Minor
			got["currencyCode"], got["gainedPointMinor"], got["totalPointMinor"] = a.Authorized.Currency.Numeric(), minor(a.Raw["GainedPoint"]), minor(a.Raw["TotalPoint"])
			if !a.Readable { // words for people
				got["paymentState"], got["hint"] = "unknown: query before any retry", "usually the caller IP is not allowed; the answer is HTML with HTTP 200"
			}
		case "Search":
			l, _, err := payflex.ParseSearch(body)
			if err != nil {
				t.Fatal(err)
			}
			got = postest.ListFields(l, false)
			rows := []any{}
			for _, r := range l.Rows {
				kind := map[string]string{"Sale": "sale", "Auth": "preauth", "Capture": "capture", "Cancel": "void", "Refund": "refund", "Reversal": "reversal"}[r.TxnCode]
				rows = append(rows, map[string]any{"orderId": r.OrderID, "transactionId": r.ReferenceCode, "type": kind, "state": string(r.State), "amountMinor": r.Amount.Minor,
					"refundedMinor": r.Raw["refundedMinor"], "currencyCode": r.Amount.Currency.Numeric(), "resultCode": r.ResponseCode, "authCode": r.AuthCode, "rrn": r.RRN, "batchClosed": r.Settled})
			}
			got["rows"] = rows
		case "Enrollment", "ProcessEnrollment":
			e, err := payflex.ParseEnrollment(body)
			if err != nil {
				t.Fatal(err)
			}
			got = postest.ResultFields(e.Result)
			got["enrollment"], got["code"], got["form"] = e.Status, e.ErrorCode, form(e.Form)
			got["hint"] = "also what the old endpoint answers for a merchant it does not know"
		case "RegisterTransaction":
			p, err := payflex.ParsePage(body)
			if err != nil {
				t.Fatal(err)
			}
			got = postest.ResultFields(p.Result)
			got["code"], got["form"] = p.ErrorCode, form(p.Form)
		default:
			r, err := payflex.ParsePayment(body)
			if err != nil {
				t.Fatal(err)
			}
			got = postest.ResultFields(r)
			got["rc"], got["code"], got["transactionId"], got["maskedPan"], got["amountMinor"] = r.ResponseCode, r.ErrorCode, r.ReferenceCode, r.MaskedCard, r.Authorized.Minor
			got["currencyCode"], got["secure"] = r.Authorized.Currency.Numeric(), r.Raw["secure"] == "True"
		}
		postest.Compare(t, got, v.Expected)
	})
}

func TestRequestVectors(t *testing.T) {
	t.Parallel()
	postest.Vectors(t, "request", func(t *testing.T, v postest.Vector) {
		in := postest.Decode[struct {
			Operation                 string
			Account                   struct{ MerchantID, Password, TerminalNo string }
			VerifyEnrollmentRequestID string
			Order                     struct {
				ID, TransactionID, Currency, IP, SuccessURL, FailURL, Lang string
				AmountMinor                                                int64
				Installments                                               int
			}
			Card      *postest.CardInput
			Recurring *struct {
				Every, Count int
				Unit, End    string
			}
			Callback         struct{ Eci, Cavv, VerifyEnrollmentRequestID string }
			CallbackQuery    struct{ TransactionID, PaymentToken string }
			RegisterResponse struct{ CommonPaymentUrl, PaymentToken string }
		}](t, v.Inputs)
		want := postest.Decode[struct {
			XML, URL               string
			Fields, OptionalFields map[string]string
			Absent, NeverSend      []string
		}](t, v.Expected)
		o := in.Order
		c := payflex.Config{MerchantID: in.Account.MerchantID, Password: in.Account.Password, TerminalNo: in.Account.TerminalNo, Legacy: true}
		amount := pos.Money{Minor: o.AmountMinor, Currency: pos.Currency(o.Currency)}
		r := payflex.Request{OrderID: o.ID, Amount: amount, Installments: o.Installments, Card: in.Card.Card(t), ClientIP: o.IP, Reference: o.TransactionID}
		fr := payflex.FormRequest{Payment: pos.Payment{OrderID: o.ID, Amount: amount, Installments: o.Installments, Card: r.Card, Lang: o.Lang}, ReturnURL: o.SuccessURL, FailURL: o.FailURL,
			RequestID: in.VerifyEnrollmentRequestID}
		if in.Recurring != nil {
			fr.Payment.Recurring = &pos.Plan{Every: in.Recurring.Every, Count: in.Recurring.Count, Unit: pos.Unit(strings.ToLower(in.Recurring.Unit))}
			end, err := time.ParseInLocation(time.DateOnly, in.Recurring.End, pos.Istanbul)
			if err != nil {
				t.Fatal(err)
			}
			fr.PlanEnd = end
		}
		var doc []byte
		switch in.Operation {
		case "mpiEnrollment":
			compareFields(t, c.Enrollment(fr), want.Fields)
			return
		case "commonPaymentRegister":
			compareFields(t, c.CommonPayment(fr), want.Fields)
			return
		case "commonPaymentQuery":
			compareFields(t, c.CommonQuery(in.CallbackQuery.TransactionID, in.CallbackQuery.PaymentToken), want.Fields)
			return
		case "commonPaymentOpen":
			p, err := payflex.ParsePage([]byte(`{"CommonPaymentUrl":` + strconv.Quote(in.RegisterResponse.CommonPaymentUrl) + `,"PaymentToken":` + strconv.Quote(in.RegisterResponse.PaymentToken) + `}`))
			if err != nil {
				t.Fatal(err)
			}
			if got := p.Form.Action + "?Ptkn=" + p.Form.Get("Ptkn"); got != want.URL || p.Form.Method != "GET" {
				t.Errorf("%s %s", p.Form.Method, got)
			}
			return
		case "status":
			doc = c.SearchDocument("", o.ID)
		case "completeSecure3d":
			r.Type, r.TransactionID, r.Reference = payflex.TypeSale, o.TransactionID, ""
			r.Proof = &payflex.Proof{MPITransactionID: in.Callback.VerifyEnrollmentRequestID, ECI: in.Callback.Eci, CAVV: in.Callback.Cavv}
			doc = c.Document(r)
		default:
			kinds := map[string]string{"sale": payflex.TypeSale, "preauth": payflex.TypeAuth, "capture": payflex.TypeCapture, "void": payflex.TypeCancel, "reversal": payflex.TypeReversal}
			if r.Type = kinds[in.Operation]; r.Type == "" {
				t.Fatalf("no such operation: %s", in.Operation)
			}
			doc = c.Document(r)
		}
		got := postest.Elements(t, doc)
		postest.CompareElements(t, got, postest.Elements(t, []byte(want.XML)), nil)
		for _, name := range want.Absent {
			if _, ok := got["VposRequest/"+name]; ok {
				t.Errorf("%s is sent", name)
			}
		}
	})
}

func compareFields(t *testing.T, fields []pos.Pair, want map[string]string) {
	t.Helper()
	f := pos.Form{Fields: fields}
	names := make([]string, len(fields))
	for i, p := range fields {
		names[i] = p.Name
	}
	postest.CompareForm(t, f.Get, names, want)
}
