package nestpay

import (
	"crypto/sha1"
	"crypto/sha512"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/internal/wire"
)

// fixed are the fields of a request's hash in versions 1 and 2, in order. islemtipi and TranType, taksit and Instalment are two names of one thing.
var fixed = [][]string{{"clientid"}, {"oid"}, {"amount"}, {"okUrl"}, {"failUrl"}, {"islemtipi", "TranType"}, {"taksit", "Instalment"}, {"rnd"}}

// SignForm returns the hash of a form's fields.
//
//	ver1: base64(SHA1(clientid + oid + amount + okUrl + failUrl + islemtipi + taksit + rnd + storekey))
//	ver2: base64(SHA512(clientid|oid|amount|okUrl|failUrl|TranType|Instalment|rnd||||currency|storekey)), values escaped
//	ver3: base64(SHA512(v1|v2|…|storekey)), all fields but hash and encoding, sorted by name without regard to case, values escaped
//
// Escaping writes \ as \\ first, then | as \|. Source: Asseco's manuals and its sample pages for version 3.
func SignForm(v Hash, fields []pos.Pair, storeKey string) string {
	switch v {
	case Ver1:
		b := make([]byte, 0, 256)
		for _, names := range fixed {
			b = append(b, first(fields, names)...)
		}
		return sha1Of(append(b, storeKey...))
	case Ver2:
		b := make([]byte, 0, 256)
		for _, names := range fixed {
			b = append(appendEscaped(b, first(fields, names)), '|')
		}
		b = append(appendEscaped(append(b, "|||"...), first(fields, []string{"currency"})), '|')
		return sha512Of(appendEscaped(b, storeKey))
	}
	return sha512Of(plainVer3(fields, storeKey, nil))
}

func first(fields []pos.Pair, names []string) string {
	for _, n := range names {
		for _, f := range fields {
			if strings.EqualFold(f.Name, n) {
				return f.Value
			}
		}
	}
	return ""
}

func appendEscaped(b []byte, s string) []byte {
	for i := range len(s) {
		if s[i] == '\\' || s[i] == '|' {
			b = append(b, '\\')
		}
		b = append(b, s[i])
	}
	return b
}

// unsigned are the fields that version 3 leaves out, in lower case: the gate adds them after signing.
func unsigned(name string) bool {
	switch len(name) {
	case 4, 8, 12, 9:
	default:
		return false
	}
	return strings.EqualFold(name, "hash") || strings.EqualFold(name, "encoding") || strings.EqualFold(name, "nationalidno") || strings.EqualFold(name, "countdown")
}

// plainVer3 is the text that version 3 hashes. without names one more field to leave out.
func plainVer3(fields []pos.Pair, storeKey string, without func(string) bool) []byte {
	var few [32]pos.Pair
	signed := few[:0]
	n := len(storeKey) + 8
	for _, f := range fields {
		if !unsigned(f.Name) && (without == nil || !without(f.Name)) {
			signed = append(signed, f)
			n += len(f.Value) + 2
		}
	}
	slices.SortStableFunc(signed, func(a, b pos.Pair) int { return compareUpper(a.Name, b.Name) })
	b := make([]byte, 0, n)
	for _, f := range signed {
		b = append(appendEscaped(b, f.Value), '|')
	}
	return appendEscaped(b, storeKey)
}

// compareUpper compares as Asseco's Java page does: upper-cased without regard to the locale, byte by byte.
func compareUpper(a, b string) int {
	for i := 0; i < len(a) && i < len(b); i++ {
		x, y := a[i], b[i]
		if x >= 'a' && x <= 'z' {
			x -= 'a' - 'A'
		}
		if y >= 'a' && y <= 'z' {
			y -= 'a' - 'A'
		}
		if x != y {
			return int(x) - int(y)
		}
	}
	return len(a) - len(b)
}

func sha1Of(b []byte) string {
	d := sha1.Sum(b)
	return base64.StdEncoding.EncodeToString(d[:])
}

func sha512Of(b []byte) string {
	d := sha512.Sum512(b)
	return base64.StdEncoding.EncodeToString(d[:])
}

