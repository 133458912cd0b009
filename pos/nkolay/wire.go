package nkolay

import (
	"strconv"
	"time"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/internal/xmldoc"
)

// Paths of the calls.
const (
	PathPayment          = "/Vpos/v1/Payment"
	PathHosted           = "/Vpos"
	PathComplete         = "/Vpos/v1/CompletePayment"
	PathCancelRefund     = "/Vpos/v1/CancelRefundPayment"
	PathList             = "/Vpos/Payment/PaymentList"
	PathInstallments     = "/Vpos/Payment/PaymentInstallments"
	PathCommissions      = "/Vpos/Payment/GetMerchandInformation"
	PathPreAuthApprove   = "/Vpos/Payment/PreAuthorizationAprove"
	PathPreAuthCancel    = "/Vpos/Payment/PreAuthorizationCancel"
	PathStoredCards      = "/Vpos/Payment/CardStorageCardList"
	PathDeleteCard       = "/Vpos/Payment/CardStorageCardDelete"
	randomText           = "02-01-2006 15:04:05"
	listDay              = "02.01.2006"
	cancelDay            = "2006.01.02"
	preAuthDay           = "2006-01-02"
	maxListPage          = 100
	kindSale, kindPre    = "SALES", "PRESALES"
	cancel, refund, part = "cancel", "refund", "refundp"
)

// Fields are what a call sends, in order.
type Fields []pos.Pair

func (f *Fields) add(name, value string) { *f = append(*f, pos.Pair{Name: name, Value: value}) }

func (f Fields) body() []byte {
	var b []byte
	for _, p := range f {
		if len(b) > 0 {
			b = append(b, '&')
		}
		b = append(b, xmldoc.FormField(p.Name, []byte(p.Value))...)
	}
	return b
}

// Payment writes the fields of a payment. returnURL is empty for one without 3-D Secure. They may hold the card.
func (c Config) Payment(p pos.Payment, returnURL string, now time.Time) Fields {
	secure, kind, key := "false", kindSale, ""
	if returnURL != "" {
		secure = "true"
	}
	if p.PreAuth {
		kind = kindPre
	}
	if key = p.StoreFor; p.Stored != nil {
		key = p.Stored.CustomerKey
	}
	ip := p.ClientIP
	if ip == "" {
		ip = c.DefaultIP
	}
	amount, rnd := pos.Decimal(p.Amount.Minor), now.In(pos.Istanbul).Format(randomText)
	f := make(Fields, 0, 24)
	f.add("sx", c.SX)
	f.add("clientRefCode", p.OrderID)
	f.add("amount", amount)
	f.add("installmentNo", strconv.Itoa(max(1, p.Installments)))
	switch {
	case p.Stored != nil:
		if p.Stored.Token != "" {
			f.add("csToken", p.Stored.Token)
		} else {
			f.add("csTranId", p.Stored.TranID)
		}
		f.add("csCustomerKey", key)
	case p.Card != nil:
		f.add("cardHolderName", p.Card.Holder())
		f.add("month", p.Card.MM())
		f.add("year", strconv.Itoa(p.Card.Year()))
		f.add("cvv", string(p.Card.AppendCVV(nil)))
		f.add("cardNumber", string(p.Card.AppendNumber(nil)))
		if p.StoreFor != "" {
			f.add("csAutoSave", "true")
			f.add("csCustomerKey", key)
		}
	}
	f.add("transactionType", kind)
	f.add("environment", "API")
	f.add("currencyNumber", p.Amount.Currency.Numeric())
	f.add("cardHolderIP", ip)
	f.add("rnd", rnd)
	f.add("customerKey", key)
	f.add("use3D", secure)
	f.add("successUrl", returnURL)
	f.add("failUrl", returnURL)
	for _, x := range []pos.Pair{{Name: "email", Value: p.Email}, {Name: "description", Value: p.Description}, {Name: "ECOMM_PLATFORM", Value: c.Platform}} {
		if x.Value != "" {
			f.add(x.Name, x.Value)
		}
	}
	f.add("hashDatav2", Sign(c.Secret, c.SX, p.OrderID, amount, returnURL, returnURL, rnd, key))
	return f
}

