package reply

import "strings"

// classify gives every token its classes.
func (r *reading) classify() {
	for i := range r.toks {
		t := &r.toks[i]
		if t.isRef() || t.role == RoleNumber {
			continue
		}
		t.class = r.classOf(t.s)
		if t.class == 0 {
			if q := squeeze(t.s); q != t.s && q != "ONAY" && q != "IPTAL" {
				t.class, t.sloppy = r.classOf(q), true
			}
		}
		if len(r.toks) == 1 && !r.config.Strict && t.s == "E" {
			t.class |= weakConfirm
		}
		if len(r.toks) == 1 && t.s == "H" {
			t.class |= weakCancel
		}
	}
	for i := range r.toks {
		if t := &r.toks[i]; t.s == "OLUR" && i > 0 && !r.agrees(i-1) {
			t.class &^= weakConfirm
		}
	}
	for i := 1; i < len(r.toks); i++ {
		if t, before := &r.toks[i], &r.toks[i-1]; before.class&harmlessNoun != 0 && isPairVerb(t.s) || isWish(before.s, t.s) {
			t.quiet = true
		}
	}
	if len(r.toks) > 0 && isWish("", r.toks[0].s) {
		r.toks[0].quiet = true
	}
}

// agrees says whether OLUR after token i is a yes and not the verb of another
// sentence ("ne olur", "iyi olur").
func (r *reading) agrees(i int) bool {
	t := &r.toks[i]
	if t.isRef() || t.class&(strongConfirm|weakConfirm) != 0 {
		return true
	}
	switch t.s {
	case "PEKI", "TABI", "TABII", "TABIKI", "ELBETTE", "HAYHAY", "HAY", "MERHABA", "SELAM":
		return true
	}
	return false
}

func (r *reading) classOf(s string) class {
	c := words[s]
	if r.config.Strict {
		c &^= strongConfirm | weakConfirm
	}
	if has(r.keywords, s) {
		c |= strongConfirm
	}
	if has(r.cancels, s) {
		c |= strongCancel
	}
	return c
}

// isPairVerb: after SORUN, MERAK, … these deny the trouble and nothing else.
func isPairVerb(s string) bool {
	switch s {
	case "YOK", "YOKTUR", "DEGIL", "ETME", "ETMEYIN", "ETMEYINIZ", "OLMAZ":
		return true
	}
	return false
}

func isWish(before, s string) bool {
	w, ok := wishes[s]
	return ok && (w == "" || w == before)
}

// any gives the first token of a class.
func (r *reading) any(c class) (string, bool) {
	for i := range r.toks {
		if r.toks[i].class&c != 0 {
			return r.toks[i].s, true
		}
	}
	return "", false
}

// negation gives the distance, in counted tokens, of the negator of the word
// at i, and 0 if there is none among the next three.
func (r *reading) negation(i int, confirm bool) int {
	n := 0
	for j := i + 1; j < len(r.toks); j++ {
		t := &r.toks[j]
		if t.isRef() || t.class&skipped != 0 {
			continue
		}
		if n++; n > 3 {
			break
		}
		if t.quiet {
			continue
		}
		switch {
		case t.class&negator != 0:
			if !confirm && (t.s == "YOK" || t.s == "YOKTUR") && r.reason(i, j) {
				continue
			}
			return n
		case t.class&unwanted != 0 && confirm:
			return n
		case t.class&unwanted != 0 && r.nominal(i) && (j == i+1 || j == i+2 && r.toks[i+1].class&skipped != 0):
			return n
		}
	}
	return 0
}

// nominal says whether a cancel word is a noun, which ISTEMIYORUM can negate:
// "iptal istemiyorum", but not "vazgeçtim istemiyorum".
func (r *reading) nominal(i int) bool {
	s := r.toks[i].s
	return s == "IPTAL" || has(r.cancels, s)
}

// withdrawn says whether the cancellation at i is what was given up: "iptal
// etmekten vazgeçtim".
func (r *reading) withdrawn(i int) bool {
	return i+1 < len(r.toks) && (r.toks[i+1].s == "ETMEKTEN" || r.toks[i+1].s == "ETMEYE")
}

