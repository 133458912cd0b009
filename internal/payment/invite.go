package payment

import (
	"strings"

	"github.com/onay/onay/pos"
)

// Payable reports whether the payment has a page on which it can be paid now.
func (p Payment) Payable() bool {
	return p.Hosted && (p.Status == Created || p.Status == Declined || p.Status == Failed || p.Status == AwaitingBank)
}

// Invitation is what an SMS says before the address of a pay page; without an amount the payer types it.
func Invitation(merchant string, m pos.Money, lang string) string {
	amount := strings.Replace(pos.Decimal(m.Minor), ".", ",", 1) + " TL"
	if m.Currency != pos.TRY {
		amount = pos.Decimal(m.Minor) + " " + string(m.Currency)
	}
	switch {
	case lang == "en" && m.Minor == 0:
		return merchant + ": you can pay here:"
	case lang == "en":
		return merchant + ": you can pay " + amount + " here:"
	case m.Minor == 0:
		return merchant + ": ödemenizi buradan yapabilirsiniz:"
	}
	return merchant + ": " + amount + " ödemenizi buradan yapabilirsiniz:"
}
