package verification_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/db/dbtest"
	"github.com/onay/onay/internal/message"
	"github.com/onay/onay/internal/verification"
)

func TestTheHoursOfADay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		r := newRig(t, d)
		from := r.clock.Now().Add(-90 * time.Minute)
		v := r.start(t, "0555 111 22 33")
		r.check(t, v.ID, r.lastCode(t))
		r.start(t, "0555 111 22 34")
		codes, err := r.ver.Hours(ctx, r.company.ID, from, 3)
		if diff := cmp.Diff([]verification.Hour{{}, {Starts: 2, Approvals: 1}, {}}, codes); diff != "" || err != nil {
			t.Error(diff, err)
		}
		sent, err := r.messages.Hours(ctx, r.company.ID, from, 3)
		if diff := cmp.Diff([]message.Hour{{}, {Accepted: 2}, {}}, sent); diff != "" || err != nil {
			t.Error(diff, err)
		}
		if other, err := r.messages.Hours(ctx, "com_other", from, 1); err != nil || other[0].Accepted != 0 {
			t.Errorf("another company counts %v, %v", other, err)
		}
	})
}