// reason says whether YOK at j gives a reason for the cancellation at i
// instead of negating it: "iptal edin, haberim yok".
func (r *reading) reason(i, j int) bool {
	switch r.toks[j-1].s {
	case "HABERIM", "HABERIMIZ", "PARAM", "IHTIYACIM", "IHTIYACIMIZ":
		return true
	case "GEREK", "LUZUM":
		return !r.nominal(i)
	}
	return false
}

// decide finds the intent.
func (r *reading) decide() {
	r.intent, r.rule = None, RuleNothing
	if len(r.toks) == 0 {
		if strings.Contains(r.clean, "?") {
			r.set(Question, RuleQuestion, "?")
		}
		return
	}
	r.words()
	if r.intent == Confirm {
		if w := r.doubt(); w != "" {
			r.set(Ambiguous, RuleDoubt, w)
		}
	}
	r.question()
	if r.intent == Confirm {
		r.conditions()
	}
	if r.intent == None && len(r.found) > 0 && r.onlyNumbers() {
		r.set(BareReference, RuleBareReference, "")
	}
}

func (r *reading) set(i Intent, rule Rule, because string) {
	r.intent, r.rule, r.because = i, rule, because
}

// words applies the rules of the word lists, the first that fits.
func (r *reading) words() {
	confirm, yes := r.any(strongConfirm)
	cancel, no := r.any(strongCancel)
	if !yes && r.optOut(no) {
		return
	}
	if w, ok := r.denial(); ok && !yes {
		r.set(Cancel, RuleDenial, w)
		r.flags = append(r.flags, FlagDenied)
		return
	}
	negated, near, strong := 0, 0, 0
	for i := range r.toks {
		t := &r.toks[i]
		if t.class&strongCancel != 0 && (r.negation(i, false) > 0 || r.withdrawn(i)) {
			r.set(Ambiguous, RuleNegatedCancel, t.s)
			return
		}
	}
	for i := range r.toks {
		if t := &r.toks[i]; t.class&strongConfirm != 0 {
			strong++
			switch n := r.negation(i, true); {
			case n == 1:
				near++
				fallthrough
			case n > 1:
				negated++
			}
		}
	}
	switch {
	case negated > 0 && near == strong:
		r.set(Cancel, RuleNegatedConfirm, confirm)
		return
	case negated > 0:
		r.set(Ambiguous, RuleFarNegation, confirm)
		return
	case yes && no:
		r.set(Ambiguous, RuleBoth, cancel)
		return
	case no:
		if r.partial() {
			r.set(Ambiguous, RulePartialCancel, cancel)
			return
		}
		r.set(Cancel, RuleCancelWord, cancel)
		return
	}
	weak, weakYes := r.any(weakConfirm)
	hayir, weakNo := r.any(weakCancel)
	switch {
	case yes && weakNo, weakYes && weakNo:
		r.set(Ambiguous, RuleBoth, hayir)
	case yes:
		r.set(Confirm, RuleConfirmWord, confirm)
		r.sloppy(strongConfirm)
	case weakYes:
		for i := range r.toks {
			if r.toks[i].class&weakConfirm != 0 && r.negation(i, true) > 0 {
				r.set(Ambiguous, RuleFarNegation, weak)
				return
			}
		}
		r.set(Confirm, RuleWeakConfirm, weak)
		r.sloppy(weakConfirm)
	case weakNo:
		r.set(Cancel, RuleWeakCancel, hayir)
	default:
		r.typo()
	}
}

// sloppy flags a typo if every word of the class was written sloppily.
func (r *reading) sloppy(c class) {
	for i := range r.toks {
		if t := &r.toks[i]; t.class&c != 0 && !t.sloppy {
			return
		}
	}
	r.flags = append(r.flags, FlagTypo)
}

// optOut finds a refusal of messages; the caller has seen that nothing
// confirms.
func (r *reading) optOut(cancels bool) bool {
	if w, ok := r.any(optOut); ok {
		r.set(OptOut, RuleOptOutWord, w)
		return true
	}
	if w, ok := r.any(aboutMessages); ok && cancels && len(r.found) == 0 && !r.foreign && !r.unknown {
		r.set(OptOut, RuleOptOutWord, w)
		return true
	}
	if r.toks[0].class&optOutFirst != 0 && !r.anyOpen() {
		r.set(OptOut, RuleOptOutNoOrder, r.toks[0].s)
		return true
	}
	return false
}

