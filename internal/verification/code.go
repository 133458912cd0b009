package verification

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/binary"
	"math/big"
	"strings"
)

var ten = big.NewInt(10)

// newCode returns n digits from the system's random source, each combination equally likely.
func newCode(n int) string {
	v, err := rand.Int(rand.Reader, new(big.Int).Exp(ten, big.NewInt(int64(n)), nil))
	if err != nil {
		panic(err) // the system's random source is gone; no code may be made
	}
	s := v.String()
	return strings.Repeat("0", n-len(s)) + s
}

// codeHash ties a code to its verification, and to the amount and payee that the text named.
func (s *Service) codeHash(v Verification, code string) []byte {
	var amount [8]byte
	binary.BigEndian.PutUint64(amount[:], uint64(v.Amount))
	return s.vault.MAC("code", []byte(v.ID), []byte(v.Purpose), amount[:], []byte(v.Currency), []byte(v.Payee), []byte(code))
}

func (s *Service) codeMatches(v Verification, hash []byte, code string) bool {
	return subtle.ConstantTimeCompare(hash, s.codeHash(v, code)) == 1
}

// codeIn finds the code of a verification in a text that carries it: the only place where it lives.
func (s *Service) codeIn(v Verification, hash []byte, text string) (string, bool) {
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r < '0' || r > '9' }) {
		if s.codeMatches(v, hash, word) {
			return word, true
		}
	}
	return "", false
}

// cleanCode forgives what people type around digits; "" means that it cannot be a code.
func cleanCode(code string) string {
	if len(code) > 40 {
		return ""
	}
	code = strings.NewReplacer(" ", "", "-", "", "\u00a0", "", "\t", "", "\r", "", "\n", "").Replace(code)
	if len(code) < 4 || len(code) > 10 || strings.ContainsFunc(code, func(r rune) bool { return r < '0' || r > '9' }) {
		return ""
	}
	return code
}
