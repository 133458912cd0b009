package intervpos

import (
	"net/url"
	"strconv"

	"github.com/onay/onay/pos"
)

// Kinds of transactions (TxnType).
const (
	TxnSale    = "Auth"
	TxnPreAuth = "PreAuth"
	TxnCapture = "PostAuth"
	TxnVoid    = "Void"
	TxnRefund  = "Refund"
	TxnInquiry = "StatusHistory"
)

// Request is a call: what a caller may set of it.
type Request struct {
	TxnType      string
	OrderID      string
	Amount       pos.Money
	Installments int
	MOTO         bool
	Card         *pos.Card
	Brand        pos.Brand // of the card; empty: by its number
	Proof        *Proof    // instead of the card, after 3-D Secure
	Lang         string    // tr when empty
}

// Proof is what model 3DModel brings back for the charge.
type Proof struct{ MD, PayerTxnID, ECI, PayerAuthenticationCode string }

// cardTypes are the numbers of the schemes.
var cardTypes = map[pos.Brand]string{pos.Visa: "0", pos.Mastercard: "1", pos.Amex: "2", pos.Troy: "3"}

// Fields are the fields of a call in their order. They hold the card: they are for the bank alone.
func (c Config) Fields(r Request) []pos.Pair {
	f := make([]pos.Pair, 0, 20)
	add := func(name, value string) { f = append(f, pos.Pair{Name: name, Value: value}) }
	add("ShopCode", c.ShopCode)
	add("UserCode", c.UserCode)
	add("UserPass", c.UserPass)
	add("TxnType", r.TxnType)
	add("SecureType", "NonSecure")
	lang := r.Lang
	if lang == "" {
		lang = "tr"
	}
	add("Lang", lang)
	amount := func() {
		add("PurchAmount", pos.Decimal(r.Amount.Minor))
		add("Currency", r.Amount.Currency.Numeric())
	}
	switch r.TxnType {
	case TxnSale, TxnPreAuth:
		add("OrderId", r.OrderID)
		amount()
		add("InstallmentCount", c.installments(r.Installments))
		moto := "0"
		if r.MOTO {
			moto = "1"
		}
		add("MOTO", moto)
		switch {
		case r.Proof != nil:
			add("MD", r.Proof.MD)
			add("PayerTxnId", r.Proof.PayerTxnID)
			add("Eci", r.Proof.ECI)
			add("PayerAuthenticationCode", r.Proof.PayerAuthenticationCode)
		case r.Card != nil:
			addCard(add, r.Card, r.Brand)
		}
		return f
	case TxnCapture, TxnRefund:
		amount()
		add("MOTO", "0")
	}
	add("OrderId", "")
	add("orgOrderId", r.OrderID) // with a small o
	return f
}

func addCard(add func(name, value string), card *pos.Card, brand pos.Brand) {
	if brand == "" {
		brand = card.Brand()
	}
	add("CardType", cardTypes[brand])
	add("Pan", string(card.AppendNumber(nil)))
	add("Expiry", card.MM()+card.YY())
	add("Cvv2", string(card.AppendCVV(nil)))
}

func (c Config) installments(n int) string {
	if n <= 1 {
		return c.SinglePayment
	}
	return strconv.Itoa(n)
}

// Body encodes fields as a form.
func Body(fields []pos.Pair) []byte {
	b := make([]byte, 0, 512)
	for i, f := range fields {
		if i > 0 {
			b = append(b, '&')
		}
		b = append(append(append(b, f.Name...), '='), url.QueryEscape(f.Value)...)
	}
	return b
}
