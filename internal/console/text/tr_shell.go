package text

func init() {
	add(TR, map[string]string{
		"setup.title":   "İlk kurulum",
		"setup.text":    "Bu kurulumda henüz kimse yok. İlk yöneticiyi ve şirketi ekleyin; bu sayfa sonra kapanır.",
		"setup.company": "Şirket adı",
		"setup.name":    "Adınız ve soyadınız",
		"setup.submit":  "Kurulumu bitir",
		"setup.done":    "Kurulum bitti. Şimdi Ayarlar bölümünden bir SMS sağlayıcısı ekleyin.",

		"error.refused.title": "İşlem yapılmadı",
		"error.413.title":     "Form çok büyük",
		"error.413.text":      "Gönderilen bilgi 1 MB'tan büyük. Daha kısa bir metinle yeniden deneyin.",
		"error.home":          "Ana sayfaya dön",

		"role.administrator": "Yönetici",
		"role.manager":       "Müdür",
		"role.cashier":       "Kasiyer",
		"role.accountant":    "Muhasebeci",
		"role.support":       "Destek",

		"login.code.label": "Uygulamadaki kod",
		"login.code.hint":  "6 hane; kod 30 saniyede bir değişir",

		"account.password.hint": "En az 12 karakter; harf, rakam ve işaretten ikisi varsa 10 yeter.",
	})
}
