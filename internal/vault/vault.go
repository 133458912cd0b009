// Package vault holds the keys that never enter the database: it encrypts secrets at rest and keys the hashes of codes and events.
package vault

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// Vault encrypts with the newest key and decrypts with any. Safe for concurrent use.
type Vault struct {
	path string
	raw  []byte
	aead tink.AEAD
	root []byte
	macs sync.Map // purpose → *sync.Pool of hash.Hash
}

// Open reads the keys from text (for example the ONAY_KEYS variable) or, if that is empty, from the file at path,
// which is made on the first start. Nodes that share a database must share the keys.
func Open(path, text string) (*Vault, error) {
	if text != "" {
		raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
		if err != nil {
			return nil, errors.New("the given keys are not base64")
		}
		return parse(path, raw)
	}
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		if raw, err = generate(); err != nil {
			return nil, err
		}
		if err := writeNew(path, raw); err != nil {
			return nil, fmt.Errorf("write keys: %w", err)
		}
	} else if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	return parse(path, raw)
}

// The file is two keysets, a line each: one to encrypt, one to derive.
func generate() ([]byte, error) {
	var out bytes.Buffer
	a, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, err
	}
	p, err := keyset.NewHandle(prf.HKDFSHA256PRFKeyTemplate())
	if err != nil {
		return nil, err
	}
	for _, h := range []*keyset.Handle{a, p} {
		if err := insecurecleartextkeyset.Write(h, keyset.NewJSONWriter(&out)); err != nil {
			return nil, err
		}
		out.WriteByte('\n')
	}
	return out.Bytes(), nil
}

func parse(path string, raw []byte) (*Vault, error) {
	bad := errors.New("the keys cannot be read: the file is damaged or not a key file")
	lines := bytes.SplitN(bytes.TrimSpace(raw), []byte("\n"), 2)
	if len(lines) != 2 {
		return nil, bad
	}
	ah, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(lines[0])))
	if err != nil {
		return nil, bad
	}
	ph, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(lines[1])))
	if err != nil {
		return nil, bad
	}
	a, err := aead.New(ah)
	if err != nil {
		return nil, bad
	}
	p, err := prf.NewPRFSet(ph)
	if err != nil {
		return nil, bad
	}
	root, err := p.ComputePrimaryPRF([]byte("onay"), 32)
	if err != nil {
		return nil, bad
	}
	return &Vault{path: path, raw: raw, aead: a, root: root}, nil
}

// writeNew writes the file so that it is there whole or not at all.
func writeNew(path string, raw []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".keys-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if err := f.Chmod(0o600); err != nil {
		return err
	}
	if _, err := f.Write(raw); err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// Export returns the key file, for a backup.
func (v *Vault) Export() []byte { return bytes.Clone(v.raw) }

// Restore writes an exported key file to a path that has none.
func Restore(path string, raw []byte) error {
	if _, err := parse(path, raw); err != nil {
		return err
	}
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("%s exists already", filepath.Base(path))
	}
	return writeNew(path, raw)
}

// Seal encrypts plain and ties it to where it is stored (for example "message:msg_…"): moved elsewhere it does not open.
func (v *Vault) Seal(plain []byte, place string) ([]byte, error) {
	return v.aead.Encrypt(plain, []byte(place))
}

// Open decrypts what Seal made for the same place.
func (v *Vault) Open(sealed []byte, place string) ([]byte, error) {
	plain, err := v.aead.Decrypt(sealed, []byte(place))
	if err != nil {
		return nil, errors.New("cannot decrypt: other keys, or changed data")
	}
	return plain, nil
}

// MAC returns HMAC-SHA-256 under a key of its own for the purpose. Parts are length-prefixed, so borders cannot move.
func (v *Vault) MAC(purpose string, parts ...[]byte) []byte {
	p, ok := v.macs.Load(purpose)
	if !ok {
		key := v.Key(purpose)
		p, _ = v.macs.LoadOrStore(purpose, &sync.Pool{New: func() any { return hmac.New(sha256.New, key) }})
	}
	pool := p.(*sync.Pool)
	h := pool.Get().(hash.Hash)
	defer pool.Put(h)
	h.Reset()
	var n [4]byte
	for _, part := range parts {
		l := len(part)
		n[0], n[1], n[2], n[3] = byte(l>>24), byte(l>>16), byte(l>>8), byte(l)
		h.Write(n[:])
		h.Write(part)
	}
	return h.Sum(nil)
}

// Key derives 32 bytes for the purpose.
func (v *Vault) Key(purpose string) []byte {
	k, err := hkdf.Expand(sha256.New, v.root, purpose, 32)
	if err != nil {
		panic(err) // only for lengths beyond HKDF's limit
	}
	return k
}
