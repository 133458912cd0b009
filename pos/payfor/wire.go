package payfor

import (
	"strconv"
	"time"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/internal/xmldoc"
)

// Kinds of transactions (TxnType); the second call of model 3DModel has none and is told by its SecureType.
const (
	TxnSale    = "Auth"
	TxnPreAuth = "PreAuth"
	TxnCapture = "PostAuth"
	TxnVoid    = "Void"
	TxnRefund  = "Refund"
	TxnInquiry = "OrderInquiry"
	TxnHistory = "TxnHistory"
	Secure3D   = "3DModelPayment"
)

// Request is a call: what a caller may set of it.
type Request struct {
	Op           string // a TxnType, or Secure3D
	OrderID      string
	Amount       pos.Money
	Installments int
	MOTO         bool
	Card         *pos.Card
	GUID         string    // RequestGuid of the callback, for Secure3D
	Day          time.Time // of a history; zero: of one order
	Lang         string    // tr when empty
}

// Document writes a PayforRequest in UTF-8. It holds the card: wipe it after use.
func (c Config) Document(r Request) []byte {
	w := xmldoc.Writer{B: make([]byte, 0, 768)}
	w.Declaration()
	w.B = append(w.B, '\n')
	w.Open("PayforRequest")
	if r.Op == Secure3D {
		w.Element("RequestGuid", r.GUID)
		w.Element("OrderId", r.OrderID)
		w.Element("UserCode", c.UserCode)
		w.Element("UserPass", c.UserPass)
		w.Element("SecureType", Secure3D)
	} else {
		w.Element("MbrId", c.MbrID)
		w.Element("MerchantId", c.MerchantID)
		w.Element("UserCode", c.UserCode)
		w.Element("UserPass", c.UserPass)
		c.operation(&w, r)
		lang := r.Lang
		if lang == "" {
			lang = "tr"
		}
		w.Element("Lang", lang)
	}
	w.Close("PayforRequest")
	w.B = append(w.B, '\n')
	return w.B
}

func (c Config) operation(w *xmldoc.Writer, r Request) {
	secure, org := "NonSecure", true
	switch r.Op {
	case TxnSale, TxnPreAuth:
		moto := "0"
		if r.MOTO {
			moto = "1"
		}
		w.Element("MOTO", moto)
		w.Element("OrderId", r.OrderID)
		w.Element("InstallmentCount", installments(r.Installments))
		if r.Card != nil {
			w.Element("CardHolderName", r.Card.Holder())
			w.With("Pan", r.Card.AppendNumber)
			w.Element("Expiry", r.Card.MM()+r.Card.YY())
			if r.Card.HasCVV() {
				w.With("Cvv2", r.Card.AppendCVV)
			}
		}
		org = false
	case TxnInquiry:
		secure = "Inquiry"
	case TxnHistory:
		secure, org = "Report", false
		if r.Day.IsZero() {
			w.Element("OrderId", r.OrderID)
		} else {
			w.Element("ReqDate", r.Day.In(pos.Istanbul).Format("20060102"))
		}
	}
	if org {
		w.Element("OrgOrderId", r.OrderID)
	}
	w.Element("SecureType", secure)
	w.Element("TxnType", r.Op)
	if r.Amount.Minor > 0 && r.Op != TxnVoid {
		w.With("PurchAmount", func(b []byte) []byte { return pos.AppendDecimal(b, r.Amount.Minor) })
	}
	if n := r.Amount.Currency.Numeric(); n != "" {
		w.Element("Currency", n)
	}
}

// Raw writes a PayforRequest of fields as they are, in their order, for calls that this package has no name for.
func Raw(fields ...pos.Pair) []byte {
	w := xmldoc.Writer{B: make([]byte, 0, 512)}
	w.Declaration()
	w.B = append(w.B, '\n')
	w.Open("PayforRequest")
	for _, f := range fields {
		w.Element(f.Name, f.Value)
	}
	w.Close("PayforRequest")
	w.B = append(w.B, '\n')
	return w.B
}

// installments are "0" for a single payment.
func installments(n int) string {
	if n <= 1 {
		return "0"
	}
	return strconv.Itoa(n)
}
