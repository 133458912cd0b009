package backup

import (
	"bytes"
	"compress/gzip"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/tink-crypto/tink-go/v2/streamingaead/subtle"
	"golang.org/x/crypto/argon2"
)

const (
	magic     = "ONAYBAK1"
	saltSize  = 16
	paramSize = len(magic) + 4 + 4 + 1 + saltSize
	segment   = 1 << 20
)

// cost is what turning a passphrase into keys takes: RFC 9106's second recommended choice.
type cost struct {
	time, memory uint32 // passes, KiB
	threads      uint8
}

var defaultCost = cost{time: 3, memory: 64 << 10, threads: 4}

// A header comes from outside: it may not make the reader work for hours or fill the memory.
func (c cost) allowed() bool {
	return c.time >= 1 && c.time <= 16 && c.memory >= 8<<10 && c.memory <= 1<<20 && c.threads >= 1 && c.threads <= 16
}

func (c cost) header(salt []byte) []byte {
	h := []byte(magic)
	h = binary.BigEndian.AppendUint32(h, c.time)
	h = binary.BigEndian.AppendUint32(h, c.memory)
	h = append(h, c.threads)
	return append(h, salt...)
}

// keys derives the key that checks the header and the stream's AEAD.
func (c cost) keys(passphrase string, salt []byte) (check []byte, s *subtle.AESGCMHKDF, err error) {
	k := argon2.IDKey([]byte(passphrase), salt, c.time, c.memory, c.threads, 64)
	s, err = subtle.NewAESGCMHKDF(k[32:], "SHA256", 32, segment, 0)
	return k[:32], s, err
}

func tag(key, header []byte) []byte {
	m := hmac.New(sha256.New, key)
	m.Write(header)
	return m.Sum(nil)
}

// sealer compresses and encrypts. Only Close makes what it wrote readable.
type sealer struct {
	*gzip.Writer
	enc io.WriteCloser
}

func newSealer(w io.Writer, passphrase string) (*sealer, error) {
	salt := make([]byte, saltSize)
	rand.Read(salt) // never fails
	header := defaultCost.header(salt)
	check, stream, err := defaultCost.keys(passphrase, salt)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(append(bytes.Clone(header), tag(check, header)...)); err != nil {
		return nil, err
	}
	enc, err := stream.NewEncryptingWriter(w, header)
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewWriterLevel(enc, gzip.BestSpeed)
	return &sealer{z, enc}, err
}

func (s *sealer) Close() error {
	if err := s.Writer.Close(); err != nil {
		return err
	}
	return s.enc.Close()
}

// newOpener returns the JSON lines of a backup. What it returns is authenticated, segment for segment; io.EOF comes only at
// the true end.
func newOpener(r io.Reader, passphrase string) (io.Reader, error) {
	head := make([]byte, paramSize+sha256.Size)
	if _, err := io.ReadFull(r, head); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, ErrDamaged
		}
		return nil, err
	}
	header, want := head[:paramSize], head[paramSize:]
	if !bytes.HasPrefix(header, []byte(magic)) {
		return nil, errors.New("this is not a backup of Onay")
	}
	p := header[len(magic):]
	c := cost{time: binary.BigEndian.Uint32(p), memory: binary.BigEndian.Uint32(p[4:]), threads: p[8]}
	if !c.allowed() {
		return nil, ErrDamaged
	}
	check, stream, err := c.keys(passphrase, p[9:])
	if err != nil {
		return nil, err
	}
	if !hmac.Equal(tag(check, header), want) {
		return nil, ErrPassphrase
	}
	dec, err := stream.NewDecryptingReader(r, header)
	if err != nil {
		return nil, fmt.Errorf("%w (%v)", ErrDamaged, err)
	}
	z, err := gzip.NewReader(dec)
	if err != nil {
		return nil, fmt.Errorf("%w (%v)", ErrDamaged, err)
	}
	return z, nil
}
