package payment

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/pos"
)

// Stats are what became of the attempts of a time. Test accounts are counted like all others.
type Stats struct {
	Accounts []AccountStats
	Reasons  []ReasonStats // of what was declined or failed, the most frequent first
	Hours    [24]HourStats // of the day in Istanbul
}

// AccountStats count an account's attempts.
type AccountStats struct {
	AccountID string
	Approved  int64
	Declined  int64
	Failed    int64
	Unknown   int64
	Left      int64 // at the bank's page, or not come back from it
	Secure    int64 // went through 3-D Secure
	Passed    int64 // of them: authenticated, whatever the card's bank said then
}

// Share is the part of the ended attempts that were approved, in hundredths of a percent; -1 for none.
func (a AccountStats) Share() int64 { return share(a.Approved, a.Approved+a.Declined+a.Failed) }

// Authenticated is the part of the attempts with 3-D Secure that were authenticated, in hundredths of a percent; -1 for none.
func (a AccountStats) Authenticated() int64 { return share(a.Passed, a.Secure) }

func share(part, whole int64) int64 {
	if whole == 0 {
		return -1
	}
	return part * 10000 / whole
}

// ReasonStats count a reason.
type ReasonStats struct {
	Code  pos.Code
	Count int64
}

// HourStats count an hour of the day.
type HourStats struct{ Approved, Declined int64 }

// Refusals are the accounts that a bank refused in the last day because of the merchant's set-up: a wrong password, an IP address that it does not know.
func (s *Service) Refusals(ctx context.Context, companyID string) (map[string]pos.Code, error) {
	out := map[string]pos.Code{}
	err := s.db.Read(ctx, func(tx db.Tx) error {
		// Only the newest attempts of each account count: once one is answered again, the matter is over.
		rows, err := db.All(tx, func(r db.Row) (x [2]string, err error) { return x, r.Scan(&x[0], &x[1]) },
			"SELECT account_id, code FROM payment_attempt WHERE id >= $1 AND company_id = $2 AND state IN ('approved', 'declined', 'failed') ORDER BY id DESC LIMIT 200", idSince("att", s.clock.Now().Add(-24*time.Hour)), companyID)
		seen := map[string]bool{}
		for _, x := range rows {
			if seen[x[0]] {
				continue
			}
			seen[x[0]] = true
			if code := pos.Code(x[1]); code != "" && code.Class() == pos.ClassMerchant && code != pos.CodeInvalidAmount && code != pos.CodeInvalidInstallment {
				out[x[0]] = code
			}
		}
		return err
	})
	return out, err
}

// unauthenticated are the reasons for which 3-D Secure itself ended an attempt.
var unauthenticated = []pos.Code{pos.CodeSecure3DFailed, pos.CodeSecure3DHalf, pos.CodeSecure3DNotEnrolled, pos.CodeSecure3DError, pos.CodeCanceled}

// Stats counts what became of a company's attempts from a time on until another.
func (s *Service) Stats(ctx context.Context, companyID string, from, to time.Time) (out Stats, err error) {
	type row struct {
		account string
		state   State
		secure  bool
		code    pos.Code
		hour    int64
		n       int64
	}
	var rows []row
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		rows, err = db.All(tx, func(r db.Row) (x row, err error) {
			return x, r.Scan(&x.account, &x.state, &x.secure, &x.code, &x.hour, &x.n)
		}, "SELECT account_id, state, model <> 'non_secure', code, (created_at / 3600000000 + 3) % 24, COUNT(*) FROM payment_attempt WHERE id >= $1 AND id < $2 AND company_id = $3 GROUP BY 1, 2, 3, 4, 5",
			idSince("att", from), idSince("att", to), companyID)
		return err
	})
	accounts, reasons := map[string]*AccountStats{}, map[pos.Code]int64{}
	for _, x := range rows {
		a := accounts[x.account]
		if a == nil {
			a = &AccountStats{AccountID: x.account}
			accounts[x.account] = a
		}
		passed := false
		switch x.state {
		case approved, reversing, reversed:
			a.Approved, passed = a.Approved+x.n, true
			out.Hours[x.hour].Approved += x.n
		case refused:
			a.Declined, passed = a.Declined+x.n, !slices.Contains(unauthenticated, x.code)
			out.Hours[x.hour].Declined += x.n
		case failed:
			a.Failed += x.n
		case lost, charging, completing:
			a.Unknown, passed = a.Unknown+x.n, true
		default:
			a.Left += x.n
		}
		if x.code != "" && (x.state == refused || x.state == failed) {
			reasons[x.code] += x.n
		}
		if x.secure && x.state != starting && x.state != redirected {
			if a.Secure += x.n; passed {
				a.Passed += x.n
			}
		}
	}
	for _, a := range accounts {
		out.Accounts = append(out.Accounts, *a)
	}
	slices.SortFunc(out.Accounts, func(a, b AccountStats) int {
		if a.Approved != b.Approved {
			return int(b.Approved - a.Approved)
		}
		return strings.Compare(a.AccountID, b.AccountID)
	})
	for code, n := range reasons {
		out.Reasons = append(out.Reasons, ReasonStats{code, n})
	}
	slices.SortFunc(out.Reasons, func(a, b ReasonStats) int {
		if a.Count != b.Count {
			return int(b.Count - a.Count)
		}
		return strings.Compare(string(a.Code), string(b.Code))
	})
	return out, err
}

