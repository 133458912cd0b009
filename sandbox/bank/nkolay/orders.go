package nkolay

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/onay/onay/sandbox/bank"
	"github.com/onay/onay/sandbox/outside"
)

const dayText = "2006.01.02"

// day reads trxDate in the two shapes that work.
func day(s string) (time.Time, bool) {
	for _, layout := range []string{dayText, "20060102"} {
		if t, err := time.ParseInLocation(layout, s, outside.Istanbul); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

func (s *Server) cancelRefund(_ *http.Request, m Merchant, f url.Values) any {
	ref, kind, amount, date := f.Get("referenceCode"), f.Get("type"), f.Get("amount"), f.Get("trxDate")
	if f.Get("hashDatav2") != sign(m.Secret, m.SXCancel, ref, kind, amount, date) {
		return no("0", "hashDatav2 error", "")
	}
	if kind != "cancel" && kind != "refund" && kind != "refundp" {
		return no("0", "hashDatav2 error", "")
	}
	when, ok := day(date)
	if !ok {
		return no("0", `java.text.ParseException: Unparseable date: "`+date+`"`, "")
	}
	minor, ok := bank.Minor(amount)
	var out object
	s.book.Do(func() {
		t := s.book.Ref(m.Number, ref)
		now := s.book.Now()
		sameDay := t != nil && t.At.Format(dayText) == now.Format(dayText)
		null := func() { out = no("0", "java.lang.NullPointerException", "") }
		switch {
		case kind == "cancel":
			if t == nil || t.Kind != bank.Sale && t.Kind != bank.Capture || t.Code != "00" || !t.Live() {
				out = no("0", "Bu kayıt daha önce iptal edilmiştir", "")
				return
			}
			if !sameDay || t.Settled {
				out = no("0", "Gün sonu alınmış işlem iptal edilemez", "")
				return
			}
			t.Voided = now // the amount is not compared
			line := &bank.Txn{Merchant: m.Number, Order: t.Order, Kind: bank.Void, Minor: t.Minor, Currency: t.Currency, Card: t.Card, Of: t, Ref: s.ref(), Installments: t.Installments}
			s.book.Add(line)
			out = object{"responseCode": 2, "responseData": "İşlem Başarılı"}
		case t == nil || t.At.Format(dayText) != when.Format(dayText):
			null()
		case sameDay && !t.Settled:
			out = no("0", "İade aynı gün yapılamaz", "")
		case !ok:
			null()
		default:
			line := &bank.Txn{Order: t.Order, Ref: s.ref()}
			switch s.book.Refund(t, minor, line) {
			case bank.Fine:
				line.AuthCode = fmt.Sprintf("R%05d", 10000+s.book.Number()%90000)
				out = object{"RESPONSE_CODE": "2", "RESPONSE_DATA": "İşlem Başarılı", "AUTH_CODE": line.AuthCode}
			case bank.Voided:
				out = no("0", "Bu kayıt daha önce iptal edilmiştir", "")
			case bank.NotSettled:
				out = no("0", "İade aynı gün yapılamaz", "")
			default:
				out = no("0", "İade tutarı kalan tutardan büyük olamaz", "")
			}
		}
	})
	return out
}

func (s *Server) approve(_ *http.Request, m Merchant, f url.Values) any {
	if f.Get("hashDatav2") != sign(m.Secret, m.SX, f.Get("trxDate"), f.Get("amount"), f.Get("referenceCode")) {
		return no("0", "hashDatav2 error", "")
	}
	minor, ok := bank.Minor(f.Get("amount"))
	var out object
	s.book.Do(func() {
		line := &bank.Txn{Ref: s.ref()}
		if why := s.book.Capture(s.book.Ref(m.Number, f.Get("referenceCode")), minor, line); !ok || why != bank.Fine {
			out = no("0", "Ön provizyon kapatılamadı", "")
			return
		}
		out = object{"RESPONSE_CODE": "2", "RESPONSE_DATA": "İşlem Başarılı", "AUTH_CODE": line.AuthCode, "REFERENCE_CODE": line.Ref}
	})
	return out
}

func (s *Server) release(_ *http.Request, m Merchant, f url.Values) any {
	if f.Get("hashDatav2") != sign(m.Secret, m.SX, f.Get("trxDate"), f.Get("amount"), f.Get("referenceCode"), f.Get("transactionType")) {
		return no("0", "hashDatav2 error", "")
	}
	var out object
	s.book.Do(func() {
		t := s.book.Ref(m.Number, f.Get("referenceCode"))
		if t == nil || t.Kind != bank.PreAuth || s.book.Void(t) != bank.Fine {
			out = no("0", "Bu kayıt daha önce iptal edilmiştir", "")
			return
		}
		out = object{"responseCode": 2, "responseData": "İşlem Başarılı"}
	})
	return out
}

func (s *Server) list(_ *http.Request, m Merchant, f url.Values) any {
	if f.Get("hashDatav2") != sign(m.Secret, m.SXList, f.Get("startDate"), f.Get("endDate"), f.Get("clientRefCode")) {
		return object{"id": "", "result": object{"RESPONSE_CODE": 9, "RESPONSE_DATA": "API : hashData error", "LIST": nil}, "error": nil}
	}
	const layout = "02.01.2006"
	from, err1 := time.ParseInLocation(layout, f.Get("startDate"), outside.Istanbul)
	to, err2 := time.ParseInLocation(layout, f.Get("endDate"), outside.Istanbul)
	if err1 != nil || err2 != nil || to.After(from.AddDate(0, 1, 0)) {
		return envelope(m, object{"RESPONSE_CODE": "0", "RESPONSE_DATA": "Tarih aralığı en çok bir ay olabilir", "LIST": nil})
	}
	size, err := strconv.Atoi(f.Get("pageSize"))
	if err != nil || size < 1 {
		size = 100
	}
	page, _ := strconv.Atoi(f.Get("pageCount"))
	rows := []any{}
	s.book.Do(func() {
		types := map[bank.Kind]string{bank.Sale: "SALES", bank.Capture: "SALES", bank.PreAuth: "PRESALES", bank.Void: "CANCEL", bank.Refund: "REFUND"}
		for _, t := range s.book.All(m.Number, from, to.AddDate(0, 0, 1)) {
			if order := f.Get("clientRefCode"); order != "" && t.Order != order || t.Kind == bank.PreAuth && !t.Voided.IsZero() {
				continue
			}
			status, value := "SUCCESS", ""
			switch {
			case t.Code == "NEW":
				status = "NEW"
			case t.Code != "00":
				status = "ERROR"
			case t.Kind == bank.Sale || t.Kind == bank.Capture:
				value = t.At.AddDate(0, 0, m.ValueDays).Format("20060102")
			}
			kind := types[t.Kind]
			if t.Kind == bank.Refund && t.Minor < t.Of.Minor {
				kind = "REFUNDP"
			}
			rows = append(rows, object{"REFERENCE_CODE": t.Ref, "AUTH_CODE": t.AuthCode, "COMMISION": "0.0000", "CARD_BANK_CODE": "111", "USER_EMAIL": nil, "AUTHORIZATION_AMOUNT": bank.Decimal(t.Minor), "OID": nil, "POS_TYPE": "VPOS",
				"TRANSACTION_TYPE": kind, "IS_3D": t.Secure, "MERCHANT_COMMISSION_AMOUNT": "0.00", "TRANSACTION_AMOUNT": bank.Decimal(asked(t)), "CARD_HOLDER_NAME": "DENEME KART", "CARD_NUMBER": t.Card.Masked(), "VALOR_DATE": value,
				"CLIENT_REFERENCE_CODE": t.Order, "STATUS": status, "TRX_DATE": t.At.Format("02.01.2006 15:04:05"), "DESCRIPTION": nil, "TERMINAL_NAME": "T1", "CARD_BANK_NAME": "Deneme Bankası", "INSTALLMENT_COUNT": max(1, t.Installments)})
		}
	})
	rows = rows[min(len(rows), page*size):min(len(rows), (page+1)*size)]
	if len(rows) == 0 {
		const text = "Listelenecek kayıt bulunamadı."
		return envelope(m, object{"RESPONSE_CODE": "0", "RESPONSE_DATA": text, "LIST": nil, "ERROR_CODE": "CORE0305", "ERROR_MESSAGE": text})
	}
	return envelope(m, object{"RESPONSE_CODE": "2", "RESPONSE_DATA": "İşlem Başarılı", "LIST": rows, "ERROR_CODE": nil, "ERROR_MESSAGE": nil})
}

// envelope wraps a list in one of the four ways.
func envelope(m Merchant, inner object) any {
	text, err := json.Marshal(inner)
	if err != nil {
		return inner
	}
	switch m.Envelope {
	case 2:
		return inner
	case 3:
		return object{"result": string(text)}
	case 4:
		return string(text)
	}
	return object{"id": "", "result": inner, "error": nil}
}

func (s *Server) installments(_ *http.Request, m Merchant, f url.Values) any {
	minor, ok := bank.Minor(f.Get("amount"))
	bin := f.Get("cardNumber")
	if !ok || len(bin) < 6 {
		return no("0", "amount veya cardNumber hatalı", "")
	}
	counts := []int{1}
	domestic := bin[0] == '4' || bin[0] == '5' || bin[0] == '9'
	for n := range m.Rates {
		if domestic {
			counts = append(counts, n)
		}
	}
	slices.Sort(counts)
	list := []any{}
	for _, n := range counts {
		total := m.total(minor, n)
		number := ""
		if domestic {
			number = "062"
		}
		money := func(minor int64) json.Number { return json.Number(bank.Decimal(minor)) }
		list = append(list, object{"INSTALLMENT": n, "INSTALLMENT_AMOUNT": money((total + int64(n)/2) / int64(n)), "AUTHORIZATION_AMOUNT": money(total), "TRANSACTION_AMOUNT": money(minor), "COMMISION": m.Rates[n],
			"COMMISION_AMOUNT": money(total - minor), "MERCHANT_COMMISSION_RATE": m.Rates[n], "CARD_BANK_NO": number, "CURRENCY_CODE": "TRY", "EncodedValue": fmt.Sprintf("x%d", n)})
	}
	return object{"RESPONSE_CODE": 2, "PAYMENT_BANK_LIST": list}
}

func (s *Server) commissions(_ *http.Request, m Merchant, f url.Values) any {
	if f.Get("hashDatav2") != sign(m.Secret, m.SX, f.Get("date")) {
		return badHash
	}
	counts := []int{}
	for n := range m.Rates {
		counts = append(counts, n)
	}
	slices.Sort(counts)
	data := []any{object{"INSTALLMENT": 1, "MERCHANT_COMMISSION_RATE": 1.79}}
	for _, n := range counts {
		data = append(data, object{"INSTALLMENT": n, "MERCHANT_COMMISSION_RATE": m.Rates[n]})
	}
	list := []any{}
	for _, key := range []string{"002", "004", "005", "006", "008", "010", "OTHERS"} {
		list = append(list, object{"CODE": key, "KEY": key, "DATA": data})
	}
	return object{"RESPONSE_CODE": 2, "COMMISSION_LIST": list}
}

func (s *Server) cardList(_ *http.Request, m Merchant, f url.Values) any {
	if f.Get("hashDatav2") != sign(m.Secret, m.SX, f.Get("customerKey")) {
		return object{"ProcReturnCode": "99", "ErrMsg": "Hash Data Uyuşmazlığı", "Data": nil}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	cards := []any{}
	for _, c := range s.cards[f.Get("customerKey")] {
		cards = append(cards, object{"Token": c.token, "TranId": c.tran, "Maskedpan": c.card.Masked(), "CARDISSUER": "Deneme Bankası", "CARDTYPE": "CREDIT", "CARDBRAND": c.card.Brand, "CARD_ALIACE": ""})
	}
	var detail any = cards
	switch len(cards) {
	case 0:
		return object{"ProcReturnCode": "02", "ErrMsg": "Gecerli Kart Yok", "Data": nil}
	case 1:
		detail = cards[0]
	}
	return object{"ProcReturnCode": "00", "ErrMsg": "", "Data": object{"cards": object{"Card": object{"CardFileds": object{"Detail": detail}}}}}
}

func (s *Server) cardDelete(_ *http.Request, m Merchant, f url.Values) any {
	if f.Get("hashDatav2") != sign(m.Secret, m.SX, f.Get("customerKey"), f.Get("tranId"), f.Get("token")) {
		return badHash
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key := f.Get("customerKey")
	s.cards[key] = slices.DeleteFunc(s.cards[key], func(c stored) bool { return c.token == f.Get("token") })
	return object{"ProcReturnCode": "00", "ErrMsg": ""}
}
