package reconciliation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/pos"
)

// How a difference was closed.
const (
	Explained = "explained" // with a reason alone
	Entered   = "entered"   // what was missing here has been entered
	Matched   = "matched"   // with another one, by a person
	Later     = "later"     // its counterpart came on a later day
)

// Finding is a difference as it is kept.
type Finding struct {
	ID               string
	ReconciliationID string
	CompanyID        string
	AccountID        string
	Kind             string
	Key              string
	Ours, Theirs     *Item
	Expected, Found  int64
	Currency         pos.Currency
	State            string // open | proposed | closed
	Resolution       string
	Reason           string
	Partner          string // what it was matched with or entered as
	Held             bool
	ProposedBy       string
	ClosedBy         string
	ClosedAt         time.Time
	Version          int64
}

// Missing reports whether the difference is a movement that one side does not have.
func (f Finding) Missing() bool {
	return f.Kind == MissingHere || f.Kind == MissingThere || f.Kind == Duplicate
}

const findingColumns = "id, reconciliation_id, company_id, account_id, kind, item_key, ours, theirs, expected, found, currency, state, resolution, reason, partner, held, proposed_by, closed_by, closed_at, version"

func scanFinding(r db.Row) (f Finding, err error) {
	var ours, theirs string
	var closed int64
	if err = r.Scan(&f.ID, &f.ReconciliationID, &f.CompanyID, &f.AccountID, &f.Kind, &f.Key, &ours, &theirs, &f.Expected, &f.Found, &f.Currency, &f.State, &f.Resolution, &f.Reason, &f.Partner, &f.Held, &f.ProposedBy, &f.ClosedBy, &closed, &f.Version); err != nil {
		return f, err
	}
	f.ClosedAt = db.Time(closed)
	return f, errors.Join(json.Unmarshal([]byte(ours), &f.Ours), json.Unmarshal([]byte(theirs), &f.Theirs))
}

// findingsAtOnce is how many rows one statement inserts.
const findingsAtOnce = 100

var findingRows = func() string {
	var b strings.Builder
	for i := range findingsAtOnce {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('(')
		for k := range 20 {
			if k > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "$%d", i*20+k+1)
		}
		b.WriteByte(')')
	}
	return b.String()
}()

func insertFindings(tx db.Tx, list []Finding) error {
	for len(list) > 0 {
		n := min(len(list), findingsAtOnce)
		args := make([]any, 0, n*20)
		for _, f := range list[:n] {
			args = append(args, f.ID, f.ReconciliationID, f.CompanyID, f.AccountID, f.Kind, f.Key, audit.Data(f.Ours), audit.Data(f.Theirs), f.Expected, f.Found, string(f.Currency), f.State, f.Resolution, f.Reason, f.Partner, f.Held, f.ProposedBy, f.ClosedBy, db.Micros(f.ClosedAt), f.Version)
		}
		rows := findingRows
		if n < findingsAtOnce {
			rows = rows[:strings.Index(rows, fmt.Sprintf("($%d,", n*20+1))-2]
		}
		if _, err := tx.Exec("INSERT INTO reconciliation_difference ("+findingColumns+") VALUES "+rows, args...); err != nil {
			return err
		}
		list = list[n:]
	}
	return nil
}

func updateFinding(tx db.Tx, f Finding) error {
	_, err := tx.Exec("UPDATE reconciliation_difference SET state = $1, resolution = $2, reason = $3, partner = $4, proposed_by = $5, closed_by = $6, closed_at = $7, version = $8 WHERE id = $9", f.State, f.Resolution, f.Reason, f.Partner, f.ProposedBy, f.ClosedBy, db.Micros(f.ClosedAt), f.Version, f.ID)
	return err
}

func (f Finding) event(kind string) audit.Event {
	return audit.Event{CompanyID: f.CompanyID, ObjectID: f.ID, ObjectSeq: f.Version, Kind: kind, Data: audit.Data(map[string]any{"reconciliation": f.ReconciliationID, "account": f.AccountID, "kind": f.Kind, "state": f.State, "resolution": f.Resolution, "reason": f.Reason, "partner": f.Partner, "expected": f.Expected, "found": f.Found, "currency": f.Currency})}
}

// mark names a line of the bank the same way in every comparison in which it stands.
func (i *Item) mark() string {
	if i == nil {
		return ""
	}
	h := sha256.Sum256(fmt.Appendf(nil, "%c|%d|%s|%d|%v|%s|%s|%s|%s|%s|%s", i.Kind, i.Minor, i.Currency, i.At.UnixMicro(), i.DateOnly, i.OrderID, i.Reference, i.RRN, i.AuthCode, i.Batch, i.Last4))
	return hex.EncodeToString(h[:12])
}

