package reconciliation

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/idempotency"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/pos"
)

// NewRun asks for a comparison.
type NewRun struct {
	CompanyID string
	AccountID string
	Subject   string // Collections if empty
	// From and Until are the first and the last day; 0: the days of the statement's lines.
	From, Until Day
	// Statement is a file; nil: the bank's own list is asked for.
	Statement *Upload
}

// Upload is a statement as a person has it.
type Upload struct {
	Name    string
	File    io.ReadSeeker
	Columns Columns // nil: those saved for the bank, else they are recognized
	Save    bool    // remember the columns for the bank
}

func (u *Upload) read(columns Columns) (Statement, error) {
	if _, err := u.File.Seek(0, io.SeekStart); err != nil {
		return Statement{}, err
	}
	return ReadStatement(u.File, columns)
}

func (u *Upload) digest() (string, error) {
	if _, err := u.File.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	h := sha256.New()
	if _, err := io.Copy(h, u.File); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// longest is how many days a comparison may take.
const longest = 92

// margin is how far beyond its ends a time is looked at on our side: the bank's clock, and a charge at midnight, are not ours.
const margin = 30 * time.Minute

// Period is the time from the start of a day to the end of another.
func Period(from, until Day) pos.Period {
	return pos.Period{From: from.Start(), To: (until + 1).Start()}
}

// books reads our movements of a time, a little beyond its ends.
func (s *Service) books(ctx context.Context, companyID, accountID string, p pos.Period) (*List, error) {
	l := &List{}
	err := s.payments.Movements(ctx, companyID, accountID, p.From.Add(-margin), p.To.Add(margin), func(m payment.Movement) {
		i := Item{Ref: m.Ref, Kind: Sale, Minor: m.Minor, Currency: m.Currency, At: m.At, OrderID: m.OrderID, Reference: m.Reference, RRN: m.RRN, AuthCode: m.AuthCode, Batch: m.Batch, Last4: m.Last4, Installments: m.Count}
		if m.Refund {
			i.Kind = Refund
		}
		l.Append(i)
	})
	return l, err
}

// optionsOf are what an account's contract says. Payouts are compared with it as they are.
func (s *Service) optionsOf(subject string, a payment.Account) (o Options) {
	if subject == Collections && len(a.Installments) > 0 {
		o.Kept = func(k Kind, minor int64, installments int) int64 {
			return a.Whole(k == Refund, minor, installments).Kept()
		}
		o.ValueDay = func(on Day, _ int) Day { return a.ValueDay(on, s.calendar) }
	}
	return o
}

// Compared is a comparison that is not kept.
type Compared struct {
	Account      payment.Account
	From, Until  Day
	Ours, Theirs *List
	Report
}

// Compare compares days of an account and keeps nothing.
func (s *Service) Compare(ctx context.Context, n NewRun) (Compared, error) {
	c, _, err := s.load(ctx, &n)
	if err != nil {
		return c, err
	}
	c.Report = Compare(c.Ours, c.Theirs, s.optionsOf(n.Subject, c.Account))
	c.trim(nil, nil)
	return c, nil
}

// load reads both sides.
func (s *Service) load(ctx context.Context, n *NewRun) (c Compared, columns Columns, err error) {
	if c.Account, err = s.payments.Account(ctx, n.CompanyID, n.AccountID); err != nil {
		return c, nil, err
	}
	if n.Statement != nil {
		given := n.Statement.Columns
		if given == nil {
			if given, err = s.Columns(ctx, n.CompanyID, c.Account.Bank); err != nil {
				return c, nil, err
			}
		}
		st, err := n.Statement.read(given)
		if errors.Is(err, ErrColumns) && n.Statement.Columns == nil && given != nil { // another form than the one that was saved
			st, err = n.Statement.read(nil)
		}
		if err != nil {
			return c, nil, refused(err)
		}
		c.Theirs, columns = st.Lines, st.Columns
		if c.Theirs.Len() == 0 {
			return c, nil, fault.Field("statement", "statement_empty", "Dosyada hiç hareket yok.", "There is no movement in the file.")
		}
		first, last := span(c.Theirs, n.Subject == Payouts)
		if n.From == 0 {
			n.From = first
		}
		if n.Until == 0 {
			n.Until = max(last, n.From)
		}
		if first < n.From || last > n.Until {
			return c, nil, fault.Field("statement", "other_days", fmt.Sprintf("Dosyada seçilen günlerin dışında hareketler var (%s – %s).", first, last), fmt.Sprintf("The file has movements outside the chosen days (%s to %s).", first, last))
		}
	}
	if n.Until == 0 {
		n.Until = n.From
	}
	today := clock.DayOf(s.clock.Now())
	switch {
	case n.From <= 0 || n.Until < n.From:
		return c, nil, fault.Field("day", "invalid_day", "Gün YYYY-AA-GG biçiminde yazılır; son gün ilk günden önce olamaz.", "A day is written YYYY-MM-DD; the last one is not before the first.")
	case n.Until > today:
		return c, nil, fault.Field("day", "day_in_future", "Bu gün henüz gelmedi.", "This day has not come yet.")
	case n.Until-n.From >= longest:
		return c, nil, fault.Field("until", "too_many_days", fmt.Sprintf("Bir mutabakat en çok %d günlüktür.", longest), fmt.Sprintf("A comparison takes at most %d days.", longest))
	}
	period := Period(n.From, n.Until)
	if n.Statement == nil {
		rows, err := s.payments.BankDay(ctx, n.CompanyID, n.AccountID, period)
		if err != nil {
			return c, nil, err
		}
		c.Theirs = FromBank(rows)
	}
	c.From, c.Until = n.From, n.Until
	if n.Subject == Payouts {
		c.Theirs = payoutLines(c.Theirs, c.Account)
		c.Ours, err = s.expected(ctx, c.Account, n.From, n.Until)
		return c, columns, err
	}
	c.Ours, err = s.books(ctx, n.CompanyID, n.AccountID, period)
	if err == nil {
		findBatches(c.Ours, c.Theirs)
	}
	return c, columns, err
}

// span are the first and the last day of a list: those of the movements, or of the money.
func span(l *List, value bool) (first, last Day) {
	first = Day(1 << 30)
	for i := range int32(l.Len()) {
		r := l.row(i)
		d := Day(r.day())
		if value && r.value > 0 {
			d = r.value
		}
		first, last = min(first, d), max(last, d)
	}
	return first, last
}

// trim takes out the differences of movements that only stood by: those of ours beyond the ends of the time, and carried ones of other days.
func (c *Compared) trim(carriedOurs, carriedTheirs map[int32]*Finding) {
	period := Period(c.From, c.Until)
	from, to := period.From.UnixMicro(), period.To.UnixMicro()
	c.Differences = slices.DeleteFunc(c.Differences, func(d Difference) bool {
		if d.Theirs < 0 && d.Ours >= 0 {
			r := c.Ours.row(d.Ours)
			if carriedOurs[d.Ours] != nil || r.at < from || r.at >= to {
				c.OursSum -= r.signed()
				return true
			}
		}
		if d.Ours < 0 && d.Theirs >= 0 && carriedTheirs[d.Theirs] != nil {
			c.TheirsSum -= c.Theirs.row(d.Theirs).signed()
			return true
		}
		return false
	})
}

// Run compares days of an account and keeps the outcome. An open comparison that shares days with it is replaced: what people decided about its
// differences counts for the same ones here. The same file once more changes nothing.
func (s *Service) Run(ctx context.Context, n NewRun) (x Reconciliation, err error) {
	defer lean()()
	now := s.clock.Now()
	if n.Subject == "" {
		n.Subject = Collections
	}
	if n.Subject != Collections && n.Subject != Payouts {
		return x, fault.Field("subject", "unknown_subject", "Neyin karşılaştırılacağını seçin.", "Choose what to compare.")
	}
	if n.Subject == Payouts && n.Statement == nil {
		return x, fault.Field("statement", "statement_needed", "Ödemeler için banka hesabının ekstresi gerekir.", "Payouts need the statement of the bank account.")
	}
	x = Reconciliation{ID: db.NewID("rec"), CompanyID: n.CompanyID, AccountID: n.AccountID, Subject: n.Subject, Source: "bank", Status: Open, CreatedBy: audit.Actor(ctx), CreatedAt: now, Version: 1}
	if n.Statement != nil {
		digest, err := n.Statement.digest()
		if err != nil {
			return x, err
		}
		if n.Statement.Columns != nil || n.From > 0 || n.Until > 0 { // the same file asked about in another way
			h := sha256.Sum256([]byte(digest + audit.Data(n.Statement.Columns) + n.From.String() + n.Until.String()))
			digest = hex.EncodeToString(h[:])
		}
		x.Source, x.FileName, x.FileDigest = "file", clipName(n.Statement.Name), digest
		if old, ok, err := s.same(ctx, x); err != nil || ok {
			return old, err
		}
	}
	c, columns, err := s.load(ctx, &n)
	if err != nil {
		return x, err
	}
	x.From, x.Until = c.From, c.Until
	known, err := s.neighbours(ctx, x)
	if err != nil {
		return x, err
	}
	ourTotals, theirTotals := c.Ours.Len(), c.Theirs.Len()
	carriedOurs, carriedTheirs := map[int32]*Finding{}, map[int32]*Finding{}
	for i := range known.carried {
		f := &known.carried[i]
		if f.Ours != nil {
			carriedOurs[int32(c.Ours.Len())] = f
			c.Ours.Append(*f.Ours)
		} else {
			carriedTheirs[int32(c.Theirs.Len())] = f
			c.Theirs.Append(*f.Theirs)
		}
	}
	opt := s.optionsOf(n.Subject, c.Account)
	if len(known.held) > 0 {
		opt.Held = func(ours bool, i Item) bool {
			if ours {
				return known.held[keyOf(MissingThere, &i, nil)]
			}
			return known.held[keyOf(MissingHere, nil, &i)]
		}
	}
	c.Report = Compare(c.Ours, c.Theirs, opt)
	c.trim(carriedOurs, carriedTheirs)
	// Two carried ones do not make a pair: both stay open where they are.
	c.Pairs = slices.DeleteFunc(c.Pairs, func(p Pair) bool { return carriedOurs[p.Ours] != nil && carriedTheirs[p.Theirs] != nil })
	var later []*Finding
	for _, p := range c.Pairs {
		if f := carriedOurs[p.Ours]; f != nil && p.Theirs >= 0 {
			later = append(later, f)
		}
		if f := carriedTheirs[p.Theirs]; f != nil && p.Ours >= 0 {
			later = append(later, f)
		}
	}
	findings := c.findings(&x, known)
	x.Summary = c.summary(opt, ourTotals, theirTotals)
	x.Summary.Carried = int64(len(later))
	x.Pairs, x.Differences = int64(len(c.Pairs)), int64(len(findings))
	for _, f := range findings {
		if f.State != Closed {
			x.OpenDifferences++
		}
	}
	if err := s.storePairs(ctx, x.ID, c); err != nil {
		return x, err
	}
	if err := s.storeFindings(ctx, findings); err != nil {
		return x, err
	}
	err = s.db.Write(ctx, func(tx db.Tx) error {
		if err := idempotency.Record(ctx, tx, x.ID); err != nil {
			return err
		}
		if err := tx.Lock("reconciliation:" + x.AccountID); err != nil {
			return err
		}
		again, err := s.overlapping(tx, x)
		if err != nil {
			return err
		}
		if fmt.Sprint(again) != fmt.Sprint(known.replaced) {
			return fault.New(fault.Conflict, "try_again", "Bu günlerin mutabakatı şu anda değişti; yeniden deneyin.", "The comparison of these days has just changed; try again.")
		}
		for _, old := range again {
			old.Status = Replaced
			old.Version++
			if err := update(tx, old); err != nil {
				return err
			}
			if err := s.log.Append(ctx, tx, old.event("reconciliation.replaced", map[string]any{"by": x.ID})); err != nil {
				return err
			}
		}
		found := map[string]bool{}
		for _, f := range later {
			found[f.ID] = true
		}
		for _, f := range known.carried { // found in a comparison that is gone, and not in this one
			if f.State != Closed || found[f.ID] {
				continue
			}
			g, err := readFinding(tx, f.CompanyID, f.ID)
			if err != nil {
				return err
			}
			of, err := read(tx, f.CompanyID, f.ReconciliationID)
			if err != nil {
				return err
			}
			if g.State != Closed || of.Status != Open {
				continue
			}
			g.State, g.Resolution, g.Partner, g.ClosedBy, g.ClosedAt = Open, "", "", "", time.Time{}
			if err := s.write(ctx, tx, &of, &g, "reconciliation_difference.reopened"); err != nil {
				return err
			}
		}
		for _, f := range later {
			g, err := readFinding(tx, f.CompanyID, f.ID)
			if err != nil {
				return err
			}
			if g.State == Closed && g.Resolution != Later {
				continue
			}
			of, err := read(tx, f.CompanyID, f.ReconciliationID)
			if err != nil {
				return err
			}
			if of.Status != Open {
				continue
			}
			g.State, g.Resolution, g.Partner, g.ClosedBy, g.ClosedAt = Closed, Later, x.ID, audit.Actor(ctx), now
			if err := s.write(ctx, tx, &of, &g, "reconciliation_difference.closed"); err != nil {
				return err
			}
		}
		if err := insert(tx, x); err != nil {
			return err
		}
		if n.Statement != nil && n.Statement.Save && columns != nil {
			if err := saveColumns(tx, x.CompanyID, c.Account.Bank, columns); err != nil {
				return err
			}
		}
		if _, err := tx.Exec("UPDATE reconciliation_run SET next_at = 0, error_tr = '', error_en = '' WHERE account_id = $1 AND day >= $2 AND day <= $3", x.AccountID, int64(x.From), int64(x.Until)); err != nil {
			return err
		}
		events := []audit.Event{x.event("reconciliation.finished", map[string]any{"source": x.Source, "file": x.FileName, "kinds": x.Summary.Kinds, "carried": x.Summary.Carried})}
		for _, f := range findings {
			if x.Subject == Payouts && f.State == Open && f.Found < f.Expected { // the bank has paid less than the contract says
				events = append(events, f.event("payout.short"))
			}
		}
		return s.log.Append(ctx, tx, events...)
	})
	if err != nil {
		_ = s.db.Write(context.WithoutCancel(ctx), func(tx db.Tx) error {
			_, err := tx.Exec("DELETE FROM reconciliation_pairs WHERE reconciliation_id = $1", x.ID)
			_, err2 := tx.Exec("DELETE FROM reconciliation_difference WHERE reconciliation_id = $1", x.ID)
			return errors.Join(err, err2)
		})
	}
	return x, err
}

func (s *Service) storePairs(ctx context.Context, id string, c Compared) error {
	var wg sync.WaitGroup
	type packed struct {
		data []byte
		err  error
	}
	blocks := (len(c.Pairs) + blockSize - 1) / blockSize
	ready := make([]chan packed, blocks)
	slots := make(chan struct{}, 2)
	for b := range ready {
		ready[b] = make(chan packed, 1)
	}
	wg.Go(func() {
		for b := range ready {
			slots <- struct{}{}
			wg.Go(func() {
				data, err := block(c.Ours, c.Theirs, c.Pairs[b*blockSize:min(len(c.Pairs), (b+1)*blockSize)])
				ready[b] <- packed{data, err}
			})
		}
	})
	defer wg.Wait()
	var err error
	for b := range ready {
		p := <-ready[b]
		<-slots
		if err = firstError(err, p.err); err != nil {
			continue
		}
		err = s.db.Write(ctx, func(tx db.Tx) error {
			_, err := tx.Exec("INSERT INTO reconciliation_pairs (reconciliation_id, block, data) VALUES ($1, $2, $3)", id, b, p.data)
			return err
		})
	}
	return err
}

// storeFindings writes the differences in pieces: the one writer of SQLite serves payments in between. They are seen only with their comparison.
func (s *Service) storeFindings(ctx context.Context, list []Finding) error {
	for len(list) > 0 {
		n := min(len(list), 2000)
		if err := s.db.Write(ctx, func(tx db.Tx) error { return insertFindings(tx, list[:n]) }); err != nil {
			return err
		}
		list = list[n:]
	}
	return nil
}

func firstError(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

func clipName(s string) string {
	s = strings.ToValidUTF8(s, "?")
	if i := strings.LastIndexAny(s, "/\\"); i >= 0 {
		s = s[i+1:]
	}
	if r := []rune(s); len(r) > 120 {
		s = string(r[:120])
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return -1
		}
		return r
	}, s)
}

