package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/onay/onay/internal/db"
)

const (
	// timeout is for one try, from the first packet to the end of the answer.
	timeout = 15 * time.Second
	// claimFor is how long a node may take for a try before others take it over; longer than timeout.
	claimFor = time.Minute
	// parallel bounds the tries under way on a node, perEndpoint those that one claim takes for one endpoint, so that a
	// slow one leaves room for the others.
	parallel    = 16
	perEndpoint = 4
	// maxAnswer is how many bytes of an answer are kept.
	maxAnswer = 500
)

// delays are the waits after each failed try; after the last the delivery has failed.
var delays = []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}

// Deliver posts what is due and returns when nothing is left. Several nodes may run it at once; each delivery is claimed by one.
func (s *Service) Deliver(ctx context.Context) error {
	type end struct {
		endpoint string
		err      error
	}
	ends := make(chan end, parallel)
	busy := map[string]int{}
	n := 0
	var errs error
	finish := func(e end) {
		if busy[e.endpoint]--; busy[e.endpoint] == 0 {
			delete(busy, e.endpoint)
		}
		n--
		errs = errors.Join(errs, e.err)
	}
	for {
		if errs == nil && ctx.Err() == nil && n < parallel {
			claimed, err := s.claim(ctx, parallel-n, busy)
			errs = err
			for _, d := range claimed {
				n++
				busy[d.EndpointID]++
				go func() { ends <- end{d.EndpointID, s.attempt(ctx, d)} }()
			}
		}
		if n == 0 {
			return errs
		}
		select {
		case e := <-ends:
			finish(e)
		case <-time.After(time.Second): // others may have become due behind a slow one
		}
	}
}

func (s *Service) claim(ctx context.Context, limit int, busy map[string]int) (out []Delivery, err error) {
	now := s.clock.Now()
	args := []any{db.Micros(now.Add(claimFor)), db.Micros(now), perEndpoint, limit}
	skip := ""
	for id, n := range busy {
		if n >= perEndpoint {
			args = append(args, id)
			skip += " AND endpoint_id <> $" + strconv.Itoa(len(args))
		}
	}
	err = s.db.Write(ctx, func(tx db.Tx) (err error) {
		out, err = db.All(tx, scanDelivery, `UPDATE webhook_delivery SET tries = tries + 1, next_at = $1 WHERE id IN (SELECT id FROM
			(SELECT id, next_at, ROW_NUMBER() OVER (PARTITION BY endpoint_id ORDER BY next_at, id) AS place FROM webhook_delivery
			WHERE status = 'pending' AND next_at <= $2`+skip+`) due WHERE place <= $3 ORDER BY next_at, id LIMIT $4)
			AND status = 'pending' AND next_at <= $2 RETURNING `+deliveryColumns, args...)
		return err
	})
	return out, err
}

// outcome is what came of one try.
type outcome struct {
	status int    // HTTP; 0: no answer
	answer string // first bytes of the answer, or why there is none
	final  bool   // no use to try again
}

// attempt makes one try of a claimed delivery and writes what came of it.
func (s *Service) attempt(ctx context.Context, d Delivery) error {
	var e Endpoint
	var secret []byte
	var body []byte
	err := s.db.Read(ctx, func(tx db.Tx) (err error) {
		if e, err = getEndpoint(tx, d.CompanyID, d.EndpointID); err != nil {
			return err
		}
		if err = tx.QueryRow("SELECT secret FROM webhook_endpoint WHERE id = $1", e.ID).Scan(&secret); err != nil {
			return err
		}
		body, err = payload(tx, d)
		return err
	})
	var o outcome
	if errors.Is(err, errNoEvent) {
		o = outcome{answer: "Olay kaydı okunamadı.", final: true}
	} else if err != nil {
		return fmt.Errorf("prepare webhook delivery: %w", err)
	} else if !e.Enabled {
		o = outcome{answer: endpointOff, final: true}
	} else if plain, err := s.vault.Open(secret, "webhook_endpoint:"+e.ID); err != nil {
		o = outcome{answer: "Webhook gizli anahtarı açılamadı; yenileyin.", final: true}
	} else {
		o = s.post(ctx, e, d, string(plain), body)
	}
	if ctx.Err() != nil && o.status == 0 {
		return nil // the program ends; the claim runs out and another try follows
	}
	return s.settle(context.WithoutCancel(ctx), d, o)
}

