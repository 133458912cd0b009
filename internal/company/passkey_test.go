package company

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/db/dbtest"
)

const site, siteID = "https://onay.ornek.com.tr", "onay.ornek.com.tr"

// device is an authenticator with one passkey, as a browser shows it to a site.
type device struct {
	key      *ecdsa.PrivateKey
	id       []byte
	user     []byte
	count    uint32
	origin   string
	rpID     string
	verified bool // the person was checked by fingerprint, face or PIN
}

func newDevice(t *testing.T) *device {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 16)
	rand.Read(id)
	return &device{key: key, id: id, origin: site, rpID: siteID, verified: true}
}

type browserOptions struct {
	PublicKey struct {
		Challenge string `json:"challenge"`
		User      struct {
			ID string `json:"id"`
		} `json:"user"`
		ExcludeCredentials []struct {
			ID string `json:"id"`
		} `json:"excludeCredentials"`
	} `json:"publicKey"`
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

func (d *device) clientData(kind, challenge string) []byte {
	return mustJSON(map[string]any{"type": kind, "challenge": challenge, "origin": d.origin, "crossOrigin": false})
}

func (d *device) authData(extra byte) []byte {
	h := sha256.Sum256([]byte(d.rpID))
	flags := byte(0x01) | extra // user present
	if d.verified {
		flags |= 0x04
	}
	return binary.BigEndian.AppendUint32(append(h[:], flags), d.count)
}

// register answers navigator.credentials.create.
func (d *device) register(t *testing.T, options []byte) []byte {
	t.Helper()
	var o browserOptions
	if err := json.Unmarshal(options, &o); err != nil {
		t.Fatal(err)
	}
	user, err := base64.RawURLEncoding.DecodeString(o.PublicKey.User.ID)
	if err != nil {
		t.Fatal(err)
	}
	d.user = user
	point, err := d.key.PublicKey.Bytes() // 0x04, X, Y
	if err != nil {
		t.Fatal(err)
	}
	public, err := cbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]})
	if err != nil {
		t.Fatal(err)
	}
	auth := append(d.authData(0x40), make([]byte, 16)...)
	auth = binary.BigEndian.AppendUint16(auth, uint16(len(d.id)))
	auth = append(append(auth, d.id...), public...)
	object, err := cbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": auth})
	if err != nil {
		t.Fatal(err)
	}
	return mustJSON(map[string]any{"id": b64(d.id), "rawId": b64(d.id), "type": "public-key", "clientExtensionResults": map[string]any{},
		"response": map[string]any{"clientDataJSON": b64(d.clientData("webauthn.create", o.PublicKey.Challenge)), "attestationObject": b64(object)}})
}

