package reply

import "strings"

// class is what a word can mean; a word may be in several classes.
type class uint32

const (
	strongConfirm class = 1 << iota
	weakConfirm
	strongCancel
	weakCancel
	denialVerb // with SIPARIS or BEN
	orderVerb  // a denial directly after SIPARIS…
	negator
	unwanted // ISTEMIYORUM: a negator too, see confirmNegated
	skipped  // not counted between a word and its negator
	harmlessNoun
	condition
	question
	optOut
	aboutMessages // with a strong cancel: an opt-out
	all
	month
	unit
	doubt
	dialect // a confirm word as it is spoken
	optOutFirst
)

// words are the known words in their folded form. They match whole tokens
// only: ONAYLANDI ("was it approved") and ONAYLAMAK are no confirmations.
var words = func() map[string]class {
	m := map[string]class{}
	for _, l := range []struct {
		c    class
		list string
	}{
		{strongConfirm, "ONAY ONAYLA ONAYLIYORUM ONAYLIYORUZ ONAYLADIM ONAYLADIK ONAYLARIM ONAYLANSIN KABUL KABULEDIYORUM SIPARISONAY"},
		{strongConfirm | dialect, "ONAYLIYOM ONAYLIYOZ ONAYLIYORUMDUR KABULUM KABULUMDUR KABULEDIYOM ONAYLARIZ"},
		{weakConfirm, "EVET TAMAM TAMAMDIR OK OKEY OKAY OLUR"},
		{strongCancel, "IPTAL IPTALET IPTALEDIN IPTALEDINIZ VAZGECTIM VAZGECTIK VAZGECIYORUM ISTEMIYORUM ISTEMIYORUZ ALMIYORUM ALMAYACAGIM GONDERMEYIN GONDERMEYINIZ GELMESIN KALSIN ONAYLAMIYORUM ONAYLAMIYORUZ REDDEDIYORUM"},
		{strongCancel, "ISTEMIYOM ISTEMIYOZ ALMIYOM ALMICAM ALMAYACAM ALMIYORUZ ALMAYACAGIZ ONAYLAMIYOM VAZGECIYORUZ REDDEDIYORUZ YOLLAMAYIN YOLLAMAYINIZ IPTALEDIYORUM"},
		{weakCancel, "HAYIR"},
		{denialVerb, "VERMEDIM VERMEDIK"},
		{orderVerb, "ETMEDIM ETMEDIK YAPMADIM YAPMADIK"},
		{negator, "ETMIYORUM ETMIYORUZ ETMEYIN ETMEYINIZ ETME ETMEDIM VERMIYORUM VERMIYORUZ DEGIL DEGILIM OLMASIN YOK YOKTUR"},
		{unwanted, "ISTEMIYORUM ISTEMIYORUZ"},
		{skipped, "ETMEK VERMEK YAPMAK"},
		{harmlessNoun, "SORUN PROBLEM SIKINTI MAHSUR ITIRAZ ITIRAZIM ACELE ONEMLI MERAK ENDISE SORUNUM SIKINTIM PROBLEMIM ITIRAZIMIZ SAKINCA SAKINCASI MAHZUR MAHZURU"},
		{condition, "AMA FAKAT ANCAK SARTIYLA SARTI LAKIN EGER TAKDIRDE KOSULUYLA"},
		{question, "MI MU MIYIM MUYUM MISIN MUSUN MISINIZ MUSUNUZ MIYIZ MUYUZ MIDIR MUDUR MIYDI MUYDU MIYMIS MUYMUS NASIL NEDEN NICIN NIYE NEREDE NEREDEN NEREYE KIM KIMSINIZ KIMDEN HANGI HANGISI NEZAMAN NEDIR KAC KACA ACABA"},
		{optOut, "RET STOP"},
		{aboutMessages, "SMS MESAJ MESAJLAR MESAJLARI UYELIK UYELIGIMI ABONELIK BILDIRIM REKLAM"},
		{optOutFirst, "RED DUR DURDUR CIK"},
		{all, "HEPSI HEPSINI TUMU TUMUNU IKISI IKISINI"},
		{month, "OCAK SUBAT MART NISAN MAYIS HAZIRAN TEMMUZ AGUSTOS EYLUL EKIM KASIM ARALIK"},
		{unit, "TL LIRA TRY ADET GUN SAAT"},
		// Beside a confirm word these ask for a second answer.
		{doubt, "HAYIR HAYR ASLA SAKIN BELKI SANIRIM GALIBA HERHALDE MUHTEMELEN OLABILIR KARARSIZIM KARARSIZ BEKLEYIN BEKLEYINIZ BEKLETIN DURUN DUR DURDUR DURDURUN " +
			"BAKARIM BAKARIZ BAKACAGIM BAKACAGIZ BAKAYIM BAKALIM SORAYIM SORARIM SORACAGIM SUPHELI SUPHELIYIM TEREDDUTTEYIM KESKE SAHTE CANCEL NOPE " +
			"RED RETTIR HATALI HATAYLA BASKASI BASKASININ HABERSIZ SAKA SAVCILIK YOKUM YOKUZ YOKMUS YOKSA " +
			"ETME GONDERME YOLLAMA GETIRME ONAYLAMA YAPMA VERME ALMA VERMEDEN ONAYLAMADAN GORMEDEN YOH YOHTUR YOG YOQ HYR HAIR HAYIT HAYUR " +
			"SIL GIBI CEKIYORUM CEKTIM DURSUN GEREKSIZ LUZUMSUZ UNUTUN CAYDIM CAYDIK PISMANIM PISMAN VERIRDIM ISTERDIM ALIRDIM OLURDU EDERDIM ONAYLARDIM OLMAMALI OLMAYACAK IMKANSIZ REDDET REDDETTIM REDDETTIK DEIL DEYIL DIIL DEGL"},
	} {
		for w := range strings.FieldsSeq(l.list) {
			m[w] |= l.c
		}
	}
	return m
}()

