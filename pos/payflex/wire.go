package payflex

import (
	"strconv"
	"strings"
	"time"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/internal/xmldoc"
)

// Kinds of transactions (TransactionType).
const (
	TypeSale     = "Sale"
	TypeAuth     = "Auth"
	TypeCapture  = "Capture"
	TypeCancel   = "Cancel"
	TypeRefund   = "Refund"
	TypeReversal = "Reversal"
)

// Request is a VposRequest: what a caller may set of it.
type Request struct {
	Type          string
	TransactionID string // ours, at most 40 characters, unique for ever
	Reference     string // TransactionId of the transaction that is acted on
	OrderID       string
	Amount        pos.Money
	Installments  int
	MOTO          bool
	Card          *pos.Card
	Proof         *Proof // instead of card and amount, after 3-D Secure
	ClientIP      string
	Plan          *pos.Plan
	Description   string
}

// Proof is what 3-D Secure brings for the charge.
type Proof struct{ MPITransactionID, ECI, CAVV string }

var cycles = map[pos.Unit]string{pos.Day: "Day", pos.Month: "Month", pos.Year: "Year"}

var currencies = []pos.Currency{pos.TRY, pos.USD, pos.EUR, pos.GBP, pos.JPY}

// Document writes a VposRequest. It may hold the card: wipe it after use.
func (c Config) Document(r Request) []byte {
	w := xmldoc.Writer{B: make([]byte, 0, 1024)}
	element := func(name, text string) {
		if text != "" {
			w.Element(name, text)
		}
	}
	w.Open("VposRequest")
	w.Element("MerchantId", c.MerchantID)
	w.Element("Password", c.Password)
	pays := r.Type == TypeSale || r.Type == TypeAuth
	if pays || r.Type == TypeCapture {
		w.Element("TerminalNo", c.TerminalNo)
	}
	w.Element("TransactionType", r.Type)
	element("TransactionId", r.TransactionID)
	if r.Proof != nil {
		w.Element("ECI", r.Proof.ECI)
		w.Element("CAVV", r.Proof.CAVV)
		w.Element("MpiTransactionId", r.Proof.MPITransactionID)
	}
	element("ReferenceTransactionId", r.Reference)
	element("OrderId", r.OrderID)
	element("OrderDescription", r.Description)
	if r.Amount.Minor > 0 && r.Proof == nil {
		w.Element("CurrencyAmount", pos.Decimal(r.Amount.Minor))
		w.Element("CurrencyCode", r.Amount.Currency.Numeric())
	}
	ip := r.ClientIP
	if ip == "" {
		ip = c.DefaultIP
	}
	element("ClientIp", ip)
	if pays {
		source := "0"
		if r.MOTO {
			source = "1"
		}
		w.Element("TransactionDeviceSource", source)
	}
	if r.Card != nil && r.Proof == nil {
		w.With("Pan", r.Card.AppendNumber)
		w.Element("Expiry", strconv.Itoa(r.Card.Year())+r.Card.MM())
		if r.Card.HasCVV() {
			if r.Card.Brand() == pos.Amex {
				w.With("SecurityCode", r.Card.AppendCVV)
			} else {
				w.With("Cvv", r.Card.AppendCVV)
			}
		}
	}
	if r.Installments > 1 {
		w.Element("NumberOfInstallments", strconv.Itoa(r.Installments))
	}
	if r.Plan != nil {
		w.Element("IsRecurring", "true")
		w.Element("RecurringFrequencyType", cycles[r.Plan.Unit])
		w.Element("RecurringFrequency", strconv.Itoa(r.Plan.Every))
		w.Element("RecurringInstallmentCount", strconv.Itoa(r.Plan.Count))
	}
	if c.MerchantType != "" {
		w.Element("MerchantType", c.MerchantType)
		element("SubMerchantId", c.SubMerchantID)
	}
	w.Close("VposRequest")
	return w.B
}

func (c Config) criteria(w *xmldoc.Writer, root string) {
	w.Open(root)
	w.Open("MerchantCriteria")
	w.Element("HostMerchantId", c.MerchantID)
	w.Element("MerchantPassword", c.Password)
	w.Close("MerchantCriteria")
}

// SearchDocument writes a SearchRequest. Where both ids are given the bank looks for the first alone.
func (c Config) SearchDocument(transactionID, orderID string) []byte {
	w := xmldoc.Writer{}
	c.criteria(&w, "SearchRequest")
	w.Open("TransactionCriteria")
	w.Element("TransactionId", transactionID)
	w.Element("OrderId", orderID)
	w.Element("AuthCode", "")
	w.Close("TransactionCriteria")
	w.Close("SearchRequest")
	return w.B
}

// pageSize is the most that SettlementDetail gives at once.
const pageSize = 50

// DetailDocument writes a SettlementDetailRequest for whole days, the last one included. page counts from 1.
func (c Config) DetailDocument(from, to time.Time, page int) []byte {
	w := xmldoc.Writer{}
	c.criteria(&w, "SettlementDetailRequest")
	w.Open("DateCriteria")
	w.Element("StartDate", from.In(pos.Istanbul).Format(time.DateOnly))
	w.Element("EndDate", to.In(pos.Istanbul).Format(time.DateOnly))
	w.Close("DateCriteria")
	w.Open("PagedRequestInfo")
	w.Element("PageIndex", strconv.Itoa(page))
	w.Element("PageSize", strconv.Itoa(pageSize))
	w.Close("PagedRequestInfo")
	w.Close("SettlementDetailRequest")
	return w.B
}

