package verification

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/idempotency"
	"github.com/onay/onay/internal/message"
)

func secs(n int) time.Duration { return time.Duration(n) * time.Second }

// Binding is what the caller believes the code to confirm. Zero values are not compared.
type Binding struct {
	Amount int64
	Payee  string
}

// Check compares a code. The attempt is counted, compared and written down in one transaction that holds the verification's
// row, and the answer leaves only after it is on disk: parallel guesses get exactly the attempts there are, each is in the
// log, and the change to approved happens once. A finished verification gives its state and counts nothing.
func (s *Service) Check(ctx context.Context, companyID, id, code string, b Binding) (Verification, bool, error) {
	if _, err := s.companies.Open(ctx, companyID); err != nil {
		return Verification{}, false, err
	}
	code = cleanCode(code)
	if code == "" {
		return Verification{}, false, fault.Field("code", "invalid_code", "Kod 4–10 rakamdan oluşur.", "A code has 4 to 10 digits.")
	}
	now := s.clock.Now()
	var v Verification
	var approved, otherPurpose bool
	err := s.db.Write(ctx, func(tx db.Tx) error {
		approved, otherPurpose = false, false
		if err := idempotency.Record(ctx, tx, id); err != nil {
			return err
		}
		var hash []byte
		err := tx.QueryRow(`UPDATE verification SET attempts = attempts + 1 WHERE id = $1 AND company_id = $2 AND status = 'pending'
			AND attempts < max_attempts AND expires_at > $3 RETURNING code_hash`, id, companyID, db.Micros(now)).Scan(&hash)
		counted := err == nil
		if err != nil && !errors.Is(err, db.ErrNoRows) {
			return err
		}
		if v, err = get(tx, companyID, id); err != nil || !counted {
			return err
		}
		otherPurpose = (b.Amount != 0 && b.Amount != v.Amount) || (b.Payee != "" && b.Payee != v.Payee)
		to, kind, reason := Pending, "check_failed", "İYS Kodu Başarısız"
		switch {
		case !otherPurpose && s.codeMatches(v, hash, code):
			to, kind, reason = Approved, "approved", "İYS Doğrulaması Başarılı"
		case v.Attempts >= v.MaxAttempts:
			to, kind = Denied, "denied"
		}
		v, _, err = s.move(ctx, tx, companyID, id, to, kind, reason)
		approved = err == nil && to == Approved
		return err
	})
	if err != nil {
		return Verification{}, false, err
	}
	if otherPurpose {
		return v, false, fault.New(fault.Conflict, "binding_mismatch", "Kod başka bir tutar ya da alıcı için gönderildi.", "The code was sent for another amount or payee.")
	}
	return v.at(now), approved, nil
}

// move changes a pending verification and writes why. The bool is false if somebody else ended it first.
func (s *Service) move(ctx context.Context, tx db.Tx, companyID, id string, to Status, kind, reason string) (Verification, bool, error) {
	ended := int64(0)
	if to != Pending {
		ended = db.Micros(s.clock.Now())
	}
	n, err := tx.Exec("UPDATE verification SET status = $1, ended_at = $2, version = version + 1 WHERE id = $3 AND company_id = $4 AND status = 'pending'",
		string(to), ended, id, companyID)
	if err != nil {
		return Verification{}, false, err
	}
	v, err := get(tx, companyID, id)
	if err != nil || n == 0 {
		return v, false, err
	}
	if to != Pending {
		if err := s.messages.Forget(ctx, tx, id); err != nil {
			return v, false, err
		}
	}
	return v, true, s.log.Append(ctx, tx, s.event(v, kind, reason, map[string]any{"phone": v.Phone, "attempts": v.Attempts, "attempts_left": v.AttemptsLeft(), "purpose": v.Purpose}))
}

func ended(v Verification) error {
	return fault.New(fault.Conflict, "verification_ended", fmt.Sprintf("Doğrulama sona ermiş (%s).", v.Status), fmt.Sprintf("The verification has ended (%s).", v.Status))
}

