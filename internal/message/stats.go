package message

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/onay/onay/internal/db"
)

// Hour is how many messages were accepted in an hour, and how many of them cannot arrive any more.
type Hour struct{ Accepted, Failed int64 }

// Hours counts a company's messages in each of n hours from a moment on.
func (s *Service) Hours(ctx context.Context, companyID string, from time.Time, n int) ([]Hour, error) {
	out := make([]Hour, n)
	oldest := firstID(time.Now().Add(from.Sub(s.clock.Now()) - time.Hour))
	err := s.db.Read(ctx, func(tx db.Tx) error {
		clear(out)
		_, err := db.All(tx, func(r db.Row) (_ struct{}, err error) {
			var at, accepted, failed int64
			if err = r.Scan(&at, &accepted, &failed); err == nil && at >= 0 && at < int64(n) {
				out[at] = Hour{accepted, failed}
			}
			return struct{}{}, err
		}, `SELECT (created_at - $1) / 3600000000, COUNT(*), SUM(CASE WHEN status IN ('failed', 'undelivered') THEN 1 ELSE 0 END) FROM message
			WHERE company_id = $2 AND id >= $4 AND created_at >= $1 AND created_at < $3 GROUP BY 1`,
			db.Micros(from), companyID, db.Micros(from.Add(time.Duration(n)*time.Hour)), oldest)
		return err
	})
	return out, err
}

// firstID is the least id that a message of a moment can have: ids begin with their time, which spares an index by time.
func firstID(t time.Time) string {
	var id uuid.UUID
	ms := max(t.UnixMilli(), 0)
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i))
	}
	return "msg_" + id.String()
}
