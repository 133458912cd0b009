package posnet

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"github.com/onay/onay/pos/internal/wire"
)

// FirstHash is base64(SHA256(ENCKEY ; tid)), which stands for the key in every MAC.
func FirstHash(key, terminalID string) string { return mac(key, terminalID) }

// MAC is base64(SHA256(xid ; amount ; currency ; mid ; first hash)), with front and a semicolon before it where there is one: nothing in requests (steps 3
// and 4), mdStatus in the answer of step 3, hostlogkey in that of step 4. amount is whole kuruş without zeros in front, xid has 20 characters.
func MAC(front, xid, amount, currency, merchantID, firstHash string) string {
	if front == "" {
		return mac(xid, amount, currency, merchantID, firstHash)
	}
	return mac(front, xid, amount, currency, merchantID, firstHash)
}

func mac(parts ...string) string {
	d := sha256.Sum256([]byte(strings.Join(parts, ";")))
	return base64.StdEncoding.EncodeToString(d[:])
}

// SignCallback is the Sign of a callback: UPPER(hex(MD5(MerchantPacket + BankPacket + ENCKEY))).
func SignCallback(merchantPacket, bankPacket, key string) string {
	d := md5.Sum([]byte(merchantPacket + bankPacket + key))
	return wire.UpperHex(d[:])
}
