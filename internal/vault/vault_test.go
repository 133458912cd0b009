package vault

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"testing"
)

func TestKeysSurviveARestart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data", "keys")
	a, err := Open(path, "")
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := a.Seal([]byte("gizli"), "message:1")
	if err != nil {
		t.Fatal(err)
	}
	for name, open := range map[string]func() (*Vault, error){
		"from the file": func() (*Vault, error) { return Open(path, "") },
		"from text":     func() (*Vault, error) { return Open("", base64.StdEncoding.EncodeToString(a.Export())) },
		"restored": func() (*Vault, error) {
			p := filepath.Join(t.TempDir(), "keys")
			if err := Restore(p, a.Export()); err != nil {
				return nil, err
			}
			return Open(p, "")
		},
	} {
		b, err := open()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		plain, err := b.Open(sealed, "message:1")
		if err != nil || string(plain) != "gizli" {
			t.Errorf("%s: %q, %v", name, plain, err)
		}
		if !bytes.Equal(a.MAC("code", []byte("x")), b.MAC("code", []byte("x"))) {
			t.Errorf("%s: hashes differ", name)
		}
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("key file mode %v", info.Mode())
	}
}

func TestSealIsTiedToItsPlace(t *testing.T) {
	t.Parallel()
	v, err := Open(filepath.Join(t.TempDir(), "keys"), "")
	if err != nil {
		t.Fatal(err)
	}
	sealed, _ := v.Seal([]byte("gizli"), "message:1")
	if _, err := v.Open(sealed, "message:2"); err == nil {
		t.Error("opened in another place")
	}
	sealed[len(sealed)-1] ^= 1
	if _, err := v.Open(sealed, "message:1"); err == nil {
		t.Error("opened after a change")
	}
}

func TestMACBordersAndPurposes(t *testing.T) {
	t.Parallel()
	v, err := Open(filepath.Join(t.TempDir(), "keys"), "")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(v.MAC("a", []byte("ab"), []byte("c")), v.MAC("a", []byte("a"), []byte("bc"))) {
		t.Error("borders between parts do not count")
	}
	if bytes.Equal(v.MAC("a", []byte("x")), v.MAC("b", []byte("x"))) {
		t.Error("purposes share a key")
	}
}

func TestBadKeyFileIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys")
	os.WriteFile(path, []byte("hello\nworld"), 0o600)
	if _, err := Open(path, ""); err == nil {
		t.Error("a damaged key file was accepted")
	}
}
