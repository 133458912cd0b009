package reconciliation

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/pos"
)

// Expected is what the contract of an account says is to come on a day.
type Expected struct {
	AccountID  string       `json:"pos_account"`
	Day        Day          `json:"day"`
	Currency   pos.Currency `json:"currency"`
	Gross      int64        `json:"gross"`
	Commission int64        `json:"commission"`
	Tax        int64        `json:"tax"`
	Fee        int64        `json:"fee"`
	Movements  int64        `json:"movements"`
}

// Net is what is to come, in kuruş.
func (e Expected) Net() int64 { return e.Gross - e.Commission - e.Tax - e.Fee }

// terms names what an account's payouts depend on.
func terms(a payment.Account) string {
	h := sha256.Sum256([]byte(audit.Data(a.Contract) + audit.Data(a.Installments)))
	return hex.EncodeToString(h[:8])
}

// reach is how many days back a payment may still bring money.
func reach(a payment.Account) Day {
	days := Day(a.Contract.Days)*2 + 15 // business days and holidays
	if a.Contract.Monthly {
		most := 1
		for _, i := range a.Installments {
			most = max(most, i.Count)
		}
		days += Day(most) * 31
	}
	return days
}

// plan makes the payouts of an account's days anew where they are not up to date.
func (s *Service) plan(ctx context.Context, a payment.Account, from, until Day) error {
	now := s.clock.Now()
	until = min(until, clock.DayOf(now))
	if until < from {
		return nil
	}
	want := terms(a)
	fresh := map[Day]bool{}
	err := s.db.Read(ctx, func(tx db.Tx) error {
		type done struct {
			day Day
			at  int64
		}
		list, err := db.All(tx, func(r db.Row) (d done, err error) { return d, r.Scan(&d.day, &d.at) }, "SELECT paid_day, made_at FROM payout WHERE account_id = $1 AND paid_day >= $2 AND paid_day <= $3 AND value_day = 0 AND terms = $4", a.ID, int64(from), int64(until), want)
		clear(fresh)
		for _, d := range list {
			// Half an hour after a day nothing is added to it any more but by hand; today is good for a minute.
			if at := db.Time(d.at); at.After((d.day + 1).Start().Add(margin)) || now.Sub(at) < time.Minute {
				fresh[d.day] = true
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	for day := from; day <= until; day++ {
		if fresh[day] {
			continue
		}
		last := day
		for last < until && !fresh[last+1] && last-day < 31 {
			last++
		}
		if err := s.planDays(ctx, a, day, last, want, now); err != nil {
			return err
		}
		day = last
	}
	return nil
}

type payoutKey struct {
	paid, value Day
	currency    pos.Currency
}

func (s *Service) planDays(ctx context.Context, a payment.Account, from, until Day, want string, now time.Time) error {
	sums, moved := map[payoutKey]*Expected{}, map[Day]int64{}
	p := Period(from, until)
	err := s.payments.Movements(ctx, a.CompanyID, a.ID, p.From, p.To, func(m payment.Movement) {
		on := clock.DayOf(m.At)
		moved[on]++
		for _, part := range a.Payouts(on, m.Refund, m.Minor, m.Count, s.calendar) {
			k := payoutKey{on, part.Day, m.Currency}
			e := sums[k]
			if e == nil {
				e = &Expected{}
				sums[k] = e
			}
			e.Gross, e.Commission, e.Tax, e.Fee, e.Movements = e.Gross+part.Gross, e.Commission+part.Commission, e.Tax+part.Tax, e.Fee+part.Fee, e.Movements+1
		}
	})
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx db.Tx) error {
		if err := tx.Lock("payout:" + a.ID); err != nil {
			return err
		}
		if _, err := tx.Exec("DELETE FROM payout WHERE account_id = $1 AND paid_day >= $2 AND paid_day <= $3", a.ID, int64(from), int64(until)); err != nil {
			return err
		}
		put := func(k payoutKey, e Expected) error {
			_, err := tx.Exec("INSERT INTO payout (account_id, company_id, paid_day, value_day, currency, gross, commission, tax, fee, movements, terms, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)", a.ID, a.CompanyID, int64(k.paid), int64(k.value), string(k.currency), e.Gross, e.Commission, e.Tax, e.Fee, e.Movements, want, db.Micros(now))
			return err
		}
		for day := from; day <= until; day++ {
			if err := put(payoutKey{paid: day}, Expected{Movements: moved[day]}); err != nil {
				return err
			}
		}
		for k, e := range sums {
			if err := put(k, *e); err != nil {
				return err
			}
		}
		return nil
	})
}

// Expected returns what the contracts say is to come from one day to another, by day and account.
func (s *Service) Expected(ctx context.Context, companyID string, from, until Day) (out []Expected, err error) {
	accounts, err := s.payments.Accounts(ctx, companyID)
	if err != nil {
		return nil, err
	}
	for _, a := range accounts {
		if err := s.plan(ctx, a, from-reach(a), until); err != nil {
			return nil, err
		}
	}
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		out, err = db.All(tx, func(r db.Row) (e Expected, err error) {
			return e, r.Scan(&e.AccountID, &e.Day, &e.Currency, &e.Gross, &e.Commission, &e.Tax, &e.Fee, &e.Movements)
		}, "SELECT account_id, value_day, currency, CAST(SUM(gross) AS BIGINT), CAST(SUM(commission) AS BIGINT), CAST(SUM(tax) AS BIGINT), CAST(SUM(fee) AS BIGINT), CAST(SUM(movements) AS BIGINT) FROM payout WHERE company_id = $1 AND value_day >= $2 AND value_day <= $3 AND value_day > 0 GROUP BY account_id, value_day, currency ORDER BY value_day, account_id, currency",
			companyID, int64(from), int64(until))
		return err
	})
	return out, err
}

