package banks

import "github.com/onay/onay/pos"

// Field is a credential or a setting of an account.
type Field struct {
	Key      string
	Label    Text
	Help     Text // where a person finds it
	Secret   bool
	Required bool
	Pattern  string   // a regular expression that the whole value has to match; empty: anything
	Choices  []Choice // not empty: one of these
	Default  string
}

// Choice is one of a field's values.
type Choice struct {
	Value string
	Label Text
}

type protocol struct {
	models    []pos.Model
	addresses []string
	fields    []Field
}

var wayNames = map[pos.Model]Text{
	pos.Secure:       {"3-D Secure, ödemeyi mağaza tamamlar", "3-D Secure, the shop charges"},
	pos.SecurePay:    {"3-D Secure, ödemeyi banka tamamlar", "3-D Secure, the bank charges"},
	pos.SecureHosted: {"Bankanın kart sayfası, ödemeyi banka tamamlar", "The bank's card page, the bank charges"},
	pos.SecureHost:   {"Bankanın kart sayfası, ödemeyi mağaza tamamlar", "The bank's card page, the shop charges"},
	pos.Hosted:       {"Bankanın kart sayfası, 3-D Secure’suz", "The bank's card page without 3-D Secure"},
	pos.NonSecure:    {"3-D Secure yok", "No 3-D Secure"},
}

func way(models []pos.Model) Field {
	f := Field{Key: "model", Label: Text{"Ödeme yöntemi", "Way to pay"}, Help: Text{"Bankanın bu üye işyeri numarası için açtığı yöntem.", "The way that the bank has opened for this merchant number."}, Required: true, Default: string(models[0])}
	for _, m := range append(append([]pos.Model{}, models...), pos.NonSecure) {
		f.Choices = append(f.Choices, Choice{string(m), wayNames[m]})
	}
	return f
}

func yesNo(key string, label, help Text) Field {
	return Field{Key: key, Label: label, Help: help, Default: "no", Choices: []Choice{{"no", Text{"Hayır", "No"}}, {"yes", Text{"Evet", "Yes"}}}}
}

var (
	half = yesNo("half_secure", Text{"Yarım 3-D Secure kabul edilsin", "Accept half 3-D Secure"}, Text{"Kart 3-D Secure’a kayıtlı değilken alınan ödemede itiraz riski mağazanındır.", "If the card is not enrolled the shop bears the chargebacks."})
	moto = yesNo("moto", Text{"Telefonla sipariş (MOTO) açık", "Telephone orders (MOTO)"}, Text{"Bankanın bu yetkiyi vermiş olması gerekir.", "The bank must have granted it."})
)

func secret(key string, label, help Text, required bool) Field {
	return Field{Key: key, Label: label, Help: help, Secret: true, Required: required}
}

func plain(key string, label, help Text, pattern string) Field {
	return Field{Key: key, Label: label, Help: help, Required: true, Pattern: pattern}
}

var panel = Text{"Bankanın üye işyeri panelinde ya da başvuru mektubunda yazar.", "In the bank's merchant panel or its letter."}

