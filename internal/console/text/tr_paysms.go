package text

func init() {
	add(TR, map[string]string{
		"paysms.title":     "SMS ile gönder",
		"paysms.note":      "Bağlantı metnin sonuna eklenir. Bu metin %s tutar.",
		"paysms.body":      "Metin",
		"paysms.body.hint": "Sonuna eklenecek: %s",
		"paysms.done":      "Bağlantı gönderildi.",
		"paysms.failed":    "SMS gönderilemedi: %s",
		"count.part":       "%s SMS",
		"count.part.one":   "1 SMS",
	})
}
