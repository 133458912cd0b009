package garanti

import (
	"strconv"
	"time"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/internal/xmldoc"
)

// Kinds of requests (Transaction/Type).
const (
	TypeSale          = "sales"
	TypePreAuth       = "preauth"
	TypeCapture       = "postauth"
	TypeVoid          = "void"
	TypeRefund        = "refund"
	TypeInquiry       = "orderinq"
	TypeHistory       = "orderhistoryinq"
	TypeList          = "orderlistinq"
	TypeRecurringVoid = "recurringvoid"
)

// Request is a GVPSRequest: what a caller may set of it.
type Request struct {
	Type         string
	OrderID      string
	AmountMinor  int64
	Currency     pos.Currency // empty: TRY
	Installments int
	MOTO         bool
	Card         *pos.Card
	Proof        *Proof // instead of the card, after 3-D Secure
	Original     string // RetrefNum of the transaction that is acted on
	ClientIP     string
	Email        string
	Plan         *pos.Plan
	Period       pos.Period // of a list
	Page         int
}

// Proof is what model 3D brings back for the charge.
type Proof struct{ CAVV, ECI, XID, MD string }

// fixedAmount goes where an operation has none: a zero is refused.
const fixedAmount = 100

func (c Config) user(kind string) User {
	if kind == TypeVoid || kind == TypeRefund {
		return c.Refund
	}
	return c.Provision
}

// Document writes a GVPSRequest. It holds the card: wipe it after use.
func (c Config) Document(r Request) []byte {
	amount := r.AmountMinor
	if amount <= 0 {
		amount = fixedAmount
	}
	currency := r.Currency.Numeric()
	if currency == "" {
		currency = pos.TRY.Numeric()
	}
	amountText, u := strconv.FormatInt(amount, 10), c.user(r.Type)
	v := c.Version
	if v == "" {
		v = V512
	}
	var number []byte
	if r.Card != nil {
		number = r.Card.AppendNumber(nil)
		defer clear(number)
	}
	w := xmldoc.Writer{B: make([]byte, 0, 1024)}
	w.Declaration()
	w.Open("GVPSRequest")
	w.Element("Mode", c.mode())
	w.Element("Version", string(v))
	w.Open("Terminal")
	w.Element("ProvUserID", u.Name)
	w.Element("HashData", SignRequest(v, r.OrderID, c.TerminalID, number, amountText, currency, u.Password))
	person := c.UserID
	if person == "" {
		person = u.Name
	}
	w.Element("UserID", person)
	w.Element("ID", c.TerminalID)
	w.Element("MerchantID", c.MerchantID)
	if c.SubMerchantID != "" {
		w.Element("SubMerchantID", c.SubMerchantID)
	}
	w.Close("Terminal")
	w.Open("Customer")
	ip := r.ClientIP
	if ip == "" {
		ip = c.DefaultIP
	}
	w.Element("IPAddress", ip)
	if r.Email != "" {
		w.Element("EmailAddress", r.Email)
	}
	w.Close("Customer")
	if r.Card != nil {
		w.Open("Card")
		w.With("Number", r.Card.AppendNumber)
		w.Element("ExpireDate", r.Card.MM()+r.Card.YY())
		if r.Card.HasCVV() {
			w.With("CVV2", r.Card.AppendCVV)
		}
		w.Close("Card")
	}
	c.order(&w, r)
	w.Open("Transaction")
	w.Element("Type", r.Type)
	if r.Type == TypeSale || r.Type == TypePreAuth {
		w.Element("InstallmentCnt", installments(r.Installments))
	}
	w.Element("Amount", amountText)
	w.Element("CurrencyCode", currency)
	present, moto := "0", "N"
	if r.Proof != nil {
		present = "13"
	}
	if r.MOTO {
		moto = "Y"
	}
	w.Element("CardholderPresentCode", present)
	w.Element("MotoInd", moto)
	if r.Original != "" {
		w.Element("OriginalRetrefNum", r.Original)
	}
	if r.Proof != nil {
		w.Open("Secure3D")
		w.Element("AuthenticationCode", r.Proof.CAVV)
		w.Element("SecurityLevel", r.Proof.ECI)
		w.Element("TxnID", r.Proof.XID)
		w.Element("Md", r.Proof.MD)
		w.Close("Secure3D")
	}
	w.Close("Transaction")
	w.Close("GVPSRequest")
	return w.B
}

var cycles = map[pos.Unit]string{pos.Day: "D", pos.Week: "W", pos.Month: "M", pos.Year: "Y"}

func (c Config) order(w *xmldoc.Writer, r Request) {
	w.Open("Order")
	w.Element("OrderID", r.OrderID)
	if r.Plan != nil {
		w.Open("Recurring")
		w.Element("Type", "R")
		w.Element("TotalPaymentNum", strconv.Itoa(r.Plan.Count))
		w.Element("FrequencyType", cycles[r.Plan.Unit])
		w.Element("FrequencyInterval", strconv.Itoa(r.Plan.Every))
		w.Close("Recurring")
	}
	if r.Type == TypeList {
		const minutes = "02/01/2006 15:04"
		w.Element("StartDate", r.Period.From.In(pos.Istanbul).Format(minutes))
		w.Element("EndDate", r.Period.To.In(pos.Istanbul).Format(minutes))
		w.Element("ListPageNum", strconv.Itoa(max(1, r.Page)))
	}
	w.Close("Order")
}

func installments(n int) string {
	if n <= 1 {
		return ""
	}
	return strconv.Itoa(n)
}

// provDate reads "yyyyMMdd HH:mm:ss".
func provDate(s string) time.Time { return since2000("20060102 15:04:05", s) }

// dashed reads "yyyy-MM-dd HH:mm:ss" with a fraction or without.
func dashed(s string) time.Time { return since2000("2006-01-02 15:04:05", s) }

func compact(s string) time.Time { return since2000("20060102", s) }

func since2000(layout, s string) time.Time {
	t, err := time.ParseInLocation(layout, s, pos.Istanbul)
	if err != nil || t.Year() < 2000 {
		return time.Time{}
	}
	return t
}
