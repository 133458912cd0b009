package nestpay

import (
	"strconv"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/internal/xmldoc"
)

// Operation names a CC5Request.
type Operation string

// The operations of the XML API.
const (
	OpSale            Operation = "sale"
	OpPreAuth         Operation = "preauth"
	OpCapture         Operation = "capture"
	OpVoid            Operation = "void"
	OpRefund          Operation = "refund"
	OpStatus          Operation = "status"
	OpHistory         Operation = "history"
	OpRecurringStatus Operation = "recurring_status"
	OpRecurringCancel Operation = "recurring_cancel"
)

// Request is a CC5Request: what a caller may set of it. Account, type and constants are added by [Config.Document].
type Request struct {
	Op           Operation
	OrderID      string
	TransID      string // void of one transaction
	Amount       pos.Money
	PreAuthMinor int64 // capture: the amount once authorized, where it is more than that
	Installments int
	ClientIP     string
	Email        string
	Card         *pos.Card
	Proof        *Proof // instead of the card, after 3-D Secure
	MOTO         bool
	Plan         *pos.Plan
	RecurringID  string
	Recurring    int // number of one payment of a plan, to cancel it alone
}

// Proof is what model 3d brings back for the charge.
type Proof struct{ MD, XID, ECI, CAVV string }

// Document writes the CC5Request in ISO-8859-9. It holds the card: wipe it after use.
func (c Config) Document(r Request) []byte {
	w := xmldoc.Writer{B: make([]byte, 0, 768), Latin5: true}
	w.Declaration()
	w.Open("CC5Request")
	w.Element("Name", c.Username)
	w.Element("Password", c.Password)
	w.Element("ClientId", c.ClientID)
	switch r.Op {
	case OpSale, OpPreAuth:
		c.payment(&w, r)
	case OpCapture:
		w.Element("Type", "PostAuth")
		w.Element("OrderId", r.OrderID)
		total(&w, r.Amount)
		if r.PreAuthMinor > 0 && (r.Amount.Minor > r.PreAuthMinor || c.AlwaysPreAmount) {
			w.Open("Extra")
			w.Element("PREAMT", pos.Decimal(r.PreAuthMinor))
			w.Close("Extra")
		}
	case OpVoid:
		w.Element("Type", "Void")
		if r.TransID != "" {
			w.Element("TransId", r.TransID)
		} else {
			w.Element("OrderId", r.OrderID)
		}
	case OpRefund:
		w.Element("Type", "Credit")
		w.Element("OrderId", r.OrderID)
		total(&w, r.Amount)
		w.Element("Currency", r.Amount.Currency.Numeric())
	case OpStatus:
		w.Element("OrderId", r.OrderID)
		extra(&w, "ORDERSTATUS", "QUERY")
	case OpHistory:
		w.Element("OrderId", r.OrderID)
		extra(&w, "ORDERHISTORY", "QUERY")
	case OpRecurringStatus:
		extra(&w, "ORDERSTATUS", "QUERY", "RECURRINGID", r.RecurringID)
	case OpRecurringCancel:
		if r.Recurring > 0 {
			extra(&w, "RECORDTYPE", "Order", "RECURRINGOPERATION", "Cancel", "RECORDID", r.OrderID+"-"+strconv.Itoa(r.Recurring))
		} else {
			extra(&w, "RECORDTYPE", "Recurring", "RECURRINGOPERATION", "Cancel", "RECORDID", r.RecurringID)
		}
	}
	w.Close("CC5Request")
	return w.B
}

func (c Config) payment(w *xmldoc.Writer, r Request) {
	kind := "Auth"
	if r.Op == OpPreAuth {
		kind = "PreAuth"
	}
	w.Element("Type", kind)
	w.Element("IPAddress", r.ClientIP)
	if r.Email != "" {
		w.Element("Email", r.Email)
	}
	w.Element("OrderId", r.OrderID)
	w.With("Total", func(b []byte) []byte { return pos.AppendDecimal(b, r.Amount.Minor) })
	w.Element("Currency", r.Amount.Currency.Numeric())
	w.Element("Taksit", installments(r.Installments))
	switch {
	case r.Proof != nil:
		w.Element("Number", r.Proof.MD)
		w.Element("PayerTxnId", r.Proof.XID)
		w.Element("PayerSecurityLevel", r.Proof.ECI)
		w.Element("PayerAuthenticationCode", r.Proof.CAVV)
	case r.Card != nil:
		w.With("Number", r.Card.AppendNumber)
		w.Element("Expires", r.Card.MM()+"/"+r.Card.YY())
		if r.Card.HasCVV() {
			w.With("Cvv2Val", r.Card.AppendCVV)
		}
	}
	w.Element("Mode", "P")
	if r.Plan != nil {
		w.Open("PbOrder")
		w.Element("OrderType", "0")
		w.Element("OrderFrequencyInterval", strconv.Itoa(r.Plan.Every))
		w.Element("OrderFrequencyCycle", cycles[r.Plan.Unit])
		w.Element("TotalNumberPayments", strconv.Itoa(r.Plan.Count))
		w.Close("PbOrder")
	}
	if r.MOTO {
		extra(w, "MAILORDER", "MAILORDER")
	}
}

var cycles = map[pos.Unit]string{pos.Day: "D", pos.Week: "W", pos.Month: "M", pos.Year: "Y"}

// total writes the amount; none means the whole.
func total(w *xmldoc.Writer, m pos.Money) {
	if m.Minor <= 0 {
		w.Element("Total", "")
		return
	}
	w.With("Total", func(b []byte) []byte { return pos.AppendDecimal(b, m.Minor) })
}

func extra(w *xmldoc.Writer, pairs ...string) {
	w.Open("Extra")
	for i := 0; i < len(pairs); i += 2 {
		w.Element(pairs[i], pairs[i+1])
	}
	w.Close("Extra")
}

// installments are empty for a single payment: 0 and 1 are never sent.
func installments(n int) string {
	if n <= 1 {
		return ""
	}
	return strconv.Itoa(n)
}
