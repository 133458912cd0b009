package pos

import (
	"crypto/rand"
)

const orderAlphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789" // 32 letters that are not mistaken for each other

// NewOrderID makes the id of one attempt: 20 characters A–Z and 2–9 with 100 random bits. Every protocol takes this shape, and
// ids of one length leave no room for moving the border between two joined fields of a signature. Use a new one for each attempt,
// and keep the shop's own number beside it.
func NewOrderID() string {
	var raw [20]byte
	rand.Read(raw[:])
	for i, b := range raw {
		raw[i] = orderAlphabet[b&31]
	}
	return string(raw[:])
}
