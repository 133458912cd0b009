package reconciliation

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/mail"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/pos"
)

// MorningState is what the daily run has done of a day of an account.
type MorningState struct {
	AccountID string
	Day       Day
	Tries     int64
	NextAt    time.Time // zero: done
	TR, EN    string    // why the bank's list could not be had
}

// lease is how long a node has for a day of an account.
const lease = 10 * time.Minute

// Morning compares yesterday of every account whose bank has a list, from the company's hour on, and tells the outcome of all of them in one event.
// What fails is tried again through the day. Several nodes may call it: each day of an account is claimed.
func (s *Service) Morning(ctx context.Context, companies []string) error {
	now := s.clock.Now()
	local := now.In(clock.Istanbul)
	yesterday := clock.DayOf(now) - 1
	var errs []error
	for _, id := range companies {
		settings, err := s.Settings(ctx, id)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if settings.Morning < 0 || local.Hour() < settings.Morning {
			continue
		}
		if err := s.morningOf(ctx, id, yesterday, now); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func (s *Service) morningOf(ctx context.Context, companyID string, day Day, now time.Time) error {
	accounts, err := s.payments.Accounts(ctx, companyID)
	if err != nil {
		return err
	}
	news := false // an outcome, or a failure of which nothing was said yet
	var errs []error
	for _, a := range accounts {
		if a.Status != "on" {
			continue
		}
		mine, first, err := s.claim(ctx, a, day, now)
		if err != nil || !mine {
			errs = append(errs, err)
			continue
		}
		err = s.plan(ctx, a, day, day)
		if err == nil {
			_, err = s.Run(audit.WithActor(ctx, audit.System), NewRun{CompanyID: companyID, AccountID: a.ID, From: day, Until: day})
		}
		news = news || first || err == nil
		errs = append(errs, s.ran(ctx, a, day, err))
	}
	if news {
		errs = append(errs, s.tellMorning(ctx, companyID, day))
	}
	return errors.Join(errs...)
}

// claim takes a day of an account for this node, and tells whether nobody has tried it yet, unless it is done, somebody has compared it, or it is not yet time to try again.
func (s *Service) claim(ctx context.Context, a payment.Account, day Day, now time.Time) (mine, first bool, err error) {
	err = s.db.Write(ctx, func(tx db.Tx) error {
		mine, first = false, false
		if err := tx.Lock("reconciliation:" + a.ID); err != nil {
			return err
		}
		var n int64
		if err := tx.QueryRow("SELECT COUNT(*) FROM reconciliation WHERE account_id = $1 AND subject = $2 AND status <> 'replaced' AND from_day <= $3 AND until_day >= $3", a.ID, Collections, int64(day)).Scan(&n); err != nil || n > 0 {
			return err
		}
		var next int64
		err := tx.QueryRow("SELECT next_at FROM reconciliation_run WHERE account_id = $1 AND day = $2", a.ID, int64(day)).Scan(&next)
		if err != nil && !errors.Is(err, db.ErrNoRows) {
			return err
		}
		if err == nil && (next == 0 || db.Time(next).After(now)) {
			return nil
		}
		mine, first = true, errors.Is(err, db.ErrNoRows)
		_, err = tx.Exec("INSERT INTO reconciliation_run (account_id, day, company_id, tries, next_at, error_tr, error_en) VALUES ($1, $2, $3, 1, $4, '', '') ON CONFLICT (account_id, day) DO UPDATE SET tries = reconciliation_run.tries + 1, next_at = $4", a.ID, int64(day), a.CompanyID, db.Micros(now.Add(lease)))
		return err
	})
	return mine, first, err
}

// ran writes how a try of the daily run ended. Banks without a list are done: their statement is waited for.
func (s *Service) ran(ctx context.Context, a payment.Account, day Day, failed error) error {
	var next int64
	tr, en := "", ""
	if failed != nil {
		var f *fault.Error
		if !errors.As(failed, &f) {
			s.lg.Error("the daily comparison failed; it is tried again", "account", a.ID, "day", day.String(), "error", failed)
			f = fault.New(fault.Unavailable, "bank_list_failed", "Bankadan liste alınamadı.", "The bank's list could not be had.")
		}
		if f.Code == "day_closed" {
			return nil
		}
		tr, en = f.TR, f.EN
		if f.Code != "no_day_list" {
			next = db.Micros(s.clock.Now().Add(30 * time.Minute))
		}
	}
	return s.db.Write(ctx, func(tx db.Tx) error {
		_, err := tx.Exec("UPDATE reconciliation_run SET next_at = $1, error_tr = $2, error_en = $3 WHERE account_id = $4 AND day = $5", next, clipText(tr), clipText(en), a.ID, int64(day))
		return err
	})
}

// tellMorning writes the summary of a day over all accounts: webhooks carry it to the ERP.
func (s *Service) tellMorning(ctx context.Context, companyID string, day Day) error {
	d, err := s.Days(ctx, companyID, "", day, day)
	if err != nil || len(d) == 0 {
		return err
	}
	type line struct {
		Account     string `json:"pos_account"`
		State       string `json:"state"`
		Differences int64  `json:"open_differences"`
		Ours        int64  `json:"ours_sum"`
	}
	var lines []line
	for _, x := range d {
		lines = append(lines, line{x.AccountID, x.State, x.OpenDifferences, x.Sum})
	}
	settings, err := s.Settings(ctx, companyID)
	if err != nil {
		return err
	}
	accounts, err := s.payments.Accounts(ctx, companyID)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx db.Tx) error {
		if s.mail.On() && len(settings.MailTo) > 0 {
			subject, body := s.morningMail(accounts, d, day)
			if err := s.mail.Queue(tx, mail.Mail{CompanyID: companyID, To: settings.MailTo, Subject: subject, Body: body}); err != nil {
				return err
			}
		}
		return s.log.AppendNext(ctx, tx, audit.Event{CompanyID: companyID, ObjectID: "day_end:" + companyID, Kind: "day_end.summary", Data: audit.Data(map[string]any{"day": day, "accounts": lines})})
	})
}

