package posnetv1

import (
	"strconv"
	"strings"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/internal/wire"
)

// Operations: the end of the address.
const (
	OpSale    = "Sale"
	OpAuth    = "Auth"
	OpCapture = "Capture"
	OpReverse = "Reverse"
	OpReturn  = "Return"
	OpInquiry = "TransactionInquiry"
)

// Request is the body of a call: what a caller may set of it.
type Request struct {
	Op              string
	OrderID         string
	Secure3D        bool   // the order was paid with 3-D Secure: it is filed under another id
	ReferenceCode   string // instead of the order id
	TransactionType string // what a reverse or return undoes: Sale, Auth, Capture
	Amount          pos.Money
	Installments    int
	MOTO            bool
	Card            *pos.Card
	Proof           *Proof // instead of the card, after 3-D Secure
}

// Proof is what a callback brings for the charge.
type Proof struct{ SecureTransactionID, CAVV, ECI, MDStatus, MD string }

var currencies = map[pos.Currency]string{pos.TRY: "TL", pos.USD: "US", pos.EUR: "EU", pos.GBP: "GB", pos.JPY: "JP", pos.RUB: "RU"}

func currencyOf(code string) pos.Currency {
	for c, s := range currencies {
		if s == code {
			return c
		}
	}
	return pos.CurrencyOf(code)
}

func pad(s string, n int) string { return strings.Repeat("0", max(0, n-len(s))) + s }

// SentID is the order id as a payment sends it.
func (c Config) SentID(orderID string, secure3D bool) string {
	if c.LongOrderIDs && !secure3D {
		return pad(orderID, 24)
	}
	return pad(orderID, 20)
}

// FiledID is the id of 24 characters under which the bank files an order.
func FiledID(orderID string, secure3D bool) string {
	if secure3D {
		return "TDS_" + pad(orderID, 20)
	}
	return pad(orderID, 24)
}

func installments(n int) (count, kind string) {
	if n <= 1 {
		return "0", "N"
	}
	return strconv.Itoa(n), "Y"
}

// Body writes the JSON of a call. It may hold the card: wipe it after use.
func (c Config) Body(r Request) []byte {
	w := object{b: append(make([]byte, 0, 1024), '{')}
	w.text("ApiType", "JSON")
	w.text("ApiVersion", "V100")
	w.text("MerchantNo", c.MerchantNo)
	w.text("TerminalNo", c.TerminalNo)
	values := map[string]string{"MerchantNo": c.MerchantNo, "TerminalNo": c.TerminalNo}
	params := paramsTerminal
	if r.Proof == nil {
		w.null("CipheredData", "DealerData")
		if r.Op == OpInquiry {
			w.text("IsEncrypted", "N")
		} else {
			w.null("IsEncrypted")
		}
		w.null("PaymentFacilitatorData")
	}
	count, kind := installments(r.Installments)
	money := func() {
		w.number("Amount", r.Amount.Minor)
		w.text("CurrencyCode", currencies[r.Amount.Currency])
	}
	switch {
	case r.Op == OpSale || r.Op == OpAuth:
		w.text("PaymentInstrumentType", "CARD")
		money()
		w.text("OrderId", c.SentID(r.OrderID, r.Proof != nil))
		w.text("InstallmentCount", count)
		w.text("InstallmentType", kind)
		if r.Proof != nil {
			params = paramsSecure
			c.secure(&w, r.Proof, values)
			break
		}
		params = paramsCard
		c.card(&w, r, values)
	case r.Op == OpCapture:
		money()
		w.text("ReferenceCode", r.ReferenceCode)
		w.text("InstallmentCount", count)
		w.text("InstallmentType", kind)
	case r.Op == OpReverse || r.Op == OpReturn:
		params = paramsReference
		if r.ReferenceCode != "" {
			values["ReferenceCode"] = r.ReferenceCode
			w.text("ReferenceCode", r.ReferenceCode)
			w.null("OrderId")
		} else {
			values["OrderId"] = FiledID(r.OrderID, r.Secure3D)
			w.null("ReferenceCode")
			w.text("OrderId", values["OrderId"])
		}
		w.text("TransactionType", r.TransactionType)
		if r.Op == OpReturn {
			money()
		}
	case r.Op == OpInquiry:
		w.text("OrderId", FiledID(r.OrderID, r.Secure3D))
	}
	values["Amount"] = strconv.FormatInt(r.Amount.Minor, 10)
	w.text("MACParams", params)
	w.text("MAC", MAC(params, func(name string) string { return values[name] }, c.Key))
	return append(w.b, '}')
}

func (c Config) card(w *object, r Request, values map[string]string) {
	moto := "N"
	if r.MOTO {
		moto = "Y"
	}
	w.null("AdditionalInfoData")
	w.text("IsMailOrder", moto)
	w.null("IsRecurring", "IsTDSecureMerchant", "ThreeDSecureData", "KOICode", "MerchantMessageData", "PointAmount")
	values["CardNo"], values["Cvc2"], values["ExpireDate"] = string(r.Card.AppendNumber(nil)), string(r.Card.AppendCVV(nil)), r.Card.YY()+r.Card.MM()
	w.open("CardInformationData")
	w.text("CardNo", values["CardNo"])
	w.text("ExpireDate", values["ExpireDate"])
	w.text("Cvc2", values["Cvc2"])
	w.text("CardHolderName", r.Card.Holder())
	w.close()
}

func (c Config) secure(w *object, p *Proof, values map[string]string) {
	w.text("IsEncrypted", "N")
	w.text("IsTDSecureMerchant", "Y")
	w.text("IsMailOrder", "N")
	w.number("PointAmount", 0)
	values["SecureTransactionId"], values["CavvData"], values["Eci"], values["MdStatus"] = p.SecureTransactionID, p.CAVV, p.ECI, p.MDStatus
	status, _ := strconv.ParseInt(p.MDStatus, 10, 64) // one digit, Verify has seen to it
	w.open("ThreeDSecureData")
	w.text("SecureTransactionId", p.SecureTransactionID)
	w.text("CavvData", p.CAVV)
	w.text("Eci", p.ECI)
	w.number("MdStatus", status)
	w.text("MD", p.MD)
	w.close()
}

// object writes a JSON object member by member.
type object struct{ b []byte }

func (o *object) name(s string) {
	if last := o.b[len(o.b)-1]; last != '{' {
		o.b = append(o.b, ',')
	}
	o.b = append(append(append(o.b, '"'), s...), `":`...)
}

func (o *object) text(name, value string) {
	o.name(name)
	o.b = wire.AppendJSON(o.b, value)
}

func (o *object) number(name string, n int64) {
	o.name(name)
	o.b = strconv.AppendInt(o.b, n, 10)
}

func (o *object) null(names ...string) {
	for _, n := range names {
		o.name(n)
		o.b = append(o.b, "null"...)
	}
}

func (o *object) open(name string) {
	o.name(name)
	o.b = append(o.b, '{')
}

func (o *object) close() { o.b = append(o.b, '}') }
