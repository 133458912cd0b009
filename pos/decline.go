package pos

// Code is a reason in this library's words: why a payment was declined, or why an operation was refused. The bank's own code and
// text stay beside it in the [Result]; a Code never replaces them.
type Code string

// The codes, with the meaning that [Code.Text] gives to merchants.
const (
	CodeCallIssuer              Code = "call_issuer"
	CodeMerchantConfiguration   Code = "merchant_configuration"
	CodePickUpCard              Code = "pick_up_card"
	CodeDoNotHonor              Code = "do_not_honor"
	CodeTryAgain                Code = "try_again"
	CodePartialApproval         Code = "partial_approval"
	CodeApprovedVIP             Code = "approved_vip"
	CodeApprovedCheckOnly       Code = "approved_check_only"
	CodeInvalidTransaction      Code = "invalid_transaction"
	CodeInvalidAmount           Code = "invalid_amount"
	CodeInvalidCard             Code = "invalid_card"
	CodeInsufficientFunds       Code = "insufficient_funds"
	CodeCanceled                Code = "canceled"
	CodeClosedCard              Code = "closed_card"
	CodeVoidNotAllowed          Code = "void_not_allowed"
	CodeNotFound                Code = "not_found"
	CodeIssuerUnavailable       Code = "issuer_unavailable"
	CodePartlyReversed          Code = "partly_reversed"
	CodeExpiredCard             Code = "expired_card"
	CodeFraudSuspected          Code = "fraud_suspected"
	CodeRestrictedCard          Code = "restricted_card"
	CodePINTriesExceeded        Code = "pin_tries_exceeded"
	CodeNoAccount               Code = "no_account"
	CodeLostCard                Code = "lost_card"
	CodeStolenCard              Code = "stolen_card"
	CodeInvalidPIN              Code = "invalid_pin"
	CodeNotPermitted            Code = "not_permitted"
	CodeNotPermittedTerminal    Code = "not_permitted_terminal"
	CodeNotPermittedEcommerce   Code = "not_permitted_ecommerce"
	CodeLimitExceeded           Code = "limit_exceeded"
	CodeSecurityViolation       Code = "security_violation"
	CodeCardCheckFailed         Code = "card_check_failed"
	CodeInvalidExpiry           Code = "invalid_expiry"
	CodeInvalidCVV              Code = "invalid_cvv"
	CodeGatewayError            Code = "gateway_error"
	CodeDuplicateTransaction    Code = "duplicate_transaction"
	CodeInvalidCredentials      Code = "invalid_credentials"
	CodeIPNotAllowed            Code = "ip_not_allowed"
	CodePermissionDenied        Code = "permission_denied"
	CodeBadSignature            Code = "bad_signature"
	CodeInvalidRequest          Code = "invalid_request"
	CodeInvalidCurrency         Code = "invalid_currency"
	CodeInvalidInstallment      Code = "invalid_installment"
	CodeDuplicateOrder          Code = "duplicate_order"
	CodeAlreadyVoided           Code = "already_voided"
	CodeAlreadyRefunded         Code = "already_refunded"
	CodeAlreadyVoidedOrNotFound Code = "already_voided_or_not_found"
	CodeSettledUseRefund        Code = "settled_use_refund"
	CodeNotSettledUseVoid       Code = "not_settled_use_void"
	CodeRefundNotAllowed        Code = "refund_not_allowed"
	CodeRefundExceedsAmount     Code = "refund_exceeds_amount"
	CodeInvalidState            Code = "invalid_state"
	CodeSecure3DFailed          Code = "secure3d_failed"
	CodeSecure3DHalf            Code = "secure3d_half"
	CodeSecure3DNotEnrolled     Code = "secure3d_not_enrolled"
	CodeSecure3DError           Code = "secure3d_error"
	CodeBlacklistedCard         Code = "blacklisted_card"
	CodeGatewayRejected         Code = "gateway_rejected"
	CodeBankUnreachable         Code = "bank_unreachable" // nothing was sent
)

// Class says what may be done after a decline.
type Class string

const (
	ClassHard      Class = "H" // never this card again for this order, and no other POS
	ClassSoft      Class = "S" // the same card may succeed later, on another POS or in a single payment
	ClassFix       Class = "F" // the payer mistyped, or takes another card
	ClassBlocked   Class = "B" // blocked for this kind of use: another card, or a call to the bank
	ClassMerchant  Class = "M" // the merchant's set-up: another POS may work; alert the merchant
	ClassTechnical Class = "T" // ask what became of it, then try again or on another POS
	ClassOperation Class = "-" // an answer to a void, refund, capture or inquiry
)