// login answers navigator.credentials.get.
func (d *device) login(t *testing.T, options []byte) []byte {
	t.Helper()
	var o browserOptions
	if err := json.Unmarshal(options, &o); err != nil {
		t.Fatal(err)
	}
	d.count++
	auth, client := d.authData(0), d.clientData("webauthn.get", o.PublicKey.Challenge)
	ch := sha256.Sum256(client)
	digest := sha256.Sum256(append(append([]byte{}, auth...), ch[:]...))
	sig, err := ecdsa.SignASN1(rand.Reader, d.key, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	return mustJSON(map[string]any{"id": b64(d.id), "rawId": b64(d.id), "type": "public-key", "clientExtensionResults": map[string]any{},
		"response": map[string]any{"clientDataJSON": b64(client), "authenticatorData": b64(auth), "signature": b64(sig), "userHandle": b64(d.user)}})
}

func TestPasskeys(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		h := newHouse(t, d)
		u, err := h.CreateUser(h.ctx, NewUser{Email: "a@b.tr", Name: "Ayşe"})
		h.ok(err)
		p, err := h.Passkeys(PasskeyConfig{RPID: siteID, Origin: site})
		h.ok(err)
		add := func(dev *device, name string) (Passkey, error) {
			t.Helper()
			o, state, err := p.BeginRegister(h.ctx, u.ID)
			h.ok(err)
			return p.FinishRegister(h.ctx, u.ID, name, state, dev.register(t, o))
		}
		phone, laptop := newDevice(t), newDevice(t)
		k, err := add(phone, " Telefon ")
		h.ok(err)
		if _, err = add(laptop, ""); err == nil {
			t.Error("a passkey without a name was added")
		}
		k2, err := add(laptop, "Dizüstü")
		h.ok(err)
		_, err = add(phone, "Telefon")
		h.wantCode(err, "passkey_exists")
		unchecked := newDevice(t)
		unchecked.verified = false
		_, err = add(unchecked, "Anahtarlık")
		h.wantCode(err, "invalid_passkey")

		o, state, err := p.BeginLogin(h.ctx)
		h.ok(err)
		got, err := p.FinishLogin(h.ctx, state, phone.login(t, o))
		h.ok(err)
		if got.ID != u.ID {
			t.Errorf("logged in as %q", got.ID)
		}

		for _, c := range []struct {
			name   string
			change func(*device)
		}{
			{"another origin", func(d *device) { d.origin = "https://onay.sahte.com.tr" }},
			{"another site", func(d *device) { d.rpID = "sahte.com.tr" }},
			{"an unchecked person", func(d *device) { d.verified = false }},
			{"another key", func(d *device) { d.key = unchecked.key }},
			{"another credential", func(d *device) { d.id = unchecked.id }},
			{"another user", func(d *device) { d.user = []byte("usr_none") }},
			{"a counter that went back", func(d *device) { d.count = 0 }},
		} {
			t.Run(c.name, func(t *testing.T) {
				h := h
				h.t = t
				dev := *phone
				c.change(&dev)
				o, state, err := p.BeginLogin(h.ctx)
				h.ok(err)
				_, err = p.FinishLogin(h.ctx, state, dev.login(t, o))
				h.wantCode(err, "invalid_passkey")
			})
		}
		answer := laptop.login(t, o)
		_, other, err := p.BeginLogin(h.ctx)
		h.ok(err)
		for name, bad := range map[string][2][]byte{
			"an answer to another question": {other, answer}, "no state": {nil, answer}, "a state that is not one": {[]byte("{}"), answer}, "no answer": {other, []byte("{}")},
		} {
			if _, err := p.FinishLogin(h.ctx, bad[0], bad[1]); err == nil {
				t.Errorf("%s was accepted", name)
			} else {
				h.wantCode(err, "invalid_passkey")
			}
		}

		list, err := h.UserPasskeys(h.ctx, u.ID)
		h.ok(err)
		var names []string
		for _, k := range list {
			names = append(names, k.Name)
		}
		if d := cmp.Diff([]string{"Telefon", "Dizüstü"}, names); d != "" || list[0].UsedAt.IsZero() || !list[1].UsedAt.IsZero() {
			t.Errorf("list: %s, used %v and %v", d, list[0].UsedAt, list[1].UsedAt)
		}
		h.ok(h.DeletePasskey(h.ctx, u.ID, k.ID))
		h.wantCode(h.DeletePasskey(h.ctx, u.ID, k.ID), "not_found")
		h.wantCode(h.DeletePasskey(h.ctx, u.ID, k2.ID), "last_passkey")
		o, state, err = p.BeginLogin(h.ctx)
		h.ok(err)
		_, err = p.FinishLogin(h.ctx, state, phone.login(t, o))
		h.wantCode(err, "invalid_passkey")

		o, state, err = p.BeginLogin(h.ctx)
		h.ok(err)
		h.ok(h.Disable(h.ctx, u.ID))
		_, err = p.FinishLogin(h.ctx, state, laptop.login(t, o))
		h.wantCode(err, "invalid_passkey")
		_, _, err = p.BeginRegister(h.ctx, u.ID)
		h.wantCode(err, "user_disabled")
	})
}

func TestPasskeysNeedASite(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		h := newHouse(t, d)
		if _, err := h.Passkeys(PasskeyConfig{RPID: "https://x", Origin: ""}); err == nil {
			t.Error("a site without an origin was accepted")
		}
	})
}
