package text

func init() {
	add(TR, map[string]string{
		"style.title":         "Bileşenler",
		"style.tabs":          "Ödemenin bölümleri",
		"style.codes":         "Kodlar",
		"style.takings":       "Tahsilat",
		"style.card":          "Kart",
		"style.states":        "Durumlar",
		"style.chart":         "Son yedi gün",
		"style.form":          "Hızlı Cari Ekle",
		"style.icons":         "Simgeler",
		"style.kind":          "Tür",
		"style.person":        "Kişi",
		"style.org":           "Kuruluş",
		"style.org.hint":      "Vergi numarası istenir",
		"style.sms":           "SMS izni var",
		"style.sms.hint":      "İYS'ye üç iş günü içinde bildirilir",
		"style.link":          "Ödeme linki",
		"style.declined":      "Banka reddetti: Yetersiz bakiye (51). Müşteri başka kart deneyebilir.",
		"style.step.people":   "Alıcılar",
		"style.step.text":     "Metin",
		"style.step.check":    "Kontrol",
		"style.leave":         "Bu sayfadan ayrılabilirsiniz; gönderim sürer.",
		"style.empty.title":   "Henüz sipariş yok",
		"style.empty.text":    "Mağazanıza gelen kapıda ödemeli siparişler burada onay bekler.",
		"style.empty.act":     "Mağaza bağla",
		"style.confirm.title": "%s iade edilsin mi?",
		"style.confirm.text":  "Tutar %s numaralı karta döner. Müşterinin ekstresine 1-7 günde yansır.",
		"style.pay":           "Yıldız Tesisat sizden ödeme istiyor",
	})
}
