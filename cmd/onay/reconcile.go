package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/onay/onay/internal/reconciliation"
	"github.com/onay/onay/pos"
)

type reconcileCmd struct {
	storage
	Company string            `help:"Id of the company; needed where there are several."`
	Account string            `help:"Id of the POS account." required:""`
	Day     string            `help:"Day in Istanbul, YYYY-MM-DD; yesterday by default."`
	Until   string            `help:"Last day, where several are compared."`
	File    string            `help:"Statement (CSV) instead of the bank's own list." type:"existingfile"`
	Column  map[string]string `help:"Column of a field, where the headings are not recognized: --column amount='Brüt Tutar'. Fields: date, time, amount, kind, order_id, reference_code, rrn, auth_code, card, commission, currency."`
	JSON    bool              `help:"Print JSON." name:"json"`
}

var errDifferences = errors.New("there are differences")

func (c *reconcileCmd) Run(ctx context.Context) error {
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
	day := time.Now().In(pos.Istanbul).AddDate(0, 0, -1)
	if c.Day != "" {
		if day, err = time.ParseInLocation(time.DateOnly, c.Day, pos.Istanbul); err != nil {
			return fmt.Errorf("--day is written YYYY-MM-DD: %w", err)
		}
	}
	period := reconciliation.Whole(day)
	if c.Until != "" {
		last, err := time.ParseInLocation(time.DateOnly, c.Until, pos.Istanbul)
		if err != nil || last.Before(day) {
			return errors.New("--until is a day, written YYYY-MM-DD, not before --day")
		}
		period.To = reconciliation.Whole(last).To
	}
	var theirs []reconciliation.Item
	if c.File != "" {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer f.Close()
		var columns reconciliation.Columns
		if len(c.Column) > 0 {
			columns = c.Column
		}
		if theirs, columns, err = reconciliation.ReadCSV(f, columns); err != nil {
			return err
		}
		if theirs == nil {
			theirs = []reconciliation.Item{}
		}
		if !c.JSON {
			fmt.Printf("Columns: %v\n", columns)
		}
	}
	d, err := reconciliation.New(a.Payments).Compare(ctx, c.Company, c.Account, period, theirs)
	if err != nil {
		return err
	}
	if c.JSON {
		err = printDayJSON(os.Stdout, d)
	} else {
		err = printDay(os.Stdout, d)
	}
	if err == nil && d.Open() {
		err = errDifferences
	}
	return err
}

func item(list []reconciliation.Item, i int32) *reconciliation.Item {
	if i < 0 {
		return nil
	}
	return &list[i]
}

func printDayJSON(w io.Writer, d reconciliation.Day) error {
	type difference struct {
		Kind     string               `json:"kind"`
		Ours     *reconciliation.Item `json:"ours,omitempty"`
		Theirs   *reconciliation.Item `json:"bank,omitempty"`
		Expected int64                `json:"expected"`
		Found    int64                `json:"found"`
	}
	out := struct {
		Account     string       `json:"pos_account"`
		From        time.Time    `json:"from"`
		To          time.Time    `json:"to"`
		Pairs       int          `json:"pairs"`
		OursSum     int64        `json:"ours_sum"`
		BankSum     int64        `json:"bank_sum"`
		Differences []difference `json:"differences"`
	}{d.Account.ID, d.Period.From, d.Period.To, len(d.Pairs), d.OursSum, d.TheirsSum, []difference{}}
	for _, x := range d.Differences {
		out.Differences = append(out.Differences, difference{x.Kind, item(d.Ours, x.Ours), item(d.Theirs, x.Theirs), x.Expected, x.Found})
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(out)
}

func printDay(w io.Writer, d reconciliation.Day) error {
	by := map[string]int{}
	for _, p := range d.Pairs {
		by[p.By]++
	}
	fmt.Fprintf(w, "%s, %s to %s\n%d pairs %v; ours %s, the bank %s\n", d.Account.Name, d.Period.From.Format(time.DateTime), d.Period.To.Format(time.DateTime), len(d.Pairs), by, pos.Decimal(d.OursSum), pos.Decimal(d.TheirsSum))
	if !d.Open() {
		fmt.Fprintln(w, "No differences.")
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "DIFFERENCE\tOURS\tBANK\tEXPECTED\tFOUND\tORDER\tAUTH CODE\tCARD\tTIME")
	for _, x := range d.Differences {
		ours, theirs, any := "-", "-", item(d.Ours, x.Ours)
		if any != nil {
			ours = any.Ref
		}
		if y := item(d.Theirs, x.Theirs); y != nil {
			theirs = fmt.Sprint("line ", y.Line)
			if any == nil {
				any = y
			}
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", x.Kind, ours, theirs, pos.Decimal(x.Expected), pos.Decimal(x.Found), any.OrderID, any.AuthCode, any.Last4, any.At.In(pos.Istanbul).Format("02.01.2006 15:04:05"))
	}
	return t.Flush()
}
