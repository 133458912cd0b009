package reply

// Rule names what decided the intent of a message.
type Rule string

// The rules, in the order in which they are tried.
const (
	RuleIgnoredSender  Rule = "ignored_sender"
	RuleOptOutWord     Rule = "opt_out_word"
	RuleOptOutNoOrder  Rule = "opt_out_without_order"
	RuleDenial         Rule = "denial"
	RuleNegatedCancel  Rule = "negated_cancel"
	RuleNegatedConfirm Rule = "negated_confirm"
	RuleFarNegation    Rule = "far_negation"
	RulePartialCancel  Rule = "partial_cancel"
	RuleBoth           Rule = "both"
	RuleCancelWord     Rule = "cancel_word"
	RuleConfirmWord    Rule = "confirm_word"
	RuleWeakConfirm    Rule = "weak_confirm"
	RuleWeakCancel     Rule = "weak_cancel"
	RuleTypoConfirm    Rule = "typo_confirm"
	RuleTypoCancel     Rule = "typo_cancel"
	RuleDoubt          Rule = "doubt"
	RuleQuestion       Rule = "question"
	RuleBareReference  Rule = "bare_reference"
	RuleNothing        Rule = "nothing"
)

// texts explain the rules to a merchant, in Turkish and English.
var texts = map[Rule][2]string{
	RuleIgnoredSender:  {"Gönderen bir telefon değil ya da bizim numaramız; yanıt verilmez.", "The sender is no phone, or is our own number; nothing is answered."},
	RuleOptOutWord:     {"İleti almak istemediğini yazdı; siparişe dokunulmaz.", "The customer refuses messages; the order is left alone."},
	RuleOptOutNoOrder:  {"Bu telefonun siparişi yok; sözcük, ileti reddi sayılır.", "This phone has no order; the word counts as a refusal of messages."},
	RuleDenial:         {"Sipariş vermediğini yazdı.", "The customer says that nothing was ordered."},
	RuleNegatedCancel:  {"İptal sözcüğü olumsuzlanmış; ne onay ne iptal.", "The cancel word is negated: neither yes nor no."},
	RuleNegatedConfirm: {"Onay sözcüğünün hemen ardından olumsuzluk geliyor.", "A negation directly follows the confirm word."},
	RuleFarNegation:    {"Onayın yanında olumsuz bir söz var; yeniden sorulur.", "There is a negation beside the confirmation; the customer is asked again."},
	RulePartialCancel:  {"İstenmeyen şey siparişin kendisi olmayabilir; yeniden sorulur.", "What is not wanted may not be the order itself; the customer is asked again."},
	RuleBoth:           {"Hem onay hem iptal sözcüğü var.", "There are confirm and cancel words."},
	RuleCancelWord:     {"İptal sözcüğü var.", "There is a cancel word."},
	RuleConfirmWord:    {"Onay sözcüğü var.", "There is a confirm word."},
	RuleWeakConfirm:    {"Evet, tamam gibi bir sözcük var, karşıtı yok.", "There is a word such as yes and nothing against it."},
	RuleWeakCancel:     {"Hayır sözcüğü var.", "There is the word no."},
	RuleTypoConfirm:    {"ONAY tek harf hatasıyla yazılmış.", "ONAY with one letter mistyped."},
	RuleTypoCancel:     {"İPTAL tek harf hatasıyla yazılmış; iptal tahmin edilmez, sorulur.", "IPTAL with one letter mistyped; a cancellation is never guessed."},
	RuleDoubt:          {"Onay sözcüğü var ama metinde olumsuz ya da kuşkulu bir söz de var; yeniden sorulur.", "There is a confirm word, but a negation or doubt too; the customer is asked again."},
	RuleQuestion:       {"Metin bir soru.", "The text is a question."},
	RuleBareReference:  {"Yalnızca sipariş numarası yazılmış.", "There is only an order number."},
	RuleNothing:        {"Tanınan bir sözcük yok.", "There is no known word."},
}

// Text explains the rule to a merchant: lang is "tr" or "en".
func (r Rule) Text(lang string) string {
	if lang == "tr" {
		return texts[r][0]
	}
	return texts[r][1]
}
