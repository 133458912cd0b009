package paypage

import (
	"fmt"
	"io"

	"github.com/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"

	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/payment"
)

// Receipt writes a payment's receipt as PDF (A5). It is no invoice.
func Receipt(w io.Writer, merchant string, p payment.Payment, l text.Lang) error {
	v := view{P: p, Lang: l, Merchant: merchant}
	f := fpdf.New("P", "mm", "A5", "")
	f.AddUTF8FontFromBytes("go", "", goregular.TTF)
	f.AddUTF8FontFromBytes("go", "B", gobold.TTF)
	f.SetTitle(v.t("pay.receipt"), true)
	f.SetCreator("Onay", true)
	f.SetMargins(16, 16, 16)
	f.AddPage()
	f.SetFont("go", "B", 13)
	f.MultiCell(0, 7, merchant, "", "L", false)
	f.SetFont("go", "", 9)
	f.SetTextColor(90, 100, 102)
	f.CellFormat(0, 6, v.t("pay.receipt"), "", 1, "L", false, 0, "")
	f.Ln(4)
	f.SetTextColor(20, 26, 27)
	f.SetFont("go", "B", 22)
	f.CellFormat(0, 11, v.total(), "", 1, "L", false, 0, "")
	f.SetFont("go", "B", 11)
	f.CellFormat(0, 7, v.t("pay.end."+string(p.Status)), "", 1, "L", false, 0, "")
	f.Ln(3)
	row := func(key, value string) {
		if value == "" {
			return
		}
		f.SetDrawColor(221, 226, 226)
		f.Line(16, f.GetY(), 132, f.GetY())
		f.SetFont("go", "", 9)
		f.SetTextColor(90, 100, 102)
		f.CellFormat(42, 7, key, "", 0, "L", false, 0, "")
		f.SetTextColor(20, 26, 27)
		f.MultiCell(0, 7, value, "", "R", false)
	}
	row(v.t("pay.date"), text.TimeExact(p.PaidAt))
	row(v.t("pay.row.description"), p.Description)
	row(v.t("pay.row.order"), p.OrderReference)
	row(v.t("pay.row.payer"), p.PayerName)
	row(v.t("pay.card"), v.card())
	if p.Installments > 1 {
		row(v.t("pay.row.installments"), fmt.Sprint(p.Installments))
	}
	if p.Surcharge > 0 {
		row(v.t("pay.row.surcharge"), v.money(p.Surcharge))
	}
	row(v.t("pay.authcode"), p.AuthCode)
	row(v.t("pay.rrn"), p.RRN)
	row(v.t("pay.reference"), p.BankOrderID)
	if p.Refunded > 0 {
		row(v.t("pay.refunded"), v.money(p.Refunded))
	}
	f.Ln(4)
	f.SetFont("go", "", 8)
	f.SetTextColor(90, 100, 102)
	note := v.t("pay.receipt.note")
	if p.Test {
		note = v.t("pay.receipt.test") + " " + note
	}
	f.MultiCell(0, 4.5, note, "", "L", false)
	return f.Output(w)
}
