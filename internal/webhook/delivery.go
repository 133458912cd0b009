package webhook

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
)

// The states of a delivery.
const (
	Pending   = "pending"
	Delivered = "delivered"
	Failed    = "failed"
)

// endpointOff is the answer on deliveries that ended with their endpoint.
const endpointOff = "Webhook adresi kapatıldı."

// testKind is the event of [Service.Test]. It is tried once.
const testKind = "webhook.test"

// Delivery is one event on its way to one endpoint.
type Delivery struct {
	ID         string
	CompanyID  string
	EndpointID string
	EventSeq   int64
	Kind       string
	Status     string // pending | delivered | failed
	Tries      int
	HTTPStatus int    // of the last try; 0: no answer
	Answer     string // first 500 bytes of the last answer, or why there was none
	NextAt     time.Time
	CreatedAt  time.Time
	EndedAt    time.Time
}

const deliveryColumns = "id, company_id, endpoint_id, event_seq, kind, status, tries, http_status, answer, next_at, created_at, ended_at"

func scanDelivery(r db.Row) (d Delivery, err error) {
	var next, created, ended int64
	err = r.Scan(&d.ID, &d.CompanyID, &d.EndpointID, &d.EventSeq, &d.Kind, &d.Status, &d.Tries, &d.HTTPStatus, &d.Answer, &next, &created, &ended)
	d.NextAt, d.CreatedAt, d.EndedAt = db.Time(next), db.Time(created), db.Time(ended)
	return d, err
}

func getDelivery(tx db.Tx, companyID, id string) (Delivery, error) {
	if !storable(id) {
		return Delivery{}, fault.Missing(id)
	}
	d, err := scanDelivery(tx.QueryRow("SELECT "+deliveryColumns+" FROM webhook_delivery WHERE id = $1 AND company_id = $2", id, companyID))
	if errors.Is(err, db.ErrNoRows) {
		err = fault.Missing(id)
	}
	return d, err
}

// Deliveries returns newest first, below the id before (empty: from the newest); endpointID may be empty. Limit is 1 to 200.
func (s *Service) Deliveries(ctx context.Context, companyID, endpointID, before string, limit int) (out []Delivery, err error) {
	if before == "" || !storable(before) {
		before = "whd_g" // after every id in any collation: they go on with hexadecimal digits
	}
	q := "SELECT " + deliveryColumns + " FROM webhook_delivery WHERE company_id = $1 AND id < $2"
	args := []any{companyID, before}
	if endpointID != "" {
		if !storable(endpointID) {
			return nil, fault.Missing(endpointID)
		}
		args = append(args, endpointID)
		q += " AND endpoint_id = $3"
	}
	args = append(args, min(max(limit, 1), 200))
	q += " ORDER BY id DESC LIMIT $" + strconv.Itoa(len(args))
	err = s.db.Read(ctx, func(tx db.Tx) (err error) { out, err = db.All(tx, scanDelivery, q, args...); return err })
	return out, err
}

// Replay sends a delivery again from its first try, whatever became of it.
func (s *Service) Replay(ctx context.Context, companyID, deliveryID string) (d Delivery, err error) {
	if err := s.db.Read(ctx, func(tx db.Tx) (err error) { d, err = getDelivery(tx, companyID, deliveryID); return err }); err != nil {
		return Delivery{}, err
	}
	err = s.locked(ctx, companyID, d.EndpointID, func(tx db.Tx, e Endpoint) error {
		if !e.Enabled {
			return off()
		}
		now := s.clock.Now()
		if _, err := tx.Exec("UPDATE webhook_delivery SET status = 'pending', tries = 0, next_at = $1, ended_at = 0 WHERE id = $2", db.Micros(now), deliveryID); err != nil {
			return err
		}
		if d, err = getDelivery(tx, companyID, deliveryID); err != nil {
			return err
		}
		return s.bump(ctx, tx, &e, "webhook_endpoint.replayed", map[string]any{"delivery_id": deliveryID, "event_seq": d.EventSeq})
	})
	if err != nil {
		return Delivery{}, err
	}
	return d, nil
}

func off() error {
	return fault.New(fault.Conflict, "endpoint_disabled", "Webhook adresi kapalı; önce açın.", "The webhook endpoint is disabled; enable it first.")
}

// bump writes an event of an endpoint that changes nothing but its version.
func (s *Service) bump(ctx context.Context, tx db.Tx, e *Endpoint, kind string, data any) error {
	e.Version++
	if _, err := tx.Exec("UPDATE webhook_endpoint SET version = $1 WHERE id = $2", e.Version, e.ID); err != nil {
		return err
	}
	return s.log.Append(ctx, tx, s.event(*e, kind, "", data))
}

