package payment

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/pos"
)

// Criteria by which an account is chosen.
const (
	OnUs     = "on_us"    // the account of the card's own bank or card program
	Cost     = "cost"     // the lowest commission for the number of installments
	Success  = "success"  // accounts that answer before those that do not
	Priority = "priority" // the accounts' own order
)

// Criteria lists them as the console does.
var Criteria = []string{OnUs, Cost, Success, Priority}

// Rules are how a company takes payments.
type Rules struct {
	// Order holds the criteria, the most important first. What is left out does not count; the accounts' own order always decides in the end.
	Order []string `json:"order" nullable:"false" doc:"on_us, cost, success, priority: the most important first"`
	// BankPageOnly lets cards be typed on the banks' own pages only: no route of the program takes a card number.
	BankPageOnly bool `json:"bank_page_only" doc:"cards are typed on the banks' own pages only; no route of Onay takes a card number"`
	// ApprovalOver is the amount (kuruş) over which a second person has to approve a refund; 0: none.
	ApprovalOver int64 `json:"approval_over" doc:"refunds over this amount (kuruş) need a second person; 0: none do"`
}

// DefaultRules are those of a company that has set none.
func DefaultRules() Rules { return Rules{Order: []string{OnUs, Success, Priority}} }

// Validate tells what is wrong.
func (r Rules) Validate() error {
	seen := map[string]bool{}
	for _, c := range r.Order {
		if !slices.Contains(Criteria, c) || seen[c] {
			return fault.Field("order", "invalid_order", "Sıralama ölçütleri bir kez yazılır: on_us, cost, success, priority.", "Each criterion is named once: on_us, cost, success, priority.")
		}
		seen[c] = true
	}
	if r.ApprovalOver < 0 || r.ApprovalOver > maxAmount {
		return fault.Field("approval_over", "out_of_range", "Tutar sıfır ya da daha fazla olmalı.", "The amount is zero or more.")
	}
	return nil
}

func (s *Service) rules(tx db.Tx, companyID string) (Rules, error) {
	var raw string
	err := tx.QueryRow("SELECT rules FROM payment_rules WHERE company_id = $1", companyID).Scan(&raw)
	if errors.Is(err, db.ErrNoRows) {
		return DefaultRules(), nil
	}
	var r Rules
	if err == nil {
		err = json.Unmarshal([]byte(raw), &r)
	}
	return r, err
}

// Rules returns a company's rules.
func (s *Service) Rules(ctx context.Context, companyID string) (r Rules, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) (err error) { r, err = s.rules(tx, companyID); return err })
	return r, err
}

// SetRules replaces them; they take effect at once.
func (s *Service) SetRules(ctx context.Context, companyID string, r Rules) (Rules, error) {
	if r.Order == nil {
		r.Order = []string{}
	}
	if err := r.Validate(); err != nil {
		return r, err
	}
	err := s.db.Write(ctx, func(tx db.Tx) error {
		if _, err := tx.Exec("INSERT INTO payment_rules (company_id, rules) VALUES ($1, $2) ON CONFLICT (company_id) DO UPDATE SET rules = $2", companyID, audit.Data(r)); err != nil {
			return err
		}
		return s.log.AppendNext(ctx, tx, audit.Event{CompanyID: companyID, ObjectID: "payment_rules:" + companyID, Kind: "payment_rules.changed", Data: audit.Data(r)})
	})
	s.cache.Delete(companyID)
	return r, err
}

// Bin is what the first digits of a card tell.
type Bin struct {
	Prefix  string `json:"prefix"`  // 6 to 8 digits
	Bank    string `json:"bank"`    // EFT code, four digits; empty: not known
	Name    string `json:"name"`    // of the bank
	Program string `json:"program"` // bonus, world…
	Kind    string `json:"kind"`    // credit | debit | prepaid
}

// binTable is the table of first digits in memory, as an import left it.
type binTable struct {
	edition int64
	by      map[string]Bin
}

// find returns what the table knows of a card: the longest prefix wins. The digits are in memory for the call only.
func (t *binTable) find(digits string) Bin {
	for n := min(8, len(digits)); n >= 6; n-- {
		if b, ok := t.by[digits[:n]]; ok {
			return b
		}
	}
	return Bin{}
}

