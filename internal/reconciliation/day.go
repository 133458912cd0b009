package reconciliation

import (
	"context"
	"time"

	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/pos"
)

// Service compares what is in the database with what the banks say.
type Service struct{ payments *payment.Service }

// New returns the service.
func New(p *payment.Service) *Service { return &Service{p} }

// Day is an account's day, compared.
type Day struct {
	Account payment.Account
	Period  pos.Period
	Ours    []Item
	Theirs  []Item
	Report
}

// Open reports whether there is anything for a person to look at.
func (d Day) Open() bool { return len(d.Differences) > 0 }

// Ours are the movements that an account had in a time by our own books.
func (s *Service) Ours(ctx context.Context, companyID, accountID string, p pos.Period) ([]Item, error) {
	moves, err := s.payments.Movements(ctx, companyID, accountID, p.From, p.To)
	if err != nil {
		return nil, err
	}
	out := make([]Item, len(moves))
	for i, m := range moves {
		out[i] = Item{Ref: m.Ref, Kind: Sale, Minor: m.Minor, Currency: m.Currency, At: m.At, OrderID: m.OrderID, Reference: m.Reference, RRN: m.RRN, AuthCode: m.AuthCode, Last4: m.Last4, Installments: m.Count, Commission: -1}
		if m.Refund {
			out[i].Kind = Refund
		}
	}
	return out, nil
}

// margin is how far beyond its ends a time is looked at on our side: the bank's clock, and a charge at midnight, are not ours.
const margin = 30 * time.Minute

// Compare compares a time of an account with what the bank says: with its own list, or with theirs, where that is not nil (a statement).
// Movements of ours just outside the time take part, and are no differences by themselves.
func (s *Service) Compare(ctx context.Context, companyID, accountID string, p pos.Period, theirs []Item) (d Day, err error) {
	if d.Account, err = s.payments.Account(ctx, companyID, accountID); err != nil {
		return d, err
	}
	if theirs == nil {
		rows, err := s.payments.BankDay(ctx, companyID, accountID, p)
		if err != nil {
			return d, err
		}
		theirs = FromBank(rows)
	}
	wide, err := s.Ours(ctx, companyID, accountID, pos.Period{From: p.From.Add(-margin), To: p.To.Add(margin)})
	if err != nil {
		return d, err
	}
	d.Period, d.Ours, d.Theirs = p, wide, theirs
	opt := Options{}
	if len(d.Account.Installments) > 0 {
		opt.Commission = func(i Item) int64 { return d.Account.Commission(i.Minor, i.Installments) }
	}
	report := Compare(wide, theirs, opt)
	inside := func(i Item) bool { return !i.At.Before(p.From) && i.At.Before(p.To) }
	kept := report.Differences[:0]
	for _, x := range report.Differences {
		if x.Kind == MissingThere && !inside(wide[x.Ours]) {
			report.OursSum -= wide[x.Ours].signed()
			continue
		}
		kept = append(kept, x)
	}
	report.Differences = kept
	d.Report = report
	return d, nil
}

// Whole is a day in Istanbul.
func Whole(day time.Time) pos.Period {
	y, m, d := day.In(pos.Istanbul).Date()
	from := time.Date(y, m, d, 0, 0, 0, 0, pos.Istanbul)
	return pos.Period{From: from, To: from.AddDate(0, 0, 1)}
}
