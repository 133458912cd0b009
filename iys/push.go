package iys

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// testTransaction is the id of the fixed event that İYS posts at registration,
// the same for every merchant.
const testTransaction = "e52ee30512adfcd2a41fb3b4682f5bd61eee5b1c92bda665fc0b7e56644d429d"

// IsPushTest reports whether a movement is that fixed event. It is answered
// with 200 and not stored.
func (m Movement) IsPushTest() bool {
	return m.TransactionID == testTransaction && m.Brand == 121212
}

// maxPush is above any push seen.
const maxPush = 4 << 20

// ParsePush reads the body that İYS posts. Movements of other brands, the test
// event and unknown values are in it as they came.
func ParsePush(body []byte) ([]Movement, error) {
	var w struct {
		List *[]movementWire `json:"list"`
	}
	if err := json.Unmarshal(bytes.TrimPrefix(body, []byte("\ufeff")), &w); err != nil || w.List == nil {
		return nil, fmt.Errorf("iys: the push has no list of movements")
	}
	return movements(*w.List, 0), nil
}

// Receiver is the address that İYS pushes to. It must stand behind https, as
// İYS takes no other, and answer within 5 seconds. Push only makes changes
// known sooner: what it loses, the pull brings.
type Receiver struct {
	Username, Password string // as given to PushRegister
	Brands             []int64
	// Store keeps the movements of Brands with a known type and status. It may
	// get the same one again: see Movement.Mark. An error is answered with 500.
	Store func(ctx context.Context, list []Movement) error
	// Ignored is told of what is not stored, for the log; may be nil.
	Ignored func(m Movement)
}

// ServeHTTP answers 401 without the credentials, whatever the body holds.
func (p *Receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	user, password, ok := r.BasicAuth()
	if right := same(user, p.Username) & same(password, p.Password); !ok || p.Username == "" || p.Password == "" || right != 1 {
		w.Header().Set("WWW-Authenticate", `Basic realm="iys"`)
		http.Error(w, "credentials are needed", http.StatusUnauthorized)
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", "POST")
		http.Error(w, "POST only", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPush))
	if err != nil {
		http.Error(w, "the body cannot be read", http.StatusBadRequest)
		return
	}
	list, err := ParsePush(body)
	if err != nil {
		http.Error(w, "not a list of movements", http.StatusBadRequest)
		return
	}
	var keep []Movement
	for _, m := range list {
		if p.ours(m.Brand) && m.Status.Valid() && m.Type.Valid() && m.Recipient != "" && !m.IsPushTest() {
			keep = append(keep, m)
		} else if p.Ignored != nil {
			p.Ignored(m)
		}
	}
	if len(keep) > 0 && p.Store != nil {
		if err := p.Store(r.Context(), keep); err != nil {
			http.Error(w, "could not be stored", http.StatusInternalServerError)
			return
		}
	}
	w.WriteHeader(http.StatusOK)
}

func (p *Receiver) ours(brand int64) bool {
	for _, b := range p.Brands {
		if b == brand {
			return true
		}
	}
	return false
}

// same compares without telling by its time how much was right.
func same(a, b string) int {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:])
}

// PushTarget is one address for one type.
type PushTarget struct {
	URL      string `json:"url"` // https
	Type     Type   `json:"type"`
	Username string `json:"username"`
	Password string `json:"password"`
}

// String keeps the password out of logs.
func (t PushTarget) String() string { return string(t.Type) + " to " + t.URL }

// GoString does the same for %#v.
func (t PushTarget) GoString() string { return t.String() }

func (t PushTarget) validate() error {
	var f Faults
	if !strings.HasPrefix(t.URL, "https://") {
		f = append(f, fault("H531", t.URL, "url"))
	}
	if !t.Type.Valid() {
		f = append(f, fault("H117", string(t.Type), "type"))
	}
	if t.Username == "" || t.Password == "" {
		f = append(f, fault("H093", "", "username"))
	}
	if len(f) > 0 {
		return f
	}
	return nil
}

// PushRegister connects addresses, at most two active ones for a type and
// brand. İYS probes each one with and without credentials and posts the test
// event. Push must have been switched on by the support of İYS.
func (c *Client) PushRegister(ctx context.Context, brand int64, targets ...PushTarget) error {
	for _, t := range targets {
		if err := t.validate(); err != nil {
			return err
		}
	}
	_, err := c.do(ctx, call{name: "push register", write: true}, http.MethodPost,
		c.brandPath(brand)+"/push/registration", map[string][]PushTarget{"connection": targets}, 200, 201)
	return err
}

// PushUnregister removes one address.
func (c *Client) PushUnregister(ctx context.Context, brand int64, t PushTarget) error {
	if err := t.validate(); err != nil {
		return err
	}
	_, err := c.do(ctx, call{name: "push unregister", write: true}, http.MethodPost, c.brandPath(brand)+"/push/unregistration", t, 200)
	return err
}

// PushConnection is a registered address.
type PushConnection struct {
	URL          string
	Type         Type
	RegisteredAt time.Time
	Status       string // "Bağlantı Oluşturuldu" or "Bağlantı Oluşturulamadı"
}

// PushList lists the registered addresses.
func (c *Client) PushList(ctx context.Context, brand int64) ([]PushConnection, error) {
	op := call{name: "push list"}
	r, err := c.do(ctx, op, http.MethodGet, c.brandPath(brand)+"/push/registration", nil, 200, 204)
	if err != nil || r.status == 204 {
		return nil, err
	}
	var rows []struct {
		URL, Status  string
		Type         Type
		RegisterTime moment
	}
	if err := op.decode(r, &rows); err != nil {
		return nil, err
	}
	var out []PushConnection
	for _, w := range rows {
		out = append(out, PushConnection{w.URL, w.Type, w.RegisterTime.Time, w.Status})
	}
	return out, nil
}
