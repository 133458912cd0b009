package text

func init() {
	add(TR, map[string]string{
		"state.verification.pending":  "Kod bekleniyor",
		"state.verification.approved": "Doğrulandı",
		"state.verification.denied":   "Doğrulanmadı",
		"state.verification.expired":  "Süresi doldu",
		"state.verification.canceled": "Vazgeçildi",

		"state.message.scheduled":   "İleri tarihli",
		"state.message.queued":      "Sırada",
		"state.message.sending":     "Gönderiliyor",
		"state.message.sent":        "Gönderildi",
		"state.message.delivered":   "Ulaştı",
		"state.message.undelivered": "Ulaşmadı",
		"state.message.expired":     "Süresi doldu",
		"state.message.rejected":    "Reddedildi",
		"state.message.failed":      "Gönderilemedi",
		"state.message.canceled":    "İptal edildi",
		"state.message.unknown":     "Sonuç bilinmiyor",
		"state.message.received":    "Geldi",

		"state.consent.ONAY": "Onay",
		"state.consent.RET":  "Ret",

		"state.sync.pending":    "İYS'ye gidecek",
		"state.sync.sent":       "İYS'ye gönderildi",
		"state.sync.registered": "İYS'de kayıtlı",
		"state.sync.refused":    "İYS reddetti",

		"state.order.received":  "Alındı",
		"state.order.asked":     "Yanıt bekleniyor",
		"state.order.confirmed": "Onaylandı",
		"state.order.rejected":  "Reddedildi",
		"state.order.expired":   "Yanıt gelmedi",
		"state.order.canceled":  "İptal edildi",

		"state.shop.pending": "Mağazaya yazılacak",
		"state.shop.done":    "Mağazaya yazıldı",
		"state.shop.failed":  "Mağazaya yazılamadı",

		"state.payment.created":            "Ödeme bekleniyor",
		"state.payment.awaiting_3ds":       "3-D onayı bekleniyor",
		"state.payment.authorizing":        "Bankada",
		"state.payment.authorized":         "Provizyon alındı",
		"state.payment.captured":           "Tahsil edildi",
		"state.payment.declined":           "Banka reddetti",
		"state.payment.failed":             "Tamamlanamadı",
		"state.payment.unknown":            "Sonuç bilinmiyor",
		"state.payment.voided":             "İptal edildi",
		"state.payment.partially_refunded": "Kısmen iade edildi",
		"state.payment.refunded":           "İade edildi",
		"state.payment.expired":            "Süresi doldu",
		"state.payment.canceled":           "Vazgeçildi",

		"state.reconciliation.open":      "Açık",
		"state.reconciliation.matched":   "Eşleşti",
		"state.reconciliation.different": "Fark var",
		"state.reconciliation.missing":   "Eksik",
		"state.reconciliation.closed":    "Kapandı",

		"state.job.queued":   "Sırada",
		"state.job.running":  "Çalışıyor",
		"state.job.paused":   "Durduruldu",
		"state.job.done":     "Bitti",
		"state.job.failed":   "Tamamlanamadı",
		"state.job.canceled": "İptal edildi",

		"state.provider.up":     "Çalışıyor",
		"state.provider.slow":   "Yavaş",
		"state.provider.down":   "Yanıt vermiyor",
		"state.provider.paused": "Durduruldu",

		"state.webhook.pending":  "Gönderilecek",
		"state.webhook.retrying": "Yeniden denenecek",
		"state.webhook.done":     "Ulaştı",
		"state.webhook.failed":   "Ulaşmadı",
	})
}
