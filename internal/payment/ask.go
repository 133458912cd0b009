package payment

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/pos"
)

var (
	// patience is when a payer who was sent to the bank is asked about: the callback may be lost where the bank itself charges.
	patience = []time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute, 12 * time.Minute}
	// late is when an attempt that the bank knew nothing of is looked for again: it may have arrived after all.
	late = []time.Duration{2 * time.Minute, 20 * time.Minute, 3 * time.Hour}
)

// pause is how long to wait before a bank that gave no answer about something of an age is asked again: often while somebody waits for it,
// then ever more slowly until a day is over.
func pause(age time.Duration) time.Duration {
	switch {
	case age < 20*time.Second:
		return again
	case age < 2*time.Minute:
		return 10 * time.Second
	case age < 15*time.Minute:
		return time.Minute
	case age < time.Hour:
		return 5 * time.Minute
	}
	return 30 * time.Minute
}

const (
	// soon is when an answer that never came is asked for the first time.
	soon = time.Second
	// again is the time between two questions while somebody waits, or while the bank has an answer that has to be heard more than once.
	again = 1500 * time.Millisecond
	// arrives is how long a request may be on its way before the bank's not knowing it means anything.
	arrives = 8 * time.Second
	// enough is how often a bank has to say that it knows nothing of an order before that is believed.
	enough = 3
	// giveUp is when a person is asked instead of the bank.
	giveUp = 24 * time.Hour
	// atOnce is how many questions are under way at a time.
	atOnce = 32
)

// Ask asks the banks about every attempt and operation whose time has come, and ends pages whose time is over. It is to be called
// again and again; several nodes may.
func (s *Service) Ask(ctx context.Context) error {
	s.forget()
	if err := s.expire(ctx); err != nil {
		return err
	}
	attempts, err := due(ctx, s, "payment_attempt", attemptColumns, scanAttempt, func(a Attempt) (string, time.Time) { return a.ID, a.AskAt })
	if err != nil {
		return err
	}
	operations, err := due(ctx, s, "payment_operation", operationColumns, scanOperation, func(o Operation) (string, time.Time) { return o.ID, o.AskAt })
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	run := func(id string, fn func() error) {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := fn(); err != nil {
				s.lg.Error("asking a bank failed; it is tried again", "about", id, "error", err)
			}
		})
	}
	for _, a := range attempts {
		run(a.ID, func() error { return s.askAttempt(ctx, a) })
	}
	for _, o := range operations {
		run(o.ID, func() error { return s.askOperation(ctx, o) })
	}
	wg.Wait()
	return nil
}

// due claims the rows whose time has come: their time is moved on, so that no other node takes them while this one works.
func due[T any](ctx context.Context, s *Service, table, columns string, scan func(db.Row) (T, error), key func(T) (string, time.Time)) (out []T, err error) {
	now := s.clock.Now()
	var found []T
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		found, err = db.All(tx, scan, "SELECT "+columns+" FROM "+table+" WHERE ask_at > 0 AND ask_at <= $1 ORDER BY ask_at LIMIT 256", db.Micros(now))
		return err
	})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	err = s.db.Write(ctx, func(tx db.Tx) error {
		out = out[:0]
		for _, x := range found {
			id, at := key(x)
			n, err := tx.Exec("UPDATE "+table+" SET ask_at = $1, asks = asks + 1 WHERE id = $2 AND ask_at = $3", db.Micros(now.Add(net)), id, db.Micros(at))
			if err != nil {
				return err
			}
			if n == 1 {
				out = append(out, x)
			}
		}
		return nil
	})
	return out, err
}

// Recover makes what a dead process left behind due at once. It is for the start of the only node there is.
func (s *Service) Recover(ctx context.Context) error {
	now := db.Micros(s.clock.Now())
	return s.db.Write(ctx, func(tx db.Tx) error {
		if _, err := tx.Exec("UPDATE payment_attempt SET ask_at = $1 WHERE state IN ('starting', 'charging', 'completing', 'unknown', 'reversing') AND ask_at > $1", now); err != nil {
			return err
		}
		_, err := tx.Exec("UPDATE payment_operation SET ask_at = $1 WHERE state IN ('sending', 'unknown') AND ask_at > $1", now)
		return err
	})
}

