package test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onay/onay/internal/app"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/sandbox"
	"github.com/onay/onay/sandbox/outside"
)

var codeInText = regexp.MustCompile(`\b[0-9]{6}\b`)

// TestKilledUnderLoad kills the program at random moments while verifications are started and checked. Afterwards everything
// that was answered with 2xx is there, every message was handed over or has expired, none was handed over after its end, no code was accepted twice, the database and
// the event log are whole, and no code is left in any file. ONAY_CRASH_ROUNDS sets the number of kills (8 by default).
func TestKilledUnderLoad(t *testing.T) {
	rounds := 8
	if s := os.Getenv("ONAY_CRASH_ROUNDS"); s != "" {
		rounds, _ = strconv.Atoi(s)
	}
	world, w := outsideWorld(t)
	dir := t.TempDir()
	cfg := app.Config{Data: dir}
	companyID := furnish(t, cfg, world)
	shortLife(t, cfg, companyID)
	call(t, "PUT", world+"/faults", "", map[string]any{"system": "netgsm", "kind": "http_500", "rate": 0.2}, 200)
	n := &node{t: t, addr: freeAddr(t), args: []string{"--data", dir}, log: &bytes.Buffer{}}
	base := "http://" + n.addr + "/v1/verifications"

	var mu sync.Mutex
	accepted := map[string]string{} // id → phone
	approvals := map[string]int{}
	var next atomic.Int64
	for range rounds {
		n.start()
		if err := integrity(dir); err != nil {
			t.Fatal(err)
		}
		stop := make(chan struct{})
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					i := next.Add(1)
					phone := fmt.Sprintf("+905%02d%05d%02d", 30+i/100000%60, i%100000, 50+i%50)
					status, out, err := try("POST", base, testKey, map[string]any{"phone": phone})
					if err != nil || status != 201 {
						continue
					}
					id := out["id"].(string)
					mu.Lock()
					accepted[id] = phone
					mu.Unlock()
					if i%3 != 0 {
						continue
					}
					got := inbox(w, phone)
					if len(got) == 0 {
						continue
					}
					code := codeInText.FindString(got[0].Body)
					for range 2 {
						if status, out, err := try("POST", base+"/"+id+"/check", testKey, map[string]any{"code": code}); err == nil && status == 200 && out["approved"] == true {
							mu.Lock()
							approvals[id]++
							mu.Unlock()
						}
					}
				}
			})
		}
		time.Sleep(time.Duration(50+rand.IntN(400)) * time.Millisecond)
		n.kill()
		close(stop)
		wg.Wait()
	}

	// The last start: the net hands over what is still within its life once the dead process's claims have ended.
	n.start()
	ctx := context.Background()
	a, err := app.Open(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	waiting := func() (left int) {
		if err := a.DB.Read(ctx, func(tx db.Tx) error {
			return tx.QueryRow("SELECT COUNT(*) FROM message WHERE status IN ('queued', 'sending')").Scan(&left)
		}); err != nil {
			t.Fatal(err)
		}
		return left
	}
	for end := time.Now().Add(70 * time.Second); waiting() > 0 && time.Now().Before(end); {
		time.Sleep(200 * time.Millisecond)
	}
	if left := waiting(); left > 0 {
		t.Errorf("%d messages are still waiting", left)
	}
	for id, phone := range accepted {
		v, err := a.Verifications.Get(ctx, companyID, id)
		if err != nil {
			t.Fatalf("accepted verification %s is gone: %v", id, err)
		}
		if approvals[id] > 1 {
			t.Errorf("%s was approved %d times", id, approvals[id])
		}
		if approvals[id] == 1 && v.Status != "approved" {
			t.Errorf("%s was answered as approved and is %s", id, v.Status)
		}
		msgs, err := a.Messages.OfOwner(ctx, companyID, id)
		if err != nil || len(msgs) != 1 {
			t.Fatalf("%s has %d messages (%v)", id, len(msgs), err)
		}
		arrived := inbox(w, phone)
		if msgs[0].Status == "sent" && len(arrived) == 0 {
			t.Errorf("%s is called sent, and its phone got nothing", id)
		}
		for _, m := range arrived {
			if m.At.After(msgs[0].ExpiresAt) {
				t.Errorf("the code of %s ended at %v and was sent at %v", id, msgs[0].ExpiresAt, m.At)
			}
		}
	}
	n.kill()
	if _, err := a.Log.Seal(ctx); err != nil {
		t.Fatal(err)
	}
	report, err := a.Log.Verify(ctx)
	if err != nil || len(report.Faults) > 0 {
		t.Errorf("event log: %v %v", report.Faults, err)
	}
	if err := a.DB.Close(); err != nil {
		t.Fatal(err)
	}
	sweep(t, dir, n.log.String(), w, accepted)
	t.Logf("%d kills, %d accepted, %d approved, %d events", rounds, len(accepted), len(approvals), report.Rows)
}

// shortLife gives codes the shortest life there is, so that in a long run some end before they could be sent.
func shortLife(t *testing.T, c app.Config, companyID string) {
	t.Helper()
	a, err := app.Open(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer a.DB.Close()
	if _, err := a.Companies.Update(context.Background(), companyID, "company.settings_changed", func(c *company.Company) error {
		c.Settings.ValidSeconds = 60
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func integrity(dir string) error {
	d, err := db.Open(context.Background(), db.Config{Path: filepath.Join(dir, "onay.db")})
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Check(context.Background())
}

// secretsOf the test must stand in no file of the data folder but the key file, and in no log.
var secretsOf = []string{"sandbox-netgsm", testKey}

// sweep looks for codes and secrets in everything that the program wrote. A code alone is six digits, which other data has by
// chance; so the texts are looked for in which the code was sent.
func sweep(t *testing.T, dir, log string, w *sandbox.World, phones map[string]string) {
	t.Helper()
	hay := []byte(log)
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.HasSuffix(f, "onay.keys") {
			continue
		}
		b, err := os.ReadFile(f)
		if errors.Is(err, fs.ErrNotExist) {
			continue // the engine has tidied up
		}
		if err != nil {
			t.Fatal(err)
		}
		hay = append(hay, b...)
	}
	for _, s := range secretsOf {
		if bytes.Contains(hay, []byte(s)) {
			t.Errorf("the secret %q stands in a file or in the log", s)
		}
	}
	checked := 0
	for _, phone := range phones {
		for _, m := range inbox(w, phone) {
			code := codeInText.FindString(m.Body)
			if code == "" {
				continue
			}
			checked++
			if bytes.Contains(hay, []byte("kodunuz: "+code)) {
				t.Errorf("the text with a code stands in a file or in the log")
				return
			}
		}
		if checked > 500 {
			return
		}
	}
	if checked == 0 {
		t.Error("no code was looked for")
	}
}

// inbox is what a phone holds, newest first.
func inbox(w *sandbox.World, phone string) []outside.Message {
	m, err := w.Messages(phone)
	if err != nil {
		return nil
	}
	return m
}
