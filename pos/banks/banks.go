// Package banks knows which bank speaks which protocol: profiles with addresses and card programs, the credentials that each protocol wants, described so
// that a form can be built from them, and [Open], which makes a gateway of both.
//
// A bank does not always decide the protocol: several have moved from one to another, and merchants with them. What the bank's letter calls the credentials
// tells ([Bank.Fields]).
package banks

import (
	"slices"

	"github.com/onay/onay/pos"
)

// Protocol is one of the wire protocols of the library.
type Protocol string

// The protocols.
const (
	NestPay   Protocol = "nestpay"
	Akbank    Protocol = "akbank"
	Garanti   Protocol = "garanti"
	PayFlex   Protocol = "payflex"
	PosNet    Protocol = "posnet"
	PosNetV1  Protocol = "posnetv1"
	PayFor    Protocol = "payfor"
	InterVPOS Protocol = "intervpos"
	NKolay    Protocol = "nkolay"
)

// Text is a text in Turkish and English.
type Text struct{ TR, EN string }

// In returns the text in a language, Turkish unless it is "en".
func (t Text) In(lang string) string {
	if lang == "en" {
		return t.EN
	}
	return t.TR
}

// Bank is a profile: one bank with one protocol.
type Bank struct {
	Key      string // lower-case letters and hyphens, stable
	Name     string // as the bank writes it
	EFT      string // the bank's number, four digits; empty for an institution that is no bank
	Protocol Protocol
	Programs []string // card programs whose installments its POS takes: bonus, world, axess…
	// Live and Test are the bank's addresses by the names of [Bank.Addresses]. Empty: the operator types them in from the bank's letter.
	Live, Test map[string]string
	// Legacy tells that the bank no longer opens accounts of this protocol, or is not known to have one today.
	Legacy bool
	Note   Text // for a person who sets the account up; may be empty
}

// Ways are the ways to pay that the protocol knows, the usual one first.
func (b Bank) Ways() []pos.Model { return slices.Clone(protocols[b.Protocol].models) }

// Fields are the credentials and settings that the protocol wants, in the order of a form.
func (b Bank) Fields() []Field { return slices.Clone(protocols[b.Protocol].fields) }

// Addresses are the names of the addresses that the protocol calls.
func (b Bank) Addresses() []string { return slices.Clone(protocols[b.Protocol].addresses) }

// All returns every profile, those that may be opened today first, each group by name.
func All() []Bank { return slices.Clone(all) }

// Get finds a profile.
func Get(key string) (Bank, bool) {
	for _, b := range all {
		if b.Key == key {
			return b, true
		}
	}
	return Bank{}, false
}

func nest(host string) map[string]string {
	return map[string]string{"api": "https://" + host + "/fim/api", "gate": "https://" + host + "/fim/est3Dgate"}
}

// sharedTest is the test host of all NestPay banks.
var sharedTest = nest("entegrasyon.asseco-see.com.tr")

var noTest = Text{"Bankanın genel bir test sistemi bilinmiyor; test adresini bankadan isteyin.", "No public test system of the bank is known; ask the bank for one."}

