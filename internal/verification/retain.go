package verification

import (
	"context"
	"errors"
	"time"

	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/db"
)

// Retain deletes ended verifications and messages that are older than their company keeps them. The event log stays: it is the proof.
func (s *Service) Retain(ctx context.Context) error {
	companies, err := s.companies.List(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, c := range companies {
		errs = append(errs, s.retain(ctx, c))
	}
	return errors.Join(errs...)
}

// retainRows bounds one transaction, so that nobody waits for a clean-up.
const retainRows = 500

func (s *Service) retain(ctx context.Context, c company.Company) error {
	before := db.Micros(s.clock.Now().Add(-time.Duration(c.Settings.RetentionDays) * 24 * time.Hour))
	for {
		var n int64
		err := s.db.Write(ctx, func(tx db.Tx) error {
			v, err := tx.Exec(`DELETE FROM verification WHERE id IN (SELECT id FROM verification WHERE company_id = $1 AND created_at < $2 AND status <> 'pending' LIMIT $3)`, c.ID, before, retainRows)
			if err != nil {
				return err
			}
			m, err := tx.Exec(`DELETE FROM message WHERE id IN (SELECT id FROM message WHERE company_id = $1 AND created_at < $2 AND status NOT IN ('queued', 'sending')
				ORDER BY id LIMIT $3)`, c.ID, before, retainRows)
			n = max(v, m)
			return err
		})
		if err != nil || n < retainRows {
			return err
		}
	}
}
