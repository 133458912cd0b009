package test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/onay/onay/internal/app"
	"github.com/onay/onay/internal/db/dbtest"
)

// browser is one Chromium window.
type browser struct {
	t      *testing.T
	ctx    context.Context
	base   string
	script bool
}

func chromium(t *testing.T) string {
	t.Helper()
	path := os.Getenv("ONAY_TEST_CHROMIUM")
	if path == "" {
		path, _ = exec.LookPath("chromium")
	}
	if path == "" {
		t.Skip("needs Chromium: ONAY_TEST_CHROMIUM is not set and chromium is not in the path")
	}
	return path
}

func newBrowser(t *testing.T, base string, width, height int64, script bool) *browser {
	t.Helper()
	profile, err := os.MkdirTemp("", "onay-browser") // not t.TempDir: Chromium still writes while it ends
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(profile) })
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium(t)), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("no-first-run", true), chromedp.Flag("disable-quic", true), chromedp.UserDataDir(profile), chromedp.Flag("lang", "tr"), chromedp.Env("LANGUAGE=tr"), chromedp.Flag("accept-lang", "tr"))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(stop)
	ctx, stop2 := chromedp.NewContext(alloc)
	t.Cleanup(stop2)
	ctx, stop3 := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(stop3)
	b := &browser{t: t, ctx: ctx, base: base, script: script}
	if err := chromedp.Run(ctx); err != nil { // the browser lives as long as the context of its first action
		t.Fatal(err)
	}
	b.do(emulation.SetScriptExecutionDisabled(!script), chromedp.EmulateViewport(width, height))
	return b
}

// do runs actions. Now and then the browser loses an event that an action waits for (the page was replaced under it): after a
// while they are done once more.
func (b *browser) do(actions ...chromedp.Action) {
	b.t.Helper()
	for try := 1; ; try++ {
		ctx, stop := context.WithTimeout(b.ctx, 20*time.Second)
		err := chromedp.Run(ctx, actions...)
		stop()
		if err == nil {
			return
		}
		if try == 3 || !errors.Is(err, context.DeadlineExceeded) || b.ctx.Err() != nil {
			b.shot("failed")
			b.t.Fatalf("browser: %v\n%s", err, b.text())
		}
		b.t.Logf("the browser did not answer; once more (%v)", err)
	}
}

func (b *browser) open(path string) { b.t.Helper(); b.do(chromedp.Navigate(b.base + path)) }

// text is what stands on the page.
func (b *browser) text() string {
	var s string
	ctx, stop := context.WithTimeout(b.ctx, 5*time.Second)
	defer stop()
	chromedp.Run(ctx, chromedp.Text("body", &s, chromedp.ByQuery))
	return s
}