func keyOf(kind string, ours, theirs *Item) string {
	ref := ""
	if ours != nil {
		ref = ours.Ref
	}
	return kind + "|" + ref + "|" + theirs.mark()
}

// FindingFilter chooses differences.
type FindingFilter struct {
	Kind  string
	State string // open: those that are not closed
	After string // id
	Limit int
}

// Findings returns the differences of a comparison.
func (s *Service) Findings(ctx context.Context, companyID, id string, f FindingFilter) (out []Finding, err error) {
	sql, args := "SELECT "+findingColumns+" FROM reconciliation_difference WHERE company_id = $1 AND reconciliation_id = $2", []any{companyID, id}
	if f.Kind != "" {
		args = append(args, f.Kind)
		sql += " AND kind = " + placeholder(len(args))
	}
	switch f.State {
	case Open:
		sql += " AND state <> 'closed'"
	case "":
	default:
		args = append(args, f.State)
		sql += " AND state = " + placeholder(len(args))
	}
	if f.After != "" {
		args = append(args, f.After)
		sql += " AND id > " + placeholder(len(args))
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	args = append(args, f.Limit)
	sql += " ORDER BY id LIMIT " + placeholder(len(args))
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		if _, err := read(tx, companyID, id); err != nil {
			return err
		}
		out, err = db.All(tx, scanFinding, sql, args...)
		return err
	})
	return out, err
}

func placeholder(n int) string { return fmt.Sprintf("$%d", n) }

func readFinding(tx db.Tx, companyID, id string) (Finding, error) {
	f, err := scanFinding(tx.QueryRow("SELECT "+findingColumns+" FROM reconciliation_difference WHERE id = $1 AND company_id = $2", id, companyID))
	if errors.Is(err, db.ErrNoRows) {
		err = fault.Missing(id)
	}
	return f, err
}

// Finding returns one difference.
func (s *Service) Finding(ctx context.Context, companyID, id string) (f Finding, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) (err error) { f, err = readFinding(tx, companyID, id); return err })
	return f, err
}

var errLocked = fault.New(fault.Conflict, "day_closed", "Bu mutabakat kapatılmış. Değiştirmek için önce yeniden açın.", "This comparison is closed. Open it again before you change it.")

func checkReason(reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n < 3 || n > 500 {
		return "", fault.Field("reason", "invalid_reason", "Nedenini 3–500 karakterle yazın.", "Give the reason in 3 to 500 characters.")
	}
	return reason, nil
}

// change runs fn on a difference and its comparison, which must be open, and writes both.
func (s *Service) change(ctx context.Context, companyID, id string, fn func(tx db.Tx, x *Reconciliation, f *Finding) (kind string, err error)) (f Finding, err error) {
	err = s.db.Write(ctx, func(tx db.Tx) error {
		if f, err = readFinding(tx, companyID, id); err != nil {
			return err
		}
		if err := tx.Lock("reconciliation:" + f.AccountID); err != nil {
			return err
		}
		if f, err = readFinding(tx, companyID, id); err != nil { // as it is behind the lock
			return err
		}
		x, err := read(tx, companyID, f.ReconciliationID)
		if err != nil {
			return err
		}
		if x.Status != Open {
			return errLocked
		}
		kind, err := fn(tx, &x, &f)
		if err != nil || kind == "" {
			return err
		}
		return s.write(ctx, tx, &x, &f, kind)
	})
	return f, err
}

// write stores a changed difference and what it does to the count of its comparison.
func (s *Service) write(ctx context.Context, tx db.Tx, x *Reconciliation, f *Finding, kind string) error {
	old, err := readFinding(tx, f.CompanyID, f.ID)
	if err != nil {
		return err
	}
	f.Version = old.Version + 1
	if err := updateFinding(tx, *f); err != nil {
		return err
	}
	if open := old.State != Closed; open != (f.State != Closed) {
		if open {
			x.OpenDifferences--
		} else {
			x.OpenDifferences++
		}
		x.Version++
		if err := update(tx, *x); err != nil {
			return err
		}
	}
	return s.log.Append(ctx, tx, f.event(kind))
}

