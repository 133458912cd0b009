package garanti

import (
	"crypto/sha1"
	"crypto/sha512"
	"encoding/base64"
	"strings"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/internal/wire"
)

// HashedPassword is UPPER(hex(SHA1(password + terminal id padded with zeros to 9 digits))). A terminal id that is not digits is not padded. It stays SHA-1
// in version 512.
func HashedPassword(password, terminalID string) string {
	padded := terminalID
	if strings.Trim(terminalID, "0123456789") == "" {
		padded = strings.Repeat("0", max(0, 9-len(terminalID))) + terminalID
	}
	d := sha1.Sum(wire.Latin5(password + padded))
	return wire.UpperHex(d[:])
}

// SignRequest is the HashData of a request.
//
//	512:   UPPER(hex(SHA512(OrderID + TerminalID + CardNumber + Amount + CurrencyCode + HashedPassword)))
//	v0.01: UPPER(hex(SHA1(OrderID + TerminalID + CardNumber + Amount + HashedPassword)))
//
// What is absent is empty; the values are the exact texts of the document. card may be nil.
func SignRequest(v Version, orderID, terminalID string, card []byte, amount, currency, password string) string {
	b := append(wire.Latin5(orderID+terminalID), card...)
	b = append(b, amount...)
	if v != Legacy {
		b = append(b, currency...)
	}
	b = append(b, HashedPassword(password, terminalID)...)
	h := digest(v, b)
	clear(b)
	return h
}

// SignForm is the secure3dhash of a form.
//
//	512: UPPER(hex(SHA512(terminalid + orderid + txnamount + txncurrencycode + successurl + errorurl + txntype + txninstallmentcount + storeKey + HashedPassword)))
//
// v0.01 uses SHA-1 and leaves the currency out.
func SignForm(v Version, get func(field string) string, storeKey, password string) string {
	s := get("terminalid") + get("orderid") + get("txnamount")
	if v != Legacy {
		s += get("txncurrencycode")
	}
	s += get("successurl") + get("errorurl") + get("txntype") + get("txninstallmentcount") + storeKey + HashedPassword(password, get("terminalid"))
	return digest(v, wire.Latin5(s))
}

// SignAnswer is the HashData of an answer: H(Response/Code + RetrefNum + AuthCode + ProvDate + OrderID + HashedPassword). It is the Code, not the ReasonCode.
func SignAnswer(v Version, code, retrefNum, authCode, provDate, orderID, password, terminalID string) string {
	return digest(v, wire.Latin5(code+retrefNum+authCode+provDate+orderID+HashedPassword(password, terminalID)))
}

func digest(v Version, b []byte) string {
	if v == Legacy {
		d := sha1.Sum(b)
		return wire.UpperHex(d[:])
	}
	d := sha512.Sum512(b)
	return wire.UpperHex(d[:])
}

// hashParams is the one list that a callback may be signed by.
const hashParams = "clientid:oid:authcode:procreturncode:response:mdstatus:cavv:eci:md:rnd:"

var signedNames = strings.Split(strings.TrimSuffix(hashParams, ":"), ":")

type checked struct {
	signature pos.Signature
	naive     bool
	why       string
	want      string
}

// callbackHash is UPPER(hex(SHA512(text + storeKey))), or base64(SHA1(text + storeKey)) for v0.01.
func callbackHash(v Version, text, storeKey string) string {
	if v == Legacy {
		d := sha1.Sum(wire.Latin5(text + storeKey))
		return base64.StdEncoding.EncodeToString(d[:])
	}
	return digest(V512, wire.Latin5(text+storeKey))
}

// checkCallback rebuilds the signed text from the fields. The algorithm is that of our form, whatever the message names; the list of names is posted by the
// browser too, and must be the known one.
func checkCallback(v Version, get func(string) string, storeKey string) checked {
	got := get("hash")
	if got == "" || storeKey == "" {
		return checked{signature: pos.SignatureMissing, why: "the message has no hash"}
	}
	c := checked{signature: pos.SignatureInvalid, why: "hash"}
	var text strings.Builder
	for _, name := range signedNames {
		text.WriteString(get(name))
	}
	c.want = callbackHash(v, text.String(), storeKey)
	fits := wire.Equal(c.want, got)
	c.naive = fits || wire.Equal(callbackHash(v, get("hashparamsval"), storeKey), got)
	if !fits {
		if c.naive {
			c.why = "the hash fits the text that the message brought along, and not its fields"
		}
		return c
	}
	if get("hashparams") != hashParams {
		c.why = "hashparams is not the known list"
		return c
	}
	c.signature, c.why = pos.SignatureValid, ""
	return c
}
