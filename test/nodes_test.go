package test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/onay/onay/internal/app"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/db/dbtest"
)

// TestTwoNodesOnOneDatabase starts a verification on one node and checks it on the other, kills either in turn and loses nothing.
func TestTwoNodesOnOneDatabase(t *testing.T) {
	url := dbtest.Postgres(t)
	world, w := outsideWorld(t)
	dirs := []string{t.TempDir(), t.TempDir()}
	cfg := app.Config{Data: dirs[0], DatabaseURL: url}
	companyID := furnish(t, cfg, world)
	keys, err := os.ReadFile(cfg.KeysPath())
	if err != nil {
		t.Fatal(err)
	}
	nodes := make([]*node, 2)
	for i := range nodes {
		nodes[i] = &node{t: t, addr: freeAddr(t), args: []string{"--data", dirs[i], "--database-url", url},
			env: []string{"ONAY_KEYS=" + base64.StdEncoding.EncodeToString(keys)}, log: &bytes.Buffer{}}
		nodes[i].start()
		defer func() { nodes[i].kill() }()
	}
	at := func(i int) string { return "http://" + nodes[i].addr + "/v1/verifications" }
	verify := func(from, to, n int) {
		t.Helper()
		phone := fmt.Sprintf("+90532111%04d", 1050+n)
		id := call(t, "POST", at(from), testKey, map[string]any{"phone": phone}, 201)["id"].(string)
		code := codeInText.FindString(inbox(w, phone)[0].Body)
		if out := call(t, "POST", at(to)+"/"+id+"/check", testKey, map[string]any{"code": code}, 200); out["approved"] != true {
			t.Errorf("started on %d, checked on %d: %v", from, to, out)
		}
		if out := call(t, "POST", at(from)+"/"+id+"/check", testKey, map[string]any{"code": code}, 200); out["approved"] == true {
			t.Errorf("the code was accepted on both nodes")
		}
	}
	verify(0, 1, 1)
	verify(1, 0, 2)
	id := call(t, "POST", at(0), testKey, map[string]any{"phone": "+905321119950"}, 201)["id"].(string)
	nodes[0].kill()
	code := codeInText.FindString(inbox(w, "+905321119950")[0].Body)
	if out := call(t, "POST", at(1)+"/"+id+"/check", testKey, map[string]any{"code": code}, 200); out["approved"] != true {
		t.Errorf("after the first node was killed: %v", out)
	}
	verify(1, 1, 3)
	nodes[0].start()
	nodes[1].kill()
	verify(0, 0, 4)
	nodes[1].start()
	verify(0, 1, 5)

	a, err := app.Open(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer a.DB.Close()
	for end := time.Now().Add(35 * time.Second); ; time.Sleep(200 * time.Millisecond) {
		var open int
		if err := a.DB.Read(context.Background(), func(tx db.Tx) error {
			return tx.QueryRow("SELECT COUNT(*) FROM message WHERE company_id = $1 AND status NOT IN ('sent', 'delivered', 'canceled')", companyID).Scan(&open)
		}); err != nil {
			t.Fatal(err)
		}
		if open == 0 {
			break
		}
		if time.Now().After(end) {
			msgs, err := a.Messages.List(context.Background(), companyID, "", "", 20)
			t.Errorf("%d messages have no end: %+v %v", open, msgs, err)
			break
		}
	}
	if r, err := a.Log.Verify(context.Background()); err != nil || len(r.Faults) > 0 {
		t.Errorf("event log: %v %v", r.Faults, err)
	}
}