// signedCallback is what a callback's hash is worth, and which of its fields it covers.
type signedCallback struct {
	signature pos.Signature
	naive     bool // the hash fits what the message itself says it covers
	why       string
	covered   map[string]bool // nil: all
	want      string
	list      []string // HASHPARAMS
}

// covers tells whether a field may be believed.
func (s signedCallback) covers(name string) bool { return s.covered == nil || s.covered[name] }

// checkCallback verifies the hash of a return.
//
// Versions 1 and 2 name the fields that they cover in HASHPARAMS, so that list is hostile too: it must hold what the model's decision
// needs, and the text is rebuilt from the fields themselves. Version 3 covers all.
func checkCallback(v Hash, values pos.Values, storeKey, clientID string, model pos.Model) signedCallback {
	got := values.Get("HASH")
	if got == "" {
		got = values.Get("hash")
	}
	if got == "" || storeKey == "" {
		return signedCallback{signature: pos.SignatureMissing, why: "the message has no hash"}
	}
	if v == Ver3 {
		return checkVer3(values, got, storeKey, clientID)
	}
	s := signedCallback{signature: pos.SignatureInvalid, why: "hash"}
	sep := ":"
	if v == Ver2 {
		sep = "|"
	}
	params := strings.TrimSuffix(values.Get("HASHPARAMS"), sep)
	if params == "" {
		s.why = "the message does not say what its hash covers"
		return s
	}
	s.list = strings.Split(params, sep)
	s.covered = make(map[string]bool, len(s.list))
	var rebuilt []byte
	for i, name := range s.list {
		s.covered[name] = true
		value := values.Get(name)
		if v == Ver2 {
			if i > 0 {
				rebuilt = append(rebuilt, '|')
			}
			rebuilt = appendEscaped(rebuilt, value)
		} else {
			rebuilt = append(rebuilt, value...)
		}
	}
	digest := func(text string) string {
		if v == Ver2 {
			return sha512Of(appendEscaped(append([]byte(text), '|'), storeKey))
		}
		return sha1Of(append([]byte(text), storeKey...))
	}
	s.naive = wire.Equal(digest(values.Get("HASHPARAMSVAL")), got)
	s.want = digest(string(rebuilt))
	needs := []string{"clientid", "oid", "mdStatus", "rnd"}
	if values.Get("Response") != "" && s.covered["Response"] {
		needs = append(needs, "ProcReturnCode")
		if model == pos.Hosted {
			needs = []string{"clientid", "oid", "Response"}
		}
	}
	switch {
	case !wire.Equal(s.want, got):
	case string(rebuilt) != values.Get("HASHPARAMSVAL"):
		s.why = "the signed text is not that of the fields"
	case missing(s.covered, needs) != "":
		s.why = "the hash does not cover " + missing(s.covered, needs)
	case values.Get("clientid") != clientID:
		s.why = "the message is for another merchant"
	default:
		s.signature, s.why = pos.SignatureValid, ""
	}
	return s
}

func missing(covered map[string]bool, needs []string) string {
	for _, n := range needs {
		if !covered[n] {
			return n
		}
	}
	return ""
}

func checkVer3(values pos.Values, got, storeKey, clientID string) signedCallback {
	s := signedCallback{signature: pos.SignatureInvalid, why: "hash"}
	if !strings.EqualFold(values.Get("hashAlgorithm"), "ver3") {
		s.why = "the message is not signed by version 3, which the account asks for"
		return s
	}
	fields := make([]pos.Pair, 0, len(values))
	for n, v := range values {
		fields = append(fields, pos.Pair{Name: n, Value: v})
	}
	// Map order does not matter: names that differ in case only sort the same way each time.
	slices.SortFunc(fields, func(a, b pos.Pair) int { return strings.Compare(a.Name, b.Name) })
	s.want = sha512Of(plainVer3(fields, storeKey, nil))
	ok := wire.Equal(s.want, got)
	if !ok && values.Has("_charset_") { // the browser added it after the gate had signed
		ok = wire.Equal(sha512Of(plainVer3(fields, storeKey, func(n string) bool { return n == "_charset_" })), got)
	}
	if ok && values.Get("clientid") != clientID {
		s.why = "the message is for another merchant"
		return s
	}
	if ok {
		s.signature, s.why, s.naive = pos.SignatureValid, "", true
	}
	return s
}
