package sms

import "strings"

// Explain tells a person what happened, in Turkish for lang "tr" and in
// English for every other value. It begins with the provider and its code,
// for example "Netgsm 30: kullanıcı adı/şifre yanlış, API yetkisi yok ya da
// IP izinli değil".
func (e *Error) Explain(lang string) string {
	text := e.TextEN
	if lang == "tr" {
		text = e.TextTR
	}
	if text == "" {
		text = e.Kind.Explain(lang)
	}
	var b strings.Builder
	if e.Provider != "" {
		// Provider names are ASCII by rule, so one byte is one letter.
		b.WriteString(strings.ToUpper(e.Provider[:1]))
		b.WriteString(e.Provider[1:])
	}
	if e.Code != "" {
		b.WriteByte(' ')
		b.WriteString(e.Code)
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	b.WriteString(text)
	return b.String()
}

// Explain tells a person what the kind means and what to do, in Turkish for
// lang "tr" and in English for every other value.
func (k Kind) Explain(lang string) string {
	t, ok := kindTexts[k]
	if !ok {
		t = kindTexts[KindRefused]
	}
	if lang == "tr" {
		return t.tr
	}
	return t.en
}

var kindTexts = map[Kind]struct{ tr, en string }{
	KindNotSent: {
		"sağlayıcıya ulaşılamadı; mesaj gönderilmedi, yeniden denenebilir",
		"the provider could not be reached; nothing was sent, try again",
	},
	KindRefused: {
		"sağlayıcı mesajı kabul etmedi; mesaj gönderilmedi",
		"the provider refused the message; nothing was sent",
	},
	KindAmbiguous: {
		"sağlayıcıdan anlaşılır bir yanıt gelmedi; mesaj gitmiş olabilir, rapora bakmadan yeniden göndermeyin",
		"no clear answer came from the provider; the message may have been sent, check the report before sending again",
	},
	KindThrottled: {
		"gönderim sınırı aşıldı; biraz bekleyip yeniden deneyin",
		"the sending limit was exceeded; wait and try again",
	},
	KindCredentials: {
		"kullanıcı adı, şifre, API yetkisi ya da IP izni hatalı",
		"wrong user name, password, API permission or caller address",
	},
	KindHeader: {
		"gönderici adı (başlık) bu hesapta tanımlı değil",
		"the sender header is not approved for this account",
	},
	KindBalance: {
		"hesapta yeterli bakiye yok",
		"the account has not enough credit",
	},
	KindText: {
		"mesaj metni boş, çok uzun ya da gönderilemeyen karakter içeriyor",
		"the text is empty, too long or has characters that cannot be sent",
	},
	KindNumber: {
		"telefon numarası geçersiz ya da bu hizmetle gönderilemiyor",
		"the phone number is not valid or cannot be served",
	},
	KindParameters: {
		"istek eksik ya da hatalı; ayarları denetleyin",
		"the request is incomplete or wrong; check the settings",
	},
	KindPackage: {
		"hesapta OTP SMS paketi yok",
		"the account has no OTP package",
	},
}
