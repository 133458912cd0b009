package test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/backup"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/message"
	"github.com/onay/onay/internal/vault"
	"github.com/onay/onay/internal/verification"
)

// gathered is a log at its most talkative.
type gathered struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (g *gathered) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.b.Write(p)
}

func (g *gathered) bytes() []byte {
	g.mu.Lock()
	defer g.mu.Unlock()
	return bytes.Clone(g.b.Bytes())
}

// Codes and the provider's password go through every end that a verification can have; afterwards no file of the
// installation and no line of the log may hold one of them. The codes have ten digits, so that none is met by chance.
func TestSweepFindsNoSecretOnDisk(t *testing.T) {
	t.Parallel()
	const password = "Gizli-Parola-8841"
	ctx := context.Background()
	dir := t.TempDir()

	var mu sync.Mutex
	var codes []string
	tenDigits := regexp.MustCompile(`\b[0-9]{10}\b`)
	provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var b struct{ Msg string }
		if json.NewDecoder(r.Body).Decode(&b) == nil {
			if code := tenDigits.FindString(b.Msg); code != "" {
				mu.Lock()
				codes = append(codes, code)
				mu.Unlock()
			}
		}
		io.WriteString(w, `{"code":"00","jobId":"17377215342605050417149344"}`)
	}))
	defer provider.Close()

	d, err := db.Open(ctx, db.Config{Path: filepath.Join(dir, "onay.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	v, err := vault.Open(filepath.Join(dir, "onay.keys"), "")
	if err != nil {
		t.Fatal(err)
	}
	clk := &clock.System{}
	out := &gathered{}
	lg := slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelDebug - 4}))
	log := audit.New(d, v, clk, filepath.Join(dir, "audit-head"))
	companies := company.New(d, log, v, clk)
	messages := message.New(d, log, v, clk, lg)
	messages.Start()
	ver := verification.New(d, log, v, clk, lg, companies, messages)
	com, err := companies.Create(ctx, "Örnek Mağaza")
	if err != nil {
		t.Fatal(err)
	}
	set := com.Settings
	set.CodeLength = 10
	if _, err := companies.SetSettings(ctx, com.ID, set); err != nil {
		t.Fatal(err)
	}
	if _, err := messages.CreateAccount(ctx, message.Account{CompanyID: com.ID, Provider: "netgsm", Name: "Netgsm", BaseURL: provider.URL,
		Transport: "rest", Username: "8500000000", Secret: password, Header: "ORNEKFIRMA", Status: "on"}); err != nil {
		t.Fatal(err)
	}

	check := func(id, code string, want bool) {
		t.Helper()
		if _, ok, err := ver.Check(ctx, com.ID, id, code, verification.Binding{}); err != nil || ok != want {
			t.Errorf("check: %v, %v", ok, err)
		}
	}
	last := func() string {
		mu.Lock()
		defer mu.Unlock()
		if len(codes) == 0 {
			t.Fatal("no code reached the provider")
		}
		return codes[len(codes)-1]
	}
	const wrong = "0000000001"
	for _, c := range []struct {
		phone string
		end   func(id string)
	}{
		{"05551110001", func(id string) { check(id, last(), true) }},
		{"05551110002", func(id string) { check(id, wrong, false); check(id, wrong, false); check(id, wrong, false) }},
		{"05551110003", func(id string) {
			if _, err := ver.Cancel(ctx, com.ID, id, "vazgeçti"); err != nil {
				t.Error(err)
			}
		}},
		{"05551110004", func(string) {}}, // still pending: the code is in its encrypted text alone
		{"05551110005", func(id string) {
			clk.SetOffset(90 * time.Second)
			if _, _, err := ver.Resend(ctx, com.ID, id); err != nil {
				t.Error(err)
			}
			clk.SetOffset(time.Hour)
			if err := ver.Expire(ctx); err != nil {
				t.Error(err)
			}
			clk.SetOffset(0)
		}},
	} {
		started, _, err := ver.Start(ctx, com.ID, verification.Request{Phone: c.phone})
		if err != nil {
			t.Fatal(err)
		}
		c.end(started.ID)
	}
	messages.Close()
	if _, err := log.Seal(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.WriteFile(ctx, d, v, filepath.Join(dir, "backup"), "parola cümlesi 42"); err != nil {
		t.Fatal(err)
	}

	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	places := map[string][]byte{"the log": out.bytes()}
	var disk []byte
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		places[f.Name()] = b
		disk = append(disk, b...)
	}
	if !bytes.Contains(disk, []byte("+905551110001")) {
		t.Fatal("not even the phone is found: the sweep looks in the wrong place")
	}
	if len(codes) < 5 {
		t.Fatalf("%d codes were sent", len(codes))
	}
	for name, b := range places {
		for _, secret := range append(codes, password) {
			if bytes.Contains(b, []byte(secret)) {
				t.Errorf("%s holds %q", name, secret)
			}
		}
	}
}
