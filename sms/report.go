package sms

import "time"

// ReportStatus is the fate of a message.
type ReportStatus string

// The three fates.
const (
	StatusSent      ReportStatus = "sent"      // on its way, or the provider does not know yet
	StatusDelivered ReportStatus = "delivered" // the phone confirmed
	StatusFailed    ReportStatus = "failed"    // it will not arrive
)

// Report is one recipient's delivery report.
type Report struct {
	// ProviderID is the id of the accepted message.
	ProviderID string
	// To is the phone, in E.164 when it is a Turkish mobile.
	To string
	// Status is the fate in our words, Code the provider's raw status.
	Status ReportStatus
	Code   string
	// Final is true when asking again cannot change the answer.
	Final bool
	// Reason says in English why it failed; empty otherwise or if unknown.
	Reason string
	// ErrorCode is the network's raw cause, "" or "0" when there is none.
	ErrorCode string
	// Operator is the network's name, or its raw number if unknown.
	Operator string
	// Segments is the number of parts billed, 0 when not told.
	Segments int
	// At is the delivery, zero unless told.
	At time.Time
	// Reference is the echo of Message.Reference, where the provider does it.
	Reference string
}