var protocols = map[Protocol]protocol{
	NestPay: {[]pos.Model{pos.Secure, pos.SecurePay, pos.SecureHosted}, []string{"api", "gate"}, []Field{
		plain("client_id", Text{"Mağaza kodu", "Client id"}, panel, `[0-9A-Za-z]{1,15}`),
		plain("username", Text{"API kullanıcısı adı", "API user"}, Text{"Panelde “API kullanıcısı” rolüyle oluşturulan kullanıcı.", "The user made in the panel with the role “API user”."}, `.{1,255}`),
		secret("password", Text{"API kullanıcısı şifresi", "API user's password"}, Text{"Panele giriş şifresi değil, API kullanıcısının şifresi.", "That of the API user, not of the panel."}, true),
		secret("store_key", Text{"3D anahtarı (Storekey)", "3-D store key"}, Text{"Panelde “3D ayarları” altında “Üye iş yeri anahtarı”. API şifresi değildir.", "In the panel under 3-D settings. It is not the API password."}, true),
		way([]pos.Model{pos.Secure, pos.SecurePay, pos.SecureHosted}),
		{Key: "hash", Label: Text{"İmza sürümü", "Hash version"}, Help: Text{"Yeni mağazalar sürüm 3 kullanır.", "New stores use version 3."}, Required: true, Default: "ver3", Choices: []Choice{{"ver3", Text{"Sürüm 3", "Version 3"}}, {"ver2", Text{"Sürüm 2", "Version 2"}}, {"ver1", Text{"Sürüm 1 (eski)", "Version 1 (old)"}}}},
		half, moto}},
	Akbank: {[]pos.Model{pos.Secure, pos.SecurePay, pos.SecureHosted}, []string{"api", "secure", "hosted"}, []Field{
		plain("merchant_safe_id", Text{"Güvenli işyeri numarası", "merchantSafeId"}, panel, `[0-9A-Fa-f]{32}`),
		plain("terminal_safe_id", Text{"Terminal Safe ID", "terminalSafeId"}, panel, `[0-9A-Fa-f]{32}`),
		secret("secret_key", Text{"Güvenlik anahtarı", "Secret key"}, Text{"Panelde üretilen uzun anahtar; olduğu gibi yapıştırın.", "The long key made in the panel; paste it as it is."}, true),
		way([]pos.Model{pos.Secure, pos.SecurePay, pos.SecureHosted}), half, moto,
		yesNo("recurring", Text{"Tekrarlayan ödeme yetkisi var", "May take plans"}, Text{"Bankanın bu yetkiyi vermiş olması gerekir.", "The bank must have granted it."})}},
	Garanti: {[]pos.Model{pos.Secure, pos.SecurePay, pos.SecureHosted}, []string{"api", "gate"}, []Field{
		plain("merchant_id", Text{"İş yeri no", "Merchant id"}, panel, `[0-9]{1,12}`),
		plain("terminal_id", Text{"Terminal no", "Terminal id"}, panel, `[0-9]{1,9}`),
		secret("provision_password", Text{"PROVAUT şifresi", "Password of PROVAUT"}, Text{"Satış, ön provizyon ve sorgu kullanıcısının şifresi.", "That of the user for sales and inquiries."}, true),
		secret("refund_password", Text{"PROVRFN şifresi", "Password of PROVRFN"}, Text{"İptal ve iade kullanıcısının şifresi; ayrı istenir.", "That of the user for voids and refunds; asked for separately."}, true),
		secret("hosted_password", Text{"PROVOOS şifresi", "Password of PROVOOS"}, Text{"Yalnızca bankanın kart sayfası için; boşsa PROVAUT kullanılır.", "For the bank's card page only; empty: PROVAUT is used."}, false),
		secret("store_key", Text{"3D Secure anahtarı", "3-D Secure key"}, Text{"Panelde “3D Secure” ayarlarında oluşturulur.", "Made in the panel's 3-D Secure settings."}, true),
		way([]pos.Model{pos.Secure, pos.SecurePay, pos.SecureHosted}), half, moto}},
	PayFlex: {[]pos.Model{pos.Secure, pos.SecureHosted}, []string{"vpos", "search", "detail", "mpi", "common_create", "common_query"}, []Field{
		plain("merchant_id", Text{"Üye işyeri numarası", "Merchant number"}, Text{"Baştaki sıfırlarla birlikte 15 hane.", "15 digits with the zeros in front."}, `[0-9]{1,15}`),
		plain("terminal_no", Text{"POS (terminal) no", "Terminal"}, Text{"VP ile başlar.", "Begins with VP."}, `[0-9A-Za-z]{1,10}`),
		secret("password", Text{"API şifresi", "API password"}, panel, true),
		secret("mpi_password", Text{"MPI şifresi", "MPI password"}, Text{"Yalnızca API şifresinden farklıysa.", "Only if it differs from the API password."}, false),
		way([]pos.Model{pos.Secure, pos.SecureHosted}), moto}},
	PosNet: {[]pos.Model{pos.Secure, pos.SecureHost}, []string{"api", "gate"}, []Field{
		plain("merchant_id", Text{"Üye işyeri no (MID)", "Merchant (MID)"}, Text{"10 hane.", "10 digits."}, `[0-9]{10}`),
		plain("terminal_id", Text{"Terminal no (TID)", "Terminal (TID)"}, Text{"8 karakter.", "8 characters."}, `[0-9A-Za-z]{8}`),
		plain("posnet_id", Text{"Posnet ID", "Posnet id"}, panel, `[0-9]{1,16}`),
		secret("key", Text{"Şifreleme anahtarı (ENCKEY)", "Encryption key (ENCKEY)"}, Text{"Panelde “Anahtar Yarat” ile oluşturulur.", "Made in the panel by “Anahtar Yarat”."}, true),
		way([]pos.Model{pos.Secure, pos.SecureHost}), half, moto,
		{Key: "prefix", Label: Text{"3-D sipariş öneki", "Prefix of 3-D orders"}, Help: Text{"Banka başka bir önek bildirmedikçe TDS_.", "TDS_ unless the bank says otherwise."}, Required: true, Default: "TDS_", Choices: []Choice{{"TDS_", Text{"TDS_", "TDS_"}}, {"TDSC", Text{"TDSC", "TDSC"}}}}}},
	PosNetV1: {[]pos.Model{pos.Secure, pos.SecureHost}, []string{"api", "gate"}, []Field{
		plain("merchant_id", Text{"Üye işyeri no", "Merchant number"}, Text{"10 karakter.", "10 characters."}, `[0-9A-Za-z]{10}`),
		plain("terminal_id", Text{"Terminal no", "Terminal number"}, Text{"8 karakter.", "8 characters."}, `[0-9A-Za-z]{8}`),
		plain("posnet_id", Text{"Posnet ID", "Posnet id"}, panel, `[0-9]{1,16}`),
		secret("key", Text{"Şifreleme anahtarı", "Encryption key"}, panel, true),
		way([]pos.Model{pos.Secure, pos.SecureHost}), half, moto}},
	PayFor: {[]pos.Model{pos.Secure, pos.SecurePay, pos.SecureHosted}, []string{"xml", "form", "host"}, []Field{
		plain("merchant_id", Text{"Üye işyeri kodu", "Merchant id"}, panel, `[0-9]{1,15}`),
		plain("user_code", Text{"API kullanıcısı adı", "API user"}, panel, `.{1,64}`),
		secret("user_pass", Text{"API kullanıcısı şifresi", "API user's password"}, panel, true),
		secret("merchant_pass", Text{"Üye işyeri şifresi", "Merchant password"}, Text{"Yalnızca imzalarda kullanılır, bankaya gönderilmez.", "Used in signatures alone, never sent."}, true),
		way([]pos.Model{pos.Secure, pos.SecurePay, pos.SecureHosted}), half, moto,
		{Key: "server_start", Label: Text{"3-D’yi sunucudan başlat", "Start 3-D from the server"}, Help: Text{"QNB, Şubat 2026’dan beri 3-D formunun kayıtlı sunucudan başlatılmasını ister.", "QNB wants the form to start from the registered server since February 2026."}, Required: true,
			Default: "yes", Choices: []Choice{{"yes", Text{"Evet", "Yes"}}, {"no", Text{"Hayır", "No"}}}}}},
	InterVPOS: {[]pos.Model{pos.Secure, pos.SecurePay, pos.SecureHosted}, []string{"api", "host"}, []Field{
		plain("shop_code", Text{"Mağaza kodu", "Shop code"}, panel, `[0-9A-Za-z]{1,20}`),
		plain("user_code", Text{"API kullanıcısı adı", "API user"}, panel, `.{1,64}`),
		secret("user_pass", Text{"API kullanıcısı şifresi", "API user's password"}, panel, true),
		secret("merchant_pass", Text{"3D anahtarı (Storekey)", "3-D store key"}, Text{"Yalnızca imzalarda kullanılır, bankaya gönderilmez.", "Used in signatures alone, never sent."}, true),
		way([]pos.Model{pos.Secure, pos.SecurePay, pos.SecureHosted}), half, moto}},
	NKolay: {[]pos.Model{pos.Secure, pos.SecureHosted}, []string{"base"}, []Field{
		secret("sx", Text{"sx (ödeme)", "sx (payments)"}, Text{"İçinde | bulunan uzun metin; olduğu gibi yapıştırın.", "The long text with a |; paste it as it is."}, true),
		secret("sx_list", Text{"sx (listeler)", "sx (lists)"}, Text{"sx’in sonuna | ve bir ek getirilmiş hâli.", "The sx with a | and more behind it."}, true),
		secret("sx_cancel", Text{"sx (iptal ve iade)", "sx (voids and refunds)"}, Text{"sx’in sonuna | ve bir ek getirilmiş hâli.", "The sx with a | and more behind it."}, true),
		secret("secret", Text{"Merchant Secret Key", "Merchant secret key"}, Text{"İmzaların anahtarı; gönderilmez.", "The key of signatures; never sent."}, true),
		way([]pos.Model{pos.Secure, pos.SecureHosted}), moto}},
}