// Movement is money that came or went over an account: a captured payment, or a refund.
type Movement struct {
	Ref       string // pay_… or pop_…
	PaymentID string
	Refund    bool
	Minor     int64 // kuruş
	Currency  pos.Currency
	At        time.Time
	OrderID   string // at the bank
	Reference string
	RRN       string
	AuthCode  string
	Batch     string
	Last4     string
	Count     int // installments
	result    string
}

// Movements hands over what moved over an account in a time. What was voided moved nothing.
func (s *Service) Movements(ctx context.Context, companyID, accountID string, from, to time.Time, each func(Movement)) error {
	return s.db.Read(ctx, func(tx db.Tx) error {
		// A payment may be paid long after it was made: pages live for 90 days.
		since := idSince("pay", from.Add(-maxExpiry-24*time.Hour))
		if err := moves(tx, each, "SELECT id, id, FALSE, captured, currency, paid_at, bank_order_id, reference_code, rrn, auth_code, batch_number, card_masked, installments FROM payment WHERE company_id = $1 AND id >= $2 AND account_id = $3 AND paid_at >= $4 AND paid_at < $5 AND captured > 0 AND status <> 'voided'",
			companyID, since, accountID, db.Micros(from), db.Micros(to)); err != nil {
			return err
		}
		return moves(tx, func(m Movement) {
			m.Reference, m.RRN, m.AuthCode = "", "", ""
			var r Result
			if json.Unmarshal([]byte(m.result), &r) == nil {
				m.Reference, m.RRN, m.AuthCode = r.Reference, r.RRN, r.AuthCode
			}
			each(m)
		}, "SELECT o.id, p.id, TRUE, o.amount, p.currency, o.ended_at, p.bank_order_id, o.result, '', '', p.batch_number, p.card_masked, p.installments FROM payment_operation o JOIN payment p ON p.id = o.payment_id WHERE o.company_id = $1 AND o.kind = 'refund' AND o.way = 'refund' AND o.state = 'done' AND o.ended_at >= $2 AND o.ended_at < $3 AND p.account_id = $4",
			companyID, db.Micros(from), db.Micros(to), accountID)
	})
}

func moves(tx db.Tx, each func(Movement), sql string, args ...any) error {
	rows, err := tx.Query(sql, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var m Movement
		var at int64
		var masked string
		if err := rows.Scan(&m.Ref, &m.PaymentID, &m.Refund, &m.Minor, &m.Currency, &at, &m.OrderID, &m.Reference, &m.RRN, &m.AuthCode, &m.Batch, &masked, &m.Count); err != nil {
			return err
		}
		m.At, m.Last4, m.Count = db.Time(at), masked[max(0, len(masked)-4):], max(1, m.Count)
		if m.Refund {
			m.result = m.Reference
		}
		each(m)
	}
	return rows.Err()
}

// BankDay asks the bank for its own list of an account's transactions of a time. A list that failed or is not whole is an error, never an empty list.
func (s *Service) BankDay(ctx context.Context, companyID, accountID string, p pos.Period) ([]pos.Row, error) {
	account, err := s.account(ctx, companyID, accountID)
	if err != nil {
		return nil, err
	}
	g, _, err := s.gateway(account)
	if err != nil {
		return nil, err
	}
	h, ok := g.(pos.DayHistory)
	if !ok || !g.Capabilities().Has(pos.AbilityDayHistory) {
		return nil, fault.New(fault.Invalid, "no_day_list", "Bu bankanın gün listesi yok; ekstre dosyasını kullanın.", "This bank has no list by day; use a statement file.")
	}
	l, err := h.Transactions(ctx, p)
	if err != nil {
		return nil, err
	}
	if l.Outcome != pos.OK {
		said := l.Reason
		if said == "" {
			said = l.Message
		}
		turkish := ""
		if l.Code != "" {
			turkish = " (" + l.Code.Text("tr") + ")"
		}
		return nil, fault.New(fault.Unavailable, "bank_list_failed", "Bankadan liste alınamadı"+turkish+"; boş sayılmaz.", "The bank's list could not be had ("+clip(said, 100)+"); it does not count as empty.")
	}
	return l.Rows, nil
}
