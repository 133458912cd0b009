package bank

import (
	"net/http"
	"strings"
	"time"
)

// Card is what a bank keeps of a card: never its number.
type Card struct {
	First6 string `json:"first6"`
	Last4  string `json:"last4"`
	Length int    `json:"length"`
	Brand  string `json:"brand"` // VISA, MASTERCARD, AMEX, TROY
	Magic  string `json:"magic"` // the four digits before the check digit
	Holder string `json:"holder"`
	Luhn   bool   `json:"-"`
	Month  int    `json:"-"`
	Year   int    `json:"-"` // four digits
	CVV    string `json:"-"` // within one call
}

// grouping is how people write a number in groups.
var grouping = strings.NewReplacer(" ", "", "-", "")

// ReadCard takes a number, a month and a year of two or four digits. ok is false if that is no card at all; whether the check digit fits is told by Luhn.
func ReadCard(number, month, year, cvv, holder string) (c Card, ok bool) {
	number = grouping.Replace(number)
	if len(number) < 12 || len(number) > 19 || strings.Trim(number, "0123456789") != "" {
		return Card{}, false
	}
	c = Card{First6: number[:6], Last4: number[len(number)-4:], Length: len(number), Magic: number[len(number)-5 : len(number)-1], Holder: holder, Luhn: luhn(number), CVV: cvv,
		Month: digits(month), Year: digits(year)}
	if c.Year >= 0 && c.Year < 100 {
		c.Year += 2000
	}
	switch two := number[:2]; {
	case number[0] == '4':
		c.Brand = "VISA"
	case two == "34" || two == "37":
		c.Brand = "AMEX"
	case two == "65" || number[:4] == "9792":
		c.Brand = "TROY"
	case two >= "50" && two <= "69" || two >= "22" && two <= "27":
		c.Brand = "MASTERCARD"
	}
	return c, c.Month >= 1 && c.Month <= 12 && c.Year >= 2000
}

func digits(s string) int {
	if s == "" || len(s) > 4 {
		return -1
	}
	n := 0
	for _, d := range s {
		if d < '0' || d > '9' {
			return -1
		}
		n = n*10 + int(d-'0')
	}
	return n
}

// Number is the number of a card whose four digits before the check digit are magic.
func Number(magic string) string {
	for d := range 10 {
		if n := "43550800000" + magic + string(rune('0'+d)); luhn(n) {
			return n
		}
	}
	return ""
}

func luhn(s string) bool {
	sum := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// Expired reports whether the card's month has passed.
func (c Card) Expired(now time.Time) bool {
	return !now.Before(time.Date(c.Year, time.Month(c.Month)+1, 1, 0, 0, 0, 0, now.Location()))
}

// Answer is the code of the card's bank, by the card's magic digits.
func (c Card) Answer() string {
	if strings.HasPrefix(c.Magic, "00") && c.Magic != "0000" && isoCodes[c.Magic[2:]] != "" {
		return c.Magic[2:]
	}
	return "00"
}

// Masked shows six and four digits.
func (c Card) Masked() string {
	return c.First6 + strings.Repeat("*", max(0, c.Length-10)) + c.Last4
}

// Spaced is the masked number as NestPay and PosNet print it: "4355 08** **** 4358".
func (c Card) Spaced() string {
	if c.First6 == "" {
		return ""
	}
	return c.First6[:4] + " " + c.First6[4:] + "** **** " + c.Last4
}

// Hang stays silent, as cards 9901 and 9902 want, until the caller has left.
func (b *Book) Hang(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-b.World.Done():
	}
	panic(http.ErrAbortHandler)
}

// isoCodes are the codes of a card's bank and their usual words.
var isoCodes = map[string]string{
	"01": "Bankanızı arayınız", "02": "Bankanızı arayınız", "03": "Geçersiz üye işyeri", "04": "Karta el koyunuz", "05": "İşlem onaylanmadı", "06": "İşlem onaylanmadı", "07": "Karta el koyunuz",
	"08": "Bankanızı arayınız", "09": "Tekrar deneyiniz", "10": "Kısmi onay", "11": "Bankanızı arayınız", "12": "Geçersiz işlem", "13": "Geçersiz tutar", "14": "Geçersiz kart numarası",
	"15": "Kartın bankası tanımsız", "16": "Bakiye yetersiz", "17": "İşlem iptal edildi", "18": "Kapalı kart", "19": "Tekrar deneyiniz", "20": "Geçersiz tutar", "21": "İşlem geri alınamadı",
	"25": "Kayıt bulunamadı", "28": "Tekrar deneyiniz", "30": "Mesaj formatı hatalı", "31": "Kart bankası yanıt vermiyor", "33": "Kartın süresi dolmuş", "34": "Şüpheli kart", "36": "Kısıtlı kart",
	"37": "Karta el koyunuz", "38": "Şifre deneme sayısı aşıldı", "41": "Kayıp kart", "43": "Çalıntı kart", "51": "Yetersiz bakiye", "52": "Hesap bulunamadı", "53": "Hesap bulunamadı",
	"54": "Kartın son kullanma tarihi geçmiş", "55": "Hatalı şifre", "56": "Kart tanımlı değil", "57": "Karta bu işlem için izin verilmiyor", "58": "Terminale bu işlem için izin verilmiyor",
	"59": "Şüpheli işlem", "61": "Tutar limiti aşıldı", "62": "Kısıtlı kart", "63": "Güvenlik ihlali", "65": "İşlem adedi limiti aşıldı", "75": "Şifre deneme sayısı aşıldı", "76": "Şifreleme hatası",
	"77": "Uyumsuz bilgi", "78": "İşlem onaylanmadı", "80": "Tarih hatalı", "81": "Şifreleme hatası", "82": "CVV hatalı", "83": "Şifre doğrulanamadı", "84": "CVV hatalı", "85": "İşlem onaylanmadı",
	"86": "Şifre doğrulanamadı", "88": "Şifreleme hatası", "89": "Kart doğrulanamadı", "90": "Gün sonu işlemleri yapılıyor", "91": "Kart bankası yanıt vermiyor", "92": "Zaman aşımı",
	"93": "Kart e-ticarete kapalı", "94": "Çift işlem", "95": "Gün sonu hatası", "96": "Sistem arızası", "98": "Çift işlem", "99": "Sistem hatası",
}

// Words is what a code says in Turkish.
func Words(code string) string { return isoCodes[code] }

var fold = strings.NewReplacer("ı", "i", "İ", "I", "ş", "s", "Ş", "S", "ğ", "g", "Ğ", "G", "ü", "u", "Ü", "U", "ö", "o", "Ö", "O", "ç", "c", "Ç", "C")

// PlainWords is [Words] without Turkish letters, as several banks write.
func PlainWords(code string) string { return fold.Replace(Words(code)) }
