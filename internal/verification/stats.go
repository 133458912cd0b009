package verification

import (
	"context"
	"time"

	"github.com/onay/onay/internal/db"
)

// Hour is how many codes were asked for in an hour, and how many of them came back.
type Hour struct{ Starts, Approvals int64 }

// Hours counts a company's verifications in each of n hours from a moment on.
func (s *Service) Hours(ctx context.Context, companyID string, from time.Time, n int) ([]Hour, error) {
	out := make([]Hour, n)
	err := s.db.Read(ctx, func(tx db.Tx) error {
		clear(out)
		_, err := db.All(tx, func(r db.Row) (_ struct{}, err error) {
			var at, starts, approvals int64
			if err = r.Scan(&at, &starts, &approvals); err == nil && at >= 0 && at < int64(n) {
				out[at] = Hour{starts, approvals}
			}
			return struct{}{}, err
		}, `SELECT (created_at - $1) / 3600000000, COUNT(*), SUM(CASE WHEN status = 'approved' THEN 1 ELSE 0 END) FROM verification
			WHERE company_id = $2 AND created_at >= $1 AND created_at < $3 GROUP BY 1`, db.Micros(from), companyID, db.Micros(from.Add(time.Duration(n)*time.Hour)))
		return err
	})
	return out, err
}