// stateWords are the states of a day as the mail says them.
var stateWords = map[string]string{DayQuiet: "hareket yok", DayWaiting: "karşılaştırılmadı; ekstre bekleniyor", DayFailed: "bankadan liste alınamadı, yeniden denenecek", DayOpen: "fark var", DayBalanced: "fark yok", DayClosed: "kapandı"}

// morningMail is the summary for people: what needs them first, then the rest.
func (s *Service) morningMail(accounts []payment.Account, days []DayState, day Day) (subject, body string) {
	var needs, rest strings.Builder
	var open, sum, moved int64
	for _, x := range days {
		name := x.AccountID
		for _, a := range accounts {
			if a.ID == x.AccountID {
				name = a.Name
			}
		}
		line := fmt.Sprintf("- %s: %d hareket, %s TL, %s", name, x.Movements, strings.Replace(pos.Decimal(x.Sum), ".", ",", 1), stateWords[x.State])
		if x.OpenDifferences > 0 {
			line += fmt.Sprintf(" (%d açık)", x.OpenDifferences)
		}
		switch x.State {
		case DayOpen, DayFailed, DayWaiting:
			needs.WriteString(line + "\n")
		case DayQuiet:
			continue
		default:
			rest.WriteString(line + "\n")
		}
		open, sum, moved = open+x.OpenDifferences, sum+x.Sum, moved+x.Movements
	}
	date := day.UTC().Format("02.01.2006")
	subject = "Gün sonu " + date + ": fark yok"
	if open > 0 {
		subject = fmt.Sprintf("Gün sonu %s: %d açık fark", date, open)
	} else if needs.Len() > 0 {
		subject = "Gün sonu " + date + ": karşılaştırılmayan hesap var"
	}
	body = fmt.Sprintf("%s günü %d hareket, %s TL.\n", date, moved, strings.Replace(pos.Decimal(sum), ".", ",", 1))
	if needs.Len() > 0 {
		body += "\nSizi bekleyenler:\n" + needs.String()
	}
	if rest.Len() > 0 {
		body += "\nTamam olanlar:\n" + rest.String()
	}
	return subject, body + "\n" + s.payments.Public() + "/reconciliation-days/" + day.String() + "\n"
}

