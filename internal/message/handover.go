package message

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/sms"
)

// handTimeout is how long one provider may take to answer before the next is asked: a second code SMS is harmless, none is not.
const handTimeout = 4 * time.Second

// result is the outcome of one hand-over, on its way to the database.
type result struct {
	m       Message
	status  Status // sent, queued (tried again later), failed or expired
	account *accountState
	ref     string
	code    string
	text    string
	next    time.Time // when the net tries again
	tries   []Attempt
	at      time.Time
	done    chan struct{}
}

// Attempt is one try at one account, as the message's timeline shows it.
type Attempt struct {
	Account string `json:"account"`
	Name    string `json:"name"`
	Code    string `json:"code,omitempty"`
	Outcome string `json:"outcome"`
	Millis  int64  `json:"ms"`
}

// HandOver gives a message that this node has claimed to the first provider that takes it, and returns with the outcome
// as soon as it is known; writing it down follows. The claim ends by itself, so an outcome that is lost with the process is
// made good by the net.
func (s *Service) HandOver(ctx context.Context, m Message, text string) Message {
	r := s.try(ctx, m, text)
	m.Status = r.status
	if r.status == Sent {
		m.SentAt = r.at
	}
	m.ErrorCode, m.ErrorText = r.code, r.text
	s.results <- r
	return m
}

func (s *Service) try(ctx context.Context, m Message, text string) result {
	r := result{m: m, status: Queued}
	p, err := s.pool(ctx, m.CompanyID)
	if err != nil {
		s.lg.Error("provider accounts cannot be read", "company", m.CompanyID, "error", err)
	}
	if p != nil {
		for _, a := range p.accounts {
			if a.Status != "on" || r.status == Sent || r.status == Failed {
				continue
			}
			if !s.clock.Now().Before(m.ExpiresAt) {
				break
			}
			if a.limiter != nil && !a.limiter.Allow() {
				r.tries = append(r.tries, Attempt{a.ID, a.Name, "", "rate", 0})
				r.code, r.text = "rate", "Hesabın dakikalık sınırı doldu."
				continue
			}
			if !a.breaker.TryAcquirePermit() {
				r.tries = append(r.tries, Attempt{a.ID, a.Name, "", "resting", 0})
				if r.code == "" {
					r.code, r.text = "resting", "Sağlayıcı az önce üst üste hata verdi; kısa süre sonra yeniden denenecek."
				}
				continue
			}
			s.one(ctx, &r, a, text)
		}
		if len(p.accounts) == 0 && r.code == "" {
			r.code, r.text = "no_provider", "Açık bir SMS sağlayıcı hesabı yok."
		}
	}
	r.at = s.clock.Now()
	if r.status == Queued {
		r.next = r.at.Add(backoff(m.Tries))
	}
	return r
}

func (s *Service) one(ctx context.Context, r *result, a *accountState, text string) {
	m := r.m
	// The caller may leave; the provider's answer is still wanted. A message never leaves after its end.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), min(handTimeout, m.ExpiresAt.Sub(s.clock.Now())))
	defer cancel()
	ctx, span := otel.Tracer("github.com/onay/onay/internal/message").Start(ctx, "sms.send", trace.WithSpanKind(trace.SpanKindClient))
	defer span.End()
	began := time.Now()
	acc, err := a.sender.Send(ctx, sms.Message{ID: m.ID, To: m.Recipient, Sender: a.Header, Body: text, Route: sms.Route(m.Route), Encoding: sms.Encoding(m.Encoding)})
	at := Attempt{Account: a.ID, Name: a.Name, Code: acc.Code, Outcome: "accepted", Millis: time.Since(began).Milliseconds()}
	if span.IsRecording() {
		span.SetAttributes(attribute.String("onay.message", m.ID), attribute.String("onay.provider", a.Provider), attribute.String("onay.account", a.ID))
	}
	if err == nil {
		a.breaker.RecordSuccess()
		r.status, r.account, r.ref, r.code, r.text = Sent, a, acc.ProviderID, "", ""
		r.tries = append(r.tries, at)
		return
	}
	kind := sms.KindOf(err)
	at.Outcome = string(kind)
	span.SetStatus(codes.Error, string(kind))
	var e *sms.Error
	if errors.As(err, &e) {
		at.Code = e.Code
		r.code, r.text = e.Code, e.Explain("tr")
		if r.code == "" {
			r.code = string(kind)
		}
	} else {
		r.code, r.text = "error", "Sağlayıcıya ulaşılamadı."
	}
	r.tries = append(r.tries, at)
	switch kind {
	case sms.KindNotSent, sms.KindAmbiguous:
		a.breaker.RecordFailure()
	case sms.KindText, sms.KindNumber: // no other account would think differently
		a.breaker.RecordSuccess()
		r.status = Failed
	default:
		a.breaker.RecordSuccess() // it answers; that it says no is a matter of its settings
	}
}

