package reply

import "strings"

// reading is the work on one message.
type reading struct {
	config Config
	orders []Order
	from   string
	clean  string

	keywords, cancels []string // folded
	known             []name
	mine              []bool // by order
	toks              []token

	found   []int // orders of the sender, in the order of the text, each once
	foreign bool
	unknown bool

	intent  Intent
	rule    Rule
	because string
	flags   []Flag
}

// name is one accepted name of an order.
type name struct {
	order int
	parts []string // its tokens, folded
	canon string   // written together
	look  string   // with lookalikes replaced
}

// token is a run of letters and digits in the clean text.
type token struct {
	s       string
	at, end int
	class   class
	role    Role
	order   int // for RoleReference
	amount  bool
	quiet   bool // a harmless negation
	sloppy  bool // known only after letters written twice were dropped
}

// isRef says whether the token belongs to a reference, known or not.
func (t *token) isRef() bool {
	return t.role == RoleReference || t.role == RoleForeign || t.role == RoleUnknown
}

func split(s string) (out []token) {
	out = make([]token, 0, 16)
	for i := 0; i < len(s); {
		if !isTokenByte(s[i]) {
			i++
			continue
		}
		j := i
		for j < len(s) && isTokenByte(s[j]) {
			j++
		}
		out = append(out, token{s: s[i:j], at: i, end: j})
		i = j
	}
	return out
}

// names collects the names of all orders and whose they are.
func (r *reading) names() {
	r.mine = make([]bool, len(r.orders))
	for i := range r.orders {
		o := &r.orders[i]
		for _, p := range o.Phones {
			if e, _, ok := Phone(p); ok && e == r.from {
				r.mine[i] = true
				break
			}
		}
		r.name(i, o.Ref)
		for _, a := range o.Aliases {
			r.name(i, a)
		}
	}
	for _, k := range r.config.Keywords {
		if k = letters(Fold(k)); k != "" {
			r.keywords = append(r.keywords, k)
		}
	}
	for _, k := range r.config.CancelKeywords {
		if k = letters(Fold(k)); k != "" {
			r.cancels = append(r.cancels, k)
		}
	}
}

func (r *reading) name(order int, s string) {
	f := Fold(s)
	n := name{order: order, canon: canonical(letters(f))}
	if n.canon == "" {
		return
	}
	if len(n.canon) != len(f) { // otherwise one token
		for _, t := range split(f) {
			n.parts = append(n.parts, t.s)
		}
		if len(n.parts) > 8 {
			n.parts = nil // no reference anybody types; found written together only
		}
	}
	n.look = lookalike(letters(f))
	r.known = append(r.known, n)
}

// tokenize splits the clean text, and words glued to a reference.
func (r *reading) tokenize() {
	whole := split(r.clean)
	r.toks = make([]token, 0, len(whole)+2)
	for _, t := range whole {
		n := r.glued(t.s)
		if n > 0 {
			r.toks = append(r.toks, token{s: t.s[:n], at: t.at, end: t.at + n})
			t.s, t.at = t.s[n:], t.at+n
		}
		r.toks = append(r.toks, t)
	}
}

// glued gives the length of the longest word at the start of s that is glued
// to a reference or a number; 0 if there is none.
func (r *reading) glued(s string) (n int) {
	if len(s) < 3 || isDigit(s[0]) || r.isName(s) {
		return 0
	}
	for _, words := range [...][]string{glue, r.keywords, r.cancels} {
		for _, w := range words {
			if len(w) > n && len(w) < len(s) && s[0] == w[0] && strings.HasPrefix(s, w) && (isDigit(s[len(w)]) || r.isName(s[len(w):])) {
				n = len(w)
			}
		}
	}
	return n
}

func (r *reading) isName(s string) bool {
	s = canonical(s)
	for i := range r.known {
		if r.known[i].canon == s {
			return true
		}
	}
	return false
}

// references finds the orders named in the text. Each token is used once.
func (r *reading) references() {
	r.numbers()
	for i := 0; i < len(r.toks); {
		order, n := r.own(i)
		role := RoleReference
		if n == 0 {
			order = -1
			t := &r.toks[i]
			if t.amount {
				i++
				continue
			}
			switch n = r.others(i); {
			case n > 0:
				role, r.foreign = RoleForeign, true
			case looksLikeReference(t.s):
				n, role, r.unknown = 1, RoleUnknown, true
			default:
				if allDigits(t.s) {
					t.role = RoleNumber
				}
				i++
				continue
			}
		} else if !has(r.found, order) {
			r.found = append(r.found, order)
		}
		for k := i; k < i+n; k++ {
			r.toks[k].role, r.toks[k].order = role, order
		}
		i += n
	}
}

// own finds an order of the sender at token i: by its exact name, by digits
// written apart, or by a lookalike; the last two only if it is open.
func (r *reading) own(i int) (order, n int) {
	one := canonical(r.toks[i].s)
	for k := range r.known {
		m := &r.known[k]
		if !r.mine[m.order] {
			continue
		}
		if l := r.matches(m, i, one); l > n || l == n && n > 0 && r.open(m.order) && !r.open(order) {
			order, n = m.order, l
		}
	}
	if n > 0 {
		return order, n
	}
	if allDigits(r.toks[i].s) {
		var buf [40]byte
		b := append(buf[:0], r.toks[i].s...)
		for j := i + 1; j < len(r.toks) && allDigits(r.toks[j].s) && len(b)+len(r.toks[j].s) <= len(buf); j++ {
			b = append(b, r.toks[j].s...)
			for k := range r.known {
				if m := &r.known[k]; r.mine[m.order] && r.open(m.order) && m.canon == canonical(string(b)) {
					order, n = m.order, j-i+1
				}
			}
		}
		if n > 0 {
			return order, n
		}
	}
	if strings.ContainsAny(r.toks[i].s, "0123456789") {
		look, hits := lookalike(r.toks[i].s), 0
		for k := range r.known {
			if m := &r.known[k]; r.mine[m.order] && r.open(m.order) && m.look == look {
				if hits == 0 || order != m.order {
					hits++
				}
				order = m.order
			}
		}
		if hits == 1 {
			return order, 1
		}
	}
	return -1, 0
}