// confusable are words one edit away from ONAY that mean something else.
var confusable = func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq("OLAY ONUR ONA ONAR OYA OKAY ANAY OLAN ONLAR KONAY DONAY OGAY ORAY TONAY SONAY OYNA") {
		m[w] = true
	}
	return m
}()

// glue are the words that may be glued to a reference, longest first.
var glue = func() (out []string) {
	for n := 16; n > 1; n-- {
		for w, c := range words {
			if len(w) == n && c&(strongConfirm|weakConfirm|strongCancel|weakCancel) != 0 {
				out = append(out, w)
			}
		}
	}
	return out
}()

// negatives are endings and middles of negated verbs, after at least two other
// letters; "$" binds one to the end of the word.
var negatives = strings.Fields("MIYOR MIYOM MIYOZ MIYO$ MIOR MIOM MYOR " +
	"MAYACA MEYECE MAYCA MEYCE MIYACA MIYECE MICAM$ MICEM$ MIYCEM$ MIYCAM$ " +
	"MADI$ MEDI$ MADIM$ MEDIM$ MADIK$ MEDIK$ MADIN$ MEDIN$ MADINIZ$ MEDINIZ$ MADILAR$ MEDILER$ MADIGI MEDIGI " +
	"MAMIS MEMIS MASIN$ MESIN$ MASINLAR$ MESINLER$ MAYIN$ MEYIN$ MAYINIZ$ MEYINIZ$ MAYALIM$ MEYELIM$ MAYIZ$ MEYIZ$ " +
	"MAZSA MEZSE MAZSINIZ MEZSINIZ AMAZ$ EMEZ$ EMEM$ AMAM$ MAYAN$ MEYEN$ MAMALI MEMELI " +
	"MAM$ MEM$ MAZ$ MEZ$ MAZLAR MEZLER MIYRIM MIYRM MIYIM MYOM MYIR MAYCE MAMAK MEMEK")

// surnames and a noun that end like a negated verb.
var surnames = func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq("YILMAZ KORKMAZ SOLMAZ DURMAZ SONMEZ DONMEZ BITMEZ BUKULMEZ YENILMEZ CEKINMEZ SUSMAZ OLMEZ KANMAZ UTANMAZ SAPMAZ YORULMAZ " +
		"KACMAZ SASMAZ ASILMAZ EGILMEZ ERIMEZ TUKENMEZ GORUNMEZ SARSILMAZ KIRILMAZ YILDIRMAZ SEZMEZ ERMEZ TASMAZ AKMAZ CAYMAZ NAMAZ TAMAM HAMAM") {
		m[w] = true
	}
	return m
}()

// doubtful are beginnings of words that stand against a confirmation.
var doubtful = strings.Fields("IPTAL VAZGEC REDDE DEGIL YANLIS DOLANDIR SIKAYET DUSUN ERTELE KARARSIZ SUPHE TEREDDUT IADE BOSVER DEYIL ONAYSIZ KALDIR SILIN SILER YANILD YANILM KAPATIN SANIR")

// wishes are negated verbs about the delivery, which take nothing back.
var wishes = map[string]string{ // the word, and the word that must stand before it
	"GECIKMESIN": "", "GECIKMEYIN": "", "UNUTMAYIN": "", "UNUTMAYINIZ": "", "KIRILMASIN": "", "EZILMESIN": "", "ISLANMASIN": "",
	"BEKLETMEYIN": "", "BEKLETMEYINIZ": "", "AKSAMASIN": "", "FARKETMEZ": "", "KALMASIN": "GEC", "KALMAYIN": "GEC", "KALINMASIN": "GEC",
	"GORMESIN": "HASAR", "BAKMAYIN": "KUSURA", "BAKMAYINIZ": "KUSURA", "ETMEZ": "FARK",
}

// negated says whether a word is a negated verb, by its ending.
func negated(w string) bool {
	if len(w) < 5 || !strings.Contains(w, "M") || surnames[w] {
		return false
	}
	w = strings.ReplaceAll(w, "U", "I") // the vowel follows the verb, and in dialect it does not
	for _, n := range negatives {
		n, end := strings.CutSuffix(n, "$")
		k := strings.Index(w, n)
		if end {
			k = len(w) - len(n)
			if !strings.HasSuffix(w, n) {
				continue
			}
		}
		if k >= 2 || k == 0 && w[0] == 'M' && strings.Contains(n, "YOR") {
			return true
		}
	}
	return false
}

// squeeze shortens letters written three times or more, and a doubled last
// letter, to one: "EVETTTT" and "TAMAMM".
func squeeze(w string) string {
	var buf [32]byte
	if len(w) > len(buf) || len(w) < 4 {
		return w
	}
	b := buf[:0]
	for i := 0; i < len(w); {
		j := i
		for j < len(w) && w[j] == w[i] {
			j++
		}
		n := j - i
		if n > 2 || n == 2 && j == len(w) {
			n = 1
		}
		b = append(b, w[i:i+n]...)
		i = j
	}
	if len(b) == len(w) {
		return w
	}
	return string(b)
}

// oneEdit says whether one insertion, deletion, replacement or exchange of
// neighbours makes b of a.
func oneEdit(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if a == b || len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	if a[i+1:] == b[i+1:] {
		return true
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}