// bins returns the table, read anew where an import has changed it.
func (s *Service) bins(tx db.Tx) (*binTable, error) {
	var edition int64
	err := tx.QueryRow("SELECT seq FROM cursor_position WHERE name = 'card_bin'").Scan(&edition)
	if err != nil && !errors.Is(err, db.ErrNoRows) {
		return nil, err
	}
	if t := s.binsNow.Load(); t != nil && t.edition == edition {
		return t, nil
	}
	rows, err := db.All(tx, func(r db.Row) (b Bin, err error) { return b, r.Scan(&b.Prefix, &b.Bank, &b.Name, &b.Program, &b.Kind) }, "SELECT prefix, bank, name, program, kind FROM card_bin")
	if err != nil {
		return nil, err
	}
	t := &binTable{edition, make(map[string]Bin, len(rows))}
	for _, b := range rows {
		t.by[b.Prefix] = b
	}
	s.binsNow.Store(t)
	return t, nil
}

// firstDigits are those of a card by which its bank is found.
func firstDigits(c *pos.Card) string {
	if c == nil {
		return ""
	}
	n := c.AppendNumber(make([]byte, 0, 19))
	defer clear(n)
	return string(n[:min(8, len(n))])
}

// ImportBins replaces the table of first digits by a CSV file with the columns prefix, bank, name, program, kind (by name, in any order;
// separated by comma or semicolon). Nothing is changed if a line is wrong; the error names it.
func (s *Service) ImportBins(ctx context.Context, r io.Reader) (int, error) {
	raw, err := io.ReadAll(io.LimitReader(r, 32<<20))
	if err != nil {
		return 0, err
	}
	text := strings.TrimPrefix(string(raw), "\ufeff")
	in := csv.NewReader(strings.NewReader(text))
	first, _, _ := strings.Cut(text, "\n")
	if strings.Count(first, ";") > strings.Count(first, ",") {
		in.Comma = ';'
	}
	in.FieldsPerRecord, in.TrimLeadingSpace = -1, true
	head, err := in.Read()
	if err != nil {
		return 0, fmt.Errorf("the file has no heading: %w", err)
	}
	at := map[string]int{}
	for i, h := range head {
		at[strings.ToLower(strings.TrimSpace(h))] = i
	}
	if _, ok := at["prefix"]; !ok {
		return 0, errors.New("the heading has no column named prefix")
	}
	var rows []Bin
	seen := map[string]bool{}
	for {
		rec, err := in.Read()
		if err == io.EOF {
			break
		}
		line, _ := in.FieldPos(0)
		if err != nil {
			return 0, fmt.Errorf("line %d: %w", line, err)
		}
		get := func(name string) string {
			if i, ok := at[name]; ok && i < len(rec) {
				return strings.TrimSpace(rec[i])
			}
			return ""
		}
		b := Bin{Prefix: get("prefix"), Bank: get("bank"), Name: get("name"), Program: strings.ToLower(get("program")), Kind: strings.ToLower(get("kind"))}
		switch digits := strings.Trim(b.Prefix, "0123456789") == ""; {
		case !digits || len(b.Prefix) < 6 || len(b.Prefix) > 8:
			return 0, fmt.Errorf("line %d: the prefix has 6 to 8 digits", line)
		case seen[b.Prefix]:
			return 0, fmt.Errorf("line %d: the prefix %s is there twice", line, b.Prefix)
		case b.Bank != "" && (len(b.Bank) != 4 || strings.Trim(b.Bank, "0123456789") != ""):
			return 0, fmt.Errorf("line %d: the bank is its EFT code of four digits", line)
		case !slices.Contains([]string{"", "credit", "debit", "prepaid"}, b.Kind):
			return 0, fmt.Errorf("line %d: the kind is credit, debit or prepaid", line)
		}
		seen[b.Prefix] = true
		rows = append(rows, b)
	}
	err = s.db.Write(ctx, func(tx db.Tx) error {
		if _, err := tx.Exec("DELETE FROM card_bin"); err != nil {
			return err
		}
		for _, b := range rows {
			if _, err := tx.Exec("INSERT INTO card_bin (prefix, bank, name, program, kind) VALUES ($1, $2, $3, $4, $5)", b.Prefix, b.Bank, clip(b.Name, 80), clip(b.Program, 40), b.Kind); err != nil {
				return err
			}
		}
		_, err := tx.Exec("INSERT INTO cursor_position (name, seq) VALUES ('card_bin', 1) ON CONFLICT (name) DO UPDATE SET seq = cursor_position.seq + 1")
		return err
	})
	s.cache.Clear()
	return len(rows), err
}
