package akbank

import (
	"crypto/rand"
	"strconv"
	"time"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/internal/wire"
)

// Kinds of transactions (txnCode).
const (
	TxnSale            = "1000"
	TxnRefund          = "1002"
	TxnVoid            = "1003"
	TxnPreAuth         = "1004"
	TxnCapture         = "1005"
	TxnInquiry         = "1010"
	TxnCancelRecurring = "1013"
	TxnPayByLink       = "1020"
	TxnSecureSale      = "3000"
	TxnSecurePreAuth   = "3004"
)

// Request is the body of a call: what a caller may set of it.
type Request struct {
	TxnCode        string
	OrderID        string
	OrderTrackID   string // instead of OrderID: plans and links
	Amount         pos.Money
	WithCounts     bool // installCount and motoInd go along: sales and links
	Installments   int
	MOTO           bool
	Card           *pos.Card
	Proof          *Proof
	ClientIP       string
	Email          string
	Plan           *pos.Plan
	RecurringOrder int // one payment of a plan
	Link           *Link
}

// Proof is what model 3D brings back for the charge.
type Proof struct{ SecureID, SecureEcomInd, SecureData, SecureMD string }

// Link is a payment link that the bank sends to the payer.
type Link struct {
	TransferType string // SMS
	Phone        string // ten digits
	Email        string
}

var cycles = map[pos.Unit]string{pos.Day: "D", pos.Week: "W", pos.Month: "M", pos.Year: "Y"}

// timeText is Istanbul's time without a zone, in milliseconds.
const timeText = "2006-01-02T15:04:05.000"

// Random returns randomNumber: 128 upper-case hexadecimal characters.
func Random() string {
	var b [64]byte
	rand.Read(b[:])
	return wire.UpperHex(b[:])
}

// Body writes the JSON of a call; the same bytes are signed and sent. It holds the card: wipe it after use.
func (c Config) Body(r Request, now time.Time) []byte {
	b := make([]byte, 0, 1024)
	b = append(b, `{"version":"1.00","txnCode":"`...)
	b = append(append(b, r.TxnCode...), `","requestDateTime":"`...)
	b = now.In(pos.Istanbul).AppendFormat(b, timeText)
	b = append(append(append(b, `","randomNumber":"`...), Random()...), '"')
	b = c.terminal(b)
	if r.Card != nil {
		b = append(b, `,"card":{"cardNumber":"`...)
		b = append(r.Card.AppendNumber(b), '"')
		if r.Card.HasCVV() {
			b = append(r.Card.AppendCVV(append(b, `,"cvv2":"`...)), '"')
		}
		b = append(append(append(b, `,"expireDate":"`...), r.Card.MM()+r.Card.YY()...), `"}`...)
	}
	b = append(b, `,"order":{`...)
	if r.OrderTrackID != "" {
		b = field(b, "orderTrackId", r.OrderTrackID)
	} else {
		b = field(b, "orderId", r.OrderID)
	}
	b = append(b, '}')
	if r.Amount.Minor > 0 {
		b = append(pos.AppendDecimal(append(b, `,"transaction":{"amount":"`...), r.Amount.Minor), `","currencyCode":`...)
		b = append(b, r.Amount.Currency.Numeric()...)
		if r.WithCounts {
			moto := byte('0')
			if r.MOTO {
				moto = '1'
			}
			b = append(append(append(b, `,"motoInd":`...), moto), `,"installCount":`...)
			b = strconv.AppendInt(b, int64(max(1, r.Installments)), 10)
		}
		b = append(b, '}')
	}
	if r.Proof != nil {
		b = field(append(b, `,"secureTransaction":{`...), "secureId", r.Proof.SecureID)
		b = field(append(b, ','), "secureEcomInd", r.Proof.SecureEcomInd)
		b = field(append(b, ','), "secureData", r.Proof.SecureData)
		b = append(field(append(b, ','), "secureMd", r.Proof.SecureMD), '}')
	}
	if r.Plan != nil {
		b = strconv.AppendInt(append(b, `,"recurring":{"numberOfPayments":`...), int64(r.Plan.Count), 10)
		b = strconv.AppendInt(append(b, `,"frequencyInterval":`...), int64(r.Plan.Every), 10)
		b = append(field(append(b, ','), "frequencyCycle", cycles[r.Plan.Unit]), '}')
	} else if r.RecurringOrder > 0 {
		b = append(strconv.AppendInt(append(b, `,"recurring":{"recurringOrder":`...), int64(r.RecurringOrder), 10), '}')
	}
	if r.Link != nil {
		b = append(field(append(b, `,"payByLink":{"linkTxnCode":"3000",`...), "linkTransferType", r.Link.TransferType), ',')
		b = field(b, "mobilePhoneNumber", r.Link.Phone)
		if r.Link.Email != "" {
			b = field(append(b, ','), "email", r.Link.Email)
		}
		b = append(b, '}')
	}
	if r.ClientIP != "" {
		b = field(append(b, `,"customer":{`...), "ipAddress", r.ClientIP)
		if r.Email != "" {
			b = field(append(b, ','), "emailAddress", r.Email)
		}
		b = append(b, '}')
	}
	return append(b, '}')
}

// ReportBody asks for the transactions of a time, or of a batch. It has no version, no txnCode and no time of its own.
func (c Config) ReportBody(p pos.Period, batch int64) []byte {
	b := append([]byte(`{"randomNumber":"`), Random()...)
	b = c.terminal(append(b, '"'))
	b = append(b, `,"report":{`...)
	if batch > 0 {
		b = strconv.AppendInt(append(b, `"batchNumber":`...), batch, 10)
	} else {
		b = p.From.In(pos.Istanbul).AppendFormat(append(b, `"startDateTime":"`...), timeText)
		b = append(p.To.In(pos.Istanbul).AppendFormat(append(b, `","endDateTime":"`...), timeText), '"')
	}
	return append(b, `}}`...)
}

func (c Config) terminal(b []byte) []byte {
	b = field(append(b, `,"terminal":{`...), "merchantSafeId", c.MerchantSafeID)
	b = append(field(append(b, ','), "terminalSafeId", c.TerminalSafeID), '}')
	if c.SubMerchantID != "" {
		b = append(field(append(b, `,"subMerchant":{`...), "subMerchantId", c.SubMerchantID), '}')
	}
	return b
}

func field(b []byte, name, value string) []byte {
	return wire.AppendJSON(append(append(append(b, '"'), name...), `":`...), value)
}
