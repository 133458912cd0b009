package iys

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"os"
	"sync"
	"time"

	"github.com/onay/onay/sandbox/outside"
)

// pushTimeout is how long an answer is awaited.
const pushTimeout = 5 * time.Second

// repeatAfter are the waits before a failed push is tried again.
var repeatAfter = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute}

type connection struct {
	URL      string `json:"url"`
	Type     string `json:"type"`
	Username string `json:"username"`
	Password string `json:"password"`
	brand    int64
	since    string
}

type delivery struct {
	to   connection
	body []byte
	try  int
	due  time.Time
}

// pusher carries movements made at İYS to the merchants.
type pusher struct {
	core   *outside.Core
	cfg    Config
	client *http.Client
	slots  chan struct{}

	mu    sync.Mutex
	conns []connection
	queue []delivery // failed ones
}

func newPusher(core *outside.Core, cfg Config) *pusher {
	p := &pusher{core: core, cfg: cfg, client: cfg.PushClient, slots: make(chan struct{}, 16)}
	if p.client == nil {
		p.client = &http.Client{Timeout: pushTimeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	core.Clock.OnChange(func(time.Duration) { p.flush() })
	return p
}

// testEvent is the same for every merchant.
var testEvent = []byte(`{"list":[{"iysCode":121212,"brandCode":121212,"consentDate":"2015-05-01 15:00:00","creationDate":"2015-05-01 15:00:00","source":"IYS_MOBIL","recipient":"pushtest@iys.org.tr","recipientType":"BIREYSEL","status":"ONAY","type":"EPOSTA","transactionId":"e52ee30512adfcd2a41fb3b4682f5bd61eee5b1c92bda665fc0b7e56644d429d"}]}`)

func (s *Server) register(w http.ResponseWriter, r *http.Request, brand int64) {
	var body struct {
		Connection []connection `json:"connection"`
	}
	if !readBody(w, r, &body) || len(body.Connection) == 0 {
		s.refuse(w, 400, refusal(400, "H014"))
		return
	}
	p := s.push
	for _, c := range body.Connection {
		u, err := url.Parse(c.URL)
		p.mu.Lock()
		n := 0
		for _, o := range p.conns {
			if o.brand == brand && o.Type == c.Type {
				n++
			}
		}
		p.mu.Unlock()
		var no *fault
		switch {
		case !validType(c.Type):
			no = field("H117", "type", c.Type)
		case err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && s.cfg.PlainPush):
			no = field("H531", "url", c.URL)
		case c.Username == "" || c.Password == "":
			no = field("H093", "username", nil)
		case n >= 2:
			no = field("H530", "url", c.URL)
		default:
			if code := p.probe(c); code != "" {
				no = field(code, "url", c.URL)
			}
		}
		if no != nil {
			s.refuse(w, 422, no)
			return
		}
		c.brand, c.since = brand, s.now().Format(layout)
		p.mu.Lock()
		p.conns = append(p.conns, c)
		p.mu.Unlock()
	}
	writeJSON(w, 200, map[string]string{"message": "Bağlantı oluşturuldu"})
}

// probe calls once without credentials, which must be refused, and once with
// them, which posts the test event.
func (p *pusher) probe(c connection) string {
	open := c
	open.Username = ""
	status, err := p.post(open, testEvent)
	if err == nil && status == http.StatusUnauthorized {
		status, err = p.post(c, testEvent)
		if err == nil && status >= 200 && status < 300 {
			return ""
		}
	}
	if errors.Is(err, context.DeadlineExceeded) || os.IsTimeout(err) {
		return "H191"
	}
	return "H530"
}

func (p *pusher) post(c connection, body []byte) (int, error) {
	ctx, cancel := context.WithTimeout(context.Background(), pushTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	if c.Username != "" {
		req.SetBasicAuth(c.Username, c.Password)
	}
	res, err := p.client.Do(req)
	if err != nil {
		return 0, err
	}
	_ = res.Body.Close()
	return res.StatusCode, nil
}

func (s *Server) unregister(w http.ResponseWriter, r *http.Request, brand int64) {
	var c connection
	if !readBody(w, r, &c) {
		s.refuse(w, 400, refusal(400, "H014"))
		return
	}
	p := s.push
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, o := range p.conns {
		if o.brand == brand && o.URL == c.URL && o.Type == c.Type && o.Username == c.Username && o.Password == c.Password {
			p.conns = append(p.conns[:i], p.conns[i+1:]...)
			writeJSON(w, 200, map[string]string{"message": "Bağlantı Kaldırıldı"})
			return
		}
	}
	s.refuse(w, 422, field("H530", "url", c.URL))
}

func (p *pusher) list(brand int64) []map[string]string {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := []map[string]string{}
	for _, c := range p.conns {
		if c.brand == brand {
			out = append(out, map[string]string{"url": c.URL, "type": c.Type, "registerTime": c.since, "status": "Bağlantı Oluşturuldu"})
		}
	}
	return out
}

// send hands a movement to every connection of its brand and type.
func (p *pusher) send(iysCode, brand int64, m movement) {
	body, err := json.Marshal(map[string]any{"list": []any{struct {
		IYSCode   int64 `json:"iysCode"`
		BrandCode int64 `json:"brandCode"`
		movement
	}{iysCode, brand, m}}})
	if err != nil {
		return
	}
	p.mu.Lock()
	conns := append([]connection{}, p.conns...)
	p.mu.Unlock()
	for _, c := range conns {
		if c.brand != brand || c.Type != m.Type {
			continue
		}
		if _, lost := p.core.Faults.Hit(System, outside.LostCallback); lost {
			continue
		}
		times := 1
		if _, twice := p.core.Faults.Hit(System, outside.DuplicateCallback); twice {
			times = 2
		}
		for range times {
			go p.try(delivery{to: c, body: body})
		}
	}
}

func (p *pusher) try(d delivery) {
	select {
	case p.slots <- struct{}{}:
	case <-p.core.Done():
		return
	}
	status, err := p.post(d.to, d.body)
	<-p.slots
	if err == nil && status >= 200 && status < 300 || p.cfg.NeverRepeatPush || d.try >= len(repeatAfter) {
		return
	}
	wait := repeatAfter[d.try]
	d.due, d.try = p.core.Clock.Now().Add(wait), d.try+1
	p.mu.Lock()
	p.queue = append(p.queue, d)
	p.mu.Unlock()
	time.AfterFunc(wait, p.flush)
}

// flush tries what has become due.
func (p *pusher) flush() {
	now := p.core.Clock.Now()
	p.mu.Lock()
	var due []delivery
	rest := p.queue[:0]
	for _, d := range p.queue {
		if d.due.After(now) {
			rest = append(rest, d)
		} else {
			due = append(due, d)
		}
	}
	p.queue = rest
	p.mu.Unlock()
	for _, d := range due {
		go p.try(d)
	}
}
