package app

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

func TestTracesReachTheCollectorWithoutPhones(t *testing.T) {
	var mu sync.Mutex
	var got strings.Builder
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		io.Copy(&got, r.Body)
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	defer collector.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	t.Setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
	a, err := Open(context.Background(), Config{Data: t.TempDir(), Sandbox: true, Version: "v9.9"})
	if err != nil {
		t.Fatal(err)
	}
	defer a.DB.Close()
	h, flush, err := a.traces(context.Background(), a.handler())
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/v1/messages?phone=%2B905551112233", "/healthz"} {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", path, nil))
	}
	if err := flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	sent := got.String()
	for _, want := range []string{"onay", "v9.9", "/v1/messages"} {
		if !strings.Contains(sent, want) {
			t.Errorf("%q is not in what the collector got (%d bytes)", want, len(sent))
		}
	}
	for _, never := range []string{"5551112233", "/healthz"} {
		if strings.Contains(sent, never) {
			t.Errorf("%q is in what the collector got", never)
		}
	}
}

func TestWithoutCollectorThereAreNoTraces(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "")
	t.Setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "")
	plain := http.NewServeMux()
	h, flush, err := (&App{}).traces(context.Background(), plain)
	if err != nil || h != http.Handler(plain) {
		t.Errorf("the handler was wrapped: %T, %v", h, err)
	}
	if err := flush(context.Background()); err != nil {
		t.Error(err)
	}
}
