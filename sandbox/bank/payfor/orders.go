package payfor

import (
	"fmt"
	"net/http"
	"time"

	"github.com/onay/onay/sandbox/bank"
	"github.com/onay/onay/sandbox/outside"
)

const noTime = "1.01.0001 00:00:00"

var kinds = map[bank.Kind]string{bank.Sale: "Auth", bank.PreAuth: "PreAuth", bank.Capture: "PostAuth", bank.Void: "Void", bank.Refund: "Refund"}

// row are the elements of one record; times are written in the layout given.
func row(t *bank.Txn, merchant, layout string) []field {
	status, result, voidDate, voidTime, code, text := "Y", "Success", "0", "0", t.Code, "Onaylandı"
	if t.Code != "00" {
		status, result, text = "N", "Failed", bank.Words(t.Code)
		if t.Code == "V014" {
			text = "Bu işlem geri alınamaz, lüften asıl işlemi iptal edin."
		}
	}
	if !t.Voided.IsZero() {
		status, voidDate, voidTime = "V", t.Voided.Format("20060102"), t.Voided.Format("150405")
	}
	refunded := t.Refunded
	if t.Kind == bank.Refund && t.Code != "00" {
		refunded = t.Minor
	}
	org := ""
	if t.Of != nil {
		org = t.Of.Order
	}
	return []field{{"RequestGuid", "1000000" + fmt.Sprintf("%09d", t.STAN)}, {"MerchantID", merchant}, {"OrderId", t.Order}, {"OrgOrderId", org}, {"TxnType", kinds[t.Kind]}, {"TxnStatus", status}, {"TxnResult", result},
		{"ProcReturnCode", code}, {"ErrMsg", text}, {"PurchAmount", bank.Decimal(t.Minor)}, {"Currency", t.Currency}, {"InstallmentCount", fmt.Sprint(t.Installments)}, {"AuthCode", t.AuthCode}, {"HostRefNum", ""}, {"F37", t.RRN},
		{"CardMask", t.Card.Masked()}, {"InsertDatetime", t.At.Format(layout)}, {"TrxDate", t.At.Format(layout)}, {"VoidDate", voidDate}, {"VoidTime", voidTime}, {"RefundedAmount", bank.Decimal(refunded)},
		{"IsVoided", fmt.Sprint(status == "V")}, {"IsRefunded", fmt.Sprint(t.Code == "00" && t.Refunded > 0 && t.Left() == 0)}, {"BatchNo", fmt.Sprint(t.Batch)}, {"SecureType", "NonSecure"}, {"Expiry", ""}}
}

func (s *Server) inquire(x Store, order string) (out []field) {
	s.book.Do(func() {
		t := s.book.Paid(x.MerchantID, order)
		if t == nil {
			for _, y := range s.book.Order(x.MerchantID, order) {
				t = y
			}
		}
		if t == nil {
			out = []field{{"RequestGuid", "0"}, {"OrderId", ""}, {"OrgOrderId", order}, {"TxnType", "OrderInquiry"}, {"TxnStatus", "P"}, {"TxnResult", "Failed"}, {"ProcReturnCode", "V013"},
				{"ErrMsg", "Seçili İşlem Bulunamadı!"}, {"IrcCode", "99961"}, {"IrcDet", ""}, {"InsertDatetime", noTime}, {"VoidDate", "0"}, {"VoidTime", "0"}}
			return
		}
		if c := t.CapturedBy; c != nil {
			t = c
		}
		out = row(t, x.MerchantID, "02.01.2006 15:04:05")
	})
	return out
}

const schema = ` xmlns="http://ocean.smartway.com/"`

// report is TxnHistory or EodDetail.
func (s *Server) report(r *http.Request, g get) (out string) {
	x, code, text := s.login(r, g, true)
	root := "TxnHistoryReport"
	if g("TxnType") == "EodDetail" {
		root = "EodDetailReport"
	}
	record := func(f []field, closed bool) string {
		inner := ""
		for _, y := range f {
			inner += bank.Tag(y.name, y.value)
		}
		pair := func(a, b string) string {
			return bank.Box("ArrayOfString", bank.Tag("string", a), bank.Tag("string", b))
		}
		return bank.Box("PaymentRequestExtended", "<PaymentRequest"+schema+">"+inner+"</PaymentRequest>",
			bank.Box("ExtraParameters", pair("IsBatchClosed", map[bool]string{true: "True", false: "False"}[closed]), pair("SettlementDate", "")))
	}
	own := func(code, text string) string { // an answer without rows is a record about itself, and repeats the password as the bank does
		return bank.Box(root, record([]field{{"RequestGuid", "0"}, {"UserCode", g("UserCode")}, {"UserPass", g("UserPass")}, {"TxnType", "TxnHistory"}, {"SecureType", "Report"}, {"TxnStatus", "P"},
			{"ProcReturnCode", code}, {"ErrMsg", text}, {"OrderId", g("OrderId")}}, false))
	}
	if code != "" {
		return own(code, text)
	}
	s.book.Do(func() {
		var lines []*bank.Txn
		if order := g("OrderId"); order != "" {
			lines = s.book.Order(x.MerchantID, order)
		} else {
			day, err := time.ParseInLocation("20060102", g("ReqDate"), outside.Istanbul)
			end := day
			if err == nil && g("EndDate") != "" {
				end, err = time.ParseInLocation("20060102", g("EndDate"), outside.Istanbul)
			}
			if err != nil {
				out = own("M022", "ReqDate hatalı")
				return
			}
			lines = s.book.All(x.MerchantID, day, end.AddDate(0, 0, 1))
		}
		if len(lines) == 0 {
			out = own("V013", "Seçili İşlem Bulunamadı!")
			return
		}
		inner := ""
		for _, t := range lines {
			inner += record(row(t, x.MerchantID, "2006-01-02T15:04:05"), t.Settled)
		}
		out = bank.Box(root, inner)
	})
	return out
}