// expire ends pages whose time is over.
func (s *Service) expire(ctx context.Context) error {
	now := s.clock.Now()
	var over []Payment
	err := s.db.Read(ctx, func(tx db.Tx) (err error) {
		over, err = db.All(tx, scanPayment, "SELECT "+paymentColumns+" FROM payment WHERE expires_at > 0 AND expires_at <= $1 AND status IN ('created', 'declined', 'failed') ORDER BY expires_at LIMIT 200", db.Micros(now))
		return err
	})
	for _, p := range over {
		if err == nil {
			err = s.db.Write(ctx, func(tx db.Tx) error {
				if err := tx.Lock(p.group()); err != nil {
					return err
				}
				q, err := readPayment(tx, p.ID)
				if err != nil || q.Status != Created && q.Status != Declined && q.Status != Failed {
					return err
				}
				q.Status = Expired
				return s.tell(ctx, tx, &q, nil, "expired", "", nil)
			})
		}
	}
	return err
}

// verdict is what a bank's books say about an attempt.
type verdict int

const (
	silent  verdict = iota // no answer, or one that decides nothing
	nothing                // the bank knows nothing of it
	yes
	no
	undone // it was approved and is taken back
	other  // it was approved with another amount
)

// read tells what an inquiry says about an attempt of an amount.
func read(l pos.List, amount pos.Money) (verdict, pos.Result) {
	switch l.Outcome {
	case pos.NotFound:
		return nothing, l.Result
	case pos.OK:
	default:
		return silent, l.Result
	}
	v := nothing
	var r pos.Result
	take := func(to verdict, row pos.Row) {
		v = to
		r = pos.Result{Outcome: pos.Approved, OrderID: row.OrderID, ReferenceCode: row.ReferenceCode, AuthCode: row.AuthCode, RRN: row.RRN, OrderTrackID: row.OrderTrackID, BatchNumber: row.BatchNumber, BankTime: row.Time, Authorized: row.Amount, Installments: row.Installments}
		if to == no || to == undone {
			r.Outcome, r.ResponseCode, r.HostResponseCode = pos.Declined, row.ResponseCode, row.HostResponseCode
			r.Code, r.Class = l.Code, l.Class
		}
	}
	for _, row := range l.Rows {
		switch row.State {
		case pos.StateCaptured, pos.StateAuthorized, pos.StatePreauthClosed:
			switch got := max(row.Amount.Minor, row.AuthorizedMinor); {
			case v == undone:
			case got != 0 && got != amount.Minor:
				take(other, row)
			default:
				take(yes, row)
			}
		case pos.StateVoid, pos.StateVoided, pos.StateRefund, pos.StateRefunded, pos.StateReversed:
			take(undone, row)
		case pos.StateFailed:
			if v == nothing {
				take(no, row)
			}
		case pos.StatePending, pos.StateSuspicious:
			if v == nothing || v == no {
				take(silent, row)
			}
		}
	}
	return v, r
}

func (s *Service) inquire(ctx context.Context, g pos.Gateway, p Payment, a Attempt) (pos.List, error) {
	q, ok := g.(pos.Inquirer)
	if !ok {
		return pos.List{Result: pos.Result{Outcome: pos.Unknown}}, nil
	}
	on, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	return q.Inquire(on, pos.Reference{OrderID: a.OrderID, Original: a.money(p), Time: a.CreatedAt, Installments: p.Installments, PreAuth: p.PreAuth, Secure3D: a.secure(), ClientIP: p.ClientIP, Email: p.PayerEmail})
}

// askAttempt finds out what became of an attempt.
func (s *Service) askAttempt(ctx context.Context, a Attempt) error {
	var p Payment
	if err := s.db.Read(ctx, func(tx db.Tx) (err error) { p, err = readPayment(tx, a.PaymentID); return err }); err != nil {
		return err
	}
	account, err := s.account(ctx, a.CompanyID, a.AccountID)
	if err != nil {
		return err
	}
	g, rec, err := s.gateway(account)
	if err != nil {
		return err
	}
	if a.State == reversing && !account.moved(p) {
		return s.reverse(ctx, p, a, g, rec)
	}
	var l pos.List
	if account.moved(p) {
		l.Reason = "the account leads to another system now"
	} else if a.State != starting && (a.State != redirected || a.bankCharges()) {
		if l, err = s.inquire(ctx, g, p, a); err != nil {
			l = pos.List{Result: pos.Result{Outcome: pos.Unknown, Reason: err.Error()}}
		}
	}
	v, r := read(l, a.money(p))
	return s.db.Write(ctx, func(tx db.Tx) error {
		if err := tx.Lock(p.group()); err != nil {
			return err
		}
		a, err := readAttempt(tx, a.ID)
		if err != nil {
			return err
		}
		p, err := readPayment(tx, a.PaymentID)
		if err != nil {
			return err
		}
		digests, err := rec.write(tx, p, a.ID)
		if err != nil {
			return err
		}
		return s.judge(ctx, tx, &p, &a, v, r, map[string]any{"attempt": a.ID, "exchanges": digests, "asked": a.Asks})
	})
}

