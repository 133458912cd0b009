// Package sms is the glossary of text messages: what a message is, which two
// routes it can take, what a provider answers, and what each failure means
// for the question that matters most, "may this be sent again?".
//
// One provider is one [Sender]. What not every provider can do (reports,
// balance, header lists, cancelling, an inbox) is an interface of its own,
// found by type assertion:
//
//	if r, ok := sender.(sms.Reporter); ok {
//		reports, err := r.Reports(ctx, ids)
//	}
//
// Every failure is an [*Error] with a [Kind]. [IsRetryable] and [IsAmbiguous]
// answer whether a resend is safe; see their comments, because a wrong answer
// costs the merchant money and sends the customer the same text twice.
package sms
