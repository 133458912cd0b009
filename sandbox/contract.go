package sandbox

import (
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"

	"github.com/onay/onay/sandbox/bank"
)

// testCard is a card of the simulated banks, with what becomes of a payment with it.
type testCard struct {
	Bank        string `json:"bank"` // key of the account
	Number      string `json:"number"`
	ExpiryMonth int    `json:"expiry_month"`
	ExpiryYear  int    `json:"expiry_year"`
	CVV         string `json:"cvv"`
	Outcome     string `json:"outcome"` // approved, or why not
}

// Bins is a made-up table of the first digits of cards, in the form that Onay imports: the simulated banks' cards are Akbank's.
const Bins = `prefix,bank,name,program,kind
435508,0046,Akbank,axess,credit
540061,0064,İş Bankası,maximum,credit
554960,0062,Garanti BBVA,bonus,credit
979200,0012,Halkbank,paraf,debit
`

// TestCard is a card that every bank here approves, in groups of four.
var TestCard = func() string {
	n := bank.Number("0000")
	return n[:4] + " " + n[4:8] + " " + n[8:12] + " " + n[12:]
}()

// outcomes are what the four digits before a card's check digit make of it. The words are those of the bank's codes in the
// vocabulary of declines.
var outcomes = []struct{ magic, word string }{{"0000", "approved"}, {"0005", "do_not_honor"}, {"0041", "lost_card"}, {"0043", "stolen_card"}, {"0051", "insufficient_funds"}, {"0054", "expired_card"},
	{"0059", "fraud_suspected"}, {"0061", "limit_exceeded"}, {"0062", "restricted_card"}}

func (w *World) getCards(rw http.ResponseWriter, r *http.Request) {
	var out []testCard
	seen := map[string]bool{}
	for _, a := range w.BankAccounts(hostOf(r)) {
		if seen[a.Bank] {
			continue
		}
		seen[a.Bank] = true
		for _, o := range outcomes {
			out = append(out, testCard{a.Bank, bank.Number(o.magic), 12, 2030, "123", o.word})
		}
	}
	writeJSON(rw, http.StatusOK, out)
}

// booked is a line of a bank's book, in the words of no protocol.
type booked struct {
	OrderID  string `json:"order_id"`
	Kind     string `json:"kind"` // sale, preauth, capture, refund, void
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
	State    string `json:"state"` // declined, authorized, captured, partially_refunded, refunded, voided; of a refund or a void: done
}

var currencyCodes = map[string]string{"949": "TRY", "TL": "TRY", "YT": "TRY", "840": "USD", "US": "USD", "978": "EUR", "EU": "EUR", "826": "GBP", "GB": "GBP", "392": "JPY", "JP": "JPY", "643": "RUB", "RU": "RUB"}

func stateOf(t bank.Txn) string {
	switch {
	case t.Code != "00":
		return "declined"
	case !t.Voided.IsZero() || t.Reversed:
		return "voided"
	case t.Kind == bank.Refund || t.Kind == bank.Void:
		return "done"
	case t.Refunded >= t.Minor && t.Minor > 0:
		return "refunded"
	case t.Refunded > 0:
		return "partially_refunded"
	case t.Kind == bank.PreAuth && t.CapturedBy == nil:
		return "authorized"
	}
	return "captured"
}

// getBankTransactions tells what a bank has booked for its accounts of this world, the oldest first.
func (w *World) getBankTransactions(rw http.ResponseWriter, r *http.Request) {
	out, known := []booked{}, false
	for _, a := range w.BankAccounts(hostOf(r)) {
		if a.Bank != r.PathValue("bank") {
			continue
		}
		known = true
		for _, t := range w.bankLinesOf(a) {
			currency := t.Currency
			if c := currencyCodes[currency]; c != "" {
				currency = c
			}
			out = append(out, booked{t.Order, string(t.Kind), t.Minor, currency, stateOf(t)})
		}
	}
	if !known {
		problem(rw, http.StatusNotFound, "bank_unknown", "there is no such bank: "+strconv.Quote(r.PathValue("bank")))
		return
	}
	writeJSON(rw, http.StatusOK, out)
}

// bankLinesOf is what a bank has booked for one account, the oldest first.
func (w *World) bankLinesOf(a BankAccount) (out []bank.Txn) {
	for _, t := range w.BankStatement(a.System) {
		if t.Merchant == a.merchant {
			out = append(out, t)
		}
	}
	return out
}

// getIP answers with the caller's address, as services on the internet do; PUT makes it another one, as a provider does over night.
func (w *World) getIP(rw http.ResponseWriter, r *http.Request) {
	ip, _, _ := net.SplitHostPort(r.RemoteAddr)
	if set := w.seenIP.Load(); set != nil {
		ip = *set
	}
	io.WriteString(rw, ip+"\n")
}

func (w *World) putIP(rw http.ResponseWriter, r *http.Request) {
	var in struct{ Address string }
	if !readJSON(rw, r, &in) {
		return
	}
	if _, err := netip.ParseAddr(in.Address); err != nil {
		problem(rw, http.StatusUnprocessableEntity, "address_invalid", "address must be an IP address")
		return
	}
	w.seenIP.Store(&in.Address)
	rw.WriteHeader(http.StatusNoContent)
}
