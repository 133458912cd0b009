package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// startups measures the time from exec to the first answer of /readyz, on empty folders and on one that exists, without the
// simulated world, and the memory of a program that has been idle for a while.
func startups(bin string, rounds int) {
	dir, err := os.MkdirTemp("", "onay-start-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	var empty, existing []time.Duration
	for i := range rounds {
		fresh := filepath.Join(dir, fmt.Sprint(i))
		d, _ := startup(bin, fresh, 0)
		empty = append(empty, d)
		d, _ = startup(bin, filepath.Join(dir, "0"), 0)
		existing = append(existing, d)
	}
	_, plain := startup(bin, filepath.Join(dir, "0"), 5*time.Second)
	_, sandbox := startup(bin, filepath.Join(dir, "sandbox"), 5*time.Second, "--sandbox", "--sandbox-listen", "127.0.0.1:18091")
	slices.Sort(empty)
	slices.Sort(existing)
	info, err := os.Stat(bin)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("exec to ready, %d starts each: empty folder median %v worst %v; existing folder median %v worst %v\n", rounds,
		empty[rounds/2].Round(time.Millisecond), empty[rounds-1].Round(time.Millisecond), existing[rounds/2].Round(time.Millisecond), existing[rounds-1].Round(time.Millisecond))
	fmt.Printf("resident memory after 5 idle seconds: %d MB, with the simulated world in the same process %d MB; program %d MB\n", plain>>10, sandbox>>10, info.Size()>>20)
}

// startup runs the program until it is ready and then for idle longer. It returns the time to ready and the resident KB.
func startup(bin, dir string, idle time.Duration, more ...string) (time.Duration, int) {
	const addr = "127.0.0.1:18081"
	cmd := exec.Command(bin, append([]string{"serve", "--data", dir, "--listen", addr}, more...)...)
	began := time.Now()
	if err := cmd.Start(); err != nil {
		log.Fatal(err)
	}
	for {
		resp, err := http.Get("http://" + addr + "/readyz")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == 200 {
				break
			}
		}
		if time.Since(began) > 10*time.Second {
			log.Fatal("the program did not become ready")
		}
		time.Sleep(200 * time.Microsecond)
	}
	took := time.Since(began)
	time.Sleep(idle)
	rss := 0
	if b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid)); err == nil {
		if _, after, ok := strings.Cut(string(b), "VmRSS:"); ok {
			fmt.Sscan(after, &rss)
		}
	}
	cmd.Process.Signal(syscall.SIGTERM)
	cmd.Wait()
	http.DefaultClient.CloseIdleConnections()
	return took, rss
}