// judge moves an attempt by what the bank's books say. The caller holds the lock.
func (s *Service) judge(ctx context.Context, tx db.Tx, p *Payment, a *Attempt, v verdict, r pos.Result, data map[string]any) error {
	now := s.clock.Now()
	age := now.Sub(a.CreatedAt)
	lapsed := pos.Result{Outcome: pos.Failed, Code: pos.CodeCanceled, Installments: -1, Reason: "Ödeyen, bankanın sayfasından dönmedi; kart çekilmedi."}
	switch a.State {
	case starting:
		return s.apply(ctx, tx, p, a, pos.Result{Outcome: pos.Failed, Code: pos.CodeBankUnreachable, Installments: -1, Reason: "İşlem, bankaya gönderilmeden kesildi."}, data)
	case redirected:
		total := time.Duration(0)
		for _, d := range patience {
			total += d
		}
		switch {
		case v == yes:
			return s.apply(ctx, tx, p, a, r, data)
		case age >= total-time.Second && (!a.bankCharges() || v == nothing || v == undone):
			if err := s.apply(ctx, tx, p, a, lapsed, data); err != nil || !a.bankCharges() {
				return err
			}
			a.AskAt, a.Lost = now.Add(late[0]), enough
			return updateAttempt(tx, *a)
		case age >= total-time.Second && v == no:
			return s.apply(ctx, tx, p, a, r, data)
		case age >= total-time.Second:
			r.Outcome = pos.Unknown
			return s.apply(ctx, tx, p, a, r, data)
		}
		a.AskAt = now.Add(patience[min(a.Asks, len(patience)-1)])
		return updateAttempt(tx, *a)
	case charging, completing: // the process that sent it is gone
		a.State, a.Lost = lost, 0
		p.Status = Unknown
		if err := s.tell(ctx, tx, p, a, "unknown", "Yanıt alınamadı; bankaya soruluyor.", data); err != nil {
			return err
		}
	case refused, failed:
		if v == yes {
			return s.apply(ctx, tx, p, a, r, data)
		}
		if v == silent && age < giveUp {
			a.AskAt = now.Add(pause(age))
		} else if n := a.Lost - enough; n >= 0 && n < len(late)-1 {
			a.AskAt, a.Lost = now.Add(late[n+1]), a.Lost+1
		} else {
			a.AskAt = time.Time{}
		}
		return updateAttempt(tx, *a)
	case lost:
	default:
		a.AskAt = time.Time{}
		return updateAttempt(tx, *a)
	}
	switch v {
	case yes:
		return s.apply(ctx, tx, p, a, r, data)
	case no:
		r.Outcome = pos.Declined
		if r.Code == "" || r.OutcomeUncertain() {
			r.Code = pos.CodeDoNotHonor
		}
		return s.apply(ctx, tx, p, a, r, data)
	case undone:
		return s.apply(ctx, tx, p, a, pos.Result{Outcome: pos.Failed, Code: pos.CodeCanceled, Installments: -1, Reason: "Banka işlemi geri almış."}, data)
	case nothing:
		if a.Lost++; a.Lost >= enough && age >= arrives {
			err := s.apply(ctx, tx, p, a, pos.Result{Outcome: pos.Failed, Code: pos.CodeBankUnreachable, Installments: -1, Reason: "Banka bu işlemi tanımıyor: kart çekilmedi."}, data)
			if err == nil {
				a.AskAt, a.Lost = now.Add(late[0]), enough
				err = updateAttempt(tx, *a)
			}
			return err
		}
	}
	if a.AskAt = now.Add(pause(age)); v == nothing {
		a.AskAt = now.Add(again)
	}
	if age >= giveUp {
		a.AskAt = time.Time{}
		return s.tell(ctx, tx, p, a, "needs_person", "Banka bir gündür sonuç bildirmedi; bankanın panelinden bakıp sonucu elle girin.", data)
	}
	if v == other && a.Asks <= 1 {
		data["bank_amount"] = r.Authorized.Minor
		return s.tell(ctx, tx, p, a, "amount_differs", "Bankanın kaydındaki tutar farklı; elle karar verilmeli.", data)
	}
	return updateAttempt(tx, *a)
}