// backoff grows from 2 s to 20 s: inside the life of a code there is no time for more.
func backoff(tries int) time.Duration {
	return min(time.Duration(2<<min(max(tries-1, 0), 4))*time.Second, 20*time.Second)
}

// Start runs the recorder until Close.
func (s *Service) Start() { go s.record() }

// Close waits until all outcomes are written.
func (s *Service) Close() {
	close(s.results)
	<-s.ended
}

// record writes outcomes, many in one transaction.
func (s *Service) record() {
	defer close(s.ended)
	batch := make([]result, 0, 128)
	for r := range s.results {
		batch = append(batch[:0], r)
	fill:
		for len(batch) < cap(batch) {
			select {
			case more, ok := <-s.results:
				if !ok {
					break fill
				}
				batch = append(batch, more)
			default:
				break fill
			}
		}
		if err := s.write(batch); err != nil && len(batch) > 1 {
			for i := range batch {
				if err := s.write(batch[i : i+1]); err != nil {
					s.lg.Error("outcome of a hand-over was not written; the net sends the message again", "message", batch[i].m.ID, "error", err)
				}
			}
		} else if err != nil {
			s.lg.Error("outcome of a hand-over was not written; the net sends the message again", "message", batch[0].m.ID, "error", err)
		}
		for _, r := range batch {
			if r.done != nil {
				close(r.done)
			}
		}
	}
}

func (s *Service) write(batch []result) error {
	ctx := context.Background()
	return s.db.Write(ctx, func(tx db.Tx) error {
		events := make([]audit.Event, 0, len(batch))
		for _, r := range batch {
			account, header, sent, due := "", "", int64(0), int64(0)
			if r.account != nil {
				account, header = r.account.ID, r.account.Header
			}
			if r.status == Sent {
				sent = db.Micros(r.at)
				if _, ok := r.account.sender.(sms.Reporter); ok && r.ref != "" {
					due = db.Micros(r.at.Add(reportDelays[0]))
				}
			}
			// The tries number is the claim: whoever lost it to the net must not overwrite what the net found.
			version := r.m.Version + 1
			n, err := tx.Exec(`UPDATE message SET status = $1, provider_account_id = $2, sender = $3, provider_message_id = $4, error_code = $5, error_text = $6,
				claimed_until = $7, sent_at = $8, report_due = $9, version = $10 WHERE id = $11 AND status = 'sending' AND tries = $12`,
				string(r.status), account, header, r.ref, r.code, r.text, db.Micros(r.next), sent, due, version, r.m.ID, r.m.Tries)
			if err != nil {
				return err
			}
			if n == 0 {
				continue
			}
			events = append(events, audit.Event{CompanyID: r.m.CompanyID, ObjectID: r.m.ID, ObjectSeq: version, Kind: "message." + string(r.status), Reason: r.text, At: r.at,
				Data: audit.Data(struct {
					Owner string    `json:"owner_id,omitempty"`
					Ref   string    `json:"provider_message_id,omitempty"`
					Code  string    `json:"error_code,omitempty"`
					Tries []Attempt `json:"attempts,omitempty"`
				}{r.m.OwnerID, r.ref, r.code, r.tries})})
		}
		if len(events) == 0 {
			return nil
		}
		return s.log.Append(ctx, tx, events...)
	})
}
