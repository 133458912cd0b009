package iys

// remedy is what to do about a code, finer than the outcome.
type remedy string

const (
	doToken       remedy = "token"
	doRetry       remedy = "retry"
	doStopToken   remedy = "stop token"
	doStopCall    remedy = "stop call"
	doSame        remedy = "same"
	doFirstRet    remedy = "first ret"
	doStale       remedy = "stale"
	doEarly       remedy = "early"
	doLate        remedy = "late"
	doQuota       remedy = "quota"
	doAccount     remedy = "account"
	doPermission  remedy = "permission"
	doData        remedy = "data"
	doProgram     remedy = "program"
	doCredentials remedy = "credentials"
)

type advice struct{ en, tr string }

func (a advice) in(lang string) string {
	if lang == "tr" {
		return a.tr
	}
	return a.en
}

var remedies = map[remedy]struct {
	outcome Outcome
	advice
}{
	doToken:       {RenewToken, advice{"A new token is fetched once and the call repeated; if that fails too, check user and password on hs.iys.org.tr.", "Bir kez yeni jeton alınıp çağrı yinelenir; yine olmazsa hs.iys.org.tr'deki kullanıcıyı ve şifreyi denetleyin."}},
	doRetry:       {RetrySoon, advice{"Repeat later, waiting longer each time.", "Her seferinde daha uzun bekleyerek sonra yineleyin."}},
	doStopToken:   {StopToken, advice{"Fetch no token for an hour: each try starts the hour anew.", "Bir saat boyunca jeton istemeyin: her deneme süreyi baştan başlatır."}},
	doStopCall:    {StopCall, advice{"Stop this kind of query until the next hour, or use the bulk query.", "Bu sorguyu bir sonraki saate dek durdurun ya da toplu sorguyu kullanın."}},
	doSame:        {Permanent, advice{"The status stands already; nothing is left to do for this record.", "Durum zaten kayıtlı; bu kayıt için yapılacak bir şey yok."}},
	doFirstRet:    {Permanent, advice{"Keep the refusal in your own records for good: İYS holds none.", "Reddi kendi kaydınızda kalıcı tutun: İYS'de kaydı yoktur."}},
	doStale:       {StaleReadBack, advice{"Read the status from İYS and take it over; never send again with a later date.", "Durumu İYS'den okuyup benimseyin; tarihi ileri alıp yeniden göndermeyin."}},
	doEarly:       {Early, advice{"Set the clock right and send later with the same date.", "Saati düzeltin ve aynı tarihle daha sonra gönderin."}},
	doLate:        {ExpiredConsent, advice{"This consent is void; ask the person anew. Do not change the date.", "Bu izin geçersiz; kişiden yeniden izin alın. Tarihi değiştirmeyin."}},
	doQuota:       {Quota, advice{"Send no new ONAY until the package is enlarged; RET is still sent.", "Paket büyütülene dek yeni ONAY göndermeyin; RET gönderilmeye devam eder."}},
	doAccount:     {Account, advice{"Stop all calls and look at the subscription on hs.iys.org.tr.", "Tüm çağrıları durdurun ve hs.iys.org.tr'de aboneliğe bakın."}},
	doPermission:  {Permanent, advice{"Check merchant, brand and dealer codes and the rights of the API user.", "Hizmet sağlayıcı, marka ve bayi kodlarını ve API kullanıcısının yetkilerini denetleyin."}},
	doData:        {Permanent, advice{"Correct the record; the same data will be refused again.", "Kaydı düzeltin; aynı veri yine reddedilir."}},
	doProgram:     {Permanent, advice{"The request itself is wrong: report it to the software's maker.", "İsteğin kendisi hatalı: yazılımı yapana bildirin."}},
	doCredentials: {BadCredentials, advice{"Correct user and password; do not repeat before that.", "Kullanıcıyı ve şifreyi düzeltin; öncesinde yinelemeyin."}},
}

// Advice says what to do, in Turkish for "tr" and else in English.
func (r remedy) Advice(lang string) string { return remedies[r].in(lang) }

