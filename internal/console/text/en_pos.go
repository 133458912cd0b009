package text

func init() {
	add(EN, map[string]string{
		"set.pos":            "POS accounts",
		"set.pos.text":       "Merchant accounts at banks, and a test of their login",
		"pos.new":            "Add a POS account",
		"pos.new.at":         "Add an account at %s",
		"pos.bank":           "Bank",
		"pos.bank.text":      "Choose the bank; the next step asks only for what that bank gives.",
		"pos.eft":            "Bank number",
		"pos.legacy":         "Old system: not given to new merchants",
		"pos.empty":          "No POS account yet",
		"pos.empty.text":     "To be paid by card, add the account that your bank gave you and test its login.",
		"pos.added":          "The account was added. Now test its login.",
		"pos.name":           "Name of the account",
		"pos.name.hint":      "To tell it in lists",
		"pos.mode":           "System",
		"pos.mode.test":      "The bank's test system",
		"pos.mode.live":      "Real payments",
		"pos.status.on":      "On",
		"pos.status.off":     "Off",
		"pos.priority":       "Priority",
		"pos.priority.hint":  "A lower number is tried first",
		"pos.address":        "Address: %s",
		"pos.address.hint":   "Empty: the bank's known one",
		"pos.test":           "Test the login",
		"pos.test.good":      "The bank accepted the account",
		"pos.test.good.text": "Nothing was booked. The key of 3-D Secure is not tried by this; make the first payment with a small amount.",
		"pos.test.bad":       "The bank did not accept the account",
		"pos.test.unknown":   "The bank gave no answer of use.",
		"pos.test.code":      "%s (the bank's code: %s)",
	})
}
