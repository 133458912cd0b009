package message

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/sms"
)

// Net takes over messages whose claim has ended: the process that held it died, or the providers failed and the wait is over.
// Several nodes may run it at once; a message is claimed by one.
func (s *Service) Net(ctx context.Context) error {
	for {
		n, err := s.sweep(ctx, 100)
		if err != nil || n < 100 {
			return err
		}
	}
}

func (s *Service) sweep(ctx context.Context, limit int) (int, error) {
	now := s.clock.Now()
	type held struct {
		m      Message
		secret []byte
	}
	var claimed []held
	var expired []audit.Event
	err := s.db.Write(ctx, func(tx db.Tx) error {
		claimed, expired = nil, nil
		var err error
		// A message past its end is never sent, whoever finds it.
		expired, err = db.All(tx, func(r db.Row) (e audit.Event, err error) {
			e.Kind, e.At, e.Reason = "message.expired", now, "süresi doldu"
			err = r.Scan(&e.ObjectID, &e.CompanyID, &e.ObjectSeq)
			return e, err
		}, `UPDATE message SET status = 'expired', body_secret = NULL, version = version + 1 WHERE id IN (SELECT id FROM message WHERE status IN ('queued', 'sending')
			AND claimed_until < $1 AND expires_at <= $1 LIMIT 1000) AND status IN ('queued', 'sending') AND claimed_until < $1 RETURNING id, company_id, version`, db.Micros(now))
		if err != nil {
			return err
		}
		if len(expired) > 0 {
			if err := s.log.Append(ctx, tx, expired...); err != nil {
				return err
			}
		}
		claimed, err = db.All(tx, func(r db.Row) (h held, err error) {
			var expires int64
			err = r.Scan(&h.m.ID, &h.m.CompanyID, &h.m.OwnerID, &h.m.Route, &h.m.Recipient, &h.m.Encoding, &h.m.Tries, &h.m.Version, &expires, &h.secret)
			h.m.ExpiresAt = db.Time(expires)
			return h, err
		}, `UPDATE message SET status = 'sending', tries = tries + 1, claimed_until = $1, version = version + 1 WHERE id IN (SELECT id FROM message
			WHERE status IN ('queued', 'sending') AND claimed_until < $2 ORDER BY claimed_until LIMIT $3) AND status IN ('queued', 'sending') AND claimed_until < $2
			RETURNING id, company_id, owner_id, route, recipient, encoding, tries, version, expires_at, body_secret`,
			db.Micros(now.Add(claimFor)), db.Micros(now), limit)
		if err != nil || len(claimed) == 0 {
			return err
		}
		events := make([]audit.Event, len(claimed))
		for i, h := range claimed {
			events[i] = audit.Event{CompanyID: h.m.CompanyID, ObjectID: h.m.ID, ObjectSeq: h.m.Version, Kind: "message.sending", At: now,
				Reason: "yeniden deneniyor", Data: audit.Data(map[string]any{"try": h.m.Tries})}
		}
		return s.log.Append(ctx, tx, events...)
	})
	if err != nil {
		return 0, err
	}
	var wg sync.WaitGroup
	for _, h := range claimed {
		if len(h.secret) == 0 { // its verification ended while the one who handed it over was gone: nobody needs it any more
			s.results <- result{m: h.m, status: Canceled, text: "Doğrulama sona erdi.", at: now}
			continue
		}
		plain, err := s.vault.Open(h.secret, "message:"+h.m.ID)
		if err != nil { // sealed with other keys: it can never be sent
			s.results <- result{m: h.m, status: Failed, code: "text_gone", text: "Mesaj metni artık yok.", at: now}
			continue
		}
		s.slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-s.slots }()
			done := make(chan struct{})
			r := s.try(ctx, h.m, string(plain))
			r.done = done
			s.results <- r
			<-done
		})
	}
	wg.Wait()
	return len(claimed), nil
}

// reportDelays is when a provider is asked how a message fared, counted from the question before.
var reportDelays = []time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour, 40 * time.Hour}

// reportBatch is the most ids that one question may carry (Netgsm: 50).
const reportBatch = 50

