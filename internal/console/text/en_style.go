package text

func init() {
	add(EN, map[string]string{
		"style.title":         "Components",
		"style.tabs":          "Parts of the payment",
		"style.codes":         "Codes",
		"style.takings":       "Collections",
		"style.card":          "Card",
		"style.states":        "States",
		"style.chart":         "The last seven days",
		"style.form":          "Add a customer",
		"style.icons":         "Icons",
		"style.kind":          "Kind",
		"style.person":        "Person",
		"style.org":           "Organization",
		"style.org.hint":      "Asks for the tax number",
		"style.sms":           "Consents to SMS",
		"style.sms.hint":      "Reported to IYS within three business days",
		"style.link":          "Payment link",
		"style.declined":      "Declined by the bank: insufficient funds (51). The customer may try another card.",
		"style.step.people":   "Recipients",
		"style.step.text":     "Text",
		"style.step.check":    "Check",
		"style.leave":         "You may leave this page; sending goes on.",
		"style.empty.title":   "No orders yet",
		"style.empty.text":    "Cash-on-delivery orders of your shop will wait here to be confirmed.",
		"style.empty.act":     "Connect a shop",
		"style.confirm.title": "Refund %s?",
		"style.confirm.text":  "The amount goes back to card %s and reaches the statement in 1 to 7 days.",
		"style.pay":           "Yildiz Plumbing asks you to pay",
	})
}
