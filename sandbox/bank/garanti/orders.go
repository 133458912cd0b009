package garanti

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/onay/onay/sandbox/bank"
	"github.com/onay/onay/sandbox/outside"
)

// target is the row that OriginalRetrefNum names; without one it is the order's payment.
func (c call) target() *bank.Txn {
	ref := c.doc.Get("Transaction", "OriginalRetrefNum")
	for _, t := range c.s.book.Order(c.terminal.ID, c.order) {
		if ref != "" && t.RRN == ref {
			return t
		}
	}
	if ref != "" {
		return nil
	}
	return c.s.book.Paid(c.terminal.ID, c.order)
}

func (c call) act() (out string) {
	book := c.s.book
	book.Do(func() {
		t := c.target()
		line := &bank.Txn{Order: c.order}
		tried := func(v verdict) {
			kind := map[string]bank.Kind{"postauth": bank.Capture, "void": bank.Void, "refund": bank.Refund}[c.kind]
			book.Add(&bank.Txn{Merchant: c.terminal.ID, Order: c.order, Kind: kind, Minor: c.minor, Code: v.code})
			out = c.answer(v, nil, "")
		}
		switch c.kind {
		case "postauth":
			if t != nil && t.Kind == bank.PreAuth && book.Now().Sub(t.At) > 15*24*time.Hour {
				tried(gvps("9992", "SIMULATOR: ön provizyonun süresi geçmiş", ""))
				return
			}
			switch why := book.Capture(t, c.minor, line); why {
			case bank.Fine:
				out = c.answer(host("00"), line, "")
			case bank.TooMuch:
				tried(host("13"))
			case bank.NotFound, bank.Declined:
				out = c.answer(gvps("0110", "İşlem bulunamadı", "ErrorId: 0110"), nil, "")
			default:
				tried(gvps("9992", "SIMULATOR: bu durumda kapatılamaz", ""))
			}
		case "void":
			if t != nil && t.Kind == bank.PreAuth && t.CapturedBy != nil {
				t = t.CapturedBy
			}
			if t != nil && t.Kind == bank.PreAuth && t.Batch != book.Batch() {
				tried(gvps("9991", "SIMULATOR: gün sonu alınmış", ""))
				return
			}
			switch why := book.Void(t); why {
			case bank.Fine:
				line.Merchant, line.Kind, line.Minor, line.Currency, line.Card, line.Of = t.Merchant, bank.Void, t.Minor, t.Currency, t.Card, t
				book.Add(line)
				out = c.answer(host("00"), line, "")
			case bank.NotFound, bank.Declined:
				out = c.answer(gvps("0110", "İşlem bulunamadı", "ErrorId: 0110"), nil, "")
			case bank.WasSettled:
				tried(gvps("9991", "SIMULATOR: gün sonu alınmış, iptal edilemez", ""))
			default:
				tried(gvps("9992", "SIMULATOR: bu durumda iptal edilemez", ""))
			}
		case "refund":
			if t != nil && t.Kind == bank.PreAuth && t.CapturedBy != nil {
				t = t.CapturedBy
			}
			if book.Refund(t, c.minor, line) == bank.Fine {
				out = c.answer(host("00"), line, "")
				return
			}
			tried(gvps("0208", "İade etmek istediğiniz işlem geçerli değil", "ErrorId: 0208"))
		}
	})
	return out
}

var asked = verdict{"GVPS", "00", "", "", ""}

func millis(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2006-01-02 15:04:05.000")
}

func (c call) inquire() (out string) {
	c.s.book.Do(func() {
		t := c.s.book.Paid(c.terminal.ID, c.order)
		if t == nil {
			for _, x := range c.s.book.Order(c.terminal.ID, c.order) {
				if x.Kind == bank.Sale || x.Kind == bank.PreAuth {
					t = x
				}
			}
		}
		if t == nil {
			out = c.answer(gvps("0110", "İşlem bulunamadı", "ErrorId: 0110"), nil, "")
			return
		}
		money, status := t, "APPROVED"
		pre := ""
		if t.Kind == bank.PreAuth {
			status, pre = "WAITINGPOSTAUTH", strconv.FormatInt(t.Minor, 10)
			if t.CapturedBy != nil {
				money, status = t.CapturedBy, "APPROVED"
			}
		}
		switch {
		case t.Code != "00":
			status = ""
		case !t.Voided.IsZero() || !money.Voided.IsZero():
			status = "VOID"
		case money.Refunded > 0 && money.Left() == 0:
			status = "REFUNDED"
		}
		auth := ""
		if money.Kind != bank.PreAuth {
			auth = strconv.FormatInt(money.Minor, 10)
		}
		masked := mask8(t.Card)
		if masked == "" {
			masked = "null"
		}
		v := host(money.Code)
		inner := bank.Box("OrderInqResult", bank.Tag("ChargeType", ""), bank.Tag("PreAuthAmount", pre), bank.Tag("PreAuthDate", ""), bank.Tag("AuthAmount", auth), bank.Tag("AuthDate", millis(money.At)),
			bank.Tag("RecurringInfo", "N"), bank.Tag("RecurringStatus", ""), bank.Tag("Status", status), bank.Tag("InstallmentCnt", strconv.Itoa(t.Installments)), bank.Tag("CardNumberMasked", masked),
			bank.Tag("CardRef", ""), bank.Tag("Code", v.code), bank.Tag("ReasonCode", v.reason), bank.Tag("SysErrMsg", v.sys), bank.Tag("RetrefNum", money.RRN), bank.Tag("GPID", ""), bank.Tag("AuthCode", money.AuthCode),
			bank.Tag("BatchNum", strconv.Itoa(money.Batch)), bank.Tag("SequenceNum", strconv.Itoa(money.STAN)), bank.Tag("ProvDate", millis(money.At)))
		out = c.answer(asked, nil, inner)
	})
	return out
}