func (r *reading) anyOpen() bool {
	for i := range r.orders {
		if r.mine[i] && r.open(i) {
			return true
		}
	}
	return false
}

// denial finds "I ordered nothing".
func (r *reading) denial() (string, bool) {
	subject, verb := false, ""
	for i := range r.toks {
		t := &r.toks[i]
		order := strings.HasPrefix(t.s, "SIPARIS")
		if order || t.s == "BEN" {
			subject = true
		}
		if t.class&denialVerb != 0 || t.class&orderVerb != 0 && i > 0 && strings.HasPrefix(r.toks[i-1].s, "SIPARIS") {
			verb = t.s
		}
	}
	return verb, subject && verb != ""
}

// partial says whether the only cancel word is about an extra of the order:
// "fatura istemiyorum".
func (r *reading) partial() bool {
	part := false
	for i := range r.toks {
		if r.toks[i].class&strongCancel == 0 {
			continue
		}
		if r.toks[i].class&unwanted == 0 || i == 0 {
			return false
		}
		switch r.toks[i-1].s {
		case "PAKET", "PAKETI", "POSET", "FATURA", "ETIKET", "SIGORTA", "HEDIYE":
			part = true
		default:
			return false
		}
	}
	return part
}

// typo accepts ONAY with one letter wrong in a very short message, and asks
// for IPTAL with one letter wrong.
func (r *reading) typo() {
	n := 0
	for i := range r.toks {
		if !allDigits(r.toks[i].s) {
			n++
		}
	}
	if r.config.Strict || n > 2 {
		return
	}
	open := 0
	for i := range r.orders {
		if r.mine[i] && r.open(i) {
			open++
		}
	}
	for i := range r.toks {
		t := &r.toks[i]
		if t.isRef() || t.role == RoleNumber || len(t.s) < 3 {
			continue
		}
		s := t.s
		if s[0] == '0' {
			s = "O" + s[1:]
		}
		if s[0] == '1' {
			s = "I" + s[1:]
		}
		q := squeeze(s)
		switch {
		case s[0] == 'O' && !confusable[s] && !strings.ContainsAny(s, "0123456789~") && (q == "ONAY" || oneEdit(s, "ONAY")):
			if len(r.found) > 0 || open == 1 {
				t.role = RoleTypo
				r.set(Confirm, RuleTypoConfirm, t.s)
				r.flags = append(r.flags, FlagTypo)
				return
			}
		case s[0] == 'I' && len(s) >= 4 && (q == "IPTAL" || oneEdit(s, "IPTAL")):
			t.role = RoleTypo
			r.set(Ambiguous, RuleTypoCancel, t.s)
			r.flags = append(r.flags, FlagTypo)
			return
		}
	}
}

// asLetters reads the digits that look like letters.
var asLetters = strings.NewReplacer("0", "O", "1", "I")

// doubt gives a word that stands against a confirmation: a negated verb
// anywhere in the text, a denial, a doubt, a word of cancelling; "" if none.
func (r *reading) doubt() string {
	for i := range r.toks {
		t := &r.toks[i]
		if t.isRef() || t.role == RoleNumber || t.quiet || t.class&(strongConfirm|weakConfirm) != 0 && r.attribute(i) == "" {
			continue
		}
		if w := r.attribute(i); w != "" {
			return w
		}
		s := t.s
		if strings.ContainsAny(s, "01") {
			s = asLetters.Replace(s)
		}
		if t.class&(negator|doubt|denialVerb|orderVerb|weakCancel) != 0 || words[s]&(doubt|negator) != 0 || negated(s) {
			return t.s
		}
		if q := squeeze(s); q != s && (negated(q) || words[q]&(doubt|negator) != 0) {
			return t.s
		}
		for _, p := range doubtful {
			if strings.HasPrefix(s, p) {
				return t.s
			}
		}
		if i+1 < len(r.toks) {
			switch next := &r.toks[i+1]; {
			case s == "NOT" && next.class&weakConfirm != 0,
				s == "GERI" && (strings.HasPrefix(next.s, "AL") || strings.HasPrefix(next.s, "CEK")),
				s == "BOS" && strings.HasPrefix(next.s, "VER"):
				return t.s
			}
		}
	}
	return ""
}

