package text

func init() {
	add(EN, map[string]string{
		"setup.title":   "First setup",
		"setup.text":    "Nobody uses this installation yet. Add the first administrator and company; this page closes afterwards.",
		"setup.company": "Company name",
		"setup.name":    "Your full name",
		"setup.submit":  "Finish setup",
		"setup.done":    "Setup is finished. Now add an SMS provider under Settings.",

		"error.refused.title": "Nothing was done",
		"error.413.title":     "The form is too large",
		"error.413.text":      "What was sent is larger than 1 MB. Try again with a shorter text.",
		"error.home":          "Go to the first page",

		"role.administrator": "Administrator",
		"role.manager":       "Manager",
		"role.cashier":       "Cashier",
		"role.accountant":    "Accountant",
		"role.support":       "Support",

		"login.code.label": "Code in the app",
		"login.code.hint":  "6 digits; the code changes every 30 seconds",

		"account.password.hint": "At least 12 characters; 10 are enough if they mix letters, digits or signs.",
	})
}