var kinds = map[bank.Kind]string{bank.Sale: "sales", bank.PreAuth: "preauth", bank.Capture: "postauth", bank.Void: "void", bank.Refund: "refund"}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("20060102")
}

func (c call) history() (out string) {
	c.s.book.Do(func() {
		lines := c.s.book.Order(c.terminal.ID, c.order)
		if len(lines) == 0 {
			out = c.answer(gvps("0108", "Gönderilen sipariş numarasına ait kayıt bulunmamaktadır", "ErrorId: 0108"), nil, "")
			return
		}
		rows := ""
		for _, t := range lines {
			status, currency, pre, auth := "00", t.Currency, "0", strconv.FormatInt(t.Minor, 10)
			if t.Code != "00" {
				status, currency = "01", "0"
			}
			if t.Kind == bank.PreAuth {
				pre, auth = auth, "0"
			}
			rows += bank.Box("OrderTxn", bank.Tag("Type", kinds[t.Kind]), bank.Tag("Status", status), bank.Tag("PreAuthAmount", pre), bank.Tag("AuthAmount", auth), bank.Tag("PreAuthDate", day(t.At)), bank.Tag("AuthDate", day(t.At)),
				bank.Tag("VoidDate", day(t.Voided)), bank.Tag("RetrefNum", t.RRN), bank.Tag("AuthCode", t.AuthCode), bank.Tag("ReturnCode", t.Code), bank.Tag("BatchNum", strconv.Itoa(t.Batch)),
				bank.Tag("InstallmentCnt", strconv.Itoa(t.Installments)), bank.Tag("CurrencyCode", currency), bank.Tag("Settlement", map[bool]string{true: "E", false: "N"}[t.Settled]))
		}
		out = c.answer(asked, nil, bank.Box("OrderHistInqResult", bank.Box("OrderTxnList", rows)))
	})
	return out
}

const pageSize = 500

func (c call) list() (out string) {
	const minutes = "02/01/2006 15:04"
	from, err1 := time.ParseInLocation(minutes, c.doc.Get("Order", "StartDate"), outside.Istanbul)
	to, err2 := time.ParseInLocation(minutes, c.doc.Get("Order", "EndDate"), outside.Istanbul)
	page, _ := strconv.Atoi(c.doc.Get("Order", "ListPageNum"))
	page = max(1, page)
	if err1 != nil || err2 != nil || to.Sub(from) > 31*24*time.Hour {
		return c.answer(mandatory("StartDate"), nil, "")
	}
	names := map[bank.Kind]string{bank.Sale: "Satis", bank.PreAuth: "On Otorizasyon", bank.Capture: "On Otorizasyon Kapama", bank.Void: "Iptal", bank.Refund: "Iade"}
	c.s.book.Do(func() {
		all := c.s.book.All(c.terminal.ID, from, to.Add(time.Minute))
		pages := (len(all) + pageSize - 1) / pageSize
		rows := ""
		for i := (page - 1) * pageSize; i < min(len(all), page*pageSize); i++ {
			t := all[i]
			status, count, safe, orig := "Basarili", "Pesin", "", ""
			switch {
			case t.Code != "00":
				status = "Basarisiz"
			case !t.Voided.IsZero():
				status = "Iptal"
			}
			if t.Installments > 1 {
				count = strconv.Itoa(t.Installments)
			}
			if t.Secure {
				safe = "3D"
			}
			if t.Of != nil {
				orig = t.Of.RRN
			}
			rows += bank.Box("OrderTxn", bank.Tag("Id", strconv.Itoa(i+1)), bank.Tag("LastTrxDate", t.At.Format("2006-01-02 15:04:05")), bank.Tag("TrxType", names[t.Kind]), bank.Tag("OrderID", t.Order), bank.Tag("Name", ""),
				bank.Tag("CardNumberMasked", mask8(t.Card)), bank.Tag("ExpireDate", fmt.Sprintf("%02d%02d", t.Card.Month, t.Card.Year%100)), bank.Tag("BankBin", t.Card.First6+"00"), bank.Tag("BatchNum", strconv.Itoa(t.Batch)),
				bank.Tag("AuthCode", t.AuthCode), bank.Tag("RetrefNum", t.RRN), bank.Tag("OrigRetrefNum", orig), bank.Tag("InstallmentCnt", count), bank.Tag("Status", status), bank.Tag("AuthAmount", strconv.FormatInt(t.Minor, 10)),
				bank.Tag("CurrencyCode", currencies[t.Currency]), bank.Tag("SafeType", safe), bank.Tag("UserId", "PROVAUT"), bank.Tag("Settlement", map[bool]string{true: "E", false: "N"}[t.Code != "00"]),
				bank.Tag("ResponseCode", t.Code), bank.Tag("SysErrMsg", strings.TrimSuffix(host(t.Code).sys, "")))
		}
		out = c.answer(asked, nil, bank.Box("OrderListInqResult", bank.Box("OrderTxnList", bank.Tag("TotalTxnCount", strconv.Itoa(len(all))), bank.Tag("TotalPageCount", strconv.Itoa(max(1, pages))),
			bank.Tag("ActPageNum", strconv.Itoa(page)), rows)))
	})
	return out
}
