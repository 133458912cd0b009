package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"unicode/utf8"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/idempotency"
)

// maxBody is the most that a request body may have where its route says nothing else.
const maxBody = 256 << 10

// caller is who asks, and what the request brings along.
type caller struct {
	company   string
	keyID     string
	allows    func(scope string) bool
	ip        netip.Addr
	lang      string
	requestID string
	route     string
	repeated  bool   // an earlier try with the same Idempotency-Key did the work, and its answer was not kept
	made      string // id of the object that it made
	ctxErr    func() error
}

type callerKey struct{}

var nobody = &caller{lang: "tr", ctxErr: func() error { return nil }}

func callerOf(ctx context.Context) *caller {
	if c, ok := ctx.Value(callerKey{}).(*caller); ok {
		return c
	}
	return nobody
}

// serve is the way of every request to an operation: who asks, what came, was it asked before; then run.
func (d *door) serve(w *writer, r *http.Request, rt *route, run func(*http.Request, *writer)) {
	w.route = rt.path
	c := &caller{ip: d.clientIP(r), lang: language(r), requestID: w.id, route: rt.path, ctxErr: r.Context().Err}
	if err := d.authenticate(r, rt, c); err != nil {
		w.problem(r, d.faultOf(err, c))
		return
	}
	body, err := readBody(r, rt.maxBody)
	if err != nil {
		w.problem(r, d.faultOf(err, c))
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	ctx := context.WithValue(audit.WithActor(r.Context(), c.keyID), callerKey{}, c)
	if _, given := r.Header["Idempotency-Key"]; given && r.Method == http.MethodPost {
		d.once(ctx, w, r, rt, c, body, run)
		return
	}
	run(r.WithContext(ctx), w)
}

func (d *door) authenticate(r *http.Request, rt *route, c *caller) error {
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || key == "" {
		return errMissingKey
	}
	k, err := d.Companies.Authenticate(r.Context(), strings.TrimSpace(key), c.ip)
	if err != nil {
		return err
	}
	c.company, c.keyID, c.allows = k.CompanyID, k.ID, k.Allows
	if _, err := d.Companies.Open(r.Context(), k.CompanyID); err != nil {
		return err
	}
	if !k.Allows(rt.scope) {
		return errScope
	}
	return nil
}

// readBody takes the body whole, so that what follows works on bytes that were checked: UTF-8 without NUL, which no
// database and no phone can hold.
func readBody(r *http.Request, most int) ([]byte, error) {
	if !cleanText(r.URL.Path) {
		return nil, errNotUTF8
	}
	if r.URL.RawQuery != "" {
		for name, values := range r.URL.Query() {
			for _, v := range append(values, name) {
				if !cleanText(v) {
					return nil, errNotUTF8
				}
			}
		}
	}
	if r.ContentLength > int64(most) {
		return nil, tooLarge(r)
	}
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, int64(most)+1))
	switch {
	case err != nil:
		return nil, errAborted
	case len(body) > most:
		return nil, tooLarge(r)
	case !utf8.Valid(body) || (bytes.Contains(body, []byte(`\u0000`)) && hasNUL(body)):
		return nil, errNotUTF8
	}
	return body, nil
}

// tooLarge takes some more of a body that is refused: a client that writes all before it reads would see a broken connection
// instead of the answer.
func tooLarge(r *http.Request) error {
	io.Copy(io.Discard, io.LimitReader(r.Body, 16*maxBody))
	return errTooLarge
}

func cleanText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// hasNUL reports whether a string of the JSON text has the escape \u0000, which may also stand behind another backslash.
func hasNUL(body []byte) bool {
	dec := json.NewDecoder(bytes.NewReader(body))
	for {
		t, err := dec.Token()
		if err != nil {
			return false // malformed JSON is found again by its reader
		}
		if s, ok := t.(string); ok && strings.ContainsRune(s, 0) {
			return true
		}
	}
}

// once runs a POST with an Idempotency-Key, or repeats the answer that it had before.
func (d *door) once(ctx context.Context, w *writer, r *http.Request, rt *route, c *caller, body []byte, run func(*http.Request, *writer)) {
	key := r.Header.Get("Idempotency-Key")
	if len(key) < 1 || len(key) > 255 || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		w.problem(r, errIdemKey)
		return
	}
	// Keyed: the body may hold a card, which could be guessed from a plain hash.
	fingerprint := d.Vault.MAC("idempotency", []byte(r.Method), []byte(r.URL.EscapedPath()), body)
	claim := &idempotency.Claim{CompanyID: c.company, Key: key, Fingerprint: fingerprint, At: d.Clock.Now()}
	earlier, err := idempotency.Find(ctx, d.DB, claim)
	if err != nil {
		w.problem(r, d.faultOf(err, c))
		return
	}
	if earlier != nil {
		w.Header().Set("Idempotency-Replayed", "true")
		if earlier.Status != 0 {
			if earlier.Status >= 400 {
				w.Header().Set("Content-Type", "application/problem+json")
			} else if len(earlier.Body) > 0 {
				w.Header().Set("Content-Type", "application/json")
			}
			w.WriteHeader(earlier.Status)
			w.Write(earlier.Body)
			return
		}
		c.repeated, c.made = true, earlier.ObjectID
		run(r.WithContext(ctx), w)
		return
	}
	w.keep = true
	run(r.WithContext(idempotency.With(ctx, claim)), w)
	d.remember(context.WithoutCancel(ctx), w, rt, claim)
}

// remember keeps the answer of work that was done. A conflict is kept too where the work wrote the key itself: a code that was
// checked against another amount has used up an attempt.
func (d *door) remember(ctx context.Context, w *writer, rt *route, claim *idempotency.Claim) {
	if w.status >= 300 && (w.status != http.StatusConflict || !claim.Used()) {
		return
	}
	if !claim.Used() { // work of a person's pace, which does not write the key in its own transaction
		var made struct{ ID string }
		if json.Unmarshal(w.body.Bytes(), &made) != nil {
			made.ID = "" // an answer without a body
		}
		if err := d.DB.Write(ctx, func(tx db.Tx) error { return idempotency.Record(idempotency.With(ctx, claim), tx, made.ID) }); err != nil {
			d.Logger.Warn("idempotency key was not kept", "request", w.id, "error", err)
			return
		}
	}
	if rt.secret {
		return // it is shown once: a repeated request gets the object without it
	}
	if err := idempotency.Store(ctx, d.DB, claim, w.status, w.body.Bytes()); err != nil {
		d.Logger.Warn("answer was not kept; a repeated request gets the object as it is then", "request", w.id, "error", err)
	}
}

func (d *door) clientIP(r *http.Request) netip.Addr { return ClientIP(r, d.TrustedProxies) }

// ClientIP is the address that a caller has: of the connection, or as a trusted proxy tells it.
func ClientIP(r *http.Request, proxies []netip.Prefix) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	ip := ap.Addr().Unmap().WithZone("")
	if !within(proxies, ip) {
		return ip
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		ip = hop.Unmap().WithZone("")
		if !within(proxies, ip) {
			break
		}
	}
	return ip
}

func within(networks []netip.Prefix, ip netip.Addr) bool {
	for _, p := range networks {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}

// asProblem is what a handler's error becomes on its way through huma.
func (d *door) asProblem(ctx context.Context, err error) error {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	c := callerOf(ctx)
	var e *fault.Error = d.faultOf(err, c)
	return problemOf(e, c.lang, c.requestID)
}