// attribute gives the word after a confirm word that makes the text speak of
// the approval instead of giving it: "onay mesajı", "onay vermek için".
func (r *reading) attribute(i int) string {
	if r.toks[i].class&strongConfirm == 0 || i+1 >= len(r.toks) {
		return ""
	}
	next := &r.toks[i+1]
	if next.class&skipped != 0 {
		if i+2 < len(r.toks) && (r.toks[i+2].s == "ISTIYORUM" || r.toks[i+2].s == "ISTIYORUZ" || r.toks[i+2].s == "ISTERIM") {
			return ""
		}
		return next.s
	}
	if r.toks[i].s != "ONAY" {
		return ""
	}
	for _, p := range [...]string{"MESAJ", "SMS", "KOD", "LINK", "BEKL", "MAIL", "GEREK", "LAZIM", "ISTIYO", "ISTEN", "ISTED"} {
		if strings.HasPrefix(next.s, p) {
			return next.s
		}
	}
	return ""
}

// question turns a confirmation, a cancellation or nothing into a question if
// the text asks. A text which begins with a strong word and names an order of
// the sender keeps its intent if the question is about the delivery.
func (r *reading) question() {
	if r.intent != Confirm && r.intent != Cancel && r.intent != None && r.rule != RuleDoubt {
		return
	}
	w := r.asks()
	if w == "" {
		return
	}
	first := r.toks[0]
	if (r.intent == Confirm && first.class&strongConfirm != 0 || r.intent == Cancel && first.class&strongCancel != 0) &&
		len(r.found) > 0 && (r.intent == Cancel || r.aboutDelivery()) {
		r.flags = append(r.flags, FlagQuestion)
		return
	}
	r.flags = nil
	r.set(Question, RuleQuestion, w)
}

// asks gives the question word or mark in the text.
func (r *reading) asks() string {
	for i := range r.toks {
		t := &r.toks[i]
		if t.class&question != 0 {
			return t.s
		}
		if t.s == "NE" {
			if i+1 < len(r.toks) && (r.toks[i+1].s == "OLUR" || r.toks[i+1].s == "GUZEL") {
				continue
			}
			return t.s
		}
	}
	if strings.Contains(r.clean, "?") {
		return "?"
	}
	return ""
}

// aboutDelivery says whether the question is about when, where and how the
// parcel comes, and not about the order itself.
func (r *reading) aboutDelivery() bool {
	for i := range r.toks {
		s := r.toks[i].s
		for _, p := range [...]string{"ZAMAN", "NEZAMAN", "KARGO", "TESLIM", "GELIR", "GELECEK", "GELICEK", "GELI", "ULASIR", "ULASACAK", "TAKIP", "YARIN", "BUGUN", "SAAT", "GUN", "KURYE", "ELIME", "CIKAR", "CIKACAK", "VARIR", "FATURA", "KART", "NAKIT", "ODEME"} {
			if strings.HasPrefix(s, p) {
				return true
			}
		}
	}
	return false
}

// conditions flags "but …", "if …" and what has changed: "onaylıyorum, adresim
// değişti".
func (r *reading) conditions() {
	for i := range r.toks {
		t := &r.toks[i]
		if t.class&condition != 0 || t.role == RolePlain && (ifClause(t.s) || strings.HasPrefix(t.s, "DEGIS")) {
			r.flags = append(r.flags, FlagConditional)
			return
		}
	}
}

func ifClause(s string) bool {
	for _, e := range [...]string{"NIZ", "LER", "LAR", "K", "M", "N"} {
		if t, ok := strings.CutSuffix(s, e); ok && (strings.HasSuffix(t, "SE") || strings.HasSuffix(t, "SA")) {
			s = t
			break
		}
	}
	if len(s) < 6 {
		return false
	}
	switch s[len(s)-4:] {
	case "IRSE", "URSE", "ERSE", "ARSA", "IRSA", "URSA":
		return true
	}
	return false
}

func (r *reading) onlyNumbers() bool {
	for i := range r.toks {
		if t := &r.toks[i]; t.role != RoleReference && !allDigits(t.s) {
			return false
		}
	}
	return true
}