// settle closes a difference, or proposes it where two persons are needed.
func (s *Service) settle(tx db.Tx, ctx context.Context, f *Finding, resolution, reason, partner string) (kind string, err error) {
	if f.State != Open {
		return "", fault.New(fault.Conflict, "difference_not_open", "Bu fark açık değil.", "This difference is not open.")
	}
	settings, err := s.settings(tx, f.CompanyID)
	if err != nil {
		return "", err
	}
	f.Resolution, f.Reason, f.Partner, f.ProposedBy = resolution, reason, partner, audit.Actor(ctx)
	if settings.FourEyes {
		f.State = "proposed"
		return "reconciliation_difference.proposed", nil
	}
	return s.end(ctx, f)
}

func (s *Service) end(ctx context.Context, f *Finding) (string, error) {
	f.State, f.ClosedBy, f.ClosedAt = Closed, audit.Actor(ctx), s.clock.Now()
	return "reconciliation_difference.closed", nil
}

// Explain closes a difference with a reason.
func (s *Service) Explain(ctx context.Context, companyID, id, reason string) (Finding, error) {
	reason, err := checkReason(reason)
	if err != nil {
		return Finding{}, err
	}
	return s.change(ctx, companyID, id, func(tx db.Tx, _ *Reconciliation, f *Finding) (string, error) {
		return s.settle(tx, ctx, f, Explained, reason, "")
	})
}

// Enter enters what the bank has and we have not among our payments, and closes the difference. Where a second person is needed it is entered when
// that one confirms.
func (s *Service) Enter(ctx context.Context, companyID, id, reason string) (Finding, error) {
	reason, err := checkReason(reason)
	if err != nil {
		return Finding{}, err
	}
	return s.change(ctx, companyID, id, func(tx db.Tx, x *Reconciliation, f *Finding) (string, error) {
		if f.Kind != MissingHere || f.Theirs == nil || x.Subject != Collections {
			return "", fault.New(fault.Conflict, "nothing_to_enter", "Yalnızca bizde olmayan hareket elle girilir.", "Only a movement that is missing here can be entered.")
		}
		kind, err := s.settle(tx, ctx, f, Entered, reason, "")
		if err == nil && f.State == Closed {
			err = s.enter(ctx, tx, f)
		}
		return kind, err
	})
}

func (s *Service) enter(ctx context.Context, tx db.Tx, f *Finding) (err error) {
	t := f.Theirs
	var closed int64
	day := int64(clock.DayOf(t.At))
	if err := tx.QueryRow("SELECT COUNT(*) FROM reconciliation WHERE account_id = $1 AND subject = $2 AND status = 'closed' AND from_day <= $3 AND until_day >= $3", f.AccountID, Collections, day).Scan(&closed); err != nil {
		return err
	}
	if closed > 0 {
		return errLocked
	}
	f.Partner, err = s.payments.Enter(ctx, tx, payment.Entry{CompanyID: f.CompanyID, AccountID: f.AccountID, Refund: t.Kind == Refund, Amount: pos.Money{Minor: t.Minor, Currency: t.Currency}, At: t.At, OrderID: t.OrderID, Reference: t.Reference,
		RRN: t.RRN, AuthCode: t.AuthCode, Batch: t.Batch, Last4: t.Last4, Reason: f.Reason, Found: f.ID})
	if err != nil {
		return err
	}
	_, err = tx.Exec("DELETE FROM payout WHERE account_id = $1 AND paid_day = $2", f.AccountID, int64(clock.DayOf(t.At))) // to be planned anew
	return err
}

// Match closes two differences of an account as one movement: what is missing here with what is missing at the bank.
func (s *Service) Match(ctx context.Context, companyID, id, with, reason string) (Finding, error) {
	reason, err := checkReason(reason)
	if err != nil {
		return Finding{}, err
	}
	return s.change(ctx, companyID, id, func(tx db.Tx, x *Reconciliation, f *Finding) (string, error) {
		g, err := readFinding(tx, companyID, with)
		if err != nil {
			return "", err
		}
		other := x
		if g.ReconciliationID != x.ID {
			y, err := read(tx, companyID, g.ReconciliationID)
			if err != nil {
				return "", err
			}
			if other = &y; y.Status != Open {
				return "", errLocked
			}
		}
		here, there := f.Kind == MissingHere || f.Kind == Duplicate, g.Kind == MissingHere || g.Kind == Duplicate
		if g.AccountID != f.AccountID || here == there || !f.Missing() || !g.Missing() || g.Currency != f.Currency {
			return "", fault.Field("with", "no_match", "Bir eksik kayıt yalnızca aynı hesabın karşı taraftaki eksik kaydıyla eşlenir.", "A missing movement is matched with one that the other side of the same account misses.")
		}
		if f.Expected+g.Expected != f.Found+g.Found {
			return "", fault.Field("with", "amounts_differ", "Tutarları aynı değil.", "Their amounts are not the same.")
		}
		if g.State != Open {
			return "", fault.New(fault.Conflict, "difference_not_open", "Bu fark açık değil.", "This difference is not open.")
		}
		kind, err := s.settle(tx, ctx, &g, Matched, reason, f.ID)
		if err != nil {
			return "", err
		}
		if err := s.write(ctx, tx, other, &g, kind); err != nil {
			return "", err
		}
		return s.settle(tx, ctx, f, Matched, reason, g.ID)
	})
}

