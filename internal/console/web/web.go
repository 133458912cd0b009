// Package web serves the console's script and style. The built files are embedded when the program is compiled;
// without a build the hand-written style is served as it is, and every page works without the script.
package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"strings"
)

//go:embed all:dist src/app.css
var files embed.FS

// Prefix is the path under which Handler serves.
const Prefix = "/assets/"

type asset struct {
	kind  string // Content-Type
	hash  string // first 12 hex digits of the SHA-256 of the content
	plain []byte
	small []byte // the same, gzip
}

var assets = load()

func load() map[string]asset {
	found := map[string]asset{}
	for name, kind := range map[string]string{
		"app.css": "text/css; charset=utf-8",
		"app.js":  "text/javascript; charset=utf-8",
	} {
		content, err := files.ReadFile("dist/" + name)
		if err != nil && name == "app.css" {
			content, err = files.ReadFile("src/app.css")
		}
		if err != nil {
			continue
		}
		sum := sha256.Sum256(content)
		found[name] = asset{kind: kind, hash: hex.EncodeToString(sum[:6]), plain: content, small: squeeze(content)}
	}
	return found
}

func squeeze(content []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is a valid constant
	_, _ = w.Write(content)                               // a bytes.Buffer takes every write
	_ = w.Close()
	return b.Bytes()
}

// URL returns the address of an asset with its content hash, "/assets/app.1f2e3d4c5b6a.css",
// or "" when the program was compiled without it (app.js without a build).
func URL(name string) string {
	a, ok := assets[name]
	if !ok {
		return ""
	}
	ext := path.Ext(name)
	return Prefix + strings.TrimSuffix(name, ext) + "." + a.hash + ext
}

// Built tells whether the script was there when the program was compiled.
func Built() bool { _, ok := assets["app.js"]; return ok }

// Handler serves the assets under Prefix. An address with the right hash never changes and may be kept for a year;
// an address with another hash is answered 404, so that a proxy never keeps the wrong file.
func Handler() http.Handler {
	byPath := make(map[string]asset, len(assets))
	for name, a := range assets {
		byPath[URL(name)] = a
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := byPath[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
			return
		}
		h := w.Header()
		h.Set("Content-Type", a.kind)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("ETag", `"`+a.hash+`"`)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Add("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("If-None-Match"), a.hash) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		body := a.plain
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			body = a.small
		}
		if r.Method == http.MethodGet {
			_, _ = w.Write(body) // a client that left is not an error of ours
		}
	})
}
