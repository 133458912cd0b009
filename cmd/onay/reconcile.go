package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/reconciliation"
	"github.com/onay/onay/pos"
)

type reconcileCmd struct {
	storage
	Company string            `help:"Id of the company; needed where there are several."`
	Account string            `help:"Id of the POS account."`
	Day     string            `help:"Day in Istanbul, YYYY-MM-DD; yesterday by default, and with a statement its own days."`
	Until   string            `help:"Last day, where several are compared."`
	File    string            `help:"Statement (CSV, XLSX, camt.053, MT940) instead of the bank's own list." type:"existingfile"`
	Ours    string            `help:"Compare --file with this file instead of the collections: no account and no database is needed." type:"existingfile"`
	Payouts bool              `help:"Compare the bank account's statement with what the contract says is to come."`
	Keep    bool              `help:"Keep the comparison: its differences can then be closed in the console."`
	Column  map[string]string `help:"Column of a field, where the headings are not recognized: --column amount='Brüt Tutar'. Fields: date, time, amount, kind, order_id, reference_code, rrn, auth_code, card, batch, commission, tax, fee, net, value_date, currency."`
	JSON    bool              `help:"Print JSON." name:"json"`
}

var errDifferences = errors.New("there are differences")

func (c *reconcileCmd) Run(ctx context.Context) error {
	if c.Ours != "" {
		return c.files()
	}
	if c.Account == "" {
		return errors.New("--account is needed, or --ours to compare two files")
	}
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer a.DB.Close()
	if c.Company == "" {
		all, err := a.Companies.List(ctx)
		if err != nil {
			return err
		}
		if len(all) != 1 {
			return fmt.Errorf("there are %d companies: name one by --company", len(all))
		}
		c.Company = all[0].ID
	}
	n := reconciliation.NewRun{CompanyID: c.Company, AccountID: c.Account}
	if c.Payouts {
		n.Subject = reconciliation.Payouts
	}
	if c.Day != "" {
		if n.From, err = clock.ParseDay(c.Day); err != nil {
			return fmt.Errorf("--day is written YYYY-MM-DD: %w", err)
		}
	} else if c.File == "" {
		n.From = clock.DayOf(time.Now()) - 1
	}
	if c.Until != "" {
		if n.Until, err = clock.ParseDay(c.Until); err != nil {
			return fmt.Errorf("--until is written YYYY-MM-DD: %w", err)
		}
	} else {
		n.Until = n.From
	}
	if c.File != "" {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer f.Close()
		n.Statement = &reconciliation.Upload{Name: filepath.Base(c.File), File: f, Columns: c.columns()}
	}
	if c.Keep {
		x, err := a.DayEnd.Run(ctx, n)
		if err != nil {
			return err
		}
		fmt.Printf("%s: %s to %s, %d pairs, %d differences, %d of them open\n", x.ID, x.From, x.Until, x.Pairs, x.Differences, x.OpenDifferences)
		if x.OpenDifferences > 0 {
			return errDifferences
		}
		return nil
	}
	d, err := a.DayEnd.Compare(ctx, n)
	if err != nil {
		return err
	}
	return c.print(d)
}

func (c *reconcileCmd) columns() reconciliation.Columns {
	if len(c.Column) == 0 {
		return nil
	}
	return c.Column
}

// files compares two files, both read at once.
func (c *reconcileCmd) files() error {
	if c.File == "" {
		return errors.New("--ours needs --file beside it")
	}
	var sides [2]reconciliation.Statement
	var g errgroup.Group
	for i, name := range []string{c.Ours, c.File} {
		g.Go(func() (err error) {
			sides[i], err = readFile(name, c.columns())
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	d := reconciliation.Compared{Ours: sides[0].Lines, Theirs: sides[1].Lines}
	d.Account.Name = filepath.Base(c.Ours)
	d.Report = reconciliation.Compare(d.Ours, d.Theirs, reconciliation.Options{})
	return c.print(d)
}

func readFile(name string, columns reconciliation.Columns) (reconciliation.Statement, error) {
	f, err := os.Open(name)
	if err != nil {
		return reconciliation.Statement{}, err
	}
	defer f.Close()
	return reconciliation.ReadStatement(f, columns)
}

func (c *reconcileCmd) print(d reconciliation.Compared) (err error) {
	if c.JSON {
		err = printDayJSON(os.Stdout, d)
	} else {
		err = printDay(os.Stdout, d)
	}
	if err == nil && len(d.Differences) > 0 {
		err = errDifferences
	}
	return err
}

func item(list *reconciliation.List, i int32) *reconciliation.Item {
	if i < 0 {
		return nil
	}
	x := list.At(int(i))
	return &x
}

func printDayJSON(w io.Writer, d reconciliation.Compared) error {
	type difference struct {
		Kind     string               `json:"kind"`
		Ours     *reconciliation.Item `json:"ours,omitempty"`
		Theirs   *reconciliation.Item `json:"bank,omitempty"`
		Expected int64                `json:"expected"`
		Found    int64                `json:"found"`
	}
	out := struct {
		Account     string             `json:"pos_account,omitempty"`
		From        reconciliation.Day `json:"from"`
		Until       reconciliation.Day `json:"until"`
		Pairs       int                `json:"pairs"`
		OursSum     int64              `json:"ours_sum"`
		BankSum     int64              `json:"bank_sum"`
		Differences []difference       `json:"differences"`
	}{d.Account.ID, d.From, d.Until, len(d.Pairs), d.OursSum, d.TheirsSum, []difference{}}
	for _, x := range d.Differences {
		out.Differences = append(out.Differences, difference{x.Kind, item(d.Ours, x.Ours), item(d.Theirs, x.Theirs), x.Expected, x.Found})
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(out)
}

func printDay(w io.Writer, d reconciliation.Compared) error {
	by := map[string]int{}
	for _, p := range d.Pairs {
		by[p.By.String()]++
	}
	name := d.Account.Name
	if d.From > 0 {
		name += fmt.Sprintf(", %s to %s", d.From, d.Until)
	}
	fmt.Fprintf(w, "%s\n%d pairs %v; ours %s, the bank %s\n", name, len(d.Pairs), by, pos.Decimal(d.OursSum), pos.Decimal(d.TheirsSum))
	if len(d.Differences) == 0 {
		fmt.Fprintln(w, "No differences.")
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "DIFFERENCE\tOURS\tBANK\tEXPECTED\tFOUND\tORDER\tAUTH CODE\tCARD\tTIME")
	for _, x := range d.Differences {
		ours, theirs, any := "-", "-", item(d.Ours, x.Ours)
		if any != nil {
			if ours = any.Ref; ours == "" {
				ours = fmt.Sprint("line ", any.Line)
			}
		}
		if y := item(d.Theirs, x.Theirs); y != nil {
			theirs = fmt.Sprint("line ", y.Line)
			if any == nil {
				any = y
			}
		}
		expected, found := pos.Decimal(x.Expected), pos.Decimal(x.Found)
		if x.Kind == reconciliation.ValueDate {
			expected, found = reconciliation.Day(x.Expected).String(), reconciliation.Day(x.Found).String()
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", x.Kind, ours, theirs, expected, found, any.OrderID, any.AuthCode, any.Last4, any.At.In(pos.Istanbul).Format("02.01.2006 15:04:05"))
	}
	return t.Flush()
}