var brands = map[pos.Brand]string{pos.Visa: "100", pos.Mastercard: "200", pos.Troy: "300", pos.Amex: "400"}

// FormRequest is what an enrollment, or the opening of a common payment page, is made of.
type FormRequest struct {
	Payment   pos.Payment
	ReturnURL string
	FailURL   string    // empty: the same
	RequestID string    // VerifyEnrollmentRequestId: 32 hex characters that nobody can guess
	PlanEnd   time.Time // the last payment of a plan
	Token     string    // TransactionId of a common payment on the gateway
}

func (r FormRequest) failURL() string {
	if r.FailURL == "" {
		return r.ReturnURL
	}
	return r.FailURL
}

// Enrollment writes the fields that ask the MPI whether the card takes part. They hold the card's number.
func (c Config) Enrollment(r FormRequest) []pos.Pair {
	p, f := r.Payment, make([]pos.Pair, 0, 20)
	add := func(name, value string) { f = append(f, pos.Pair{Name: name, Value: value}) }
	password := c.MPIPassword
	if password == "" {
		password = c.Password
	}
	add("MerchantId", c.MerchantID)
	add("MerchantPassword", password)
	add("VerifyEnrollmentRequestId", r.RequestID)
	add("Pan", string(p.Card.AppendNumber(nil)))
	add("ExpiryDate", p.Card.YY()+p.Card.MM())
	add("PurchaseAmount", pos.Decimal(p.Amount.Minor))
	add("Currency", p.Amount.Currency.Numeric())
	add("BrandName", brands[p.Card.Brand()])
	add("SuccessUrl", r.ReturnURL)
	add("FailureUrl", r.failURL())
	if !c.Legacy {
		add("FailUrl", r.failURL())
	}
	if p.Installments > 1 {
		add("InstallmentCount", strconv.Itoa(p.Installments))
	}
	if p.Recurring != nil {
		add("IsRecurring", "true")
		add("RecurringFrequency", strconv.Itoa(p.Recurring.Every))
		add("RecurringFrequencyType", cycles[p.Recurring.Unit])
		add("RecurringInstallmentCount", strconv.Itoa(p.Recurring.Count))
		add("RecurringEndDate", r.PlanEnd.In(pos.Istanbul).Format("20060102"))
	} else {
		add("IsRecurring", "false")
	}
	if c.MerchantType != "" {
		add("MerchantType", c.MerchantType)
		add("SubMerchantId", c.SubMerchantID)
	}
	return f
}

// CommonPayment writes the fields that open a common payment page.
func (c Config) CommonPayment(r FormRequest) []pos.Pair {
	p, f := r.Payment, make([]pos.Pair, 0, 20)
	add := func(name, value string) { f = append(f, pos.Pair{Name: name, Value: value}) }
	kind, lang, order := TypeSale, "tr-TR", "OrderID"
	if p.PreAuth {
		kind = TypeAuth
	}
	if p.Lang == "en" {
		lang = "en-US"
	}
	add("HostMerchantId", c.MerchantID)
	add("MerchantPassword", c.Password)
	add("HostTerminalId", c.TerminalNo)
	if !c.Legacy {
		order = "OrderId"
		add("MerchantId", "1")
		add("TransactionId", r.Token)
		add("TokenExpireTime", "1")
	}
	add("TransactionType", kind)
	add("AmountCode", p.Amount.Currency.Numeric())
	add("Amount", pos.Decimal(p.Amount.Minor))
	add(order, p.OrderID)
	add("IsSecure", "true")
	add("AllowNotEnrolledCard", "false")
	add("SuccessUrl", r.ReturnURL)
	add("FailUrl", r.failURL())
	add("RequestLanguage", lang)
	if p.Installments > 1 {
		add("InstallmentCount", strconv.Itoa(p.Installments))
	}
	return f
}

// CommonQuery writes the fields that ask what became of a common payment.
func (c Config) CommonQuery(transactionID, token string) []pos.Pair {
	f := []pos.Pair{{Name: "HostMerchantId", Value: c.MerchantID}, {Name: "Password", Value: c.Password}}
	if !c.Legacy {
		f = append(f, pos.Pair{Name: "MerchantId", Value: "1"})
	}
	if transactionID != "" {
		f = append(f, pos.Pair{Name: "TransactionId", Value: transactionID})
	}
	return append(f, pos.Pair{Name: "PaymentToken", Value: token})
}

// encode writes fields as a form.
func encode(fields []pos.Pair) []byte {
	var b []byte
	for _, p := range fields {
		if len(b) > 0 {
			b = append(b, '&')
		}
		b = append(b, xmldoc.FormField(p.Name, []byte(p.Value))...)
	}
	return b
}

func lookup(v pos.Values) func(name string) string {
	low := make(map[string]string, len(v))
	for name, value := range v {
		low[strings.ToLower(name)] = value
	}
	return func(name string) string { return low[strings.ToLower(name)] }
}