type reason struct {
	class           Class
	merchant, payer [2]string // Turkish, English
}

// neutral is all that the payer is told of a hard decline: telling a thief that the card is known as stolen helps the thief.
var neutral = [2]string{"İşlem onaylanmadı, lütfen bankanızla görüşün.", "Not approved; please talk to your bank."}

var reasons = map[Code]reason{
	CodeCallIssuer:              {ClassSoft, [2]string{"Kartın bankasını arayınız", "Call the card's bank"}, [2]string{"Bankanız işlemi onaylamadı. Bankanızı arayın ya da başka bir kart deneyin.", "Your bank did not approve. Call your bank, or try another card."}},
	CodeMerchantConfiguration:   {ClassMerchant, [2]string{"Üye işyeri / POS tanımlarını kontrol ediniz", "Check the merchant and POS set-up"}, [2]string{"Ödeme şu anda alınamıyor. Lütfen daha sonra yeniden deneyin.", "The payment cannot be taken now. Please try again later."}},
	CodePickUpCard:              {ClassHard, [2]string{"Karta el koyunuz", "Pick up the card"}, neutral},
	CodeDoNotHonor:              {ClassSoft, [2]string{"İşlem onaylanmadı", "Not approved"}, [2]string{"Bankanız işlemi onaylamadı. Başka bir kart deneyin.", "Your bank did not approve. Try another card."}},
	CodeTryAgain:                {ClassSoft, [2]string{"Tekrar deneyiniz", "Try again"}, [2]string{"İşlem şu anda tamamlanamadı. Birazdan yeniden deneyin.", "It could not be completed now. Try again in a moment."}},
	CodePartialApproval:         {ClassSoft, [2]string{"Kısmi onay", "Approved in part"}, [2]string{"Bankanız işlemi onaylamadı. Başka bir kart deneyin.", "Your bank did not approve. Try another card."}},
	CodeApprovedVIP:             {ClassSoft, [2]string{"Bankayı arayınız (özel onay)", "Call the bank (special approval)"}, [2]string{"Bankanız işlemi onaylamadı. Bankanızı arayın ya da başka bir kart deneyin.", "Your bank did not approve. Call your bank, or try another card."}},
	CodeApprovedCheckOnly:       {ClassSoft, [2]string{"Yalnızca kart doğrulandı", "The card was only checked"}, [2]string{"Bankanız işlemi onaylamadı. Başka bir kart deneyin.", "Your bank did not approve. Try another card."}},
	CodeInvalidTransaction:      {ClassBlocked, [2]string{"Geçersiz işlem", "Invalid transaction"}, [2]string{"Bu kartla bu işlem yapılamıyor. Başka bir kart deneyin.", "This card cannot be used for this. Try another card."}},
	CodeInvalidAmount:           {ClassMerchant, [2]string{"Geçersiz tutar", "Invalid amount"}, [2]string{"Ödeme şu anda alınamıyor. Lütfen satıcıya başvurun.", "The payment cannot be taken. Please ask the merchant."}},
	CodeInvalidCard:             {ClassFix, [2]string{"Geçersiz kart numarası", "Invalid card number"}, [2]string{"Kart bilgileri hatalı. Kontrol edip yeniden deneyin.", "The card details are wrong. Check them and try again."}},
	CodeInsufficientFunds:       {ClassSoft, [2]string{"Yetersiz bakiye", "Insufficient funds"}, [2]string{"Yetersiz bakiye", "Insufficient funds"}},
	CodeCanceled:                {ClassSoft, [2]string{"İşlem iptal edildi", "Canceled"}, [2]string{"İşlem iptal edildi.", "The payment was canceled."}},
	CodeClosedCard:              {ClassHard, [2]string{"Kapalı kart", "Closed card"}, neutral},
	CodeVoidNotAllowed:          {ClassOperation, [2]string{"İşlem iptal edilemedi", "It cannot be voided"}, [2]string{"İşlem iptal edilemedi.", "It cannot be voided."}},
	CodeNotFound:                {ClassOperation, [2]string{"Kayıt bulunamadı", "Not found"}, [2]string{"İşlem bulunamadı.", "The transaction was not found."}},
	CodeIssuerUnavailable:       {ClassTechnical, [2]string{"Kartın bankası yanıt vermiyor", "The card's bank does not answer"}, [2]string{"Bankanıza ulaşılamadı. Birazdan yeniden deneyin.", "Your bank could not be reached. Try again in a moment."}},
	CodePartlyReversed:          {ClassTechnical, [2]string{"İşlem kısmen gerçekleştirildi", "Carried out in part"}, [2]string{"İşlemin sonucu kontrol ediliyor.", "The result is being checked."}},
	CodeExpiredCard:             {ClassFix, [2]string{"Kartın son kullanma tarihi geçmiş", "The card has expired"}, [2]string{"Kartın son kullanma tarihi geçmiş. Başka bir kart deneyin.", "The card has expired. Try another card."}},
	CodeFraudSuspected:          {ClassHard, [2]string{"Şüpheli kart, karta el koyunuz", "Suspected fraud"}, neutral},
	CodeRestrictedCard:          {ClassBlocked, [2]string{"Kısıtlanmış kart", "Restricted card"}, [2]string{"Kartınız bu işleme kapalı. Bankanızı arayın ya da başka bir kart deneyin.", "Your card is closed to this. Call your bank, or try another card."}},
	CodePINTriesExceeded:        {ClassBlocked, [2]string{"Şifre deneme sayısı aşıldı", "PIN tries exceeded"}, [2]string{"Kartınız bu işleme kapalı. Bankanızı arayın ya da başka bir kart deneyin.", "Your card is closed to this. Call your bank, or try another card."}},
	CodeNoAccount:               {ClassBlocked, [2]string{"Hesap bulunamadı", "No such account"}, [2]string{"Bu kartla bu işlem yapılamıyor. Başka bir kart deneyin.", "This card cannot be used for this. Try another card."}},
	CodeLostCard:                {ClassHard, [2]string{"Kayıp kart, karta el koyunuz", "Lost card, pick it up"}, neutral},
	CodeStolenCard:              {ClassHard, [2]string{"Çalıntı kart, karta el koyunuz", "Stolen card, pick it up"}, neutral},
	CodeInvalidPIN:              {ClassFix, [2]string{"Hatalı şifre", "Wrong PIN"}, [2]string{"Şifre hatalı. Kontrol edip yeniden deneyin.", "The PIN is wrong. Check it and try again."}},
	CodeNotPermitted:            {ClassBlocked, [2]string{"Kart sahibi bu işlemi yapamaz", "Not permitted to the cardholder"}, [2]string{"Bu kartla bu işlem yapılamıyor. Başka bir kart deneyin.", "This card cannot be used for this. Try another card."}},
	CodeNotPermittedTerminal:    {ClassMerchant, [2]string{"Terminalin bu işlemi yapma yetkisi yok", "Not permitted to the terminal"}, [2]string{"Ödeme şu anda alınamıyor. Başka bir kart deneyin.", "The payment cannot be taken. Try another card."}},
	CodeNotPermittedEcommerce:   {ClassBlocked, [2]string{"Kart internet alışverişine kapalı", "The card is closed to e-commerce"}, [2]string{"Kartınız internet alışverişine kapalı. Bankanızdan açtırın ya da başka bir kart deneyin.", "Your card is closed to internet shopping. Ask your bank to open it, or try another card."}},
	CodeLimitExceeded:           {ClassSoft, [2]string{"Tutar veya işlem limiti aşıldı", "Amount or count limit exceeded"}, [2]string{"Kartınızın limiti bu işleme yetmiyor. Bankanızı arayın ya da başka bir kart deneyin.", "The limit of your card does not allow this. Call your bank, or try another card."}},
	CodeSecurityViolation:       {ClassMerchant, [2]string{"İşlem yetkisi yok / güvenlik ihlali", "Security violation"}, [2]string{"Ödeme şu anda alınamıyor. Başka bir kart deneyin.", "The payment cannot be taken. Try another card."}},
	CodeCardCheckFailed:         {ClassBlocked, [2]string{"Kart doğrulama hatası", "The card check failed"}, [2]string{"Bu kartla bu işlem yapılamıyor. Başka bir kart deneyin.", "This card cannot be used for this. Try another card."}},
	CodeInvalidExpiry:           {ClassFix, [2]string{"Son kullanma tarihi hatalı", "Wrong expiry date"}, [2]string{"Kart bilgileri hatalı. Kontrol edip yeniden deneyin.", "The card details are wrong. Check them and try again."}},
	CodeInvalidCVV:              {ClassFix, [2]string{"CVV hatalı", "Wrong CVV"}, [2]string{"Kart bilgileri hatalı. Kontrol edip yeniden deneyin.", "The card details are wrong. Check them and try again."}},
	CodeGatewayError:            {ClassTechnical, [2]string{"Sistem hatası", "System error"}, [2]string{"İşlem şu anda tamamlanamadı. Birazdan yeniden deneyin.", "It could not be completed now. Try again in a moment."}},
	CodeDuplicateTransaction:    {ClassTechnical, [2]string{"Çift işlem", "Duplicate transaction"}, [2]string{"İşlemin sonucu kontrol ediliyor.", "The result is being checked."}},
	CodeInvalidCredentials:      {ClassMerchant, [2]string{"Kullanıcı adı veya parola hatalı", "Wrong user name or password"}, [2]string{"Ödeme şu anda alınamıyor. Lütfen daha sonra yeniden deneyin.", "The payment cannot be taken now. Please try again later."}},
	CodeIPNotAllowed:            {ClassMerchant, [2]string{"Sunucunun IP adresi bankada tanımlı değil", "The server's IP address is not known to the bank"}, [2]string{"Ödeme şu anda alınamıyor. Lütfen daha sonra yeniden deneyin.", "The payment cannot be taken now. Please try again later."}},
	CodePermissionDenied:        {ClassMerchant, [2]string{"Bu kullanıcının işlem yetkisi yok", "The user lacks the permission"}, [2]string{"Ödeme şu anda alınamıyor. Lütfen daha sonra yeniden deneyin.", "The payment cannot be taken now. Please try again later."}},
	CodeBadSignature:            {ClassMerchant, [2]string{"İmza (hash) hatalı", "Wrong signature (hash)"}, [2]string{"Ödeme şu anda alınamıyor. Lütfen daha sonra yeniden deneyin.", "The payment cannot be taken now. Please try again later."}},
	CodeInvalidRequest:          {ClassMerchant, [2]string{"İstek hatalı", "Malformed request"}, [2]string{"Ödeme şu anda alınamıyor. Lütfen daha sonra yeniden deneyin.", "The payment cannot be taken now. Please try again later."}},
	CodeInvalidCurrency:         {ClassMerchant, [2]string{"Para birimi bu POS'ta yok", "The POS does not take the currency"}, [2]string{"Ödeme şu anda alınamıyor. Lütfen satıcıya başvurun.", "The payment cannot be taken. Please ask the merchant."}},
	CodeInvalidInstallment:      {ClassMerchant, [2]string{"Taksit sayısı geçersiz", "Invalid number of installments"}, [2]string{"Bu kartla bu taksit yapılamıyor. Tek çekim deneyin.", "This card cannot pay in so many installments. Try a single payment."}},
	CodeDuplicateOrder:          {ClassTechnical, [2]string{"Sipariş numarası daha önce kullanılmış", "The order id was used before"}, [2]string{"İşlemin sonucu kontrol ediliyor.", "The result is being checked."}},
	CodeAlreadyVoided:           {ClassOperation, [2]string{"Zaten iptal edilmiş", "Voided already"}, [2]string{"İşlem zaten iptal edilmiş.", "It is voided already."}},
	CodeAlreadyRefunded:         {ClassOperation, [2]string{"Zaten iade edilmiş", "Refunded already"}, [2]string{"İşlem zaten iade edilmiş.", "It is refunded already."}},
	CodeAlreadyVoidedOrNotFound: {ClassOperation, [2]string{"İptal edilecek işlem yok", "There is nothing to void"}, [2]string{"İptal edilecek işlem bulunamadı.", "There is nothing to void."}},
	CodeSettledUseRefund:        {ClassOperation, [2]string{"Gün sonu alınmış; iptal değil iade yapın", "Settled: refund it instead"}, [2]string{"İşlem iptal edilemedi.", "It cannot be voided."}},
	CodeNotSettledUseVoid:       {ClassOperation, [2]string{"Gün sonu alınmamış; iade değil iptal yapın", "Not settled yet: void it instead"}, [2]string{"İşlem iade edilemedi.", "It cannot be refunded."}},
	CodeRefundNotAllowed:        {ClassOperation, [2]string{"İade yapılamaz", "It cannot be refunded"}, [2]string{"İşlem iade edilemedi.", "It cannot be refunded."}},
	CodeRefundExceedsAmount:     {ClassOperation, [2]string{"İade tutarı kalan tutardan fazla", "The refund exceeds what is left"}, [2]string{"İşlem iade edilemedi.", "It cannot be refunded."}},
	CodeInvalidState:            {ClassOperation, [2]string{"İşlem bu durumda yapılamaz", "Not possible in this state"}, [2]string{"İşlem yapılamadı.", "It is not possible."}},
	CodeSecure3DFailed:          {ClassFix, [2]string{"3-D Secure doğrulaması başarısız", "3-D Secure failed"}, [2]string{"Kart doğrulaması tamamlanamadı. Yeniden deneyin.", "The card could not be verified. Try again."}},
	CodeSecure3DHalf:            {ClassBlocked, [2]string{"Yarım 3-D Secure: kabul edilmiyor", "Half 3-D Secure is not accepted"}, [2]string{"Kartınız 3-D Secure'a kayıtlı değil. Başka bir kart deneyin.", "Your card is not enrolled in 3-D Secure. Try another card."}},
	CodeSecure3DNotEnrolled:     {ClassBlocked, [2]string{"Kart 3-D Secure'a kayıtlı değil", "Not enrolled in 3-D Secure"}, [2]string{"Kartınız 3-D Secure'a kayıtlı değil. Başka bir kart deneyin.", "Your card is not enrolled in 3-D Secure. Try another card."}},
	CodeSecure3DError:           {ClassTechnical, [2]string{"3-D Secure hatası", "3-D Secure error"}, [2]string{"Kart doğrulaması yapılamadı. Birazdan yeniden deneyin.", "The card could not be verified. Try again in a moment."}},
	CodeBlacklistedCard:         {ClassHard, [2]string{"Kart kara listede", "The card is on the black list"}, neutral},
	CodeBankUnreachable:         {ClassMerchant, [2]string{"Bankaya bağlanılamadı; istek gönderilmedi", "The bank could not be reached; nothing was sent"}, [2]string{"İşlem şu anda tamamlanamadı. Birazdan yeniden deneyin.", "It could not be completed now. Try again in a moment."}},
	CodeGatewayRejected:         {ClassSoft, [2]string{"Güvenlik kuralı işlemi durdurdu", "A fraud rule stopped it"}, [2]string{"İşlem onaylanmadı. Başka bir kart deneyin.", "It was not approved. Try another card."}},
}

