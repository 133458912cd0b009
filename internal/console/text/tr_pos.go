package text

func init() {
	add(TR, map[string]string{
		"set.pos":            "Sanal POS hesapları",
		"set.pos.text":       "Bankalardaki üye işyeri hesapları ve bağlantı denemesi",
		"pos.new":            "POS hesabı ekle",
		"pos.new.at":         "%s hesabı ekle",
		"pos.bank":           "Banka",
		"pos.bank.text":      "Bankayı seçin; sonraki adımda yalnızca o bankanın verdiği bilgiler sorulur.",
		"pos.eft":            "Banka kodu",
		"pos.legacy":         "Eski sistem: yeni üye işyerlerine verilmez",
		"pos.empty":          "Henüz Sanal POS hesabı yok",
		"pos.empty.text":     "Kartla tahsilat için bankanızın verdiği hesabı ekleyin, sonra bağlantıyı deneyin.",
		"pos.added":          "Hesap eklendi. Şimdi bağlantıyı deneyin.",
		"pos.name":           "Hesabın adı",
		"pos.name.hint":      "Listede tanımanız için",
		"pos.mode":           "Sistem",
		"pos.mode.test":      "Bankanın deneme sistemi",
		"pos.mode.live":      "Gerçek işlemler",
		"pos.status.on":      "Açık",
		"pos.status.off":     "Kapalı",
		"pos.priority":       "Öncelik",
		"pos.priority.hint":  "Küçük sayı önce denenir",
		"pos.address":        "Adres: %s",
		"pos.address.hint":   "Boşsa bankanın bilinen adresi",
		"pos.test":           "Bağlantıyı dene",
		"pos.test.good":      "Banka hesabı kabul etti",
		"pos.test.good.text": "Bankaya hiçbir işlem yazılmadı. 3-D Secure anahtarı bu denemeyle sınanmaz; ilk ödemeyi küçük bir tutarla yapın.",
		"pos.test.bad":       "Banka hesabı kabul etmedi",
		"pos.test.unknown":   "Bankadan anlaşılır bir yanıt gelmedi.",
		"pos.test.code":      "%s (bankanın kodu: %s)",
	})
}
