package ideasoft

import (
	"encoding/json"
	"math/big"
	"strings"
	"time"

	"github.com/onay/onay/shop"
	"github.com/onay/onay/shop/reply"
)

// istanbul is the zone of times without one.
var istanbul = time.FixedZone("+03", 3*60*60)

// statuses gives the panel's label and the class of each status.
var statuses = map[string]struct {
	label string
	class shop.Class
}{
	"waiting_for_approval": {"Onay Bekliyor", shop.ClassOpen},
	"approved":             {"Onaylandı", shop.ClassConfirmed},
	"fulfilled":            {"Kargoya Verildi", shop.ClassShipped},
	"cancelled":            {"İptal Edildi", shop.ClassCancelled},
	"delivered":            {"Teslim Edildi", shop.ClassDelivered},
	"on_accumulation":      {"Tedarik Sürecinde", shop.ClassConfirmed},
	"waiting_for_payment":  {"Ödeme Bekleniyor", shop.ClassOpen},
	"being_prepared":       {"Hazırlanıyor", shop.ClassConfirmed},
	"refunded":             {"İade Edildi", shop.ClassReturned},
	"personal_status_1":    {"Kişisel Sipariş Durumu 1", shop.ClassMerchantDefined},
	"personal_status_2":    {"Kişisel Sipariş Durumu 2", shop.ClassMerchantDefined},
	"personal_status_3":    {"Kişisel Sipariş Durumu 3", shop.ClassMerchantDefined},
	"deleted":              {"Silindi", shop.ClassGone},
}

// Status gives the panel's label and the class of a status; an unknown one has
// no label.
func Status(s string) (label string, class shop.Class) {
	if x, ok := statuses[s]; ok {
		return x.label, x.class
	}
	return "", shop.ClassUnknown
}

// text is a string that may come as a number, or as null.
type text string

func (t *text) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*t = text(s)
	} else if b[0] != '{' && b[0] != '[' && string(b) != "null" {
		*t = text(b)
	}
	return nil
}

type address struct {
	Mobile text `json:"mobilePhoneNumber"`
	Phone  text `json:"phoneNumber"`
}

// UnmarshalJSON takes anything but an object, such as the empty list that PHP
// makes of an empty object, for no address.
func (a *address) UnmarshalJSON(b []byte) error {
	type plain address
	if len(b) == 0 || b[0] != '{' {
		return nil
	}
	return json.Unmarshal(b, (*plain)(a))
}

type wireOrder struct {
	ID        text            `json:"id"`
	Number    text            `json:"transactionId"`
	Firstname text            `json:"customerFirstname"`
	Surname   text            `json:"customerSurname"`
	Email     text            `json:"customerEmail"`
	Phone     text            `json:"customerPhone"`
	Payment   text            `json:"paymentTypeName"`
	Currency  text            `json:"currency"`
	Total     text            `json:"finalAmount"`
	Status    text            `json:"status"`
	Carrier   text            `json:"shippingCompanyName"`
	Tracking  text            `json:"shippingTrackingCode"`
	Created   text            `json:"createdAt"`
	Updated   text            `json:"updatedAt"`
	Fraud     json.RawMessage `json:"fraudOrder"`
	ShipTo    *address        `json:"shippingAddress"`
	BillTo    *address        `json:"billingAddress"`
}

// ReadOrder reads an order of the APIs or of a webhook; a webhook holds only
// the fields that changed.
func ReadOrder(b []byte) (shop.Order, error) {
	var w wireOrder
	if err := json.Unmarshal(b, &w); err != nil || w.ID == "" {
		return shop.Order{}, &shop.Error{Shop: "ideasoft", Kind: shop.KindRetry, Message: "this is no order", Err: err}
	}
	o := shop.Order{
		ID: string(w.ID), Reference: strings.TrimSpace(string(w.Number)), Name: strings.TrimSpace(string(w.Firstname) + " " + string(w.Surname)), Email: string(w.Email),
		Status: string(w.Status), Payment: string(w.Payment), COD: COD(string(w.Payment)), Currency: string(w.Currency),
		Carrier: string(w.Carrier), Tracking: string(w.Tracking), Created: Time(string(w.Created)), Updated: Time(string(w.Updated)),
		Risky: len(w.Fraud) > 0 && w.Fraud[0] == '{',
	}
	if o.Reference == "" {
		o.Reference = o.ID
	} else if o.Reference != o.ID {
		o.Aliases = []string{o.ID}
	}
	if o.Currency == "TL" {
		o.Currency = "TRY"
	}
	_, o.Class = Status(o.Status)
	if w.Total != "" {
		m, ok := Amount(string(w.Total))
		if !ok {
			return o, &shop.Error{Shop: "ideasoft", Kind: shop.KindRetry, Message: "the amount of order " + o.ID + " cannot be read"}
		}
		o.Total = m
	}
	var ship, bill address
	if w.ShipTo != nil {
		ship = *w.ShipTo
	}
	if w.BillTo != nil {
		bill = *w.BillTo
	}
	for _, p := range []text{ship.Mobile, w.Phone, bill.Mobile, ship.Phone, bill.Phone} {
		e, mobile, ok := reply.Phone(string(p))
		if !ok {
			continue
		}
		if mobile && o.SMSTo == "" {
			o.SMSTo = e
		}
		known := false
		for _, k := range o.Phones {
			known = known || k == e
		}
		if !known {
			o.Phones = append(o.Phones, e)
		}
	}
	return o, nil
}

// COD reads the payment kind. The name alone counts: shippingPaymentType says
// who pays the cargo, and not how the order is paid.
func COD(payment string) shop.CODKind {
	f := strings.Join(strings.Fields(reply.Fold(payment)), " ")
	switch {
	case !strings.HasPrefix(f, "KAPIDA ODEME"):
		return shop.NotCOD
	case strings.Contains(f, "KREDI"), strings.Contains(f, "KART"):
		return shop.CODCard
	}
	return shop.CODCash
}

// Amount reads a JSON number, "459.90" or the Turkish "1.250,50"; halves are
// rounded away from zero.
func Amount(s string) (shop.Money, bool) {
	s = strings.TrimSpace(s)
	if strings.Contains(s, ",") {
		s = strings.ReplaceAll(strings.ReplaceAll(s, ".", ""), ",", ".")
	}
	if len(s) > 32 || s == "" || strings.Trim(s, "0123456789.-+eE") != "" {
		return 0, false
	}
	if _, exp, ok := strings.Cut(strings.ToLower(s), "e"); ok && len(exp) > 3 {
		return 0, false
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return 0, false
	}
	half := big.NewRat(1, 2)
	if r.Sign() < 0 {
		half.Neg(half)
	}
	r.Add(r.Mul(r, big.NewRat(100, 1)), half)
	n := new(big.Int).Quo(r.Num(), r.Denom())
	return shop.Money(n.Int64()), n.IsInt64()
}

// Time reads a time of the APIs and gives UTC; zero for none. Without an
// offset it is Istanbul time.
func Time(s string) time.Time {
	s = strings.TrimSpace(s)
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05-0700", "2006-01-02T15:04:05", time.DateTime, time.DateOnly} {
		if t, err := time.ParseInLocation(layout, s, istanbul); err == nil && t.Year() > 0 {
			return t.UTC()
		}
	}
	return time.Time{}
}
