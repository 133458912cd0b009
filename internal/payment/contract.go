package payment

import (
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/fault"
)

// Contract is what a bank keeps of a payment, and when the rest is paid out. The commissions by number of installments are in the account's
// table; all the rest is here. The zero value is a contract without tax and fee, paid out on the day itself.
type Contract struct {
	// TaxRate is the BSMV on the commission, in hundredths of a percent: 500 by law.
	TaxRate int `json:"tax_rate" minimum:"0" maximum:"9999" doc:"BSMV on the commission, in hundredths of a percent; 500 by law"`
	// Fee is kept of each payment besides, in kuruş.
	Fee int64 `json:"fee" minimum:"0" doc:"fixed fee for each payment, in kuruş"`
	// Days until the money is free (valör, blokaj).
	Days int `json:"days" minimum:"0" maximum:"180" doc:"days until the money is free"`
	// Business says that only business days count, and that money comes on those alone.
	Business bool `json:"business" doc:"only business days count, and money comes on those alone"`
	// Monthly says that each installment is paid out in its month; otherwise all of them at once.
	Monthly bool `json:"monthly" doc:"each installment is paid out in its month, not all at once"`
	// Returned says that the bank gives the commission back with a refund.
	Returned bool `json:"returned" doc:"the commission comes back with a refund"`
	// Text are words, divided by commas, by which a payout of this account is known in the statement of the bank account; empty: POS.
	Text string `json:"text" maxLength:"200" doc:"words, divided by commas, by which a payout is known in the bank account's statement; empty: POS"`
}

func (c Contract) validate() error {
	if c.TaxRate < 0 || c.TaxRate > 9999 || c.Fee < 0 || c.Fee > maxAmount || c.Days < 0 || c.Days > 180 || len(c.Text) > 200 {
		return fault.Field("contract", "invalid_contract", "Sözleşme: vergi yüzde 0–99,99, gün 0–180 arasında, ücret sıfır ya da daha fazla olmalı.", "Contract: the tax is 0 to 99.99 percent, days are 0 to 180, the fee is zero or more.")
	}
	return nil
}

// Payout is money that comes on a day, or that goes, below zero.
type Payout struct {
	Day        clock.Day
	Gross      int64 // kuruş
	Commission int64 // with nothing in it but the commission
	Tax        int64
	Fee        int64
}

// Kept is all that the bank keeps.
func (p Payout) Kept() int64 { return p.Commission + p.Tax + p.Fee }

// Net is what comes.
func (p Payout) Net() int64 { return p.Gross - p.Kept() }

// percent of an amount, in hundredths of a percent; half a kuruş is rounded up.
func percent(minor int64, hundredths int) int64 { return (minor*int64(hundredths) + 5000) / 10000 }

// Whole is what a bank keeps of a payment, or of a refund, in one sum and without a day.
func (a Account) Whole(refund bool, minor int64, installments int) Payout {
	line, _ := a.installment(installments)
	p := Payout{Gross: minor}
	if refund && !a.Contract.Returned {
		p.Gross = -minor
		return p
	}
	p.Commission = percent(minor, line.CostRate)
	p.Tax = percent(p.Commission, a.Contract.TaxRate)
	if refund {
		return Payout{Gross: -minor, Commission: -p.Commission, Tax: -p.Tax}
	}
	p.Fee = a.Contract.Fee
	return p
}

// Calendar tells business days.
type Calendar interface{ Business(clock.Day) bool }

// ValueDay is when money of a day is free, the first part of it where it comes in parts.
func (a Account) ValueDay(on clock.Day, cal Calendar) clock.Day {
	if !a.Contract.Business {
		return on + clock.Day(a.Contract.Days)
	}
	for left := a.Contract.Days; ; on++ {
		if !cal.Business(on) {
			continue
		}
		if left == 0 {
			return on
		}
		left--
	}
}

// Payouts are what comes of a payment or goes for a refund, and when. Part i of monthly installments is free i months after the first, counted
// from the payment's day; what cannot be divided comes with the last.
func (a Account) Payouts(on clock.Day, refund bool, minor int64, installments int, cal Calendar) []Payout {
	whole := a.Whole(refund, minor, installments)
	n := int64(max(1, installments))
	if !a.Contract.Monthly || refund || n == 1 {
		whole.Day = a.ValueDay(on, cal)
		return []Payout{whole}
	}
	out := make([]Payout, n)
	rest := whole
	for i := range n {
		p := Payout{Gross: whole.Gross / n, Commission: whole.Commission / n, Tax: whole.Tax / n, Fee: whole.Fee / n}
		if i == n-1 {
			p = rest
		}
		rest = Payout{Gross: rest.Gross - p.Gross, Commission: rest.Commission - p.Commission, Tax: rest.Tax - p.Tax, Fee: rest.Fee - p.Fee}
		p.Day = a.ValueDay(on.AddMonths(int(i)), cal)
		out[i] = p
	}
	return out
}
