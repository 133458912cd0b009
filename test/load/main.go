// Command load measures how fast verifications are started, hand-over to a provider included. It plays the provider itself, so
// that it can stamp what arrives, and drives a running Onay over its REST API. To compare, it drives knadh/otpgateway in the
// same way, with the same provider:
//
//	go run ./test/load -onay http://127.0.0.1:8080 -setup
//	go run ./test/load -onay http://127.0.0.1:8080 -connections 32
//	go run ./test/load -otpgateway http://127.0.0.1:9000 -auth namespace:secret -connections 32
//
// otpgateway needs a webhook provider named "sink" that posts to the address of -sink. See docs/benchmarks.md.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

var (
	onay    = flag.String("onay", "http://127.0.0.1:8080", "address of Onay")
	key     = flag.String("key", "onay_test_sandbox", "API key")
	other   = flag.String("otpgateway", "", "address of an otpgateway to measure instead")
	auth    = flag.String("auth", "bench:bench-secret", "its namespace and secret")
	conns   = flag.Int("connections", 32, "parallel connections")
	seconds = flag.Int("seconds", 10, "how long")
	sinkAt  = flag.String("sink", "127.0.0.1:8099", "address of the simulated provider")
	pace    = flag.Duration("pace", 0, "pause between two requests of a connection, for light load")
	starts  = flag.String("startup", "", "measure instead how fast this program becomes ready, and its idle memory")
	payRate = flag.Int("pay", 0, "measure payments instead: so many a second, in an open loop")
	delay   = flag.Duration("bank-delay", 0, "how long the simulated bank takes; it is subtracted")
	lost    = flag.Float64("lost", 0, "share of the bank's answers that are lost")
	setup   = flag.Bool("setup", false, "point the company's accounts to the sink, lift its limits, and end")
)

func main() {
	flag.Parse()
	if *starts != "" {
		startups(*starts, 10)
		return
	}
	if *setup {
		prepare()
		return
	}
	if *payRate > 0 {
		pay(*payRate, *seconds, *delay, *lost)
		return
	}
	sink, err := newSink(*sinkAt)
	if err != nil {
		log.Fatal(err)
	}
	target := newOnay(*onay, *key)
	if *other != "" {
		target = newGateway(*other, *auth)
	}
	var next, bad atomic.Int64
	seed := time.Now().UnixNano() / 1000 % 10_000_000
	began := time.Now()
	end := began.Add(time.Duration(*seconds) * time.Second)
	lat := make([][]time.Duration, *conns)
	hand := make([][]time.Duration, *conns)
	var wg sync.WaitGroup
	for c := range *conns {
		wg.Go(func() {
			conn := &caller{addr: target.addr}
			defer conn.close()
			var req []byte
			for time.Now().Before(end) {
				phone := fmt.Sprintf("5%09d", (seed*97+next.Add(1)*7919)%1_000_000_000)
				req = target.request(req[:0], phone)
				t := time.Now()
				status, err := conn.call(req)
				if err != nil || status/100 != 2 {
					bad.Add(1)
					continue
				}
				lat[c] = append(lat[c], time.Since(t))
				if at, ok := sink.arrived(phone); ok {
					hand[c] = append(hand[c], at.Sub(t))
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
	fmt.Printf("%-10s %d connections, %.1f s: %.0f/s, p50 %v, p99 %v; handed over %d, request to hand-over p50 %v p99 %v; refused or failed %d\n", target.name, *conns, took,
		float64(len(all))/took, at(all, 50), at(all, 99), sink.received.Load(), at(handed, 50), at(handed, 99), bad.Load())
}

func at(d []time.Duration, percent int) time.Duration {
	if len(d) == 0 {
		return 0
	}
	return d[min(len(d)-1, len(d)*percent/100)].Round(10 * time.Microsecond)
}

// target is a program under test: where it listens and how a start is asked of it.
type target struct {
	name    string
	addr    string
	request func(buf []byte, phone string) []byte
}

func newOnay(base, key string) target {
	addr := base[len("http://"):]
	return target{"onay", addr, func(b []byte, phone string) []byte {
		body := `{"phone":"+90` + phone + `"}`
		return fmt.Appendf(b, "POST /v1/verifications HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", addr, key, len(body), body)
	}}
}

func newGateway(base, auth string) target {
	addr := base[len("http://"):]
	basic := base64.StdEncoding.EncodeToString([]byte(auth))
	return target{"otpgateway", addr, func(b []byte, phone string) []byte {
		body := "provider=sink&to=%2B90" + phone
		return fmt.Appendf(b, "PUT /api/otp/phone%s HTTP/1.1\r\nHost: %s\r\nAuthorization: Basic %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", phone, addr, basic, len(body), body)
	}}
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
		call("PATCH", "/v1/provider-accounts/"+a.ID, map[string]any{"base_url": "http://" + *sinkAt, "per_minute": 0}, nil)
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
