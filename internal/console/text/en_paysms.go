package text

func init() {
	add(EN, map[string]string{
		"paysms.title":     "Send by SMS",
		"paysms.note":      "The address is put behind the text. This text makes %s.",
		"paysms.body":      "Text",
		"paysms.body.hint": "Put behind it: %s",
		"paysms.done":      "The address was sent.",
		"paysms.failed":    "The SMS could not be sent: %s",
		"count.part":       "%s parts",
		"count.part.one":   "1 part",
	})
}
