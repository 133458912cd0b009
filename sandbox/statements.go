package sandbox

import (
	"net/http"
	"strconv"
	"time"

	"github.com/onay/onay/sandbox/bank"
	"github.com/onay/onay/sandbox/outside"
)

// demoTerms is what the accounts cost: made up, and a little different at each bank.
func demoTerms(i int) bank.Terms {
	t := bank.Terms{Rates: map[int]int{}, Tax: 500, Days: 1 + i%3, Monthly: i%4 == 1, Returned: i%2 == 0}
	if i%3 == 0 {
		t.Fee = 25
	}
	for _, n := range []int{1, 2, 3, 6, 9} {
		t.Rates[n] = 179 + 10*(i%5) + 85*(n-1)
	}
	return t
}

// getStatement is a file that the bank sends: the POS transactions of some days, or the statement of the account on which their money comes.
//
//	GET /banks/{bank}/statement?kind=pos|account&format=csv|mt940|camt053&day=YYYY-MM-DD&until=…&merchant=…&faults=1
func (w *World) getStatement(rw http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	now := w.core.Clock.Now().In(outside.Istanbul)
	from := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	if v := q.Get("day"); v != "" {
		d, err := time.Parse(time.DateOnly, v)
		if err != nil {
			problem(rw, http.StatusUnprocessableEntity, "day_invalid", "a day is written YYYY-MM-DD")
			return
		}
		from = d
	}
	until := from
	if v := q.Get("until"); v != "" {
		d, err := time.Parse(time.DateOnly, v)
		if err != nil || d.Before(from) {
			problem(rw, http.StatusUnprocessableEntity, "day_invalid", "until is a day, not before the first")
			return
		}
		until = d
	}
	for _, a := range w.BankAccounts(hostOf(r)) {
		if a.Bank != r.PathValue("bank") || q.Get("merchant") != "" && a.merchant != q.Get("merchant") {
			continue
		}
		lines, faults := w.bankLinesOf(a), q.Get("faults") != ""
		for i, l := range lines {
			if code := currencyCodes[l.Currency]; code != "" {
				lines[i].Currency = code
			}
		}
		name := a.Bank + "-" + from.Format(time.DateOnly)
		send := func(ext, kind string, data []byte) {
			rw.Header().Set("Content-Type", kind)
			rw.Header().Set("Content-Disposition", `attachment; filename="`+name+"."+ext+`"`)
			_, _ = rw.Write(data)
		}
		switch format := q.Get("format"); {
		case q.Get("kind") != "account":
			send("csv", "text/csv; charset=utf-8", a.Terms.POSStatement(lines, from, until, faults))
		case format == "camt053":
			send("xml", "application/xml", a.Terms.AccountStatement(a.merchant, lines, from, until, format, faults))
		default:
			send("sta", "text/plain; charset=utf-8", a.Terms.AccountStatement(a.merchant, lines, from, until, "mt940", faults))
		}
		return
	}
	problem(rw, http.StatusNotFound, "bank_unknown", "there is no such bank or merchant: "+strconv.Quote(r.PathValue("bank")))
}