// Resolve is a person's decision about an attempt, or else about a capture, void or refund, of which the bank says nothing: somebody looked
// at the bank's own panel. happened tells what was seen there.
func (s *Service) Resolve(ctx context.Context, companyID, id string, happened bool, note string) (Payment, error) {
	note = strings.TrimSpace(note)
	if len(note) < 5 || len(note) > 500 {
		return Payment{}, fault.Field("note", "note_missing", "Nereden öğrendiğinizi yazın (5–500 karakter).", "Say how you know it (5 to 500 characters).")
	}
	p, err := s.Get(ctx, companyID, id)
	if err != nil {
		return p, err
	}
	err = s.db.Write(ctx, func(tx db.Tx) error {
		if err := tx.Lock(p.group()); err != nil {
			return err
		}
		if p, err = readPayment(tx, id); err != nil {
			return err
		}
		all, err := attemptsOf(tx, id)
		if err != nil {
			return err
		}
		for _, a := range all {
			if a.State != lost {
				continue
			}
			r := pos.Result{Outcome: pos.Approved, Installments: -1, Reason: note}
			if !happened {
				r = pos.Result{Outcome: pos.Failed, Code: pos.CodeCanceled, Installments: -1, Reason: note}
			}
			p.Version++
			if err := s.log.Append(ctx, tx, p.event("resolved", note, map[string]any{"attempt": a.ID, "happened": happened, "by": audit.Actor(ctx)})); err != nil {
				return err
			}
			return s.apply(ctx, tx, &p, &a, r, map[string]any{"attempt": a.ID})
		}
		o, err := scanOperation(tx.QueryRow("SELECT "+operationColumns+" FROM payment_operation WHERE payment_id = $1 AND state = 'unknown'", id))
		if err == nil {
			r := pos.Result{Outcome: pos.Approved, Installments: -1, Reason: note}
			if !happened {
				r = pos.Result{Outcome: pos.Failed, Code: pos.CodeCanceled, Installments: -1, Reason: note}
			}
			p.Version++
			if err := s.log.Append(ctx, tx, p.event("resolved", note, map[string]any{"operation": o.ID, "happened": happened, "by": audit.Actor(ctx)})); err != nil {
				return err
			}
			return s.applyOperation(ctx, tx, &p, &o, r, nil)
		}
		if !errors.Is(err, db.ErrNoRows) {
			return err
		}
		return fault.New(fault.Conflict, "not_unknown", "Bu ödemenin sonucu belli; elle girilecek bir şey yok.", "The end of this payment is known; there is nothing to decide.")
	})
	return p, err
}

// reverse gives back what an attempt charged too late or a second time.
func (s *Service) reverse(ctx context.Context, p Payment, a Attempt, g pos.Gateway, rec *recorder) error {
	ref := pos.Reference{OrderID: a.OrderID, ReferenceCode: a.Result.Reference, AuthCode: a.Result.AuthCode, RRN: a.Result.RRN, OrderTrackID: a.Result.OrderTrackID, Original: a.money(p), Time: a.CreatedAt, Installments: p.Installments,
		PreAuth: p.PreAuth, Secure3D: a.secure(), ClientIP: p.ClientIP, Email: p.PayerEmail}
	on, cancel := context.WithTimeout(ctx, pos.DefaultTimeout+5*time.Second)
	defer cancel()
	// It may be given back already, by a call whose answer was lost.
	back := false
	if l, err := s.inquire(ctx, g, p, a); err == nil {
		v, _ := read(l, a.money(p))
		back = v == undone
	}
	var r pos.Result
	if v, ok := g.(pos.Voider); ok && !back {
		r, _ = v.Void(on, ref)
		back = r.Outcome == pos.Approved || r.Code == pos.CodeAlreadyVoided
	}
	if rf, ok := g.(pos.Refunder); ok && !back && !r.OutcomeUncertain() && !p.PreAuth {
		r, _ = rf.Refund(on, ref, a.money(p))
		back = r.Outcome == pos.Approved || r.Code == pos.CodeAlreadyRefunded
	}
	return s.db.Write(ctx, func(tx db.Tx) error {
		if err := tx.Lock(p.group()); err != nil {
			return err
		}
		a, err := readAttempt(tx, a.ID)
		if err != nil || a.State != reversing {
			return err
		}
		p, err := readPayment(tx, a.PaymentID)
		if err != nil {
			return err
		}
		digests, err := rec.write(tx, p, a.ID)
		if err != nil {
			return err
		}
		data := map[string]any{"attempt": a.ID, "exchanges": digests}
		if back {
			a.State, a.AskAt, a.EndedAt = reversed, time.Time{}, s.clock.Now()
			return s.tell(ctx, tx, &p, &a, "reversed", "Fazladan alınan ödeme geri verildi.", data)
		}
		a.AskAt = s.clock.Now().Add(pause(s.clock.Now().Sub(a.CreatedAt)))
		if a.Asks == 5 {
			return s.tell(ctx, tx, &p, &a, "reversal_failed", fmt.Sprintf("Fazladan alınan ödeme geri verilemedi (%s); denemeye devam ediliyor.", clip(r.Message, 100)), data)
		}
		return updateAttempt(tx, a)
	})
}