// States of a day of an account in the calendar.
const (
	DayQuiet    = "quiet"    // nothing moved and nothing was compared
	DayWaiting  = "waiting"  // there are collections, and nothing has been compared
	DayFailed   = "failed"   // the bank's list could not be had
	DayOpen     = "open"     // differences are open
	DayBalanced = "balanced" // compared, nothing is open
	DayClosed   = "closed"
)

// DayState is a day of an account.
type DayState struct {
	AccountID        string
	Day              Day
	State            string
	ReconciliationID string
	OpenDifferences  int64
	Movements, Sum   int64 // ours, TRY
	TR, EN           string
}

// Days tells where each day of an account, or of all, stands.
func (s *Service) Days(ctx context.Context, companyID, accountID string, from, until Day) (out []DayState, err error) {
	accounts, err := s.payments.Accounts(ctx, companyID)
	if err != nil {
		return nil, err
	}
	list, err := s.List(ctx, companyID, Filter{AccountID: accountID, Subject: Collections, From: from, Until: until, Limit: 1000})
	if err != nil {
		return nil, err
	}
	for _, a := range accounts {
		if accountID == "" || a.ID == accountID {
			if err := s.plan(ctx, a, from, until); err != nil {
				return nil, err
			}
		}
	}
	type key struct {
		account string
		day     Day
	}
	type sums struct{ n, sum int64 }
	moved, ran := map[key]sums{}, map[key]MorningState{}
	err = s.db.Read(ctx, func(tx db.Tx) error {
		clear(moved)
		clear(ran)
		rows, err := tx.Query("SELECT account_id, paid_day, CAST(SUM(gross) AS BIGINT), CAST(SUM(CASE WHEN value_day = 0 THEN movements ELSE 0 END) AS BIGINT) FROM payout WHERE company_id = $1 AND paid_day >= $2 AND paid_day <= $3 AND (value_day = 0 OR currency = $4) GROUP BY account_id, paid_day", companyID, int64(from), int64(until), string(pos.TRY))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var k key
			var v sums
			if err := rows.Scan(&k.account, &k.day, &v.sum, &v.n); err != nil {
				return err
			}
			moved[k] = v
		}
		if err := rows.Err(); err != nil {
			return err
		}
		states, err := db.All(tx, func(r db.Row) (m MorningState, err error) {
			var next int64
			err = r.Scan(&m.AccountID, &m.Day, &m.Tries, &next, &m.TR, &m.EN)
			m.NextAt = db.Time(next)
			return m, err
		}, "SELECT account_id, day, tries, next_at, error_tr, error_en FROM reconciliation_run WHERE company_id = $1 AND day >= $2 AND day <= $3", companyID, int64(from), int64(until))
		for _, m := range states {
			ran[key{m.AccountID, m.Day}] = m
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for day := from; day <= until; day++ {
		for _, a := range accounts {
			if accountID != "" && a.ID != accountID {
				continue
			}
			k := key{a.ID, day}
			d := DayState{AccountID: a.ID, Day: day, State: DayQuiet, Movements: moved[k].n, Sum: moved[k].sum}
			if d.Movements > 0 {
				d.State = DayWaiting
			}
			if m, ok := ran[k]; ok && m.TR != "" && !m.NextAt.IsZero() {
				d.State, d.TR, d.EN = DayFailed, m.TR, m.EN
			}
			for _, x := range list {
				if x.AccountID != a.ID || day < x.From || day > x.Until {
					continue
				}
				d.ReconciliationID, d.OpenDifferences = x.ID, x.OpenDifferences
				switch {
				case x.Status == Closed:
					d.State = DayClosed
				case x.OpenDifferences > 0:
					d.State = DayOpen
				default:
					d.State = DayBalanced
				}
				d.TR, d.EN = "", ""
				break
			}
			out = append(out, d)
		}
	}
	return out, nil
}

// OpenNow counts what waits for a person: comparisons with open differences, and those differences.
func (s *Service) OpenNow(ctx context.Context, companyID string) (comparisons, differences int64, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) error {
		return tx.QueryRow("SELECT COUNT(*), CAST(COALESCE(SUM(open_differences), 0) AS BIGINT) FROM reconciliation WHERE company_id = $1 AND status = 'open' AND open_differences > 0", companyID).Scan(&comparisons, &differences)
	})
	return comparisons, differences, err
}
