package text

func init() {
	add(EN, map[string]string{
		"state.verification.pending":  "Waiting for code",
		"state.verification.approved": "Verified",
		"state.verification.denied":   "Not verified",
		"state.verification.expired":  "Expired",
		"state.verification.canceled": "Canceled",

		"state.message.scheduled":   "Scheduled",
		"state.message.queued":      "Queued",
		"state.message.sending":     "Sending",
		"state.message.sent":        "Sent",
		"state.message.delivered":   "Delivered",
		"state.message.undelivered": "Not delivered",
		"state.message.expired":     "Expired",
		"state.message.rejected":    "Rejected",
		"state.message.failed":      "Could not be sent",
		"state.message.canceled":    "Canceled",
		"state.message.unknown":     "Result unknown",
		"state.message.received":    "Received",

		"state.consent.ONAY": "Consented",
		"state.consent.RET":  "Refused",

		"state.sync.pending":    "To be sent to IYS",
		"state.sync.sent":       "Sent to IYS",
		"state.sync.registered": "Registered at IYS",
		"state.sync.refused":    "Refused by IYS",

		"state.order.received":  "Received",
		"state.order.asked":     "Waiting for an answer",
		"state.order.confirmed": "Confirmed",
		"state.order.rejected":  "Rejected",
		"state.order.expired":   "No answer came",
		"state.order.canceled":  "Canceled",

		"state.shop.pending": "To be written to the shop",
		"state.shop.done":    "Written to the shop",
		"state.shop.failed":  "Shop not updated",

		"state.payment.created":            "Waiting for payment",
		"state.payment.awaiting_3ds":       "Waiting for 3-D",
		"state.payment.authorizing":        "At the bank",
		"state.payment.authorized":         "Authorized",
		"state.payment.captured":           "Captured",
		"state.payment.declined":           "Declined by the bank",
		"state.payment.failed":             "Failed",
		"state.payment.unknown":            "Result unknown",
		"state.payment.voided":             "Voided",
		"state.payment.partially_refunded": "Partly refunded",
		"state.payment.refunded":           "Refunded",
		"state.payment.expired":            "Expired",
		"state.payment.canceled":           "Abandoned",

		"state.reconciliation.open":      "Open",
		"state.reconciliation.matched":   "Matched",
		"state.reconciliation.different": "Differs",
		"state.reconciliation.missing":   "Missing",
		"state.reconciliation.closed":    "Closed",

		"state.job.queued":   "Queued",
		"state.job.running":  "Running",
		"state.job.paused":   "Paused",
		"state.job.done":     "Finished",
		"state.job.failed":   "Failed",
		"state.job.canceled": "Canceled",

		"state.provider.up":     "Working",
		"state.provider.slow":   "Slow",
		"state.provider.down":   "Not answering",
		"state.provider.paused": "Paused",

		"state.webhook.pending":  "To be sent",
		"state.webhook.retrying": "Will be tried again",
		"state.webhook.done":     "Delivered",
		"state.webhook.failed":   "Not delivered",
	})
}