// findBatches names the batch of lines that have nothing but a text in which the number of one of our batches stands.
func findBatches(ours, theirs *List) {
	var known map[string]bool
	for i := range int32(theirs.Len()) {
		r := theirs.row(i)
		if r.lens[textRef] == 0 || r.lens[textBatch] > 0 || r.lens[textOrder]+r.lens[textRRN]+r.lens[textAuth] > 0 {
			continue
		}
		if known == nil {
			known = map[string]bool{}
			for k := range int32(ours.Len()) {
				if o := ours.row(k); o.lens[textBatch] > 0 {
					known[string(ours.bytes(o, textBatch))] = true
				}
			}
		}
		for _, word := range bytes.FieldsFunc(theirs.bytes(r, textRef), func(c rune) bool { return c < '0' || c > '9' }) {
			if known[string(word)] {
				item := theirs.At(int(i))
				item.Batch = string(word)
				theirs.set(i, item)
				break
			}
		}
	}
}

// Clean takes away the pairs of comparisons that a dying process has left half done.
func (s *Service) Clean(ctx context.Context) error {
	ms := fmt.Sprintf("%012x", s.clock.Now().Add(-time.Hour).UnixMilli())
	return s.db.Write(ctx, func(tx db.Tx) error {
		before := "rec_" + ms[:8] + "-" + ms[8:]
		_, err := tx.Exec("DELETE FROM reconciliation_pairs WHERE reconciliation_id < $1 AND NOT EXISTS (SELECT 1 FROM reconciliation r WHERE r.id = reconciliation_pairs.reconciliation_id)", before)
		if err == nil {
			_, err = tx.Exec("DELETE FROM reconciliation_difference WHERE reconciliation_id < $1 AND NOT EXISTS (SELECT 1 FROM reconciliation r WHERE r.id = reconciliation_difference.reconciliation_id)", before)
		}
		return err
	})
}
