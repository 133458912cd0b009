// Package api is the REST door: it turns HTTP into calls of the domains and their answers into JSON. It decides nothing.
//
// Each request passes one function, [door.serve]: limits, caller, idempotency. Only then comes huma, which reads and validates
// the input from the Go types that also make the OpenAPI description.
package api

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/customer"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/message"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/internal/reconciliation"
	"github.com/onay/onay/internal/vault"
	"github.com/onay/onay/internal/verification"
	"github.com/onay/onay/internal/webhook"
)

// Deps is what the door leans on. All but Observe, TrustedProxies and Version are needed.
type Deps struct {
	DB            db.DB
	Log           *audit.Log
	Companies     *company.Service
	Verifications *verification.Service
	Messages      *message.Service
	Customers     *customer.Service
	Payments      *payment.Service
	DayEnd        *reconciliation.Service
	Webhooks      *webhook.Service
	Vault         *vault.Vault
	Clock         clock.Clock
	Logger        *slog.Logger

	// TrustedProxies are the networks whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	// Version is shown in the OpenAPI description.
	Version string
	// Observe hears of each answered request, for metrics: the route as it is described, not the path as it was called.
	Observe func(method, route string, status int, took time.Duration)
}

// New returns the handler of /v1/, /openapi.json and /docs.
func New(d Deps) http.Handler {
	door := &door{Deps: d, mux: http.NewServeMux(), codes: map[string]int{}}
	door.huma = huma.NewAPI(config(d.Version), door)
	door.verifications()
	door.messages()
	door.customers()
	door.webhooks()
	door.events()
	door.settings()
	door.accounts()
	door.posAccounts()
	door.payments()
	door.paymentRules()
	door.paymentLinks()
	door.paymentSMS()
	door.dayEnd()
	door.blocks()
	door.mux.HandleFunc("/", door.noRoute)
	door.describe()
	return door
}

func config(version string) huma.Config {
	if version == "" {
		version = "dev"
	}
	json := huma.Format{
		Marshal: func(w io.Writer, v any) error {
			e := json.NewEncoder(w)
			e.SetEscapeHTML(false)
			return e.Encode(v)
		},
		Unmarshal: json.Unmarshal,
	}
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{Title: "Onay", Version: version, Description: "One-time codes, customers, messages, card payments and events of one company. " +
				"Authenticate with `Authorization: Bearer KEY`. Times are RFC 3339 in UTC, phones E.164, amounts integer kuruş. " +
				"Every POST takes an `Idempotency-Key`: the same key and body give the first answer again for 24 hours."},
			Components: &huma.Components{
				Schemas:         huma.NewMapRegistry("#/components/schemas/", schemaName),
				SecuritySchemes: map[string]*huma.SecurityScheme{"key": {Type: "http", Scheme: "bearer", Description: "An API key of the company."}},
			},
		},
		Formats:       map[string]huma.Format{"application/json": json, "json": json},
		DefaultFormat: "application/json",
	}
}

// schemaName names the schema of a type. Those of the day end have names that say nothing by themselves.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.PkgPath() == reflect.TypeFor[reconciliation.Item]().PkgPath() {
		name = "Reconciliation" + name
	}
	return name
}

// door is the handler, and huma's adapter to the mux.
type door struct {
	Deps
	mux      *http.ServeMux
	huma     huma.API
	codes    map[string]int // every error code and its status
	openapi  []byte
	docsPage []byte
}

// Handle registers an operation; huma calls it.
func (d *door) Handle(op *huma.Operation, run func(huma.Context)) {
	r := op.Metadata[routeKey].(*route)
	d.mux.HandleFunc(op.Method+" "+op.Path, func(w http.ResponseWriter, req *http.Request) {
		d.serve(w.(*writer), req, r, func(req *http.Request, w *writer) { run(humago.NewContext(op, req, w)) })
	})
}

// ServeHTTP answers a request. Nothing that comes in makes it panic or gives a bare text.
func (d *door) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	began := time.Now()
	w := &writer{rw: rw, id: db.NewID("req")}
	h := rw.Header()
	h.Set("Request-Id", w.id)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	defer func() {
		if p := recover(); p != nil {
			d.Logger.Error("request failed", "request", w.id, "route", w.route, "panic", p)
			if w.status == 0 {
				w.problem(r, internal(w.id))
			}
		}
		if d.Observe != nil {
			d.Observe(r.Method, w.route, w.status, time.Since(began))
		}
	}()
	d.mux.ServeHTTP(w, r)
}

// noRoute answers what no operation takes: 405 where another method would do, else 404.
func (d *door) noRoute(rw http.ResponseWriter, r *http.Request) {
	w := rw.(*writer)
	probe := r.Clone(r.Context())
	for _, m := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
		probe.Method = m
		if _, pattern := d.mux.Handler(probe); pattern != "/" && m != r.Method {
			w.Header().Add("Allow", m)
		}
	}
	if w.Header().Get("Allow") != "" {
		w.problem(r, errMethod)
		return
	}
	w.problem(r, errNoRoute)
}
