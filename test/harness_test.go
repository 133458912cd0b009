// Package test tries the program from outside: as a process that is killed, as a browser sees it, as two nodes.
package test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/onay/onay/internal/app"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/message"
	"github.com/onay/onay/sandbox"
)

var (
	buildOnce sync.Once
	binary    string
	buildErr  error
)

// program builds the binary once for all tests.
func program(t *testing.T) string {
	t.Helper()
	buildOnce.Do(func() {
		dir, err := os.MkdirTemp("", "onay-test")
		if err != nil {
			buildErr = err
			return
		}
		binary = filepath.Join(dir, "onay")
		out, err := exec.Command("go", "build", "-o", binary, "../cmd/onay").CombinedOutput()
		if err != nil {
			buildErr = fmt.Errorf("%v\n%s", err, out)
		}
	})
	if buildErr != nil {
		t.Fatal(buildErr)
	}
	return binary
}

func TestMain(m *testing.M) {
	code := m.Run()
	if binary != "" {
		os.RemoveAll(filepath.Dir(binary))
	}
	os.Exit(code)
}

// freeAddr is a loopback address that nobody listens on at this moment.
func freeAddr(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

// node is one running Onay.
type node struct {
	t    *testing.T
	addr string
	args []string
	env  []string
	cmd  *exec.Cmd
	log  *bytes.Buffer
}

func (n *node) start() {
	n.t.Helper()
	n.cmd = exec.Command(program(n.t), append([]string{"serve", "--listen", n.addr}, n.args...)...)
	n.cmd.Env = append(os.Environ(), n.env...)
	n.cmd.Stdout, n.cmd.Stderr = n.log, n.log
	if err := n.cmd.Start(); err != nil {
		n.t.Fatal(err)
	}
	for range 400 {
		if resp, err := http.Get("http://" + n.addr + "/readyz"); err == nil {
			resp.Body.Close()
			if resp.StatusCode == 200 {
				return
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	n.t.Fatalf("the program is not ready within four seconds:\n%s", n.log)
}

// kill ends the process at once, as a power cut would.
func (n *node) kill() {
	n.cmd.Process.Kill()
	n.cmd.Wait()
}

// outsideWorld is a sandbox that outlives the program.
func outsideWorld(t *testing.T) (url string, w *sandbox.World) {
	t.Helper()
	w = sandbox.New(sandbox.Config{})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: w.Handler()}
	go srv.Serve(ln)
	t.Cleanup(func() { w.Close(); srv.Close() })
	url = "http://" + ln.Addr().String()
	for _, user := range []string{"8500000000", "8500000001"} {
		call(t, "PUT", url+"/accounts/netgsm/"+user, "", map[string]any{"unlimited": true}, 200)
	}
	return url, w
}

const testKey = "onay_live_test_key_0123456789"

// furnish makes a company with a key and two provider accounts that lead to the outside world.
func furnish(t *testing.T, c app.Config, world string) string {
	t.Helper()
	ctx := context.Background()
	a, err := app.Open(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	defer a.DB.Close()
	co, err := a.Companies.Create(ctx, "Örnek Mağaza")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Companies.AddKey(ctx, co.ID, company.NewKey{Name: "test", Scopes: []string{"*"}}, testKey); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Companies.Update(ctx, co.ID, "company.settings_changed", func(c *company.Company) error {
		c.Settings.Watch.Mode = "off"
		c.Settings.Limits.KeyMinute = 0
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for i, acc := range []struct{ user, secret string }{{"8500000000", "sandbox-netgsm"}, {"8500000001", "sandbox-netgsm-2"}} {
		if _, err := a.Messages.CreateAccount(ctx, message.Account{CompanyID: co.ID, Provider: "netgsm", Name: acc.user, BaseURL: world + "/netgsm", Transport: "rest",
			Username: acc.user, Secret: acc.secret, Header: "ONAY", Priority: i, Status: "on"}); err != nil {
			t.Fatal(err)
		}
	}
	return co.ID
}

// call does one request and decodes the answer; want 0 takes any status.
func call(t *testing.T, method, url, key string, in any, want int) map[string]any {
	t.Helper()
	status, out, err := try(method, url, key, in)
	if err != nil {
		t.Fatal(err)
	}
	if want != 0 && status != want {
		t.Fatalf("%s %s: %d %v, want %d", method, url, status, out, want)
	}
	return out
}

func try(method, url, key string, in any) (int, map[string]any, error) {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return 0, nil, err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequest(method, url, body)
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, nil, err
	}
	var out map[string]any
	if s := strings.TrimSpace(string(b)); strings.HasPrefix(s, "{") {
		err = json.Unmarshal(b, &out)
	}
	return resp.StatusCode, out, err
}