// HostedForm is the form that sends the payer's browser to the institution's card page.
func (c Config) HostedForm(p pos.Payment, returnURL string, now time.Time) pos.Form {
	amount, rnd, kind := pos.Decimal(p.Amount.Minor), now.In(pos.Istanbul).Format(randomText), kindSale
	if p.PreAuth {
		kind = kindPre
	}
	lang := p.Lang
	if lang == "" {
		lang = "tr"
	}
	f := make(Fields, 0, 16)
	f.add("sx", c.SX)
	f.add("clientRefCode", p.OrderID)
	f.add("amount", amount)
	f.add("successUrl", returnURL)
	f.add("failUrl", returnURL)
	f.add("rnd", rnd)
	f.add("use3D", "true")
	f.add("transactionType", kind)
	f.add("currencyCode", p.Amount.Currency.Numeric())
	f.add("language", lang)
	if p.Installments > 1 {
		f.add("instalments", strconv.Itoa(p.Installments))
	}
	f.add("hashDatav2", Sign(c.Secret, c.SX, p.OrderID, amount, returnURL, returnURL, rnd, ""))
	return pos.Form{Method: "POST", Action: c.BaseURL + PathHosted, Fields: f}
}

// Complete writes the fields of the call that takes the money of a pending payment; token is the REFERENCE_CODE of its callback.
func (c Config) Complete(token string) Fields {
	return Fields{{Name: "sx", Value: c.SX}, {Name: "referenceCode", Value: token}}
}

// Undo writes the fields of a void (kind cancel) or a refund (refund, refundp). day is any moment of the day of the sale.
func (c Config) Undo(kind, reference string, minor int64, day time.Time) Fields {
	amount, date := pos.Decimal(minor), day.In(pos.Istanbul).Format(cancelDay)
	return Fields{{Name: "sx", Value: c.SXCancel}, {Name: "referenceCode", Value: reference}, {Name: "type", Value: kind}, {Name: "amount", Value: amount}, {Name: "trxDate", Value: date},
		{Name: "hashDatav2", Value: Sign(c.Secret, c.SXCancel, reference, kind, amount, date)}}
}

// PreAuth writes the fields that capture (kind SALE) or release (cancel) a pre-authorization.
func (c Config) PreAuth(kind, reference string, minor int64, day time.Time) Fields {
	amount, date := pos.Decimal(minor), day.In(pos.Istanbul).Format(preAuthDay)
	signed := []string{c.SX, date, amount, reference}
	if kind == cancel {
		signed = append(signed, kind)
	}
	return Fields{{Name: "sx", Value: c.SX}, {Name: "trxDate", Value: date}, {Name: "amount", Value: amount}, {Name: "referenceCode", Value: reference}, {Name: "transactionType", Value: kind},
		{Name: "hashDatav2", Value: Sign(c.Secret, signed...)}}
}

// List writes the fields that list the payments of whole days, both included. orderID may be empty; page counts from 0.
func (c Config) List(from, to time.Time, orderID string, page int) Fields {
	start, end := from.In(pos.Istanbul).Format(listDay), to.In(pos.Istanbul).Format(listDay)
	return Fields{{Name: "sx", Value: c.SXList}, {Name: "startDate", Value: start}, {Name: "endDate", Value: end}, {Name: "clientRefCode", Value: orderID},
		{Name: "pageCount", Value: strconv.Itoa(page)}, {Name: "pageSize", Value: strconv.Itoa(maxListPage)},
		{Name: "hashDatav2", Value: Sign(c.Secret, c.SXList, start, end, orderID)}}
}

// Installments writes the fields that ask what a card (its first 8 digits) may pay in.
func (c Config) Installments(bin string, minor int64) Fields {
	return Fields{{Name: "sx", Value: c.SX}, {Name: "amount", Value: pos.Decimal(minor)}, {Name: "cardNumber", Value: bin}, {Name: "iscardvalid", Value: "false"}}
}

// Commissions writes the fields that ask for the merchant's table of a day.
func (c Config) Commissions(day time.Time) Fields {
	date := day.In(pos.Istanbul).Format(listDay)
	return Fields{{Name: "sx", Value: c.SX}, {Name: "date", Value: date}, {Name: "hashDatav2", Value: Sign(c.Secret, c.SX, date)}}
}

// StoredCards writes the fields that ask for the cards of a payer.
func (c Config) StoredCards(customerKey string) Fields {
	return Fields{{Name: "sx", Value: c.SX}, {Name: "customerKey", Value: customerKey}, {Name: "hashDatav2", Value: Sign(c.Secret, c.SX, customerKey)}}
}

// DeleteCard writes the fields that forget a card.
func (c Config) DeleteCard(s pos.StoredCard) Fields {
	return Fields{{Name: "sx", Value: c.SX}, {Name: "customerKey", Value: s.CustomerKey}, {Name: "tranId", Value: s.TranID}, {Name: "token", Value: s.Token},
		{Name: "hashDatav2", Value: Sign(c.Secret, c.SX, s.CustomerKey, s.TranID, s.Token)}}
}