// Resend sends the same code again, in a text that differs, since the first SMS may still arrive.
func (s *Service) Resend(ctx context.Context, companyID, id string) (Verification, message.Message, error) {
	fail := func(err error) (Verification, message.Message, error) {
		return Verification{}, message.Message{}, err
	}
	c, err := s.companies.Open(ctx, companyID)
	if err != nil {
		return fail(err)
	}
	var v Verification
	var d message.Draft
	err = s.db.Write(ctx, func(tx db.Tx) error {
		if err := tx.Lock("verification:" + id); err != nil {
			return err
		}
		if v, err = get(tx, companyID, id); err != nil {
			return err
		}
		now := s.clock.Now()
		if v = v.at(now); v.Status != Pending {
			return ended(v)
		}
		if v.Sends >= v.MaxSends {
			return fault.New(fault.Conflict, "sends_used_up", "Bu kod için gönderim hakkı kalmadı. Yeni doğrulama başlatın.", "This code cannot be sent again. Start a new verification.")
		}
		if wait := v.ResendAfter.Sub(now); wait > 0 {
			return fault.Wait(wait, "resend_too_soon", fmt.Sprintf("Yeniden göndermek için %d saniye bekleyin.", int(wait.Seconds())+1), fmt.Sprintf("Wait %d seconds before sending again.", int(wait.Seconds())+1))
		}
		if err := idempotency.Record(ctx, tx, id); err != nil {
			return err
		}
		first, err := s.messages.Text(tx, id)
		if err != nil {
			return fmt.Errorf("text of the first message: %w", err)
		}
		var hash []byte
		if err := tx.QueryRow("SELECT code_hash FROM verification WHERE id = $1", id).Scan(&hash); err != nil {
			return err
		}
		code, ok := s.codeIn(v, hash, first)
		if !ok {
			return errors.New("the first message does not carry the code")
		}
		tpl, err := s.templateByID(tx, companyID, v)
		if err != nil {
			return err
		}
		v.Sends++
		v.Version++
		v.ResendAfter = now.Add(secs(c.Settings.ResendWait))
		out, err := s.compose(v, c, tpl, code)
		if err != nil {
			return err
		}
		if d, err = s.messages.Draft(out); err != nil {
			return err
		}
		if _, err := tx.Exec("UPDATE verification SET sends = $1, resend_after = $2, version = $3 WHERE id = $4", v.Sends, db.Micros(v.ResendAfter), v.Version, id); err != nil {
			return err
		}
		if err := s.messages.Insert(tx, d); err != nil {
			return err
		}
		return s.log.Append(ctx, tx, s.event(v, "resent", "", map[string]any{"sends": v.Sends}), d.Event)
	})
	if err != nil {
		return fail(err)
	}
	return v, s.messages.HandOver(ctx, d.Message, d.Text), nil
}

// Cancel ends a pending verification; on one that has ended it changes nothing.
func (s *Service) Cancel(ctx context.Context, companyID, id, reason string) (Verification, error) {
	var v Verification
	err := s.db.Write(ctx, func(tx db.Tx) (err error) {
		v, _, err = s.move(ctx, tx, companyID, id, Canceled, "canceled", reason)
		return err
	})
	return v.at(s.clock.Now()), err
}

// Expire ends verifications past their time and removes their codes. Several nodes may run it at once.
func (s *Service) Expire(ctx context.Context) error {
	for {
		n := 0
		err := s.db.Write(ctx, func(tx db.Tx) error {
			due, err := db.All(tx, func(r db.Row) (k [2]string, err error) { err = r.Scan(&k[0], &k[1]); return k, err },
				"SELECT company_id, id FROM verification WHERE status = 'pending' AND expires_at <= $1 ORDER BY expires_at LIMIT 100", db.Micros(s.clock.Now()))
			if err != nil {
				return err
			}
			n = len(due)
			for _, k := range due {
				if _, _, err := s.move(ctx, tx, k[0], k[1], Expired, "expired", "Süresi doldu"); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || n < 100 {
			return err
		}
	}
}
