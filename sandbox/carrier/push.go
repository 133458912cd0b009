package carrier

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/onay/onay/sandbox/outside"
)

// pushTimeout is how long an answer is awaited; slower counts as a failure.
const pushTimeout = 5 * time.Second

// poster carries pushes to the customers' servers.
type poster struct {
	core     *outside.Core
	system   string
	schedule *schedule
	client   *http.Client
	slots    chan struct{} // bounds the pushes under way
}

func newPoster(core *outside.Core, system string, s *schedule) *poster {
	return &poster{core: core, system: system, schedule: s, client: &http.Client{Timeout: pushTimeout}, slots: make(chan struct{}, 32)}
}

// Push posts JSON to a URL, and again after each of the waits as long as the
// answer is not 200. The faults lost_callback and duplicate_callback count.
func (c *Carrier) Push(url string, body []byte, again []time.Duration) {
	p := c.poster
	if url == "" {
		return
	}
	if _, lost := p.core.Faults.Hit(p.system, outside.LostCallback); lost {
		return
	}
	go p.try(url, body, again)
	if _, twice := p.core.Faults.Hit(p.system, outside.DuplicateCallback); twice {
		go p.try(url, body, again)
	}
}

func (p *poster) try(url string, body []byte, again []time.Duration) {
	select {
	case p.slots <- struct{}{}:
	case <-p.core.Done():
		return
	}
	ok := p.post(url, body)
	<-p.slots
	if ok || len(again) == 0 {
		return
	}
	p.schedule.at(p.core.Clock.Now().Add(again[0]), func() { go p.try(url, body, again[1:]) })
}

func (p *poster) post(url string, body []byte) bool {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		select {
		case <-p.core.Done():
			cancel()
		case <-stop:
		}
	}()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return false
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := p.client.Do(req)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}
