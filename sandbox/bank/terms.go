package bank

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
)

// Terms are what a bank's letter says it keeps of a payment, and when it pays out.
type Terms struct {
	Rates    map[int]int `json:"rates"`    // hundredths of a percent, by number of installments
	Tax      int         `json:"tax"`      // BSMV on the commission, hundredths of a percent
	Fee      int64       `json:"fee"`      // kuruş of each sale
	Days     int         `json:"days"`     // until the money is free
	Business bool        `json:"business"` // only business days count
	Monthly  bool        `json:"monthly"`  // each installment in its month
	Returned bool        `json:"returned"` // a refund brings the commission back
}

// Payout is money that comes to the merchant's account, or goes, on a day at midnight in UTC.
type Payout struct {
	Day                         time.Time
	Gross, Commission, Tax, Fee int64
}

// Net is what moves on the account.
func (p Payout) Net() int64 { return p.Gross - p.Commission - p.Tax - p.Fee }

// share of an amount, in hundredths of a percent, rounded to the kuruş, half of one upwards.
func share(minor int64, hundredths int) int64 {
	r := new(big.Rat).Mul(new(big.Rat).SetInt64(minor), big.NewRat(int64(hundredths), 10000))
	r.Add(r, big.NewRat(1, 2))
	return new(big.Int).Div(r.Num(), r.Denom()).Int64()
}

// free is the day on which money of a day is free.
func (t Terms) free(day time.Time, closed func(time.Time) bool) time.Time {
	if !t.Business {
		return day.AddDate(0, 0, t.Days)
	}
	for closed(day) {
		day = day.AddDate(0, 0, 1)
	}
	for range t.Days {
		for day = day.AddDate(0, 0, 1); closed(day); {
			day = day.AddDate(0, 0, 1)
		}
	}
	return day
}

// Payouts are what a sale or a refund brings. day is the day of it at midnight in UTC; closed tells on which days banks do not work.
func (t Terms) Payouts(day time.Time, refund bool, minor int64, installments int, closed func(time.Time) bool) []Payout {
	commission := share(minor, t.Rates[max(installments, 1)])
	tax := share(commission, t.Tax)
	if refund {
		p := Payout{Day: t.free(day, closed), Gross: -minor}
		if t.Returned {
			p.Commission, p.Tax = -commission, -tax
		}
		return []Payout{p}
	}
	parts := 1
	if t.Monthly {
		parts = max(installments, 1)
	}
	var out []Payout
	left := Payout{Gross: minor, Commission: commission, Tax: tax, Fee: t.Fee}
	for n := parts; n >= 1; n-- { // the last part takes what cannot be divided
		p := Payout{Gross: minor / int64(parts), Commission: commission / int64(parts), Tax: tax / int64(parts), Fee: t.Fee / int64(parts)}
		if n == 1 {
			p = left
		}
		left.Gross, left.Commission, left.Tax, left.Fee = left.Gross-p.Gross, left.Commission-p.Commission, left.Tax-p.Tax, left.Fee-p.Fee
		month := time.Date(day.Year(), day.Month()+time.Month(parts-n), 1, 0, 0, 0, 0, time.UTC)
		if month = month.AddDate(0, 0, day.Day()-1); int(month.Month()-day.Month()+12)%12 != (parts-n)%12 { // 31 April
			month = month.AddDate(0, 0, -month.Day())
		}
		p.Day = t.free(month, closed)
		out = append(out, p)
	}
	return out
}

