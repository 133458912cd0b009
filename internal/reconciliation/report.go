package reconciliation

import (
	"cmp"
	"context"
	"slices"

	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/pos"
)

// SheetLine is a day of an account in one currency, as an accountant files it. Amounts are kuruş.
type SheetLine struct {
	AccountID              string
	Bank, Name             string
	Day                    Day
	Currency               pos.Currency
	Sales, Refunds         int64 // numbers
	SalesSum, RefundsSum   int64 // above zero
	Commission, Tax, Fee   int64 // by the contract
	State                  string
	ReconciliationID       string
	Open                   int64 // differences
	ClosedBy, ClosingNotes string
}

// Gross is what was collected less what was given back.
func (l SheetLine) Gross() int64 { return l.SalesSum - l.RefundsSum }

// Net is what is to come of it.
func (l SheetLine) Net() int64 { return l.Gross() - l.Commission - l.Tax - l.Fee }

// Sheet tells the days of all accounts: what moved, what it costs by the contract, and how its comparison stands. Days without anything are left out.
func (s *Service) Sheet(ctx context.Context, companyID string, from, until Day) (out []SheetLine, err error) {
	states, err := s.Days(ctx, companyID, "", from, until)
	if err != nil {
		return nil, err
	}
	list, err := s.List(ctx, companyID, Filter{Subject: Collections, From: from, Until: until, Limit: 1000})
	if err != nil {
		return nil, err
	}
	accounts, err := s.payments.Accounts(ctx, companyID)
	if err != nil {
		return nil, err
	}
	type key struct {
		account  string
		day      Day
		currency pos.Currency
	}
	lines := map[key]*SheetLine{}
	period := Period(from, until)
	for _, a := range accounts {
		line := func(day Day, c pos.Currency) *SheetLine {
			k := key{a.ID, day, c}
			if lines[k] == nil {
				lines[k] = &SheetLine{AccountID: a.ID, Bank: a.Profile().Name, Name: a.Name, Day: day, Currency: c}
			}
			return lines[k]
		}
		err := s.payments.Movements(ctx, companyID, a.ID, period.From, period.To, func(m payment.Movement) {
			l := line(clock.DayOf(m.At), m.Currency)
			if m.Refund {
				l.Refunds, l.RefundsSum = l.Refunds+1, l.RefundsSum+m.Minor
			} else {
				l.Sales, l.SalesSum = l.Sales+1, l.SalesSum+m.Minor
			}
			w := a.Whole(m.Refund, m.Minor, m.Count)
			l.Commission, l.Tax, l.Fee = l.Commission+w.Commission, l.Tax+w.Tax, l.Fee+w.Fee
		})
		if err != nil {
			return nil, err
		}
		for _, st := range states {
			if st.AccountID != a.ID {
				continue
			}
			if st.ReconciliationID != "" { // the bank may have moved money of which nothing is known here
				moved := false
				for k := range lines {
					moved = moved || k.account == a.ID && k.day == st.Day
				}
				if !moved {
					line(st.Day, pos.TRY)
				}
			}
			for k, l := range lines {
				if k.account == a.ID && k.day == st.Day {
					l.State, l.ReconciliationID, l.Open = st.State, st.ReconciliationID, st.OpenDifferences
					if i := slices.IndexFunc(list, func(x Reconciliation) bool { return x.ID == st.ReconciliationID }); i >= 0 {
						l.ClosedBy, l.ClosingNotes = list[i].ClosedBy, list[i].Note
					}
				}
			}
		}
	}
	for _, l := range lines {
		out = append(out, *l)
	}
	slices.SortFunc(out, func(a, b SheetLine) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Bank, b.Bank), cmp.Compare(a.Name, b.Name), cmp.Compare(a.AccountID, b.AccountID), cmp.Compare(a.Currency, b.Currency))
	})
	return out, nil
}

// What a journal line is about.
const (
	JournalCollected = "collected" // card receivables against customers
	JournalPaidOut   = "paid_out"  // bank and commission against card receivables
)

// JournalLine is one line of a voucher: debit or credit, never both. The lines of one voucher add up to nothing.
type JournalLine struct {
	Day           Day
	Voucher       string // lines that belong together
	About         string
	Ledger        string // account number of the books
	AccountID     string
	Account       string // name of the POS account
	Currency      pos.Currency
	Debit, Credit int64 // kuruş
}

// Journal gives the lines for the books: what was collected on each day, and what is paid out on it by the contract.
func (s *Service) Journal(ctx context.Context, companyID string, from, until Day) (out []JournalLine, err error) {
	settings, err := s.Settings(ctx, companyID)
	if err != nil {
		return nil, err
	}
	sheet, err := s.Sheet(ctx, companyID, from, until)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	b := settings.Books
	for _, l := range sheet {
		names[l.AccountID] = l.Name
		v := JournalLine{Day: l.Day, Voucher: l.Day.String() + "-T", About: JournalCollected, AccountID: l.AccountID, Account: l.Name, Currency: l.Currency}
		for _, e := range []struct {
			ledger        string
			debit, credit int64
		}{{b.Receivable, l.SalesSum, 0}, {b.Customers, 0, l.SalesSum}, {b.Customers, l.RefundsSum, 0}, {b.Receivable, 0, l.RefundsSum}} {
			if e.debit != 0 || e.credit != 0 {
				v.Ledger, v.Debit, v.Credit = e.ledger, e.debit, e.credit
				out = append(out, v)
			}
		}
	}
	expected, err := s.Expected(ctx, companyID, from, until)
	if err != nil {
		return nil, err
	}
	accounts, err := s.payments.Accounts(ctx, companyID)
	if err != nil {
		return nil, err
	}
	for _, a := range accounts {
		names[a.ID] = a.Name
	}
	for _, e := range expected {
		v := JournalLine{Day: e.Day, Voucher: e.Day.String() + "-O", About: JournalPaidOut, AccountID: e.AccountID, Account: names[e.AccountID], Currency: e.Currency}
		for _, x := range []struct {
			ledger string
			debit  int64
		}{{b.Bank, e.Net()}, {b.Commission, e.Commission + e.Tax + e.Fee}, {b.Receivable, -e.Gross}} {
			if v.Ledger, v.Debit, v.Credit = x.ledger, max(x.debit, 0), max(-x.debit, 0); x.debit != 0 {
				out = append(out, v)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b JournalLine) int { return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.About, b.About)) })
	return out, nil
}

// Partners are the open differences that a missing movement may be matched with: the other side of the same account, of the same amount.
func (s *Service) Partners(ctx context.Context, f Finding) (out []Finding, err error) {
	if !f.Missing() {
		return nil, nil
	}
	kinds := "kind = 'missing_at_bank'"
	if f.Kind == MissingThere {
		kinds = "kind IN ('missing_here', 'duplicate')"
	}
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		out, err = db.All(tx, scanFinding, "SELECT "+findingColumns+" FROM reconciliation_difference WHERE company_id = $1 AND account_id = $2 AND state = 'open' AND "+kinds+
			" AND expected + found = $3 AND currency = $4 AND reconciliation_id IN (SELECT id FROM reconciliation WHERE account_id = $2 AND status = 'open') ORDER BY id LIMIT 20", f.CompanyID, f.AccountID, f.Expected+f.Found, string(f.Currency))
		return err
	})
	return out, err
}
