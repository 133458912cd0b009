package sms

import "context"

// BatchSender hands many messages over in one call. The messages of one batch
// share route, sender, encoding and purpose; phones and bodies may differ.
type BatchSender interface {
	// MaxBatch is the largest number of messages of one call.
	MaxBatch() int
	// SendBatch gives one outcome for each message, in the same order, always
	// as many as were given. When the answer to the whole call is missing,
	// every outcome is KindAmbiguous. Several messages may share one
	// ProviderID; their reports then differ by phone.
	SendBatch(ctx context.Context, ms []Message) []Outcome
}

// Outcome is the provider's answer about one message of a batch: Accepted, or
// Err, which is an [*Error].
type Outcome struct {
	Accepted Accepted
	Err      error
}

// Caller reads a text aloud in a telephone call, for example a code for a
// phone that gets no SMS.
type Caller interface {
	Call(ctx context.Context, to, text string) (Accepted, error)
}
