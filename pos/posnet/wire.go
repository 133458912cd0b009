package posnet

import (
	"crypto/rand"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/internal/xmldoc"
)

// Operations: the element of a request.
const (
	OpSale           = "sale"
	OpAuth           = "auth"
	OpCapture        = "capt"
	OpReverse        = "reverse"
	OpReturn         = "return"
	OpAgreement      = "agreement"
	OpReconciliation = "merchantReconciliation"
	OpRequestData    = "oosRequestData"
	OpResolve        = "oosResolveMerchantData"
	OpTranData       = "oosTranData"
)

// moves tells the operations that move money.
func moves(op string) bool {
	switch op {
	case OpSale, OpAuth, OpCapture, OpReverse, OpReturn, OpTranData:
		return true
	}
	return false
}

// Request is a posnetRequest: what a caller may set of it.
type Request struct {
	Op           string
	OrderID      string // filled up to 24 characters, or to 20 with 3-D Secure
	Secure3D     bool   // the order was paid with 3-D Secure: its id has the prefix
	HostLogKey   string // instead of the order id: the one sure reference
	Transaction  string // what a reverse undoes: sale, auth, capt
	TranType     string // of oosRequestData: Sale, Auth
	Amount       pos.Money
	Installments int
	MOTO         bool
	Card         *pos.Card
	Holder       string // of oosRequestData; empty: the card's
	Packets      Packets
	Period       pos.Period // of merchantReconciliation: days, the last one included
}

// Packets are what a callback brings for steps 3 and 4.
type Packets struct{ Bank, Merchant, Sign string }

var currencies = map[pos.Currency]string{pos.TRY: "TL", pos.USD: "US", pos.EUR: "EU"}

// CurrencyOf reads a currency of two letters; YT is an old word for the lira.
func CurrencyOf(code string) pos.Currency {
	if code == "YT" {
		return pos.TRY
	}
	for c, s := range currencies {
		if s == code {
			return c
		}
	}
	return ""
}

func pad(s string, n int) string { return strings.Repeat("0", max(0, n-len(s))) + s }

// XID is the order id of 3-D Secure: 20 characters.
func XID(orderID string) string { return pad(orderID, 20) }

// FiledID is the id of 24 characters under which the bank files an order.
func (c Config) FiledID(orderID string, secure3D bool) string {
	if !secure3D {
		return pad(orderID, 24)
	}
	prefix := c.Prefix
	if prefix == "" {
		prefix = "TDS_"
	}
	return prefix + XID(orderID)
}

func installment(n int) string {
	if n <= 1 {
		return "00"
	}
	return pad(strconv.Itoa(n), 2)
}

// Document writes a posnetRequest. It may hold the card: wipe it after use.
func (c Config) Document(r Request) []byte {
	w := xmldoc.Writer{B: make([]byte, 0, 1024), ASCII: true}
	w.B = append(w.B, "<?xml version=\"1.0\" encoding=\"ISO-8859-9\"?>\n"...)
	w.Open("posnetRequest")
	w.Element("mid", c.MerchantID)
	w.Element("tid", c.TerminalID)
	if moves(r.Op) && r.Op != OpTranData {
		w.Element("tranDateRequired", "1")
	}
	w.Open(r.Op)
	amount, currency := strconv.FormatInt(r.Amount.Minor, 10), currencies[r.Amount.Currency]
	money := func() {
		w.Element("amount", amount)
		w.Element("currencyCode", currency)
	}
	switch r.Op {
	case OpSale, OpAuth:
		w.Element("orderID", pad(r.OrderID, 24))
		w.Element("installment", installment(r.Installments))
		money()
		card(&w, r.Card)
		if r.MOTO {
			w.Element("mailorderflag", "Y")
		}
	case OpCapture:
		money()
		w.Element("installment", installment(r.Installments))
		c.reference(&w, r)
	case OpReverse:
		w.Element("transaction", r.Transaction)
		c.reference(&w, r)
	case OpReturn:
		money()
		c.reference(&w, r)
	case OpAgreement:
		w.Element("orderID", c.FiledID(r.OrderID, r.Secure3D))
	case OpReconciliation:
		w.Element("startDate", r.Period.From.In(pos.Istanbul).Format(time.DateOnly))
		w.Element("endDate", r.Period.To.In(pos.Istanbul).Format(time.DateOnly))
		w.Element("currency", currency)
	case OpRequestData:
		w.Element("posnetid", c.PosnetID)
		if r.Card != nil {
			card(&w, r.Card)
		}
		money()
		w.Element("installment", installment(r.Installments))
		w.Element("XID", XID(r.OrderID))
		if r.Card != nil {
			holder := r.Holder
			if holder == "" {
				holder = r.Card.Holder()
			}
			w.Element("cardHolderName", holder)
		}
		w.Element("tranType", r.TranType)
	case OpResolve:
		w.Element("bankData", r.Packets.Bank)
		w.Element("merchantData", r.Packets.Merchant)
		w.Element("sign", r.Packets.Sign)
		w.Element("mac", c.mac("", r.OrderID, r.Amount))
	case OpTranData:
		w.Element("bankData", r.Packets.Bank)
		w.Element("wpAmount", "0")
		w.Element("mac", c.mac("", r.OrderID, r.Amount))
	}
	w.Close(r.Op)
	w.Close("posnetRequest")
	return append(w.B, '\n')
}

func card(w *xmldoc.Writer, c *pos.Card) {
	w.With("ccno", c.AppendNumber)
	w.Element("expDate", c.YY()+c.MM())
	w.With("cvc", c.AppendCVV)
}

func (c Config) reference(w *xmldoc.Writer, r Request) {
	if r.HostLogKey != "" {
		w.Element("hostLogKey", r.HostLogKey)
		return
	}
	w.Element("orderID", c.FiledID(r.OrderID, r.Secure3D))
}

// mac is made of the merchant's own values, never of what a browser brought.
func (c Config) mac(front, orderID string, amount pos.Money) string {
	return MAC(front, XID(orderID), strconv.FormatInt(amount.Minor, 10), currencies[amount.Currency], c.MerchantID, FirstHash(c.Key, c.TerminalID))
}

// header are the headers that the bank asks for; a request without them is taken too.
func (c Config) header() http.Header {
	h := http.Header{"X-Merchant-Id": {c.MerchantID}, "X-Terminal-Id": {c.TerminalID}, "X-Correlation-Id": {rand.Text()[:24]}}
	if c.PosnetID != "" {
		h["X-Posnet-Id"] = []string{c.PosnetID}
	}
	return h
}
