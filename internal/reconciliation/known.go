package reconciliation

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/pos"
)

// same finds the comparison that was made of the same file.
func (s *Service) same(ctx context.Context, x Reconciliation) (old Reconciliation, ok bool, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) error {
		list, err := db.All(tx, scan, "SELECT "+columns+" FROM reconciliation WHERE company_id = $1 AND account_id = $2 AND subject = $3 AND file_digest = $4 AND status <> 'replaced' ORDER BY id DESC LIMIT 1", x.CompanyID, x.AccountID, x.Subject, x.FileDigest)
		if err == nil && len(list) > 0 {
			old, ok = list[0], true
			old.Repeated = true
		}
		return err
	})
	return old, ok, err
}

// known is what earlier comparisons of the account say about this one.
type known struct {
	replaced []Reconciliation
	decided  map[string]Finding // by key: what people decided in the ones that are replaced
	held     map[string]bool    // keys of what was taken apart
	carried  []Finding          // open ones of other days
}

func (s *Service) overlapping(tx db.Tx, x Reconciliation) ([]Reconciliation, error) {
	list, err := db.All(tx, scan, "SELECT "+columns+" FROM reconciliation WHERE account_id = $1 AND subject = $2 AND status <> 'replaced' AND from_day <= $3 AND until_day >= $4 ORDER BY id", x.AccountID, x.Subject, int64(x.Until), int64(x.From))
	if err != nil {
		return nil, err
	}
	for _, o := range list {
		if o.Status == Closed {
			return nil, fault.New(fault.Conflict, "day_closed", fmt.Sprintf("%s – %s kapatılmış. Yeniden karşılaştırmak için önce yeniden açın.", o.From, o.Until), fmt.Sprintf("%s to %s is closed. Open it again before you compare once more.", o.From, o.Until))
		}
	}
	return list, nil
}

func (s *Service) neighbours(ctx context.Context, x Reconciliation) (k known, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		k = known{decided: map[string]Finding{}, held: map[string]bool{}}
		if k.replaced, err = s.overlapping(tx, x); err != nil {
			return err
		}
		replaced := map[string]bool{}
		for _, o := range k.replaced {
			replaced[o.ID] = true
			list, err := db.All(tx, scanFinding, "SELECT "+findingColumns+" FROM reconciliation_difference WHERE reconciliation_id = $1 AND (state <> 'open' OR held)", o.ID)
			if err != nil {
				return err
			}
			for _, f := range list {
				if f.State != Open {
					k.decided[f.Key] = f
				}
				if f.Held {
					k.held[f.Key] = true
				}
			}
		}
		if x.Subject != Collections {
			return nil
		}
		k.carried, err = db.All(tx, scanFinding, "SELECT "+findingColumns+" FROM reconciliation_difference WHERE account_id = $1 AND state = 'open' AND NOT held AND kind IN ('missing_here', 'missing_at_bank') AND reconciliation_id IN (SELECT id FROM reconciliation WHERE account_id = $1 AND subject = $2 AND status = 'open')", x.AccountID, x.Subject)
		if err != nil {
			return err
		}
		for _, o := range k.replaced { // what was found in a comparison that goes has to be found again
			list, err := db.All(tx, scanFinding, "SELECT "+findingColumns+" FROM reconciliation_difference WHERE account_id = $1 AND state = 'closed' AND resolution = $2 AND partner = $3 AND reconciliation_id IN (SELECT id FROM reconciliation WHERE account_id = $1 AND status = 'open')", x.AccountID, Later, o.ID)
			if err != nil {
				return err
			}
			k.carried = append(k.carried, list...)
		}
		k.carried = slices.DeleteFunc(k.carried, func(f Finding) bool { return replaced[f.ReconciliationID] })
		return err
	})
	return k, err
}

// findings turns the differences of a report into rows, with what was decided about the same ones before.
func (c *Compared) findings(x *Reconciliation, k known) []Finding {
	out := make([]Finding, 0, len(c.Differences))
	seen := map[string]int{}
	for _, d := range c.Differences {
		f := Finding{ID: db.NewID("dif"), ReconciliationID: x.ID, CompanyID: x.CompanyID, AccountID: x.AccountID, Kind: d.Kind, Expected: d.Expected, Found: d.Found, State: Open, Version: 1}
		if d.Ours >= 0 {
			i := c.Ours.At(int(d.Ours))
			f.Ours, f.Currency = &i, i.Currency
		}
		if d.Theirs >= 0 {
			i := c.Theirs.At(int(d.Theirs))
			f.Theirs, f.Currency = &i, i.Currency
		}
		f.Key = keyOf(f.Kind, f.Ours, f.Theirs)
		f.Held = k.held[f.Key]
		if seen[f.Key]++; seen[f.Key] > 1 {
			f.Key += fmt.Sprintf("|%d", seen[f.Key])
		}
		if old, ok := k.decided[f.Key]; ok {
			f.State, f.Resolution, f.Reason, f.Partner, f.ProposedBy, f.ClosedBy, f.ClosedAt = old.State, old.Resolution, old.Reason, old.Partner, old.ProposedBy, old.ClosedBy, old.ClosedAt
		}
		out = append(out, f)
	}
	return out
}

func (c *Compared) summary(opt Options, ours, theirs int) Summary {
	s := Summary{By: map[string]int64{}, Kinds: map[string]int64{}}
	at := map[pos.Currency]*Totals{}
	of := func(cur pos.Currency) *Totals {
		if at[cur] == nil {
			at[cur] = &Totals{Currency: cur}
		}
		return at[cur]
	}
	standing := map[int32]bool{} // ours beyond the ends that belong to nothing here
	period := Period(c.From, c.Until)
	from, to := period.From.UnixMicro(), period.To.UnixMicro()
	for i := range int32(ours) {
		if r := c.Ours.row(i); r.at < from || r.at >= to {
			standing[i] = true
		}
	}
	for _, p := range c.Pairs {
		delete(standing, p.Ours)
		s.By[p.By.String()]++
	}
	for _, d := range c.Differences {
		s.Kinds[d.Kind]++
	}
	for i := range int32(ours) {
		r := c.Ours.row(i)
		if standing[i] {
			continue
		}
		t := of(c.Ours.currencies[r.currency])
		t.Ours++
		t.OursSum += r.signed()
		if r.kind == Refund {
			t.Refunds += r.signed()
		} else {
			t.Sales += r.signed()
		}
		if opt.Kept != nil {
			t.Expected += opt.Kept(r.kind, r.minor, int(r.installments))
		}
	}
	for i := range int32(theirs) {
		r := c.Theirs.row(i)
		t := of(c.Theirs.currencies[r.currency])
		t.Theirs++
		t.TheirsSum += r.signed()
		if r.told {
			t.Kept += r.kept
			t.ToldByBank++
		}
	}
	s.Currencies = []Totals{}
	for _, t := range at {
		s.Currencies = append(s.Currencies, *t)
	}
	slices.SortFunc(s.Currencies, func(a, b Totals) int { return strings.Compare(string(b.Currency), string(a.Currency)) }) // TRY before EUR
	return s
}

// storePairs writes the pairs in blocks of their own transactions, so that nobody waits for a million of them. Until the comparison itself is
// written nothing shows them.