// Confirm is the second person's yes or no to what was proposed.
func (s *Service) Confirm(ctx context.Context, companyID, id string, yes bool) (Finding, error) {
	return s.change(ctx, companyID, id, func(tx db.Tx, x *Reconciliation, f *Finding) (string, error) {
		if f.State != "proposed" {
			return "", fault.New(fault.Conflict, "nothing_proposed", "Onay bekleyen bir kapatma yok.", "Nothing waits to be confirmed.")
		}
		if yes && f.ProposedBy == audit.Actor(ctx) {
			return "", fault.New(fault.Forbidden, "second_person_needed", "Kapatmayı başka biri onaylamalı.", "Another person has to confirm it.")
		}
		turn := func(f *Finding) (string, error) {
			if yes {
				return s.end(ctx, f)
			}
			f.State, f.Resolution, f.Partner = Open, "", ""
			return "reconciliation_difference.rejected", nil
		}
		if f.Resolution == Matched { // both halves together
			g, err := readFinding(tx, companyID, f.Partner)
			if err != nil {
				return "", err
			}
			other := x
			if g.ReconciliationID != x.ID {
				y, err := read(tx, companyID, g.ReconciliationID)
				if err != nil {
					return "", err
				}
				other = &y
			}
			kind, _ := turn(&g)
			if err := s.write(ctx, tx, other, &g, kind); err != nil {
				return "", err
			}
		}
		entered := f.Resolution == Entered
		kind, err := turn(f)
		if err == nil && yes && entered {
			err = s.enter(ctx, tx, f)
		}
		return kind, err
	})
}

// Reopen opens a closed difference again; what was entered stays entered.
func (s *Service) Reopen(ctx context.Context, companyID, id, reason string) (Finding, error) {
	reason, err := checkReason(reason)
	if err != nil {
		return Finding{}, err
	}
	return s.change(ctx, companyID, id, func(tx db.Tx, x *Reconciliation, f *Finding) (string, error) {
		if f.State != Closed || f.Resolution == Entered || f.Resolution == Later {
			return "", fault.New(fault.Conflict, "cannot_reopen", "Bu fark yeniden açılamaz: elle girilen ya da sonradan bulunan kayıt yerinde kalır.", "This difference cannot be opened again: what was entered or found later stays.")
		}
		back := func(f *Finding) {
			f.State, f.Resolution, f.Reason, f.Partner, f.ClosedBy, f.ClosedAt = Open, "", reason, "", "", time.Time{}
		}
		if f.Resolution == Matched {
			g, err := readFinding(tx, companyID, f.Partner)
			if err != nil {
				return "", err
			}
			other := x
			if g.ReconciliationID != x.ID {
				y, err := read(tx, companyID, g.ReconciliationID)
				if err != nil {
					return "", err
				}
				if other = &y; y.Status != Open {
					return "", errLocked
				}
			}
			back(&g)
			if err := s.write(ctx, tx, other, &g, "reconciliation_difference.reopened"); err != nil {
				return "", err
			}
		}
		back(f)
		return "reconciliation_difference.reopened", nil
	})
}