// booked lists what moved money of a merchant.
func booked(lines []Txn) (out []Txn) {
	for _, l := range lines {
		if l.Live() && (l.Kind == Sale || l.Kind == Capture || l.Kind == Refund) {
			out = append(out, l)
		}
	}
	return out
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

func comma(minor int64) string { return strings.Replace(Decimal(minor), ".", ",", 1) }

// signed writes kuruş that may be below zero.
func signed(minor int64) string {
	if minor < 0 {
		return "-" + comma(-minor)
	}
	return comma(minor)
}

// POSStatement writes the POS transactions of some days as the CSV that banks send: UTF-8, semicolons, decimal comma. With faults it is wrong in
// each of the ways in which statements are, as far as there are lines for it: one is missing, one is nobody's, one has another amount, one another
// commission, one another value date, one stands there twice. The currencies of lines are ISO letters.
func (t Terms) POSStatement(lines []Txn, from, until time.Time, faults bool) []byte {
	var b strings.Builder
	b.WriteString("\ufeffİşlem Tarihi;Saat;Sipariş No;Provizyon No;RRN;Kart No;İşlem Tipi;Taksit;Tutar;Komisyon;BSMV;İşlem Ücreti;Net Tutar;Valör;Para Birimi\r\n")
	n := 0
	for _, l := range booked(lines) {
		day := midnight(l.At)
		if day.Before(from) || day.After(until) {
			continue
		}
		minor, kind := l.Minor, "Satış"
		if l.Kind == Refund {
			kind = "İade"
		}
		parts := t.Payouts(day, l.Kind == Refund, minor, l.Installments, func(time.Time) bool { return false })
		w := Payout{Day: parts[0].Day}
		for _, p := range parts {
			w.Commission, w.Tax, w.Fee = w.Commission+p.Commission, w.Tax+p.Tax, w.Fee+p.Fee
		}
		times := 1
		if faults {
			switch n % 8 {
			case 1:
				times = 0
			case 2:
				minor++
			case 3:
				w.Commission++
			case 4:
				w.Day = w.Day.AddDate(0, 0, 1)
			case 5:
				times = 2
			}
		}
		net := minor - w.Commission - w.Tax - w.Fee
		if l.Kind == Refund {
			net = -minor - w.Commission - w.Tax - w.Fee
		}
		for range times {
			fmt.Fprintf(&b, "%s;%s;%s;%s;%s;%s;%s;%d;%s;%s;%s;%s;%s;%s;%s\r\n", day.Format("02.01.2006"), l.At.Format("15:04:05"), l.Order, l.AuthCode, l.RRN, l.Card.Masked(), kind, max(l.Installments, 1), comma(minor),
				signed(w.Commission), signed(w.Tax), signed(w.Fee), signed(net), w.Day.Format("02.01.2006"), l.Currency)
		}
		if faults && n == 0 {
			fmt.Fprintf(&b, "%s;%s;ELDEN-%s;%s;;************4242;Satış;1;1.234,00;0,00;0,00;0,00;1.234,00;%s;TRY\r\n", day.Format("02.01.2006"), l.At.Format("15:04:05"), day.Format("0201"), "654321", w.Day.Format("02.01.2006"))
		}
		n++
	}
	return []byte(b.String())
}

// credits are the payouts by the day on which they come, in TRY.
func (t Terms) credits(lines []Txn, from, until time.Time) (out []Payout) {
	sums := map[time.Time]int64{}
	for _, l := range booked(lines) {
		if l.Currency != "TRY" {
			continue
		}
		for _, p := range t.Payouts(midnight(l.At), l.Kind == Refund, l.Minor, l.Installments, func(time.Time) bool { return false }) {
			if !p.Day.Before(from) && !p.Day.After(until) {
				sums[p.Day] += p.Net()
			}
		}
	}
	for day, n := range sums {
		if n != 0 {
			out = append(out, Payout{Day: day, Gross: n})
		}
	}
	slices.SortFunc(out, func(a, b Payout) int { return a.Day.Compare(b.Day) })
	return out
}

// AccountStatement writes the statement of the merchant's bank account over some days: its payouts, and a rent that has nothing to do with them. format is
// mt940 or camt053. With faults the bank pays a kuruş too little on the first day.
func (t Terms) AccountStatement(merchant string, lines []Txn, from, until time.Time, format string, faults bool) []byte {
	type entry struct {
		day   time.Time
		minor int64
		text  string
	}
	var entries []entry
	for i, p := range t.credits(lines, from, until) {
		if faults && i == 0 {
			p.Gross--
		}
		entries = append(entries, entry{p.Day, p.Gross, "POS ÜYE İŞYERİ ÖDEMESİ " + merchant})
	}
	entries = append(entries, entry{until, -1500000, "KİRA ÖDEMESİ"})
	const opening = 10000000
	closing := int64(opening)
	for _, e := range entries {
		closing += e.minor
	}
	side := func(n int64, credit, debit string) (string, int64) {
		if n < 0 {
			return debit, -n
		}
		return credit, n
	}
	var b strings.Builder
	if format == "camt053" {
		b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt><Id>1</Id>`)
		balance := func(code string, n int64, day time.Time) {
			mark, amount := side(n, "CRDT", "DBIT")
			fmt.Fprintf(&b, `<Bal><Tp><CdOrPrtry><Cd>%s</Cd></CdOrPrtry></Tp><Amt Ccy="TRY">%s</Amt><CdtDbtInd>%s</CdtDbtInd><Dt><Dt>%s</Dt></Dt></Bal>`, code, Decimal(amount), mark, day.Format(time.DateOnly))
		}
		balance("OPBD", opening, from)
		balance("CLBD", closing, until)
		for _, e := range entries {
			mark, amount := side(e.minor, "CRDT", "DBIT")
			fmt.Fprintf(&b, `<Ntry><Amt Ccy="TRY">%s</Amt><CdtDbtInd>%s</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>%s</Dt></BookgDt><ValDt><Dt>%s</Dt></ValDt><AddtlNtryInf>%s</AddtlNtryInf></Ntry>`, Decimal(amount), mark, e.day.Format(time.DateOnly), e.day.Format(time.DateOnly), e.text)
		}
		b.WriteString("</Stmt></BkToCstmrStmt></Document>\n")
		return []byte(b.String())
	}
	mark, amount := side(opening, "C", "D")
	fmt.Fprintf(&b, ":20:STMT\r\n:25:TR000000000000000000000001\r\n:28C:1/1\r\n:60F:%s%sTRY%s\r\n", mark, from.Format("060102"), comma(amount))
	for _, e := range entries {
		mark, amount := side(e.minor, "C", "D")
		fmt.Fprintf(&b, ":61:%s%s%s%sNMSCNONREF\r\n:86:%s\r\n", e.day.Format("060102"), e.day.Format("0102"), mark, comma(amount), e.text)
	}
	mark, amount = side(closing, "C", "D")
	fmt.Fprintf(&b, ":62F:%s%sTRY%s\r\n-\r\n", mark, until.Format("060102"), comma(amount))
	return []byte(b.String())
}
