package pos

import "time"

// Result is what a bank answered, in this library's words. Fields that the bank did not give are empty; placeholders that banks
// send for nothing ("0", "000000") count as not given.
type Result struct {
	Outcome Outcome
	Code    Code  // why not; empty when approved
	Class   Class // of Code as this bank means it; see [Result.DeclineClass]

	ResponseCode     string // the bank's main answer code, as sent
	ErrorCode        string // the gateway's own code beside it, as sent
	HostResponseCode string // the code of the card's bank, where it is a field of its own
	Message          string // the bank's text, as sent

	OrderID       string
	OrderTrackID  string
	ReferenceCode string // the transaction's number at the bank ("İşlem kodu")
	TxnCode       string // the kind of transaction, in the bank's word
	AuthCode      string
	RRN           string // retrieval reference number
	STAN          string
	BatchNumber   string
	BankTime      time.Time

	Authorized   Money // as the bank says it; zero where it does not
	Installments int   // 0 and 1 are a single payment; -1: the bank did not say

	CardBrand   string
	CardIssuer  string
	MaskedCard  string
	BankCode    string // EFT code of the bank that answered, where a gateway serves several
	HostMessage string
	RecurringID string

	Reason   string // for a person: why the answer is unverified or rejected
	NextStep string // for a person: what to do now

	Raw map[string]string // further fields of the bank, by their own names; without card data
}

// DeclineClass is the class by which to decide what may follow.
func (r Result) DeclineClass() Class {
	if r.Class != "" {
		return r.Class
	}
	if r.Code == "" {
		return ""
	}
	return r.Code.Class()
}

// OutcomeUncertain reports whether money may have moved although nobody said so. Ask the bank by [Inquirer] until it is known;
// until then neither charge again nor tell the payer that it failed.
func (r Result) OutcomeUncertain() bool {
	return r.Outcome.Uncertain() || r.Outcome != Approved && (r.Code == CodeIssuerUnavailable || r.Code == CodeGatewayError || r.Code == CodeDuplicateTransaction || r.Code == CodeDuplicateOrder || r.Code == CodePartlyReversed)
}

// SafeToRetry reports whether a new attempt (with a new order id) cannot charge twice: the bank said no, and said it for certain.
// Whether it makes sense to try the same card again is told by [Result.DeclineClass].
func (r Result) SafeToRetry() bool {
	switch r.Outcome {
	case Declined, Failed:
		return !r.OutcomeUncertain()
	}
	return false
}

// Row is one transaction of an inquiry or a list.
type Row struct {
	TxnCode          string
	State            State
	Settled          bool
	Amount           Money // captured, else authorized
	AuthorizedMinor  int64
	MoneyMinor       int64 // see [State.MoneyMinor]
	Installments     int
	OrderID          string
	OriginalOrderID  string
	OrderTrackID     string
	RecurringOrder   string
	AuthCode         string
	RRN              string
	BatchNumber      string
	ResponseCode     string
	HostResponseCode string
	ReferenceCode    string
	Time             time.Time // of the authorization
	CaptureTime      time.Time
	VoidTime         time.Time
	PlannedTime      time.Time
	SettlementDate   string // yyyy-mm-dd
	CommissionMinor  int64  // what the bank keeps, where it says so
	MaskedCard       string
	Raw              map[string]string
}

// List is the answer to an inquiry or a list. An empty list and a failed one are different things: look at Outcome.
type List struct {
	Result
	Rows []Row
}

// NetMinor is the money of all rows.
func (l List) NetMinor() (sum int64) {
	for _, r := range l.Rows {
		sum += r.MoneyMinor
	}
	return sum
}

// Istanbul is the zone of every time that a Turkish bank writes: UTC+3 without summer time, since 2016.
var Istanbul = time.FixedZone("+03", 3*60*60)