// others gives how many tokens at i name somebody else's order.
func (r *reading) others(i int) (n int) {
	one := canonical(r.toks[i].s)
	for k := range r.known {
		if m := &r.known[k]; !r.mine[m.order] {
			if l := r.matches(m, i, one); l > n && (l > 1 || len(r.toks[i].s) >= 3) {
				n = l
			}
		}
	}
	return n
}

// matches gives how many tokens at i are the name m: 0 if none. one is the
// canonical form of token i.
func (r *reading) matches(m *name, i int, one string) int {
	if n := len(m.parts); n > 1 && i+n <= len(r.toks) {
		for k, p := range m.parts {
			if r.toks[i+k].s != p {
				n = 0
				break
			}
		}
		if n > 0 {
			return n
		}
	}
	if m.canon == one {
		return 1
	}
	return 0
}

func (r *reading) open(order int) bool { return r.orders[order].State.open() }

// looksLikeReference: at least three digits, or six characters of letters and
// digits.
func looksLikeReference(s string) bool {
	digits := 0
	for i := range len(s) {
		if isDigit(s[i]) {
			digits++
		}
	}
	return digits >= 3 || digits > 0 && digits < len(s) && len(s) >= 6
}

// numbers marks the tokens that are amounts, dates, times or phones and so no
// reference to an order that is not the sender's.
func (r *reading) numbers() {
	t := r.toks
	for i := range t {
		if !isDigit(t[i].s[0]) {
			continue
		}
		if !allDigits(t[i].s) {
			n := strings.TrimLeft(t[i].s, "0123456789")
			if isUnit(n) { // 250TL
				t[i].mark()
				for k := i; k > 0 && allDigits(t[k-1].s) && r.between(k-1, ".,"); k-- {
					t[k-1].mark()
				}
			}
			continue
		}
		// An amount with its decimals, and what is counted.
		j := i
		for j+1 < len(t) && allDigits(t[j+1].s) && r.between(j, ".,") {
			j++
		}
		if j+1 < len(t) && isUnit(t[j+1].s) {
			for k := i; k <= j; k++ {
				t[k].mark()
			}
		}
		if i > 0 && t[i-1].s == "TL" && (i == 1 || !allDigits(t[i-2].s)) { // ₺459,90
			for k := i; k <= j; k++ {
				t[k].mark()
			}
		}
		// Dates and times.
		if j == i+2 || i+2 < len(t) && allDigits(t[i+1].s) && allDigits(t[i+2].s) && r.between(i, "/-") && r.between(i+1, "/-") {
			a, b, c := t[i].s, t[i+1].s, t[i+2].s
			if len(a) <= 2 && len(b) <= 2 && (len(c) == 2 || len(c) == 4) || len(a) == 4 && len(b) <= 2 && len(c) <= 2 {
				t[i].mark()
				t[i+1].mark()
				t[i+2].mark()
			}
		}
		if i+1 < len(t) && allDigits(t[i+1].s) && len(t[i].s) <= 2 && len(t[i+1].s) == 2 && r.between(i, ":") {
			t[i].mark()
			t[i+1].mark()
		}
		if i > 0 && words[t[i-1].s]&month != 0 && len(t[i].s) == 4 && (t[i].s[:2] == "19" || t[i].s[:2] == "20") {
			t[i].mark()
		}
		r.phone(i)
	}
}

func (t *token) mark() { t.amount, t.role = true, RoleNumber }

func isUnit(s string) bool {
	return words[s]&unit != 0 || strings.HasPrefix(s, "LIRA") || strings.HasPrefix(s, "TLLIK")
}

// between says whether the gap after token i is one mark of the set.
func (r *reading) between(i int, marks string) bool {
	a, b := r.toks[i].end, r.toks[i+1].at
	return b == a+1 && strings.IndexByte(marks, r.clean[a]) >= 0
}

// phone marks the sender's own number, and another mobile number with a
// leading 0 or 90, that starts at token i.
func (r *reading) phone(i int) {
	var buf [16]byte
	b := buf[:0]
	for j := i; j < len(r.toks) && allDigits(r.toks[j].s) && len(b)+len(r.toks[j].s) <= 14; j++ {
		b = append(b, r.toks[j].s...)
		n := strings.TrimPrefix(string(b), "00")
		mobile := len(n) == 11 && n[:2] == "05" || len(n) == 12 && n[:3] == "905"
		if !mobile && len(n) >= 9 {
			mobile = r.from == "+"+n || r.from == "+90"+strings.TrimPrefix(n, "0")
		}
		if mobile {
			for k := i; k <= j; k++ {
				r.toks[k].mark()
			}
			return
		}
	}
}

func has[T comparable](list []T, x T) bool {
	for _, y := range list {
		if x == y {
			return true
		}
	}
	return false
}
