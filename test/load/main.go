// Command load measures how fast verifications are started, hand-over to a provider included. It plays the provider itself, so
// that it can stamp what arrives, and drives a running Onay over its REST API.
//
//	go run ./test/load -onay http://127.0.0.1:8080 -key KEY -connections 32 -seconds 10 -sink 127.0.0.1:8099
//
// The account of the company must point to the sink (http://127.0.0.1:8099) and have no rate limit; see docs/benchmarks.md.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

var (
	onay    = flag.String("onay", "http://127.0.0.1:8080", "address of Onay")
	key     = flag.String("key", "onay_test_sandbox", "API key")
	conns   = flag.Int("connections", 32, "parallel connections")
	seconds = flag.Int("seconds", 10, "how long")
	sink    = flag.String("sink", "127.0.0.1:8099", "address of the simulated provider")
	pace    = flag.Duration("pace", 0, "pause between two requests of a connection, for light load")
	setup   = flag.Bool("setup", false, "point the company's accounts to the sink, lift its limits, and end")
)

func main() {
	flag.Parse()
	if *setup {
		prepare()
		return
	}
	var arrived sync.Map // phone → time
	var received atomic.Int64
	ln, err := net.Listen("tcp", *sink)
	if err != nil {
		log.Fatal(err)
	}
	var body = []byte(`{"code":"00","jobId":"17377215342605050417149344","description":"success"}`)
	go http.Serve(ln, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		if i := bytes.Index(b, []byte(`"no":"`)); i >= 0 && len(b) >= i+16 {
			arrived.Store(string(b[i+6:i+16]), time.Now())
		}
		received.Add(1)
		w.Header().Set("Content-Type", "application/json")
		w.Write(body)
	}))
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: *conns, MaxConnsPerHost: *conns}, Timeout: 30 * time.Second}
	var next, bad atomic.Int64
	seed := time.Now().UnixNano() / 1000 % 10_000_000
	began := time.Now()
	end := began.Add(time.Duration(*seconds) * time.Second)
	lat := make([][]time.Duration, *conns)
	hand := make([][]time.Duration, *conns)
	var wg sync.WaitGroup
	for c := range *conns {
		wg.Go(func() {
			for time.Now().Before(end) {
				phone := fmt.Sprintf("5%09d", (seed*97+next.Add(1)*7919)%1_000_000_000)
				t := time.Now()
				req, _ := http.NewRequest("POST", *onay+"/v1/verifications", bytes.NewReader([]byte(`{"phone":"+90`+phone+`"}`)))
				req.Header.Set("Authorization", "Bearer "+*key)
				req.Header.Set("Content-Type", "application/json")
				resp, err := client.Do(req)
				if err != nil {
					bad.Add(1)
					continue
				}
				io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
				if resp.StatusCode != 201 {
					bad.Add(1)
					continue
				}
				lat[c] = append(lat[c], time.Since(t))
				if at, ok := arrived.LoadAndDelete(phone); ok {
					hand[c] = append(hand[c], at.(time.Time).Sub(t))
				}
				time.Sleep(*pace)
			}
		})
	}
	wg.Wait()
	took := time.Since(began).Seconds()
	all, handed := slices.Concat(lat...), slices.Concat(hand...)
	slices.Sort(all)
	slices.Sort(handed)
	fmt.Printf("%d connections, %.1f s: %.0f/s, p50 %v, p99 %v; handed over %d, request to hand-over p50 %v p99 %v; refused or failed %d\n", *conns, took,
		float64(len(all))/took, at(all, 50), at(all, 99), received.Load(), at(handed, 50), at(handed, 99), bad.Load())
}

func at(d []time.Duration, percent int) time.Duration {
	if len(d) == 0 {
		return 0
	}
	return d[min(len(d)-1, len(d)*percent/100)].Round(10 * time.Microsecond)
}

func prepare() {
	call := func(method, path string, in any, out any) {
		b, _ := json.Marshal(in)
		req, _ := http.NewRequest(method, *onay+path, bytes.NewReader(b))
		req.Header.Set("Authorization", "Bearer "+*key)
		req.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			log.Fatal(err)
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		if resp.StatusCode >= 300 {
			log.Fatalf("%s %s: %s %s", method, path, resp.Status, body)
		}
		if out != nil {
			if err := json.Unmarshal(body, out); err != nil {
				log.Fatal(err)
			}
		}
	}
	var accounts struct {
		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	call("GET", "/v1/provider-accounts", nil, &accounts)
	for _, a := range accounts.Data {
		call("PATCH", "/v1/provider-accounts/"+a.ID, map[string]any{"base_url": "http://" + *sink, "per_minute": 0}, nil)
	}
	var settings map[string]any
	call("GET", "/v1/settings", nil, &settings)
	settings["watch"].(map[string]any)["mode"] = "off"
	for k := range settings["limits"].(map[string]any) {
		if k != "phone_hour" && k != "phone_day" && k != "lock_attempts" {
			settings["limits"].(map[string]any)[k] = 1_000_000
		}
	}
	call("PUT", "/v1/settings", settings, nil)
}