// Reports asks the providers about messages whose question is due.
func (s *Service) Reports(ctx context.Context) error {
	now := s.clock.Now()
	type asked struct{ id, company, account, ref string }
	var due []asked
	err := s.db.Write(ctx, func(tx db.Tx) (err error) {
		due, err = db.All(tx, func(r db.Row) (a asked, err error) {
			err = r.Scan(&a.id, &a.company, &a.account, &a.ref)
			return a, err
		}, `UPDATE message SET reports = reports + 1, report_due = $1 WHERE id IN (SELECT id FROM message WHERE report_due > 0 AND report_due <= $2 ORDER BY report_due LIMIT 500)
			AND report_due > 0 AND report_due <= $2 RETURNING id, company_id, provider_account_id, provider_message_id`, db.Micros(now.Add(time.Minute)), db.Micros(now))
		return err
	})
	if err != nil {
		return err
	}
	groups := map[[2]string]map[string]string{} // company, account → provider's id → message
	for _, a := range due {
		k := [2]string{a.company, a.account}
		if groups[k] == nil {
			groups[k] = map[string]string{}
		}
		groups[k][a.ref] = a.id
	}
	var errs []error
	for k, refs := range groups {
		errs = append(errs, s.ask(ctx, k[0], k[1], refs))
	}
	return errors.Join(errs...)
}

func (s *Service) ask(ctx context.Context, companyID, accountID string, refs map[string]string) error {
	p, err := s.pool(ctx, companyID)
	if err != nil {
		return err
	}
	var rep sms.Reporter
	for _, a := range p.accounts {
		if a.ID == accountID {
			rep, _ = a.sender.(sms.Reporter)
		}
	}
	got := map[string]sms.Report{}
	if rep != nil {
		ids := make([]string, 0, reportBatch)
		flush := func() {
			if len(ids) == 0 {
				return
			}
			reports, err := rep.Reports(ctx, ids)
			if err != nil && !errors.Is(err, context.Canceled) {
				s.lg.Warn("provider gave no report; it is asked again", "account", accountID, "error", err)
			}
			for _, r := range reports {
				if _, mine := refs[r.ProviderID]; mine {
					got[r.ProviderID] = r
				}
			}
			ids = ids[:0]
		}
		for ref := range refs {
			if ids = append(ids, ref); len(ids) == reportBatch {
				flush()
			}
		}
		flush()
	}
	return s.db.Write(ctx, func(tx db.Tx) error {
		for ref, id := range refs {
			if err := s.applyReport(ctx, tx, companyID, id, got[ref]); err != nil {
				return err
			}
		}
		return nil
	})
}

// applyReport ends a message or plans the next question. Reports may come twice and in any order; the first end stays.
func (s *Service) applyReport(ctx context.Context, tx db.Tx, companyID, id string, r sms.Report) error {
	now := s.clock.Now()
	if !r.Final {
		var asked int
		if err := tx.QueryRow("SELECT reports FROM message WHERE id = $1", id).Scan(&asked); err != nil {
			return err
		}
		due := int64(0)
		if asked < len(reportDelays) {
			due = db.Micros(now.Add(reportDelays[asked]))
		}
		_, err := tx.Exec("UPDATE message SET report_due = $1 WHERE id = $2", due, id)
		return err
	}
	status, at := Undelivered, int64(0)
	text := ""
	if r.Status == sms.StatusDelivered {
		status, at = Delivered, db.Micros(now)
		if !r.At.IsZero() {
			at = db.Micros(r.At)
		}
	} else {
		text = "Sağlayıcı teslim edemedi (durum " + r.Code + ")."
	}
	var version int64
	err := tx.QueryRow(`UPDATE message SET status = $1, delivered_at = $2, error_code = $3, error_text = $4, report_due = 0, version = version + 1
		WHERE id = $5 AND status = 'sent' RETURNING version`, string(status), at, codeOf(r), text, id).Scan(&version)
	if errors.Is(err, db.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.log.Append(ctx, tx, audit.Event{CompanyID: companyID, ObjectID: id, ObjectSeq: version, Kind: "message." + string(status), Reason: text, At: now,
		Data: audit.Data(map[string]any{"report": r.Code, "network_error": r.ErrorCode, "operator": r.Operator})})
}

func codeOf(r sms.Report) string {
	if r.Status == sms.StatusDelivered {
		return ""
	}
	return r.Code
}