// errNoEvent says that the event of a delivery is gone or was damaged.
var errNoEvent = errors.New("webhook: event cannot be read")

// payload is the body of a delivery: the event's data with where it belongs in the order of things.
func payload(tx db.Tx, d Delivery) ([]byte, error) {
	var object, data string
	var sequence, at int64
	err := tx.QueryRow("SELECT object_id, object_seq, data, at FROM event WHERE seq = $1 AND company_id = $2", d.EventSeq, d.CompanyID).Scan(&object, &sequence, &data, &at)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errNoEvent
	}
	if err != nil {
		return nil, err
	}
	fields := map[string]any{}
	dec := json.NewDecoder(strings.NewReader(data))
	dec.UseNumber()
	if err := dec.Decode(&fields); err != nil || fields == nil {
		return nil, errNoEvent
	}
	fields["company_id"], fields["object_id"], fields["sequence"], fields["event_seq"] = d.CompanyID, object, sequence, d.EventSeq
	return json.Marshal(struct {
		Type      string         `json:"type"`
		Timestamp time.Time      `json:"timestamp"`
		Data      map[string]any `json:"data"`
	}{d.Kind, db.Time(at), fields})
}

func (s *Service) post(ctx context.Context, e Endpoint, d Delivery, secret string, body []byte) outcome {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	sign, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return outcome{answer: "Webhook gizli anahtarı okunamadı; yenileyin.", final: true}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.URL, bytes.NewReader(body))
	if err != nil {
		return outcome{answer: "Webhook adresi geçersiz.", final: true}
	}
	id, now := "evt_"+strconv.FormatInt(d.EventSeq, 10), s.clock.Now()
	signature, err := sign.Sign(id, now, body)
	if err != nil {
		return outcome{answer: "İmza atılamadı."}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Onay-Webhook/1")
	req.Header.Set(standardwebhooks.HeaderWebhookID, id)
	req.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	req.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	res, err := s.http.Do(req)
	if err != nil {
		return outcome{answer: short(why(err))}
	}
	defer res.Body.Close()
	answer, _ := io.ReadAll(io.LimitReader(res.Body, maxAnswer)) // the status is what counts
	return outcome{status: res.StatusCode, answer: short(string(answer)), final: res.StatusCode == http.StatusGone}
}

// why leaves the address out of an error of the client: it is on the endpoint already and may hold a token.
func why(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		if u.Timeout() {
			return "Zamanında yanıt gelmedi."
		}
		err = u.Err
	}
	if errors.Is(err, errPrivate) {
		return "Adres özel bir ağa çıkıyor; gönderilmedi."
	}
	return err.Error()
}

// short gives the beginning of a text in a form that every database keeps.
func short(s string) string {
	s = strings.ReplaceAll(s[:min(len(s), maxAnswer)], "\x00", "")
	return strings.ToValidUTF8(s, "")
}

// settle writes the outcome of a try, unless a replay has begun anew meanwhile.
func (s *Service) settle(ctx context.Context, d Delivery, o outcome) error {
	now := s.clock.Now()
	status, next, ended := Pending, now, time.Time{}
	switch {
	case o.status >= 200 && o.status < 300:
		status, ended = Delivered, now
	case o.final || d.Kind == testKind || d.Tries > len(delays):
		status, ended = Failed, now
	default:
		next = now.Add(delays[d.Tries-1])
	}
	if err := s.db.Write(ctx, func(tx db.Tx) error {
		_, err := tx.Exec(`UPDATE webhook_delivery SET status = $1, http_status = $2, answer = $3, next_at = $4, ended_at = $5
			WHERE id = $6 AND status = 'pending' AND tries = $7`, status, o.status, o.answer, db.Micros(next), db.Micros(ended), d.ID, d.Tries)
		return err
	}); err != nil {
		return fmt.Errorf("keep webhook outcome: %w", err)
	}
	if status != Failed {
		return nil
	}
	if o.status == http.StatusGone {
		s.lg.Warn("webhook endpoint answered 410 Gone and was disabled", "endpoint", d.EndpointID, "company", d.CompanyID)
		_, err := s.update(ctx, d.CompanyID, d.EndpointID, "410 Gone", func(e *Endpoint) error { e.Enabled = false; return nil })
		return err
	}
	s.lg.Warn("webhook delivery failed for good", "delivery", d.ID, "endpoint", d.EndpointID, "http_status", o.status)
	return nil
}
