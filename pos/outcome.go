package pos

// Outcome is what became of an operation, in the words of this library.
type Outcome string

const (
	// Approved: the money is captured, or held for a pre-authorization; or a void, refund or capture is done.
	Approved Outcome = "approved"
	// Declined: the bank or its gateway said no; no money moved.
	Declined Outcome = "declined"
	// Authenticated: 3-D Secure passed and nothing is charged yet; the caller sends the charge ([Secure3D.Complete]).
	Authenticated Outcome = "authenticated"
	// Redirect: show the form to the payer's browser.
	Redirect Outcome = "redirect"
	// PendingCompletion: authenticated, and one more call completes the payment (N Kolay).
	PendingCompletion Outcome = "pending_completion"
	// Unverified: the message claims success and cannot be trusted by itself. Ask the bank; approve on its answer only.
	Unverified Outcome = "unverified"
	// Unknown: there is no readable answer. The money may have moved: ask the bank, never send again unasked.
	Unknown Outcome = "unknown"
	// Rejected: the message is not authentic, or not about this attempt. Ignore it, log it, alert somebody.
	Rejected Outcome = "rejected"
	// Failed: our request was wrong (signature, format, credentials). Alert the merchant; do not tell the payer "declined".
	Failed Outcome = "error"
	// DuplicatePaid: the same order is captured already.
	DuplicatePaid Outcome = "duplicate_paid"
	// OK and NotFound are of inquiries and lists.
	OK       Outcome = "ok"
	NotFound Outcome = "not_found"
)

// Uncertain reports whether money may have moved although nobody said so: the bank has to be asked.
// A rejected message says nothing about the attempt, so the attempt is as uncertain as before.
func (o Outcome) Uncertain() bool {
	return o == Unknown || o == Unverified || o == Rejected || o == PendingCompletion
}

// State is the state of a transaction as a bank's inquiry or list tells it.
type State string

const (
	StateCaptured         State = "captured"          // + amount
	StateRefund           State = "refund"            // a row of its own, − amount
	StateVoid             State = "void"              // a row of its own, − amount
	StateVoided           State = "voided"            // the original row, marked
	StateRefunded         State = "refunded"          // the original row, marked as refunded in full
	StateAuthorized       State = "authorized"        // an open pre-authorization
	StatePreauthClosed    State = "preauth_closed"    // its capture is another row
	StateReversed         State = "reversed"          // a technical reversal
	StateSuspicious       State = "suspicious"        // the bank itself is not sure
	StatePending          State = "pending"           // still running
	StateFailed           State = "failed"            // declined
	StatePlanned          State = "planned"           // a recurring payment to come
	StatePlannedCancelled State = "planned_cancelled" // and one that will not
)

// MoneyMinor is what a row adds to the merchant's money: amount captured, minus what was refunded or voided by a row of its own.
func (s State) MoneyMinor(amount int64) int64 {
	switch s {
	case StateCaptured:
		return amount
	case StateRefund, StateVoid:
		return -amount
	}
	return 0
}