var all = []Bank{
	{Key: "akbank", Name: "Akbank", EFT: "0046", Protocol: Akbank, Programs: []string{"axess", "wings"}, Live: akbankLive, Test: akbankTest,
		Note: Text{"Bankanın mektubunda Güvenli İşyeri Numarası ve Terminal Safe ID yazıyorsa bu profil; Mağaza Kodu ve Storekey yazıyorsa “Akbank (NestPay)”.",
			"This profile if the bank's letter has merchantSafeId and terminalSafeId; “Akbank (NestPay)” if it has a client id and a store key."}},
	{Key: "albaraka", Name: "Albaraka Türk", EFT: "0203", Protocol: PosNetV1, Programs: []string{"world"}, Live: albarakaLive, Test: albarakaTest,
		Note: Text{"Banka, isteklerin geldiği IP adresini tanımlar: sunucunun sabit IP adresini bildirin.", "The bank admits registered IP addresses only: tell it the server's fixed address."}},
	{Key: "alternatif", Name: "Alternatif Bank", EFT: "0124", Protocol: NestPay, Programs: []string{"bonus"}, Live: nest("sanalpos.abank.com.tr"), Test: sharedTest},
	{Key: "anadolubank", Name: "Anadolubank", EFT: "0135", Protocol: NestPay, Programs: []string{"world"}, Live: nest("anadolusanalpos.est.com.tr"), Test: sharedTest},
	{Key: "denizbank", Name: "Denizbank", EFT: "0134", Protocol: InterVPOS, Programs: []string{"bonus"}, Live: denizLive, Test: denizTest,
		Note: Text{"Bankanın genel test hesabı 2022’den beri kapalıdır; kendi test hesabınızı isteyin.", "The bank's public test account has been closed since 2022; ask for one of your own."}},
	{Key: "garanti", Name: "Garanti BBVA", EFT: "0062", Protocol: Garanti, Programs: []string{"bonus", "milesandsmiles", "shopandfly"}, Live: garantiLive, Test: garantiTest,
		Note: Text{"İptal ve iade için ayrı bir kullanıcı (PROVRFN) gerekir.", "Voids and refunds need a second user (PROVRFN)."}},
	{Key: "halkbank", Name: "Halkbank", EFT: "0012", Protocol: NestPay, Programs: []string{"paraf"}, Live: nest("sanalpos.halkbank.com.tr"), Test: sharedTest},
	{Key: "ing", Name: "ING", EFT: "0099", Protocol: NestPay, Programs: []string{"bonus"}, Live: nest("sanalpos.ing.com.tr"), Test: sharedTest},
	{Key: "isbank", Name: "İş Bankası", EFT: "0064", Protocol: NestPay, Programs: []string{"maximum"}, Live: nest("sanalpos.isbank.com.tr"), Test: sharedTest},
	{Key: "nkolay", Name: "N Kolay", Protocol: NKolay, Programs: []string{"bonus", "world", "axess", "maximum", "cardfinans", "paraf", "bankkart", "saglamkart"},
		Live: map[string]string{"base": nkolayLive}, Test: map[string]string{"base": nkolayTest},
		Note: Text{"Bir ödeme kuruluşudur; bütün bankaların kartlarını alır. Canlı ortama yalnızca bildirilen IP adresinden erişilir.", "A payment institution that takes the cards of all banks. Production admits registered IP addresses only."}},
	{Key: "qnb", Name: "QNB", EFT: "0111", Protocol: PayFor, Programs: []string{"cardfinans"}, Live: qnbLive, Test: qnbTest,
		Note: Text{"Şubat 2026’dan beri 3-D formu bankada kayıtlı sunucudan başlatılmalıdır: “3-D’yi sunucudan başlat” açık olsun.", "Since February 2026 the 3-D form must start from the server that the bank knows: keep “Start 3-D from the server” on."}},
	{Key: "sekerbank", Name: "Şekerbank", EFT: "0059", Protocol: NestPay, Programs: []string{"bonus"}, Live: nest("sanalpos.sekerbank.com.tr"), Test: sharedTest},
	{Key: "teb", Name: "TEB", EFT: "0032", Protocol: NestPay, Programs: []string{"bonus"}, Live: nest("sanalpos.teb.com.tr"), Test: sharedTest},
	{Key: "turkiye-finans", Name: "Türkiye Finans", EFT: "0206", Protocol: NestPay, Programs: []string{"bonus"}, Live: nest("sanalpos.turkiyefinans.com.tr"), Test: sharedTest},
	{Key: "vakifbank", Name: "Vakıfbank", EFT: "0015", Protocol: PayFlex, Programs: []string{"world"}, Live: vakifLive, Test: vakifTest,
		Note: Text{"Parola dışındaki asıl güvenlik IP listesidir: sunucunun bütün çıkış adreslerini bankaya bildirin.", "Beside the password the IP list is the real protection: register every outgoing address of the server."}},
	{Key: "yapikredi", Name: "Yapı Kredi", EFT: "0067", Protocol: PosNet, Programs: []string{"world"}, Live: ykbLive, Test: ykbTest,
		Note: Text{"Parola yoktur: banka, isteğin geldiği IP adresine bakar. Sunucunun sabit IP adresini bildirin.", "There is no password: the bank looks at the caller's IP address. Register the server's fixed address."}},
	{Key: "ziraat", Name: "Ziraat Bankası", EFT: "0010", Protocol: NestPay, Programs: []string{"bankkart"}, Live: nest("sanalpos2.ziraatbank.com.tr"), Test: sharedTest,
		Note: Text{"Bankanın mektubunda Terminal No VP ile başlıyorsa “Ziraat (PayFlex)” profilini seçin.", "Choose “Ziraat (PayFlex)” if the terminal number in the bank's letter begins with VP."}},
	{Key: "ziraat-payflex", Name: "Ziraat Bankası (PayFlex)", EFT: "0010", Protocol: PayFlex, Programs: []string{"bankkart"}, Live: ziraatLive, Test: ziraatTest,
		Note: Text{"MPI şifresi API şifresinden farklı olabilir. Test sistemi yavaştır: 46–62 saniye.", "The MPI's password may differ from the API's. The test system is slow: 46 to 62 seconds."}},
	{Key: "ziraat-katilim", Name: "Ziraat Katılım", EFT: "0209", Protocol: PayFor, Live: katilimLive, Test: katilimTest,
		Note: Text{"MbrId 12’dir. Dönüş imzalarının tutarsız olabildiği bildirilmiştir.", "MbrId is 12. Signatures of callbacks were reported to be inconsistent."}},

	{Key: "akbank-nestpay", Name: "Akbank (NestPay)", EFT: "0046", Protocol: NestPay, Programs: []string{"axess", "wings"}, Live: nest("www.sanalakpos.com"), Test: sharedTest, Legacy: true,
		Note: Text{"Eski sistem: yeni üye işyerlerine JSON sistemi verilir.", "The old system: new merchants get the JSON one."}},
	{Key: "citibank", Name: "Citibank", EFT: "0092", Protocol: NestPay, Legacy: true,
		Note: Text{"Citibank’ın bugün bir sanal POS’u olduğu bilinmiyor; bu profil hiçbir sistemde denenmedi. Adresleri yalnızca bankanın mektubundan girin.",
			"Citibank is not known to run a virtual POS today; nobody has tried this profile. Type addresses from the bank's letter only."}},
	{Key: "hsbc", Name: "HSBC", EFT: "0123", Protocol: NestPay, Programs: []string{"cardfinans"}, Legacy: true,
		Note: Text{"HSBC’nin bugün bir sanal POS’u olduğu bilinmiyor; bu profil hiçbir sistemde denenmedi. Adresleri yalnızca bankanın mektubundan girin.",
			"HSBC is not known to run a virtual POS today; nobody has tried this profile. Type addresses from the bank's letter only."}},
	{Key: "vakifbank-legacy", Name: "Vakıfbank (eski sistem)", EFT: "0015", Protocol: PayFlex, Programs: []string{"world"}, Live: vakifOldLive, Test: vakifOldTest, Legacy: true,
		Note: Text{"Eski adresler: dönüş mesajları imzasızdır. Yeni üye işyerleri yeni sistemi kullanır.", "The old addresses: callbacks are not signed. New merchants use the new system."}},
}
