package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
)

func get(t *testing.T, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest("GET", path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w
}

func TestStyleIsThereWithoutABuild(t *testing.T) {
	t.Parallel()
	w := get(t, URL("app.css"))
	if w.Code != 200 || !strings.Contains(w.Body.String(), "--accent") {
		t.Fatalf("%d, %d bytes", w.Code, w.Body.Len())
	}
	if got, want := w.Header().Get("Cache-Control"), "public, max-age=31536000, immutable"; got != want {
		t.Errorf("Cache-Control %q, want %q", got, want)
	}
}

func TestCompressedIsTheSame(t *testing.T) {
	t.Parallel()
	w := get(t, URL("app.css"), "Accept-Encoding", "br, gzip")
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	unzipped, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if plain := get(t, URL("app.css")).Body.Bytes(); !bytes.Equal(plain, unzipped) {
		t.Error("the compressed style differs from the plain one")
	}
}

func TestAnotherHashIsNotFound(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/assets/app.css", "/assets/app.000000000000.css", "/assets/", "/assets/.keep"} {
		if w := get(t, path); w.Code != 404 {
			t.Errorf("%s: %d, want 404", path, w.Code)
		}
	}
}

func TestKnownCopyIsNotSentAgain(t *testing.T) {
	t.Parallel()
	tag := get(t, URL("app.css")).Header().Get("ETag")
	if w := get(t, URL("app.css"), "If-None-Match", tag); w.Code != 304 || w.Body.Len() != 0 {
		t.Errorf("%d with %d bytes, want 304 with none", w.Code, w.Body.Len())
	}
}

// Script and style together stay below 60 KB compressed.
func TestBudget(t *testing.T) {
	t.Parallel()
	total := 0
	for _, a := range assets {
		total += len(a.small)
	}
	if total == 0 || total > 60_000 {
		t.Errorf("%d bytes compressed", total)
	}
}