// Test posts a webhook.test event to an endpoint now, once, and returns how it went.
func (s *Service) Test(ctx context.Context, companyID, id string) (Delivery, error) {
	var d Delivery
	err := s.locked(ctx, companyID, id, func(tx db.Tx, e Endpoint) error {
		if !e.Enabled {
			return off()
		}
		if err := s.bump(ctx, tx, &e, testKind, map[string]any{"message": "Onay"}); err != nil {
			return err
		}
		now := s.clock.Now()
		d = Delivery{ID: db.NewID("whd"), CompanyID: companyID, EndpointID: id, Kind: testKind, Status: Pending, Tries: 1, NextAt: now.Add(claimFor), CreatedAt: now}
		if err := tx.QueryRow("SELECT seq FROM event WHERE object_id = $1 AND object_seq = $2", id, e.Version).Scan(&d.EventSeq); err != nil {
			return err
		}
		_, err := tx.Exec(insertDelivery, d.ID, companyID, id, d.EventSeq, d.Kind, d.Tries, db.Micros(d.NextAt), db.Micros(now))
		return err
	})
	if err != nil {
		return Delivery{}, err
	}
	if err := s.attempt(ctx, d); err != nil {
		return Delivery{}, err
	}
	err = s.db.Read(ctx, func(tx db.Tx) (err error) { d, err = getDelivery(tx, companyID, d.ID); return err })
	return d, err
}

const insertDelivery = `INSERT INTO webhook_delivery (id, company_id, endpoint_id, event_seq, kind, status, tries, http_status, answer, next_at, created_at, ended_at)
	VALUES ($1, $2, $3, $4, $5, 'pending', $6, 0, '', $7, $8, 0) ON CONFLICT (endpoint_id, event_seq) DO NOTHING`

// cursor names the place in the log up to which deliveries are written.
const cursor = "webhook"

// dispatchBatch bounds one transaction of [Service.Dispatch].
const dispatchBatch = 500

// Dispatch writes the deliveries of all sealed events that are new. Several nodes may run it at once.
func (s *Service) Dispatch(ctx context.Context) error {
	for {
		var at int64
		if err := s.db.Read(ctx, func(tx db.Tx) (err error) { at, err = position(tx); return err }); err != nil {
			return err
		}
		if nobody, err := s.skip(ctx, at); nobody || err != nil {
			return err
		}
		events, err := s.log.Feed(ctx, "", at, dispatchBatch)
		if err != nil || len(events) == 0 {
			return err
		}
		if err := s.db.Write(ctx, func(tx db.Tx) error { return s.fanOut(tx, events) }); err != nil {
			return err
		}
		if len(events) < dispatchBatch {
			return nil
		}
	}
}

// skip moves on past what nobody listens to, without reading it.
func (s *Service) skip(ctx context.Context, at int64) (nobody bool, err error) {
	listened := func(tx db.Tx) (yes bool, err error) {
		err = tx.QueryRow("SELECT EXISTS (SELECT 1 FROM webhook_endpoint WHERE enabled)").Scan(&yes)
		return yes, err
	}
	err = s.db.Read(ctx, func(tx db.Tx) error {
		yes, err := listened(tx)
		nobody = !yes
		return err
	})
	if err != nil || !nobody {
		return false, err
	}
	sealed, err := s.log.Sealed(ctx)
	if err != nil || sealed.Last <= at {
		return true, err
	}
	return true, s.db.Write(ctx, func(tx db.Tx) error {
		if err := tx.Lock("webhook"); err != nil {
			return err
		}
		if yes, err := listened(tx); yes || err != nil {
			return err // one was added meanwhile: the next round reads
		}
		return setPosition(tx, sealed.Last)
	})
}

func setPosition(tx db.Tx, seq int64) error {
	_, err := tx.Exec("INSERT INTO cursor_position (name, seq) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq", cursor, seq)
	return err
}

func position(tx db.Tx) (seq int64, err error) {
	err = tx.QueryRow("SELECT seq FROM cursor_position WHERE name = $1", cursor).Scan(&seq)
	if errors.Is(err, db.ErrNoRows) {
		return 0, nil
	}
	return seq, err
}

func (s *Service) fanOut(tx db.Tx, events []audit.Event) error {
	if err := tx.Lock("webhook"); err != nil {
		return err
	}
	at, err := position(tx)
	if err != nil {
		return err
	}
	endpoints, err := db.All(tx, scanEndpoint, "SELECT "+endpointColumns+" FROM webhook_endpoint WHERE enabled AND company_id IN (SELECT id FROM company WHERE status = 'open') ORDER BY id")
	if err != nil {
		return err
	}
	of := map[string][]Endpoint{}
	for _, e := range endpoints {
		of[e.CompanyID] = append(of[e.CompanyID], e)
	}
	now := db.Micros(s.clock.Now())
	for _, ev := range events {
		if ev.Seq <= at {
			continue // another node was first
		}
		at = ev.Seq
		for _, e := range of[ev.CompanyID] {
			if !e.wants(ev) {
				continue
			}
			if _, err := tx.Exec(insertDelivery, db.NewID("whd"), ev.CompanyID, e.ID, ev.Seq, ev.Kind, 0, now, now); err != nil {
				return err
			}
		}
	}
	return setPosition(tx, at)
}

// Keep is how long ended deliveries stay readable.
const Keep = 30 * 24 * time.Hour

// Clean removes deliveries that ended longer than [Keep] ago.
func (s *Service) Clean(ctx context.Context) error {
	return s.db.Write(ctx, func(tx db.Tx) error {
		_, err := tx.Exec("DELETE FROM webhook_delivery WHERE ended_at > 0 AND ended_at < $1", db.Micros(s.clock.Now().Add(-Keep)))
		return err
	})
}
