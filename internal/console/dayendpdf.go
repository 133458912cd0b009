package console

import (
	"io"

	"github.com/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"

	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/reconciliation"
	"github.com/onay/onay/pos"
)

// sheetPDF writes the day sheet: a table by bank and account for each day, with sums by currency and a place to sign.
func (s *screen) sheetPDF(w io.Writer, from, until clock.Day, lines []reconciliation.SheetLine) error {
	f := fpdf.New("L", "mm", "A4", "")
	f.AddUTF8FontFromBytes("go", "", goregular.TTF)
	f.AddUTF8FontFromBytes("go", "B", gobold.TTF)
	title := s.t("dayend.sheet")
	f.SetTitle(title, true)
	f.SetCreator("Onay", true)
	f.SetMargins(12, 12, 12)
	f.SetAutoPageBreak(true, 16)
	days := dateOf(from)
	if until > from {
		days += " – " + dateOf(until)
	}
	widths := []float64{20, 60, 17, 28, 15, 26, 28, 25, 30, 24}
	heads := []string{"word.date", "payment.account", "dayend.sales.count", "dayend.sales", "dayend.refunds.count", "dayend.refunds", "dayend.kept", "dayend.net", "word.state", "dayend.closedby"}
	f.SetHeaderFunc(func() {
		f.SetFont("go", "B", 13)
		f.SetTextColor(20, 26, 27)
		f.CellFormat(180, 7, title+" · "+s.v.Company.Name, "", 0, "L", false, 0, "")
		f.SetFont("go", "", 10)
		f.CellFormat(0, 7, days, "", 1, "R", false, 0, "")
		f.Ln(2)
		f.SetFont("go", "B", 8)
		f.SetFillColor(240, 243, 243)
		for i, h := range heads {
			align := "L"
			if i >= 2 && i <= 7 {
				align = "R"
			}
			f.CellFormat(widths[i], 7, s.t(h), "B", 0, align, true, 0, "")
		}
		f.Ln(7)
	})
	f.SetFooterFunc(func() {
		f.SetY(-12)
		f.SetFont("go", "", 8)
		f.SetTextColor(90, 100, 102)
		f.CellFormat(0, 6, s.t("dayend.sheet.foot", text.Time(s.c.Clock.Now()), s.v.User.Name, f.PageNo()), "", 0, "L", false, 0, "")
	})
	f.AddPage()
	f.SetDrawColor(221, 226, 226)
	sums := map[pos.Currency]*reconciliation.SheetLine{}
	var order []pos.Currency
	row := func(bold bool, cells ...string) {
		style := ""
		if bold {
			style = "B"
		}
		f.SetFont("go", style, 8)
		f.SetTextColor(20, 26, 27)
		for i, c := range cells {
			align := "L"
			if i >= 2 && i <= 7 {
				align = "R"
			}
			for r := []rune(c); f.GetStringWidth(c) > widths[i]-1 && len(r) > 1; c = string(r) + "…" {
				r = r[:len(r)-1]
			}
			f.CellFormat(widths[i], 6, c, "B", 0, align, false, 0, "")
		}
		f.Ln(6)
	}
	figures := func(l reconciliation.SheetLine) []string {
		m := func(n int64) string { return text.MoneyIn(n, string(l.Currency)) }
		return []string{text.Count(l.Sales), m(l.SalesSum), text.Count(l.Refunds), m(l.RefundsSum), m(l.Commission + l.Tax + l.Fee), m(l.Net())}
	}
	for _, l := range lines {
		name := l.Bank
		if l.Name != l.Bank {
			name += " · " + l.Name
		}
		state := s.t("dayend.day." + stateOr(l.State))
		if l.Open > 0 {
			state = text.N(s.ctx, "count.difference", l.Open)
		}
		by := ""
		if l.ClosedBy != "" {
			by = s.named(l.ClosedBy)
		}
		row(false, append(append([]string{dateOf(l.Day), name}, figures(l)...), state, by)...)
		t := sums[l.Currency]
		if t == nil {
			t = &reconciliation.SheetLine{Currency: l.Currency}
			sums[l.Currency], order = t, append(order, l.Currency)
		}
		t.Sales, t.Refunds, t.SalesSum, t.RefundsSum = t.Sales+l.Sales, t.Refunds+l.Refunds, t.SalesSum+l.SalesSum, t.RefundsSum+l.RefundsSum
		t.Commission, t.Tax, t.Fee = t.Commission+l.Commission, t.Tax+l.Tax, t.Fee+l.Fee
	}
	for _, c := range order {
		row(true, append(append([]string{"", s.t("dayend.total")}, figures(*sums[c])...), "", "")...)
	}
	if len(lines) == 0 {
		f.SetFont("go", "", 9)
		f.CellFormat(0, 8, s.t("dayend.day.none"), "", 1, "L", false, 0, "")
	}
	f.Ln(14)
	f.SetFont("go", "", 9)
	f.SetTextColor(90, 100, 102)
	for _, k := range []string{"dayend.sheet.made", "dayend.sheet.checked"} {
		f.CellFormat(90, 6, s.t(k), "T", 0, "L", false, 0, "")
		f.CellFormat(12, 6, "", "", 0, "L", false, 0, "")
	}
	return f.Output(w)
}
