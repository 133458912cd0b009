package payment

import (
	"context"
	"errors"
	"time"

	"golang.org/x/time/rate"

	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/pos"
)

// Return takes what the bank sent through the payer's browser to the address of an attempt. It may come twice, late, forged or for
// another attempt: it counts only if the bank's signature fits what was stored, and then once.
func (s *Service) Return(ctx context.Context, token string, values pos.Values) (Payment, error) {
	ctx = context.WithoutCancel(ctx)
	if !isToken(token) {
		token = ""
	}
	var a Attempt
	var p Payment
	err := s.db.Read(ctx, func(tx db.Tx) (err error) {
		if a, err = scanAttempt(tx.QueryRow("SELECT "+attemptColumns+" FROM payment_attempt WHERE token = $1 AND token <> ''", token)); err == nil {
			p, err = readPayment(tx, a.PaymentID)
		}
		return err
	})
	if errors.Is(err, db.ErrNoRows) {
		return p, fault.New(fault.NotFound, "not_found", "Böyle bir ödeme yok.", "There is no such payment.")
	}
	if err != nil || len(a.secret) == 0 {
		return p, err
	}
	account, err := s.account(ctx, a.CompanyID, a.AccountID)
	if err != nil {
		return p, err
	}
	g, rec, err := s.gateway(account)
	if err != nil {
		return p, err
	}
	secure, ok := g.(pos.Secure3D)
	if !ok {
		return p, nil
	}
	started, err := s.openAttempt(a)
	if err != nil {
		return p, err
	}
	cb := secure.Verify(started, values)
	ours := false
	err = s.db.Write(ctx, func(tx db.Tx) (err error) {
		ours = false
		if err = tx.Lock(p.group()); err != nil {
			return err
		}
		if a, err = readAttempt(tx, a.ID); err != nil {
			return err
		}
		if p, err = readPayment(tx, a.PaymentID); err != nil {
			return err
		}
		suspect := cb.Outcome == pos.Rejected || a.State == refused || a.State == failed
		data := map[string]any{"attempt": a.ID, "signature": cb.Signature, "md_status": clip(cb.MDStatus, 8)}
		switch {
		case suspect && !s.heeds(a):
			return nil
		case cb.Outcome == pos.Rejected:
			if a.State == redirected {
				a.AskAt = s.clock.Now()
			}
			return s.tell(ctx, tx, &p, &a, "callback_rejected", clip(cb.Reason, 300), data)
		case a.State != redirected:
			if claims(cb) && (a.State == refused || a.State == failed) { // it claims success of what is over: the bank is asked
				a.AskAt = s.clock.Now()
				return updateAttempt(tx, a)
			}
			return nil
		case !claims(cb), !a.bankCharges() && cb.Outcome == pos.Declined: // before our charge a refusal is certain, whatever its code
			if !a.bankCharges() && cb.OutcomeUncertain() {
				cb.Code, cb.Class = pos.CodeSecure3DError, ""
			}
			return s.apply(ctx, tx, &p, &a, cb.Result, data)
		}
		// Where we charge, an order that is paid or under way otherwise is not charged again.
		if !a.bankCharges() {
			if err := s.free(tx, p); err != nil || p.Status.Paid() || p.Status.Moving() {
				return s.apply(ctx, tx, &p, &a, pos.Result{Outcome: pos.Failed, Code: pos.CodeCanceled, Installments: -1, Reason: "Sipariş başka bir ödemeyle ödendi ya da ödeniyor; bu kart çekilmedi."}, data)
			}
		}
		ours = true
		a.State, a.AskAt = completing, s.clock.Now().Add(net)
		return s.derive(ctx, tx, &p, &a, data)
	})
	s.forms.Delete(a.ID)
	if err != nil || !ours {
		return p, err
	}
	on, cancel := context.WithTimeout(ctx, pos.DefaultTimeout+5*time.Second)
	defer cancel()
	r, err := secure.Complete(on, started, cb)
	if err != nil { // refused by the library: nothing was sent
		r = pos.Result{Outcome: pos.Unknown, Installments: -1, Reason: err.Error()}
	}
	p, _, err = s.settle(ctx, p.group(), a.ID, r, nil, rec)
	return p, err
}

// heeds reports whether one more message that is not believed, or that comes after the end, is written down and asked about: who has the
// address of an attempt could otherwise fill the log, and have the bank asked without end.
func (s *Service) heeds(a Attempt) bool {
	limit, _ := s.links.LoadOrStore(a.ID, rate.NewLimiter(rate.Every(time.Minute), 5))
	return limit.(*rate.Limiter).Allow()
}

// claims reports whether a callback says that the payment goes on or is made.
func claims(cb pos.Callback) bool {
	switch cb.Outcome {
	case pos.Approved, pos.Authenticated, pos.Unverified, pos.PendingCompletion, pos.Unknown, pos.DuplicatePaid:
		return true
	}
	return cb.OutcomeUncertain()
}
