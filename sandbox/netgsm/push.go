package netgsm

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/onay/onay/sandbox/outside"
)

// pushTimeout is how long an answer is awaited; slower counts as a failure.
const pushTimeout = 5 * time.Second

// retryAfter are the waits before the second and the third try; then the push
// is given up.
var retryAfter = []time.Duration{time.Minute, 5 * time.Minute}

// pusher carries customers' texts to the address of the subscriber.
type pusher struct {
	core     *outside.Core
	schedule *schedule
	client   *http.Client
	nextID   atomic.Uint64
	slots    chan struct{} // bounds the pushes under way

	mu   sync.Mutex
	held map[string]func() // by subscriber: waits for the next one in mode reversed
}

func newPusher(core *outside.Core, sched *schedule) *pusher {
	p := &pusher{
		core: core, schedule: sched, client: &http.Client{Timeout: pushTimeout},
		slots: make(chan struct{}, 32), held: map[string]func(){},
	}
	p.nextID.Store(112_345_719)
	return p
}

// inbound pushes one text as the account's switches and the faults want it.
func (p *pusher) inbound(a Account, m inbound) {
	if a.InboundURL == "" || a.InboundMode == "never" {
		return
	}
	if _, lost := p.core.Faults.Hit(System, outside.LostCallback); lost {
		return
	}
	times := 1
	if _, twice := p.core.Faults.Hit(System, outside.DuplicateCallback); twice || a.InboundMode == "twice" {
		times = 2
	}
	send := func() {
		for range times {
			go p.try(a, m, 0)
		}
	}
	if a.InboundDelay > 0 {
		now := send
		wait := time.Duration(a.InboundDelay) * time.Second
		send = func() { p.schedule.at(p.core.Clock.Now().Add(wait), now) }
	}
	if a.InboundMode == "reversed" {
		p.reverse(a.Usercode, send)
		return
	}
	send()
}

// reverse holds every first text back until the second is on its way.
func (p *pusher) reverse(usercode string, send func()) {
	p.mu.Lock()
	earlier := p.held[usercode]
	if earlier == nil {
		p.held[usercode] = send
	} else {
		delete(p.held, usercode)
	}
	p.mu.Unlock()
	if earlier == nil {
		return
	}
	send()
	// The pushes run side by side; a moment between them keeps the order turned.
	p.schedule.at(p.core.Clock.Now().Add(200*time.Millisecond), earlier)
}

func (p *pusher) try(a Account, m inbound, attempt int) {
	select {
	case p.slots <- struct{}{}:
	case <-p.core.Done():
		return
	}
	ok := p.post(a, m)
	<-p.slots
	if ok || attempt >= len(retryAfter) {
		return
	}
	p.schedule.at(p.core.Clock.Now().Add(retryAfter[attempt]), func() { go p.try(a, m, attempt+1) })
}

func (p *pusher) post(a Account, m inbound) bool {
	body, contentType, err := pushBody(a, m)
	if err != nil {
		return false
	}
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
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.InboundURL, bytes.NewReader(body))
	if err != nil {
		return false
	}
	req.Header.Set("Content-Type", contentType)
	if a.InboundForm == "b" && a.InboundKey != "" {
		req.Header.Set("xapi-key", a.InboundKey)
	}
	res, err := p.client.Do(req)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode >= 200 && res.StatusCode < 300
}

// pushBody writes form A (as a form or as JSON) or form B.
func pushBody(a Account, m inbound) (body []byte, contentType string, err error) {
	id := strconv.FormatUint(m.id, 10)
	switch a.InboundForm {
	case "b":
		body, err = json.Marshal(struct {
			ID   uint64 `json:"messageId"`
			To   string `json:"subscriberNumber"`
			From string `json:"sourceNumber"`
			At   string `json:"messageDateTime"`
			Text string `json:"content"`
		}{m.id, a.Usercode, m.from, m.at.Format(layoutISO), m.text})
		return body, "application/json", err
	case "json":
		body, err = json.Marshal(struct {
			From string `json:"ceptel"`
			Text string `json:"mesaj"`
			To   string `json:"aboneno"`
			ID   string `json:"gorevid"`
			At   string `json:"tarih"`
		}{m.from, m.text, a.Usercode, id, m.at.Format(layoutMillis)})
		return body, "application/json", err
	}
	form := url.Values{
		"ceptel": {m.from}, "mesaj": {m.text}, "aboneno": {a.Usercode}, "gorevid": {id}, "tarih": {m.at.Format(layoutMillis)},
	}
	return []byte(form.Encode()), "application/x-www-form-urlencoded", nil
}