// Codes returns every code there is, in no order.
func Codes() []Code {
	out := make([]Code, 0, len(reasons))
	for c := range reasons {
		out = append(out, c)
	}
	return out
}

func pick(texts [2]string, lang string) string {
	if lang == "en" {
		return texts[1]
	}
	return texts[0]
}

// Class tells what may be done next; an unknown code is soft.
func (c Code) Class() Class {
	if r, ok := reasons[c]; ok {
		return r.class
	}
	return ClassSoft
}

// Text is the reason as the merchant reads it, in Turkish or ("en") English.
func (c Code) Text(lang string) string {
	if r, ok := reasons[c]; ok {
		return pick(r.merchant, lang)
	}
	return pick(reasons[CodeDoNotHonor].merchant, lang)
}

// PayerText is what the payer may read: neutral for hard declines.
func (c Code) PayerText(lang string) string {
	if r, ok := reasons[c]; ok {
		return pick(r.payer, lang)
	}
	return pick(reasons[CodeDoNotHonor].payer, lang)
}

// ISO8583 is the meaning of a two-digit answer of the card's bank (field 39). A protocol's own table wins where it differs.
// class refines [Code.Class] for codes that banks use in two ways. "00" and text that is not two digits have no code.
func ISO8583(code string) (c Code, class Class) {
	if len(code) != 2 || code == "00" || code[0] < '0' || code[0] > '9' || code[1] < '0' || code[1] > '9' {
		return "", ""
	}
	if r, ok := iso8583[code]; ok {
		return r.code, r.class
	}
	return CodeDoNotHonor, ClassSoft
}

