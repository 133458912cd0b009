package api

import (
	"bytes"
	"encoding/json"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// describe renders the OpenAPI description and the page made from it, once.
func (d *door) describe() {
	oapi := d.huma.OpenAPI()
	maps.Copy(d.codes, doorCodes)
	for _, item := range oapi.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op != nil {
				documentFailures(op)
			}
		}
	}
	var err error
	if d.openapi, err = json.Marshal(oapi); err != nil {
		panic(err) // made of our own types at start: a build fault
	}
	var page bytes.Buffer
	if err := docsTemplate.Execute(&page, d.docs(oapi)); err != nil {
		panic(err)
	}
	d.docsPage = page.Bytes()
	d.mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		w.Write(d.openapi)
	})
	d.mux.HandleFunc("GET /docs", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		w.Write(d.docsPage)
	})
}

// documentFailures gives every failure of an operation an example.
func documentFailures(op *huma.Operation) {
	for status, res := range op.Responses {
		if status < "400" {
			continue
		}
		for _, m := range res.Content {
			if m.Example == nil {
				m.Example = failureExamples[status]
			}
		}
	}
}

var failureExamples = map[string]*Problem{
	"401": problemOf(errMissingKey, "en", ""),
	"403": problemOf(errScope, "en", ""),
	"404": {Type: "/docs#not_found", Title: "Not Found", Status: 404, Code: "not_found", Detail: `No such record: "ver_x"`, DetailTR: `Kayıt bulunamadı: "ver_x"`, DetailEN: `No such record: "ver_x"`},
	"409": {Type: "/docs#idempotency_mismatch", Title: "Conflict", Status: 409, Code: "idempotency_mismatch", Detail: "This Idempotency-Key was used with another request.", DetailTR: "Bu Idempotency-Key başka bir istekle kullanıldı.", DetailEN: "This Idempotency-Key was used with another request."},
	"422": {Type: "/docs#invalid_request", Title: "Unprocessable Entity", Status: 422, Code: "invalid_request", Field: "phone", Detail: "phone: is required.", DetailTR: "“phone” alanı eksik ya da geçersiz.", DetailEN: "phone: is required."},
	"429": {Type: "/docs#phone_limit", Title: "Too Many Requests", Status: 429, Code: "phone_limit", Detail: "This number has had all the codes it may have in an hour.", DetailTR: "Bu numaraya bir saatte gönderilebilecek kod sayısı doldu.", DetailEN: "This number has had all the codes it may have in an hour.", RetryAfter: 3600},
	"500": problemOf(internal("req_01936c2e-7f7a-7c2b-9d56-0f5a2f1f0c11"), "en", ""),
	"503": problemOf(errUnavailable, "en", ""),
}

type docsOperation struct {
	ID, Method, Path, Summary, Scope string
	Text                             []string
	Body, Answer                     string
	Status                           string
}

type docsGroup struct {
	Name       string
	Operations []docsOperation
}

type docsCode struct {
	Name   string
	Status int
}

type docsData struct {
	Title, Version, Description string
	Groups                      []docsGroup
	Codes                       []docsCode
}

// docs gathers the operations by tag, in the order of their paths.
func (d *door) docs(oapi *huma.OpenAPI) docsData {
	out := docsData{Title: oapi.Info.Title, Version: oapi.Info.Version, Description: oapi.Info.Description}
	groups := map[string][]docsOperation{}
	for _, path := range slices.Sorted(maps.Keys(oapi.Paths)) {
		item := oapi.Paths[path]
		for _, m := range []struct {
			name string
			op   *huma.Operation
		}{{"GET", item.Get}, {"POST", item.Post}, {"PUT", item.Put}, {"PATCH", item.Patch}, {"DELETE", item.Delete}} {
			if m.op == nil {
				continue
			}
			r := m.op.Metadata[routeKey].(*route)
			o := docsOperation{ID: r.id, Method: m.name, Path: path, Summary: r.summary, Scope: r.scope, Body: pretty(r.body), Answer: pretty(r.answer), Status: http.StatusText(r.status)}
			for _, line := range strings.Split(m.op.Description, "\n") {
				if line = strings.TrimSpace(line); line != "" {
					o.Text = append(o.Text, line)
				}
			}
			groups[r.tag] = append(groups[r.tag], o)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		out.Groups = append(out.Groups, docsGroup{name, groups[name]})
	}
	for _, name := range slices.Sorted(maps.Keys(d.codes)) {
		out.Codes = append(out.Codes, docsCode{name, d.codes[name]})
	}
	return out
}

func pretty(v any) string {
	if v == nil {
		return ""
	}
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		panic(err) // an example of our own
	}
	return string(b)
}

var docsTemplate = template.Must(template.New("docs").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{.Title}} API</title>
<style>
:root{color-scheme:light dark;--line:#8884;--soft:#8881}
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1rem}
code,pre{font:14px/1.45 ui-monospace,monospace}pre{background:var(--soft);padding:.75rem;overflow:auto;border-radius:6px}
section{border-top:1px solid var(--line);padding:.5rem 0}h3 code{font-size:1rem}nav ul{columns:2;padding-left:1.2rem}
td,th{text-align:left;padding:.15rem 1rem .15rem 0}
@media(max-width:40rem){nav ul{columns:1}}
</style></head><body>
<h1>{{.Title}} API <small>{{.Version}}</small></h1>
<p>{{.Description}}</p><p>Machine-readable: <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1).</p>
<nav aria-label="Operations">{{range .Groups}}<h2>{{.Name}}</h2><ul>{{range .Operations}}<li><a href="#{{.ID}}">{{.Summary}}</a></li>{{end}}</ul>{{end}}</nav>
<main>{{range .Groups}}<h2>{{.Name}}</h2>{{range .Operations}}
<section id="{{.ID}}"><h3>{{.Summary}}<br><code>{{.Method}} {{.Path}}</code></h3><p>Scope of the key: <code>{{.Scope}}</code></p>
{{range .Text}}<p>{{.}}</p>{{end}}
{{if .Body}}<h4>Body</h4><pre tabindex="0">{{.Body}}</pre>{{end}}{{if .Answer}}<h4>Answer ({{.Status}})</h4><pre tabindex="0">{{.Answer}}</pre>{{end}}</section>
{{end}}{{end}}
<h2>Error codes</h2><p>Every error is <code>application/problem+json</code> (RFC 9457) with a stable <code>code</code>.</p>
<table><thead><tr><th>Code</th><th>Status</th></tr></thead><tbody>{{range .Codes}}<tr id="{{.Name}}"><td><code>{{.Name}}</code></td><td>{{.Status}}</td></tr>{{end}}</tbody></table>
</main></body></html>
`))