// see waits until a text stands on the page.
func (b *browser) see(want string) {
	b.t.Helper()
	for range 100 {
		if strings.Contains(b.text(), want) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.shot("unseen")
	b.t.Fatalf("%q does not stand on the page:\n%s", want, b.text())
}

// press clicks the last (a form may begin with a hidden button that Enter means) link or button with exactly this label.
func (b *browser) press(label string) {
	b.t.Helper()
	b.do(chromedp.Click(fmt.Sprintf(`(//*[self::a or self::button][normalize-space(.)=%q])[last()]`, label), chromedp.BySearch, chromedp.NodeVisible))
	time.Sleep(150 * time.Millisecond) // the next page replaces this one
}

func (b *browser) fill(name, value string) {
	b.t.Helper()
	sel := fmt.Sprintf(`[name=%q]`, name)
	b.do(chromedp.SendKeys(sel, value, chromedp.ByQuery, chromedp.NodeVisible))
}

// shot keeps a picture where ONAY_TEST_SHOTS names a folder.
func (b *browser) shot(name string) {
	dir := os.Getenv("ONAY_TEST_SHOTS")
	if dir == "" {
		return
	}
	var png []byte
	ctx, stop := context.WithTimeout(b.ctx, 10*time.Second)
	defer stop()
	if err := chromedp.Run(ctx, chromedp.FullScreenshot(&png, 100)); err == nil {
		os.MkdirAll(dir, 0o755)
		os.WriteFile(filepath.Join(dir, strings.ReplaceAll(b.t.Name(), "/", "_")+"-"+name+".png"), png, 0o644)
	}
}

// axe fails the test on serious and critical faults of accessibility.
func (b *browser) axe() {
	b.t.Helper()
	if !b.script {
		return // axe is a script
	}
	src, err := os.ReadFile("../node_modules/axe-core/axe.min.js")
	if err != nil {
		b.t.Log("axe-core is not installed; accessibility is not checked (npm ci)")
		return
	}
	var raw string
	b.do(chromedp.Evaluate(string(src)+";0", nil), chromedp.Evaluate(`axe.run().then(r => JSON.stringify(r.violations.filter(v => v.impact === "serious" || v.impact === "critical").map(v => [v.id, v.nodes[0].html])))`,
		&raw, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	var faults [][2]string
	if err := json.Unmarshal([]byte(raw), &faults); err != nil {
		b.t.Fatal(err)
	}
	for _, f := range faults {
		b.t.Errorf("accessibility: %s: %s", f[0], f[1])
	}
}

func (b *browser) login() {
	b.t.Helper()
	b.open("/login")
	b.fill("email", app.DemoEmail)
	b.fill("password", app.DemoPassword)
	b.do(chromedp.Submit(`[name="password"]`, chromedp.ByQuery))
	time.Sleep(300 * time.Millisecond)
}

// demo starts the program with its sandbox.
func demo(t *testing.T, more ...string) (base, world string) {
	t.Helper()
	world = freeAddr(t)
	n := &node{t: t, addr: freeAddr(t), args: append([]string{"--sandbox", "--sandbox-listen", world, "--data", t.TempDir()}, more...), log: &bytes.Buffer{}}
	n.start()
	t.Cleanup(n.kill)
	return "http://" + n.addr, "http://" + world
}

// codeOn reads the newest code on a simulated phone.
func codeOn(t *testing.T, world, phone string) string {
	t.Helper()
	resp, err := http.Get(world + "/phones/" + phone + "/messages")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var msgs []struct{ Body string }
	if err := json.NewDecoder(resp.Body).Decode(&msgs); err != nil || len(msgs) == 0 {
		t.Fatalf("no message on %s (%v)", phone, err)
	}
	return codeInText.FindString(msgs[0].Body)
}

// TestEveryScreen opens every screen as an administrator: it must answer, speak Turkish and be accessible, wide and narrow, light and dark.
func TestEveryScreen(t *testing.T) {
	base, _ := demo(t)
	for _, size := range []struct {
		name string
		w, h int64
	}{{"desk", 1280, 900}, {"phone", 360, 760}} {
		t.Run(size.name, func(t *testing.T) {
			b := newBrowser(t, base, size.w, size.h, true)
			b.open("/login")
			b.shot("login")
			b.axe()
			b.login()
			for _, path := range screens {
				b.open(path)
				var status int64
				b.do(chromedp.Evaluate(`performance.getEntriesByType("navigation")[0].responseStatus`, &status))
				if status != 200 {
					t.Errorf("%s answers %d", path, status)
					continue
				}
				var over bool
				b.do(chromedp.Evaluate(`document.documentElement.scrollWidth > innerWidth + 1`, &over))
				if over {
					t.Errorf("%s scrolls sideways at %d px", path, size.w)
				}
				b.axe()
				b.shot(strings.ReplaceAll(strings.Trim(path, "/"), "/", "-") + "-light")
			}
			b.do(chromedp.Evaluate(`document.documentElement.dataset.theme = "dark"`, nil))
			b.axe()
			b.shot("dark")
		})
	}
}

var screens = []string{"/", "/customers", "/customers/new", "/sale", "/service", "/messages", "/verifications", "/payments", "/payments/new", "/payments/summary", "/reconciliation", "/reconciliation/list", "/reconciliation/payouts", "/reconciliation/new", "/settings/dayend", "/settings", "/settings/company", "/settings/providers", "/settings/payments", "/settings/pos",
	"/settings/templates", "/settings/users", "/settings/keys", "/settings/webhooks", "/settings/audit", "/settings/blocks", "/settings/status", "/account"}

// engines of the whole program: extra flags for each.
func engines(t *testing.T, fn func(t *testing.T, flags []string)) {
	t.Run("sqlite", func(t *testing.T) { fn(t, nil) })
	t.Run("postgres", func(t *testing.T) { fn(t, []string{"--database-url", dbtest.Postgres(t)}) })
}