var iso8583 = map[string]struct {
	code  Code
	class Class
}{
	"01": {CodeCallIssuer, ClassSoft},
	"02": {CodeCallIssuer, ClassSoft},
	"03": {CodeMerchantConfiguration, ClassMerchant},
	"04": {CodePickUpCard, ClassHard},
	"05": {CodeDoNotHonor, ClassSoft},
	"06": {CodeDoNotHonor, ClassSoft},
	"07": {CodePickUpCard, ClassHard},
	"08": {CodeCallIssuer, ClassSoft},
	"09": {CodeTryAgain, ClassSoft},
	"10": {CodePartialApproval, ClassSoft},
	"11": {CodeApprovedVIP, ClassSoft},
	"12": {CodeInvalidTransaction, ClassBlocked},
	"13": {CodeInvalidAmount, ClassMerchant},
	"14": {CodeInvalidCard, ClassFix},
	"15": {CodeInvalidCard, ClassFix},
	"16": {CodeInsufficientFunds, ClassSoft},
	"17": {CodeCanceled, ClassSoft},
	"18": {CodeClosedCard, ClassHard},
	"19": {CodeTryAgain, ClassSoft},
	"20": {CodeGatewayError, ClassTechnical},
	"21": {CodeVoidNotAllowed, ClassOperation},
	"25": {CodeNotFound, ClassOperation},
	"26": {CodeDoNotHonor, ClassSoft},
	"28": {CodeNotFound, ClassOperation},
	"29": {CodeNotFound, ClassOperation},
	"30": {CodeInvalidRequest, ClassMerchant},
	"31": {CodeIssuerUnavailable, ClassTechnical},
	"32": {CodePartlyReversed, ClassTechnical},
	"33": {CodeExpiredCard, ClassHard},
	"34": {CodeFraudSuspected, ClassHard},
	"36": {CodeRestrictedCard, ClassHard},
	"37": {CodeFraudSuspected, ClassHard},
	"38": {CodePINTriesExceeded, ClassHard},
	"39": {CodeNoAccount, ClassBlocked},
	"41": {CodeLostCard, ClassHard},
	"43": {CodeStolenCard, ClassHard},
	"46": {CodeDoNotHonor, ClassSoft},
	"51": {CodeInsufficientFunds, ClassSoft},
	"52": {CodeNoAccount, ClassBlocked},
	"53": {CodeNoAccount, ClassBlocked},
	"54": {CodeExpiredCard, ClassFix},
	"55": {CodeInvalidPIN, ClassFix},
	"56": {CodeInvalidCard, ClassBlocked},
	"57": {CodeNotPermitted, ClassBlocked},
	"58": {CodeNotPermittedTerminal, ClassMerchant},
	"59": {CodeFraudSuspected, ClassHard},
	"60": {CodeNotPermitted, ClassBlocked},
	"61": {CodeLimitExceeded, ClassSoft},
	"62": {CodeRestrictedCard, ClassBlocked},
	"63": {CodeSecurityViolation, ClassMerchant},
	"65": {CodeLimitExceeded, ClassSoft},
	"69": {CodeDoNotHonor, ClassSoft},
	"75": {CodePINTriesExceeded, ClassBlocked},
	"76": {CodeInvalidPIN, ClassFix},
	"77": {CodeDoNotHonor, ClassOperation},
	"78": {CodeDoNotHonor, ClassSoft},
	"79": {CodeCardCheckFailed, ClassBlocked},
	"80": {CodeInvalidExpiry, ClassFix},
	"81": {CodeGatewayError, ClassTechnical},
	"82": {CodeInvalidCVV, ClassFix},
	"83": {CodeInvalidPIN, ClassBlocked},
	"84": {CodeInvalidCVV, ClassFix},
	"85": {CodeApprovedCheckOnly, ClassSoft},
	"86": {CodeInvalidPIN, ClassBlocked},
	"88": {CodeGatewayError, ClassTechnical},
	"89": {CodeCardCheckFailed, ClassBlocked},
	"90": {CodeTryAgain, ClassSoft},
	"91": {CodeIssuerUnavailable, ClassTechnical},
	"92": {CodeIssuerUnavailable, ClassTechnical},
	"93": {CodeNotPermittedEcommerce, ClassBlocked},
	"94": {CodeDuplicateTransaction, ClassTechnical},
	"95": {CodeGatewayError, ClassTechnical},
	"96": {CodeGatewayError, ClassTechnical},
	"98": {CodeDuplicateTransaction, ClassOperation},
	"99": {CodeGatewayError, ClassTechnical},
}