// Advice says what to do, in Turkish for "tr" and else in English; "" for a success.
func (o Outcome) Advice(lang string) string {
	switch o {
	case AlreadySatisfied:
		return advice{"The refusal stands; keep your own suppression too.", "Ret zaten geçerli; kendi engelinizi de koruyun."}.in(lang)
	case Permanent:
		return doData.Advice(lang)
	}
	for _, r := range remedies {
		if r.outcome == o {
			return r.in(lang)
		}
	}
	return ""
}

// Meaning says what a code means, in Turkish for "tr" and else in English; ""
// for a code that is not known.
func Meaning(code, lang string) string {
	c := codes[code]
	return advice{c.en, c.tr}.in(lang)
}

// Codes lists the known codes, in no order.
func Codes() []string {
	out := make([]string, 0, len(codes))
	for c := range codes {
		out = append(out, c)
	}
	return out
}

// CodeAdvice says what to do about a code; "" for a code that is not known.
func CodeAdvice(code, lang string) string { return codes[code].do.Advice(lang) }

// codes is the published list with the codes that occur in its examples. The
// HTTP status is the usual one: the code decides, whatever status it comes with.
var codes = map[string]struct {
	http   int
	do     remedy
	en, tr string
}{
	"H001":  {404, doPermission, "service provider not found", "hizmet sağlayıcı bulunamadı"},
	"H014":  {400, doProgram, "the body is no valid JSON", "gövde geçerli JSON değil"},
	"H015":  {500, doRetry, "unexpected error at İYS", "İYS'de beklenmeyen hata"},
	"H016":  {400, doData, "dealer: unexpected or missing fields", "bayi: fazla ya da eksik alan"},
	"H017":  {400, doData, "dealer: a field is too long", "bayi: alan çok uzun"},
	"H018":  {404, doPermission, "brand not found", "marka bulunamadı"},
	"H031":  {404, doPermission, "user not found", "kullanıcı bulunamadı"},
	"H058":  {404, doPermission, "dealer not found", "bayi bulunamadı"},
	"H060":  {500, doRetry, "the dealer could not be updated", "bayi güncellenemedi"},
	"H061":  {500, doRetry, "the dealer could not be deleted", "bayi silinemedi"},
	"H062":  {500, doRetry, "the dealer could not be saved", "bayi kaydedilemedi"},
	"H067":  {400, doPermission, "no free dealer code is left", "boş bayi kodu kalmadı"},
	"H082":  {400, doProgram, "the information list could not be read", "bilgi listesi alınamadı"},
	"H083":  {429, doRetry, "the limit per second was reached", "saniyelik istek sınırına ulaşıldı"},
	"H084":  {429, doStopToken, "the hourly limit of token calls was reached", "saatlik kimlik doğrulama sınırına ulaşıldı"},
	"H085":  {400, doProgram, "the add request is not valid", "izin ekleme isteği geçersiz"},
	"H086":  {429, doStopCall, "the hourly limit of single status queries was reached", "saatlik tekil durum sorgusu sınırına ulaşıldı"},
	"H089":  {429, doStopCall, "the hourly limit of history queries was reached", "saatlik geçmiş sorgusu sınırına ulaşıldı"},
	"H090":  {400, doData, "the dealer request is not valid", "bayi ekleme isteği geçersiz"},
	"H091":  {422, doProgram, "more than 1000 consents in one request", "bir istekte 1000'den fazla izin"},
	"H092":  {400, doProgram, "the batch request is not valid", "çoklu izin isteği geçersiz"},
	"H093":  {422, doProgram, "the transaction id is missing", "işlem numarası (transactionId) eksik"},
	"H095":  {400, doProgram, "the transaction query is not valid", "işlem sorgusu geçersiz"},
	"H097":  {400, doProgram, "the consent query is not valid", "izin sorgusu geçersiz"},
	"H098":  {400, doProgram, "the query of daily changes is not valid", "günlük değişiklik sorgusu geçersiz"},
	"H100":  {500, doRetry, "recovery data could not be saved", "kurtarma verisi kaydedilemedi"},
	"H101":  {500, doRetry, "the data could not be saved", "veri kaydedilemedi"},
	"H102":  {500, doRetry, "encryption failed at İYS", "İYS'de şifreleme başarısız"},
	"H103":  {500, doRetry, "the lookup failed at İYS", "İYS'de sorgu başarısız"},
	"H105":  {500, doRetry, "decryption failed at İYS", "İYS'de şifre çözme başarısız"},
	"H106":  {500, doRetry, "the status could not be reported", "durum raporu alınamadı"},
	"H107":  {500, doRetry, "the consents could not be listed", "izinler listelenemedi"},
	"H110":  {422, doData, "the status is missing", "durum (status) eksik"},
	"H111":  {422, doData, "the type is missing", "izin tipi (type) eksik"},
	"H112":  {422, doData, "the consent date is missing", "izin tarihi (consentDate) eksik"},
	"H113":  {422, doData, "the source is missing", "izin kaynağı (source) eksik"},
	"H114":  {422, doData, "the recipient is missing", "alıcı (recipient) eksik"},
	"H115":  {422, doData, "the status must be ONAY or RET", "durum ONAY ya da RET olmalı"},
	"H116":  {422, doData, "the recipient type must be BIREYSEL or TACIR", "alıcı tipi BIREYSEL ya da TACIR olmalı"},
	"H117":  {422, doData, "the type must be ARAMA, MESAJ or EPOSTA", "izin tipi ARAMA, MESAJ ya da EPOSTA olmalı"},
	"H118":  {422, doProgram, "an unknown field is in the request", "istekte bilinmeyen alan var"},
	"H119":  {422, doData, "the source is not one that a merchant may send", "kaynak, gönderilebilen kaynaklardan değil"},
	"H120":  {422, doData, "the e-mail address is not valid", "e-posta adresi geçersiz"},
	"H121":  {422, doData, "the phone number is not valid (E.164)", "telefon numarası geçersiz (E.164)"},
	"H122":  {422, doData, "the recipient is neither a phone number nor an e-mail address", "alıcı ne telefon ne de e-posta"},
	"H123":  {400, doRetry, "İYS is busy", "İYS meşgul"},
	"H124":  {429, doRetry, "the limit per second was reached", "saniyelik istek sınırına ulaşıldı"},
	"H125":  {422, doProgram, "more than 1000 consents in one request", "bir istekte 1000'den fazla izin"},
	"H126":  {422, doProgram, "the list of dealers is too long", "bayi listesi çok uzun"},
	"H127":  {422, doProgram, "the list of recipients is too long", "alıcı listesi çok uzun"},
	"H129":  {404, doPermission, "integrator not found", "entegratör bulunamadı"},
	"H155":  {422, doData, "HS_2015 goes only with 2015-05-01 00:00:00", "HS_2015 yalnızca 2015-05-01 00:00:00 ile gönderilir"},
	"H156":  {422, doData, "dates before 1 May 2015 are not taken", "1 Mayıs 2015'ten önceki tarihler kabul edilmez"},
	"H157":  {422, doData, "the date does not exist", "böyle bir tarih yok"},
	"H158":  {422, doData, "the date has a wrong form", "tarih biçimi hatalı"},
	"H160":  {422, doData, "the phone number is longer than 15 characters", "telefon numarası 15 karakterden uzun"},
	"H162":  {422, doEarly, "the consent date is in the future", "izin tarihi gelecekte"},
	"H163":  {422, doData, "the list of dealers is empty", "bayi listesi boş"},
	"H164":  {422, doData, "the list of recipients is empty", "alıcı listesi boş"},
	"H166":  {422, doData, "the phone number is longer than 15 characters", "telefon numarası 15 karakterden uzun"},
	"H168":  {422, doData, "the list of recipients is missing", "alıcı listesi eksik"},
	"H169":  {422, doData, "the list of dealers is missing", "bayi listesi eksik"},
	"H170":  {422, doData, "the recipient type is missing", "alıcı tipi (recipientType) eksik"},
	"H171":  {400, doData, "dealer access could not be granted", "bayi erişimi verilemedi"},
	"H172":  {400, doData, "dealer access could not be removed", "bayi erişimi kaldırılamadı"},
	"H173":  {400, doData, "the dealer query is not valid", "bayi sorgusu geçersiz"},
	"H174":  {400, doSame, "the stored status is the same", "kayıtlı durum zaten aynı"},
	"H175":  {400, doFirstRet, "the first record of an address must not be RET", "bir adresin ilk kaydı RET olamaz"},
	"H176":  {400, doPermission, "only the admin account may do this", "bunu yalnızca yönetici hesabı yapabilir"},
	"H178":  {400, doStale, "İYS holds a decision of the same or a later date", "İYS'de aynı ya da daha yeni tarihli bir karar var"},
	"H179":  {500, doRetry, "the dates could not be compared", "tarihler karşılaştırılamadı"},
	"H180":  {403, doPermission, "the dealer does not belong to this account", "bayi bu hesaba ait değil"},
	"H181":  {500, doRetry, "the dealer could not be listed", "bayi listelenemedi"},
	"H182":  {422, doData, "offset or limit is not valid", "offset ya da limit geçersiz"},
	"H183":  {422, doData, "limit or offset is not valid", "limit ya da offset geçersiz"},
	"H184":  {422, doData, "the parameter \"all\" is not valid", "\"all\" parametresi geçersiz"},
	"H185":  {422, doData, "the parameter \"short\" is not valid", "\"short\" parametresi geçersiz"},
	"H186":  {422, doData, "the page is longer than 100", "sayfa 100'den uzun"},
	"H187":  {422, doData, "the limit is zero", "limit sıfır"},
	"H190":  {422, doData, "iysCode is no integer", "iysCode tam sayı değil"},
	"H191":  {422, doData, "brandCode is no integer, or the push address did not answer within 5 seconds", "brandCode tam sayı değil ya da push adresi 5 saniyede yanıt vermedi"},
	"H192":  {503, doRetry, "the request timed out at İYS", "istek İYS'de zaman aşımına uğradı"},
	"H193":  {422, doData, "a recipient stands in the list twice", "bir alıcı listede iki kez var"},
	"H194":  {422, doData, "a consent stands in the list twice", "bir izin listede iki kez var"},
	"H195":  {403, doPermission, "the brand could not be looked up", "marka sorgulanamadı"},
	"H196":  {403, doPermission, "the iysCode could not be found out", "iysCode alınamadı"},
	"H197":  {422, doData, "the query text is missing", "sorgu metni eksik"},
	"H198":  {422, doData, "the request id is too long", "istek numarası çok uzun"},
	"H199":  {422, doData, "the request id has letters only", "istek numarası yalnızca harf içeriyor"},
	"H201":  {400, doData, "the status of the dealer is not valid", "bayi durumu geçersiz"},
	"H214":  {400, doData, "dealer: the title is missing", "bayi: ünvan eksik"},
	"H215":  {400, doData, "dealer: a field is missing", "bayi: alan eksik"},
	"H216":  {400, doData, "dealer: a field is missing", "bayi: alan eksik"},
	"H217":  {400, doData, "dealer: a field is missing", "bayi: alan eksik"},
	"H218":  {400, doData, "dealer: a field is missing", "bayi: alan eksik"},
	"H219":  {400, doData, "dealer: a field is missing", "bayi: alan eksik"},
	"H220":  {400, doData, "dealer: a field is missing", "bayi: alan eksik"},
	"H221":  {400, doData, "dealer: a field is missing", "bayi: alan eksik"},
	"H222":  {400, doData, "dealer: a field is missing", "bayi: alan eksik"},
	"H224":  {400, doData, "dealer: the phone number is not valid", "bayi: telefon numarası geçersiz"},
	"H225":  {400, doData, "dealer: the identity number is not valid", "bayi: T.C. kimlik numarası geçersiz"},
	"H226":  {400, doData, "dealer: the identity number must have 11 digits", "bayi: T.C. kimlik numarası 11 hane olmalı"},
	"H227":  {400, doData, "dealer: the MERSİS number is not valid", "bayi: MERSİS numarası geçersiz"},
	"H228":  {400, doData, "dealer: the MERSİS number must have 16 characters", "bayi: MERSİS numarası 16 karakter olmalı"},
	"H229":  {400, doData, "the field must have letters and digits only", "alan yalnızca harf ve rakam içermeli"},
	"H230":  {400, doData, "the MERSİS number is used already", "MERSİS numarası zaten kayıtlı"},
	"H231":  {400, doData, "the identity number is used already", "T.C. kimlik numarası zaten kayıtlı"},
	"H241":  {400, doProgram, "the information item could not be read", "bilgi kaydı alınamadı"},
	"H243":  {400, doData, "the tax number is not valid", "vergi numarası geçersiz"},
	"H244":  {400, doData, "the tax number must have 10 or 11 digits", "vergi numarası 10 ya da 11 hane olmalı"},
	"H245":  {400, doPermission, "the iysCode is not in the integrator's group", "iysCode entegratörün grubunda değil"},
	"H250":  {400, doCredentials, "user name or password is missing", "kullanıcı adı ya da şifre eksik"},
	"H251":  {401, doToken, "the credentials are not valid", "kimlik bilgileri geçersiz"},
	"H252":  {400, doCredentials, "the credentials are missing", "kimlik bilgileri eksik"},
	"H253":  {400, doData, "a passive dealer with the same number exists", "aynı numaralı pasif bayi var"},
	"H266":  {400, doProgram, "a needed code is missing", "gerekli bir kod eksik"},
	"H267":  {400, doProgram, "a needed code is empty", "gerekli bir kod boş"},
	"H268":  {404, doPermission, "the integrator has no user for this iysCode", "bu iysCode için entegratör kullanıcısı yok"},
	"H288":  {400, doData, "the tax number is missing", "vergi numarası eksik"},
	"H351":  {401, doToken, "the token is missing or not valid", "jeton eksik ya da geçersiz"},
	"H353":  {403, doPermission, "iysCode, brandCode or dealer code is not within the rights of this user", "iysCode, brandCode ya da bayi kodu bu kullanıcının yetkisinde değil"},
	"H355":  {404, doPermission, "the user lacks the right", "kullanıcının yetkisi yok"},
	"H363":  {400, doPermission, "this service is not for this kind of user", "bu servis bu kullanıcı türüne kapalı"},
	"H400":  {422, doData, "the request id has digits only", "istek numarası yalnızca rakam içeriyor"},
	"H401":  {400, doData, "the consent for the dealer does not exist", "bayinin ekleneceği izin yok"},
	"H402":  {400, doProgram, "the query of brands is not valid", "yetkili marka sorgusu geçersiz"},
	"H403":  {400, doProgram, "the status query is not valid", "durum sorgusu geçersiz"},
	"H404":  {422, doData, "the query text is empty", "sorgu metni boş"},
	"H405":  {400, doProgram, "the brand query is not valid", "marka sorgusu geçersiz"},
	"H408":  {422, doData, "HS_KARAR goes only with RET", "HS_KARAR yalnızca RET ile gönderilir"},
	"H412":  {500, doRetry, "unexpected error at İYS", "İYS'de beklenmeyen hata"},
	"H450":  {422, doData, "ViA: the type is not valid", "ViA: izin tipi geçersiz"},
	"H452":  {422, doData, "ViA: type and source do not fit", "ViA: tip ile kaynak uyuşmuyor"},
	"H453":  {422, doData, "ViA: a recipient may be asked twice a day at most", "ViA: bir alıcıya günde en çok iki kez sorulabilir"},
	"H454":  {422, doData, "ViA: the request id is not valid", "ViA: istek numarası geçersiz"},
	"H455":  {422, doData, "ViA: the code is not valid", "ViA: kod geçersiz"},
	"H456":  {422, doData, "ViA: there is no such process", "ViA: böyle bir işlem yok"},
	"H459":  {422, doData, "ViA: the type must be MESAJ or ARAMA", "ViA: tip MESAJ ya da ARAMA olmalı"},
	"H460":  {422, doData, "the data could not be verified", "veri doğrulanamadı"},
	"H462":  {400, doData, "an update of a TACIR needs the consent date", "TACIR güncellemesi için izin tarihi gerekir"},
	"H463":  {400, doData, "an update of a TACIR needs the source", "TACIR güncellemesi için kaynak gerekir"},
	"H464":  {422, doData, "the address does not fit the type", "alıcı, izin tipine uymuyor"},
	"H465":  {422, doData, "ViA: no new process for the same recipient within 3 minutes", "ViA: aynı alıcıya 3 dakika içinde yeni işlem açılamaz"},
	"H467":  {422, doLate, "the consent is older than three business days", "izin üç iş gününden eski"},
	"H470":  {500, doRetry, "unexpected error at İYS", "İYS'de beklenmeyen hata"},
	"H476":  {500, doRetry, "unexpected error at İYS", "İYS'de beklenmeyen hata"},
	"H478":  {422, doData, "\"recipients\" is no list", "\"recipients\" liste değil"},
	"H486":  {400, doData, "the source is not accepted here", "kaynak burada kabul edilmiyor"},
	"H501":  {422, doData, "the report date has a wrong form", "rapor tarihi biçimi hatalı"},
	"H502":  {422, doData, "the report date is more than 7 days back", "rapor tarihi 7 günden eski"},
	"H506":  {422, doData, "the side of the pull must be IYS or HS", "çekme tarafı IYS ya da HS olmalı"},
	"H507":  {422, doData, "the page of the pull is longer than 1000", "çekme sayfası 1000'den uzun"},
	"H512":  {422, doData, "agreementStatus may only be true", "agreementStatus yalnızca true olabilir"},
	"H520":  {403, doAccount, "the subscription is paused or has expired", "abonelik durdurulmuş ya da süresi dolmuş"},
	"H521":  {403, doAccount, "the subscription is closed", "abonelik kapalı"},
	"H522":  {400, doPermission, "only for API users of integrators", "yalnızca entegratör API kullanıcıları"},
	"H524":  {403, doAccount, "there is no subscription", "abonelik yok"},
	"H525":  {422, doQuota, "the number of addresses of the subscription is used up", "aboneliğin adres sayısı doldu"},
	"H530":  {422, doData, "the push address could not be reached", "push adresine bağlanılamadı"},
	"H531":  {422, doData, "the push address must be https", "push adresi https olmalı"},
	"H568":  {200, doData, "an opt-out link is made for ONAY only", "ret bağlantısı yalnızca ONAY için üretilir"},
	"H586":  {403, doAccount, "the subscription has no API", "abonelik API kullanımını içermiyor"},
	"H1000": {400, doData, "ViA: the form is not published", "ViA: form yayında değil"},
	"H1012": {400, doData, "ViA: the kind of verification is not valid", "ViA: doğrulama türü geçersiz"},
	"H1014": {400, doPermission, "ViA: the brand is not of this merchant", "ViA: marka bu hizmet sağlayıcıya ait değil"},
	"H1015": {400, doQuota, "ViA: no credit is left", "ViA: kontör kalmadı"},
	"H1026": {400, doData, "ViA: the phone number is not valid", "ViA: telefon numarası geçersiz"},
	"H1027": {400, doData, "ViA: the e-mail address is not valid", "ViA: e-posta adresi geçersiz"},
	"H1030": {400, doData, "ViA: the request id is not known", "ViA: istek numarası bilinmiyor"},
	"H1031": {400, doQuota, "the number of addresses of the subscription is used up", "aboneliğin adres sayısı doldu"},
	"H1032": {400, doData, "ViA: the process is complete already", "ViA: işlem zaten tamamlanmış"},
	"H1038": {401, doToken, "ViA: the token is missing or not valid", "ViA: jeton eksik ya da geçersiz"},
	"H1040": {403, doPermission, "ViA: the iysCode is not allowed", "ViA: iysCode yetkili değil"},
	"H1045": {401, doToken, "ViA: the token is missing or not valid", "ViA: jeton eksik ya da geçersiz"},
	"H1050": {400, doData, "ViA: three wrong codes were given", "ViA: kod üç kez hatalı girildi"},
	"H1051": {400, doData, "ViA: the code has expired", "ViA: kodun süresi doldu"},
	"H1052": {400, doData, "ViA: the code is wrong", "ViA: kod hatalı"},
	"H1055": {400, doData, "ViA: the form is not known", "ViA: form bilinmiyor"},
	"H1063": {400, doData, "ViA: the recipient type is not valid", "ViA: alıcı tipi geçersiz"},
	"H1064": {400, doData, "ViA: the kind of verification differs from the start", "ViA: doğrulama türü başlangıçtakinden farklı"},
	"H1085": {400, doData, "ViA: the type does not fit", "ViA: izin tipi uymuyor"},
	"H1086": {400, doData, "ViA: the type does not fit", "ViA: izin tipi uymuyor"},
}
