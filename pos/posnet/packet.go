package posnet

import (
	"crypto/cipher"
	"crypto/des"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/encoding/charmap"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/internal/wire"
)

// ErrPacket is returned for a packet that the merchant's key does not open.
var ErrPacket = errors.New("posnet: the packet cannot be read")

// OpenPacket decrypts a packet: upper-case hex of an initialisation vector of 8 bytes and 3DES-EDE-CBC text (PKCS#5), then 8 hex digits of the CRC-32 of all
// hex text before them. The key of the cipher is the first 24 characters of UPPER(hex(MD5(ENCKEY))). The text is in ISO-8859-9.
func OpenPacket(packet, key string) (string, error) {
	if len(packet) < 40 || len(packet) > 8192 {
		return "", ErrPacket
	}
	body, sum := packet[:len(packet)-8], packet[len(packet)-8:]
	want, err := strconv.ParseUint(sum, 16, 32)
	if err != nil || uint32(want) != crc32.ChecksumIEEE([]byte(body)) {
		return "", ErrPacket
	}
	raw, err := hex.DecodeString(body)
	if err != nil || len(raw)%des.BlockSize != 0 || len(raw) < 2*des.BlockSize {
		return "", ErrPacket
	}
	d := md5.Sum([]byte(key))
	block, err := des.NewTripleDESCipher([]byte(wire.UpperHex(d[:])[:24]))
	if err != nil {
		return "", ErrPacket
	}
	plain := raw[des.BlockSize:]
	cipher.NewCBCDecrypter(block, raw[:des.BlockSize]).CryptBlocks(plain, plain)
	pad := int(plain[len(plain)-1])
	if pad < 1 || pad > des.BlockSize {
		return "", ErrPacket
	}
	for _, b := range plain[len(plain)-pad:] {
		if int(b) != pad {
			return "", ErrPacket
		}
	}
	text, err := charmap.ISO8859_9.NewDecoder().Bytes(plain[:len(plain)-pad])
	if err != nil {
		return "", ErrPacket
	}
	return string(text), nil
}

// MerchantPacket is what the callback brings for the merchant.
type MerchantPacket struct {
	MerchantID, TerminalID       string
	AmountMinor                  int64
	Installment                  string // two digits
	XID                          string
	TotalPoint, TotalPointAmount string
	WebURL, HostIP, Port         string
	TxStatus                     string // Y or N
	MDStatus                     string
	MDErrorMessage               string
	Time                         time.Time
	Currency                     string
}

// ReadMerchantPacket opens and reads a MerchantPacket: 15 fields joined with semicolons.
func ReadMerchantPacket(packet, key string) (MerchantPacket, error) {
	text, err := OpenPacket(packet, key)
	if err != nil {
		return MerchantPacket{}, err
	}
	f := strings.Split(text, ";")
	if len(f) < 15 {
		return MerchantPacket{}, ErrPacket
	}
	// The message of the bank may hold a semicolon of its own: the fields behind it are counted from the end.
	tail := f[len(f)-2:]
	m := MerchantPacket{MerchantID: f[0], TerminalID: f[1], Installment: f[3], XID: f[4], TotalPoint: f[5], TotalPointAmount: f[6], WebURL: f[7], HostIP: f[8], Port: f[9], TxStatus: f[10],
		MDStatus: f[11], MDErrorMessage: strings.Join(f[12:len(f)-2], ";"), Currency: tail[1]}
	ms, err1 := strconv.ParseInt(tail[0], 10, 64)
	amount, err2 := pos.ParseMinor(f[2])
	if err1 != nil || err2 != nil {
		return MerchantPacket{}, ErrPacket
	}
	m.AmountMinor, m.Time = amount, time.UnixMilli(ms)
	return m, nil
}

// Packed is the head of what oosRequestData packs for the browser (data1): 142 characters of fixed width. It has no card data; data2 has.
type Packed struct {
	PosnetID, MerchantID, TerminalID, Amount, Installment, XID, TimestampMS, Currency, CardHolderName, TranType string
}

// ReadData1 opens and cuts data1.
func ReadData1(data1, key string) (Packed, error) {
	text, err := OpenPacket(data1, key)
	if err != nil {
		return Packed{}, err
	}
	p := Packed{}
	r := []rune(text)
	for _, x := range []struct {
		to    *string
		width int
	}{{&p.PosnetID, 6}, {&p.MerchantID, 10}, {&p.TerminalID, 8}, {&p.Amount, 12}, {&p.Installment, 2}, {&p.XID, 20}, {&p.TimestampMS, 16}, {&p.Currency, 2}, {&p.CardHolderName, 60}, {&p.TranType, 6}} {
		if len(r) < x.width {
			return Packed{}, fmt.Errorf("%w: it is too short", ErrPacket)
		}
		*x.to, r = string(r[:x.width]), r[x.width:]
	}
	return p, nil
}