// expected are the payouts of an account as movements: one for each day and currency, below zero where more is given back than comes.
func (s *Service) expected(ctx context.Context, a payment.Account, from, until Day) (*List, error) {
	all, err := s.Expected(ctx, a.CompanyID, from, until)
	if err != nil {
		return nil, err
	}
	l := &List{}
	for _, e := range all {
		if e.AccountID != a.ID || e.Net() == 0 {
			continue
		}
		i := Item{Ref: "payout_" + e.Day.String(), Kind: Sale, Minor: e.Net(), Currency: e.Currency, At: e.Day.Start(), DateOnly: true, Batch: e.Day.String(), Kept: e.Commission + e.Tax + e.Fee, ValueDay: e.Day}
		if i.Minor < 0 {
			i.Kind, i.Minor = Refund, -i.Minor
		}
		l.Append(i)
	}
	return l, nil
}

// payoutLines are the entries of a bank account that are payouts of an account: those with its words in them. They belong to the day of the money.
func payoutLines(all *List, a payment.Account) *List {
	var words []string
	for w := range strings.SplitSeq(a.Contract.Text, ",") {
		if w = plain(w); w != "" {
			words = append(words, w)
		}
	}
	if words == nil {
		words = []string{"pos"}
	}
	l := &List{}
	for i := range all.Len() {
		x := all.At(i)
		text := plain(x.Ref + " " + x.Reference + " " + x.OrderID)
		if !slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) }) {
			continue
		}
		day := x.ValueDay
		if day == 0 {
			day = clock.DayOf(x.At)
		}
		l.Append(Item{Ref: x.Ref, Line: x.Line, Kind: x.Kind, Minor: x.Minor, Currency: x.Currency, At: day.Start(), DateOnly: true, Batch: day.String(), ValueDay: day})
	}
	return l
}

// byDay sums expected payouts of all accounts.
func byDay(list []Expected) (out []Expected) {
	at := map[payoutKey]int{}
	for _, e := range list {
		k := payoutKey{value: e.Day, currency: e.Currency}
		i, ok := at[k]
		if !ok {
			i = len(out)
			at[k] = i
			out = append(out, Expected{Day: e.Day, Currency: e.Currency})
		}
		o := &out[i]
		o.Gross, o.Commission, o.Tax, o.Fee, o.Movements = o.Gross+e.Gross, o.Commission+e.Commission, o.Tax+e.Tax, o.Fee+e.Fee, o.Movements+e.Movements
	}
	slices.SortFunc(out, func(a, b Expected) int { return cmp.Compare(a.Day, b.Day) })
	return out
}