// TakeApart undoes a pair that the comparison has made: both movements become differences, and a later comparison leaves them so.
func (s *Service) TakeApart(ctx context.Context, companyID, id string, position int64, reason string) (Reconciliation, error) {
	reason, err := checkReason(reason)
	if err != nil {
		return Reconciliation{}, err
	}
	found, err := s.Pairs(ctx, companyID, id, position, 1, "")
	if err != nil {
		return Reconciliation{}, err
	}
	if len(found) == 0 || found[0].Position != position || found[0].Ours == nil || found[0].Theirs == nil || found[0].By == ByParts.String() || found[0].By == ByBatch.String() {
		return Reconciliation{}, fault.New(fault.NotFound, "no_such_pair", "Ayrılabilecek böyle bir eşleşme yok.", "There is no such pair that could be taken apart.")
	}
	p := found[0]
	var x Reconciliation
	err = s.db.Write(ctx, func(tx db.Tx) error {
		if x, err = read(tx, companyID, id); err != nil {
			return err
		}
		if err := tx.Lock("reconciliation:" + x.AccountID); err != nil {
			return err
		}
		if x, err = read(tx, companyID, id); err != nil {
			return err
		}
		if x.Status != Open {
			return errLocked
		}
		both := []Finding{
			{Kind: MissingThere, Ours: p.Ours, Expected: p.Ours.Signed(), Currency: p.Ours.Currency},
			{Kind: MissingHere, Theirs: p.Theirs, Found: p.Theirs.Signed(), Currency: p.Theirs.Currency},
		}
		var events []audit.Event
		for i := range both {
			f := &both[i]
			f.ID, f.ReconciliationID, f.CompanyID, f.AccountID, f.State, f.Reason, f.Held, f.Version = db.NewID("dif"), x.ID, x.CompanyID, x.AccountID, Open, reason, true, 1
			f.Key = keyOf(f.Kind, f.Ours, f.Theirs)
			var n int64
			if err := tx.QueryRow("SELECT COUNT(*) FROM reconciliation_difference WHERE reconciliation_id = $1 AND item_key = $2 AND held", x.ID, f.Key).Scan(&n); err != nil {
				return err
			}
			if n > 0 {
				return fault.New(fault.Conflict, "taken_apart_already", "Bu eşleşme daha önce ayrılmış.", "This pair has been taken apart before.")
			}
			events = append(events, f.event("reconciliation_difference.taken_apart"))
		}
		x.Pairs, x.Differences, x.OpenDifferences, x.Version = x.Pairs-1, x.Differences+2, x.OpenDifferences+2, x.Version+1
		if err := insertFindings(tx, both); err != nil {
			return err
		}
		if err := update(tx, x); err != nil {
			return err
		}
		return s.log.Append(ctx, tx, append(events, x.event("reconciliation.changed", nil))...)
	})
	return x, err
}

// Close closes a comparison: its days are locked.
func (s *Service) Close(ctx context.Context, companyID, id, note string) (Reconciliation, error) {
	return s.turn(ctx, companyID, id, func(x *Reconciliation) (string, error) {
		if x.Status != Open {
			return "", fault.New(fault.Conflict, "not_open", "Bu mutabakat açık değil.", "This comparison is not open.")
		}
		if x.OpenDifferences > 0 {
			return "", fault.New(fault.Conflict, "differences_open", fmt.Sprintf("Kapatmadan önce %d farkı sonuçlandırın.", x.OpenDifferences), fmt.Sprintf("There are %d differences to close first.", x.OpenDifferences))
		}
		if utf8.RuneCountInString(note) > 500 {
			return "", fault.Field("note", "too_long", "Not en çok 500 karakterdir.", "A note has at most 500 characters.")
		}
		x.Status, x.Note, x.ClosedBy, x.ClosedAt = Closed, strings.TrimSpace(note), audit.Actor(ctx), s.clock.Now()
		return "reconciliation.closed", nil
	})
}

// Unlock opens a closed comparison again, with a reason that stays in the log.
func (s *Service) Unlock(ctx context.Context, companyID, id, reason string) (Reconciliation, error) {
	reason, err := checkReason(reason)
	if err != nil {
		return Reconciliation{}, err
	}
	return s.turn(ctx, companyID, id, func(x *Reconciliation) (string, error) {
		if x.Status != Closed {
			return "", fault.New(fault.Conflict, "not_closed", "Bu mutabakat kapalı değil.", "This comparison is not closed.")
		}
		x.Status, x.Note, x.ClosedBy, x.ClosedAt = Open, reason, "", time.Time{}
		return "reconciliation.reopened", nil
	})
}

func (s *Service) turn(ctx context.Context, companyID, id string, fn func(*Reconciliation) (string, error)) (x Reconciliation, err error) {
	err = s.db.Write(ctx, func(tx db.Tx) error {
		if x, err = read(tx, companyID, id); err != nil {
			return err
		}
		if err := tx.Lock("reconciliation:" + x.AccountID); err != nil {
			return err
		}
		if x, err = read(tx, companyID, id); err != nil {
			return err
		}
		kind, err := fn(&x)
		if err != nil {
			return err
		}
		x.Version++
		if err := update(tx, x); err != nil {
			return err
		}
		return s.log.Append(ctx, tx, x.event(kind, map[string]any{"note": x.Note}))
	})
	return x, err
}
