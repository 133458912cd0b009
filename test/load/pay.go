package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/sandbox"
)

// pay charges cards at a steady rate, whether the answers keep up or not (open loop): a payment's time runs from when it was due. The
// bank is a simulated one in this process. With lost answers it then waits until every payment's end is known, and compares with the
// bank's books.
func pay(rate, seconds int, delay time.Duration, lost float64) {
	world := sandbox.New(sandbox.Config{})
	defer world.Close()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go http.Serve(ln, world.Handler())
	base := "http://" + ln.Addr().String()
	account := payAccount(world.BankAccounts(base)[0])
	fault := func(kind string, share float64, ms int64) {
		b, _ := json.Marshal(map[string]any{"system": "nestpay", "kind": kind, "rate": share, "delay_ms": ms})
		req, _ := http.NewRequest("PUT", base+"/faults", bytes.NewReader(b))
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			log.Fatal(err)
		}
		resp.Body.Close()
	}
	if delay > 0 {
		fault("slow", 1, delay.Milliseconds())
	}
	if lost > 0 {
		fault("timeout_before", lost/2, 1)
		fault("timeout_after", lost/2, 1)
	}
	card := testCard()
	addr := (*onay)[len("http://"):]
	total := rate * seconds
	due := make(chan time.Time, total)
	var wg sync.WaitGroup
	var mu sync.Mutex
	var all []time.Duration
	status := map[string]int{}
	var bad, next atomic.Int64
	run := time.Now().UnixNano()
	for range *conns {
		wg.Go(func() {
			conn := &caller{addr: addr}
			defer conn.close()
			var req []byte
			var mine []time.Duration
			words := map[string]int{}
			for t := range due {
				body := fmt.Sprintf(`{"amount":24990,"order_reference":"L-%d-%d","pos_account":%q,"secure3d":"off","client_ip":"203.0.113.9","card":%s}`, run, next.Add(1), account, card)
				req = fmt.Appendf(req[:0], "POST /v1/payments HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", addr, *key, len(body), body)
				code, err := conn.call(req)
				if err != nil || code != 201 {
					bad.Add(1)
					words[fmt.Sprint(code, err)]++
					continue
				}
				mine = append(mine, time.Since(t)-delay)
			}
			mu.Lock()
			all = append(all, mine...)
			for w, n := range words {
				status[w] += n
			}
			mu.Unlock()
		})
	}
	began := time.Now()
	for i := range total {
		at := began.Add(time.Duration(i) * time.Second / time.Duration(rate))
		if d := time.Until(at); d > 0 {
			time.Sleep(d)
		}
		due <- at
	}
	close(due)
	wg.Wait()
	took := time.Since(began).Seconds()
	slices.Sort(all)
	fmt.Printf("payments   %d/s offered for %d s, bank delay %v subtracted: %.0f/s, p50 %v, p99 %v, most %v; refused or failed %d %v\n", rate, seconds, delay, float64(len(all))/took, at(all, 50), at(all, 99), all[len(all)-1].Round(10*time.Microsecond), bad.Load(), status)
	if lost == 0 {
		return
	}
	end := time.Now()
	for said := 0.0; ; time.Sleep(100 * time.Millisecond) {
		unknown, captured := 0, 0
		for _, t := range payTotals() {
			switch t.Status {
			case "unknown", "authorizing":
				unknown += t.Count
			case "captured":
				captured += t.Count
			}
		}
		if now := time.Since(end).Seconds(); now >= said || unknown == 0 {
			fmt.Printf("           %4.1f s after the last: %d of %d unknown (%.3f %%)\n", now, unknown, total, 100*float64(unknown)/float64(total))
			said += 5
		}
		if unknown == 0 || time.Since(end) > 5*time.Minute {
			charges := 0
			for _, x := range world.BankStatement("nestpay") {
				if x.Live() {
					charges++
				}
			}
			fmt.Printf("           %d payments are captured, the bank has %d charges\n", captured, charges)
			return
		}
	}
}

func payCall(method, path string, in, out any) {
	var body io.Reader
	if in != nil {
		b, _ := json.Marshal(in)
		body = bytes.NewReader(b)
	}
	req, _ := http.NewRequest(method, *onay+path, body)
	req.Header.Set("Authorization", "Bearer "+*key)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	raw, _ := io.ReadAll(resp.Body)
	if resp.StatusCode >= 300 {
		log.Fatalf("%s %s: %s %s", method, path, resp.Status, raw)
	}
	if err := json.Unmarshal(raw, out); err != nil {
		log.Fatal(err)
	}
}

// payAccount adds an account that leads to the bank in this process.
func payAccount(a sandbox.BankAccount) string {
	var made struct{ ID string }
	payCall("POST", "/v1/pos-accounts", map[string]any{"bank": a.Bank, "name": "Load", "credentials": a.Credentials, "addresses": a.Addresses, "priority": 999}, &made)
	return made.ID
}

type payTotal struct {
	Status string
	Count  int
}

func payTotals() []payTotal {
	var out struct{ Data []payTotal }
	payCall("GET", "/v1/payment-totals", nil, &out)
	return out.Data
}

// testCard is a card that the simulated banks approve.
func testCard() string {
	number := ""
	for _, c := range sandbox.TestCard {
		if c != ' ' {
			number += string(c)
		}
	}
	if !pos.ValidNumber(number) {
		log.Fatal("the test card is not valid")
	}
	return fmt.Sprintf(`{"number":%q,"expiry_month":12,"expiry_year":2030,"cvv":"123","holder":"Load"}`, number)
}
